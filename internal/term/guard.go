package term

import (
	"errors"
	"io"
	"time"
)

// A LockReason is why the questions of a guarded terminal ended.
type LockReason uint8

// The reasons.
const (
	LockIdle    LockReason = iota + 1 // no key for as long as Guard allows
	LockKey                           // Ctrl-L
	LockStop                          // Ctrl-Z, or a signal that asks to be stopped
	LockResumed                       // the program was stopped while it was busy, and continued
)

// A LockError ends a question of a guarded terminal, and every one after it:
// what was opened with a secret is to be shut now.
type LockError struct{ Reason LockReason }

func (e *LockError) Error() string { return "terminal is to be locked" }

// own screen, xterm's alternate screen with the cursor saved, wiped on both
// ways. It has no rows to scroll back to.
const (
	ownScreenOn  = "\x1b[?1049h\x1b[H\x1b[2J"
	ownScreenOff = "\x1b[H\x1b[2J\x1b[?1049l"
)

// Guard watches over the questions from now on. They end in a *LockError when
// no key is pressed for idle (in plain mode: no line is finished), by Ctrl-L
// (in plain mode followed by Enter), and by what otherwise stops the program,
// which then goes on: to stop is up to the caller, see Stop. A question whose
// own Idle is shorter still ends in ErrIdle.
//
// Once a question has ended so, all others do at once: a command that asks
// again in spite of the error gets no further. idle is counted by the clock on
// the wall too, which goes on while a computer sleeps. With 0 no question ends
// yet, but a stop from here on is remembered for the Guard that follows.
func (t *Terminal) Guard(idle time.Duration) {
	t.guard, t.locked = idle, nil
	if t.tty != nil {
		t.tty.watchStops()
	}
}

// Locked returns why the questions have ended since Guard, nil if they have not.
func (t *Terminal) Locked() *LockError {
	if t.locked == nil && t.guard > 0 && t.tty != nil && t.tty.wasStopped() {
		t.locked = &LockError{LockResumed}
	}
	return t.locked
}

// Stop stops the whole job, as Ctrl-Z does where nobody guards the terminal, and
// returns when it is continued. It does nothing where that is not possible.
func (t *Terminal) Stop() {
	if t.tty != nil {
		t.tty.stopUntilContinued()
	}
}

// DropInput throws away what was typed ahead, so that a line which was begun
// before a lock does not become a part of the passphrase after it.
func (t *Terminal) DropInput() {
	t.in.buf = nil
	if t.tty != nil {
		t.tty.dropInput()
	}
}

// Lock ends the questions of a guarded terminal as if a key had asked for it.
func (t *Terminal) Lock(why LockReason) { t.locked = &LockError{why} }

// OwnScreen moves to a screen that leaves nothing behind: Close, and a signal
// that ends the program, bring back what was shown before. In plain mode there
// is none, and OwnScreen returns false.
func (t *Terminal) OwnScreen() bool {
	if t.plain {
		return false
	}
	t.own = true
	if t.tty != nil {
		t.tty.setScreen(ownScreenOn, ownScreenOff)
	}
	_, _ = io.WriteString(t.out, ownScreenOn)
	t.midLine = false
	return true
}

// LastInput returns when something was last read from the terminal, by this
// program or by another, as far as the system tells; the zero time otherwise.
// Linux tells it to eight seconds.
func (t *Terminal) LastInput() time.Time {
	if t.tty == nil {
		return time.Time{}
	}
	return t.tty.lastInput()
}

// bound returns how long a question may wait for a key, and whether that is
// the guard's doing.
func (t *Terminal) bound(idle time.Duration) (limit time.Duration, guarded bool) {
	if t.guard > 0 && (idle == 0 || t.guard < idle) {
		return t.guard, true
	}
	return idle, false
}

// judge makes of an error that ended a question what its caller is to see.
func (t *Terminal) judge(err error) error {
	if errors.Is(err, ErrIdle) && t.byGuard {
		err = &LockError{LockIdle}
	}
	var lock *LockError
	if errors.As(err, &lock) {
		t.locked = lock
	}
	return err
}
