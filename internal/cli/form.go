package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A form asks for what a record holds, one question after the other, and ends
// in a review. Nothing is saved by it.
type form struct {
	a     *app
	t     *term.Terminal
	r     *record.Record // what is being filled in
	tmpl  *record.Template
	cards []store.Card // of the vault, to complete the names of other records
	coach *coach       // nil where nobody wants to hear it
	fresh bool         // a new record: Enter takes the template's usual answer
	files int          // how many files the record will take along
	asks  []question
	known int // how many of asks, from the first, need not be asked
}

// A question is one field, or the owner or the notes of the record.
type question struct {
	spec *record.Spec
	part part
	own  string // the label of a field of one's own
}

// A part is what of a record a question is about.
type part uint8

const (
	partField part = iota
	partOwner
	partNotes
)

func (a *app) newForm(t *term.Terminal, r *record.Record, tmpl *record.Template, cards []store.Card) *form {
	f := &form{a: a, t: t, r: r, tmpl: tmpl, cards: cards}
	for i := range tmpl.Fields {
		q := question{spec: &tmpl.Fields[i]}
		if have := r.Field(q.spec.Key); have != nil {
			q.own = have.Label
		}
		f.asks = append(f.asks, q)
	}
	return f
}

// askOwner puts the question whose record this is before all others: names and
// hints depend on it.
func (f *form) askOwner() { f.asks = append([]question{ownerQuestion()}, f.asks...) }

func ownerQuestion() question {
	return question{part: partOwner, spec: &record.Spec{Key: "owner", Type: record.TypeText,
		Label: lang.T("owner", "持ち主"), Help: lang.T("a family member or a customer; empty if it is yours", "家族やお客様の名前。自分のものなら空のまま")}}
}

// askNotes puts the question for whatever else there is to say at the end. A
// template that is itself free text needs none.
func (f *form) askNotes() {
	if f.r.Notes != "" || len(f.tmpl.Fields) == 0 || f.tmpl.Fields[0].Type != record.TypeMultiline {
		f.asks = append(f.asks, notesQuestion())
	}
}

func notesQuestion() question {
	return question{part: partNotes, spec: &record.Spec{Key: "notes", Type: record.TypeMultiline,
		Label: notesLabel, Help: lang.T("anything else that helps to get back in", "ほかに、戻るときに役立ちそうなこと")}}
}

// keep leaves only the questions with these keys.
func (f *form) keep(keys ...string) {
	f.asks = slices.DeleteFunc(f.asks, func(q question) bool { return !slices.Contains(keys, q.spec.Key) })
}

// fill asks everything and reviews until the person says yes. It reports false
// where they said no.
func (f *form) fill() (bool, error) {
	if err := f.askAll(); err != nil {
		return false, err
	}
	return f.review()
}

// askAll asks one question after the other.
func (f *form) askAll() error {
	f.line(0, f.a.text(f.keys()))
	f.t.Print("\n")
	step := 1
	for i := f.known; i < len(f.asks); {
		if f.pointless(i) {
			i += step
			continue
		}
		err := f.ask(i)
		step = 1
		switch {
		case errors.Is(err, term.ErrBack):
			i, step = max(i-1, 0), -1
		case err != nil:
			return err
		default:
			i++
		}
	}
	return nil
}

// pointless reports whether question i asks for the day on which codes were made
// where none were given just before.
func (f *form) pointless(i int) bool {
	if spec := f.asks[i].spec; spec.Role != record.RoleCodesDay || f.value(f.asks[i]) != "" {
		return false
	}
	asked := false
	for _, q := range f.asks[:i] {
		if q.spec.Role == record.RoleCodes || q.spec.Role == record.RoleRescue {
			have := f.r.Field(q.spec.Key)
			if have != nil && (len(have.Codes) > 0 || have.Value != "" && !record.SaysNone(have.Value)) {
				return false
			}
			asked = true
		}
	}
	return asked
}

// keys says how to move about.
func (f *form) keys() lang.Text {
	if f.t.Plain() {
		return lang.T("Enter = next (empty: skip, or keep the answer shown)   - = empty it   ? = more about the question   Ctrl-P, Enter = back   Ctrl-C = stop, nothing is saved",
			"Enter=次へ（空ならとばす。今の答えがあればそのまま）  - =答えを消す  ? =質問の説明  Ctrl-P と Enter=前に戻る  Ctrl-C=やめる（保存しません）")
	}
	return lang.T("Enter = next (empty: skip)  Ctrl-P or Up = back  ? = more about the question  Ctrl-C = stop, save nothing",
		"Enter=次へ（空ならとばす）  Ctrl-P か ↑=前に戻る  ? =質問の説明  Ctrl-C=やめる（保存しません）")
}

// label is what a question is called. A field of one's own may come from a vault
// of somebody else: what is in it is shown, never obeyed by the terminal.
func (f *form) label(q question) string { return term.Sanitize(f.a.text(q.spec.Label)) }

// line prints a remark, indented.
func (f *form) line(indent int, text string) { f.a.tell(f.t, indent, text) }

// value is the answer so far, as it is stored; that of a list of codes is
// elsewhere.
func (f *form) value(q question) string {
	switch q.part {
	case partOwner:
		return f.r.Owner
	case partNotes:
		return f.r.Notes
	}
	if have := f.r.Field(q.spec.Key); have != nil {
		return have.Value
	}
	return ""
}

// put takes an answer; an empty one is none.
func (f *form) put(q question, value string) {
	switch {
	case q.part == partOwner:
		f.r.Owner = value
	case q.part == partNotes:
		f.r.Notes = value
	case value == "":
		f.r.Remove(q.spec.Key)
	default:
		f.r.Set(q.spec.Key, q.spec.Type, value)
		f.r.Field(q.spec.Key).Label = q.own
	}
}

// taken says what there is to say about an answer that was just given.
func (f *form) taken(q question) {
	if q.part != partField || f.coach == nil {
		return
	}
	for _, remark := range f.coach.remarks(f.r, q.spec.Key) {
		f.hint(remark)
	}
}

// hint prints a remark of the coach, marked by a word: colour says nothing to
// who can't see it.
func (f *form) hint(text string) {
	f.hang(4, f.a.text(hintMark), text)
}

// hang prints text behind a head, its further rows below its first.
func (f *form) hang(indent int, head, text string) {
	cols, _ := f.t.Size()
	for _, row := range hanging(strings.Repeat(" ", indent)+head, text, cols-1) {
		f.t.Print(row + "\n")
	}
}

// hanging fits text behind a head into columns, its further rows below its
// first.
func hanging(head, text string, cols int) []string {
	rows := term.Wrap(term.SanitizeLines(text), max(cols-term.Width(head), narrowest))
	below := strings.Repeat(" ", term.Width(head))
	for i, row := range rows {
		rows[i] = below + row
		if i == 0 {
			rows[i] = head + row
		}
	}
	return rows
}

// prompt is a label behind the number of its question, in as many rows as it
// needs: a terminal would break words in the middle. The answer follows it.
func (f *form) prompt(number, label string) string {
	cols, _ := f.t.Size()
	rows := term.Wrap(label, max(cols-2-len(number), narrowest))
	return number + strings.Join(rows, "\n"+strings.Repeat(" ", len(number))) + " "
}

// helpLine is what a question is about, with an example: in the same row if
// both fit behind indent columns, else in a row of its own, where it can be
// seen whole.
func (f *form) helpLine(indent int, s *record.Spec) string {
	help := f.a.text(s.Help)
	example := f.a.text(s.Example.Text)
	if example == "" {
		return help
	}
	cols, _ := f.t.Size()
	if both := help + f.a.text(lang.T(" (like %s)", "（例: %s）"), example); term.Width(both) < cols-indent {
		return both
	}
	return help + "\n" + f.a.text(lang.T("like %s", "例: %s"), example)
}

// isHelp reports whether an answer asks for an explanation.
func isHelp(typed string) bool { return lang.FoldCode(typed) == "?" }

// explain says all that is known about a question: what it is for, whether the
// service will ask for it, and what the service does, with source and date.
func (f *form) explain(q question) error {
	cols, _ := f.t.Size()
	var rows []string
	add := func(head, text string) { rows = append(rows, hanging(head, text, cols-1)...) }
	const before = "    "
	add(before, f.helpLine(len(before), q.spec))
	if n := q.spec.Expect; n > 0 {
		add(before, f.a.text(lang.T("the service gives out %d of them", "このサービスが発行するのは %d 個です"), n))
	}
	if form := f.tmpl.Form; form != nil && slices.Contains(form.Fields, q.spec.Key) {
		add(before, f.a.text(lang.T("the service asks for this when you have lost every other way in", "ほかの手段を全部なくしたとき、サービスから聞かれる項目です")))
	}
	if q.part == partField && len(f.tmpl.Facts) > 0 {
		add(before, f.a.text(lang.T("What is known about %s:", "%sについて分かっていること:"), f.tmpl.Label))
		for _, fact := range f.tmpl.Facts {
			add(before+"- ", f.a.text(fact.Text))
			add(before+"  ", f.a.text(lang.T("source: %s (%s)", "出どころ: %s（%s）"), fact.Source.Text, fact.AsOf))
		}
	}
	_, err := f.page(rows)
	return err
}

// page prints rows, a screenful at a time. What is typed instead of a bare
// Enter ends it and is returned.
func (f *form) page(rows []string) (typed string, err error) {
	_, height := f.t.Size()
	for n := max(height-3, 5); !f.t.Plain() && len(rows) > n+2; {
		f.t.Print(strings.Join(rows[:n], "\n") + "\n")
		rows = rows[n:]
		typed, err = f.a.readLine(f.t, term.Line{Prompt: f.a.text(lang.T("Enter = go on (%d more lines) ", "Enter=続き（あと %d 行） "), len(rows))})
		if err != nil || strings.TrimSpace(typed) != "" {
			return typed, err
		}
	}
	for _, row := range rows {
		f.t.Print(row + "\n")
	}
	return "", nil
}

// completeName offers the names of records, for Tab.
func (f *form) completeName(typed string) []string {
	var names []string
	for _, c := range f.cards {
		if !c.Trashed && strings.HasPrefix(lang.Fold(c.Name), lang.Fold(typed)) {
			names = append(names, c.Name)
		}
	}
	return names
}

// tellReference says where a reference leads nowhere yet. It may be noted
// later; nothing is refused.
func (f *form) tellReference(s *record.Spec, name string) {
	known := func(c store.Card) bool { return !c.Trashed && record.NameKey(c.Name) == record.NameKey(name) }
	if s.Type == record.TypeRef && !record.SaysNone(name) && !slices.ContainsFunc(f.cards, known) {
		f.line(4, f.a.text(lang.T("there is no record of that name yet; you can note it later", "その名前の記録はまだありません。あとから記録できます")))
	}
}

// tell prints what was changed about an answer, and what looks odd.
func (f *form) tell(notes []record.Note, value string) {
	for _, line := range f.a.remarksOn(notes, value) {
		f.line(4, line)
	}
}

// remarksOn are what there is to say about an answer: what was changed, in one
// row with the value as it is now, and each thing that looks odd. Of a choice
// the remark says the label; its value is for programs.
func (a *app) remarksOn(notes []record.Note, value string) []string {
	var said []string
	if line := record.Changes(a.lang, notes); line != "" {
		if value != "" && notes[0].Key != "choice" && !strings.Contains(line, value) {
			line += ": " + value
		}
		said = append(said, line)
	}
	for _, n := range notes {
		if !n.Changed {
			said = append(said, n.Say(a.lang))
		}
	}
	return said
}

func (f *form) refuse(err error) {
	f.line(4, f.a.explain(err).what.in(f.a.lang))
}

// number is what stands before question i.
func (f *form) number(i int) string { return fmt.Sprintf("%d/%d ", i+1, len(f.asks)) }
