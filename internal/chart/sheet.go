package chart

// A4 and the margins that every printer leaves clear.
const (
	a4Long  = 29700
	a4Short = 21000
	margin  = 1200
)

// sizes are the measures of a page. They follow from the size of its type.
type sizes struct {
	text  int // type of rows and notes
	name  int // type of names
	row   int // from one row to the next
	head  int // height of the line with the name
	pad   int // inside a box, above and below
	gap   int // between two boxes
	track int // from one upright line to the next, at least
	lane  int // height kept free for a line that passes a column
	inset int // from the edge of a box to its text
	icon  int
}

// sizesFor returns the measures for type of the given tenths of a point.
func sizesFor(tenths int) sizes {
	t := (tenths*pointTenths + 999) / 1000
	return sizes{
		text: t, name: t * 112 / 100,
		row: t * 150 / 100, head: t * 200 / 100, pad: t * 35 / 100,
		gap: max(t*85/100, 190), track: max(t*80/100, 200), lane: 280,
		inset: t * 70 / 100, icon: t * 145 / 100,
	}
}

// narrowest and widest widths of the columns, in sizes of the text: whoever has
// less cuts more names.
var (
	narrowest = [columnCount]int{17, 19, 22}
	widest    = [columnCount]int{27, 38, 42}
)

// broader is the least width of the left column where there is but one more.
const broader = 22

// A node is a box on a page. One vertex has a node on several pages.
type node struct {
	*vertex
	ways       []int // which of its ways are drawn here
	continued  bool  // it began on another page
	compact    bool  // its note stands behind the name, to save height
	x, y, w, h int
}

// A slot is a place in a column: a node, or a lane kept free for a line that
// passes the column.
type slot struct {
	node *node   // nil for a lane
	from *vertex // of a lane: whose line passes
	y, h int
	want int // where its middle would like to be
}

// A page is one sheet of paper, laid out.
type page struct {
	sizes
	w, h                     int // of the paper
	left, top, right, bottom int // where boxes and lines may be
	columns                  [][]*slot
	kinds                    []int // which column of the picture each one is
	nodes                    map[*vertex]*node
	taps                     map[*vertex][]tap // the rows that need a vertex
	channels                 []*channel        // channels[i] is between columns i and i+1
	heading                  string            // what is special to this page
}

// leaf reports whether the node stands for itself here: its ways, if it has any,
// are drawn on another page.
func (n *node) leaf() bool { return len(n.ways) == 0 }

// lines of the head of a node, below the name.
func (n *node) lines() int {
	count := 0
	if n.noteBelow() {
		count++
	}
	if len(n.Locks) > 0 {
		count++
	}
	if len(n.Asks) > 0 {
		count++
	}
	return count
}

// noteBelow reports whether the note has a line of its own. Where ways follow, or
// where there are many boxes, it stands behind the name.
func (n *node) noteBelow() bool { return n.Note != "" && n.column == losable && !n.compact }

func (s sizes) heightOf(n *node) int {
	return s.head + (n.lines()+len(n.ways))*s.row + 2*s.pad
}

// rowY is the middle of a row of the node.
func (p *page) rowY(n *node, row int) int {
	return n.y + p.pad + p.head + n.lines()*p.row + row*p.row + p.row/2
}

// A tap is where a line reaches what needs it.
type tap struct {
	node   *node
	row    int
	choice int
}

// enter notes of a node where it is and which lines come to it.
func (p *page) enter(n *node) {
	p.nodes[n.vertex] = n
	for row, way := range n.ways {
		for _, need := range n.needs[way] {
			p.taps[need.from] = append(p.taps[need.from], tap{n, row, need.choice})
		}
	}
}

// newPage puts nodes into columns. Columns nothing stands in are left out, so
// that what remains comes closer together; but lines among the things of one
// column run to the left of it, so that such a column is never the first.
func newPage(s sizes, nodes [][]*node) *page {
	p := &page{sizes: s, nodes: map[*vertex]*node{}, taps: map[*vertex][]tap{}}
	for kind, list := range nodes {
		if len(list) == 0 && (kind != losable || !hasLinesWithin(nodes[openers]) && !hasLinesWithin(nodes[accounts])) {
			continue
		}
		var column []*slot
		for _, n := range list {
			n.h = s.heightOf(n)
			p.enter(n)
			column = append(column, &slot{node: n, h: n.h})
		}
		p.columns = append(p.columns, column)
		p.kinds = append(p.kinds, kind)
	}
	p.addLanes()
	return p
}

// hasLinesWithin reports whether something of a column needs something of the same
// column.
func hasLinesWithin(column []*node) bool {
	here := map[*vertex]bool{}
	for _, n := range column {
		here[n.vertex] = true
	}
	for _, n := range column {
		for _, way := range n.ways {
			for _, need := range n.needs[way] {
				if here[need.from] {
					return true
				}
			}
		}
	}
	return false
}

// columnOn returns which column of the page a node stands in.
func (p *page) columnOn() map[*node]int {
	at := map[*node]int{}
	for i, column := range p.columns {
		for _, s := range column {
			if s.node != nil {
				at[s.node] = i
			}
		}
	}
	return at
}

// addLanes keeps room free wherever a line has to pass a column.
func (p *page) addLanes() {
	if len(p.columns) < columnCount {
		return
	}
	at := p.columnOn()
	for _, s := range p.columns[0] {
		for _, t := range p.taps[s.node.vertex] {
			if at[t.node] == 2 {
				p.columns[1] = append(p.columns[1], &slot{from: s.node.vertex, h: p.lane})
				break
			}
		}
	}
}

// gapAfter is the space between a slot and the one below it.
func (p *page) gapAfter(a, b *slot) int {
	switch {
	case a.node == nil && b.node == nil:
		return 0
	case a.node == nil || b.node == nil:
		return p.gap / 3
	}
	return p.gap
}

// needed is the room that boxes and lines take at least.
func (p *page) needed() (w, h int) {
	for i, column := range p.columns {
		w += p.narrowest(i)
		h = max(h, p.heightOfColumn(column))
	}
	for i := range len(p.columns) - 1 {
		w += p.channelWidth(p.countNets(i), p.track)
	}
	return w, h
}

// narrowest is the least width of a column of the page.
func (p *page) narrowest(column int) int {
	if len(p.columns[column]) == 0 {
		return 0
	}
	if len(p.columns) == 2 && column == 0 {
		return broader * p.text
	}
	return narrowest[p.kinds[column]] * p.text
}

func (p *page) heightOfColumn(column []*slot) int {
	h := 0
	for i, s := range column {
		h += s.h
		if i > 0 {
			h += p.gapAfter(column[i-1], s)
		}
	}
	return h
}

// channelWidth is the room for a number of upright lines, with what stands
// clear on both sides for dots and arrows.
func (p *page) channelWidth(nets, pitch int) int {
	return max(nets-1, 0)*pitch + 2*p.text + 300
}
