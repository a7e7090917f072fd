//go:build unix

package store

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/creack/pty"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// TestStockAgeOpensPaper runs the commands of docs/format.md on a paper backup
// as they stand there: with the recovery key, and with the passphrase.
func TestStockAgeOpensPaper(t *testing.T) {
	for _, name := range []string{"go", "sh", "sed", "base64", "gunzip"} {
		needCommand(t, name)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "format.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ = bytes.Cut(page, []byte("\n## Paper backup"))
	blocks := regexp.MustCompile("(?s)\n```sh\n(.*?)```\n").FindAllSubmatch(page, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of commands, not 2", len(blocks))
	}
	payload, key, want := paperWithBothKeys(t)
	path := "PATH=" + stockAge(t) + string(os.PathListSeparator) + os.Getenv("PATH")
	for i, block := range blocks {
		dir := t.TempDir()
		for name, content := range map[string][]byte{"backup.age": payload, "key.txt": []byte(key.Reveal() + "\n")} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("sh", "-euc", string(block[1]))
		cmd.Dir, cmd.Env = dir, append(os.Environ(), path)
		typePassphrase(t, cmd, i == 1)
		lines, err := os.ReadFile(filepath.Join(dir, "lines.txt"))
		if err != nil {
			t.Fatal(err)
		}
		list := bytes.Split(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n"))
		if len(list) != 2 || !bytes.HasPrefix(list[0], []byte(`{"memovault":"paper backup","format":1,`)) || !bytes.Equal(list[1], want) {
			t.Errorf("block %d: %q", i+1, list)
		}
	}
}

// typePassphrase runs a command on a terminal of its own and types the
// passphrase if it is to be asked.
func typePassphrase(t *testing.T, cmd *exec.Cmd, asked bool) {
	t.Helper()
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	if err := terminal.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var said []byte
	buf := make([]byte, 256)
	for asked && !bytes.Contains(said, []byte("passphrase")) {
		n, err := terminal.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, said)
		}
		said = append(said, buf[:n]...)
	}
	if asked {
		if _, err := io.WriteString(terminal, "mikan tokei yama\n"); err != nil {
			t.Fatal(err)
		}
	}
	rest, _ := io.ReadAll(terminal)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s%s", err, said, rest)
	}
}

// paperWithBothKeys returns the paper backup of a vault with one record, its
// recovery key, and the record as it is written down.
func paperWithBothKeys(t *testing.T) ([]byte, keyring.RecoveryKey, []byte) {
	t.Helper()
	v := newTestVault(t)
	vault, err := keyring.New(false)
	if err != nil {
		t.Fatal(err)
	}
	key, err := keyring.NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	var slots []NewSlot
	for _, make := range []func() (keyring.Slot, error){
		func() (keyring.Slot, error) { return vault.PassphraseSlot("mikan tokei yama", "", v.cfg.Now) },
		func() (keyring.Slot, error) { return vault.RecoverySlot(key, "drawer", v.cfg.Now) },
	} {
		slot, err := make()
		if err != nil {
			t.Fatal(err)
		}
		slots = append(slots, NewSlot{Slot: slot})
	}
	path := filepath.Join(t.TempDir(), "both.vault")
	if err := Create(path, v.cfg, vault, slots); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, v.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock(key.Identity()); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(Change{Put: []*record.Record{note("オフィス", "一つ目")}}); err != nil {
		t.Fatal(err)
	}
	var plain []byte
	err = s.EachRaw(false, func(raw Raw) bool {
		plain = bytes.Clone(raw.JSON)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	payload, _, err := s.Paper(false)
	if err != nil {
		t.Fatal(err)
	}
	return payload, key, plain
}
