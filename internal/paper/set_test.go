package paper

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/record"
)

// go test ./internal/paper -run TestPages -sheets sets every size of sheet in
// every format, and looks at each pixel.
var allSheets = flag.Bool("sheets", false, "lay out many more sheets")

// faults looks at a page for what must not be: ink in the margins, and marks
// that cover one another.
func faults(p *page.Page) (found []string) {
	const margin = 14 * page.MM
	marks := p.Marks()
	for i := range marks {
		m := &marks[i]
		if m.Kind == page.KindText && (m.W == 0 || m.H == 0) {
			continue
		}
		if m.X < margin || m.Y < margin || m.X+m.W > p.Size.W-margin || m.Y+m.H > p.Size.H-margin {
			found = append(found, fmt.Sprintf("in the margin: %s", mark(m)))
		}
		for j := range marks[:i] {
			if clash(m, &marks[j]) || clash(&marks[j], m) {
				found = append(found, fmt.Sprintf("%s lies on %s", mark(m), mark(&marks[j])))
			}
		}
	}
	return found
}

func mark(m *page.Mark) string {
	return fmt.Sprintf("%s %.30q %.1f,%.1f+%.1f,%.1f", m.Kind, m.Text, m.X, m.Y, m.W, m.H)
}

// overlaps reports whether two marks share more than a touch of ground.
func overlaps(a, b *page.Mark) bool {
	const touch = 0.2
	return a.W > 0 && b.W > 0 && a.X+touch < b.X+b.W && b.X+touch < a.X+a.W && a.Y+touch < b.Y+b.H && b.Y+touch < a.Y+a.H
}

func within(in, out *page.Mark) bool {
	return in.X >= out.X && in.Y >= out.Y && in.X+in.W <= out.X+out.W && in.Y+in.H <= out.Y+out.H
}

// clash reports whether a, a text or a code or a picture, is spoiled by b.
func clash(a, b *page.Mark) bool {
	switch a.Kind {
	case page.KindText:
		switch b.Kind {
		case page.KindFill, page.KindFrame:
			return overlaps(a, b) && !within(a, b)
		case page.KindLine:
			return overlaps(a, b) && !strikes(b, a)
		}
		return overlaps(a, b)
	case page.KindModules:
		quiet := a.W / 13 // four modules of a code with 52
		wide := page.Mark{X: a.X - quiet, Y: a.Y - quiet, W: a.W + 2*quiet, H: a.H + 2*quiet}
		return overlaps(&wide, b)
	case page.KindJPEG:
		return b.Kind != page.KindFrame && overlaps(a, b)
	case page.KindFrame:
		return b.Kind == page.KindFrame && overlaps(a, b) && !within(a, b) && !within(b, a)
	}
	return false
}

// strikes reports whether a line is one point thick and strikes a text out from
// its beginning to its end.
func strikes(line, text *page.Mark) bool {
	return line.H > 0.9 && line.H < 1.1 && line.X <= text.X+1 && line.X+line.W >= text.X+text.W-1
}

func TestFaultsAreFound(t *testing.T) {
	for name, draw := range map[string]func(p *page.Page){
		"margin":         func(p *page.Page) { p.Text(30, 400, page.Text, 10, 0, "outside") },
		"text on text":   func(p *page.Page) { p.Text(110, 405, page.Text, 10, 0, "above") },
		"line in text":   func(p *page.Page) { p.Line(60, 397, 300, 397, 0.5, 0) },
		"text on a rim":  func(p *page.Page) { p.Frame(60, 397, 300, 30, 1, 0) },
		"half a ground":  func(p *page.Page) { p.Fill(60, 380, 60, 30, 0.9) },
		"code on text":   func(p *page.Page) { p.Modules(90, 401, 1, 21, func(int, int) bool { return true }) },
		"half a strike":  func(p *page.Page) { p.Line(105, 397, 300, 397, 1, 0) },
		"boxes that mix": func(p *page.Page) { p.Frame(200, 500, 10, 10, 1, 0); p.Frame(205, 505, 10, 10, 1, 0) },
	} {
		p := page.New(page.A4)
		p.Text(100, 400, page.Text, 10, 0, "what stands there")
		if len(faults(p)) > 0 {
			t.Fatalf("a good page: %v", faults(p))
		}
		draw(p)
		if len(faults(p)) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// inkFaults looks at the pixels: the margins are white, and the page is not.
func inkFaults(p *page.Page) (found []string) {
	const dpi = 60
	m := p.Raster(dpi)
	margin := int(math.Floor(13.9 / 25.4 * dpi))
	dark := 0
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			if m.GrayAt(x, y).Y > 250 {
				continue
			}
			dark++
			if x < margin || y < margin || x >= m.Rect.Max.X-margin || y >= m.Rect.Max.Y-margin {
				return append(found, fmt.Sprintf("ink in the margin at %d, %d", x, y))
			}
		}
	}
	if dark < 500 {
		found = append(found, fmt.Sprintf("only %d dark points", dark))
	}
	return found
}

func TestInkFaultsAreFound(t *testing.T) {
	p := page.New(page.A4)
	if len(inkFaults(p)) != 1 {
		t.Error("an empty page passes")
	}
	p.Fill(10, 400, 300, 40, 0)
	if len(inkFaults(p)) != 1 {
		t.Error("ink in the margin passes")
	}
}

// look lays a sheet out and looks at all of its pages.
func look(t *testing.T, name string, d *Doc, f Format, pixels bool) {
	t.Helper()
	s := newSetter(d, f)
	for _, block := range d.Blocks {
		s.block(block)
	}
	lookAtRuns(t, name, s)
	for n, p := range Set(d, f).Pages {
		list := faults(p)
		if pixels && !racing {
			list = append(list, inkFaults(p)...)
		}
		if len(list) > 0 {
			t.Fatalf("%s, %v: page %d: %s", name, f, n+1, strings.Join(list[:min(5, len(list))], "\n"))
		}
	}
}

// lookAtRuns holds that every piece is on exactly one page, that no page is
// empty or too full, and that none ends behind a piece that is glued to the next.
func lookAtRuns(t *testing.T, name string, s *setter) {
	t.Helper()
	var drawn, want int
	for _, one := range s.pieces {
		if !one.void && !one.eject {
			want++
		}
	}
	runs := s.paginate()
	for n, r := range runs {
		height := s.againHeight(r.part)
		count := 0
		for i, one := range r.pieces {
			if i == 0 {
				height += one.repeat
			} else {
				height += one.before
			}
			height += one.height
			if !one.void {
				count++
			}
		}
		drawn += count
		if count == 0 && want > 0 {
			t.Fatalf("%s, %v: page %d is empty", name, s.f, n+1)
		}
		if room := s.bottom - s.topOf(n+1); height > room+0.01 {
			t.Fatalf("%s, %v: page %d holds %.0f of %.0f points", name, s.f, n+1, height, room)
		}
		if n < len(runs)-1 && len(r.pieces) > 0 && r.pieces[len(r.pieces)-1].glue && !allGlued(r.pieces) {
			t.Fatalf("%s, %v: page %d ends too early", name, s.f, n+1)
		}
	}
	if drawn != want {
		t.Fatalf("%s: %d of %d pieces are on a page", name, drawn, want)
	}
}

func allGlued(list []piece) bool {
	for _, one := range list {
		if !one.glue {
			return false
		}
	}
	return true
}

func TestPagesOfEverything(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for _, f := range formats {
			look(t, "everything", everything(t, l), f, true)
			look(t, "recovery key", RecoveryKey(l, vaultKey()), f, true)
		}
	}
}

// TestPagesOfRecords lays out 1 to 200 records of random content.
func TestPagesOfRecords(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, n := range []int{1, 3, 50, 200} {
		if racing && n > 3 {
			break
		}
		for i, f := range formats {
			for _, l := range []lang.Lang{lang.EN, lang.JA} {
				if n > 3 && !*allSheets && (i+int(l))%2 == 1 || n > 50 && !*allSheets && i > 0 {
					continue
				}
				list := make([]*record.Record, n)
				for i := range list {
					list[i] = randomRecord(r, i)
				}
				d := Records(l, list, Options{Made: day, Program: "vault", WithSecrets: true})
				look(t, fmt.Sprint(n, " records"), d, f, n == 3 || *allSheets)
			}
		}
	}
}

// TestPagesOfLongestValues sets what is longer than a page, cannot be broken
// between words, or has no glyph.
func TestPagesOfLongestValues(t *testing.T) {
	units := []string{"x", "x-", "山", "e\u0301", "👩‍👩‍👧", "葛\U000e0100", "𠮷 ", "word ", "ﾊﾟ", "\U000f0000"}
	for i, unit := range units {
		if racing && i > 1 {
			break
		}
		long := strings.Repeat(unit, 6000/len(unit))
		name := strings.Repeat(unit, 120/len(unit))
		var codes []Code
		for range 100 {
			codes = append(codes, Code{Code: name, Check: "MH"})
		}
		d := &Doc{Lang: lang.Lang(i % 2), Title: name + name, Subtitle: name + name, Made: day, Sheet: "3C7A-F18E", Mark: "memovault:sheet:3C7A-F18E",
			Warning: long, Foot: long, Blocks: []Block{
				Heading{Text: name + name, Note: name, Number: 1234}, Field{Label: name, Value: long, Note: name, Check: "MH", Style: Exact, Struck: true},
				Field{Label: name + name + name, Value: long, Note: name}, Field{Label: long, Value: "x"}, Field{Value: "no label"},
				Field{Label: name, Note: name, Style: Blank, Lines: 60}, Field{Label: name, Note: name, Style: Blank, Boxes: 500, Group: 3},
				Field{Label: name, Style: Blank, Boxes: 100}, Codes{Label: name, List: codes}, Codes{Label: name, List: []Code{{long, "MH", name}}},
				Codes{Label: "none"}, Table{}, Table{Head: []string{name, "b", "c"}, Rows: [][]string{{long, name, "x"}, {name}, {"1", "2", "3", "4"}}},
				Table{Rows: [][]string{{"1", "2", "3", "4", "5", "6", "7", "8", "9", long}}}, Callout{name, long}, Callout{}, Legend{Title: name, Notes: []string{long},
					Alike: [][]Glyph{{{"0", "zero"}, {"O", "capital o"}}}}, Groups{[]string{name, "short"}}, Groups{}, Step{99, long}, Tick{long, long},
				Command{[]string{long}}, Command{}, Room{name, 80}, Room{}, Blanks{[]string{name, name}}, Blanks{}, Para{long}, Para{},
				QR{Label: name, Text: "short", Note: long}, QR{Label: name, Text: long + "x", Note: name}, Picture{Label: name, JPEG: []byte("none")},
				Picture{Label: name, JPEG: photo(t, 20, 2000), W: 20, H: 2000}, PageBreak{}, PageBreak{},
			}}
		for n, f := range formats {
			if *allSheets || (n+i)%3 == 0 {
				look(t, fmt.Sprintf("%q", unit), d, f, *allSheets)
			}
		}
	}
}

func TestNoPageIsEmpty(t *testing.T) {
	for _, blocks := range [][]Block{nil, {PageBreak{}}, {PageBreak{}, Para{"one"}, PageBreak{}, PageBreak{}, Callout{"a", "b"}, PageBreak{}, Heading{Text: "x"}, PageBreak{}}} {
		d := &Doc{Title: "t", Made: day, Blocks: blocks}
		look(t, "breaks", d, Format{}, false)
		if n, want := len(Set(d, Format{}).Pages), max(1, len(blocks)/2-1); n != want {
			t.Errorf("%d pages, want %d", n, want)
		}
	}
}

// TestHeadingsStayOnPages looks below every heading for a field on the same
// page, and above the first field of every page for its heading.
func TestHeadingsStayOnPages(t *testing.T) {
	for notes := range 60 {
		var list []*record.Record
		for i := range 6 {
			r := office()
			r.Name, r.Title, r.Owner = fmt.Sprintf("office-%02d", i), "first", "second"
			r.Notes = strings.Repeat("line\n", notes)
			list = append(list, r)
		}
		for n, p := range Set(Records(lang.EN, list, Options{Made: day, Program: "vault"}), Format{Large: notes%2 == 1}).Pages {
			texts := textsOn(p)
			for i, s := range texts {
				if !strings.HasPrefix(s, "office-") || strings.Contains(s, "continued") {
					continue
				}
				if below := strings.Join(texts[i:min(i+8, len(texts))], " "); !strings.Contains(below, "first") {
					t.Fatalf("%d notes: page %d: a heading without fields: %q", notes, n+1, below)
				}
			}
			if joined := strings.Join(texts, "\n"); strings.Contains(joined, "line") && !strings.Contains(joined, "office-") {
				t.Fatalf("%d notes: page %d has no heading: %q", notes, n+1, joined)
			}
		}
	}
}

func textsOn(p *page.Page) []string {
	var list []string
	for _, m := range p.Marks() {
		if m.Kind == page.KindText {
			list = append(list, m.Text)
		}
	}
	return list
}

// TestContinued holds that a page which begins within a record, a value, a list
// of codes or a table says so.
func TestContinued(t *testing.T) {
	var codes []Code
	var rows [][]string
	for i := range 120 {
		codes = append(codes, Code{Code: fmt.Sprintf("code-%03d", i)})
		rows = append(rows, []string{fmt.Sprint(i), "cell"})
	}
	for _, tt := range []struct {
		block Block
		want  []string
	}{
		{Field{Label: "notes", Value: strings.Repeat("line\n", 200)}, []string{"part (continued)", "notes", "(continued)"}},
		{Codes{Label: "codes", List: codes}, []string{"part (continued)", "codes", "(continued)"}},
		{Table{Head: []string{"number", "what"}, Rows: rows}, []string{"part (continued)", "number", "what"}},
	} {
		d := &Doc{Title: "t", Made: day, Blocks: []Block{Heading{Text: "part"}, tt.block}}
		pages := Set(d, Format{}).Pages
		if len(pages) < 2 {
			t.Fatalf("%T takes %d pages", tt.block, len(pages))
		}
		for _, p := range pages[1:] {
			texts := textsOn(p)
			texts = texts[len(texts)-len(textsOn(p))+5:] // behind the title and the facts
			if got := texts[:len(tt.want)]; strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("%T goes on with %q, want %q", tt.block, got, tt.want)
			}
		}
	}
}

// TestNoWidows sets paragraphs of every length around the end of a page.
func TestNoWidows(t *testing.T) {
	for lines := 2; lines < 90; lines++ {
		d := &Doc{Title: "t", Made: day, Blocks: []Block{Para{strings.Repeat("x\n", 37) + "x"}, Para{strings.Repeat("y\n", lines-1) + "y"}}}
		for _, p := range Set(d, Format{}).Pages {
			if n := strings.Count(strings.Join(textsOn(p), ""), "y"); n == 1 {
				t.Fatalf("one of %d lines stands alone", lines)
			}
		}
	}
}

func TestSameBytes(t *testing.T) {
	for _, f := range formats {
		var a, b bytes.Buffer
		for _, w := range []*bytes.Buffer{&a, &b} {
			if err := PDF(w, everything(t, lang.JA), f); err != nil {
				t.Fatal(err)
			}
			if err := HTML(w, everything(t, lang.JA), f); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%v: two printings differ", f)
		}
	}
}

func TestLargeIsLarger(t *testing.T) {
	d := everything(t, lang.JA)
	tall := func(large bool) float64 {
		for _, m := range Set(d, Format{Large: large}).Pages[0].Marks() {
			if strings.HasPrefix(m.Text, "BCDFG") {
				return m.H
			}
		}
		return 0
	}
	if ratio := tall(true) / tall(false); ratio < 1.35 || ratio > 1.45 {
		t.Errorf("large type is %.2f times as high", ratio)
	}
}

func TestMissing(t *testing.T) {
	d := &Doc{Title: "a\U000f0001", Blocks: []Block{Table{Rows: [][]string{{"山", "\U000f0002"}}}, Tick{Note: "\U000f0001\U000f0003"},
		Legend{Notes: []string{"\U000f0004"}, Alike: [][]Glyph{{{"\U000f0005", "x"}}}}, QR{Text: "\U000f0006"}}}
	if got, want := string(Missing(d)), "\U000f0001\U000f0002\U000f0003\U000f0005\U000f0004"; got != want {
		t.Errorf("missing are %+q, want %+q", got, want)
	}
}

// TestRuledLinesGiveWay holds that no page begins for what ruled lines for notes
// have room for, and that they stay where a page less is not to be had.
func TestRuledLinesGiveWay(t *testing.T) {
	sheet := func(fields, lines int) *Doc {
		d := &Doc{Lang: lang.EN, Title: "Sheet"}
		d.Blocks = append(d.Blocks, Heading{Text: "office"})
		for range fields {
			d.Blocks = append(d.Blocks, Field{Label: "label", Value: "value"})
		}
		d.Blocks = append(d.Blocks, Room{Label: "notes", Lines: lines}, Blanks{Labels: []string{"kept at"}})
		return d
	}
	gave := 0
	for fields := 1; fields < 80; fields++ {
		most, least := len(Set(sheet(fields, 3), Format{Size: page.A4}).Pages), len(Set(sheet(fields, 1), Format{Size: page.A4}).Pages)
		if most != least {
			t.Errorf("%d fields: %d pages with three ruled lines, %d with one", fields, most, least)
		}
		if s := newSetter(sheet(fields, 3), Format{Size: page.A4}); least < untightened(s) {
			gave++
		}
	}
	if gave == 0 {
		t.Error("the ruled lines never mattered")
	}
}

// untightened is how many pages a sheet takes with all its ruled lines.
func untightened(s *setter) int {
	s.blocks()
	return len(s.paginate())
}
