package recovery

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// story reads the records of testdata/article at one of its four moments.
func story(t testing.TB, moment string) Input {
	t.Helper()
	b, err := os.ReadFile("../../testdata/article/" + moment + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Exported time.Time         `json:"exported"`
		Records  []json.RawMessage `json:"records"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	in := Input{Now: file.Exported, Vault: Vault{Slots: []Slot{{Passphrase: true}, {Recovery: true, Proven: file.Exported}}}}
	for _, raw := range file.Records {
		r, err := record.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		in.Records = append(in.Records, r)
	}
	return in
}

// noted is the run that counts what is noted and nobody can refuse.
const noted = lockout.SureOnly | lockout.Pessimistic

// The story the program began with, by its records and the ways that the
// templates know: a Microsoft account with Office on it, its password on a
// paper, its address the provider's, no telephone number.
func TestOriginCase(t *testing.T) {
	memo := Derive(story(t, "memo"))
	if len(memo.Faults()) > 0 {
		t.Errorf("faults: %v", memo.Faults())
	}
	t.Run("on the day of the note, two things away", func(t *testing.T) {
		for _, name := range []string{"microsoft", "office"} {
			want := []string{"contract + paper", "paper + paper", "paper + provider"}
			if got := lockoutKinds(t, memo, name, nil); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		// A fire takes both papers at once; nothing else that happens alone does.
		if got := alone(t, memo, "microsoft", noted); !slices.Equal(got, []string{"fire"}) {
			t.Errorf("single events: %v", got)
		}
		got := pairs(t, memo, "microsoft", noted)
		for _, pair := range []string{"move-house lose:引き出し", "provider-closes:isp.example.jp lose:引き出し"} {
			if !slices.Contains(got, pair) {
				t.Errorf("%q is missing in %q", pair, got)
			}
		}
	})

	moved := story(t, "moved")
	moved.Now = moved.Now.AddDate(0, 0, 1)
	after := Derive(moved)
	t.Run("after the cancellation, one", func(t *testing.T) {
		for _, name := range []string{"microsoft", "office"} {
			if got := lockoutKinds(t, after, name, nil); !slices.Equal(got, []string{"paper"}) {
				t.Errorf("%s: %v, want the paper alone", name, got)
			}
		}
		if got := alone(t, after, "microsoft", noted); !slices.Equal(got, []string{"fire", "lose:引き出し"}) {
			t.Errorf("single events: %v", got)
		}
		if a := after.Account("mailbox"); !a.Over {
			t.Error("the mailbox of the ended contract is not over")
		}
	})

	t.Run("with the paper lost, a form that may refuse", func(t *testing.T) {
		in := story(t, "lost")
		for _, name := range []string{"microsoft", "office"} {
			if got := stateOf(t, Derive(in), name); got != lockout.Asking {
				t.Errorf("%s: %s, want asking", name, got)
			}
		}
		set(in, "microsoft", "two_step", "on")
		for _, name := range []string{"microsoft", "office"} {
			if got := stateOf(t, Derive(in), name); got != lockout.Shut {
				t.Errorf("%s with two-step verification on: %s, want shut", name, got)
			}
		}
	})
	t.Run("a password that was tried in vain, and one that worked since", func(t *testing.T) {
		in := story(t, "lost")
		r := in.Records[slices.IndexFunc(in.Records, func(r *record.Record) bool { return r.Name == "microsoft" })]
		r.Proven = map[string]string{"password": "2020-03-21"}
		if got := stateOf(t, Derive(in), "microsoft"); got != lockout.Unsure {
			t.Errorf("used since then: %s, want unsure", got)
		}
		r.Proven["password"] = "2017-04-08"
		if got := stateOf(t, Derive(in), "microsoft"); got != lockout.Asking {
			t.Errorf("used before: %s, want asking", got)
		}
		r.Attempts[0].Result = record.AttemptOther
		if got := stateOf(t, Derive(in), "microsoft"); got != lockout.Unsure {
			t.Errorf("tried, and not refused: %s, want unsure", got)
		}
	})
	t.Run("hints of former passwords alone remind of none", func(t *testing.T) {
		in := story(t, "moved")
		lostSlip := func() lockout.State { return stateOf(t, Derive(in), "microsoft", "move-house", "lose:引き出し") }
		if got := lostSlip(); got != lockout.Unsure {
			t.Errorf("with a hint: %s, want unsure", got)
		}
		set(in, "microsoft", "hint", "")
		if got := lostSlip(); got != lockout.Asking {
			t.Errorf("with hints of former passwords: %s, want asking", got)
		}
	})
	lost := Derive(setUp(story(t, "lost"), ""))
	t.Run("with the paper lost, where nothing is noted of the other ways", func(t *testing.T) {
		// What nobody noted may still be there, such as a number.
		if got := stateOf(t, lost, "microsoft"); got != lockout.Unsure {
			t.Errorf("%s", got)
		}
		for _, a := range []string{"microsoft", "office"} {
			if got := opensBy(t, lost, a, noted); got != "" {
				t.Errorf("%s opens by %s", a, got)
			}
			if got := opensBy(t, lost, a, lockout.Pessimistic); a == "microsoft" && got != "form" {
				t.Errorf("%s opens by %q, want the form", a, got)
			}
		}
		answers, _, err := lost.Graph().Deciding(lost.Account("microsoft").ID, lost.Case(lockout.SureOnly), 0)
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, id := range answers {
			fields = append(fields, lost.Thing(id).Field)
		}
		slices.Sort(fields)
		if want := []string{"phone", "recovery_code", "security_email"}; !slices.Equal(fields, want) {
			t.Errorf("the fields that would decide: %v, want %v", fields, want)
		}
	})
	t.Run("with everything that is not noted gone too", func(t *testing.T) {
		in := setUp(story(t, "lost"), "なし")
		if got := stateOf(t, Derive(in), "microsoft", "forgot-passwords"); got != lockout.Asking {
			t.Errorf("%s, want asking: the form", got)
		}
		if got := stateOf(t, Derive(in), "microsoft", "forgot-passwords", "pc-dies"); got != lockout.Shut {
			t.Errorf("the former passwords are in the vault, on that computer alone: %s", got)
		}
		set(in, "microsoft", "two_step", "on")
		if got := stateOf(t, Derive(in), "microsoft", "forgot-passwords"); got != lockout.Shut {
			t.Errorf("with two-step verification on: %s, want shut", got)
		}
	})

	t.Run("mended, no single recorded event locks it", func(t *testing.T) {
		mended := Derive(story(t, "mended"))
		for _, name := range []string{"microsoft", "office"} {
			for _, run := range []lockout.Run{lockout.Optimistic, lockout.Pessimistic, lockout.SureOnly, noted} {
				if got := alone(t, mended, name, run); len(got) > 0 {
					t.Errorf("%s, run %d: %v", name, run, got)
				}
			}
		}
	})
}

// setUp is the story with one answer for each of the other ways: none, or "" where
// nothing is noted.
func setUp(in Input, answer string) Input {
	for _, key := range []string{"phone", "security_email", "authenticator", "recovery_code"} {
		set(in, "microsoft", key, answer)
	}
	return in
}

func set(in Input, name, key, value string) {
	for _, r := range in.Records {
		if r.Name == name {
			r.Set(key, "", value)
		}
	}
}

// lockoutKinds returns the kinds of the things whose loss locks an account, by
// what is noted.
func lockoutKinds(t *testing.T, m *Model, name string, events []*Event) []string {
	t.Helper()
	sets, err := m.Graph().LockoutSets(m.Case(noted, events...), 3)
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := sets.Of(m.Account(name).ID)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, ids := range list {
		var kinds []string
		for _, id := range ids {
			kinds = append(kinds, string(m.Thing(id).Kind))
		}
		slices.Sort(kinds)
		out = append(out, strings.Join(kinds, " + "))
	}
	slices.Sort(out)
	return out
}

// alone returns the events that lock an account by themselves, pairs those that
// do so two at a time.
func alone(t *testing.T, m *Model, name string, run lockout.Run) []string {
	return eventSets(t, m, name, run, 1)
}

func pairs(t *testing.T, m *Model, name string, run lockout.Run) []string {
	return eventSets(t, m, name, run, 2)
}

func eventSets(t *testing.T, m *Model, name string, run lockout.Run, size int) []string {
	t.Helper()
	table, err := m.Graph().Table(m.Case(run), size)
	if err != nil {
		t.Fatal(err)
	}
	sets, err := table.Minimal(m.Account(name).ID)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, set := range sets {
		if len(set) == size {
			out = append(out, strings.Join(set, " "))
		}
	}
	return out
}

// opensBy returns the certainty of the way by which an account opens, "" if it
// does not.
func opensBy(t *testing.T, m *Model, name string, run lockout.Run) string {
	t.Helper()
	ways, err := m.Graph().Ways(m.Account(name).ID, m.Case(run))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ways {
		if w.Works {
			return m.WayOf(w.Rule).Certainty.String()
		}
	}
	return ""
}
