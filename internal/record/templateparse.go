package record

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"memovault/internal/lang"
)

// MaxTemplate is the size in bytes above which a template is refused.
const MaxTemplate = 256 << 10

var (
	templateName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fieldKey     = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	mailDomain   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

// IsKey reports whether s can be the key of a field: snake_case.
func IsKey(s string) bool {
	if len(s) > MaxName || s == "" || !isLower(s[0]) || s[len(s)-1] == '_' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c), '0' <= c && c <= '9':
		case c != '_', s[i-1] == '_':
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

// ParseTemplate reads a template. It is strict, because a slip in a template
// is a question nobody is asked: an unknown member, an unknown type, a text
// without one of the languages or a key that comes twice is refused, with an
// *TemplateError that names the field and the line.
func ParseTemplate(name string, b []byte) (*Template, error) {
	t := &Template{Name: name}
	err := t.parse(b)
	if err == nil {
		err = t.readGuide()
	}
	if err != nil {
		err.Name = name
		return nil, err
	}
	return t, nil
}

func (t *Template) parse(b []byte) *TemplateError {
	if !templateName.MatchString(t.Name) || len(t.Name) > MaxName {
		return bad(lang.T("a name has lower-case letters and digits, with single hyphens between", "名前に使えるのは、英小文字・数字と、間の 1 つずつのハイフンだけです"))
	}
	if len(b) > MaxTemplate {
		return bad(lang.T("larger than %d KiB", "%d KiB を超えています"), MaxTemplate>>10)
	}
	if !utf8.Valid(b) {
		return bad(lang.T("the file is not text in UTF-8", "文字コードが UTF-8 ではありません"))
	}
	var file struct {
		Order   int               `json:"order"`
		Label   lang.Text         `json:"label"`
		Aliases []string          `json:"aliases"`
		Help    lang.Text         `json:"help"`
		Account bool              `json:"account"`
		Mail    []string          `json:"mail"`
		Fields  []json.RawMessage `json:"fields"`
		Ways    []json.RawMessage `json:"ways"`
		Weight  int               `json:"importance"`
		Idle    *Idle             `json:"idle"`
		Form    *Form             `json:"form"`
		Facts   []json.RawMessage `json:"facts"`
		Guide   json.RawMessage   `json:"guide"`
	}
	if err := decodeStrictly(b, &file); err != nil {
		return err
	}
	t.Order, t.Label, t.Aliases, t.Help = file.Order, file.Label, file.Aliases, file.Help
	t.Account, t.Mail, t.Idle, t.Form = file.Account, file.Mail, file.Idle, file.Form
	t.Importance = file.Weight
	lines := partLines{startLines(b, file.Fields), startLines(b, file.Ways), startLines(b, file.Facts)}
	for i, raw := range file.Fields {
		s := Spec{Paper: true}
		if err := decodeStrictly(raw, &s); err != nil {
			return err.in(PartField, i+1, s.Key, lines.fields[i])
		}
		t.Fields = append(t.Fields, s)
	}
	for i, raw := range file.Ways {
		var w Way
		if err := decodeStrictly(raw, &w); err != nil {
			return err.in(PartWay, i+1, w.ID, lines.ways[i])
		}
		t.Ways = append(t.Ways, w)
	}
	for i, raw := range file.Facts {
		var f Fact
		if err := decodeStrictly(raw, &f); err != nil {
			return err.in(PartFact, i+1, f.ID, lines.facts[i])
		}
		t.Facts = append(t.Facts, f)
	}
	if err := t.check(lines); err != nil || file.Guide == nil {
		return err
	}
	t.GuideText = &GuideText{raw: file.Guide, line: startLines(b, []json.RawMessage{file.Guide})[0]}
	return nil
}

// partLines are the lines on which the parts of a template begin.
type partLines struct{ fields, ways, facts []int }

// check finds what reading each part by itself does not show.
func (t *Template) check(lines partLines) *TemplateError {
	if !paired(t.Label) || !paired(t.Help) {
		return bad(lang.T("label and help are needed, in en and ja", "label と help が、en と ja の両方で要ります"))
	}
	if slices.ContainsFunc(t.Aliases, func(alias string) bool { return lang.Fold(alias) == "" }) {
		return bad(lang.T("an alias is empty", "空の alias があります"))
	}
	if len(t.Fields) == 0 || len(t.Fields) > MaxFields {
		return bad(lang.T("from 1 to %d fields are needed", "項目（fields）は 1 個から %d 個までです"), MaxFields)
	}
	if t.Importance < 0 || t.Importance > MaxImportance {
		return bad(lang.T("importance is a number from 0 to %d", "importance は 0 から %d までの数です"), MaxImportance)
	}
	for _, d := range t.Mail {
		if !mailDomain.MatchString(d) {
			return bad(lang.T("mail: %q is no domain in lower case", "mail: %q は小文字のドメイン名ではありません"), d)
		}
	}
	seen := map[string]bool{}
	for i := range t.Fields {
		s := &t.Fields[i]
		if seen[s.Key] {
			return bad(lang.T("field %q comes twice", "項目 %q が 2 回出てきます"), s.Key).in(PartWhole, 0, "", lines.fields[i])
		}
		seen[s.Key] = true
		if err := s.check(); err != nil {
			return err.in(PartField, i+1, s.Key, lines.fields[i])
		}
	}
	for i, f := range t.Facts {
		if seen["fact "+f.ID] {
			return bad(lang.T("fact %q comes twice", "事実 %q が 2 回出てきます"), f.ID).in(PartWhole, 0, "", lines.facts[i])
		}
		seen["fact "+f.ID] = true
		if err := f.check(); err != nil {
			return err.in(PartFact, i+1, f.ID, lines.facts[i])
		}
	}
	if err := t.checkWays(lines.ways); err != nil {
		return err
	}
	return t.checkService(seen)
}

// checkService checks what is said about the service as a whole. seen has the
// keys of the fields, and of the facts with "fact " before.
func (t *Template) checkService(seen map[string]bool) *TemplateError {
	if t.Idle != nil && (t.Idle.Months < 1 || !seen["fact "+t.Idle.Fact]) {
		return bad(lang.T("idle needs months above 0 and the id of a fact", "idle には、1 以上の months と、事実の id が要ります"))
	}
	if t.Form == nil {
		return nil
	}
	if len(t.Form.Fields) == 0 || !seen["fact "+t.Form.Fact] {
		return bad(lang.T("form needs fields and the id of a fact", "form には、fields と、事実の id が要ります"))
	}
	for _, key := range t.Form.Fields {
		if !seen[key] {
			return bad(lang.T("form names the field %q, which is not there", "form にある項目 %q がありません"), key)
		}
	}
	return nil
}

func (s *Spec) check() *TemplateError {
	switch {
	case !IsKey(s.Key):
		return bad(lang.T("a key is snake_case: lower-case letters, digits, single underscores between", "key に使えるのは、英小文字・数字と、間の 1 つずつの下線だけです"))
	case !s.Type.Known():
		return bad(lang.T("there is no type %q", "%q という type はありません"), s.Type)
	case !paired(s.Label) || !paired(s.Help):
		return bad(lang.T("label and help are needed, in en and ja", "label と help が、en と ja の両方で要ります"))
	case s.Expect != 0 && s.Type != TypeCodes, s.Expect < 0, s.Expect > MaxCodes:
		return bad(lang.T("expect is the number of codes, in a field of type codes", "expect はコードの個数で、type が codes の項目にだけ書けます"))
	case s.Ref != "" && s.Type != TypeRef:
		return bad(lang.T("only a field of type ref has ref", "ref を書けるのは、type が ref の項目だけです"))
	case s.Ref != "" && !templateName.MatchString(s.Ref):
		return bad(lang.T("ref %q is no name of a template", "ref の %q は、ひな形の名前ではありません"), s.Ref)
	case s.Role != "" && !s.Role.fits(s.Type):
		return bad(lang.T("there is no role %q for type %q", "role %q は、type %q の項目には書けません"), s.Role, s.Type)
	case s.Shown && s.Type != TypeHint:
		return bad(lang.T("only a field of type hint has shown", "shown を書けるのは、type が hint の項目だけです"))
	case s.Format != "" && !s.Format.fits(s.Type):
		return bad(lang.T("there is no format %q for type %q", "format %q は、type %q の項目には書けません"), s.Format, s.Type)
	case (s.Type == TypeChoice) != (len(s.Options) > 0):
		return bad(lang.T("options are needed by type choice and by no other", "options は type が choice の項目に必ず要り、ほかの項目には書けません"))
	case s.Default != "" && s.Option(s.Default) == nil:
		return bad(lang.T("the default %q is none of the options", "default の %q が options にありません"), s.Default)
	}
	seen := map[string]bool{}
	for _, o := range s.Options {
		if seen[o.Value] || !fieldKey.MatchString(o.Value) || !paired(o.Label) {
			return bad(lang.T("option %q needs a value of its own in snake_case and a label in en and ja", "選択肢 %q には、ほかと重ならない value（英小文字・数字・下線）と、en と ja の label が要ります"), o.Value)
		}
		seen[o.Value] = true
	}
	return nil
}

func (f *Fact) check() *TemplateError {
	if f.ID == "" || !paired(f.Source.Text) || !paired(f.Text) {
		return bad(lang.T("id, source and text in en and ja are needed", "id、source と、en と ja の text が要ります"))
	}
	if _, err := time.Parse(time.DateOnly, f.AsOf); err != nil {
		return bad(lang.T("as_of is a date, YYYY-MM-DD", "as_of は YYYY-MM-DD の形の日付です"))
	}
	return nil
}

func paired(t lang.Text) bool { return t.EN != "" && t.JA != "" }
