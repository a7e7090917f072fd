package lang

import "testing"

func TestRomaji(t *testing.T) {
	for _, c := range []struct {
		in, want string
		kana     bool
	}{
		{"さくら", "sakura", true},
		{"しっぽ", "shippo", true},
		{"まっちゃ", "matcha", true},
		{"きょうと", "kyouto", true},
		{"らーめん", "ramen", true},
		{"花のさくら2020", "花nosakura2020", false},
		{"neko", "neko", false},
		{"っ", "", true},
		{"", "", true},
	} {
		if got, kana := Romaji(c.in); got != c.want || kana != c.kana {
			t.Errorf("Romaji(%q) = %q, %v; want %q, %v", c.in, got, kana, c.want, c.kana)
		}
	}
}
