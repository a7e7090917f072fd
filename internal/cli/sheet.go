package cli

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A printed is one printing, as the ledger notes it.
type printed struct {
	kind    string           // record.SheetRecords …; anything else, as a blank form, is not noted
	number  string           // as it stands on the paper
	list    []*record.Record // what is on it; of a backup everything, if it is nil
	secrets bool             // passwords and hints are on it
	keptAt  string           // where it will be; empty if nobody said so
	noNote  bool             // it is to be left out
	noAsk   bool             // nobody is asked where it will be
	opens   string           // of a recovery key: the beginning of its slot's id; empty for the newest
	how     string           // howScreen …
	pages   int
}

// sheetKinds are the kinds of sheets that are noted, with what each is called.
var sheetKinds = []struct {
	kind string
	text lang.Text
}{
	{record.SheetRecords, lang.T("records", "記録")},
	{record.SheetHandover, lang.T("hand-over sheet", "お渡し用紙")},
	{record.SheetEmergency, lang.T("emergency sheet", "もしものときの用紙")},
	{record.SheetRecoveryKey, lang.T("recovery key", "回復キー")},
	{record.SheetShare, lang.T("share of a key", "分け札")},
	{record.SheetBackup, lang.T("paper backup", "紙の控え")},
	{record.SheetRecover, lang.T("page for getting back in", "アカウントに戻るための 1 ページ")},
}

func sheetKind(kind string) lang.Text {
	for _, k := range sheetKinds {
		if k.kind == kind {
			return k.text
		}
	}
	return lang.Text{}
}

// noteSheet enters a print into the ledger. The paper is made by then: that it
// could not be noted is said, and is no failure. The error is nil unless the
// place that was given is none.
func (a *app) noteSheet(s *store.Store, p printed) error {
	if p.noNote || p.how == howScreen || p.how == howPreview || sheetKind(p.kind) == (lang.Text{}) {
		return nil
	}
	place, err := a.placeOfSheet(s, p)
	if err != nil {
		return err
	}
	if err := a.enterSheet(s, p, place); err != nil {
		f := a.explain(err)
		a.warn(lang.T("the sheet is made, but it could not be noted in the vault: %s", "用紙はできましたが、金庫に記録できませんでした: %s"), f.what.in(a.lang))
		if !f.why.empty() {
			a.talk("  ", f.why.in(a.lang))
		}
		a.say(lang.T("note it yourself once that is mended: %s add sheet", "直ったら、ご自分で記録してください: %s add sheet"), a.call())
	}
	return nil
}

// placeOfSheet is where the sheet will be: as was said, else as is answered.
// It asks only where a person makes one paper: what a pipe leads to may want the
// terminal itself.
func (a *app) placeOfSheet(s *store.Store, p printed) (string, error) {
	place := p.keptAt
	if place == "" && !p.noAsk && (p.how == howFile || p.how == howPrinter) && a.interactive() && !a.g.quiet {
		if t, err := a.terminal(); err == nil { // else there is nobody to ask
			place, err = a.readLine(t, term.Line{Prompt: a.text(lang.T("Where will you keep this sheet? (Enter = not known yet): ", "この用紙をどこに置きますか？（Enter=まだ決めない） ")), Complete: placeNames(s)})
			if errors.Is(err, term.ErrCancelled) {
				place = "" // the sheet is made; to stop here is no failure
			} else if err != nil {
				return "", err
			}
		}
	}
	place, _, err := record.Clean(record.TypeText, place)
	if err != nil {
		return "", refused("kept-at", err)
	}
	return knownPlace(s, place), nil
}

// knownPlace writes the name of a place as its record does.
func knownPlace(s *store.Store, place string) string {
	if c, err := s.Find(place); err == nil && !c.Trashed && c.Template == record.PlaceTemplate {
		return c.Name
	}
	return place
}

// enterSheet saves a print: another copy of a sheet that is known, or a sheet of
// its own. It says which older ones can go.
func (a *app) enterSheet(s *store.Store, p printed, place string) error {
	if p.kind == record.SheetBackup && p.list == nil {
		list, err := a.liveRecords(s)
		if err != nil {
			return err
		}
		p.list = list
	}
	sheets, err := a.sheets(s)
	if err != nil {
		return err
	}
	r, copies := a.anotherCopy(sheets, p, place), 0
	if r == nil {
		if r, err = a.sheetRecord(s, p, place); err != nil {
			return err
		}
	} else {
		copies = record.ReadSheet(r).Copies + 1
		record.SetSheet(r, record.RoleCopies, strconv.Itoa(copies))
		if place != "" {
			record.SetSheet(r, record.RoleKeptAt, place)
		}
		r.Updated = a.now.UTC().Truncate(time.Second)
	}
	if err := a.commit(s, store.Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	a.sayNoted(r, place, copies)
	for _, old := range replacedSheets(sheets, p, place) {
		a.say(lang.T("the older sheet %s lies there too: shred it, then: %s papers --shredded %s", "そこには前の用紙 %s もあります。裁断したら: %s papers --shredded %s"), calledSheet(old), a.call(), shellWord(handleAmong(sheets, old)))
	}
	return nil
}

func (a *app) sayNoted(r *record.Record, place string, copies int) {
	switch {
	case copies > 0:
		a.say(lang.T("noted: %s, now %d copies", "記録しました: %s（これで %d 部）"), r.Name, copies)
	case place != "":
		a.say(lang.T("noted: %s (where this sheet is: %s)", "記録しました: %s（この用紙の置き場所: %s）"), r.Name, place)
	default:
		a.say(lang.T("noted: %s. Once it has its place: %s papers --move %s PLACE", "記録しました: %s。置き場所が決まったら: %s papers --move %s 場所"), r.Name, a.call(), shellWord(sheetHandle(r)))
	}
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

// sheets returns the records of all printed sheets that are not in the trash.
func (a *app) sheets(s *store.Store) ([]*record.Record, error) {
	cards, err := s.Cards()
	if err != nil {
		return nil, err
	}
	var list []*record.Record
	for _, c := range cards {
		if c.Trashed || c.Template != record.SheetTemplate {
			continue
		}
		r, err := s.Record(c.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// sheetHandle is what one types to mean a sheet: its number, else its name.
func sheetHandle(r *record.Record) string {
	if number := record.ReadSheet(r).Number; number != "" {
		return number
	}
	return r.Name
}

// handleAmong is what one types to mean a sheet where others are noted that may
// have its number: the same thing printed for two places on one day.
func handleAmong(sheets []*record.Record, r *record.Record) string {
	number := record.ReadSheet(r).Number
	for _, other := range sheets {
		known := record.ReadSheet(other)
		if other.ID != r.ID && known.Number == number && known.Fate != record.SheetShredded {
			return r.Name
		}
	}
	return sheetHandle(r)
}

// calledSheet names a sheet to a person.
func calledSheet(r *record.Record) string {
	if number := record.ReadSheet(r).Number; number != "" {
		return r.Name + " (" + number + ")"
	}
	return r.Name
}

// anotherCopy returns the sheet of which the print is a copy: it has the number,
// which says day and contents, it is still there, and it lies at the same place
// as far as both are known. It is nil if there is none.
func (a *app) anotherCopy(sheets []*record.Record, p printed, place string) *record.Record {
	for _, r := range sheets {
		known := record.ReadSheet(r)
		if p.number == "" || known.Number != p.number || known.Kind != p.kind || known.Fate != record.SheetThere || r.Schema > record.Schema {
			continue
		}
		if place == "" || known.Place == "" || lang.Fold(place) == lang.Fold(known.Place) {
			return r.Clone()
		}
	}
	return nil
}

// replacedSheets are the sheets in whose place the new one comes: they lie
// there, with the same things on them, and say something else than the new one.
func replacedSheets(sheets []*record.Record, p printed, place string) []*record.Record {
	var list []*record.Record
	for _, r := range sheets {
		known := record.ReadSheet(r)
		if place == "" || known.Fate != record.SheetThere || known.Kind != p.kind || known.Number == p.number || lang.Fold(known.Place) != lang.Fold(place) {
			continue
		}
		if p.kind == record.SheetRecoveryKey || p.kind == record.SheetBackup || hasOnIt(r, p.list) && !record.SheetState(r, p.list).Current() {
			list = append(list, r)
		}
	}
	return list
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

// sheetRecord is the record of a new sheet: its kind, number and day, what is on
// it and how that was, and where it is.
func (a *app) sheetRecord(s *store.Store, p printed, place string) (*record.Record, error) {
	r := a.newRecord(record.LookupTemplate(record.SheetTemplate), ownerOfAll(p.list))
	r.Updated, r.Title = r.Created, p.number
	secrets, contents, opens := "no", "", ""
	if p.secrets || p.kind == record.SheetRecoveryKey {
		secrets = "yes"
	}
	switch p.kind {
	case record.SheetRecoveryKey:
		opens = cmp.Or(p.opens, recoverySlot(s))
	case record.SheetShare:
		opens = p.opens
	case record.SheetBackup:
	default:
		contents = asMuchAsFits(p.list)
	}
	r.Printed = map[string]string{}
	for _, one := range p.list {
		if len(r.Printed) < record.MaxPrinted {
			r.Printed[one.ID.String()] = record.PrintOf(one).String()
		}
	}
	kind := p.kind
	if kind == record.SheetRecords {
		kind = "" // as it is where nothing is said
	}
	for _, f := range []struct {
		role  record.Role
		value string
	}{
		{record.RoleSheet, p.number}, {record.RolePrinted, a.now.Format(time.DateOnly)}, {record.RoleContents, contents}, {record.RoleKeptAt, place},
		{record.RoleSecrets, secrets}, {record.RoleSheetIs, kind}, {record.RoleOpens, opens},
	} {
		record.SetSheet(r, f.role, f.value)
	}
	var err error
	r.Name, err = a.freeName(s, "", r, false)
	return r, err
}

// ownerOfAll is whose the records are; empty if they are of several people.
func ownerOfAll(list []*record.Record) string {
	if len(list) == 0 {
		return ""
	}
	for _, r := range list {
		if lang.Fold(r.Owner) != lang.Fold(list[0].Owner) {
			return ""
		}
	}
	return list[0].Owner
}

// recoverySlot is the newest recovery key of the vault, as a sheet names it.
func recoverySlot(s *store.Store) string {
	id := ""
	var newest time.Time
	for _, slot := range s.Slots() {
		if slot.Kind == keyring.KindRecovery && (id == "" || slot.Created.After(newest)) {
			id, newest = slot.ID.String()[:slotDigits], slot.Created
		}
	}
	return id
}

// slotDigits is how many digits of a slot's id a sheet remembers.
const slotDigits = 8

// asMuchAsFits puts the names of records below each other, up to the limit of a
// value. What the sheet was printed with is remembered whole elsewhere.
func asMuchAsFits(list []*record.Record) string {
	var all strings.Builder
	for i, r := range list {
		if all.Len()+len(r.Name) >= record.MaxValue {
			break
		}
		if i > 0 {
			all.WriteByte('\n')
		}
		all.WriteString(r.Name)
	}
	return all.String()
}
