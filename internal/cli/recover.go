package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
)

// recoverOptions say what happened, what was tried and where the page goes.
type recoverOptions struct {
	after        []string
	tried        string // id of the way that was tried
	result, note string
	on           string
	print        bool
	paper        *onPaper
	paperLang    string
	noNote       bool
	reveal, json bool
}

func (a *app) newRecover() *cobra.Command {
	var o recoverOptions
	cmd := a.command(spec{
		name: "recover", args: lang.T("NAME", "名前"), group: "recovery",
		short: lang.T("get an account back: what to try, type and answer", "アカウントに戻るための 1 ページ"),
		long: lang.T(`One page for getting an account back, on the screen or for paper: which way to
try first and why, the steps of the service with what to type at each, what the
form or the call will ask with your answers, and what not to do. What a service
says is shown with its source and date; what is not noted is said to be so.
Something bound to an account, such as Office, leads to that account.

Note each try with --tried and what came of it: the page then says what was
tried, and until when the answer is due.`,
			`アカウントに戻るための 1 ページを、画面か紙に出します。最初に試す方法とその理由、サービスの手順と
そこで入力するもの、フォームや電話で聞かれることとその答え、してはいけないことです。サービスの
言っていることには、出どころと日付が付きます。書いていないことは、そう表示します。
Office のようにアカウントに結び付いたものは、そのアカウントの案内になります。

試すたびに、--tried で方法と結果を書いておいてください。次からは、試したことと、返事の届く目安も
表示します。`),
		examples: []example{
			{"recover office", lang.T("the page, on the screen", "画面に出す")},
			{"recover office --after phone-lost", lang.T("after the phone was lost: only what still works", "電話をなくしたあとで（まだ使える方法から）")},
			{"recover office --printer", lang.T("to the printer", "印刷する")},
			{"recover office --paper-lang ja -o office-recovery.pdf", lang.T("the page for paper, in Japanese, into a file", "紙に残すページを、日本語で PDF ファイルに")},
			{"recover office --tried form --result sent", lang.T("note that the form was sent", "フォームを送ったことを書いておく")},
			{"recover office --json", lang.T("for a script", "スクリプト向け")},
		},
	})
	f := cmd.Flags()
	f.StringArrayVar(&o.after, "after", nil, a.text(lang.T("as if this `EVENT` had happened, as whatif names it; may be given again", "この`出来事`のあとで（whatif に出る名前。何度でも書けます）")))
	f.StringVar(&o.tried, "tried", "", a.text(lang.T("note that the `WAY` was tried, by its id or as the page calls it", "この`方法`（番号か、ページに出る呼び名）を試したことを書いておく")))
	f.StringVar(&o.result, "result", record.AttemptOpen, a.text(lang.T("with --tried: `WHAT` came of it: open, sent, refused, granted or other", "--tried で、その`結果`。open（始めた）、sent（送った）、refused（認められない）、granted（戻れた）、other（そのほか）。日本語でも書けます")))
	f.StringVar(&o.note, "note", "", a.text(lang.T("with --tried: a remark `TEXT` (no secrets)", "--tried で、一言の`メモ`（秘密は書かない）")))
	f.StringVar(&o.on, "on", "", a.text(lang.T("with --tried: the `DATE`, if not today", "--tried で、今日でないときの`日付`")))
	f.BoolVar(&o.print, "print", false, a.text(lang.T("laid out as text for paper, 80 columns wide", "紙に合わせたテキストで出す（1 行 80 桁）")))
	o.paper = a.paperFlags(f)
	f.BoolVar(&o.noNote, "no-note", false, a.text(lang.T("don't note the page in the vault as a sheet", "ページを用紙として金庫に記録しない")))
	f.StringVar(&o.paperLang, "paper-lang", "", a.text(lang.T("the page's `LANGUAGE` on paper, en or ja (default: as the run)", "紙のページの`言語`。ja か en（省略すると画面と同じ）")))
	f.BoolVar(&o.reveal, "reveal", false, a.text(lang.T("show keys, codes and other secrets too", "キーやコードなどの秘密も見せる")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("as JSON (secrets only with --reveal)", "JSON で出す（秘密は --reveal のときだけ）")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l, err := a.checkRecover(cmd, &o)
		if err != nil {
			return err
		}
		return a.runRecover(cmd, &o, l, args[0])
	}
	return cmd
}

func (o *recoverOptions) onPaper() bool { return o.print || o.paper.given() }

// checkRecover finds mistakes in the command line before a passphrase is asked
// for, and returns the language of the page.
func (a *app) checkRecover(cmd *cobra.Command, o *recoverOptions) (lang.Lang, error) {
	changed := cmd.Flags().Changed
	switch {
	case o.json && o.onPaper():
		return 0, a.usage(cmd, lang.T("--json does not go together with a page for paper", "--json と紙のページは一緒に使えません"))
	case o.tried == "" && (changed("result") || changed("note") || changed("on")):
		return 0, a.usage(cmd, lang.T("--result, --note and --on go with --tried", "--result、--note、--on は --tried と一緒に使います"))
	case o.tried != "" && (o.json || o.onPaper() || len(o.after) > 0 || o.reveal):
		return 0, a.usage(cmd, lang.T("--tried notes a try and shows no page: leave the other options out", "--tried は試したことを書くだけで、ページは出しません。ほかのオプションと分けてください"))
	case (o.paperLang != "" || o.noNote) && !o.onPaper():
		return 0, a.usage(cmd, lang.T("--paper-lang and --no-note go with a page for paper: --print, --printer or -o", "--paper-lang と --no-note は、紙のページ（--print、--printer、-o）と一緒に使います"))
	}
	if !readResult(&o.result) {
		return 0, a.usage(cmd, lang.T("%q is no result; one of: %s", "「%s」という結果はありません。次のどれか: %s"), o.result, strings.Join(a.resultNames(), a.text(comma)))
	}
	if err := a.checkPaper(cmd, o.paper); err != nil {
		return 0, err
	}
	if o.paperLang == "" {
		return a.lang, nil
	}
	l, ok := lang.Parse(o.paperLang)
	if !ok {
		return 0, a.usage(cmd, lang.T("a page can be in en or ja, not in %q", "ページの言語は ja か en です。%q は使えません"), o.paperLang)
	}
	return l, nil
}

func (a *app) runRecover(cmd *cobra.Command, o *recoverOptions, l lang.Lang, name string) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	c, err := a.findLive(s, name)
	if err != nil {
		return err
	}
	b, err := a.planBack(s, c, o, l)
	if err != nil {
		return err
	}
	if o.tried != "" {
		return a.noteTried(cmd, s, b, o)
	}
	page := a.speaking(l)
	switch {
	case o.json:
		return a.writeJSON(page.backJSON(b))
	case o.onPaper():
		return a.printBack(s, page.backDoc(b), b, o)
	}
	err = a.pagedUnless(o.reveal, func() error { a.showDoc(page.backDoc(b)); return nil })
	if err != nil {
		return err
	}
	a.sayHidden(b)
	return a.askTried(s, b)
}

// speaking is the run in another language.
func (a *app) speaking(l lang.Lang) *app {
	other := *a
	other.lang = l
	return &other
}

// pagedUnless is paged, but a page with secrets stays out of other programs.
func (a *app) pagedUnless(secrets bool, write func() error) error {
	if secrets {
		return write()
	}
	return a.paged(write)
}

// planBack works out the way back to the record.
func (a *app) planBack(s *store.Store, c store.Card, o *recoverOptions, l lang.Lang) (*wayBack, error) {
	records, err := a.liveRecords(s)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(records, func(r *record.Record) bool { return r.ID == c.ID })
	if i < 0 {
		_, err := s.Record(c.ID) // says what is wrong with it
		return nil, err
	}
	m := a.model(s, records)
	events, err := m.Find(o.after, records[i].Owner)
	if err != nil {
		return nil, a.noEvent(err, func(candidate string) string {
			return a.call() + " recover " + shellWord(records[i].Name) + " --after " + shellWord(candidate)
		})
	}
	p := &guidePlanner{a: a.speaking(l), m: m, records: records, reveal: o.reveal}
	b, err := p.plan(records[i], events)
	if err == nil && m.Account(c.Name) == nil && !b.guided {
		return nil, a.noWayBack(m, records[i])
	}
	return b, err
}

// noWayBack says of a record that is no account, and leads to none, that there
// is nothing to get back into.
func (a *app) noWayBack(m *recovery.Model, r *record.Record) error {
	f := &failure{status: statusNotFound, code: "no_account",
		what: said(lang.T("%q has no way back of its own: it is nothing one signs in to", "「%s」には戻る方法がありません（サインインするものではないため）"), r.Name),
		next: []words{said(lang.T("what is noted of it: %s show %s", "書いてあることを見る: %s show %s"), a.call(), shellWord(r.Name))}}
	if event := "lose:" + r.Name; knowsEvent(m, event) {
		f.next = append(f.next, said(lang.T("what hangs on it: %s whatif %s", "これをなくしたときのこと: %s whatif %s"), a.call(), shellWord(event)))
	}
	return f
}

// printBack takes the page for paper to where it belongs.
func (a *app) printBack(s *store.Store, doc *paper.Doc, b *wayBack, o *recoverOptions) error {
	d, err := a.deliver(o.paper, paperJob{doc: doc})
	if err != nil {
		return err
	}
	list := []*record.Record{b.subject}
	if b.account != nil && b.account.ID != b.subject.ID {
		list = append(list, b.account)
	}
	return a.noteSheet(s, printed{kind: record.SheetRecover, list: list, secrets: o.reveal, noNote: o.noNote, how: d.how, pages: d.pages})
}

// sayHidden says how to see what the page hides.
func (a *app) sayHidden(b *wayBack) {
	if b.hides() {
		a.say(lang.T("to see keys and codes too: %s recover %s --reveal", "キーやコードも見るには: %s recover %s --reveal"), a.call(), shellWord(b.subject.Name))
	}
}

// attemptResults are what may come of a try.
var attemptResults = []string{record.AttemptOpen, record.AttemptSent, record.AttemptRefused, record.AttemptGranted, record.AttemptOther}

// resultSayings are what one says in Japanese for them, folded, beside their
// labels.
var resultSayings = map[string][]string{
	record.AttemptOpen:    {"始めた", "はじめた", "開始", "申し込み中", "途中"},
	record.AttemptSent:    {"送った", "おくった", "送信", "送信した", "出した", "申し込んだ"},
	record.AttemptRefused: {"断られた", "ことわられた", "認められない", "だめだった", "だめ", "駄目だった", "却下", "失敗", "戻れなかった", "入れなかった"},
	record.AttemptGranted: {"認められた", "戻れた", "もどれた", "入れた", "成功", "できた"},
	record.AttemptOther:   {"その他"},
}

// readResult puts in the place of what was typed the result that it means. It
// reports false if it means none.
func readResult(typed *string) bool {
	said := strings.ReplaceAll(lang.Fold(*typed), " ", "")
	for _, result := range attemptResults {
		label := resultWords(result)
		if said == result || said == lang.Fold(label.JA) || slices.Contains(resultSayings[result], said) {
			*typed = result
			return true
		}
	}
	return false
}

// resultNames are the results as they are typed, with what they mean where that
// is not the same word.
func (a *app) resultNames() []string {
	if a.lang != lang.JA {
		return attemptResults
	}
	names := make([]string, len(attemptResults))
	for i, result := range attemptResults {
		names[i] = a.text(lang.T("%s (%s)", "%s（%s）"), result, resultWords(result))
	}
	return names
}

// today is the day of the run as it is noted.
func (a *app) today() string { return a.now.Format(time.DateOnly) }
