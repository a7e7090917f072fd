package paper

import (
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// BlankForms are what blank forms are made from.
type BlankForms struct {
	Made      time.Time // the day on the sheet, in its own time zone
	Program   string    // what the program is called here, for the commands on the sheet
	Templates []*record.Template
}

// BlankForm returns forms to be filled in by hand, one for each template: each
// field with what to answer and an example, boxes for keys, and how to enter it
// all later. It needs no vault.
func BlankForm(l lang.Lang, f BlankForms) *Doc {
	b := &sheet{l: l, o: Options{Made: f.Made, Program: f.Program}}
	var names []string
	for i, t := range f.Templates {
		if i > 0 {
			b.add(PageBreak{})
		}
		names = append(names, term.Sanitize(t.Label.In(l)))
		b.form(t)
	}
	d := b.doc(lang.T("Form to fill in", "記入用紙"), "", lang.T("Once it is filled in, this sheet is a secret: keep it locked away.", "書き込んだら、この紙は大切な秘密です。鍵のかかる所にしまってください。"))
	d.Open = true
	d.Subtitle = b.comma(names)
	d.Foot = b.say(lang.T("After it was entered into the vault: keep it locked away, or shred it.", "金庫に入力したら、鍵のかかる所にしまうか、裁断してください。"))
	return d
}

func (b *sheet) form(t *record.Template) {
	b.add(Heading{Text: term.Sanitize(t.Label.In(b.l))})
	if help := t.Help.In(b.l); help != "" {
		b.add(Para{term.Sanitize(help)})
	}
	b.add(Field{Label: b.say(lang.T("whose it is", "だれのものか")), Style: Blank})
	for i := range t.Fields {
		if spec := &t.Fields[i]; spec.Paper {
			b.add(b.blank(spec))
		}
	}
	b.add(Room{Label: b.say(lang.T("anything else", "そのほか")), Lines: 2})
	b.add(Callout{Title: b.say(lang.T("To enter it later, type: %s add %s", "あとで入力するには: %s add %s"), b.o.Program, t.Name),
		Text: b.say(lang.T("It asks in this order. Enter passes over what is empty.", "この用紙と同じ順に聞かれます。空いている項目は Enter で飛ばせます。"))})
	b.add(Blanks{[]string{b.say(lang.T("filled in on", "書いた日")), b.say(lang.T("by", "書いた人")), b.say(lang.T("kept at", "保管場所"))}})
}

// blank is the room for one answer.
func (b *sheet) blank(spec *record.Spec) Field {
	f := Field{Label: term.Sanitize(spec.Label.In(b.l)), Style: Blank, Note: b.hint(spec)}
	switch spec.Type {
	case record.TypeChoice:
		f.Style, f.Value = Prose, b.choices(spec)
	case record.TypeDate:
		f.Style, f.Value = Prose, b.say(lang.T("year ____________  month ________  day ________", "____________ 年 ________ 月 ________ 日"))
	case record.TypeProductKey, record.TypeCodes:
		if shape, ok := keyBoxes[spec.Format]; ok && spec.Expect <= 1 {
			f.Boxes, f.Group = shape[0], shape[1]
		} else {
			f.Lines = min(max(2, (spec.Expect+1)/2), 8)
		}
	case record.TypeMultiline:
		f.Lines = 2
	case record.TypeOTPAuth:
		f.Lines = 2
	}
	return f
}

// keyBoxes are how many characters the keys and codes of a format have, and how many
// of them stand in one group.
var keyBoxes = map[record.Format][2]int{
	record.FormatMicrosoftKey:      {25, 5},
	record.FormatBitLocker:         {48, 6},
	record.FormatAppleKey:          {28, 4},
	record.FormatBitwarden:         {32, 4},
	record.FormatSteam:             {6, 6},
	record.FormatMicrosoftRecovery: {25, 5},
}

// choices are the answers to tick.
func (b *sheet) choices(spec *record.Spec) string {
	labels := make([]string, len(spec.Options))
	for i, o := range spec.Options {
		labels[i] = tickBox + term.Sanitize(o.Label.In(b.l))
	}
	return strings.Join(labels, optionGap)
}

// An answer to tick begins with a box, and stands apart from the next.
const (
	tickBox   = "□ "
	optionGap = "    "
)

// options splits answers to tick; it is nil if a value is something else.
func options(value string) []string {
	if !strings.HasPrefix(value, tickBox) {
		return nil
	}
	list := strings.Split(value, optionGap+tickBox)
	for i := range list[1:] {
		list[i+1] = tickBox + list[i+1]
	}
	return list
}

// optionLines puts line breaks between the answers to tick, so that a box and its
// answer stay on one line if there is one that is wide enough.
func optionLines(value string, fits func(line string) bool) string {
	var lines []string
	for _, one := range options(value) {
		if n := len(lines); n > 0 && fits(lines[n-1]+optionGap+one) {
			lines[n-1] += optionGap + one
		} else {
			lines = append(lines, one)
		}
	}
	if lines == nil {
		return value
	}
	return strings.Join(lines, "\n")
}

// hint is what helps to answer: what it is, where to find it, how it looks.
func (b *sheet) hint(spec *record.Spec) string {
	hint := term.Sanitize(spec.Help.In(b.l))
	if spec.Expect > 1 {
		hint += b.say(lang.T(" (%d of them)", "（%d 個）"), spec.Expect)
	}
	if example := spec.Example.In(b.l); example != "" && spec.Type != record.TypeDate {
		hint += b.say(lang.T("; for example %s", "。例: %s"), term.Sanitize(example))
	}
	return hint
}
