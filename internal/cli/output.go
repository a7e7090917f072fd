package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	xterm "golang.org/x/term"

	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

// columns is the width results are laid out for: the terminal's, or no limit
// where they go into a file or a pipe.
func (a *app) columns() int { return a.columnsOf(a.out) }

// columnsOf is the width of the terminal behind w; a demonstration has a stage
// instead.
func (a *app) columnsOf(w io.Writer) int {
	if a.staged {
		return stageColumns
	}
	return columnsOf(w)
}

// columnsOf returns the width of the terminal behind w, 0 if there is none.
func columnsOf(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !xterm.IsTerminal(int(f.Fd())) {
		return 0
	}
	cols, _, err := xterm.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return cols
}

// toTerminal reports whether results go to a person's screen.
func (a *app) toTerminal() bool {
	f, ok := a.out.(interface{ Fd() uintptr })
	return ok && xterm.IsTerminal(int(f.Fd()))
}

func isTerminal(f *os.File) bool { return xterm.IsTerminal(int(f.Fd())) }

// A results is standard output that remembers the first error. A list that did
// not reach a full disk must not end as if it had.
type results struct {
	file *os.File
	err  error
}

func (r *results) Write(b []byte) (int, error) {
	if r.err == nil {
		_, r.err = r.file.Write(b)
	}
	return len(b), nil
}

// Fd lets what asks for a terminal find it.
func (r *results) Fd() uintptr { return r.file.Fd() }

// writeResult gives content to standard output or to a file that must not
// exist yet, readable by its owner only. "-" and "" are standard output.
func (a *app) writeResult(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(a.out)
	}
	if err := createFile(path, write); err != nil {
		return err
	}
	a.say(lang.T("written: %s (readable by you only)", "書き出しました: %s（ほかの人には読めない設定です）"), a.shortPath(path))
	return nil
}

// writeBare writes a value and nothing else: its very bytes for a program, and
// for a screen a text that can't drive it.
func (a *app) writeBare(text string) error {
	if a.toTerminal() {
		text = term.SanitizeLines(text)
	}
	_, err := fmt.Fprintln(a.out, text)
	return err
}

// An escapingWriter writes JSON so that a terminal can be shown it: encoding/json
// escapes the C0 controls, this does the same to DEL, to the C1 controls and to
// what reorders text. Outside of strings JSON has none of them.
type escapingWriter struct{ w io.Writer }

func (e escapingWriter) Write(b []byte) (int, error) {
	text := string(b)
	if term.SanitizeLines(text) == text {
		return e.w.Write(b)
	}
	var out strings.Builder
	for _, r := range text {
		if s := string(r); term.SanitizeLines(s) != s {
			fmt.Fprintf(&out, "\\u%04x", r)
		} else {
			out.WriteString(s)
		}
	}
	if _, err := io.WriteString(e.w, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}

// createFile writes content to a file that must not exist yet, readable by its
// owner only.
func createFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = store.KeepName(path)
	}
	if err != nil {
		os.Remove(path) // a half-written result is worse than none
	}
	return err
}

// shortPath writes the home folder as ~, as people do.
func (a *app) shortPath(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}
