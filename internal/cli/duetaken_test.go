package cli

import (
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// TestUnknownRuleIsNotDue holds that nobody is sent to look at a risk of a rule
// that this program has not: no command would find anything.
func TestUnknownRuleIsNotDue(t *testing.T) {
	a, _ := testApp(lang.EN)
	r := &record.Record{ID: record.NewID(), Name: "ms"}
	left, err := a.stillTaken(nil, []*recovery.Clock{
		{Kind: recovery.ClockAccepted, Record: r, Rule: "Z99"},
		{Kind: recovery.ClockEnds, Record: r},
	})
	if err != nil || len(left) != 1 || left[0].Kind != recovery.ClockEnds {
		t.Errorf("due are %v, %v", left, err)
	}
}
