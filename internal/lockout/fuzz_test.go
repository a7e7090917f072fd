package lockout

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A caller makes calls of a builder from bytes.
type caller struct {
	Builder
	data []byte
}

func (c *caller) next() int {
	if len(c.data) == 0 {
		return 0
	}
	x := c.data[0]
	c.data = c.data[1:]
	return int(x)
}

// id returns mostly something that was added.
func (c *caller) id() string {
	x := c.next()
	if x == 255 || len(c.things) == 0 {
		return fmt.Sprint("x", c.next()%12)
	}
	return c.things[x%len(c.things)].id
}

func (c *caller) some() (ids []string) {
	for range c.next() % 6 {
		ids = append(ids, c.id())
	}
	if c.next() != 31 {
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	return ids
}

func (c *caller) rule() {
	head, body := c.id(), c.some()
	if c.next() != 31 {
		for range len(c.things) {
			if c.kindOf(head) != Asset {
				break
			}
			head = c.id()
		}
		body = append(body, "x0")
		slices.Sort(body)
		body = slices.Compact(body)
	}
	k := 1 + c.next()%max(1, len(body))
	certainty := Certainty(c.next() % 3)
	var wait [8]byte
	if x := c.next(); x > 253 {
		certainty = Certainty(x)
		wait[x%8] = byte(c.next())
	}
	c.AddRule(head, k, body, certainty, time.Duration(binary.LittleEndian.Uint64(wait[:])&math.MaxInt64))
}

// decode makes a few assets and accounts, and then what the bytes say.
func decode(data []byte) *Builder {
	c := caller{data: data}
	for x := range 1 + c.next()%8 {
		c.AddAsset(fmt.Sprint("x", x), c.next()%4 == 0)
	}
	for x := range 1 + c.next()%8 {
		c.AddAccount(fmt.Sprint("a", x), c.next()%4)
	}
	for len(c.data) > 0 && len(c.things) < 40 && len(c.rules) < 60 && len(c.events) < 12 {
		switch c.next() % 16 {
		case 0:
			c.AddAsset(fmt.Sprint("x", c.next()), true)
		case 1:
			c.AddNode(fmt.Sprint("n", c.next()))
		case 2:
			c.AddAccount(fmt.Sprint("a", c.next()), c.next()*4)
		case 3, 4, 5:
			var kills []string
			for range c.next() % 4 {
				if id := c.id(); c.kindOf(id) == Asset || c.next() == 31 {
					kills = append(kills, id)
				}
			}
			c.AddEvent(fmt.Sprint("e", c.next()), kills...)
		default:
			c.rule()
		}
	}
	return &c.Builder
}

// seeds are bytes at random, of which some make whole graphs.
func seeds() (data [][]byte) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 7))
		d := make([]byte, 5+rng.IntN(250))
		for i := range d {
			d[i] = byte(rng.Uint32())
		}
		data = append(data, d)
	}
	return data
}

// FuzzBuilder holds that no calls make a builder or a graph panic, and that the
// ways to an answer agree.
func FuzzBuilder(f *testing.F) {
	for _, data := range seeds() {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := decode(data).Build()
		if err != nil {
			if g != nil || err.Error() == "" {
				t.Fatal(g, err)
			}
			return
		}
		counts, _ := must(g.EventSets(Case{}, 2))(t).counts()
		equal(t, "counts", must(g.Table(Case{}, 2))(t).counts(), counts)
		locked := must(g.Locked(Case{}))(t)
		states := must(g.States(Case{}))(t)
		for i, id := range g.Accounts() {
			all := must(g.All(id, Case{}, 100_000))(t)
			_, why, _ := g.Why(id, Case{})
			_, opens, _ := g.Proof(id, Case{})
			if is := slices.Contains(locked, id); is != why || is == opens || is != (states[i] == Shut) ||
				!all.Truncated && is != (len(all.Access) == 0) {
				t.Fatalf("%s: locked %v, why %v, opens %v, state %v, access %v", id, is, why, opens, states[i], all.Access)
			}
		}
		if _, _, err := g.Rings(Case{}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSeeds holds that enough of the seeds make graphs: those that do not build
// test little.
func TestSeeds(t *testing.T) {
	whole := 0
	for _, data := range seeds() {
		if g, err := decode(data).Build(); err == nil && len(g.accounts) > 1 && len(g.head) > 4 && len(g.events) > 1 {
			whole++
		}
	}
	if whole < 50 {
		t.Errorf("only %d seeds build", whole)
	}
}
