package cli

import (
	"memovault/internal/keyring"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/store"
)

// liveRecords reads all records that are not in the trash. What is damaged was
// said when the vault was opened.
func (a *app) liveRecords(s *store.Store) ([]*record.Record, error) {
	list := make([]*record.Record, 0, s.Len())
	err := s.EachRaw(false, func(raw store.Raw) bool {
		if r, err := s.Parse(raw); err == nil {
			list = append(list, r)
		}
		return true
	})
	return list, err
}

// model derives who depends on what from the records and from what opens the
// vault.
func (a *app) model(s *store.Store, records []*record.Record) *recovery.Model {
	in := recovery.Input{Now: a.now, Records: records}
	for _, slot := range s.Slots() {
		known := recovery.Slot{ID: slot.ID, Passphrase: slot.Kind == keyring.KindPassphrase, Recovery: slot.Kind == keyring.KindRecovery, Need: slot.Need, Count: slot.Count}
		if slot.Proven != nil {
			known.Proven = *slot.Proven
		}
		in.Vault.Slots = append(in.Vault.Slots, known)
	}
	return recovery.Derive(in)
}
