package paper

import (
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// codes are set in as many columns as fit, three at most: more are hard to
// follow with a finger.
func (s *setter) codes(b Codes) {
	widest := 0.0
	for i := range b.List {
		widest = max(widest, s.codeWidth(&b.List[i]))
	}
	gap := 16 * s.k
	if widest > s.valueRoom() {
		s.row(b.Label, s.longCodeStrips(b.List))
		return
	}
	across := min(3, max(1, int((s.valueRoom()+gap)/(widest+gap))))
	each := (s.valueRoom() + gap) / float64(across)
	height := s.lead(exactSize) * 1.15
	var strips []strip
	for cells := range slices.Chunk(b.List, across) {
		strips = append(strips, strip{height, baseline(height, s.size(exactSize)), func(p *page.Page, y float64) {
			for i := range cells {
				s.drawCode(p, s.value+float64(i)*each, y, height, &cells[i])
			}
		}})
	}
	s.row(b.Label, strips)
}

// The parts of a code's cell, in points.
func (s *setter) codeIndent() float64 { return 17 * s.k }

func (s *setter) codeWidth(c *Code) float64 {
	width := s.codeIndent() + page.Width(page.Mono, s.size(exactSize), c.Code)
	if c.Check != "" {
		width += 5*s.k + page.Width(page.Mono, s.size(labelSize), c.Check)
	}
	if c.Used != "" {
		width += 6*s.k + page.Width(page.Text, s.size(smallSize), c.Used)
	}
	return width
}

// drawCode draws a code with its box, its check letters, and struck out with
// the day once it is used up.
func (s *setter) drawCode(p *page.Page, x, y, height float64, c *Code) {
	base := y + baseline(height, s.size(exactSize))
	s.box(p, x, y+height/2, c.Used != "")
	x += s.codeIndent()
	width := page.Width(page.Mono, s.size(exactSize), c.Code)
	ink := float64(black)
	if c.Used != "" {
		ink = grey
	}
	p.Text(x, base, page.Mono, s.size(exactSize), ink, c.Code)
	if c.Used != "" {
		p.Line(x-1.5, y+height/2, x+width+1.5, y+height/2, 1, black)
	}
	x += width
	if c.Check != "" {
		x += 5 * s.k
		p.Text(x, base, page.Mono, s.size(labelSize), grey, c.Check)
		x += page.Width(page.Mono, s.size(labelSize), c.Check)
	}
	if c.Used != "" {
		p.Text(x+6*s.k, base, page.Text, s.size(smallSize), dark, c.Used)
	}
}

// longCodeStrips are codes wider than a line, below one another.
func (s *setter) longCodeStrips(list []Code) []strip {
	x := s.value + s.codeIndent()
	var strips []strip
	for i := range list {
		c := &list[i]
		lines := page.WrapExact(page.Mono, s.size(exactSize), s.right-x, c.Code)
		f := Field{Struck: c.Used != ""}
		rows := s.codeLines(f, x, lines)
		if rest := strings.TrimSpace(c.Check + " " + c.Used); rest != "" {
			more := page.WrapExact(page.Mono, s.size(labelSize), s.right-x, rest)
			rows = append(rows, s.text(x, page.Mono, labelSize, grey, more)...)
		}
		height := rows[0].height
		s.before(&rows[0], func(p *page.Page, y float64) { s.box(p, s.value, y+height/2, c.Used != "") })
		strips = append(strips, rows...)
	}
	return strips
}

// codeLines are the lines of one long code.
func (s *setter) codeLines(f Field, x float64, lines []string) []strip {
	ink := float64(black)
	if f.Struck {
		ink = grey
	}
	strips := s.text(x, page.Mono, exactSize, ink, lines)
	if f.Struck {
		s.strike(strips, x, page.Mono, exactSize, lines)
	}
	return strips
}

// groups are the numbered parts of one long key, in large type.
func (s *setter) groups(b Groups) {
	if len(b.List) == 0 {
		return
	}
	size, small := s.size(groupSize), s.size(smallSize)
	number := page.Width(page.Mono, small, strconv.Itoa(len(b.List))) + 6*s.k
	widest := 0.0
	for _, g := range b.List {
		widest = max(widest, page.Width(page.Mono, size, g))
	}
	if number+widest > s.width() {
		s.longGroups(b, number)
		return
	}
	gap := 10 * s.k
	across := max(1, int((s.width()+gap)/(number+widest+gap)))
	if rows := (len(b.List) + across - 1) / across; rows > 1 {
		across = (len(b.List) + rows - 1) / rows
	}
	each := (s.width() + gap) / float64(across)
	n := 0
	var list []piece
	for cells := range slices.Chunk(b.List, across) {
		first := n
		n += len(cells)
		height := s.lead(groupSize) * 1.3
		list = append(list, piece{height: height, glue: true, draw: func(p *page.Page, y float64) {
			base := y + baseline(height, size)
			for i, g := range cells {
				x := s.left + float64(i)*each
				p.Text(x, base, page.Mono, small, grey, strconv.Itoa(first+i+1))
				p.Text(x+number, base, page.Mono, size, black, g)
			}
			p.Line(s.left, y+height, s.right, y+height, 0.5, hair)
		}})
	}
	list[0].before = 6 * s.k
	s.add(list...)
}

// longGroups are wider than a line, and stand below one another.
func (s *setter) longGroups(b Groups, number float64) {
	for i, g := range b.List {
		lines := page.WrapExact(page.Mono, s.size(groupSize), s.width()-number, g)
		strips := s.text(s.left+number, page.Mono, groupSize, black, lines)
		base := strips[0].base
		s.before(&strips[0], func(p *page.Page, y float64) {
			p.Text(s.left, y+base, page.Mono, s.size(smallSize), grey, strconv.Itoa(i+1))
		})
		s.flow(strips, 6*s.k)
	}
}

// legend shows the characters that are taken for one another, on a grey ground.
func (s *setter) legend(b Legend) {
	s.endPart()
	inner := 10 * s.k
	x, room := s.left+inner, s.width()-2*inner
	strips := s.text(x, page.Bold, labelSize, black, fair(page.Bold, s.size(labelSize), room, b.Title))
	strips = append(strips, s.glyphRows(b.Alike, x, room)...)
	for _, note := range b.Notes {
		strips = append(strips, s.text(x, page.Text, smallSize, dark, fair(page.Text, s.size(smallSize), room, note))...)
	}
	s.boxed(strips, &frame{gray: ground})
}

// glyphRows are rows of characters with their names below, a wider gap between
// two sets.
func (s *setter) glyphRows(sets [][]Glyph, x, room float64) []strip {
	size, small := s.size(partSize), s.size(tinySize)
	type cell struct {
		Glyph
		x float64
	}
	var rows [][]cell
	at := room + 1
	for _, set := range sets {
		width := 0.0
		for _, g := range set {
			width += s.glyphWidth(g)
		}
		if at > 0 && at+width > room {
			rows = append(rows, nil)
			at = 0
		}
		for _, g := range set {
			row := &rows[len(rows)-1]
			*row = append(*row, cell{g, x + at})
			at += s.glyphWidth(g)
		}
		at += 12 * s.k
	}
	var strips []strip
	for _, row := range rows {
		upper, lower := s.lead(partSize), s.lead(tinySize)
		strips = append(strips, strip{upper + lower + 4*s.k, 0, func(p *page.Page, y float64) {
			for _, c := range row {
				p.Text(c.x, y+baseline(upper, size), page.Mono, size, black, c.Char)
				p.Text(c.x, y+upper+baseline(lower, small), page.Text, small, dark, c.Name)
			}
		}})
	}
	return strips
}

func (s *setter) glyphWidth(g Glyph) float64 {
	return max(page.Width(page.Mono, s.size(partSize), g.Char), page.Width(page.Text, s.size(tinySize), g.Name)) + 9*s.k
}

// A shown code is no larger than it need be to be read from a hand's distance.
const (
	codeModule = 0.6 * page.MM
	leastCode  = 72
	mostCode   = 170
)

// qr sets a code beside what is said about it.
func (s *setter) qr(b QR) {
	code := codeOf(b.Text)
	if code == nil {
		s.field(Field{Label: b.Label, Value: b.Text, Style: Exact, Note: b.Note})
		return
	}
	side := min(max(float64(code.Size)*codeModule, leastCode), mostCode)
	quiet := max(4*side/float64(code.Size), side/12)
	base := quiet + baseline(s.lead(bodySize), s.size(bodySize))
	x := s.value + side + quiet + 8*s.k
	notes := s.text(x, page.Text, bodySize, black, fair(page.Text, s.size(bodySize), s.right-x, b.Note))
	beside := stack(notes)
	below := beside.height > side
	strips := []strip{{side + 2*quiet, base, func(p *page.Page, y float64) {
		drawCode(p, s.value, y+quiet, side, code)
		if !below {
			beside.draw(p, y+quiet)
		}
	}}}
	if below {
		strips = append(strips, s.text(s.value, page.Text, bodySize, black, fair(page.Text, s.size(bodySize), s.valueRoom(), b.Note))...)
	}
	s.row(b.Label, strips)
}

// picture sets a photo as large as its column, and at most two fifths of a page
// high.
func (s *setter) picture(b Picture) {
	room, high := s.valueRoom(), (s.bottom-s.top)*0.4
	width, height := float64(b.W), float64(b.H)
	if b.W <= 0 || b.H <= 0 {
		width, height = room, room/2
	}
	scale := min(room/width, high/height)
	width, height = width*scale, height*scale
	failed := fair(page.Text, s.size(valueSize), max(width, 60*s.k), s.say(lang.T("this picture cannot be printed", "この写真は印刷できません")))
	s.row(b.Label, []strip{{height + 4*s.k, baseline(s.lead(labelSize), s.size(labelSize)), func(p *page.Page, y float64) {
		if err := p.JPEG(s.value, y+2*s.k, width, height, b.JPEG); err != nil {
			p.Text(s.value, y+baseline(s.lead(valueSize), s.size(valueSize)), page.Text, s.size(valueSize), black, failed[0])
			return
		}
		p.Frame(s.value, y+2*s.k, width, height, 0.5, hair)
	}}})
}
