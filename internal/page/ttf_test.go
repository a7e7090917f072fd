package page

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// checkOffsets holds that the cross-reference table of a PDF points at the
// objects.
func checkOffsets(t *testing.T, pdf []byte) {
	t.Helper()
	tail := pdf[max(0, len(pdf)-64):]
	_, after, ok := bytes.Cut(tail, []byte("startxref\n"))
	at, err := strconv.Atoi(strings.TrimSuffix(string(after), "\n%%EOF\n"))
	if !ok || err != nil || !bytes.HasPrefix(pdf[at:], []byte("xref\n0 ")) {
		t.Fatalf("no cross-reference table: %q", tail)
	}
	lines := strings.Split(string(pdf[at:]), "\n")
	n, err := strconv.Atoi(strings.TrimPrefix(lines[1], "0 "))
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < n; i++ {
		offset, err := strconv.Atoi(lines[2+i][:10])
		if err != nil || !bytes.HasPrefix(pdf[offset:], []byte(strconv.Itoa(i)+" 0 obj\n")) {
			t.Fatalf("object %d is not at %s", i, lines[2+i])
		}
	}
}

func TestFallbacks(t *testing.T) {
	for _, c := range []struct {
		face Face
		char rune
		want *embedded
	}{
		{Text, 'a', textFont}, {Text, '山', textFont}, {Text, '彅', textFont}, {Text, '𠮷', rareFont}, {Text, '🍣', emojiFont},
		{Bold, '山', boldFont}, {Bold, '齋', boldFont}, {Bold, '髙', boldFont}, {Bold, '\u5f0c', boldFont}, {Bold, '㐂', textFont}, {Bold, '𠮷', rareFont},
		{Mono, '0', monoFont}, {Mono, '山', textFont}, {Mono, '𠮷', rareFont},
		{MonoBold, '0', monoBoldFont}, {MonoBold, '山', boldFont}, {Face(99), 'a', textFont},
	} {
		if font, id := c.face.find(c.char); font != c.want.load() || id == 0 {
			t.Errorf("face %d takes %c from another font than %s", c.face, c.char, c.want.name)
		}
	}
}

func TestVariants(t *testing.T) {
	f := textFont.load()
	plain, other := f.glyph('葛'), f.variant('葛', 0xE0100)
	if plain == 0 || other == 0 || plain == other {
		t.Errorf("葛 has the glyphs %d and %d", plain, other)
	}
	if g := shape(Text, "葛\U000E0101"); len(g) != 1 || g[0].id != plain || g[0].text != "葛\U000E0101" {
		t.Errorf("a selector that no font knows is drawn as %+v", g)
	}
	if id := f.variant('a', 0xE0100); id != 0 {
		t.Errorf("a with a selector is glyph %d", id)
	}
}

// TestWholeSet holds that paper has all that a Japanese computer can type: every
// character of JIS X 0208 and 0212, and of what Windows calls Shift JIS.
func TestWholeSet(t *testing.T) {
	var all []byte
	for lead := 0x81; lead <= 0xFC; lead++ {
		for trail := 0x40; trail <= 0xFC; trail++ {
			if user := lead >= 0xF0 && lead <= 0xF9; !user && trail != 0x7F && (lead < 0xA0 || lead > 0xDF) {
				all = append(all, byte(lead), byte(trail))
			}
		}
	}
	windows, err := japanese.ShiftJIS.NewDecoder().Bytes(all)
	if err != nil {
		t.Fatal(err)
	}
	all = all[:0]
	for lead := 0xA1; lead <= 0xFE; lead++ {
		for trail := 0xA1; trail <= 0xFE; trail++ {
			all = append(all, byte(lead), byte(trail), 0x8F, byte(lead), byte(trail))
		}
	}
	unix, err := japanese.EUCJP.NewDecoder().Bytes(all)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(windows)+string(unix), "\uFFFD", "")
	if n := utf8.RuneCountInString(text); n < 20_000 {
		t.Errorf("only %d characters", n)
	}
	if m := Missing(text); len(m) != 0 {
		t.Errorf("%d are missing: %q", len(m), m)
	}
}

func TestMissing(t *testing.T) {
	if m := Missing(strings.Join(typed[:len(typed)-1], "")); len(m) != 0 {
		t.Errorf("no font has %q", m)
	}
	if m := Missing("a한글 한\u200b\x07é\u0301葛\U000E0100"); string(m) != "한글" {
		t.Errorf("missing are %q", m)
	}
	if m := Missing("x\xff"); string(m) != "\uFFFD" {
		t.Errorf("a byte that is no text lacks %q", m)
	}
}

// TestMarksOverLetters holds that a letter with a mark is one glyph on paper,
// and that the composed letter is taken where there is one.
func TestMarksOverLetters(t *testing.T) {
	for text, want := range map[string]int{"e\u0301": 0, "か\u309A": 1, "q\u0308\u0303": 2, "か\u3099": 0, "葛󠄀": 0, "1️⃣": 1} {
		g := shape(Text, text)
		if len(g) != 1 || len(g[0].marks) != want || g[0].text != text {
			t.Errorf("%q is drawn as %d glyphs: %+v", text, len(g), g)
		}
	}
	if g := shape(Text, "\uFA19"); len(g) != 1 || g[0].id != textFont.load().glyph(0xFA19) {
		t.Error("a kanji of names was replaced by its ordinary form")
	}
	if g := shape(Text, "あ"+strings.Repeat("\u200d", 300)); len(g[0].text) > maxText {
		t.Errorf("one glyph stands for %d bytes", len(g[0].text))
	}
	stack := shape(Text, "q"+strings.Repeat("\u0308", 20))
	if len(stack[0].marks) != maxMarks {
		t.Errorf("%d marks on one letter", len(stack[0].marks))
	}
	for i, m := range stack[0].marks[1:] {
		if m.y <= stack[0].marks[i].y {
			t.Error("marks lie on each other")
		}
	}
}

func TestDamagedFont(t *testing.T) {
	good, err := unpack(mustRead(t, "fonts/mono.ttf.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 4, 12, 100, len(good) / 2, len(good) - 1} {
		if _, err := parseFont(good[:n]); !errors.Is(err, errFont) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
}

func mustRead(t testing.TB, name string) []byte {
	t.Helper()
	b, err := fontFiles.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// FuzzFont holds that a font of any bytes is refused or drawn, without a panic
// or an endless loop: an outline made of itself, numbers beyond the tables.
func FuzzFont(f *testing.F) {
	good, err := unpack(mustRead(f, "fonts/mono.ttf.gz"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:400], uint16(3), byte(7))
	f.Fuzz(func(t *testing.T, patch []byte, at uint16, times byte) {
		data := bytes.Clone(good)
		for i := range int(times) + 1 {
			copy(data[(int(at)*(i+1))%len(data):], patch)
		}
		font, err := parseFont(data)
		if err != nil {
			return
		}
		for _, id := range []uint16{0, font.glyph('a'), font.glyph('é'), font.variant('a', 0xFE0F), 0xFFFF} {
			font.outline(id)
			font.advance(id)
			font.box(id)
			if int(id) < font.glyphs {
				s := newSubset(font)
				s.take(&glyph{font: font, id: id, marks: []overlay{{id: font.glyph(0x301)}}})
				s.program()
			}
		}
	})
}
