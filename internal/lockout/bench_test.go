package lockout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// household makes a graph as one household notes it, with many more accounts: 30
// assets that many share, 37 events, one account in a hundred a mailbox. Mailboxes
// reset each other in circles. In the style "own" each account also has a
// password on a paper of its own, an asset; in the style "strict" each asks for a
// second factor, and only one in four can be reset.
func household(accounts int, style string) *Builder {
	rng := rand.New(rand.NewPCG(uint64(accounts), 9))
	var b Builder
	shared := make([]string, 30)
	for i := range shared {
		shared[i] = fmt.Sprintf("thing%d", i)
		b.AddAsset(shared[i], i == 29)
	}
	pick := func() string { return shared[rng.IntN(len(shared))] }
	one := func(head string, body ...string) {
		slices.Sort(body)
		body = slices.Compact(body)
		b.AddRule(head, len(body), body, Sure, 0)
	}
	boxes := make([]string, max(2, accounts/100))
	for i := range boxes {
		boxes[i] = fmt.Sprintf("account%d", i)
	}
	for i := range accounts {
		id, pw, code := fmt.Sprintf("account%d", i), fmt.Sprintf("pw%d", i), fmt.Sprintf("code%d", i)
		b.AddAccount(id, 1+rng.IntN(3))
		b.AddNode(pw)
		one(pw, pick())
		one(pw, pick(), pick())
		if style == "own" {
			b.AddAsset("paper"+id, false)
			one(pw, "paper"+id)
		}
		box := boxes[rng.IntN(len(boxes))]
		if style == "strict" || rng.IntN(3) == 0 { // a second factor
			b.AddNode(code)
			one(code, pick())
			one(code, pick())
			one(id, pw, code)
			if style != "strict" || rng.IntN(4) == 0 {
				one(id, box, code)
			}
		} else {
			one(id, pw)
			one(id, box)
		}
		if style != "strict" && rng.IntN(10) == 0 {
			three := []string{pw, box, pick()}
			b.AddRule(id, 2, three, Sure, 0)
		}
		if rng.IntN(4) == 0 {
			b.AddRule(id, 1, []string{pick()}, Form, 24*time.Hour)
		}
	}
	for e := range 37 {
		if e < len(shared) {
			b.AddEvent(eventID(e), shared[e], shared[rng.IntN(len(shared))])
		} else {
			b.AddEvent(eventID(e), pick(), pick(), pick())
		}
	}
	return &b
}

// forHouseholds runs a benchmark at each size, in the run without forms.
func forHouseholds(b *testing.B, do func(b *testing.B, g *Graph, c Case)) {
	for _, style := range []string{"shared", "own", "strict"} {
		for _, accounts := range []int{100, 1000, 10000} {
			g, err := household(accounts, style).Build()
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("%s/accounts=%d", style, accounts), func(b *testing.B) {
				b.ReportAllocs()
				do(b, g, Case{Run: SureOnly})
			})
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, _ Case) {
		for b.Loop() {
			if _, err := g.b.Build(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(g.nodes), "nodes")
		b.ReportMetric(float64(len(g.head)), "rules")
	})
}

func BenchmarkLocked(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		for b.Loop() {
			if _, err := g.Locked(c); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTriples is all scenarios of up to 3 of 37 events.
func BenchmarkTriples(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		for b.Loop() {
			if _, err := g.Table(c, 3); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTriplesMinimal finds the minimal sets in the table too.
func BenchmarkTriplesMinimal(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		var counts [4]int
		for b.Loop() {
			table, err := g.Table(c, 3)
			if err != nil {
				b.Fatal(err)
			}
			counts = table.counts()
		}
		b.ReportMetric(float64(counts[1]+counts[2]+counts[3]), "sets")
	})
}

func benchSets(b *testing.B, ask func(*Graph, Case, int) (*Sets, error)) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		var counts [4]int
		for b.Loop() {
			sets, err := ask(g, c, 3)
			if err != nil {
				b.Fatal(err)
			}
			var truncated int
			if counts, truncated = sets.counts(); truncated > 0 {
				b.Fatalf("%d accounts cut off", truncated)
			}
		}
		b.ReportMetric(float64(counts[1]+counts[2]+counts[3]), "sets")
	})
}

func BenchmarkLockoutSets(b *testing.B) { benchSets(b, (*Graph).LockoutSets) }
func BenchmarkAccessSets(b *testing.B)  { benchSets(b, (*Graph).AccessSets) }
func BenchmarkEventSets(b *testing.B)   { benchSets(b, (*Graph).EventSets) }

// BenchmarkAll is all sets of any size of one account after the other.
func BenchmarkAll(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		ids, n, cut := g.Accounts(), 0, 0
		for b.Loop() {
			all, err := g.All(ids[n*7919%len(ids)], c, 0)
			if err != nil {
				b.Fatal(err)
			}
			if n++; all.Truncated {
				cut++
			}
		}
		b.ReportMetric(float64(cut)/float64(n), "cut/op")
	})
}

func BenchmarkTimes(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		for b.Loop() {
			if _, err := g.Times(c); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRings(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		c.Lost = g.Known()
		for b.Loop() {
			if _, _, err := g.Rings(c); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRank tries 100 repairs: a printed code for each of 100 accounts.
func BenchmarkRank(b *testing.B) {
	forHouseholds(b, func(b *testing.B, g *Graph, c Case) {
		var repairs []Repair
		for _, id := range g.Accounts()[:100] {
			repairs = append(repairs, Repair{
				ID: id, Assets: []NewAsset{{ID: "sheet", KilledBy: []string{"e0"}}},
				Rules: []Rule{{Head: id, K: 1, Body: []string{"sheet"}}},
			})
		}
		for b.Loop() {
			if _, err := g.Rank(c, repairs); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSingles is each of 4,000 events by itself: the pairs of so many are not
// to be gone through for that.
func BenchmarkSingles(b *testing.B) {
	build := household(1000, "own")
	for e := 37; e < 4000; e++ {
		build.AddEvent(eventID(e), fmt.Sprintf("paperaccount%d", e%1000))
	}
	g, err := build.Build()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := g.Table(Case{Run: SureOnly}, 1); err != nil {
			b.Fatal(err)
		}
	}
}
