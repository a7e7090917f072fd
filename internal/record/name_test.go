package record

import (
	"errors"
	"strings"
	"testing"

	"memovault/internal/lang"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"office": "office", " office-tanaka ": "office-tanaka", "　事務所　": "事務所", "ｵﾌｨｽ": "ｵﾌｨｽ", "田中 office": "田中 office",
		"Müller": "Müller", "😀": "😀", "a.b": "a.b", "\ufa19": "\ufa19", strings.Repeat("あ", 33): strings.Repeat("あ", 33),
	} {
		if got, err := CleanName(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	for in, key := range map[string]string{
		"": "empty", " 　": "empty", "\u200b": "empty", "-x": "hyphen", "ーx": "hyphen", "－x": "hyphen", "a/b": "slash", "a／b": "slash",
		`a\b`: "slash", "a\nb": "newline", "a\x1bb": "control", "a\u202eb": "direction", strings.Repeat("あ", 34): "long", "a\xff": "utf8",
	} {
		got, err := CleanName(in)
		var refused *ValueError
		if !errors.As(err, &refused) || refused.Key != key || got != "" {
			t.Errorf("%q: got %q, %v, want a refusal for %s", in, got, err, key)
			continue
		}
		checkSaid(t, refused.Say(lang.EN), refused.Say(lang.JA))
	}
}
