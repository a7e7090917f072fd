package lockout

import (
	"container/heap"
	"math"
	"slices"
	"time"
)

// Never is the time to get back into what does not open.
const Never time.Duration = math.MaxInt64

// A race is the least fixpoint with times: a node is reached at the earliest
// time at which one of its rules has found what it needs and has waited. Rules
// are superior functions (their value is not below any argument it depends on),
// so nodes are final in the order of their times: Knuth's generalisation of
// Dijkstra's algorithm.
type race struct {
	at    []time.Duration // by node
	via   []int32         // by node: the rule, or given, or unreached
	order []int32         // nodes as they became final
}

// A runner is a node on its way to being final.
type runner struct {
	at   time.Duration
	node int32
	via  int32
}

type runners []runner

func (r runners) Len() int      { return len(r) }
func (r runners) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r runners) Less(i, j int) bool {
	if r[i].at != r[j].at {
		return r[i].at < r[j].at
	}
	return r[i].via < r[j].via // in the order of adding
}
func (r *runners) Push(x any) { *r = append(*r, x.(runner)) }
func (r *runners) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

func (w *world) race() *race {
	c := &race{at: make([]time.Duration, w.nodes), via: make([]int32, w.nodes)}
	var queue runners
	for x := range w.nodes {
		c.at[x], c.via[x] = Never, unreached
		if x < w.assets && w.there(int32(x)) {
			queue = append(queue, runner{0, int32(x), given})
		}
	}
	left := slices.Clone(w.need)
	heap.Init(&queue)
	for len(queue) > 0 {
		next := heap.Pop(&queue).(runner)
		if c.via[next.node] != unreached {
			continue
		}
		c.at[next.node], c.via[next.node] = next.at, next.via
		c.order = append(c.order, next.node)
		for _, r := range w.uses.of(next.node) {
			if left[r]--; left[r] == 0 && w.counts(r) {
				heap.Push(&queue, runner{later(next.at, w.wait[r]), w.head[r], r})
			}
		}
	}
	return c
}

// later adds without overflow; what takes centuries stays below Never.
func later(at, wait time.Duration) time.Duration {
	if at > Never-1-wait {
		return Never - 1
	}
	return at + wait
}

// Times returns how long it takes to get into each account, in the order of
// adding: waiting times one after the other where one step needs another, at the
// same time where it does not. It is Never for an account that does not open.
func (g *Graph) Times(c Case) ([]time.Duration, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	done := w.race()
	times := make([]time.Duration, len(g.accounts))
	for i, a := range g.accounts {
		times[i] = done.at[a]
	}
	return times, nil
}

// Order returns the accounts that open, in an order in which to recover them:
// each after those that its quickest way needs, and the quick ones first.
func (g *Graph) Order(c Case) ([]string, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, x := range w.race().order {
		if g.isAccount(x) {
			ids = append(ids, g.ids[x])
		}
	}
	return ids, nil
}

// A Step is one rule of a proof.
type Step struct {
	Rule  int // number of the rule
	Head  string
	Needs []string // the K of its body that are taken
	At    time.Duration
}

// A Proof is one way into an account, all the way from assets.
type Proof struct {
	State  State
	Wait   time.Duration // until the last step is done
	Steps  []Step        // each after those it needs; the last one's head is the account
	Assets []string      // what it starts from, without what is Kept
}

// Proof returns the best way into an account (or node). A sure way is preferred
// to one that may be refused, then one that needs nothing unknown; among these
// the quickest is taken. The case's Run does not count. ok is false if nothing
// opens it.
func (g *Graph) Proof(account string, c Case) (p Proof, ok bool, err error) {
	a, err := g.find(account, "proof", Account, Node)
	if err != nil {
		return p, false, err
	}
	for _, s := range proofRuns {
		c.Run = s.run
		w, err := g.world(c)
		if err != nil {
			return p, false, err
		}
		if done := w.race(); done.via[a] != unreached {
			return w.traced(done, w.ranks(done.order), a, s.state), true, nil
		}
	}
	return Proof{State: Shut, Wait: Never}, false, nil
}

// proofRuns are the runs in which a proof is looked for, the best first.
var proofRuns = []struct {
	state State
	run   Run
}{{Open, SureOnly | Pessimistic}, {Unsure, SureOnly}, {Asking, Pessimistic}, {Asking, Optimistic}}

// traced collects what led to a. rank says where in its order the race reached a
// node.
func (w *world) traced(done *race, rank []int32, a int32, state State) Proof {
	p := Proof{State: state, Wait: done.at[a]}
	wanted := map[int32]bool{a: true}
	for i := rank[a]; i >= 0; i-- {
		x := done.order[i]
		if !wanted[x] {
			continue
		}
		if done.via[x] == given {
			if !w.kept[x] {
				p.Assets = append(p.Assets, w.ids[x])
			}
			continue
		}
		needs := w.firstOf(done.via[x], rank)
		for _, y := range needs {
			wanted[y] = true
		}
		p.Steps = append(p.Steps, Step{int(done.via[x]), w.ids[x], w.names(needs), done.at[x]})
	}
	slices.Reverse(p.Steps)
	slices.Sort(p.Assets)
	return p
}
