package store

import (
	"fmt"
	"io"
	"time"

	"memovault/internal/keyring"
)

// A retired identity is one that the vault had before it got another. Backups
// made then are sealed to it.
type retired struct {
	Key   string    `json:"key"` // the line of an identity file
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until"`
}

// Format implements fmt.Formatter: the key is as secret as the vault's own.
func (retired) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "store.retired(redacted)") }

// Retired returns the identities the vault had before the one it has, newest
// first; none while locked. They open backups and copies made then.
func (s *Store) Retired() []*keyring.Vault {
	if s.idx == nil {
		return nil
	}
	var list []*keyring.Vault
	for _, one := range s.idx.head.Retired {
		if v, err := keyring.ParseRetired(s.ID(), one.Key); err == nil {
			list = append(list, v)
		}
	}
	return list
}

// SealedBy reports whether the index in the file is sealed by that identity.
func (s *Store) SealedBy(v *keyring.Vault) bool {
	opens := false
	err := s.view(func(p *pages) error {
		sealed, err := p.get(bucketIndex, keyIndex)
		if err == nil {
			_, err = v.OpenText(sealed)
		}
		opens = err == nil
		return nil
	})
	return err == nil && opens
}

// Identity returns the vault's identity, nil while locked. It is for what has to
// be opened beside the vault by its own key: backups, and copies of it.
func (s *Store) Identity() *keyring.Vault { return s.vault }
