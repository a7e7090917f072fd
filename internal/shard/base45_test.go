package shard

import (
	"bytes"
	"testing"
)

// The examples of RFC 9285, sections 4.3 and 4.4.
var rfc9285 = []struct{ plain, text string }{
	{"AB", "BB8"},
	{"Hello!!", "%69 VD92EX0"},
	{"base-45", "UJCLQE7W581"},
	{"ietf!", "QED8WEX0"},
	{"", ""},
}

func TestBase45(t *testing.T) {
	for _, v := range rfc9285 {
		if got := string(appendBase45(nil, []byte(v.plain))); got != v.text {
			t.Errorf("%q is written %q, want %q", v.plain, got, v.text)
		}
		if got, err := decodeBase45(v.text); err != nil || string(got) != v.plain {
			t.Errorf("%q is read %q (%v), want %q", v.text, got, err, v.plain)
		}
	}
}

func TestBase45EveryPair(t *testing.T) {
	for n := range 1 << 16 {
		want := []byte{byte(n >> 8), byte(n)}
		if n < 1<<8 {
			want = want[1:]
		}
		got, err := decodeBase45(string(appendBase45(nil, want)))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%x is read back as %x (%v)", want, got, err)
		}
	}
}

func TestBase45Refuses(t *testing.T) {
	for _, text := range []string{"A", "ABCD", "GGX", ":::", "::", "a00", "BB8\n00", "あ"} {
		if got, err := decodeBase45(text); err == nil {
			t.Errorf("%q is read as %x, want an error", text, got)
		}
	}
}
