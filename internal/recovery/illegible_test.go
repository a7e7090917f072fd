package recovery

import (
	"strings"
	"testing"

	"memovault/internal/lockout"
)

// What is stored although it is no address and no number brings nothing about:
// the field would decide, and no company of that name closes.
func TestWhatIsNoAddressIsNotKnown(t *testing.T) {
	r := by(note("service", "x", "login", "3", "spare", "taro", "phone", "ない番号です"), "spare", "phone", "call:phone")
	m := derive(r, note("phone-line", "line", "number", "家の電話"),
		by(note("service", "y", "spare", "y@nifty.com"), "spare"), by(note("service", "z", "friend", "line"), "friend"))
	for _, e := range m.Events() {
		for _, word := range []string{"taro", "番号です", "家の電話", ":3"} {
			if strings.Contains(e.ID, word) {
				t.Errorf("the event %s", e.ID)
			}
		}
	}
	if _, err := m.Find([]string{"provider-closes"}, ""); err != nil {
		t.Errorf("there is but one mail service: %v", err)
	}
	if got := stateOf(t, m, "x"); got != lockout.Unsure {
		t.Errorf("%s, want unsure", got)
	}
	fields := map[string]bool{}
	ids, _, err := m.Graph().Deciding(m.Account("x").ID, m.Case(lockout.SureOnly), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		fields[m.Thing(id).Field] = true
		if !strings.Contains(m.Thing(id).Label.EN, "makes no sense as it is noted") {
			t.Errorf("called %q", m.Thing(id).Label.EN)
		}
	}
	if !fields["spare"] || !fields["phone"] || len(fields) != 2 {
		t.Errorf("the fields that would decide: %v", fields)
	}
	if m := derive(by(note("service", "full", "spare", "ａ＠ｂ．example.jp"), "spare")); m.Thing("mail:a@b.example.jp") == nil {
		t.Error("an address in wide letters is none")
	}
}
