package record

import (
	"encoding/json"
	"regexp"
	"slices"
	"sync"

	"memovault/internal/lang"
)

// A Guide is the way back into an account as the service lays it out: what to do
// one after the other, what will be asked, what not to do, whom to call. Each of
// its statements names the fact of the template that says so, and with it the
// source and the day.
type Guide struct {
	// Through is the account that is recovered first, for a licence or a PC that
	// hangs on one. Nil: the record's own account is the one.
	Through *Through
	Steps   []Step
	Then    []Step // once the account of Through is open
	Asks    []Ask
	Dont    []Warning
	Calls   []Call
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

// A GuideText is a guide that is read when it is asked for: only one command
// needs it, and reading it takes as long as the rest of its template.
type GuideText struct {
	raw  []byte
	line int // on which it begins in the file
	once sync.Once
	read *Guide
	err  *TemplateError
}

// MarshalJSON writes the guide as it was read.
func (g *GuideText) MarshalJSON() ([]byte, error) { return g.raw, nil }

// Guide returns how the service leads back in; nil if the template does not say,
// or if there is no template.
func (t *Template) Guide() *Guide {
	if t == nil || t.GuideText == nil {
		return nil
	}
	if err := t.readGuide(); err != nil {
		panic(err) // cannot happen: a user's template was read, and a test reads each of ours
	}
	return t.GuideText.read
}

// readGuide reads the guide, if there is one, and checks what it refers to. The
// rest of t has been read and checked.
func (t *Template) readGuide() *TemplateError {
	if t.GuideText == nil {
		return nil
	}
	t.GuideText.once.Do(func() {
		r := guideReader{t, &Guide{}}
		t.GuideText.err = r.parse(t.GuideText.raw, t.GuideText.line)
		t.GuideText.read = r.g
	})
	return t.GuideText.err
}

// A guideReader reads the guide of its template.
type guideReader struct {
	*Template
	g *Guide
}

func (r *guideReader) parse(raw []byte, line int) *TemplateError {
	var file guideFile
	if err := decodeStrictly(raw, &file); err != nil {
		return err.in(PartGuide, 0, "", line)
	}
	if err := r.parseThrough(raw, file.Through, line); err != nil {
		return err
	}
	for _, parse := range []func() *TemplateError{
		func() *TemplateError { return parseParts(raw, line, PartStep, file.Steps, &r.g.Steps, r.checkStep) },
		func() *TemplateError { return parseParts(raw, line, PartStep, file.Then, &r.g.Then, r.checkStep) },
		func() *TemplateError { return parseParts(raw, line, PartAsk, file.Asks, &r.g.Asks, r.checkAsk) },
		func() *TemplateError { return parseParts(raw, line, PartWarning, file.Dont, &r.g.Dont, r.checkWarning) },
		func() *TemplateError { return parseParts(raw, line, PartCall, file.Calls, &r.g.Calls, r.checkCall) },
	} {
		if err := parse(); err != nil {
			return err
		}
	}
	if len(r.g.Steps) == 0 && r.g.Through == nil || len(r.g.Then) > 0 && r.g.Through == nil {
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

func (r *guideReader) parseThrough(guide []byte, raw json.RawMessage, line int) *TemplateError {
	if raw == nil {
		return nil
	}
	line += startLines(guide, []json.RawMessage{raw})[0] - 1
	r.g.Through = &Through{}
	err := decodeStrictly(raw, r.g.Through)
	if err == nil {
		err = r.checkThrough(r.g.Through)
	}
	if err != nil {
		return err.in(PartGuide, 0, "", line)
	}
	return nil
}

func (r *guideReader) checkThrough(through *Through) *TemplateError {
	s := r.Spec(through.Field)
	if s == nil || s.Type != TypeRef || !templateName.MatchString(through.Template) {
		return bad(lang.T("through needs a field of type ref and the name of a template", "through には、type が ref の項目と、ひな形の名前が要ります"))
	}
	return nil
}

func (r *guideReader) checkStep(s *Step) (string, *TemplateError) {
	if s.ID == "" || !paired(s.Text) {
		return s.ID, bad(lang.T("id, and text in en and ja are needed", "id と、en と ja の text が要ります"))
	}
	same := func(other Step) bool { return other.ID == s.ID }
	if slices.ContainsFunc(r.g.Steps, same) || slices.ContainsFunc(r.g.Then, same) {
		return s.ID, bad(lang.T("step %q comes twice", "手順 %q が 2 回出てきます"), s.ID)
	}
	for _, key := range s.Fields {
		if err := r.knownField(key); err != nil {
			return s.ID, err
		}
	}
	for _, id := range s.Ways {
		if r.Way(id) == nil {
			return s.ID, bad(lang.T("there is no way %q", "方法 %q がありません"), id)
		}
	}
	if err := r.checkWhen(s.When); err != nil {
		return s.ID, err
	}
	return s.ID, r.knownFact(s.Fact)
}

func (r *guideReader) checkAsk(a *Ask) (string, *TemplateError) {
	if a.Field == "" && !paired(a.Text) {
		return "", bad(lang.T("a field, or a text in en and ja, is needed", "field か、en と ja の text が要ります"))
	}
	if a.Field != "" {
		if err := r.knownField(a.Field); err != nil {
			return a.Field, err
		}
	}
	return a.Field, r.knownFact(a.Fact)
}

func (r *guideReader) checkWarning(w *Warning) (string, *TemplateError) {
	if !paired(w.Text) {
		return w.Fact, bad(lang.T("text in en and ja is needed", "en と ja の text が要ります"))
	}
	return w.Fact, r.knownFact(w.Fact)
}

var (
	callNumber = regexp.MustCompile(`^\+?[0-9]+(-[0-9]+)*$`)
	phoneKey   = regexp.MustCompile(`^[0-9*#]$`)
)

func (r *guideReader) checkCall(c *Call) (string, *TemplateError) {
	switch {
	case !callNumber.MatchString(c.Number):
		return c.Number, bad(lang.T("number has digits in groups, with hyphens between", "number は、ハイフンで区切った数字で書いてください"))
	case !paired(c.Name) || !paired(c.Can) || !paired(c.Cannot):
		return c.Number, bad(lang.T("name, can and cannot are needed, in en and ja", "name、can、cannot が、en と ja の両方で要ります"))
	case slices.ContainsFunc(c.Menu, func(k MenuKey) bool { return !phoneKey.MatchString(k.Press) || !paired(k.Text) }):
		return c.Number, bad(lang.T("each key of the menu needs press (0 to 9, * or #) and text in en and ja", "menu には、press（0～9、*、#）と、en と ja の text が要ります"))
	}
	return c.Number, r.knownFact(c.Fact)
}

func (r *guideReader) knownField(key string) *TemplateError {
	if r.Spec(key) == nil {
		return bad(lang.T("there is no field %q", "項目 %q がありません"), key)
	}
	return nil
}

func (r *guideReader) knownFact(id string) *TemplateError {
	if r.Fact(id) == nil {
		return bad(lang.T("there is no fact %q", "事実 %q がありません"), id)
	}
	return nil
}
