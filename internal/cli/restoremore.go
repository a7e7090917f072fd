package cli

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/shard"
	"memovault/internal/term"
)

// readPaper reads files until a backup is complete, and asks for more where a
// person can be asked. It returns the complete ones, at least one.
func (a *app) readPaper(o restoreOptions, args []string) ([]candidate, error) {
	r := &paperReader{a: a, id: o.id, told: map[string]bool{}}
	for {
		paths, err := photos(args)
		if err != nil {
			return nil, err
		}
		if err := r.read(paths); err != nil {
			return nil, err
		}
		list, err := r.complete()
		if err != nil {
			return nil, err
		}
		begun := r.begun()
		if len(list) > 0 && len(begun) == 0 {
			return list, nil
		}
		short := a.tooFew(r)
		if len(list) > 0 {
			short = a.oneIncomplete(list, begun)
		}
		if args, err = a.askMorePhotos(r, short, len(list) > 0); err != nil {
			return nil, err
		}
		if len(args) == 0 && len(list) > 0 && a.interactive() {
			return list, nil
		}
		if len(args) == 0 {
			return nil, short
		}
	}
}

// oneIncomplete is the failure where one backup is complete and another, which
// may be the newer one, is not.
func (a *app) oneIncomplete(list []candidate, begun []shard.Progress) error {
	ids := backupIDs(list)
	for _, p := range begun {
		ids = append(ids, p.ID)
	}
	f := a.severalBackups(ids)
	f.why = said(lang.T("%s is complete, but more photos of %s are needed, and it may be the newer one", "%s はそろっていますが、%s はまだ足りません。こちらのほうが新しいかもしれません"),
		strings.Join(backupIDs(list), a.text(comma)), strings.Join(ids[len(list):], a.text(comma)))
	return f
}

// askMorePhotos says what is missing and asks for more files; none where nobody
// can be asked or the person gives up. enough says that there is a backup that
// can be gone on with.
func (a *app) askMorePhotos(r *paperReader, short error, enough bool) ([]string, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, nil
	}
	f := a.explain(short)
	a.tell(t, 0, f.what.in(a.lang))
	if !f.why.empty() {
		a.tell(t, 2, f.why.in(a.lang))
	}
	if hint := r.retake(); !hint.empty() {
		a.tell(t, 2, hint.in(a.lang))
	}
	prompt := lang.T("More photos: file or folder (Enter = stop): ", "追加の写真のファイルかフォルダー（Enter=やめる）: ")
	if enough {
		prompt = lang.T("More photos: file or folder (Enter = go on without): ", "追加の写真のファイルかフォルダー（Enter=このまま進む）: ")
	}
	for {
		typed, err := a.readLine(t, term.Line{Prompt: a.text(prompt), Complete: completeFiles})
		if err != nil || strings.TrimSpace(typed) == "" {
			return nil, err
		}
		more, err := typedPaths(typed)
		if err == nil {
			return more, nil
		}
		a.tell(t, 2, a.pathTrouble(err))
	}
}

// pathTrouble names the file too: of several that were dropped only one is wrong.
func (a *app) pathTrouble(err error) string {
	text := a.explain(err).what.in(a.lang)
	if at := new(fs.PathError); errors.As(err, &at) {
		return term.Sanitize(at.Path) + ": " + text
	}
	return text
}

// typedPaths returns the files that were typed, or that a terminal typed when they
// were dropped on it. A path with spaces may stand there as it is.
func typedPaths(typed string) ([]string, error) {
	typed = strings.TrimSpace(typed)
	if whole := fromHome(typed); there(whole) {
		return []string{whole}, nil
	}
	list := droppedPaths(typed, filepath.Separator != '\\')
	for _, path := range list {
		if _, err := photos([]string{path}); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// droppedPaths takes a line apart as terminals write the files that are dropped on
// them: in quotes, with a backslash before what a shell would not take as it is
// (escapes; on Windows it parts folders), or as file:// addresses.
func droppedPaths(typed string, escapes bool) []string {
	var list []string
	var word strings.Builder
	var quote rune // the one that is open, or 0
	begun, escaped := false, false
	end := func() {
		if begun {
			list = append(list, localPath(word.String()))
		}
		word.Reset()
		begun = false
	}
	for _, c := range typed {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\' && escapes && quote != '\'':
			escaped, begun = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\'' && escapes):
			quote, begun = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\u3000'):
			end()
		default:
			word.WriteRune(c)
			begun = true
		}
	}
	end()
	return list
}

// localPath takes file:// addresses and ~/ for the paths they are.
func localPath(word string) string {
	if u, err := url.Parse(word); err == nil && u.Scheme == "file" && u.Path != "" {
		return filepath.FromSlash(u.Path)
	}
	return fromHome(word)
}

// fromHome takes ~/ for the home folder, as a shell would.
func fromHome(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator)); ok && err == nil {
		return filepath.Join(home, rest)
	}
	return path
}

// completeFiles completes the names of files and folders.
func completeFiles(typed string) []string {
	matches, err := filepath.Glob(globQuote(typed) + "*")
	if err != nil {
		return nil
	}
	for i, m := range matches {
		if st, err := os.Stat(m); err == nil && st.IsDir() {
			matches[i] = m + string(filepath.Separator)
		}
	}
	return matches
}

// globQuote makes what is typed mean itself.
func globQuote(typed string) string {
	if filepath.Separator == '\\' {
		return typed // there is no quoting on Windows, and no such name either
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(typed)
}
