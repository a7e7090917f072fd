package store

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// backedUp returns a vault with records, history, trash and an attachment, and
// an automatic backup of the state before the last change.
func backedUp(t testing.TB) (*testVault, Backup) {
	t.Helper()
	v := newTestVault(t)
	v.cfg.Readme = []byte("read me\n")
	office, mail := note("office", "first"), note("mail", "second")
	file := attach(mail, "scan.bin", []byte{0, 1, 2, 255})
	v.mustCommit(Change{Put: []*record.Record{office, mail, note("old", "third")}, Attach: []NewFile{file}})
	s := v.open()
	s = v.mustCommit(Change{Put: []*record.Record{edited(read(t, s, "office"), "changed"), trashed(read(t, s, "old"))}})
	v.cfg.Now = v.cfg.Now.AddDate(0, 0, 1)
	v.mustCommit(Change{Put: []*record.Record{edited(read(t, s, "office"), "later")}})
	list, err := Backups(v.path)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	return v, list[0]
}

func openBackup(t testing.TB, path string) *BackupFile {
	t.Helper()
	b, err := OpenBackup(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// TestVerifyBackup: of a backup, and of a copy of the vault file, every value is
// decrypted, with the identity of the vault and with its own slots.
func TestVerifyBackup(t *testing.T) {
	v, auto := backedUp(t)
	copied := filepath.Join(t.TempDir(), "copy.vault")
	if err := os.WriteFile(copied, v.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, generation := range map[string]uint64{auto.Path: 3, copied: 4} {
		rep, err := v.open().VerifyBackup(path)
		if err != nil || len(rep.Damaged) > 0 {
			t.Fatalf("%s: %v, damaged %v", path, err, rep.Damaged)
		}
		if rep.Records != 3 || rep.Trashed != 1 || rep.Attachments != 1 || rep.Revisions != int(generation)-1 ||
			rep.Generation != generation || rep.Vault != v.open().ID() || len(rep.Slots) != 1 {
			t.Errorf("%s: %+v", path, rep)
		}
	}
	b := openBackup(t, auto.Path)
	if _, err := b.Verify(); !errors.Is(err, ErrLocked) {
		t.Errorf("before it is unlocked: %v", err)
	}
	if err := b.Unlock(v.key); err != nil {
		t.Fatal(err)
	}
	if slot, ok := b.OpenedBy(); !ok || slot.Kind != keyring.KindIdentity {
		t.Errorf("opened by %+v", slot)
	}
	cards, err := b.Cards()
	if err != nil {
		t.Fatal(err)
	}
	office := cards[slices.IndexFunc(cards, func(c Card) bool { return c.Name == "office" })]
	mail := cards[slices.IndexFunc(cards, func(c Card) bool { return c.Name == "mail" })]
	if r, err := b.Record(office.ID); err != nil || text(r) != "changed" {
		t.Errorf("%v", err)
	}
	if past, err := b.History(office.ID); err != nil || len(past) != 1 || text(past[0]) != "first" {
		t.Errorf("%v, %v", past, err)
	}
	r, err := b.Record(mail.ID)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := b.Attachment(r.Attachments[0].ID); err != nil || !bytes.Equal(data, []byte{0, 1, 2, 255}) {
		t.Errorf("%v, %v", data, err)
	}
	if _, err := os.Stat(copied + lockSuffix); err == nil {
		t.Error("a lock was left beside the copy")
	}
}

// TestEveryByteOfABackup changes each byte in turn, and cuts the backup off at
// each length: what is not noticed must leave every value as it was.
func TestEveryByteOfABackup(t *testing.T) {
	v, auto := backedUp(t)
	s := v.open()
	good, err := os.ReadFile(auto.Path)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(auto.Path))
	want := backupText(t, s, auto.Path)
	noticed := func(b []byte) bool {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		rep, err := s.VerifyBackup(path)
		if err != nil || len(rep.Damaged) > 0 {
			return true
		}
		if got := backupText(t, s, path); got != want {
			t.Fatalf("unnoticed, and another content: %s", got)
		}
		return false
	}
	if noticed(good) {
		t.Fatal("the backup itself is damaged")
	}
	body := bytes.Index(good, []byte("-----BEGIN AGE")) // beyond it only padding is harmless
	step := max(1, len(good)/sample(len(good), 120))
	for at := 0; at < len(good); at += step {
		inFile := at >= body && good[at] != 0 && bytes.IndexByte(good[at-at%tarBlock:at-at%tarBlock+tarBlock], 0) < 0
		if !noticed(flipped(good, at)) && inFile {
			t.Errorf("the flip at %d is not noticed", at)
		}
		if !noticed(good[:at]) {
			t.Errorf("that it is cut off at %d is not noticed", at)
		}
	}
}

// backupText is all that can be read of a backup.
func backupText(t testing.TB, s *Store, path string) string {
	t.Helper()
	b, err := OpenBackup(path)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.UnlockAs(s); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range b.s.idx.entries {
		r, err := b.Record(e.id)
		if err != nil {
			t.Fatal(err)
		}
		past, err := b.History(e.id)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range append(past, r) {
			plain, err := record.Encode(one)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(plain)
		}
	}
	return all.String()
}

// A tarFile is a file to put into a tar.
type tarFile struct {
	name string
	body []byte
}

// readTar returns the files of a backup in order.
func readTar(t testing.TB, path string) (files []tarFile) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, tarFile{h.Name, body})
	}
}

// packed writes a tar with these files.
func packed(t testing.TB, name string, files []tarFile) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	for _, one := range files {
		err = errors.Join(err, w.WriteHeader(&tar.Header{Name: one.name, Mode: 0o644, Size: int64(len(one.body)), Format: tar.FormatGNU}))
		_, err2 := w.Write(one.body)
		err = errors.Join(err, err2)
	}
	if err := errors.Join(err, w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBackupsThatAreNone: each way in which a backup can be none of ours, or not
// whole, has its own error.
func TestBackupsThatAreNone(t *testing.T) {
	v, auto := backedUp(t)
	s := v.open()
	good := readTar(t, auto.Path)
	with := func(change func([]tarFile) []tarFile) string {
		return packed(t, "some.tar", change(slices.Clone(good)))
	}
	at := func(begins string) int {
		return slices.IndexFunc(good, func(f tarFile) bool { return strings.HasPrefix(f.name, begins) })
	}
	verify := func(path string) error { _, err := s.VerifyBackup(path); return err }

	var broken *DamagedError
	var newer *NewerError
	other := newTestVault(t)
	other.mustCommit(Change{Put: []*record.Record{note("theirs", "x")}})
	if err := verify(other.path); !errors.Is(err, keyring.ErrNoMatch) {
		t.Errorf("another vault: %v", err)
	}
	if err := verify(with(func(f []tarFile) []tarFile { f[at("format")].body = []byte("memovault 2\n"); return f })); !errors.As(err, &newer) || newer.Format != 2 {
		t.Errorf("a newer format: %v", err)
	}
	if err := verify(with(func(f []tarFile) []tarFile { f[at("format")].body = []byte("memovault x\n"); return f })); !errors.As(err, &broken) || broken.What != "format line" {
		t.Errorf("another format line: %v", err)
	}
	if err := verify(with(func(f []tarFile) []tarFile { return slices.Delete(f, at("format"), at("format")+1) })); !errors.Is(err, ErrNotBackup) {
		t.Errorf("no format line: %v", err)
	}
	if err := verify(with(func(f []tarFile) []tarFile { return append(f, f[at("records")]) })); !errors.As(err, &broken) || broken.What != "archive" {
		t.Errorf("a file twice: %v", err)
	}
	if err := verify(with(func(f []tarFile) []tarFile { return slices.Delete(f, at("index"), at("index")+1) })); !errors.As(err, &broken) || broken.What != "index" {
		t.Errorf("no index: %v", err)
	}
	for name, content := range map[string][]byte{"empty": nil, "text": []byte("hello"), "photo.jpg": bytes.Repeat([]byte{0xff, 0xd8}, 4000)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := verify(path); !errors.Is(err, ErrNotBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := verify(t.TempDir()); !errors.Is(err, ErrNotBackup) {
		t.Errorf("a folder: %v", err)
	}
	if err := verify(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := openBackup(t, auto.Path).Unlock(stranger); !errors.Is(err, keyring.ErrNoMatch) {
		t.Errorf("another key: %v", err)
	}
}

// TestBackupDamageIsNamed: what is missing, swapped or added is named.
func TestBackupDamageIsNamed(t *testing.T) {
	v, auto := backedUp(t)
	s := v.open()
	good := readTar(t, auto.Path)
	find := func(begins string, skip int) int {
		for i, f := range good {
			if strings.HasPrefix(f.name, begins) {
				if skip--; skip < 0 {
					return i
				}
			}
		}
		t.Fatalf("there is no %s", begins)
		return 0
	}
	id := func(i int) string { return strings.TrimSuffix(filepath.Base(good[i].name), ".age") }
	of := func(i int) string { return filepath.Base(filepath.Dir(good[i].name)) }
	first, second, past := find("records/", 0), find("records/", 1), find("history/", 0)
	for what, c := range map[string]struct {
		change func(f []tarFile) []tarFile
		want   []string
	}{
		"repacked as it is":    {func(f []tarFile) []tarFile { return f }, nil},
		"a note beside":        {func(f []tarFile) []tarFile { return append(f, tarFile{"note.txt", []byte("x")}) }, nil},
		"with ./ in front":     {func(f []tarFile) []tarFile { f[first].name = "./" + f[first].name; return f }, nil},
		"a record is missing":  {func(f []tarFile) []tarFile { return slices.Delete(f, first, first+1) }, []string{"record " + id(first)}},
		"two are swapped":      {func(f []tarFile) []tarFile { f[first].body, f[second].body = f[second].body, f[first].body; return f }, []string{"record " + id(first), "record " + id(second)}},
		"a revision is gone":   {func(f []tarFile) []tarFile { return slices.Delete(f, past, past+1) }, []string{"history of " + of(past)}},
		"a slot is replaced":   {func(f []tarFile) []tarFile { f[find("slots/", 0)].body = good[first].body; return f }, []string{"slot " + id(find("slots/", 0))}},
		"an attachment broken": {func(f []tarFile) []tarFile { f[find("attachments/", 0)].body = []byte("x"); return f }, []string{"attachment " + id(find("attachments/", 0))}},
	} {
		rep, err := s.VerifyBackup(packed(t, "some.tar", c.change(slices.Clone(good))))
		slices.Sort(rep.Damaged)
		slices.Sort(c.want)
		if err != nil || !slices.Equal(slices.Compact(rep.Damaged), c.want) {
			t.Errorf("%s: %v, %v, want %v", what, err, rep.Damaged, c.want)
		}
	}
	var broken *DamagedError
	strange := strings.Repeat("00", 16)
	if _, err := s.VerifyBackup(packed(t, "some.tar", append(slices.Clone(good), tarFile{"records/" + strange + ".age", good[first].body}))); !errors.As(err, &broken) || broken.What != "archive" {
		t.Errorf("a record that the index does not list: %v", err)
	}
	list, err := Backups(v.path)
	if err != nil {
		t.Fatal(err)
	}
	if rep, err := s.VerifyBackup(packed(t, filepath.Base(auto.Path), readTar(t, list[1].Path))); err != nil || !slices.Equal(rep.Damaged, []string{"name"}) {
		t.Errorf("an older one under a newer one's name: %v, %v", rep.Damaged, err)
	}
	good[find("index", 0)].body[200] ^= 1
	if _, err := s.VerifyBackup(packed(t, "some.tar", good)); !errors.As(err, &broken) || broken.What != "index" {
		t.Errorf("an index that does not open: %v", err)
	}
}

// FuzzBackup: whatever the bytes, opening a backup ends, and in an error or in
// values that are inside the file.
func FuzzBackup(f *testing.F) {
	_, auto := backedUp(f)
	good, err := os.ReadFile(auto.Path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := openTar(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for bucket, keys := range v.at {
			for key := range keys {
				if bucket == bucketHistory && binary.BigEndian.Uint64([]byte(key)[16:]) == 0 && len(key) != 24 {
					t.Errorf("a key of %d bytes", len(key))
				}
				if _, err := v.get(bucket, []byte(key)); err != nil {
					t.Errorf("%s: %v", bucket, err)
				}
			}
		}
	})
}
