package paper

import (
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// valueRoom is the width of the column of values.
func (s *setter) valueRoom() float64 { return s.right - s.value }

// labelStrips are a label in its column.
func (s *setter) labelStrips(label string) []strip {
	if label == "" {
		return nil
	}
	room := s.value - s.left - labelGap*s.k
	return s.text(s.left, page.Bold, labelSize, black, fair(page.Bold, s.size(labelSize), room, label))
}

// row sets a label beside the strips of its value, with a hairline below, so
// that both stand on one line. Up to a third of a page it is not split.
func (s *setter) row(label string, value []strip) { s.ruledRow(label, value, true) }

// ruledRow is row with a hairline or without, where the value ends in a line.
func (s *setter) ruledRow(label string, value []strip, ruled bool) {
	labels := s.labelStrips(label)
	if stack(labels).height > s.third() {
		s.flow(s.text(s.left, page.Bold, labelSize, black, fair(page.Bold, s.size(labelSize), s.width(), label)), 5*s.k)
		labels, label = nil, ""
	}
	drop := 0.0
	if len(value) > 0 && len(labels) > 0 {
		drop = value[0].base - labels[0].base
	}
	lift := max(0, -drop)
	drop = max(0, drop)
	if whole := beside(labels, drop, value, lift); whole.height <= s.third() || len(value) == 0 {
		s.addRow(label, ruled, []piece{whole})
		return
	}
	s.addRow(label, ruled, s.splitRow(labels, drop, value, lift))
}

// beside is a piece with a label at the left of strips.
func beside(labels []strip, drop float64, value []strip, lift float64) piece {
	left, right := stack(labels), stack(value)
	return piece{height: max(left.height+drop, right.height+lift), draw: func(p *page.Page, y float64) {
		left.draw(p, y+drop)
		right.draw(p, y+lift)
	}}
}

// splitRow cuts a row into pieces, with all of the label in the first.
func (s *setter) splitRow(labels []strip, drop float64, value []strip, lift float64) []piece {
	need := drop
	for _, one := range labels {
		need += one.height
	}
	n, height := 0, lift
	for n < len(value) && (n < 2 || height < need) {
		height += value[n].height
		n++
	}
	if n+2 > len(value) {
		n = len(value)
	}
	list := []piece{beside(labels, drop, value[:n], lift)}
	rest := value[n:]
	for len(rest) > 3 {
		list = append(list, piece{height: rest[0].height, draw: rest[0].draw})
		rest = rest[1:]
	}
	if len(rest) > 0 {
		list = append(list, stack(rest))
	}
	return list
}

// addRow puts padding and a hairline around the pieces of a row, and repeats the
// label where a page begins within.
func (s *setter) addRow(label string, ruled bool, list []piece) {
	pad := rowPad * s.k
	for i := range list {
		one := &list[i]
		if i > 0 && label != "" {
			one.again = func(p *page.Page, y float64) { s.labelAgain(p, y, label) }
		}
		if i == 0 {
			s.inset(one, pad)
		}
	}
	last := &list[len(list)-1]
	draw, height := last.draw, last.height
	last.height += pad
	last.draw = func(p *page.Page, y float64) {
		draw(p, y)
		if ruled {
			p.Line(s.left, y+height+pad, s.right, y+height+pad, 0.5, hair)
		}
	}
	if !s.rowed && s.first < stays {
		list[0].before = 5 * s.k
	}
	s.add(list...)
	s.rowed = true
}

// inset leaves white space at the top of a piece.
func (s *setter) inset(one *piece, pad float64) {
	draw := one.draw
	one.height += pad
	one.draw = func(p *page.Page, y float64) { draw(p, y+pad) }
}

// labelAgain repeats a label beside what a page begins with, in the two lines
// that there are at least.
func (s *setter) labelAgain(p *page.Page, y float64, label string) {
	room := s.value - s.left - labelGap*s.k
	size := s.size(labelSize)
	lines := fair(page.Bold, size, room, label)
	if len(lines) > 1 {
		cut := fair(page.Bold, size, room-page.Width(page.Bold, size, "…"), label)
		lines = []string{cut[0] + "…"}
	}
	p.Text(s.left, y+baseline(s.lead(labelSize), size), page.Bold, size, black, lines[0])
	y += s.lead(labelSize)
	p.Text(s.left, y+baseline(s.lead(smallSize), s.size(smallSize)), page.Text, s.size(smallSize), grey,
		s.say(lang.T("(continued)", "（続き）")))
}

func (s *setter) field(f Field) {
	switch {
	case f.Style == Blank && f.Boxes > 0:
		s.row(f.Label, s.boxStrips(f))
	case f.Style == Blank:
		strips := s.lineStrips(f)
		s.ruledRow(f.Label, strips, f.Note != "")
	case f.Style == Exact || f.Struck:
		face, size := page.Mono, exactSize
		if f.Style != Exact {
			face, size = page.Text, valueSize
		}
		s.row(f.Label, s.withMore(f, s.exactStrips(f, face, size)))
	default:
		value := optionLines(f.Value, func(line string) bool {
			return page.Width(page.Text, s.size(valueSize), line) <= s.valueRoom()
		})
		strips, end := s.prose(s.value, s.valueRoom(), valueSize, black, value)
		s.row(f.Label, s.withMore(f, s.withRemarks(f, strips, end)))
	}
}

// withMore adds what else there is to say of a value.
func (s *setter) withMore(f Field, strips []strip) []strip {
	if f.More == "" {
		return strips
	}
	more, _ := s.prose(s.value, s.valueRoom(), bodySize, black, f.More)
	return append(strips, more...)
}

// exactStrips are the lines of a value to copy, or of one that is struck out.
func (s *setter) exactStrips(f Field, face page.Face, size float64) []strip {
	if f.Style == Exact && f.Check == "" {
		size = s.fitting(f.Value, size)
	}
	lines, ink := page.WrapExact(face, s.size(size), s.valueRoom(), f.Value), float64(black)
	if f.Style != Exact {
		lines = fair(face, s.size(size), s.valueRoom(), f.Value)
	}
	if f.Struck {
		ink = grey
	}
	strips := s.text(s.value, face, size, ink, lines)
	if f.Struck {
		s.strike(strips, s.value, face, size, lines)
	}
	return s.withRemarks(f, strips, s.value+page.Width(face, s.size(size), lines[len(lines)-1]))
}

// fitting is a size of type a little smaller than the usual one, if a value has
// room on one line then: no address is cut for its last letter.
func (s *setter) fitting(value string, usual float64) float64 {
	widest := 0.0
	for line := range strings.SplitSeq(value, "\n") {
		widest = max(widest, page.Width(page.Mono, s.size(usual), line))
	}
	if room := s.valueRoom(); widest > room && widest*bodySize < room*usual {
		return 0.999 * usual * room / widest
	}
	return usual
}

// withRemarks adds the check letters at the right edge and the remark behind
// the value's end or, without room, below.
func (s *setter) withRemarks(f Field, strips []strip, end float64) []strip {
	if f.Check != "" {
		strips, end = s.withCheck(strips, f.Check, end)
	}
	if f.Note != "" {
		strips = s.withNote(strips, f.Note, end, f.Check == "")
	}
	return strips
}

// strike draws a line through each strip of text that begins at x.
func (s *setter) strike(strips []strip, x float64, face page.Face, size float64, lines []string) {
	for i := range strips {
		draw, height := strips[i].draw, strips[i].height
		width := page.Width(face, s.size(size), strings.TrimRight(lines[i], " \u3000"))
		strips[i].draw = func(p *page.Page, y float64) {
			draw(p, y)
			if width > 0 {
				p.Line(x-1.5, y+height/2, x+width+1.5, y+height/2, 1, black)
			}
		}
	}
}

// withCheck sets check letters on the line of the value's end if there is room.
func (s *setter) withCheck(strips []strip, check string, end float64) ([]strip, float64) {
	word := s.say(lang.T("check", "確かめ"))
	size, letters := s.size(tinySize), s.size(valueSize)
	width := page.Width(page.Text, size, word) + 6*s.k + page.Width(page.Mono, letters, check)
	if end+12*s.k > s.right-width {
		strips = append(strips, s.text(s.value, page.Mono, exactSize, black, []string{""})...)
	}
	last := &strips[len(strips)-1]
	draw, height := last.draw, last.height
	last.draw = func(p *page.Page, y float64) {
		draw(p, y)
		base := y + baseline(height, s.size(exactSize))
		p.Text(s.right-width, base, page.Text, size, grey, word)
		p.Text(s.right-page.Width(page.Mono, letters, check), base, page.Mono, letters, black, check)
	}
	return strips, s.right
}

// withNote sets a remark behind the value's end if it has room there and may.
func (s *setter) withNote(strips []strip, note string, end float64, inline bool) []strip {
	size := s.size(smallSize)
	gap := 8 * s.k
	if end == s.value {
		gap = 0
	}
	if inline && end+gap+page.Width(page.Text, size, note) <= s.right && len(fair(page.Text, size, s.width(), note)) == 1 {
		last := &strips[len(strips)-1]
		draw, height := last.draw, last.height
		last.draw = func(p *page.Page, y float64) {
			draw(p, y)
			p.Text(end+gap, y+baseline(height, s.size(valueSize)), page.Text, size, dark, note)
		}
		return strips
	}
	return append(strips, s.noteStrips(note)...)
}

// lineStrips are ruled lines to write on, the remark at the end of the last.
func (s *setter) lineStrips(f Field) []strip {
	height, size := 23*s.k, s.size(smallSize)
	note := page.Width(page.Text, size, f.Note)
	behind := note > 0 && note < s.valueRoom()/2 && len(fair(page.Text, size, s.valueRoom(), f.Note)) == 1
	n := max(1, f.Lines)
	strips := make([]strip, n)
	for i := range strips {
		end := s.right
		if i == n-1 && behind {
			end -= note + 8*s.k
		}
		strips[i] = strip{height, height - 7*s.k, func(p *page.Page, y float64) {
			p.Line(s.value, y+height-5*s.k, end, y+height-5*s.k, 0.6, hair)
			if end < s.right {
				p.Text(s.right-note, y+height-7*s.k, page.Text, size, dark, f.Note)
			}
		}}
	}
	if f.Note != "" && !behind {
		strips = append(strips, s.noteStrips(f.Note)...)
	}
	return strips
}

// noteStrips are a remark below what it is about.
func (s *setter) noteStrips(note string) []strip {
	return s.text(s.value, page.Text, smallSize, dark, fair(page.Text, s.size(smallSize), s.valueRoom(), note))
}

// boxStrips are rows of boxes for one character each, in groups. They are made
// a little smaller if all fit on one line then.
func (s *setter) boxStrips(f Field) []strip {
	side, gap := 15*s.k, 7*s.k
	group := f.Group
	if group <= 0 {
		group = f.Boxes
	}
	groups := (f.Boxes + group - 1) / group
	if fitting := (s.valueRoom() - gap*float64(groups-1)) / float64(f.Boxes); fitting > 12*s.k {
		side = min(side, fitting)
	}
	group = min(group, max(1, int(s.valueRoom()/side)))
	across := group * max(1, int((s.valueRoom()+gap+0.01)/(float64(group)*side+gap)))
	var strips []strip
	for left := f.Boxes; left > 0; left -= across {
		n := min(left, across)
		strips = append(strips, strip{side + 7*s.k, side, func(p *page.Page, y float64) {
			for i := range n {
				x := s.value + float64(i)*side + float64(i/group)*gap
				p.Frame(x, y+3.5*s.k, side, side, 0.5, hair)
			}
		}})
	}
	if f.Note != "" {
		strips = append(strips, s.noteStrips(f.Note)...)
	}
	return strips
}
