package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths in this package are in hundredths of a millimetre. A point, the unit
// of type, is 1/72 inch.
const pointTenths = 3528 // thousandths of a hundredth of a millimetre in a tenth of a point

// fonts is what a viewer may choose from: typefaces with Japanese that Windows,
// macOS and Linux bring, those with clear shapes first.
const fonts = `'BIZ UDPGothic','BIZ UDGothic','Hiragino Sans','Yu Gothic UI','Yu Gothic',Meiryo,'Noto Sans JP','Noto Sans CJK JP',IPAexGothic,sans-serif`

// What a character may take up at most, in thousandths of the size of the type.
// They are those of the widest of the usual typefaces (Verdana, DejaVu Sans), so
// that a text fits whichever the viewer has.
const (
	wideEm   = 1000
	emojiEm  = 1400
	letterEm = 640
	broadEm  = 1000
	thinEm   = 400
	capEm    = 790
	spaceEm  = 360
)

// runeEm is the room for r.
func runeEm(r rune) int {
	switch {
	case r == ' ':
		return spaceEm
	case strings.ContainsRune("iljtfrI.,:;'|!()[]{}`-", r):
		return thinEm + 60
	case strings.ContainsRune("mwMWQ@%&+=<>~", r):
		return broadEm
	case r >= 'A' && r <= 'Z', r == '#', r == '_', r == '$', r == '*', r == '/', r == '^', r == '\\':
		return capEm
	case r > ' ' && r < 0x7f:
		return letterEm + 20
	case joinsBefore(r):
		return 0
	case r >= 0x1f000:
		return emojiEm
	case r >= 0xff61 && r <= 0xff9f:
		return letterEm // half-width kana, and the marks with a cell of their own
	case r >= 0xc0 && r < 0x250:
		return capEm + 60
	}
	return wideEm + 50
}

// textWidth is how much room s takes at most in type of the given size.
func textWidth(s string, size int, bold bool) int {
	em := 0
	for _, r := range s {
		em += runeEm(r)
	}
	if bold {
		em += em / 10
	}
	return (em*size + 999) / 1000
}

// joinsBefore reports whether r is drawn onto or into the character before it.
func joinsBefore(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me) || r == 0x200d ||
		r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef
}

// shorten cuts s so that it takes no more than room, and marks the cut by "…".
// It returns "" where not even that fits.
func shorten(s string, size int, bold bool, room int) string {
	if textWidth(s, size, bold) <= room {
		return s
	}
	const cut = "…"
	room -= textWidth(cut, size, bold)
	if room < 0 {
		return ""
	}
	end, last := 0, rune(0)
	for i, r := range s {
		whole := !joinsBefore(r) && last != 0x200d && r != 0xff9e && r != 0xff9f && !isSkinTone(r)
		if whole && textWidth(s[:i], size, bold) <= room {
			end = i
		} else if whole {
			break
		}
		last = r
	}
	return strings.TrimRight(s[:end], " ") + cut
}

func isSkinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// clean makes s fit for one line of XML and of a reader's eye: characters that
// control something or turn the text around are replaced, as are bytes that are
// no UTF-8 and code points that XML 1.0 does not allow (section 2.2).
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f,
			r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfffe, r == 0xffff:
			return utf8.RuneError
		}
		return r
	}, s)
}
