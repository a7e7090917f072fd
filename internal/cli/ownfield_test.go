package cli

import (
	"slices"
	"strings"
	"testing"

	"memovault/internal/record"
)

func TestOwnKey(t *testing.T) {
	office := record.LookupTemplate("office")
	r := &record.Record{Template: "office", Fields: []record.Field{{Key: "own_1", Label: "会員番号"}, {Key: "shop_number", Label: "Shop number"}}}
	for label, want := range map[string]string{
		"Loyalty card":          "loyalty_card",
		"  Ｗｉ－Ｆｉ  ":             "wi_fi",
		"暗証番号":                  "own_2",
		"2nd code":              "own_2nd_code",
		"Shop-Number!":          "shop_number_2",
		"product":               "product_2",
		"owner":                 "owner_2",
		"own":                   "own",
		"--":                    "own_2",
		"暗証番号 PIN":              "pin",
		strings.Repeat("a", 90): strings.Repeat("a", 90),
	} {
		got := ownKey(office, r, label)
		if got != want || !record.IsKey(got) {
			t.Errorf("%q has the key %q, want %q", label, got, want)
		}
	}
}

func TestFieldNamed(t *testing.T) {
	office := record.LookupTemplate("office")
	r := &record.Record{Template: "office", Fields: []record.Field{{Key: "own_1", Label: "ショップの番号"}}}
	for typed, want := range map[string]string{
		"product": "product", "製品名": "product", "PRODUCT KEY": "product_key", "own_1": "own_1",
		"ｼｮｯﾌﾟの番号": "own_1", "nothing": "nothing", "": "",
	} {
		if got := fieldNamed(office, r, typed); got != want {
			t.Errorf("%q names %q, want %q", typed, got, want)
		}
	}
	if got := fieldNamed(nil, r, "product"); got != "product" {
		t.Errorf("without a template: %q", got)
	}
}

func TestLabelAndType(t *testing.T) {
	for typed, want := range map[string][2]string{
		"mail:email": {"mail", "email"}, "a:b:date": {"a:b", "date"}, "time: 12:30": {"time: 12:30", "text"},
		"plain": {"plain", "text"}, "x:choice": {"x:choice", "text"}, ":secret": {"", "secret"},
	} {
		label, kind := labelAndType(typed, record.TypeText)
		if label != want[0] || string(kind) != want[1] {
			t.Errorf("%q is %q of type %s", typed, label, kind)
		}
	}
}

// TestLinesComeBack: a text offered line by line and taken unchanged is the
// same text.
func TestLinesComeBack(t *testing.T) {
	for _, text := range []string{"one", "one\n\ntwo", "\n\nlate", ".", "a\n.\n..\n\n...\nb", "  two  \n\tthree"} {
		lines := offerLines(text)
		for _, line := range lines {
			if strings.TrimSpace(line) == "" {
				t.Errorf("%q offers an empty line", text)
			}
		}
		if got := takeLines(lines); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
	if got := offerLines(""); got != nil {
		t.Errorf("nothing offers %q", got)
	}
}

func TestSideBySide(t *testing.T) {
	texts := []string{"1111", "22", "3333", "4444"}
	for cols, want := range map[int][]string{
		80: {"1111   22     3333   4444"}, 18: {"1111   22     3333", "4444"}, 17: {"1111   22", "3333   4444"}, 1: texts,
	} {
		if got := sideBySide(texts, cols); !slices.Equal(got, want) {
			t.Errorf("%d columns: %q", cols, got)
		}
	}
}
