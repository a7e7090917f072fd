package cli

import (
	"fmt"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/term"
)

// showDoc puts on the screen what would stand on paper, in the width there is.
// Commands and what is typed as a whole are not broken.
func (a *app) showDoc(d *paper.Doc) {
	fmt.Fprintln(a.out, a.paint(paintHead, d.Title))
	for i := 0; i < len(d.Blocks); i++ {
		switch block := d.Blocks[i].(type) {
		case paper.Heading:
			fmt.Fprintln(a.out)
			for _, line := range a.wrapped(block.Text+a.behind(block.Note), 0) {
				fmt.Fprintln(a.out, a.paint(paintHead, line))
			}
		case paper.Para:
			a.paragraph(block.Text)
		case paper.Step:
			a.step(block)
		case paper.Command:
			for _, line := range block.Lines {
				fmt.Fprintf(a.out, "    %s\n", line)
			}
		case paper.Field:
			n := i
			var rows []row
			for ; n < len(d.Blocks); n++ {
				f, ok := d.Blocks[n].(paper.Field)
				if !ok {
					break
				}
				rows = append(rows, fieldRow(f))
			}
			var b strings.Builder
			a.writeRows(&b, rows)
			fmt.Fprint(a.out, b.String())
			i = n - 1
		}
	}
}

// behind is a remark behind a heading.
func (a *app) behind(note string) string {
	if note == "" {
		return ""
	}
	return a.text(lang.T(" (%s)", "（%s）"), note)
}

// paragraph writes running text; what follows the mark of a list hangs.
func (a *app) paragraph(text string) {
	mark := ""
	if strings.HasPrefix(text, "- ") {
		mark, text = "- ", text[2:]
	}
	a.hanging(mark, text)
}

func (a *app) step(s paper.Step) { a.hanging(fmt.Sprintf("%2d. ", s.Number), s.Text) }

// hanging writes a text behind a mark, its further lines below its first.
func (a *app) hanging(mark, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		for _, part := range a.wrapped(line, len(mark)) {
			fmt.Fprintf(a.out, "%s%s\n", mark, part)
			mark = strings.Repeat(" ", len(mark))
		}
	}
}

// fieldRow is a field as a row of the screen.
func fieldRow(f paper.Field) row {
	r := row{label: term.Sanitize(f.Label), value: f.Value, kind: record.TypeText}
	switch {
	case f.Style == paper.Blank:
		r.value = f.Note
	case strings.HasPrefix(f.Note, "（"):
		r.value = f.Value + f.Note
	case f.Note != "":
		r.value = strings.TrimSpace(f.Value + " " + f.Note)
	case f.Style == paper.Exact:
		r.kind = record.TypePhone // kept in one piece
	}
	return r
}
