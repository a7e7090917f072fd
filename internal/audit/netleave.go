package audit

import (
	"cmp"
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// Ways back that somebody has to grant, or to remember: G10.
var leaveRules = []*Rule{{
	ID: "G10", Severity: Medium, effort: visit, net: onlyByLeave,
	Title:  lang.T("the way back hangs on memory, or on the leave of others", "戻れるかどうかが、記憶や人の判断にかかっている"),
	Why:    lang.T("memory fails, a form can be refused, and people can be out of reach", "記憶は薄れ、申し込みは断られることがあり、人には連絡がつかないことがあります"),
	Do:     lang.T("add a way back that needs neither, then note it:", "どちらにも頼らない戻る方法を足して、ここにも書いてください:"),
	Source: NotesAlone, AsOf: "2026-11-22",
}}

// A leave is how an account is still to be had, in words for today, after one
// event, and after any of several.
type leave struct {
	today, after, any lang.Text
	then              lang.Text // how it is after one event, where today is told
	c                 lockout.Case
	memory            bool // what somebody perhaps remembers does not count
}

// onlyByLeave looks for accounts that open only if somebody grants it, or
// remembers the password: today, or after one event. Of those of little weight
// only a forgotten password counts.
func onlyByLeave(n *net, hit func(match)) {
	asked := leave{c: n.sure,
		today: lang.T("only a form that may be refused, or another person, leads back into %s", "申し込みが認められるか、人に助けてもらうかしないと、%s に戻れません"),
		after: lang.T("%s: then only a form that may be refused, or another person, leads back into %s", "%s: そのあとは、申し込みが認められるか、人に助けてもらうかしないと、%s に戻れません"),
		any:   lang.T("after each of these only a form that may be refused, or another person, leads back into %s:", "次のどれか 1 つで、申し込みが認められるか、人に助けてもらうかしないと、%s に戻れなくなります:")}
	n.leaveToday(asked, hit, func(a *recovery.Account) bool { return n.locked(a) && !n.shut(a) })
	n.eachLock(func(a *recovery.Account) []string {
		return slices.DeleteFunc(n.softSingles(a), func(id string) bool {
			return n.toldOfMemory(a) || a.Weight < important && n.events[id].Kind != recovery.ForgotPasswords
		})
	}, func(events []string, list []*recovery.Account) { n.leaveAfter(asked, events, list, hit) })

	recalled := leave{c: n.noted, memory: true, then: asked.after,
		today: lang.T("only what is remembered of the password, or somebody's help, leads into %s", "覚えているパスワードか人の助けのほかに、%s に戻る方法がありません"),
		after: lang.T("%s: then only what is remembered of the password, or somebody's help, leads back into %s", "%s: そのあとは、覚えているパスワードか人の助けのほかに、%s に戻る方法がありません"),
		any:   lang.T("after each of these only what is remembered of the password, or somebody's help, leads back into %s:", "次のどれか 1 つで、覚えているパスワードか人の助けのほかに、%s に戻る方法がなくなります:")}
	n.leaveToday(recalled, hit, n.toldOfMemory)
	n.eachLock(func(a *recovery.Account) []string {
		if a.Weight < important {
			return nil
		}
		return n.memorySingles(a)
	}, func(events []string, list []*recovery.Account) { n.leaveAfter(recalled, events, list, hit) })
}

func (n *net) leaveToday(l leave, hit func(match), so func(*recovery.Account) bool) {
	var today []*recovery.Account
	for _, a := range n.accounts {
		if judged(a) && so(a) {
			today = append(today, a)
		}
	}
	for _, list := range byOwner(today) {
		hit(match{about: n.weighed(list), say: func(about []*subject) match { return n.sayLeave(l, n.accountsOf(about)) }})
	}
}

// sayLeave says how it is today. Where nothing but the leave of others is left,
// what is inside the account cannot be mended any more.
func (n *net) sayLeave(l leave, list []*recovery.Account) match {
	out := match{severity: High, service: n.leaveSaid(list), what: words(l.today, named(recordNames(list), mostListed)), command: wayCommand(list[0].Record)}
	if l.memory {
		out.details = n.softAfter(l.then, list)
		n.next(&out, list, l.c)
		return out
	}
	out.same, out.command = unmendable, []lang.Text{both("recover"), both(list[0].Record.Name)}
	out.do = words(lang.T("look first for a device that is still signed in; then go through what can still be tried:", "まず、サインインしたままの機器がないか探してください。ほかにできることは:"))
	if weight(list) == record.MaxImportance {
		out.severity = Critical
	}
	return out
}

// softAfter says after which events even what is remembered no longer counts.
func (n *net) softAfter(then lang.Text, list []*recovery.Account) []Words {
	after := make(map[string][]*recovery.Account)
	for _, a := range list {
		for _, id := range n.softSingles(a) {
			after[id] = append(after[id], a)
		}
	}
	var details []Words
	for _, e := range n.m.Events() {
		if len(after[e.ID]) > 0 {
			details = append(details, words(then, e.Label, named(recordNames(after[e.ID]), mostListed)))
		}
	}
	return most(details)
}

func (n *net) leaveAfter(l leave, events []string, list []*recovery.Account, hit func(match)) {
	hit(match{about: n.weighed(list), say: func(about []*subject) match {
		list := n.accountsOf(about)
		names := named(recordNames(list), mostListed)
		out := match{events: events, same: n.sameLock(events), service: n.leaveSaid(list), command: wayCommand(list[0].Record),
			what: words(l.any, names), details: n.eventList(events)}
		c := l.c
		if len(events) == 1 {
			e := n.events[events[0]]
			out.what, out.details = words(l.after, e.Label, names), nil
			if c = n.m.Case(lockout.SureOnly, e); l.memory {
				c = n.unremembered(c)
			}
		}
		n.next(&out, list, c)
		return out
	}})
}

// leaveSaid is what the service says of the ways that somebody decides; nothing
// where several services say different things.
func (n *net) leaveSaid(list []*recovery.Account) Claim {
	var said Claim
	for _, a := range list {
		own := n.leaveSaidOf(a)
		if said != (Claim{}) && own != (Claim{}) && own != said {
			return Claim{}
		}
		said = cmp.Or(said, own)
	}
	return said
}

func (n *net) leaveSaidOf(a *recovery.Account) Claim {
	for _, w := range n.m.Ways(a) {
		if w.Certainty != lockout.Sure && w.Fact != nil {
			return Claim{w.Fact.Text, w.Fact.Source.Text, w.Fact.AsOf}
		}
	}
	return Claim{}
}
