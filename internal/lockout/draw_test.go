package lockout

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A brute is a graph as drawn at random, and the answers by trying everything.
// It shares no code with the package.
type brute struct {
	assets, nodes int // nodes are numbered after the assets; all are accounts
	unknown       uint32
	rules         []bruteRule
	events        []uint32 // assets that each kills

	// of the case, set by choose
	run        Run
	gone, kept uint32
	dropped    uint32 // nodes whose rules do not count
}

type bruteRule struct {
	head, need int
	body       []int
	certainty  Certainty
	wait       time.Duration
}

// draw makes a graph with up to 12 assets, circles, thresholds and nodes without
// any rule.
func draw(rng *rand.Rand) *brute {
	b := &brute{assets: 1 + rng.IntN(12), nodes: 1 + rng.IntN(7)}
	all := b.assets + b.nodes
	for range rng.IntN(3 * b.nodes) {
		r := bruteRule{head: b.assets + rng.IntN(b.nodes), wait: time.Duration(rng.IntN(4)) * time.Hour}
		r.body = rng.Perm(all)[:1+rng.IntN(min(5, all))]
		r.need = 1 + rng.IntN(len(r.body))
		if rng.IntN(3) == 0 {
			r.need = len(r.body)
		}
		if rng.IntN(4) == 0 {
			r.certainty = Certainty(1 + rng.IntN(2))
		}
		b.rules = append(b.rules, r)
	}
	for range rng.IntN(6) {
		b.events = append(b.events, rng.Uint32()&rng.Uint32()&(1<<b.assets-1))
	}
	b.unknown = rng.Uint32() & rng.Uint32() & (1<<b.assets - 1)
	return b
}

func assetID(x int) string { return fmt.Sprintf("x%02d", x) }

func (b *brute) id(x int) string {
	if x < b.assets {
		return assetID(x)
	}
	return fmt.Sprintf("a%02d", x-b.assets)
}

func (b *brute) build(t testing.TB) *Graph {
	t.Helper()
	var to Builder
	for _, r := range b.rules { // ids may be used before they are added
		var body []string
		for _, y := range r.body {
			body = append(body, b.id(y))
		}
		to.AddRule(b.id(r.head), r.need, body, r.certainty, r.wait)
	}
	for x := range b.assets {
		to.AddAsset(b.id(x), b.unknown>>x&1 == 1)
	}
	for x := range b.nodes {
		to.AddAccount(b.id(b.assets+x), x%4)
	}
	for e, kills := range b.events {
		to.AddEvent(fmt.Sprintf("e%d", e), b.ids(kills)...)
	}
	g, err := to.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// ids returns the assets in a mask.
func (b *brute) ids(mask uint32) []string {
	ids := []string{}
	for ; mask != 0; mask &= mask - 1 {
		ids = append(ids, assetID(bits.TrailingZeros32(mask)))
	}
	return ids
}

// choose draws a case and notes what it means. Half of the cases are plain.
func (b *brute) choose(rng *rand.Rand) Case {
	b.run, b.gone, b.kept, b.dropped = Run(rng.IntN(4)), 0, 0, 0
	c := Case{Run: b.run}
	if rng.IntN(2) == 0 {
		few := func() uint32 { return rng.Uint32() & rng.Uint32() & rng.Uint32() & b.all() }
		lost, kept := few(), few()
		c.Lost, c.Kept = b.ids(lost), b.ids(kept)
		if rng.IntN(4) == 0 {
			only := rng.Uint32() & b.all()
			c.Only = b.ids(only)
			b.gone = b.all() &^ only
		}
		for e, kills := range b.events {
			if rng.IntN(5) == 0 {
				c.Happened = append(c.Happened, eventID(e))
				b.gone |= kills
			}
		}
		b.gone |= lost
		b.kept = kept
	}
	return c
}

// opens returns the mask of nodes reached from a mask of assets, by running over
// all rules until nothing changes.
func (b *brute) opens(there uint32) uint32 {
	there &^= b.gone
	if b.run&Pessimistic != 0 {
		there &^= b.unknown
	}
	reached := there | b.kept
	for changed := true; changed; {
		changed = false
		for _, r := range b.rules {
			if r.found(reached) >= r.need && reached>>r.head&1 == 0 && b.counts(r) {
				reached |= 1 << r.head
				changed = true
			}
		}
	}
	return reached
}

// found returns how many of the body are in a mask.
func (r bruteRule) found(mask uint32) (n int) {
	for _, y := range r.body {
		n += int(mask >> y & 1)
	}
	return n
}

// named returns the mask of assets given by id.
func (b *brute) named(ids []string) (mask uint32) {
	for x := range b.assets {
		if slices.Contains(ids, b.id(x)) {
			mask |= 1 << x
		}
	}
	return mask
}

func (b *brute) counts(r bruteRule) bool {
	return (b.run&SureOnly == 0 || r.certainty == Sure) && b.dropped>>r.head&1 == 0
}

func (b *brute) all() uint32 { return 1<<b.assets - 1 }

// table is opens for every set of assets.
func (b *brute) table() []uint32 {
	t := make([]uint32, 1<<b.assets)
	for there := range t {
		t[there] = b.opens(uint32(there))
	}
	return t
}

// minimalMasks returns the masks below 1<<n that do something and of which no
// part does, given that larger ones do whatever a part of them does.
func minimalMasks(n int, does func(mask uint32) bool) []uint32 {
	var out []uint32
	for mask := range uint32(1) << n {
		if !does(mask) {
			continue
		}
		least := true
		for rest := mask; rest != 0; rest &= rest - 1 {
			if does(mask &^ (rest & -rest)) {
				least = false
				break
			}
		}
		if least {
			out = append(out, mask)
		}
	}
	return out
}

// texts writes sets so that they can be compared, whatever their order.
func texts(sets [][]string) []string {
	var out []string
	for _, s := range sets {
		out = append(out, fmt.Sprint(slices.Sorted(slices.Values(s))))
	}
	slices.Sort(out)
	return out
}

func (b *brute) texts(masks []uint32, size int, name func(int) string) []string {
	var sets [][]string
	for _, m := range masks {
		if bits.OnesCount32(m) > size {
			continue
		}
		set := []string{}
		for ; m != 0; m &= m - 1 {
			set = append(set, name(bits.TrailingZeros32(m)))
		}
		sets = append(sets, set)
	}
	return texts(sets)
}

func eventID(e int) string { return fmt.Sprintf("e%d", e) }

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("%s: got %s, want %s", what, g, w)
	}
}
