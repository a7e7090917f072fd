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
	Rules   []string // IDs of the only rules to apply; nil: all. Who depends on what is worked out only where one asks for it.
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
	order  int // in the table
	// One of these detects: by one record, by the vault itself, by what hangs on
	// what.
	record func(*survey, *subject, func(match))
	vault  func(*survey, func(match))
	net    func(*net, func(match))
	self   bool // what it finds by what hangs on what is about the vault
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
	Record   *record.Record   // nil: the vault itself. Of several the most important
	Concerns []*record.Record // all accounts it is about, the most important first; nil for a rule that looks at one record
	Events   []string         // what would happen, as package recovery names it; each by itself. nil for a rule that knows none
	Fields   []string         // keys of the fields it is about, the first to be changed
	What     Words            // measured on the notes
	Details  []Words          // what stands behind What, one line each
	Why      Words
	Do       Words
	Service  Claim     // what the service says about it
	Due      time.Time // the day that decides, zero if there is none
	// Within is the rule that says the same of the same record and more exactly:
	// to people only that one is shown.
	Within *Rule
	Also   []*Rule // the rules that are Within this finding
	// Taken is what its owner wrote when taking the risk knowingly. Of a finding
	// that counts, that was more than a year ago.
	Taken *Taken

	command []lang.Text // zero: the edit of the fields
}

// Taken says of a risk that its owner lives with it.
type Taken struct {
	Why   string
	On    time.Time // midnight UTC of the day
	Until time.Time // from this day on it is a finding again
}

// Command is what to type to mend it: the arguments after the program's name.
// A word in capitals (控え.age in Japanese) is to be replaced.
func (f *Finding) Command() []lang.Text { return command(f.command, f.Record, f.Fields) }

// An Open question is something a rule would need to know: nothing is found,
// and nothing is said to be in order.
type Open struct {
	Rule   *Rule
	Record *record.Record // nil: the vault itself, of which there is no record
	Field  string         // the field that would decide
	What   Words

	command []lang.Text // zero: the edit of the field
}

// Command is what to type to note the field.
func (q *Open) Command() []lang.Text { return command(q.command, q.Record, []string{q.Field}) }

// A Report is what an audit found.
type Report struct {
	Findings []Finding // what to do first first
	Open     []Open    // the most important records first
	Accepted []Finding // found too, but taken knowingly: Taken says why and until when
	// Steady are the accounts that no single recorded event locks, even if all
	// that is not noted is not there and nobody grants or helps. It is nil if
	// G02 was not asked for.
	Steady []*record.Record
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
	command  []lang.Text
	service  Claim
	due      time.Time

	// Of a rule about what hangs on what:
	about   []*subject             // what it is about, the most important first
	say     func([]*subject) match // the match for some of about: a risk can be taken for one of several
	events  []string               // see Finding.Events
	details []Words                // see Finding.Details
	do      Words                  // empty: the rule's
	weight  int                    // how much the accounts matter; 0: as the record says
	same    func(*Finding) bool    // whether a finding about a single record says the same
}

// Audit applies the rules and returns what they found, what to do first first:
// by severity, then by the day that decides, by the importance of the record,
// by the effort, and by name so that the order is always the same; and what
// could not be decided, the most important records first.
func Audit(in Input) *Report {
	in.Records = slices.SortedStableFunc(slices.Values(in.Records), func(a, b *record.Record) int { return strings.Compare(a.Name, b.Name) })
	d := &docket{v: newSurvey(in)}
	var asked []*Rule
	for _, r := range rules {
		if in.Rules == nil || slices.Contains(in.Rules, r.ID) {
			asked = append(asked, r)
		}
	}
	for i := range d.v.subjects {
		s := &d.v.subjects[i]
		for _, r := range asked {
			if r.record != nil {
				r.record(d.v, s, func(m match) { d.enter(r, s, m) })
			}
		}
	}
	for _, r := range asked {
		if r.vault != nil {
			r.vault(d.v, func(m match) { d.enter(r, first(m.about), m) })
		}
	}
	d.enterNet(asked)
	return d.report()
}

// A docket collects what the rules say, each with its place in the order.
type docket struct {
	v                  *survey
	net                *net // nil until a rule needs it
	findings, accepted []entry
	open               []Open
	openPlaces         []place
	steady             []*record.Record
}

// An entry is a finding on its way into the order.
type entry struct {
	Finding
	place place
	same  func(*Finding) bool
}

// enterNet applies the rules about what hangs on what.
func (d *docket) enterNet(asked []*Rule) {
	for _, r := range asked {
		if r.net == nil {
			continue
		}
		if d.net == nil {
			d.net = newNet(d.v)
		}
		if r.ID == "G02" { // which asks the same
			d.steady = d.net.steady()
		}
		r.net(d.net, func(m match) { d.enterGroup(r, m) })
	}
}

// enterGroup enters what is found of several records: together of those for
// which the risk is not taken knowingly, and singly of the others.
func (d *docket) enterGroup(r *Rule, m match) {
	if m.say == nil {
		d.enter(r, first(m.about), m)
		return
	}
	var left []*subject
	for _, s := range m.about {
		if t := d.v.taken(r, s); t == nil || t.over(d.v.today) {
			left = append(left, s)
			continue
		}
		d.enterSaid(r, []*subject{s}, m)
	}
	if len(left) > 0 {
		d.enterSaid(r, left, m)
	}
}

func (d *docket) enterSaid(r *Rule, about []*subject, m match) {
	out := m.say(about)
	out.about, out.weight = about, d.weight(about)
	d.enter(r, first(about), out)
}

// weight is how much the most important of the accounts matters.
func (d *docket) weight(about []*subject) int {
	return weight(d.net.accountsOf(about))
}

func first(list []*subject) *subject {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// enter enters what is found of a record, or of the vault if s is nil.
func (d *docket) enter(r *Rule, s *subject, m match) {
	switch {
	case m.onlyTalk:
	case m.open:
		q := Open{Rule: r, What: m.what, command: m.command}
		if s != nil {
			q.Record = s.r
		}
		if len(m.fields) > 0 {
			q.Field = m.fields[0]
		}
		d.open = append(d.open, q)
		d.openPlaces = append(d.openPlaces, placeOf(r.Severity, r, s, m))
	default:
		e := entry{Finding: newFinding(r, s, m), same: m.same}
		e.place = placeOf(e.Severity, r, s, m)
		e.Taken = d.v.taken(r, s)
		if e.Taken != nil && !e.Taken.over(d.v.today) {
			d.accepted = append(d.accepted, e)
		} else {
			d.findings = append(d.findings, e)
		}
	}
}

func (d *docket) report() *Report {
	merge(d.findings)
	d.dropAsked()
	findings, accepted := inOrder(d.findings), inOrder(d.accepted)
	return &Report{Findings: bare(findings), Accepted: bare(accepted), Open: sorted(d.open, d.openPlaces), Steady: d.steady}
}

func inOrder(list []entry) []entry {
	places := make([]place, len(list))
	for i := range list {
		places[i] = list[i].place
	}
	return sorted(list, places)
}

func bare(list []entry) []Finding {
	out := make([]Finding, len(list))
	for i := range list {
		out[i] = list[i].Finding
	}
	return out
}

func newFinding(r *Rule, s *subject, m match) Finding {
	f := Finding{Rule: r, Severity: cmp.Or(m.severity, r.Severity), Events: m.events, Fields: m.fields, What: m.what, Details: m.details,
		Why: words(r.Why), Do: words(r.Do), Service: m.service, Due: m.due, command: m.command}
	if !m.do.Empty() {
		f.Do = m.do
	}
	if s != nil {
		f.Record = s.r
	}
	for _, s := range m.about {
		f.Concerns = append(f.Concerns, s.r)
	}
	return f
}

// command is own, or the edit of the fields.
func command(own []lang.Text, r *record.Record, fields []string) []lang.Text {
	if own != nil || r == nil {
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

func placeOf(severity Severity, r *Rule, s *subject, m match) place {
	p := place{severity: -int(severity), importance: -record.MaxImportance, due: math.MaxInt64, effort: int(r.effort), rule: r.order}
	if s != nil { // of the vault itself, in which all else lies, the importance is the highest
		p.importance, p.name = -max(s.r.Importance, m.weight), s.rank+1
	}
	if !m.due.IsZero() && !m.open {
		p.due = m.due.Unix() / (24 * 60 * 60)
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
