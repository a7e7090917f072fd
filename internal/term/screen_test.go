package term

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// A screen is a small terminal: it understands just what the editor writes and
// fails the test on anything else. A wide character fills its cell and an
// empty one after it, as terminals do.
type screen struct {
	t        *testing.T
	cols     int
	rows     [][]string
	row, col int
	bytes    int // all that was written
	modes    map[string]bool
}

func newScreen(t *testing.T, cols int) *screen {
	return &screen{t: t, cols: cols, rows: [][]string{nil}, modes: map[string]bool{}}
}

func (s *screen) Write(p []byte) (int, error) {
	s.bytes += len(p)
	text := string(p)
	if !utf8.ValidString(text) {
		s.t.Errorf("not UTF-8: %q", text)
	}
	for text != "" {
		text = text[s.step(text):]
	}
	return len(p), nil
}

// step carries out what text begins with and returns its length.
func (s *screen) step(text string) int {
	switch text[0] {
	case '\r':
		s.col = 0
		return 1
	case '\n':
		s.row, s.col = s.row+1, 0 // the line discipline adds the return
		for s.row >= len(s.rows) {
			s.rows = append(s.rows, nil)
		}
		return 1
	case 0x1b:
		return s.sequence(text)
	}
	for c := range clusters(text) {
		s.put(c)
		return len(c)
	}
	return len(text)
}

func (s *screen) sequence(text string) int {
	end := strings.IndexFunc(text[2:], func(r rune) bool { return r >= 0x40 && r <= 0x7e })
	if text[1] != '[' || end < 0 {
		s.t.Fatalf("unknown sequence %q", text)
	}
	args, final := text[2:2+end], text[2+end]
	n, _ := strconv.Atoi(args)
	switch final {
	case 'G':
		s.col = max(n, 1) - 1
		if s.col >= s.cols {
			s.t.Errorf("cursor sent to column %d of %d", n, s.cols)
		}
	case 'A':
		s.row = max(0, s.row-max(n, 1))
	case 'K':
		s.clear(s.row, s.col)
	case 'J':
		s.clear(s.row, s.col)
		s.rows = s.rows[:s.row+1]
	case 'h', 'l':
		s.modes[args] = final == 'h'
	default:
		s.t.Fatalf("unknown sequence %q", text[:2+end+1])
	}
	return 2 + end + 1
}

func (s *screen) clear(row, col int) {
	if col < len(s.rows[row]) {
		s.rows[row] = s.rows[row][:col]
	}
}

func (s *screen) put(c string) {
	w := clusterWidth(c)
	if s.col+w > s.cols {
		s.step("\n")
	}
	line := s.rows[s.row]
	for len(line) < s.col+w {
		line = append(line, " ")
	}
	if s.col > 0 && line[s.col] == "" { // half of a wide character is overwritten
		line[s.col-1] = " "
	}
	for i := range w {
		line[s.col+i] = ""
	}
	line[s.col] = c
	if after := s.col + w; after < len(line) && line[after] == "" {
		line[after] = " "
	}
	s.rows[s.row] = line
	s.col += w
}

// line returns the text of a row without the blanks at its end.
func (s *screen) line(row int) string {
	if row >= len(s.rows) {
		return ""
	}
	return strings.TrimRight(strings.Join(s.rows[row], ""), " ")
}

func (s *screen) text() string {
	var lines []string
	for i := range s.rows {
		lines = append(lines, s.line(i))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// at says where the cursor is: text before the mark and its column.
func (s *screen) at() string { return fmt.Sprintf("%s|%d", s.line(s.row), s.col) }
