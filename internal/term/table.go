package term

import "strings"

// columnGap is what stands between two columns of a table. There are no
// borders: they only make a misaligned row visible, and screen readers read
// them out.
const columnGap = 2

// minLastColumn is the narrowest the last column is cut to; below that the
// others give way.
const minLastColumn = 8

// Table lays rows out in left-aligned columns, two spaces apart; the first row
// is the header. Put free text last: when maxCols > 0 that column is cut with
// ".." so that no line is wider, and only when nothing is left for it are the
// others cut, the widest first. maxCols ≤ 0 means no limit. Rows may be ragged.
// Lines end in "\n" and have no spaces at their end. Values are taken as they
// are: what a person stored goes through Sanitize first.
func Table(rows [][]string, maxCols int) string {
	widths, cells := measure(rows)
	if maxCols > 0 {
		fitColumns(widths, maxCols)
	}
	var b strings.Builder
	b.Grow(tableSize(rows, widths))
	for i, row := range rows {
		writeRow(&b, row, cells[i], widths)
	}
	return b.String()
}

// minText is the fewest columns in which running text is pleasant to read.
const minText = 24

// Crowded reports whether rows laid out by Table would leave the free text of
// their last column fewer than least columns, although it needs more. Such rows
// read better from Stack.
func Crowded(rows [][]string, maxCols, least int) bool {
	if maxCols <= 0 {
		return false
	}
	widths, _ := measure(rows)
	if len(widths) < 2 {
		return false
	}
	left := textColumns(widths, maxCols)
	return left < least && left < widths[len(widths)-1]
}

// textColumns returns what the other columns leave for the last one.
func textColumns(widths []int, maxCols int) int {
	left := maxCols
	for _, w := range widths[:len(widths)-1] {
		left -= w + columnGap
	}
	return left
}

// HangTable lays rows out as Table does, but nothing is cut: the last column,
// free text, goes over as many lines as it needs. Where less than 24 columns
// are left for it, rows come out as from Stack. It returns lines without "\n";
// the first is the header.
func HangTable(rows [][]string, maxCols int) []string {
	if len(rows) > 0 && Crowded(rows, maxCols, minText) {
		head := strings.Join(rows[0], "  ")
		return append([]string{Truncate(head, maxCols)}, Stack(rows[1:], maxCols)...)
	}
	widths, _ := measure(rows)
	var lines []string
	for _, row := range rows {
		lines = append(lines, hangRow(row, widths, maxCols)...)
	}
	return lines
}

// hangRow lays one row out; what its last column has too much goes below.
func hangRow(row []string, widths []int, maxCols int) []string {
	if len(row) == 0 {
		return []string{""}
	}
	last := len(row) - 1
	var head strings.Builder
	for j, cell := range row[:last] {
		head.WriteString(PadRight(cell, widths[j]+columnGap))
	}
	indent := Width(head.String())
	room := 0
	if maxCols > 0 {
		room = max(maxCols-indent, 2)
	}
	lines := Wrap(row[last], room)
	for i := range lines {
		if i == 0 {
			lines[0] = strings.TrimRight(head.String()+lines[0], " ")
		} else {
			lines[i] = strings.Repeat(" ", indent) + lines[i]
		}
	}
	return lines
}

// stackIndent is what the lines below the first one of a stacked row begin with.
const stackIndent = "    "

// Stack lays rows out for windows too narrow for columns: the first cell on a
// line of its own, the others below it, indented, two spaces apart and broken
// where the window ends. There is no header.
func Stack(rows [][]string, maxCols int) []string {
	var lines []string
	for _, row := range rows {
		var rest []string
		for j, cell := range row {
			if j > 0 && strings.TrimSpace(cell) != "" {
				rest = append(rest, cell)
			}
		}
		if len(row) == 0 {
			continue
		}
		lines = append(lines, Wrap(row[0], maxCols)...)
		for _, line := range Wrap(strings.Join(rest, "  "), maxCols-len(stackIndent)) {
			if line != "" {
				lines = append(lines, stackIndent+line)
			}
		}
	}
	return lines
}

// measure returns the width of each column and of each cell.
func measure(rows [][]string) (widths []int, cells [][]int) {
	total := 0
	for _, row := range rows {
		total += len(row)
	}
	all := make([]int, 0, total)
	cells = make([][]int, len(rows))
	for i, row := range rows {
		start := len(all)
		for j, cell := range row {
			w, known := widthAbove(rows, cells, i, j)
			if !known {
				w = Width(cell)
			}
			all = append(all, w)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], w)
		}
		cells[i] = all[start:]
	}
	return widths, cells
}

// widthAbove returns the width of the cell above if that has the same text: a
// column often says the same of many rows, as whose they are and since when.
func widthAbove(rows [][]string, cells [][]int, i, j int) (width int, known bool) {
	if i == 0 || j >= len(rows[i-1]) || rows[i-1][j] != rows[i][j] {
		return 0, false
	}
	return cells[i-1][j], true
}

// fitColumns narrows widths until a row takes at most maxCols columns.
func fitColumns(widths []int, maxCols int) {
	if len(widths) == 0 {
		return
	}
	last := len(widths) - 1
	over := columnGap*last - maxCols
	for _, w := range widths {
		over += w
	}
	if over <= 0 {
		return
	}
	cut := min(over, max(0, widths[last]-minLastColumn))
	widths[last] -= cut
	for over -= cut; over > 0; over-- {
		widest := 0
		for j := range widths {
			if widths[j] > widths[widest] {
				widest = j
			}
		}
		if widths[widest] <= 1 {
			return
		}
		widths[widest]--
	}
}

func tableSize(rows [][]string, widths []int) int {
	line := 1
	for _, w := range widths {
		line += w + columnGap
	}
	return len(rows) * line
}

func writeRow(b *strings.Builder, row []string, cells, widths []int) {
	pending := 0
	for j, cell := range row {
		w := cells[j]
		if w > widths[j] {
			cell = Truncate(cell, widths[j])
			w = Width(cell)
		}
		trimmed := cell
		if strings.HasSuffix(cell, " ") {
			trimmed = strings.TrimRight(cell, " ")
		}
		if trimmed != "" {
			writeSpaces(b, pending)
			b.WriteString(trimmed)
			pending = len(cell) - len(trimmed)
		} else {
			pending += w
		}
		pending += widths[j] - w + columnGap
	}
	b.WriteByte('\n')
}

func writeSpaces(b *strings.Builder, n int) {
	const blank = "                                                                "
	for ; n > len(blank); n -= len(blank) {
		b.WriteString(blank)
	}
	b.WriteString(blank[:n])
}
