package scan

import (
	"cmp"
	"math"
	"slices"
)

// A triple is three finders that may belong to one code; from left, the way to
// right is clockwise less than half a turn from the way to below.
type triple struct {
	corner, right, below finder // top left, top right, bottom left
	unlikely             float64
	timing               float64
}

// maxTriples bounds how many are tried in one picture.
const maxTriples = 4000

// module is the mean length of one module when the finders' centres are so many
// modules apart.
func (t *triple) module(apart int) float64 {
	return (t.corner.at.distance(t.right.at) + t.corner.at.distance(t.below.at)) / 2 / float64(apart)
}

// groups forms the triples whose finders are as far apart as in a code of the given
// size in modules, the likeliest first. Tolerances are loose: perspective and bent
// paper change much, and the timing patterns decide.
func groups(found []finder, size int) []triple {
	apart := float64(size - 7)
	var triples []triple
	for i, corner := range found {
		var near []int
		for j, other := range found {
			if i != j && farApart(corner, other, apart) < 0.35 {
				near = append(near, j)
			}
		}
		for _, j := range near {
			for _, k := range near {
				if t, ok := rightAngle(corner, found[j], found[k], apart); ok {
					triples = append(triples, t)
				}
			}
		}
		if len(triples) > 20*maxTriples {
			break
		}
	}
	slices.SortStableFunc(triples, func(a, b triple) int { return cmp.Compare(a.unlikely, b.unlikely) })
	return triples[:min(len(triples), maxTriples)]
}

// farApart is the logarithm by which the distance of two finders differs from what
// their own sizes say, and 1 if those differ too much.
func farApart(a, b finder, apart float64) float64 {
	d := b.at.sub(a.at)
	length := d.length()
	if length < 1 {
		return 1
	}
	ratio := a.section / b.section
	if ratio > 1.6 || ratio < 1/1.6 {
		return 1
	}
	// a square's section along rows and columns grows as it turns
	upright := max(math.Abs(d.x), math.Abs(d.y)) / length
	module := (a.section + b.section) / 14 * upright
	return math.Abs(math.Log(length / (apart * module)))
}

func rightAngle(corner, right, below finder, apart float64) (triple, bool) {
	a, b := right.at.sub(corner.at), below.at.sub(corner.at)
	if a.cross(b) <= 0 {
		return triple{}, false
	}
	sides := math.Abs(math.Log(a.length() / b.length()))
	cos := math.Abs(a.dot(b)) / (a.length() * b.length())
	if sides > 0.35 || cos > 0.4 {
		return triple{}, false
	}
	far := farApart(corner, right, apart) + farApart(corner, below, apart)
	return triple{corner: corner, right: right, below: below, unlikely: sides + cos + far}, true
}

// timingMatch says how well dark and light take turns along both timing patterns,
// from about 0.4 for noise to 1.
func timingMatch(p *plane, t *triple, size int) float64 {
	apart := float64(size - 7)
	u := t.right.at.sub(t.corner.at).times(1 / apart)
	v := t.below.at.sub(t.corner.at).times(1 / apart)
	along := t.corner.at.add(v.times(3))
	down := t.corner.at.add(u.times(3))
	return min(turns(p, along, u, size), turns(p, down, v, size))
}

// turns goes from a finder pattern's inner corner to the next finder pattern in
// windows of fourteen modules, each of which may be shifted by up to a module and
// a half: bent paper is no worse than that between two finder patterns.
func turns(p *plane, start, step point, size int) float64 {
	const window = 14
	side := point{-step.y, step.x}
	sum, n := 0.0, 0
	for first := 5; first+2 <= size-12; first += window {
		last := min(first+window, size-11)
		best := 0.0
		for across := -1.0; across <= 1; across += 0.5 {
			from := start.add(side.times(across))
			for shift := -1.0; shift < 1; shift += 0.25 {
				best = max(best, alternates(p, from, step, first, last, shift))
			}
		}
		sum, n = sum+best, n+1
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

// alternates is the share of the change of brightness from module to module that
// goes the way a timing pattern goes: modules at even numbers are dark.
func alternates(p *plane, start, step point, first, last int, shift float64) float64 {
	right, all := 0.0, 1e-9
	before := p.at(start.add(step.times(float64(first) + shift)))
	for i := first + 1; i < last; i++ {
		v := p.at(start.add(step.times(float64(i) + shift)))
		change := v - before
		// the finder's centre is module 3, so that odd steps from it are even modules
		if i%2 == 1 {
			change = -change
		}
		right += change
		all += math.Abs(v - before)
		before = v
	}
	return right / all
}
