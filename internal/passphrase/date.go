package passphrase

import (
	"slices"
	"strings"
)

// Dates of four-digit years are taken for such within these bounds.
const (
	minDateYear = 1000
	maxDateYear = 2050
)

// dateSplits returns where a row of 4 to 8 digits may be cut into three numbers.
func dateSplits(digits int) [][2]int {
	switch digits {
	case 4:
		return [][2]int{{1, 2}, {2, 3}}
	case 5:
		return [][2]int{{1, 3}, {2, 3}}
	case 6:
		return [][2]int{{1, 2}, {2, 4}, {4, 5}}
	case 7:
		return [][2]int{{1, 3}, {2, 3}, {4, 5}, {4, 6}}
	}
	return [][2]int{{2, 4}, {4, 6}}
}

// dateMatches finds dates in every order in which a day, a month and a year of
// two or four digits stand, with or without separators.
func dateMatches(text []rune) []match {
	matches := slices.Concat(plainDates(text), separatedDates(text))
	// A date within a longer date is noise: 5.06.04 in 2015.06.04.
	return slices.DeleteFunc(slices.Clone(matches), func(m match) bool {
		return slices.ContainsFunc(matches, func(o match) bool {
			return o.start <= m.start && m.end <= o.end && o.end-o.start > m.end-m.start
		})
	})
}

// plainDates finds dates of digits alone. Of several readings the one nearest to
// today counts.
func plainDates(text []rune) []match {
	var matches []match
	for start := range text {
		for size := 4; size <= 8 && start+size <= len(text); size++ {
			token := text[start : start+size]
			if _, ok := number(token); !ok {
				break
			}
			guesses := 0.0
			for _, cut := range dateSplits(size) {
				years := dateYears(token[:cut[0]], token[cut[0]:cut[1]], token[cut[1]:])
				if years > 0 && (guesses == 0 || years < guesses) {
					guesses = years
				}
			}
			if guesses > 0 {
				matches = append(matches, match{start, start + size, guesses * 365, Date, false})
			}
		}
	}
	return matches
}

// separatedDates finds dates such as 1/4/91 and 1991.04.01.
func separatedDates(text []rune) []match {
	var matches []match
	for start := range text {
		for end := start + 6; end <= min(start+10, len(text)); end++ {
			token := text[start:end]
			first := slices.IndexFunc(token, isDateSeparator)
			if first < 1 || first > 4 {
				continue
			}
			rest := token[first+1:]
			second := slices.Index(rest, token[first])
			if second < 1 || second > 2 || len(rest)-second-1 > 4 {
				continue
			}
			if years := dateYears(token[:first], rest[:second], rest[second+1:]); years > 0 {
				matches = append(matches, match{start, end, years * 365 * 4, Date, false})
			}
		}
	}
	return matches
}

func isDateSeparator(r rune) bool { return strings.ContainsRune(" \t/\\_.-", r) }

// dateYears returns how many years an attacker must try to get to the date that
// three rows of digits give, 0 if they give none.
func dateYears(a, b, c []rune) float64 {
	first, ok1 := number(a)
	middle, ok2 := number(b)
	last, ok3 := number(c)
	if !ok1 || !ok2 || !ok3 || !plausible(first, middle, last) {
		return 0
	}
	for _, try := range [][3]int{{last, first, middle}, {first, middle, last}} {
		if year := try[0]; year >= minDateYear {
			// With a year in full the rest must be day and month.
			if !isDayAndMonth(try[1], try[2]) {
				return 0
			}
			return yearGuesses(year)
		}
	}
	for _, try := range [][3]int{{last, first, middle}, {first, middle, last}} {
		if isDayAndMonth(try[1], try[2]) {
			return yearGuesses(fullYear(try[0]))
		}
	}
	return 0
}

// plausible refuses three numbers that are no date in any order.
func plausible(first, middle, last int) bool {
	if middle < 1 || middle > 31 {
		return false
	}
	var over31, over12, zero int
	for _, n := range []int{first, middle, last} {
		if n > 99 && n < minDateYear || n > maxDateYear {
			return false
		}
		if n > 31 {
			over31++
		}
		if n > 12 {
			over12++
		}
		if n == 0 {
			zero++
		}
	}
	return over31 < 2 && over12 < 3 && zero < 2
}

func isDayAndMonth(a, b int) bool {
	return a >= 1 && b >= 1 && (a <= 31 && b <= 12 || b <= 31 && a <= 12)
}

// fullYear takes 51 to 99 for the last century.
func fullYear(year int) int {
	switch {
	case year > 99:
		return year
	case year > 50:
		return year + 1900
	}
	return year + 2000
}
