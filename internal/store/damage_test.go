package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A victim is a small vault that has one of everything, in memory, and what is
// in it. Damage is done to copies.
type victim struct {
	*testVault
	file   []byte
	vault  *keyring.Vault
	values map[string][]byte // sealed, by bucket and key
	index  digest
	live   []bool // pages that a transaction of bbolt looks at
}

func newVictim(t testing.TB) *victim {
	t.Helper()
	floor := staleFloor
	staleFloor = 4
	t.Cleanup(func() { staleFloor = floor })
	v := newTestVault(t)
	v.cfg.NoBackup, v.cfg.StateDir = true, ""
	var put []*record.Record
	for i := range 13 {
		put = append(put, note(fmt.Sprintf("note %02d", i), fmt.Sprintf("%d of 山田 花子", i)))
	}
	f := attach(put[3], "receipt.png", bytes.Repeat([]byte("receipt "), 60))
	s := v.mustCommit(Change{Put: put, Attach: []NewFile{f}})
	for i := range 4 {
		r := read(t, s, fmt.Sprintf("note %02d", i%3))
		if err := s.Commit(Change{Put: []*record.Record{edited(r, fmt.Sprint("edit ", i))}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit(Change{Put: []*record.Record{trashed(read(t, s, "note 12"))}}); err != nil {
		t.Fatal(err)
	}
	x := &victim{testVault: v, file: v.bytes()}
	return x.learn()
}

// learn notes what is in the undamaged file.
func (x *victim) learn() *victim {
	x.t.Helper()
	s, p, err := x.open(x.file)
	if err != nil || len(s.damage) > 0 || s.dropped || s.idx.head.Digest == nil {
		x.t.Fatalf("the vault to damage is not as it should be: %v", err)
	}
	x.vault, x.index, x.values = s.vault, s.idxSum, valuesOf(x.t, p)
	x.live = make([]bool, uint64(len(x.file))/p.meta.pageSize)
	x.live[0], x.live[1], x.live[p.meta.freelist] = true, true, true
	for i := range x.live {
		if p.used[i/64]&(1<<(i%64)) != 0 {
			x.live[i] = true
		}
	}
	return x
}

// valuesOf returns the values that hold what a person typed.
func valuesOf(t testing.TB, p *pages) map[string][]byte {
	m := map[string][]byte{}
	for _, bucket := range []string{bucketSlots, bucketRecords, bucketHistory, bucketAttachments} {
		err := p.each(bucket, func(k, v []byte) error {
			m[bucket+"/"+string(k)] = bytes.Clone(v)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// open is Open and Unlock on bytes. While the slots are untouched it spares the
// key exchange.
func (x *victim) open(file []byte) (*Store, *pages, error) {
	s := &Store{cfg: Config{Now: x.cfg.Now}}
	p, err := readPages(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return s, nil, err
	}
	if err := s.readSlots(p); err != nil {
		return s, p, err
	}
	if x.vault != nil && bytes.Equal(s.slots[0].sealed, x.values[bucketSlots+"/"+string(s.slots[0].id[:])]) {
		s.vault, s.slot = x.vault, s.slots[0].id
	} else {
		vault, info, _, err := keyring.OpenAny(s.SealedSlots(), x.key)
		if err != nil {
			return s, p, err
		}
		s.vault, s.slot = vault, info.ID
	}
	return s, p, s.load(p)
}

// Classes of what damage does. There is no class for wrong data: that fails.
const (
	refused = iota
	noted
	harmless
	classes
)

var classNames = [classes]string{"refused", "noted", "harmless"}

// judge reads a damaged file and says what the reader notices. The error says
// what it should have noticed.
func (x *victim) judge(file []byte, decrypt bool) (int, error) {
	s, p, err := x.open(file)
	if err != nil {
		if !isRefusal(err) {
			return refused, fmt.Errorf("not an error for damage: %w", err)
		}
		return refused, nil
	}
	if s.idxSum != x.index {
		return refused, errors.New("another index was accepted")
	}
	for key, want := range x.values {
		bucket, k, _ := bytes.Cut([]byte(key), []byte{'/'})
		got, err := p.get(string(bucket), k)
		if same := err == nil && bytes.Equal(got, want); !same && !slices.Contains(s.damage, describe(string(bucket), k)) {
			return noted, fmt.Errorf("%s changed and %v was noted", describe(string(bucket), k), s.damage)
		}
	}
	if len(s.damage) == 0 && !decrypt {
		return harmless, nil
	}
	if err := x.readEverything(s, p); err != nil {
		return noted, err
	}
	if len(s.damage) > 0 {
		return noted, nil
	}
	return harmless, nil
}

// describe names a value as Store.Damaged does.
func describe(bucket string, k []byte) string {
	switch id := keyID(k[:16]).String(); bucket {
	case bucketSlots:
		return "slot " + id
	case bucketRecords:
		return "record " + id
	case bucketHistory:
		return "history of " + id
	default:
		return "attachment " + id
	}
}

func isRefusal(err error) bool {
	return errors.As(err, new(*DamagedError)) || errors.As(err, new(*NewerError)) || errors.Is(err, ErrNotVault) ||
		errors.Is(err, keyring.ErrNoMatch) || errors.Is(err, keyring.ErrSlotDamaged)
}

// readEverything reads each value the way commands do: what was noted is
// refused, the rest is right.
func (x *victim) readEverything(s *Store, p *pages) error {
	for _, e := range s.idx.entries {
		r, err := s.record(p, e.id)
		switch bad := slices.Contains(s.damage, "record "+e.id.String()); {
		case bad && !errors.As(err, new(*DamagedError)):
			return fmt.Errorf("record %s is damaged, but %v", e.id, err)
		case !bad && (err != nil || r.ID != e.id):
			return fmt.Errorf("record %s: %v", e.id, err)
		}
		rest, err := e.rest()
		if err != nil {
			return err
		}
		past, err := s.history(p, e.id)
		switch bad := slices.Contains(s.damage, "history of "+e.id.String()); {
		case bad && err != nil && !errors.As(err, new(*DamagedError)):
			return fmt.Errorf("history of %s is damaged, but %v", e.id, err)
		case !bad && (err != nil || uint64(len(past)) != rest.Past):
			return fmt.Errorf("history of %s: %d, %v", e.id, len(past), err)
		}
	}
	for _, a := range s.idx.attached {
		_, err := s.attachment(p, a.ID)
		if bad := slices.Contains(s.damage, "attachment "+a.ID.String()); bad != (err != nil) {
			return fmt.Errorf("attachment %s: %v", a.ID, err)
		}
	}
	return nil
}

// each runs try(i) on copies of the file for all i on all processors, and fails
// the test if one of them errs, panics or takes too long.
func (x *victim) each(n int, try func(file []byte, i int) (int, error)) (count [classes]int) {
	x.t.Helper()
	var mu sync.Mutex
	var running sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		running.Go(func() {
			file := slices.Clone(x.file)
			for i := w; i < n && !x.t.Failed(); i += workers {
				hang := time.AfterFunc(time.Minute, func() { panic(fmt.Sprintf("case %d hangs", i)) })
				class, err := try(file, i)
				hang.Stop()
				mu.Lock()
				count[class]++
				if err != nil {
					x.t.Errorf("case %d: %v", i, err)
				}
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return count
}

func report(t testing.TB, what string, n int, count [classes]int, began time.Time) {
	t.Helper()
	line := fmt.Sprintf("%s: %d tried in %.1f s", what, n, time.Since(began).Seconds())
	for class, n := range count {
		line += fmt.Sprintf(", %d %s", n, classNames[class])
	}
	t.Log(line)
}

func TestEveryBitFlip(t *testing.T) {
	x := newVictim(t)
	began := time.Now()
	bits := len(x.file) * 8
	n := sample(bits, 24_000)
	seed := rand.Uint64()
	order := rand.New(rand.NewPCG(seed, 1)).Perm(bits)
	count := x.each(n, func(file []byte, i int) (int, error) {
		bit := order[i]
		file[bit/8] ^= 1 << (bit % 8)
		defer func() { file[bit/8] ^= 1 << (bit % 8) }()
		class, err := x.judge(file, i%100 == 0)
		if err != nil {
			err = fmt.Errorf("bit %d, seed %d: %w", bit, seed, err)
		}
		return class, err
	})
	report(t, fmt.Sprintf("bit flips of %d bytes", len(x.file)), n, count, began)
	if count[refused] == 0 || count[noted] == 0 || count[harmless] == 0 {
		t.Error("a class is empty: the test tests nothing")
	}
}

func TestEveryTruncation(t *testing.T) {
	x := newVictim(t)
	began := time.Now()
	n, step := len(x.file), 1
	if k := sample(n, 12_000); k < n {
		step = n/k + 1
	}
	count := x.each(n/step, func(file []byte, i int) (int, error) {
		return x.judge(file[:i*step], i%200 == 0)
	})
	report(t, fmt.Sprintf("truncations, every %d bytes", step), n/step, count, began)
}

func TestLostSectorsAndSwappedPages(t *testing.T) {
	x := newVictim(t)
	began := time.Now()
	const sector, page = 512, 4096
	sectors, pages := len(x.file)/sector, len(x.file)/page
	for _, fill := range []byte{0, 0xff} {
		count := x.each(sectors, func(file []byte, i int) (int, error) {
			at := file[i*sector : (i+1)*sector]
			defer copy(at, bytes.Clone(at))
			for j := range at {
				at[j] = fill
			}
			return x.judge(file, true)
		})
		report(t, fmt.Sprintf("sectors of %#x", fill), sectors, count, began)
	}
	count := x.each(pages*pages, func(file []byte, i int) (int, error) {
		a, b := file[i/pages*page:][:page], file[i%pages*page:][:page]
		before := bytes.Clone(a)
		copy(a, b)
		class, err := x.judge(file, false)
		if err == nil {
			was := bytes.Clone(b)
			copy(b, before)
			class, err = x.judge(file, false)
			copy(b, was)
		}
		copy(a, before)
		return class, err
	})
	report(t, "pages copied over others, and swapped", pages*pages, count, began)
}

// TestWriteAfterBitFlip commits to files that read fine after a flip: bbolt,
// which trusts what it finds, must do no harm then.
func TestWriteAfterBitFlip(t *testing.T) {
	x := newVictim(t)
	began := time.Now()
	dir := t.TempDir()
	if st, err := os.Stat("/dev/shm"); err == nil && st.IsDir() {
		if shm, err := os.MkdirTemp("/dev/shm", "memovault-*"); err == nil {
			t.Cleanup(func() { os.RemoveAll(shm) })
			dir = shm
		}
	}
	// Of what only reading looks at, damage was found by the other tests; of
	// pages that a writer looks at, more is tried.
	bits := make([]int, 0, len(x.file)*8)
	for bit := range len(x.file) * 8 {
		if x.live[bit/8/4096] || bit%16 == 0 {
			bits = append(bits, bit)
		}
	}
	seed := rand.Uint64()
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(bits), func(i, j int) { bits[i], bits[j] = bits[j], bits[i] })
	n := sample(len(bits), 2_000)
	var refusedToWrite, wrote int
	var mu sync.Mutex
	count := x.each(n, func(file []byte, i int) (int, error) {
		file[bits[i]/8] ^= 1 << (bits[i] % 8)
		defer func() { file[bits[i]/8] ^= 1 << (bits[i] % 8) }()
		class, err := x.judge(file, false)
		if err != nil || class != harmless {
			return class, err
		}
		saved, err := x.writeTo(filepath.Join(dir, fmt.Sprint(i%runtime.GOMAXPROCS(0))), file)
		mu.Lock()
		defer mu.Unlock()
		if saved {
			wrote++
		} else {
			refusedToWrite++
		}
		if err != nil {
			err = fmt.Errorf("bit %d, seed %d: %w", bits[i], seed, err)
		}
		return class, err
	})
	report(t, "flips before a write", n, count, began)
	t.Logf("of the harmless, %d were written to and are right, %d were refused and are untouched", wrote, refusedToWrite)
	if wrote == 0 {
		t.Error("the test tests nothing")
	}
}

// writeTo commits to a copy of a file and proves that everything is right
// afterwards, or that nothing happened.
func (x *victim) writeTo(path string, file []byte) (saved bool, err error) {
	if err := os.WriteFile(path, file, 0o600); err != nil {
		return false, err
	}
	s, err := Open(path, x.cfg)
	if err != nil {
		return false, err
	}
	if err := s.Unlock(x.key); err != nil {
		return false, err
	}
	c, err := s.Find("note 05")
	if err != nil {
		return false, err
	}
	r, err := s.Record(c.ID)
	if err != nil {
		return false, err
	}
	fresh := note("written after the damage", "fresh")
	failed := s.Commit(Change{Put: []*record.Record{edited(r, "after the damage"), fresh}})
	after, err := os.ReadFile(path)
	switch {
	case err != nil:
		return false, err
	case failed != nil && !errors.As(failed, new(*DamagedError)):
		return false, fmt.Errorf("not an error for damage: %w", failed)
	case failed != nil && !bytes.Equal(after, file):
		return false, fmt.Errorf("refused with %w, but the file changed", failed)
	case failed != nil:
		return false, nil
	}
	return true, x.rightAfterWrite(after, r, fresh)
}

func (x *victim) rightAfterWrite(after []byte, r, fresh *record.Record) error {
	s, p, err := x.open(after)
	if err != nil || len(s.damage) > 0 {
		return fmt.Errorf("after the write: %v, %v", err, s.damage)
	}
	if err := p.checkFreelist(); err != nil {
		return err
	}
	got := valuesOf(x.t, p)
	key := bucketRecords + "/" + string(r.ID[:])
	for k, want := range x.values {
		if k == key {
			k = bucketHistory + "/" + string(historyKey(r.ID, r.Revision))
		}
		if !bytes.Equal(got[k], want) {
			return fmt.Errorf("%q changed by the write", k)
		}
	}
	if len(got) != len(x.values)+2 {
		return fmt.Errorf("%d values, not %d", len(got), len(x.values)+2)
	}
	for id, want := range map[record.ID]string{r.ID: "after the damage", fresh.ID: "fresh"} {
		if r, err := s.record(p, id); err != nil || text(r) != want {
			return fmt.Errorf("what was written: %v", err)
		}
	}
	return nil
}
