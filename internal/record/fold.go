package record

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"memovault/internal/lang"
)

// Remarks that several types share.
var (
	textFolded       = lang.T("changed to half-width", "半角に直しました")
	textHalfCapitals = lang.T("changed to half-width capitals", "半角の大文字に直しました")
	textInvisible    = lang.T("invisible characters were taken out", "目に見えない文字を取り除きました")
	textNone         = lang.T("if there is none, leave this empty: an empty field is clearer than a word",
		"ないときは、何も打たずに空のままにしてください（そのほうが、あとで分かりやすくなります）")
	textNotKnown = lang.T("write none if you know that there is none; if you don't know, leave this empty",
		"ないと分かっていれば「なし」と書いてください。分からないときは、何も打たずに空のままにしてください")
	textNoted = lang.T("noted that there is none", "「ない」と記録します")
)

// cleanType applies the rules of one type to a value that is trimmed and free
// of control characters.
func cleanType(t Type, s string) (string, []Note, error) {
	if !t.Folded() {
		return s, checkKept(t, s), nil
	}
	typed := s
	s, notes := foldFor(t, s)
	if s == "" {
		return "", notes, nil
	}
	if SaysNone(s) {
		return noneOf(t, s, notes)
	}
	var more []Note
	switch t {
	case TypeDate:
		return datedAs(typed, s)
	case TypePhone:
		more = checkPhone(s)
	case TypeEmail:
		more = checkEmail(s)
	case TypeURL:
		more = checkURL(s)
	case TypeOTPAuth:
		s, more = cleanOTPAuth(s)
	case TypeCodes:
		s, more = joinSpaces(s)
	}
	if SaysNone(s) { // n a
		return noneOf(t, s, notes)
	}
	return s, append(notes, more...), nil
}

// datedAs reads a date that was typed and folded. One note says how it is
// written now, whatever had to be done for that.
func datedAs(typed, folded string) (string, []Note, error) {
	value, err := cleanDate(folded)
	if err != nil || value == typed {
		return value, nil, err
	}
	return value, []Note{changed("date", lang.T("written as %s", "%s と記録します"), value)}, nil
}

// checkKept remarks on what is odd in a value that is kept byte for byte.
func checkKept(t Type, s string) []Note {
	var notes []Note
	if t != TypeMultiline && strings.ContainsFunc(s, func(r rune) bool { return invisible(r) && !joiner(r) }) {
		notes = append(notes, remark("invisible", lang.T("contains invisible characters, kept as they are", "目に見えない文字が含まれています（そのまま残します）")))
	}
	if t == TypePersonName && hasHonorific(s) {
		notes = append(notes, remark("honorific", lang.T("names are registered without a title such as san or sama: write it as it was registered",
			"登録されている名前に「様」「さん」は付きません。登録したとおりに入力してください")))
	}
	if t != TypeSecret {
		return notes
	}
	if trim(s) != s {
		notes = append(notes, remark("space", lang.T("begins or ends with a space, kept as it is", "最初か最後に空白があります（そのまま残します）")))
	}
	if len(s) != utf8.RuneCountInString(s) {
		notes = append(notes, remark("wide", lang.T("contains characters other than half-width ones, kept as they are: was the Japanese input on?",
			"半角以外の文字があります（そのまま残します）。日本語入力がオンになっていませんか")))
	}
	return notes
}

// hasHonorific reports whether a name ends as one speaks to people.
func hasHonorific(name string) bool {
	return slices.ContainsFunc([]string{"様", "さま", "さん", "サン"}, func(title string) bool {
		return strings.HasSuffix(name, title) && len(name) > len(title)
	})
}

// foldFor makes a value half-width and says so.
func foldFor(t Type, s string) (string, []Note) {
	var notes []Note
	visible := s
	if strings.ContainsFunc(s, invisible) {
		visible = trim(strings.Map(func(r rune) rune {
			if invisible(r) {
				return -1
			}
			return r
		}, s))
		notes = append(notes, changed("invisible", textInvisible))
	}
	folded := lang.FoldCode(visible)
	switch {
	case t == TypeEmail, t == TypeURL, t == TypeOTPAuth,
		t != TypePhone && t != TypeDate && strings.ContainsFunc(folded, isKanaOrKanji): // words, where a code was asked for
		folded = foldAddress(visible)
	}
	if folded != visible {
		notes = append(notes, changed("folded", textFolded))
	}
	return folded, notes
}

func isKanaOrKanji(r rune) bool {
	return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han)
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

// joiner reports whether r is invisible, yet part of emoji and of the writing
// of several languages.
func joiner(r rune) bool { return r == 0x200c || r == 0x200d }

// joinSpaces makes every run of spaces one; the groups of a code stay.
func joinSpaces(s string) (string, []Note) {
	joined := strings.Join(strings.Fields(s), " ")
	if joined == s {
		return s, nil
	}
	return joined, []Note{changed("spaces", lang.T("spaces were joined", "空白をまとめました"))}
}

// noneOf is the answer none to a question of a type. That no address, number or
// code was registered is worth knowing: where nothing is noted there may still
// be one. Not knowing, and a dash, is what an empty field says.
func noneOf(t Type, s string, notes []Note) (string, []Note, error) {
	if t != TypeEmail && t != TypePhone && t != TypeCodes {
		return "", nil, &ValueError{Key: "none", Text: textNone}
	}
	switch lang.Fold(s) {
	case "不明", "わからない", "分からない", "未定", "unknown", "?", "-", "--", "---", "ー", "―", "—":
		return "", nil, &ValueError{Key: "none", Text: textNotKnown}
	}
	return s, append(notes, remark("absent", textNoted)), nil
}

// SaysNone reports whether somebody answered a question with the word none.
func SaysNone(s string) bool {
	switch lang.Fold(s) {
	case "なし", "無し", "無", "ない", "無い", "ありません", "該当なし", "特になし", "とくになし", "不明", "わからない", "分からない", "未登録", "未定",
		"none", "no", "nothing", "unknown", "n/a", "na", "nil", "-", "--", "---", "ー", "―", "—", "?", "×":
		return true
	}
	return false
}
