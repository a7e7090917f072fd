package passphrase

import (
	"math"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a typed passphrase needs at least before it may open a vault.
const (
	MinScore  = 3  // of Verdict.Score
	MinLength = 12 // in characters
)

// AttackRate is how many guesses a second a serious attacker who has the file is
// taken to make against scrypt with 2^18: about ten a second and core, on a
// thousand cores.
const AttackRate = 1e4

// maxJudged is how many characters are looked at; those behind cannot make a
// passphrase weaker.
const maxJudged = 100

// Why is what makes a passphrase weak.
type Why int

// The reasons, of which Judge names the one that covers most of the passphrase.
const (
	Strong         Why = iota // nothing: the score is at least MinScore
	Short                     // too few characters, but nothing known about them
	CommonPassword            // among the most used passwords
	Name                      // a surname or given name
	Word                      // words of a dictionary
	Date                      // a date or year
	Repeat                    // the same again and again
	Sequence                  // abcd, 1234
	Keyboard                  // neighbouring keys
	UserInput                 // what anybody knows: a record's name, the user's login
)

// Verdict is what Judge thinks of a passphrase.
type Verdict struct {
	// Score is 0 to 4 as zxcvbn counts: 10³, 10⁶, 10⁸ and 10¹⁰ guesses are the
	// borders.
	Score int
	// Log10 is the decimal logarithm of the guesses needed.
	Log10 float64
	// Bits is the same as a power of two.
	Bits float64
	// Seconds is how long all those guesses take at AttackRate. It may be
	// +Inf.
	Seconds float64
	// Why is Strong if Score is at least MinScore.
	Why Why
}

// Judge estimates how many guesses a passphrase withstands when the attacker has
// the file and knows how people choose. It is zxcvbn (Wheeler, "zxcvbn:
// Low-Budget Password Strength Estimation", USENIX Security 2016) with English
// and Japanese lists and three changes, all to the attacker's favour: words
// joined by one separator count as one choice of words, month and day count as
// a date, and many parts are no hindrance in themselves. userInputs is what
// anybody may know: names of records, the user's own. Characters count, not
// bytes; width, case and kind of kana are seen through.
//
// The first call unpacks the lists and takes some tens of milliseconds.
func Judge(pass string, userInputs []string) Verdict {
	e := &estimator{
		dictionaries: []dictionary{english(), japanese(), fromUser(userInputs)},
		keyboards:    append(keyboards(), jisKeyboard()),
		attentive:    true,
	}
	text := fold(pass[:min(len(pass), maxJudged*utf8.UTFMax)])
	guesses, parts := e.estimate(text[:min(len(text), maxJudged)])
	return verdict(guesses, parts)
}

func verdict(guesses float64, parts []match) Verdict {
	v := Verdict{
		Log10:   math.Log10(guesses),
		Bits:    math.Log2(guesses),
		Seconds: guesses / AttackRate,
	}
	// The small surplus is zxcvbn's: it keeps round numbers below the border.
	for _, border := range []float64{1e3, 1e6, 1e8, 1e10} {
		if guesses >= border+5 {
			v.Score++
		}
	}
	if v.Score < MinScore {
		v.Why = mainReason(parts)
	}
	return v
}

// mainReason is the reason of the part that covers most characters.
func mainReason(parts []match) Why {
	longest := match{why: Short}
	for _, m := range parts {
		if m.end-m.start > longest.end-longest.start {
			longest = m
		}
	}
	return longest.why
}

// fold sees through width, composition and katakana. Case is left, since
// capitals count.
func fold(s string) []rune {
	text := []rune(norm.NFKC.String(s))
	for i, r := range text {
		if r >= 'ァ' && r <= 'ヴ' {
			text[i] = r - ('ァ' - 'ぁ')
		}
	}
	return text
}

// lower is unicode.ToLower of each character, which never changes their number.
func lower(text []rune) []rune {
	out := make([]rune, len(text))
	for i, r := range text {
		out[i] = unicode.ToLower(r)
	}
	return out
}
