// Package term talks to the person at the controlling terminal: it reads lines
// and secrets with an editor that knows Japanese, combining marks, emoji and
// pastes, and it lays text out in columns. It keeps from the rest of the
// program what a terminal is: modes, escape sequences, signals, and how wide a
// character is.
package term

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// What reading can end in besides a value.
var (
	// ErrNoTerminal: there is nobody to ask, the process has no terminal.
	ErrNoTerminal = errors.New("no terminal to ask at")
	// ErrCancelled: Ctrl-C. Nothing should be saved.
	ErrCancelled = errors.New("cancelled")
	// ErrEnd: Ctrl-D on an empty line, or the input ended. A line that was not
	// finished when the terminal went away is no answer.
	ErrEnd = errors.New("end of input")
	// ErrBack: Ctrl-P or Up, the person wants the question before this one.
	ErrBack = errors.New("back to the previous question")
	// ErrIdle: no key was pressed for as long as Line.Idle says; in plain mode,
	// no line was finished.
	ErrIdle = errors.New("no input for too long")
	// ErrTooLong: more was typed or pasted than is allowed. All of it has been
	// read, so nothing is left over for the next question or the shell.
	ErrTooLong = errors.New("input is too long")
	// ErrControl: a secret held control characters or bytes that are not UTF-8.
	// They are refused, since dropping them would make it another secret.
	ErrControl = errors.New("input holds control characters")
)

const (
	pasteOn  = "\x1b[?2004h" // bracketed paste mode, xterm's ctlseqs
	pasteOff = "\x1b[?2004l"
)

// MaxSecret is the most bytes ReadSecret returns. Above it lie the limits of
// the systems' own line readers (1,023 on macOS, 4,095 on Linux), where a
// secret set here could not be typed elsewhere.
const MaxSecret = 1023

// maxText is the limit of a line whose MaxBytes is not given.
const maxText = 64 << 10

// Options are what the program knows about the terminal from outside: term
// does not read the environment.
type Options struct {
	// Plain reads lines with the system's own line reader and writes no escape
	// sequence at all: for TERM=dumb and for screen readers.
	Plain bool
}

// Terminal is the person's terminal. It is used by one goroutine at a time.
// What is typed ahead between two questions is kept for the second.
type Terminal struct {
	in      input
	out     io.Writer
	tty     *tty // nil when made by New
	plain   bool
	size    func() (cols, rows int)
	midLine bool // the last byte printed was not a newline

	guard   time.Duration // see Guard; 0: not guarded
	byGuard bool          // what bounds the question that is being asked
	locked  *LockError    // why no more questions are asked
	own     bool          // see OwnScreen
}

// Open opens the controlling terminal itself (/dev/tty, or CONIN$ and CONOUT$),
// so that standard input and output stay free for data. Where there is none the
// error is ErrNoTerminal. A Windows console that cannot process escape
// sequences is used in plain mode.
func Open(o Options) (*Terminal, error) {
	y, err := openTTY()
	if err != nil {
		return nil, err
	}
	t := &Terminal{out: y, tty: y, plain: o.Plain || !y.escapes(), size: y.size}
	t.in = input{src: y, ready: y.ready}
	return t, nil
}

// New returns a Terminal over any reader and writer; there are no modes to
// switch and no signals to watch. Its size is that of size, or 80 by 24 when
// size is nil.
func New(in io.Reader, out io.Writer, size func() (cols, rows int), o Options) *Terminal {
	if size == nil {
		size = func() (int, int) { return 0, 0 }
	}
	return &Terminal{in: input{src: in}, out: out, plain: o.Plain, size: size}
}

// Close gives the terminal back as it was. It is safe to call twice.
func (t *Terminal) Close() error {
	if t.own {
		t.own = false
		_, _ = io.WriteString(t.out, ownScreenOff)
		if t.tty != nil {
			t.tty.setScreen("", "")
		}
	}
	if t.tty == nil {
		return nil
	}
	return t.tty.close()
}

// Hush switches the echo off while the program is busy between two questions,
// so that a passphrase typed ahead is not shown. All else stays as it is:
// Ctrl-C ends the process, and what is typed is kept for the next question,
// which may also be asked before release and then goes back to the hush.
//
// The echo is given back by release, by Close, while the process is stopped,
// and before a signal ends it; not by os.Exit. release is never nil and may be
// called more than once; hushes may nest. There is nothing to hush in plain
// mode, on a Terminal made by New, and in the background of a shell.
func (t *Terminal) Hush() (release func(), err error) {
	if t.tty == nil || t.plain {
		return func() {}, nil
	}
	release, err = t.tty.hush()
	if err != nil {
		return func() {}, fmt.Errorf("set up the terminal: %w", err)
	}
	return release, nil
}

// Plain reports whether lines are read without escape sequences.
func (t *Terminal) Plain() bool { return t.plain }

// Size returns the columns and rows of the window; 80 by 24 where it does not
// say.
func (t *Terminal) Size() (cols, rows int) {
	cols, rows = t.size()
	if cols <= 0 {
		cols = 80
	}
	if rows <= 0 {
		rows = 24
	}
	return cols, rows
}

// Print writes to the terminal as fmt.Fprint does. "\n" starts a new line.
func (t *Terminal) Print(a ...any) { t.write(fmt.Sprint(a...)) }

// Printf writes to the terminal as fmt.Fprintf does.
func (t *Terminal) Printf(format string, a ...any) { t.write(fmt.Sprintf(format, a...)) }

// write sends s. A terminal that cannot be written to is noticed by the next
// read, so talk carries no error.
func (t *Terminal) write(s string) {
	if s == "" {
		return
	}
	t.midLine = !strings.HasSuffix(s, "\n")
	_, _ = io.WriteString(t.out, s)
}

// CountRows returns the rows s takes at the current width when it is printed
// from the left edge, for Erase. A newline at its end opens no further row.
func (t *Terminal) CountRows(s string) int {
	cols, _ := t.Size()
	return Rows(s, cols)
}

// Rows returns the rows s takes in a window of cols columns when it is printed
// from the left edge. A newline at its end opens no further row.
func Rows(s string, cols int) int {
	rows := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		rows += wrappedRows(line, cols)
	}
	return rows
}

// wrappedRows counts the rows a terminal breaks one line into. A character of
// two columns does not fit in the last one and moves on whole.
func wrappedRows(line string, cols int) int {
	rows, col := 1, 0
	for c := range clusters(line) {
		w := clusterWidth(c)
		if col+w > cols {
			rows, col = rows+1, 0
		}
		col += w
	}
	return rows
}

// Erase removes the last rows printed (see CountRows) from the screen and
// leaves the cursor where they began; the cursor must be at the left edge below
// them. It reports whether all of them are gone: not in plain mode, and not
// when some have already scrolled out of the window.
func (t *Terminal) Erase(rows int) bool {
	if t.plain {
		return false
	}
	if rows <= 0 {
		return true
	}
	_, height := t.Size()
	up := min(rows, height-1)
	if up > 0 {
		_, _ = fmt.Fprintf(t.out, "\x1b[%dA", up)
	}
	_, _ = io.WriteString(t.out, "\r\x1b[J")
	t.midLine = false
	return up == rows
}

// Line is one question with a one-line answer.
type Line struct {
	Prompt  string        // shown before the answer, in full
	Initial string        // the answer to start from, to be edited
	Back    bool          // Ctrl-P and Up return ErrBack
	Idle    time.Duration // with no key for so long, ErrIdle; 0 waits for ever

	// MaxBytes is the longest answer in bytes; 0 means 64 KiB.
	MaxBytes int

	// Complete returns what Tab may make of the answer so far; nil switches
	// Tab off.
	Complete func(string) []string

	// Suggest is Complete for a line of several words: it gets what stands left
	// of the cursor. It goes before Complete.
	Suggest func(left string) Suggestion
}

// A Suggestion is what Tab may put in.
type Suggestion struct {
	From  int      // where in the text left of the cursor the suggestions begin, in bytes
	Texts []string // one goes in; of several, what they have in common
	Rows  []string // to be shown below the line, none if there is nothing to show
}

// ReadLine asks for one line. The answer is valid UTF-8 without control
// characters, except for those that Initial already held. With ErrBack comes
// what had been typed, so that nothing is lost by going back.
//
// In plain mode an empty answer keeps Initial and "-" empties it; Ctrl-P or Up
// followed by Enter goes back.
func (t *Terminal) ReadLine(l Line) (string, error) {
	if t.plain {
		return t.readPlain(l)
	}
	return t.edit(newEditor(t, l), l.Idle)
}

// ReadSecret asks for a secret and shows a * for each character. More than
// MaxSecret bytes are ErrTooLong.
func (t *Terminal) ReadSecret(prompt string) (string, error) {
	if t.plain {
		return t.readPlainSecret(prompt)
	}
	e := newEditor(t, Line{Prompt: prompt, MaxBytes: MaxSecret})
	e.masked = true
	return t.edit(e, 0)
}

// edit runs e with the terminal in raw mode. Echo is off before the prompt is
// written, and the mode is given back on every way out, panics included.
func (t *Terminal) edit(e *editor, idle time.Duration) (string, error) {
	if err := t.begin(raw, idle); err != nil {
		return "", err
	}
	defer t.end()
	answer, err := e.run()
	return answer, t.judge(err)
}

func (t *Terminal) begin(m mode, idle time.Duration) error {
	if lock := t.Locked(); lock != nil {
		return lock
	}
	idle, t.byGuard = t.bound(idle)
	if t.tty != nil {
		if err := t.tty.enter(m, idle); err != nil {
			return fmt.Errorf("set up the terminal: %w", err)
		}
	}
	start := ""
	if t.midLine {
		start = "\n"
	}
	if m == raw {
		start += pasteOn
	}
	_, _ = io.WriteString(t.out, start)
	t.midLine = false
	return nil
}

// end undoes begin. Each reading loop leaves the cursor at the left edge.
func (t *Terminal) end() {
	if !t.plain {
		_, _ = io.WriteString(t.out, pasteOff)
	}
	if t.tty != nil {
		t.tty.leave()
	}
}

// mode is how the terminal treats what is typed.
type mode uint8

const (
	cooked mode = iota // as we found it: lines, echo, signals from keys
	hushed             // as we found it, without echo, and nobody reads
	silent             // lines without echo
	raw                // every key at once, without echo or signals
)

// wake is why a waiting read was interrupted.
type wake uint8

const (
	wakeRedraw  wake = 1 << iota // the window changed, or we were stopped and continued
	wakeSuspend                  // asked by a signal to stop
	wakeCancel                   // a signal says stop, and the program outlives it
)

// errWoken is what the terminal's Read returns when there is a wake to look at
// instead of input.
var errWoken = errors.New("woken")
