package audit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// What is locked already, and what locks: G01, G02, G03, G08.
var lockRules = []*Rule{
	{
		ID: "G01", Severity: Critical, effort: visit, net: lockedNow,
		Title:  lang.T("no way in is left", "戻る方法が 1 つも残っていない"),
		Why:    lang.T("as far as the notes go, every way lacks something that is gone", "書いてある限りでは、どの方法にも、もうないものが要ります"),
		Do:     lang.T("look first for a device that is still signed in; then go through what can still be tried:", "まず、サインインしたままの機器がないか探してください。ほかにできることは:"),
		Source: both("Hammann, Radomirović, Sasse, Basin, CCS 2019, doi 10.1145/3319535.3354193"), AsOf: "2026-11-22",
	},
	{
		ID: "G02", Severity: High, effort: visit, net: lockedByOne,
		Title:  lang.T("one single event is enough to be locked out", "出来事 1 つだけで戻れなくなる"),
		Why:    lang.T("there is no second way that does without the same thing", "それに頼らない、別の戻る方法がありません"),
		Do:     lang.T("add a way back that does without it, then note it:", "それに頼らない戻る方法を足して、ここにも書いてください:"),
		Source: both("Büttner, Gruschka, ICISSP 2024, arXiv 2403.15080"), AsOf: "2026-11-22",
	},
	{
		ID: "G03", Severity: High, effort: visit, net: lockedSoon,
		Title:  lang.T("after a change that is coming, one event is enough", "近いうちの変化のあと、出来事 1 つで戻れなくなる"),
		Why:    lang.T("today two things hold it; then it is one. As long as both work, this is quickly mended", "今は 2 つある支えが、1 つになります。両方使えるうちなら、すぐ直せます"),
		Do:     lang.T("add a way back before that day, then note it:", "その日までに戻る方法を足して、ここにも書いてください:"),
		Source: technician, AsOf: "2020-04-11",
	},
	{
		ID: "G08", Severity: Medium, effort: note, net: lockedByPlace,
		Title:  lang.T("everything for it is in one place", "手がかりが全部、同じ所にある"),
		Why:    lang.T("a fire or a thief takes all of it together", "火事や盗難があると、一度に失います"),
		Do:     lang.T("keep a second copy elsewhere, then note where:", "別の所にもう 1 つ控えを置き、場所を書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// mostListed is how many details of one kind a finding has.
const mostListed = 5

func lockedNow(n *net, hit func(match)) {
	var locked []*recovery.Account
	for _, a := range n.accounts {
		if judged(a) && n.shut(a) {
			locked = append(locked, a)
		}
	}
	for _, group := range n.byRoot(locked) {
		root := n.subject(group[0])
		if root == nil {
			continue
		}
		about := n.subjectsOf(group)
		hit(match{about: about, say: func(about []*subject) match { return n.sayLocked(n.accountsOf(about)) }})
	}
	n.askToday(hit)
}

func (n *net) sayLocked(list []*recovery.Account) match {
	a := list[0]
	out := match{command: []lang.Text{both("recover"), both(a.Record.Name)}, details: n.waysLack(a), same: unmendable,
		what: words(lang.T("no way into %s that is noted works any more", "記録にある方法では、もう %s に戻れません"), a.Record.Name)}
	if len(list) > 1 {
		out.what = words(lang.T("no way into %s that is noted works any more, and so none into %s either", "記録にある方法では、もう %s に戻れません。これに頼る %s も同じです"),
			a.Record.Name, named(recordNames(list[1:]), mostListed))
	}
	if weight(list) < important {
		out.severity = High
	}
	return out
}

// unmendable reports whether the remedy of a finding is a change inside the
// account: from outside it cannot be made.
func unmendable(f *Finding) bool { return f.Rule.effort == visit && f.Concerns == nil }

func recordNames(list []*recovery.Account) []lang.Text {
	var names []lang.Text
	for _, a := range list {
		names = append(names, both(a.Record.Name))
	}
	return names
}

// subjectsOf returns the records of accounts in their order.
func (n *net) subjectsOf(list []*recovery.Account) []*subject {
	var out []*subject
	for _, a := range list {
		if s := n.subject(a); s != nil {
			out = append(out, s)
		}
	}
	return out
}

// waysLack says of each way what it lacks.
func (n *net) waysLack(a *recovery.Account) []Words {
	ways, err := n.g.Ways(a.ID, n.now)
	if err != nil {
		return nil
	}
	var list []Words
	for _, w := range ways {
		var gone []lang.Text
		for _, id := range w.Gone {
			gone = append(gone, n.label(id))
		}
		switch label := n.wayLabel(w.Rule); {
		case w.Works || label == (lang.Text{}):
		case len(gone) > 0:
			list = append(list, words(lang.T("%s: it lacks %s", "%s: 足りないもの %s"), label, named(gone, mostListed)))
		case w.Circle:
			list = append(list, words(lang.T("%s: it leads back to the account itself", "%s: このアカウント自身に戻ってきます"), label))
		}
	}
	return list[:min(len(list), mostListed)]
}

// wayLabel is what a way is called; zero if the rule is none of a person's ways.
func (n *net) wayLabel(rule int) lang.Text {
	w := n.m.WayOf(rule)
	switch {
	case w == nil:
		return lang.Text{}
	case w.Way.Label == record.Wording{}:
		return both(w.Way.ID)
	}
	return w.Way.Label.Text
}

// mostLocked is of how many locked accounts it is worked out which hangs on
// which; the others are told one by one.
const mostLocked = 300

// byRoot puts locked accounts into groups: one that would open if another did is
// in the group of that one, which comes first.
func (n *net) byRoot(locked []*recovery.Account) [][]*recovery.Account {
	frees := make(map[*recovery.Account][]*recovery.Account) // what would open with it
	for _, a := range locked[:min(len(locked), mostLocked)] {
		why, closed, err := n.g.Why(a.ID, n.now)
		if err != nil || !closed {
			continue
		}
		for _, b := range locked {
			if a != b && wouldOpen(why, a.ID, b.ID) {
				frees[b] = append(frees[b], a)
			}
		}
	}
	order := slices.Clone(locked)
	slices.SortStableFunc(order, func(a, b *recovery.Account) int {
		return cmp.Or(len(frees[b])-len(frees[a]), b.Weight-a.Weight)
	})
	var groups [][]*recovery.Account
	placed := make(map[*recovery.Account]bool)
	for _, a := range order {
		if placed[a] {
			continue
		}
		group := []*recovery.Account{a}
		placed[a] = true
		for _, b := range frees[a] {
			if !placed[b] {
				group, placed[b] = append(group, b), true
			}
		}
		groups = append(groups, group)
	}
	return groups
}

// wouldOpen reports whether account would open if given were open. What its ways
// lack, and what that lacks, is in why.
func wouldOpen(why lockout.Why, account, given string) bool {
	if !slices.ContainsFunc(why.Nodes, func(c lockout.Closed) bool { return c.ID == given }) {
		return false
	}
	open := map[string]bool{given: true}
	for again := true; again; {
		again = false
		for _, c := range why.Nodes {
			if !open[c.ID] && slices.ContainsFunc(c.Ways, func(w lockout.Way) bool { return enough(w, open) }) {
				open[c.ID], again = true, true
			}
		}
	}
	return open[account]
}

func enough(w lockout.Way, open map[string]bool) bool {
	have := 0
	for _, id := range w.Missing {
		if open[id] {
			have++
		}
	}
	return !w.LeftOut && have >= w.Lacks
}

// lockedByOne groups what one event locks, and events that lock the same.
func lockedByOne(n *net, hit func(match)) {
	n.eachLock(func(a *recovery.Account) []string {
		if a.Weight < important {
			return nil
		}
		return n.hardSingles(a)
	}, func(events []string, list []*recovery.Account) { n.hitLock(events, list, hit) })
	n.askAfter(hit)
}

// eachLock calls hit for each set of accounts that the same events lock, with
// the events.
func (n *net) eachLock(locks func(*recovery.Account) []string, hit func([]string, []*recovery.Account)) {
	by := make(map[string][]*recovery.Account)
	for _, a := range n.accounts {
		if !judged(a) || n.locked(a) {
			continue
		}
		for _, id := range locks(a) {
			by[id] = append(by[id], a)
		}
	}
	together := make(map[string][]string) // by the ids of the accounts: the events
	var order []string
	for _, e := range n.m.Events() {
		if len(by[e.ID]) == 0 {
			continue
		}
		key := idsOf(by[e.ID])
		if together[key] == nil {
			order = append(order, key)
		}
		together[key] = append(together[key], e.ID)
	}
	for _, key := range order {
		hit(together[key], by[together[key][0]])
	}
}

func idsOf(list []*recovery.Account) string {
	var b strings.Builder
	for _, a := range list {
		b.WriteString(a.ID + "\n")
	}
	return b.String()
}

func (n *net) hitLock(events []string, list []*recovery.Account, hit func(match)) {
	hit(match{about: n.weighed(list), say: func(about []*subject) match {
		list := n.accountsOf(about)
		out := match{events: events, same: n.sameLock(events), severity: High}
		out.what, out.details = n.sayLocks(events, list)
		if weight(list) == record.MaxImportance {
			out.severity = Critical
		}
		out.command = wayCommand(list[0].Record)
		c := n.now
		if len(events) == 1 {
			c = n.m.Case(lockout.Optimistic, n.events[events[0]])
		}
		n.next(&out, list, c)
		return out
	}})
}

// sayLocks says which events lock which accounts, each by itself.
func (n *net) sayLocks(events []string, list []*recovery.Account) (Words, []Words) {
	names := named(recordNames(list), mostListed)
	if len(events) == 1 {
		return words(lang.T("%s: that alone locks %s", "これだけで %[2]s に戻れなくなります: %[1]s"), n.events[events[0]].Label, names), nil
	}
	return words(lang.T("each of these alone locks %s:", "次のどれか 1 つだけで、%s に戻れなくなります:"), names), n.eventList(events)
}

func (n *net) eventList(events []string) []Words {
	var list []Words
	for _, id := range events {
		list = append(list, words(n.events[id].Label))
	}
	return most(list)
}

// most leaves so many lines of details, and says how many it leaves out.
func most(list []Words) []Words {
	if more := len(list) - mostListed; more > 0 {
		return append(list[:mostListed], words(lang.T("and %d more", "ほか %d 件"), more))
	}
	return list
}

// sameLock tells findings about one record that say, without naming the event,
// what a lock by these events says.
func (n *net) sameLock(events []string) func(*Finding) bool {
	kinds := make(map[recovery.EventKind]bool)
	for _, id := range events {
		kinds[n.events[id].Kind] = true
	}
	contract := kinds[recovery.MoveHouse] || kinds[recovery.CarrierLeft] || kinds[recovery.JobLeft] || kinds[recovery.SchoolLeft]
	return func(f *Finding) bool {
		switch f.Rule.ID {
		case "P06":
			return kinds[recovery.PhoneLost]
		case "M02", "M04":
			return contract
		case "G09":
			return kinds[recovery.ForgotPasswords]
		case "V09":
			return slices.ContainsFunc(f.Events, func(id string) bool { return slices.Contains(events, id) })
		}
		return false
	}
}

// lockedSoon looks at pairs of events of which one is to be expected.
func lockedSoon(n *net, hit func(match)) {
	then := make(map[string]map[*recovery.Account][]string) // by the expected event: what locks after it
	for _, a := range n.accounts {
		if !judged(a) || a.Weight < important {
			continue
		}
		for other, first := range n.expected(a) {
			if then[first] == nil {
				then[first] = make(map[*recovery.Account][]string)
			}
			then[first][a] = append(then[first][a], other)
		}
	}
	for _, e := range n.m.Events() {
		if then[e.ID] != nil {
			n.hitSoon(e, then[e.ID], hit)
		}
	}
}

// expected returns, by the event that then leaves no sure way into the account,
// the event that is to be expected: of several the next one, and of those of one
// day that which takes least.
func (n *net) expected(a *recovery.Account) map[string]string {
	first := make(map[string]string)
	for _, set := range setsOf(n.nothing, a) {
		if len(set) != 2 || !n.counts(a, set[0]) || !n.counts(a, set[1]) {
			continue
		}
		for i, id := range set {
			other := set[1-i]
			if n.events[id].Likely && (first[other] == "" || n.sooner(id, first[other])) {
				first[other] = id
			}
		}
	}
	return first
}

func (n *net) sooner(id, than string) bool {
	a, b := n.events[id], n.events[than]
	return cmp.Or(a.Day.Compare(b.Day), len(a.Kills)-len(b.Kills), n.place[id]-n.place[than]) < 0
}

// hitSoon groups the accounts by what locks them once e has happened.
func (n *net) hitSoon(e *recovery.Event, then map[*recovery.Account][]string, hit func(match)) {
	n.eachLock(func(a *recovery.Account) []string { return n.smallest(then[a]) }, func(events []string, list []*recovery.Account) {
		hit(match{about: n.weighed(list), say: func(about []*subject) match {
			list := n.accountsOf(about)
			same := n.sameLock([]string{e.ID})
			out := match{events: append([]string{e.ID}, events...), due: e.Day, details: n.eventList(events), command: wayCommand(list[0].Record),
				same: func(f *Finding) bool { return same(f) || f.Rule.ID == "M01" && f.Due.Equal(e.Day) }}
			names := named(recordNames(list), mostListed)
			if len(events) == 1 {
				out.details = nil
				out.what = words(lang.T("%s. From then on this alone leaves no sure way into %s: %s", "%s。そのあとは、これだけで %s に確実に戻る方法がなくなります: %s"), n.dated(e), names, n.events[events[0]].Label)
			} else {
				out.what = words(lang.T("%s. From then on each of these alone leaves no sure way into %s:", "%s。そのあとは、次のどれか 1 つだけで、%s に確実に戻る方法がなくなります:"), n.dated(e), names)
			}
			n.next(&out, list, n.unremembered(n.m.Case(lockout.SureOnly, e)))
			return out
		}})
	})
}

// dated is an event with the day on which it is planned.
func (n *net) dated(e *recovery.Event) lang.Text {
	if e.Day.IsZero() {
		return e.Label
	}
	return saidOf(lang.T("%s (%s)", "%s（%s）"), e.Label, e.Day.Format(time.DateOnly))
}

// lockedByPlace looks at what is only of some importance; the rest is told by
// what locks it, wherever that is.
func lockedByPlace(n *net, hit func(match)) {
	n.eachLock(func(a *recovery.Account) []string {
		if a.Weight >= important {
			return nil
		}
		return slices.DeleteFunc(n.hardSingles(a), func(id string) bool {
			kind := n.events[id].Kind
			return kind != recovery.Fire && kind != recovery.WalletStolen
		})
	}, func(events []string, list []*recovery.Account) {
		hit(match{about: n.weighed(list), say: func(about []*subject) match {
			list := n.accountsOf(about)
			out := match{events: events, command: wayCommand(list[0].Record)}
			out.what, out.details = n.sayLocks(events, list)
			n.next(&out, list, n.now)
			return out
		}})
	})
}
