package scan

import (
	"image"
	"math/rand/v2"
	"testing"
)

// FuzzPixels builds pictures from any bytes, the width being the first.
func FuzzPixels(f *testing.F) {
	f.Add([]byte{1, 0})
	f.Add([]byte{7, 0, 255, 0, 0, 0, 255, 0})
	small := whitePage(60, 60)
	drawCode(f, small, image.Pt(4, 4), 2, "A")
	f.Add(append([]byte{60}, small.Pix...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 2 || data[0] == 0 || len(data) > 1<<16 {
			return
		}
		w := int(data[0])
		h := (len(data) - 1) / w
		img := &image.Gray{Pix: data[1 : 1+w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
		for _, code := range Small(img) {
			if code.Text == "" && code.Corners == [4]image.Point{} {
				t.Error("a code that is nowhere")
			}
		}
		if res := Backup(img); res.Trouble == None && res.Unread > 0 {
			t.Errorf("%d unread and no trouble", res.Unread)
		}
	})
}

// FuzzMutated spoils a real part of a page: bytes choose where, and what is there.
func FuzzMutated(f *testing.F) {
	if underRace {
		f.Skip("the plain run draws the page")
	}
	page, texts := drawBackup(f, 2)
	whole := scanned(page, 150, 1, rand.New(rand.NewPCG(1, 1))).img
	part := newPlane(cropped(whole, image.Rect(100, 120, 660, 680)))
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{40, 40, 90, 255, 90, 20, 200, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		img := image.NewGray(image.Rect(0, 0, part.w, part.h))
		copy(img.Pix, part.pix)
		for ; len(data) >= 4; data = data[4:] {
			x, y, side := int(data[0])*part.w/256, int(data[1])*part.h/256, int(data[2])/4
			for py := y; py < min(y+side, part.h); py++ {
				for px := x; px < min(x+side, part.w); px++ {
					img.Pix[py*part.w+px] = img.Pix[py*part.w+px]/2 + data[3]/2
				}
			}
		}
		for _, code := range Backup(img).Codes {
			if !texts[code.Text] {
				t.Errorf("read what was not written: %q", code.Text)
			}
		}
	})
}

func TestOddPictures(t *testing.T) {
	for _, img := range []*image.Gray{
		nil,
		{},
		image.NewGray(image.Rect(0, 0, 1, 1)),
		image.NewGray(image.Rect(-5, -5, 3000, -4)),
		image.NewGray(image.Rect(0, 0, 1, 9000)),
		image.NewGray(image.Rect(0, 0, 2, 2)),
	} {
		if res := Backup(img); len(res.Codes) > 0 || res.Trouble == None {
			t.Errorf("read something from nothing: %+v", res)
		}
		if codes := Small(img); len(codes) > 0 {
			t.Errorf("read something from nothing: %+v", codes)
		}
	}
}

// TestOffset takes a part of a picture whose origin is elsewhere.
func TestOffset(t *testing.T) {
	img := whitePage(400, 300)
	drawCode(t, img, image.Pt(220, 140), 4, "memovault:sheet:3C7A-F18E:1:2")
	codes := Small(cropped(img, image.Rect(190, 110, 390, 290)))
	if len(codes) != 1 || codes[0].Text != "memovault:sheet:3C7A-F18E:1:2" {
		t.Fatalf("read %+v", codes)
	}
	far := codes[0].Corners[0].Sub(image.Pt(220, 140))
	if abs(far.X) > 2 || abs(far.Y) > 2 {
		t.Errorf("top left at %v", codes[0].Corners[0])
	}
}

// TestAllFinders shows a wall of finder patterns, the worst there is for grouping, and
// still ends with nothing read.
func TestAllFinders(t *testing.T) {
	if underRace {
		t.Skip("the plain run takes this picture")
	}
	img := whitePage(360, 360)
	for i := range img.Pix {
		x, y := i%360/3%9-4, i/360/3%9-4
		if ring := max(abs(x), abs(y)); ring < 2 || ring == 3 {
			img.Pix[i] = 0
		}
	}
	if codes := Small(img); len(codes) > 0 {
		t.Errorf("read %d codes", len(codes))
	}
	if res := Backup(img); len(res.Codes) > 0 {
		t.Errorf("read %d codes", len(res.Codes))
	}
}
