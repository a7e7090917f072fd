package cli

import (
	"cmp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// mostCompared is how many records a vault may have for add and edit to say what
// a note changed: up to there that takes some twenty milliseconds. What a record
// depends on may be in any other, so that a part of them would not do.
const mostCompared = 250

// A shift is what a note changed for one event, or for today if that is nil:
// accounts into which a sure way that is noted leads now and did not before, and
// the other way round.
type shift struct {
	event *recovery.Event
	gains []*recovery.Account
	falls []*recovery.Account
	fresh bool // the account is new, so that nothing was lost
}

func weightOf(list []*recovery.Account) (n int) {
	for _, acc := range list {
		n += max(acc.Weight, 1)
	}
	return n
}

// sayShift says in one line what saving r changed. before are the records
// without that, as the coach has them; old is the record as it was, nil for a
// new one. It says nothing if nothing changed.
func (c *coach) sayShift(old, r *record.Record) {
	if c == nil || c.a.g.quiet || c.s.Len() > mostCompared {
		return
	}
	before := slices.DeleteFunc(slices.Clone(c.input().Records), func(x *record.Record) bool { return x.ID == r.ID })
	after := append(slices.Clone(before), r)
	if old != nil {
		before = append(before, old)
	}
	if best := bestShift(c.a.model(c.s, before), c.a.model(c.s, after), r); best != nil {
		c.a.say(lang.T("%s%s", "%s%s"), hintMark, c.a.shiftWords(best))
	}
}

// An openness says into which accounts a sure way that is noted leads, today
// and after each event.
type openness struct {
	m      *recovery.Model
	today  map[string]bool
	events map[string]bool            // by eventKey
	shut   map[string]map[string]bool // by eventKey, the accounts that are not open
}

// eventKey tells events of two models apart: what one types for them changes
// with how many there are of a kind.
func eventKey(e *recovery.Event) string {
	thing := e.Thing
	switch {
	case e.Record != nil:
		thing = e.Record.ID.String()
	case lang.Fold(thing) == lang.Fold(e.Owner), thing == "-":
		thing = ""
	}
	return strings.Join([]string{string(e.Kind), lang.Fold(e.Owner), thing}, "\x00")
}

func opennessOf(m *recovery.Model) (*openness, error) {
	o := &openness{m: m, today: map[string]bool{}, events: map[string]bool{}, shut: map[string]map[string]bool{}}
	c := m.Case(lockout.SureOnly | lockout.Pessimistic)
	opened, err := m.Graph().Opened(c)
	if err != nil {
		return nil, err
	}
	for _, id := range opened {
		o.today[id] = true
	}
	if len(m.Events()) == 0 {
		return o, nil
	}
	table, err := m.Graph().Table(c, 1)
	if err != nil {
		return nil, err
	}
	known := setOf(m.Graph().Events())
	for _, e := range m.Events() {
		if !known[e.ID] {
			continue
		}
		locked, err := table.Locked(e.ID)
		if err != nil {
			return nil, err
		}
		shut := make(map[string]bool, len(locked))
		for _, id := range locked {
			shut[id] = true
		}
		o.events[eventKey(e)], o.shut[eventKey(e)] = true, shut
	}
	return o, nil
}

// opens reports whether the account opens after the event, or today if that is
// nil.
func (o *openness) opens(e *recovery.Event, acc *recovery.Account) bool {
	return o.today[acc.ID] && (e == nil || !o.shut[eventKey(e)][acc.ID])
}

// bestShift finds what to say of the change: something lost before something
// won, then what weighs most, then what is likely to happen.
func bestShift(before, after *recovery.Model, r *record.Record) *shift {
	was, err := opennessOf(before)
	if err != nil {
		return nil // a graph that can't be asked is the audit's to tell
	}
	is, err := opennessOf(after)
	if err != nil {
		return nil
	}
	var shifts []*shift
	for _, e := range append([]*recovery.Event{nil}, after.Events()...) {
		if s := shiftOf(was, is, e, r); s != nil {
			shifts = append(shifts, s)
		}
	}
	if len(shifts) == 0 {
		return nil
	}
	slices.SortStableFunc(shifts, func(x, y *shift) int {
		return cmp.Or(cmp.Compare(weightOf(y.falls), weightOf(x.falls)), cmp.Compare(weightOf(y.gains), weightOf(x.gains)),
			cmp.Compare(y.rank(), x.rank()))
	})
	return shifts[0]
}

// rank prefers today, then what is likely.
func (s *shift) rank() int {
	switch {
	case s.event == nil:
		return 2
	case s.event.Likely:
		return 1
	}
	return 0
}

// shiftOf compares one event before and after; nil if nothing changed. Of an
// event that could not happen before, only the new account is looked at; to lose
// one thing or to have a contract end says nothing about another note.
func shiftOf(was, is *openness, e *recovery.Event, r *record.Record) *shift {
	if e != nil && (e.Kind == recovery.Lose || !is.events[eventKey(e)]) {
		return nil
	}
	s := &shift{event: e}
	for _, acc := range is.m.Accounts() {
		opens := is.opens(e, acc)
		if was.m.Account(acc.Record.Name) == nil {
			if acc.Record.ID == r.ID && e != nil && is.today[acc.ID] && !opens && !slices.Contains(acc.Own, e.ID) {
				s.falls, s.fresh = append(s.falls, acc), true
			}
			continue
		}
		if acc.Over || e != nil && !was.events[eventKey(e)] {
			continue
		}
		switch opened := was.opens(e, acc); {
		case opened && !opens && (e == nil || is.today[acc.ID]):
			s.falls = append(s.falls, acc)
		case !opened && opens:
			s.gains = append(s.gains, acc)
		}
	}
	if len(s.falls)+len(s.gains) == 0 {
		return nil
	}
	return s
}

// shiftWords is the line.
func (a *app) shiftWords(s *shift) string {
	list := s.gains
	if len(s.falls) > 0 {
		list = s.falls
	}
	n, names := len(list), a.someOf(namesOf(list), 3)
	switch {
	case s.event == nil && len(s.falls) > 0:
		return a.text(lang.T("no sure way that is noted leads into %s any more", "%s に確かに戻れる方法が、記録からなくなりました"), names)
	case s.event == nil:
		return a.text(lang.T("a sure way into %s is now noted", "%s に確かに戻れる方法が、記録にそろいました"), names)
	case s.fresh:
		return a.text(lang.T("if this happens (%s), nothing that is noted leads back for sure into %s", "「%s」が起きると、%s に確かに戻れる方法は記録にありません"), a.eventWords(s.event), names)
	case len(s.falls) > 0:
		return a.text(lang.T("if this happens (%s), nothing that is noted leads back for sure any more into %s", "「%s」が起きると、%s に確かに戻れる方法が記録からなくなります"), a.eventWords(s.event), names)
	}
	return a.text(plural(n, lang.T("if this happens (%s), the notes now lead back into %d account more: %s", "「%s」が起きても、記録にある方法で確かに戻れるアカウントが %d 件増えました: %s"),
		lang.T("if this happens (%s), the notes now lead back into %d accounts more: %s", "「%s」が起きても、記録にある方法で確かに戻れるアカウントが %d 件増えました: %s")), a.eventWords(s.event), n, names)
}
