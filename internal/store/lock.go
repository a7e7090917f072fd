package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// LockWait is how long a command waits for another process to finish.
const LockWait = 5 * time.Second

// lockSuffix names the side file that is locked. It is never renamed nor
// removed, so that a vault which is replaced by rename keeps its lock.
const lockSuffix = ".lock"

var errWouldBlock = errors.New("store: the lock is held")

// lock takes the lock of the vault at path, exclusive for a writer, shared for
// a reader, and returns what releases it. It is held around input and output
// only, never while a person is asked or a key derived.
func lock(path string, exclusive bool, wait time.Duration) (release func(), err error) {
	f, err := os.OpenFile(path+lockSuffix, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if err != nil && !exclusive && (errors.Is(err, fs.ErrPermission) || isReadOnly(err)) {
		return lockForeign(path, wait)
	}
	if err != nil {
		return nil, err
	}
	if err := poll(f, exclusive, wait); err != nil {
		f.Close()
		return nil, err
	}
	named := exclusive && writeHolder(f)
	return func() {
		if named {
			f.Truncate(0)
		}
		unlockFile(f)
		f.Close()
	}, nil
}

// lockForeign is for a reader who may not write beside the vault: a read-only
// medium, or somebody else's folder. Where a lock file stands, it is shared by
// reading; where none stands, nobody writes.
func lockForeign(path string, wait time.Duration) (func(), error) {
	f, err := os.Open(path + lockSuffix)
	if err != nil {
		return func() {}, nil
	}
	if err := poll(f, false, wait); err != nil {
		f.Close()
		return nil, err
	}
	return func() { unlockFile(f); f.Close() }, nil
}

// poll asks for the lock until wait is over. It asks because flock itself, on
// some network file systems, waits for ever.
func poll(f *os.File, exclusive bool, wait time.Duration) error {
	over := time.After(wait)
	for {
		err := lockFile(f, exclusive)
		if !errors.Is(err, errWouldBlock) {
			return err
		}
		select {
		case <-over:
			return &BusyError{Holder: readHolder(f)}
		case <-time.After(2 * time.Millisecond):
		}
	}
}

const (
	holderStart = "pid "
	holderMax   = 64 // bytes
)

// writeHolder writes who holds the lock, for the message of those who wait. It
// writes into nothing that is not a lock file: somebody may have put a link to
// another file in its place.
func writeHolder(f *os.File) bool {
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() || st.Size() > holderMax ||
		st.Size() > 0 && !strings.HasPrefix(readHolder(f), holderStart) {
		return false
	}
	if f.Truncate(0) != nil {
		return false
	}
	_, err = f.WriteAt(fmt.Appendf(nil, holderStart+"%d\n", os.Getpid()), 0)
	return err == nil
}

func readHolder(f *os.File) string {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, holderMax))
	return strings.TrimSpace(string(b))
}
