package scan

import (
	"image"
	"image/color"
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
