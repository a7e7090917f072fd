package scan

import (
	"cmp"
	"image"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// Bounds on the work for [Small]: a sheet has a handful of codes, and what else
// looks like a finder pattern is a letter or part of a picture.
const (
	maxSmallFinders = 300
	maxSmallTriples = 400
	maxPerCorner    = 1000
	maxChecked      = 3000
)

// Small reads the ordinary QR codes of any version in a picture, such as the mark
// of a sheet. Several may be in one picture, any way round. It gives nil if there
// are none.
func Small(img *image.Gray) []Code {
	if img == nil || img.Rect.Empty() {
		return nil
	}
	r := newReader(img)
	for _, level := range r.order() {
		r.searchSmall(r.finders(level))
	}
	r.searchSmall(r.findersIn(r.modest().sharper()))
	return r.result(img.Rect.Min).Codes
}

// searchSmall reads the codes of any size that have these finders.
func (r *reader) searchSmall(found []finder) {
	found = slices.DeleteFunc(found, func(f finder) bool { return r.explained(f.at) })
	triples := r.anyGroups(found[:min(len(found), maxSmallFinders)])
	for i := range triples {
		t := &triples[i]
		if r.explained(t.corner.at) || r.explained(t.right.at) || r.explained(t.below.at) {
			continue
		}
		for _, l := range r.layouts(t) {
			if s := r.look(t, l); s.read {
				r.keep(s)
				break
			}
		}
	}
}

// anyGroups forms the triples that could be codes of any size, likeliest first.
func (r *reader) anyGroups(found []finder) []triple {
	parts := make([][]triple, len(found))
	each(len(found), func(i int) {
		corner := found[i]
		var near []int
		for j, other := range found {
			if apart := modulesApart(corner, other); apart > 11 && apart < 200 {
				near = append(near, j)
			}
		}
		for _, j := range near {
			for _, k := range near {
				apart := (modulesApart(corner, found[j]) + modulesApart(corner, found[k])) / 2
				t, ok := rightAngle(corner, found[j], found[k], apart)
				if ok && t.unlikely < 0.5 {
					parts[i] = append(parts[i], t)
				}
				if len(parts[i]) >= maxPerCorner {
					return
				}
			}
		}
	})
	triples := slices.Concat(parts...)
	slices.SortStableFunc(triples, func(a, b triple) int { return cmp.Compare(a.unlikely, b.unlikely) })
	triples = triples[:min(len(triples), maxChecked)]
	shown := make([]bool, len(triples))
	each(len(triples), func(i int) { shown[i] = r.showsFinders(&triples[i]) })
	var kept []triple
	for i, t := range triples {
		if shown[i] && len(kept) < maxSmallTriples {
			kept = append(kept, t)
		}
	}
	return kept
}

// modulesApart is the distance of two finders in modules by their own sizes, 0 if
// those differ too much for one code.
func modulesApart(a, b finder) float64 {
	if ratio := a.section / b.section; ratio > 1.4 || ratio < 1/1.4 {
		return 0
	}
	d := b.at.sub(a.at)
	length := d.length()
	if length < 1 {
		return 0
	}
	upright := max(math.Abs(d.x), math.Abs(d.y)) / length
	return length / ((a.section + b.section) / 14 * upright)
}

// showsFinders tells whether all three look like finder patterns that are turned
// the way the triple is.
func (r *reader) showsFinders(t *triple) bool {
	d := t.right.at.sub(t.corner.at)
	du := d.times(1 / modulesApart(t.corner, t.right))
	d = t.below.at.sub(t.corner.at)
	dv := d.times(1 / modulesApart(t.corner, t.below))
	for _, f := range [3]finder{t.corner, t.right, t.below} {
		if _, match := locate(r.planes[0], finderPattern, f.at, frame{f.at, du, dv}, 0.34); match < 0.7 {
			return false
		}
	}
	return true
}

// layouts are those of the versions a triple may have: the size that the finders'
// distance says, one below and one above. Versions from 7 on must show their timing
// patterns; in smaller ones these are too short to tell.
func (r *reader) layouts(t *triple) []layout {
	apart := (modulesApart(t.corner, t.right) + modulesApart(t.corner, t.below)) / 2
	version := int(math.Round((apart + 7 - 17) / 4))
	var list []layout
	for _, v := range [3]int{version, version - 1, version + 1} {
		if v < 1 || v > 40 {
			continue
		}
		about, err := decoder.Version_GetVersionForNumber(v)
		if err != nil {
			continue
		}
		l := layout{size: 17 + 4*v, nodes: about.GetAlignmentPatternCenters()}
		if v < 7 || timingMatch(r.planes[0], t, l.size) > 0.8 {
			list = append(list, l)
		}
	}
	return list
}
