package page

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestKinsoku breaks texts in columns that have room for so many kanji, which
// are an em wide in this font, and holds where the lines end.
func TestKinsoku(t *testing.T) {
	for _, c := range []struct {
		what, text string // | where a line ends
		ems        float64
	}{
		{"anywhere", "山川田|村林森|花", 3},
		{"comma not first", "山川|田、村|林森", 3},
		{"full stop not first", "山川|田。村|林", 3},
		{"closing bracket not first", "山川|田」村|林", 3},
		{"opening bracket not last", "山川|「田村|林", 3},
		{"opening and closing", "山川|（田）村|林", 3},
		{"long vowel not first", "山川|ター森|林", 3},
		{"small kana not first", "山川|キャ森|林", 3},
		{"iteration mark not first", "山川|佐々木|林", 3},
		{"several closing marks together", "山|川」。|田", 3},
		{"middle dot not first", "山川|田・村|林", 3},
		{"half-width comma not first", "山川|田､村|林森", 3},
		{"half-width sound mark with its kana", "山川|ﾊﾟ田|村林", 2.9},
		{"combined sound mark with its kana", "山川|か゚田|村林", 3},
		{"two dashes together", "山川|――田|村", 3},
		{"two leaders together", "山川|……田|村", 3},
		{"selector with its kanji", "山川|葛󠄀城|村林", 2.9},
		{"number with its unit", "山川|50%|田村林|森", 3},
		{"yen sign with its number", "山川|¥50|田村林", 3},
		{"family stays together", "山川|👨‍👩‍👧|田村", 3.6},
		{"no break at all", "」」」」|」」」", 2},
		{"a word goes to the next line whole", "山川|vault|田村", 3},
		{"a word too long is cut", "abcd|efghi|jklmn|o", 3.2},
		{"behind a slash of a word too long", "abc/|defg|hijk", 3.2},
		{"between words", "one |two |three", 3},
		{"behind a hyphen between letters", "one-|two", 2.6},
		{"not in a telephone number", "tel |090-12", 4.2},
		{"spaces hang", "山川田   |村林", 3},
		{"wide space hangs", "山川田　|村林", 3},
		{"space behind an opening bracket", "山川|「 田村|林", 3},
		{"newline", "山|\n川|\n|\n田", 3},
		{"Windows' newline", "山|\r\n川", 3},
		{"no-break space", "山|川\u00a0田|村", 3},
	} {
		text := strings.ReplaceAll(c.text, "|", "")
		want := strings.Split(strings.NewReplacer("|\r\n", "|", "|\n", "|").Replace(c.text), "|")
		if got := Wrap(Text, 10, c.ems*10, text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", c.what, got, want)
		}
	}
}

func TestWrapExact(t *testing.T) {
	for _, c := range []struct {
		text  string
		chars float64
	}{
		{"ABCDE-|FGHIJ-|KLMNO", 8}, {"ABCDEFGH|IJKLMNOP|Q", 8}, {"A-BCDEFG|HI", 8}, {"correct |horse |battery", 10},
		{"山山山|山山山", 5}, {"", 3}, {"葛󠄀|葛󠄀|葛󠄀", 2},
	} {
		text := strings.ReplaceAll(c.text, "|", "")
		want := strings.Split(c.text, "|")
		if got := WrapExact(Mono, 10, c.chars*Width(Mono, 10, "0"), text); !slices.Equal(got, want) {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestWrapNothing(t *testing.T) {
	for _, width := range []float64{0, -1, 100} {
		if got := Wrap(Text, 10, width, ""); !slices.Equal(got, []string{""}) {
			t.Errorf("nothing in %g points is %q", width, got)
		}
		if got := Wrap(Text, 10, width, "ab"); strings.Join(got, "") != "ab" {
			t.Errorf("ab in %g points is %q", width, got)
		}
	}
}

// TestWrapOfManyAccents holds that a letter with hundreds of accents, which is
// one character to Unicode, is broken like others, with nothing lost, and that
// characters of many parts are not.
func TestWrapOfManyAccents(t *testing.T) {
	const width = 330.0
	for _, text := range []string{
		strings.Repeat("e"+strings.Repeat("\u0301", 500), 2), "か" + strings.Repeat("\u3099\u0301", 300), strings.Repeat("\u0e31", 400),
		"葛" + strings.Repeat("\U000E0100", 200) + "城", strings.Repeat("👨\u200d", 100) + "終", "e" + strings.Repeat("\u0301", 60) + "\xff" + strings.Repeat("\u0301", 60),
	} {
		for _, face := range []Face{Text, Mono} {
			for _, lines := range [][]string{Wrap(face, 10, width, text), WrapExact(face, 10, width, text)} {
				if strings.Join(lines, "") != text {
					t.Errorf("%.20q… lost something", text)
				}
				for _, line := range lines {
					if w := Width(face, 10, line); w > width+0.001 {
						t.Errorf("%.20q… has a line of %.0f points", text, w)
					}
				}
			}
		}
	}
	england := "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"
	for _, whole := range []string{"👨‍👩‍👧‍👦", england, "e\u0301\u0302\u0303", "葛󠄀"} {
		if got := slices.Collect(clusters(whole)); !slices.Equal(got, []string{whole}) {
			t.Errorf("%q is taken apart: %q", whole, got)
		}
	}
}

// TestWidthIsAllOfIt holds that lines are as wide as their parts, or wider by
// what belongs between Japanese and Latin letters.
func TestWidthIsAllOfIt(t *testing.T) {
	if a, b := Width(Text, 10, "年に2回"), Width(Text, 10, "年に")+Width(Text, 10, "2")+Width(Text, 10, "回"); math.Abs(a-b-1.6) > 1e-6 {
		t.Errorf("2 in Japanese has %g points of room, not 1.6", a-b)
	}
	if a, b := Width(Mono, 10, "年に2回"), Width(Mono, 10, "年に")+Width(Mono, 10, "2")+Width(Mono, 10, "回"); a-b > 1e-9 {
		t.Errorf("%g points more where every character counts", a-b)
	}
	if w := Width(Mono, 10, "0O1lI"); w-5*Width(Mono, 10, "0") > 1e-9 {
		t.Error("the monospaced font is none")
	}
	if Width(Text, 10, "a\nb\x00\x1b\u200b") != Width(Text, 10, "ab") {
		t.Error("controls are wide")
	}
}

// FuzzWrap holds that lines have all characters in order and are no wider than
// they may be, and that no line begins or ends against the rules unless it
// could not be helped.
func FuzzWrap(f *testing.F) {
	for _, s := range typed {
		f.Add(s, 40.0)
	}
	f.Add("この用紙は「元に戻す」ための控えです。Officeのキー（25文字）は\r\nhttps://example.jp/a/b?c=1 で。", 60.0)
	f.Add("\xff\xfe\x00 \t\n\r\r\n\u2028\u3000", 10.0)
	f.Add("e"+strings.Repeat("\u0301", 300)+"\xff"+strings.Repeat("\u0301", 40)+"ab", 50.0)
	f.Fuzz(func(t *testing.T, s string, width float64) {
		if len(s) > 2000 {
			return
		}
		for _, face := range []Face{Text, Mono} {
			unix := strings.ReplaceAll(s, "\r\n", "\n")
			checkLines(t, face, width, unix, Wrap(face, 10, width, s))
			checkLines(t, face, width, unix, WrapExact(face, 10, width, s))
		}
		for _, r := range Missing(s) {
			if r != utf8.RuneError && !strings.ContainsRune(s, r) {
				t.Errorf("%q lacks %q, which is not in it", s, r)
			}
		}
	})
}

func checkLines(t *testing.T, face Face, width float64, s string, lines []string) {
	t.Helper()
	if strings.Join(lines, "") != strings.ReplaceAll(s, "\n", "") {
		t.Errorf("%q became %q", s, lines)
	}
	if len(lines) <= strings.Count(s, "\n") {
		t.Errorf("%q has only %d lines", s, len(lines))
	}
	for _, line := range lines {
		cells := measure(face, 10, strings.TrimRight(line, " \t　"))
		if len(cells) > 1 && Width(face, 10, join(cells)) > width+0.001 {
			t.Errorf("%q is wider than %g", line, width)
		}
	}
}

// FuzzPDF holds that any text makes a file whose cross-reference table is right,
// and pixels, without a panic.
func FuzzPDF(f *testing.F) {
	for _, s := range typed {
		f.Add(s, 12.0)
	}
	f.Add(strings.Repeat("e\u0301\u0302\u0303\u0304\u0305", 4)+strings.Repeat("\u200d", 300), 1.0)
	f.Add("\xff\x00\ufe0f\u0301\U000E0100", 1e5)
	f.Fuzz(func(t *testing.T, s string, size float64) {
		if len(s) > 2000 {
			return
		}
		p := New(Size{100, 50})
		for face := range numFaces + 1 {
			p.Text(5, 30, face, size, 0, s)
		}
		checkOffsets(t, pdfBytes(t, p))
		p.Raster(36)
		p.Marks()
	})
}
