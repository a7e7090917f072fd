package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"

	"memovault/internal/record"
)

// The digest is one more age file: the plaintext of all current records as of
// a generation. A command that reads everything (search, export) opens it with
// one key exchange instead of one for each record. It is a cache: a record that
// is newer than its line is opened singly, and losing the digest loses nothing.
//
// Its plaintext has a line for each record in order of id:
//
//	<id, 32 hex> <SHA-256 of the sealed record, 43 base64url> <the record, JSON>

const (
	digestSumAt  = 32 + 1
	digestJSONAt = digestSumAt + digestTextLen + 1
)

// staleLimit is how many records may be newer than the digest before a commit
// writes it anew: the cost of opening those singly stays small beside the rest.
func staleLimit(records int) int { return max(staleFloor, records/50) }

// staleFloor is the limit of a small vault; tests lower it.
var staleFloor = 64

func appendDigestLine(b []byte, id record.ID, sum digest, plain []byte) []byte {
	b = append(hex.AppendEncode(b, id[:]), ' ')
	b = append(digestText.AppendEncode(b, sum[:]), ' ')
	return append(append(b, plain...), '\n')
}

// sealedDigest returns the digest as it stands in the file, nil if there is none.
func (s *Store) sealedDigest(p *pages) ([]byte, error) {
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
func (s *Store) openDigest(p *pages) ([]byte, error) {
	sealed, err := s.sealedDigest(p)
	if sealed == nil || err != nil {
		return nil, err
	}
	return s.vault.Open(sealed)
}

// A digestReader steps through the lines of a digest in order of id.
type digestReader struct{ rest []byte }

// find returns the plaintext of a record if the digest holds exactly the
// version with that sum. Ids must be asked for in order.
func (d *digestReader) find(id record.ID, sum digest) []byte {
	var want [32]byte
	hex.Encode(want[:], id[:])
	for len(d.rest) > digestJSONAt {
		order := bytes.Compare(d.rest[:32], want[:])
		if order > 0 {
			return nil
		}
		line, rest, _ := bytes.Cut(d.rest, []byte{'\n'})
		d.rest = rest
		var have digest
		if order == 0 && len(line) > digestJSONAt &&
			have.UnmarshalText(line[digestSumAt:digestSumAt+digestTextLen]) == nil && have == sum {
			return line[digestJSONAt:]
		}
	}
	return nil
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
			json := lines.find(e.id, e.sum)
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
func (s *Store) plainRecord(p *pages, e entry) ([]byte, error) {
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
func (s *Store) buildDigest(p *pages, x *index, changed map[record.ID][]byte) ([]byte, error) {
	old, err := s.openDigest(p)
	if err != nil {
		old = nil
	}
	lines := &digestReader{old}
	out := make([]byte, 0, len(old)+len(old)/8+1024)
	for _, e := range x.entries {
		plain, ok := changed[e.id]
		if !ok {
			plain = lines.find(e.id, e.sum)
		}
		if plain == nil {
			if plain, err = s.plainRecord(p, e); err != nil {
				return nil, damaged("record "+e.id.String(), err)
			}
		}
		out = appendDigestLine(out, e.id, e.sum, plain)
	}
	return bytes.TrimSuffix(out, []byte{'\n'}), nil
}
