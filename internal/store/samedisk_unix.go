//go:build unix

package store

import (
	"os"
	"syscall"
)

// sameDisk reports whether two folders lie on one file system.
func sameDisk(one, other string) bool {
	a, err := os.Stat(one)
	b, err2 := os.Stat(other)
	if err != nil || err2 != nil {
		return false
	}
	x, ok := a.Sys().(*syscall.Stat_t)
	y, ok2 := b.Sys().(*syscall.Stat_t)
	return ok && ok2 && x.Dev == y.Dev
}
