package keyring

import (
	"errors"
	"runtime"

	"filippo.io/age"
)

// A vault may get another identity: because somebody may know the one it has, or
// to have a hybrid one. Its id stays; what the former identity sealed, backups
// above all, is still opened by that.

// Successor returns a new identity for the same vault: X25519 or, with pq, the
// hybrid, as for New.
func (v *Vault) Successor(pq bool) (*Vault, error) {
	key, err := generateKey(pq)
	if err != nil {
		return nil, err
	}
	return newVault(v.id, key)
}

// Hybrid reports whether the identity is one of ML-KEM-768 and X25519.
func (v *Vault) Hybrid() bool { return IsHybrid(v.recipient) }

// Same reports whether both are the same identity of the same vault.
func (v *Vault) Same(other *Vault) bool {
	return other != nil && v.id == other.id && v.key == other.key
}

// Retire returns the line of an identity file, AGE-SECRET-KEY-…, by which
// ParseRetired makes the identity again. It opens everything the identity ever
// sealed: it must be written nowhere but inside a sealed value.
func (v *Vault) Retire() string { return v.key }

// ParseRetired makes the identity of the vault with that id again. The error
// names no part of the line.
func ParseRetired(id [16]byte, line string) (*Vault, error) { return newVault(id, line) }

// Reseal seals the identity to r as the slot that info describes: with its id,
// kind, label and day, so that what is printed on paper of a slot stays true.
// Nothing proves that anybody has the key to r; see NewSlot.
func (v *Vault) Reseal(info SlotInfo, r age.Recipient) (Slot, error) {
	if !kindFits(info.Kind) {
		return Slot{}, errKind
	}
	if !labelFits(info.Label) {
		return Slot{}, ErrLabel
	}
	sealed, err := encrypt(v.slotText(info), r)
	if err != nil {
		return Slot{}, err
	}
	return Slot{ID: info.ID, Kind: info.Kind, Label: info.Label, Created: info.Created, Sealed: sealed}, nil
}

// ErrNotPassphrase says that an identity is not one that PassphraseIdentity made.
var ErrNotPassphrase = errors.New("not the identity of a passphrase")

// IsPassphrase reports whether PassphraseIdentity made id.
func IsPassphrase(id age.Identity) bool {
	r, ok := id.(redacted)
	if !ok {
		return false
	}
	_, ok = r.Identity.(deriving)
	return ok
}

// ResealPassphrase is Reseal to the passphrase of an identity that
// PassphraseIdentity made, and proves the slot by opening it again. It costs two
// derivations. The errors are ErrNotPassphrase and those of Reseal.
func (v *Vault) ResealPassphrase(info SlotInfo, id age.Identity) (Slot, error) {
	if !IsPassphrase(id) {
		return Slot{}, ErrNotPassphrase
	}
	r, err := PassphraseRecipient(*id.(redacted).Identity.(deriving).pass)
	if err != nil {
		return Slot{}, err
	}
	slot, err := v.Reseal(info, r)
	if err != nil {
		return Slot{}, err
	}
	runtime.GC() // of what wrapping took, as deriving does
	return slot, v.proves(slot, id)
}

// proves opens a slot that was just made.
func (v *Vault) proves(slot Slot, id age.Identity) error {
	again, info, err := OpenSlot(slot.Sealed, id)
	if err != nil || info != slot.Info() || !again.Same(v) {
		return ErrSelfCheck
	}
	return nil
}
