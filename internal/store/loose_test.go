package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// rebuilt rescues b and makes a vault of it, at a new place and as on another
// machine.
func (v *testVault) rebuilt(b []byte) (*testVault, LooseReport, error) {
	v.t.Helper()
	r, _ := rescued(v.t, b)
	return v.rebuiltFrom(r.dir)
}

func (v *testVault) rebuiltFrom(dir string) (*testVault, LooseReport, error) {
	v.t.Helper()
	l, err := openLoose(dir, v.key)
	if err != nil {
		return nil, LooseReport{}, err
	}
	one := l.Vaults[0]
	rep, err := one.Report()
	if err != nil {
		v.t.Fatal(err)
	}
	to := v.t.TempDir()
	again := &testVault{t: v.t, key: v.key, path: filepath.Join(to, "again.vault"), cfg: Config{StateDir: filepath.Join(to, "state"), Now: v.cfg.Now}}
	if _, err := one.Rebuild(again.path, again.cfg, RestorePlan{}); err != nil {
		v.t.Fatal(err)
	}
	if s, err := one.OpenRebuilt(again.path, again.cfg); err != nil || s.Len() != rep.Records {
		v.t.Fatalf("%d records of %d, %v", s.Len(), rep.Records, err)
	}
	return again, rep, nil
}

func openLoose(dir string, ids ...age.Identity) (*Loose, error) {
	l, err := ReadLoose(dir)
	if err != nil {
		return nil, err
	}
	return l, l.Unlock(ids...)
}

// TestRebuildWhole takes a vault apart and puts it together again: nothing is
// lost, and what stood in it stands in it byte for byte.
func TestRebuildWhole(t *testing.T) {
	v, records := wreckVault(t, 30)
	b := v.bytes()
	clear(b[:8192])
	again, rep, err := v.rebuilt(b)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Records != 30 || rep.Attachments != 2 || !rep.Index || len(rep.Lost)+len(rep.Older)+len(rep.LostFiles)+len(rep.LostWays) > 0 || len(rep.Ways) != 1 || rep.OpenedOut {
		t.Errorf("%+v", rep)
	}
	before, after := v.whole(), again.whole()
	if before.Records != after.Records || before.Revisions != after.Revisions || before.Attachments != after.Attachments {
		t.Errorf("%+v, then %+v", before, after)
	}
	s := again.open()
	for _, want := range records {
		got, err := s.Record(want.ID)
		if err != nil || !sameRecord(t, got, want) {
			t.Errorf("%s: another content, %v", want.Name, err)
		}
	}
	if s.Generation() <= v.open().Generation() {
		t.Errorf("generation %d", s.Generation())
	}
	// the machine that knew the vault takes the new file for its next state
	moved := *v
	moved.path = again.path
	moved.open()
}

func sameRecord(t testing.TB, x, y *record.Record) bool {
	t.Helper()
	a, err := record.Encode(x)
	b, err2 := record.Encode(y)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return bytes.Equal(a, b)
}

// TestRebuildAfterDamage damages a vault at random, rescues it, and expects the
// newest revision of each record of which all bytes are there.
func TestRebuildAfterDamage(t *testing.T) {
	v, _ := wreckVault(t, 40)
	whole := v.bytes()
	sealed := sealedRevisions(t, v)
	random := rand.New(rand.NewPCG(11, 5))
	tried, complete := 0, 0
	for i := range max(8, sample(1000, 8)) { // some hit the slot, the race detector or not
		b := bytes.Clone(whole)
		what := damageAtRandom(random, &b)
		again, _, err := v.rebuilt(b)
		if errors.Is(err, keyring.ErrNoMatch) || errors.Is(err, ErrNoLooseSlot) || errors.Is(err, ErrNoLoose) {
			if slot := v.open().slots[0].sealed; bytes.Contains(b, slot) {
				t.Fatalf("%d, %s: the slot is there, but %v", i, what, err)
			}
			continue // without a slot nothing opens
		}
		if err != nil {
			t.Fatalf("%d, %s: %v", i, what, err)
		}
		tried++
		complete += checkNewest(t, again, b, sealed, fmt.Sprintf("%d, %s", i, what))
		os.RemoveAll(filepath.Dir(again.path))
	}
	if tried == 0 {
		t.Error("no damage left a slot: nothing was tested")
	}
	t.Logf("%d vaults made again, %d of them complete", tried, complete)
}

// sealedRevisions returns every revision of every record as it is sealed.
func sealedRevisions(t testing.TB, v *testVault) map[record.ID]map[uint64][]byte {
	t.Helper()
	all := map[record.ID]map[uint64][]byte{}
	s := v.open()
	err := s.view(func(p *pages) error {
		for _, e := range s.idx.entries {
			rest, err := e.rest()
			if err != nil {
				return err
			}
			all[e.id] = map[uint64][]byte{}
			for n := rest.Revision - rest.Past; n <= rest.Revision; n++ {
				value, err := p.get(bucketHistory, historyKey(e.id, n))
				if n == rest.Revision {
					value, err = p.get(bucketRecords, e.id[:])
				}
				if err != nil {
					return err
				}
				all[e.id][n] = bytes.Clone(value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// checkNewest returns 1 if no record is missing.
func checkNewest(t *testing.T, again *testVault, b []byte, sealed map[record.ID]map[uint64][]byte, what string) int {
	t.Helper()
	s := again.open()
	again.whole()
	complete := 1
	for id, revisions := range sealed {
		newest, n := uint64(0), 0
		for revision, value := range revisions {
			if bytes.Contains(b, value) {
				newest, n = max(newest, revision), n+1
			}
		}
		r, err := s.Record(id)
		switch {
		case newest == 0 && errors.Is(err, ErrNoRecord):
			complete = 0
		case err != nil:
			t.Fatalf("%s: record %s: revision %d is there, %v", what, id, newest, err)
		case r.Revision < newest:
			t.Fatalf("%s: record %s: revision %d is there, got %d", what, id, newest, r.Revision)
		default:
			history, err := s.History(id)
			if err != nil || len(history) < n-1 {
				t.Fatalf("%s: record %s: %d revisions are there, got %d, %v", what, id, n, len(history)+1, err)
			}
		}
	}
	return complete
}

// TestRebuildFillsGaps removes a revision in the middle, the current one of
// another record, and an attached file.
func TestRebuildFillsGaps(t *testing.T) {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	one, two := note("one", "1"), note("two", "1")
	file := attach(two, "scan.pdf", []byte("scanned"))
	v.mustCommit(Change{Put: []*record.Record{one, two}, Attach: []NewFile{file}})
	for _, text := range []string{"2", "3", "4"} {
		s := v.open()
		v.mustCommit(Change{Put: []*record.Record{edited(read(t, s, "one"), text), edited(read(t, s, "two"), text)}})
	}
	r, _ := rescued(t, v.bytes())
	gone := func(name string) {
		t.Helper()
		removeRescued(t, r, name)
	}
	gone(fmt.Sprintf("history/%s/2.age", one.ID))
	gone(fmt.Sprintf("records/%s.age", two.ID))
	gone(fmt.Sprintf("attachments/%s.age", file.ID))
	again, rep, err := v.rebuiltFrom(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Older) != 1 || rep.Older[0].Name != "two" || len(rep.LostFiles) != 1 || rep.LostFiles[0] != (LostFile{"two", "scan.pdf"}) || len(rep.Lost) > 0 {
		t.Errorf("%+v", rep)
	}
	s := again.open()
	wantTexts(t, s, "one", "4", "3", "1")
	wantTexts(t, s, "two", "3", "2", "1")
	if s.HasAttachment(file.ID) {
		t.Error("a file that was lost is there")
	}
	again.whole()
}

// wantTexts compares a record and its history, newest first.
func wantTexts(t *testing.T, s *Store, name string, want ...string) {
	t.Helper()
	r := read(t, s, name)
	history, err := s.History(r.ID)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{text(r)}
	for _, old := range history {
		got = append(got, text(old))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", name, got, want)
	}
}

// removeRescued removes a file from the folder wherever the same lies.
func removeRescued(t *testing.T, r *Rescue, name string) {
	t.Helper()
	path := filepath.Join(r.dir, "vault-1", filepath.FromSlash(name))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// TestRebuildWithoutIndex takes what a key opened, and the newest of each record.
func TestRebuildWithoutIndex(t *testing.T) {
	v, records := wreckVault(t, 10)
	r, _ := rescued(t, v.bytes())
	for _, f := range r.Files() {
		b, err := os.ReadFile(filepath.Join(r.dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := v.open().vault.Open(b); err == nil && bytes.HasPrefix(plain, []byte(`{"format"`)) {
			os.Remove(filepath.Join(r.dir, f.Path))
		}
	}
	again, rep, err := v.rebuiltFrom(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Index || rep.Records != 10 || len(rep.Ways) != 1 {
		t.Errorf("%+v", rep)
	}
	s := again.open()
	for _, want := range records {
		if got, err := s.Record(want.ID); err != nil || !sameRecord(t, got, want) {
			t.Errorf("%s: %v", want.Name, err)
		}
	}
	again.whole()
}

// TestRebuildAfterRotation opens what an earlier identity sealed.
func TestRebuildAfterRotation(t *testing.T) {
	v := newTestVault(t)
	r := note("one", "1")
	f := attach(r, "scan.pdf", []byte("scanned"))
	v.mustCommit(Change{Put: []*record.Record{r}, Attach: []NewFile{f}})
	before := v.bytes()
	s := v.mustCommit(Change{Put: []*record.Record{edited(read(t, v.open(), "one"), "2")}})
	next, err := s.vault.Successor(true)
	if err != nil {
		t.Fatal(err)
	}
	slot, err := next.NewSlot(keyring.KindIdentity, "new", v.cfg.Now, v.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rotate(next, []NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	after := v.bytes()
	// the old file, and of the new one the index and the slot alone
	var sources []byte
	err = v.open().view(func(p *pages) error {
		index, err := p.get(bucketIndex, keyIndex)
		sources = append(append(append(before, '\n'), index...), s.slots[0].sealed...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	again, rep, err := v.rebuilt(sources)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Records != 1 || len(rep.Older) != 1 || len(rep.Ways) != 1 || rep.Attachments != 1 {
		t.Errorf("%+v", rep)
	}
	s = again.open()
	wantTexts(t, s, "one", "1")
	if !s.vault.Same(next) || len(s.Retired()) != 1 {
		t.Errorf("not the identity of today, or %d retired", len(s.Retired()))
	}
	if data, err := s.Attachment(f.ID); err != nil || string(data) != "scanned" {
		t.Errorf("%q, %v", data, err)
	}
	again.whole()
	if both, _, err := v.rebuilt(append(append(before, 0), after...)); err != nil {
		t.Error(err)
	} else {
		wantTexts(t, both.open(), "one", "2", "1")
	}
}

// TestRebuildGivesNamesBack lets two records have one name.
func TestRebuildGivesNamesBack(t *testing.T) {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	one := note("gmail", "first")
	v.mustCommit(Change{Put: []*record.Record{one}})
	renamed := read(t, v.open(), "gmail").Clone()
	renamed.Name = "old-gmail"
	v.mustCommit(Change{Put: []*record.Record{renamed}})
	v.mustCommit(Change{Put: []*record.Record{note("gmail", "second")}})
	r, _ := rescued(t, v.bytes())
	removeRescued(t, r, fmt.Sprintf("records/%s.age", one.ID))
	again, _, err := v.rebuiltFrom(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	s := again.open()
	texts := map[string]bool{text(read(t, s, "gmail")): true, text(read(t, s, "gmail-2")): true}
	if !texts["first"] || !texts["second"] {
		t.Errorf("%v", texts)
	}
	again.whole()
}

func TestOpenLooseRefuses(t *testing.T) {
	v := newTestVault(t)
	if _, err := openLoose(t.TempDir(), v.key); !errors.Is(err, ErrNoLoose) {
		t.Errorf("an empty folder: %v", err)
	}
	r, _ := rescued(t, v.bytes())
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openLoose(r.dir, other); !errors.Is(err, keyring.ErrNoMatch) {
		t.Errorf("another key: %v", err)
	}
	removeRescued(t, r, fmt.Sprintf("slots/%s.age", v.open().slots[0].id))
	if _, err := openLoose(r.dir, v.key); !errors.Is(err, ErrNoLooseSlot) && !errors.Is(err, keyring.ErrNoMatch) {
		t.Errorf("no slot: %v", err)
	}
	if _, err := openLoose(filepath.Join(r.dir, "nowhere"), v.key); !notExist(err) {
		t.Errorf("no folder: %v", err)
	}
}

// TestLooseOfTwoVaults sorts what lies mixed in one folder.
func TestLooseOfTwoVaults(t *testing.T) {
	one, _ := wreckVault(t, 8)
	two, _ := wreckVault(t, 12)
	r, _ := rescued(t, append(append(one.bytes(), make([]byte, 5000)...), two.bytes()...))
	l, err := openLoose(r.dir, one.key, two.key)
	if err != nil || len(l.Vaults) != 2 || len(l.Vaults[0].plans) != 12 || len(l.Vaults[1].plans) != 8 || l.Shut != 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	l, err = openLoose(r.dir, one.key)
	if err != nil || len(l.Vaults) != 1 || len(l.Vaults[0].plans) != 8 || l.Shut == 0 {
		t.Fatalf("%+v, %v", l, err)
	}
}

// BenchmarkOpenLoose reads a folder of 1,000 records.
func BenchmarkOpenLoose(b *testing.B) {
	v, _ := wreckVault(b, 1000)
	r, _ := rescued(b, v.bytes())
	for b.Loop() {
		if _, err := openLoose(r.dir, v.key); err != nil {
			b.Fatal(err)
		}
	}
}

// TestRebuildRespectsPurge: what was deleted for good does not come back from an
// older copy.
func TestRebuildRespectsPurge(t *testing.T) {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	one, two := note("one", "1"), note("two", "2")
	v.mustCommit(Change{Put: []*record.Record{one, two}})
	before := v.bytes()
	if err := v.open().Purge([]record.ID{one.ID}); err != nil {
		t.Fatal(err)
	}
	again, rep, err := v.rebuilt(append(before, v.bytes()...))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Records != 1 || rep.Purged != 1 || len(again.open().Purged()) != 1 {
		t.Errorf("%+v", rep)
	}
	again.whole()
}

// TestRebuildDistrustsFormerIdentity: who knows an identity that the vault has
// given up can seal an index of any generation and records of any revision.
func TestRebuildDistrustsFormerIdentity(t *testing.T) {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	v.mustCommit(Change{Put: []*record.Record{note("one", "1")}})
	former := v.fork()
	s := v.open()
	next, err := s.vault.Successor(false)
	if err != nil {
		t.Fatal(err)
	}
	slot, err := next.NewSlot(keyring.KindIdentity, "new", v.cfg.Now, v.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rotate(next, []NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	for _, forged := range []string{"forged", "twice", "three times"} { // generations and revisions beyond the vault's
		former.later(time.Hour)
		former.mustCommit(Change{Put: []*record.Record{edited(read(t, former.open(), "one"), forged)}})
	}
	for _, sources := range [][]byte{slices.Concat(v.bytes(), []byte("\n"), former.bytes()), slices.Concat(former.bytes(), []byte("\n"), v.bytes())} {
		again, rep, err := v.rebuilt(sources)
		if err != nil {
			t.Fatal(err)
		}
		s := again.open()
		if !s.vault.Same(next) || len(rep.Ways) != 1 || text(read(t, s, "one")) != "1" {
			t.Errorf("identity of today: %v, %d ways, %q", s.vault.Same(next), len(rep.Ways), text(read(t, s, "one")))
		}
		if past, err := s.History(read(t, s, "one").ID); err != nil || len(past) != 3 {
			t.Errorf("%d earlier revisions, %v", len(past), err)
		}
		again.whole()
	}
}
