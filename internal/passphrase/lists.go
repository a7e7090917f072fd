package passphrase

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lists/english.txt.gz and lists/japanese_common.txt hold ranked lists, most
// frequent first, each headed by a line "=name".
var (
	//go:embed lists/english.txt.gz
	englishLists []byte
	//go:embed lists/japanese_common.txt
	japaneseLists string
)

// listReason returns what the list of that name holds, Strong if there is none.
func listReason(name string) Why {
	switch name {
	case "passwords":
		return CommonPassword
	case "english_wikipedia", "us_tv_and_film", "words":
		return Word
	case "surnames", "female_names", "male_names", "given":
		return Name
	}
	return Strong
}

// The dictionaries, unpacked when they are first needed.
var (
	english  = sync.OnceValue(unpackEnglish)
	japanese = sync.OnceValue(unpackJapanese)
)

func unpackEnglish() dictionary {
	d := make(dictionary, 1<<17)
	zipped, err := gzip.NewReader(bytes.NewReader(englishLists))
	if err != nil {
		return d // cannot be: a test reads the same embedded bytes
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		return d
	}
	eachListed(string(text), d.add)
	return d
}

// unpackJapanese returns common words and names in kana, in every usual romanisation and
// as they come out when kana are typed with the Japanese input switched off; and
// the words that Generate chooses from, which an attacker knows.
func unpackJapanese() dictionary {
	d := make(dictionary, 1<<15)
	eachListed(japaneseLists, d.addKana)
	for _, line := range japaneseWords() {
		_, kana, _ := strings.Cut(line, "\t")
		d.addKana(kana, entry{int32(len(japaneseWords())), Word})
	}
	for _, word := range effWords() {
		d.add(word, entry{int32(len(effWords())), Word})
	}
	return d
}

// eachListed calls f with every word of a ranked list.
func eachListed(text string, f func(word string, e entry)) {
	at := entry{}
	for word := range strings.FieldsSeq(text) {
		if name, ok := strings.CutPrefix(word, "="); ok && listReason(name) != Strong {
			at = entry{0, listReason(name)}
			continue
		}
		at.rank++
		f(word, at)
	}
}

// addKana adds a word written in hiragana in all the ways it is typed.
func (d dictionary) addKana(kana string, e entry) {
	d.add(kana, e)
	spelt := romanise(kana)
	if spelt == "" {
		return
	}
	for _, s := range []string{spelt, strings.ReplaceAll(spelt, "tch", "cch"), kunrei().Replace(spelt)} {
		d.add(s, e)
		d.add(shortVowels().Replace(s), e)
	}
	d.add(kanaKeys(kana), e)
}

// shortVowels drops what many leave out: tarou is taro, yuuki is yuki.
var shortVowels = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("ou", "o", "oo", "o", "uu", "u")
})

// kunrei turns Hepburn to the spelling of the schools.
var kunrei = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer(
		"tch", "tty", "shi", "si", "sh", "sy", "chi", "ti", "ch", "ty", "tsu", "tu",
		"fu", "hu", "ji", "zi", "ja", "zya", "ju", "zyu", "jo", "zyo")
})

// The kana of the Japanese keyboard (JIS X 6002) and the keys that type them, in
// lower case. ゛ and ゜ are keys of their own; the last row needs shift.
const (
	kanaOnKeys = "ぬふあうえおやゆよわほへー" + "たていすかんなにらせ゛゜" + "ちとしはきくまのりれけむ" + "つさそひこみもねるめろ" + "ぁぃぅぇぉっゃゅょを"
	keysOfKana = `1234567890-^\` + `qwertyuiop@[` + `asdfghjkl;:]` + `zxcvbnm,./\` + `#e$%&z'()0`
)

var kanaKeyTable = sync.OnceValue(func() map[rune]rune {
	table := map[rune]rune{}
	keys := []rune(keysOfKana)
	for i, r := range []rune(kanaOnKeys) {
		table[r] = keys[i]
	}
	// Decomposed kana carry their marks as combining characters.
	table['\u3099'], table['\u309a'] = table['゛'], table['゜']
	return table
})

// kanaKeys returns the keys that type kana on a Japanese keyboard.
func kanaKeys(kana string) string {
	table := kanaKeyTable()
	return strings.Map(func(r rune) rune {
		if key, ok := table[r]; ok {
			return key
		}
		return -1
	}, norm.NFD.String(kana))
}

// fromUser makes a dictionary of what anybody may know.
func fromUser(inputs []string) dictionary {
	d := dictionary{}
	for _, input := range append([]string{"vault", "memovault", "memo"}, inputs...) {
		text := string(lower(fold(input)))
		words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, word := range append(words, text, strings.Join(words, "")) {
			if len([]rune(word)) > 2 {
				d.add(word, entry{int32(len(d) + 1), UserInput})
			}
		}
	}
	return d
}
