package term

import (
	"fmt"
	"strings"
)

// minField is the room an answer should have beside its prompt. With less, the
// prompt gets a line of its own.
const minField = 12

// shortPrompt stands before the answer when the prompt is on a line of its own.
const shortPrompt = "> "

// A cell is one cluster on the screen.
type cell struct {
	text  string
	width int // columns
}

// A view is the row on the screen in which an answer is edited. It writes only
// what changed: a character typed at the end is all that is sent, which keeps
// slow lines quick and screen readers quiet. The last column stays free, so the
// terminal never wraps.
type view struct {
	t      *Terminal
	prompt string // what stands before the answer in its row
	full   string // the last line of the prompt that was asked for
	above  bool   // full is on a row of its own
	cols   int    // of the window
	indent int    // columns of prompt
	room   int    // columns for the answer

	shown []cell
	col   int // the cursor, in columns from the start of the answer
	first int // the first cell shown of an answer that is too long
}

// start prints the prompt. The row is cleared first of what was typed ahead
// and echoed before we were asking.
func (v *view) start(t *Terminal, prompt string) {
	v.t = t
	prompt = SanitizeLines(prompt)
	head := ""
	if i := strings.LastIndexByte(prompt, '\n'); i >= 0 {
		head, prompt = strings.ReplaceAll(prompt[:i+1], "\n", "\r\n"), prompt[i+1:]
	}
	v.full = prompt
	v.send("\r\x1b[K" + head + v.layout())
}

// layout fits the prompt to the window and returns what to print for it.
func (v *view) layout() string {
	v.cols, _ = v.t.Size()
	usable := max(v.cols-1, 1)
	v.shown, v.col = nil, 0
	v.prompt, v.indent = v.full, Width(v.full)
	moved := ""
	if v.above || v.indent > len(shortPrompt) && usable-v.indent < minField {
		if !v.above {
			moved = strings.Join(Wrap(v.full, usable), "\r\n") + "\r\n"
		}
		v.above = true
		v.prompt = ""
		if usable >= minField {
			v.prompt = shortPrompt
		}
		v.indent = len(v.prompt)
	}
	v.room = max(usable-v.indent, 1)
	return moved + v.prompt
}

// redraw prints the row anew, after the window changed or something else wrote
// on it. What is shown follows with the next show.
func (v *view) redraw() { v.send("\r\x1b[J" + v.layout()) }

// note shows rows below the one that is edited and starts that anew under them.
func (v *view) note(rows []string) {
	shown := ""
	for _, row := range rows {
		shown += "\r\n" + Sanitize(row)
	}
	v.send(shown + "\r\n" + v.layout())
}

// finish leaves the row as it is and goes to the next.
func (v *view) finish() { v.send("\r\n") }

// show brings the row up to date: cells with the cursor before the one at
// index cursor.
func (v *view) show(cells []cell, cursor int) {
	want, at := v.window(cells, cursor)
	same, col := 0, 0
	for same < len(want) && same < len(v.shown) && want[same] == v.shown[same] {
		col += want[same].width
		same++
	}
	var out strings.Builder
	if same < len(want) || same < len(v.shown) {
		v.goTo(&out, col)
		for _, c := range want[same:] {
			out.WriteString(c.text)
		}
		v.col = columns(want)
		if v.col < columns(v.shown) {
			out.WriteString("\x1b[K")
		}
		v.shown = want
	}
	v.goTo(&out, at)
	v.send(out.String())
}

// goTo moves the cursor by an absolute column (CHA), so that a character whose
// width the terminal sees otherwise puts it wrong only until the next move.
func (v *view) goTo(out *strings.Builder, col int) {
	if col != v.col {
		fmt.Fprintf(out, "\x1b[%dG", min(v.indent+col+1, v.cols))
		v.col = col
	}
}

// window picks the cells that fit and returns the column of the cursor among
// them. An answer that is too long scrolls sideways by half the room at a time,
// with < and > where it goes on.
func (v *view) window(cells []cell, cursor int) (shown []cell, at int) {
	if columns(cells) <= v.room {
		v.first = 0
		return cells, columns(cells[:cursor])
	}
	arrows := 0
	if v.room >= minField/2 {
		arrows = 1
	}
	inner := max(v.room-2*arrows, 1)
	v.first = min(v.first, len(cells))
	if cursor < v.first || columns(cells[v.first:cursor]) > inner {
		v.first = cursor
		for back := 0; v.first > 0; v.first-- {
			back += cells[v.first-1].width
			if back > inner/2 {
				break
			}
		}
	}
	return v.cut(cells, cursor, arrows, inner)
}

// cut returns the cells from v.first on that fit in inner columns, between
// arrows columns for the marks on either side.
func (v *view) cut(cells []cell, cursor, arrows, inner int) (shown []cell, at int) {
	end, used := v.first, 0
	for end < len(cells) && used+cells[end].width <= inner {
		used += cells[end].width
		end++
	}
	at = columns(cells[v.first:min(cursor, end)])
	if arrows == 0 {
		return cells[v.first:end], at
	}
	if v.first > 0 {
		shown = append(shown, cell{"<", 1})
		at++
	}
	shown = append(shown, cells[v.first:end]...)
	if end < len(cells) {
		shown = append(shown, cell{">", 1})
	}
	return shown, at
}

func columns(cells []cell) int {
	n := 0
	for _, c := range cells {
		n += c.width
	}
	return n
}

func (v *view) send(s string) {
	if s == "" {
		return
	}
	_, _ = v.t.out.Write([]byte(s))
}
