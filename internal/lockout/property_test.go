package lockout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// wide draws a graph too large to try everything.
func wide(rng *rand.Rand) *Graph {
	var b Builder
	assets, nodes := 5+rng.IntN(60), 5+rng.IntN(60)
	name := func(x int) string {
		if x < assets {
			return assetID(x)
		}
		return fmt.Sprintf("a%02d", x-assets)
	}
	for x := range assets {
		b.AddAsset(name(x), rng.IntN(8) == 0)
	}
	for x := range nodes {
		b.AddAccount(name(assets+x), rng.IntN(4))
	}
	for x := range nodes {
		for range 1 + rng.IntN(3) {
			var body []string
			for range 1 + rng.IntN(4) {
				y := rng.IntN(assets)
				if rng.IntN(3) == 0 {
					y = rng.IntN(assets + nodes)
				}
				if !slices.Contains(body, name(y)) {
					body = append(body, name(y))
				}
			}
			b.AddRule(name(assets+x), 1+rng.IntN(len(body)), body, Certainty(rng.IntN(8)/6), 0)
		}
	}
	for e := range 1 + rng.IntN(40) {
		kills := []string{name(rng.IntN(assets)), name(rng.IntN(assets))}
		b.AddEvent(eventID(e), kills...)
	}
	g, err := b.Build()
	if err != nil {
		panic(err)
	}
	return g
}

func someWide(t *testing.T, graphs int, do func(rng *rand.Rand, g *Graph)) {
	t.Helper()
	if testing.Short() {
		graphs /= 10
	}
	for seed := range graphs {
		rng := rand.New(rand.NewPCG(uint64(seed), 6))
		do(rng, wide(rng))
	}
}

func TestLosingMoreOpensNoMore(t *testing.T) {
	someWide(t, 500, func(rng *rand.Rand, g *Graph) {
		var lost, open []string
		open = g.Accounts()
		for _, id := range g.Known() {
			now := must(g.Opened(Case{Lost: lost}))(t)
			for _, a := range now {
				if !slices.Contains(open, a) {
					t.Fatalf("%s opens after %v were lost", a, lost)
				}
			}
			open = now
			lost = append(lost, id)
		}
		run := Run(rng.IntN(4))
		hoped, strict := must(g.Opened(Case{}))(t), must(g.Opened(Case{Run: run}))(t)
		for _, a := range strict {
			if !slices.Contains(hoped, a) {
				t.Fatalf("%s opens in run %d but not in the optimistic one", a, run)
			}
		}
	})
}

// locks asks for one account with one set of assets gone.
func locks(t *testing.T, g *Graph, account string, lost []string) bool {
	t.Helper()
	return slices.Contains(must(g.Locked(Case{Lost: lost}))(t), account)
}

func TestACutBlocksAndNoPartDoes(t *testing.T) {
	someWide(t, 200, func(rng *rand.Rand, g *Graph) {
		sets := must(g.LockoutSets(Case{}, 3))(t)
		for _, account := range g.Accounts() {
			cuts, truncated, _ := sets.Of(account)
			if truncated {
				t.Fatal("cut off")
			}
			for _, cut := range cuts {
				if !locks(t, g, account, cut) {
					t.Fatalf("%v does not lock %s", cut, account)
				}
				for i := range cut {
					if part := slices.Delete(slices.Clone(cut), i, i+1); locks(t, g, account, part) {
						t.Fatalf("%v locks %s, so %v is not minimal", part, account, cut)
					}
				}
			}
		}
	})
}

// TestDuals holds that each lockout set hits each access set, that both algorithms
// find the same, and that each member of a set is needed: there is a set of the
// other kind that it alone hits.
func TestDuals(t *testing.T) {
	whole := 0
	someWide(t, 60, func(rng *rand.Rand, g *Graph) {
		lockout, access := must(g.LockoutSets(Case{}, 3))(t), must(g.AccessSets(Case{}, 3))(t)
		for _, account := range g.Accounts() {
			all := must(g.All(account, Case{}, 5_000_000))(t)
			if all.Truncated {
				continue
			}
			whole++
			upTo3 := func(sets [][]string) []string {
				return texts(slices.DeleteFunc(slices.Clone(sets), func(s []string) bool { return len(s) > 3 }))
			}
			got, _, _ := lockout.Of(account)
			equal(t, "lockout", texts(got), upTo3(all.Lockout))
			got, _, _ = access.Of(account)
			equal(t, "access", texts(got), upTo3(all.Access))
			checkHits(t, all.Lockout, all.Access)
			checkHits(t, all.Access, all.Lockout)
		}
	})
	if whole < 150 {
		t.Fatalf("only %d answers were whole", whole)
	}
}

func checkHits(t *testing.T, sets, others [][]string) {
	t.Helper()
	for _, s := range sets {
		needed := make(map[string]bool)
		for _, o := range others {
			var common []string
			for _, id := range s {
				if slices.Contains(o, id) {
					common = append(common, id)
				}
			}
			switch len(common) {
			case 0:
				t.Fatalf("%v misses %v", s, o)
			case 1:
				needed[common[0]] = true
			}
		}
		if len(needed) < len(s) {
			t.Fatalf("%v: only %v are needed", s, needed)
		}
	}
}

// TestTwoWaysToEventSets compares the sets from bit-parallel scenarios with those
// from antichains, with up to 40 events.
func TestTwoWaysToEventSets(t *testing.T) {
	someWide(t, 200, func(rng *rand.Rand, g *Graph) {
		c := Case{Run: Run(rng.IntN(4)), Kept: g.Known()[:rng.IntN(2)]}
		table, sets := must(g.Table(c, 3))(t), must(g.EventSets(c, 3))(t)
		for _, account := range g.Accounts() {
			got, truncated, _ := sets.Of(account)
			if truncated {
				t.Fatal("cut off")
			}
			equal(t, account, texts(got), texts(must(table.Minimal(account))(t)))
		}
		counts, _ := sets.counts()
		equal(t, "counts", table.counts(), counts)
	})
}

// TestCutOff holds that answers that were cut off say so, and say nothing wrong.
func TestCutOff(t *testing.T) {
	cutOff := 0
	some(t, 3000, func(rng *rand.Rand, b *brute, g *Graph, c Case) {
		opens := b.table()
		limits := budget{unions: rng.IntN(60), family: 1 + rng.IntN(3), confirm: rng.IntN(3000)}
		if rng.IntN(2) == 0 {
			limits.unions = 1e6
		}
		locks, open := mustSets(t, g, c, assetsLock, limits), mustSets(t, g, c, assetsOpen, limits)
		for x := b.assets; x < b.assets+b.nodes; x++ {
			cuts := minimalMasks(b.assets, func(m uint32) bool { return opens[b.all()&^m]>>x&1 == 0 })
			proofs := minimalMasks(b.assets, func(m uint32) bool { return opens[m]>>x&1 == 1 })
			cutOff += checkPart(t, locks, b.id(x), b.texts(cuts, 3, assetID))
			cutOff += checkPart(t, open, b.id(x), b.texts(proofs, 3, assetID))

			all := must(g.All(b.id(x), c, 1+rng.IntN(500)))(t)
			want := b.texts(cuts, 32, assetID)
			isPart(t, texts(all.Lockout), want, all.Truncated)
			isPart(t, texts(all.Access), b.texts(proofs, 32, assetID), all.Truncated)
			if all.Truncated {
				cutOff++
				small := b.texts(cuts, all.AtLeast-1, assetID)
				for _, s := range small {
					if !slices.Contains(texts(all.Lockout), s) {
						t.Fatalf("at least %d, but %s is not listed", all.AtLeast, s)
					}
				}
			}
		}
	})
	if cutOff < 500 {
		t.Fatalf("only %d answers were cut off", cutOff)
	}
}

func mustSets(t *testing.T, g *Graph, c Case, q question, b budget) *Sets {
	t.Helper()
	return must(g.setsOf(c, 3, q, b))(t)
}

// checkPart returns 1 if the answer was cut off.
func checkPart(t *testing.T, sets *Sets, account string, want []string) int {
	t.Helper()
	got, truncated, err := sets.Of(account)
	if err != nil {
		t.Fatal(err)
	}
	isPart(t, texts(got), want, truncated)
	if truncated {
		return 1
	}
	return 0
}

func isPart(t *testing.T, got, want []string, truncated bool) {
	t.Helper()
	if !truncated {
		equal(t, "whole answer", got, want)
	}
	for _, s := range got {
		if !slices.Contains(want, s) {
			t.Fatalf("%s is not among %v", s, want)
		}
	}
}
