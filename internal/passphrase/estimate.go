package passphrase

import "math"

// estimator is zxcvbn with a choice of what the attacker knows.
type estimator struct {
	dictionaries []dictionary
	keyboards    []*keyboard
	attentive    bool // with our changes, see Judge
}

// match is a part of the passphrase that an attacker would guess as a whole.
type match struct {
	start, end int // characters, end exclusive
	guesses    float64
	why        Why
	unknown    bool // nothing is known about it: brute force
}

// The constants of zxcvbn.
const (
	guessesPerCharacter = 10    // brute force; low on purpose
	minGuessesOne       = 10    // of a part of one character
	minGuessesMany      = 50    // of a longer part
	growthPenalty       = 10000 // for each further part
)

// maxGuesses keeps products finite.
const maxGuesses = 1e300

// estimate returns the number of guesses for text and the parts an attacker
// would see it as.
func (e *estimator) estimate(text []rune) (float64, []match) {
	if len(text) == 0 {
		return 1, nil
	}
	matches := e.dictionaryMatches(text)
	matches = append(matches, e.keyboardMatches(text)...)
	matches = append(matches, e.repeatMatches(text)...)
	matches = append(matches, sequenceMatches(text)...)
	matches = append(matches, yearMatches(text)...)
	matches = append(matches, dateMatches(text)...)
	if e.attentive {
		matches = append(matches, monthDayMatches(text)...)
		matches = append(matches, e.phraseMatches(text)...)
	}
	byEnd := make([][]match, len(text)+1)
	for _, m := range matches {
		if m.end-m.start < len(text) {
			m.guesses = max(m.guesses, minGuesses(m.end-m.start))
		}
		byEnd[m.end] = append(byEnd[m.end], m)
	}
	s := &search{penalty: !e.attentive, best: make([][]step, len(text)+1)}
	s.run(byEnd)
	return s.result()
}

func minGuesses(length int) float64 {
	if length == 1 {
		return minGuessesOne
	}
	return minGuessesMany
}

// unknownPart is a part that must be tried character by character. It costs one
// guess more than the cheapest known part, so that knowledge wins a tie.
func unknownPart(start, end int) match {
	guesses := math.Pow(guessesPerCharacter, float64(end-start))
	return match{start, end, max(guesses, minGuesses(end-start)+1), Short, true}
}

// search finds the cheapest way to see the text as a row of parts. For every end
// of a part and number of parts it keeps the cheapest row. A row of l parts
// costs l! times the product of its parts, since the attacker does not know
// their order, and a penalty for each further part.
type search struct {
	penalty bool
	best    [][]step // by end, then by number of parts; guesses 0 means none
}

type step struct {
	last    match
	product float64
	guesses float64
}

func (s *search) run(byEnd [][]match) {
	for end := 1; end < len(byEnd); end++ {
		s.best[end] = make([]step, end+1)
		for _, m := range byEnd[end] {
			s.extend(m)
		}
		for start := range end {
			s.extend(unknownPart(start, end))
		}
	}
}

// extend tries m behind every row that ends where it starts.
func (s *search) extend(m match) {
	if m.start == 0 {
		s.consider(m, 1, m.guesses)
		return
	}
	for parts, before := range s.best[m.start] {
		// Two unknown parts in a row are one longer unknown part.
		if before.guesses == 0 || m.unknown && before.last.unknown {
			continue
		}
		s.consider(m, parts+1, min(before.product*m.guesses, maxGuesses))
	}
}

func (s *search) consider(m match, parts int, product float64) {
	guesses := factorial(parts) * product
	if s.penalty {
		guesses += math.Pow(growthPenalty, float64(parts-1))
	}
	guesses = min(guesses, maxGuesses)
	for _, rival := range s.best[m.end][:parts+1] {
		if rival.guesses > 0 && rival.guesses <= guesses {
			return
		}
	}
	s.best[m.end][parts] = step{m, product, guesses}
}

// result walks the cheapest row back from the end.
func (s *search) result() (float64, []match) {
	end := len(s.best) - 1
	parts := 0
	for n, at := range s.best[end] {
		if at.guesses > 0 && (parts == 0 || at.guesses < s.best[end][parts].guesses) {
			parts = n
		}
	}
	guesses := s.best[end][parts].guesses
	row := make([]match, parts)
	for ; parts > 0; parts-- {
		row[parts-1] = s.best[end][parts].last
		end = row[parts-1].start
	}
	return guesses, row
}

func factorial(n int) float64 {
	f := 1.0
	for i := 2; i <= n; i++ {
		f *= float64(i)
	}
	return f
}

// choose returns n over k.
func choose(n, k int) float64 {
	c := 1.0
	for i := 1; i <= k; i++ {
		c = c * float64(n-k+i) / float64(i)
	}
	return c
}

// variations is in how many ways up to min(a, b) of a+b places can be changed:
// the places of capitals, shifted keys or substitutes.
func variations(a, b int) float64 {
	sum := 0.0
	for i := 1; i <= min(a, b); i++ {
		sum += choose(a+b, i)
	}
	return sum
}
