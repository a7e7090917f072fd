package keyring

import "strings"

// bech32 is the alphabet of BIP 173 in upper case; a character's place is its
// value, 0 to 31.
const bech32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

// checkLetter returns the check letter of group number i, from 0.
//
// The values are elements of GF(32), the field that Bech32 itself uses, with
// x⁵ = x³ + 1. The letter is α·c₁ + α²·c₂ + … + α⁶·c₆ + α⁷·(i+1), α being x.
// All weights, the letter's own weight 1 among them, differ and none is zero.
// So every single wrong character, every exchange of two characters of a group,
// letter included, and every exchange of two whole groups is noticed. (A
// weighted sum modulo 32 could not do that: two odd weights differ by an even
// number.)
//
// Characters outside the alphabet count as zero; the Bech32 checksum refuses
// them.
func checkLetter(i int, group string) byte {
	weight, sum := byte(1), byte(0)
	for _, c := range []byte(group) {
		weight = gfMul(weight, 2)
		sum ^= gfMul(weight, byte(max(strings.IndexByte(bech32, c), 0)))
	}
	const alpha7 = 13
	return bech32[sum^gfMul(alpha7, byte(i+1))]
}

// gfMul multiplies in GF(32).
func gfMul(a, b byte) byte {
	var product byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a&0x20 != 0 {
			a ^= 0b101001
		}
	}
	return product
}
