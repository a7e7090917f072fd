//go:build unix

package cli

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tree describes all files of the home: names, modes, times, contents.
func (h *home) tree() string {
	h.t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		content := ""
		if d.Type().IsRegular() {
			bytes, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = string(bytes)
		}
		fmt.Fprintf(&b, "%s %v %v %q\n", path, st.Mode(), st.ModTime(), content)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

// complete asks as a shell does, at a terminal of its own, and returns what is
// offered.
func (h *home) complete(args ...string) string {
	h.t.Helper()
	quoted := "vault __complete"
	for _, arg := range args {
		quoted += " '" + arg + "'"
	}
	s := h.at("sh", "-c", quoted+" 2>stderr.txt")
	if got := s.end(); got != "exit 0" {
		h.t.Errorf("%s: %s", quoted, got)
	}
	if s.shown() != "" {
		h.t.Errorf("%s: on the terminal %q", quoted, s.shown())
	}
	os.Remove(filepath.Join(h.dir, "here", "stderr.txt"))
	return s.printed()
}

// TestCompletionTouchesNothing holds that completion asks nothing, writes no
// file, and does not so much as open the vault.
func TestCompletionTouchesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("completion", "--names", "on", "--passphrase-file", "pass.txt")
	h.write("stderr.txt", "") // the folder's own time is compared too
	os.Remove(filepath.Join(h.dir, "here", "stderr.txt"))
	lines := [][]string{{"show", ""}, {"edit", "first", "--field", ""}, {"add", ""}, {"rm", ""}, {"list", "--"},
		{"export", "--format", ""}, {"completion", "--names", ""}, {""}, {"demo", ""}}
	before := h.tree()
	for _, line := range lines {
		if exec.Command("strace", "-o", os.DevNull, "true").Run() != nil {
			break
		}
		trace := filepath.Join(t.TempDir(), "trace")
		out, err := h.command("strace", append([]string{"-f", "-o", trace, "-e", "trace=open,openat,creat,mkdirat,socket,ioctl", "vault", "__complete"}, line...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v\n%s", line, err, out)
		}
		calls, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		for _, never := range []string{"default.vault", "O_WRONLY", "O_RDWR", "O_CREAT", "/dev/tty", "socket("} {
			for call := range strings.Lines(string(calls)) {
				if strings.Contains(call, never) && !strings.Contains(call, os.DevNull) {
					t.Errorf("%q: %s", line, call)
				}
			}
		}
	}
	if after := h.tree(); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	if err := os.WriteFile(h.vault(), []byte("this is no vault"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := h.complete("show", ""); !strings.Contains(got, "first\n") {
		t.Errorf("with the names kept and the vault spoiled: %q", got)
	}
}

// TestNamesInOddFolder: the list is found, and goes, where the path has what a
// pattern would take for something else.
func TestNamesInOddFolder(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.env = append(h.env, "XDG_STATE_HOME="+filepath.Join(h.dir, "state [of"))
	h.make()
	h.run("completion", "--names", "on", "--passphrase-file", "pass.txt")
	if out := h.run("__complete", "show", ""); !strings.Contains(out, "first") {
		t.Errorf("offered: %q", out)
	}
	h.run("completion", "--names", "off")
	left, err := os.ReadDir(filepath.Join(h.dir, "state [of", "memovault", "names"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
}

// TestNamesKept follows the list of names through its life: only names, only
// for its owner, renewed by whatever opens the vault, gone when switched off.
func TestNamesKept(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	with := func(args ...string) string { return h.run(append(args, "--passphrase-file", "pass.txt")...) }
	list := func() string {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(h.dir, "home", ".local", "state", "memovault", "names", "*"))
		if err != nil || len(files) > 1 {
			t.Fatal(files, err)
		}
		if len(files) == 0 {
			return ""
		}
		st, err := os.Stat(files[0])
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Fatal(st, err)
		}
		b, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	with("list")
	if list() != "" {
		t.Fatalf("names are kept though nobody asked for it: %s", list())
	}
	with("completion", "--names", "on")
	with("add", "note", "second one", "--title", "cnrytitle", "--owner", "cnryowner", "--tag", "cnrytag", "--field", "note=cnrynote")
	if got, want := list(), `{"path":"`+h.vault()+`","names":["first","second one"]}`; got != want {
		t.Errorf("kept is %s, not %s", got, want)
	}
	if got := h.complete("show", ""); !strings.Contains(got, "first\nsecond one\n") {
		t.Errorf("offered is %q", got)
	}
	if got := h.complete("rm", "FIRST", ""); strings.Contains(got, "first\n") || !strings.Contains(got, "second one\n") {
		t.Errorf("behind one name, offered is %q", got)
	}
	with("edit", "first", "--rename", "third")
	with("rm", "second one", "--yes")
	if got := h.complete("show", ""); !strings.Contains(got, "third\n") || strings.Contains(got, "first") || strings.Contains(got, "second") {
		t.Errorf("after a new name and the trash, offered is %q", got)
	}
	if got := h.complete("show", "--file", "other.vault", ""); strings.Contains(got, "third") {
		t.Errorf("of another vault, offered is %q", got)
	}
	h.run("completion", "--names", "off") // without a passphrase
	if list() != "" {
		t.Errorf("still kept: %s", list())
	}
	with("list")
	if list() != "" {
		t.Error("the list came back by itself")
	}

	with("completion", "--names", "on")
	if err := os.Remove(h.vault()); err != nil {
		t.Fatal(err)
	}
	h.run("init", "--passphrase-file", "pass.txt")
	with("list")
	if list() != "" {
		t.Errorf("the names of a vault that is gone are kept: %s", list())
	}
}

// bashCompletes asks the script as bash-completion does when Tab is pressed
// behind LINE, and prints what bash would offer.
const bashCompletes = `
source "$1"
source <(vault completion bash)
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9 COMP_KEY=9
read -ra COMP_WORDS <<<"$2"
[[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
__start_vault
printf '%s\n' "${COMPREPLY[@]}"
`

// TestCompletionInBash runs the script in the shell it is for.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	library := ""
	for _, path := range []string{"/usr/share/bash-completion/bash_completion", "/usr/local/share/bash-completion/bash_completion", "/opt/homebrew/share/bash-completion/bash_completion"} {
		if _, err := os.Stat(path); err == nil {
			library = path
			break
		}
	}
	needCommand(t, "bash")
	if library == "" {
		missing(t, "bash-completion")
	}
	h := newHome(t)
	h.make()
	h.run("add", "note", "two words", "--passphrase-file", "pass.txt", "--field", "note=two")
	h.run("completion", "--names", "on", "--passphrase-file", "pass.txt")
	h.write("my.vault", "")
	h.write("other.txt", "")
	for line, want := range map[string]string{
		"vault sho":                       "show",
		"vault show fi":                   "first",
		"vault show tw":                   `two\ words`,
		"vault export --format a":         "age",
		"vault list --file m":             "my.vault",
		"vault add office --field first_": "first_install_only=",
		"vault audit --rule V01":          "V01",
		"vault help fie":                  "fields",
	} {
		out, err := h.command("bash", "-c", bashCompletes, "bash", library, line).Output()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if got := strings.Fields(strings.ReplaceAll(string(out), `\ `, "\x00")); len(got) != 1 || strings.ReplaceAll(got[0], "\x00", `\ `) != want {
			t.Errorf("%q: bash offers %q, not %q", line, out, want)
		}
	}
}
