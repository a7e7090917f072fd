package cli

import (
	"slices"
	"strconv"
	"time"

	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// The JSON of whatif: keys, states, ids of events and of ways are English and
// stable, labels and what is missing are in the language of the run.
type (
	whatifJSON struct {
		Memovault string         `json:"memovault"`
		Schema    int            `json:"schema"`
		Events    []eventJSON    `json:"events"`
		Accounts  []prospectJSON `json:"accounts"`
		Pairs     []tollJSON     `json:"pairs,omitempty"`
		PairsCut  bool           `json:"pairs_cut,omitempty"` // there were too many to try, or to try all
		Theft     *theftJSON     `json:"theft,omitempty"`
		Faults    []faultJSON    `json:"faults,omitempty"`
	}
	eventJSON struct {
		Event  string   `json:"event"`
		Kind   string   `json:"kind"`
		Label  string   `json:"label"`
		Owner  string   `json:"owner,omitempty"`
		Record string   `json:"record,omitempty"`
		Day    string   `json:"day,omitempty"`
		Takes  []string `json:"takes"`
		*worseJSON
	}
	// worseJSON are the names of the accounts that an event by itself brings into
	// a worse state than they are in today.
	worseJSON struct {
		Locked  []string `json:"locked"`
		Form    []string `json:"form"`
		Unknown []string `json:"unknown"`
	}
	tollJSON struct {
		Events []string `json:"events"`
		worseJSON
	}
	prospectJSON struct {
		Name     string         `json:"name"`
		Owner    string         `json:"owner,omitempty"`
		State    string         `json:"state"`
		Unknown  bool           `json:"unknown,omitempty"`
		Deciding []decidingJSON `json:"deciding,omitempty"`
		Ways     []prospectWay  `json:"ways"`
		ID       record.ID      `json:"id"`
	}
	decidingJSON struct {
		Text    string   `json:"text"`
		Record  string   `json:"record,omitempty"`
		Field   string   `json:"field,omitempty"`
		Command []string `json:"command,omitempty"` // arguments after the program's name
	}
	prospectWay struct {
		Way       string      `json:"way"`
		Label     string      `json:"label"`
		Missing   []string    `json:"missing"`
		Wait      *string     `json:"wait"` // null: the way does not work
		Certainty string      `json:"certainty"`
		Unknown   bool        `json:"unknown,omitempty"`
		Source    *sourceJSON `json:"source,omitempty"`
	}
	theftJSON struct {
		Has     []string   `json:"has"`
		Opens   []string   `json:"opens"`
		Perhaps []string   `json:"perhaps"`
		Locked  []string   `json:"locked"`
		Needs   []needJSON `json:"needs"`
	}
	needJSON struct {
		Name string     `json:"name"`
		Sets [][]string `json:"sets"`
		More bool       `json:"more,omitempty"` // there are other sets, or may be
	}
	faultJSON struct {
		Record string `json:"record"`
		Way    string `json:"way,omitempty"`
		Field  string `json:"field,omitempty"`
		What   string `json:"what"`
	}
)

func newWhatifJSON() *whatifJSON {
	return &whatifJSON{Memovault: "whatif", Schema: 1, Events: []eventJSON{}, Accounts: []prospectJSON{}}
}

// showWhatifJSON writes a scenario, or without one every event with what it locks.
func (a *app) showWhatifJSON(q *forecast, only *recovery.Account) error {
	out := newWhatifJSON()
	for _, e := range q.events {
		out.Events = append(out.Events, a.eventJSON(q, e))
	}
	var accounts []*recovery.Account
	for _, acc := range q.m.Accounts() {
		if only == nil && q.covers(acc) || acc == only {
			accounts = append(accounts, acc)
		}
	}
	err := a.patiently(lookingText, func() (err error) {
		if len(q.events) == 0 && only == nil {
			err = a.addTolls(out, q)
		}
		if err == nil {
			out.Accounts, err = a.prospects(q, accounts)
		}
		if err == nil && q.thief {
			out.Theft, err = a.theftJSON(q)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range q.m.Faults() {
		fault := faultJSON{Way: f.Way, Field: f.Field, What: f.What.In(a.lang)}
		if f.Record != nil { // else it concerns all of them
			fault.Record = f.Record.Name
		}
		out.Faults = append(out.Faults, fault)
	}
	return a.writeJSON(out)
}

func (a *app) eventJSON(q *forecast, e *recovery.Event) eventJSON {
	out := eventJSON{Event: e.ID, Kind: string(e.Kind), Label: e.Label.In(a.lang), Owner: e.Owner, Takes: a.thingNames(q.m, e.Kills)}
	if e.Record != nil {
		out.Record = e.Record.Name
	}
	if !e.Day.IsZero() {
		out.Day = e.Day.Format(time.DateOnly)
	}
	return out
}

// eventsJSON lists events without asking what they lock.
func (a *app) eventsJSON(q *forecast, events []*recovery.Event) error {
	out := newWhatifJSON()
	for _, e := range events {
		out.Events = append(out.Events, a.eventJSON(q, e))
	}
	return a.writeJSON(out)
}

// addTolls lists every event, and with --pairs every pair, the worst first.
func (a *app) addTolls(out *whatifJSON, q *forecast) error {
	tolls, err := q.tolls(q.asked())
	if err != nil {
		return err
	}
	for _, t := range tolls {
		e := a.eventJSON(q, t.events[0])
		e.worseJSON = newWorse(t)
		out.Events = append(out.Events, e)
	}
	if !q.pairs {
		return nil
	}
	pairs, err := q.pairTolls()
	if err != nil {
		return err
	}
	out.PairsCut = !pairs.tried || pairs.out > 0
	for _, t := range pairs.tolls {
		out.Pairs = append(out.Pairs, tollJSON{[]string{t.events[0].ID, t.events[1].ID}, *newWorse(t)})
	}
	return nil
}

func newWorse(t *toll) *worseJSON {
	return &worseJSON{plainNames(t.shut), plainNames(t.form), plainNames(t.unclear)}
}

func plainNames(list []*recovery.Account) []string {
	names := make([]string, len(list))
	for i, acc := range list {
		names[i] = acc.Record.Name
	}
	return names
}

func (a *app) prospects(q *forecast, accounts []*recovery.Account) ([]prospectJSON, error) {
	each, err := q.standings(accounts...)
	if err != nil {
		return nil, err
	}
	list := make([]prospectJSON, len(accounts))
	for i, acc := range accounts {
		if list[i], err = a.prospect(q, acc, each[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// stateNames are the states as scripts know them: how far the notes go at best.
// What hangs on something that is not noted is marked apart.
var stateNames = map[lockout.State]string{lockout.Open: "open", lockout.Unsure: "open", lockout.Asking: "form", lockout.Shut: "locked"}

func (a *app) prospect(q *forecast, acc *recovery.Account, ways []*standing) (prospectJSON, error) {
	state := q.then[acc.ID]
	out := prospectJSON{Name: acc.Record.Name, Owner: acc.Record.Owner, State: stateNames[state], Ways: []prospectWay{}, ID: acc.Record.ID}
	for _, s := range ways {
		way, err := a.prospectWay(q, s)
		if err != nil {
			return out, err
		}
		out.Ways = append(out.Ways, way)
	}
	run := lockout.SureOnly
	switch state {
	case lockout.Unsure:
		out.Unknown = true
	case lockout.Asking:
		run = lockout.Optimistic
		out.Unknown = !slices.ContainsFunc(ways, func(s *standing) bool { return s.state == wayAsks })
	case lockout.Shut:
		out.Unknown = q.noWay(acc)
	}
	if !out.Unknown {
		return out, nil
	}
	things, _, err := q.deciding(acc, run)
	for _, t := range things {
		d := decidingJSON{Text: t.Label.In(a.lang), Field: t.Field, Command: a.argsOf(t.Command())}
		if t.Record != nil {
			d.Record = t.Record.Name
		}
		out.Deciding = append(out.Deciding, d)
	}
	return out, err
}

func (a *app) prospectWay(q *forecast, s *standing) (prospectWay, error) {
	out := prospectWay{Way: s.way.Way.ID, Label: a.wayLabel(s.way), Missing: []string{}, Certainty: s.way.Certainty.String(), Unknown: s.unsure}
	if s.state == wayClosed || s.unsure {
		out.Missing = a.thingNames(q.m, s.missing().Missing)
	}
	if s.hopeful.Works {
		wait := waitCode(s.hopeful.Wait)
		out.Wait = &wait
	}
	if f := s.way.Fact; f != nil {
		out.Source = &sourceJSON{a.text(f.Text), a.text(f.Source.Text), f.AsOf}
	}
	return out, nil
}

// waitCode is a time as ways write it: hours, or days from two days on.
func waitCode(d time.Duration) string {
	hours := int((d + time.Hour - 1) / time.Hour)
	if hours%24 == 0 && hours > 24 {
		return strconv.Itoa(hours/24) + "d"
	}
	return strconv.Itoa(hours) + "h"
}

func (a *app) theftJSON(q *forecast) (*theftJSON, error) {
	t, err := q.theft()
	if err != nil {
		return nil, err
	}
	out := &theftJSON{a.thingNames(q.m, t.loot), plainNames(t.opened), plainNames(t.perhaps), plainNames(t.locked), []needJSON{}}
	for _, n := range t.needs {
		sets := make([][]string, len(n.sets))
		for i, set := range n.sets {
			sets[i] = a.thingNames(q.m, set)
		}
		out.Needs = append(out.Needs, needJSON{n.account.Record.Name, sets, n.cut})
	}
	for _, n := range t.far {
		out.Needs = append(out.Needs, needJSON{n.account.Record.Name, [][]string{}, true})
	}
	return out, nil
}
