//go:build unix && !linux

package cli

import "golang.org/x/sys/unix"

func hardenProcess() {
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	unix.Umask(0o077)
	dumpNothing()
}
