package cli

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// A paperState is a printed sheet and how it stands to the records on it.
type paperState struct {
	r *record.Record
	record.Sheet
	live    []string      // the records on it that are still there, as they are called now
	changed []paperChange // what makes it old
	more    int           // records that changed besides
	missing []string      // records on it that are gone
	newer   []string      // of a backup: records that came after it
	dead    bool          // of a recovery key: it opens the vault no more
}

// A paperChange is a record that says something else than the sheet.
type paperChange struct {
	id    record.ID
	name  string
	was   uint64    // the revision on the paper; 0 if that is not known
	by    uint64    // the first revision that differs
	since time.Time // of that one
	what  []change  // between the paper and now; empty if the history doesn't know
}

func (p *paperState) current() bool {
	return len(p.changed)+len(p.missing)+len(p.newer) == 0 && !p.dead
}

// paperStates returns all sheets: first those that are not as they should be, then
// the oldest first, and last those that were shredded.
func (a *app) paperStates(s *store.Store) ([]*paperState, error) {
	var list []*paperState
	err := a.patiently(lang.T("comparing the sheets ...", "用紙を調べています..."), func() error {
		records, err := a.liveRecords(s)
		if err != nil {
			return err
		}
		for _, r := range records {
			if r.Template == record.SheetTemplate {
				p, err := a.paperState(s, r, records)
				if err != nil {
					return err
				}
				list = append(list, p)
			}
		}
		return nil
	})
	slices.SortStableFunc(list, func(x, y *paperState) int {
		return cmp.Or(x.rank()-y.rank(), strings.Compare(cmp.Or(x.Printed, "9"), cmp.Or(y.Printed, "9")), strings.Compare(x.r.Name, y.r.Name))
	})
	return list, err
}

func (p *paperState) rank() int {
	switch {
	case p.Fate == record.SheetShredded:
		return 3
	case p.Fate == record.SheetLost:
		return 0
	case !p.current():
		return 1
	}
	return 2
}

// mostTraced is of how many changed records on one sheet the history is read.
const mostTraced = 20

// paperState compares one sheet with the records.
func (a *app) paperState(s *store.Store, r *record.Record, records []*record.Record) (*paperState, error) {
	p := &paperState{r: r, Sheet: record.ReadSheet(r)}
	p.dead = isKeySheet(p.Kind) && !opensVault(s, p.Kind, p.Opens)
	standing := record.SheetState(r, records)
	p.missing, p.newer = standing.Missing, standing.Newer
	byName := make(map[string]*record.Record, len(records))
	for _, one := range records {
		byName[record.NameKey(one.Name)] = one
	}
	for _, name := range record.SheetContents(r) {
		if byName[record.NameKey(name)] != nil {
			p.live = append(p.live, name)
		}
	}
	if p.Fate == record.SheetShredded {
		return p, nil
	}
	for i, name := range standing.Changed {
		if i == mostTraced {
			p.more = len(standing.Changed) - i
			break
		}
		one := byName[record.NameKey(name)]
		change, err := tracePaper(s, one, record.ParsePrint(r.Printed[one.ID.String()]))
		if err != nil {
			return nil, err
		}
		p.changed = append(p.changed, change)
	}
	return p, nil
}

// isKeySheet reports whether a key of the vault is on sheets of a kind, or a share
// of one.
func isKeySheet(kind string) bool {
	return kind == record.SheetRecoveryKey || kind == record.SheetShare
}

// opensVault reports whether a key of the vault that is printed on sheets of a kind
// has the id that a sheet remembers; where a sheet remembers none, whether there is
// one.
func opensVault(s *store.Store, sheet, opens string) bool {
	kind := keyring.KindRecovery
	if sheet == record.SheetShare {
		kind = keyring.KindShares
	}
	return slices.ContainsFunc(s.Slots(), func(slot store.SlotInfo) bool {
		return slot.Kind == kind && strings.HasPrefix(slot.ID.String(), lang.Fold(opens))
	})
}

// tracePaper finds in the history since which edit a record says something else
// than was printed. A history that is gone or damaged knows nothing, and that
// is no failure.
func tracePaper(s *store.Store, now *record.Record, was record.Print) (paperChange, error) {
	c := paperChange{id: now.ID, name: now.Name, was: was.Revision}
	past, err := s.History(now.ID)
	if damaged := new(store.DamagedError); err != nil && !errors.As(err, &damaged) {
		return c, err
	}
	all := append([]*record.Record{now}, past...)
	at := printedRevision(all, was)
	if at < 0 {
		return c, nil
	}
	c.was = all[at].Revision
	first := at
	for first > 0 && record.Fingerprint(all[first]) == was.Fingerprint {
		first--
	}
	c.by, c.since = all[first].Revision, all[first].Updated
	c.what = onPaperChanges(all[at], now)
	return c, nil
}

// printedRevision finds in a history, newest first, the record as it was
// printed: by its revision, else by what it said. It is -1 if it is not there.
func printedRevision(all []*record.Record, was record.Print) int {
	for i, r := range all {
		if was.Revision > 0 && r.Revision == was.Revision && record.Fingerprint(r) == was.Fingerprint {
			return i
		}
	}
	return slices.IndexFunc(all, func(r *record.Record) bool {
		return was.Revision == 0 && was.Fingerprint != "" && record.Fingerprint(r) == was.Fingerprint
	})
}

// shownOnPaper are the parts of a record besides its fields that a sheet shows.
var shownOnPaper = []string{"title", "owner", "notes", "attachments", "kept", "ways", "template"}

// onPaperChanges lists what a sheet would show that was printed from before, and
// is different now.
func onPaperChanges(before, now *record.Record) []change {
	var list []change
	if before.Name != now.Name {
		list = append(list, change{kind: changeRenamed, from: before.Name})
	}
	list = append(list, compareFields(before, now)...)
	return append(list, slices.DeleteFunc(compareRest(before, now), func(c change) bool { return !slices.Contains(shownOnPaper, c.key) })...)
}

// findSheet finds the sheet that is meant by a number, the beginning of one, or
// the name of its record. Of several those count that were not shredded.
func (a *app) findSheet(s *store.Store, typed string) (*record.Record, error) {
	list, err := a.sheets(s)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if record.NameKey(r.Name) == record.NameKey(typed) {
			return r, nil
		}
	}
	number := sheetDigits(typed)
	match := slices.DeleteFunc(slices.Clone(list), func(r *record.Record) bool {
		known := record.ReadSheet(r).Number
		if known != "" && lang.Fold(known) == lang.Fold(typed) { // somebody wrote a number of their own
			return false
		}
		return number == "" || !strings.HasPrefix(sheetDigits(known), number)
	})
	if there := slices.DeleteFunc(slices.Clone(match), func(r *record.Record) bool { return record.ReadSheet(r).Fate == record.SheetShredded }); len(there) > 0 {
		match = there
	}
	switch len(match) {
	case 0:
		return nil, a.noSheet(list, typed)
	case 1:
		return match[0], nil
	}
	return nil, a.severalSheets(match, typed)
}

// sheetDigits brings a number to the letters and digits that tell sheets apart:
// hyphens, spaces, width and case don't matter, and O stands for zero, which
// alone is in a number.
func sheetDigits(typed string) string {
	typed = strings.ToUpper(lang.FoldCode(typed))
	if rest, ok := strings.CutPrefix(typed, sheetMark); ok {
		typed, _, _ = strings.Cut(rest, ":")
	}
	digits := strings.Map(func(c rune) rune {
		switch {
		case c == '-' || c == ' ':
			return -1
		case c == 'O':
			return '0'
		}
		return c
	}, typed)
	if strings.Trim(digits, "0123456789ABCDEF") != "" {
		return ""
	}
	return digits
}

// sheetMark is how the text of the code at the head of a sheet begins, in
// capitals.
const sheetMark = "MEMOVAULT:SHEET:"

func (a *app) noSheet(list []*record.Record, typed string) error {
	f := &failure{status: statusNotFound, code: "no_sheet", what: said(lang.T("there is no sheet %q", "「%s」という用紙は、記録にありません"), typed)}
	var known []string
	for _, r := range list {
		known = append(known, sheetHandle(r))
	}
	if near := nearest(strings.ToUpper(lang.FoldCode(typed)), known); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("all sheets: %s papers --all", "用紙の一覧: %s papers --all"), a.call()))
	return f
}

// severalSheets names the sheets that may be meant.
func (a *app) severalSheets(match []*record.Record, typed string) error {
	f := &failure{status: statusUsage, code: "ambiguous", what: said(lang.T("%q may be any of %d sheets", "「%s」に当てはまる用紙が %d 枚あります"), typed, len(match))}
	for _, r := range match[:min(len(match), mostOnPaper)] {
		p := record.ReadSheet(r)
		f.next = append(f.next, said(lang.T("%s: %s, %s, %s", "%s: %s、%s、%s"), calledSheet(r), sheetKind(p.Kind), p.Printed,
			cmp.Or(p.Place, a.text(lang.T("place not noted", "置き場所は書いてありません")))))
	}
	number := record.ReadSheet(match[0]).Number
	if !slices.ContainsFunc(match, func(r *record.Record) bool { return record.ReadSheet(r).Number != number }) { // the same at several places
		f.next = append(f.next, said(lang.T("they have the same number: type the name of the record", "番号は同じです。記録の名前を打ってください")))
		return f
	}
	f.next = append(f.next, said(lang.T("type more of the number, or the name of the record", "番号をもっと先まで打つか、記録の名前を打ってください")))
	return f
}
