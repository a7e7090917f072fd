package lockout

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestEach holds the answers for many accounts against those for one.
func TestEach(t *testing.T) {
	circles := 0
	some(t, 2000, func(_ *rand.Rand, b *brute, g *Graph, c Case) {
		var ids []string
		for x := b.assets; x < b.assets+b.nodes; x++ {
			ids = append(ids, b.id(x))
		}
		if slices.Contains(g.circle, true) {
			circles++
		}
		view := must(g.View(c))(t)
		ways := must(g.EachWays(c, ids...))(t)
		proofs := must(g.Proofs(c, ids...))(t)
		doubt := must(g.Doubt(c))(t)
		for i, id := range ids {
			equal(t, "ways into "+id, ways[i], must(g.Ways(id, c))(t))
			equal(t, "view of "+id, must(view.Ways(id))(t), ways[i])
			deciding, _, err := g.Deciding(id, c, 0)
			if err != nil {
				t.Fatal(err)
			}
			decides, _, err := doubt.Deciding(id, 0)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "what decides "+id, decides, deciding)
			p, _, err := g.Proof(id, c)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "proof of "+id, proofs[i], p)
		}
	})
	if circles == 0 {
		t.Fatal("no graph with a circle")
	}
}

func TestEachOfNothing(t *testing.T) {
	var b Builder
	b.AddAsset("key", false)
	b.AddAccount("door", 1)
	g := must(b.Build())(t)
	view := must(g.View(Case{}))(t)
	if ways := must(view.Ways("door"))(t); len(ways) != 0 {
		t.Errorf("ways into an account without any: %v", ways)
	}
	if _, err := view.Ways("window"); err == nil {
		t.Error("the ways into what there is not")
	}
	if _, err := g.Proofs(Case{}, "door", "key"); err == nil {
		t.Error("the proof of an asset")
	}
}

// TestOpenedBy holds what single assets and pairs of them open against asking for
// each with a case of its own.
func TestOpenedBy(t *testing.T) {
	opening := 0
	some(t, 2000, func(_ *rand.Rand, b *brute, g *Graph, c Case) {
		var sets [][]string
		for x := range b.assets {
			sets = append(sets, []string{b.id(x)}, []string{b.id(x), b.id(0)})
		}
		before := must(g.Opened(c))(t)
		each := must(g.OpenedBy(c, sets...))(t)
		for i, set := range sets {
			there := c
			there.Kept = slices.Clone(c.Kept)
			for _, id := range set {
				if c.Run&Pessimistic == 0 || slices.Contains(g.Known(), id) {
					there.Kept = append(there.Kept, id)
				}
			}
			want := slices.DeleteFunc(must(g.Opened(there))(t), func(id string) bool { return slices.Contains(before, id) })
			equal(t, "opened by "+strings.Join(set, " and "), each[i], want)
			opening += len(want)
		}
	})
	if opening == 0 {
		t.Fatal("no asset opens anything")
	}
}
