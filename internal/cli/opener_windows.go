package cli

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// ownSession keeps Ctrl-C from what is started.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}
