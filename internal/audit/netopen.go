package audit

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/recovery"
)

// Of so many accounts and events, the most important ones, it is asked what would
// decide; who notes that is asked further.
const mostAsked = 150

// A deciding thing is one of which nothing is noted, and what hangs on it.
type deciding struct {
	thing    *recovery.Thing
	accounts []*recovery.Account
	event    *recovery.Event // after which; nil: today
}

// An asker collects what is not known, each thing once.
type asker struct {
	n     *net
	list  []*deciding
	by    map[string]*deciding
	calls int
	after map[*recovery.Event]*lockout.Doubt // nil: today
}

// ask asks for what decides whether a sure way into the account is there, after
// the event if there is one. What is the account's own matter is decided by
// what it says of itself.
func (q *asker) ask(a *recovery.Account, e *recovery.Event) {
	const budget = 2_000_000 // a few milliseconds
	if q.calls++; q.calls > mostAsked {
		return
	}
	doubt := q.doubt(e)
	if doubt == nil {
		return
	}
	ids, _, err := doubt.Deciding(a.ID, budget)
	if err != nil {
		return
	}
	for _, id := range ids {
		t := q.n.m.Thing(id)
		if t == nil || t.Command() == nil || q.n.asked[id] {
			continue
		}
		d := q.by[id]
		if d == nil {
			d = &deciding{thing: t, event: e}
			q.by[id], q.list = d, append(q.list, d)
		}
		if d.event == e && !slices.Contains(d.accounts, a) {
			d.accounts = append(d.accounts, a)
		}
	}
}

// doubt is the case after the event, or today; nil if the graph refuses it.
func (q *asker) doubt(e *recovery.Event) *lockout.Doubt {
	if q.after[e] == nil {
		c := q.n.sure
		if e != nil {
			c = q.n.m.Case(lockout.SureOnly, e)
		}
		doubt, err := q.n.g.Doubt(c)
		if err != nil {
			return nil
		}
		q.after[e] = doubt
	}
	return q.after[e]
}

// say asks, in the order in which the things were found.
func (q *asker) say(hit func(match)) {
	for _, d := range q.list {
		t := d.thing
		q.n.asked[t.ID] = true
		s := q.n.subject(d.accounts[0])
		if t.Record != nil && q.n.subjects[t.Record.ID] != nil {
			s = q.n.subjects[t.Record.ID]
		}
		names := named(recordNames(d.accounts), mostListed)
		out := match{open: true, about: []*subject{s}, weight: weight(d.accounts), fields: []string{t.Field}, command: t.Command(),
			what: words(lang.T("%s. That decides whether there is a sure way into %s", "%s。これが分かれば、%s に確実に戻れるかどうかが決まります"), t.Label, names)}
		if d.event != nil {
			out.what = words(lang.T("%s. That decides whether there is still a sure way into %s after this: %s", "%s。これが分かれば、次のあとも %s に確実に戻れるかどうかが決まります: %s"), t.Label, names, d.event.Label)
		}
		hit(out)
	}
}

// askToday asks for what decides whether an account opens at all.
func (n *net) askToday(hit func(match)) {
	states, err := n.g.States(n.now)
	if err != nil {
		return
	}
	state := make(map[*recovery.Account]lockout.State, len(states))
	for i, id := range n.g.Accounts() {
		if a := n.account[id]; a != nil {
			state[a] = states[i]
		}
	}
	q := asker{n: n, by: make(map[string]*deciding), after: make(map[*recovery.Event]*lockout.Doubt)}
	for _, a := range n.byWeight() {
		if judged(a) && state[a] == lockout.Unsure && !n.toldOfMemory(a) {
			q.ask(a, nil)
		}
	}
	q.say(hit)
}

// toldOfMemory reports whether G10 says what the account hangs on.
func (n *net) toldOfMemory(a *recovery.Account) bool { return a.Weight >= important && n.remembered(a) }

// askAfter asks for what decides whether an important account still opens after
// an event that leaves no sure way by what is noted, but perhaps by what is so.
func (n *net) askAfter(hit func(match)) {
	sets, err := n.g.EventSets(n.m.Case(lockout.SureOnly|lockout.Pessimistic), 1)
	if err != nil {
		return
	}
	q := asker{n: n, by: make(map[string]*deciding), after: make(map[*recovery.Event]*lockout.Doubt)}
	for _, a := range n.byWeight() {
		if !judged(a) || a.Weight < important {
			continue
		}
		known := append(n.singles(a), n.memorySingles(a)...)
		for _, id := range n.smallest(n.counted(a, setsOf(sets, a))) {
			if !slices.Contains(known, id) {
				q.ask(a, n.events[id])
			}
		}
	}
	q.say(hit)
}
