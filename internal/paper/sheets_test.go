package paper

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// UPDATE=1 go test ./internal/paper writes the golden files anew.
var update = os.Getenv("UPDATE") != ""

var day = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func idOf(n byte) record.ID { return record.ID{n} }

// office is a record with something in every kind of field. Its key and codes
// are invented.
func office() *record.Record {
	r := &record.Record{ID: idOf(1), Revision: 3, Template: "office", Name: "office-hanako",
		Title: "Office Home & Business 2019", Owner: "山田 花子", Tags: []string{"pc", "仕事"}}
	r.Set("product_key", record.TypeProductKey, "BCDFG-HJKMP-QRTVW-XY234-6789N")
	r.Set("first_install_only", record.TypeChoice, "yes")
	r.Set("account_email", record.TypeEmail, "hanako.yamada@isp.example.jp")
	r.Set("registered_name", record.TypePersonName, "山田 花子")
	r.Set("hint", record.TypeHint, "first dog, then the year of the move")
	r.Set("bound_account", record.TypeRef, "microsoft-hanako")
	r.Set("recovery_codes", record.TypeCodes, "")
	r.SetCodes("recovery_codes", []record.Code{
		{Code: "f3k9-0o1l"}, {Code: "7zqx-I1l0"}, {Code: "x9t7-rnm0", Used: "2025-11-02"},
		{Code: "m4p2-8B8b"}, {Code: "uvVv-wW0O", Used: record.UsedUnknown},
	})
	r.Notes = "レシートは机の引き出しの中。「オフィス」は初回のセットアップでしか使えないキーなので、入れ直すときはアカウントから。\n\nCall the shop first: they keep a copy of the receipt for ten years, and they remember."
	r.Attachments = []record.Attachment{{ID: idOf(9), Name: "card.jpg", Size: 123456}}
	return r
}

func microsoft() *record.Record {
	r := &record.Record{ID: idOf(2), Revision: 1, Template: "microsoft", Name: "microsoft-hanako", Title: "Hanako's Microsoft account"}
	r.Set("phone", record.TypePhone, "090-0000-0000")
	r.SetCodes("recovery_code", []record.Code{{Code: "ABCDEFGHJK34679LMNPQRTUVW"}})
	r.Fields = append(r.Fields, record.Field{Key: "wifi", Type: record.TypeSecret, Label: "Wi-Fi password", Value: "  two  spaces and more "})
	return r
}

func named(name string) *record.Record {
	if name == "microsoft-hanako" {
		return microsoft()
	}
	return nil
}

func vaultKey() VaultKey {
	k := VaultKey{File: "default.vault", Vault: record.ID{0x6f, 0x1c, 0x22, 0x9a, 1}, Made: day, Program: "vault",
		Key: "AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"}
	data := strings.TrimPrefix(k.Key, "AGE-SECRET-KEY-1")
	for len(data) > 0 {
		n := min(6, len(data))
		k.Groups = append(k.Groups, data[:n]+"-Q")
		data = data[n:]
	}
	return k
}

func render(t testing.TB, d *Doc) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	o := Options{Made: day, Vault: idOf(7), Program: "vault", Named: named}
	all := o
	all.WithSecrets = true
	list := []*record.Record{office(), microsoft()}
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for name, d := range map[string]*Doc{
			"records": Records(l, list, o),
			"secrets": Records(l, list, all),
			"key":     RecoveryKey(l, vaultKey()),
		} {
			compare(t, name+"."+l.String()+".txt", render(t, d))
		}
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; UPDATE=1 writes it anew. Now:\n%s", name, got)
	}
}

// wifi and otp are records with something to scan.
func wifi() *record.Record {
	r := &record.Record{ID: idOf(3), Revision: 2, Template: "wifi", Name: "wifi", Title: "自宅の Wi-Fi"}
	r.Set("ssid", record.TypeText, "yamada-5G")
	r.Set("wifi_key", record.TypeSecret, "correct horse battery staple")
	r.Set("guest_ssid", record.TypeText, "yamada-guest")
	r.Set("guest_key", record.TypeSecret, "guest-key-2026")
	return r
}

func otp() *record.Record {
	verified := day
	r := &record.Record{ID: idOf(4), Revision: 1, Template: "github", Name: "github", Verified: &verified}
	r.Set("app", record.TypeOTPAuth, "JBSWY3DPEHPK3PXP")
	r.Set("lost", record.TypeRef, "nobody")
	return r
}

func allKinds() []*record.Record { return []*record.Record{office(), microsoft(), wifi(), otp()} }

func blankTemplates(names ...string) []*record.Template {
	var list []*record.Template
	for _, name := range names {
		list = append(list, record.LookupTemplate(name))
	}
	return list
}
