package term

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The characters that may not start or end a line of Japanese (kinsoku shori,
// after JIS X 4051 and the W3C's Requirements for Japanese Text Layout,
// section 3.1.7), with the half-width forms and the Latin ones that stand in
// Japanese text.
const (
	neverFirst = "、。，．・：；？！ー゛゜」』）］｝】〕〉》〟’”々〻ゝゞヽヾ％℃…‥" +
		"ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ" +
		"｡､･｣ｰﾞﾟｧｨｩｪｫｬｭｮｯ!?),.:;]}%"
	neverLast = "「『（［｛【〔〈《〝‘“￥＄＃｢([{"
)

// An atom is a piece of text that is not broken: a Latin word or a Japanese
// character, with the punctuation that must stay with it.
type atom struct {
	text  string
	width int
	space bool
}

// Wrap breaks s into lines of at most cols columns: between words, and
// anywhere in Japanese except before 、。」）ー and their like or after 「（. A
// word wider than a line is cut. A no-break space (U+00A0) holds what stands
// beside it together. Line ends in s are kept; cols < 2 breaks only there. Lines
// have no spaces at their end.
func Wrap(s string, cols int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if cols < 2 || isPlainASCII(line) && len(line) <= cols {
			lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
			continue
		}
		lines = append(lines, fill(atoms(line), cols)...)
	}
	return lines
}

// fill puts atoms into lines.
func fill(list []atom, cols int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	flush := func() {
		lines = append(lines, strings.TrimRightFunc(line.String(), unicode.IsSpace))
		line.Reset()
		used = 0
	}
	for _, a := range list {
		if used+a.width > cols && used > 0 {
			flush()
			if a.space {
				continue
			}
		}
		if a.space && used == 0 && len(lines) > 0 {
			continue
		}
		if a.width <= cols {
			line.WriteString(a.text)
			used += a.width
			continue
		}
		for c := range clusters(a.text) {
			w := clusterWidth(c)
			if used+w > cols && used > 0 {
				flush()
			}
			line.WriteString(c)
			used += w
		}
	}
	if used > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// atoms takes a line apart. Each is a part of the line, so that one word of
// many thousand characters costs no more than many short ones.
func atoms(line string) []atom {
	var list []atom
	last := ' ' // the first character of the cluster before
	start, end := 0, 0
	for c := range clusters(line) {
		r, _ := utf8.DecodeRuneInString(c)
		w := clusterWidth(c)
		if n := len(list) - 1; n >= 0 && joined(last, r) {
			list[n].text = line[start : end+len(c)]
			list[n].width += w
		} else {
			start = end
			list = append(list, atom{c, w, breaksAsSpace(r)})
		}
		end += len(c)
		last = r
	}
	return list
}

// joined reports whether a line may not be broken between a and b.
func joined(a, b rune) bool {
	if breaksAsSpace(a) || breaksAsSpace(b) {
		return false
	}
	return a == noBreak || b == noBreak || strings.ContainsRune(neverLast, a) || strings.ContainsRune(neverFirst, b) ||
		!breaksAlone(a) && !breaksAlone(b)
}

const noBreak = '\u00a0'

// breaksAsSpace reports whether a line may be broken at r, which goes with it.
func breaksAsSpace(r rune) bool { return unicode.IsSpace(r) && r != noBreak }

// breaksAlone reports whether a line may be broken on both sides of r: what is
// written without spaces between words.
func breaksAlone(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー' ||
		r >= 0x3000 && r <= 0x303f || r >= 0xff01 && r <= 0xffef || r >= 0x1f000
}
