package lockout

import "slices"

// A Run says how to take what is not certain. The zero value is the most hopeful
// one; the others are combined with |.
type Run uint8

// The runs.
const (
	// Optimistic takes unknown assets as present and counts every way. What is
	// locked here is locked as far as the notes go.
	Optimistic Run = 0
	// Pessimistic takes unknown assets as absent.
	Pessimistic Run = 1 << 0
	// SureOnly leaves out the ways that somebody may refuse: forms and persons.
	SureOnly Run = 1 << 1
)

// A Case is what is taken as given before a question is asked. The zero value is
// today, as noted, in the most hopeful run.
type Case struct {
	Run Run
	// Happened are events that have happened.
	Happened []string
	// Lost are single assets that are gone.
	Lost []string
	// Only, if not nil, are the only assets that there are, apart from Kept: what
	// somebody can take. It turns a question about the owner into one about a thief.
	Only []string
	// Kept are assets that are there whatever happens, also if an event kills them,
	// and unknown ones too: a name, a birth date. No set names them.
	Kept []string
}

// A world is a case resolved to numbers.
type world struct {
	*Graph
	gone, kept []bool // by asset; never both
	off        []bool // by rule: does not count; nil if all do
}

func (g *Graph) world(c Case) (*world, error) {
	w := &world{Graph: g, gone: make([]bool, g.assets), kept: make([]bool, g.assets)}
	absent := func(x int32) bool { return c.Run&Pessimistic != 0 && g.things[x].unknown }
	for x := range int32(g.assets) {
		w.gone[x] = c.Only != nil || absent(x)
	}
	if err := w.mark(c.Only, "only", func(x int32) { w.gone[x] = absent(x) }); err != nil {
		return nil, err
	}
	for _, id := range c.Happened {
		e, err := g.findEvent(id, "happened")
		if err != nil {
			return nil, err
		}
		for _, x := range g.kills.of(e) {
			w.gone[x] = true
		}
	}
	if err := w.mark(c.Lost, "lost", func(x int32) { w.gone[x] = true }); err != nil {
		return nil, err
	}
	if err := w.mark(c.Kept, "kept", func(x int32) { w.gone[x], w.kept[x] = false, true }); err != nil {
		return nil, err
	}
	if c.Run&SureOnly != 0 {
		w.off = make([]bool, len(g.sure))
		for r, sure := range g.sure {
			w.off[r] = !sure
		}
	}
	return w, nil
}

// mark calls do for each of the assets named.
func (w *world) mark(ids []string, in string, do func(x int32)) error {
	for _, id := range ids {
		x, err := w.find(id, in, Asset)
		if err != nil {
			return err
		}
		do(x)
	}
	return nil
}

func (w *world) there(x int32) bool { return !w.gone[x] }

// counts reports whether the rule counts in this run.
func (w *world) counts(rule int32) bool { return w.off == nil || !w.off[rule] }

// closed returns the closure of the world as it is.
func (w *world) closed() *closure {
	c := newClosure(w.net, w.off)
	c.run(w.there)
	return c
}

// Locked returns the accounts that cannot be opened in the case, in the order
// of adding. With the zero case these are the accounts locked already.
func (g *Graph) Locked(c Case) ([]string, error) {
	return g.thoseThat(c, func(c *closure, x int32) bool { return !c.reached(x) })
}

// Opened returns the accounts that can be opened in the case, in the order of
// adding. With Case.Only it is what somebody with these assets gets into.
func (g *Graph) Opened(c Case) ([]string, error) { return g.thoseThat(c, (*closure).reached) }

// OpenedBy returns, for each of several sets of assets, the accounts that can be
// opened in the case if these are there, too, and can't without them; in the order
// of adding. What the run takes as absent stays so.
func (g *Graph) OpenedBy(c Case, sets ...[]string) ([][]string, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	closed := w.closed()
	each := make([][]string, len(sets))
	for i, set := range sets {
		var besides []int32
		err := w.mark(set, "opened by", func(x int32) {
			if c.Run&Pessimistic == 0 || !g.things[x].unknown {
				besides = append(besides, x)
			}
		})
		if err != nil {
			return nil, err
		}
		opened := slices.DeleteFunc(closed.with(besides), func(x int32) bool { return !g.isAccount(x) })
		slices.Sort(opened)
		each[i] = g.names(opened)
	}
	return each, nil
}

func (g *Graph) thoseThat(c Case, wanted func(*closure, int32) bool) ([]string, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	closed := w.closed()
	var ids []string
	for _, a := range g.accounts {
		if wanted(closed, a) {
			ids = append(ids, g.ids[a])
		}
	}
	return ids, nil
}

// A State is how far the way into an account can be relied upon.
type State uint8

// The states, from good to bad.
const (
	Open   State = iota // by sure ways and by what is noted
	Unsure              // by sure ways, if something unknown is there
	Asking              // only if a form is granted or a person helps
	Shut                // in no run
)

// String returns the stable English name.
func (s State) String() string {
	return [...]string{"open", "unsure", "asking", "shut"}[s&3]
}

// States returns the state of each account, in the order of adding. The case's
// Run does not count: the states are made of the runs.
func (g *Graph) States(c Case) ([]State, error) {
	states := make([]State, len(g.accounts))
	for i := range states {
		states[i] = Shut
	}
	for _, s := range []struct {
		state State
		run   Run
	}{{Asking, Optimistic}, {Unsure, SureOnly}, {Open, SureOnly | Pessimistic}} {
		c.Run = s.run
		w, err := g.world(c)
		if err != nil {
			return nil, err
		}
		closed := w.closed()
		for i, a := range g.accounts {
			if closed.reached(a) {
				states[i] = s.state
			}
		}
	}
	return states, nil
}

// A Theft is what a thief gets, and what the owner then has left.
type Theft struct {
	Opened []string // accounts the thief gets into
	// Locked are the accounts the owner does not get into any more, once the thief
	// has changed the ways into the opened ones.
	Locked []string
}

// Theft asks both sides of the same loss (NIST SP 800-63B-4, section 4.3: a lost
// authenticator is to be taken as stolen). owner is the case after the loss;
// thief is the case of somebody with Only the things taken.
func (g *Graph) Theft(owner, thief Case) (Theft, error) {
	var t Theft
	them, err := g.world(thief)
	if err != nil {
		return t, err
	}
	us, err := g.world(owner)
	if err != nil {
		return t, err
	}
	if us.off == nil {
		us.off = make([]bool, len(g.head))
	}
	theirs := them.closed()
	for _, a := range g.accounts {
		if theirs.reached(a) {
			t.Opened = append(t.Opened, g.ids[a])
			for _, r := range g.ways.of(a) {
				us.off[r] = true
			}
		}
	}
	ours := us.closed()
	for _, a := range g.accounts {
		if !ours.reached(a) {
			t.Locked = append(t.Locked, g.ids[a])
		}
	}
	return t, nil
}
