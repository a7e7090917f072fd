package cli

import (
	"errors"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// noteSheet notes the sheet that was just made where somebody says where it
// will be: by --kept-at, or by answering. It asks only where a file was made: one
// on the screen is no sheet, and what a pipe leads to may want the terminal itself.
func (a *app) noteSheet(s *store.Store, o printOptions, list []*record.Record) error {
	place := o.keptAt
	if place == "" && o.toFile() && a.interactive() && !a.g.quiet {
		t, err := a.terminal()
		if err != nil {
			return nil // nobody to ask; the sheet is made
		}
		place, err = a.readLine(t, term.Line{Prompt: a.text(lang.T("Where will you keep this sheet? (Enter = do not note it): ", "この用紙をどこに置きますか？（Enter=記録しない） ")), Complete: placeNames(s)})
		if errors.Is(err, term.ErrCancelled) {
			return nil // the sheet is made; to stop here is no failure
		}
		if err != nil {
			return err
		}
	}
	place, _, err := record.Clean(record.TypeText, place)
	if err != nil {
		return refused("kept-at", err)
	}
	if place == "" {
		return nil
	}
	if c, err := s.Find(place); err == nil && !c.Trashed && c.Template == record.PlaceTemplate {
		place = c.Name
	}
	old, err := staleSheet(s, list, place)
	if err != nil {
		return err
	}
	r, err := a.sheetRecord(s, o, old, list, place)
	if err != nil {
		return err
	}
	if err := a.commit(s, store.Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	if old != nil {
		a.say(lang.T("noted: %s is now this sheet (%s); shred the one that lies there", "記録しました: %s はこの用紙になりました（置き場所: %s）。前の用紙は裁断してください"), r.Name, place)
		return nil
	}
	a.say(lang.T("noted: %s (where this sheet is: %s)", "記録しました: %s（この用紙の置き場所: %s）"), r.Name, place)
	return nil
}

// placeNames completes the names of places.
func placeNames(s *store.Store) func(string) []string {
	return func(typed string) []string {
		var names []string
		cards, err := s.Cards()
		if err != nil {
			return nil
		}
		for _, c := range cards {
			if !c.Trashed && c.Template == record.PlaceTemplate && strings.HasPrefix(lang.Fold(c.Name), lang.Fold(typed)) {
				names = append(names, c.Name)
			}
		}
		return names
	}
}

// staleSheet returns the sheet that the new one takes the place of: it lies
// there, has the same records on it and is out of date. It is nil if none does.
func staleSheet(s *store.Store, list []*record.Record, place string) (*record.Record, error) {
	cards, err := s.Cards()
	if err != nil {
		return nil, err
	}
	for _, c := range cards {
		if c.Trashed || c.Template != record.SheetTemplate {
			continue
		}
		old, err := s.Record(c.ID)
		if err != nil {
			return nil, err
		}
		if lies(old, place) && hasOnIt(old, list) && !record.SheetState(old, list).Current() {
			return old, nil
		}
	}
	return nil, nil
}

// lies reports whether a sheet is noted as kept at the place.
func lies(sheet *record.Record, place string) bool {
	for _, spec := range record.LookupTemplate(record.SheetTemplate).With(record.RoleKeptAt) {
		if f := sheet.Field(spec.Key); f != nil && lang.Fold(f.Value) == lang.Fold(place) {
			return true
		}
	}
	return false
}

// hasOnIt reports whether the records of the list, and no others, were printed
// on a sheet.
func hasOnIt(sheet *record.Record, list []*record.Record) bool {
	for _, one := range list {
		if sheet.Printed[one.ID.String()] == "" {
			return false
		}
	}
	return len(sheet.Printed) == len(list)
}

// sheetRecord is the record of a sheet: its number and day, what is on it and
// how that was, and where it is. It keeps the name of the old one, if there is one.
func (a *app) sheetRecord(s *store.Store, o printOptions, old *record.Record, list []*record.Record, place string) (*record.Record, error) {
	t := record.LookupTemplate(record.SheetTemplate)
	r := a.newRecord(t, "")
	if old != nil {
		r = old.Clone()
	}
	r.Updated = a.now.UTC().Truncate(time.Second)
	owner := list[0].Owner
	names := make([]string, len(list))
	r.Printed = map[string]string{}
	for i, one := range list {
		names[i] = one.Name
		if lang.Fold(one.Owner) != lang.Fold(owner) {
			owner = ""
		}
		if len(r.Printed) < record.MaxPrinted {
			r.Printed[one.ID.String()] = record.Fingerprint(one)
		}
	}
	r.Owner = owner
	secrets := "no"
	if o.withSecrets && paper.Withheld(list) > 0 {
		secrets = "yes"
	}
	for _, f := range []struct {
		role  record.Role
		value string
	}{
		{record.RoleSheet, paper.SheetNumber(list, paper.Options{Made: a.now, Vault: s.ID(), WithSecrets: o.withSecrets})},
		{record.RolePrinted, a.now.Format(time.DateOnly)},
		{record.RoleContents, asMuchAsFits(names)},
		{record.RoleKeptAt, place},
		{record.RoleSecrets, secrets},
	} {
		for _, spec := range t.With(f.role) {
			r.Set(spec.Key, spec.Type, f.value)
		}
	}
	if old != nil {
		return r, nil
	}
	var err error
	r.Name, err = a.freeName(s, "", r, false)
	return r, err
}

// asMuchAsFits puts names below each other, up to the limit of a value. What
// the sheet was printed with is remembered whole elsewhere.
func asMuchAsFits(names []string) string {
	all := strings.Join(names, "\n")
	if len(all) <= record.MaxValue {
		return all
	}
	cut := all[:record.MaxValue]
	return cut[:strings.LastIndexByte(cut, '\n')]
}
