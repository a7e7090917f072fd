package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/record"
)

func init() { children["backups"] = backupsChild }

// TestWriteBackup: a backup of now, whole, at a new place, replacing nothing.
func TestWriteBackup(t *testing.T) {
	v, _ := backedUp(t)
	s := v.open()
	path := filepath.Join(t.TempDir(), "mine.tar")
	leftover := filepath.Join(filepath.Dir(path), tempCopy(path)+"123")
	if err := os.WriteFile(leftover, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := s.WriteBackup(path)
	if err != nil || rep.Generation != s.Generation() || rep.Records != 3 || rep.Revisions != 3 || rep.Path != path {
		t.Fatalf("%+v, %v", rep, err)
	}
	if rep, err := s.VerifyBackup(path); err != nil || len(rep.Damaged) > 0 {
		t.Errorf("%v, %v", rep.Damaged, err)
	}
	if _, err := os.Stat(leftover); err == nil {
		t.Error("what a killed program left is still there")
	}
	if st, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.WriteBackup(path); !errors.Is(err, ErrExists) {
		t.Errorf("over another file: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the other file was changed: %v", err)
	}
	var stream bytes.Buffer
	if _, err := s.StreamBackup(&stream, t.TempDir()); err != nil || !bytes.Equal(stream.Bytes(), before) {
		t.Errorf("%d bytes to a pipe, %d to a file, %v", stream.Len(), len(before), err)
	}
	if _, err := s.StreamBackup(shutPipe{}, t.TempDir()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("to a pipe that is closed: %v", err)
	}
	if names := entries(t, filepath.Dir(path)); !slices.Equal(names, []string{"mine.tar"}) {
		t.Errorf("left behind: %v", names)
	}
}

type shutPipe struct{}

func (shutPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func entries(t testing.TB, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// TestDamagedVaultIsNotCopied: nothing is made of a vault that is not whole.
func TestDamagedVaultIsNotCopied(t *testing.T) {
	x := newScene(t)
	s := x.open()
	x.put(bucketRecords, x.a[:], []byte("damaged"))
	dir := t.TempDir()
	if _, err := s.WriteBackup(filepath.Join(dir, "x.tar")); !errors.As(err, new(*DamagedError)) {
		t.Errorf("got %v", err)
	}
	if _, err := s.CopyTo(CopyRequest{Dir: dir, New: true}); !errors.As(err, new(*DamagedError)) {
		t.Errorf("got %v", err)
	}
	if names := entries(t, dir); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

// TestCopyTo: a place is taken once, refreshed when something was changed, and
// refused where it is another one than it was.
func TestCopyTo(t *testing.T) {
	v, _ := backedUp(t)
	dir := filepath.Join(t.TempDir(), "stick")
	if _, err := v.open().CopyTo(CopyRequest{Dir: dir, New: true}); !errors.Is(err, ErrNotThere) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := v.open().CopyTo(CopyRequest{Dir: dir}); !errors.Is(err, ErrOtherPlace) {
		t.Errorf("a place that nobody named: %v", err)
	}
	if _, err := v.open().CopyTo(CopyRequest{Dir: BackupDir(v.path), New: true}); !errors.Is(err, ErrOwnBackups) {
		t.Errorf("the automatic backups' own: %v", err)
	}
	copyTo := func(want bool) Copied {
		t.Helper()
		s := v.open()
		done, err := s.CopyTo(CopyRequest{Dir: dir, Machine: "desk", New: len(s.CopyPlaces()) == 0})
		if err != nil || done.Written != want || done.Report.Records == 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		if err := s.Commit(Change{Copied: []Copy{done.Copy}}); err != nil {
			t.Fatal(err)
		}
		s = v.open()
		if list := s.Copies(); len(list) != 1 || !s.IsCurrent(list[0]) || list[0].Kind != CopySameDisk {
			t.Fatalf("the vault knows of %+v at generation %d", list, s.Generation())
		}
		return done
	}
	first := copyTo(true)
	copyTo(false) // nothing but the note was changed since
	v.cfg.Now = v.cfg.Now.Add(time.Hour)
	s := v.mustCommit(Change{Put: []*record.Record{note("new", "x")}})
	if s.IsCurrent(s.Copies()[0]) {
		t.Error("the copy counts as one of now after a change")
	}
	second := copyTo(true)
	if second.Path == first.Path || second.Report.Records != 4 {
		t.Errorf("%+v", second)
	}
	list, missing := CopiesSeen(v.path, v.cfg)
	if len(list) != 2 || list[0].Path != second.Path || len(missing) != 0 {
		t.Errorf("%v, missing %v", list, missing)
	}
	// one that was damaged since is no copy
	if err := os.Truncate(second.Path, 2000); err != nil {
		t.Fatal(err)
	}
	v.cfg.Now = v.cfg.Now.Add(time.Hour)
	copyTo(true)
	if err := os.Rename(dir, dir+"-gone"); err != nil {
		t.Fatal(err)
	}
	if _, missing := CopiesSeen(v.path, v.cfg); !slices.Equal(missing, []string{first.Dir}) {
		t.Errorf("missing %v", missing)
	}
	if err := os.Mkdir(dir, 0o700); err != nil { // the folder of a stick that is not plugged in
		t.Fatal(err)
	}
	if _, err := v.open().CopyTo(CopyRequest{Dir: dir}); !errors.Is(err, ErrOtherPlace) {
		t.Errorf("an empty folder in its place: %v", err)
	}
	if known, err := v.open().ForgetPlace(dir); !known || err != nil {
		t.Errorf("%v, %v", known, err)
	}
	s = v.mustCommit(Change{Forgotten: []Copy{{Dir: first.Dir, Machine: "desk"}}})
	if len(s.Copies()) != 0 || len(s.CopyPlaces()) != 0 {
		t.Errorf("still known: %v, %v", s.Copies(), s.CopyPlaces())
	}
}

// TestCopiesAreThinned removes copies of ours beyond those kept, and nothing else:
// two vaults of one name may share a stick.
func TestCopiesAreThinned(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("0", "x")}})
	dir := t.TempDir()
	others := []string{"test-g000001-00000000-20200101T000000Z.tar", "holiday.jpg"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var newest string
	for i := range 20 {
		v.cfg.Now = v.cfg.Now.Add(24 * time.Hour)
		s := v.mustCommit(Change{Put: []*record.Record{note(fmt.Sprint(i+1), "x")}})
		done, err := s.CopyTo(CopyRequest{Dir: dir, New: i == 0})
		if err != nil {
			t.Fatal(err)
		}
		newest = filepath.Base(done.Path)
	}
	names := entries(t, dir)
	for _, name := range append(others, newest) {
		if !slices.Contains(names, name) {
			t.Errorf("%s is gone", name)
		}
	}
	if len(names) != len(others)+10 { // 10 days of one month
		t.Errorf("%d files: %v", len(names), names)
	}
}

// TestNotesOfCopies: what makes a copy old is a change, not the note of another.
func TestNotesOfCopies(t *testing.T) {
	h := &indexHeader{Generation: 7, Copies: []Copy{{Dir: "/a", Current: 7}, {Dir: "/b", Current: 5}}}
	h.noteCopies(Change{Copied: []Copy{{Dir: "/c", Current: 7}}})
	if got := fmt.Sprint(h.Copies[0].Current, h.Copies[1].Current, h.Copies[2].Current); got != "8 5 8" {
		t.Errorf("a note alone: %s", got)
	}
	h = &indexHeader{Generation: 7, Copies: []Copy{{Dir: "/a", Current: 7}}}
	h.noteCopies(Change{Copied: []Copy{{Dir: "/c", Current: 7}}, Put: []*record.Record{note("x", "x")}})
	if h.Copies[0].Current != 7 || h.Copies[1].Current != 7 {
		t.Errorf("with a change beside it: %+v", h.Copies)
	}
}

// backupsChild writes backups into args[2] until it is killed.
func backupsChild(args []string) error {
	s, err := openChild(args)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		fmt.Println("try")
		if _, err := s.WriteBackup(filepath.Join(args[2], fmt.Sprintf("%d.tar", i%8))); err != nil && !errors.Is(err, ErrExists) {
			return err
		}
		if i%8 == 7 {
			for n := range 8 {
				os.Remove(filepath.Join(args[2], fmt.Sprintf("%d.tar", n)))
			}
		}
	}
}

// TestKilledBackups: whenever the program is killed, a backup is there whole or
// not at all, and what is left beside it goes when it is made the next time.
func TestKilledBackups(t *testing.T) {
	v, _ := backedUp(t)
	dir := t.TempDir()
	whole, left := 0, 0
	for range sample(1000, 24) {
		cmd := childCommand(t, "backups", v.path, v.key.String(), dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 4)); err != nil {
			t.Fatal(err)
		}
		sleepUpTo(20 * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		for _, name := range entries(t, dir) {
			if strings.HasPrefix(name, ".new-") {
				left++
				continue
			}
			if rep, err := v.open().VerifyBackup(filepath.Join(dir, name)); err != nil || len(rep.Damaged) > 0 {
				t.Fatalf("half a backup is there: %v, %v", err, rep.Damaged)
			}
			whole++
		}
	}
	t.Logf("%d whole backups, and %d unfinished files", whole, left)
	if whole == 0 || left == 0 {
		t.Error("no kill hit: the test tests nothing")
	}
	for n := range 8 {
		if _, err := v.open().WriteBackup(filepath.Join(dir, fmt.Sprintf("%d.tar", n))); err != nil && !errors.Is(err, ErrExists) {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(dir, fmt.Sprintf("%d.tar", n)))
		if _, err := v.open().WriteBackup(filepath.Join(dir, fmt.Sprintf("%d.tar", n))); err != nil {
			t.Fatal(err)
		}
	}
	if left := leftovers(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestCopyClearsLeftovers: what a killed copy of an earlier state left in the
// folder goes with the next copy; the files of others stay.
func TestCopyClearsLeftovers(t *testing.T) {
	v, _ := backedUp(t)
	s := v.open()
	dir := t.TempDir()
	left := filepath.Join(dir, tempBackup+s.backupStem()+"000001-00000000-20200101T000000Z.tar-123")
	others := filepath.Join(dir, tempBackup+"another-g000001-00000000-20200101T000000Z.tar-123")
	for _, path := range []string{left, others} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CopyTo(CopyRequest{Dir: dir, New: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("what was left is still there")
	}
	if _, err := os.Stat(others); err != nil {
		t.Error(err)
	}
}

// TestDamagedCopyIsRenewed: a copy of now that went bad does not count as one.
func TestDamagedCopyIsRenewed(t *testing.T) {
	v, _ := backedUp(t)
	dir := t.TempDir()
	first, err := v.open().CopyTo(CopyRequest{Dir: dir, New: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(first.Path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("-----END AGE")) - 100
	b[at] ^= 1
	if err := os.WriteFile(first.Path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	v.cfg.Now = v.cfg.Now.Add(time.Hour)
	second, err := v.open().CopyTo(CopyRequest{Dir: dir})
	if err != nil || !second.Written || second.Path == first.Path || len(second.Report.Damaged) > 0 {
		t.Errorf("%+v, %v", second, err)
	}
}
