package recovery

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// A UseKind says how a record depends on an address or a number.
type UseKind string

// The kinds of uses, the gravest first.
const (
	UseLogin    UseKind = "login"    // one signs in with it
	UseRecovery UseKind = "recovery" // codes or new passwords are sent to it
	UseLicence  UseKind = "licence"  // a licence is bound to the account of that address
	UseWay      UseKind = "way"      // a way in leads through it
	UseRef      UseKind = "ref"      // the record names the record of it
	UseContact  UseKind = "contact"  // any other field holds it
	UseMention  UseKind = "mention"  // a text speaks of it
)

var useKinds = []UseKind{UseLogin, UseRecovery, UseLicence, UseWay, UseRef, UseContact, UseMention}

// A Use is one place where a record depends on an address or a number.
type Use struct {
	Record *record.Record
	Kind   UseKind
	Field  string // key; empty if it is in no field: in the notes, or by a way
	Way    string // id of the way of UseWay
}

// A Target is an address or a number that goes away.
type Target struct {
	Mail  string // the address; empty if it is a number
	Phone string // the number
	// About are the records that are about it, the one first that keeps the
	// retirement; empty if none is.
	About []*record.Record

	key string
}

// Value is the address or the number.
func (t *Target) Value() string { return t.Mail + t.Phone }

// Template is the name of the template for a record about it.
func (t *Target) Template() string {
	if t.Mail != "" {
		return "mailbox"
	}
	return "phone-line"
}

// shortestLine is how many digits the number of a person's line has at least.
const shortestLine = 7

// A TargetError says that something is neither an address nor a number, nor the
// name of a record about one.
type TargetError struct{ Typed string }

func (e *TargetError) Error() string { return "no address or number: " + e.Typed }

// Target finds what goes away: an address, a number, or what the record of that
// name is about. The error is a *TargetError.
func (u *Upkeep) Target(typed string) (*Target, error) {
	if s := u.v.to(typed); s != nil {
		if t := targetOf(s.r); t != nil {
			return u.found(t), nil
		}
	}
	value, _, err := record.Clean(record.TypeEmail, typed)
	if err == nil && addressIn(value) != "" {
		return u.found(&Target{Mail: value, key: boxKey(value)}), nil
	}
	value, _, err = record.Clean(record.TypePhone, typed)
	if digits := record.PhoneDigits(value); err == nil && len(digits) >= shortestLine {
		return u.found(&Target{Phone: value, key: lineKey(digits)}), nil
	}
	return nil, &TargetError{typed}
}

func (u *Upkeep) found(t *Target) *Target {
	t.About = u.about[t.key]
	return t
}

// targetOf is the address or the number that a record is about, nil if it is
// about none.
func targetOf(r *record.Record) *Target {
	t := record.LookupTemplate(r.Template)
	if t == nil || r.Template == "person" {
		return nil
	}
	for _, f := range fieldsOf(r, t, record.RoleAddress) {
		return &Target{Mail: f.Value, key: boxKey(f.Value)}
	}
	for _, f := range fieldsOf(r, t, record.RoleNumber) {
		if digits := record.PhoneDigits(f.Value); digits != "" {
			return &Target{Phone: f.Value, key: lineKey(digits)}
		}
	}
	for _, f := range fieldsOf(r, t, record.RoleLogin) {
		if address := addressIn(f.Value); address != "" && hosts(t, address) {
			return &Target{Mail: address, key: boxKey(address)}
		}
	}
	return nil
}

// hosts reports whether an address is a mailbox of the template's service
// itself.
func hosts(t *record.Template, address string) bool {
	return slices.ContainsFunc(t.Mail, func(domain string) bool { return strings.EqualFold(domain, domainPart(address)) })
}

// The keys under which uses are found.
func boxKey(address string) string { return "mail " + mailKey(address) }
func lineKey(digits string) string { return "phone " + digits }
func refKey(name string) string    { return "ref " + record.NameKey(name) }

// enter puts a record into the tables of what is about an address or a number
// and of what depends on one.
func (u *Upkeep) enter(r *record.Record) {
	t := record.LookupTemplate(r.Template)
	if own := targetOf(r); own != nil {
		u.about[own.key] = append(u.about[own.key], r)
		// A record made for it keeps the retirement, rather than a contract's.
		slices.SortStableFunc(u.about[own.key], func(a, b *record.Record) int {
			return cmp.Compare(boolRank(a.Template == own.Template()), boolRank(b.Template == own.Template()))
		})
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		kind := record.TypeOf(t, f)
		if key := keyOf(kind, f); key != "" && filledIn(f) {
			use := Use{Record: r, Kind: useKindOf(t, f, kind), Field: f.Key}
			if use.Kind == UseContact && waysNeed(r, t, f.Key) {
				use.Kind = UseRecovery
			}
			u.uses[key] = append(u.uses[key], use)
		}
	}
	for _, way := range r.Ways {
		for _, name := range recordsNeeded(way) {
			u.uses[refKey(name)] = append(u.uses[refKey(name)], Use{Record: r, Kind: UseWay, Way: way.ID})
		}
	}
}

// boolRank puts what is true first.
func boolRank(yes bool) int {
	if yes {
		return 0
	}
	return 1
}

// waysNeed reports whether a way into the record needs what a field stands for.
func waysNeed(r *record.Record, t *record.Template, key string) bool {
	return slices.ContainsFunc(r.EffectiveWays(t), func(way record.Way) bool {
		return slices.ContainsFunc(way.Needs, func(need record.Need) bool {
			return slices.ContainsFunc(need.Atoms(), func(atom record.Atom) bool {
				return (atom.Kind == record.AtomField || atom.Kind == record.AtomCall) && atom.Name == key
			})
		})
	})
}

// recordsNeeded are the names of the records that a way needs.
func recordsNeeded(way record.Way) []string {
	var names []string
	for _, need := range way.Needs {
		for _, atom := range need.Atoms() {
			if atom.Kind == record.AtomRecord && !way.Off {
				names = append(names, atom.Name)
			}
		}
	}
	return names
}

// keyOf is by what the thing is found that a field holds: an address, a number,
// or another record; "" for anything else.
func keyOf(kind record.Type, f *record.Field) string {
	switch kind {
	case record.TypeEmail, record.TypeText:
		if address := addressIn(f.Value); address != "" {
			return boxKey(address)
		}
		if kind == record.TypeText {
			return phoneTextKey(f.Value)
		}
	case record.TypePhone:
		if digits := record.PhoneDigits(f.Value); digits != "" {
			return lineKey(digits)
		}
	case record.TypeRef:
		return refKey(f.Value)
	}
	return ""
}

// shortestNumber is how many digits a text must have to be taken for a
// telephone number, where it may be a customer's number or an amount.
const shortestNumber = 10

// phoneTextKey is the key of a text that is nothing but a telephone number.
func phoneTextKey(s string) string {
	if len(s) > 30 || strings.Trim(lang.FoldCode(s), "+-() 0123456789") != "" {
		return ""
	}
	if digits := record.PhoneDigits(s); len(digits) >= shortestNumber && record.PhoneKind(s) != record.KindUnknown {
		return lineKey(digits)
	}
	return ""
}

func useKindOf(t *record.Template, f *record.Field, kind record.Type) UseKind {
	var role record.Role
	if s := t.Spec(f.Key); s != nil {
		role = s.Role
	}
	switch role {
	case record.RoleLogin:
		return UseLogin
	case record.RoleRecovery:
		return UseRecovery
	case record.RoleLicensee:
		return UseLicence
	}
	if kind == record.TypeRef {
		return UseRef
	}
	return UseContact
}

// usesOf returns all that depends on what goes away, but for the records about
// it themselves.
func (u *Upkeep) usesOf(t *Target) []Use {
	list := slices.Clone(u.uses[t.key])
	for _, r := range t.About {
		list = append(list, u.uses[refKey(r.Name)]...)
	}
	list = append(list, u.waysThrough(t)...)
	list = append(list, u.mentions(t)...)
	list = slices.DeleteFunc(list, func(use Use) bool { return slices.Contains(t.About, use.Record) })
	slices.SortStableFunc(list, func(a, b Use) int {
		return cmp.Or(strings.Compare(record.NameKey(a.Record.Name), record.NameKey(b.Record.Name)), cmp.Compare(slices.Index(useKinds, a.Kind), slices.Index(useKinds, b.Kind)))
	})
	var out []Use
	for _, use := range list { // a field that was found by two tables counts once, with the gravest kind
		if !slices.ContainsFunc(out, func(have Use) bool {
			return have.Record == use.Record && have.Field == use.Field && (have.Way == use.Way || use.Kind == UseMention)
		}) {
			out = append(out, use)
		}
	}
	return out
}

// node is the id of what goes away in the graph.
func (t *Target) node() string {
	if t.Mail != "" {
		return shortID("mail:" + mailKey(t.Mail))
	}
	return shortID("line:" + record.PhoneDigits(t.Phone))
}

// hangs asks the graph what depends on it, and on the accounts that are about
// it, in the strictest run: sure ways, and only what is noted. locks are those
// that open now and would not without it. Ids are in the order of the graph.
func (u *Upkeep) hangs(t *Target) (uses, locks []string) {
	nodes := []string{t.node()}
	for _, r := range t.About {
		if a := u.accounts[r.ID]; a != nil {
			nodes = append(nodes, a.ID)
		}
	}
	for _, id := range nodes {
		h, err := u.m.Graph().Hanging(id, u.m.Case(lockout.Pessimistic|lockout.SureOnly))
		if err != nil {
			continue // the graph does not know it: nothing leads through it
		}
		uses, locks = append(uses, h.Uses...), append(locks, h.Locks...)
	}
	return unique(uses), unique(locks)
}

// waysThrough are the accounts that the graph finds behind it and whose fields
// do not hold it: by ways that the owner added, or by way of a record between.
func (u *Upkeep) waysThrough(t *Target) []Use {
	held := map[*record.Record]bool{}
	for _, use := range u.uses[t.key] {
		held[use.Record] = true
	}
	for _, r := range t.About {
		for _, use := range u.uses[refKey(r.Name)] {
			held[use.Record] = true
		}
	}
	var list []Use
	uses, _ := u.hangs(t)
	for _, id := range uses {
		if thing := u.m.Thing(id); thing != nil && thing.Record != nil && !held[thing.Record] {
			list = append(list, Use{Record: thing.Record, Kind: UseWay})
		}
	}
	return list
}

// mentions are the texts that speak of it: notes, and fields that hold more than
// just it. Secrets are not looked into.
func (u *Upkeep) mentions(t *Target) []Use {
	var list []Use
	for _, r := range u.records {
		tmpl := record.LookupTemplate(r.Template)
		if t.in(r.Notes) {
			list = append(list, Use{Record: r, Kind: UseMention})
		}
		for i := range r.Fields {
			f := &r.Fields[i]
			switch record.TypeOf(tmpl, f) {
			case record.TypeText, record.TypeMultiline:
				if t.in(f.Value) {
					list = append(list, Use{Record: r, Kind: UseMention, Field: f.Key})
				}
			}
		}
	}
	return list
}

// numberIn finds what may be a telephone number in a text.
var numberIn = regexp.MustCompile(`\+?[0-9][0-9() -]{7,}[0-9]`)

// in reports whether a text speaks of it.
func (t *Target) in(text string) bool {
	if text == "" {
		return false
	}
	if t.Mail != "" {
		return mentionsAddress(lang.Fold(text), lang.Fold(t.Mail))
	}
	for _, found := range numberIn.FindAllString(lang.FoldCode(text), -1) {
		if lineKey(record.PhoneDigits(found)) == t.key {
			return true
		}
	}
	return false
}

// mentionsAddress finds an address in a text, but not as a part of a longer one:
// hanako@example.jp is not in yamada.hanako@example.jp.
func mentionsAddress(text, address string) bool {
	const within = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_{|}~-"
	for at := 0; ; {
		i := strings.Index(text[at:], address)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(address)
		before := start > 0 && strings.IndexByte(within, text[start-1]) >= 0
		after := end < len(text) && strings.IndexByte("abcdefghijklmnopqrstuvwxyz0123456789-", text[end]) >= 0 ||
			end+1 < len(text) && text[end] == '.' && strings.IndexByte("abcdefghijklmnopqrstuvwxyz0123456789", text[end+1]) >= 0
		if !before && !after {
			return true
		}
		at = end
	}
}

// dependents returns the records that depend on the address or the number that
// a record is about, by fields that hold it or name the record; mere texts do
// not count.
func (u *Upkeep) dependents(r *record.Record) []*record.Record {
	t := targetOf(r)
	if t == nil {
		return nil
	}
	u.found(t)
	var list []*record.Record
	for _, use := range slices.Concat(u.uses[t.key], u.uses[refKey(r.Name)]) {
		if !slices.Contains(t.About, use.Record) && !slices.Contains(list, use.Record) {
			list = append(list, use.Record)
		}
	}
	return list
}

// Addresses returns all addresses and numbers that the records hold or are
// about, each once.
func (u *Upkeep) Addresses() []string {
	found := map[string]string{}
	for _, list := range u.about {
		t := targetOf(list[0])
		found[t.key] = t.Value()
	}
	for key, uses := range u.uses {
		if f := uses[0].Record.Field(uses[0].Field); f != nil && !strings.HasPrefix(key, refKey("")) {
			found[key] = f.Value
		}
	}
	return slices.Sorted(maps.Values(found))
}
