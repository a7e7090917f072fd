package scan

import (
	"math"
	"slices"
)

// A finder is a place that looks like a finder pattern: dark and light in the
// ratio 1:1:3:1:1 across its centre, in whichever direction one crosses it.
type finder struct {
	at      point
	section float64 // how long the seven modules are along a row and a column, mean
	seen    int     // rows that met it
}

// maxFinders bounds the work on pictures that are all pattern.
const maxFinders = 1500

// findFinders looks along the rows of a plane and checks each find along its column.
func findFinders(p *plane, t *thresholds) []finder {
	const bands = 16
	found := make([][]finder, bands)
	each(bands, func(i int) {
		var edges []float64
		for y := i * p.h / bands; y < (i+1)*p.h/bands; y++ {
			edges = rowEdges(p, t, y, edges[:0])
			for k := 0; k+5 < len(edges); k += 2 {
				if f, ok := checkFinder(p, t, edges[k:k+6], y); ok {
					found[i] = append(found[i], f)
				}
			}
		}
	})
	return merge(slices.Concat(found...))
}

// rowEdges lists where a row turns dark, light, dark …, to fractions of a pixel.
func rowEdges(p *plane, t *thresholds, y int, edges []float64) []float64 {
	row := p.pix[y*p.w : (y+1)*p.w]
	levels := t.level[y/tile*t.across:]
	dark := false
	before := 255
	for x, v := range row {
		over := int(v) - int(levels[x/tile])
		if (over < 0) != dark {
			edges = append(edges, edge(x, before, over))
			dark = !dark
		}
		before = over
	}
	if dark {
		edges = append(edges, float64(p.w))
	}
	return edges
}

// edge is the place between two pixels at which the brightness crosses the threshold.
func edge(x, before, over int) float64 {
	if x == 0 || before == over {
		return float64(x)
	}
	share := float64(before) / float64(before-over)
	return float64(x-1) + min(max(share, 0), 1)
}

// likeFinder tells whether the five runs between six edges are 1:1:3:1:1, with
// room for blur, which eats the narrow ones, and for ink that spread.
func likeFinder(e []float64) (section float64, ok bool) {
	section = e[5] - e[0]
	m := section / 7
	if m < 1 {
		return section, false
	}
	slack := 0.55*m + 0.25
	for i, want := range [5]float64{1, 1, 3, 1, 1} {
		run := e[i+1] - e[i]
		if want == 3 {
			if math.Abs(run-3*m) > 2*slack {
				return section, false
			}
		} else if math.Abs(run-m) > slack {
			return section, false
		}
	}
	// what lies on either side of the middle is alike
	return section, math.Abs((e[5]-e[3])-(e[2]-e[0])) < 2.2*m
}

func checkFinder(p *plane, t *thresholds, e []float64, y int) (finder, bool) {
	across, ok := likeFinder(e)
	if !ok {
		return finder{}, false
	}
	x := (e[2] + e[3]) / 2
	column, ok := crossEdges(p, t, int(x+0.5), y, 0, 1, across)
	if !ok {
		return finder{}, false
	}
	down, ok := likeFinder(column[:])
	if !ok || down > 1.7*across || across > 1.7*down {
		return finder{}, false
	}
	middle := (column[2] + column[3]) / 2
	row, ok := crossEdges(p, t, int(x+0.5), int(middle+0.5), 1, 0, across)
	if !ok {
		return finder{}, false
	}
	if across, ok = likeFinder(row[:]); !ok {
		return finder{}, false
	}
	return finder{at: point{(row[2] + row[3]) / 2, middle}, section: (across + down) / 2, seen: 1}, true
}

// crossEdges finds the three edges to either side of a dark pixel along a column or
// a row, no farther away than the section seen so far allows.
func crossEdges(p *plane, t *thresholds, x, y, dx, dy int, section float64) (e [6]float64, ok bool) {
	reach := int(section*0.9) + 2
	for side := -1; side <= 1; side += 2 {
		cx, cy, dark, edges := x, y, true, 0
		if cx < 0 || cy < 0 || cx >= p.w || cy >= p.h {
			return e, false
		}
		before := int(p.pix[cy*p.w+cx]) - int(t.at(cx, cy))
		if before >= 0 {
			return e, false
		}
		for step := 1; edges < 3; step++ {
			cx, cy = x+side*step*dx, y+side*step*dy
			over := 255
			inside := cx >= 0 && cy >= 0 && cx < p.w && cy < p.h
			if inside {
				over = int(p.pix[cy*p.w+cx]) - int(t.at(cx, cy))
			} else if !dark {
				return e, false
			}
			if (over < 0) != dark {
				share := min(max(float64(before)/float64(before-over), 0), 1)
				place := float64(x*dx+y*dy) + float64(side)*(float64(step-1)+share)
				if side < 0 {
					e[2-edges] = place
				} else {
					e[3+edges] = place
				}
				edges++
				dark = !dark
			}
			if step > reach {
				return e, false
			}
			before = over
		}
	}
	return e, true
}

// merge makes one finder of those that several rows met at the same place.
func merge(found []finder) []finder {
	cells := map[[2]int][]int{}
	var merged []finder
	for _, f := range found {
		const cell = 16
		cx, cy := int(f.at.x)/cell, int(f.at.y)/cell
		near := -1
		for y := cy - 1; y <= cy+1 && near < 0; y++ {
			for x := cx - 1; x <= cx+1 && near < 0; x++ {
				for _, i := range cells[[2]int{x, y}] {
					if merged[i].at.distance(f.at) < min(merged[i].section, f.section)/4 {
						near = i
						break
					}
				}
			}
		}
		if near < 0 {
			cells[[2]int{cx, cy}] = append(cells[[2]int{cx, cy}], len(merged))
			merged = append(merged, f)
			continue
		}
		m := &merged[near]
		n := float64(m.seen)
		m.at = m.at.times(n).add(f.at).times(1 / (n + 1))
		m.section = (m.section*n + f.section) / (n + 1)
		m.seen++
	}
	slices.SortStableFunc(merged, func(a, b finder) int { return b.seen - a.seen })
	return merged[:min(len(merged), maxFinders)]
}
