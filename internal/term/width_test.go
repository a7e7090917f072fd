package term

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// The widths are those measured on tmux and xterm with the cursor-position
// report, where they agree.
func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "事務所": 6, "ＡＢＣ１２３": 12, "髙﨑": 4, "𠮷野家": 6, "葛\U000e0100": 2, "〒": 2, "㈱": 2,
		"ﾊﾟｶﾞ": 4, "ﾊﾟｿｺﾝ①": 6, "ﾞ": 1, "ﾟﾟ": 2, "か\u3099": 2, "e\u0301": 1, "①②③": 3, "○×…—α→※℃“”": 10,
		family: 2, flag: 2, "☎\ufe0f": 2, "👍🏽": 2, "\u3000": 2, "\x1b": 0, "a\tb": 2, "\xff": 1,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%+q) = %d, want %d", s, got, want)
		}
	}
	SetAmbiguousWide(true)
	defer SetAmbiguousWide(false)
	if got := Width("a①"); got != 3 {
		t.Errorf("ambiguous wide: Width(a①) = %d, want 3", got)
	}
}

// TestWidthShortCut compares the short cut for plain Japanese with the tables.
func TestWidthShortCut(t *testing.T) {
	for r := rune(0x20); r < 0x20000; r++ {
		if isPlainWide(r) && clusterWidth(string(r)) != 2 {
			t.Errorf("U+%04X is not two columns wide", r)
		}
	}
	for _, s := range []string{"あ\u3099", "事\U000e0100x", "a\u0301b", "ガﾞ鍵", "鍵\u0600鍵", "#\ufe0f鍵", "ー①"} {
		sum := 0
		for c := range clusters(s) {
			sum += clusterWidth(c)
		}
		if got := Width(s); got != sum {
			t.Errorf("Width(%+q) = %d, its clusters have %d", s, got, sum)
		}
	}
}

func TestTruncate(t *testing.T) {
	tests := []struct {
		s    string
		cols int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "a.."}, {"事務所", 6, "事務所"}, {"事務所", 5, "事.."}, {"事務所の", 6, "事務.."},
		{"か\u3099き", 4, "か\u3099き"}, {"か\u3099きく", 5, "か\u3099.."}, {family + "abc", 4, family + ".."},
		{"ﾊﾟﾋﾟ", 3, ".."}, {"ﾊﾟﾋﾟ", 4, "ﾊﾟﾋﾟ"}, {"abc", 1, "."}, {"abc", 0, ""}, {"", 0, ""}, {"", 5, ""},
	}
	for _, tt := range tests {
		if got := Truncate(tt.s, tt.cols); got != tt.want {
			t.Errorf("Truncate(%+q, %d) = %+q, want %+q", tt.s, tt.cols, got, tt.want)
		}
	}
}

func TestPadRight(t *testing.T) {
	for s, want := range map[string]string{"": "    ", "あ": "あ  ", "ﾊﾟ": "ﾊﾟ  ", "abcde": "abcde"} {
		if got := PadRight(s, 4); got != want {
			t.Errorf("PadRight(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	rows := [][]string{
		{"名前", "種類", "内容"},
		{"office", "office", "Office 2021 事務所"},
		{"router", "", "ﾊﾞｯﾌｧﾛｰ 2階"},
		{"田中", "mail"},
		{"", "", ""},
	}
	want := "名前    種類    内容\n" +
		"office  office  Office 2021 事務所\n" +
		"router          ﾊﾞｯﾌｧﾛｰ 2階\n" +
		"田中    mail\n" +
		"\n"
	if got := Table(rows, 0); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	want = "名前    種類    内容\n" +
		"office  office  Office 20..\n" +
		"router          ﾊﾞｯﾌｧﾛｰ 2階\n" +
		"田中    mail\n" +
		"\n"
	if got := Table(rows, 27); got != want {
		t.Errorf("27 columns: got\n%s\nwant\n%s", got, want)
	}
	if Table(nil, 10) != "" {
		t.Error("no rows give no text")
	}
}

func TestTableKeepsItsLimit(t *testing.T) {
	rows := [][]string{{"name", "title", "kind"}, {"山田 花子の電話", strings.Repeat("長い題名", 9), "phone-line"}, {"x  ", "  ", "y"}}
	for limit := 1; limit < 120; limit++ {
		for line := range strings.Lines(Table(rows, limit)) {
			line = strings.TrimSuffix(line, "\n")
			if w := Width(line); w > limit && limit >= 7 { // three columns of one, two gaps
				t.Errorf("limit %d: %d columns: %q", limit, w, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("limit %d: spaces at the end of %q", limit, line)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		s    string
		cols int
		want []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 80, []string{"one two three"}},
		{"  indented text here", 10, []string{"  indented", "text here"}},
		{"abcdefghijkl", 5, []string{"abcde", "fghij", "kl"}},
		{"事務所の鍵を保管します", 10, []string{"事務所の鍵", "を保管しま", "す"}},
		{"合言葉です。次へ", 10, []string{"合言葉で", "す。次へ"}},
		{"これは「金庫」です", 8, []string{"これは", "「金庫」", "です"}},
		{"データー", 6, []string{"デー", "ター"}},
		{"vault を使うと office の記録", 12, []string{"vault を使う", "と office の", "記録"}},
		{"（Office 2021）", 8, []string{"（Office", "2021）"}},
		{"a\n\nb c", 3, []string{"a", "", "b c"}},
		{"か\u3099か\u3099か\u3099", 4, []string{"か\u3099か\u3099", "か\u3099"}},
		{"ｶﾞｷﾞｸﾞ", 4, []string{"ｶﾞｷﾞ", "ｸﾞ"}},
		{"。。。。", 4, []string{"。。", "。。"}},
		{"あ い", 1, []string{"あ い"}},
		{"word\u3000事務", 5, []string{"word", "事務"}},
	}
	for _, tt := range tests {
		got := Wrap(tt.s, tt.cols)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.s, tt.cols, got, tt.want)
		}
	}
}

func TestSanitize(t *testing.T) {
	tests := []struct{ s, line, lines string }{
		{"abc", "abc", "abc"},
		{"a\x1b[31mb", "a<U+001B>[31mb", "a<U+001B>[31mb"},
		{"a\nb\tc\r\x00\x7f", "a<U+000A>b<U+0009>c<U+000D><U+0000><U+007F>", "a\nb<U+0009>c<U+000D><U+0000><U+007F>"},
		{"\u0085\u009b", "<U+0085><U+009B>", "<U+0085><U+009B>"},
		{"\u202a\u202b\u202c\u202d\u202e", "<U+202A><U+202B><U+202C><U+202D><U+202E>", "<U+202A><U+202B><U+202C><U+202D><U+202E>"},
		{"\u2066\u2067\u2068\u2069", "<U+2066><U+2067><U+2068><U+2069>", "<U+2066><U+2067><U+2068><U+2069>"},
		{"\u200e\u200f\u061c\u2028\u2029", "<U+200E><U+200F><U+061C><U+2028><U+2029>", "<U+200E><U+200F><U+061C><U+2028><U+2029>"},
		{"山田 花子\u3000" + family + flag + "葛\U000e0100☎\ufe0fか\u3099", "", ""},
		{"a\xffb", "a\ufffdb", "a\ufffdb"},
		{"\ufffd", "\ufffd", "\ufffd"},
	}
	for _, tt := range tests {
		if tt.line == "" {
			tt.line, tt.lines = tt.s, tt.s
		}
		if got := Sanitize(tt.s); got != tt.line {
			t.Errorf("Sanitize(%+q) = %+q, want %+q", tt.s, got, tt.line)
		}
		if got := SanitizeLines(tt.s); got != tt.lines {
			t.Errorf("SanitizeLines(%+q) = %+q, want %+q", tt.s, got, tt.lines)
		}
	}
}

// FuzzShape holds what the shaping functions promise for any text.
func FuzzShape(f *testing.F) {
	for _, s := range []string{"", "事務所 の鍵。", "ﾊﾟﾞ\u0301" + family + flag, "a\x1b[2J\u202e\xff\n", "「「「（", "\u0600", "侟\uff9e"} {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, cols int) {
		cols = max(0, min(cols, 200))
		clean := Sanitize(s)
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, unsafeRune) || Sanitize(clean) != clean {
			t.Errorf("Sanitize(%+q) = %+q", s, clean)
		}
		sum := 0
		for c := range clusters(s) {
			sum += clusterWidth(c)
		}
		if Width(s) != sum {
			t.Errorf("Width(%+q) = %d, its clusters have %d", s, Width(s), sum)
		}
		if cut := Truncate(clean, cols); Width(cut) > cols {
			t.Errorf("Truncate(%+q, %d) = %+q, %d columns", clean, cols, cut, Width(cut))
		}
		joins := Width(clean+" ") == Width(clean) // U+0600 and its kind take what follows into their cluster
		if w := Width(PadRight(clean, cols)); w != max(cols, Width(clean)) && !joins {
			t.Errorf("PadRight(%+q, %d) has %d columns", clean, cols, w)
		}
		for _, line := range Wrap(clean, cols) {
			first := firstCluster(line) // one alone may be wider: a kanji and a half-width mark
			if cols >= 2 && Width(line) > cols && first != line {
				t.Errorf("Wrap(%+q, %d): %d columns: %+q", clean, cols, Width(line), line)
			}
		}
	})
}

func firstCluster(s string) string {
	for c := range clusters(s) {
		return c
	}
	return ""
}

func BenchmarkWidth(b *testing.B) {
	for name, s := range map[string]string{"ascii": "tanaka@example.jp office 2021", "japanese": "田中商店 事務所のルーター", "kana": "ﾊﾞｯﾌｧﾛｰ 2階 ﾊﾟｿｺﾝ"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Width(s)
			}
		})
	}
}

func BenchmarkTable(b *testing.B) {
	rows := [][]string{{"名前", "種類", "更新", "内容"}}
	for i := range 10_000 {
		rows = append(rows, []string{fmt.Sprintf("office-%d", i), "office", "2026-11-22", "Office 2021 事務所のパソコン ﾊﾞｯﾌｧﾛｰ"})
	}
	for name, limit := range map[string]int{"whole": 0, "80 columns": 40} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Table(rows, limit)
			}
		})
	}
}

// A value may be one word of 64 KiB; wrapping it must not take its square.
func BenchmarkWrapOneLongWord(b *testing.B) {
	word := strings.Repeat("k", 64<<10)
	for b.Loop() {
		Wrap(word, 80)
	}
}
