package paper

import (
	"io"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// A Format is the paper a sheet is set on, and its type.
type Format struct {
	Size  page.Size
	Large bool // two fifths larger, for weak eyes: the same content on more pages
}

// PDF writes the sheet as a PDF file. The same sheet gives the same bytes.
func PDF(w io.Writer, d *Doc, f Format) error { return Set(d, f).PDF(w) }

// Set lays the sheet out on pages. It never fails: what is too long goes on on
// the next page, and what has no glyph is drawn as a mark, see Missing.
func Set(d *Doc, f Format) *page.Book {
	s, list := arranged(d, f)
	book := &page.Book{Title: d.Title, Lang: d.Lang.String(), Made: d.Made}
	for n, run := range list {
		p := page.New(s.f.Size)
		s.head(p, n+1, len(list))
		s.body(p, s.topOf(n+1), run)
		s.foot(p)
		book.Pages = append(book.Pages, p)
	}
	return book
}

// arranged cuts a sheet into pages. Rather than begin one more page for its end,
// it leaves out ruled lines for notes, but the first.
func arranged(d *Doc, f Format) (*setter, []run) {
	s := newSetter(d, f)
	s.blocks()
	list := s.paginate()
	if len(list) == 1 || len(d.Blocks) > manyBlocks {
		return s, list
	}
	for spare := 1; spare < mostRuled(d); spare++ {
		tight := newSetter(d, f)
		tight.spare = spare
		tight.blocks()
		if fewer := tight.paginate(); len(fewer) < len(list) {
			return tight, fewer
		}
	}
	return s, list
}

// manyBlocks is how long a sheet may be for its pages to be counted again: of a
// long one, a page more is no matter.
const manyBlocks = 400

// mostRuled is the most lines that are ruled for notes in one place.
func mostRuled(d *Doc) int {
	most := 0
	for _, block := range d.Blocks {
		if b, ok := block.(Room); ok {
			most = max(most, b.Lines)
		}
	}
	return most
}

// Sizes of type in points, before a Large sheet makes them larger.
const (
	titleSize = 21
	laterSize = 14 // of the title on the second page and the following
	partSize  = 15 // of a heading
	groupSize = 14 // of the groups of a long key
	bodySize  = 10.5
	valueSize = 11 // of a value in prose
	exactSize = 12.5
	labelSize = 9.5
	smallSize = 8.5
	tinySize  = 7.5
)

// Greys. None is lighter than a bad printer or a fax keeps, but the ground of a
// box, which may be lost.
const (
	black  = 0
	dark   = 0.25
	grey   = 0.4
	hair   = 0.45
	ground = 0.93
	white  = 1
)

// White space in points. The margins are wider than the 5 mm that printers
// cannot reach, so that a page survives the hole punch.
const (
	sideMargin = 18 * page.MM
	edgeMargin = 15 * page.MM
	rowPad     = 5
	labelGap   = 10 // between a label and its value
	footGap    = 12
	markSide   = 40 // of the code at the head of a page
)

// A setter lays out one Doc.
type setter struct {
	d      *Doc
	f      Format
	k      float64 // by what sizes of type are multiplied
	left   float64
	right  float64
	value  float64 // where values begin
	top    float64 // where the blocks of the first page begin
	later  float64 // where those of the other pages begin
	bottom float64 // and where they end
	title  headLines
	feet   []string
	pieces []piece
	under  *section
	first  int  // how many blocks must still stay with the heading
	rowed  bool // the last piece is a row with a hairline below it
	spare  int  // how many ruled lines each room does without
}

func newSetter(d *Doc, f Format) *setter {
	if f.Size.W <= 0 || f.Size.H <= 0 {
		f.Size = page.A4
	}
	s := &setter{d: d, f: f, k: 1, left: sideMargin, right: f.Size.W - sideMargin}
	if f.Large {
		s.k = 1.4
		s.left, s.right = edgeMargin, f.Size.W-edgeMargin
	}
	s.value = s.left + s.labelRoom()
	s.title = s.headLines()
	s.top, s.later = s.headEnd(1)+9*s.k, s.headEnd(2)+9*s.k
	s.bottom = f.Size.H - edgeMargin
	if d.Foot != "" {
		s.feet = wrapped(page.Text, s.titleSize(smallSize), s.width(), d.Foot, mostFoot)
		s.bottom -= float64(len(s.feet))*s.footLead() + footGap
	}
	return s
}

// blocks turns the blocks into pieces.
func (s *setter) blocks() {
	for _, block := range s.d.Blocks {
		s.block(block)
	}
}

// Widths of the column of labels, as parts of the line.
const (
	leastLabels = 0.235
	mostLabels  = 0.3
)

// labelRoom is the width of the column of labels: as wide as the widest label
// that would have to be broken for a little.
func (s *setter) labelRoom() float64 {
	widest := leastLabels * s.width()
	for _, block := range s.d.Blocks {
		if b, ok := block.(Field); ok {
			if w := page.Width(page.Bold, s.size(labelSize), b.Label) + labelGap*s.k; w <= mostLabels*s.width() {
				widest = max(widest, w)
			}
		}
	}
	return widest
}

func (s *setter) say(pair lang.Text, args ...any) string { return pair.Sprintf(s.d.Lang, args...) }

// size is a size of type on this sheet.
func (s *setter) size(points float64) float64 { return points * s.k }

// lead is the distance of two lines of a size. Japanese, without ascenders and
// descenders, needs more of it.
func (s *setter) lead(points float64) float64 {
	switch {
	case s.d.Lang != lang.JA:
		return points * s.k * 1.42
	case s.f.Large:
		return points * s.k * 1.5 // large type needs less
	}
	return points * s.k * 1.6
}

// width is the room between the margins.
func (s *setter) width() float64 { return s.right - s.left }

// topOf is where the blocks of page n begin.
func (s *setter) topOf(n int) float64 {
	if n == 1 {
		return s.top
	}
	return s.later
}

// third is the height from which on a block may be split.
func (s *setter) third() float64 { return (s.bottom - s.top) / 3 }

// baseline is where text of a size stands in a strip of a height, so that
// capitals and kanji are in its middle.
func baseline(height, size float64) float64 { return height/2 + 0.37*size }

// fair breaks text as page.Wrap does, but leaves no single character or two on
// the last line of a paragraph if a little less width prevents that.
func fair(f page.Face, size, width float64, text string) []string {
	var all []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines := page.Wrap(f, size, width, paragraph)
		if n := len(lines); n > 1 && page.Width(f, size, lines[n-1]) < 2.5*size {
			if other := page.Wrap(f, size, width-2*size, paragraph); len(other) == n {
				lines = other
			}
		}
		all = append(all, lines...)
	}
	return all
}

// wrapped breaks a text into at most n lines; what is cut ends in "…".
func wrapped(f page.Face, size, width float64, text string, n int) []string {
	lines := fair(f, size, width, text)
	if len(lines) <= n {
		return lines
	}
	last := page.Wrap(f, size, width-page.Width(f, size, "…"), lines[n-1])[0]
	return append(lines[:n-1:n-1], last+"…")
}
