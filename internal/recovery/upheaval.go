package recovery

import (
	"slices"
	"strings"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// An Upheaval is an event, what it would do to what is open today, and what to
// do before.
type Upheaval struct {
	Event *Event
	// Locked do not open any more; Asking only if a form is granted or somebody
	// helps; of Unclear the notes do not tell any more.
	Locked, Asking, Unclear []*Account
	// Weaker still open, but lose a way: the next event may lock them.
	Weaker []*Account
	Ends   []*Account // end with it, as the mailbox of a contract does
	// Repairs are, for each of the accounts that do not just end, what helps it
	// most; each once.
	Repairs []*Repair
}

// Locks reports whether by what is noted the event alone locks anything, or
// may.
func (u *Upheaval) Locks() bool { return len(u.Locked)+len(u.Asking)+len(u.Unclear) > 0 }

// Touches reports whether the event makes anything worse.
func (u *Upheaval) Touches() bool { return u.Locks() || len(u.Weaker)+len(u.Ends) > 0 }

// Planned reports whether the event is one that its owner decides upon, so that
// there is a before.
func (u *Upheaval) Planned() bool {
	switch u.Event.Kind {
	case MoveHouse, NumberChanged, CarrierLeft, PCDies, JobLeft, SchoolLeft:
		return true
	}
	return u.Event.contract
}

// Upheavals looks at the single events of an owner ("" is everybody), but the
// owner's death, in the order of Events. The error is of package lockout.
func (m *Model) Upheavals(owner string) ([]*Upheaval, error) {
	if m.graph == nil {
		return nil, nil
	}
	q, err := m.calm(owner)
	if err != nil {
		return nil, err
	}
	var list []*Upheaval
	for _, e := range m.events {
		if e.Kind == OwnerDies || !concerns(owner, e.Owner) {
			continue
		}
		u, err := q.upheaval(e)
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}

// A calm is how things stand before anything happens.
type calm struct {
	*Model
	owner string
	today map[string]lockout.State // by account id
	view  *lockout.View
}

func (m *Model) calm(owner string) (*calm, error) {
	q := &calm{Model: m, owner: owner}
	var err error
	if q.today, err = m.states(m.Case(lockout.Optimistic)); err != nil {
		return nil, err
	}
	q.view, err = m.graph.View(m.Case(lockout.Optimistic))
	return q, err
}

// states are the accounts in a case, by their ids.
func (m *Model) states(c lockout.Case) (map[string]lockout.State, error) {
	list, err := m.graph.States(c)
	if err != nil {
		return nil, err
	}
	by := make(map[string]lockout.State, len(list))
	for i, id := range m.graph.Accounts() {
		by[id] = list[i]
	}
	return by, nil
}

func (q *calm) upheaval(e *Event) (*Upheaval, error) {
	u := &Upheaval{Event: e}
	c := q.Case(lockout.Optimistic, e)
	then, err := q.states(c)
	if err != nil {
		return nil, err
	}
	view, err := q.graph.View(c)
	if err != nil {
		return nil, err
	}
	for _, a := range q.accounts {
		switch {
		case a.Over || !concerns(q.owner, a.Record.Owner):
		case slices.Contains(a.Own, e.ID):
			u.Ends = append(u.Ends, a)
		case then[a.ID] == lockout.Shut && q.today[a.ID] != lockout.Shut:
			u.Locked = append(u.Locked, a)
		case then[a.ID] == lockout.Asking && q.today[a.ID] < lockout.Asking:
			u.Asking = append(u.Asking, a)
		case then[a.ID] == lockout.Unsure && q.today[a.ID] == lockout.Open:
			u.Unclear = append(u.Unclear, a)
		case then[a.ID] != lockout.Shut:
			fewer, err := q.fewerWays(view, a)
			if err != nil {
				return nil, err
			}
			if fewer {
				u.Weaker = append(u.Weaker, a)
			}
		}
	}
	return u, q.mendBefore(u)
}

// fewerWays reports whether some way into an account works today and does not
// any more in a view.
func (q *calm) fewerWays(then *lockout.View, a *Account) (bool, error) {
	before, err := q.view.Ways(a.ID)
	if err != nil {
		return false, err
	}
	after, err := then.Ways(a.ID)
	if err != nil {
		return false, err
	}
	for i := range after {
		if before[i].Works && !after[i].Works {
			return true, nil
		}
	}
	return false, nil
}

// mendBefore finds, for each account that stands worse after the event, the
// repair that then helps it most.
func (q *calm) mendBefore(u *Upheaval) error {
	accounts := slices.Concat(u.Locked, u.Asking, u.Unclear, u.Weaker)
	of, plain := map[*Account][]*Repair{}, []lockout.Repair(nil)
	offered := map[string]bool{}
	for _, a := range accounts {
		of[a] = q.repairsOf(a)
		for _, r := range of[a] {
			if !offered[r.ID] {
				offered[r.ID] = true
				plain = append(plain, r.Repair)
			}
		}
	}
	if len(plain) == 0 {
		return nil
	}
	plan, err := q.graph.Rank(q.Case(lockout.SureOnly|lockout.Pessimistic, u.Event), plain)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if r := helping(plan, a, of[a]); r != nil && !slices.Contains(u.Repairs, r) {
			u.Repairs = append(u.Repairs, r)
		}
	}
	return nil
}

// helping is the best of the repairs that eases an account; nil if none does.
func helping(plan *lockout.Plan, a *Account, repairs []*Repair) *Repair {
	for _, effect := range plan.Effects {
		if !slices.Contains(effect.Eased, a.ID) {
			continue
		}
		for _, r := range repairs {
			if r.ID == effect.Repair {
				return r
			}
		}
	}
	return nil
}

// repairsOf are the repairs of an account, and of the one that its licence is
// bound to.
func (m *Model) repairsOf(a *Account) []*Repair {
	bound := map[*Account]bool{a: true}
	for _, f := range fieldsOf(a.Record, a.Template, record.RoleLicensee) {
		if to := m.Account(f.Value); to != nil {
			bound[to] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(m.Repairs()), func(r *Repair) bool { return r.Account == nil || !bound[r.Account] })
}

// A RepairKind says what is done by a repair.
type RepairKind string

// The kinds of repairs.
const (
	RepairMove   RepairKind = "move"   // another address in the place of one that ends with a contract
	RepairMail   RepairKind = "mail"   // a second address
	RepairPhone  RepairKind = "phone"  // a mobile number
	RepairCodes  RepairKind = "codes"  // codes for emergencies
	RepairPaper  RepairKind = "paper"  // the password on paper
	RepairSecond RepairKind = "second" // the paper with the password at a second place
	RepairVault  RepairKind = "vault"  // a copy of the vault, or of its key, elsewhere
)

// Kind says what is done by the repair, and the key of the field that it changes;
// empty if it changes none.
func (r *Repair) Kind() (kind RepairKind, field string) {
	if r.Account == nil {
		return RepairVault, ""
	}
	what, rest, _ := strings.Cut(r.ID, ":")
	_, field, _ = strings.Cut(rest, ":")
	return RepairKind(what), field
}
