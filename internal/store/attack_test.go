package store

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A scene is a vault of which an attacker has had every state: he can write the
// file, but has no key. bolt is the tool he uses.
type scene struct {
	*testVault
	now, before map[string]map[string][]byte // values of the last state and of the one before
	old         []byte                       // the file as it was before
	a, b        record.ID                    // two records; a has a history of three
	file        record.ID                    // an attachment
	texts       map[record.ID]string         // what is in the records
	alien       *testVault                   // a vault of his own
}

func newScene(t *testing.T) *scene {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	floor := staleFloor
	staleFloor = 1
	t.Cleanup(func() { staleFloor = floor })
	a, b := note("a", "a1"), note("b", "b1")
	file := attach(b, "key card", []byte("key card"))
	s := v.mustCommit(Change{Put: []*record.Record{a, b}, Attach: []NewFile{file, {ID: record.NewID(), Data: []byte("other")}}})
	for i := 2; i <= 4; i++ {
		if err := s.Commit(Change{Put: []*record.Record{edited(read(t, s, "a"), fmt.Sprint("a", i))}}); err != nil {
			t.Fatal(err)
		}
	}
	x := &scene{testVault: v, a: a.ID, b: b.ID, file: file.ID, alien: newTestVault(t),
		texts: map[record.ID]string{a.ID: "a5", b.ID: "b2"}}
	x.old, x.before = v.bytes(), x.buckets()
	if err := s.Commit(Change{Put: []*record.Record{edited(read(t, s, "b"), "b2"), edited(read(t, s, "a"), "a5")}}); err != nil {
		t.Fatal(err)
	}
	x.now = x.buckets()
	x.alien.mustCommit(Change{Put: []*record.Record{note("a", "of the alien")}})
	return x
}

func (x *scene) buckets() map[string]map[string][]byte {
	all := map[string]map[string][]byte{}
	for bucket, pairs := range bucketsOf(x.t, x.path) {
		all[bucket] = map[string][]byte{}
		for _, p := range pairs {
			all[bucket][string(p.key)] = p.value
		}
	}
	return all
}

// tamper changes the file with bbolt, so that all pages are in order.
func (x *scene) tamper(change func(tx *bolt.Tx) error) {
	x.t.Helper()
	db, err := bolt.Open(x.path, 0o600, nil)
	if err != nil {
		x.t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		x.t.Fatal(err)
	}
}

func (x *scene) put(bucket string, key, value []byte) {
	x.t.Helper()
	x.tamper(func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put(key, value) })
}

func (x *scene) remove(bucket string, key []byte) {
	x.t.Helper()
	x.tamper(func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Delete(key) })
}

func (x *scene) swap(bucket string, k1, k2 []byte) {
	x.t.Helper()
	x.put(bucket, k1, x.now[bucket][string(k2)])
	x.put(bucket, k2, x.now[bucket][string(k1)])
}

// What an attack must come to.
const (
	isRefused  = "refused"  // *DamagedError on opening
	isNoted    = "noted"    // listed by Damaged, not readable, nothing can be saved
	isRollback = "rollback" // *RollbackError
	isFork     = "fork"     // *ForkError
	isNewer    = "newer"    // *NewerError
	isNoKey    = "no key"   // no slot opens, each with its reason
	isNothing  = "nothing"  // everything is there as before
)

type attack struct {
	what, want string
	do         func(x *scene)
}

var attacks = []attack{
	{"swap two records", isNoted, func(x *scene) { x.swap(bucketRecords, x.a[:], x.b[:]) }},
	{"replay an old version of a record", isNoted, func(x *scene) {
		x.put(bucketRecords, x.a[:], x.before[bucketRecords][string(x.a[:])])
	}},
	{"replay an old version from the history", isNoted, func(x *scene) {
		x.put(bucketRecords, x.a[:], x.now[bucketHistory][string(historyKey(x.a, 1))])
	}},
	{"delete a record", isNoted, func(x *scene) { x.remove(bucketRecords, x.b[:]) }},
	{"delete all records", isNoted, func(x *scene) { x.remove(bucketRecords, x.a[:]); x.remove(bucketRecords, x.b[:]) }},
	{"duplicate a record under a new id", isRefused, func(x *scene) {
		id := record.NewID()
		x.put(bucketRecords, id[:], x.now[bucketRecords][string(x.a[:])])
	}},
	{"rename the id of a record", isRefused, func(x *scene) {
		id := record.NewID()
		x.put(bucketRecords, id[:], x.now[bucketRecords][string(x.a[:])])
		x.remove(bucketRecords, x.a[:])
	}},
	{"a record with a short key", isRefused, func(x *scene) { x.put(bucketRecords, []byte("a"), []byte("b")) }},
	{"an empty record", isNoted, func(x *scene) { x.put(bucketRecords, x.a[:], nil) }},
	{"a record of another vault", isNoted, func(x *scene) {
		for _, pair := range bucketsOf(x.t, x.alien.path)[bucketRecords] {
			x.put(bucketRecords, x.a[:], pair.value)
		}
	}},
	{"the armor of a record with other line ends", isNoted, func(x *scene) {
		x.put(bucketRecords, x.a[:], bytes.ReplaceAll(x.now[bucketRecords][string(x.a[:])], []byte("\n"), []byte("\r\n")))
	}},
	{"a record behind a record", isNoted, func(x *scene) {
		x.put(bucketRecords, x.a[:], slices.Concat(x.now[bucketRecords][string(x.a[:])], x.now[bucketRecords][string(x.b[:])]))
	}},
	{"delete the newest of a history", isNoted, func(x *scene) { x.remove(bucketHistory, historyKey(x.a, 4)) }},
	{"delete the oldest of a history", isNoted, func(x *scene) { x.remove(bucketHistory, historyKey(x.a, 1)) }},
	{"delete a whole history", isNoted, func(x *scene) {
		for i := uint64(1); i <= 4; i++ {
			x.remove(bucketHistory, historyKey(x.a, i))
		}
	}},
	{"reorder a history", isNoted, func(x *scene) { x.swap(bucketHistory, historyKey(x.a, 1), historyKey(x.a, 2)) }},
	{"renumber a history", isNoted, func(x *scene) {
		x.put(bucketHistory, historyKey(x.a, 7), x.now[bucketHistory][string(historyKey(x.a, 4))])
		x.remove(bucketHistory, historyKey(x.a, 4))
	}},
	{"lengthen a history", isNoted, func(x *scene) {
		x.put(bucketHistory, historyKey(x.a, 5), x.now[bucketHistory][string(historyKey(x.a, 4))])
	}},
	{"a history of nothing", isRefused, func(x *scene) {
		x.put(bucketHistory, historyKey(record.NewID(), 1), x.now[bucketHistory][string(historyKey(x.a, 1))])
	}},
	{"move a history to another record", isNoted, func(x *scene) {
		x.put(bucketHistory, historyKey(x.b, 1), x.now[bucketHistory][string(historyKey(x.a, 1))])
	}},
	{"swap attachments", isNoted, func(x *scene) {
		for k := range x.now[bucketAttachments] {
			if k != string(x.file[:]) {
				x.swap(bucketAttachments, x.file[:], []byte(k))
				return
			}
		}
	}},
	{"delete an attachment", isNoted, func(x *scene) { x.remove(bucketAttachments, x.file[:]) }},
	{"add an attachment", isRefused, func(x *scene) {
		id := record.NewID()
		x.put(bucketAttachments, id[:], x.now[bucketAttachments][string(x.file[:])])
	}},
	{"a record in the place of an attachment", isNoted, func(x *scene) {
		x.put(bucketAttachments, x.file[:], x.now[bucketRecords][string(x.a[:])])
	}},
	{"replace the slot", isNoKey, func(x *scene) {
		x.put(bucketSlots, x.slot(), bucketsOf(x.t, x.alien.path)[bucketSlots][0].value)
	}},
	{"remove the slot", isRefused, func(x *scene) { x.remove(bucketSlots, x.slot()) }},
	{"add a slot", isNoted, func(x *scene) {
		pair := bucketsOf(x.t, x.alien.path)[bucketSlots][0]
		x.put(bucketSlots, pair.key, pair.value)
	}},
	{"move the slot to another id", isNoted, func(x *scene) {
		id := record.NewID()
		x.put(bucketSlots, id[:], x.now[bucketSlots][string(x.slot())])
		x.remove(bucketSlots, x.slot())
	}},
	{"a scrypt slot of 2^30", isNoKey, func(x *scene) { x.put(bucketSlots, x.slot(), scryptBomb(x.t, 30)) }},
	{"a slot of a megabyte", isNoKey, func(x *scene) { x.put(bucketSlots, x.slot(), bytes.Repeat([]byte("A"), 1<<20)) }},
	{"a slot with a short key", isRefused, func(x *scene) { x.put(bucketSlots, []byte("a"), x.now[bucketSlots][string(x.slot())]) }},
	{"a thousand slots", isRefused, func(x *scene) {
		x.tamper(func(tx *bolt.Tx) error {
			for range 1000 {
				id := record.NewID()
				if err := tx.Bucket([]byte(bucketSlots)).Put(id[:], []byte("x")); err != nil {
					return err
				}
			}
			return nil
		})
	}},
	{"an old index", isRollback, func(x *scene) { x.put(bucketIndex, keyIndex, x.before[bucketIndex][string(keyIndex)]) }},
	{"an old index and old records", isRollback, func(x *scene) {
		x.put(bucketIndex, keyIndex, x.before[bucketIndex][string(keyIndex)])
		x.tamper(func(tx *bolt.Tx) error {
			for k, v := range x.before[bucketRecords] {
				if err := tx.Bucket([]byte(bucketRecords)).Put([]byte(k), v); err != nil {
					return err
				}
			}
			return nil
		})
	}},
	{"the whole older file", isRollback, func(x *scene) { x.write(x.old) }},
	{"the whole older file, changed by its owner elsewhere", isFork, func(x *scene) {
		elsewhere := *x.testVault
		elsewhere.cfg.StateDir = ""
		x.write(x.old)
		elsewhere.mustCommit(Change{Put: []*record.Record{note("c", "elsewhere")}})
	}},
	{"the same, two commits ahead of what was seen here", isNothing, func(x *scene) {
		elsewhere := *x.testVault
		elsewhere.cfg.StateDir = ""
		elsewhere.mustCommit(Change{Put: []*record.Record{note("c", "elsewhere")}})
		elsewhere.mustCommit(Change{Put: []*record.Record{note("d", "elsewhere")}})
	}},
	{"the index of another vault", isRefused, func(x *scene) {
		x.put(bucketIndex, keyIndex, bucketsOf(x.t, x.alien.path)[bucketIndex][0].value)
	}},
	{"a record in the place of the index", isRefused, func(x *scene) {
		x.put(bucketIndex, keyIndex, x.now[bucketRecords][string(x.a[:])])
	}},
	{"no index", isRefused, func(x *scene) { x.remove(bucketIndex, keyIndex) }},
	{"a second index", isRefused, func(x *scene) { x.put(bucketIndex, []byte("index2"), x.now[bucketIndex][string(keyIndex)]) }},
	{"an old digest", isNothing, func(x *scene) { x.put(bucketDigest, keyDigest, x.before[bucketDigest][string(keyDigest)]) }},
	{"a record in the place of the digest", isNothing, func(x *scene) {
		x.put(bucketDigest, keyDigest, x.now[bucketRecords][string(x.a[:])])
	}},
	{"no digest", isNothing, func(x *scene) { x.remove(bucketDigest, keyDigest) }},
	{"a second digest", isRefused, func(x *scene) { x.put(bucketDigest, []byte("x"), []byte("x")) }},
	{"a newer format", isNewer, func(x *scene) { x.put(bucketMeta, keyFormat, []byte("memovault 2\n")) }},
	{"a nonsense format", isRefused, func(x *scene) { x.put(bucketMeta, keyFormat, []byte("memovault 1 \n")) }},
	{"no format", isRefused, func(x *scene) { x.remove(bucketMeta, keyFormat) }},
	{"an unknown value beside the format", isRefused, func(x *scene) { x.put(bucketMeta, []byte("x"), []byte("x")) }},
	{"a hint of a slot that has none", isNoted, func(x *scene) { x.put(bucketHints, x.slot(), []byte("x")) }},
	{"an unknown bucket", isRefused, func(x *scene) {
		x.tamper(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("extra")); return err })
	}},
	{"a missing bucket", isRefused, func(x *scene) {
		x.tamper(func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(bucketHints)) })
	}},
	{"a bucket inside a bucket", isRefused, func(x *scene) {
		x.tamper(func(tx *bolt.Tx) error {
			_, err := tx.Bucket([]byte(bucketAttachments)).CreateBucket([]byte("inner"))
			return err
		})
	}},
	{"a bucket where a record was", isRefused, func(x *scene) {
		x.tamper(func(tx *bolt.Tx) error {
			b := tx.Bucket([]byte(bucketRecords))
			if err := b.Delete(x.a[:]); err != nil {
				return err
			}
			_, err := b.CreateBucket(x.a[:])
			return err
		})
	}},
}

func (x *scene) slot() []byte {
	for k := range x.now[bucketSlots] {
		return []byte(k)
	}
	return nil
}

// scryptBomb is a slot that asks for 2^logN.
func scryptBomb(t testing.TB, logN int) []byte {
	t.Helper()
	b64 := base64.RawStdEncoding.EncodeToString
	bin := fmt.Sprintf("age-encryption.org/v1\n-> scrypt %s %d\n%s\n--- %s\n%s", b64(make([]byte, 16)), logN,
		b64(make([]byte, 32)), b64(make([]byte, 32)), make([]byte, 2000))
	var out strings.Builder
	out.WriteString("-----BEGIN AGE ENCRYPTED FILE-----\n")
	text := base64.StdEncoding.EncodeToString([]byte(bin))
	for ; len(text) > 64; text = text[64:] {
		out.WriteString(text[:64] + "\n")
	}
	out.WriteString(text + "\n-----END AGE ENCRYPTED FILE-----\n")
	return []byte(out.String())
}

// TestAttacks: whoever can write the file but has no key gets nothing but an
// error of the right name.
func TestAttacks(t *testing.T) {
	for _, a := range attacks {
		t.Run(a.what, func(t *testing.T) {
			x := newScene(t)
			a.do(x)
			s, err := x.tryOpen()
			x.judge(a.want, s, err)
		})
	}
	t.Logf("%d attacks", len(attacks))
}

// judge holds what came of an attack against what must come of it.
func (x *scene) judge(want string, s *Store, err error) {
	x.t.Helper()
	switch want {
	case isRefused:
		if !errors.As(err, new(*DamagedError)) {
			x.t.Fatalf("got %v", err)
		}
	case isRollback:
		if !errors.As(err, new(*RollbackError)) {
			x.t.Fatalf("got %v", err)
		}
	case isFork:
		if !errors.As(err, new(*ForkError)) {
			x.t.Fatalf("got %v", err)
		}
	case isNewer:
		var newer *NewerError
		if !errors.As(err, &newer) || newer.Format != 2 {
			x.t.Fatalf("got %v", err)
		}
	case isNoKey:
		if !errors.Is(err, keyring.ErrNoMatch) {
			x.t.Fatalf("got %v", err)
		}
	case isNoted:
		x.noted(s, err)
	case isNothing:
		x.untouched(s, err)
	}
}

// noted: what is damaged cannot be read, the rest is right, and nothing can be
// saved.
func (x *scene) noted(s *Store, err error) {
	x.t.Helper()
	if err != nil || len(s.Damaged()) == 0 {
		x.t.Fatalf("not noted: %v", err)
	}
	for id, want := range x.texts {
		r, err := s.Record(id)
		if damaged := slices.Contains(s.Damaged(), "record "+id.String()); damaged != (err != nil) {
			x.t.Errorf("%v, but damaged is %v", err, s.Damaged())
		}
		if err == nil && text(r) != want {
			x.t.Errorf("wrong data: %q", text(r))
		}
		past, err := s.History(id)
		for i, r := range past {
			if want := fmt.Sprint(want[:1], len(past)-i); text(r) != want {
				x.t.Errorf("wrong history: %q, not %q", text(r), want)
			}
		}
		if err != nil && !errors.As(err, new(*DamagedError)) {
			x.t.Error(err)
		}
	}
	if data, err := s.Attachment(x.file); err == nil && string(data) != "key card" {
		x.t.Errorf("wrong attachment: %q", data)
	}
	before := x.bytes()
	if err := s.Commit(Change{Put: []*record.Record{note("new", "x")}}); !errors.As(err, new(*DamagedError)) {
		x.t.Errorf("saved into a damaged vault: %v", err)
	}
	if !bytes.Equal(before, x.bytes()) {
		x.t.Error("the file changed")
	}
}

func (x *scene) untouched(s *Store, err error) {
	x.t.Helper()
	if err != nil || len(s.Damaged()) > 0 {
		x.t.Fatalf("%v, %v", err, s.Damaged())
	}
	got := map[string]string{}
	for r, err := range s.All() {
		if err != nil {
			x.t.Fatal(err)
		}
		got[r.Name] = text(r)
	}
	delete(got, "c")
	delete(got, "d")
	if !maps.Equal(got, map[string]string{"a": x.texts[x.a], "b": x.texts[x.b]}) {
		x.t.Errorf("wrong data: %v", got)
	}
	if err := s.Commit(Change{Put: []*record.Record{note("new", "x"), note("newer", "x")}}); err != nil {
		x.t.Error(err)
	}
	x.whole()
}

// TestAcceptOlder: a rollback that its owner wants (a restored backup) can be
// taken, and is remembered then.
func TestAcceptOlder(t *testing.T) {
	x := newScene(t)
	x.write(x.old)
	if _, err := x.tryOpen(); !errors.As(err, new(*RollbackError)) {
		t.Fatalf("got %v", err)
	}
	x.cfg.AcceptOlder = true
	if got := text(read(t, x.open(), "a")); got != "a4" {
		t.Fatalf("got %q", got)
	}
	x.cfg.AcceptOlder = false
	x.mustCommit(Change{Put: []*record.Record{note("c", "x")}})
	x.whole()
}

// TestBombIsRefusedAtOnce: with a passphrase at hand, the work that a hostile
// slot asks for is not done.
func TestBombIsRefusedAtOnce(t *testing.T) {
	x := newScene(t)
	x.put(bucketSlots, x.slot(), scryptBomb(t, 30))
	s, err := Open(x.path, x.cfg)
	if err != nil {
		t.Fatal(err)
	}
	pass, err := keyring.PassphraseIdentity("mikan tokei yama")
	if err != nil {
		t.Fatal(err)
	}
	var work *keyring.WorkFactorError
	if err := s.Unlock(pass); !errors.As(err, &work) || work.LogN != 30 {
		t.Fatalf("got %v", err)
	}
}

// TestBrokenPin: a state folder that cannot be read or written locks nobody out.
func TestBrokenPin(t *testing.T) {
	v := newTestVault(t)
	s := v.mustCommit(Change{Put: []*record.Record{note("a", "x")}})
	if err := os.WriteFile(v.cfg.pinPath(s.ID()), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	read(t, v.open(), "a")
	if err := os.RemoveAll(v.cfg.StateDir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(v.cfg.StateDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = v.mustCommit(Change{Put: []*record.Record{note("b", "x")}})
	if s.Warnings() == nil {
		t.Error("nobody was told that there is no pin")
	}
}
