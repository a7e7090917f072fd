//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	xterm "golang.org/x/term"

	"memovault/internal/term"
)

// patience bounds every wait; only a failing test uses it up.
const patience = 20 * time.Second

const goodPass = "crumb walnut daisy harbor violin ember"

// A home is a place where the command runs, with an environment of its own.
type home struct {
	t   *testing.T
	dir string
	env []string
}

func newHome(t *testing.T) *home {
	t.Helper()
	dir := t.TempDir()
	h := &home{t: t, dir: dir}
	for _, sub := range []string{"home", "tmp", "here"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h.env = append(os.Environ(), "HOME="+filepath.Join(dir, "home"), "TMPDIR="+filepath.Join(dir, "tmp"),
		"XDG_DATA_HOME=", "XDG_STATE_HOME=", "MEMOVAULT_FILE=", "MEMOVAULT_LANG=en", "MEMOVAULT_PLAIN_INPUT=",
		"TERM=xterm", "TZ=UTC", "USER=hanako", "TEST_LOCK_WAIT=", "TEST_PANIC=", "TEST_DAYS_LATER=", "GORACE=atexit_sleep_ms=0")
	h.write("pass.txt", goodPass+"\n")
	return h
}

// write puts a file into the folder that the command runs in.
func (h *home) write(name, content string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, "here", name), []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) vault() string {
	return filepath.Join(h.dir, "home", ".local", "share", "memovault", "default.vault")
}

// command prepares a run without a terminal.
func (h *home) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir = h.env, filepath.Join(h.dir, "here")
	return cmd
}

// run runs the command without a terminal and wants it to succeed.
func (h *home) run(args ...string) string {
	h.t.Helper()
	var errs bytes.Buffer
	cmd := h.command("vault", args...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("vault %q: %v\n%s", args, err, errs.String())
	}
	return string(out)
}

// make makes a vault with one note in it.
func (h *home) make() {
	h.t.Helper()
	h.run("init", "--passphrase-file", "pass.txt", "--recovery-key-out", "sheet.txt", "--no-note")
	h.run("add", "note", "first", "--passphrase-file", "pass.txt", "--field", "note=one")
}

// A session is the command at a terminal of its own, and what the test sees of
// both. It types only when it has seen what it waits for.
type session struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	slave  *os.File // kept open, so that its modes can be looked at after the end
	before *xterm.State
	seen   int // how much of the raw output the test has gone past

	mu     sync.Mutex
	raw    bytes.Buffer // all that came from the terminal
	out    bytes.Buffer // the command's standard output
	screen screen
}

// at starts a command at a terminal. Its standard error is the terminal too.
func (h *home) at(name string, args ...string) *session {
	h.t.Helper()
	s := h.session(90, 50, name, args...)
	s.cmd.Stdout = lockedWriter{&s.mu, &s.out}
	s.start()
	return s
}

// onScreen starts a command that has nothing but a terminal, of some size.
func (h *home) onScreen(cols, rows uint16, name string, args ...string) *session {
	h.t.Helper()
	s := h.session(cols, rows, name, args...)
	s.cmd.Stdout = s.slave
	s.start()
	return s
}

// session prepares a command and a terminal for it.
func (h *home) session(cols, rows uint16, name string, args ...string) *session {
	h.t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: rows, Cols: cols}); err != nil {
		h.t.Fatal(err)
	}
	s := &session{t: h.t, cmd: h.command(name, args...), master: master, slave: slave}
	s.before = s.modes()
	s.cmd.Stdin, s.cmd.Stderr = slave, slave
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	return s
}

func (s *session) start() {
	s.t.Helper()
	master, slave := s.master, s.slave
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go s.copy()
	s.t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			s.cmd.Process.Kill()
			s.cmd.Wait()
		}
		slave.Close()
		master.Close()
	})
}

func (s *session) copy() {
	b := make([]byte, 4096)
	for {
		n, err := s.master.Read(b)
		s.mu.Lock()
		s.raw.Write(b[:n])
		s.screen.write(string(b[:n]))
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
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

func (s *session) modes() *xterm.State {
	s.t.Helper()
	state, err := xterm.GetState(int(s.slave.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

// shown is everything that was ever sent to the terminal.
func (s *session) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// visible is what stands on the screen now.
func (s *session) visible() string {
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
			s.t.Fatalf("waited for %s; screen\n%s\noutput %q", what, s.visible(), s.printed())
		}
	}
}

// see waits for text behind all that it waited for before.
func (s *session) see(text string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%q", text), func() bool {
		i := strings.Index(s.shown()[s.seen:], text)
		if i >= 0 {
			s.seen += i + len(text)
		}
		return i >= 0
	})
}

func (s *session) send(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		s.t.Fatal(err)
	}
}

// answer waits for a question and answers it.
func (s *session) answer(question, keys string) {
	s.t.Helper()
	s.see(question)
	s.send(keys)
}

// drain waits for all that was written to the terminal: a mark that shows
// nothing comes out behind it, and is forgotten.
func (s *session) drain() {
	s.t.Helper()
	const mark = "\x1b[7777K"
	before := len(s.shown())
	if _, err := s.slave.WriteString(mark); err != nil {
		s.t.Fatal(err)
	}
	s.until("the end of the output", func() bool { return strings.Contains(s.shown()[before:], mark) })
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Replace(s.raw.String(), mark, "", 1)
	s.raw.Reset()
	s.raw.WriteString(all)
}

// end waits for the command and its output, checks that the terminal is as it was, and returns
// how it ended: "exit 0", or the name of a signal.
func (s *session) end() string {
	s.t.Helper()
	done := make(chan struct{})
	go func() { s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		s.t.Fatalf("did not end; screen\n%s", s.visible())
	}
	s.drain()
	s.restored()
	status := s.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return status.Signal().String()
	}
	return fmt.Sprintf("exit %d", status.ExitStatus())
}

func (s *session) restored() {
	s.t.Helper()
	if !reflect.DeepEqual(s.modes(), s.before) {
		s.t.Errorf("the terminal was left changed; screen\n%s", s.visible())
	}
	on, off := "\x1b[?2004h", "\x1b[?2004l"
	s.until("the end of bracketed paste", func() bool {
		shown := s.shown()
		return strings.LastIndex(shown, off) >= strings.LastIndex(shown, on)
	})
}

func (s *session) want(how string) {
	s.t.Helper()
	if got := s.end(); got != how {
		s.t.Errorf("ended with %s, want %s; screen\n%s", got, how, s.visible())
	}
}

// A screen is a small terminal that never scrolls: it understands what the
// command writes and keeps what is visible of it.
type screen struct {
	rows     [][]rune
	row, col int
	rest     string // the beginning of a sequence or a character
}

var sequence = regexp.MustCompile(`^\x1b\[(\??)(\d*)([A-Za-z])`)

func (s *screen) write(text string) {
	text = s.rest + text
	s.rest = ""
	for text != "" {
		if text[0] == 0x1b {
			m := sequence.FindStringSubmatch(text)
			if m == nil {
				s.rest = text
				return
			}
			s.obey(m[2], m[3])
			text = text[len(m[0]):]
			continue
		}
		if !utf8.FullRuneInString(text) {
			s.rest = text
			return
		}
		r, n := utf8.DecodeRuneInString(text)
		s.put(r)
		text = text[n:]
	}
}

func (s *screen) put(r rune) {
	switch r {
	case '\r':
		s.col = 0
		return
	case '\n':
		s.row++
		return
	case 7:
		return
	}
	line := s.line()
	for range max(term.Width(string(r)), 1) {
		for len(*line) <= s.col {
			*line = append(*line, ' ')
		}
		(*line)[s.col] = r
		r = 0 // the second half of a wide character
		s.col++
	}
}

func (s *screen) line() *[]rune {
	for len(s.rows) <= s.row {
		s.rows = append(s.rows, nil)
	}
	return &s.rows[s.row]
}

func (s *screen) obey(args, final string) {
	n := 1
	fmt.Sscan(args, &n)
	switch final {
	case "A":
		s.row = max(0, s.row-n)
	case "G":
		s.col = n - 1
	case "J":
		s.rows = s.rows[:min(s.row+1, len(s.rows))]
		fallthrough
	case "K":
		line := s.line()
		*line = (*line)[:min(s.col, len(*line))]
	}
}

func (s *screen) String() string {
	lines := make([]string, len(s.rows))
	for i, row := range s.rows {
		lines[i] = strings.ReplaceAll(string(row), "\x00", "")
	}
	return strings.Join(lines, "\n")
}
