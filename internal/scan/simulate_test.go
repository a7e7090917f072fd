package scan

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"rsc.io/qr/coding"
)

// Sizes of the backup page in millimetres, as internal/paper prints it.
const (
	pageWidth   = 210.0
	pageHeight  = 297.0
	moduleSize  = 0.42
	gutter      = 4 // modules
	codesAcross = 4
	codesDown   = 6
	drawnDPI    = 600
)

// backupText makes a text as full as a shard's, of random base45 characters.
func backupText(rng *rand.Rand) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	text := []byte("VB1:")
	for len(text) < 969 {
		text = append(text, letters[rng.IntN(len(letters))])
	}
	return string(append(text, '.'))
}

// drawBackup draws an A4 page of 24 codes at 600 dpi, and says what is in them.
func drawBackup(t testing.TB, seed uint64) (*image.Gray, map[string]bool) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	plan, err := coding.NewPlan(20, coding.M, coding.Mask(seed%8))
	if err != nil {
		t.Fatal(err)
	}
	page := whitePage(4960, 7016)
	texts := map[string]bool{}
	pitch := moduleSize * (97 + gutter)
	left := (pageWidth - pitch*codesAcross + moduleSize*gutter) / 2
	const top = 24.0
	for i := range codesAcross * codesDown {
		text := backupText(rng)
		texts[text] = true
		code, err := plan.Encode(coding.Alpha(text))
		if err != nil {
			t.Fatal(err)
		}
		drawModules(page, code.Size, code.Black, left+pitch*float64(i%codesAcross), top+pitch*float64(i/codesAcross), moduleSize)
	}
	writeLine(page, 14, 17, 2, fmt.Sprintf("Encrypted vault backup   ID 3C7A-F18E   2026-01-01   %d/3", seed%3+1))
	writeLine(page, 14, 21, 1, "Any 48 of the 72 codes restore everything. Photograph or scan every page, then run: vault restore photo.jpg")
	writeLine(page, 14, 285, 1, "Format: QR version 20 M, RFC 9285 base45, Reed-Solomon over GF(256), CRC-32; see docs/format.md for every byte")
	return page, texts
}

// drawModules draws a code with its top left corner at a place in millimetres.
func drawModules(page *image.Gray, size int, black func(x, y int) bool, x, y, module float64) {
	dot := drawnDPI / 25.4
	for py := int(y * dot); py < int((y+module*float64(size))*dot); py++ {
		for px := int(x * dot); px < int((x+module*float64(size))*dot); px++ {
			u := int(math.Floor((float64(px)/dot - x) / module))
			v := int(math.Floor((float64(py)/dot - y) / module))
			if black(u, v) {
				page.Pix[py*page.Stride+px] = 0
			}
		}
	}
}

// writeLine writes text 7 pixels wide a letter, enlarged, baseline at a place in millimetres.
func writeLine(page *image.Gray, x, y float64, size int, text string) {
	size *= 4
	line := whitePage(7*len(text), 13)
	d := font.Drawer{Dst: line, Src: image.Black, Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	d.DrawString(text)
	dot := drawnDPI / 25.4
	for py := range 13 * size {
		for px := range line.Rect.Dx() * size {
			at := image.Pt(int(x*dot)+px, int(y*dot)-11*size+py)
			if line.Pix[py/size*line.Stride+px/size] < 128 && at.In(page.Rect) {
				page.Pix[at.Y*page.Stride+at.X] = 0
			}
		}
	}
}

// A shot turns a page into a picture of it, step by step.
type shot struct {
	img *image.Gray
	rng *rand.Rand
}

// reduced is the page as a lens or a sensor sees it that resolves so many dots an inch.
func reduced(page *image.Gray, dpi float64) *plane {
	p := newPlane(page)
	for p.scale*dpi < drawnDPI*0.7 {
		p = p.half()
	}
	return p
}

// warped makes a picture of w × h pixels; place says for each pixel which place of the
// page it shows, in millimetres. What is not page is a dark table.
func warped(page *image.Gray, w, h int, dpi float64, place func(x, y float64) (float64, float64), rng *rand.Rand) *shot {
	p := reduced(page, dpi)
	img := image.NewGray(image.Rect(0, 0, w, h))
	both(h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range w {
				sum := 0.0
				for _, d := range [4]point{{-0.25, -0.25}, {0.25, -0.25}, {-0.25, 0.25}, {0.25, 0.25}} {
					mx, my := place(float64(x)+d.x, float64(y)+d.y)
					if mx < 0 || my < 0 || mx >= pageWidth || my >= pageHeight {
						sum += 70
						continue
					}
					sum += p.at(p.inner(point{mx/25.4*drawnDPI - 0.5, my/25.4*drawnDPI - 0.5}))
				}
				img.Pix[y*img.Stride+x] = uint8(sum/4 + 0.5)
			}
		}
	})
	return &shot{img, rng}
}

// scanned lays the page on a scanner, turned by some degrees.
func scanned(page *image.Gray, dpi, degrees float64, rng *rand.Rand) *shot {
	w, h := pageWidth/25.4*dpi, pageHeight/25.4*dpi
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	bw := math.Abs(w*cos) + math.Abs(h*sin)
	bh := math.Abs(w*sin) + math.Abs(h*cos)
	return warped(page, int(bw), int(bh), dpi, func(x, y float64) (float64, float64) {
		x, y = (x-bw/2)/dpi*25.4, (y-bh/2)/dpi*25.4
		return x*cos + y*sin + pageWidth/2, -x*sin + y*cos + pageHeight/2
	}, rng)
}

// A pose is how a phone is held over a page.
type pose struct {
	turn, tiltX, tiltY float64 // degrees
	fill               float64 // share of the height that the page takes up
	bend               func(x, y float64) (float64, float64)
}

// photographed takes a picture of w × h pixels with a lens as a phone has it.
func photographed(page *image.Gray, w, h int, o pose, rng *rand.Rand) *shot {
	dpi := float64(h) * o.fill / pageHeight * 25.4
	away := 1.3 * pageHeight // millimetres from the lens to the middle of the page
	sinT, cosT := math.Sincos(o.turn * math.Pi / 180)
	tx, ty := math.Tan(o.tiltX*math.Pi/180)/away, math.Tan(o.tiltY*math.Pi/180)/away
	return warped(page, w, h, dpi, func(x, y float64) (float64, float64) {
		x, y = (x-float64(w)/2)/dpi*25.4, (y-float64(h)/2)/dpi*25.4
		d := 1 - tx*x - ty*y
		x, y = x/d, y/d
		x, y = x*cosT+y*sinT+pageWidth/2, -x*sinT+y*cosT+pageHeight/2
		if o.bend != nil {
			x, y = o.bend(x, y)
		}
		return x, y
	}, rng)
}

// blur is a Gauss blur, its sigma in pixels.
func (s *shot) blur(sigma float64) *shot {
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-reach)*(i-reach)) / (2 * sigma * sigma))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	s.convolve(kernel, 1, 0)
	return s.convolve(kernel, 0, 1)
}

// moved is the blur of a hand that moved by so many pixels sideways and down.
func (s *shot) moved(dx, dy int) *shot {
	steps := max(abs(dx), abs(dy)) + 1
	out := make([]int32, len(s.img.Pix))
	w, h := s.img.Rect.Dx(), s.img.Rect.Dy()
	for i := range steps {
		ox, oy := dx*i/max(steps-1, 1), dy*i/max(steps-1, 1)
		for y := range h {
			row := s.img.Pix[min(max(y+oy, 0), h-1)*w:]
			for x := range w {
				out[y*w+x] += int32(row[min(max(x+ox, 0), w-1)])
			}
		}
	}
	for i, v := range out {
		s.img.Pix[i] = uint8(v / int32(steps))
	}
	return s
}

func (s *shot) convolve(kernel []float64, dx, dy int) *shot {
	w, h := s.img.Rect.Dx(), s.img.Rect.Dy()
	out := make([]uint8, len(s.img.Pix))
	reach := len(kernel) / 2
	both(h, func(from, to int) {
		for y := from; y < to; y++ {
			for x := range w {
				sum := 0.5
				for i, k := range kernel {
					px := min(max(x+(i-reach)*dx, 0), w-1)
					py := min(max(y+(i-reach)*dy, 0), h-1)
					sum += k * float64(s.img.Pix[py*w+px])
				}
				out[y*w+x] = uint8(sum)
			}
		}
	})
	s.img.Pix = out
	return s
}

// each changes the brightness of every pixel.
func (s *shot) each(change func(x, y int, v float64) float64) *shot {
	w := s.img.Rect.Dx()
	for i, v := range s.img.Pix {
		s.img.Pix[i] = uint8(min(max(change(i%w, i/w, float64(v)), 0), 255))
	}
	return s
}

func (s *shot) noise(sigma float64) *shot {
	return s.each(func(_, _ int, v float64) float64 { return v + s.rng.NormFloat64()*sigma })
}

// tones maps black and white to the given brightness.
func (s *shot) tones(black, white float64) *shot {
	return s.each(func(_, _ int, v float64) float64 { return black + v*(white-black)/255 })
}

// vignette darkens the corners by a share.
func (s *shot) vignette(share float64) *shot {
	w, h := float64(s.img.Rect.Dx()), float64(s.img.Rect.Dy())
	return s.each(func(x, y int, v float64) float64 {
		r := math.Hypot(float64(x)/w-0.5, float64(y)/h-0.5) / math.Sqrt2 * 2
		return v * (1 - share*r*r)
	})
}

// lamp lights one corner and leaves the opposite one in shade.
func (s *shot) lamp(least float64) *shot {
	w, h := float64(s.img.Rect.Dx()), float64(s.img.Rect.Dy())
	return s.each(func(x, y int, v float64) float64 {
		return v * (1 - (1-least)*(float64(x)/w*0.6+float64(y)/h*0.4))
	})
}

// jpeg sends the picture through a file of that quality.
func (s *shot) jpeg(quality int) *shot {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, s.img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	img, err := jpeg.Decode(&file)
	if err != nil {
		panic(err)
	}
	draw.Draw(s.img, s.img.Rect, img, image.Point{}, draw.Src)
	return s
}

// resized is what a messenger makes of a photo.
func (s *shot) resized(w, h int) *shot {
	p := newPlane(s.img)
	fx, fy := float64(p.w)/float64(w), float64(p.h)/float64(h)
	img := image.NewGray(image.Rect(0, 0, w, h))
	n := int(math.Ceil(fx))
	for y := range h {
		for x := range w {
			sum := 0.0
			for i := range n {
				for j := range n {
					sum += p.at(point{(float64(x)+(float64(j)+0.5)/float64(n))*fx - 0.5, (float64(y)+(float64(i)+0.5)/float64(n))*fy - 0.5})
				}
			}
			img.Pix[y*w+x] = uint8(sum/float64(n*n) + 0.5)
		}
	}
	s.img = img
	return s
}
