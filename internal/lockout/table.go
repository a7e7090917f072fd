package lockout

import (
	"math/bits"
	"slices"
)

// Bounds of a Table: scenarios times accounts, scenarios times events, scenarios.
const (
	maxTableBits = 1<<31 - 1
	maxScenarios = 1 << 22
)

// fits reports whether a table of n accounts and m events is within the bounds.
func fits(n, m, size int) bool {
	if size == 3 && m > 1000 {
		return false // and an int of 32 bits would not hold the number
	}
	s := upTo(m, size)
	return s <= maxScenarios && s <= maxTableBits/max(1, n, m)
}

// A Table holds, for each account and each set of up to Size events happening
// together, whether the account is locked. It is exact.
type Table struct {
	// Size is up to how many events at once the table goes.
	Size int
	// Truncated says that Size is less than was asked for, because the table
	// would have been too large. Nothing is known then of larger sets.
	Truncated bool

	g      *Graph
	events []int32
	at     map[int32]int // event to its place in events
	words  int
	kill   []uint64 // by place in events
	rows   []uint64 // by place in g.accounts; a bit is set where the account opens
	sets   [][maxTogether]int16
}

// Table computes all scenarios of up to size (at most 3) of the events, of all
// of them if none is named.
func (g *Graph) Table(c Case, size int, events ...string) (*Table, error) {
	if size < 0 || size > maxTogether {
		return nil, &RangeError{"size", "", size, maxTogether}
	}
	w, err := g.world(c)
	if err != nil {
		return nil, err
	}
	t := &Table{Size: size, g: g, at: make(map[int32]int)}
	if err := t.take(events); err != nil {
		return nil, err
	}
	for t.Size > 0 && !fits(len(g.accounts), len(t.events), t.Size) {
		t.Size--
		t.Truncated = true
	}
	t.kill, t.words = killed(len(t.events), t.Size)
	t.list()
	t.fill(w)
	return t, nil
}

func (t *Table) take(events []string) error {
	if len(events) == 0 {
		events = t.g.events
	}
	for _, id := range events {
		e, err := t.g.findEvent(id, "table")
		if err != nil {
			return err
		}
		if _, twice := t.at[e]; !twice {
			t.at[e] = len(t.events)
			t.events = append(t.events, e)
		}
	}
	return nil
}

// list writes down the members of each scenario; -1 fills up.
func (t *Table) list() {
	m := len(t.events)
	t.sets = make([][maxTogether]int16, upTo(m, t.Size))
	t.sets[0] = [maxTogether]int16{-1, -1, -1}
	for k := range m {
		if t.Size < 1 {
			break
		}
		t.sets[1+k] = [maxTogether]int16{int16(k), -1, -1}
		if t.Size < 2 {
			continue
		}
		for j := range k {
			t.sets[pairAt(m, j, k)] = [maxTogether]int16{int16(j), int16(k), -1}
			if t.Size < 3 {
				continue
			}
			for i := range j {
				t.sets[tripleAt(m, i, j, k)] = [maxTogether]int16{int16(i), int16(j), int16(k)}
			}
		}
	}
}

// blockBytes is about how much memory the rows of all nodes take at a time.
const blockBytes = 32 << 20

// fill computes the rows, some words of all nodes at a time.
func (t *Table) fill(w *world) {
	t.rows = make([]uint64, len(t.g.accounts)*t.words)
	block := min(t.words, max(1, blockBytes/8/max(1, w.nodes)))
	var f *flood
	for from := 0; from < t.words; from += block {
		n := min(block, t.words-from)
		if f == nil || f.words != n {
			f = newFlood(w, n)
		}
		f.assetRows(func(e int32) []uint64 {
			i, ok := t.at[e]
			if !ok {
				return nil
			}
			return t.kill[i*t.words+from : i*t.words+from+n]
		})
		f.all()
		for i, a := range t.g.accounts {
			copy(t.rows[i*t.words+from:], f.row(a))
		}
	}
}

// Locked returns the accounts that are locked when the events happen together.
// There must be no more of them than Size.
func (t *Table) Locked(events ...string) ([]string, error) {
	s, err := t.scenario(events)
	if err != nil {
		return nil, err
	}
	return t.those(func(i int) bool { return t.lost(i, s) }), nil
}

// Newly is Locked without the accounts that are locked even if nothing happens.
func (t *Table) Newly(events ...string) ([]string, error) {
	s, err := t.scenario(events)
	if err != nil {
		return nil, err
	}
	return t.those(func(i int) bool { return t.lost(i, s) && !t.lost(i, 0) }), nil
}

// those returns the accounts, given by their place, that are wanted.
func (t *Table) those(wanted func(account int) bool) (ids []string) {
	for i, a := range t.g.accounts {
		if wanted(i) {
			ids = append(ids, t.g.ids[a])
		}
	}
	return ids
}

// scenario returns the number of the scenario in which the events happen.
func (t *Table) scenario(events []string) (int, error) {
	places := make([]int, 0, maxTogether)
	for _, id := range events {
		e, err := t.g.findEvent(id, "locked")
		if err != nil {
			return 0, err
		}
		i, ok := t.at[e]
		if !ok {
			return 0, &UndeclaredError{id, "table"}
		}
		places = append(places, i)
	}
	slices.Sort(places)
	places = slices.Compact(places)
	if len(places) > t.Size {
		return 0, &RangeError{"size", "", len(places), t.Size}
	}
	return t.number(places), nil
}

func (t *Table) number(places []int) int {
	m := len(t.events)
	switch len(places) {
	case 0:
		return 0
	case 1:
		return 1 + places[0]
	case 2:
		return pairAt(m, places[0], places[1])
	}
	return tripleAt(m, places[0], places[1], places[2])
}

func (t *Table) lost(account, scenario int) bool {
	return t.rows[account*t.words+scenario/64]>>(scenario%64)&1 == 0
}

// Minimal returns the sets of events that lock the account and of which no part
// does, smaller sets first. An account that is locked already has one, the empty
// set.
func (t *Table) Minimal(account string) ([][]string, error) {
	a, err := t.g.find(account, "minimal", Account)
	if err != nil {
		return nil, err
	}
	var sets [][]string
	i, _ := slices.BinarySearch(t.g.accounts, a)
	t.minimal(i, make([]uint64, t.words), func(s int) {
		set := make([]string, 0, maxTogether)
		for _, e := range t.sets[s] {
			if e >= 0 {
				set = append(set, t.g.events[t.events[e]])
			}
		}
		sets = append(sets, set)
	})
	return sets, nil
}

// minimal calls found for the minimal scenarios that lock the account. past is a
// row of scratch.
func (t *Table) minimal(account int, past []uint64, found func(scenario int)) {
	if t.lost(account, 0) {
		found(0)
		return
	}
	m := len(t.events)
	clear(past)
	if t.Size >= 1 {
		for e := range m {
			if t.lost(account, 1+e) {
				found(1 + e)
				for i, bits := range t.kill[e*t.words : (e+1)*t.words] {
					past[i] |= bits
				}
			}
		}
	}
	row := t.rows[account*t.words : (account+1)*t.words]
	for i := (1 + m) / 64; i < len(row); i++ {
		for rest := ^row[i] &^ past[i]; rest != 0; rest &= rest - 1 {
			s := i*64 + bits.TrailingZeros64(rest)
			if s > m && s < len(t.sets) && t.noPairOf(account, s) {
				found(s)
			}
		}
	}
}

// noPairOf reports whether no two events of the scenario lock the account, as
// long as it is a triple.
func (t *Table) noPairOf(account, s int) bool {
	i, j, k := int(t.sets[s][0]), int(t.sets[s][1]), int(t.sets[s][2])
	if k < 0 {
		return true
	}
	m := len(t.events)
	return !t.lost(account, pairAt(m, i, j)) && !t.lost(account, pairAt(m, i, k)) && !t.lost(account, pairAt(m, j, k))
}
