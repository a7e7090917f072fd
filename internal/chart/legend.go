package chart

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"memovault/internal/lang"
)

// A sign is an entry of the legend: a sample and what it means.
type sign struct {
	draw func(w io.Writer, p *page, x, y int) // with its middle at the level y
	text lang.Text
	used func(*Box) bool
}

// sampleWidth is the room for a sample, in sizes of the text.
const sampleWidth = 4

// signs are all entries, in the order of the legend.
var signs = []sign{
	{drawNeeded, lang.T("needed for this way in", "この方法に必要"), anyNeed(func(n Need) bool { return n.Choice == 0 })},
	{drawChoices, lang.T("one of the same shape will do", "同じ形の印のどれか 1 つでよい"), anyNeed(func(n Need) bool { return n.Choice > 0 })},
	{drawRefusable, lang.T("a form or a person: may be refused", "申し込みや人の助け（断られることがある）"), anyWay(func(w Way) bool { return w.Asks })},
	{drawBroken, lang.T("does not work now", "今は使えない方法"), anyWay(func(w Way) bool { return w.Broken })},
	{drawUnknown, lang.T("nothing is noted of it", "何も書かれていないもの"), func(b *Box) bool { return b.Unknown }},
	{drawLocks, lang.T("its loss alone locks an account", "これ 1 つを失うと、戻れないアカウントが出る"), func(b *Box) bool { return len(b.Locks) > 0 }},
	{drawAsks, lang.T("its loss alone leaves only a form or a person", "これ 1 つを失うと、申し込みや人の助けだけになる"), func(b *Box) bool { return len(b.Asks) > 0 && len(b.Locks) == 0 }},
	{drawCross, lang.T("locked, or lost, already", "もう戻れない、またはもう失った"), func(b *Box) bool { return b.Gone || b.State == Locked }},
	{drawStars, lang.T("importance, up to three", "大事さ（3 つまで）"), func(b *Box) bool { return b.Kind == Account && b.Importance > 0 }},
}

func anyWay(is func(Way) bool) func(*Box) bool {
	return func(b *Box) bool {
		for _, w := range b.Ways {
			if is(w) {
				return true
			}
		}
		return false
	}
}

func anyNeed(is func(Need) bool) func(*Box) bool {
	return anyWay(func(w Way) bool {
		for _, n := range w.Needs {
			if is(n) {
				return true
			}
		}
		return false
	})
}

// usedSigns are the entries that something on the map bears.
func usedSigns(m *Map) (list []sign) {
	for _, s := range signs {
		for _, b := range m.Boxes {
			if s.used(b) {
				list = append(list, s)
				break
			}
		}
	}
	return list
}

// legendRows sets the entries in rows of the width of the page.
func (p *page) legendRows(m *Map) (rows [][]sign) {
	room := 0
	for _, s := range usedSigns(m) {
		w := p.signWidth(m.Lang, s)
		if len(rows) == 0 || w > room {
			rows = append(rows, nil)
			room = p.right - p.left
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], s)
		room -= w
	}
	return rows
}

func (p *page) signWidth(l lang.Lang, s sign) int {
	return (sampleWidth+2)*p.text + textWidth(s.text.In(l), p.text, false)
}

// remarkRows wraps the remarks to the width of the page.
func (p *page) remarkRows(m *Map) (rows []string) {
	for _, r := range m.Remarks {
		rows = append(rows, wrap(clean(r), p.text, p.right-p.left)...)
	}
	return rows
}

// wrap breaks a text into lines, between words where there are any.
func wrap(s string, size, room int) (lines []string) {
	begin, space, width := 0, 0, 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		width += textWidth(s[i:i+n], size, false)
		if r == ' ' {
			space = i
		}
		if width > room && i > begin && !joinsBefore(r) && r != ' ' {
			if space > begin {
				i = space
			}
			lines = append(lines, s[begin:i])
			for i < len(s) && s[i] == ' ' {
				i++
			}
			begin, width = i, 0
			continue
		}
		i += n
	}
	return append(lines, strings.TrimRight(s[begin:], " "))
}

func (p *page) legendHeight(m *Map) int {
	return (len(p.legendRows(m))+len(p.remarkRows(m)))*p.row*115/100 + p.row
}

func (p *page) drawLegend(w io.Writer, m *Map) {
	y := p.h - margin - p.legendHeight(m) + p.row
	fmt.Fprintf(w, `<path d="M%d %dH%d" stroke="#000" stroke-width="12"/>`+"\n", p.left, y-p.row/2, p.right)
	for _, row := range p.legendRows(m) {
		x := p.left
		for _, s := range row {
			s.draw(w, p, x, y+p.row/2)
			p.write(w, x+(sampleWidth+1)*p.text*9/10, y+p.row/2, p.text, false, s.text.In(m.Lang))
			x += p.signWidth(m.Lang, s)
		}
		y += p.row * 115 / 100
	}
	for _, row := range p.remarkRows(m) {
		p.write(w, p.left, y+p.row/2, p.text, false, row)
		y += p.row * 115 / 100
	}
}

func drawNeeded(w io.Writer, p *page, x, y int) {
	x += p.text / 2
	fmt.Fprintf(w, `<path d="M%d %dV%dM%d %dH%d" fill="none" stroke="#000" stroke-width="%d"/>`, x+p.text, y-p.text/2, y+p.text/2, x+p.text, y, x+2*p.text, thin)
	drawDot(w, p, x+p.text, y, 0)
	drawArrow(w, p, x+3*p.text, y, Way{})
	fmt.Fprintf(w, `<path d="M%d %dH%d" stroke="#000" stroke-width="%d"/>`+"\n", x+2*p.text, y, x+5*p.text/2, thin)
}

func drawChoices(w io.Writer, p *page, x, y int) {
	for i := 1; i <= 3; i++ {
		drawDot(w, p, x+i*p.text*11/10, y, i)
	}
	fmt.Fprintln(w)
}

func drawRefusable(w io.Writer, p *page, x, y int) {
	fmt.Fprintf(w, `<path d="M%d %dH%d" stroke="#000" stroke-width="%d"/>`, x+p.text, y, x+3*p.text, thin)
	drawArrow(w, p, x+3*p.text, y, Way{Asks: true})
	fmt.Fprintln(w)
}

func drawBroken(w io.Writer, p *page, x, y int) {
	fmt.Fprintf(w, `<path d="M%d %dH%d" stroke="#000" stroke-width="%d"/>`, x+p.text, y, x+2*p.text, thin)
	drawArrow(w, p, x+3*p.text, y, Way{Broken: true})
	fmt.Fprintln(w)
}

func drawUnknown(w io.Writer, p *page, x, y int) {
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#000" stroke-width="%d" stroke-dasharray="%s"/>`+"\n",
		x+p.text/2, y-p.text/2, 3*p.text, p.text, thin, dashes)
}

func drawLocks(w io.Writer, p *page, x, y int) {
	drawOctagon(w, x+p.text/2, y-p.text*6/10, 3*p.text, p.text*12/10, p.text/3, thick, "")
	drawMark(w, p, x+2*p.text, y, true)
	fmt.Fprintln(w)
}

func drawAsks(w io.Writer, p *page, x, y int) {
	drawOctagon(w, x+p.text/2, y-p.text*6/10, 3*p.text, p.text*12/10, p.text/3, middling, "")
	drawMark(w, p, x+2*p.text, y, false)
	fmt.Fprintln(w)
}

func drawCross(w io.Writer, p *page, x, y int) {
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%d" height="%d" rx="40"/>`, x+p.text, y-p.text*6/10, 2*p.text, p.text*12/10)
	drawX(w, x+2*p.text, y, p.text*35/100, "#fff", 35)
	fmt.Fprintln(w)
}

func drawStars(w io.Writer, p *page, x, y int) {
	for i := range 3 {
		drawStar(w, x+(i+1)*p.text, y, p.text*45/100)
	}
	fmt.Fprintln(w)
}
