package picture

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"runtime"
	"strings"
	"testing"
)

// objectStream packs objects from number 10 on into one stream.
func objectStream(objects ...string) string {
	var head, body strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&head, "%d %d ", i+10, body.Len())
		body.WriteString(o + " ")
	}
	return streamOf(fmt.Sprintf("/Type/ObjStm/First %d/Filter/FlateDecode", head.Len()), deflated([]byte(head.String()+body.String())))
}

// TestPDFBombs holds that small files do not make much work. With a loop in a loop
// each would take minutes.
func TestPDFBombs(t *testing.T) {
	if raceIsOn {
		t.Skip("the race detector makes work of it")
	}
	sameString := "/Type/ObjStm/First 300000"
	all := []byte(strings.Repeat("10 0 ", 60_000) + "(" + strings.Repeat(" ", 1<<20))
	small := "/Subtype/Image/Width 1/Height 3000/ColorSpace/DeviceGray/BitsPerComponent 1/Filter"
	for name, data := range map[string][]byte{
		"pictures without end": onePage("", strings.Repeat("BI /W 1 /H 1 ID x ", 30_000), "null"),
		"streams without end":  []byte("%PDF-1.4\n" + strings.Repeat("1 0 obj<</Length 0>>stream\nendstr ", 100_000)),
		"deep":                 []byte("%PDF-1.4\n1 0 obj" + strings.Repeat("[", mostObjects)),
		"trailers in strings":  []byte("%PDF-1.4\n" + strings.Repeat("trailer(", 100_000)),
		"same string":          document("<</Type/Catalog>>", streamOf(sameString+"/Filter/FlateDecode", deflated(all))),
		"one form often":       onePage("", strings.Repeat("/I Do ", 2000), streamOf("/Subtype/Form/Filter/FlateDecode", deflated(bytes.Repeat([]byte(" "), 8<<20)))),
		"far lines":            onePage("", "0 0 m "+strings.Repeat("0 -999999 l 1 999999 l ", 20_000)+"f", "null"),
		"wide fax":             onePage("", strings.Repeat("420 0 0 595 0 0 cm /I Do ", 300), streamOf(small+"/CCITTFaxDecode/DecodeParms<</K -1/Columns 40000>>", bytes.Repeat([]byte{255}, 1000))),
	} {
		f := openPDF(data)
		f.most.work = 4_000_000
		for _, p := range f.pages() {
			if img, err := f.draw(p); err == nil && img.Rect.Empty() {
				t.Error(name, "is empty")
			}
		}
		if f.spent > int64(usualLimits.work)+8_000_000 {
			t.Errorf("%s cost %d", name, f.spent)
		}
	}
}

// TestPDFContentIsBounded: a page may name the same bytes a thousand times.
func TestPDFContentIsBounded(t *testing.T) {
	f := openPDF(document("<</Type/Catalog/Pages 2 0 R>>", "<</Kids[3 0 R]>>",
		"<</Contents["+strings.Repeat("4 0 R ", 2000)+"]>>", streamOf("", bytes.Repeat([]byte(" "), mostContent/100))))
	if n := len(f.content(f.pages()[0])); n < mostContent/2 || n > mostContent+2000 {
		t.Errorf("%d bytes", n)
	}
}

// TestPDFTreeIsBounded: a page behind too many others that are none is not found.
func TestPDFTreeIsBounded(t *testing.T) {
	none := "[" + strings.Repeat("null ", 100_000) + "]"
	for times, want := range map[int]int{2: 1, mostNodes/100_000 + 1: 0} {
		f := openPDF(document("<</Type/Catalog/Pages 2 0 R>>", "<</Kids["+strings.Repeat("<</Kids 3 0 R>>", times)+"4 0 R]>>", none, "<</Contents 5 0 R>>"))
		if got := len(f.pages()); got != want {
			t.Errorf("%d pages behind %d times 100,000 that are none, want %d", got, times, want)
		}
	}
}

// allocated is how many bytes do asks for.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestPredictorIsBounded: rows are no longer than what there is of them.
func TestPredictorIsBounded(t *testing.T) {
	f := openPDF(nil)
	var got []byte
	n := allocated(func() {
		got = f.unpredict([]byte{2, 3, 4}, pdfDict{"Predictor": 12.0, "Columns": 120e6, "Colors": 32.0, "BitsPerComponent": 16.0})
	})
	if !bytes.Equal(got, []byte{3, 4}) || n > 1<<20 {
		t.Errorf("%v for %d bytes", got, n)
	}
}

// TestHollowIsNotAskedFor: no memory for pixels that a file cannot have.
func TestHollowIsNotAskedFor(t *testing.T) {
	hollow := encoded(t, flag(), BMP)
	binary.LittleEndian.PutUint32(hollow[18:], 9000)
	binary.LittleEndian.PutUint32(hollow[22:], 9000)
	if n := allocated(func() { Decode(hollow, 0) }); n > 1<<20 {
		t.Errorf("%d bytes for a file of %d", n, len(hollow))
	}
}

func TestBytesAPixel(t *testing.T) {
	baseline, progressive := []byte("\xff\xd8\xff\xc0\x00\x08......"), []byte("\xff\xd8\xff\xc2\x00\x08......")
	for _, c := range []struct {
		kind Kind
		data []byte
		m    color.Model
		want int64
	}{
		{JPEG, baseline, color.YCbCrModel, 3}, {JPEG, progressive, color.YCbCrModel, 15},
		{JPEG, baseline, color.CMYKModel, 8}, {JPEG, progressive, color.CMYKModel, 24},
		{PNG, nil, color.NRGBA64Model, 8}, {PNG, nil, color.GrayModel, 1}, {PNG, nil, color.Palette{}, 1}, {WebP, nil, color.YCbCrModel, 8},
	} {
		if got := bytesAPixel(c.kind, c.data, c.m); got != c.want {
			t.Errorf("%s of %T: %d, want %d", c.kind, c.m, got, c.want)
		}
	}
}

func TestPDFPagesCostTogether(t *testing.T) {
	f := openPDF(onePage("", topLeft, "null"))
	f.draw(f.pages()[0])
	if f.spent < 100*100 {
		t.Errorf("a square of 111 pixels across cost %d", f.spent)
	}
	f.most.file = f.spent - 1
	var damaged *DamagedError
	for page, err := range f.drawAll() {
		if page != nil || !errors.As(err, &damaged) {
			t.Errorf("drawn beyond what a file may cost: %v", err)
		}
	}
}

// TestPDFOrderOfLostPages: pages without a tree come in their order, also where
// one stream holds them all.
func TestPDFOrderOfLostPages(t *testing.T) {
	var pages []string
	for i := range 20 {
		pages = append(pages, fmt.Sprintf("<</Type/Page/MediaBox[0 0 %d 50]>>", 50+i))
	}
	for i, p := range openPDF(document(objectStream(pages...))).pages() {
		if p.box[2] != float64(50+i) {
			t.Fatalf("page %d is %g wide", i, p.box[2])
		}
	}
}

// TestPDFLaterObjectCounts: what was appended to a file counts, not what is packed
// in a stream before it.
func TestPDFLaterObjectCounts(t *testing.T) {
	data := append(document(objectStream("<</Type/Page/MediaBox[0 0 50 50]>>")), "10 0 obj<</Type/Page/MediaBox[0 0 99 50]>>endobj"...)
	if pages := openPDF(data).pages(); len(pages) != 1 || pages[0].box[2] != 99 {
		t.Errorf("%+v", pages)
	}
}

func TestLZW(t *testing.T) {
	want := quarters().Pix
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.MSB, 8)
	w.Write(want)
	w.Close()
	f := openPDF(nil)
	f.work = f.most.work
	s := pdfStream{pdfDict{"Filter": pdfName("LZWDecode"), "DecodeParms": pdfDict{"EarlyChange": 0.0}}, b.Bytes()}
	if got, rest := f.unpack(s, 1<<20); rest != "" || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// withTag makes a number of the first directory of a TIFF file another one.
func withTag(t *testing.T, data []byte, tag uint16, value uint32) {
	t.Helper()
	le := binary.LittleEndian
	at := le.Uint32(data[4:])
	for i := range int(le.Uint16(data[at:])) {
		if entry := data[int(at)+2+12*i:]; le.Uint16(entry) == tag {
			le.PutUint16(entry[2:], 4)
			le.PutUint32(entry[8:], value)
			return
		}
	}
	t.Fatalf("no tag %d", tag)
}

// TestTIFFRing: the last page names the first as the next.
func TestTIFFRing(t *testing.T) {
	data := joinTIFF(encoded(t, flag(), TIFF), encoded(t, flag(), TIFF))
	le := binary.LittleEndian
	first := le.Uint32(data[4:])
	second := nextDirectory(data, le, first)
	le.PutUint32(data[second+2+12*uint32(le.Uint16(data[second:])):], first)
	if pages, err := Decode(data, 10); err != nil || len(pages) != 2 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
}

// TestTooLarge has files of a few bytes that ask for much memory.
func TestTooLarge(t *testing.T) {
	long := encoded(t, image.NewGray(image.Rect(0, 0, 1, 1)), PNG)
	binary.BigEndian.PutUint32(long[20:], maxSide+1)
	binary.BigEndian.PutUint32(long[29:], crc32.ChecksumIEEE(long[12:29]))
	packed := encoded(t, image.NewGray(image.Rect(0, 0, 8, 8)), TIFF)
	withTag(t, packed, tagCompression, 8)
	withTag(t, packed, 256, 8000)
	withTag(t, packed, 257, 8000)
	// A progressive picture behind more segments than a camera writes, and behind
	// a byte that should not be there; 8,000 by 8,000 pixels of three colours.
	hidden := []byte("\xff\xd8" + strings.Repeat("\xff\xfe\x00\x02", 300) + "?" +
		"\xff\xc2\x00\x11\x08\x1f\x40\x1f\x40\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00\xff\xda\x00\x0c")
	hidden = append(hidden, make([]byte, 64)...)
	// A head of one pixel, and a picture of 16,384 by 16,384 behind it.
	inside := append([]byte("RIFF\x30\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), make([]byte, 10)...)
	inside = append(append(inside, "VP8L\x10\x00\x00\x00\x2f\xff\xff\xff\x0f"...), make([]byte, 11)...)
	for name, data := range map[string][]byte{"long and thin": long, "packed in one piece": packed, "progressive": hidden, "inside": inside} {
		var large *TooLargeError
		if pages, err := Decode(data, 0); len(pages) != 0 || !errors.As(err, &large) {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
		}
	}
	withTag(t, packed, tagCompression, tiffFax4)
	if _, err := Decode(packed, 0); errors.As(err, new(*TooLargeError)) {
		t.Errorf("a fax of 64 megapixels, 64 MB: %v", err)
	}
}

func TestTIFFPagesCostTogether(t *testing.T) {
	data := encoded(t, flag(), TIFF)
	order, _ := tiffOrder(data)
	page := &tiffPage{data: data, head: [8]byte(data), order: order, at: order.Uint32(data[4:])}
	var large *TooLargeError
	if _, err := page.grey(60*40 - 1); !errors.As(err, &large) {
		t.Error(err)
	}
	if _, err := page.grey(60 * 40); err != nil {
		t.Error(err)
	}
}
