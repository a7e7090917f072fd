package cli

import (
	"slices"
	"testing"
)

func TestReadMark(t *testing.T) {
	type mark struct {
		number      string
		page, pages int
	}
	for text, want := range map[string]mark{
		"memovault:sheet:3C7A-F18E:1:2":          {"3C7A-F18E", 1, 2},
		"MEMOVAULT:SHEET:3c7a-f18e:7:9":          {"3C7A-F18E", 7, 9},
		"memovault:sheet:3C7A-F18E":              {"3C7A-F18E", 0, 0}, // of HTML
		"memovault:sheet:3C7A-F18E:1":            {},
		"memovault:sheet:3C7A-F18E:0:2":          {},
		"memovault:sheet:3C7A-F18E:3:2":          {},
		"memovault:sheet:3C7A-F18E:1:1000000000": {},
		"memovault:sheet:3C7A-F18E:\x1b[2J:2":    {},
		"memovault:sheet:3C7A":                   {},
		"memovault:sheet::1:2":                   {},
		"WIFI:T:WPA;S:x;;":                       {},
	} {
		number, page, pages, ok := readMark(text)
		if got := (mark{number, page, pages}); got != want || ok != (number != "") {
			t.Errorf("readMark(%q) = %v, %t, want %v", text, got, ok, want)
		}
	}
}

func TestMissingPages(t *testing.T) {
	s := &shownSheet{seen: map[int]bool{2: true, 10: true}, pages: 11}
	if got := s.missing(); !slices.Equal(got, []int{1, 3, 4, 5, 6, 7, 8, 9, 11}) {
		t.Errorf("missing pages %v", got)
	}
	if got := (&shownSheet{seen: map[int]bool{0: true}}).missing(); len(got) > 0 {
		t.Errorf("a browser's print has no pages that could be missing: %v", got)
	}
}
