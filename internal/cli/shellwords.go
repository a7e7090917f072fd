package cli

import (
	"os"
	"strings"
	"unicode/utf8"

	"memovault/internal/lang"
)

// A typedWord is one word of a line typed in vault shell, its quotes resolved.
type typedWord struct {
	text  string
	start int  // where it begins in the line, in bytes
	tilde bool // it begins with a ~ that was not quoted
}

// openQuote says how a line ended that is not complete.
type openQuote byte

// splitWords cuts a line into words as a POSIX shell does (XCU 2.2 Quoting, 2.3
// Token Recognition): single and double quotes, the backslash, # for a remark.
// The wide space of a Japanese keyboard separates too. What a shell would do
// more than that with an unquoted | & ; < > ( ) ` or $ is not done here, and the
// first of them is returned as an operator.
//
// after reports whether the line ends behind a separator: the next word has not
// begun.
func splitWords(line string) (words []typedWord, after bool, open openQuote, operator string) {
	s := wordSplitter{line: line}
	s.split()
	return s.words, !s.inWord, s.open, s.operator
}

type wordSplitter struct {
	line     string
	at       int
	words    []typedWord
	inWord   bool
	open     openQuote
	operator string
	text     strings.Builder
}

func (s *wordSplitter) split() {
	for s.at < len(s.line) && s.operator == "" && s.open == 0 {
		r, size := utf8.DecodeRuneInString(s.line[s.at:])
		rest := s.line[s.at+size:]
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\u3000':
			s.end()
			s.at += size
		case r == '#' && !s.inWord:
			s.at = len(s.line)
		case strings.ContainsRune("|&;<>()`$", r):
			s.operator = string(r)
		case r == '\\' && rest == "":
			s.begin()
			s.open = '\\'
		case r == '\\':
			s.begin()
			_, next := utf8.DecodeRuneInString(rest)
			s.take(rest[:next], size+next)
		case r == '\'' || r == '"':
			s.begin()
			s.quoted(byte(r))
		default:
			s.begin()
			s.take(s.line[s.at:s.at+size], size)
		}
	}
	// What was begun counts as a word even where a quote is open: completion
	// goes on from there.
	if s.inWord {
		s.words[len(s.words)-1].text = s.text.String()
	}
}

// begin makes sure that a word has begun.
func (s *wordSplitter) begin() {
	if s.inWord {
		return
	}
	s.inWord = true
	s.text.Reset()
	s.words = append(s.words, typedWord{start: s.at, tilde: s.line[s.at] == '~'})
}

func (s *wordSplitter) end() {
	if s.inWord {
		s.words[len(s.words)-1].text = s.text.String()
	}
	s.inWord = false
}

// take adds text to the word and goes on by n bytes.
func (s *wordSplitter) take(text string, n int) {
	s.text.WriteString(text)
	s.at += n
}

// quoted reads up to the closing mark. Between double quotes a backslash keeps
// its meaning before $ ` " and itself; $ and ` would be replaced by a shell.
func (s *wordSplitter) quoted(mark byte) {
	s.at++
	for s.at < len(s.line) {
		c := s.line[s.at]
		switch {
		case c == mark:
			s.at++
			return
		case mark == '"' && c == '\\' && s.at+1 < len(s.line) && strings.IndexByte("$`\"\\", s.line[s.at+1]) >= 0:
			s.take(s.line[s.at+1:s.at+2], 2)
		case mark == '"' && (c == '$' || c == '`'):
			s.operator = string(c)
			return
		default:
			s.take(s.line[s.at:s.at+1], 1)
		}
	}
	s.open = openQuote(mark)
}

// lineWords returns the words of a complete line, with ~ for the home folder.
func lineWords(line string) ([]string, error) {
	typed, _, open, operator := splitWords(line)
	switch {
	case operator != "":
		return nil, &failure{status: statusUsage, code: "usage",
			what: said(lang.T("%q has no meaning here: there are no pipes, redirections or variables", "%q はここでは使えません（パイプ、リダイレクト、変数はありません）"), operator),
			next: []words{said(lang.T("as a part of a word: put it between '...'; to write into a file: -o FILE", "文字そのものとして使うなら '…' で囲んでください。ファイルに書くなら -o ファイル"))}}
	case open == '\\':
		return nil, &failure{status: statusUsage, code: "usage",
			what: said(lang.T("a \\ ends the line", "行が \\ で終わっています"))}
	case open != 0:
		return nil, &failure{status: statusUsage, code: "usage",
			what: said(lang.T("a quotation mark %c is not closed", "引用符 %c が閉じていません"), rune(open))}
	}
	list := make([]string, len(typed))
	for i, w := range typed {
		list[i] = w.expanded()
	}
	return list, nil
}

// expanded is the word with the home folder in the place of a leading ~.
func (w typedWord) expanded() string {
	rest, ok := strings.CutPrefix(w.text, "~")
	if !w.tilde || !ok || rest != "" && !strings.HasPrefix(rest, "/") {
		return w.text
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return w.text
	}
	return home + rest
}

// escapeWord writes text so that splitWords reads it as one word. It escapes
// character by character: what two words begin with in common they also begin
// with when they are written so.
func escapeWord(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if strings.ContainsRune(" \t\n\u3000|&;<>()`$\\'\"", r) || i == 0 && (r == '#' || r == '~') {
			b.WriteByte('\\')
		}
		b.WriteString(text[i : i+size])
		i += size
	}
	return b.String()
}
