package record

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"memovault/internal/lang"
)

// A Note is a remark on a value: what was changed, or what looks odd. It never
// stops a person: what is on the card is on the card.
type Note struct {
	Key     string // stable name: folded, dash, length, alphabet, checksum, …
	Text    lang.Text
	Args    []any
	Changed bool // the value was changed, beyond trimming
}

// Say returns the remark in l.
func (n Note) Say(l lang.Lang) string { return say(l, n.Text, n.Args) }

// say formats a text. The arguments are copied, because those that are texts
// themselves are replaced while formatting, and the other language needs them.
func say(l lang.Lang, t lang.Text, args []any) string { return t.Sprintf(l, slices.Clone(args)...) }

// Changes says in one sentence in l all that the notes tell of having been
// changed; "" if nothing was. The other notes stand by themselves.
func Changes(l lang.Lang, notes []Note) string {
	var said []string
	wide := false // the last one was made half-width
	for _, n := range notes {
		if !n.Changed {
			continue
		}
		if wide && n.Key == "capitals" {
			n.Text, said = textHalfCapitals, said[:len(said)-1]
		}
		said, wide = append(said, n.Say(l)), n.Key == "folded"
	}
	if l == lang.EN {
		return strings.Join(said, ", ")
	}
	for i := range said[:max(len(said)-1, 0)] {
		said[i] = strings.TrimSuffix(said[i], "ました") // 直しました, before another: 直し
	}
	return strings.Join(said, "、")
}

// A ValueError says why a value is refused. It never holds the value.
type ValueError struct {
	Key  string // stable name: control, long, utf8, date, …
	Text lang.Text
	Args []any
}

// Error returns the reason in English.
func (e *ValueError) Error() string { return e.Say(lang.EN) }

// Say returns the reason in l.
func (e *ValueError) Say(l lang.Lang) string { return say(l, e.Text, e.Args) }

func refuse(key string, t lang.Text, args ...any) *ValueError {
	return &ValueError{Key: key, Text: t, Args: args}
}

func remark(key string, t lang.Text, args ...any) Note {
	return Note{Key: key, Text: t, Args: args}
}

func changed(key string, t lang.Text, args ...any) Note {
	return Note{Key: key, Text: t, Args: args, Changed: true}
}

// Clean returns the value that is stored for what was typed. Surrounding
// white space is dropped, except from a secret. Types that are code by nature
// are made half-width; every other is kept byte for byte. Whatever else is
// changed or looks odd is in the notes. Clean of a cleaned value changes
// nothing.
//
// The error is a *ValueError: control characters and direction marks, text
// that is not UTF-8, more than MaxValue bytes, a date that does not exist.
//
// A Spec knows more than a Type: see Spec.Clean.
func Clean(t Type, raw string) (value string, notes []Note, err error) {
	if err := checkLength(raw); err != nil {
		return "", nil, err
	}
	if !utf8.ValidString(raw) {
		return "", nil, refuse("utf8", textNotUTF8)
	}
	value = raw
	if t != TypeSecret {
		value = trim(raw)
	}
	if t == TypeMultiline {
		value, notes = unifyLines(value)
	}
	if err := checkCharacters(value, t == TypeMultiline); err != nil {
		return "", nil, err
	}
	if value == "" {
		return "", nil, nil
	}
	value, more, err := cleanType(t, value)
	if err == nil {
		err = checkLength(value) // some characters become eighteen when folded
	}
	if err != nil {
		return "", nil, err
	}
	return value, append(notes, more...), nil
}

func checkLength(s string) error {
	if len(s) > MaxValue {
		return refuse("long", lang.T("too long (%d bytes of at most %d)", "長すぎます（%d バイト、上限 %d バイト）"), len(s), MaxValue)
	}
	return nil
}

var textNotUTF8 = lang.T("not readable as text (UTF-8)", "文字として読めません（UTF-8 ではありません）")

func trim(s string) string { return strings.TrimSpace(s) }

// unifyLines makes every line end '\n'.
func unifyLines(s string) (string, []Note) {
	if !strings.ContainsRune(s, '\r') {
		return s, nil
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n"), []Note{changed("newline",
		lang.T("line ends were unified", "改行の形をそろえました"))}
}

// checkCharacters refuses what a terminal or a printer would obey instead of
// showing, and what makes text read in another order than it is stored.
func checkCharacters(s string, lines bool) error {
	for _, r := range s {
		switch {
		case lines && (r == '\n' || r == '\t'):
		case lines && (r == 0x2028 || r == 0x2029 || r == 0x200e || r == 0x200f || r == 0x061c):
		case r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029:
			return refuse("newline", lang.T("only one line fits here", "ここに入るのは 1 行だけです。改行を取り除いてください"))
		case r == '\t':
			return refuse("tab", lang.T("contains a tab: put a space in its place", "タブ文字が入っています。空白に置き換えてください"))
		case unicode.IsControl(r):
			return refuse("control", lang.T("contains a control character (%s)", "制御文字（%s）が含まれています。入力し直してください"), codePoint(r))
		case unicode.Is(unicode.Bidi_Control, r):
			return refuse("direction", lang.T("contains an invisible mark that turns the direction of text (%s)",
				"文字の向きを変える見えない記号（%s）が含まれています。入力し直してください"), codePoint(r))
		}
	}
	return nil
}

func codePoint(r rune) string { return fmt.Sprintf("U+%04X", r) }
