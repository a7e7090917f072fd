package record

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"memovault/internal/lang"
)

// A Template says what to note about one kind of thing, in the order in which
// it is asked at the desk. It is one JSON file; adding a file to templates/
// adds a template.
type Template struct {
	Name   string    `json:"-"`     // the file's name without .json: what one types
	Order  int       `json:"order"` // place in lists, smallest first
	Label  lang.Text `json:"label"`
	Help   lang.Text `json:"help"` // one line: what it is for
	Fields []Spec    `json:"fields"`
	Facts  []Fact    `json:"facts,omitempty"`
}

// A Spec describes one field of a template.
type Spec struct {
	Key     string    `json:"key"`
	Type    Type      `json:"type"`
	Label   lang.Text `json:"label"`
	Help    lang.Text `json:"help"`              // one line: what to answer, and where to find it
	Example Example   `json:"example,omitzero"`  // invented; for fields whose form is not obvious
	Expect  int       `json:"expect,omitempty"`  // how many codes the service gives; 0 if that is not fixed
	Paper   bool      `json:"paper"`             // printed on the sheet and asked for on the blank form; true if the file is silent
	Options []Option  `json:"options,omitempty"` // of a choice
	Default string    `json:"default,omitempty"` // of a choice: what Enter means
	Format  Format    `json:"format,omitempty"`  // the form to check a code against
	Ref     string    `json:"ref,omitempty"`     // of a ref: the template of the record it names
}

// An Option is one answer to a choice: Value is stored, Label is shown.
type Option struct {
	Value string    `json:"value"`
	Label lang.Text `json:"label"`
}

// A Fact is what a service does or asks, as its source said on a day.
type Fact struct {
	ID     string    `json:"id"`
	Text   lang.Text `json:"text"`
	Source string    `json:"source"` // address or name of the source
	AsOf   string    `json:"as_of"`  // YYYY-MM-DD
}

//go:embed templates/*.json
var embedded embed.FS

var parseEmbedded = sync.OnceValue(func() []*Template {
	files, err := embedded.ReadDir("templates")
	if err != nil {
		panic(err) // cannot happen: the folder is part of the program
	}
	ts := make([]*Template, 0, len(files))
	for _, f := range files {
		b, err := embedded.ReadFile("templates/" + f.Name())
		if err != nil {
			panic(err)
		}
		t, err := ParseTemplate(strings.TrimSuffix(f.Name(), path.Ext(f.Name())), b)
		if err != nil {
			panic(err) // cannot happen: a test parses each
		}
		ts = append(ts, t)
	}
	SortTemplates(ts)
	return ts
})

// Templates returns the templates that come with the program, by Order. They
// are parsed once, on the first call, and must not be changed.
func Templates() []*Template { return slices.Clone(parseEmbedded()) }

// SortTemplates puts templates into the order of lists: by Order, then name.
func SortTemplates(ts []*Template) {
	slices.SortFunc(ts, func(a, b *Template) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
}

// LookupTemplate finds a template of the program by its name or by its label
// in either language, however it is typed. It returns nil if there is none.
func LookupTemplate(name string) *Template { return FindTemplate(parseEmbedded(), name) }

// FindTemplate is LookupTemplate in a list of one's own; a name beats a label.
func FindTemplate(ts []*Template, name string) *Template {
	key := lang.Fold(name)
	for _, t := range ts {
		if t.Name == key {
			return t
		}
	}
	for _, t := range ts {
		if key != "" && (lang.Fold(t.Label.EN) == key || lang.Fold(t.Label.JA) == key) {
			return t
		}
	}
	return nil
}

// An Example shows the form of an answer: one for both languages, or one for
// each where a name is written otherwise.
type Example struct{ lang.Text }

// UnmarshalJSON reads a string or a text in both languages.
func (e *Example) UnmarshalJSON(b []byte) error {
	var both string
	if json.Unmarshal(b, &both) != nil {
		return json.Unmarshal(b, &e.Text)
	}
	e.Text = lang.Text{EN: both, JA: both}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (e Example) MarshalJSON() ([]byte, error) {
	if e.EN == e.JA {
		return json.Marshal(e.EN)
	}
	return json.Marshal(e.Text)
}

// Spec returns the field with the key, or nil. A nil template has no fields.
func (t *Template) Spec(key string) *Spec {
	if t == nil {
		return nil
	}
	for i := range t.Fields {
		if t.Fields[i].Key == key {
			return &t.Fields[i]
		}
	}
	return nil
}

// Option returns the option with the value, or nil.
func (s *Spec) Option(value string) *Option {
	for i := range s.Options {
		if s.Options[i].Value == value {
			return &s.Options[i]
		}
	}
	return nil
}

// Label returns what a field is called: the user's own label, else the
// template's, else its key. The template may be nil.
func Label(t *Template, f *Field) lang.Text {
	if f.Label != "" {
		return lang.Text{EN: f.Label, JA: f.Label}
	}
	if s := t.Spec(f.Key); s != nil {
		return s.Label
	}
	return lang.Text{EN: f.Key, JA: f.Key}
}

// TypeOf returns the type of a field: its own, else the template's, else
// text. The template may be nil.
func TypeOf(t *Template, f *Field) Type {
	if f.Type != "" {
		return f.Type
	}
	if s := t.Spec(f.Key); s != nil {
		return s.Type
	}
	return TypeText
}

// MaxTemplate is the size in bytes above which a template is refused.
const MaxTemplate = 256 << 10

var (
	templateName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fieldKey     = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// ParseTemplate reads a template. It is strict, because a slip in a template
// is a question nobody is asked: an unknown member, an unknown type, a text
// without one of the languages or a key that comes twice is refused, with an
// error that names the field or the line.
func ParseTemplate(name string, b []byte) (*Template, error) {
	t := &Template{Name: name}
	if err := t.parse(b); err != nil {
		return nil, fmt.Errorf("template %q: %w", name, err)
	}
	return t, nil
}

func (t *Template) parse(b []byte) error {
	if !templateName.MatchString(t.Name) || len(t.Name) > MaxName {
		return errors.New("a name has lower-case letters and digits, with single hyphens between")
	}
	if len(b) > MaxTemplate {
		return fmt.Errorf("larger than %d bytes", MaxTemplate)
	}
	var file struct {
		Order  int               `json:"order"`
		Label  lang.Text         `json:"label"`
		Help   lang.Text         `json:"help"`
		Fields []json.RawMessage `json:"fields"`
		Facts  []json.RawMessage `json:"facts"`
	}
	if err := decodeStrictly(b, &file); err != nil {
		return err
	}
	t.Order, t.Label, t.Help = file.Order, file.Label, file.Help
	for i, raw := range file.Fields {
		s := Spec{Paper: true}
		if err := decodeStrictly(raw, &s); err != nil {
			return fmt.Errorf("field %d (%q), its %w", i+1, s.Key, err)
		}
		t.Fields = append(t.Fields, s)
	}
	for i, raw := range file.Facts {
		var f Fact
		if err := decodeStrictly(raw, &f); err != nil {
			return fmt.Errorf("fact %d (%q), its %w", i+1, f.ID, err)
		}
		t.Facts = append(t.Facts, f)
	}
	return t.check()
}

// decodeStrictly reads one JSON value that fills the whole of b and has no
// member that v lacks. The error begins with the line.
func decodeStrictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	at := d.InputOffset()
	if err == nil {
		if _, end := d.Token(); end == io.EOF {
			return nil
		}
		err = errors.New("more after the end")
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	line := 1 + bytes.Count(b[:min(max(at, 0), int64(len(b)))], []byte("\n"))
	return fmt.Errorf("line %d: %w", line, err)
}

func (t *Template) check() error {
	if !paired(t.Label) || !paired(t.Help) {
		return errors.New("label and help are needed, in en and ja")
	}
	if len(t.Fields) == 0 || len(t.Fields) > MaxFields {
		return fmt.Errorf("from 1 to %d fields are needed", MaxFields)
	}
	seen := map[string]bool{}
	for i := range t.Fields {
		s := &t.Fields[i]
		if seen[s.Key] {
			return fmt.Errorf("field %q comes twice", s.Key)
		}
		seen[s.Key] = true
		if err := s.check(); err != nil {
			return fmt.Errorf("field %d (%q): %w", i+1, s.Key, err)
		}
	}
	for i, f := range t.Facts {
		if seen["fact "+f.ID] {
			return fmt.Errorf("fact %q comes twice", f.ID)
		}
		seen["fact "+f.ID] = true
		if err := f.check(); err != nil {
			return fmt.Errorf("fact %d (%q): %w", i+1, f.ID, err)
		}
	}
	return nil
}

func (s *Spec) check() error {
	switch {
	case !fieldKey.MatchString(s.Key) || len(s.Key) > MaxName:
		return errors.New("a key is snake_case: lower-case letters, digits, single underscores between")
	case !s.Type.Known():
		return fmt.Errorf("there is no type %q", s.Type)
	case !paired(s.Label) || !paired(s.Help):
		return errors.New("label and help are needed, in en and ja")
	case s.Expect != 0 && s.Type != TypeCodes, s.Expect < 0, s.Expect > MaxCodes:
		return errors.New("expect is the number of codes, in a field of type codes")
	case s.Ref != "" && s.Type != TypeRef:
		return errors.New("only a field of type ref has ref")
	case s.Format != "" && !s.Format.fits(s.Type):
		return fmt.Errorf("there is no format %q for type %q", s.Format, s.Type)
	case (s.Type == TypeChoice) != (len(s.Options) > 0):
		return errors.New("options are needed by type choice and by no other")
	case s.Default != "" && s.Option(s.Default) == nil:
		return fmt.Errorf("the default %q is none of the options", s.Default)
	}
	seen := map[string]bool{}
	for _, o := range s.Options {
		if seen[o.Value] || !fieldKey.MatchString(o.Value) || !paired(o.Label) {
			return fmt.Errorf("option %q needs a value of its own in snake_case and a label in en and ja", o.Value)
		}
		seen[o.Value] = true
	}
	return nil
}

func (f *Fact) check() error {
	if f.ID == "" || f.Source == "" || !paired(f.Text) {
		return errors.New("id, source and text in en and ja are needed")
	}
	if _, err := time.Parse(time.DateOnly, f.AsOf); err != nil {
		return errors.New("as_of is a date, YYYY-MM-DD")
	}
	return nil
}

func paired(t lang.Text) bool { return t.EN != "" && t.JA != "" }
