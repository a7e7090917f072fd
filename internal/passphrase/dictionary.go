package passphrase

import (
	"slices"
	"unicode"
)

// dictionary maps words in lower case to how soon an attacker tries them.
type dictionary map[string]entry

type entry struct {
	rank int32 // from 1
	why  Why
}

// add keeps the lower rank of a word.
func (d dictionary) add(word string, e entry) {
	if old, ok := d[word]; !ok || e.rank < old.rank {
		d[word] = e
	}
}

// longestWord is how many characters a word may have to be looked up.
const longestWord = 40

// look returns the lowest rank of word in all dictionaries.
func (e *estimator) look(word []rune) (entry, bool) {
	var best entry
	found := false
	key := string(word)
	for _, d := range e.dictionaries {
		if at, ok := d[key]; ok && (!found || at.rank < best.rank) {
			best, found = at, true
		}
	}
	return best, found
}

// eachWord calls f for every part of text that is a word.
func (e *estimator) eachWord(text []rune, f func(start, end int, at entry)) {
	for start := range text {
		for end := start + 1; end <= min(start+longestWord, len(text)); end++ {
			if at, ok := e.look(text[start:end]); ok {
				f(start, end, at)
			}
		}
	}
}

// dictionaryMatches finds words as they are, backwards, and in letters written
// with digits and signs.
func (e *estimator) dictionaryMatches(text []rune) []match {
	var matches []match
	lowered := lower(text)
	e.eachWord(lowered, func(start, end int, at entry) {
		guesses := float64(at.rank) * capitals(text[start:end])
		matches = append(matches, match{start, end, guesses, at.why, false})
	})
	backwards := slices.Clone(lowered)
	slices.Reverse(backwards)
	e.eachWord(backwards, func(start, end int, at entry) {
		start, end = len(text)-end, len(text)-start
		guesses := 2 * float64(at.rank) * capitals(text[start:end])
		matches = append(matches, match{start, end, guesses, at.why, false})
	})
	for _, substitutes := range substitutions(lowered) {
		plain := make([]rune, len(lowered))
		for i, r := range lowered {
			plain[i] = r
			if letter, ok := substitutes[r]; ok {
				plain[i] = letter
			}
		}
		e.eachWord(plain, func(start, end int, at entry) {
			token := lowered[start:end]
			if end-start > 1 && !slices.Equal(token, plain[start:end]) {
				guesses := float64(at.rank) * capitals(text[start:end]) * disguises(token, substitutes)
				matches = append(matches, match{start, end, guesses, at.why, false})
			}
		})
	}
	return matches
}

// capitals is how many ways of using capitals an attacker tries before this one.
func capitals(word []rune) float64 {
	var upper, small int
	for _, r := range word {
		switch {
		case r >= 'A' && r <= 'Z':
			upper++
		case r >= 'a' && r <= 'z':
			small++
		}
	}
	switch {
	case upper == 0:
		return 1
	case small == 0 || upper == 1 && (unicode.IsUpper(word[0]) || unicode.IsUpper(word[len(word)-1])):
		return 2
	}
	return variations(upper, small)
}

// disguised returns the letters that a digit or sign is used for.
func disguised(r rune) string {
	switch r {
	case '4', '@':
		return "a"
	case '8':
		return "b"
	case '(', '{', '[', '<':
		return "c"
	case '3':
		return "e"
	case '6', '9':
		return "g"
	case '1', '|':
		return "il"
	case '!':
		return "i"
	case '7':
		return "lt"
	case '0':
		return "o"
	case '$', '5':
		return "s"
	case '+':
		return "t"
	case '%':
		return "x"
	case '2':
		return "z"
	}
	return ""
}

// substitutions returns every way to read the digits and signs in text as
// letters. There are at most eight, as three of them can be two letters.
func substitutions(text []rune) []map[rune]rune {
	var ways []map[rune]rune
	seen := map[rune]bool{}
	for _, r := range text {
		letters := disguised(r)
		if letters == "" || seen[r] {
			continue
		}
		seen[r] = true
		if ways == nil {
			ways = []map[rune]rune{{}}
		}
		var more []map[rune]rune
		for _, letter := range letters {
			for _, way := range ways {
				extended := map[rune]rune{r: letter}
				for k, v := range way {
					extended[k] = v
				}
				more = append(more, extended)
			}
		}
		ways = more
	}
	return ways
}

// disguises is how many ways of substituting an attacker tries before this one.
func disguises(token []rune, substitutes map[rune]rune) float64 {
	total := 1.0
	for sign, letter := range substitutes {
		var signs, letters int
		for _, r := range token {
			switch r {
			case sign:
				signs++
			case letter:
				letters++
			}
		}
		switch {
		case signs == 0:
		case letters == 0:
			total *= 2
		default:
			total *= variations(signs, letters)
		}
	}
	return total
}
