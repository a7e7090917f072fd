package cli

import (
	"slices"
	"time"

	"memovault/internal/record"
	"memovault/internal/recovery"
)

// The JSON of recover: keys, ids and states are English and stable, texts are in
// the language of the run. What is hidden has no value.
type (
	backJSON struct {
		Schema  int           `json:"schema"`
		Date    string        `json:"date"`
		Record  *subjectIn    `json:"record"`
		Account *subjectIn    `json:"account"` // that is recovered; null if it has no record
		Events  []string      `json:"events"`
		First   *string       `json:"first"` // id of the way to try first
		Ways    []routeJSON   `json:"ways"`
		Own     []routeJSON   `json:"own_ways"` // into the record itself, where the account is another
		Steps   []stepJSON    `json:"steps"`
		Then    []stepJSON    `json:"then"`
		Asks    []askJSON     `json:"asks"`
		Dont    []saidJSON    `json:"dont"`
		Calls   []callJSON    `json:"calls"`
		Tried   []attemptJSON `json:"attempts"`
	}
	routeJSON struct {
		Way       string       `json:"way"`
		Label     string       `json:"label"`
		State     string       `json:"state"` // ready, unsure, asking, asking-unsure, blocked
		Certainty string       `json:"certainty"`
		WaitHours int          `json:"wait_hours"`
		Has       []thingJSON  `json:"has"`
		Unknown   []thingJSON  `json:"unknown"`
		Missing   []thingJSON  `json:"missing"`
		Gone      []thingJSON  `json:"gone"`
		Proven    string       `json:"proven,omitempty"`
		Source    *sourceJSON  `json:"source,omitempty"`
		Last      *attemptJSON `json:"last_attempt,omitempty"`
	}
	thingJSON struct {
		ID      string   `json:"id"`
		Label   string   `json:"label"`
		Record  string   `json:"record,omitempty"`
		Field   string   `json:"field,omitempty"`
		Command []string `json:"command,omitempty"` // to note it: arguments after the program's name
	}
	saidJSON struct {
		Text   string      `json:"text"`
		Source *sourceJSON `json:"source,omitempty"`
	}
	stepJSON struct {
		ID string `json:"id"`
		saidJSON
		Answers []answerJSON `json:"answers"`
		Lacking []answerJSON `json:"not_noted"`
	}
	askJSON struct {
		saidJSON
		Answer *answerJSON `json:"answer,omitempty"`
	}
	answerJSON struct {
		Field  string  `json:"field"`
		Label  string  `json:"label"`
		Value  *string `json:"value,omitempty"` // absent where hidden, and where nothing is noted
		Hidden bool    `json:"hidden"`
		Also   string  `json:"also_written,omitempty"`
		Record string  `json:"record,omitempty"` // that has it
	}
	callJSON struct {
		Name   string      `json:"name"`
		Number string      `json:"number"`
		Keys   []menuJSON  `json:"menu"`
		Can    string      `json:"can"`
		Cannot string      `json:"cannot"`
		Source *sourceJSON `json:"source"`
	}
	menuJSON struct {
		Press string `json:"press"`
		Text  string `json:"text"`
	}
	attemptJSON struct {
		On     string `json:"on"`
		Way    string `json:"way"`
		Result string `json:"result"`
		Note   string `json:"note,omitempty"`
		Due    string `json:"due,omitempty"`
		Record string `json:"record,omitempty"`
	}
)

func (a *app) backJSON(b *wayBack) backJSON {
	out := backJSON{Schema: 1, Date: a.today(), Record: subjectJSON(b.subject), Account: subjectJSON(b.account), Events: []string{},
		Ways: a.routesJSON(b.routes), Own: a.routesJSON(b.own), Steps: a.stepsJSON(b.steps), Then: a.stepsJSON(b.then),
		Asks: []askJSON{}, Dont: []saidJSON{}, Calls: []callJSON{}, Tried: []attemptJSON{}}
	if first := b.first(); first != nil {
		out.First = &first.Way.Way.ID
	}
	for _, e := range b.events {
		out.Events = append(out.Events, e.ID)
	}
	for _, ask := range b.asks {
		one := askJSON{saidJSON: a.saidJSON(ask.saidBy)}
		if ask.key != "" {
			answer := answerIn(ask.answer)
			one.Answer = &answer
		}
		out.Asks = append(out.Asks, one)
	}
	for _, d := range b.dont {
		out.Dont = append(out.Dont, a.saidJSON(d))
	}
	for _, c := range b.calls {
		call := callJSON{Name: a.text(c.Name), Number: c.Number, Keys: []menuJSON{}, Can: a.text(c.Can), Cannot: a.text(c.Cannot), Source: a.factJSON(c.fact)}
		for _, key := range c.Menu {
			call.Keys = append(call.Keys, menuJSON{key.Press, a.text(key.Text)})
		}
		out.Calls = append(out.Calls, call)
	}
	for _, try := range b.tried {
		one := tryJSON(try.Attempt, try.due)
		one.Record = try.in.Name
		out.Tried = append(out.Tried, *one)
	}
	return out
}

func (a *app) routesJSON(list []route) []routeJSON {
	out := []routeJSON{}
	for _, r := range list {
		one := routeJSON{Way: r.Way.Way.ID, Label: a.text(r.Way.Way.Label.Text), State: r.outlook.String(), Certainty: r.Certainty.String(),
			WaitHours: int(r.Way.Wait.Hours()), Has: a.thingsJSON(slices.Concat(r.has...)), Unknown: a.thingsJSON(r.unknown),
			Missing: a.thingsJSON(r.lacks), Gone: a.thingsJSON(r.because), Proven: r.Proven, Source: a.factJSON(r.Fact)}
		if r.last != nil {
			one.Last = tryJSON(r.last, r.due)
		}
		out = append(out, one)
	}
	return out
}

func (a *app) thingsJSON(list []*recovery.Thing) []thingJSON {
	out := []thingJSON{}
	for _, t := range list {
		one := thingJSON{ID: t.ID, Label: a.text(t.Label), Field: t.Field, Command: a.argsOf(t.Command())}
		if t.Record != nil {
			one.Record = t.Record.Name
		}
		out = append(out, one)
	}
	return out
}

func (a *app) stepsJSON(list []stepBack) []stepJSON {
	out := []stepJSON{}
	for _, s := range list {
		one := stepJSON{ID: s.id, saidJSON: a.saidJSON(s.saidBy), Answers: []answerJSON{}, Lacking: []answerJSON{}}
		for _, answer := range s.answers {
			one.Answers = append(one.Answers, answerIn(answer))
		}
		for _, answer := range s.lacking {
			one.Lacking = append(one.Lacking, answerIn(answer))
		}
		out = append(out, one)
	}
	return out
}

func answerIn(one answer) answerJSON {
	out := answerJSON{Field: one.key, Label: one.label, Hidden: one.hidden, Also: one.also}
	if one.in != nil {
		out.Record = one.in.Name
		if !one.hidden {
			out.Value = &one.value
		}
	}
	return out
}

func (a *app) saidJSON(s saidBy) saidJSON { return saidJSON{s.text, a.factJSON(s.fact)} }

func (a *app) factJSON(f *record.Fact) *sourceJSON {
	if f == nil {
		return nil
	}
	return &sourceJSON{Text: a.text(f.Text), Name: a.text(f.Source.Text), AsOf: f.AsOf}
}

func tryJSON(try *record.Attempt, due time.Time) *attemptJSON {
	out := &attemptJSON{On: try.On, Way: try.Way, Result: try.Result, Note: try.Note}
	if !due.IsZero() {
		out.Due = due.Format(time.DateOnly)
	}
	return out
}
