//go:build unix

package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRescueGuide runs the commands of REPORT.txt as they stand in it, with stock
// age and an identity file, and expects every record of a vault whose first pages
// are gone.
func TestRescueGuide(t *testing.T) {
	needCommand(t, "age")
	needCommand(t, "age-keygen")
	dir := t.TempDir()
	run := func(in, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Stdin = strings.NewReader(in)
		cmd.Env = append(os.Environ(), "HOME="+dir, "MEMOVAULT_LANG=en", "LC_ALL=C")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	vault := func(in string, args ...string) {
		t.Helper()
		run(in, "vault", append(args, "--file", "my.vault", "--passphrase-file", "pass.txt")...)
	}
	if err := os.WriteFile(filepath.Join(dir, "pass.txt"), []byte("crumb walnut daisy harbor violin ember\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	vault("", "init", "--recovery-key-out", "sheet.txt")
	vault("", "add", "note", "wifi", "--field", "note=upstairs")
	vault("", "add", "note", "safe", "--field", "note=behind the picture")
	vault("", "edit", "wifi", "--field", "note=downstairs")
	wreck, err := os.ReadFile(filepath.Join(dir, "my.vault"))
	if err != nil {
		t.Fatal(err)
	}
	clear(wreck[:8192])
	if err := os.WriteFile(filepath.Join(dir, "wreck"), wreck, 0o600); err != nil {
		t.Fatal(err)
	}
	run("", "vault", "rescue", "wreck", "-o", "rescued")
	report, err := os.ReadFile(filepath.Join(dir, "rescued", "REPORT.txt"))
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := os.ReadFile(filepath.Join(dir, "sheet.txt"))
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]+`).FindAllString(string(sheet), -1)
	if len(key) == 0 {
		t.Fatal("no key on the sheet")
	}
	if err := os.WriteFile(filepath.Join(dir, "rescued", "key.txt"), []byte(key[len(key)-1]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run("", "sh", "-ec", "cd rescued\n"+commandsOf(string(report)))
	records, err := os.ReadFile(filepath.Join(dir, "rescued", "all-records.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"upstairs", "downstairs", "behind the picture"} {
		if !strings.Contains(string(records), want) {
			t.Errorf("%q did not come back", want)
		}
	}
}

// commandsOf returns the indented lines of the English part that are commands:
// the list of files and the line on import are none.
func commandsOf(report string) string {
	_, english, _ := strings.Cut(report, "Without it:")
	english, _, _ = strings.Cut(english, "----")
	var commands []string
	for line := range strings.Lines(english) {
		if strings.HasPrefix(line, "  ") {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	return strings.Join(commands, "\n")
}
