package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/record"
)

// TestBackupBeforeTheFirstWriteOfADay: one a day, of the bytes before the
// write, and one more before each destructive change.
func TestBackupBeforeTheFirstWriteOfADay(t *testing.T) {
	v := newTestVault(t)
	v.cfg.Readme = []byte("read me\n")
	add := func(name string, destructive bool) {
		t.Helper()
		v.mustCommit(Change{Put: []*record.Record{note(name, "x")}, Destructive: destructive})
	}
	count := func(want int, when string) []Backup {
		t.Helper()
		list, err := Backups(v.path)
		if err != nil || len(list) != want {
			t.Fatalf("%s there are %d backups, not %d; %v", when, len(list), want, err)
		}
		return list
	}
	add("one", false)
	count(0, "before anything was worth keeping")
	before := valuesAt(t, v)
	add("two", false)
	list := count(1, "after the first write of a day")
	add("three", false)
	count(1, "after the second")
	v.cfg.Now = v.cfg.Now.Add(time.Second)
	add("four", true)
	count(2, "after a destructive one")
	v.cfg.Now = v.cfg.Now.Add(24 * time.Hour)
	add("five", false)
	count(3, "on the next day")

	got := readBackup(t, list[0].Path)
	if string(got["README.txt"]) != "read me\n" || string(got["format"]) != formatLine {
		t.Errorf("README %q, format %q", got["README.txt"], got["format"])
	}
	delete(got, "README.txt")
	delete(got, "format")
	if !maps.EqualFunc(got, before, slices.Equal) {
		t.Errorf("the backup holds %v, the vault held %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(before)))
	}
	if list[0].Generation != 2 || !strings.HasPrefix(filepath.Base(list[0].Path), "test-g000002-") {
		t.Errorf("it is called %s", list[0].Path)
	}
}

// valuesAt returns the values of a vault by their names in a backup.
func valuesAt(t *testing.T, v *testVault) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for bucket, pairs := range bucketsOf(t, v.path) {
		for _, pair := range pairs {
			switch bucket {
			case bucketIndex:
				files["index.age"] = pair.value
			case bucketHistory:
				files[historyName(pair.key)] = pair.value
			case bucketSlots, bucketRecords, bucketAttachments:
				files[fmt.Sprintf("%s/%x.age", bucket, pair.key)] = pair.value
			}
		}
	}
	return files
}

// TestNoBackupNoWrite: where the backup cannot be made, nothing is saved.
func TestNoBackupNoWrite(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("one", "x")}})
	before := v.bytes()
	if err := os.WriteFile(BackupDir(v.path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var failed *BackupError
	err := v.open().Commit(Change{Put: []*record.Record{note("two", "x")}})
	if !errors.As(err, &failed) || failed.Dir != BackupDir(v.path) {
		t.Fatalf("got %v", err)
	}
	if !slices.Equal(before, v.bytes()) {
		t.Error("the vault was written to")
	}
	v.cfg.NoBackup = true
	v.mustCommit(Change{Put: []*record.Record{note("two", "x")}})
}

// TestBackupIsRead: what reads back otherwise than it was written is no backup.
func TestBackupIsRead(t *testing.T) {
	v := sampleVault(t)
	s := v.open()
	path := filepath.Join(t.TempDir(), "x.tar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]digest
	err = s.view(func(p *pages) error { files, err = s.tarVault(p, f); return err })
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if err := verifyTar(path, files); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, bad := range map[string][]byte{
		"cut off":    good[:len(good)/2],
		"one flip":   flipped(good, len(good)/3),
		"empty":      nil,
		"without 1 ": good[512*4:],
	} {
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := verifyTar(path, files); err == nil {
			t.Errorf("%s: passes for a backup", what)
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

// TestDamagedVaultIsNotBackedUp: a backup of damage would push out a good one.
func TestDamagedVaultIsNotBackedUp(t *testing.T) {
	x := newScene(t)
	x.cfg.NoBackup = false
	s := x.open()
	x.put(bucketRecords, x.a[:], []byte("damaged"))
	err := s.Commit(Change{Put: []*record.Record{note("new", "x")}})
	if !errors.As(err, new(*DamagedError)) {
		t.Errorf("got %v", err)
	}
	if list, err := Backups(x.path); err != nil || len(list) != 0 {
		t.Errorf("backups %v, %v", list, err)
	}
}

// TestThinning: the newest 10, one for each of 7 days, one for each of 12 months.
func TestThinning(t *testing.T) {
	var list []Backup
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := range 800 { // twice a day for more than a year
		list = append(list, Backup{Path: fmt.Sprint(i), Generation: uint64(800 - i), Time: now.Add(-time.Duration(i) * 12 * time.Hour)})
	}
	drop := map[string]bool{}
	for _, b := range Superfluous(list, time.UTC) {
		drop[b.Path] = true
	}
	days, months, newest := map[string]bool{}, map[string]bool{}, 0
	for i, b := range list {
		if drop[b.Path] {
			continue
		}
		if i < 10 {
			newest++
		}
		days[b.Time.Format(time.DateOnly)] = true
		months[b.Time.Format("2006-01")] = true
	}
	if newest != 10 || len(months) != 12 || len(days) < 7 {
		t.Errorf("kept %d newest, %d days, %d months", newest, len(days), len(months))
	}
	for i := range 7 {
		if !days[now.AddDate(0, 0, -i).Format(time.DateOnly)] {
			t.Errorf("none is left of %d days ago", i)
		}
	}
	if kept := len(list) - len(drop); kept > 10+7+12 {
		t.Errorf("%d are kept", kept)
	}
	if len(Superfluous(list[:10], time.UTC)) != 0 {
		t.Error("one of ten is superfluous")
	}
}

// TestOldBackupsGo: thinning happens, and a stranger in the folder is left alone.
func TestOldBackupsGo(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("0", "x")}})
	for i := range 40 {
		v.cfg.Now = v.cfg.Now.Add(24 * time.Hour)
		if i == 1 {
			if err := os.WriteFile(filepath.Join(BackupDir(v.path), "mine.txt"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		v.mustCommit(Change{Put: []*record.Record{note(fmt.Sprint(i+1), "x")}})
	}
	list, err := Backups(v.path)
	if err != nil || len(list) != 11 { // 10 newest, and January's
		t.Errorf("%d backups, %v", len(list), err)
	}
	if _, err := os.Stat(filepath.Join(BackupDir(v.path), "mine.txt")); err != nil {
		t.Error(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]os.FileMode{BackupDir(v.path): 0o700, list[0].Path: 0o600} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, st.Mode(), err)
		}
	}
}

// TestBackupDirs holds that vaults beside each other do not share a folder.
func TestBackupDirs(t *testing.T) {
	for path, want := range map[string]string{
		"/x/my.vault":    "/x/my.backups",
		"/x/my.db":       "/x/my.db.backups",
		"/x/my.v1.vault": "/x/my.v1.backups",
		"/x/.vault":      "/x/.backups",
		"my":             "my.backups",
	} {
		if got := BackupDir(path); got != want {
			t.Errorf("BackupDir(%q) = %q, want %q", path, got, want)
		}
	}
}
