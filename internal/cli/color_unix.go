//go:build unix

package cli

import xterm "golang.org/x/term"

// obeysEscapes reports whether a descriptor is a terminal that takes escape
// sequences.
func obeysEscapes(fd uintptr) bool { return xterm.IsTerminal(int(fd)) }
