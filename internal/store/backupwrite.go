package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxSnapshot is how large a vault file may be, in bytes, to be held in memory
// while a backup of it is written: a memory stick takes its time, and who wants
// to write to the vault meanwhile waits only some seconds for the lock.
const maxSnapshot = 64 << 20

// snapshot runs f over the file as it stands now, verified whole.
func (s *Store) snapshot(f func(p *pages) error) error {
	var held *pages
	err := s.view(func(p *pages) error {
		if p.size <= maxSnapshot {
			if err := p.hold(); err != nil {
				return err
			}
			held = p
		}
		if err := s.verify(p); err != nil {
			return err
		}
		if len(s.damage) > 0 {
			return damaged(s.damage[0], nil)
		}
		if held == nil {
			return f(p)
		}
		return nil
	})
	if err != nil || held == nil {
		return err
	}
	return f(held)
}

// hold reads the whole file into memory.
func (p *pages) hold() error {
	if p.mem != nil {
		return nil
	}
	b := make([]byte, p.size)
	if _, err := p.r.ReadAt(b, 0); err != nil {
		return err
	}
	p.mem = b
	return nil
}

// WriteBackup writes a backup of the vault as it is now to a new file at path, a
// tar as the automatic ones are. It was synced, read back and decrypted before it
// gets its name, and replaces nothing (ErrExists). A vault that is damaged has
// no backup made of it: *DamagedError.
func (s *Store) WriteBackup(path string) (BackupReport, error) {
	if s.vault == nil {
		return BackupReport{}, ErrLocked
	}
	dir, prefix := filepath.Dir(path), tempCopy(path)
	removeBeginning(dir, prefix)
	if _, err := os.Lstat(path); err == nil {
		return BackupReport{}, ErrExists
	}
	temp, err := os.CreateTemp(dir, prefix+"*")
	if err != nil {
		return BackupReport{}, err
	}
	defer os.Remove(temp.Name())
	rep, err := s.fillBackup(temp)
	if err != nil {
		return rep, err
	}
	rep.Path = path
	return rep, linkKept(temp.Name(), path)
}

// StreamBackup writes a backup of the vault as it is now to w. It was verified in
// a file of its own before the first byte goes out; dir is where that may lie.
func (s *Store) StreamBackup(w io.Writer, dir string) (BackupReport, error) {
	if s.vault == nil {
		return BackupReport{}, ErrLocked
	}
	if err := makeFolder(dir); err != nil {
		return BackupReport{}, err
	}
	temp, err := os.CreateTemp(dir, tempBackup+"*")
	if err != nil {
		return BackupReport{}, err
	}
	defer os.Remove(temp.Name())
	rep, err := s.fillBackup(temp)
	if err != nil {
		return rep, err
	}
	ready, err := os.Open(temp.Name())
	if err != nil {
		return rep, err
	}
	defer ready.Close()
	_, err = io.Copy(w, ready)
	rep.Path = ""
	return rep, err
}

// tempCopy begins the names of unfinished files from which the backup at path is
// made.
func tempCopy(path string) string { return tempBackup + filepath.Base(path) + "-" }

// fillBackup writes the backup into f, closes it and verifies it.
func (s *Store) fillBackup(f *os.File) (BackupReport, error) {
	var files map[string]digest
	err := s.snapshot(func(p *pages) (err error) {
		files, err = s.tarVault(p, f)
		return err
	})
	if err = errors.Join(err, f.Sync(), f.Close(), makePrivate(f.Name(), false)); err != nil {
		return BackupReport{}, err
	}
	if err := verifyTar(f.Name(), files); err != nil {
		return BackupReport{}, err
	}
	rep, err := s.VerifyBackup(f.Name())
	if err == nil && len(rep.Damaged) > 0 {
		err = fmt.Errorf("store: the backup reads back differently: %s", rep.Damaged[0])
	}
	return rep, err
}

// backupFile is the name that a backup of the vault as it is now gets.
func (s *Store) backupFile() string {
	return fmt.Sprintf("%s%06d-%s-%s.tar", s.backupStem(),
		s.idx.head.Generation, hex.EncodeToString(s.idxSum[:4]), s.cfg.Now.UTC().Format(backupTime))
}

// backupStem is what the names of all backups of the vault begin with.
func (s *Store) backupStem() string {
	return strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path)) + "-g"
}
