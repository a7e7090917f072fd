package lockout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// compareStates compares the states of accounts, and follows each proof.
func (b *brute) compareStates(t *testing.T, g *Graph, c Case) {
	run := b.run
	defer func() { b.run = run }()
	reached := func(r Run) uint32 {
		b.run = r
		return b.opens(b.all())
	}
	hope, sure, best := reached(Optimistic), reached(SureOnly), reached(SureOnly|Pessimistic)
	states := must(g.States(c))(t)
	for i, got := range states {
		x := b.assets + i
		want := Shut
		switch {
		case best>>x&1 == 1:
			want = Open
		case sure>>x&1 == 1:
			want = Unsure
		case hope>>x&1 == 1:
			want = Asking
		}
		equal(t, "state of "+b.id(x), got, want)
		p, ok, err := g.Proof(b.id(x), c)
		if err != nil || ok != (want != Shut) || p.State != want {
			t.Fatalf("proof of %s: %+v, %v, %v; want state %v", b.id(x), p, ok, err, want)
		}
		if ok {
			b.follow(t, g, b.id(x), p)
		}
	}
}

// follow holds that each step of a proof has what it needs, at its time, and
// that nothing in it is for nothing.
func (b *brute) follow(t *testing.T, g *Graph, account string, p Proof) {
	t.Helper()
	at := make(map[string]int64)
	used := make(map[string]bool)
	for x := range b.assets {
		if b.kept>>x&1 == 1 {
			at[b.id(x)], used[b.id(x)] = 0, true
		}
	}
	for _, id := range p.Assets {
		if _, twice := at[id]; twice {
			t.Fatalf("%s: asset %s is kept or named twice: %+v", account, id, p)
		}
		at[id] = 0
	}
	for _, s := range p.Steps {
		r := g.Rule(s.Rule)
		if _, twice := at[s.Head]; twice || s.Head != r.Head || len(s.Needs) != r.K {
			t.Fatalf("%s: step %+v is not rule %+v", account, s, r)
		}
		if r.Certainty != Sure && p.State <= Unsure {
			t.Fatalf("%s: step %+v is not sure", account, s)
		}
		last := int64(0)
		for _, id := range s.Needs {
			when, ok := at[id]
			if !ok || !slices.Contains(r.Body, id) {
				t.Fatalf("%s: step %+v needs %s too early", account, s, id)
			}
			last, used[id] = max(last, when), true
		}
		at[s.Head] = last + int64(r.Wait)
		equal(t, "time of "+s.Head, int64(s.At), at[s.Head])
	}
	equal(t, "last step", p.Steps[len(p.Steps)-1].Head, account)
	equal(t, "wait", int64(p.Wait), at[account])
	for id := range at {
		if id != account && !used[id] {
			t.Fatalf("%s: %s is used by nothing: %+v", account, id, p)
		}
	}
}

// compareWhy holds that an explanation names just what is missing, and enough of
// it: with everything else that is gone back, the account is locked as before.
func (b *brute) compareWhy(t *testing.T, g *Graph, c Case, opens []uint32) {
	reached := opens[b.all()]
	number := make(map[string]int)
	for x := range b.assets + b.nodes {
		number[b.id(x)] = x
	}
	for x := b.assets; x < b.assets+b.nodes; x++ {
		why, locked, err := g.Why(b.id(x), c)
		if err != nil || locked != (reached>>x&1 == 0) {
			t.Fatalf("why %s: %v, %v", b.id(x), locked, err)
		}
		if !locked {
			continue
		}
		equal(t, "first node", why.Nodes[0].ID, b.id(x))
		b.checkWays(t, g, why, reached, number)
		mask := uint32(0)
		for _, a := range why.Assets {
			mask |= 1 << number[a.ID]
			if b.unknown>>number[a.ID]&1 == 1 != a.Unknown || a.Lost != slices.Contains(c.Lost, a.ID) {
				t.Fatalf("%+v in case %+v", a, c)
			}
			for _, e := range a.By {
				if !slices.Contains(c.Happened, e) {
					t.Fatalf("%+v in case %+v", a, c)
				}
			}
		}
		if back := b.withBack(b.all() &^ mask); back>>x&1 == 1 {
			t.Fatalf("%s opens without any of %v", b.id(x), why.Assets)
		}
	}
}

// withBack is what is reached when the assets of a mask are there whatever the
// case says.
func (b *brute) withBack(mask uint32) uint32 {
	was := b.kept
	defer func() { b.kept = was }()
	b.kept |= mask
	return b.opens(b.all())
}

func (b *brute) checkWays(t *testing.T, g *Graph, why Why, reached uint32, number map[string]int) {
	t.Helper()
	for i, node := range why.Nodes {
		for _, way := range node.Ways {
			r := g.Rule(way.Rule)
			var missing []string
			for _, id := range r.Body {
				if reached>>number[id]&1 == 0 {
					missing = append(missing, id)
				}
			}
			equal(t, "missing", texts([][]string{way.Missing}), texts([][]string{missing}))
			equal(t, "lacks", way.Lacks, max(0, r.K-len(r.Body)+len(missing)))
			if r.Head != node.ID || way.LeftOut != (b.run&SureOnly != 0 && r.Certainty != Sure) || !way.LeftOut && way.Lacks == 0 {
				t.Fatalf("way %+v of %s", way, node.ID)
			}
			if i == 0 {
				b.checkGone(t, why, way, number)
			}
		}
	}
}

// checkGone holds that each asset a way comes down to is among those of the
// account, and that those directly missing are among them.
func (b *brute) checkGone(t *testing.T, why Why, way Way, number map[string]int) {
	t.Helper()
	for _, id := range way.Gone {
		if !slices.ContainsFunc(why.Assets, func(a Gone) bool { return a.ID == id }) {
			t.Fatalf("%s is not among %v", id, why.Assets)
		}
	}
	for _, id := range way.Missing {
		if number[id] < b.assets && !slices.Contains(way.Gone, id) {
			t.Fatalf("%s is not among %v", id, way.Gone)
		}
	}
}

// compareWays compares how each way stands when the others do not count.
func (b *brute) compareWays(t *testing.T, g *Graph, c Case) {
	for x := b.assets; x < b.assets+b.nodes; x++ {
		apart := *b
		apart.dropped |= 1 << x
		reached := apart.opens(b.all())
		at := apart.times(reached)
		ways := must(g.Ways(b.id(x), c))(t)
		for n, r := range b.rules {
			if r.head != x {
				continue
			}
			works := b.counts(r) && r.found(reached) >= r.need
			i := slices.IndexFunc(ways, func(w Way) bool { return w.Rule == n })
			if i < 0 || ways[i].Works != works || (ways[i].Wait == Never) == works {
				t.Fatalf("rule %d of %s works: %v; ways %+v", n, b.id(x), works, ways)
			}
			if works {
				equal(t, "wait", ways[i].Wait, r.after(at))
			}
			back := apart.withBack(b.all() &^ b.named(ways[i].Gone))
			if lacks := max(0, r.need-r.found(reached)); ways[i].Lacks != lacks || lacks > 0 && r.found(back) >= r.need {
				t.Fatalf("rule %d of %s works without any of %v", n, b.id(x), ways[i])
			}
			ways = slices.Delete(ways, i, i+1)
		}
		equal(t, "other ways", len(ways), 0)
	}
}

// some calls do with random graphs and cases.
func some(t *testing.T, graphs int, do func(rng *rand.Rand, b *brute, g *Graph, c Case)) {
	t.Helper()
	if testing.Short() {
		graphs /= 10
	}
	for seed := range graphs {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		b := draw(rng)
		do(rng, b, b.build(t), b.choose(rng))
	}
}

func TestTheft(t *testing.T) {
	some(t, 2000, func(rng *rand.Rand, b *brute, g *Graph, c Case) {
		taken := rng.Uint32() & b.all()
		got := must(g.Theft(c, Case{Only: b.ids(taken)}))(t)
		thief := *b
		thief.run, thief.gone, thief.kept = Optimistic, 0, 0
		theirs := thief.opens(taken)
		owner := *b
		owner.dropped = theirs
		ours := owner.opens(b.all())
		var want Theft
		for x := b.assets; x < b.assets+b.nodes; x++ {
			if theirs>>x&1 == 1 {
				want.Opened = append(want.Opened, b.id(x))
			}
			if ours>>x&1 == 0 {
				want.Locked = append(want.Locked, b.id(x))
			}
		}
		equal(t, "theft", got, want)
		equal(t, "opened", must(g.Opened(Case{Only: b.ids(taken)}))(t), want.Opened)
	})
}

func TestHanging(t *testing.T) {
	some(t, 2000, func(rng *rand.Rand, b *brute, g *Graph, c Case) {
		before := b.opens(b.all())
		var ids []string
		for i := range 150 { // more than one word, most things several times
			ids = append(ids, b.id(i%(b.assets+b.nodes)))
		}
		each := must(g.EachLoss(c, ids...))(t)
		for x := range b.assets + b.nodes {
			alone, without := *b, *b
			alone.gone = b.all()
			alone.kept |= 1 << x
			without.dropped |= 1 << x
			if x < b.assets {
				without.gone |= 1 << x
				without.kept &^= 1 << x
			}
			opens, left := alone.opens(0), without.opens(b.all())
			var want Hanging
			for a := b.assets; a < b.assets+b.nodes; a++ {
				if a == x {
					continue
				}
				if slices.ContainsFunc(b.rules, func(r bruteRule) bool {
					return r.head == a && b.counts(r) && slices.Contains(r.body, x)
				}) {
					want.Uses = append(want.Uses, b.id(a))
				}
				if opens>>a&1 == 1 {
					want.Opens = append(want.Opens, b.id(a))
				}
				if (before&^left)>>a&1 == 1 {
					want.Locks = append(want.Locks, b.id(a))
				}
			}
			equal(t, "hanging on "+b.id(x), must(g.Hanging(b.id(x), c))(t), want)
			for i := x; i < len(ids); i += b.assets + b.nodes {
				equal(t, "each without "+ids[i], each[i], want.Locks)
			}
		}
	})
}

func TestDeciding(t *testing.T) {
	some(t, 2000, func(rng *rand.Rand, b *brute, g *Graph, c Case) {
		b.run &= SureOnly
		known := b.all() &^ b.unknown
		for x := b.assets; x < b.assets+b.nodes; x++ {
			masks := minimalMasks(b.assets, func(m uint32) bool { return b.opens(known|m)>>x&1 == 1 })
			union := uint32(0)
			for _, m := range masks {
				union |= m
			}
			got, truncated, err := g.Deciding(b.id(x), c, 0)
			equal(t, "deciding "+b.id(x), fmt.Sprint(len(got) > 0, got, truncated, err), fmt.Sprint(union != 0, b.ids(union), false, nil))
		}
	})
}

// TestRepairs compares what repairs do with graphs built anew.
func TestRepairs(t *testing.T) {
	some(t, 1500, func(rng *rand.Rand, b *brute, g *Graph, c Case) {
		c.Only = nil // new assets would not be among them
		repairs := b.drawRepairs(rng)
		rank := must(g.Rank(c, repairs))(t)
		equal(t, "before", rank.Before, riskAnew(t, b.build(t), c))
		for i, e := range rank.Effects {
			if i > 0 && e.After.Compare(rank.Effects[i-1].After) < 0 {
				t.Fatalf("not sorted: %+v", rank.Effects)
			}
			n := slices.IndexFunc(repairs, func(r Repair) bool { return r.ID == e.Repair })
			anew := b.repaired(t, repairs[n])
			equal(t, "after "+e.Repair, e.After, riskAnew(t, anew, c))
			equal(t, "eased by "+e.Repair, e.Eased, easedAnew(t, g, anew, c))
		}
		plan := must(g.Plan(c, repairs, len(repairs)))(t)
		b.comparePlan(t, c, repairs, plan)
	})
}

// comparePlan makes the repairs of a plan and holds that each was the best one.
func (b *brute) comparePlan(t *testing.T, c Case, repairs []Repair, plan *Plan) {
	t.Helper()
	var made []Repair
	now := plan.Before
	best := func() (found Risk) {
		found = now
		for _, r := range repairs {
			if after := riskAnew(t, b.repaired(t, append(slices.Clone(made), r)...), c); after.Compare(found) < 0 {
				found = after
			}
		}
		return found
	}
	for _, e := range plan.Effects {
		equal(t, "best next step", e.After, best())
		n := slices.IndexFunc(repairs, func(r Repair) bool { return r.ID == e.Repair })
		made = append(made, repairs[n])
		now = e.After
	}
	equal(t, "nothing better is left", best(), now)
}

func (b *brute) drawRepairs(rng *rand.Rand) []Repair {
	var repairs []Repair
	for i := range 1 + rng.IntN(4) {
		r := Repair{ID: fmt.Sprintf("r%d", i)}
		asset := NewAsset{ID: fmt.Sprintf("new%d", rng.IntN(2))}
		if len(b.events) > 0 && asset.ID == "new0" {
			asset.KilledBy = []string{eventID(0)}
		}
		r.Assets, r.Nodes = []NewAsset{asset}, []string{"newnode"}
		r.Rules = []Rule{
			{Head: "newnode", K: 1, Body: []string{asset.ID}},
			{Head: b.id(b.assets + rng.IntN(b.nodes)), K: 1 + rng.IntN(2), Body: []string{"newnode", b.id(rng.IntN(b.assets + b.nodes))},
				Certainty: Certainty(rng.IntN(3))},
		}
		if len(b.rules) > 0 && rng.IntN(3) == 0 {
			r.Drop = []int{rng.IntN(len(b.rules))}
		}
		repairs = append(repairs, r)
	}
	return repairs
}

// repaired builds the graph with some repairs made.
func (b *brute) repaired(t *testing.T, repairs ...Repair) *Graph {
	t.Helper()
	to := b.build(t).b.clone()
	for _, r := range repairs {
		for _, a := range r.Assets {
			if to.kindOf(a.ID) != 0 {
				continue
			}
			to.AddAsset(a.ID, false)
			for i := range to.events {
				if slices.Contains(a.KilledBy, to.events[i].id) {
					to.events[i].kills = append(to.events[i].kills, a.ID)
				}
			}
		}
		if to.kindOf("newnode") == 0 {
			to.AddNode("newnode")
		}
		for _, rule := range r.Rules {
			to.AddRule(rule.Head, rule.K, rule.Body, rule.Certainty, rule.Wait)
		}
		for _, n := range r.Drop { // a rule that needs what is never there
			if to.kindOf("never") == 0 {
				to.AddNode("never")
			}
			to.rules[n].K, to.rules[n].Body = 1, []string{"never"}
		}
	}
	g, err := to.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// riskAnew counts with a table.
func riskAnew(t *testing.T, g *Graph, c Case) (r Risk) {
	t.Helper()
	table := must(g.Table(c, 2))(t)
	for i, a := range g.accounts {
		for s := range table.sets {
			if n := int64(g.things[a].importance); table.lost(i, s) {
				switch table.sizeOf(s) {
				case 0:
					r.Now += n
				case 1:
					r.One += n
				case 2:
					r.Two += n
				}
			}
		}
	}
	return r
}

func easedAnew(t *testing.T, was, is *Graph, c Case) []string {
	t.Helper()
	ids := []string{}
	before, after := must(was.Table(c, 1))(t), must(is.Table(c, 1))(t)
	for i, id := range was.Accounts() {
		var n [2][2]int
		for at, table := range []*Table{before, after} {
			for s := range table.sets {
				if table.lost(i, s) {
					n[at][table.sizeOf(s)]++
				}
			}
		}
		if was.things[was.accounts[i]].importance > 0 && (n[1][0] < n[0][0] || n[1][1] < n[0][1]) {
			ids = append(ids, id)
		}
	}
	return ids
}
