package paper

import (
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// A section is what stands below one heading.
type section struct {
	number string
	text   string
}

// A frame is drawn behind the pieces of one box, as far as they are on a page.
type frame struct {
	gray float64 // of the ground; white has none
	line float64 // of the border; 0 has none
}

// A piece is what no page break can part.
type piece struct {
	before float64 // white space above it, but not at the top of a page
	height float64
	glue   bool // no page may end behind it
	void   bool // there is nothing to draw: it is white space
	eject  bool // it is white space, and a new page begins here
	draw   func(p *page.Page, y float64)
	under  *section // nothing in the heading itself
	box    *frame   // the box it is in

	// again is drawn above the piece where it begins a page: what is split says
	// once more what it is.
	again  func(p *page.Page, y float64)
	repeat float64 // the height of again
}

// A run is what stands on one page, from top to bottom.
type run struct {
	part   *section // whose heading is repeated
	pieces []piece
}

// paginate cuts the pieces into pages: at an eject, and where a page is full,
// behind the last piece that is not glued to the next.
func (s *setter) paginate() []run {
	var runs []run
	for rest := skipVoid(s.pieces); len(rest) > 0 || len(runs) == 0; {
		r := run{}
		if len(rest) > 0 {
			r.part = rest[0].under
		}
		n := s.pageEnd(rest, s.topOf(len(runs)+1), r.part)
		r.pieces = rest[:n]
		rest = skipVoid(rest[n:])
		runs = append(runs, r)
	}
	return runs
}

// skipEjects drops what would leave an empty page.
func skipVoid(list []piece) []piece {
	for len(list) > 0 && (list[0].void || list[0].eject) {
		list = list[1:]
	}
	return list
}

// pageEnd returns how many pieces go on a page whose blocks begin at top.
func (s *setter) pageEnd(rest []piece, top float64, again *section) int {
	room := s.bottom - top - s.againHeight(again)
	n, end := 0, 0
	for ; n < len(rest); n++ {
		if rest[n].eject {
			return n
		}
		room -= rest[n].height
		if n == 0 {
			room -= rest[0].repeat
		} else {
			room -= rest[n].before
		}
		if room < 0 && n > 0 {
			break
		}
		if !rest[n].glue {
			end = n + 1
		}
	}
	if n == len(rest) || end == 0 {
		return n
	}
	return end
}

// body draws the pieces of a page from top on.
func (s *setter) body(p *page.Page, top float64, r run) {
	y := top
	if r.part != nil {
		s.drawAgain(p, y, r.part)
		y += s.againHeight(r.part)
	}
	tops := make([]float64, len(r.pieces))
	for i := range r.pieces {
		one := &r.pieces[i]
		if i == 0 {
			y += one.repeat
		} else {
			y += one.before
		}
		tops[i] = y
		y += one.height
	}
	s.boxes(p, r.pieces, tops)
	for i := range r.pieces {
		one := &r.pieces[i]
		if i == 0 && one.again != nil {
			one.again(p, tops[0]-one.repeat)
		}
		if !one.void {
			one.draw(p, tops[i])
		}
	}
}

// boxes draws the grounds and borders behind the pieces.
func (s *setter) boxes(p *page.Page, list []piece, y []float64) {
	for i := 0; i < len(list); i++ {
		box, first := list[i].box, i
		if box == nil {
			continue
		}
		for i+1 < len(list) && list[i+1].box == box {
			i++
		}
		height := y[i] + list[i].height - y[first]
		if box.gray < white {
			p.Fill(s.left, y[first], s.width(), height, box.gray)
		}
		if box.line > 0 {
			p.Frame(s.left, y[first], s.width(), height, box.line, black)
		}
	}
}

// againHeight is the height of the heading of a part where it is repeated.
func (s *setter) againHeight(of *section) float64 {
	if of == nil {
		return 0
	}
	return s.lead(valueSize) + 8*s.k
}

// drawAgain repeats the heading of a part at the top of a page.
func (s *setter) drawAgain(p *page.Page, y float64, of *section) {
	h := s.lead(valueSize)
	base := y + baseline(h, s.size(valueSize))
	x := s.number(p, base, of.number, valueSize)
	text := s.say(lang.T("%s (continued)", "%s（続き）"), of.text)
	lines := fair(page.Bold, s.size(valueSize), s.right-x, text)
	if len(lines) > 1 {
		room := s.right - x - page.Width(page.Bold, s.size(valueSize), s.say(lang.T("… (continued)", "…（続き）")))
		lines = fair(page.Bold, s.size(valueSize), room, of.text)
		lines[0] += s.say(lang.T("… (continued)", "…（続き）"))
	}
	p.Text(x, base, page.Bold, s.size(valueSize), black, lines[0])
	p.Line(s.left, y+h+2, s.right, y+h+2, 1.5, black)
}

// add appends pieces of one block: they stay together as their glue says, and
// with the heading while they are the first below it.
func (s *setter) add(list ...piece) {
	if len(list) == 0 {
		return
	}
	for i := range list {
		list[i].under = s.under
	}
	if s.first > 0 {
		s.first--
		if heights(list) > s.third()/2 {
			s.first = 0 // enough to see what the heading is about
		}
		list[len(list)-1].glue = s.first > 0
	}
	s.pieces = append(s.pieces, list...)
	s.rowed = false
}

func heights(list []piece) (total float64) {
	for i := range list {
		total += list[i].height
	}
	return total
}

// endPart says that what follows belongs to no heading.
func (s *setter) endPart() {
	if n := len(s.pieces); n > 0 {
		s.pieces[n-1].glue = false
	}
	s.keepLast()
	s.under, s.first = nil, 0
}

// keepLast glues the last two short blocks of a part together: none of many is
// alone on a page.
func (s *setter) keepLast() {
	list := s.pieces
	if n := len(list); n > 0 && list[n-1].void {
		list = list[:n-1]
	}
	const few = 5
	n := len(list)
	if n < few || s.under == nil || heights(list[n-2:]) > s.third()/2 {
		return
	}
	for i := n - few; i < n; i++ {
		if list[i].under != s.under || list[i].void || i >= n-2 && list[i].again != nil {
			return
		}
	}
	list[n-2].glue = true
}

// A strip is one line of a block: text, or a row of boxes.
type strip struct {
	height float64
	base   float64 // where its text stands
	draw   func(p *page.Page, y float64)
}

// stack makes one piece of strips below one another.
func stack(strips []strip) piece {
	height := 0.0
	for i := range strips {
		height += strips[i].height
	}
	return piece{height: height, draw: func(p *page.Page, y float64) {
		for i := range strips {
			strips[i].draw(p, y)
			y += strips[i].height
		}
	}}
}

// split makes pieces of strips: one, if they are few, else as many as there are
// strips, but neither the first two nor the last two apart.
func split(strips []strip, whole bool) []piece {
	if n := len(strips); n == 0 {
		return nil
	} else if whole || n < 4 {
		return []piece{stack(strips)}
	}
	n := len(strips)
	list := []piece{stack(strips[:2])}
	for _, one := range strips[2 : n-2] {
		list = append(list, piece{height: one.height, draw: one.draw})
	}
	return append(list, stack(strips[n-2:]))
}

// prose breaks text into strips, and says where the last line ends. A line that
// begins with a bullet hangs below its text.
func (s *setter) prose(x, room, size, gray float64, text string) ([]strip, float64) {
	var strips []strip
	end := x
	for line := range strings.SplitSeq(text, "\n") {
		bullet := 0.0
		for _, mark := range []string{"- ", "• ", "・"} {
			if strings.HasPrefix(line, mark) {
				bullet = page.Width(page.Text, s.size(size), mark)
			}
		}
		lines := fair(page.Text, s.size(size), room, line)
		if len(lines) > 1 && bullet > 0 {
			first := page.Wrap(page.Text, s.size(size), room, line)[0]
			rest := fair(page.Text, s.size(size), room-bullet, line[len(first):])
			strips = append(strips, s.text(x, page.Text, size, gray, []string{first})...)
			strips = append(strips, s.text(x+bullet, page.Text, size, gray, rest)...)
			end = x + bullet + page.Width(page.Text, s.size(size), rest[len(rest)-1])
			continue
		}
		strips = append(strips, s.text(x, page.Text, size, gray, lines)...)
		end = x + page.Width(page.Text, s.size(size), lines[len(lines)-1])
	}
	return strips, end
}

// text makes strips of lines of one size.
func (s *setter) text(x float64, f page.Face, size, gray float64, lines []string) []strip {
	strips := make([]strip, len(lines))
	height := s.lead(size)
	base := baseline(height, s.size(size))
	for i, t := range lines {
		strips[i] = strip{height, base, func(p *page.Page, y float64) { p.Text(x, y+base, f, s.size(size), gray, t) }}
	}
	return strips
}
