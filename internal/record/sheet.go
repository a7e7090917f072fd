package record

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// SheetTemplate and VaultTemplate are the names of the templates of a printed
// sheet and of the vault itself.
const (
	SheetTemplate = "sheet"
	VaultTemplate = "vault"
)

// MaxPrinted is how many records a sheet remembers as they were printed.
const MaxPrinted = 10_000

// A SheetStanding says how a printed sheet stands to the records on it.
type SheetStanding struct {
	Changed []string // names, as they are now, of records that say something else since
	Missing []string // names of records that are gone or in the trash
	Newer   []string // of a paper backup: names of records that came after it
}

// Current reports whether the sheet says what its records say.
func (s SheetStanding) Current() bool { return len(s.Changed)+len(s.Missing)+len(s.Newer) == 0 }

// SheetState compares the record of a printed sheet with the records of the
// vault, in the order in which they stand on the sheet. Where the program
// printed the sheet, it goes by what was printed, so that a tag, a drill or an
// accepted finding makes no paper old. Of a sheet that was noted by hand it
// knows the day only: a record edited on a later day counts as changed. A paper
// backup holds whole records, so that any edit counts, and so does a new record;
// one that was thrown away since does not.
func SheetState(sheet *Record, records []*Record) SheetStanding {
	byID, byName := map[string]*Record{}, map[string]*Record{}
	for _, r := range records {
		if r.Trashed == nil {
			byID[r.ID.String()], byName[NameKey(r.Name)] = r, r
		}
	}
	var s SheetStanding
	if ReadSheet(sheet).Kind == SheetBackup {
		s.addNewer(sheet, records)
		return s
	}
	left := len(sheet.Printed)
	for _, name := range SheetContents(sheet) {
		r := byName[NameKey(name)]
		switch {
		case r == nil:
			s.Missing = append(s.Missing, name)
		case sheet.Printed[r.ID.String()] != "":
			left--
			if ParsePrint(sheet.Printed[r.ID.String()]).Fingerprint != Fingerprint(r) {
				s.Changed = append(s.Changed, r.Name)
			}
		case editedAfter(r, sheet):
			s.Changed = append(s.Changed, r.Name)
		}
	}
	if left > len(s.Missing) { // more records than names fit into the contents
		s.addUnlisted(sheet, byID)
	}
	return s
}

// addUnlisted looks at the records that were printed but are not named in the
// contents.
func (s *SheetStanding) addUnlisted(sheet *Record, byID map[string]*Record) {
	listed := map[string]bool{}
	for _, name := range SheetContents(sheet) {
		listed[NameKey(name)] = true
	}
	var changed []string
	for id, was := range sheet.Printed {
		if r := byID[id]; r != nil && !listed[NameKey(r.Name)] && Fingerprint(r) != ParsePrint(was).Fingerprint {
			changed = append(changed, r.Name)
		}
	}
	slices.Sort(changed)
	s.Changed = append(s.Changed, changed...)
}

// SheetContents returns the names that the record of a printed sheet lists.
func SheetContents(sheet *Record) []string {
	var names []string
	for _, spec := range LookupTemplate(SheetTemplate).With(RoleContents) {
		f := sheet.Field(spec.Key)
		if f == nil {
			continue
		}
		for line := range strings.SplitSeq(f.Value, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				names = append(names, line)
			}
		}
	}
	return names
}

// editedAfter reports whether r was edited on a day after the one on which the
// sheet was printed; where that is not noted, after the sheet was noted.
func editedAfter(r, sheet *Record) bool {
	for _, spec := range LookupTemplate(SheetTemplate).With(RolePrinted) {
		f := sheet.Field(spec.Key)
		if f == nil {
			continue
		}
		for _, form := range []struct {
			layout        string
			years, months int
			days          int
		}{{time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
			if day, err := time.Parse(form.layout, f.Value); err == nil {
				return !r.Updated.Before(day.AddDate(form.years, form.months, form.days))
			}
		}
	}
	return r.Updated.After(sheet.Created)
}

// Fingerprint returns a digest of all that a sheet can show of a record, but its
// tags: 32 hexadecimal digits of SHA-256. It tells whether a paper is old; as it comes
// from secrets too, it belongs into the vault alone.
func Fingerprint(r *Record) string {
	c := &Record{Template: r.Template, Name: r.Name, Title: r.Title, Owner: r.Owner, Notes: r.Notes, Kept: r.Kept}
	for i := range r.Fields {
		f := r.Fields[i]
		f.Extra = nil
		c.Fields = append(c.Fields, f)
	}
	for _, w := range r.Ways {
		w.Extra = nil
		c.Ways = append(c.Ways, w)
	}
	for _, at := range r.Attachments {
		c.Attachments = append(c.Attachments, Attachment{Name: at.Name, Size: at.Size, SHA256: at.SHA256})
	}
	var w writer
	w.record(c)
	sum := sha256.Sum256(w.b)
	return hex.EncodeToString(sum[:16])
}
