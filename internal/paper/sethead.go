package paper

import (
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// headLines is the head of a page, cut to its width.
type headLines struct {
	first, later []string // the title on the first page, and on the others
	size         float64  // of the title on the first page
	subtitle     []string
	warning      []string
	signal       string // what the warning begins with: SECRET
	metaLeft     float64
}

// How many lines of a title, a warning and a foot are printed: a page must have
// room for what they are about.
const (
	mostTitle   = 3
	mostWarning = 5
	mostFoot    = 4
)

func (s *setter) headLines() headLines {
	h := headLines{metaLeft: s.metaLeft()}
	room := h.metaLeft - 24 - s.left
	h.size = titleSize
	for h.size > partSize && page.Width(page.Bold, s.titleSize(h.size), s.d.Title) > room {
		h.size--
	}
	h.first = wrapped(page.Bold, s.titleSize(h.size), room, s.d.Title, mostTitle)
	h.later = wrapped(page.Bold, s.titleSize(laterSize), room, s.d.Title, mostTitle)
	if s.d.Subtitle != "" {
		h.subtitle = wrapped(page.Text, s.size(bodySize), room, s.d.Subtitle, mostTitle)
	}
	rest := s.d.Warning
	if before, after, ok := strings.Cut(s.d.Warning, ": "); ok && len(before) <= 24 {
		h.signal, rest = before+":", after
	}
	room = s.width() - 2*s.barPad() - s.signalWidth(h.signal)
	if rest != "" {
		h.warning = wrapped(page.Text, s.barSize(), room, rest, mostWarning)
	}
	return h
}

// titleSize makes a title larger on a large sheet, by less than the rest: it is
// large already.
func (s *setter) titleSize(points float64) float64 { return points * (1 + s.k) / 2 }

// barSize is the size of the warning, and barLead the distance of its lines.
func (s *setter) barSize() float64 { return s.titleSize(labelSize) }

func (s *setter) barLead() float64 { return s.barSize() / s.size(labelSize) * s.lead(labelSize) }

func (s *setter) barPad() float64 { return 9 * s.k }

func (s *setter) signalWidth(signal string) float64 {
	if signal == "" {
		return 0
	}
	return page.Width(page.Bold, s.barSize(), signal) + 8*s.k
}

// A fact stands at the right of the head: when, which sheet, which page.
type fact struct{ label, value string }

func (s *setter) facts(n, count int) []fact {
	list := []fact{{s.say(lang.T("printed", "印刷日")), s.d.Made.Format(time.DateOnly)}}
	if s.d.Sheet != "" {
		list = append(list, fact{s.say(lang.T("sheet", "用紙")), s.d.Sheet})
	}
	return append(list, fact{s.say(lang.T("page", "ページ")), strconv.Itoa(n) + " / " + strconv.Itoa(count)})
}

// metaRight is where the facts end, left of the code.
func (s *setter) metaRight() float64 {
	if s.d.Mark == "" {
		return s.right
	}
	return s.right - markSide - 14
}

func (s *setter) metaLeft() float64 {
	labels, values := 0.0, 0.0
	for _, f := range s.facts(888, 888) {
		labels = max(labels, page.Width(page.Text, s.metaSize(), f.label))
		values = max(values, page.Width(page.Mono, s.metaSize()+1, f.value))
	}
	return s.metaRight() - values - 14 - labels
}

func (s *setter) metaSize() float64 { return s.titleSize(smallSize) }

func (s *setter) metaLead() float64 { return s.metaSize() * 1.7 }

// titleEnd is where the title and all that stands beside it end on page n.
func (s *setter) titleEnd(n int) float64 {
	lines := float64(len(s.title.later)) * s.titleSize(laterSize) * 1.3
	if n == 1 {
		lines = float64(len(s.title.first))*s.titleSize(s.title.size)*1.3 + float64(len(s.title.subtitle))*s.lead(bodySize)
	}
	lines = max(lines, float64(len(s.facts(1, 1)))*s.metaLead())
	if s.d.Mark != "" {
		lines = max(lines, markSide)
	}
	return edgeMargin + lines
}

// headEnd is where the head of page n ends, the warning included.
func (s *setter) headEnd(n int) float64 {
	end := s.titleEnd(n) + 8
	if s.warnsOn(n) {
		end += s.barHeight() + 4
	}
	return end
}

// warnsOn reports whether page n has the warning. Where there is no secret it is
// said once.
func (s *setter) warnsOn(n int) bool {
	return (s.title.signal != "" || len(s.title.warning) > 0) && (n == 1 || !s.d.Open)
}

func (s *setter) barHeight() float64 {
	return float64(max(1, len(s.title.warning)))*s.barLead() + 8*s.k
}

// head draws what stands at the top of page n of count.
func (s *setter) head(p *page.Page, n, count int) {
	s.headTitle(p, n)
	y := edgeMargin
	for _, f := range s.facts(n, count) {
		base := y + baseline(s.metaLead(), s.metaSize())
		p.Text(s.title.metaLeft, base, page.Text, s.metaSize(), grey, f.label)
		width := page.Width(page.Mono, s.metaSize()+1, f.value)
		p.Text(s.metaRight()-width, base, page.Mono, s.metaSize()+1, black, f.value)
		y += s.metaLead()
	}
	if s.d.Mark != "" {
		text := s.d.Mark + ":" + strconv.Itoa(n) + ":" + strconv.Itoa(count)
		if code := codeOf(text); code != nil {
			drawCode(p, s.right-markSide, edgeMargin, markSide, code)
		}
	}
	if s.warnsOn(n) {
		s.bar(p, s.titleEnd(n)+8)
	}
}

func (s *setter) headTitle(p *page.Page, n int) {
	lines, size := s.title.first, s.title.size
	if n > 1 {
		lines, size = s.title.later, laterSize
	}
	size = s.titleSize(size)
	y := edgeMargin
	for _, t := range lines {
		p.Text(s.left, y+baseline(size*1.3, size), page.Bold, size, black, t)
		y += size * 1.3
	}
	if n > 1 {
		return
	}
	for _, t := range s.title.subtitle {
		p.Text(s.left, y+baseline(s.lead(bodySize), s.size(bodySize)), page.Text, s.size(bodySize), dark, t)
		y += s.lead(bodySize)
	}
}

// bar draws the warning at y: white on black where there is a secret.
func (s *setter) bar(p *page.Page, y float64) {
	height := s.barHeight()
	ink := float64(white)
	if s.d.Open {
		ink = black
		p.Frame(s.left, y, s.width(), height, 0.8, black)
	} else {
		p.Fill(s.left, y, s.width(), height, black)
	}
	y += 4 * s.k
	x := s.left + s.barPad()
	base := baseline(s.barLead(), s.barSize())
	if s.title.signal != "" {
		p.Text(x, y+base, page.Bold, s.barSize(), ink, s.title.signal)
		x += s.signalWidth(s.title.signal)
	}
	for _, t := range s.title.warning {
		p.Text(x, y+base, page.Text, s.barSize(), ink, t)
		y += s.barLead()
	}
}

// foot draws what stands at the foot of each page.
func (s *setter) foot(p *page.Page) {
	y := s.bottom + footGap
	for _, t := range s.feet {
		p.Text(s.left, y+baseline(s.footLead(), s.titleSize(smallSize)), page.Text, s.titleSize(smallSize), grey, t)
		y += s.footLead()
	}
}

func (s *setter) footLead() float64 { return s.titleSize(smallSize) * 1.5 }

// codeOf returns the QR code of a text, nil if it is too long for one: with as
// much correction as its size allows, for paper gets dirty.
func codeOf(text string) *qr.Code {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		code, err = qr.Encode(text, qr.L)
		if err != nil {
			return nil
		}
		return code
	}
	for _, level := range []qr.Level{qr.H, qr.Q} {
		if better, err := qr.Encode(text, level); err == nil && better.Size == code.Size {
			return better
		}
	}
	return code
}

func drawCode(p *page.Page, x, y, side float64, code *qr.Code) {
	p.Modules(x, y, side/float64(code.Size), code.Size, func(col, row int) bool { return code.Black(col, row) })
}
