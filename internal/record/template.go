package record

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"sync"

	"memovault/internal/lang"
)

// A Template says what to note about one kind of thing, in the order in which
// it is asked at the desk. It is one JSON file; adding a file to templates/
// adds a template.
type Template struct {
	Name    string    `json:"-"`     // the file's name without .json: what one types
	Order   int       `json:"order"` // place in lists, smallest first
	Label   lang.Text `json:"label"`
	Aliases []string  `json:"aliases,omitempty"` // other names by which it is looked up and searched, in any language
	Help    lang.Text `json:"help"`              // one line: what it is for
	Account bool      `json:"account,omitempty"` // something one signs in to
	Mail    []string  `json:"mail,omitempty"`    // domains whose addresses are mailboxes of such an account itself
	Fields  []Spec    `json:"fields"`
	Ways    []Way     `json:"ways,omitempty"` // into such an account; any one will do
	// Importance says how bad the loss of such a thing usually is, 0 to
	// MaxImportance, where its record says nothing.
	Importance int `json:"importance,omitempty"`

	Idle  *Idle  `json:"idle,omitempty"` // what happens when nobody signs in
	Form  *Form  `json:"form,omitempty"` // what is asked of who has lost every other way
	Facts []Fact `json:"facts,omitempty"`

	GuideText *GuideText `json:"guide,omitempty"` // how the service leads back in, as it is written: see Guide

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
	Example Wording   `json:"example,omitzero"`  // invented; for fields whose form is not obvious
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
	RoleHolder   Role = "password-person" // who else knows the password
	RoleKeptAt   Role = "kept-at"         // the place where a paper is
	RoleKeptBy   Role = "kept-by"         // the person who keeps a paper
	RoleCopyAt   Role = "copy-at"         // the place where a copy is
	RoleCopyMade Role = "copy-made"       // the day on which that copy was made
	RoleHeir     Role = "heir"            // who is to get in when the owner no longer can
	RoleHelper   Role = "helper"          // who can vouch for the owner, or open it for them
	RoleSheet    Role = "sheet-number"    // the number of a printed sheet
	RolePrinted  Role = "printed"         // the day on which it was printed
	RoleContents Role = "contents"        // the names of the records on it, one a line
	RoleSecrets  Role = "secrets"         // a choice: whether passwords and hints are on it
	RoleSheetIs  Role = "sheet-kind"      // a choice: the kind of the sheet
	RoleFate     Role = "fate"            // a choice: whether the paper is still where it was laid
	RoleCopies   Role = "copies"          // how many of it were printed
	RoleChecked  Role = "checked"         // the day on which the paper was last checked
	RoleOpens    Role = "opens"           // which key of the vault is on it
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
	RoleHolder: {TypeRef}, RoleKeptAt: {TypeText, TypeRef}, RoleKeptBy: {TypeRef}, RoleCopyAt: {TypeText, TypeRef}, RoleCopyMade: {TypeDate},
	RoleHeir: {TypeRef}, RoleHelper: {TypeText, TypeRef}, RoleSheet: {TypeText}, RolePrinted: {TypeDate}, RoleContents: {TypeMultiline}, RoleSecrets: {TypeChoice},
	RoleSheetIs: {TypeChoice}, RoleFate: {TypeChoice}, RoleCopies: {TypeText}, RoleChecked: {TypeDate}, RoleOpens: {TypeText},
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
	Source Wording   `json:"source"` // address or name of the source
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
	t := &Template{Name: name}
	if err := t.parse(b); err != nil {
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
	looked.Clear()
}

// Templates returns all templates by Order. They must not be changed.
func Templates() []*Template { return allTemplates(embeddedTemplate) }

// Heads returns all templates by Order, but of those of the program only what
// stands before the fields: order, label, aliases, help. A list and a search
// need no more, and parsing all templates takes longer than either. They must
// not be changed.
func Heads() []*Template { return allTemplates(embeddedHead) }

func allTemplates(read func(name string) *Template) []*Template {
	files, err := embedded.ReadDir("templates")
	if err != nil {
		panic(err) // cannot happen: the folder is part of the program
	}
	ts := slices.Clone(own)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), path.Ext(f.Name()))
		if !slices.ContainsFunc(own, func(t *Template) bool { return t.Name == name }) {
			ts = append(ts, read(name))
		}
	}
	sortTemplates(ts)
	return ts
}

// beforeFields is where the head of an embedded template ends; a test holds the
// files to it.
const beforeFields = ",\n  \"fields\": ["

// embeddedHead reads the file of the name up to its fields.
func embeddedHead(name string) *Template {
	if t, ok := parsed.Load(name); ok {
		return t.(*Template)
	}
	b, _ := embedded.ReadFile("templates/" + name + ".json")
	head, _, found := bytes.Cut(b, []byte(beforeFields))
	t := &Template{Name: name}
	if !found || json.Unmarshal(append(head, '}'), t) != nil {
		return embeddedTemplate(name)
	}
	return t
}

// sortTemplates puts templates into the order of lists: by Order, then name.
func sortTemplates(ts []*Template) {
	slices.SortFunc(ts, func(a, b *Template) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
}

// LookupTemplate finds a template by its name, by its label in either language
// or by an alias, however it is typed. It returns nil if there is none.
func LookupTemplate(name string) *Template {
	if t, ok := looked.Load(name); ok {
		return t.(*Template)
	}
	name = strings.Clone(name) // it may be part of a whole record, which would be kept with it
	t := lookUp(name)
	looked.Store(name, t)
	return t
}

// looked is what was looked up so far, with nil for what is not there: a list
// asks for the template of every record.
var looked sync.Map // string -> *Template

func lookUp(name string) *Template {
	if i := slices.IndexFunc(own, func(t *Template) bool { return t.Name == name }); i >= 0 {
		return own[i]
	}
	if t := embeddedTemplate(name); t != nil {
		return t
	}
	head := findTemplate(Heads(), name)
	if head == nil || head.User {
		return head
	}
	return embeddedTemplate(head.Name)
}

// findTemplate is LookupTemplate in a list of one's own; a name beats a label,
// and a label an alias.
func findTemplate(ts []*Template, name string) *Template {
	key := lang.Fold(name)
	for _, t := range ts {
		if t.Name == key {
			return t
		}
	}
	if key == "" {
		return nil
	}
	for _, t := range ts {
		if lang.Fold(t.Label.EN) == key || lang.Fold(t.Label.JA) == key {
			return t
		}
	}
	for _, t := range ts {
		if slices.ContainsFunc(t.Aliases, func(alias string) bool { return lang.Fold(alias) == key }) {
			return t
		}
	}
	return nil
}

// A Wording is one string for both languages, such as an address, or a text in
// each where it is said otherwise.
type Wording struct{ lang.Text }

// UnmarshalJSON reads a string or a text in both languages.
func (w *Wording) UnmarshalJSON(b []byte) error {
	var both string
	if json.Unmarshal(b, &both) != nil {
		return json.Unmarshal(b, &w.Text)
	}
	w.Text = lang.Text{EN: both, JA: both}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (w Wording) MarshalJSON() ([]byte, error) {
	if w.EN == w.JA {
		return json.Marshal(w.EN)
	}
	return json.Marshal(w.Text)
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
