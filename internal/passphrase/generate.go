// Package passphrase makes passphrases that people can remember and read aloud,
// and judges those that people make themselves. Nothing is prepared at program
// start: lists are unpacked when they are first needed.
package passphrase

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"sync"
)

// The languages of Generate.
const (
	English = 0 // six words of the EFF's long list, 77.5 bits
	Romaji  = 1 // seven words of the Japanese BIP-39 list in romaji, 77 bits
)

const (
	englishWords = 6
	romajiWords  = 7
)

//go:embed lists/eff_large.txt
var effText string

//go:embed lists/japanese.txt
var japaneseText string

var effWords = sync.OnceValue(func() []string { return strings.Fields(effText) })

// japaneseWords are lines "romaji<TAB>kana".
var japaneseWords = sync.OnceValue(func() []string {
	return strings.Split(strings.TrimSpace(japaneseText), "\n")
})

// Generate returns a random passphrase of words with single spaces between them,
// in the language English or Romaji. The words are of letters a to z; four of
// the English ones, such as yo-yo, hold a hyphen. For Romaji, reading is
// the same words in hiragana. Every word is chosen evenly with bytes of r, which
// must be crypto/rand.Reader outside tests; an error is r's or of an unknown
// language.
func Generate(language int, r io.Reader) (phrase, reading string, err error) {
	switch language {
	case English:
		words, err := pick(effWords(), englishWords, r)
		return strings.Join(words, " "), "", err
	case Romaji:
		lines, err := pick(japaneseWords(), romajiWords, r)
		if err != nil {
			return "", "", err
		}
		var romaji, kana []string
		for _, line := range lines {
			word, spoken, _ := strings.Cut(line, "\t")
			romaji, kana = append(romaji, word), append(kana, spoken)
		}
		return strings.Join(romaji, " "), strings.Join(kana, " "), nil
	}
	return "", "", fmt.Errorf("no word list for language %d", language)
}

// pick chooses n entries of list, each independently and evenly.
func pick(list []string, n int, r io.Reader) ([]string, error) {
	chosen := make([]string, n)
	for i := range chosen {
		at, err := below(len(list), r)
		if err != nil {
			return nil, err
		}
		chosen[i] = list[at]
	}
	return chosen, nil
}

// errStuck says that a source of randomness returned the same useless values
// over and over.
var errStuck = errors.New("source of randomness is stuck")

// below returns an even choice of 0 to n-1, for n up to 2^16. It throws away
// what is too large instead of folding it, which would favour small numbers.
func below(n int, r io.Reader) (int, error) {
	mask := 1<<bits.Len(uint(n-1)) - 1
	var b [2]byte
	for range 1000 {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, err
		}
		if v := (int(b[0])<<8 | int(b[1])) & mask; v < n {
			return v, nil
		}
	}
	return 0, errStuck
}
