package record

import (
	"math/big"
	"slices"
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
	'0': "DQ", 'O': "QD", '1': "TJ", 'I': "TJ", 'L': "TJ", '5': "68", 'S': "68",
	'A': "4", 'E': "F", 'U': "V", 'Z': "2",
}

// keyAlike lists characters of a product key that are taken for one another
// on a small card.
var keyAlike = []string{"8B", "6G", "DQ", "VY", "MNW", "PR", "CG", "TY"}

// keyLength is five groups of five.
const keyLength = 25

var (
	textKeyLetters = lang.T("a product key has only letters and digits", "プロダクトキーは英字と数字だけでできています")
	textKeyLength  = lang.T("%d characters: a product key has 25, five groups of five", "%d 文字です。プロダクトキーは 5 文字 × 5 組の 25 文字です")
	textTwoKeys    = lang.T("two keys in one line: keep one here and put the second into a field of its own",
		"キーが 2 つ入っています。ここには 1 つだけ入れ、もう 1 つは別の項目に入力してください")
	textGroupSize = lang.T("group %d has %d characters instead of %d", "%d 組目が %d 文字です（正しくは %d 文字）")
	textKeyNever  = lang.T("group %d, character %d: %s never occurs in a product key, perhaps %s",
		"%d 組目の %d 文字目: 「%s」はキーに使われません。%s ではありませんか")
	textKeyOther = lang.T("%d characters never occur in a product key of Microsoft: is this another kind of key?",
		"Microsoft のプロダクトキーに使われない文字が %d 個あります。別の種類のキーではありませんか")
	textKeyPerhaps = lang.T("a character seems to be copied wrongly: look at group %d, character %d, perhaps %s",
		"写し間違いがあるようです。%d 組目の %d 文字目を確かめてください（%s ではありませんか）")
	textKeyCompare = lang.T("a character seems to be copied wrongly: compare every group with the card",
		"写し間違いがあるようです。カードと 1 組ずつ見比べてください")
	textKeyNoN = lang.T("no N: keys of Windows 8, Office 2013 and later have exactly one, older ones none; of those no slip can be found",
		"N がありません。Windows 8・Office 2013 以降のキーには N が 1 つだけあります。それより古い製品のキーなら N はありませんが、写し間違いを調べることはできません")
	textKeyTwoN = lang.T("%d times N: a product key has at most one, look for M or W",
		"N が %d 個あります。プロダクトキーの N は多くても 1 つです。M や W と見間違えていませんか")
)

// cleanMicrosoftKey writes a product key in five groups of five and looks for
// slips of copying: length, characters that do not occur, the N and the
// checksum. A key of the wrong length keeps the groups in which it was typed:
// they show where something is missing.
func cleanMicrosoftKey(s string) (string, []Note) {
	if isSeveral(s, keyLength) {
		return s, []Note{remark("several", textTwoKeys)}
	}
	if !isGrouped(s, isAlnum) {
		return s, []Note{remark("alphabet", textKeyLetters)}
	}
	if n := len(ungroup(s)); n != keyLength {
		value, notes := inCapitals(s)
		return value, append(append(notes, remark("length", textKeyLength, n)), checkGroupSizes(s, 5, 5)...)
	}
	value, notes := regroup(s, "-", 5)
	return value, append(notes, checkKey(ungroup(value))...)
}

// maxSeveral is how many keys somebody may put in one line; what is longer is
// something else.
const maxSeveral = 5

// isSeveral reports whether two or more keys of n letters and digits stand in
// one line.
func isSeveral(s string, n int) bool {
	if isGrouped(s, isAlnum) {
		count := len(ungroup(s))
		return count%n == 0 && 1 < count/n && count/n <= maxSeveral
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;/、|・", r) })
	for _, part := range parts {
		if part = strings.Trim(part, " "); !isGrouped(part, isAlnum) || len(ungroup(part)) != n {
			return false
		}
	}
	return len(parts) > 1
}

// checkGroupSizes names the groups that were typed in another size, if the key
// was typed in the right number of groups.
func checkGroupSizes(s string, count, size int) []Note {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == ' ' })
	if len(groups) != count {
		return nil
	}
	var notes []Note
	for i, g := range groups {
		if len(g) != size {
			notes = append(notes, remark("length", textGroupSize, i+1, len(g), size))
		}
	}
	return notes
}

// checkKey looks for slips in the 25 characters of a key.
func checkKey(key string) []Note {
	if odd := keyMisreadAt(key); len(odd) > 0 {
		return checkKeyAlphabet(key, odd)
	}
	count := strings.Count(key, "N")
	if count == 1 && keySumFits(key) {
		return nil
	}
	if fits := keyRepairs(key); len(fits) == 1 {
		i := fits[0].at
		return []Note{remark("checksum", textKeyPerhaps, i/5+1, i%5+1, string(fits[0].alike))}
	}
	switch count {
	case 0:
		return []Note{remark("no-n", textKeyNoN)}
	case 1:
		return []Note{remark("checksum", textKeyCompare)}
	}
	return []Note{remark("alphabet", textKeyTwoN, count)}
}

// keyMisreadAt returns the places of the characters that no key holds.
func keyMisreadAt(key string) []int {
	var odd []int
	for i := range len(key) {
		if key[i] != 'N' && strings.IndexByte(keyAlphabet, key[i]) < 0 {
			odd = append(odd, i)
		}
	}
	return odd
}

// maxMisread is the number of impossible characters up to which each is named.
const maxMisread = 3

// checkKeyAlphabet says of each character that cannot be in a key what it may
// have been: the one reading that makes the checksum right, if there is one.
func checkKeyAlphabet(key string, odd []int) []Note {
	if len(odd) > maxMisread {
		return []Note{remark("alphabet", textKeyOther, len(odd))}
	}
	readings := []string{key}
	for _, i := range odd {
		var more []string
		for _, r := range readings {
			for _, c := range keyMisread[key[i]] {
				more = append(more, r[:i]+string(c)+r[i+1:])
			}
		}
		readings = more
	}
	fits := slices.DeleteFunc(readings, func(r string) bool { return strings.Count(r, "N") != 1 || !keySumFits(r) })
	var notes []Note
	for _, i := range odd {
		meant := keyMisread[key[i]]
		if len(fits) == 1 {
			meant = fits[0][i : i+1]
		}
		letters := strings.Split(meant, "")
		perhaps := lang.Text{EN: strings.Join(letters, " or "), JA: strings.Join(letters, " か ")}
		notes = append(notes, remark("alphabet", textKeyNever, i/5+1, i%5+1, key[i:i+1], perhaps))
	}
	return notes
}

// A keyRepair is a look-alike that makes the checksum of a key right.
type keyRepair struct {
	at    int
	alike byte
}

// keyRepairs returns every single look-alike with which the key has one N and
// the right sum. Other characters are not tried: of 576 that could stand in
// one place of the key, chance alone makes one in 1024 right.
func keyRepairs(key string) []keyRepair {
	var fits []keyRepair
	for i := range len(key) {
		for _, set := range keyAlike {
			if strings.IndexByte(set, key[i]) < 0 {
				continue
			}
			for _, c := range []byte(set) {
				other := key[:i] + string(c) + key[i+1:]
				if c != key[i] && strings.Count(other, "N") == 1 && keySumFits(other) {
					fits = append(fits, keyRepair{i, c})
				}
			}
		}
	}
	return fits
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

// A BitLocker recovery password has eight blocks of six digits.
const (
	bitlockerBlocks = 8
	bitlockerDigits = 6
	bitlockerLength = bitlockerBlocks * bitlockerDigits
)

// bitlockerID is the identifier by which Windows says which key it wants. It
// stands beside the key on paper and on the screen, and is copied instead.
var bitlockerID = pattern(`(?i)^\{?[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}?$`)

// digitAlike says which digit a letter in a number may have been.
var digitAlike = map[byte]string{'O': "0", 'D': "0", 'Q': "0", 'I': "1", 'L': "1", 'Z': "2", 'S': "5", 'G': "6", 'B': "8"}

var (
	textBitLockerID = lang.T("this is the key ID, which only tells keys apart: note the recovery key itself, 48 digits",
		"これは回復キーを見分けるための「キー ID」です。回復キーそのもの（数字 48 桁）を入力してください")
	textBitLockerDigits = lang.T("a BitLocker recovery key has only digits", "BitLocker の回復キーは数字だけでできています")
	textBitLockerAlike  = lang.T("block %d, digit %d: %s is no digit, perhaps %s", "%d 組目の %d 桁目: 「%s」は数字ではありません。%s ではありませんか")
	textBitLockerLength = lang.T("%d digits: a BitLocker recovery key has 48, eight blocks of six", "%d 桁です。BitLocker の回復キーは 6 桁 × 8 組の 48 桁です")
	textBitLockerBlock  = lang.T("block %d is copied wrongly: compare its six digits", "%d 組目に写し間違いがあります。6 桁を見比べてください")
)

// cleanBitLocker writes a BitLocker recovery password in eight blocks of six
// digits and names the block that is copied wrongly: each is divisible by 11
// and below 2^16·11, so every single wrong digit and every swap of neighbours
// in a block shows. Source: dislocker, src/accesses/rp/recovery_password.c at
// a0d5fb6.
func cleanBitLocker(s string) (string, []Note) {
	switch {
	case bitlockerID().MatchString(s):
		return s, []Note{remark("form", textBitLockerID)}
	case isSeveral(s, bitlockerLength):
		return s, []Note{remark("several", textTwoKeys)}
	case !isGrouped(s, isDigit):
		return s, checkBitLockerDigits(s)
	}
	if n := len(ungroup(s)); n != bitlockerLength {
		return s, append([]Note{remark("length", textBitLockerLength, n)}, checkGroupSizes(s, bitlockerBlocks, bitlockerDigits)...)
	}
	value, notes := inGroups(s, "-", bitlockerDigits)
	for i, block := range strings.Split(value, "-") {
		if n := atoi(block); n%11 != 0 || n >= 11<<16 {
			notes = append(notes, remark("checksum", textBitLockerBlock, i+1))
		}
	}
	return value, notes
}

// checkBitLockerDigits names the letters among 48 characters that look like
// digits.
func checkBitLockerDigits(s string) []Note {
	only := []Note{remark("alphabet", textBitLockerDigits)}
	key := strings.ToUpper(ungroup(s))
	if !isGrouped(s, isAlnum) || len(key) != bitlockerLength {
		return only
	}
	var notes []Note
	for i := range len(key) {
		switch alike := digitAlike[key[i]]; {
		case isDigit(key[i]):
		case alike == "" || len(notes) == maxMisread:
			return only
		default:
			notes = append(notes, remark("alphabet", textBitLockerAlike, i/bitlockerDigits+1, i%bitlockerDigits+1, key[i:i+1], alike))
		}
	}
	return notes
}
