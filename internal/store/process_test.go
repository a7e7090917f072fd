package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/record"
)

func init() {
	children["writer"] = writerChild
	children["holder"] = holderChild
}

// openChild opens the vault that a child gets as its first two arguments: the
// path and the secret key.
func openChild(args []string) (*Store, error) {
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return nil, err
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s, err := Open(args[0], Config{NoBackup: true, LockWait: time.Minute, Now: at, StateDir: filepath.Dir(args[0])})
	if err != nil {
		return nil, err
	}
	return s, s.Unlock(key)
}

// writerChild writes args[3] records named args[2] and a number, and with each
// counts a common record up. Every tenth time it opens the vault anew.
func writerChild(args []string) error {
	n, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	var s *Store
	for i := range n {
		if i%10 == 0 {
			if s, err = openChild(args); err != nil {
				return err
			}
		}
		if err := countUp(s, note(args[2]+strconv.Itoa(i), "x")); err != nil {
			return err
		}
	}
	return nil
}

func countUp(s *Store, with *record.Record) error {
	for {
		c, err := s.Find("counter")
		if err != nil {
			return err
		}
		r, err := s.Record(c.ID)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(text(r))
		if err != nil {
			return err
		}
		err = s.Commit(Change{Put: []*record.Record{with, edited(r, strconv.Itoa(n+1))}})
		if !errors.As(err, new(*ConflictError)) {
			return err
		}
	}
}

// TestProcessesWriteTogether: several processes write as fast as they can, and
// nothing is lost.
func TestProcessesWriteTogether(t *testing.T) {
	processes, writes := 2, 500
	if raceEnabled {
		writes = 40
	}
	if *soak {
		processes = 3
	}
	v := newTestVault(t)
	v.cfg.NoBackup = true
	v.mustCommit(Change{Put: []*record.Record{note("counter", "0")}})
	began := time.Now()
	var running []*exec.Cmd
	for i := range processes {
		cmd := childCommand(t, "writer", v.path, v.key.String(), string(rune('a'+i)), strconv.Itoa(writes))
		cmd.Stdout = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	total := processes * writes
	t.Logf("%d processes, %d writes each, %.1f s", processes, writes, time.Since(began).Seconds())
	s := v.open()
	if got := text(read(t, s, "counter")); got != strconv.Itoa(total) || s.Len() != total+1 {
		t.Errorf("the counter is at %s and there are %d records after %d writes", got, s.Len(), total)
	}
	if rep := v.whole(); rep.Records != total+1 || rep.Revisions != total {
		t.Errorf("%+v", rep)
	}
}

// holderChild holds the lock until its input ends.
func holderChild(args []string) error {
	release, err := lock(args[0], args[1] == "exclusive", time.Minute)
	if err != nil {
		return err
	}
	defer release()
	fmt.Println("held")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func TestBusyNamesTheHolder(t *testing.T) {
	v := newTestVault(t)
	v.cfg.LockWait = 50 * time.Millisecond
	open := v.open()
	cmd := childCommand(t, "holder", v.path, "exclusive")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, openErr := v.tryOpen()
	for what, err := range map[string]error{
		"open":   openErr,
		"commit": open.Commit(Change{Put: []*record.Record{note("a", "x")}}),
		"create": Create(v.path, v.cfg, nil, nil),
	} {
		var busy *BusyError
		if !errors.As(err, &busy) || busy.Holder != fmt.Sprintf("pid %d", cmd.Process.Pid) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := open.Commit(Change{Put: []*record.Record{note("a", "x")}}); err != nil {
		t.Errorf("after the holder has ended: %v", err)
	}
	if b, err := os.ReadFile(v.path + lockSuffix); err != nil || len(b) != 0 {
		t.Errorf("the lock file names %q, which is over: %v", b, err)
	}
}

func TestReadersShareTheLock(t *testing.T) {
	v := newTestVault(t)
	v.cfg.LockWait = 50 * time.Millisecond
	release, err := lock(v.path, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := v.open()
	err = s.Commit(Change{Put: []*record.Record{note("a", "x")}})
	if !errors.As(err, new(*BusyError)) {
		t.Errorf("a writer beside a reader: %v", err)
	}
	release()
	if err := s.Commit(Change{Put: []*record.Record{note("a", "x")}}); err != nil {
		t.Error(err)
	}
}

// A slowKey is a key whose derivation takes as long as the test wants.
type slowKey struct {
	age.Identity
	during func()
}

func (k slowKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	k.during()
	return k.Identity.Unwrap(stanzas)
}

// TestNoLockWhileDeriving: while one process derives a key, and while its user
// thinks, another one may write.
func TestNoLockWhileDeriving(t *testing.T) {
	v := newTestVault(t)
	v.cfg.LockWait = time.Millisecond
	writer := v.open()
	s, err := Open(v.path, v.cfg)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	err = s.Unlock(slowKey{v.key, func() {
		asked++
		if err := writer.Commit(Change{Put: []*record.Record{note(fmt.Sprint("meanwhile ", asked), "x")}}); err != nil {
			t.Errorf("while a key is derived: %v", err)
		}
	}})
	if err != nil || asked != 1 {
		t.Fatalf("%v, asked %d times", err, asked)
	}
	if got := text(read(t, s, "meanwhile 1")); got != "x" {
		t.Errorf("the index is older than the derivation: %q", got)
	}
}

// TestReplacedWhileOpen is what programs do that synchronise folders.
func TestReplacedWhileOpen(t *testing.T) {
	v := newTestVault(t)
	v.cfg.StateDir = "" // the other copy would be a fork otherwise, which is TestAttacks' matter
	v.mustCommit(Change{Put: []*record.Record{note("a", "1")}})
	base := v.bytes()
	// Two machines make one commit each from the same state: equal transaction
	// numbers, equal sizes.
	v.mustCommit(Change{Put: []*record.Record{note("theirs", "x")}})
	theirs := v.bytes()
	v.write(base)
	mine := v.open()
	if err := mine.Commit(Change{Put: []*record.Record{note("mine", "x")}}); err != nil {
		t.Fatal(err)
	}
	for what, replace := range map[string]func(){
		"by rename": func() {
			other := v.path + ".other"
			if err := os.WriteFile(other, theirs, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(other, v.path); err != nil {
				t.Fatal(err)
			}
		},
		"in place": func() { v.write(theirs) },
	} {
		replace()
		if err := mine.Commit(Change{Put: []*record.Record{note("after "+what, "x")}}); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		got := v.open()
		names := namesOf(t, got)
		if !slices.Equal(names, []string{"a", "after " + what, "theirs"}) {
			t.Errorf("%s: %v", what, names)
		}
		v.whole()
	}
	if err := os.Truncate(v.path, 5000); err != nil {
		t.Fatal(err)
	}
	if err := mine.Commit(Change{Put: []*record.Record{note("z", "x")}}); !errors.As(err, new(*DamagedError)) {
		t.Errorf("cut off: %v", err)
	}
	if err := os.Remove(v.path); err != nil {
		t.Fatal(err)
	}
	if err := mine.Commit(Change{Put: []*record.Record{note("z", "x")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
}

// TestReplacedWhileWriting swaps the file between the decision and bbolt.
func TestReplacedWhileWriting(t *testing.T) {
	v := newTestVault(t)
	s := v.mustCommit(Change{Put: []*record.Record{note("a", "1")}})
	c := Change{Put: []*record.Record{note("b", "1")}}
	sealed, err := s.seal(c)
	if err != nil {
		t.Fatal(err)
	}
	var w *write
	if err := s.view(func(p *pages) error { w, err = s.prepare(p, c, sealed); return err }); err != nil {
		t.Fatal(err)
	}
	before := v.bytes()
	if err := os.Rename(v.path, v.path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := s.finish(w, w.apply(v.path)); !errors.Is(err, ErrReplaced) {
		t.Errorf("moved away: %v", err)
	}
	v.write(before)
	if err := s.finish(w, w.apply(v.path)); !errors.Is(err, ErrReplaced) {
		t.Errorf("replaced: %v", err)
	}
	if !slices.Equal(v.bytes(), before) {
		t.Error("the other file was written to")
	}
}

// TestFaultInsideBolt: a file that is cut off under bbolt's memory map must not
// take the process with it, nor keep the lock.
func TestFaultInsideBolt(t *testing.T) {
	v := newTestVault(t)
	s := v.mustCommit(Change{Put: []*record.Record{note("a", strings.Repeat("x", 50_000))}})
	c := Change{Put: []*record.Record{note("b", "1")}}
	sealed, err := s.seal(c)
	if err != nil {
		t.Fatal(err)
	}
	var w *write
	if err := s.view(func(p *pages) error { w, err = s.prepare(p, c, sealed); return err }); err != nil {
		t.Fatal(err)
	}
	good := v.bytes()
	var uncut error
	testOnlyOpened = func() { uncut = os.Truncate(v.path, 8192) }
	t.Cleanup(func() { testOnlyOpened = nil })
	err = w.apply(v.path)
	testOnlyOpened = nil
	if uncut != nil && runtime.GOOS == "windows" {
		t.Skip("Windows cuts no file off that somebody has mapped")
	}
	if err == nil {
		t.Fatal("bbolt wrote to a file of two pages")
	}
	if err := s.finish(w, err); !errors.As(err, new(*DamagedError)) {
		t.Errorf("got %v", err)
	}
	v.write(good)
	if err := v.open().Commit(c); err != nil {
		t.Errorf("after the fault: %v", err)
	}
}

func namesOf(t testing.TB, s *Store) (names []string) {
	t.Helper()
	cards, err := s.Cards()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}
