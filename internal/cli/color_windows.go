package cli

import "golang.org/x/sys/windows"

// obeysEscapes reports whether a descriptor is a console that takes escape
// sequences, and switches that on: consoles before Windows 10 1511 can't.
func obeysEscapes(fd uintptr) bool {
	var mode uint32
	h := windows.Handle(fd)
	return windows.GetConsoleMode(h, &mode) == nil &&
		windows.SetConsoleMode(h, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
