package keyring

import (
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// TestLookAt compares what the outside of sealed values tells with what is inside.
func TestLookAt(t *testing.T) {
	for _, pq := range []bool{false, true} {
		v, err := New(pq)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 511, 512, 700, 70_000, 200_000} {
			sealed, err := v.Seal([]byte(strings.Repeat("x", n)))
			if err != nil {
				t.Fatal(err)
			}
			o, ok := LookAt(sealed, int64(len(sealed)))
			if !ok || !o.IsValue() || o.Size != int64(paddedLen(n+1)) {
				t.Errorf("pq %v, %d bytes: %+v, %v; want %d", pq, n, o, ok, paddedLen(n+1))
			}
			if o, ok := LookAt(sealed[:min(len(sealed), 8192)], int64(len(sealed))); !ok || o.Size < int64(paddedLen(n+1)) || o.Size > int64(paddedLen(n+1))+2 {
				t.Errorf("pq %v, %d bytes, by the beginning: %+v, %v", pq, n, o, ok)
			}
		}
		key, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		slot, err := v.NewSlot(KindIdentity, "stick", time.Now(), key.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if o, ok := LookAt(slot.Sealed, int64(len(slot.Sealed))); !ok || !o.IsSlot() || !o.IsValue() {
			t.Errorf("a slot: %+v, %v", o, ok)
		}
		if _, ok := LookAt(slot.Sealed[:80], int64(len(slot.Sealed))); ok {
			t.Error("half a header passes for a whole one")
		}
	}
	if _, ok := LookAt([]byte("no age file"), 11); ok {
		t.Error("something else passes for an age file")
	}
}
