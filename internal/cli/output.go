package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	xterm "golang.org/x/term"

	"memovault/internal/lang"
)

// terminalColumns returns the width of the terminal at fd, 0 if it is none.
func terminalColumns(fd int) int {
	if cols, _, err := xterm.GetSize(fd); err == nil && xterm.IsTerminal(fd) {
		return cols
	}
	return 0
}

// toTerminal reports whether results go to a person's screen.
func (a *app) toTerminal() bool {
	f, ok := a.out.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// writeResult gives content to standard output or to a file that must not
// exist yet, readable by its owner only. "-" and "" are standard output.
func (a *app) writeResult(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(a.out)
	}
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
	if err != nil {
		os.Remove(path) // a half-written result is worse than none
		return err
	}
	a.say(lang.T("written: %s (readable by you only)", "書き出しました: %s（ほかの人には読めない設定です）"), a.shortPath(path))
	return nil
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
