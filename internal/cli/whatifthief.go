package cli

import (
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// A theft is what somebody gets into who took the things of some events, and
// what the owner then has left.
type theft struct {
	loot    []string
	opened  []*recovery.Account // for sure
	perhaps []*recovery.Account // if a form is granted, or something not noted lies there too
	locked  []*recovery.Account // the owner gets into it no more, and did after the loss alone
	needs   []need
	far     []need              // without sets: more than mostFurther things are needed, if not cut
	never   []*recovery.Account // no sure way that is noted leads in, whatever somebody has
}

// mostFurther is how many further things are looked for at most.
const mostFurther = 3

// A need is what somebody would have to have besides, to get into one account.
type need struct {
	account *recovery.Account
	sets    [][]string
	cut     bool // there may be other sets
}

// theft asks what the loot opens: for sure of anybody's accounts, else of those
// that are to be spoken of. What somebody without the loot gets into as well is
// left out.
func (q *forecast) theft() (*theft, error) {
	t := &theft{loot: q.m.Loot(q.events)}
	owner := q.m.Case(lockout.Optimistic, q.events...)
	sure, err := q.m.ThiefGraph().Theft(owner, q.m.Thief(lockout.SureOnly, q.events...))
	if err != nil {
		return nil, err
	}
	hope, err := q.m.ThiefGraph().Theft(owner, q.m.Thief(lockout.Optimistic, q.events...))
	if err != nil {
		return nil, err
	}
	anybody, err := q.m.ThiefGraph().Opened(q.m.Thief(lockout.Optimistic))
	if err != nil {
		return nil, err
	}
	for _, acc := range q.m.Accounts() {
		switch {
		case slices.Contains(sure.Opened, acc.ID):
			t.opened = append(t.opened, acc)
		case slices.Contains(hope.Opened, acc.ID) && !slices.Contains(anybody, acc.ID) && q.covers(acc):
			t.perhaps = append(t.perhaps, acc)
		}
		if slices.Contains(sure.Locked, acc.ID) && q.then[acc.ID] != lockout.Shut {
			t.locked = append(t.locked, acc)
		}
	}
	return t, q.addNeeds(t)
}

// addNeeds finds the smallest sets of further things that would open the
// accounts that stay closed to the thief, as far as the loot brings these nearer.
func (q *forecast) addNeeds(t *theft) error {
	with, without := q.further(q.events...), q.further()
	sets, err := q.m.ThiefGraph().AccessSets(with, mostFurther)
	if err != nil {
		return err
	}
	before, err := q.m.ThiefGraph().AccessSets(without, mostFurther)
	if err != nil {
		return err
	}
	reachable, err := q.m.ThiefGraph().Opened(with)
	if err != nil {
		return err
	}
	uses, err := q.lootUses(t.loot)
	if err != nil {
		return err
	}
	opens := setOf(reachable)
	for _, acc := range q.m.Accounts() {
		if slices.Contains(t.opened, acc) || !q.covers(acc) {
			continue
		}
		found, cut, err := sets.Of(acc.ID)
		if err != nil {
			return err
		}
		alone, _, err := before.Of(acc.ID)
		if err != nil {
			return err
		}
		switch {
		case len(found) > 0:
			if found = nearer(found, alone); len(found) > 0 {
				t.needs = append(t.needs, need{acc, found, cut})
			}
		case !uses[acc.ID]:
		case opens[acc.ID]:
			t.far = append(t.far, need{acc, nil, cut})
		case !slices.Contains(t.perhaps, acc):
			t.never = append(t.never, acc)
		}
	}
	slices.SortStableFunc(t.needs, func(x, y need) int { return len(x.sets[0]) - len(y.sets[0]) })
	return nil
}

// further is the case of somebody who has the loot of the events, and may come
// by anything else.
func (q *forecast) further(events ...*recovery.Event) lockout.Case {
	c := q.m.Thief(lockout.SureOnly, events...)
	c.Kept = append(slices.Clone(c.Kept), c.Only...)
	c.Only = nil
	return c
}

// nearer leaves out the sets that would do without the loot as well: those that
// hold one of alone.
func nearer(sets, alone [][]string) [][]string {
	return slices.DeleteFunc(sets, func(set []string) bool {
		return slices.ContainsFunc(alone, func(small []string) bool {
			return !slices.ContainsFunc(small, func(id string) bool { return !slices.Contains(set, id) })
		})
	})
}

// lootUses are the accounts that have a way in which a part of the loot has a
// part.
func (q *forecast) lootUses(loot []string) (map[string]bool, error) {
	uses := map[string]bool{}
	for _, id := range loot {
		h, err := q.m.ThiefGraph().Hanging(id, q.m.Thief(lockout.Optimistic, q.events...))
		if err != nil {
			return nil, err
		}
		for _, acc := range h.Uses {
			uses[acc] = true
		}
	}
	return uses, nil
}

// showTheft says what somebody gets into, and what that takes from the owner.
func (a *app) showTheft(q *forecast) error {
	t, err := q.theft()
	if err != nil {
		return err
	}
	for _, line := range term.Wrap(a.happening(q), a.columns()) {
		fmt.Fprintln(a.out, a.paint(paintHead, line))
	}
	if len(t.loot) == 0 {
		a.row(0, a.text(lang.T("Nobody gets hold of anything that way, as far as the notes go.", "記録にある限り、それでほかの人の手に渡るものはありません。")))
		return nil
	}
	a.row(0, a.text(lang.T("Somebody else then has: ", "ほかの人の手に渡るもの: "))+a.thingsWords(q.m, t.loot, q.mostThings()))
	fmt.Fprintln(a.out)
	switch {
	case len(t.opened)+len(t.perhaps)+len(t.needs)+len(t.far)+len(t.never) == 0:
		a.row(0, a.text(lang.T("That brings nobody nearer to an account, as far as the notes go.", "記録にある限り、それでアカウントに入りやすくなることはありません。")))
	case len(t.opened)+len(t.perhaps) == 0:
		a.row(0, a.text(lang.T("With that alone nobody gets into an account, as far as the notes go.", "記録にある限り、それだけで入れるアカウントはありません。")))
	}
	if err := a.showOpened(q, t); err != nil {
		return err
	}
	if len(t.perhaps) > 0 {
		a.rows(0, a.text(lang.T("Perhaps also (by a form, or with something that is not noted): %s", "もしかすると（申し込みや、書いてないもので）: %s"), a.someOf(namesOf(t.perhaps), q.named())), paintCare)
	}
	if len(t.locked) > 0 {
		fmt.Fprintln(a.out)
		a.rows(0, a.text(lang.T("Once the ways in are changed, you no longer get into: %s", "入られて設定を変えられると、あなたが戻れなくなるもの: %s"), a.someOf(namesOf(t.locked), q.named())), paintSevere)
	}
	a.showNeeds(q, t)
	a.showFar(q, t)
	return nil
}

// showOpened lists the accounts that the loot opens, with the way.
func (a *app) showOpened(q *forecast, t *theft) error {
	if len(t.opened) == 0 {
		return nil
	}
	n := len(t.opened)
	a.marked("!!", a.text(plural(n, lang.T("They get into (%d account)", "入られるアカウント（%d 件）"), lang.T("They get into (%d accounts)", "入られるアカウント（%d 件）")), n), paintSevere)
	detailed := q.detailed(t.opened)
	ids := make([]string, len(detailed))
	for i, acc := range detailed {
		ids[i] = acc.ID
	}
	proofs, err := q.m.ThiefGraph().Proofs(q.m.Thief(lockout.SureOnly, q.events...), ids...)
	if err != nil {
		return err
	}
	for i, acc := range detailed {
		a.row(3, a.accountWords(q, acc)+": "+a.proofWords(q, proofs[i]))
	}
	a.andMore(q, t.opened[len(detailed):])
	return nil
}

// showNeeds says how little is missing for the others.
func (a *app) showNeeds(q *forecast, t *theft) {
	if len(t.needs) == 0 {
		return
	}
	fmt.Fprintln(a.out)
	a.rows(0, a.text(lang.T("To get in for sure, they would still need:", "確実に入るには、あと次のものが要ります:")), paintHead)
	shown := t.needs
	if !q.everything {
		shown = shown[:min(len(shown), mostDetails)]
	}
	for _, n := range shown {
		var sets []string
		for _, set := range n.sets[:min(len(n.sets), mostDeciding)] {
			sets = append(sets, strings.Join(a.thingNames(q.m, set), a.text(betweenThings)))
		}
		if more := len(n.sets) - len(sets); more > 0 || n.cut {
			sets = append(sets, a.text(lang.T("something else", "ほかのもの")))
		}
		a.row(3, a.accountWords(q, n.account)+": "+strings.Join(sets, a.text(lang.T("; or ", "。または、"))))
	}
	if more := len(t.needs) - len(shown); more > 0 {
		a.faint(3, a.text(lang.T("and %d more, shown with --all", "ほかに %d 件（--all で出ます）"), more))
	}
}

// showFar names the accounts of which showNeeds has nothing to say.
func (a *app) showFar(q *forecast, t *theft) {
	var far, cut []*recovery.Account
	for _, n := range t.far {
		if n.cut {
			cut = append(cut, n.account)
		} else {
			far = append(far, n.account)
		}
	}
	tell := func(list []*recovery.Account, what lang.Text, args ...any) {
		if len(list) > 0 {
			a.rows(0, a.text(what, append(args, a.someOf(namesOf(list), q.named()))...), paintFaint)
		}
	}
	if len(far)+len(cut)+len(t.never) > 0 {
		fmt.Fprintln(a.out)
	}
	tell(far, lang.T("It would take more than %d further things: %s", "あと %d つより多くのものが要るもの: %s"), mostFurther)
	tell(cut, lang.T("There is too much to look at to say what is missing: %s", "調べることが多すぎて、何が足りないか分からないもの: %s"))
	tell(t.never, lang.T("No sure way in is noted, whatever somebody has: %s", "何を持っていても、確実に入る方法が記録にないもの: %s"))
}

func (a *app) thingNames(m *recovery.Model, ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = a.thingWords(m, id)
	}
	return names
}
