package store

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A Change is what one commit does: all of it or nothing.
type Change struct {
	// Put are records to write. One with revision 0 is new; any other must be at
	// the revision that is in the file. Commit sets Vault and Revision.
	Put []*record.Record
	// Attach are files that records in Put name.
	Attach []NewFile
	// Prove sets the date on which slots last opened the vault in a drill.
	Prove map[record.ID]time.Time
	// Copied and Forgotten are places of copies to note, and to note no longer.
	Copied, Forgotten []Copy
	// Destructive asks for a backup even if there is one from today.
	Destructive bool
}

// A NewFile is an attachment to store.
type NewFile struct {
	ID   record.ID
	Data []byte // at most record.MaxAttachment bytes
}

// Commit writes a change and says nothing until the file was synced, closed,
// read back by the walker and compared. Errors: *BusyError, *ConflictError,
// *NameError, *BackupError, *DamagedError, ErrReplaced, *NotSavedError for what
// bbolt or the disk refused, and errors wrapping record.ErrBad for what cannot
// be written down. After any error the file holds the old state, except where
// the error is a *DamagedError whose What is DamagedAfter.
func (s *Store) Commit(c Change) error {
	if s.vault == nil {
		return ErrLocked
	}
	sealed, err := s.seal(c)
	if err != nil {
		return err
	}
	return s.commit(func(p *pages) (*write, error) { return s.prepare(p, c, sealed) })
}

// commit writes what prepare works out under the lock.
func (s *Store) commit(prepare func(p *pages) (*write, error)) error {
	release, err := lock(s.path, true, s.cfg.wait())
	if err != nil {
		return err
	}
	defer release()
	s.removeLeftovers()
	var w *write
	err = s.viewLocked(func(p *pages) error {
		w, err = prepare(p)
		return err
	})
	if err != nil {
		return err
	}
	return s.finish(w, w.apply(s.path))
}

// sealedChange is a change as age files. Sealing needs no lock.
type sealedChange struct {
	records []sealedRecord
	files   []sealedFile
}

type sealedRecord struct {
	r             *record.Record
	base          uint64
	plain, sealed []byte
}

type sealedFile struct {
	id     record.ID
	sealed []byte
}

func (s *Store) seal(c Change) (*sealedChange, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	out := &sealedChange{records: make([]sealedRecord, len(c.Put)), files: make([]sealedFile, len(c.Attach))}
	errs := make([]error, len(c.Put)+len(c.Attach))
	inParallel(len(errs), func(i int) {
		if i < len(c.Put) {
			out.records[i], errs[i] = s.sealRecord(c.Put[i])
			return
		}
		f := c.Attach[i-len(c.Put)]
		sealed, err := s.vault.SealBytes(f.Data)
		out.files[i-len(c.Put)], errs[i] = sealedFile{f.ID, sealed}, err
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// check refuses what no caller should ask for.
func (c *Change) check() error {
	seen := map[record.ID]bool{}
	for _, r := range c.Put {
		if r.ID.IsZero() || seen[r.ID] {
			return fmt.Errorf("%w: a change with two records of one id, or one without", record.ErrBad)
		}
		seen[r.ID] = true
	}
	clear(seen)
	for _, f := range c.Attach {
		if f.ID.IsZero() || seen[f.ID] || len(f.Data) > record.MaxAttachment {
			return fmt.Errorf("%w: an attachment of %d bytes, or two of one id", record.ErrBad, len(f.Data))
		}
		seen[f.ID] = true
	}
	return nil
}

// sealRecord seals an edit: it was made of the revision it is based on, and what
// it changed is settled.
func (s *Store) sealRecord(r *record.Record) (sealedRecord, error) {
	r = r.Clone()
	r.From, r.Conflicts = nil, record.OpenConflicts(r)
	return s.sealAt(r, r.Revision)
}

// sealAt seals a record as the revision that follows base.
func (s *Store) sealAt(r *record.Record, base uint64) (sealedRecord, error) {
	r = r.Clone()
	r.Vault, r.Revision = s.ID(), base+1
	plain, err := record.Encode(r)
	if err != nil {
		return sealedRecord{}, err
	}
	sealed, err := s.vault.Seal(plain)
	return sealedRecord{r, base, plain, sealed}, err
}

// A write is everything a commit puts into the file, worked out beforehand.
type write struct {
	file os.FileInfo // the file it was worked out for
	puts []kv
	next *index

	sealed []byte // the new index
	sum    digest // indexSum of sealed
}

type kv struct {
	bucket     string
	key, value []byte
}

func (w *write) put(bucket string, key, value []byte) {
	w.puts = append(w.puts, kv{bucket, key, value})
}

// prepare checks a change against the file as it stands now and works out what
// to write. Nothing is written but the backup.
func (s *Store) prepare(p *pages, c Change, sealed *sealedChange) (*write, error) {
	if err := s.mayWrite(p); err != nil {
		return nil, err
	}
	w := &write{file: p.file}
	changed := map[record.ID][]byte{}
	entries := make([]entry, 0, len(sealed.records))
	for _, sr := range sealed.records {
		e, err := s.prepareRecord(p, w, sr)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
		changed[sr.r.ID] = sr.plain
	}
	w.next = s.idx.with(entries)
	if err := w.next.namesFree(sealed.records); err != nil {
		return nil, err
	}
	if err := s.prepareFiles(w, sealed.files); err != nil {
		return nil, err
	}
	if err := s.readSlots(p); err != nil {
		return nil, err
	}
	if s.slotsDamaged { // the slots are those of the index, so it is their sum
		w.put(bucketMeta, keySlots, slotSum(s.slots))
	}
	if err := s.backupBefore(p, c.Destructive); err != nil {
		return nil, err
	}
	if err := s.prepareDigest(p, w, changed); err != nil {
		return nil, err
	}
	s.nextHeader(w, c, sealed)
	return w, s.sealIndex(w)
}

func (s *Store) prepareFiles(w *write, files []sealedFile) error {
	for _, f := range files {
		if slices.ContainsFunc(s.idx.attached, func(a attached) bool { return a.ID == f.id }) {
			return fmt.Errorf("%w: the attachment is there already", record.ErrBad)
		}
		w.next.attached = append(w.next.attached, attached{ID: f.id, SHA256: digestOf(f.sealed)})
		w.put(bucketAttachments, f.id[:], f.sealed)
	}
	return nil
}

// mayWrite makes sure that the file is whole, that it is the one the index in
// memory speaks of, and that bbolt can be let at it.
func (s *Store) mayWrite(p *pages) error {
	if err := s.current(p); err != nil {
		return err
	}
	if len(s.damage) > 0 {
		return damaged(s.damage[0], nil)
	}
	return s.safeToWrite(p)
}

// current makes sure that the index in memory is the one in the file, byte for
// byte: a change worked out against another would drop what that one lists.
func (s *Store) current(p *pages) error {
	sealed, err := p.get(bucketIndex, keyIndex)
	if err != nil {
		return damaged("index", err)
	}
	if bytes.Equal(sealed, s.sealed) {
		return nil
	}
	return s.load(p)
}

// prepareRecord works out what one record's line becomes, and moves its former
// version to the history.
func (s *Store) prepareRecord(p *pages, w *write, sr sealedRecord) (entry, error) {
	r := sr.r
	rest := entryRest{Revision: r.Revision, Card: cardOf(r)}
	old, exists := s.idx.entry(r.ID)
	if !exists && sr.base != 0 {
		return old, &ConflictError{ID: r.ID, Base: sr.base}
	}
	if exists {
		before, err := old.rest()
		if err != nil {
			return old, damaged("index", err)
		}
		if before.Revision != sr.base {
			return old, &ConflictError{ID: r.ID, Base: sr.base, Have: before.Revision}
		}
		former, err := p.get(bucketRecords, r.ID[:])
		if err != nil || digestOf(former) != old.sum {
			return old, damaged("record "+r.ID.String(), err)
		}
		w.put(bucketHistory, historyKey(r.ID, before.Revision), bytes.Clone(former))
		rest.Past, rest.PastSHA256 = before.Past+1, before.PastSHA256.chain(old.sum)
	}
	w.put(bucketRecords, slices.Clone(r.ID[:]), sr.sealed)
	return newEntry(r.ID, digestOf(sr.sealed), rest)
}

func (s *Store) prepareDigest(p *pages, w *write, changed map[record.ID][]byte) error {
	info := w.next.head.Digest
	stale := len(w.next.entries)
	if info != nil && !s.dropped {
		stale = info.Stale + len(changed)
		next := *info
		next.Stale = stale
		w.next.head.Digest = &next
	}
	if stale <= staleLimit(len(w.next.entries)) {
		return nil
	}
	plain, err := s.buildDigest(p, w.next, changed)
	if err != nil {
		return err
	}
	if len(plain) > smallFile {
		runtime.GC() // the old digest, twice as much as this, is not needed any more
	}
	sealed, err := s.vault.Seal(plain)
	if err != nil {
		return err
	}
	w.put(bucketDigest, keyDigest, sealed)
	w.next.head.Digest = &digestInfo{SHA256: digestOf(sealed), Generation: w.next.head.Generation + 1}
	return nil
}

// nextHeader notes in the header of the next index what the change does.
func (s *Store) nextHeader(w *write, c Change, sealed *sealedChange) {
	h := &w.next.head
	h.noteCopies(c)
	if len(sealed.records) > 0 {
		h.Last, h.Before = nil, nil
		for _, sr := range sealed.records[:min(len(sealed.records), maxLast)] {
			h.Last = append(h.Last, sr.r.ID)
		}
		if len(sealed.records) > maxLast {
			h.Last = nil
		}
	}
	for i, slot := range h.Slots {
		if t, ok := c.Prove[slot.ID]; ok {
			t = t.UTC().Truncate(time.Second)
			h.Slots[i].Proven = &t
		}
	}
}

// sealIndex makes the next index the next generation, and the last thing that
// is written.
func (s *Store) sealIndex(w *write) error { return s.sealIndexBy(w, s.vault) }

// sealIndexBy is sealIndex for a vault that gets another identity.
func (s *Store) sealIndexBy(w *write, vault *keyring.Vault) error {
	h := &w.next.head
	h.Generation++
	h.Previous = s.idxSum
	h.Time = s.cfg.Now.UTC().Truncate(time.Second)
	plain, err := w.next.encode()
	if err != nil {
		return err
	}
	if w.sealed, err = vault.Seal(plain); err != nil {
		return err
	}
	w.sum = indexSum(w.sealed)
	w.put(bucketIndex, keyIndex, w.sealed)
	return nil
}

// maxLast is how many records of the last commit the index remembers for undo;
// a larger commit (an import) is undone record by record.
const maxLast = 1000

// safeToWrite proves that bbolt would not write over pages in use: it believes
// the freelist. Of a large file the walk is spared if the freelist is as our
// last commit left it.
func (s *Store) safeToWrite(p *pages) error {
	if !p.small() {
		if remembered := s.cfg.readPin(s.ID()); remembered != nil {
			if free, err := p.freelistBytes(); err == nil && digestOf(free) == remembered.Freelist {
				return nil
			}
		}
	}
	if err := p.checkFreelist(); err != nil {
		return damaged("pages", err)
	}
	return nil
}
