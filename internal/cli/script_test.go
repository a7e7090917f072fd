package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"memovault/internal/keyring"
	"memovault/internal/store"
)

// TestMain lets the scripts run this test binary as the command itself, with a
// clock that stands still and a key derivation that costs nothing.
// afterMain looks at what a command leaves behind in its process.
var afterMain func()

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vault": func() {
			leaveTerminal()
			now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			if days, err := strconv.Atoi(os.Getenv("TEST_DAYS_LATER")); err == nil {
				now = now.AddDate(0, 0, days)
			}
			testOnlyNow = func() time.Time { return now }
			testOnlyLockWait, _ = time.ParseDuration(os.Getenv("TEST_LOCK_WAIT"))
			if seed := os.Getenv("TEST_SEED"); seed != "" {
				rand.Reader = seededReader(seed)
			}
			if os.Getenv("TEST_PANIC") != "" {
				testOnlyOpened = panicWithSecrets
			}
			if os.Getenv("TEST_PANIC") == "second" {
				testOnlyOpened = atSecond(panicWithSecrets)
			}
			testOnlyPlainDisk = true
			testOnlyPoll = 5 * time.Millisecond
			openerLinger, _ = time.ParseDuration(os.Getenv("TEST_LINGER"))
			if patience, err := time.ParseDuration(os.Getenv("TEST_PATIENCE")); err == nil {
				openerPatience = patience
			}
			keyring.WorkFactor = 4
			status := Main(append([]string{"vault"}, os.Args[1:]...))
			if afterMain != nil {
				afterMain()
			}
			os.Exit(status)
		},
		"lp":                  keepForLP,
		"age-plugin-memotest": fakePlugin,
		"xdg-open":            browse,
		"open":                browse,
	})
}

// browse stands for the browser of a desktop, and does what TEST_BROWSER says:
// it fetches the address it is given into a file, once or twice, or does not.
func browse() {
	switch os.Getenv("TEST_BROWSER") {
	case "idle":
		return
	case "broken":
		os.Exit(3)
	case "hasty":
		fetch(os.Args[1])
	}
	err := os.WriteFile("fetching", fetch(os.Args[1]), 0o600)
	if err == nil {
		err = os.Rename("fetching", "fetched")
	}
	if err != nil {
		panic(err)
	}
}

func fetch(address string) []byte {
	answer, err := http.Get(address)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	return append([]byte(answer.Status+"\n"), content...)
}

// arrives waits for a file that another process writes.
func arrives(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: arrives FILE")
	}
	for range 500 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s does not arrive", args[0])
}

// panicWithSecrets is a bug that has everything in its message.
func panicWithSecrets(s *store.Store) {
	for r := range s.All() {
		panic(fmt.Sprintf("%+v", r))
	}
}

// atSecond leaves the first call alone: that of the shell itself.
func atSecond(f func(*store.Store)) func(*store.Store) {
	calls := 0
	return func(s *store.Store) {
		if calls++; calls > 1 {
			f(s)
		}
	}
}

// TestScripts runs what users see. A script that should be written anew is
// updated by UPDATE=1 go test ./internal/cli -run TestScripts.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Files: scripts(t),
		Setup: scriptSetup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "denied": denied, "mode": mode, "bytes": rawBytes, "long": long,
			"flip": flip, "swap": swap, "cut": cut, "hold": hold, "release": release,
			"keypair": keypair, "unseal": unseal, "arrives": arrives,
			"printer": scriptPrinter, "received": received, "camera": camera,
		},
		Condition:           condition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Deadline:            time.Now().Add(5 * time.Minute),
	})
}

// concurrent are the scripts of commands that do several things at once: wait
// for another process, show pages, print, say how far they are, derive a model.
var concurrent = []string{"audit", "busy", "copies", "export", "import", "init", "preview", "printer", "whatif"}

// scripts names the scripts to be played: all of them, and under the race
// detector those in which there is something for it to find.
func scripts(t *testing.T) []string {
	dir := filepath.Join("..", "..", "testdata", "script")
	files, _ := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if len(files) == 0 {
		t.Fatal("no scripts found")
	}
	if !raceEnabled {
		return files
	}
	files = nil
	for _, name := range concurrent {
		files = append(files, filepath.Join(dir, name+".txtar"))
	}
	return files
}

// scriptSetup gives each script an empty home.
func scriptSetup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	vaults, err := filepath.Abs(filepath.Join("..", "..", "testdata", "vaults"))
	if err != nil {
		return err
	}
	article, err := filepath.Abs(filepath.Join("..", "..", "testdata", "article"))
	if err != nil {
		return err
	}
	for _, pair := range [][2]string{
		{"VAULTS", vaults}, {"ARTICLE", article},
		{"HOME", home}, {"XDG_DATA_HOME", ""}, {"XDG_STATE_HOME", ""}, {"TMPDIR", env.WorkDir},
		{"MEMOVAULT_LANG", "en"}, {"MEMOVAULT_FILE", ""}, {"TERM", "xterm"}, {"TZ", "UTC"}, {"USER", "hanako"}, {"GORACE", "atexit_sleep_ms=0"},
		{"ONLYVAULT", filepath.SplitList(env.Getenv("PATH"))[0]}, // a PATH without the programs of this computer
		{"VAULT", filepath.Join(home, ".local", "share", "memovault", "default.vault")},
	} {
		env.Setenv(pair[0], pair[1])
	}
	held := new([]*os.File)
	env.Values[holdKey{}] = held
	env.Values[printerKey{}] = new(*fakePrinter)
	env.Defer(func() {
		for _, f := range *held {
			f.Close()
		}
	})
	return nil
}

// needCommand returns where a program is. Without it the test is skipped, but
// in CI, where everything is to be had, it fails.
func needCommand(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name)
	}
	return path
}

// missing ends a test that needs what is not installed.
func missing(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
}

// condition knows [permissions]: a script can run a command for which file
// permissions count, [smalldisk]: it may mount a file system of its own, and
// [slow]: reading pictures takes too long for it.
func condition(name string) (bool, error) {
	switch name {
	case "permissions":
		_, ok := withoutPrivileges()
		return ok, nil
	case "smalldisk":
		return smallDisk(), nil
	case "slow":
		return raceEnabled, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// exits runs a command and compares its exit status: exits 3 vault show nobody.
// What it printed is then there for stdout and stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// denied is exits without the privilege to overrule permissions, see
// withoutPrivileges.
func denied(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: denied STATUS COMMAND [ARG...]")
	}
	prefix, ok := withoutPrivileges()
	if !ok {
		ts.Fatalf("privileges can't be given up here")
	}
	exits(ts, false, slices.Concat(args[:1], prefix, args[1:]))
}

// mode compares the permissions of a file: mode 600 sheet.txt.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL FILE")
	}
	st, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", st.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s", args[1], got)
	}
}

// rawBytes turns \xHH, \e and \r in a file into the bytes, for values that no
// script can hold.
func rawBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bytes FILE")
	}
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	text := strings.TrimSuffix(strings.ReplaceAll(string(b), `\e`, `\x1b`), "\n")
	plain, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(path, []byte(plain), 0o600))
}

// long writes a file of N times the same text: long FILE N TEXT.
func long(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: long FILE N TEXT")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(args[2], n)), 0o600))
}

// flip inverts one bit of a file, 200 bytes behind each TEXT or behind the N-th
// (counted from 1): flip FILE TEXT [N].
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: flip FILE TEXT [N]")
	}
	only := 0
	if len(args) == 3 {
		only, _ = strconv.Atoi(args[2])
	}
	rewrite(ts, args[0], func(b []byte) []byte {
		n := 0
		for i := range b {
			if bytes.HasPrefix(b[i:], []byte(args[1])) {
				if n++; only == 0 || n == only {
					b[i+200] ^= 1
				}
			}
		}
		if n == 0 || n < only {
			ts.Fatalf("%q occurs %d times", args[1], n)
		}
		return b
	})
}

// swap puts a text of the same length in the place of another: swap FILE OLD NEW.
func swap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[1]) != len(args[2]) {
		ts.Fatalf("usage: swap FILE OLD NEW")
	}
	rewrite(ts, args[0], func(b []byte) []byte {
		if !bytes.Contains(b, []byte(args[1])) {
			ts.Fatalf("%q does not occur", args[1])
		}
		return bytes.ReplaceAll(b, []byte(args[1]), []byte(args[2]))
	})
}

// cut keeps the first N bytes of a file: cut FILE N.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE N")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	rewrite(ts, args[0], func(b []byte) []byte { return b[:min(n, len(b))] })
}

// rewrite changes a file's bytes in place, so that it stays the same file.
func rewrite(ts *testscript.TestScript, name string, change func([]byte) []byte) {
	path := ts.MkAbs(name)
	b, err := os.ReadFile(path)
	ts.Check(err)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	ts.Check(err)
	_, err = f.Write(change(b))
	ts.Check(errors.Join(err, f.Close()))
}
