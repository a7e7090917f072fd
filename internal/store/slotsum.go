package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// A damaged slot refuses the right passphrase exactly as it refuses a wrong
// one: age cannot tell them apart. A sum of the slots in the clear can. It is
// no protection against somebody who changes both (the sealed index is), and
// is only asked when no key fits.

// slotSum is the SHA-256, in hexadecimal, over the id and the SHA-256 of every
// slot in order of id.
func slotSum(slots []sealedSlot) []byte {
	slots = slices.Clone(slots)
	slices.SortFunc(slots, func(a, b sealedSlot) int { return bytes.Compare(a.id[:], b.id[:]) })
	h := sha256.New()
	for _, slot := range slots {
		sum := digestOf(slot.sealed)
		h.Write(slot.id[:])
		h.Write(sum[:])
	}
	return hex.AppendEncode(nil, h.Sum(nil))
}
