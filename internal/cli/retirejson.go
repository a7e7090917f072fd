package cli

import (
	"time"

	"memovault/internal/recovery"
)

// The JSON of retire: keys and kinds are English and stable, texts are in the
// language of the run.
type (
	retireStepJSON struct {
		Record  *subjectIn `json:"record"`
		Uses    []useJSON  `json:"uses"`
		Only    bool       `json:"only"`  // by what is noted, nothing else opens it
		Feeds   int        `json:"feeds"` // records that depend on it in turn
		Done    string     `json:"done"`  // YYYY-MM-DD, empty while it is open
		Hangs   bool       `json:"hangs"`
		Do      string     `json:"do,omitempty"`
		Command []string   `json:"command"` // arguments after the program's name
	}
	useJSON struct {
		Kind  recovery.UseKind `json:"kind"`
		Field string           `json:"field"`
		Way   string           `json:"way"`
	}
)

func (w *leaving) json() error {
	a, l := w.a, w.l
	steps, facts := []retireStepJSON{}, []*sourceJSON{}
	for _, step := range l.Steps {
		out := retireStepJSON{Record: subjectJSON(step.Record), Uses: []useJSON{}, Only: step.Only, Feeds: step.Feeds, Done: step.Done, Hangs: step.Hangs(), Command: []string{}}
		for _, use := range step.Uses {
			out.Uses = append(out.Uses, useJSON{use.Kind, use.Field, use.Way})
		}
		if step.Holds() {
			out.Do, out.Command = a.text(step.Do(l.Target)), a.argsOf(step.Command())
		}
		steps = append(steps, out)
	}
	for i := range l.Facts {
		facts = append(facts, a.factJSON(l.Facts[i]))
	}
	out := struct {
		Schema   int              `json:"schema"`
		Value    string           `json:"value"`
		Kind     string           `json:"kind"` // mail or phone
		Record   *subjectIn       `json:"record"`
		Made     bool             `json:"made"` // the record was made by this run
		By       string           `json:"by"`
		Finished bool             `json:"finished"` // nothing recorded hangs on it
		Left     int              `json:"left"`
		Steps    []retireStepJSON `json:"steps"`
		Facts    []*sourceJSON    `json:"facts"`
		Keep     string           `json:"keep_until"` // last day to apply for keeping the address
	}{1, l.Target.Value(), "mail", subjectJSON(l.Keeper), w.made, dayOrNone(l.Day), len(l.Hanging()) == 0, len(l.Hanging()), steps, facts, dayOrNone(l.Keep())}
	if l.Target.Phone != "" {
		out.Kind = "phone"
	}
	return a.writeJSON(out)
}

func dayOrNone(day time.Time) string {
	if day.IsZero() {
		return ""
	}
	return day.Format(time.DateOnly)
}
