package cli

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// A clipboard is what the desktop copies and pastes through.
type clipboard struct {
	write func(text string) error // marked as a secret where the desktop has a way to
	read  func() (string, error)
	clear func() error

	// unmarked says what the desktop lacks a mark for; empty where it has one.
	unmarked lang.Text
}

// How long a copy is kept if --clear-after does not say, and how long it may
// be: after an hour nobody remembers that the command is still there.
const (
	clearAfter    = 30
	maxClearAfter = 3600
)

var errNoClipboard = errors.New("no clipboard")

// copyValue puts a value on the clipboard, waits, and takes it off again. The
// wait is in the foreground: no process stays behind that nobody sees.
func (a *app) copyValue(v chosenValue, seconds int) error {
	c, err := openClipboard()
	if err != nil {
		return err
	}
	enough := make(chan os.Signal, 1) // Ctrl-C, or the end of the terminal
	signal.Notify(enough, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(enough)
	if err := c.write(v.text); err != nil {
		return clipboardFailed(err)
	}
	switch held, err := c.comesToHold(v.text, true); {
	case err == nil && held == "":
		return clipboardFailed(nil)
	case err != nil || !sameText(held, v.text):
		return notCleared(err) // it was handed over, and what became of it is not known
	}
	a.say(lang.T("copied: %s", "コピーしました: %s"), v.label)
	if v.secret && c.unmarked != (lang.Text{}) {
		a.say(c.unmarked)
	}
	if seconds == 0 {
		a.say(lang.T("it stays on the clipboard (--clear-after 0)", "クリップボードに残ります（--clear-after 0）"))
		return nil
	}
	a.countDown(seconds, enough)
	return a.clearCopy(c, v.text)
}

// comesToHold returns what the clipboard holds, and waits a little for that to
// be text, or not to be it: tools return before the desktop has noticed.
func (c *clipboard) comesToHold(text string, want bool) (held string, err error) {
	for try := 0; ; try++ {
		held, err = c.read()
		if err != nil || sameText(held, text) == want || try == 20 {
			return held, err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// sameText compares what a clipboard gives back with what it got: some write
// other line ends.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

// countDown waits so many seconds, or until a signal says that it is enough.
func (a *app) countDown(seconds int, enough <-chan os.Signal) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	cols := columnsOf(a.err)
	show := cols > 0 && !a.g.quiet
	if show && plainInput() {
		a.say(lang.T("it is taken off after %d s; Ctrl-C takes it off now", "%d 秒後に消します（Ctrl-C ですぐ消します）"), seconds)
		show = false
	}
	idle, lock := a.shell.idleWait()
	for left := seconds; left > 0; left-- {
		if show {
			line := a.text(lang.T("taking it off in %d s (Ctrl-C: now)", "あと %d 秒で消します（Ctrl-C ですぐ消します）"), left)
			fmt.Fprintf(a.err, "\r%s\x1b[K", term.Truncate(line, cols-1))
		}
		select {
		case <-tick.C:
		case <-enough:
			left = 0
		case <-idle:
			left = 0
			lock()
		}
	}
	if show {
		fmt.Fprint(a.err, "\r\x1b[K")
	}
}

// clearCopy empties the clipboard if it still holds our text. What somebody has
// copied since is theirs.
func (a *app) clearCopy(c *clipboard, text string) error {
	held, err := c.read()
	switch {
	case err != nil:
		return notCleared(err)
	case !sameText(held, text):
		a.say(lang.T("the clipboard holds something else by now and was left alone", "クリップボードの中身が変わっていたので、そのままにしました"))
		return nil
	}
	if err := c.clear(); err != nil {
		return notCleared(err)
	}
	if held, err := c.comesToHold(text, false); err != nil || sameText(held, text) {
		return notCleared(err)
	}
	a.say(lang.T("taken off the clipboard", "クリップボードから消しました"))
	return nil
}

func clipboardFailed(err error) error {
	return &failure{status: statusError, code: "clipboard", err: err,
		what: said(lang.T("the clipboard did not take it", "クリップボードにコピーできませんでした")),
		next: []words{said(lang.T("show it instead: --reveal or --field KEY", "代わりに表示するには: --reveal か --field 項目"))}}
}

func notCleared(err error) error {
	return &failure{status: statusError, code: "not_cleared", err: err,
		what: said(lang.T("the secret may still be on the clipboard: it could not be taken off", "クリップボードから消せませんでした。秘密が残っているかもしれません")),
		next: []words{said(lang.T("copy something else over it", "ほかのものをコピーして上書きしてください"))}}
}

// sendOSC52 hands a value to the terminal for its clipboard (xterm's control
// sequence OSC 52). The terminal does not answer, so nothing can be said of
// what became of it, and it cannot be cleared.
func (a *app) sendOSC52(v chosenValue) error {
	t, err := a.terminal()
	if err != nil || t.Plain() {
		return &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("--osc52 needs a terminal that takes control sequences", "--osc52 には、制御文字を受け付ける端末が要ります"))}
	}
	t.Printf("\x1b]52;c;%s\a", base64.StdEncoding.EncodeToString([]byte(v.text)))
	a.say(lang.T("sent to the terminal: %s. Whether it is on the clipboard cannot be seen from here, nor can it be taken off", "端末に送りました: %s。クリップボードに入ったかどうかは分からず、あとで消すこともできません"), v.label)
	return nil
}
