package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"memovault/internal/store"
)

// memoryHits counts how often one of the words stands in the memory of a process,
// and returns how much of it was looked at.
func memoryHits(t *testing.T, pid int, words ...string) (hits, looked int) {
	t.Helper()
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	const piece = 1 << 20
	b := make([]byte, piece+256) // what begins in one piece may end in the next
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var begin, end int64
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &begin, &end, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		for at := begin; at < end; at += piece {
			n, _ := memory.ReadAt(b[:min(int64(len(b)), end-at)], at) // what can't be read is none of the program's
			looked += n
			for _, word := range words {
				hits += bytes.Count(b[:n], []byte(word))
			}
		}
	}
	return hits, looked
}

// TestLockedShellHasNoKey searches the memory of the process: the identity of
// the vault and the passphrase are there while it is open and not once it is
// locked.
func TestLockedShellHasNoKey(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root may read the memory of a process that is protected from others")
	}
	h := newHome(t)
	h.make()
	secrets := []string{goodPass, identityOf(t, h)}
	s := h.inShell()
	s.send("show first --field note\r")
	s.outputs("one\n")
	s.see("vault> ")
	if hits, looked := memoryHits(t, s.cmd.Process.Pid, secrets...); hits == 0 || looked < 1<<20 {
		t.Errorf("open: %d places in %d bytes; the search finds nothing", hits, looked)
	}
	for _, lock := range []string{"lock\r", "\x0c"} {
		s.send(lock)
		s.see("locked")
		s.see("Passphrase: ")
		if hits, looked := memoryHits(t, s.cmd.Process.Pid, secrets...); hits > 0 || looked < 1<<20 {
			t.Errorf("locked: %d places in %d bytes", hits, looked)
		}
		s.send(goodPass + "\r")
		s.see("vault> ")
	}
	s.send("exit\r")
	s.want("exit 0")
}

// identityOf is the identity of the vault as its slot holds it.
func identityOf(t *testing.T, h *home) string {
	t.Helper()
	s, err := store.Open(h.vault(), store.Config{Now: time.Now(), NoBackup: true})
	if err != nil {
		t.Fatal(err)
	}
	scrypt, err := age.NewScryptIdentity(goodPass)
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range s.SealedSlots() {
		r, err := age.Decrypt(armor.NewReader(bytes.NewReader(slot)), scrypt)
		if err != nil {
			continue
		}
		text, err := io.ReadAll(r)
		if line := regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{58}`).Find(text); err == nil && line != nil {
			return string(line)
		}
	}
	t.Fatal("the passphrase opens no slot")
	return ""
}
