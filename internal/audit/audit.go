// Package audit looks through what is noted for what would lock its owner out,
// and says what to do first. It judges the notes, never the account behind
// them: what is not noted is asked for, not guessed.
//
// The rules are one table (rules.go). The same detections speak in two voices:
// as findings of an audit, and as remarks of the coach right after an answer.
package audit

import (
	"cmp"
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
	Source   string    // who says so; "memovault" where it follows from the notes alone
	AsOf     string    // YYYY-MM-DD

	effort effort
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
	Source string
	AsOf   string // YYYY-MM-DD
}

// claimed is a claim if there is anything to say.
func claimed(t lang.Text, source, asOf string) Claim {
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
	Command  []lang.Text // arguments after the program's name; words in capitals are to be replaced
	Service  Claim       // what the service says about it
	Due      time.Time   // the day that decides, zero if there is none
}

// An Open question is something a rule would need to know: nothing is found,
// and nothing is said to be in order.
type Open struct {
	Rule    *Rule
	Record  *record.Record
	Field   string // the field that would decide
	What    Words
	Command []lang.Text
}

// A match is what a rule found in a record.
type match struct {
	fields   []string
	what     Words
	coach    Words    // the same as a remark right after the answer; empty: the coach is silent
	on       []string // answers after which the coach speaks; nil: each of fields
	onlyTalk bool     // a remark, no finding
	open     bool     // a question, no finding: what says what is not known
	severity Severity // 0: the rule's
	do       Words    // empty: the rule's
	command  []lang.Text
	service  Claim
	due      time.Time
}

// Run applies every rule and returns what it found, what to do first first:
// by severity, then by the day that decides, by the importance of the record,
// by the effort, and by name so that the order is always the same.
func Run(in Input) []Finding {
	findings, _ := Audit(in)
	return findings
}

// Audit is Run that also returns what could not be decided, the most important
// records first.
func Audit(in Input) ([]Finding, []Open) {
	var findings []Finding
	var open []Open
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
					open = append(open, Open{Rule: r, Record: s.r, Field: m.fields[0], What: m.what, Command: s.command(m)})
				default:
					findings = append(findings, newFinding(r, s, m))
				}
			})
		}
	}
	for _, r := range rules {
		if r.vault != nil {
			r.vault(in, func(m match) { findings = append(findings, newFinding(r, nil, m)) })
		}
	}
	findings = sortFindings(findings)
	slices.SortStableFunc(open, func(a, b Open) int {
		return cmp.Or(cmp.Compare(b.Rule.Severity, a.Rule.Severity), cmp.Compare(b.Record.Importance, a.Record.Importance),
			strings.Compare(a.Record.Name, b.Record.Name), strings.Compare(a.Rule.ID, b.Rule.ID), strings.Compare(a.Field, b.Field))
	})
	return findings, open
}

func newFinding(r *Rule, s *subject, m match) Finding {
	f := Finding{Rule: r, Severity: cmp.Or(m.severity, r.Severity), Fields: m.fields, What: m.what,
		Why: words(r.Why), Do: m.do, Service: m.service, Due: m.due, Command: m.command}
	if f.Do.Empty() {
		f.Do = words(r.Do)
	}
	if s != nil {
		f.Record, f.Command = s.r, s.command(m)
	}
	return f
}

// command is what to type: the match's own, or the edit of its fields.
func (s *subject) command(m match) []lang.Text {
	if m.command != nil {
		return m.command
	}
	return s.edit(m.fields...)
}

// edit is the command that asks for fields of the record anew; with none it
// asks for all.
func (s *subject) edit(keys ...string) []lang.Text {
	command := []lang.Text{both("edit"), both(s.r.Name)}
	for _, key := range keys {
		command = append(command, both(key))
	}
	return command
}

func both(s string) lang.Text { return lang.Text{EN: s, JA: s} }

// sortFindings sorts by reference: a finding is large to move.
func sortFindings(list []Finding) []Finding {
	order := make([]*Finding, len(list))
	for i := range list {
		order[i] = &list[i]
	}
	slices.SortStableFunc(order, func(a, b *Finding) int {
		return cmp.Or(
			cmp.Compare(b.Severity, a.Severity),
			compareDue(a.Due, b.Due),
			cmp.Compare(b.importance(), a.importance()),
			cmp.Compare(a.Rule.effort, b.Rule.effort),
			strings.Compare(a.Rule.ID, b.Rule.ID),
			strings.Compare(a.name(), b.name()),
			slices.Compare(a.Fields, b.Fields))
	})
	sorted := make([]Finding, len(list))
	for i, f := range order {
		sorted[i] = *f
	}
	return sorted
}

// compareDue puts what has a day before what has none, the earlier day first.
func compareDue(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		switch {
		case a.Equal(b):
			return 0
		case b.IsZero():
			return -1
		}
		return 1
	}
	return a.Compare(b)
}

// importance of the vault itself is the highest: all else lies in it.
func (f *Finding) importance() int {
	if f.Record == nil {
		return record.MaxImportance
	}
	return f.Record.Importance
}

func (f *Finding) name() string {
	if f.Record == nil {
		return ""
	}
	return f.Record.Name
}

// Rules returns the table in order of ID. It must not be changed.
func Rules() []*Rule { return slices.Clone(rules) }
