//go:build unix

package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

func init() {
	children["rewrites"] = rewritesChild
	children["onrotate"] = onRotateChild
}

// rotateFor gives the vault a new identity that the key opens.
func rotateFor(s *Store, key *age.X25519Identity) error {
	to, err := s.vault.Successor(false)
	if err != nil {
		return err
	}
	slot, err := to.Reseal(s.OpenedBy().Keyring(), key.Recipient())
	if err != nil {
		return err
	}
	return s.Rotate(to, []NewSlot{{Slot: slot}})
}

// rewritesChild rotates, takes slots in and out, and purges until it is killed.
// It says "try N" before and "saved N" after each, N being the generation.
func rewritesChild(args []string) error {
	staleFloor = 1
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
	}
	s, err := openChild(args)
	if err != nil {
		return err
	}
	for {
		for _, step := range []func() error{
			func() error { return rotateFor(s, key) },
			func() error { return addAndRemove(s) },
			func() error {
				r := note("to be purged", "x")
				if err := s.Commit(Change{Put: []*record.Record{r}}); err != nil {
					return err
				}
				return s.Purge([]record.ID{r.ID})
			},
		} {
			fmt.Println("try", s.Generation()+1)
			if err := step(); err != nil {
				return err
			}
			fmt.Println("saved", s.Generation())
		}
	}
}

func addAndRemove(s *Store) error {
	slot, err := s.vault.NewSlot(keyring.KindIdentity, "in and out", s.cfg.Now, mustRecipient())
	if err != nil {
		return err
	}
	if err := s.AddSlot(NewSlot{Slot: slot}); err != nil {
		return err
	}
	return s.ChangeSlots(SlotChange{Remove: []record.ID{slot.ID}})
}

func mustRecipient() age.Recipient {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return id.Recipient()
}

// TestKilledRewriters kills programs that write the file anew. The vault opens,
// it is whole and says what it said, and is of a generation that was tried; what
// was left half-made is gone after the next write.
func TestKilledRewriters(t *testing.T) {
	kills, left, during := sample(1_000, 32), 0, 0
	var v *testVault
	var said string
	for i := 0; i < kills && !t.Failed(); i++ {
		if i%16 == 0 {
			v = newTestVault(t)
			v.cfg.NoBackup, v.cfg.StateDir = true, filepath.Dir(v.path)
			a := note("a", "a1")
			v.mustCommit(Change{Put: []*record.Record{a, note("b", "b1")}, Attach: []NewFile{attach(a, "key card", []byte("card"))}})
			said = everything(t, v.mustCommit(Change{Put: []*record.Record{edited(read(t, v.open(), "a"), "a2")}}))
		}
		tried, saved := killRewriter(t, v)
		left += len(leftovers(t, filepath.Dir(v.path)))
		s, err := v.tryOpen()
		if err != nil || len(s.Damaged()) > 0 {
			t.Fatalf("after kill %d: %v", i, err)
		}
		n := int(s.Generation())
		// A step has up to two commits; the first of them may be there.
		if n < saved || tried > 0 && n > tried+1 {
			t.Errorf("after kill %d: tried %d, acknowledged %d, the vault has %d", i, tried, saved, n)
		}
		if tried > saved && n >= tried {
			during++
		}
		if c, err := s.Find("to be purged"); err == nil {
			if err := s.Purge([]record.ID{c.ID}); err != nil {
				t.Error(err)
			}
		} else if err := s.Commit(Change{Prove: map[record.ID]time.Time{s.slot: v.cfg.Now}}); err != nil {
			t.Error(err)
		}
		if got := everything(t, s); got != said {
			t.Errorf("after kill %d the vault says something else", i)
		}
		if rep, err := s.VerifyAll(); err != nil || len(rep.Damaged) > 0 {
			t.Errorf("after kill %d: %+v, %v", i, rep, err)
		}
		if now := leftovers(t, filepath.Dir(v.path)); len(now) > 0 {
			t.Errorf("after kill %d and a write: %v", i, now)
		}
	}
	t.Logf("%d kills left %d temporary files; %d were during a step that is there all the same", kills, left, during)
	if left == 0 {
		t.Error("no kill hit a rewriting: the test tests nothing")
	}
}

// killRewriter runs a rewriter for a moment and returns the last generations it
// tried and acknowledged.
func killRewriter(t *testing.T, v *testVault) (tried, saved int) {
	t.Helper()
	cmd := childCommand(t, "rewrites", v.path, v.key.String(), v.cfg.StateDir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	words := bufio.NewScanner(out)
	if words.Scan() {
		tried, saved = heard(t, words.Text(), tried, saved)
	}
	sleepUpTo(30 * time.Millisecond)
	cmd.Process.Kill()
	for words.Scan() {
		tried, saved = heard(t, words.Text(), tried, saved)
	}
	cmd.Wait()
	return tried, saved
}

// onRotateChild rotates once, after a backup, on one thread, with no file larger
// than args[3] bytes if that is given.
func onRotateChild(args []string) error {
	runtime.LockOSThread()
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
	}
	if len(args) > 3 {
		limit, err := strconv.ParseUint(args[3], 10, 64)
		if err != nil {
			return err
		}
		signal.Ignore(unix.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
	}
	cfg := Config{Now: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), StateDir: args[2], LockWait: time.Second}
	s, err := Open(args[0], cfg)
	if err == nil {
		err = s.Unlock(key)
	}
	if err != nil {
		fmt.Println("refused:", err)
		return nil
	}
	fmt.Println(verdict(s, rotateFor(s, key)))
	return nil
}

// A rotated is a vault that is rotated again and again from the same state.
type rotated struct {
	*testVault
	good []byte
	said string
}

func newRotated(t *testing.T) *rotated {
	v := newTestVault(t)
	a := note("a", strings.Repeat("x", 30_000))
	v.mustCommit(Change{Put: []*record.Record{a}, Attach: []NewFile{attach(a, "key card", randomBytesOf(t, 20_000))}})
	s := v.mustCommit(Change{Put: []*record.Record{edited(read(t, v.open(), "a"), "a2")}})
	v.cfg.StateDir = "" // the file goes back in time with each try
	return &rotated{v, v.bytes(), everything(t, s)}
}

// holds compares what a rotation said of itself with what is in the file.
func (v *rotated) holds(what, said string) {
	v.t.Helper()
	s, err := v.tryOpen()
	if err != nil {
		v.t.Errorf("%s: the rotation said %q, the vault does not open: %v", what, said, err)
		return
	}
	if got := everything(v.t, s); got != v.said {
		v.t.Errorf("%s: the vault says something else", what)
	}
	if said == "damaged" { // it could not be read then: nothing is claimed
		return
	}
	if done := len(s.Retired()) == 1; done != strings.HasPrefix(said, "saved") {
		v.t.Errorf("%s: the rotation said %q; done: %v", what, said, done)
	}
	if !strings.HasPrefix(said, "saved") && string(v.bytes()) != string(v.good) {
		v.t.Errorf("%s: the rotation said %q, and the file is another", what, said)
	}
	if left := leftovers(v.t, filepath.Dir(v.path)); len(left) > 0 {
		v.t.Errorf("%s: left behind %v", what, left)
	}
	list, err := Backups(v.path)
	if err != nil {
		v.t.Error(err)
	}
	for _, b := range list {
		readBackup(v.t, b.Path)
	}
}

// TestRotateFailingSystemCalls lets each system call of a rotation fail in turn.
func TestRotateFailingSystemCalls(t *testing.T) {
	strace := needCommand(t, "strace")
	if out, err := tryTrace(strace); err != nil {
		t.Skipf("strace may not trace here: %v %s", err, out)
	}
	v := newRotated(t)
	said := map[string]int{}
	runs := 0
	calls := []struct{ name, err string }{
		{"fdatasync", "EIO"}, {"fsync", "EIO"}, {"renameat,renameat2,rename", "EIO"}, {"pwrite64", "ENOSPC"},
		{"ftruncate", "ENOSPC"}, {"pwrite64", "EIO"}, {"pread64", "EIO"}, {"flock", "ENOLCK"}, {"fchmodat", "EPERM"},
	}
	switch {
	case raceEnabled:
		calls = calls[:1] // strace and the race detector together take a second for each
	case !*soak:
		calls = calls[:4]
	}
	for _, call := range calls {
		step := 1
		if strings.HasPrefix(call.name, "p") && !*soak {
			step = 5 // of many calls of the same kind, not each
		}
		for when := 1; when <= 60; when += step {
			v.write(v.good)
			word, hit := v.rotateUnder(strace, call.name, call.err, when)
			if !hit {
				break
			}
			if word == "" {
				continue // the child was not even loaded
			}
			runs++
			said[strings.SplitN(word, ":", 2)[0]]++
			v.holds(fmt.Sprintf("%s %s, number %d", call.name, call.err, when), word)
		}
	}
	t.Logf("%d failing calls: %v", runs, said)
	if said["not saved"] == 0 || !raceEnabled && said["saved, with a warning"] == 0 {
		t.Error("some outcome never came up: the test tests nothing")
	}
}

func (v *rotated) rotateUnder(strace, name, errno string, when int) (said string, hit bool) {
	v.t.Helper()
	log := v.t.TempDir() + "/log"
	cmd := childCommand(v.t, "onrotate", v.path, v.key.String(), v.t.TempDir())
	cmd.Args = append([]string{strace, "-f", "-qq", "-o", log, "-e", "trace=" + name,
		"-e", fmt.Sprintf("inject=%s:error=%s:when=%d", name, errno, when), cmd.Path}, cmd.Args[1:]...)
	cmd.Path = strace
	cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	cmd.Stderr = nil
	os.RemoveAll(BackupDir(v.path))
	out, err := cmd.Output()
	trace, readErr := os.ReadFile(log)
	if readErr != nil {
		v.t.Fatal(readErr)
	}
	if err != nil && cmd.ProcessState.ExitCode() != 127 {
		v.t.Errorf("%s %d: %v %s", name, when, err, out)
	}
	return strings.TrimSpace(string(out)), strings.Contains(string(trace), "(INJECTED)")
}

// TestRotateFileSizeLimit is a disk that is full in the middle of a rotation: of
// the backup, of the new file, or never.
func TestRotateFileSizeLimit(t *testing.T) {
	v := newRotated(t)
	said := map[string]int{}
	for limit := 16 << 10; limit <= 2*len(v.good); limit += len(v.good) / sample(40, 5) {
		v.write(v.good)
		os.RemoveAll(BackupDir(v.path))
		out, err := childCommand(t, "onrotate", v.path, v.key.String(), t.TempDir(), strconv.Itoa(limit)).Output()
		if err != nil {
			t.Fatalf("limit %d: %v %s", limit, err, out)
		}
		word := strings.TrimSpace(string(out))
		said[strings.SplitN(word, ":", 2)[0]]++
		v.holds(fmt.Sprintf("limit %d", limit), word)
	}
	t.Log(said)
	if said["saved"] == 0 || said["not saved"] == 0 {
		t.Error("the limit never decided: the test tests nothing")
	}
}

// TestCommitsThroughRotations: two write records while a third gives the vault
// one identity after another. Everything that was acknowledged is there.
func TestCommitsThroughRotations(t *testing.T) {
	v := newTestVault(t)
	v.cfg.NoBackup, v.cfg.LockWait = true, time.Minute
	each, rekeyed := sample(300, 24), 0
	var mu sync.Mutex
	var running sync.WaitGroup
	for w := range 2 {
		running.Go(func() {
			s := v.open()
			for n := 0; n < each && !t.Failed(); {
				switch err := s.Commit(Change{Put: []*record.Record{note(fmt.Sprint(w, "-", n), "x")}}); {
				case err == nil:
					n++
				case errors.Is(err, ErrRekeyed):
					mu.Lock()
					rekeyed++
					mu.Unlock()
					s = reopened(v)
				default:
					t.Error(err)
				}
			}
		})
	}
	running.Go(func() {
		for range 8 {
			if err := rotateFor(reopened(v), v.key); err != nil && !errors.Is(err, ErrRekeyed) {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
	})
	running.Wait()
	s := v.open()
	if s.Len() != 2*each || len(s.Retired()) != 8 {
		t.Errorf("%d records of %d, %d rotations", s.Len(), 2*each, len(s.Retired()))
	}
	t.Logf("%d times a writer had to open the vault again", rekeyed)
	if rekeyed == 0 {
		t.Error("no writer met a rotation: the test tests nothing")
	}
	v.whole()
}

// reopened opens the vault, again where it got another identity meanwhile.
func reopened(v *testVault) *Store {
	for {
		s, err := v.tryOpen()
		if errors.Is(err, ErrRekeyed) {
			continue
		}
		if err != nil {
			v.t.Error(err)
		}
		return s
	}
}
