package keyring

import (
	"errors"
	"fmt"
	"runtime"
	"time"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"
)

// WorkFactor is the scrypt work factor of new passphrase slots, as a power of
// two: 2^18 takes 256 MiB and about one second for every guess. Only tests
// change it, downwards. Above 20 no slot is made, because reading refuses it.
var WorkFactor = 18

// MaxPassphrase is the first length in bytes that is refused. Terminals cut
// lines at 4,096 bytes without a word, and nobody types this much.
const MaxPassphrase = 1024

// What can be wrong with a passphrase before it is tried.
var (
	ErrEmpty   = errors.New("passphrase is empty")
	ErrTooLong = errors.New("passphrase is too long")
	ErrControl = errors.New("passphrase holds control characters")
	ErrNotUTF8 = errors.New("passphrase is not UTF-8 text")

	// ErrLooksLikeRecoveryKey refuses a new passphrase that Secret would take
	// for a mistyped recovery key, so that it could never be typed again.
	ErrLooksLikeRecoveryKey = errors.New("passphrase looks like a recovery key")
)

// NormalizePassphrase returns the passphrase as it is given to age: in Unicode
// form NFC, since keyboards and systems differ in how they compose letters. It
// is otherwise unchanged, spaces included.
func NormalizePassphrase(s string) (string, error) {
	switch {
	case s == "":
		return "", ErrEmpty
	case len(s) >= MaxPassphrase:
		return "", ErrTooLong
	case !utf8.ValidString(s):
		return "", ErrNotUTF8
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return "", ErrControl
		}
	}
	s = norm.NFC.String(s)
	if len(s) >= MaxPassphrase {
		return "", ErrTooLong
	}
	return s, nil
}

// PassphraseIdentity returns the identity that tries a passphrase. The errors
// are those of NormalizePassphrase.
func PassphraseIdentity(pass string) (age.Identity, error) {
	pass, err := NormalizePassphrase(pass)
	if err != nil {
		return nil, err
	}
	id, err := age.NewScryptIdentity(pass)
	if err != nil {
		return nil, ErrEmpty
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	return redacted{deriving{id, &pass}}, nil
}

// deriving is an identity that gives the memory of a derivation back at once:
// 256 MiB, which would otherwise still be there when the next one takes as much
// again, after a typing error or where a slot is made and proven.
type deriving struct {
	*age.ScryptIdentity
	pass *string // as it is given to age, for ResealPassphrase; a pointer, for package fmt to print
}

func (d deriving) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	key, err := d.ScryptIdentity.Unwrap(stanzas)
	if len(stanzas) == 1 && stanzas[0].Type == "scrypt" {
		runtime.GC()
	}
	return key, err
}

// PassphraseSlot makes a slot that a passphrase opens, and opens it again before
// it returns: a slot that does not open is worse than none. That costs two
// derivations.
func (v *Vault) PassphraseSlot(pass, label string, now time.Time) (Slot, error) {
	pass, err := NormalizePassphrase(pass)
	if err != nil {
		return Slot{}, err
	}
	if _, err := ParseRecoveryKey(pass); !errors.Is(err, ErrNotRecoveryKey) {
		return Slot{}, ErrLooksLikeRecoveryKey
	}
	if _, err := ParseShare(pass); !errors.Is(err, ErrNotShare) {
		return Slot{}, ErrLooksLikeRecoveryKey
	}
	if WorkFactor < 1 || WorkFactor > maxWorkFactor {
		return Slot{}, fmt.Errorf("work factor %d is not in 1 to %d", WorkFactor, maxWorkFactor)
	}
	r, err := age.NewScryptRecipient(pass)
	if err != nil {
		return Slot{}, ErrEmpty
	}
	r.SetWorkFactor(WorkFactor)
	id, err := PassphraseIdentity(pass)
	if err != nil {
		return Slot{}, err
	}
	return v.provenSlot(KindPassphrase, label, now, r, id)
}

// RecoverySlot makes a slot that the recovery key opens, and opens it again
// before it returns.
func (v *Vault) RecoverySlot(k RecoveryKey, label string, now time.Time) (Slot, error) {
	return v.provenSlot(KindRecovery, label, now, k.Recipient(), k.Identity())
}

func (v *Vault) provenSlot(kind, label string, now time.Time, r age.Recipient, id age.Identity) (Slot, error) {
	slot, err := v.NewSlot(kind, label, now, r)
	if err != nil {
		return Slot{}, err
	}
	runtime.GC() // of what wrapping took, as deriving does
	again, info, err := OpenSlot(slot.Sealed, id)
	if err != nil || info != slot.Info() || again.id != v.id || again.key != v.key {
		return Slot{}, ErrSelfCheck
	}
	return slot, nil
}

// Secret makes an identity of what a person typed where the passphrase is asked:
// a recovery key, in any of the forms ParseRecoveryKey takes, or else a
// passphrase. What is nearly a recovery key is a *RecoveryTypoError and not
// tried as a passphrase, which would only say "wrong" after a second's work. A
// share opens nothing by itself: ErrOneShare, or a *ShareTypoError.
func Secret(s string) (id age.Identity, isRecovery bool, err error) {
	switch _, err := ParseShare(s); {
	case err == nil:
		return nil, false, ErrOneShare
	case !errors.Is(err, ErrNotShare):
		return nil, false, err
	}
	k, err := ParseRecoveryKey(s)
	if err == nil {
		return k.Identity(), true, nil
	}
	if !errors.Is(err, ErrNotRecoveryKey) {
		return nil, true, err
	}
	id, err = PassphraseIdentity(s)
	return id, false, err
}
