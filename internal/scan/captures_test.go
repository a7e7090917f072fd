package scan

import (
	"flag"
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var (
	allCaptures  = flag.String("captures", "", "all: every simulated capture; else the names of some, with commas")
	capturePages = flag.Int("pages", 5, "how many different pages -captures takes")
)

// A capture is one way in which a page becomes a picture. Names are those of the
// table in docs/paper.md.
type capture struct {
	name    string
	torture bool // not part of what must be read
	take    func(page *image.Gray, rng *rand.Rand) *shot
}

// jitter is a number near zero, up to so much.
func jitter(rng *rand.Rand, most float64) float64 { return (2*rng.Float64() - 1) * most }

var captures = []capture{
	{"s300", false, func(p *image.Gray, r *rand.Rand) *shot { return scanned(p, 300, jitter(r, 0.2), r).noise(3) }},
	{"r1", false, func(p *image.Gray, r *rand.Rand) *shot {
		return scanned(p, 300, 1, r).blur(0.9).noise(6).jpeg(75)
	}},
	{"r3", false, func(p *image.Gray, r *rand.Rand) *shot {
		return scanned(p, 300, 3, r).blur(1.2).noise(8).jpeg(50)
	}},
	{"s200", false, func(p *image.Gray, r *rand.Rand) *shot {
		return scanned(p, 200, 2+jitter(r, 0.3), r).blur(0.7).noise(5).jpeg(75)
	}},
	{"s150", false, func(p *image.Gray, r *rand.Rand) *shot {
		return scanned(p, 150, 0.5+jitter(r, 0.3), r).blur(0.4).noise(3).jpeg(85)
	}},
	{"p12", false, func(p *image.Gray, r *rand.Rand) *shot { return phone(p, r).noise(6).jpeg(88) }},
	{"hard", false, func(p *image.Gray, r *rand.Rand) *shot {
		o := pose{turn: 4 + jitter(r, 2), tiltX: 9 + jitter(r, 2), tiltY: -12 + jitter(r, 2), fill: 0.8}
		return photographed(p, 3000, 4000, o, r).tones(45, 225).lamp(0.55).vignette(0.35).blur(2).noise(12).jpeg(60)
	}},
	{"p2048", false, func(p *image.Gray, r *rand.Rand) *shot { return phone(p, r).noise(6).resized(1536, 2048).jpeg(70) }},
	{"p1600", false, func(p *image.Gray, r *rand.Rand) *shot { return phone(p, r).noise(6).resized(1200, 1600).jpeg(65) }},
	{"curl", false, func(p *image.Gray, r *rand.Rand) *shot {
		o := pose{turn: jitter(r, 3), tiltX: 4, tiltY: 5, fill: 0.88, bend: curled}
		return photographed(p, 3000, 4000, o, r).tones(35, 235).lamp(0.7).moved(4, 3).blur(1).noise(6).jpeg(80)
	}},
	{"uneven", false, func(p *image.Gray, r *rand.Rand) *shot {
		o := pose{turn: jitter(r, 3), tiltX: 3, tiltY: -3, fill: 0.9}
		return photographed(p, 3000, 4000, o, r).tones(30, 235).lamp(0.2).blur(1.2).noise(5).jpeg(80)
	}},

	{"ink", true, func(p *image.Gray, r *rand.Rand) *shot {
		return scanned(spread(p, 2), 300, 0.7, r).blur(1).noise(5).jpeg(75)
	}},
	{"faded", true, func(p *image.Gray, r *rand.Rand) *shot {
		return scanned(p, 300, 1, r).blur(0.9).tones(165, 225).noise(4).jpeg(75)
	}},
	{"sideways", true, func(p *image.Gray, r *rand.Rand) *shot { return scanned(p, 250, 103, r).blur(0.9).noise(6).jpeg(75) }},
	{"turned45", true, func(p *image.Gray, r *rand.Rand) *shot { return scanned(p, 250, 45, r).blur(0.9).noise(6).jpeg(75) }},
	{"upside", true, func(p *image.Gray, r *rand.Rand) *shot { return scanned(p, 250, 180.5, r).blur(0.9).noise(6).jpeg(75) }},
	{"mirrored", true, func(p *image.Gray, r *rand.Rand) *shot {
		return mirrored(scanned(p, 250, 2, r).blur(0.9).noise(6).jpeg(75))
	}},
	{"s100", true, func(p *image.Gray, r *rand.Rand) *shot { return scanned(p, 100, 0.4, r).noise(3).jpeg(85) }},
	{"p1280", true, func(p *image.Gray, r *rand.Rand) *shot { return phone(p, r).noise(6).resized(960, 1280).jpeg(70) }},
	{"barrel", true, func(p *image.Gray, r *rand.Rand) *shot {
		o := pose{turn: jitter(r, 3), fill: 0.9, bend: barrel}
		return photographed(p, 2400, 3200, o, r).blur(1).noise(6).jpeg(75)
	}},
	{"crumple3", true, func(p *image.Gray, r *rand.Rand) *shot { return crumpled(p, r, 3) }},
	{"crumple5", true, func(p *image.Gray, r *rand.Rand) *shot { return crumpled(p, r, 5) }},
	{"crumple8", true, func(p *image.Gray, r *rand.Rand) *shot { return crumpled(p, r, 8) }},
	{"damage", true, func(p *image.Gray, r *rand.Rand) *shot { return phone(damaged(p, r), r).noise(6).jpeg(80) }},
}

// phone is a 12 megapixel photo as a steady hand takes it.
func phone(p *image.Gray, r *rand.Rand) *shot {
	o := pose{turn: jitter(r, 4), tiltX: 5 + jitter(r, 2), tiltY: 6 + jitter(r, 2), fill: 0.9}
	return photographed(p, 3000, 4000, o, r).tones(30, 235).vignette(0.3).blur(1.2)
}

// curled is a sheet that does not lie flat: rows rise and fall by 3 mm across it.
func curled(x, y float64) (float64, float64) {
	return x + 1.5*math.Sin(y/60), y + 3*math.Sin(x/pageWidth*math.Pi)
}

// barrel is a cheap wide lens: 4 % at the corners.
func barrel(x, y float64) (float64, float64) {
	dx, dy := (x-pageWidth/2)/180, (y-pageHeight/2)/180
	f := 1 + 0.04*(dx*dx+dy*dy)
	return pageWidth/2 + dx*180*f, pageHeight/2 + dy*180*f
}

// crumpled moves places of a 300 dpi picture by up to so many pixels, and shades the slopes.
func crumpled(p *image.Gray, r *rand.Rand, pixels float64) *shot {
	var waves [8][4]float64
	for i := range waves {
		angle, long := r.Float64()*2*math.Pi, 35+r.Float64()*60
		waves[i] = [4]float64{math.Cos(angle) * 2 * math.Pi / long, math.Sin(angle) * 2 * math.Pi / long, r.Float64() * 7, r.Float64() * 7}
	}
	mm := pixels / 300 * 25.4 / 2
	shift := func(x, y float64) (dx, dy float64) {
		for _, w := range waves {
			dx += mm * math.Sin(w[0]*x+w[1]*y+w[2]) * 0.7
			dy += mm * math.Sin(w[0]*x+w[1]*y+w[3]) * 0.7
		}
		return dx, dy
	}
	o := pose{turn: jitter(r, 2), fill: 0.95, bend: func(x, y float64) (float64, float64) {
		dx, dy := shift(x, y)
		return x + dx, y + dy
	}}
	s := photographed(p, 2480, 3508, o, r)
	return s.each(func(x, y int, v float64) float64 {
		dx, _ := shift(float64(x)/300*25.4, float64(y)/300*25.4)
		return v * (0.85 + 0.1*math.Tanh(dx/mm))
	}).blur(1).noise(6).jpeg(75)
}

// spread lets ink run into the white by so many dots of 600 dpi.
func spread(page *image.Gray, dots int) *image.Gray {
	out := image.NewGray(page.Rect)
	w, h := page.Rect.Dx(), page.Rect.Dy()
	pass := make([]uint8, len(page.Pix))
	for y := range h {
		for x := range w {
			least := uint8(255)
			for i := max(x-dots, 0); i <= min(x+dots, w-1); i++ {
				least = min(least, page.Pix[y*w+i])
			}
			pass[y*w+x] = least
		}
	}
	for y := range h {
		for x := range w {
			least := uint8(255)
			for i := max(y-dots, 0); i <= min(y+dots, h-1); i++ {
				least = min(least, pass[i*w+x])
			}
			out.Pix[y*w+x] = least
		}
	}
	return out
}

func mirrored(s *shot) *shot {
	w := s.img.Rect.Dx()
	for y := range s.img.Rect.Dy() {
		row := s.img.Pix[y*w : (y+1)*w]
		for i := range w / 2 {
			row[i], row[w-1-i] = row[w-1-i], row[i]
		}
	}
	return s
}

// damaged folds the page twice, writes on it, sets a cup on it and punches a hole.
func damaged(page *image.Gray, r *rand.Rand) *image.Gray {
	out := image.NewGray(page.Rect)
	dot := drawnDPI / 25.4
	cup := point{60 + r.Float64()*80, 80 + r.Float64()*120}
	hole := point{12 + r.Float64()*20, 148}
	penFrom, penSlope := 60+r.Float64()*150, jitter(r, 0.5)
	for i, v := range page.Pix {
		x, y := float64(i%page.Stride)/dot, float64(i/page.Stride)/dot
		b := float64(v)
		switch {
		case math.Abs(y-pageHeight/2) < 0.7, math.Abs(x-pageWidth/2) < 0.7:
			b = 150 + b*0.35
		case math.Abs(y-penFrom-penSlope*x) < 0.4 && x > 40 && x < 150:
			b = min(b, 40)
		case math.Abs(math.Hypot(x-cup.x, y-cup.y)-38) < 1.5:
			b *= 0.6
		case math.Hypot(x-hole.x, y-hole.y) < 3:
			b = 60
		}
		out.Pix[i] = uint8(b)
	}
	return out
}

// chosen are the captures the flag names; without it a small sample for every run.
func chosen() (list []capture, pages int) {
	if *allCaptures == "" {
		for _, c := range captures {
			if c.name == "s150" || c.name == "p1600" {
				list = append(list, c)
			}
		}
		return list, 1
	}
	for _, c := range captures {
		if *allCaptures == "all" || strings.Contains(","+*allCaptures+",", ","+c.name+",") {
			list = append(list, c)
		}
	}
	return list, *capturePages
}

// A score counts the codes of one capture over all pages.
type score struct {
	name                      string
	torture                   bool
	right, wrong, unread, all int
	alarms                    int // pictures with trouble of which every code was read
	spent                     time.Duration
}

func TestCaptures(t *testing.T) {
	list, pages := chosen()
	if underRace {
		t.Skip("pictures take minutes with -race; the plain run reads them")
	}
	scores := make([]score, len(list))
	for page := range pages {
		paper, texts := drawBackup(t, uint64(page))
		for i, c := range list {
			s := c.take(paper, rand.New(rand.NewPCG(uint64(page), uint64(i))))
			scores[i].add(c, s.img, texts)
		}
	}
	right, all := 0, 0
	for _, s := range scores {
		t.Logf("%-9s %4d of %4d, wrong %d, seen and not read %d, %4d ms a picture", s.name, s.right, s.all, s.wrong, s.unread, s.spent.Milliseconds()/int64(pages))
		if s.alarms > 0 && !s.torture {
			t.Errorf("%s: trouble in %d pictures of which all is read", s.name, s.alarms)
		}
		if s.wrong > 0 {
			t.Errorf("%s: %d codes read wrongly", s.name, s.wrong)
		}
		if !s.torture {
			right, all = right+s.right, all+s.all
		}
	}
	if all > 0 {
		t.Logf("what must be read: %d of %d, %.2f %%", right, all, 100*float64(right)/float64(all))
	}
	if float64(right) < 0.99*float64(all) {
		t.Errorf("only %d of %d codes read", right, all)
	}
}

func (s *score) add(c capture, img *image.Gray, texts map[string]bool) {
	s.name, s.torture = c.name, c.torture
	began := time.Now()
	res := Backup(img)
	s.spent += time.Since(began)
	s.all += len(texts)
	s.unread += res.Unread
	if res.Trouble != None && len(res.Codes) == len(texts) {
		s.alarms++
	}
	seen := map[string]bool{}
	for _, code := range res.Codes {
		if !texts[code.Text] {
			s.wrong++
		} else if !seen[code.Text] {
			s.right++
		}
		seen[code.Text] = true
	}
}
