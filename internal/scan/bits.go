package scan

import (
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// A grid holds the brightness of each module.
type grid struct {
	size  int
	value []float64
}

// sample takes each module's brightness around its centre: one place where modules
// are a few pixels wide, the mean of nine where noise can be taken away.
func (m *mesh) sample(p *plane) grid {
	g := grid{size: m.layout.size, value: make([]float64, m.layout.size*m.layout.size)}
	f := m.warp.frame(float64(g.size)/2, float64(g.size)/2)
	wide := f.du.length() > 3
	for v := range g.size {
		for u := range g.size {
			at := m.at(float64(u)+0.5, float64(v)+0.5)
			value := p.at(at)
			if wide {
				du, dv := f.du.times(0.22), f.dv.times(0.22)
				for i := -1.0; i <= 1; i++ {
					for j := -1.0; j <= 1; j++ {
						if i != 0 || j != 0 {
							value += p.at(at.add(du.times(i)).add(dv.times(j)))
						}
					}
				}
				value /= 9
			}
			g.value[v*g.size+u] = value
		}
	}
	return g
}

// sharpened takes a share of the four neighbours' mean away from each module: what
// blur has carried over from them.
func (g grid) sharpened(share float64) grid {
	s := grid{size: g.size, value: make([]float64, len(g.value))}
	for y := range g.size {
		for x := range g.size {
			i := y*g.size + x
			sum := g.value[y*g.size+max(x-1, 0)] + g.value[y*g.size+min(x+1, g.size-1)] +
				g.value[max(y-1, 0)*g.size+x] + g.value[min(y+1, g.size-1)*g.size+x]
			s.value[i] = g.value[i] + share*(g.value[i]-sum/4)
		}
	}
	return s
}

// localMean is the mean over the square of 2·reach+1 modules around each module.
func (g grid) localMean(reach int) []float64 {
	n := g.size
	table := make([]float64, (n+1)*(n+1))
	for y := range n {
		row := 0.0
		for x := range n {
			row += g.value[y*n+x]
			table[(y+1)*(n+1)+x+1] = table[y*(n+1)+x+1] + row
		}
	}
	mean := make([]float64, n*n)
	for y := range n {
		top, low := max(y-reach, 0), min(y+reach+1, n)
		for x := range n {
			left, right := max(x-reach, 0), min(x+reach+1, n)
			sum := table[low*(n+1)+right] - table[top*(n+1)+right] - table[low*(n+1)+left] + table[top*(n+1)+left]
			mean[y*n+x] = sum / float64((low-top)*(right-left))
		}
	}
	return mean
}

// ways of telling dark from light, the likeliest first.
var readings = []struct {
	share float64 // of sharpening
	reach int     // modules of the neighbourhood
}{{0.3, 5}, {1, 4}, {0, 8}, {2.5, 5}}

// text reads the modules in several ways until one of them decodes.
func (g grid) text() (string, bool) {
	for _, r := range readings {
		s := g.sharpened(r.share)
		if text, ok := decode(s, s.localMean(r.reach)); ok {
			return text, true
		}
	}
	return "", false
}

// decode hands the modules to the decoder, which corrects what is wrong in them. It
// takes mirrored codes as well.
func decode(g grid, threshold []float64) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	bits, err := gozxing.NewSquareBitMatrix(g.size)
	if err != nil {
		return "", false
	}
	for i, v := range g.value {
		if v < threshold[i] {
			bits.Set(i%g.size, i/g.size)
		}
	}
	result, err := decoder.NewDecoder().DecodeWithoutHint(bits)
	if err != nil {
		return "", false
	}
	return result.GetText(), true
}
