package scan

import "math"

// What a picture must have for its codes to be read, as far as the simulated
// captures show it.
const (
	leastModule  = 1.7  // pixels
	leastWhite   = 70   // brightness of the paper
	mostBlack    = 195  // brightness of the ink
	leastRange   = 45   // between the two
	sharpTiming  = 0.30 // contrast of single modules, of what large areas have
	sharpestStep = 0.25 // from one pixel to the next, of the picture's range
)

// trouble names what a new picture should do better.
func (r *reader) trouble() Trouble {
	if len(r.sights) > 0 && len(r.lost) == 0 {
		if r.cut > 0 {
			return CutOff
		}
		return None
	}
	p := r.planes[0]
	black, white := p.percentile(0.02), p.percentile(0.98)
	contrast := white - black
	switch {
	case white < leastWhite:
		return TooDark
	case contrast < 8:
		return NoCodes
	case black > mostBlack:
		return TooBright
	case contrast < leastRange:
		return LowContrast
	case len(r.sights)+len(r.lost) == 0:
		return r.unseen(contrast)
	case r.lostModule() < leastModule:
		return TooSmall
	case r.blurred():
		return Blurred
	case r.cut > 0:
		return CutOff
	}
	return Damaged
}

// unseen says why no code at all was seen. Codes out of focus or far away are grey
// areas on white paper; out of focus there is no sharp edge in the whole picture.
func (r *reader) unseen(contrast float64) Trouble {
	switch {
	case r.halfCode():
		return CutOff
	case r.greyShare() < 0.05:
		return NoCodes
	case r.planes[0].steepest() < sharpestStep*contrast:
		return Blurred
	}
	return TooSmall
}

// percentile gives the brightness below which so much of a plane is.
func (p *plane) percentile(share float64) float64 {
	var count [256]int
	for _, v := range p.pix {
		count[v]++
	}
	sum := 0
	for v, n := range count {
		sum += n
		if float64(sum) >= share*float64(len(p.pix)) {
			return float64(v)
		}
	}
	return 255
}

// steepest gives the step between neighbouring pixels of a row that one in two
// hundred exceeds.
func (p *plane) steepest() float64 {
	var count [256]int
	all := 0
	for y := 0; y < p.h; y += 4 {
		row := p.pix[y*p.w : (y+1)*p.w]
		for x := 1; x < len(row); x++ {
			count[abs(int(row[x])-int(row[x-1]))]++
			all++
		}
	}
	sum := 0
	for v := 255; v > 0; v-- {
		sum += count[v]
		if sum*200 > all {
			return float64(v)
		}
	}
	return 0
}

// greyShare is the share of the picture that is evenly grey, seen from afar.
func (r *reader) greyShare() float64 {
	p := r.planes[0]
	for max(p.w, p.h) > 256 && min(p.w, p.h) > 8 {
		p = p.half()
	}
	black, white := p.percentile(0.02), p.percentile(0.98)
	if white-black < leastRange {
		return 0
	}
	grey := 0
	for y := 1; y < p.h-1; y++ {
		for x := 1; x < p.w-1; x++ {
			low, high := 255.0, 0.0
			for i := -1; i <= 1; i++ {
				for _, v := range p.pix[(y+i)*p.w+x-1 : (y+i)*p.w+x+2] {
					low, high = min(low, float64(v)), max(high, float64(v))
				}
			}
			share := ((low+high)/2 - black) / (white - black)
			if share > 0.2 && share < 0.8 && high-low < 0.35*(white-black) {
				grey++
			}
		}
	}
	return float64(grey) / float64(max(len(p.pix), 1))
}

// lostModule is the mean size of the modules of the codes that were not read, in
// pixels.
func (r *reader) lostModule() float64 {
	sum := 0.0
	for _, s := range r.lost {
		sum += s.module
	}
	return sum / float64(max(len(r.lost), 1))
}

// blurred tells whether single modules have lost their contrast in most codes that
// were not read: the timing pattern's against the finder patterns'.
func (r *reader) blurred() bool {
	blurred := 0
	for _, s := range r.lost {
		g := s.mesh.sample(r.planes[0])
		n := g.size
		timing, count := 0.0, 0
		for i := 9; i < n-9; i += 2 {
			timing += 2*g.value[6*n+i] - g.value[6*n+i-1] - g.value[6*n+i+1]
			timing += 2*g.value[i*n+6] - g.value[(i-1)*n+6] - g.value[(i+1)*n+6]
			count += 4
		}
		outside := r.planes[0].at(s.mesh.at(-2, -2))
		whole := outside - g.value[3*n+3]
		if timing/float64(max(count, 1)) < sharpTiming*whole {
			blurred++
		}
	}
	return 2*blurred > len(r.lost)
}

// halfCode tells whether two finder patterns with a timing pattern between them are
// in a picture in which no code is whole.
func (r *reader) halfCode() bool {
	apart := float64(backupLayout.size - 7)
	for level := range r.planes {
		found := r.finders(level)
		found = found[:min(len(found), 100)]
		for _, a := range found {
			for _, b := range found {
				if farApart(a, b, apart) < 0.25 && r.edgeOfCode(a, b) {
					return true
				}
			}
		}
	}
	return false
}

func (r *reader) edgeOfCode(a, b finder) bool {
	p := r.planes[0]
	step := b.at.sub(a.at).times(1 / float64(backupLayout.size-7))
	side := point{-step.y, step.x}
	f := frame{at: a.at, du: step, dv: side}
	_, first := locate(p, finderPattern, a.at, f, 0.5)
	_, second := locate(p, finderPattern, b.at, f, 0.5)
	if first < 0.7 || second < 0.7 {
		return false
	}
	best := math.Max(
		turns(p, a.at.add(side.times(3)), step, backupLayout.size),
		turns(p, a.at.sub(side.times(3)), step, backupLayout.size))
	return best > 0.92
}
