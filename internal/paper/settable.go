package paper

import (
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// table sets its columns as wide as their widest cells; where that is too much,
// the widest give way and their cells wrap. The head is repeated on each page.
func (s *setter) table(b Table) {
	rows := squared(b)
	if len(rows) == 0 {
		return
	}
	widths := s.columnWidths(rows, len(b.Head) > 0)
	if widths == nil {
		s.listed(b.Head, rows[min(1, len(b.Head)):])
		return
	}
	var head piece
	if len(b.Head) > 0 {
		head = s.tableRow(rows[0], widths, page.Bold, labelSize)
		head.before, head.glue = 8*s.k, true
		rows = rows[1:]
		s.pieces = append(s.pieces, s.part(head))
	}
	for i, row := range rows {
		list := s.tableRows(row, widths)
		for n := range list {
			if len(b.Head) > 0 && (i > 0 || n > 0) {
				list[n].again, list[n].repeat = head.draw, head.height
			}
		}
		if i == 0 && len(b.Head) == 0 {
			list[0].before = 8 * s.k
		}
		s.add(list...)
	}
	s.gap(6 * s.k)
}

// part gives a piece the heading it stands under.
func (s *setter) part(one piece) piece {
	one.under = s.under
	return one
}

// squared returns the head and the rows of a table with as many cells each.
// What is more than a page is wide for goes into the last cell.
func squared(b Table) [][]string {
	const most = 8
	all := b.Rows
	if len(b.Head) > 0 {
		all = append([][]string{b.Head}, all...)
	}
	columns := 0
	for _, row := range all {
		columns = max(columns, len(row))
	}
	columns = min(columns, most)
	rows := make([][]string, len(all))
	for i, row := range all {
		rows[i] = make([]string, columns)
		copy(rows[i], row)
		if len(row) > columns {
			rows[i][columns-1] = strings.Join(row[columns-1:], "\n")
		}
	}
	if columns == 0 {
		return nil
	}
	return rows
}

func (s *setter) columnGap() float64 { return 12 * s.k }

// leastColumn is the width, in ems, that no column gets less than while it has
// more to say: so many kanji, or some twice as many letters.
const leastColumn = 8

// columnWidths are the widths of the columns without the gaps. They are nil if
// three columns or more are too many to be read beside one another.
func (s *setter) columnWidths(rows [][]string, head bool) []float64 {
	widths, words := make([]float64, len(rows[0])), make([]float64, len(rows[0]))
	for i, row := range rows {
		face, size := page.Text, s.size(bodySize)
		if i == 0 && head {
			face, size = page.Bold, s.size(labelSize)
		}
		for n, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				widths[n] = max(widths[n], page.Width(face, size, line)+0.1)
			}
			for word := range strings.FieldsSeq(cell) {
				if strings.IndexFunc(word, wide) < 0 {
					words[n] = max(words[n], page.Width(face, size, word)+0.1)
				}
			}
		}
	}
	room := s.width() - s.columnGap()*float64(len(widths)-1)
	total := 0.0
	for _, w := range widths {
		total += w
	}
	if total <= room {
		return widths
	}
	narrow := make([]float64, len(widths))
	for n, w := range widths {
		narrow[n] = min(w, leastColumn*s.size(bodySize))
		words[n] = max(words[n], narrow[n])
	}
	if list := shrunk(widths, words, room); list != nil {
		return list
	}
	if len(widths) > 2 {
		return nil
	}
	if list := shrunk(widths, narrow, room); list != nil {
		return list
	}
	return shrunk(widths, make([]float64, len(widths)), room)
}

// listed sets the rows of a table below one another, where its columns have no
// room: what the row is about in bold, and the other cells with their heads.
func (s *setter) listed(head []string, rows [][]string) {
	for _, row := range rows {
		strips := s.text(s.left, page.Bold, bodySize, black, fair(page.Bold, s.size(bodySize), s.width(), row[0]))
		for n, cell := range row[1:] {
			if cell == "" {
				continue
			}
			if n+1 < len(head) && head[n+1] != "" {
				cell = s.say(lang.T("%s: %s", "%s: %s"), head[n+1], cell)
			}
			x := s.left + s.size(bodySize)
			more, _ := s.prose(x, s.right-x, bodySize, black, cell)
			strips = append(strips, more...)
		}
		list := split(strips, stack(strips).height <= s.third())
		pad := 3.5 * s.k
		s.inset(&list[0], pad)
		last := &list[len(list)-1]
		draw, height := last.draw, last.height+pad
		last.height = height
		last.draw = func(p *page.Page, y float64) {
			draw(p, y)
			p.Line(s.left, y+height, s.right, y+height, 0.5, hair)
		}
		s.add(list...)
	}
	s.gap(6 * s.k)
}

// wide reports whether a line may be broken at a character.
func wide(r rune) bool { return r >= 0x2e80 }

// shrunk brings widths down to a sum of room: all columns to at most the same
// width, but none below its least, and those that need less keep theirs. It
// returns nil if the least are too much.
func shrunk(widths, least []float64, room float64) []float64 {
	sum := 0.0
	for _, w := range least {
		sum += w
	}
	if sum > room {
		return nil
	}
	low, high := 0.0, room
	for range 40 {
		middle, total := (low+high)/2, 0.0
		for i, w := range widths {
			total += min(w, max(least[i], middle))
		}
		if total > room {
			high = middle
		} else {
			low = middle
		}
	}
	list := make([]float64, len(widths))
	for i, w := range widths {
		list[i] = min(w, max(least[i], low))
	}
	return list
}

// tableRows are the pieces of a row: one, unless it is longer than a third of a
// page.
func (s *setter) tableRows(row []string, widths []float64) []piece {
	one := s.tableRow(row, widths, page.Text, bodySize)
	if one.height <= s.third() {
		return []piece{one}
	}
	lines := s.cellLines(row, widths, page.Text, bodySize)
	most := max(1, int(s.third()/s.lead(bodySize))-1)
	var list []piece
	for from := 0; ; from += most {
		part, more := make([][]string, len(lines)), false
		for i, cell := range lines {
			if from < len(cell) {
				part[i] = cell[from:min(from+most, len(cell))]
				more = more || from+most < len(cell)
			}
		}
		list = append(list, s.setCells(part, widths, page.Text, bodySize, !more))
		if !more {
			return list
		}
	}
}

func (s *setter) tableRow(row []string, widths []float64, f page.Face, size float64) piece {
	return s.setCells(s.cellLines(row, widths, f, size), widths, f, size, true)
}

func (s *setter) cellLines(row []string, widths []float64, f page.Face, size float64) [][]string {
	lines := make([][]string, len(row))
	for i, cell := range row {
		if cell != "" {
			lines[i] = fair(f, s.size(size), widths[i], cell)
		}
	}
	return lines
}

// setCells sets lines of cells beside one another, with a hairline below if the
// row ends here.
func (s *setter) setCells(lines [][]string, widths []float64, f page.Face, size float64, end bool) piece {
	cells := make([]piece, len(lines))
	height, x := s.lead(size), s.left
	for i := range lines {
		cells[i] = stack(s.text(x, f, size, black, lines[i]))
		height = max(height, cells[i].height)
		x += widths[i] + s.columnGap()
	}
	pad := 3.5 * s.k
	weight, ink := 0.5, hair
	if f == page.Bold {
		weight, ink = 1.2, float64(black)
	}
	return piece{height: height + 2*pad, draw: func(p *page.Page, y float64) {
		for i := range cells {
			cells[i].draw(p, y+pad)
		}
		if end {
			p.Line(s.left, y+height+2*pad, s.right, y+height+2*pad, weight, ink)
		}
	}}
}
