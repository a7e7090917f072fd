package store

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// full puts records with histories, one in the trash, and attachments into the
// vault, and gives it a second slot with a hint.
func (v *testVault) full() *Store {
	v.t.Helper()
	a, b, c := note("a", "a1"), note("b", "b1"), note("c", "c1")
	s := v.mustCommit(Change{Put: []*record.Record{a, b, c},
		Attach: []NewFile{attach(b, "photo.png", randomBytesOf(v.t, 90_000)), attach(a, "key card", []byte{0, 1, 2, 0})}})
	for i := 2; i <= 4; i++ {
		if err := s.Commit(Change{Put: []*record.Record{edited(read(v.t, s, "a"), fmt.Sprint("a", i))}}); err != nil {
			v.t.Fatal(err)
		}
	}
	if err := s.Commit(Change{Put: []*record.Record{trashed(read(v.t, s, "c"))}}); err != nil {
		v.t.Fatal(err)
	}
	if err := s.AddSlot(newTestKey(v.t, s.vault, "hint of the second").slot); err != nil {
		v.t.Fatal(err)
	}
	return s
}

// smallDigest lets a vault of a few records have a digest.
func smallDigest(t testing.TB) {
	floor := staleFloor
	staleFloor = 1
	t.Cleanup(func() { staleFloor = floor })
}

// resealed returns the slots of s made again for another identity.
func resealed(t testing.TB, s *Store, to *keyring.Vault) []NewSlot {
	t.Helper()
	var list []NewSlot
	for _, k := range s.Keys() {
		r, err := keyring.ParseRecipient(k.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		slot, err := to.Reseal(k.SlotInfo.Keyring(), r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, k.Kept(slot))
	}
	return list
}

// known gives the first slot of a test vault its recipient, as vaults have it
// that were made with one.
func (v *testVault) known(s *Store) {
	v.t.Helper()
	k := s.Keys()[0]
	slot, err := s.vault.Reseal(k.SlotInfo.Keyring(), v.key.Recipient())
	if err != nil {
		v.t.Fatal(err)
	}
	k.Recipient = v.key.Recipient().String()
	if err := s.ChangeSlots(SlotChange{Remove: []record.ID{k.ID}, Add: []NewSlot{k.Kept(slot)}}); err != nil {
		v.t.Fatal(err)
	}
}

func mustSuccessor(t testing.TB, v *keyring.Vault, pq bool) *keyring.Vault {
	t.Helper()
	to, err := v.Successor(pq)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// everything is what a vault says, in a form that two can be compared by.
func everything(t testing.TB, s *Store) string {
	t.Helper()
	var out bytes.Buffer
	err := s.EachRaw(true, func(raw Raw) bool {
		fmt.Fprintf(&out, "%s\n", raw.JSON)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.idx.entries {
		past, err := s.History(e.id)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range past {
			plain, err := record.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s\n", plain)
		}
	}
	for _, a := range s.idx.attached {
		data, err := s.Attachment(a.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %x\n", a.ID, data)
	}
	return out.String()
}

// sealedValues returns every age file in the vault.
func (v *testVault) sealedValues() [][]byte {
	v.t.Helper()
	var list [][]byte
	for bucket, pairs := range bucketsOf(v.t, v.path) {
		for _, p := range pairs {
			if bucket != bucketMeta && bucket != bucketHints {
				list = append(list, p.value)
			}
		}
	}
	return list
}

func TestRotate(t *testing.T) {
	smallDigest(t)
	for _, pq := range []bool{false, true} {
		v := newTestVault(t)
		s := v.full()
		v.known(s)
		said, old, values := everything(t, s), s.vault, v.sealedValues()
		before := v.whole()
		to := mustSuccessor(t, s.vault, pq)
		if err := s.Rotate(to, resealed(t, s, to)); err != nil {
			t.Fatal(err)
		}
		b := v.bytes()
		for _, sealed := range values {
			if n := leftOf(b, sealed); n != 0 {
				t.Errorf("pq %v: %d lines of an old value are left", pq, n)
			}
		}
		if bytes.Contains(b, []byte(old.Retire())) {
			t.Error("the retired identity is in the clear")
		}
		for _, one := range []*Store{s, v.open()} {
			if got := everything(t, one); got != said {
				t.Errorf("pq %v: the vault says something else:\n%.300s\nbefore:\n%.300s", pq, got, said)
			}
			if r := one.Retired(); len(r) != 1 || !r[0].Same(old) {
				t.Errorf("pq %v: %d retired identities", pq, len(r))
			}
			if one.SealedBy(old) || !one.SealedBy(to) {
				t.Errorf("pq %v: the identity is not the new one", pq)
			}
		}
		if after := v.whole(); after.Records != before.Records || after.Revisions != before.Revisions || after.Attachments != before.Attachments {
			t.Errorf("pq %v: %+v, before %+v", pq, after, before)
		}
		again := v.open()
		if hints := again.Hints(); len(hints) != 1 || again.OpenedBy().ID != s.OpenedBy().ID {
			t.Errorf("pq %v: hints %q, opened by %+v", pq, hints, again.OpenedBy())
		}
		if err := again.Commit(Change{Put: []*record.Record{edited(read(t, again, "a"), "after")}}); err != nil {
			t.Error(err)
		}
		v.whole()
	}
}

// TestOldBackupOpensAfterRotate: the automatic backup that a rotate makes first
// is sealed by the identity that was retired, which the vault still has.
func TestOldBackupOpensAfterRotate(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	to := mustSuccessor(t, s.vault, false)
	slot, err := to.Reseal(s.OpenedBy().Keyring(), v.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rotate(to, []NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	list, err := Backups(v.path)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	files := readBackup(t, list[0].Path)
	if _, err := s.Retired()[0].Open(files["index.age"]); err != nil {
		t.Error("the retired identity does not open the backup")
	}
	if _, err := to.Open(files["index.age"]); err == nil {
		t.Error("the backup is of the state after")
	}
}

// TestRotateWhileOpen: who has the vault open while another process gives it a
// new identity is told so, and saves nothing into the void.
func TestRotateWhileOpen(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	v.known(s)
	other := v.open()
	to := mustSuccessor(t, s.vault, false)
	if err := s.Rotate(to, resealed(t, s, to)); err != nil {
		t.Fatal(err)
	}
	said := everything(t, s)
	for what, err := range map[string]error{
		"reading": func() error { _, err := other.Cards(); return err }(),
		"writing": other.Commit(Change{Put: []*record.Record{note("late", "x")}}),
		"slots":   other.AddSlot(newTestKey(t, other.vault, "").slot),
	} {
		if !errors.Is(err, ErrRekeyed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := everything(t, v.open()); got != said {
		t.Error("the vault changed")
	}
	locked, err := Open(v.path, v.cfg)
	if err != nil {
		t.Fatal(err)
	}
	next := mustSuccessor(t, to, false)
	if err := s.Rotate(next, resealed(t, s, next)); err != nil {
		t.Fatal(err)
	}
	if err := locked.Unlock(v.key); !errors.Is(err, ErrRekeyed) {
		t.Errorf("between opening and unlocking: %v", err)
	}
}

func TestRotateRefused(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	stranger, err := keyring.New(false)
	if err != nil {
		t.Fatal(err)
	}
	before := v.bytes()
	to := mustSuccessor(t, s.vault, false)
	for name, err := range map[string]error{
		"another vault": s.Rotate(stranger, nil),
		"the same":      s.Rotate(s.vault, mustSlots(t, s.vault, v)),
		"no slot":       s.Rotate(to, nil),
		"locked":        (&Store{}).Rotate(to, nil),
	} {
		if err == nil {
			t.Errorf("%s: done", name)
		}
	}
	if !bytes.Equal(before, v.bytes()) || len(leftovers(t, filepath.Dir(v.path))) > 0 {
		t.Error("something was written")
	}
}

func mustSlots(t *testing.T, vault *keyring.Vault, v *testVault) []NewSlot {
	t.Helper()
	slot, err := vault.NewSlot(keyring.KindIdentity, "test", v.cfg.Now, v.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return []NewSlot{{Slot: slot}}
}

// TestRetiredNewestFirst: each former identity is remembered, with the time in
// which it counted.
func TestRetiredNewestFirst(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("one", "1")}})
	s := v.open()
	first := s.vault
	second := mustSuccessor(t, first, false)
	for _, to := range []*keyring.Vault{second, mustSuccessor(t, second, false)} {
		if err := s.Rotate(to, mustSlots(t, to, v)); err != nil {
			t.Fatal(err)
		}
	}
	former := v.open().Retired()
	if len(former) != 2 || !former[0].Same(second) || !former[1].Same(first) {
		t.Errorf("%d retired, or not the newest first", len(former))
	}
	if h := v.open().idx.head.Retired; len(h) != 2 || !h[0].From.Equal(h[1].Until) {
		t.Error("the second did not come when the first went")
	}
}

// TestRotateDamaged: what is damaged is not sealed anew, and stays as it was.
func TestRotateDamaged(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	a := read(t, s, "a")
	v.change(func(w *write) { w.put(bucketRecords, a.ID[:], []byte("not what was written")) })
	before := v.bytes()
	to := mustSuccessor(t, s.vault, false)
	if err := s.Rotate(to, manySlots(t, to, 1)); !isDamaged(err) {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(before, v.bytes()) {
		t.Error("something was written")
	}
}

// TestReplacedWhileRewriting: a file that another program put in place while the
// new one was written stays.
func TestReplacedWhileRewriting(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	theirs := v.bytes()
	testOnlyRewritten = func() { replaceFile(v.path, theirs) }
	t.Cleanup(func() { testOnlyRewritten = nil })
	to := mustSuccessor(t, s.vault, false)
	if err := s.Rotate(to, manySlots(t, to, 1)); !errors.Is(err, ErrReplaced) {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(theirs, v.bytes()) || len(leftovers(t, filepath.Dir(v.path))) > 0 {
		t.Error("the other program's file is gone, or ours was left behind")
	}
	testOnlyRewritten = nil
	if !v.opensWith(v.key) {
		t.Error("the vault does not open")
	}
}

// TestRetiredShowsNothing: no verb of package fmt shows an identity.
func TestRetiredShowsNothing(t *testing.T) {
	v := newTestVault(t)
	s := v.open()
	head := indexHeader{Retired: []retired{s.retire()}}
	secret := s.vault.Retire()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, head); bytes.Contains([]byte(text), []byte(secret)) {
			t.Errorf("%s shows it", verb)
		}
	}
}

// TestPaperCarriesWhatIsNoRecord: a vault from paper has its hints, its earlier
// identities and its tombstones.
func TestPaperCarriesWhatIsNoRecord(t *testing.T) {
	v := newTestVault(t)
	s := v.full()
	v.known(s)
	if err := s.Purge([]record.ID{read(t, s, "b").ID}); err != nil {
		t.Fatal(err)
	}
	old := s.vault
	to := mustSuccessor(t, s.vault, false)
	if err := s.Rotate(to, resealed(t, s, to)); err != nil {
		t.Fatal(err)
	}
	payload, _, err := s.Paper(true)
	if err != nil {
		t.Fatal(err)
	}
	p, err := OpenPaper(payload, v.key)
	if err != nil {
		t.Fatal(err)
	}
	v.path = filepath.Join(t.TempDir(), "again.vault")
	if _, err := Restore(v.path, v.cfg, p, RestorePlan{}); err != nil {
		t.Fatal(err)
	}
	v.whole()
	again := v.open()
	if r := again.Retired(); len(r) != 1 || !r[0].Same(old) {
		t.Errorf("%d retired identities", len(r))
	}
	if len(again.Hints()) != 1 || len(again.Purged()) != 1 {
		t.Errorf("hints %q, tombstones %v", again.Hints(), again.Purged())
	}
}
