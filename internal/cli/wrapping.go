package cli

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"memovault/internal/term"
)

// wrap breaks talk and help into lines of at most cols columns, as term.Wrap
// does, but never inside a command: half of one can't be copied. Where two or
// more spaces stand between two hints, it breaks there first.
func (a *app) wrap(text string, cols int) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if cols < 2 || term.Width(line) <= cols {
			lines = append(lines, term.Wrap(line, cols)...)
			continue
		}
		lines = append(lines, a.wrapHints(line, cols)...)
	}
	return lines
}

var hintGap = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\S {2,}`) })

// wrapHints fills lines with the hints of one line, which stand apart by more
// than one space.
func (a *app) wrapHints(line string, cols int) []string {
	var lines []string
	last := ""
	for line != "" {
		end, next := len(line), len(line)
		if gap := hintGap().FindStringIndex(line); gap != nil {
			_, size := utf8.DecodeRuneInString(line[gap[0]:])
			end, next = gap[0]+size, gap[1]
		}
		hint, space := line[:end], line[end:next]
		line = line[next:]
		if last != "" && term.Width(last+hint) <= cols {
			last += hint + space
			continue
		}
		if last != "" {
			lines = append(lines, strings.TrimRight(last, " "))
		}
		parts := a.wrapHint(hint, cols)
		lines = append(lines, parts[:len(parts)-1]...)
		last = parts[len(parts)-1] + space
	}
	return append(lines, strings.TrimRight(last, " "))
}

// Characters of the private use area stand for a command while a hint is
// wrapped: one word, as wide as the command.
const (
	standInFirst = '\ue000'
	standInRest  = '\ue001'
)

var standIn = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(string(standInFirst) + string(standInRest) + `*`)
})

func (a *app) wrapHint(hint string, cols int) []string {
	if strings.ContainsAny(hint, string(standInFirst)+string(standInRest)) {
		return term.Wrap(hint, cols)
	}
	var commands []string
	var b strings.Builder
	for rest := hint; rest != ""; {
		before, command, after := a.cutCommand(rest, cols)
		b.WriteString(before)
		if command != "" {
			commands = append(commands, command)
			b.WriteString(string(standInFirst) + strings.Repeat(string(standInRest), term.Width(command)-1))
		}
		rest = after
	}
	lines := term.Wrap(b.String(), cols)
	for i, line := range lines {
		lines[i] = standIn().ReplaceAllStringFunc(line, func(string) string {
			command := commands[0]
			commands = commands[1:]
			return command
		})
	}
	return lines
}

// cutCommand finds the first command of this program in a text: its name and
// the words behind it that are not prose. One wider than cols loses words from
// its end.
func (a *app) cutCommand(text string, cols int) (before, command, after string) {
	start := a.commandStart(text)
	if start < 0 {
		return text, "", ""
	}
	end := start + len(a.name)
	for at := end; at < len(text) && text[at] == ' '; {
		word, stop := commandWord(text[at+1:])
		if word == "" || term.Width(text[start:at+1]+word) > cols {
			break
		}
		at += 1 + len(word)
		end = at
		if stop {
			break
		}
	}
	return text[:start], text[start:end], text[end:]
}

// commandStart returns where the program's name stands as a word of its own, with
// the name of a command or a flag behind it; -1 if it does not. In prose the word
// vault means something else.
func (a *app) commandStart(text string) int {
	for from := 0; a.name != ""; {
		i := strings.Index(text[from:], a.name+" ")
		if i < 0 {
			return -1
		}
		start := from + i
		last, _ := utf8.DecodeLastRuneInString(text[:start])
		next, _ := commandWord(text[start+len(a.name)+1:])
		if (start == 0 || last >= utf8.RuneSelf || strings.ContainsRune(" (:\"'", last)) &&
			(strings.HasPrefix(next, "--") || slices.Contains(a.commands, next)) {
			return start
		}
		from = start + len(a.name)
	}
	return -1
}

// commandWord returns the word at the beginning of text if it can belong to a
// command, and whether the command ends with it.
func commandWord(text string) (word string, last bool) {
	if first, _ := utf8.DecodeRuneInString(text); text == "" || unicode.In(first, unicode.Hiragana) || strings.ContainsRune(" (（", first) {
		return "", true
	}
	end := strings.IndexAny(text, " 、。（）「」)")
	switch {
	case end < 0:
		return text, true
	case text[end] == ' ':
		return text[:end], false
	}
	return text[:end], true
}
