package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"
)

// photo is a JPEG picture that is black on the left and white on the right.
func photo(t testing.TB, gray bool) []byte {
	t.Helper()
	var img image.Image
	g, c := image.NewGray(image.Rect(0, 0, 160, 120)), image.NewRGBA(image.Rect(0, 0, 160, 120))
	for y := range 120 {
		for x := range 160 {
			v := uint8(min(255, x*255/159))
			g.SetGray(x, y, color.Gray{Y: v})
			c.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	if img = c; gray {
		img = g
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pictures is a page with everything but text.
func pictures(t testing.TB) *Page {
	t.Helper()
	p := New(Size{576, 432})
	p.Fill(50, 50, 200, 30, 0)
	p.Fill(50, 90, 200, 30, 0.6)
	p.Frame(50, 130, 200, 30, 3, 0.2)
	p.Line(50, 180, 250, 180, 2, 0)
	p.Line(50, 200, 250, 260, 4, 0.3)
	p.Modules(300, 50, 4, 25, func(col, row int) bool { return (col*7+row*5+col*row)%3 == 0 })
	for i, gray := range []bool{true, false} {
		if err := p.JPEG(50+float64(i)*220, 270, 200, 150, photo(t, gray)); err != nil {
			t.Fatal(err)
		}
	}
	p.Text(60, 70, Bold, 12, 1, "秘密 Secret")
	return p
}

func TestSameBytesTwice(t *testing.T) {
	a, b := pdfBytes(t, typedPage(), pictures(t)), pdfBytes(t, typedPage(), pictures(t))
	if !bytes.Equal(a, b) {
		t.Error("the same pages give different bytes")
	}
	other := typedPage()
	other.Text(10, 10, Text, 10, 0, ".")
	if c := pdfBytes(t, other, pictures(t)); bytes.Equal(id(t, a), id(t, c)) {
		t.Error("different pages have the same ID")
	}
}

// TestPrintedAsMeasured holds what a printer and a reader aloud are told.
func TestPrintedAsMeasured(t *testing.T) {
	pdf := pdfBytes(t, New(A4), New(Letter))
	for _, want := range []string{
		"/PrintScaling/None", "/DisplayDocTitle true", "/Lang <FEFF006A0061>", "/MediaBox[0 0 595.276 841.89]",
		"/MediaBox[0 0 612 792]", "/CreationDate(D:20260102030405+09'00')",
	} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("the PDF does not say %s", want)
		}
	}
	_, xmp, _ := bytes.Cut(pdf, []byte("<x:xmpmeta"))
	xmp, _, ok := bytes.Cut(xmp, []byte("<?xpacket end"))
	if err := xml.Unmarshal(append([]byte("<x:xmpmeta"), xmp...), new(any)); !ok || err != nil {
		t.Errorf("XMP is no XML: %v\n%s", err, xmp)
	}
}

func id(t *testing.T, pdf []byte) []byte {
	t.Helper()
	_, after, ok := bytes.Cut(pdf, []byte("/ID[<"))
	if !ok {
		t.Fatal("no ID")
	}
	return after[:32]
}

func TestNoPages(t *testing.T) {
	if err := (&Book{}).PDF(&bytes.Buffer{}); err == nil {
		t.Error("a document without pages was written")
	}
}

type failing struct{ after int }

var errFull = errors.New("full")

func (w *failing) Write(b []byte) (int, error) {
	if w.after -= len(b); w.after < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteError(t *testing.T) {
	book := &Book{Pages: []*Page{typedPage()}}
	for _, after := range []int{0, 100, 20_000} {
		if err := book.PDF(&failing{after}); !errors.Is(err, errFull) {
			t.Errorf("an error after %d bytes is told as %v", after, err)
		}
	}
}

// TestMarksHoldTheInk holds that the rectangles of marks have all the ink in
// them, and no white edge.
func TestMarksHoldTheInk(t *testing.T) {
	const dpi = 144
	draw := map[string]func(p *Page){
		"text":    func(p *Page) { p.Text(100, 200, Text, 20, 0, "がgか゚Éq̈|") },
		"mono":    func(p *Page) { p.Text(100, 200, Mono, 20, 0, "gjÅ_") },
		"emoji":   func(p *Page) { p.Text(100, 200, Bold, 20, 0, "🍣") },
		"level":   func(p *Page) { p.Line(100, 200, 180, 200, 3, 0) },
		"slope":   func(p *Page) { p.Line(180, 120, 100, 200, 6, 0) },
		"fill":    func(p *Page) { p.Fill(100, 200, 33, 44, 0.5) },
		"frame":   func(p *Page) { p.Frame(100, 200, 33, 44, 2, 0) },
		"modules": func(p *Page) { p.Modules(100, 200, 3, 21, func(c, r int) bool { return c == r || c+r == 20 }) },
		"jpeg": func(p *Page) {
			if err := p.JPEG(100, 200, 60, 40, photo(t, true)); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, f := range draw {
		p := New(Letter)
		f(p)
		marks := p.Marks()
		if len(marks) != 1 {
			t.Fatalf("%s: %d marks", name, len(marks))
		}
		m, ink := marks[0], inked(p.Raster(dpi))
		want := [4]float64{m.X * 2, m.Y * 2, (m.X + m.W) * 2, (m.Y + m.H) * 2}
		got := [4]float64{float64(ink.Min.X), float64(ink.Min.Y), float64(ink.Max.X), float64(ink.Max.Y)}
		for i := range want {
			slack := 1.01
			if name == "jpeg" && i == 2 || name == "slope" {
				slack = 8 // white on the right; corners of a slope are not in the corners
			}
			if math.Abs(want[i]-got[i]) > slack {
				t.Errorf("%s: ink is in %v, not %v", name, got, want)
				break
			}
		}
	}
}

// inked is the rectangle of the pixels that are not white.
func inked(img *image.Gray) (box image.Rectangle) {
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.Pix[img.PixOffset(x, y)] < 250 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// TestThickened holds that a kanji that the bold font lacks is about as heavy in
// a heading as one that it has.
func TestThickened(t *testing.T) {
	black := func(f Face, s string) float64 {
		p := New(Size{60, 60})
		p.Text(5, 50, f, 48, 0, s)
		sum := 0
		for _, v := range p.Raster(144).Pix {
			sum += 255 - int(v)
		}
		return float64(sum)
	}
	want := black(Bold, "吉") / black(Text, "吉")
	if got := black(Bold, "𠮷") / black(Text, "𠮷"); got < 0.9*want || got > 1.1*want {
		t.Errorf("bold has %.2f times the ink of a rare kanji, %.2f of others", got, want)
	}
}

func TestFrameStaysInside(t *testing.T) {
	p := New(A4)
	p.Frame(10, 10, 4, 4, 100, 0)
	if ink := inked(p.Raster(72)); ink != image.Rect(10, 10, 14, 14) {
		t.Errorf("a frame wider than its box covers %v", ink)
	}
}

func TestModulesAreSharp(t *testing.T) {
	p := New(A4)
	p.Modules(72, 72, 3.6, 29, func(c, r int) bool { return (c+r)%2 == 0 })
	img := p.Raster(100) // a module is 5 pixels
	for row := range 29 {
		for col := range 29 {
			for _, at := range [][2]int{{0, 0}, {2, 2}, {4, 4}} {
				v := img.GrayAt(100+5*col+at[0], 100+5*row+at[1]).Y
				if dark := v < 10; dark != ((col+row)%2 == 0) || !dark && v < 245 {
					t.Fatalf("module %d, %d has the gray %d", col, row, v)
				}
			}
		}
	}
}

func TestNotANumber(t *testing.T) {
	p := New(A4)
	p.Text(math.NaN(), 0, Text, 10, 0, "x")
	p.Text(0, 0, Text, math.Inf(1), 0, "x")
	p.Line(0, 0, math.Inf(-1), 0, 1, 0)
	p.Fill(0, 0, 1e9, 1, 0)
	if m := p.Marks(); len(m) != 0 {
		t.Errorf("drawn: %v", m)
	}
	p.Fill(-1e5, -1e5, 2e5, 2e5, -7)
	if img := p.Raster(10); img.Pix[0] != 0 {
		t.Error("a rectangle larger than the page does not fill it")
	}
}

func TestRasterIsBounded(t *testing.T) {
	if underRace {
		t.Skip("pixels take too long under the race detector")
	}
	for _, dpi := range []float64{-1, 0, math.NaN(), 72, 1e9, math.Inf(1)} {
		img := New(Size{200, 100}).Raster(dpi)
		if n := len(img.Pix); n == 0 || n > maxPixels {
			t.Errorf("%g dpi: %d pixels", dpi, n)
		}
	}
	if img := New(Size{10_000, 10_000}).Raster(600); len(img.Pix) > maxPixels+20_000 {
		t.Errorf("%d pixels", len(img.Pix))
	}
}

func TestJPEGRefuses(t *testing.T) {
	good := photo(t, false)
	huge := bytes.Clone(good)
	at := bytes.Index(huge, []byte{0xFF, 0xC0})
	copy(huge[at+5:], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("not a picture"), "half a header": good[:100], "65535 × 65535": huge,
	} {
		p := New(A4)
		if err := p.JPEG(0, 0, 10, 10, data); !errors.Is(err, errPicture) || len(p.Marks()) != 0 {
			t.Errorf("%s: %v, %v", name, err, p.Marks())
		}
	}
	p := New(A4)
	if err := p.JPEG(10, 10, 50, 50, good[:len(good)/2]); err != nil {
		t.Fatal(err)
	}
	if v := p.Raster(72).GrayAt(30, 30).Y; v != 192 {
		t.Errorf("half a picture is drawn as %d", v)
	}
}

func TestComponents(t *testing.T) {
	for gray, want := range map[bool]int{true: 1, false: 3} {
		if n, adobe := components(photo(t, gray)); n != want || adobe {
			t.Errorf("%d colours, Adobe %v", n, adobe)
		}
	}
	adobe := []byte("\xFF\xD8\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x02\xFF\xC2\x00\x14\x08\x00\x01\x00\x01\x04" +
		"\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00")
	if n, inverted := components(adobe); n != 4 || !inverted {
		t.Errorf("%d colours, inverted %v", n, inverted)
	}
	adobe = append(adobe, "\xFF\xDA\x00\x0E"...)
	for name, want := range map[string]bool{"Adobe": true, "Other": false} {
		p := New(A4)
		if err := p.JPEG(0, 0, 1, 1, bytes.Replace(adobe, []byte("Adobe"), []byte(name), 1)); err != nil {
			t.Fatal(err)
		}
		pdf := pdfBytes(t, p)
		if !bytes.Contains(pdf, []byte("/DeviceCMYK")) || bytes.Contains(pdf, []byte("/Decode[1 0 1 0 1 0 1 0]")) != want {
			t.Errorf("the inks of %s are not read as they are meant", name)
		}
	}
}

func FuzzJPEG(f *testing.F) {
	f.Add(photo(f, true))
	f.Add(photo(f, false)[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		components(data)
		p := New(Size{40, 40})
		if p.JPEG(1, 1, 30, 30, data) == nil && len(data) < 10_000 {
			if pic := p.marks[0].picture; pic.w*pic.h < 100_000 {
				p.Raster(72)
			}
		}
	})
}
