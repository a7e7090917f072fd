package paper

import (
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// qr writes out what the code says: a text cannot be scanned.
func (t *layout) qr(q QR) {
	lines := cut(q.Text, t.valueColumns())
	if q.Note != "" {
		lines = append(lines, term.Wrap(q.Note, t.valueColumns())...)
	}
	t.row(q.Label, lines)
}

// pictureWords stand where a picture cannot.
func pictureWords(l lang.Lang, p Picture) string {
	return lang.T("(a picture of %d × %d points; it is printed in PDF and HTML)",
		"（%d × %d 画素の写真。PDF と HTML なら印刷されます）").Sprintf(l, p.W, p.H)
}

// table sets columns as wide as their widest cell; where that is too much the
// widest give way, and their cells wrap.
func (t *layout) table(tab Table) {
	rows := tab.Rows
	if len(tab.Head) > 0 {
		rows = append([][]string{tab.Head}, rows...)
	}
	widths := tableWidths(rows, TextColumns-indent)
	t.belowHeading()
	for i, row := range rows {
		t.put(tableRow(row, widths)...)
		if i == 0 && len(tab.Head) > 0 {
			t.lines[len(t.lines)-1].glue = true
			t.put(strings.Repeat(" ", indent) + strings.Repeat("-", TextColumns-indent))
			t.lines[len(t.lines)-1].glue = true
		}
	}
	t.space()
}

// tableWidths returns the columns each cell has, gutters not included.
func tableWidths(rows [][]string, room int) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 1)
			}
			for s := range strings.SplitSeq(cell, "\n") {
				widths[i] = max(widths[i], term.Width(s))
			}
		}
	}
	if most := room / (gutter + 2); len(widths) > most {
		widths = widths[:most]
	}
	room -= gutter * (len(widths) - 1)
	for sum(widths) > room {
		widest := slices.Max(widths)
		at := slices.Index(widths, widest)
		widths[at] -= min(sum(widths)-room, max(1, widest/8))
	}
	return widths
}

func sum(list []int) (n int) {
	for _, v := range list {
		n += v
	}
	return n
}

// tableRow sets the cells of a row beside one another. Cells beyond the last
// column follow in it.
func tableRow(row []string, widths []int) []string {
	if n := len(widths); len(row) > n {
		row = append(slices.Clone(row[:n-1]), strings.Join(row[n-1:], "\n"))
	}
	var lines []string
	left := indent
	for i, cell := range row {
		for n, s := range term.Wrap(cell, max(2, widths[i])) {
			if n == len(lines) {
				lines = append(lines, "")
			}
			lines[n] = term.PadRight(lines[n], left) + s
		}
		left += widths[i] + gutter
	}
	return lines
}

func (t *layout) tick(k Tick) {
	lines := term.Wrap(k.Text, TextColumns-len("[ ] "))
	for i := range lines {
		if i == 0 {
			lines[i] = "[ ] " + lines[i]
		} else {
			lines[i] = "    " + lines[i]
		}
	}
	if k.Note != "" {
		for _, s := range term.Wrap(k.Note, TextColumns-len("[ ] ")) {
			lines = append(lines, "    "+s)
		}
	}
	t.put(lines...)
}

// callout draws a frame around what is said.
func (t *layout) callout(c Callout) {
	edge := "+" + strings.Repeat("-", TextColumns-2) + "+"
	lines := []string{edge}
	for _, text := range []string{c.Title, c.Text} {
		if text == "" {
			continue
		}
		for _, s := range term.Wrap(text, TextColumns-4) {
			lines = append(lines, "| "+term.PadRight(s, TextColumns-4)+" |")
		}
	}
	t.belowHeading()
	t.put(append(lines, edge)...)
	t.space()
}

// room leaves lines to write on, two lines apart.
func (t *layout) room(r Room) {
	t.belowHeading()
	lines := term.Wrap(r.Label, TextColumns)
	for range max(1, r.Lines) {
		lines = append(lines, "", rule("_"))
	}
	t.put(lines...)
	t.space()
}

// blank leaves room to write, an empty line above included: lines of text stand
// closer than people write.
func (t *layout) blank(f Field) {
	t.space()
	if f.Boxes > 0 {
		lines := boxLines(f.Boxes, f.Group, t.valueColumns())
		if f.Note != "" {
			lines = append(lines, term.Wrap(f.Note, t.valueColumns())...)
		}
		t.row(f.Label, lines)
		return
	}
	var lines []string
	for range max(1, f.Lines) - 1 {
		lines = append(lines, strings.Repeat("_", t.valueColumns()), "")
	}
	last := strings.Repeat("_", max(minLabel, t.valueColumns()-term.Width(f.Note)-1))
	t.row(f.Label, append(lines, term.Wrap(last+" "+f.Note, t.valueColumns())...))
}

// boxLines draws a place for each of n characters, in groups that stay together,
// with room above to write.
func boxLines(n, group, room int) []string {
	most := (room + 1) / 2
	if group <= 0 || group > most {
		group = min(n, most)
	}
	var cells []string
	for ; n > 0; n -= group {
		cells = append(cells, strings.TrimRight(strings.Repeat("_ ", min(group, n)), " "))
	}
	var lines []string
	for i, s := range columns(cells, 2*group-1, room) {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, s)
	}
	return lines
}
