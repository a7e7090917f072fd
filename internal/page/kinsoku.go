package page

import (
	"strings"
	"unicode"
)

// What may not begin and what may not end a line, after the classes of JIS X
// 4051:2004 (2 to 11) and the requirements for Japanese text layout of the W3C.
const (
	closing    = "、。，．・：；？！‼⁇⁈⁉｡､･,.:;?!"
	closers    = "’”）〕］｝〉》」』】〙〗〟｠»｣)]}"
	openers    = "‘“（〔［｛〈《「『【〘〖〝｟«｢([{"
	iteration  = "ヽヾゝゞ々〻ー"
	hyphens    = "‐–〜゠～"
	smallKana  = "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
	halfKana   = "ｧｨｩｪｫｬｭｮｯｰﾞﾟ"
	voicing    = "゛゜゙゚"
	afterwards = "%％‰℃°′″¢"  // belongs to the number before it
	beforehand = "¥￥$＄€£№#＃" // belongs to the number behind it
)

var (
	forbiddenFirst = set(closing + closers + iteration + hyphens + smallKana + halfKana + voicing)
	forbiddenLast  = set(openers)
)

func set(s string) map[rune]bool {
	m := make(map[rune]bool)
	for _, r := range s {
		m[r] = true
	}
	return m
}

// notFirst reports whether a character may not begin a line.
func notFirst(r rune) bool { return forbiddenFirst[r] }

// notLast reports whether a character may not end a line.
func notLast(r rune) bool { return forbiddenLast[r] }

// isGlue reports whether a character holds its neighbours on its line.
func isGlue(r rune) bool { return r == 0xA0 || r == 0x202F || r == 0x2060 || r == 0xFEFF }

// isUnit reports whether two characters are a number and its unit.
func isUnit(a, b rune) bool {
	return isFigure(a) && strings.ContainsRune(afterwards, b) ||
		strings.ContainsRune(beforehand, a) && isFigure(b)
}

func isFigure(r rune) bool { return unicode.IsDigit(r) || r >= '０' && r <= '９' }

// isWide reports whether a line may be broken beside a character though there
// is no space: Japanese, Chinese, Korean, pictures.
func isWide(r rune) bool {
	switch {
	case r == 0x20E3:
		return false
	case r >= 0x2E80 && r <= 0xD7FF, r >= 0xF900 && r <= 0xFAFF, r >= 0xFE30 && r <= 0xFE4F,
		r >= 0xFF00 && r <= 0xFFEF, r >= 0x1B000 && r <= 0x1B2FF, r >= 0x1F000 && r <= 0x1FAFF,
		r >= 0x20000 && r <= 0x3FFFF:
		return true
	}
	// Signs of the double-byte sets of Japan that stand in the text like kanji.
	return r >= 0x2460 && r <= 0x24FF || r >= 0x25A0 && r <= 0x27BF || strings.ContainsRune("※―…‥→←↑↓", r)
}
