package term

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzEditor types any bytes in windows of any width, all at once and byte by
// byte: an answer is UTF-8 without control characters, the same both ways, and
// the screen never gets a sequence that is not ours.
func FuzzEditor(f *testing.F) {
	for _, s := range []string{
		"事務所の鍵\x1b[D\x1b[DX\x7f\x7f\x1b[F\r", "か\u3099e\u0301z\x7f\x7f\r", "a" + family + "b" + flag + "c\x1b[D\x1b[D\x7f\r",
		paste("a\r\nb\tc\x1b[31m") + "\r", "\x1b[200~a", "\x1b]0;x\x07\x1bP\x1b\\\x1b[[A\x1bOM", "\xe4\xba\xff\xf0\x9f\r", "a\x01\x0b\x17\x15\x0c\x04\r",
		strings.Repeat("あ", 100) + "\x01b\r", "\u202e\u2028\u200d\ufe0f\r", "ab\x02\u0301\x17\r",
	} {
		f.Add([]byte(s), uint8(20), false)
		f.Add([]byte(s), uint8(80), true)
	}
	f.Fuzz(func(t *testing.T, keys []byte, cols uint8, secret bool) {
		keys = keys[:min(len(keys), 2000)] // typed one by one, each key costs the length of the line
		read := func(r io.Reader) (string, error) {
			var s bytes.Buffer
			term := New(r, &s, size(int(cols), 24), Options{})
			defer checkOutput(t, &s)
			if secret {
				return term.ReadSecret("? ")
			}
			return term.ReadLine(Line{Prompt: "? ", Back: true, MaxBytes: 300})
		}
		answer, err := read(bytes.NewReader(keys))
		if !utf8.ValidString(answer) || strings.ContainsFunc(answer, isControl) {
			t.Errorf("answer %+q", answer)
		}
		if err != nil && answer != "" && !errors.Is(err, ErrBack) {
			t.Errorf("answer %+q with error %v", answer, err)
		}
		slow, slowErr := read(iotest.OneByteReader(bytes.NewReader(keys)))
		if bytes.ContainsAny(keys, "\x03\r") { // these look at what came with them
			return
		}
		if slow != answer || !errors.Is(slowErr, err) {
			t.Errorf("byte by byte %+q, %v, at once %+q, %v", slow, slowErr, answer, err)
		}
	})
}

// checkOutput takes our own sequences out; nothing that drives a terminal may
// be left.
func checkOutput(t *testing.T, s *bytes.Buffer) {
	out := s.String()
	if !utf8.ValidString(out) {
		t.Errorf("not UTF-8: %+q", out)
	}
	out = strings.NewReplacer(pasteOn, "", pasteOff, "", "\x1b[K", "", "\x1b[J", "", "\r", "", "\n", "").Replace(out)
	for {
		before, after, found := strings.Cut(out, "\x1b[")
		if !found {
			break
		}
		after = strings.TrimLeft(after, "0123456789")
		if !strings.HasPrefix(after, "G") {
			t.Fatalf("sequence in %+q", s.String())
		}
		out = before + after[1:]
	}
	if strings.ContainsFunc(out, unsafeRune) {
		t.Errorf("control character in %+q", s.String())
	}
}

// FuzzLists pastes and types any bytes into a list.
func FuzzLists(f *testing.F) {
	for _, s := range []string{"a\rb\r\r", paste("1. a\r\n\r\n2. b") + "\r\r", "a\r\x1b[A\x1b[A", "\x1b[200~a\rb\rc\rd"} {
		f.Add([]byte(s), "x", uint8(3))
	}
	f.Fuzz(func(t *testing.T, keys []byte, initial string, most uint8) {
		term := New(bytes.NewReader(keys), io.Discard, nil, Options{})
		list := List{Initial: []string{initial}, Back: true, MaxItems: int(most)}
		items, err := term.ReadLines(list)
		if most > 0 && err == nil && len(items) > max(int(most), 1) {
			t.Errorf("%d items of %d", len(items), most)
		}
		for _, item := range items {
			if item != initial && utf8.ValidString(initial) && !utf8.ValidString(item) {
				t.Errorf("item %+q", item)
			}
		}
	})
}
