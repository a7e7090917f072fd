package lockout

// Scenarios are numbered: first none of the events, then each single one, then
// the pairs and the triples in colexicographic order. A row holds one bit for
// each scenario.

const maxTogether = 3 // events at once

// choose returns how many scenarios of exactly k of n events there are.
func choose(n, k int) int {
	switch k {
	case 0:
		return 1
	case 1:
		return n
	case 2:
		return n * (n - 1) / 2
	}
	return n * (n - 1) / 2 * (n - 2) / 3
}

// upTo returns how many scenarios of at most k of n events there are.
func upTo(n, k int) int {
	sum := 0
	for j := range k + 1 {
		sum += choose(n, j)
	}
	return sum
}

func pairAt(m, i, j int) int      { return 1 + m + j*(j-1)/2 + i }
func tripleAt(m, i, j, k int) int { return 1 + m + choose(m, 2) + choose(k, 3) + j*(j-1)/2 + i }

// killed fills a row for each event: one bit for each scenario it is part of.
func killed(m, size int) (rows []uint64, words int) {
	words = (upTo(m, size) + 63) / 64
	rows = make([]uint64, m*words)
	set := func(e, s int) { rows[e*words+s/64] |= 1 << (s % 64) }
	for k := range m {
		if size < 1 {
			break
		}
		set(k, 1+k)
		if size < 2 {
			continue // of thousands of events the pairs alone are too many to go through
		}
		for j := range k {
			s := pairAt(m, j, k)
			set(j, s)
			set(k, s)
			if size < 3 {
				continue
			}
			for i := range j {
				s := tripleAt(m, i, j, k)
				set(i, s)
				set(j, s)
				set(k, s)
			}
		}
	}
	return rows, words
}

// A flood computes rows for all nodes of a world, bit-parallel: AND is &, OR is
// |, k of n counts in bit slices. It is algorithm B.
type flood struct {
	*world
	words  int
	rows   []uint64           // by node
	acc    []uint64           // one row
	lost   map[int32][]uint64 // the scenarios in which a node is not there, whatever its rules say; may be nil
	tally  []uint64           // MaxBody rows, made when needed
	agenda *agenda
}

func newFlood(w *world, words int) *flood {
	return &flood{
		world: w, words: words, rows: make([]uint64, w.nodes*words), acc: make([]uint64, words),
		agenda: newAgenda(w.nodes),
	}
}

func (f *flood) row(x int32) []uint64 {
	return f.rows[int(x)*f.words : (int(x)+1)*f.words]
}

// assetRows fills the rows of the assets: ones, with a zero where a scenario
// kills the asset. kill is the row of an event, nil if it does not take part.
func (f *flood) assetRows(kill func(event int32) []uint64) {
	for x := range int32(f.assets) {
		row := f.row(x)
		if f.gone[x] {
			clear(row)
			continue
		}
		for i := range row {
			row[i] = ^uint64(0)
		}
		if f.kept[x] {
			continue
		}
		for _, e := range f.killer.of(x) {
			for i, dead := range kill(e) {
				row[i] &^= dead
			}
		}
	}
}

// component brings the rows of one component to the least fixpoint above what
// they hold. Components that it needs must be done.
func (f *flood) component(comp []int32, circle bool) {
	if !circle {
		f.node(comp[0])
		return
	}
	f.agenda.settle(f.net, comp, func(x int32) (changed, goOn bool) { return f.node(x), true })
}

// node computes the row of one node from its rules.
func (f *flood) node(x int32) (changed bool) {
	row := f.row(x)
	for _, r := range f.ways.of(x) {
		if !f.counts(r) {
			continue
		}
		f.rule(r)
		for i, lost := range f.lost[x] {
			f.acc[i] &^= lost
		}
		for i, bits := range f.acc {
			if bits&^row[i] != 0 {
				row[i] |= bits
				changed = true
			}
		}
	}
	return changed
}

// rule computes the row of one rule into acc.
func (f *flood) rule(r int32) {
	body, need := f.body.of(r), int(f.need[r])
	switch {
	case need == len(body):
		copy(f.acc, f.row(body[0]))
		for _, y := range body[1:] {
			for i, bits := range f.row(y) {
				f.acc[i] &= bits
			}
		}
	case need == 1:
		copy(f.acc, f.row(body[0]))
		for _, y := range body[1:] {
			for i, bits := range f.row(y) {
				f.acc[i] |= bits
			}
		}
	default:
		f.threshold(body, need)
	}
}

// threshold counts with saturation: after some of the body, slice j holds the
// scenarios in which more than j of it are there.
func (f *flood) threshold(body []int32, need int) {
	if f.tally == nil {
		f.tally = make([]uint64, MaxBody*f.words)
	}
	slice := func(j int) []uint64 { return f.tally[j*f.words : (j+1)*f.words] }
	clear(f.tally[:need*f.words])
	for _, y := range body {
		row := f.row(y)
		for j := need - 1; j > 0; j-- {
			below := slice(j - 1)
			for i, bits := range slice(j) {
				f.tally[j*f.words+i] = bits | below[i]&row[i]
			}
		}
		for i, bits := range row {
			f.tally[i] |= bits
		}
	}
	copy(f.acc, slice(need-1))
}

// all computes the rows of all derived nodes.
func (f *flood) all() {
	clear(f.rows[f.assets*f.words:])
	for i, circle := range f.circle {
		f.component(f.comps.of(int32(i)), circle)
	}
}
