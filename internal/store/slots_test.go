package store

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A testKey is a key that opens a slot, and the slot.
type testKey struct {
	id   *age.X25519Identity
	slot NewSlot
}

// newTestKey makes a slot of the vault that s has open, with a hint if asked.
func newTestKey(t testing.TB, v *keyring.Vault, hint string) testKey {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	slot, err := v.NewSlot(keyring.KindIdentity, "another", note("", "").Created, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return testKey{id, NewSlot{Slot: slot, Recipient: id.Recipient().String(), Hint: []byte(hint)}}
}

// opensWith reports whether that key opens the vault.
func (v *testVault) opensWith(id age.Identity) bool {
	v.t.Helper()
	s, err := Open(v.path, v.cfg)
	if err != nil {
		v.t.Fatal(err)
	}
	err = s.Unlock(id)
	if err != nil && !errors.Is(err, keyring.ErrNoMatch) {
		v.t.Fatal(err)
	}
	return err == nil
}

// lines returns what of an age file can be searched for: its lines of armor.
func lines(sealed []byte) [][]byte {
	var list [][]byte
	for _, line := range bytes.Split(sealed, []byte("\n")) {
		if len(line) == 64 {
			list = append(list, line)
		}
	}
	return list
}

// leftOf counts the lines of an age file that are still somewhere in b.
func leftOf(b, sealed []byte) int {
	n := 0
	for _, line := range lines(sealed) {
		n += bytes.Count(b, line)
	}
	return n
}

func TestAddSlot(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("a", "x")}})
	s := v.open()
	key := newTestKey(t, s.vault, "age1plugin1…\n")
	if err := s.AddSlot(key.slot); err != nil {
		t.Fatal(err)
	}
	for _, id := range []age.Identity{v.key, key.id} {
		if !v.opensWith(id) {
			t.Error("a slot does not open any more")
		}
	}
	again := v.open()
	info := again.Slots()[1]
	if info.ID != key.slot.ID || info.Recipient != key.slot.Recipient || info.Label != "another" {
		t.Errorf("%+v", info)
	}
	if hint := again.Hints()[key.slot.ID]; string(hint) != "age1plugin1…\n" {
		t.Errorf("hint %q", hint)
	}
	for _, one := range []*Store{s, again} {
		if sealed, err := one.SealedSlot(key.slot.ID); err != nil || !bytes.Equal(sealed, key.slot.Sealed) {
			t.Errorf("the slot reads back as another, %v", err)
		}
	}
	if _, err := again.SealedSlot(record.NewID()); !errors.Is(err, ErrNoSlot) {
		t.Errorf("a slot there is not: %v", err)
	}
	if err := s.AddSlot(key.slot); !errors.Is(err, record.ErrBad) {
		t.Errorf("the same slot twice: %v", err)
	}
	key = newTestKey(t, s.vault, string(make([]byte, MaxHint+1)))
	if err := s.AddSlot(key.slot); !errors.Is(err, record.ErrBad) {
		t.Errorf("a hint that is too long: %v", err)
	}
	v.whole()
}

// TestHintsBeforeUnlocking: what is needed to open a vault can be read before.
func TestHintsBeforeUnlocking(t *testing.T) {
	v := newTestVault(t)
	s := v.open()
	key := newTestKey(t, s.vault, "ssh-ed25519 AAAA nobody@example.jp")
	if err := s.AddSlot(key.slot); err != nil {
		t.Fatal(err)
	}
	locked, err := Open(v.path, v.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if hint := locked.Hints()[key.slot.ID]; string(hint) != "ssh-ed25519 AAAA nobody@example.jp" {
		t.Errorf("before unlocking: %q", hint)
	}
	v.change(func(w *write) { w.put(bucketHints, key.slot.ID[:], []byte("ssh-ed25519 BBBB other@example.jp")) })
	s = v.open()
	if len(s.Hints()) != 0 || len(s.Damaged()) != 1 || s.Damaged()[0] != "hint "+key.slot.infoID() {
		t.Errorf("a hint that was replaced: %q, damaged %v", s.Hints(), s.Damaged())
	}
	if err := s.Commit(Change{Put: []*record.Record{note("b", "y")}}); !isDamaged(err) {
		t.Errorf("a write in spite of that: %v", err)
	}
}

func (n NewSlot) infoID() string { return record.ID(n.ID).String() }

func isDamaged(err error) bool {
	broken := (*DamagedError)(nil)
	return errors.As(err, &broken)
}

// change writes into the file as somebody could who has no key.
func (v *testVault) change(f func(w *write)) {
	v.t.Helper()
	st, err := os.Stat(v.path)
	if err != nil {
		v.t.Fatal(err)
	}
	w := &write{file: st}
	f(w)
	if err := w.apply(v.path); err != nil {
		v.t.Fatal(err)
	}
}

// TestRemovedSlotIsGone: after a slot was removed, nothing of it is in the file.
func TestRemovedSlotIsGone(t *testing.T) {
	v := newTestVault(t)
	files := randomBytesOf(t, 90_000)
	a := note("a", "x")
	v.mustCommit(Change{Put: []*record.Record{a}, Attach: []NewFile{attach(a, "photo.png", files)}})
	s := v.open()
	key := newTestKey(t, s.vault, "a hint")
	if err := s.AddSlot(key.slot); err != nil {
		t.Fatal(err)
	}
	if leftOf(v.bytes(), key.slot.Sealed) == 0 {
		t.Fatal("the search finds nothing where there is something")
	}
	before := v.whole()
	generation := s.Generation()
	if err := s.ChangeSlots(SlotChange{Remove: []record.ID{key.slot.ID}, Label: map[record.ID]string{s.slot: "USB stick"}}); err != nil {
		t.Fatal(err)
	}
	b := v.bytes()
	if n := leftOf(b, key.slot.Sealed); n != 0 || bytes.Contains(b, []byte("a hint")) {
		t.Errorf("%d lines of the removed slot are left", n)
	}
	if v.opensWith(key.id) || !v.opensWith(v.key) {
		t.Error("the removed key opens, or the other does not")
	}
	if s.Generation() != generation+1 || len(s.Slots()) != 1 || s.OpenedBy().Label != "USB stick" {
		t.Errorf("generation %d, %+v", s.Generation(), s.Slots())
	}
	if after := v.whole(); after.Records != before.Records || after.Attachments != before.Attachments {
		t.Errorf("%+v, before %+v", after, before)
	}
	if r := read(t, s, "a"); text(r) != "x" {
		t.Error(text(r))
	}
	if err := s.Commit(Change{Put: []*record.Record{edited(read(t, s, "a"), "y")}}); err != nil {
		t.Errorf("the next commit by the same store: %v", err)
	}
	v.whole()
}

// TestReplacedSlot: a slot takes the place of one with its id, as after a change
// of the passphrase.
func TestReplacedSlot(t *testing.T) {
	v := newTestVault(t)
	s := v.open()
	old := v.bytes()
	info := s.OpenedBy()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	slot, err := s.vault.Reseal(keyring.SlotInfo{ID: info.ID, Kind: info.Kind, Label: info.Label, Created: info.Created}, key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ChangeSlots(SlotChange{Remove: []record.ID{info.ID}, Add: []NewSlot{{Slot: slot}}}); err != nil {
		t.Fatal(err)
	}
	if v.opensWith(v.key) || !v.opensWith(key) {
		t.Error("the old key opens, or the new one does not")
	}
	sealed := (&Store{path: v.path}).slotsIn(t, old)
	if n := leftOf(v.bytes(), sealed); n != 0 {
		t.Errorf("%d lines of the old slot are left", n)
	}
}

// slotsIn returns the first slot of a file's bytes.
func (s *Store) slotsIn(t *testing.T, b []byte) []byte {
	t.Helper()
	p, err := readPages(bytes.NewReader(b), int64(len(b)))
	if err == nil {
		err = s.readSlots(p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.slots[0].sealed
}

func TestSlotChangeRefused(t *testing.T) {
	v := newTestVault(t)
	s := v.open()
	before := v.bytes()
	for name, c := range map[string]struct {
		change SlotChange
		want   error
	}{
		"unknown":         {SlotChange{Remove: []record.ID{record.NewID()}}, ErrNoSlot},
		"unknown label":   {SlotChange{Label: map[record.ID]string{record.NewID(): "x"}}, ErrNoSlot},
		"the last":        {SlotChange{Remove: []record.ID{s.slot}}, ErrLastSlot},
		"without an id":   {SlotChange{Add: []NewSlot{{}}}, record.ErrBad},
		"sixty-five":      {SlotChange{Add: manySlots(t, s.vault, maxSlots)}, ErrTooManySlots},
		"empty, replaced": {SlotChange{Remove: []record.ID{s.slot}, Add: []NewSlot{{Slot: keyring.Slot{ID: s.slot}}}}, record.ErrBad},
	} {
		if err := s.ChangeSlots(c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !bytes.Equal(before, v.bytes()) {
		t.Error("something was written")
	}
	if left := leftovers(t, filepath.Dir(v.path)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func manySlots(t testing.TB, v *keyring.Vault, n int) []NewSlot {
	list := make([]NewSlot, n)
	for i := range list {
		list[i] = newTestKey(t, v, "").slot
	}
	return list
}

func randomBytesOf(t testing.TB, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return []byte(base64.StdEncoding.EncodeToString(b))[:n]
}
