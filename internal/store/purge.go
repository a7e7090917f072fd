package store

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"memovault/internal/record"
)

// A Tombstone says that a record was purged. It holds nothing of what the record
// said: a copy of the vault that still has it is told by the versions what was
// meant to be gone, and what was written there since.
type Tombstone struct {
	ID       record.ID          `json:"id"`
	Time     time.Time          `json:"time"`
	Versions []record.VersionID `json:"versions"` // all that were purged, the oldest first
}

// Purged returns the tombstones, in the order in which they were set; none while
// locked.
func (s *Store) Purged() []Tombstone {
	if s.idx == nil {
		return nil
	}
	return s.idx.head.Purged
}

// Purge removes records for good, all or none: their earlier revisions, and the
// attached files that no other record names in any revision. The file is written
// anew without them, after a backup, which still has them as all backups before
// do. What stays is a Tombstone of each.
//
// The errors are ErrNoRecord and those of Commit. After any error the file holds
// the old state, as with Commit.
func (s *Store) Purge(ids []record.ID) error {
	return s.purge(ids, func() error { return nil })
}

// purge is Purge where may, asked under the lock, has nothing against it.
func (s *Store) purge(ids []record.ID, may func() error) error {
	if s.vault == nil {
		return ErrLocked
	}
	return s.rewrite(func(p *pages) (*rewriting, error) {
		if err := may(); err != nil {
			return nil, err
		}
		r := s.again(p, s.vault, s.slotSet())
		r.drop = map[record.ID]bool{}
		stones := slices.Clone(s.idx.head.Purged)
		files := map[record.ID]bool{}
		for _, id := range ids {
			if r.drop[id] {
				continue
			}
			revisions, err := s.revisions(p, id)
			if err != nil {
				return nil, err
			}
			stone, err := s.tombstone(id, revisions)
			if err != nil {
				return nil, err
			}
			r.drop[id], stones = true, append(stones, stone)
			addAttachments(files, revisions)
		}
		if err := r.keepNamed(files); err != nil {
			return nil, err
		}
		for id := range files {
			r.drop[id] = true
		}
		h := &r.next.head
		h.Purged = stones
		h.Last = slices.DeleteFunc(slices.Clone(h.Last), func(id record.ID) bool { return r.drop[id] })
		return r, nil
	})
}

// revisions returns all revisions of a record, the oldest first.
func (s *Store) revisions(p values, id record.ID) ([]*record.Record, error) {
	now, err := s.record(p, id)
	if err != nil {
		return nil, err
	}
	past, err := s.history(p, id)
	if err != nil {
		return nil, err
	}
	slices.Reverse(past)
	return append(past, now), nil
}

func (s *Store) tombstone(id record.ID, revisions []*record.Record) (Tombstone, error) {
	stone := Tombstone{ID: id, Time: s.cfg.Now.UTC().Truncate(time.Second)}
	versions, err := record.VersionsOf(revisions)
	for _, v := range versions {
		stone.Versions = append(stone.Versions, v.ID)
	}
	return stone, err
}

func addAttachments(files map[record.ID]bool, revisions []*record.Record) {
	for _, r := range revisions {
		for _, a := range r.Attachments {
			files[a.ID] = true
		}
	}
}

// keepNamed takes out of files what a record that stays names, now or in its
// history. Without files it opens nothing.
func (r *rewriting) keepNamed(files map[record.ID]bool) error {
	if len(files) == 0 {
		return nil
	}
	keep := func(plain []byte) error {
		one, err := record.Decode(plain)
		if err != nil && !errors.Is(err, record.ErrNewer) {
			return damaged("pages", err)
		}
		for _, a := range one.Attachments {
			delete(files, a.ID)
		}
		return nil
	}
	plain, err := r.s.buildDigest(r.from, r.kept(), nil)
	if err != nil {
		return err
	}
	for line := range bytes.SplitSeq(plain, []byte{'\n'}) {
		if len(line) == 0 { // none stays
			break
		}
		if err := keep(line); err != nil {
			return err
		}
	}
	return r.from.each(bucketHistory, func(k, v []byte) error {
		if r.drop[keyID(k[:len(record.ID{})])] || len(files) == 0 {
			return nil
		}
		plain, err := r.s.vault.Open(v)
		if err != nil {
			return damaged("history of "+keyID(k[:len(record.ID{})]).String(), err)
		}
		return keep(plain)
	})
}
