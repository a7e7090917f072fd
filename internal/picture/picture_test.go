package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"rsc.io/qr"
)

// flag is a picture of 60 by 40 pixels whose left upper quarter is black.
func flag() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for y := range 20 {
		for x := range 30 {
			img.SetRGBA(x, y, color.RGBA{0, 0, 0, 255})
		}
	}
	return img
}

func encoded(t testing.TB, img image.Image, kind Kind) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case JPEG:
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 95})
	case PNG:
		err = png.Encode(&b, img)
	case GIF:
		err = gif.Encode(&b, img, nil)
	case BMP:
		err = bmp.Encode(&b, img)
	case TIFF:
		err = tiff.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// flagsOfWebP are the flag without loss and with it; nothing here writes WebP.
func flagsOfWebP(t testing.TB) (files [2][]byte) {
	t.Helper()
	for i, text := range []string{
		"UklGRi4AAABXRUJQVlA4TCIAAAAvO8AJAA8w//M///MfeDDMRtIYnL/NmdVg3xH9j+pxu2Ab",
		"UklGRlQAAABXRUJQVlA4IEgAAADwAwCdASo8ACgAPrVSokwnJKMiKqgA4BaJaQAASxQykYNwWllqASywAP714zu0332r/0APhezf7b2//+nN//TM9//6YsAAAAA=",
	} {
		var err error
		if files[i], err = base64.StdEncoding.DecodeString(text); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// exifData is what a camera writes: how it was held, when, and where.
func exifData(turn uint16) []byte {
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x03")
	entry := func(tag, kind uint16, value uint32) {
		b = binary.BigEndian.AppendUint16(b, tag)
		b = binary.BigEndian.AppendUint16(b, kind)
		b = binary.BigEndian.AppendUint32(b, 1)
		b = binary.BigEndian.AppendUint32(b, value)
	}
	entry(tagOrientation, typeShort, uint32(turn)<<16)
	entry(0x0132, 2, 8)
	entry(tagGPS, 4, 8)
	return append(b, 0, 0, 0, 0)
}

func withSegment(data []byte, marker byte, body string) []byte {
	head := []byte{0xff, 0xd8, 0xff, marker, 0, 0}
	binary.BigEndian.PutUint16(head[4:], uint16(len(body)+2))
	return append(append(head, body...), data[2:]...)
}

func withExif(data []byte, turn uint16) []byte {
	return withSegment(data, 0xe1, "Exif\x00\x00"+string(exifData(turn)))
}

func TestDecodeKinds(t *testing.T) {
	webp := flagsOfWebP(t)
	for i, kind := range []Kind{WebP, WebP, JPEG, PNG, GIF, BMP, TIFF} {
		var data []byte
		if i < len(webp) {
			data = webp[i]
		} else {
			data = encoded(t, flag(), kind)
		}
		if got := KindOf(data); got != kind {
			t.Errorf("%s is called %q", kind, got)
		}
		pages, err := Decode(data, 0)
		if err != nil || len(pages) != 1 {
			t.Errorf("%s: %d pages, %v", kind, len(pages), err)
			continue
		}
		img := pages[0]
		if img.Rect != image.Rect(0, 0, 60, 40) || img.GrayAt(10, 10).Y > 20 || img.GrayAt(40, 10).Y < 235 || img.GrayAt(10, 30).Y < 235 {
			t.Errorf("%s: %v, %v %v %v", kind, img.Rect, img.GrayAt(10, 10), img.GrayAt(40, 10), img.GrayAt(10, 30))
		}
	}
}

// See-through is white paper, and 16 bits are 8.
func TestGreyOfUnusualPictures(t *testing.T) {
	see := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	see.SetNRGBA(1, 0, color.NRGBA{0, 0, 0, 255})
	deep := image.NewNRGBA64(image.Rect(0, 0, 2, 1))
	deep.SetNRGBA64(0, 0, color.NRGBA64{0xffff, 0xffff, 0xffff, 0xffff})
	deep.SetNRGBA64(1, 0, color.NRGBA64{0, 0, 0, 0xffff})
	grey16 := image.NewGray16(image.Rect(0, 0, 2, 1))
	grey16.SetGray16(0, 0, color.Gray16{0xffff})
	inks := image.NewCMYK(image.Rect(0, 0, 2, 1))
	inks.SetCMYK(1, 0, color.CMYK{K: 255})
	for name, img := range map[string]image.Image{"see-through": see, "16 bits": deep, "grey of 16 bits": grey16, "inks": inks} {
		got := fittingGrey(img)
		if got.Pix[0] != 255 || got.Pix[1] != 0 {
			t.Errorf("%s: %v", name, got.Pix[:2])
		}
	}
}

// The black quarter says where the corner went that was left and up.
func TestOrientation(t *testing.T) {
	plain := encoded(t, flag(), JPEG)
	at := map[uint16]image.Point{1: {5, 5}, 2: {55, 5}, 3: {55, 35}, 4: {5, 35}, 5: {5, 5}, 6: {35, 5}, 7: {35, 55}, 8: {5, 55}, 9: {5, 5}, 0: {5, 5}}
	for turn, corner := range at {
		img := onlyPage(t, withExif(plain, turn))
		tall := turn >= 5 && turn <= 8
		if (img.Rect.Dy() == 60) != tall {
			t.Errorf("%d: %v", turn, img.Rect)
			continue
		}
		for _, p := range []image.Point{{5, 5}, {img.Rect.Dx() - 5, 5}, {5, img.Rect.Dy() - 5}, {img.Rect.Dx() - 5, img.Rect.Dy() - 5}} {
			if dark := img.GrayAt(p.X, p.Y).Y < 128; dark != (p == corner) {
				t.Errorf("%d: at %v dark is %v", turn, p, dark)
			}
		}
	}
}

func TestOrientationOfPNG(t *testing.T) {
	data := encoded(t, flag(), PNG)
	body := exifData(6)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, "eXIf"...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const header = 8 + 25
	data = append(append(bytes.Clone(data[:header]), chunk...), data[header:]...)
	if img := onlyPage(t, data); img.Rect.Dy() != 60 || img.GrayAt(35, 5).Y > 128 {
		t.Error(img.Rect)
	}
}

func TestTIFFPages(t *testing.T) {
	first, second := encoded(t, flag(), TIFF), encoded(t, image.NewGray(image.Rect(0, 0, 7, 9)), TIFF)
	data := joinTIFF(first, second)
	pages, err := Decode(data, 0)
	if err != nil || len(pages) != 2 || pages[0].Rect.Dx() != 60 || pages[1].Rect.Dx() != 7 {
		t.Errorf("%d pages, %v", len(pages), err)
	}
	if pages, _ := Decode(data, 1); len(pages) != 1 {
		t.Errorf("%d pages where one was asked for", len(pages))
	}
}

// joinTIFF appends the page of one file to another; all that has a place in it
// moves.
func joinTIFF(first, second []byte) []byte {
	le := binary.LittleEndian
	data := append(bytes.Clone(first), second...)
	by := uint32(len(first))
	last := le.Uint32(first[4:])
	le.PutUint32(data[last+2+12*uint32(le.Uint16(first[last:])):], by+le.Uint32(second[4:]))
	page := data[by+le.Uint32(second[4:]):]
	for entry := page[2:]; len(entry) >= 12 && len(page)-len(entry) < 2+12*int(le.Uint16(page)); entry = entry[12:] {
		size := map[uint16]uint32{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[le.Uint16(entry[2:])] * le.Uint32(entry[4:])
		if tag := le.Uint16(entry); size > 4 || tag == 273 { // 273: where the pixels are
			le.PutUint32(entry[8:], le.Uint32(entry[8:])+by)
		}
	}
	return data
}

// noise is a picture that packs badly, as photographs do.
func noise(w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(120 + r.IntN(60))
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func TestTruncatedJPEG(t *testing.T) {
	data := encoded(t, noise(400, 400), JPEG)
	img := onlyPage(t, data[:len(data)/2])
	if img.Rect.Dx() != 400 || img.Rect.Dy() < 150 || img.Rect.Dy() > 200 {
		t.Errorf("%v of half of a picture", img.Rect)
	}
	var damaged *DamagedError
	if _, err := Decode(data[:300], 0); !errors.As(err, &damaged) {
		t.Errorf("%v of nothing but its head", err)
	}
}

func TestRefused(t *testing.T) {
	var unsupported *UnsupportedError
	var large *TooLargeError
	var damaged *DamagedError
	bomb := encoded(t, flag(), PNG)
	binary.BigEndian.PutUint32(bomb[16:], 1<<30)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	hollow := encoded(t, flag(), BMP)
	binary.LittleEndian.PutUint32(hollow[18:], 9000)
	binary.LittleEndian.PutUint32(hollow[22:], 9000)
	for name, c := range map[string]struct {
		data []byte
		want any
	}{
		"heic":         {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), &unsupported},
		"avif":         {[]byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif"), &unsupported},
		"text":         {[]byte("dear diary"), &unsupported},
		"nothing":      {nil, &unsupported},
		"big tiff":     {[]byte("II+\x00\x08\x00\x00\x00"), &unsupported},
		"bomb":         {bomb, &large},
		"hollow":       {hollow, &damaged},
		"head of jpeg": {[]byte("\xff\xd8\xff\xe0\x00"), &damaged},
	} {
		if pages, err := Decode(c.data, 0); len(pages) != 0 || !errors.As(err, c.want) {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
		}
	}
	if kind := KindOf([]byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif")); kind != AVIF {
		t.Errorf("avif behind mif1 is called %q", kind)
	}
}

func TestOnePixel(t *testing.T) {
	for _, kind := range []Kind{JPEG, PNG, GIF, BMP, TIFF} {
		if img := onlyPage(t, encoded(t, image.NewGray(image.Rect(0, 0, 1, 1)), kind)); img.Rect.Dx() != 1 {
			t.Error(kind, img.Rect)
		}
	}
}

func TestAveragedIsTheMean(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 3, 3))
	copy(img.Pix, []uint8{0, 30, 60, 90, 120, 150, 180, 210, 240})
	// Each of four new pixels covers one old one, halves of two and a quarter of
	// the middle one.
	want := []uint8{40, 80, 160, 200}
	if got := greyOf(img, 2, 2); !bytes.Equal(got.Pix, want) {
		t.Errorf("%v, want %v", got.Pix, want)
	}
	if got := greyOf(img, 1, 1); got.Pix[0] != 120 {
		t.Errorf("the mean is %d", got.Pix[0])
	}
}

func TestLargePicturesComeSmaller(t *testing.T) {
	if raceIsOn {
		t.Skip("20 megapixels are too many for the race detector")
	}
	img := onlyPage(t, encoded(t, image.NewGray(image.Rect(0, 0, 5000, 4000)), PNG))
	if n := img.Rect.Dx() * img.Rect.Dy(); n > bigEnough || n < bigEnough*9/10 {
		t.Error(img.Rect)
	}
}

// card is a photograph of a card with a key, seven megapixels: its characters are
// 60 pixels high, drawn as a code whose modules are as fine as their strokes.
func card(t *testing.T, text string) *image.RGBA {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	img := noise(2400, 3000)
	const module = 6
	for y := -4; y < code.Size+4; y++ {
		for x := -4; x < code.Size+4; x++ {
			for i := range module * module {
				at := img.PixOffset(600+x*module+i%module, 900+y*module+i/module)
				for c := range 3 {
					if code.Black(x, y) {
						img.Pix[at+c] -= 90
					} else {
						img.Pix[at+c] += 50
					}
				}
			}
		}
	}
	return img
}

func TestShrinkKeepsWhatIsFine(t *testing.T) {
	if raceIsOn {
		t.Skip("a photograph is too large for the race detector")
	}
	const text = "ABCDE-FGHJK-MNPQR-TVWXY-12346 of 山田 花子"
	data := withExif(encoded(t, card(t, text), JPEG), 6)
	p, err := Shrink(data)
	if err != nil {
		t.Fatal(err)
	}
	if p.Kind != JPEG || p.Width > 2000 || p.Width <= p.Height || len(p.Data) > keptBytes || !p.Place || !p.Time || !p.Whole || p.FromWidth != 2400 {
		t.Errorf("%s of %d by %d in %d bytes, place %v, time %v, whole %v", p.Kind, p.Width, p.Height, len(p.Data), p.Place, p.Time, p.Whole)
	}
	if bytes.Contains(p.Data, []byte("Exif")) {
		t.Error("Exif is still there")
	}
	img := onlyPage(t, p.Data)
	code, _ := qr.Encode(text, qr.M)
	// Turned by a quarter, the column x of the card is the row x of the picture.
	scale := float64(p.Height) / 2400
	wrong := 0
	for y := range code.Size {
		for x := range code.Size {
			cx, cy := (600+(float64(x)+0.5)*6)*scale, (900+(float64(y)+0.5)*6)*scale
			if dark := img.GrayAt(int(float64(p.Width)-cy), int(cx)).Y < 130; dark != code.Black(x, y) {
				wrong++
			}
		}
	}
	if wrong > code.Size*code.Size/100 {
		t.Errorf("%d of %d strokes cannot be told from paper", wrong, code.Size*code.Size)
	}
}

func TestShrinkLeavesSmallOnesAlone(t *testing.T) {
	plain := encoded(t, flag(), JPEG)
	told := withSegment(withSegment(withExif(plain, 1), 0xfe, "a comment"), 0xe2, "ICC_PROFILE\x00")
	p, err := Shrink(append(told, "and a film behind it"...))
	if err != nil || !bytes.Equal(p.Data, plain) {
		t.Errorf("%v; %d bytes, want the %d of the picture", err, len(p.Data), len(plain))
	}
	shot := encoded(t, flag(), PNG)
	p, err = Shrink(shot)
	if err != nil || p.Kind != PNG || len(p.Data) > len(shot) {
		t.Errorf("a screenshot became %s of %d bytes, %v", p.Kind, len(p.Data), err)
	}
	if file, w, h, err := AsJPEG(p.Data); err != nil || KindOf(file) != JPEG || w != 60 || h != 40 {
		t.Errorf("%d by %d, %v", w, h, err)
	}
	if file, _, _, err := AsJPEG(plain); err != nil || !bytes.Equal(file, plain) {
		t.Errorf("a JPEG file was made anew, %v", err)
	}
}

func TestShrinkTellsOfWhatIsMissing(t *testing.T) {
	data := encoded(t, noise(200, 200), JPEG)
	if p, err := Shrink(data[:len(data)/2]); err != nil || p.Whole {
		t.Errorf("%v, whole", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, kind := range []Kind{JPEG, PNG, GIF, BMP, TIFF} {
		f.Add(encoded(f, flag(), kind))
	}
	for _, file := range flagsOfWebP(f) {
		f.Add(file)
	}
	f.Add(withExif(encoded(f, flag(), JPEG), 6))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width*c.Height > 1<<18 {
			return
		}
		for page, err := range Pages(data) {
			if err == nil && page.Rect.Empty() {
				t.Fatal("no pixels and no error")
			}
			break
		}
		if KindOf(data) != PDF {
			if p, err := Shrink(data); err == nil && (len(p.Data) == 0 || max(p.Width, p.Height) > longSide) {
				t.Fatal(p.Width, p.Height, len(p.Data))
			}
		}
	})
}

// A photograph of 12 megapixels, as telephones make them, from its file to grey
// pixels.
func BenchmarkDecodePhoto(b *testing.B) {
	data := encoded(b, noise(4000, 3000), JPEG)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode(data, 1); err != nil {
			b.Fatal(err)
		}
	}
}
