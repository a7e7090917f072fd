package chart

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// A segment is a part of a line that a page draws.
type segment struct {
	net            *net
	x1, y1, x2, y2 int
}

func (s segment) level() bool { return s.y1 == s.y2 }

// segments are all lines of a page.
func (p *page) segments() (list []segment) {
	for c, ch := range p.channels {
		for _, n := range ch.nets {
			list = append(list, segment{n, n.x, n.top, n.x, n.end})
			if n.fromRight {
				list = append(list, segment{n, n.x, n.out, ch.right, n.out})
			}
			if node := p.nodes[n.from]; n.fromLeft && node.x+node.w == ch.left {
				list = append(list, segment{n, ch.left, n.in, n.x, n.in})
			}
			for _, y := range n.levels {
				list = append(list, segment{n, n.x, y, ch.right, y})
			}
			if n.passes {
				for _, beyond := range p.channels[c+1].nets {
					if beyond.from == n.from {
						list = append(list, segment{n, n.x, n.lane, beyond.x, n.lane})
					}
				}
			}
		}
	}
	return list
}

// checkPage finds everything that must not be: boxes on boxes, lines through
// boxes, lines on lines, texts wider than their boxes, anything off the paper.
func checkPage(p *page, l lang.Lang) (found []string) {
	bad := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	var boxes []*node
	for _, column := range p.columns {
		for _, s := range column {
			if s.node != nil {
				boxes = append(boxes, s.node)
			}
		}
	}
	for i, a := range boxes {
		if a.x < p.left || a.x+a.w > p.right || a.y < p.top || a.y+a.h > p.bottom {
			bad("%s is off the page", a.Name)
		}
		for _, b := range boxes[:i] {
			if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h+100 && b.y < a.y+a.h+100 {
				bad("%s lies on %s", a.Name, b.Name)
			}
		}
		h := p.headlineOf(l, a)
		used := 2*p.inset + p.icon + p.text/2 + textWidth(h.name, p.name, true) + p.badgeWidth(h) + p.markWidth(a)
		if h.note != "" {
			used += wordGap*p.text + textWidth(h.note, p.text, false)
		}
		for _, line := range h.lines {
			used = max(used, 2*p.inset+textWidth(line, p.text, false))
		}
		if used > a.w {
			bad("the texts of %s take %d of %d", a.Name, used, a.w)
		}
		if h.name == "" && a.Name != "" {
			bad("%q has no name left", a.Name)
		}
		if len(a.ways) > 0 && p.rowY(a, len(a.ways)-1)+p.row/2 > a.y+a.h {
			bad("the last row of %s is below its box", a.Name)
		}
	}
	lines := p.segments()
	for i, s := range lines {
		x1, x2, y1, y2 := min(s.x1, s.x2), max(s.x1, s.x2), min(s.y1, s.y2), max(s.y1, s.y2)
		for _, b := range boxes {
			if x1 < b.x+b.w && x2 > b.x && y1 < b.y+b.h && y2 > b.y {
				bad("a line of %s runs through %s", s.net.from.Name, b.Name)
			}
		}
		if x1 < p.left || x2 > p.right || y1 < p.top || y2 > p.bottom {
			bad("a line of %s leaves the page", s.net.from.Name)
		}
		for _, o := range lines[:i] {
			if o.net.from == s.net.from || o.level() != s.level() || rowOf(s) && rowOf(o) {
				continue
			}
			if s.level() && abs(s.y1-o.y1) < 45 && x1 < max(o.x1, o.x2) && min(o.x1, o.x2) < x2 {
				bad("level lines of %s and %s are one", s.net.from.Name, o.net.from.Name)
			}
			if !s.level() && abs(s.x1-o.x1) < 100 && y1 < max(o.y1, o.y2) && min(o.y1, o.y2) < y2 {
				bad("upright lines of %s and %s are one", s.net.from.Name, o.net.from.Name)
			}
		}
	}
	for _, row := range p.legendRows(&Map{}) {
		w := 0
		for _, s := range row {
			w += p.signWidth(l, s)
		}
		if w > p.right-p.left {
			bad("the legend is too wide")
		}
	}
	return found
}

// rowOf reports whether a segment is part of the level line of a row, which all
// that the row needs have in common.
func rowOf(s segment) bool {
	for _, y := range s.net.levels {
		if s.level() && s.y1 == y {
			return true
		}
	}
	return false
}

func abs(v int) int { return max(v, -v) }

// samples are the maps that the tests of pages and files go through.
func samples() map[string]*Map {
	list := map[string]*Map{}
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		list["home "+l.String()] = home(l)
		for _, n := range []int{0, 1, 5, 15, 60} {
			list[fmt.Sprint("crowd ", n, " ", l)] = crowd(l, n)
		}
	}
	list["crowd 500 ja"] = crowd(lang.JA, 500)
	list["hostile"] = hostile()
	return list
}

// hostile has every kind of name that could break out of a file, and more lines
// and ways than a page holds.
func hostile() *Map {
	m := &Map{Lang: lang.JA, Title: `</title><script>alert(1)</script>`, Owner: "\u202eeve\x00\x1b[31m\"'&<>", Made: day, Remarks: []string{"]]>&<!-- \xff\xfe" + strings.Repeat("とても長い。", 60)}}
	odd := []string{`"];x[label="\`, `\N\G\l\`, `&lt;&amp;`, "é́́", "👩‍👩‍👧‍👦👍🏽", "עברית", strings.Repeat("長", 400), strings.Repeat("W", 400), "", "葛\U000e0100城", "ﾊﾞﾊﾟ", "\ufffe\uffff\u2028"}
	wall := &Box{ID: "wall", Kind: Account, Name: "wall", Importance: 99}
	for i, name := range odd {
		m.Boxes = append(m.Boxes, &Box{ID: fmt.Sprint("odd", i), Kind: Kind(i % 12), Name: name, Note: name, Locks: odd, Asks: odd,
			Ways: []Way{{Label: name, Needs: needs("odd0", fmt.Sprint("odd", (i+1)%len(odd)))}}})
	}
	var all []Need
	for i := range 150 {
		m.Boxes = append(m.Boxes, &Box{ID: fmt.Sprint("brick", i), Kind: Thing, Name: fmt.Sprint("brick", i)})
		all = append(all, Need{Box: fmt.Sprint("brick", i), Choice: i % 5})
		wall.Ways = append(wall.Ways, Way{Label: "way", Needs: needs(fmt.Sprint("brick", i))})
	}
	wall.Ways = append(wall.Ways, Way{Label: "all", Needs: all})
	m.Boxes = append(m.Boxes, wall)
	return m
}

func TestPagesAreClear(t *testing.T) {
	for name, m := range samples() {
		pic, err := Draw(m)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range pic.pages {
			for _, what := range checkPage(p, m.Lang) {
				t.Errorf("%s, page %d: %s", name, i+1, what)
			}
			if p.text < 247 { // 7 points
				t.Errorf("%s, page %d: type of %d", name, i+1, p.text)
			}
			if name != "hostile" && (max(p.w, p.h) > a4Long || min(p.w, p.h) > a4Short) {
				t.Errorf("%s, page %d: %d by %d is larger than the paper", name, i+1, p.w, p.h)
			}
		}
	}
}

// TestEveryWayIsDrawnOnce holds the pages against the map.
func TestEveryWayIsDrawnOnce(t *testing.T) {
	for name, m := range samples() {
		pic, err := Draw(m)
		if err != nil {
			t.Fatal(err)
		}
		drawn, lines := map[string]int{}, map[string]int{}
		for _, p := range pic.pages {
			for _, n := range p.nodes {
				for _, way := range n.ways {
					drawn[fmt.Sprint(n.ID, " ", way)]++
				}
			}
			for _, ch := range p.channels {
				for _, n := range ch.nets {
					for _, tap := range n.taps {
						lines[fmt.Sprint(tap.node.ID, " ", tap.node.ways[tap.row], " ", n.from.ID, " ", tap.choice)]++
					}
				}
			}
		}
		for _, b := range m.Boxes {
			for i, way := range b.Ways {
				if got := drawn[fmt.Sprint(b.ID, " ", i)]; got != 1 {
					t.Errorf("%s: way %d of %s is drawn %d times", name, i, b.ID, got)
				}
				seen := map[string]bool{b.ID: true}
				for _, need := range way.Needs {
					if seen[need.Box] {
						continue
					}
					seen[need.Box] = true
					if got := lines[fmt.Sprint(b.ID, " ", i, " ", need.Box, " ", need.Choice)]; got != 1 {
						t.Errorf("%s: %s to way %d of %s is drawn %d times", name, need.Box, i, b.ID, got)
					}
				}
			}
		}
	}
}

// TestEveryLineArrives holds that the parts of a line hang together: what is not
// joined to its upright would end in the air.
func TestEveryLineArrives(t *testing.T) {
	for name, m := range samples() {
		pic, err := Draw(m)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range pic.pages {
			for c, ch := range p.channels {
				for _, n := range ch.nets {
					if n.fromLeft == n.fromRight {
						t.Errorf("%s, page %d: %s comes from %v and %v", name, i+1, n.from.Name, n.fromLeft, n.fromRight)
					}
					if n.x <= ch.left || n.x >= ch.right {
						t.Errorf("%s, page %d: %s is not in its channel", name, i+1, n.from.Name)
					}
					if n.passes != (c+1 < len(p.channels) && p.nodes[n.from].x < ch.left && hasNet(p.channels[c+1], n.from)) {
						t.Errorf("%s, page %d: %s does not go on", name, i+1, n.from.Name)
					}
				}
			}
		}
	}
}

func hasNet(ch *channel, v *vertex) bool {
	for _, n := range ch.nets {
		if n.from == v {
			return true
		}
	}
	return false
}

func TestSameMapSameBytes(t *testing.T) {
	files := func() []byte {
		var b bytes.Buffer
		for _, m := range []*Map{home(lang.JA), crowd(lang.EN, 60)} {
			pic, err := Draw(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := pic.SVG(&b); err != nil {
				t.Fatal(err)
			}
			if err := pic.HTML(&b); err != nil {
				t.Fatal(err)
			}
			if err := pic.DOT(&b); err != nil {
				t.Fatal(err)
			}
		}
		return b.Bytes()
	}
	first := files()
	for range 5 {
		if !bytes.Equal(files(), first) {
			t.Fatal("two pictures of one map differ")
		}
	}
}

func TestSmallMapsTakeOnePage(t *testing.T) {
	for name, want := range map[string]int{"home en": 1, "home ja": 1, "crowd 0 en": 1, "crowd 1 ja": 1, "crowd 5 en": 1} {
		pic, err := Draw(samples()[name])
		if err != nil {
			t.Fatal(err)
		}
		if pic.Pages() != want {
			t.Errorf("%s takes %d pages", name, pic.Pages())
		}
	}
}

// TestOrderTakesCrossingsAway holds the order against the one the boxes came in.
func TestOrderTakesCrossingsAway(t *testing.T) {
	list, err := connect(home(lang.EN))
	if err != nil {
		t.Fatal(err)
	}
	nodes := make([][]*node, columnCount)
	for _, v := range list {
		nodes[v.column] = append(nodes[v.column], newNode(v))
	}
	p := newPage(sizesFor(80), nodes)
	links := p.links()
	before := crossings(p.columns, links)
	p.arrange()
	if after := crossings(p.columns, links); after*2 > before {
		t.Errorf("%d crossings before, %d after", before, after)
	}
}

func TestInversions(t *testing.T) {
	for _, c := range []struct {
		list []int
		want int
	}{{nil, 0}, {[]int{1}, 0}, {[]int{1, 2, 3}, 0}, {[]int{3, 2, 1}, 3}, {[]int{2, 2, 1}, 2}, {[]int{4, 1, 3, 2}, 4}} {
		if got := inversions(c.list); got != c.want {
			t.Errorf("inversions(%v) = %d, not %d", c.list, got, c.want)
		}
	}
}

func TestBrokenMaps(t *testing.T) {
	twice := &Map{Boxes: []*Box{{ID: "a"}, {ID: "a"}}}
	missing := &Map{Boxes: []*Box{{ID: "a", Ways: []Way{{Needs: needs("b")}}}}}
	for _, m := range []*Map{twice, missing} {
		if _, err := Draw(m); err == nil {
			t.Error("no error")
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{5, 60, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowd(lang.JA, n)
			for b.Loop() {
				if _, err := Draw(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
