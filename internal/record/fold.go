package record

import (
	"strings"

	"memovault/internal/lang"
)

// Remarks on folding, the same for every type that is folded.
var (
	textFolded = lang.T("changed to half-width", "半角に直しました")
	textHidden = lang.T("invisible characters were taken out", "目に見えない文字を取り除きました")
)

// cleanType applies the rules of one type to a value that is trimmed and free
// of control characters.
func cleanType(t Type, s string) (string, []Note, error) {
	if !t.Folded() {
		return s, nil, nil
	}
	folded, notes := foldFor(t, s)
	return folded, notes, nil
}

// foldFor makes a value half-width and says so.
func foldFor(t Type, s string) (string, []Note) {
	var notes []Note
	visible := strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
	if visible != s {
		notes = append(notes, changed("invisible", textHidden))
	}
	folded := lang.FoldCode(visible)
	if t == TypeEmail || t == TypeURL || t == TypeOTPAuth {
		folded = foldAddress(visible)
	}
	if folded != trim(visible) {
		notes = append(notes, changed("folded", textFolded))
	}
	return folded, notes
}

// invisible reports whether r shows nothing and has no business in a code:
// zero-width spaces and joiners, the byte order mark, the soft hyphen.
func invisible(r rune) bool {
	switch r {
	case 0xad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff:
		return true
	}
	return false
}

// foldAddress makes a mail or web address half-width. It is gentler than
// lang.FoldCode, because an address may hold words: the long vowel of
// サーバー.jp stays, while the ー that an input method gave for a hyphen, and
// the 。 for a dot, stand between half-width characters and are changed.
func foldAddress(s string) string {
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case 0xff01 <= r && r <= 0xff5e:
			rs[i] = r - 0xfee0
		case r == 0x3000:
			rs[i] = ' '
		}
	}
	for i, r := range rs {
		switch {
		case !asciiAt(rs, i-1) || !asciiAt(rs, i+1):
		case lang.IsDash(r):
			rs[i] = '-'
		case r == '。' || r == '｡':
			rs[i] = '.'
		}
	}
	return strings.TrimSpace(string(rs))
}

// asciiAt reports whether the character at i is ASCII; beyond the ends counts
// as such.
func asciiAt(rs []rune, i int) bool {
	return i < 0 || i >= len(rs) || rs[i] < 0x80
}
