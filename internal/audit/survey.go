package audit

import (
	"hash/maphash"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
)

// A survey is all records, made ready for the rules: who is reached by which
// address and number, and which record has which name.
type survey struct {
	in       Input
	now      time.Time
	today    time.Time // midnight UTC of the day of now
	subjects []subject

	self   *subject              // the record of the vault itself, nil if there is none
	named  map[string]*subject   // by record.NameKey
	boxes  map[string][]*subject // records about a mail address, by mailKey: the mailbox, and the contract it came with
	lines  map[string][]*subject // records about a telephone number, by its digits
	owned  map[string]*subject   // records about a domain name
	logins map[string][]*subject

	domains map[string]maildomain.Domain // what the table says, by the part after the @
	slips   map[string]string            // what a domain is taken for, by the same
	numbers map[string]number            // telephone numbers by how they are noted
	twins   map[*record.Field]*subject   // who else holds a code or key of the field; nil until asked for
	seed    maphash.Seed
	facts   map[string][]string // see formsOf
	brands  []brand             // see services; nil until asked for
}

// A subject is one record with its template.
type subject struct {
	r       *record.Record
	t       *record.Template
	answers []answer // the fields that have a value
	rank    int      // in the order of the input

	mails  []mailUse  // see survey.mailsOf
	phones []phoneUse // see survey.phonesOf
}

// A number is a telephone number as rules look at it: parsing one costs more
// than most rules.
type number struct {
	digits string
	kind   record.Kind
	slip   lang.Text // what is wrong with its length, zero if nothing is
}

// An answer is one field with what its template says of it.
type answer struct {
	f    *record.Field
	spec *record.Spec // nil: the user's own field
	role record.Role
	kind record.Type
}

func newSurvey(in Input) *survey {
	now := in.Now
	v := &survey{in: in, now: now, today: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC),
		named: make(map[string]*subject, len(in.Records)), boxes: map[string][]*subject{}, lines: map[string][]*subject{},
		owned: map[string]*subject{}, logins: map[string][]*subject{},
		domains: map[string]maildomain.Domain{}, slips: map[string]string{}, numbers: map[string]number{}, facts: map[string][]string{}, seed: maphash.MakeSeed(),
		subjects: make([]subject, 0, len(in.Records))}
	templates := map[string]*record.Template{}
	fields := 0
	for _, r := range in.Records {
		fields += len(r.Fields)
	}
	answers := make([]answer, 0, fields)
	for _, r := range in.Records {
		if r.Trashed != nil {
			continue
		}
		t, ok := templates[r.Template]
		if !ok {
			t = record.LookupTemplate(r.Template)
			templates[r.Template] = t
		}
		start := len(answers)
		answers = appendAnswers(answers, r, t)
		v.subjects = append(v.subjects, subject{r: r, t: t, answers: answers[start:len(answers):len(answers)]})
	}
	for i := range v.subjects {
		v.subjects[i].rank = i
		v.enter(&v.subjects[i])
	}
	for i := range v.subjects {
		s := &v.subjects[i]
		v.enterLogins(s)
		s.phones = v.phonesOf(s)
	}
	for i := range v.subjects {
		s := &v.subjects[i]
		s.mails = v.mailsOf(s) // of a licence, it depends on who signs in
	}
	return v
}

// longestNone is more than any word for none has in bytes; what is longer need
// not be folded to be compared.
const longestNone = 30

// appendAnswers appends the fields of r that say something.
func appendAnswers(list []answer, r *record.Record, t *record.Template) []answer {
	for i := range r.Fields {
		f := &r.Fields[i]
		if f.Value == "" && len(f.Codes) == 0 || len(f.Value) <= longestNone && record.SaysNone(f.Value) {
			continue
		}
		a := answer{f: f, spec: t.Spec(f.Key), kind: f.Type}
		if a.spec != nil {
			a.role = a.spec.Role
		}
		if a.kind == "" {
			a.kind = record.TypeOf(t, f)
		}
		list = append(list, a)
	}
	return list
}

// enter puts a subject into the tables by which others find it. Of two records
// about one thing the first counts.
func (v *survey) enter(s *subject) {
	put(v.named, record.NameKey(s.r.Name), s)
	if s.r.Template == record.VaultTemplate && v.self == nil {
		v.self = s
	}
	for _, a := range s.answers {
		switch a.role {
		case record.RoleAddress:
			key := mailKey(a.f.Value)
			v.boxes[key] = append(v.boxes[key], s)
		case record.RoleNumber:
			key := v.number(a.f.Value).digits
			v.lines[key] = append(v.lines[key], s)
		case record.RoleDomain:
			put(v.owned, strings.ToLower(a.f.Value), s)
		}
	}
}

// enterLogins notes by which addresses and numbers a subject is reached, now
// that references to other records can be followed.
func (v *survey) enterLogins(s *subject) {
	for _, a := range s.answers {
		if a.role != record.RoleLogin && a.role != record.RoleRecovery {
			continue
		}
		key := ""
		if mail, phone := v.reach(a); mail != "" {
			key = mailKey(mail)
		} else if phone != "" {
			key = v.number(phone).digits
		}
		if key != "" {
			v.logins[key] = append(v.logins[key], s)
		}
	}
}

func put(m map[string]*subject, key string, s *subject) {
	if _, taken := m[key]; !taken && key != "" {
		m[key] = s
	}
}

// mailKey is a mail address in the form in which two are compared.
func mailKey(address string) string { return lang.Fold(address) }

// values returns the answers that have the role.
func (s *subject) values(role record.Role) []answer {
	var list []answer
	for _, a := range s.answers {
		if a.role == role {
			list = append(list, a)
		}
	}
	return list
}

// has reports whether a field with the role is answered.
func (s *subject) has(role record.Role) bool {
	for _, a := range s.answers {
		if a.role == role {
			return true
		}
	}
	return false
}

// value returns the first answer with the role, or "".
func (s *subject) value(role record.Role) string {
	for _, a := range s.answers {
		if a.role == role {
			return a.f.Value
		}
	}
	return ""
}

// spec returns the template's first field of the role and of one of the types,
// or nil; no type means any.
func (s *subject) spec(role record.Role, types ...record.Type) *record.Spec {
	if s.t == nil {
		return nil
	}
	for i := range s.t.Fields {
		f := &s.t.Fields[i]
		if f.Role == role && (len(types) == 0 || oneOf(f.Type, types)) {
			return f
		}
	}
	return nil
}

func oneOf(t record.Type, types []record.Type) bool {
	for _, x := range types {
		if x == t {
			return true
		}
	}
	return false
}

// account reports whether the record is of something one signs in to.
func (s *subject) account() bool { return s.t != nil && s.t.Account }

// label is what a field is called in front of people.
func (s *subject) label(key string) lang.Text {
	if f := s.r.Field(key); f != nil {
		return record.Label(s.t, f)
	}
	return record.Label(s.t, &record.Field{Key: key})
}

// fact returns what the template says under the id, as a claim.
func (s *subject) fact(id string) Claim {
	if s.t == nil {
		return Claim{}
	}
	f := s.t.Fact(id)
	if f == nil {
		return Claim{}
	}
	return Claim{f.Text, f.Source.Text, f.AsOf}
}

// refersTo follows an answer that names another record.
func (v *survey) refersTo(a answer) *subject {
	if a.kind != record.TypeRef {
		return nil
	}
	return v.named[record.NameKey(a.f.Value)]
}

// reach returns the mail address or the telephone number of an answer, where a
// reference to another record is followed. Both are "" for anything else.
func (v *survey) reach(a answer) (mail, phone string) {
	switch a.kind {
	case record.TypeEmail:
		return addressIn(a.f.Value), ""
	case record.TypePhone:
		if v.number(a.f.Value).digits == "" {
			return "", ""
		}
		return "", a.f.Value
	case record.TypeText:
		return addressIn(a.f.Value), ""
	case record.TypeRef:
		if to := v.refersTo(a); to != nil {
			for _, role := range []record.Role{record.RoleAddress, record.RoleNumber} {
				for _, b := range to.values(role) {
					if b.kind != record.TypeRef {
						return v.reach(b)
					}
				}
			}
			for _, b := range to.values(record.RoleLogin) {
				if b.kind == record.TypeEmail {
					return v.reach(b)
				}
			}
		}
	}
	return "", ""
}

// addressIn returns s if it is one mail address, else "".
func addressIn(s string) string {
	if i := strings.LastIndexByte(s, '@'); i > 0 && i < len(s)-1 && !strings.ContainsAny(s, " 　,;") {
		return s
	}
	return ""
}

func domainPart(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// domain is what the table knows of an address.
func (v *survey) domain(address string) maildomain.Domain {
	key := domainPart(address)
	d, ok := v.domains[key]
	if !ok {
		d = maildomain.Of(key)
		v.domains[key] = d
	}
	return d
}

// meant is the domain that the table would rather see in an address, or "".
func (v *survey) meant(address string) string {
	if addressIn(address) == "" {
		return ""
	}
	key := domainPart(address)
	meant, ok := v.slips[key]
	if !ok {
		meant = maildomain.Meant(key)
		v.slips[key] = meant
	}
	return meant
}

// number parses a telephone number, each once.
func (v *survey) number(noted string) number {
	n, ok := v.numbers[noted]
	if !ok {
		n = number{digits: record.PhoneDigits(noted), kind: record.PhoneKind(noted)}
		_, notes, _ := record.Clean(record.TypePhone, noted)
		for _, note := range notes {
			if note.Key == "length" {
				n.slip = noteText(note)
			}
		}
		v.numbers[noted] = n
	}
	return n
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
	return v.domain(address).Class
}

// ends returns the day on which what a record is about ends: its own, or that
// of the contract or the company it names, if that has a record. where has the
// day.
func (v *survey) ends(s *subject) (day span, where *subject, key string) {
	for hops := 0; s != nil && hops < 4; hops++ {
		for _, a := range s.values(record.RoleEnds) {
			if d, ok := readDay(a.f.Value); ok {
				return d, s, a.f.Key
			}
		}
		var next *subject
		for _, a := range s.answers {
			if a.role != record.RoleContract && a.role != record.RoleProvider {
				continue
			}
			if to := v.named[record.NameKey(a.f.Value)]; to != nil && to != s {
				next = to
			}
		}
		s = next
	}
	return span{}, nil, ""
}

// mailEnds returns the first noted end of a mailbox, lineEnds of a telephone
// number.
func (v *survey) mailEnds(address string) (span, *subject) {
	return v.firstEnd(v.boxes[mailKey(address)])
}

func (v *survey) lineEnds(number string) (span, *subject) {
	return v.firstEnd(v.lines[v.number(number).digits])
}

func (v *survey) firstEnd(list []*subject) (span, *subject) {
	for _, s := range list {
		if day, where, _ := v.ends(s); where != nil {
			return day, where
		}
	}
	return span{}, nil
}

// ended reports whether the record is about something that is over: nobody can
// sign in to a mailbox whose contract has ended.
func (v *survey) ended(s *subject) bool {
	if s.has(record.RoleEnds) {
		day, where, _ := v.ends(s)
		return where == s && day.last.Before(v.today)
	}
	for _, a := range s.values(record.RoleAddress) {
		if day, where := v.mailEnds(a.f.Value); where != nil {
			return day.last.Before(v.today)
		}
	}
	return false
}

// A span is the days that a date of the notes may mean: 2026-11 is thirty.
type span struct{ first, last time.Time }

// readDay reads 2026-11-22, 2026-11 or 2026.
func readDay(s string) (span, bool) {
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(form.layout, s); err == nil {
			return span{t, t.AddDate(form.years, form.months, form.days).AddDate(0, 0, -1)}, true
		}
	}
	return span{}, false
}

// monthsAfter is the same day so many months later, or the last of that month if
// it has no such day: six months after 31 August is 28 February, not 3 March.
func monthsAfter(t time.Time, months int) time.Time {
	last := time.Date(t.Year(), t.Month()+time.Month(months)+1, 0, 0, 0, 0, 0, t.Location())
	return t.AddDate(0, 0, 1-t.Day()).AddDate(0, months, min(t.Day(), last.Day())-1)
}

// days counts the days from today to t, negative if t is past.
func (v *survey) days(t time.Time) int { return int(t.Sub(v.today).Hours() / 24) }

// left says how long it is until a day that has not passed.
func (v *survey) left(day span) lang.Text {
	n := v.days(day.first)
	switch {
	case n > 1:
		return saidOf(lang.T("in %d days", "あと %d 日"), n)
	case n == 1:
		return lang.T("tomorrow", "明日")
	case day.first.Equal(day.last):
		return lang.T("today", "今日")
	}
	return lang.T("under way now", "今がその時期")
}

// noteText is what a check of a value says, in both languages.
func noteText(n record.Note) lang.Text {
	return lang.Text{EN: n.Say(lang.EN), JA: n.Say(lang.JA)}
}
