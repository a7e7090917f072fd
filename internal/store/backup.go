package store

import (
	"archive/tar"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"memovault/internal/record"
)

// Backups are tar files of the age files in a vault, with a README that opens
// them by stock tools. They need neither bbolt nor this program, and hold no
// stale pages. They lie beside the vault in a folder of their own.

// How many backups are kept: the newest, and the newest of each day and month.
const (
	keepNewest  = 10
	keepDaily   = 7
	keepMonthly = 12
)

// A Backup is one automatic backup.
type Backup struct {
	Path       string
	Generation uint64
	Sum        string    // the first 8 hexadecimal digits of the SHA-256 of the index's first 4,096 bytes
	Time       time.Time // when it was made
}

// tempBackup begins the names of backups that are not finished.
const tempBackup = ".new-backup-"

const backupTime = "20060102T150405Z"

var backupName = regexp.MustCompile(`-g(\d{6,20})-([0-9a-f]{8})-(\d{8}T\d{6}Z)\.tar$`)

// BackupDir returns the folder of the automatic backups of the vault at path:
// my.backups for my.vault. Another ending stays, so that my.db beside it has a
// folder of its own and neither thins out the other's.
func BackupDir(path string) string {
	return strings.TrimSuffix(path, ".vault") + ".backups"
}

// Backups lists the automatic backups of the vault at path, newest first.
func Backups(path string) ([]Backup, error) {
	files, err := os.ReadDir(BackupDir(path))
	if notExist(err) {
		return nil, nil
	}
	var list []Backup
	for _, f := range files {
		if generation, sum, made, ok := parseBackupName(f.Name()); ok {
			list = append(list, Backup{filepath.Join(BackupDir(path), f.Name()), generation, sum, made})
		}
	}
	sortBackups(list)
	return list, err
}

// replacedName is how copyAway calls a vault that a restore replaced.
var replacedName = regexp.MustCompile(`-replaced-(\d{8}T\d{6}Z)(-\d+)?\.[^.]*$`)

// Replaced lists the vault files that were kept when a restore took their place,
// newest first. Their generation is not known without a key, and zero here.
func Replaced(path string) (list []Backup, err error) {
	files, err := os.ReadDir(BackupDir(path))
	if notExist(err) {
		return nil, nil
	}
	for _, f := range files {
		m := replacedName.FindStringSubmatch(f.Name())
		if m == nil {
			continue
		}
		if made, err := time.Parse(backupTime, m[1]); err == nil {
			list = append(list, Backup{Path: filepath.Join(BackupDir(path), f.Name()), Time: made})
		}
	}
	sortBackups(list)
	return list, err
}

// parseBackupName reads what the name of a backup says of it.
func parseBackupName(name string) (generation uint64, sum string, made time.Time, ok bool) {
	m := backupName.FindStringSubmatch(name)
	if m == nil {
		return 0, "", made, false
	}
	generation, err := strconv.ParseUint(m[1], 10, 64)
	made, err2 := time.Parse(backupTime, m[3])
	return generation, m[2], made, err == nil && err2 == nil
}

// sortBackups puts the newest first.
func sortBackups(list []Backup) {
	slices.SortFunc(list, func(a, b Backup) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.Generation, a.Generation))
	})
}

// backupBefore makes the backup that a write must be preceded by: of the bytes
// as they stand, if none was made on this day or the write is destructive.
func (s *Store) backupBefore(p *pages, destructive bool) error {
	if s.cfg.NoBackup || len(s.idx.entries) == 0 {
		return nil
	}
	dir := BackupDir(s.path)
	list, err := Backups(s.path)
	if err != nil {
		return &BackupError{Dir: dir, Err: err}
	}
	sum := hex.EncodeToString(s.idxSum[:4])
	for _, b := range list {
		same := b.Generation == s.idx.head.Generation && b.Sum == sum
		today := b.Time.In(s.cfg.Now.Location()).Format(time.DateOnly) == s.cfg.Now.Format(time.DateOnly)
		if same || today && !destructive {
			return nil
		}
	}
	if err := s.wholeBeforeBackup(p); err != nil {
		return err
	}
	name := s.backupFile()
	if err := s.writeBackup(p, dir, name); err != nil {
		return &BackupError{Dir: dir, Err: err}
	}
	s.thin(append(list, Backup{filepath.Join(dir, name), s.idx.head.Generation, sum, s.cfg.Now.UTC()}))
	return nil
}

// wholeBeforeBackup verifies a large file, of which only what was touched may
// have been: a backup of a damaged vault would push out a good one.
func (s *Store) wholeBeforeBackup(p *pages) error {
	if p.small() {
		return nil
	}
	if err := s.verify(p); err != nil {
		return err
	}
	if len(s.damage) > 0 {
		return damaged(s.damage[0], nil)
	}
	return nil
}

func (s *Store) writeBackup(p *pages, dir, name string) error {
	if err := errors.Join(makeFolder(dir), makePrivate(dir, true)); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, tempBackup+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	files, err := s.tarVault(p, f)
	if err = errors.Join(err, f.Sync(), f.Close(), makePrivate(f.Name(), false)); err != nil {
		return err
	}
	if err := verifyTar(f.Name(), files); err != nil {
		return err
	}
	return errors.Join(os.Rename(f.Name(), filepath.Join(dir, name)), syncDir(dir))
}

// readme is what a backup says of itself, for the kinds of keys that open it.
func (s *Store) readme() []byte {
	all := slices.Clone(s.cfg.Readme)
	told := map[string]bool{}
	for _, slot := range s.idx.head.Slots {
		if !told[slot.Kind] {
			all = append(all, s.cfg.ReadmeMore[slot.Kind]...)
			told[slot.Kind] = true
		}
	}
	return all
}

// tarVault writes every age file of the vault and returns their digests by
// name. Each was compared with the index before it counts.
func (s *Store) tarVault(p *pages, w io.Writer) (map[string]digest, error) {
	t := tar.NewWriter(w)
	files := map[string]digest{}
	add := func(name string, content []byte) error {
		files[name] = digestOf(content)
		err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)),
			ModTime: s.cfg.Now.UTC().Truncate(time.Second), Format: tar.FormatUSTAR})
		if err != nil {
			return err
		}
		_, err = t.Write(content)
		return err
	}
	if err := add("README.txt", s.readme()); err != nil {
		return nil, err
	}
	if err := add("format", []byte(formatLine)); err != nil {
		return nil, err
	}
	for _, one := range []struct {
		bucket string
		name   func(k []byte) string
		check  func(k []byte, sum digest) bool
	}{
		{bucketSlots, hexName("slots"), s.knownSlot},
		{bucketHints, hintFile, s.knownHint},
		{bucketIndex, func([]byte) string { return "index.age" }, func(_ []byte, sum digest) bool { return sum == digestOf(s.sealed) }},
		{bucketRecords, hexName("records"), s.knownRecord},
		{bucketHistory, historyName, func([]byte, digest) bool { return true }},
		{bucketAttachments, hexName("attachments"), s.knownAttachment},
	} {
		err := p.each(one.bucket, func(k, v []byte) error {
			if !one.check(k, digestOf(v)) {
				return damaged(one.bucket, nil)
			}
			return add(one.name(k), v)
		})
		if err != nil {
			return nil, err
		}
	}
	return files, t.Close()
}

func hexName(folder string) func([]byte) string {
	return func(k []byte) string { return folder + "/" + hex.EncodeToString(k) + ".age" }
}

// hintFile ends otherwise: a hint is no age file.
func hintFile(k []byte) string { return "hints/" + hex.EncodeToString(k) + ".txt" }

func historyName(k []byte) string {
	if len(k) != 24 {
		return "history/" + hex.EncodeToString(k) + ".age"
	}
	return fmt.Sprintf("history/%x/%d.age", k[:16], binary.BigEndian.Uint64(k[16:]))
}

func (s *Store) knownSlot(k []byte, sum digest) bool {
	return slices.ContainsFunc(s.idx.head.Slots, func(i SlotInfo) bool { return i.ID == keyID(k) && i.SHA256 == sum })
}

func (s *Store) knownRecord(k []byte, sum digest) bool {
	e, ok := s.idx.entry(keyID(k))
	return ok && e.sum == sum
}

func (s *Store) knownAttachment(k []byte, sum digest) bool {
	return slices.Contains(s.idx.attached, attached{ID: record.ID(keyID(k)), SHA256: sum})
}

// verifyTar reads a backup from disk and holds it against what was written.
func verifyTar(path string, want map[string]digest) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	t := tar.NewReader(f)
	n := 0
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(t)
		if err != nil {
			return err
		}
		if sum, ok := want[h.Name]; !ok || sum != digestOf(content) {
			return fmt.Errorf("store: the backup reads back differently: %s", h.Name)
		}
		n++
	}
	if n != len(want) {
		return fmt.Errorf("store: the backup has %d files of %d", n, len(want))
	}
	return nil
}

// thin removes backups beyond those kept. A backup that can't be removed is no
// reason to refuse a save.
func (s *Store) thin(list []Backup) {
	for _, b := range Superfluous(list, s.cfg.Now.Location()) {
		s.notes = append(s.notes, os.Remove(b.Path))
	}
}

// Superfluous returns the backups that need not be kept: all but the newest
// 10, the newest of each of the last 7 days and of each of the last 12 months
// that have one, days and months counted in loc.
func Superfluous(list []Backup, loc *time.Location) []Backup {
	list = slices.Clone(list)
	sortBackups(list)
	days, months := map[string]bool{}, map[string]bool{}
	var drop []Backup
	for i, b := range list {
		day, month := b.Time.In(loc).Format(time.DateOnly), b.Time.In(loc).Format("2006-01")
		keep := i < keepNewest || !days[day] && len(days) < keepDaily || !months[month] && len(months) < keepMonthly
		days[day], months[month] = true, true
		if !keep {
			drop = append(drop, b)
		}
	}
	return drop
}
