//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"memovault/internal/record"
)

func init() {
	children["oncommit"] = onCommitChild
	children["limited"] = limitedChild
}

// verdict puts into words what a commit said about itself, which is compared
// with what is then in the file.
func verdict(s *Store, err error) string {
	var broken *DamagedError
	switch {
	case err == nil && errors.As(s.Warnings(), new(*FlushError)):
		return "saved, with a warning"
	case err == nil:
		return "saved"
	case errors.As(err, new(*NotSavedError)), errors.As(err, new(*BackupError)):
		return "not saved"
	case errors.As(err, &broken) && broken.What == DamagedAfter:
		return "damaged"
	}
	return "refused: " + err.Error()
}

// onCommitChild makes one commit, with a backup before it, on one thread: strace
// counts system calls for each thread.
func onCommitChild(args []string) error {
	runtime.LockOSThread()
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
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
	fmt.Println(verdict(s, s.Commit(Change{Put: []*record.Record{note("new", strings.Repeat("x", 60_000))}})))
	return nil
}

// TestFailingSystemCalls lets each system call of a commit fail in turn. What
// Commit says must be what a fresh reader then finds.
func TestFailingSystemCalls(t *testing.T) {
	strace := needCommand(t, "strace")
	if out, err := tryTrace(strace); err != nil {
		t.Skipf("strace may not trace here: %v %s", err, out)
	}
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("old", "x")}})
	good := v.bytes()
	v.cfg.StateDir = "" // the file goes back in time with each try
	heard := map[string]int{}
	runs := 0
	calls := []struct{ name, err string }{
		{"fdatasync", "EIO"}, {"ftruncate", "ENOSPC"}, {"fsync", "EIO"}, {"fdatasync", "ENOSPC"}, {"pwrite64", "EIO"},
		{"pwrite64", "ENOSPC"}, {"renameat,renameat2,rename", "EIO"}, {"write", "ENOSPC"}, {"flock", "ENOLCK"},
		{"pread64", "EIO"},
	}
	if raceEnabled {
		calls = calls[:2] // strace and the race detector together take a second for each
	}
	for _, call := range calls {
		for when := 1; when <= 40; when++ {
			if call.name == "write" && when > 6 {
				break // the child has to speak
			}
			v.write(good)
			said, hit := v.commitUnder(strace, call.name, call.err, when)
			if !hit {
				break
			}
			if said == "" {
				continue // the child was not even loaded
			}
			runs++
			heard[strings.SplitN(said, ":", 2)[0]]++
			v.compare(fmt.Sprintf("%s %s, number %d", call.name, call.err, when), said)
		}
	}
	t.Logf("%d failing calls: %v", runs, heard)
	for _, want := range []string{"saved, with a warning", "not saved"} {
		if heard[want] == 0 {
			t.Errorf("no run ended %q: the test tests nothing", want)
		}
	}
}

func tryTrace(strace string) ([]byte, error) {
	return exec.Command(strace, "-f", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO:when=1", "true").CombinedOutput()
}

// commitUnder runs a commit of which one call fails. hit says whether it came
// to that call.
func (v *testVault) commitUnder(strace, name, errno string, when int) (said string, hit bool) {
	v.t.Helper()
	log := v.t.TempDir() + "/log"
	cmd := childCommand(v.t, "oncommit", v.path, v.key.String(), v.t.TempDir())
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
	hit = strings.Contains(string(trace), "(INJECTED)")
	if err != nil && cmd.ProcessState.ExitCode() != 127 {
		v.t.Errorf("%s %d: %v %s", name, when, err, out)
	}
	return strings.TrimSpace(string(out)), hit
}

// compare holds what a commit said against what is in the file.
func (v *testVault) compare(what, said string) {
	v.t.Helper()
	s, err := v.tryOpen()
	if err != nil {
		if said != "damaged" {
			v.t.Errorf("%s: the commit said %q, the file is damaged: %v", what, said, err)
		}
		return
	}
	_, err = s.Find("new")
	saved := err == nil
	if text(read(v.t, s, "old")) != "x" {
		v.t.Errorf("%s: the old record is not what it was", what)
	}
	if rep, err := s.VerifyAll(); err != nil || len(rep.Damaged) > 0 {
		v.t.Errorf("%s: the commit said %q: %+v, %v", what, said, rep, err)
	}
	if want := strings.HasPrefix(said, "saved"); want != saved && said != "damaged" {
		v.t.Errorf("%s: the commit said %q; saved: %v", what, said, saved)
	}
	list, err := Backups(v.path)
	if err != nil {
		v.t.Error(err)
	}
	for _, b := range list {
		readBackup(v.t, b.Path)
	}
}

// limitedChild commits more and more under a limit of the file size (args[3]).
func limitedChild(args []string) error {
	limit, err := strconv.ParseUint(args[3], 10, 64)
	if err != nil {
		return err
	}
	signal.Ignore(unix.SIGXFSZ)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return err
	}
	s, err := openChild(args)
	if err != nil {
		return err
	}
	said := verdict(s, s.Commit(Change{Put: []*record.Record{note("new", strings.Repeat("x", 60_000))}}))
	fmt.Println(said)
	return nil
}

// TestFileSizeLimit is the full disk that every Unix can have.
func TestFileSizeLimit(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("old", "x")}})
	good := v.bytes()
	v.cfg.StateDir = "" // the file goes back in time with each try
	heard := map[string]int{}
	step := len(good) / 4
	if raceEnabled {
		step = len(good)
	}
	for limit := len(good) - 8192; limit <= 5*len(good); limit += step {
		v.write(good)
		os.RemoveAll(filepath.Join(filepath.Dir(v.path), "pins"))
		cmd := childCommand(t, "limited", v.path, v.key.String(), "", strconv.Itoa(limit))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("limit %d: %v %s", limit, err, out)
		}
		said := strings.TrimSpace(string(out))
		heard[strings.SplitN(said, ":", 2)[0]]++
		v.compare(fmt.Sprintf("limit %d", limit), said)
	}
	t.Log(heard)
	if heard["saved"] == 0 || heard["not saved"] == 0 {
		t.Error("the limit never decided: the test tests nothing")
	}
}
