package lang

import (
	"strings"
	"sync"
)

// hepburnTable is kana, one or two letters long, and modern Hepburn as it is
// typed: letters a to z only, long vowels spelt out as in kana (tarou, not
// tarō). ん is always n. Small っ and the long mark ー are for Romaji.
const hepburnTable = `
あ a い i う u え e お o か ka き ki く ku け ke こ ko が ga ぎ gi ぐ gu げ ge ご go
さ sa し shi す su せ se そ so ざ za じ ji ず zu ぜ ze ぞ zo た ta ち chi つ tsu て te
と to だ da ぢ ji づ zu で de ど do な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu
へ he ほ ho ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ま ma み mi
む mu め me も mo や ya ゆ yu よ yo ら ra り ri る ru れ re ろ ro わ wa を o ん n
きゃ kya きゅ kyu きょ kyo ぎゃ gya ぎゅ gyu ぎょ gyo しゃ sha しゅ shu しょ sho
じゃ ja じゅ ju じょ jo ちゃ cha ちゅ chu ちょ cho にゃ nya にゅ nyu にょ nyo ひゃ hya
ひゅ hyu ひょ hyo びゃ bya びゅ byu びょ byo ぴゃ pya ぴゅ pyu ぴょ pyo みゃ mya
みゅ myu みょ myo りゃ rya りゅ ryu りょ ryo うぃ wi うぇ we うぉ wo ふぁ fa ふぃ fi
ふぇ fe ふぉ fo てぃ ti でぃ di ちぇ che じぇ je しぇ she ゔ vu
`

var hepburn = sync.OnceValue(func() map[string]string {
	fields := strings.Fields(hepburnTable)
	table := make(map[string]string, len(fields)/2)
	for i := 0; i < len(fields); i += 2 {
		table[fields[i]] = fields[i+1]
	}
	return table
})

// Romaji writes the hiragana of s in Hepburn and keeps every other character.
// It reports whether there was none: whether s was kana throughout. Katakana
// are to be folded before.
func Romaji(s string) (letters string, kana bool) {
	var b strings.Builder
	table := hepburn()
	doubled := false
	kana = true
	runes := []rune(s)
	for i := 0; i < len(runes); {
		switch runes[i] {
		case 'っ':
			doubled = true
			fallthrough
		case 'ー':
			i++
			continue
		}
		n := 1
		if i+1 < len(runes) && table[string(runes[i:i+2])] != "" {
			n = 2
		}
		syllable, ok := table[string(runes[i:i+n])]
		if !ok {
			kana, syllable = false, string(runes[i])
		} else if doubled {
			b.WriteString(doubling(syllable))
		}
		b.WriteString(syllable)
		doubled = false
		i += n
	}
	return b.String(), kana
}

// doubling returns what っ becomes before a syllable: its consonant again, but t
// before ch.
func doubling(syllable string) string {
	switch {
	case strings.HasPrefix(syllable, "ch"):
		return "t"
	case strings.ContainsRune("aiueon", rune(syllable[0])):
		return ""
	}
	return syllable[:1]
}
