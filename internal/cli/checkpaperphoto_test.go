package cli

import "testing"

func TestReadMark(t *testing.T) {
	for text, want := range map[string][3]string{
		"memovault:sheet:3C7A-F18E:1:2": {"3C7A-F18E", "1", "2"},
		"MEMOVAULT:SHEET:3c7a-f18e:7:9": {"3C7A-F18E", "7", "9"},
		"memovault:sheet:3C7A-F18E":     {"3C7A-F18E", "", ""}, // of HTML
		"memovault:sheet:3C7A-F18E:1":   {},
		"memovault:sheet:3C7A":          {},
		"memovault:sheet::1:2":          {},
		"WIFI:T:WPA;S:x;;":              {},
	} {
		number, page, pages, ok := readMark(text)
		if got := [3]string{number, page, pages}; got != want || ok != (number != "") {
			t.Errorf("readMark(%q) = %q, %t, want %q", text, got, ok, want)
		}
	}
}
