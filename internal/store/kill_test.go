package store

import (
	"archive/tar"
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

func init() {
	children["commits"] = commitsChild
	children["creates"] = createsChild
}

// commitsChild edits a record and adds another until it is killed. It says "try
// N" before and "saved N" after each commit.
func commitsChild(args []string) error {
	staleFloor = 2 // so that kills hit the rebuilding of the digest too
	s, err := openChild(args)
	if err != nil {
		return err
	}
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
		put := []*record.Record{edited(r, strconv.Itoa(n+1))}
		if n%4 == 0 {
			put = append(put, note(fmt.Sprint("added at ", n+1), strings.Repeat("x", n%3*4000)))
		}
		fmt.Println("try", n+1)
		if err := s.Commit(Change{Put: put}); err != nil {
			return err
		}
		fmt.Println("saved", n+1)
	}
}

// outcomes counts what a kill was found to have done.
type outcomes struct {
	kills, before, between, durable, undone int
}

// TestKilledWriters kills writers with SIGKILL at random times. What they said
// was saved must be there, and the vault must be whole.
func TestKilledWriters(t *testing.T) {
	kills := sample(10_000, 1_000)
	workers := runtime.GOMAXPROCS(0)
	began := time.Now()
	var mu sync.Mutex
	var all outcomes
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			one := killWriters(t, (kills+workers-1)/workers)
			mu.Lock()
			defer mu.Unlock()
			all.kills += one.kills
			all.before += one.before
			all.between += one.between
			all.durable += one.durable
			all.undone += one.undone
		})
	}
	running.Wait()
	t.Logf("%d kills in %.1f s: %d before the first commit, %d between two, %d during one that is there all the same, %d during one that is not",
		all.kills, time.Since(began).Seconds(), all.before, all.between, all.durable, all.undone)
	if all.durable == 0 || all.undone == 0 {
		t.Error("no kill hit a write: the test tests nothing")
	}
}

func killWriters(t *testing.T, kills int) (o outcomes) {
	var v *testVault
	reached := 0
	for i := 0; i < kills && !t.Failed(); i++ {
		if i%20 == 0 {
			v = newTestVault(t)
			v.cfg.NoBackup, v.cfg.StateDir = true, filepath.Dir(v.path)
			v.mustCommit(Change{Put: []*record.Record{note("counter", "0")}})
			reached = 0
		}
		tried, saved := killOne(t, v)
		s, err := v.tryOpen()
		if err != nil || len(s.Damaged()) > 0 {
			t.Errorf("after kill %d: %v", i, err)
			return o
		}
		n, err := strconv.Atoi(text(read(t, s, "counter")))
		if err != nil {
			t.Error(err)
			return o
		}
		o.kills++
		saved = max(saved, reached)
		switch {
		case n < saved:
			t.Errorf("%d was acknowledged, the vault has %d", saved, n)
		case n > max(tried, saved):
			t.Errorf("only %d was tried, the vault has %d", tried, n)
		case tried == 0:
			o.before++
		case tried == saved:
			o.between++
		case n == tried:
			o.durable++
		default:
			o.undone++
		}
		reached = n
		if rep, err := s.VerifyAll(); err != nil || len(rep.Damaged) > 0 || rep.Revisions != n || rep.Records != 1+(n+3)/4 {
			t.Errorf("after kill %d at %d: %+v, %v", i, n, rep, err)
		}
	}
	return o
}

// killOne runs a writer for a moment and returns the last numbers it tried and
// acknowledged.
func killOne(t *testing.T, v *testVault) (tried, saved int) {
	cmd := childCommand(t, "commits", v.path, v.key.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return 0, 0
	}
	lines := bufio.NewScanner(out)
	// One in twenty is killed while it still starts, the others after their
	// first word, within about three commits.
	if rand.IntN(20) > 0 && lines.Scan() {
		tried, saved = heard(t, lines.Text(), tried, saved)
	}
	sleepUpTo(10 * time.Millisecond)
	cmd.Process.Kill()
	for lines.Scan() {
		tried, saved = heard(t, lines.Text(), tried, saved)
	}
	cmd.Wait()
	return tried, saved
}

// sleepUpTo waits for a random time, longer under the race detector, which slows
// the children down.
func sleepUpTo(limit time.Duration) {
	if raceEnabled {
		limit *= 10
	}
	time.Sleep(rand.N(limit))
}

func heard(t *testing.T, line string, tried, saved int) (int, int) {
	word, number, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(number)
	switch {
	case word == "try" && err == nil:
		return n, saved
	case word == "saved" && err == nil:
		return tried, n
	}
	t.Errorf("the writer said %q", line)
	return tried, saved
}

// createsChild makes vaults and commits with backups until it is killed.
func createsChild(args []string) error {
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	fmt.Println("try")
	for i := 0; ; i++ {
		cfg := Config{Now: now.Add(time.Duration(i) * 24 * time.Hour), StateDir: args[2], Readme: []byte("read me")}
		if i%8 == 0 {
			if err := createAt(filepath.Join(args[0], fmt.Sprintf("%d.vault", i)), cfg, key); err != nil && !errors.Is(err, ErrExists) {
				return err
			}
		}
		s, err := Open(filepath.Join(args[0], fmt.Sprintf("%d.vault", i/8*8)), cfg)
		if err != nil {
			return err
		}
		if err := s.Unlock(key); err != nil {
			return err
		}
		if err := s.Commit(Change{Put: []*record.Record{note(record.NewID().String(), "x")}, Destructive: true}); err != nil {
			return err
		}
	}
}

func createAt(path string, cfg Config, key *age.X25519Identity) error {
	vault, err := keyring.New(false)
	if err != nil {
		return err
	}
	slot, err := vault.NewSlot(keyring.KindIdentity, "test", cfg.Now, key.Recipient())
	if err != nil {
		return err
	}
	return Create(path, cfg, vault, []NewSlot{{Slot: slot}})
}

// TestKilledCreatorsAndBackups kills programs that make vaults and backups.
// Every vault and every backup that has its name is whole, and what was left
// half-made is gone after the next write.
func TestKilledCreatorsAndBackups(t *testing.T) {
	kills, left, backups := sample(1_000, 160), 0, 0
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	// On a busy machine a child may come to nothing before it is killed, so go
	// on until the kills have hit both.
	for i := 0; i < kills || i < 20*kills && (left == 0 || backups == 0); i++ {
		dir, state := t.TempDir(), t.TempDir()
		cmd := childCommand(t, "creates", dir, key.String(), state)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		bufio.NewReader(out).ReadString('\n')
		sleepUpTo(40 * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		left += len(leftovers(t, dir)) + len(leftovers(t, state))
		backups += afterKill(t, dir, state, key)
	}
	t.Logf("%d kills left %d temporary files behind, and %d backups, all whole", kills, left, backups)
	if left == 0 || backups == 0 {
		t.Error("no kill hit: the test tests nothing")
	}
}

// afterKill checks what a killed child left and returns the number of backups.
func afterKill(t *testing.T, dir, state string, key *age.X25519Identity) (backups int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.vault"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), StateDir: state, Readme: []byte("read me")}
	for _, path := range names {
		v := &testVault{t: t, path: path, key: key, cfg: cfg}
		list, err := Backups(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range list {
			readBackup(t, b.Path)
		}
		backups += len(list)
		v.mustCommit(Change{Put: []*record.Record{note("after the kill", "x")}})
		v.whole()
	}
	for _, left := range leftovers(t, dir) {
		// A vault that never got its name has no next write; only a second
		// attempt to make it clears that away.
		name := strings.TrimPrefix(filepath.Base(left), ".new-vault-")
		name = name[:strings.LastIndex(name, "-")]
		if err := createAt(filepath.Join(dir, name), cfg, key); err != nil {
			t.Fatal(err)
		}
	}
	if left := append(leftovers(t, dir), leftovers(t, state)...); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return backups
}

func leftovers(t testing.TB, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(path), ".new-") {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// readBackup reads a backup to its end and returns the files in it.
func readBackup(t testing.TB, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := map[string][]byte{}
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
}
