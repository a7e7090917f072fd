package cli

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// soak runs the whole sets of which go test takes a sample: about half an hour.
// go test ./internal/cli -run NAME -v -timeout 3h -args -soak
var soak = flag.Bool("soak", false, "run the long tests whole")

// A systemCall is one call that a traced process is about to make.
type systemCall struct {
	number  uint64
	args    [6]uint64
	thread  int
	process int
}

// A tracer stops a process at each of its system calls, on all of its threads,
// in the order in which they come. strace counts the calls of each thread alone,
// and in a Go program the threads take turns.
type tracer struct {
	t *testing.T
	// before is shown each call at its beginning. If it returns an error, the
	// call is not made and the process sees that error instead.
	before func(c *systemCall) unix.Errno
	// after is shown the call again with its result, an error below zero.
	after func(c *systemCall, result int64)
}

// A tracedThread is what is known of one thread of the process.
type tracedThread struct {
	within *systemCall // the call it is in, nil outside
	fails  unix.Errno  // what the call returns instead of being made
}

// needTracing skips the test where a process may not look into its children.
func needTracing(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("the command keeps others out of its memory: tracing it needs root")
	}
}

// run runs cmd to its end and returns its exit status, or killed. The standard
// streams of cmd must be files.
func (tr *tracer) run(cmd *exec.Cmd) (status int, killed bool) {
	tr.t.Helper()
	runtime.LockOSThread() // a process is traced by one thread
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setsid: true}
	if err := cmd.Start(); errors.Is(err, unix.EPERM) {
		tr.t.Skipf("tracing is not allowed here: %v", err)
	} else if err != nil {
		tr.t.Fatal(err)
	}
	defer cmd.Process.Release()
	pid := cmd.Process.Pid
	var ws unix.WaitStatus
	if _, err := unix.Wait4(pid, &ws, unix.WALL, nil); err != nil || !ws.Stopped() {
		tr.t.Fatalf("the traced process did not stop: %v", err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(pid, options); err != nil {
		tr.t.Fatal(err)
	}
	threads := map[int]*tracedThread{pid: {}}
	next, signal := pid, 0
	for {
		if err := unix.PtraceSyscall(next, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			tr.t.Fatal(err)
		}
		for {
			id, err := unix.Wait4(-pid, &ws, unix.WALL, nil) // its own group: nobody else's children
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil {
				tr.t.Fatal(err)
			}
			if ws.Exited() || ws.Signaled() {
				delete(threads, id)
				if id == pid {
					return ws.ExitStatus(), ws.Signaled()
				}
				continue
			}
			next, signal = id, tr.stopped(threads, pid, id, ws)
			break
		}
	}
}

// stopped handles one stop of a thread and returns the signal to go on with.
func (tr *tracer) stopped(threads map[int]*tracedThread, pid, id int, ws unix.WaitStatus) int {
	th := threads[id]
	switch {
	case th == nil: // a new thread begins with a stop of its own
		threads[id] = &tracedThread{}
		return 0
	case ws.StopSignal() == unix.SIGTRAP|0x80 && th.within == nil:
		tr.enter(th, pid, id)
	case ws.StopSignal() == unix.SIGTRAP|0x80:
		tr.leave(th, id)
	case ws.StopSignal() != unix.SIGTRAP:
		return int(ws.StopSignal())
	}
	return 0
}

func (tr *tracer) enter(th *tracedThread, pid, id int) {
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(id, &r); err != nil {
		return // killed meanwhile
	}
	th.within = &systemCall{number: r.Orig_rax, args: [6]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9}, thread: id, process: pid}
	if th.fails = tr.before(th.within); th.fails == 0 {
		return
	}
	r.Orig_rax = ^uint64(0) // no call has this number
	if err := unix.PtraceSetRegs(id, &r); err != nil {
		tr.t.Error(err)
	}
}

func (tr *tracer) leave(th *tracedThread, id int) {
	c := th.within
	th.within = nil
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(id, &r); err != nil {
		return
	}
	if th.fails != 0 {
		r.Rax = uint64(-int64(th.fails))
		if err := unix.PtraceSetRegs(id, &r); err != nil {
			tr.t.Error(err)
		}
	}
	if tr.after != nil {
		tr.after(c, int64(r.Rax))
	}
}

// kill ends the process; the call it was about to make is not made.
func (c *systemCall) kill() { unix.Kill(c.process, unix.SIGKILL) }

// bytes reads n bytes of the process's memory.
func (c *systemCall) bytes(at uint64, n int) []byte {
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	local := []unix.Iovec{{Base: &b[0], Len: uint64(n)}}
	got, err := unix.ProcessVMReadv(c.process, local, []unix.RemoteIovec{{Base: uintptr(at), Len: n}}, 0)
	if err != nil {
		return nil
	}
	return b[:got]
}

// text reads a string of C.
func (c *systemCall) text(at uint64) string {
	var s []byte
	for at != 0 {
		chunk := c.bytes(at, 64-int(at%64)) // never over the end of a page
		for i, b := range chunk {
			if b == 0 {
				return string(append(s, chunk[:i]...))
			}
		}
		if len(chunk) == 0 || len(s) > unix.PathMax {
			break
		}
		s, at = append(s, chunk...), at+uint64(len(chunk))
	}
	return string(s)
}
