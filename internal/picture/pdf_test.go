package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
)

// a5 is a page of A5 with marks that tell its corners apart.
const (
	a5Box   = "[0 0 420 595]"
	topLeft = "0 g 20 535 40 40 re f " // a black square in the corner that is up and left
)

// document writes a PDF file of objects, without a table of where they are.
func document(objects ...string) []byte {
	b := bytes.NewBufferString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, o := range objects {
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	b.WriteString("trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n")
	return b.Bytes()
}

func streamOf(entries string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(data), data)
}

// onePage is a document of one page with a picture as object 5.
func onePage(page, content, picture string) []byte {
	return document("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox"+a5Box+">>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>"+page+">>",
		streamOf("", []byte(content)), picture)
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// corners are the greys at the corners of a page: up left, up right, down left,
// down right, 40 points from each edge.
func corners(img *image.Gray, wide float64) (greys [4]uint8) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	in := int(40 / wide * float64(w))
	for i, p := range []image.Point{{in, in}, {w - in, in}, {in, h - in}, {w - in, h - in}} {
		greys[i] = img.GrayAt(p.X, p.Y).Y
	}
	return greys
}

func onlyPage(t *testing.T, data []byte) *image.Gray {
	t.Helper()
	pages, err := Decode(data, 0)
	if err != nil || len(pages) != 1 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	return pages[0]
}

func TestPDFTurnsPages(t *testing.T) {
	white := uint8(255)
	for turn, want := range map[string][4]uint8{
		"":              {0, white, white, white},
		"/Rotate 90":    {white, 0, white, white},
		"/Rotate 180":   {white, white, white, 0},
		"/Rotate -90":   {white, white, 0, white},
		"/Rotate 99999": {white, white, white, 0}, // nonsense: what it comes to in whole quarters
	} {
		img := onlyPage(t, onePage(turn, topLeft, "null"))
		wide := 420.0
		if img.Rect.Dx() > img.Rect.Dy() {
			wide = 595
		}
		if got := corners(img, wide); turn != "/Rotate 99999" && got != want {
			t.Errorf("%q: %v, want %v", turn, got, want)
		}
		if dots := float64(img.Rect.Dx()) / wide * 72; dots < 199 || dots > 201 {
			t.Errorf("%q: %.0f dots to the inch", turn, dots)
		}
	}
}

func TestPDFDrawsPaths(t *testing.T) {
	for name, content := range map[string]string{
		"rectangle":      topLeft,
		"lines":          "0 0 0 rg 20 535 m 60 535 l 60 575 l 20 575 l h f",
		"curve":          "0 0 0 1 k 20 535 m 20 575 20 575 60 575 c 60 535 l h f",
		"matrix":         "q 0.1 0 0 0.1 20 535 cm 0 0 400 400 re f Q",
		"turned matrix":  "q 0 40 -40 0 60 535 cm 0 0 1 1 re f Q",
		"stroke":         "40 w 20 555 m 60 555 l S",
		"white over":     "0 0 420 595 re f 1 g 60 0 400 595 re f 0 0 420 535 re f",
		"clip":           "q 20 535 40 40 re W n 0 0 420 595 re f Q",
		"clip is undone": "q 0 0 1 1 re W n Q 20 535 40 40 re f",
		"letters":        "BT /F0 12 Tf (a \\) b) Tj [<00> 3] TJ ET 20 535 40 40 re f",
		"even-odd":       "20 535 40 40 re f*",
		"junk":           "] >> ) 1 2 3 foo 20 535 40 40 re f >> ]",
		"too few":        "re l c cm g 20 535 40 40 re f",
		"picture inline": "q 40 0 0 40 20 535 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\x00\x00\x00 EI Q",
		"stencil inline": "q 40 0 0 40 20 535 cm BI /W 8 /H 1 /IM true /F /AHx ID 00> EI Q",
	} {
		if got := corners(onlyPage(t, onePage("", content, "null")), 420); got != [4]uint8{0, 255, 255, 255} {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// quarters is a picture of 420 by 595 pixels whose left upper part is black.
func quarters() *image.Gray {
	img := image.NewGray(image.Rect(0, 0, 420, 595))
	for y := range 595 {
		for x := range 420 {
			if x >= 100 || y >= 100 {
				img.Pix[y*img.Stride+x] = 255
			}
		}
	}
	return img
}

// bilevel packs a picture into bits, 1 for white.
func bilevel(img *image.Gray) (rows []byte) {
	for y := range img.Rect.Dy() {
		row := make([]byte, (img.Rect.Dx()+7)/8)
		for x := range img.Rect.Dx() {
			if img.GrayAt(x, y).Y > 127 {
				row[x/8] |= 0x80 >> (x % 8)
			}
		}
		rows = append(rows, row...)
	}
	return rows
}

func inverse(b []byte) []byte {
	b = bytes.Clone(b)
	for i := range b {
		b[i] = ^b[i]
	}
	return b
}

// withUp puts before each row what PNG calls filter 2, and after 0 for the first.
func withUp(pix []byte, width int) (rows []byte) {
	above := make([]byte, width)
	for ; len(pix) > 0; pix = pix[width:] {
		rows = append(rows, 2)
		for i := range width {
			rows = append(rows, pix[i]-above[i])
		}
		above = pix[:width]
	}
	return rows
}

// group4 is the same picture as a fax (ITU-T T.6), which is short: 100 rows of 100
// black and 320 white, the rest white.
func group4() []byte {
	var bits strings.Builder
	const white0, black64, black36 = "00110101", "0000001111", "000011010100"
	// Row 1: horizontal mode, white run of 0, black run of 100 = 64 + 36, then what
	// is left up to the end is white: vertical mode 0.
	bits.WriteString("001" + white0 + black64 + black36 + "1")
	for range 99 {
		bits.WriteString("111") // each change straight below the one above
	}
	// Row 101: pass mode goes by the black run, then all is white.
	bits.WriteString("0001" + "1")
	for range 494 {
		bits.WriteString("1")
	}
	bits.WriteString("000000000001000000000001")
	var b []byte
	s := bits.String()
	for len(s)%8 != 0 {
		s += "0"
	}
	for i := 0; i < len(s); i += 8 {
		var c byte
		for _, bit := range s[i : i+8] {
			c = c<<1 | byte(bit-'0')
		}
		b = append(b, c)
	}
	return b
}

func TestPDFPictures(t *testing.T) {
	img := quarters()
	size := "/Subtype/Image/Width 420/Height 595"
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, img, nil); err != nil {
		t.Fatal(err)
	}
	rgb := make([]byte, 0, 3*len(img.Pix))
	for _, g := range img.Pix {
		rgb = append(rgb, g, g, g)
	}
	var a85 bytes.Buffer
	w := ascii85.NewEncoder(&a85)
	w.Write(bilevel(img))
	w.Close()
	a85.WriteString("~>")
	grey := "/ColorSpace/DeviceGray/BitsPerComponent 8"
	for name, picture := range map[string]string{
		"raw":         streamOf(size+grey, img.Pix),
		"deflate":     streamOf(size+grey+"/Filter/FlateDecode", deflated(img.Pix)),
		"cut short":   streamOf(size+grey+"/Filter/FlateDecode", deflated(img.Pix)[:len(deflated(img.Pix))-20]),
		"predictor":   streamOf(size+grey+"/Filter[/FlateDecode]/DecodeParms[<</Predictor 15/Columns 420>>]", deflated(withUp(img.Pix, 420))),
		"wrong size":  strings.Replace(streamOf(size+grey+"/Filter/FlateDecode", deflated(img.Pix)), "/Length ", "/Length 1", 1),
		"far size":    strings.Replace(streamOf(size+grey+"/Filter/FlateDecode", deflated(img.Pix)), "/Length ", "/Length 9 0 R/Was ", 1),
		"colours":     streamOf(size+"/ColorSpace[/ICCBased<</N 3>>]/BitsPerComponent 8/Filter/FlateDecode", deflated(rgb)),
		"bits":        streamOf(size+"/ColorSpace/DeviceGray/BitsPerComponent 1", bilevel(img)),
		"bits, ink":   streamOf(size+"/ColorSpace/DeviceGray/BitsPerComponent 1/Decode[1 0]", inverse(bilevel(img))),
		"stencil":     streamOf(size+"/ImageMask true", bilevel(img)),
		"palette":     streamOf(size+"/ColorSpace[/Indexed/DeviceRGB 1<000000ffffff>]/BitsPerComponent 1", bilevel(img)),
		"palette, 2":  streamOf(size+"/ColorSpace[/Indexed/DeviceRGB 1(\\377\\377\\377\\000\\000\\000)]/BitsPerComponent 1", inverse(bilevel(img))),
		"separation":  streamOf(size+"/ColorSpace[/Separation/Black/DeviceGray null]/BitsPerComponent 8", inverse(img.Pix)),
		"ascii":       streamOf(size+"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/ASCII85Decode", a85.Bytes()),
		"jpeg":        streamOf(size+grey+"/Filter/DCTDecode", photo.Bytes()),
		"packed jpeg": streamOf(size+grey+"/Filter[/FlateDecode/DCTDecode]", deflated(photo.Bytes())),
		"fax":         streamOf(size+"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 420/Rows 595>>", group4()),
		"fax, 1 ink":  streamOf(size+"/ColorSpace/DeviceGray/BitsPerComponent 1/Decode[1 0]/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 420/Rows 595/BlackIs1 true>>", group4()),
	} {
		page := onlyPage(t, onePage("", "q 420 0 0 595 0 0 cm /I Do Q", picture))
		if page.Rect.Dx() != 420 || page.Rect.Dy() != 595 {
			t.Errorf("%s: the page has %v; the picture has 420 by 595 pixels", name, page.Rect)
		}
		if got := corners(page, 420); got[0] > 10 || got[1] < 245 || got[2] < 245 || got[3] < 245 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Some telephones lay a page of text, hidden where there is none, on a coarse
// picture of the paper.
func TestPDFPictureWithMask(t *testing.T) {
	alpha := streamOf("/Subtype/Image/Width 420/Height 595/ColorSpace/DeviceGray/BitsPerComponent 8", inverse(quarters().Pix))
	black := streamOf("/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/SMask 6 0 R", []byte{0})
	data := document("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox"+a5Box+">>",
		"<</Type/Page/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>", streamOf("", []byte("q 420 0 0 595 0 0 cm /I Do Q")), black, alpha)
	if got := corners(onlyPage(t, data), 420); got[0] > 10 || got[1] < 245 || got[3] < 245 {
		t.Error(got)
	}
	stencil := streamOf("/Subtype/Image/Width 420/Height 595/ImageMask true", bilevel(quarters()))
	data = bytes.Replace(data, []byte("/SMask 6 0 R"), []byte("/Mask  6 0 R"), 1)
	data = append(data, "6 0 obj "+stencil+" endobj"...)
	if got := corners(onlyPage(t, data), 420); got[0] > 10 || got[1] < 245 || got[3] < 245 {
		t.Error("with a stencil:", got)
	}
}

func TestPDFForms(t *testing.T) {
	form := streamOf("/Subtype/Form/Matrix[1 0 0 1 20 535]/Resources<</XObject<</I 5 0 R>>>>", []byte("0 0 40 40 re f /I Do"))
	if got := corners(onlyPage(t, onePage("", "/I Do", form)), 420); got[0] != 0 || got[1] != 255 {
		t.Error(got)
	}
}

func TestPDFBroken(t *testing.T) {
	whole := onePage("", topLeft, "null")
	lost := bytes.Replace(whole, []byte("/Root 1 0 R"), nil, 1)
	for name, data := range map[string][]byte{
		"no root":     lost,
		"no catalog":  bytes.Replace(lost, []byte("/Catalog"), []byte("/Catalxx"), 1),
		"end missing": whole[:bytes.Index(whole, []byte("endstream"))],
		"changed":     append(bytes.Replace(whole, []byte(topLeft), []byte(strings.Repeat(" ", len(topLeft))), 1), "\n4 0 obj\n"+streamOf("", []byte(topLeft))+"\nendobj\n"...),
	} {
		pages, err := Decode(data, 0)
		if err != nil || len(pages) != 1 {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
			continue
		}
		dark := 0
		for _, g := range pages[0].Pix {
			if g < 10 {
				dark++
			}
		}
		if dark < 10000 {
			t.Errorf("%s: the square is not there", name)
		}
	}
}

func TestPDFRefused(t *testing.T) {
	page := "q 420 0 0 595 0 0 cm /I Do Q"
	size := "/Subtype/Image/Width 420/Height 595/ColorSpace/DeviceGray/BitsPerComponent 8"
	var unsupported *UnsupportedError
	var large *TooLargeError
	var damaged *DamagedError
	var locked *EncryptedError
	for name, c := range map[string]struct {
		data []byte
		want any
	}{
		"locked":   {append(document("<</Type/Catalog>>"), "trailer\n<</Encrypt 9 0 R>>"...), &locked},
		"no pages": {document("<</Type/Catalog>>"), &damaged},
		"nothing":  {[]byte("%PDF-1.4"), &damaged},
		"circle":   {document("<</Type/Catalog/Pages 2 0 R>>", "<</Kids[2 0 R]>>"), &damaged},
		"jbig2":    {onePage("", page, streamOf(size+"/Filter/JBIG2Decode", nil)), &unsupported},
		"jpx":      {onePage("", page, streamOf(size+"/Filter/JPXDecode", nil)), &unsupported},
		"mixed":    {onePage("", page, streamOf(size+"/Filter/CCITTFaxDecode/DecodeParms<</K 4>>", nil)), &unsupported},
		"giant":    {onePage("", page, streamOf("/Subtype/Image/Width 999999/Height 999999", nil)), &large},
		"jpeg":     {onePage("", page, streamOf(size+"/Filter/DCTDecode", []byte("\xff\xd8\xff\xe0"))), &damaged},
	} {
		pages, err := Decode(c.data, 0)
		if len(pages) != 0 || !errors.As(err, c.want) {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
		}
	}
}

// A page of nothing but whole-page paintings costs what is allowed and no more.
func TestPDFWorkIsBounded(t *testing.T) {
	f := openPDF(onePage("", strings.Repeat("0 0 420 595 re f ", 100_000)+"1 g 0 0 420 595 re f", "null"))
	f.most.work = 20_000_000
	if img, err := f.draw(f.pages()[0]); err != nil || img.GrayAt(5, 5) != (color.Gray{}) {
		t.Errorf("%v; the last of so many paintings came through", err)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(onePage("/Rotate 90", topLeft, "null"))
	f.Add(onePage("", "q 420 0 0 595 0 0 cm /I Do Q", streamOf("/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 8>>", deflated(make([]byte, 72)))))
	f.Add(onePage("", "q 420 0 0 595 0 0 cm /I Do Q", streamOf("/Subtype/Image/Width 420/Height 595/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 420>>", group4())))
	f.Add(onePage("", "1 0 0 1 2 2 cm /I Do", streamOf("/Subtype/Form", []byte("0 0 m 5 5 l 6 6 7 7 8 8 c B* BI /W 1 /H 1 ID x EI"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		f := openPDF(append([]byte("%PDF-1.7\n"), data...))
		f.most = pdfLimits{page: 50_000, picture: 50_000, work: 500_000}
		pages := f.pages()
		for _, p := range pages[:min(1, len(pages))] {
			if page, err := f.draw(p); err == nil && (page.Rect.Empty() || page.Rect.Dx()*page.Rect.Dy() > 2*f.most.page) {
				t.Fatal(page.Rect)
			}
		}
	})
}
