package store

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"memovault/internal/record"
)

// rescued carves b into a new folder and returns what came of it.
func rescued(t testing.TB, b []byte) (*Rescue, Wreck) {
	t.Helper()
	r, err := NewRescue(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Read("wreck", bytes.NewReader(b), int64(len(b)), func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// wreckVault is a vault of n records of 0.2 to 6 KB with some history and attached
// files, as the research measured.
func wreckVault(t testing.TB, n int) (*testVault, []*record.Record) {
	t.Helper()
	v := newTestVault(t)
	v.cfg.NoBackup = true
	random := rand.New(rand.NewPCG(1, uint64(n)))
	var c Change
	for i := range n {
		r := note(fmt.Sprintf("note-%03d", i), strings.Repeat("x", 200+random.IntN(5800)))
		if i%20 == 0 {
			c.Attach = append(c.Attach, attach(r, "scan.pdf", bytes.Repeat([]byte{byte(i)}, 3000+i*100)))
		}
		c.Put = append(c.Put, r)
	}
	s := v.mustCommit(c)
	var edits Change
	for i, r := range c.Put {
		if i%4 == 0 {
			r := read(t, s, r.Name)
			edits.Put = append(edits.Put, edited(r, "edited "+r.Name))
		}
	}
	s = v.mustCommit(edits)
	var now []*record.Record
	for r, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		now = append(now, r)
	}
	return v, now
}

func TestCarveFindsEveryValue(t *testing.T) {
	v, _ := wreckVault(t, 40)
	r, w := rescued(t, v.bytes())
	if len(w.Vaults) != 1 || len(w.Vaults[0].Lost) > 0 || w.Vaults[0].Former || w.Vaults[0].BrokenPages > 0 {
		t.Fatalf("%+v", w.Vaults)
	}
	got := w.Vaults[0]
	if got.Slots != 1 || got.Records != 40 || got.Revisions != 10 || got.Attachments != 2 {
		t.Errorf("%+v", got)
	}
	// each value is there under its name, byte for byte
	err := v.open().view(func(p *pages) error {
		for bucket, name := range map[string]func([]byte) string{bucketSlots: hexName("slots"), bucketRecords: hexName("records"),
			bucketHistory: historyName, bucketAttachments: hexName("attachments"), bucketIndex: func([]byte) string { return "index.age" }} {
			err := p.each(bucket, func(k, value []byte) error {
				b, err := os.ReadFile(filepath.Join(r.dir, "vault-1", name(k)))
				if !bytes.Equal(b, value) {
					t.Errorf("%s %x: another content", bucket, k)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	checkRescuedFolder(t, r)
}

// checkRescuedFolder holds the list of what was written against the folder.
func checkRescuedFolder(t *testing.T, r *Rescue) {
	t.Helper()
	want := map[string]string{}
	for _, f := range r.Files() {
		want[f.Path] = f.SHA256
	}
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(r.dir, path)
		name = filepath.ToSlash(name)
		if sum := fmt.Sprintf("%x", digestOf(b)); want[name] != sum {
			t.Errorf("%s: %s in the list, %s on disk", name, want[name], sum)
		}
		delete(want, name)
		return err
	})
	if err != nil || len(want) > 0 {
		t.Errorf("listed but not there: %v, %v", want, err)
	}
}

func TestRescueWithoutMetas(t *testing.T) {
	v, records := wreckVault(t, sample(200, 60))
	b := v.bytes()
	clear(b[:2*4096])
	r, w := rescued(t, b)
	if len(w.Vaults) != 0 {
		t.Errorf("a vault without meta pages: %+v", w.Vaults)
	}
	if got := v.recordsIn(r); len(got) != len(records) {
		t.Errorf("%d of %d records", len(got), len(records))
	}
}

// recordsIn decrypts what was rescued and returns the newest revision found of
// each record.
func (v *testVault) recordsIn(r *Rescue) map[record.ID]*record.Record {
	v.t.Helper()
	s := v.open()
	newest := map[record.ID]*record.Record{}
	for _, f := range r.Files() {
		b, err := os.ReadFile(filepath.Join(r.dir, f.Path))
		if err != nil {
			v.t.Fatal(err)
		}
		plain, err := s.vault.Open(b)
		if err != nil {
			continue
		}
		if got, err := record.Decode(plain); err == nil && (newest[got.ID] == nil || newest[got.ID].Revision < got.Revision) {
			newest[got.ID] = got
		}
	}
	return newest
}

// TestRescueSamplesOfDamage checks, after damage of many kinds, that every value
// whose bytes are all there is found.
func TestRescueSamplesOfDamage(t *testing.T) {
	v, _ := wreckVault(t, 60)
	whole := v.bytes()
	values := allValues(t, v)
	random := rand.New(rand.NewPCG(7, 7))
	for i := range sample(1000, 100) {
		b := bytes.Clone(whole)
		what := damageAtRandom(random, &b)
		found := map[digest]bool{}
		err := carve(bytes.NewReader(b), func(_ int64, armored []byte) error {
			found[digestOf(armored)] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range values {
			if bytes.Contains(b, value) && !found[digestOf(value)] {
				t.Fatalf("%d, %s: a value of %d bytes that is there was not found", i, what, len(value))
			}
		}
	}
}

func allValues(t testing.TB, v *testVault) (values [][]byte) {
	t.Helper()
	err := v.open().view(func(p *pages) error {
		for _, bucket := range []string{bucketSlots, bucketIndex, bucketRecords, bucketHistory, bucketAttachments} {
			err := p.each(bucket, func(_, value []byte) error {
				values = append(values, bytes.Clone(value))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// damageAtRandom does to a file what disks, copies and people do.
func damageAtRandom(random *rand.Rand, b *[]byte) string {
	f := *b
	switch random.IntN(6) {
	case 0:
		*b = f[:random.IntN(len(f))]
		return "cut off"
	case 1:
		*b = f[random.IntN(len(f)):]
		return "beginning lost"
	case 2:
		for range 10 {
			at := random.IntN(len(f)/512) * 512
			clear(f[at : at+512])
		}
		return "ten sectors zeroed"
	case 3:
		for range 10 {
			at := random.IntN(len(f)/512) * 512
			for i := range 512 {
				f[at+i] = byte(random.Uint32())
			}
		}
		return "ten sectors of noise"
	case 4:
		i, j := random.IntN(len(f)/4096)*4096, random.IntN(len(f)/4096)*4096
		page := bytes.Clone(f[i : i+4096])
		copy(f[i:i+4096], f[j:j+4096])
		copy(f[j:j+4096], page)
		return "two pages swapped"
	}
	for range 200 {
		f[random.IntN(len(f))] ^= 1 << random.IntN(8)
	}
	return "200 bits flipped"
}

// TestRescueTellsWhatIsLost zeroes one record's page and expects its id.
func TestRescueTellsWhatIsLost(t *testing.T) {
	v, records := wreckVault(t, 20)
	b := v.bytes()
	var sealed []byte
	err := v.open().view(func(p *pages) (err error) {
		sealed, err = p.get(bucketRecords, records[3].ID[:])
		sealed = bytes.Clone(sealed)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	spoilt := bytes.Clone(sealed)
	spoilt[100] = '!'
	b = bytes.ReplaceAll(b, sealed, spoilt) // free pages have it, too
	_, w := rescued(t, b)
	if len(w.Vaults) != 1 || len(w.Vaults[0].Lost) != 1 || w.Vaults[0].Lost[0] != "record "+records[3].ID.String() {
		t.Errorf("%+v", w.Vaults)
	}
}

// TestRescueFromImage puts two vaults and rubbish into one source.
func TestRescueFromImage(t *testing.T) {
	one, _ := wreckVault(t, 12)
	two, _ := wreckVault(t, 20)
	image := make([]byte, 3<<20)
	copy(image[512*7:], one.bytes())
	copy(image[1<<20+4096:], "-----BEGIN AGE ENCRYPTED FILE-----\n"+armorIntro)
	copy(image[2<<20:], two.bytes())
	_, w := rescued(t, image)
	if len(w.Vaults) != 2 || w.Vaults[0].Records != 12 || w.Vaults[1].Records != 20 ||
		w.Vaults[0].At != 512*7 || w.Vaults[1].At != 2<<20 {
		t.Fatalf("%+v", w.Vaults)
	}
}

// failing is a source of which a part cannot be read.
type failing struct {
	b        []byte
	from, to int64
}

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at < f.to && at+int64(len(p)) > f.from {
		if at >= f.from {
			return 0, io.ErrUnexpectedEOF
		}
		p = p[:f.from-at]
	}
	return bytes.NewReader(f.b).ReadAt(p, at)
}

func TestRescueGetsOverBadSectors(t *testing.T) {
	v, _ := wreckVault(t, 30)
	b := v.bytes()
	r, err := NewRescue(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	src := failing{b: b, from: 5*4096 + 512, to: 7 * 4096}
	w, err := r.Read("disk", src, int64(len(b)), func(int64) {})
	if err != nil || w.Unreadable != src.to-src.from {
		t.Fatalf("%d bytes unreadable, want %d, %v", w.Unreadable, src.to-src.from, err)
	}
	left := bytes.Clone(b)
	clear(left[src.from:src.to])
	for _, value := range allValues(t, v) {
		if bytes.Contains(left, value) && r.known[digestOf(value)] == nil {
			t.Fatal("a value that can be read was not found")
		}
	}
}

func TestRescueRefusesAFullFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewRescue(dir); err != ErrNotEmpty {
		t.Errorf("%v", err)
	}
}

// FuzzCarve holds the carver to what it promises: what it finds stands in the
// source where it says, up to the final newline, and has the form of armor.
func FuzzCarve(f *testing.F) {
	v := newTestVault(f)
	value := allValues(f, v)[0]
	f.Add(append([]byte("rubbish\n"), value...))
	f.Add(append(append(bytes.Clone(value[:500]), value...), value[:200]...))
	f.Add([]byte(armorBegin + armorIntro + "\n" + armorEnd))
	f.Add([]byte(armorBegin + armorIntro + strings.Repeat("A", 36) + "\nAA==\n" + armorEnd + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		last := int64(-1)
		err := carve(bytes.NewReader(b), func(at int64, armored []byte) error {
			if at <= last || !bytes.HasPrefix(b[at:], bytes.TrimSuffix(armored, []byte("\n"))) {
				t.Fatalf("found at %d what is not there", at)
			}
			if !isArmor(armored) {
				t.Fatalf("found at %d what is no armor", at)
			}
			kindOutside(armored)
			last = at
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// isArmor is a second opinion, by lines.
func isArmor(b []byte) bool {
	lines := strings.Split(string(b), "\n")
	n := len(lines)
	if n < 4 || lines[0]+"\n" != armorBegin || lines[n-2] != armorEnd || lines[n-1] != "" || !strings.HasPrefix(lines[1], armorIntro) {
		return false
	}
	for i, line := range lines[1 : n-2] {
		if len(line) != 64 && (i != n-4 || len(line) > 64 || len(line) == 0) {
			return false
		}
	}
	return true
}

// FuzzRescueTree reads pages that anything may have happened to.
func FuzzRescueTree(f *testing.F) {
	v := newTestVault(f)
	b := v.bytes()
	f.Add(b[:9*4096], uint16(0), byte(0))
	f.Add(b[:9*4096], uint16(20), byte(255))
	f.Fuzz(func(t *testing.T, b []byte, at uint16, value byte) {
		b = bytes.Clone(b)
		if int(at) < len(b) {
			b[at] = value
		}
		for base := range int64(3) {
			if base < int64(len(b)) {
				readVault(bytes.NewReader(b), base, int64(len(b)), nil)
			}
		}
		if len(b) > 0 {
			meta := metaPage{pageSize: 4096, root: uint64(value), pages: uint64(at) + 3}
			(&wreckTree{src: bytes.NewReader(b), end: int64(len(b)), meta: meta, found: func(wreckValue) {}}).walk()
		}
	})
}

// BenchmarkCarve reads a disk image of which a tenth is a vault.
func BenchmarkCarve(b *testing.B) {
	v, _ := wreckVault(b, 200)
	vault := v.bytes()
	image := make([]byte, 64<<20)
	random := rand.New(rand.NewPCG(3, 3))
	for i := range image {
		image[i] = byte(random.Uint32())
	}
	for at := 0; at+len(vault) < len(image); at += 10 * len(vault) {
		copy(image[at:], vault)
	}
	b.SetBytes(int64(len(image)))
	for b.Loop() {
		in := &patientReader{src: bytes.NewReader(image), end: int64(len(image)), progress: func(int64) {}, spot: func(int64) {}}
		if err := carve(in, func(int64, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
