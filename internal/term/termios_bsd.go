//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package term

import "golang.org/x/sys/unix"

// cookedLimit is the length at which the kernel takes no more of a line
// (MAX_CANON less the newline).
const cookedLimit = 1023

func getTermios(fd int) (*unix.Termios, error) { return unix.IoctlGetTermios(fd, unix.TIOCGETA) }

func setTermios(fd int, t *unix.Termios) error { return unix.IoctlSetTermios(fd, unix.TIOCSETA, t) }

// dropInput throws away what was typed and not yet read.
func dropInput(fd int) {
	if t, err := getTermios(fd); err == nil {
		_ = unix.IoctlSetTermios(fd, unix.TIOCSETAF, t)
	}
}
