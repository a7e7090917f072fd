package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
)

type printOptions struct {
	*onPaper
	owner, tag  string
	all         bool
	withSecrets bool
	decided     bool // --with-secrets was given, with either value
	paperLang   string
	keptAt      string // where the sheet will be; empty if nobody said so
	noNote      bool   // the sheet is not to be entered into the ledger
}

func (a *app) newPrint() *cobra.Command {
	var o printOptions
	cmd := a.command(spec{
		name: "print", args: lang.T("[NAME...]", "[名前...]"), group: "paper",
		short: lang.T("make a sheet for paper", "紙に残すための用紙を作る"),
		long: lang.T(`Lays records out as text on A4 pages, 80 columns wide, to be printed and kept:
with check letters behind each key, a box to tick for each one-time code, and
the sheet's number. Product keys and codes are always on it; passwords and hints
only with --with-secrets, otherwise there is a blank to fill in by hand. With
--kept-at, or your answer to the question, the vault remembers the sheet: what is
on it, where it is, and whether it is out of date.`,
			`記録を A4 のテキスト（1 行 80 桁）に組み、印刷して残せるようにします。
キーには写し間違いに気づくための「確かめの文字」、使い捨てのコードには使ったら
印を付ける四角、それに用紙の番号が付きます。プロダクトキーとコードは必ず載り、
パスワードとヒントは --with-secrets のときだけ載ります（なければ手書きの欄）。
--kept-at を付けるか、置き場所を聞かれて答えると、どの用紙に何が載っていて、どこにあり、
古くなっていないかを、金庫が覚えます。`),
		examples: []example{
			{"print office -o office.txt", lang.T("one record into a file", "1 件をファイルに")},
			{"print --owner 田中 --paper-lang ja | lp", lang.T("all of a customer's, in Japanese, to the printer", "お客さま 1 人分を日本語でプリンターへ")},
			{"print office -o office.txt --kept-at drawer", lang.T("and note where the sheet will be", "用紙をどこに置くかも記録する")},
			{"print --all", lang.T("everything, on the screen", "全部を画面に")},
		},
	})
	f := cmd.Flags()
	o.onPaper = a.paperFlags(f)
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("all records of `NAME`", "持ち主が`名前`の記録を全部")))
	f.StringVar(&o.tag, "tag", "", a.text(lang.T("all records with the tag `TAG`", "`名札`の付いた記録を全部")))
	f.BoolVar(&o.all, "all", false, a.text(lang.T("all records", "全部の記録")))
	f.BoolVar(&o.withSecrets, "with-secrets", false, a.text(lang.T("print passwords and hints too (=false: don't ask)", "パスワードとヒントも載せる（=false: 聞かず載せない）")))
	f.StringVar(&o.paperLang, "paper-lang", "", a.text(lang.T("the sheet's `LANGUAGE`, en or ja (default: as the run)", "用紙の`言語`。ja か en（省略すると画面と同じ）")))
	f.StringVar(&o.keptAt, "kept-at", "", a.text(lang.T("note the sheet in the vault as kept at `PLACE`", "用紙を、この`場所`にあるものとして金庫に記録する")))
	f.BoolVar(&o.noNote, "no-note", false, a.text(lang.T("don't note the sheet in the vault", "用紙を金庫に記録しない")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.decided = cmd.Flags().Changed("with-secrets")
		return a.runPrint(cmd, o, args)
	}
	return cmd
}

func (a *app) runPrint(cmd *cobra.Command, o printOptions, names []string) error {
	l, err := a.checkPrint(cmd, o, names)
	if err != nil {
		return err
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	list, err := a.recordsToPrint(s, o, names)
	if err != nil {
		return err
	}
	if o.withSecrets, err = a.printsSecrets(o, list); err != nil {
		return err
	}
	doc := a.recordSheet(s, l, o, list)
	d, err := a.deliver(o.onPaper, paperJob{doc: doc})
	if err != nil {
		return err
	}
	return a.noteSheet(s, printed{kind: record.SheetRecords, number: doc.Sheet, list: list, secrets: o.withSecrets && paper.Withheld(list) > 0,
		keptAt: o.keptAt, noNote: o.noNote, how: d.how, pages: d.pages})
}

// checkPrint finds mistakes in the command line before a passphrase is asked
// for, and returns the sheet's language.
func (a *app) checkPrint(cmd *cobra.Command, o printOptions, names []string) (lang.Lang, error) {
	chosen := o.all || o.owner != "" || o.tag != ""
	switch {
	case len(names) == 0 && !chosen:
		f := a.usage(cmd, lang.T("which records? give their names, or --owner, --tag or --all", "どの記録を印刷しますか。名前か、--owner、--tag、--all のどれかを付けてください"))
		f.next = append([]words{said(lang.T("everything: %s print --all", "全部なら: %s print --all"), a.call())}, f.next...)
		return 0, f
	case len(names) > 0 && chosen:
		return 0, a.usage(cmd, lang.T("names do not go together with --owner, --tag or --all", "名前と --owner、--tag、--all は一緒に使えません"))
	}
	l := a.lang
	if o.paperLang != "" {
		var ok bool
		if l, ok = lang.Parse(o.paperLang); !ok {
			return 0, a.usage(cmd, lang.T("a sheet can be in en or ja, not in %q", "用紙の言語は ja か en です。%q は使えません"), o.paperLang)
		}
	}
	if cmd.Flags().Changed("kept-at") {
		place, _, err := record.Clean(record.TypeText, o.keptAt)
		if err == nil && place == "" {
			err = &record.ValueError{Key: "empty", Text: lang.T("a place is needed", "場所を書いてください")}
		}
		if err != nil {
			return 0, refused("kept-at", err)
		}
	}
	return l, a.checkPaper(cmd, o.onPaper)
}

// recordsToPrint reads the chosen records: as named, else by owner and name.
func (a *app) recordsToPrint(s *store.Store, o printOptions, names []string) ([]*record.Record, error) {
	if len(names) == 0 {
		return a.selectedRecords(s, o)
	}
	var list []*record.Record
	for _, name := range names {
		c, err := a.findLive(s, name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(r *record.Record) bool { return r.ID == c.ID }) {
			continue
		}
		r, err := s.Record(c.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// selectedRecords reads what --owner, --tag and --all choose, except what the
// vault notes of its own papers: a sheet would never say what is. A damaged
// record was named when the vault was opened; the others are printed.
func (a *app) selectedRecords(s *store.Store, o printOptions) ([]*record.Record, error) {
	cards, err := s.Cards()
	if err != nil {
		return nil, err
	}
	chosen := listOptions{owner: o.owner, tag: o.tag}
	cards = slices.DeleteFunc(cards, func(c store.Card) bool { return !chosen.shows(c) || c.Template == record.SheetTemplate })
	sortCards(cards)
	if len(cards) == 0 {
		return nil, &failure{status: statusNotFound, code: "not_found",
			what: said(lang.T("there is no such record to print", "印刷する記録がありません")),
			next: []words{said(lang.T("all records: %s list", "記録の一覧: %s list"), a.call())}}
	}
	read := make(map[record.ID]*record.Record, len(cards))
	for r, err := range s.All() {
		if damaged := new(store.DamagedError); errors.As(err, &damaged) {
			continue
		}
		if err != nil {
			return nil, err
		}
		read[r.ID] = r
	}
	var list []*record.Record
	for _, c := range cards {
		if r := read[c.ID]; r != nil {
			list = append(list, r)
		}
	}
	return list, nil
}

// printsSecrets decides whether passwords and hints go on the sheet: as the flag
// says, else as the person says, else not.
func (a *app) printsSecrets(o printOptions, list []*record.Record) (bool, error) {
	n := paper.Withheld(list)
	if o.decided || n == 0 {
		return o.withSecrets, nil
	}
	if a.interactive() {
		return a.confirm(lang.T("There are passwords or hints (%d). Print them too?", "パスワードやヒントが %d 個あります。それも印刷しますか？"), n)
	}
	a.say(lang.T("passwords and hints (%d) are left out; to print them: --with-secrets", "パスワードとヒント（%d 個）は載せません。載せるには: --with-secrets"), n)
	return false, nil
}

// recordSheet is the sheet of the records.
func (a *app) recordSheet(s *store.Store, l lang.Lang, o printOptions, list []*record.Record) *paper.Doc {
	return paper.Records(l, list, paper.Options{
		Made: a.now, Vault: s.ID(), Program: a.name, WithSecrets: o.withSecrets,
		Named: recordNamed(s), KeptAt: o.keptAt,
	})
}
