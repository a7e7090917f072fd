package recovery

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// An EventKind is a kind of thing that can happen.
type EventKind string

// The kinds of events.
const (
	PhoneLost       EventKind = "phone-lost"       // with its SIM; the number stays, and a shop may give a new SIM
	PCDies          EventKind = "pc-dies"          // with what is on it
	NumberChanged   EventKind = "number-changed"   // or cancelled: somebody else may get it
	CarrierLeft     EventKind = "carrier-left"     // the number may be taken along, the carrier's mail is not
	MoveHouse       EventKind = "move-house"       // contracts of the flat end, and with them mail and landline
	Fire            EventKind = "fire"             // papers and devices of one house
	WalletStolen    EventKind = "wallet-stolen"    // and the papers that say who one is
	ForgotPasswords EventKind = "forgot-passwords" // all that are remembered, the passphrase of the vault too; codes typed day by day are not
	JobLeft         EventKind = "job-left"
	SchoolLeft      EventKind = "school-left"
	ProviderCloses  EventKind = "provider-closes" // a company gives up mail
	DomainLapses    EventKind = "domain-lapses"   // a domain of one's own is not renewed
	OwnerDies       EventKind = "owner-dies"      // what is left to whoever comes after
	Lose            EventKind = "lose"            // what one record, or one paper, is about
)

// EventKinds are all kinds, in the order in which people look at them.
var EventKinds = []EventKind{PhoneLost, PCDies, NumberChanged, CarrierLeft, MoveHouse, Fire, WalletStolen,
	ForgotPasswords, JobLeft, SchoolLeft, ProviderCloses, DomainLapses, OwnerDies, Lose}

// eventLabels say what happens: in general, to somebody, and to something.
var eventLabels = map[EventKind]struct{ bare, of lang.Text }{
	PhoneLost:       {lang.T("the phone is lost", "携帯をなくす"), lang.T("the phone is lost (%s)", "携帯をなくす（%s）")},
	PCDies:          {lang.T("the computer dies", "パソコンが壊れる"), lang.T("the computer dies (%s)", "パソコンが壊れる（%s）")},
	NumberChanged:   {lang.T("a number is changed or cancelled", "電話番号が変わる・なくなる"), lang.T("the number is changed or cancelled (%s)", "電話番号が変わる・なくなる（%s）")},
	CarrierLeft:     {lang.T("the mobile carrier is left", "携帯電話会社を解約・乗り換える"), lang.T("the mobile carrier is left (%s)", "携帯電話会社を解約・乗り換える（%s）")},
	MoveHouse:       {lang.T("moving house: the internet contract and the landline end", "引っ越し（ネットと固定電話の契約が終わる）"), lang.T("%s moves house: the internet contract and the landline end", "引っ越し（%s さん。ネットと固定電話の契約が終わる）")},
	Fire:            {lang.T("a fire at home", "自宅の火事"), lang.T("a fire (%s)", "火事（%s）")},
	WalletStolen:    {lang.T("the wallet is stolen", "財布を盗まれる"), lang.T("the wallet of %s is stolen", "%s さんの財布が盗まれる")},
	ForgotPasswords: {lang.T("every password remembered is forgotten", "覚えているパスワードをすべて忘れる"), lang.T("%s forgets every password remembered", "%s さんが、覚えているパスワードをすべて忘れる")},
	JobLeft:         {lang.T("leaving the job", "退職する"), lang.T("%s leaves the job", "%s さんが退職する")},
	SchoolLeft:      {lang.T("leaving the school", "卒業・退学する"), lang.T("%s leaves the school", "%s さんが卒業・退学する")},
	ProviderCloses:  {lang.T("a mail service closes", "メールサービスが終わる"), lang.T("the mail service of %s closes", "%s のメールサービスが終わる")},
	DomainLapses:    {lang.T("a domain is not renewed", "ドメインの期限が切れる"), lang.T("the domain %s is not renewed", "ドメイン %s の期限が切れる")},
	OwnerDies:       {lang.T("the owner dies", "本人が亡くなる"), lang.T("%s dies", "%s さんが亡くなる")},
	Lose:            {lang.T("something is lost", "何かをなくす"), lang.T("%s is lost", "「%s」を失う")},
}

// Label returns what an event of the kind is, in general.
func (k EventKind) Label() lang.Text { return eventLabels[k].bare }

// personal reports whether an event of the kind happens to an owner, not to a
// thing.
func (k EventKind) personal() bool {
	switch k {
	case MoveHouse, WalletStolen, ForgotPasswords, JobLeft, SchoolLeft, OwnerDies:
		return true
	}
	return false
}

// An Event is something that can happen to what is noted.
type Event struct {
	ID     string // what one types: the kind, or the kind, a colon and what it happens to
	Kind   EventKind
	Thing  string // what it happens to, or whom; empty for what happens to the only owner
	Label  lang.Text
	Record *record.Record // of what it happens to; may be nil
	Owner  string
	Kills  []string  // assets that are gone then
	Loot   []string  // assets that somebody else has then
	Day    time.Time // on which it is planned, or announced; zero if none is known
	Likely bool      // the day is within a year

	called   lang.Text // what Thing is called, if that is not its name
	contract bool      // of lose:RECORD: a contract ends
	home     bool      // a fire in the house its owner lives in
	subject  *subject  // of lose:RECORD
	names    []string  // by which it is found beside Thing, folded
}

// A happening is what tells one event from another.
type happening struct {
	kind    EventKind
	key     string // of what it happens to; empty for what happens to its owner
	thing   string
	called  lang.Text // what thing is called, if that is not its name
	record  *record.Record
	owner   string
	subject *subject // of lose:RECORD, in the place of all above
}

// on enters that an event takes away the assets.
func (d *deriver) on(h happening, kills ...string) *Event {
	if h.subject != nil {
		h.thing, h.record, h.owner, h.key = h.subject.r.Name, h.subject.r, h.subject.r.Owner, "record:"+h.subject.r.ID.String()
	}
	key := string(h.kind) + "\x00" + h.key
	if h.kind.personal() {
		key = string(h.kind) + "\x00" + lang.Fold(h.owner)
	}
	e := d.happen[key]
	if e == nil {
		e = &Event{Kind: h.kind, Thing: h.thing, called: h.called, Record: h.record, Owner: h.owner, subject: h.subject, home: h.kind == Fire && h.thing == ""}
		d.happen[key] = e
		d.order = append(d.order, e)
	}
	e.Kills = append(e.Kills, kills...)
	return e
}

// loot enters what somebody else has after the event.
func (e *Event) loot(ids ...string) { e.Loot = append(e.Loot, ids...) }

// also enters other names by which the event is found.
func (e *Event) also(names ...string) {
	for _, name := range names {
		if name != "" && !slices.Contains(e.names, lang.Fold(name)) {
			e.names = append(e.names, lang.Fold(name))
		}
	}
}

// plan gives an event the day, if that is still to come and the earliest.
func (d *deriver) plan(e *Event, day time.Time) {
	if !day.IsZero() && !day.Before(d.today) && (e.Day.IsZero() || day.Before(e.Day)) {
		e.Day = day
	}
}

// listed reports whether people are shown the event without asking for it. Of
// the loss of single records those are left out that another event stands for,
// and the accounts, whose loss says no more than that.
func (e *Event) listed() bool {
	if e.Kind != Lose || e.subject == nil {
		return true
	}
	switch e.subject.role {
	case roleLine:
		return false // the number is changed, the carrier is left
	case rolePlace, rolePerson, roleSheet:
		return true
	case roleDevice:
		return e.subject.choice("kind") == "tablet" || e.subject.choice("kind") == "other"
	}
	return e.contract && !e.Day.IsZero()
}

// over reports whether all that the event would take is gone already: nobody
// changes the number of a line that has ended.
func (d *deriver) over(e *Event) bool {
	return len(e.Kills) > 0 && !slices.ContainsFunc(e.Kills, func(id string) bool { return !d.lost[id] })
}

// finishEvents names the events, puts them into order and tells each account
// which of them take its own ground away.
func (d *deriver) finishEvents() {
	d.m.loses = map[string]*Event{}
	homes := map[EventKind]int{}
	for _, e := range d.order {
		if e.Kind.personal() || e.home {
			homes[e.Kind]++
		}
	}
	for _, e := range d.order {
		e.Kills, e.Loot = unique(e.Kills), unique(e.Loot)
		e.Likely = d.likely(e.Day)
		d.name(e, homes[e.Kind] == 1)
	}
	slices.SortStableFunc(d.order, func(a, b *Event) int {
		return cmp.Or(cmp.Compare(slices.Index(EventKinds, a.Kind), slices.Index(EventKinds, b.Kind)), strings.Compare(a.Owner, b.Owner), strings.Compare(a.Thing, b.Thing))
	})
	taken, named := map[string]bool{}, map[string]*subject{}
	for _, s := range d.subjects { // a record has its name, whatever else is called so
		id := lang.Fold(shortID(string(Lose) + ":" + s.r.Name))
		named[id] = cmpOr(named[id], s)
	}
	d.tellApart()
	for _, e := range d.order {
		thing, id := e.Thing, e.ID
		for n := 2; taken[lang.Fold(e.ID)] || named[lang.Fold(e.ID)] != nil && named[lang.Fold(e.ID)] != e.subject; n++ {
			more := fmt.Sprintf(" (%d)", n)
			e.Thing, e.ID = thing+more, id+more
		}
		taken[lang.Fold(e.ID)] = true
		d.tellOwn(e)
		if e.subject != nil {
			d.m.loses[e.subject.id] = e
		}
		if e.listed() && !d.over(e) {
			d.m.events = append(d.m.events, e)
		}
	}
}

// noOwner stands for whoever keeps the vault where others have names.
const noOwner = "-"

// tellApart names the owner with what several owners call alike: everybody has a
// notebook.
func (d *deriver) tellApart() {
	alike := map[string]int{}
	for _, e := range d.order {
		alike[lang.Fold(e.ID)]++
	}
	for _, e := range d.order {
		if alike[lang.Fold(e.ID)] > 1 && e.subject == nil && !e.Kind.personal() && !e.home {
			e.also(e.Thing)
			whose := " (" + cmp.Or(e.Owner, noOwner) + ")"
			called := e.label()
			e.Thing += whose
			e.called = lang.Text{EN: called.EN + whose, JA: called.JA + whose}
			e.ID, e.Label = shortID(string(e.Kind)+":"+e.Thing), said(eventLabels[e.Kind].of, e.called)
		}
	}
}

// label is what the thing is called to which it happens.
func (e *Event) label() lang.Text {
	if e.called.EN != "" {
		return e.called
	}
	return both(e.Thing)
}

// name gives the event the name that one types, and its label. What happens to
// an owner needs no name while there is but one.
func (d *deriver) name(e *Event, alone bool) {
	labels := eventLabels[e.Kind]
	switch {
	case (e.Kind.personal() || e.home) && alone && (e.home || len(d.owners) <= 1):
		e.ID, e.Label = string(e.Kind), labels.bare
	case e.Kind.personal() || e.home:
		e.Thing = cmp.Or(e.Owner, noOwner)
		e.ID, e.Label = string(e.Kind)+":"+e.Thing, labels.bare
		if e.Owner != "" {
			e.Label = said(labels.of, e.Owner)
		}
	default:
		e.ID, e.Label = string(e.Kind)+":"+e.Thing, said(labels.of, e.label())
		if e.contract && !e.Day.IsZero() {
			e.Label = said(lang.T("the contract of %s ends", "%s の契約が終わる"), e.Thing)
		}
	}
	e.ID = shortID(e.ID)
}

// tellOwn tells accounts that the event takes away their own ground.
func (d *deriver) tellOwn(e *Event) {
	told := map[*Account]bool{}
	for _, id := range e.Kills {
		for _, a := range d.weighing[id] {
			if !told[a] {
				told[a] = true
				a.Own = append(a.Own, e.ID)
			}
		}
	}
}

// Events returns what can happen to what is noted, in a stable order. The loss
// of a single record is among them where no other event stands for it; Find
// knows that of every record.
func (m *Model) Events() []*Event { return m.events }

// AllEvents reports whether the graph has all events. It takes lockout.MaxEvents;
// what a vault of many thousand records has besides can be asked about by Case,
// but is in no answer about sets of events.
func (m *Model) AllEvents() bool { return len(m.inGraph) == len(m.events) }

// Loot returns the assets that somebody else has after the events, each once,
// those first that somebody may have already.
func (m *Model) Loot(events []*Event) []string {
	loot := slices.Clone(m.abroad)
	for _, e := range events {
		loot = append(loot, e.Loot...)
	}
	return unique(loot)
}
