package cli

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// TestHardened looks at a process as harden leaves it. It must be another one:
// what harden takes away does not come back.
func TestHardened(t *testing.T) {
	if os.Getenv("TEST_HARDENED") != "" {
		harden()
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		var core unix.Rlimit
		limit := unix.Getrlimit(unix.RLIMIT_CORE, &core)
		fmt.Println(dumpable, err, core.Cur, core.Max, limit, os.Getenv("AGEDEBUG") == "")
		fmt.Printf("%o\n", unix.Umask(0))
		os.Exit(0)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHardened$")
	cmd.Env = append(os.Environ(), "TEST_HARDENED=1", "AGEDEBUG=plugin")
	out, err := cmd.CombinedOutput()
	if want := "0 <nil> 0 0 <nil> true\n77\n"; err != nil || string(out) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, out, want)
	}
}
