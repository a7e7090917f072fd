package lang

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, group := range [][]string{
		{"おふぃす", "オフィス", "ｵﾌｨｽ", " オフィス　", "オ\u200bフィス"},
		{"がぎぐ", "ガギグ", "ｶﾞｷﾞｸﾞ", "か\u3099き\u3099く\u3099", "カ\u3099ギグ"},
		{"さーばー", "サーバー", "ｻｰﾊﾞｰ"},
		{"ゔぁ", "ヴァ", "ｳﾞｧ"},
		{"わ\u3099", "ヷ", "ワ\u3099"},
		{"いすゞ", "イスヾ"},
		{"office 2024", "Office　2024", "ＯＦＦＩＣＥ ２０２４", "\tOFFICE \u00a0 2024\n"},
		{"strasse", "Straße", "STRASSE", "straẞe"},
		{"οδυσσευσ", "ΟΔΥΣΣΕΥΣ", "οδυσσευς"},
		{"葛飾", "葛\U000e0100飾"},
		{"(株)山田", "㈱山田", "（株）山田"},
		{"1", "１", "①"},
		{"神", "\ufa19"},
		{"", " ", "　\t\n", "\u200b\ufeff"},
	} {
		for _, s := range group {
			if got := Fold(s); got != group[0] {
				t.Errorf("Fold(%q) = %q, want %q", s, got, group[0])
			}
		}
	}
	for _, pair := range [][2]string{{"渡辺", "渡邊"}, {"はは", "ばば"}, {"a-b", "aーb"}, {"ab", "a b"}} {
		if Fold(pair[0]) == Fold(pair[1]) {
			t.Errorf("%q and %q must stay apart", pair[0], pair[1])
		}
	}
}

func TestFoldCode(t *testing.T) {
	for in, want := range map[string]string{
		"ABCDE-12345":   "ABCDE-12345",
		" abcde-12345 ": "abcde-12345",
		"ＡＢｃ１２３":        "ABc123",
		"０９０ー１２３４−５６７８":       "090-1234-5678",
		"1ー2ｰ3―4−5‐6‑7–8—9－0": "1-2-3-4-5-6-7-8-9-0",
		"a　b\u00a0c\u2003d":   "a b c d",
		"ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ":   "hanako@example.jp",
		"（03）1234ー5678　内線１２":  "(03)1234-5678 内線12",
		"２０２６年１１月２２日":         "2026年11月22日",
		"":                    "",
		"　":                   "",
	} {
		if got := FoldCode(in); got != want {
			t.Errorf("FoldCode(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Office 2024", "ｵﾌｨｽ", "ヷヸヹヺ", "か\u3099", "ẛ̣", "İstanbul", "\xff\xfe", "葛\U000e0100", "ﷺ", "゛ ゜", "ΐ", "ｶ\u200bﾞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, but folded again %q", s, once, twice)
		}
		if strings.TrimSpace(once) != once || strings.Contains(once, "  ") {
			t.Fatalf("Fold(%q) = %q keeps white space", s, once)
		}
		if fast, simple := AppendFold(nil, s); simple && string(fast) != foldSlow(s) {
			t.Fatalf("the fast way folds %q to %q, the slow one to %q", s, fast, foldSlow(s))
		}
		if bytes, simple := AppendFold([]byte("x"), []byte(s)); simple && string(bytes[1:]) != once {
			t.Fatalf("%q as bytes folds to %q, as a string to %q", s, bytes[1:], once)
		}
		code := FoldCode(s)
		if again := FoldCode(code); again != code {
			t.Fatalf("FoldCode(%q) = %q, but folded again %q", s, code, again)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{
		"folded":   "office 2024 hanako@example.jp",
		"ascii":    "Office 2024 Hanako@example.jp",
		"japanese": "山田 花子のオフィス",
		"slow":     "ﾔﾏﾀﾞ ﾊﾅｺ ㈱",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
