package lockout

import "slices"

// A Ring is a circle of accounts that open each other, and that nothing outside
// opens: sealed.
type Ring struct {
	Accounts []string // in the order of adding
	Members  []string // the accounts, and the nodes between them
	// Cycle is a shortest circle among the members: each needs the next, the last
	// the first.
	Cycle []string
}

// Rings returns the rings that are sealed in the case. To find those that hide
// behind passwords, the case should lose the passwords: "if they are forgotten,
// neither opens". behind are the accounts outside of rings that would open if a
// ring did.
//
// Circular is what would hold itself up if it were once open, and is not open:
// in the greatest fixpoint of the rules, but not in the least. A locked account
// that lacks something else too is in neither, and in no ring.
func (g *Graph) Rings(c Case) (rings []Ring, behind []string, err error) {
	w, err := g.world(c)
	if err != nil {
		return nil, nil, err
	}
	part, of := w.circularPart(w.closed())
	comps, circle := part.components()
	inRing := make([]bool, len(of))
	for i := range circle {
		comp := slices.Sorted(slices.Values(comps.of(int32(i))))
		if !circle[i] || !slices.ContainsFunc(comp, func(x int32) bool { return g.isAccount(of[x]) }) {
			continue
		}
		var r Ring
		for _, x := range comp {
			inRing[x] = true
			r.Members = append(r.Members, g.ids[of[x]])
			if g.isAccount(of[x]) {
				r.Accounts = append(r.Accounts, g.ids[of[x]])
			}
		}
		for _, x := range part.shortestCycle(comp) {
			r.Cycle = append(r.Cycle, g.ids[of[x]])
		}
		rings = append(rings, r)
	}
	for x, y := range of {
		if !inRing[x] && g.isAccount(y) {
			behind = append(behind, g.ids[y])
		}
	}
	first := func(r Ring) int32 { return g.number[g.b.ids[r.Members[0]]] }
	slices.SortFunc(rings, func(a, b Ring) int { return int(first(a) - first(b)) })
	return rings, behind, nil
}

func (g *Graph) isAccount(x int32) bool { return g.things[x].kind == Account }

// circular reports of each node whether it is in the greatest fixpoint but not
// in the least. The greatest one is found by taking away what has no rule left,
// again in linear time.
func (w *world) circular(least *closure) []bool {
	alive := make([]bool, w.nodes)
	hopes := make([]int32, w.nodes) // rules that may still work
	spare := make([]int32, len(w.head))
	for r, h := range w.head {
		spare[r] = int32(len(w.body.of(int32(r)))) - w.need[r]
		if w.counts(int32(r)) {
			hopes[h]++
		}
	}
	var dead []int32
	for x := range int32(w.nodes) {
		alive[x] = x < int32(w.assets) && w.there(x) || x >= int32(w.assets) && hopes[x] > 0
		if !alive[x] {
			dead = append(dead, x)
		}
	}
	for len(dead) > 0 {
		x := dead[len(dead)-1]
		dead = dead[:len(dead)-1]
		for _, r := range w.uses.of(x) {
			if spare[r]--; spare[r] != -1 || !w.counts(r) {
				continue
			}
			h := w.head[r]
			if hopes[h]--; hopes[h] == 0 {
				alive[h] = false
				dead = append(dead, h)
			}
		}
	}
	for x := range alive {
		alive[x] = alive[x] && !least.reached(int32(x))
	}
	return alive
}

// circularPart returns the net of the circular nodes alone, and their numbers in
// the graph. Of the rules those are left that could work.
func (w *world) circularPart(least *closure) (part *net, of []int32) {
	circular := w.circular(least)
	number := make([]int32, w.nodes)
	for x, is := range circular {
		if is {
			number[x] = int32(len(of))
			of = append(of, int32(x))
		}
	}
	var head, need []int32
	body := lists{at: []int32{0}}
	for _, x := range of {
		for _, r := range w.ways.of(x) {
			var inside []int32
			possible := int32(0)
			for _, y := range w.body.of(r) {
				if circular[y] {
					inside = append(inside, number[y])
				}
				if circular[y] || least.reached(y) {
					possible++
				}
			}
			if w.counts(r) && possible >= w.need[r] {
				head, need = append(head, number[x]), append(need, int32(len(inside)))
				body.push(inside...)
			}
		}
	}
	return newNet(0, len(of), head, need, body), of
}

// cycleWork is how many nodes are looked at to find a shorter circle.
const cycleWork = 2_000_000

// shortestCycle returns a shortest circle through nodes of a component, in the
// direction from head to body: breadth first from each node, as long as that can
// be shorter. In a component of thousands it may stop at a short one.
func (n *net) shortestCycle(comp []int32) []int32 {
	if i := slices.IndexFunc(comp, n.needsItself); i >= 0 {
		return comp[i : i+1]
	}
	inside := make(map[int32]bool, len(comp))
	for _, x := range comp {
		inside[x] = true
	}
	var best []int32
	work := cycleWork
	for _, start := range comp {
		if len(best) == 2 || work < 0 && best != nil {
			break
		}
		if c := n.cycleFrom(start, inside, len(best), &work); c != nil {
			best = c
		}
	}
	return best
}

// cycleFrom returns a shortest circle through start that is shorter than bound;
// 0 is no bound.
func (n *net) cycleFrom(start int32, inside map[int32]bool, bound int, work *int) []int32 {
	from := map[int32]int32{start: start}
	front := []int32{start}
	for length := 1; len(front) > 0 && (bound == 0 || length < bound); length++ {
		var next []int32
		for _, x := range front {
			*work--
			for _, r := range n.ways.of(x) {
				for _, y := range n.body.of(r) {
					if y == start {
						return back(from, x, start)
					}
					if _, seen := from[y]; !seen && inside[y] {
						from[y] = x
						next = append(next, y)
					}
				}
			}
		}
		front = next
	}
	return nil
}

// back returns the path from start to x.
func back(from map[int32]int32, x, start int32) []int32 {
	path := []int32{x}
	for x != start {
		x = from[x]
		path = append(path, x)
	}
	slices.Reverse(path)
	return path
}
