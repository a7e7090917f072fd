package lockout

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestBruteForce compares every answer with trying everything.
func TestBruteForce(t *testing.T) {
	graphs := 12_000
	if testing.Short() {
		graphs = 1_000
	}
	for seed := range graphs {
		rng := rand.New(rand.NewPCG(uint64(seed), 4))
		b := draw(rng)
		g := b.build(t)
		c := b.choose(rng)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { b.compare(t, g, c) })
		if t.Failed() {
			t.Fatalf("seed %d: %+v, case %+v", seed, b, c)
		}
	}
}

func (b *brute) compare(t *testing.T, g *Graph, c Case) {
	opens := b.table()
	b.compareLocked(t, g, c, opens)
	b.compareTable(t, g, c, opens)
	b.compareSets(t, g, c, opens)
	b.compareRings(t, g, c, opens)
	b.compareTimes(t, g, c, opens)
	b.compareStates(t, g, c)
	b.compareWhy(t, g, c, opens)
	b.compareWays(t, g, c)
}

func (b *brute) compareLocked(t *testing.T, g *Graph, c Case, opens []uint32) {
	var locked []string
	for x := b.assets; x < b.assets+b.nodes; x++ {
		if opens[b.all()]>>x&1 == 0 {
			locked = append(locked, b.id(x))
		}
	}
	equal(t, "locked", must(g.Locked(c))(t), locked)
}

// compareTable compares all scenarios and the minimal ones of up to 3 events.
func (b *brute) compareTable(t *testing.T, g *Graph, c Case, opens []uint32) {
	killed := func(events uint32) (dead uint32) {
		for ; events != 0; events &= events - 1 {
			dead |= b.events[bits.TrailingZeros32(events)]
		}
		return dead
	}
	table := must(g.Table(c, 3))(t)
	sets := must(g.EventSets(c, 3))(t)
	for mask := range uint32(1) << len(b.events) {
		if bits.OnesCount32(mask) > 3 {
			continue
		}
		var names, locked []string
		for m := mask; m != 0; m &= m - 1 {
			names = append(names, eventID(bits.TrailingZeros32(m)))
		}
		for x := b.assets; x < b.assets+b.nodes; x++ {
			if opens[b.all()&^killed(mask)]>>x&1 == 0 {
				locked = append(locked, b.id(x))
			}
		}
		equal(t, fmt.Sprint("table ", names), must(table.Locked(names...))(t), locked)
		before := must(table.Locked())(t)
		newly := slices.DeleteFunc(locked, func(id string) bool { return slices.Contains(before, id) })
		equal(t, fmt.Sprint("newly ", names), must(table.Newly(names...))(t), newly)
	}
	for x := b.assets; x < b.assets+b.nodes; x++ {
		want := b.texts(minimalMasks(len(b.events), func(m uint32) bool {
			return opens[b.all()&^killed(m)]>>x&1 == 0
		}), 3, eventID)
		equal(t, "minimal events of "+b.id(x), texts(must(table.Minimal(b.id(x)))(t)), want)
		got, truncated, err := sets.Of(b.id(x))
		equal(t, "event sets of "+b.id(x), fmt.Sprint(texts(got), truncated, err), fmt.Sprint(want, false, nil))
	}
}

// compareSets compares lockout and access sets, up to size 3 and all.
func (b *brute) compareSets(t *testing.T, g *Graph, c Case, opens []uint32) {
	lockout := must(g.LockoutSets(c, 3))(t)
	access := must(g.AccessSets(c, 3))(t)
	for x := b.assets; x < b.assets+b.nodes; x++ {
		lock := minimalMasks(b.assets, func(m uint32) bool { return opens[b.all()&^m]>>x&1 == 0 })
		open := minimalMasks(b.assets, func(m uint32) bool { return opens[m]>>x&1 == 1 })
		got, truncated, err := lockout.Of(b.id(x))
		equal(t, "lockout "+b.id(x), fmt.Sprint(texts(got), truncated, err), fmt.Sprint(b.texts(lock, 3, assetID), false, nil))
		got, truncated, err = access.Of(b.id(x))
		equal(t, "access "+b.id(x), fmt.Sprint(texts(got), truncated, err), fmt.Sprint(b.texts(open, 3, assetID), false, nil))
		all := must(g.All(b.id(x), c, 0))(t)
		equal(t, "all lockout "+b.id(x), texts(all.Lockout), b.texts(lock, 32, assetID))
		equal(t, "all access "+b.id(x), texts(all.Access), b.texts(open, 32, assetID))
	}
}

// compareRings compares what is in rings or behind them with what holds itself
// up: what stays when the greatest self-supporting set is looked for among all
// sets of nodes.
func (b *brute) compareRings(t *testing.T, g *Graph, c Case, opens []uint32) {
	least := opens[b.all()]
	there := least & b.all()
	greatest := least
	for nodes := range uint32(1) << b.nodes {
		held := nodes<<b.assets | there
		ok := true
		for x := b.assets; x < b.assets+b.nodes && ok; x++ {
			ok = held>>x&1 == 0 || slices.ContainsFunc(b.rules, func(r bruteRule) bool {
				return r.head == x && r.found(held) >= r.need && b.counts(r)
			})
		}
		if ok {
			greatest |= held
		}
	}
	var want []string
	for x := b.assets; x < b.assets+b.nodes; x++ {
		if (greatest&^least)>>x&1 == 1 {
			want = append(want, b.id(x))
		}
	}
	rings, got, err := g.Rings(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rings {
		got = append(got, r.Members...)
		b.checkCycle(t, r)
	}
	slices.Sort(got)
	equal(t, "rings and behind", got, want)
}

// checkCycle holds that each member of the cycle is named by a rule of the one
// before.
func (b *brute) checkCycle(t *testing.T, r Ring) {
	if len(r.Cycle) == 0 {
		t.Fatalf("ring %v has no cycle", r.Members)
	}
	for i, id := range r.Cycle {
		next := r.Cycle[(i+1)%len(r.Cycle)]
		if !slices.Contains(r.Members, id) || !slices.ContainsFunc(b.rules, func(rule bruteRule) bool {
			return b.id(rule.head) == id && slices.ContainsFunc(rule.body, func(y int) bool { return b.id(y) == next })
		}) {
			t.Fatalf("cycle %v: %s does not need %s", r.Cycle, id, next)
		}
	}
}

// compareTimes compares with times that are lowered until none changes.
func (b *brute) compareTimes(t *testing.T, g *Graph, c Case, opens []uint32) {
	at := b.times(opens[b.all()])
	equal(t, "times", must(g.Times(c))(t), at[b.assets:])
	b.checkOrder(t, g, c, at, opens[b.all()])
}

// times returns when each node is reached; reached holds the assets that are
// there.
func (b *brute) times(reached uint32) []time.Duration {
	at := make([]time.Duration, b.assets+b.nodes)
	for x := range at {
		if x >= b.assets || reached>>x&1 == 0 {
			at[x] = Never
		}
	}
	for changed := true; changed; {
		changed = false
		for _, r := range b.rules {
			if when := r.after(at); b.counts(r) && when < at[r.head] {
				at[r.head] = when
				changed = true
			}
		}
	}
	return at
}

// after returns when the rule has its head.
func (r bruteRule) after(at []time.Duration) time.Duration {
	var needs []time.Duration
	for _, y := range r.body {
		needs = append(needs, at[y])
	}
	slices.Sort(needs)
	if last := needs[r.need-1]; last != Never {
		return last + r.wait
	}
	return Never
}

// checkOrder recovers one account after the other: each must open by those
// before it, and none before a quicker one.
func (b *brute) checkOrder(t *testing.T, g *Graph, c Case, at []time.Duration, reached uint32) {
	have := reached & b.all()
	last := time.Duration(0)
	for _, id := range must(g.Order(c))(t) {
		x := b.assets
		for b.id(x) != id {
			x++
		}
		if at[x] < last || have>>x&1 == 1 || !slices.ContainsFunc(b.rules, func(r bruteRule) bool {
			return r.head == x && b.counts(r) && r.found(have) >= r.need
		}) {
			t.Fatalf("%s does not come next after %v", id, have)
		}
		last, have = at[x], have|1<<x
	}
	equal(t, "all in order", have, reached)
}
