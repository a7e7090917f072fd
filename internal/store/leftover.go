package store

import (
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

// makeFolder makes dir, and what is missing above it, for the owner alone. A
// folder that stands already is left as it is.
func makeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return makePrivate(dir, true)
}
