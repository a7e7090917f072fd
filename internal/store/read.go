package store

import (
	"errors"
	"iter"
	"slices"
	"strings"

	"memovault/internal/record"
)

// refresh reads the index again if another process has changed the file.
func (s *Store) refresh() error {
	if s.idx == nil {
		return ErrLocked
	}
	return s.view(func(*pages) error { return nil })
}

// Cards returns the cards of all records in no particular order, those in the
// trash included.
func (s *Store) Cards() ([]Card, error) {
	if err := s.refresh(); err != nil {
		return nil, err
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
	if err := s.refresh(); err != nil {
		return Card{}, err
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
	want := cardStart + name + `"`
	if strings.ContainsAny(name, `"\`) {
		return Card{}, false
	}
	for _, e := range x.entries {
		if !strings.Contains(e.line, want) {
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
	if s.idx == nil {
		return Card{}, ErrLocked
	}
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

func (s *Store) record(p values, id record.ID) (*record.Record, error) {
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
		data, err = s.attachment(p, id)
		return err
	})
	return data, err
}

func (s *Store) attachment(p values, id record.ID) ([]byte, error) {
	i := slices.IndexFunc(s.idx.attached, func(a attached) bool { return a.ID == id })
	if i < 0 {
		return nil, ErrNoRecord
	}
	what := "attachment " + id.String()
	sealed, err := p.get(bucketAttachments, id[:])
	if err != nil {
		return nil, damaged(what, err)
	}
	if digestOf(sealed) != s.idx.attached[i].SHA256 {
		return nil, damaged(what, errors.New("its digest is another"))
	}
	data, err := s.vault.OpenBytes(sealed)
	if err != nil {
		return nil, damaged(what, err)
	}
	return data, nil
}

// HasAttachment reports whether an attached file is in the vault. One that a
// record names may not be: a paper backup leaves them out as a rule.
func (s *Store) HasAttachment(id record.ID) bool {
	return s.idx != nil && slices.ContainsFunc(s.idx.attached, func(a attached) bool { return a.ID == id })
}

// History returns the earlier revisions of a record, newest first.
func (s *Store) History(id record.ID) (list []*record.Record, err error) {
	if s.vault == nil {
		return nil, ErrLocked
	}
	err = s.view(func(p *pages) error {
		list, err = s.history(p, id)
		return err
	})
	return list, err
}

func (s *Store) history(p values, id record.ID) (list []*record.Record, err error) {
	e, ok := s.idx.entry(id)
	if !ok {
		return nil, ErrNoRecord
	}
	rest, err := e.rest()
	if err != nil {
		return nil, damaged("index", err)
	}
	for past := uint64(1); past <= rest.Past; past++ {
		revision := rest.Revision - past
		sealed, err := p.get(bucketHistory, historyKey(id, revision))
		if err != nil || sealed == nil {
			return nil, damaged("history of "+id.String(), err)
		}
		r, err := s.openRecord(sealed, id, revision)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// historyKey is the record's id followed by the revision, big-endian, so that a
// history lies together in order.
func historyKey(id record.ID, revision uint64) []byte {
	k := make([]byte, 0, len(id)+8)
	k = append(k, id[:]...)
	return append(k, byte(revision>>56), byte(revision>>48), byte(revision>>40), byte(revision>>32),
		byte(revision>>24), byte(revision>>16), byte(revision>>8), byte(revision))
}
