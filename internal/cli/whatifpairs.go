package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/recovery"
)

// A pairList is what two events lock together.
type pairList struct {
	tolls []*toll
	tried bool // false: too many pairs to try
	of    int  // how many events were paired
	out   int  // how many were not, because a table holds no more
}

// pairTolls are the pairs of events that bring an account into a state into which
// neither does so alone, the worst first. To lose one account after the
// other is left out: that is no accident.
func (q *forecast) pairTolls() (*pairList, error) {
	asked := slices.DeleteFunc(q.asked(), func(e *recovery.Event) bool {
		return e.Kind == recovery.Lose && e.Record != nil && q.m.Account(e.Record.Name) != nil
	})
	events := q.inTable(asked)
	list := &pairList{tried: true, of: len(events), out: len(asked) - len(events)}
	if len(events) < 2 {
		return list, nil
	}
	tables, err := q.tables(2, events)
	if err != nil {
		return nil, err
	}
	if tables[0].Truncated {
		list.tried = false
		return list, nil
	}
	byID := make(map[string]*recovery.Event, len(events))
	for _, e := range events {
		byID[e.ID] = e
	}
	pairs := map[[2]string]*toll{}
	for _, acc := range q.accountsByID() {
		if err := q.addPairs(pairs, tables, acc, byID); err != nil {
			return nil, err
		}
	}
	for _, t := range pairs {
		for _, accs := range [][]*recovery.Account{t.shut, t.form, t.unclear} {
			slices.SortFunc(accs, func(x, y *recovery.Account) int { return strings.Compare(x.Record.Name, y.Record.Name) })
		}
		list.tolls = append(list.tolls, t)
	}
	slices.SortFunc(list.tolls, func(x, y *toll) int {
		return cmp.Or(strings.Compare(x.events[0].ID, y.events[0].ID), strings.Compare(x.events[1].ID, y.events[1].ID))
	})
	worstFirst(list.tolls)
	return list, nil
}

// addPairs enters the pairs that lock one account.
func (q *forecast) addPairs(pairs map[[2]string]*toll, tables [3]*lockout.Table, acc *recovery.Account, events map[string]*recovery.Event) error {
	seen := map[[2]string]bool{}
	for i, table := range tables { // the worst first
		sets, err := table.Minimal(acc.ID)
		if err != nil {
			return err
		}
		for _, set := range sets {
			if len(set) != 2 {
				continue
			}
			key := [2]string{set[0], set[1]}
			if seen[key] {
				continue
			}
			seen[key] = true
			t := pairs[key]
			if t == nil {
				t = &toll{events: []*recovery.Event{events[set[0]], events[set[1]]}}
				pairs[key] = t
			}
			switch i {
			case 0:
				t.shut = append(t.shut, acc)
			case 1:
				t.form = append(t.form, acc)
			default:
				t.unclear = append(t.unclear, acc)
			}
		}
	}
	return nil
}

func (a *app) showPairs(q *forecast, list *pairList) {
	fmt.Fprintln(a.out)
	if list.tried && list.out > 0 {
		a.row(0, a.text(lang.T("Of %d events only %d were paired; narrow it down with --owner.", "出来事 %d 件のうち、組み合わせたのは %d 件だけです。--owner で絞ってください。"), list.of+list.out, list.of))
	}
	switch {
	case !list.tried:
		a.row(0, a.text(lang.T("The pairs of %d events are too many to try; narrow it down with --owner.", "出来事が %d 件あり、2 つずつの組み合わせは多すぎて調べられません。--owner で絞ってください。"), list.of+list.out))
		return
	case len(list.tolls) == 0:
		a.row(0, a.text(lang.T("No two of %d events lock something that neither locks alone.", "出来事 %d 件のどの 2 つが重なっても、1 つだけのとき以上に失うものはありません。"), list.of))
		return
	}
	a.rows(0, a.text(lang.T("Only together (neither locks it alone):", "2 つ重なったときだけ失うもの:")), paintHead)
	shown := list.tolls
	if !q.everything {
		shown = shown[:min(len(shown), mostDetails)]
	}
	for _, t := range shown {
		mark, p := tollMark(t)
		a.marked(mark, a.eventWords(t.events[0])+a.text(betweenEvents)+a.eventWords(t.events[1]), p)
		a.row(5, a.tollNames(t))
	}
	if more := len(list.tolls) - len(shown); more > 0 {
		a.faint(0, a.text(lang.T("cut here: %d more pairs, shown with --all", "ここまで。ほかに %d 組あります（--all で出ます）"), more))
	}
}
