// Package lang holds what makes the program speak English and Japanese alike:
// pairs of texts that do not compile with one half missing, the choice of the
// language, and the folding that lets ｵﾌｨｽ find オフィス.
package lang

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Lang is a language the program speaks. The zero value is English.
type Lang uint8

// The languages. There are exactly two; a text that lacks one does not compile.
const (
	EN Lang = iota
	JA
)

// String returns the BCP 47 name, "en" or "ja".
func (l Lang) String() string {
	if l == JA {
		return "ja"
	}
	return "en"
}

// Parse returns the language that a tag or a locale name stands for: "ja",
// "ja_JP.UTF-8", "Japanese_Japan" and "en-GB" are understood. It reports
// whether it named one of ours.
func Parse(s string) (Lang, bool) {
	s = strings.ToLower(s)
	switch {
	case strings.HasPrefix(s, "ja"):
		return JA, true
	case strings.HasPrefix(s, "en"), s == "c", s == "posix", strings.HasPrefix(s, "c."):
		return EN, true
	}
	return EN, false
}

// Text is one thing said in both languages.
type Text struct {
	EN string `json:"en"`
	JA string `json:"ja"`
}

// T pairs a text. Both halves must carry the same format verbs; a test of the
// source holds that.
func T(en, ja string) Text { return Text{EN: en, JA: ja} }

// In returns the half in l.
func (t Text) In(l Lang) string {
	if l == JA {
		return t.JA
	}
	return t.EN
}

// Sprintf formats the half in l. An argument that is itself a Text is said in
// l too.
func (t Text) Sprintf(l Lang, args ...any) string {
	args = slices.Clone(args) // they are the caller's, who may say them again in the other language
	for i, a := range args {
		if pair, ok := a.(Text); ok {
			args[i] = pair.In(l)
		}
	}
	return fmt.Sprintf(t.In(l), args...)
}

// UnmarshalJSON refuses a text with an empty half or an unknown key, so that a
// template cannot be half translated.
func (t *Text) UnmarshalJSON(b []byte) error {
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	if len(m) != 2 || m["en"] == "" || m["ja"] == "" {
		return &PairError{slices.Clone(b)}
	}
	t.EN, t.JA = m["en"], m["ja"]
	return nil
}

// A PairError is a text in JSON that lacks one of the languages.
type PairError struct {
	JSON []byte // the text as it was written
}

func (e *PairError) Error() string {
	return fmt.Sprintf("a text needs exactly the two keys en and ja, both filled: %s", e.JSON)
}

// FromEnv chooses the language: MEMOVAULT_LANG, then the POSIX order LC_ALL,
// LC_MESSAGES, LANG, then what the system says (Windows and macOS keep it
// elsewhere than in the environment), then English.
func FromEnv(getenv func(string) string, system func() string) Lang {
	for _, name := range []string{"MEMOVAULT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if l, ok := Parse(v); ok {
				return l
			}
			return EN
		}
	}
	l, _ := Parse(system())
	return l
}
