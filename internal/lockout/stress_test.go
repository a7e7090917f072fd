package lockout

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestLongRing holds that a ring of thousands, in the order that is worst for
// whoever goes round it, is right and quick, and needs no deep call stack.
func TestLongRing(t *testing.T) {
	const n = 20_000
	for _, step := range []int{1, n - 1} {
		var b Builder
		b.AddAsset("way in", false)
		b.AddEvent("fire", "way in")
		for i := range n {
			b.AddAccount(fmt.Sprint("a", i), 1)
			b.AddRule(fmt.Sprint("a", i), 1, []string{fmt.Sprint("a", (i+step)%n)}, Sure, time.Hour)
		}
		g := mustBuild(t, &b)
		rings, _, err := g.Rings(Case{})
		if err != nil || len(rings) != 1 || len(rings[0].Cycle) != n {
			t.Fatal(len(rings), err)
		}
		b.AddRule("a7", 1, []string{"way in"}, Sure, 0)
		g = mustBuild(t, &b)
		want := [4]int{0, n, 0, 0}
		equal(t, "table", must(g.Table(Case{}, 3))(t).counts(), want)
		for _, ask := range []func(Case, int) (*Sets, error){g.LockoutSets, g.EventSets, g.AccessSets} {
			counts, truncated := must(ask(Case{}, 3))(t).counts()
			equal(t, "sets", fmt.Sprint(counts, truncated), fmt.Sprint(want, 0))
		}
		times := must(g.Times(Case{}))(t)
		equal(t, "next to the way in, and after it", times[(7+step)%n]+times[(7-step+n)%n], n*time.Hour)
		equal(t, "all", must(g.All("a1", Case{}, 0))(t), All{Lockout: [][]string{{"way in"}}, Access: [][]string{{"way in"}}})
	}
}

// threshold is one account that needs k of n things, each with an event.
func threshold(k, n int) *Builder {
	var b Builder
	var body []string
	for x := range n {
		b.AddAsset(assetID(x), false)
		b.AddEvent(eventID(x), assetID(x))
		body = append(body, assetID(x))
	}
	b.AddAccount("a", 1)
	b.AddRule("a", k, body, Sure, 0)
	return &b
}

// TestLargestThresholds: k of 64 has as many lockout and access sets as can be
// counted by hand.
func TestLargestThresholds(t *testing.T) {
	for k := 1; k <= MaxBody; k++ {
		g := mustBuild(t, threshold(k, MaxBody))
		for _, test := range []struct {
			ask  func(Case, int) (*Sets, error)
			size int
		}{{g.LockoutSets, MaxBody - k + 1}, {g.EventSets, MaxBody - k + 1}, {g.AccessSets, k}} {
			var want [4]int
			if test.size <= 3 {
				want[test.size] = choose(MaxBody, test.size)
			}
			if test.size > 3 && k%16 != 0 { // a few of those in the middle
				continue
			}
			counts, truncated := must(test.ask(Case{}, 3))(t).counts()
			equal(t, fmt.Sprintf("%d of %d", k, MaxBody), fmt.Sprint(counts, truncated), fmt.Sprint(want, 0))
		}
	}
}

// TestExplosionIsCutOff: 16 of 32 things open the account; there are 601,080,390
// sets of 16.
func TestExplosionIsCutOff(t *testing.T) {
	g := mustBuild(t, threshold(16, 32))
	all := must(g.All("a", Case{}, 2_000_000))(t)
	if !all.Truncated || len(all.Access) == 0 || all.AtLeast < 1 || all.AtLeast > 17 {
		t.Errorf("truncated %v, %d access sets, at least %d", all.Truncated, len(all.Access), all.AtLeast)
	}
	for _, set := range all.Access {
		if len(set) != 16 {
			t.Fatalf("access set of %d", len(set))
		}
	}
	for _, set := range all.Lockout {
		if len(set) != 17 {
			t.Fatalf("lockout set of %d", len(set))
		}
	}
}

// TestSetsCutOffSayOnlyWhatIsRight gives too little room for the 41,664 triples.
func TestSetsCutOffSayOnlyWhatIsRight(t *testing.T) {
	g := mustBuild(t, threshold(62, MaxBody))
	for _, q := range []question{assetsLock, eventsLock} {
		sets := mustSets(t, g, Case{}, q, budget{unions: 1 << 30, family: 3000, confirm: 1 << 30})
		counts, truncated := sets.counts()
		if truncated != 1 || counts[1]+counts[2] != 0 || counts[3] == 0 || counts[3] > 3000 {
			t.Errorf("%v, %d cut off", counts, truncated)
		}
	}
}

func TestLimits(t *testing.T) {
	for what, add := range map[string]func(*Builder){
		"ids":              func(b *Builder) { b.things = make([]thing, MaxIDs); b.AddNode("a") },
		"rules":            func(b *Builder) { b.rules = make([]Rule, MaxRules); b.AddRule("a", 1, []string{"b"}, Sure, 0) },
		"events":           func(b *Builder) { b.events = make([]happening, MaxEvents); b.AddEvent("e") },
		"places in rules":  func(b *Builder) { b.places = MaxPlaces - 1; b.AddRule("a", 1, []string{"b", "c"}, Sure, 0) },
		"places in events": func(b *Builder) { b.killed = MaxPlaces - 1; b.AddEvent("e", "a", "b") },
	} {
		var b Builder
		add(&b)
		var limit *LimitError
		if _, err := b.Build(); !errors.As(err, &limit) || limit.What != what {
			t.Errorf("%s: got %v", what, err)
		}
	}
	b := Builder{places: MaxPlaces - 1, killed: MaxPlaces - 1}
	b.AddRule("a", 1, []string{"x"}, Sure, 0)
	b.AddEvent("e", "x")
	b.AddAsset("x", false)
	b.AddAccount("a", 0)
	mustBuild(t, &b)
}
