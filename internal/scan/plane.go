package scan

import (
	"image"
	"math"
)

// maxPixels bounds what is searched: larger pictures are halved until they fit.
// 24 codes need about 2 megapixels, so nothing is lost.
const maxPixels = 16 << 20

// A point is a place in a picture, in pixels; whole numbers are the centres of pixels.
type point struct{ x, y float64 }

func (p point) add(q point) point        { return point{p.x + q.x, p.y + q.y} }
func (p point) sub(q point) point        { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point    { return point{p.x * f, p.y * f} }
func (p point) length() float64          { return math.Hypot(p.x, p.y) }
func (p point) cross(q point) float64    { return p.x*q.y - p.y*q.x }
func (p point) dot(q point) float64      { return p.x*q.x + p.y*q.y }
func (p point) distance(q point) float64 { return p.sub(q).length() }

// A plane is a grey picture with its origin at zero. One pixel of it stands for
// scale × scale pixels of the picture it was made of.
type plane struct {
	w, h  int
	pix   []uint8
	scale float64
}

// newPlane takes over the pixels of a picture where it can and copies them where
// its rows have gaps.
func newPlane(img *image.Gray) *plane {
	p := &plane{w: img.Rect.Dx(), h: img.Rect.Dy(), scale: 1}
	if img.Stride == p.w && len(img.Pix) >= p.w*p.h {
		p.pix = img.Pix[:p.w*p.h]
	} else {
		p.pix = make([]uint8, p.w*p.h)
		for y := range p.h {
			copy(p.pix[y*p.w:(y+1)*p.w], img.Pix[y*img.Stride:])
		}
	}
	for p.w*p.h > maxPixels && min(p.w, p.h) > 1 {
		p = p.half()
	}
	return p
}

// half takes the mean of each 2 × 2 pixels; an odd last row or column is dropped.
func (p *plane) half() *plane {
	q := &plane{w: max(p.w/2, 1), h: max(p.h/2, 1), scale: p.scale * 2}
	q.pix = make([]uint8, q.w*q.h)
	both(q.h, func(from, to int) {
		for y := from; y < to; y++ {
			top := p.pix[min(2*y, p.h-1)*p.w:]
			low := p.pix[min(2*y+1, p.h-1)*p.w:]
			row := q.pix[y*q.w : (y+1)*q.w]
			for x := range row {
				a, b := min(2*x, p.w-1), min(2*x+1, p.w-1)
				row[x] = uint8((int(top[a]) + int(top[b]) + int(low[a]) + int(low[b]) + 2) / 4)
			}
		}
	})
	return q
}

// outer gives the place in the picture of a place in this plane.
func (p *plane) outer(q point) point {
	shift := (p.scale - 1) / 2
	return point{q.x*p.scale + shift, q.y*p.scale + shift}
}

// inner gives the place in this plane of a place in the picture.
func (p *plane) inner(q point) point {
	shift := (p.scale - 1) / 2
	return point{(q.x - shift) / p.scale, (q.y - shift) / p.scale}
}

// holds tells whether a place is inside, the border left out by margin pixels.
func (p *plane) holds(q point, margin float64) bool {
	return q.x >= margin && q.y >= margin && q.x <= float64(p.w-1)-margin && q.y <= float64(p.h-1)-margin
}

// at gives the brightness of a place, bilinear between pixels; outside of the
// picture the nearest pixel's.
func (p *plane) at(q point) float64 {
	x := min(max(q.x, 0), float64(p.w-1))
	y := min(max(q.y, 0), float64(p.h-1))
	x0, y0 := int(x), int(y)
	i := y0*p.w + x0
	right, below := 1, p.w
	if x0+1 >= p.w {
		right = 0
	}
	if y0+1 >= p.h {
		below = 0
	}
	fx, fy := x-float64(x0), y-float64(y0)
	top := float64(p.pix[i])*(1-fx) + float64(p.pix[i+right])*fx
	low := float64(p.pix[i+below])*(1-fx) + float64(p.pix[i+below+right])*fx
	return top*(1-fy) + low*fy
}

// tile is the side of the squares that share one threshold, in pixels.
const tile = 8

// thresholds holds for each tile the brightness that parts dark from light there.
type thresholds struct {
	across int
	level  []uint8
}

// flat is the range of brightness below which a neighbourhood has no ink in it.
const flat = 20

// newThresholds takes the mean of each tile's neighbourhood of 2·reach+1 tiles. In
// plain paper it is put so low that noise stays light.
func newThresholds(p *plane, reach int) *thresholds {
	across, down := (p.w+tile-1)/tile, (p.h+tile-1)/tile
	mean, low, high := make([]uint8, across*down), make([]uint8, across*down), make([]uint8, across*down)
	both(down, func(from, to int) {
		for ty := from; ty < to; ty++ {
			for tx := range across {
				i := ty*across + tx
				mean[i], low[i], high[i] = p.tileStats(tx*tile, ty*tile)
			}
		}
	})
	t := &thresholds{across: across, level: make([]uint8, across*down)}
	both(down, func(from, to int) {
		for ty := from; ty < to; ty++ {
			for tx := range across {
				sum, n, lo, hi := 0, 0, uint8(255), uint8(0)
				for y := max(ty-reach, 0); y <= min(ty+reach, down-1); y++ {
					for i := y*across + max(tx-reach, 0); i <= y*across+min(tx+reach, across-1); i++ {
						sum, n = sum+int(mean[i]), n+1
						lo, hi = min(lo, low[i]), max(hi, high[i])
					}
				}
				t.level[ty*across+tx] = parting(sum/n, int(lo), int(hi))
			}
		}
	})
	return t
}

// parting is the threshold of a neighbourhood: the mean where codes fill it, and not
// too near to the paper where a small code stands alone on it.
func parting(mean, low, high int) uint8 {
	if high-low < flat {
		return uint8(low / 2)
	}
	return uint8(min(max(mean, low+(high-low)*3/10), low+(high-low)*11/20))
}

// sharper takes the blur of the nearest pixels away, for modules of hardly two pixels.
func (p *plane) sharper() *plane {
	q := &plane{w: p.w, h: p.h, scale: p.scale, pix: make([]uint8, len(p.pix))}
	both(p.h, func(from, to int) {
		for y := from; y < to; y++ {
			above, row, below := p.row(y-1), p.row(y), p.row(y+1)
			for x, v := range row {
				l, r := max(x-1, 0), min(x+1, p.w-1)
				around := (int(above[x])+int(below[x])+int(row[l])+int(row[r]))*2 + int(above[l]) + int(above[r]) + int(below[l]) + int(below[r])
				q.pix[y*p.w+x] = uint8(min(max(int(v)+(int(v)*12-around)/8, 0), 255))
			}
		}
	})
	return q
}

// row gives the pixels of a row, the nearest one's outside of the picture.
func (p *plane) row(y int) []uint8 {
	y = min(max(y, 0), p.h-1)
	return p.pix[y*p.w : (y+1)*p.w]
}

func (p *plane) tileStats(x0, y0 int) (mean, low, high uint8) {
	sum, n := 0, 0
	low = 255
	for y := y0; y < min(y0+tile, p.h); y++ {
		for _, v := range p.pix[y*p.w+x0 : y*p.w+min(x0+tile, p.w)] {
			sum += int(v)
			low, high = min(low, v), max(high, v)
			n++
		}
	}
	return uint8(sum / n), low, high
}

func (t *thresholds) at(x, y int) uint8 {
	return t.level[y/tile*t.across+x/tile]
}
