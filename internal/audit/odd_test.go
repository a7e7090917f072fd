package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// Records of lost templates, circles of references, dates and hints of the
// worst kind are looked through like any other.
func TestOddRecords(t *testing.T) {
	trashed := testNow
	gone := noted(t, "microsoft", "gone", "account_email", "example@nifty.com")
	gone.Trashed = &trashed
	lost := &record.Record{ID: record.NewID(), Template: "of-another-program", Name: "lost", Updated: testNow}
	lost.Set("hint", record.TypeHint, "Tanuki-1888")
	lost.Set("login", record.TypeEmail, "example@nifty.com")
	in := Input{Now: testNow, Records: []*record.Record{
		gone, lost,
		{Name: "", Template: ""},
		noted(t, "mailbox", "circle", "address", "a@example.jp", "contract", "circle", "recovery_email", "@"),
		noted(t, "isp", "one", "provider", "two", "mail_address", "b@example.jp"),
		noted(t, "isp", "two", "provider", "one", "contract_ends", "soon"),
		noted(t, "microsoft", "same", "account_email", "b@example.jp", "hint", strings.Repeat("犬", 20_000), "last_sign_in", "0000-00-00"),
		noted(t, "microsoft", "same", "account_email", "no address", "phone", "内線", "hint", "\xff\xfe"),
		noted(t, "office", "self", "bound_account", "self"),
		noted(t, "google", "codes", "codes_made", "2026-13"),
	}}
	report := Audit(in)
	findings, open := report.Findings, report.Open
	for _, f := range findings {
		if f.Record == gone {
			t.Errorf("%s speaks of what lies in the trash", f.Rule.ID)
		}
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			if text := f.What.Say(l); strings.Contains(text, "%!") || text == "" {
				t.Errorf("%s says %q", f.Rule.ID, text)
			}
		}
	}
	if !speaks(findings, "H01") || len(open) == 0 {
		t.Errorf("found %v, asked %v", said(findings), open)
	}
	for _, r := range in.Records {
		Mentions(in, r)
		for _, f := range r.Fields {
			Remarks(in, r, f.Key)
		}
	}
}

// What is noted because a record mentions it is of the same owner.
func TestCommandNamesOwner(t *testing.T) {
	for owner, want := range map[string]string{
		"":            "add mailbox --field address=hanako@example.jp",
		"Tanaka Shop": "add mailbox --field address=hanako@example.jp --owner Tanaka Shop",
	} {
		r := noted(t, "amazon", "amazon", "account_email", "hanako@example.jp")
		r.Owner = owner
		findings := Audit(Input{Now: testNow, Records: []*record.Record{r}}).Findings
		i := slices.IndexFunc(findings, func(f Finding) bool { return f.Rule.ID == "M09" })
		if i < 0 {
			t.Fatalf("found %v", said(findings))
		}
		var words []string
		for _, w := range findings[i].Command() {
			words = append(words, w.In(lang.EN))
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("owner %q: %q, want %q", owner, got, want)
		}
	}
}

// What to do first comes first: the heavier, then the day, the importance, the
// effort, the rule, the name.
func TestOrder(t *testing.T) {
	important := noted(t, "microsoft", "z", "account_email", "example@nifty.com")
	important.Importance = 3
	in := Input{Now: testNow, Records: []*record.Record{
		noted(t, "microsoft", "b", "account_email", "example@nifty.com"),
		noted(t, "microsoft", "a", "account_email", "example@nifty.com"),
		important,
		noted(t, "mailbox", "later", "address", "later@example.jp", "contract_ends", "2027-01-31"),
		noted(t, "mailbox", "sooner", "address", "sooner@example.jp", "contract_ends", "2026-12-01"),
		noted(t, "amazon", "c", "account_email", "later@example.jp"),
		noted(t, "amazon", "d", "account_email", "sooner@example.jp"),
	}}
	var got []string
	findings := Audit(in).Findings
	for _, f := range findings {
		if slices.Contains([]string{"M01", "M02", "P01"}, f.Rule.ID) && f.Record.Template != "mailbox" {
			got = append(got, f.Rule.ID+f.Record.Name)
		}
	}
	want := "M01d M01c M02z P01z M02a M02b P01a P01b P01c P01d"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("in the order %s, want %s", s, want)
	}
}

func TestReadDay(t *testing.T) {
	for in, want := range map[string][2]string{
		"2026-11-22": {"2026-11-22", "2026-11-22"}, "2026-02": {"2026-02-01", "2026-02-28"}, "2024": {"2024-01-01", "2024-12-31"},
	} {
		d, ok := readDay(in)
		if !ok || d.first.Format(time.DateOnly) != want[0] || d.last.Format(time.DateOnly) != want[1] || written(d) != in {
			t.Errorf("readDay(%q) = %v %v, written %q", in, d, ok, written(d))
		}
	}
	for _, in := range []string{"", "unknown", "2026-13", "2026-02-30", "昭和64年"} {
		if d, ok := readDay(in); ok {
			t.Errorf("readDay(%q) = %v", in, d)
		}
	}
}

func TestMonthsAfter(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-08-31", 6, "2027-02-28"}, {"2024-02-29", 24, "2026-02-28"}, {"2024-02-29", 48, "2028-02-29"},
		{"2026-11-30", 13, "2027-12-30"}, {"2026-01-31", 1, "2026-02-28"}, {"2026-12-31", 24, "2028-12-31"}, {"2026-01-01", 6, "2026-07-01"},
	} {
		if got := monthsAfter(dayOf(t, c.from), c.months).Format(time.DateOnly); got != c.want {
			t.Errorf("%d months after %s: %s, want %s", c.months, c.from, got, c.want)
		}
	}
}

// Days are those of the place where the person is.
func TestDaysAreLocal(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	late := time.Date(2026, 3, 31, 20, 0, 0, 0, time.UTC) // 05:00 on 1 April in Tokyo
	now := time.Date(2029, 1, 2, 3, 4, 5, 0, tokyo)
	for _, proven := range []time.Time{{}, late} {
		found := Audit(Input{Now: now, Vault: VaultState{Slots: []Slot{{Recovery: true, Created: late, Proven: proven}, {Passphrase: true}}}}).Findings
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Rule.ID == "V03" && strings.Contains(f.What.Say(lang.EN), "2026-04-01") }) {
			t.Errorf("proven %s: %q", proven, said(found))
		}
	}
}

// Whatever is typed as a hint or as a password, a hint that is the password is
// found.
func FuzzHint(f *testing.F) {
	for _, s := range []string{"Sakura1965", "さくら", "5akura", "\xff", "ﾊﾟｽﾜｰﾄﾞ", "いつもの", strings.Repeat("a", 1000), "!!!", "ーーー", "っっっ"} {
		f.Add(s, "Sakura1965")
	}
	f.Fuzz(func(t *testing.T, hint, password string) {
		worst := leakOf(hint, password, 4)
		if worst < leaksNothing || worst > leaksAll {
			t.Fatalf("leakOf(%q, %q) = %d", hint, password, worst)
		}
		looksLikePassword(hint)
		saysSame(hint)
		isVague(hint)
		h := squash(hint, maxHint)
		namesPublicFact(h, factForms(password), true)
		if n := utf8.RuneCountInString(squash(password, maxPassword)); n >= 3 && leakOf(password, password, 4) != leaksAll {
			t.Fatalf("%q as its own hint passes", password)
		}
	})
}

// Nobody is told that no event locks an account where some were not looked at.
func TestMoreEventsThanCanBeLookedAt(t *testing.T) {
	var records []*record.Record
	for i := range lockout.MaxEvents + 10 {
		r := noted(t, "wifi", fmt.Sprintf("wifi-%d", i))
		r.Ways = []record.Way{{ID: "desk", Needs: []record.Need{{Any: []string{fmt.Sprintf("paper:箱-%d-", i)}}}}}
		records = append(records, r)
	}
	few, many := Audit(Input{Now: testNow, Records: records[:3], Rules: []string{"G15"}}), Audit(Input{Now: testNow, Records: records, Rules: []string{"G15"}})
	if speaks(few.Findings, "G15") || !speaks(many.Findings, "G15") {
		t.Errorf("of few events: %v, of many: %v", said(few.Findings), said(many.Findings))
	}
	if len(many.Steady) > 0 {
		t.Errorf("%d accounts are called steady", len(many.Steady))
	}
}
