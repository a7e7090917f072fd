package store

import (
	"bytes"
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

func init() { children["restores"] = restoresChild }

// mustPaper returns a paper backup of the vault.
func (v *testVault) mustPaper(attachments bool) ([]byte, PaperInfo) {
	v.t.Helper()
	payload, info, err := v.open().Paper(attachments)
	if err != nil {
		v.t.Fatal(err)
	}
	return payload, info
}

func (v *testVault) mustOpenPaper(payload []byte) *PaperVault {
	v.t.Helper()
	p, err := OpenPaper(payload, v.key)
	if err != nil {
		v.t.Fatal(err)
	}
	return p
}

// elsewhere is the same vault at another path, on a machine that has not seen it.
func (v *testVault) elsewhere() *testVault {
	other := *v
	dir := v.t.TempDir()
	other.path, other.cfg.StateDir = filepath.Join(dir, "home", "back.vault"), filepath.Join(dir, "state")
	return &other
}

// paperVault has records that were edited, one in the trash, and files.
func paperVault(t testing.TB) *testVault {
	v := newTestVault(t)
	a, b := note("オフィス", "一つ目"), note("mail", "second")
	files := []NewFile{attach(a, "card.jpg", []byte{0xff, 0xd8, 0, '\n'})}
	s := v.mustCommit(Change{Put: []*record.Record{a, b, trashed(note("old", "gone"))}, Attach: files})
	if err := s.Commit(Change{Put: []*record.Record{edited(read(t, s, "mail"), "third")}}); err != nil {
		t.Fatal(err)
	}
	return v
}

// plainRecords returns every record as it is written down, by id.
func plainRecords(t testing.TB, s *Store) map[record.ID]string {
	t.Helper()
	all := map[record.ID]string{}
	err := s.EachRaw(true, func(raw Raw) bool {
		all[raw.Card.ID] = fmt.Sprintf("%+v %s", raw.Card, raw.JSON)
		return true
	})
	if err != nil || len(s.Damaged()) > 0 {
		t.Fatal(err, s.Damaged())
	}
	return all
}

func wantSame(t testing.TB, got, want *Store) {
	t.Helper()
	a, b := plainRecords(t, got), plainRecords(t, want)
	if len(a) != len(b) {
		t.Errorf("%d records, not %d", len(a), len(b))
	}
	for id, text := range b {
		if a[id] != text {
			t.Errorf("record %s is\n%s\nnot\n%s", id, a[id], text)
		}
	}
	if got.ID() != want.ID() || fmt.Sprint(got.Slots()) != fmt.Sprint(want.Slots()) {
		t.Error("another vault, or other slots")
	}
	if fmt.Sprintf("%x", got.SealedSlots()) != fmt.Sprintf("%x", want.SealedSlots()) {
		t.Error("the slots are not the same bytes")
	}
}

func TestRestore(t *testing.T) {
	for _, attachments := range []bool{false, true} {
		v := paperVault(t)
		payload, info := v.mustPaper(attachments)
		p := v.mustOpenPaper(payload)
		wantFiles, wantOut := 0, 1
		if attachments {
			wantFiles, wantOut = 1, 0
		}
		if fmt.Sprint(p.Info()) != fmt.Sprint(info) || info.Records != 3 || info.Trashed != 1 ||
			info.Attachments != wantFiles || info.LeftOut != wantOut || info.Generation != 3 || !info.Made.Equal(v.cfg.Now) {
			t.Errorf("made %+v, opened %+v", info, p.Info())
		}
		if p.OpenedBy().Label != "test" {
			t.Errorf("opened by %+v", p.OpenedBy())
		}
		back := v.elsewhere()
		done, err := Restore(back.path, back.cfg, p, RestorePlan{})
		if err != nil || done != (Restored{}) {
			t.Fatal(done, err)
		}
		s := back.open()
		wantSame(t, s, v.open())
		if rep := back.whole(); rep.Records != 3 || rep.Revisions != 0 || rep.Attachments != wantFiles {
			t.Errorf("%+v", rep)
		}
		id := read(t, s, "オフィス").Attachments[0].ID
		data, err := s.Attachment(id)
		if s.HasAttachment(id) != attachments {
			t.Error("the attached file is there, or not, against what was asked")
		}
		if attachments && (err != nil || !bytes.Equal(data, []byte{0xff, 0xd8, 0, '\n'})) {
			t.Error(data, err)
		}
		if !attachments && !errors.Is(err, ErrNoRecord) {
			t.Error(err)
		}
		if s.Generation() != 4 {
			t.Errorf("generation %d", s.Generation())
		}
		// and it can be gone on with
		back.mustCommit(Change{Put: []*record.Record{edited(read(t, s, "mail"), "fourth")}})
		if got := text(read(t, back.open(), "mail")); got != "fourth" {
			t.Error(got)
		}
	}
}

// A large vault has a digest again, and every record is in it.
func TestRestoreWithDigest(t *testing.T) {
	floor := staleFloor
	staleFloor = 1
	t.Cleanup(func() { staleFloor = floor })
	v := paperVault(t)
	payload, _ := v.mustPaper(true)
	back := v.elsewhere()
	if _, err := Restore(back.path, back.cfg, v.mustOpenPaper(payload), RestorePlan{}); err != nil {
		t.Fatal(err)
	}
	s := back.open()
	if s.idx.head.Digest == nil || s.idx.head.Digest.Generation != s.Generation() {
		t.Fatalf("%+v", s.idx.head.Digest)
	}
	wantSame(t, s, v.open())
	back.whole()
}

// TestRestoreIsNoRollback: this machine has seen later states than the backup,
// and takes the restored vault all the same; the vault it was restored from is
// the older one now.
func TestRestoreIsNoRollback(t *testing.T) {
	v := paperVault(t)
	payload, _ := v.mustPaper(true)
	before := v.bytes()
	for i := range 3 {
		v.mustCommit(Change{Put: []*record.Record{edited(read(t, v.open(), "mail"), fmt.Sprint("later ", i))}})
	}
	p := v.mustOpenPaper(payload)
	if _, err := Restore(v.path, v.cfg, p, RestorePlan{}); !errors.Is(err, ErrExists) {
		t.Fatal("restored over the vault:", err)
	}
	later := v.bytes()
	done, err := Restore(v.path, v.cfg, p, RestorePlan{Replace: true})
	if err != nil || !done.Older {
		t.Fatal(done, err)
	}
	if copied, err := os.ReadFile(done.Copy); err != nil || !bytes.Equal(copied, later) || filepath.Dir(done.Copy) != BackupDir(v.path) {
		t.Errorf("the copy at %q is not what was replaced (%v)", done.Copy, err)
	}
	s := v.open()
	if s.Generation() != 7 || text(read(t, s, "mail")) != "third" {
		t.Errorf("generation %d, %q", s.Generation(), text(read(t, s, "mail")))
	}
	var older *RollbackError
	v.write(before)
	if _, err := v.tryOpen(); !errors.As(err, &older) {
		t.Error("the state of the backup is not older than the restored one:", err)
	}
	v.write(later)
	if _, err := v.tryOpen(); !errors.As(err, &older) {
		t.Error("the state that was replaced is not older than the restored one:", err)
	}
}

func TestRestoreReplaces(t *testing.T) {
	v := paperVault(t)
	payload, _ := v.mustPaper(false)
	p := v.mustOpenPaper(payload)
	back := v.elsewhere()
	if err := os.Mkdir(filepath.Dir(back.path), 0o700); err != nil {
		t.Fatal(err)
	}
	back.write([]byte("a photograph of a cat"))
	var copies []string
	for range 3 {
		done, err := Restore(back.path, back.cfg, p, RestorePlan{Replace: true})
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, done.Copy)
	}
	first, err := os.ReadFile(copies[0])
	if err != nil || string(first) != "a photograph of a cat" {
		t.Errorf("%q, %v", first, err)
	}
	if copies[1] == copies[0] || copies[2] == copies[1] {
		t.Errorf("one copy took the place of another: %q", copies)
	}
	if list, err := Backups(back.path); len(list) != 0 || err != nil {
		t.Errorf("the copies count as automatic backups: %v, %v", list, err)
	}
	back.whole()

	if err := errors.Join(os.Remove(back.path), os.Mkdir(back.path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(back.path, back.cfg, p, RestorePlan{Replace: true}); !errors.Is(err, ErrNotVault) {
		t.Error("a folder:", err)
	}
}

// No copy, no replacing.
func TestRestoreWithoutCopy(t *testing.T) {
	v := paperVault(t)
	payload, _ := v.mustPaper(false)
	p, before := v.mustOpenPaper(payload), v.bytes()
	if err := os.RemoveAll(BackupDir(v.path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(BackupDir(v.path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var backup *BackupError
	if _, err := Restore(v.path, v.cfg, p, RestorePlan{Replace: true}); !errors.As(err, &backup) {
		t.Error(err)
	}
	if !bytes.Equal(v.bytes(), before) {
		t.Error("the vault was replaced without a copy")
	}
	files, err := os.ReadDir(filepath.Dir(v.path))
	for _, f := range files {
		if strings.HasPrefix(f.Name(), ".new-") {
			t.Errorf("%s was left (%v)", f.Name(), err)
		}
	}
}

func TestOpenPaperRefuses(t *testing.T) {
	v := paperVault(t)
	payload, _ := v.mustPaper(false)
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPaper(payload, other); !errors.Is(err, keyring.ErrNoMatch) {
		t.Error("another key:", err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "text": []byte("hello"), "a vault": v.bytes()} {
		if _, err := OpenPaper(b, v.key); !errors.Is(err, ErrNotPaper) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, at := range []int{len(payload) - 1, len(payload) / 2} {
		bad := bytes.Clone(payload)
		bad[at] ^= 1
		if _, err := OpenPaper(bad, v.key); err == nil {
			t.Errorf("byte %d changed, and it opened", at)
		}
	}
	if _, err := OpenPaper(payload[:len(payload)-1], v.key); !errors.Is(err, ErrPaperDamaged) {
		t.Error("cut off:", err)
	}
}

// What stands in the plaintext was written by a program that has the key, but
// perhaps by another version of it.
func TestPaperText(t *testing.T) {
	v := paperVault(t)
	s := v.open()
	payload, info := v.mustPaper(true)
	vault := v.mustOpenPaper(payload).vault
	packed, err := vault.OpenCarrier(payload)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := unpack(packed)
	if err != nil || len(lines) != 5 {
		t.Fatal(len(lines), err)
	}
	slots, err := s.carriedSlots()
	if err != nil {
		t.Fatal(err)
	}
	open := func(change func(info *PaperInfo, lines [][]byte) [][]byte) error {
		info := info
		info.Slots = slices.Clone(info.Slots)
		var rest [][]byte
		for _, line := range lines[1:] {
			rest = append(rest, bytes.Clone(line))
		}
		rest = change(&info, rest)
		text, err := s.paperText(info, rest)
		if err != nil {
			t.Fatal(err)
		}
		file, err := vault.SealCarrying(text, slots)
		if err != nil {
			t.Fatal(err)
		}
		_, err = OpenPaper(file, v.key)
		return err
	}
	if err := open(func(_ *PaperInfo, l [][]byte) [][]byte { return l }); err != nil {
		t.Fatal("unchanged:", err)
	}
	for name, change := range map[string]func(*PaperInfo, [][]byte) [][]byte{
		"a line less":     func(_ *PaperInfo, l [][]byte) [][]byte { return l[:3] },
		"a line more":     func(_ *PaperInfo, l [][]byte) [][]byte { return append(l, l[0]) },
		"no record":       func(_ *PaperInfo, l [][]byte) [][]byte { l[1] = []byte("{}"); return l },
		"no line":         func(_ *PaperInfo, l [][]byte) [][]byte { l[3] = []byte("x"); return l },
		"no file":         func(_ *PaperInfo, l [][]byte) [][]byte { l[3] = []byte("{}"); return l },
		"twice":           func(_ *PaperInfo, l [][]byte) [][]byte { l[1] = l[0]; return l },
		"out of order":    func(_ *PaperInfo, l [][]byte) [][]byte { l[0], l[1] = l[1], l[0]; return l },
		"counts below 0":  func(i *PaperInfo, l [][]byte) [][]byte { i.Records, i.Attachments = -1, 5; return l },
		"counts too high": func(i *PaperInfo, l [][]byte) [][]byte { i.Records = 5; return l },
		"another vault":   func(i *PaperInfo, l [][]byte) [][]byte { i.Vault[0] ^= 1; return l },
		"no slots":        func(i *PaperInfo, l [][]byte) [][]byte { i.Slots = nil; return l },
		"another slot":    func(i *PaperInfo, l [][]byte) [][]byte { i.Slots[0].SHA256[0] ^= 1; return l },
	} {
		if err := open(change); !errors.Is(err, ErrPaperDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	head := bytes.Replace(lines[0], []byte(`"format":1`), []byte(`"format":2`), 1)
	var newer *NewerError
	p := &PaperVault{vault: vault}
	if err := p.parse([][]byte{head}, nil); !errors.As(err, &newer) || newer.Format != 2 {
		t.Error("format 2:", err)
	}
	for _, packed := range [][]byte{nil, []byte("no gzip"), packed[:len(packed)-9]} {
		if _, err := unpack(packed); !errors.Is(err, ErrPaperDamaged) {
			t.Errorf("%.10q: %v", packed, err)
		}
	}
}

// A damaged vault makes no paper.
func TestPaperOfDamagedVault(t *testing.T) {
	v := paperVault(t)
	s := v.open()
	s.damage = []string{"record x"}
	var broken *DamagedError
	if _, _, err := s.Paper(false); !errors.As(err, &broken) {
		t.Error(err)
	}
	if _, _, err := (&Store{}).Paper(false); !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
}

// restoresChild restores the same backup over and over until it is killed.
func restoresChild(args []string) error {
	key, err := age.ParseX25519Identity(args[2])
	if err != nil {
		return err
	}
	payload, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	p, err := OpenPaper(payload, key)
	if err != nil {
		return err
	}
	cfg := Config{StateDir: filepath.Dir(args[0]), Now: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)}
	for {
		fmt.Println("try")
		if _, err := Restore(args[0], cfg, p, RestorePlan{Replace: true}); err != nil {
			return err
		}
	}
}

// TestKilledRestores: whenever a restore is killed, the file at the path is the
// one before or the restored one, whole.
func TestKilledRestores(t *testing.T) {
	v := paperVault(t)
	payload, _ := v.mustPaper(true)
	want := v.open()
	file := filepath.Join(t.TempDir(), "payload.age")
	if err := os.WriteFile(file, payload, 0o600); err != nil {
		t.Fatal(err)
	}
	back := v.elsewhere()
	back.cfg.StateDir = filepath.Dir(back.path)
	first, err := Restore(back.path, back.cfg, v.mustOpenPaper(payload), RestorePlan{})
	if err != nil {
		t.Fatal(first, err)
	}
	for range sample(1000, 15) {
		cmd := childCommand(t, "restores", back.path, file, v.key.String())
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
	if _, err := Restore(back.path, back.cfg, v.mustOpenPaper(payload), RestorePlan{Replace: true}); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(back.path), ".new-*")); len(left) > 0 {
		t.Errorf("the next restore left %q", left)
	}
}

func BenchmarkPaper(b *testing.B) {
	v := newTestVault(b)
	var put []*record.Record
	for i := range 100 {
		put = append(put, note(fmt.Sprint("note ", i), strings.Repeat("テキスト", 50)+fmt.Sprint(i*7919)))
	}
	s := v.mustCommit(Change{Put: put})
	b.Run("make", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := s.Paper(false); err != nil {
				b.Fatal(err)
			}
		}
	})
	payload, _ := v.mustPaper(false)
	b.Run("restore", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p, err := OpenPaper(payload, v.key)
			if err != nil {
				b.Fatal(err)
			}
			path := filepath.Join(b.TempDir(), "back.vault")
			if _, err := Restore(path, Config{Now: v.cfg.Now}, p, RestorePlan{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
