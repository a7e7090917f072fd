package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	asks  []question
}

// A question is one field, or the owner of the record.
type question struct {
	spec  *record.Spec
	owner bool
}

func (a *app) newForm(t *term.Terminal, r *record.Record, tmpl *record.Template, cards []store.Card) *form {
	f := &form{a: a, t: t, r: r, tmpl: tmpl, cards: cards}
	for i := range tmpl.Fields {
		f.asks = append(f.asks, question{spec: &tmpl.Fields[i]})
	}
	return f
}

// askOwner puts the question whose record this is at the end.
func (f *form) askOwner() {
	f.asks = append(f.asks, question{owner: true, spec: &record.Spec{Key: "owner", Type: record.TypeText,
		Label: lang.T("owner", "持ち主"), Help: lang.T("a family member or a customer; empty if it is yours", "家族やお客様の名前。自分のものなら空のまま")}})
}

// fill asks everything and reviews until the person says yes. It reports false
// where they said no.
func (f *form) fill() (bool, error) {
	f.line(0, f.a.text(f.keys()))
	f.t.Print("\n")
	for i := 0; i < len(f.asks); {
		err := f.ask(i)
		switch {
		case errors.Is(err, term.ErrBack):
			i = max(i-1, 0)
		case err != nil:
			return false, err
		default:
			i++
		}
	}
	return f.review()
}

// keys says how to move about.
func (f *form) keys() lang.Text {
	if f.t.Plain() {
		return lang.T("Enter = next (empty: skip, or keep the answer shown)   - = empty it   Ctrl-P, Enter = back   Ctrl-C = stop, nothing is saved",
			"Enter=次へ（空ならとばす。今の答えがあればそのまま）  - =答えを消す  Ctrl-P と Enter=前に戻る  Ctrl-C=やめる（保存しません）")
	}
	return lang.T("Enter = next (empty: skip)  Ctrl-P or Up = back  Ctrl-C = stop, save nothing",
		"Enter=次へ（空ならとばす）  Ctrl-P か ↑=前に戻る  Ctrl-C=やめる（保存しません）")
}

// line prints a remark, indented.
func (f *form) line(indent int, text string) { f.a.tell(f.t, indent, text) }

// ask puts question i until it has an answer that can be kept.
func (f *form) ask(i int) error {
	q := f.asks[i]
	number := fmt.Sprintf("%d/%d ", i+1, len(f.asks))
	if help := f.helpLine(q.spec); help != "" {
		f.line(len(number), help)
	}
	switch {
	case q.owner:
		return f.askOwnerName(number, i > 0)
	case q.spec.Type == record.TypeCodes:
		return f.askCodes(number, q.spec, i > 0)
	case q.spec.Type == record.TypeMultiline:
		return f.askLines(number, q.spec, i > 0)
	}
	return f.askValue(number, q.spec, i > 0)
}

func (f *form) helpLine(s *record.Spec) string {
	help := f.a.text(s.Help)
	if example := f.a.text(s.Example.Text); example != "" {
		help += f.a.text(lang.T(" (like %s)", "（例: %s）"), example)
	}
	return help
}

func (f *form) askOwnerName(number string, back bool) error {
	for initial := f.r.Owner; ; {
		typed, err := f.a.readLine(f.t, term.Line{Prompt: f.prompt(number, f.asks[len(f.asks)-1].spec), Initial: initial, Back: back})
		if err != nil {
			return err
		}
		value, _, err := record.Clean(record.TypeText, typed)
		if err == nil {
			f.r.Owner = value
			return nil
		}
		f.refuse(err)
		initial = typed
	}
}

func (f *form) prompt(number string, s *record.Spec) string {
	label := f.a.text(s.Label)
	if len(s.Options) > 0 {
		options := make([]string, len(s.Options))
		for i, o := range s.Options {
			options[i] = fmt.Sprintf("%d=%s", i+1, f.a.text(o.Label))
		}
		label += " [" + strings.Join(options, " ") + "]"
	}
	return number + label + ": "
}

// askValue asks for one line.
func (f *form) askValue(number string, s *record.Spec, back bool) error {
	initial := f.current(s)
	for {
		line := term.Line{Prompt: f.prompt(number, s), Initial: initial, Back: back}
		if s.Type == record.TypeRef {
			line.Complete = f.completeName
		}
		typed, err := f.a.readLine(f.t, line)
		if err != nil {
			return err
		}
		if strings.TrimSpace(typed) == "" {
			f.r.Remove(s.Key)
			return nil
		}
		value, notes, err := s.Clean(f.pick(s, typed))
		if err == nil {
			f.tell(notes, value)
			f.tellReference(s, value)
			f.r.Set(s.Key, s.Type, value)
			return nil
		}
		f.refuse(err)
		initial = typed
	}
}

// current is the answer so far, as a person would type it.
func (f *form) current(s *record.Spec) string {
	have := f.r.Field(s.Key)
	if have == nil {
		return ""
	}
	if o := s.Option(have.Value); o != nil {
		return f.a.text(o.Label)
	}
	return have.Value
}

// pick turns the number of an option into the option.
func (f *form) pick(s *record.Spec, typed string) string {
	n, err := strconv.Atoi(lang.FoldCode(typed))
	if err == nil && n >= 1 && n <= len(s.Options) {
		return s.Options[n-1].Value
	}
	return typed
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
	if s.Type == record.TypeRef && !slices.ContainsFunc(f.cards, known) {
		f.line(4, f.a.text(lang.T("there is no record of that name yet; you can note it later", "その名前の記録はまだありません。あとから記録できます")))
	}
}

// tell prints what was changed about an answer, and what looks odd.
func (f *form) tell(notes []record.Note, value string) {
	for _, n := range notes {
		line := n.Say(f.a.lang)
		if n.Changed && value != "" && !strings.Contains(line, value) {
			line += ": " + value
		}
		f.line(4, line)
	}
}

func (f *form) refuse(err error) {
	f.line(4, f.a.explain(err).what.in(f.a.lang))
}

// askCodes takes a list of one-time codes, typed or pasted in any form.
func (f *form) askCodes(number string, s *record.Spec, back bool) error {
	var initial []string
	if have := f.r.Field(s.Key); have != nil {
		for _, c := range have.Codes {
			initial = append(initial, c.Code)
		}
	}
	for {
		items, err := f.a.readLines(f.t, f.list(number, s, initial, back))
		if err != nil {
			return err
		}
		if len(items) == 0 {
			f.r.Remove(s.Key)
			return nil
		}
		codes, err := readCodes(strings.Join(items, "\n"), f.r.Field(s.Key))
		if err == nil {
			f.line(4, f.a.text(lang.T("%d codes taken", "%d 個受け取りました"), len(codes)))
			f.tell(s.CheckCodes(codes), "")
			f.r.SetCodes(s.Key, codes)
			return nil
		}
		f.refuse(err)
		initial = items
	}
}

// keepUsed carries the dates on which codes were used up over to the same
// codes typed again.
func keepUsed(codes []record.Code, before *record.Field) []record.Code {
	if before == nil {
		return codes
	}
	for i := range codes {
		j := slices.IndexFunc(before.Codes, func(c record.Code) bool { return c.Code == codes[i].Code })
		if j >= 0 && codes[i].Used == "" {
			codes[i] = before.Codes[j]
		}
	}
	return codes
}

// readCodes finds the codes in a text. Codes that were there before keep the
// date on which they were used.
func readCodes(raw string, before *record.Field) ([]record.Code, error) {
	if _, _, err := record.Clean(record.TypeMultiline, raw); err != nil {
		return nil, err
	}
	codes := keepUsed(record.ParseCodes(raw), before)
	return codes, checkCodes(codes)
}

// checkCodes refuses a list without codes, one that ParseCodes may have cut
// short, and codes with characters that no code has.
func checkCodes(codes []record.Code) error {
	switch {
	case len(codes) == 0:
		return &record.ValueError{Key: "codes", Text: lang.T("no code was found in it", "コードが見つかりません")}
	case len(codes) >= record.MaxCodes:
		return &record.ValueError{Key: "codes", Text: lang.T("too many codes: fewer than %d can be kept in one field", "コードが多すぎます。1 つの項目に入るのは %d 個未満です"), Args: []any{record.MaxCodes}}
	}
	for _, c := range codes {
		if _, _, err := record.Clean(record.TypeText, c.Code); err != nil {
			return err
		}
	}
	return nil
}

func (f *form) list(number string, s *record.Spec, initial []string, back bool) term.List {
	return term.List{
		Prompt: number + f.a.text(s.Label) + f.a.text(lang.T(" - one a line, or paste them all; an empty line ends", " - 1 行に 1 つ。まとめて貼り付けもできます。空の行で終わり")),
		ItemPrompt: func(n int) string {
			return fmt.Sprintf("%s%2d> ", strings.Repeat(" ", len(number)), n)
		},
		Initial: initial, Back: back,
	}
}

// askLines takes text of several lines.
func (f *form) askLines(number string, s *record.Spec, back bool) error {
	var initial []string
	if have := f.r.Field(s.Key); have != nil {
		initial = strings.Split(have.Value, "\n")
	}
	list := f.list(number, s, nil, back)
	list.Prompt = number + f.a.text(s.Label) + f.a.text(lang.T(" - as many lines as you like; an empty line ends", " - 何行でも。空の行で終わり"))
	for {
		list.Initial = initial
		items, err := f.a.readLines(f.t, list)
		if err != nil {
			return err
		}
		text := strings.Join(items, "\n")
		if strings.TrimSpace(text) == "" {
			f.r.Remove(s.Key)
			return nil
		}
		value, notes, err := s.Clean(text)
		if err == nil {
			f.tell(notes, "")
			f.r.Set(s.Key, s.Type, value)
			return nil
		}
		f.refuse(err)
		initial = items
	}
}

// review shows all answers with their numbers and asks whether to save. A
// number goes back to that question.
func (f *form) review() (bool, error) {
	for {
		f.t.Printf("\n%s\n", f.a.text(lang.T("Please check:", "確認してください:")))
		f.printAnswers()
		typed, err := f.a.readLine(f.t, term.Line{Prompt: f.a.text(lang.T("Save this? [Y/n/number to correct] ", "この内容で保存しますか？ [Y/n/直す番号] "))})
		if err != nil {
			return false, err
		}
		switch answer := lang.Fold(lang.FoldCode(typed)); answer {
		case "", "y", "yes", "はい":
			return true, nil
		case "n", "no", "いいえ":
			sure, err := f.a.confirm(lang.T("Throw all answers away?", "入力した内容を全部捨てますか？"))
			if err != nil || sure {
				return false, err
			}
		default:
			n, err := strconv.Atoi(answer)
			if err != nil || n < 1 || n > len(f.asks) {
				f.line(4, f.a.text(lang.T("please answer y, n, or a number from 1 to %d", "y（はい）、n（いいえ）か、1〜%d の番号で答えてください"), len(f.asks)))
				continue
			}
			if err := f.ask(n - 1); err != nil && !errors.Is(err, term.ErrBack) {
				return false, err
			}
		}
	}
}

func (f *form) printAnswers() {
	widest := 0
	for _, q := range f.asks {
		widest = max(widest, term.Width(f.a.text(q.spec.Label)))
	}
	for i, q := range f.asks {
		value := "-"
		switch have := f.r.Field(q.spec.Key); {
		case q.owner && f.r.Owner != "":
			value = f.r.Owner
		case !q.owner && have != nil && len(have.Codes) > 0:
			value = f.a.codeLines(have.Codes)
		case !q.owner && have != nil:
			value = f.a.choiceLabel(f.tmpl, have)
		}
		for n, line := range strings.Split(term.SanitizeLines(value), "\n") {
			if n == 0 {
				f.t.Printf("  %2d  %s  %s\n", i+1, term.PadRight(f.a.text(q.spec.Label), widest), line)
			} else {
				f.t.Printf("      %s  %s\n", strings.Repeat(" ", widest), line)
			}
		}
	}
}
