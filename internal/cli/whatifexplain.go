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

// A wayState is how one way stands in a scenario.
type wayState int

const (
	wayWorks   wayState = iota // with nothing but what is noted
	wayUnclear                 // if something is there of which nothing is noted
	wayAsks                    // if a form is granted or somebody helps, for it or for what it needs
	wayClosed                  // something that it needs is not there
)

var wayStateWords = map[wayState]lang.Text{
	wayWorks:   lang.T("works", "使えます"),
	wayUnclear: lang.T("not known", "記録からは分かりません"),
	wayAsks:    lang.T("may be refused", "断られることがあります"),
	wayClosed:  lang.T("closed", "使えません"),
}

var wayStatePaints = map[wayState]paint{wayWorks: paintFine, wayUnclear: paintCare, wayAsks: paintCare, wayClosed: paintSevere}

// A standing is one way into an account as it stands in a scenario.
type standing struct {
	way     *recovery.Way
	state   wayState
	unsure  bool          // hangs on something of which nothing is noted
	hopeful lockout.Way   // in the optimistic run
	short   lockout.Way   // in the run without what is not noted
	sure    lockout.Way   // in the run without what may be refused, too
	view    *lockout.View // that tells what is missing
}

// missing is how the way looks in the run that tells what it lacks.
func (s *standing) missing() lockout.Way {
	if s.hopeful.Works {
		return s.short
	}
	return s.hopeful
}

// standings are the ways into the accounts as they stand, in their order.
func (q *forecast) standings(accounts ...*recovery.Account) ([][]*standing, error) {
	all := make([][]*standing, len(accounts))
	for i, acc := range accounts {
		hopeful, err := q.hope.Ways(acc.ID)
		if err != nil {
			return nil, err
		}
		short, err := q.doubt.Ways(acc.ID)
		if err != nil {
			return nil, err
		}
		sure, err := q.sure.Ways(acc.ID)
		if err != nil {
			return nil, err
		}
		for n, w := range hopeful {
			if way := q.m.WayOf(w.Rule); way != nil {
				s := &standing{way: way, hopeful: w, short: short[n], sure: sure[n], view: q.hope}
				s.judge(q.doubt)
				all[i] = append(all[i], s)
			}
		}
	}
	return all, nil
}

func (s *standing) judge(doubt *lockout.View) {
	s.unsure = s.hopeful.Works && !s.short.Works
	switch {
	case !s.hopeful.Works:
		s.state = wayClosed
	case s.unsure:
		s.state, s.view = wayUnclear, doubt
	case !s.sure.Works:
		s.state = wayAsks
	}
}

// explainAccount shows each way into an account with what it is short of, the
// circle it stands in, and what would lock it.
func (a *app) explainAccount(q *forecast, acc *recovery.Account) error {
	for _, line := range term.Wrap(a.happening(q), a.columns()) {
		fmt.Fprintln(a.out, a.paint(paintHead, line))
	}
	a.showVerdict(q, acc)
	fmt.Fprintln(a.out)
	if q.noWay(acc) {
		a.row(0, a.text(lang.T("No way into it is known. To note one:", "戻る方法が分かっていません。書くには:")))
		a.commandRow(2, wordsOf("edit", acc.Record.Name))
		return nil
	}
	each, err := q.standings(acc)
	if err != nil {
		return err
	}
	self := q.selfGone(each[0])
	if self != "" {
		a.row(0, a.text(lang.T("missing for every way: %s", "どの方法にも足りないもの: %s"), a.fateWords(q, self)))
	}
	told := map[string]bool{} // several ways may rest on one fact
	for _, s := range each[0] {
		if err := a.showStanding(q, s, self); err != nil {
			return err
		}
		if f := s.way.Fact; f != nil && !told[f.ID] {
			told[f.ID] = true
			a.faint(4, a.text(f.Text))
			a.faint(4, a.text(lang.T("Source: ", "出どころ: "))+a.sourceOf(f.Source.Text, f.AsOf))
		}
	}
	if err := a.showCircle(q, acc); err != nil {
		return err
	}
	return a.showSets(q, acc)
}

// wordsOf makes a command of words that are the same in both languages.
func wordsOf(words ...string) []lang.Text {
	command := make([]lang.Text, len(words))
	for i, w := range words {
		command[i] = both(w)
	}
	return command
}

// showVerdict says how the account stands as a whole.
func (a *app) showVerdict(q *forecast, acc *recovery.Account) {
	name := a.accountWords(q, acc)
	switch q.then[acc.ID] {
	case lockout.Open:
		a.rows(0, a.text(lang.T("%s: still open", "%s: 戻れます"), name), paintFine)
	case lockout.Unsure:
		a.rows(0, a.text(lang.T("%s: the notes don't tell", "%s: 記録からは分かりません"), name), paintCare)
	case lockout.Asking:
		a.rows(0, a.text(lang.T("%s: only if a form is granted or somebody helps", "%s: 申し込みなどが認められたときだけ戻れます"), name), paintSevere)
	default:
		if !q.noWay(acc) {
			a.rows(0, a.text(lang.T("%s: locked, as far as the notes go", "%s: 記録にある限り、戻れません"), name), paintSevere)
			return
		}
		a.rows(0, a.text(lang.T("%s: the notes don't tell", "%s: 記録からは分かりません"), name), paintCare)
	}
}

// selfGone is the thing that stands for the account's being there at all, if that
// is missing for each of the ways into it.
func (q *forecast) selfGone(ways []*standing) (self string) {
	for _, s := range ways {
		missing := s.missing().Missing
		i := slices.IndexFunc(missing, func(id string) bool { t := q.m.Thing(id); return t != nil && t.Kind == recovery.KindSelf })
		if i < 0 {
			return ""
		}
		self = missing[i]
	}
	return self
}

// showStanding shows one way: how it stands first, then what it lacks or takes,
// but for what is told already.
func (a *app) showStanding(q *forecast, s *standing, told string) error {
	head := a.text(lang.T("%s: %s", "%s: %s"), a.wayLabel(s.way), wayStateWords[s.state])
	a.rows(0, head, wayStatePaints[s.state])
	if s.state == wayClosed || s.unsure {
		if err := a.showLacks(q, s, told); err != nil {
			return err
		}
	}
	var remarks []string
	if s.hopeful.Works && !s.unsure {
		with, err := a.haves(q, s.short, s.sure)
		if err != nil {
			return err
		}
		remarks = append(remarks, with)
	}
	if s.hopeful.Works {
		remarks = append(remarks, a.takes(s.hopeful.Wait))
	}
	if refusable := a.refusable(s.way); refusable != "" && s.state != wayAsks {
		remarks = append(remarks, refusable)
	}
	if s.way.Proven != "" {
		remarks = append(remarks, a.text(lang.T("really used on %s", "実際に使った日: %s"), s.way.Proven))
	}
	if s.way.FromUser {
		remarks = append(remarks, a.text(lang.T("a way you noted", "自分で書いた方法")))
	}
	for _, remark := range remarks {
		if remark != "" {
			a.row(4, remark)
		}
	}
	return nil
}

// lackHeads head what a way is short of: one thing, any one of several, or some
// of several.
type lackHeads struct{ one, any, some lang.Text }

var (
	closedWords = lackHeads{lang.T("missing: %s", "足りないもの: %s"),
		lang.T("missing, and one of these would do:", "足りないもの（次のどれか 1 つでよい）:"),
		lang.T("missing, and %d of these would do:", "足りないもの（次のうち %d つでよい）:")}
	unclearWords = lackHeads{lang.T("hangs on: %s", "これしだいです: %s"),
		lang.T("hangs on one of these:", "次のどれか 1 つがあれば使えます:"),
		lang.T("hangs on %d of these:", "次のうち %d つがあれば使えます:")}
)

// showLacks says what a way is short of beside what is told already, each thing
// in a row of its own.
func (a *app) showLacks(q *forecast, s *standing, told string) error {
	short := s.missing()
	short.Missing = slices.DeleteFunc(slices.Clone(short.Missing), func(id string) bool { return id == told })
	lacks, err := a.lacks(q, s.view, short, s.unsure)
	if err != nil {
		return err
	}
	words := closedWords
	if s.unsure {
		words = unclearWords
	}
	for _, l := range lacks {
		switch {
		case len(l.any) == 1:
			a.row(4, a.text(words.one, l.any[0]))
			continue
		case l.of == 1:
			a.row(4, a.text(words.any))
		default:
			a.row(4, a.text(words.some, l.of))
		}
		for _, one := range l.any {
			a.row(6, "- "+one)
		}
	}
	if s.missing().Circle {
		a.row(4, a.text(lang.T("it comes back to %s itself", "たどると「%s」自身に戻ってしまいます"), s.way.Account.Record.Name))
	}
	return nil
}

// showCircle names the circle in which the account stands, if it is sealed.
func (a *app) showCircle(q *forecast, acc *recovery.Account) error {
	rings, behind, err := q.g.Rings(q.m.Case(lockout.Optimistic, q.events...))
	if err != nil {
		return err
	}
	for _, ring := range rings {
		if !slices.Contains(ring.Members, acc.ID) {
			continue
		}
		var names []string
		for _, id := range append(slices.Clone(ring.Cycle), ring.Cycle[0]) {
			names = append(names, a.thingWords(q.m, id))
		}
		fmt.Fprintln(a.out)
		a.row(0, a.text(lang.T("A circle: each needs the next, and nothing outside opens one of them: %s", "堂々めぐりです。次のものがないと開かず、外から開ける方法がありません: %s"), strings.Join(names, " → ")))
		return nil
	}
	if slices.Contains(behind, acc.ID) {
		fmt.Fprintln(a.out)
		a.row(0, a.text(lang.T("It hangs on a circle of accounts that only open each other.", "お互いにしか開けられないアカウントの輪に、頼っています。")))
	}
	return nil
}

// setBudget bounds the search for sets of things, to about a tenth of a second.
const setBudget = lockout.DefaultBudget / 10

// mostSets is how many sets of each kind are shown.
const mostSets = 6

// showSets says what would take the last sure way: events, and single things.
// Forms stay, so they are left out.
func (a *app) showSets(q *forecast, acc *recovery.Account) error {
	c := q.m.Case(lockout.SureOnly|lockout.Pessimistic, q.events...)
	if q.then[acc.ID] != lockout.Open {
		return nil
	}
	sets, err := q.g.EventSets(c, 3)
	if err != nil {
		return err
	}
	byEvents, cut, err := sets.Of(acc.ID)
	if err != nil {
		return err
	}
	cut = cut || !q.m.AllEvents()
	fmt.Fprintln(a.out)
	a.rows(0, a.text(lang.T("What would take the last way that is noted and sure:", "次のどれかで、書いてある確かな方法が 1 つもなくなります:")), paintHead)
	words := make([][]string, 0, len(byEvents))
	for _, set := range byEvents {
		words = append(words, a.eventSetWords(q, set))
	}
	a.showSetList(q, words, betweenEvents, cut)
	if len(words) == 0 && !cut {
		a.row(2, a.text(lang.T("no three recorded events together", "記録にある出来事は、3 つ重なっても失わせません")))
	}
	return a.showThingSets(q, acc, c)
}

func (a *app) eventSetWords(q *forecast, set []string) []string {
	words := make([]string, len(set))
	for i, id := range set {
		words[i] = id
		for _, e := range q.m.Events() {
			if e.ID == id {
				words[i] = a.eventWords(e)
			}
		}
	}
	return words
}

// showThingSets is the same by single things, whatever takes them.
func (a *app) showThingSets(q *forecast, acc *recovery.Account, c lockout.Case) error {
	var all lockout.All
	err := a.patiently(lang.T("trying what could be lost together ...", "一緒になくなるものを調べています..."), func() (err error) {
		all, err = q.g.All(acc.ID, c, setBudget)
		return err
	})
	if err != nil {
		return err
	}
	var words [][]string
	for _, set := range all.Lockout {
		var things []string
		for _, id := range set {
			things = append(things, a.thingWords(q.m, id))
		}
		words = append(words, things)
	}
	a.rows(0, a.text(lang.T("Thing by thing, it takes the loss of:", "もので言うと、次のどれかをなくしたとき:")), paintHead)
	a.showSetList(q, words, betweenThings, all.Truncated)
	return nil
}

// showSetList lists sets, the smaller ones first. cut says that there may be
// more than were found.
func (a *app) showSetList(q *forecast, sets [][]string, between lang.Text, cut bool) {
	shown := sets
	if !q.everything {
		shown = sets[:min(len(sets), mostSets)]
	}
	for _, set := range shown {
		a.row(2, "- "+strings.Join(set, a.text(between)))
	}
	if more := len(sets) - len(shown); more > 0 {
		a.faint(2, a.text(lang.T("and %d more, shown with --all", "ほかに %d 組（--all で出ます）"), more))
	}
	if cut {
		a.row(2, a.text(lang.T("the search was cut off here: there may be more", "調べきれないので、ここで打ち切りました。ほかにもあるかもしれません")))
	}
}
