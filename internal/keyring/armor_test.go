package keyring

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"filippo.io/age/armor"
)

// readWithAge is the reference: what age itself makes of the text.
func readWithAge(text []byte) ([]byte, error) {
	return io.ReadAll(armor.NewReader(bytes.NewReader(text)))
}

// checkAgainstAge fails if we accept what age refuses, or read it differently.
// It reports whether we accepted.
func checkAgainstAge(t *testing.T, text []byte) bool {
	t.Helper()
	ours, err := decodeArmor(text)
	if err != nil {
		return false
	}
	theirs, err := readWithAge(text)
	if err != nil {
		t.Fatalf("we accept what age refuses (%v): %q", err, text)
	}
	if !bytes.Equal(ours, theirs) {
		t.Fatalf("we read %x, age reads %x", ours, theirs)
	}
	return true
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestArmorReadsWhatAgeWrites(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 600; n++ {
		bin := randomBytes(r, n)
		text := armored(t, bin)
		for _, form := range [][]byte{text, bytes.TrimSuffix(text, []byte("\n"))} {
			got, err := decodeArmor(form)
			if err != nil || !bytes.Equal(got, bin) {
				t.Fatalf("%d bytes: read %d bytes, %v", n, len(got), err)
			}
		}
	}
}

// TestArmorReadsInAnyPieces asks for the content in pieces of every small size:
// lines are decoded in place or through a buffer depending on it.
func TestArmorReadsInAnyPieces(t *testing.T) {
	bin := randomBytes(rand.New(rand.NewPCG(3, 4)), 1000)
	text := armored(t, bin)
	for size := 1; size < 200; size++ {
		r, err := newArmorReader(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		piece := make([]byte, size)
		for {
			n, err := r.Read(piece)
			got = append(got, piece[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, bin) || !r.done() {
			t.Errorf("in pieces of %d: %d bytes, done %v", size, len(got), r.done())
		}
	}
}

// mutate changes text in one of the ways that files get damaged or forged.
func mutate(r *rand.Rand, text []byte) []byte {
	text = bytes.Clone(text)
	at := r.IntN(len(text))
	inserted := []string{"\n", "\r", "\r\n", " ", "=", "A", "-", "\x00", "\t", "==\n", "\n\n"}
	switch r.IntN(6) {
	case 0:
		text[at] ^= 1 << r.IntN(8)
	case 1:
		return text[:at]
	case 2:
		return append(text[:at], text[at+1:]...)
	case 3:
		tail := bytes.Clone(text[at:])
		return append(append(text[:at], inserted[r.IntN(len(inserted))]...), tail...)
	case 4:
		return bytes.Replace(text, []byte("\n"), []byte("\r\n"), r.IntN(3)-1)
	case 5:
		text[at] = "=\n\rA+/-_ "[r.IntN(9)]
	}
	return text
}

func TestArmorNeverAcceptsMoreThanAge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	accepted, refused := 0, 0
	for range 60_000 {
		text := mutate(r, armored(t, randomBytes(r, 1+r.IntN(260))))
		if r.IntN(3) == 0 && len(text) > 0 {
			text = mutate(r, text)
		}
		if checkAgainstAge(t, text) {
			accepted++
		} else {
			refused++
		}
	}
	if accepted < 1000 || refused < 30_000 {
		t.Errorf("accepted %d, refused %d: the mutations do not try both", accepted, refused)
	}
}

func TestArmorRefusesEveryDeviation(t *testing.T) {
	text := string(armored(t, bytes.Repeat([]byte{7}, 100)))
	line := "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"
	for name, bad := range map[string]string{
		"empty":                 "",
		"header only":           armor.Header + "\n",
		"nothing inside":        armor.Header + "\n" + armor.Footer + "\n",
		"one empty line inside": armor.Header + "\n\n" + armor.Footer + "\n",
		"leading newline":       "\n" + text,
		"trailing newline":      text + "\n",
		"trailing space":        text + " ",
		"carriage returns":      string(bytes.ReplaceAll([]byte(text), []byte("\n"), []byte("\r\n"))),
		"blank last line":       armor.Header + "\n" + line + "\n\n" + armor.Footer + "\n",
		"long line":             armor.Header + "\n" + line + "BwcH\n" + armor.Footer + "\n",
		"short line first":      armor.Header + "\nBwcH\n" + line + "\n" + armor.Footer + "\n",
		"padding in the middle": armor.Header + "\n" + line[:63] + "=\n" + line + "\n" + armor.Footer + "\n",
		"no padding at the end": armor.Header + "\nBwc\n" + armor.Footer + "\n",
		"loose bits at the end": armor.Header + "\nBwd=\n" + armor.Footer + "\n",
		"url alphabet":          armor.Header + "\n-_-_\n" + armor.Footer + "\n",
		"two files":             text + text,
		"another header":        "-----BEGIN PGP MESSAGE-----\nBwcH\n-----END PGP MESSAGE-----\n",
	} {
		if got, err := decodeArmor([]byte(bad)); err == nil {
			t.Errorf("%s: accepted as %d bytes", name, len(got))
		}
	}
}

func FuzzArmor(f *testing.F) {
	for _, n := range []int{1, 3, 47, 48, 49, 96, 97, 500} {
		text := armored(f, bytes.Repeat([]byte{byte(n)}, n))
		f.Add(text)
		f.Add(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")))
		f.Add(append(bytes.Clone(text), '\n'))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !checkAgainstAge(t, text) {
			return
		}
		bin, err := decodeArmor(text)
		if err != nil {
			t.Fatal(err)
		}
		if again := armored(t, bin); !bytes.Equal(bytes.TrimSuffix(again, []byte("\n")), bytes.TrimSuffix(text, []byte("\n"))) {
			t.Errorf("accepted text is not the one way to write its content: %q", text)
		}
	})
}
