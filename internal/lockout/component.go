package lockout

// A tarjan finds strongly connected components (Tarjan 1972), with its calls
// written out, so that a long chain of records cannot exhaust the call stack.
type tarjan struct {
	*net
	index, low []int32 // order of discovery, counted from 1; 0: not yet seen
	on         []bool  // on the stack
	stack      []int32
	calls      []call
	count      int32
	comps      lists
	circle     []bool
}

// A call is a node whose rules are being looked at: its way'th rule, and the
// place in that rule's body.
type call struct{ node, way, place int32 }

// components orders the derived nodes so that each comes after what its rules
// name, as far as there are no circles: strongly connected components, those
// that others need first. circle[i] says that component i holds a circle.
func (n *net) components() (comps lists, circle []bool) {
	t := tarjan{
		net: n, index: make([]int32, n.nodes), low: make([]int32, n.nodes), on: make([]bool, n.nodes),
		comps: lists{at: []int32{0}},
	}
	for x := int32(n.assets); x < int32(n.nodes); x++ {
		if t.index[x] == 0 {
			t.visit(x)
		}
	}
	return t.comps, t.circle
}

func (t *tarjan) open(x int32) {
	t.count++
	t.index[x], t.low[x] = t.count, t.count
	t.stack = append(t.stack, x)
	t.on[x] = true
	t.calls = append(t.calls, call{node: x})
}

func (t *tarjan) visit(root int32) {
	for t.open(root); len(t.calls) > 0; {
		c := &t.calls[len(t.calls)-1]
		y, more := t.next(c)
		switch {
		case !more:
			t.close(c.node)
		case y < int32(t.assets):
		case t.index[y] == 0:
			t.open(y)
		case t.on[y]:
			t.low[c.node] = min(t.low[c.node], t.index[y])
		}
	}
}

// next returns what the rules of the call's node name, one after the other.
func (t *tarjan) next(c *call) (y int32, more bool) {
	for ways := t.ways.of(c.node); int(c.way) < len(ways); c.way, c.place = c.way+1, 0 {
		if body := t.body.of(ways[c.way]); int(c.place) < len(body) {
			c.place++
			return body[c.place-1], true
		}
	}
	return 0, false
}

// close ends the call of x, and cuts its component off the stack if x was the
// first of it.
func (t *tarjan) close(x int32) {
	t.calls = t.calls[:len(t.calls)-1]
	if n := len(t.calls); n > 0 {
		up := t.calls[n-1].node
		t.low[up] = min(t.low[up], t.low[x])
	}
	if t.low[x] != t.index[x] {
		return
	}
	i := len(t.stack) - 1
	for ; t.stack[i] != x; i-- {
		t.on[t.stack[i]] = false
	}
	t.on[x] = false
	t.comps.push(t.stack[i:]...)
	t.circle = append(t.circle, len(t.stack)-i > 1 || t.needsItself(x))
	t.stack = t.stack[:i]
}

// needsItself reports whether a rule of x names x.
func (n *net) needsItself(x int32) bool {
	for _, r := range n.ways.of(x) {
		for _, y := range n.body.of(r) {
			if y == x {
				return true
			}
		}
	}
	return false
}

// An agenda is the nodes of one component that are to be looked at again, first
// in first out, each at most once.
type agenda struct {
	queue  []int32
	queued []bool // by node
	inside []bool // by node: of the component
}

func newAgenda(nodes int) *agenda {
	return &agenda{queued: make([]bool, nodes), inside: make([]bool, nodes)}
}

// settle calls step for the nodes of a component until none changes any more.
// step reports whether the node changed, and whether to go on at all.
func (a *agenda) settle(n *net, comp []int32, step func(x int32) (changed, goOn bool)) {
	for i := len(comp) - 1; i >= 0; i-- { // the last found is needed first
		a.inside[comp[i]] = true
		a.push(comp[i])
	}
	defer func() {
		for _, x := range comp {
			a.inside[x], a.queued[x] = false, false
		}
		a.queue = a.queue[:0]
	}()
	for next := 0; next < len(a.queue); next++ {
		x := a.queue[next]
		a.queued[x] = false
		if next > 1024 && next > len(a.queue)/2 { // keep the queue short
			a.queue = append(a.queue[:0], a.queue[next+1:]...)
			next = -1
		}
		changed, goOn := step(x)
		if !goOn {
			return
		}
		if !changed {
			continue
		}
		for _, r := range n.uses.of(x) {
			if h := n.head[r]; a.inside[h] {
				a.push(h)
			}
		}
	}
}

func (a *agenda) push(x int32) {
	if !a.queued[x] {
		a.queued[x] = true
		a.queue = append(a.queue, x)
	}
}
