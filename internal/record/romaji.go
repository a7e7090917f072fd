package record

import (
	"bytes"
	"strings"
	"sync"
)

// A kanaPattern is a word of romaji as kana in the folded form of lang.Fold
// (hiragana). It is nil if the word cannot be read as romaji from its first
// letter to its last, or is so short that it would be found everywhere.
type kanaPattern []kanaUnit

// A kanaUnit is one syllable, in the ways in which it can be written.
type kanaUnit struct {
	forms []string
	long  []string // what may follow it in writing and be left out in romaji: tokyo is とうきょう
}

// Bounds on a pattern. Of what has fewer letters or syllables, like "to" and
// "no", nearly every Japanese text has one.
const (
	minRomajiLetters = 3
	minRomajiUnits   = 2
	maxRomajiLetters = 64
)

// kanaRows has the syllables of one consonant by vowel; a blank is none.
var kanaRows = map[string]string{
	"": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの", "h": "はひふへほ", "m": "まみむめも",
	"y": "や　ゆ　よ", "r": "らりるれろ", "w": "わ　　　を", "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}

// kanaOdd has the syllables that the rows do not give: those of Hepburn, of
// words from abroad, and those that two kana share.
var kanaOdd = map[string]string{
	"shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ ぢ", "zi": "じ ぢ", "zu": "ず づ", "o": "お を", "wo": "を うぉ",
	"sha": "しゃ", "shu": "しゅ", "sho": "しょ", "she": "しぇ", "cha": "ちゃ", "chu": "ちゅ", "cho": "ちょ", "che": "ちぇ",
	"ja": "じゃ ぢゃ", "ju": "じゅ ぢゅ", "jo": "じょ ぢょ", "je": "じぇ", "jya": "じゃ", "jyu": "じゅ", "jyo": "じょ",
	"fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ", "fyu": "ふゅ", "tsa": "つぁ", "tse": "つぇ", "tso": "つぉ",
	"ti": "ち てぃ", "tu": "つ とぅ", "di": "ぢ でぃ", "du": "づ どぅ", "wi": "うぃ", "we": "うぇ",
	"va": "ゔぁ", "vi": "ゔぃ", "vu": "ゔ", "ve": "ゔぇ", "vo": "ゔぉ",
}

const vowels = "aiueo"

// syllables maps each syllable of romaji, Hepburn and Kunrei, to its kana.
var syllables = sync.OnceValue(func() map[string][]string {
	table := make(map[string][]string, 160)
	for consonant, row := range kanaRows {
		kana := []rune(row)
		for i, k := range kana {
			if k != '　' {
				table[consonant+vowels[i:i+1]] = []string{string(k)}
			}
		}
		if consonant != "" && consonant != "y" && consonant != "w" {
			for _, small := range []struct{ vowel, kana string }{{"a", "ゃ"}, {"u", "ゅ"}, {"o", "ょ"}} {
				table[consonant+"y"+small.vowel] = []string{string(kana[1]) + small.kana}
			}
		}
	}
	for syllable, kana := range kanaOdd {
		table[syllable] = strings.Fields(kana)
	}
	for _, vowel := range []string{"a", "i", "u", "e", "o", "ya", "yu", "yo"} { // shinichi is しんいち or しにち
		if forms := table["n"+vowel]; forms != nil {
			table["n"+vowel] = append(forms, "ん"+table[vowel][0])
		}
	}
	return table
})

// lengthening has the kana that make a vowel long.
var lengthening = map[byte][]string{'a': {"ー", "あ"}, 'i': {"ー", "い"}, 'u': {"ー", "う"}, 'e': {"ー", "い", "え"}, 'o': {"ー", "う", "お"}}

var withoutMacrons = strings.NewReplacer("ā", "a", "ī", "i", "ū", "u", "ē", "e", "ō", "o", "â", "a", "î", "i", "û", "u", "ê", "e", "ô", "o", "’", "'")

// readRomaji reads a folded word. Hepburn and Kunrei are understood, with long
// vowels written out, with a bar, with a hyphen or not at all.
func readRomaji(word string) kanaPattern {
	word = withoutMacrons.Replace(word)
	if len(word) < minRomajiLetters || len(word) > maxRomajiLetters {
		return nil
	}
	var p kanaPattern
	for rest, last := word, byte(0); rest != ""; {
		unit, n := readSyllable(rest, last)
		if n == 0 {
			return nil
		}
		if unit.forms != nil {
			p = append(p, unit)
		}
		last = rest[n-1]
		rest = rest[n:]
	}
	if len(p) < minRomajiUnits {
		return nil
	}
	return p
}

// readSyllable reads what s begins with; last is the letter before. It returns
// the number of letters it read, 0 if s does not begin like romaji.
func readSyllable(s string, last byte) (kanaUnit, int) {
	next := byte(0)
	if len(s) > 1 {
		next = s[1]
	}
	long := lengthening[last]
	switch {
	case s[0] == '\'' && last == 'n':
		return kanaUnit{}, 1
	case s[0] == '-' && last == '-': // one is enough: with more, the ways to read a row of ー are past counting
		return kanaUnit{}, 1
	case s[0] == '-' && last != 0: // sa-ba-, but yamada-hanako, too
		return kanaUnit{forms: []string{"ー", ""}}, 1
	case s[0] == 'h' && last == 'o' && !isVowel(next) && next != 'y': // satoh
		return kanaUnit{forms: long}, 1
	case isVowel(s[0]) && lengthens(last, s[0]):
		return kanaUnit{forms: typedLong(last, s[0])}, 1
	case s[0] == 'n' && next == 'n' && (len(s) == 2 || !isVowel(s[2]) && s[2] != 'y'):
		return kanaUnit{forms: []string{"ん"}}, 2
	case s[0] == 'n' && !isVowel(next) && next != 'y', s[0] == 'm' && strings.IndexByte("bpm", next) >= 0:
		return kanaUnit{forms: []string{"ん"}}, 1
	case s[0] == next && strings.IndexByte("kstpgzdbcfhjr", next) >= 0, s[0] == 't' && next == 'c':
		return kanaUnit{forms: []string{"っ"}}, 1
	}
	for n := min(3, len(s)); n > 0; n-- {
		forms := syllables()[s[:n]]
		if forms == nil {
			continue
		}
		unit := kanaUnit{forms: forms}
		if vowel := s[n-1]; n == len(s) || !lengthens(vowel, s[n]) && s[n] != '-' {
			unit.long = lengthening[vowel]
		}
		return unit, n
	}
	return kanaUnit{}, 0
}

func isVowel(c byte) bool { return strings.IndexByte(vowels, c) >= 0 }

// lengthens reports whether a vowel that follows another can make it long.
func lengthens(last, vowel byte) bool {
	return last == vowel && isVowel(vowel) || last == 'o' && vowel == 'u' || last == 'e' && vowel == 'i'
}

// typedLong returns how a long vowel that is written out in romaji can stand
// in kana: ou is おう or オー, never おお; oo is any of them.
func typedLong(last, vowel byte) []string {
	if last == vowel {
		return lengthening[vowel]
	}
	return lengthening[vowel][:2]
}

// in reports whether the pattern occurs in a folded text.
func (p kanaPattern) in(text []byte) bool {
	if len(p) == 0 || bytes.IndexByte(text, "あ"[0]) < 0 {
		return false
	}
	for _, form := range p[0].forms {
		for rest := text; ; {
			i := bytes.Index(rest, []byte(form))
			if i < 0 {
				break
			}
			if rest = rest[i+len(form):]; p.follows(rest) {
				return true
			}
		}
	}
	return false
}

// follows reports whether the text goes on as the pattern does after its first
// unit. What lengthens a syllable is never what the next begins with, so at
// most one way leads on.
func (p kanaPattern) follows(text []byte) bool {
	if len(p) == 1 || p[1:].begins(text) {
		return true
	}
	for _, long := range p[0].long {
		if rest, ok := bytes.CutPrefix(text, []byte(long)); ok && p[1:].begins(rest) {
			return true
		}
	}
	return false
}

func (p kanaPattern) begins(text []byte) bool {
	for _, form := range p[0].forms {
		if rest, ok := bytes.CutPrefix(text, []byte(form)); ok && p.follows(rest) {
			return true
		}
	}
	return false
}
