package lockout

// A View answers Ways for many accounts of one case: one pass serves all that are
// in no circle, because nothing that these need can come from themselves.
type View struct {
	w        *world
	done     *race
	least    *closure
	circular []bool // by node
}

// View looks at a case.
func (g *Graph) View(c Case) (*View, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	return &View{w, w.race(), w.closed(), g.inCircles()}, nil
}

// Ways is Graph.Ways in the case of the view.
func (v *View) Ways(account string) ([]Way, error) {
	a, err := v.w.find(account, "ways", Account, Node)
	if err != nil {
		return nil, err
	}
	if !v.circular[a] {
		return v.w.waysInto(a, v.done, v.least), nil
	}
	apart := *v.w
	apart.off = v.w.without(a)
	return v.w.waysInto(a, apart.race(), apart.closed()), nil
}

// EachWays is Ways for several accounts (or nodes) at once: a list for each, in
// the order asked for.
func (g *Graph) EachWays(c Case, accounts ...string) ([][]Way, error) {
	v, err := g.View(c)
	if err != nil {
		return nil, err
	}
	each := make([][]Way, len(accounts))
	for i, id := range accounts {
		if each[i], err = v.Ways(id); err != nil {
			return nil, err
		}
	}
	return each, nil
}

// inCircles reports of each node whether it is in a component with a circle.
func (g *Graph) inCircles() []bool {
	in := make([]bool, g.nodes)
	for i, circle := range g.circle {
		if circle {
			for _, x := range g.comps.of(int32(i)) {
				in[x] = true
			}
		}
	}
	return in
}

// Proofs is Proof for several accounts (or nodes) at once. The proof of one that
// does not open has the state Shut.
func (g *Graph) Proofs(c Case, accounts ...string) ([]Proof, error) {
	proofs := make([]Proof, len(accounts))
	for i := range proofs {
		proofs[i] = Proof{State: Shut, Wait: Never}
	}
	left := len(accounts)
	for _, s := range proofRuns {
		if left == 0 {
			break
		}
		c.Run = s.run
		w, err := g.world(c)
		if err != nil {
			return nil, err
		}
		done := w.race()
		rank := w.ranks(done.order)
		for i, id := range accounts {
			a, err := g.find(id, "proof", Account, Node)
			if err != nil {
				return nil, err
			}
			if proofs[i].State == Shut && done.via[a] != unreached {
				proofs[i] = w.traced(done, rank, a, s.state)
				left--
			}
		}
	}
	return proofs, nil
}
