package cli

import (
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// idleCalls are those of Go's scheduler and of its memory. They come as often
// as they like, and a kill at one of them is a kill at the next call that does
// something.
var idleCalls = map[uint64]bool{
	unix.SYS_FUTEX: true, unix.SYS_NANOSLEEP: true, unix.SYS_CLOCK_NANOSLEEP: true, unix.SYS_SCHED_YIELD: true,
	unix.SYS_EPOLL_WAIT: true, unix.SYS_EPOLL_PWAIT: true, unix.SYS_TGKILL: true, unix.SYS_RT_SIGRETURN: true,
	unix.SYS_RT_SIGPROCMASK: true, unix.SYS_SIGALTSTACK: true, unix.SYS_GETPID: true, unix.SYS_GETTID: true,
	unix.SYS_MADVISE: true, unix.SYS_MPROTECT: true, unix.SYS_CLONE: true, unix.SYS_CLONE3: true,
	unix.SYS_SET_ROBUST_LIST: true, unix.SYS_RSEQ: true, unix.SYS_EXIT: true, unix.SYS_RESTART_SYSCALL: true,
}

// killAt does the deed and kills it at its nth call, 1 for the first. It
// returns how many calls there were, and what was said before the end.
func (x *site) killAt(n int) (calls int, said string) {
	x.t.Helper()
	x.before.putBack(x.t, x.dir)
	tr := &tracer{t: x.t, before: func(c *systemCall) unix.Errno {
		if idleCalls[c.number] {
			return 0
		}
		if calls++; calls == n {
			c.kill()
		}
		return 0
	}}
	tr.run(x.perform())
	return calls, x.heard()
}

// TestKilledAtEachCall kills commands at each of their system calls in turn, on
// whichever thread it comes. The vault must be as before or as after, what was
// said must be true, and the next save must find everything in order.
func TestKilledAtEachCall(t *testing.T) {
	g := newGround(t)
	began := time.Now()
	ends := map[bool]int{} // by whether the vault was changed
	for _, d := range sampledDeeds(2) {
		t.Run(d.name, func(t *testing.T) {
			x, _ := g.site(t, d)
			x.killAtCalls(ends)
		})
	}
	t.Logf("%d kills in %.0f s: %d as before, %d changed", ends[false]+ends[true], time.Since(began).Seconds(), ends[false], ends[true])
	if ends[false] == 0 || ends[true] == 0 {
		t.Error("no kill hit: the test tests nothing")
	}
}

func (x *site) killAtCalls(ends map[bool]int) {
	x.t.Helper()
	calls, _ := x.killAt(0)
	kills := sampled(calls, 8)
	for i := range kills {
		at := i + 1
		if kills < calls { // the last third is where things happen
			at = calls - rand.IntN(calls/3)
		}
		_, said := x.killAt(at)
		step, err := x.judge(x.deed.done(said), false)
		if err == nil {
			err = x.goesOn()
		}
		if err != nil {
			x.t.Errorf("killed at call %d of %d: %v", at, calls, err)
		}
		ends[step > 0]++
	}
	x.t.Logf("killed at %d of %d calls", kills, calls)
}
