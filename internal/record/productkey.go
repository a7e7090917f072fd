package record

import (
	"math/big"
	"strings"

	"memovault/internal/lang"
)

// keyAlphabet are the 24 characters of a Microsoft product key, digits 0 to
// 23 in this order. Keys of Windows 8, Office 2013 and later also hold exactly
// one N, whose place is the most significant digit.
// Source: the decoders of many independent programs agree, and six published
// setup keys verify.
const keyAlphabet = "BCDFGHJKMPQRTVWXY2346789"

// keyMisread says what a character that no product key holds may have been.
var keyMisread = map[byte]string{
	'0': "D, Q", 'O': "Q, D", '1': "T, J", 'I': "T, J", 'L': "T, J", '5': "6, 8", 'S': "6, 8",
	'A': "4", 'E': "F", 'U': "V", 'Z': "2",
}

// keyAlike lists characters of a product key that are taken for one another
// on a small card.
var keyAlike = []string{"8B", "6G", "DQ", "VY", "MNW", "PR", "CG", "TY"}

// cleanMicrosoftKey writes a product key in five groups of five and looks for
// slips of copying: length, characters that do not occur, and the checksum.
func cleanMicrosoftKey(s string) (string, []Note) {
	if !isGrouped(s, isAlnum) {
		return s, []Note{remark("alphabet", lang.T("a product key has only letters and digits", "プロダクトキーは英字と数字だけでできています"))}
	}
	value, notes := regroup(s, "-", 5)
	key := ungroup(value)
	if n := len(key); n != 25 {
		return value, append(notes, remark("length", lang.T("%d characters: a product key has 25, five groups of five",
			"%d 文字です。プロダクトキーは 5 文字 × 5 組の 25 文字です"), n))
	}
	if odd := checkKeyAlphabet(key); len(odd) > 0 {
		return value, append(notes, odd...)
	}
	switch strings.Count(key, "N") {
	case 0: // a key of Office 2010 or older: only its alphabet can be checked
		return value, notes
	case 1:
		return value, append(notes, checkKeySum(key)...)
	}
	return value, append(notes, remark("alphabet", lang.T("more than one N: a product key has at most one, look for M or W",
		"N が 2 つ以上あります。プロダクトキーの N は多くても 1 つです。M や W と見間違えていませんか")))
}

func checkKeyAlphabet(key string) []Note {
	var notes []Note
	for i := range len(key) {
		c := key[i]
		if c == 'N' || strings.IndexByte(keyAlphabet, c) >= 0 {
			continue
		}
		notes = append(notes, remark("alphabet", lang.T("group %d, character %d: %s never occurs in a product key, perhaps %s",
			"%d 組目の %d 文字目: 「%s」はプロダクトキーに使われません。%s ではありませんか"),
			i/5+1, i%5+1, string(c), keyMisread[c]))
	}
	return notes
}

// checkKeySum tells a slip of copying: of all single wrong characters it finds
// 99.9 %. If exactly one look-alike makes the sum right, it is offered.
func checkKeySum(key string) []Note {
	if keySumFits(key) {
		return nil
	}
	found, at, alike := 0, 0, byte(0)
	for i := range len(key) {
		for _, set := range keyAlike {
			if strings.IndexByte(set, key[i]) < 0 {
				continue
			}
			for _, c := range []byte(set) {
				other := key[:i] + string(c) + key[i+1:]
				if c != key[i] && strings.Count(other, "N") == 1 && keySumFits(other) {
					found, at, alike = found+1, i, c
				}
			}
		}
	}
	if found == 1 {
		return []Note{remark("checksum", lang.T("a character seems to be copied wrongly: look at group %d, character %d, perhaps %s",
			"写し間違いがあるようです。%d 組目の %d 文字目を確かめてください（%s ではありませんか）"), at/5+1, at%5+1, string(alike))}
	}
	return []Note{remark("checksum", lang.T("a character seems to be copied wrongly: compare every group with the card",
		"写し間違いがあるようです。カードと 1 組ずつ見比べてください"))}
}

// keySumFits decodes a key with one N and compares its 10-bit checksum, the
// low bits of CRC-32/BZIP2 over the 16 little-endian bytes of the number with
// the checksum itself (bits 103 to 112) set to 0.
func keySumFits(key string) bool {
	n := strings.IndexByte(key, 'N')
	v := big.NewInt(int64(n))
	base := big.NewInt(int64(len(keyAlphabet)))
	for _, c := range []byte(key[:n] + key[n+1:]) {
		v.Mul(v, base)
		v.Add(v, big.NewInt(int64(strings.IndexByte(keyAlphabet, c))))
	}
	if v.BitLen() > 128 {
		return false
	}
	const sumAt, sumBits = 103, 10
	sum := uint32(0)
	for i := range sumBits {
		sum |= uint32(v.Bit(sumAt+i)) << i
		v.SetBit(v, sumAt+i, 0)
	}
	var b [16]byte
	v.FillBytes(b[:])
	for i := range len(b) / 2 {
		b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
	}
	return crcBZIP2(b[:])&(1<<sumBits-1) == sum
}

// crcBZIP2 is CRC-32/BZIP2: polynomial 0x04C11DB7, not reflected, begun and
// ended with all ones. hash/crc32 has only the reflected kind.
func crcBZIP2(b []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
	}
	return ^crc
}

// cleanBitLocker writes a BitLocker recovery password in eight blocks of six
// digits and names the block that is copied wrongly: each is divisible by 11
// and below 2^16·11, so every single wrong digit and every swap of neighbours
// shows. Source: dislocker, src/accesses/rp/recovery_password.c at a0d5fb6.
func cleanBitLocker(s string) (string, []Note) {
	if !isGrouped(s, isDigit) {
		return s, []Note{remark("alphabet", lang.T("a BitLocker recovery key has only digits", "BitLocker の回復キーは数字だけでできています"))}
	}
	value, notes := regroup(s, "-", 6)
	if n := len(ungroup(value)); n != 48 {
		return value, append(notes, remark("length", lang.T("%d digits: a BitLocker recovery key has 48, eight blocks of six",
			"%d 桁です。BitLocker の回復キーは 6 桁 × 8 組の 48 桁です"), n))
	}
	for i, block := range strings.Split(value, "-") {
		if n := atoi(block); n%11 != 0 || n >= 11<<16 {
			notes = append(notes, remark("checksum", lang.T("block %d is copied wrongly: compare its six digits", "%d 組目に写し間違いがあります。6 桁を見比べてください"), i+1))
		}
	}
	return value, notes
}
