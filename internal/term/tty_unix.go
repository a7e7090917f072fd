//go:build unix

package term

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// suspendLimit is how long after asking to be stopped we wait for it. The
// kernel does not stop a process whose shell is gone (an orphaned process
// group), and then reading goes on.
const suspendLimit = 500 * time.Millisecond

// outliveLimit is how long a raised signal has to end the process before we
// take it that the program handles it and stop reading.
const outliveLimit = 200 * time.Millisecond

// tty is the controlling terminal. Waiting is done with select(2) on the
// terminal and a pipe, because poll and kqueue refuse /dev/tty on macOS, and a
// goroutine blocked in read would take bytes from whatever runs next.
type tty struct {
	fd       int
	pipe     [2]int // wakes a waiting read
	signals  chan os.Signal
	closed   chan struct{}
	closeErr func() error

	turn sync.Mutex // held while the terminal changes hands; taken before mu

	mu     sync.Mutex
	saved  unix.Termios // as it was before enter
	mode   mode
	inUse  bool // between enter and leave, and while hushed
	hushes int  // not yet released
	gone   bool // closed
	wakes  wake
	idle   time.Duration

	stopped   bool          // in suspend
	continued chan struct{} // tells suspend to go on

	guarded   bool   // see watchStops
	wasStop   bool   // stopped meanwhile, other than by suspend from a question
	screenOn  string // what brings back a screen of our own
	screenOff string // what leaves it, before whoever stops or ends the program shows through
}

func openTTY() (*tty, error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	y := &tty{
		fd: fd, signals: make(chan os.Signal, 16), closed: make(chan struct{}), continued: make(chan struct{}, 1),
	}
	if err := unix.Pipe(y.pipe[:]); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("open a pipe: %w", err)
	}
	for _, p := range y.pipe {
		unix.CloseOnExec(p)
		_ = unix.SetNonblock(p, true)
	}
	y.closeErr = sync.OnceValue(y.shut)
	go y.watch()
	return y, nil
}

func (y *tty) close() error { return y.closeErr() }

func (y *tty) shut() error {
	y.quit()
	close(y.closed)
	guarding.CompareAndSwap(y, nil)
	signal.Stop(y.signals)
	y.mu.Lock()
	defer y.mu.Unlock()
	y.gone = true
	return errors.Join(unix.Close(y.pipe[0]), unix.Close(y.pipe[1]), unix.Close(y.fd))
}

// escapes reports whether the terminal understands escape sequences; on unix
// only TERM can tell, which the program has looked at.
func (y *tty) escapes() bool { return true }

func (y *tty) size() (cols, rows int) {
	ws, err := unix.IoctlGetWinsize(y.fd, unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	return int(ws.Col), int(ws.Row)
}

// enter switches to m and watches the signals that would leave the terminal
// in it. idle bounds each wait for input; 0 does not.
func (y *tty) enter(m mode, idle time.Duration) error {
	y.turn.Lock()
	defer y.turn.Unlock()
	y.mu.Lock()
	defer y.mu.Unlock()
	if !y.inUse {
		saved, err := getTermios(y.fd)
		if err != nil {
			return err
		}
		y.saved = *saved
	}
	y.idle, y.inUse, y.wakes = idle, true, 0
	for _, s := range []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGCONT, unix.SIGWINCH} {
		if !signal.Ignored(s) { // nohup and the like keep their say
			signal.Notify(y.signals, s)
		}
	}
	catchStops()
	holding.Store(y)
	if err := y.set(m); err != nil {
		y.giveBack()
		return err
	}
	if m == hushed {
		y.hushes++
	}
	return nil
}

// leave gives the terminal back as enter found it.
func (y *tty) leave() { y.end(func() {}) }

// hush switches the echo off until release. A line read meanwhile comes back
// to it. In the background there is nothing to hush: the modes are those of
// the shell, and to touch them would stop us.
func (y *tty) hush() (release func(), err error) {
	if !y.foreground() {
		return func() {}, nil
	}
	if err := y.enter(hushed, 0); err != nil {
		return nil, err
	}
	return sync.OnceFunc(y.unhush), nil
}

func (y *tty) unhush() { y.end(func() { y.hushes-- }) }

// quit gives the terminal back whatever it is used for.
func (y *tty) quit() { y.end(func() { y.hushes = 0 }) }

// end counts off a use of the terminal and gives it back. After quit there is
// nothing left to end.
func (y *tty) end(countOff func()) {
	y.turn.Lock()
	defer y.turn.Unlock()
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
	y.release()
}

// release stops watching signals.
func (y *tty) release() {
	y.inUse = false
	holding.CompareAndSwap(y, nil)
	signal.Stop(y.signals)
	if y.guarded {
		signal.Notify(y.signals, unix.SIGCONT)
	}
}

// watchStops sees to it that a stop is noticed even while nothing is asked, until
// the terminal is closed: see wasStopped.
func (y *tty) watchStops() {
	y.turn.Lock()
	defer y.turn.Unlock()
	y.mu.Lock()
	defer y.mu.Unlock()
	y.guarded = true
	signal.Notify(y.signals, unix.SIGCONT)
	catchStops()
	guarding.Store(y)
}

// wasStopped reports whether the program was stopped and continued while it was
// busy, or by a signal that no program can catch.
func (y *tty) wasStopped() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.wasStop
}

// setScreen says what to write to leave a screen of our own and to come back.
func (y *tty) setScreen(on, off string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.screenOn, y.screenOff = on, off
}

func (y *tty) dropInput() { dropInput(y.fd) }

// lastInput is the time of the last read from the terminal's device.
func (y *tty) lastInput() time.Time {
	var st unix.Stat_t
	if err := unix.Fstat(y.fd, &st); err != nil {
		return time.Time{}
	}
	return time.Unix(st.Atim.Unix())
}

// set switches the terminal to m.
func (y *tty) set(m mode) error {
	if err := y.apply(m); err != nil {
		return err
	}
	y.mode = m
	return nil
}

// apply gives the terminal the modes of m. Output processing stays on in raw
// mode, so "\n" starts a new line in every mode. A program that is only busy
// may have been sent to the background since, where it does not read and must
// not be stopped for touching the modes of the shell.
func (y *tty) apply(m mode) error {
	busy := m == hushed || m == cooked && y.mode == hushed
	if busy && !y.foreground() {
		return nil
	}
	tio := y.saved
	switch m {
	case raw:
		tio.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
		tio.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
		tio.Cflag &^= unix.CSIZE | unix.PARENB
		tio.Cflag |= unix.CS8
		tio.Cc[unix.VMIN], tio.Cc[unix.VTIME] = 1, 0
	case silent:
		tio.Iflag |= unix.ICRNL | unix.IUTF8 // Backspace removes a whole character
		tio.Lflag &^= unix.ECHO | unix.ECHONL
		tio.Lflag |= unix.ICANON | unix.ISIG
	case hushed:
		tio.Lflag &^= unix.ECHO | unix.ECHONL
	}
	return setTermios(y.fd, &tio)
}

// foreground reports whether the keys of the terminal are meant for us. A
// terminal that does not say is taken to be ours.
func (y *tty) foreground() bool {
	group, err := unix.IoctlGetInt(y.fd, unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// Read reads what was typed. It returns errWoken when takeWakes has something,
// ErrIdle when nothing came for too long, io.EOF when the terminal is gone or,
// with lines, Ctrl-D was typed.
func (y *tty) Read(p []byte) (int, error) {
	for {
		input, woken, err := y.wait(y.idle)
		switch {
		case err != nil:
			return 0, err
		case woken:
			y.drain()
			return 0, errWoken
		case !input:
			return 0, ErrIdle
		}
		n, err := unix.Read(y.fd, p)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
			continue
		case errors.Is(err, unix.EIO): // the other side hung up
			return 0, io.EOF
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// wait blocks until there is input or a wake, or for d if that is not 0.
func (y *tty) wait(d time.Duration) (input, woken bool, err error) {
	began := time.Now()
	for {
		var set unix.FdSet
		set.Set(y.fd)
		set.Set(y.pipe[0])
		var limit *unix.Timeval
		left := d - passed(began)
		if d > 0 {
			slice := unix.NsecToTimeval(max(0, min(left, wallSlice)).Nanoseconds())
			limit = &slice
		}
		_, err := unix.Select(max(y.fd, y.pipe[0])+1, &set, nil, nil, limit)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return false, false, err
		}
		input, woken = set.IsSet(y.fd), set.IsSet(y.pipe[0])
		if input || woken || left <= wallSlice {
			return input, woken, nil
		}
	}
}

// wallSlice is how often a wait looks at the clock on the wall. The clock that
// bounds a select stands still while the computer sleeps.
const wallSlice = time.Second

// passed is the time since began, by whichever clock says more.
func passed(began time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(began), now.Round(0).Sub(began.Round(0)))
}

// ready reports whether input comes within d.
func (y *tty) ready(d time.Duration) bool {
	input, woken, err := y.wait(d)
	return err != nil || input || woken
}

func (y *tty) drain() {
	var b [64]byte
	for {
		if n, err := unix.Read(y.pipe[0], b[:]); n <= 0 || err != nil {
			return
		}
	}
}

func (y *tty) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := unix.Write(y.fd, p[done:])
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
			continue
		}
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// takeWakes returns why Read was woken, once.
func (y *tty) takeWakes() wake {
	y.mu.Lock()
	defer y.mu.Unlock()
	w := y.wakes
	y.wakes = 0
	return w
}

func (y *tty) wake(w wake) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.gone {
		return
	}
	y.wakes |= w
	_, _ = unix.Write(y.pipe[1], []byte{0})
}

// watch handles signals until close. It outlives enter and leave, so that a
// signal that came just before leave is not lost.
func (y *tty) watch() {
	for {
		select {
		case <-y.closed:
			return
		case s := <-y.signals:
			y.handle(s)
		}
	}
}

func (y *tty) handle(s os.Signal) {
	switch s {
	case unix.SIGWINCH:
		y.wake(wakeRedraw)
	case unix.SIGCONT:
		y.resume()
	case unix.SIGINT:
		if y.keysSignal() { // here Ctrl-C arrives as the signal
			y.wake(wakeCancel)
			return
		}
		y.die(unix.SIGINT)
	default:
		if s, ok := s.(syscall.Signal); ok {
			y.die(s)
		}
	}
}

// keysSignal reports whether a line is being read while Ctrl-C makes a signal.
func (y *tty) keysSignal() bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.inUse && (y.mode == cooked || y.mode == silent)
}

// resume tells suspend that the process goes on. If it was stopped without our
// doing (SIGSTOP), the shell had the terminal in between, and our mode is set
// again.
func (y *tty) resume() {
	y.mu.Lock()
	stopped := y.stopped
	y.wasStop = y.wasStop || !stopped
	if !stopped && y.inUse {
		_ = y.apply(y.mode)
	}
	y.mu.Unlock()
	if !stopped {
		y.wake(wakeRedraw)
		return
	}
	select {
	case y.continued <- struct{}{}:
	default:
	}
}

// die restores the terminal and raises s again, so that whoever waits for the
// process sees what ended it. Nobody takes the terminal again meanwhile.
func (y *tty) die(s syscall.Signal) {
	y.turn.Lock()
	defer y.turn.Unlock()
	y.mu.Lock()
	wasRaw := y.inUse && y.mode == raw
	if y.inUse {
		_ = y.apply(cooked)
	}
	last := y.screenOff
	y.mu.Unlock()
	if wasRaw {
		last = pasteOff + "\r\n" + last
	}
	y.writeBriefly(last)
	signal.Stop(y.signals)
	_ = unix.Kill(unix.Getpid(), s)
	time.Sleep(outliveLimit)
	y.wake(wakeCancel)
}

// writeBriefly writes s but does not wait long: a terminal nobody reads from
// must not keep a signal from ending the process.
func (y *tty) writeBriefly(s string) {
	if s == "" {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = y.Write([]byte(s))
	}()
	select {
	case <-done:
	case <-time.After(outliveLimit):
	}
}

// stopJob asks the whole job to stop, as when Ctrl-Z had made the signal. We
// are asked with it, and suspend when woken.
func (y *tty) stopJob() { _ = unix.Kill(0, unix.SIGTSTP) }

// stopUntilContinued is stopJob for a caller that must not go on meanwhile. The
// signal may be taken by another thread, and this one then runs a little further.
func (y *tty) stopUntilContinued() {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	y.stopJob()
	select {
	case <-continued:
	case <-time.After(suspendLimit):
	}
}

// suspend gives the terminal back, stops the process, and returns in the former
// mode after it was continued.
func (y *tty) suspend() {
	y.mu.Lock()
	_ = y.apply(cooked)
	y.mu.Unlock()
	y.stopHere()
	y.mu.Lock()
	defer y.mu.Unlock()
	_ = y.apply(y.mode)
}

// stopHere stops the process and returns when it was continued. A screen of our
// own is not shown meanwhile.
func (y *tty) stopHere() {
	y.mu.Lock()
	y.stopped = true
	on, off := y.screenOn, y.screenOff
	y.mu.Unlock()
	select {
	case <-y.continued: // one that came too late the last time
	default:
	}

	y.writeBriefly(off)
	stopSelf()
	select {
	case <-y.continued:
	case <-time.After(suspendLimit):
	}
	y.writeBriefly(on)

	y.mu.Lock()
	defer y.mu.Unlock()
	y.stopped = false
}

// stop does what SIGTSTP asks for. Whoever reads a line suspends when woken; a
// busy program is suspended from here, and who would end that waits until it
// goes on.
func (y *tty) stop() {
	y.turn.Lock()
	defer y.turn.Unlock()
	y.mu.Lock()
	inUse, m := y.inUse, y.mode
	y.wasStop = y.wasStop || !inUse || m == hushed
	y.mu.Unlock()
	switch {
	case !inUse && guarding.Load() == y:
		y.stopHere()
	case !inUse:
		stopSelf()
	case m == hushed:
		y.suspend()
	default:
		y.wake(wakeSuspend)
	}
}

// holding is the terminal that is in use, if any; guarding the one that wants
// to know of stops while it is not.
var holding, guarding atomic.Pointer[tty]

// catchStops handles SIGTSTP from the first question to the end of the process:
// Go's runtime does not give that signal its default action back once it was
// caught, so between questions we do what the kernel would have done.
var catchStops = sync.OnceFunc(func() {
	if signal.Ignored(unix.SIGTSTP) {
		return
	}
	stops := make(chan os.Signal, 1)
	signal.Notify(stops, unix.SIGTSTP)
	go func() {
		for range stops {
			y := holding.Load()
			if y == nil {
				y = guarding.Load()
			}
			if y != nil {
				y.stop()
			} else {
				stopSelf()
			}
		}
	}()
})

// stopSelf stops the process by SIGTTIN, which still has its default action.
// Like SIGTSTP, and unlike SIGSTOP, it does nothing where no shell is left to
// continue us.
func stopSelf() { _ = unix.Kill(unix.Getpid(), unix.SIGTTIN) }
