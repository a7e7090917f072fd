package cli

import (
	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
)

// A sheetWish is what is wanted of a hand-over sheet or an emergency sheet.
type sheetWish struct {
	owner       string
	keptAt      string // where the sheet will be; empty if nobody said so
	call        string // the record of the person to call; empty if nobody said so
	withSecrets bool   // product keys in full
}

// handoverDoc is the sheet that stays with a customer, about the records.
func (a *app) handoverDoc(s *store.Store, l lang.Lang, list []*record.Record, w sheetWish) (*paper.Doc, error) {
	records, m, err := a.surveyed(s)
	if err != nil {
		return nil, err
	}
	h := paper.Handing{Options: a.sheetOptions(s, w), Owner: w.owner, List: list, Model: m, Upkeep: recovery.NewUpkeep(m, records, a.now)}
	if h.Helper, err = a.helperNamed(s, records, w.call); err != nil {
		return nil, err
	}
	if h.Owner == "" {
		h.Owner = soleOwner(list)
	}
	err = a.patiently(lookingText, func() error {
		var err error
		h.Changes, err = m.Upheavals(h.Owner)
		return err
	})
	if err != nil {
		return nil, err
	}
	return paper.Handover(l, h), nil
}

// surveyed reads the records and derives who depends on what.
func (a *app) surveyed(s *store.Store) (records []*record.Record, m *recovery.Model, err error) {
	err = a.patiently(lang.T("reading the records ...", "記録を読んでいます..."), func() error {
		var err error
		if records, err = a.liveRecords(s); err == nil {
			m = a.model(s, records)
		}
		return err
	})
	if err == nil {
		err = tooLarge(m.Faults())
	}
	return records, m, err
}

func (a *app) sheetOptions(s *store.Store, w sheetWish) paper.Options {
	return paper.Options{Made: a.now, Vault: s.ID(), Program: a.name, WithSecrets: w.withSecrets, Named: recordNamed(s), KeptAt: w.keptAt}
}

// soleOwner is whose the records are, if they have one owner.
func soleOwner(list []*record.Record) string {
	for _, r := range list {
		if lang.Fold(r.Owner) != lang.Fold(list[0].Owner) {
			return ""
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].Owner
}

// supportTags mark the record of the person whom customers call.
var supportTags = []string{"support", "サポート"}

// helperNamed is the person to call: the one that was named, else the only one
// with a tag that says so; nil if there is none.
func (a *app) helperNamed(s *store.Store, records []*record.Record, name string) (*record.Record, error) {
	if name != "" {
		c, err := a.findLive(s, name)
		if err != nil {
			return nil, err
		}
		return s.Record(c.ID)
	}
	var only *record.Record
	for _, r := range records {
		for _, tag := range r.Tags {
			if lang.Fold(tag) != lang.Fold(supportTags[0]) && lang.Fold(tag) != lang.Fold(supportTags[1]) {
				continue
			}
			if only != nil && only != r {
				return nil, nil // nothing says which
			}
			only = r
		}
	}
	return only, nil
}

// recordNamed looks up whom a reference means, for a sheet: records in the trash
// too, which the sheet says of them.
func recordNamed(s *store.Store) func(name string) *record.Record {
	return func(name string) *record.Record {
		c, err := s.Find(name)
		if err != nil {
			return nil
		}
		r, err := s.Record(c.ID)
		if err != nil {
			return nil
		}
		return r
	}
}
