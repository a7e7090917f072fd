//go:build unix

package cli

import (
	"os"
	"syscall"
	"testing"
)

// TestDescriptorOfThePassphrase: a second vault of the same command gets the
// passphrase too, and a program that is started later does not get the file.
func TestDescriptorOfThePassphrase(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := syscall.Dup(int(r.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	w.WriteString("one two three\nfour\n")
	w.Close()
	a := &app{g: globals{passphraseFD: n}}
	for range 2 {
		if pass, ok, err := a.givenPassphrase(); pass != "one two three" || !ok || err != nil {
			t.Errorf("%q, %v, %v", pass, ok, err)
		}
	}
	if _, err := syscall.Read(n, make([]byte, 1)); err != syscall.EBADF {
		t.Errorf("the descriptor is still open: %v", err)
	}
}
