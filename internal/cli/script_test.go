package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"memovault/internal/keyring"
)

// TestMain lets the scripts run this test binary as the command itself, with a
// clock that stands still and a key derivation that costs nothing.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vault": func() {
			leaveTerminal()
			now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			if days, err := strconv.Atoi(os.Getenv("TEST_DAYS_LATER")); err == nil {
				now = now.AddDate(0, 0, days)
			}
			testOnlyNow = func() time.Time { return now }
			keyring.WorkFactor = 4
			os.Exit(Main(append([]string{"vault"}, os.Args[1:]...)))
		},
	})
}

// TestScripts runs what users see. A script that should be written anew is
// updated by UPDATE=1 go test ./internal/cli -run TestScripts.
func TestScripts(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "script")
	if scripts, _ := filepath.Glob(filepath.Join(dir, "*.txtar")); len(scripts) == 0 {
		t.Fatal("no scripts found")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		Setup:               scriptSetup,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "mode": mode, "bytes": rawBytes},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Deadline:            time.Now().Add(3 * time.Minute),
	})
}

// scriptSetup gives each script an empty home.
func scriptSetup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	for _, pair := range [][2]string{
		{"HOME", home}, {"XDG_DATA_HOME", ""}, {"XDG_STATE_HOME", ""}, {"TMPDIR", env.WorkDir},
		{"MEMOVAULT_LANG", "en"}, {"MEMOVAULT_FILE", ""}, {"TERM", "xterm"}, {"TZ", "UTC"}, {"USER", "hanako"},
		{"VAULT", filepath.Join(home, ".local", "share", "memovault", "default.vault")},
	} {
		env.Setenv(pair[0], pair[1])
	}
	return nil
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
