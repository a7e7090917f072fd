package paper

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/record"
)

// The values of the household below, by what they are. Each is found nowhere
// else. A line break or a space that a renderer puts into one is no matter: see
// ungapped.
var secretValues = map[string]string{
	"password":  "PwTatamiKumo81",
	"hint":      "neko-to-aru-toshi",
	"otp":       "JBSWY3DPEHPK3PXPJBSWY3DP",
	"code":      "9f3k2-0q1w7",
	"used code": "8h4m6-5r2t1",
	"key":       "BCDFG-HJKMP-QRTVW-XY234-6789N",
	"key group": "HJKMP",
	"rescue":    "111111-222222-333333-444444-555555-666666-777777-888888",
	"lock":      "R25-L71-R08",
	"note":      "sotto-kaita-koto",
	"wifi":      "wifi-no-aikotoba-7",
}

// household are records with a value of every kind, and an owner with accounts
// that depend on one another.
func household() []*record.Record {
	n := byte(0)
	note := func(template, name string, answers ...string) *record.Record {
		n++
		r := &record.Record{ID: idOf(n), Revision: 1, Template: template, Name: name, Title: "title of " + name, Owner: "山田 花子", Notes: secretValues["note"]}
		t := record.LookupTemplate(template)
		for i := 0; i+1 < len(answers); i += 2 {
			kind := record.TypeText
			if s := t.Spec(answers[i]); s != nil {
				kind = s.Type
			}
			r.Set(answers[i], kind, answers[i+1])
		}
		return r
	}
	office := note("office", "office", "product", "Office 2024", "product_key", secretValues["key"], "account_email", "hanako@isp.example.jp", "key_card", "青いファイル", "bound_account", "google", "hint", secretValues["hint"])
	google := note("google", "google", "account_email", "hanako@isp.example.jp", "phone", "090-0000-0001", "hint", secretValues["hint"])
	google.Fields = append(google.Fields, record.Field{Key: "otp", Type: record.TypeOTPAuth, Label: "otp", Value: secretValues["otp"]}, record.Field{Key: "pw", Type: record.TypeSecret, Label: "pw", Value: secretValues["password"]})
	google.SetCodes("backup_codes", []record.Code{{Code: secretValues["code"]}, {Code: secretValues["used code"], Used: "2026-01-05"}})
	return []*record.Record{office, google,
		note("mailbox", "mail", "address", "hanako@isp.example.jp", "class", "isp", "contract", "isp", "hint", secretValues["hint"]),
		note("isp", "isp", "provider", "サンプルネット", "mail_address", "hanako@isp.example.jp", "mail_password", secretValues["password"], "letter", "青いファイル", "support_phone", "0120-000-001"),
		note("phone-line", "keitai", "number", "090-0000-0001", "kind", "mobile", "network_pin", secretValues["password"]),
		note("device", "pc", "kind", "pc", "where", "居間", "hint", secretValues["hint"], "bitlocker_key", secretValues["rescue"], "unlock_kept", "封筒"),
		note("place", "kinko", "address", "自宅", "spot", "押し入れ", "lock", secretValues["lock"]),
		note("person", "taro", "registered_name", "山田 太郎", "relation", "息子", "phone", "090-0000-0002"),
		note("wifi", "wifi", "ssid", "yamada", "wifi_key", secretValues["wifi"]),
		note("vault", "vault", "device", "pc", "copy_place", "娘の家", "recovery_key_place", "貸金庫"),
	}
}

// everyWay is a sheet as each renderer writes it, with all that is scanned or
// drawn: what is on the paper in any form.
func everyWay(t *testing.T, d *Doc) map[string]string {
	t.Helper()
	var html bytes.Buffer
	if err := HTML(&html, d, Format{Size: page.A4}); err != nil {
		t.Fatal(err)
	}
	var drawn strings.Builder
	for _, p := range Set(d, Format{Size: page.A4}).Pages {
		for _, m := range p.Marks() {
			drawn.WriteString(m.Text)
		}
	}
	return map[string]string{"text": ungapped(render(t, d)), "html": ungapped(html.String()), "pages": ungapped(drawn.String()), "model": ungapped(fmt.Sprintf("%q", d.Blocks))}
}

// ungapped leaves out what only separates.
func ungapped(s string) string {
	return strings.NewReplacer(" ", "", "\n", "", "-", "").Replace(s)
}

// TestWhatNoSheetCarries holds decision 20: which values stand on which sheet,
// whatever is asked for.
func TestWhatNoSheetCarries(t *testing.T) {
	list := household()
	h, c := madeFrom(t, list, day, "山田 花子")
	named := func(names string) map[string]bool {
		set := map[string]bool{}
		for _, name := range strings.Split(names, ", ") {
			set[name] = true
		}
		return set
	}
	all := h
	all.WithSecrets = true
	called := c
	called.WithSecrets = true
	secrets := h.Options
	secrets.WithSecrets = true
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for name, sheet := range map[string]struct {
			doc     *Doc
			carries map[string]bool
		}{
			"records":              {Records(l, list, h.Options), named("key, key group, code, used code, rescue, note")},
			"records with secrets": {Records(l, list, secrets), named("password, hint, otp, code, used code, key, key group, rescue, lock, note, wifi")},
			"handover":             {Handover(l, h), named("")},
			"handover with keys":   {Handover(l, all), named("key, key group")},
			"emergency":            {Emergency(l, c), named("")},
			"emergency with all":   {Emergency(l, called), named("")},
			"blank":                {BlankForm(l, BlankForms{Made: day, Program: "vault", Templates: record.Templates()}), named("")},
		} {
			for way, written := range everyWay(t, sheet.doc) {
				for what, value := range secretValues {
					if got := strings.Contains(written, ungapped(value)); got != sheet.carries[what] {
						t.Errorf("%v, %s as %s: has the %s: %v, want %v", l, name, way, what, got, sheet.carries[what])
					}
				}
			}
		}
	}
}

func TestHandoverLeavesTheEndOfAKey(t *testing.T) {
	h, _ := madeFrom(t, household(), day, "山田 花子")
	for l, want := range map[lang.Lang][]string{
		lang.EN: {"ends in 6789N", "title of office: the card with the key", "where: 青いファイル", "090-0000-0001", "Before you move, or cancel the internet provider", "Never tell anybody on the phone", "title of google: the paper with"},
		lang.JA: {"末尾 6789N", "title of office: キーのカード", "しまってある所: 青いファイル", "090-0000-0001", "引っ越す前に。プロバイダーや固定電話を解約する前に", "電話で、ぜったいに教えないもの", "山田 花子 様"},
	} {
		got := render(t, Handover(l, h))
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%v: %q is missing in\n%s", l, part, got)
			}
		}
	}
	h.Helper = household()[7]
	if got := render(t, Handover(lang.JA, h)); !strings.Contains(got, "山田 太郎（息子）") || !strings.Contains(got, "090-0000-0002") {
		t.Errorf("whom to call is missing in\n%s", got)
	}
}
