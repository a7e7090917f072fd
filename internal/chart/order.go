package chart

import (
	"cmp"
	"slices"
)

// A link is a line between two neighbouring columns, for counting crossings:
// from a slot to a row of a slot.
type link struct {
	from, to *slot
	part     int // thousandths of the height of to
}

// links are the lines of the page by channel. Lines between things of one
// column do not count.
func (p *page) links() [][]link {
	if len(p.columns) < 2 {
		return nil
	}
	list := make([][]link, len(p.columns)-1)
	at, slots := p.columnOn(), map[*node]*slot{}
	lanes := map[*vertex]*slot{}
	for _, column := range p.columns {
		for _, s := range column {
			if s.node != nil {
				slots[s.node] = s
			} else {
				lanes[s.from] = s
			}
		}
	}
	for i, column := range p.columns[:len(p.columns)-1] {
		for _, s := range column {
			if s.node == nil {
				continue
			}
			for _, t := range p.taps[s.node.vertex] {
				to := slots[t.node]
				part := 1000 * (2*t.row + 1) / (2 * len(t.node.ways))
				switch at[t.node] - i {
				case 1:
					list[i] = append(list[i], link{s, to, part})
				case 2:
					list[i+1] = append(list[i+1], link{lanes[s.node.vertex], to, part})
				}
			}
			if lane := lanes[s.node.vertex]; lane != nil && i == 0 {
				list[0] = append(list[0], link{s, lane, 500})
			}
		}
	}
	return list
}

// arrange sorts the columns so that few lines cross: each slot goes to the mean
// of what it is joined to, sweeping back and forth, and then neighbours change
// places as long as that helps (Sugiyama, Tagawa, Toda 1981; the exchange is
// Gansner and others 1993).
func (p *page) arrange() {
	links := p.links()
	if links == nil {
		return
	}
	best, fewest := p.copyColumns(), crossings(p.columns, links)
	for sweep := 0; sweep < 8 && fewest > 0; sweep++ {
		for i := range links {
			if sweep%2 == 0 {
				sortByMean(p.columns, i+1, links[i], true)
			} else {
				sortByMean(p.columns, len(links)-1-i, links[len(links)-1-i], false)
			}
		}
		if n := crossings(p.columns, links); n < fewest {
			best, fewest = p.copyColumns(), n
		}
	}
	p.columns = best
	p.exchange(links, fewest)
}

func (p *page) copyColumns() [][]*slot {
	out := make([][]*slot, len(p.columns))
	for i, column := range p.columns {
		out[i] = slices.Clone(column)
	}
	return out
}

// sortByMean sorts the column at by where the other ends of its links stand:
// those on its left, or those on its right. What has none keeps its place.
func sortByMean(columns [][]*slot, at int, links []link, left bool) {
	other := at + 1
	if left {
		other = at - 1
	}
	place := places(columns[other])
	sum, count := map[*slot]int{}, map[*slot]int{}
	for _, l := range links {
		mine, theirs, part := l.from, l.to, l.part
		if left {
			mine, theirs, part = l.to, l.from, 500
		}
		sum[mine] += place[theirs]*1000 + part
		count[mine]++
	}
	column := columns[at]
	mean := map[*slot]int{}
	for i, s := range column {
		if count[s] > 0 {
			mean[s] = sum[s] * 1000 / (count[s] * max(len(place), 1))
		} else {
			mean[s] = (i*1000 + 500) * 1000 / len(column)
		}
	}
	slices.SortStableFunc(column, func(a, b *slot) int { return cmp.Compare(mean[a], mean[b]) })
}

func places(column []*slot) map[*slot]int {
	at := make(map[*slot]int, len(column))
	for i, s := range column {
		at[s] = i
	}
	return at
}

// crossings counts the pairs of links that cross, by channel with an ordered
// list of where they end.
func crossings(columns [][]*slot, links [][]link) int {
	total := 0
	for i, list := range links {
		total += inversions(ends(columns, i, list))
	}
	return total
}

// ends returns where the links of a channel end on the right, in the order in
// which they begin on the left.
func ends(columns [][]*slot, channel int, list []link) []int {
	left, right := places(columns[channel]), places(columns[channel+1])
	type end struct{ from, to int }
	all := make([]end, len(list))
	for i, l := range list {
		all[i] = end{left[l.from], right[l.to]*1000 + l.part}
	}
	slices.SortFunc(all, func(a, b end) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	out := make([]int, len(all))
	for i, e := range all {
		out[i] = e.to
	}
	return out
}

// inversions counts the pairs that stand in the wrong order, by merging.
func inversions(list []int) int {
	if len(list) < 2 {
		return 0
	}
	half := len(list) / 2
	a, b := slices.Clone(list[:half]), slices.Clone(list[half:])
	n := inversions(a) + inversions(b)
	slices.Sort(a)
	slices.Sort(b)
	i := 0
	for _, v := range b {
		for i < len(a) && a[i] <= v {
			i++
		}
		n += len(a) - i
	}
	return n
}

// exchange lets neighbours change places while that takes crossings away.
func (p *page) exchange(links [][]link, fewest int) {
	for range 4 {
		before := fewest
		for _, column := range p.columns {
			for i := range len(column) - 1 {
				column[i], column[i+1] = column[i+1], column[i]
				if n := crossings(p.columns, links); n < fewest {
					fewest = n
				} else {
					column[i], column[i+1] = column[i+1], column[i]
				}
			}
		}
		if fewest == before {
			return
		}
	}
}
