package recovery

import (
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
	if owner == "" && (known.Kind == record.SheetBackup || known.Kind == record.SheetRecoveryKey) {
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

// Abroad returns the sheets of paper that cannot be found, as assets: whoever is
// a stranger may have them.
func (m *Model) Abroad() []string { return m.abroad }
