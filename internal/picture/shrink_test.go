package picture

import (
	"bytes"
	"strings"
	"testing"
)

// TestNoSmallCopyIsKept: JFIF may hold the picture a second time, as it was before
// somebody painted over it.
func TestNoSmallCopyIsKept(t *testing.T) {
	plain := encoded(t, flag(), JPEG)
	head := "JFIF\x00\x01\x02\x00\x00\x01\x00\x01"
	for name, segment := range map[string]string{
		"in JFIF":   head + "\x02\x02" + strings.Repeat("SECRET", 2),
		"behind it": "JFXX\x00\x13\x02\x02" + strings.Repeat("SECRET", 2),
	} {
		p, err := Shrink(withSegment(plain, 0xe0, segment))
		if err != nil || bytes.Contains(p.Data, []byte("SECRET")) {
			t.Errorf("%s: kept, %v", name, err)
		}
		if kept := bytes.Contains(p.Data, []byte(head+"\x00\x00")); kept != (name == "in JFIF") {
			t.Errorf("%s: what JFIF says of the picture is kept: %v", name, kept)
		}
	}
}

// TestBrokenIsNotHandedOn: what a page shows is whole, for others decode it.
func TestBrokenIsNotHandedOn(t *testing.T) {
	data := encoded(t, noise(200, 200), JPEG)
	file, _, _, err := AsJPEG(data[:len(data)/2])
	if err != nil {
		t.Fatal(err)
	}
	if _, whole, err := decode(JPEG, file); err != nil || !whole {
		t.Errorf("handed on broken: %v", err)
	}
}
