package audit

import (
	"cmp"
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// A net is who depends on what, made ready for the rules about that: the graph
// of the records, what single events and pairs of them lock, and what could be
// done.
type net struct {
	v *survey
	m *recovery.Model
	g *lockout.Graph

	now, sure lockout.Case // today: what is not known counts as there; sure leaves out what others have to grant
	accounts  []*recovery.Account
	account   map[string]*recovery.Account // by id
	subjects  map[record.ID]*subject
	events    map[string]*recovery.Event
	place     map[string]int // of an event, in the order of the model
	repairs   map[*recovery.Account][]*recovery.Repair
	vault     []*recovery.Repair // of the vault itself
	sets      *lockout.Sets      // of up to two events that leave no sure way
	hard      *lockout.Sets      // single events that leave no way at all
	noted     lockout.Case       // sure, without what somebody perhaps remembers
	perhaps   []string           // what somebody perhaps remembers
	nothing   *lockout.Sets      // up to two events that leave nothing but that
	asked     map[string]bool    // things that were asked for
	steps     int                // how many times the best next step was worked out
}

func newNet(v *survey) *net {
	vault := recovery.Vault{}
	for _, s := range v.in.Vault.Slots {
		vault.Slots = append(vault.Slots, recovery.Slot{ID: s.ID, Passphrase: s.Passphrase, Recovery: s.Recovery, Proven: s.Proven, Need: s.Need, Count: s.Count})
	}
	m := recovery.Derive(recovery.Input{Now: v.now, Records: v.in.Records, Vault: vault})
	n := &net{v: v, m: m, g: m.Graph(), now: m.Case(lockout.Optimistic), sure: m.Case(lockout.SureOnly), accounts: m.Accounts(),
		asked: map[string]bool{}, account: map[string]*recovery.Account{}, subjects: map[record.ID]*subject{},
		events: map[string]*recovery.Event{}, place: map[string]int{}, repairs: map[*recovery.Account][]*recovery.Repair{}}
	for i := range v.subjects {
		n.subjects[v.subjects[i].r.ID] = &v.subjects[i]
	}
	for _, a := range n.accounts {
		n.account[a.ID] = a
	}
	for i, e := range m.Events() {
		n.events[e.ID], n.place[e.ID] = e, i
	}
	for _, r := range m.Repairs() {
		if r.Account == nil {
			n.vault = append(n.vault, r)
		} else {
			n.repairs[r.Account] = append(n.repairs[r.Account], r)
		}
	}
	n.sets, _ = n.g.EventSets(n.sure, 2)
	n.hard, _ = n.g.EventSets(n.now, 1)
	for _, id := range n.g.Unknown() {
		if t := n.m.Thing(id); t != nil && t.Kind == recovery.KindMemory {
			n.perhaps = append(n.perhaps, id)
		}
	}
	n.noted = n.unremembered(n.sure)
	n.nothing, _ = n.g.EventSets(n.noted, 2)
	return n
}

// important is from which weight on one event may not lock an account.
const important = 2

// judged reports whether what locks an account is worth a finding: not of one
// that is over anyway, and not where nothing at all is known.
func judged(a *recovery.Account) bool { return a.Weight > 0 && !a.Over && !a.NoWays }

// shut reports whether no way into the account is left, as far as the notes go.
func (n *net) shut(a *recovery.Account) bool { return empty(setsOf(n.hard, a)) }

// locked reports whether no sure way is left: at best somebody has to grant it.
func (n *net) locked(a *recovery.Account) bool { return empty(setsOf(n.sets, a)) }

// remembered reports whether nothing but what somebody perhaps remembers leads
// surely into the account.
func (n *net) remembered(a *recovery.Account) bool {
	return empty(setsOf(n.nothing, a)) && !n.locked(a)
}

// unremembered is the case without what somebody perhaps remembers: of a password
// a hint alone is noted.
func (n *net) unremembered(c lockout.Case) lockout.Case {
	c.Lost = slices.Concat(c.Lost, n.perhaps)
	return c
}

// empty reports whether the only set is the empty one.
func empty(sets [][]string) bool { return len(sets) == 1 && len(sets[0]) == 0 }

func setsOf(sets *lockout.Sets, a *recovery.Account) [][]string {
	if sets == nil {
		return nil
	}
	list, _, _ := sets.Of(a.ID)
	return list
}

// counts reports whether an event is one that a person would want to be warned
// of for the account: neither the end of the account's own ground, nor the death
// of the owner, which G14 judges, nor that some day a mail company closes.
func (n *net) counts(a *recovery.Account, id string) bool {
	e := n.events[id]
	switch {
	case e == nil, e.Kind == recovery.OwnerDies, e.Kind == recovery.ProviderCloses && e.Day.IsZero():
		return false
	}
	return !slices.Contains(a.Own, id)
}

// singles returns the events that leave no sure way by themselves, without those
// that do so only because they bring a smaller one with them: a fire in which
// the telephone is lost.
func (n *net) singles(a *recovery.Account) []string {
	return n.smallest(n.counted(a, setsOf(n.sets, a)))
}

// hardSingles returns the same of events that leave no way at all.
func (n *net) hardSingles(a *recovery.Account) []string {
	return n.smallest(n.counted(a, setsOf(n.hard, a)))
}

// softSingles returns those after which somebody has to grant it.
func (n *net) softSingles(a *recovery.Account) []string {
	hard := n.hardSingles(a)
	return slices.DeleteFunc(n.singles(a), func(id string) bool { return slices.Contains(hard, id) })
}

// memorySingles returns those after which only memory is left.
func (n *net) memorySingles(a *recovery.Account) []string {
	if n.remembered(a) {
		return nil
	}
	known := n.singles(a)
	return slices.DeleteFunc(n.smallest(n.counted(a, setsOf(n.nothing, a))), func(id string) bool { return slices.Contains(known, id) })
}

// counted returns the events that are sets of their own and that count.
func (n *net) counted(a *recovery.Account, sets [][]string) []string {
	var list []string
	for _, set := range sets {
		if len(set) == 1 && n.counts(a, set[0]) {
			list = append(list, set[0])
		}
	}
	return list
}

// byWeight returns the accounts, the most important first.
func (n *net) byWeight() []*recovery.Account {
	list := slices.Clone(n.accounts)
	slices.SortStableFunc(list, func(a, b *recovery.Account) int { return b.Weight - a.Weight })
	return list
}

// smallest leaves out events that take away all that another one of the list
// takes, and more; of two that take the same the first stays.
func (n *net) smallest(list []string) []string {
	var out []string
	for _, id := range list {
		e := n.events[id]
		covered := slices.ContainsFunc(list, func(other string) bool {
			o := n.events[other]
			return other != id && within(o.Kills, e.Kills) && (len(o.Kills) < len(e.Kills) || n.place[other] < n.place[id])
		})
		if !covered {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return n.place[a] - n.place[b] })
	return out
}

func within(small, large []string) bool {
	for _, id := range small {
		if !slices.Contains(large, id) {
			return false
		}
	}
	return true
}

// subject returns the record of an account as the rules see it.
func (n *net) subject(a *recovery.Account) *subject { return n.subjects[a.Record.ID] }

// weighed sorts accounts, the most important first, and returns their records.
func (n *net) weighed(list []*recovery.Account) []*subject {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *recovery.Account) int { return b.Weight - a.Weight })
	var out []*subject
	for _, a := range list {
		if s := n.subject(a); s != nil && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// byOwner puts accounts into groups of one owner each: what they have in common is
// told to each owner apart.
func byOwner(list []*recovery.Account) [][]*recovery.Account {
	at := make(map[string]int)
	var groups [][]*recovery.Account
	for _, a := range list {
		owner := lang.Fold(a.Record.Owner)
		i, known := at[owner]
		if !known {
			i = len(groups)
			at[owner], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], a)
	}
	return groups
}

// accountOf returns the account of a record.
func (n *net) accountOf(s *subject) *recovery.Account { return n.account["account:"+s.r.ID.String()] }

// accountsOf returns the accounts of records.
func (n *net) accountsOf(list []*subject) []*recovery.Account {
	var out []*recovery.Account
	for _, s := range list {
		if a := n.accountOf(s); a != nil {
			out = append(out, a)
		}
	}
	return out
}

// weight is the greatest weight among accounts.
func weight(list []*recovery.Account) int {
	most := 0
	for _, a := range list {
		most = max(most, a.Weight)
	}
	return most
}

// The best next step is worked out for so many findings, and of so many repairs
// each; whoever has more than that to mend starts with these.
const (
	mostSteps   = 30
	mostRepairs = 200
)

// step returns what helps the accounts most in the case, and nil if nothing that
// the model knows does.
func (n *net) step(list []*recovery.Account, c lockout.Case) *recovery.Repair {
	var candidates []*recovery.Repair
	for _, a := range list {
		candidates = append(candidates, n.repairs[a]...)
	}
	candidates = append(candidates, n.vault...)
	candidates = candidates[:min(len(candidates), mostRepairs)]
	if n.steps++; n.steps > mostSteps || len(candidates) == 0 {
		return nil
	}
	byID := make(map[string]*recovery.Repair, len(candidates))
	var repairs []lockout.Repair
	for _, r := range candidates {
		byID[r.ID] = r
		repairs = append(repairs, r.Repair)
	}
	plan, err := n.g.Rank(c, repairs)
	if err != nil {
		return nil
	}
	var best *recovery.Repair
	var risk lockout.Risk
	for _, e := range plan.Effects {
		helps := slices.ContainsFunc(list, func(a *recovery.Account) bool { return slices.Contains(e.Eased, a.ID) })
		if r := byID[e.Repair]; helps && (best == nil || e.After.Compare(risk) == 0 && r.Effort < best.Effort) {
			best, risk = r, e.After
		}
	}
	return best
}

// next fills in what to do: the best next step, or what the rule says otherwise.
// A finding about one record that asks for the same step is the same point, unless
// a day is at stake that this one does not name.
func (n *net) next(m *match, list []*recovery.Account, c lockout.Case) {
	best := n.step(list, c)
	if best == nil {
		return
	}
	m.do, m.command = words(lang.T("%s:", "%s:"), best.Label), best.Command
	same := m.same
	m.same = func(f *Finding) bool {
		return same != nil && same(f) || f.Rule.record != nil && f.Rule.Severity < Critical && slices.Equal(f.Command(), best.Command)
	}
}

// steady returns the records of the accounts that no single event locks, even if
// what is not known is not there and nobody grants or helps.
func (n *net) steady() []*record.Record {
	sets, err := n.g.EventSets(n.m.Case(lockout.SureOnly|lockout.Pessimistic), 1)
	if err != nil || !n.m.AllEvents() {
		return nil
	}
	var out []*recovery.Account
	for _, a := range n.accounts {
		if list, truncated, err := sets.Of(a.ID); err == nil && !truncated && judged(a) && !n.anyOf(list) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *recovery.Account) int {
		return cmp.Or(b.Weight-a.Weight, cmp.Compare(a.Record.Name, b.Record.Name))
	})
	var records []*record.Record
	for _, a := range out {
		records = append(records, a.Record)
	}
	return records
}

// anyOf reports whether a set says that the account is locked, or that one event
// other than the death of its owner locks it.
func (n *net) anyOf(sets [][]string) bool {
	return slices.ContainsFunc(sets, func(set []string) bool {
		return len(set) == 0 || n.events[set[0]] == nil || n.events[set[0]].Kind != recovery.OwnerDies
	})
}

// label is what an id of the graph is called.
func (n *net) label(id string) lang.Text {
	if t := n.m.Thing(id); t != nil {
		return t.Label
	}
	return both(id)
}

// named joins what people read with commas, at most so many.
func named(list []lang.Text, most int) lang.Text {
	var out lang.Text
	for i, t := range list[:min(len(list), most)] {
		if i > 0 {
			out.EN, out.JA = out.EN+", ", out.JA+"、"
		}
		out.EN, out.JA = out.EN+t.EN, out.JA+t.JA
	}
	if more := len(list) - most; more > 0 {
		return saidOf(lang.T("%s and %d more", "%s ほか %d 件"), out, more)
	}
	return out
}
