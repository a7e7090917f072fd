package passphrase

import (
	"slices"
	"unicode"
)

// repeatMatches finds parts that are the same text several times over. What
// repeats is judged on its own.
func (e *estimator) repeatMatches(text []rune) []match {
	var matches []match
	for start := 0; start < len(text); {
		end, base := repetition(text, start)
		if end == 0 {
			start++
			continue
		}
		guesses, _ := e.estimate(base)
		times := float64((end - start) / len(base))
		matches = append(matches, match{start, end, guesses * times, Repeat, false})
		start = end
	}
	return matches
}

// repetition returns where the longest repetition from start ends, and the
// shortest text it is made of; 0 if there is none.
func repetition(text []rune, start int) (end int, base []rune) {
	for size := 1; start+2*size <= len(text); size++ {
		at := start + size
		for at+size <= len(text) && slices.Equal(text[at:at+size], text[start:start+size]) {
			at += size
		}
		if at > start+size && at > end {
			end, base = at, text[start:start+size]
		}
	}
	return end, base
}

// maxStep is the largest distance between neighbours of a sequence.
const maxStep = 5

// sequenceMatches finds characters at even distances: abcd, 9753, あいうえ.
func sequenceMatches(text []rune) []match {
	var matches []match
	start := 0
	for start < len(text)-1 {
		step := text[start+1] - text[start]
		end := start + 2
		for end < len(text) && text[end]-text[end-1] == step {
			end++
		}
		size := max(step, -step)
		if size > 0 && size <= maxStep && (end-start > 2 || size == 1) {
			matches = append(matches, match{start, end, sequenceGuesses(text[start], end-start, step), Sequence, false})
		}
		start = end - 1
	}
	return matches
}

func sequenceGuesses(first rune, length int, step rune) float64 {
	base := 26.0
	switch {
	case slices.Contains([]rune("aAzZ019"), first):
		base = 4
	case unicode.IsDigit(first):
		base = 10
	}
	if step < 0 {
		base *= 2
	}
	return base * float64(length)
}

// referenceYear is about when people choose the passphrases judged here. A few
// years more or less change nothing.
const referenceYear = 2026

// minYears is the least number of years an attacker tries.
const minYears = 20

func yearGuesses(year int) float64 {
	return float64(max(year-referenceYear, referenceYear-year, minYears))
}

// yearMatches finds the years 1900 to 2029.
func yearMatches(text []rune) []match {
	var matches []match
	for start := 0; start+4 <= len(text); start++ {
		if year, ok := number(text[start : start+4]); ok && year >= 1900 && year < 2030 {
			matches = append(matches, match{start, start + 4, yearGuesses(year), Date, false})
		}
	}
	return matches
}

// monthDayMatches finds four digits that are a month and a day: 0401 is a
// birthday, not a number.
func monthDayMatches(text []rune) []match {
	var matches []match
	for start := 0; start+4 <= len(text); start++ {
		month, ok := number(text[start : start+2])
		day, ok2 := number(text[start+2 : start+4])
		if ok && ok2 && month >= 1 && month <= 12 && day >= 1 && day <= 31 {
			matches = append(matches, match{start, start + 4, 366, Date, false})
		}
	}
	return matches
}

// number reads ASCII digits.
func number(digits []rune) (int, bool) {
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, len(digits) > 0
}
