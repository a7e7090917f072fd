// Package cli is the vault command: flags, prompts, words and exit statuses.
// It alone knows arguments, the environment, the standard streams, the clock
// and cobra; everything below it is told.
package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/erase"
	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// An app is one run of the command.
type app struct {
	name string // what the program was called as; renaming it just works
	lang lang.Lang
	now  time.Time
	in   *os.File
	out  io.Writer // results
	err  io.Writer // everything else
	tty  *term.Terminal
	g    globals
	dirs dirs

	givenOnce *givenRecord   // what --from-json held
	staged    bool           // a demonstration, which says nothing of the file it plays with
	commands  []string       // the names of those that were made
	opened    *store.Store   // the vault that was opened, if one was
	keys      []age.Identity // that were given or typed to open it
	passed    *string        // what --passphrase-file or --passphrase-fd gave
	whose     bool           // a file's passphrase is asked for too, so prompts say whose
	shell     *shell         // that the command was typed in, if it was
	merging   bool           // the command deals with conflict copies, and need not be told of them
}

// globals are the flags that every command has.
type globals struct {
	file           string
	lang           langName
	passphraseFile string
	passphraseFD   int
	identities     []string
	shares         []string
	noInput        bool
	quiet          bool
	color          colorWhen
	acceptOlder    bool
	noBackup       bool
}

// What tests put in place of the clock and of the wait for another process,
// and what they want called once a vault is open.
var (
	testOnlyNow      func() time.Time
	testOnlyLockWait time.Duration
	testOnlyOpened   func(*store.Store)
)

// Main runs the command with its arguments (the first is the program's name)
// and returns the exit status.
func Main(args []string) (status int) {
	harden()
	debug.SetGCPercent(200) // a command lives for milliseconds: half the collections, for at most the live memory once more
	a := newApp(args)
	defer func() { *a = app{} }() // cobra's functions for completion keep hold of it
	defer a.close()
	defer func() {
		if r := recover(); r != nil {
			status = a.crashed(r)
		}
	}()
	out := &results{file: os.Stdout}
	a.out = out
	root := a.newRoot()
	if isCompletion(args) {
		plainUsage(root)
	}
	root.SetArgs(args[1:])
	var err error
	erase.Do(func() { err = root.Execute() })
	a.renewNames()
	if err == nil {
		err = out.err
	}
	return a.report(err, wantsJSON(args))
}

func newApp(args []string) *app {
	now := time.Now
	if testOnlyNow != nil {
		now = testOnlyNow
	}
	a := &app{name: programName(args[0]), now: now(), in: os.Stdin, err: os.Stderr}
	a.lang = chooseLang(args[1:])
	a.dirs = standardDirs()
	term.SetAmbiguousWide(os.Getenv("MEMOVAULT_AMBIGUOUS_WIDE") != "")
	return a
}

func programName(arg0 string) string {
	return strings.TrimSuffix(filepath.Base(arg0), ".exe")
}

// chooseLang looks for --lang before cobra does, because the help that cobra
// prints is in the language.
func chooseLang(args []string) lang.Lang {
	if l, ok := typedLang(args); ok {
		return l
	}
	return lang.FromEnv(os.Getenv, systemLocale)
}

// typedLang is the language that --lang names, if one of the arguments does.
func typedLang(args []string) (l lang.Lang, ok bool) {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		value, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			if l, known := lang.Parse(value); known {
				return l, true
			}
		}
	}
	return l, false
}

func wantsJSON(args []string) bool {
	for _, arg := range args[1:] {
		if arg == "--" {
			return false
		}
		if arg == "--json" || arg == "--json=true" {
			return true
		}
	}
	return false
}

func (a *app) close() {
	if a.tty != nil {
		a.tty.Close()
	}
}

// say writes a line of talk to standard error.
func (a *app) say(t lang.Text, args ...any) {
	if !a.g.quiet {
		a.talk("", t.Sprintf(a.lang, args...))
	}
}

// warn is say with a mark; --quiet does not silence it.
func (a *app) warn(t lang.Text, args ...any) {
	a.talkMarked(paintCare, a.name+": "+a.text(lang.T("warning: ", "ご注意: ")), t.Sprintf(a.lang, args...))
}

// talkMarked is talk that begins with a mark, which is coloured.
func (a *app) talkMarked(p paint, mark, text string) {
	rows := a.talkRows("", mark+text)
	if rest, ok := strings.CutPrefix(rows[0], mark); ok {
		rows[0] = a.paintTalk(p, mark) + rest
	}
	fmt.Fprintln(a.err, strings.Join(rows, "\n"))
}

// talk writes to standard error, indented, and on a terminal in as many rows as
// it needs: a terminal would break words in the middle.
func (a *app) talk(indent, text string) {
	for _, row := range a.talkRows(indent, text) {
		fmt.Fprintf(a.err, "%s%s\n", indent, row)
	}
}

func (a *app) talkRows(indent, text string) []string {
	text = term.SanitizeLines(text)
	if cols := a.columnsOf(a.err); cols > 0 {
		return a.wrap(text, max(cols-len(indent)-1, narrowest))
	}
	return strings.Split(text, "\n")
}

// narrowest is the fewest columns that text is wrapped to.
const narrowest = 20

// tell is talk between questions, at the terminal.
func (a *app) tell(t *term.Terminal, indent int, text string) {
	cols, _ := t.Size()
	for _, row := range a.wrap(term.SanitizeLines(text), max(cols-indent-1, narrowest)) {
		t.Printf("%s%s\n", strings.Repeat(" ", indent), row)
	}
}

// text says t with arguments in the language of the run.
func (a *app) text(t lang.Text, args ...any) string { return t.Sprintf(a.lang, args...) }

// plural chooses the text for one or for another number of things. Japanese
// says both alike.
func plural(n int, one, many lang.Text) lang.Text {
	if n == 1 {
		return one
	}
	return many
}

// terminal opens the controlling terminal, unless nobody may be asked.
func (a *app) terminal() (*term.Terminal, error) {
	if a.g.noInput {
		return nil, term.ErrNoTerminal
	}
	if a.tty == nil {
		t, err := term.Open(term.Options{Plain: plainInput()})
		if err != nil {
			return nil, err
		}
		a.tty = t
	}
	return a.tty, nil
}

// interactive reports whether a person can be asked.
func (a *app) interactive() bool {
	_, err := a.terminal()
	return err == nil
}

// path returns the vault file: --file, MEMOVAULT_FILE, or the standard place.
func (a *app) path() string {
	if a.g.file != "" {
		return a.g.file
	}
	if env := os.Getenv("MEMOVAULT_FILE"); env != "" {
		return env
	}
	return filepath.Join(a.dirs.data, "default.vault")
}

// call is the program as it is to be typed for the same vault: hints that leave
// --file out would lead to another one.
func (a *app) call() string {
	if a.g.file == "" || a.staged || a.shell.isHere(a.g.file) {
		return a.name
	}
	return a.name + " --file " + shellWord(a.g.file)
}

func (a *app) config() store.Config {
	return store.Config{
		StateDir:    a.dirs.state,
		LockWait:    cmp.Or(testOnlyLockWait, store.LockWait),
		Readme:      []byte(backupReadme),
		ReadmeMore:  map[string][]byte{keyring.KindShares: []byte(sharesReadme)},
		NoBackup:    a.g.noBackup,
		AcceptOlder: a.g.acceptOlder,
		Now:         a.now,
	}
}

// newRoot builds the command tree in the language of the run.
func (a *app) newRoot() *cobra.Command {
	root := a.command(spec{
		name:  a.name,
		short: lang.T("keep what gets you back into your accounts, encrypted, and on paper", "アカウントに戻るための情報を、暗号で守り、紙にも残します"),
		long: lang.T(`Keeps what you need to get back into your accounts (product key, e-mail, phone,
recovery codes, password hint, the name as registered) in one encrypted file on
this computer, and prints it. Nothing leaves the computer but pages for a printer that you name.`,
			`アカウントに戻るために要るもの（プロダクトキー、メール、電話、回復用コード、パスワードのヒント、
登録した名前など）を、このパソコンの中の暗号化したファイル 1 つにしまい、紙に印刷します。
パソコンの外に送るのは、指定されたプリンターへの印刷だけです。`),
		examples: []example{
			{"add office", lang.T("note a Microsoft Office: asks question by question", "Microsoft Office を記録する（1 問ずつ聞きます）")},
			{"list", lang.T("what is in the vault", "金庫の中の一覧")},
			{"show office", lang.T("one record, its secrets hidden", "1 件を見る（秘密の部分は隠します）")},
			{"print office -o office.pdf", lang.T("a sheet for paper", "紙に残すための用紙を作る")},
			{"demo", lang.T("see it all on an invented example", "作り話の例で一通り見る")},
		},
	})
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return a.unknownCommand(root, args[0])
		}
		return cmd.Help()
	}
	root.Args = cobra.ArbitraryArgs
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) { a.useOwnTemplates(cmd) }
	a.globalFlags(root)
	for _, g := range groups {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title.In(a.lang)})
	}
	root.AddCommand(
		a.newAdd(),
		a.newList(),
		a.newShow(),
		a.newEdit(),
		a.newTag(),
		a.newRm(),
		a.newUndo(),
		a.newHistory(),
		a.newTemplates(),
		a.newPrint(),
		a.newPapers(),
		a.newCheckPaper(),
		a.newAudit(),
		a.newWhatif(),
		a.newRetire(),
		a.newDrill(),
		a.newDue(),
		a.newRecover(),
		a.newMap(),
		a.newInit(),
		a.newKey(),
		a.newBackup(),
		a.newCheck(),
		a.newRestore(),
		a.newMerge(),
		a.newConflicts(),
		a.newRescue(),
		a.newImport(),
		a.newExport(),
		a.newShell(),
		a.newDemo(),
		a.newCompletion(),
		a.newVersion(),
	)
	root.SetHelpCommand(a.newHelp(root))
	a.dressHelp(root)
	a.dressCompletion(root)
	return root
}

func (a *app) globalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.g.file, "file", "", a.text(lang.T("the vault `FILE` (default: $MEMOVAULT_FILE, else the standard place)", "金庫の`ファイル`（省略すると $MEMOVAULT_FILE、なければ標準の場所）")))
	f.Var(&a.g.lang, "lang", a.text(lang.T("the `LANGUAGE`, en or ja (default: as the system)", "表示の`言語`。ja か en（省略するとシステムの言語）")))
	f.StringVar(&a.g.passphraseFile, "passphrase-file", "", a.text(lang.T("read the passphrase from the first line of `FILE`", "合言葉を`ファイル`の 1 行目から読む")))
	f.IntVar(&a.g.passphraseFD, "passphrase-fd", -1, a.text(lang.T("read the passphrase from the open file descriptor `N`", "合言葉を、開いてあるファイル記述子`番号`から読む")))
	f.StringArrayVar(&a.g.identities, "identity", nil, a.text(lang.T("open the vault with an age identity `FILE`", "age の鍵`ファイル`で金庫を開ける")))
	f.StringArrayVar(&a.g.shares, "share", nil, a.text(lang.T("open the vault with shares in `FILE`, a text or a photograph", "分け札の入った`ファイル`（テキストか写真）で金庫を開ける")))
	f.BoolVar(&a.g.noInput, "no-input", false, a.text(lang.T("never ask; fail where an answer is needed", "何も聞かない（答えが要るところでは失敗する）")))
	f.BoolVar(&a.g.quiet, "quiet", false, a.text(lang.T("only results, warnings and errors", "結果と注意とエラーだけを出す")))
	a.g.color = colorAuto
	f.Var(&a.g.color, "color", a.text(lang.T("colours: `WHEN` is auto, always or never", "色を付けるか。`いつ`は auto、always、never のどれか")))
	f.BoolVar(&a.g.acceptOlder, "accept-older-copy", false, a.text(lang.T("go on with a copy that is older than, or differs from, what this computer saw last", "このパソコンが最後に見たものより古い、または食い違う金庫でも続ける")))
	f.BoolVar(&a.g.noBackup, "no-backup", false, a.text(lang.T("skip the backup before the first change of a day", "その日最初の変更の前の控えを作らない")))
	f.BoolP("help", "h", false, a.text(lang.T("show this help", "この説明を出す")))
}

// A langName is a language that --lang may name. chooseLang has read it by the
// time cobra does; this refuses what it passed over.
type langName string

func (n *langName) String() string { return string(*n) }
func (n *langName) Type() string   { return "string" }

func (n *langName) Set(typed string) error {
	if _, known := lang.Parse(typed); !known {
		return errors.New("unknown language")
	}
	*n = langName(typed)
	return nil
}

// noArgs, oneName and the like stand in for cobra's own argument checks, which
// speak English.
func (a *app) argsBetween(low, high int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		for _, arg := range args {
			if err := a.fullWidthFlag(arg); err != nil {
				return err
			}
		}
		switch {
		case len(args) < low:
			return a.usage(cmd, lang.T("something is missing after %q", "%q のあとに足りないものがあります"), a.name+" "+cmd.Name())
		case high >= 0 && len(args) > high:
			return a.usage(cmd, lang.T("%q is one argument too many", "%q は余分な引数です"), args[high])
		}
		return nil
	}
}

// fullWidthFlag catches --json typed with the input method on.
func (a *app) fullWidthFlag(arg string) error {
	folded := lang.FoldCode(arg)
	if strings.HasPrefix(arg, "-") && folded == arg || !strings.HasPrefix(folded, "--") || folded == arg {
		return nil
	}
	return &failure{
		status: statusUsage, code: "usage",
		what: said(lang.T("%q has full-width hyphens", "%q のハイフンが全角になっています"), arg),
		next: []words{said(lang.T("type it in half width: %s", "半角で打ってください: %s"), folded)},
	}
}

// isCancelled reports whether a person stopped the command.
func isCancelled(err error) bool {
	return errors.Is(err, term.ErrCancelled) || errors.Is(err, term.ErrEnd) || errors.As(err, new(*term.LockError))
}
