package store

import (
	"errors"
	"slices"
	"time"

	"memovault/internal/keyring"
)

// errSuccessor says that a caller wants to give the vault the identity of
// another, or the one it has.
var errSuccessor = errors.New("store: not a new identity of this vault")

// Rotate gives the vault a new identity, made by keyring.Vault.Successor of the
// one it has, and the slots that open it: every record, every earlier revision
// and every attachment is opened and sealed anew in one new file, which takes
// the place of the old one only when all of it was decrypted again. The former
// identity is kept in the index, so that old backups still open: see Retired.
//
// The errors are ErrLastSlot, ErrTooManySlots and those of Commit. After any
// error the file holds the old state, as with Commit. Other processes that have
// the vault open get ErrRekeyed from then on.
func (s *Store) Rotate(to *keyring.Vault, slots []NewSlot) error {
	if s.vault == nil {
		return ErrLocked
	}
	if to.ID() != s.ID() || to.Same(s.vault) {
		return errSuccessor
	}
	return s.rewrite(func(p *pages) (*rewriting, error) {
		ways, err := (&SlotChange{Add: slots}).apply(slotSet{})
		if err != nil {
			return nil, err
		}
		r := s.again(p, to, ways)
		r.next.head.Retired = slices.Insert(slices.Clone(s.idx.head.Retired), 0, s.retire())
		return r, nil
	})
}

// retire notes the identity the vault has. It came when the one before it went.
func (s *Store) retire() retired {
	one := retired{Key: s.vault.Retire(), Until: s.cfg.Now.UTC().Truncate(time.Second)}
	if earlier := s.idx.head.Retired; len(earlier) > 0 {
		one.From = earlier[0].Until
	}
	return one
}

// A Key is a slot that is to be sealed anew for another identity: what the vault
// knows of it, and whether it can be without anybody giving its key.
type Key struct {
	SlotInfo
	Hint []byte
}

// Keys returns what the vault knows of its slots, with the hints that it has
// verified; none while locked.
func (s *Store) Keys() []Key {
	hints := s.Hints()
	var list []Key
	for _, info := range s.Slots() {
		list = append(list, Key{info, hints[info.ID]})
	}
	return list
}

// Keyring returns what keyring.Vault.Reseal needs to make the slot again.
func (i SlotInfo) Keyring() keyring.SlotInfo {
	year, month, day := i.Created.Date()
	return keyring.SlotInfo{ID: i.ID, Kind: i.Kind, Label: i.Label, Created: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

// Kept is the slot made again for the same key: what was known of it stays.
func (k Key) Kept(slot keyring.Slot) NewSlot {
	n := NewSlot{Slot: slot, Recipient: k.Recipient, Hint: k.Hint, Need: k.Need, Count: k.Count}
	n.Created = k.Created
	if k.Proven != nil {
		n.Proven = *k.Proven
	}
	return n
}
