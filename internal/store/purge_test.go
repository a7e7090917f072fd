package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"memovault/internal/record"
)

// valuesOf returns every age file of a record, its history and the given files.
func (v *testVault) valuesOf(id record.ID, files ...record.ID) (list [][]byte) {
	v.t.Helper()
	for bucket, pairs := range bucketsOf(v.t, v.path) {
		for _, p := range pairs {
			mine := strings.HasPrefix(string(p.key), string(id[:]))
			for _, f := range files {
				mine = mine || bucket == bucketAttachments && string(p.key) == string(f[:])
			}
			if mine || bucket == bucketDigest || bucket == bucketIndex {
				list = append(list, p.value)
			}
		}
	}
	return list
}

func TestPurge(t *testing.T) {
	smallDigest(t)
	v := newTestVault(t)
	gone, kept := note("gone", "g1"), note("kept", "k1")
	own, shared := attach(gone, "own.png", randomBytesOf(t, 70_000)), attach(gone, "shared.png", randomBytesOf(t, 70_000))
	former := attach(gone, "former.png", randomBytesOf(t, 70_000))
	kept.Attachments = gone.Attachments[1:]
	s := v.mustCommit(Change{Put: []*record.Record{gone, kept}, Attach: []NewFile{own, shared, former}})
	// From now on only the history of the record that stays names the third file.
	kept = read(t, s, "kept")
	kept.Attachments = kept.Attachments[:1]
	if err := s.Commit(Change{Put: []*record.Record{edited(kept, "k2"), edited(read(t, s, "gone"), "g2")}}); err != nil {
		t.Fatal(err)
	}
	values := v.valuesOf(gone.ID, own.ID)
	if len(values) != 5 { // two revisions, a file, the digest, the index
		t.Fatalf("%d values", len(values))
	}
	generation := s.Generation()
	if err := s.Purge([]record.ID{gone.ID, gone.ID}); err != nil {
		t.Fatal(err)
	}
	b := v.bytes()
	for _, sealed := range values {
		if n := leftOf(b, sealed); n != 0 {
			t.Errorf("%d lines of a purged value are left", n)
		}
	}
	for _, one := range []*Store{s, v.open()} {
		if _, err := one.Find("gone"); !errors.Is(err, ErrNoRecord) {
			t.Errorf("found: %v", err)
		}
		if text(read(t, one, "kept")) != "k2" || one.Len() != 1 || one.Generation() != generation+1 {
			t.Error("the other record is not as it was")
		}
		if past, err := one.History(kept.ID); err != nil || len(past) != 1 || text(past[0]) != "k1" {
			t.Errorf("its history: %v, %v", past, err)
		}
		if one.HasAttachment(own.ID) || !one.HasAttachment(shared.ID) || !one.HasAttachment(former.ID) {
			t.Error("a file that another record names is gone, or one that none does is there")
		}
		stones := one.Purged()
		if len(stones) != 1 || stones[0].ID != gone.ID || len(stones[0].Versions) != 2 || !stones[0].Time.Equal(v.cfg.Now) {
			t.Errorf("tombstones %+v", stones)
		}
		if last := one.Last(); len(last) != 1 || last[0] != kept.ID {
			t.Errorf("last %v", last)
		}
	}
	v.whole()
	if err := s.Purge([]record.ID{kept.ID}); err != nil {
		t.Fatal(err)
	}
	if s.Len() != 0 || len(s.Purged()) != 2 || s.HasAttachment(shared.ID) || s.HasAttachment(former.ID) {
		t.Error("something is left of the last record")
	}
	v.whole()
}

// TestPurgedIsInTheBackup: the backup that comes first still has it.
func TestPurgedIsInTheBackup(t *testing.T) {
	v := newTestVault(t)
	r := note("gone", "x")
	s := v.mustCommit(Change{Put: []*record.Record{r}})
	if err := s.Purge([]record.ID{r.ID}); err != nil {
		t.Fatal(err)
	}
	list, err := Backups(v.path)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if _, ok := readBackup(t, list[0].Path)["records/"+r.ID.String()+".age"]; !ok {
		t.Error("the backup does not have the record")
	}
}

func TestPurgeRefused(t *testing.T) {
	v := newTestVault(t)
	r := note("a", "x")
	s := v.mustCommit(Change{Put: []*record.Record{r}})
	before := v.bytes()
	if err := s.Purge([]record.ID{r.ID, record.NewID()}); !errors.Is(err, ErrNoRecord) {
		t.Errorf("one of two is unknown: %v", err)
	}
	if err := (&Store{}).Purge([]record.ID{r.ID}); !errors.Is(err, ErrLocked) {
		t.Errorf("locked: %v", err)
	}
	v.change(func(w *write) { w.put(bucketRecords, r.ID[:], []byte("not what was written")) })
	harmed := v.bytes()
	if err := v.open().Purge([]record.ID{r.ID}); !isDamaged(err) {
		t.Errorf("damaged: %v", err)
	}
	if !bytes.Equal(harmed, v.bytes()) || bytes.Equal(harmed, before) {
		t.Error("something was written")
	}
}
