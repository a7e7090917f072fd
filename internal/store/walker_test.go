package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"memovault/internal/record"
)

// bucketsOf reads a bbolt file with bbolt.
func bucketsOf(t testing.TB, path string) map[string][]kv {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := map[string][]kv{}
	err = db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			all[string(name)] = nil
			return b.ForEach(func(k, v []byte) error {
				all[string(name)] = append(all[string(name)], kv{key: bytes.Clone(k), value: bytes.Clone(v)})
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// agree holds the walker's reading of a file against bbolt's.
func agree(t testing.TB, path string, small bool) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	p, err := openPages(file, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.checkFreelist(); err != nil {
		t.Fatal(err)
	}
	if !small {
		p.mem = nil // read from the file as of a large vault
	}
	want := bucketsOf(t, path)
	if len(p.buckets) != len(want) {
		t.Fatalf("%d buckets, bbolt has %d", len(p.buckets), len(want))
	}
	for name, pairs := range want {
		i := 0
		err := p.each(name, func(k, v []byte) error {
			if i >= len(pairs) || !bytes.Equal(k, pairs[i].key) || !bytes.Equal(v, pairs[i].value) {
				return fmt.Errorf("value %d of bucket %q differs", i, name)
			}
			i++
			return nil
		})
		if err != nil || i != len(pairs) {
			t.Fatalf("%d values of %d, %v", i, len(pairs), err)
		}
		for i, pair := range pairs {
			if i%5 != 0 {
				continue
			}
			if got, err := p.get(name, pair.key); err != nil || !bytes.Equal(got, pair.value) {
				t.Fatalf("get: %d bytes of %d, %v", len(got), len(pair.value), err)
			}
			// No key is longer than 40 bytes, so this one, next to pair.key, is missing.
			missing := append(bytes.Clone(pair.key), make([]byte, 41)...)
			if got, err := p.get(name, missing); err != nil || got != nil {
				t.Fatalf("get of a missing key: %d bytes, %v", len(got), err)
			}
		}
	}
}

// TestWalkerAgreesWithBolt holds the two readers against each other on random
// databases: all page sizes, buckets inside the root page, values over many
// pages, deletions, several transactions.
func TestWalkerAgreesWithBolt(t *testing.T) {
	databases := 1000
	if raceEnabled {
		databases = 100
	}
	if *soak {
		databases = 10_000
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 3))
	path := filepath.Join(t.TempDir(), "random.db")
	values := 0
	for i := range databases {
		os.Remove(path)
		size := []int{1 << 10, 4 << 10, 16 << 10, 64 << 10}[r.IntN(4)]
		values += randomDatabase(t, path, size, r)
		agree(t, path, i%2 == 0)
		if t.Failed() {
			t.Fatalf("database %d of pages of %d bytes, seed %d", i, size, seed)
		}
	}
	t.Logf("%d databases, %d values", databases, values)
}

// randomDatabase returns how many values it wrote.
func randomDatabase(t testing.TB, path string, pageSize int, r *rand.Rand) (values int) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: pageSize, NoSync: true, NoGrowSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	buckets := 1 + r.IntN(8)
	largest := []int{30, 300, 3000, 30_000, 200_000}[r.IntN(5)]
	most := 40
	if r.IntN(20) == 0 {
		most = 800
	}
	for range 1 + r.IntN(6) {
		err := db.Update(func(tx *bolt.Tx) error {
			for i := range buckets {
				b, err := tx.CreateBucketIfNotExists([]byte{'b', byte('0' + i)})
				if err != nil {
					return err
				}
				n := r.IntN(1 + 300_000/largest/buckets)
				for range min(n, most) {
					if err := randomChange(b, largest, r); err != nil {
						return err
					}
					values++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func randomChange(b *bolt.Bucket, largest int, r *rand.Rand) error {
	key := make([]byte, 1+r.IntN(40))
	for i := range key {
		key[i] = byte(r.IntN(256))
	}
	if k, _ := b.Cursor().Seek(key); k != nil && r.IntN(3) == 0 {
		return b.Delete(bytes.Clone(k))
	}
	value := make([]byte, r.IntN(largest))
	for i := range value {
		value[i] = byte(i)
	}
	return b.Put(key, value)
}

// TestWalkerRefuses tries what no bbolt writes: each lie must be named, none
// may be followed.
func TestWalkerRefuses(t *testing.T) {
	v := newTestVault(t)
	s := v.open()
	for i := range 40 {
		if err := s.Commit(Change{Put: []*record.Record{note(fmt.Sprint(i), strings.Repeat("x", 600))}}); err != nil {
			t.Fatal(err)
		}
	}
	good := v.bytes()
	p, err := readPages(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	branch := p.buckets[bucketRecords].root
	at := int(branch * p.meta.pageSize)
	if u16(good, at+8) != flagBranch {
		t.Fatal("the bucket of records has only one page")
	}
	element := at + pageHeader
	for what, lie := range map[string]func(b []byte){
		"is used twice":             func(b []byte) { binary.LittleEndian.PutUint64(b[element+8:], branch) },
		"calls itself":              func(b []byte) { binary.LittleEndian.PutUint64(b[at:], branch+1) },
		"runs over the end":         func(b []byte) { binary.LittleEndian.PutUint32(b[at+12:], 1<<31) },
		"elements do not fit":       func(b []byte) { binary.LittleEndian.PutUint16(b[at+10:], 0xFFFF) },
		"a branch without children": func(b []byte) { binary.LittleEndian.PutUint16(b[at+10:], 0) },
		"points outside the page":   func(b []byte) { binary.LittleEndian.PutUint32(b[element:], 1<<31) },
		"outside the":               func(b []byte) { binary.LittleEndian.PutUint64(b[element+8:], 1<<62) },
		"has flags":                 func(b []byte) { binary.LittleEndian.PutUint16(b[at+8:], flagFreelist) },
		"the keys are out of order": func(b []byte) { // the second, whatever the first begins with
			key := element + elementSize + int(u32(b, element+elementSize))
			clear(b[key : key+len(record.ID{})])
		},
		"is not a freelist of its own": func(b []byte) { binary.LittleEndian.PutUint16(b[int(p.meta.freelist*p.meta.pageSize)+8:], flagLeaf) },
		"lists page": func(b []byte) {
			binary.LittleEndian.PutUint64(b[int(p.meta.freelist*p.meta.pageSize)+pageHeader:], branch)
		},
		"free pages do not fit": func(b []byte) { binary.LittleEndian.PutUint16(b[int(p.meta.freelist*p.meta.pageSize)+10:], 0xFFFE) },
	} {
		b := bytes.Clone(good)
		lie(b)
		p, err := readPages(bytes.NewReader(b), int64(len(b)))
		if err == nil {
			err = p.checkFreelist()
		}
		if !errors.Is(err, errPage) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	// A value is looked up without a walk of the whole; a circle must end there too.
	b := bytes.Clone(good)
	binary.LittleEndian.PutUint64(b[element+8:], branch)
	p, err = readPages(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := branchElement(branch, b[at:at+4096], 0, int(u16(b, at+10)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.get(bucketRecords, key); !errors.Is(err, errPage) {
		t.Errorf("get in a circle: %v", err)
	}
	if err := p.each(bucketRecords, func(_, _ []byte) error { return nil }); !errors.Is(err, errPage) {
		t.Errorf("each in a circle: %v", err)
	}
}
