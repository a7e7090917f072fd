package recovery

import (
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// An EventErrorKind says why an argument names no event.
type EventErrorKind string

// The kinds of event errors.
const (
	EventUnknown   EventErrorKind = "unknown"   // no such kind, or no such thing
	EventAmbiguous EventErrorKind = "ambiguous" // there are several of the kind
	EventNothing   EventErrorKind = "nothing"   // nothing noted hangs on such an event
)

// An EventError says that an argument names no single event.
type EventError struct {
	Arg        string
	Kind       EventErrorKind
	Candidates []string // what could be meant; may be empty
	Loss       *Event   // if it is the name of a record: that one is lost
}

// Error returns the reason in English.
func (e *EventError) Error() string {
	return fmt.Sprintf("recovery: event %q: %s", e.Arg, string(e.Kind))
}

// Find returns the events that the arguments name: a kind, if there is one of
// it, of the owner if one is given; or a kind, a colon and what it happens to.
// lose takes the name of any record. A kind may be written as KindOf knows it,
// an event as its label. Case, width and kind of kana make no difference. The
// error is an *EventError.
func (m *Model) Find(args []string, owner string) ([]*Event, error) {
	var found []*Event
	for _, arg := range args {
		e, err := m.find(arg, owner)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(found, e) {
			found = append(found, e)
		}
	}
	return found, nil
}

func (m *Model) find(arg, owner string) (*Event, error) {
	word, thing, named := strings.Cut(strings.ReplaceAll(arg, "：", ":"), ":")
	kind, known := KindOf(word)
	if !known {
		if e := m.said(arg, owner); e != nil {
			return e, nil
		}
		return nil, &EventError{Arg: arg, Kind: EventUnknown, Candidates: nearestKinds(word), Loss: m.loseRecord[record.NameKey(arg)]}
	}
	if named && strings.TrimSpace(thing) != "" {
		return m.findNamed(arg, kind, thing, owner)
	}
	var of []*Event
	for _, e := range m.events {
		anybody := e.Owner == "" && (kind == ProviderCloses || kind == DomainLapses)
		if e.Kind == kind && (owner == "" || anybody || lang.Fold(e.Owner) == lang.Fold(owner)) {
			of = append(of, e)
		}
	}
	if i := slices.IndexFunc(of, func(e *Event) bool { return e.ID == string(kind) || e.home && owner != "" }); i >= 0 {
		return of[i], nil
	}
	switch {
	case len(of) == 0:
		return nil, &EventError{Arg: arg, Kind: EventNothing}
	case kind == Fire && len(of) == 1 && !of[0].home:
		return nil, &EventError{Arg: arg, Kind: EventNothing, Candidates: idsOf(of)} // nothing burns at home
	case len(of) == 1:
		return of[0], nil
	}
	return nil, &EventError{Arg: arg, Kind: EventAmbiguous, Candidates: idsOf(of)}
}

// lostEndings say in Japanese that what stands before them is lost.
var lostEndings = []string{"をなくす", "をなくした", "をなくしたら", "を失う", "を失った", "を失ったら", "を紛失", "を紛失する", "を紛失した", "紛失"}

// said returns the event that is written as its label is, or as the loss of a
// record is said in Japanese; nil if there is none.
func (m *Model) said(arg, owner string) *Event {
	said := squeeze(arg)
	for _, e := range m.events {
		if said != "" && (said == squeeze(e.Label.JA) || said == squeeze(e.Label.EN)) && (owner == "" || e.Owner == "" || lang.Fold(e.Owner) == lang.Fold(owner)) {
			return e
		}
	}
	name := oneSpelling.Replace(lang.Fold(arg))
	for _, ending := range lostEndings {
		if name, ok := strings.CutSuffix(name, ending); ok {
			if e := m.loseRecord[record.NameKey(name)]; e != nil {
				return e
			}
		}
	}
	return nil
}

func (m *Model) findNamed(arg string, kind EventKind, thing, owner string) (*Event, error) {
	key := lang.Fold(thing)
	if kind == Lose {
		if e := m.loseRecord[key]; e != nil {
			return e, nil
		}
	}
	var hits, of []*Event
	for _, e := range m.events {
		if e.Kind != kind {
			continue
		}
		of = append(of, e)
		mine := owner == "" || e.Owner == "" || lang.Fold(e.Owner) == lang.Fold(owner)
		if mine && (lang.Fold(e.Thing) == key || slices.Contains(e.names, key) || e.ID == string(kind) && kind.personal() && lang.Fold(e.Owner) == key) {
			hits = append(hits, e)
		}
	}
	if owner != "" && slices.ContainsFunc(hits, owned) {
		hits = slices.DeleteFunc(hits, func(e *Event) bool { return !owned(e) })
	}
	switch len(hits) {
	case 1:
		return hits[0], nil
	case 0:
		if kind == ProviderCloses || kind == DomainLapses {
			return nil, &EventError{Arg: arg, Kind: EventNothing, Candidates: idsOf(of)}
		}
		return nil, &EventError{Arg: arg, Kind: EventUnknown, Candidates: nearest(key, idsOf(of), m.candidates(kind))}
	}
	return nil, &EventError{Arg: arg, Kind: EventAmbiguous, Candidates: idsOf(hits)}
}

// owned reports whether an event happens to somebody in particular.
func owned(e *Event) bool { return e.Owner != "" }

// candidates are names that could stand behind the kind.
func (m *Model) candidates(kind EventKind) []string {
	if kind != Lose {
		return nil
	}
	var names []string
	for _, name := range m.names {
		names = append(names, string(Lose)+":"+name)
	}
	return names
}

func idsOf(events []*Event) []string {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	return ids
}

// mostCandidates is how many suggestions help.
const mostCandidates = 8

// nearest returns the candidates that contain what was typed, or that it
// contains; all of the first list if none does and they are few.
func nearest(key string, lists ...[]string) []string {
	var near []string
	for _, list := range lists {
		for _, c := range list {
			_, thing, _ := strings.Cut(c, ":")
			folded := lang.Fold(thing)
			if folded != "" && (strings.Contains(folded, key) || strings.Contains(key, folded) || slips(key, folded)) && !slices.Contains(near, c) {
				near = append(near, c)
			}
		}
	}
	if len(near) == 0 && len(lists) > 0 {
		near = lists[0]
	}
	return near[:min(len(near), mostCandidates)]
}

func nearestKinds(word string) []string {
	var near, all []string
	typed, said := lang.FoldCode(strings.TrimSpace(strings.ToLower(word))), squeeze(word)
	for _, k := range EventKinds {
		all = append(all, string(k))
		first, last, _ := strings.Cut(string(k), "-")
		if typed != "" && (strings.HasPrefix(string(k), typed) || strings.Contains(typed, first) || last != "" && strings.Contains(typed, last) || slips(typed, string(k)) || eventSayings[k].near(said)) {
			near = append(near, string(k))
		}
	}
	if len(near) == 0 {
		return all
	}
	return near
}

// slips reports whether two words are one letter apart, or two in a long one.
func slips(a, b string) bool {
	x, y := []rune(a), []rune(b)
	most := 1
	if min(len(x), len(y)) > 6 {
		most = 2
	}
	if len(x)-len(y) > most || len(y)-len(x) > most || len(x) > 200 {
		return false
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			cost := diagonal
			if r != s {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)] <= most
}

// nameLosses makes the loss of every record something that can be asked about.
func (d *deriver) nameLosses() {
	d.m.loseRecord = map[string]*Event{}
	for _, s := range d.subjects {
		key := record.NameKey(s.r.Name)
		if d.m.loseRecord[key] != nil {
			continue
		}
		e := d.m.loses[s.id]
		if e == nil {
			e = &Event{ID: shortID(string(Lose) + ":" + s.r.Name), Kind: Lose, Thing: s.r.Name, Label: said(eventLabels[Lose].of, s.r.Name), Record: s.r, Owner: s.r.Owner, subject: s}
		}
		d.m.loseRecord[key] = e
		d.m.names = append(d.m.names, s.r.Name)
	}
}
