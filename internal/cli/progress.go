package cli

import (
	"fmt"
	"time"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// slowly runs f, which derives a key.
func (a *app) slowly(f func() error) error {
	return a.patiently(lang.T("working out the key ...", "鍵を計算しています..."), f)
}

// patiently runs f and says what it is about once that takes a second; the line
// goes away when f is done. Nothing is said where nobody looks on, nor with
// --quiet. f must not talk. A panic in f ends it here: on a goroutine of its
// own it would get past crashed, and Go would print its message.
func (a *app) patiently(what lang.Text, f func() error, args ...any) error {
	if a.tty != nil {
		release, _ := a.tty.Hush() // a passphrase typed ahead must not show; without that, go on
		defer release()
	}
	done := make(chan error, 1)
	go func() { done <- guarded(f) }()
	select {
	case err := <-done:
		return rethrow(err)
	case <-time.After(time.Second):
	}
	if a.g.quiet {
		return rethrow(<-done)
	}
	takeAway := a.showProgress(a.text(what, args...))
	err := <-done
	takeAway()
	return rethrow(err)
}

// showProgress writes a line for as long as something takes: at the terminal
// where questions are asked, else on standard error if that is one.
func (a *app) showProgress(line string) (takeAway func()) {
	cols := columnsOf(a.err)
	switch {
	case a.tty != nil:
		a.tell(a.tty, 0, line)
		return func() { a.tty.Erase(a.tty.CountRows(line)) }
	case cols == 0:
		return func() {}
	case plainInput():
		fmt.Fprintf(a.err, "%s\n", line)
		return func() {}
	}
	fmt.Fprintf(a.err, "%s", term.Truncate(line, cols-1))
	return func() { fmt.Fprint(a.err, "\r\x1b[K") }
}
