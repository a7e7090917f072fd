package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// How long the open vault waits for a key, if --idle does not say, and how long
// and short that may be.
const (
	usualIdle    = 5 * time.Minute
	longestIdle  = 30 * time.Minute
	shortestIdle = time.Second
)

// idleTime is what --idle takes: 5m, 90s.
type idleTime time.Duration

func (d *idleTime) String() string { return shortDuration(time.Duration(*d)) }
func (d *idleTime) Type() string   { return "duration" }

func (d *idleTime) Set(typed string) error {
	parsed, err := time.ParseDuration(strings.ToLower(lang.FoldCode(typed)))
	if err != nil || parsed < shortestIdle || parsed > longestIdle {
		return errors.New("no time from 1s to 30m")
	}
	*d = idleTime(parsed)
	return nil
}

// shortDuration writes whole minutes without their seconds.
func shortDuration(d time.Duration) string {
	return strings.TrimSuffix(d.String(), "m0s") + minuteMark(d)
}

func minuteMark(d time.Duration) string {
	if strings.HasSuffix(d.String(), "m0s") {
		return "m"
	}
	return ""
}

type shellOptions struct {
	idle   idleTime
	clear  bool
	locked string // why a shell before this one was locked, see relock
}

// typing says that commands are typed at the terminal, in a shell: standard input
// is not to be read for data there, which would wait, echo, and never lock.
var typing atomic.Bool

// A shell is a sitting in which the vault stays open between commands.
type shell struct {
	a     *app // the run that began it
	t     *term.Terminal
	o     shellOptions
	store *store.Store // what the vault was opened with; nil while locked
	watch *shellWatch
}

func (a *app) newShell() *cobra.Command {
	o := shellOptions{idle: idleTime(usualIdle)}
	cmd := a.command(spec{
		name: "shell", group: "more",
		short: lang.T("open the vault once, then type many commands", "金庫を一度開けて、続けてコマンドを打つ（対話モード）"),
		long: lang.T(`Asks for the passphrase once. Then every command works as usual, with or without the
name of the program in front; Tab completes commands, options, files and the names of your
records. Nothing you type is kept. Words are quoted as in a shell: 'two words'.

exit (or Ctrl-D) ends it. lock (or Ctrl-L, at a question too) locks the vault: the
key is gone from memory, and the passphrase is asked for again; the recovery key does as
well. It locks itself after five minutes without a key, in the middle of a question too: that
command is then stopped as by Ctrl-C. A command that works is not disturbed. Stopping the
program (Ctrl-Z) locks it as well. With --clear everything happens on a screen of its own,
which is wiped when it locks or ends. While a command is at work, Ctrl-\ ends it all.`,
			`合言葉を一度だけ聞きます。そのあとは、どのコマンドもいつもどおりに使えます（先頭のプログラム名は
省けます）。Tab キーで、コマンド、オプション、ファイル、記録の名前を補完します。打ったものは
どこにも残りません。空白を含むことばは、シェルと同じように '…' で囲みます。

exit（Ctrl-D も同じ）で終わります。lock（Ctrl-L も同じ。質問の途中でも使えます）で施錠します。
鍵はメモリーから消え、合言葉をもう一度聞きます。回復キーでも開きます。5 分間キーを押さないと、
質問の途中でも自動で施錠します。そのコマンドは Ctrl-C と同じように中止になります。処理の途中のコマンドは
止めません。プログラムを止めたとき（Ctrl-Z）も施錠します。--clear を付けると専用の画面を使い、
施錠するときと終わるときに画面を消します。処理の途中で終えるには Ctrl-\ を押してください。`),
		examples: []example{
			{"shell", lang.T("then: list, show office, add note, ...", "続けて list、show office、add note などと打てます")},
			{"shell --idle 1m --clear", lang.T("among people: locks after a minute, leaves nothing on the screen", "人のいるところで使う（1 分で施錠し、画面に何も残さない）")},
		},
	})
	f := cmd.Flags()
	f.Var(&o.idle, "idle", a.text(lang.T("lock after this `TIME` without a key, from 1s to 30m (default: 5m)", "この`時間`キーを押さなければ施錠する。1s から 30m まで（省略すると 5m）")))
	f.BoolVar(&o.clear, "clear", false, a.text(lang.T("leave nothing on the screen when it locks or ends", "施錠するときと終わるときに、画面に何も残さない")))
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 && slices.Contains(lockWords, args[0]) {
			o.locked = args[0]
			return nil
		}
		return a.argsBetween(0, 0)(cmd, args)
	}
	cmd.RunE = func(*cobra.Command, []string) error { return a.runShell(o) }
	return cmd
}

// runShell opens the vault and obeys until the end. Where the system can, a lock
// is the end of this process image, see relock; elsewhere it goes round here.
func (a *app) runShell(o shellOptions) error {
	if a.shell != nil {
		return &failure{status: statusUsage, code: "nested_shell",
			what: said(lang.T("this is vault shell already", "もう対話モードの中です")),
			next: []words{said(lang.T("type the command itself; exit ends the shell", "コマンドをそのまま打ってください。終わるには exit"))}}
	}
	for {
		why, err := a.sitInShell(o)
		if a.tty != nil && why != "" {
			a.tty.DropInput()
		}
		a.closeTerminal()
		if why == "" {
			return err
		}
		o.locked = why
		a.relock(o)
		a.keys, a.passed = nil, nil
		a.g.passphraseFile, a.g.passphraseFD, a.g.identities, a.g.shares = "", -1, nil, nil // as again leaves them out
		debug.FreeOSMemory()                                                                // collects what was dropped, too
	}
}

// closeTerminal gives the terminal back; the next question opens it anew.
func (a *app) closeTerminal() {
	a.close()
	a.tty = nil
}

// sitInShell is one sitting from opening to locking. It returns why the vault is to be
// locked, "" at the end.
func (a *app) sitInShell(o shellOptions) (why string, err error) {
	t, err := a.terminal()
	if err != nil {
		return "", &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("vault shell needs a terminal to ask at", "対話モードには端末が要ります")),
			next: []words{said(lang.T("in a script: one command at a time, with --passphrase-file FILE", "スクリプトからは、コマンドを 1 つずつ --passphrase-file ファイル を付けて使ってください"))}}
	}
	if o.locked == lockedStop {
		t.Stop()
	}
	if o.clear && !t.OwnScreen() {
		return "", &failure{status: statusUsage, code: "no_screen",
			what: said(lang.T("this terminal can't be cleared: --clear would promise too much", "この端末の画面は消せないので、--clear は使えません")),
			next: []words{said(lang.T("without it: %s shell", "付けずに使うには: %s shell"), a.call())}}
	}
	sh := &shell{a: a, t: t, o: o}
	if o.locked != "" {
		sh.sayLocked()
	}
	t.Guard(0)
	sh.store, err = a.openVault()
	a.opened = nil
	switch {
	case o.locked != "" && isCancelled(err):
		return "", nil // nothing was under way
	case err != nil:
		return "", err
	}
	sh.greet()
	typing.Store(true)
	defer typing.Store(false)
	t.Guard(time.Duration(o.idle))
	sh.watch = startWatch(sh)
	defer sh.watch.end()
	return sh.obey()
}

// greet says what is there and how to leave it.
func (sh *shell) greet() {
	a := sh.a
	if sh.o.locked != "" {
		return
	}
	n := sh.store.Len()
	sh.tell(a.text(plural(n, lang.T("open: %d record. help lists the commands, Tab completes, exit ends.", "開きました（%d 件）。help で一覧、Tab で補完、exit で終わります。"),
		lang.T("open: %d records. help lists the commands, Tab completes, exit ends.", "開きました（%d 件）。help で一覧、Tab で補完、exit で終わります。")), n))
	sh.tell(a.text(lang.T("It locks after %s without a key; at once with lock or Ctrl-L.", "%sのあいだキーを押さないと施錠します。すぐに施錠するには lock か Ctrl-L。"), a.spell(time.Duration(sh.o.idle))))
}

func (sh *shell) tell(text string) {
	if !sh.a.g.quiet {
		sh.a.tell(sh.t, 0, text)
	}
}

var errKeyboard = &failure{status: statusUsage, code: "usage",
	what: said(lang.T("standard input (-) is the keyboard here", "ここでは標準入力（-）はキーボードです")),
	next: []words{said(lang.T("give a file instead", "代わりにファイルを指定してください"))}}

// spell writes a time as people say it.
func (a *app) spell(d time.Duration) string {
	minutes, rest := int(d/time.Minute), d%time.Minute
	seconds := int(rest.Round(time.Second) / time.Second)
	switch {
	case minutes == 0:
		return a.text(plural(seconds, lang.T("%d second", "%d 秒"), lang.T("%d seconds", "%d 秒")), seconds)
	case seconds == 0:
		return a.text(plural(minutes, lang.T("%d minute", "%d 分"), lang.T("%d minutes", "%d 分")), minutes)
	}
	return a.text(lang.T("%d min %d s", "%d 分 %d 秒"), minutes, seconds)
}

// obey asks for lines and runs them until the end or a lock.
func (sh *shell) obey() (why string, err error) {
	line := ""
	for {
		typed, err := sh.t.ReadLine(term.Line{Prompt: sh.a.name + "> ", Initial: line, Suggest: sh.suggest})
		line = ""
		switch {
		case sh.watch.ended():
			return "", sh.watch.raise()
		case sh.t.Locked() != nil:
			return reasons[sh.t.Locked().Reason], nil
		case errors.Is(err, term.ErrCancelled):
			continue
		case errors.Is(err, term.ErrEnd):
			return "", nil
		case sh.a.refusedLine(sh.t, err):
			continue
		case err != nil:
			return "", err
		}
		words, err := lineWords(typed)
		if err != nil {
			sh.a.report(err, false)
			line = typed // to be mended
			continue
		}
		why, end := sh.run(words)
		if sh.watch.ended() {
			return "", sh.watch.raise()
		}
		if why != "" || end {
			return why, nil
		}
	}
}

// own are the words that only the shell knows.
var own = []struct {
	word string
	text lang.Text
}{
	{"lock", lang.T("lock the vault, as Ctrl-L does", "施錠する（Ctrl-L も同じ）")},
	{"exit", lang.T("end, as Ctrl-D does", "終わる（Ctrl-D も同じ）")},
	{"quit", lang.T("the same", "同じ")},
}

func (sh *shell) ownWords() []tabWord {
	var list []tabWord
	for _, o := range own {
		list = append(list, tabWord{word: o.word, label: sh.a.text(o.text)})
	}
	return list
}

func (sh *shell) isProgram(word string) bool { return word == sh.a.name || word == "vault" }

// run does what one line says.
func (sh *shell) run(words []string) (why string, end bool) {
	if len(words) > 0 && sh.isProgram(words[0]) {
		words = words[1:]
	}
	if len(words) == 0 {
		return "", false
	}
	if len(words) == 1 {
		switch lang.Fold(words[0]) {
		case "exit", "quit":
			return "", true
		case "lock":
			return lockedKey, false
		}
	}
	return sh.command(words), false
}

// command runs one command of the tree with an app of its own. It returns why
// the vault is to be locked afterwards, if it is.
func (sh *shell) command(words []string) (why string) {
	c := sh.child(words)
	out := &results{file: os.Stdout}
	c.out = out
	defer func() {
		if r := recover(); r != nil {
			c.tty = nil // sitInShell closes it
			c.crashed(r)
			why = lockedCrash
		}
	}()
	sh.watch.begin()
	defer sh.watch.finish()
	root := c.newRoot()
	root.SetArgs(append(sh.inherited(), words...))
	err := root.Execute()
	c.renewNames()
	if err == nil {
		err = out.err
	}
	why = sh.afterwards(c, err)
	if why != lockedRekeyed && why != lockedSlot {
		c.report(err, wantsJSON(append([]string{""}, words...)))
	}
	return why
}

// afterwards looks at what a command leaves: a vault whose keys it may have
// changed, and reasons to lock.
func (sh *shell) afterwards(c *app, err error) (why string) {
	if s := c.opened; s != nil && s.Path() == sh.store.Path() && s.ID() == sh.store.ID() {
		sh.store = s
	}
	c.opened = nil // cobra's templates remember the app
	switch {
	case errors.Is(err, store.ErrRekeyed):
		return lockedRekeyed
	case errors.Is(err, store.ErrSlotGone):
		return lockedSlot
	case sh.t.Locked() != nil:
		return reasons[sh.t.Locked().Reason]
	}
	return ""
}

// child is the app of one command.
func (sh *shell) child(words []string) *app {
	a := sh.a
	l, ok := typedLang(words)
	if !ok {
		l = a.lang
	}
	return &app{name: a.name, lang: l, now: clock(), in: a.in, err: a.err, tty: sh.t, dirs: a.dirs, shell: sh}
}

// inherited are the options of every command that the shell was started with.
func (sh *shell) inherited() []string { return sh.a.g.again() }

// again writes the options as they would be typed, those that give a key left
// out: what they open is open, and what is locked is not to open by itself.
func (g *globals) again() []string {
	list := []string{"--color=" + g.color.String()}
	if g.file != "" {
		list = append(list, "--file="+g.file)
	}
	for name, set := range map[string]bool{"quiet": g.quiet, "accept-older-copy": g.acceptOlder, "no-backup": g.noBackup} {
		if set {
			list = append(list, "--"+name)
		}
	}
	slices.Sort(list)
	return list
}

// unlock opens s with what the shell is open with, if it is the same file.
func (sh *shell) unlock(s *store.Store) (done bool, err error) {
	if sh == nil || sh.store == nil || s.Path() != sh.store.Path() {
		return false, nil
	}
	return true, s.UnlockAs(sh.store)
}

// isHere reports whether the file of a command is that of the shell: it need
// not be named.
func (sh *shell) isHere(file string) bool {
	if sh == nil || sh.store == nil {
		return false
	}
	real, err := filepath.EvalSymlinks(file)
	return err == nil && real == sh.store.Path()
}

// names are what completion may offer, from the open vault.
func (sh *shell) names() *nameList {
	if sh == nil || sh.store == nil {
		return nil
	}
	cards, err := sh.store.Cards()
	if err != nil {
		return nil
	}
	l := listOf(cards)
	return &l
}

// arguments are those of the program that asks for the key again.
func (sh shellOptions) arguments(a *app) []string {
	args := append(a.g.again(), "shell", "--idle="+sh.idle.String(), fmt.Sprintf("--clear=%t", sh.clear), sh.locked)
	if a.g.lang != "" {
		args = append(args, "--lang="+string(a.g.lang))
	}
	return args
}
