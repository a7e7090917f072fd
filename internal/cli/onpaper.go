package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
)

// An onPaper is what the command line says of how a sheet is laid out and where
// it goes: to a file, a printer, a preview, else to standard output.
type onPaper struct {
	kinds   []string // what the command can make; the first is meant where nobody says
	out     string   // a file that must not exist yet; empty or "-" is standard output
	format  string   // one of kinds; empty: by the ending of out
	size    paperSize
	large   bool
	preview bool
	printer string // a name or an address, ourChoice for the usual one, empty for none
	sides   string // a key of sidesKeywords; empty is one
	copies  int    // at the printer
}

// Kinds of file that hold a sheet.
const (
	kindText = "text"
	kindPDF  = "pdf"
	kindHTML = "html"
	kindPNG  = "png"
)

// paperKinds are the kinds in the order in which people are told of them.
var paperKinds = []struct {
	name    string
	endings []string
	label   lang.Text
}{
	{kindPDF, []string{".pdf"}, lang.T("to print: the same on every printer", "印刷用。どのプリンターでも同じ形になります")},
	{kindHTML, []string{".html", ".htm"}, lang.T("to print from a browser", "ブラウザーから印刷する")},
	{kindText, []string{".txt", ".text"}, lang.T("plain text of 80 columns", "1 行 80 桁のテキスト")},
	{kindPNG, []string{".png"}, lang.T("pictures, one a page", "画像（1 ページに 1 枚）")},
}

// paperFlags adds the flags that say where a sheet goes. A command that can't
// make every kind of file names those it can, the usual one first.
func (a *app) paperFlags(f *pflag.FlagSet, kinds ...string) *onPaper {
	if len(kinds) == 0 {
		kinds = []string{kindText, kindPDF, kindHTML, kindPNG}
	}
	o := &onPaper{kinds: kinds}
	f.StringVarP(&o.out, "output", "o", "", a.text(lang.T("write it to `FILE`, which must not exist yet; the ending (%s) says the kind", "新しい`ファイル`に書き出す（上書きはしません）。種類は末尾（%s）で決まります"), o.endings()))
	f.StringVar(&o.format, "format", "", a.text(lang.T("the `KIND` of file where no ending says it: %s", "ファイル名の末尾で決まらないときの`種類`: %s"), strings.Join(o.names(), a.text(comma))))
	f.Var(&o.size, "size", a.text(lang.T("`SIZE` of the paper: a4 or letter (default: as is usual in your country)", "用紙の`大きさ`: a4 か letter（省略するとお住まいの国のもの）")))
	if slices.Contains(kinds, kindText) { // else it is a drawing, whose type is what it is
		f.BoolVar(&o.large, "large", false, a.text(lang.T("large type, for weak eyes", "大きな文字で（見えにくい方に）")))
	}
	f.BoolVar(&o.preview, "preview", false, a.text(lang.T("look at the pages: in the browser, or with -o as PNG", "出来上がりを見る（ブラウザーで。-o を付けると PNG に）")))
	f.StringVar(&o.printer, "printer", "", a.text(lang.T("print it, on the usual printer or on `[NAME]` (or ipp://...)", "印刷する。いつものプリンターか、`[名前]`（または ipp://...）のプリンターで")))
	f.Lookup("printer").NoOptDefVal = ourChoice
	f.StringVar(&o.sides, "sides", "", a.text(lang.T("with --printer: `SIDES` to print on, one, two-long or two-short (default: one)", "--printer のとき: 印刷する`面`。one（片面）か two-long、two-short（両面）")))
	f.IntVar(&o.copies, "copies", 1, a.text(lang.T("with --printer: how `MANY`", "--printer のとき: 印刷する`部数`")))
	return o
}

// given reports whether any of the flags was.
func (o *onPaper) given() bool {
	return o.out != "" || o.format != "" || o.size != "" || o.large || o.preview || o.printer != ""
}

// mostCopies keeps a slip of the finger from emptying a tray.
const mostCopies = 20

func (o *onPaper) toFile() bool { return o.out != "" && o.out != "-" }

// names and endings are of the kinds the command makes, as people are told.
func (o *onPaper) names() (names []string) {
	for _, k := range paperKinds {
		if slices.Contains(o.kinds, k.name) {
			names = append(names, k.name)
		}
	}
	return names
}

func (o *onPaper) endings() string {
	var endings []string
	for _, k := range paperKinds {
		if slices.Contains(o.kinds, k.name) {
			endings = append(endings, k.endings[0])
		}
	}
	return strings.Join(endings, " ")
}

// kindOf is the kind that the ending of a file says, empty if it says none.
func kindOf(path string) string {
	ending := strings.ToLower(filepath.Ext(path))
	for _, k := range paperKinds {
		if slices.Contains(k.endings, ending) {
			return k.name
		}
	}
	return ""
}

// kind is what is to be made.
func (o *onPaper) kind() string {
	switch {
	case o.printer != "":
		return kindPDF
	case o.preview:
		return kindPNG
	case o.format != "":
		return o.format
	case o.toFile():
		return kindOf(o.out)
	}
	return o.kinds[0]
}

// checkPaper finds what the flags of paperFlags contradict, before a passphrase
// is asked for.
func (a *app) checkPaper(cmd *cobra.Command, o *onPaper) error {
	o.format = strings.ToLower(o.format)
	for _, err := range []error{a.checkPlace(cmd, o), a.checkKind(cmd, o), a.checkScreen(cmd, o)} {
		if err != nil {
			return err
		}
	}
	if o.preview && !o.toFile() {
		_, err := findOpener()
		return err
	}
	return checkNew(o)
}

// checkPlace holds that there is one place to go to.
func (a *app) checkPlace(cmd *cobra.Command, o *onPaper) error {
	_, known := sidesKeywords[o.sides]
	switch {
	case o.sides != "" && !known:
		return a.usage(cmd, lang.T("--sides is one, two-long or two-short, not %q", "--sides は one か two-long か two-short です。%q は使えません"), o.sides)
	case o.copies < 1 || o.copies > mostCopies:
		return a.usage(cmd, lang.T("--copies takes 1 to %d", "--copies は 1 から %d までです"), mostCopies)
	case o.printer == "" && (o.sides != "" || o.copies > 1):
		return a.usage(cmd, lang.T("--sides and --copies go with --printer", "--sides と --copies は --printer と一緒に使います"))
	case o.printer != "" && o.out != "":
		return a.usage(cmd, lang.T("it can go to a printer or into a file, not both: leave out --printer or -o", "プリンターとファイルの両方には出せません。--printer か -o のどちらかにしてください"))
	case o.printer != "" && o.preview:
		return a.usage(cmd, lang.T("--preview shows what --printer would print: leave one of them out", "--preview は印刷せずに見るものです。--printer か --preview のどちらかにしてください"))
	case o.printer != "" && o.format != "":
		return a.usage(cmd, lang.T("--format is of files: leave it out with --printer", "--format はファイルのためのものです。--printer とは一緒に使えません"))
	case o.preview && o.out == "-":
		return a.usage(cmd, lang.T("a preview can't go to standard output: leave out -o, or give it a file", "確認用の画像は標準出力には出せません。-o を省くか、ファイルの名前を書いてください"))
	case o.preview && o.format != "" && o.format != kindPNG:
		return a.usage(cmd, lang.T("--preview makes PNG: leave out --format", "--preview は PNG を作ります。--format は省いてください"))
	}
	return nil
}

// checkKind holds that one kind is meant, and one that there is.
func (a *app) checkKind(cmd *cobra.Command, o *onPaper) error {
	known := strings.Join(o.names(), a.text(comma))
	ending := kindOf(o.out)
	switch {
	case o.format != "" && !slices.Contains(o.kinds, o.format):
		return a.usage(cmd, lang.T("there is no format %q here; there are: %s", "%q という形式にはできません。使えるのは: %s"), o.format, known)
	case o.toFile() && o.preview && ending != kindPNG:
		return a.usage(cmd, lang.T("a preview is PNG: give it a name that ends in .png", "確認用の画像は PNG です。末尾が .png の名前にしてください"))
	case o.toFile() && o.format != "" && ending != "" && ending != o.format:
		return a.usage(cmd, lang.T("the name %s says another kind than --format %s", "%s という名前と --format %s が食い違っています"), filepath.Base(o.out), o.format)
	case o.toFile() && o.format == "" && !slices.Contains(o.kinds, ending):
		return a.usage(cmd, lang.T("the ending of the file says its kind (%s); %q has none of them: rename it or add --format", "ファイルの種類は末尾（%s）で決まります。%q はどれでもありません。名前を変えるか、--format を付けてください"), o.endings(), filepath.Base(o.out))
	case o.kind() == kindText && (o.large || o.size != ""):
		return a.usage(cmd, lang.T("--large and --size are not for text: make a PDF (-o FILE.pdf), or print (--printer)", "--large と --size はテキストには使えません。PDF（-o ファイル.pdf）にするか、印刷（--printer）してください"))
	}
	return nil
}

// checkScreen keeps off a screen, and out of a pipe, what can't be shown there.
func (a *app) checkScreen(cmd *cobra.Command, o *onPaper) error {
	if o.toFile() || o.printer != "" || o.preview {
		return nil
	}
	switch kind := o.kind(); {
	case kind == kindPNG:
		return a.usage(cmd, lang.T("pictures need a file: -o FILE.png", "画像はファイルに書き出します: -o ファイル.png"))
	case kind != kindText && a.toTerminal():
		return a.usage(cmd, lang.T("this can't be shown on a screen; say where it goes: -o FILE, --printer, or --preview to look at it", "画面には出せません。書き出す先を付けてください: -o ファイル、--printer、見るだけなら --preview"))
	}
	return nil
}

// checkNew finds a file that is there already. The pages of pictures are found
// when they are written.
func checkNew(o *onPaper) error {
	if !o.toFile() {
		return nil
	}
	if _, err := os.Lstat(o.out); err != nil {
		return nil
	}
	taken := &fs.PathError{Op: "create", Path: o.out, Err: fs.ErrExist}
	if to, err := os.Stat(o.out); err == nil && to.Mode()&(fs.ModeNamedPipe|fs.ModeDevice) != 0 {
		return &failure{status: statusError, code: "file_exists", err: taken,
			what: said(lang.T("%s is no file to write into", "%s は書き出すファイルになりません"), o.out),
			next: []words{said(lang.T("for a pipe or a device leave -o out, say --format, and lead the output there with > or |", "パイプや装置に出すには、-o を付けず、--format で種類を指定し、> か | でつないでください"))}}
	}
	return taken
}

// A paperSize is what --size was given.
type paperSize string

const (
	sizeA4     = "a4"
	sizeLetter = "letter"
)

func (s *paperSize) String() string { return string(*s) }
func (s *paperSize) Type() string   { return "string" }

func (s *paperSize) Set(typed string) error {
	typed = strings.ToLower(lang.FoldCode(typed))
	if typed != sizeA4 && typed != sizeLetter {
		return errors.New("no such paper")
	}
	*s = paperSize(typed)
	return nil
}
