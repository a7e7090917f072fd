package record

import (
	"slices"
	"strings"
	"testing"
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
		"two columns":      {"1. 1234 5678   6. 6789 0123\n2. 2345 6789   7. 7890 1234", []string{"1234 5678", "6789 0123", "2345 6789", "7890 1234"}},
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
		"short":            {"R12345", []string{"R12345"}},
		"nothing":          {"", nil},
		"spaces only":      {" \n\t　\n", nil},
		"no codes":         {"これは控えです。", nil},
		"not UTF-8":        {"1234\xff5678", nil},
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
	if n := len(ParseCodes(b.String())); n != MaxCodes {
		t.Errorf("%d codes, want the limit %d", n, MaxCodes)
	}
}

func FuzzParseCodes(f *testing.F) {
	for _, s := range []string{"1. 1234 5678   6. 6789 0123", "①１２３４　５６７８", "[x] a1b2c-3d4e5 2026-11-01", "- - 1", "1 2 3456 7890",
		"no.1 no.2 12345", "1234-56-78", "~~used~~ 済"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		codes := ParseCodes(raw)
		var lines []string
		for _, c := range codes {
			if !codeForm.MatchString(c.Code) || len(c.Code) > 200 {
				t.Fatalf("%q is no code", c.Code)
			}
			if c.Used != "" && c.Used != UsedUnknown && !dateForm.MatchString(c.Used) {
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
