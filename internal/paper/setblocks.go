package paper

import (
	"strconv"

	"memovault/internal/page"
)

func (s *setter) block(block Block) {
	switch block := block.(type) {
	case Heading:
		s.heading(block)
	case Para:
		s.para(block)
	case Step:
		s.step(block)
	case Command:
		s.command(block)
	case Field:
		s.field(block)
	case Codes:
		s.codes(block)
	case Groups:
		s.groups(block)
	case Legend:
		s.legend(block)
	case Blanks:
		s.blanks(block)
	case QR:
		s.qr(block)
	case Picture:
		s.picture(block)
	case Table:
		s.table(block)
	case Tick:
		s.tick(block)
	case Callout:
		s.callout(block)
	case Room:
		s.room(block)
	case PageBreak:
		s.pieces = append(s.pieces, piece{eject: true})
	}
}

// number sets the number of a heading and returns where its text begins.
func (s *setter) number(p *page.Page, base float64, number string, size float64) float64 {
	if number == "" {
		return s.left
	}
	if p != nil {
		p.Text(s.left, base, page.Mono, s.size(size*0.8), grey, number)
	}
	return s.left + max(26*s.k, page.Width(page.Mono, s.size(size*0.8), number)+8*s.k)
}

// heading begins a part: its number, its text, what is said less loudly behind
// it, and a heavy rule.
func (s *setter) heading(h Heading) {
	s.endPart()
	of := &section{text: h.Text}
	if h.Number > 0 {
		of.number = strconv.Itoa(h.Number)
	}
	x := s.number(nil, 0, of.number, partSize)
	lines := fair(page.Bold, s.size(partSize), s.right-x, h.Text)
	strips := s.text(x, page.Bold, partSize, black, lines)
	if of.number != "" {
		s.before(&strips[0], func(p *page.Page, y float64) {
			s.number(p, y+baseline(strips[0].height, s.size(partSize)), of.number, partSize)
		})
	}
	if h.Note != "" {
		strips = s.headingNote(strips, h.Note, x, lines[len(lines)-1])
	}
	s.addHeading(strips)
	s.under, s.first = of, stays
	if s.f.Large {
		s.first = 1 // an entry is as high as two
	}
}

// addHeading adds the lines of a heading with a heavy rule below, all glued to
// what follows.
func (s *setter) addHeading(strips []strip) {
	whole := stack(strips)
	list := []piece{whole}
	if whole.height > s.third() {
		list = split(strips, false)
	}
	for i := range list {
		list[i].glue = true
	}
	list[0].before = 16 * s.k
	last := &list[len(list)-1]
	draw, height := last.draw, last.height
	last.height += 5 * s.k
	last.draw = func(p *page.Page, y float64) {
		draw(p, y)
		p.Line(s.left, y+height+2*s.k, s.right, y+height+2*s.k, 1.8, black)
	}
	s.add(list...)
}

// before draws something ahead of a strip.
func (s *setter) before(one *strip, first func(p *page.Page, y float64)) {
	draw := one.draw
	one.draw = func(p *page.Page, y float64) {
		first(p, y)
		draw(p, y)
	}
}

// headingNote sets the note behind the last line of a heading, or below it.
func (s *setter) headingNote(strips []strip, note string, x float64, last string) []strip {
	size := s.size(bodySize)
	behind := x + page.Width(page.Bold, s.size(partSize), last) + 10*s.k
	if behind+page.Width(page.Text, size, note) > s.right {
		return append(strips, s.text(x, page.Text, bodySize, grey, fair(page.Text, size, s.right-x, note))...)
	}
	one := &strips[len(strips)-1]
	draw, height := one.draw, one.height
	one.draw = func(p *page.Page, y float64) {
		draw(p, y)
		p.Text(behind, y+baseline(height, s.size(partSize)), page.Text, size, grey, note)
	}
	return strips
}

// flow adds the strips of running text with white space around them.
func (s *setter) flow(strips []strip, before float64) {
	list := split(strips, false)
	if len(list) > 0 {
		list[0].before = before
	}
	s.add(list...)
}

func (s *setter) para(b Para) {
	strips, _ := s.prose(s.left, s.width(), bodySize, black, b.Text)
	s.flow(strips, 7*s.k)
}

// indent is where the text of steps and ticks begins.
func (s *setter) indent() float64 { return s.left + 28*s.k }

func (s *setter) step(b Step) {
	x := s.indent()
	strips, _ := s.prose(x, s.right-x, valueSize, black, b.Text)
	number, height := strconv.Itoa(b.Number)+".", strips[0].height
	s.before(&strips[0], func(p *page.Page, y float64) {
		width := page.Width(page.Bold, s.size(valueSize), number)
		p.Text(max(s.left, x-7*s.k-width), y+baseline(height, s.size(valueSize)), page.Bold, s.size(valueSize), black, number)
	})
	s.flow(strips, 6*s.k)
}

// command sets what is typed, behind a bar; it belongs to what was said before.
// It is set smaller if each of its lines is on one line then.
func (s *setter) command(b Command) {
	x := s.indent() + 10*s.k
	widest := 0.0
	for _, one := range b.Lines {
		widest = max(widest, page.Width(page.Mono, s.size(bodySize), one))
	}
	size := bodySize
	if small := 0.99 * bodySize * (s.right - x) / max(widest, 1); small > smallSize {
		size = min(size, small)
	}
	var lines []string
	for _, one := range b.Lines {
		lines = append(lines, page.WrapExact(page.Mono, s.size(size), s.right-x, one)...)
	}
	if len(lines) == 0 {
		return
	}
	if n := len(s.pieces); n > 0 && !s.pieces[n-1].eject {
		s.pieces[n-1].glue = true
	}
	strips := s.text(x, page.Mono, size, black, lines)
	for i := range strips {
		height := strips[i].height
		s.before(&strips[i], func(p *page.Page, y float64) {
			p.Fill(s.indent(), y, 2*s.k, height, grey)
		})
	}
	s.flow(strips, 4*s.k)
}

// tick is a thing to do with a box before it.
func (s *setter) tick(b Tick) {
	x := s.indent()
	strips := s.text(x, page.Text, valueSize, black, fair(page.Text, s.size(valueSize), s.right-x, b.Text))
	height := strips[0].height
	s.before(&strips[0], func(p *page.Page, y float64) { s.box(p, s.left+2*s.k, y+height/2, false) })
	if b.Note != "" {
		strips = append(strips, s.text(x, page.Text, labelSize, dark, fair(page.Text, s.size(labelSize), s.right-x, b.Note))...)
	}
	s.flow(strips, 6*s.k)
}

// box draws a box to tick with its left edge at x and its middle at y.
func (s *setter) box(p *page.Page, x, y float64, ticked bool) {
	side := 10 * s.k
	y -= side / 2
	p.Frame(x, y, side, side, 0.9*s.k, black)
	if ticked {
		p.Line(x, y, x+side, y+side, 0.9*s.k, black)
		p.Line(x, y+side, x+side, y, 0.9*s.k, black)
	}
}

// callout frames what must not be overlooked.
func (s *setter) callout(b Callout) {
	inner := 12 * s.k
	x, room := s.left+inner, s.width()-2*inner
	var strips []strip
	if b.Title != "" {
		strips = s.text(x, page.Bold, valueSize+1, black, fair(page.Bold, s.size(valueSize+1), room, b.Title))
	}
	if b.Text != "" {
		text, _ := s.prose(x, room, valueSize, black, b.Text)
		strips = append(strips, text...)
	}
	s.boxed(strips, &frame{gray: white, line: 1.4})
}

// boxed adds strips in a box.
func (s *setter) boxed(strips []strip, box *frame) {
	if len(strips) == 0 {
		return
	}
	height := 0.0
	for i := range strips {
		height += strips[i].height
	}
	list := split(strips, height <= s.third())
	pad := 8 * s.k
	s.inset(&list[0], pad)
	list[len(list)-1].height += pad
	list[0].before = 9 * s.k
	for i := range list {
		list[i].box = box
	}
	s.add(list...)
	s.gap(6 * s.k)
}

// gap is white space that vanishes at a page break.
func (s *setter) gap(height float64) {
	s.pieces = append(s.pieces, piece{before: height, under: s.under, void: true, glue: s.first > 0})
}

// room is ruled for hand-written notes.
func (s *setter) room(b Room) {
	var strips []strip
	if b.Label != "" {
		strips = s.text(s.left, page.Bold, labelSize, black, fair(page.Bold, s.size(labelSize), s.width(), b.Label))
	}
	for range max(1, b.Lines-s.spare) {
		height := 24 * s.k
		strips = append(strips, strip{height, height, func(p *page.Page, y float64) {
			p.Line(s.left, y+height-2, s.right, y+height-2, 0.6, hair)
		}})
	}
	height := 0.0
	for i := range strips {
		height += strips[i].height
	}
	list := split(strips, height <= s.third())
	list[0].before = 10 * s.k
	s.add(list...)
}

// blanks are lines to fill in, beside one another, each below what it is for.
func (s *setter) blanks(b Blanks) {
	s.endPart()
	across := min(3, max(1, len(b.Labels)))
	if len(b.Labels) == 4 || s.f.Large && across == 3 {
		across = 2
	}
	gap := 20 * s.k
	each := (s.width() - gap*float64(across-1)) / float64(across)
	for i := 0; i < len(b.Labels); i += across {
		row := b.Labels[i:min(i+across, len(b.Labels))]
		one := s.blankRow(row, each, gap)
		one.before = 12 * s.k
		one.glue = true // what is said about them stays with them
		s.add(one)
	}
}

func (s *setter) blankRow(labels []string, each, gap float64) piece {
	cells := make([]piece, len(labels))
	height := 0.0
	for i, label := range labels {
		x := s.left + float64(i)*(each+gap)
		cells[i] = stack(s.text(x, page.Text, labelSize, dark, fair(page.Text, s.size(labelSize), each, label)))
		height = max(height, cells[i].height)
	}
	height += 24 * s.k
	return piece{height: height + 2, draw: func(p *page.Page, y float64) {
		for i := range cells {
			x := s.left + float64(i)*(each+gap)
			cells[i].draw(p, y)
			p.Line(x, y+height, x+each, y+height, 0.8, black)
		}
	}}
}
