package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"memovault/internal/record"
)

// verify walks every page and compares every value with the index by its
// digest. Trouble in the structure of the file is returned; a value that is
// not what was written is noted in s.damage, so that the others stay readable.
func (s *Store) verify(p *pages) error {
	s.damage, s.dropped = nil, false
	if len(p.buckets) != len(bucketNames) {
		return damaged("buckets", nil)
	}
	if _, err := p.structure(); err != nil {
		return damaged("pages", err)
	}
	for _, check := range []func(*pages) error{
		s.verifySingles, s.verifyRecords, s.verifyHistory, s.verifyAttachments, s.verifyDigest,
	} {
		if err := check(p); err != nil {
			return damaged("pages", err)
		}
	}
	return nil
}

func (s *Store) note(kind string, id record.ID) {
	s.damage = append(s.damage, kind+" "+id.String())
}

// verifySingles checks the buckets that hold exactly one value, or none yet.
func (s *Store) verifySingles(p *pages) error {
	for _, one := range []struct {
		bucket string
		key    []byte
	}{{bucketMeta, keyFormat}, {bucketIndex, keyIndex}, {bucketDigest, keyDigest}, {bucketHints, nil}} {
		err := p.each(one.bucket, func(k, _ []byte) error {
			if string(k) != string(one.key) {
				return fmt.Errorf("%w: an unknown value in bucket %q", errPage, one.bucket)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) verifyRecords(p *pages) error {
	i := 0
	missingBelow := func(id record.ID, end bool) {
		for i < len(s.idx.entries) && (end || string(s.idx.entries[i].id[:]) < string(id[:])) {
			s.note("record", s.idx.entries[i].id)
			i++
		}
	}
	err := p.each(bucketRecords, func(k, v []byte) error {
		id := keyID(k)
		missingBelow(id, false)
		if i >= len(s.idx.entries) || s.idx.entries[i].id != id {
			return fmt.Errorf("%w: a record that the index does not list", errPage)
		}
		if s.idx.entries[i].sum != digestOf(v) {
			s.note("record", id)
		}
		i++
		return nil
	})
	missingBelow(record.ID{}, true)
	return err
}

// verifyHistory recomputes the chained digest of each record's history.
func (s *Store) verifyHistory(p *pages) error {
	type chain struct {
		n   uint64
		sum digest
	}
	found := map[record.ID]chain{}
	err := p.each(bucketHistory, func(k, v []byte) error {
		if len(k) != 24 {
			return fmt.Errorf("%w: a key of %d bytes in the history", errPage, len(k))
		}
		id := keyID(k[:16])
		c := found[id]
		found[id] = chain{c.n + 1, c.sum.chain(digestOf(v))}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range s.idx.entries {
		rest, err := e.rest()
		if err != nil {
			return err
		}
		if c := found[e.id]; c.n != rest.Past || rest.Past > 0 && c.sum != rest.PastSHA256 {
			s.note("history of", e.id)
		}
		delete(found, e.id)
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: a history without a record", errPage)
	}
	return nil
}

func (s *Store) verifyAttachments(p *pages) error {
	known := map[record.ID]digest{}
	for _, a := range s.idx.attached {
		known[a.ID] = a.SHA256
	}
	err := p.each(bucketAttachments, func(k, v []byte) error {
		id := keyID(k)
		sum, ok := known[id]
		if !ok {
			return fmt.Errorf("%w: an attachment that the index does not list", errPage)
		}
		if sum != digestOf(v) {
			s.note("attachment", id)
		}
		delete(known, id)
		return nil
	})
	for _, a := range s.idx.attached {
		if _, missing := known[a.ID]; missing {
			s.note("attachment", a.ID)
		}
	}
	return err
}

// verifyDigest drops a damaged digest: it is a cache.
func (s *Store) verifyDigest(p *pages) error {
	_, err := s.openDigest(p)
	if err != nil {
		s.dropped = true
	}
	return nil
}

// A Report is what VerifyAll found.
type Report struct {
	Records, Revisions, Attachments int
	Damaged                         []string
}

// VerifyAll decrypts everything in the vault: every record, every earlier
// revision and every attachment, besides what every open verifies.
func (s *Store) VerifyAll() (Report, error) {
	var rep Report
	if s.vault == nil {
		return rep, ErrLocked
	}
	err := s.view(func(p *pages) error {
		if err := s.verify(p); err != nil {
			return err
		}
		used, err := p.structure()
		if err == nil {
			err = p.checkFreelist(used)
		}
		if err != nil {
			return damaged("pages", err)
		}
		return s.decryptAll(p, &rep)
	})
	rep.Damaged = s.damage
	return rep, err
}

func (s *Store) decryptAll(p *pages, rep *Report) error {
	err := p.each(bucketRecords, func(k, v []byte) error {
		e, _ := s.idx.entry(keyID(k))
		rest, err := e.rest()
		if err != nil {
			return err
		}
		rep.Records++
		s.noteOpen("record", e.id, v, rest.Revision)
		return nil
	})
	if err != nil {
		return damaged("pages", err)
	}
	err = p.each(bucketHistory, func(k, v []byte) error {
		rep.Revisions++
		s.noteOpen("history of", keyID(k[:16]), v, binary.BigEndian.Uint64(k[16:]))
		return nil
	})
	if err != nil {
		return damaged("pages", err)
	}
	err = p.each(bucketAttachments, func(k, v []byte) error {
		rep.Attachments++
		if _, err := s.vault.OpenBytes(v); err != nil {
			s.note("attachment", keyID(k))
		}
		return nil
	})
	if err != nil {
		return damaged("pages", err)
	}
	return nil
}

// noteOpen notes a record that does not decrypt to itself.
func (s *Store) noteOpen(kind string, id record.ID, sealed []byte, revision uint64) {
	if _, err := s.openRecord(sealed, id, revision); err != nil && errors.As(err, new(*DamagedError)) {
		s.note(kind, id)
	}
}
