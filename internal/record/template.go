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
	Name    string    `json:"-"`     // the file's name without .json: what one types
	Order   int       `json:"order"` // place in lists, smallest first
	Label   lang.Text `json:"label"`
	Help    lang.Text `json:"help"`              // one line: what it is for
	Account bool      `json:"account,omitempty"` // something one signs in to
	Fields  []Spec    `json:"fields"`
	Idle    *Idle     `json:"idle,omitempty"` // what happens when nobody signs in
	Form    *Form     `json:"form,omitempty"` // what is asked of who has lost every other way
	Facts   []Fact    `json:"facts,omitempty"`

	User bool `json:"-"` // from the user's own folder
}

// Idle is the time without a sign-in after which a service may close an account.
type Idle struct {
	Months int    `json:"months"`
	Fact   string `json:"fact"` // the id of the fact that says so
}

// A Form names the fields that a service asks for when an account is to be
// recovered without a code.
type Form struct {
	Fields []string `json:"fields"`
	Fact   string   `json:"fact"` // the id of the fact that says so
}

// A Spec describes one field of a template.
type Spec struct {
	Key     string    `json:"key"`
	Type    Type      `json:"type"`
	Role    Role      `json:"role,omitempty"` // what the value is to the account; empty if nothing depends on it
	Label   lang.Text `json:"label"`
	Help    lang.Text `json:"help"`              // one line: what to answer, and where to find it
	Example Example   `json:"example,omitzero"`  // invented; for fields whose form is not obvious
	Expect  int       `json:"expect,omitempty"`  // how many codes the service gives; 0 if that is not fixed
	Paper   bool      `json:"paper"`             // printed on the sheet and asked for on the blank form; true if the file is silent
	Options []Option  `json:"options,omitempty"` // of a choice
	Default string    `json:"default,omitempty"` // of a choice: what Enter means
	Format  Format    `json:"format,omitempty"`  // the form to check a code against
	Ref     string    `json:"ref,omitempty"`     // of a ref: the template of the record it names
	Shown   bool      `json:"shown,omitempty"`   // of a hint: the service shows or mails it to whoever asks
}

// A Role says what a field is to its account, so that rules need not know
// templates by name.
type Role string

// The roles. A template may give one role to several fields.
const (
	RoleLogin    Role = "login"           // what is typed at sign-in: address, number or name
	RoleRecovery Role = "recovery"        // an address or a number to which codes or new passwords are sent
	RoleAddress  Role = "address"         // the mail address that the record is about
	RoleNumber   Role = "number"          // the telephone number that the record is about
	RoleDomain   Role = "domain"          // the domain name that the record is about
	RoleLicensee Role = "licence-account" // the account that a licence is bound to
	RoleKey      Role = "key"             // a product or licence key
	RoleProof    Role = "proof"           // what proves the purchase: receipt, order number, shop
	RoleTwoStep  Role = "two-step"        // a choice with the values on, off and unknown
	RoleFactor   Role = "factor"          // a device or secret that is the second step
	RoleCodes    Role = "codes"           // one-time codes for when everything else is lost
	RoleCodesDay Role = "codes-made"      // the day on which those codes were made
	RoleRescue   Role = "rescue"          // one key that recovers the account, used again and again
	RolePassword Role = "password"        // the password itself
	RolePlace    Role = "password-place"  // where the password is written down
	RoleHint     Role = "hint"            // what reminds of the password
	RoleName     Role = "name"            // the name as registered
	RoleBirth    Role = "birth"           // the birth date as registered
	RoleLastUsed Role = "last-used"       // the day of the last sign-in
	RoleEnds     Role = "ends"            // the day on which a contract ends or ended
	RoleExpires  Role = "expires"         // the day after which it is void unless renewed
	RoleProvider Role = "provider"        // the company behind an address, a line or a domain
	RoleClass    Role = "class"           // a choice: the kind of an address or of a line
	RoleContract Role = "contract"        // the contract it hangs on
	RoleDevice   Role = "device"          // the device it is used on
)

// roleTypes says for which types of fields a role makes sense; none means any.
var roleTypes = map[Role][]Type{
	RoleLogin: {TypeText, TypeEmail, TypePhone, TypeRef}, RoleRecovery: {TypeEmail, TypePhone, TypeRef},
	RoleAddress: {TypeEmail}, RoleNumber: {TypePhone}, RoleDomain: {TypeText},
	RoleLicensee: {TypeText, TypeEmail, TypeRef}, RoleKey: {TypeProductKey, TypeSecret},
	RoleProof: nil, RoleTwoStep: {TypeChoice}, RoleFactor: {TypeRef, TypeOTPAuth, TypeText, TypeChoice},
	RoleCodes: {TypeCodes}, RoleCodesDay: {TypeDate}, RoleRescue: {TypeProductKey, TypeCodes, TypeSecret},
	RolePassword: {TypeSecret}, RolePlace: {TypeText, TypeMultiline}, RoleHint: {TypeHint},
	RoleName: {TypePersonName}, RoleBirth: {TypeDate}, RoleLastUsed: {TypeDate}, RoleEnds: {TypeDate}, RoleExpires: {TypeDate},
	RoleProvider: {TypeText, TypeRef}, RoleClass: {TypeChoice}, RoleContract: nil, RoleDevice: {TypeRef, TypeText},
}

func (r Role) fits(t Type) bool {
	types, known := roleTypes[r]
	return known && (len(types) == 0 || slices.Contains(types, t))
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

// parsed holds the embedded templates that were asked for so far: most
// commands need one of them, and parsing all takes longer than the rest.
var parsed sync.Map // string -> *Template

// embeddedTemplate parses the file of the name; nil if there is none.
func embeddedTemplate(name string) *Template {
	if t, ok := parsed.Load(name); ok {
		return t.(*Template)
	}
	b, err := embedded.ReadFile("templates/" + name + ".json")
	if err != nil {
		return nil
	}
	t, err := ParseTemplate(name, b)
	if err != nil {
		panic(err) // cannot happen: a test parses each
	}
	first, _ := parsed.LoadOrStore(name, t)
	return first.(*Template)
}

// own are the user's templates. They belong to the process as the embedded
// ones do: every record that is read needs them, wherever it is read.
var own []*Template

// UseTemplates adds the user's own templates to those of the program; one of
// the same name stands in its place. It is called once, before any template is
// looked up, and forgets those of a call before.
func UseTemplates(ts []*Template) {
	own = slices.Clone(ts)
	for _, t := range own {
		t.User = true
	}
}

// Templates returns all templates by Order. They must not be changed.
func Templates() []*Template {
	files, err := embedded.ReadDir("templates")
	if err != nil {
		panic(err) // cannot happen: the folder is part of the program
	}
	ts := slices.Clone(own)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), path.Ext(f.Name()))
		if !slices.ContainsFunc(own, func(t *Template) bool { return t.Name == name }) {
			ts = append(ts, embeddedTemplate(name))
		}
	}
	SortTemplates(ts)
	return ts
}

// SortTemplates puts templates into the order of lists: by Order, then name.
func SortTemplates(ts []*Template) {
	slices.SortFunc(ts, func(a, b *Template) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
}

// LookupTemplate finds a template by its name or by its label in either
// language, however it is typed. It returns nil if there is none.
func LookupTemplate(name string) *Template {
	if i := slices.IndexFunc(own, func(t *Template) bool { return t.Name == name }); i >= 0 {
		return own[i]
	}
	if t := embeddedTemplate(name); t != nil {
		return t
	}
	return FindTemplate(Templates(), name)
}

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

// With returns the fields that have the role, in their order. A nil template
// has none.
func (t *Template) With(role Role) []*Spec {
	var found []*Spec
	if t == nil {
		return nil
	}
	for i := range t.Fields {
		if t.Fields[i].Role == role {
			found = append(found, &t.Fields[i])
		}
	}
	return found
}

// Fact returns the fact with the id, or nil.
func (t *Template) Fact(id string) *Fact {
	for i := range t.Facts {
		if t.Facts[i].ID == id {
			return &t.Facts[i]
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
		Order   int               `json:"order"`
		Label   lang.Text         `json:"label"`
		Help    lang.Text         `json:"help"`
		Account bool              `json:"account"`
		Fields  []json.RawMessage `json:"fields"`
		Idle    *Idle             `json:"idle"`
		Form    *Form             `json:"form"`
		Facts   []json.RawMessage `json:"facts"`
	}
	if err := decodeStrictly(b, &file); err != nil {
		return err
	}
	t.Order, t.Label, t.Help = file.Order, file.Label, file.Help
	t.Account, t.Idle, t.Form = file.Account, file.Idle, file.Form
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
	return t.checkService(seen)
}

// checkService checks what is said about the service as a whole. seen has the
// keys of the fields, and of the facts with "fact " before.
func (t *Template) checkService(seen map[string]bool) error {
	if t.Idle != nil && (t.Idle.Months < 1 || !seen["fact "+t.Idle.Fact]) {
		return errors.New("idle needs months above 0 and the id of a fact")
	}
	if t.Form == nil {
		return nil
	}
	if len(t.Form.Fields) == 0 || !seen["fact "+t.Form.Fact] {
		return errors.New("form needs fields and the id of a fact")
	}
	for _, key := range t.Form.Fields {
		if !seen[key] {
			return fmt.Errorf("form names the field %q, which is not there", key)
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
	case s.Role != "" && !s.Role.fits(s.Type):
		return fmt.Errorf("there is no role %q for type %q", s.Role, s.Type)
	case s.Shown && s.Type != TypeHint:
		return errors.New("only a hint is shown by the service")
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
