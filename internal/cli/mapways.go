package cli

import (
	"slices"
	"strings"

	"memovault/internal/chart"
	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/recovery"
)

// drawWays draws the ways into what a box stands for.
func (k *sketch) drawWays(box *chart.Box) {
	for _, id := range k.holds[box.ID] {
		for _, w := range k.rules[id] {
			way := k.drawWay(w)
			if i := slices.IndexFunc(box.Ways, func(o chart.Way) bool { return sameNeeds(o, way) }); i >= 0 {
				box.Ways[i].Label += k.say(lang.T(" / ", "／")) + way.Label
				continue
			}
			box.Ways = append(box.Ways, way)
		}
	}
}

func sameNeeds(a, b chart.Way) bool {
	return a.Asks == b.Asks && a.Broken == b.Broken && slices.Equal(a.Needs, b.Needs)
}

// drawWay draws one rule. What each part of it comes down to, on all of its ways,
// is needed; what only some of its ways need is one of a choice.
func (k *sketch) drawWay(w lockout.Way) chart.Way {
	rule := k.graph.Rule(w.Rule)
	way := chart.Way{Label: k.wayLabel(w.Rule), Asks: rule.Certainty != lockout.Sure, Broken: !w.Works}
	parts := make([]reach, 0, len(rule.Body))
	if rule.K < len(rule.Body) {
		parts = append(parts, k.reachOf(rule))
	} else {
		for _, id := range rule.Body {
			parts = append(parts, k.reachOf(lockout.Rule{K: 1, Body: []string{id}}))
		}
	}
	drawn := map[string]bool{}
	add := func(box string, choice int) {
		if !drawn[box] {
			drawn[box] = true
			way.Needs = append(way.Needs, chart.Need{Box: box, Choice: choice})
		}
	}
	for _, part := range parts {
		for _, box := range part.needed {
			add(box, 0)
		}
	}
	choice := 0
	for _, part := range parts {
		if len(part.some) > 0 {
			choice++
		}
		for _, box := range part.some {
			add(box, choice)
		}
		if part.together {
			way.Label += k.howMany(part.rule)
		}
	}
	return way
}

// howMany says what the marks of a choice do not: that one of them may not do.
func (k *sketch) howMany(rule lockout.Rule) string {
	for rule.K == 1 && len(rule.Body) == 1 && len(k.rules[rule.Body[0]]) == 1 {
		rule = k.graph.Rule(k.rules[rule.Body[0]][0].Rule)
	}
	if rule.K > 1 && rule.K < len(rule.Body) {
		return k.say(lang.T(" (%d of these)", "（このうち %d つ）"), rule.K)
	}
	return k.say(lang.T(" (some only together)", "（組み合わせて使うものがあります）"))
}

// wayLabel is what a way is called: as its template or its owner calls it, else
// by what it needs.
func (k *sketch) wayLabel(rule int) string {
	if w := k.model.WayOf(rule); w != nil {
		return k.say(w.Way.Label.Text)
	}
	r := k.graph.Rule(rule)
	with := map[recovery.Kind]*recovery.Thing{}
	var list []string
	for _, id := range r.Body {
		t := k.model.Thing(id)
		with[t.Kind] = t
		if !k.kept[id] {
			list = append(list, k.say(t.Label))
		}
	}
	head := k.model.Thing(r.Head).Kind
	switch {
	case with[recovery.KindPerson] != nil:
		return k.say(lang.T("ask %s", "%s さんに頼む"), with[recovery.KindPerson].Record.Name)
	case head == recovery.KindSMS && with[recovery.KindIdentity] != nil:
		return k.say(lang.T("have a new SIM made at the shop", "店で SIM を作り直してもらう"))
	case head == recovery.KindSMS:
		return k.say(lang.T("on the phone with its SIM", "SIM の入った携帯で受け取る"))
	case head == recovery.KindCall:
		return k.say(lang.T("take the call", "電話に出る"))
	case head == recovery.KindMail && with[recovery.KindAccount] != nil:
		return k.say(lang.T("through %s", "%s で読む"), with[recovery.KindAccount].Record.Name)
	case head == recovery.KindMail:
		return k.say(lang.T("read the mail", "メールを読む"))
	case head == recovery.KindVault:
		return k.say(lang.T("open the vault", "金庫を開ける"))
	}
	return strings.Join(list, " + ")
}

// A reach is what something without a box comes down to, by boxes.
type reach struct {
	rule   lockout.Rule
	needed []string // on all of its ways
	some   []string // on some
	// together says that one of some is not always enough.
	together bool
}

// reachOf follows a rule through everything that has no box.
func (k *sketch) reachOf(rule lockout.Rule) reach {
	var leaves []string
	inside := map[string]bool{} // nodes without a box
	var region []string
	var visit func(id string)
	visit = func(id string) {
		if box := k.boxOf(id); box != "" {
			if !slices.Contains(leaves, box) {
				leaves = append(leaves, box)
			}
			return
		}
		if k.assets[id] || inside[id] {
			return
		}
		inside[id] = true
		region = append(region, id)
		for _, w := range k.rules[id] {
			for _, part := range k.graph.Rule(w.Rule).Body {
				visit(part)
			}
		}
	}
	for _, id := range rule.Body {
		visit(id)
	}
	out := reach{rule: rule}
	for _, box := range leaves {
		if k.works(rule, region, func(b string) bool { return b != box }) {
			out.some = append(out.some, box)
		} else {
			out.needed = append(out.needed, box)
		}
	}
	if k.works(rule, region, func(b string) bool { return slices.Contains(out.needed, b) }) {
		out.some = nil // ways that need more than the shortest one add nothing
	}
	out.together = slices.ContainsFunc(out.some, func(box string) bool {
		return !k.works(rule, region, func(b string) bool { return b == box || slices.Contains(out.needed, b) })
	})
	return out
}

// works reports whether a rule is met if those boxes are there: the least
// fixpoint over the nodes in between.
func (k *sketch) works(rule lockout.Rule, region []string, there func(box string) bool) bool {
	reached := map[string]bool{}
	met := func(r lockout.Rule) bool {
		n := 0
		for _, id := range r.Body {
			box := k.boxOf(id)
			if box != "" && there(box) || box == "" && (k.kept[id] || k.boxed[id] != "" || reached[id]) {
				n++
			}
		}
		return n >= r.K
	}
	for again := true; again; {
		again = false
		for _, id := range region {
			if !reached[id] && slices.ContainsFunc(k.rules[id], func(w lockout.Way) bool { return met(k.graph.Rule(w.Rule)) }) {
				reached[id], again = true, true
			}
		}
	}
	return met(rule)
}
