package cli

import "golang.org/x/sys/windows"

// hardenProcess keeps Windows Error Reporting from writing the memory of a
// crashed process to disk and from showing a dialog.
func hardenProcess() {
	windows.SetErrorMode(windows.SEM_FAILCRITICALERRORS | windows.SEM_NOGPFAULTERRORBOX)
}
