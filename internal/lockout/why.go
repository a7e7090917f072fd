package lockout

import (
	"slices"
	"time"
)

// A Why says why an account does not open.
type Why struct {
	Nodes  []Closed // the account first, then what its ways lack, each once
	Assets []Gone   // all assets that these ways lack, each once
}

// A Closed is a node that is not reached.
type Closed struct {
	ID string
	// Circular says that it would hold itself up if it were once open.
	Circular bool
	Ways     []Way // in the order of adding; none if it has no rule at all
}

// A Way is a rule of an account or a node, and how it stands.
type Way struct {
	Rule  int           // number of the rule
	Works bool          // it gives its head
	Wait  time.Duration // until then; Never if it does not work
	// LeftOut says that the run leaves it out because it is not sure. Then it may
	// lack nothing.
	LeftOut bool
	Lacks   int      // how many of Missing it would need
	Missing []string // of its body
	// Gone are the assets that Missing comes down to, in the order of adding, and
	// Circle says that it comes down to the account itself. They are filled for the
	// ways of the account asked about, not for those of what they lack.
	Gone   []string
	Circle bool
}

// A Gone is an asset that is not there.
type Gone struct {
	ID      string
	Unknown bool     // nothing is noted of it
	By      []string // events of the case that take it away
	Lost    bool     // the case names it as lost
}

// Ways returns how each way into an account (or node) stands by itself, in the
// order of adding. What would come from the account does not count for it: a
// mailbox that is only reached through the account is no way into it.
func (g *Graph) Ways(account string, c Case) ([]Way, error) {
	a, err := g.find(account, "ways", Account, Node)
	if err != nil {
		return nil, err
	}
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	apart := *w
	apart.off = w.without(a)
	return w.waysInto(a, apart.race(), apart.closed()), nil
}

// waysInto returns how the ways into a stand, given what is reached apart from
// it and when.
func (w *world) waysInto(a int32, done *race, least *closure) []Way {
	e := explainer{w, least, nil}
	var ways []Way
	for _, r := range w.ways.of(a) {
		way := e.way(r)
		e.comesDown(&way, r, a)
		if way.Works = !way.LeftOut && way.Lacks == 0; way.Works {
			needs := make([]time.Duration, 0, len(w.body.of(r)))
			for _, y := range w.body.of(r) {
				needs = append(needs, done.at[y])
			}
			slices.Sort(needs)
			way.Wait = later(needs[w.need[r]-1], w.wait[r])
		}
		ways = append(ways, way)
	}
	return ways
}

// Why explains why an account (or node) is locked in the case. ok is false if it
// opens.
func (g *Graph) Why(account string, c Case) (why Why, ok bool, err error) {
	a, err := g.find(account, "why", Account, Node)
	if err != nil {
		return why, false, err
	}
	w, err := g.world(c)
	if err != nil {
		return why, false, err
	}
	least := w.closed()
	if least.reached(a) {
		return why, false, nil
	}
	e := explainer{w, least, w.circular(least)}
	nodes, assets := e.below([]int32{a}, unreached)
	for _, x := range nodes {
		node := Closed{ID: g.ids[x], Circular: e.circular[x]}
		for _, r := range g.ways.of(x) {
			way := e.way(r)
			if x == a {
				e.comesDown(&way, r, a)
			}
			node.Ways = append(node.Ways, way)
		}
		why.Nodes = append(why.Nodes, node)
	}
	for _, x := range assets {
		why.Assets = append(why.Assets, w.goneAsset(x, c))
	}
	return why, true, nil
}

// An explainer looks at what is not reached.
type explainer struct {
	*world
	least    *closure
	circular []bool
}

// below returns the nodes and assets that are not reached and that the ways of
// some nodes need, as far as these are not reached themselves; the nodes in
// breadth-first order, the assets in the order of adding. It does not look below
// the node end.
func (e *explainer) below(start []int32, end int32) (nodes, assets []int32) {
	seen := make(map[int32]bool)
	take := func(x int32) {
		switch {
		case seen[x] || e.least.reached(x):
		case int(x) < e.assets:
			assets = append(assets, x)
		default:
			nodes = append(nodes, x)
		}
		seen[x] = true
	}
	for _, x := range start {
		take(x)
	}
	for next := 0; next < len(nodes); next++ {
		if nodes[next] == end {
			continue
		}
		for _, r := range e.ways.of(nodes[next]) {
			for _, y := range e.body.of(r) {
				take(y)
			}
		}
	}
	slices.Sort(assets)
	return nodes, assets
}

// missing returns what of the rule's body is not reached.
func (e *explainer) missing(r int32) (missing []int32) {
	for _, y := range e.body.of(r) {
		if !e.least.reached(y) {
			missing = append(missing, y)
		}
	}
	return missing
}

func (e *explainer) way(r int32) Way {
	missing := e.missing(r)
	have := len(e.body.of(r)) - len(missing)
	return Way{
		Rule: int(r), Wait: Never, LeftOut: !e.counts(r),
		Lacks: max(0, int(e.need[r])-have), Missing: e.names(missing),
	}
}

// comesDown fills in what the rule's missing parts come down to. account is the
// head of the rule.
func (e *explainer) comesDown(way *Way, r, account int32) {
	nodes, assets := e.below(e.missing(r), account)
	way.Gone, way.Circle = e.names(assets), slices.Contains(nodes, account)
}

func (w *world) goneAsset(x int32, c Case) Gone {
	g := Gone{ID: w.ids[x], Unknown: w.things[x].unknown, Lost: slices.Contains(c.Lost, w.ids[x])}
	for _, id := range c.Happened {
		if slices.Contains(w.kills.of(w.event[id]), x) {
			g.By = append(g.By, id)
		}
	}
	return g
}
