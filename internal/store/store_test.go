package store

import (
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A testVault is a fresh vault in a temporary folder with one identity slot,
// so that no test pays for scrypt.
type testVault struct {
	t    testing.TB
	path string
	cfg  Config
	key  *age.X25519Identity
}

func newTestVault(t testing.TB) *testVault {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	v := &testVault{t: t, path: filepath.Join(dir, "test.vault"), key: key,
		cfg: Config{StateDir: filepath.Join(dir, "state"), Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}
	identity, err := keyring.New(false)
	if err != nil {
		t.Fatal(err)
	}
	slot, err := identity.NewSlot(keyring.KindIdentity, "test", v.cfg.Now, key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if err := Create(v.path, v.cfg, identity, []NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *testVault) open() *Store {
	v.t.Helper()
	s, err := v.tryOpen()
	if err != nil {
		v.t.Fatal(err)
	}
	return s
}

func (v *testVault) tryOpen() (*Store, error) {
	s, err := Open(v.path, v.cfg)
	if err != nil {
		return nil, err
	}
	return s, s.Unlock(v.key)
}

func note(name, text string) *record.Record {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := &record.Record{ID: record.NewID(), Template: "note", Name: name, Created: at, Updated: at}
	r.Set("note", "multiline", text)
	return r
}

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
	r.Set("note", "multiline", "two")
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
