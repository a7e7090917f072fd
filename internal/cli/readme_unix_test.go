//go:build unix

package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

const readmePassphrase = "crumb walnut daisy harbor violin ember"

// readmeSessions says for each session in README.md, in its language, what is
// in the vault before it begins.
var readmeSessions = []struct {
	lang    string
	records []string
}{
	{"en", []string{
		`{"template": "office", "name": "office", "fields": {"product": "Office Home & Business 2024",
			"product_key": "BCDFG-HJKMP-QRTVW-XY234-6789B", "first_install_only": "yes",
			"account_email": "hanako@isp.example.jp", "registered_name": "Hanako Yamada",
			"bound_account": "microsoft", "key_card": "blue folder, desk"}}`,
		`{"template": "microsoft", "name": "microsoft", "fields": {"account_email": "hanako@isp.example.jp"}}`,
	}},
	{"ja", []string{
		`{"template": "office", "name": "office", "fields": {"product": "Office Home & Business 2024",
			"product_key": "BCDFG-HJKMP-QRTVW-XY234-6789B", "first_install_only": "yes",
			"account_email": "hanako@isp.example.jp", "registered_name": "山田 花子",
			"bound_account": "microsoft", "key_card": "机の青いファイル"}}`,
		`{"template": "microsoft", "name": "microsoft", "fields": {"account_email": "hanako@isp.example.jp"}}`,
	}},
}

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```\n")

// TestReadmeSessions runs the sessions in README.md on a terminal. UPDATE=1
// writes what the program says into the file.
func TestReadmeSessions(t *testing.T) {
	t.Parallel()
	doc := readDoc(t, "README.md")
	blocks := consoleBlock.FindAllStringSubmatch(doc, -1)
	if len(blocks) != len(readmeSessions) {
		t.Fatalf("README.md has %d sessions", len(blocks))
	}
	for i, session := range readmeSessions {
		env := readmeVault(t, session.lang, session.records)
		var said strings.Builder
		for line := range strings.Lines(blocks[i][1]) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				said.WriteString(line)
				said.WriteString(onTerminal(t, env, strings.Fields(command)))
			}
		}
		if os.Getenv("UPDATE") != "" {
			doc = strings.Replace(doc, blocks[i][1], said.String(), 1)
			if err := os.WriteFile(filepath.Join("..", "..", "README.md"), []byte(doc), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if said.String() != blocks[i][1] {
			t.Errorf("README.md shows\n%s\nthe program says\n%s", blocks[i][1], said.String())
		}
	}
}

// readmeVault makes a vault with the records in a home of its own and returns
// the environment to use it in.
func readmeVault(t *testing.T, l string, records []string) []string {
	t.Helper()
	home := t.TempDir()
	env := append(os.Environ(), "HOME="+home, "XDG_DATA_HOME=", "XDG_STATE_HOME=", "MEMOVAULT_FILE=",
		"MEMOVAULT_PLAIN_INPUT=", "MEMOVAULT_AMBIGUOUS_WIDE=", "MEMOVAULT_LANG="+l, "TERM=xterm")
	pass := filepath.Join(home, "pass.txt")
	if err := os.WriteFile(pass, []byte(readmePassphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(in string, args ...string) {
		cmd := exec.Command("vault", append(args, "--passphrase-file", pass)...)
		cmd.Env, cmd.Stdin = env, strings.NewReader(in)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("vault %v: %v\n%s", args, err, out)
		}
	}
	run("", "init", "--recovery-key-out", filepath.Join(home, "key.txt"))
	for _, r := range records {
		run(r, "add", "--from-json", "-")
	}
	return env
}

var (
	control   = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|\r")
	secretAsk = regexp.MustCompile(`(Passphrase|合言葉): $`)
)

// onTerminal runs a command on a terminal of 80 columns, types the passphrase
// when it is asked for, and returns what stands on the screen.
func onTerminal(t *testing.T, env, args []string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var said bytes.Buffer
	part := make([]byte, 4096)
	typed := false
	for {
		n, err := f.Read(part)
		said.Write(part[:n])
		screen := control.ReplaceAll(said.Bytes(), nil)
		if !typed && secretAsk.Match(screen) {
			typed = true
			if _, err := io.WriteString(f, readmePassphrase+"\r"); err != nil {
				t.Fatal(err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.EIO) { // Linux says EIO at the end
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %v", args, err)
	}
	return string(control.ReplaceAll(said.Bytes(), nil))
}
