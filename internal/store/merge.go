package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"memovault/internal/record"
)

// ErrItself: a vault cannot be merged with itself.
var ErrItself = errors.New("store: the other copy is the vault itself")

// A Merge is what merging another copy would do, worked out and not yet done.
type Merge struct {
	// Records are those that get further revisions, in order of id.
	Records []record.Merged
	// Purge are records that were purged in the other copy, and to which nothing
	// was written here since. They will be purged here too.
	Purge []Card
	// Related reports whether both are copies of one vault.
	Related bool

	files  []record.ID // attachments that only the other copy has
	attach []NewFile   // attachments of an edit
	stones []Tombstone // of the other copy, which this one does not know
	from   *BackupFile // nil for an edit
}

// Empty reports whether there is nothing to do.
func (m *Merge) Empty() bool {
	return len(m.Records) == 0 && len(m.Purge) == 0 && len(m.files) == 0 && len(m.stones) == 0
}

// Files is how many attached files come from the other copy.
func (m *Merge) Files() int { return len(m.files) }

// PlanMerge works out what merging the other copy, which must be open and is
// only read, makes of this one: internal/record has the rules. Slots, and with
// them keys, are never merged. The errors are ErrItself, record.ErrNewer where
// either holds what this program can't read, *DamagedError, and ErrLocked.
func (s *Store) PlanMerge(other *BackupFile) (*Merge, error) {
	if s.vault == nil || other.s.vault == nil {
		return nil, ErrLocked
	}
	if st, err := os.Stat(s.path); err == nil {
		if theirs, err := other.file.Stat(); err == nil && os.SameFile(st, theirs) {
			return nil, ErrItself
		}
	}
	rep, err := other.Verify()
	if err != nil {
		return nil, err
	}
	if len(rep.Damaged) > 0 {
		return nil, damaged(rep.Damaged[0], nil)
	}
	m := &Merge{Related: other.s.ID() == s.ID(), from: other}
	err = s.view(func(p *pages) error {
		if len(s.damage) > 0 {
			return damaged(s.damage[0], nil)
		}
		return m.plan(s, p)
	})
	return m, err
}

// PlanEdit works out what becomes of an edit that a *ConflictError kept from being
// saved: r as it was to be saved, with its new attachments. It goes together with
// what was saved meanwhile as another copy of the vault would. The errors are
// ErrNoRecord where the record was purged, record.ErrNewer, *DamagedError, and
// ErrLocked.
func (s *Store) PlanEdit(r *record.Record, files []NewFile) (*Merge, error) {
	versions, err := s.Versions(r.ID)
	if err != nil {
		return nil, err
	}
	if now := versions[len(versions)-1].Record; now.Schema > record.Schema {
		return nil, fmt.Errorf("%w: it can't be merged", record.ErrNewer)
	}
	one, err := record.MergeEdit(versions, r)
	if err != nil {
		return nil, err
	}
	return &Merge{Records: []record.Merged{*one}, Related: true, attach: files}, nil
}

func (m *Merge) plan(s *Store, p *pages) error {
	theirs := m.from.s
	named := map[record.ID][]record.ID{} // attachments of the other copy's records
	ours, err := mergeSide(s, p, nil)
	if err != nil {
		return err
	}
	others, err := mergeSide(theirs, m.from.values, func(id record.ID, revisions []*record.Record) {
		files := map[record.ID]bool{}
		addAttachments(files, revisions)
		for file := range files {
			named[id] = append(named[id], file)
		}
	})
	if err != nil {
		return err
	}
	if !m.Related { // what somebody purged in another vault stays in ours
		others.Purged = nil
	}
	plan, err := record.MergeCopies(ours, others, differing(s.idx, theirs.idx))
	if err != nil {
		return err
	}
	m.Records = plan.Records
	for _, id := range plan.Purge {
		c, err := s.Card(id)
		if err != nil {
			return err
		}
		m.Purge = append(m.Purge, c)
	}
	m.wantFiles(s, named)
	if m.Related {
		m.stones = newStones(s.idx.head.Purged, theirs.idx.head.Purged)
	}
	return nil
}

// mergeSide describes a copy to the rules. seen is shown the revisions of every
// record that is looked at.
func mergeSide(s *Store, v values, seen func(record.ID, []*record.Record)) (record.MergeSide, error) {
	side := record.MergeSide{Purged: map[record.ID]record.Purged{}}
	for _, e := range s.idx.entries {
		rest, err := e.rest()
		if err != nil {
			return side, damaged("index", err)
		}
		c := rest.Card
		side.Cards = append(side.Cards, record.MergeCard{ID: c.ID, Name: c.Name, Template: c.Template, Created: c.Created, Trashed: c.Trashed})
	}
	for _, stone := range s.idx.head.Purged {
		side.Purged[stone.ID] = side.Purged[stone.ID].With(stone.Versions...)
	}
	side.Versions = func(id record.ID) ([]record.Version, error) {
		revisions, err := s.revisions(v, id)
		if err != nil {
			return nil, err
		}
		for _, r := range revisions {
			if r.Schema > record.Schema {
				return nil, fmt.Errorf("%w: it can't be merged", record.ErrNewer)
			}
		}
		if seen != nil {
			seen(id, revisions)
		}
		return record.VersionsOf(revisions)
	}
	return side, nil
}

// differing returns the records that are not the same, with all their history,
// in both: of one identity, the same values are the same bytes.
func differing(ours, theirs *index) (ids []record.ID) {
	same := func(one, other entry) bool {
		a, err := one.rest()
		b, err2 := other.rest()
		return err == nil && err2 == nil && one.sum == other.sum && a.Revision == b.Revision && a.Past == b.Past && a.PastSHA256 == b.PastSHA256
	}
	for _, e := range ours.entries {
		if other, both := theirs.entry(e.id); !both || !same(e, other) {
			ids = append(ids, e.id)
		}
	}
	for _, e := range theirs.entries {
		if _, both := ours.entry(e.id); !both {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// wantFiles finds the attachments that records we have, or will have, name and
// that only the other copy has.
func (m *Merge) wantFiles(s *Store, named map[record.ID][]record.ID) {
	wanted := map[record.ID]bool{}
	have := func(id record.ID) bool {
		_, ours := s.idx.entry(id)
		return ours || slices.ContainsFunc(m.Records, func(r record.Merged) bool { return r.ID == id })
	}
	for id, files := range named {
		if !have(id) || slices.ContainsFunc(m.Purge, func(c Card) bool { return c.ID == id }) {
			continue
		}
		for _, file := range files {
			if !s.HasAttachment(file) && m.from.s.HasAttachment(file) {
				wanted[file] = true
			}
		}
	}
	for id := range wanted {
		m.files = append(m.files, id)
	}
	slices.SortFunc(m.files, func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) })
}

// newStones returns the tombstones that say more than those we have.
func newStones(ours, theirs []Tombstone) (fresh []Tombstone) {
	known := map[record.ID]map[record.VersionID]bool{}
	for _, stone := range ours {
		if known[stone.ID] == nil {
			known[stone.ID] = map[record.VersionID]bool{}
		}
		for _, v := range stone.Versions {
			known[stone.ID][v] = true
		}
	}
	for _, stone := range theirs {
		if slices.ContainsFunc(stone.Versions, func(v record.VersionID) bool { return !known[stone.ID][v] }) {
			fresh = append(fresh, stone)
		}
	}
	return fresh
}

// mergeBatch is how many bytes of attachments one commit takes in.
const mergeBatch = 64 << 20

// Merge does what was planned, and notes that this copy was merged: one commit, after a backup, and a purge after it
// if there is one. More than 64 MiB of attachments come in by commits of their
// own before that; without the records that name them they are harmless, and
// merging again goes on from there. The errors are those of Commit and Purge; a
// *ConflictError says that the vault was changed since it was planned.
func (s *Store) Merge(m *Merge) error {
	if s.vault == nil {
		return ErrLocked
	}
	files, err := s.takeFiles(m)
	if err != nil {
		return err
	}
	joined, err := s.sealMerge(m, files)
	if err != nil {
		return err
	}
	err = s.commit(func(p *pages) (*write, error) { return s.prepareMerge(p, m, joined) })
	if err != nil || len(m.Purge) == 0 {
		return err
	}
	ids := make([]record.ID, len(m.Purge))
	for i, c := range m.Purge {
		ids[i] = c.ID
	}
	return s.purge(ids, func() error { return s.unchanged(m.Purge) })
}

// unchanged makes sure that records are as they were: what was written since is
// not to be purged unseen.
func (s *Store) unchanged(cards []Card) error {
	for _, c := range cards {
		e, _ := s.idx.entry(c.ID)
		if revision, ok := e.revision(); !ok || revision != c.Revision {
			return &ConflictError{ID: c.ID, Base: c.Revision, Have: revision}
		}
	}
	return nil
}

// takeFiles reads the attachments, and commits all but the last batch.
func (s *Store) takeFiles(m *Merge) (batch []NewFile, err error) {
	batch = slices.Clone(m.attach)
	size := 0
	for _, id := range m.files {
		data, err := m.from.Attachment(id)
		if err != nil {
			return nil, err
		}
		if size += len(data); size > mergeBatch {
			if err := s.Commit(Change{Attach: batch, Destructive: true}); err != nil {
				return nil, err
			}
			batch, size = nil, len(data)
		}
		batch = append(batch, NewFile{ID: id, Data: data})
	}
	return batch, nil
}

// sealedMerge is a merge as age files.
type sealedMerge struct {
	sealedChange                  // the records as they will be, and attachments
	past         [][]sealedRecord // of each, the revisions that come before
	fresh        []bool           // whether we did not have it
}

func (s *Store) sealMerge(m *Merge, files []NewFile) (*sealedMerge, error) {
	sealed, err := s.seal(Change{Attach: files})
	if err != nil {
		return nil, err
	}
	out := &sealedMerge{sealedChange: *sealed, past: make([][]sealedRecord, len(m.Records)), fresh: make([]bool, len(m.Records))}
	out.records = make([]sealedRecord, len(m.Records))
	errs := make([]error, len(m.Records))
	inParallel(len(m.Records), func(i int) {
		one := &m.Records[i]
		out.fresh[i] = one.Was == nil
		base := one.First - 1
		if one.Was != nil {
			base = one.Was.Revision
		}
		list := make([]sealedRecord, len(one.Append))
		for j, r := range one.Append {
			if list[j], errs[i] = s.sealAt(r, base+uint64(j)); errs[i] != nil {
				return
			}
		}
		out.past[i], out.records[i] = list[:len(list)-1], list[len(list)-1]
		out.records[i].base = base
	})
	return out, errors.Join(errs...)
}

// prepareMerge is prepare for a merge.
func (s *Store) prepareMerge(p *pages, m *Merge, sealed *sealedMerge) (*write, error) {
	if err := s.mayWrite(p); err != nil {
		return nil, err
	}
	if err := s.unchanged(m.Purge); err != nil {
		return nil, err
	}
	w := &write{file: p.file}
	changed := map[record.ID][]byte{}
	before := map[record.ID]uint64{}
	entries := make([]entry, len(sealed.records))
	for i, sr := range sealed.records {
		var err error
		if entries[i], err = s.prepareMerged(p, w, sr, sealed.past[i], sealed.fresh[i]); err != nil {
			return nil, err
		}
		changed[sr.r.ID] = sr.plain
		if before[sr.r.ID] = sr.base; sealed.fresh[i] {
			before[sr.r.ID] = 0
		}
	}
	w.next = s.idx.with(entries)
	if err := w.next.namesFree(sealed.records); err != nil {
		return nil, err
	}
	if err := s.prepareFiles(w, sealed.files); err != nil {
		return nil, err
	}
	if err := s.readSlots(p); err != nil {
		return nil, err
	}
	if s.slotsDamaged {
		w.put(bucketMeta, keySlots, slotSum(s.slots))
	}
	if err := s.backupBefore(p, len(sealed.records) > 0); err != nil {
		return nil, err
	}
	if err := s.prepareDigest(p, w, changed); err != nil {
		return nil, err
	}
	s.nextHeader(w, Change{}, &sealed.sealedChange)
	h := &w.next.head
	if len(h.Last) > 0 {
		h.Before = before
	}
	h.Purged = append(slices.Clone(h.Purged), m.stones...)
	if m.from != nil {
		h.Merged = append(slices.Clone(h.Merged), m.from.s.idxSum)
		h.Merged = h.Merged[max(0, len(h.Merged)-maxMerged):]
	}
	return w, s.sealIndex(w)
}

// prepareMerged puts the revisions of one record into the history, and the last
// of them in the place of the record.
func (s *Store) prepareMerged(p *pages, w *write, sr sealedRecord, past []sealedRecord, fresh bool) (entry, error) {
	id := sr.r.ID
	rest := entryRest{Revision: sr.r.Revision, Card: cardOf(sr.r)}
	old, exists := s.idx.entry(id)
	if exists == fresh {
		return old, &ConflictError{ID: id, Base: sr.base}
	}
	if exists {
		before, err := old.rest()
		if err != nil {
			return old, damaged("index", err)
		}
		if before.Revision != sr.base {
			return old, &ConflictError{ID: id, Base: sr.base, Have: before.Revision}
		}
		former, err := p.get(bucketRecords, id[:])
		if err != nil || digestOf(former) != old.sum {
			return old, damaged("record "+id.String(), err)
		}
		w.put(bucketHistory, historyKey(id, before.Revision), bytes.Clone(former))
		rest.Past, rest.PastSHA256 = before.Past+1, before.PastSHA256.chain(old.sum)
	}
	for _, one := range past {
		w.put(bucketHistory, historyKey(id, one.r.Revision), one.sealed)
		rest.Past, rest.PastSHA256 = rest.Past+1, rest.PastSHA256.chain(digestOf(one.sealed))
	}
	w.put(bucketRecords, slices.Clone(id[:]), sr.sealed)
	return newEntry(id, digestOf(sr.sealed), rest)
}

// BeforeLast returns the revision that a record had before the last commit, 0 if
// it was not there. An edit adds one revision; a merge may add several.
func (s *Store) BeforeLast(id record.ID) uint64 {
	if s.idx == nil {
		return 0
	}
	if revision, merged := s.idx.head.Before[id]; merged {
		return revision
	}
	e, _ := s.idx.entry(id)
	if revision, ok := e.revision(); ok && revision > 0 {
		return revision - 1
	}
	return 0
}

// Versions returns every version of a record that is in the vault, by which
// conflicts name what lost: the oldest first, the last is the record as it is.
func (s *Store) Versions(id record.ID) (list []record.Version, err error) {
	if s.vault == nil {
		return nil, ErrLocked
	}
	err = s.view(func(p *pages) error {
		revisions, err := s.revisions(p, id)
		if err != nil {
			return err
		}
		list, err = record.VersionsOf(revisions)
		return err
	})
	return list, err
}
