package term

import (
	"slices"
	"strings"
	"testing"
)

var peopleTable = [][]string{
	{"NAME", "KIND", "WHAT"},
	{"office", "オフィス", "the one on the PC in the living room, bought with it"},
	{"ﾊﾟｿｺﾝ", "device", "居間の机の下にある、黒くて大きいもの"},
}

func TestHangTable(t *testing.T) {
	for _, c := range []struct {
		cols int
		want []string
	}{
		{0, []string{
			"NAME    KIND      WHAT",
			"office  オフィス  the one on the PC in the living room, bought with it",
			"ﾊﾟｿｺﾝ   device    居間の机の下にある、黒くて大きいもの"}},
		{44, []string{
			"NAME    KIND      WHAT",
			"office  オフィス  the one on the PC in the",
			"                  living room, bought with",
			"                  it",
			"ﾊﾟｿｺﾝ   device    居間の机の下にある、黒くて",
			"                  大きいもの"}},
		{40, []string{
			"NAME  KIND  WHAT",
			"office",
			"    オフィス  the one on the PC in the",
			"    living room, bought with it",
			"ﾊﾟｿｺﾝ",
			"    device  居間の机の下にある、黒くて大",
			"    きいもの"}},
	} {
		got := HangTable(peopleTable, c.cols)
		if !slices.Equal(got, c.want) {
			t.Errorf("%d columns:\n%s\nwant\n%s", c.cols, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	if got := HangTable([][]string{{}, {"a"}, {"", "b"}}, 30); !slices.Equal(got, []string{"", "a", "   b"}) {
		t.Errorf("ragged rows: %q", got)
	}
	if got := HangTable(nil, 30); len(got) != 0 {
		t.Errorf("no rows: %q", got)
	}
}

// Rows that are not cut never leave the window, unless one character is wider
// than that.
func TestHangTableKeepsItsLimit(t *testing.T) {
	for cols := 12; cols < 90; cols++ {
		for _, line := range HangTable(peopleTable, cols) {
			if Width(line) > cols {
				t.Errorf("%d columns: %q takes %d", cols, line, Width(line))
			}
		}
		for _, line := range Stack(peopleTable, cols) {
			if Width(line) > cols {
				t.Errorf("%d columns, stacked: %q takes %d", cols, line, Width(line))
			}
		}
	}
}

func TestCrowded(t *testing.T) {
	for _, c := range []struct {
		rows  [][]string
		cols  int
		least int
		want  bool
	}{
		{peopleTable, 0, 24, false}, // no limit
		{peopleTable, 42, 24, false},
		{peopleTable, 41, 24, true},
		{[][]string{{"a long first column", "b"}}, 22, 24, false}, // the text is short
		{[][]string{{"only one column"}}, 4, 24, false},
		{nil, 10, 24, false},
	} {
		if got := Crowded(c.rows, c.cols, c.least); got != c.want {
			t.Errorf("%q in %d columns: %v", c.rows, c.cols, got)
		}
	}
}

func TestStack(t *testing.T) {
	got := Stack([][]string{{"name", "", "kind", " ", "text of some length"}, {}, {"alone"}}, 20)
	want := []string{"name", "    kind  text of", "    some length", "alone"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What a no-break space joins goes to the next line as a whole: a command that
// is to be typed is not taken apart.
func TestWrapNoBreak(t *testing.T) {
	for _, c := range []struct {
		text string
		cols int
		want []string
	}{
		{"to see it: vault\u00a0show\u00a0office", 20, []string{"to see it:", "vault\u00a0show\u00a0office"}},
		{"見るには: vault\u00a0show\u00a0金庫 です", 16, []string{"見るには:", "vault\u00a0show\u00a0金庫", "です"}},
		{"vault\u00a0show\u00a0office", 8, []string{"vault\u00a0sh", "ow\u00a0offic", "e"}},
	} {
		if got := Wrap(c.text, c.cols); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: got %q, want %q", c.text, c.cols, got, c.want)
		}
	}
}
