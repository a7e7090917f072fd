//go:build unix

package cli

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// relock puts a new image of the program into this process, one that has never
// seen the key: the system clears the memory of the old one. It returns only if
// that is not possible.
func (a *app) relock(o shellOptions) {
	self := "/proc/self/exe" // what runs, even if it was replaced on disk meanwhile
	if runtime.GOOS != "linux" {
		path, err := os.Executable()
		if err != nil {
			return
		}
		self = path
	}
	_ = syscall.Exec(self, append([]string{os.Args[0]}, o.arguments(a)...), os.Environ())
}

// endBy ends the process by a signal, so that whoever waits for it sees what
// ended it.
func endBy(s syscall.Signal) {
	signal.Reset(s)
	_ = syscall.Kill(syscall.Getpid(), s)
	time.Sleep(time.Second) // it comes at once
}

// stopPager asks a pager to end; it gives the terminal back itself. One that was
// stopped has to be continued for that.
func stopPager(p *os.Process) {
	_ = p.Signal(syscall.SIGTERM)
	_ = p.Signal(syscall.SIGCONT)
}
