package store

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// slotSet returns the ways in that belong to the vault: those that the index
// names, as it names them, and those that a key opened where there is no index.
// A slot of an identity that the vault does not have any more is none.
func (v *LooseVault) slotSet() slotSet {
	set := slotSet{hints: map[record.ID][]byte{}}
	if v.idx != nil {
		for _, info := range v.idx.head.Slots {
			if i := slices.IndexFunc(v.loose.files, func(f looseFile) bool { return f.sum == info.SHA256 }); i >= 0 {
				v.addSlot(&set, info, i)
			}
		}
	}
	for _, one := range v.slots {
		f := v.loose.files[one.file]
		known := slices.ContainsFunc(set.infos, func(i SlotInfo) bool { return i.ID == one.info.ID })
		if known || one.vault != v.identities[0] || v.idx != nil && len(set.sealed) > 0 {
			continue
		}
		v.addSlot(&set, SlotInfo{ID: one.info.ID, SHA256: f.sum, Kind: one.info.Kind, Label: one.info.Label, Created: one.info.Created}, one.file)
	}
	return set
}

func (v *LooseVault) addSlot(set *slotSet, info SlotInfo, file int) {
	sealed, err := v.loose.content(file)
	if err != nil {
		return
	}
	v.loose.files[file].opened = true
	hint, ok := v.loose.hints[info.ID]
	switch {
	case ok && digestOf(hint) == info.HintSHA256:
		set.hints[info.ID] = hint
	default:
		info.HintSHA256 = digest{}
	}
	set.infos = append(set.infos, info)
	set.sealed = append(set.sealed, sealedSlot{id: info.ID, sealed: sealed})
}

// Rebuild writes the vault to path as Restore does: a new file with the same id,
// identity, slots, records, history and attached files, as far as they are there.
// Each revision has its number where that is possible: where one is missing, those
// before it move up, since a history has no gaps.
func (v *LooseVault) Rebuild(path string, cfg Config, plan RestorePlan) (Restored, error) {
	return restoreTo(path, cfg, plan, func(path string) (string, bool, error) {
		w, older, err := v.write(cfg)
		if err != nil {
			return "", false, err
		}
		temp, err := w.beside(path)
		return temp, older, err
	})
}

// write works out the whole file. older reports whether this machine has seen a
// later state.
func (v *LooseVault) write(cfg Config) (w *write, older bool, err error) {
	h := indexHeader{}
	generation, sum := uint64(0), digest{}
	if v.idx != nil {
		h = v.idx.head
		generation, sum = h.Generation, v.idxSum
	}
	if seen := cfg.readPin(v.ID); seen != nil && seen.Generation >= generation {
		older = seen.Generation > generation
		generation, sum = seen.Generation, seen.Index
	}
	h.Format, h.Vault, h.Generation, h.Previous = Format, v.ID, generation+1, sum
	h.Time, h.Digest, h.Last = cfg.Now.UTC().Truncate(time.Second), nil, nil
	h.Retired = v.retired(h.Retired, h.Time)
	h.Slots = slices.Clone(v.ways.infos)
	w = &write{next: &index{head: h}}
	w.putSlots(v.ways)
	b := &rebuilding{LooseVault: v, w: w, names: map[string]bool{}, files: map[record.ID]bool{}}
	if err := b.putRecords(); err != nil {
		return nil, false, err
	}
	plain, err := w.next.encode()
	if err != nil {
		return nil, false, err
	}
	if w.sealed, err = v.identities[0].Seal(plain); err != nil {
		return nil, false, err
	}
	w.put(bucketMeta, keyFormat, []byte(formatLine))
	w.put(bucketIndex, keyIndex, w.sealed)
	return w, older, nil
}

// retired adds the identities that were found besides to those the index has:
// older backups may be sealed to them.
func (v *LooseVault) retired(list []retired, until time.Time) []retired {
	list = slices.Clone(list)
	for _, one := range v.identities[1:] {
		if !slices.ContainsFunc(list, func(r retired) bool { return r.Key == one.Retire() }) {
			list = append(list, retired{Key: one.Retire(), Until: until})
		}
	}
	return list
}

// A rebuilding is one run of Rebuild.
type rebuilding struct {
	*LooseVault
	w     *write
	names map[string]bool    // in use outside the trash
	files map[record.ID]bool // written
}

// putRecords writes each record with its history and its files.
func (v *rebuilding) putRecords() error {
	w := v.w
	for _, p := range v.plans {
		list := append(slices.Clone(p.past), p.current)
		last := max(p.current.revision, uint64(len(list)))
		e := entryRest{Revision: last, Past: uint64(len(p.past))}
		for i, one := range list {
			revision := last - uint64(len(list)-1-i)
			sealed, r, err := v.resealed(one, revision)
			if err != nil {
				return err
			}
			if err := v.putFiles(r); err != nil {
				return err
			}
			if i+1 < len(list) {
				w.put(bucketHistory, historyKey(p.id, revision), sealed)
				e.PastSHA256 = e.PastSHA256.chain(digestOf(sealed))
				continue
			}
			if err := v.putCurrent(r, sealed, e); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(w.next.attached, func(a, b attached) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return nil
}

// putCurrent writes a record's current version. If another record has its name by
// now, which can be where they come from different times, it gets one more
// revision with a number behind its name.
func (v *rebuilding) putCurrent(r *record.Record, sealed []byte, e entryRest) error {
	w := v.w
	if name := claimName(v.names, r); name != r.Name {
		w.put(bucketHistory, historyKey(r.ID, r.Revision), sealed)
		e.PastSHA256, e.Past, e.Revision = e.PastSHA256.chain(digestOf(sealed)), e.Past+1, e.Revision+1
		r.Name, r.Revision = name, e.Revision
		plain, err := record.Encode(r)
		if err != nil {
			return err
		}
		if sealed, err = v.identities[0].Seal(plain); err != nil {
			return err
		}
	}
	e.Card = cardOf(r)
	line, err := newEntry(r.ID, digestOf(sealed), e)
	if err != nil {
		return err
	}
	w.next.entries = append(w.next.entries, line)
	w.put(bucketRecords, slices.Clone(r.ID[:]), sealed)
	return nil
}

// claimName returns the name that a record gets: its own, with a number behind it
// where another outside the trash has that.
func claimName(inUse map[string]bool, r *record.Record) string {
	if r.Trashed != nil {
		return r.Name
	}
	name := r.Name
	for i := 2; inUse[record.NameKey(name)]; i++ {
		number := fmt.Sprintf("-%d", i)
		name = strings.ToValidUTF8(r.Name[:min(len(r.Name), record.MaxName-len(number))], "") + number
	}
	inUse[record.NameKey(name)] = true
	return name
}

// resealed returns a version as a value of the vault: as it was found where that
// will do, otherwise with the revision it gets, sealed anew.
func (v *LooseVault) resealed(one version, revision uint64) ([]byte, *record.Record, error) {
	plain, err := v.plainOf(one)
	if err != nil {
		return nil, nil, err
	}
	r, err := record.Decode(plain)
	if r == nil {
		return nil, nil, damaged("a file that was read before", err)
	}
	if revision == one.revision && one.line < 0 && one.by == v.identities[0] {
		sealed, err := v.loose.content(one.file)
		return sealed, r, err
	}
	if revision != one.revision {
		r.Revision = revision
		if plain, err = record.Encode(r); err != nil {
			return nil, nil, err
		}
	}
	sealed, err := v.identities[0].Seal(plain)
	return sealed, r, err
}

// putFiles writes the files of a record that are there and were not yet written.
func (v *rebuilding) putFiles(r *record.Record) error {
	for _, at := range r.Attachments {
		ref, ok := v.attached[keyOf(at)]
		if !ok || v.files[at.ID] {
			continue
		}
		v.files[at.ID] = true
		sealed, err := v.loose.content(ref.file)
		if err == nil && ref.by != v.identities[0] {
			var data []byte
			if data, err = ref.by.OpenBytes(sealed); err == nil {
				sealed, err = v.identities[0].SealBytes(data)
			}
		}
		if err != nil {
			return err
		}
		v.w.next.attached = append(v.w.next.attached, attached{ID: at.ID, SHA256: digestOf(sealed)})
		v.w.put(bucketAttachments, slices.Clone(at.ID[:]), sealed)
	}
	return nil
}

// OpenRebuilt opens the vault that Rebuild made at path, without any key.
func (v *LooseVault) OpenRebuilt(path string, cfg Config) (*Store, error) {
	s, err := Open(path, cfg)
	if err != nil {
		return nil, err
	}
	s.vault = v.identities[0]
	for _, one := range v.slots {
		if slices.ContainsFunc(s.slots, func(slot sealedSlot) bool { return slot.id == one.info.ID }) {
			s.slot = one.info.ID
		}
	}
	if err := s.view(func(*pages) error { return nil }); err != nil {
		s.vault, s.idx = nil, nil
		return nil, err
	}
	return s, nil
}

// OpenAs unlocks a vault file whose identity is one of those that were found, so
// that its key need not be asked for once more. keyring.ErrNoMatch: it is another
// vault, or has another identity by now.
func (v *LooseVault) OpenAs(s *Store) error {
	for _, one := range v.identities {
		if s.SealedBy(one) {
			s.vault = one
			if err := s.view(func(*pages) error { return nil }); err != nil {
				s.vault, s.idx = nil, nil
				return err
			}
			return nil
		}
	}
	return keyring.ErrNoMatch
}

// Changed returns when the newest index that was found was written; zero if there
// is none.
func (v *LooseVault) Changed() time.Time {
	if v.idx == nil {
		return time.Time{}
	}
	return v.idx.head.Time
}
