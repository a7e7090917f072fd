package page

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// maxPixels bounds what Raster makes: A4 at 800 dpi.
const maxPixels = 64_000_000

// Raster returns the page as pixels, 0 black and 255 white, with smooth edges.
// It has 1 to 1200 dots an inch; a page that would have more than 64 million
// pixels has fewer dots an inch than asked for.
func (p *Page) Raster(dpi float64) *image.Gray {
	if !(dpi >= 1) {
		dpi = 1
	}
	dpi = min(dpi, 1200)
	area := max(p.Size.W, 1) * max(p.Size.H, 1) / (72 * 72)
	if area*dpi*dpi > maxPixels {
		dpi = math.Sqrt(maxPixels / area)
	}
	scale := dpi / 72
	w, h := int(math.Round(p.Size.W*scale)), int(math.Round(p.Size.H*scale))
	c := &canvas{image: image.NewGray(image.Rect(0, 0, max(w, 1), max(h, 1))), scale: scale}
	for i := range c.image.Pix {
		c.image.Pix[i] = 255
	}
	for i := range p.marks {
		c.draw(&p.marks[i])
	}
	return c.image
}

// A canvas is a page that is being drawn as pixels.
type canvas struct {
	image *image.Gray
	scale float64 // pixels a point
	path  vector.Rasterizer
	mask  image.Alpha
}

func (c *canvas) draw(m *mark) {
	switch m.kind {
	case KindText:
		m.glyphs(func(g *glyph, x float64) { c.glyph(g, x, m) })
	case KindLine:
		c.line(m)
	case KindFill:
		c.fill(m.gray, [4]float64{m.x, m.y, m.w, m.h})
	case KindFrame:
		t := min(m.width, m.w/2, m.h/2)
		c.fill(m.gray, [4]float64{m.x, m.y, m.w, t}, [4]float64{m.x, m.y + m.h - t, m.w, t},
			[4]float64{m.x, m.y + t, t, m.h - 2*t}, [4]float64{m.x + m.w - t, m.y + t, t, m.h - 2*t})
	case KindModules:
		rects := make([][4]float64, len(m.runs))
		for i, r := range m.runs {
			rects[i] = [4]float64{m.x + float64(r.col)*m.width, m.y + float64(r.row)*m.width, float64(r.n) * m.width, m.width}
		}
		c.fill(0, rects...)
	case KindJPEG:
		c.picture(m)
	}
}

// begin makes room for a path between two corners in points. It reports false
// where nothing of it is on the page.
func (c *canvas) begin(left, top, right, bottom float64) (box image.Rectangle, ok bool) {
	box = image.Rect(floor(left*c.scale), floor(top*c.scale), floor(right*c.scale)+2, floor(bottom*c.scale)+2)
	box = box.Intersect(c.image.Rect)
	if box.Empty() {
		return box, false
	}
	c.path.Reset(box.Dx(), box.Dy())
	return box, true
}

func floor(v float64) int { return int(math.Floor(v)) }

// end paints the path.
func (c *canvas) end(box image.Rectangle, gray float64) {
	n := box.Dx() * box.Dy()
	if cap(c.mask.Pix) < n {
		c.mask.Pix = make([]byte, n)
	}
	c.mask.Pix, c.mask.Stride, c.mask.Rect = c.mask.Pix[:n], box.Dx(), image.Rect(0, 0, box.Dx(), box.Dy())
	c.path.DrawOp = draw.Src
	c.path.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
	ink := int(math.Round(gray * 255))
	for y := range box.Dy() {
		row := c.image.Pix[c.image.PixOffset(box.Min.X, box.Min.Y+y):]
		for x, a := range c.mask.Pix[y*box.Dx() : (y+1)*box.Dx()] {
			if a != 0 {
				row[x] = uint8((int(row[x])*(255-int(a)) + ink*int(a) + 127) / 255)
			}
		}
	}
}

// glyph paints all parts of a glyph of a text at once, so that no edge of one
// shows inside another.
func (c *canvas) glyph(g *glyph, x float64, m *mark) {
	b := g.box()
	em := m.size / float64(g.font.units)
	box, ok := c.begin(x+float64(b[0])*em, m.y-float64(b[3])*em, x+float64(b[2])*em, m.y-float64(b[1])*em)
	if !ok || b[0] >= b[2] {
		return
	}
	for _, o := range g.parts() {
		place := func(p point) (float32, float32) {
			return float32((x+(p.x+float64(o.x))*em)*c.scale - float64(box.Min.X)),
				float32((m.y-(p.y+float64(o.y))*em)*c.scale - float64(box.Min.Y))
		}
		for _, contour := range g.font.outline(o.id) {
			contour.trace(&c.path, place)
		}
	}
	c.end(box, m.gray)
}

// fill paints rectangles that do not overlap, each x, y, width and height.
func (c *canvas) fill(gray float64, rects ...[4]float64) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, r := range rects {
		left, right = min(left, r[0]), max(right, r[0]+r[2])
		top, bottom = min(top, r[1]), max(bottom, r[1]+r[3])
	}
	if left > right {
		return
	}
	box, ok := c.begin(left, top, right, bottom)
	if !ok {
		return
	}
	for _, r := range rects {
		c.polygon(box, [4][2]float64{{r[0], r[1]}, {r[0] + r[2], r[1]}, {r[0] + r[2], r[1] + r[3]}, {r[0], r[1] + r[3]}})
	}
	c.end(box, gray)
}

func (c *canvas) polygon(box image.Rectangle, corners [4][2]float64) {
	for i, p := range corners {
		x, y := float32(p[0]*c.scale-float64(box.Min.X)), float32(p[1]*c.scale-float64(box.Min.Y))
		if i == 0 {
			c.path.MoveTo(x, y)
		} else {
			c.path.LineTo(x, y)
		}
	}
	c.path.ClosePath()
}

func (c *canvas) line(m *mark) {
	length := math.Hypot(m.w, m.h)
	ink := m.ink()
	box, ok := c.begin(ink.X, ink.Y, ink.X+ink.W, ink.Y+ink.H)
	if length == 0 || !ok {
		return
	}
	dx, dy := -m.h/length*m.width/2, m.w/length*m.width/2
	c.polygon(box, [4][2]float64{{m.x + dx, m.y + dy}, {m.x + m.w + dx, m.y + m.h + dy},
		{m.x + m.w - dx, m.y + m.h - dy}, {m.x - dx, m.y - dy}})
	c.end(box, m.gray)
}

// picture draws a photograph. One that cannot be decoded, though its header
// could be read, is a gray field.
func (c *canvas) picture(m *mark) {
	to := image.Rect(round(m.x*c.scale), round(m.y*c.scale), round((m.x+m.w)*c.scale), round((m.y+m.h)*c.scale))
	from, err := jpeg.Decode(bytes.NewReader(m.picture.data))
	if err != nil {
		draw.Draw(c.image, to, image.NewUniform(color.Gray{Y: 192}), image.Point{}, draw.Src)
		return
	}
	near := shrunk(from, to.Dx(), to.Dy())
	draw.ApproxBiLinear.Scale(c.image, to, near, near.Rect, draw.Src, nil)
}

func round(v float64) int { return int(math.Round(v)) }

// shrunk returns a picture in gray, each pixel the mean of as many as can be
// without going below a size.
func shrunk(from image.Image, w, h int) *image.Gray {
	b := from.Bounds()
	n := max(1, min(b.Dx()/max(w, 1), b.Dy()/max(h, 1)))
	to := image.NewGray(image.Rect(0, 0, b.Dx()/n, b.Dy()/n))
	at := lightness(from)
	for y := range to.Rect.Dy() {
		for x := range to.Rect.Dx() {
			sum := 0
			for j := range n {
				for i := range n {
					sum += at(b.Min.X+x*n+i, b.Min.Y+y*n+j)
				}
			}
			to.Pix[y*to.Stride+x] = uint8(sum / (n * n))
		}
	}
	return to
}

// lightness reads pixels, without a conversion where a JPEG picture has the
// lightness as it is.
func lightness(from image.Image) func(x, y int) int {
	switch img := from.(type) {
	case *image.YCbCr:
		return func(x, y int) int { return int(img.Y[img.YOffset(x, y)]) }
	case *image.Gray:
		return func(x, y int) int { return int(img.Pix[img.PixOffset(x, y)]) }
	}
	return func(x, y int) int { return int(color.GrayModel.Convert(from.At(x, y)).(color.Gray).Y) }
}
