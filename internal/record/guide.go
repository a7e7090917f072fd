package record

import (
	"encoding/json"
	"regexp"
	"slices"

	"memovault/internal/lang"
)

// A Guide is the way back into an account as the service lays it out: what to do
// one after the other, what will be asked, what not to do, whom to call. Each of
// its statements names the fact of the template that says so, and with it the
// source and the day.
type Guide struct {
	// Through is the account that is recovered first, for a licence or a PC that
	// hangs on one. Nil: the record's own account is the one.
	Through *Through  `json:"through,omitempty"`
	Steps   []Step    `json:"steps,omitempty"`
	Then    []Step    `json:"then,omitempty"` // once the account of Through is open
	Asks    []Ask     `json:"asks,omitempty"`
	Dont    []Warning `json:"dont,omitempty"`
	Calls   []Call    `json:"calls,omitempty"`
}

// Through says on which account a thing hangs.
type Through struct {
	Field    string `json:"field"`    // of type ref: the record of that account
	Template string `json:"template"` // whose guide it has; where the field names no record, this record's fields of the same keys answer it
}

// A Step is one thing to do.
type Step struct {
	ID   string    `json:"id"` // unique among the steps of the guide
	Text lang.Text `json:"text"`
	// Ways are the ids of the ways that the step is part of. A step of ways that
	// are all impossible is left out; one without ways never is.
	Ways []string `json:"ways,omitempty"`
	// When leaves the step out where a choice has been answered, and otherwise
	// than with one of the values.
	When   map[string][]string `json:"when,omitempty"`
	Fields []string            `json:"fields,omitempty"` // what is typed, or needed at hand
	Fact   string              `json:"fact"`
}

// An Ask is something that a form or a person at the telephone wants to know.
type Ask struct {
	Field string    `json:"field,omitempty"` // that has the answer; empty if no field does
	Text  lang.Text `json:"text,omitzero"`   // how to answer; needed where there is no field
	Fact  string    `json:"fact"`
}

// A Warning is what not to do, and why.
type Warning struct {
	Text lang.Text `json:"text"`
	Fact string    `json:"fact"`
}

// A Call is a telephone number where people answer. Numbers and menus change: who
// shows one shows the day of its fact with it.
type Call struct {
	Name   lang.Text `json:"name"`
	Number string    `json:"number"` // digits in groups
	Menu   []MenuKey `json:"menu,omitempty"`
	Can    lang.Text `json:"can"`    // what they can do
	Cannot lang.Text `json:"cannot"` // what they cannot do
	Fact   string    `json:"fact"`
}

// A MenuKey is what to press at one question of a recorded voice, and what for.
type MenuKey struct {
	Press string    `json:"press"` // one of the twelve keys
	Text  lang.Text `json:"text"`
}

// A guideFile is a guide whose parts are not yet read.
type guideFile struct {
	Through json.RawMessage   `json:"through"`
	Steps   []json.RawMessage `json:"steps"`
	Then    []json.RawMessage `json:"then"`
	Asks    []json.RawMessage `json:"asks"`
	Dont    []json.RawMessage `json:"dont"`
	Calls   []json.RawMessage `json:"calls"`
}

// parseGuide reads the guide that begins on the line of its template and checks
// what it refers to. The rest of t has been read and checked.
func (t *Template) parseGuide(raw []byte, line int) *TemplateError {
	var file guideFile
	if err := decodeStrictly(raw, &file); err != nil {
		return err.in(PartGuide, 0, "", line)
	}
	t.Guide = &Guide{}
	if err := t.parseThrough(raw, file.Through, line); err != nil {
		return err
	}
	if err := parseParts(raw, line, PartStep, file.Steps, &t.Guide.Steps, t.checkStep); err != nil {
		return err
	}
	if err := parseParts(raw, line, PartStep, file.Then, &t.Guide.Then, t.checkStep); err != nil {
		return err
	}
	if err := parseParts(raw, line, PartAsk, file.Asks, &t.Guide.Asks, t.checkAsk); err != nil {
		return err
	}
	if err := parseParts(raw, line, PartWarning, file.Dont, &t.Guide.Dont, t.checkWarning); err != nil {
		return err
	}
	if err := parseParts(raw, line, PartCall, file.Calls, &t.Guide.Calls, t.checkCall); err != nil {
		return err
	}
	if len(t.Guide.Steps) == 0 && t.Guide.Through == nil || len(t.Guide.Then) > 0 && t.Guide.Through == nil {
		return bad(lang.T("a guide needs steps, and then goes with through", "案内（guide）には手順（steps）が要り、then は through と一緒に書きます")).in(PartGuide, 0, "", line)
	}
	return nil
}

// parseParts reads one list of a guide, whose text begins on the line. The check
// returns what the part is called, and what is wrong with it.
func parseParts[T any](guide []byte, line int, part Part, list []json.RawMessage, into *[]T, check func(*T) (string, *TemplateError)) *TemplateError {
	for i, at := range startLines(guide, list) {
		var one T
		err := decodeStrictly(list[i], &one)
		name, wrong := check(&one)
		if err == nil {
			err = wrong
		}
		if err != nil {
			return err.in(part, i+1, name, line+at-1)
		}
		*into = append(*into, one)
	}
	return nil
}

func (t *Template) parseThrough(guide []byte, raw json.RawMessage, line int) *TemplateError {
	if raw == nil {
		return nil
	}
	line += startLines(guide, []json.RawMessage{raw})[0] - 1
	t.Guide.Through = &Through{}
	err := decodeStrictly(raw, t.Guide.Through)
	if err == nil {
		err = t.checkThrough(t.Guide.Through)
	}
	if err != nil {
		return err.in(PartGuide, 0, "", line)
	}
	return nil
}

func (t *Template) checkThrough(through *Through) *TemplateError {
	s := t.Spec(through.Field)
	if s == nil || s.Type != TypeRef || !templateName.MatchString(through.Template) {
		return bad(lang.T("through needs a field of type ref and the name of a template", "through には、type が ref の項目と、ひな形の名前が要ります"))
	}
	return nil
}

func (t *Template) checkStep(s *Step) (string, *TemplateError) {
	if s.ID == "" || !paired(s.Text) {
		return s.ID, bad(lang.T("id, and text in en and ja are needed", "id と、en と ja の text が要ります"))
	}
	same := func(other Step) bool { return other.ID == s.ID }
	if slices.ContainsFunc(t.Guide.Steps, same) || slices.ContainsFunc(t.Guide.Then, same) {
		return s.ID, bad(lang.T("step %q comes twice", "手順 %q が 2 回出てきます"), s.ID)
	}
	for _, key := range s.Fields {
		if err := t.knownField(key); err != nil {
			return s.ID, err
		}
	}
	for _, id := range s.Ways {
		if t.Way(id) == nil {
			return s.ID, bad(lang.T("there is no way %q", "方法 %q がありません"), id)
		}
	}
	if err := t.checkWhen(s.When); err != nil {
		return s.ID, err
	}
	return s.ID, t.knownFact(s.Fact)
}

func (t *Template) checkAsk(a *Ask) (string, *TemplateError) {
	if a.Field == "" && !paired(a.Text) {
		return "", bad(lang.T("a field, or a text in en and ja, is needed", "field か、en と ja の text が要ります"))
	}
	if a.Field != "" {
		if err := t.knownField(a.Field); err != nil {
			return a.Field, err
		}
	}
	return a.Field, t.knownFact(a.Fact)
}

func (t *Template) checkWarning(w *Warning) (string, *TemplateError) {
	if !paired(w.Text) {
		return w.Fact, bad(lang.T("text in en and ja is needed", "en と ja の text が要ります"))
	}
	return w.Fact, t.knownFact(w.Fact)
}

var (
	callNumber = regexp.MustCompile(`^\+?[0-9]+(-[0-9]+)*$`)
	phoneKey   = regexp.MustCompile(`^[0-9*#]$`)
)

func (t *Template) checkCall(c *Call) (string, *TemplateError) {
	switch {
	case !callNumber.MatchString(c.Number):
		return c.Number, bad(lang.T("number has digits in groups, with hyphens between", "number は、ハイフンで区切った数字で書いてください"))
	case !paired(c.Name) || !paired(c.Can) || !paired(c.Cannot):
		return c.Number, bad(lang.T("name, can and cannot are needed, in en and ja", "name、can、cannot が、en と ja の両方で要ります"))
	case slices.ContainsFunc(c.Menu, func(k MenuKey) bool { return !phoneKey.MatchString(k.Press) || !paired(k.Text) }):
		return c.Number, bad(lang.T("each key of the menu needs press (0 to 9, * or #) and text in en and ja", "menu には、press（0～9、*、#）と、en と ja の text が要ります"))
	}
	return c.Number, t.knownFact(c.Fact)
}

func (t *Template) knownField(key string) *TemplateError {
	if t.Spec(key) == nil {
		return bad(lang.T("there is no field %q", "項目 %q がありません"), key)
	}
	return nil
}

func (t *Template) knownFact(id string) *TemplateError {
	if t.Fact(id) == nil {
		return bad(lang.T("there is no fact %q", "事実 %q がありません"), id)
	}
	return nil
}
