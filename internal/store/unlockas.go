package store

import (
	"bytes"
	"errors"
	"slices"
)

// ErrSlotGone says that the key which opened the vault no longer does: somebody
// has removed or changed it since.
var ErrSlotGone = errors.New("store: the slot that opened the vault is gone")

// UnlockAs opens the vault with the identity that another Store of the same
// file was unlocked with, without asking for a key again. It reads and verifies
// as Unlock does. ErrRekeyed and ErrSlotGone say that a key is to be asked for:
// the vault has another identity by now, or that key was taken away. ErrLocked
// says that other is locked itself.
func (s *Store) UnlockAs(other *Store) error {
	if other.vault == nil {
		return ErrLocked
	}
	now := s.slots
	s.vault, s.slot, s.slots, s.idx = other.vault, other.slot, other.slots, nil
	err := s.view(func(*pages) error { return nil }) // rekeyed compares with the slots of then
	s.slots = now
	if err == nil && other.sealedSlot() != nil && !bytes.Equal(s.sealedSlot(), other.sealedSlot()) {
		err = ErrSlotGone
	}
	if err != nil {
		s.vault, s.idx = nil, nil
	}
	return err
}

// sealedSlot is the slot that opened the vault, nil if it is not there any more.
func (s *Store) sealedSlot() []byte {
	i := slices.IndexFunc(s.slots, func(one sealedSlot) bool { return one.id == s.slot })
	if i < 0 {
		return nil
	}
	return s.slots[i].sealed
}
