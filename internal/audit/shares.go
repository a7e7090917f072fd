package audit

import (
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// The shares of a key, by what the ledger knows of their sheets: V16 and V17. All
// shares of a slot together are one way into the vault.
var shareRules = []*Rule{
	{
		ID: "V16", Severity: High, effort: errand, vault: sharesTooFew,
		Title:  lang.T("too few shares are left", "分け札が足りなくなりそう"),
		Why:    lang.T("the family can't open the vault with fewer than are needed, and a lost sheet can't be printed again", "必要な枚数がそろわないと、ご家族は金庫を開けられません。なくした紙は印刷し直せません"),
		Do:     lang.T("make new shares and hand them out, then remove the old ones (key remove):", "分け札を作り直して渡し、古いほうの鍵を外してください（key remove）:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
	{
		ID: "V17", Severity: Medium, effort: errand, vault: sharesTogether,
		Title:  lang.T("enough shares are in one hand", "分け札が 1 か所にそろっている"),
		Why:    lang.T("shares are made so that nobody opens the vault alone, and that one fire does not take all", "分け札は、1 人では開けられず、一度の火事で失わないためのものです"),
		Do:     lang.T("give one of them to somebody else, and note who has it:", "1 枚を別の人に渡し、持つ人を記録してください:"),
		Source: NotesAlone, AsOf: "2026-11-22",
	},
}

// sharesOf returns the sheets of the shares of a slot.
func (v *survey) sharesOf(slot Slot) (list []*subject) {
	for i := range v.subjects {
		s := &v.subjects[i]
		if s.r.Template != record.SheetTemplate {
			continue
		}
		known := record.ReadSheet(s.r)
		if known.Kind == record.SheetShare && (slot.ID.IsZero() || known.Opens != "" && strings.HasPrefix(slot.ID.String(), lang.Fold(known.Opens))) {
			list = append(list, s)
		}
	}
	return list
}

// fates counts sheets by what became of them.
func fates(sheets []*subject) (there, lost, shredded int) {
	for _, s := range sheets {
		switch record.ReadSheet(s.r).Fate {
		case record.SheetLost:
			lost++
		case record.SheetShredded:
			shredded++
		default:
			there++
		}
	}
	return there, lost, shredded
}

// slotOfShare returns the slot that a sheet's share opens; where nothing is known
// of the keys there may be one.
func (v *survey) slotOfShare(opens string) (Slot, bool) {
	for _, s := range v.in.Vault.Slots {
		if s.Need > 0 && (s.ID.IsZero() || strings.HasPrefix(s.ID.String(), lang.Fold(opens))) {
			return s, true
		}
	}
	return Slot{}, false
}

// shared reports whether a share still belongs to a slot of the vault.
func (v *survey) shared(opens string) bool {
	_, ok := v.slotOfShare(opens)
	return ok || len(v.in.Vault.Slots) == 0
}

// shareLost speaks of a share that cannot be found; false if it opens nothing any
// more.
func (v *survey) shareLost(known record.Sheet, out *match) bool {
	slot, ok := v.slotOfShare(known.Opens)
	if !ok {
		return false
	}
	_, lost, _ := fates(v.sharesOf(slot))
	if lost >= slot.Need {
		out.severity = Critical
		out.what = words(lang.T("%d shares cannot be found, and %d open the vault together", "分け札が %d 枚見つかりません。%d 枚そろうと金庫が開きます"), lost, slot.Need)
		return true
	}
	out.severity = Medium
	out.what = words(lang.T("one of %d shares: alone it opens nothing, but %d do together", "%d 枚の分け札の 1 枚です。1 枚では開きませんが、%d 枚そろうと開きます"), slot.Count, slot.Need)
	return true
}

// sharesAbroad reports whether so many shares of a key cannot be found that they
// open the vault together.
func (v *survey) sharesAbroad() bool {
	return slices.ContainsFunc(v.in.Vault.Slots, func(slot Slot) bool {
		if slot.Need == 0 {
			return false
		}
		_, lost, _ := fates(v.sharesOf(slot))
		return lost >= slot.Need
	})
}

// sharesPlaced reports whether of enough shares of a key it is noted where they
// are.
func (v *survey) sharesPlaced() bool {
	return slices.ContainsFunc(v.in.Vault.Slots, func(slot Slot) bool {
		placed := 0
		for _, s := range v.sharesOf(slot) {
			if known, ok := s.sheetThere(); ok && known.Place != "" {
				placed++
			}
		}
		return slot.Need > 0 && placed >= slot.Need
	})
}

// sharesTooFew speaks where sheets were noted as lost or shredded and hardly
// enough are left. A sheet that was not noted may be there.
func sharesTooFew(v *survey, hit func(match)) {
	for _, slot := range v.in.Vault.Slots {
		if slot.Need == 0 {
			continue
		}
		_, lost, shredded := fates(v.sharesOf(slot))
		gone := lost + shredded
		left := slot.Count - gone
		out := match{command: []lang.Text{both("key"), both("add"), both("shares"), both(splitting(slot)), both("-o"), lang.T("shares.pdf", "wakefuda.pdf")}}
		switch {
		case gone == 0 || left > slot.Need:
			continue
		case left < slot.Need:
			out.what = words(lang.T("%d of %d shares are needed, and %d are left: together they open nothing any more", "%[2]d 枚のうち %[1]d 枚が要りますが、残りは %[3]d 枚で、もう開きません"), slot.Need, slot.Count, left)
		default:
			out.severity = Medium
			out.what = words(lang.T("%d of %d shares are needed, and just as many are left", "%[2]d 枚のうち %[1]d 枚が要り、残りはちょうどその枚数です"), slot.Need, slot.Count)
		}
		hit(out)
	}
}

// sharesTogether speaks where so many sheets lie at one place, or with one person,
// that they open the vault.
func sharesTogether(v *survey, hit func(match)) {
	for _, slot := range v.in.Vault.Slots {
		at := map[string][]*subject{}
		var places []string
		for _, s := range v.sharesOf(slot) {
			known, ok := s.sheetThere()
			if place := lang.Fold(known.Place); ok && place != "" {
				if at[place] == nil {
					places = append(places, place)
				}
				at[place] = append(at[place], s)
			}
		}
		for _, place := range places {
			if sheets := at[place]; slot.Need > 0 && len(sheets) >= slot.Need {
				hit(match{about: sheets[:1], fields: sheets[0].keysOf(record.RoleKeptAt), command: sheets[0].papers("--move", elsewhere),
					what: words(lang.T("%d shares are kept at %s, and %d open the vault", "分け札が %d 枚「%s」にあり、%d 枚で金庫が開きます"), len(sheets), record.ReadSheet(sheets[0].r).Place, slot.Need)})
			}
		}
	}
}

// splitting is how the shares of a slot are asked for.
func splitting(slot Slot) string { return strconv.Itoa(slot.Need) + "-of-" + strconv.Itoa(slot.Count) }
