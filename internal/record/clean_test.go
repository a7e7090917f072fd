package record

import (
	"errors"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// cleanCase is one answer as somebody types it.
type cleanCase struct {
	in, want string
	keys     string // keys of the notes, "!" after one that says the value was changed
}

func noteKeys(notes []Note) string {
	var keys []string
	for _, n := range notes {
		k := n.Key
		if n.Changed {
			k += "!"
		}
		keys = append(keys, k)
	}
	return strings.Join(keys, " ")
}

func checkClean(t *testing.T, clean func(string) (string, []Note, error), cases []cleanCase) {
	t.Helper()
	for _, c := range cases {
		value, notes, err := clean(c.in)
		if err != nil || value != c.want || noteKeys(notes) != c.keys {
			t.Errorf("%q:\n got %q, %q, %v\nwant %q, %q", c.in, value, noteKeys(notes), err, c.want, c.keys)
		}
		for _, n := range notes {
			checkSaid(t, n.Say(lang.EN), n.Say(lang.JA))
		}
		if again, more, err := clean(value); err != nil || again != value || strings.Contains(noteKeys(more), "!") {
			t.Errorf("%q: cleaned twice it is %q (%s), %v", c.in, again, noteKeys(more), err)
		}
	}
}

// checkSaid holds that a remark came out whole in both languages.
func checkSaid(t *testing.T, en, ja string) {
	t.Helper()
	if strings.Contains(en+ja, "%!") || !strings.ContainsFunc(ja, isJapanese) || en == ja {
		t.Errorf("said as %q and %q", en, ja)
	}
}

func of(t Type) func(string) (string, []Note, error) {
	return func(s string) (string, []Note, error) { return Clean(t, s) }
}

func formatted(f Format, t Type) func(string) (string, []Note, error) {
	s := &Spec{Key: "k", Type: t, Format: f}
	return s.Clean
}

func TestCleanKeepsNames(t *testing.T) {
	kept := []cleanCase{
		{"", "", ""},
		{" 　\t\n", "", ""},
		{"　山田　花子 \n", "山田　花子", ""},
		{"髙橋 \ufa19﨑", "髙橋 \ufa19﨑", ""}, // NFC would replace the second family name
		{"ﾔﾏﾀﾞ ＨＡＮＡＫＯ", "ﾔﾏﾀﾞ ＨＡＮＡＫＯ", ""},
		{"葛\U000e0100城 か\u3099", "葛\U000e0100城 か\u3099", ""},
		{"①㈱ー－", "①㈱ー－", ""},
		{"👩‍👩‍👧", "👩‍👩‍👧", ""},
		{"山\u200b田", "山\u200b田", "invisible"},
		{"なし", "なし", ""},
	}
	for _, kind := range []Type{TypePersonName, TypeHint, TypeText, TypeRef, TypeChoice, "", "of-a-newer-program"} {
		checkClean(t, of(kind), kept)
	}
	checkClean(t, of(TypePersonName), []cleanCase{
		{"山田　花子 様", "山田　花子 様", "honorific"},
		{"やまださん", "やまださん", "honorific"},
		{"さん", "さん", ""},
		{"様子", "様子", ""},
		{"YAMADA HANAKO", "YAMADA HANAKO", ""},
		{"ﾔﾏﾀﾞ ﾊﾅｺ", "ﾔﾏﾀﾞ ﾊﾅｺ", ""},
	})
	checkClean(t, of(TypeText), []cleanCase{{"山田さん", "山田さん", ""}})
	checkClean(t, of(TypeMultiline), []cleanCase{
		{"一行目\r\n二行目\rz\n\n", "一行目\n二行目\nz", "newline!"},
		{"表\t１\n　字下げ", "表\t１\n　字下げ", ""},
		{"\u200eשלום\u200f", "\u200eשלום\u200f", ""},
	})
	checkClean(t, of(TypeSecret), []cleanCase{
		{" pass word ", " pass word ", "space"},
		{"ｐａｓｓ", "ｐａｓｓ", "wide"},
		{"　", "　", "space wide"},
		{"なし", "なし", "wide"},
		{"pass\u200bword", "pass\u200bword", "invisible wide"},
		{"correct horse", "correct horse", ""},
	})
}

func TestCleanPhone(t *testing.T) {
	checkClean(t, of(TypePhone), []cleanCase{
		{"", "", ""},
		{"090-1234-5678", "090-1234-5678", ""},
		{"０９０ー１２３４ー５６７８", "090-1234-5678", "folded!"},
		{"０９０−１２３４‐５６７８", "090-1234-5678", "folded!"},
		{"09012345678", "09012345678", ""},
		{"060-1234-5678", "060-1234-5678", ""},
		{"070 1234 5678", "070 1234 5678", ""},
		{"050-1234-5678", "050-1234-5678", ""},
		{"020-1234-5678", "020-1234-5678", ""},
		{"0800-123-4567", "0800-123-4567", ""},
		{"080-0123-4567", "080-0123-4567", ""},
		{"0120-123-456", "0120-123-456", ""},
		{"0570-012-345", "0570-012-345", ""},
		{"03(1234)5678", "03(1234)5678", ""},
		{"0422-12-3456", "0422-12-3456", ""},
		{"（０３）１２３４ー５６７８　内線１２", "(03)1234-5678 内線12", "folded!"},
		{"03-1234-5678 ext. 12", "03-1234-5678 ext. 12", ""},
		{"03-1234-5678 (内線 12)", "03-1234-5678 (内線 12)", ""},
		{"℡03-1234-5678", "TEL03-1234-5678", "folded!"},
		{"電話：03-1234-5678", "電話:03-1234-5678", "folded!"},
		{"+81 90-1234-5678", "+81 90-1234-5678", ""},
		{"+81 (0)90-1234-5678", "+81 (0)90-1234-5678", ""},
		{"+1 212 555 0100", "+1 212 555 0100", ""},
		{"010-1-212-555-0100", "010-1-212-555-0100", ""},
		{"119", "119", ""},
		{"#9110", "#9110", ""},
		{"090-1234-567", "090-1234-567", "length"},
		{"090-1234-56789", "090-1234-56789", "length"},
		{"03-1234-567", "03-1234-567", "length"},
		{"0800-123-456", "0800-123-456", "length"},
		{"+81 90-1234-567", "+81 90-1234-567", "length"},
		{"+1 23", "+1 23", "length"},
		{"1190", "1190", "length"},
		{"9012345678", "9012345678", "length"},
		{"090-1234-5678 / 03-1234-5678", "090-1234-5678 / 03-1234-5678", "several"},
		{"ｈａｎａｋｏ＠example.jp", "hanako@example.jp", "folded! email"},
		{"夫の携帯", "夫の携帯", "characters"},
		{"090-1234-5678（夫）", "090-1234-5678(夫)", "folded! characters"},
		{"😀", "😀", "characters"},
		{"090\u200b-1234-5678\ufeff", "090-1234-5678", "invisible!"},
		{"\u200b", "", "invisible!"},
		{strings.Repeat("1", 10_000), strings.Repeat("1", 10_000), "length"},
	})
}

func TestCleanEmail(t *testing.T) {
	checkClean(t, of(TypeEmail), []cleanCase{
		{"hanako@example.jp", "hanako@example.jp", ""},
		{"Hanako.Yamada+Tag@Example.JP", "Hanako.Yamada+Tag@Example.JP", ""},
		{"ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ", "hanako@example.jp", "folded!"},
		{"hanakoーy@example。jp", "hanako-y@example.jp", "folded!"},
		{"a..b@example.ne.jp", "a..b@example.ne.jp", ""},
		{"a.@example.ne.jp", "a.@example.ne.jp", ""},
		{".-_a@example.ne.jp", ".-_a@example.ne.jp", ""},
		{"太郎@日本語.jp", "太郎@日本語.jp", ""},
		{"taro@サーバー.jp", "taro@サーバー.jp", ""},
		{"taro@xn--wgv71a119e.jp", "taro@xn--wgv71a119e.jp", ""},
		{"taro@xn--wgv71a119e.xn--q9jyb4c", "taro@xn--wgv71a119e.xn--q9jyb4c", ""},
		{"taro@日本語。jp", "taro@日本語。jp", "domain"},
		{"taro@例・え.jp", "taro@例・え.jp", ""},
		{"0_a-b+c/d=e@sub.example.co.jp", "0_a-b+c/d=e@sub.example.co.jp", ""},
		{"ｱｲ@example.jp", "ｱｲ@example.jp", ""},
		{"hanako＠example．jp", "hanako@example.jp", "folded!"},
		{"hanako", "hanako", "at"},
		{"090-0000-1234", "090-0000-1234", "phone"},
		{"０３ー００００ー１２３４", "03-0000-1234", "folded! phone"},
		{"@example.jp", "@example.jp", "local"},
		{"a@b@example.jp", "a@b@example.jp", "at"},
		{"hanako@localhost", "hanako@localhost", "domain"},
		{"hanako@example..jp", "hanako@example..jp", "domain"},
		{"hanako@example.jp.", "hanako@example.jp.", "domain"},
		{"hanako@example,jp", "hanako@example,jp", "characters"},
		{"Hanako <hanako@example.jp>", "Hanako <hanako@example.jp>", "characters"},
		{"hanako@", "hanako@", "domain"},
		{"hanako@example.jp2", "hanako@example.jp2", "domain"},
		{"hanako@-example.jp", "hanako@-example.jp", "domain"},
		{"hanako@exa$mple.jp", "hanako@exa$mple.jp", "domain"},
		{"hanako@exa_mple.jp", "hanako@exa_mple.jp", "domain"},
		{"hanako@😀.jp", "hanako@😀.jp", "domain"},
		{"mailto:hanako@example.jp", "mailto:hanako@example.jp", "characters"},
		{"hanako@example.jp、taro@example.jp", "hanako@example.jp、taro@example.jp", "characters"},
		{"hanako@example.jp taro@example.jp", "hanako@example.jp taro@example.jp", "characters"},
		{strings.Repeat("a", 250) + "@example.jp", strings.Repeat("a", 250) + "@example.jp", "length"},
	})
}

func TestCleanURL(t *testing.T) {
	checkClean(t, of(TypeURL), []cleanCase{
		{"https://example.jp/a?b=c#d", "https://example.jp/a?b=c#d", ""},
		{"example.jp", "example.jp", ""},
		{"ｈｔｔｐｓ：／／example。jp／", "https://example.jp/", "folded!"},
		{"https://example.jp/サーバー①", "https://example.jp/サーバー①", ""},
		{"https://ex ample.jp/", "https://ex ample.jp/", "characters"},
		{"https://", "https://", "url"},
		{"検索してください", "検索してください", "url"},
		{"http://localhost:8080/", "http://localhost:8080/", ""},
		{"http://[::1", "http://[::1", "url"},
	})
}

func TestCleanCodes(t *testing.T) {
	checkClean(t, of(TypeCodes), []cleanCase{
		{"１２３４　　５６７８", "1234 5678", "folded! spaces!"},
		{"a1b2c-3d4e5", "a1b2c-3d4e5", ""},
		{"a1b2cー3d4e5", "a1b2c-3d4e5", "folded!"},
	})
	checkClean(t, formatted(FormatGoogleBackup, TypeCodes), []cleanCase{
		{"1234 5678", "1234 5678", ""}, {"12345678", "12345678", ""},
		{"1234 567", "1234 567", "length"}, {"1234 5678a", "1234 5678a", "length"},
	})
	checkClean(t, formatted(FormatMicrosoftRecovery, TypeCodes), []cleanCase{
		{"ABCDE-FGHJK-12345-67890-LMNPQ", "ABCDE-FGHJK-12345-67890-LMNPQ", ""},
		{"ABCDE-FGHJK-12345-67890-LMNP", "ABCDE-FGHJK-12345-67890-LMNP", "length"},
		{"ABCDE FGHJK", "ABCDE FGHJK", "length"},
	})
	s := &Spec{Key: "k", Type: TypeCodes, Format: FormatGoogleBackup, Expect: 3}
	if got := noteKeys(s.CheckCodes([]Code{{Code: "1234 5678"}, {Code: "123"}, {Code: "\x1b"}, {Code: "1234　5678"}})); got != "count length unreadable" {
		t.Errorf("got %q", got)
	}
	if got := s.CheckCodes(nil); got != nil {
		t.Errorf("no codes is no finding, got %q", noteKeys(got))
	}
	for in, want := range map[string][2]string{
		"123 12345678 12345":               {"codes 1, 3: a backup code of Google has 8 digits", "1、3 個目: Google の"},
		"123 1234 12345":                   {"all codes: a backup code", "どのコードも: Google の"},
		"12345678 123":                     {"code 2: a backup code", "2 個目: Google の"},
		"1 2 3 4 5 6 7 12345678 123456789": {"8 codes: a backup code", "8 個のコード: Google の"},
	} {
		var codes []Code
		for _, c := range strings.Fields(in) {
			codes = append(codes, Code{Code: c})
		}
		notes := (&Spec{Key: "k", Type: TypeCodes, Format: FormatGoogleBackup}).CheckCodes(codes)
		if len(notes) != 1 || !strings.HasPrefix(notes[0].Say(lang.EN), want[0]) || !strings.HasPrefix(notes[0].Say(lang.JA), want[1]) {
			t.Errorf("%s: got %v", in, notes)
		}
	}
	for _, n := range s.CheckCodes([]Code{{Code: "987654"}}) {
		if checkSaid(t, n.Say(lang.EN), n.Say(lang.JA)); strings.Contains(n.Say(lang.EN), "987654") {
			t.Error("a note on a list shows a code")
		}
	}
}

func TestCleanChoice(t *testing.T) {
	s := LookupTemplate("office").Spec("first_install_only")
	checkClean(t, s.Clean, []cleanCase{
		{"", "", ""}, {"yes", "yes", ""}, {"YES", "yes", "choice!"}, {"はい", "yes", "choice!"}, {"ハイ", "yes", "choice!"},
		{"ｎｏ", "no", "choice!"}, {"分からない", "unknown", "choice!"},
		{"y", "yes", "choice!"}, {"Ｎ", "no", "choice!"}, {"不明", "unknown", "choice!"}, {"ワカラナイ", "unknown", "choice!"}, {"Don't know", "unknown", "choice!"},
	})
	_, _, err := s.Clean("maybe")
	var refused *ValueError
	if !errors.As(err, &refused) || refused.Key != "choice" {
		t.Fatalf("got %v", err)
	}
	checkSaid(t, refused.Say(lang.EN), refused.Say(lang.JA))
	if !strings.HasSuffix(refused.Say(lang.JA), ": はい、いいえ、分からない") || !strings.HasSuffix(refused.Say(lang.EN), ": yes, no, not known") {
		t.Errorf("the choices are not named by their labels: %s / %s", refused.Say(lang.EN), refused.Say(lang.JA))
	}
	_, notes, _ := s.Clean("UNKNOWN")
	if len(notes) != 1 || notes[0].Say(lang.EN) != "noted as: not known" || notes[0].Say(lang.JA) != "「分からない」と記録します" {
		t.Errorf("the choice is not named by its label: %v", notes)
	}
}

func TestCleanRefuses(t *testing.T) {
	all := []Type{TypeText, TypeSecret, TypeMultiline, TypeEmail, TypePhone, TypeProductKey, TypeCodes, TypeHint, TypeDate, TypeURL,
		TypePersonName, TypeOTPAuth, TypeRef, TypeChoice, ""}
	for _, kind := range all {
		for in, key := range map[string]string{
			"geheim\x1b[31m":                       "control",
			"geheim\x00x":                          "control",
			"geheim\x7fx":                          "control",
			"geheim\u009b2Jx":                      "control",
			"geheim\u202efdp.exe":                  "direction",
			"geheim\u2066x":                        "direction",
			"geheim\xff":                           "utf8",
			"geheim" + strings.Repeat("x", 64<<10): "long",
		} {
			checkRefused(t, kind, in, key)
		}
		if kind != TypeMultiline {
			checkRefused(t, kind, "geheim\nx", "newline")
			checkRefused(t, kind, "geheim\u2028x", "newline")
			checkRefused(t, kind, "geheim\u200fx", "direction")
		}
	}
	checkRefused(t, TypeSecret, "geheim\n", "newline")
}

func checkRefused(t *testing.T, kind Type, in, key string) {
	t.Helper()
	value, notes, err := Clean(kind, in)
	var refused *ValueError
	if !errors.As(err, &refused) || refused.Key != key || value != "" || notes != nil {
		t.Errorf("%s %q: got %q, %v, %v, want a refusal for %s", kind, in, value, noteKeys(notes), err, key)
		return
	}
	checkSaid(t, refused.Error(), refused.Say(lang.JA))
	if strings.Contains(refused.Error()+refused.Say(lang.JA), "geheim") {
		t.Errorf("%s: the refusal shows the value: %v", kind, err)
	}
}

// FuzzClean holds, for every kind of field, that no value is changed in
// silence, that a refusal has a reason in both languages, and that cleaning
// twice is cleaning once.
func FuzzClean(f *testing.F) {
	seeds := []string{"０９０ー１２３４", "昭和64年1月7日", "a。b@サーバー.jp", "otpauth://totp/a?secret=AAAA", "abcde fghij klmno pqrst uvwxy", "\u200b 1", "㍻元年", "x\r\ny",
		"4/1/1951", "1st Apr. 1951", "昭和二十年", "+81 (0)90-0000-1234 内線 5", "a3abcdefghjklmnpqrstvwxyz2345678902", "ｙｅｓ", "r12345", "ﾊﾟｿｺﾝ\u3099ー1", "Ｎ／Ａ"}
	for _, in := range badInputs {
		if len(in.raw) < 1000 {
			seeds = append(seeds, in.raw)
		}
	}
	for _, s := range seeds {
		for i := range fuzzTypes {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, raw string) {
		s := &fuzzTypes[int(n)%len(fuzzTypes)]
		did, err := outcome(s, raw)
		if err != nil {
			t.Fatalf("%s %s: %q: %v", s.Type, s.Format, raw, err)
		}
		if strings.HasPrefix(did, "refused") {
			return
		}
		value, _, _ := s.Clean(raw)
		again, more, err := s.Clean(value)
		if err != nil || again != value || strings.Contains(noteKeys(more), "!") {
			t.Fatalf("%s %s: %q became %q, then %q (%s), %v", s.Type, s.Format, raw, value, again, noteKeys(more), err)
		}
	})
}

var fuzzTypes = []Spec{
	{Type: TypeText}, {Type: TypeSecret}, {Type: TypeMultiline}, {Type: TypeEmail}, {Type: TypePhone}, {Type: TypeProductKey},
	{Type: TypeProductKey, Format: FormatMicrosoftKey}, {Type: TypeProductKey, Format: FormatBitLocker}, {Type: TypeCodes},
	{Type: TypeCodes, Format: FormatGoogleBackup}, {Type: TypeCodes, Format: FormatMicrosoftRecovery}, {Type: TypeDate},
	{Type: TypeURL}, {Type: TypeOTPAuth}, {Type: TypePersonName}, {Type: TypeHint}, {Type: TypeRef}, {Type: ""}, {Type: "of-a-newer-program"},
	{Type: TypeProductKey, Format: FormatAppleKey}, {Type: TypeProductKey, Format: FormatOnePassword},
	{Type: TypeProductKey, Format: FormatBitwarden}, {Type: TypeProductKey, Format: FormatSteam},
	{Type: TypeCodes, Format: FormatEightDigits}, {Type: TypeCodes, Format: FormatGitHub},
	{Type: TypeChoice, Options: []Option{{"yes", lang.T("yes", "はい")}, {"no", lang.T("no", "いいえ")}}},
}

// Whatever was changed about one answer is said in one sentence.
func TestChangesAreOneSentence(t *testing.T) {
	key := &Spec{Key: "k", Type: TypeProductKey, Format: FormatMicrosoftKey}
	for in, said := range map[string][2]string{
		"BCDFG-HJKNP-QRTVW-XY234-6789B": {"", ""},
		"bcdfghjknpqrtvwxy2346789b":     {"changed to capitals, written in groups of 5", "大文字に直し、5 文字ずつ区切りました"},
		"ｂｃｄｆｇｈｊｋｎｐｑｒｔｖｗｘｙ２３４６７８９ｂ":           {"changed to half-width capitals, written in groups of 5", "半角の大文字に直し、5 文字ずつ区切りました"},
		"BCDFG-HJKNP-QRTVW-XY234-6789Ｂ":       {"changed to half-width", "半角に直しました"},
		"\u200bBCDFG-HJKNP-QRTVW-XY234-６７８９Ｂ": {"invisible characters were taken out, changed to half-width", "目に見えない文字を取り除き、半角に直しました"},
	} {
		_, notes, err := key.Clean(in)
		if err != nil {
			t.Fatal(err)
		}
		if en, ja := Changes(lang.EN, notes), Changes(lang.JA, notes); en != said[0] || ja != said[1] {
			t.Errorf("%q: said %q and %q", in, en, ja)
		}
	}
}
