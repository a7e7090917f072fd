package record

import (
	"strings"
	"unicode/utf8"

	"memovault/internal/lang"
)

// CleanName returns the name of a record as it is stored: as typed, in any
// language, trimmed. It refuses, with a *ValueError, what cannot be typed as
// an argument or cannot be a file name: no name at all, a leading '-', a '/'
// or '\', control and direction characters, more than MaxName bytes.
func CleanName(s string) (string, error) {
	name := trim(s)
	switch {
	case !utf8.ValidString(name):
		return "", refuse("utf8", textNotUTF8)
	case name == "" || lang.Fold(name) == "":
		return "", refuse("empty", lang.T("a name needs at least one character", "名前が空です。1 文字以上入力してください"))
	case strings.HasPrefix(lang.FoldCode(name), "-"):
		return "", refuse("hyphen", lang.T("a name cannot begin with a hyphen: it would be taken for an option",
			"名前の最初に「-」は使えません（オプションと間違われるため）。別の名前にしてください"))
	case strings.ContainsAny(lang.Fold(name), `/\`):
		return "", refuse("slash", lang.T(`a name cannot contain / or \: use a hyphen`,
			"名前に「/」と「\\」は使えません。代わりに「-」を使ってください"))
	case len(name) > MaxName:
		return "", refuse("long", lang.T("the name is too long (%d bytes of at most %d): put the rest into the title",
			"名前が長すぎます（%d バイト、上限 %d バイト）。短くして、残りは題に書いてください"), len(name), MaxName)
	}
	if err := checkCharacters(name, false); err != nil {
		return "", err
	}
	return name, nil
}

// NameKey returns the key by which names are unique: two names with the same
// key are one name typed in two ways.
func NameKey(s string) string {
	if utf8.ValidString(s) {
		return lang.Fold(s)
	}
	return s
}
