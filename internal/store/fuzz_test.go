package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// writeSeeds makes the committed seeds anew, after a change of the format.
// go test ./internal/store -run TestSeeds -args -write-seeds
var writeSeeds = flag.Bool("write-seeds", false, "write the seeds of the fuzz targets")

func seedFile(t testing.TB, target, name string, values ...any) {
	t.Helper()
	dir := filepath.Join("testdata", "fuzz", target)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "go test fuzz v1\n"
	for _, v := range values {
		switch v := v.(type) {
		case []byte:
			text += fmt.Sprintf("[]byte(%q)\n", v)
		default:
			text += fmt.Sprintf("%T(%v)\n", v, v)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tinyFile is the smallest vault with a branch page: pages of 1 KiB.
func tinyFile(t testing.TB, records int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tiny.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: 1024, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		for i := range records {
			id := [16]byte{byte(i)}
			if err := tx.Bucket([]byte(bucketRecords)).Put(id[:], bytes.Repeat([]byte{'r'}, 150)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(bucketMeta)).Put(keyFormat, []byte(formatLine))
	})
	if err != nil {
		t.Fatal(err)
	}
	// A second transaction leaves free pages behind.
	err = db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucketIndex)).Put(keyIndex, bytes.Repeat([]byte{'i'}, 1500))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := openPages(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return b[:p.meta.pages*p.meta.pageSize]
}

func TestSeeds(t *testing.T) {
	if *writeSeeds {
		writeAllSeeds(t)
	}
	for _, target := range []string{"FuzzWalker", "FuzzIndex", "FuzzIndexLine", "FuzzSlot"} {
		files, err := os.ReadDir(filepath.Join("testdata", "fuzz", target))
		if err != nil || len(files) < 2 {
			t.Errorf("%s has %d seeds: %v", target, len(files), err)
		}
	}
}

func writeAllSeeds(t *testing.T) {
	x := sampleIndex(t, 3)
	for i, name := range []string{"none", "one"} {
		y := &index{head: indexHeader{Format: Format}, entries: x.entries[:i], attached: x.attached[:i]}
		plain, err := y.encode()
		if err != nil {
			t.Fatal(err)
		}
		seedFile(t, "FuzzIndex", name, plain)
	}
	seedFile(t, "FuzzIndexLine", "line", []byte(x.entries[0].line))
	seedFile(t, "FuzzIndexLine", "escapes", []byte(x.entries[2].line))
	seedFile(t, "FuzzSlot", "x25519", newTestVault(t).open().slots[0].sealed)
	seedFile(t, "FuzzSlot", "scrypt", scryptBomb(t, 30))
	p, err := openPages(bytes.NewReader(tinyFile(t, 20)), int64(len(tinyFile(t, 20))))
	if err != nil {
		t.Fatal(err)
	}
	at := func(page uint64, offset int, value byte) []byte {
		i := int(page*p.meta.pageSize) + offset
		return []byte{byte(i), byte(i >> 8), value}
	}
	branch := p.buckets[bucketRecords].root
	for name, patch := range map[string][]byte{
		"nothing":   nil,
		"circle":    at(branch, pageHeader+8, byte(branch)),
		"elements":  at(branch, 10, 0xff),
		"overflow":  at(branch, 12, 9),
		"root":      at(p.meta.txid%2, pageHeader+16, byte(branch)),
		"freelist":  at(p.meta.freelist, pageHeader, byte(branch)),
		"page size": at(0, pageHeader+9, 8),
	} {
		seedFile(t, "FuzzWalker", strings.ReplaceAll(name, " ", "-"), patch, uint16(0), true)
	}
	seedFile(t, "FuzzWalker", "cut", []byte(nil), uint16(2048), false)
}

// FuzzWalker: no file makes the walker crash, hang or read outside of it. The
// input is what is changed in a small file: an offset of two bytes and a value
// each. The checksums of the meta pages are set right again if resum is true, so
// that what they say is believed.
func FuzzWalker(f *testing.F) {
	base := tinyFile(f, 20)
	f.Fuzz(func(t *testing.T, patch []byte, cut uint16, resum bool) {
		file := bytes.Clone(base[:max(0, len(base)-int(cut))])
		for ; len(patch) >= 3; patch = patch[3:] {
			if at := int(patch[0]) | int(patch[1])<<8; at < len(file) {
				file[at] = patch[2]
			}
		}
		for _, meta := range []int{0, 1024} {
			if body := meta + pageHeader; resum && len(file) > body+metaSize {
				sum := fnv.New64a()
				sum.Write(file[body : body+metaSize-8])
				binary.LittleEndian.PutUint64(file[body+metaSize-8:], sum.Sum64())
			}
		}
		for _, whole := range []bool{true, false} {
			walk(t, file, whole)
		}
	})
}

// walk reads a file in every way there is. With whole it is read into memory
// and its structure is looked at first.
func walk(t *testing.T, file []byte, whole bool) {
	p, err := openPages(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return
	}
	if whole {
		_ = p.checkFreelist()
	}
	_ = p.checkFormat()
	visited := 0
	for name := range p.buckets {
		_ = p.each(name, func(_, _ []byte) error {
			if visited++; visited > len(file) {
				t.Fatal("more values than bytes")
			}
			return nil
		})
		_, _ = p.get(name, keyIndex)
	}
}

// FuzzIndex: what is accepted is written back as it was read.
func FuzzIndex(f *testing.F) {
	f.Fuzz(func(t *testing.T, plain []byte) {
		x, err := parseIndex(string(plain))
		if err != nil {
			return
		}
		again, err := x.encode()
		if err != nil {
			t.Fatal(err)
		}
		y, err := parseIndex(string(again))
		if err != nil || len(y.entries) != len(x.entries) || len(y.attached) != len(x.attached) {
			t.Fatalf("%q is written as %q: %v", plain, again, err)
		}
		_, _ = x.named("office")
	})
}

// FuzzIndexLine: the hand-written scanner reads a line as encoding/json does,
// or leaves it to it.
func FuzzIndexLine(f *testing.F) {
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := parseEntry(string(line))
		if err != nil {
			return
		}
		_, _ = rawName(e.line)
		scanned, ok := scanRest(e.line[entryTail:])
		if !ok {
			return
		}
		var slow entryRest
		if err := json.Unmarshal(line, &slow); err != nil {
			// encoding/json replaces what is no UTF-8 and refuses control
			// characters; neither is ever written.
			if json.Valid(line) {
				t.Fatalf("%q: %v", line, err)
			}
			return
		}
		if valid(line) && !sameRest(scanned, slow) {
			t.Fatalf("%q: scanned %+v, not %+v", line, scanned, slow)
		}
		if n, ok := e.revision(); !ok || n != slow.Revision {
			t.Fatalf("%q: revision %d", line, n)
		}
	})
}

func valid(line []byte) bool { return bytes.Equal(bytes.ToValidUTF8(line, nil), line) }

func sameRest(a, b entryRest) bool {
	same := a.Card.Created.Equal(b.Card.Created) && a.Card.Updated.Equal(b.Card.Updated)
	a.Card.Created, a.Card.Updated, b.Card.Created, b.Card.Updated = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return same && reflect.DeepEqual(a, b)
}

// FuzzSlot: no slot makes the program crash or do unbounded work.
func FuzzSlot(f *testing.F) {
	pass, err := keyring.PassphraseIdentity("mikan tokei yama")
	if err != nil {
		f.Fatal(err)
	}
	key := newTestVault(f).key
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if bytes.Contains(sealed, []byte("\n")) && len(sealed) > 1<<16 {
			return
		}
		// A slot that asks for little enough would really be derived.
		if _, _, err := keyring.OpenSlot(sealed, key); err == nil {
			t.Fatal("a slot that nobody made opens")
		}
		if len(sealed) > 64<<10 {
			if _, _, err := keyring.OpenSlot(sealed, pass); err == nil {
				t.Fatal("a huge slot opens")
			}
		}
	})
}

// FuzzDigest: the reader of the digest never gives out a line of another record.
func FuzzDigest(f *testing.F) {
	r := note("a", "x")
	r.Vault, r.Revision = record.NewID(), 3
	line, err := record.Encode(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add(append(append(bytes.Clone(line), '\n'), line...))
	f.Add([]byte(`{"schema":1,"vault":"","id":"","revision":`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		e, err := newEntry(r.ID, digest{}, entryRest{Revision: 3})
		if err != nil {
			t.Fatal(err)
		}
		found := (&digestReader{plain}).find(e)
		if found == nil {
			return
		}
		if id, revision, ok := beginning(found); !ok || id != r.ID || revision != 3 {
			t.Fatalf("%q was given out", found)
		}
	})
}

// FuzzPin: a broken pin is no pin.
func FuzzPin(f *testing.F) {
	f.Add([]byte(`{"generation":3,"index":"","freelist":"","verified":"2026-01-02T03:04:05Z","path":"x"}`))
	f.Add([]byte(`{}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		c := Config{StateDir: dir}
		path := c.pinPath(record.ID{})
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		p := c.readPin(record.ID{})
		if p != nil && p.Generation > 0 && p.check(&index{}, digest{}) == nil {
			t.Fatal("an older state passes")
		}
	})
}
