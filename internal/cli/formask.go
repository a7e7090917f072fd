package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
	"memovault/internal/term"
)

// ask puts question i until it has an answer that can be kept. An answer that
// is left as it was is not looked at again: what came in by another way may not
// be what the question would take today.
func (f *form) ask(i int) error {
	q, number := f.asks[i], f.number(i)
	if help := f.helpLine(len(number), q.spec); help != "" {
		f.line(len(number), help)
	}
	switch {
	case q.spec.Type == record.TypeCodes:
		return f.askCodes(number, q, i > 0)
	case q.spec.Type == record.TypeMultiline:
		return f.askLines(number, q, i > 0)
	case len(q.spec.Options) > 0:
		return f.askChoice(number, q, i > 0)
	}
	return f.askLine(number, q, i > 0)
}

// tellHowToEmpty is for whoever presses Enter on an answer that was refused.
func (f *form) tellHowToEmpty() {
	if f.t.Plain() {
		f.line(4, f.a.text(lang.T("to leave it empty: - and Enter", "空けておくには: - と Enter")))
		return
	}
	f.line(4, f.a.text(lang.T("to leave it empty: Ctrl-U, then Enter", "空けておくには: Ctrl-U のあとで Enter")))
}

// askLine asks for one line.
func (f *form) askLine(number string, q question, back bool) error {
	before := f.value(q)
	start := cmp.Or(before, f.guess(q.spec))
	line := term.Line{Prompt: f.prompt(number, f.label(q)+":"), Initial: start, Back: back}
	if q.spec.Type == record.TypeRef {
		line.Complete = f.completeName
	}
	for {
		typed, err := f.a.readLine(f.t, line)
		switch {
		case err != nil:
			return err
		case typed == before && before != "":
			return nil
		case isHelp(typed):
			if err := f.explain(q); err != nil {
				return err
			}
			line.Initial = start
			continue
		case strings.TrimSpace(typed) == "":
			f.put(q, "")
			return nil
		}
		value, notes, err := q.spec.Clean(typed)
		if err == nil {
			f.tell(notes, value)
			f.tellReference(q.spec, value)
			f.put(q, value)
			f.taken(q)
			return nil
		}
		f.refuse(err)
		if typed == line.Initial {
			f.tellHowToEmpty()
		}
		line.Initial = typed
		if meansNone(err) {
			line.Initial = ""
		}
	}
}

// guess is what Enter takes where there is no answer yet: what the address or
// the number of a new record tells of itself, or the template's usual answer.
func (f *form) guess(s *record.Spec) string {
	if !f.fresh {
		return ""
	}
	said := ""
	for _, spec := range f.tmpl.With(record.RoleAddress) {
		domain := maildomain.Of(f.value(question{spec: spec}))
		switch {
		case s.Role == record.RoleClass:
			said = string(domain.Class)
		case s.Role == record.RoleProvider && s.Type == record.TypeText:
			return f.a.text(domain.Provider)
		}
	}
	for _, spec := range f.tmpl.With(record.RoleNumber) {
		if s.Role == record.RoleClass {
			said, _, _ = strings.Cut(string(record.PhoneKind(f.value(question{spec: spec}))), "-")
		}
	}
	if s.Option(said) != nil {
		return said
	}
	return s.Default
}

// keepsNothing is what empties an answer where Enter alone keeps it.
const keepsNothing = "-"

// askChoice shows the options with their numbers and takes a number or what an
// option is called. Enter keeps the answer there is, or takes the usual one.
func (f *form) askChoice(number string, q question, back bool) error {
	f.showOptions(len(number), q.spec)
	before := f.value(q)
	standard := cmp.Or(before, f.guess(q.spec))
	label := f.label(q)
	if n := optionNumber(q.spec, standard); n > 0 {
		label += fmt.Sprintf(" [%d]", n)
	} else if standard != "" {
		label += " [" + standard + "]"
	}
	for {
		typed, err := f.a.readLine(f.t, term.Line{Prompt: f.prompt(number, label+":"), Back: back})
		if err != nil {
			return err
		}
		switch answer := lang.FoldCode(typed); {
		case isHelp(typed):
			if err := f.explain(q); err != nil {
				return err
			}
			f.showOptions(len(number), q.spec)
		case answer == "":
			f.choose(q, standard)
			return nil
		case answer == keepsNothing:
			f.choose(q, "")
			return nil
		default:
			if value, ok := meantOption(q.spec, answer); ok {
				f.choose(q, value)
				return nil
			}
			f.line(4, f.a.text(lang.T("please type a number from 1 to %d", "1〜%d の番号で答えてください"), len(q.spec.Options)))
		}
	}
}

// choose takes the option with the value.
func (f *form) choose(q question, value string) {
	if value != f.value(q) {
		f.put(q, value)
		f.taken(q)
	}
}

// showOptions prints the options of a choice: in one row if they fit, else each
// in a row of its own.
func (f *form) showOptions(indent int, s *record.Spec) {
	rows := make([]string, len(s.Options))
	for i, o := range s.Options {
		rows[i] = fmt.Sprintf("%d) %s", i+1, f.a.text(o.Label))
	}
	cols, _ := f.t.Size()
	if one := strings.Join(rows, "   "); term.Width(one) < cols-indent {
		rows = []string{one}
	}
	for _, row := range rows {
		head, text, _ := strings.Cut(row, " ")
		f.hang(indent, head+" ", text)
	}
}

// optionNumber is the number of the option with the value, 0 if there is none.
func optionNumber(s *record.Spec, value string) int {
	return slices.IndexFunc(s.Options, func(o record.Option) bool { return o.Value == value }) + 1
}

// meantOption finds the option by its number, or by what it is called.
func meantOption(s *record.Spec, typed string) (value string, ok bool) {
	if n, err := strconv.Atoi(typed); err == nil && n >= 1 && n <= len(s.Options) {
		return s.Options[n-1].Value, true
	}
	value, _, err := s.Clean(typed)
	return value, err == nil
}

// askCodes takes a list of one-time codes, typed or pasted in any form.
func (f *form) askCodes(number string, q question, back bool) error {
	before := f.r.Field(q.spec.Key)
	var offered []string
	if before != nil {
		for _, c := range before.Codes {
			offered = append(offered, c.Code)
		}
		if before.Value != "" {
			offered = []string{before.Value}
		}
	}
	list := f.list(number, q, lang.T(" - one a line, or paste them all; an empty line ends", " - 1 行に 1 つ、または全部を貼り付け。空の行で終わり"), back)
	list.Initial = offered
	for {
		items, same, err := f.items(list, q, offered)
		switch {
		case err != nil || same:
			return err
		case len(items) == 0:
			f.put(q, "")
			return nil
		case record.SaysNone(strings.Join(items, "\n")):
			if f.tookNone(q, strings.Join(items, "\n")) {
				return nil
			}
			list.Initial = nil
			continue
		}
		codes, err := readCodes(strings.Join(items, "\n"), before)
		if err == nil {
			f.line(4, f.a.text(plural(len(codes), lang.T("%d code taken", "%d 個受け取りました"), lang.T("%d codes taken", "%d 個受け取りました")), len(codes)))
			f.tellLeftOut(items)
			f.tell(q.spec.CheckCodes(codes), "")
			f.r.SetCodes(q.spec.Key, codes)
			f.r.Field(q.spec.Key).Label = q.own
			f.taken(q)
			return nil
		}
		f.refuse(err)
		list.Initial = items
	}
}

// tookNone takes the answer that there are no codes, or says why it can't.
func (f *form) tookNone(q question, typed string) bool {
	value, notes, err := q.spec.Clean(typed)
	if err != nil {
		f.refuse(err)
		return false
	}
	f.tell(notes, "")
	f.put(q, value)
	f.taken(q)
	return true
}

// meansNone reports whether an answer was refused for saying that there is
// none: Enter is the answer that was meant.
func meansNone(err error) bool {
	refused, ok := err.(*record.ValueError)
	return ok && refused.Key == "none"
}

// tellLeftOut says how many lines had no code in them, such as the heading of a
// list: they are not kept.
func (f *form) tellLeftOut(items []string) {
	n := 0
	for _, item := range items {
		if len(record.ParseCodes(item)) == 0 {
			n++
		}
	}
	if n > 0 {
		f.line(4, f.a.text(plural(n, lang.T("%d line had no code in it and was left out", "コードのない行が %d 行あり、入れていません"),
			lang.T("%d lines had no code in them and were left out", "コードのない行が %d 行あり、入れていません")), n))
	}
}

// items asks for the lines of an answer, and explains the question as often as
// is wished. same means that they are those offered.
func (f *form) items(list term.List, q question, offered []string) (items []string, same bool, err error) {
	for {
		if items, err = f.a.readLines(f.t, list); err != nil {
			return nil, false, err
		}
		items, help := withoutHelp(items, offered)
		if !help {
			return items, slices.Equal(items, offered), nil
		}
		if err := f.explain(q); err != nil {
			return nil, false, err
		}
		list.Initial = items
	}
}

// withoutHelp takes the call for help out of a list of answers and reports
// whether there was one. A question mark that was there before is an answer.
func withoutHelp(items, before []string) ([]string, bool) {
	if slices.ContainsFunc(before, isHelp) || !slices.ContainsFunc(items, isHelp) {
		return items, false
	}
	return slices.DeleteFunc(items, isHelp), true
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

// checkCodes refuses a list without codes, one that is too long, codes with
// characters that no code has, and days of use that are none.
func checkCodes(codes []record.Code) error {
	switch {
	case len(codes) == 0:
		return &record.ValueError{Key: "codes", Text: lang.T("no code was found in it", "コードが見つかりません")}
	case len(codes) > record.MaxCodes:
		return &record.ValueError{Key: "codes", Text: lang.T("too many codes (%d): at most %d can be kept in one field", "コードが多すぎます（%d 個）。1 つの項目に入るのは %d 個までです"), Args: []any{len(codes), record.MaxCodes}}
	}
	for _, c := range codes {
		value, _, err := record.Clean(record.TypeText, c.Code)
		if err == nil && value == "" {
			err = &record.ValueError{Key: "codes", Text: lang.T("one of the codes is empty", "空のコードがあります")}
		}
		if err == nil && c.Used != record.UsedUnknown {
			_, _, err = record.Clean(record.TypeDate, c.Used)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list is a question with an answer of several lines, and how to answer it.
func (f *form) list(number string, q question, how lang.Text, back bool) term.List {
	return term.List{
		Prompt: f.prompt(number, f.label(q)+f.a.text(how)),
		ItemPrompt: func(n int) string {
			return fmt.Sprintf("%s%2d> ", strings.Repeat(" ", len(number)), n)
		},
		Back: back, Last: isHelp,
	}
}

// askLines takes text of several lines.
func (f *form) askLines(number string, q question, back bool) error {
	before := f.value(q)
	offered := offerLines(before)
	how := lang.T(" - as many lines as you like; an empty line ends", " - 何行でも。空の行で終わり")
	if slices.Contains(offered, emptyLine) {
		how = lang.T(" - an empty line ends; a line with only . is an empty one", " - 空の行で終わり。「.」だけの行は空の行になります")
	}
	list := f.list(number, q, how, back)
	list.Initial = offered
	for {
		items, same, err := f.items(list, q, offered)
		if err != nil || same {
			return err
		}
		text := takeLines(items)
		if strings.TrimSpace(text) == "" {
			f.put(q, "")
			return nil
		}
		value, notes, err := q.spec.Clean(text)
		if err == nil {
			f.tell(notes, "")
			f.put(q, value)
			f.taken(q)
			return nil
		}
		f.refuse(err)
		list.Initial = items
	}
}

// emptyLine stands for an empty line in an answer, which a really empty one
// would end.
const emptyLine = "."

// offerLines splits a text into lines for editing, none of them empty.
func offerLines(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.Trim(line, " \t") == "" || strings.Trim(line, emptyLine) == "" {
			lines[i] = emptyLine + strings.TrimLeft(line, " \t")
		}
	}
	return lines
}

// takeLines puts the lines together again.
func takeLines(lines []string) string {
	lines = slices.Clone(lines)
	for i, line := range lines {
		if line != "" && strings.Trim(line, emptyLine) == "" {
			lines[i] = line[1:]
		}
	}
	return strings.Join(lines, "\n")
}
