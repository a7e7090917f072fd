package audit

import (
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

var testNow = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// noted is a record as it is stored, of a template, with KEY, VALUE pairs.
func noted(t testing.TB, template, name string, pairs ...string) *record.Record {
	t.Helper()
	tmpl := record.LookupTemplate(template)
	if tmpl == nil {
		t.Fatalf("there is no template %q", template)
	}
	r := &record.Record{Schema: record.Schema, ID: record.NewID(), Template: template, Name: name, Created: testNow, Updated: testNow}
	for i := 0; i+1 < len(pairs); i += 2 {
		spec := tmpl.Spec(pairs[i])
		switch {
		case spec == nil:
			t.Fatalf("%s has no field %q", template, pairs[i])
		case spec.Type == record.TypeCodes:
			r.SetCodes(spec.Key, record.ParseCodes(pairs[i+1]))
		default:
			r.Set(spec.Key, spec.Type, pairs[i+1])
		}
	}
	return r
}

// maxRemark is two lines of 76 columns, less what wrapping and the mark before
// the remark take.
const maxRemark = 2*76 - 22

// columns is about how wide s is on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2e80 {
			n++
		}
	}
	return n
}

func TestRemarks(t *testing.T) {
	mailbox := noted(t, "mailbox", "old-mail", "address", "example@nifty.com", "contract_ends", "2026-12-31")
	line := noted(t, "phone-line", "flat-phone", "number", "048-000-0000", "contract_ends", "2026-10-31")
	for _, c := range []struct {
		template, key string
		pairs         []string
		rule          string // "" for a good answer
	}{
		{"microsoft", "account_email", []string{"account_email", "example@plala.or.jp"}, "M02"},
		{"microsoft", "account_email", []string{"account_email", "example@docomo.ne.jp"}, "M02"},
		{"microsoft", "account_email", []string{"account_email", "example@nifty.com"}, "M01"},
		{"microsoft", "account_email", []string{"account_email", "example@mailinator.com"}, "M05"},
		{"microsoft", "account_email", []string{"account_email", "example@u-tokyo.ac.jp"}, "M04"},
		{"microsoft", "account_email", []string{"account_email", "example@gmail.com"}, ""},
		{"microsoft", "account_email", []string{"account_email", "hanako@example.jp"}, ""},
		{"microsoft", "phone", []string{"phone", "050-0000-0000"}, "P02"},
		{"microsoft", "phone", []string{"phone", "03-0000-0000"}, "P03"},
		{"microsoft", "phone", []string{"phone", "048-000-0000"}, "P04"},
		{"microsoft", "phone", []string{"phone", "090-0000-0000"}, ""},
		{"microsoft", "phone", []string{"phone", "+81 90 0000 0000"}, ""},
		{"microsoft", "hint", []string{"hint", "いつもの"}, "H02"},
		{"microsoft", "hint", []string{"hint", "Sakura1965"}, "H01"},
		{"microsoft", "hint", []string{"hint", "最初の犬と、飼い始めた年"}, ""},
		{"microsoft", "security_email", []string{"account_email", "example@gmail.com", "security_email", "example2@gmail.com"}, "M07"},
		{"microsoft", "two_step", []string{"two_step", "on"}, "C01"},
		{"microsoft", "two_step", []string{"two_step", "off"}, ""},
		{"microsoft", "hint", []string{"hint", "パスワード"}, "H04"},
		{"microsoft", "hint", []string{"birth_date", "1951-04-01", "hint", "19510401"}, "H03"},
		{"microsoft", "phone", []string{"account_email", "example@gmail.com"}, "P01"},
		{"microsoft", "last_sign_in", []string{"last_sign_in", "2024-12-01"}, "M08"},
		{"microsoft", "last_sign_in", []string{"last_sign_in", "2026-11-01"}, ""},
		{"google", "codes_made", []string{"backup_codes", "1000 0001 used 2025-01-05\n1000 0002", "codes_made", "2026-03-01"}, "C03"},
		{"office", "product_key", []string{"product_key", "VK7JG-NPHTM-C97JM-9MPGT-3V66T"}, "C07"},
		{"office", "product_key", []string{"product_key", "VK7JG-NPHTM-C97JM-9MPGT-3V66T", "account_email", "example@gmail.com"}, ""},
		{"apple", "recovery_key", []string{"recovery_key", "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345"}, "C10"},
		{"windows", "pin_hint", []string{"account_email", "hanako@example.jp", "pin_hint", "number of the first flat"}, "C11"},
		{"domain", "expires", []string{"domain", "hanako.example.jp", "expires", "2026-12-31"}, "T03"},
		{"mailbox", "contract_ends", []string{"address", "example@docomo.ne.jp", "contract_ends", "2026-11-10"}, "M03"},
		{"mailbox", "recovery_email", []string{"address", "example@gmail.com", "recovery_email", "Example@gmail.com"}, "G05"},
	} {
		r := noted(t, c.template, "new", c.pairs...)
		r.ID = record.ID{}
		said := Remarks(Input{Now: testNow, Records: []*record.Record{mailbox, line}}, r, c.key)
		got := ""
		if len(said) > 0 {
			got = said[0].Rule.ID
		}
		if got != c.rule || c.rule == "" && said != nil {
			t.Errorf("%s %v: the coach speaks of %q, want %q", c.template, c.pairs, got, c.rule)
		}
		for _, remark := range said {
			for _, l := range []lang.Lang{lang.EN, lang.JA} {
				if n := columns(remark.Say(l)); n > maxRemark {
					t.Errorf("%d columns are more than two lines: %s", n, remark.Say(l))
				}
			}
		}
	}
}

// Who notes the end of a mailbox is told at once who hangs on it.
func TestRemarkNamesUsers(t *testing.T) {
	ms := noted(t, "microsoft", "microsoft", "account_email", "example@nifty.com")
	box := noted(t, "mailbox", "old-mail", "address", "example@nifty.com", "contract_ends", "2026-12-31")
	said := Remarks(Input{Now: testNow, Records: []*record.Record{ms, box}}, box, "contract_ends")
	if len(said) != 1 || said[0].Say(lang.EN) != "These hang on it: microsoft. Change them before 2026-12-31." {
		t.Fatalf("the coach says %v", said)
	}
	if said := Remarks(Input{Now: testNow, Records: []*record.Record{ms}}, ms, "registered_name"); said != nil {
		t.Errorf("the coach says %v of a name", said)
	}
}

func TestMentions(t *testing.T) {
	r := noted(t, "microsoft", "ms", "account_email", "example@plala.or.jp", "security_email", "EXAMPLE@plala.or.jp",
		"phone", "090-0000-1111", "trusted_pc", "pc-living", "authenticator", "phone-hanako")
	want := []Mention{
		{"mailbox", "account_email", "address", "example@plala.or.jp"},
		{"phone-line", "phone", "number", "090-0000-1111"},
		{"device", "authenticator", "", "phone-hanako"},
		{"device", "trusted_pc", "", "pc-living"},
	}
	got := Mentions(Input{Now: testNow}, r)
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for _, m := range want {
		found := false
		for _, g := range got {
			found = found || g == m
		}
		if !found {
			t.Errorf("%v is not mentioned in %v", m, got)
		}
	}
	others := []*record.Record{
		noted(t, "mailbox", "mail", "address", "example@plala.or.jp"),
		noted(t, "phone-line", "line", "number", "+81 90-0000-1111"),
		noted(t, "device", "pc-living"), noted(t, "device", "Phone-Hanako"),
	}
	if got := Mentions(Input{Now: testNow, Records: others}, r); len(got) > 0 {
		t.Errorf("all is noted, and yet mentioned: %v", got)
	}
}
