package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"filippo.io/age"
)

// maxSealedSlot is the longest slot in bytes that is looked at. A hybrid slot
// takes under 5 KiB; plugins may need more.
const maxSealedSlot = 64 << 10

// maxStanzas is the most stanzas a slot may have. Ours have one; a plugin may
// add a few.
const maxStanzas = 16

// maxWorkFactor is the highest scrypt work factor, as a power of two, that is
// written or read: 2^20 takes 1 GiB of memory and about five seconds.
const maxWorkFactor = 20

var (
	// ErrNoMatch says that no identity opens the slot: the passphrase is wrong,
	// or the slot belongs to another key. Damage to the wrapped key looks the
	// same.
	ErrNoMatch = errors.New("no key opens the slot")

	// ErrSlotDamaged says that a slot is not what any program of ours wrote.
	ErrSlotDamaged = errors.New("slot is damaged")

	// ErrSlotNewer says that a slot was opened, but a newer program wrote it.
	ErrSlotNewer = errors.New("slot was written by a newer version")

	// ErrWorkFactor is what every WorkFactorError is.
	ErrWorkFactor = errors.New("slot asks for too much work")
)

// WorkFactorError says that a passphrase slot asks for a scrypt work factor
// above 2^20. It was refused before any work was done.
type WorkFactorError struct {
	LogN int // the work factor asked for, as a power of two; ≥ 21
}

func (e *WorkFactorError) Error() string {
	return fmt.Sprintf("%v: scrypt 2^%d, limit 2^%d", ErrWorkFactor, e.LogN, maxWorkFactor)
}

// Is makes errors.Is(err, ErrWorkFactor) true.
func (e *WorkFactorError) Is(target error) bool { return target == ErrWorkFactor }

// IdentityError says that an identity could not be asked at all: its plugin is
// missing, its own passphrase was not given. Unwrap gives the reason.
type IdentityError struct{ Err error }

func (e *IdentityError) Error() string { return "identity cannot be used: " + e.Err.Error() }

// Unwrap returns the identity's own error.
func (e *IdentityError) Unwrap() error { return e.Err }

// OpenSlot opens one slot with the first identity that fits. The errors are
// ErrNoMatch, ErrSlotDamaged, ErrSlotNewer, *WorkFactorError and, when nothing
// else fits, *IdentityError.
func OpenSlot(sealed []byte, ids ...age.Identity) (*Vault, SlotInfo, error) {
	h, err := readHeader(sealed)
	if err != nil {
		return nil, SlotInfo{}, err
	}
	return h.open(ids)
}

// OpenAny opens the first slot that one of the identities fits, and returns its
// place in slots. Slots that cost no derivation are tried first; a passphrase
// slot is derived once for each passphrase. Slots that are damaged or ask too
// much do not stop the others. When none opens, the error is ErrNoMatch joined
// with what was wrong with the others, and the place is -1.
func OpenAny(slots [][]byte, ids ...age.Identity) (*Vault, SlotInfo, int, error) {
	headers := make([]*slotHeader, len(slots))
	errs := []error{ErrNoMatch}
	for i, sealed := range slots {
		h, err := readHeader(sealed)
		if err != nil {
			errs = append(errs, fmt.Errorf("slot %d: %w", i+1, err))
			continue
		}
		headers[i] = h
	}
	for _, derived := range []bool{false, true} {
		for i, h := range headers {
			if h == nil || h.derived() != derived {
				continue
			}
			v, info, err := h.open(ids)
			if err == nil {
				return v, info, i, nil
			}
			if !errors.Is(err, ErrNoMatch) {
				errs = append(errs, fmt.Errorf("slot %d: %w", i+1, err))
			}
		}
	}
	return nil, SlotInfo{}, -1, errors.Join(errs...)
}

// slotHeader is a slot whose header was read and found harmless.
type slotHeader struct {
	bin     []byte
	stanzas []*age.Stanza
}

// derived reports whether trying the slot with a passphrase costs a derivation.
func (h *slotHeader) derived() bool {
	return slices.ContainsFunc(h.stanzas, func(s *age.Stanza) bool { return s.Type == "scrypt" })
}

// stanzaReader is an age.Identity that fits nothing and remembers what it was
// asked: age's own parser is the best reader of a header.
type stanzaReader struct{ stanzas []*age.Stanza }

func (r *stanzaReader) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	r.stanzas = stanzas
	return nil, age.ErrIncorrectIdentity
}

func readHeader(sealed []byte) (*slotHeader, error) {
	if len(sealed) > maxSealedSlot {
		return nil, ErrSlotDamaged
	}
	bin, err := decodeArmor(sealed)
	if err != nil {
		return nil, ErrSlotDamaged
	}
	var r stanzaReader
	// It always fails; what counts is how far it got.
	_, _ = age.Decrypt(bytes.NewReader(bin), &r)
	if len(r.stanzas) == 0 || len(r.stanzas) > maxStanzas {
		return nil, ErrSlotDamaged
	}
	h := &slotHeader{bin: bin, stanzas: r.stanzas}
	return h, h.checkWorkFactor()
}

// checkWorkFactor refuses work that a hostile file could ask for. What else is
// wrong with a scrypt stanza is for age to say.
func (h *slotHeader) checkWorkFactor() error {
	for _, s := range h.stanzas {
		if s.Type != "scrypt" || len(s.Args) != 2 {
			continue
		}
		logN, err := strconv.Atoi(s.Args[1])
		if err != nil {
			return ErrSlotDamaged
		}
		if logN > maxWorkFactor {
			return &WorkFactorError{LogN: logN}
		}
	}
	return nil
}

func (h *slotHeader) open(ids []age.Identity) (*Vault, SlotInfo, error) {
	var unusable error
	for _, id := range ids {
		fileKey, err := id.Unwrap(h.stanzas)
		switch {
		case errors.Is(err, age.ErrIncorrectIdentity):
			continue
		case err != nil && (isNative(id) || errors.Is(err, ErrSlotDamaged)):
			return nil, SlotInfo{}, ErrSlotDamaged
		case err != nil:
			unusable = errors.Join(unusable, &IdentityError{err})
			continue
		}
		text, err := decrypt(bytes.NewReader(h.bin), len(h.bin), age.NewInjectedFileKeyIdentity(fileKey))
		if err != nil {
			return nil, SlotInfo{}, ErrSlotDamaged
		}
		return parseSlotText(text)
	}
	if unusable != nil {
		return nil, SlotInfo{}, unusable
	}
	return nil, SlotInfo{}, ErrNoMatch
}
