//go:build unix

package cli

import (
	"os"
	"os/exec"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// leaveTerminal gives up the terminal that the tests were started from. A
// script that asks without ttyin then fails at once; otherwise it would open
// the developer's own terminal and wait.
func leaveTerminal() { syscall.Setsid() }

type holdKey struct{}

// hold takes the lock of a vault as another process would, until release or
// the end of the script: hold $VAULT 'pid 4242'.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hold VAULT HOLDER")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0])+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	ts.Check(err)
	ts.Check(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	_, err = f.WriteString(args[1] + "\n")
	ts.Check(err)
	*ts.Value(holdKey{}).(*[]*os.File) = append(*ts.Value(holdKey{}).(*[]*os.File), f)
}

// release gives back every lock that the script holds.
func release(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: release")
	}
	held := ts.Value(holdKey{}).(*[]*os.File)
	for _, f := range *held {
		ts.Check(f.Truncate(0))
		ts.Check(f.Close())
	}
	*held = nil
}

// withoutPrivileges says how a script runs a command for which permissions
// count: as it is, or, for root, through setpriv without the capabilities that
// overrule them.
func withoutPrivileges() (prefix []string, ok bool) {
	if os.Geteuid() != 0 {
		return nil, true
	}
	prefix = []string{"setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"}
	return prefix, exec.Command(prefix[0], append(prefix[1:], "true")...).Run() == nil
}

// smallDisk reports whether a script may mount a file system of its own.
func smallDisk() bool {
	return exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", os.TempDir()).Run() == nil
}
