package scan

import (
	"image"
	"image/color"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"rsc.io/qr"
)

// drawCode draws one upright code with black modules of whole pixels.
func drawCode(t testing.TB, img *image.Gray, at image.Point, module int, text string) {
	t.Helper()
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	for y := range code.Size * module {
		for x := range code.Size * module {
			if code.Black(x/module, y/module) {
				img.SetGray(at.X+x, at.Y+y, color.Gray{})
			}
		}
	}
}

func whitePage(w, h int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	return img
}

func TestSmallClean(t *testing.T) {
	img := whitePage(400, 200)
	drawCode(t, img, image.Pt(20, 20), 4, "memovault:sheet:3C7A-F18E:1:2")
	drawCode(t, img, image.Pt(220, 40), 4, "WIFI:S:yamada;T:WPA;P:not-a-real-one;;")
	read := map[string]bool{}
	for _, c := range Small(img) {
		read[c.Text] = true
	}
	for _, want := range []string{"memovault:sheet:3C7A-F18E:1:2", "WIFI:S:yamada;T:WPA;P:not-a-real-one;;"} {
		if !read[want] {
			t.Errorf("not read: %q, only %v", want, read)
		}
	}
}

func TestSmallCaptures(t *testing.T) {
	if underRace {
		t.Skip("the plain run takes these pictures")
	}
	page := whitePage(4960, 7016)
	texts := map[string]float64{ // and the size of a module in millimetres
		"memovault:sheet:3C7A-F18E:1:2":                                      0.45,
		"WIFI:S:yamada;T:WPA;P:not-a-real-one;;":                             0.6,
		"otpauth://totp/Example:yamada@example.jp?secret=AAAABBBBCCCCDDDD":   0.6,
		"AGE-SECRET-KEY-1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": 0.6,
	}
	left := 20.0
	for _, text := range slices.Sorted(maps.Keys(texts)) {
		code, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		drawModules(page, code.Size, code.Black, left, 20+left, texts[text])
		left += 40
	}
	for y := 200.0; y < 280; y += 6 {
		writeLine(page, 20, y, 1, "Microsoft account of Yamada Hanako: 090-0000-1234, see the sheet in the drawer")
	}
	names := []string{"s150", "p1600"}
	if *allCaptures == "all" {
		names = []string{"s300", "r3", "s200", "s150", "p12", "hard", "p2048", "p1600", "curl", "uneven", "faded", "upside", "sideways"}
	}
	for _, c := range captures {
		if !slices.Contains(names, c.name) {
			continue
		}
		img := c.take(page, rand.New(rand.NewPCG(1, 1))).img
		read := map[string]bool{}
		for _, code := range Small(img) {
			read[code.Text] = true
		}
		for text := range texts {
			if !read[text] {
				t.Errorf("%s: not read: %s", c.name, text)
			}
		}
		if len(read) > len(texts) {
			t.Errorf("%s: more than was drawn: %v", c.name, read)
		}
	}
}
