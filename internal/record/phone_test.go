package record

import (
	"strings"
	"testing"

	"memovault/internal/lang"
)

func TestPhoneKind(t *testing.T) {
	for kind, numbers := range map[Kind][]string{
		KindMobile: {"090-0000-1234", "080-1234-5678", "070 0000 1234", "060-0000-1234", "０９０ー００００ー１２３４", "09000001234", "090(0000)1234",
			"+81 90-0000-1234", "+81 (0)90-0000-1234", "+819000001234", "010-81-90-0000-1234", "001-010-81-90-0000-1234", "0033-010-81-90-0000-1234",
			"0081-90-0000-1234", "186-090-0000-1234", "184 090 0000 1234", "携帯 090-0000-1234", "携帯電話：090-0000-1234"},
		KindIP050:    {"050-0000-1234", "+81 50 0000 1234"},
		KindMachine:  {"020-0000-1234"},
		KindTollFree: {"0120-000-123", "0800-000-1234", "080-0000-1234"},
		KindService:  {"0570-000-123", "0990-000-123"},
		KindLandline: {"03-0000-1234", "03(0000)1234", "0422-00-1234", "045-000-1234", "電話03-0000-1234", "TEL: 03-0000-1234", "03-0000-1234 内線12",
			"（０３）００００ー１２３４　内線１２", "03-0000-1234 (内線 12)", "03-0000-1234 ext. 12", "03-0000-1234（代）", "03-0000-1234 代表", "+81-3-0000-1234",
			"0036-03-0000-1234", "06-0000-1234", "(06)0000-1234", "06 0000 1234", "℡03-0000-1234"},
		KindShort:   {"110", "119", "188", "#9110"},
		KindForeign: {"+1 212 555 0100", "010-1-212-555-0100", "+44 20 7946 0000", "001-010-1-212-555-0100"},
		KindUnknown: {"", "なし", "090-0000-123", "090-0000-12345", "0600001234", "9000001234", "+1 23", "+81", "0", "+", "内線12", "代表", "hanako@example.jp",
			"090-0000-1234 / 03-0000-1234", "\xff", "😀", strings.Repeat("0", 10_000)},
	} {
		for _, n := range numbers {
			if got := PhoneKind(n); got != kind {
				t.Errorf("%q: got %q, want %q", n, got, kind)
			}
		}
		checkSaid(t, kind.Label().EN, kind.Label().JA)
	}
	if Kind("of-a-newer-program").Label() != KindUnknown.Label() {
		t.Error("a kind of a newer program is not unknown")
	}
}

// All spellings of one number are one, and no other is.
func TestPhoneDigits(t *testing.T) {
	for want, numbers := range map[string][]string{
		"09000001234":  {"090-0000-1234", "＋８１　９０ー００００ー１２３４", "+81 (0)90 0000 1234", "010-81-90-0000-1234", "186-090-0000-1234", "090-0000-1234 内線 5"},
		"0300001234":   {"03-0000-1234", "電話03-0000-1234", "(03)0000-1234"},
		"+12125550100": {"+1 212 555 0100", "010-1-212-555-0100", "+1 (212) 555-0100"},
		"#9110":        {"#9110", "＃９１１０"},
		"":             {"", "夫の携帯", "090-0000-1234, 03-0000-1234"},
	} {
		for _, n := range numbers {
			if got := PhoneDigits(n); got != want {
				t.Errorf("%q: got %q, want %q", n, got, want)
			}
		}
	}
}

func TestPhoneRemarks(t *testing.T) {
	for in, said := range map[string][2]string{
		"090-0000-123":               {"10 digits: a mobile number has 11, so 1 seem to be missing", "10 桁です。携帯電話の番号は 11 桁なので、1 桁足りないようです"},
		"06-0000-12345":              {"11 digits: a landline number has 10, so 1 seem to be too many", "11 桁です。固定電話の番号は 10 桁なので、1 桁多いようです"},
		"+1 23":                      {"3 digits: a number of another country has 7 to 15", "3 桁です。海外の番号は国番号から数えて 7〜15 桁です"},
		"090-0000-1234、03-0000-1234": {"more than one number", "電話番号が 2 つ以上あります"},
	} {
		_, notes, err := Clean(TypePhone, in)
		if err != nil || len(notes) != 1 || !strings.HasPrefix(notes[0].Say(lang.EN), said[0]) || !strings.HasPrefix(notes[0].Say(lang.JA), said[1]) {
			t.Errorf("%q: got %v, %v", in, notes, err)
		}
	}
}
