package cli

import (
	"time"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
)

// The JSON of audit: keys, rules and severities are English and stable, texts
// are in the language of the run. What was measured on the notes ("noted") and
// what a service says ("service") stand apart.
type (
	findingJSON struct {
		Rule     string       `json:"rule"`
		Severity string       `json:"severity"`
		Record   *subjectIn   `json:"record"` // null: the vault itself
		Fields   []string     `json:"fields"`
		Noted    string       `json:"noted"`
		Why      string       `json:"why"`
		Do       string       `json:"do"`
		Command  []string     `json:"command"` // arguments after the program's name
		Due      string       `json:"due,omitempty"`
		Source   sourceJSON   `json:"source"`
		Service  *sourceJSON  `json:"service,omitempty"`
		Concerns []*subjectIn `json:"concerns,omitempty"` // all accounts it is about, where a rule looks at who depends on what
		Events   []string     `json:"events,omitempty"`   // what would happen
		Details  []string     `json:"details,omitempty"`  // what stands behind noted
		Within   string       `json:"within,omitempty"`   // the rule that says the same more exactly
		Taken    *takenJSON   `json:"taken,omitempty"`    // accepted; of one among the findings that is over
	}
	takenJSON struct {
		Why   string `json:"why"`
		On    string `json:"on"`
		Until string `json:"until"`
	}
	subjectIn struct {
		Name       string    `json:"name"`
		Template   string    `json:"template"`
		Owner      string    `json:"owner"`
		Importance int       `json:"importance"`
		ID         record.ID `json:"id"`
	}
	sourceJSON struct {
		Text string `json:"text,omitempty"`
		Name string `json:"name"`
		AsOf string `json:"as_of"`
	}
	openJSON struct {
		Rule    string     `json:"rule"`
		Record  *subjectIn `json:"record"`
		Field   string     `json:"field"`
		Unknown string     `json:"unknown"`
		Command []string   `json:"command"`
	}
	ruleJSON struct {
		Rule     string     `json:"rule"`
		Severity string     `json:"severity"`
		Title    string     `json:"title"`
		Why      string     `json:"why"`
		Do       string     `json:"do"`
		Source   sourceJSON `json:"source"`
	}
)

func (a *app) auditJSON(looked int, report *audit.Report) error {
	out := struct {
		Schema   int            `json:"schema"`
		Date     string         `json:"date"`
		Records  int            `json:"records"`
		Counts   map[string]int `json:"counts"`
		Findings []findingJSON  `json:"findings"`
		Open     []openJSON     `json:"open"`
		Accepted []findingJSON  `json:"accepted"`        // not counted
		Steady   []*subjectIn   `json:"no_single_event"` // accounts that no single recorded event locks
	}{1, a.now.Format(time.DateOnly), looked, map[string]int{}, []findingJSON{}, []openJSON{}, []findingJSON{}, []*subjectIn{}}
	for s := audit.Info; s <= audit.Critical; s++ {
		out.Counts[s.String()] = 0
	}
	for _, f := range report.Findings {
		out.Counts[f.Severity.String()]++
		out.Findings = append(out.Findings, a.findingJSON(f))
	}
	for _, q := range report.Open {
		out.Open = append(out.Open, openJSON{q.Rule.ID, subjectJSON(q.Record), q.Field, q.What.Say(a.lang), a.argsOf(q.Command())})
	}
	for _, f := range report.Accepted {
		out.Accepted = append(out.Accepted, a.findingJSON(f))
	}
	for _, r := range report.Steady {
		out.Steady = append(out.Steady, subjectJSON(r))
	}
	return a.writeJSON(out)
}

func (a *app) findingJSON(f audit.Finding) findingJSON {
	out := findingJSON{Rule: f.Rule.ID, Severity: f.Severity.String(), Record: subjectJSON(f.Record), Fields: f.Fields,
		Noted: f.What.Say(a.lang), Why: f.Why.Say(a.lang), Do: f.Do.Say(a.lang), Command: a.argsOf(f.Command()),
		Source: sourceJSON{Name: a.text(f.Rule.Source), AsOf: f.Rule.AsOf}, Events: f.Events}
	if out.Fields == nil {
		out.Fields = []string{}
	}
	if !f.Due.IsZero() {
		out.Due = f.Due.Format(time.DateOnly)
	}
	if f.Service != (audit.Claim{}) {
		out.Service = &sourceJSON{a.text(f.Service.Text), a.text(f.Service.Source), f.Service.AsOf}
	}
	for _, r := range f.Concerns {
		out.Concerns = append(out.Concerns, subjectJSON(r))
	}
	for _, d := range f.Details {
		out.Details = append(out.Details, d.Say(a.lang))
	}
	if f.Within != nil {
		out.Within = f.Within.ID
	}
	if t := f.Taken; t != nil {
		out.Taken = &takenJSON{Why: t.Why}
		if !t.On.IsZero() {
			out.Taken.On, out.Taken.Until = t.On.Format(time.DateOnly), t.Until.Format(time.DateOnly)
		}
	}
	return out
}

func subjectJSON(r *record.Record) *subjectIn {
	if r == nil {
		return nil
	}
	return &subjectIn{r.Name, r.Template, r.Owner, r.Importance, r.ID}
}

func (a *app) argsOf(command []lang.Text) []string {
	args := make([]string, len(command))
	for i, word := range command {
		args[i] = word.In(a.lang)
	}
	return args
}

func (a *app) rulesJSON(list []*audit.Rule) error {
	rules := []ruleJSON{}
	for _, r := range list {
		rules = append(rules, ruleJSON{r.ID, r.Severity.String(), a.text(r.Title), a.text(r.Why), a.text(r.Do), sourceJSON{Name: a.text(r.Source), AsOf: r.AsOf}})
	}
	return a.writeJSON(struct {
		Schema int        `json:"schema"`
		Rules  []ruleJSON `json:"rules"`
	}{1, rules})
}
