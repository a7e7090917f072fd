package passphrase

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// keyboard knows which keys lie side by side, and in which direction.
type keyboard struct {
	neighbours map[rune][]string // by direction; "" where there is no key
	shifted    string            // characters that need the shift key
	starts     float64           // how many characters a pattern can begin with
	degree     float64           // how many neighbours a key has on average
}

// layout is a drawing of a keyboard: keys separated by single spaces, each key
// its characters without and with shift, `  ` where there is none.
type layout struct {
	rows  []string
	slant bool // each row is half a key to the right of the one above
}

const shiftedLetters = `QWERTYUIOPASDFGHJKLZXCVBNM`

var (
	qwerty = layout{[]string{
		"`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) -_ =+",
		"   qQ wW eE rR tT yY uU iI oO pP [{ ]} \\|",
		"   aA sS dD fF gG hH jJ kK lL ;: '\"",
		"   zZ xX cC vV bB nN mM ,< .> /?",
	}, true}
	dvorak = layout{[]string{
		"`~ 1! 2@ 3# 4$ 5% 6^ 7& 8* 9( 0) [{ ]}",
		"   '\" ,< .> pP yY fF gG cC rR lL /? =+ \\|",
		"   aA oO eE uU iI dD hH tT nN sS -_",
		"   ;: qQ jJ kK xX bB mM wW vV zZ",
	}, true}
	jis = layout{[]string{
		"   1! 2\" 3# 4$ 5% 6& 7' 8( 9) 0  -= ^~ \\|",
		"   qQ wW eE rR tT yY uU iI oO pP @` [{",
		"   aA sS dD fF gG hH jJ kK lL ;+ :* ]}",
		"   zZ xX cC vV bB nN mM ,< .> /? _",
	}, true}
	keypad    = layout{[]string{"  / * -", "7 8 9 +", "4 5 6", "1 2 3", "  0 ."}, false}
	macKeypad = layout{[]string{"  = / *", "7 8 9 -", "4 5 6 +", "1 2 3", "  0 ."}, false}
)

// keyboards are those of zxcvbn. As there, every keyboard with letters counts
// with the sizes of qwerty and every keypad with those of keypad.
var keyboards = sync.OnceValue(func() []*keyboard {
	q, d := newKeyboard(qwerty, "~!@#$%^&*()_+{}|:\"<>?"), newKeyboard(dvorak, "~!@#$%^&*()_+{}|:\"<>?")
	k, m := newKeyboard(keypad, ""), newKeyboard(macKeypad, "")
	d.starts, d.degree = q.starts, q.degree
	m.starts, m.degree = k.starts, k.degree
	return []*keyboard{q, d, k, m}
})

// jisKeyboard is the Japanese keyboard (JIS X 6002).
var jisKeyboard = sync.OnceValue(func() *keyboard { return newKeyboard(jis, "!\"#$%&'()=~|`{+*}<>?_") })

func newKeyboard(l layout, shiftedSigns string) *keyboard {
	pitch, directions := 2, [][2]int{{-1, 0}, {-1, -1}, {0, -1}, {1, -1}, {1, 0}, {1, 1}, {0, 1}, {-1, 1}}
	k := &keyboard{neighbours: map[rune][]string{}}
	if l.slant {
		pitch, directions = 3, [][2]int{{-1, 0}, {0, -1}, {1, -1}, {1, 0}, {0, 1}, {-1, 1}}
		k.shifted = shiftedLetters + shiftedSigns
	}
	at := map[[2]int]string{}
	for y, row := range l.rows {
		for x := 0; x*pitch < len(row); x++ {
			if key := strings.TrimSpace(row[x*pitch : min(x*pitch+pitch-1, len(row))]); key != "" {
				at[[2]int{x, y}] = key
			}
		}
	}
	links := 0
	for place, key := range at {
		var around []string
		for _, d := range directions {
			around = append(around, at[[2]int{place[0] + d[0], place[1] + d[1]}])
		}
		for _, r := range key {
			k.neighbours[r] = around
			links += len(slices.DeleteFunc(slices.Clone(around), func(s string) bool { return s == "" }))
		}
	}
	k.starts = float64(len(k.neighbours))
	k.degree = float64(links) / k.starts
	return k
}

// keyboardMatches finds runs of three or more neighbouring keys.
func (e *estimator) keyboardMatches(text []rune) []match {
	var matches []match
	for _, k := range e.keyboards {
		for start := 0; start < len(text)-1; {
			end, turns, shifts := k.follow(text, start)
			if end-start > 2 {
				matches = append(matches, match{start, end, k.guesses(end-start, turns, shifts), Keyboard, false})
			}
			start = end
		}
	}
	return matches
}

// follow walks from key to neighbouring key and counts changes of direction, the
// first step being one, and shifted keys.
func (k *keyboard) follow(text []rune, start int) (end, turns, shifts int) {
	if strings.ContainsRune(k.shifted, text[start]) {
		shifts++
	}
	direction := -1
	for end = start + 1; end < len(text); end++ {
		next := slices.IndexFunc(k.neighbours[text[end-1]], func(key string) bool {
			return strings.ContainsRune(key, text[end])
		})
		if next < 0 {
			break
		}
		if strings.IndexRune(k.neighbours[text[end-1]][next], text[end]) > 0 {
			shifts++
		}
		if next != direction {
			turns++
			direction = next
		}
	}
	return end, turns, shifts
}

// guesses counts the patterns of at most that length and that many turns.
func (k *keyboard) guesses(length, turns, shifts int) float64 {
	sum := 0.0
	for i := 2; i <= length; i++ {
		for j := 1; j <= min(turns, i-1); j++ {
			sum += choose(i-1, j-1) * k.starts * math.Pow(k.degree, float64(j))
		}
	}
	switch {
	case shifts == 0:
		return sum
	case shifts == length:
		return 2 * sum
	}
	return sum * variations(shifts, length-shifts)
}
