// Package store keeps a vault in one file and keeps its promises: what was
// acknowledged as saved is there, every byte that changed is noticed, and every
// value opens with the stock age tool. docs/format.md describes the file byte
// for byte.
//
// A file is read by a bounds-checked walker (walker.go), written by bbolt, and
// read again by the walker before anything is called saved. The package returns
// errors; it does not talk.
package store

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// Format is the number of the file format this package writes.
const Format = 1

const formatLine = "memovault 1\n"

// Names of the buckets. A vault has exactly these.
const (
	bucketMeta        = "meta"
	bucketSlots       = "slots"
	bucketHints       = "hints"
	bucketIndex       = "index"
	bucketDigest      = "digest"
	bucketRecords     = "records"
	bucketHistory     = "history"
	bucketAttachments = "attachments"
)

var bucketNames = []string{bucketAttachments, bucketDigest, bucketHints, bucketHistory,
	bucketIndex, bucketMeta, bucketRecords, bucketSlots}

var (
	keyFormat = []byte("format")
	keyIndex  = []byte("index")
	keyDigest = []byte("digest")
)

// Config says where a vault's surroundings are.
type Config struct {
	StateDir string        // folder of the pins; empty: no protection against an older copy
	LockWait time.Duration // how long to wait for another process; zero: LockWait
	Readme   []byte        // put into every backup
	NoBackup bool          // do not make the backup that comes before the first write of a day

	// AcceptOlder takes the file as it is although this machine has seen a
	// later or another state (RollbackError, ForkError), and remembers it.
	AcceptOlder bool
	// Now is the time of this run.
	Now time.Time
}

func (c *Config) wait() time.Duration {
	if c.LockWait == 0 {
		return LockWait
	}
	return c.LockWait
}

// A Store is one vault file. Between calls it holds no lock and no open file.
type Store struct {
	path string
	cfg  Config

	slots []sealedSlot
	txid  uint64

	vault   *keyring.Vault // nil until Unlock
	slot    record.ID      // the slot that opened it
	idx     *index
	idxSum  digest // of the sealed index
	damage  []string
	dropped bool // the digest is missing or damaged; nothing is lost by that
	notes   []error
}

type sealedSlot struct {
	id     record.ID
	sealed []byte
}

// Open reads the vault file at path far enough to unlock it. The errors are
// ErrNoVault, ErrNotVault, *BusyError, *NewerError, *DamagedError and those of
// the file system.
func Open(path string, cfg Config) (*Store, error) {
	real, err := regular(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: real, cfg: cfg}
	s.notes = append(s.notes, makePrivate(real, false))
	return s, s.view(func(p *pages) error { return s.readSlots(p) })
}

// regular resolves links and refuses what is not a file.
func regular(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if notExist(err) {
		return "", fmt.Errorf("%w: %w", ErrNoVault, err)
	}
	if err != nil {
		return "", err
	}
	st, err := os.Stat(real)
	if err != nil {
		return "", err
	}
	if !st.Mode().IsRegular() {
		return "", fmt.Errorf("%w: %s", ErrNotVault, st.Mode().Type())
	}
	return real, nil
}

// Path returns the file, links resolved.
func (s *Store) Path() string { return s.path }

// Warnings returns what went wrong beside the vault without harm to it: file
// modes or pins that could not be set.
func (s *Store) Warnings() error { return errors.Join(s.notes...) }

// view runs f over the file as it stands, under the shared lock.
func (s *Store) view(f func(*pages) error) error {
	release, err := lock(s.path, false, s.cfg.wait())
	if err != nil {
		return err
	}
	defer release()
	return s.viewLocked(f)
}

// viewLocked is view for a caller that holds the lock.
func (s *Store) viewLocked(f func(*pages) error) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer file.Close()
	p, err := readPages(file)
	if err != nil {
		return err
	}
	if s.vault != nil && (p.meta.txid != s.txid || s.idx == nil) {
		if err := s.load(p); err != nil {
			return err
		}
	}
	return f(p)
}

// readPages opens the pages of a file and checks that it is a vault of a
// format we know.
func readPages(file *os.File) (*pages, error) {
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() > maxFile {
		return nil, ErrTooLarge
	}
	magic := make([]byte, pageHeader+8)
	if _, err := file.ReadAt(magic, 0); err != nil || !plausible(magic) {
		return nil, fmt.Errorf("%w: it does not begin like one", ErrNotVault)
	}
	p, err := openPages(file, st.Size())
	if err != nil {
		return nil, damaged("pages", err)
	}
	return p, p.checkFormat()
}

// plausible tells a damaged vault from a file that never was one: of the first
// 24 bytes of a bbolt file, most are as they must be.
func plausible(b []byte) bool {
	want := make([]byte, pageHeader+8)
	want[8] = flagMeta
	want[16], want[17], want[18], want[19] = 0xED, 0xDA, 0x0C, 0xED
	want[20] = metaVersion
	same := 0
	for i := range want {
		if b[i] == want[i] {
			same++
		}
	}
	return same >= len(want)-4
}

// checkFormat reads the format line. A number above ours is a newer program's.
func (p *pages) checkFormat() error {
	if _, ok := p.buckets[bucketMeta]; !ok {
		return fmt.Errorf("%w: a bbolt file of another program", ErrNotVault)
	}
	line, err := p.get(bucketMeta, keyFormat)
	if err != nil {
		return damaged("pages", err)
	}
	if string(line) == formatLine {
		return nil
	}
	var n int
	if _, err := fmt.Sscanf(string(line), "memovault %d\n", &n); err == nil && n > Format && n < 1000 &&
		string(line) == fmt.Sprintf("memovault %d\n", n) {
		return &NewerError{Format: n}
	}
	return damaged("format line", nil)
}

func (s *Store) readSlots(p *pages) error {
	s.slots = nil
	err := p.each(bucketSlots, func(k, v []byte) error {
		var id record.ID
		if copy(id[:], k) != len(k) || len(k) != len(id) || len(s.slots) >= maxSlots {
			return fmt.Errorf("%w: a slot's key", errPage)
		}
		s.slots = append(s.slots, sealedSlot{id: id, sealed: bytes.Clone(v)})
		return nil
	})
	if err != nil {
		return damaged("slots", err)
	}
	if len(s.slots) == 0 {
		return damaged("slots", errors.New("there is no slot"))
	}
	return nil
}

const maxSlots = 64

// SealedSlots returns the slots as they stand in the file, each an age file.
func (s *Store) SealedSlots() [][]byte {
	list := make([][]byte, len(s.slots))
	for i, slot := range s.slots {
		list[i] = slot.sealed
	}
	return list
}

// Unlock opens the vault with the first slot that one of ids fits, reads the
// index and verifies the file: whole while it is small or was not yet verified
// today, otherwise what is touched. No lock is held while a key is derived.
func (s *Store) Unlock(ids ...age.Identity) error {
	vault, info, i, err := keyring.OpenAny(s.SealedSlots(), ids...)
	if err != nil {
		return err
	}
	if record.ID(info.ID) != s.slots[i].id {
		return damaged("slot "+s.slots[i].id.String(), errors.New("it is another slot's content"))
	}
	s.vault, s.slot = vault, info.ID
	return s.view(func(*pages) error { return nil })
}

// ID returns the vault's id, zero while locked.
func (s *Store) ID() record.ID {
	if s.vault == nil {
		return record.ID{}
	}
	return s.vault.ID()
}

// load reads and checks the index of p.
func (s *Store) load(p *pages) error {
	sealed, err := p.get(bucketIndex, keyIndex)
	if err != nil {
		return damaged("index", err)
	}
	plain, err := s.vault.Open(sealed)
	if err != nil {
		return damaged("index", err)
	}
	x, err := parseIndex(plain)
	if err != nil {
		return damaged("index", err)
	}
	if x.head.Vault != s.ID() {
		return damaged("index", errors.New("it is another vault's"))
	}
	sum := digestOf(sealed)
	remembered := s.cfg.readPin(s.ID())
	if err := remembered.check(x, sum); err != nil && !s.cfg.AcceptOlder {
		return err
	}
	if err := s.checkSlots(p, x); err != nil {
		return err
	}
	s.idx, s.idxSum, s.txid = x, sum, p.meta.txid
	return s.verifyOnOpen(p, remembered)
}

// checkSlots compares the slots in the file with the index: one that was
// replaced would hand new secrets to whoever replaced it.
func (s *Store) checkSlots(p *pages, x *index) error {
	known := map[record.ID]digest{}
	for _, slot := range x.head.Slots {
		known[slot.ID] = slot.SHA256
	}
	n := 0
	err := p.each(bucketSlots, func(k, v []byte) error {
		n++
		if sum, ok := known[keyID(k)]; !ok || sum != digestOf(v) {
			return damaged("slot "+keyID(k).String(), errors.New("the index does not know it like this"))
		}
		return nil
	})
	if err == nil && n != len(known) {
		err = damaged("slots", errors.New("one is missing"))
	}
	if err != nil && !errors.As(err, new(*DamagedError)) {
		err = damaged("slots", err)
	}
	return err
}

// keyID reads a key of 16 bytes; another length gives an id nobody has.
func keyID(k []byte) record.ID {
	var id record.ID
	if len(k) == len(id) {
		copy(id[:], k)
	}
	return id
}

// verifyOnOpen verifies the whole file if it is small or was not verified on
// this machine today, and moves the pin.
func (s *Store) verifyOnOpen(p *pages, remembered *pin) error {
	today := s.cfg.Now.UTC().Format(time.DateOnly)
	next := pin{Generation: s.idx.head.Generation, Index: s.idxSum, Path: s.path}
	if remembered != nil {
		next.Freelist, next.Verified = remembered.Freelist, remembered.Verified
	}
	fresh := remembered != nil && remembered.Verified.UTC().Format(time.DateOnly) == today &&
		remembered.Generation <= s.idx.head.Generation && remembered.Path == s.path
	if p.mem != nil || !fresh {
		if err := s.verify(p); err != nil {
			return err
		}
		if len(s.damage) == 0 {
			next.Verified = s.cfg.Now.UTC()
		}
	}
	if remembered == nil || *remembered != next && (p.mem == nil || remembered.Index != next.Index || remembered.Path != next.Path) {
		s.notes = append(s.notes, s.cfg.writePin(s.ID(), next))
	}
	return nil
}

// Damaged lists the values that are not what was written: "record 6f1c…". The
// others can be read; nothing can be saved until the vault is whole again.
func (s *Store) Damaged() []string { return s.damage }

// Generation counts the commits of the vault's life.
func (s *Store) Generation() uint64 { return s.idx.head.Generation }

// Slots describes the slots.
func (s *Store) Slots() []SlotInfo { return s.idx.head.Slots }

// OpenedBy returns the slot that opened the vault.
func (s *Store) OpenedBy() SlotInfo {
	for _, slot := range s.idx.head.Slots {
		if slot.ID == s.slot {
			return slot
		}
	}
	return SlotInfo{}
}

// Last returns the ids of the records that the last commit changed.
func (s *Store) Last() []record.ID { return s.idx.head.Last }

// Len returns the number of records, those in the trash included.
func (s *Store) Len() int { return len(s.idx.entries) }

// Cards returns the cards of all records in no particular order, those in the
// trash included.
func (s *Store) Cards() ([]Card, error) {
	if s.idx == nil {
		return nil, ErrLocked
	}
	cards := make([]Card, 0, len(s.idx.entries))
	for _, e := range s.idx.entries {
		rest, err := e.rest()
		if err != nil {
			return nil, damaged("index", err)
		}
		cards = append(cards, rest.Card)
	}
	return cards, nil
}

// Find returns the card of the record with that name, compared as
// record.NameKey compares. One in the trash is found only where no other has
// the name; of several in the trash the one changed last. ErrNoRecord if none.
func (s *Store) Find(name string) (Card, error) {
	if s.idx == nil {
		return Card{}, ErrLocked
	}
	if c, ok := s.idx.exactly(name); ok {
		return c, nil
	}
	cards, err := s.idx.named(name)
	if err != nil {
		return Card{}, damaged("index", err)
	}
	best, ok := Card{}, false
	for _, c := range cards {
		if !ok || best.Trashed && (!c.Trashed || c.Updated.After(best.Updated)) {
			best, ok = c, true
		}
	}
	if !ok {
		return best, ErrNoRecord
	}
	return best, nil
}

// exactly finds a record that is not in the trash by its name as written, which
// is what people and scripts mostly type.
func (x *index) exactly(name string) (Card, bool) {
	want := append(append([]byte{}, cardStart...), name+`"`...)
	if strings.ContainsAny(name, `"\`) {
		return Card{}, false
	}
	for _, e := range x.entries {
		if !bytes.Contains(e.line, want) {
			continue
		}
		if rest, err := e.rest(); err == nil && rest.Card.Name == name && !rest.Card.Trashed {
			return rest.Card, true
		}
	}
	return Card{}, false
}

// Card returns the card of a record.
func (s *Store) Card(id record.ID) (Card, error) {
	e, ok := s.idx.entry(id)
	if !ok {
		return Card{}, ErrNoRecord
	}
	rest, err := e.rest()
	return rest.Card, err
}

// Record reads and verifies one record.
func (s *Store) Record(id record.ID) (r *record.Record, err error) {
	if s.vault == nil {
		return nil, ErrLocked
	}
	err = s.view(func(p *pages) error {
		r, err = s.record(p, id)
		return err
	})
	return r, err
}

func (s *Store) record(p *pages, id record.ID) (*record.Record, error) {
	e, ok := s.idx.entry(id)
	if !ok {
		return nil, ErrNoRecord
	}
	what := "record " + id.String()
	sealed, err := p.get(bucketRecords, id[:])
	if err != nil {
		return nil, damaged(what, err)
	}
	if digestOf(sealed) != e.sum {
		return nil, damaged(what, errors.New("its digest is another"))
	}
	rest, err := e.rest()
	if err != nil {
		return nil, damaged("index", err)
	}
	return s.openRecord(sealed, id, rest.Revision)
}

// openRecord decrypts a record and checks that it is the one it should be.
func (s *Store) openRecord(sealed []byte, id record.ID, revision uint64) (*record.Record, error) {
	what := "record " + id.String()
	plain, err := s.vault.Open(sealed)
	if err != nil {
		return nil, damaged(what, err)
	}
	return s.decode(plain, id, revision)
}

func (s *Store) decode(plain []byte, id record.ID, revision uint64) (*record.Record, error) {
	r, err := record.Decode(plain)
	if err != nil && !errors.Is(err, record.ErrNewer) {
		return nil, damaged("record "+id.String(), err)
	}
	if r.ID != id || r.Vault != s.ID() || r.Revision != revision {
		return nil, damaged("record "+id.String(), errors.New("it is another record's content"))
	}
	return r, nil
}

// All reads every record that is not in the trash, in order of id. A damaged
// record is yielded as an error; the others still come.
func (s *Store) All() iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		more := true
		err := s.EachRaw(false, func(raw Raw) bool {
			more = yield(s.Parse(raw))
			return more
		})
		for _, what := range s.damage {
			if more && err == nil {
				more = yield(nil, damaged(what, nil))
			}
		}
		if err != nil && more {
			yield(nil, err)
		}
	}
}

// Attachment reads and verifies an attached file.
func (s *Store) Attachment(id record.ID) (data []byte, err error) {
	if s.vault == nil {
		return nil, ErrLocked
	}
	err = s.view(func(p *pages) error {
		what := "attachment " + id.String()
		for _, a := range s.idx.attached {
			if a.ID != id {
				continue
			}
			sealed, err := p.get(bucketAttachments, id[:])
			if err != nil {
				return damaged(what, err)
			}
			if digestOf(sealed) != a.SHA256 {
				return damaged(what, errors.New("its digest is another"))
			}
			if data, err = s.vault.OpenBytes(sealed); err != nil {
				return damaged(what, err)
			}
			return nil
		}
		return ErrNoRecord
	})
	return data, err
}

// History returns the earlier revisions of a record, newest first.
func (s *Store) History(id record.ID) (list []*record.Record, err error) {
	if s.vault == nil {
		return nil, ErrLocked
	}
	err = s.view(func(p *pages) error {
		e, ok := s.idx.entry(id)
		if !ok {
			return ErrNoRecord
		}
		rest, err := e.rest()
		if err != nil {
			return damaged("index", err)
		}
		for revision := rest.Revision - 1; revision >= 1; revision-- {
			sealed, err := p.get(bucketHistory, historyKey(id, revision))
			if err == nil && sealed == nil && rest.Revision-revision > rest.Past {
				break // purged
			}
			if err != nil || sealed == nil {
				return damaged("history of "+id.String(), err)
			}
			r, err := s.openRecord(sealed, id, revision)
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	return list, err
}

// historyKey is the record's id followed by the revision, big-endian, so that a
// history lies together in order.
func historyKey(id record.ID, revision uint64) []byte {
	k := make([]byte, 0, len(id)+8)
	k = append(k, id[:]...)
	return append(k, byte(revision>>56), byte(revision>>48), byte(revision>>40), byte(revision>>32),
		byte(revision>>24), byte(revision>>16), byte(revision>>8), byte(revision))
}
