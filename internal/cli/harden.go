package cli

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"memovault/internal/erase"
	"memovault/internal/lang"
)

// harden shuts the ways by which secrets leave a process unasked: core dumps,
// other processes of the same user, age's own debugging, and the stacks that Go
// prints at some signals.
func harden() {
	hardenProcess()
	os.Unsetenv("AGEDEBUG") // "plugin" copies the plugin protocol, file keys included, to standard error
}

// A panicked is a panic on another goroutine, handed over to the main one.
// There crashed reports it; anywhere else Go would print its message.
type panicked struct{ where string }

func (p *panicked) Error() string { return "panic at " + p.where }

// rethrow ends in a panic what f did so, on the goroutine of the caller.
func rethrow(err error) error {
	if p, ok := err.(*panicked); ok {
		panic(p)
	}
	return err
}

// guarded runs f and returns its panic as an error. It is the beginning of a
// goroutine, which has to see to the memory of secrets anew.
func guarded(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = &panicked{whereFrom(3)}
		}
	}()
	erase.Do(func() { err = f() })
	return err
}

// whereFrom names our functions on the stack, without skip of them.
func whereFrom(skip int) string {
	var where []string
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(skip+1, pcs)])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if name, ours := strings.CutPrefix(f.Function, "memovault/internal/"); ours {
			where = append(where, fmt.Sprintf("%s:%d", name, f.Line))
		}
	}
	return strings.Join(where, " < ")
}

// crashed reports the panic r without its message, which may quote a secret:
// only where in our code it came from.
func (a *app) crashed(r any) int {
	where := whereFrom(3)
	if p, ok := r.(*panicked); ok {
		where = p.where
	}
	a.close()
	fmt.Fprintf(a.err, "%s: %s\n  %s\n", a.name,
		a.text(lang.T("this is a bug in the program; the vault was not changed by this command unless it said saved", "プログラムの不具合です。「保存しました」と出ていなければ、金庫は変わっていません")),
		where)
	return statusError
}
