package passphrase

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestRomajiIsTheKanaRomanised proves the committed file word for word.
func TestRomajiIsTheKanaRomanised(t *testing.T) {
	lines := japaneseWords()
	if len(lines) != 2048 {
		t.Fatalf("%d words, want 2048", len(lines))
	}
	seen := map[string]bool{}
	for _, line := range lines {
		romaji, kana, ok := strings.Cut(line, "\t")
		if !ok || romaji != romanise(kana) {
			t.Errorf("%q is not the Hepburn of %s, which is %q", romaji, kana, romanise(kana))
		}
		if seen[romaji] {
			t.Errorf("%q occurs twice", romaji)
		}
		seen[romaji] = true
		if len(romaji) < 3 || strings.Trim(romaji, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%q is not of letters a to z", romaji)
		}
	}
}

func TestRomanise(t *testing.T) {
	for kana, want := range map[string]string{
		"しんぶん": "shinbun", "きょう": "kyou", "がっこう": "gakkou", "まっちゃ": "matcha",
		"いっち": "itchi", "はろうぃん": "harowin", "らーめん": "ramen", "ぎゅうにゅう": "gyuunyuu",
		"みかづき": "mikazuki", "じゅんいち": "junichi", "山": "", "abc": "",
	} {
		if got := romanise(kana); got != want {
			t.Errorf("%s: %q, want %q", kana, got, want)
		}
	}
}

func TestEFFList(t *testing.T) {
	words := effWords()
	if len(words) != 7776 {
		t.Fatalf("%d words, want 6⁵", len(words))
	}
	if !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != 7776 {
		t.Error("the list is not sorted, or a word occurs twice")
	}
}

func TestGenerate(t *testing.T) {
	for language, want := range map[int]int{English: 6, Romaji: 7} {
		phrase, reading, err := Generate(language, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(strings.Fields(phrase)); n != want || strings.Join(strings.Fields(phrase), " ") != phrase {
			t.Errorf("language %d: %d words, want %d with single spaces", language, n, want)
		}
		if language == English && reading != "" {
			t.Error("English words have no reading")
		}
		if language == Romaji {
			for i, kana := range strings.Fields(reading) {
				if romaji := strings.Fields(phrase)[i]; romanise(kana) != romaji {
					t.Errorf("%s is not read %s", romaji, kana)
				}
			}
		}
		if v := Judge(phrase, nil); v.Score != 4 || v.Bits < 60 {
			t.Errorf("language %d: a generated passphrase is judged %+v", language, v)
		}
	}
	for language, list := range map[int]int{English: 7776, Romaji: 2048} {
		words := map[int]int{English: englishWords, Romaji: romajiWords}[language]
		if bits := math.Log2(float64(list)) * float64(words); bits < 77 {
			t.Errorf("language %d: %.1f bits, want 77", language, bits)
		}
	}
}

func TestGenerateFails(t *testing.T) {
	if _, _, err := Generate(2, rand.Reader); err == nil {
		t.Error("there is no language 2")
	}
	if _, _, err := Generate(English, strings.NewReader("short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("randomness ran out: %v", err)
	}
	if _, _, err := Generate(English, bytes.NewReader(bytes.Repeat([]byte{0xff}, 1<<16))); !errors.Is(err, errStuck) {
		t.Errorf("randomness is stuck: %v", err)
	}
}

// counter yields every value of two bytes once.
type counter int

func (c *counter) Read(p []byte) (int, error) {
	p[0], p[1] = byte(*c>>8), byte(*c)
	*c++
	return 2, nil
}

// TestChoiceIsEven draws with every possible pair of bytes: each word must come
// up as often as any other.
func TestChoiceIsEven(t *testing.T) {
	for _, n := range []int{2, 3, 2048, 7776, 1 << 16} {
		var c counter
		hits := make([]int, n)
		for c < 1<<16 {
			at, err := below(n, &c)
			if err != nil {
				t.Fatal(err)
			}
			if c <= 1<<16 { // the last draw may have begun the next round
				hits[at]++
			}
		}
		if slices.Min(hits) != slices.Max(hits) {
			t.Errorf("of %d: some come %d times, others %d", n, slices.Min(hits), slices.Max(hits))
		}
	}
}
