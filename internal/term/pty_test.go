//go:build unix

package term

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// patience bounds every wait; only a failing test uses it up.
const patience = 30 * time.Second

// A session is a program of ours at a terminal of its own, and what the test
// sees of both. It types only when it has seen what it waits for.
type session struct {
	t       *testing.T
	cmd     *exec.Cmd
	master  *os.File
	slave   *os.File // kept open, so that modes can be looked at after the end
	before  unix.Termios
	release io.WriteCloser // the program's standard input

	mu     sync.Mutex
	screen bytes.Buffer // all that came from the terminal
	out    bytes.Buffer // the program's standard output
}

// start runs the program named in children.
func start(t *testing.T, program string) *session {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, master: master, slave: slave}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s.before = s.termios()
	s.cmd = exec.Command(os.Args[0])
	// The race detector would wait a second at the end of each program.
	s.cmd.Env = append(os.Environ(), childVariable+"="+program, "GOTRACEBACK=none", "GORACE=atexit_sleep_ms=0")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	s.cmd.ExtraFiles = []*os.File{slave}
	s.cmd.Stdout = lockedWriter{&s.mu, &s.out}
	if s.release, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go io.Copy(lockedWriter{&s.mu, &s.screen}, master)
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			s.cmd.Process.Kill()
			s.cmd.Wait()
		}
		slave.Close()
		master.Close()
	})
	return s
}

type lockedWriter struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (s *session) termios() unix.Termios {
	s.t.Helper()
	tio, err := getTermios(int(s.slave.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	return *tio
}

func (s *session) echo() bool { tio := s.termios(); return tio.Lflag&unix.ECHO != 0 }

func (s *session) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.String()
}

func (s *session) printed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

func (s *session) until(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited for %s; screen %q, output %q", what, s.shown(), s.printed())
		}
	}
}

func (s *session) see(text string) {
	s.t.Helper()
	s.until("screen "+text, func() bool { return strings.Contains(s.shown(), text) })
}

func (s *session) hear(text string) {
	s.t.Helper()
	s.until("output "+text, func() bool { return strings.Contains(s.printed(), text) })
}

func (s *session) send(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) goOn() {
	s.t.Helper()
	if _, err := io.WriteString(s.release, "\n"); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the program and checks that it left the terminal as it was.
func (s *session) end() syscall.WaitStatus {
	s.t.Helper()
	done := make(chan struct{})
	go func() { s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		s.t.Fatalf("did not end; screen %q, output %q", s.shown(), s.printed())
	}
	s.restored()
	return s.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

func (s *session) restored() {
	s.t.Helper()
	if after := s.termios(); after != s.before {
		s.t.Errorf("the terminal was left changed:\n%+v, before\n%+v", after, s.before)
	}
}

// pasteMarks checks that bracketed paste was switched on and off again.
func (s *session) pasteMarks() {
	s.t.Helper()
	s.until("bracketed paste off", func() bool {
		shown := s.shown()
		return strings.LastIndex(shown, pasteOff) > strings.LastIndex(shown, pasteOn)
	})
}

func (s *session) wantOutput(want string) {
	s.t.Helper()
	if got := s.printed(); got != want {
		s.t.Errorf("output %q, want %q", got, want)
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	for _, program := range []string{"secret", "plain secret"} {
		t.Run(program, func(t *testing.T) {
			s := start(t, program)
			s.see("pass: ")
			if s.echo() {
				t.Error("echo was on when the prompt stood")
			}
			s.send("ひみつ99x\x7f\r")
			if status := s.end(); status.ExitStatus() != 0 {
				t.Errorf("exit status %v", status)
			}
			s.wantOutput("\"ひみつ99\" <nil>\n")
			for _, part := range []string{"ひ", "み", "つ", "9"} {
				if strings.Contains(s.shown(), part) {
					t.Errorf("%q was on the screen: %q", part, s.shown())
				}
			}
		})
	}
}

func TestRestoresAfterKeys(t *testing.T) {
	tests := []struct{ program, keys, want string }{
		{"secret", "abc\x03", "\"\" cancelled\n"},
		{"secret", "\x04", "\"\" end of input\n"},
		{"line", "abc\x03", "\"\" cancelled\n"},
		{"line", "abc\r", "\"abc\" <nil>\n"},
		{"line", "abc\x1b[A", "\"abc\" back to the previous question\n"},
		{"line", "\x1b[200~a\rb\r\x1b[201~\r", "\"a b\" <nil>\n"},
		{"lines", "\x1b[200~a\rb\rc\x1b[201~\r\r", "[\"a\" \"b\" \"c\"] <nil>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.program+" "+tt.want, func(t *testing.T) {
			s := start(t, tt.program)
			s.see("pass: ")
			s.send(tt.keys)
			s.end()
			s.pasteMarks()
			s.wantOutput(tt.want)
		})
	}
}

func TestSignalsRestoreAndEnd(t *testing.T) {
	for _, program := range []string{"secret", "plain secret", "line"} {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
			if program == "plain secret" && sig == syscall.SIGINT {
				continue // there it is Ctrl-C, see TestPlainKeys
			}
			t.Run(program+" "+sig.String(), func(t *testing.T) {
				s := start(t, program)
				s.see("pass: ")
				s.send("ab")
				s.signal(sig)
				if status := s.end(); !status.Signaled() || status.Signal() != sig {
					t.Errorf("ended with %v, want by %v", status, sig)
				}
				if !strings.HasPrefix(program, "plain") {
					s.pasteMarks()
				}
			})
		}
	}
}

func TestQuitSignalRestores(t *testing.T) {
	s := start(t, "secret")
	s.see("pass: ")
	s.signal(syscall.SIGQUIT)
	s.end()
}

func TestPanicRestores(t *testing.T) {
	s := start(t, "panic")
	s.see("pass: ")
	s.send("a\t")
	if status := s.end(); status.ExitStatus() != 2 {
		t.Errorf("exit status %d, want that of a panic", status.ExitStatus())
	}
	s.pasteMarks()
}

func TestProgramThatHandlesSignals(t *testing.T) {
	s := start(t, "handles SIGTERM")
	s.see("pass: ")
	s.signal(syscall.SIGTERM)
	if status := s.end(); status.ExitStatus() != 0 {
		t.Errorf("ended with %v", status)
	}
	s.wantOutput("\"\" cancelled\n")
}

func TestIgnoredSignalStaysIgnored(t *testing.T) {
	s := start(t, "ignores SIGHUP")
	s.see("pass: ")
	s.signal(syscall.SIGHUP)
	s.send("abc\r")
	if status := s.end(); status.ExitStatus() != 0 {
		t.Errorf("ended with %v", status)
	}
	s.wantOutput("\"abc\" <nil>\n")
}

// TestStopAndContinue has a small shell between, since the kernel does not
// stop a process that nobody could continue.
func TestStopAndContinue(t *testing.T) {
	for _, program := range []string{"secret", "line", "plain secret"} {
		t.Run(program, func(t *testing.T) {
			s := start(t, "shell:"+program)
			s.see("pass: ")
			s.send("a")
			if program != "plain secret" {
				s.until("the key", func() bool {
					_, typed, _ := strings.Cut(s.shown(), "pass: ")
					return typed != ""
				})
			}
			s.send("\x1a")
			s.hear("stopped\n")
			s.restored()
			if program != "plain secret" {
				s.pasteMarks()
			}
			prompts := strings.Count(s.shown(), "pass: ")
			s.goOn()
			s.until("the prompt again", func() bool { return strings.Count(s.shown(), "pass: ") > prompts })
			s.until("echo off", func() bool { return !s.echo() })
			s.send("b\r")
			s.end()
			want := "\"ab\" <nil>\n"
			if program == "plain secret" { // the kernel drops the line it held
				want = "\"b\" <nil>\n"
			}
			if got := s.printed(); !strings.Contains(got, want) {
				t.Errorf("output %q, want %q in it", got, want)
			}
		})
	}
}

func TestStopBySignal(t *testing.T) {
	s := start(t, "shell:stop me")
	s.see("pass: ")
	s.send("a")
	s.see("pass: a")
	s.hear("pid")
	s.goOn() // the shell sends SIGTSTP
	s.hear("stopped\n")
	s.restored()
	s.goOn()
	s.until("the line again", func() bool { return strings.Count(s.shown(), "pass: ") == 2 })
	s.send("b\r")
	s.end()
	if got := s.printed(); !strings.Contains(got, "\"ab\" <nil>\n") {
		t.Errorf("output %q", got)
	}
}

// TestStopBetweenQuestions: catching SIGTSTP while a line is read must not take
// Ctrl-Z away from the person for the rest of the time.
func TestStopBetweenQuestions(t *testing.T) {
	s := start(t, "shell:line, stop, line")
	s.see("pass: ")
	s.send("a\r")
	s.hear("\"a\" <nil>\n")
	s.until("echo", s.echo)
	s.send("\x1a")
	s.hear("stopped\n")
	s.restored()
	s.goOn()
	s.until("the second question", func() bool { return strings.Count(s.shown(), "pass: ") == 2 })
	s.send("b\r")
	s.end()
	if got := s.printed(); !strings.Contains(got, "\"b\" <nil>\n") {
		t.Errorf("output %q", got)
	}
}

func TestTypedAhead(t *testing.T) {
	for _, program := range []string{"three", "plain three"} {
		t.Run(program, func(t *testing.T) {
			s := start(t, program)
			s.see("pass: ")
			s.send("first\rsecond\r")
			s.hear("\"first\" <nil>\n")
			s.goOn()
			s.hear("\"second\" <nil>\n")
			s.until("echo", s.echo) // between two questions
			s.send("third\r")
			s.see("third")
			s.goOn()
			s.end()
			s.wantOutput("\"first\" <nil>\n\"second\" <nil>\n\"third\" <nil>\n")
		})
	}
}

func TestSecretLimit(t *testing.T) {
	tests := []struct {
		length int
		want   string
	}{
		{MaxSecret, strings.Repeat("a", MaxSecret) + "\" <nil>\n"},
		{MaxSecret + 1, "\"\" input is too long\n"},
		{4095, "\"\" input is too long\n"},
		{5000, "\"\" input is too long\n"},
	}
	for _, program := range []string{"secret, line", "plain secret, line"} {
		for _, tt := range tests {
			s := start(t, program)
			s.see("pass: ")
			s.send(strings.Repeat("a", tt.length) + "\r")
			s.see("then: ")
			s.send("next\r")
			s.end()
			if got := s.printed(); !strings.HasSuffix(got, tt.want+"\"next\" <nil>\n") {
				t.Errorf("%s, %d bytes: output %.80q", program, tt.length, got)
			}
		}
	}
}

func TestPlainKeys(t *testing.T) {
	tests := []struct{ program, keys, want string }{
		{"plain secret", "a\x03", "\"\" cancelled\n"},
		{"plain secret", "\x04", "\"\" end of input\n"},
		{"plain secret", "a\x1b[Ab\r", "\"\" input holds control characters\n"},
		{"plain line", "a\x03", "\"\" cancelled\n"},
		{"plain line", "\x04", "\"\" end of input\n"},
		{"plain line", "事務所\r", "\"事務所\" <nil>\n"},
		{"plain line", "\x10\r", "\"\" back to the previous question\n"},
		{"plain line", "\x1b[A\r", "\"\" back to the previous question\n"},
		{"plain lines", "a\rb\r\r", "[\"a\" \"b\"] <nil>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.program+" "+tt.want, func(t *testing.T) {
			s := start(t, tt.program)
			s.see("pass: ")
			s.send(tt.keys)
			s.end()
			s.wantOutput(tt.want)
			if strings.Contains(s.shown(), "\x1b") {
				t.Errorf("escape sequence in plain mode: %q", s.shown())
			}
		})
	}
}

func TestResizeRedraws(t *testing.T) {
	s := start(t, "line")
	s.see("pass: ")
	s.send("0123456789012345678901234567890123456789")
	s.see("789")
	if err := pty.Setsize(s.master, &pty.Winsize{Rows: 24, Cols: 30}); err != nil {
		t.Fatal(err)
	}
	s.see("\r\x1b[Jpass: ")
	s.see("<")
	s.send("x\r")
	s.end()
	s.wantOutput("\"0123456789012345678901234567890123456789x\" <nil>\n")
}

func TestIdle(t *testing.T) {
	for _, program := range []string{"idle", "plain idle"} {
		s := start(t, program)
		s.end()
		s.wantOutput("\"\" no input for too long\n")
	}
}

func TestNoTerminal(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=line")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.Output()
	if err != nil || string(out) != "no terminal\n" {
		t.Errorf("output %q, %v", out, err)
	}
}
