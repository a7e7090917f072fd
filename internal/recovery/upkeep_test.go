package recovery_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// noted is a record of a template with the fields given as key, value, …
func noted(template, name string, fields ...string) *record.Record {
	r := &record.Record{ID: record.NewID(), Template: template, Name: name, Created: today, Updated: today}
	t := record.LookupTemplate(template)
	for i := 0; i < len(fields); i += 2 {
		kind := record.TypeText
		if s := t.Spec(fields[i]); s != nil {
			kind = s.Type
		}
		r.Set(fields[i], kind, fields[i+1])
	}
	return r
}

func upkeep(now time.Time, records ...*record.Record) *recovery.Upkeep {
	return recovery.NewUpkeep(recovery.Derive(recovery.Input{Now: now, Records: records}), records, now)
}

// kept returns the clocks of a kind, each as "day name", with ? for any day.
func kept(u *recovery.Upkeep, kind recovery.ClockKind) []string {
	var list []string
	clocks, _ := u.Clocks()
	for _, c := range clocks {
		if c.Kind != kind {
			continue
		}
		day := c.Day.Format(time.DateOnly)
		if !c.Dated {
			day = "?"
		}
		list = append(list, day+" "+c.Record.Name)
	}
	return list
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestIdleClocks(t *testing.T) {
	for _, c := range []struct{ template, key, noted, want string }{
		{"google", "last_sign_in", "2025-11-22", "2027-11-22"},
		{"google", "last_sign_in", "2024-02-29", "2026-02-28"},
		{"google", "last_sign_in", "2026-02-29", ""}, // never was
		{"google", "last_sign_in", "2025-12", "2027-12-01"},
		{"microsoft", "last_sign_in", "2024", "2026-01-01"},
		{"yahoo-japan", "last_sign_in", "2024-02-29", "2028-02-29"},
		{"x", "last_sign_in", "2026-01-31", "2026-02-28"},
		{"amazon", "hint", "dog", ""}, // no such rule is known
	} {
		got := kept(upkeep(today, noted(c.template, "one", c.key, c.noted)), recovery.ClockIdle)
		if c.want == "" {
			want(t, c.template+" "+c.noted, got)
			continue
		}
		want(t, c.template+" "+c.noted, got, c.want+" one")
	}
}

func TestIdleClockHasTheServicesWord(t *testing.T) {
	clocks, _ := upkeep(today, noted("google", "g", "last_sign_in", "2024-01-10")).Clocks()
	c := clocks[slices.IndexFunc(clocks, func(c *recovery.Clock) bool { return c.Kind == recovery.ClockIdle })]
	if c.Fact == nil || c.Fact.AsOf == "" || c.Fact.Source.EN == "" || !c.Overdue(today) {
		t.Errorf("clock %+v", c)
	}
	if early := time.Date(2026, 1, 10, 23, 0, 0, 0, time.UTC); c.Overdue(early) {
		t.Error("overdue on the day itself")
	}
}

// A mailbox has the clock of its provider's table, but not if it is at a domain
// of one's own.
func TestIdleMailbox(t *testing.T) {
	u := upkeep(today, noted("mailbox", "box", "address", "hanako@yahoo.co.jp", "last_used", "2026-05-01"),
		noted("mailbox", "own", "address", "hanako@yahoo.co.jp", "class", "own", "last_used", "2026-05-01"))
	if got := kept(u, recovery.ClockIdle); len(got) != 1 || !strings.HasSuffix(got[0], " box") {
		t.Errorf("%q", got)
	}
}

func TestStoppedClocksNameTheField(t *testing.T) {
	_, stopped := upkeep(today, noted("google", "g"), noted("microsoft", "m", "last_sign_in", "2026-01-01"), noted("amazon", "a")).Clocks()
	if len(stopped) != 1 || stopped[0].Record.Name != "g" || stopped[0].Field != "last_sign_in" || stopped[0].Fact == nil {
		t.Errorf("%+v", stopped)
	}
}

func TestEndsAndRenewals(t *testing.T) {
	u := upkeep(today,
		noted("isp", "soon", "contract_ends", "2026-12-31"),
		noted("isp", "month", "contract_ends", "2027-02"),
		noted("isp", "over", "contract_ends", "2026-10-31", "mail_address", "old@example.jp"),
		noted("mailbox", "used", "address", "hanako@example.jp", "contract_ends", "2026-10-01"),
		noted("amazon", "amazon", "account_email", "hanako@example.jp"),
		noted("place", "flat", "contract_ends", "2027-03-31"),
		noted("domain", "domain", "domain", "example.jp", "expires", "2026-11-01"),
		noted("adobe", "adobe", "renews", "2028-02-29"))
	want(t, "ends", kept(u, recovery.ClockEnds), "2026-10-01 used", "2026-12-31 soon", "2027-02-01 month", "2027-03-31 flat")
	want(t, "expires", kept(u, recovery.ClockExpires), "2026-11-01 domain", "2028-02-29 adobe")
	clocks, _ := u.Clocks()
	for _, c := range clocks {
		if c.Record.Name == "used" && c.Kind == recovery.ClockEnds && c.Command[0].EN != "retire" {
			t.Errorf("the command for what is still used is %v", c.Command)
		}
	}
}

// TestAnyDayComesLast: what has a day, past or to come, stands before what can
// be done whenever one likes.
func TestAnyDayComesLast(t *testing.T) {
	clocks, _ := upkeep(today, noted("microsoft", "a", "account_email", "hanako@example.jp"),
		noted("isp", "later", "contract_ends", "2027-02"),
		noted("domain", "domain", "domain", "example.jp", "expires", "2026-11-01"),
		noted("isp", "soon", "contract_ends", "2026-12-31")).Clocks()
	var got []string
	for _, c := range clocks {
		day := "?"
		if c.Dated {
			day = c.Day.Format(time.DateOnly)
		}
		got = append(got, day)
	}
	if len(got) < 4 || !slices.Equal(got[:3], []string{"2026-11-01", "2026-12-31", "2027-02-01"}) || slices.ContainsFunc(got[3:], func(day string) bool { return day != "?" }) {
		t.Errorf("order %q", got)
	}
}

// What is over needs no other clock.
func TestEndedContractsAreNotKeptUp(t *testing.T) {
	box := noted("mailbox", "box", "address", "hanako@yahoo.co.jp", "last_used", "2020-01-01", "contract_ends", "2025-01-01")
	if clocks, stopped := upkeep(today, box).Clocks(); len(clocks)+len(stopped) != 0 {
		t.Errorf("%+v, %+v", clocks, stopped)
	}
}

func TestCodeClocks(t *testing.T) {
	codes := func(name string, unused, used int, made string) *record.Record {
		r := noted("google", name, "codes_made", made, "last_sign_in", "2026-11-01")
		var list []record.Code
		for i := range unused + used {
			c := record.Code{Code: fmt.Sprintf("1000 %04d", i)}
			if i >= unused {
				c.Used = "2026-01-01"
			}
			list = append(list, c)
		}
		r.SetCodes("backup_codes", list)
		return r
	}
	u := upkeep(today, codes("fresh", 10, 0, "2026-10-01"), codes("few", 2, 8, "2026-10-01"), codes("none", 0, 3, "2026-10-01"),
		codes("pair", 2, 0, "2026-10-01"), codes("old", 10, 0, "2024-02-29"), noted("google", "without", "codes_made", "2020-01-01", "last_sign_in", "2026-11-01"))
	want(t, "codes", kept(u, recovery.ClockCodes), "2026-02-28 old",
		"2028-10-01 few", "2028-10-01 fresh", "2028-10-01 none", "2028-10-01 pair", "? few", "? none")
}

func TestSheetClocks(t *testing.T) {
	r := noted("microsoft", "microsoft", "phone", "090-0000-0000", "last_sign_in", "2026-11-01")
	sheet := noted("sheet", "sheet", "contents", "microsoft\ngone", "printed", "2026-11-01")
	sheet.Printed = map[string]string{r.ID.String(): record.Fingerprint(r)}
	want(t, "one record is gone", kept(upkeep(today, r, sheet), recovery.ClockSheet), "? sheet")
	sheet.Set("contents", record.TypeMultiline, "microsoft")
	want(t, "current", kept(upkeep(today, r, sheet), recovery.ClockSheet))
	r.Set("phone", record.TypePhone, "090-0000-0001")
	u := upkeep(today, r, sheet)
	want(t, "changed", kept(u, recovery.ClockSheet), "? sheet")
	clocks, _ := u.Clocks()
	for _, c := range clocks {
		if c.Kind == recovery.ClockSheet && (c.Command[0].EN != "print" || c.Command[1].EN != "microsoft" || !strings.Contains(c.What.JA, "microsoft")) {
			t.Errorf("%v, %v", c.Command, c.What)
		}
	}
}

func TestAcceptedAndAttempts(t *testing.T) {
	r := noted("microsoft", "microsoft", "last_sign_in", "2026-11-01")
	r.Accepted = map[string]record.Acceptance{"M02": {On: "2025-12-01"}, "P01": {On: "2028-02-29"}, "X": {On: "once"}}
	r.Attempts = []record.Attempt{{On: "2026-11-20", Way: "form", Result: record.AttemptSent}}
	u := upkeep(today, r)
	want(t, "accepted", kept(u, recovery.ClockAccepted), "2026-12-01 microsoft", "2029-02-28 microsoft")
	want(t, "attempt", kept(u, recovery.ClockAttempt), "2026-11-21 microsoft")
	r.Attempts = append(r.Attempts, record.Attempt{On: "2026-11-21", Way: "form", Result: record.AttemptRefused})
	want(t, "answered", kept(upkeep(today, r), recovery.ClockAttempt))
	r.Ways = []record.Way{{ID: "wait", Wait: "30d", Needs: []record.Need{{Any: []string{"memory"}}}}}
	r.Attempts = append(r.Attempts, record.Attempt{On: "2026-11-22", Way: "wait", Result: record.AttemptOpen})
	want(t, "a month", kept(upkeep(today, r), recovery.ClockAttempt), "2026-12-22 microsoft")
	r.Attempts[2].Way = "unheard-of"
	want(t, "nothing was sent", kept(upkeep(today, r), recovery.ClockAttempt))
}

func TestClocksAreSortedAndTellApart(t *testing.T) {
	r := noted("google", "b", "last_sign_in", "2024-01-01")
	r.Accepted = map[string]record.Acceptance{"M02": {On: "2025-11-22"}, "M03": {On: "2025-11-22"}}
	other := noted("google", "a", "last_sign_in", "2025-01-01")
	trashed := noted("google", "c", "last_sign_in", "2020-01-01")
	trashed.Trashed = &today
	clocks, _ := upkeep(today, r, other, trashed).Clocks()
	uids := map[string]bool{}
	for i, c := range clocks {
		if c.Record == trashed || uids[c.UID()] {
			t.Errorf("%s of %s", c.Kind, c.Record.Name)
		}
		uids[c.UID()] = true
		if i > 0 && c.Dated && (!clocks[i-1].Dated || c.Day.Before(clocks[i-1].Day)) {
			t.Errorf("%s of %s comes before %s", clocks[i-1].Kind, clocks[i-1].Record.Name, c.Day)
		}
		for _, text := range []lang.Text{c.What, c.Do} {
			if text.EN == "" || text.JA == "" || strings.Contains(text.EN+text.JA, "%!") {
				t.Errorf("%s says %q", c.Kind, text)
			}
		}
	}
}

func TestNoRecordsNoClocks(t *testing.T) {
	u := upkeep(today)
	if clocks, stopped := u.Clocks(); len(clocks)+len(stopped)+len(u.Drills()) != 0 {
		t.Errorf("%v, %v", clocks, stopped)
	}
	target, err := u.Target("hanako@example.jp")
	if err != nil || len(u.Leaving(target).Steps) != 0 {
		t.Errorf("%v", err)
	}
}

func TestWeak(t *testing.T) {
	for proven, weak := range map[string]bool{
		"": true, "2026-11-22": false, "2025-11-23": false, "2025-11-22": true, "2020": true, "2026": false, "2026-11-23": true, "soon": true,
	} {
		if got := recovery.Weak(&recovery.Way{Proven: proven}, today); got != weak {
			t.Errorf("%q: weak %v", proven, got)
		}
	}
	leap := time.Date(2029, 2, 28, 0, 0, 0, 0, time.UTC)
	if !recovery.Weak(&recovery.Way{Proven: "2028-02-29"}, leap) {
		t.Error("a year after a leap day has gone by on 28 February")
	}
}
