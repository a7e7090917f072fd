package term

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// A typist hands one key after another to the editor and, before each, looks
// at the screen as it was after the one before.
type typist struct {
	keys []string
	seen []string // screen.at after the prompt and after each key
	look func() string
}

func (p *typist) Read(b []byte) (int, error) {
	if p.look != nil {
		p.seen = append(p.seen, p.look())
	}
	if len(p.keys) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.keys[0])
	if p.keys[0] = p.keys[0][n:]; p.keys[0] == "" {
		p.keys = p.keys[1:]
	}
	return n, nil
}

func size(cols, rows int) func() (int, int) { return func() (int, int) { return cols, rows } }

// ask types keys at a question and returns what came of it.
func ask(t *testing.T, cols int, l Line, keys ...string) (answer string, s *screen, seen []string, err error) {
	t.Helper()
	s = newScreen(t, cols)
	p := &typist{keys: keys, look: s.at}
	answer, err = New(p, s, size(cols, 24), Options{}).ReadLine(l)
	if s.modes["?2004"] {
		t.Error("bracketed paste was left on")
	}
	return answer, s, p.seen, err
}

const (
	left, right, up  = "\x1b[D", "\x1b[C", "\x1b[A"
	home, end, del   = "\x1b[H", "\x1b[F", "\x1b[3~"
	backspace, enter = "\x7f", "\r"
	family           = "👨‍👩‍👧"
	flag             = "🇯🇵"
)

func paste(s string) string { return "\x1b[200~" + s + "\x1b[201~" }

func TestEditingKeys(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want string   // the answer
		seen []string // row and cursor column after each key; "" skips
	}{
		{"T1 Japanese in the middle",
			[]string{"事", "務", "所", "の", "鍵", left, left, "X", backspace, backspace, end, enter}, "事務の鍵",
			[]string{"? 事|4", "? 事務|6", "? 事務所|8", "? 事務所の|10", "? 事務所の鍵|12", "? 事務所の鍵|10", "? 事務所の鍵|8",
				"? 事務所Xの鍵|9", "? 事務所の鍵|8", "? 事務の鍵|6", "? 事務の鍵|10"}},
		{"T2 combining marks",
			[]string{"か", "\u3099", "e", "\u0301", "z", backspace, backspace, enter}, "か\u3099",
			[]string{"? か|4", "? か\u3099|4", "? か\u3099e|5", "? か\u3099e\u0301|5", "? か\u3099e\u0301z|6", "? か\u3099e\u0301|5", "? か\u3099|4"}},
		{"T3 emoji and flags whole",
			[]string{"a", family, "b", flag, "c", left, left, backspace, enter}, "a" + family + flag + "c",
			[]string{"? a|3", "? a" + family + "|5", "? a" + family + "b|6", "? a" + family + "b" + flag + "|8",
				"? a" + family + "b" + flag + "c|9", "? a" + family + "b" + flag + "c|8", "? a" + family + "b" + flag + "c|6",
				"? a" + family + flag + "c|5"}},
		{"a flag made by closing a gap is stepped over whole",
			[]string{"🇯x🇵", left, backspace, left, "y", enter}, "y" + flag, nil},
		{"home and delete", []string{"abc", home, del, "\x04", enter}, "c", []string{"? abc|5", "? abc|2", "? bc|2", "? c|2"}},
		{"emacs keys", []string{"abc", "\x01", "\x06", "\x0b", enter}, "a", []string{"? abc|5", "? abc|2", "? abc|3", "? a|3"}},
		{"back and end", []string{"abc", "\x02\x02", "X", "\x05", "Y", enter}, "aXbcY", nil},
		{"kill the line", []string{"abc", "\x15", "d", enter}, "d", []string{"? abc|5", "?|2", "? d|3"}},
		{"kill a word", []string{"foo bar ", "\x17", enter}, "foo ", nil},
		{"kill a word of Japanese", []string{"事務所のパソコン", "\x17", enter}, "事務所の", nil},
		{"kill a word with marks", []string{"電話ソフトバンクー", "\x17", enter}, "電話", nil},
		{"half-width kana keep a cell for their mark", []string{"ﾊ", "ﾟ", "ｿ", backspace, backspace, enter}, "",
			[]string{"? ﾊ|3", "? ﾊﾟ|4", "? ﾊﾟｿ|5", "? ﾊﾟ|4", "?|2"}},
		{"split characters", []string{"\xe4", "\xba", "\x8b", "\xf0\x9f\x91", "\xa8", enter}, "事👨", nil},
		{"broken characters show", []string{"a\xff\xe4b\xe4\xba\x8b", enter}, "a\ufffd\ufffdb事", nil},
		{"application cursor keys", []string{"ab", "\x1bOD", "\x1bOH", "x", enter}, "xab", nil},
		{"rxvt and VT220 keys", []string{"ab", "\x1b[7~", "x", "\x1b[8~", "y", "\x1b[1~", "\x1b[3~", "\x1b[4~", enter}, "aby", nil},
		{"keys with modifiers", []string{"ab", "\x1b[1;5D", "x", enter}, "axb", nil},
		{"unknown sequences", []string{"a\x1b[15~\x1b[[A\x1b[?1;2c\x1bOP\x1b]11;rgb:0/0/0\x07\x1bP1$r0m\x1b\\\x1bx\x1b[<0;1;1Mb", enter}, "ab", nil},
		{"a sequence in pieces", []string{"ab\x1b", "[", "1", ";", "2", "D", "x", enter}, "axb", nil},
		{"newline typed ahead", []string{"abc\n"}, "abc", nil},
		{"controls are not text", []string{"a\x00\x1c\x1d\x1e\x1f\x0e\x07\u0085b\tc", enter}, "abc", nil},
		{"a paste", []string{"a", paste("one\r\ntwo\nthree\r\r\nfour\r"), "b", enter}, "aone two three fourb", nil},
		{"a paste in pieces", []string{"\x1b[200", "~one\r", "\ntwo\x1b[2", "01~", enter}, "one two", nil},
		{"a paste in the middle", []string{"ad", left, paste("b\nc"), enter}, "ab cd", nil},
		{"controls in a paste", []string{paste("a\x00\x1b[31mb\x03c\td\u009be\u2028f\x1b"), enter}, "abc de f", nil},
		{"Tab without completion", []string{"a\tb", enter}, "ab", nil},
		{"previous where it is not offered", []string{"a" + up + "\x10b", enter}, "ab", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, seen, err := ask(t, 80, Line{Prompt: "? "}, tt.keys...)
			if err != nil || got != tt.want {
				t.Fatalf("got %+q, %v, want %+q", got, err, tt.want)
			}
			for i, want := range tt.seen {
				if i+1 >= len(seen) || seen[i+1] != want {
					t.Errorf("after key %d (%q): screen %q, want %q", i+1, tt.keys[i], seen[min(i+1, len(seen)-1)], want)
				}
			}
		})
	}
}

func TestEnds(t *testing.T) {
	tests := []struct {
		name string
		line Line
		keys []string
		want string
		err  error
	}{
		{"cancel", Line{}, []string{"abc\x03"}, "", ErrCancelled},
		{"cancel a paste that never ends", Line{}, []string{"\x1b[200~abc\r", "\x03"}, "", ErrCancelled},
		{"Ctrl-D on an empty line", Line{}, []string{"\x04"}, "", ErrEnd},
		{"Ctrl-D deletes otherwise", Line{}, []string{"ab\x1b[D\x04\r"}, "a", nil},
		{"the terminal goes away", Line{}, []string{"abc"}, "", ErrEnd},
		{"the terminal goes away inside a key", Line{}, []string{"abc\x1b["}, "", ErrEnd},
		{"Ctrl-P", Line{Back: true}, []string{"ab\x10"}, "ab", ErrBack},
		{"Up", Line{Back: true, Initial: "x"}, []string{"\x1b[A"}, "x", ErrBack},
		{"initial kept", Line{Initial: "事務所"}, []string{"\r"}, "事務所", nil},
		{"initial edited", Line{Initial: "事務所"}, []string{"\x7f長\r"}, "事務長", nil},
		{"initial byte for byte", Line{Initial: "か\u3099\t\u202ex"}, []string{"\r"}, "か\u3099\t\u202ex", nil},
		{"just fits", Line{MaxBytes: 6}, []string{"事務\r"}, "事務", nil},
		{"too long", Line{MaxBytes: 5}, []string{"事務\r"}, "", ErrTooLong},
		{"far too long", Line{}, []string{strings.Repeat("a", maxText+1), "\r"}, "", ErrTooLong},
		{"too long, then emptied", Line{}, []string{strings.Repeat("a", maxText+1), "\x15b\r"}, "b", nil},
		{"one completion", Line{Complete: oneOf("office", "router")}, []string{"o\t\r"}, "office", nil},
		{"common part", Line{Complete: oneOf("事務所の鍵", "事務所の金庫")}, []string{"事\t", "金庫\r"}, "事務所の金庫", nil},
		{"no completion", Line{Complete: oneOf("office")}, []string{"x\t\r"}, "x", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, _, err := ask(t, 80, tt.line, tt.keys...)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %+q, %v, want %+q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func oneOf(all ...string) func(string) []string {
	return func(s string) (found []string) {
		for _, a := range all {
			if strings.HasPrefix(a, s) {
				found = append(found, a)
			}
		}
		return found
	}
}

// TestEscapeAlone: an ESC that nothing follows in time is a key of its own, and
// what is typed later stays text.
func TestEscapeAlone(t *testing.T) {
	for _, followed := range []bool{false, true} {
		term := New(&typist{keys: []string{"a\x1b", "b\r"}}, newScreen(t, 80), nil, Options{})
		term.in.ready = func(time.Duration) bool { return followed }
		want := "ab"
		if followed {
			want = "a" // Alt-b
		}
		if got, err := term.ReadLine(Line{}); got != want || err != nil {
			t.Errorf("followed %v: got %q, %v, want %q", followed, got, err, want)
		}
	}
}
