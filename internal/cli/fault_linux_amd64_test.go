package cli

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A fault is a system call that fails.
type fault struct {
	errno unix.Errno
	lasts bool // so do all that follow
}

func (f fault) String() string {
	if f.lasts {
		return fmt.Sprintf("%s from there on", unix.ErrnoName(f.errno))
	}
	return unix.ErrnoName(f.errno)
}

var faults = []fault{{errno: unix.EIO}, {errno: unix.ENOSPC}, {unix.ENOSPC, true}, {unix.EIO, true}}

// mayFail reports whether a disk may fail in a call: it is about to write, to
// sync, to make, to name or to take away. What goes to the standard streams is
// not the disk's.
func mayFail(c *systemCall) bool {
	switch c.number {
	case unix.SYS_WRITE:
		return c.args[0] > 2 && c.args[2] != 8 // 8 bytes: the scheduler wakes its poller
	case unix.SYS_PWRITE64, unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_FTRUNCATE, unix.SYS_COPY_FILE_RANGE,
		unix.SYS_RENAME, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_LINK, unix.SYS_LINKAT,
		unix.SYS_UNLINK, unix.SYS_UNLINKAT, unix.SYS_MKDIR, unix.SYS_MKDIRAT, unix.SYS_FCHMOD, unix.SYS_FCHMODAT:
		return true
	case unix.SYS_OPENAT:
		return c.args[2]&unix.O_CREAT != 0
	}
	return false
}

// failAt does the deed while its nth call that may fail fails. It returns how
// many such calls there were, and how the command ended.
func (x *site) failAt(n int, f fault) (calls, status int, said string) {
	x.t.Helper()
	x.before.putBack(x.t, x.dir)
	tr := &tracer{t: x.t, before: func(c *systemCall) unix.Errno {
		if !mayFail(c) {
			return 0
		}
		if calls++; n > 0 && (calls == n || f.lasts && calls > n) {
			return f.errno
		}
		return 0
	}}
	status, _ = tr.run(x.perform())
	return calls, status, x.heard()
}

// TestFailingCallsOfCommands lets each call of a command that touches the disk
// fail. What the command then says must be what is there.
func TestFailingCallsOfCommands(t *testing.T) {
	g := newGround(t)
	began := time.Now()
	ends := map[string]int{}
	for _, d := range sampledDeeds(2) {
		t.Run(d.name, func(t *testing.T) {
			x, _ := g.site(t, d)
			x.failAtCalls(ends)
		})
	}
	total := 0
	for _, n := range ends {
		total += n
	}
	t.Logf("%d faults in %.0f s: %v", total, time.Since(began).Seconds(), ends)
	if ends["status 0, state 1"] == 0 || ends["status 1, state 0"] == 0 {
		t.Error("no fault mattered: the test tests nothing")
	}
}

func (x *site) failAtCalls(ends map[string]int) {
	x.t.Helper()
	calls, _, _ := x.failAt(0, fault{})
	tried := sampled(calls*len(faults), 10)
	for i := range tried {
		f, at := faults[i%len(faults)], 1+i/len(faults)
		if tried < calls {
			if at = 1 + rand.IntN(calls); i == 0 {
				at = calls // when all is saved
			}
		}
		_, status, said := x.failAt(at, f)
		step, err := x.judgeFault(status, said)
		if err == nil && !f.lasts {
			err = x.goesOn()
		}
		if err != nil {
			x.t.Errorf("call %d of %d fails with %s: %v; status %d, said:\n%s", at, calls, f, err, status, said)
		}
		ends[fmt.Sprintf("status %d, state %d", status, step)]++
	}
	x.t.Logf("%d faults at %d calls", tried, calls)
}

// judgeFault holds what a command said against what is there.
func (x *site) judgeFault(status int, said string) (step int, err error) {
	done := x.deed.done(said)
	partly := x.deed.partly != "" && regexp.MustCompile(x.deed.partly).MatchString(said)
	step, err = x.judge(done || status == 0 && !partly, false)
	switch {
	case err != nil || done || partly || status == 0 && x.deed.said == "":
	case status == 0:
		err = fmt.Errorf("it ended well and does not say %q", x.deed.said)
	case step > 0:
		err = fmt.Errorf("it ended with %d, and the vault is changed", status)
	}
	return step, err
}
