//go:build !windows

package cli

import "syscall"

// ownSession keeps Ctrl-C from what is started.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
