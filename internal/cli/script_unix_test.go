//go:build unix

package cli

import "syscall"

// leaveTerminal gives up the terminal that the tests were started from. A
// script that asks without ttyin then fails at once; otherwise it would open
// the developer's own terminal and wait.
func leaveTerminal() { syscall.Setsid() }
