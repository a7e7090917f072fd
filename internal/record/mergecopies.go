package record

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A MergeSide is one of the two copies of a merge.
type MergeSide struct {
	Cards  []MergeCard
	Purged map[ID]Purged // what was purged there and still counts
	// Versions returns all versions of a record of this side, the oldest first.
	Versions func(ID) ([]Version, error)
}

// A MergeCard is what a merge needs of every record.
type MergeCard struct {
	ID             ID
	Name, Template string
	Created        time.Time
	Trashed        bool
}

// Purged are the versions that a record had when it was purged, in order of
// their ids.
type Purged []VersionID

// With returns these versions and others.
func (p Purged) With(others ...VersionID) Purged {
	all := slices.Concat(p, others)
	slices.SortFunc(all, VersionID.compare)
	return slices.Compact(all)
}

func (p Purged) has(id VersionID) bool {
	_, found := slices.BinarySearchFunc(p, id, VersionID.compare)
	return found
}

// A Merged is what a merge does to one record of our side.
type Merged struct {
	ID     ID
	Was    *Record   // what we have now; nil if nothing
	Append []*Record // further revisions, the oldest first; the last is what the record then says
	First  uint64    // the number of the first of them where we have none yet

	Both    bool       // both sides had changed it
	Renamed string     // the name it had, if another record has that name too
	Follows bool       // it names records by what they are called now
	Open    []Conflict // conflicts that the merge leaves, and that we did not have
	Revived bool       // it was purged on one side and changed on the other
}

// Now is what the record says after the merge.
func (m *Merged) Now() *Record {
	if n := len(m.Append); n > 0 {
		return m.Append[n-1]
	}
	return m.Was
}

// A MergePlan is what a merge does to our side.
type MergePlan struct {
	Records []Merged // in order of id
	Purge   []ID     // records of ours that were purged on the other side
}

// MergeCopies works out what makes of our side what both hold together. differing
// are the records that are not the same, value by value, on both sides, those
// included that only one has. The other side's merge with ours comes to the same.
func MergeCopies(ours, theirs MergeSide, differing []ID) (*MergePlan, error) {
	m := &copies{ours: newSide(ours), theirs: newSide(theirs), done: map[ID]*Merged{}, final: map[ID]MergeCard{}}
	for _, side := range []*side{m.theirs, m.ours} {
		for id, c := range side.cards {
			m.final[id] = c
		}
	}
	differing = slices.Clone(differing)
	slices.SortFunc(differing, compareIDs)
	for _, id := range differing {
		if err := m.record(id); err != nil {
			return nil, err
		}
	}
	renamed := m.clashes()
	if err := m.follow(differing); err != nil {
		return nil, err
	}
	for _, id := range renamed {
		if err := m.rename(id); err != nil {
			return nil, err
		}
	}
	return m.plan(), nil
}

// copies is a merge under way.
type copies struct {
	ours, theirs *side
	done         map[ID]*Merged
	final        map[ID]MergeCard // the records as they will be
	purge        []ID
}

type side struct {
	MergeSide
	cards map[ID]MergeCard
	extra map[ID]Version // what the merge adds to the history of this side before it joins them
}

func newSide(s MergeSide) *side {
	out := &side{MergeSide: s, cards: map[ID]MergeCard{}, extra: map[ID]Version{}}
	for _, c := range s.Cards {
		out.cards[c.ID] = c
	}
	return out
}

func compareIDs(x, y ID) int { return bytes.Compare(x[:], y[:]) }

// versions returns the versions of a record, none if this side does not have it.
func (s *side) versions(id ID) ([]Version, error) {
	if _, have := s.cards[id]; !have {
		return nil, nil
	}
	return s.Versions(id)
}

// record joins the two histories of one record.
func (m *copies) record(id ID) error {
	_, mine := m.ours.cards[id]
	_, purged := m.theirs.Purged[id]
	if _, both := m.theirs.cards[id]; mine && !both && !purged && len(m.ours.extra[id].Parents) == 0 {
		return nil // ours alone: nothing to do
	}
	ours, err := m.ours.versions(id)
	if err != nil {
		return err
	}
	theirs, err := m.theirs.versions(id)
	if err != nil {
		return err
	}
	gone := m.ours.Purged[id].With(m.theirs.Purged[id]...)
	if len(gone) > 0 && !newHistory(slices.Concat(ours, theirs)...).outlives(gone) {
		delete(m.final, id)
		if mine {
			m.purge = append(m.purge, id)
		}
		return nil
	}
	one, err := join(m.ours.with(id, ours), m.theirs.with(id, theirs), len(ours))
	if err != nil {
		return err
	}
	one.Revived = len(gone) > 0 && !mine
	m.done[id] = one
	m.final[id] = cardOf(one.Now())
	return nil
}

// outlives reports whether there is a version that was not purged, nor is what a
// purged one says.
func (h *history) outlives(gone Purged) bool {
	for i, v := range h.versions {
		if h.stand[i] == i && !gone.has(v.ID) {
			return true
		}
	}
	return false
}

func (s *side) with(id ID, versions []Version) []Version {
	if v := s.extra[id]; v.Record != nil {
		return append(slices.Clone(versions), v)
	}
	return versions
}

func cardOf(r *Record) MergeCard {
	return MergeCard{ID: r.ID, Name: r.Name, Template: r.Template, Created: r.Created, Trashed: r.Trashed != nil}
}

// join works out what is to be appended to the first have of ours.
func join(ours, theirs []Version, have int) (*Merged, error) {
	out := &Merged{}
	h := newHistory(slices.Concat(ours, theirs)...)
	heads := h.heads()
	head := h.versions[heads[0]]
	if len(heads) > 1 {
		var parents []VersionID
		for _, i := range heads {
			parents = append(parents, h.versions[i].ID)
		}
		var err error
		if head, err = newVersion(h.merge(heads), parents); err != nil {
			return nil, err
		}
	}
	out.ID = head.Record.ID
	list := ours[:have:have]
	if have > 0 {
		out.Was = ours[have-1].Record
	} else {
		out.First = theirs[0].Record.Revision
	}
	list = append(list, h.missing(list)...)
	if len(list) == 0 || list[len(list)-1].ID != head.ID {
		list = append(list, head)
	}
	ahead := slices.ContainsFunc(heads, func(i int) bool { return containsVersion(ours, h.versions[i].ID) })
	behind := slices.ContainsFunc(heads, func(i int) bool { return containsVersion(theirs, h.versions[i].ID) })
	out.Both = len(heads) > 1 && ahead && behind
	out.appendFrom(list, have)
	out.Open = newlyOpen(out)
	return out, nil
}

// MergeEdit works out what becomes of an edit of a record that was changed since
// it was read: the two go together as two copies of it would. versions are all
// that are saved, and edited has the revision of the one it was made of. Saved
// later, it is what counts where both changed one thing. The error wraps ErrBad
// if that revision is not there.
func MergeEdit(versions []Version, edited *Record) (*Merged, error) {
	i := slices.IndexFunc(versions, func(v Version) bool { return v.Record.Revision == edited.Revision })
	if i < 0 {
		return nil, fmt.Errorf("%w: there is no revision %d to put an edit to", ErrBad, edited.Revision)
	}
	edited = edited.Clone()
	if last := versions[len(versions)-1].Record.Updated; !edited.Updated.After(last) {
		edited.Updated = last.Add(time.Second)
	}
	mine, err := newVersion(edited, []VersionID{versions[i].ID})
	if err != nil {
		return nil, err
	}
	return join(versions, append(slices.Clone(versions[:i+1]), mine), len(versions))
}

func containsVersion(list []Version, id VersionID) bool {
	return slices.ContainsFunc(list, func(v Version) bool { return v.ID == id })
}

// missing returns the versions that the list lacks. What another version stands
// for is not needed, unless something came of it.
func (h *history) missing(list []Version) (missing []Version) {
	for i, v := range h.versions {
		needed := h.stand[i] == i || slices.ContainsFunc(h.parents, func(p []int) bool { return slices.Contains(p, i) })
		if needed && !containsVersion(list, v.ID) {
			missing = append(missing, v)
		}
	}
	return missing
}

// appendFrom sets Append: the list from its place have on, each record saying
// where it comes from if that is not what stands before it.
func (m *Merged) appendFrom(list []Version, have int) {
	for i := have; i < len(list); i++ {
		r := list[i].Record.Clone()
		switch parents := list[i].Parents; {
		case i == 0 && len(parents) == 0, i > 0 && len(parents) == 1 && parents[0] == list[i-1].ID:
			r.From = nil
		default:
			r.From = append([]VersionID{}, parents...)
		}
		m.Append = append(m.Append, r)
	}
}

// newlyOpen returns the open conflicts that we did not have before.
func newlyOpen(m *Merged) (open []Conflict) {
	var before []Conflict
	if m.Was != nil {
		before = m.Was.Conflicts
	}
	for _, c := range OpenConflicts(m.Now()) {
		if !slices.ContainsFunc(before, func(b Conflict) bool { return b.piece() == c.piece() && slices.Equal(b.Lost, c.Lost) }) {
			open = append(open, c)
		}
	}
	return open
}

// clashes finds records that would have the same name. The one that was made
// first keeps it; the others get the first digits of their id behind theirs.
func (m *copies) clashes() (renamed []ID) {
	named := map[string][]ID{}
	for _, id := range slices.SortedFunc(maps.Keys(m.final), compareIDs) {
		if c := m.final[id]; !c.Trashed {
			key := NameKey(c.Name)
			named[key] = append(named[key], id)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(named)) {
		ids := named[key]
		slices.SortFunc(ids, func(x, y ID) int {
			return cmp.Or(m.final[x].Created.Compare(m.final[y].Created), compareIDs(x, y))
		})
		for _, id := range ids[1:] {
			c := m.final[id]
			c.Name = nameBeside(c.Name, id, named)
			named[NameKey(c.Name)] = []ID{id}
			m.final[id] = c
			renamed = append(renamed, id)
		}
	}
	slices.SortFunc(renamed, compareIDs)
	return renamed
}

// nameBeside returns a free name for a record whose own is another's.
func nameBeside(name string, id ID, taken map[string][]ID) string {
	for digits := 4; ; digits += 4 {
		suffix := "-" + id.String()[:min(digits, 32)]
		free := cutText(name, MaxName-len(suffix)) + suffix
		if len(taken[NameKey(free)]) == 0 || digits > 32 {
			return free
		}
	}
}

// cutText returns the beginning of s, at most n bytes of it.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " ")
}

// follow lets what was written on one side name the records as they are called
// after the merge, and joins those histories again.
func (m *copies) follow(differing []ID) error {
	again := map[ID]bool{}
	for i, s := range []*side{m.ours, m.theirs} {
		names := m.renaming(s)
		if len(names.Names) == 0 {
			continue
		}
		other := []*side{m.theirs, m.ours}[i]
		for _, id := range differing {
			if _, alive := m.final[id]; !alive {
				continue
			}
			added, err := s.followIn(id, names, other)
			if err != nil {
				return err
			}
			again[id] = again[id] || added
		}
	}
	for _, id := range differing {
		if !again[id] {
			continue
		}
		card := m.final[id]
		if err := m.record(id); err != nil {
			return err
		}
		m.done[id].Follows = true
		m.final[id] = card
	}
	return nil
}

// renaming is from the names a side uses to those that the records will have.
func (m *copies) renaming(s *side) Renaming {
	n := Renaming{Names: map[string]string{}, Places: map[string]string{}}
	for id, c := range s.cards {
		now, alive := m.final[id]
		if c.Trashed || !alive || NameKey(now.Name) == NameKey(c.Name) {
			continue
		}
		n.Names[NameKey(c.Name)] = now.Name
		if c.Template == PlaceTemplate {
			n.Places[NameKey(c.Name)] = now.Name
		}
	}
	return n
}

// followIn adds a version to a record of this side in which names follow, if it
// has versions that the other side lacks: those speak of this side's records.
func (s *side) followIn(id ID, names Renaming, other *side) (added bool, err error) {
	mine, err := s.versions(id)
	if err != nil || len(mine) == 0 {
		return false, err
	}
	theirs, err := other.versions(id)
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(mine, func(v Version) bool { return !containsVersion(theirs, v.ID) }) {
		return false, nil
	}
	last := mine[len(mine)-1]
	r := last.Record.Clone()
	if !names.Apply(r) {
		return false, nil
	}
	r.From = nil
	s.extra[id], err = newVersion(r, []VersionID{last.ID})
	return true, err
}

// rename gives a record the name that clashes chose for it, as a version of its own.
func (m *copies) rename(id ID) error {
	one := m.done[id]
	if one == nil { // ours alone, and as it was
		ours, err := m.ours.versions(id)
		if err != nil {
			return err
		}
		one = &Merged{ID: id, Was: ours[len(ours)-1].Record}
		m.done[id] = one
	}
	before := one.Now()
	r := before.Clone()
	r.From, r.Revision = nil, before.Revision
	one.Renamed, r.Name = before.Name, m.final[id].Name
	Settle(r, Conflict{Part: PieceName})
	if len(r.Conflicts) < MaxConflicts {
		r.Conflicts = append(r.Conflicts, Conflict{Part: PieceName, Sum: sumOf(r.Name)})
	}
	one.Append = append(one.Append, r)
	one.Open = newlyOpen(one)
	return nil
}

// plan leaves out what stays as it is.
func (m *copies) plan() *MergePlan {
	p := &MergePlan{Purge: m.purge}
	for _, id := range slices.SortedFunc(maps.Keys(m.done), compareIDs) {
		if one := m.done[id]; len(one.Append) > 0 {
			p.Records = append(p.Records, *one)
		}
	}
	return p
}
