package picture

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/vector"
)

// Resolutions in pixels to the inch.
const (
	pageDPI = 200.0 // of pages that are drawn
	coarse  = 50.0  // below which a picture is not what a page is about
)

// A box is a part of the page, in pixels.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) cut(o box) box {
	return box{max(b.x0, o.x0), max(b.y0, o.y0), min(b.x1, o.x1), min(b.y1, o.y1)}
}

func (b box) area() float64 { return max(0, b.x1-b.x0) * max(0, b.y1-b.y0) }

// pixels is the smallest rectangle of whole pixels around the box.
func (b box) pixels() image.Rectangle {
	if !(b.x1 > b.x0 && b.y1 > b.y0) {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(b.x0)), int(math.Floor(b.y0)), int(math.Ceil(b.x1)), int(math.Ceil(b.y1)))
}

// A path is lines and curves in pixels. A point with a step of 'c' is followed by
// two more.
type path struct {
	steps        []byte // m, l, c, h
	points       [][2]float64
	userX, userY float64 // where the pen is before the matrix, for the operator v
}

func (p *path) clear() { p.steps, p.points = p.steps[:0], p.points[:0] }

func (p *path) add(step byte, x, y float64) {
	p.steps = append(p.steps, step)
	p.point(x, y)
}

// point keeps within what the rasterizer's numbers can tell apart.
func (p *path) point(x, y float64) {
	const far = 1e5
	p.points = append(p.points, [2]float64{max(-far, min(x, far)), max(-far, min(y, far))})
}

func (p *path) move(x, y float64) { p.add('m', x, y) }

func (p *path) line(x, y float64) {
	if len(p.points) == 0 {
		p.move(x, y)
		return
	}
	p.add('l', x, y)
}

func (p *path) curve(m matrix, x1, y1, x2, y2, x3, y3 float64) {
	if len(p.points) == 0 {
		p.move(m.apply(x1, y1))
	}
	x, y := m.apply(x1, y1)
	p.add('c', x, y)
	p.point(m.apply(x2, y2))
	p.point(m.apply(x3, y3))
}

func (p *path) close() { p.steps = append(p.steps, 'h') }

func (p *path) bounds() box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, pt := range p.points {
		b = box{min(b.x0, pt[0]), min(b.y0, pt[1]), max(b.x1, pt[0]), max(b.y1, pt[1])}
	}
	return b
}

// length is how far the pen goes, in pixels: that is what the rasterizer's work
// grows with, whether it is on the page or not.
func (p *path) length() int {
	sum := 0.0
	for i := 1; i < len(p.points); i++ {
		a, b := p.points[i-1], p.points[i]
		sum += math.Abs(b[0]-a[0]) + math.Abs(b[1]-a[1]) + 1
	}
	return int(min(sum, 1e12))
}

// outline makes each straight piece of a path a bar of so many pixels. Curves
// are cut short to their ends: they are drawn for ornament.
func (p *path) outline(width float64) (out path) {
	var from, start [2]float64
	piece := func(to [2]float64) {
		dx, dy := to[0]-from[0], to[1]-from[1]
		if length := math.Hypot(dx, dy); length > 0 {
			nx, ny := -dy/length*width/2, dx/length*width/2
			out.move(from[0]+nx, from[1]+ny)
			out.line(to[0]+nx, to[1]+ny)
			out.line(to[0]-nx, to[1]-ny)
			out.line(from[0]-nx, from[1]-ny)
			out.close()
		}
		from = to
	}
	i := 0
	for _, step := range p.steps {
		switch step {
		case 'm':
			from, start = p.points[i], p.points[i]
			i++
		case 'l':
			piece(p.points[i])
			i++
		case 'c':
			piece(p.points[i+2])
			i += 3
		case 'h':
			piece(start)
		}
	}
	return out
}

// A canvas is a page that is being drawn.
type canvas struct {
	f      *pdfFile
	img    *image.Gray
	raster vector.Rasterizer
	mask   []byte
}

// draw draws a page. Pictures that fill it come out as fine as they are.
func (f *pdfFile) draw(p pdfPage) (img *image.Gray, err error) {
	defer func() {
		if v := recover(); v != nil {
			img, err = nil, &DamagedError{PDF, fmt.Errorf("a page that cannot be drawn: %v", v)}
		}
	}()
	f.perPage(func() { img, err = f.drawn(p) })
	return img, err
}

func (f *pdfFile) drawn(p pdfPage) (*image.Gray, error) {
	content := f.content(p)
	scale := f.scale(p, content)
	base, w, h := p.base(scale)
	c := &canvas{f: f, img: image.NewGray(image.Rect(0, 0, w, h))}
	whiten(c.img.Pix)
	d := f.drawing(base, w, h)
	d.fill, d.image = c.fill, c.image
	d.run(content, p.resources, 0)
	if d.err != nil {
		return nil, d.err
	}
	return c.img, nil
}

func (f *pdfFile) drawing(base matrix, w, h int) *pdfDrawing {
	return &pdfDrawing{f: f, left: mostTokens, state: pdfState{
		ctm: base, width: 1, fillSpace: greySpace, strokeSpace: greySpace, clip: box{0, 0, float64(w), float64(h)},
	}}
}

// base maps points of the page to pixels of it as it is to be looked at.
func (p pdfPage) base(scale float64) (m matrix, w, h int) {
	b, s := p.box, scale
	across, down := (b[2]-b[0])*s, (b[3]-b[1])*s
	switch p.turn {
	case 1:
		m = matrix{0, s, s, 0, -b[1] * s, -b[0] * s}
	case 2:
		m = matrix{-s, 0, 0, s, b[2] * s, -b[1] * s}
	case 3:
		m = matrix{0, -s, -s, 0, b[3] * s, b[2] * s}
	default:
		m = matrix{s, 0, 0, -s, -b[0] * s, b[3] * s}
	}
	if p.turn%2 == 1 {
		across, down = down, across
	}
	return m, max(1, int(math.Round(across))), max(1, int(math.Round(down)))
}

// scale finds how many pixels a point of the page is to have: as many as a
// picture has that covers half of it, else enough for what is drawn and for the
// finest picture that is more than a spot.
func (f *pdfFile) scale(p pdfPage, content []byte) float64 {
	points := (p.box[2] - p.box[0]) * (p.box[3] - p.box[1])
	finest, whole := 0.0, 0.0
	_, w, h := p.base(1)
	base, _, _ := p.base(1)
	d := f.drawing(base, w, h)
	d.fill = func(*path, box, byte) {}
	d.image = func(im pdfImage, _ [2]any, ctm matrix, _ box, _ byte) error {
		density := math.Sqrt(float64(im.w) * float64(im.h) / max(ctm.area(), 1e-6))
		if ctm.area() > points/200 {
			finest = max(finest, density)
		}
		if ctm.area() > points/2 {
			whole = max(whole, density)
		}
		return nil
	}
	d.run(content, p.resources, 0)
	scale := max(finest, pageDPI/72)
	if whole > coarse/72 {
		scale = whole
	}
	return min(scale, math.Sqrt(float64(f.most.page)/points))
}

// fill paints what is inside a path.
func (c *canvas) fill(p *path, clip box, grey byte) {
	b := p.bounds().cut(clip)
	r := b.pixels().Intersect(c.img.Rect)
	if r.Empty() || !c.pay(r) || !c.f.pay(p.length()) {
		return
	}
	w, h := r.Dx(), r.Dy()
	c.raster.Reset(w, h)
	c.trace(p, float64(r.Min.X), float64(r.Min.Y))
	if len(c.mask) < w*h {
		c.mask = make([]byte, w*h)
	}
	mask := &image.Alpha{Pix: c.mask[:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	clear(mask.Pix)
	c.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	for y := range h {
		row := c.img.Pix[c.img.PixOffset(r.Min.X, r.Min.Y+y):]
		for x, a := range mask.Pix[y*w:][:w] {
			if a != 0 {
				row[x] = mixed(row[x], grey, a)
			}
		}
	}
}

func mixed(under, over, alpha byte) byte {
	return byte((uint32(under)*(255-uint32(alpha)) + uint32(over)*uint32(alpha) + 127) / 255)
}

// pay takes the work of painting a rectangle off what the page may cost.
func (c *canvas) pay(r image.Rectangle) bool { return c.f.pay(r.Dx()*r.Dy() + 50) }

func (c *canvas) trace(p *path, x0, y0 float64) {
	at := func(i int) (x, y float32) {
		return float32(p.points[i][0] - x0), float32(p.points[i][1] - y0)
	}
	i, open := 0, false
	for _, step := range p.steps {
		switch step {
		case 'm':
			if open {
				c.raster.ClosePath()
			}
			c.raster.MoveTo(at(i))
			i, open = i+1, true
		case 'l':
			c.raster.LineTo(at(i))
			i++
		case 'c':
			x1, y1 := at(i)
			x2, y2 := at(i + 1)
			x3, y3 := at(i + 2)
			c.raster.CubeTo(x1, y1, x2, y2, x3, y3)
			i += 3
		case 'h':
			c.raster.ClosePath()
		}
	}
	if open {
		c.raster.ClosePath()
	}
}

// image paints a picture where the matrix puts the unit square.
func (c *canvas) image(im pdfImage, masks [2]any, ctm matrix, clip box, grey byte) error {
	corner := func(x, y float64) [2]float64 { a, b := ctm.apply(x, y); return [2]float64{a, b} }
	square := path{points: [][2]float64{corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)}}
	r := square.bounds().cut(clip).pixels().Intersect(c.img.Rect)
	if r.Empty() || ctm.area() < 1e-3 {
		return nil
	}
	if !c.pay(r) {
		return &DamagedError{PDF, errTooMuch}
	}
	colour, err := c.fitted(im, ctm)
	if err != nil {
		return err
	}
	layer := painted{colour: colour, ctm: ctm, grey: grey, stencil: im.stencil}
	if !im.stencil {
		layer.alpha = c.alpha(masks, ctm)
	}
	layer.onto(c.img, r)
	return nil
}

// fitted unpacks a picture no larger than it is going to be on the page.
func (c *canvas) fitted(im pdfImage, ctm matrix) (*image.Gray, error) {
	s, err := c.f.scan(im)
	if err != nil {
		return nil, err
	}
	w, h := s.w, s.h
	if across := math.Hypot(ctm.a, ctm.b); float64(w) > 1.2*across {
		w = max(1, int(math.Round(across)))
	}
	if down := math.Hypot(ctm.c, ctm.d); float64(h) > 1.2*down {
		h = max(1, int(math.Round(down)))
	}
	return &image.Gray{Pix: s.averaged(w, h), Stride: w, Rect: image.Rect(0, 0, w, h)}, nil
}

// alpha is how opaque a picture is, from another picture; nil if it is all over.
// Of a mask that is a stencil the white parts hide.
func (c *canvas) alpha(masks [2]any, ctm matrix) *image.Gray {
	for i, v := range masks {
		s, ok := v.(pdfStream)
		if !ok {
			continue
		}
		im, err := c.f.image(s, nil)
		if err != nil {
			continue
		}
		alpha, err := c.fitted(im, ctm)
		if err != nil {
			continue
		}
		if i == 1 {
			for at := range alpha.Pix {
				alpha.Pix[at] = 255 - alpha.Pix[at]
			}
		}
		return alpha
	}
	return nil
}

// painted is a picture on its way onto a page.
type painted struct {
	colour  *image.Gray
	alpha   *image.Gray
	ctm     matrix
	grey    byte // of the ink, for a stencil
	stencil bool
}

func (p painted) onto(dst *image.Gray, r image.Rectangle) {
	m := p.ctm
	det := m.a*m.d - m.b*m.c
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := dst.Pix[y*dst.Stride:]
		for x := r.Min.X; x < r.Max.X; x++ {
			px, py := float64(x)+0.5-m.e, float64(y)+0.5-m.f
			u, v := (px*m.d-py*m.c)/det, 1-(py*m.a-px*m.b)/det
			if u < 0 || v < 0 || u >= 1 || v >= 1 {
				continue
			}
			grey, alpha := between(p.colour, u, v), byte(255)
			switch {
			case p.stencil:
				grey, alpha = p.grey, 255-grey
			case p.alpha != nil:
				alpha = between(p.alpha, u, v)
			}
			row[x] = mixed(row[x], grey, alpha)
		}
	}
}

// between is the picture at a place from 0 to 1, mixed from the four pixels
// around it.
func between(img *image.Gray, u, v float64) byte {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x, y := u*float64(w)-0.5, v*float64(h)-0.5
	fx, fy := math.Floor(x), math.Floor(y)
	x0, y0 := int(fx), int(fy)
	ax, ay := int((x-fx)*256+0.5), int((y-fy)*256+0.5)
	x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
	x0, y0 = max(x0, 0), max(y0, 0)
	top, bottom := img.Pix[y0*img.Stride:], img.Pix[y1*img.Stride:]
	upper := int(top[x0])*(256-ax) + int(top[x1])*ax
	lower := int(bottom[x0])*(256-ax) + int(bottom[x1])*ax
	return byte((upper*(256-ay) + lower*ay + 1<<15) >> 16)
}
