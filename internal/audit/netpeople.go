package audit

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// What hangs on one mailbox, on a thing in other hands, on one person: G07, G11,
// G14.
var peopleRules = []*Rule{
	{
		ID: "G07", Severity: High, effort: visit, net: rootMailbox,
		Title:  lang.T("a mailbox on which nearly everything hangs", "ほとんど全部が、1 つのメールにかかっている"),
		Why:    lang.T("who loses it loses the way back into all of them, and who takes it gets them all", "これを失うと全部に戻れなくなり、人に取られると全部を取られます"),
		Do:     lang.T("turn on its two-step verification, give it a second way back, best codes on paper, then note it:", "このメールの 2 段階認証を入れ、紙のコードなど 2 つ目の戻る方法を用意して、ここにも書いてください:"),
		Source: both("doi 10.1145/3319535.3354193, doi 10.1145/3491102.3502125"), AsOf: "2026-11-22",
	},
	{
		ID: "G11", Severity: Medium, effort: visit, net: finder,
		Title:  lang.T("who finds or steals it gets in", "拾った人や盗んだ人が入れてしまう"),
		Why:    lang.T("what is lost has to be taken as stolen", "なくしたものは、盗まれたものと考えるべきです"),
		Do:     lang.T("lock it with a PIN, or add a second step that is not in the same place, then note it:", "暗証番号でロックするか、別の所にある 2 段階目を足して、ここにも書いてください:"),
		Source: lang.T("NIST SP 800-63B-4, 4.3", "NIST SP 800-63B-4 の 4.3"), AsOf: "2025-08-26",
	},
	{
		ID: "G14", Severity: High, effort: errand, net: heirsLocked,
		Title:  lang.T("the family does not get in when the owner no longer can", "本人に万一のことがあると、家族が入れない"),
		Why:    lang.T("contracts run on, money and pictures are out of reach; having a device opened by a firm takes months", "契約は続き、お金や写真に手が届きません。業者に機器を開けてもらうには何か月もかかります"),
		Do:     lang.T("note the passwords or where they are, lay the passphrase or the recovery key of the vault where your family finds it, and note who is to have it:", "パスワードかその控えの場所を書き、金庫の合言葉か回復キーを家族が見つけられる所に置いて、だれに託すかも書いてください:"),
		Source: lang.T("National Consumer Affairs Center of Japan, 2024-11-20 (ITmedia)", "国民生活センター 2024 年 11 月 20 日（ITmedia）"), AsOf: "2024-11-20",
	},
}

// manyHang is how many accounts on one mailbox are a matter of their own.
const manyHang = 10

// rootMailbox looks at the mailboxes that most is sent to, and whether they are
// held as well as what hangs on them.
func rootMailbox(n *net, hit func(match)) {
	var most []*subject // the accounts of the greatest importance
	for _, a := range n.accounts {
		if s := n.subject(a); s != nil && judged(a) && a.Weight == record.MaxImportance {
			most = append(most, s)
		}
	}
	told := make(map[*subject]bool)
	for i := range n.v.subjects {
		for _, m := range n.v.subjects[i].mails {
			box := n.v.mailboxOf(m.address)
			if box == nil || told[box] {
				continue
			}
			told[box] = true
			n.hitRoot(box, n.v.users(mailKey(m.address), box), most, hit)
		}
	}
}

func (n *net) hitRoot(box *subject, users, most []*subject, hit func(match)) {
	all := len(most) > 1 && !slices.ContainsFunc(most, func(s *subject) bool { return s != box && !slices.Contains(users, s) })
	weak := n.weakness(box)
	if len(users) < manyHang && !all || weak == (lang.Text{}) {
		return
	}
	out := match{about: []*subject{box}, command: edit(box.r),
		what: words(lang.T("codes and new passwords of %d accounts go to it, and %s", "%d 件のアカウントの確認コードや新しいパスワードがここに届きますが、%s"), len(users), weak)}
	if len(users) < manyHang {
		out.what = words(lang.T("codes and new passwords of all accounts that matter most go to it, and %s", "いちばん大事なアカウント全部の確認コードや新しいパスワードがここに届きますが、%s"), weak)
	}
	if a := n.accountOf(box); a != nil {
		n.next(&out, []*recovery.Account{a}, n.now)
	}
	hit(out)
}

// weakness says why a mailbox is not held well, if it is noted to be so.
func (n *net) weakness(box *subject) lang.Text {
	if spec := box.spec(record.RoleTwoStep); spec != nil && box.twoStep() == "off" {
		return lang.T("its two-step verification is off", "2 段階認証がオフです")
	}
	a := n.accountOf(box)
	if a == nil || n.locked(a) {
		return lang.Text{}
	}
	if events := n.hardSingles(a); len(events) > 0 {
		return saidOf(lang.T("one event alone locks it (%s)", "それ自体、出来事 1 つで戻れなくなります（%s）"), n.events[events[0]].Label)
	}
	return lang.Text{}
}

// outOfTheHouse are the events after which strangers hold something. A paper that
// lies at home is where it should be.
var outOfTheHouse = map[recovery.EventKind]bool{recovery.PhoneLost: true, recovery.WalletStolen: true, recovery.NumberChanged: true,
	recovery.CarrierLeft: true, recovery.MoveHouse: true, recovery.DomainLapses: true}

// finder looks at what others then hold, of each event by which they hold
// anything.
func finder(n *net, hit func(match)) {
	if len(n.m.Events()) == 0 {
		return
	}
	var found []*recovery.Event
	var loot [][]string
	for _, e := range n.m.Events() {
		if len(e.Loot) > 0 && outOfTheHouse[e.Kind] {
			found, loot = append(found, e), append(loot, e.Loot)
		}
	}
	opened, err := n.m.ThiefGraph().OpenedBy(n.m.Thief(lockout.SureOnly|lockout.Pessimistic), loot...)
	if err != nil {
		return
	}
	already, err := n.m.ThiefGraph().Opened(n.m.Thief(lockout.SureOnly | lockout.Pessimistic)) // by a lost sheet, of which V11 speaks
	if err != nil {
		return
	}
	opens := make(map[*recovery.Account][]string)
	for i, e := range found {
		for _, id := range opened[i] {
			if a := n.account[id]; a != nil && a.Weight > 0 && !a.Over && !slices.Contains(already, id) {
				opens[a] = append(opens[a], e.ID)
			}
		}
	}
	lapses := func(id string) bool { return n.events[id].Kind == recovery.DomainLapses }
	for _, lapsing := range []bool{false, true} { // against which other things help
		n.eachLock(func(a *recovery.Account) []string {
			return slices.DeleteFunc(n.smallestLoot(opens[a]), func(id string) bool { return lapses(id) != lapsing })
		}, func(events []string, list []*recovery.Account) {
			hit(match{about: n.weighed(list), say: func(about []*subject) match {
				out := n.sayFound(events, n.accountsOf(about))
				if lapsing {
					out.do = words(keepDomain)
				}
				return out
			}})
		})
	}
}

var keepDomain = lang.T("renew the domain and turn on its automatic renewal, or register another address wherever one at it is noted, then note it:",
	"ドメインを更新して自動更新を入れるか、そのドメインのアドレスを登録したところに別のアドレスを登録し直して、ここにも書いてください:")

// smallestLoot leaves out events that put more into the hands of others than
// another one of the list, which does as well.
func (n *net) smallestLoot(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool {
		e := n.events[id]
		return slices.ContainsFunc(list, func(other string) bool {
			o := n.events[other]
			return other != id && within(o.Loot, e.Loot) && (len(o.Loot) < len(e.Loot) || n.place[other] < n.place[id])
		})
	})
}

func (n *net) sayFound(events []string, list []*recovery.Account) match {
	names := named(recordNames(list), mostListed)
	out := match{events: events, command: edit(list[0].Record)}
	if r := n.events[events[0]].Record; r != nil && len(events) == 1 {
		out.command = edit(r)
	}
	if len(events) == 1 {
		out.what = words(lang.T("%s: somebody else then gets into %s", "%s: ほかの人が %s に入れてしまいます"), n.events[events[0]].Label, names)
		return out
	}
	out.what = words(lang.T("after each of these somebody else gets into %s:", "次のどれか 1 つで、ほかの人が %s に入れてしまいます:"), names)
	out.details = n.eventList(events)
	return out
}

// heirsLocked looks at what nobody gets into any more when its owner is gone.
func heirsLocked(n *net, hit func(match)) {
	for _, e := range n.m.Events() {
		if e.Kind != recovery.OwnerDies {
			continue
		}
		c := n.m.Case(lockout.Optimistic, e)
		ids, err := n.g.Locked(c)
		if err != nil {
			return
		}
		var list []*recovery.Account
		for _, id := range ids {
			a := n.account[id]
			if a != nil && judged(a) && a.Weight >= important && !n.locked(a) && sameOwner(a.Record.Owner, e.Owner) {
				list = append(list, a)
			}
		}
		if len(list) > 0 {
			n.hitHeirs(e, list, hit)
		}
	}
}

func sameOwner(a, b string) bool { return lang.Fold(a) == lang.Fold(b) }

func (n *net) hitHeirs(e *recovery.Event, list []*recovery.Account, hit func(match)) {
	hit(match{about: n.weighed(list), say: func(about []*subject) match {
		list := n.accountsOf(about)
		return match{events: []string{e.ID}, command: n.v.selfCommand(record.RoleHeir),
			what: words(lang.T("%s: then nobody gets into %s", "%sと、%s に入れる人がいなくなります"), e.Label, named(recordNames(list), mostListed))}
	}})
}

// selfCommand is the command that notes something in the record about the vault,
// or makes that record.
func (v *survey) selfCommand(role record.Role) []lang.Text {
	if v.self == nil {
		return []lang.Text{both("add"), both(record.VaultTemplate)}
	}
	return v.self.editRole(role)
}
