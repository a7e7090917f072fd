package record

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"memovault/internal/lang"
)

// Limits on ways. They bound what a hostile file can make the graph of.
const (
	MaxWays  = 100       // ways of one record or template
	MaxNeeds = 30        // needs of one way, and alternatives of one need
	MaxNeed  = 4096      // bytes of one need as it is written
	MaxWait  = 10 * 8784 // hours that a way may take: ten years
)

// A Way is one route into an account: all its needs at once; any one way will
// do. Of a record's own ways, one with the ID of a way of its template stands
// in the place of that.
type Way struct {
	ID    string  `json:"id"`             // snake or kebab case, unique in the template or record
	Label Wording `json:"label,omitzero"` // "sign in with password and a code"; a record's own may have none
	Needs []Need  `json:"needs,omitempty"`
	// When has fields of type choice, each with the values under which the way
	// exists. A field without an answer would decide.
	When      map[string][]string `json:"when,omitempty"`
	Certainty Certainty           `json:"certainty,omitempty"`
	Wait      string              `json:"wait,omitempty"`   // from having all needs to being in: see ParseWait
	Resets    bool                `json:"resets,omitempty"` // gets in without the password: for recovery, not for every day
	Fact      string              `json:"fact,omitempty"`   // id of the fact of the same template that says so
	Off       bool                `json:"off,omitempty"`    // only in a record: its template's way of this ID does not exist here

	Extra map[string]json.RawMessage `json:"-"`
}

// A Certainty says who decides whether a way lets one in.
type Certainty string

// The certainties.
const (
	CertaintySure   Certainty = ""       // whoever has the needs gets in
	CertaintyForm   Certainty = "form"   // an application that may be refused
	CertaintyPerson Certainty = "person" // somebody at a counter or on the phone decides
)

// Known reports whether this program knows the certainty.
func (c Certainty) Known() bool {
	return c == CertaintySure || c == CertaintyForm || c == CertaintyPerson
}

// A Need is met by Of of the atoms in Any; 0 means 1.
type Need struct {
	Of  int
	Any []string // as ParseAtom reads them
}

// An AtomKind says what an atom of a need stands for.
type AtomKind string

// The kinds of atoms.
const (
	AtomField    AtomKind = ""         // KEY: what the field stands for, by its type
	AtomPassword AtomKind = "password" // the account's password, wherever it is noted
	AtomCall     AtomKind = "call"     // call:KEY: a voice call at the number in the field
	AtomOpen     AtomKind = "open"     // open:KEY: the device of the field, still signed in
	AtomMemory   AtomKind = "memory"   // what the owner remembers; only in a record's own ways, as all below
	AtomRecord   AtomKind = "record"   // record:NAME: the thing or the account that a record stands for
	AtomPaper    AtomKind = "paper"    // paper:PLACE: a paper at a place
)

// An Atom is one alternative of a need, taken apart.
type Atom struct {
	Kind AtomKind
	Name string // the key, the name of the record or the place; empty for a password and for memory
}

// String returns the atom as it stands in Need.Any.
func (a Atom) String() string {
	switch {
	case a.Kind == AtomField:
		return a.Name
	case a.Name == "":
		return string(a.Kind)
	}
	return string(a.Kind) + ":" + a.Name
}

// atomWords are the words of atoms and of places, as they are stored and as a
// person may type them in Japanese.
var atomWords = map[string]string{
	"パスワード": "password", "記憶": "memory", "電話": "call", "サインイン中": "open", "記録": "record", "紙": "paper",
	"金庫": "vault", "機器": "device", "人": "person",
}

var (
	wayID    = regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`)
	looseAny = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	needOf   = regexp.MustCompile(`^([0-9]{1,3}) +of +`)
	needPart = regexp.MustCompile(`^(.+?)[ 　]*のうち[ 　]*([0-9０-９]{1,3})[ 　]*(?:つ|個)?[ 　]*$`)
	waitForm = regexp.MustCompile(`^([1-9][0-9]{0,5})([hd])$`)
)

// IsWayID reports whether s can be the ID of a way: lower-case letters and
// digits with single hyphens or underscores between.
func IsWayID(s string) bool { return len(s) <= MaxName && wayID.MatchString(s) }

// ParseAtom takes one alternative of a need apart. The error is a *ValueError.
func ParseAtom(s string) (Atom, error) {
	word, name, named := strings.Cut(s, ":")
	switch kind := AtomKind(word); {
	case !named && (kind == AtomPassword || kind == AtomMemory):
		return Atom{Kind: kind}, nil
	case !named && IsKey(s):
		return Atom{Name: s}, nil
	case named && (kind == AtomCall || kind == AtomOpen) && IsKey(name):
		return Atom{kind, name}, nil
	case named && kind == AtomRecord:
		name, err := CleanName(name)
		return Atom{kind, name}, err
	case named && kind == AtomPaper:
		place, _, err := Clean(TypeText, name)
		if err == nil && place == "" {
			err = refuse("need", textNoPlace)
		}
		return Atom{kind, place}, err
	}
	if s == "" {
		return Atom{}, refuse("need", textNoNeed)
	}
	return Atom{}, refuse("need", textNoAtom, s)
}

var (
	textNoPlace = lang.T("the place is missing behind paper:", "「紙:」のあとに場所を書いてください")
	textNoAtom  = lang.T("%q is no need: write the key of a field, password, memory, call:KEY, open:KEY, record:NAME or paper:PLACE",
		"「%s」は要るものとして読めません。項目の名前、パスワード、記憶、電話:項目、サインイン中:項目、記録:名前、紙:場所 のどれかで書いてください")
	textNoNeed     = lang.T("a need is empty, or a | stands without something on either side", "要るものが空か、「|」の前後のどちらかに何もありません")
	textNeedTwice  = lang.T("one thing stands twice in a need", "1 つの「要るもの」に、同じものが 2 回書いてあります")
	textNeedNumber = lang.T("%d of %d things can't be needed", "%[2]d 個のうち %[1]d 個、という書き方はできません")
	textNeedLong   = lang.T("a need takes at most %d bytes and %d things", "要るもの 1 つは %d バイト、%d 個までです")
)

// ParseNeed reads a need as a person writes it: atoms with | between where any
// one will do, "2 of a|b|c" or "a|b|c のうち 2" where two are needed. Full-width
// signs and the Japanese words for password, memory, record and paper are
// understood. A | in
// the name of a record or a place is written \|. The error is a *ValueError.
func ParseNeed(s string) (Need, error) {
	return ParseNeedOf(s, func(typed string) string { return typed })
}

// ParseNeedOf is ParseNeed where fields may be called otherwise than by their
// keys: key returns the key that was meant, and anything else as it is.
func ParseNeedOf(s string, key func(typed string) string) (Need, error) {
	s = strings.ReplaceAll(s, "｜", "|")
	if p := needPart.FindStringSubmatch(s); p != nil {
		s = lang.FoldCode(p[2]) + " of " + p[1]
	}
	parts, err := splitNeed(s)
	if err != nil {
		return Need{}, err
	}
	for i, part := range parts.Any {
		atom, err := ParseAtom(keyedAtom(part, key))
		if err != nil {
			return Need{}, err
		}
		parts.Any[i] = atom.String()
	}
	return parts, parts.check()
}

// keyedAtom is plainAtom with the field, if there is one, called by its key.
func keyedAtom(s string, key func(typed string) string) string {
	if found := key(s); found != s {
		return found
	}
	atom := plainAtom(s)
	word, name, _ := strings.Cut(atom, ":")
	if kind := AtomKind(word); kind == AtomCall || kind == AtomOpen {
		return word + ":" + key(name)
	}
	return atom
}

// plainAtom puts the words of an atom into the form in which they are stored.
func plainAtom(s string) string {
	word, name, named := strings.Cut(s, ":")
	if wide, behind, ok := strings.Cut(s, "："); ok && len(wide) < len(word) {
		word, name, named = wide, behind, true
	}
	word = strings.TrimSpace(word)
	folded := lang.Fold(word)
	if looseAny.MatchString(folded) {
		word = folded
	}
	for typed, stored := range atomWords {
		if lang.Fold(typed) == folded {
			word = stored
		}
	}
	if !named {
		return word
	}
	name = strings.TrimSpace(name)
	if folded := lang.Fold(name); IsKey(folded) && (AtomKind(word) == AtomCall || AtomKind(word) == AtomOpen) {
		name = folded
	}
	return word + ":" + name
}

// readNeed reads a need as it is stored. It takes kinds of atoms that it does
// not know, which a newer program may have written.
func readNeed(s string) (Need, error) {
	n, err := splitNeed(s)
	if err != nil {
		return n, err
	}
	for i, atom := range n.Any {
		if word, name, named := strings.Cut(atom, ":"); named {
			n.Any[i] = strings.TrimSpace(word) + ":" + strings.TrimSpace(name)
		}
	}
	return n, n.check()
}

// splitNeed finds the number and the alternatives.
func splitNeed(s string) (Need, error) {
	if len(s) > MaxNeed || !utf8.ValidString(s) {
		return Need{}, refuse("need", textNeedLong, MaxNeed, MaxNeeds)
	}
	var n Need
	s = strings.TrimSpace(s)
	given := needOf.FindStringSubmatch(s)
	if given != nil {
		n.Of, _ = strconv.Atoi(given[1])
		s = s[len(given[0]):]
	}
	n.Any = splitBar(s)
	if given != nil && (n.Of < 1 || n.Of > len(n.Any)) {
		return Need{}, refuse("need", textNeedNumber, n.Of, len(n.Any))
	}
	if n.Of == 1 {
		n.Of = 0
	}
	return n, nil
}

// splitBar cuts at each |, and puts \| and \\ back into what they stand for.
func splitBar(s string) []string {
	var (
		parts []string
		b     strings.Builder
	)
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '|' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == '|':
			parts = append(parts, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(parts, strings.TrimSpace(b.String()))
}

// check holds a need to the limits and to a form that reads again as the same.
func (n Need) check() error {
	if len(n.Any) > MaxNeeds || len(n.String()) > MaxNeed {
		return refuse("need", textNeedLong, MaxNeed, MaxNeeds)
	}
	if n.Of < 0 || n.Of > len(n.Any) {
		return refuse("need", textNeedNumber, n.Of, len(n.Any))
	}
	if len(n.Any) == 0 {
		return refuse("need", textNoNeed)
	}
	for i, atom := range n.Any {
		word, name, named := strings.Cut(atom, ":")
		switch {
		case atom == "", named && name == "":
			return refuse("need", textNoNeed)
		case !looseAny.MatchString(word), name != strings.TrimSpace(name), !utf8.ValidString(atom):
			return refuse("need", textNoAtom, atom)
		case slices.Contains(n.Any[:i], atom):
			return refuse("need", textNeedTwice)
		}
	}
	return nil
}

var barEscape = strings.NewReplacer(`\`, `\\`, "|", `\|`)

// String writes what ParseNeed reads.
func (n Need) String() string {
	var b strings.Builder
	if n.Of > 1 {
		b.WriteString(strconv.Itoa(n.Of) + " of ")
	}
	for i, atom := range n.Any {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(barEscape.Replace(atom))
	}
	return b.String()
}

// MarshalText writes the need as String does.
func (n Need) MarshalText() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	return []byte(n.String()), nil
}

// UnmarshalText reads what MarshalText wrote, by this program or a newer one.
func (n *Need) UnmarshalText(b []byte) error {
	read, err := readNeed(string(b))
	if err != nil {
		return &needError{string(b), err}
	}
	*n = read
	return nil
}

// A needError is a need in JSON that cannot be read.
type needError struct {
	written string
	err     error
}

func (e *needError) Error() string { return e.err.Error() }
func (e *needError) Unwrap() error { return e.err }

// Atoms returns the alternatives taken apart, without those of kinds that this
// program does not know.
func (n Need) Atoms() []Atom {
	var atoms []Atom
	for _, s := range n.Any {
		if a, err := ParseAtom(s); err == nil {
			atoms = append(atoms, a)
		}
	}
	return atoms
}

// ParseWait reads how long a way takes: hours, "24h", or days, "30d"; "" is no
// time. The error is a *ValueError.
func ParseWait(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	p := waitForm.FindStringSubmatch(s)
	if p == nil {
		return 0, refuse("wait", lang.T("a wait is written in hours or days: 24h, 30d", "待つ時間は 24h（時間）や 30d（日）の形で書いてください"))
	}
	hours, _ := strconv.Atoi(p[1])
	if p[2] == "d" {
		hours *= 24
	}
	if hours > MaxWait {
		return 0, refuse("wait", lang.T("a wait is at most ten years", "待つ時間は 10 年までです"))
	}
	return time.Duration(hours) * time.Hour, nil
}

// fits reports whether the way keeps to the limits of a record.
func (w *Way) fits() bool {
	if w.ID == "" || !fits(MaxName, w.ID, string(w.Certainty), w.Wait, w.Fact) || !fits(MaxNeed, w.Label.EN, w.Label.JA) ||
		(w.Label.EN == "") != (w.Label.JA == "") || len(w.Needs) > MaxNeeds || len(w.When) > MaxNeeds || len(w.Extra) > MaxFields {
		return false
	}
	for _, n := range w.Needs {
		if n.check() != nil {
			return false
		}
	}
	for key, values := range w.When {
		if len(values) > MaxNeeds || !fits(MaxName, key) || !fits(MaxName, values...) {
			return false
		}
	}
	return true
}

func (w Way) clone() Way {
	w.Needs = slices.Clone(w.Needs)
	for i := range w.Needs {
		w.Needs[i].Any = slices.Clone(w.Needs[i].Any)
	}
	if w.When != nil {
		when := make(map[string][]string, len(w.When))
		for k, v := range w.When {
			when[k] = slices.Clone(v)
		}
		w.When = when
	}
	w.Extra = cloneExtra(w.Extra)
	return w
}

// Way returns the template's way with the ID, or nil. A nil template has none.
func (t *Template) Way(id string) *Way {
	if t == nil {
		return nil
	}
	return findWay(t.Ways, id)
}

// Way returns the way with the ID that the record adds or changes, or nil.
func (r *Record) Way(id string) *Way { return findWay(r.Ways, id) }

func findWay(ways []Way, id string) *Way {
	for i := range ways {
		if ways[i].ID == id {
			return &ways[i]
		}
	}
	return nil
}

// EffectiveWays returns the ways into what the record is about: those of its
// template in their order, each changed or left out as the record says, then
// those that it adds. The template may be nil. The list is not to be changed: where
// the record says nothing it is the template's.
func (r *Record) EffectiveWays(t *Template) []Way {
	if len(r.Ways) == 0 && t != nil {
		return slices.Clip(t.Ways)
	}
	var ways []Way
	if t != nil {
		for _, w := range t.Ways {
			if own := r.Way(w.ID); own != nil {
				w = *own
			}
			if !w.Off {
				ways = append(ways, w)
			}
		}
	}
	for _, w := range r.Ways {
		if !w.Off && t.Way(w.ID) == nil {
			ways = append(ways, w)
		}
	}
	return ways
}
