package audit

import (
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A risk is taken for a year from a day that can be read and is not to come; then,
// or on any other day, it is a finding that says so.
func TestTakenFor(t *testing.T) {
	for on, want := range map[string]string{
		"2026-11-22": "accepted", "2025-11-23": "accepted", "2026-11-23": "accepted", // of tomorrow, written farther east
		"2025-11-22": "lapsed", "2020-01-01": "lapsed", "2026-11-24": "lapsed", "2999-01-01": "lapsed", "soon": "lapsed", "": "lapsed",
	} {
		r := noted(t, "microsoft", "ms", "account_email", "hanako@nifty.com")
		r.Accepted = map[string]record.Acceptance{"M02": {Why: "the contract stays", On: on}}
		report := Audit(Input{Now: testNow, Records: []*record.Record{r}, Rules: []string{"M02"}})
		got := "neither"
		switch {
		case len(report.Accepted) == 1 && len(report.Findings) == 0 && report.Accepted[0].Taken.Why == "the contract stays":
			got = "accepted"
		case len(report.Findings) == 1 && len(report.Accepted) == 0 && report.Findings[0].Taken != nil:
			got = "lapsed"
		}
		if got != want {
			t.Errorf("taken on %q: %s, want %s", on, got, want)
		}
	}
}

// Of several accounts that one event locks, those whose owner takes the risk are
// told apart.
func TestTakenOfGroup(t *testing.T) {
	phone := noted(t, "device", "phone", "kind", "phone")
	var records []*record.Record
	for _, name := range []string{"a", "b", "c"} {
		r := noted(t, "software", name)
		r.Importance, r.Ways = 2, []record.Way{wayOf(t, "app: record:phone")}
		records = append(records, r)
	}
	records[1].Accepted = map[string]record.Acceptance{"G02": {Why: "a toy", On: "2026-11-01"}}
	report := Audit(Input{Now: testNow, Records: append(records, phone), Rules: []string{"G02"}})
	if len(report.Findings) != 1 || len(report.Accepted) != 1 {
		t.Fatalf("found %v, accepted %v", said(report.Findings), said(report.Accepted))
	}
	if got := named(namesOf(&report.Findings[0]), 9).EN; got != "a, c" || strings.Contains(report.Findings[0].What.Say(lang.EN), "b,") {
		t.Errorf("found of %s: %s", got, report.Findings[0].What.Say(lang.EN))
	}
	if got := named(namesOf(&report.Accepted[0]), 9).EN; got != "b" {
		t.Errorf("accepted of %s", got)
	}
}

// A finding about a record whose event a finding on what hangs on what names too is
// part of that one, and not alone.
func TestSaidOnce(t *testing.T) {
	in := Input{Now: testNow, Records: []*record.Record{
		noted(t, "device", "phone", "kind", "phone"),
		noted(t, "phone-line", "mobile", "number", "090-0000-1111", "handset", "phone"),
		noted(t, "microsoft", "ms", "account_email", "none", "security_email", "none", "phone", "090-0000-1111", "two_step", "on", "authenticator", "phone", "password_kept", "drawer"),
	}}
	in.Records[2].Ways = []record.Way{wayOf(t, "recovery-code off:")}
	findings := Audit(in).Findings
	at := func(rule string) *Finding {
		i := slices.IndexFunc(findings, func(f Finding) bool { return f.Rule.ID == rule })
		if i < 0 {
			t.Fatalf("no %s in %v", rule, said(findings))
		}
		return &findings[i]
	}
	if p := at("P06"); p.Within == nil || !slices.Contains(at(p.Within.ID).Also, p.Rule) {
		t.Errorf("P06 stands alone: %v", said(findings))
	}
	in.Rules = []string{"P06"}
	if findings = Audit(in).Findings; len(findings) != 1 || findings[0].Within != nil {
		t.Errorf("P06 alone: %v", said(findings))
	}
}
