//go:build !unix

package cli

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// leaveTerminal has nothing to give up here: there are no scripts with a
// terminal on this system.
func leaveTerminal() {}

type holdKey struct{}

// hold is for systems with flock; scripts that need it are skipped here.
func hold(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("no lock to hold on this system") }

// release gives back nothing, since nothing was held.
func release(ts *testscript.TestScript, _ bool, _ []string) {
	for _, f := range *ts.Value(holdKey{}).(*[]*os.File) {
		ts.Check(f.Close())
	}
}

// withoutPrivileges: permissions work in another way here.
func withoutPrivileges() (prefix []string, ok bool) { return nil, false }

func smallDisk() bool { return false }
