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

// A section is the accounts of a scenario that share a fate.
type section struct {
	accounts []*recovery.Account
	mark     string
	paint    paint
	head     lang.Text // with how many they are
	heads    lang.Text
	show     func(*forecast, []*recovery.Account) error
}

// showForecast says what becomes of the accounts when the events happen: the
// worst first, and last what to do.
func (a *app) showForecast(q *forecast) error {
	a.showEvents(q)
	by := q.sorted()
	sections := []section{
		{by.shut, "!!", paintSevere, lang.T("Locked, as far as the notes go (%d account)", "記録にある限り、戻れなくなるアカウント（%d 件）"),
			lang.T("Locked, as far as the notes go (%d accounts)", "記録にある限り、戻れなくなるアカウント（%d 件）"), a.showShut},
		{by.form, "!", paintSevere, lang.T("Only if a form is granted or somebody helps (%d account)", "申し込みなどが認められたときだけ戻れるアカウント（%d 件）"),
			lang.T("Only if a form is granted or somebody helps (%d accounts)", "申し込みなどが認められたときだけ戻れるアカウント（%d 件）"), a.showAsking},
		{by.unclear, "?", paintCare, lang.T("The notes don't tell (%d account)", "記録からは分からないアカウント（%d 件）"),
			lang.T("The notes don't tell (%d accounts)", "記録からは分からないアカウント（%d 件）"), a.showUnclear},
	}
	for _, s := range sections {
		if err := a.showSection(q, s); err != nil {
			return err
		}
	}
	touched, rest, err := q.touched(by.open)
	if err != nil {
		return err
	}
	if err := a.showStillOpen(q, touched); err != nil {
		return err
	}
	if err := a.showUntouched(q, by, rest); err != nil {
		return err
	}
	a.showBefore(q, by)
	return nil
}

// A sorting is the accounts of a scenario by what becomes of them.
type sorting struct {
	shut, form, unclear, open []*recovery.Account
	before, beforeForm        []*recovery.Account // no better without the events
	beforeUnclear             []*recovery.Account // as little known without the events
	over                      []*recovery.Account // their contract has ended
	none                      []*recovery.Account // nothing is noted
}

func (q *forecast) sorted() *sorting {
	var by sorting
	for _, acc := range q.m.Accounts() {
		then, before := q.then[acc.ID], q.today[acc.ID]
		list := &by.open
		switch {
		case !q.covers(acc):
			continue
		case q.noWay(acc):
			list = &by.none
		case before == lockout.Shut && acc.Over:
			list = &by.over
		case before == lockout.Shut:
			list = &by.before
		case then == lockout.Shut:
			list = &by.shut
		case then == lockout.Asking && before == lockout.Asking:
			list = &by.beforeForm
		case then == lockout.Asking:
			list = &by.form
		case then == lockout.Unsure && before == lockout.Unsure:
			list = &by.beforeUnclear
		case then == lockout.Unsure:
			list = &by.unclear
		}
		*list = append(*list, acc)
	}
	for _, list := range [][]*recovery.Account{by.shut, by.form, by.unclear} {
		slices.SortStableFunc(list, func(x, y *recovery.Account) int { return y.Weight - x.Weight })
	}
	return &by
}

// showEvents says what happens and what that takes away.
func (a *app) showEvents(q *forecast) {
	for _, line := range term.Wrap(a.happening(q), a.columns()) {
		fmt.Fprintln(a.out, a.paint(paintHead, line))
	}
	var gone []string
	for _, e := range q.events {
		for _, id := range e.Kills {
			if !slices.Contains(gone, id) {
				gone = append(gone, id)
			}
		}
	}
	if len(gone) == 0 {
		a.row(0, a.text(lang.T("Nothing that is noted goes with it.", "記録にあるもので、それでなくなるものはありません。")))
	} else {
		a.row(0, a.text(lang.T("What goes with it: ", "なくなるもの: "))+a.thingsWords(q.m, gone, q.mostThings()))
	}
}

// mostThings is how many of the things that an event takes are named.
func (q *forecast) mostThings() int {
	if q.everything {
		return lockout.MaxIDs
	}
	return 12
}

// happening is the supposition in words.
func (a *app) happening(q *forecast) string {
	if len(q.events) == 0 {
		return a.text(lang.T("As things are today", "今のまま"))
	}
	words := make([]string, len(q.events))
	for i, e := range q.events {
		words[i] = a.eventWords(e)
	}
	return a.text(lang.T("If this happens: ", "もし次のことが起きたら: ")) + strings.Join(words, a.text(betweenEvents))
}

// showSection shows accounts that share a fate, the first ones in detail.
func (a *app) showSection(q *forecast, s section) error {
	n := len(s.accounts)
	if n == 0 {
		return nil
	}
	fmt.Fprintln(a.out)
	a.marked(s.mark, a.text(plural(n, s.head, s.heads), n), s.paint)
	detailed := q.detailed(s.accounts)
	if err := s.show(q, detailed); err != nil {
		return err
	}
	a.andMore(q, s.accounts[len(detailed):])
	return nil
}

// detailed are the accounts of a section of which more is shown than the name.
func (q *forecast) detailed(accounts []*recovery.Account) []*recovery.Account {
	if q.everything {
		return accounts
	}
	return accounts[:min(len(accounts), mostDetails)]
}

func (a *app) andMore(q *forecast, rest []*recovery.Account) {
	if len(rest) > 0 {
		a.faint(3, a.text(lang.T("and %d more (--all): %s", "ほか %d 件（--all で出ます）: %s"), len(rest), a.someOf(namesOf(rest), mostNamed)))
	}
}

// mostWays is how many of the ways into a locked account are shown.
const mostWays = 6

// showShut names locked accounts and what each way into them lacks.
func (a *app) showShut(q *forecast, accounts []*recovery.Account) error {
	each, err := q.standings(accounts...)
	if err != nil {
		return err
	}
	for i, acc := range accounts {
		a.row(3, a.accountWords(q, acc))
		if self := q.selfGone(each[i]); self != "" {
			a.row(5, a.fateWords(q, self))
			continue
		}
		for _, s := range each[i][:min(len(each[i]), mostWays)] {
			lacks, err := a.lacks(q, s.view, s.missing(), false)
			if err != nil {
				return err
			}
			a.row(5, a.text(lang.T("%s - %s", "%s … %s"), a.wayLabel(s.way), a.lackLines(lacks)))
		}
		if more := len(each[i]) - mostWays; more > 0 {
			a.row(5, a.text(lang.T("and %d more ways", "ほかに %d つの方法"), more))
		}
	}
	return nil
}

// showAsking names accounts with the form or the person that is left.
func (a *app) showAsking(q *forecast, accounts []*recovery.Account) error {
	proofs, err := q.proofs(accounts)
	if err != nil {
		return err
	}
	for i, acc := range accounts {
		a.row(3, a.accountWords(q, acc))
		a.row(5, a.text(lang.T("Left: ", "残る方法: "))+a.proofWords(q, proofs[i]))
		if slices.ContainsFunc(proofs[i].Assets, func(id string) bool { t := q.m.Thing(id); return t != nil && t.Unknown }) {
			if err := a.showDeciding(q, acc, lockout.Optimistic); err != nil {
				return err
			}
		}
	}
	return nil
}

// proofs are the best ways into the accounts.
func (q *forecast) proofs(accounts []*recovery.Account) ([]lockout.Proof, error) {
	ids := make([]string, len(accounts))
	for i, acc := range accounts {
		ids[i] = acc.ID
	}
	return q.g.Proofs(q.m.Case(lockout.Optimistic, q.events...), ids...)
}

// showUnclear names accounts with what would decide, the command to note it, and
// what is left otherwise.
func (a *app) showUnclear(q *forecast, accounts []*recovery.Account) error {
	each, err := q.standings(accounts...)
	if err != nil {
		return err
	}
	for i, acc := range accounts {
		a.row(3, a.accountWords(q, acc))
		if err := a.showDeciding(q, acc, lockout.SureOnly); err != nil {
			return err
		}
		var left []string
		for _, s := range each[i] {
			if s.state == wayAsks {
				left = append(left, a.inBrackets(a.wayLabel(s.way), a.takes(s.hopeful.Wait)))
			}
		}
		if len(left) > 0 {
			a.row(5, a.text(lang.T("Otherwise only, and it may be refused: ", "ほかには（断られることがあります）: "))+a.someOf(left, mostWays))
		}
	}
	return nil
}

// showDeciding says which unknown things matter to an account.
func (a *app) showDeciding(q *forecast, acc *recovery.Account, run lockout.Run) error {
	things, more, err := q.deciding(acc, run)
	if err != nil || len(things) == 0 {
		return err
	}
	var names []string
	for _, t := range things {
		names = append(names, t.Label.In(a.lang))
	}
	a.row(5, a.text(lang.T("Would decide: ", "これが分かれば決まります: "))+a.someOf(names, mostDeciding))
	if len(things) > mostDeciding || more {
		things = things[:min(len(things), mostDeciding)]
	}
	var said []string
	for _, t := range things {
		if line := t.Command(); len(line) > 0 && !slices.Contains(said, a.commandLine(line)) {
			said = append(said, a.commandLine(line))
			a.commandRow(7, line)
		}
	}
	return nil
}

// mostDeciding is how many of the things that would decide are named.
const mostDeciding = 3

// deciding are the things of which something should be noted. more says that
// there may be others.
func (q *forecast) deciding(acc *recovery.Account, run lockout.Run) (things []*recovery.Thing, more bool, err error) {
	doubt := q.doubts[run]
	if doubt == nil {
		if doubt, err = q.g.Doubt(q.m.Case(run, q.events...)); err != nil {
			return nil, false, err
		}
		q.doubts[run] = doubt
	}
	ids, more, err := doubt.Deciding(acc.ID, 0)
	for _, id := range ids {
		if t := q.m.Thing(id); t != nil {
			things = append(things, t)
		}
	}
	return things, more, err
}

// showStillOpen lists what the events touch and what still opens, in the order in
// which to get back into it.
func (a *app) showStillOpen(q *forecast, open []*recovery.Account) error {
	if len(open) == 0 {
		return nil
	}
	order, proofs, err := q.inOrder(open)
	if err != nil {
		return err
	}
	detailed := q.detailed(order)
	fmt.Fprintln(a.out)
	n := len(open)
	a.rows(0, a.text(plural(n, lang.T("Still open (%d account)", "戻れるアカウント（%d 件）"),
		lang.T("Still open (%d accounts), to be gone through in this order", "戻れるアカウント（%d 件。この順に）")), n), paintFine)
	for i, acc := range detailed {
		a.numbered(i+1, len(detailed), a.accountWords(q, acc)+": "+a.proofWords(q, proofs[i]))
	}
	a.andMore(q, order[len(detailed):])
	return nil
}

// numbered writes an entry of a numbered list; what goes over the line stands
// below its text.
func (a *app) numbered(n, of int, text string) {
	width := len(fmt.Sprint(of))
	indent := width + 3
	cols := 0
	if c := a.columns(); c > 0 {
		cols = max(c-indent-2, narrowest)
	}
	for i, line := range term.Wrap(term.Sanitize(text), cols) {
		if i == 0 {
			fmt.Fprintf(a.out, " %*d. %s\n", width, n, line)
		} else {
			fmt.Fprintf(a.out, "%*s%s\n", indent, "", line)
		}
	}
}

// overText names accounts that are over together with what they were for.
var overText = lang.T("Over, together with their contract: %s", "契約などが終わったもの: %s")

// showBefore names what the events make no worse, and what is not known of at
// all.
func (a *app) showBefore(q *forecast, by *sorting) {
	lines := []struct {
		list []*recovery.Account
		text lang.Text
	}{
		{by.before, lang.T("Locked without that already: %s", "もともと戻れないもの: %s")},
		{by.beforeForm, lang.T("Without that already only by a form or with somebody's help: %s", "もともと、申し込みなどが認められたときだけ戻れるもの: %s")},
		{by.beforeUnclear, lang.T("Without that, too, the notes don't tell: %s", "もともと、記録からは分からないもの: %s")},
		{by.over, overText},
		{by.none, lang.T("Nothing is noted about how to get into: %s", "戻る方法が何も書いてないもの: %s")},
	}
	if len(by.before)+len(by.beforeForm)+len(by.beforeUnclear)+len(by.over)+len(by.none) > 0 {
		fmt.Fprintln(a.out)
	}
	for _, line := range lines {
		if len(line.list) > 0 {
			a.row(0, a.text(line.text, a.someOf(namesOf(line.list), q.named())))
		}
	}
}

// sayBelow names the next question, about the account that is worst off.
func (a *app) sayBelow(q *forecast) {
	by := q.sorted()
	var worst *recovery.Account
	for _, list := range [][]*recovery.Account{by.shut, by.form, by.unclear} {
		if len(list) > 0 {
			worst = list[0]
			break
		}
	}
	if worst == nil {
		a.say(lang.T("by what is noted, this locks no further account", "記録にある限り、これで新しく戻れなくなるアカウントはありません"))
		return
	}
	line := a.call() + " whatif"
	for _, e := range q.events {
		line += " " + shellWord(e.ID)
	}
	a.say(lang.T("each way into one, with what is missing: %s --explain %s", "方法ごとに足りないものを見るには: %s --explain %s"), line, shellWord(worst.Record.Name))
}
