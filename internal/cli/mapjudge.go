package cli

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"memovault/internal/chart"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// judge marks the state of each account, and the boxes whose loss alone locks
// one, or leaves it with nothing but a form or a person.
func (k *sketch) judge() error {
	states, err := k.graph.States(k.base)
	if err != nil {
		return err
	}
	for i, id := range k.graph.Accounts() {
		if box := k.boxes[id]; box != nil {
			box.State = stateOf(states[i], k.accounts[id])
		}
	}
	locks, err := k.singles(k.base)
	if err != nil {
		return err
	}
	asks, err := k.singles(k.sure)
	if err != nil {
		return err
	}
	for _, box := range k.order {
		box.Locks = k.inOrder(locks[box.ID], nil)
		box.Asks = k.inOrder(asks[box.ID], locks[box.ID])
	}
	return nil
}

func stateOf(s lockout.State, account *recovery.Account) chart.State {
	switch {
	case s == lockout.Shut:
		return chart.Locked
	case s == lockout.Unsure || account.NoWays:
		return chart.Unsure
	case s == lockout.Asking:
		return chart.Asking
	}
	return chart.Open
}

// singles returns, for each box, the accounts of the picture that its loss alone
// locks in the case.
func (k *sketch) singles(c lockout.Case) (map[string]map[string]bool, error) {
	used := k.usedBoxes()
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(k.boxed)) {
		if !k.kept[id] && (k.assets[id] || used[k.boxed[id]] && slices.Contains(k.holds[k.boxed[id]], id)) {
			ids = append(ids, id)
		}
	}
	each, err := k.graph.EachLoss(c, ids...)
	if err != nil {
		return nil, err
	}
	locks := map[string]map[string]bool{}
	for i, id := range ids {
		box := k.boxed[id]
		for _, account := range each[i] {
			if k.boxes[account] == nil || account == box {
				continue
			}
			if locks[box] == nil {
				locks[box] = map[string]bool{}
			}
			locks[box][account] = true
		}
	}
	return locks, nil
}

// usedBoxes are those that a way needs.
func (k *sketch) usedBoxes() map[string]bool {
	used := map[string]bool{}
	for _, box := range k.order {
		for _, way := range box.Ways {
			for _, need := range way.Needs {
				used[need.Box] = true
			}
		}
	}
	return used
}

// inOrder returns the names of accounts, without some of them, as they stand in
// the picture.
func (k *sketch) inOrder(ids, without map[string]bool) (names []string) {
	for _, box := range k.order {
		if ids[box.ID] && !without[box.ID] {
			names = append(names, box.Name)
		}
	}
	return names
}

// judgeEvents adds what each event alone does to the accounts of the picture. To
// lose one record's thing is no event here: that stands in its box.
func (k *sketch) judgeEvents(m *chart.Map) error {
	var events []*recovery.Event
	for _, e := range k.model.Events() {
		if e.Kind != recovery.Lose {
			events = append(events, e)
		}
	}
	locked, err := k.lockedBy(k.base, lockout.Optimistic, events)
	if err != nil {
		return err
	}
	asking, err := k.lockedBy(k.sure, lockout.SureOnly, events)
	if err != nil {
		return err
	}
	for i, e := range events {
		asks := asking[1+i]
		for id := range locked[1+i] {
			delete(asks, id)
		}
		m.Events = append(m.Events, chart.Event{Name: k.say(e.Label), Locks: k.inOrder(locked[1+i], locked[0]), Asks: k.inOrder(asks, asking[0])})
	}
	return nil
}

// lockedBy returns the accounts of the picture that are locked in the case, and
// behind that those that are locked when each of the events happens in it. In a
// vault of many owners most events take nothing that the picture hangs on.
func (k *sketch) lockedBy(c lockout.Case, run lockout.Run, events []*recovery.Event) ([]map[string]bool, error) {
	known, near := setOf(k.graph.Events()), map[*recovery.Event]bool{}
	hangsOn := k.hangsOn()
	var ids []string
	for _, e := range events {
		if near[e] = slices.ContainsFunc(e.Kills, func(id string) bool { return hangsOn[id] }); near[e] && known[e.ID] {
			ids = append(ids, e.ID)
		}
	}
	before, err := k.graph.Locked(c)
	if err != nil {
		return nil, err
	}
	list := []map[string]bool{k.drawnOf(before)}
	var table *lockout.Table
	if len(ids) > 0 {
		if table, err = k.graph.Table(c, 1, ids...); err != nil {
			return nil, err
		}
	}
	for _, e := range events {
		locked := before
		switch {
		case !near[e]:
		case known[e.ID]:
			locked, err = table.Locked(e.ID)
		default:
			locked, err = k.graph.Locked(k.model.Case(run, e))
		}
		if err != nil {
			return nil, err
		}
		list = append(list, k.drawnOf(locked))
	}
	return list, nil
}

// hangsOn are the accounts of the picture and all that their ways lead back to.
func (k *sketch) hangsOn() map[string]bool {
	set := map[string]bool{}
	for id, ways := range k.rules {
		set[id] = true
		for _, way := range ways {
			for _, part := range k.graph.Rule(way.Rule).Body {
				set[part] = true
			}
		}
	}
	return set
}

// drawnOf are those of the accounts that the picture shows.
func (k *sketch) drawnOf(ids []string) map[string]bool {
	set := map[string]bool{}
	for _, id := range ids {
		if k.boxes[id] != nil {
			set[id] = true
		}
	}
	return set
}

var mailAddress = regexp.MustCompile(`[^\s@<>()（）「」、。"',;:]+@([\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]+`)

// maskMap hides whose addresses and numbers these are: of the part before the @
// the first letter stays, of a number the last two digits.
func maskMap(m *chart.Map, numbers []string) {
	hide := func(s *string) {
		*s = mailAddress.ReplaceAllStringFunc(*s, maskMail)
		for _, n := range numbers {
			*s = strings.ReplaceAll(*s, n, maskNumber(n))
		}
	}
	for _, box := range m.Boxes {
		hide(&box.Name)
		hide(&box.Note)
		for i := range box.Ways {
			hide(&box.Ways[i].Label)
		}
		for _, list := range [][]string{box.Locks, box.Asks} {
			for i := range list {
				hide(&list[i])
			}
		}
	}
	for i := range m.Events {
		hide(&m.Events[i].Name)
		for _, list := range [][]string{m.Events[i].Locks, m.Events[i].Asks} {
			for j := range list {
				hide(&list[j])
			}
		}
	}
}

func maskMail(address string) string {
	at := strings.LastIndexByte(address, '@')
	for i := range address[:at] {
		if i > 0 {
			return address[:i] + "…" + address[at:]
		}
	}
	return "…" + address[at:]
}

// shortestMasked is from how many digits on a number is a person's.
const shortestMasked = 7

// maskNumber keeps the shape of a number and its last two digits.
func maskNumber(number string) string {
	digits := 0
	runes := []rune(number)
	for i, r := range slices.Backward(runes) {
		if unicode.IsDigit(r) {
			if digits++; digits > 2 {
				runes[i] = '*'
			}
		}
	}
	return string(runes)
}

// numbersOf are the telephone numbers that records note, as they are written, the
// long ones first: one may be part of another.
func numbersOf(records []*record.Record) (list []string) {
	for _, r := range records {
		t := record.LookupTemplate(r.Template)
		for i := range r.Fields {
			if f := &r.Fields[i]; record.TypeOf(t, f) == record.TypePhone && len(record.PhoneDigits(f.Value)) >= shortestMasked {
				list = append(list, f.Value)
			}
		}
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(list)
}
