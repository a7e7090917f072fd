//go:build unix

package term

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestGuardEndsQuestions: Ctrl-L, what would stop the program, and idleness end
// a guarded question and the one after it.
func TestGuardEndsQuestions(t *testing.T) {
	stop := func(s *session) { s.signal(syscall.SIGTSTP) }
	keys := func(keys string) func(*session) { return func(s *session) { s.send(keys) } }
	tests := []struct {
		program string
		do      func(*session)
		want    LockReason
	}{
		{"guard, line, line", keys("ab\x0c"), LockKey},
		{"guard, secret, line", keys("ab\x0c"), LockKey},
		{"plain guard, line, line", keys("\x0c\r"), LockKey},
		{"plain guard, secret, line", keys("\x0c\r"), LockKey},
		{"guard, line, line", keys("ab\x1a"), LockStop},
		{"guard, secret, line", stop, LockStop},
		{"plain guard, line, line", stop, LockStop},
		{"guard, lines", keys("ab"), LockIdle},
		{"plain guard, lines", keys("ab"), LockIdle},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.program, " ", tt.want), func(t *testing.T) {
			s := start(t, tt.program)
			s.see("pass: ")
			tt.do(s)
			s.end()
			s.wantOutput(strings.Repeat(fmt.Sprintf("lock %d\n", tt.want), 2))
		})
	}
}

// TestGuardNoticesStop: a program that was stopped while it was busy asks no
// more.
func TestGuardNoticesStop(t *testing.T) {
	s := start(t, "shell:guard, hush, line")
	s.hear("hushed <nil>\n")
	s.send("\x1a")
	s.hear("stopped\n")
	s.restored()
	s.goOn()
	s.hear(fmt.Sprintf("lock %d\n", LockResumed))
	s.end()
}

// TestOwnScreenIsLeft by every end, and keys bring nothing back.
func TestOwnScreenIsLeft(t *testing.T) {
	for name, do := range map[string]func(*session){
		"answer":    func(s *session) { s.send("a\r") },
		"cancelled": func(s *session) { s.send("\x03") },
		"TERM":      func(s *session) { s.signal(syscall.SIGTERM) },
		"HUP":       func(s *session) { s.signal(syscall.SIGHUP) },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, "own screen")
			s.see(ownScreenOn)
			s.see("pass: ")
			do(s)
			s.end()
			s.until("the former screen", func() bool { return strings.HasSuffix(s.shown(), ownScreenOff) })
		})
	}
	s := start(t, "plain own screen")
	s.see("pass: ")
	s.send("a\r")
	s.end()
	s.wantOutput("false\n\"a\" <nil>\n")
}

// TestPassed: the time that a computer slept counts, though the clock that
// measures waits stood still.
func TestPassed(t *testing.T) {
	if got := passed(time.Now().Round(0).Add(-time.Hour)); got < time.Hour || got > time.Hour+time.Minute {
		t.Errorf("by the clock on the wall %v", got)
	}
	if got := passed(time.Now().Add(-time.Hour)); got < time.Hour {
		t.Errorf("by both clocks %v", got)
	}
}

// TestLastInput knows when a terminal was read from.
func TestLastInput(t *testing.T) {
	if got := New(strings.NewReader(""), nil, nil, Options{}).LastInput(); !got.IsZero() {
		t.Errorf("without a terminal: %v", got)
	}
}

// TestSuggest puts in what one suggestion or several have in common, between
// what stands on either side of the cursor.
func TestSuggest(t *testing.T) {
	suggest := func(words ...string) func(string) Suggestion {
		return func(left string) Suggestion {
			from := strings.LastIndex(left, " ") + 1
			var s Suggestion
			s.From = from
			for _, w := range words {
				if strings.HasPrefix(w, left[from:]) {
					s.Texts = append(s.Texts, w)
				}
			}
			if len(s.Texts) > 1 {
				s.Rows = s.Texts
			}
			return s
		}
	}
	tests := []struct {
		keys    []string
		suggest func(string) Suggestion
		want    string
		rows    []string
	}{
		{[]string{"show of\t", "\r"}, suggest("office ", "router "), "show office ", nil},
		{[]string{"show o\t", "\r"}, suggest("office ", "office-old "), "show office", []string{"office ", "office-old "}},
		{[]string{"show x\t", "\r"}, suggest("office "), "show x", nil},
		{[]string{"a of b\x1b[D\x1b[D\t", "\r"}, suggest("office "), "a office  b", nil},
		{[]string{"show 田\t", "\r"}, suggest("田中さん "), "show 田中さん ", nil},
		{[]string{paste("show of\t"), "\r"}, suggest("office "), "show of ", nil},
	}
	for _, tt := range tests {
		s := newScreen(t, 80)
		got, err := New(&typist{keys: tt.keys}, s, nil, Options{}).ReadLine(Line{Prompt: "> ", Suggest: tt.suggest})
		if got != tt.want || err != nil {
			t.Errorf("%q: %q, %v", tt.keys, got, err)
		}
		if shown := s.text(); slices.ContainsFunc(tt.rows, func(row string) bool { return !strings.Contains(shown, strings.TrimSpace(row)) }) {
			t.Errorf("%q: shown\n%s", tt.keys, shown)
		}
	}
}
