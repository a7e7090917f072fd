package store

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A recordPlan says what becomes of one record: which version it has, and which
// come before it.
type recordPlan struct {
	id      record.ID
	current version
	past    []version // oldest first
	wanted  uint64    // revision that the index names; 0 if it names none
}

// A LooseReport says what there is of a vault, and what is not.
type LooseReport struct {
	Records     int
	Trashed     int
	Revisions   int        // earlier ones
	Attachments int        // attached files that are there
	Index       bool       // an index was found; otherwise nothing tells what is missing
	Generation  uint64     // of that index
	Ways        []SlotInfo // ways in that are there, and belong to the vault
	LostWays    []SlotInfo // ways in that the index names, and that are not there
	OpenedOut   bool       // none of Ways is one that the keys opened
	Older       []Card     // records of which only an earlier revision is there, as it is
	Lost        []Card     // records of which nothing is there, as the index names them
	LostFiles   []LostFile
	Purged      int // records that were deleted for good, and are left out
}

// A LostFile is an attached file that is not there.
type LostFile struct{ Record, Name string }

// plan decides which version of each record counts. Where the newest index names
// one it decides; a higher revision than it names is of a later commit whose index
// is lost. All other versions come before it, none is dropped.
func (v *LooseVault) plan() {
	v.chooseIndex()
	v.orderIdentities()
	v.ways = v.slotSet()
	for id, list := range v.versions {
		if v.isPurged(id) {
			continue
		}
		p := recordPlan{id: id}
		var named digest
		if v.idx != nil {
			if e, ok := v.idx.entry(id); ok {
				p.wanted, _ = e.revision()
				named = e.sum
			}
		}
		list = v.distinct(list)
		slices.SortStableFunc(list, func(a, b version) int {
			return cmp.Or(v.bySuccessor(a, p.wanted)-v.bySuccessor(b, p.wanted), cmp.Compare(a.revision, b.revision), v.isNamed(a, named)-v.isNamed(b, named),
				a.updated.Compare(b.updated), bytes.Compare(a.plain[:], b.plain[:]))
		})
		n := len(list) - 1
		p.current, p.past = list[n], list[:n]
		v.plans = append(v.plans, p)
	}
	slices.SortFunc(v.plans, func(a, b recordPlan) int { return bytes.Compare(a.id[:], b.id[:]) })
}

// chooseIndex takes the newest index. One that is sealed to an identity which the
// vault has given up counts only where there is no other: who knows that identity
// can write any generation into it.
func (v *LooseVault) chooseIndex() {
	for _, one := range v.indexes {
		former := v.former[one.by]
		if v.idx == nil || v.former[v.idxBy] && !former ||
			v.former[v.idxBy] == former && v.idx.head.Generation < one.idx.head.Generation {
			v.idx, v.idxSum, v.idxBy = one.idx, one.idxSum, one.by
		}
	}
}

// bySuccessor returns 1 for what an identity sealed that was not given up, where
// the index is of such a one, too: what comes after the index can only be by that.
func (v *LooseVault) bySuccessor(one version, wanted uint64) int {
	if v.former[one.by] && !v.former[v.idxBy] && one.revision > wanted && wanted > 0 {
		return 0
	}
	return 1
}

// isPurged reports whether the record was deleted for good. One that was edited in
// another copy, and came back with it, is in the index.
func (v *LooseVault) isPurged(id record.ID) bool {
	if v.idx == nil {
		return false
	}
	_, there := v.idx.entry(id)
	return !there && slices.ContainsFunc(v.idx.head.Purged, func(t Tombstone) bool { return t.ID == id })
}

// openedBy reports whether a key opened that slot.
func (v *LooseVault) openedBy(way SlotInfo) bool {
	return slices.ContainsFunc(v.slots, func(one looseSlot) bool { return v.loose.files[one.file].sum == way.SHA256 })
}

// isNamed returns 1 for the file whose digest is that in the index.
func (v *LooseVault) isNamed(one version, sum digest) int {
	if one.line < 0 && v.loose.files[one.file].sum == sum {
		return 1
	}
	return 0
}

// distinct leaves one of several versions with the same content and revision: a
// file of its own before a line of a digest, one of today's identity before others.
func (v *LooseVault) distinct(list []version) []version {
	best := map[digest]version{}
	for _, one := range list {
		have, ok := best[one.plain]
		if !ok || v.rank(one) < v.rank(have) || v.rank(one) == v.rank(have) && one.file < have.file {
			best[one.plain] = one
		}
	}
	return slices.Collect(maps.Values(best))
}

func (v *LooseVault) rank(one version) int {
	rank := 2 * slices.Index(v.identities, one.by)
	if one.line >= 0 {
		rank += 1000
	}
	return rank
}

// orderIdentities puts the one first that the vault goes on with: that of the
// newest index, otherwise that which opens the most.
func (v *LooseVault) orderIdentities() {
	opens := map[*keyring.Vault]int{}
	for _, list := range v.versions {
		for _, one := range list {
			opens[one.by]++
		}
	}
	slices.SortStableFunc(v.identities, func(a, b *keyring.Vault) int {
		if (a == v.idxBy) != (b == v.idxBy) {
			if a == v.idxBy {
				return -1
			}
			return 1
		}
		return opens[b] - opens[a]
	})
}

// Report says what there is. It reads every record once.
func (v *LooseVault) Report() (LooseReport, error) {
	rep := LooseReport{Records: len(v.plans), Ways: slices.Clone(v.ways.infos)}
	rep.OpenedOut = !slices.ContainsFunc(rep.Ways, v.openedBy)
	there := map[record.ID]bool{}
	files := map[record.ID]bool{}
	for _, p := range v.plans {
		there[p.id] = true
		rep.Revisions += len(p.past)
		r, err := v.recordOf(p.current)
		if err != nil {
			return rep, err
		}
		if r.Trashed != nil {
			rep.Trashed++
		}
		if p.current.revision < p.wanted {
			rep.Older = append(rep.Older, cardOf(r))
		}
		for _, at := range r.Attachments {
			if _, ok := v.attached[keyOf(at)]; !ok {
				rep.LostFiles = append(rep.LostFiles, LostFile{r.Name, at.Name})
			} else if !files[at.ID] {
				files[at.ID] = true
				rep.Attachments++
			}
		}
	}
	if v.idx == nil {
		return rep, nil
	}
	rep.Index, rep.Generation = true, v.idx.head.Generation
	for _, way := range v.idx.head.Slots {
		if !slices.ContainsFunc(rep.Ways, func(have SlotInfo) bool { return have.ID == way.ID }) {
			rep.LostWays = append(rep.LostWays, way)
		}
	}
	for _, e := range v.idx.entries {
		if rest, err := e.rest(); err == nil && !there[e.id] {
			rep.Lost = append(rep.Lost, rest.Card)
		}
	}
	for id := range v.versions {
		if v.isPurged(id) {
			rep.Purged++
		}
	}
	return rep, nil
}

// recordOf reads a version; one of a newer program as it is.
func (v *LooseVault) recordOf(one version) (*record.Record, error) {
	plain, err := v.plainOf(one)
	if err != nil {
		return nil, err
	}
	r, err := record.Decode(plain)
	if r == nil {
		return nil, damaged("a file that was read before", err)
	}
	return r, nil
}

func keyOf(at record.Attachment) attachedKey { return attachedKey{at.Size, strings.ToLower(at.SHA256)} }

// Records returns the current version of each record, in order of id, as a record
// of no vault, and the attached files that are there. A file that is not there is
// left out of its record: see LooseReport.LostFiles. Names are made different.
func (v *LooseVault) Records() ([]*record.Record, map[record.ID][]byte, error) {
	var list []*record.Record
	files := map[record.ID][]byte{}
	names := map[string]bool{}
	for _, p := range v.plans {
		r, err := v.recordOf(p.current)
		if err != nil {
			return nil, nil, err
		}
		r.Vault, r.Revision, r.Name = record.ID{}, 0, claimName(names, r)
		kept := r.Attachments[:0]
		for _, at := range r.Attachments {
			ref, ok := v.attached[keyOf(at)]
			if !ok {
				continue
			}
			if files[at.ID], err = v.fileOf(ref); err != nil {
				return nil, nil, err
			}
			kept = append(kept, at)
		}
		r.Attachments = kept
		list = append(list, r)
	}
	return list, files, nil
}

func (v *LooseVault) fileOf(ref looseRef) ([]byte, error) {
	sealed, err := v.loose.content(ref.file)
	if err != nil {
		return nil, err
	}
	data, err := ref.by.OpenBytes(sealed)
	if err != nil {
		return nil, damaged("a file that was read before", err)
	}
	return data, nil
}
