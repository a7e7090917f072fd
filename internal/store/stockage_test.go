package store

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"memovault/internal/record"
)

// stockAge builds the age command of the version in go.mod and returns a folder
// that holds nothing else.
func stockAge(t *testing.T) string {
	t.Helper()
	goTool := needCommand(t, "go")
	dir := t.TempDir()
	name := "age"
	if runtime.GOOS == "windows" {
		name = "age.exe"
	}
	if out, err := exec.Command(goTool, "build", "-o", filepath.Join(dir, name), "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("building age: %v\n%s", err, out)
	}
	return dir
}

// ageFiles is a vault taken apart into files, and what opens them.
type ageFiles struct {
	t        *testing.T
	bin, dir string
	key      string // the file with the key of the slot
	identity string // the file with what was in the slot
}

func newAgeFiles(t *testing.T, v *testVault) *ageFiles {
	a := &ageFiles{t: t, bin: filepath.Join(stockAge(t), "age"), dir: t.TempDir()}
	a.key = a.write("key.txt", []byte(v.key.String()+"\n"))
	return a
}

func (a *ageFiles) write(name string, content []byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// decrypt runs age -d -i identity file.
func (a *ageFiles) decrypt(identity string, sealed []byte) []byte {
	a.t.Helper()
	cmd := exec.Command(a.bin, "-d", "-i", identity, a.write("sealed.age", sealed))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		a.t.Fatalf("age: %v %s", err, stderr.Bytes())
	}
	return out
}

// sampleVault has two of everything.
func sampleVault(t *testing.T) *testVault {
	v := newTestVault(t)
	floor := staleFloor
	staleFloor = 1
	t.Cleanup(func() { staleFloor = floor })
	a, b := note("オフィス", "一つ目"), note("mail", "second")
	files := []NewFile{attach(a, "card.jpg", []byte{0xff, 0xd8, 0, '\n'}), attach(b, "receipt.pdf", []byte("%PDF"))}
	s := v.mustCommit(Change{Put: []*record.Record{a, b}, Attach: files})
	for i := range 3 {
		if err := s.Commit(Change{Put: []*record.Record{edited(read(t, s, "mail"), fmt.Sprint("edit ", i)), edited(read(t, s, "オフィス"), fmt.Sprint("変更 ", i))}}); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// TestStockAgeOpensEverything: each value in the file, none left out, opens
// with the age command and says what format.md says.
func TestStockAgeOpensEverything(t *testing.T) {
	v := sampleVault(t)
	a := newAgeFiles(t, v)
	s := v.open()
	all := bucketsOf(t, v.path)
	slot := a.decrypt(a.key, all[bucketSlots][0].value)
	a.identity = a.write("identity.txt", slot)
	if !bytes.HasPrefix(slot, []byte("# vault identity, format 1\n# vault-id: "+s.ID().String()+"\n# slot-id: ")) ||
		!bytes.Contains(slot, []byte("\nAGE-SECRET-KEY-1")) {
		t.Errorf("the slot reads %q", slot[:100])
	}
	count := map[string]int{}
	for bucket, pairs := range all {
		for _, pair := range pairs {
			count[bucket]++
			switch bucket {
			case bucketMeta, bucketSlots:
				continue
			}
			a.check(s, bucket, pair.key, a.decrypt(a.identity, pair.value))
		}
	}
	want := map[string]int{bucketMeta: 2, bucketSlots: 1, bucketIndex: 1, bucketDigest: 1, bucketRecords: 2, bucketHistory: 6, bucketAttachments: 2}
	for bucket, n := range want {
		if count[bucket] != n {
			t.Errorf("%d values in %s, not %d", count[bucket], bucket, n)
		}
	}
}

// check holds what age printed against what the program reads.
func (a *ageFiles) check(s *Store, bucket string, key, plain []byte) {
	a.t.Helper()
	switch bucket {
	case bucketIndex:
		if lines := strings.Split(strings.TrimRight(string(plain), "\n"), "\n"); len(lines) != 1+s.Len()+len(s.idx.attached) ||
			!strings.HasPrefix(lines[0], `{"format":1,"vault":"`+s.ID().String()) {
			a.t.Errorf("the index reads %q", plain)
		}
	case bucketDigest:
		if n := strings.Count(strings.TrimRight(string(plain), "\n"), "\n") + 1; n != s.Len() {
			a.t.Errorf("the digest has %d lines", n)
		}
		for line := range strings.SplitSeq(strings.TrimRight(string(plain), "\n"), "\n") {
			if _, err := record.Decode([]byte(line)); err != nil {
				a.t.Errorf("a line of the digest: %v", err)
			}
		}
	case bucketRecords, bucketHistory:
		r, err := record.Decode(bytes.TrimRight(plain, "\n"))
		if err != nil || r.ID != keyID(key[:16]) || r.Vault != s.ID() {
			a.t.Errorf("%s %x: %v", bucket, key, err)
		}
	case bucketAttachments:
		want, err := s.Attachment(keyID(key))
		line, rest, _ := bytes.Cut(plain, []byte("\n"))
		if err != nil || string(line) != fmt.Sprint("vault-attachment 1 ", len(want)) || !bytes.HasPrefix(rest, want) {
			a.t.Errorf("attachment %x: %v %q", key, err, line)
		}
	}
}

// TestBackupOpensWithStockAge: a backup needs tar and age, and nothing of ours.
func TestBackupOpensWithStockAge(t *testing.T) {
	v := sampleVault(t)
	v.cfg.Readme = []byte("age -d -i key.txt slots/*.age > identity.txt\nage -d -i identity.txt records/ID.age\n")
	v.cfg.Now = v.cfg.Now.AddDate(0, 0, 3)
	before := v.open()
	want := text(read(t, before, "オフィス"))
	v.mustCommit(Change{Put: []*record.Record{edited(read(t, before, "オフィス"), "after the backup")}})
	list, err := Backups(v.path)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	a := newAgeFiles(t, v)
	tar := needCommand(t, "tar")
	if out, err := exec.Command(tar, "-xf", list[0].Path, "-C", a.dir).CombinedOutput(); err != nil {
		t.Fatalf("tar: %v %s", err, out)
	}
	slots, err := filepath.Glob(a.dir + "/slots/*.age")
	if err != nil || len(slots) != 1 {
		t.Fatal(slots, err)
	}
	slot, err := os.ReadFile(slots[0])
	if err != nil {
		t.Fatal(err)
	}
	a.identity = a.write("identity.txt", a.decrypt(a.key, slot))
	n := 0
	err = filepath.WalkDir(a.dir, func(path string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(a.dir, path)
		folder := strings.Split(filepath.ToSlash(rel), "/")[0]
		if !slices.Contains([]string{bucketRecords, bucketHistory, bucketAttachments}, folder) || d.IsDir() {
			return err
		}
		sealed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, err := backupKey(rel)
		if err != nil {
			return err
		}
		plain := a.decrypt(a.identity, sealed)
		a.check(before, folder, key, plain)
		if folder == bucketRecords && bytes.Contains(plain, []byte(want)) {
			n++
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d records with the text before the edit, %v", n, err)
	}
	readme, err := os.ReadFile(filepath.Join(a.dir, "README.txt"))
	if err != nil || !bytes.Equal(readme, v.cfg.Readme) {
		t.Errorf("README: %v", err)
	}
}

// backupKey is the record's or attachment's id in a path of a backup.
func backupKey(rel string) ([]byte, error) {
	parts := strings.Split(filepath.ToSlash(rel), "/")
	return hex.DecodeString(strings.TrimSuffix(parts[1], ".age"))
}

// TestNothingInTheClear: no recipient, no name, no word of a record anywhere in
// what is written, in the forms in which it could be.
func TestNothingInTheClear(t *testing.T) {
	v := sampleVault(t)
	s := v.open()
	plain, err := s.vault.Open(s.slots[0].sealed)
	if err == nil {
		t.Fatalf("the slot opens with the vault's own key: %q", plain)
	}
	files := newAgeFiles(t, v)
	identity := files.decrypt(files.key, s.slots[0].sealed)
	secret := regexp.MustCompile(`AGE-SECRET-KEY-1\w+`).Find(identity)
	vaultKey, err := age.ParseX25519Identity(string(secret))
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"age1", "AGE-SECRET-KEY", string(secret), vaultKey.Recipient().String(), v.key.Recipient().String(), "オフィス", "mail", "second", "edit 1",
		"card.jpg", "receipt.pdf", "山田", "schema", "identity"}
	id := s.ID()
	words = append(words, id.String(), string(id[:]))
	raw := bech32Data(vaultKey.Recipient().String())
	if len(raw) != 32 {
		t.Fatalf("a recipient of %d bytes", len(raw))
	}
	words = append(words, string(raw), hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw)[:42])
	for _, path := range []string{v.path, v.path + lockSuffix, v.cfg.StateDir, BackupDir(v.path)} {
		err := filepath.WalkDir(path, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, word := range words {
				if word == s.ID().String() && strings.HasPrefix(path, v.cfg.StateDir) {
					continue // the pin is named by it
				}
				if bytes.Contains(b, []byte(word)) {
					t.Errorf("%s holds %q", filepath.Base(path), word)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// bech32Data returns the 32 bytes in an age recipient (BIP 173, without the
// checksum of six characters).
func bech32Data(recipient string) []byte {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	data := strings.TrimPrefix(recipient, "age1")
	var out []byte
	acc, bits := 0, 0
	for _, c := range data[:len(data)-6] {
		acc, bits = acc<<5|strings.IndexRune(alphabet, c), bits+5
		if bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
			acc &= 1<<bits - 1
		}
	}
	return out
}
