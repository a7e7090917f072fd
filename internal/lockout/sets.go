package lockout

import "slices"

// maxSetSize is the size of the sets that a packed holds.
const maxSetSize = 3

// Sets are the minimal sets of up to Size members, by account. Of larger ones
// they say nothing.
type Sets struct {
	Size int

	g       *Graph
	label   []string // by number of a member
	sets    []family // by place in g.accounts
	tainted []bool   // likewise
}

// Of returns the sets of an account, smaller ones first. Truncated says that the
// work was cut off: the sets returned are minimal ones, but there may be more,
// so that an empty answer does not mean that there are none.
func (s *Sets) Of(account string) (sets [][]string, truncated bool, err error) {
	a, err := s.g.find(account, "sets", Account)
	if err != nil {
		return nil, false, err
	}
	i, _ := slices.BinarySearch(s.g.accounts, a)
	for _, p := range s.sets[i] {
		set := make([]string, 0, s.Size)
		for _, x := range p.members(nil) {
			set = append(set, s.label[x])
		}
		sets = append(sets, set)
	}
	return sets, s.tainted[i], nil
}

// LockoutSets returns the sets of up to size (at most 3) single assets whose
// loss locks an account, and of which no part does. An account that is locked
// already has one, the empty set.
func (g *Graph) LockoutSets(c Case, size int) (*Sets, error) {
	return g.setsOf(c, size, assetsLock, defaultBudget)
}

// EventSets is like LockoutSets with events instead of assets. It takes any
// number of events, where a Table has to hold all scenarios.
func (g *Graph) EventSets(c Case, size int) (*Sets, error) {
	return g.setsOf(c, size, eventsLock, defaultBudget)
}

// AccessSets returns the sets of up to size (at most 3) single assets with which
// an account opens, and of which no part suffices. With Case.Only these are what
// an attacker needs.
func (g *Graph) AccessSets(c Case, size int) (*Sets, error) {
	return g.setsOf(c, size, assetsOpen, defaultBudget)
}

// A budget bounds the work for Sets; beyond it answers are Truncated.
type budget struct{ unions, family, confirm int }

var defaultBudget = budget{
	unions:  100_000_000, // of sets, for all nodes together
	family:  50_000,      // sets of one node; a rule of MaxBody places has 41,664 triples
	confirm: 100_000_000, // rules looked at to confirm sets of nodes that were cut off
}

// A question is what a solver looks for.
type question int

const (
	assetsLock question = iota
	eventsLock
	assetsOpen
)

func (g *Graph) setsOf(c Case, size int, q question, b budget) (*Sets, error) {
	if size < 0 || size > maxSetSize {
		return nil, &RangeError{"size", "", size, maxSetSize}
	}
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	s := &solver{
		world: w, question: q, algebra: algebra{size: size, budget: b.unions, limit: b.family},
		sets: make([]family, g.nodes), tainted: make([]bool, g.nodes), agenda: newAgenda(g.nodes),
	}
	s.solve()
	out := &Sets{Size: size, g: g, label: g.ids}
	if q == eventsLock {
		out.label = g.events
	}
	t := tester{world: w, question: q}
	share := b.confirm / max(1, s.cutOff())
	for _, a := range g.accounts {
		f, tainted := s.sets[a], s.tainted[a]
		if tainted {
			t.left = share
			f = t.confirmed(a, f)
			tainted = !f.always() // then there can be no others
		}
		out.sets = append(out.sets, f)
		out.tainted = append(out.tainted, tainted)
	}
	return out, nil
}

// A solver computes a family for each node: the minimal sets that lock it or
// that open it. It is algorithm C. What locks is the greatest fixpoint of the
// dual rules, because "not derivable" is the opposite of a least fixpoint: it
// starts at "lost anyway" and goes down. What opens starts at "never" and goes
// up.
type solver struct {
	*world
	question
	algebra
	sets    []family // by node
	tainted []bool   // by node: there may be more sets than are listed
	agenda  *agenda
	bodies  []family // scratch
}

// locks reports whether sets that lock are looked for.
func (q question) locks() bool { return q != assetsOpen }

// leaf returns the family of an asset.
func (s *solver) leaf(x int32) family {
	switch {
	case s.gone[x] || s.kept[x]:
		if s.gone[x] == s.locks() {
			return always
		}
		return nil
	case s.size == 0:
		return nil
	case s.question != eventsLock:
		return family{pack1(x)}
	}
	var f family
	for _, e := range s.killer.of(x) {
		f = append(f, pack1(e))
	}
	return f
}

func (s *solver) solve() {
	for x := range int32(s.assets) {
		s.sets[x] = s.leaf(x)
	}
	for i, circle := range s.circle {
		comp := s.comps.of(int32(i))
		taint := s.inherited(comp)
		if !s.component(comp, circle) || taint {
			for _, x := range comp {
				s.tainted[x] = true
			}
		}
	}
}

// cutOff returns how many accounts were cut off.
func (s *solver) cutOff() (n int) {
	for _, a := range s.accounts {
		if s.tainted[a] {
			n++
		}
	}
	return n
}

// inherited reports whether a node of the component needs a tainted one.
func (s *solver) inherited(comp []int32) bool {
	for _, x := range comp {
		for _, r := range s.ways.of(x) {
			if s.counts(r) && slices.ContainsFunc(s.body.of(r), func(y int32) bool { return s.tainted[y] }) {
				return true
			}
		}
	}
	return false
}

// component computes the families of one component. It reports false if the
// work was cut off. In a circle the families are then somewhere on the way, and
// what they list has to be tried (see tester).
func (s *solver) component(comp []int32, circle bool) (whole bool) {
	s.cut = false
	switch {
	case !circle:
		s.sets[comp[0]] = s.node(comp[0])
		return !s.cut
	case s.locks():
		for _, x := range comp {
			s.sets[x] = always
		}
	default:
		// The small sets are found first, because they spare the work for many that
		// contain them.
		most := s.size
		for s.size = min(1, most); !s.cut && s.size < most; s.size++ {
			s.settled(comp)
		}
		s.size = most
	}
	s.settled(comp)
	return !s.cut
}

// settled brings a component to its fixpoint, unless the work is cut off.
func (s *solver) settled(comp []int32) {
	s.agenda.settle(s.net, comp, func(x int32) (changed, goOn bool) {
		was := s.sets[x]
		s.sets[x] = s.node(x)
		return !slices.Equal(was, s.sets[x]), !s.cut
	})
}

// node computes the family of one node from its rules.
func (s *solver) node(x int32) family {
	var f family
	if s.locks() {
		f = always
	}
	for _, r := range s.ways.of(x) {
		if !s.counts(r) {
			continue
		}
		body := s.body.of(r)
		s.bodies = s.bodies[:0]
		for _, y := range body {
			s.bodies = append(s.bodies, s.sets[y])
		}
		if s.locks() {
			f = s.and(f, s.atLeast(len(body)-int(s.need[r])+1, s.bodies))
		} else {
			f = s.or(f, s.atLeast(int(s.need[r]), s.bodies))
		}
	}
	return f
}

// A tester tries single sets by algorithm A.
type tester struct {
	*world
	question
	left    int // rules that may still be looked at
	closure *closure
	in      []bool // by asset: in the set, or killed by an event of it
}

// confirmed returns the sets that do what is asked and are minimal. Of a node
// that was cut off the family need not be right: sets may be missing, by which
// others would not be minimal, and in a circle some may lock nothing.
func (t *tester) confirmed(node int32, f family) family {
	var good family
	var members []int32
	for _, p := range f {
		members = p.members(members[:0])
		if !t.works(node, members) {
			continue
		}
		least := true
		for i := range members {
			rest := slices.Delete(slices.Clone(members), i, i+1)
			least = least && !t.works(node, rest)
		}
		if t.left < 0 {
			break
		}
		if least {
			good = append(good, p)
		}
	}
	return good
}

// works reports whether the members do to the node what is asked. Without any
// work left it reports false.
func (t *tester) works(node int32, members []int32) bool {
	if t.left -= len(t.head) + t.nodes; t.left < 0 {
		return false
	}
	if t.closure == nil {
		t.closure = newClosure(t.net, t.off)
		t.in = make([]bool, t.assets)
	}
	clear(t.in)
	for _, x := range members {
		if t.question != eventsLock {
			t.in[x] = true
			continue
		}
		for _, y := range t.kills.of(x) {
			t.in[y] = true
		}
	}
	t.closure.run(func(x int32) bool {
		if t.locks() {
			return t.there(x) && (t.kept[x] || !t.in[x])
		}
		return t.kept[x] || t.there(x) && t.in[x]
	})
	return t.closure.reached(node) != t.locks()
}
