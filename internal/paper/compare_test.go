package paper

import (
	"slices"
	"strings"
	"testing"

	"memovault/internal/record"
)

func copied(kind record.Type, value string) Copied { return Copied{Key: "k", Type: kind, value: value} }

func TestCompareTakesWhatMeansTheSame(t *testing.T) {
	for _, c := range []struct {
		kind         record.Type
		value, typed string
	}{
		{record.TypeProductKey, "BCDFG-HJKMP-QRTVW-XY234-6789N", "bcdfg hjkmp qrtvw xy234 6789n"},
		{record.TypeProductKey, "BCDFG-HJKMP-QRTVW-XY234-6789N", "ＢＣＤＦＧ－ＨＪＫＭＰ－ＱＲＴＶＷ－ＸＹ２３４－６７８９Ｎ"},
		{record.TypeProductKey, "BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFGHJKMPQRTVWXY2346789N" + Check(record.TypeProductKey, "BCDFG-HJKMP-QRTVW-XY234-6789N")},
		{record.TypeCodes, "f3k9-0o1l", "F3K9 0O1L"},
		{record.TypeCodes, "x9T7-rnM0", "x9T7rnM0"},
		{record.TypeSecret, " two  spaces ", " two  spaces "},
		{record.TypeSecret, "pass1234", "ｐａｓｓ１２３４"},
	} {
		if right, _ := copied(c.kind, c.value).Compare(c.typed); !right {
			t.Errorf("%q typed as %q counts as wrong", c.value, c.typed)
		}
	}
	for _, c := range []struct{ value, typed string }{{"x9T7-rnM0", "X9T7-RNM0"}, {"f3k9-0o1l", ""}} {
		if right, _ := copied(record.TypeCodes, c.value).Compare(c.typed); right {
			t.Errorf("%q typed as %q counts as right", c.value, c.typed)
		}
	}
	if right, wrong := copied(record.TypeSecret, "correct horse battery").Compare("correct house battery"); right || wrong != nil {
		t.Errorf("of a password something is said: %v", wrong)
	}
}

func TestCompareNamesTheGroup(t *testing.T) {
	for _, c := range []struct {
		value, typed string
		want         []Span
	}{
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFG-HJKMP-QRTWV-XY234-6789N", []Span{{3, 3}}},
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFG-HJKMP-QRTVW-XY23-6789N", []Span{{4, 4}}},   // one is missing
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFG-HJKKMP-QRTVW-XY234-6789N", []Span{{2, 2}}}, // one is doubled
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFG-HJKMP-QRTVW-XY234-6789NN", []Span{{5, 5}}}, // at the end
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "XCDFG-HJKMP-QRTVW-XY234-6789X", []Span{{1, 1}, {5, 5}}},
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFG-HJKMP-XXXXX-XXXXX-XXXXX", nil}, // less than half is right
		{"BCDFG-HJKMP-QRTVW-XY234-6789N", "", nil},
		{"AB-CD-EF-GH-IJ-KL", "AB-CD-EF-GH-IX-KL", []Span{{5, 6}}}, // short groups are named together
		{"A-B-C-D-E-F-G-H-I", "A-B-C-D-X-F-G-H-I", nil},            // and so the rest is too little
		{"A-B-C-D-E-F-G-H-I", "X-B-C-D-E-F-G-H-I", []Span{{1, 4}}},
		{"12345678", "12345679", nil},                    // one part alone
		{"123456789012", "123456780012", []Span{{3, 3}}}, // as it is printed: in groups of four
	} {
		right, wrong := copied(record.TypeCodes, c.value).Compare(c.typed)
		if right || !slices.Equal(wrong, c.want) {
			t.Errorf("%q typed as %q: right %v, wrong groups %v, want %v", c.value, c.typed, right, wrong, c.want)
		}
	}
}

func TestCopiedFromIsWhatHasCheckLetters(t *testing.T) {
	var got []string
	for _, c := range CopiedFrom(microsoft(), true) {
		got = append(got, c.Key)
	}
	if want := []string{"recovery_code", "wifi"}; !slices.Equal(got, want) {
		t.Errorf("with secrets %v, want %v", got, want)
	}
	if list := CopiedFrom(microsoft(), false); len(list) != 1 || list[0].Number != 1 {
		t.Errorf("without secrets %v", list)
	}
	codes := CopiedFrom(office(), false)
	if len(codes) != 4 || codes[0].Key != "product_key" || codes[3].Number != 4 {
		t.Errorf("a key and three codes that are not used: %v", codes)
	}
	changed := office()
	changed.Set("product_key", record.TypeProductKey, "BBBBB-HJKMP-QRTVW-XY234-6789N")
	if codes[0].In(changed) || !codes[0].In(office()) || !codes[1].In(changed) {
		t.Error("what still holds is told wrong")
	}
	text := render(t, Records(0, []*record.Record{office()}, Options{Made: day}))
	for _, c := range codes {
		if !strings.Contains(text, Check(c.Type, c.value)) {
			t.Errorf("%s %d has no check letters on the sheet", c.Key, c.Number)
		}
	}
}

// FuzzCompare holds that a wrong answer names existing groups alone, and never
// so many that less than half would be right.
func FuzzCompare(f *testing.F) {
	f.Add("BCDFG-HJKMP-QRTVW-XY234-6789N", "BCDFG-HJKMP-QRTVW-XY234-6789")
	f.Add("12-34", "ａ")
	f.Fuzz(func(t *testing.T, value, typed string) {
		c := copied(record.TypeCodes, value)
		right, wrong := c.Compare(typed)
		if right && len(wrong) > 0 {
			t.Fatal("right, and groups are wrong")
		}
		sum, bad := 0, 0
		parts, _ := c.parts()
		for _, p := range parts {
			sum += p.chars
			if slices.Contains(wrong, p.span) {
				bad += p.chars
			}
		}
		if len(wrong) > 0 && 2*(sum-bad) < sum {
			t.Fatalf("%q typed as %q: %v", value, typed, wrong)
		}
	})
}
