package passphrase

import (
	"slices"
	"strings"
)

// separators are what people put between words; the empty one is none.
var separators = []string{"", " ", "-", "_", ".", ",", "/", "・", "+"}

// separatorGuesses is how many separators an attacker tries.
const separatorGuesses = 4

// minPhraseWord is the least a word of a phrase costs.
const minPhraseWord = 10

// phraseMatches finds rows of two words or more with one separator throughout.
// zxcvbn counts words and separators as parts of their own, in any order, and
// takes three common words for unguessable. An attacker tries rows of words as
// such: what counts is how many words there are to choose from.
func (e *estimator) phraseMatches(text []rune) []match {
	words := make([][]match, len(text)) // by start
	e.eachWord(lower(text), func(start, end int, at entry) {
		guesses := max(float64(at.rank)*capitals(text[start:end]), minPhraseWord)
		words[start] = append(words[start], match{start, end, guesses, at.why, false})
	})
	var matches []match
	for _, separator := range separators {
		if separator == "" || strings.Contains(string(text), separator) {
			matches = append(matches, phrases(text, words, []rune(separator))...)
		}
	}
	return matches
}

// row is the cheapest row of words to a place.
type row struct {
	words   int
	guesses float64
	longest match // the word that says most about the row
}

// with returns the row with one more word, or w alone behind no row.
func (r row) with(w match) row {
	if r.words == 0 {
		return row{1, w.guesses, w}
	}
	if w.end-w.start > r.longest.end-r.longest.start {
		r.longest = w
	}
	return row{r.words + 1, min(r.guesses*w.guesses, maxGuesses), r.longest}
}

// phrases finds the cheapest row of words between any two places.
func phrases(text []rune, words [][]match, separator []rune) []match {
	var matches []match
	for first := range text {
		rows := make([]row, len(text)+1) // from first, by end
		for start := first; start < len(text); start++ {
			var before row
			if start > first {
				if before = rowBefore(text, rows, start, separator); before.words == 0 {
					continue
				}
			}
			for _, w := range words[start] {
				if len(separator) == 0 && tooShort(text[w.start:w.end]) {
					continue
				}
				longer := before.with(w)
				if old := rows[w.end]; old.words == 0 || longer.guesses < old.guesses {
					rows[w.end] = longer
				}
			}
		}
		for end, r := range rows {
			if r.words > 1 {
				matches = append(matches, match{first, end, r.guesses * separatorGuesses, r.longest.why, false})
			}
		}
	}
	return matches
}

// rowBefore returns the row that ends where a separator before start begins.
func rowBefore(text []rune, rows []row, start int, separator []rune) row {
	end := start - len(separator)
	if end < 0 || !slices.Equal(text[end:start], separator) {
		return row{}
	}
	return rows[end]
}

// tooShort reports whether a word is so short that any row of letters is full of
// such words. Kana say more than letters do.
func tooShort(word []rune) bool {
	return len(word) < 2 || len(word) == 2 && word[0] < 128
}
