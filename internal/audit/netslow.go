package audit

import (
	"slices"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// slow is how long the way back into what must never be lost may take.
const slow = 14 * 24 * time.Hour

// mostTimed is after how many events the times are worked out.
const mostTimed = 100

// slowWay tells of each account what makes the way back longest.
func slowWay(n *net, hit func(match)) {
	worst := make(map[*recovery.Account]time.Duration)
	by := make(map[*recovery.Account]string)
	ids := n.g.Accounts()
	for _, e := range n.delaying() {
		times, err := n.g.Times(n.m.Case(lockout.Optimistic, e))
		if err != nil {
			return
		}
		for i, t := range times {
			a := n.account[ids[i]]
			if a != nil && vital(a) && t != lockout.Never && t > slow && t > worst[a] && n.counts(a, e.ID) {
				worst[a], by[a] = t, e.ID
			}
		}
	}
	n.eachLock(func(a *recovery.Account) []string {
		if by[a] == "" {
			return nil
		}
		return []string{by[a]}
	}, func(events []string, list []*recovery.Account) {
		e := n.events[events[0]]
		hit(match{about: n.weighed(list), say: func(about []*subject) match {
			list := n.accountsOf(about)
			return match{events: events, command: wayCommand(list[0].Record), what: words(lang.T("%s: then the quickest way back into %s takes %s", "%s: そのあと %s に戻るには、早くても %sかかります"),
				e.Label, named(recordNames(list), mostListed), recovery.WaitWords(worst[list[0]]))}
		}})
	})
}

// vital reports whether an account must never be lost.
func vital(a *recovery.Account) bool { return a.Weight == record.MaxImportance && judged(a) }

// delaying returns the events after which one may have to wait for an account
// that must never be lost. As a rule one waits for what others have to grant; of
// an account with a sure way that takes time any event may be one.
func (n *net) delaying() []*recovery.Event {
	delay := make(map[string]bool)
	any := false
	for _, a := range n.accounts {
		if !vital(a) {
			continue
		}
		for _, id := range n.softSingles(a) {
			delay[id] = true
		}
		any = any || slices.ContainsFunc(n.m.Ways(a), func(w *recovery.Way) bool { return w.Certainty == lockout.Sure && w.Wait > 0 })
	}
	var list []*recovery.Event
	for _, e := range n.m.Events() {
		if (any || delay[e.ID]) && len(list) < mostTimed {
			list = append(list, e)
		}
	}
	return list
}
