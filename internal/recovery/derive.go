package recovery

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// provenMonths is for how long having really used a way shows that what it
// needs is there.
const provenMonths = 12

// A deriver builds a model.
type deriver struct {
	*survey
	lodge       *lodge
	m           *Model
	b           lockout.Builder
	vault       Vault
	vaultRecord *subject  // the first record about the vault
	today       time.Time // midnight UTC of the day of Input.Now

	ids      []string             // of all things, in the order of adding
	happen   map[string]*Event    // by kind, owner and thing
	order    []*Event             // in the order of first use
	loses    map[*subject]*Event  // lose:RECORD
	proven   map[string]bool      // what ways that were really used lately needed
	grounds  map[string][]string  // of a mail address
	lost     map[string]bool      // assets gone already
	papers   map[[2]string]string // ids by owner and place
	numbers  map[string]number    // by how they are noted
	parsed   map[string]parsedAtom
	told     map[Fault]bool
	foreign  []lockout.Rule                 // of the graph as a thief sees it alone
	outside  []string                       // assets that nobody holds in hand
	rulesOf  map[*Account][]int             // of its ways, and of what only they need
	atoms    map[*Account]map[string]string // what the fields of an account came to in its ways
	noted    map[*subject]bool              // whose password is noted somewhere
	lasting  map[string][]*subject          // mailboxes that hang on no contract, by their owner
	weighing map[string][]*Account          // accounts by their ground
}

// Derive makes the model of the records. It never fails: what cannot be used
// is in Faults.
func Derive(in Input) *Model { return derived(in, false) }

// derived is Derive; with whole, the vault is in the graph even if nothing that
// is noted hangs on what is in it.
func derived(in Input, whole bool) *Model {
	v := newSurvey(in.Records)
	d := &deriver{survey: v, lodge: newLodge(v), vault: in.Vault, today: record.DayOf(in.Now),
		m:      &Model{in: in, things: map[string]*Thing{}, ways: map[*Account][]*Way{}, rules: map[int]*Way{}, byName: map[string]*Account{}},
		happen: map[string]*Event{}, loses: map[*subject]*Event{}, proven: map[string]bool{},
		grounds: map[string][]string{}, lost: map[string]bool{}, weighing: map[string][]*Account{},
		papers: map[[2]string]string{}, numbers: map[string]number{}, parsed: map[string]parsedAtom{}, told: map[Fault]bool{},
		rulesOf: map[*Account][]int{}, atoms: map[*Account]map[string]string{}, noted: map[*subject]bool{}, lasting: map[string][]*subject{}}
	v.enterSheets()
	for _, s := range v.subjects {
		if s.role == roleVault {
			d.vaultRecord = cmpOr(d.vaultRecord, s)
		}
		d.enterEnds(s)
		d.enterAccount(s)
	}
	for _, s := range v.subjects {
		d.enterGround(s)
		d.enterProven(s)
	}
	for _, s := range v.subjects {
		d.enterWays(s)
	}
	d.enterStanding()
	if whole {
		d.vaultNode()
	}
	d.finish()
	return d.m
}

// finish builds the graph. It cannot fail, but for a vault of more records
// than a graph takes.
func (d *deriver) finish() {
	d.finishEvents()
	d.nameLosses()
	d.m.outside = d.outside
	d.m.kept = slices.DeleteFunc(d.m.kept, func(id string) bool { return d.lost[id] })
	d.m.inGraph = map[string]bool{}
	for _, e := range d.m.events {
		if len(d.m.inGraph) < lockout.MaxEvents {
			d.b.AddEvent(e.ID, e.Kills...)
			d.m.inGraph[e.ID] = true
		}
	}
	g, err := d.b.Build()
	if err != nil {
		d.m = tooLarge(d.m)
		return
	}
	d.m.graph = g
	d.m.thief = sync.OnceValue(d.thiefGraph)
	d.m.repairs = sync.OnceValue(d.repairs)
}

// thiefGraph is the graph with what only somebody else can do.
func (d *deriver) thiefGraph() *lockout.Graph {
	for _, r := range d.foreign {
		d.b.AddRule(r.Head, len(r.Body), r.Body, lockout.Sure, 0)
	}
	g, err := d.b.Build()
	if err != nil {
		return d.m.graph // too large by these few rules
	}
	return g
}

// byStranger adds that somebody else reaches the head alone, who has got what
// its owner gave up.
func (d *deriver) byStranger(head, stranger string) {
	d.foreign = append(d.foreign, lockout.Rule{Head: head, Body: []string{stranger}})
}

// asset enters something that can be lost by itself, once, and returns its id.
func (d *deriver) asset(t Thing) (id string, fresh bool) {
	t.ID = shortID(t.ID)
	if d.m.things[t.ID] != nil {
		return t.ID, false
	}
	d.b.AddAsset(t.ID, t.Unknown)
	d.enterThing(t)
	return t.ID, true
}

// node enters something derived, once, and then lets rules say what it needs.
// It is entered first, so that a circle ends where it began.
func (d *deriver) node(t Thing, rules func(id string)) string {
	t.ID = shortID(t.ID)
	if d.m.things[t.ID] == nil {
		d.b.AddNode(t.ID)
		d.enterThing(t)
		rules(t.ID)
	}
	return t.ID
}

func (d *deriver) enterThing(t Thing) {
	d.m.things[t.ID] = &t
	d.ids = append(d.ids, t.ID)
}

// shortID keeps an id within the bounds of a graph: of a long one it keeps the
// beginning and a digest.
func shortID(id string) string {
	const most, head = 400, 100
	if len(id) <= most {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return strings.ToValidUTF8(id[:head], "") + "#" + hex.EncodeToString(sum[:16])
}

// needs adds a rule of which everything is needed.
func (d *deriver) needs(head string, c lockout.Certainty, body ...string) {
	if body = unique(body); len(body) <= lockout.MaxBody {
		d.b.AddRule(head, len(body), body, c, 0)
	}
}

// unique returns the ids, each once, in their order.
func unique(ids []string) []string {
	const few = 16 // up to here looking through them is quicker than a table
	var out []string
	if len(ids) <= few {
		for i, id := range ids {
			if !slices.Contains(ids[:i], id) {
				out = append(out, id)
			}
		}
		return out
	}
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// loseAlready notes that an asset is gone as things are.
func (d *deriver) loseAlready(id string) {
	if !d.lost[id] {
		d.lost[id] = true
		d.m.lost = append(d.m.lost, id)
	}
}

// keep notes that an asset is there whatever happens.
func (d *deriver) keep(id string) { d.m.kept = append(d.m.kept, id) }

// away enters an asset that is there or not, whoever holds what: a contract, a
// company, a number.
func (d *deriver) away(t Thing) (id string, fresh bool) {
	id, fresh = d.asset(t)
	if fresh {
		d.outside = append(d.outside, id)
	}
	return id, fresh
}

// fault tells of what cannot be used, once: a field that names nothing may stand
// in several ways.
func (d *deriver) fault(s *subject, way, field string, what lang.Text) {
	f := Fault{s.r, way, field, what}
	same := f
	if field != "" {
		same.Way = ""
	}
	if !d.told[same] {
		d.told[same] = true
		d.m.faults = append(d.m.faults, f)
	}
}

// tooLarge is the model of a vault that no graph takes.
func tooLarge(m *Model) *Model {
	var b lockout.Builder
	g, _ := b.Build()
	return &Model{graph: g, faults: append(m.faults, Fault{What: lang.T("there are more records than can be analysed together",
		"記録が多すぎて、まとめて調べられません")})}
}
