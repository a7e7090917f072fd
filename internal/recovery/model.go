// Package recovery derives, from the records of a vault, who depends on what:
// the graph of package lockout, what can happen to it, and what everything in
// it is called in front of people. It keeps lockout free of records and the
// rest of the program free of graphs.
package recovery

import (
	"slices"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// An Input is what a model is derived from. Nothing in it is changed.
type Input struct {
	Now     time.Time
	Records []*record.Record // those in the trash count as not there
	Vault   Vault
}

// A Vault is what the store knows of the vault itself. The zero value says
// nothing: without a record about it, what is in it then counts as in reach
// whatever happens.
type Vault struct {
	Slots []Slot
}

// A Slot is one key that opens the vault.
type Slot struct {
	ID         record.ID // zero where it is not known
	Passphrase bool      // a passphrase that a person types
	Recovery   bool      // the recovery key for paper
	Proven     time.Time // when it was last shown to open the vault; zero: never

	// Need of Count shares open it together; zero for any other key.
	Need, Count int
}

// A Model is the graph of a vault and what its ids stand for. It does not
// change and may be asked from several goroutines at once.
type Model struct {
	in         Input
	graph      *lockout.Graph
	faults     []Fault
	accounts   []*Account
	events     []*Event
	things     map[string]*Thing
	ways       map[*Account][]*Way
	rules      map[int]*Way
	byName     map[string]*Account // by record.NameKey
	lost       []string            // assets gone already
	abroad     []string            // of those, what somebody else may have: sheets that cannot be found
	kept       []string            // assets that are there whatever happens
	outside    []string            // assets that nobody holds in hand
	inGraph    map[string]bool     // events
	loses      map[string]*Event   // lose:RECORD, by the record's id; of those that something hangs on
	loseRecord map[string]*Event   // the same for every record, by record.NameKey
	names      []string            // of all records
	thief      func() *lockout.Graph
	repairs    func() []*Repair
}

// A Fault is something in the records that cannot be used as it stands.
type Fault struct {
	Record *record.Record
	Way    string // id of the way, or empty
	Field  string // key of the field, or empty
	What   lang.Text
}

// An Account is something its owner wants to open: a record whose template is
// one, or that has ways.
type Account struct {
	ID       string // in the graph: "account:" and the record's id
	Record   *record.Record
	Template *record.Template // nil if it is not known
	Weight   int              // 0 to record.MaxImportance
	Own      []string         // events that take away its own ground: its contract, its provider
	NoWays   bool             // no way is known: whether it opens, nothing noted tells
	Over     bool             // its own ground is gone already, as a contract that has ended
}

// A Way is one route into an account, as it went into the graph.
type Way struct {
	Rule      int // number of the rule in the graph
	Way       record.Way
	Account   *Account
	FromUser  bool         // the record's own
	Fact      *record.Fact // what the service says about it; may be nil
	Wait      time.Duration
	Certainty lockout.Certainty
	Proven    string // YYYY-MM-DD on which it was last really used; may be empty
}

// A Thing is what an id of the graph stands for.
type Thing struct {
	ID      string
	Kind    Kind
	Label   lang.Text
	Name    string         // of an address, a number, a company, a contract: what tells it from others of its kind
	Record  *record.Record // that it is about, or that would tell; nil if there is none
	Field   string         // key of the field that notes it, or that would decide
	Unknown bool           // nothing is noted of it
	Owner   string
	Place   string // where it is, as it was noted

	short   lang.Text // the label where it is clear whose it is; may be empty
	command []lang.Text
}

// Command is what to type to note it: the arguments after the program's name.
// It is nil where nothing is to be noted.
func (t *Thing) Command() []lang.Text { return t.command }

// A Kind is what kind of thing an id stands for.
type Kind string

// The kinds of things.
const (
	KindAccount  Kind = "account"
	KindMail     Kind = "mail"     // reading mail at an address
	KindSMS      Kind = "sms"      // getting a text message at a number
	KindCall     Kind = "call"     // getting a call at a number
	KindDevice   Kind = "device"   // a device, by itself
	KindUse      Kind = "use"      // a device in hand and unlocked
	KindLine     Kind = "line"     // a telephone number
	KindSIM      Kind = "sim"      // the SIM of a number, or the telephone it is in
	KindContract Kind = "contract" // with an internet provider, a carrier, an employer, a school
	KindProvider Kind = "provider" // the company behind a mail domain
	KindDomain   Kind = "domain"   // a domain of one's own
	KindAddress  Kind = "address"  // a mailbox that has no record
	KindPaper    Kind = "paper"    // a paper, or another small thing at a place
	KindPlace    Kind = "place"
	KindPerson   Kind = "person"
	KindMemory   Kind = "memory" // what its owner remembers
	KindPassword Kind = "password"
	KindValue    Kind = "value" // what a field holds, in reach
	KindFact     Kind = "fact"  // what one knows of oneself
	KindVault    Kind = "vault"
	KindIdentity Kind = "identity" // papers that say who one is
	KindThing    Kind = "thing"
	KindOneOf    Kind = "one-of"   // some of several
	KindUnknown  Kind = "unknown"  // a field without an answer
	KindNone     Kind = "none"     // what by the notes is not there
	KindSelf     Kind = "self"     // that an account is there at all
	KindStranger Kind = "stranger" // somebody else to whom a number or a domain was given
)

// Graph returns the graph. Its ids are those of accounts, things and events.
func (m *Model) Graph() *lockout.Graph { return m.graph }

// ThiefGraph returns the graph with what only somebody else can do: who gets a
// number that was given up reads what is sent there, and so does whoever
// registers a domain that has lapsed. Rules and ids are those of Graph, and more.
func (m *Model) ThiefGraph() *lockout.Graph {
	if m.thief == nil {
		return m.graph
	}
	return m.thief()
}

// Case returns the case in which the events have happened, with what is gone
// already and what is always there. Every question to the graph should begin
// with one.
func (m *Model) Case(run lockout.Run, events ...*Event) lockout.Case {
	c := lockout.Case{Run: run, Lost: slices.Clone(m.lost)}
	ended := map[string]bool{} // accounts that are not there at all any more
	for _, e := range events {
		if m.inGraph[e.ID] {
			c.Happened = append(c.Happened, e.ID)
		} else {
			c.Lost = append(c.Lost, e.Kills...)
		}
		for _, id := range e.Kills {
			if t := m.things[id]; t != nil && t.Kind == KindSelf {
				ended[id] = true
			}
		}
	}
	if c.Kept = slices.Clip(m.kept); len(ended) > 0 {
		c.Kept = nil
		for _, id := range m.kept {
			if ended[id] {
				c.Lost = append(c.Lost, id)
			} else {
				c.Kept = append(c.Kept, id)
			}
		}
	}
	c.Lost = unique(c.Lost)
	return c
}

// Thief returns the case, for ThiefGraph, of a stranger after the events: of
// what can be held in hand or in the head he has only what they give him.
// Contracts, companies and numbers are there for him as for anybody, and names
// and birth dates he can find out.
func (m *Model) Thief(run lockout.Run, events ...*Event) lockout.Case {
	loot := m.Loot(events)
	taken := map[string]bool{}
	for _, id := range loot {
		taken[id] = true
	}
	c := lockout.Case{Run: run, Only: slices.Concat(loot, m.outside), Kept: slices.Clone(m.kept)}
	c.Only = append([]string{}, unique(c.Only)...) // nil would stand for everything
	for _, id := range m.lost {
		if !taken[id] {
			c.Lost = append(c.Lost, id)
		}
	}
	return c
}

// Faults returns what is wrong in the records.
func (m *Model) Faults() []Fault { return m.faults }

// Accounts returns the accounts by name.
func (m *Model) Accounts() []*Account { return m.accounts }

// Account returns the account of the record with the name, or nil.
func (m *Model) Account(name string) *Account { return m.byName[record.NameKey(name)] }

// Thing returns what an id of the graph stands for. It is nil for an id that is
// not there.
func (m *Model) Thing(id string) *Thing { return m.things[id] }

// Ways returns the ways into an account, in their order.
func (m *Model) Ways(a *Account) []*Way { return m.ways[a] }

// WayOf returns the way that became the rule with the number. It is nil for a
// rule that is not a way into an account.
func (m *Model) WayOf(rule int) *Way { return m.rules[rule] }
