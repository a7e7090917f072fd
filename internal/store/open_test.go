package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A wrong key and a damaged slot must not be told alike: who holds the right
// passphrase would search his memory instead of his backups.
func TestWrongKeyAndDamagedSlot(t *testing.T) {
	v := newTestVault(t)
	wrong, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(v.path, v.cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Unlock(wrong)
	if !errors.Is(err, keyring.ErrNoMatch) || errors.As(err, new(*SlotsDamagedError)) {
		t.Errorf("a wrong key: %v", err)
	}
	// Change one character in the middle of the sealed slot, as it is read.
	s.slots[0].sealed[len(s.slots[0].sealed)/2] ^= 1
	s.slotsDamaged = string(slotSum(s.slots)) != s.slotSum
	err = s.Unlock(v.key)
	if !errors.As(err, new(*SlotsDamagedError)) {
		t.Errorf("a damaged slot: %v", err)
	}
}

// Where a vault lies is looked at when it is first seen there, not every time.
func TestNewHere(t *testing.T) {
	v := newTestVault(t)
	if !v.open().NewHere() {
		t.Error("the first sight of a vault is not new")
	}
	if v.open().NewHere() {
		t.Error("the second sight of a vault is new")
	}
	moved := filepath.Join(t.TempDir(), "moved.vault")
	if err := os.Rename(v.path, moved); err != nil {
		t.Fatal(err)
	}
	v.path = moved
	if !v.open().NewHere() {
		t.Error("a vault that was moved is not new")
	}
}

// What panics on a goroutine of ours must be recoverable by the caller.
func TestInParallelRaisesPanics(t *testing.T) {
	defer func() {
		if r := recover(); r != "seven" {
			t.Errorf("recovered %v", r)
		}
	}()
	inParallel(100, func(i int) {
		if i == 7 {
			panic("seven")
		}
	})
	t.Error("the panic was swallowed")
}

// TestPinKnowsTheFolder: a vault that is opened by a path from the folder it is
// in is the same one from any other folder.
func TestPinKnowsTheFolder(t *testing.T) {
	v := newTestVault(t)
	v.cfg.StateDir = t.TempDir()
	v.mustCommit(Change{Put: []*record.Record{note("here", "1")}})
	payload, _ := v.mustPaper(false)
	whole := *v
	t.Chdir(filepath.Dir(v.path))
	v.path = filepath.Base(v.path)
	if v.open().NewHere() {
		t.Error("it is new here by its name alone")
	}
	v.mustCommit(Change{Put: []*record.Record{note("more", "2")}})
	t.Chdir(t.TempDir())
	if whole.open().NewHere() {
		t.Error("it is new here by its whole path")
	}
	if seen := v.mustOpenPaper(payload).SeenAt(v.cfg); !filepath.IsAbs(seen) {
		t.Errorf("last seen at %q", seen)
	}
}
