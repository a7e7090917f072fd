package keyring

import (
	"bytes"
	"testing"
)

func TestPaddingLeavesFewSizes(t *testing.T) {
	sizes := map[int]bool{}
	for n := range 64 << 10 {
		got := paddedLen(n)
		if got < n || got < paddingFloor {
			t.Fatalf("paddedLen(%d) = %d", n, got)
		}
		if n > paddingFloor && float64(got-n) > 0.12*float64(n) {
			t.Fatalf("paddedLen(%d) = %d: more than 12 %% on top", n, got)
		}
		if paddedLen(got) != got {
			t.Fatalf("paddedLen(%d) = %d, which is padded again to %d", n, got, paddedLen(got))
		}
		sizes[got] = true
	}
	if len(sizes) > 113 {
		t.Errorf("%d distinct sizes up to 64 KiB, want at most 113", len(sizes))
	}
}

// TestSealedSizesAreFew is the same claim about what a finder of the file sees.
func TestSealedSizesAreFew(t *testing.T) {
	v := mustVault(t, false)
	sizes := map[int]bool{}
	for n := 0; n < 64<<10; n += 97 {
		sealed, err := v.Seal(bytes.Repeat([]byte("x"), n))
		if err != nil {
			t.Fatal(err)
		}
		sizes[len(sealed)] = true
	}
	if len(sizes) > 113 {
		t.Errorf("%d distinct ciphertext sizes, want at most 113", len(sizes))
	}
}

func TestPaddedTextEndsInANewline(t *testing.T) {
	for n := range 2000 {
		text := bytes.Repeat([]byte("x"), n)
		padded := padText(text)
		if padded[len(padded)-1] != '\n' || !bytes.Equal(trimPadding(padded), text) {
			t.Fatalf("%d bytes: not padded with newlines alone", n)
		}
	}
}
