package scan

import (
	"math"
	"slices"
)

// defaultPitch is how far apart the codes of a backup page are, in modules: a code
// and a gutter of four.
const defaultPitch = 101.0

// neighbours looks for unread codes beside those that were read, until there are no
// more: a code whose finder patterns are smeared still lies where the page's grid says.
func (r *reader) neighbours() {
	asked := 0
	for asked < len(r.sights) {
		pitch := r.pitch()
		from, to := asked, len(r.sights)
		asked = to
		var looked []sight
		for _, step := range [][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			batch := make([]sight, to-from)
			each(to-from, func(i int) {
				batch[i] = r.beside(&r.sights[from+i], step[0]*pitch, step[1]*pitch)
			})
			looked = append(looked, batch...)
		}
		r.note(slices.DeleteFunc(looked, func(s sight) bool { return s.mesh == nil }))
	}
}

// pitch is the distance of neighbouring codes that were read, in modules.
func (r *reader) pitch() float64 {
	var all []float64
	for i := range r.sights {
		s := &r.sights[i]
		f := s.middle()
		area := f.du.cross(f.dv)
		for j := range r.sights {
			d := r.sights[j].middle().at.sub(f.at)
			u, v := math.Abs(d.cross(f.dv)/area), math.Abs(f.du.cross(d)/area)
			if long := max(u, v); min(u, v) < 15 && long > 97 && long < 115 {
				all = append(all, long)
			}
		}
	}
	if len(all) < 4 {
		return defaultPitch
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// beside looks where a code should be that is so many modules away from a read one.
// It gives no mesh if there is nothing new to be seen.
func (r *reader) beside(s *sight, right, down float64) sight {
	size := float64(s.mesh.layout.size)
	if r.taken(s.beyond(size/2+right, size/2+down).at, s.module*size*0.4) {
		return sight{}
	}
	p := r.planes[0]
	places := [3]point{{3.5, 3.5}, {size - 3.5, 3.5}, {3.5, size - 3.5}}
	order := []int{0, 1, 2}
	slices.SortFunc(order, func(a, b int) int {
		return int(s.mesh.outside(places[a], right, down) - s.mesh.outside(places[b], right, down))
	})
	var at [3]point
	var found, inside, clear int
	var shift point
	for _, i := range order {
		f := s.beyond(places[i].x+right, places[i].y+down)
		window := 2.5 + s.mesh.outside(places[i], right, down)/20
		place, match := locate(p, finderPattern, f.at.add(shift), f, window)
		at[i] = f.at.add(shift)
		if p.holds(at[i], s.module*3) {
			inside++
			if match > 0.6 {
				at[i], shift = place, place.sub(f.at)
				found++
				if match > 0.8 {
					clear++
				}
			}
		}
	}
	if found < 2 || inside < 3 {
		if clear > 0 && inside < 3 {
			return sight{mesh: s.mesh, cut: true}
		}
		return sight{}
	}
	section := s.module * 7
	t := triple{corner: finder{at: at[0], section: section}, right: finder{at: at[1], section: section}, below: finder{at: at[2], section: section}}
	return r.look(&t, s.mesh.layout)
}

// outside is how far beyond the code's edge a place of its neighbour is, in modules.
func (m *mesh) outside(place point, right, down float64) float64 {
	size := float64(m.layout.size)
	u, v := place.x+right, place.y+down
	return max(-u, u-size, 0) + max(-v, v-size, 0)
}

// beyond continues the code's modules over its edge in a straight line.
func (s *sight) beyond(u, v float64) frame {
	size := float64(s.mesh.layout.size)
	eu, ev := min(max(u, 0), size), min(max(v, 0), size)
	f := s.mesh.warp.frame(eu, ev)
	f.at = s.mesh.at(eu, ev).add(f.du.times(u - eu)).add(f.dv.times(v - ev))
	return f
}

// taken tells whether the middle of a read code is that near.
func (r *reader) taken(at point, near float64) bool {
	for i := range r.sights {
		if r.sights[i].middle().at.distance(at) < near {
			return true
		}
	}
	return false
}
