package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"

	"memovault/internal/lang"
)

// A TemplateError says why a template was refused, and where.
type TemplateError struct {
	Name string    // the template's
	Line int       // counted from 1; 0 where no single line is at fault
	Part Part      // what of the template is at fault
	Nth  int       // the how manieth of its kind, counted from 1
	Key  string    // of that field, or what else names that part; may be empty
	Text lang.Text // the reason
	Args []any
}

// A Part is a part of a template.
type Part uint8

// The parts.
const (
	PartWhole Part = iota
	PartField
	PartWay
	PartFact
	PartGuide
	PartStep
	PartAsk
	PartWarning
	PartCall
)

// Error returns the reason in English, with the name and the line.
func (e *TemplateError) Error() string {
	where := lang.T("template %q: ", "ひな形「%s」: ").Sprintf(lang.EN, e.Name)
	if e.Line > 0 {
		where += lang.T("line %d: ", "%d 行目: ").Sprintf(lang.EN, e.Line)
	}
	return where + e.Say(lang.EN)
}

// Say returns the reason in l: which field, and what is wrong with it.
func (e *TemplateError) Say(l lang.Lang) string {
	reason := e.Text.Sprintf(l, e.Args...)
	switch e.Part {
	case PartField:
		return lang.T("field %d (%q): %s", "%d 番目の項目「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	case PartWay:
		return lang.T("way %d (%q): %s", "%d 番目の方法「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	case PartFact:
		return lang.T("fact %d (%q): %s", "%d 番目の事実「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	case PartGuide:
		return lang.T("guide: %s", "案内（guide）: %s").Sprintf(l, reason)
	case PartStep:
		return lang.T("guide, step %d (%q): %s", "案内の %d 番目の手順「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	case PartAsk:
		return lang.T("guide, asks %d (%q): %s", "案内の %d 番目の質問「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	case PartWarning:
		return lang.T("guide, dont %d (%q): %s", "案内の %d 番目の注意「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	case PartCall:
		return lang.T("guide, call %d (%q): %s", "案内の %d 番目の電話「%s」: %s").Sprintf(l, e.Nth, e.Key, reason)
	}
	return reason
}

// bad is a reason to refuse a template.
func bad(t lang.Text, args ...any) *TemplateError { return &TemplateError{Text: t, Args: args} }

// in says which part of the template a reason is about, and the line on which
// that part begins.
func (e *TemplateError) in(p Part, nth int, key string, line int) *TemplateError {
	e.Part, e.Nth, e.Key = p, nth, key
	e.Line = line + max(e.Line-1, 0)
	return e
}

// startLines returns the lines on which values of one list begin in the file
// they were taken from, in their order.
func startLines(file []byte, values []json.RawMessage) []int {
	lines := make([]int, len(values))
	at := 0
	for i, v := range values {
		at += max(bytes.Index(file[at:], v), 0)
		lines[i] = lineAt(file, int64(at))
		at += len(v)
	}
	return lines
}

func lineAt(b []byte, at int64) int {
	return 1 + bytes.Count(b[:min(max(at, 0), int64(len(b)))], []byte("\n"))
}

// decodeStrictly reads one JSON value that fills the whole of b and has no
// member that v lacks.
func decodeStrictly(b []byte, v any) *TemplateError {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err != nil {
		return explainJSON(b, err)
	}
	at := d.InputOffset()
	if _, err := d.Token(); err != io.EOF {
		e := bad(lang.T("there is more after the closing brace", "最後の } のあとに、まだ何か書いてあります"))
		e.Line = lineAt(b, at)
		return e
	}
	return nil
}

var unknownMember = regexp.MustCompile(`unknown field ("(?:[^"\\]|\\.)*")`)

// explainJSON says in our words what encoding/json found, and on which line.
func explainJSON(b []byte, err error) *TemplateError {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		pair   *lang.PairError
		need   *needError
		value  *ValueError
		e      *TemplateError
		at     = int64(len(b))
	)
	member := unknownMember.FindStringSubmatch(err.Error())
	switch {
	case errors.As(err, &syntax):
		e, at = bad(lang.T("this is no JSON: look for a missing or spare comma, quote or brace on this line or the one before", "JSON の書き方が崩れています。この行か前の行で、コンマ・引用符・かっこの抜けや余りを確かめてください")), syntax.Offset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e = bad(lang.T("the file ends in the middle of something", "ファイルが途中で終わっています"))
	case errors.As(err, &kind) && kind.Field == "" && !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")):
		e, at = bad(lang.T("a template is one object, in braces", "ひな形は、波かっこ { } で囲んだ 1 つのまとまりにしてください")), kind.Offset
	case errors.As(err, &kind):
		e, at = bad(lang.T("the value of %q is of another kind than it must be (text in quotes, number, true or false, list)", "%q の値の種類が違います（引用符で囲んだ文字、数、true か false、並びのどれか）"), kind.Field), kind.Offset
	case errors.As(err, &pair):
		e, at = bad(lang.T("a text needs en and ja, both filled, and nothing else", "文には en と ja の両方が要ります（空にはできず、ほかのものも書けません）")), int64(bytes.Index(b, pair.JSON))
	case errors.As(err, &need) && errors.As(err, &value):
		e, at = bad(value.Text, value.Args...), int64(bytes.Index(b, []byte(need.written)))
	case member != nil:
		e, at = bad(lang.T("there is no member %s", "%s という名前のものは書けません"), member[1]), int64(bytes.Index(b, []byte(member[1])))
	default:
		e = bad(lang.T("this can't be read", "読み取れません"))
	}
	e.Line = lineAt(b, at)
	return e
}
