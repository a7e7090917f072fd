package lockout

// counts returns how many minimal sets of each size there are for all accounts
// together; the first number is that of accounts locked already.
func (t *Table) counts() (found [maxTogether + 1]int) {
	past := make([]uint64, t.words)
	for i := range t.g.accounts {
		t.minimal(i, past, func(s int) { found[t.sizeOf(s)]++ })
	}
	return found
}

func (t *Table) sizeOf(s int) int {
	n := 0
	for _, e := range t.sets[s] {
		if e >= 0 {
			n++
		}
	}
	return n
}

// counts returns how many sets of each size there are for all accounts together,
// and for how many accounts there may be more.
func (s *Sets) counts() (found [maxSetSize + 1]int, truncated int) {
	for i, f := range s.sets {
		for _, p := range f {
			found[p.size()]++
		}
		if s.tainted[i] {
			truncated++
		}
	}
	return found, truncated
}
