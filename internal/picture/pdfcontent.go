package picture

import (
	"bytes"
	"errors"
	"math"
)

// A matrix maps x, y to a·x + c·y + e, b·x + d·y + f.
type matrix struct{ a, b, c, d, e, f float64 }

// then is the matrix that does m first and n after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

func (m matrix) area() float64 { return math.Abs(m.a*m.d - m.b*m.c) }

// What one page may ask for.
const (
	mostTokens = 8_000_000
	mostPoints = 1_000_000 // of one path
	mostForms  = 2000      // drawings used within drawings
	mostStates = 200       // that are put by
)

// A pdfState is what q puts by and Q brings back.
type pdfState struct {
	ctm          matrix
	fill, stroke byte
	fillSpace    pdfSpace
	strokeSpace  pdfSpace
	width        float64
	clip         box
}

// A pdfDrawing reads what a page says and hands on what is to be seen of it.
type pdfDrawing struct {
	f     *pdfFile
	left  int // tokens
	forms int
	state pdfState
	saved []pdfState
	path  path
	next  box // clip from the next painting on
	clips bool

	fill  func(p *path, clip box, grey byte)
	image func(im pdfImage, masks [2]any, ctm matrix, clip box, grey byte) error
	err   error // of a picture that is the better part of the page
}

func (f *pdfFile) content(p pdfPage) []byte {
	var all []byte
	add := func(v any) {
		if s, ok := f.resolve(v).(pdfStream); ok && len(all) < mostContent {
			data, _ := f.unpack(s, mostContent-len(all))
			all = append(append(all, data...), '\n')
		}
	}
	switch v := f.resolve(p.dict["Contents"]).(type) {
	case pdfArray:
		for _, part := range v {
			add(part)
		}
	default:
		add(v)
	}
	return all
}

// run interprets content. Operators that it does not know, those for letters
// above all, do nothing.
func (d *pdfDrawing) run(content []byte, resources pdfDict, depth int) {
	l := &pdfLexer{data: content, left: &d.left, words: true}
	var args []any
	for {
		v, ok := l.next()
		if !ok {
			return
		}
		word, isWord := v.(pdfWord)
		switch {
		case !isWord:
			if len(args) < 64 {
				args = append(args, v)
			}
			continue
		case word == "BI":
			d.inline(l, resources)
		default:
			d.operator(string(word), args, resources, depth)
		}
		args = args[:0]
	}
}

func floats(args []any) []float64 {
	var n []float64
	for _, v := range args {
		if x, ok := v.(float64); ok {
			n = append(n, x)
		}
	}
	return n
}

// wanted is how many numbers the operators need that would otherwise take what
// is not there.
var wanted = map[string]int{
	"cm": 6, "w": 1, "m": 2, "l": 2, "c": 6, "v": 4, "y": 4, "re": 4,
	"g": 1, "G": 1, "rg": 3, "RG": 3, "k": 4, "K": 4,
}

func (d *pdfDrawing) operator(op string, args []any, resources pdfDict, depth int) {
	n := floats(args)
	if len(n) < wanted[op] {
		return
	}
	s := &d.state
	switch op {
	case "q":
		if len(d.saved) < mostStates {
			d.saved = append(d.saved, *s)
		}
	case "Q":
		if last := len(d.saved) - 1; last >= 0 {
			*s, d.saved = d.saved[last], d.saved[:last]
		}
	case "cm":
		s.ctm = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}.then(s.ctm)
	case "w":
		s.width = n[0]
	case "g", "rg", "k", "sc", "scn":
		d.colour(op, n, &s.fill, &s.fillSpace)
	case "G", "RG", "K", "SC", "SCN":
		d.colour(op, n, &s.stroke, &s.strokeSpace)
	case "cs", "CS":
		if len(args) == 1 && op == "cs" {
			s.fillSpace, s.fill = d.f.space(args[0], resources, 0), 0
		} else if len(args) == 1 {
			s.strokeSpace, s.stroke = d.f.space(args[0], resources, 0), 0
		}
	case "Do":
		if name, ok := lastName(args); ok {
			d.object(d.f.resolve(d.f.dict(resources["XObject"])[name]), resources, depth)
		}
	default:
		d.pathOperator(op, n)
	}
}

func lastName(args []any) (pdfName, bool) {
	if len(args) == 0 {
		return "", false
	}
	name, ok := args[len(args)-1].(pdfName)
	return name, ok
}

// fixedSpaces are those that an operator for a colour brings with it.
var fixedSpaces = map[string]pdfSpace{
	"g": greySpace, "rg": rgbSpace, "k": cmykSpace, "G": greySpace, "RG": rgbSpace, "K": cmykSpace,
}

// colour sets a colour; a pattern, which has no numbers, is taken for a middle
// grey.
func (d *pdfDrawing) colour(op string, n []float64, grey *byte, space *pdfSpace) {
	if fixed, ok := fixedSpaces[op]; ok {
		*space = fixed
	}
	if len(n) < space.n {
		*grey = 128
		return
	}
	samples := make([]byte, space.n)
	for i := range samples {
		scale := 255.0
		if space.indexed {
			scale = 1
		}
		samples[i] = byte(max(0, min(n[i]*scale+0.5, 255)))
	}
	*grey = space.grey(samples)
}

func (d *pdfDrawing) pathOperator(op string, n []float64) {
	p, m := &d.path, d.state.ctm
	if len(p.points) > mostPoints {
		p.clear()
	}
	switch op {
	case "m":
		p.move(m.apply(n[0], n[1]))
	case "l":
		p.line(m.apply(n[0], n[1]))
	case "c":
		p.curve(m, n[0], n[1], n[2], n[3], n[4], n[5])
	case "v":
		p.curve(m, p.userX, p.userY, n[0], n[1], n[2], n[3])
	case "y":
		p.curve(m, n[0], n[1], n[2], n[3], n[2], n[3])
	case "re":
		p.move(m.apply(n[0], n[1]))
		p.line(m.apply(n[0]+n[2], n[1]))
		p.line(m.apply(n[0]+n[2], n[1]+n[3]))
		p.line(m.apply(n[0], n[1]+n[3]))
		p.close()
	case "h":
		p.close()
	case "W", "W*":
		d.next, d.clips = p.bounds(), true
	case "f", "F", "f*":
		d.paint(true, false)
	case "S":
		d.paint(false, true)
	case "s":
		p.close()
		d.paint(false, true)
	case "B", "B*":
		d.paint(true, true)
	case "b", "b*":
		p.close()
		d.paint(true, true)
	case "n":
		d.paint(false, false)
	}
	if len(n) >= 2 {
		switch op {
		case "m", "l", "c", "v", "y":
			p.userX, p.userY = n[len(n)-2], n[len(n)-1]
		}
	}
}

// paint ends a path.
func (d *pdfDrawing) paint(fill, stroke bool) {
	s := &d.state
	if fill {
		d.fill(&d.path, s.clip, s.fill)
	}
	if stroke {
		outline := d.path.outline(max(s.width*math.Sqrt(s.ctm.area()), 1))
		d.fill(&outline, s.clip, s.stroke)
	}
	if d.clips {
		s.clip = s.clip.cut(d.next)
		d.clips = false
	}
	d.path.clear()
}

// object draws a picture, or a drawing that is kept as one.
func (d *pdfDrawing) object(v any, resources pdfDict, depth int) {
	s, ok := v.(pdfStream)
	if !ok {
		return
	}
	switch d.f.resolve(s.dict["Subtype"]) {
	case pdfName("Image"):
		d.picture(s, resources)
	case pdfName("Form"):
		if d.forms++; depth > 12 || d.forms > mostForms {
			return
		}
		data, rest := d.f.unpack(s, mostContent)
		if rest != "" {
			return
		}
		outer, saved := d.state, d.saved
		d.saved = nil
		if n, ok := d.f.numbers(s.dict["Matrix"], 6); ok {
			d.state.ctm = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}.then(d.state.ctm)
		}
		if own := d.f.dict(s.dict["Resources"]); own != nil {
			resources = own
		}
		d.run(data, resources, depth+1)
		d.state, d.saved = outer, saved
	}
}

func (d *pdfDrawing) picture(s pdfStream, resources pdfDict) {
	im, err := d.f.image(s, resources)
	if err == nil {
		err = d.image(im, [2]any{d.f.resolve(s.dict["SMask"]), d.f.resolve(s.dict["Mask"])}, d.state.ctm, d.state.clip, d.state.fill)
	}
	if err != nil && d.err == nil && d.state.ctm.area() > d.state.clip.area()/4 {
		d.err = err
	}
}

// inline reads a picture that stands in the midst of a page: BI, its entries, ID,
// its bytes, EI.
func (d *pdfDrawing) inline(l *pdfLexer, resources pdfDict) {
	dict := make(pdfDict)
	for {
		key, ok := l.next()
		if !ok || isWord(key, "ID") {
			break
		}
		name, isName := key.(pdfName)
		value, ok := l.next()
		if !ok || isWord(value, "ID") {
			break
		}
		if isName {
			dict[name] = value
		}
	}
	for short, long := range map[pdfName]pdfName{"F": "Filter", "DP": "DecodeParms"} {
		if dict[long] == nil {
			dict[long] = dict[short]
		}
	}
	l.at = min(l.at+1, len(l.data))
	data := l.data[l.at:]
	length := d.inlineLength(dict, resources, data)
	l.at += length
	d.left -= length / bytesEach
	d.picture(pdfStream{dict, data[:length]}, resources)
	if end := bytes.Index(l.data[l.at:min(l.at+inlineSlack, len(l.data))], []byte("EI")); end >= 0 {
		l.at += end + len("EI")
	}
}

// inlineSlack is how far behind the bytes of a picture its EI is looked for.
const inlineSlack = 1024

// inlineLength is known where nothing is packed; else the bytes go up to an EI
// that stands alone.
func (d *pdfDrawing) inlineLength(dict pdfDict, resources pdfDict, data []byte) int {
	if im, err := d.f.image(pdfStream{dict: dict}, resources); err == nil && dict["Filter"] == nil {
		return min((im.w*im.space.n*im.bits+7)/8*im.h, len(data))
	}
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("EI"))
		if i < 0 {
			return len(data)
		}
		at += i
		if (at == 0 || isSpace(data[at-1])) && (at+2 >= len(data) || isSpace(data[at+2])) {
			return at
		}
		at += 2
	}
}

var errTooMuch = errors.New("more on a page than can be drawn")
