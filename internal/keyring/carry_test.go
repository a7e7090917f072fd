package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"filippo.io/age"
)

// mustCarrier returns a carrier of a passphrase slot and a recovery slot.
func mustCarrier(t testing.TB, v *Vault, plain []byte) (file []byte, k RecoveryKey, slots []CarriedSlot) {
	t.Helper()
	k, byPass, byKey := mustSlots(t, v)
	slots = []CarriedSlot{{byPass.Kind, byPass.Sealed}, {byKey.Kind, byKey.Sealed}}
	file, err := v.SealCarrying(plain, slots)
	if err != nil {
		t.Fatal(err)
	}
	return file, k, slots
}

func TestCarrier(t *testing.T) {
	for _, pq := range []bool{false, true} {
		v := mustVault(t, pq)
		plain := []byte("lines\nof the vault\x00\xff")
		file, k, slots := mustCarrier(t, v, plain)
		got, err := CarriedSlots(file)
		if err != nil || len(got) != 2 {
			t.Fatal(len(got), err)
		}
		for i := range got {
			if got[i].Kind != slots[i].Kind || !bytes.Equal(got[i].Sealed, slots[i].Sealed) {
				t.Errorf("pq %v: slot %d came back as another", pq, i)
			}
		}
		for _, id := range []age.Identity{k.Identity(), mustPass(t, "mikan tokei yama")} {
			again, _, _, err := OpenAny([][]byte{got[0].Sealed, got[1].Sealed}, id)
			if err != nil {
				t.Fatal(err)
			}
			if again.ID() != v.ID() {
				t.Error("the carried slot gives another vault")
			}
			if text, err := again.OpenCarrier(file); err != nil || !bytes.Equal(text, plain) {
				t.Errorf("pq %v: %q, %v", pq, text, err)
			}
		}
	}
}

// TestCarrierIsWhole: not one byte of the file may change, those of the carried
// slots included.
func TestCarrierIsWhole(t *testing.T) {
	v := mustVault(t, false)
	file, _, _ := mustCarrier(t, v, []byte("text"))
	for at := 0; at < len(file); at += 1 + len(file)/200 {
		bad := bytes.Clone(file)
		bad[at] ^= 1
		if _, err := v.OpenCarrier(bad); !errors.Is(err, ErrOpen) {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
	for _, n := range []int{0, 1, 100, len(file) / 2, len(file) - 1} {
		if _, err := v.OpenCarrier(file[:n]); !errors.Is(err, ErrOpen) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	if _, err := mustVault(t, false).OpenCarrier(file); !errors.Is(err, ErrOpen) {
		t.Errorf("another vault: %v", err)
	}
}

func TestCarrierRefuses(t *testing.T) {
	v := mustVault(t, false)
	_, byPass, _ := mustSlots(t, v)
	for _, slot := range []CarriedSlot{
		{"Two words", byPass.Sealed}, {"", byPass.Sealed}, {KindPassphrase, []byte("no age file")},
	} {
		if _, err := v.SealCarrying([]byte("text"), []CarriedSlot{slot}); !errors.Is(err, ErrSlotDamaged) {
			t.Errorf("%q: %v", slot.Kind, err)
		}
	}
	bare, err := v.SealCarrying([]byte("text"), nil)
	if err == nil {
		t.Errorf("%d bytes without a slot", len(bare))
	}
	for name, file := range map[string]string{
		"empty":     "",
		"text":      "hello",
		"no slot":   "age-encryption.org/v1\n-> X25519 abc\nAAAA\n--- abc\n",
		"one word":  "age-encryption.org/v1\n-> memovault-slot passphrase\n\n--- abc\n",
		"no base64": "age-encryption.org/v1\n-> memovault-slot passphrase A\n\n--- abc\n",
		"unpadded":  "age-encryption.org/v1\n-> memovault-slot passphrase AAAAAA\n\n--- abc\n",
		"a body":    "age-encryption.org/v1\n-> memovault-slot passphrase AAAA\nAAAA\n--- abc\n",
		"too many":  "age-encryption.org/v1\n" + strings.Repeat("-> memovault-slot passphrase AAAA\n\n", maxCarried+1) + "--- abc\n",
	} {
		if list, err := CarriedSlots([]byte(file)); !errors.Is(err, ErrCarrier) {
			t.Errorf("%s: %d slots, %v", name, len(list), err)
		}
	}
}

func TestCarryingShowsNothing(t *testing.T) {
	v := mustVault(t, false)
	secret := v.recipient.(*age.X25519Recipient).String()
	if text := fmt.Sprintf("%v %+v %#v", carrying{recipient: v.recipient}, carrying{recipient: v.recipient}, carrying{recipient: v.recipient}); strings.Contains(text, secret) {
		t.Error(text)
	}
}

func FuzzCarriedSlots(f *testing.F) {
	v := mustVault(f, false)
	file, _, _ := mustCarrier(f, v, []byte("text"))
	f.Add(file)
	f.Add([]byte("age-encryption.org/v1\n-> memovault-slot passphrase AAAA\n\n--- abc\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		list, err := CarriedSlots(file)
		if (err == nil) != (len(list) > 0) {
			t.Fatal(len(list), err)
		}
		for _, slot := range list {
			if _, err := decodeArmor(slot.Sealed); err != nil {
				t.Fatal("a slot that can't be read as one")
			}
		}
	})
}
