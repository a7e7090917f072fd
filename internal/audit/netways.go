package audit

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// What is odd about the ways themselves: G04, G06, G12, G13, G15, T04.
var wayRules = []*Rule{
	{
		ID: "G04", Severity: Critical, effort: visit, net: sealedRing,
		Title:  lang.T("accounts that open only by each other", "お互いだけが頼りのアカウント"),
		Why:    lang.T("it is as if the key of each lay in the drawer of the other", "互いの鍵を、互いの引き出しに入れているのと同じです"),
		Do:     lang.T("give one of them a way back of its own, best codes on paper, then note it:", "どれか 1 つに、ほかに頼らない戻る方法（紙のコードなど）を用意し、ここにも書いてください:"),
		Source: both("Hammann, Radomirović, Sasse, Basin, CCS 2019, doi 10.1145/3319535.3354193"), AsOf: "2026-11-22",
	},
	{
		ID: "G06", Severity: High, effort: note, net: keyInside,
		Title:  lang.T("the key lies in the box that it opens", "鍵が、その鍵で開ける箱の中にある"),
		Why:    lang.T("on the day when it is needed it is out of reach", "いざというとき、取り出せません"),
		Do:     lang.T("write it on paper, keep that elsewhere, and note where:", "紙に書いて別の所に置き、その場所を書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "G12", Severity: Info, effort: note, net: noWays,
		Title:  lang.T("no way back is noted", "戻る方法が何も書かれていない"),
		Why:    lang.T("whether you would get back in cannot be judged", "戻れるかどうかが判断できません"),
		Do:     lang.T("note how one gets in, and what that needs:", "どうやって入るか、それに何が要るかを書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "G13", Severity: Medium, effort: visit, net: slowWay,
		Title:  lang.T("the way back takes weeks", "戻るのに何週間もかかる"),
		Why:    lang.T("what must never be lost must not be out of reach for so long either", "大事なものが、その間ずっと使えません"),
		Do:     lang.T("add a quicker way back, then note it:", "もっと早く戻れる方法を足して、ここにも書いてください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "G15", Severity: Medium, effort: note, net: faultyWay,
		Title:  lang.T("noted so that it cannot be used", "書いてあるままでは使えない"),
		Why:    lang.T("who depends on what cannot be worked out from it", "何に頼っているのかが、ここから先はたどれません"),
		Do:     lang.T("correct it:", "書き直してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "T04", Severity: Low, effort: note, net: neverTried,
		Title:  lang.T("no way back was ever tried", "戻る方法を一度も試していない"),
		Why:    lang.T("that a code is void or a number is old shows only when it is used", "コードが無効になっていたり番号が古かったりしても、使ってみるまで分かりません"),
		Do:     lang.T("try one on a quiet day; the day is noted:", "落ち着いた日に、1 つ試してみてください。試した日を記録します:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// forgotten is the case in which all passwords are forgotten, by everybody.
func (n *net) forgotten(run lockout.Run) lockout.Case {
	var events []*recovery.Event
	for _, e := range n.m.Events() {
		if e.Kind == recovery.ForgotPasswords {
			events = append(events, e)
		}
	}
	return n.m.Case(run, events...)
}

func sealedRing(n *net, hit func(match)) {
	rings, _, err := n.g.Rings(n.forgotten(lockout.Optimistic))
	if err != nil {
		return
	}
	for _, ring := range rings {
		var list []*recovery.Account
		for _, id := range ring.Accounts {
			if a := n.account[id]; a != nil && judged(a) && !n.locked(a) {
				list = append(list, a)
			}
		}
		if len(list) < 2 { // an account that is its own way back is told by G05
			continue
		}
		hit(match{about: n.weighed(list), say: func(about []*subject) match {
			list := n.accountsOf(about)
			out := match{what: words(lang.T("if the passwords are forgotten, %s open only by each other", "パスワードを忘れると、%s は、お互いを頼る方法でしか開けません"), named(recordNames(list), mostListed)),
				details: n.circle(ring.Cycle), command: edit(list[0].Record),
				same: func(f *Finding) bool { return f.Rule.ID == "G02" && n.forgetting(f.Events) }}
			if weight(list) < important {
				out.severity = High
			}
			n.next(&out, list, n.forgotten(lockout.Optimistic))
			return out
		}})
	}
}

// forgetting reports whether all events are that passwords are forgotten.
func (n *net) forgetting(events []string) bool {
	return !slices.ContainsFunc(events, func(id string) bool { return n.events[id].Kind != recovery.ForgotPasswords })
}

// circle says of each account of a circle which one it needs.
func (n *net) circle(ids []string) []Words {
	var names []lang.Text
	for _, id := range ids {
		if a := n.account[id]; a != nil {
			names = append(names, both(a.Record.Name))
		}
	}
	var list []Words
	for i, name := range names {
		if len(names) > 1 {
			list = append(list, words(lang.T("%s opens by way of %s", "%s は %s を通して開きます"), name, names[(i+1)%len(names)]))
		}
	}
	return list
}

// keyInside looks for codes and keys that are to be had only in what they open.
func keyInside(n *net, hit func(match)) {
	inside := n.keysInside()
	for _, a := range n.accounts {
		s := n.subject(a)
		if s == nil || !judged(a) {
			continue
		}
		for _, x := range s.answers {
			if !opens(x.role) {
				continue
			}
			var says Claim
			if x.role == record.RoleRescue {
				says = s.claim("key-not-inside")
			}
			if device := n.onlyOn(s, x); device != nil {
				hit(match{about: []*subject{s}, fields: []string{x.f.Key}, service: says, command: keptOnPaper(s.r, x.f.Key),
					what: words(lang.T("%q is kept only on %s, and %s needs that device anyway", "「%s」は「%s」の中にしかありません。%s に入るための機器そのものです"),
						s.label(x.f.Key), device.r.Name, s.r.Name)})
			} else if inside[a][x.f.Key] {
				hit(match{about: []*subject{s}, fields: []string{x.f.Key}, service: says, command: keptOnPaper(s.r, x.f.Key),
					what: words(lang.T("%q is to be had only by way of %s, which it is to open", "「%s」を取り出すには、まず %s に入らなければなりません"), s.label(x.f.Key), s.r.Name)})
			}
		}
	}
}

// opens reports whether an answer with the role is a key for when all else is
// lost.
func opens(role record.Role) bool {
	return role == record.RoleCodes || role == record.RoleRescue || role == record.RoleKey
}

// keptOnPaper is the command that notes that a field is on paper.
func keptOnPaper(r *record.Record, key string) []lang.Text {
	return []lang.Text{both("edit"), both(r.Name), both("--kept"), saidOf(lang.T("%s=paper:PLACE", "%s=紙:場所"), key)}
}

// onlyOn returns the device on which alone an answer is kept, if the account
// needs that device as it is.
func (n *net) onlyOn(s *subject, x answer) *subject {
	var device *subject
	for _, p := range record.Places(s.r.Kept[x.f.Key]) {
		on := n.v.named[record.NameKey(p.Name)]
		if p.Kind != record.PlaceDevice || on == nil || device != nil && on != device {
			return nil
		}
		device = on
	}
	if device == nil || device == s {
		return device
	}
	for _, b := range s.answers {
		if (b.role == record.RoleFactor || b.role == record.RoleDevice) && n.v.refersTo(b) == device || n.v.handset(b) == device {
			return device
		}
	}
	return nil
}

// keysInside returns the fields of which each way that needs them leads back to
// the account itself.
func (n *net) keysInside() map[*recovery.Account]map[string]bool {
	var list []*recovery.Account
	var ids []string
	for _, a := range n.accounts {
		s := n.subject(a)
		if s != nil && judged(a) && slices.ContainsFunc(s.answers, func(x answer) bool { return opens(x.role) }) {
			list, ids = append(list, a), append(ids, a.ID)
		}
	}
	each, err := n.g.EachWays(n.now, ids...)
	if err != nil {
		return nil
	}
	inside := make(map[*recovery.Account]map[string]bool)
	for i, a := range list {
		for _, x := range n.subject(a).answers {
			if opens(x.role) && n.allCircle(each[i], x.f.Key) {
				if inside[a] == nil {
					inside[a] = make(map[string]bool)
				}
				inside[a][x.f.Key] = true
			}
		}
	}
	return inside
}

// allCircle reports whether each of the ways that need the field leads back to
// the account itself, and there are such ways.
func (n *net) allCircle(ways []lockout.Way, key string) bool {
	circles := 0
	for _, w := range ways {
		way := n.m.WayOf(w.Rule)
		if way == nil || !needsField(way.Way, key) {
			continue
		}
		if w.Works || !w.Circle {
			return false
		}
		circles++
	}
	return circles > 0
}

func needsField(w record.Way, key string) bool {
	return slices.ContainsFunc(w.Needs, func(need record.Need) bool { return slices.Contains(need.Any, key) })
}

// noWays lists what nothing is known of.
func noWays(n *net, hit func(match)) {
	var none []*recovery.Account
	for _, a := range n.accounts {
		if a.NoWays && a.Weight > 0 && !a.Over {
			none = append(none, a)
		}
	}
	for _, none := range byOwner(none) {
		hit(match{about: n.weighed(none), say: func(about []*subject) match {
			list := n.accountsOf(about)
			return match{command: wayCommand(list[0].Record), what: words(lang.T("nothing is noted of how one gets into %s", "%s にどうやって入るかが、書かれていません"), named(recordNames(list), mostListed))}
		}})
	}
}

// wayCommand is the command that notes a way.
func wayCommand(r *record.Record) []lang.Text {
	return []lang.Text{both("edit"), both(r.Name), both("--way"), lang.T("ID: NEED + NEED", "ID: 要るもの + 要るもの")}
}

// faultyWay tells what of the notes the model could not use.
func faultyWay(n *net, hit func(match)) {
	if left := len(n.m.Events()) - len(n.g.Events()); left > 0 {
		hit(match{what: words(lang.T("there are too many events: %d of them are not looked at", "出来事が多すぎるので、%d 件は調べていません"), left), command: []lang.Text{both("whatif"), both("--events")},
			do: words(lang.T("ask about them one by one; these are all of them:", "1 つずつ調べてください。一覧は:"))})
	}
	for _, f := range n.m.Faults() {
		out := match{what: words(f.What), command: []lang.Text{both("audit")}}
		if f.Record != nil && n.subjects[f.Record.ID] != nil {
			out.about, out.command = []*subject{n.subjects[f.Record.ID]}, nil
		}
		switch {
		case out.about == nil:
		case f.Field != "" && f.Record.Field(f.Field) != nil:
			out.fields = []string{f.Field}
		case f.Way != "":
			out.what, out.command = words(lang.T("way %q: %s", "戻る方法「%s」: %s"), f.Way, f.What), wayCommand(f.Record)
			if f.Field != "" { // there is no such field to be asked for
				out.command = edit(f.Record, "ways")
			}
		case f.Field != "":
			out.fields = []string{f.Field}
		}
		hit(out)
	}
}

// neverTried lists important accounts of whose ways back none was ever used, and
// those for which that is long ago.
func neverTried(n *net, hit func(match)) {
	var never, old []*recovery.Account
	last := make(map[*recovery.Account]string)
	for _, a := range n.accounts {
		if a.Weight < important || !judged(a) || n.locked(a) {
			continue
		}
		back := false
		for _, w := range n.m.Ways(a) {
			if w.Way.Resets && w.Certainty == lockout.Sure {
				back = true
				last[a] = max(last[a], w.Proven)
			}
		}
		day, tried := readDay(last[a])
		switch {
		case !back:
		case !tried:
			never = append(never, a)
		case day.last.AddDate(0, 0, stale).Before(n.v.today):
			old = append(old, a)
		}
	}
	n.hitTried(never, hit, func(list []*recovery.Account) Words {
		return words(lang.T("no way back into %s was ever tried", "%s は、戻る方法を一度も試していません"), named(recordNames(list), mostListed))
	})
	n.hitTried(old, hit, func(list []*recovery.Account) Words {
		return words(lang.T("no way back into %s was tried since %s", "%s は、%s を最後に、戻る方法を試していません"), named(recordNames(list), mostListed), last[list[0]])
	})
}

func (n *net) hitTried(list []*recovery.Account, hit func(match), what func([]*recovery.Account) Words) {
	for _, list := range byOwner(list) {
		n.hitTriedOf(list, hit, what)
	}
}

func (n *net) hitTriedOf(list []*recovery.Account, hit func(match), what func([]*recovery.Account) Words) {
	hit(match{about: n.weighed(list), say: func(about []*subject) match {
		list := n.accountsOf(about)
		return match{what: what(list), command: []lang.Text{both("drill"), both(list[0].Record.Name)}}
	}})
}
