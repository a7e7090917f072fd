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
	"io"
	"os"
	"path/filepath"
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
	keySlots  = []byte("slots") // in bucketMeta: see slotSum
	keyIndex  = []byte("index")
	keyDigest = []byte("digest")
)

// Config says where a vault's surroundings are.
type Config struct {
	StateDir string        // folder of the pins; empty: no protection against an older copy
	LockWait time.Duration // how long to wait for another process; zero: LockWait
	Readme   []byte        // put into every backup

	// ReadmeMore is put behind Readme where the vault has a slot of the kind.
	ReadmeMore map[string][]byte

	// NoBackup: do not make the backup that comes before the first write of a day.
	NoBackup bool

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

	slots        []sealedSlot
	hints        map[record.ID][]byte
	slotSum      string      // as the file says it
	slotsDamaged bool        // the slots do not have that sum
	newHere      bool        // see NewHere
	file         os.FileInfo // the file that idx was read from, and its state
	meta         metaPage

	vault   *keyring.Vault // nil until Unlock
	slot    record.ID      // the slot that opened it
	idx     *index         // nil until Unlock
	sealed  []byte         // idx as it stands in the file
	idxSum  digest         // indexSum of sealed
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
	return s, s.view(s.readSlots)
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

// place is the file as a pin remembers it: a path that was given from one folder
// means nothing in another.
func (s *Store) place() string {
	place, err := filepath.Abs(s.path)
	if err != nil {
		return s.path
	}
	// the folder that is worked in may itself have been reached by a link
	if real, err := filepath.EvalSymlinks(place); err == nil {
		return real
	}
	return place
}

// Warnings returns what went wrong beside the vault without harm to it: file
// modes or pins that could not be set, a *FlushError of a commit. It tells each
// only once.
func (s *Store) Warnings() error {
	err := errors.Join(s.notes...)
	s.notes = nil
	return err
}

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
	p, err := readFile(file)
	if err != nil {
		return err
	}
	if s.vault != nil && !s.knows(p) {
		if err := s.load(p); err != nil {
			return err
		}
	}
	return f(p)
}

// knows reports whether the index in memory is that of p. A file that another
// program rewrote in place without a transaction passes here; what is read from
// it is still held against the index, and Commit compares the index itself.
func (s *Store) knows(p *pages) bool {
	return s.idx != nil && p.meta == s.meta && os.SameFile(p.file, s.file)
}

// readFile is readPages of a file.
func readFile(file *os.File) (*pages, error) {
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	p, err := readPages(file, st.Size())
	if err != nil {
		return nil, err
	}
	p.file = st
	return p, nil
}

// readPages opens the pages of a file of size bytes and checks that it is a
// vault of a format we know.
func readPages(r io.ReaderAt, size int64) (*pages, error) {
	if size > maxFile {
		return nil, ErrTooLarge
	}
	magic := make([]byte, pageHeader+8)
	if n, err := r.ReadAt(magic, 0); n < len(magic) || !plausible(magic) {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if beheaded(r, size) {
			return nil, damaged("pages", errors.New("the beginning is lost"))
		}
		return nil, fmt.Errorf("%w: it does not begin like one", ErrNotVault)
	}
	p, err := openPages(r, size)
	if err != nil {
		return nil, damaged("pages", err)
	}
	if err := p.checkFormat(); err != nil {
		return nil, err
	}
	return p, nil
}

// beheaded reports whether a file that does not begin like a vault may have been
// one: there is a whole age file behind the pages that are first in a vault. In
// a tar there may be too, and that is a backup.
func beheaded(r io.ReaderAt, size int64) bool {
	const pages, tarMagic = 2 * 4096, 257
	magic := make([]byte, len("ustar"))
	if _, err := r.ReadAt(magic, tarMagic); err != nil || string(magic) == "ustar" {
		return false
	}
	return holdsPart(io.NewSectionReader(r, pages, size-pages))
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
	return checkFormatLine(line)
}

// checkFormatLine refuses the format line of a newer program and what is none.
func checkFormatLine(line []byte) error {
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
	sum, err := p.get(bucketMeta, keySlots)
	if err != nil {
		return damaged("pages", err)
	}
	s.slotSum = string(sum)
	s.slotsDamaged = string(slotSum(s.slots)) != s.slotSum
	return s.readHints(p)
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

// SlotIDs returns the ids of all slots, also while the vault is locked, when
// nothing proves them yet.
func (s *Store) SlotIDs() []record.ID {
	list := make([]record.ID, len(s.slots))
	for i, slot := range s.slots {
		list[i] = slot.id
	}
	return list
}

// Unlock opens the vault with the first slot that one of ids fits, reads the
// index and verifies the file: whole while it is small or was not yet verified
// today, otherwise what is touched. No lock is held while a key is derived.
//
// After an error the store is locked as before. Values that are not what was
// written are no error as long as the rest can be read: see Damaged.
func (s *Store) Unlock(ids ...age.Identity) error {
	vault, info, _, err := keyring.OpenAny(s.SealedSlots(), ids...)
	if err != nil && s.slotsDamaged {
		return &SlotsDamagedError{Err: err}
	}
	if err != nil {
		return err
	}
	s.vault, s.slot, s.idx = vault, info.ID, nil
	if err := s.view(func(*pages) error { return nil }); err != nil {
		s.vault, s.idx = nil, nil
		return err
	}
	return nil
}

// NewHere reports whether this machine had not seen the vault at this path
// before it was unlocked: the moment to look at where it lies (PlaceOf).
func (s *Store) NewHere() bool { return s.newHere }

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
	plain, err := s.vault.OpenText(sealed)
	if err != nil && s.rekeyed(p) {
		return ErrRekeyed
	}
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
	sum := indexSum(sealed)
	remembered := s.cfg.readPin(s.ID())
	if err := remembered.check(x, sum); err != nil && !s.cfg.AcceptOlder {
		return err
	}
	s.idx, s.sealed, s.idxSum, s.file, s.meta = x, sealed, sum, p.file, p.meta
	if err := s.verifyOnOpen(p, remembered); err != nil {
		s.meta = metaPage{} // so that it is not taken for read
		return err
	}
	return nil
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
	place := s.place()
	s.newHere = s.newHere || remembered == nil || remembered.Path != place
	today := s.cfg.Now.UTC().Format(time.DateOnly)
	next := pin{Generation: s.idx.head.Generation, Index: s.idxSum, Path: place}
	if remembered != nil {
		next.Freelist, next.Verified = remembered.Freelist, remembered.Verified
	}
	fresh := remembered != nil && remembered.Verified.UTC().Format(time.DateOnly) == today &&
		remembered.Generation <= s.idx.head.Generation && remembered.Path == place
	if !p.small() && fresh {
		s.damage, s.dropped = nil, false
		if err := errors.Join(s.verifySlots(p), s.verifyHints(p)); err != nil {
			return damaged("pages", err)
		}
	} else {
		if err := s.verify(p); err != nil {
			return err
		}
		if len(s.damage) == 0 {
			next.Verified = s.cfg.Now.UTC()
		}
	}
	if remembered == nil || *remembered != next && (!p.small() || remembered.Index != next.Index || remembered.Path != next.Path) {
		s.notes = append(s.notes, s.cfg.writePin(s.ID(), next))
	}
	return nil
}

// Damaged lists the values that are not what was written: "record 6f1c…". The
// others can be read; nothing can be saved until the vault is whole again.
func (s *Store) Damaged() []string { return s.damage }

// Generation counts the commits of the vault's life; zero while locked.
func (s *Store) Generation() uint64 {
	if s.idx == nil {
		return 0
	}
	return s.idx.head.Generation
}

// Slots describes the slots; none while locked.
func (s *Store) Slots() []SlotInfo {
	if s.idx == nil {
		return nil
	}
	return s.idx.head.Slots
}

// OpenedBy returns the slot that opened the vault.
func (s *Store) OpenedBy() SlotInfo {
	for _, slot := range s.Slots() {
		if slot.ID == s.slot {
			return slot
		}
	}
	return SlotInfo{}
}

// Last returns the ids of the records that the last commit changed, none if
// there were more than a thousand.
func (s *Store) Last() []record.ID {
	if s.idx == nil {
		return nil
	}
	return s.idx.head.Last
}

// Len returns the number of records, those in the trash included.
func (s *Store) Len() int {
	if s.idx == nil {
		return 0
	}
	return len(s.idx.entries)
}
