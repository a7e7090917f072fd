package cli

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// A plan is one state in which a power cut may leave the disk: which of the
// pending ops took place, and whether the writes among them are torn.
type plan struct {
	outage *outage
	here   map[int]bool
	torn   uint64 // seeds which sectors are there; 0 for all of them
}

func (p *plan) state() tree {
	here := func(op int) bool { return p.here[op] }
	if p.torn == 0 {
		return p.outage.after(here, nil)
	}
	return p.outage.after(here, func(op, sector int) bool {
		return rand.New(rand.NewPCG(p.torn, uint64(op)<<32|uint64(sector))).Uint64()&1 == 0
	})
}

// limits of what is planned for one outage.
const (
	allSubsets = 9   // up to so many pending ops, every subset of them
	someOfMore = 400 // of more, so many at random, beside those below
	tornAtEach = 400
)

// plans lists the states in which a cut may leave the disk: every subset of
// what was pending; where there are too many, all, none, each alone, all but
// each, all up to each, and some at random. To those come torn writes.
func (c *outage) plans(random *rand.Rand) (list []plan) {
	n := len(c.pending)
	add := func(torn uint64, here func(i int) bool) {
		p := plan{outage: c, here: map[int]bool{}, torn: torn}
		for i, op := range c.pending {
			p.here[op] = here(i)
		}
		list = append(list, p)
	}
	if n <= allSubsets {
		for set := range 1 << n {
			add(0, func(i int) bool { return set>>i&1 == 1 })
		}
	} else {
		for one := range n + 1 {
			add(0, func(i int) bool { return i == one })
			add(0, func(i int) bool { return i != one })
			add(0, func(i int) bool { return i < one })
		}
		for range someOfMore {
			add(0, func(int) bool { return random.IntN(2) == 0 })
		}
	}
	if !slices.ContainsFunc(c.pending, func(op int) bool { return c.tape.ops[op].kind == tapeWrite }) {
		return list
	}
	for i := range tornAtEach {
		add(random.Uint64()|1, func(int) bool { return i%2 == 0 || random.IntN(4) > 0 })
	}
	return list
}

// learn finds out which states the vault has while the deed is done undisturbed.
func (x *site) learn(p *tape) {
	x.t.Helper()
	for _, c := range p.outages(-1) {
		x.after = c.after(func(int) bool { return true }, nil)
		x.after.putBack(x.t, x.dir)
		text, err := x.look()
		if err != nil {
			x.t.Fatalf("%s, before op %d of %d: %v", x.deed.name, c.at, len(p.ops), err)
		}
		if len(x.states) == 0 || x.states[len(x.states)-1] != text {
			x.states = append(x.states, text)
		}
	}
	want := max(x.deed.steps, 1) + 1
	if x.deed.still {
		want = 1
	}
	if len(x.states) != want {
		x.t.Fatalf("%s: the vault had %d states, not %d:\n%s", x.deed.name, len(x.states), want, strings.Join(x.states, "\n"))
	}
}

// acknowledged reports whether the command had said that it was done.
func (c *outage) acknowledged(d *deed) bool {
	var said strings.Builder
	for _, o := range c.tape.ops[:c.at] {
		said.WriteString(o.text)
	}
	return c.at == len(c.tape.ops) || d.done(said.String())
}

// A tally is what came of many power cuts.
type tally struct {
	states, old, between, new int
	bad                       []string
}

func (c *tally) add(d tally) {
	c.states, c.old, c.between, c.new = c.states+d.states, c.old+d.old, c.between+d.between, c.new+d.new
	c.bad = append(c.bad, d.bad...)
}

// cutPower tries n of the states in which a power cut may leave the disk. skip is
// as for outages.
func (x *site) cutPower(p *tape, skip, n int, random *rand.Rand) (c tally) {
	plans := p.plans(skip, random)
	seen := map[[sha256.Size]byte]bool{}
	for _, one := range plans {
		if c.states == n {
			break
		}
		state, done := one.state(), one.outage.acknowledged(&x.deed)
		if sum := state.digest(done); seen[sum] {
			continue
		} else {
			seen[sum] = true
		}
		c.states++
		state.putBack(x.t, x.dir)
		step, err := x.judge(done, true)
		switch {
		case err != nil:
			c.bad = append(c.bad, fmt.Sprintf("cut before op %d, %s: %v", one.outage.at, one.missing(), err))
		case step == len(x.states)-1:
			c.new++
		case step == 0:
			c.old++
		default:
			c.between++
		}
	}
	return c
}

// plans lists the states of all outages, in an order in which a few from the
// beginning are of all of them.
func (p *tape) plans(skip int, random *rand.Rand) (list []plan) {
	var each [][]plan
	for _, one := range p.outages(skip) {
		plans := one.plans(random)
		random.Shuffle(len(plans), func(i, j int) { plans[i], plans[j] = plans[j], plans[i] })
		if skip >= 0 && one.at > skip {
			plans = slices.Insert(plans, 0, one.without(skip))
		}
		each = append(each, plans)
	}
	for i, left := 0, true; left; i++ {
		left = false
		for _, plans := range each {
			if i < len(plans) {
				list, left = append(list, plans[i]), true
			}
		}
	}
	return list
}

// without is the plan in which all is there but what a sync would have kept.
func (c *outage) without(sync int) plan {
	lost := make([]bool, len(c.tape.ops))
	c.tape.sync(&c.tape.ops[sync], lost)
	p := plan{outage: c, here: map[int]bool{}}
	for _, op := range c.pending {
		p.here[op] = !lost[op]
	}
	return p
}

// missing names the ops that did not take place.
func (p *plan) missing() string {
	var list []string
	for _, op := range p.outage.pending {
		if !p.here[op] {
			list = append(list, p.outage.tape.ops[op].String())
		}
	}
	if p.torn != 0 {
		list = append(list, fmt.Sprintf("torn %d", p.torn))
	}
	return "without " + strings.Join(list, ", ")
}

// digest tells states apart.
func (all tree) digest(done bool) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintln(h, done)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(h, "%q %d %t\n", name, len(all[name]), all[name] == nil)
		h.Write(all[name])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// TestPowerCuts plays back what commands wrote, up to every moment, with every
// choice of what a disk may have kept of it. The vault must be as before or as
// after, and what the command had said must be true.
func TestPowerCuts(t *testing.T) {
	g := newGround(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var total tally
	began := time.Now()
	for _, d := range sampledDeeds(3) {
		t.Run(d.name, func(t *testing.T) {
			x, p := g.site(t, d)
			c := x.cutPower(p, -1, sampled(1200, 50), rand.New(rand.NewPCG(seed, 1)))
			t.Logf("%d states: %d as before, %d between, %d as after", c.states, c.old, c.between, c.new)
			for _, bad := range c.bad[:min(len(c.bad), 5)] {
				t.Error(bad)
			}
			total.add(c)
		})
	}
	t.Logf("%d states in %.0f s: %d as before, %d between, %d as after, %d bad",
		total.states, time.Since(began).Seconds(), total.old, total.between, total.new, len(total.bad))
	if total.old == 0 || total.new == 0 {
		t.Error("the power never went at the right moment: the test tests nothing")
	}
}

// TestPowerCutControl is the same on a disk that lies: one sync at a time is
// said to be done and is not. That must be noticed, or the test above could
// not notice anything. Some syncs may be left out: bbolt syncs an empty file
// that has no name yet, and a folder may be synced again later. Of those of a
// plain commit none may.
func TestPowerCutControl(t *testing.T) {
	g := newGround(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, d := range sampledDeeds(0) {
		t.Run(d.name, func(t *testing.T) {
			x, p := g.site(t, d)
			syncs, noticed := 0, 0
			for i := range p.ops {
				if p.ops[i].kind != tapeSync {
					continue
				}
				syncs++
				c := x.cutPower(p, i, 30, rand.New(rand.NewPCG(seed, 2)))
				t.Logf("without %s: %d of %d states are bad", p.describe(i), len(c.bad), c.states)
				if len(c.bad) > 0 {
					noticed++
				} else if d.name == "edit" {
					t.Errorf("nobody notices that %s is left out", p.describe(i))
				}
			}
			t.Logf("%d of %d syncs are missed", noticed, syncs)
			if noticed == 0 {
				t.Error("no sync is missed")
			}
		})
	}
}
