package term

import (
	"strconv"
	"strings"
	"testing"
)

// TestOnlyTheTypedIsSent counts what a screen reader would have to sift.
func TestOnlyTheTypedIsSent(t *testing.T) {
	s := newScreen(t, 80)
	var sent []int
	p := &typist{keys: strings.Split("Office 2021 home, 事務所の鍵", ""), look: func() string {
		sent = append(sent, s.bytes)
		return ""
	}}
	keys := append([]string(nil), p.keys...)
	if _, err := New(p, s, nil, Options{}).ReadLine(Line{Prompt: "? "}); err != ErrEnd {
		t.Fatal(err)
	}
	for i, k := range keys {
		if n := sent[i+1] - sent[i]; n != len(k) {
			t.Errorf("typing %q sent %d bytes, want %d", k, n, len(k))
		}
	}
}

// T5 of the research: 60 wide characters in 110 columns.
func TestLongValueScrolls(t *testing.T) {
	text := strings.Repeat("あいうえおかきくけこ", 6)
	answer, s, seen, err := ask(t, 110, Line{Prompt: "? ", Initial: text}, home, "X", right, "Y", end, "Z", left, enter)
	if want := "Xあ" + "Y" + text[3:] + "Z"; answer != want || err != nil {
		t.Fatalf("got %q, %v", answer, err)
	}
	if len(s.rows) != 2 {
		t.Errorf("the answer wrapped: %q", s.text())
	}
	for i, want := range []struct {
		before, after string
		col           int
	}{
		{"? <", "きくけこ", -1},
		{"? あいう", ">", 2},
		{"? Xあい", ">", 3},
		{"? Xあい", ">", 5},
		{"? XあYい", ">", 6},
		{"? <", "けこ", -1},
		{"? <", "けこZ", -1},
		{"? <", "けこZ", -1},
	} {
		row, col, _ := strings.Cut(seen[i], "|")
		if !strings.HasPrefix(row, want.before) || !strings.HasSuffix(row, want.after) {
			t.Errorf("step %d: row %q, want %q…%q", i, row, want.before, want.after)
		}
		if want.col >= 0 && col != strconv.Itoa(want.col) {
			t.Errorf("step %d: column %s, want %d", i, col, want.col)
		}
		if w := Width(row); w > 109 {
			t.Errorf("step %d: %d columns", i, w)
		}
	}
}

// TestCursorStaysOnTheText walks through a value that is too long and compares
// the character under the cursor, at every width a window may have.
func TestCursorStaysOnTheText(t *testing.T) {
	text := "aあ" + family + "bい" + flag + "cうﾊﾟdえeおfか"
	for cols := 1; cols <= 40; cols++ {
		var keys []string
		var want []string
		all := []string{}
		for c := range clusters(text) {
			all = append(all, c)
		}
		for i := len(all) - 1; i >= 0; i-- {
			keys = append(keys, left)
			want = append(want, all[i])
		}
		s := newScreen(t, cols)
		var under []string
		p := &typist{keys: keys, look: func() string {
			under = append(under, "")
			if row := s.rows[s.row]; s.col < len(row) {
				under[len(under)-1] = row[s.col]
			}
			return ""
		}}
		_, _ = New(p, s, size(cols, 24), Options{}).ReadLine(Line{Prompt: "製品名: ", Initial: text})
		for i, w := range want {
			if got := under[i+1]; got != w && cols >= 6 {
				t.Errorf("%d columns, %d to the left: cursor on %q, want %q", cols, i+1, got, w)
			}
		}
	}
}

func TestNarrowWindows(t *testing.T) {
	for cols := 1; cols <= 24; cols++ {
		answer, s, _, err := ask(t, cols, Line{Prompt: "マイクロソフトのアカウント: ", Initial: "yamada\x1b@example.jp"},
			"事", home, right, del, "務", left, "\x0c", end, backspace, enter)
		if want := "y務mada\x1b@example.jp"; answer != want || err != nil {
			t.Errorf("%d columns: got %q, %v, want %q", cols, answer, err, want)
		}
		if strings.Contains(s.text(), "\x1b") {
			t.Errorf("%d columns: an escape reached the screen", cols)
		}
	}
}

func TestPrompts(t *testing.T) {
	tests := []struct {
		name, prompt string
		cols         int
		screen       string
	}{
		{"one line", "1/6 製品名: ", 80, "1/6 製品名: x"},
		{"lines before", "電話番号\nひとつだけ: ", 80, "電話番号\nひとつだけ: x"},
		{"too long for its row", "アカウントのメール: ", 24, "アカウントのメール:\n> x"},
		{"longer than the window", "これも記録しますか？（アドレス） ", 24, "これも記録しますか？\n（アドレス）\n> x"},
		{"controls shown", "a\x1b]0;b: ", 80, "a<U+001B>]0;b: x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, s, _, _ := ask(t, tt.cols, Line{Prompt: tt.prompt}, "x", enter); s.text() != tt.screen {
				t.Errorf("screen %q, want %q", s.text(), tt.screen)
			}
		})
	}
}

// TestResizeWhileTyping changes the window between keys; ^L stands for what
// SIGWINCH does on a real terminal.
func TestResizeWhileTyping(t *testing.T) {
	cols := 60
	s := newScreen(t, 60)
	p := &typist{keys: []string{"abcdefghijklmnopqrstuvwxyz0123456789", "\x0c", "!", "\x0c", "\r"}}
	p.look = func() string {
		switch len(p.keys) {
		case 4:
			cols = 30
		case 2:
			cols = 60
		}
		return s.at()
	}
	answer, err := New(p, s, func() (int, int) { return cols, 24 }, Options{}).ReadLine(Line{Prompt: "prompt: "})
	if answer != "abcdefghijklmnopqrstuvwxyz0123456789!" || err != nil {
		t.Fatalf("got %q, %v", answer, err)
	}
	if !strings.HasPrefix(p.seen[2], "prompt: <") || Width(p.seen[2]) > 32 {
		t.Errorf("narrow: %q", p.seen[2])
	}
	if want := "prompt: abcdefghijklmnopqrstuvwxyz0123456789!|45"; p.seen[4] != want {
		t.Errorf("wide again: %q, want %q", p.seen[4], want)
	}
}

func TestCompletionList(t *testing.T) {
	_, s, _, _ := ask(t, 80, Line{Prompt: "? ", Complete: oneOf("office", "office-tanaka")}, "o\t", enter)
	if want := "? office\noffice  office-tanaka\n? office"; s.text() != want {
		t.Errorf("screen %q, want %q", s.text(), want)
	}
}

func TestPrintAndErase(t *testing.T) {
	s := newScreen(t, 10)
	term := New(&typist{keys: []string{"x\r"}}, s, size(10, 5), Options{})
	term.Print("kept\n")
	secret := "ひみつの合言葉\nabcdefghijk\n"
	term.Printf("%s", secret)
	rows := term.CountRows(secret)
	if rows != 4 {
		t.Errorf("%d rows, want 4", rows)
	}
	if !term.Erase(rows) {
		t.Error("not erased")
	}
	if s.text() != "kept" || s.row != 1 || s.col != 0 {
		t.Errorf("screen %q, cursor %d,%d", s.text(), s.row, s.col)
	}
	term.Print("unfinished")
	if _, err := term.ReadLine(Line{Prompt: "? "}); err != nil {
		t.Fatal(err)
	}
	if want := "kept\nunfinished\n? x"; s.text() != want {
		t.Errorf("screen %q, want %q", s.text(), want)
	}
	if term.Erase(9) {
		t.Error("rows above the window cannot be erased")
	}
	if !term.Erase(0) {
		t.Error("nothing to erase is not a failure")
	}
}

func TestCountRows(t *testing.T) {
	for text, want := range map[string]int{
		"": 1, "\n": 1, "a\n": 1, "a\nb": 2, "a\n\nb\n": 3,
		"0123456789": 1, "01234567890": 2, "あいうえお": 1, "aあいうえお": 2, "012345678あ": 2,
	} {
		if got := New(nil, nil, size(10, 24), Options{}).CountRows(text); got != want {
			t.Errorf("%q takes %d rows, want %d", text, got, want)
		}
	}
}
