package record

import (
	"bytes"
	"cmp"
	"slices"
)

// A merge is worked out from versions alone, never from which copy is "ours":
// both sides of a merge, and all copies however they were merged with each
// other before, come to the same. decisions/0028 has the why.
//
// Each piece of a record has the value of its last writer: the version that
// changed it and that no later version changed it after. Where several did so
// without knowing of each other, the rules in winner choose, and the others are
// named in Record.Conflicts. A version that a merge made writes nothing.

// A history is the versions of one record, from one copy or several, as a graph.
type history struct {
	versions []Version
	parents  [][]int // as far as they are known
	stand    []int   // the version that stands for this one: itself, or one that says the same
	before   []bits  // all that a version comes from, itself included
}

// A bits is a set of small numbers.
type bits []uint64

func (b bits) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bits) add(i int) { b[i/64] |= 1 << (i % 64) }

func (b bits) addAll(other bits) {
	for i := range b {
		b[i] |= other[i]
	}
}

// newHistory puts versions together; one that comes twice counts once.
func newHistory(versions ...Version) *history {
	h := &history{}
	place := map[VersionID]int{}
	for _, v := range versions {
		if _, known := place[v.ID]; known {
			continue
		}
		place[v.ID] = len(h.versions)
		h.stand = append(h.stand, len(h.versions))
		h.versions = append(h.versions, v)
	}
	h.parents = make([][]int, len(h.versions))
	for i, v := range h.versions {
		for _, id := range v.Parents {
			if p, known := place[id]; known { // no circle: an id is a digest of the parents' ids
				h.parents[i] = append(h.parents[i], p)
			}
		}
	}
	h.trace()
	h.standIn()
	return h
}

// trace works out what each version comes from.
func (h *history) trace() {
	h.before = make([]bits, len(h.versions))
	for i := range h.versions {
		h.visit(i)
	}
}

func (h *history) visit(i int) bits {
	if h.before[i] != nil {
		return h.before[i]
	}
	b := make(bits, (len(h.versions)+63)/64)
	b.add(i)
	if s := h.stand[i]; s != i {
		b.addAll(h.visit(s))
	}
	for _, p := range h.parents[i] {
		b.addAll(h.visit(p))
	}
	h.before[i] = b
	return b
}

// standIn finds versions whose past is lost, as that of a vault from paper is,
// and that say what a version with a past says: they are that version.
func (h *history) standIn() {
	var lost []int
	same := map[[32]byte][]int{}
	for i, v := range h.versions {
		if len(h.parents[i]) == 0 {
			lost = append(lost, i)
		} else {
			same[v.content] = append(same[v.content], i)
		}
	}
	byID := func(i, j int) int { return h.versions[i].ID.compare(h.versions[j].ID) }
	slices.SortFunc(lost, byID)
	for _, i := range lost[:min(len(lost), maxLost)] {
		known := same[h.versions[i].content]
		slices.SortFunc(known, byID)
		for _, j := range known {
			if !h.before[j].has(i) {
				h.stand[i] = j
				h.trace()
				break
			}
		}
	}
}

// maxLost is of how many versions without a past the past is looked for. One vault
// from paper makes one.
const maxLost = 64

// heads are the versions that no other comes from, in order of their ids.
func (h *history) heads() []int {
	passed := make(bits, (len(h.versions)+63)/64)
	for i := range h.versions {
		if h.stand[i] != i {
			passed.add(i)
			continue
		}
		for j := range h.versions {
			if i != j && h.before[i].has(j) {
				passed.add(j)
			}
		}
	}
	var heads []int
	for i := range h.versions {
		if !passed.has(i) {
			heads = append(heads, i)
		}
	}
	slices.SortFunc(heads, func(i, j int) int { return h.versions[i].ID.compare(h.versions[j].ID) })
	return heads
}

// joined reports whether a version was made by a merge: it has several parents
// and all are here. What it says comes from them.
func (h *history) joined(i int) bool {
	return len(h.parents[i]) > 1 && len(h.parents[i]) == len(h.versions[i].Parents)
}

// A write is a version that changed a piece.
type write struct {
	version int
	value   string
	there   bool // false where it took the piece away
	open    *Conflict
}

// writers collects, for each piece, the versions that changed it.
func (h *history) writers() map[piece][]write {
	all := make([]values, len(h.versions))
	for i, v := range h.versions {
		all[i] = piecesOf(v.Record)
	}
	found := map[piece][]write{}
	for i := range h.versions {
		if h.joined(i) || h.stand[i] != i {
			continue
		}
		for _, p := range changedPieces(all[i], h.parents[i], all) {
			h.addWrite(found, i, p, all[i])
		}
		for _, p := range h.settledIn(i) {
			h.addWrite(found, i, p, all[i])
		}
	}
	return found
}

func (h *history) addWrite(found map[piece][]write, i int, p piece, v values) {
	if n := len(found[p]); n > 0 && found[p][n-1].version == i {
		return
	}
	w := write{version: i}
	w.value, w.there = v[p]
	for _, c := range h.versions[i].Record.Conflicts {
		if c.piece() == p && c.Sum == sumOf(w.value) {
			w.open = &c
		}
	}
	found[p] = append(found[p], w)
}

// changedPieces returns the pieces that are unlike those of every parent, in order.
func changedPieces(v values, parents []int, all []values) []piece {
	var changed []piece
	differs := func(p piece) bool {
		s, there := v[p]
		for _, i := range parents {
			if was, known := all[i][p]; was == s && known == there {
				return false
			}
		}
		return true
	}
	seen := map[piece]bool{}
	look := func(p piece) {
		if !seen[p] && differs(p) {
			changed = append(changed, p)
		}
		seen[p] = true
	}
	for p := range v {
		look(p)
	}
	for _, i := range parents {
		for p := range all[i] {
			look(p)
		}
	}
	slices.SortFunc(changed, piece.compare)
	return changed
}

// settledIn returns the pieces whose conflicts were open before a version and
// are not in it any more: somebody said that it may stay as it is.
func (h *history) settledIn(i int) []piece {
	var settled []piece
	for _, parent := range h.parents[i] {
		for _, c := range h.versions[parent].Record.Conflicts {
			if !slices.ContainsFunc(h.versions[i].Record.Conflicts, func(d Conflict) bool { return d.piece() == c.piece() }) {
				settled = append(settled, c.piece())
			}
		}
	}
	return settled
}

// last keeps the writers after which nobody else wrote, one for each value: the
// first to be chosen of those that wrote the same.
func (h *history) last(all []write) []write {
	var last []write
	for _, w := range all {
		over := slices.ContainsFunc(all, func(later write) bool {
			return later.version != w.version && h.before[later.version].has(w.version)
		})
		if !over {
			last = append(last, w)
		}
	}
	slices.SortFunc(last, h.later)
	type said struct {
		value string
		there bool
	}
	known := map[said]bool{}
	return slices.DeleteFunc(last, func(w write) bool {
		one := said{w.value, w.there}
		again := known[one]
		known[one] = true
		return again
	})
}

// later orders writers: the one that is to be chosen first. What is there goes
// before what was taken away, then the later edit, then the larger id.
func (h *history) later(x, y write) int {
	if x.there != y.there {
		if x.there {
			return -1
		}
		return 1
	}
	v, w := h.versions[x.version], h.versions[y.version]
	return cmp.Or(w.Record.Updated.Compare(v.Record.Updated), bytes.Compare(w.ID[:], v.ID[:]))
}

// merge returns what the record says once its heads are put together.
func (h *history) merge(heads []int) *Record {
	out, conflicts := values{}, []Conflict(nil)
	for p, all := range h.writers() {
		last := h.last(all)
		chosen := h.winner(p, last)
		if chosen.there {
			out[p] = chosen.value
		}
		if c, found := h.conflict(p, chosen, last); found {
			conflicts = append(conflicts, c)
		}
	}
	conflicts = h.trashedAndChanged(out, conflicts)
	r, err := compose(out)
	if err == nil {
		slices.SortFunc(conflicts, func(x, y Conflict) int { return x.piece().compare(y.piece()) })
		r.Conflicts = conflicts[:min(len(conflicts), MaxConflicts)]
		h.finish(r, heads)
		_, err = Encode(r)
	}
	if err != nil {
		r = h.whole(heads)
		h.finish(r, heads)
	}
	return r
}

// finish sets what is no piece.
func (h *history) finish(r *Record, heads []int) {
	first := h.versions[heads[0]].Record
	r.ID = first.ID
	for _, i := range heads {
		head := h.versions[i]
		r.Schema = max(r.Schema, head.Record.Schema)
		if r.Updated.Before(head.Record.Updated) {
			r.Updated = head.Record.Updated
		}
	}
}

// whole is for heads that together break a limit: the latest of them as it is.
func (h *history) whole(heads []int) *Record {
	all := make([]write, len(heads))
	for i, head := range heads {
		all[i] = write{version: head, there: true}
	}
	slices.SortFunc(all, h.later)
	r := h.versions[all[0].version].Record.Clone()
	c := Conflict{Part: PieceWhole}
	for _, w := range all[1:] {
		c.Lost = append(c.Lost, h.versions[w.version].ID)
	}
	r.From, r.Conflicts = nil, []Conflict{c}
	return r
}

// winner chooses one of the last writers of a piece, which are in the order of
// later.
func (h *history) winner(p piece, last []write) write {
	switch p.kind {
	case pieceProven, pieceVerified, pieceDone: // days and times: the latest
		return slices.MaxFunc(last, func(x, y write) int { return cmp.Compare(x.value, y.value) })
	case pieceCreated:
		return slices.MinFunc(last, func(x, y write) int { return cmp.Compare(x.value, y.value) })
	case pieceCode:
		return slices.MinFunc(last, compareCodes)
	}
	return last[0]
}

// compareCodes orders what became of a code. One that was taken away was taken
// away with its whole list, however it was used before; of the days on which it
// was used up the first counts.
func compareCodes(x, y write) int {
	rank := func(w write) (int, string) {
		used := (&scanner{s: w.value}).code().Used
		switch {
		case !w.there:
			return 1, ""
		case used != "":
			return 2, used
		}
		return 3, ""
	}
	i, s := rank(x)
	j, t := rank(y)
	return cmp.Or(cmp.Compare(i, j), cmp.Compare(s, t), cmp.Compare(x.value, y.value))
}

// conflict says what lost against the chosen value, if a person should know.
func (h *history) conflict(p piece, chosen write, last []write) (Conflict, bool) {
	c := Conflict{Part: p.kind, Key: p.key, Sum: sumOf(chosen.value)}
	if quiet(p) {
		return c, false
	}
	if len(last) == 1 && chosen.open != nil {
		return chosen.open.clone(), true
	}
	for _, w := range last {
		if w.version != chosen.version && !(p.kind == PieceCodes && sameMembers(w.value, chosen.value)) {
			c.Lost = append(c.Lost, h.versions[w.version].ID)
		}
	}
	return c, len(c.Lost) > 0
}

// quiet reports whether a choice about the piece is not worth a word.
func quiet(p piece) bool {
	switch p.kind {
	case pieceCode, pieceTag, pieceProven, pieceDone, piecePrinted, pieceCreated, pieceVerified, pieceOrder, PieceTrash:
		return true // of the trash trashedAndChanged speaks
	}
	return false
}

func sameMembers(one, other string) bool {
	x, y := readOrder(one), readOrder(other)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// trashedAndChanged lets a record stay that one copy threw away while another
// changed it: throwing away knew nothing of the change.
func (h *history) trashedAndChanged(out values, conflicts []Conflict) []Conflict {
	trash := piece{kind: PieceTrash}
	if _, trashed := out[trash]; !trashed {
		return conflicts
	}
	c := Conflict{Part: PieceTrash, Sum: sumOf("")}
	for _, w := range h.last(h.writers()[trash]) {
		if !w.there {
			continue
		}
		if !h.changedBeside(w.version) {
			return conflicts // thrown away by somebody who had seen everything
		}
		c.Lost = append(c.Lost, h.versions[w.version].ID)
	}
	delete(out, trash)
	return append(conflicts, c)
}

// changedBeside reports whether somebody who did not know of version i, and of
// whom it does not know, changed the record and did not throw it away.
func (h *history) changedBeside(i int) bool {
	for j, v := range h.versions {
		beside := !h.before[i].has(j) && !h.before[j].has(i)
		if beside && !h.joined(j) && h.stand[j] == j && v.Record.Trashed == nil {
			return true
		}
	}
	return false
}
