package term

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// ambiguousWide is set once when the program starts; see SetAmbiguousWide.
var ambiguousWide atomic.Bool

// SetAmbiguousWide says whether characters of ambiguous width (Unicode
// UAX #11: ①, ○, α and the like) take two columns instead of one. The locale
// does not decide this: xterm and tmux stay narrow under ja_JP, so the default
// is one column and only people whose terminal is set otherwise switch it.
func SetAmbiguousWide(wide bool) { ambiguousWide.Store(wide) }

// Width returns the columns s takes on a terminal. Control characters count
// nothing, so shown values go through Sanitize first.
//
// The half-width voicing marks U+FF9E and U+FF9F (ﾊﾞ, ﾊﾟ) join the character
// before them into one cluster but keep a cell of their own on every terminal
// measured; the width tables of Unicode miss that cell.
func Width(s string) int {
	w := 0
	for i, r := range s {
		switch {
		case r >= 0x20 && r < 0x7f:
			w++
		case isPlainWide(r):
			w += 2
		default:
			return clustersWidth(s, i, w)
		}
	}
	return w
}

// isPlainWide reports whether r is one of the characters most Japanese is made
// of: always two columns wide, and joining nothing that stands before it. The
// tables of Unicode are asked only from the first other one on.
func isPlainWide(r rune) bool {
	return r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30ff || r >= 0x4e00 && r <= 0x9fff
}

// clustersWidth goes on from the character at i, before which w columns were
// counted. That one may join the character before it, which is counted anew.
func clustersWidth(s string, i, w int) int {
	if i > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		w--
		if isPlainWide(r) {
			w--
		}
	}
	for c := range clusters(s[i:]) {
		w += clusterWidth(c)
	}
	return w
}

// isPlainASCII reports whether s is made of printable ASCII only, where bytes,
// clusters and columns are the same thing.
func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// clusters yields what a person calls one character: letter plus marks, a
// whole flag, a whole emoji family (UAX #29).
func clusters(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		g := widthOptions().StringGraphemes(s)
		for g.Next() {
			if !yield(g.Value()) {
				return
			}
		}
	}
}

func widthOptions() displaywidth.Options {
	return displaywidth.Options{EastAsianWidth: ambiguousWide.Load()}
}

// clusterWidth returns the columns of one cluster.
func clusterWidth(c string) int {
	if len(c) == 1 {
		if c[0] < 0x20 || c[0] == 0x7f {
			return 0
		}
		return 1
	}
	_, lead := utf8.DecodeRuneInString(c)
	w := widthOptions().String(c)
	if rest := c[lead:]; strings.Contains(rest, "\uff9e") || strings.Contains(rest, "\uff9f") {
		w += strings.Count(rest, "\uff9e") + strings.Count(rest, "\uff9f")
	}
	return w
}

// Truncate cuts s to at most cols columns without splitting a cluster. What
// was cut ends in "..", or in as many dots as fit.
func Truncate(s string, cols int) string {
	if cols <= 0 {
		return ""
	}
	if len(s) <= cols && isPlainASCII(s) {
		return s
	}
	mark := ".."
	if cols < len(mark) {
		mark = mark[:cols]
	}
	w, end := 0, 0
	for c := range clusters(s) {
		w += clusterWidth(c)
		if w > cols {
			return s[:end] + mark
		}
		if w <= cols-len(mark) {
			end += len(c)
		}
	}
	return s
}

// PadRight returns s followed by spaces up to cols columns. A wider s comes
// back unchanged.
func PadRight(s string, cols int) string {
	if n := cols - Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}
