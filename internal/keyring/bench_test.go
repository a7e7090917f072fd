package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// benchSizes are a typical record, a large digest and a photo.
var benchSizes = []struct {
	name  string
	bytes int
}{{"700B", 700}, {"2MB", 2 << 20}, {"10MB", 10 << 20}}

func benchPlain(b *testing.B, n int) []byte {
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		b.Fatal(err)
	}
	return []byte(base64.StdEncoding.EncodeToString(raw))[:n]
}

func forBenchSizes(b *testing.B, f func(b *testing.B, v *Vault, plain []byte)) {
	for _, pq := range []bool{false, true} {
		v := mustVault(b, pq)
		for _, size := range benchSizes {
			plain := benchPlain(b, size.bytes)
			b.Run(fmt.Sprintf("%s/pq=%v", size.name, pq), func(b *testing.B) {
				b.SetBytes(int64(size.bytes))
				b.ReportAllocs()
				f(b, v, plain)
			})
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	forBenchSizes(b, func(b *testing.B, v *Vault, plain []byte) {
		for b.Loop() {
			if _, err := v.Seal(plain); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	forBenchSizes(b, func(b *testing.B, v *Vault, plain []byte) {
		sealed, err := v.Seal(plain)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := v.Open(sealed); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFloor is age.Decrypt alone on the binary file, read into a buffer
// that is there already: what Open cannot beat.
func BenchmarkFloor(b *testing.B) {
	forBenchSizes(b, func(b *testing.B, v *Vault, plain []byte) {
		sealed, err := v.Seal(plain)
		if err != nil {
			b.Fatal(err)
		}
		bin, err := decodeArmor(sealed)
		if err != nil {
			b.Fatal(err)
		}
		out := make([]byte, len(bin))
		for b.Loop() {
			r, err := age.Decrypt(bytes.NewReader(bin), v.identity)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(r, out); err != io.ErrUnexpectedEOF {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkArmorRead compares our reader with that of age on the same bytes.
func BenchmarkArmorRead(b *testing.B) {
	for _, size := range benchSizes {
		text := armored(b, benchPlain(b, size.bytes))
		b.Run("ours/"+size.name, func(b *testing.B) {
			b.SetBytes(int64(size.bytes))
			for b.Loop() {
				if _, err := decodeArmor(text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("age/"+size.name, func(b *testing.B) {
			b.SetBytes(int64(size.bytes))
			for b.Loop() {
				if _, err := io.Copy(io.Discard, armor.NewReader(bytes.NewReader(text))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// armored returns bin as age/armor writes it.
func armored(t testing.TB, bin []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	if _, err := w.Write(bin); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
