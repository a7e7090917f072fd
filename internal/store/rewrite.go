package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	bolt "go.etcd.io/bbolt"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// Where something must be gone for good, the whole file is written anew: beside
// the old one, synced, read back by the walker, every value of it decrypted, and
// only then put in its place by a rename. The old file is touched by nothing.

// A rewriting is what a new file is made of.
type rewriting struct {
	s     *Store
	from  values
	vault *keyring.Vault // what seals the new file; may be s.vault itself
	next  *index         // its header; lines are added as values are carried over
	ways  slotSet
	drop  map[record.ID]bool // records and attachments that are left behind

	db     *bolt.DB
	past   map[record.ID]digest // of records, the chain of the history carried over
	sealed []byte               // the new index
	want   Report               // what the new file must hold
}

// A finished is a new file that was read back, and what bbolt's freelist in it is.
type finished struct {
	*Store
	free digest
}

// rewrite writes the file anew as plan says, which is worked out under the lock.
func (s *Store) rewrite(plan func(p *pages) (*rewriting, error)) error {
	release, err := lock(s.path, true, s.cfg.wait())
	if err != nil {
		return err
	}
	defer release()
	s.removeLeftovers()
	var fresh *finished
	err = s.viewLocked(func(p *pages) error {
		fresh, err = s.beside(p, plan)
		return err
	})
	if err != nil {
		return err
	}
	defer os.Remove(fresh.path)
	return s.replaceBy(fresh)
}

// beside makes the new file and returns it opened. Nothing but a backup was
// written elsewhere.
func (s *Store) beside(p *pages, plan func(p *pages) (*rewriting, error)) (*finished, error) {
	if err := s.mayWrite(p); err != nil {
		return nil, err
	}
	if err := s.verify(p); err != nil {
		return nil, err
	}
	if len(s.damage) > 0 {
		return nil, damaged(s.damage[0], nil)
	}
	if err := s.readSlots(p); err != nil {
		return nil, err
	}
	r, err := plan(p)
	if err != nil {
		return nil, err
	}
	if err := s.backupBefore(p, true); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(filepath.Dir(s.path), tempVault(s.path)+"*")
	if err != nil {
		return nil, &NotSavedError{Err: err}
	}
	err = errors.Join(temp.Close(), makePrivate(temp.Name(), false), keepOwner(temp.Name(), p.file))
	if err == nil {
		err = r.writeTo(temp.Name())
	}
	var fresh *finished
	if err == nil {
		fresh, err = r.readBack(temp.Name())
	}
	if err != nil {
		os.Remove(temp.Name())
		return nil, notSaved(err)
	}
	return fresh, nil
}

// notSaved wraps what went wrong before anything took the place of anything,
// except where the old file itself is what is wrong.
func notSaved(err error) error {
	if broken := (*DamagedError)(nil); errors.As(err, &broken) {
		return err
	}
	return &NotSavedError{Err: err}
}

// again returns a rewriting that carries everything over.
func (s *Store) again(p values, vault *keyring.Vault, ways slotSet) *rewriting {
	head := s.idx.head
	head.Slots, head.Digest = ways.infos, nil
	return &rewriting{s: s, from: p, vault: vault, ways: ways, next: &index{head: head}, past: map[record.ID]digest{}}
}

// writeTo writes the new file to the empty one at path. bbolt may panic, as in
// write.apply.
func (r *rewriting) writeTo(path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var file *os.File
	defer func() {
		if raised := recover(); raised != nil {
			file.Close()
			err = errBolt
		}
	}()
	// One sync at the end will do: until the rename, the file counts for nothing.
	r.db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: LockWait, PageSize: 4096, NoSync: true, NoGrowSync: true,
		FreelistType: bolt.FreelistMapType, MaxSize: maxFile, NoStatistics: true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			file = f
			return f, err
		}})
	if err != nil {
		return err
	}
	r.db.AllocSize = growBy
	err = r.fill()
	if err == nil {
		err = r.db.Sync()
	}
	return errors.Join(growth(err), r.db.Close())
}

func (r *rewriting) fill() error {
	err := r.db.Update(func(tx *bolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, step := range []func() error{r.carryHistory, r.carryRecords, r.carryAttachments, r.writeRest} {
		if err == nil {
			err = step()
		}
	}
	return err
}

// A carried value goes from the old file to the new one.
type carried struct {
	key, old, sealed []byte
	err              error
}

// carry brings a bucket over in batches, sealed anew on all processors where the
// identity is another, and shows each to done in order of key.
func (r *rewriting) carry(bucket string, again func(sealed []byte) ([]byte, error), done func(carried) error) error {
	var batch []carried
	size := 0
	flush := func() error {
		inParallel(len(batch), func(i int) {
			if batch[i].sealed = batch[i].old; r.vault != r.s.vault {
				batch[i].sealed, batch[i].err = again(batch[i].old)
			}
		})
		err := r.db.Update(func(tx *bolt.Tx) error { return putCarried(tx, bucket, batch) })
		for _, c := range batch {
			if err == nil {
				err = done(c)
			}
		}
		batch, size = batch[:0], 0
		return err
	}
	err := r.from.each(bucket, func(k, v []byte) error {
		if len(k) < len(record.ID{}) || r.drop[keyID(k[:len(record.ID{})])] {
			return nil
		}
		batch = append(batch, carried{key: k, old: v})
		if size += len(v); size > verifyBatch {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// putCarried writes a batch. Keys come in order, so pages may be filled.
func putCarried(tx *bolt.Tx, bucket string, batch []carried) error {
	b := tx.Bucket([]byte(bucket))
	b.FillPercent = 0.95
	for _, c := range batch {
		if c.err != nil {
			return damaged(bucket, c.err)
		}
		if err := b.Put(c.key, c.sealed); err != nil {
			return err
		}
	}
	return nil
}

func (r *rewriting) resealText(sealed []byte) ([]byte, error) {
	plain, err := r.s.vault.Open(sealed)
	if err != nil {
		return nil, err
	}
	return r.vault.Seal(plain)
}

func (r *rewriting) resealBytes(sealed []byte) ([]byte, error) {
	data, err := r.s.vault.OpenBytes(sealed)
	if err != nil {
		return nil, err
	}
	return r.vault.SealBytes(data)
}

func (r *rewriting) carryHistory() error {
	return r.carry(bucketHistory, r.resealText, func(c carried) error {
		id := keyID(c.key[:16])
		r.past[id] = r.past[id].chain(digestOf(c.sealed))
		r.want.Revisions++
		return nil
	})
}

func (r *rewriting) carryRecords() error {
	return r.carry(bucketRecords, r.resealText, func(c carried) error {
		e, ok := r.s.idx.entry(keyID(c.key))
		if !ok {
			return damaged("record "+keyID(c.key).String(), nil)
		}
		r.want.Records++
		if r.vault != r.s.vault {
			rest, err := e.rest()
			if err != nil {
				return damaged("index", err)
			}
			rest.PastSHA256 = r.past[e.id]
			if e, err = newEntry(e.id, digestOf(c.sealed), rest); err != nil {
				return err
			}
		}
		r.next.entries = append(r.next.entries, e)
		return nil
	})
}

func (r *rewriting) carryAttachments() error {
	return r.carry(bucketAttachments, r.resealBytes, func(c carried) error {
		r.next.attached = append(r.next.attached, attached{ID: keyID(c.key), SHA256: digestOf(c.sealed)})
		r.want.Attachments++
		return nil
	})
}

// writeRest writes what belongs to no single record: the digest, the slots and
// the index.
func (r *rewriting) writeRest() error {
	w := &write{next: r.next}
	w.put(bucketMeta, keyFormat, []byte(formatLine))
	w.putSlots(r.ways)
	if err := r.putDigest(w); err != nil {
		return err
	}
	if err := r.s.sealIndexBy(w, r.vault); err != nil {
		return err
	}
	r.sealed = w.sealed
	return r.db.Update(func(tx *bolt.Tx) error { return putAll(tx, w.puts) })
}

// putDigest writes the cache of all records where a commit would.
func (r *rewriting) putDigest(w *write) error {
	if len(r.next.entries) <= staleLimit(len(r.next.entries)) {
		return nil
	}
	plain, err := r.s.buildDigest(r.from, r.kept(), nil)
	if err != nil {
		return err
	}
	sealed, err := r.vault.Seal(plain)
	if err != nil {
		return err
	}
	w.put(bucketDigest, keyDigest, sealed)
	w.next.head.Digest = &digestInfo{SHA256: digestOf(sealed), Generation: w.next.head.Generation + 1}
	return nil
}

// kept returns the lines of the old index without those that are left behind.
func (r *rewriting) kept() *index {
	kept := &index{}
	for _, e := range r.s.idx.entries {
		if !r.drop[e.id] {
			kept.entries = append(kept.entries, e)
		}
	}
	return kept
}

// readBack opens the new file, verifies it, decrypts all of it and compares it
// with what was meant.
func (r *rewriting) readBack(path string) (*finished, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p, err := readFile(file)
	if err != nil {
		return nil, differently(err)
	}
	fresh := &Store{path: path, cfg: r.s.cfg, vault: r.vault, file: p.file, meta: p.meta}
	if fresh.sealed, err = p.get(bucketIndex, keyIndex); err != nil || !bytes.Equal(fresh.sealed, r.sealed) {
		return nil, differently(err)
	}
	fresh.sealed, fresh.idxSum = bytes.Clone(fresh.sealed), indexSum(fresh.sealed)
	plain, err := r.vault.OpenText(fresh.sealed)
	if err != nil {
		return nil, differently(err)
	}
	if fresh.idx, err = parseIndex(plain); err != nil {
		return nil, differently(err)
	}
	var got Report
	err = errors.Join(fresh.readSlots(p), fresh.verify(p), fresh.decryptAll(p, &got))
	if err != nil || fresh.slotsDamaged || len(fresh.damage) > 0 || fresh.dropped || !r.asMeant(got) {
		return nil, differently(err)
	}
	if slices.ContainsFunc(fresh.slots, func(one sealedSlot) bool { return one.id == r.s.slot }) {
		fresh.slot = r.s.slot
	}
	free, err := p.freelistBytes()
	if err != nil {
		return nil, differently(err)
	}
	return &finished{fresh, digestOf(free)}, nil
}

// differently says that the new file is not what was written to it. The old one
// stands, so this is no DamagedError.
func differently(err error) error {
	if err == nil {
		return errReadBack
	}
	return fmt.Errorf("%w: %v", errReadBack, err)
}

var errReadBack = errors.New("store: the new file reads back differently")

// asMeant compares what was found in the new file with what was carried over and
// that with what the old index lists.
func (r *rewriting) asMeant(got Report) bool {
	var listed Report
	for _, e := range r.s.idx.entries {
		rest, err := e.rest()
		if err != nil {
			return false
		}
		if !r.drop[e.id] {
			listed.Records++
			listed.Revisions += int(rest.Past)
		}
	}
	for _, a := range r.s.idx.attached {
		if !r.drop[a.ID] {
			listed.Attachments++
		}
	}
	same := func(one, other Report) bool {
		return one.Records == other.Records && one.Revisions == other.Revisions && one.Attachments == other.Attachments
	}
	return same(got, listed) && same(got, r.want)
}

// replaceBy puts the finished file in the place of the vault and tells what is
// true then, as finish does.
func (s *Store) replaceBy(fresh *finished) error {
	if testOnlyRewritten != nil {
		testOnlyRewritten()
	}
	if there, err := s.isThere(s.file, s.meta); err != nil {
		return &NotSavedError{Err: err}
	} else if !there {
		return ErrReplaced
	}
	failed := os.Rename(fresh.path, s.path)
	if failed == nil {
		failed = syncDir(filepath.Dir(s.path))
	} else if there, err := s.isThere(s.file, s.meta); err == nil && there {
		return &NotSavedError{Err: failed}
	}
	if there, err := s.isThere(fresh.file, fresh.meta); err != nil || !there {
		return damaged(DamagedAfter, errors.Join(err, failed))
	}
	if failed != nil {
		s.notes = append(s.notes, &FlushError{Err: failed})
	}
	s.become(fresh)
	return nil
}

// testOnlyRewritten runs between writing the new file and putting it in place,
// to do what another program might at that moment.
var testOnlyRewritten func()

// isThere reports whether the file at the path is that one, in that state. The
// error says that it can't be read.
func (s *Store) isThere(want os.FileInfo, meta metaPage) (bool, error) {
	file, err := os.Open(s.path)
	if notExist(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil || !os.SameFile(st, want) {
		return false, err
	}
	p, err := readFile(file)
	return err == nil && p.meta == meta, err
}

// become takes over what the vault is now, and remembers it.
func (s *Store) become(fresh *finished) {
	s.vault, s.slot, s.idx, s.sealed, s.idxSum = fresh.vault, fresh.slot, fresh.idx, fresh.sealed, fresh.idxSum
	s.slots, s.hints, s.slotSum, s.slotsDamaged = fresh.slots, fresh.hints, fresh.slotSum, false
	s.file, s.meta, s.damage, s.dropped = fresh.file, fresh.meta, nil, false
	s.notes = append(s.notes, s.cfg.writePin(s.ID(), pin{Generation: s.idx.head.Generation, Index: s.idxSum,
		Freelist: fresh.free, Verified: s.cfg.Now.UTC(), Path: s.place()}))
}
