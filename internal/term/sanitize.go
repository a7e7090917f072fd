package term

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sanitize returns s fit to be shown in one line of a terminal or of a text:
// every character that could drive the terminal, start a new line or reorder
// the text around it is replaced by a visible ASCII mark such as <U+001B>.
// Bytes that are not UTF-8 become U+FFFD. Japanese, joined emoji and variation
// selectors pass untouched.
func Sanitize(s string) string { return sanitize(s, false) }

// SanitizeLines is Sanitize for text of several lines: "\n" stays.
func SanitizeLines(s string) string { return sanitize(s, true) }

func sanitize(s string, lines bool) string {
	if isPlainASCII(s) {
		return s
	}
	clean := true
	for i, r := range s {
		if unsafeRune(r) && !(lines && r == '\n') || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unsafeRune(r) && !(lines && r == '\n') {
			b.WriteString(mark(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// mark is the visible stand-in of a character that must not reach a terminal.
func mark(r rune) string { return fmt.Sprintf("<U+%04X>", r) }

// unsafeRune reports whether r may drive a terminal or deceive the reader:
// the C0 and C1 controls and DEL (ECMA-48), the line and paragraph separators,
// and the directional marks, embeddings, overrides and isolates of the bidi
// algorithm (UAX #9, section 2).
func unsafeRune(r rune) bool {
	switch {
	case isControl(r):
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f:
		return true
	case r >= 0x2028 && r <= 0x202e:
		return true
	case r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

// isControl reports whether r is a C0 or C1 control character or DEL.
func isControl(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }
