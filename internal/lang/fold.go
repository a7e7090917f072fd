package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the form of s in which two spellings of one thing are equal:
// NFKC, without case, half-width kana widened, katakana as hiragana, white
// space trimmed and collapsed, invisible characters and variation selectors
// dropped. ｵﾌｨｽ, オフィス and おふぃす fold to the same text.
//
// It is for search and for looking up names. A folded text is never stored in
// the place of what was typed: NFKC replaces characters of real names (U+FA19
// becomes U+795E). Fold(Fold(s)) is Fold(s).
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	var stack [128]byte
	b, simple := AppendFold(stack[:0], s)
	if simple {
		return string(b)
	}
	return foldSlow(s)
}

// isFolded reports whether s is plain ASCII that folding would not change.
func isFolded(s string) bool {
	space := true // a space here would be a leading or a second one
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ' ':
			if space {
				return false
			}
			space = true
		case c < ' ', c >= 0x7f, 'A' <= c && c <= 'Z':
			return false
		default:
			space = false
		}
	}
	return len(s) == 0 || !space
}

// AppendFold appends the folded form of s to dst without allocating, as long
// as s holds only characters that fold one by one: ASCII, its full-width
// twins, hiragana, katakana, the common kanji and their punctuation. It
// reports false, and what it appended is to be thrown away, when s holds
// anything else; then only Fold knows the answer.
func AppendFold[S string | []byte](dst []byte, s S) (folded []byte, simple bool) {
	start := len(dst)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if f := asciiFold[c]; f != ' ' {
				dst = append(dst, f)
			} else {
				dst = appendSpace(dst, start)
			}
			i++
			continue
		}
		// All that is simple beyond ASCII takes three bytes in UTF-8.
		if c&0xf0 != 0xe0 || i+2 >= len(s) || s[i+1]&0xc0 != 0x80 || s[i+2]&0xc0 != 0x80 {
			return dst, false
		}
		r := rune(c&0x0f)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f)
		i += 3
		switch {
		case 0x4e00 <= r && r <= 0x9fff, 0x3041 <= r && r <= 0x3096,
			r == 0x30fc, r == 0x30fb, r == 0x3005, r == 0x3007, r == 0x3001, r == 0x3002,
			0x300c <= r && r <= 0x300f:
			dst = append(dst, s[i-3], s[i-2], s[i-1])
		case 0x30a1 <= r && r <= 0x30f6:
			dst = utf8.AppendRune(dst, r-0x60)
		case 0xff01 <= r && r <= 0xff5e:
			dst = append(dst, asciiFold[byte(r-0xfee0)])
		case r == 0x3000:
			dst = appendSpace(dst, start)
		default:
			return dst, false
		}
	}
	if len(dst) > start && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dst, true
}

// asciiFold maps each ASCII character to its folded form, white space to ' '.
var asciiFold = func() (table [utf8.RuneSelf]byte) {
	for i := range table {
		table[i] = byte(unicode.ToLower(rune(i)))
		if unicode.IsSpace(rune(i)) {
			table[i] = ' '
		}
	}
	return table
}()

// appendSpace appends a space unless it would be the first or a second one.
func appendSpace(dst []byte, start int) []byte {
	if len(dst) == start || dst[len(dst)-1] == ' ' {
		return dst
	}
	return append(dst, ' ')
}

// foldSlow is Fold for every text there is.
func foldSlow(s string) string {
	// One round is enough for nearly all; a few characters (ẛ̣ is one) become
	// foldable only by the normalisation that follows folding.
	for range 3 {
		next := foldOnce(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func foldOnce(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := true
	for _, r := range norm.NFKC.String(valid(s)) {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case invisible(r):
			continue
		}
		space = false
		writeFolded(&b, r)
	}
	return norm.NFKC.String(strings.TrimSuffix(b.String(), " "))
}

// valid puts the replacement character for what is not UTF-8: such bytes upset
// the normalisation of what follows them.
func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func writeFolded(b *strings.Builder, r rune) {
	switch {
	case 0x30a1 <= r && r <= 0x30f6, r == 'ヽ', r == 'ヾ':
		b.WriteRune(r - 0x60)
	case 0x30f7 <= r && r <= 0x30fa: // ヷヸヹヺ have no hiragana twin of their own
		b.WriteRune([]rune("わゐゑを")[r-0x30f7])
		b.WriteRune(0x3099)
	case r == 'ß', r == 'ẞ':
		b.WriteString("ss")
	default:
		b.WriteRune(foldCase(r))
	}
}

// foldCase returns one letter for all that differ in case only, ς and σ too.
func foldCase(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return unicode.ToLower(least)
}

// invisible reports whether r shows nothing on its own and must not keep two
// texts apart: variation selectors (葛 + U+E0100 is 葛), zero-width characters,
// the soft hyphen and the direction marks.
func invisible(r rune) bool {
	return r == 0xad || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r)
}

// FoldCode returns s as a code is written: NFKC (so full-width letters and
// digits become ASCII), every character that an input method or a PDF puts in
// the place of a hyphen as '-', every space as ' ', trimmed. Case is kept.
// It is for input that is code by nature, such as product keys and telephone
// numbers; in words it would spoil the long vowel of サーバー.
func FoldCode(s string) string {
	if isPlainCode(s) {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case IsDash(r):
			return '-'
		case unicode.In(r, unicode.Zs):
			return ' '
		}
		return r
	}, norm.NFKC.String(valid(s))))
}

func isPlainCode(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return strings.TrimSpace(s) == s
}

// IsDash reports whether r is a hyphen, a dash, a minus or the long-vowel mark
// that a Japanese input method gives for the hyphen key.
func IsDash(r rune) bool {
	switch r {
	case '-', 'ー', 'ｰ', '―', '−', '‐', '‑', '‒', '–', '—', '－', '﹣', '﹘', '⁃', '─', '━', '˗':
		return true
	}
	return false
}
