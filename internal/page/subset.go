package page

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A subset is the part of a font that a document uses. Each glyph with each
// text it stands for has a code of its own, so that the text can be taken out
// of the PDF again however it was composed.
type subset struct {
	font   *font
	number int // of the font in the document
	codes  map[codeKey]int
	coded  []glyph // by code, from 1
	shapes []int   // of each code, its glyph in the subset
	made   map[looks]int
	old    []uint16    // of each glyph of the subset, the glyph of the font
	parts  [][]overlay // of each, what it is composed of; none for one of the font
}

// looks tell glyphs of a font apart.
type looks struct {
	id    uint16
	parts string // and where
}

// A codeKey is what a code stands for. A glyph with room behind it has another
// code than the same one without, for the room is part of its width.
type codeKey struct {
	looks
	advance float64
	text    string
}

// maxParts is how many outlines a glyph is composed of at most: a letter five
// times and its marks.
const maxParts = 5 + maxMarks

// maxCodes is how many codes two bytes can tell apart, less 0 for no glyph.
const maxCodes = 0xFFFF

// code returns the font of the document that has a glyph, and the glyph's code
// there.
func (p *pdf) code(g *glyph) (*subset, int) {
	key := codeKey{g.looks(), g.advance, g.text}
	for _, s := range p.subsets[g.font] {
		if cid, ok := s.codes[key]; ok {
			return s, cid
		}
	}
	s := p.roomy(g.font)
	s.coded = append(s.coded, *g)
	s.shapes = append(s.shapes, s.take(g))
	s.codes[key] = len(s.coded)
	return s, len(s.coded)
}

// roomy returns a subset of the font that has room for a glyph and its parts.
func (p *pdf) roomy(f *font) *subset {
	all := p.subsets[f]
	if n := len(all); n > 0 && len(all[n-1].coded) < maxCodes-1 && len(all[n-1].old) < maxGlyphs/2 {
		return all[n-1]
	}
	s := newSubset(f)
	s.number = len(p.order)
	p.subsets[f] = append(all, s)
	p.order = append(p.order, s)
	return s
}

// newSubset returns a subset that has only glyph 0, which stands for what is
// missing.
func newSubset(f *font) *subset {
	return &subset{font: f, codes: map[codeKey]int{}, made: map[looks]int{{}: 0}, old: []uint16{0}, parts: [][]overlay{nil}}
}

func (g *glyph) looks() looks {
	if g.isPlain() {
		return looks{id: g.id}
	}
	return looks{g.id, fmt.Sprint(g.parts())}
}

// take puts a glyph into the subset, and returns which one it is there.
func (s *subset) take(g *glyph) int {
	key := g.looks()
	if n, ok := s.made[key]; ok {
		return n
	}
	n := len(s.old)
	s.made[key] = n
	s.old = append(s.old, g.id)
	if !g.isPlain() {
		s.parts = append(s.parts, g.parts())
		for _, o := range s.parts[n] {
			s.part(o.id)
		}
		return n
	}
	s.parts = append(s.parts, nil)
	if data := g.font.outlineData(g.id); data != nil && i16(data, 0) < 0 {
		for _, c := range readComponents(data[10:]) {
			s.part(c.id)
		}
	}
	return n
}

// part takes a glyph that another one is made of.
func (s *subset) part(id uint16) int { return s.take(&glyph{font: s.font, id: id}) }

// write writes the font to the PDF and returns its object.
func (s *subset) write(p *pdf) int {
	f := s.font
	name := s.tag() + "+" + f.name
	root, descendant, descriptor, file, glyphs, texts := p.reserve(), p.reserve(), p.reserve(), p.reserve(), p.reserve(), p.reserve()
	p.object(root, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>",
		name, ref(descendant), ref(texts)))
	p.object(descendant, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"+
		"/Supplement 0>>/FontDescriptor %s/CIDToGIDMap %s/DW 1000/W[1[%s]]>>", name, ref(descriptor), ref(glyphs), s.widths()))
	p.object(descriptor, s.descriptor(name, file))
	program := s.program()
	p.stream(file, fmt.Sprintf("/Length1 %d", len(program)), program, true)
	p.stream(glyphs, "", s.glyphMap(), true)
	p.stream(texts, "", s.textMap(), true)
	return root
}

func (s *subset) descriptor(name string, file int) string {
	f := s.font
	flags, stem := 4, 80 // 4: characters of its own
	if f.fixed {
		flags |= 1
	}
	if f.bold {
		stem = 140
	}
	k := func(units int) string { return number(1000 * f.ems(units)) }
	return fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%s %s %s %s]/ItalicAngle 0/Ascent %s/Descent %s"+
		"/CapHeight %s/StemV %d/FontFile2 %s>>", name, flags, k(f.bounds[0]), k(f.bounds[1]), k(f.bounds[2]), k(f.bounds[3]),
		k(f.ascent), k(f.descent), k(f.height), stem, ref(file))
}

// tag is six letters that differ between different subsets of a font.
func (s *subset) tag() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	h := uint32(2166136261) // FNV-1a
	for _, id := range s.old {
		h = (h ^ uint32(id)) * 16777619
	}
	h ^= uint32(s.number) * 2654435761
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = letters[h%26]
		h = h/26 + 1000003*(h%26)
	}
	return string(tag)
}

func (s *subset) widths() string {
	var b strings.Builder
	for i := range s.coded {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(number(1000 * s.coded[i].advance))
	}
	return b.String()
}

// glyphMap tells of each code which glyph of the subset it is.
func (s *subset) glyphMap() []byte {
	b := make([]byte, 2, 2+2*len(s.shapes))
	for _, n := range s.shapes {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	return b
}

// textMap tells of each code which text it stands for.
func (s *subset) textMap() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	code := 1
	for chunk := range slices.Chunk(s.coded, 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(chunk))
		for i := range chunk {
			fmt.Fprintf(&b, "<%04X><%s>\n", code, hex16(chunk[i].text))
			code++
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// program writes the subset as a TrueType font.
func (s *subset) program() []byte {
	var glyf, loca, hmtx []byte
	for n := range s.old {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, s.outline(n)...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(s.font.advance(s.old[n])))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(s.bearing(n)))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head := slices.Clone(s.font.tables["head"])
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1)
	hhea := slices.Clone(s.font.tables["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.old)))
	maxp := slices.Clone(s.font.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.old)))
	s.composites(maxp)
	return assemble([]table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}})
}

// bearing is the room left of a glyph's outline. A reader of the font moves the
// outline until it begins there.
func (s *subset) bearing(n int) int {
	if s.parts[n] == nil {
		return s.font.bearing(s.old[n])
	}
	return s.font.around(s.inked(n))[0]
}

// composites raises what table maxp says of glyphs made of glyphs, for those
// that were made here.
func (s *subset) composites(maxp []byte) {
	if len(maxp) < 32 || !slices.ContainsFunc(s.parts, func(p []overlay) bool { return p != nil }) {
		return
	}
	raise := func(at, to int) {
		binary.BigEndian.PutUint16(maxp[at:], uint16(min(max(to, int(u16(maxp, at))), math.MaxUint16)))
	}
	points, contours := int(u16(maxp, 6)), int(u16(maxp, 8))
	raise(10, points*maxParts)
	raise(12, contours*maxParts)
	raise(28, maxParts)
	raise(30, int(u16(maxp, 30))+1)
}

// outline returns a glyph's entry of table glyf, with the numbers of its parts
// as they are in the subset.
func (s *subset) outline(n int) []byte {
	if s.parts[n] != nil {
		return s.composed(n)
	}
	data := s.font.outlineData(s.old[n])
	if data == nil || i16(data, 0) >= 0 {
		return data
	}
	data = slices.Clone(data)
	for _, c := range readComponents(data[10:]) {
		binary.BigEndian.PutUint16(data[10+c.at:], uint16(s.part(c.id)))
	}
	return data
}

// inked are the parts of a composed glyph that have ink.
func (s *subset) inked(n int) []overlay {
	return slices.DeleteFunc(slices.Clone(s.parts[n]), func(o overlay) bool { return s.font.outlineData(o.id) == nil })
}

// composed makes a glyph of its parts.
func (s *subset) composed(n int) []byte {
	parts := s.inked(n)
	if len(parts) == 0 {
		return nil
	}
	b := s.font.around(parts)
	data := put16(nil, -1, b[0], b[1], b[2], b[3])
	for i, o := range parts {
		flags := argsAreWide | argsAreXY
		if i+1 < len(parts) {
			flags |= hasMore
		}
		data = put16(data, flags, s.part(o.id), o.x, o.y)
	}
	return data
}

func put16(b []byte, values ...int) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// A table is one of a font's, under its name.
type table struct {
	name string
	data []byte
}

// assemble puts tables, in the order of their names, into a font file.
func assemble(tables []table) []byte {
	n := len(tables)
	step := 1
	for 2*step <= n {
		step *= 2
	}
	b := binary.BigEndian.AppendUint32(nil, 0x00010000)
	b = put16(b, n, 16*step, int(math.Log2(float64(step))), 16*(n-step))
	at := 12 + 16*n
	for _, t := range tables {
		b = append(b, t.name...)
		b = binary.BigEndian.AppendUint32(b, checksum(t.data))
		b = binary.BigEndian.AppendUint32(b, uint32(at))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	head := 0
	for _, t := range tables {
		if t.name == "head" {
			head = len(b)
		}
		b = append(b, t.data...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
	}
	binary.BigEndian.PutUint32(b[head+8:], 0xB1B0AFBA-checksum(b))
	return b
}

// checksum is the sum of a table's four-byte words.
func checksum(b []byte) uint32 {
	var sum uint32
	for i, c := range b {
		sum += uint32(c) << (24 - 8*(i%4))
	}
	return sum
}
