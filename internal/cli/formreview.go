package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// heading stands above the answers. An owner that was not asked for is named
// there, since no answer shows it.
func (f *form) heading() string {
	asked := slices.ContainsFunc(f.asks, func(q question) bool { return q.part == partOwner })
	if f.r.Owner == "" || asked {
		return f.a.text(lang.T("Please check:", "確認してください:"))
	}
	return f.a.text(lang.T("Please check (owner: %s):", "確認してください（持ち主: %s）:"), f.r.Owner)
}

// review shows all answers with their numbers and asks whether to save. A
// number goes back to that question, + adds a field.
func (f *form) review() (bool, error) {
	for shown := false; ; {
		typed, err := "", error(nil)
		if !shown {
			f.t.Print("\n")
			f.line(0, f.heading())
			typed, err = f.page(f.answers())
		}
		if err == nil && strings.TrimSpace(typed) == "" {
			typed, err = f.a.readLine(f.t, term.Line{Prompt: f.prompt("", f.a.text(f.saveQuestion()))})
		}
		if err != nil {
			return false, err
		}
		switch answer := lang.Fold(lang.FoldCode(typed)); {
		case isYes(answer):
			return true, nil
		case answer == "":
			return !f.unwritten(), nil
		case isNo(answer):
			shown = false
			sure, err := f.a.confirm(lang.T("Throw all answers away?", "入力した内容を全部捨てますか？"))
			if err != nil || sure {
				return false, err
			}
		case answer == "+":
			shown, err = false, f.addOwn()
		default:
			shown, err = f.correct(answer)
		}
		if err != nil && !errors.Is(err, term.ErrBack) {
			return false, err
		}
	}
}

// saveQuestion asks whether to keep the answers; Enter keeps them, unless there
// are none.
func (f *form) saveQuestion() lang.Text {
	if f.unwritten() {
		return lang.T("Nothing is written yet. Save this? [y/N/number to correct/+ to add a field]", "まだ何も書いてありません。保存しますか？ [y/N/直す番号/+ で追加]")
	}
	return lang.T("Save this? [Y/n/number to correct/+ to add a field]", "この内容で保存しますか？ [Y/n/直す番号/+ で項目を追加]")
}

// unwritten reports whether a new record has no answer but those that Enter
// gives.
func (f *form) unwritten() bool {
	if !f.fresh || f.r.Notes != "" || f.files > 0 {
		return false
	}
	return !slices.ContainsFunc(f.r.Fields, func(have record.Field) bool {
		spec := f.tmpl.Spec(have.Key)
		return spec == nil || spec.Default == "" || have.Value != spec.Default
	})
}

// correct asks the question with the number again. An answer that is no such
// number is said to be none below the answers, which are still to be seen.
func (f *form) correct(answer string) (none bool, err error) {
	n, err := strconv.Atoi(answer)
	if err != nil || n < 1 || n > len(f.asks) {
		f.line(4, f.a.text(lang.T("please answer y, n, +, or a number from 1 to %d", "y（はい）、n（いいえ）、+（項目を追加）か、1〜%d の番号で答えてください"), len(f.asks)))
		return true, nil
	}
	return false, f.ask(n - 1)
}

// addOwn asks for a field that the template does not have: its label, its kind,
// its value.
func (f *form) addOwn() error {
	label, err := f.askLabel()
	if err != nil || label == "" {
		return err
	}
	kinds := make([]string, len(ownTypes))
	for i, own := range ownTypes {
		kinds[i] = f.a.text(own.text)
	}
	f.line(0, f.a.text(lang.T("What kind of answer is it?", "答えの種類はどれですか？")))
	n, err := f.a.choose(kinds, 1, nil)
	if err != nil {
		return err
	}
	spec := &record.Spec{Key: ownKey(f.tmpl, f.r, label), Type: ownTypes[n].kind, Label: lang.Text{EN: label, JA: label}, Help: ownFieldHelp}
	f.asks = append(f.asks, question{spec: spec, own: label})
	err = f.ask(len(f.asks) - 1)
	if f.r.Field(spec.Key) == nil {
		f.asks = f.asks[:len(f.asks)-1]
	}
	return err
}

// askLabel asks what a new field is called; nothing means no field after all.
func (f *form) askLabel() (string, error) {
	line := term.Line{Prompt: f.prompt("", f.a.text(lang.T("What is the field called? (empty: none)", "項目の名前（空ならやめる）:"))), Back: true}
	for {
		typed, err := f.a.readLine(f.t, line)
		if err != nil || strings.TrimSpace(typed) == "" {
			return "", err
		}
		label, err := f.a.cleanLabel(f.tmpl, f.r, typed)
		if err == nil {
			return label, nil
		}
		f.refuse(err)
		line.Initial = typed
	}
}

// answers are the rows of the review. Where they are more than the window holds,
// the questions without an answer share a few rows at the end.
func (f *form) answers() []string {
	_, height := f.t.Size()
	rows := f.answerRows(true)
	if len(rows) > height-3 {
		rows = append(f.answerRows(false), f.unanswered()...)
	}
	return rows
}

func (f *form) answerRows(empty bool) []string {
	cols, _ := f.t.Size()
	widest := 0
	for _, q := range f.asks {
		widest = max(widest, term.Width(f.label(q)))
	}
	const before = 6 // columns of the number and the spaces around it
	below := widest > (cols-before)/2
	var rows []string
	for i, q := range f.asks {
		label := f.label(q)
		room := max(cols-before-widest-3, narrowest)
		if below {
			room = max(cols-before-3, narrowest)
		}
		lines := f.shown(q, room)
		switch {
		case len(lines) == 0 && !empty:
			continue
		case len(lines) == 0 && below:
			lines = []string{fmt.Sprintf("  %2d  %s  -", i+1, label)}
		case len(lines) == 0:
			lines = []string{fmt.Sprintf("  %2d  %s  -", i+1, term.PadRight(label, widest))}
		case below:
			lines = append([]string{fmt.Sprintf("  %2d  %s", i+1, label)}, indented(lines, before+2)...)
		default:
			first := fmt.Sprintf("  %2d  %s  %s", i+1, term.PadRight(label, widest), lines[0])
			lines = append([]string{first}, indented(lines[1:], before+widest+2)...)
		}
		rows = append(rows, lines...)
	}
	return rows
}

// mostRows is how many rows one answer gets in the review.
const mostRows = 12

// shorten leaves out the middle of a very long answer.
func shorten(rows []string) []string {
	if len(rows) <= mostRows {
		return rows
	}
	return slices.Concat(rows[:mostRows-2], []string{"..."}, rows[len(rows)-1:])
}

func indented(rows []string, by int) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = strings.Repeat(" ", by) + row
	}
	return out
}

// unanswered names the questions without an answer by their numbers.
func (f *form) unanswered() []string {
	var names []string
	for i, q := range f.asks {
		if len(f.shown(q, narrowest)) == 0 {
			names = append(names, fmt.Sprintf("%d %s", i+1, f.label(q)))
		}
	}
	if len(names) == 0 {
		return nil
	}
	cols, _ := f.t.Size()
	text := f.a.text(lang.T("left empty: %s", "空のまま: %s"), strings.Join(names, f.a.text(lang.T(", ", "、"))))
	return indented(term.Wrap(text, max(cols-7, narrowest)), 6)
}

// shown is an answer as the review shows it, in rows: whole, because this is
// where it is compared with the card. No rows mean no answer.
func (f *form) shown(q question, cols int) []string {
	value := f.value(q)
	if have := f.r.Field(q.spec.Key); q.part == partField && have != nil && len(have.Codes) > 0 {
		return sideBySide(strings.Split(f.a.codeLines(have.Codes), "\n"), cols)
	}
	if o := q.spec.Option(value); o != nil {
		value = f.a.text(o.Label)
	}
	if value == "" {
		return nil
	}
	return shorten(term.Wrap(term.SanitizeLines(value), cols))
}

// sideBySide puts as many short texts into a row as fit, each whole and in
// columns.
func sideBySide(texts []string, cols int) []string {
	widest := 1
	for _, text := range texts {
		widest = max(widest, term.Width(text))
	}
	n := max((cols+3)/(widest+3), 1)
	var rows []string
	for group := range slices.Chunk(texts, n) {
		var row strings.Builder
		for _, text := range group {
			row.WriteString(term.PadRight(text, widest+3))
		}
		rows = append(rows, strings.TrimRight(row.String(), " "))
	}
	return rows
}
