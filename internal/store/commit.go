package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

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
// *NameError, *BackupError, *DamagedError, ErrReplaced, and *NotSavedError for
// what bbolt or the disk refused. After any error the file holds the old state,
// except where the error is a *DamagedError found after writing.
func (s *Store) Commit(c Change) error {
	if s.vault == nil {
		return ErrLocked
	}
	sealed, err := s.seal(c)
	if err != nil {
		return err
	}
	release, err := lock(s.path, true, s.cfg.wait())
	if err != nil {
		return err
	}
	defer release()
	var w *write
	err = s.viewLocked(func(p *pages) error {
		w, err = s.prepare(p, c, sealed)
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
	out := &sealedChange{}
	for _, r := range c.Put {
		base := r.Revision
		r = r.Clone()
		r.Vault, r.Revision, r.Schema = s.ID(), base+1, record.Schema
		plain, err := record.Encode(r)
		if err != nil {
			return nil, err
		}
		sealed, err := s.vault.Seal(plain)
		if err != nil {
			return nil, err
		}
		out.records = append(out.records, sealedRecord{r, base, plain, sealed})
	}
	for _, f := range c.Attach {
		if len(f.Data) > record.MaxAttachment {
			return nil, fmt.Errorf("store: an attachment of %d bytes", len(f.Data))
		}
		sealed, err := s.vault.SealBytes(f.Data)
		if err != nil {
			return nil, err
		}
		out.files = append(out.files, sealedFile{f.ID, sealed})
	}
	return out, nil
}

// A write is everything a commit puts into the file, worked out beforehand.
type write struct {
	file os.FileInfo // the file it was worked out for
	puts []kv       
	next *index
	sum  digest // of the new sealed index
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
	if len(s.damage) > 0 {
		return nil, damaged(s.damage[0], nil)
	}
	w := &write{next: s.idx.clone()}
	var err error
	if w.file, err = os.Stat(s.path); err != nil {
		return nil, err
	}
	if err := s.safeToWrite(p); err != nil {
		return nil, err
	}
	changed := map[record.ID][]byte{}
	for _, sr := range sealed.records {
		if err := s.prepareRecord(p, w, sr); err != nil {
			return nil, err
		}
		changed[sr.r.ID] = sr.plain
	}
	for _, f := range sealed.files {
		w.next.attached = append(w.next.attached, attached{ID: f.id, SHA256: digestOf(f.sealed)})
		w.put(bucketAttachments, f.id[:], f.sealed)
	}
	if err := s.backupBefore(p, c.Destructive); err != nil {
		return nil, err
	}
	if err := s.prepareDigest(p, w, changed); err != nil {
		return nil, err
	}
	return w, s.prepareIndex(w, c, sealed)
}

func (s *Store) prepareRecord(p *pages, w *write, sr sealedRecord) error {
	r := sr.r
	rest := entryRest{Revision: r.Revision, Card: cardOf(r)}
	old, exists := w.next.entry(r.ID)
	if exists {
		before, err := old.rest()
		if err != nil {
			return damaged("index", err)
		}
		if before.Revision != sr.base {
			return &ConflictError{ID: r.ID, Base: sr.base, Have: before.Revision}
		}
		former, err := p.get(bucketRecords, r.ID[:])
		if err != nil || digestOf(former) != old.sum {
			return damaged("record "+r.ID.String(), err)
		}
		w.put(bucketHistory, historyKey(r.ID, before.Revision), bytes.Clone(former))
		rest.Past, rest.PastSHA256 = before.Past+1, before.PastSHA256.chain(old.sum)
	} else if sr.base != 0 {
		return &ConflictError{ID: r.ID, Base: sr.base}
	}
	if err := w.next.nameFree(r); err != nil {
		return err
	}
	e, err := newEntry(r.ID, digestOf(sr.sealed), rest)
	if err != nil {
		return err
	}
	w.next.put(e)
	w.put(bucketRecords, r.ID[:], sr.sealed)
	return nil
}

// nameFree refuses a second record of the same name outside the trash.
func (x *index) nameFree(r *record.Record) error {
	if r.Trashed != nil {
		return nil
	}
	cards, err := x.named(r.Name)
	if err != nil {
		return damaged("index", err)
	}
	for _, c := range cards {
		if !c.Trashed && c.ID != r.ID {
			return &NameError{Name: r.Name}
		}
	}
	return nil
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
	sealed, err := s.vault.Seal(plain)
	if err != nil {
		return err
	}
	w.put(bucketDigest, keyDigest, sealed)
	w.next.head.Digest = &digestInfo{SHA256: digestOf(sealed), Generation: w.next.head.Generation + 1}
	return nil
}

func (s *Store) prepareIndex(w *write, c Change, sealed *sealedChange) error {
	h := &w.next.head
	h.Generation++
	h.Previous = s.idxSum
	h.Time = s.cfg.Now.UTC().Truncate(time.Second)
	if len(sealed.records) > 0 {
		h.Last = nil
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
	plain, err := w.next.encode()
	if err != nil {
		return err
	}
	index, err := s.vault.Seal(plain)
	if err != nil {
		return err
	}
	w.sum = digestOf(index)
	w.put(bucketIndex, keyIndex, index)
	return nil
}

// maxLast is how many records of the last commit the index remembers for undo;
// a larger commit (an import) is undone record by record.
const maxLast = 1000

// safeToWrite proves that bbolt would not write over pages in use: it believes
// the freelist. Of a large file the walk is spared if the freelist is as our
// last commit left it.
func (s *Store) safeToWrite(p *pages) error {
	if p.mem == nil {
		if remembered := s.cfg.readPin(s.ID()); remembered != nil {
			if free, err := p.freelistBytes(); err == nil && digestOf(free) == remembered.Freelist {
				return nil
			}
		}
	}
	used, err := p.structure()
	if err == nil {
		err = p.checkFreelist(used)
	}
	if err != nil {
		return damaged("pages", err)
	}
	return nil
}

// apply writes by bbolt. bbolt may panic, or fault in its memory map, where the
// file changes under it; both become errors.
func (w *write) apply(path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("store: bbolt gave up")
		}
	}()
	db, err := openBolt(path, w.file)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, one := range w.puts {
			b := tx.Bucket([]byte(one.bucket))
			if b == nil {
				return fmt.Errorf("%w: there is no bucket %q", errPage, one.bucket)
			}
			if err := b.Put(one.key, one.value); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// openBolt opens an existing vault for writing. It never creates a file, never
// turns an empty one into a database, and refuses another file than want.
func openBolt(path string, want os.FileInfo) (*bolt.DB, error) {
	return bolt.Open(path, 0o600, &bolt.Options{
		Timeout:      LockWait,
		FreelistType: bolt.FreelistMapType,
		MaxSize:      maxFile,
		NoStatistics: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			if err != nil {
				return nil, err
			}
			if st, err := f.Stat(); err != nil || !os.SameFile(st, want) || st.Size() != want.Size() {
				f.Close()
				return nil, ErrReplaced
			}
			return f, nil
		},
	})
}

// finish reads the file again and tells what is true: saved, not saved, or
// damaged. An error of a commit alone does not mean that it was not saved.
func (s *Store) finish(w *write, failed error) error {
	st, err := os.Stat(s.path)
	if err != nil || !os.SameFile(st, w.file) {
		return ErrReplaced
	}
	file, err := os.Open(s.path)
	if err != nil {
		return damaged("reading back", err)
	}
	defer file.Close()
	p, err := readPages(file)
	if err != nil {
		return damaged("reading back", errors.Join(err, failed))
	}
	sealed, err := p.get(bucketIndex, keyIndex)
	switch {
	case err != nil:
		return damaged("reading back", errors.Join(err, failed))
	case digestOf(sealed) == w.sum:
		return s.accept(p, w)
	case failed != nil && digestOf(sealed) == s.idxSum:
		return &NotSavedError{Err: failed}
	}
	return damaged("reading back", failed)
}

// accept compares what was read back with what was meant, and remembers it.
func (s *Store) accept(p *pages, w *write) error {
	for _, one := range w.puts {
		got, err := p.get(one.bucket, one.key)
		if err != nil || !bytes.Equal(got, one.value) {
			return damaged("reading back", err)
		}
	}
	s.idx, s.idxSum, s.txid, s.dropped = w.next, w.sum, p.meta.txid, false
	verified := time.Time{}
	if p.mem != nil {
		if err := s.verify(p); err != nil || len(s.damage) > 0 {
			return damaged("reading back", err)
		}
		verified = s.cfg.Now.UTC()
	} else if old := s.cfg.readPin(s.ID()); old != nil {
		verified = old.Verified
	}
	free, err := p.freelistBytes()
	if err != nil {
		return damaged("reading back", err)
	}
	s.notes = append(s.notes, s.cfg.writePin(s.ID(), pin{
		Generation: s.idx.head.Generation, Index: s.idxSum, Freelist: digestOf(free), Verified: verified, Path: s.path,
	}))
	return nil
}

// Create makes a vault with its slots at path. It never overwrites anything
// (ErrExists) and leaves nothing behind when it fails.
func Create(path string, cfg Config, vault *keyring.Vault, slots []NewSlot) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	release, err := lock(path, true, cfg.wait())
	if err != nil {
		return err
	}
	defer release()
	if _, err := os.Lstat(path); err == nil {
		return ErrExists
	}
	w, err := firstWrite(cfg, vault, slots)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".new-vault-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := errors.Join(temp.Close(), makePrivate(temp.Name(), false), w.create(temp.Name())); err != nil {
		return err
	}
	// A hard link fails where the name is taken, a rename would replace it.
	if err := os.Link(temp.Name(), path); errors.Is(err, os.ErrExist) {
		return ErrExists
	} else if err != nil {
		if err := os.Rename(temp.Name(), path); err != nil {
			return err
		}
	}
	return errors.Join(syncDir(dir), makePrivate(path, false))
}

// A NewSlot is a slot to store, and when its key was last proven: typed back,
// not only made. Proven is zero where it was not.
type NewSlot struct {
	keyring.Slot
	Proven time.Time
}

func (n NewSlot) info() SlotInfo {
	info := SlotInfo{ID: n.ID, SHA256: digestOf(n.Sealed), Kind: n.Kind, Label: n.Label,
		Created: n.Created.UTC().Truncate(time.Second)}
	if !n.Proven.IsZero() {
		proven := n.Proven.UTC().Truncate(time.Second)
		info.Proven = &proven
	}
	return info
}

func firstWrite(cfg Config, vault *keyring.Vault, slots []NewSlot) (*write, error) {
	w := &write{next: &index{head: indexHeader{Format: Format, Vault: vault.ID(), Generation: 1,
		Time: cfg.Now.UTC().Truncate(time.Second)}}}
	for _, slot := range slots {
		w.next.head.Slots = append(w.next.head.Slots, slot.info())
		w.put(bucketSlots, slices.Clone(slot.ID[:]), slot.Sealed)
	}
	plain, err := w.next.encode()
	if err != nil {
		return nil, err
	}
	index, err := vault.Seal(plain)
	if err != nil {
		return nil, err
	}
	w.put(bucketMeta, keyFormat, []byte(formatLine))
	w.put(bucketIndex, keyIndex, index)
	return w, nil
}

// create writes a new database into the empty file at path and reads it back.
func (w *write) create(path string) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: LockWait, PageSize: 4096,
		FreelistType: bolt.FreelistMapType, NoStatistics: true})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		for _, one := range w.puts {
			if err := tx.Bucket([]byte(one.bucket)).Put(one.key, one.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return w.readBack(path)
}

func (w *write) readBack(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	p, err := readPages(file)
	if err != nil {
		return err
	}
	for _, one := range w.puts {
		got, err := p.get(one.bucket, one.key)
		if err != nil || !bytes.Equal(got, one.value) {
			return damaged("reading back", err)
		}
	}
	return nil
}
