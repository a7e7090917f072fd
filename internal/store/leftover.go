package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A program that was killed may leave temporary files behind. They hold
// ciphertext only, and are removed by the next write to the same vault: its
// lock proves that nobody is writing them any more.

// tempVault begins the names of the files from which Create makes the vault at
// path.
func tempVault(path string) string { return ".new-vault-" + filepath.Base(path) + "-" }

// removeLeftovers removes temporary files of this vault. The caller holds its
// lock.
func (s *Store) removeLeftovers() {
	removeBeginning(filepath.Dir(s.path), tempVault(s.path))
	removeBeginning(BackupDir(s.path), tempBackup)
	if s.cfg.StateDir != "" {
		pin := s.cfg.pinPath(s.ID())
		removeBeginning(filepath.Dir(pin), tempPin(pin))
	}
}

// removeBeginning removes the ordinary files in dir whose names begin so. What
// cannot be removed is left for the next time.
func removeBeginning(dir, prefix string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	names, _ := d.Readdirnames(-1)
	d.Close()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if st, err := os.Lstat(path); strings.HasPrefix(name, prefix) && err == nil && st.Mode().IsRegular() {
			os.Remove(path)
		}
	}
}

// makeFolder makes dir, and what is missing above it, for the owner alone, so
// that a power cut does not take it away again. A folder that stands already is
// left as it is.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	var made []string // deepest first
	for at := filepath.Clean(dir); notThere(at); at = filepath.Dir(at) {
		made = append(made, at)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, one := range made {
		// a folder that may be written to but not read cannot be synced
		if err := syncDir(filepath.Dir(one)); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return makePrivate(dir, true)
}

func notThere(path string) bool {
	_, err := os.Lstat(path)
	return notExist(err)
}

// KeepName makes the name of a file that its caller has written and synced
// durable: a sync of the file alone promises nothing about its name.
func KeepName(path string) error { return syncDir(filepath.Dir(path)) }
