package page

import (
	"iter"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

// A glyph is one shape on paper with the text it stands for.
type glyph struct {
	font    *font
	id      uint16
	marks   []overlay // of the same font, drawn over it
	heavy   bool      // drawn thicker than the font has it
	text    string
	advance float64 // to the next glyph, in ems
	lacking bool    // drawn in place of what no font has
}

// An overlay is a mark above or below a glyph; where, in units of the font.
type overlay struct {
	id   uint16
	x, y int
}

const (
	missingMark = '〓'
	// maxMarks bounds what is heaped on one letter; further marks stand on
	// their own, so that no text grows without end in one place.
	maxMarks = 8
	// maxText bounds, in bytes, what one glyph stands for when joiners and
	// selectors without end follow it; more of them are dropped.
	maxText = 128
	// looseSpace is the room between Japanese and Latin letters, in ems. JIS X
	// 4051 asks for a quarter from edge to edge; the letters of the text font
	// bring the most of that with them, and what is copied by hand must not
	// seem to have a space, a third of an em, where there is none.
	looseSpace = 0.08
)

// Width is how far a text reaches from its first pen position to the last, in
// points, in a size in points. A newline counts for nothing.
func Width(f Face, size float64, s string) float64 {
	w := 0.0
	for _, g := range shape(f, s) {
		w += g.advance
	}
	return w * size
}

// Missing returns the characters that no embedded font can draw, each once, in
// the order of the text. They are drawn as 〓 and still extract as typed.
func Missing(s string) []rune {
	var missing []rune
	seen := map[rune]bool{}
	for _, g := range shape(Text, s) {
		if !g.lacking {
			continue
		}
		for _, r := range g.text {
			if !seen[r] && !ignorable(r) {
				missing = append(missing, r)
			}
			seen[r] = true
		}
	}
	return missing
}

// shape turns a text into glyphs.
func shape(f Face, s string) []glyph {
	glyphs := make([]glyph, 0, len(s))
	for c := range clusters(s) {
		glyphs = f.draw(glyphs, c)
	}
	f.loosen(glyphs)
	return glyphs
}

// clusters walks over what a person takes for one character each. A byte that
// is no text is one too.
func clusters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			n := plainRun(s)
			for i := range n {
				if !yield(s[i : i+1]) {
					return
				}
			}
			if s = s[n:]; s == "" {
				return
			}
			c := first(s)
			if !yield(c) {
				return
			}
			s = s[len(c):]
		}
	}
}

// mostRunes is how many characters one cluster may have, more than any script
// or picture needs: hundreds of accents on one letter, which nobody can read,
// must not grow wider than a line.
const mostRunes = 32

// first is the cluster that a text begins with. What stands in front of a byte
// that is no text is looked at without it.
func first(s string) string {
	it := graphemes.FromString(window(s))
	if !it.Next() {
		return s
	}
	c := it.Value()
	if utf8.ValidString(c) {
		return atMost(c, mostRunes)
	}
	n := 0
	for i, r := range c {
		if _, size := utf8.DecodeRuneInString(c[i:]); r == utf8.RuneError && size == 1 {
			n = i
			break
		}
	}
	if n == 0 {
		return s[:1]
	}
	return first(c[:n])
}

// window is enough of the beginning of a text to find its first cluster, or to
// see that it is too long.
func window(s string) string {
	n := (mostRunes + 1) * utf8.UTFMax
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) && n > mostRunes*utf8.UTFMax {
		n--
	}
	return s[:n]
}

// atMost is the beginning of a text with at most n characters.
func atMost(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// plainRun counts the leading bytes that are a character each whatever
// follows: ASCII with ASCII behind it.
func plainRun(s string) int {
	for i := range len(s) {
		last := i+1 == len(s)
		if s[i] >= utf8.RuneSelf || s[i] == '\r' || !last && s[i+1] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

// loosen gives Japanese and Latin letters that touch a little room. It belongs
// to the glyph before, so that no reader of the PDF takes it for a space.
func (f Face) loosen(glyphs []glyph) {
	for i := 1; i < len(glyphs); i++ {
		a, _ := utf8.DecodeLastRuneInString(glyphs[i-1].text)
		b, _ := utf8.DecodeRuneInString(glyphs[i].text)
		if f.loosens(a, b) {
			glyphs[i-1].advance += looseSpace
		}
	}
}

// loosens reports whether there is room between two characters. Not in what is
// copied by hand.
func (f Face) loosens(a, b rune) bool {
	return f != Mono && f != MonoBold && (isJapanese(a) && isLatin(b) || isLatin(a) && isJapanese(b))
}

func isJapanese(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) && (r < 0xFF61 || r > 0xFF9F) || r == 'ー'
}

func isLatin(r rune) bool {
	return r < 0x2E80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// ignorable reports whether a character is never drawn by itself: controls,
// selectors, joiners.
func ignorable(r rune) bool {
	switch {
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r == 0x034F:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func isSelector(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// draw appends the glyphs of one cluster.
func (f Face) draw(glyphs []glyph, cluster string) []glyph {
	r, n := utf8.DecodeRuneInString(cluster)
	if n == len(cluster) {
		return f.single(glyphs, r, cluster)
	}
	if composed := norm.NFC.String(cluster); composed != cluster {
		c, n := utf8.DecodeRuneInString(composed)
		if font, id := f.find(c); n == len(composed) && font != nil && !singleton(r) {
			return append(glyphs, f.whole(font, id, cluster))
		}
	}
	return f.sequence(glyphs, cluster)
}

// singleton reports whether the character is one that normal forms replace by
// another even when it stands alone, as they do with kanji of names (U+FA19).
func singleton(r rune) bool {
	return norm.NFC.String(string(r)) != string(r)
}

func (f Face) whole(font *font, id uint16, text string) glyph {
	heavy := font.thin && (f == Bold || f == MonoBold)
	return glyph{font: font, id: id, text: text, advance: font.ems(font.advance(id)), heavy: heavy}
}

// thickening is by how much each edge of a rare kanji moves outwards in a bold
// face that lacks it, in ems: half of what the strokes of its kanji differ.
const thickening = 0.01

// parts are the outlines that the glyph is drawn with, itself first. One that
// is thickened is drawn at the corners of a little square too; its strokes are
// wider than that, so nothing is left hollow.
func (g *glyph) parts() []overlay {
	parts := []overlay{{id: g.id}}
	if g.heavy {
		d := int(thickening*float64(g.font.units) + 0.5)
		for _, o := range []overlay{{x: -d, y: -d}, {x: d, y: -d}, {x: -d, y: d}, {x: d, y: d}} {
			parts = append(parts, overlay{g.id, o.x, o.y})
		}
	}
	return append(parts, g.marks...)
}

// box is the smallest rectangle around the glyph in units: left, bottom, right,
// top. It is empty for a glyph without ink.
func (g *glyph) box() [4]int {
	if g.isPlain() {
		return g.font.box(g.id)
	}
	return g.font.around(g.parts())
}

// around is the smallest rectangle around the parts that have ink.
func (f *font) around(parts []overlay) [4]int {
	b := [4]int{math.MaxInt16, math.MaxInt16, math.MinInt16, math.MinInt16}
	for _, o := range parts {
		if part := f.box(o.id); part[0] < part[2] {
			b[0], b[1] = min(b[0], part[0]+o.x), min(b[1], part[1]+o.y)
			b[2], b[3] = max(b[2], part[2]+o.x), max(b[3], part[3]+o.y)
		}
	}
	if b[0] > b[2] {
		return [4]int{}
	}
	return b
}

// isPlain reports whether the glyph is one outline of its font.
func (g *glyph) isPlain() bool { return !g.heavy && len(g.marks) == 0 }

func (f *font) ems(units int) float64 { return float64(units) / float64(f.units) }

// single appends the glyph of a character that stands alone.
func (f Face) single(glyphs []glyph, r rune, text string) []glyph {
	switch {
	case r == '\t':
		r = ' '
	case ignorable(r):
		return glyphs
	}
	if font, id := f.find(r); font != nil {
		return append(glyphs, f.whole(font, id, text))
	}
	if unicode.Is(unicode.Zs, r) {
		font, id := f.find(' ')
		return append(glyphs, f.whole(font, id, text))
	}
	if parts := norm.NFD.String(string(r)); parts != string(r) {
		first := len(glyphs)
		glyphs = f.sequence(glyphs, parts)
		if len(glyphs) == first+1 && !glyphs[first].lacking {
			glyphs[first].text = text
			return glyphs
		}
		glyphs = glyphs[:first]
	}
	font, id := f.find(missingMark)
	g := f.whole(font, id, text)
	g.lacking = true
	return append(glyphs, g)
}

// sequence appends the glyphs of a cluster of several characters: a base with
// a selector, with marks over it, or pictures joined by a joiner.
func (f Face) sequence(glyphs []glyph, cluster string) []glyph {
	first := len(glyphs)
	runes := []rune(cluster)
	pending := "" // what was not drawn and has no glyph before it to go with
	for i := 0; i < len(runes); i++ {
		r, text := runes[i], pending+string(runes[i])
		switch {
		case i+1 < len(runes) && isSelector(runes[i+1]) && !ignorable(r):
			glyphs = f.selected(glyphs, r, runes[i+1], text+string(runes[i+1]))
			pending = ""
			i++
		case len(glyphs) > first && f.stays(glyphs, r, text):
			pending = ""
		case ignorable(r):
			if !unicode.Is(unicode.Cc, r) && len(text) <= maxText {
				pending = text
			}
		default:
			glyphs = f.single(glyphs, r, text)
			pending = ""
		}
	}
	return glyphs
}

// stays puts a character on the last glyph if it belongs there: a mark is
// drawn over it, a joiner or a tone of skin not at all.
func (f Face) stays(glyphs []glyph, r rune, text string) bool {
	g := &glyphs[len(glyphs)-1]
	switch {
	case unicode.Is(unicode.Cc, r):
		return false
	case ignorable(r), isSkin(r):
		if len(g.text)+len(text) <= maxText {
			g.text += text
		}
		return true
	case !unicode.In(r, unicode.Mn, unicode.Me) || len(g.marks) >= maxMarks || g.lacking:
		return false
	}
	if g.font.glyph(r) == 0 && len(g.marks) == 0 {
		f.redraw(g, r)
	}
	id := g.font.glyph(r)
	if id == 0 {
		return false
	}
	g.add(r, id)
	g.text += text
	return true
}

// isSkin reports whether a character gives the picture before it a tone of
// skin.
func isSkin(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }

// redraw takes a glyph from another font of the face if that one has both the
// character and the mark that is to stand over it.
func (f Face) redraw(g *glyph, over rune) {
	r, n := utf8.DecodeRuneInString(g.text)
	if strings.TrimFunc(g.text[n:], ignorable) != "" {
		return
	}
	for _, e := range f.fonts() {
		font := e.load()
		if id := font.glyph(r); id != 0 && font.glyph(over) != 0 {
			*g = f.whole(font, id, g.text)
			return
		}
	}
}

// add draws a mark over the glyph: centred on it, or in its upper right corner
// for the sound marks of kana, and clear of the marks it has.
func (g *glyph) add(r rune, id uint16) {
	base, mark := g.font.box(g.id), g.font.box(id)
	width := int(g.advance*float64(g.font.units) + 0.5)
	o := overlay{id: id}
	if r == 0x3099 || r == 0x309A {
		o.x = width - (mark[2]-mark[0])/2 - mark[0]
		g.advance += g.font.ems((mark[2] - mark[0]) / 2)
	} else {
		o.x = (base[0]+base[2])/2 - (mark[0]+mark[2])/2
		if base[0] == base[2] {
			o.x = width/2 - (mark[0]+mark[2])/2
		}
		if mark[1] > base[3]/2 {
			o.y = g.above(base[3], mark)
		}
	}
	g.marks = append(g.marks, o)
}

// above says how far a mark goes up, in units, to stay clear of a base of the
// height and of the marks above it.
func (g *glyph) above(top int, mark [4]int) int {
	gap := g.font.units / 20
	for _, m := range g.marks {
		if b := g.font.box(m.id); b[1]+m.y > 0 {
			top = max(top, b[3]+m.y)
		}
	}
	return max(0, top+gap-mark[1])
}

// selected appends a character with a variation selector: the variant of the
// first font that has it, else the ordinary glyph. U+FE0F asks for a picture.
func (f Face) selected(glyphs []glyph, r, sel rune, text string) []glyph {
	for _, e := range f.fonts() {
		if id := e.load().variant(r, sel); id != 0 {
			return append(glyphs, f.whole(e.font, id, text))
		}
	}
	if sel == 0xFE0F {
		if id := emojiFont.load().glyph(r); id != 0 && r > 0xFF {
			return append(glyphs, f.whole(emojiFont.font, id, text))
		}
	}
	return f.single(glyphs, r, text)
}
