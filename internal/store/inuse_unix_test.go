//go:build unix

package store

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/record"
)

func init() {
	children["persistent"] = persistentChild
	children["compactor"] = compactorChild
}

// reopenChild is openChild for a vault that may get another identity meanwhile.
func reopenChild(args []string) (*Store, error) {
	for {
		s, err := openChild(args)
		if !errors.Is(err, ErrRekeyed) {
			return s, err
		}
	}
}

// persistentChild does what writerChild does, and opens the vault again whenever
// another process has given it a new identity.
func persistentChild(args []string) error {
	n, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	s, err := reopenChild(args)
	if err != nil {
		return err
	}
	for i := range n {
		one := note(args[2]+strconv.Itoa(i), "x")
		for err = countUp(s, one); errors.Is(err, ErrRekeyed); err = countUp(s, one) {
			if s, err = reopenChild(args); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compactorChild writes the whole file anew, args[2] times: by a new identity, by
// purging a record, by taking a slot away.
func compactorChild(args []string) error {
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
	}
	for done := 0; done < n; {
		s, err := reopenChild(args)
		if err != nil {
			return err
		}
		switch done % 3 {
		case 0:
			err = rotateFor(s, key)
		case 1:
			err = purgeOne(s)
		case 2:
			err = replaceSlot(s, key)
		}
		if err == nil {
			done++
		} else if !errors.Is(err, ErrRekeyed) {
			return err
		}
		time.Sleep(rand.N(3 * time.Millisecond))
	}
	return nil
}

func purgeOne(s *Store) error {
	r := note("to be purged", "x")
	if err := s.Commit(Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	return s.Purge([]record.ID{r.ID})
}

func replaceSlot(s *Store, key *age.X25519Identity) error {
	k := s.Keys()[0]
	slot, err := s.vault.Reseal(k.SlotInfo.Keyring(), key.Recipient())
	if err != nil {
		return err
	}
	return s.ChangeSlots(SlotChange{Remove: []record.ID{k.ID}, Add: []NewSlot{k.Kept(slot)}})
}

// TestProcessesWithCompactor: two processes write as fast as they can while a
// third puts one new file after another in the place of the vault.
func TestProcessesWithCompactor(t *testing.T) {
	writes, rewrites := sample(500, 60), sample(150, 12)
	v := newTestVault(t)
	v.cfg.NoBackup = true
	v.mustCommit(Change{Put: []*record.Record{note("counter", "0")}})
	began := time.Now()
	var running []*exec.Cmd
	for _, args := range [][]string{
		{"persistent", v.path, v.key.String(), "a", strconv.Itoa(writes)},
		{"persistent", v.path, v.key.String(), "b", strconv.Itoa(writes)},
		{"compactor", v.path, v.key.String(), strconv.Itoa(rewrites)},
	} {
		cmd := childCommand(t, args[0], args[1:]...)
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
	t.Logf("2 × %d writes and %d new files in %.1f s", writes, rewrites, time.Since(began).Seconds())
	v.cfg.StateDir = filepath.Dir(v.path) // that of the children
	s := v.open()
	if got := text(read(t, s, "counter")); got != strconv.Itoa(2*writes) || s.Len() != 2*writes+1 {
		t.Errorf("the counter is at %s and there are %d records after %d writes", got, s.Len(), 2*writes)
	}
	if len(s.Retired()) != (rewrites+2)/3 || len(s.Purged()) != (rewrites+1)/3 {
		t.Errorf("%d rotations, %d purged of %d", len(s.Retired()), len(s.Purged()), rewrites)
	}
	v.whole()
}

// What may happen to a file that is in use.
var mishaps = []struct {
	what string
	do   func(path string) error
}{
	{"replaced by a copy of itself", func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return errors.Join(os.WriteFile(path+".copy", b, 0o600), os.Rename(path+".copy", path))
	}},
	{"replaced by its first state", func(path string) error { return os.Rename(path+".first", path) }},
	{"written over with its first state", func(path string) error {
		b, err := os.ReadFile(path + ".first")
		if err != nil {
			return err
		}
		return os.WriteFile(path, b, 0o600)
	}},
	{"cut off", func(path string) error {
		st, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.Truncate(path, rand.Int64N(st.Size()))
	}},
	{"emptied", func(path string) error { return os.Truncate(path, 0) }},
	{"deleted", os.Remove},
	{"moved away", func(path string) error { return os.Rename(path, path+".moved") }},
}

// TestMishapsInUse does things to the file that a process writes to at that
// moment, without its lock. What the process said was saved is there, or whoever
// opens the vault next is told that something is wrong.
func TestMishapsInUse(t *testing.T) {
	rounds := sample(100*len(mishaps), 2*len(mishaps))
	ends := map[string]int{}
	for i := range rounds {
		m := mishaps[i%len(mishaps)]
		v := newTestVault(t)
		v.cfg.NoBackup, v.cfg.StateDir = true, filepath.Dir(v.path)
		v.mustCommit(Change{Put: []*record.Record{note("counter", "0")}})
		if err := os.WriteFile(v.path+".first", v.bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		saved, said := v.mishap(m.do)
		end := v.afterMishap(saved)
		if strings.HasPrefix(end, "lost") {
			t.Errorf("%s: %s; the writer said %q", m.what, end, said)
		}
		if said != "" {
			end += ", and the writer noticed"
		}
		ends[end]++
	}
	t.Logf("%d mishaps: %v", rounds, ends)
}

// mishap lets a process write, does something to the file, lets the process go
// on for a moment and kills it. It returns what the process had acknowledged,
// and the error with which it ended, empty if it was killed.
func (v *testVault) mishap(do func(path string) error) (saved int, said string) {
	v.t.Helper()
	cmd := childCommand(v.t, "commits", v.path, v.key.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	hear := func() bool {
		if !lines.Scan() {
			return false
		}
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "saved":
			saved, err = strconv.Atoi(rest)
		case "error:":
			said = rest
		}
		return err == nil
	}
	for saved == 0 && hear() {
	}
	sleepUpTo(5 * time.Millisecond)
	if err := do(v.path); err != nil {
		v.t.Fatal(err)
	}
	sleepUpTo(20 * time.Millisecond)
	cmd.Process.Kill()
	for hear() {
	}
	cmd.Wait()
	if err != nil {
		v.t.Error(err)
	}
	return saved, said
}

// afterMishap opens the vault as the next command would, and says what that
// comes to.
func (v *testVault) afterMishap(saved int) string {
	v.t.Helper()
	s, err := v.tryOpen()
	switch {
	case err != nil:
		return "noticed when opened"
	case len(s.Damaged()) > 0:
		return "noted as damaged"
	}
	n, err := strconv.Atoi(text(read(v.t, s, "counter")))
	if err != nil {
		v.t.Fatal(err)
	}
	if n < saved {
		return fmt.Sprintf("lost: %d was acknowledged, the vault has %d", saved, n)
	}
	if rep, err := s.VerifyAll(); err != nil || len(rep.Damaged) > 0 {
		return fmt.Sprintf("lost: %v, %v", rep.Damaged, err)
	}
	return "everything is there"
}
