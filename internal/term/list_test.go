package term

import (
	"errors"
	"slices"
	"testing"
)

func isQuestion(item string) bool { return item == "?" }

func TestReadLines(t *testing.T) {
	tests := []struct {
		name string
		list List
		keys []string
		want []string
		err  error
	}{
		{"typed", List{}, []string{"a\r", "b\r", "\r"}, []string{"a", "b"}, nil},
		{"nothing", List{}, []string{"\r"}, nil, nil},
		{"blanks end it", List{}, []string{"a\r", "  \r"}, []string{"a"}, nil},
		{"a paste", List{}, []string{paste("12345-67890\r22222-33333\r44444-55555"), "\r\r"}, []string{"12345-67890", "22222-33333", "44444-55555"}, nil},
		{"a paste with a line end", List{}, []string{paste("a\nb\n"), "\r"}, []string{"a", "b"}, nil},
		{"a paste with blank lines", List{}, []string{paste("\r\n\r\na\r\n \r\nb\r\n\r\n"), "c\r\r"}, []string{"a", "b", "c"}, nil},
		{"a paste after something typed", List{}, []string{"x" + paste("a\rb"), "y\r\r"}, []string{"xa", "by"}, nil},
		{"lines without paste marks", List{}, []string{"a\rb\r\r"}, []string{"a", "b"}, nil},
		{"initial kept", List{Initial: []string{"a", "b"}}, []string{"\r\r\r"}, []string{"a", "b"}, nil},
		{"initial edited and emptied", List{Initial: []string{"a", "b"}}, []string{"x\r", "\x15\r", "c\r\r"}, []string{"ax", "c"}, nil},
		{"a paste before the rest of initial", List{Initial: []string{"a", "b"}}, []string{"\r", "\x15" + paste("x\ry\r"), "\r", "\r"}, []string{"a", "x", "y"}, nil},
		{"a paste goes before what follows", List{Initial: []string{"a", "b"}}, []string{"\x15" + paste("x\ry"), "\r", "\r", "\r"}, []string{"x", "y", "b"}, nil},
		{"back inside", List{}, []string{"a\r", "b" + up, "x\r", "\r", "\r"}, []string{"ax", "b"}, nil},
		{"back out", List{Back: true, Initial: []string{"a"}}, []string{"\r", up, up}, []string{"a"}, ErrBack},
		{"no way back out", List{}, []string{up + "a\r\r"}, []string{"a"}, nil},
		{"cancel keeps what there is", List{Initial: []string{"a", "b"}}, []string{"x\r\x03"}, []string{"ax", "b"}, ErrCancelled},
		{"end", List{}, []string{"a\r\x04"}, []string{"a"}, ErrEnd},
		{"item too long", List{MaxBytes: 2}, []string{"ab\r", "abc\r"}, []string{"ab"}, ErrTooLong},
		{"a last item", List{Initial: []string{"a", "c"}, Last: isQuestion}, []string{"\r", "\x15?\r"}, []string{"a", "?"}, nil},
		{"a last item before others", List{Initial: []string{"a", "c"}, Last: isQuestion}, []string{"\x15?\r"}, []string{"?", "c"}, nil},
		{"no last item in a paste", List{Last: isQuestion}, []string{paste("?\rb\r"), "\r"}, []string{"?", "b"}, nil},
		{"full", List{MaxItems: 2}, []string{"a\r", "b\r"}, []string{"a", "b"}, nil},
		{"full of initial", List{MaxItems: 2, Initial: []string{"a", "b"}}, []string{"\r", "x\r"}, []string{"a", "bx"}, nil},
		{"a paste too long", List{MaxItems: 2}, []string{paste("a\rb\rc\rd\re")}, []string{"a", "b"}, ErrTooLong},
		{"a paste just full", List{MaxItems: 2}, []string{paste("a\rb\r\n\n")}, []string{"a", "b"}, nil},
		{"cancelled in a paste too long", List{MaxItems: 1}, []string{"\x1b[200~a\rb", "\x03"}, []string{"a"}, ErrCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScreen(t, 80)
			got, err := New(&typist{keys: tt.keys}, s, nil, Options{}).ReadLines(tt.list)
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
			if s.modes["?2004"] {
				t.Error("bracketed paste was left on")
			}
		})
	}
}

// TestPasteIsEchoed: each pasted item stands on its own row under its own
// prompt, and nothing is left over for the next question.
func TestPasteIsEchoed(t *testing.T) {
	s := newScreen(t, 80)
	term := New(&typist{keys: []string{paste("１２３-a\r\nb b\r\n") + "\r" + "next\r"}}, s, nil, Options{})
	if _, err := term.ReadLines(List{Prompt: "回復コード"}); err != nil {
		t.Fatal(err)
	}
	answer, err := term.ReadLine(Line{Prompt: "? "})
	if answer != "next" || err != nil {
		t.Errorf("the next question got %q, %v", answer, err)
	}
	if want := "回復コード\n1> １２３-a\n2> b b\n3>\n? next"; s.text() != want {
		t.Errorf("screen\n%s\nwant\n%s", s.text(), want)
	}
}

// TestSpoiledListLeavesNothing: what does not fit in a list does not answer the
// question after it.
func TestSpoiledListLeavesNothing(t *testing.T) {
	term := New(&typist{keys: []string{paste("a\rb\rc\r") + "next\r"}}, newScreen(t, 80), nil, Options{})
	if _, err := term.ReadLines(List{MaxItems: 1}); !errors.Is(err, ErrTooLong) {
		t.Fatalf("error %v, want ErrTooLong", err)
	}
	if answer, err := term.ReadLine(Line{}); answer != "next" || err != nil {
		t.Errorf("the next question got %q, %v", answer, err)
	}
}

func TestSecrets(t *testing.T) {
	tests := []struct {
		name, keys, want, screen string
		err                      error
	}{
		{"a star for each character", "が" + "か\u3099" + family + "x\r", "がか\u3099" + family + "x", "pass: ****", nil},
		{"edited", "abc" + left + backspace + "\r", "ac", "pass: **", nil},
		{"pasted with its line end", paste("correct horse\n") + "\r", "correct horse", "pass: *************", nil},
		{"pasted with a tab", paste("a\tb") + "\r", "", "pass: **", ErrControl},
		{"not UTF-8", "a\x83\x65\r", "", "pass: **", ErrControl},
		{"spoiled, then emptied", "a\xff\x15b\r", "b", "pass: *", nil},
		{"no way back", "a" + up + "b\r", "ab", "pass: **", nil},
		{"Tab does nothing", "a\tb\r", "ab", "pass: **", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScreen(t, 80)
			got, err := New(&typist{keys: []string{tt.keys}}, s, nil, Options{}).ReadSecret("pass: ")
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %+q, %v, want %+q, %v", got, err, tt.want, tt.err)
			}
			if s.text() != tt.screen {
				t.Errorf("screen %q, want %q", s.text(), tt.screen)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	tests := []struct {
		name string
		line Line
		in   string
		want string
		err  error
	}{
		{"a line", Line{}, "事務所\n", "事務所", nil},
		{"carriage return", Line{}, "a\r\n", "a", nil},
		{"initial kept", Line{Initial: "old"}, "\n", "old", nil},
		{"initial replaced", Line{Initial: "old"}, "new\n", "new", nil},
		{"initial emptied", Line{Initial: "old"}, "-\n", "", nil},
		{"a dash is text otherwise", Line{}, "-\n", "-", nil},
		{"back", Line{Back: true, Initial: "old"}, "\x10\n", "old", ErrBack},
		{"paste marks", Line{}, paste("a b") + "\n", "a b", nil},
		{"tab", Line{}, "a\tb\n", "a b", nil},
		{"keys the system does not know", Line{}, "a\x1b[Db\n", "", ErrControl},
		{"not UTF-8", Line{}, "a\xffb\n", "a\ufffdb", nil},
		{"too long", Line{MaxBytes: 2}, "abc\n", "", ErrTooLong},
		{"end", Line{}, "", "", ErrEnd},
		{"end in a line", Line{}, "abc", "", ErrEnd},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScreen(t, 80)
			term := New(&typist{keys: []string{tt.in}}, s, nil, Options{Plain: true})
			got, err := term.ReadLine(tt.line)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %+q, %v, want %+q, %v", got, err, tt.want, tt.err)
			}
			if !term.Plain() || len(s.modes) > 0 || term.Erase(1) {
				t.Error("escape sequences in plain mode")
			}
		})
	}
}
