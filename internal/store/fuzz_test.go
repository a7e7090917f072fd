package store

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
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

func seedFile(t testing.TB, target, name string, content []byte) {
	t.Helper()
	dir := filepath.Join("testdata", "fuzz", target)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", content), 0o644); err != nil {
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
	x := sampleIndex(t, 6)
	plain, err := x.encode()
	if err != nil {
		t.Fatal(err)
	}
	v := newTestVault(t)
	s := v.open()
	if *writeSeeds {
		seedFile(t, "FuzzWalker", "empty", tinyFile(t, 0))
		seedFile(t, "FuzzWalker", "leaf", tinyFile(t, 3))
		seedFile(t, "FuzzWalker", "branch", tinyFile(t, 20))
		seedFile(t, "FuzzIndex", "index", plain)
		seedFile(t, "FuzzIndexLine", "line", []byte(x.entries[0].line))
		seedFile(t, "FuzzIndexLine", "escapes", []byte(x.entries[2].line))
		seedFile(t, "FuzzSlot", "x25519", s.slots[0].sealed)
		seedFile(t, "FuzzSlot", "scrypt", scryptBomb(t, 30))
	}
	for _, target := range []string{"FuzzWalker", "FuzzIndex", "FuzzIndexLine", "FuzzSlot", "FuzzDigest", "FuzzPin"} {
		if files, err := os.ReadDir(filepath.Join("testdata", "fuzz", target)); err != nil && strings.Contains("FuzzWalker FuzzIndex FuzzIndexLine FuzzSlot", target) || err == nil && len(files) == 0 {
			t.Errorf("%s has no seeds: %v", target, err)
		}
	}
}

// FuzzWalker: no file makes the walker crash, hang or read outside of it, and
// what it reads of a good file bbolt reads too.
func FuzzWalker(f *testing.F) {
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<20 {
			return
		}
		for _, whole := range []bool{true, false} {
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
				_ = p.each(name, func(k, v []byte) error {
					if visited++; visited > len(file) {
						t.Fatalf("more values than bytes")
					}
					return nil
				})
				_, _ = p.get(name, keyIndex)
			}
		}
	})
}

// FuzzIndex: what is accepted is written back as it was read.
func FuzzIndex(f *testing.F) {
	f.Fuzz(func(t *testing.T, plain []byte) {
		x, err := parseIndex(plain)
		if err != nil {
			return
		}
		again, err := x.encode()
		if err != nil {
			t.Fatal(err)
		}
		y, err := parseIndex(again)
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
