package scan

import (
	"image"
	"image/draw"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSeveral puts parts of two pages into one picture, one upright, one upside down and
// mirrored as from behind glass, and reads all eight codes that are whole.
func TestSeveral(t *testing.T) {
	if underRace {
		t.Skip("the plain run takes these pictures")
	}
	page, texts := drawBackup(t, 4)
	whole := scanned(page, 150, 0.8, rand.New(rand.NewPCG(1, 1))).noise(3).img
	picture := whitePage(1240, 600)
	first := cropped(whole, image.Rect(100, 120, 660, 680))
	draw.Draw(picture, image.Rect(20, 20, 580, 580), first, first.Rect.Min, draw.Src)
	second := newPlane(cropped(whole, image.Rect(100, 640, 660, 1190)))
	for _, turn := range []struct {
		name   string
		change func(pix []uint8, w int)
	}{
		{"upside down", func(pix []uint8, _ int) { slices.Reverse(pix) }},
		{"mirrored", func(pix []uint8, w int) {
			for row := range slices.Chunk(pix, w) {
				slices.Reverse(row)
			}
		}},
	} {
		pix := slices.Clone(second.pix)
		turn.change(pix, second.w)
		part := &image.Gray{Pix: pix, Stride: second.w, Rect: image.Rect(0, 0, second.w, second.h)}
		draw.Draw(picture, image.Rect(650, 20, 650+second.w, 20+second.h), part, image.Point{}, draw.Src)
		read := map[string]bool{}
		for _, code := range Backup(picture).Codes {
			read[code.Text] = texts[code.Text]
			if !texts[code.Text] {
				t.Errorf("%s: read what was not written", turn.name)
			}
		}
		if len(read) != 8 {
			t.Errorf("%s: %d codes of 8", turn.name, len(read))
		}
	}
}
