package chart

import (
	"cmp"
	"slices"
)

// clearance is the least distance between two level lines that must not be
// taken for one.
const clearance = 90

// A channel is the space between two columns, where lines run up and down.
type channel struct {
	left, right int
	nets        []*net // from left to right
}

// A net is what of one vertex's line runs in one channel: one upright with its
// branches.
type net struct {
	from      *vertex
	x         int
	in        int // level at which it comes from the left, if fromLeft
	fromLeft  bool
	out       int // level at which it comes out of a box on the right, if fromRight
	fromRight bool
	lane      int // level at which it goes on through the column on the right, if passes
	passes    bool
	taps      []tap
	levels    []int // of the taps
	top, end  int   // of the upright
}

// countNets says how many lines run in a channel, before they are laid.
func (p *page) countNets(channel int) int {
	count := 0
	at := p.columnOn()
	for i, column := range p.columns {
		for _, s := range column {
			if s.node == nil {
				continue
			}
			for _, t := range p.taps[s.node.vertex] {
				to := at[t.node]
				if i <= channel && to > channel || i == to && to == channel+1 {
					count++
					break
				}
			}
		}
	}
	return count
}

// route lays the lines. Boxes have their places.
func (p *page) route() {
	at := p.columnOn()
	levels := map[*vertex]int{} // of lanes
	for c, ch := range p.channels {
		taken := p.rowLevels(c + 1)
		for _, s := range p.columns[c+1] {
			if s.node == nil {
				// A lane must keep clear of the rows beyond it too.
				beyond := p.rowLevels(c + 2)
				levels[s.from] = free(s.y+s.h/2, s.y+clearance/2, s.y+s.h-clearance/2, beyond)
				taken = append(taken, levels[s.from])
			}
		}
		byVertex := map[*vertex]*net{}
		get := func(v *vertex) *net {
			n := byVertex[v]
			if n == nil {
				n = &net{from: v}
				byVertex[v] = n
				ch.nets = append(ch.nets, n)
			}
			return n
		}
		for i, column := range p.columns {
			for _, s := range column {
				if s.node == nil {
					continue
				}
				for _, t := range p.taps[s.node.vertex] {
					to := at[t.node]
					switch {
					case i <= c && to == c+1, i == to && to == c+1:
						n := get(s.node.vertex)
						n.taps = append(n.taps, t)
						n.levels = append(n.levels, p.rowY(t.node, t.row))
					case i <= c && to > c+1:
						n := get(s.node.vertex)
						n.passes, n.lane = true, levels[s.node.vertex]
					}
				}
			}
		}
		// What comes out of a box of the right column joins the levels taken first,
		// then what comes from the left looks for room between them.
		for _, n := range ch.nets {
			if node := p.nodes[n.from]; at[node] == c+1 {
				n.fromRight = true
				n.out = node.y + p.pad + p.head/2
				taken = append(taken, n.out)
			}
		}
		for _, n := range ch.nets {
			node := p.nodes[n.from]
			switch {
			case n.fromRight:
			case at[node] == c:
				n.fromLeft = true
				low, high := node.y+p.pad, node.y+node.h-p.pad
				if n.in = n.lane; !n.passes || n.in < low || n.in > high {
					n.in = free(node.y+p.pad+p.head/2, low, high, taken)
				}
			default:
				n.fromLeft, n.in = true, levels[n.from]
			}
			n.measure()
		}
		p.orderTracks(ch)
	}
}

// rowLevels are the levels of all rows of a column that a line comes to.
func (p *page) rowLevels(column int) (list []int) {
	if column >= len(p.columns) {
		return nil
	}
	for _, s := range p.columns[column] {
		if s.node != nil {
			for row := range s.node.ways {
				list = append(list, p.rowY(s.node, row))
			}
		}
	}
	return list
}

// free returns the level next to wanted, from low to high, that keeps clear of
// those taken; the one farthest from them where all are crowded.
func free(wanted, low, high int, taken []int) int {
	best, room := wanted, -1
	for off := 0; off <= high-low; off += 5 {
		for _, y := range []int{wanted - off, wanted + off} {
			if y < low || y > high {
				continue
			}
			near := clearance
			for _, t := range taken {
				near = min(near, max(t-y, y-t))
			}
			if near >= clearance {
				return y
			}
			if near > room {
				best, room = y, near
			}
		}
	}
	return best
}

// measure finds how far up and down the upright goes.
func (n *net) measure() {
	all := slices.Clone(n.levels)
	if n.fromLeft {
		all = append(all, n.in)
	}
	if n.fromRight {
		all = append(all, n.out)
	}
	if n.passes {
		all = append(all, n.lane)
	}
	n.top, n.end = slices.Min(all), slices.Max(all)
}

// crosses says how many level lines cross an upright if a stands left of b:
// branches of a to the right, and the stub of b from the left.
func (a *net) crosses(b *net) int {
	count := 0
	over := func(y int, other *net) {
		if y > other.top && y < other.end {
			count++
		}
	}
	for _, y := range a.levels {
		if !slices.Contains(b.levels, y) {
			over(y, b)
		}
	}
	if a.passes {
		over(a.lane, b)
	}
	if a.fromRight {
		over(a.out, b)
	}
	if b.fromLeft {
		over(b.in, a)
	}
	return count
}

// orderTracks chooses who runs left of whom, so that few lines cross: each net
// moves to its best place until none gains any more.
func (p *page) orderTracks(ch *channel) {
	nets := ch.nets
	slices.SortStableFunc(nets, func(a, b *net) int { return cmp.Compare(a.top+a.end, b.top+b.end) })
	cost := map[[2]*net]int{}
	for _, a := range nets {
		for _, b := range nets {
			if a != b {
				cost[[2]*net{a, b}] = a.crosses(b)
			}
		}
	}
	for range 20 {
		moved := false
		for i := range nets {
			best, gain, sum := i, 0, 0
			for j := i - 1; j >= 0; j-- {
				sum += cost[[2]*net{nets[j], nets[i]}] - cost[[2]*net{nets[i], nets[j]}]
				if sum > gain {
					best, gain = j, sum
				}
			}
			sum = 0
			for j := i + 1; j < len(nets); j++ {
				sum += cost[[2]*net{nets[i], nets[j]}] - cost[[2]*net{nets[j], nets[i]}]
				if sum > gain {
					best, gain = j, sum
				}
			}
			if best != i {
				n := nets[i]
				nets = slices.Insert(slices.Delete(nets, i, i+1), best, n)
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	ch.nets = nets
}

// spreadTracks gives the uprights of a channel their places, once it is known
// how wide the channel is.
func (p *page) spreadTracks(ch *channel) {
	n := len(ch.nets)
	if n == 0 {
		return
	}
	from, to := ch.left+p.text*3/4, ch.right-p.text*5/4-200
	pitch := 0
	if n > 1 {
		pitch = min((to-from)/(n-1), 2*p.track)
	}
	// The bunch stands in the middle of the channel.
	x := from + (to-from-pitch*(n-1))/2
	for i, net := range ch.nets {
		net.x = x + i*pitch
	}
}
