package chart

import "math"

// place gives every slot its height on the page: near what it is joined to, in
// the order of its column, nothing on anything else.
func (p *page) place() {
	height := p.bottom - p.top
	for _, column := range p.columns {
		p.spread(column, height)
	}
	links := p.links()
	for range 6 {
		for i := range p.columns {
			p.pull(i, links)
			p.settle(p.columns[i])
		}
		for i := len(p.columns) - 2; i >= 0; i-- {
			p.pull(i, links)
			p.settle(p.columns[i])
		}
	}
	for _, column := range p.columns {
		for _, s := range column {
			if s.node != nil {
				s.node.y = s.y
			}
		}
	}
}

// spread distributes a column over the page.
func (p *page) spread(column []*slot, height int) {
	if len(column) == 0 {
		return
	}
	spare := (height - p.heightOfColumn(column)) / (len(column) + 1)
	y := p.top + spare
	for i, s := range column {
		if i > 0 {
			y += p.gapAfter(column[i-1], s) + spare
		}
		s.y, s.want = y, y+s.h/2
		y += s.h
	}
}

// pull lets the slots of a column want to be where the other ends of their
// lines are.
func (p *page) pull(at int, links [][]link) {
	sum, count := map[*slot]int{}, map[*slot]int{}
	add := func(s *slot, y int) {
		sum[s] += y
		count[s]++
	}
	if at > 0 {
		for _, l := range links[at-1] {
			// where the slot would be if the line came straight
			add(l.to, l.from.y+l.from.h/2+l.to.h/2-l.to.h*l.part/1000)
		}
	}
	if at < len(links) {
		for _, l := range links[at] {
			add(l.from, l.to.y+l.to.h*l.part/1000)
		}
	}
	for _, s := range p.columns[at] {
		s.want = s.y + s.h/2
		if count[s] > 0 {
			s.want = sum[s] / count[s]
		}
	}
}

// settle puts the slots of a column as near to where they want to be as their
// order allows: the sum of the squares of what they are off is the least (pool
// adjacent violators; Ayer and others 1955).
func (p *page) settle(column []*slot) {
	if len(column) == 0 {
		return
	}
	type pool struct {
		sum, count, first int
	}
	var pools []pool
	offset, offsets := 0, make([]int, len(column))
	for i, s := range column {
		if i > 0 {
			offset += column[i-1].h + p.gapAfter(column[i-1], s)
		}
		offsets[i] = offset
		pools = append(pools, pool{s.want - s.h/2 - offset, 1, i})
		for n := len(pools); n > 1 && pools[n-2].sum*pools[n-1].count > pools[n-1].sum*pools[n-2].count; n-- {
			pools[n-2].sum += pools[n-1].sum
			pools[n-2].count += pools[n-1].count
			pools = pools[:n-1]
		}
	}
	last := p.bottom - p.heightOfColumn(column)
	for n, q := range pools {
		end := len(column)
		if n+1 < len(pools) {
			end = pools[n+1].first
		}
		z := max(p.top, min(last, int(math.Floor(float64(q.sum)/float64(q.count)))))
		for i := q.first; i < end; i++ {
			column[i].y = z + offsets[i]
		}
	}
}
