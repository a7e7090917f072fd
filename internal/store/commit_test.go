package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

func TestAddEditAndReadBack(t *testing.T) {
	v := newTestVault(t)
	if err := v.open().Commit(Change{Put: []*record.Record{note("office", "one")}}); err != nil {
		t.Fatal(err)
	}
	s := v.open()
	c, err := s.Find("OFFICE")
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if r.Field("note").Value != "one" || r.Revision != 1 || r.Vault != s.ID() {
		t.Fatalf("got %+v", r)
	}
	r.Set("note", record.TypeMultiline, "two")
	if err := s.Commit(Change{Put: []*record.Record{r}}); err != nil {
		t.Fatal(err)
	}
	past, err := s.History(c.ID)
	if err != nil || len(past) != 1 || past[0].Field("note").Value != "one" {
		t.Fatalf("history %v, %v", past, err)
	}
	rep, err := v.open().VerifyAll()
	if err != nil || rep.Records != 1 || rep.Revisions != 1 || len(rep.Damaged) != 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	list, err := Backups(v.path)
	if err != nil || len(list) != 1 {
		t.Fatalf("backups %v, %v", list, err)
	}
}

func TestConflictSavesNothing(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("office", "one")}})
	mine, theirs := v.open(), v.open()
	a, b := read(t, mine, "office"), read(t, theirs, "office")
	if err := theirs.Commit(Change{Put: []*record.Record{edited(b, "theirs")}}); err != nil {
		t.Fatal(err)
	}
	err := mine.Commit(Change{Put: []*record.Record{note("other", "x"), edited(a, "mine")}})
	var conflict *ConflictError
	if !errors.As(err, &conflict) || conflict.Base != 1 || conflict.Have != 2 || conflict.ID != a.ID {
		t.Fatalf("got %v", err)
	}
	if _, err := v.open().Find("other"); !errors.Is(err, ErrNoRecord) {
		t.Fatalf("half of a change was saved: %v", err)
	}
	if got := text(read(t, v.open(), "office")); got != "theirs" {
		t.Fatalf("got %q", got)
	}
	gone := edited(a, "of another vault")
	gone.ID = record.NewID()
	if err := mine.Commit(Change{Put: []*record.Record{gone}}); !errors.As(err, &conflict) || conflict.Have != 0 {
		t.Fatalf("got %v", err)
	}
}

func TestNames(t *testing.T) {
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("オフィス", "1"), note("mail", "2"), note(`a "quoted" name`, "3")}})
	s := v.open()
	for _, twin := range []string{"ｵﾌｨｽ", "おふぃす", "MAIL", "Ｍａｉｌ ", `A "QUOTED" name`} {
		var taken *NameError
		if err := s.Commit(Change{Put: []*record.Record{note(twin, "x")}}); !errors.As(err, &taken) || taken.Name != twin {
			t.Errorf("%s: got %v", twin, err)
		}
	}
	if err := s.Commit(Change{Put: []*record.Record{note("twin", "x"), note("TWIN", "y")}}); !errors.As(err, new(*NameError)) {
		t.Errorf("two of one name in one change: %v", err)
	}
	a, b := read(t, s, "mail"), read(t, s, "ｵﾌｨｽ")
	a.Name, b.Name = b.Name, a.Name
	if err := s.Commit(Change{Put: []*record.Record{a, b}}); err != nil {
		t.Fatalf("two records change names: %v", err)
	}
	if got := text(read(t, v.open(), "mail")); got != "1" {
		t.Errorf("got %q", got)
	}
}

func TestTrash(t *testing.T) {
	v := newTestVault(t)
	s := v.mustCommit(Change{Put: []*record.Record{note("mail", "1")}})
	if err := s.Commit(Change{Put: []*record.Record{trashed(read(t, s, "mail"))}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(Change{Put: []*record.Record{note("mail", "2")}}); err != nil {
		t.Fatalf("the name of a record in the trash is not free: %v", err)
	}
	if got := text(read(t, s, "mail")); got != "2" {
		t.Errorf("Find prefers the trash: %q", got)
	}
	n := 0
	for r, err := range s.All() {
		if err != nil || text(r) != "2" {
			t.Errorf("got %v, %v", r, err)
		}
		n++
	}
	if cards, err := s.Cards(); n != 1 || err != nil || len(cards) != 2 || s.Len() != 2 {
		t.Errorf("All %d, Cards %d, Len %d, %v", n, len(cards), s.Len(), err)
	}
	for _, r := range []*record.Record{read(t, s, "mail")} {
		if err := s.Commit(Change{Put: []*record.Record{trashed(r)}}); err != nil {
			t.Fatal(err)
		}
	}
	old := read(t, s, "mail") // both are in the trash; the one changed last, or either
	old.Trashed = nil
	if err := s.Commit(Change{Put: []*record.Record{old}}); err != nil {
		t.Fatal(err)
	}
	if past, err := s.History(old.ID); err != nil || len(past) != 2 {
		t.Fatalf("history %d, %v", len(past), err)
	}
}

func TestAttachments(t *testing.T) {
	v := newTestVault(t)
	sizes := []int{0, 1, 70_000, record.MaxAttachment}
	if raceEnabled {
		sizes = sizes[:3]
	}
	want := map[record.ID][]byte{}
	for i, size := range sizes {
		r := note(fmt.Sprint("with file ", i), "x")
		data := bytes.Repeat([]byte{0, '\n', 0xff, 'x'}, size/4+1)[:size]
		f := attach(r, "key card.jpg", data)
		want[f.ID] = data
		v.mustCommit(Change{Put: []*record.Record{r}, Attach: []NewFile{f}})
	}
	s := v.open()
	for id, data := range want {
		got, err := s.Attachment(id)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
		if err := s.Commit(Change{Attach: []NewFile{{ID: id, Data: nil}}}); !errors.Is(err, record.ErrBad) {
			t.Errorf("an attachment was overwritten: %v", err)
		}
	}
	if _, err := s.Attachment(record.NewID()); !errors.Is(err, ErrNoRecord) {
		t.Errorf("got %v", err)
	}
	tooLarge := NewFile{ID: record.NewID(), Data: make([]byte, record.MaxAttachment+1)}
	if err := s.Commit(Change{Attach: []NewFile{tooLarge}}); !errors.Is(err, record.ErrBad) {
		t.Errorf("got %v", err)
	}
	if rep := v.whole(); rep.Attachments != len(sizes) {
		t.Errorf("%+v", rep)
	}
}

func TestRefusedChanges(t *testing.T) {
	v := newTestVault(t)
	s := v.open()
	r := note("a", "x")
	nameless := note("b", "x")
	nameless.ID = record.ID{}
	broken := note("c", "\xff")
	for what, c := range map[string]Change{
		"one id twice":   {Put: []*record.Record{r, r}},
		"no id":          {Put: []*record.Record{nameless}},
		"not UTF-8":      {Put: []*record.Record{broken}},
		"one file twice": {Attach: []NewFile{{ID: r.ID}, {ID: r.ID}}},
	} {
		if err := s.Commit(c); !errors.Is(err, record.ErrBad) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if v.open().Generation() != 1 {
		t.Error("a refused change was written")
	}
}

func TestNewerRecordStaysNewer(t *testing.T) {
	v := newTestVault(t)
	r := note("from the future", "x")
	r.Schema, r.Extra = record.Schema+1, map[string]json.RawMessage{"hologram": json.RawMessage(`{"a":[1,2]}`)}
	s := v.mustCommit(Change{Put: []*record.Record{r}})
	got := read(t, s, "from the future")
	if err := s.Commit(Change{Put: []*record.Record{trashed(got)}}); err != nil {
		t.Fatal(err)
	}
	got = read(t, s, "from the future")
	if got.Schema != record.Schema+1 || string(got.Extra["hologram"]) != `{"a":[1,2]}` {
		t.Fatalf("an older program changed it: schema %d, %s", got.Schema, got.Extra["hologram"])
	}
}

func TestLastAndProof(t *testing.T) {
	v := newTestVault(t)
	a, b := note("a", "1"), note("b", "1")
	s := v.mustCommit(Change{Put: []*record.Record{a, b}})
	if last := v.open().Last(); len(last) != 2 || !slices.Contains(last, a.ID) || !slices.Contains(last, b.ID) {
		t.Errorf("last %v", last)
	}
	slot := s.OpenedBy()
	when := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	if err := s.Commit(Change{Prove: map[record.ID]time.Time{slot.ID: when}}); err != nil {
		t.Fatal(err)
	}
	got := v.open()
	if p := got.OpenedBy().Proven; p == nil || !p.Equal(when) || got.OpenedBy().Kind != keyring.KindIdentity {
		t.Errorf("slot %+v", got.OpenedBy())
	}
	if len(got.Last()) != 2 || got.Generation() != 3 {
		t.Errorf("proving a slot is no edit to undo: %v", got.Last())
	}
}

func TestLockedStore(t *testing.T) {
	v := newTestVault(t)
	s, err := Open(v.path, v.cfg)
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock(other); !errors.Is(err, keyring.ErrNoMatch) {
		t.Fatalf("got %v", err)
	}
	var errs []error
	_, err = s.Cards()
	errs = append(errs, err, s.Commit(Change{}), s.EachRaw(true, func(Raw) bool { return true }))
	_, err = s.Find("x")
	errs = append(errs, err)
	_, err = s.Card(record.NewID())
	errs = append(errs, err)
	_, err = s.Record(record.NewID())
	errs = append(errs, err)
	_, err = s.History(record.NewID())
	errs = append(errs, err)
	_, err = s.Attachment(record.NewID())
	errs = append(errs, err)
	_, err = s.VerifyAll()
	for _, err := range append(errs, err) {
		if !errors.Is(err, ErrLocked) {
			t.Errorf("got %v", err)
		}
	}
	if s.Len() != 0 || s.Generation() != 0 || s.Slots() != nil || s.Last() != nil || !s.ID().IsZero() {
		t.Error("a locked vault knows something")
	}
	if err := s.Unlock(v.key); err != nil {
		t.Fatal(err)
	}
}

// TestGrowthHasACause: of a file that can't grow bbolt hands on words alone.
func TestGrowthHasACause(t *testing.T) {
	words := fmt.Errorf("file resize error: %s", &os.PathError{Op: "truncate", Path: "a.vault", Err: syscall.ENOSPC})
	if err := growth(words); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v has no cause", err)
	}
	other := errors.New("file resize error: the moon is full")
	if err := growth(other); err != other || growth(nil) != nil {
		t.Errorf("it became %v", err)
	}
}
