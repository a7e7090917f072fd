package lockout

import (
	"cmp"
	"container/heap"
	"math/bits"
	"slices"
)

// A Repair is a change its owner could make: new assets and ways, and ways that
// go away.
type Repair struct {
	ID string
	// Assets and Nodes are new. Several repairs can bring the same ones.
	Assets []NewAsset
	Nodes  []string
	Rules  []Rule
	Drop   []int // numbers of rules that no longer work
}

// A NewAsset is an asset that a repair brings.
type NewAsset struct {
	ID       string
	KilledBy []string // events
}

// Risk counts what can lock accounts, each account with its importance. Of two
// risks that with the smaller Now is the better one, then that with the smaller
// One, then Two. A way more never makes a risk larger.
type Risk struct {
	Now int64 // accounts locked already
	One int64 // single events that lock an account
	Two int64 // pairs of events that do, together
}

// Compare returns -1 if r is the better one, 1 if s is, 0 if they are equal.
func (r Risk) Compare(s Risk) int {
	return cmp.Or(cmp.Compare(r.Now, s.Now), cmp.Compare(r.One, s.One), cmp.Compare(r.Two, s.Two))
}

// A Plan is a list of repairs with what each does.
type Plan struct {
	Before  Risk // as things are
	Effects []Effect
	// Size is up to how many events at once were looked at: 2, or less if that
	// would have been too much. Risks do not count more then.
	Size int
}

// An Effect is what a repair does.
type Effect struct {
	Repair string
	After  Risk
	// Eased are the accounts of some importance that were locked, and are not, or
	// that fewer single events lock.
	Eased []string
}

// Rank returns what each repair would do by itself, the best one first; of
// equally good ones the earlier.
func (g *Graph) Rank(c Case, repairs []Repair) (*Plan, error) {
	p, err := g.planner(c, repairs)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Before: p.risk, Size: p.size}
	for i := range repairs {
		plan.Effects = append(plan.Effects, p.try(i))
	}
	slices.SortStableFunc(plan.Effects, func(a, b Effect) int { return a.After.Compare(b.After) })
	return plan, nil
}

// Plan returns at most the given number of repairs to make one after the other.
// Each is the best next step after those before it; the list ends when none
// helps. Repairs that help only together are not found, so that there may be
// better plans.
func (g *Graph) Plan(c Case, repairs []Repair, most int) (*Plan, error) {
	p, err := g.planner(c, repairs)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Before: p.risk, Size: p.size}
	for len(plan.Effects) < most {
		best, found := Effect{After: p.risk}, -1
		for i := range repairs {
			if e := p.try(i); e.After.Compare(best.After) < 0 {
				best, found = e, i
			}
		}
		if found < 0 {
			break
		}
		p.apply(found)
		plan.Effects = append(plan.Effects, best)
	}
	return plan, nil
}

// merged returns the graph with all repairs in it, and the numbers of the rules
// that each brings.
func (g *Graph) merged(repairs []Repair) (*Graph, [][]int32, error) {
	b := g.b.clone()
	brought := make(map[string][]string) // by id: the events that kill it
	rules := make([][]int32, len(repairs))
	for i, r := range repairs {
		for _, a := range r.Assets {
			killedBy := slices.Compact(slices.Sorted(slices.Values(a.KilledBy)))
			if was, again := brought[a.ID]; again && slices.Equal(was, killedBy) && b.kindOf(a.ID) == Asset {
				continue
			}
			b.AddAsset(a.ID, false)
			brought[a.ID] = killedBy
			for _, id := range killedBy {
				e, err := g.findEvent(id, r.ID)
				if err != nil {
					return nil, nil, err
				}
				b.events[e].kills = append(b.events[e].kills, a.ID)
			}
		}
		for _, id := range r.Nodes {
			if _, again := brought[id]; again && b.kindOf(id) == Node {
				continue
			}
			b.AddNode(id)
			brought[id] = nil
		}
		for _, rule := range r.Rules {
			n := b.AddRule(rule.Head, rule.K, rule.Body, rule.Certainty, rule.Wait)
			rules[i] = append(rules[i], int32(n))
		}
		for _, n := range r.Drop {
			if n < 0 || n >= len(g.head) {
				return nil, nil, &RuleError{n, r.ID, NoSuchRule}
			}
		}
	}
	m, err := b.graph()
	return m, rules, err
}

func (b *Builder) kindOf(id string) Kind {
	if i, ok := b.ids[id]; ok {
		return b.things[i].kind
	}
	return 0
}

// A planner keeps the rows of all nodes for scenarios of up to size events, and
// brings them up to date as rules come and go.
type planner struct {
	*flood
	repairs []Repair
	rules   [][]int32 // by repair: rules it brings
	size    int
	compOf  []int32 // by node: its component
	risks   []Risk  // by place in accounts
	risk    Risk    // of all
	undo    []change
}

// A change is the row that a node had.
type change struct {
	node int32
	row  []uint64
}

func (g *Graph) planner(c Case, repairs []Repair) (*planner, error) {
	m, rules, err := g.merged(repairs)
	if err != nil {
		return nil, err
	}
	w, err := m.world(c)
	if err != nil {
		return nil, err
	}
	if w.off == nil {
		w.off = make([]bool, len(m.head))
	}
	for i, brought := range rules {
		for _, r := range brought {
			w.off[r] = true
		}
		if c.Run&SureOnly != 0 {
			rules[i] = slices.DeleteFunc(brought, func(r int32) bool { return !m.sure[r] })
		}
	}
	p := &planner{repairs: repairs, rules: rules, size: 2, compOf: make([]int32, m.nodes)}
	for p.size > 0 && !fits(m.nodes, len(m.events), p.size) {
		p.size--
	}
	kill, words := killed(len(m.events), p.size)
	p.flood = newFlood(w, words)
	p.assetRows(func(e int32) []uint64 { return kill[int(e)*words : (int(e)+1)*words] })
	p.all()
	for i := range m.circle {
		for _, x := range m.comps.of(int32(i)) {
			p.compOf[x] = int32(i)
		}
	}
	p.risks = make([]Risk, len(m.accounts))
	for i, a := range m.accounts {
		p.risks[i] = p.riskOf(a)
		p.risk = p.risk.plus(p.risks[i], 1)
	}
	return p, nil
}

func (r Risk) plus(s Risk, times int64) Risk {
	return Risk{r.Now + times*s.Now, r.One + times*s.One, r.Two + times*s.Two}
}

// riskOf counts the zeros in the account's row.
func (p *planner) riskOf(a int32) Risk {
	row, m := p.row(a), len(p.events)
	weight := int64(p.things[a].importance)
	zeros := func(from, to int) (n int64) {
		for s := from; s < to; {
			end := min(to, (s/64+1)*64)
			mask := ^uint64(0) << (s % 64)
			if end%64 != 0 {
				mask &= 1<<(end%64) - 1
			}
			n += int64(bits.OnesCount64(^row[s/64] & mask))
			s = end
		}
		return n * weight
	}
	return Risk{zeros(0, 1), zeros(1, upTo(m, min(p.size, 1))), zeros(1+m, upTo(m, p.size))}
}

// try returns what a repair does, and takes it back.
func (p *planner) try(i int) Effect {
	switched := p.turn(i)
	e := Effect{Repair: p.repairs[i].ID, After: p.risk}
	for _, c := range p.undo {
		place, ok := slices.BinarySearch(p.accounts, c.node)
		if !ok {
			continue
		}
		now := p.riskOf(c.node)
		e.After = e.After.plus(p.risks[place], -1).plus(now, 1)
		if now.Now < p.risks[place].Now || now.One < p.risks[place].One {
			e.Eased = append(e.Eased, p.ids[c.node])
		}
	}
	for _, c := range p.undo {
		copy(p.row(c.node), c.row)
	}
	for _, r := range switched {
		p.off[r] = !p.off[r]
	}
	return e
}

// apply makes a repair for good.
func (p *planner) apply(i int) {
	p.turn(i)
	for _, c := range p.undo {
		if place, ok := slices.BinarySearch(p.accounts, c.node); ok {
			p.risk = p.risk.plus(p.risks[place], -1)
			p.risks[place] = p.riskOf(c.node)
			p.risk = p.risk.plus(p.risks[place], 1)
		}
	}
}

// turn switches the rules of a repair, brings the rows up to date and leaves
// what changed in undo, each node once, in the order of adding.
func (p *planner) turn(i int) (switched []int32) {
	for _, r := range p.rules[i] {
		if p.off[r] {
			switched = append(switched, r)
		}
	}
	for _, n := range slices.Compact(slices.Sorted(slices.Values(p.repairs[i].Drop))) {
		if r := int32(n); !p.off[r] {
			switched = append(switched, r)
		}
	}
	var todo pending
	for _, r := range switched {
		p.off[r] = !p.off[r]
		todo = append(todo, p.compOf[p.head[r]])
	}
	heap.Init(&todo)
	p.undo = p.undo[:0]
	for last := int32(-1); len(todo) > 0; {
		comp := heap.Pop(&todo).(int32)
		if comp == last {
			continue
		}
		last = comp
		for _, x := range p.again(comp) {
			for _, r := range p.uses.of(x) {
				if up := p.compOf[p.head[r]]; up != comp {
					heap.Push(&todo, up)
				}
			}
		}
	}
	slices.SortFunc(p.undo, func(a, b change) int { return int(a.node - b.node) })
	return switched
}

// again computes a component anew and returns the nodes whose rows changed.
func (p *planner) again(comp int32) (changed []int32) {
	nodes := p.comps.of(comp)
	was := make([]uint64, 0, len(nodes)*p.words)
	for _, x := range nodes {
		was = append(was, p.row(x)...)
		clear(p.row(x))
	}
	p.component(nodes, p.circle[comp])
	for i, x := range nodes {
		if row := was[i*p.words : (i+1)*p.words]; !slices.Equal(row, p.row(x)) {
			p.undo = append(p.undo, change{x, row})
			changed = append(changed, x)
		}
	}
	return changed
}

// pending is a heap of components, those that others need first.
type pending []int32

func (p pending) Len() int           { return len(p) }
func (p pending) Less(i, j int) bool { return p[i] < p[j] }
func (p pending) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pending) Push(x any)        { *p = append(*p, x.(int32)) }
func (p *pending) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}
