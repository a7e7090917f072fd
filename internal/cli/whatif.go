package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
)

// whatifOptions choose what is supposed to happen, and what is said of it.
type whatifOptions struct {
	owner, explain       string
	thief, pairs, events bool
	everything, json     bool
}

func (a *app) newWhatif() *cobra.Command {
	var o whatifOptions
	cmd := a.command(spec{
		name: "whatif", args: lang.T("[EVENT...]", "[出来事...]"), group: "recovery",
		short: lang.T("say what you could still get into if something happened", "もし何かが起きたら、どのアカウントに戻れるかを見る"),
		long: lang.T(`Says which accounts you could still get into if something happened: the phone is
lost, you move house, a provider closes. Without an event it lists all of them, the
worst first. With one or several, which happen together, it says what they take
away, which accounts are then locked, which only a form or another person may give
back, which the notes can't tell, and by which way and in which order to get back
into the others. Nothing is changed. It knows only what is noted. How events are
written, and the keys of --json: help events.`,
			`もし何か（電話をなくす、引っ越す、プロバイダーがなくなるなど）が起きたら、どのアカウントに戻れるかを
示します。出来事を書かないと、すべての出来事を重いものから並べます。書くと（いくつか書けば、同時に起きたと
して）、何がなくなるか、戻れなくなるアカウント、申し込みなどが認められたときだけ戻れるアカウント、記録からは
分からないアカウント、そして、まだ戻れるアカウントについて、その方法と順番を示します。何も変更しません。
分かるのは、書いてあることだけです。出来事の書き方と --json のキーは help events にあります。`),
		examples: []example{
			{"whatif", lang.T("every event, the worst first", "すべての出来事を、重いものから")},
			{a.text(lang.T("whatif move-house", "whatif 引っ越し")), lang.T("what moving house would lock, and the way back", "引っ越したら何に戻れなくなるか、戻る順番")},
			{"whatif phone-lost wallet-stolen --owner 田中", lang.T("two things at once, of one person", "1 人の分を、2 つ同時に")},
			{"whatif move-house --explain microsoft", lang.T("each way into one account, with what is missing", "1 つのアカウントの方法ごとに、足りないもの")},
			{"whatif phone-lost --thief", lang.T("what somebody who has the phone gets into", "電話を手にした人が何に入れるか")},
			{"whatif --pairs", lang.T("what two events lock together", "2 つ重なると失うもの")},
			{"whatif --events", lang.T("all events, as they are typed", "出来事の一覧（打ち込む名前）")},
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only what happens to `NAME`, and that person's accounts", "`名前`の人に起きることと、その人のアカウントだけ")))
	f.StringVar(&o.explain, "explain", "", a.text(lang.T("each way into the account of the record `NAME`, and what would lock it", "記録`名前`のアカウントについて、方法を 1 つずつと、失う条件")))
	f.BoolVar(&o.thief, "thief", false, a.text(lang.T("what somebody who took those things gets into", "それを手にした人が何に入れるか")))
	f.BoolVar(&o.pairs, "pairs", false, a.text(lang.T("also what two events lock that neither locks alone", "2 つの出来事が重なったときだけ失うものも")))
	f.BoolVar(&o.events, "events", false, a.text(lang.T("list the events, and stop", "出来事の一覧を出して終わる")))
	f.BoolVar(&o.everything, "all", false, a.text(lang.T("leave nothing out of long lists", "長い一覧も省かない")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkWhatif(cmd, &o, args); err != nil {
			return err
		}
		return a.runWhatif(&o, args)
	}
	return cmd
}

// checkWhatif refuses what does not go together.
func (a *app) checkWhatif(cmd *cobra.Command, o *whatifOptions, args []string) error {
	switch {
	case o.events && (len(args) > 0 || o.thief || o.pairs || o.explain != ""):
		return a.usage(cmd, lang.T("--events goes alone", "--events は、ほかのものと一緒には使えません"))
	case o.thief && len(args) == 0:
		return a.usage(cmd, lang.T("--thief needs an event: what was taken?", "--thief には出来事が要ります。何を取られたのかを書いてください"))
	case o.thief && o.explain != "":
		return a.usage(cmd, lang.T("--thief and --explain do not go together", "--thief と --explain は一緒に使えません"))
	case o.pairs && (len(args) > 0 || o.explain != ""):
		return a.usage(cmd, lang.T("--pairs goes without an event", "--pairs は、出来事を書かずに使います"))
	}
	return nil
}

func (a *app) runWhatif(o *whatifOptions, args []string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	q, err := a.readForecast(s, o)
	if err != nil {
		return err
	}
	if o.events {
		return a.listEvents(q)
	}
	if q.events, err = q.m.Find(args, o.owner); err != nil {
		return a.noEvent(err, a.whatifAgain(args, err), a.explainInstead(q.m, args, err)...)
	}
	var shown *recovery.Account
	if o.explain != "" {
		if shown, err = a.accountNamed(s, q.m, o.explain); err != nil {
			return err
		}
	}
	if len(q.m.Accounts()) == 0 && !o.json {
		a.sayNoAccounts(q.records)
		return nil
	}
	if !o.json {
		a.warnFaults(q.m)
	}
	err = a.patiently(lookingText, q.look)
	switch {
	case err != nil:
		return err
	case o.json:
		return a.showWhatifJSON(q, shown)
	case shown != nil:
		return a.paged(func() error { return a.explainAccount(q, shown) })
	case o.thief:
		return a.paged(func() error { return a.showTheft(q) })
	case len(q.events) == 0:
		return a.whatifTable(q)
	}
	err = a.paged(func() error { return a.showForecast(q) })
	if err == nil {
		a.sayBelow(q)
	}
	return err
}

// A forecast is one question of whatif, and how the accounts stand in it.
type forecast struct {
	*whatifOptions
	records []*record.Record
	m       *recovery.Model
	g       *lockout.Graph
	owned   bool // there are accounts of several people
	events  []*recovery.Event

	hope, doubt *lockout.View                  // with what is not noted, and without
	sure        *lockout.View                  // without what is not noted and what may be refused
	doubts      map[lockout.Run]*lockout.Doubt // what would decide, as far as it was asked
	today, then map[string]lockout.State       // by account id: without the events, and with them
	accounts    map[string]*recovery.Account   // by id
	assets      map[string]bool                // what can be lost by itself
	taken       map[string]bool                // what the events take
	gone        map[string]bool                // what was gone before
}

func (a *app) readForecast(s *store.Store, o *whatifOptions) (*forecast, error) {
	q := &forecast{whatifOptions: o}
	err := a.patiently(lang.T("reading the records ...", "記録を読んでいます..."), func() error {
		var err error
		if q.records, err = a.liveRecords(s); err == nil {
			q.m = a.model(s, q.records)
			q.g = q.m.Graph()
		}
		return err
	})
	if err == nil {
		err = tooLarge(q.m.Faults())
	}
	if err == nil {
		err = a.knownOwner(o.owner, q.records)
	}
	return q, err
}

// tooLarge is the failure where there are more records than the model can look
// at, so that it has no accounts.
func tooLarge(faults []recovery.Fault) error {
	for _, f := range faults {
		if f.Record == nil { // it concerns all of them
			return &failure{status: statusError, code: "too_large", what: said(f.What)}
		}
	}
	return nil
}

// look works out how the accounts stand.
func (q *forecast) look() (err error) {
	q.accounts = make(map[string]*recovery.Account)
	q.doubts = make(map[lockout.Run]*lockout.Doubt)
	for i, acc := range q.m.Accounts() {
		q.accounts[acc.ID] = acc
		q.owned = q.owned || i > 0 && acc.Record.Owner != q.m.Accounts()[0].Record.Owner
	}
	q.assets = setOf(q.g.Known(), q.g.Unknown())
	q.gone = setOf(q.m.Case(lockout.Optimistic).Lost)
	q.taken = map[string]bool{}
	for _, e := range q.events {
		for _, id := range e.Kills {
			q.taken[id] = !q.gone[id]
		}
	}
	if q.today, err = q.states(); err != nil {
		return err
	}
	if q.then, err = q.states(q.events...); err != nil {
		return err
	}
	if q.hope, err = q.g.View(q.m.Case(lockout.Optimistic, q.events...)); err != nil {
		return err
	}
	if q.doubt, err = q.g.View(q.m.Case(lockout.Pessimistic, q.events...)); err != nil {
		return err
	}
	q.sure, err = q.g.View(q.m.Case(lockout.SureOnly|lockout.Pessimistic, q.events...))
	return err
}

func setOf(lists ...[]string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, id := range list {
			set[id] = true
		}
	}
	return set
}

func (q *forecast) states(events ...*recovery.Event) (map[string]lockout.State, error) {
	states, err := q.g.States(q.m.Case(lockout.Optimistic, events...))
	if err != nil {
		return nil, err
	}
	by := make(map[string]lockout.State, len(states))
	for i, id := range q.g.Accounts() {
		by[id] = states[i]
	}
	return by, nil
}

// lookingText is said where the ways of many accounts take long to follow.
var lookingText = lang.T("going through the ways ...", "戻る方法をたどっています...")

// covers reports whether an account is to be spoken of: one of the owner asked
// for, or of somebody else where what happens to that owner reaches so far.
func (q *forecast) covers(acc *recovery.Account) bool {
	if q.owner == "" || lang.Fold(acc.Record.Owner) == lang.Fold(q.owner) {
		return true
	}
	own := slices.ContainsFunc(q.events, func(e *recovery.Event) bool { return lang.Fold(e.Owner) == lang.Fold(q.owner) })
	return own && q.then[acc.ID] > q.today[acc.ID]
}

// noWay reports whether nothing is noted about how to get into an account, so
// that nothing can be said of it.
func (q *forecast) noWay(acc *recovery.Account) bool { return acc.NoWays }

// accountNamed finds the account of a record by its name.
func (a *app) accountNamed(s *store.Store, m *recovery.Model, name string) (*recovery.Account, error) {
	c, err := a.findLive(s, name)
	if err != nil {
		return nil, err
	}
	if acc := m.Account(c.Name); acc != nil {
		return acc, nil
	}
	f := &failure{status: statusNotFound, code: "no_account",
		what: said(lang.T("the record %q is no account: there is nothing to sign in to", "「%s」はアカウントではないので、戻る方法はありません"), c.Name)}
	var names []string
	for _, acc := range m.Accounts() {
		names = append(names, acc.Record.Name)
	}
	if len(names) > 0 {
		f.next = append(f.next, said(lang.T("accounts: %s", "アカウント: %s"), a.someOf(names, mostNamed)))
	}
	if event := "lose:" + c.Name; knowsEvent(m, event) {
		f.next = append(f.next, said(lang.T("what hangs on it: %s whatif %s", "これをなくしたときのこと: %s whatif %s"), a.call(), shellWord(event)))
	}
	return nil, f
}

func knowsEvent(m *recovery.Model, name string) bool {
	_, err := m.Find([]string{name}, "")
	return err == nil
}

// noEvent puts into words which event is not known, or which of several may be
// meant; retyped is the command with one of these in the place of what was typed,
// and where that is the name of a record, what more can be done with it.
func (a *app) noEvent(err error, retyped func(candidate string) string, more ...words) error {
	var e *recovery.EventError
	if !errors.As(err, &e) {
		return err
	}
	list := said(lang.T("all events: %s whatif --events", "出来事の一覧: %s whatif --events"), a.call())
	f := &failure{status: statusNotFound, code: "no_event", err: err,
		what: said(lang.T("there is no event %q", "「%s」という出来事はありません"), e.Arg)}
	if e.Loss != nil {
		f.what = said(lang.T("%q is a record, not an event", "「%s」は記録の名前で、出来事ではありません"), e.Arg)
		f.next = append(f.next, said(lang.T("what its loss would lock: %s", "それを失ったら何に戻れなくなるか: %s"), retyped(e.Loss.ID)))
		f.next = append(append(f.next, more...), list)
		return f
	}
	switch e.Kind {
	case recovery.EventAmbiguous:
		f.status, f.code = statusUsage, "ambiguous_event"
		f.what = said(lang.T("%q can mean several things here; say which", "「%s」にあてはまるものがいくつかあります。どれかを指定してください"), e.Arg)
		for _, candidate := range e.Candidates[:min(len(e.Candidates), mostChoices)] {
			f.next = append(f.next, said(lang.T("%s", "%s"), retyped(candidate)))
		}
		if len(e.Candidates) <= mostChoices {
			return f
		}
	case recovery.EventNothing:
		f.what = said(lang.T("nothing is noted that %q could happen to", "「%s」が起きるものは、記録にありません"), e.Arg)
	}
	switch near := nearest(lang.Fold(e.Arg), e.Candidates); {
	case e.Kind == recovery.EventAmbiguous:
	case near != "":
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), a.glossed(near)))
	case len(e.Candidates) > 0:
		glossed := make([]string, len(e.Candidates))
		for i, candidate := range e.Candidates {
			glossed[i] = a.glossed(candidate)
		}
		f.next = append(f.next, said(lang.T("there are: %s", "あるもの: %s"), a.someOf(glossed, len(recovery.EventKinds))))
	}
	f.next = append(f.next, list)
	return f
}

// glossed is the name of a kind of event with the word that Japanese knows it
// by, where that is the language; what else could be meant is as it is.
func (a *app) glossed(candidate string) string {
	word := recovery.EventKind(candidate).Word()
	if a.lang != lang.JA || word == "" {
		return candidate
	}
	return a.text(lang.T("%s (%s)", "%s（%s）"), candidate, word)
}

// explainInstead says how to see each way into the account that an argument
// names where an event is expected.
func (a *app) explainInstead(m *recovery.Model, args []string, err error) []words {
	var e *recovery.EventError
	if !errors.As(err, &e) || e.Loss == nil || m.Account(e.Loss.Record.Name) == nil {
		return nil
	}
	line := a.call() + " whatif"
	for _, arg := range args {
		if arg != e.Arg {
			line += " " + shellWord(arg)
		}
	}
	return []words{said(lang.T("each way into it: %s --explain %s", "そこに戻る方法を 1 つずつ見る: %s --explain %s"), line, shellWord(e.Loss.Record.Name))}
}

// whatifAgain is the command with a candidate in the place of an argument.
func (a *app) whatifAgain(args []string, err error) func(candidate string) string {
	var e *recovery.EventError
	errors.As(err, &e)
	return func(candidate string) string {
		line := a.call() + " whatif"
		for _, arg := range args {
			if e != nil && arg == e.Arg {
				arg = candidate
			}
			line += " " + shellWord(arg)
		}
		return line
	}
}

// mostChoices is how many things are offered where several may be meant.
const mostChoices = 8

// sayNoAccounts explains an empty answer.
func (a *app) sayNoAccounts(records []*record.Record) {
	if len(records) == 0 {
		a.say(lang.T("the vault is empty. To begin: %s add office", "金庫は空です。はじめるには: %s add office"), a.call())
		return
	}
	a.say(plural(len(records), lang.T("none of the records (%d) is an account, so there is nothing to be locked. To note one: %s add microsoft", "記録（%d 件）の中にアカウントがないので、戻れなくなるものもありません。アカウントを記録するには: %s add microsoft"),
		lang.T("none of the %d records is an account, so there is nothing to be locked. To note one: %s add microsoft", "記録（%d 件）の中にアカウントがないので、戻れなくなるものもありません。アカウントを記録するには: %s add microsoft")), len(records), a.call())
}

// mostFaults is how many broken ways are named.
const mostFaults = 3

// warnFaults says what of the notes could not be counted.
func (a *app) warnFaults(m *recovery.Model) {
	faults := m.Faults()
	for _, f := range faults[:min(len(faults), mostFaults)] {
		a.warn(lang.T("%s: %s", "%s: %s"), f.Record.Name, f.What)
	}
	if more := len(faults) - mostFaults; more > 0 {
		a.warn(plural(more, lang.T("and %d more that can't be counted: %s audit", "ほかにも、数えられないものが %d 件あります: %s audit"),
			lang.T("and %d more that can't be counted: %s audit", "ほかにも、数えられないものが %d 件あります: %s audit")), more, a.call())
	}
}
