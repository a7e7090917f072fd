//go:build unix

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// makePrivate takes a file or folder away from everybody but its owner. It
// leaves alone what belongs to somebody else.
func makePrivate(path string, dir bool) error {
	want := os.FileMode(0o600)
	if dir {
		want = 0o700
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm()&^want == 0 {
		return err
	}
	err = os.Chmod(path, st.Mode().Perm()&want)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EROFS) {
		return nil
	}
	return err
}

// syncDir makes a rename or a new file in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil // file systems without a flush of folders
	}
	return errors.Join(err, d.Close())
}
