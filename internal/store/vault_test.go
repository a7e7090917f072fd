package store

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
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
	r.Set("note", record.TypeMultiline, text)
	return r
}

// mustCommit commits to a freshly opened vault.
func (v *testVault) mustCommit(c Change) *Store {
	v.t.Helper()
	s := v.open()
	if err := s.Commit(c); err != nil {
		v.t.Fatal(err)
	}
	return s
}

func (v *testVault) bytes() []byte {
	v.t.Helper()
	b, err := os.ReadFile(v.path)
	if err != nil {
		v.t.Fatal(err)
	}
	return b
}

func (v *testVault) write(b []byte) {
	v.t.Helper()
	if err := os.WriteFile(v.path, b, 0o600); err != nil {
		v.t.Fatal(err)
	}
}

// whole fails the test unless everything in the vault decrypts.
func (v *testVault) whole() Report {
	v.t.Helper()
	rep, err := v.open().VerifyAll()
	if err != nil || len(rep.Damaged) > 0 {
		v.t.Fatalf("%+v, %v", rep, err)
	}
	return rep
}

// text is what note was given.
func text(r *record.Record) string { return r.Field("note").Value }

// edited is r with another text.
func edited(r *record.Record, text string) *record.Record {
	r = r.Clone()
	r.Set("note", record.TypeMultiline, text)
	return r
}

// trashed is r in the trash.
func trashed(r *record.Record) *record.Record {
	r = r.Clone()
	at := r.Updated
	r.Trashed = &at
	return r
}

// read opens a record by its name.
func read(t testing.TB, s *Store, name string) *record.Record {
	t.Helper()
	c, err := s.Find(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	r, err := s.Record(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// attach gives r one more attached file and returns what to store of it.
func attach(r *record.Record, name string, data []byte) NewFile {
	f := NewFile{ID: record.NewID(), Data: data}
	sum := sha256.Sum256(data)
	r.Attachments = append(r.Attachments, record.Attachment{ID: f.ID, Name: name,
		Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])})
	return f
}
