//go:build unix

package store

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"memovault/internal/keyring"
)

// TestPythonPutsSharesTogether runs the program of docs/format.md on shares as
// people type them, and opens the slot with stock age.
func TestPythonPutsSharesTogether(t *testing.T) {
	python := needCommand(t, "python3")
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "format.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)\n```python\n(.*?)```\n").FindAllSubmatch(page, -1)
	if len(blocks) != 1 {
		t.Fatalf("%d programs in Python, not 1", len(blocks))
	}
	v := newTestVault(t)
	s := v.full()
	split, err := s.Identity().Split(3, 16, "", v.cfg.Now)
	if err != nil {
		t.Fatal(err)
	}
	dir, age := t.TempDir(), filepath.Join(stockAge(t), "age")
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) ([]byte, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		return cmd.Output()
	}
	write("shares.py", blocks[0][1])
	write("slot.age", split.Slot.Sealed)
	typed := func(share keyring.Share) string { return strings.ToLower(strings.Join(share.Groups(), "  ")) }
	write("shares.txt", []byte(typed(split.Shares[15])+"\r\n\n"+split.Shares[0].Reveal()+"\n"+strings.NewReplacer("0", "O", "8", "B").Replace(split.Shares[6].Reveal()[17:])))
	key, err := run(python, "shares.py", "shares.txt")
	if err != nil {
		t.Fatal(err)
	}
	write("key.txt", key)
	slot, err := run(age, "-d", "-i", "key.txt", "slot.age")
	if err != nil || !bytes.Contains(slot, []byte(s.Identity().Retire())) {
		t.Errorf("age opens %.40q, %v", slot, err)
	}
	wrong := []byte(split.Shares[1].Reveal())
	wrong[40] ^= 1
	for name, text := range map[string]string{
		"too few":   split.Shares[0].Reveal() + "\n" + split.Shares[0].Reveal() + "\n" + split.Shares[1].Reveal(),
		"one wrong": split.Shares[0].Reveal() + "\n" + split.Shares[2].Reveal() + "\n" + string(wrong),
	} {
		write("shares.txt", []byte(text))
		if key, err := run(python, "shares.py", "shares.txt"); err == nil {
			t.Errorf("%s: the program made a key: %.20q", name, key)
		}
	}
}
