package term

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/sys/windows"
)

// cookedLimit: a console line is only bounded by the buffer it is read into,
// and a longer one comes in pieces.
const cookedLimit = 0

// statusControlC is the exit status Windows gives a process that Ctrl-C or
// Ctrl-Break ended (STATUS_CONTROL_C_EXIT).
const statusControlC = 0xC000013A

// tty is the console. Input is read as UTF-16 with ReadConsole, because the
// byte functions go through the code page and lose most of Japanese.
type tty struct {
	in, out  windows.Handle
	vt       bool
	savedOut uint32
	signals  chan os.Signal
	closed   chan struct{}
	closeErr func() error

	mu      sync.Mutex
	savedIn uint32
	mode    mode
	inUse   bool // between enter and leave, and while hushed
	hushes  int  // not yet released
	idle    time.Duration

	screenOff string // what leaves a screen of our own

	pending chan chunk // a ReadConsole that is under way
	rest    []byte     // read and not yet handed out
	high    uint16     // first half of a surrogate pair
}

type chunk struct {
	units []uint16
	err   error
}

func openTTY() (*tty, error) {
	in, err := openConsole("CONIN$")
	if err != nil {
		return nil, err
	}
	out, err := openConsole("CONOUT$")
	if err != nil {
		windows.CloseHandle(in)
		return nil, err
	}
	y := &tty{in: in, out: out, signals: make(chan os.Signal, 4), closed: make(chan struct{})}
	if windows.GetConsoleMode(out, &y.savedOut) == nil {
		want := y.savedOut | windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
		y.vt = windows.SetConsoleMode(out, want) == nil
	}
	y.closeErr = sync.OnceValue(y.shut)
	go y.watch()
	return y, nil
}

func openConsole(name string) (windows.Handle, error) {
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	h, err := windows.CreateFile(p, windows.GENERIC_READ|windows.GENERIC_WRITE,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	return h, nil
}

func (y *tty) close() error { return y.closeErr() }

func (y *tty) shut() error {
	y.quit()
	close(y.closed)
	_ = windows.SetConsoleMode(y.out, y.savedOut)
	return errors.Join(windows.CloseHandle(y.in), windows.CloseHandle(y.out))
}

// escapes reports whether escape sequences can be written: not on a console
// before Windows 10 1511.
func (y *tty) escapes() bool { return y.vt }

func (y *tty) size() (cols, rows int) {
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(y.out, &info) != nil {
		return 0, 0
	}
	return int(info.Window.Right-info.Window.Left) + 1, int(info.Window.Bottom-info.Window.Top) + 1
}

// enter switches to m and watches Ctrl-Break and the closing of the window.
func (y *tty) enter(m mode, idle time.Duration) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	if !y.inUse {
		if err := windows.GetConsoleMode(y.in, &y.savedIn); err != nil {
			return err
		}
	}
	signal.Notify(y.signals, os.Interrupt, syscall.SIGTERM)
	y.inUse, y.idle = true, idle
	if err := y.set(m); err != nil {
		y.giveBack()
		return err
	}
	if m == hushed {
		y.hushes++
	}
	return nil
}

// leave gives the console back as enter found it.
func (y *tty) leave() { y.end(func() {}) }

// hush switches the echo off until release. A line read meanwhile comes back
// to it.
func (y *tty) hush() (release func(), err error) {
	if err := y.enter(hushed, 0); err != nil {
		return nil, err
	}
	return sync.OnceFunc(y.unhush), nil
}

func (y *tty) unhush() { y.end(func() { y.hushes-- }) }

// quit gives the console back whatever it is used for.
func (y *tty) quit() { y.end(func() { y.hushes = 0 }) }

// end counts off a use of the console and gives it back. After quit there is
// nothing left to end.
func (y *tty) end(countOff func()) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if !y.inUse {
		return
	}
	countOff()
	y.giveBack()
}

func (y *tty) giveBack() {
	if y.hushes > 0 {
		_ = y.set(hushed)
		return
	}
	_ = y.set(cooked)
	y.inUse = false
	signal.Stop(y.signals)
}

// set switches the console input to m. In raw mode keys come as the same
// sequences as on unix.
func (y *tty) set(m mode) error {
	in := y.savedIn
	switch m {
	case raw:
		in &^= windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
		in |= windows.ENABLE_VIRTUAL_TERMINAL_INPUT
	case silent:
		in &^= windows.ENABLE_ECHO_INPUT
		in |= windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
	case hushed:
		in &^= windows.ENABLE_ECHO_INPUT
	}
	if err := windows.SetConsoleMode(y.in, in); err != nil {
		return err
	}
	y.mode = m
	return nil
}

// watch restores the console when it is interrupted, and ends the process as
// Windows would have done by itself.
func (y *tty) watch() {
	for {
		select {
		case <-y.closed:
			return
		case s := <-y.signals:
			if s == os.Interrupt && y.keysSignal() {
				continue // Ctrl-C breaks off the ReadConsole that is under way
			}
			y.quit()
			y.leaveScreen()
			windows.ExitProcess(statusControlC)
		}
	}
}

// keysSignal reports whether a line is being read while Ctrl-C makes a signal.
func (y *tty) keysSignal() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.inUse && (y.mode == cooked || y.mode == silent)
}

// Read reads what was typed, as UTF-8.
func (y *tty) Read(p []byte) (int, error) {
	for len(y.rest) == 0 {
		if !y.wait(y.idle) {
			return 0, ErrIdle
		}
		c := <-y.pending
		y.pending = nil
		switch {
		case errors.Is(c.err, windows.ERROR_OPERATION_ABORTED):
			return 0, ErrCancelled
		case c.err != nil:
			return 0, c.err
		case y.lines() && len(c.units) > 0 && c.units[0] == 0x1a: // Ctrl-Z, the end of input
			return 0, io.EOF
		}
		y.decode(c.units)
	}
	n := copy(p, y.rest)
	y.rest = y.rest[n:]
	return n, nil
}

func (y *tty) lines() bool { return y.keysSignal() }

// wait starts a ReadConsole if none is under way, and waits for it for d, or
// for ever if that is 0. One that is still under way serves the next Read.
func (y *tty) wait(d time.Duration) bool {
	if y.pending == nil {
		y.pending = make(chan chunk, 1)
		go readConsole(y.in, y.pending)
	}
	if d == 0 {
		c := <-y.pending
		y.pending <- c
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case c := <-y.pending:
		y.pending <- c
		return true
	case <-timer.C:
		return false
	}
}

func readConsole(h windows.Handle, to chan<- chunk) {
	units := make([]uint16, 2048)
	var n uint32
	err := windows.ReadConsole(h, &units[0], uint32(len(units)), &n, nil)
	if err == nil && n == 0 { // how Ctrl-C shows in line mode
		err = windows.ERROR_OPERATION_ABORTED
	}
	to <- chunk{units[:n], err}
}

// decode appends units as UTF-8 and keeps back half a surrogate pair.
func (y *tty) decode(units []uint16) {
	for _, u := range units {
		r := rune(u)
		switch {
		case y.high != 0:
			r = utf16.DecodeRune(rune(y.high), r)
			y.high = 0
		case u >= 0xd800 && u < 0xdc00:
			y.high = u
			continue
		}
		y.rest = utf8.AppendRune(y.rest, r)
	}
}

// ready reports whether input comes within d.
func (y *tty) ready(d time.Duration) bool { return len(y.rest) > 0 || y.wait(d) }

func (y *tty) Write(p []byte) (int, error) {
	units := utf16.Encode([]rune(string(p)))
	for len(units) > 0 {
		var n uint32
		part := units[:min(len(units), 4096)]
		if err := windows.WriteConsole(y.out, &part[0], uint32(len(part)), &n, nil); err != nil {
			return 0, err
		}
		units = units[n:]
	}
	return len(p), nil
}

// takeWakes has nothing to tell: Windows has no signals for a changed window
// or a stopped process. A changed window shows with the next key.
func (y *tty) takeWakes() wake { return 0 }

// stopJob does nothing: Windows cannot stop a process from its console.
func (y *tty) stopJob() {}

func (y *tty) stopUntilContinued() {}

// suspend is never asked for by takeWakes.
func (y *tty) suspend() {}

// watchStops has nothing to watch for the same reason.
func (y *tty) watchStops() {}

func (y *tty) wasStopped() bool { return false }

// setScreen says what to write to leave a screen of our own.
func (y *tty) setScreen(_, off string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.screenOff = off
}

func (y *tty) leaveScreen() {
	y.mu.Lock()
	off := y.screenOff
	y.mu.Unlock()
	_, _ = y.Write([]byte(off))
}

// lastInput is not told by Windows.
func (y *tty) lastInput() time.Time { return time.Time{} }

func (y *tty) dropInput() {
	y.rest = nil
	_ = windows.FlushConsoleInputBuffer(y.in)
}
