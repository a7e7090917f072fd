package recovery

import (
	"cmp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
)

// An Emergency is what is left to whoever comes after the owners: how the vault
// opens without them, what becomes of their accounts, and what must not be
// cancelled while accounts hang on it.
type Emergency struct {
	Owners []string // of whom nobody can be asked any more; "" is whoever keeps the vault
	Events []*Event // taken as happened

	// File and Key are the two halves of opening the vault: one way of each is
	// needed. Vault is how far that can be relied upon. VaultKnown is false if the
	// notes and the store say nothing of how it opens.
	VaultKnown bool
	Vault      lockout.State
	File, Key  Component

	Accounts []*Bequest // what weighs most first; without those that are over
	Holds    []*Hold    // what accounts hang on, the gravest first
}

// A Component is one half of what opens the vault.
type Component struct {
	State  lockout.State
	Routes []Route // each does it by itself; those first that can be relied upon
	// Lacking is what the other ways lack. Each names, where it can, the field that
	// would tell.
	Lacking []*Thing
}

// A Route is things that are needed all together.
type Route struct {
	Needs []*Thing
	State lockout.State
}

// A Bequest is one account, and what becomes of it.
type Bequest struct {
	Account *Account
	State   lockout.State
	Way     *Way     // the best way left; nil if there is none
	Needs   []*Thing // what that starts from
	Unknown []*Thing // of Needs, those of which nothing is noted
}

// A Hold is a contract, a line or a domain that accounts hang on.
type Hold struct {
	Thing *Thing
	Locks []*Account // that open now, and do not without it
	Uses  []*Account // that have a way through it, the others among them
}

// Emergency works out what is left when the owner, or with an empty name
// everybody whose records these are, can't be asked any more. The error is of
// package lockout: of a vault that is too large for a graph.
func (m *Model) Emergency(owner string) (*Emergency, error) {
	if m.things[VaultID] == nil && len(m.in.Vault.Slots) > 0 {
		m = derived(m.in, true)
	}
	e := &Emergency{}
	for _, event := range m.events {
		if event.Kind == OwnerDies && concerns(owner, event.Owner) {
			e.Events = append(e.Events, event)
			e.Owners = append(e.Owners, event.Owner)
		}
	}
	if m.graph == nil {
		return e, nil
	}
	q := &inquest{Model: m, e: e, owner: owner, c: m.Case(lockout.Optimistic, e.Events...), assets: map[string]bool{}}
	for _, id := range slices.Concat(m.graph.Known(), m.graph.Unknown()) {
		q.assets[id] = true
	}
	for _, step := range []func() error{q.opening, q.bequeath, q.hold} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// concerns reports whether an emergency of the owner is about what belongs to
// somebody.
func concerns(owner, whose string) bool {
	return owner == "" || lang.Fold(whose) == lang.Fold(owner)
}

// An inquest works an Emergency out.
type inquest struct {
	*Model
	e      *Emergency
	owner  string
	c      lockout.Case    // in which it has happened
	assets map[string]bool // what can be lost by itself, so that nothing leads to it
}

// opening finds the ways to the vault.
func (q *inquest) opening() error {
	m, e := q.Model, q.e
	if e.VaultKnown = m.things["vault-file"] != nil && m.things["vault-key"] != nil; !e.VaultKnown {
		return nil
	}
	var err error
	if e.File, err = q.component("vault-file"); err != nil {
		return err
	}
	if e.Key, err = q.component("vault-key"); err != nil {
		return err
	}
	e.Vault, err = m.stateOf(VaultID, q.c)
	return err
}

// stateOf is how a node stands in a case.
func (m *Model) stateOf(id string, c lockout.Case) (lockout.State, error) {
	p, ok, err := m.graph.Proof(id, c)
	if err != nil || !ok {
		return lockout.Shut, err
	}
	return p.State, nil
}

// openingBudget bounds the search for ways to the vault, of which there are a
// handful.
const openingBudget = 50_000_000

func (q *inquest) component(id string) (Component, error) {
	part := Component{State: lockout.Shut}
	all, err := q.graph.All(id, q.c, openingBudget)
	if err != nil {
		return part, err
	}
	for _, set := range all.Access {
		only := q.c
		only.Only = append([]string{}, set...)
		state, err := q.stateOf(id, only)
		if err != nil {
			return part, err
		}
		part.Routes = append(part.Routes, Route{Needs: q.thingsOf(set), State: state})
		part.State = min(part.State, state)
	}
	slices.SortStableFunc(part.Routes, func(a, b Route) int { return cmp.Compare(a.State, b.State) })
	part.Lacking, err = q.lacking(id)
	return part, err
}

func (m *Model) thingsOf(ids []string) []*Thing {
	var list []*Thing
	for _, id := range ids {
		if t := m.things[id]; t != nil && t.Kind != KindSelf {
			list = append(list, t)
		}
	}
	return list
}

// lacking is what the ways to a node lack that do not work: the things at the
// end, but of a password the password itself, since that names the field where it
// would say where it is written.
func (q *inquest) lacking(id string) ([]*Thing, error) {
	seen, found := map[string]bool{}, map[string]bool{}
	var list []*Thing
	var descend func(id string) error
	descend = func(id string) error {
		if seen[id] {
			return nil
		}
		seen[id] = true
		ways, err := q.graph.Ways(id, q.c)
		if err != nil {
			return err
		}
		for _, w := range ways {
			for _, missing := range w.Missing {
				t := q.things[missing]
				switch {
				case w.Works || t == nil || found[missing]:
				case t.Kind == KindPassword || q.assets[missing]:
					found[missing] = true
					list = append(list, t)
				default:
					if err := descend(missing); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	return list, descend(id)
}

// bequeath says what becomes of the accounts.
func (q *inquest) bequeath() error {
	m, e := q.Model, q.e
	var ids []string
	for _, a := range m.accounts {
		if !a.Over && concerns(q.owner, a.Record.Owner) {
			e.Accounts = append(e.Accounts, &Bequest{Account: a})
			ids = append(ids, a.ID)
		}
	}
	proofs, err := m.graph.Proofs(q.c, ids...)
	if err != nil {
		return err
	}
	for i, b := range e.Accounts {
		p := proofs[i]
		if b.State = p.State; p.State == lockout.Shut {
			continue
		}
		if len(p.Steps) > 0 {
			b.Way = m.rules[p.Steps[len(p.Steps)-1].Rule]
		}
		b.Needs = m.thingsOf(p.Assets)
		for _, t := range b.Needs {
			if t.Unknown {
				b.Unknown = append(b.Unknown, t)
			}
		}
	}
	slices.SortStableFunc(e.Accounts, func(x, y *Bequest) int {
		return cmp.Or(cmp.Compare(y.Account.Weight, x.Account.Weight), strings.Compare(x.Account.Record.Name, y.Account.Record.Name))
	})
	return nil
}

// hold finds what accounts hang on and somebody may cancel.
func (q *inquest) hold() error {
	m, e := q.Model, q.e
	var ids []string
	for id, t := range m.things {
		cancelled := t.Kind == KindContract || t.Kind == KindLine || t.Kind == KindDomain
		if cancelled && concerns(q.owner, t.Owner) && q.assets[id] && !slices.Contains(q.c.Lost, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	locks, err := m.graph.EachLoss(q.c, ids...)
	if err != nil {
		return err
	}
	for i, id := range ids {
		hanging, err := m.graph.Hanging(id, q.c)
		if err != nil {
			return err
		}
		h := &Hold{Thing: m.things[id], Locks: m.accountsOf(locks[i]), Uses: m.accountsOf(hanging.Uses)}
		if len(h.Uses)+len(h.Locks) > 0 {
			e.Holds = append(e.Holds, h)
		}
	}
	slices.SortStableFunc(e.Holds, func(x, y *Hold) int {
		return cmp.Or(cmp.Compare(weightOf(y.Locks), weightOf(x.Locks)), cmp.Compare(weightOf(y.Uses), weightOf(x.Uses)))
	})
	return nil
}

// accountsOf are the accounts with the ids, but for those that are over.
func (m *Model) accountsOf(ids []string) []*Account {
	var list []*Account
	for _, a := range m.accounts {
		if !a.Over && slices.Contains(ids, a.ID) {
			list = append(list, a)
		}
	}
	return list
}

func weightOf(list []*Account) int {
	n := 0
	for _, a := range list {
		n += 1 + a.Weight
	}
	return n
}
