package cli

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
)

// emergencyDoc is the sheet for whoever comes after the owner, or with no owner
// named after everybody whose records these are. It returns the records that it
// tells of, too.
func (a *app) emergencyDoc(s *store.Store, l lang.Lang, w sheetWish) (*paper.Doc, []*record.Record, error) {
	records, m, err := a.surveyed(s)
	if err != nil {
		return nil, nil, err
	}
	if err := a.knownOwner(w.owner, records); err != nil {
		return nil, nil, err
	}
	var left *recovery.Emergency
	err = a.patiently(lookingText, func() error {
		var err error
		left, err = m.Emergency(w.owner)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if w.owner != "" {
		records = slices.DeleteFunc(records, func(r *record.Record) bool { return lang.Fold(r.Owner) != lang.Fold(w.owner) && r.Owner != "" })
	}
	c := paper.Contingency{Options: a.sheetOptions(s, w), Owner: w.owner, File: a.shortPath(a.path()), List: records, Left: left}
	if c.Owner == "" {
		c.Owner = soleOwner(records)
	}
	onIt := slices.DeleteFunc(slices.Clone(records), func(r *record.Record) bool { return r.Template == record.SheetTemplate })
	return paper.Emergency(l, c), onIt, nil // that a paper was printed puts no sheet out of date
}
