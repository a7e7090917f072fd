package recovery

import (
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// mostPrinted is how many records a command to print names.
const mostPrinted = 8

// sheet enters a printed sheet that does not say any more what its records say.
func (w *clockwork) sheet(r *record.Record) {
	if r.Template != record.SheetTemplate {
		return
	}
	known := record.ReadSheet(r)
	switch {
	case known.Fate != record.SheetThere:
	case known.Kind == record.SheetBackup:
		w.oldBackup(r)
	case known.Kind == record.SheetRecoveryKey, known.Kind == record.SheetShare:
		if !w.m.current(known) {
			w.anyDay(&Clock{Kind: ClockSheet, Record: r, Command: papers("--shredded", r),
				What: lang.T("the key on it opens the vault no more", "この紙の鍵では、もう金庫は開きません"),
				Do:   lang.T("shred it, and note that:", "裁断して、記録してください:")})
		}
	default:
		w.oldSheet(r, known)
	}
}

// papers is the command that notes something about one sheet.
func papers(flag string, r *record.Record) []lang.Text {
	return []lang.Text{both("papers"), both(flag), both(r.Name)}
}

// oldSheet enters a sheet of records, of whatever kind, that changed.
func (w *clockwork) oldSheet(r *record.Record, known record.Sheet) {
	on := w.printedOn(r)
	standing := record.SheetState(r, on)
	if standing.Current() {
		return
	}
	list := func(names []string) lang.Text {
		return lang.Text{EN: strings.Join(names, ", "), JA: strings.Join(names, "、")}
	}
	c := &Clock{Kind: ClockSheet, Record: r, Command: edit(r),
		What: said(lang.T("changed since it was printed: %s", "印刷したあとで変わった記録: %s"), list(standing.Changed)),
		Do:   lang.T("print it anew, put the new one in the place of the old, and note it:", "印刷し直して古い紙と取り替え、記録してください:")}
	if len(standing.Changed) == 0 {
		c.What = said(lang.T("on it, but not among the records any more: %s", "載っているのに、もう記録にないもの: %s"), list(standing.Missing))
		c.Do = lang.T("see whether the paper is still needed, and note it:", "この紙がまだ要るか見直し、書き直してください:")
	} else if len(on) <= mostPrinted && known.Kind == record.SheetRecords {
		c.Command = []lang.Text{both("print")}
		for _, other := range on {
			c.Command = append(c.Command, both(other.Name))
		}
		c.Command = append(c.Command, both("-o"), both(known.FileAnew(w.now))) // on the screen it would be no sheet
		if known.Place != "" {
			c.Command = append(c.Command, both("--kept-at"), both(known.Place))
		}
	} else if known.Kind != record.SheetRecords {
		c.Command = []lang.Text{both("papers"), both(r.Name)} // which says how it is printed
	}
	w.anyDay(c)
}

// oldBackup enters a paper backup that lacks much.
func (w *clockwork) oldBackup(r *record.Record) {
	standing := record.SheetState(r, w.records)
	if !standing.BackupOld(r, w.now) {
		return
	}
	n := len(standing.Changed) + len(standing.Newer)
	w.anyDay(&Clock{Kind: ClockSheet, Record: r, Command: []lang.Text{both("backup"), both("--paper"), both("-o"), both(record.ReadSheet(r).FileAnew(w.now))},
		What: plural(lang.T("%d record is newer than this paper backup", "この紙の控えより新しい記録が %d 件あります"), lang.T("%d records are newer than this paper backup", "この紙の控えより新しい記録が %d 件あります"), n),
		Do:   lang.T("print a new one, put it in the place of the old, and note that as shredded:", "新しく印刷して取り替え、前のものは裁断して記録してください:")})
}

// checkSheet enters when a printed sheet is to be compared with what was printed.
func (w *clockwork) checkSheet(r *record.Record) {
	if r.Template != record.SheetTemplate {
		return
	}
	known := record.ReadSheet(r)
	day, ok := record.CheckBy(r, w.printedOn(r))
	if !ok || !w.m.current(known) {
		return
	}
	c := &Clock{Kind: ClockCheck, Record: r, Command: []lang.Text{both("check-paper"), both(r.Name)},
		What: said(lang.T("printed on %s, and never compared since", "%s に印刷してから、一度も照合していません"), known.Printed),
		Do:   lang.T("take it out and compare it, to see that it is there and can be read:", "取り出して照合し、紙があって読めることを確かめてください:")}
	if known.Checked != "" {
		c.What = said(lang.T("last compared on %s: a year by this day", "最後に照合したのは %s です。この日で 1 年になります"), known.Checked)
	}
	w.on(day, c)
}
