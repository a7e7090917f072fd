package cli

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// TestThiefNeedsMore holds that of each account it is said how much is missing,
// also where that is more than is looked for.
func TestThiefNeedsMore(t *testing.T) {
	records := []*record.Record{named("device", "keitai", "kind=phone")}
	papers := []string{"paper:机", "paper:棚", "paper:箱"} // beside the code of the telephone
	for i := range len(papers) + 1 {
		records = append(records, withWay(t, named("software", "needs-"+[]string{"one", "two", "three", "four"}[i]), "desk", append([]string{"record:keitai"}, papers[:i]...)...))
	}
	records = append(records, // nothing to do with the loot
		withWay(t, named("software", "apart"), "desk", "paper:机"),
		withWay(t, named("software", "far-apart"), "desk", append(papers, "paper:蔵")...))
	never := withWay(t, named("software", "never"), "counter", "paper:机")
	never.Ways[0].Certainty = record.CertaintyForm
	never.Ways[0].Needs = append(never.Ways[0].Needs, record.Need{Any: []string{"record:keitai"}})
	records = append(records, never)
	q := forecastOf(t, records, &whatifOptions{thief: true}, "lose:keitai")
	theft, err := q.theft()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, n := range theft.needs {
		found[n.account.Record.Name] = len(n.sets[0])
	}
	if len(found) != 3 || found["needs-one"] != 1 || found["needs-two"] != 2 || found["needs-three"] != 3 {
		t.Errorf("what is missing: %v", found)
	}
	if len(theft.far) != 1 || theft.far[0].account.Record.Name != "needs-four" || theft.far[0].cut {
		t.Errorf("more than three: %v", theft.far)
	}
	for l, want := range map[lang.Lang][]string{
		lang.EN: {"It would take more than 3 further things: needs-four\n", "No sure way in is noted, whatever somebody has: never\n"},
		lang.JA: {"あと 3 つより多くのものが要るもの: needs-four\n", "何を持っていても、確実に入る方法が記録にないもの: never\n"},
	} {
		a, out := testApp(l)
		if err := a.showTheft(q); err != nil {
			t.Fatal(err)
		}
		for _, line := range want {
			if !strings.Contains(out.String(), line) {
				t.Errorf("%q is not said:\n%s", line, out)
			}
		}
	}
	a, _ := testApp(lang.EN)
	all, err := a.theftJSON(q)
	if err != nil || !slices.ContainsFunc(all.Needs, func(n needJSON) bool { return n.Name == "needs-four" && len(n.Sets) == 0 && n.More }) {
		t.Errorf("as JSON: %+v %v", all.Needs, err)
	}
}

// TestPairsThatWereCut holds that the number of all events is said where not all
// of them were paired.
func TestPairsThatWereCut(t *testing.T) {
	tests := []struct {
		list   pairList
		en, ja string
		not    string
	}{
		{pairList{of: 4096, out: 904}, "The pairs of 5000 events are too many to try", "出来事が 5000 件あり", "only"},
		{pairList{tried: true, of: 300, out: 12}, "Of 312 events only 300 were paired", "出来事 312 件のうち、組み合わせたのは 300 件だけです", "too many"},
		{pairList{tried: true, of: 300}, "No two of 300 events", "出来事 300 件のどの 2 つが", "only"},
	}
	for _, tt := range tests {
		for l, want := range map[lang.Lang]string{lang.EN: tt.en, lang.JA: tt.ja} {
			a, out := testApp(l)
			a.showPairs(&forecast{whatifOptions: &whatifOptions{}}, &tt.list)
			if !strings.Contains(out.String(), want) || strings.Contains(out.String(), tt.not) {
				t.Errorf("of %+v it says\n%s", tt.list, out)
			}
		}
	}
}

// TestTooLarge holds that a vault that no model takes is not said to be without
// accounts.
func TestTooLarge(t *testing.T) {
	r := named("software", "shop")
	faults := []recovery.Fault{{Record: r, What: lang.T("one", "一")}, {What: lang.T("all", "全部")}}
	var f *failure
	if err := tooLarge(faults); !errors.As(err, &f) || f.status != statusError || f.what.in(lang.JA) != "全部" {
		t.Errorf("a model without a graph: %v", err)
	}
	if err := tooLarge(faults[:1]); err != nil {
		t.Error(err)
	}
}
