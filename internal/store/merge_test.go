package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// fork copies a vault file, as a stick or a sync program does, to another
// machine.
func (v *testVault) fork() *testVault {
	v.t.Helper()
	dir := v.t.TempDir()
	other := *v
	other.path, other.cfg.StateDir = filepath.Join(dir, "test.vault"), filepath.Join(dir, "state")
	b, err := os.ReadFile(v.path)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(other.path, b, 0o600); err != nil {
		v.t.Fatal(err)
	}
	return &other
}

// plan opens the other copy, by its own key, and works out the merge.
func (v *testVault) plan(s *Store, other *testVault) (*Merge, error) {
	v.t.Helper()
	b, err := OpenBackup(other.path)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { b.Close() })
	if err := b.Unlock(other.key); err != nil {
		v.t.Fatal(err)
	}
	return s.PlanMerge(b)
}

// merge merges the other copy into v and returns what was done.
func (v *testVault) merge(other *testVault) *Merge {
	v.t.Helper()
	before, err := os.ReadFile(other.path)
	if err != nil {
		v.t.Fatal(err)
	}
	s := v.open()
	m, err := v.plan(s, other)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := s.Merge(m); err != nil {
		v.t.Fatal(err)
	}
	if after, err := os.ReadFile(other.path); err != nil || string(after) != string(before) {
		v.t.Errorf("the other copy was written to: %v", err)
	}
	return m
}

// later lets time pass, so that the later of two edits is known.
func (v *testVault) later(d time.Duration) { v.cfg.Now = v.cfg.Now.Add(d) }

func (v *testVault) rewrite(name string, do func(*record.Record)) {
	v.t.Helper()
	s := v.open()
	r := read(v.t, s, name)
	do(r)
	r.Updated = v.cfg.Now
	if err := s.Commit(Change{Put: []*record.Record{r}}); err != nil {
		v.t.Fatal(err)
	}
}

// says is everything that is current in a vault, whatever its revision.
func (v *testVault) says() string {
	v.t.Helper()
	s := v.open()
	text := ""
	cards, err := s.Cards()
	if err != nil {
		v.t.Fatal(err)
	}
	slices.SortFunc(cards, func(a, b Card) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, c := range cards {
		r, err := s.Record(c.ID)
		if err != nil {
			v.t.Fatal(err)
		}
		r.Vault, r.Revision, r.From = record.ID{}, 0, nil
		b, err := record.Encode(r)
		if err != nil {
			v.t.Fatal(err)
		}
		text += string(b) + "\n"
	}
	return text
}

func TestMergeTwoLaptops(t *testing.T) {
	one := newTestVault(t)
	office := note("office", "the first")
	one.mustCommit(Change{Put: []*record.Record{office, note("bank", "unchanged"), note("router", "old")}})
	other := one.fork()

	one.later(time.Hour)
	one.rewrite("office", func(r *record.Record) { r.Set("password", record.TypeSecret, "mine"); r.Tags = []string{"a"} })
	one.mustCommit(Change{Put: []*record.Record{note("mail", "only here")}})
	other.later(2 * time.Hour)
	other.rewrite("office", func(r *record.Record) { r.Set("password", record.TypeSecret, "theirs"); r.Notes = "seen" })
	other.rewrite("router", func(r *record.Record) { r.Set("note", record.TypeMultiline, "new") })
	photo := []byte("a photo")
	withFile := note("scan", "only there")
	f := attach(withFile, "photo.jpg", photo)
	other.mustCommit(Change{Put: []*record.Record{withFile}, Attach: []NewFile{f}})

	m := one.merge(other)
	if !m.Related || len(m.Records) != 3 || m.Files() != 1 {
		t.Errorf("related %v, %d records, %d files", m.Related, len(m.Records), m.Files())
	}
	s := one.open()
	r := read(t, s, "office")
	if r.Field("password").Value != "theirs" || r.Notes != "seen" || !slices.Equal(r.Tags, []string{"a"}) {
		t.Errorf("merged to %+v", r)
	}
	open := record.OpenConflicts(r)
	if len(open) != 1 || open[0].Part != record.PieceField || open[0].Key != "password" || len(open[0].Lost) != 1 {
		t.Errorf("conflicts %+v", open)
	}
	past, err := s.History(r.ID)
	if err != nil || len(past) != 3 || past[1].Field("password").Value != "mine" || past[0].Field("password").Value != "theirs" {
		t.Errorf("%d earlier revisions, %v", len(past), err)
	}
	if s.BeforeLast(r.ID) != 2 || s.BeforeLast(withFile.ID) != 0 || s.BeforeLast(read(t, s, "router").ID) != 1 {
		t.Errorf("before the merge: %d, %d", s.BeforeLast(r.ID), s.BeforeLast(withFile.ID))
	}
	if text(read(t, s, "router")) != "new" || text(read(t, s, "mail")) != "only here" {
		t.Error("what only one side changed did not come over")
	}
	if data, err := s.Attachment(f.ID); err != nil || string(data) != string(photo) {
		t.Errorf("the attachment: %v", err)
	}
	if again, err := one.plan(one.open(), other); err != nil || !again.Empty() {
		t.Errorf("merging again does %+v, %v", again, err)
	}
	other.merge(one)
	if one.says() != other.says() {
		t.Errorf("the two copies differ:\n%s\n%s", one.says(), other.says())
	}
	one.whole()
	other.whole()
}

// TestEditAfterMerge: an edit is made of the merged revision, and settles what it
// changes.
func TestEditAfterMerge(t *testing.T) {
	one := newTestVault(t)
	one.mustCommit(Change{Put: []*record.Record{note("office", "first")}})
	other := one.fork()
	one.rewrite("office", func(r *record.Record) { r.Set("note", record.TypeMultiline, "mine") })
	other.later(time.Minute)
	other.rewrite("office", func(r *record.Record) { r.Set("note", record.TypeMultiline, "theirs") })
	one.merge(other)
	one.later(time.Hour)
	one.rewrite("office", func(r *record.Record) { r.Tags = []string{"kept open"} })
	if r := read(t, one.open(), "office"); r.From != nil || len(r.Conflicts) != 1 {
		t.Errorf("from %v, conflicts %+v", r.From, r.Conflicts)
	}
	one.rewrite("office", func(r *record.Record) { r.Set("note", record.TypeMultiline, "both") })
	if r := read(t, one.open(), "office"); len(r.Conflicts) != 0 {
		t.Errorf("an edit left the conflict open: %+v", r.Conflicts)
	}
	other.merge(one)
	if got := text(read(t, other.open(), "office")); got != "both" {
		t.Errorf("the other copy says %q", got)
	}
}

// TestEditOverEdit: an edit of a record that was changed since it was read goes
// together with that change, and what both changed is kept and named.
func TestEditOverEdit(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("office", "first")}})
	s := v.open()
	mine := read(t, s, "office")
	mine.Set("note", record.TypeMultiline, "mine")
	mine.Tags = []string{"a"}
	mine.Updated = v.cfg.Now
	v.later(time.Hour) // saved before mine, by a clock that is ahead
	v.rewrite("office", func(r *record.Record) {
		r.Set("note", record.TypeMultiline, "theirs")
		r.Notes = "seen"
	})
	file := attach(mine, "photo.jpg", []byte("a photo"))
	err := s.Commit(Change{Put: []*record.Record{mine}, Attach: []NewFile{file}})
	var conflict *ConflictError
	if !errors.As(err, &conflict) {
		t.Fatalf("an edit of what was changed since: %v", err)
	}
	m, err := s.PlanEdit(mine, []NewFile{file})
	if err != nil {
		t.Fatal(err)
	}
	v.rewrite("office", func(r *record.Record) { r.Importance = 2 })
	if err := s.Merge(m); !errors.As(err, &conflict) {
		t.Fatalf("what was planned before a third edit: %v", err)
	}
	if m, err = s.PlanEdit(mine, []NewFile{file}); err == nil {
		err = s.Merge(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, v.open(), "office")
	if text(r) != "mine" || r.Notes != "seen" || r.Importance != 2 || !slices.Equal(r.Tags, []string{"a"}) || len(r.Attachments) != 1 {
		t.Errorf("saved %+v", r)
	}
	if open := record.OpenConflicts(r); len(open) != 1 || open[0].Key != "note" || len(m.Records[0].Open) != 1 {
		t.Errorf("conflicts %+v", open)
	}
	versions, err := s.Versions(r.ID)
	if err != nil || len(versions) != 5 || text(versions[1].Record) != "theirs" || versions[len(versions)-1].Record.Revision != r.Revision {
		t.Errorf("%d versions, %v", len(versions), err)
	}
	v.whole()
	if err := s.Purge([]record.ID{r.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PlanEdit(mine, nil); !errors.Is(err, ErrNoRecord) {
		t.Errorf("an edit of what was purged: %v", err)
	}
}

// TestMergeOverRotation: copies of one vault merge though one got a new identity.
func TestMergeOverRotation(t *testing.T) {
	one := newTestVault(t)
	one.mustCommit(Change{Put: []*record.Record{note("office", "first"), note("bank", "same")}})
	other := one.fork()
	other.rewrite("office", func(r *record.Record) { r.Set("note", record.TypeMultiline, "second") })
	s := one.open()
	next, err := s.vault.Successor(false)
	if err != nil {
		t.Fatal(err)
	}
	slot, err := next.NewSlot(keyring.KindIdentity, "test", one.cfg.Now, one.key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rotate(next, []NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	b, err := OpenBackup(other.path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.UnlockAs(s); err != nil {
		t.Fatalf("a retired identity does not open the other copy: %v", err)
	}
	m, err := s.PlanMerge(b)
	if err != nil || len(m.Records) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := s.Merge(m); err != nil {
		t.Fatal(err)
	}
	if got := text(read(t, one.open(), "office")); got != "second" {
		t.Errorf("got %q", got)
	}
	other.merge(one)
	if one.says() != other.says() {
		t.Error("the copies differ")
	}
}

// TestMergePurge: what was purged in one copy is purged in the other, unless it
// was written to there.
func TestMergePurge(t *testing.T) {
	one := newTestVault(t)
	gone, kept := note("gone", "never again"), note("kept", "first")
	one.mustCommit(Change{Put: []*record.Record{gone, kept}})
	other := one.fork()
	if err := one.open().Purge([]record.ID{gone.ID, kept.ID}); err != nil {
		t.Fatal(err)
	}
	other.later(time.Minute)
	other.rewrite("kept", func(r *record.Record) { r.Set("note", record.TypeMultiline, "second") })
	m := other.merge(one)
	if len(m.Purge) != 1 || m.Purge[0].ID != gone.ID {
		t.Errorf("purges %+v", m.Purge)
	}
	if _, err := other.open().Record(gone.ID); !errors.Is(err, ErrNoRecord) {
		t.Errorf("the purged record: %v", err)
	}
	if m := one.merge(other); len(m.Records) != 1 || !m.Records[0].Revived {
		t.Errorf("%+v", m)
	}
	if got := text(read(t, one.open(), "kept")); got != "second" {
		t.Errorf("got %q", got)
	}
	if one.says() != other.says() {
		t.Error("the copies differ")
	}
	one.whole()
	other.whole()
}

// TestMergeStrangers: two vaults that have nothing to do with each other.
func TestMergeStrangers(t *testing.T) {
	one, other := newTestVault(t), newTestVault(t)
	mine, theirs := note("office", "mine"), note("Office", "theirs")
	theirs.Created = theirs.Created.Add(time.Hour)
	refers := note("pc", "refers")
	refers.Set("other", record.TypeRef, "Office")
	one.mustCommit(Change{Put: []*record.Record{mine}})
	other.mustCommit(Change{Put: []*record.Record{theirs, refers}})
	m := one.merge(other)
	if m.Related || len(m.Records) != 2 {
		t.Errorf("%+v", m)
	}
	s := one.open()
	want := "Office-" + theirs.ID.String()[:4]
	if r, err := s.Record(theirs.ID); err != nil || r.Name != want || r.Vault != s.ID() {
		t.Errorf("the other office: %+v, %v", r, err)
	}
	if got := read(t, s, "pc").Field("other").Value; got != want {
		t.Errorf("what referred to it refers to %q", got)
	}
	other.merge(one)
	if one.says() != other.says() {
		t.Errorf("the two differ:\n%s\n%s", one.says(), other.says())
	}
	if one.open().ID() == other.open().ID() {
		t.Error("merging made them one vault")
	}
}

func TestMergeRefuses(t *testing.T) {
	one := newTestVault(t)
	one.mustCommit(Change{Put: []*record.Record{note("office", "first")}})
	other := one.fork()
	if _, err := one.plan(one.open(), one); !errors.Is(err, ErrItself) {
		t.Errorf("with itself: %v", err)
	}
	other.rewrite("office", func(r *record.Record) { r.Set("note", record.TypeMultiline, "second") })
	s := one.open()
	m, err := one.plan(s, other)
	if err != nil {
		t.Fatal(err)
	}
	one.rewrite("office", func(r *record.Record) { r.Notes = "meanwhile" })
	before := one.says()
	if err := s.Merge(m); !errors.As(err, new(*ConflictError)) {
		t.Errorf("a plan that is out of date: %v", err)
	}
	if one.says() != before {
		t.Error("it changed something")
	}
	newer := other.fork()
	newer.rewrite("office", func(r *record.Record) { r.Schema = record.Schema + 1 })
	if _, err := one.plan(one.open(), newer); !errors.Is(err, record.ErrNewer) {
		t.Errorf("a record of a newer program: %v", err)
	}
	if b, err := OpenBackup(other.path); err != nil || b.UnlockAs(newTestVault(t).open()) == nil {
		t.Errorf("a stranger's vault opened with our identity, %v", err)
	} else if _, err := s.PlanMerge(b); !errors.Is(err, ErrLocked) {
		t.Errorf("a copy that is not open: %v", err)
	}
}

// TestMergeModel merges random histories of three vault files and compares.
func TestMergeModel(t *testing.T) {
	for range sample(50, 3) {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 28))
		one := newTestVault(t)
		one.cfg.NoBackup = true
		one.mustCommit(Change{Put: []*record.Record{note("office", "0"), note("bank", "0"), note("mail", "0")}})
		all := []*testVault{one, one.fork(), one.fork()}
		for step := range 24 {
			v := all[r.IntN(3)]
			v.later(time.Duration(step) * time.Minute)
			mergeStep(v, r, all[r.IntN(3)], fmt.Sprint(step))
		}
		for range 2 {
			for _, v := range all {
				for _, other := range all {
					if v != other {
						v.merge(other)
					}
				}
			}
		}
		for _, v := range all[1:] {
			if got, want := v.says(), one.says(); got != want {
				t.Fatalf("seed %d: the copies differ:\n%s\n%s", seed, got, want)
			}
		}
		for _, v := range all {
			v.whole()
			for _, other := range all {
				if m, err := v.plan(v.open(), other); v != other && (err != nil || !m.Empty()) {
					t.Fatalf("seed %d: still to do: %+v, %v", seed, m, err)
				}
			}
		}
	}
}

func mergeStep(v *testVault, r *rand.Rand, other *testVault, text string) {
	v.t.Helper()
	s := v.open()
	cards, err := s.Cards()
	if err != nil {
		v.t.Fatal(err)
	}
	slices.SortFunc(cards, func(a, b Card) int { return slices.Compare(a.ID[:], b.ID[:]) })
	change := Change{}
	if len(cards) > 0 {
		one, err := s.Record(cards[r.IntN(len(cards))].ID)
		if err != nil {
			v.t.Fatal(err)
		}
		one.Updated = v.cfg.Now
		change.Put = []*record.Record{one}
	}
	switch n := r.IntN(10); {
	case n == 0 || len(cards) == 0:
		added := note("added "+text, text)
		added.Created, added.Updated = v.cfg.Now, v.cfg.Now
		change = Change{Put: []*record.Record{added}, Attach: []NewFile{attach(added, "file", []byte(text))}}
	case n < 5:
		change.Put[0].Set([]string{"note", "password"}[r.IntN(2)], record.TypeMultiline, text)
	case n == 5:
		change.Put[0] = trashed(change.Put[0])
	case n == 6:
		if err := s.Purge([]record.ID{change.Put[0].ID}); err != nil {
			v.t.Fatal(err)
		}
		return
	case v != other:
		v.merge(other)
		return
	}
	if err := s.Commit(change); err != nil {
		v.t.Fatal(err)
	}
}

// TestBeforeIsForgotten: only the last commit is remembered.
func TestBeforeIsForgotten(t *testing.T) {
	one := newTestVault(t)
	one.mustCommit(Change{Put: []*record.Record{note("office", "first")}})
	other := one.fork()
	for n := range 3 {
		other.rewrite("office", func(r *record.Record) { r.Set("note", record.TypeMultiline, fmt.Sprint(n)) })
	}
	one.merge(other)
	s := one.open()
	id := read(t, s, "office").ID
	if got := s.BeforeLast(id); got != 1 {
		t.Errorf("before the merge %d", got)
	}
	one.rewrite("office", func(r *record.Record) { r.Notes = "x" })
	s = one.open()
	if got := s.BeforeLast(id); got != 4 || len(s.idx.head.Before) != 0 {
		t.Errorf("before the edit %d, %v", got, s.idx.head.Before)
	}
}

// TestMergePurgeLooksAgain: what was written between the plan and the merge is not
// purged with the rest.
func TestMergePurgeLooksAgain(t *testing.T) {
	one := newTestVault(t)
	gone := note("gone", "first")
	one.mustCommit(Change{Put: []*record.Record{gone}})
	other := one.fork()
	if err := other.open().Purge([]record.ID{gone.ID}); err != nil {
		t.Fatal(err)
	}
	s := one.open()
	m, err := one.plan(s, other)
	if err != nil || len(m.Purge) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	one.rewrite("gone", func(r *record.Record) { r.Set("note", record.TypeMultiline, "second") })
	if err := s.Merge(m); !errors.As(err, new(*ConflictError)) {
		t.Errorf("got %v", err)
	}
	if got := text(read(t, one.open(), "gone")); got != "second" {
		t.Errorf("got %q", got)
	}
	if n := len(one.open().Purged()); n != 0 {
		t.Errorf("%d tombstones", n)
	}
}
