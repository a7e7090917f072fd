package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// tries is how often a wrong passphrase may be corrected.
const tries = 3

// openVault opens and unlocks the vault at path().
func (a *app) openVault() (*store.Store, error) {
	s, err := store.Open(a.path(), a.config())
	if errno, bare := err.(syscall.Errno); bare {
		err = &fs.PathError{Op: "open", Path: a.path(), Err: errno}
	}
	if err != nil {
		return nil, err
	}
	if err := a.unlock(s); err != nil {
		return nil, err
	}
	a.afterUnlock(s)
	if testOnlyOpened != nil {
		testOnlyOpened(s)
	}
	return s, nil
}

// afterUnlock says what the person should know about the vault they opened.
func (a *app) afterUnlock(s *store.Store) {
	a.opened = s
	if s.NewHere() {
		a.warnPlace(s.Path())
		a.warnFirstUse(s)
	}
	a.sayCopies(s)
	if err := s.Warnings(); err != nil {
		a.warn(lang.T("the vault is open, but something beside it did not work: %s", "金庫は開きましたが、まわりでうまくいかないことがありました: %s"), systemReason(err))
	}
	for _, what := range s.Damaged() {
		a.warn(lang.T("damaged, and left out here: %s", "壊れているため、ここでは除いています: %s"), a.damagedPart(what))
	}
}

// unlock tries the keys that were given, or asks.
func (a *app) unlock(s *store.Store) error {
	ids, err := a.givenKeys()
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		a.keys = ids
		err := a.unlockIdentities(s, ids...)
		if errors.Is(err, keyring.ErrNoMatch) && len(a.g.shares) > 0 && len(ids) == 1 {
			return wrongShares()
		}
		return err
	}
	if done, err := a.shell.unlock(s); done {
		return err
	}
	t, err := a.terminal()
	if err != nil {
		return &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("the passphrase is needed, and there is no terminal to ask at", "合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --passphrase-file FILE, --passphrase-fd N or --identity FILE", "--passphrase-file ファイル、--passphrase-fd 番号、--identity ファイル のどれかを使ってください"))}}
	}
	return a.askToUnlock(t, s)
}

func (a *app) askToUnlock(t *term.Terminal, s *store.Store) error {
	prompt := a.text(lang.T("Passphrase: ", "合言葉: "))
	if a.whose {
		prompt = a.text(lang.T("Passphrase of the vault: ", "金庫の合言葉: "))
	}
	devices := deviceKeysOf(s)
	if !devices.none() {
		prompt = strings.TrimSuffix(prompt, ": ") + a.text(devices.promptEnd())
	}
	for left := tries - 1; ; left-- {
		typed, err := t.ReadSecret(prompt)
		if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
			err = explainTyped(err)
		}
		switch {
		case err != nil:
		case typed == "" && !devices.none():
			err = a.unlockAtHand(s, devices)
		default:
			err = a.unlockWith(s, typed)
		}
		if err == nil || left == 0 || !retriable(err) {
			return err
		}
		f := a.explain(err)
		a.tell(t, 2, f.what.in(a.lang))
		if !f.why.empty() {
			a.tell(t, 2, f.why.in(a.lang))
		}
		a.tellTries(t, err, left)
	}
}

// tellTries says how often a secret may be typed once more, and what to look at
// where something was typed.
func (a *app) tellTries(t *term.Terminal, err error, left int) {
	switch {
	case errors.Is(err, keyring.ErrEmpty), errors.As(err, new(*keyring.IdentityError)), errors.As(err, new(*failure)):
		a.tell(t, 2, a.text(lang.T("tries left: %d", "あと %d 回"), left))
		return
	case errors.Is(err, keyring.ErrRecoveryTypo):
		a.tell(t, 2, a.text(lang.T("tries left: %d. Compare it with the paper, check letters included", "あと %d 回。確かめの文字まで、紙と見比べてください"), left))
		return
	}
	a.tell(t, 2, a.text(lang.T("tries left: %d. Is Caps Lock off, and the input method too?", "あと %d 回。Caps Lock と日本語入力が切れているか、確かめてください"), left))
}

// unlockWith takes what was typed for a passphrase or for the recovery key.
func (a *app) unlockWith(s *store.Store, typed string) error {
	if isShare(typed) {
		return a.unlockByShares(s, typed)
	}
	id, recovery, err := keyring.Secret(typed)
	if err != nil {
		return err
	}
	if err := a.slowly(func() error { return s.Unlock(id) }); err != nil {
		return err
	}
	a.keys = []age.Identity{id}
	if recovery {
		a.say(lang.T("opened with the recovery key", "回復キーで開きました"))
	}
	return nil
}

func retriable(err error) bool {
	return errors.Is(err, keyring.ErrNoMatch) || errors.As(err, new(*keyring.IdentityError)) || errors.Is(err, keyring.ErrRecoveryTypo) ||
		errors.Is(err, keyring.ErrEmpty) || errors.Is(err, keyring.ErrTooLong) || errors.Is(err, keyring.ErrControl)
}

// explainTyped turns the terminal's refusals of a secret into the keyring's.
func explainTyped(err error) error {
	if errors.Is(err, term.ErrTooLong) {
		return keyring.ErrTooLong
	}
	return keyring.ErrControl
}

// givenKeys reads the keys that flags name: identity files, shares, or a
// passphrase from a file or an open descriptor.
func (a *app) givenKeys() ([]age.Identity, error) {
	ids, err := a.givenShares()
	if err != nil {
		return nil, err
	}
	for _, path := range a.g.identities {
		b, err := readSmall(path)
		if err != nil {
			return nil, err
		}
		more, err := keyring.ParseKeyFile(b, a.keyTalk())
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	pass, ok, err := a.givenPassphrase()
	if err != nil || !ok {
		return ids, err
	}
	id, _, err := keyring.Secret(pass)
	if err != nil {
		return nil, err
	}
	return append(ids, id), nil
}

// givenPassphrase reads --passphrase-file or --passphrase-fd, once: a command that
// opens two files has nothing left to read from a descriptor.
func (a *app) givenPassphrase() (pass string, ok bool, err error) {
	if a.passed != nil {
		return *a.passed, true, nil
	}
	switch {
	case a.g.passphraseFile != "":
		b, err := readSmall(a.g.passphraseFile)
		pass, ok = firstLine(b), true
		if err != nil {
			return pass, ok, err
		}
	case a.g.passphraseFD >= 0:
		if pass, err = readDescriptor(a.g.passphraseFD); err != nil {
			return "", false, err
		}
		ok = true
	}
	if ok {
		a.passed = &pass
	}
	return pass, ok, nil
}

// readDescriptor reads the first line of an open descriptor and closes it, so
// that no program which is started later, a pager or a plugin, inherits it.
func readDescriptor(n int) (string, error) {
	f := os.NewFile(uintptr(n), "passphrase")
	if f == nil {
		return "", badDescriptor(n)
	}
	if n > 2 {
		defer f.Close()
	}
	line, err := bufio.NewReaderSize(io.LimitReader(f, maxSmall), 4096).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", badDescriptor(n)
	}
	return firstLine([]byte(line)), nil
}

func badDescriptor(n int) error {
	return &failure{status: statusUsage, code: "usage",
		what: said(lang.T("file descriptor %d can't be read", "ファイル記述子 %d が読めません"), n),
		next: []words{said(lang.T("open it for the command: --passphrase-fd 3 3<FILE", "コマンドに開いて渡してください: --passphrase-fd 3 3<ファイル"))}}
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r")
}

// maxSmall bounds files of keys, passphrases and records given as JSON.
const maxSmall = 16 << 20

// readSmall reads a file that a person named, "-" for standard input.
func readSmall(path string) ([]byte, error) {
	if path == "-" && typing.Load() && isTerminal(os.Stdin) {
		return nil, errKeyboard
	}
	var in io.Reader = os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxSmall+1))
	if err == nil && len(b) > maxSmall {
		err = &failure{status: statusUsage, code: "too_large",
			what: said(lang.T("%s is larger than %d MiB", "%s は %d MiB を超えています"), path, maxSmall>>20)}
	}
	return b, err
}

// readLine asks for a line, and again where what came can't be one: the answers
// before it are not lost for a key that a plain terminal does not know.
func (a *app) readLine(t *term.Terminal, l term.Line) (string, error) {
	for {
		typed, err := t.ReadLine(l)
		if !a.refusedLine(t, err) {
			return typed, err
		}
	}
}

// readLines is readLine for a list, which goes on with the items it has.
func (a *app) readLines(t *term.Terminal, l term.List) ([]string, error) {
	for {
		items, err := t.ReadLines(l)
		if !a.refusedLine(t, err) {
			return items, err
		}
		l.Initial = items
	}
}

// refusedLine reports whether err says that no line was read, and says it.
func (a *app) refusedLine(t *term.Terminal, err error) bool {
	if !errors.Is(err, term.ErrTooLong) && !errors.Is(err, term.ErrControl) {
		return false
	}
	a.tell(t, 4, a.explain(err).what.in(a.lang))
	return true
}

// confirm asks a question that has no as its answer unless somebody says yes.
func (a *app) confirm(question lang.Text, args ...any) (bool, error) {
	return a.yesNo(false, question, args...)
}

// yesNo asks until the answer is a yes, a no, or empty for the default. Answers
// typed with the input method on count too.
func (a *app) yesNo(standard bool, question lang.Text, args ...any) (bool, error) {
	t, err := a.terminal()
	if err != nil {
		return false, err
	}
	hint := "[y/N]"
	if standard {
		hint = "[Y/n]"
	}
	for {
		typed, err := a.readLine(t, term.Line{Prompt: fmt.Sprintf("%s %s ", a.text(question, args...), hint)})
		if err != nil {
			return false, err
		}
		switch answer := lang.Fold(typed); {
		case answer == "":
			return standard, nil
		case isYes(answer):
			return true, nil
		case isNo(answer):
			return false, nil
		}
		a.tell(t, 2, a.text(lang.T("please answer y or n", "y（はい）か n（いいえ）で答えてください")))
	}
}

// isYes and isNo report whether a folded answer means so, in either language.
func isYes(answer string) bool {
	return slices.Contains([]string{"y", "yes", "はい", "うん", "ええ"}, answer)
}

func isNo(answer string) bool {
	return slices.Contains([]string{"n", "no", "いいえ", "いや", "ちがう", "違う"}, answer)
}
