//go:build unix

package cli

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// On a window of 40 or 80 columns every guide stays within it. Commands and what
// has no space in it stay in one piece.
func TestRecoverInNarrowWindows(t *testing.T) {
	for _, cols := range []int{40, 80} {
		for _, tpl := range guided(t) {
			for _, l := range []lang.Lang{lang.EN, lang.JA} {
				a, b := planned(t, l, false, nil, filled(tpl))
				page := onWindow(t, uint16(cols), func(w *os.File) {
					a.out, a.g.color = w, colorNever
					a.showDoc(a.backDoc(b))
				})
				if strings.Count(page, "\n") < 30 {
					t.Fatalf("%s %s: a page of %d lines", tpl.Name, l, strings.Count(page, "\n"))
				}
				for line := range strings.Lines(page) {
					line = strings.TrimRight(line, "\r\n")
					if term.Width(line) > cols && len(strings.Fields(line)) > 1 && !strings.HasPrefix(line, "    vault ") {
						t.Errorf("%s %s: %d of %d columns: %s", tpl.Name, l, term.Width(line), cols, line)
					}
				}
			}
		}
	}
}

// onWindow returns what was written to a terminal of so many columns.
func onWindow(t *testing.T, cols uint16, write func(w *os.File)) string {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 50, Cols: cols}); err != nil {
		t.Fatal(err)
	}
	var seen bytes.Buffer
	done := make(chan struct{})
	go func() {
		io.Copy(&seen, master)
		close(done)
	}()
	write(slave)
	slave.Close()
	<-done
	master.Close()
	return seen.String()
}

// At the end of the page on a terminal, one can say what was tried; Enter alone
// says nothing.
func TestRecoverAsksWhatWasTried(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../testdata/article/lost.json")
	if err != nil {
		t.Fatal(err)
	}
	h := newHome(t)
	h.env = append(h.env, "MEMOVAULT_PAGER=cat")
	h.run("init", "--passphrase-file", "pass.txt", "--recovery-key-out", "sheet.txt", "--no-note")
	h.write("lost.json", string(b))
	h.run("import", "lost.json", "--yes", "--passphrase-file", "pass.txt")
	attempts := func() int {
		return strings.Count(h.run("recover", "office", "--json", "--passphrase-file", "pass.txt"), `"on": "2026-01-02"`)
	}
	s := h.onScreen(90, 50, "vault", "recover", "office", "--passphrase-file", "pass.txt")
	s.see("1) recovery form, answered by mail")
	s.answer("Which one? (number, or Enter) ", "\r")
	s.want("exit 0")
	if n := attempts(); n != 0 {
		t.Fatalf("Enter alone noted %d attempts", n)
	}
	s = h.onScreen(90, 50, "vault", "recover", "office", "--passphrase-file", "pass.txt")
	s.answer("Which one? (number, or Enter) ", "66\r")
	s.see("a number from 1 to 6, please")
	s.answer("Which one? (number, or Enter) ", "１\r")
	s.see("2) sent")
	s.answer("What came of it? (number) ", "2\r")
	s.answer("A remark (no secrets): ", "four passwords\r")
	s.see("noted with microsoft: 2026-01-02, form: sent")
	s.see("the answer is due by 2026-01-03")
	s.want("exit 0")
	if n := attempts(); n != 2 { // in the log, and with the way
		t.Errorf("%d mentions of the attempt", n)
	}
}
