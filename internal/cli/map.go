package cli

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/chart"
	"memovault/internal/lang"
	"memovault/internal/recovery"
	"memovault/internal/store"
)

type mapOptions struct {
	owner, tag string
	out        string // file for the picture; "-" is standard output
	format     string
	mask       bool
	force      bool
}

// A mapFormat is a kind of file that a picture is written to.
type mapFormat struct {
	name    string
	endings []string
	label   lang.Text
	write   func(*chart.Picture, io.Writer) error
}

var mapFormats = []mapFormat{
	{"svg", []string{".svg"}, lang.T("one drawing, for any program", "1 つの絵。どのソフトでも開けます"), (*chart.Picture).SVG},
	{"html", []string{".html", ".htm"}, lang.T("pages to print, and a list in words", "印刷用のページと、言葉の一覧"), (*chart.Picture).HTML},
	{"dot", []string{".dot", ".gv"}, lang.T("for Graphviz, which lays it out itself", "Graphviz 用（配置は Graphviz が決めます）"), (*chart.Picture).DOT},
}

// mostDrawn is how many accounts one picture may have: some hundred pages, worked
// out in about a second.
const mostDrawn = 1000

// longDrawing is from how many pages on a single drawing is hard to print.
const longDrawing = 3

// manySheets is from how many pages on a picture had better be of less.
const manySheets = 12

func (a *app) newMap() *cobra.Command {
	var o mapOptions
	cmd := a.command(spec{
		name: "map", args: lang.T("[NAME...]", "[名前...]"), group: "recovery",
		short: lang.T("draw what each account hangs on", "どのアカウントが何に頼っているかを図にする"),
		long: lang.T(`Draws, from the records: on the left what can be lost (devices, papers, memory,
contracts, persons), in the middle what opens other things (mailboxes, numbers),
on the right the accounts, with a row for each way in and a line from everything
that it needs. What locks an account by its loss alone has a thick outline, eight
corners and an exclamation mark. It is made for black and white on A4. With
names, only those accounts and what they hang on.

The file can be .html (pages to print, and the same in words), .svg (a drawing)
or .dot (for Graphviz). No secret is in it.`,
			`記録をもとに、左に失うと困るもの（機器、紙、記憶、契約、人）、中央にほかのものを開くもの（メール、電話番号）、
右にアカウントを並べた図を作ります。アカウントの箱には戻る方法が 1 行ずつあり、それに要るものから線が来ます。
それ 1 つを失うだけで戻れないアカウントが出るものは、太い八角形の枠に「!」の印が付きます。
A4 の白黒印刷で読めるように作ります。名前を付ければ、そのアカウントと、それが頼っているものだけの図になります。

ファイルは .html（印刷用のページと、言葉の一覧）、.svg（絵）、.dot（Graphviz 用）のどれかです。秘密は載りません。`),
		examples: []example{
			{"map -o map.html", lang.T("everything, on pages to print", "全部を、印刷できるページに")},
			{"map microsoft office -o office.svg", lang.T("two accounts and what they hang on", "2 つのアカウントと、その頼っているもの")},
			{"map --owner 田中 --mask -o tanaka.html", lang.T("a customer's, addresses masked", "お客様 1 人分を、メールアドレスを伏せて")},
			{"map --format dot -o - | dot -Tpdf -o map.pdf", lang.T("laid out by Graphviz", "配置を Graphviz に任せる")},
		},
	})
	f := cmd.Flags()
	f.StringVarP(&o.out, "output", "o", "", a.text(lang.T("write the picture to `FILE`, which must not exist yet; - is standard output", "図を新しい`ファイル`に書き出す（上書きはしません。- は標準出力）")))
	f.StringVar(&o.format, "format", "", a.text(lang.T("`FORMAT`: svg, html or dot (default: by the ending of the file)", "`形式`: svg、html、dot のどれか（省略するとファイル名の末尾で決まります）")))
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only the accounts of `NAME`", "持ち主が`名前`のアカウントだけ")))
	f.StringVar(&o.tag, "tag", "", a.text(lang.T("only the accounts with the tag `TAG`", "`名札`の付いたアカウントだけ")))
	f.BoolVar(&o.mask, "mask", false, a.text(lang.T("mask mail addresses and telephone numbers", "メールアドレスと電話番号を伏せる")))
	f.BoolVar(&o.force, "force", false, a.text(lang.T("replace the file if it exists", "ファイルがすでにあれば置き換える")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runMap(cmd, o, args) }
	return cmd
}

func (a *app) runMap(cmd *cobra.Command, o mapOptions, names []string) error {
	format, err := a.checkMap(cmd, o, names)
	if err != nil {
		return err
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	file := exportOptions{out: o.out, force: o.force}
	if err := a.notTheVault(s, file); err != nil {
		return err
	}
	picture, err := a.drawMap(s, o, names)
	if err != nil || picture == nil {
		return err
	}
	if err := a.writeExport(file, func(w io.Writer) error { return format.write(picture, w) }); err != nil {
		return err
	}
	a.sayOfMap(o, format, picture)
	return nil
}

// checkMap finds mistakes in the command line before a passphrase is asked for.
func (a *app) checkMap(cmd *cobra.Command, o mapOptions, names []string) (*mapFormat, error) {
	if len(names) > 0 && (o.owner != "" || o.tag != "") {
		return nil, a.usage(cmd, lang.T("names do not go together with --owner or --tag", "名前と --owner、--tag は一緒に使えません"))
	}
	if o.out == "" {
		f := a.usage(cmd, lang.T("where does the picture go? give a file with -o", "図の書き出し先がありません。-o でファイルを指定してください"))
		f.next = append([]words{said(lang.T("to print: %s map -o map.html", "印刷するなら: %s map -o map.html"), a.call())}, f.next...)
		return nil, f
	}
	format, err := a.mapFormat(cmd, o)
	if err != nil || o.out == "-" {
		return format, err
	}
	return format, a.checkOutput(cmd, exportOptions{out: o.out, force: o.force})
}

func (a *app) mapFormat(cmd *cobra.Command, o mapOptions) (*mapFormat, error) {
	ending := strings.ToLower(filepath.Ext(o.out))
	for i, f := range mapFormats {
		if o.format == f.name || o.format == "" && slices.Contains(f.endings, ending) {
			return &mapFormats[i], nil
		}
	}
	switch {
	case o.format != "":
		return nil, a.usage(cmd, lang.T("there is no format %q; there are: svg, html, dot", "%q という形式はありません。使えるのは: svg、html、dot"), o.format)
	case o.out == "-":
		return nil, a.usage(cmd, lang.T("for standard output say which format: --format svg, html or dot", "標準出力に出すときは形式を付けてください: --format svg、html、dot のどれか"))
	}
	return nil, a.usage(cmd, lang.T("the ending of the file says the format: .html, .svg or .dot; %q has none of them", "ファイル名の末尾で形式が決まります（.html、.svg、.dot）。%q はどれでもありません"), filepath.Base(o.out))
}

// drawMap reads the records and draws what was asked for. Where there is no
// account at all it says so, and there is no picture.
func (a *app) drawMap(s *store.Store, o mapOptions, names []string) (*chart.Picture, error) {
	records, err := a.liveRecords(s)
	if err != nil {
		return nil, err
	}
	if err := a.knownOwner(o.owner, records); err != nil {
		return nil, err
	}
	model := a.model(s, records)
	if err := tooLarge(model.Faults()); err != nil {
		return nil, err
	}
	chosen, err := a.accountsToMap(s, model, o, names)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		a.say(lang.T("there is nothing to draw yet: no record is an account. No file was written. To note one: %s add microsoft", "図にするものがまだありません（アカウントの記録がないため）。ファイルは書き出していません。はじめるには: %s add microsoft"), a.call())
		return nil, nil
	}
	var picture *chart.Picture
	err = a.patiently(lang.T("drawing ...", "図を作っています..."), func() error {
		m, err := a.sketchMap(model, chosen, records, o.mask)
		if err == nil {
			picture, err = chart.Draw(m)
		}
		return err
	})
	return picture, err
}

// accountsToMap returns the accounts that are asked for: by name, else by owner
// and tag.
func (a *app) accountsToMap(s *store.Store, model *recovery.Model, o mapOptions, names []string) (list []*recovery.Account, err error) {
	for _, name := range names {
		c, err := a.findLive(s, name)
		if err != nil {
			return nil, err
		}
		account := model.Account(c.Name)
		if account == nil {
			return nil, &failure{status: statusUsage, code: "no_account",
				what: said(lang.T("%q is no account: the picture starts from accounts", "「%s」はアカウントではありません。図はアカウントから描きます"), c.Name),
				next: []words{said(lang.T("all of them: %s map -o map.html", "全部の図: %s map -o map.html"), a.call())}}
		}
		if !slices.Contains(list, account) {
			list = append(list, account)
		}
	}
	if len(names) > 0 {
		return list, nil
	}
	for _, account := range model.Accounts() {
		r := account.Record
		if (o.owner == "" || lang.Fold(r.Owner) == lang.Fold(o.owner)) && (o.tag == "" || hasTag(r.Tags, o.tag)) {
			list = append(list, account)
		}
	}
	if len(list) > mostDrawn {
		return nil, a.tooManyToDraw(len(list))
	}
	if len(list) == 0 && (o.owner != "" || o.tag != "") {
		return nil, &failure{status: statusNotFound, code: "not_found",
			what: said(lang.T("there is no such account to draw", "図にするアカウントがありません")),
			next: []words{said(lang.T("all records: %s list", "記録の一覧: %s list"), a.call())}}
	}
	return list, nil
}

// tooManyToDraw says how many accounts it would be, and how to ask for fewer.
func (a *app) tooManyToDraw(n int) error {
	return &failure{status: statusUsage, code: "too_many",
		what: said(lang.T("these are %d accounts; one picture takes at most %d", "アカウントが %d 件あります。1 つの図に描けるのは %d 件までです"), n, mostDrawn),
		next: []words{
			said(lang.T("one person's: %s map --owner NAME -o map.html", "1 人の分だけ: %s map --owner 名前 -o map.html"), a.call()),
			said(lang.T("those with a tag: %s map --tag TAG -o map.html", "名札の付いたものだけ: %s map --tag 名札 -o map.html"), a.call()),
			said(lang.T("only these: %s map NAME NAME -o map.html", "名前を挙げたものだけ: %s map 名前 名前 -o map.html"), a.call()),
		}}
}

func hasTag(tags []string, typed string) bool {
	return slices.ContainsFunc(tags, func(t string) bool { return lang.Fold(t) == lang.Fold(typed) })
}

// sayOfMap says what to do with the picture.
func (a *app) sayOfMap(o mapOptions, format *mapFormat, picture *chart.Picture) {
	if n := picture.Pages(); n > longDrawing && format.name == "svg" {
		a.say(lang.T("this is one drawing of %d pages; to print it page by page, write a file that ends in .html", "%d ページ分が 1 つの絵になっています。1 ページずつ印刷するには、末尾が .html のファイルに書き出してください"), n)
	}
	if n := picture.Pages(); n > manySheets {
		a.say(lang.T("that is %d pages; for fewer, name accounts, or use --owner or --tag", "%d ページになりました。減らすには、名前を付けるか、--owner か --tag で絞ってください"), n)
	}
	if o.out != "-" {
		a.say(lang.T("no secret is in it, but it shows the weak spots, and is not encrypted: keep it as you keep your papers", "秘密は載っていませんが、弱い所が分かる図で、暗号化もしていません。大切な書類と同じようにしまってください"))
	}
}
