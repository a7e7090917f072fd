package page

import "golang.org/x/image/vector"

// A point of an outline in units of the font. Points off the curve are control
// points of quadratic Bézier curves.
type point struct {
	x, y float64
	on   bool
}

// A contour is a closed line of points.
type contour []point

const (
	maxDepth  = 6      // of glyphs that are made of glyphs
	maxPoints = 20_000 // of one glyph
)

// Flags of a point and of a component, as table glyf has them.
const (
	onCurve     = 0x01
	xShort      = 0x02
	yShort      = 0x04
	repeated    = 0x08
	xSame       = 0x10
	ySame       = 0x20
	argsAreWide = 0x0001
	argsAreXY   = 0x0002
	hasScale    = 0x0008
	hasMore     = 0x0020
	hasScales   = 0x0040
	hasMatrix   = 0x0080
)

// outline returns the contours of a glyph. What is damaged is left out.
func (f *font) outline(id uint16) []contour {
	budget := maxPoints
	return f.contours(id, maxDepth, &budget)
}

func (f *font) contours(id uint16, depth int, budget *int) []contour {
	data := f.outlineData(id)
	if data == nil || depth == 0 {
		return nil
	}
	if n := i16(data, 0); n >= 0 {
		return simple(data[10:], n, budget)
	}
	var all []contour
	for _, c := range readComponents(data[10:]) {
		for _, contour := range f.contours(c.id, depth-1, budget) {
			for i := range contour {
				contour[i] = c.place(contour[i])
			}
			all = append(all, contour)
		}
	}
	return all
}

// simple reads the points of a glyph that has n contours of its own.
func simple(data []byte, n int, budget *int) []contour {
	if n == 0 || len(data) < 2*n+2 {
		return nil
	}
	total := int(u16(data, 2*n-2)) + 1
	skip := 2*n + 2 + int(u16(data, 2*n))
	if *budget -= total; *budget < 0 || skip > len(data) {
		return nil
	}
	points := readPoints(data[skip:], total)
	if points == nil {
		return nil
	}
	contours := make([]contour, 0, n)
	from := 0
	for i := range n {
		to := int(u16(data, 2*i)) + 1
		if to <= from || to > total {
			return nil
		}
		contours = append(contours, points[from:to])
		from = to
	}
	return contours
}

// readPoints reads the flags, then all x, then all y.
func readPoints(data []byte, n int) []point {
	flags := make([]byte, 0, n)
	at := 0
	for len(flags) < n {
		if at+1 >= len(data) {
			return nil
		}
		flag := data[at]
		at++
		times := 1
		if flag&repeated != 0 {
			times += int(data[at])
			at++
		}
		for ; times > 0 && len(flags) < n; times-- {
			flags = append(flags, flag)
		}
	}
	points := make([]point, n)
	at, ok := steps(data, at, flags, xShort, xSame, func(i, v int) { points[i].x = float64(v) })
	if ok {
		_, ok = steps(data, at, flags, yShort, ySame, func(i, v int) { points[i].y = float64(v) })
	}
	if !ok {
		return nil
	}
	for i, flag := range flags {
		points[i].on = flag&onCurve != 0
	}
	return points
}

// steps reads one coordinate of all points, each as the way from the one
// before, and returns the place behind.
func steps(data []byte, at int, flags []byte, short, same byte, set func(i, v int)) (int, bool) {
	v := 0
	for i, flag := range flags {
		switch {
		case flag&short != 0:
			if at >= len(data) {
				return 0, false
			}
			step := int(data[at])
			if flag&same == 0 {
				step = -step
			}
			v += step
			at++
		case flag&same == 0:
			if at+2 > len(data) {
				return 0, false
			}
			v += i16(data, at)
			at += 2
		}
		set(i, v)
	}
	return at, true
}

// A component is a glyph inside another, and how it is placed there.
type component struct {
	id             uint16
	at             int // where its number stands, from the first component
	dx, dy         float64
	xx, xy, yx, yy float64
}

func (c *component) place(p point) point {
	return point{p.x*c.xx + p.y*c.yx + c.dx, p.x*c.xy + p.y*c.yy + c.dy, p.on}
}

// readComponents reads the components of a glyph that is made of glyphs. Those
// that are placed by matching points, which our fonts do not have, stand where
// they are.
func readComponents(data []byte) []component {
	var all []component
	for at := 0; at+4 <= len(data); {
		flags := u16(data, at)
		c := component{id: u16(data, at+2), at: at + 2, xx: 1, yy: 1}
		at += 4
		size := componentSize(flags)
		if at+size > len(data) {
			break
		}
		c.read(data[at:at+size], flags)
		all = append(all, c)
		at += size
		if flags&hasMore == 0 {
			break
		}
	}
	return all
}

func componentSize(flags uint16) int {
	size := 2
	if flags&argsAreWide != 0 {
		size = 4
	}
	switch {
	case flags&hasScale != 0:
		size += 2
	case flags&hasScales != 0:
		size += 4
	case flags&hasMatrix != 0:
		size += 8
	}
	return size
}

func (c *component) read(data []byte, flags uint16) {
	wide := flags&argsAreWide != 0
	if flags&argsAreXY != 0 {
		if wide {
			c.dx, c.dy = float64(i16(data, 0)), float64(i16(data, 2))
		} else {
			c.dx, c.dy = float64(int8(data[0])), float64(int8(data[1]))
		}
	}
	if wide {
		data = data[4:]
	} else {
		data = data[2:]
	}
	part := func(i int) float64 { return float64(i16(data, 2*i)) / (1 << 14) }
	switch {
	case flags&hasScale != 0:
		c.xx, c.yy = part(0), part(0)
	case flags&hasScales != 0:
		c.xx, c.yy = part(0), part(1)
	case flags&hasMatrix != 0:
		c.xx, c.xy, c.yx, c.yy = part(0), part(1), part(2), part(3)
	}
}

// trace draws a contour whose points were scaled. Between two control points
// that follow each other lies a point of the curve.
func (c contour) trace(p *vector.Rasterizer, scale func(point) (x, y float32)) {
	if len(c) < 2 {
		return
	}
	middle := func(a, b point) point { return point{(a.x + b.x) / 2, (a.y + b.y) / 2, true} }
	start, rest := c[0], c[1:]
	switch last := c[len(c)-1]; {
	case start.on:
	case last.on:
		start, rest = last, c[:len(c)-1]
	default:
		start, rest = middle(start, last), c
	}
	p.MoveTo(scale(start))
	var control *point
	curve := func(to point) {
		bx, by := scale(*control)
		cx, cy := scale(to)
		p.QuadTo(bx, by, cx, cy)
	}
	for i := range rest {
		q := rest[i]
		switch {
		case q.on && control == nil:
			p.LineTo(scale(q))
		case q.on:
			curve(q)
			control = nil
		default:
			if control != nil {
				curve(middle(*control, q))
			}
			control = &rest[i]
		}
	}
	if control != nil {
		curve(start)
	}
	p.ClosePath()
}
