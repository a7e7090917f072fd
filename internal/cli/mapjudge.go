package cli

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"memovault/internal/chart"
	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// judge marks the state of each account, and the boxes whose loss alone locks
// one, or leaves it with nothing but a form or a person.
func (k *sketch) judge(m *chart.Map) error {
	states, err := k.graph.States(k.base)
	if err != nil {
		return err
	}
	for i, id := range k.graph.Accounts() {
		if box := k.boxes[id]; box != nil {
			box.State = stateOf(states[i], k.accounts[id])
		}
	}
	locks, cut, err := k.singles(k.base)
	if err != nil {
		return err
	}
	asks, cutToo, err := k.singles(k.sure)
	if err != nil {
		return err
	}
	for _, box := range k.order {
		box.Locks = k.inOrder(locks[box.ID], nil)
		box.Asks = k.inOrder(asks[box.ID], locks[box.ID])
	}
	if cut || cutToo {
		m.Remarks = append(m.Remarks, k.say(lang.T("There is too much in these records to look at all of it: more things may lock an account by their loss alone than are marked.",
			"記録が多く、全部は調べきれませんでした。それ 1 つで戻れなくなるものが、印のほかにもあるかもしれません。")))
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
// locks in the case; cut says that there may be more.
func (k *sketch) singles(c lockout.Case) (locks map[string]map[string]bool, cut bool, err error) {
	locks = map[string]map[string]bool{}
	enter := func(box, account string) {
		if locks[box] == nil {
			locks[box] = map[string]bool{}
		}
		locks[box][account] = true
	}
	sets, err := k.graph.LockoutSets(c, 1)
	if err != nil {
		return nil, false, err
	}
	for _, account := range k.order {
		if account.Kind != chart.Account {
			continue
		}
		list, truncated, err := sets.Of(account.ID)
		if err != nil {
			return nil, false, err
		}
		cut = cut || truncated
		for _, set := range list {
			if len(set) == 1 && k.boxed[set[0]] != "" {
				enter(k.boxed[set[0]], account.ID)
			}
		}
	}
	used := k.usedBoxes()
	for _, box := range k.order {
		for _, id := range k.holds[box.ID] {
			if k.assets[id] || !used[box.ID] {
				continue
			}
			hanging, err := k.graph.Hanging(id, c)
			if err != nil {
				return nil, false, err
			}
			for _, account := range hanging.Locks {
				if k.boxes[account] != nil && account != box.ID {
					enter(box.ID, account)
				}
			}
		}
	}
	return locks, cut, nil
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
	before, err := k.locked(k.base)
	if err != nil {
		return err
	}
	refused, err := k.locked(k.sure)
	if err != nil {
		return err
	}
	for _, e := range k.model.Events() {
		if e.Kind == recovery.Lose {
			continue
		}
		locked, err := k.locked(k.model.Case(lockout.Optimistic, e))
		if err != nil {
			return err
		}
		asking, err := k.locked(k.model.Case(lockout.SureOnly, e))
		if err != nil {
			return err
		}
		event := chart.Event{Name: k.say(e.Label), Locks: k.inOrder(locked, before)}
		for id := range locked {
			delete(asking, id)
		}
		event.Asks = k.inOrder(asking, refused)
		m.Events = append(m.Events, event)
	}
	return nil
}

func (k *sketch) locked(c lockout.Case) (map[string]bool, error) {
	list, err := k.graph.Locked(c)
	return setOf(list), err
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
