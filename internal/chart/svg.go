package chart

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"memovault/internal/lang"
)

// Widths of pens.
const (
	thin     = 16
	middling = 32
	thick    = 60
	dashes   = "70 45"
)

// SVG writes the picture as one stand-alone file: its pages one below the other,
// each of the size of the paper.
func (p *Picture) SVG(w io.Writer) error {
	width, height := 0, 0
	for _, pg := range p.pages {
		width = max(width, pg.w)
		height += pg.h + pageGap
	}
	height -= pageGap
	out := bufio.NewWriter(w)
	fmt.Fprint(out, `<?xml version="1.0" encoding="UTF-8"?>`+"\n")
	p.open(out, width, height, "map", p.title(), p.summary())
	y := 0
	for i, pg := range p.pages {
		fmt.Fprintf(out, `<g transform="translate(0 %d)">`+"\n", y)
		pg.draw(out, p, i)
		fmt.Fprint(out, "</g>\n")
		y += pg.h + pageGap
	}
	fmt.Fprint(out, "</svg>\n")
	return out.Flush()
}

// pageGap is between two pages in one file.
const pageGap = 600

// pageSVG is one page by itself.
func (p *Picture) pageSVG(i int) string {
	var b bytes.Buffer
	pg := p.pages[i]
	p.open(&b, pg.w, pg.h, fmt.Sprintf("page%d", i+1), p.title()+pageOf(p.m.Lang, i, len(p.pages)), p.summary())
	pg.draw(&b, p, i)
	b.WriteString("</svg>\n")
	return b.String()
}

func (p *Picture) open(w io.Writer, width, height int, id, title, summary string) {
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="0 0 %d %d" role="img" lang="%s" xml:lang="%[5]s" aria-labelledby="%s-title %[6]s-desc" font-family="%s" fill="#000">`+"\n",
		millimetres(width), millimetres(height), width, height, p.m.Lang, id, html.EscapeString(fonts))
	fmt.Fprintf(w, "<title id=\"%s-title\">%s</title>\n<desc id=\"%[1]s-desc\">%s</desc>\n", id, escape(title), escape(summary))
}

func millimetres(v int) string { return strconv.FormatFloat(float64(v)/100, 'f', -1, 64) }

// escape makes a text fit for XML and HTML, between tags and within quotes.
func escape(s string) string { return html.EscapeString(clean(s)) }

func (p *Picture) title() string {
	if p.m.Title != "" {
		return p.m.Title
	}
	return lang.T("Who depends on what", "何を失うと、どのアカウントに戻れなくなるか").In(p.m.Lang)
}

// summary says in a sentence what somebody who can't see the picture would miss.
func (p *Picture) summary() string {
	n, points, locked := 0, 0, 0
	for _, b := range p.m.Boxes {
		if b.Kind == Account {
			n++
			if b.State == Locked {
				locked++
			}
		}
		if len(b.Locks) > 0 {
			points++
		}
	}
	return lang.T("Accounts: %d, locked: %d. Things whose loss alone locks an account: %d.",
		"アカウント %d 件、そのうちもう戻れないもの %d 件。1 つ失うだけで戻れないアカウントが出るもの %d 個。").Sprintf(p.m.Lang, n, locked, points)
}

func pageOf(l lang.Lang, i, all int) string {
	if all == 1 {
		return ""
	}
	return lang.T(", page %d of %d", "（%d／%d ページ）").Sprintf(l, i+1, all)
}

// draw writes a page: lines first, then boxes over them, then the dots.
func (p *page) draw(w io.Writer, pic *Picture, number int) {
	m := pic.m
	fmt.Fprintf(w, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", p.w, p.h)
	p.drawHeader(w, pic, number)
	for _, ch := range p.channels {
		for _, n := range ch.nets {
			p.drawUpright(w, n)
		}
	}
	for i, ch := range p.channels {
		for _, n := range ch.nets {
			p.drawStubs(w, ch, n)
		}
		p.drawRows(w, i)
	}
	p.drawLanes(w)
	for _, column := range p.columns {
		for _, s := range column {
			if s.node != nil {
				p.drawBox(w, m.Lang, s.node)
			}
		}
	}
	for _, ch := range p.channels {
		for _, n := range ch.nets {
			for i, t := range n.taps {
				drawDot(w, p, n.x, n.levels[i], t.choice)
			}
			fmt.Fprintln(w)
		}
	}
	if len(p.nodes) == 0 {
		p.write(w, p.left, p.top+p.row, p.name, false, lang.T("There is no account in this picture yet.", "この図に入るアカウントはまだありません。").In(m.Lang))
	}
	p.drawLegend(w, m)
}

func (p *page) drawHeader(w io.Writer, pic *Picture, number int) {
	m := pic.m
	const big, small = 494, 300 // 14 and 8.5 points
	p.write(w, p.left, margin+big/2, big, true, shorten(clean(pic.title()), big, true, p.right-p.left))
	line := m.Made.Format("2006-01-02")
	if m.Owner != "" {
		line = lang.T("Accounts of %s, as noted on %s", "%s さんのアカウント（%s 現在の記録から）").Sprintf(m.Lang, clean(m.Owner), line)
	} else {
		line = lang.T("As noted on %s", "%s 現在の記録から").Sprintf(m.Lang, line)
	}
	if p.heading != "" {
		line += " – " + p.heading
	}
	line += pageOf(m.Lang, number, len(pic.pages))
	p.write(w, p.left, margin+big+small, small, false, shorten(line, small, false, p.right-p.left))
	y := margin + headerHeight - 60
	for i, column := range p.columns {
		if len(column) > 0 {
			p.drawColumnHeading(w, m.Lang, i, y)
		}
	}
}

// columnHeadings, and what the left column is called where it holds everything.
var (
	columnHeadings = [columnCount]lang.Text{
		lang.T("What can be lost", "失うと困るもの"),
		lang.T("What opens others", "ほかのものを開くもの"),
		lang.T("Accounts", "アカウント"),
	}
	mixedHeading = lang.T("What is needed", "必要なもの")
	deepHeading  = lang.T("Accounts, and what opens others", "アカウントと、ほかのものを開くもの")
)

func (p *page) drawColumnHeading(w io.Writer, l lang.Lang, column, y int) {
	var first *node
	mixed, opening, last := false, false, false
	for _, s := range p.columns[column] {
		if s.node != nil {
			if first == nil {
				first = s.node
			}
			mixed = mixed || s.node.column != losable
			opening = opening || s.node.column == openers
			last = last || s.node.column == accounts
		}
	}
	if first == nil {
		return
	}
	text := columnHeadings[p.kinds[column]]
	switch {
	case p.kinds[column] == losable && mixed:
		text = mixedHeading
	case p.kinds[column] == accounts && opening && last:
		text = deepHeading
	case p.kinds[column] == accounts && opening:
		text = columnHeadings[openers]
	}
	p.write(w, first.x, y, p.text, true, shorten(text.In(l), p.text, true, first.w))
}

// pen is how the line of a vertex is drawn.
func (v *vertex) pen() string {
	width := thin
	if len(v.Locks) > 0 {
		width = middling + thin
	}
	if v.Unknown {
		return fmt.Sprintf(`fill="none" stroke="#000" stroke-width="%d" stroke-dasharray="%s"`, width, dashes)
	}
	return fmt.Sprintf(`fill="none" stroke="#000" stroke-width="%d"`, width)
}

func (p *page) drawUpright(w io.Writer, n *net) {
	if n.top < n.end {
		fmt.Fprintf(w, `<path d="M%d %dV%d" %s/>`+"\n", n.x, n.top, n.end, n.from.pen())
	}
}

// level draws a level line over the uprights: a gap in them shows that it passes.
func level(w io.Writer, x1, x2, y int, pen string) {
	const clear = 90
	if x2-x1 > 2*clear {
		fmt.Fprintf(w, `<path d="M%d %dH%d" stroke="#fff" stroke-width="%d"/>`, x1+clear, y, x2-clear, thin+70)
	}
	fmt.Fprintf(w, `<path d="M%d %dH%d" %s/>`+"\n", x1, y, x2, pen)
}

// drawStubs draws how a line comes into its channel.
func (p *page) drawStubs(w io.Writer, ch *channel, n *net) {
	node := p.nodes[n.from]
	switch {
	case n.fromRight:
		level(w, n.x, ch.right, n.out, n.from.pen())
	case node.x+node.w == ch.left:
		level(w, ch.left, n.x, n.in, n.from.pen())
	}
}

// drawLanes draws the lines that pass a column, from upright to upright.
func (p *page) drawLanes(w io.Writer) {
	for i := 1; i < len(p.channels); i++ {
		for _, before := range p.channels[i-1].nets {
			if !before.passes {
				continue
			}
			for _, n := range p.channels[i].nets {
				if n.from == before.from {
					level(w, before.x, n.x, before.lane, n.from.pen())
				}
			}
		}
	}
}

// drawRows draws the level line of each row, from the farthest upright that
// branches off to it.
func (p *page) drawRows(w io.Writer, channel int) {
	ch := p.channels[channel]
	begin := map[[2]int]int{}
	for _, n := range ch.nets {
		for i, t := range n.taps {
			key := [2]int{t.node.y, n.levels[i]}
			if x, ok := begin[key]; !ok || n.x < x {
				begin[key] = n.x
			}
		}
	}
	for _, s := range p.columns[channel+1] {
		if s.node == nil {
			continue
		}
		for row, way := range s.node.ways {
			y := p.rowY(s.node, row)
			x, ok := begin[[2]int{s.node.y, y}]
			if !ok {
				x = ch.right - p.text // nothing that is drawn is needed
			}
			level(w, x, ch.right-p.text*6/10, y, fmt.Sprintf(`stroke="#000" stroke-width="%d"`, thin))
			drawArrow(w, p, ch.right, y, s.node.Ways[way])
			fmt.Fprintln(w)
		}
	}
}

// drawArrow draws the end of a row, its tip at x: open where somebody may refuse
// the way, a cross where it does not work.
func drawArrow(w io.Writer, p *page, x, y int, way Way) {
	long, half := p.text*65/100, p.text*28/100
	switch {
	case way.Broken:
		drawX(w, x-long/2, y, half, "#000", 35)
	case way.Asks:
		fmt.Fprintf(w, `<path d="M%d %dl-%d -%dv%dz" fill="#fff" stroke="#000" stroke-width="%d"/>`, x, y, long, half, 2*half, thin)
	default:
		fmt.Fprintf(w, `<path d="M%d %dl-%d -%dv%dz"/>`, x, y, long, half, 2*half)
	}
}

func drawX(w io.Writer, x, y, half int, colour string, pen int) {
	fmt.Fprintf(w, `<path d="M%d %dl%d %dm0 -%[4]dl-%[3]d %[4]d" stroke="%s" stroke-width="%d" fill="none"/>`, x-half, y-half, 2*half, 2*half, colour, pen)
}

// drawDot marks where a line branches off: full if it is needed, open in one of
// three shapes if it is one of a choice.
func drawDot(w io.Writer, p *page, x, y, choice int) {
	r := p.text * 22 / 100
	if choice == 0 {
		fmt.Fprintf(w, `<circle cx="%d" cy="%d" r="%d"/>`, x, y, r)
		return
	}
	r = p.text * 26 / 100
	style := fmt.Sprintf(`fill="#fff" stroke="#000" stroke-width="%d"`, thin+4)
	switch (choice - 1) % 3 {
	case 0:
		fmt.Fprintf(w, `<circle cx="%d" cy="%d" r="%d" %s/>`, x, y, r, style)
	case 1:
		fmt.Fprintf(w, `<path d="M%d %dl%d %[3]dl-%[3]d %[3]dl-%[3]d -%[3]dz" %[4]s/>`, x, y-r*12/10, r*12/10, style)
	default:
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%[3]d" %s/>`, x-r, y-r, 2*r, style)
	}
}

func drawOctagon(w io.Writer, x, y, width, height, cut, pen int, more string) {
	fmt.Fprintf(w, `<path d="M%d %dh%dl%d %[4]dv%dl-%[4]d %[4]dh-%[3]dl-%[4]d -%[4]dv-%[5]dz" fill="#fff" stroke="#000" stroke-width="%[6]d"%s/>`,
		x+cut, y, width-2*cut, cut, height-2*cut, pen, more)
}

// drawMark draws the exclamation mark of a single point of failure.
func drawMark(w io.Writer, p *page, x, y int, worst bool) {
	h := p.text * 55 / 100
	body, sign := "#000", "#fff"
	if !worst {
		body, sign = "#fff", "#000"
	}
	fmt.Fprintf(w, `<path d="M%d %dl%d %dh-%dz" fill="%s" stroke="#000" stroke-width="%d" stroke-linejoin="round"/>`, x, y-h, h*115/100, 2*h, h*230/100, body, middling)
	fmt.Fprintf(w, `<path d="M%d %dv%dm0 %dv%d" stroke="%s" stroke-width="38" fill="none"/>`, x, y-h*35/100, h*75/100, h*18/100, h*22/100, sign)
}

// drawStar draws a five-pointed star. Its points are those of the unit circle,
// every second one at 0.4 of the radius.
func drawStar(w io.Writer, x, y, r int) {
	points := [][2]int{{0, -1000}, {235, -324}, {951, -309}, {380, 124}, {588, 809}, {0, 400}, {-588, 809}, {-380, 124}, {-951, -309}, {-235, -324}}
	var b strings.Builder
	for i, pt := range points {
		fmt.Fprintf(&b, "%c%d %d", "ML"[min(i, 1)], x+pt[0]*r/1000, y+pt[1]*r/1000)
	}
	fmt.Fprintf(w, `<path d="%sz"/>`, b.String())
}

func (p *page) drawBox(w io.Writer, l lang.Lang, n *node) {
	fmt.Fprintf(w, "<g><title>%s</title>", escape(n.full(l)))
	p.drawOutline(w, n)
	h := p.headlineOf(l, n)
	x, y := n.x+p.inset, n.y+p.pad+p.head/2
	scale := strconv.FormatFloat(float64(p.icon)/24, 'f', 2, 64)
	fmt.Fprintf(w, `<path transform="translate(%d %d) scale(%s)" d="%s" fill="none" stroke="#000" stroke-width="1.9" stroke-linejoin="round"/>`, x, y-p.icon/2, scale, icons[n.Kind])
	x += p.icon + p.text/2
	p.write(w, x, y, p.name, true, h.name)
	if h.note != "" {
		p.write(w, x+textWidth(h.name, p.name, true)+wordGap*p.text, y, p.text, false, h.note)
	}
	p.drawRight(w, n, h, y)
	y = n.y + p.pad + p.head + p.row/2
	for _, line := range h.lines {
		p.write(w, n.x+p.inset, y, p.text, false, line)
		y += p.row
	}
	if len(n.ways) > 0 {
		fmt.Fprintf(w, `<path d="M%d %dh%d" stroke="#777" stroke-width="8"/>`, n.x, n.y+p.pad+p.head+n.lines()*p.row, n.w)
	}
	for row, way := range n.ways {
		p.write(w, n.x+p.inset, p.rowY(n, row), p.text, false, shorten(clean(n.Ways[way].Label), p.text, false, n.w-2*p.inset))
	}
	fmt.Fprint(w, "</g>\n")
}

func (p *page) drawOutline(w io.Writer, n *node) {
	more := ""
	if n.Unknown {
		more = fmt.Sprintf(` stroke-dasharray="%s"`, dashes)
	}
	switch {
	case len(n.Locks) > 0:
		drawOctagon(w, n.x, n.y, n.w, n.h, p.text*60/100, thick, more)
	case len(n.Asks) > 0:
		drawOctagon(w, n.x, n.y, n.w, n.h, p.text*60/100, middling, more)
	default:
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" rx="60" fill="#fff" stroke="#000" stroke-width="%d"%s/>`, n.x, n.y, n.w, n.h, thin, more)
	}
}

// drawRight draws what stands at the right end of the top of a box.
func (p *page) drawRight(w io.Writer, n *node, h headline, y int) {
	x := n.x + n.w - p.inset
	if n.perilous() {
		drawMark(w, p, x-p.text*7/10, y, len(n.Locks) > 0)
		x -= p.markWidth(n)
	}
	for range h.stars {
		drawStar(w, x-p.text/2, y, p.text*45/100)
		x -= p.text
	}
	if h.badge == "" {
		return
	}
	width := textWidth(h.badge, p.text, true) + p.text*3/2
	x -= width + p.text*3/10
	height := p.text * 130 / 100
	if n.crossed() {
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" rx="40"/>`, x, y-height/2, width, height)
		drawX(w, x+p.text*7/10, y, p.text*30/100, "#fff", 32)
		fmt.Fprintf(w, `<g fill="#fff">`)
		p.write(w, x+p.text*13/10, y, p.text, true, h.badge)
		fmt.Fprint(w, "</g>")
		return
	}
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" rx="%[4]d" fill="#fff" stroke="#000" stroke-width="%d"/>`, x, y-height/2, width, height, thin)
	fmt.Fprint(w, `<g text-anchor="middle">`)
	p.write(w, x+width/2, y, p.text, true, h.badge)
	fmt.Fprint(w, "</g>")
}

// full is all that a box says, without a cut.
func (n *node) full(l lang.Lang) string {
	list := []string{n.Name}
	if n.Note != "" {
		list[0] += " – " + n.Note
	}
	if badge := n.badge(l); badge != "" {
		list = append(list, badge)
	}
	if !n.noteBelow() {
		list = append(list, n.below(l)...)
	} else {
		list = append(list, n.below(l)[1:]...)
	}
	for _, way := range n.ways {
		list = append(list, n.Ways[way].Label)
	}
	return strings.Join(list, lang.T("; ", "、").In(l))
}

// write sets a text with its middle at the level y.
func (p *page) write(w io.Writer, x, y, size int, bold bool, text string) {
	if text == "" {
		return
	}
	weight := ""
	if bold {
		weight = ` font-weight="bold"`
	}
	fmt.Fprintf(w, `<text x="%d" y="%d" font-size="%d"%s>%s</text>`, x, y+size*36/100, size, weight, escape(text))
}
