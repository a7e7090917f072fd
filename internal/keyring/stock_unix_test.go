//go:build unix

package keyring

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
)

// buildAge builds the age command of the very version that go.mod names.
func buildAge(t *testing.T) string {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is needed to build stock age")
	}
	age := filepath.Join(t.TempDir(), "age")
	if out, err := exec.Command(goTool, "build", "-o", age, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("building age: %v\n%s", err, out)
	}
	return age
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// typeOnTerminal runs a command on a terminal of its own, types line once the
// command asks, and returns what the command wrote to standard output.
func typeOnTerminal(t *testing.T, line string, cmd *exec.Cmd) []byte {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout = &out
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	if err := terminal.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var asked []byte
	buf := make([]byte, 256)
	for !bytes.Contains(asked, []byte("passphrase")) {
		n, err := terminal.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, asked)
		}
		asked = append(asked, buf[:n]...)
	}
	if _, err := io.WriteString(terminal, line+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		rest, _ := io.ReadAll(terminal)
		t.Fatalf("%v: %s%s", err, asked, rest)
	}
	return out.Bytes()
}

// TestStockAgeOpensEverything is the promise of the format: the way in without
// this program.
func TestStockAgeOpensEverything(t *testing.T) {
	age := buildAge(t)
	plain := []byte("{\"name\":\"オフィス\"}")
	for _, pq := range []bool{false, true} {
		v := mustVault(t, pq)
		k, byPass, byKey := mustSlots(t, v)
		sealed, err := v.Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		record := writeFile(t, "record.age", sealed)

		slot := writeFile(t, "slot.age", byPass.Sealed)
		got := typeOnTerminal(t, "mikan tokei yama", exec.Command(age, "-d", "-i", slot, record))
		if !bytes.Equal(got, padText(plain)) {
			t.Errorf("pq %v, passphrase: age printed %q", pq, got)
		}

		paper := writeFile(t, "paper.txt", []byte(k.Reveal()+"\n"))
		identity, err := exec.Command(age, "-d", "-i", paper, writeFile(t, "slot.age", byKey.Sealed)).Output()
		if err != nil {
			t.Fatal(err)
		}
		second := exec.Command(age, "-d", "-i", "-", record)
		second.Stdin = bytes.NewReader(identity)
		got, err = second.Output()
		if err != nil || !bytes.Equal(got, padText(plain)) {
			t.Errorf("pq %v, recovery key: age printed %q, %v", pq, got, err)
		}
	}
}
