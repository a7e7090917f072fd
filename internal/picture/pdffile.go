package picture

import (
	"bytes"
	"cmp"
	"errors"
	"image"
	"iter"
	"slices"
)

// What one PDF file may ask for.
const (
	mostObjects  = 4_000_000 // names, numbers and so on, of all its dictionaries
	mostUnpacked = 128 << 20 // bytes of all its object streams
	mostContent  = 64 << 20  // bytes of what one page says
	mostNodes    = 1_000_000 // of the tree of its pages
)

// A pdfFile is a PDF document. The table that says where its objects are is not
// looked at: files come cut short, mended and glued together, and the objects
// say themselves which numbers they have. The last with a number counts, which
// is also what a file means that was changed by appending to it.
type pdfFile struct {
	data      []byte
	objects   map[pdfRef]pdfObject
	root      any
	encrypted bool
	left      int   // see mostObjects
	unpacked  int   // bytes of object streams so far
	work      int   // that the page may still cost, see pay
	spent     int64 // of that, by all pages
	most      pdfLimits
}

// pdfLimits are what is allowed, in pixels: how large a page is drawn, how large
// a picture on it may be, and what work a page and the whole file may cost.
type pdfLimits struct {
	page, picture, work int
	file                int64
}

var usualLimits = pdfLimits{page: bigEnough, picture: MaxPixels, work: 400_000_000, file: mostDecoded}

// bytesAPay is how many bytes can be unpacked in about the time in which a pixel
// is painted.
const bytesAPay = 8

// pay takes work off what a page may cost; false when there is none left. A
// pixel that is painted or decoded costs 1.
func (f *pdfFile) pay(work int) bool {
	f.work -= max(0, min(work, f.work))
	return f.work > 0
}

// perPage calls do with the work that a page may cost.
func (f *pdfFile) perPage(do func()) {
	f.work = f.most.work
	defer func() { f.spent += int64(f.most.work - f.work) }()
	do()
}

type pdfObject struct {
	at    int // where in the file it is, or the stream that it is packed in
	nth   int // of the objects in that stream
	value any
}

// inOrder compares objects by where they are in the file.
func inOrder(a, b pdfObject) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.nth, b.nth))
}

func openPDF(data []byte) *pdfFile {
	f := &pdfFile{data: data, objects: make(map[pdfRef]pdfObject), left: mostObjects, most: usualLimits}
	f.perPage(func() {
		f.collect()
		f.unpackObjects()
	})
	return f
}

// collect goes through the file from object to object, over what is in streams.
func (f *pdfFile) collect() {
	for at := 0; f.left > 0; {
		i := bytes.Index(f.data[at:], []byte("obj"))
		if i < 0 {
			f.lookForTrailers(f.data[at:])
			return
		}
		number, ok := numberBefore(f.data[at : at+i])
		f.lookForTrailers(f.data[at : at+i])
		at += i + len("obj")
		if !ok {
			continue
		}
		l := &pdfLexer{data: f.data, at: at, left: &f.left}
		value, ok := l.next()
		if !ok {
			continue
		}
		if d, ok := value.(pdfDict); ok {
			value = f.stream(l, d)
			if d["Type"] == pdfName("XRef") {
				f.trailer(d)
			}
		}
		f.objects[number] = pdfObject{at: at, value: value}
		at = l.at
	}
}

// numberBefore reads the number of an object, of the two in front of "obj".
func numberBefore(data []byte) (pdfRef, bool) {
	at := len(data)
	digits := func() (n, count int) {
		for at > 0 && isSpace(data[at-1]) {
			at--
		}
		for unit := 1; at > 0 && data[at-1] >= '0' && data[at-1] <= '9' && count < 9; count++ {
			at--
			n += unit * int(data[at]-'0')
			unit *= 10
		}
		return n, count
	}
	if _, count := digits(); count == 0 {
		return 0, false
	}
	n, count := digits()
	return pdfRef(n), count > 0
}

// stream reads what follows a dictionary: a stream, or nothing.
func (f *pdfFile) stream(l *pdfLexer, d pdfDict) any {
	l.skip()
	rest, ok := bytes.CutPrefix(l.data[l.at:], []byte("stream"))
	if !ok {
		return d
	}
	if after, ok := bytes.CutPrefix(rest, []byte("\r\n")); ok {
		rest = after
	} else if len(rest) > 0 && (rest[0] == '\n' || rest[0] == '\r') {
		rest = rest[1:]
	}
	end := f.streamEnd(rest, d)
	l.at = len(l.data) - len(rest) + end
	return pdfStream{d, rest[:end]}
}

// streamEnd finds where a stream ends: where its dictionary says, if that is so,
// else at the next word that says so, else with the file.
func (f *pdfFile) streamEnd(rest []byte, d pdfDict) int {
	if n, ok := f.resolve(d["Length"]).(float64); ok && n >= 0 && n <= float64(len(rest)) {
		after := rest[int(n):min(int(n)+20, len(rest))]
		if bytes.HasPrefix(bytes.TrimLeft(after, "\r\n \t"), []byte("endstr")) {
			return int(n)
		}
	}
	if end := bytes.Index(rest, []byte("endstream")); end >= 0 {
		return end
	}
	return len(rest)
}

// lookForTrailers looks between objects for what a file says of itself.
func (f *pdfFile) lookForTrailers(gap []byte) {
	for {
		i := bytes.Index(gap, []byte("trailer"))
		if i < 0 {
			return
		}
		gap = gap[i+len("trailer"):]
		l := &pdfLexer{data: gap, left: &f.left}
		if d, ok := l.next(); ok {
			if d, ok := d.(pdfDict); ok {
				f.trailer(d)
			}
		}
	}
}

func (f *pdfFile) trailer(d pdfDict) {
	if d["Encrypt"] != nil {
		f.encrypted = true
	}
	if d["Root"] != nil {
		f.root = d["Root"]
	}
}

// unpackObjects takes the objects out of the streams in which they are packed.
func (f *pdfFile) unpackObjects() {
	var packed []pdfObject
	for _, o := range f.objects {
		if s, ok := o.value.(pdfStream); ok && s.dict["Type"] == pdfName("ObjStm") {
			packed = append(packed, o)
		}
	}
	slices.SortFunc(packed, inOrder)
	for _, o := range packed {
		f.unpackOne(o.at, o.value.(pdfStream))
	}
}

func (f *pdfFile) unpackOne(at int, s pdfStream) {
	data, rest := f.unpack(s, mostUnpacked-f.unpacked)
	if rest != "" {
		return
	}
	f.unpacked += len(data)
	first, _ := f.resolve(s.dict["First"]).(float64)
	head := &pdfLexer{data: data, left: &f.left, words: true}
	for nth := 0; ; nth++ {
		number, ok := head.next()
		offset, ok2 := head.next()
		n, isNumber := number.(float64)
		o, isOffset := offset.(float64)
		if !ok || !ok2 || !isNumber || !isOffset || float64(head.at) > first {
			return
		}
		body := &pdfLexer{data: data, at: int(first + o), left: &f.left}
		if body.at < 0 || body.at > len(data) {
			continue
		}
		if known, ok := f.objects[pdfRef(n)]; ok && known.at > at {
			continue
		}
		if value, ok := body.next(); ok {
			f.objects[pdfRef(n)] = pdfObject{at, nth, value}
		}
	}
}

// resolve follows references to what they refer to.
func (f *pdfFile) resolve(v any) any {
	for range 20 {
		ref, ok := v.(pdfRef)
		if !ok {
			return v
		}
		v = f.objects[ref].value
	}
	return nil
}

func (f *pdfFile) dict(v any) pdfDict {
	switch v := f.resolve(v).(type) {
	case pdfDict:
		return v
	case pdfStream:
		return v.dict
	}
	return nil
}

func (f *pdfFile) array(v any) pdfArray {
	a, _ := f.resolve(v).(pdfArray)
	return a
}

// number reads a number, or the default where there is none.
func (f *pdfFile) number(v any, otherwise float64) float64 {
	if n, ok := f.resolve(v).(float64); ok {
		return n
	}
	return otherwise
}

// numbers reads an array of at least n numbers.
func (f *pdfFile) numbers(v any, n int) ([]float64, bool) {
	a := f.array(v)
	if len(a) < n || len(a) > 1000 {
		return nil, false
	}
	numbers := make([]float64, len(a))
	for i, v := range a {
		x, ok := f.resolve(v).(float64)
		if !ok {
			return nil, false
		}
		numbers[i] = x
	}
	return numbers, true
}

// A pdfPage is a page with what it has from the groups it is in.
type pdfPage struct {
	dict      pdfDict
	resources pdfDict
	box       [4]float64 // left, bottom, right, top in points
	turn      int        // clockwise, in quarters
}

// pages lists the pages in their order, or in that of the file where the tree of
// pages is lost.
func (f *pdfFile) pages() []pdfPage {
	tree := &pdfTree{f: f, seen: make(map[pdfRef]bool), left: mostNodes}
	tree.grow(f.dict(f.root)["Pages"], pdfDict{}, 0)
	if len(tree.pages) > 0 {
		return tree.pages
	}
	for _, kind := range []pdfName{"Catalog", "Page"} {
		var found []pdfObject
		for _, o := range f.objects {
			if d, ok := o.value.(pdfDict); ok && d["Type"] == kind {
				found = append(found, o)
			}
		}
		slices.SortFunc(found, inOrder)
		for _, o := range found {
			node := o.value
			if kind == "Catalog" {
				node = o.value.(pdfDict)["Pages"]
			}
			tree.grow(node, pdfDict{}, 0)
		}
		if len(tree.pages) > 0 {
			return tree.pages
		}
	}
	return nil
}

// A pdfTree is the tree of pages while it is climbed.
type pdfTree struct {
	f     *pdfFile
	pages []pdfPage
	seen  map[pdfRef]bool
	left  int // of the nodes that are still looked at
}

// handedDown is what a group of pages says for all of them.
var handedDown = []pdfName{"Resources", "MediaBox", "CropBox", "Rotate"}

func (t *pdfTree) grow(node any, above pdfDict, depth int) {
	if ref, ok := node.(pdfRef); ok {
		if t.seen[ref] {
			return
		}
		t.seen[ref] = true
	}
	d := t.f.dict(node)
	if d == nil || depth > deepest || len(t.pages) >= MaxPages {
		return
	}
	own := make(pdfDict)
	for _, key := range handedDown {
		if own[key] = d[key]; own[key] == nil {
			own[key] = above[key]
		}
	}
	kids, isGroup := t.f.resolve(d["Kids"]).(pdfArray)
	if !isGroup {
		t.pages = append(t.pages, t.f.page(d, own))
		return
	}
	for _, kid := range kids {
		if t.left--; t.left < 0 {
			return
		}
		t.grow(kid, own, depth+1)
	}
}

func (f *pdfFile) page(d, own pdfDict) pdfPage {
	p := pdfPage{dict: d, resources: f.dict(own["Resources"]), box: [4]float64{0, 0, 595, 842}}
	if b, ok := f.box(own["MediaBox"]); ok {
		p.box = b
	}
	if b, ok := f.box(own["CropBox"]); ok {
		cut := [4]float64{max(b[0], p.box[0]), max(b[1], p.box[1]), min(b[2], p.box[2]), min(b[3], p.box[3])}
		if cut[2]-cut[0] >= 1 && cut[3]-cut[1] >= 1 {
			p.box = cut
		}
	}
	p.turn = (int(f.number(own["Rotate"], 0))/90%4 + 4) % 4
	return p
}

// box reads a rectangle, whichever corners it names. One that is larger than any
// paper, 5 m, or smaller than a point, is none.
func (f *pdfFile) box(v any) (box [4]float64, ok bool) {
	n, ok := f.numbers(v, 4)
	if !ok {
		return box, false
	}
	box = [4]float64{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}
	w, h := box[2]-box[0], box[3]-box[1]
	return box, w >= 1 && h >= 1 && w <= 14400 && h <= 14400
}

// pdfPages draws the pages of a PDF file one after the other: what is filled, and
// its pictures. There are no letters on them, since nothing here reads letters.
func pdfPages(data []byte) iter.Seq2[*image.Gray, error] {
	return func(yield func(*image.Gray, error) bool) {
		f := openPDF(data)
		if f.encrypted {
			yield(nil, &EncryptedError{})
			return
		}
		f.drawAll()(yield)
	}
}

func (f *pdfFile) drawAll() iter.Seq2[*image.Gray, error] {
	return func(yield func(*image.Gray, error) bool) {
		pages := f.pages()
		if len(pages) == 0 {
			yield(nil, &DamagedError{PDF, errors.New("no pages")})
			return
		}
		for _, p := range pages {
			if f.spent > f.most.file {
				yield(nil, &DamagedError{PDF, errTooMuch})
				return
			}
			if !yield(f.draw(p)) {
				return
			}
		}
	}
}
