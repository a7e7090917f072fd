package lockout

import (
	"cmp"
	"math/bits"
	"slices"
)

// All is everything about one account: its minimal lockout sets and its minimal
// access sets, of any size.
type All struct {
	Lockout [][]string // assets whose loss locks it; smaller sets first
	Access  [][]string // assets with which it opens; smaller sets first
	// Truncated says that the budget was used up. What is listed is right and
	// minimal, but there may be more of both; see AtLeast.
	Truncated bool
	// AtLeast is, if Truncated, the least size that a lockout set not listed can
	// have.
	AtLeast int
}

// DefaultBudget is the budget of All if none is given: about a second.
const DefaultBudget = 500_000_000

// All computes the minimal lockout and access sets of one account (or node) of
// any size. The work is exponential at worst. It is bounded by the budget,
// roughly the places in rules and words of sets looked at; 0 stands for
// DefaultBudget.
func (g *Graph) All(account string, c Case, budget int) (All, error) {
	a, err := g.find(account, "all", Account, Node)
	if err != nil {
		return All{}, err
	}
	w, err := g.world(c)
	if err != nil {
		return All{}, err
	}
	d := newDual(w, a, cmp.Or(budget, DefaultBudget))
	whole := d.run()
	all := All{Lockout: d.named(d.cuts), Access: d.named(d.proofs), Truncated: !whole}
	if !whole {
		all.AtLeast = d.open[0].size
		for _, t := range d.open {
			all.AtLeast = min(all.AtLeast, t.size)
		}
	}
	return all, nil
}

// Deciding returns the unknown assets that matter to an account (or node):
// those of which it needs some, because it does not open by what is noted. These
// are what to ask for. It is empty if the account opens without them, or not even
// with all of them. Of the case's Run only SureOnly counts. truncated says that
// there may be more.
func (g *Graph) Deciding(account string, c Case, budget int) (assets []string, truncated bool, err error) {
	d, err := g.Doubt(c)
	if err != nil {
		return nil, false, err
	}
	return d.Deciding(account, budget)
}

// A Doubt answers Deciding for many accounts of one case.
type Doubt struct{ w *world }

// Doubt looks at a case. Of its Run only SureOnly counts.
func (g *Graph) Doubt(c Case) (*Doubt, error) {
	c.Run &= SureOnly
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	for x := range g.assets {
		if !g.things[x].unknown && !w.gone[x] {
			w.kept[x] = true
		}
	}
	return &Doubt{w}, nil
}

// Deciding is Graph.Deciding in the case of the doubt.
func (q *Doubt) Deciding(account string, budget int) (assets []string, truncated bool, err error) {
	a, err := q.w.find(account, "deciding", Account, Node)
	if err != nil {
		return nil, false, err
	}
	d := newDual(q.w, a, cmp.Or(budget, DefaultBudget))
	truncated = !d.run()
	in := make([]bool, len(d.assets))
	for _, p := range d.proofs {
		p.each(func(i int) { in[i] = true })
	}
	for i, is := range in {
		if is {
			assets = append(assets, q.w.ids[d.of[d.assets[i]]])
		}
	}
	return assets, truncated, nil
}

// A dual finds minimal lockout sets (cuts) and minimal access sets (proofs)
// together; each are the minimal hitting sets of the other. It is algorithm D.
//
// open holds the minimal hitting sets of the proofs found so far that have not
// been tried. Losing such a set either locks the account; then it is a cut, and
// a minimal one, because a part of it misses a proof. Or there is a proof that
// avoids it, which is made minimal and added. When nothing is open, the cuts are
// all hitting sets of the proofs; hence there are no other cuts, and, cuts and
// proofs being each other's hitting sets, no other proofs.
type dual struct {
	*closure
	world  *world
	target int32   // in the cone
	of     []int32 // by node of the cone: the node in the graph
	assets []int32 // in the cone, those that can be in a set
	words  int
	budget int
	proofs []set
	cuts   []set
	open   []set
}

// A set is a set of assets of the cone by their place in dual.assets.
type set struct {
	bits []uint64
	size int
}

func (s set) has(i int) bool { return s.bits[i/64]>>(i%64)&1 == 1 }

func (s set) with(i int) set {
	t := set{slices.Clone(s.bits), s.size + 1}
	t.bits[i/64] |= 1 << (i % 64)
	return t
}

func (s set) meets(t set) bool {
	for i, b := range s.bits {
		if b&t.bits[i] != 0 {
			return true
		}
	}
	return false
}

func (s set) within(t set) bool {
	for i, b := range s.bits {
		if b&^t.bits[i] != 0 {
			return false
		}
	}
	return true
}

// each calls do with the members in order.
func (s set) each(do func(i int)) {
	for w, b := range s.bits {
		for ; b != 0; b &= b - 1 {
			do(w*64 + bits.TrailingZeros64(b))
		}
	}
}

func newDual(w *world, target int32, budget int) *dual {
	cone, of, place := w.cone(target)
	d := &dual{closure: newClosure(cone, nil), world: w, target: place, of: of, budget: budget}
	for x := range int32(cone.assets) {
		if g := of[x]; !w.gone[g] && !w.kept[g] {
			d.assets = append(d.assets, x)
		}
	}
	d.words = (len(d.assets) + 63) / 64
	return d
}

func (d *dual) none() set { return set{bits: make([]uint64, d.words)} }

// run reports whether it came to the end.
func (d *dual) run() bool {
	for d.open = []set{d.none()}; len(d.open) > 0; {
		if d.budget < 0 {
			return false
		}
		least := 0
		for i, t := range d.open {
			if t.size < d.open[least].size {
				least = i
			}
		}
		d.budget -= 2 * len(d.open)
		t := d.open[least]
		if d.opens(func(i int) bool { return !t.has(i) }) {
			if proof, ok := d.minimalProof(); ok {
				d.add(proof)
			}
			continue
		}
		d.cuts = append(d.cuts, t)
		d.open[least] = d.open[len(d.open)-1]
		d.open = d.open[:len(d.open)-1]
	}
	return true
}

// opens reports whether the target is reached from the assets that are there,
// given by their place, and those that are kept.
func (d *dual) opens(there func(place int) bool) bool {
	d.budget -= len(d.body.items) + d.nodes
	next := 0
	d.closure.run(func(x int32) bool {
		if next < len(d.assets) && d.assets[next] == x {
			next++
			return there(next - 1)
		}
		return d.world.kept[d.of[x]]
	})
	return d.reached(d.target)
}

// minimalProof returns a minimal part of what the last run used to reach the
// target; ok is false if the budget did not last.
func (d *dual) minimalProof() (proof set, ok bool) {
	in := make([]bool, len(d.assets))
	used := make([]int, 0, len(d.assets))
	for _, x := range d.proof(d.target) {
		if i, found := slices.BinarySearch(d.assets, x); found {
			in[i] = true
			used = append(used, i)
		}
	}
	slices.Sort(used)
	proof = d.none()
	for _, i := range used {
		if d.budget < 0 {
			return proof, false
		}
		in[i] = false
		if !d.opens(func(j int) bool { return in[j] }) {
			in[i] = true
			proof = proof.with(i)
		}
	}
	return proof, true
}

// add makes the open sets hit one more proof (Berge's multiplication). The cuts
// hit it already. An open set that misses it grows by one of its members, unless
// that gives a superset of one that hits it; two sets that grow never contain
// each other.
func (d *dual) add(proof set) {
	d.proofs = append(d.proofs, proof)
	d.budget -= len(d.open) * (d.words + 8)
	hit, miss := d.open[:0], []set(nil)
	for _, t := range d.open {
		if t.meets(proof) {
			hit = append(hit, t)
		} else {
			miss = append(miss, t)
		}
	}
	hitting := len(hit)
	for _, t := range miss {
		proof.each(func(i int) {
			grown := t.with(i)
			d.budget -= d.words + 8
			if d.covered(grown, i, hit[:hitting]) || d.covered(grown, i, d.cuts) {
				return
			}
			hit = append(hit, grown)
		})
	}
	d.open = hit
}

// covered reports whether one of the sets is within grown, which grew by i. Out
// of budget it reports false; the search ends then.
func (d *dual) covered(grown set, i int, sets []set) bool {
	for _, s := range sets {
		if d.budget--; d.budget < 0 {
			return false
		}
		if s.has(i) && s.within(grown) {
			return true
		}
	}
	return false
}

// named returns sets by ids, smaller ones first, then in the order of adding.
func (d *dual) named(sets []set) [][]string {
	members := make([][]int32, len(sets))
	for i, s := range sets {
		s.each(func(j int) { members[i] = append(members[i], d.of[d.assets[j]]) })
	}
	slices.SortFunc(members, func(a, b []int32) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
	ids := make([][]string, len(sets))
	for i, m := range members {
		ids[i] = d.world.names(m)
	}
	return ids
}

// cone returns the part of the net that target depends on, in the world's run:
// the net, its nodes' numbers in the graph, and target's number in it.
func (w *world) cone(target int32) (n *net, of []int32, place int32) {
	number := map[int32]int32{target: 0} // first those that are in it, then their places
	of = []int32{target}
	for next := 0; next < len(of); next++ {
		for _, r := range w.ways.of(of[next]) {
			if !w.counts(r) {
				continue
			}
			for _, y := range w.body.of(r) {
				if _, in := number[y]; !in {
					number[y] = 0
					of = append(of, y)
				}
			}
		}
	}
	slices.Sort(of)
	assets := 0
	for i, x := range of {
		number[x] = int32(i)
		if int(x) < w.assets {
			assets++
		}
	}
	var head, need []int32
	body := lists{at: []int32{0}}
	for _, x := range of {
		for _, r := range w.ways.of(x) {
			if !w.counts(r) {
				continue
			}
			head, need = append(head, number[x]), append(need, w.need[r])
			for _, y := range w.body.of(r) {
				body.items = append(body.items, number[y])
			}
			body.at = append(body.at, int32(len(body.items)))
		}
	}
	return newNet(assets, len(of), head, need, body), of, number[target]
}
