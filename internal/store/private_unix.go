//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"

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

// keepOwner gives the file at path, which is about to take the place of old, the
// same owner: a vault must not become root's because root changed its keys. The
// group of a file that only its owner may read does not matter.
func keepOwner(path string, old os.FileInfo) error {
	was, ok := old.Sys().(*syscall.Stat_t)
	st, err := os.Stat(path)
	if err != nil || !ok {
		return err
	}
	if is, ok := st.Sys().(*syscall.Stat_t); ok && is.Uid != was.Uid {
		return os.Chown(path, int(was.Uid), int(was.Gid))
	}
	return nil
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
