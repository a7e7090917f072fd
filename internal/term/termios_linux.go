package term

import "golang.org/x/sys/unix"

// cookedLimit is the length at which the kernel has cut a line, without a word
// (N_TTY_BUF_SIZE less the newline).
const cookedLimit = 4095

func getTermios(fd int) (*unix.Termios, error) { return unix.IoctlGetTermios(fd, unix.TCGETS) }

func setTermios(fd int, t *unix.Termios) error { return unix.IoctlSetTermios(fd, unix.TCSETS, t) }

// dropInput throws away what was typed and not yet read.
func dropInput(fd int) {
	if t, err := getTermios(fd); err == nil {
		_ = unix.IoctlSetTermios(fd, unix.TCSETSF, t)
	}
}
