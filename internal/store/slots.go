package store

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"memovault/internal/record"
)

// A slot is changed in two ways. One that comes to the others is put into the
// file as a record is. Where one goes, the file is written anew without it: a
// value that is only deleted still lies in a free page, and whoever has its key
// could take the identity out of there.

// A SlotChange is what one change does to the ways into the vault: all of it or
// nothing.
type SlotChange struct {
	Remove []record.ID
	Add    []NewSlot            // one with the id of a removed slot takes its place
	Label  map[record.ID]string // new names, in the index alone
}

// AddSlot puts one more slot into the vault, as one commit. The errors are those
// of Commit and of ChangeSlots.
func (s *Store) AddSlot(n NewSlot) error { return s.ChangeSlots(SlotChange{Add: []NewSlot{n}}) }

// ChangeSlots changes the slots of the vault, after a backup. If it removes any,
// the whole file is written anew beside the old one, verified and decrypted, and
// put in its place, so that nothing of the removed slots is left in it.
//
// The errors are ErrNoSlot, ErrLastSlot, ErrTooManySlots, one that wraps
// record.ErrBad for a slot that can't be stored, and those of Commit. After any
// error the file holds the old state, as with Commit.
func (s *Store) ChangeSlots(c SlotChange) error {
	if s.vault == nil {
		return ErrLocked
	}
	if len(c.Remove) > 0 {
		return s.rewrite(func(p *pages) (*rewriting, error) {
			ways, err := c.apply(s.slotSet())
			if err != nil {
				return nil, err
			}
			return s.again(p, s.vault, ways), nil
		})
	}
	return s.commit(func(p *pages) (*write, error) {
		if err := s.mayWrite(p); err != nil {
			return nil, err
		}
		if err := s.readSlots(p); err != nil {
			return nil, err
		}
		ways, err := c.apply(s.slotSet())
		if err != nil {
			return nil, err
		}
		if err := s.backupBefore(p, true); err != nil {
			return nil, err
		}
		w := &write{file: p.file, next: s.idx.with(nil)}
		w.next.head.Slots = ways.infos
		w.putSlots(ways)
		return w, s.sealIndex(w)
	})
}

// A slotSet is all slots of a vault: what the index says of them, and what lies
// in the file, in the same order.
type slotSet struct {
	infos  []SlotInfo
	sealed []sealedSlot
	hints  map[record.ID][]byte
}

// slotSet returns the slots of the file that the index lists. What else is in
// the file is damage, which mayWrite refuses.
func (s *Store) slotSet() slotSet {
	var set slotSet
	for _, info := range s.idx.head.Slots {
		i := slices.IndexFunc(s.slots, func(one sealedSlot) bool { return one.id == info.ID })
		if i >= 0 {
			set.infos, set.sealed = append(set.infos, info), append(set.sealed, s.slots[i])
		}
	}
	set.hints = maps.Clone(s.hints)
	return set
}

// apply returns what the slots become. It leaves have as it is.
func (c *SlotChange) apply(have slotSet) (slotSet, error) {
	next := slotSet{hints: map[record.ID][]byte{}}
	gone := map[record.ID]bool{}
	for _, id := range c.Remove {
		gone[id] = true
	}
	for i, info := range have.infos {
		if gone[info.ID] {
			delete(gone, info.ID)
			continue
		}
		if label, ok := c.Label[info.ID]; ok {
			info.Label = label
		}
		next.infos, next.sealed = append(next.infos, info), append(next.sealed, have.sealed[i])
		if hint, ok := have.hints[info.ID]; ok {
			next.hints[info.ID] = hint
		}
	}
	if len(gone) > 0 || !next.has(maps.Keys(c.Label)) {
		return next, ErrNoSlot
	}
	for _, n := range c.Add {
		if err := next.add(n); err != nil {
			return next, err
		}
	}
	switch {
	case len(next.infos) == 0:
		return next, ErrLastSlot
	case len(next.infos) > maxSlots:
		return next, ErrTooManySlots
	}
	return next, nil
}

func (set *slotSet) add(n NewSlot) error {
	switch {
	case n.ID == record.ID{}, set.has(slices.Values([]record.ID{n.ID})):
		return fmt.Errorf("%w: a slot without an id, or two of one", record.ErrBad)
	case len(n.Hint) > MaxHint:
		return fmt.Errorf("%w: a hint of %d bytes", record.ErrBad, len(n.Hint))
	case len(n.Sealed) == 0:
		return fmt.Errorf("%w: an empty slot", record.ErrBad)
	}
	set.infos = append(set.infos, n.info())
	set.sealed = append(set.sealed, sealedSlot{id: n.ID, sealed: n.Sealed})
	if len(n.Hint) > 0 {
		set.hints[n.ID] = n.Hint
	}
	return nil
}

// has reports whether all ids are those of slots in the set.
func (set *slotSet) has(ids func(func(record.ID) bool)) bool {
	for id := range ids {
		if !slices.ContainsFunc(set.infos, func(info SlotInfo) bool { return info.ID == id }) {
			return false
		}
	}
	return true
}

// putSlots writes slots, hints and the sum.
func (w *write) putSlots(set slotSet) {
	for _, one := range set.sealed {
		w.put(bucketSlots, slices.Clone(one.id[:]), one.sealed)
	}
	for id, hint := range set.hints {
		w.put(bucketHints, slices.Clone(id[:]), hint)
	}
	w.put(bucketMeta, keySlots, slotSum(set.sealed))
}

// SealedSlot returns a slot as it stands in the file, an age file, once it was
// compared with the index. The errors are ErrLocked, ErrNoSlot and *DamagedError.
func (s *Store) SealedSlot(id record.ID) ([]byte, error) {
	if s.idx == nil {
		return nil, ErrLocked
	}
	for _, info := range s.idx.head.Slots {
		if info.ID != id {
			continue
		}
		i := slices.IndexFunc(s.slots, func(one sealedSlot) bool { return one.id == id })
		if i < 0 || digestOf(s.slots[i].sealed) != info.SHA256 {
			return nil, damaged("slot "+id.String(), nil)
		}
		return bytes.Clone(s.slots[i].sealed), nil
	}
	return nil, ErrNoSlot
}

// Hints returns what the slots need to be opened, by slot id, as NewSlot.Hint
// gave it. Before the vault is unlocked nothing proves that it is what was
// stored; after that, hints that are not are left out.
func (s *Store) Hints() map[record.ID][]byte {
	hints := map[record.ID][]byte{}
	for id, hint := range s.hints {
		if s.idx == nil || s.knownHint(id[:], digestOf(hint)) {
			hints[id] = bytes.Clone(hint)
		}
	}
	return hints
}

func (s *Store) knownHint(k []byte, sum digest) bool {
	return slices.ContainsFunc(s.idx.head.Slots, func(i SlotInfo) bool { return i.ID == keyID(k) && i.HintSHA256 == sum })
}

// readHints reads the bucket of hints. What lies there beyond what a vault may
// have is damage.
func (s *Store) readHints(p values) error {
	s.hints = map[record.ID][]byte{}
	err := p.each(bucketHints, func(k, v []byte) error {
		if len(k) != len(record.ID{}) || len(s.hints) >= maxSlots || len(v) > MaxHint {
			return fmt.Errorf("%w: a hint", errPage)
		}
		s.hints[keyID(k)] = bytes.Clone(v)
		return nil
	})
	if err != nil {
		return damaged("hints", err)
	}
	return nil
}

// verifyHints compares the hints with the index. One that was changed could lead
// to another key than the owner's, so nothing is written then.
func (s *Store) verifyHints(p values) error {
	missing := map[record.ID]digest{}
	for _, slot := range s.idx.head.Slots {
		if slot.HintSHA256 != (digest{}) {
			missing[slot.ID] = slot.HintSHA256
		}
	}
	err := p.each(bucketHints, func(k, v []byte) error {
		id := keyID(k)
		if sum, ok := missing[id]; !ok || sum != digestOf(v) {
			s.note("hint", id)
		}
		delete(missing, id)
		return nil
	})
	for _, slot := range s.idx.head.Slots {
		if _, ok := missing[slot.ID]; ok {
			s.note("hint", slot.ID)
		}
	}
	return err
}

// rekeyed reports whether the file's slots are whole, and none of them one that
// was there when the vault was opened here: its identity is another now.
func (s *Store) rekeyed(p *pages) bool {
	now := &Store{}
	if now.readSlots(p) != nil || now.slotsDamaged {
		return false
	}
	return !slices.ContainsFunc(now.slots, func(one sealedSlot) bool {
		return slices.ContainsFunc(s.slots, func(old sealedSlot) bool { return bytes.Equal(one.sealed, old.sealed) })
	})
}
