package recovery

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

func emergencyOf(t testing.TB, m *Model, owner string) *Emergency {
	t.Helper()
	e, err := m.Emergency(owner)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// labels are what things are called, for comparing.
func labelsOf(things []*Thing) string {
	var list []string
	for _, t := range things {
		list = append(list, t.Label.EN)
	}
	slices.Sort(list)
	return strings.Join(list, " + ")
}

func routesOf(c Component) (list []string) {
	for _, r := range c.Routes {
		list = append(list, fmt.Sprintf("%s: %s", r.State, labelsOf(r.Needs)))
	}
	slices.Sort(list)
	return list
}

func TestHowTheVaultOpensWithoutItsOwner(t *testing.T) {
	pc := note("device", "pc", "kind", "pc")
	openPC := note("device", "pc", "kind", "pc", "unlock_kept", "封筒")
	taro := note("person", "taro")
	for _, c := range []struct {
		what      string
		records   []*record.Record
		vault     lockout.State
		file, key []string
		lacking   string // of the file, then of the key
	}{
		{"nothing is noted", nil, lockout.Open, []string{"open: the computer with the vault"},
			[]string{"open: the paper with the recovery key of the vault, wherever it is"}, "what you remember: the passphrase of the vault"},
		{"the code of the computer is in the owner's head", []*record.Record{pc}, lockout.Shut, nil,
			[]string{"open: the paper with the recovery key of the vault, wherever it is"}, "the code that unlocks pc + what you remember: the passphrase of the vault"},
		{"it is on paper", []*record.Record{openPC}, lockout.Open, []string{"open: the device pc + the paper (封筒)"},
			[]string{"open: the paper with the recovery key of the vault, wherever it is"}, "what you remember: the passphrase of the vault"},
		{"a copy and the key are elsewhere", []*record.Record{pc, taro, note("vault", "vault", "copy_place", "娘の家", "recovery_key_person", "taro", "device", "pc")}, lockout.Asking,
			[]string{"open: the copy of the vault (娘の家)"}, []string{"asking: taro (a person)"}, "the code that unlocks pc + what you remember: the passphrase of the vault"},
		{"the passphrase is on paper too", []*record.Record{pc, note("vault", "vault", "copy_place", "娘の家", "passphrase_place", "貸金庫", "recovery_key_place", "手帳")}, lockout.Open,
			[]string{"open: the copy of the vault (娘の家)"}, []string{"open: the paper (手帳)", "open: the paper (貸金庫)"}, "the code that unlocks pc + what you remember: the passphrase of the vault"},
	} {
		e := emergencyOf(t, derive(c.records...), "")
		if !e.VaultKnown || e.Vault != c.vault {
			t.Errorf("%s: known %v, %v, want %v", c.what, e.VaultKnown, e.Vault, c.vault)
		}
		if got := routesOf(e.File); !slices.Equal(got, c.file) {
			t.Errorf("%s: file by %q, want %q", c.what, got, c.file)
		}
		if got := routesOf(e.Key); !slices.Equal(got, c.key) {
			t.Errorf("%s: key by %q, want %q", c.what, got, c.key)
		}
		if got := labelsOf(slices.Concat(e.File.Lacking, e.Key.Lacking)); got != c.lacking {
			t.Errorf("%s: lacking %q, want %q", c.what, got, c.lacking)
		}
	}
}

// Where the recovery key was never shown to open anything, the notes do not tell
// whether its paper is any good.
func TestAnUnprovenKeyIsNotKnownToOpen(t *testing.T) {
	m := Derive(Input{Now: now, Vault: Vault{Slots: []Slot{{Passphrase: true}, {Recovery: true}}}})
	e := emergencyOf(t, m, "")
	if e.Vault != lockout.Unsure || e.Key.State != lockout.Unsure || !e.Key.Routes[0].Needs[0].Unknown {
		t.Errorf("vault %v, key %v", e.Vault, e.Key.State)
	}
	if e := emergencyOf(t, Derive(Input{Now: now}), ""); e.VaultKnown || len(e.File.Routes)+len(e.Key.Routes) > 0 {
		t.Error("something is said of a vault of which nothing is known")
	}
}

// Each route opens its half by itself, and no part of it does.
func TestRoutesAreMinimal(t *testing.T) {
	for _, records := range [][]*record.Record{
		story(t, "memo").Records, story(t, "mended").Records,
		{note("device", "pc", "kind", "pc", "unlock_kept", "封筒"), note("person", "taro"), note("vault", "v", "device", "pc", "copy_place", "娘の家", "passphrase_place", "手帳", "passphrase_person", "taro", "recovery_key_place", "貸金庫")},
	} {
		m := derive(records...)
		e := emergencyOf(t, m, "")
		for id, part := range map[string]Component{"vault-file": e.File, "vault-key": e.Key} {
			for _, route := range part.Routes {
				var ids []string
				for _, thing := range route.Needs {
					ids = append(ids, thing.ID)
				}
				c := m.Case(lockout.Optimistic, e.Events...)
				if c.Only = ids; !reaches(t, m, id, c) {
					t.Errorf("%s does not open by %q", id, ids)
				}
				for i := range ids {
					c.Only = slices.Delete(slices.Clone(ids), i, i+1)
					if reaches(t, m, id, c) {
						t.Errorf("%s opens by %q already", id, c.Only)
					}
				}
			}
		}
	}
}

func reaches(t *testing.T, m *Model, id string, c lockout.Case) bool {
	t.Helper()
	if c.Only == nil {
		c.Only = []string{}
	}
	_, ok, err := m.Graph().Proof(id, c)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestWhatTheStoryLeaves(t *testing.T) {
	for moment, want := range map[string]string{
		"memo":   "mailbox open, microsoft open, isp open, office open",
		"mended": "mailbox open, microsoft open, webmail open, isp open, office open",
		"lost":   "microsoft shut, office shut",
	} {
		var got []string
		for _, b := range emergencyOf(t, Derive(story(t, moment)), "山田 花子").Accounts {
			got = append(got, b.Account.Record.Name+" "+b.State.String())
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", moment, got, want)
		}
	}
	holds := emergencyOf(t, Derive(story(t, "mended")), "山田 花子").Holds
	if len(holds) != 2 || accountNames(holds[0].Locks) != "isp mailbox" || accountNames(holds[1].Uses) != "microsoft webmail" || len(holds[1].Locks) > 0 {
		t.Errorf("what accounts hang on: %d", len(holds))
	}
}

func accountNames(list []*Account) string {
	var names []string
	for _, a := range list {
		names = append(names, a.Record.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// Of several owners the one who is asked about is gone, the others are there.
func TestEmergencyOfOneOwner(t *testing.T) {
	records := []*record.Record{
		by(note("service", "hers", "owner", "花子", "hint", "猫"), "password"),
		by(note("service", "his", "owner", "太郎", "pw_place", "手帳"), "password"),
	}
	m := derive(records...)
	e := emergencyOf(t, m, "花子")
	if len(e.Accounts) != 1 || e.Accounts[0].State != lockout.Shut || !slices.Equal(e.Owners, []string{"花子"}) {
		t.Errorf("of one: %d accounts, owners %q", len(e.Accounts), e.Owners)
	}
	if e := emergencyOf(t, m, ""); len(e.Accounts) != 2 || !slices.Contains(e.Owners, "花子") || e.Vault != lockout.Open {
		t.Errorf("of all: %d accounts, owners %q", len(e.Accounts), e.Owners)
	}
}

// What an upheaval says agrees with the state of each account after it.
func TestUpheavalsAgreeWithTheGraph(t *testing.T) {
	for _, moment := range []string{"memo", "moved", "lost", "mended"} {
		m := Derive(story(t, moment))
		list, err := m.Upheavals("")
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range list {
			for _, a := range m.Accounts() {
				if a.Over || slices.Contains(u.Ends, a) {
					continue
				}
				today, then := stateOf(t, m, a.Record.Name), stateOf(t, m, a.Record.Name, u.Event.ID)
				for state, in := range map[lockout.State][]*Account{lockout.Shut: u.Locked, lockout.Asking: u.Asking, lockout.Unsure: u.Unclear} {
					if slices.Contains(in, a) != (then == state && then > today) {
						t.Errorf("%s: %s after %s: %v, today %v", moment, a.Record.Name, u.Event.ID, then, today)
					}
				}
			}
		}
	}
}

// On the day of the note, moving house locks nothing by itself: it takes a way,
// and another address is the repair. With that done before, it takes nothing.
func TestUpheavalsOfTheStory(t *testing.T) {
	for _, c := range []struct{ moment, weaker, ends, repairs string }{
		{"memo", "microsoft", "isp mailbox", "move account_email"},
		{"mended", "", "isp mailbox", ""},
	} {
		list, err := Derive(story(t, c.moment)).Upheavals("山田 花子")
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(list, func(u *Upheaval) bool { return u.Event.Kind == MoveHouse })
		u := list[i]
		var repairs []string
		for _, r := range u.Repairs {
			kind, field := r.Kind()
			repairs = append(repairs, string(kind)+" "+field)
		}
		if u.Locks() || !u.Planned() || !u.Touches() || accountNames(u.Weaker) != c.weaker || accountNames(u.Ends) != c.ends || strings.Join(repairs, ", ") != c.repairs {
			t.Errorf("%s: locks %v, weaker %q, ends %q, repairs %q", c.moment, u.Locks(), accountNames(u.Weaker), accountNames(u.Ends), repairs)
		}
	}
}
