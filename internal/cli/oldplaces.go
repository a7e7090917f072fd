package cli

import (
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// oldPlaces are where what was in the vault before still is.
type oldPlaces struct {
	backups []store.Backup
	copies  []store.Copy
	sheets  []record.Sheet // paper backups
}

func (a *app) placesOf(s *store.Store) (oldPlaces, error) {
	p := oldPlaces{copies: s.Copies()}
	list, err := a.sheets(s)
	if err != nil {
		return p, err
	}
	for _, r := range list {
		if known := record.ReadSheet(r); known.Kind == record.SheetBackup && known.Fate != record.SheetShredded {
			p.sheets = append(p.sheets, known)
		}
	}
	p.backups, err = store.Backups(s.Path())
	return p, err
}

// sayPlaces lists the places, and what can be done about each; why says when
// backups should be deleted.
func (a *app) sayPlaces(p oldPlaces, why lang.Text) {
	if a.g.quiet {
		return
	}
	item := func(t lang.Text, args ...any) { a.talk("  ", a.text(t, args...)) }
	if n := len(p.backups); n > 0 {
		item(plural(n, lang.T("- %d automatic backup in %s. Delete it %s: once it is gone, only the vault itself is left", "・自動の控え %d 個: %s 。%s、それも消してください（消すと、残るのは金庫だけになります）"),
			lang.T("- %d automatic backups in %s. Delete them %s: once they are gone, only the vault itself is left", "・自動の控え %d 個: %s 。%s、それも消してください（消すと、残るのは金庫だけになります）")), n, a.shortPath(store.BackupDir(a.path())), a.text(why))
	}
	for _, c := range p.copies {
		item(lang.T("- a copy of %s in %s. To put a new one there: %s backup --to %s", "・%s の写し: %s 。新しいものに替えるには: %s backup --to %s"), c.Made.In(a.now.Location()).Format(time.DateOnly), term.Sanitize(c.Dir), a.call(), shellWord(c.Dir))
	}
	for _, sheet := range p.sheets {
		item(lang.T("- the paper backup %s. Print a new one (%s backup --paper), shred this one, then: %s papers --shredded %s", "・紙の控え %s 。新しく刷り（%s backup --paper）、これは裁断してから: %s papers --shredded %s"), sheetWithPlace(a, sheet), a.call(), a.call(), sheet.Number)
	}
	item(lang.T("- copies and exports that you made yourself: nobody but you knows of them", "・ご自分で作った写しや書き出し（どこにあるか、金庫にはわかりません）"))
}

// sheetWithPlace is a sheet's number, and where it lies if that is known.
func sheetWithPlace(a *app, sheet record.Sheet) string {
	if sheet.Place == "" {
		return sheet.Number
	}
	return a.text(lang.T("%s (kept at %s)", "%s（置き場所 %s）"), sheet.Number, term.Sanitize(sheet.Place))
}

type placeJSON struct {
	Kind  string `json:"kind"` // automatic-backup, copy, paper-backup
	Path  string `json:"path,omitempty"`
	Made  string `json:"made,omitempty"` // RFC 3339
	Sheet string `json:"sheet,omitempty"`
	Place string `json:"place,omitempty"`
}

func (p oldPlaces) json() []placeJSON {
	out := []placeJSON{}
	for _, b := range p.backups {
		out = append(out, placeJSON{Kind: "automatic-backup", Path: b.Path, Made: b.Time.UTC().Format(time.RFC3339)})
	}
	for _, c := range p.copies {
		out = append(out, placeJSON{Kind: "copy", Path: c.Dir, Made: c.Made.UTC().Format(time.RFC3339)})
	}
	for _, sheet := range p.sheets {
		out = append(out, placeJSON{Kind: "paper-backup", Sheet: sheet.Number, Place: sheet.Place})
	}
	return out
}
