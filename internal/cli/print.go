package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
)

type printOptions struct {
	*onPaper
	otherSheet
	owner, tag  string
	all         bool
	withSecrets bool
	decided     bool // --with-secrets was given, with either value
	paperLang   string
	keptAt      string // where the sheet will be; empty if nobody said so
	noNote      bool   // the sheet is not to be entered into the ledger
	photos      bool   // attached pictures are printed
	printers    bool   // the printers are listed, and nothing is printed
	json        bool
}

func (a *app) newPrint() *cobra.Command {
	var o printOptions
	cmd := a.command(spec{
		name: "print", args: lang.T("[NAME...]", "[名前...]"), group: "paper",
		short: lang.T("make a sheet for paper", "紙に残すための用紙を作る"),
		long: lang.T(`Lays records out for paper: with check letters behind each key, a box to tick for
each one-time code, and the sheet's number. With --printer it prints them, with
-o it makes a PDF (or HTML, text, pictures), with --preview it shows the pages;
otherwise text of 80 columns goes to the screen or into a pipe. Product keys and
codes are always on it; passwords and hints only with --with-secrets, otherwise
there is a blank to fill in by hand. --large is for weak eyes.

Other sheets: --handover for a customer (what to keep, whom to call, what to do
before moving; no secrets), --emergency for the family, --blank for a form to
fill in by hand, which needs no vault. The recovery key's own sheet is made with
the vault (see init), the encrypted paper backup by "backup --paper".

The vault remembers each sheet: what is on it, where it is, and whether it is out
of date (see papers; --no-note leaves it out).`,
			`記録を紙に合わせて組みます。キーには写し間違いに気づくための「確かめの文字」、使い捨てのコードには
使ったら印を付ける四角、それに用紙の番号が付きます。--printer で印刷、-o で PDF（HTML、テキスト、
画像も）に、--preview で見るだけ。何も付けなければ、1 行 80 桁のテキストを画面やパイプに出します。
プロダクトキーとコードは必ず載り、パスワードとヒントは --with-secrets のときだけ載ります（なければ
手書きの欄）。見えにくい方には --large で大きな文字にできます。

ほかの用紙もあります。--handover はお客様にお渡しする用紙（残しておくもの、連絡先、引っ越しの前に
すること。秘密は載りません）、--emergency はご家族のための「もしものときの用紙」、--blank は手で書き込む
記入用紙（金庫がなくても作れます）。回復キーの用紙は金庫を作るときに（init）、暗号化した紙の控えは
backup --paper で作ります。

どの用紙に何が載っていて、どこにあり、古くなっていないかは、金庫が覚えます（papers を参照。--no-note で
記録しません）。`),
		examples: []example{
			{"print office --preview", lang.T("look at it first", "まず出来上がりを見る")},
			{"print office --printer", lang.T("to the usual printer", "いつものプリンターで印刷する")},
			{"print office microsoft -o office.pdf", lang.T("two records into a file", "2 件を PDF ファイルに")},
			{"print --owner 田中 --large --paper-lang ja -o tanaka.pdf", lang.T("all of a customer's, large and in Japanese", "お客様 1 人分を、大きな文字の日本語で")},
			{"print --handover --owner 田中 --printer", lang.T("what stays with the customer", "お客様にお渡しする用紙")},
			{"print --emergency -o family.pdf --kept-at drawer", lang.T("for the family, and where it will be", "家族のための用紙を作り、置き場所も記録する")},
			{"print --blank office --printer", lang.T("a form to fill in by hand", "手で書き込む記入用紙")},
			{"print --all | lp", lang.T("everything as text, through a pipe", "全部をテキストで、パイプに")},
			{"print --printers", lang.T("which printers there are", "プリンターの一覧")},
		},
	})
	f := cmd.Flags()
	o.onPaper = a.paperFlags(f)
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("all records of `NAME`", "この`名前`の持ち主の記録を全部")))
	f.StringVar(&o.tag, "tag", "", a.text(lang.T("all records with the tag `TAG`", "`名札`の付いた記録を全部")))
	f.BoolVar(&o.all, "all", false, a.text(lang.T("all records", "全部の記録")))
	f.BoolVar(&o.withSecrets, "with-secrets", false, a.text(lang.T("print passwords and hints too (=false: don't ask)", "パスワードとヒントも載せる（=false: 聞かず載せない）")))
	f.StringVar(&o.paperLang, "paper-lang", "", a.text(lang.T("the sheet's `LANGUAGE`, en or ja (default: as the run)", "用紙の`言語`。ja か en（省略すると画面と同じ）")))
	f.StringVar(&o.keptAt, "kept-at", "", a.text(lang.T("note the sheet in the vault as kept at `PLACE`", "用紙を、この`場所`にあるものとして金庫に記録する")))
	f.BoolVar(&o.photos, "photos", false, a.text(lang.T("print attached pictures too", "添付の写真も載せる")))
	a.otherSheetFlags(f, &o.otherSheet)
	f.BoolVar(&o.printers, "printers", false, a.text(lang.T("list the printers and print nothing", "プリンターの一覧を出す（印刷はしない）")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("with --printers: as JSON", "--printers で、JSON で出す")))
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
	if o.printers {
		return a.listPrinters(o.json)
	}
	if o.otherSheet.chosen() {
		return a.printOther(cmd, l, o, names)
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
	if o.printers || o.json {
		return a.lang, a.checkListing(cmd, o, names)
	}
	if err := a.checkOtherSheet(cmd, o, names); err != nil {
		return 0, err
	}
	if err := a.checkPrinterName(cmd, o, names); err != nil {
		return 0, err
	}
	chosen := o.all || o.owner != "" || o.tag != ""
	switch {
	case o.emergency || o.blank != nil:
	case len(names) == 0 && !chosen:
		f := a.usage(cmd, lang.T("which records? give their names, or --owner, --tag or --all", "どの記録を印刷しますか。名前か、--owner、--tag、--all のどれかを付けてください"))
		f.next = append([]words{said(lang.T("everything: %s print --all", "全部なら: %s print --all"), a.call())}, f.next...)
		return 0, f
	case len(names) > 0 && chosen:
		f := a.usage(cmd, lang.T("names do not go together with --owner, --tag or --all", "名前と --owner、--tag、--all は一緒に使えません"))
		if o.printer == ourChoice {
			f.next = append([]words{said(lang.T("if that is a printer: --printer=%s", "プリンターの名前なら: --printer=%s"), shellWord(names[0]))}, f.next...)
		}
		return 0, f
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

// checkListing holds that a list of printers is all that is wanted.
func (a *app) checkListing(cmd *cobra.Command, o printOptions, names []string) error {
	other := ""
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != "printers" && f.Name != "json" {
			other = f.Name
		}
	})
	switch {
	case !o.printers:
		return a.usage(cmd, lang.T("--json goes with --printers", "--json は --printers と一緒に使います"))
	case other != "":
		return a.usage(cmd, lang.T("--printers prints nothing: leave --%s out", "--printers は一覧を出すだけです。--%s は省いてください"), other)
	case len(names) > 0:
		return a.usage(cmd, lang.T("--printers prints nothing: leave %q out", "--printers は一覧を出すだけです。%q は省いてください"), names[0])
	}
	return nil
}

// checkPrinterName catches the address of a printer that stands behind --printer
// with a space, where it is taken for the name of a record.
func (a *app) checkPrinterName(cmd *cobra.Command, o printOptions, names []string) error {
	for _, name := range names {
		if o.printer == ourChoice && strings.Contains(name, "://") {
			return a.usage(cmd, lang.T("the printer goes behind an equals sign: --printer=%s", "プリンターは、間を空けずに = のあとに書いてください: --printer=%s"), name)
		}
	}
	return nil
}

// perhapsPrinter adds to the error about a record that there is none of what to
// type if the word is the name of a printer.
func (o *printOptions) perhapsPrinter(name string, err error) error {
	if f := new(failure); o.printer == ourChoice && errors.As(err, &f) && f.status == statusNotFound {
		f.next = append(f.next, said(lang.T("if that is a printer: --printer=%s", "プリンターの名前なら: --printer=%s"), shellWord(name)))
	}
	return err
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
			return nil, o.perhapsPrinter(name, err)
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
	options := a.sheetOptions(s, sheetWish{keptAt: o.keptAt, withSecrets: o.withSecrets})
	if o.photos {
		options.Photos = photosOf(s)
	}
	return paper.Records(l, list, options)
}
