package keyring

import (
	"bytes"
	"math/bits"
)

// paddingFloor is the length in bytes up to which all plaintexts look alike.
const paddingFloor = 512

// paddedLen returns the length to which a plaintext of n bytes is padded:
// PADMÉ (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files
// and Communication with PURBs", PoPETs 2019(4), 6–33) with a floor. It adds
// at most 12 % above the floor and leaves O(log log n) bits of the length to
// be seen.
func paddedLen(n int) int {
	if n <= paddingFloor {
		return paddingFloor
	}
	exponent := bits.Len(uint(n)) - 1
	mantissa := bits.Len(uint(exponent))
	mask := 1<<(exponent-mantissa) - 1
	return (n + mask) &^ mask
}

// padText returns text followed by newlines. There is always one at least, so
// that what `age -d` prints ends like a text file.
func padText(text []byte) []byte {
	size := paddedLen(len(text) + 1)
	out := make([]byte, 0, size)
	out = append(out, text...)
	return append(out, bytes.Repeat([]byte{'\n'}, size-len(text))...)
}

// trimPadding removes what padText added.
func trimPadding(padded []byte) []byte {
	return bytes.TrimRight(padded, "\n")
}
