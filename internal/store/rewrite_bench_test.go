package store

import (
	"testing"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// rewritingBench measures f on vaults of 100, 1,000 and 10,000 records, each with a
// digest. What f changes stays changed: the next round has as much to do.
func rewritingBench(b *testing.B, f func(s *Store, v *testVault) error) {
	bench(b, func(b *testing.B, v *testVault) {
		s := v.open()
		for b.Loop() {
			if err := f(s, v); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(v.bytes()))/(1<<20), "MiB")
	})
}

// BenchmarkRotate seals everything anew, writes it, reads it back and decrypts it.
func BenchmarkRotate(b *testing.B) {
	rewritingBench(b, func(s *Store, v *testVault) error {
		to, err := s.vault.Successor(false)
		if err != nil {
			return err
		}
		slot, err := to.Reseal(s.OpenedBy().Keyring(), v.key.Recipient())
		if err != nil {
			return err
		}
		s.idx.head.Retired = nil // they would add up over the rounds
		return s.Rotate(to, []NewSlot{{Slot: slot}})
	})
}

// BenchmarkReplaceSlot is a change of the passphrase without the derivations.
func BenchmarkReplaceSlot(b *testing.B) {
	rewritingBench(b, func(s *Store, v *testVault) error {
		slot, err := s.vault.NewSlot(keyring.KindIdentity, "", v.cfg.Now, v.key.Recipient())
		if err != nil {
			return err
		}
		if err := s.ChangeSlots(SlotChange{Remove: []record.ID{s.slot}, Add: []NewSlot{{Slot: slot}}}); err != nil {
			return err
		}
		s.slot = slot.ID
		return nil
	})
}

// BenchmarkPurge takes a record out that was just put in.
func BenchmarkPurge(b *testing.B) {
	rewritingBench(b, func(s *Store, _ *testVault) error {
		r := note(record.NewID().String(), "x")
		if err := s.Commit(Change{Put: []*record.Record{r}}); err != nil {
			return err
		}
		return s.Purge([]record.ID{r.ID})
	})
}
