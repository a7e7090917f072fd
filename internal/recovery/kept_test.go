package recovery

import (
	"fmt"
	"testing"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

func TestWhereThingsAreKept(t *testing.T) {
	phone, pc := note("device", "denwa", "kind", "phone"), note("device", "pasokon", "kind", "pc")
	for _, c := range []struct {
		what    string
		account *record.Record
		events  []string
		want    lockout.State
	}{
		{"a password written in the phone goes with it", x("password", "pw_place", "denwa"), []string{"phone-lost"}, lockout.Shut},
		{"and is there as long as that is", x("password", "pw_place", "denwa"), nil, lockout.Open},
		{"a proof in the computer goes with it", x("proof", "proof", "pasokon"), []string{"pc-dies"}, lockout.Shut},
		{"codes that are on paper alone are there", x("codes", "kept codes", "paper:手帳"), nil, lockout.Open},
		{"and burn with it", x("codes", "kept codes", "paper:手帳"), []string{"fire"}, lockout.Shut},
		{"codes said to be in the vault, which has none, are not known", x("codes", "kept codes", "vault"), nil, lockout.Unsure},
		{"that they are on paper does not put them into the vault", x("codes", "kept codes", "paper:手帳, vault"), []string{"fire"}, lockout.Shut},
		{"a password that is on paper alone is not forgotten", x("password + pc", "kept pw", "paper:手帳", "pc", "pasokon"), nil, lockout.Open},
		{"where an address is written down says nothing of its mail", x("spare", "kept spare", "paper:手帳"), nil, lockout.Unsure},
	} {
		if got := stateOf(t, derive(phone, pc, c.account), "x", c.events...); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// What was to go away by a day is gone after it, as a contract that ended is.
func TestWhatWentAway(t *testing.T) {
	for _, c := range []struct {
		by, ends string
		want     lockout.State
	}{
		{"2026-11-21", "", lockout.Shut},
		{"2026-11-22", "", lockout.Open},
		{"", "", lockout.Open},
		{"2026-11-21", "2027-03-31", lockout.Shut},
		{"2027-03-31", "2026-11-21", lockout.Shut},
	} {
		mailbox := box("box", "a@nifty.com", "password_kept", "手帳", "contract_ends", c.ends)
		mailbox.Retire = &record.Retirement{By: c.by}
		if got := stateOf(t, derive(mailbox, x("spare", "spare", "a@nifty.com")), "x"); got != c.want {
			t.Errorf("by %q, ends %q: %v, want %v", c.by, c.ends, got, c.want)
		}
	}
}

// A graph takes so many events; that some are left out has to be known to whoever
// says that none locks anything.
func TestMoreEventsThanAGraphTakes(t *testing.T) {
	var records []*record.Record
	for i := range lockout.MaxEvents + 1 {
		records = append(records, by(note("service", fmt.Sprintf("s%d", i), "pw_place", fmt.Sprintf("箱-%d-", i)), "password"))
	}
	m := derive(records...)
	if m.AllEvents() {
		t.Error("all events are in the graph, which takes less")
	}
	if !derive(records[:10]...).AllEvents() {
		t.Error("ten papers are too many events")
	}
	last := m.Events()[len(m.Events())-1]
	var name string
	for _, r := range records {
		if "lose:"+r.Field("pw_place").Value == last.ID {
			name = r.Name
		}
	}
	if got := stateOf(t, m, name, last.ID); got != lockout.Shut {
		t.Errorf("%s after %s: %v", name, last.ID, got)
	}
}
