package record

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func codeTexts(codes []Code) []string {
	var s []string
	for _, c := range codes {
		t := c.Code
		if c.Used != "" {
			t += "=" + c.Used
		}
		s = append(s, t)
	}
	return s
}

func TestParseCodes(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"one a line":       {"1234 5678\n2345 6789\n", []string{"1234 5678", "2345 6789"}},
		"carriage returns": {"1234 5678\r\n2345 6789\r3456 7890", []string{"1234 5678", "2345 6789", "3456 7890"}},
		"numbered":         {"1. 1234 5678\n2) 2345 6789\n(3) 3456 7890\n4: 4567 8901\nNo.5 5678 9012\n10.6789 0123", []string{"1234 5678", "2345 6789", "3456 7890", "4567 8901", "5678 9012", "6789 0123"}},
		"circled":          {"①1234 5678\n② 2345 6789\n⑩ 3456 7890", []string{"1234 5678", "2345 6789", "3456 7890"}},
		"bare numbers":     {"1 12345678\n2 23456789", []string{"12345678", "23456789"}},
		"two columns":      {"1. 1234 5678   6. 6789 0123\n2. 2345 6789   7. 7890 1234", []string{"1234 5678", "2345 6789", "6789 0123", "7890 1234"}},
		"columns, single":  {"1234 5678 2345 6789", []string{"1234 5678", "2345 6789"}},
		"commas":           {"1234 5678,2345 6789、3456 7890;4567 8901", []string{"1234 5678", "2345 6789", "3456 7890", "4567 8901"}},
		"tabs":             {"12345678\t23456789\t34567890", []string{"12345678", "23456789", "34567890"}},
		"spaces":           {"abcde-12345 fghij-67890", []string{"abcde-12345", "fghij-67890"}},
		"github":           {"a1b2c-3d4e5\nabcde-fabcd\n", []string{"a1b2c-3d4e5", "abcde-fabcd"}},
		"bullets":          {"- 12345678\n* 23456789\n・34567890\n• 45678901\n☐ 56789012\n[ ] 67890123", []string{"12345678", "23456789", "34567890", "45678901", "56789012", "67890123"}},
		"full-width":       {"１２３４　５６７８\n（２）２３４５ー６７８９", []string{"1234 5678", "2345-6789"}},
		"used":             {"✓ 1234 5678\n[x] 2345 6789\n3456 7890 使用済み\n4567 8901 (used)\n☑ 5678 9012\n~~6789 0123~~", []string{"1234 5678=unknown", "2345 6789=unknown", "3456 7890=unknown", "4567 8901=unknown", "5678 9012=unknown", "6789 0123=unknown"}},
		"used on a day":    {"1234 5678\t2026-11-01\n2345 6789 済  2026/3/9\n3456 7890", []string{"1234 5678=2026-11-01", "2345 6789=2026-03-09", "3456 7890"}},
		"saved page": {"SAVE YOUR BACKUP CODES\nKeep these somewhere safe.\n\n1. 1234 5678\t 2. 2345 6789\n\n(hanako@example.jp)\n\n* Each can be used once.\n* These were made on: Nov 22, 2026.\n",
			[]string{"1234 5678", "2345 6789"}},
		"Japanese page":    {"バックアップ コード\n・１２３４ ５６７８\n※ 各コードは 1 回だけ使えます。\n", []string{"1234 5678"}},
		"one long code":    {"abcd ef12 gh34 ij56 kl78 mn90 op12 qr34", []string{"abcd ef12 gh34 ij56 kl78 mn90 op12 qr34"}},
		"25 characters":    {"ABCDE-FGHJK-12345-67890-XYZWV", []string{"ABCDE-FGHJK-12345-67890-XYZWV"}},
		"letters only":     {"abcdefgh\nijklmnop", []string{"abcdefgh", "ijklmnop"}},
		"twice":            {"12345678\n12345678", []string{"12345678"}},
		"twice, one used":  {"12345678\n23456789\n12345678 済", []string{"12345678=unknown", "23456789"}},
		"short":            {"R12345", []string{"R12345"}},
		"nothing":          {"", nil},
		"spaces only":      {" \n\t　\n", nil},
		"no codes":         {"これは控えです。", nil},
		"not UTF-8":        {"1234\xff5678", nil},
		"circled, many":    {"⑳ 1234 5678\n㉑2345 6789\n❸ 3456 7890", []string{"3456 7890", "1234 5678", "2345 6789"}},
		"bracketed":        {"⑴1234 5678\n⒉ 2345 6789", []string{"1234 5678", "2345 6789"}},
		"numbers, unequal": {"2. 1234 5678\n2. 2345 6789\n1. 3456 7890", []string{"1234 5678", "2345 6789", "3456 7890"}},
		"numbers, some":    {"2. 1234 5678\n2345 6789", []string{"1234 5678", "2345 6789"}},
		"CSV":              {"number,code,used\n1,\"1234 5678\",2026-11-01\n2,\"2345 6789\",\n", []string{"1234 5678=2026-11-01", "2345 6789"}},
		"table":            {"No\tコード\n2\t1234 5678\n1\t2345 6789", []string{"2345 6789", "1234 5678"}},
		"JSON":             {`{"codes":["a1b2c-3d4e5","b1b2c-3d4e5"]}`, []string{"a1b2c-3d4e5", "b1b2c-3d4e5"}},
		"Japanese quotes":  {"「1234 5678」\n『2345 6789』", []string{"1234 5678", "2345 6789"}},
		"labels":           {"コード1: 1234 5678\nコード２：2345 6789\nCode 3: 3456 7890\nBackup codes: 4567 8901, 5678 9012", []string{"1234 5678", "2345 6789", "3456 7890", "4567 8901", "5678 9012"}},
		"words beside":     {"1234 5678 予備\n2345 6789 (gmail)\n3456 7890（田中さんに渡した）", []string{"1234 5678", "2345 6789", "3456 7890"}},
		"words and no day": {"1234 5678\nPrinted Nov 22, 2026\nシート 2 / 3", []string{"1234 5678"}},
		"used, more":       {"~~1234 5678~~\n<s>2345 6789</s>\n3\u03364\u03365\u03366\u0336 7\u03368\u03369\u03360\u0336\n✅ 4567 8901\n5678 9012 → 使いました\n6789 0123 Used on 2026/11/3\n7890 1234（済 2026年11月3日）", []string{"1234 5678=unknown", "2345 6789=unknown", "3456 7890=unknown", "4567 8901=unknown", "5678 9012=unknown", "6789 0123=2026-11-03", "7890 1234=2026-11-03"}},
		"used, one of two": {"1. 1234 5678 済  3. 3456 7890\n2. 2345 6789   4. ~~4567 8901~~", []string{"1234 5678=unknown", "2345 6789", "3456 7890", "4567 8901=unknown"}},
		"used, own column": {"[x]\t1234 5678\n2345 6789\t済\t3456 7890\n4567 8901\t使用済\t2026/11/3\n✓, 5678 9012, 6789 0123", []string{"1234 5678=unknown", "2345 6789=unknown", "3456 7890", "4567 8901=2026-11-03", "5678 9012=unknown", "6789 0123"}},
		"used, struck run": {"<s>1234 5678, 2345 6789</s>", []string{"1234 5678=unknown", "2345 6789=unknown"}},
		"not used":         {"1234 5678 未使用\n2345 6789 (unused)\n3456 7890 not used", []string{"1234 5678", "2345 6789", "3456 7890"}},
		"day, one space":   {"1234 5678 2026-11-01\n2345 6789", []string{"1234 5678=2026-11-01", "2345 6789"}},
		"no such day":      {"12345678\t2026-13-45", []string{"12345678", "2026-13-45"}},
		"emoji and escape": {"😀\x1b[31m\n12345678", []string{"12345678"}},
	} {
		if got := codeTexts(ParseCodes(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

func TestParseCodesIsBounded(t *testing.T) {
	if n := len(ParseCodes(strings.Repeat("1", MaxNotes+1))); n != 0 {
		t.Errorf("%d codes from a block that is too large", n)
	}
	var b strings.Builder
	for i := range 2 * MaxCodes {
		b.WriteString(strings.Repeat("0", 5))
		b.WriteString(string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)) + "\n")
	}
	if n := len(ParseCodes(b.String())); n != 2*MaxCodes {
		t.Errorf("%d codes of %d: a list that is too long is cut in silence", n, 2*MaxCodes)
	}
}

func TestNextCode(t *testing.T) {
	for _, c := range []struct {
		codes []Code
		want  int
	}{
		{nil, -1},
		{[]Code{{Code: "1111"}}, 0},
		{[]Code{{Code: "1111", Used: "2026-11-01"}, {Code: "2222", Used: UsedUnknown}, {Code: "3333"}, {Code: "4444"}}, 2},
		{[]Code{{Code: "1111", Used: UsedUnknown}}, -1},
	} {
		if got := NextCode(c.codes); got != c.want {
			t.Errorf("%v: got %d, want %d", c.codes, got, c.want)
		}
	}
}

func TestFindCode(t *testing.T) {
	codes := []Code{{Code: "1234 5678"}, {Code: "a1b2c-3d4e5"}, {Code: "A1B2C-3D4E5"}, {Code: "Q1w2e3"}, {Code: "6"}}
	for typed, want := range map[string]int{
		"1234 5678": 0, "12345678": 0, "1234-5678": 0, "１２３４　５６７８": 0,
		"a1b2c3d4e5": 1, "A1B2Cー3D4E5": 2, "a1B2c-3d4e5": -1,
		"q1w2e3": 3, "6": 4, "1": 0, " ５ ": 4, "0": -1, "7": -1, "-1": 0, "": -1, " ": -1, "-": -1, "99999999999999999999": -1, "なし": -1,
	} {
		if got := FindCode(codes, typed); got != want {
			t.Errorf("%q: got %d, want %d", typed, got, want)
		}
	}
}

func TestMarkUsed(t *testing.T) {
	before := []Code{{Code: "1111"}, {Code: "2222", Used: "2026-11-01"}}
	after := MarkUsed(MarkUsed(before, 0, "2026-11-22"), 1, "2026-11-22")
	if got := codeTexts(after); !slices.Equal(got, []string{"1111=2026-11-22", "2222=2026-11-01"}) {
		t.Errorf("got %q", got)
	}
	if before[0].Used != "" {
		t.Error("the list that was given is changed")
	}
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func FuzzParseCodes(f *testing.F) {
	for _, s := range []string{"1. 1234 5678   6. 6789 0123", "①１２３４　５６７８", "[x] a1b2c-3d4e5 2026-11-01", "- - 1", "1 2 3456 7890",
		"no.1 no.2 12345", "1234-56-78", "~~used~~ 済", "コード1: 1234 5678 (済 2026年11月3日)", `{"codes":["a1b2c-3d4e5"]}`, "❸1234 予備 5: 2345", "no00(", "000002000.1.1002000-1-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		codes := ParseCodes(raw)
		var lines []string
		for _, c := range codes {
			if !codeForm().MatchString(c.Code) || len(c.Code) > 200 {
				t.Fatalf("%q is no code", c.Code)
			}
			if c.Used != "" && c.Used != UsedUnknown && !isDay(c.Used) {
				t.Fatalf("%q is no day", c.Used)
			}
			lines = append(lines, c.Code)
		}
		var again []string
		for _, c := range ParseCodes(strings.Join(lines, "\n")) {
			again = append(again, c.Code)
		}
		if !slices.Equal(lines, again) {
			t.Fatalf("read again: %q, first: %q", again, lines)
		}
	})
}
