package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	xterm "golang.org/x/term"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// A heldPage collects results that may go through a pager. It passes for the
// terminal behind it, so that they are laid out and coloured for that.
type heldPage struct {
	bytes.Buffer
	fd uintptr
}

func (h *heldPage) Fd() uintptr { return h.fd }

// paged runs write and shows its results in a pager if they are longer than the
// window. It is for lists and help, never for what was hidden and is revealed:
// a pager keeps copies of its own. Results that go into a file or a pipe are
// left alone, and nothing is lost by a pager that does not work. Talk belongs
// behind the call: what write says on standard error comes before its results.
func (a *app) paged(write func() error) error {
	argv := a.pager()
	if len(argv) == 0 {
		return write()
	}
	out := a.out
	held := &heldPage{fd: out.(interface{ Fd() uintptr }).Fd()}
	a.out = held
	defer func() { a.out = out }()
	err := write()
	if a.fitsWindow(held) || !a.runPager(argv, append(a.pagerKeys(argv), held.Bytes()...)) {
		out.Write(held.Bytes())
	}
	return err
}

// pageHelp lets help that is longer than the window go through the pager.
func (a *app) pageHelp(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		a.paged(func() error {
			root.SetOut(a.out)
			help(cmd, args)
			return nil
		})
		root.SetOut(a.out)
	})
}

// pager returns the command of the pager, nil for none: MEMOVAULT_PAGER, else
// PAGER, else less; "cat" and the empty text switch it off. A terminal that
// knows no escape sequences gets none, nor does a person who is not to be asked
// anything. Windows has no pager that takes UTF-8.
func (a *app) pager() []string {
	if runtime.GOOS == "windows" || !a.toTerminal() || plainInput() || a.g.noInput {
		return nil
	}
	line, ok := os.LookupEnv("MEMOVAULT_PAGER")
	if !ok {
		line, ok = os.LookupEnv("PAGER")
	}
	if !ok {
		return []string{"less", "-FIRX"}
	}
	argv := strings.Fields(line)
	if len(argv) > 0 && argv[0] == "cat" {
		return nil
	}
	return argv
}

// pagerKeys is the row before a page in less: how to go on and how to leave.
// The colon that less shows at the foot tells nothing to who does not know it,
// and a prompt of its own may be garbled where it is not ASCII.
func (a *app) pagerKeys(argv []string) []byte {
	if filepath.Base(argv[0]) != "less" {
		return nil
	}
	keys := a.text(lang.T("(space = on  b = back  q = leave)", "（スペース=次へ  b=前へ  q=終わる）"))
	return []byte(a.paint(paintFaint, keys) + "\n")
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// fitsWindow reports whether a page leaves a row of the window for the prompt
// that follows it.
func (a *app) fitsWindow(page *heldPage) bool {
	cols, rows, err := xterm.GetSize(int(page.fd))
	if err != nil || cols <= 0 || rows <= 0 {
		return true
	}
	return term.Rows(escapes.ReplaceAllString(page.String(), ""), cols) < rows
}

// runPager shows a text and reports whether that worked. less is kept from
// running commands, from writing files and from remembering what was searched
// for; it is told that the text is UTF-8, whatever the locale.
func (a *app) runPager(argv []string, text []byte) bool {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "LESSSECURE=1", "LESSHISTFILE=-", "LESSCHARSET=utf-8", "LESSOPEN=")
	if _, own := os.LookupEnv("LESS"); !own {
		cmd.Env = append(cmd.Env, "LESS=FIRX")
	}
	interrupts := make(chan os.Signal, 1) // Ctrl-C is the pager's
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	if err := cmd.Start(); err != nil {
		return false
	}
	defer a.shell.lendTerminal(func() { stopPager(cmd.Process) })()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return !exit.Exited() // ended by a signal: somebody has seen enough
	}
	return err == nil
}
