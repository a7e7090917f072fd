package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

func init() { children["filerestores"] = fileRestoresChild }

// TestRestoreFile: from a backup and from a copy of the vault file, everything
// comes back with its history, in a file that is whole.
func TestRestoreFile(t *testing.T) {
	v, _ := backedUp(t)
	want := v.open()
	dir := t.TempDir()
	if _, err := want.WriteBackup(filepath.Join(dir, "b.tar")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "c.vault"), v.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b.tar", "c.vault"} {
		back := v.elsewhere()
		b := openBackup(t, filepath.Join(dir, name))
		if err := b.Unlock(v.key); err != nil {
			t.Fatal(err)
		}
		done, err := RestoreFile(back.path, back.cfg, b, RestorePlan{})
		if err != nil || done.Copy != "" || done.Older {
			t.Fatalf("%s: %+v, %v", name, done, err)
		}
		s := back.open()
		wantSame(t, s, want)
		if s.Generation() != want.Generation()+1 || s.ID() != want.ID() {
			t.Errorf("%s: generation %d after %d", name, s.Generation(), want.Generation())
		}
		if rep := back.whole(); rep.Revisions != 3 || rep.Attachments != 1 {
			t.Errorf("%s: %+v", name, rep)
		}
		if _, err := RestoreFile(back.path, back.cfg, b, RestorePlan{}); !errors.Is(err, ErrExists) {
			t.Errorf("%s: over another file: %v", name, err)
		}
	}
}

// TestRestoreFileInPlace: the vault that is replaced is kept, and the restored
// one is the next state, not an older copy that somebody slipped in.
func TestRestoreFileInPlace(t *testing.T) {
	v, auto := backedUp(t)
	before := v.bytes()
	b := openBackup(t, auto.Path)
	if err := b.UnlockAs(v.open()); err != nil {
		t.Fatal(err)
	}
	done, err := RestoreFile(v.path, v.cfg, b, RestorePlan{Replace: true, As: v.open()})
	if err != nil || !done.Older {
		t.Fatalf("%+v, %v", done, err)
	}
	if kept, err := os.ReadFile(done.Copy); err != nil || !slices.Equal(kept, before) {
		t.Errorf("the copy of what was there: %v", err)
	}
	s := v.open()
	if s.Generation() != 5 || text(read(t, s, "office")) != "changed" {
		t.Errorf("generation %d, %q", s.Generation(), text(read(t, s, "office")))
	}
	v.mustCommit(Change{Put: []*record.Record{note("next", "x")}})
	v.whole()
}

// TestRestoreFileKeepsTodaysKeys: a key that was taken away since does not come
// back, and one that came since still opens; also where the identity is another.
func TestRestoreFileKeepsTodaysKeys(t *testing.T) {
	for _, rotated := range []bool{false, true} {
		v, auto := backedUp(t)
		now, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		s := v.open()
		vault := s.vault
		if rotated {
			if vault, err = s.vault.Successor(false); err != nil {
				t.Fatal(err)
			}
		}
		slot, err := vault.NewSlot(keyring.KindIdentity, "now", v.cfg.Now, now.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if rotated {
			err = s.Rotate(vault, []NewSlot{{Slot: slot}})
		} else {
			err = s.ChangeSlots(SlotChange{Add: []NewSlot{{Slot: slot}}, Remove: []record.ID{s.Slots()[0].ID}})
		}
		if err != nil {
			t.Fatal(err)
		}
		b := openBackup(t, auto.Path)
		if err := b.UnlockAs(s); err != nil {
			t.Fatal(err)
		}
		if b.OpensAs(s) == rotated {
			t.Errorf("rotated %v: the backup is said to be of the identity of today: %v", rotated, b.OpensAs(s))
		}
		if _, err := RestoreFile(v.path, v.cfg, b, RestorePlan{Replace: true, As: s}); err != nil {
			t.Fatal(err)
		}
		if err := tryKey(v, v.key); !errors.Is(err, keyring.ErrNoMatch) {
			t.Errorf("rotated %v: the key of then opens: %v", rotated, err)
		}
		v.key = now
		s = v.open()
		if text(read(t, s, "office")) != "changed" || len(s.Retired()) != len(b.s.Retired())+map[bool]int{true: 1}[rotated] {
			t.Errorf("rotated %v: %q, retired %d", rotated, text(read(t, s, "office")), len(s.Retired()))
		}
		if rep := v.whole(); rep.Records != 3 || rep.Revisions != 2 || rep.Attachments != 1 {
			t.Errorf("rotated %v: %+v", rotated, rep)
		}
	}
}

func tryKey(v *testVault, key age.Identity) error {
	s, err := Open(v.path, v.cfg)
	if err != nil {
		return err
	}
	return s.Unlock(key)
}

// TestRestoreFileRefuses: a backup that is not whole, or of another vault than
// the one whose keys are to stay, changes nothing.
func TestRestoreFileRefuses(t *testing.T) {
	v, auto := backedUp(t)
	files := readTar(t, auto.Path)
	i := slices.IndexFunc(files, func(f tarFile) bool { return strings.HasPrefix(f.name, "records/") })
	files[i].body = []byte("x")
	b := openBackup(t, packed(t, "x.tar", files))
	if err := b.Unlock(v.key); err != nil {
		t.Fatal(err)
	}
	before := v.bytes()
	if _, err := RestoreFile(v.path, v.cfg, b, RestorePlan{Replace: true}); !errors.As(err, new(*DamagedError)) {
		t.Errorf("damaged: %v", err)
	}
	other := newTestVault(t)
	b = openBackup(t, auto.Path)
	if err := b.UnlockAs(v.open()); err != nil {
		t.Fatal(err)
	}
	if _, err := RestoreFile(other.path, other.cfg, b, RestorePlan{Replace: true, As: other.open()}); !errors.Is(err, errOtherVault) {
		t.Errorf("another vault: %v", err)
	}
	if err := os.WriteFile(BackupDir(v.path)+"x", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.bytes(), before) || len(leftovers(t, filepath.Dir(v.path))) > 0 {
		t.Errorf("something was changed, or left: %v", leftovers(t, filepath.Dir(v.path)))
	}
}

// TestCompare names each way in which a record can differ.
func TestCompare(t *testing.T) {
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	card := func(n byte, revision uint64, name string) Card {
		return Card{ID: record.ID{n}, Revision: revision, Name: name, Updated: day}
	}
	c := Compare(
		[]Card{card(1, 1, "same"), card(2, 1, "old"), card(3, 4, "new"), card(4, 2, "fork"), card(5, 1, "back")},
		[]Card{card(1, 1, "same"), card(2, 3, "old"), card(3, 2, "new"), card(4, 2, "fork here"), card(6, 1, "gone")})
	names := func(list []Card) (names []string) {
		for _, one := range list {
			names = append(names, one.Name)
		}
		return names
	}
	got := fmt.Sprint(names(c.Back), names(c.Older), names(c.Newer), names(c.Different), names(c.Gone), c.Same)
	if got != "[back] [old] [new] [fork here] [gone] 1" || c.Older[0].Revision != 3 || c.Newer[0].Revision != 4 {
		t.Errorf("got %s", got)
	}
	if c.Empty() || !new(Comparison).Empty() {
		t.Error("Empty")
	}
}

// fileRestoresChild restores the backup args[2] to args[0] until it is killed.
func fileRestoresChild(args []string) error {
	key, err := age.ParseX25519Identity(args[1])
	if err != nil {
		return err
	}
	cfg := Config{StateDir: filepath.Dir(args[0]), Now: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)}
	for {
		fmt.Println("try")
		b, err := OpenBackup(args[2])
		if err != nil {
			return err
		}
		if err := b.Unlock(key); err != nil {
			return err
		}
		if _, err := RestoreFile(args[0], cfg, b, RestorePlan{Replace: true}); err != nil {
			return err
		}
		b.Close()
	}
}

// TestKilledFileRestores: whenever a restore is killed, the file at the path is
// the one before or the restored one, whole.
func TestKilledFileRestores(t *testing.T) {
	v, _ := backedUp(t)
	want := v.open()
	path := filepath.Join(t.TempDir(), "b.tar")
	if _, err := want.WriteBackup(path); err != nil {
		t.Fatal(err)
	}
	back := v.elsewhere()
	back.cfg.StateDir = filepath.Dir(back.path)
	b := openBackup(t, path)
	if err := b.Unlock(v.key); err != nil {
		t.Fatal(err)
	}
	if _, err := RestoreFile(back.path, back.cfg, b, RestorePlan{}); err != nil {
		t.Fatal(err)
	}
	for range sample(1000, 15) {
		cmd := childCommand(t, "filerestores", back.path, v.key.String(), path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 4)); err != nil {
			t.Fatal(err)
		}
		sleepUpTo(20 * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		wantSame(t, back.open(), want)
		back.whole()
	}
}

func BenchmarkBackupFile(b *testing.B) {
	v := newTestVault(b)
	var put []*record.Record
	for i := range 1000 {
		put = append(put, note(fmt.Sprint("note ", i), strings.Repeat("テキスト", 50)+fmt.Sprint(i*7919)))
	}
	s := v.mustCommit(Change{Put: put})
	dir := b.TempDir()
	path := filepath.Join(dir, "b.tar")
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			os.Remove(path)
			if _, err := s.WriteBackup(path); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.VerifyBackup(path); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("restore", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f, err := OpenBackup(path)
			if err != nil {
				b.Fatal(err)
			}
			if err := f.UnlockAs(s); err != nil {
				b.Fatal(err)
			}
			if _, err := RestoreFile(filepath.Join(b.TempDir(), "back.vault"), Config{Now: v.cfg.Now}, f, RestorePlan{}); err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	})
}

// TestRestoreFileKeepsNoRemovedKey: a key that somebody takes away while the
// preview is looked at does not come back with the restored vault.
func TestRestoreFileKeepsNoRemovedKey(t *testing.T) {
	v, auto := backedUp(t)
	other := v.open()
	key := newTestKey(t, other.vault, "")
	if err := other.AddSlot(key.slot); err != nil {
		t.Fatal(err)
	}
	as := v.open()
	b := openBackup(t, auto.Path)
	if err := b.UnlockAs(as); err != nil {
		t.Fatal(err)
	}
	if err := other.ChangeSlots(SlotChange{Remove: []record.ID{key.slot.ID}}); err != nil {
		t.Fatal(err)
	}
	if _, err := RestoreFile(v.path, v.cfg, b, RestorePlan{Replace: true, As: as}); err != nil {
		t.Fatal(err)
	}
	if v.opensWith(key.id) || !v.opensWith(v.key) {
		t.Error("the removed key opens, or the other does not")
	}
	v.whole()
}
