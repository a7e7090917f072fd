//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/record"
	"memovault/internal/store"
)

// inShell starts vault shell and opens it.
func (h *home) inShell(args ...string) *session {
	h.t.Helper()
	s := h.at("vault", append([]string{"shell"}, args...)...)
	s.answer("Passphrase: ", goodPass+"\r")
	s.see("vault> ")
	return s
}

// unlockAgain answers a lock.
func (s *session) unlockAgain() {
	s.t.Helper()
	s.answer("Passphrase: ", goodPass+"\r")
	s.see("vault> ")
}

func (s *session) outputs(text string) {
	s.t.Helper()
	s.until(fmt.Sprintf("the output %q", text), func() bool { return strings.Contains(s.printed(), text) })
}

// TestShell types many commands after one passphrase: with the program's name
// and without, quoted, wrong ones too.
func TestShell(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.inShell()
	if !strings.Contains(s.visible(), "open: 1 record.") || !strings.Contains(s.visible(), "5 minutes") {
		t.Errorf("greeted with\n%s", s.visible())
	}
	s.send("show first\r")
	s.outputs("note  one")
	s.answer("vault> ", "vault show first --field note\r")
	s.outputs("\none\n")
	s.answer("vault> ", "shwo first\r")
	s.see("there is no command \"shwo\"")
	s.answer("vault> ", "show nobody\r")
	s.see("nobody")
	s.answer("vault> ", "show 'first\r")
	s.see("a quotation mark ' is not closed")
	s.answer("vault> show 'first", "'\r")
	s.answer("vault> ", "list > x.txt\r")
	s.see("\">\" has no meaning here")
	s.answer("vault> list > x.txt", "\x15\r")
	s.answer("vault> ", "add note 'two words' --field note='a b'\r")
	s.see("saved: two words")
	s.answer("vault> ", "add　note　second --field note=a\\ b --lang ja\r")
	s.see("保存しました: second")
	s.answer("vault> ", "show second --field note\r")
	s.outputs("a b\n")
	s.answer("vault> ", "shell\r")
	s.see("this is vault shell already")
	s.answer("vault> ", "add --from-json -\r")
	s.see("standard input (-) is the keyboard here")
	s.answer("vault> ", "add note\r")
	s.answer("owner: ", "\x03")
	s.see("stopped; nothing was saved")
	s.answer("vault> ", "\x03")
	s.answer("vault> ", "  \r")
	s.answer("vault> ", "list --json\r")
	s.outputs(`"name": "second"`)
	s.answer("vault> ", "exit\r")
	s.want("exit 0")
	if strings.Count(s.shown(), "Passphrase: ") != 1 {
		t.Errorf("the passphrase was asked for again:\n%s", s.visible())
	}
	if _, err := os.Stat(filepath.Join(h.dir, "here", "x.txt")); err == nil {
		t.Error("a redirection was obeyed")
	}
}

// TestShellSeesOthers: another process writes while the shell is open, and a
// second shell ends by Ctrl-D.
func TestShellSeesOthers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.env = append(h.env, "MEMOVAULT_LANG=ja")
	s := h.at("vault", "shell", "--idle", "30m", "--passphrase-file", "pass.txt")
	s.see("30 分のあいだ")
	s.see("vault> ")
	h.run("edit", "first", "--field", "note=theirs", "--passphrase-file", "pass.txt")
	s.send("show first --field note\r")
	s.outputs("theirs\n")
	s.answer("vault> ", "edit first --field note=mine\r")
	s.see("保存しました")
	if got := h.run("show", "first", "--field", "note", "--passphrase-file", "pass.txt"); got != "mine\n" {
		t.Errorf("kept %q", got)
	}
	s.answer("vault> ", "lock\r")
	s.see("施錠しました") // and the file of the passphrase does not open it again
	s.answer("合言葉: ", "\x04")
	s.want("exit 0")
}

// TestShellCompletes presses Tab: commands, names from the open vault, files.
func TestShellCompletes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("add", "note", "fine-mail", "--passphrase-file", "pass.txt", "--field", "note=x")
	h.write("a b.json", "{}")
	s := h.inShell()
	s.send("show fir\t")
	s.see("first ")
	s.send("\x15show f\t")
	s.see("fine-mail")
	s.see("first")
	s.answer("vault> ", "\x15vault im\t")
	s.see("port ")
	s.send("a\t")
	s.see("a\\ b.json ")
	s.send("\x15ex\t")
	s.see("export")
	s.see("exit")
	s.answer("vault> ", "\x15list --col\t")
	s.see("--color")
	s.send("\x15xyz\t")
	s.see("xyz")
	s.send("\x15exit\r")
	s.want("exit 0")
}

// TestShellInNarrowWindow completes in forty columns: no row is broken.
func TestShellInNarrowWindow(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.onScreen(40, 20, "vault", "shell", "--passphrase-file", "pass.txt")
	s.see("vault> ")
	s.send("\t")
	s.see("more")
	s.answer("vault> ", "exit\r")
	s.want("exit 0")
	for row := range strings.Lines(s.visible()) {
		if row = strings.TrimRight(row, "\n"); len(row) > 40 {
			t.Errorf("%d columns: %s", len(row), row)
		}
	}
}

// TestShellLocks locks in every way, and opens again by passphrase and by
// recovery key. A question is broken off, and nothing of its command is saved.
func TestShellLocks(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	before, err := os.ReadFile(h.vault())
	if err != nil {
		t.Fatal(err)
	}
	question := func(s *session) {
		s.send("add note half\r")
		s.answer("owner: ", "\r")
		s.answer("1> ", "half a secret")
	}
	secret := func(s *session) {
		s.send("export -o copy.age\r")
		s.see("assphrase")
		s.see(": ")
		s.send("half")
	}
	tests := []struct {
		name string
		idle string
		goTo func(*session)
		lock string
		says string
	}{
		{"word", "5m", func(*session) {}, "lock\r", "locked"},
		{"key", "5m", func(*session) {}, "\x0c", "locked"},
		{"key in a question", "5m", question, "\x0c", "locked"},
		{"key in a secret", "5m", secret, "\x0c", "locked"},
		{"idle", "1s", func(*session) {}, "", "locked after 1 second without a key"},
		{"idle in a question", "1s", question, "", "locked after 1 second without a key"},
		{"idle in a secret", "1s", secret, "", "locked after 1 second without a key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			one := *h
			one.t = t
			s := one.inShell("--idle", tt.idle)
			tt.goTo(s)
			s.send(tt.lock)
			s.see(tt.says)
			s.answer("Passphrase: ", "another one entirely\r")
			s.see("tries left: 2")
			s.unlockAgain()
			s.send("show first --field note\r")
			s.outputs("one\n")
			s.send("exit\r")
			s.want("exit 0")
		})
	}
	t.Cleanup(func() {
		if after, err := os.ReadFile(h.vault()); err != nil || !bytes.Equal(before, after) {
			t.Error("the vault was changed")
		}
		if _, err := os.Stat(filepath.Join(h.dir, "here", "copy.age")); err == nil {
			t.Error("an export was written")
		}
	})
}

// TestShellTakesRecoveryKey opens a locked shell by the key on paper.
func TestShellTakesRecoveryKey(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	sheet, err := os.ReadFile(filepath.Join(h.dir, "here", "sheet.txt"))
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]{58}`).FindString(string(sheet))
	if key == "" {
		t.Fatalf("no key on the sheet:\n%s", sheet)
	}
	s := h.inShell()
	s.send("lock\r")
	s.answer("Passphrase: ", key+"\r")
	s.see("opened with the recovery key")
	s.answer("vault> ", "exit\r")
	s.want("exit 0")
}

// TestShellNoticesNewKeys: another process gives the vault a new identity while
// the shell is open, and in another takes away the key it was opened with.
func TestShellNoticesNewKeys(t *testing.T) {
	t.Parallel()
	open := func(h *home) *store.Store {
		s, err := store.Open(h.vault(), store.Config{StateDir: filepath.Join(h.dir, "home", ".local", "state", "memovault"), Now: time.Now(), NoBackup: true})
		if err != nil {
			h.t.Fatal(err)
		}
		id, _, err := keyring.Secret(goodPass)
		if err != nil {
			h.t.Fatal(err)
		}
		if err := s.Unlock(id); err != nil {
			h.t.Fatal(err)
		}
		return s
	}
	key, err := keyring.NewRecoveryKey() // which costs no derivation
	if err != nil {
		t.Fatal(err)
	}
	slotOf := func(v *keyring.Vault) (store.NewSlot, error) {
		slot, err := v.RecoverySlot(key, "new", time.Now())
		return store.NewSlot{Slot: slot, Proven: time.Now()}, err
	}
	tests := []struct {
		name   string
		change func(*store.Store) error
		says   string
	}{
		{"rotated", func(s *store.Store) error {
			next, err := s.Identity().Successor(false)
			if err != nil {
				return err
			}
			slot, err := slotOf(next)
			if err != nil {
				return err
			}
			return s.Rotate(next, []store.NewSlot{slot})
		}, "has given the vault a new key"},
		{"slot gone", func(s *store.Store) error {
			slot, err := slotOf(s.Identity())
			if err != nil {
				return err
			}
			return s.ChangeSlots(store.SlotChange{Remove: []record.ID{s.OpenedBy().ID}, Add: []store.NewSlot{slot}})
		}, "the key that opened the vault was removed or changed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.make()
			s := h.inShell()
			if err := tt.change(open(h)); err != nil {
				t.Fatal(err)
			}
			s.send("edit first --field note=lost\r")
			s.see(tt.says)
			s.answer("Passphrase: ", key.Reveal()+"\r")
			s.see("opened with the recovery key")
			s.answer("vault> ", "show first --field note\r")
			s.outputs("one\n")
			s.send("exit\r")
			s.want("exit 0")
		})
	}
}

// TestShellSignals ends the shell by signals, at its prompt and at a question of
// a command: as they are meant to, with the terminal as it was.
func TestShellSignals(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	for _, sig := range []struct {
		signal syscall.Signal
		want   string
	}{{syscall.SIGTERM, "terminated"}, {syscall.SIGHUP, "hangup"}, {syscall.SIGQUIT, "terminated"}} {
		for _, question := range []bool{false, true} {
			t.Run(fmt.Sprint(sig.signal, question), func(t *testing.T) {
				t.Parallel()
				one := *h
				one.t = t
				s := one.inShell("--clear")
				if question {
					s.send("add note half\r")
					s.see("owner: ")
				}
				s.cmd.Process.Signal(sig.signal)
				s.want(sig.want)
				s.leftScreen()
			})
		}
	}
}

// leftScreen waits for the terminal to come back from a screen of the shell's own.
func (s *session) leftScreen() {
	s.t.Helper()
	s.until("the end of the shell's own screen", func() bool {
		shown := s.shown()
		on, off := strings.LastIndex(shown, "\x1b[?1049h"), strings.LastIndex(shown, "\x1b[?1049l")
		return on >= 0 && off > on
	})
}

// TestShellInterrupted: Ctrl-C as a signal ends the question, not the shell.
func TestShellInterrupted(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.inShell()
	s.send("add note half\r")
	s.see("owner: ")
	s.cmd.Process.Signal(syscall.SIGINT)
	s.see("stopped; nothing was saved")
	s.answer("vault> ", "show first --field note\r")
	s.outputs("one\n")
	s.answer("vault> ", "\x04")
	s.want("exit 0")
}

// TestShellStops stops the shell by Ctrl-Z below a real shell. The terminal is
// as it was, and the vault is locked when it goes on.
func TestShellStops(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	for _, question := range []bool{false, true} {
		t.Run(fmt.Sprint(question), func(t *testing.T) {
			t.Parallel()
			one := *h
			one.t = t
			modes := fmt.Sprintf("modes%t.txt", question)
			s := one.at("sh", "-c", "set -m; vault shell --clear; echo back in the shell; stty -a >"+modes+"; read x; fg; echo done $?")
			s.answer("Passphrase: ", goodPass+"\r")
			s.see("vault> ")
			if question {
				s.send("add note half\r")
				s.see("owner: ")
			}
			s.send("\x1a")
			s.outputs("back in the shell")
			s.leftScreen()
			s.send("\r")
			s.see("locked, since the program was stopped meanwhile")
			s.unlockAgain()
			s.send("exit\r")
			s.outputs("done 0")
			s.want("exit 0")
			left, err := os.ReadFile(filepath.Join(h.dir, "here", modes))
			if err != nil || !strings.Contains(string(left), " echo ") || !strings.Contains(string(left), " icanon ") {
				t.Errorf("the shell got a terminal with modes %s, %v", left, err)
			}
		})
	}
}

// TestShellClears: on a screen of its own nothing stays, neither locked nor at
// the end.
func TestShellClears(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.onScreen(80, 24, "vault", "shell", "--clear", "--passphrase-file", "pass.txt")
	s.answer("vault> ", "show first\r")
	s.see("note  one")
	s.answer("vault> ", "lock\r")
	s.see("\x1b[H\x1b[2J\x1b[?1049l")
	s.see("\x1b[?1049h\x1b[H\x1b[2J")
	s.see("locked")
	s.answer("Passphrase: ", "wrong one\r")
	s.answer("Passphrase: ", "wrong one\r")
	s.answer("Passphrase: ", "wrong one\r")
	s.see("\x1b[?1049l")
	s.see("the vault did not open") // on the screen that stays
	s.want("exit 4")
}

// TestShellDumb goes without an escape sequence, and can't promise to clear.
func TestShellDumb(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.env = append(h.env, "TERM=dumb")
	s := h.at("vault", "shell", "--clear")
	s.see("this terminal can't be cleared")
	s.want("exit 2")
	s = h.at("vault", "shell", "--idle", "1s")
	s.answer("Passphrase: ", goodPass+"\r")
	s.answer("vault> ", "show first --field note\r")
	s.outputs("one\n")
	s.answer("vault> ", "\x0c\r")
	s.see("locked")
	s.unlockAgain()
	s.see("locked after 1 second")
	s.answer("Passphrase: ", "\x04")
	s.want("exit 0")
	if strings.Contains(s.shown(), "\x1b") {
		t.Errorf("an escape sequence: %q", s.shown())
	}
}

// TestShellEndsPager: a list left open in a pager does not keep the vault open.
func TestShellEndsPager(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.write("pager", "#!/bin/sh\ncat\nexec sleep 100\n")
	if err := os.Chmod(filepath.Join(h.dir, "here", "pager"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "MEMOVAULT_PAGER=./pager")
	s := h.onScreen(80, 6, "vault", "shell", "--idle", "1s", "--passphrase-file", "pass.txt")
	s.answer("vault> ", "help\r")
	s.see("locked after 1 second")
	s.answer("Passphrase: ", "\x04")
	s.want("exit 0")
}

// TestShellAfterPanic: a bug in a command locks the shell and leaves the person
// there.
func TestShellAfterPanic(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.env = append(h.env, "TEST_PANIC=second")
	s := h.inShell()
	s.send("list\r")
	s.see("this is a bug in the program")
	s.see("locked")
	s.unlockAgain()
	s.send("exit\r")
	s.want("exit 0")
}
