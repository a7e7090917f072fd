package scan

import "math"

// A layout is what the standard fixes for one version: the modules on a side and
// the rows and columns of alignment patterns' centres (ISO/IEC 18004, annex E).
type layout struct {
	size  int
	nodes []int
}

// An anchor is a pattern whose place in the picture is known: module coordinates
// (the centre of the first module is 0.5) and pixels.
type anchor struct {
	u, v  float64
	at    point
	match float64 // correlation with the pattern, 0 where it was not found
	node  bool    // a finder pattern stands in for its alignment node
}

// A mesh says where each module of one code lies in the picture.
type mesh struct {
	layout  layout
	anchors []anchor
	warp    warp
	rest    [][]point // what the warp leaves at each alignment node, [row][column]
}

// patterns of dark (1) and light (-1) modules around a centre.
var (
	alignmentPattern = concentric(5)
	finderPattern    = concentric(7)
)

func concentric(n int) [][]float64 {
	rows := make([][]float64, n)
	for y := range rows {
		rows[y] = make([]float64, n)
		for x := range rows[y] {
			ring := max(abs(x-n/2), abs(y-n/2))
			light := ring == n/2-1
			rows[y][x] = 1
			if light {
				rows[y][x] = -1
			}
		}
	}
	return rows
}

func abs(n int) int { return max(n, -n) }

// newMesh locates every alignment pattern between three finder patterns. The second
// value says how well they were found, from 0 to 1.
func newMesh(p *plane, t *triple, l layout) (*mesh, float64) {
	far := float64(l.size) - 3.5
	m := &mesh{layout: l, anchors: []anchor{
		{u: 3.5, v: 3.5, at: t.corner.at, match: 1, node: true},
		{u: far, v: 3.5, at: t.right.at, match: 1, node: true},
		{u: 3.5, v: far, at: t.below.at, match: 1, node: true},
	}}
	for i := range m.anchors {
		a := &m.anchors[i]
		f := m.frameAt(a.u, a.v)
		if at, match := locate(p, finderPattern, a.at, f, 1); match > 0.5 {
			a.at = at
		}
	}
	quality := m.grow(p)
	m.settle(p)
	return m, quality
}

// A frame is the place of one point and how far one module reaches there.
type frame struct{ at, du, dv point }

// frameAt estimates the frame of a point from the known anchors, the near ones
// weighing most: a plane through them by least squares.
func (m *mesh) frameAt(u, v float64) frame {
	var n normal
	for _, a := range m.anchors {
		if a.match == 0 {
			continue
		}
		du, dv := a.u-u, a.v-v
		n.add(1/(du*du+dv*dv+200), []float64{1, du, dv}, a.at)
	}
	c, ok := n.solve(3)
	if !ok {
		return frame{}
	}
	return frame{at: c[0], du: c[1], dv: c[2]}
}

// grow finds the alignment patterns one after the other, always the one nearest to
// those that are known, and gives the mean of their correlations.
func (m *mesh) grow(p *plane) float64 {
	type node struct{ u, v float64 }
	var left []node
	last := len(m.layout.nodes) - 1
	for i, v := range m.layout.nodes {
		for j, u := range m.layout.nodes {
			if !(i == 0 && (j == 0 || j == last) || i == last && j == 0) {
				left = append(left, node{float64(u) + 0.5, float64(v) + 0.5})
			}
		}
	}
	sum, n := 0.0, len(left)
	for len(left) > 0 {
		best, nearest := 0, math.Inf(1)
		for i, q := range left {
			if d := m.reach(q.u, q.v); d < nearest {
				best, nearest = i, d
			}
		}
		q := left[best]
		left = append(left[:best], left[best+1:]...)
		f := m.frameAt(q.u, q.v)
		at, match := locate(p, alignmentPattern, f.at, f, 1.5+nearest/22)
		sum += match
		if match < 0.55 {
			at, match = f.at, 0
		}
		m.anchors = append(m.anchors, anchor{u: q.u, v: q.v, at: at, match: match})
	}
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

// reach is how far the nearest anchor is that was found, in modules.
func (m *mesh) reach(u, v float64) float64 {
	nearest := math.Inf(1)
	for _, a := range m.anchors {
		if a.match > 0 {
			nearest = min(nearest, math.Hypot(a.u-u, a.v-v))
		}
	}
	return nearest
}

// settle fits the warp, looks once more for patterns that don't agree with it or
// were not found, and keeps what is left over at each node.
func (m *mesh) settle(p *plane) {
	m.fit(-1)
	for i := 3; i < len(m.anchors); i++ {
		a := &m.anchors[i]
		if a.match > 0 {
			m.fit(i)
		}
		f := m.warp.frame(a.u, a.v)
		size := (f.du.length() + f.dv.length()) / 2
		if a.match > 0 && f.at.distance(a.at) < 1.2*size {
			continue
		}
		at, match := locate(p, alignmentPattern, f.at, f, 1.3)
		if match < 0.5 {
			at, match = f.at, 0
		}
		a.at, a.match = at, match
	}
	m.fit(-1)
	m.keepRest()
}

// fit fits the warp to the anchors that were found, one of them left out.
func (m *mesh) fit(without int) {
	n, found := normal{}, 0
	for i, a := range m.anchors {
		if a.match > 0 && i != without {
			found++
		}
	}
	terms := 3
	if found >= 8 {
		terms = 6
	}
	for i, a := range m.anchors {
		if a.match > 0 && i != without {
			n.add(1, m.terms(a.u, a.v)[:terms], a.at)
		}
	}
	c, ok := n.solve(terms)
	if !ok {
		c, _ = n.solve(3)
	}
	m.warp = warp{middle: float64(m.layout.size) / 2}
	copy(m.warp.c[:], c)
	if found == 4 {
		m.warp = m.perspective()
	}
}

func (m *mesh) terms(u, v float64) []float64 {
	half := float64(m.layout.size) / 2
	s, t := u/half-1, v/half-1
	return []float64{1, s, t, s * t, s * s, t * t}
}

// keepRest notes how far each node is from where the warp puts it. A node that was
// not found agrees with the warp.
func (m *mesh) keepRest() {
	nodes := m.layout.nodes
	m.rest = make([][]point, len(nodes))
	for i := range nodes {
		m.rest[i] = make([]point, len(nodes))
	}
	if len(nodes) < 2 || m.warp.bent {
		return
	}
	index := func(c float64) int {
		for i, n := range nodes {
			if math.Abs(float64(n)+0.5-c) <= 3.1 {
				return i
			}
		}
		return 0
	}
	for _, a := range m.anchors {
		if a.match > 0 {
			m.rest[index(a.v)][index(a.u)] = a.at.sub(m.warp.frame(a.u, a.v).at)
		}
	}
}

// at gives the place of a point of the code in the picture.
func (m *mesh) at(u, v float64) point {
	p := m.warp.frame(u, v).at
	nodes := m.layout.nodes
	if len(nodes) < 2 {
		return p
	}
	i, fv := span(nodes, v)
	j, fu := span(nodes, u)
	top := m.rest[i][j].times(1 - fu).add(m.rest[i][j+1].times(fu))
	low := m.rest[i+1][j].times(1 - fu).add(m.rest[i+1][j+1].times(fu))
	return p.add(top.times(1 - fv)).add(low.times(fv))
}

// span finds the two nodes around a coordinate and how far between them it is; beyond
// the outer nodes it stays at the nearest.
func span(nodes []int, c float64) (int, float64) {
	i := 0
	for i < len(nodes)-2 && c > float64(nodes[i+1])+0.5 {
		i++
	}
	f := (c - float64(nodes[i]) - 0.5) / float64(nodes[i+1]-nodes[i])
	return i, min(max(f, 0), 1)
}

// locate searches a pattern around a place, up to so many modules away, and gives the
// place of the best correlation. Farther away counts a little less, because data can
// look like an alignment pattern too.
func locate(p *plane, pattern [][]float64, around point, f frame, modules float64) (point, float64) {
	const fine = 3 // places tried per module
	n := len(pattern)
	reach := int(math.Ceil(modules * fine))
	side := 2*reach + (n-1)*fine + 1
	du, dv := f.du.times(1.0/fine), f.dv.times(1.0/fine)
	patch := make([]float64, side*side)
	first := around.sub(du.times(float64(side / 2))).sub(dv.times(float64(side / 2)))
	for y := range side {
		for x := range side {
			patch[y*side+x] = p.at(first.add(du.times(float64(x))).add(dv.times(float64(y))))
		}
	}
	match := func(sx, sy int) float64 { return correlate(patch, side, pattern, sx, sy, fine) }
	bx, by, best, value := reach, reach, 0.0, math.Inf(-1)
	for sy := range 2*reach + 1 {
		for sx := range 2*reach + 1 {
			c := match(sx, sy)
			away := math.Hypot(float64(sx-reach), float64(sy-reach)) / fine
			if c-0.04*away > value {
				bx, by, best, value = sx, sy, c, c-0.04*away
			}
		}
	}
	fx, fy := float64(bx-reach), float64(by-reach)
	if bx > 0 && bx < 2*reach && by > 0 && by < 2*reach {
		fx += peak(match(bx-1, by), best, match(bx+1, by))
		fy += peak(match(bx, by-1), best, match(bx, by+1))
	}
	return around.add(du.times(fx)).add(dv.times(fy)), best
}

// peak is where the parabola through three neighbours has its top, from -0.5 to 0.5.
func peak(before, at, after float64) float64 {
	curve := before - 2*at + after
	if curve >= -1e-9 {
		return 0
	}
	return min(max((before-after)/(2*curve), -0.5), 0.5)
}

// correlate is the normalized correlation of a pattern, dark as 1, with a patch.
func correlate(patch []float64, side int, pattern [][]float64, sx, sy, fine int) float64 {
	var n, sum, squares, ideal, idealSquares, product float64
	for y, row := range pattern {
		line := patch[(sy+y*fine)*side+sx:]
		for x, want := range row {
			v := -line[x*fine]
			n++
			sum += v
			squares += v * v
			ideal += want
			idealSquares += want * want
			product += v * want
		}
	}
	spread := squares - sum*sum/n
	if spread < n*4 {
		return 0 // a plain area, whatever the noise looks like
	}
	return (product - sum*ideal/n) / math.Sqrt(spread*(idealSquares-ideal*ideal/n))
}
