package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestSplitWords(t *testing.T) {
	tests := []struct {
		line     string
		want     []string
		after    bool
		open     openQuote
		operator string
	}{
		{"", nil, true, 0, ""},
		{"  \t ", nil, true, 0, ""},
		{"show office", []string{"show", "office"}, false, 0, ""},
		{"show office ", []string{"show", "office"}, true, 0, ""},
		{"show　事務所　の鍵", []string{"show", "事務所", "の鍵"}, false, 0, ""},
		{`'a b' "c d" e\ f`, []string{"a b", "c d", "e f"}, false, 0, ""},
		{`a'b'"c"d\'`, []string{"abcd'"}, false, 0, ""},
		{`'' ""`, []string{"", ""}, false, 0, ""},
		{`'\' "\\ \" \$ \a"`, []string{`\`, `\ " $ \a`}, false, 0, ""},
		{`--field=note='花子 の'`, []string{"--field=note=花子 の"}, false, 0, ""},
		{"list # all of them", []string{"list"}, true, 0, ""},
		{"list a#b", []string{"list", "a#b"}, false, 0, ""},
		{`show '　'`, []string{"show", "　"}, false, 0, ""},
		{`show\　x`, []string{"show　x"}, false, 0, ""},
		{"show 'office", []string{"show", "office"}, false, '\'', ""},
		{`show "off`, []string{"show", "off"}, false, '"', ""},
		{`show off\`, []string{"show", "off"}, false, '\\', ""},
		{"list > file", []string{"list"}, true, 0, ">"},
		{"list|less", []string{"list"}, false, 0, "|"},
		{"a; b", []string{"a"}, false, 0, ";"},
		{"a && b", []string{"a"}, true, 0, "&"},
		{"show $NAME", []string{"show"}, true, 0, "$"},
		{`show "$NAME"`, []string{"show", ""}, false, 0, "$"},
		{"show `date`", []string{"show"}, true, 0, "`"},
		{`show '$NAME' '|'`, []string{"show", "$NAME", "|"}, false, 0, ""},
	}
	for _, tt := range tests {
		typed, after, open, operator := splitWords(tt.line)
		var got []string
		for _, w := range typed {
			got = append(got, w.text)
		}
		if !slices.Equal(got, tt.want) || after != tt.after || open != tt.open || operator != tt.operator {
			t.Errorf("%q: %q, %v, %q, %q", tt.line, got, after, open, operator)
		}
	}
}

func TestHomeInWords(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip("there is no home")
	}
	got, err := lineWords(`a ~ ~/x '~/x' \~/x ~tanaka x~ --file=~/y`)
	want := []string{"a", home, home + "/x", "~/x", "~/x", "~tanaka", "x~", "--file=~/y"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzWords: what Tab puts in is read as the one word it stands for, and no
// line panics.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "a b", "田中　花子", "it's", `a\"b$c`, "~x", "#1", "a\x00b\xff", "-", "\x1b[2J"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		splitWords(text)
		if text == "" {
			return
		}
		typed, after, open, operator := splitWords("show " + escapeWord(text))
		if len(typed) != 2 || typed[1].text != text || after || open != 0 || operator != "" {
			t.Errorf("%q was read as %v, %v, %q, %q", text, typed, after, open, operator)
		}
	})
}

func TestIdleTime(t *testing.T) {
	for typed, want := range map[string]string{"5m": "5m", "90s": "1m30s", "30m": "30m", "1s": "1s", "５ｍ": "5m", "5M": "5m"} {
		var d idleTime
		if err := d.Set(typed); err != nil || d.String() != want {
			t.Errorf("%q: %s, %v", typed, d.String(), err)
		}
	}
	for _, typed := range []string{"", "5", "0s", "999ms", "31m", "1h", "-5m", "m"} {
		var d idleTime
		if err := d.Set(typed); err == nil {
			t.Errorf("%q was taken for %s", typed, time.Duration(d))
		}
	}
}

func TestFilesForTab(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.vault", "b.txt", ".hidden", "c.VAULT"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	words := func(found []tabWord) (list []string) {
		for _, f := range found {
			list = append(list, f.word)
		}
		return list
	}
	in := dir + string(filepath.Separator)
	folder := "folder" + string(filepath.Separator)
	if got := words(filesForTab("", in, false, false, nil)); !slices.Equal(got, []string{in + "a.vault", in + "b.txt", in + "c.VAULT", in + folder}) {
		t.Errorf("all: %q", got)
	}
	if got := words(filesForTab("--file=", in, false, false, []string{".vault"})); !slices.Equal(got, []string{"--file=" + in + "a.vault", "--file=" + in + "c.VAULT", "--file=" + in + folder}) {
		t.Errorf("vaults: %q", got)
	}
	if got := words(filesForTab("", in, false, true, nil)); !slices.Equal(got, []string{in + folder}) {
		t.Errorf("folders: %q", got)
	}
	if got := words(filesForTab("", in+".h", false, false, nil)); !slices.Equal(got, []string{in + ".hidden"}) {
		t.Errorf("hidden: %q", got)
	}
	if got := filesForTab("", in+"nothere/x", false, false, nil); got != nil {
		t.Errorf("no folder: %v", got)
	}
}
