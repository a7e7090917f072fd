package paper

import (
	"math/rand/v2"
	"strings"
	"testing"

	"memovault/internal/record"
)

const (
	sampleKey   = "BCDFG-HJKMP-QRTVW-XY234-6789N"
	keyAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

func TestCheckIsTheDocumentedFormula(t *testing.T) {
	// 5·65 + 25·98 + 125·51 = 9150, and 9150 mod 673 = 401 = 15·26 + 11
	for _, s := range []string{"Ab3", "A-b 3"} {
		if got, want := Check(record.TypeProductKey, s), "MH"; got != want {
			t.Errorf("Check(%q) = %s, want %s", s, got, want)
		}
	}
	if got := Check(record.TypeSecret, "A-b 3"); got == "MH" {
		t.Error("the hyphen of a password does not count")
	}
	if got := Check(record.TypeCodes, " - "); got != "" {
		t.Errorf("nothing has the check letters %q", got)
	}
}

func TestCheckAlphabetHasNoLookAlikes(t *testing.T) {
	if len(checkAlphabet)*len(checkAlphabet) < checkPrime {
		t.Fatal("the alphabet is too short")
	}
	for _, set := range alike {
		if strings.ContainsAny(checkAlphabet, strings.ReplaceAll(set.chars, "l", "")) {
			t.Errorf("the alphabet holds one of %s", set.chars)
		}
	}
	seen := map[int]bool{}
	for power, n := checkBase, 1; n < checkPrime; n++ {
		if seen[power] {
			t.Fatalf("%d is no primitive root of %d", checkBase, checkPrime)
		}
		seen[power] = true
		power = power * checkBase % checkPrime
	}
}

// TestCheckSeesSlips holds what the comment of Check promises: every wrong
// character, every exchange of two, every wrong pair of twins.
func TestCheckSeesSlips(t *testing.T) {
	key := ungrouped.Replace(sampleKey)
	want := Check(record.TypeProductKey, key)
	slips := 0
	try := func(what, slip string) {
		slips++
		if slip != key && Check(record.TypeProductKey, slip) == want {
			t.Errorf("%s goes unnoticed: %s", what, slip)
		}
	}
	for i := range key {
		for _, c := range keyAlphabet {
			try("a wrong character", key[:i]+string(c)+key[i+1:])
		}
		for j := i + 1; j < len(key); j++ {
			b := []byte(key)
			b[i], b[j] = b[j], b[i]
			try("an exchange", string(b))
		}
	}
	try("a missing character", key[:len(key)-1])
	try("one too many", key+"N")
	if slips < 1800 {
		t.Errorf("only %d slips were tried", slips)
	}
	for _, c := range keyAlphabet {
		twins := key[:7] + "55" + key[7:]
		slip := key[:7] + string(c) + string(c) + key[7:]
		if slip != twins && Check(record.TypeCodes, slip) == Check(record.TypeCodes, twins) {
			t.Errorf("twins go unnoticed: %c", c)
		}
	}
}

func TestCheckSeesOtherSlips(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	key := ungrouped.Replace(sampleKey)
	want := Check(record.TypeProductKey, key)
	const tries = 200_000
	missed := 0
	for range tries {
		b := []byte(key)
		for range 3 {
			b[r.IntN(len(b))] = keyAlphabet[r.IntN(len(keyAlphabet))]
		}
		if string(b) != key && Check(record.TypeProductKey, string(b)) == want {
			missed++
		}
	}
	if rate := float64(missed) / tries; rate > 0.002 {
		t.Errorf("%.2f %% of several wrong characters go unnoticed, not 0.15 %%", 100*rate)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{sampleKey, "", "f3k9-0o1l", "\xff\xfe", "合言葉", "a\u0301\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []record.Type{record.TypeCodes, record.TypeSecret} {
			letters := Check(kind, s)
			if letters != "" && (len(letters) != 2 || strings.Trim(letters, checkAlphabet) != "") {
				t.Errorf("Check(%q) = %q", s, letters)
			}
		}
	})
}
