package recovery

import (
	"fmt"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
)

// sheetPaper is a printed sheet. One that cannot be found is in the hands of
// somebody else; one that was shredded is in nobody's.
func (d *deriver) sheetPaper(s *subject) string {
	known := record.ReadSheet(s.r)
	if known.Fate == record.SheetShredded {
		return d.node(Thing{ID: "shredded:" + s.id, Kind: KindNone, Record: s.r, Owner: s.r.Owner,
			Label: said(lang.T("the sheet %s, which is shredded", "用紙 %s（裁断済み）"), s.r.Name)}, func(string) {})
	}
	owner := s.r.Owner
	if owner == "" && slices.Contains([]string{record.SheetBackup, record.SheetRecoveryKey, record.SheetShare}, known.Kind) {
		owner = d.keeper()
	}
	text := s.value(record.RoleKeptAt)
	at := d.lodge.find(owner, text)
	if to := d.to(text); to == s {
		at = spot{house: d.lodge.home(owner)}
	}
	label := lang.T("the sheet %s", "用紙 %s")
	if known.Fate == record.SheetLost {
		label = lang.T("the sheet %s, which cannot be found", "用紙 %s（見つからない）")
	}
	id, fresh := d.asset(Thing{ID: "sheet:" + s.id, Kind: KindPaper, Record: s.r, Field: s.keyOf(record.RoleKeptAt), Owner: owner, Place: text,
		Label: said(label, s.r.Name)})
	if !fresh {
		return id
	}
	if known.Fate == record.SheetLost {
		d.loseAlready(id)
		d.m.abroad = append(d.m.abroad, id)
		return id
	}
	d.liesAt(id, at, owner)
	d.on(happening{kind: Lose, subject: s}, id).loot(id)
	return id
}

// sheetsOf calls f for each sheet of the kind that was not shredded.
func (d *deriver) sheetsOf(kind string, f func(*subject)) {
	for _, s := range d.subjects {
		if s.role != roleSheet {
			continue
		}
		if known := record.ReadSheet(s.r); known.Kind == kind && known.Fate != record.SheetShredded {
			f(s)
		}
	}
}

// printedKeys adds the sheets with a recovery key that opens the vault, and
// reports whether there are any.
func (d *deriver) printedKeys(key string) (any bool) {
	d.sheetsOf(record.SheetRecoveryKey, func(s *subject) {
		if d.m.opens(record.ReadSheet(s.r).Opens) {
			d.needs(key, lockout.Sure, d.sheetPaper(s))
			any = true
		}
	})
	return any
}

// opens reports whether a recovery key of the vault has the id that a sheet
// remembers. Where either is not known it may.
func (m *Model) opens(id string) bool {
	return len(m.in.Vault.Slots) == 0 || slices.ContainsFunc(m.in.Vault.Slots, func(slot Slot) bool {
		return slot.Recovery && (slot.ID.IsZero() || strings.HasPrefix(slot.ID.String(), id))
	})
}

// sharedKeys adds the keys that are split into shares, and reports whether there
// are any.
func (d *deriver) sharedKeys(key string) (any bool) {
	for _, slot := range d.vault.Slots {
		if slot.Need > 0 {
			d.needs(key, lockout.Sure, d.sharedKey(slot))
			any = true
		}
	}
	return any
}

// sharedKey is having enough of the shares of a key. Those of which no sheet is
// noted may be anywhere.
func (d *deriver) sharedKey(slot Slot) string {
	return d.node(Thing{ID: "shares:" + slot.ID.String(), Kind: KindVault, Record: recordOf(d.vaultRecord), Owner: d.keeper(),
		Label: said(lang.T("%d of the %d shares of a key of the vault", "金庫の鍵の分け札 %[2]d 枚のうち %[1]d 枚"), slot.Need, slot.Count)}, func(id string) {
		var sheets []string
		d.sheetsOf(record.SheetShare, func(s *subject) {
			known := record.ReadSheet(s.r)
			if known.Opens == "" || !strings.HasPrefix(slot.ID.String(), lang.Fold(known.Opens)) {
				return
			}
			sheets = append(sheets, d.shareAt(s))
		})
		for n := len(sheets) + 1; n <= slot.Count; n++ {
			share, _ := d.asset(Thing{ID: fmt.Sprintf("share:%s:%d", slot.ID, n), Kind: KindPaper, Owner: d.keeper(), Unknown: true,
				Label: lang.T("a share of a key of the vault, wherever it is", "金庫の鍵の分け札（場所は記録なし）"), command: []lang.Text{both("add"), both(record.SheetTemplate)}})
			sheets = append(sheets, share)
		}
		if sheets = unique(sheets); slot.Need <= len(sheets) && len(sheets) <= lockout.MaxBody {
			d.b.AddRule(id, slot.Need, sheets, lockout.Sure, 0)
		}
	})
}

// shareAt is having the share on a sheet; of one that a person keeps, once that
// person brings it.
func (d *deriver) shareAt(s *subject) string {
	sheet := d.sheetPaper(s)
	if d.lodge.find(s.r.Owner, s.value(record.RoleKeptAt)).person == nil {
		return sheet
	}
	return d.node(Thing{ID: "brought:" + s.id, Kind: KindPaper, Record: s.r, Owner: s.r.Owner,
		Label: said(lang.T("the sheet %s, brought by whoever has it", "用紙 %s（持っている人に出してもらう）"), s.r.Name)}, func(id string) {
		d.needs(id, lockout.Person, sheet)
	})
}

// current reports whether the key on a sheet may still open the vault: always for
// a sheet that is of no key.
func (m *Model) current(known record.Sheet) bool {
	switch known.Kind {
	case record.SheetRecoveryKey:
		return m.opens(known.Opens)
	case record.SheetShare:
		return len(m.in.Vault.Slots) == 0 || slices.ContainsFunc(m.in.Vault.Slots, func(slot Slot) bool {
			return slot.Need > 0 && (slot.ID.IsZero() || strings.HasPrefix(slot.ID.String(), lang.Fold(known.Opens)))
		})
	}
	return true
}

// Abroad returns the sheets of paper that cannot be found, as assets: whoever is
// a stranger may have them.
func (m *Model) Abroad() []string { return m.abroad }
