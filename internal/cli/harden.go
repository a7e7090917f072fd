package cli

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"memovault/internal/lang"
)

// harden shuts the ways by which secrets leave a process unasked: core dumps,
// other processes of the same user, age's own debugging, and Go's tracebacks.
func harden() {
	hardenProcess()
	os.Unsetenv("AGEDEBUG") // "plugin" copies the plugin protocol, file keys included, to standard error
	debug.SetTraceback("none")
}

// crashed reports a panic without its message, which may quote a secret: only
// where in our code it came from.
func (a *app) crashed() int {
	var where []string
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if name, ours := strings.CutPrefix(f.Function, "memovault/internal/"); ours {
			where = append(where, fmt.Sprintf("%s:%d", name, f.Line))
		}
	}
	a.close()
	fmt.Fprintf(a.err, "%s: %s\n  %s\n", a.name,
		a.text(lang.T("this is a bug in the program; the vault was not changed by this command unless it said saved", "プログラムの不具合です。「保存しました」と出ていなければ、金庫は変わっていません")),
		strings.Join(where, " < "))
	return statusError
}
