package lockout

// EachWays is Ways for several accounts (or nodes) at once: a list for each, in
// the order asked for. One pass serves all that are in no circle: nothing that
// these need can come from themselves.
func (g *Graph) EachWays(c Case, accounts ...string) ([][]Way, error) {
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	circular := g.inCircles()
	done, least := w.race(), w.closed()
	each := make([][]Way, len(accounts))
	for i, id := range accounts {
		a, err := g.find(id, "ways", Account, Node)
		if err != nil {
			return nil, err
		}
		if circular[a] {
			apart := *w
			apart.off = w.without(a)
			each[i] = w.waysInto(a, apart.race(), apart.closed())
			continue
		}
		each[i] = w.waysInto(a, done, least)
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
