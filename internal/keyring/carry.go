package keyring

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// A carrier is one binary age file to the vault's own recipient that takes the
// slots along: each is one more stanza of the header,
//
//	-> memovault-slot KIND BASE64
//
// with the slot's own binary age file as padded base64 and an empty body. An
// age implementation skips stanzas it does not know, so stock age opens the file
// with the vault's identity; a person cuts a slot out of the header as one line
// of text and opens that with the key it is for. age does not allow a passphrase
// beside other recipients, which is why the slots are not recipients themselves.
// The header is authenticated under the file key with all its stanzas.

// slotStanza is the type of the stanzas that carry slots.
const slotStanza = "memovault-slot"

// maxCarried is the most slots a carrier has.
const maxCarried = 64

// ErrCarrier says that a file is no carrier: no age file, or without a slot.
var ErrCarrier = errors.New("not an age file that carries slots")

// A CarriedSlot is a slot in the header of a carrier.
type CarriedSlot struct {
	Kind   string // one of the Kind constants, or a newer program's; not secret here
	Sealed []byte // as Slot.Sealed
}

// SealCarrying returns plain as a carrier of slots. It was opened again and
// compared before it is returned; ErrSelfCheck if that failed.
func (v *Vault) SealCarrying(plain []byte, slots []CarriedSlot) ([]byte, error) {
	to := carrying{recipient: v.recipient}
	for _, slot := range slots {
		bin, err := decodeArmor(slot.Sealed)
		if err != nil || !kindFits(slot.Kind) {
			return nil, ErrSlotDamaged
		}
		to.slots = append(to.slots, &age.Stanza{Type: slotStanza,
			Args: []string{slot.Kind, base64.StdEncoding.EncodeToString(bin)}})
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), v.checkCarrier(out.Bytes(), plain, slots)
}

func (v *Vault) checkCarrier(file, plain []byte, slots []CarriedSlot) error {
	again, err := v.OpenCarrier(file)
	if err != nil || !bytes.Equal(again, plain) {
		return ErrSelfCheck
	}
	carried, err := CarriedSlots(file)
	if err != nil || len(carried) != len(slots) {
		return ErrSelfCheck
	}
	for i, slot := range slots {
		if carried[i].Kind != slot.Kind || !bytes.Equal(carried[i].Sealed, slot.Sealed) {
			return ErrSelfCheck
		}
	}
	return nil
}

// carrying wraps a file key for one recipient and puts the slots behind.
type carrying struct {
	recipient age.Recipient
	slots     []*age.Stanza
}

// Wrap implements age.Recipient.
func (c carrying) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	stanzas, err := c.recipient.Wrap(fileKey)
	return append(stanzas, c.slots...), err
}

// Format implements fmt.Formatter, so that the vault's recipient does not show.
func (carrying) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keyring.carrying(redacted)") }

// CarriedSlots returns the slots in the header of a carrier, in order. They
// prove nothing until one of them was opened and the file with it. The only
// error is ErrCarrier.
func CarriedSlots(file []byte) ([]CarriedSlot, error) {
	var header stanzaReader
	// It always fails; what counts is how far it got.
	_, _ = age.Decrypt(bytes.NewReader(file), &header)
	var list []CarriedSlot
	for _, s := range header.stanzas {
		if s.Type != slotStanza {
			continue
		}
		slot, err := carriedSlot(s)
		if err != nil || len(list) == maxCarried {
			return nil, ErrCarrier
		}
		list = append(list, slot)
	}
	if len(list) == 0 {
		return nil, ErrCarrier
	}
	return list, nil
}

func carriedSlot(s *age.Stanza) (CarriedSlot, error) {
	if len(s.Args) != 2 || len(s.Body) != 0 || !kindFits(s.Args[0]) || len(s.Args[1]) > maxSealedSlot {
		return CarriedSlot{}, ErrCarrier
	}
	bin, err := strict.DecodeString(s.Args[1])
	// The decoder skips carriage returns; the sed line of docs/format.md would not.
	if err != nil || base64.StdEncoding.EncodeToString(bin) != s.Args[1] {
		return CarriedSlot{}, ErrCarrier
	}
	var sealed bytes.Buffer
	lines := armor.NewWriter(&sealed)
	if _, err := lines.Write(bin); err != nil {
		return CarriedSlot{}, err
	}
	if err := lines.Close(); err != nil {
		return CarriedSlot{}, err
	}
	return CarriedSlot{Kind: s.Args[0], Sealed: sealed.Bytes()}, nil
}

// OpenCarrier returns what SealCarrying was given. Every error is ErrOpen.
func (v *Vault) OpenCarrier(file []byte) ([]byte, error) {
	plain, err := decrypt(bytes.NewReader(file), len(file), v.identity)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}
