package record

import (
	"math/rand/v2"
	"testing"
)

// The short way through a plain number ends where the long one does.
func TestPlainPhone(t *testing.T) {
	plain := 0
	check := func(s string) {
		number, ok := plainPhone(s)
		if !ok {
			return
		}
		plain++
		short, osaka := readPhone(s)
		want, wantOsaka := readAnyPhone(s)
		if number != want || short != want || osaka != wantOsaka {
			t.Errorf("%q: got %q %v, want %q %v", s, short, osaka, want, wantOsaka)
		}
	}
	for _, s := range []string{"", "0", "-", "0-", "-03-0000-0000", "03--0000-0000", "03-0000-0000-", "06-0000-0000", "0600000000", "060-0000-0000",
		"0-6-0000-0000", "010-81-90-0000-0000", "0-10-81", "01-0000-0000", "0081-90-0000-0000", "0033-90-0000-0000", "184-090-0000-0000", "#9110", "110"} {
		check(s)
	}
	random := rand.New(rand.NewPCG(1, 2))
	const letters = "00112345678-6--0"
	for range 200_000 {
		b := make([]byte, random.IntN(16))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		check(string(b))
	}
	if plain < 10_000 {
		t.Errorf("only %d plain numbers were tried", plain)
	}
}

func BenchmarkPhoneDigits(b *testing.B) {
	for name, s := range map[string]string{"plain": "090-0000-1234", "with more": "090-0000-1234 (代表)"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if PhoneDigits(s) != "09000001234" {
					b.Fatal(PhoneDigits(s))
				}
			}
		})
	}
}
