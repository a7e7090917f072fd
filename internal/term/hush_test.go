//go:build unix

package term

import (
	"bytes"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// startHushed starts a program that hushes the terminal, and checks that
// nothing but the echo is switched off.
func startHushed(t *testing.T, program string) *session {
	t.Helper()
	s := start(t, program)
	s.hear("hushed <nil>\n")
	s.hushed()
	return s
}

func (s *session) hushed() {
	s.t.Helper()
	want := s.before
	want.Lflag &^= unix.ECHO | unix.ECHONL
	s.until("the hush", func() bool { return s.termios() == want })
}

// typeAhead types a line and waits until the terminal holds it for the next
// question.
func (s *session) typeAhead(line string) {
	s.t.Helper()
	s.send(line + "\r")
	s.until("the line to be held", func() bool {
		held := []unix.PollFd{{Fd: int32(s.slave.Fd()), Events: unix.POLLIN}}
		n, err := unix.Poll(held, 0)
		return err == nil && n == 1
	})
}

func (s *session) neverShown(text string) {
	s.t.Helper()
	if strings.Contains(s.shown(), text) {
		s.t.Errorf("%q was on the screen: %q", text, s.shown())
	}
}

func TestHushKeepsTypedAhead(t *testing.T) {
	s := startHushed(t, "hush")
	s.typeAhead("ひみつx\x7f99")
	s.goOn()
	s.hear("released\n")
	s.restored()
	s.goOn()
	if status := s.end(); status.ExitStatus() != 0 {
		t.Errorf("ended with %v", status)
	}
	s.wantOutput("hushed <nil>\nreleased\n\"ひみつ99\" <nil>\n")
	s.see("pass: *****")
	s.neverShown("ひ")
	s.neverShown("99")
}

func TestHushAroundQuestion(t *testing.T) {
	s := startHushed(t, "hush around a question")
	s.typeAhead("first")
	s.goOn()
	s.hear("\"first\" <nil>\nhushed <nil>\ninner released\n")
	s.hushed()
	s.typeAhead("more")
	s.goOn()
	s.end()
	s.neverShown("first")
	s.neverShown("more")
}

func TestHushSignalsRestoreAndEnd(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			s := startHushed(t, "hush for ever")
			s.typeAhead("hidden")
			s.signal(sig)
			if status := s.end(); !status.Signaled() || status.Signal() != sig {
				t.Errorf("ended with %v, want by %v", status, sig)
			}
			s.neverShown("hidden")
		})
	}
	t.Run("quit", func(t *testing.T) { // which the runtime turns into an exit
		s := startHushed(t, "hush for ever")
		s.signal(syscall.SIGQUIT)
		if status := s.end(); status.ExitStatus() != 2 {
			t.Errorf("ended with %v", status)
		}
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		s := startHushed(t, "hush for ever")
		s.send("hidden\x03")
		if status := s.end(); !status.Signaled() || status.Signal() != syscall.SIGINT {
			t.Errorf("ended with %v, want by %v", status, syscall.SIGINT)
		}
		s.neverShown("hidden")
	})
}

func TestHushIsLiftedWhileStopped(t *testing.T) {
	s := startHushed(t, "shell:hush for ever")
	s.send("\x1a")
	s.hear("stopped\n")
	s.restored()
	s.goOn()
	s.hushed()
	s.typeAhead("hidden")
	s.send("\x03")
	s.end()
	s.neverShown("hidden")
}

// TestHushStopThenQuestion: the program goes on the moment it is continued, and
// the hush that comes back must not reach into the question.
func TestHushStopThenQuestion(t *testing.T) {
	s := startHushed(t, "shell:hush, stop, secret")
	s.send("\x1a")
	s.hear("stopped\n")
	s.restored()
	s.goOn()
	s.see("pass: ")
	s.send("ひみつ\r")
	s.end()
	s.hear("released\n\"ひみつ\" <nil>\n")
	s.neverShown("ひみつ")
}

// TestHushInBackground: a busy program that was sent to the background works
// on, and does not touch the modes the shell has set for itself.
func TestHushInBackground(t *testing.T) {
	s := startHushed(t, "shell:hush, stop, background")
	s.send("\x1a")
	s.hear("stopped\n")
	s.restored()
	s.before.Lflag &^= unix.ICANON
	if err := setTermios(int(s.slave.Fd()), &s.before); err != nil {
		t.Fatal(err)
	}
	s.goOn()
	s.hear("released\n")
	s.end()
	s.wantOutput("hushed <nil>\nstopped\nreleased\n")
}

func TestHushClose(t *testing.T) {
	s := startHushed(t, "hush, close")
	s.goOn()
	s.hear("<nil>\nclosed\n")
	s.restored()
	s.goOn()
	s.end()
}

func TestHushPanicRestores(t *testing.T) {
	s := startHushed(t, "hush, panic")
	s.goOn()
	if status := s.end(); status.ExitStatus() != 2 {
		t.Errorf("exit status %d, want that of a panic", status.ExitStatus())
	}
}

func TestHushIsNothingInPlainMode(t *testing.T) {
	s := start(t, "plain hush for ever")
	s.hear("hushed <nil>\n")
	s.restored()
	s.signal(syscall.SIGTERM)
	s.end()
}

func TestHushIsNothingWithoutModes(t *testing.T) {
	var out bytes.Buffer
	term := New(strings.NewReader("abc\r"), &out, nil, Options{})
	release, err := term.Hush()
	if err != nil || out.Len() > 0 {
		t.Fatalf("wrote %q, %v", out.String(), err)
	}
	release()
	if answer, err := term.ReadLine(Line{}); answer != "abc" || err != nil {
		t.Errorf("%q, %v", answer, err)
	}
}
