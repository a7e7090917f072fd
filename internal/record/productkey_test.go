package record

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// setupKeys are client set-up keys that Microsoft publishes for volume
// activation; they open nothing and are no secret.
var setupKeys = []string{
	"W269N-WFGWX-YVC9B-4J6C9-T83GX", // Windows 10 Pro
	"NPPR9-FWDCX-D2C8J-H872K-2YT43", // Windows 10 Enterprise
	"XQNVK-8JYDB-WJ9W3-YJ8YR-WFG99", // Office Professional Plus 2016
	"NMMKJ-6RK4F-KMJVX-8D9MJ-6MWKP", // Office Professional Plus 2019
	"FXYTK-NJJ8C-GB6DW-3DYQT-6F7TH", // Office LTSC Professional Plus 2021
}

// keyOf writes the number as a key with one N, for tests only.
func keyOf(v *big.Int) string {
	base, digit := big.NewInt(24), new(big.Int)
	var s []byte
	v = new(big.Int).Set(v)
	for range 24 {
		v.DivMod(v, base, digit)
		s = append([]byte{keyAlphabet[digit.Int64()]}, s...)
	}
	n := int(v.Int64())
	return group(string(s[:n])+"N"+string(s[n:]), "-", 5)
}

// syntheticKey returns a key that cannot be real: its number is small, with
// the checksum put in.
func syntheticKey(t testing.TB, seed int64) string {
	t.Helper()
	v := new(big.Int).Mul(big.NewInt(seed), big.NewInt(0x1234567))
	for sum := range int64(1024) {
		w := new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(sum), 103))
		if key := keyOf(w); keySumFits(ungroup(key)) {
			return key
		}
	}
	t.Fatal("no checksum fits")
	return ""
}

func TestKeySum(t *testing.T) {
	for _, k := range setupKeys {
		if !keySumFits(ungroup(k)) {
			t.Errorf("%s does not verify", k)
		}
	}
	if crcBZIP2([]byte("123456789")) != 0xfc891918 { // the check value of CRC-32/BZIP2
		t.Error("the sum is not CRC-32/BZIP2")
	}
}

// randomKey returns a key with a random number and the sum that belongs to it.
// Its signature is random, too: no product takes such a key.
func randomKey(r *rand.Rand) string {
	most := new(big.Int).Exp(big.NewInt(24), big.NewInt(24), nil)
	most.Mul(most, big.NewInt(25)) // 25 places for the N, then 24 digits
	for {
		v := new(big.Int)
		for i := range 115 {
			v.SetBit(v, i, uint(r.IntN(2)))
		}
		for i := range 10 {
			v.SetBit(v, 103+i, 0)
		}
		sum := crcBZIP2(littleEndian(v)) & 1023
		if v.Or(v, new(big.Int).Lsh(big.NewInt(int64(sum)), 103)); v.Cmp(most) < 0 {
			return keyOf(v)
		}
	}
}

func littleEndian(v *big.Int) []byte {
	b := v.FillBytes(make([]byte, 16))
	slices.Reverse(b)
	return b
}

// What the check of a product key finds, in figures: nearly all single wrong
// characters, all swaps of neighbours; and how often a look-alike is put right.
func TestKeyFigures(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var subs, subsMissed, swaps, swapsMissed, alike, right, wrong int
	for range 100 {
		key := ungroup(randomKey(r))
		if notes := checkKey(key); notes != nil {
			t.Fatalf("%s: %s", key, notes[0].Say(lang.EN))
		}
		for i := range len(key) {
			for _, c := range []byte(keyAlphabet + "N") {
				slip := key[:i] + string(c) + key[i+1:]
				if c == key[i] {
					continue
				}
				subs++
				if isUnsuspected(slip) {
					subsMissed++
				}
				if !looksAlike(c, key[i]) || isUnsuspected(slip) {
					continue
				}
				alike++
				switch found := checkKey(slip)[0].Args; {
				case len(found) != 3:
				case found[0] == i/5+1 && found[1] == i%5+1 && found[2] == key[i:i+1]:
					right++
				default:
					wrong++
				}
			}
			if i > 0 && key[i] != key[i-1] {
				swaps++
				if isUnsuspected(key[:i-1] + key[i:i+1] + key[i-1:i] + key[i+1:]) {
					swapsMissed++
				}
			}
		}
	}
	t.Logf("100 keys: %d of %d single wrong characters missed (%.3f %%), %d of %d swaps of neighbours missed (%.3f %%)",
		subsMissed, subs, 100*float64(subsMissed)/float64(subs), swapsMissed, swaps, 100*float64(swapsMissed)/float64(swaps))
	t.Logf("of %d look-alikes mixed up, %d were named with what to put (%.1f %%), for %d another place was named (%.1f %%)",
		alike, right, 100*float64(right)/float64(alike), wrong, 100*float64(wrong)/float64(alike))
	if subs < 50_000 || subsMissed*500 > subs || swaps < 2_000 || swapsMissed*500 > swaps {
		t.Error("the check finds less than 99.8 % of slips")
	}
	if alike < 1_500 || right*10 < alike*9 || wrong*100 > alike {
		t.Error("look-alikes are not put right")
	}
}

// isUnsuspected reports whether there is no remark on a key of 25 characters of
// the alphabet; it is checkKey without the search for what to put.
func isUnsuspected(key string) bool { return strings.Count(key, "N") == 1 && keySumFits(key) }

func looksAlike(a, b byte) bool {
	return slices.ContainsFunc(keyAlike, func(set string) bool { return strings.IndexByte(set, a) >= 0 && strings.IndexByte(set, b) >= 0 })
}

func TestCleanMicrosoftKey(t *testing.T) {
	good, other := syntheticKey(t, 7), syntheticKey(t, 8)
	old := "BCDFG-HJKMP-QRTVW-XY234-6789B" // no N: as before Windows 8
	short := good[:7] + good[8:]           // one missing in the second group
	checkClean(t, formatted(FormatMicrosoftKey, TypeProductKey), []cleanCase{
		{good, good, ""},
		{strings.ToLower(good), good, "capitals!"},
		{strings.ReplaceAll(good, "-", ""), good, "grouped!"},
		{strings.ReplaceAll(good, "-", " "), good, "grouped!"},
		{strings.ReplaceAll(good, "-", " - "), strings.ReplaceAll(good, "-", " - "), "alphabet"},
		{fullWidth(good), good, "folded!"},
		{" " + good + "　", good, ""},
		{old, old, "no-n"},
		{good[:28], good[:28], "length length"},
		{short, short, "length length"},
		{strings.ToLower(short), short, "capitals! length length"},
		{good + "-B", good + "-B", "length"},
		{good[:17], good[:17], "length"},
		{good + " " + other, good + " " + other, "several"},
		{good + other, good + other, "several"},
		{good + " / " + other, good + " / " + other, "several"},
		{good + "、" + other, good + "、" + other, "several"},
		{good + " / Office", good + " / Office", "alphabet"},
		{"0" + old[1:], "0" + old[1:], "alphabet"},
		{"OIS" + old[3:], "OIS" + old[3:], "alphabet alphabet alphabet"},
		{"OISEU-" + old[6:], "OISEU-" + old[6:], "alphabet"},
		{"NN" + old[2:], "NN" + old[2:], "alphabet"},
		{"キーはカードにあります", "キーはカードにあります", "alphabet"},
		{"ABC--DE", "ABC--DE", "alphabet"},
	})
	for _, dash := range "-ー－―−‐‑‒–—ｰ﹣─━" {
		if got, _, err := formatted(FormatMicrosoftKey, TypeProductKey)(strings.ReplaceAll(good, "-", string(dash))); got != good || err != nil {
			t.Errorf("%q is no dash: %v", dash, err)
		}
	}
}

// fullWidth writes a key as a Japanese input method does.
func fullWidth(key string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return 'ー'
		}
		return r + 0xfee0
	}, key)
}

func TestMicrosoftKeyNotes(t *testing.T) {
	good := ungroup(syntheticKey(t, 7))
	n := strings.IndexByte(good, 'N')
	for in, said := range map[string][2]string{
		"BCDFG-HOKMP-QRTVW-XY234-6789B": {"group 2, character 2: O never occurs in a product key, perhaps Q or D", "2 組目の 2 文字目: 「O」はキーに使われません。Q か D ではありませんか"},
		"BCDFG-HJKMP-QRTVW-XY234-6789B": {"no N: keys of Windows 8, Office 2013 and later have exactly one", "N がありません。Windows 8・Office 2013 以降のキーには N が 1 つだけあります"},
		"NNNFG-HJKMP-QRTVW-XY234-6789B": {"3 times N: a product key has at most one", "N が 3 個あります"},
		"00000-00000-00000-00000-00000": {"25 characters never occur", "使われない文字が 25 個あります"},
		good + good:                     {"two keys in one line", "キーが 2 つ入っています"},
		group(good[:24], "-", 5):        {"24 characters: a product key has 25", "24 文字です"},
		good[:n] + "M" + good[n+1:]:     {fmt.Sprintf("look at group %d, character %d, perhaps N", n/5+1, n%5+1), "N ではありませんか"},
	} {
		_, notes := cleanMicrosoftKey(in)
		last := slices.DeleteFunc(notes, func(n Note) bool { return n.Changed })
		if row := len("    ") + columns(last[0].Say(lang.JA)); strings.Contains(said[1], "か D") && row > 79 {
			t.Errorf("%s: %d columns leave a lone か on the next row", in, row)
		}
		if len(last) == 0 || !strings.Contains(last[0].Say(lang.EN), said[0]) || !strings.Contains(last[0].Say(lang.JA), said[1]) {
			t.Errorf("%s: got %v", in, last)
		}
	}
	_, notes := cleanMicrosoftKey("BCDFG-HJKM-QRTVW-XY234-6789B")
	if len(notes) != 2 || notes[1].Say(lang.EN) != "group 2 has 4 characters instead of 5" || notes[1].Say(lang.JA) != "2 組目が 4 文字です（正しくは 5 文字）" {
		t.Errorf("the short group is not named: %v", notes)
	}
	for _, k := range setupKeys {
		if _, notes := cleanMicrosoftKey(k); notes != nil {
			t.Errorf("%s: %s", k, notes[0].Say(lang.EN))
		}
	}
}

// Of a character that no key holds, the one reading that makes the sum right
// is proposed; if more than one does, or none, all are.
func TestKeyMisread(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tried, named := 0, 0
	for range 200 {
		key := ungroup(randomKey(r))
		for wrong, meant := range keyMisread {
			for _, c := range []byte(meant) {
				i := strings.IndexByte(key, c)
				if i < 0 {
					continue
				}
				notes := checkKey(key[:i] + string(wrong) + key[i+1:])
				if len(notes) != 1 || notes[0].Key != "alphabet" || notes[0].Args[0] != i/5+1 || notes[0].Args[1] != i%5+1 {
					t.Fatalf("%c for %c: got %v", wrong, c, notes)
				}
				tried++
				switch perhaps := notes[0].Args[3].(lang.Text).EN; {
				case perhaps == string(c):
					named++
				case !strings.Contains(perhaps, string(c)):
					t.Fatalf("%c for %c: perhaps %s", wrong, c, perhaps)
				}
			}
		}
	}
	t.Logf("%d impossible characters, for %d just the right one was proposed (%.1f %%)", tried, named, 100*float64(named)/float64(tried))
	if tried < 1000 || named*100 < tried*99 {
		t.Error("too few are named")
	}
}

// A note must never claim that a key is genuine: the sum cannot know.
func TestNoClaimOfGenuineness(t *testing.T) {
	for _, k := range append(setupKeys, syntheticKey(t, 3), "WRONG-WRONG-WRONG-WRONG-WRONG") {
		_, notes := cleanMicrosoftKey(k)
		for _, n := range notes {
			for _, word := range []string{"genuine", "valid", "real", "本物", "正規", "有効"} {
				if strings.Contains(n.Say(lang.EN)+n.Say(lang.JA), word) {
					t.Errorf("says %q: %s", word, n.Say(lang.EN))
				}
			}
		}
	}
}

// bitLocker returns a recovery password with random blocks.
func bitLocker(r *rand.Rand) string {
	var blocks []string
	for range bitlockerBlocks {
		blocks = append(blocks, fmt.Sprintf("%06d", 11*r.IntN(1<<16)))
	}
	return strings.Join(blocks, "-")
}

func TestCleanBitLocker(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	good, other := "000077-011077-022077-033077-044077-055077-066077-077077", bitLocker(r)
	id := "1A2B3C4D-0000-4000-8000-1A2B3C4D5E6F"
	checkClean(t, formatted(FormatBitLocker, TypeProductKey), []cleanCase{
		{good, good, ""},
		{strings.ReplaceAll(good, "-", ""), good, "grouped!"},
		{strings.ReplaceAll(good, "-", " "), good, "grouped!"},
		{strings.ReplaceAll(good, "-", "－"), good, "folded!"},
		{fullWidth(good), good, "folded!"},
		{good[:53], good[:53], "length length"},
		{good[:3] + good[4:], good[:3] + good[4:], "length length"},
		{good + " " + other, good + " " + other, "several"},
		{good + ", " + other, good + ", " + other, "several"},
		{id, id, "form"},
		{"{" + strings.ToLower(id) + "}", "{" + strings.ToLower(id) + "}", "form"},
		{"000078" + good[6:], "000078" + good[6:], "checksum"},
		{good[:49] + "720896", good[:49] + "720896", "checksum"}, // divisible, but 2^16 times 11
		{"O00077" + good[6:], "O00077" + good[6:], "alphabet"},
		{"OOl" + good[3:], "OOl" + good[3:], "alphabet alphabet alphabet"},
		{"OOOO" + good[4:], "OOOO" + good[4:], "alphabet"},
		{"ABCDEF-000000", "ABCDEF-000000", "alphabet"},
	})
	_, notes := cleanBitLocker(good[:7] + "O" + good[8:])
	if len(notes) != 1 || notes[0].Say(lang.EN) != "block 2, digit 1: O is no digit, perhaps 0" {
		t.Errorf("got %v", notes)
	}
}

// Every single wrong digit and every swap of neighbours in a block is found,
// and the block is named; a swap across two blocks names both or one of them.
func TestBitLockerFigures(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	subs, swaps, missed := 0, 0, 0
	check := func(slip string, block int) {
		value, notes := cleanBitLocker(slip)
		if len(notes) != 1 || notes[0].Key != "checksum" || notes[0].Args[0] != block || value != slip {
			missed++
		}
	}
	for range 100 {
		key := bitLocker(r)
		for i := range len(key) {
			if key[i] == '-' {
				continue
			}
			for c := byte('0'); c <= '9'; c++ {
				if c != key[i] {
					subs++
					check(key[:i]+string(c)+key[i+1:], i/7+1)
				}
			}
			if i > 0 && key[i-1] != '-' && key[i-1] != key[i] {
				swaps++
				check(key[:i-1]+key[i:i+1]+key[i-1:i]+key[i+1:], i/7+1)
			}
		}
	}
	t.Logf("100 keys: %d single wrong digits and %d swaps of neighbours, %d without the right block named", subs, swaps, missed)
	if subs != 100*48*9 || swaps < 3000 || missed > 0 {
		t.Error("a slip is not found")
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct {
		t           Type
		value, want string
	}{
		{TypeProductKey, "BCDFG-HJKMP-QRTVW-XY234-6789B", "BCDFG-*****-*****-*****-6789B"},
		{TypeProductKey, "000077-011077-022077-033077-044077-055077-066077-077077", "000077-*****-*****-*****-*****-*****-*****-077077"},
		{TypeProductKey, "AAAAA-BBBBB-CCCCC", hidden},
		{TypeProductKey, "1234567890123456", hidden},
		{TypeProductKey, "AAAAAAAAAAAA-B-C-D", hidden},
		{TypeProductKey, "A-B-C-D", "A-*****-*****-D"},
		{TypeProductKey, "---", "-*****-*****-"},
		{TypeSecret, "x", hidden}, {TypeSecret, strings.Repeat("x", 500), hidden}, {TypeSecret, "a-b-c-d-e", hidden},
		{TypeOTPAuth, "JBSWY3DP", hidden}, {TypeCodes, "1234 5678", hidden}, {"of-a-newer-program", "x", hidden},
		{TypeSecret, "", ""}, {TypeText, "山田", "山田"}, {TypeHint, "犬", "犬"}, {"", "x", "x"},
	} {
		if got := Mask(c.t, c.value); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.t, c.value, got, c.want)
		}
	}
}

func TestUnused(t *testing.T) {
	codes := []Code{{Code: "1"}, {Code: "2", Used: "2026-11-22"}, {Code: "3", Used: UsedUnknown}, {Code: "4"}}
	if Unused(codes) != 2 || Unused(nil) != 0 {
		t.Errorf("%d codes are unused", Unused(codes))
	}
}
