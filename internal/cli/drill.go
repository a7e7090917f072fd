package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
	"memovault/internal/term"
)

type drillOptions struct {
	list   bool
	owner  string
	proven string // id of a way
	json   bool
}

func (a *app) newDrill() *cobra.Command {
	var o drillOptions
	cmd := a.command(spec{
		name: "drill", args: lang.T("[NAME]", "[名前]"), group: "recovery",
		short: lang.T("try the ways back while nothing is lost", "何もなくさないうちに、戻る方法を試す"),
		long: lang.T(`Goes through the ways back into an account by really using them: can you read mail
at this address, does a text message reach this number, is the paper in its place.
What works is noted with its day. Of what does not, you say whether to note that or
to switch the way off; nothing is changed without a word. Nothing secret is shown:
what you type from a paper is compared, and one-time codes stay unused.

You can stop at any time; what was tried in the last 30 days is not asked for
again. Without a name it says what is most worth trying first: important accounts,
those that a single event locks, ways that were never tried. A way that was not
tried for a year counts as weak in the audit.`,
			`アカウントに戻る方法を、実際に使って確かめていきます。このアドレスのメールは読めるか、この番号に SMS は届くか、
紙は置き場所にあるか、などです。使えたものは、その日付を記録します。使えなかったときは、そう書き残すか、
その方法をオフにするかをお聞きします。だまって変えることはありません。秘密は画面に出しません。
紙から打ったものは見比べるだけで、使い捨てのコードも使いません。

いつでもやめられます。30 日以内に試したものは、もう聞きません。名前を付けないと、どれから試すとよいかを
示します。大切なもの、1 つの出来事で戻れなくなるもの、まだ試していないものが先です。1 年以上試していない方法は、
点検で「弱い」とみなします。`),
		examples: []example{
			{"drill", lang.T("what is most worth trying first", "どれから試すとよいか")},
			{"drill microsoft", lang.T("try the ways into one account", "1 件の戻る方法を試す")},
			{"drill --owner 田中", lang.T("one customer's accounts only", "お客様 1 人分だけ")},
			{"drill --list", lang.T("all ways, and when each was last tried", "全部の方法と、最後に試した日")},
			{"drill microsoft --proven reset-code", lang.T("note one as tried today, without questions", "質問なしで、今日使えたと記録する")},
			{"drill --list --json", lang.T("for a script", "スクリプト向け")},
		},
	})
	f := cmd.Flags()
	f.BoolVar(&o.list, "list", false, a.text(lang.T("list the ways with the day on which each was last tried", "戻る方法を、最後に試した日と一緒に並べる")))
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only the accounts of `NAME`", "持ち主が`名前`のアカウントだけ")))
	f.StringVar(&o.proven, "proven", "", a.text(lang.T("note that the way `ID` was really used today", "その`番号`の方法を、今日実際に使えたと記録する（番号は --list に出ます）")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("list as JSON", "一覧を JSON で出す")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkDrill(cmd, &o, args); err != nil {
			return err
		}
		return a.runDrill(cmd, &o, strings.Join(args, ""))
	}
	return cmd
}

func (a *app) checkDrill(cmd *cobra.Command, o *drillOptions, args []string) error {
	switch {
	case o.proven != "" && (o.list || o.json):
		return a.usage(cmd, lang.T("--proven goes without --list and --json", "--proven は、--list や --json と一緒には使えません"))
	case o.owner != "" && len(args) > 0:
		return a.usage(cmd, lang.T("a name does not go together with --owner", "名前と --owner は一緒に使えません"))
	case o.proven != "" && len(args) == 0:
		return a.usage(cmd, lang.T("--proven needs the name of a record", "--proven には、記録の名前が要ります"))
	}
	return nil
}

func (a *app) runDrill(cmd *cobra.Command, o *drillOptions, name string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	var card store.Card
	if name != "" {
		if card, err = a.findLive(s, name); err != nil {
			return err
		}
	}
	u, m, records, err := a.upkeep(s)
	if err == nil {
		err = a.knownOwner(o.owner, records)
	}
	if err != nil {
		return err
	}
	if name == "" {
		list := slices.DeleteFunc(u.Drills(), func(d *recovery.Drill) bool {
			return o.owner != "" && lang.Fold(d.Account.Record.Owner) != lang.Fold(o.owner)
		})
		if o.list || o.json {
			return a.listDrills(list, o.json)
		}
		return a.worthTrying(s, list, o.owner)
	}
	account := m.Account(card.Name)
	if account == nil {
		return &failure{status: statusNotFound, code: "no_account",
			what: said(lang.T("there are no ways into %q: it is nothing one signs in to", "「%s」には戻る方法がありません（サインインするものではないため）"), card.Name),
			next: []words{said(lang.T("what can be tried: %s drill --list", "試せるものの一覧: %s drill --list"), a.call())}}
	}
	d := u.Drill(account)
	switch {
	case o.list || o.json:
		return a.listDrills([]*recovery.Drill{d}, o.json)
	case o.proven != "":
		return a.noteProven(s, d, o.proven)
	case !a.interactive():
		return a.usage(cmd, lang.T("there is no terminal to ask at; note a way with --proven, or look with --list", "端末がないので聞けません。--proven で記録するか、--list で見てください"))
	}
	return a.drill(s, d)
}

// noteProven notes a way as tried today.
func (a *app) noteProven(s *store.Store, d *recovery.Drill, id string) error {
	var ids []string
	for _, t := range d.Trials {
		if t.Way.Way.ID == lang.Fold(lang.FoldCode(id)) {
			r := d.Account.Record.Clone()
			a.prove(r, t.Way.Way.ID)
			if err := a.commitNote(s, r); err != nil {
				return err
			}
			a.say(lang.T("noted: %s, %s works (%s)", "記録しました: %s の %s は使えます（%s）"), r.Name, t.Way.Way.ID, r.Proven[t.Way.Way.ID])
			return nil
		}
		ids = append(ids, t.Way.Way.ID)
	}
	f := &failure{status: statusNotFound, code: "no_way",
		what: said(lang.T("%q has no way %q", "「%s」に「%s」という方法はありません"), d.Account.Record.Name, id)}
	if near := nearest(lang.Fold(id), ids); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("its ways: %s drill %s --list", "方法の一覧: %s drill %s --list"), a.call(), shellWord(d.Account.Record.Name)))
	return f
}

func (a *app) prove(r *record.Record, way string) {
	if r.Proven == nil {
		r.Proven = map[string]string{}
	}
	r.Proven[way] = a.now.Format(time.DateOnly)
}

// mostWorth is how many accounts are named that are worth trying.
const mostWorth = 5

// worthTrying says what is most worth trying first, and offers to begin. The list
// may be one owner's.
func (a *app) worthTrying(s *store.Store, list []*recovery.Drill, owner string) error {
	if len(list) == 0 {
		a.say(lang.T("there is no account yet whose ways back could be tried. To begin: %s add microsoft", "戻る方法を試せるアカウントの記録が、まだありません。はじめるには: %s add microsoft"), a.call())
		return nil
	}
	weak := slices.DeleteFunc(slices.Clone(list), func(d *recovery.Drill) bool { return d.Weak == 0 })
	if len(weak) == 0 {
		a.say(lang.T("every way back that can be tried was tried within a year (accounts: %d)", "試せる方法は、どれも 1 年以内に試してあります（アカウント %d 件）"), len(list))
		return nil
	}
	fmt.Fprintln(a.out, a.paint(paintHead, a.text(lang.T("Most worth trying first:", "先に試すとよいもの:"))))
	for _, d := range weak[:min(len(weak), mostWorth)] {
		a.row(2, a.subjectOf(d.Account.Record))
		a.row(5, a.whyTry(d))
		a.commandRow(5, []lang.Text{both("drill"), both(d.Account.Record.Name)})
	}
	if more := len(weak) - mostWorth; more > 0 {
		all := a.call() + " drill --list"
		if owner != "" {
			all += " --owner " + shellWord(owner)
		}
		a.row(2, a.text(lang.T("and %d more: %s", "ほかに %d 件あります: %s"), more, all))
	}
	if !a.interactive() {
		return nil
	}
	yes, err := a.yesNo(true, lang.T("Try %s now?", "%s を今から試しますか？"), weak[0].Account.Record.Name)
	if err != nil || !yes {
		return nil // to look is enough
	}
	return a.drill(s, weak[0])
}

// whyTry says why an account is worth trying.
func (a *app) whyTry(d *recovery.Drill) string {
	text := a.text(lang.T("ways never tried, or not for a year: %d of %d", "まだ試していない、または 1 年以上試していない方法が %d 通り（全部で %d 通り）"), d.Weak, len(possible(d.Trials)))
	if d.Single {
		text += a.text(lang.T("; a single recorded event locks it", "。記録にある出来事 1 つで、戻れなくなります"))
	}
	return text
}

func (a *app) listDrills(list []*recovery.Drill, asJSON bool) error {
	if asJSON {
		return a.drillsJSON(list)
	}
	if len(list) == 0 {
		a.say(lang.T("there is no account yet whose ways back could be tried. To begin: %s add microsoft", "戻る方法を試せるアカウントの記録が、まだありません。はじめるには: %s add microsoft"), a.call())
		return nil
	}
	return a.paged(func() error {
		for i, d := range list {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			fmt.Fprintln(a.out, a.paint(paintHead, a.subjectOf(d.Account.Record)))
			if len(d.Trials) == 0 {
				a.row(2, a.text(lang.T("no way is known", "方法は何も分かっていません")))
			}
			rows := make([][]string, 0, len(d.Trials)+1)
			rows = append(rows, []string{a.text(lang.T("  LAST TRIED", "  試した日")), a.text(lang.T("WAY", "方法")), ""})
			for _, t := range d.Trials {
				rows = append(rows, []string{"  " + a.lastTried(t), t.Way.Way.ID, a.wayLabel(t.Way)})
			}
			for _, line := range term.HangTable(rows, a.columns())[1:] {
				fmt.Fprintln(a.out, line)
			}
		}
		return nil
	})
}

// lastTried says when a way was last tried, or why it can't be.
func (a *app) lastTried(t *recovery.Trial) string {
	missing := t.Missing()
	switch {
	case t.Way.Certainty == lockout.Form:
		return a.text(lang.T("form", "申し込み"))
	case missing != nil:
		return a.text(lang.T("not noted: %s", "未記入: %s"), missing.Text)
	case t.Way.Proven == "":
		return a.text(lang.T("never", "まだ"))
	case recovery.Weak(t.Way, a.now):
		return a.text(lang.T("%s (old)", "%s（古い）"), t.Way.Proven)
	}
	return t.Way.Proven
}

// The JSON of drill: keys are English and stable, texts are in the language of
// the run.
type (
	drillJSON struct {
		Record *subjectIn  `json:"record"`
		Single bool        `json:"single"` // a single recorded event locks it
		Ways   []trialJSON `json:"ways"`
	}
	trialJSON struct {
		Way      string `json:"way"`
		Label    string `json:"label"`
		Proven   string `json:"proven"` // YYYY-MM-DD, empty if never
		Weak     bool   `json:"weak"`
		Possible bool   `json:"possible"`
		Missing  string `json:"missing,omitempty"` // key of the field for lack of which it can't be tried
		Form     bool   `json:"form"`
	}
)

func (a *app) drillsJSON(list []*recovery.Drill) error {
	out := []drillJSON{}
	for _, d := range list {
		one := drillJSON{subjectJSON(d.Account.Record), d.Single, []trialJSON{}}
		for _, t := range d.Trials {
			trial := trialJSON{Way: t.Way.Way.ID, Label: a.wayLabel(t.Way), Proven: t.Way.Proven, Weak: recovery.Weak(t.Way, a.now),
				Possible: t.Possible(), Form: t.Way.Certainty == lockout.Form}
			if missing := t.Missing(); missing != nil {
				trial.Missing = missing.Field.Key
			}
			one.Ways = append(one.Ways, trial)
		}
		out = append(out, one)
	}
	return a.writeJSON(struct {
		Schema   int         `json:"schema"`
		Date     string      `json:"date"`
		Accounts []drillJSON `json:"accounts"`
	}{1, a.now.Format(time.DateOnly), out})
}
