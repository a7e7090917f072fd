//go:build unix

package cli

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An echoPrompt is one kind of prompt, and how to get there. fill is what is
// typed there before it is left.
type echoPrompt struct {
	name string
	env  string
	args []string
	goTo func(*session)
	fill string
}

// echoPrompts are all kinds of prompts that the program has.
func echoPrompts() []echoPrompt {
	with := func(line string) []string {
		return append(strings.Fields(line), "--passphrase-file", "pass.txt")
	}
	shell := func(s *session) { s.answer("Passphrase: ", goodPass+"\r"); s.see("vault> ") }
	return []echoPrompt{
		{"passphrase", "", []string{"show", "first"}, func(s *session) { s.see("Passphrase: ") }, "crumb"},
		{"passphrase again", "", []string{"show", "first"}, func(s *session) {
			s.answer("Passphrase: ", "another\r")
			s.see("tries left: 2")
			s.see("Passphrase: ")
		}, "crumb"},
		{"passphrase of a file", "", with("import sealed.age"), func(s *session) { s.see("Passphrase of the file: ") }, "crumb"},
		{"new passphrase", "", with("export -o new.age"), func(s *session) { s.see("Passphrase for the file: ") }, "crumb"},
		{"generated passphrase", "", []string{"init", "--file", "new.vault"}, func(s *session) { s.answer("[1]: ", "\r"); s.see("Enter: ") }, ""},
		{"passphrase typed back", "", []string{"init", "--file", "new.vault"}, func(s *session) {
			s.answer("[1]: ", "\r")
			s.answer("Enter: ", "\r")
			s.see("Type it here: ")
		}, "crumb"},
		{"choice", "", []string{"init", "--file", "new.vault"}, func(s *session) { s.see("[1]: ") }, "1"},
		{"secret value", "", with("add phone-line line --field network_pin=-"), func(s *session) { s.see(": ") }, "00"},
		{"question", "", with("add office"), func(s *session) { s.answer("owner: ", "\r"); s.see("product: ") }, "Office"},
		{"list", "", with("add note"), func(s *session) { s.answer("owner: ", "\r"); s.answer("1> ", "one\r"); s.see("2> ") }, "two"},
		{"review", "", with("add note"), func(s *session) {
			s.answer("owner: ", "\r")
			s.answer("1> ", "one\r")
			s.answer("2> ", "\r")
			s.see("Save this?")
		}, "y"},
		{"yes or no", "", with("rm first"), func(s *session) { s.see("[y/N]") }, "y"},
		{"shell", "", []string{"shell"}, shell, "show"},
		{"question in the shell", "", []string{"shell", "--clear"}, func(s *session) { shell(s); s.send("add note\r"); s.see("owner: ") }, "me"},
		{"secret in the shell", "", []string{"shell"}, func(s *session) {
			shell(s)
			s.send("add phone-line line --field network_pin=-\r")
			s.see("PIN")
			s.see(": ")
		}, "00"},
		{"locked shell", "", []string{"shell"}, func(s *session) { shell(s); s.send("\x0c"); s.see("Passphrase: ") }, "crumb"},
		{"dumb passphrase", "TERM=dumb", []string{"show", "first"}, func(s *session) { s.see("Passphrase: ") }, "crumb"},
		{"dumb question", "TERM=dumb", with("add note"), func(s *session) { s.see("owner: ") }, "me"},
		{"dumb shell", "TERM=dumb", []string{"shell"}, shell, "show"},
	}
}

// echoWays are all ways out of a prompt but SIGKILL and SIGSTOP, which no program
// can see.
var echoWays = []struct {
	name string
	do   func(*session)
}{
	{"Ctrl-C", func(s *session) { s.send("\x03") }},
	{"Ctrl-D", func(s *session) { s.send("\x15\x04") }},
	{"Ctrl-Z", nil}, // below a shell
	{"INT", func(s *session) { s.cmd.Process.Signal(syscall.SIGINT) }},
	{"TERM", func(s *session) { s.cmd.Process.Signal(syscall.SIGTERM) }},
	{"HUP", func(s *session) { s.cmd.Process.Signal(syscall.SIGHUP) }},
	{"QUIT", func(s *session) { s.cmd.Process.Signal(syscall.SIGQUIT) }},
	{"ABRT", func(s *session) { s.cmd.Process.Signal(syscall.SIGABRT) }},
	{"idle", nil}, // where something waits: in the shell
	{"panic", nil},
}

// TestEchoComesBack leaves every kind of prompt in every way. The terminal is
// then as it was: echo, lines, signals from keys, everything. A run in CI takes
// a sample, -args -soak all of them, five times.
func TestEchoComesBack(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("export", "-o", "sealed.age", "--to-passphrase-file", "pass.txt", "--passphrase-file", "pass.txt")
	type pair struct{ prompt, way int }
	var pairs []pair
	prompts := echoPrompts()
	for p := range prompts {
		for w, way := range echoWays {
			inShell := strings.Contains(prompts[p].name, "shell") && prompts[p].name != "locked shell"
			asks := strings.Contains(prompts[p].name, "passphrase") && !strings.Contains(strings.Join(prompts[p].args, " "), "init")
			if way.name == "idle" && !inShell || way.name == "panic" && (!asks || prompts[p].args[0] != "show") {
				continue
			}
			pairs = append(pairs, pair{p, w})
		}
	}
	rounds, step := 1, 13 // 13 meets each prompt and each way over a few runs of the list
	if soaking() {
		rounds, step = 5, 1
	}
	runs := 0
	for round := range rounds {
		for i := round % step; i < len(pairs); i += step {
			prompt, way := prompts[pairs[i].prompt], echoWays[pairs[i].way]
			runs++
			t.Run(fmt.Sprintf("%s, %s, %d", prompt.name, way.name, round), func(t *testing.T) {
				t.Parallel()
				one := *h
				one.t = t
				one.env = append(slices.Clone(h.env), prompt.env)
				one.leavePrompt(prompt, way.name, way.do)
			})
		}
	}
	t.Cleanup(func() { t.Logf("%d runs over %d prompts and ways", runs, len(pairs)) })
}

// soaking reports whether the long tests are to run whole. The flag is there
// where the tests of system calls are.
func soaking() bool {
	f := flag.Lookup("soak")
	return f != nil && f.Value.String() == "true"
}

// leavePrompt goes to a prompt, leaves it, and looks at the terminal.
func (h *home) leavePrompt(p echoPrompt, way string, do func(*session)) {
	args := p.args
	if args[0] == "init" { // each has a vault of its own to make
		args = []string{"init", "--file", filepath.Join(h.t.TempDir(), "new.vault")}
	}
	switch way {
	case "Ctrl-Z":
		h.stopAtPrompt(p, args)
		return
	case "idle":
		args = append(slices.Clone(args), "--idle", "1s")
	case "panic":
		h.env = append(h.env, "TEST_PANIC=1")
	}
	s := h.at("vault", args...)
	p.goTo(s)
	s.send(p.fill)
	mark := len(s.shown())
	switch way {
	case "idle":
		s.see("locked after 1 second")
		s.answer("Passphrase: ", "\x04")
	case "panic":
		s.send("\x15" + goodPass + "\r")
		s.see("this is a bug in the program")
	default:
		do(s)
	}
	s.untilEnd(mark)
	s.restored()
}

// untilEnd waits for the command, and ends a shell that is back at its prompt,
// which it shows behind the mark.
func (s *session) untilEnd(mark int) {
	s.t.Helper()
	done := make(chan struct{})
	go func() { s.cmd.Wait(); close(done) }()
	for deadline := time.Now().Add(patience); ; {
		select {
		case <-done:
			s.drain()
			return
		case <-time.After(10 * time.Millisecond):
		}
		if shown := s.shown(); len(shown) > mark && strings.Contains(shown[mark:], "vault> ") {
			mark = len(shown)
			s.send("\x15\x04") // what was typed before may have come too late for its question
		}
		if time.Now().After(deadline) {
			s.cmd.Process.Kill()
			<-done
			s.t.Fatalf("did not end; screen\n%s", s.visible())
		}
	}
}

// stopAtPrompt stops the command by Ctrl-Z below a real shell, continues it, and
// leaves it by Ctrl-C.
func (h *home) stopAtPrompt(p echoPrompt, args []string) {
	h.t.Helper()
	dir := h.t.TempDir()
	s := h.at("sh", "-c", "set -m; stty -g >"+dir+"/before; vault '"+strings.Join(args, "' '")+"'; stty -g >"+dir+"/between; echo back; read x; fg >"+dir+"/fg")
	p.goTo(s)
	s.send(p.fill + "\x1a")
	s.until("the shell", func() bool { return strings.Contains(s.printed(), "back") })
	before, err1 := os.ReadFile(dir + "/before")
	between, err2 := os.ReadFile(dir + "/between")
	if err1 != nil || err2 != nil || string(between) != string(before) {
		h.t.Errorf("the shell got a terminal with the modes %s instead of %s: %v, %v", between, before, err1, err2)
	}
	s.drain()
	shown := len(s.shown())
	s.send("\r")
	s.until("the prompt again", func() bool {
		again := s.shown()[shown:]
		return slices.ContainsFunc([]string{": ", "> ", "] "}, func(end string) bool { return strings.Contains(again, end) })
	})
	s.send("\x03")
	s.untilEnd(len(s.shown()))
	s.restored()
}
