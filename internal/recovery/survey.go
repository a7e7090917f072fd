package recovery

import (
	"strings"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// A role is what a record stands for among those that others refer to.
type role uint8

const (
	roleOther   role = iota
	roleAccount      // something one signs in to
	roleDevice
	roleLine
	rolePlace
	rolePerson
	roleSheet
	roleVault
)

// roles are the templates that stand for something else than an account.
var roles = map[string]role{
	"device": roleDevice, "phone-line": roleLine, "place": rolePlace, "person": rolePerson,
	record.SheetTemplate: roleSheet, record.VaultTemplate: roleVault,
}

// contractTemplate is the template of a contract that brings addresses and
// lines with it.
const contractTemplate = "isp"

// A subject is one record with its template.
type subject struct {
	r       *record.Record
	t       *record.Template
	id      string // of the record, as text
	role    role
	account *Account // nil if it is nothing one signs in to
	ground  []string // assets without which the account is not there at all
	ends    record.Span
	ended   bool // that day is past
}

// A survey is all records, made ready for looking up who is meant.
type survey struct {
	subjects []*subject
	named    map[string]*subject       // by record.NameKey
	trashed  map[string]*record.Record // by record.NameKey
	boxes    map[string][]*subject     // about a mail address: its mailbox, its contract, a person
	lines    map[string][]*subject     // about a telephone number, by its digits
	hosts    map[string][]*subject     // accounts that are the mailbox of an address, as one at Google is
	logins   map[string][]*subject     // who signs in with an address
	domains  map[string]*subject       // about a domain of one's own
	mobiles  map[string][]*subject     // mobile lines, by their owner
	sheets   map[*subject][]*sheet     // on which a record stands
	known    map[string]maildomain.Domain
	owners   []string // as written first, in the order of the records
}

func newSurvey(records []*record.Record) *survey {
	v := &survey{named: map[string]*subject{}, trashed: map[string]*record.Record{}, boxes: map[string][]*subject{},
		lines: map[string][]*subject{}, hosts: map[string][]*subject{}, logins: map[string][]*subject{},
		domains: map[string]*subject{}, mobiles: map[string][]*subject{}, sheets: map[*subject][]*sheet{}, known: map[string]maildomain.Domain{}}
	templates := map[string]*record.Template{}
	owners := map[string]bool{}
	for _, r := range records {
		if r.Trashed != nil {
			v.trashed[record.NameKey(r.Name)] = r
			continue
		}
		t, ok := templates[r.Template]
		if !ok {
			t = record.LookupTemplate(r.Template)
			templates[r.Template] = t
		}
		s := &subject{r: r, t: t, id: r.ID.String(), role: roleOf(t)}
		v.subjects = append(v.subjects, s)
		if key := lang.Fold(r.Owner); !owners[key] {
			owners[key] = true
			v.owners = append(v.owners, r.Owner)
		}
	}
	for _, s := range v.subjects {
		v.enter(s)
		v.enterMobile(s)
	}
	return v
}

func roleOf(t *record.Template) role {
	switch {
	case t == nil:
		return roleOther
	case roles[t.Name] != roleOther:
		return roles[t.Name]
	case t.Account:
		return roleAccount
	}
	return roleOther
}

// enter puts a subject into the tables by which others find it. Of two records
// of one name the first counts.
func (v *survey) enter(s *subject) {
	if key := record.NameKey(s.r.Name); v.named[key] == nil {
		v.named[key] = s
	}
	for i := range s.r.Fields {
		f := &s.r.Fields[i]
		spec := s.t.Spec(f.Key)
		if spec == nil || !says(f.Value) {
			continue
		}
		switch spec.Role {
		case record.RoleAddress:
			if address := addressIn(f.Value); address != "" {
				v.boxes[mailKey(address)] = append(v.boxes[mailKey(address)], s)
			}
		case record.RoleNumber:
			if digits := record.PhoneDigits(f.Value); digits != "" {
				v.lines[digits] = append(v.lines[digits], s)
			}
		case record.RoleDomain:
			if host := maildomain.Host(f.Value); host != "" && v.domains[host] == nil {
				v.domains[host] = s
			}
		case record.RoleLogin:
			v.enterLogin(s, addressIn(f.Value))
		}
	}
}

func (v *survey) enterLogin(s *subject, address string) {
	if address == "" || !s.t.Account {
		return
	}
	key := mailKey(address)
	v.logins[key] = append(v.logins[key], s)
	for _, domain := range s.t.Mail {
		if strings.EqualFold(domain, domainPart(address)) {
			v.hosts[key] = append(v.hosts[key], s)
			return
		}
	}
}

// says reports whether a value is an answer, and not a word for none or for
// not knowing.
func says(value string) bool {
	return !blank(value) && !(len(value) <= longestNone && record.SaysNone(value))
}

// blank reports whether a value has nothing in it that can be seen.
func blank(value string) bool {
	return value == "" || len(value) <= longestNone && lang.Fold(value) == ""
}

// longestNone is more than any word for none has in bytes; what is longer need
// not be folded to be compared.
const longestNone = 30

// saysUnknown reports whether somebody answered that the answer is not known,
// where record.SaysNone holds.
func saysUnknown(value string) bool {
	switch lang.Fold(value) {
	case "不明", "わからない", "分からない", "未定", "unknown", "?":
		return true
	}
	return false
}

// addressIn returns s if it is one mail address, else "".
func addressIn(s string) string {
	if i := strings.LastIndexByte(s, '@'); i > 0 && i < len(s)-1 && !strings.ContainsAny(s, " 　,;\n") {
		return s
	}
	return ""
}

// illegible reports whether the value of a field of the type cannot be what the
// field asks for: an address without an @, a number without a digit. What it was
// meant to be is not known then.
func illegible(kind record.Type, value string) bool {
	switch kind {
	case record.TypeEmail:
		return addressIn(value) == "" && addressIn(lang.Fold(value)) == ""
	case record.TypePhone:
		return record.PhoneDigits(value) == "" && !strings.ContainsAny(lang.Fold(value), "0123456789")
	}
	return false
}

// mailKey is a mail address in the form in which two are compared.
func mailKey(address string) string { return lang.Fold(address) }

func domainPart(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// domain is what the table knows of an address.
func (v *survey) domain(address string) maildomain.Domain {
	key := domainPart(address)
	d, ok := v.known[key]
	if !ok {
		d = maildomain.Of(key)
		v.known[key] = d
	}
	return d
}

// class is the kind of an address: what the owner noted of the mailbox, else
// what the table says.
func (v *survey) class(address string) maildomain.Class {
	for _, box := range v.boxes[mailKey(address)] {
		switch noted := box.value(record.RoleClass); noted {
		case "isp", "carrier", "webmail", "school", "work", "own":
			return maildomain.Class(noted)
		}
	}
	if v.domains[maildomain.Host(address)] != nil {
		return maildomain.Own
	}
	return v.domain(address).Class
}

// to follows a name to its record; nil if there is none.
func (v *survey) to(name string) *subject { return v.named[record.NameKey(name)] }

// value returns the first answer with the role, or "".
func (s *subject) value(role record.Role) string {
	f, _ := s.first(role)
	if f == nil {
		return ""
	}
	return f.Value
}

// first returns the first field with the role that is answered, and its spec.
func (s *subject) first(role record.Role) (*record.Field, *record.Spec) {
	if s.t == nil {
		return nil, nil
	}
	for i := range s.t.Fields {
		if spec := &s.t.Fields[i]; spec.Role == role {
			if f := s.r.Field(spec.Key); f != nil && isAnswer(spec, f.Value) {
				return f, spec
			}
		}
	}
	return nil, nil
}

// choice returns the answer to a choice of the record's own template, "" where
// there is none or it is not known.
func (s *subject) choice(key string) string {
	if f := s.r.Field(key); f != nil && isAnswer(s.t.Spec(key), f.Value) {
		return f.Value
	}
	return ""
}

// isAnswer reports whether a value is an answer. Of a choice one is also "no" or
// "none", where it is among the options.
func isAnswer(spec *record.Spec, value string) bool {
	if spec != nil && spec.Type == record.TypeChoice && spec.Option(value) != nil {
		return value != "unknown"
	}
	return says(value)
}

// keyOf returns the key of the template's first field of the role, or "".
func (s *subject) keyOf(role record.Role) string {
	if specs := s.t.With(role); len(specs) > 0 {
		return specs[0].Key
	}
	return ""
}

// fieldLabel is what a field is called in front of people.
func (s *subject) fieldLabel(key string) lang.Text {
	if f := s.r.Field(key); f != nil {
		return record.Label(s.t, f)
	}
	return record.Label(s.t, &record.Field{Key: key})
}

// edit is the command that asks for fields of the record anew.
func (s *subject) edit(keys ...string) []lang.Text {
	command := []lang.Text{both("edit"), both(s.r.Name)}
	for _, key := range keys {
		if key != "" {
			command = append(command, both(key))
		}
	}
	return command
}

func both(s string) lang.Text { return lang.Text{EN: s, JA: s} }

// said fills a text in both languages.
func said(t lang.Text, args ...any) lang.Text {
	return lang.Text{EN: t.Sprintf(lang.EN, args...), JA: t.Sprintf(lang.JA, args...)}
}

// ownerFlag goes with a command that notes something of an owner.
func ownerFlag(owner string) []lang.Text {
	if owner == "" {
		return nil
	}
	return []lang.Text{both("--owner"), both(owner)}
}
