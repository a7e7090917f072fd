package lockout

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Bounds of a graph. They are far above what one household notes, and low
// enough that a hostile vault costs memory and time in proportion to its size.
const (
	MaxIDs        = 1 << 20 // assets, nodes and accounts together
	MaxRules      = 1 << 20
	MaxEvents     = 1 << 12
	MaxBody       = 64      // things one rule can name
	MaxPlaces     = 1 << 22 // things all rules name, and likewise things all events kill
	MaxIDBytes    = 1 << 10
	MaxImportance = 1000
	MaxWait       = 10 * 365 * 24 * time.Hour // of one rule
	maxFaults     = 20                        // that Build reports at once
)

// Certainty says how far a way can be relied upon.
type Certainty uint8

// The certainties.
const (
	Sure   Certainty = iota // works whenever everything it needs is there
	Form                    // somebody decides: a form, support; it may be refused
	Person                  // depends on what another person does
)

// String returns the stable English name.
func (c Certainty) String() string {
	switch c {
	case Sure:
		return "sure"
	case Form:
		return "form"
	case Person:
		return "person"
	}
	return fmt.Sprintf("certainty %d", uint8(c))
}

// A Rule is one way: Head is reached when at least K of Body are.
type Rule struct {
	Head      string
	K         int
	Body      []string // each once
	Certainty Certainty
	Wait      time.Duration // from having K of Body to having Head
}

// check returns what is wrong with the rule by itself, 0 if nothing is.
func (r *Rule) check() RuleFault {
	if len(r.Body) == 0 {
		return BadBody
	}
	if r.K < 1 || r.K > len(r.Body) {
		return BadThreshold
	}
	sorted := slices.Sorted(slices.Values(r.Body))
	if len(slices.Compact(sorted)) < len(r.Body) {
		return BadBody
	}
	if r.Certainty > Person {
		return BadCertainty
	}
	if r.Wait < 0 || r.Wait > MaxWait {
		return BadWait
	}
	return 0
}

// thing is what the builder knows of an id.
type thing struct {
	id         string
	kind       Kind
	unknown    bool
	importance int
}

// happening is an event as it was added.
type happening struct {
	id    string
	kills []string
}

// A Builder collects a graph. The zero value is empty and ready. Ids may be used
// before they are added; Build checks that they were. What is wrong is kept and
// returned by Build, so that a caller need not look after each call.
type Builder struct {
	things []thing
	ids    map[string]int // into things
	rules  []Rule
	events []happening
	named  map[string]bool // events
	places int
	killed int
	faults []error
}

// AddAsset adds something that can be lost by itself: a device, a telephone
// line, a paper at its place, a contract, a person, something in memory. An
// unknown asset is one of which nothing is noted: it may be there or not.
func (b *Builder) AddAsset(id string, unknown bool) {
	b.add(thing{id: id, kind: Asset, unknown: unknown})
}

// AddNode adds something that follows from assets and is not asked about: a
// mailbox, a code in reach, a signed-in browser. Without a rule it is never
// reached.
func (b *Builder) AddNode(id string) { b.add(thing{id: id, kind: Node}) }

// AddAccount adds something its owner wants to open. Importance is its weight
// among all accounts, from 0 (expendable) to MaxImportance.
func (b *Builder) AddAccount(id string, importance int) {
	if importance < 0 || importance > MaxImportance {
		b.fault(&RangeError{"importance", id, importance, MaxImportance})
		return
	}
	b.add(thing{id: id, kind: Account, importance: importance})
}

func (b *Builder) add(t thing) {
	if !b.nameable(t.id) {
		return
	}
	if _, twice := b.ids[t.id]; twice {
		b.fault(&DuplicateError{t.id})
		return
	}
	if len(b.things) == MaxIDs {
		b.fault(&LimitError{"ids", MaxIDs})
		return
	}
	if b.ids == nil {
		b.ids = make(map[string]int)
	}
	b.ids[t.id] = len(b.things)
	b.things = append(b.things, t)
}

// nameable reports whether id can be a name.
func (b *Builder) nameable(id string) bool {
	if id == "" {
		b.fault(ErrNoID)
		return false
	}
	if len(id) > MaxIDBytes {
		b.fault(&LimitError{"bytes in an id", MaxIDBytes})
		return false
	}
	return true
}

// AddRule adds one way: head, a node or an account, is reached when at least k
// of body are, after wait. Rules with the same head are alternatives. The number
// of the rule, counted from 0, is returned; answers name rules by it. It is -1
// if the rule cannot be.
func (b *Builder) AddRule(head string, k int, body []string, c Certainty, wait time.Duration) int {
	r := Rule{head, k, body, c, wait}
	if f := r.check(); f != 0 {
		b.fault(&RuleError{len(b.rules), head, f})
		return -1
	}
	if l := b.tooMany(len(body)); l != nil {
		b.fault(l)
		return -1
	}
	b.places += len(body)
	r.Body = slices.Clone(body)
	b.rules = append(b.rules, r)
	return len(b.rules) - 1
}

// tooMany returns the bound that one more rule with a body of n would break.
func (b *Builder) tooMany(n int) *LimitError {
	switch {
	case n > MaxBody:
		return &LimitError{"places in a rule", MaxBody}
	case b.places+n > MaxPlaces:
		return &LimitError{"places in rules", MaxPlaces}
	case len(b.rules) == MaxRules:
		return &LimitError{"rules", MaxRules}
	}
	return nil
}

// AddEvent adds something that can happen, and the assets that it takes away.
func (b *Builder) AddEvent(id string, kills ...string) {
	if !b.nameable(id) {
		return
	}
	if b.named[id] {
		b.fault(&DuplicateError{id})
		return
	}
	if len(b.events) == MaxEvents {
		b.fault(&LimitError{"events", MaxEvents})
		return
	}
	if b.killed+len(kills) > MaxPlaces {
		b.fault(&LimitError{"places in events", MaxPlaces})
		return
	}
	if b.named == nil {
		b.named = make(map[string]bool)
	}
	b.named[id] = true
	b.killed += len(kills)
	b.events = append(b.events, happening{id, slices.Clone(kills)})
}

func (b *Builder) fault(err error) {
	if len(b.faults) < maxFaults {
		b.faults = append(b.faults, err)
	}
}

// clone returns a builder to which more can be added without changing b.
func (b *Builder) clone() *Builder {
	c := &Builder{
		things: slices.Clone(b.things),
		rules:  slices.Clone(b.rules),
		events: slices.Clone(b.events),
		ids:    maps.Clone(b.ids),
		named:  maps.Clone(b.named),
		places: b.places,
		killed: b.killed,
		faults: slices.Clone(b.faults),
	}
	for i := range c.events {
		c.events[i].kills = slices.Clone(c.events[i].kills)
	}
	return c
}

// Build returns the graph, or all that is wrong with it (the first twenty
// faults, joined). The builder can be used on; the graph does not change any
// more.
func (b *Builder) Build() (*Graph, error) { return b.clone().graph() }

// graph is Build of a builder to which nothing will be added any more.
func (b *Builder) graph() (*Graph, error) {
	u := user{b: b, faults: b.faults, heads: make([]int32, 0, len(b.rules)), bodies: newLists(len(b.rules), b.places), kills: newLists(len(b.events), b.killed)}
	for i := range b.rules {
		u.rule(&b.rules[i])
	}
	for i := range b.events {
		u.event(&b.events[i])
	}
	if len(u.faults) > 0 {
		return nil, errors.Join(u.faults...)
	}
	return newGraph(&u), nil
}

// A user finds what rules and events use, each once, and what is wrong with that.
// All are named by their place in Builder.things.
type user struct {
	b      *Builder
	faults []error
	heads  []int32 // by rule
	bodies lists   // by rule
	kills  lists   // by event
}

func (u *user) rule(r *Rule) {
	u.heads = append(u.heads, u.use(r.Head, r.Head, Node, Account))
	for _, id := range r.Body {
		u.bodies.items = append(u.bodies.items, u.use(id, r.Head, Asset, Node, Account))
	}
	u.bodies.push()
}

func (u *user) event(e *happening) {
	for _, id := range e.kills {
		u.kills.items = append(u.kills.items, u.use(id, e.id, Asset))
	}
	u.kills.push()
}

// use returns the place of what is used, which must be of one of the kinds.
func (u *user) use(id, in string, kinds ...Kind) int32 {
	i, ok := u.b.ids[id]
	if !ok {
		u.fault(&UndeclaredError{id, in})
	} else if is := u.b.things[i].kind; !slices.Contains(kinds, is) {
		u.fault(&WrongKindError{id, in, is})
	}
	return int32(i)
}

func (u *user) fault(err error) {
	if len(u.faults) < maxFaults {
		u.faults = append(u.faults, err)
	}
}
