package store

import (
	"errors"
	"testing"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// TestUnlockAs opens a file again with what another store holds, and asks for a
// key where that is no longer enough.
func TestUnlockAs(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("office", "one")}})
	locked := func() *Store {
		t.Helper()
		s, err := Open(v.path, v.cfg)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := v.open()
	v.mustCommit(Change{Put: []*record.Record{note("router", "two")}})
	second := locked()
	if err := second.UnlockAs(first); err != nil || second.Len() != 2 || second.OpenedBy().ID != first.OpenedBy().ID {
		t.Fatalf("%v, %d records", err, second.Len())
	}
	if text(read(t, second, "router")) != "two" {
		t.Error("the record is another")
	}
	if err := second.Commit(Change{Put: []*record.Record{note("line", "three")}}); err != nil {
		t.Error(err)
	}
	if err := locked().UnlockAs(locked()); !errors.Is(err, ErrLocked) {
		t.Errorf("as a locked one: %v", err)
	}

	third := v.open()
	slot, err := third.Identity().NewSlot(keyring.KindIdentity, "new", v.cfg.Now, v.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := third.ChangeSlots(SlotChange{Remove: []record.ID{third.slot}, Add: []NewSlot{{Slot: slot}}}); err != nil {
		t.Fatal(err)
	}
	gone := locked()
	if err := gone.UnlockAs(first); !errors.Is(err, ErrSlotGone) || gone.Len() != 0 || gone.ID() != (record.ID{}) {
		t.Errorf("its slot is gone: %v, %d records", err, gone.Len())
	}

	before := v.open()
	next, err := before.Identity().Successor(false)
	if err != nil {
		t.Fatal(err)
	}
	slot, err = next.NewSlot(keyring.KindIdentity, "newer", v.cfg.Now, v.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := v.open().Rotate(next, []NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	if err := locked().UnlockAs(before); !errors.Is(err, ErrRekeyed) {
		t.Errorf("another identity: %v", err)
	}
}
