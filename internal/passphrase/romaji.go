package passphrase

import "memovault/internal/lang"

// romanise returns hiragana in Hepburn as it is typed, or "" if a letter is
// none.
func romanise(kana string) string {
	if letters, ok := lang.Romaji(kana); ok {
		return letters
	}
	return ""
}
