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
		Rule     string      `json:"rule"`
		Severity string      `json:"severity"`
		Record   *subjectIn  `json:"record"` // null: the vault itself
		Fields   []string    `json:"fields"`
		Noted    string      `json:"noted"`
		Why      string      `json:"why"`
		Do       string      `json:"do"`
		Command  []string    `json:"command"` // arguments after the program's name
		Due      string      `json:"due,omitempty"`
		Source   sourceJSON  `json:"source"`
		Service  *sourceJSON `json:"service,omitempty"`
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

func (a *app) auditJSON(looked int, findings []audit.Finding, open []audit.Open) error {
	out := struct {
		Schema   int            `json:"schema"`
		Date     string         `json:"date"`
		Records  int            `json:"records"`
		Counts   map[string]int `json:"counts"`
		Findings []findingJSON  `json:"findings"`
		Open     []openJSON     `json:"open"`
	}{1, a.now.Format(time.DateOnly), looked, map[string]int{}, []findingJSON{}, []openJSON{}}
	for s := audit.Info; s <= audit.Critical; s++ {
		out.Counts[s.String()] = 0
	}
	for _, f := range findings {
		out.Counts[f.Severity.String()]++
		out.Findings = append(out.Findings, a.findingJSON(f))
	}
	for _, q := range open {
		out.Open = append(out.Open, openJSON{q.Rule.ID, subjectJSON(q.Record), q.Field, q.What.Say(a.lang), a.argsOf(q.Command())})
	}
	return a.writeJSON(out)
}

func (a *app) findingJSON(f audit.Finding) findingJSON {
	out := findingJSON{Rule: f.Rule.ID, Severity: f.Severity.String(), Record: subjectJSON(f.Record), Fields: f.Fields,
		Noted: f.What.Say(a.lang), Why: f.Why.Say(a.lang), Do: f.Do.Say(a.lang), Command: a.argsOf(f.Command()),
		Source: sourceJSON{Name: a.text(f.Rule.Source), AsOf: f.Rule.AsOf}}
	if out.Fields == nil {
		out.Fields = []string{}
	}
	if !f.Due.IsZero() {
		out.Due = f.Due.Format(time.DateOnly)
	}
	if f.Service != (audit.Claim{}) {
		out.Service = &sourceJSON{a.text(f.Service.Text), a.text(f.Service.Source), f.Service.AsOf}
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
