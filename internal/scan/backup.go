package scan

import (
	"cmp"
	"image"
	"math"
	"slices"
)

// backupLayout is version 20, in which all codes of a paper backup are.
var backupLayout = layout{size: 97, nodes: []int{6, 34, 62, 90}}

// A sight is one code that was seen: where, and what it says if it was read.
type sight struct {
	mesh    *mesh // in pixels of the picture that is sampled
	text    string
	read    bool
	quality float64 // how well its alignment patterns were found, from 0 to 1
	module  float64 // pixels
	cut     bool    // part of it is outside of the picture
}

// middle is the frame of the code's middle.
func (s *sight) middle() frame {
	return s.mesh.warp.frame(float64(s.mesh.layout.size)/2, float64(s.mesh.layout.size)/2)
}

// A reader collects what is seen in one picture.
type reader struct {
	planes []*plane // the picture, half of it, a quarter …
	sights []sight  // read codes do not overlap one another
	lost   []sight  // seen and not read
	cut    int      // codes that run over the edge
}

// Backup reads the codes of a paper backup, QR version 20, in a picture of one or
// more of its pages or of a part of one, any way round.
func Backup(img *image.Gray) Result {
	if img == nil || img.Rect.Empty() {
		return Result{Trouble: NoCodes}
	}
	r := newReader(img)
	for i, level := range r.order() {
		r.search(level)
		r.neighbours()
		if i > 0 && len(r.sights) > 0 && len(r.lost) == 0 {
			break
		}
	}
	if len(r.sights) == 0 {
		r.read(r.likely(r.findersIn(r.modest().sharper())))
		r.neighbours()
	}
	res := r.result(img.Rect.Min)
	res.Trouble = r.trouble()
	return res
}

// newReader prepares the picture in halves down to where no code could be read.
func newReader(img *image.Gray) *reader {
	p := newPlane(img)
	r := &reader{planes: []*plane{p}}
	for min(p.w, p.h) >= 500 && len(r.planes) < 5 {
		p = p.half()
		r.planes = append(r.planes, p)
	}
	return r
}

// order says at which sizes finders are searched first: where the picture is large,
// half of it has less noise and is done sooner.
func (r *reader) order() []int {
	order := []int{}
	for i := range r.planes {
		order = append(order, i)
	}
	if p := r.planes[0]; len(order) > 1 && p.w*p.h > 5<<20 {
		order[0], order[1] = 1, 0
	}
	return order
}

// modest is the picture at the largest size in which noise does not outweigh what
// sharpening shows.
func (r *reader) modest() *plane {
	for _, p := range r.planes {
		if p.w*p.h < 5<<20 {
			return p
		}
	}
	return r.planes[len(r.planes)-1]
}

// search reads the codes whose finders show at one size.
func (r *reader) search(level int) {
	r.read(r.likely(r.finders(level)))
}

// finders finds them at one size, in pixels of the largest plane.
func (r *reader) finders(level int) []finder {
	return r.findersIn(r.planes[level])
}

func (r *reader) findersIn(p *plane) []finder {
	found := findFinders(p, newThresholds(p, 2))
	for i := range found {
		found[i].at = r.toFirst(p, found[i].at)
		found[i].section *= p.scale / r.planes[0].scale
	}
	return found
}

// toFirst gives the place in the largest plane of a place in another.
func (r *reader) toFirst(p *plane, at point) point {
	return r.planes[0].inner(p.outer(at))
}

// A triple is tried if its timing patterns match so well; noise reaches 0.85, and
// hardly ever 0.9. A code was seen if its alignment patterns match so well.
const (
	timingWanted  = 0.85
	qualityWanted = 0.8
)

// likely keeps the triples with timing patterns, best first.
func (r *reader) likely(found []finder) []triple {
	size := backupLayout.size
	found = slices.DeleteFunc(found, func(f finder) bool { return r.explained(f.at) })
	triples := groups(found, size)
	each(len(triples), func(i int) {
		triples[i].timing = timingMatch(r.planes[0], &triples[i], size)
	})
	triples = slices.DeleteFunc(triples, func(t triple) bool { return t.timing < timingWanted })
	slices.SortStableFunc(triples, func(a, b triple) int { return cmp.Compare(b.timing, a.timing) })
	return triples
}

// explained tells whether a place lies in a code that was read.
func (r *reader) explained(at point) bool {
	for i := range r.sights {
		s := &r.sights[i]
		f := s.middle()
		area := f.du.cross(f.dv)
		d := at.sub(f.at)
		reach := float64(s.mesh.layout.size)/2 + 1
		if math.Abs(d.cross(f.dv)/area) < reach && math.Abs(f.du.cross(d)/area) < reach {
			return true
		}
	}
	return false
}

// read tries the triples, some at a time: those whose finders belong to a code that
// was read meanwhile need not be tried.
func (r *reader) read(triples []triple) {
	const some = 16
	for len(triples) > 0 {
		n := min(len(triples), some)
		batch := make([]sight, n)
		each(n, func(i int) { batch[i] = r.look(&triples[i], backupLayout) })
		r.note(batch)
		triples = slices.DeleteFunc(triples[n:], func(t triple) bool {
			return r.explained(t.corner.at) || r.explained(t.right.at) || r.explained(t.below.at)
		})
	}
}

// note keeps one sight for each place.
func (r *reader) note(sights []sight) {
	for _, s := range sights {
		if s.read {
			r.keep(s)
		}
	}
	for _, s := range sights {
		if s.cut {
			r.cut++
		} else if !s.read && s.quality > qualityWanted {
			r.miss(s)
		}
	}
}

// look samples one code by its finders and reads it.
func (r *reader) look(t *triple, l layout) sight {
	s := sight{module: t.module(l.size - 7)}
	p := r.planes[0]
	for _, smaller := range r.planes[1:] {
		// more than six pixels a module only cost time and keep noise
		if s.module*r.planes[0].scale/smaller.scale < 3 {
			break
		}
		p = smaller
	}
	local := triple{corner: r.shrink(p, t.corner), right: r.shrink(p, t.right), below: r.shrink(p, t.below)}
	m, quality := newMesh(p, &local, l)
	s.quality = quality
	if quality > 0.65 || len(l.nodes) < 3 {
		s.text, s.read = m.sample(p).text()
	}
	s.mesh = m.grown(r, p)
	return s
}

// shrink gives a finder as it is in a smaller plane.
func (r *reader) shrink(p *plane, f finder) finder {
	f.at = p.inner(r.planes[0].outer(f.at))
	f.section *= r.planes[0].scale / p.scale
	return f
}

// grown gives the mesh in pixels of the largest plane.
func (m *mesh) grown(r *reader, p *plane) *mesh {
	if p == r.planes[0] {
		return m
	}
	g := &mesh{layout: m.layout, anchors: slices.Clone(m.anchors)}
	for i := range g.anchors {
		g.anchors[i].at = r.toFirst(p, g.anchors[i].at)
	}
	g.fit(-1)
	g.keepRest()
	return g
}

// keep adds a read code if none was read at its place.
func (r *reader) keep(s sight) {
	for i := range r.sights {
		if r.sights[i].overlaps(&s) {
			return
		}
	}
	r.sights = append(r.sights, s)
	r.lost = slices.DeleteFunc(r.lost, func(l sight) bool { return s.overlaps(&l) })
}

// miss notes a code that was not read unless there is a known one at its place.
func (r *reader) miss(s sight) {
	for i := range r.sights {
		if r.sights[i].overlaps(&s) {
			return
		}
	}
	for i := range r.lost {
		if r.lost[i].overlaps(&s) {
			return
		}
	}
	r.lost = append(r.lost, s)
}

// overlaps tells whether the middles of two codes are nearer than codes can be.
func (s *sight) overlaps(o *sight) bool {
	near := 0.8 * float64(s.mesh.layout.size) * max(s.module, o.module)
	return s.middle().at.distance(o.middle().at) < near
}

// result lists the codes as they stand in the picture.
func (r *reader) result(origin image.Point) Result {
	res := Result{Unread: len(r.lost)}
	for i := range r.sights {
		res.Codes = append(res.Codes, r.code(&r.sights[i], origin))
	}
	slices.SortStableFunc(res.Codes, func(a, b Code) int {
		return cmp.Or(cmp.Compare(a.Corners[0].Y, b.Corners[0].Y), cmp.Compare(a.Corners[0].X, b.Corners[0].X))
	})
	return res
}

func (r *reader) code(s *sight, origin image.Point) Code {
	c := Code{Text: s.text}
	n := float64(s.mesh.layout.size)
	for i, q := range [4]point{{0, 0}, {n, 0}, {n, n}, {0, n}} {
		at := r.planes[0].outer(s.mesh.at(q.x, q.y))
		c.Corners[i] = image.Pt(int(at.x+0.5), int(at.y+0.5)).Add(origin)
	}
	return c
}
