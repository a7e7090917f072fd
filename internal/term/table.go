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
			w := Width(cell)
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
		trimmed := strings.TrimRight(cell, " ")
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
