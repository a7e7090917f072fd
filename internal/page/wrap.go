package page

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Wrap breaks a text into lines that are no wider than width. Nothing is added
// or dropped but the newlines, each of which ends a line: a space at which a
// line is broken stays at its end, where it may reach beyond the width. A
// Japanese line is broken anywhere but where JIS X 4051 forbids it, a Latin one
// between words; a word that is longer than a line is cut. A line holds at
// least one character, however narrow it is.
func Wrap(f Face, size, width float64, s string) []string {
	return lines(s, func(paragraph string) []string {
		return fill(measure(f, size, paragraph), width, wordBreaks)
	})
}

// WrapExact breaks a text that is to be copied letter by letter, by the rules
// of Wrap but anywhere between two characters: if it can, behind a hyphen or a
// space in the later half of the line.
func WrapExact(f Face, size, width float64, s string) []string {
	return lines(s, func(paragraph string) []string {
		return fill(measure(f, size, paragraph), width, exactBreaks)
	})
}

// lines breaks each paragraph by itself.
func lines(s string, wrap func(string) []string) []string {
	var all []string
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		all = append(all, wrap(paragraph)...)
	}
	return all
}

// A cell is one cluster of a paragraph.
type cell struct {
	text  string
	width float64 // in points
	first rune    // what it begins with
}

func (c *cell) isSpace() bool { return c.text == " " || c.text == "\t" || c.text == "\u3000" }

// measure splits a paragraph into cells.
func measure(f Face, size float64, s string) []cell {
	cells := make([]cell, 0, len(s))
	var before rune
	var glyphs []glyph
	for c := range clusters(s) {
		r, _ := utf8.DecodeRuneInString(c)
		glyphs = f.draw(glyphs[:0], c)
		w := 0.0
		for _, g := range glyphs {
			w += g.advance
		}
		if n := len(cells); n > 0 && f.loosens(before, r) {
			cells[n-1].width += looseSpace * size
		}
		cells = append(cells, cell{c, w * size, r})
		if len(glyphs) > 0 {
			before, _ = utf8.DecodeLastRuneInString(c)
		}
	}
	return cells
}

// A breaker tells at which cell the line that begins at cells[from] ends, when
// cells[to] is the first that has no room any more. It returns more than from.
type breaker func(cells []cell, from, to int) int

// fill breaks cells into lines.
func fill(cells []cell, width float64, end breaker) []string {
	var all []string
	from := 0
	for from < len(cells) {
		to := reach(cells, from, width)
		if to < len(cells) {
			to = end(cells, from, to)
		}
		for to < len(cells) && cells[to].isSpace() {
			to++
		}
		all = append(all, join(cells[from:to]))
		from = to
	}
	if all == nil {
		return []string{""}
	}
	return all
}

// reach returns the first cell that has no room on the line any more, at least
// the second one. Spaces at the end of a line need no room.
func reach(cells []cell, from int, width float64) int {
	const rounding = 1e-6
	used := 0.0
	for i := from; i < len(cells); i++ {
		used += cells[i].width
		if used > width+rounding && i > from && !cells[i].isSpace() {
			return i
		}
	}
	return len(cells)
}

func join(cells []cell) string {
	var b strings.Builder
	for i := range cells {
		b.WriteString(cells[i].text)
	}
	return b.String()
}

// wordBreaks ends a line at the last place where it may be broken; a word that
// fills the line alone is cut at its last good place, or anywhere.
func wordBreaks(cells []cell, from, to int) int {
	for i := to; i > from; i-- {
		if mayBreak(cells, i) {
			return i
		}
	}
	for i := to; i > from+(to-from)/2; i-- {
		if strings.ContainsRune("/-_.,&=?@:;~", cells[i-1].first) && !notFirst(cells[i].first) {
			return i
		}
	}
	return to
}

// exactBreaks ends a line behind a hyphen or a space in its later half, or just
// where it is full.
func exactBreaks(cells []cell, from, to int) int {
	for i := to; i > from+(to-from)/2; i-- {
		if cells[i-1].first == '-' || cells[i-1].isSpace() {
			return i
		}
	}
	return to
}

// mayBreak reports whether a line may end before cells[i], i > 0.
func mayBreak(cells []cell, i int) bool {
	a, b := cells[i-1].first, cells[i].first
	switch {
	case cells[i].isSpace(): // it hangs at the end of the line before
		return false
	case notFirst(b):
		return false
	case cells[i-1].isSpace():
		return !notLast(beforeSpaces(cells, i))
	case notLast(a):
		return false
	case isGlue(a), isGlue(b):
		return false
	case a == b && strings.ContainsRune("—―…‥", a):
		return false
	case isWide(a), isWide(b):
		return !isUnit(a, b)
	case a == '-' || a == '‐':
		return i >= 2 && unicode.IsLetter(cells[i-2].first) && unicode.IsLetter(b)
	}
	return false
}

// beforeSpaces is what stands before the spaces that end at cells[i], 0 for
// nothing.
func beforeSpaces(cells []cell, i int) rune {
	for i--; i >= 0; i-- {
		if !cells[i].isSpace() {
			return cells[i].first
		}
	}
	return 0
}
