package lockout

import (
	"math/bits"
	"slices"
)

// A packed is a set of up to three numbers below 2^21-1 in one word: each number
// plus one in 21 bits, the smallest lowest. The empty set is 0. As numbers, sets
// sort by size first.
type packed uint64

const (
	packBits = 21
	packMask = 1<<packBits - 1
)

func pack1(x int32) packed { return packed(x + 1) }

func (p packed) size() int { return (bits.Len64(uint64(p)) + packBits - 1) / packBits }

// members appends the numbers in the set.
func (p packed) members(to []int32) []int32 {
	for ; p != 0; p >>= packBits {
		to = append(to, int32(p&packMask)-1)
	}
	return to
}

// union returns the set of what is in p or q; ok is false if that is more than
// size.
func (p packed) union(q packed, size int) (u packed, ok bool) {
	for n := 0; ; n++ {
		a, b := p&packMask, q&packMask
		if a == 0 && b == 0 {
			return u, true
		}
		if n == size {
			return 0, false
		}
		switch {
		case b == 0 || a != 0 && a < b:
			u |= a << (n * packBits)
			p >>= packBits
		case a == 0 || b < a:
			u |= b << (n * packBits)
			q >>= packBits
		default:
			u |= a << (n * packBits)
			p >>= packBits
			q >>= packBits
		}
	}
}

// parts calls do for the subsets of p that are smaller than it, but for the
// empty set, until one answers true.
func (p packed) parts(do func(packed) bool) bool {
	a, b, c := p&packMask, p>>packBits&packMask, p>>(2*packBits)
	switch {
	case b == 0:
		return false
	case c == 0:
		return do(a) || do(b)
	}
	return do(a) || do(b) || do(c) ||
		do(b<<packBits|a) || do(c<<packBits|a) || do(c<<packBits|b)
}

// A family is a sorted list of sets of which none contains another: the minimal
// ones of what they stand for. Families are never changed once made, so that
// many nodes can share one. The empty family is "never", the family of the empty
// set is "always".
type family []packed

var always = family{0}

func (f family) always() bool { return len(f) > 0 && f[0] == 0 }

// minimal makes a family of sets. It takes their memory.
func minimal(sets []packed) family {
	if len(sets) < 2 {
		return sets
	}
	slices.Sort(sets)
	if sets[0] == 0 {
		return always
	}
	kept := sets[:0]
	var last packed
	for _, s := range sets {
		if s == last {
			continue
		}
		last = s
		smaller := kept
		if len(smaller) == 0 || !s.parts(func(p packed) bool {
			_, found := slices.BinarySearch(smaller, p)
			return found
		}) {
			kept = append(kept, s)
		}
	}
	return kept
}

// An algebra computes with families, counting the work. Sets larger than size
// are dropped, which is exact: the minimal sets up to a size of "f and g" and "f
// or g" come from those of f and g up to that size.
//
// When the work is cut off, some sets are missing in what it returns, and
// therefore others may not be minimal.
type algebra struct {
	size   int
	budget int  // unions that are left, or as much other work
	limit  int  // sets in one family
	cut    bool // the work was cut off
}

// or returns the minimal sets of what f or g stand for.
func (a *algebra) or(f, g family) family {
	switch {
	case len(f) == 0:
		return g
	case len(g) == 0 || f.always():
		return f
	case g.always():
		return g
	}
	if a.budget -= sorting * (len(f) + len(g)); a.budget < 0 {
		a.cut = true
		return f
	}
	sets := make([]packed, 0, len(f)+len(g))
	return a.limited(minimal(append(append(sets, f...), g...)))
}

// and returns the minimal sets of what f and g stand for together.
func (a *algebra) and(f, g family) family {
	switch {
	case len(f) == 0 || len(g) == 0:
		return nil
	case f.always():
		return g
	case g.always():
		return f
	}
	var sets []packed
	for _, p := range f {
		if a.budget -= len(g); a.budget < 0 {
			a.cut = true
			break
		}
		for _, q := range g {
			if u, ok := p.union(q, a.size); ok {
				sets = append(sets, u)
			}
		}
		if len(sets) > maxScratch {
			a.budget -= sorting * len(sets)
			if sets = minimal(sets); len(sets) > a.limit {
				break
			}
		}
	}
	a.budget -= sorting * len(sets)
	return a.limited(minimal(sets))
}

// sorting is how much longer it takes to sort a set in and to look for its parts
// than to make it.
const sorting = 8

// maxScratch is how many sets are collected before those that are not minimal
// are thrown out.
const maxScratch = 1 << 18

// limited cuts a family that is too large; the smallest sets stay.
func (a *algebra) limited(f family) family {
	if len(f) > a.limit {
		a.cut = true
		f = slices.Clone(f[:a.limit])
	}
	return f
}

// atLeast returns the minimal sets of what n of the families stand for
// together. Like the rows, it counts: after some families, have[j] stands for
// more than j of them.
func (a *algebra) atLeast(n int, families []family) family {
	have := make([]family, n)
	for i, f := range families {
		for j := min(i, n-1); j > 0; j-- {
			have[j] = a.or(have[j], a.and(have[j-1], f))
		}
		have[0] = a.or(have[0], f)
	}
	return have[n-1]
}
