package cli

import (
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// Why a shell is locked, as the argument by which one image of the program tells
// the next.
const (
	lockedIdle    = "locked-idle"
	lockedKey     = "locked-by-key"
	lockedStop    = "locked-to-stop"
	lockedResumed = "locked-since-stopped"
	lockedRekeyed = "locked-since-rekeyed"
	lockedSlot    = "locked-since-slot-gone"
	lockedCrash   = "locked-since-crashed"
)

var lockWords = []string{lockedIdle, lockedKey, lockedStop, lockedResumed, lockedRekeyed, lockedSlot, lockedCrash}

var reasons = map[term.LockReason]string{
	term.LockIdle: lockedIdle, term.LockKey: lockedKey, term.LockStop: lockedStop, term.LockResumed: lockedResumed,
}

// sayLocked says why the passphrase is asked for again.
func (sh *shell) sayLocked() {
	a := sh.a
	switch sh.o.locked {
	case lockedIdle:
		a.tell(sh.t, 0, a.text(lang.T("locked after %s without a key", "%sのあいだ操作がなかったので、施錠しました"), a.spell(time.Duration(sh.o.idle))))
	case lockedStop, lockedResumed:
		a.tell(sh.t, 0, a.text(lang.T("locked, since the program was stopped meanwhile", "プログラムが止められていたので、施錠しました")))
	case lockedRekeyed:
		a.tell(sh.t, 0, a.text(lang.T("locked: another program has given the vault a new key (key rotate); the command was not run", "ほかのプログラムが金庫の鍵を総入れ替えしたので、施錠しました。コマンドは実行していません")))
	case lockedSlot:
		a.tell(sh.t, 0, a.text(lang.T("locked: the key that opened the vault was removed or changed by another program; the command was not run", "開けるのに使った鍵がほかのプログラムで変更・削除されたので、施錠しました。コマンドは実行していません")))
	default:
		a.tell(sh.t, 0, a.text(lang.T("locked", "施錠しました")))
	}
	a.tell(sh.t, 0, a.text(lang.T("To go on, type the passphrase; Ctrl-D ends.", "続けるには合言葉を打ってください。終わるには Ctrl-D。")))
}

// handlingTime is how long a command may take to tidy up when a signal ends the
// shell: to take a secret off the clipboard, to take back a print job.
const handlingTime = 2 * time.Second

// interruptNote is how long a command may work on after Ctrl-C before the person
// is told what ends it.
const interruptNote = time.Second

// A shellWatch looks after signals while a shell is open. Ctrl-C ends a question
// or a wait, never the shell; what asks the program to end ends it once the
// command under way has tidied up.
type shellWatch struct {
	sh      *shell
	signals chan os.Signal
	done    chan struct{}
	fatal   atomic.Value // of syscall.Signal

	mu    sync.Mutex
	runs  int  // commands begun
	busy  bool // one is under way
	aside bool // another program has the terminal: Ctrl-C is for that
	note  *time.Timer
}

func startWatch(sh *shell) *shellWatch {
	w := &shellWatch{sh: sh, signals: make(chan os.Signal, 8), done: make(chan struct{})}
	signal.Notify(w.signals, os.Interrupt)
	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup and the like keep their say
			signal.Notify(w.signals, s)
		}
	}
	go w.look()
	return w
}

func (w *shellWatch) end() {
	signal.Stop(w.signals)
	close(w.done)
}

func (w *shellWatch) look() {
	for {
		select {
		case <-w.done:
			return
		case s := <-w.signals:
			if s == os.Interrupt {
				w.interrupted()
			} else if w.fatal.CompareAndSwap(nil, s) {
				time.AfterFunc(handlingTime, func() { w.raise() })
			}
		}
	}
}

// ended reports whether a signal has asked the program to end.
func (w *shellWatch) ended() bool { return w.fatal.Load() != nil }

// raise gives the terminal back and ends the program by the signal that asked
// for it.
func (w *shellWatch) raise() error {
	s := w.fatal.Load().(syscall.Signal)
	w.sh.t.Close()
	endBy(s)
	return silentStatus(statusCancelled)
}

// begin and finish stand around each command.
func (w *shellWatch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs++
	w.busy = true
}

func (w *shellWatch) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy = false
	if w.note != nil {
		w.note.Stop()
		w.note = nil
	}
}

// interrupted says what ends the program, if the command does not mind Ctrl-C.
func (w *shellWatch) interrupted() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.busy || w.aside || w.note != nil {
		return
	}
	run := w.runs
	w.note = time.AfterFunc(interruptNote, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.busy && w.runs == run {
			w.sh.a.say(lang.T("this command is still at work; Ctrl-\\ ends the whole shell", "このコマンドはまだ処理中です。Ctrl-\\ で対話モードごと終わります"))
		}
	})
}

// lendTerminal is called around another program that has the terminal, such as a
// pager. tooLong is called when nobody has pressed a key there for as long as
// the shell waits; giveBack says whether that was so.
func (sh *shell) lendTerminal(tooLong func()) (giveBack func()) {
	if sh == nil {
		return func() {}
	}
	w := sh.watch
	w.mu.Lock()
	w.aside = true
	w.mu.Unlock()
	done := make(chan struct{})
	go sh.watchLent(done, tooLong)
	return func() {
		close(done)
		w.mu.Lock()
		w.aside = false
		w.mu.Unlock()
	}
}

// inputGrain is how exactly Linux tells when a terminal was last read from.
const inputGrain = 8 * time.Second

func (sh *shell) watchLent(done <-chan struct{}, tooLong func()) {
	idle := time.Duration(sh.o.idle)
	last := time.Now().Round(0)
	tick := time.NewTicker(min(idle/4, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		if input := sh.t.LastInput(); input.After(last) {
			last = input.Add(inputGrain)
		}
		if time.Now().Round(0).Sub(last) >= idle {
			sh.t.Lock(term.LockIdle)
			tooLong()
			return
		}
	}
}

// idleWait returns a channel that a wait without questions is to end by, so that
// the shell locks in time; nil outside a shell, where such waits have no end of
// that kind. The shell locks when the command has ended.
func (sh *shell) idleWait() (over <-chan time.Time, lock func()) {
	if sh == nil {
		return nil, func() {}
	}
	return time.After(time.Duration(sh.o.idle)), func() { sh.t.Lock(term.LockIdle) }
}
