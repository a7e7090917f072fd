package scan

import "math"

// A warp maps module coordinates to the picture: a polynomial of second degree for
// paper that bends, or a perspective where only four points are known.
type warp struct {
	middle float64
	c      [6]point
	bent   bool // perspective instead of the polynomial
	h      [8]float64
}

func (w *warp) frame(u, v float64) frame {
	if w.bent {
		return w.perspectiveFrame(u, v)
	}
	s, t := u/w.middle-1, v/w.middle-1
	at := w.c[0].add(w.c[1].times(s)).add(w.c[2].times(t)).add(w.c[3].times(s * t)).add(w.c[4].times(s * s)).add(w.c[5].times(t * t))
	du := w.c[1].add(w.c[3].times(t)).add(w.c[4].times(2 * s)).times(1 / w.middle)
	dv := w.c[2].add(w.c[3].times(s)).add(w.c[5].times(2 * t)).times(1 / w.middle)
	return frame{at: at, du: du, dv: dv}
}

func (w *warp) perspectiveFrame(u, v float64) frame {
	place := func(u, v float64) point {
		d := w.h[6]*u + w.h[7]*v + 1
		if math.Abs(d) < 1e-9 {
			d = 1e-9
		}
		return point{(w.h[0]*u + w.h[1]*v + w.h[2]) / d, (w.h[3]*u + w.h[4]*v + w.h[5]) / d}
	}
	at := place(u, v)
	return frame{at: at, du: place(u+1, v).sub(at), dv: place(u, v+1).sub(at)}
}

// perspective gives the projective map through the four anchors that were found, or
// the warp as it is if they lie in a line.
func (m *mesh) perspective() warp {
	var a [8][9]float64
	row := 0
	for _, q := range m.anchors {
		if q.match == 0 || row == 8 {
			continue
		}
		a[row] = [9]float64{q.u, q.v, 1, 0, 0, 0, -q.u * q.at.x, -q.v * q.at.x, q.at.x}
		a[row+1] = [9]float64{0, 0, 0, q.u, q.v, 1, -q.u * q.at.y, -q.v * q.at.y, q.at.y}
		row += 2
	}
	rows := make([][]float64, 8)
	for i := range rows {
		rows[i] = a[i][:]
	}
	if !eliminate(rows, 8) {
		return m.warp
	}
	w := warp{middle: m.warp.middle, bent: true}
	for i := range w.h {
		w.h[i] = rows[i][8]
	}
	return w
}

// normal collects the normal equations of a least squares fit of places.
type normal struct {
	a    [6][6]float64
	x, y [6]float64
}

func (n *normal) add(weight float64, terms []float64, at point) {
	for i, s := range terms {
		for j, t := range terms {
			n.a[i][j] += weight * s * t
		}
		n.x[i] += weight * s * at.x
		n.y[i] += weight * s * at.y
	}
}

// solve gives the coefficients of the first so many terms, false if the places do
// not determine them.
func (n *normal) solve(terms int) ([]point, bool) {
	rows := make([][]float64, terms)
	for i := range rows {
		rows[i] = append(append([]float64{}, n.a[i][:terms]...), n.x[i], n.y[i])
	}
	if !eliminate(rows, terms) {
		return make([]point, terms), false
	}
	c := make([]point, terms)
	for i := range c {
		c[i] = point{rows[i][terms], rows[i][terms+1]}
	}
	return c, true
}

// eliminate solves linear equations in place (Gauss and Jordan, with row pivots).
func eliminate(rows [][]float64, n int) bool {
	for i := range n {
		best := i
		for j := i + 1; j < n; j++ {
			if math.Abs(rows[j][i]) > math.Abs(rows[best][i]) {
				best = j
			}
		}
		rows[i], rows[best] = rows[best], rows[i]
		if math.Abs(rows[i][i]) < 1e-12 {
			return false
		}
		for j := range rows {
			if j == i {
				continue
			}
			f := rows[j][i] / rows[i][i]
			for k := i; k < len(rows[i]); k++ {
				rows[j][k] -= f * rows[i][k]
			}
		}
		d := rows[i][i]
		for k := range rows[i] {
			rows[i][k] /= d
		}
	}
	return true
}
