// Package audit looks through what is noted for what would lock its owner out,
// and says what to do first. It judges the notes, never the account behind
// them: what is not noted is asked for, not guessed.
//
// The rules are one table (rules.go). The same detections speak in two voices:
// as findings of an audit, and as remarks of the coach right after an answer.
package audit

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// An Input is what is looked at. Nothing in it is changed.
type Input struct {
	Now     time.Time
	Records []*record.Record // those that are not in the trash
	Vault   VaultState
}

// Severity says how much is at stake, from Info to Critical.
type Severity int

// The severities. From Medium on something can be lost that is not got back.
const (
	Info     Severity = iota // worth knowing
	Low                      // helps when something has gone wrong already
	Medium                   // one of several ways back would fail
	High                     // the usual way back would fail
	Critical                 // a way back is gone, or will be on a known day
)

// String returns the stable English name.
func (s Severity) String() string {
	return [...]string{"info", "low", "medium", "high", "critical"}[s]
}

// Label is what people read.
func (s Severity) Label() lang.Text {
	return [...]lang.Text{
		lang.T("info", "参考"), lang.T("low", "軽い"), lang.T("medium", "注意"),
		lang.T("high", "重要"), lang.T("critical", "至急"),
	}[s]
}

// Words is a text with its arguments, not yet in a language.
type Words struct {
	Text lang.Text
	Args []any
}

func words(t lang.Text, args ...any) Words { return Words{t, args} }

// Say returns the words in l.
func (w Words) Say(l lang.Lang) string { return w.Text.Sprintf(l, w.Args...) }

// Empty reports whether there is nothing to say.
func (w Words) Empty() bool { return w.Text == lang.Text{} }

// A Rule is one entry of the table.
type Rule struct {
	ID       string   // stable: a letter for its kind and two digits
	Severity Severity // of the usual case; a finding may weigh more or less
	Title    lang.Text
	Why      lang.Text // one sentence for whoever has never heard of it
	Do       lang.Text // what to do, before the command is typed
	Source   lang.Text // who says so; NotesAlone where it follows from the notes alone
	AsOf     string    // YYYY-MM-DD

	effort effort
	order  int                                  // in the table
	record func(*survey, *subject, func(match)) // looks at one record; nil for a rule about the vault
	vault  func(Input, func(match))             // looks at the vault itself
}

// effort is how long the remedy takes; of two equal findings the quicker one
// comes first.
type effort int

const (
	note   effort = iota // type something into the vault
	visit                // change something at the service
	errand               // a contract, a shop, a telephone call
)

// A Claim is what a service or another source says, as opposed to what is
// noted. It is zero where nothing but the notes speaks.
type Claim struct {
	Text   lang.Text
	Source lang.Text
	AsOf   string // YYYY-MM-DD
}

// claimed is a claim if there is anything to say.
func claimed(t, source lang.Text, asOf string) Claim {
	if t == (lang.Text{}) {
		return Claim{}
	}
	return Claim{t, source, asOf}
}

// saidOf fills a text in both languages.
func saidOf(t lang.Text, args ...any) lang.Text {
	return lang.Text{EN: t.Sprintf(lang.EN, args...), JA: t.Sprintf(lang.JA, args...)}
}

// A Finding is one thing to mend.
type Finding struct {
	Rule     *Rule
	Severity Severity
	Record   *record.Record // nil: the vault itself
	Fields   []string       // keys of the fields it is about, the first to be changed
	What     Words          // measured on the notes
	Why      Words
	Do       Words
	Service  Claim     // what the service says about it
	Due      time.Time // the day that decides, zero if there is none

	command []lang.Text // zero: the edit of the fields
}

// Command is what to type to mend it: the arguments after the program's name.
// A word in capitals (控え.age in Japanese) is to be replaced.
func (f *Finding) Command() []lang.Text { return command(f.command, f.Record, f.Fields) }

// An Open question is something a rule would need to know: nothing is found,
// and nothing is said to be in order.
type Open struct {
	Rule   *Rule
	Record *record.Record
	Field  string // the field that would decide
	What   Words
}

// Command is what to type to note the field.
func (q *Open) Command() []lang.Text { return command(nil, q.Record, []string{q.Field}) }

// A match is what a rule found in a record.
type match struct {
	fields   []string
	what     Words
	coach    Words    // the same as a remark right after the answer; empty: the coach is silent
	on       []string // answers after which the coach speaks; nil: each of fields
	onlyTalk bool     // a remark, no finding
	open     bool     // a question, no finding: what says what is not known
	severity Severity // 0: the rule's
	command  []lang.Text
	service  Claim
	due      time.Time
}

// Audit applies every rule and returns what it found, what to do first first:
// by severity, then by the day that decides, by the importance of the record,
// by the effort, and by name so that the order is always the same; and what
// could not be decided, the most important records first.
func Audit(in Input) ([]Finding, []Open) {
	findings := make([]Finding, 0, 2*len(in.Records))
	places := make([]place, 0, 2*len(in.Records))
	var open []Open
	var openPlaces []place
	found := func(r *Rule, s *subject, m match) {
		f := newFinding(r, s, m)
		findings, places = append(findings, f), append(places, placeOf(f.Severity, r, s, f.Due))
	}
	in.Records = slices.SortedStableFunc(slices.Values(in.Records), func(a, b *record.Record) int { return strings.Compare(a.Name, b.Name) })
	v := newSurvey(in)
	for i := range v.subjects {
		s := &v.subjects[i]
		for _, r := range rules {
			if r.record == nil {
				continue
			}
			r.record(v, s, func(m match) {
				switch {
				case m.onlyTalk:
				case m.open:
					open = append(open, Open{Rule: r, Record: s.r, Field: m.fields[0], What: m.what})
					openPlaces = append(openPlaces, placeOf(r.Severity, r, s, time.Time{}))
				default:
					found(r, s, m)
				}
			})
		}
	}
	for _, r := range rules {
		if r.vault != nil {
			r.vault(in, func(m match) { found(r, nil, m) })
		}
	}
	return sorted(findings, places), sorted(open, openPlaces)
}

func newFinding(r *Rule, s *subject, m match) Finding {
	f := Finding{Rule: r, Severity: cmp.Or(m.severity, r.Severity), Fields: m.fields, What: m.what,
		Why: words(r.Why), Do: words(r.Do), Service: m.service, Due: m.due, command: m.command}
	if s != nil {
		f.Record = s.r
	}
	return f
}

// command is own, or the edit of the fields.
func command(own []lang.Text, r *record.Record, fields []string) []lang.Text {
	if own != nil {
		return own
	}
	return edit(r, fields...)
}

// edit is the command that asks for fields of the record anew; with none it
// asks for all.
func edit(r *record.Record, keys ...string) []lang.Text {
	command := []lang.Text{both("edit"), both(r.Name)}
	for _, key := range keys {
		command = append(command, both(key))
	}
	return command
}

func both(s string) lang.Text { return lang.Text{EN: s, JA: s} }

// A place is where a finding or a question stands in the order, as numbers:
// they are compared more often than anything else.
type place struct {
	severity, importance int   // the other way round
	due                  int64 // days since 1970; what has no day comes last
	effort, rule, name   int   // of two records the name decides, by which they were sorted before
	at                   int   // in the list that is sorted
}

func placeOf(severity Severity, r *Rule, s *subject, due time.Time) place {
	p := place{severity: -int(severity), importance: -record.MaxImportance, due: math.MaxInt64, effort: int(r.effort), rule: r.order}
	if s != nil { // of the vault itself, in which all else lies, the importance is the highest
		p.importance, p.name = -s.r.Importance, s.rank+1
	}
	if !due.IsZero() {
		p.due = due.Unix() / (24 * 60 * 60)
	}
	return p
}

// sorted puts a list into the order of its places, which are sorted in its
// stead: what is in it is large to move.
func sorted[E any](list []E, places []place) []E {
	for i := range places {
		places[i].at = i
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(a.severity-b.severity, cmp.Compare(a.due, b.due), a.importance-b.importance,
			a.effort-b.effort, a.rule-b.rule, a.name-b.name, a.at-b.at)
	})
	out := make([]E, len(list))
	for i, p := range places {
		out[i] = list[p.at]
	}
	return out
}

func (f *Finding) name() string {
	if f.Record == nil {
		return ""
	}
	return f.Record.Name
}

// Rules returns the table in order of ID. It must not be changed.
func Rules() []*Rule { return slices.Clone(rules) }
