package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// growBy is by how much a vault grows, beyond the first doublings; bbolt's own
// 16 MiB would be half of what ten thousand records need.
const growBy = 256 << 10

// apply writes by bbolt. bbolt may panic, or fault in its memory map, where the
// file changes under it; both become errors.
func (w *write) apply(path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	var file *os.File
	defer func() {
		if r := recover(); r != nil {
			// Closing the database could wait for ever for what it holds. Its
			// lock belongs to the file, and would live as long as its memory map.
			unlockFile(file)
			file.Close()
			err = errBolt
		}
	}()
	db, err := openBolt(path, w.file, &file)
	if err != nil {
		return err
	}
	db.AllocSize = growBy
	if testOnlyOpened != nil {
		testOnlyOpened()
	}
	err = w.dropDigest(db)
	if err == nil {
		err = db.Update(func(tx *bolt.Tx) error { return putAll(tx, w.puts) })
	}
	return errors.Join(growth(err), db.Close())
}

// growth gives an error back its cause where the file could not be made longer:
// bbolt keeps the words of it alone.
func growth(err error) error {
	if err == nil || errors.As(err, new(syscall.Errno)) {
		return err
	}
	for _, cause := range []syscall.Errno{syscall.ENOSPC, syscall.EFBIG, syscall.EDQUOT, syscall.EIO} {
		if strings.HasSuffix(err.Error(), cause.Error()) {
			return fmt.Errorf("store: the file could not be made longer: %w", cause)
		}
	}
	return err
}

// dropDigest deletes the digest, in a transaction of its own, where a new one
// will be written: of a large vault it is a third, and two would not fit into
// the space of one. If the program ends in between, a cache is lost.
func (w *write) dropDigest(db *bolt.DB) error {
	if !slices.ContainsFunc(w.puts, func(one kv) bool { return one.bucket == bucketDigest }) {
		return nil
	}
	return db.Update(func(tx *bolt.Tx) error {
		if b := tx.Bucket([]byte(bucketDigest)); b != nil {
			return b.Delete(keyDigest)
		}
		return errPage
	})
}

// testOnlyOpened runs between opening and writing, to do what another program
// might at that moment.
var testOnlyOpened func()

var errBolt = errors.New("store: bbolt gave up")

// putAll writes in order of bucket and key, which is what bbolt likes best.
func putAll(tx *bolt.Tx, puts []kv) error {
	puts = slices.Clone(puts)
	slices.SortFunc(puts, func(a, b kv) int {
		return cmp.Or(cmp.Compare(a.bucket, b.bucket), bytes.Compare(a.key, b.key))
	})
	for _, one := range puts {
		b := tx.Bucket([]byte(one.bucket))
		if b == nil {
			return fmt.Errorf("%w: there is no bucket %q", errPage, one.bucket)
		}
		if err := b.Put(one.key, one.value); err != nil {
			return err
		}
	}
	return nil
}

// openBolt opens an existing vault for writing. It never creates a file, never
// turns an empty one into a database, and refuses another file than want. The
// file it opened is stored in file.
func openBolt(path string, want os.FileInfo, file **os.File) (*bolt.DB, error) {
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
			*file = f
			return f, nil
		},
	})
}

// finish reads the file again and tells what is true: saved, not saved, or
// damaged. An error of a commit alone does not mean that it was not saved.
func (s *Store) finish(w *write, failed error) error {
	if errors.Is(failed, ErrReplaced) {
		return ErrReplaced
	}
	file, err := os.Open(s.path)
	if notExist(err) {
		return ErrReplaced
	}
	if err != nil {
		return damaged(DamagedAfter, errors.Join(err, failed))
	}
	defer file.Close()
	if st, err := file.Stat(); err != nil || !os.SameFile(st, w.file) {
		return ErrReplaced
	}
	p, err := readFile(file)
	if err != nil {
		return damaged(DamagedAfter, errors.Join(err, failed))
	}
	sealed, err := p.get(bucketIndex, keyIndex)
	switch {
	case err != nil:
		return damaged(DamagedAfter, errors.Join(err, failed))
	case bytes.Equal(sealed, w.sealed):
		if failed != nil {
			s.notes = append(s.notes, &FlushError{Err: failed})
		}
		return s.accept(p, w)
	case failed != nil && bytes.Equal(sealed, s.sealed):
		return &NotSavedError{Err: failed}
	}
	return damaged(DamagedAfter, failed)
}

// accept compares what was read back with what was meant, and remembers it.
func (s *Store) accept(p *pages, w *write) error {
	if err := w.compare(p); err != nil {
		return err
	}
	s.idx, s.sealed, s.idxSum, s.file, s.meta, s.dropped = w.next, w.sealed, w.sum, p.file, p.meta, false
	if err := s.readSlots(p); err != nil {
		return damaged(DamagedAfter, err)
	}
	verified := time.Time{}
	if p.small() {
		if err := s.verify(p); err != nil || len(s.damage) > 0 {
			return damaged(DamagedAfter, err)
		}
		verified = s.cfg.Now.UTC()
	} else if old := s.cfg.readPin(s.ID()); old != nil {
		verified = old.Verified
	}
	free, err := p.freelistBytes()
	if err != nil {
		return damaged(DamagedAfter, err)
	}
	s.notes = append(s.notes, s.cfg.writePin(s.ID(), pin{
		Generation: s.idx.head.Generation, Index: s.idxSum, Freelist: digestOf(free), Verified: verified, Path: s.place(),
	}))
	return nil
}

// compare holds what is in the file against what was meant to be, except the
// index, which comes first and is large.
func (w *write) compare(p *pages) error {
	for _, one := range w.puts {
		if one.bucket == bucketIndex {
			continue
		}
		got, err := p.get(one.bucket, one.key)
		if err != nil || !bytes.Equal(got, one.value) {
			return damaged(DamagedAfter, err)
		}
	}
	return nil
}
