package record

import (
	"fmt"
	"math/big"
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

// One wrong character is found but for about one in a thousand.
func TestKeySumFindsSlips(t *testing.T) {
	tried, missed := 0, 0
	for seed := int64(1); seed <= 5; seed++ {
		key := ungroup(syntheticKey(t, seed))
		for i := range len(key) {
			for _, c := range []byte(keyAlphabet) {
				if key[i] == 'N' || key[i] == c {
					continue
				}
				tried++
				if keySumFits(key[:i] + string(c) + key[i+1:]) {
					missed++
				}
			}
		}
	}
	if missed*200 > tried {
		t.Errorf("%d of %d slips were missed", missed, tried)
	}
}

func TestCleanMicrosoftKey(t *testing.T) {
	good := syntheticKey(t, 7)
	old := "BCDFG-HJKMP-QRTVW-XY234-6789B" // no N: as before Windows 8
	checkClean(t, formatted(FormatMicrosoftKey, TypeProductKey), []cleanCase{
		{good, good, ""},
		{strings.ToLower(good), good, "capitals!"},
		{strings.ReplaceAll(good, "-", ""), good, "grouped!"},
		{strings.ReplaceAll(good, "-", " "), good, "grouped!"},
		{strings.ReplaceAll(good, "-", "ー"), good, "folded!"},
		{" " + good + "　", good, ""},
		{old, old, ""},
		{good[:28], good[:28], "length"},
		{good + "-B", good + "-B", "length"},
		{"0" + old[1:], "0" + old[1:], "alphabet"},
		{"OIS" + old[3:], "OIS" + old[3:], "alphabet alphabet alphabet"},
		{"NN" + old[2:], "NN" + old[2:], "alphabet"},
		{"キーはカードにあります", "キ-はカ-ドにあります", "folded! alphabet"},
		{"ABC--DE", "ABC--DE", "alphabet"},
	})
}

func TestMicrosoftKeyNotes(t *testing.T) {
	_, notes := cleanMicrosoftKey("BCDFG-HOKMP-QRTVW-XY234-6789B")
	if len(notes) != 1 || !strings.Contains(notes[0].Say(lang.EN), "group 2, character 2: O never occurs in a product key, perhaps Q, D") {
		t.Errorf("got %v", notes)
	}
	// A slip between look-alikes is offered back where it is the only one.
	offered := 0
	for seed := int64(1); seed < 25; seed++ {
		key := syntheticKey(t, seed)
		for i, c := range []byte(key) {
			if c != '8' {
				continue
			}
			_, notes := cleanMicrosoftKey(key[:i] + "B" + key[i+1:])
			if len(notes) == 1 && strings.HasSuffix(notes[0].Say(lang.EN), fmt.Sprintf("group %d, character %d, perhaps 8", i/6+1, i%6+1)) {
				offered++
			} else if len(notes) == 1 && notes[0].Key != "checksum" {
				t.Errorf("got %v", notes)
			}
		}
	}
	if offered < 8 {
		t.Errorf("only %d look-alikes were offered back", offered)
	}
	for _, k := range setupKeys {
		_, notes := cleanMicrosoftKey(k)
		for _, n := range notes {
			t.Errorf("%s: %s", k, n.Say(lang.EN))
		}
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

func TestCleanBitLocker(t *testing.T) {
	var blocks []string
	for i := range 8 {
		blocks = append(blocks, fmt.Sprintf("%06d", 11*(1000*i+7)))
	}
	good := strings.Join(blocks, "-")
	checkClean(t, formatted(FormatBitLocker, TypeProductKey), []cleanCase{
		{good, good, ""},
		{strings.ReplaceAll(good, "-", ""), good, "grouped!"},
		{strings.ReplaceAll(good, "-", " "), good, "grouped!"},
		{strings.ReplaceAll(good, "-", "－"), good, "folded!"},
		{good[:53], good[:53], "length"},
		{"000078" + good[6:], "000078" + good[6:], "checksum"},
		{good[:49] + "720896", good[:49] + "720896", "checksum"}, // divisible, but 2^16 times 11
		{"ABCDEF-000000", "ABCDEF-000000", "alphabet"},
	})
	for block := range 8 {
		for place := range 6 {
			at := 7*block + place
			wrong := good[:at] + string('0'+(good[at]-'0'+1)%10) + good[at+1:]
			_, notes := cleanBitLocker(wrong)
			if len(notes) != 1 || notes[0].Args[0] != block+1 {
				t.Errorf("a slip in block %d is not named: %v", block+1, notes)
			}
		}
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
