package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

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
	// A page that is in use and free at once may be in use by mistake: a pointer
	// that changed can lead to a former index, which would pass for a true one.
	if err := p.checkFreelist(); err != nil {
		return damaged("pages", err)
	}
	for _, check := range []func(values) error{
		s.verifySlots, s.verifyHints, s.verifySingles, s.verifyRecords, s.verifyHistory, s.verifyAttachments, s.verifyDigest,
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

// verifySlots compares the slots in the file with the index. One that was
// replaced would hand new secrets to whoever replaced it, so nothing is written
// then; reading is harmless, and refusing it would lock the owner out.
func (s *Store) verifySlots(p values) error {
	missing := map[record.ID]digest{}
	for _, slot := range s.idx.head.Slots {
		missing[slot.ID] = slot.SHA256
	}
	err := p.each(bucketSlots, func(k, v []byte) error {
		id := keyID(k)
		if sum, ok := missing[id]; !ok || sum != digestOf(v) {
			s.note("slot", id)
		}
		delete(missing, id)
		return nil
	})
	for _, slot := range s.idx.head.Slots {
		if _, ok := missing[slot.ID]; ok {
			s.note("slot", slot.ID)
		}
	}
	return err
}

// verifySingles checks that the buckets of single values hold no others.
func (s *Store) verifySingles(p values) error {
	for bucket, known := range map[string][]string{
		bucketMeta:   {string(keyFormat), string(keySlots)},
		bucketIndex:  {string(keyIndex)},
		bucketDigest: {string(keyDigest)},
	} {
		err := p.each(bucket, func(k, _ []byte) error {
			if !slices.Contains(known, string(k)) {
				return fmt.Errorf("%w: an unknown value in bucket %q", errPage, bucket)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) verifyRecords(p values) error {
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

// A pastChain is what was found of one record's history.
type pastChain struct {
	first, n uint64 // revisions first to first+n-1
	gap      bool
	sum      digest
}

// verifyHistory recomputes the chained digest of each record's history. The
// revisions must be those before the current one, without a gap.
func (s *Store) verifyHistory(p values) error {
	found := map[record.ID]pastChain{}
	err := p.each(bucketHistory, func(k, v []byte) error {
		if len(k) != 24 {
			return fmt.Errorf("%w: a key of %d bytes in the history", errPage, len(k))
		}
		id, revision := keyID(k[:16]), binary.BigEndian.Uint64(k[16:])
		c := found[id]
		if c.n == 0 {
			c.first = revision
		}
		c.gap = c.gap || revision != c.first+c.n
		c.n, c.sum = c.n+1, c.sum.chain(digestOf(v))
		found[id] = c
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
		c := found[e.id]
		if c.n != rest.Past || c.n > 0 && (c.gap || c.first != rest.Revision-c.n || c.sum != rest.PastSHA256) {
			s.note("history of", e.id)
		}
		delete(found, e.id)
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: a history without a record", errPage)
	}
	return nil
}

func (s *Store) verifyAttachments(p values) error {
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
func (s *Store) verifyDigest(p values) error {
	_, err := s.sealedDigest(p)
	s.dropped = err != nil
	return nil
}

// A Report is what VerifyAll found.
type Report struct {
	Records, Revisions, Attachments int
	Damaged                         []string
}

// VerifyAll decrypts everything in the vault: every record, every earlier
// revision and every attachment, besides what every open verifies. Values that
// are damaged are no error; the report names them.
func (s *Store) VerifyAll() (Report, error) {
	var rep Report
	if s.vault == nil {
		return rep, ErrLocked
	}
	err := s.view(func(p *pages) error {
		if err := s.verify(p); err != nil {
			return err
		}
		if err := s.decryptAll(p, &rep); err != nil {
			return damaged("pages", err)
		}
		return nil
	})
	rep.Damaged = s.damage
	return rep, err
}

// A verifyJob is one value to decrypt: of a record or a former revision of it,
// or an attachment.
type verifyJob struct {
	kind     string
	id       record.ID
	revision uint64 // none of an attachment
	sealed   []byte
	bad      bool
}

// verifyBatch bounds how much ciphertext waits to be decrypted, in bytes.
const verifyBatch = 4 << 20

// decryptAll decrypts in batches, on all processors.
func (s *Store) decryptAll(p values, rep *Report) error {
	var jobs []verifyJob
	size := 0
	flush := func() {
		inParallel(len(jobs), func(i int) { jobs[i].bad = !s.opens(jobs[i]) })
		for _, j := range jobs {
			if j.bad {
				s.noteOnce(j.kind, j.id)
			}
		}
		jobs, size = jobs[:0], 0
	}
	add := func(j verifyJob) {
		jobs = append(jobs, j)
		if size += len(j.sealed); size > verifyBatch {
			flush()
		}
	}
	err := errors.Join(
		p.each(bucketRecords, func(k, v []byte) error {
			e, _ := s.idx.entry(keyID(k))
			rest, err := e.rest()
			rep.Records++
			add(verifyJob{kind: "record", id: e.id, revision: rest.Revision, sealed: v})
			return err
		}),
		p.each(bucketHistory, func(k, v []byte) error {
			rep.Revisions++
			add(verifyJob{kind: "history of", id: keyID(k[:16]), revision: binary.BigEndian.Uint64(k[16:]), sealed: v})
			return nil
		}),
		p.each(bucketAttachments, func(k, v []byte) error {
			rep.Attachments++
			add(verifyJob{kind: "attachment", id: keyID(k), sealed: v})
			return nil
		}),
	)
	flush()
	return err
}

// opens reports whether a value decrypts to itself.
func (s *Store) opens(j verifyJob) bool {
	if j.kind == "attachment" {
		_, err := s.vault.OpenBytes(j.sealed)
		return err == nil
	}
	_, err := s.openRecord(j.sealed, j.id, j.revision)
	return err == nil
}
