package cli

import (
	"cmp"
	"slices"
	"time"

	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// A wayBack is all that the page for getting an account back says, before it is
// laid out. Texts are in the language of the page.
type wayBack struct {
	subject *record.Record // that was named
	account *record.Record // that is recovered: the subject, or the account it hangs on; nil if that has no record
	through string         // the name of the account it hangs on, as the subject has it; may be empty
	guided  bool           // the steps are known
	events  []*recovery.Event

	routes []route // into the account, the one to try first on top
	own    []route // into the subject itself, where the account is another record
	steps  []stepBack
	then   []stepBack // once the account is open
	asks   []askBack
	dont   []saidBy
	calls  []callBack
	tried  []triedBack

	sources []*record.Fact // what is said by whom; numbers on the page count from 1
}

// An outlook says what may be expected of a way back.
type outlook uint8

// The outlooks, from good to bad.
const (
	ready   outlook = iota // all it needs is noted, and nobody has to agree
	unsure                 // nobody has to agree, but it hangs on what is not noted
	asking                 // all it needs is noted, and somebody may refuse
	hoping                 // somebody may refuse, and it hangs on what is not noted
	blocked                // something it needs is gone
)

// outlooks are the runs of the model that tell, in the order of the outlooks.
var outlooks = []lockout.Run{lockout.SureOnly | lockout.Pessimistic, lockout.SureOnly, lockout.Pessimistic, lockout.Optimistic}

func (s outlook) String() string {
	return [...]string{"ready", "unsure", "asking", "asking-unsure", "blocked"}[s]
}

// A route is one way back, and how it stands.
type route struct {
	*recovery.Way
	outlook outlook
	wait    time.Duration
	has     [][]*recovery.Thing // what it needs and has; of each any one, or some, of several
	unknown []*recovery.Thing   // what it hangs on and nothing is noted of
	lacks   []*recovery.Thing   // what it needs and is gone
	because []*recovery.Thing   // what is gone behind that
	source  int
	last    *record.Attempt // nil if it was not tried
	due     time.Time       // when the answer to that is due; zero if none is
}

// A saidBy is a statement with the number of its source; 0 is none.
type saidBy struct {
	text   string
	fact   *record.Fact
	source int
}

// A stepBack is one step, and what to type at it.
type stepBack struct {
	saidBy
	id      string
	answers []answer
	lacking []answer // what it may ask for and is not noted
}

// An askBack is what will be asked, and the answer.
type askBack struct {
	saidBy
	answer
}

// An answer is what the notes have for one field.
type answer struct {
	key, label string
	value      string // masked where it is a secret
	kind       record.Type
	hidden     bool
	none       bool   // the notes say that there is none
	also       string // the same name in another script
	in         *record.Record
}

// A callBack is a telephone number with its menu.
type callBack struct {
	saidBy // what they can do
	*record.Call
}

// A triedBack is an attempt, in the words of the page.
type triedBack struct {
	*record.Attempt
	in    *record.Record
	label string
	due   time.Time // zero if no answer is due
}

// A guidePlanner puts a wayBack together.
type guidePlanner struct {
	a       *app // speaking the language of the page
	m       *recovery.Model
	records []*record.Record
	reveal  bool
	b       *wayBack
}

// plan works out the way back to r after the events.
func (p *guidePlanner) plan(r *record.Record, events []*recovery.Event) (*wayBack, error) {
	p.b = &wayBack{subject: r, account: r, events: events}
	t := record.LookupTemplate(r.Template)
	own, service, guide := t.Guide(), t, t.Guide()
	if own != nil && own.Through != nil {
		service = p.goThrough(own.Through)
		guide = service.Guide()
	}
	p.b.guided = guide != nil
	if err := p.findRoutes(); err != nil {
		return nil, err
	}
	p.findTried()
	through := own != nil && own.Through != nil
	if through {
		p.b.steps = p.steps(t, own.Steps)
	}
	p.take(service, guide)
	if through {
		p.b.then = p.steps(t, own.Then)
		p.takeAdvice(t, own)
	}
	return p.b, nil
}

// goThrough finds the account that the subject hangs on, and returns the template
// whose guide leads back into it; nil if there is none.
func (p *guidePlanner) goThrough(through *record.Through) *record.Template {
	p.b.account = nil
	template := through.Template
	if f := p.b.subject.Field(through.Field); f != nil {
		p.b.through = f.Value
		if r := p.record(f.Value); r != nil && r.ID != p.b.subject.ID {
			p.b.account, template = r, r.Template
		}
	}
	return record.LookupTemplate(template)
}

func (p *guidePlanner) record(name string) *record.Record {
	for _, r := range p.records {
		if record.NameKey(r.Name) == record.NameKey(name) {
			return r
		}
	}
	return nil
}

// findRoutes asks the model how each way stands.
func (p *guidePlanner) findRoutes() (err error) {
	if p.b.account != nil {
		if p.b.routes, err = p.routes(p.b.account); err != nil {
			return err
		}
	}
	if p.b.account == p.b.subject {
		return nil
	}
	if p.b.own, err = p.routes(p.b.subject); err != nil || p.b.account == nil {
		return err
	}
	if account := p.m.Account(p.b.account.Name); account != nil {
		p.b.own = slices.DeleteFunc(p.b.own, func(r route) bool { // it is open as soon as the account is
			return slices.Contains(p.m.Graph().Rule(r.Rule).Body, account.ID)
		})
	}
	return nil
}

func (p *guidePlanner) routes(r *record.Record) ([]route, error) {
	account := p.m.Account(r.Name)
	if account == nil {
		return nil, nil
	}
	ways := p.m.Ways(account)
	runs := make([][]lockout.Way, len(outlooks))
	for i, run := range outlooks {
		var err error
		if runs[i], err = p.m.Graph().Ways(account.ID, p.m.Case(run, p.b.events...)); err != nil {
			return nil, err
		}
	}
	list := make([]route, 0, len(ways))
	for _, way := range ways {
		one, err := p.route(r, way, runs)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(x, y route) int {
		return cmp.Or(cmp.Compare(x.outlook, y.outlook), cmp.Compare(x.refused(), y.refused()),
			cmp.Compare(x.wait, y.wait), cmp.Compare(len(x.lacks), len(y.lacks)))
	})
	return list, nil
}

// refused is 1 for a way that was tried in vain.
func (r route) refused() int {
	if r.last != nil && r.last.Result == record.AttemptRefused {
		return 1
	}
	return 0
}

// route says how one way stands, by the runs of the model.
func (p *guidePlanner) route(r *record.Record, way *recovery.Way, runs [][]lockout.Way) (route, error) {
	one := route{Way: way, outlook: blocked}
	for i := len(runs) - 1; i >= 0; i-- {
		if w := wayOfRule(runs[i], way.Rule); w != nil && w.Works {
			one.outlook, one.wait = outlook(i), w.Wait
		}
	}
	strict := ready // what is there is told by the sure runs if the way is sure, else by the others
	if one.outlook > unsure {
		strict = asking
	}
	noted, hopeful := wayOfRule(runs[strict], way.Rule), wayOfRule(runs[strict+1], way.Rule)
	if noted != nil && hopeful != nil {
		if err := p.needs(&one, strict, noted, hopeful); err != nil {
			return one, err
		}
	}
	if way.Fact != nil {
		one.source = p.source(way.Fact)
	}
	if one.last = lastTry(r, way.Way.ID); one.last != nil {
		one.due = p.due(one.last, way)
	}
	return one, nil
}

// needs sorts what a way needs by whether it is there. What is missing even in
// the hopeful run is gone; what is missing only in the strict one, in which
// nothing counts that is not noted, is not known.
func (p *guidePlanner) needs(one *route, strict outlook, noted, hopeful *lockout.Way) error {
	for _, id := range p.m.Graph().Rule(one.Rule).Body {
		thing := p.m.Thing(id)
		if thing == nil || thing.Kind == recovery.KindSelf {
			continue
		}
		there, gone, err := p.members(thing, strict)
		switch {
		case err != nil:
			return err
		case slices.Contains(hopeful.Missing, id):
			one.lacks = append(one.lacks, gone...)
		case !slices.Contains(noted.Missing, id):
			one.has = append(one.has, there)
		case thing.Kind == recovery.KindOneOf:
			one.because = append(one.because, gone...)
		}
	}
	for _, id := range hopeful.Gone {
		if t := p.m.Thing(id); t != nil && !slices.Contains(one.lacks, t) {
			one.because = append(one.because, t)
		}
	}
	for _, id := range noted.Gone {
		if t := p.m.Thing(id); t != nil && t.Unknown && !slices.Contains(hopeful.Gone, id) {
			one.unknown = append(one.unknown, t)
		}
	}
	return nil
}

// members returns what is noted and there of a thing that is some of several,
// and what is gone whatever is not noted. Of any other thing that is the thing
// itself.
func (p *guidePlanner) members(t *recovery.Thing, strict outlook) (there, gone []*recovery.Thing, err error) {
	if t.Kind != recovery.KindOneOf {
		return []*recovery.Thing{t}, []*recovery.Thing{t}, nil
	}
	g := p.m.Graph()
	noted, err := g.Ways(t.ID, p.m.Case(outlooks[strict], p.b.events...))
	if err != nil {
		return nil, nil, err
	}
	hopeful, err := g.Ways(t.ID, p.m.Case(outlooks[strict+1], p.b.events...))
	if err != nil {
		return nil, nil, err
	}
	for i := range noted {
		for _, id := range g.Rule(noted[i].Rule).Body {
			switch member := p.m.Thing(id); {
			case member == nil:
			case slices.Contains(hopeful[i].Missing, id):
				gone = append(gone, member)
			case !slices.Contains(noted[i].Missing, id):
				there = append(there, member)
			}
		}
	}
	return there, gone, nil
}

func wayOfRule(ways []lockout.Way, rule int) *lockout.Way {
	for i := range ways {
		if ways[i].Rule == rule {
			return &ways[i]
		}
	}
	return nil
}

// due returns the day by which the answer to an attempt may be expected; zero if
// none is to come.
func (p *guidePlanner) due(try *record.Attempt, way *recovery.Way) time.Time {
	if try.Result != record.AttemptSent && try.Result != record.AttemptOpen || way.Wait == 0 {
		return time.Time{}
	}
	on, err := time.Parse(time.DateOnly, try.On)
	if err != nil {
		return time.Time{}
	}
	return on.Add(way.Wait)
}

// lastTry returns the latest attempt by the way; nil if there was none. It has
// answered those before it.
func lastTry(r *record.Record, way string) *record.Attempt {
	var last *record.Attempt
	for i := range r.Attempts {
		if try := &r.Attempts[i]; try.Way == way && (last == nil || try.On >= last.On) {
			last = try
		}
	}
	return last
}

// findTried puts the attempts of both records in order.
func (p *guidePlanner) findTried() {
	for _, r := range p.b.both() {
		for i := range r.Attempts {
			try := triedBack{Attempt: &r.Attempts[i], in: r, label: r.Attempts[i].Way}
			if way := p.way(r, try.Way); way != nil {
				try.label = p.wayLabel(way)
				if try.Attempt == lastTry(r, try.Way) {
					try.due = p.due(try.Attempt, way)
				}
			}
			p.b.tried = append(p.b.tried, try)
		}
	}
	slices.SortStableFunc(p.b.tried, func(x, y triedBack) int { return cmp.Compare(x.On, y.On) })
}

// both returns the records in which to look, the account first.
func (b *wayBack) both() []*record.Record {
	if b.account == nil || b.account == b.subject {
		return []*record.Record{b.subject}
	}
	return []*record.Record{b.account, b.subject}
}

func (p *guidePlanner) way(r *record.Record, id string) *recovery.Way {
	for _, list := range [][]route{p.b.routes, p.b.own} {
		for _, one := range list {
			if one.Way.Way.ID == id && one.Account.Record.ID == r.ID {
				return one.Way
			}
		}
	}
	return nil
}

// wayLabel is what a way is called: of the owner's own ways some have no label.
func (p *guidePlanner) wayLabel(w *recovery.Way) string {
	return cmp.Or(p.a.text(w.Way.Label.Text), w.Way.ID)
}

// hides reports whether some answer is hidden.
func (b *wayBack) hides() bool {
	hidden := func(one answer) bool { return one.hidden }
	return slices.ContainsFunc(b.asks, func(ask askBack) bool { return ask.hidden }) ||
		slices.ContainsFunc(slices.Concat(b.steps, b.then), func(s stepBack) bool { return slices.ContainsFunc(s.answers, hidden) })
}

// first is the route to try first; nil if there is none at all.
func (b *wayBack) first() *route {
	if len(b.own) > 0 && (len(b.routes) == 0 || b.own[0].outlook < b.routes[0].outlook) {
		return &b.own[0]
	}
	if len(b.routes) > 0 {
		return &b.routes[0]
	}
	return nil
}
