package lockout

import (
	"slices"
	"time"
)

// A Graph is who depends on what, and what can happen. It does not change and
// may be asked from several goroutines at once.
type Graph struct {
	*net
	b      *Builder // what it was built from
	ids    []string // by node
	number []int32  // by place in b.things
	things []thing  // by node
	sure   []bool   // by rule
	wait   []time.Duration
	comps  lists
	circle []bool
	events []string
	event  map[string]int32
	kills  lists // by event: assets
	killer lists // by asset: events
	// accounts in the order of adding
	accounts []int32
}

// newGraph numbers what a builder holds, which must be without faults. The
// builder is kept.
func newGraph(u *user) *Graph {
	n := len(u.b.things)
	g := &Graph{b: u.b, number: make([]int32, n), event: make(map[string]int32, len(u.b.events)),
		ids: make([]string, 0, n), things: make([]thing, 0, n)}
	g.take(func(t *thing) bool { return t.kind == Asset })
	assets := len(g.things)
	g.take(func(t *thing) bool { return t.kind != Asset })
	g.takeRules(u, assets)
	g.takeEvents(u)
	g.comps, g.circle = g.components()
	return g
}

// take numbers the things that are wanted, in the order of adding.
func (g *Graph) take(wanted func(*thing) bool) {
	for i := range g.b.things {
		t := &g.b.things[i]
		if !wanted(t) {
			continue
		}
		x := int32(len(g.things))
		if t.kind == Account {
			g.accounts = append(g.accounts, x)
		}
		g.number[i] = x
		g.ids = append(g.ids, t.id)
		g.things = append(g.things, *t)
	}
}

// numbered turns places in the builder into numbers.
func (g *Graph) numbered(places []int32) []int32 {
	for i, place := range places {
		places[i] = g.number[place]
	}
	return places
}

func (g *Graph) takeRules(u *user, assets int) {
	rules := g.b.rules
	need := make([]int32, len(rules))
	g.sure, g.wait = make([]bool, len(rules)), make([]time.Duration, len(rules))
	for i := range rules {
		r := &rules[i]
		need[i] = int32(r.K)
		g.sure[i], g.wait[i] = r.Certainty == Sure, r.Wait
	}
	g.numbered(u.bodies.items)
	g.net = newNet(assets, len(g.things), g.numbered(u.heads), need, u.bodies)
}

func (g *Graph) takeEvents(u *user) {
	g.kills.at = []int32{0}
	for i, e := range g.b.events {
		g.event[e.id] = int32(i)
		g.events = append(g.events, e.id)
		killed := g.numbered(u.kills.of(int32(i)))
		slices.Sort(killed)
		g.kills.push(slices.Compact(killed)...)
	}
	g.killer = g.kills.invert(g.assets)
}

// Accounts returns the ids of the accounts, in the order of adding.
func (g *Graph) Accounts() []string { return g.names(g.accounts) }

// Events returns the ids of the events, in the order of adding.
func (g *Graph) Events() []string { return slices.Clone(g.events) }

// Rule returns what was added as rule number n, which an answer has named.
func (g *Graph) Rule(n int) Rule {
	r := g.b.rules[n]
	r.Body = slices.Clone(r.Body)
	return r
}

// Unknown returns the ids of the assets of which nothing is noted.
func (g *Graph) Unknown() []string { return g.which(func(t *thing) bool { return t.unknown }) }

// Known returns the ids of the other assets.
func (g *Graph) Known() []string { return g.which(func(t *thing) bool { return !t.unknown }) }

func (g *Graph) which(wanted func(*thing) bool) []string {
	var ids []string
	for x := range g.assets {
		if wanted(&g.things[x]) {
			ids = append(ids, g.ids[x])
		}
	}
	return ids
}

// names returns the ids of nodes.
func (g *Graph) names(nodes []int32) []string {
	ids := make([]string, len(nodes))
	for i, x := range nodes {
		ids[i] = g.ids[x]
	}
	return ids
}

// find returns the number of an id that is of one of the kinds.
func (g *Graph) find(id, in string, kinds ...Kind) (int32, error) {
	if id == "" {
		return 0, ErrNoID
	}
	place, ok := g.b.ids[id]
	if !ok {
		return 0, &UndeclaredError{id, in}
	}
	x := g.number[place]
	if is := g.things[x].kind; !slices.Contains(kinds, is) {
		return 0, &WrongKindError{id, in, is}
	}
	return x, nil
}

// findEvent returns the number of an event.
func (g *Graph) findEvent(id, in string) (int32, error) {
	if id == "" {
		return 0, ErrNoID
	}
	e, ok := g.event[id]
	if !ok {
		return 0, &UndeclaredError{id, in}
	}
	return e, nil
}
