package scan

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
)

// cropped is a part of a picture, its origin where it was.
func cropped(img *image.Gray, r image.Rectangle) *image.Gray {
	return img.SubImage(r).(*image.Gray)
}

func TestTrouble(t *testing.T) {
	if underRace {
		t.Skip("the plain run takes these pictures")
	}
	page, _ := drawBackup(t, 3)
	rng := rand.New(rand.NewPCG(9, 9))
	scan := func(dpi float64) *shot { return scanned(page, dpi, 0.5, rng) }
	table := image.NewGray(image.Rect(0, 0, 700, 500))
	draw.Draw(table, table.Rect, image.NewUniform(color.Gray{Y: 90}), image.Point{}, draw.Src)
	text := whitePage(4960, 7016)
	for y := 20.0; y < 280; y += 6 {
		writeLine(text, 20, y, 1, "Key of the house: at the neighbour's, 03-0000-1234, ask for Yamada Hanako and say hello")
	}
	for _, c := range []struct {
		name string
		img  *image.Gray
		want Trouble
	}{
		{"clean", scan(150).img, None},
		{"dark", scan(150).tones(8, 14).noise(2).img, TooDark},
		{"bright", scan(150).tones(238, 255).noise(6).img, TooBright},
		{"faint", scan(150).tones(120, 137).noise(6).img, LowContrast},
		{"far", scan(58).noise(3).img, TooSmall},
		{"out of focus", scan(150).blur(7).noise(2).img, Blurred},
		{"moved", scan(200).blur(2.6).noise(5).img, Blurred},
		{"table", table, NoCodes},
		{"white", whitePage(600, 800), NoCodes},
		{"text", scanned(text, 150, 0.5, rng).noise(3).img, NoCodes},
		{"cut", cropped(scan(150).img, image.Rect(0, 0, 520, 900)), CutOff},
		{"half", cropped(scan(150).img, image.Rect(120, 100, 300, 420)), CutOff},
	} {
		res := Backup(c.img)
		if res.Trouble != c.want {
			t.Errorf("%s: trouble %d, want %d; %d codes, %d unread", c.name, res.Trouble, c.want, len(res.Codes), res.Unread)
		}
	}
}
