package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// A toll is what an event, or two together, cost: the accounts that stand worse
// than today, by what becomes of them.
type toll struct {
	events              []*recovery.Event
	shut, form, unclear []*recovery.Account
}

// weight is how bad a toll is: first by what is locked for good.
func (t *toll) weight() (w [3]int) {
	for i, list := range [][]*recovery.Account{t.shut, t.form, t.unclear} {
		for _, acc := range list {
			w[i] += acc.Weight
		}
	}
	return w
}

func (t *toll) empty() bool { return len(t.shut)+len(t.form)+len(t.unclear) == 0 }

// worstFirst sorts tolls; of equal ones that comes first whose day is known or
// that is likely.
func worstFirst(tolls []*toll) {
	weight := make(map[*toll][3]int, len(tolls))
	for _, t := range tolls {
		weight[t] = t.weight()
	}
	slices.SortStableFunc(tolls, func(x, y *toll) int {
		return cmp.Or(slices.Compare(sliceOf(weight[y]), sliceOf(weight[x])), cmp.Compare(y.likely(), x.likely()))
	})
}

func sliceOf(w [3]int) []int { return w[:] }

func (t *toll) likely() (n int) {
	for _, e := range t.events {
		if e.Likely || !e.Day.IsZero() {
			n++
		}
	}
	return n
}

// asked are the events of the table: those of the owner asked for, and what
// happens to nobody in particular.
func (q *forecast) asked() []*recovery.Event {
	return slices.DeleteFunc(slices.Clone(q.m.Events()), func(e *recovery.Event) bool {
		return q.owner != "" && e.Owner != "" && lang.Fold(e.Owner) != lang.Fold(q.owner)
	})
}

// concerning leaves out what happens to nobody in particular and takes nothing
// that the accounts of the owner asked for use.
func (q *forecast) concerning(events []*recovery.Event) ([]*recovery.Event, error) {
	own := q.accountsByID()
	var list []*recovery.Event
	for _, e := range events {
		concerns := q.owner == "" || e.Owner != ""
		for _, id := range e.Kills {
			if concerns {
				break
			}
			h, err := q.g.Hanging(id, q.m.Case(lockout.Optimistic))
			if err != nil {
				return nil, err
			}
			concerns = slices.ContainsFunc(h.Uses, func(id string) bool { return own[id] != nil })
		}
		if concerns {
			list = append(list, e)
		}
	}
	return list, nil
}

// inTable are those of the events that a table can hold. What a vault of many
// thousand records has besides can be asked about one by one.
func (q *forecast) inTable(events []*recovery.Event) []*recovery.Event {
	known := setOf(q.g.Events())
	return slices.DeleteFunc(slices.Clone(events), func(e *recovery.Event) bool { return !known[e.ID] })
}

// tables are all scenarios of some events in the three runs that make a state:
// what is locked in the first is shut, in the second at best asked for, in the
// third at best not known.
func (q *forecast) tables(size int, events []*recovery.Event) (tables [3]*lockout.Table, err error) {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	for i, run := range []lockout.Run{lockout.Optimistic, lockout.SureOnly, lockout.SureOnly | lockout.Pessimistic} {
		if tables[i], err = q.g.Table(q.m.Case(run), size, ids...); err != nil {
			return tables, err
		}
	}
	return tables, nil
}

// tolls are what each of the events costs by itself, the worst first.
func (q *forecast) tolls(events []*recovery.Event) ([]*toll, error) {
	events = q.inTable(events)
	if len(events) == 0 {
		return nil, nil
	}
	tables, err := q.tables(1, events)
	if err != nil {
		return nil, err
	}
	by := q.accountsByID()
	list := make([]*toll, len(events))
	for i, e := range events {
		list[i] = &toll{events: []*recovery.Event{e}}
		if err := q.fillToll(list[i], tables, by); err != nil {
			return nil, err
		}
	}
	worstFirst(list)
	return list, nil
}

func (q *forecast) accountsByID() map[string]*recovery.Account {
	by := make(map[string]*recovery.Account)
	for _, acc := range q.m.Accounts() {
		if q.owner == "" || lang.Fold(acc.Record.Owner) == lang.Fold(q.owner) {
			by[acc.ID] = acc
		}
	}
	return by
}

// fillToll finds the accounts that the events of t bring into a worse state than
// they are in today. What they are about themselves is left out.
func (q *forecast) fillToll(t *toll, tables [3]*lockout.Table, by map[string]*recovery.Account) error {
	ids := make([]string, len(t.events))
	for i, e := range t.events {
		ids[i] = e.ID
	}
	seen := map[string]bool{}
	for i, state := range []lockout.State{lockout.Shut, lockout.Asking, lockout.Unsure} {
		locked, err := tables[i].Newly(ids...)
		if err != nil {
			return err
		}
		for _, id := range locked {
			acc := by[id]
			if acc == nil || seen[id] || q.isAbout(t.events, acc) {
				continue
			}
			seen[id] = true
			switch state {
			case lockout.Shut:
				t.shut = append(t.shut, acc)
			case lockout.Asking:
				t.form = append(t.form, acc)
			default:
				t.unclear = append(t.unclear, acc)
			}
		}
	}
	for _, list := range [][]*recovery.Account{t.shut, t.form, t.unclear} {
		slices.SortFunc(list, func(x, y *recovery.Account) int {
			return cmp.Or(y.Weight-x.Weight, strings.Compare(x.Record.Name, y.Record.Name))
		})
	}
	return nil
}

// isAbout reports whether one of the events is the loss of the account itself:
// that it locks this account goes without saying.
func (q *forecast) isAbout(events []*recovery.Event, acc *recovery.Account) bool {
	return slices.ContainsFunc(events, func(e *recovery.Event) bool {
		return e.Kind == recovery.Lose && e.Record != nil && e.Record.ID == acc.Record.ID
	})
}

// mostDetails is how many rows of a list are shown unless --all is given.
const mostDetails = 30

func (a *app) whatifTable(q *forecast) error {
	tolls, err := q.tolls(q.asked())
	if err != nil {
		return err
	}
	shown, harmless := q.rowsOf(tolls)
	var pairs *pairList
	if q.pairs {
		if pairs, err = q.pairTolls(); err != nil {
			return err
		}
	}
	columns := false
	err = a.paged(func() error {
		a.showLockedToday(q)
		columns = a.tollTable(shown)
		a.tellHarmless(harmless, len(shown) > 0)
		if n := len(q.asked()) - len(tolls); n > 0 {
			a.faint(0, a.text(lang.T("%d events are more than one table holds; ask about them one by one, or narrow it down with --owner", "ほかの出来事 %d 件は、多すぎて表に入りません。1 つずつ調べるか、--owner で絞ってください"), n))
		}
		if pairs != nil {
			a.showPairs(q, pairs)
		}
		return nil
	})
	if err == nil {
		a.sayBelowTable(shown, columns)
	}
	return err
}

// rowsOf leaves out what costs nothing where the list is long: losing one more
// thing that nothing hangs on. What happens to nobody in particular and costs the
// owner asked for nothing concerns somebody else.
func (q *forecast) rowsOf(tolls []*toll) (shown []*toll, harmless int) {
	if q.owner != "" {
		tolls = slices.DeleteFunc(slices.Clone(tolls), func(t *toll) bool { return t.empty() && t.events[0].Owner == "" })
	}
	if q.everything {
		return tolls, 0
	}
	shown = slices.DeleteFunc(slices.Clone(tolls), func(t *toll) bool {
		return t.empty() && (t.events[0].Kind == recovery.Lose || len(tolls) > mostDetails)
	})
	shown = shown[:min(len(shown), mostDetails)]
	return shown, len(tolls) - len(shown)
}

// showLockedToday names what is locked without anything happening: no event can
// make that worse, so the table does not show it.
func (a *app) showLockedToday(q *forecast) {
	var shut, form, unclear, over, none []string
	for _, acc := range q.m.Accounts() {
		if q.owner != "" && lang.Fold(acc.Record.Owner) != lang.Fold(q.owner) {
			continue
		}
		switch {
		case q.noWay(acc):
			none = append(none, acc.Record.Name)
		case q.today[acc.ID] == lockout.Shut && acc.Over:
			over = append(over, acc.Record.Name)
		case q.today[acc.ID] == lockout.Shut:
			shut = append(shut, acc.Record.Name)
		case q.today[acc.ID] == lockout.Asking:
			form = append(form, acc.Record.Name)
		case q.today[acc.ID] == lockout.Unsure:
			unclear = append(unclear, acc.Record.Name)
		}
	}
	above := false
	for _, line := range []struct {
		mark  string
		names []string
		paint paint
		text  lang.Text
	}{
		{"!!", shut, paintSevere, lang.T("Locked already, as far as the notes go: %s", "記録にある限り、もう戻れないもの: %s")},
		{"!", form, paintSevere, lang.T("Already only by a form or with somebody's help: %s", "もう、申し込みなどが認められたときだけ戻れるもの: %s")},
		{"?", unclear, paintCare, lang.T("The notes don't tell whether you get into: %s", "戻れるかどうか、記録からは分からないもの: %s")},
		{"", over, paintFaint, overText},
		{"?", none, "", lang.T("Nothing is noted about how to get into: %s", "戻る方法が何も書いてないもの: %s")},
	} {
		if len(line.names) > 0 {
			a.marked(line.mark, a.text(line.text, a.someOf(line.names, q.named())), line.paint)
			above = true
		}
	}
	if above {
		fmt.Fprintln(a.out)
	}
}

// named is how many names stand in one list.
func (q *forecast) named() int {
	if q.everything {
		return len(q.records)
	}
	return mostNamed
}

// leastWords is the fewest columns for the words behind the numbers of the table.
const leastWords = 30

// tollTable reports whether there was room for columns.
func (a *app) tollTable(tolls []*toll) (columns bool) {
	if len(tolls) == 0 {
		return false
	}
	rows := [][]string{{a.text(lang.T("LOCKED", "戻れない")), a.text(lang.T("FORM ONLY", "申込だけ")), a.text(lang.T("NOT KNOWN", "不明")), a.text(lang.T("IF THIS HAPPENS", "起きること"))}}
	for _, t := range tolls {
		rows = append(rows, []string{count(t.shut), count(t.form), count(t.unclear), a.tollWords(t)})
	}
	if cols := a.columns(); term.Crowded(rows, cols, leastWords) {
		a.tollStack(tolls)
		return false
	}
	lines := term.HangTable(rows, a.columns())
	fmt.Fprintln(a.out, a.paint(paintHead, lines[0]))
	for _, line := range lines[1:] {
		fmt.Fprintln(a.out, line)
	}
	return true
}

// tollStack is the table where the window is too narrow for one.
func (a *app) tollStack(tolls []*toll) {
	for _, t := range tolls {
		mark, p := tollMark(t)
		a.marked(mark, a.eventWords(t.events[0]), p)
		if !t.empty() {
			a.row(3, a.tollNames(t))
		}
	}
}

// tollWords is an event with the accounts that it locks.
func (a *app) tollWords(t *toll) string {
	if t.empty() {
		return a.eventWords(t.events[0])
	}
	return a.text(lang.T("%s → %s", "%s → %s"), a.eventWords(t.events[0]), a.tollNames(t))
}

// tollMark is the mark of the worst that becomes of an account.
func tollMark(t *toll) (string, paint) {
	switch {
	case len(t.shut) > 0:
		return "!!", paintSevere
	case len(t.form) > 0:
		return "!", paintSevere
	case len(t.unclear) > 0:
		return "?", paintCare
	}
	return "", ""
}

// count is a number in a table; nothing is a dash, which is easier to pass over.
func count(list []*recovery.Account) string {
	if len(list) == 0 {
		return "-"
	}
	return strconv.Itoa(len(list))
}

// tollNames are the names of a row, the worst first.
func (a *app) tollNames(t *toll) string {
	var parts []string
	for _, part := range []struct {
		list []*recovery.Account
		text lang.Text
	}{
		{t.shut, lang.T("%s", "%s")},
		{t.form, lang.T("by a form: %s", "申し込みで: %s")},
		{t.unclear, lang.T("not known: %s", "不明: %s")},
	} {
		if len(part.list) > 0 {
			parts = append(parts, a.text(part.text, a.someOf(namesOf(part.list), mostNamed)))
		}
	}
	return strings.Join(parts, a.text(semicolon))
}

func namesOf(list []*recovery.Account) []string {
	names := make([]string, len(list))
	for i, acc := range list {
		names[i] = term.Sanitize(acc.Record.Name)
	}
	return names
}

// eventWords is an event as a person says it, with its day if that is known.
func (a *app) eventWords(e *recovery.Event) string {
	words := term.Sanitize(e.Label.In(a.lang))
	if e.Day.IsZero() {
		return words
	}
	return a.text(lang.T("%s (%s)", "%s（%s）"), words, e.Day.Format(time.DateOnly))
}

func (a *app) tellHarmless(n int, behind bool) {
	if n == 0 {
		return
	}
	if !behind {
		a.row(0, a.text(plural(n, lang.T("None of the events (%d) locks an account by itself, as far as the notes go.", "記録にある限り、どの出来事（%d 件）も、1 つだけではどのアカウントも失わせません。"),
			lang.T("None of the %d events locks an account by itself, as far as the notes go.", "記録にある限り、どの出来事（%d 件）も、1 つだけではどのアカウントも失わせません。")), n))
		return
	}
	a.faint(0, a.text(plural(n, lang.T("%d more, shown with --all", "ほかに %d 件（--all で出ます）"), lang.T("%d more, shown with --all", "ほかに %d 件（--all で出ます）")), n))
}

// sayBelowTable says how to read the table and how to go on.
func (a *app) sayBelowTable(shown []*toll, columns bool) {
	if columns && slices.ContainsFunc(shown, func(t *toll) bool { return len(t.form)+len(t.unclear) > 0 }) {
		a.say(lang.T("FORM ONLY: only a form or a person may give it back, and may refuse. NOT KNOWN: the notes don't tell.",
			"「申込だけ」は、申し込みなどが認められたときだけ戻れるもの、「不明」は、記録からは分からないものです。"))
	}
	event := string(recovery.MoveHouse)
	if len(shown) > 0 {
		event = shown[0].events[0].ID
	}
	a.say(lang.T("to look at one: %s whatif %s   all of them: %s whatif --events", "1 つを詳しく: %s whatif %s  一覧: %s whatif --events"), a.call(), shellWord(event), a.call())
}

// listEvents shows every event as it is typed, and in words.
func (a *app) listEvents(q *forecast) error {
	events, err := q.concerning(q.asked())
	if err != nil {
		return err
	}
	if q.json {
		return a.eventsJSON(q, events)
	}
	if len(events) == 0 {
		a.say(lang.T("nothing is noted that something could happen to. To begin: %s add office", "何かが起きるようなものは、まだ記録にありません。はじめるには: %s add office"), a.call())
		return nil
	}
	rows := [][]string{{a.text(lang.T("EVENT", "出来事")), a.text(lang.T("WHAT HAPPENS", "起きること"))}}
	for _, e := range events {
		rows = append(rows, []string{shellWord(e.ID), a.eventWords(e)})
	}
	return a.paged(func() error {
		lines := term.HangTable(rows, a.columns())
		fmt.Fprintln(a.out, a.paint(paintHead, lines[0]))
		for _, line := range lines[1:] {
			fmt.Fprintln(a.out, line)
		}
		return nil
	})
}
