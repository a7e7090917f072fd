package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"memovault/internal/record"
)

// The digest is one more age file: all current records as of a generation. A
// command that reads everything (search, export) opens it with one key exchange
// instead of one for each record. It is a cache: a record that is newer than its
// line is opened singly, and losing the digest loses nothing.
//
// Its plaintext is the plaintexts of the records, one a line, in order of id. A
// line is found by how every record begins:
//
//	{"schema":1,"vault":"<32 hex>","id":"<32 hex>","revision":1,…

// staleLimit is how many records may be newer than the digest before a commit
// writes it anew: the cost of opening those singly stays small beside the rest.
func staleLimit(records int) int { return max(staleFloor, records/50) }

// staleFloor is the limit of a small vault; tests lower it.
var staleFloor = 64

// sealedDigest returns the digest as it stands in the file, nil if there is none.
func (s *Store) sealedDigest(p values) ([]byte, error) {
	info := s.idx.head.Digest
	if info == nil {
		return nil, nil
	}
	sealed, err := p.get(bucketDigest, keyDigest)
	if err != nil {
		return nil, err
	}
	if digestOf(sealed) != info.SHA256 {
		return nil, errors.New("store: the digest is not the one in the index")
	}
	return sealed, nil
}

// openDigest returns the plaintext of the digest, nil if there is none.
func (s *Store) openDigest(p values) ([]byte, error) {
	sealed, err := s.sealedDigest(p)
	if sealed == nil || err != nil {
		return nil, err
	}
	return s.vault.Open(sealed)
}

// A digestReader steps through the lines of a digest in order of id.
type digestReader struct{ rest []byte }

// find returns the plaintext of a record if the digest holds that revision. Ids
// must be asked for in order. Within the life of a file a revision of a record
// is only ever one text.
func (d *digestReader) find(e entry) []byte {
	for len(d.rest) > 0 {
		line, rest, _ := bytes.Cut(d.rest, []byte{'\n'})
		id, revision, ok := beginning(line)
		order := bytes.Compare(id[:], e.id[:])
		if ok && order > 0 {
			return nil
		}
		d.rest = rest
		if ok && order == 0 {
			if want, ok := e.revision(); ok && want == revision {
				return line
			}
			return nil
		}
	}
	return nil
}

const (
	lineVault    = `{"schema":1,"vault":"`
	lineID       = `","id":"`
	lineRevision = `","revision":`

	lineIDAt       = len(lineVault) + 32 + len(lineID)
	lineRevisionAt = lineIDAt + 32 + len(lineRevision)
)

// beginning reads of a record what says which one it is. Of another schema it
// knows nothing.
func beginning(line []byte) (id record.ID, revision uint64, ok bool) {
	if len(line) < lineRevisionAt || string(line[:len(lineVault)]) != lineVault ||
		string(line[lineIDAt-len(lineID):lineIDAt]) != lineID ||
		string(line[lineIDAt+32:lineRevisionAt]) != lineRevision {
		return id, 0, false
	}
	_, err := hex.Decode(id[:], line[lineIDAt:lineIDAt+32])
	digits, _, _ := bytes.Cut(line[lineRevisionAt:min(len(line), lineRevisionAt+21)], []byte{','})
	revision, failed := strconv.ParseUint(string(digits), 10, 64)
	return id, revision, err == nil && failed == nil
}

// A Raw is a record as it is written down, not yet parsed.
type Raw struct {
	Card Card
	JSON []byte // valid only until the next one
}

// EachRaw reads every record, verified but not parsed, in order of id until
// yield returns false; those in the trash only if asked for. A record that is
// damaged is left out and named by Damaged afterwards.
func (s *Store) EachRaw(trash bool, yield func(Raw) bool) error {
	if s.vault == nil {
		return ErrLocked
	}
	return s.view(func(p *pages) error {
		plain, err := s.openDigest(p)
		if err != nil {
			s.dropped = true
		}
		lines := &digestReader{plain}
		for _, e := range s.idx.entries {
			rest, err := e.rest()
			if err != nil {
				return damaged("index", err)
			}
			if rest.Card.Trashed && !trash {
				continue
			}
			json := lines.find(e)
			if json == nil {
				if json, err = s.plainRecord(p, e); err != nil {
					s.noteOnce("record", e.id)
					continue
				}
			}
			if !yield(Raw{Card: rest.Card, JSON: json}) {
				return nil
			}
		}
		return nil
	})
}

// Parse decodes a record read by EachRaw and checks that it is the one its
// card speaks of.
func (s *Store) Parse(raw Raw) (*record.Record, error) {
	return s.decode(raw.JSON, raw.Card.ID, raw.Card.Revision)
}

// plainRecord opens a record without parsing it.
func (s *Store) plainRecord(p values, e entry) ([]byte, error) {
	sealed, err := p.get(bucketRecords, e.id[:])
	if err != nil {
		return nil, err
	}
	if digestOf(sealed) != e.sum {
		return nil, fmt.Errorf("%w: a record's digest", errPage)
	}
	return s.vault.Open(sealed)
}

func (s *Store) noteOnce(kind string, id record.ID) {
	for _, known := range s.damage {
		if known == kind+" "+id.String() {
			return
		}
	}
	s.note(kind, id)
}

// buildDigest writes the plaintext of all records of x: from the digest in the
// file, from changed (just sealed), and the rest one by one.
func (s *Store) buildDigest(p values, x *index, changed map[record.ID][]byte) ([]byte, error) {
	old, err := s.openDigest(p)
	if err != nil {
		old = nil
	}
	lines := &digestReader{old}
	out := make([]byte, 0, len(old)+len(old)/8+1024)
	for _, e := range x.entries {
		plain, ok := changed[e.id]
		if !ok {
			plain = lines.find(e)
		}
		if plain == nil {
			if plain, err = s.plainRecord(p, e); err != nil {
				return nil, damaged("record "+e.id.String(), err)
			}
		}
		out = append(append(out, plain...), '\n')
	}
	return bytes.TrimSuffix(out, []byte{'\n'}), nil
}
