// Package page draws on paper: it measures and breaks text of any language the
// fonts have, collects what stands on a page, and writes the same page as PDF
// or as pixels. What is drawn, extracts: a reader of the PDF finds each
// character as it was typed.
//
// Lengths are in points, 1/72 inch. The origin is the upper left corner of the
// page, y grows downwards, and text stands on the y of its baseline.
package page

import (
	"math"
	"time"
)

// MM is a millimetre in points.
const MM = 72 / 25.4

// A Size is how large a sheet is, upright, in points.
type Size struct{ W, H float64 }

// The sheets that printers have.
var (
	A4     = Size{210 * MM, 297 * MM}
	Letter = Size{8.5 * 72, 11 * 72}
)

// A Page collects what is drawn on one side of a sheet, in order. What is not
// a number is drawn nowhere.
type Page struct {
	Size  Size
	marks []mark
}

// New returns an empty page.
func New(s Size) *Page { return &Page{Size: s} }

// A Kind is what sort of mark is on the page.
type Kind string

// The kinds of marks.
const (
	KindText    Kind = "text"
	KindLine    Kind = "line"
	KindFill    Kind = "fill"
	KindFrame   Kind = "frame"
	KindModules Kind = "modules"
	KindJPEG    Kind = "jpeg"
)

// A Mark is one thing on the page and the rectangle that its ink is in. A text
// without ink, such as a space, has no width.
type Mark struct {
	Kind       Kind
	X, Y, W, H float64
	Text       string // of a text, as typed
}

// A mark is one thing that was drawn. Which fields count depends on the kind.
type mark struct {
	kind       Kind
	x, y, w, h float64
	width      float64 // of a stroke; of a module
	gray       float64
	face       Face
	size       float64
	text       string
	runs       []run
	picture    *picture
}

// A run is modules in a row, in modules from the corner of the code.
type run struct{ col, row, n int }

// A Book is the pages of one document.
type Book struct {
	Title string
	Lang  string // of the text, as in BCP 47: "en", "ja"
	Made  time.Time
	Pages []*Page
}

func (p *Page) add(m mark) {
	for _, v := range []float64{m.x, m.y, m.w, m.h, m.width, m.gray, m.size} {
		if math.IsNaN(v) || math.Abs(v) > 1e6 {
			return
		}
	}
	m.gray = min(max(m.gray, 0), 1)
	p.marks = append(p.marks, m)
}

// Text writes a text on one line, its baseline at y. Newlines and other control
// characters are not drawn, a tab is a space.
func (p *Page) Text(x, y float64, f Face, size float64, gray float64, s string) {
	if s != "" && size > 0 {
		p.add(mark{kind: KindText, x: x, y: y, face: f, size: size, gray: gray, text: s})
	}
}

// Line draws a straight line of a width between two points, ended squarely at
// each.
func (p *Page) Line(x1, y1, x2, y2, width, gray float64) {
	p.add(mark{kind: KindLine, x: x1, y: y1, w: x2 - x1, h: y2 - y1, width: width, gray: gray})
}

// Fill fills a rectangle.
func (p *Page) Fill(x, y, w, h, gray float64) {
	p.add(mark{kind: KindFill, x: x, y: y, w: w, h: h, gray: gray})
}

// Frame draws the edge of a rectangle, with all of its width inside it.
func (p *Page) Frame(x, y, w, h, width, gray float64) {
	p.add(mark{kind: KindFrame, x: x, y: y, w: w, h: h, width: width, gray: gray})
}

// Modules draws the dark modules of a QR code of n by n modules as one path in
// black. The quiet zone around it is the caller's.
func (p *Page) Modules(x, y, module float64, n int, dark func(col, row int) bool) {
	m := mark{kind: KindModules, x: x, y: y, w: float64(n) * module, h: float64(n) * module, width: module}
	for row := range n {
		for col := 0; col < n; col++ {
			from := col
			for col < n && dark(col, row) {
				col++
			}
			if col > from {
				m.runs = append(m.runs, run{from, row, col - from})
			}
		}
	}
	p.add(m)
}

// Marks returns what is on the page in the order it was drawn.
func (p *Page) Marks() []Mark {
	marks := make([]Mark, len(p.marks))
	for i := range p.marks {
		marks[i] = p.marks[i].ink()
	}
	return marks
}

// ink is the rectangle that the mark's ink is in.
func (m *mark) ink() Mark {
	k := Mark{Kind: m.kind, X: m.x, Y: m.y, W: m.w, H: m.h, Text: m.text}
	switch m.kind {
	case KindText:
		k.X, k.Y, k.W, k.H = m.textInk()
	case KindLine:
		length := math.Hypot(m.w, m.h)
		if length == 0 {
			break
		}
		dx, dy := m.width/2*math.Abs(m.h)/length, m.width/2*math.Abs(m.w)/length
		k.X, k.W = min(m.x, m.x+m.w)-dx, math.Abs(m.w)+2*dx
		k.Y, k.H = min(m.y, m.y+m.h)-dy, math.Abs(m.h)+2*dy
	}
	return k
}

// textInk is the rectangle around the outlines of a text.
func (m *mark) textInk() (x, y, w, h float64) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	m.glyphs(func(g *glyph, gx float64) {
		box := g.box()
		if box[0] >= box[2] {
			return
		}
		scale := m.size / float64(g.font.units)
		left, right = min(left, gx+float64(box[0])*scale), max(right, gx+float64(box[2])*scale)
		top, bottom = min(top, m.y-float64(box[3])*scale), max(bottom, m.y-float64(box[1])*scale)
	})
	if left > right {
		return m.x, m.y, 0, 0
	}
	return left, top, right - left, bottom - top
}

// glyphs calls f for every glyph of a text with the place of its origin on the
// line.
func (m *mark) glyphs(f func(g *glyph, x float64)) {
	x := m.x
	glyphs := shape(m.face, m.text)
	for i := range glyphs {
		f(&glyphs[i], x)
		x += glyphs[i].advance * m.size
	}
}
