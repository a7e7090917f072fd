package paper

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// A page of text: what A4 holds in the type that printers use for plain text,
// ten characters and six lines an inch, with a margin left for the binder.
const (
	TextColumns = 80
	TextRows    = 60
)

// Widths within a line, in columns.
const (
	indent    = 2
	minLabel  = 10
	maxLabel  = 28
	checkCols = 11 // "  check 3C" and its Japanese fellow
	gutter    = 2
)

// stays is how many blocks stay on the page of their heading.
const stays = 2

// Text writes the sheet as plain text: UTF-8, lines of at most TextColumns
// columns ending in "\n", pages of at most TextRows lines with a form feed
// between them. It uses ASCII alone where things stand below one another.
func Text(w io.Writer, d *Doc) error {
	t := &layout{d: d, label: labelColumns(d)}
	for _, block := range d.Blocks {
		t.block(block)
	}
	pages := t.paginate()
	foot := t.foot()
	bw := bufio.NewWriter(w)
	for i, page := range pages {
		if i > 0 {
			bw.WriteByte('\f')
		}
		for _, s := range slices.Concat(t.header(i+1, len(pages)), page, foot) {
			bw.WriteString(strings.TrimRight(s, " "))
			bw.WriteByte('\n')
		}
	}
	return bw.Flush()
}

// A line is one line of the sheet before it is cut into pages.
type line struct {
	text  string
	glue  bool   // no page may end behind it
	under string // the heading it belongs to; empty in the heading itself
	eject bool   // a new page begins here
}

// A layout turns blocks into lines.
type layout struct {
	d     *Doc
	label int // columns of the widest label
	lines []line
	under string
	first int // how many blocks must still stay with the heading
}

// labelColumns is the width of the column of labels.
func labelColumns(d *Doc) int {
	widest := minLabel
	for _, block := range d.Blocks {
		switch block := block.(type) {
		case Field:
			widest = max(widest, term.Width(block.Label))
		case Codes:
			widest = max(widest, term.Width(block.Label))
		case QR:
			widest = max(widest, term.Width(block.Label))
		case Picture:
			widest = max(widest, term.Width(block.Label))
		}
	}
	return min(widest, maxLabel)
}

func (t *layout) say(pair lang.Text, args ...any) string { return pair.Sprintf(t.d.Lang, args...) }

// header is what stands at the top of page n of count.
func (t *layout) header(n, count int) []string {
	made := t.say(lang.T("printed %s", "印刷日 %s"), t.d.Made.Format(time.DateOnly))
	page := t.say(lang.T("page %d of %d", "%d / %d ページ"), n, count)
	number := ""
	if t.d.Sheet != "" {
		number = t.say(lang.T("sheet %s", "用紙 %s"), t.d.Sheet)
	}
	head := append(t.apart(t.d.Title, number), t.apart(made, page)...)
	if t.d.Subtitle != "" {
		head = append(head, term.Wrap(t.d.Subtitle, TextColumns)...)
	}
	head = append(head, rule("="))
	if t.d.Warning != "" {
		head = append(head, term.Wrap(t.d.Warning, TextColumns)...)
		head = append(head, rule("="))
	}
	return append(head, "")
}

// foot is what stands below each page.
func (t *layout) foot() []string {
	if t.d.Foot == "" {
		return nil
	}
	return append([]string{"", rule("-")}, term.Wrap(t.d.Foot, TextColumns)...)
}

func rule(of string) string { return strings.Repeat(of, TextColumns) }

// apart sets left and right at the two edges, on two lines if one is too short.
func (t *layout) apart(left, right string) []string {
	if right == "" {
		return term.Wrap(left, TextColumns)
	}
	if gap := TextColumns - term.Width(left) - term.Width(right); gap >= gutter {
		return []string{left + strings.Repeat(" ", gap) + right}
	}
	lines := term.Wrap(left, TextColumns)
	for _, s := range term.Wrap(right, TextColumns) {
		lines = append(lines, strings.Repeat(" ", TextColumns-term.Width(s))+s)
	}
	return lines
}

// put adds lines that stay on one page if they are few; of many, only the first
// two and the last two do.
func (t *layout) put(texts ...string) {
	few := len(texts) <= 6
	for i, s := range texts {
		last := i == len(texts)-1
		t.lines = append(t.lines, line{text: s, under: t.under,
			glue: !last && (few || i == 0 || i == len(texts)-2)})
	}
	t.stick()
}

// stick ties what was put to what follows while it is the first below a
// heading.
func (t *layout) stick() {
	if t.first > 0 {
		t.first--
		t.lines[len(t.lines)-1].glue = t.first > 0
	}
}

// space adds an empty line unless there is one.
func (t *layout) space() {
	if n := len(t.lines); n > 0 && t.lines[n-1].text != "" {
		t.lines = append(t.lines, line{under: t.under, glue: t.lines[n-1].glue})
	}
}

// belowHeading is space, but nothing right under a heading.
func (t *layout) belowHeading() {
	if t.first < stays {
		t.space()
	}
}

func (t *layout) block(block Block) {
	switch block := block.(type) {
	case Heading:
		t.heading(block)
	case Para:
		t.belowHeading()
		t.put(term.Wrap(block.Text, TextColumns)...)
		t.space()
	case Step:
		t.step(block)
	case Command:
		t.command(block)
	case Field:
		t.field(block)
	case Codes:
		t.codes(block)
	case Groups:
		t.groups(block)
	case Legend:
		t.legend(block)
	case Blanks:
		t.blanks(block)
	case QR:
		t.qr(block)
	case Picture:
		t.row(block.Label, term.Wrap(pictureWords(t.d.Lang, block), t.valueColumns()))
	case Table:
		t.table(block)
	case Tick:
		t.tick(block)
	case Callout:
		t.callout(block)
	case Room:
		t.room(block)
	case PageBreak:
		t.space()
		t.lines = append(t.lines, line{eject: true})
	}
}

// heading begins a part: its name, a rule, and no page break before what stays
// with it.
func (t *layout) heading(h Heading) {
	if n := len(t.lines); n > 0 {
		t.lines[n-1].glue = false
	}
	t.space()
	t.under, t.first = "", 0
	text := numbered(h)
	for _, s := range append(t.apart(text, h.Note), rule("-")) {
		t.lines = append(t.lines, line{text: s, glue: true})
	}
	t.under, t.first = text, stays
}

// numbered is a heading with its number.
func numbered(h Heading) string {
	if h.Number == 0 {
		return h.Text
	}
	return fmt.Sprintf("%d. %s", h.Number, h.Text)
}

// row sets a label beside the lines of its value.
func (t *layout) row(label string, value []string) {
	labels := term.Wrap(label, t.label)
	var lines []string
	for i := range max(len(labels), len(value)) {
		left, right := "", ""
		if i < len(labels) {
			left = labels[i]
		}
		if i < len(value) {
			right = value[i]
		}
		lines = append(lines, strings.Repeat(" ", indent)+term.PadRight(left, t.label+gutter)+right)
	}
	t.put(lines...)
}

// valueColumns is the room right of the labels.
func (t *layout) valueColumns() int { return TextColumns - indent - t.label - gutter }

func (t *layout) field(f Field) {
	switch f.Style {
	case Blank:
		t.blank(f)
	case Exact:
		t.row(f.Label, append(t.exact(f), t.more(f)...))
	default:
		value := optionLines(struck(f), func(line string) bool { return term.Width(line) <= t.valueColumns() })
		if f.Note != "" {
			value += " " + f.Note
		}
		t.row(f.Label, append(term.Wrap(value, t.valueColumns()), t.more(f)...))
	}
}

// more are the lines below a value.
func (t *layout) more(f Field) []string {
	if f.More == "" {
		return nil
	}
	return term.Wrap(f.More, t.valueColumns())
}

// struck is the value behind the cross that a used code has, if it is struck out.
func struck(f Field) string {
	if f.Struck {
		return "[x] " + f.Value
	}
	return f.Value
}

// exact cuts a key where it has to be, and sets its check letters at the edge.
func (t *layout) exact(f Field) []string {
	room := t.valueColumns() - checkCols
	lines := cut(struck(f), room)
	if f.Check != "" {
		check := t.say(lang.T("check %s", "確かめ %s"), f.Check)
		last := len(lines) - 1
		lines[last] = term.PadRight(lines[last], t.valueColumns()-term.Width(check)) + check
	}
	if f.Note != "" {
		lines = append(lines, f.Note)
	}
	return lines
}

// cut breaks a key into lines of at most cols columns: behind the separator of
// two groups if there is one in the second half of the line, else anywhere.
func cut(s string, cols int) []string {
	var lines []string
	for part := range strings.SplitSeq(s, "\n") {
		for {
			at := fits(part, cols)
			if at == len(part) {
				break
			}
			if sep := strings.LastIndexAny(part[:at], "- ") + 1; sep > at/2 {
				at = sep
			}
			lines = append(lines, part[:at])
			part = part[at:]
		}
		lines = append(lines, part)
	}
	return lines
}

// fits returns how many bytes of s take at most cols columns; at least one
// character, and no more bytes than letters with a few marks each would take.
func fits(s string, cols int) int {
	_, at := utf8.DecodeRuneInString(s)
	for at < len(s) && at < 16*cols {
		_, size := utf8.DecodeRuneInString(s[at:])
		if term.Width(s[:at+size]) > cols {
			break
		}
		at += size
	}
	return at
}

func (t *layout) codes(c Codes) {
	cells := make([]string, len(c.List))
	widest := 0
	for i, code := range c.List {
		box := "[ ]"
		if code.Used != "" {
			box = "[x]"
		}
		cells[i] = strings.Join(slices.DeleteFunc([]string{box, code.Code, code.Check, code.Used},
			func(s string) bool { return s == "" }), " ")
		widest = max(widest, term.Width(cells[i]))
	}
	if widest > t.valueColumns() {
		t.row(c.Label, t.longCodes(c))
		return
	}
	t.row(c.Label, columns(cells, widest, t.valueColumns()))
}

// columns sets cells row by row into as many columns as fit.
func columns(cells []string, widest, room int) []string {
	across := max(1, (room+gutter+1)/(widest+gutter+1))
	var lines []string
	for row := range slices.Chunk(cells, across) {
		var b strings.Builder
		for _, cell := range row {
			b.WriteString(term.PadRight(cell, widest+gutter+1))
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// longCodes sets codes that are wider than a line, below one another.
func (t *layout) longCodes(c Codes) []string {
	var lines []string
	for _, code := range c.List {
		box := "[ ] "
		if code.Used != "" {
			box = "[x] "
		}
		for _, s := range cut(code.Code, t.valueColumns()-len(box)) {
			lines = append(lines, box+s)
			box = "    "
		}
		for _, s := range cut(strings.TrimSpace(code.Check+" "+code.Used), t.valueColumns()-len(box)) {
			lines = append(lines, box+s)
		}
	}
	return lines
}

func (t *layout) groups(g Groups) {
	cells := make([]string, len(g.List))
	widest := 0
	for i, s := range g.List {
		cells[i] = fmt.Sprintf("%2d) %s", i+1, s)
		widest = max(widest, term.Width(cells[i]))
	}
	t.space()
	for _, s := range columns(cells, widest, TextColumns-2*indent) {
		t.put(strings.Repeat(" ", indent) + s)
		t.lines[len(t.lines)-1].glue = true
		t.space()
	}
}

func (t *layout) step(s Step) {
	number := fmt.Sprintf("%2d. ", s.Number)
	lines := term.Wrap(s.Text, TextColumns-len(number))
	for i := range lines {
		lines[i] = number + lines[i]
		number = strings.Repeat(" ", len(number))
	}
	t.put(lines...)
}

// command sets what is typed; it belongs to what was said before it.
func (t *layout) command(c Command) {
	if n := len(t.lines); n > 0 {
		t.lines[n-1].glue = true
	}
	var lines []string
	for _, s := range c.Lines {
		for _, part := range cut(s, TextColumns-2*indent) {
			lines = append(lines, strings.Repeat(" ", 2*indent)+part)
		}
	}
	t.put(lines...)
}

func (t *layout) legend(l Legend) {
	t.heading(Heading{Text: l.Title})
	sets := make([]string, len(l.Alike))
	widest := 0
	for i, set := range l.Alike {
		names := make([]string, len(set))
		for j, g := range set {
			names[j] = g.Char + " = " + g.Name
		}
		sets[i] = strings.Join(names, ", ")
		widest = max(widest, term.Width(sets[i]))
	}
	if len(sets) > 0 {
		t.put(indented(columns(sets, widest, TextColumns-indent))...)
	}
	for _, note := range l.Notes {
		t.put(indented(term.Wrap(note, TextColumns-indent))...)
	}
}

func indented(lines []string) []string {
	for i := range lines {
		lines[i] = strings.Repeat(" ", indent) + lines[i]
	}
	return lines
}

// blanks are filled in by hand, so they stand two lines apart.
func (t *layout) blanks(b Blanks) {
	widest := 0
	for _, label := range b.Labels {
		widest = max(widest, term.Width(label))
	}
	t.endPart()
	var lines []string
	for _, label := range b.Labels {
		lines = append(lines, "", term.PadRight(label, widest+gutter)+
			strings.Repeat("_", TextColumns-widest-gutter))
	}
	t.put(lines...)
	t.lines[len(t.lines)-1].glue = true // what is said about them stays with them
	t.space()
}

// endPart says that what follows belongs to no heading.
func (t *layout) endPart() {
	t.space()
	if n := len(t.lines); n > 0 {
		t.lines[n-1].glue = false
	}
	t.under, t.first = "", 0
}
