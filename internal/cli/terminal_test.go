//go:build unix

package cli

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// places are prompts at which a person may stop: where the command asks for
// the passphrase, in the middle of a form, and at the review.
var places = []struct {
	name string
	args []string
	goTo func(*session)
}{
	{"passphrase", []string{"show", "first"}, func(s *session) {
		s.see("Passphrase: ")
		s.send("crumb")
	}},
	{"question", []string{"add", "office", "--passphrase-file", "pass.txt"}, func(s *session) {
		s.answer("owner: ", "\r")
		s.answer(" product: ", "Office 2024\r")
		s.see(" product key: ")
		s.send("VK7JG")
	}},
	{"list", []string{"add", "note", "--passphrase-file", "pass.txt"}, func(s *session) {
		s.answer("owner: ", "\r")
		s.see("1> ")
		s.send("a secret line\r")
		s.see("2> ")
	}},
	{"review", []string{"add", "note", "--passphrase-file", "pass.txt"}, func(s *session) {
		s.answer("owner: ", "\r")
		s.answer("1> ", "text\r")
		s.answer("2> ", "\r")
		s.see("Save this?")
	}},
}

// TestStopping leaves at every place in every way: the terminal is as it was,
// the status says so, and nothing was saved.
func TestStopping(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	before, err := os.ReadFile(h.vault())
	if err != nil {
		t.Fatal(err)
	}
	ways := []struct {
		name string
		stop func(*session)
		want string
	}{
		{"ctrl-c", func(s *session) { s.send("\x03") }, "exit 130"},
		{"ctrl-d", func(s *session) { s.send("\x15\x04") }, "exit 130"},
		{"term", func(s *session) { s.cmd.Process.Signal(syscall.SIGTERM) }, "terminated"},
		{"hup", func(s *session) { s.cmd.Process.Signal(syscall.SIGHUP) }, "hangup"},
		{"int", func(s *session) { s.cmd.Process.Signal(syscall.SIGINT) }, "interrupt"},
	}
	for _, place := range places {
		for _, way := range ways {
			t.Run(place.name+" "+way.name, func(t *testing.T) {
				one := *h
				one.t = t
				s := one.at("vault", place.args...)
				place.goTo(s)
				way.stop(s)
				s.want(way.want)
				if way.want == "exit 130" {
					s.see("stopped; nothing was saved")
				}
				if after, err := os.ReadFile(h.vault()); err != nil || !bytes.Equal(before, after) {
					t.Error("the vault was changed")
				}
			})
		}
	}
}

// TestSuspending stops the command by Ctrl-Z below a real shell and goes on.
func TestSuspending(t *testing.T) {
	t.Parallel()
	for _, place := range places[:2] {
		t.Run(place.name, func(t *testing.T) {
			h := newHome(t)
			h.make()
			line := "vault '" + strings.Join(place.args, "' '") + "'"
			s := h.at("sh", "-c", "set -m; "+line+"; echo back in the shell; stty -a >modes.txt; read x; fg; echo done $?")
			place.goTo(s)
			shown := len(s.shown())
			s.until("the keys", func() bool {
				return len(s.shown()) > shown || strings.Contains(s.visible(), "*****") || strings.Contains(s.visible(), "VK7JG")
			})
			s.send("\x1a")
			s.until("the shell", func() bool { return strings.Contains(s.printed(), "back in the shell") })
			s.send("\r")
			if place.name == "passphrase" {
				s.answer("Passphrase: ", "\x15"+goodPass+"\r")
				s.until("the end", func() bool { return strings.Contains(s.printed(), "done 0") })
				if !strings.Contains(s.printed(), "one") {
					t.Errorf("printed %q", s.printed())
				}
			} else {
				s.answer("product key: ", "\x03")
				s.until("the end", func() bool { return strings.Contains(s.printed(), "done 130") })
			}
			s.want("exit 0")
			modes, err := os.ReadFile(h.dir + "/here/modes.txt")
			if err != nil || !strings.Contains(string(modes), " echo ") || !strings.Contains(string(modes), " icanon ") {
				t.Errorf("the shell got a terminal with modes %s, %v", modes, err)
			}
		})
	}
}

func TestPassphraseIsNeverOnTheScreen(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"xterm", "dumb"} {
		h := newHome(t)
		h.make()
		h.env = append(h.env, "TERM="+kind)
		s := h.at("vault", "show", "first")
		s.answer("Passphrase: ", "wrong passphrase\r")
		s.answer("Passphrase: ", goodPass+"\r")
		s.want("exit 0")
		for _, word := range append(strings.Fields(goodPass), "wrong") {
			if strings.Contains(s.shown(), word) {
				t.Errorf("TERM=%s: %q was on the screen: %q", kind, word, s.shown())
			}
		}
		if kind == "dumb" && strings.Contains(s.shown(), "\x1b") {
			t.Errorf("an escape sequence on a dumb terminal: %q", s.shown())
		}
		if !strings.Contains(s.printed(), "note  one") {
			t.Errorf("printed %q", s.printed())
		}
	}
}

// TestPastedCodes: a block of codes is one answer, whatever it is pasted from.
func TestPastedCodes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "add", "office", "--passphrase-file", "pass.txt")
	s.fillIn(questionsOf("office"), map[string]func(){
		"recovery_codes": func() {
			s.send("\x1b[200~1. 1111-2222\r\n2. 3333-4444\r\n\r\n3. 5555-6666\r\n\x1b[201~")
			s.see("4> ")
			s.send("\r")
			s.see("3 codes taken")
		},
		"bound_account": func() {
			s.see(": ")
			if shown := s.visible(); !strings.HasSuffix(strings.TrimRight(shown, " "), "record of the account:") {
				t.Errorf("something of the paste is in the next question:\n%s", shown)
			}
			s.send("\r")
		},
	})
	s.answer("Save this?", "\r")
	s.nothingElse()
	s.want("exit 0")
	if got := h.run("show", "office", "--field", "recovery_codes", "--passphrase-file", "pass.txt"); got != "1111-2222\n3333-4444\n5555-6666\n" {
		t.Errorf("kept %q", got)
	}
}

// TestGoingBackAndCorrecting: Ctrl-P finds the answer that was given, an
// answer refused stays to be mended, and the review takes ２ for 2.
func TestGoingBackAndCorrecting(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "edit", "first", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "太郎\r")
	s.answer("1> ", "\x15\x10")
	s.answer("owner: 太郎", "\r")
	s.answer("1> one", "\x15changed\r")
	s.answer("2> ", "\r")
	s.see("Save this?")
	s.send("１\r")
	s.answer("owner: 太郎", "\x15次郎\r")
	s.answer("Save this?", "7\r")
	s.see("a number from 1 to 2")
	s.answer("Save this?", "y\r")
	s.want("exit 0")
	got := h.run("show", "first", "--passphrase-file", "pass.txt", "--json")
	if !strings.Contains(got, `"changed"`) || !strings.Contains(got, `"次郎"`) {
		t.Errorf("kept %s", got)
	}
}

// TestDumbTerminal goes through a whole form without an escape sequence.
func TestDumbTerminal(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.env = append(h.env, "TERM=dumb", "MEMOVAULT_LANG=ja")
	s := h.at("vault", "add", "note", "鍵", "--passphrase-file", "pass.txt")
	s.answer("持ち主: ", "花\x1b[D子\r")
	s.see("制御文字が入っています")
	s.answer("持ち主: ", "花子\r")
	s.answer("1> ", "事務所の鍵は花子\r")
	s.answer("2> ", "\x1b[C\r")
	s.see("制御文字が入っています")
	s.answer("1> [事務所の鍵は花子] ", "\r")
	s.answer("2> ", "\r")
	s.answer("保存しますか", "\x1b[A\r")
	s.answer("保存しますか", "はい\r")
	s.nothingElse()
	s.want("exit 0")
	if strings.Contains(s.shown(), "\x1b") {
		t.Errorf("an escape sequence: %q", s.shown())
	}
	if got := h.run("show", "鍵", "--passphrase-file", "pass.txt", "--field", "note"); got != "事務所の鍵は花子\n" {
		t.Errorf("kept %q", got)
	}
}

// TestGeneratedPassphrase makes a vault as most people will, and looks at what
// is left on the screen.
func TestGeneratedPassphrase(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ja"} {
		h := newHome(t)
		h.env = append(h.env, "MEMOVAULT_LANG="+language)
		s := h.at("vault", "init")
		s.see("[1]: ")
		s.send("\r")
		marks := map[string][2]string{"en": {"Passphrase:  ", "Write it on paper."}, "ja": {"合言葉:  ", "紙に書いてください。"}}[language]
		s.see(marks[1])
		_, rest, _ := strings.Cut(s.shown(), marks[0])
		phrase, rest, _ := strings.Cut(rest, "\r\n")
		reading, _, _ := strings.Cut(strings.TrimSpace(rest), "\r\n")
		if len(strings.Fields(phrase)) < 6 || !strings.Contains(s.visible(), phrase) {
			t.Fatalf("no passphrase on the screen:\n%s", s.visible())
		}
		s.send("\r")
		s.see(map[string]string{"en": "Type it here: ", "ja": "打ち込んでください: "}[language])
		if visible := s.visible(); strings.Contains(visible, phrase) || strings.Contains(visible, reading) {
			t.Errorf("the passphrase is still on the screen:\n%s", visible)
		}
		s.send(phrase + "\r")
		s.see("[Y/n] ")
		s.send("n\r")
		s.want("exit 0")
		if strings.Count(s.shown(), phrase) != 1 {
			t.Errorf("the passphrase was shown %d times", strings.Count(s.shown(), phrase))
		}
		h.write("made.txt", phrase)
		h.run("list", "--passphrase-file", "made.txt")
	}
}

// TestSavingAgain: another process holds the lock at the end of a form. The
// answers are not lost, and a second try saves them.
func TestSavingAgain(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.env = append(h.env, "TEST_LOCK_WAIT=50ms")
	s := h.at("vault", "add", "note", "second", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "\r")
	s.answer("1> ", "typed with care\r")
	s.answer("2> ", "\r")
	s.see("Save this?")
	lock, err := os.OpenFile(h.vault()+".lock", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	s.send("y\r")
	s.see("another program is using this vault")
	s.see("Your answers are still here.")
	s.send("\r")
	s.see("Your answers are still here.")
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	s.send("\r")
	s.nothingElse()
	s.want("exit 0")
	if got := h.run("show", "second", "--passphrase-file", "pass.txt", "--field", "note"); got != "typed with care\n" {
		t.Errorf("kept %q", got)
	}
}

// TestChangedElsewhere: somebody else saves the record while it is edited, and
// who edits it does not want both.
func TestChangedElsewhere(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "edit", "first", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "\r")
	s.answer("1> ", "\x15mine\r")
	s.answer("2> ", "\r")
	s.see("Save this?")
	h.run("edit", "first", "--field", "note=theirs", "--passphrase-file", "pass.txt")
	s.send("y\r")
	s.see("this record was changed elsewhere")
	s.see("Save them together with that?")
	s.send("n\r")
	s.want("exit 130")
	if got := h.run("show", "first", "--passphrase-file", "pass.txt", "--field", "note"); got != "theirs\n" {
		t.Errorf("kept %q", got)
	}
}
