package cli

import (
	"os"
	"syscall"
)

// relock can't replace the program in this process on Windows. What was dropped
// is left to the collector.
func (a *app) relock(shellOptions) {}

// endBy ends the process: Windows has no signals to end by.
func endBy(syscall.Signal) { os.Exit(statusCancelled) }

// stopPager ends a pager. There is none on Windows, see pager.
func stopPager(p *os.Process) { _ = p.Kill() }
