package chart

import (
	"slices"

	"memovault/internal/lang"
)

// A Picture is a map laid out on pages of A4.
type Picture struct {
	m     *Map
	pages []*page
}

// Pages returns how many sheets of paper the picture takes.
func (p *Picture) Pages() int { return len(p.pages) }

// Type sizes in tenths of a point. Nothing on paper is below the last one,
// which is what a telephone book was set in.
var (
	typeSizes  = []int{120, 110, 100, 90, 80, 72}
	plainSize  = 80 // larger type must not cost the end of a text
	pagedSize  = 75
	landscape  = [2]int{a4Long, a4Short}
	portrait   = [2]int{a4Short, a4Long}
	directions = [][2]int{landscape, portrait}
)

// Draw lays the map out. All of it goes on one page, in the largest type and the
// direction of the paper in which it fits: in three columns, or if it is too tall
// for that in two. What does not fit in small type is cut into pages that can each be read by themselves: first what opens other
// things, then the accounts, each page with what those on it need. A single tall
// picture would have to be shrunk to be printed, and nobody follows a line over
// a metre.
func Draw(m *Map) (*Picture, error) {
	list, err := connect(m)
	if err != nil {
		return nil, err
	}
	if p := onePage(m, list); p != nil {
		return &Picture{m, []*page{p}}, nil
	}
	var best []*page
	for _, paper := range [][2]int{portrait, landscape} {
		if pages := manyPages(m, list, paper); best == nil || len(pages) < len(best) {
			best = pages
		}
	}
	for _, p := range best {
		p.layOut(m.Lang)
	}
	return &Picture{m, best}, nil
}

// onePage returns nil if the map does not fit on one.
func onePage(m *Map, list []*vertex) *page {
	for _, size := range typeSizes {
		for _, compact := range []bool{false, true} {
			for _, paper := range directions {
				if p := inThree(m, list, size, compact, paper); p.fits() && (size <= plainSize || p.fitsUncut(m.Lang)) {
					p.layOut(m.Lang)
					return p
				}
			}
		}
	}
	var deep []*node
	for _, v := range list {
		if len(v.Ways) > 0 || v.column == accounts {
			deep = append(deep, newNode(v))
		}
	}
	for _, size := range typeSizes {
		for _, paper := range directions {
			if p := sheetOf(m, sizesFor(size), "", deep, list, paper); p.fits() && (size <= plainSize || p.fitsUncut(m.Lang)) {
				p.layOut(m.Lang)
				return p
			}
		}
	}
	return nil
}

// inThree makes a page with everything in its column.
func inThree(m *Map, list []*vertex, size int, compact bool, paper [2]int) *page {
	nodes := make([][]*node, columnCount)
	for _, v := range list {
		n := newNode(v)
		n.compact = compact
		nodes[v.column] = append(nodes[v.column], n)
	}
	p := newPage(sizesFor(size), nodes)
	p.frame(m, paper)
	return p
}

func newNode(v *vertex) *node {
	n := &node{vertex: v}
	for i := range v.Ways {
		n.ways = append(n.ways, i)
	}
	return n
}

// manyPages cuts the map into pages.
func manyPages(m *Map, list []*vertex, paper [2]int) (pages []*page) {
	var opening []*vertex
	groups, order := map[string][]*vertex{}, []string{}
	for _, v := range list {
		switch {
		case v.column == openers && len(v.Ways) > 0:
			opening = append(opening, v)
		case v.column == accounts:
			if groups[v.Group] == nil {
				order = append(order, v.Group)
			}
			groups[v.Group] = append(groups[v.Group], v)
		}
	}
	base := lang.T("first: what opens other things", "はじめに: ほかのものを開くもの").In(m.Lang)
	pages = append(pages, fill(m, base, opening, list, paper)...)
	for _, name := range order {
		heading := lang.T("accounts", "アカウント").In(m.Lang)
		if name != "" && len(order) > 1 {
			heading = lang.T("accounts of %s", "%s のアカウント").Sprintf(m.Lang, clean(name))
		}
		pages = append(pages, fill(m, heading, groups[name], list, paper)...)
	}
	return pages
}

// fill distributes the ways of the vertices over as many pages as it takes. Each
// holds as many as fit, with everything they need on the left.
func fill(m *Map, heading string, todo, all []*vertex, paper [2]int) (pages []*page) {
	var queue []*node
	for _, v := range todo {
		queue = append(queue, newNode(v))
	}
	for len(queue) > 0 {
		n := 0
		for n < len(queue) && sheetOf(m, sizesFor(pagedSize), heading, queue[:n+1], all, paper).fits() {
			n++
		}
		if n == 0 {
			first, rest := cutNode(m, heading, queue[0], all, paper)
			queue[0] = first
			if rest != nil {
				queue = slices.Insert(queue, 1, rest)
			}
			n = 1
		}
		pages = append(pages, sheetOf(m, sizesFor(pagedSize), heading, queue[:n], all, paper))
		queue = queue[n:]
	}
	return pages
}

// cutNode divides a box that is too tall, or has too many lines, for a page: as
// many ways as fit, at least one, and the others.
func cutNode(m *Map, heading string, n *node, all []*vertex, paper [2]int) (first, rest *node) {
	fits := 1
	for fits < len(n.ways) {
		part := &node{vertex: n.vertex, ways: n.ways[:fits+1], continued: n.continued}
		if !sheetOf(m, sizesFor(pagedSize), heading, []*node{part}, all, paper).fits() {
			break
		}
		fits++
	}
	if fits >= len(n.ways) {
		return n, nil
	}
	return &node{vertex: n.vertex, ways: n.ways[:fits], continued: n.continued},
		&node{vertex: n.vertex, ways: n.ways[fits:], continued: true}
}

// sheetOf makes a page on which only the given nodes have their ways. What those
// need stands on the left, whatever it is.
func sheetOf(m *Map, s sizes, heading string, list []*node, all []*vertex, paper [2]int) *page {
	here, used := map[*vertex]bool{}, map[*vertex]bool{}
	right := make([]*node, len(list))
	for i, n := range list {
		right[i] = &node{vertex: n.vertex, ways: n.ways, continued: n.continued}
		here[n.vertex] = true
		for _, way := range n.ways {
			for _, need := range n.needs[way] {
				used[need.from] = true
			}
		}
	}
	nodes := make([][]*node, columnCount)
	for _, v := range all {
		if used[v] && !here[v] {
			nodes[losable] = append(nodes[losable], &node{vertex: v, compact: true})
		}
	}
	nodes[accounts] = right
	p := newPage(s, nodes)
	p.heading = heading
	p.frame(m, paper)
	return p
}

// frame finds where on the paper boxes and lines may be.
func (p *page) frame(m *Map, paper [2]int) {
	p.w, p.h = paper[0], paper[1]
	p.left, p.right = margin, p.w-margin
	p.top = margin + headerHeight + p.row*3/2
	p.bottom = p.h - margin - p.legendHeight(m)
}

// headerHeight is the room for the title and the line below it.
const headerHeight = 1350

// fits reports whether the page holds what is on it without becoming larger than
// the paper.
func (p *page) fits() bool {
	w, h := p.needed()
	return w <= p.right-p.left && h <= p.bottom-p.top
}

// fitsUncut reports whether the texts fit too, up to the widest columns there are.
func (p *page) fitsUncut(l lang.Lang) bool {
	room := p.right - p.left
	for i := range p.columns {
		room -= p.narrowest(i) + p.wishOfColumn(l, i)
		if i > 0 {
			room -= p.channelWidth(p.countNets(i-1), p.track)
		}
	}
	return room >= 0
}

// wishOfColumn is by how much a column would like to be wider than the narrowest.
func (p *page) wishOfColumn(l lang.Lang, column int) int {
	wish := 0
	for _, s := range p.columns[column] {
		if s.node != nil {
			wish = max(wish, min(p.wishOf(l, s.node), widest[p.kinds[column]]*p.text)-p.narrowest(column))
		}
	}
	return wish
}

// layOut gives everything its place. A page that can't hold what it must grows
// beyond the paper; printed, it is shrunk.
func (p *page) layOut(l lang.Lang) {
	w, h := p.needed()
	if more := w - (p.right - p.left); more > 0 {
		p.w, p.right = p.w+more, p.right+more
	}
	if more := h - (p.bottom - p.top); more > 0 {
		p.h, p.bottom = p.h+more, p.bottom+more
	}
	p.arrange()
	p.place()
	p.widths(l)
	p.route()
	for _, ch := range p.channels {
		p.spreadTracks(ch)
	}
}

// widths shares the width of the page among columns and channels: columns get
// what their texts need, as far as there is room, lines spread out in what is
// left over.
func (p *page) widths(l lang.Lang) {
	room := p.right - p.left
	column, least := make([]int, len(p.columns)), make([]int, len(p.columns))
	for i := range p.columns {
		least[i] = p.narrowest(i)
		column[i] = least[i]
		room -= column[i]
	}
	between := make([]int, max(len(p.columns)-1, 0))
	for i := range between {
		between[i] = p.channelWidth(p.countNets(i), p.track)
		room -= between[i]
	}
	// Lines that stand apart are worth more than the end of a long name.
	for i := range between {
		more := min(room/8, p.channelWidth(p.countNets(i), p.track*3/2)-between[i])
		between[i] += more
		room -= more
	}
	wish, wishes := make([]int, len(p.columns)), 0
	for i := range p.columns {
		wish[i] = p.wishOfColumn(l, i)
		wishes += wish[i]
	}
	spare := room
	for i := range column {
		if wishes > 0 {
			more := min(wish[i], spare*wish[i]/wishes)
			column[i] += more
			room -= more
		}
	}
	for i := range between {
		more := min(room/(len(between)-i), p.channelWidth(p.countNets(i), 2*p.track)-between[i]+8*p.text)
		between[i] += more
		room -= more
	}
	x := p.left + room/2
	for i, list := range p.columns {
		for _, s := range list {
			if s.node != nil {
				s.node.x, s.node.w = x, column[i]
			}
		}
		x += column[i]
		if i < len(between) {
			p.channels = append(p.channels, &channel{left: x, right: x + between[i]})
			x += between[i]
		}
	}
}
