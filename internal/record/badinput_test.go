package record

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"memovault/internal/lang"
)

// outcome says what became of an answer: kept, changed or refused, and why.
func outcome(s *Spec, raw string) (string, error) {
	value, notes, err := s.Clean(raw)
	var refused *ValueError
	if errors.As(err, &refused) {
		return "refused: " + refused.Key, saidWhole(refused.Say(lang.EN), refused.Say(lang.JA))
	}
	if err != nil {
		return "", fmt.Errorf("refused without a reason: %w", err)
	}
	changed := false
	for _, n := range notes {
		changed = changed || n.Changed
		if err := saidWhole(n.Say(lang.EN), n.Say(lang.JA)); err != nil {
			return "", err
		}
	}
	did := "kept"
	switch {
	case value == raw:
	case changed:
		did = "changed"
	case value == strings.TrimSpace(raw):
		did = "trimmed"
	default:
		return "", fmt.Errorf("changed in silence to %.40q", value)
	}
	if changed && value == raw {
		return "", errors.New("said to be changed, but is not")
	}
	if !utf8.ValidString(value) {
		return "", errors.New("kept what is no text")
	}
	return strings.TrimSuffix(did+": "+noteKeys(notes), ": "), nil
}

func saidWhole(en, ja string) error {
	if en == "" || en == ja || strings.Contains(en+ja, "%!") || !strings.ContainsFunc(ja, isJapanese) {
		return fmt.Errorf("said as %q and %q", en, ja)
	}
	return nil
}

// badColumns name the kinds of field in badSpecs.
var badColumns = []string{"text", "secret", "multiline", "email", "phone", "key", "codes", "date", "url", "otp", "choice"}

var badSpecs = []*Spec{
	{Type: TypeText}, {Type: TypeSecret}, {Type: TypeMultiline}, {Type: TypeEmail}, {Type: TypePhone},
	{Type: TypeProductKey, Format: FormatMicrosoftKey}, {Type: TypeCodes}, {Type: TypeDate}, {Type: TypeURL}, {Type: TypeOTPAuth},
	{Type: TypeChoice, Options: []Option{{"yes", lang.T("yes", "はい")}, {"no", lang.T("no", "いいえ")}}},
}

var badInputs = []struct{ name, raw, want string }{
	{"full-width", "ＡＢＣ１２３", `
		text multiline: kept
		secret: kept: wide
		email: changed: folded! at
		phone: changed: folded! characters
		key: changed: folded! length
		codes: changed: folded!
		date: refused: date-form
		url: changed: folded! url
		otp: changed: folded! base32
		choice: refused: choice`},
	{"half-width kana", "ﾊﾟｿｺﾝ", `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: changed: folded! characters
		key: kept: alphabet
		date: refused: date-form
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"long vowel for a hyphen", "090ー0000ー1234", `
		text multiline: kept
		secret: kept: wide
		email: changed: folded! phone
		phone codes: changed: folded!
		key: changed: folded! length
		date: refused: date-form
		url: changed: folded! url
		otp: changed: folded! base32
		choice: refused: choice`},
	{"none", "なし", `
		text multiline: kept
		secret: kept: wide
		email phone codes: kept: absent
		key date url otp: refused: none
		choice: refused: choice`},
	{"not known", "不明", `
		text multiline: kept
		secret: kept: wide
		email phone key codes date url otp: refused: none
		choice: refused: choice`},
	{"none in English", "N/A", `
		text secret multiline: kept
		email phone codes: kept: absent
		key date url otp: refused: none
		choice: refused: choice`},
	{"extension", "03-0000-1234 内線12", `
		text multiline phone codes: kept
		secret: kept: wide
		email: kept: phone
		key: kept: alphabet
		date: refused: date-form
		url: kept: characters
		otp: kept: base32
		choice: refused: choice`},
	{"two keys", "BCDFG-HJKMP-QRTVW-XY234-6789B NCDFG-HJKMP-QRTVW-XY234-6789B", `
		text secret multiline codes: kept
		email: kept: at
		phone url: kept: characters
		key: kept: several
		date: refused: date-form
		otp: kept: base32
		choice: refused: choice`},
	{"10,000 letters", strings.Repeat("a", 10_000), `
		text secret multiline codes: kept
		email: kept: at
		phone: kept: characters
		key: changed: capitals! length
		date: refused: date-form
		url: kept: url
		otp: changed: grouped!
		choice: refused: choice`},
	{"10,000 kanji", strings.Repeat("漢", 10_000), `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: kept: characters
		key: kept: alphabet
		date: refused: date-form
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"too long", strings.Repeat("a", MaxValue+1), `all columns: refused: long`},
	{"too long once folded", strings.Repeat("ﷺ", 10_000), `
		text multiline: kept
		secret: kept: wide
		email: kept: at
		phone key codes: refused: long
		date: refused: date-form
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"emoji", "👩\u200d👩\u200d👧🎉", `
		text multiline: kept
		secret: kept: wide
		email: changed: invisible! at
		phone: changed: invisible! characters
		key: changed: invisible! alphabet
		codes: changed: invisible!
		date: refused: date-form
		url: changed: invisible! url
		otp: changed: invisible! base32
		choice: refused: choice`},
	{"last year of Showa", "昭和64年", `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: kept: characters
		key: kept: alphabet
		date: changed: date!
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"after Showa", "昭和64年1月8日", `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: kept: characters
		key: kept: alphabet
		date: refused: date-era
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"right to left", "abc\u202edef", `all columns: refused: direction`},
	{"zero width", "abc\u200bdef", `
		text: kept: invisible
		secret: kept: invisible wide
		multiline: kept
		email: changed: invisible! at
		phone: changed: invisible! characters
		key: changed: invisible! capitals! length
		codes: changed: invisible!
		date: refused: date-form
		url: changed: invisible! url
		otp: changed: invisible! base32
		choice: refused: choice`},
	{"byte order mark", "\ufeffabc", `
		text: kept: invisible
		secret: kept: invisible wide
		multiline: kept
		email: changed: invisible! at
		phone: changed: invisible! characters
		key: changed: invisible! capitals! length
		codes: changed: invisible!
		date: refused: date-form
		url: changed: invisible! url
		otp: changed: invisible! base32
		choice: refused: choice`},
	{"NUL", "abc\x00def", `all columns: refused: control`},
	{"escape", "abc\x1b[31mdef", `all columns: refused: control`},
	{"newline", "abc\ndef", `
		text secret email phone key codes date url otp choice: refused: newline
		multiline: kept`},
	{"tab", "abc\tdef", `
		text secret email phone key codes date url otp choice: refused: tab
		multiline: kept`},
	{"no-break space", "abc\u00a0def", `
		text multiline: kept
		secret: kept: wide
		email: changed: folded! at
		phone url: changed: folded! characters
		key: changed: folded! capitals! length
		codes: changed: folded!
		date: refused: date-form
		otp: changed: folded! base32
		choice: refused: choice`},
	{"ideographic space around", "　abc　", `
		text multiline codes: trimmed
		secret: kept: space wide
		email: trimmed: at
		phone: trimmed: characters
		key: changed: capitals! length
		date: refused: date-form
		url: trimmed: url
		otp: trimmed: base32
		choice: refused: choice`},
	{"combining", "か\u3099き", `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: changed: folded! characters
		key: kept: alphabet
		date: refused: date-form
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"compatibility kanji", "\ufa19\ufa11", `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: changed: folded! characters
		key: kept: alphabet
		date: refused: date-form
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"variation selector", "葛\U000e0100", `
		text multiline codes: kept
		secret: kept: wide
		email: kept: at
		phone: kept: characters
		key: kept: alphabet
		date: refused: date-form
		url: kept: url
		otp: kept: base32
		choice: refused: choice`},
	{"not UTF-8", "abc\xff", `all columns: refused: utf8`},
}

// wanted reads what is said of every column: lines like "email phone: kept: at".
func wanted(spec string) map[string]string {
	want := map[string]string{}
	for line := range strings.Lines(spec) {
		columns, did, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if columns == "all columns" {
			columns = strings.Join(badColumns, " ")
		}
		for _, c := range strings.Fields(columns) {
			want[c] = did
		}
	}
	return want
}

// What the worst of what people type becomes in every kind of field: kept or
// changed or refused, and the keys of the remarks ("!": it changes something).
func TestBadInput(t *testing.T) {
	for _, in := range badInputs {
		want := wanted(in.want)
		for i, s := range badSpecs {
			got, err := outcome(s, in.raw)
			if c := badColumns[i]; err != nil || got != want[c] {
				t.Errorf("%s as %s: got %q, %v, want %q", in.name, c, got, err, want[c])
			}
		}
		for _, kind := range []Type{TypeHint, TypePersonName, TypeRef, "", "of-a-newer-program"} {
			if got, err := outcome(&Spec{Type: kind}, in.raw); err != nil || got != want["text"] {
				t.Errorf("%s as %s: got %q, %v, want %q", in.name, kind, got, err, want["text"])
			}
		}
	}
}
