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

// touched parts accounts into those of which the events touch a way, and the
// others: they stand as they do today, and so does each way into them.
func (q *forecast) touched(open []*recovery.Account) (touched, rest []*recovery.Account, err error) {
	hope, err := q.g.View(q.m.Case(lockout.Optimistic))
	if err != nil {
		return nil, nil, err
	}
	sure, err := q.g.View(q.m.Case(lockout.SureOnly | lockout.Pessimistic))
	if err != nil {
		return nil, nil, err
	}
	for _, acc := range open {
		same := q.then[acc.ID] == q.today[acc.ID]
		for _, views := range [][2]*lockout.View{{hope, q.hope}, {sure, q.sure}} {
			if same {
				same, err = q.sameWays(views[0], views[1], acc.ID)
			}
			if err != nil {
				return nil, nil, err
			}
		}
		if same {
			rest = append(rest, acc)
		} else {
			touched = append(touched, acc)
		}
	}
	return touched, rest, nil
}

// sameWays reports whether each way into an account or a node stands in one view
// as it does in another, and what it needs some of several of, too.
func (q *forecast) sameWays(x, y *lockout.View, id string) (bool, error) {
	before, err := x.Ways(id)
	if err != nil {
		return false, err
	}
	after, err := y.Ways(id)
	if err != nil {
		return false, err
	}
	for i, w := range after {
		if w.Works != before[i].Works || w.Wait != before[i].Wait || !slices.Equal(w.Missing, before[i].Missing) {
			return false, nil
		}
		for _, part := range q.g.Rule(w.Rule).Body {
			if t := q.m.Thing(part); q.assets[part] || t == nil || t.Kind != recovery.KindOneOf && t.Kind != recovery.KindPassword {
				continue
			}
			if same, err := q.sameWays(x, y, part); err != nil || !same {
				return false, err
			}
		}
	}
	return true, nil
}

// showUntouched says how many accounts the events have nothing to do with.
func (a *app) showUntouched(q *forecast, by *sorting, rest []*recovery.Account) error {
	n := len(rest)
	if n == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	text := plural(n, lang.T("%d other is not touched by this", "ほかの %d 件には関係ありません"),
		lang.T("%d others are not touched by this", "ほかの %d 件には関係ありません"))
	if n == len(by.open) && len(by.shut)+len(by.form)+len(by.unclear) == 0 {
		text = plural(n, lang.T("The account that you get into (%d) is not touched by this", "今戻れるアカウント（%d 件）には関係ありません"),
			lang.T("None of the %d accounts that you get into is touched by this", "今戻れるアカウント（%d 件）には関係ありません"))
	}
	a.row(0, a.text(text, n))
	if !q.everything {
		return nil
	}
	order, proofs, err := q.inOrder(rest)
	if err != nil {
		return err
	}
	for i, acc := range order {
		a.row(3, a.accountWords(q, acc)+": "+a.proofWords(q, proofs[i]))
	}
	return nil
}

// inOrder sorts open accounts into the order in which to recover them, with the
// way of each: the quick ones first, of these the weighty, then by name, but each
// after those that its way needs.
func (q *forecast) inOrder(open []*recovery.Account) ([]*recovery.Account, []lockout.Proof, error) {
	found, err := q.proofs(open)
	if err != nil {
		return nil, nil, err
	}
	proofOf := make(map[*recovery.Account]lockout.Proof, len(open))
	for i, acc := range open {
		proofOf[acc] = found[i]
	}
	sorted := slices.SortedStableFunc(slices.Values(open), func(x, y *recovery.Account) int {
		return cmp.Or(cmp.Compare(proofOf[x].Wait, proofOf[y].Wait), y.Weight-x.Weight, strings.Compare(x.Record.Name, y.Record.Name))
	})
	order, proofs := make([]*recovery.Account, 0, len(open)), make([]lockout.Proof, 0, len(open))
	for _, acc := range sorted {
		for _, step := range proofOf[acc].Steps { // those it needs come first, and it is the last
			next := q.accounts[step.Head]
			if proof, ok := proofOf[next]; ok {
				order, proofs = append(order, next), append(proofs, proof)
				delete(proofOf, next)
			}
		}
	}
	return order, proofs, nil
}
