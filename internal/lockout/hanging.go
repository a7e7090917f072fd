package lockout

import (
	"math/bits"
	"slices"
)

// Hanging is what hangs on one thing: an account, a node or an asset. Accounts
// are in the order of adding, and never the thing itself.
type Hanging struct {
	// Uses are the accounts that have a way in which it has a part, directly or by
	// way of nodes, but not of other accounts: those that sign in with it or are
	// recovered through it.
	Uses []string
	// Opens are the accounts that somebody gets into who has nothing else, apart
	// from what is Kept.
	Opens []string
	// Locks are the accounts that open now, and do not without it.
	Locks []string
}

// Hanging returns what hangs on a thing. If Uses is empty, it can be given up
// without a way getting lost.
func (g *Graph) Hanging(id string, c Case) (Hanging, error) {
	var h Hanging
	x, err := g.find(id, "hanging", Asset, Node, Account)
	if err != nil {
		return h, err
	}
	w, err := g.world(c)
	if err != nil {
		return h, err
	}
	before, alone, without := w.closed(), newClosure(w.net, w.off), newClosure(w.net, w.without(x))
	alone.run(func(y int32) bool { return w.kept[y] }, x)
	without.run(func(y int32) bool { return y != x && w.there(y) })
	uses := w.users(x)
	for _, a := range g.accounts {
		if a == x {
			continue
		}
		if uses[a] {
			h.Uses = append(h.Uses, g.ids[a])
		}
		if alone.reached(a) {
			h.Opens = append(h.Opens, g.ids[a])
		}
		if before.reached(a) && !without.reached(a) {
			h.Locks = append(h.Locks, g.ids[a])
		}
	}
	return h, nil
}

// EachLoss returns Hanging.Locks for several things at once: a list for each, in
// the order asked for.
func (g *Graph) EachLoss(c Case, ids ...string) ([][]string, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	things := make([]int32, len(ids))
	for i, id := range ids {
		if things[i], err = g.find(id, "each loss", Asset, Node, Account); err != nil {
			return nil, err
		}
	}
	locks, before := make([][]string, len(ids)), w.closed()
	block := 64 * max(1, blockBytes/8/max(1, w.nodes))
	for from := 0; from < len(things); from += block {
		part := things[from:min(from+block, len(things))]
		f := w.withoutEach(part)
		for _, a := range g.accounts {
			if !before.reached(a) {
				continue
			}
			for i, opens := range f.row(a) {
				for rest := ^opens; rest != 0; rest &= rest - 1 {
					if s := i*64 + bits.TrailingZeros64(rest); s < len(part) && part[s] != a {
						locks[from+s] = append(locks[from+s], g.ids[a])
					}
				}
			}
		}
	}
	return locks, nil
}

// withoutEach computes the rows of as many scenarios as there are things, each
// without one of them.
func (w *world) withoutEach(things []int32) *flood {
	f := newFlood(w, (len(things)+63)/64)
	f.lost = make(map[int32][]uint64, len(things))
	for s, x := range things {
		if f.lost[x] == nil {
			f.lost[x] = make([]uint64, f.words)
		}
		f.lost[x][s/64] |= 1 << (s % 64)
	}
	f.assetRows(func(int32) []uint64 { return nil })
	for x, lost := range f.lost {
		for i, bits := range lost {
			f.row(x)[i] &^= bits
		}
	}
	f.all()
	return f
}

// without returns the rules that do not count, and those that would give x.
func (w *world) without(x int32) []bool {
	off := slices.Clone(w.off)
	if off == nil {
		off = make([]bool, len(w.head))
	}
	for _, r := range w.ways.of(x) {
		off[r] = true
	}
	return off
}

// users marks what names x in a rule that counts, directly or by way of nodes.
func (w *world) users(x int32) []bool {
	uses := make([]bool, w.nodes)
	for todo := []int32{x}; len(todo) > 0; {
		y := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, r := range w.uses.of(y) {
			h := w.head[r]
			if uses[h] || !w.counts(r) {
				continue
			}
			uses[h] = true
			if !w.isAccount(h) {
				todo = append(todo, h)
			}
		}
	}
	return uses
}
