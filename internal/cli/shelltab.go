package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// maxSuggestions is how many rows of tabWords are shown.
const maxSuggestions = 20

// A tabWord is one word that Tab may put in.
type tabWord struct {
	word  string // as it stands when it is not quoted
	label string
	goes  bool // more may follow in the same word: no space behind it
}

// suggest completes the last word of what stands left of the cursor, by what the
// shells are told too.
func (sh *shell) suggest(left string) term.Suggestion {
	typed, after, _, operator := splitWords(left)
	if operator != "" {
		return term.Suggestion{}
	}
	last := typedWord{start: len(left)}
	if !after && len(typed) > 0 {
		last, typed = typed[len(typed)-1], typed[:len(typed)-1]
	}
	if len(typed) > 0 && sh.isProgram(typed[0].text) {
		typed = typed[1:]
	}
	var before []string
	for _, w := range typed {
		before = append(before, w.expanded())
	}
	found, hint := sh.tabWords(before, last)
	return sh.suggestion(last, found, hint)
}

// suggestion lays tabWords out.
func (sh *shell) suggestion(last typedWord, found []tabWord, hint string) term.Suggestion {
	s := term.Suggestion{From: last.start}
	for _, c := range found {
		text := escapeWord(c.word)
		if last.tilde && strings.HasPrefix(c.word, "~") {
			text = "~" + escapeWord(c.word[1:])
		}
		if !c.goes {
			text += " "
		}
		s.Texts = append(s.Texts, text)
	}
	if len(found) < 2 {
		if hint != "" {
			cols, _ := sh.t.Size()
			s.Rows = sh.a.wrap(hint, max(cols-1, narrowest))
		}
		return s
	}
	s.Rows = sh.rows(found)
	return s
}

// rows show tabWords one below the other, each with what it means.
func (sh *shell) rows(found []tabWord) []string {
	cols, height := sh.t.Size()
	most := max(min(maxSuggestions, height-4), 3)
	shown := found
	if len(shown) > most {
		shown = shown[:most-1]
	}
	widest := 0
	for _, c := range shown {
		widest = max(widest, min(term.Width(c.word), cols/2))
	}
	var rows []string
	for _, c := range shown {
		row := "  " + term.Sanitize(c.word)
		if c.label != "" {
			row = "  " + term.PadRight(term.Sanitize(c.word), widest) + "  " + term.Sanitize(c.label)
		}
		rows = append(rows, term.Truncate(row, cols-1))
	}
	if more := len(found) - len(shown); more > 0 {
		rows = append(rows, "  "+sh.a.text(lang.T("and %d more", "ほか %d 件"), more))
	}
	return rows
}

// tabWords asks the command tree, as a shell does with each press of Tab.
func (sh *shell) tabWords(before []string, last typedWord) (found []tabWord, hint string) {
	typed := last.text
	values, directive := sh.askTree(append(before, typed))
	prefix := ""
	if i := strings.Index(typed, "="); i >= 0 && strings.HasPrefix(typed, "-") {
		prefix, typed = typed[:i+1], typed[i+1:] // what is answered for --flag=v is the value alone
	}
	if directive&(cobra.ShellCompDirectiveFilterFileExt|cobra.ShellCompDirectiveFilterDirs) != 0 {
		var endings []string
		for _, v := range values {
			endings = append(endings, "."+v.word)
		}
		return filesForTab(prefix, typed, last.tilde, directive&cobra.ShellCompDirectiveFilterDirs != 0, endings), ""
	}
	if len(before) == 0 {
		values = append(values, sh.ownWords()...)
	}
	for _, v := range values {
		if text, ok := strings.CutPrefix(v.word, "_activeHelp_ "); ok {
			hint = text
			continue
		}
		if strings.HasPrefix(lang.Fold(v.word), lang.Fold(typed)) {
			found = append(found, tabWord{prefix + v.word, v.label, directive&cobra.ShellCompDirectiveNoSpace != 0})
		}
	}
	if len(values) == 0 && directive&cobra.ShellCompDirectiveNoFileComp == 0 {
		found = filesForTab(prefix, typed, last.tilde, false, nil)
	}
	return found, hint
}

// askTree runs the hidden command by which cobra's scripts complete. Its answer
// is a line for each value, then the directive behind a colon.
func (sh *shell) askTree(args []string) (values []tabWord, directive cobra.ShellCompDirective) {
	var out bytes.Buffer
	c := sh.child(nil)
	c.out, c.err = &out, io.Discard
	root := c.newRoot()
	plainUsage(root)
	root.SetArgs(append([]string{cobra.ShellCompRequestCmd}, args...))
	if root.Execute() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimRight(line, "\r\n")
		if number, ok := strings.CutPrefix(line, ":"); ok {
			n, err := strconv.Atoi(number)
			if err == nil {
				directive = cobra.ShellCompDirective(n)
			}
			continue
		}
		word, label, _ := strings.Cut(line, "\t")
		values = append(values, tabWord{word: word, label: label})
	}
	return values, directive
}

// filesForTab are the entries of the folder that typed names, which begin
// with its last part: folders, and files with one of the endings, nil for all.
func filesForTab(prefix, typed string, tilde, foldersOnly bool, endings []string) []tabWord {
	shown, part := filepath.Split(typed)
	folder := shown
	if tilde && prefix == "" {
		folder = typedWord{text: shown, tilde: true}.expanded()
	}
	if folder == "" {
		folder = "."
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var found []tabWord
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, part) || strings.HasPrefix(name, ".") && part == "" {
			continue
		}
		st, err := os.Stat(filepath.Join(folder, name))
		switch {
		case err != nil:
			continue
		case st.IsDir():
			found = append(found, tabWord{word: prefix + shown + name + string(filepath.Separator), goes: true})
		case !foldersOnly && (endings == nil || slices.Contains(endings, strings.ToLower(filepath.Ext(name)))):
			found = append(found, tabWord{word: prefix + shown + name})
		}
	}
	return found
}
