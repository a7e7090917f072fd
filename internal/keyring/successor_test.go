package keyring

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"
)

func TestSuccessor(t *testing.T) {
	for _, pq := range []bool{false, true} {
		v := mustVault(t, !pq)
		to, err := v.Successor(pq)
		if err != nil {
			t.Fatal(err)
		}
		if to.ID() != v.ID() || to.Same(v) || !v.Same(v) || to.Hybrid() != pq || v.Hybrid() != !pq {
			t.Errorf("pq %v: not another identity of the same vault", pq)
		}
		sealed, err := v.Seal([]byte("text"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Open(sealed); !errors.Is(err, ErrOpen) {
			t.Errorf("the successor opens what the former sealed: %v", err)
		}
		again, err := ParseRetired(v.ID(), v.Retire())
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := again.Open(sealed); err != nil || string(plain) != "text" || !again.Same(v) {
			t.Errorf("the retired identity: %q, %v", plain, err)
		}
	}
}

func TestParseRetiredRefuses(t *testing.T) {
	key := mustVault(t, false).Retire()
	for _, line := range []string{"", "AGE-SECRET-KEY-1", key[:len(key)-1], strings.Replace(key, "1", "2", 1)} {
		if _, err := ParseRetired([16]byte{}, line); err == nil || line != "" && strings.Contains(err.Error(), line) {
			t.Errorf("%d characters: %v", len(line), err)
		}
	}
}

// TestReseal: a slot made again for another identity is the same to its holder.
func TestReseal(t *testing.T) {
	v := mustVault(t, false)
	k, byPass, byKey := mustSlots(t, v)
	to, err := v.Successor(false)
	if err != nil {
		t.Fatal(err)
	}
	pass := mustPass(t, "mikan tokei yama")
	one, err := to.ResealPassphrase(byPass.Info(), pass)
	if err != nil {
		t.Fatal(err)
	}
	two, err := to.Reseal(byKey.Info(), k.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range []age.Identity{pass, k.Identity()} {
		slot, old := []Slot{one, two}[i], []Slot{byPass, byKey}[i]
		again, info, err := OpenSlot(slot.Sealed, id)
		if err != nil || !again.Same(to) || info != old.Info() {
			t.Errorf("slot %d: %v, %v", i, info, err)
		}
	}
	if _, err := to.ResealPassphrase(byPass.Info(), k.Identity()); !errors.Is(err, ErrNotPassphrase) {
		t.Errorf("a recovery key for a passphrase: %v", err)
	}
	info := byPass.Info()
	info.Label = "two\nlines"
	if _, err := to.Reseal(info, k.Recipient()); !errors.Is(err, ErrLabel) {
		t.Errorf("a bad label: %v", err)
	}
	if !IsPassphrase(pass) || IsPassphrase(k.Identity()) {
		t.Error("passphrases are not told from keys")
	}
}

// TestPassphraseIdentityShowsNothing: it remembers what was typed.
func TestPassphraseIdentityShowsNothing(t *testing.T) {
	id := mustPass(t, "mikan tokei yama")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(verb, struct{ id age.Identity }{id}); strings.Contains(text, "tokei") || strings.Contains(text, fmt.Sprintf("%x", "tokei")) {
			t.Errorf("%s shows it: %s", verb, text)
		}
	}
}
