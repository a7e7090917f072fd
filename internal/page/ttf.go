package page

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// A font is a TrueType font as far as paper needs it: which glyph a character
// has, how wide it is, and its outline. The format is that of the OpenType
// specification 1.9, tables head, hhea, hmtx, maxp, loca, glyf, name and cmap
// (subtables of format 12 and 14).
type font struct {
	name                    string // PostScript name
	units                   int    // units an em
	ascent, descent, height int    // height is that of capitals
	bounds                  [4]int // left, bottom, right, top of all glyphs
	glyphs, metrics         int    // how many, and how many with a width of their own
	longLoca                bool
	tables                  map[string][]byte
	groups                  []group
	selectors               []selector
	bold, fixed             bool
	thin                    bool // thickened to stand among bold
}

// A group maps characters in a row to glyphs in a row.
type group struct {
	first, last rune
	glyph       uint16
}

// A selector is what the font does with one variation selector.
type selector struct {
	char     rune
	defaults []span          // characters whose ordinary glyph is the one asked for
	glyphs   map[rune]uint16 // the others
}

type span struct{ first, last rune }

var errFont = errors.New("damaged font")

// maxGlyphs bounds what is read of a font.
const maxGlyphs = 0xFFFF

// parseFont reads a font. The bytes are kept, not copied.
func parseFont(data []byte) (*font, error) {
	f := &font{tables: map[string][]byte{}}
	if err := f.directory(data); err != nil {
		return nil, err
	}
	if err := f.heads(); err != nil {
		return nil, err
	}
	if err := f.characters(); err != nil {
		return nil, err
	}
	f.name = f.postScriptName()
	return f, nil
}

func (f *font) directory(data []byte) error {
	if len(data) < 12 {
		return errFont
	}
	n := int(binary.BigEndian.Uint16(data[4:]))
	if len(data) < 12+16*n {
		return errFont
	}
	for i := range n {
		entry := data[12+16*i:]
		from, size := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
		if from+size > uint64(len(data)) {
			return fmt.Errorf("%w: table %q", errFont, entry[:4])
		}
		f.tables[string(entry[:4])] = data[from : from+size : from+size]
	}
	return nil
}

// heads reads the sizes and checks that every glyph has a place and a width.
func (f *font) heads() error {
	head, hhea, maxp := f.tables["head"], f.tables["hhea"], f.tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 {
		return errFont
	}
	f.units = int(u16(head, 18))
	for i := range f.bounds {
		f.bounds[i] = i16(head, 36+2*i)
	}
	f.longLoca = u16(head, 50) == 1
	f.ascent, f.descent = i16(hhea, 4), i16(hhea, 6)
	f.height = f.ascent
	if os2 := f.tables["OS/2"]; len(os2) >= 90 && u16(os2, 0) >= 2 {
		f.height = i16(os2, 88)
	}
	f.metrics, f.glyphs = int(u16(hhea, 34)), int(u16(maxp, 4))
	entry := 2
	if f.longLoca {
		entry = 4
	}
	switch {
	case f.units < 16 || f.glyphs == 0 || f.metrics == 0 || f.metrics > f.glyphs,
		len(f.tables["hmtx"]) < 4*f.metrics+2*(f.glyphs-f.metrics),
		len(f.tables["loca"]) < entry*(f.glyphs+1):
		return errFont
	}
	return nil
}

func u16(b []byte, at int) uint16 { return binary.BigEndian.Uint16(b[at:]) }
func i16(b []byte, at int) int    { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
func u24(b []byte, at int) rune   { return rune(b[at])<<16 | rune(b[at+1])<<8 | rune(b[at+2]) }
func u32(b []byte, at int) int    { return int(binary.BigEndian.Uint32(b[at:])) }

// characters reads the subtables of cmap.
func (f *font) characters() error {
	cmap := f.tables["cmap"]
	if len(cmap) < 4 {
		return errFont
	}
	n := int(u16(cmap, 2))
	if len(cmap) < 4+8*n {
		return errFont
	}
	for i := range n {
		from := u32(cmap, 4+8*i+4)
		if from > len(cmap)-4 {
			return errFont
		}
		var err error
		switch sub := cmap[from:]; u16(sub, 0) {
		case 12:
			err = f.ordinary(sub)
		case 14:
			err = f.variations(sub)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ordinary reads a subtable of format 12: segments of characters in a row.
func (f *font) ordinary(sub []byte) error {
	if len(sub) < 16 {
		return errFont
	}
	n := u32(sub, 12)
	if n > (len(sub)-16)/12 {
		return errFont
	}
	f.groups = make([]group, 0, n)
	last := rune(-1)
	for i := range n {
		at := 16 + 12*i
		first, end, glyph := u32(sub, at), u32(sub, at+4), u32(sub, at+8)
		if end > 0x10FFFF || first > end || rune(first) <= last || glyph+end-first >= f.glyphs {
			return errFont
		}
		last = rune(end)
		f.groups = append(f.groups, group{rune(first), rune(end), uint16(glyph)})
	}
	return nil
}

// variations reads a subtable of format 14: what a variation selector behind a
// character changes.
func (f *font) variations(sub []byte) error {
	if len(sub) < 10 {
		return errFont
	}
	n := u32(sub, 6)
	if n > (len(sub)-10)/11 {
		return errFont
	}
	for i := range n {
		at := 10 + 11*i
		s := selector{char: u24(sub, at), glyphs: map[rune]uint16{}}
		if err := f.defaults(&s, sub, u32(sub, at+3)); err != nil {
			return err
		}
		if err := f.others(&s, sub, u32(sub, at+7)); err != nil {
			return err
		}
		f.selectors = append(f.selectors, s)
	}
	return nil
}

func (f *font) defaults(s *selector, sub []byte, at int) error {
	if at == 0 {
		return nil
	}
	n, err := count(sub, at, 4)
	if err != nil {
		return err
	}
	for i := range n {
		first := u24(sub, at+4+4*i)
		s.defaults = append(s.defaults, span{first, first + rune(sub[at+4+4*i+3])})
	}
	return nil
}

func (f *font) others(s *selector, sub []byte, at int) error {
	if at == 0 {
		return nil
	}
	n, err := count(sub, at, 5)
	if err != nil {
		return err
	}
	for i := range n {
		id := u16(sub, at+4+5*i+3)
		if int(id) >= f.glyphs {
			return errFont
		}
		s.glyphs[u24(sub, at+4+5*i)] = id
	}
	return nil
}

// count reads how many entries of a size follow at a place, and checks that
// there is room for them.
func count(b []byte, at, size int) (int, error) {
	if at > len(b)-4 || u32(b, at) > (len(b)-at-4)/size {
		return 0, errFont
	}
	return u32(b, at), nil
}

// glyph returns the glyph of a character, 0 for none.
func (f *font) glyph(r rune) uint16 {
	i := sort.Search(len(f.groups), func(i int) bool { return f.groups[i].last >= r })
	if i == len(f.groups) || r < f.groups[i].first {
		return 0
	}
	return f.groups[i].glyph + uint16(r-f.groups[i].first)
}

// variant returns the glyph of a character with a variation selector behind
// it, 0 where the font has no such pair.
func (f *font) variant(r, sel rune) uint16 {
	for i := range f.selectors {
		s := &f.selectors[i]
		if s.char != sel {
			continue
		}
		if id := s.glyphs[r]; id != 0 {
			return id
		}
		for _, d := range s.defaults {
			if d.first <= r && r <= d.last {
				return f.glyph(r)
			}
		}
	}
	return 0
}

// advance is a glyph's width in units.
func (f *font) advance(id uint16) int {
	return int(u16(f.tables["hmtx"], 4*min(int(id), f.metrics-1)))
}

// bearing is the room left of a glyph's outline in units.
func (f *font) bearing(id uint16) int {
	switch i := int(id); {
	case i >= f.glyphs:
		return 0
	case i >= f.metrics:
		return i16(f.tables["hmtx"], 4*f.metrics+2*(i-f.metrics))
	}
	return i16(f.tables["hmtx"], 4*int(id)+2)
}

// outlineData returns a glyph's entry of table glyf, nil for one without ink.
func (f *font) outlineData(id uint16) []byte {
	if int(id) >= f.glyphs {
		return nil
	}
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	var from, to int
	if f.longLoca {
		from, to = u32(loca, 4*int(id)), u32(loca, 4*int(id)+4)
	} else {
		from, to = 2*int(u16(loca, 2*int(id))), 2*int(u16(loca, 2*int(id)+2))
	}
	if from >= to || to > len(glyf) || to-from < 10 {
		return nil
	}
	return glyf[from:to]
}

// box is the smallest rectangle around a glyph's outline in units: left,
// bottom, right, top. It is empty for a glyph without ink.
func (f *font) box(id uint16) (b [4]int) {
	if data := f.outlineData(id); data != nil {
		for i := range b {
			b[i] = i16(data, 2+2*i)
		}
	}
	return b
}

// postScriptName reads the name of the font that PDF wants, without what PDF
// would not take in a name.
func (f *font) postScriptName() string {
	table := f.tables["name"]
	if len(table) < 6 {
		return "Font"
	}
	n, texts := int(u16(table, 2)), int(u16(table, 4))
	for i := range n {
		at := 6 + 12*i
		if at+12 > len(table) {
			break
		}
		if u16(table, at) != 3 || u16(table, at+6) != 6 {
			continue
		}
		from, size := texts+int(u16(table, at+10)), int(u16(table, at+8))
		if from+size <= len(table) {
			return plainName(table[from : from+size])
		}
	}
	return "Font"
}

func plainName(utf16 []byte) string {
	var name []byte
	for i := 1; i < len(utf16); i += 2 {
		c := utf16[i]
		if c == '-' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
			name = append(name, c)
		}
	}
	if len(name) == 0 {
		return "Font"
	}
	return string(name)
}
