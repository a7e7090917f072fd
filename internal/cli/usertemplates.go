package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// maxOwnTemplates is how many files of the person's folder are read. It keeps a
// folder that was mistaken for one of templates from holding up every command.
const maxOwnTemplates = 200

// needsNoTemplates are the commands that show no record and no template: a slip
// in a template of one's own is not to be told by them.
var needsNoTemplates = []string{"help", "version", "completion"}

// templateDir is where a person's own templates lie.
func (a *app) templateDir() string { return filepath.Join(a.dirs.config, "templates") }

// useOwnTemplates reads the person's own templates before a command runs. One
// that is broken is told and left out; ours, or the rest, still work. Completion
// says nothing: it is asked while somebody types.
func (a *app) useOwnTemplates(cmd *cobra.Command) {
	for c := cmd; c.HasParent(); c = c.Parent() {
		for _, name := range needsNoTemplates {
			if c.Name() == name {
				return
			}
		}
	}
	completing := strings.HasPrefix(cmd.Name(), cobra.ShellCompRequestCmd)
	ts, problems := a.readOwnTemplates()
	record.UseTemplates(ts)
	for _, p := range problems {
		if !completing {
			a.warn(lang.T("%s is left out: %s", "%s は使いません: %s"), a.shortPath(p.path), p.why)
		}
	}
}

// A templateProblem is a file that is no template, and why.
type templateProblem struct {
	path string
	why  lang.Text
}

// readOwnTemplates reads every NAME.json of the folder. Hidden files, files of
// other kinds and empty ones are passed over; a folder that is not there has no
// templates.
func (a *app) readOwnTemplates() (ts []*record.Template, problems []templateProblem) {
	dir := a.templateDir()
	entries, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, templateProblem{dir, a.whyUnreadable(err)})
		}
		return nil, problems
	}
	seen := 0
	for _, e := range entries {
		name, isTemplate := strings.CutSuffix(e.Name(), ".json")
		if !isTemplate || strings.HasPrefix(name, ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if isEmptyFile(path) { // "templates show bank --json > bank.json" runs after the shell has made it
			continue
		}
		if seen++; seen > maxOwnTemplates {
			why := lang.T("only %d templates are read", "読み込むひな形は %d 個までです")
			return ts, append(problems, templateProblem{path, formatted(why, maxOwnTemplates)})
		}
		t, why := a.readOwnTemplate(path, name)
		if t == nil {
			problems = append(problems, templateProblem{path, why})
			continue
		}
		ts = append(ts, t)
	}
	return ts, problems
}

func isEmptyFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Size() == 0
}

// readOwnTemplate reads one file, through a symbolic link too. What is no
// regular file is not opened: a named pipe would wait for ever.
func (a *app) readOwnTemplate(path, name string) (*record.Template, lang.Text) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, a.whyUnreadable(err)
	}
	if !st.Mode().IsRegular() {
		return nil, lang.T("it is not a regular file", "ふつうのファイルではありません")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, a.whyUnreadable(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, record.MaxTemplate+1))
	if err != nil {
		return nil, a.whyUnreadable(err)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // as Notepad writes it
	t, err := record.ParseTemplate(name, b)
	var bad *record.TemplateError
	switch {
	case errors.As(err, &bad) && bad.Line > 0:
		return nil, formatted(lang.T("line %d: %s", "%d 行目: %s"), bad.Line, lang.Text{EN: bad.Say(lang.EN), JA: bad.Say(lang.JA)})
	case errors.As(err, &bad):
		return nil, lang.Text{EN: bad.Say(lang.EN), JA: bad.Say(lang.JA)}
	}
	return t, lang.Text{}
}

// whyUnreadable says why the system did not let a file be read.
func (a *app) whyUnreadable(err error) lang.Text {
	w := a.systemWords(err).what
	return formatted(w.text, w.args...)
}

// formatted puts the arguments into both halves of a text.
func formatted(t lang.Text, args ...any) lang.Text {
	return lang.Text{EN: t.Sprintf(lang.EN, args...), JA: t.Sprintf(lang.JA, args...)}
}
