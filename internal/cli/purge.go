package cli

import (
	"fmt"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A goner is a record that is to be removed for good.
type goner struct {
	store.Card
	past, files int
	sheets      []string // numbers of the sheets on paper that show it
}

// runPurge removes records for good, out of the trash or not.
func (a *app) runPurge(names []string, yes bool) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	goners, err := a.goners(s, names)
	if err != nil {
		return err
	}
	if err := a.mayAsk(yes); err != nil {
		return err
	}
	if !yes {
		a.showGoners(goners)
		if ok, err := a.confirm(lang.T("Remove for good?", "完全に消しますか？")); err != nil || !ok {
			return cancelledUnless(err)
		}
	}
	ids := make([]record.ID, len(goners))
	for i, g := range goners {
		ids[i] = g.ID
	}
	err = a.patiently(lang.T("writing the vault anew ...", "金庫を書き直しています..."), func() error { return s.Purge(ids) })
	if err != nil {
		return err
	}
	a.sayWarnings(s)
	a.say(plural(len(ids), lang.T("%d record is gone for good; nothing of it is left in the vault", "%d 件を完全に消しました。金庫の中には何も残っていません"),
		lang.T("%d records are gone for good; nothing of them is left in the vault", "%d 件を完全に消しました。金庫の中には何も残っていません")), len(ids))
	places, err := a.placesOf(s)
	if err != nil {
		return err
	}
	a.say(lang.T("Places that may still have what was removed:", "消したものが、まだ残っているかもしれない場所:"))
	a.sayPlaces(places, lang.T("if it has to be gone there too", "そこにも残したくなければ"))
	return nil
}

// goners finds the records and what will go with them.
func (a *app) goners(s *store.Store, names []string) ([]goner, error) {
	sheets, err := a.sheets(s)
	if err != nil {
		return nil, err
	}
	var list []goner
	seen := map[record.ID]bool{}
	for _, name := range names {
		c, err := a.find(s, name)
		if err != nil {
			return nil, err
		}
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		g := goner{Card: c}
		if err := g.count(s); err != nil {
			return nil, err
		}
		for _, sheet := range sheets {
			if _, shows := sheet.Printed[c.ID.String()]; shows && record.ReadSheet(sheet).Fate != record.SheetShredded {
				g.sheets = append(g.sheets, sheetHandle(sheet))
			}
		}
		list = append(list, g)
	}
	return list, nil
}

// count counts the earlier revisions and the files of all of them.
func (g *goner) count(s *store.Store) error {
	now, err := s.Record(g.ID)
	if err != nil {
		return err
	}
	past, err := s.History(g.ID)
	if err != nil {
		return err
	}
	files := map[record.ID]bool{}
	for _, r := range append(past, now) {
		for _, file := range r.Attachments {
			files[file.ID] = true
		}
	}
	g.past, g.files = len(past), len(files)
	return nil
}

// showGoners says what a purge would remove, and that nothing brings it back.
func (a *app) showGoners(goners []goner) {
	a.say(lang.T("To be removed for good, with everything that ever stood in it:", "前の版も添付ファイルも含めて、完全に消すもの:"))
	for _, g := range goners {
		line := fmt.Sprintf("%s  %s  %s", term.Sanitize(g.Name), term.Sanitize(a.kind(g.Template)), term.Sanitize(g.Title))
		if g.past > 0 {
			line += a.text(plural(g.past, lang.T(", %d earlier version", "、前の版 %d 個"), lang.T(", %d earlier versions", "、前の版 %d 個")), g.past)
		}
		if g.files > 0 {
			line += a.text(plural(g.files, lang.T(", %d attached file", "、添付ファイル %d 個"), lang.T(", %d attached files", "、添付ファイル %d 個")), g.files)
		}
		a.talk("  ", line)
		for _, number := range g.sheets {
			a.talk("    ", a.text(lang.T("on paper it stays: sheet %s", "紙には残ります: 用紙 %s"), number))
		}
	}
	a.say(lang.T("Undo does not bring it back. Only backups from before still have it.", "undo では戻せません。残るのは、これまでの控えの中だけです。"))
}
