package lockout

import "slices"

// A net is the bare mathematics of a graph: nodes are numbers, those below
// assets are assets, the others are heads of rules.
type net struct {
	assets, nodes int
	head, need    []int32 // by rule
	body          lists   // by rule
	ways          lists   // by node: the rules it is the head of
	uses          lists   // by node: the rules it is in the body of
}

// lists are many short lists in one piece of memory.
type lists struct {
	at    []int32 // where each begins, and where the last one ends; never empty
	items []int32
}

// newLists makes room for n lists of so many items together.
func newLists(n, items int) lists {
	return lists{append(make([]int32, 0, n+1), 0), make([]int32, 0, items)}
}

func (l *lists) of(i int32) []int32 { return l.items[l.at[i]:l.at[i+1]] }

func (l *lists) push(items ...int32) {
	l.items = append(l.items, items...)
	l.at = append(l.at, int32(len(l.items)))
}

// invert returns, for each of n numbers, the lists that hold it, in order.
func (l *lists) invert(n int) lists {
	at := make([]int32, n+1)
	for _, x := range l.items {
		at[x+1]++
	}
	for i := range n {
		at[i+1] += at[i]
	}
	fill := append([]int32(nil), at[:n]...)
	items := make([]int32, len(l.items))
	for i := range len(l.at) - 1 {
		for _, x := range l.of(int32(i)) {
			items[fill[x]] = int32(i)
			fill[x]++
		}
	}
	return lists{at, items}
}

// newNet makes a net of rules whose bodies are given as lists.
func newNet(assets, nodes int, head, need []int32, body lists) *net {
	heads := lists{make([]int32, 0, len(head)+1), head}
	for i := range len(head) + 1 {
		heads.at = append(heads.at, int32(i))
	}
	return &net{assets, nodes, head, need, body, heads.invert(nodes), body.invert(nodes)}
}

// A closure computes least fixpoints on a net, again and again in the same
// memory. It is algorithm A: each rule counts down what it still needs, so that
// the work is linear in the size of the rules.
type closure struct {
	*net
	off   []bool  // by rule: rules that do not count; nil if all do
	left  []int32 // by rule
	via   []int32 // by node: the rule that reached it, given for assets, unreached
	order []int32 // nodes as they were reached
	done  int     // how many of them have been counted down in the rules
}

const (
	unreached = -1
	given     = -2
)

func newClosure(n *net, off []bool) *closure {
	return &closure{
		net: n, off: off,
		left: make([]int32, len(n.head)), via: make([]int32, n.nodes), order: make([]int32, 0, n.nodes),
	}
}

// run computes what is reached from the assets that there reports, and from some
// nodes that are given besides.
func (c *closure) run(there func(asset int32) bool, besides ...int32) {
	copy(c.left, c.need)
	for i := range c.via {
		c.via[i] = unreached
	}
	c.order, c.done = c.order[:0], 0
	for x := range int32(c.assets) {
		if there(x) {
			c.via[x] = given
			c.order = append(c.order, x)
		}
	}
	c.spread(besides)
}

// spread goes on from the nodes reached so far and some that are given besides.
func (c *closure) spread(besides []int32) {
	for _, x := range besides {
		if c.via[x] == unreached {
			c.via[x] = given
			c.order = append(c.order, x)
		}
	}
	for ; c.done < len(c.order); c.done++ {
		for _, r := range c.uses.of(c.order[c.done]) {
			c.left[r]--
			h := c.head[r]
			if c.left[r] == 0 && c.via[h] == unreached && (c.off == nil || !c.off[r]) {
				c.via[h] = r
				c.order = append(c.order, h)
			}
		}
	}
}

// with returns what is reached if some nodes are given besides, and was not
// before. The closure stays as it was.
func (c *closure) with(besides []int32) []int32 {
	before := len(c.order)
	c.spread(besides)
	more := slices.Clone(c.order[before:])
	for _, x := range more {
		c.via[x] = unreached
		for _, r := range c.uses.of(x) {
			c.left[r]++
		}
	}
	c.order, c.done = c.order[:before], before
	return more
}

func (c *closure) reached(node int32) bool { return c.via[node] != unreached }

// proof returns the assets by which node was reached in the last run. Of a rule
// that found more than it needs, what was reached first is taken.
func (c *closure) proof(node int32) []int32 {
	rank := c.ranks(c.order)
	seen := map[int32]bool{node: true}
	var leaves []int32
	for todo := []int32{node}; len(todo) > 0; {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if c.via[x] == given {
			leaves = append(leaves, x)
			continue
		}
		for _, y := range c.firstOf(c.via[x], rank) {
			if !seen[y] {
				seen[y] = true
				todo = append(todo, y)
			}
		}
	}
	return leaves
}

// ranks returns for each node at which place of order it is, unreached if it is
// not there.
func (n *net) ranks(order []int32) []int32 {
	rank := make([]int32, n.nodes)
	for x := range rank {
		rank[x] = unreached
	}
	for i, x := range order {
		rank[x] = int32(i)
	}
	return rank
}

// firstOf returns as many members of the rule's body as it needs, the first
// reached ones, which were all reached before its head.
func (n *net) firstOf(rule int32, rank []int32) []int32 {
	var first []int32
	for _, y := range n.body.of(rule) {
		if rank[y] != unreached {
			first = append(first, y)
		}
	}
	slices.SortFunc(first, func(a, b int32) int { return int(rank[a] - rank[b]) })
	return first[:n.need[rule]]
}
