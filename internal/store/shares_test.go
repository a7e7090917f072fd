package store

import (
	"bytes"
	"testing"

	"memovault/internal/keyring"
)

// TestSharesOutliveARotation holds that what was handed out on paper still opens
// the vault under a new identity, without anybody typing it, and that the vault
// knows how many shares are needed.
func TestSharesOutliveARotation(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	v.known(s)
	split, err := s.Identity().Split(2, 3, "", note("", "").Created)
	if err != nil {
		t.Fatal(err)
	}
	err = s.AddSlot(NewSlot{Slot: split.Slot, Recipient: split.Recipient, Need: 2, Count: 3})
	if err != nil {
		t.Fatal(err)
	}
	var set keyring.ShareSet
	for _, share := range split.Shares[1:] {
		if err := set.Add(share); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(v.bytes(), []byte(share.Reveal())) {
			t.Error("a share is in the file")
		}
	}
	id, err := set.Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"before", "after"} {
		if !v.opensWith(id) {
			t.Errorf("%s the rotation the shares do not open the vault", when)
		}
		again, err := Open(v.path, v.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Unlock(id); err != nil {
			t.Fatal(err)
		}
		if got := again.OpenedBy(); got.Kind != keyring.KindShares || got.Need != 2 || got.Count != 3 || got.ID != split.Slot.ID {
			t.Errorf("%s: opened by %s of %d and %d", when, got.Kind, got.Need, got.Count)
		}
		if when == "before" {
			to := mustSuccessor(t, again.vault, false)
			if err := again.Rotate(to, resealed(t, again, to)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
