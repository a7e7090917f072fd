package recovery

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"memovault/internal/record"
)

// A mailbox that names its contract, and that is to be given up on a day, hangs on
// one contract, not on two.
func TestOneContractIsOneThing(t *testing.T) {
	going := note("mailbox", "box", "address", "a@nifty.com", "contract", "nifty光", "password_kept", "手帳")
	for name, r := range map[string]*record.Record{
		"to be given up": going,
		"ends noted":     note("mailbox", "box", "address", "a@nifty.com", "contract", "nifty光", "password_kept", "手帳", "contract_ends", "2027-03-31"),
	} {
		if r == going {
			r.Retire = &record.Retirement{By: "2027-03-31", Begun: "2026-11-01"}
		}
		m := derive(r, note("google", "google", "recovery_email", "a@nifty.com"))
		var labels []string
		for _, thing := range m.things {
			if thing.Kind == KindContract {
				labels = append(labels, thing.Label.EN+"/"+thing.Label.JA)
			}
		}
		if want := []string{`the contract "nifty光"/契約「nifty光」`}; !slices.Equal(labels, want) {
			t.Errorf("%s: contracts %q, want %q", name, labels, want)
		}
		for _, e := range m.Events() {
			if e.Kind == MoveHouse && !e.Day.IsZero() {
				t.Errorf("%s: moving house on %s", name, e.Day)
			}
		}
		if !slices.ContainsFunc(m.Events(), func(e *Event) bool { return e.ID == "lose:box" && e.Day.Year() == 2027 }) {
			t.Errorf("%s: the contract does not end", name)
		}
	}
}

// People read what is meant, not what one types.
func TestLabelsAreForPeople(t *testing.T) {
	label := func(records ...*record.Record) (all string) {
		for _, e := range derive(records...).Events() {
			if e.Kind == PCDies {
				all += e.ID + ": " + e.Label.EN + " " + e.Label.JA + "\n"
			}
		}
		return all
	}
	want := "pc-dies:this-computer: the computer dies (this computer) パソコンが壊れる（このパソコン）\n"
	if got := label(by(note("service", "x", "pw", "kq7"), "pw")); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	m := derive(note("microsoft", "m"))
	if !slices.ContainsFunc(slices.Collect(maps.Values(m.things)), func(thing *Thing) bool { return strings.Contains(thing.Label.EN, ` is "`) }) {
		t.Error("no choice would decide")
	}
	for _, thing := range m.things {
		if strings.ContainsAny(thing.Label.EN, "“”") {
			t.Errorf("quotes that nobody types: %s", thing.Label.EN)
		}
	}
}
