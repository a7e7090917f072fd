package keyring

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"filippo.io/age"
)

// workFactorOfPeople is what WorkFactor is outside tests.
var workFactorOfPeople = WorkFactor

func TestMain(m *testing.M) {
	WorkFactor = 4
	os.Exit(m.Run())
}

var day = time.Date(2026, 11, 22, 23, 59, 0, 0, time.FixedZone("JST", 9*3600))

func mustVault(t testing.TB, pq bool) *Vault {
	t.Helper()
	v, err := New(pq)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealOpenRoundTrip(t *testing.T) {
	for _, pq := range []bool{false, true} {
		v := mustVault(t, pq)
		for _, size := range []int{0, 1, 511, 512, 513, 4096, 65535, 65536, 65537, 200_000} {
			plain := bytes.Repeat([]byte("記"), size/3+1)[:size]
			sealed, err := v.Seal(plain)
			if err != nil {
				t.Fatalf("pq %v, %d bytes: %v", pq, size, err)
			}
			got, err := v.Open(sealed)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("pq %v, %d bytes: opened to %d bytes, %v", pq, size, len(got), err)
			}
			if text, err := v.OpenText(sealed); err != nil || text != string(plain) {
				t.Errorf("pq %v, %d bytes: opened to a text of %d bytes, %v", pq, size, len(text), err)
			}
		}
	}
}

func TestSealBytesKeepsEveryByte(t *testing.T) {
	v := mustVault(t, false)
	for _, tail := range []string{"", "\n", "\n\n", "\x00", "\x00\n\x00", "end"} {
		content := make([]byte, 3000, 3100)
		if _, err := rand.Read(content); err != nil {
			t.Fatal(err)
		}
		content = append(content, tail...)
		sealed, err := v.SealBytes(content)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.OpenBytes(sealed)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("tail %q: opened to %d bytes, %v", tail, len(got), err)
		}
	}
}

func TestSlotsOpenTheSameVault(t *testing.T) {
	for _, pq := range []bool{false, true} {
		v := mustVault(t, pq)
		k, err := NewRecoveryKey()
		if err != nil {
			t.Fatal(err)
		}
		byPass, err := v.PassphraseSlot("みかん mikan 時計", "居間の金庫", day)
		if err != nil {
			t.Fatal(err)
		}
		byKey, err := v.RecoverySlot(k, "", day)
		if err != nil {
			t.Fatal(err)
		}
		pass, err := PassphraseIdentity("みかん mikan 時計")
		if err != nil {
			t.Fatal(err)
		}
		for slot, id := range map[*Slot]age.Identity{&byPass: pass, &byKey: k.Identity()} {
			got, info, err := OpenSlot(slot.Sealed, id)
			if err != nil {
				t.Fatal(err)
			}
			if got.ID() != v.ID() || got.key != v.key {
				t.Errorf("pq %v, %s: another vault came out", pq, slot.Kind)
			}
			if info != slot.Info() || info.Created.Format("2006-01-02") != "2026-11-22" {
				t.Errorf("pq %v: info %+v, want %+v", pq, info, slot.Info())
			}
		}
		if _, _, err := OpenSlot(byPass.Sealed, k.Identity()); !errors.Is(err, ErrNoMatch) {
			t.Errorf("wrong kind of key: %v, want ErrNoMatch", err)
		}
	}
}

// TestRecipientIsWrittenNowhere looks for the public half of the identity in all
// that is sealed and in what is inside.
func TestRecipientIsWrittenNowhere(t *testing.T) {
	for _, pq := range []bool{false, true} {
		v := mustVault(t, pq)
		_, byPass, byKey := mustSlots(t, v)
		sealed, err := v.Seal([]byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		written := [][]byte{v.slotText(byPass.Info())}
		for _, file := range [][]byte{byPass.Sealed, byKey.Sealed, sealed} {
			bin, err := decodeArmor(file)
			if err != nil {
				t.Fatal(err)
			}
			written = append(written, file, bin)
		}
		text := fmt.Sprint(v.recipient)
		for i, b := range written {
			if bytes.Contains(b, []byte(text[:20])) || bytes.Contains(b, []byte("age1")) {
				t.Errorf("pq %v: text %d holds a recipient", pq, i)
			}
		}
	}
}

func TestRecoveryKeyComesBackFromItsGroups(t *testing.T) {
	k, err := NewRecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	var paper string
	for _, g := range k.Groups() {
		paper += g + "\n"
	}
	for _, typed := range []string{paper, k.Reveal(), k.data} {
		got, err := ParseRecoveryKey(typed)
		if err != nil || got.Reveal() != k.Reveal() {
			t.Errorf("typed form of %d characters: %v", len(typed), err)
		}
	}
}
