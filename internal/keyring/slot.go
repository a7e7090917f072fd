package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
)

// The kinds of slot. The kind says what a person needs to open it.
const (
	KindPassphrase = "passphrase"
	KindRecovery   = "recovery-key"
	KindIdentity   = "identity"
	KindSSH        = "ssh"
	KindPlugin     = "plugin"
)

// MaxLabel is the longest label of a slot in bytes.
const MaxLabel = 200

// slotSize is the length of every slot's plaintext in bytes, so that the length
// of the file tells neither the label nor the kind.
const slotSize = 1024

// ErrLabel says that a label is too long or holds line breaks or other control
// characters.
var ErrLabel = errors.New("slot label is too long or holds control characters")

// errKind says that a program used a word as a kind that a slot cannot hold.
var errKind = errors.New("slot kind must be lower-case letters, digits and hyphens")

// SlotInfo is what a slot says about itself once it is open.
type SlotInfo struct {
	ID      [16]byte
	Kind    string    // one of the Kind constants, or a newer program's
	Label   string    // what its owner calls it, at most MaxLabel bytes; may be empty
	Created time.Time // a day, at midnight UTC
}

// Slot is one key's way into the vault: the vault's identity, sealed to that
// key. Only Sealed belongs in the vault file as it is; Kind and Label are
// inside it, sealed.
type Slot struct {
	ID      [16]byte
	Kind    string
	Label   string
	Created time.Time // a day, at midnight UTC
	Sealed  []byte    // an armored age file
}

// Info returns what OpenSlot will say about the slot.
func (s Slot) Info() SlotInfo {
	return SlotInfo{ID: s.ID, Kind: s.Kind, Label: s.Label, Created: s.Created}
}

// Format implements fmt.Formatter, so that neither label nor ciphertext shows.
func (s Slot) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "keyring.Slot(%x)", s.ID)
}

// NewSlot seals the vault's identity to r. The day of now, in its own time zone,
// is written as the day of creation. It cannot prove that the slot opens, since
// only the holder of the key can: open it with OpenSlot before relying on it.
func (v *Vault) NewSlot(kind, label string, now time.Time, r age.Recipient) (Slot, error) {
	if !kindFits(kind) {
		return Slot{}, errKind
	}
	if !labelFits(label) {
		return Slot{}, ErrLabel
	}
	year, month, day := now.Date()
	info := SlotInfo{Kind: kind, Label: label, Created: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
	if _, err := rand.Read(info.ID[:]); err != nil {
		return Slot{}, err
	}
	sealed, err := encrypt(v.slotText(info), r)
	if err != nil {
		return Slot{}, err
	}
	return Slot{ID: info.ID, Kind: kind, Label: label, Created: info.Created, Sealed: sealed}, nil
}

// kindFits accepts a lower-case word of at most 32 letters, digits and hyphens.
func kindFits(kind string) bool {
	return kind != "" && len(kind) <= 32 && kind[0] >= 'a' && kind[0] <= 'z' &&
		strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func labelFits(label string) bool {
	return len(label) <= MaxLabel && utf8.ValidString(label) &&
		strings.IndexFunc(label, unicode.IsControl) < 0 && strings.TrimSpace(label) == label
}

const (
	slotIntro   = "# vault identity, format "
	slotFormat  = "1"
	slotLabel   = "# label: "
	slotOpens   = "# opens: age -d -i slot.age record.age"
	dateLayout  = "2006-01-02"
	slotDetails = "# vault-id: %x\n# slot-id: %x   kind: %s   created: %s\n"
	slotScan    = "# vault-id: %s\n# slot-id: %s kind: %s created: %s\n"
)

// slotText returns the plaintext of a slot: an age identity file, whose comments
// carry what the vault needs to know and stock age skips.
func (v *Vault) slotText(info SlotInfo) []byte {
	var b bytes.Buffer
	b.Grow(slotSize)
	b.WriteString(slotIntro + slotFormat + "\n")
	fmt.Fprintf(&b, slotDetails, v.id, info.ID, info.Kind, info.Created.Format(dateLayout))
	if info.Label != "" {
		b.WriteString(slotLabel + info.Label + "\n")
	}
	b.WriteString(slotOpens + "\n" + v.key + "\n")
	b.Write(bytes.Repeat([]byte{'\n'}, slotSize-b.Len()))
	return b.Bytes()
}

// parseSlotText reads what slotText wrote, and nothing else.
func parseSlotText(text []byte) (*Vault, SlotInfo, error) {
	if len(text) != slotSize || !utf8.Valid(text) {
		return nil, SlotInfo{}, ErrSlotDamaged
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if format, ok := strings.CutPrefix(lines[0], slotIntro); !ok {
		return nil, SlotInfo{}, ErrSlotDamaged
	} else if format != slotFormat {
		return nil, SlotInfo{}, ErrSlotNewer
	}
	var info SlotInfo
	if len(lines) == 6 {
		label, ok := strings.CutPrefix(lines[3], slotLabel)
		if !ok || label == "" || !labelFits(label) {
			return nil, SlotInfo{}, ErrSlotDamaged
		}
		info.Label = label
		lines = append(lines[:3:3], lines[4:]...)
	}
	if len(lines) != 5 || lines[3] != slotOpens {
		return nil, SlotInfo{}, ErrSlotDamaged
	}
	vaultID, ok := parseSlotDetails(lines[1]+"\n"+lines[2]+"\n", &info)
	if !ok {
		return nil, SlotInfo{}, ErrSlotDamaged
	}
	v, err := newVault(vaultID, lines[4])
	if err != nil {
		return nil, SlotInfo{}, ErrSlotDamaged
	}
	return v, info, nil
}

// parseSlotDetails reads the two lines of slotDetails. Writing them again is what
// makes it strict.
func parseSlotDetails(lines string, info *SlotInfo) (vaultID [16]byte, ok bool) {
	var vaultHex, slotHex, created string
	if _, err := fmt.Sscanf(lines, slotScan, &vaultHex, &slotHex, &info.Kind, &created); err != nil {
		return vaultID, false
	}
	day, err := time.Parse(dateLayout, created)
	if err != nil || !kindFits(info.Kind) || len(vaultHex) != 32 || len(slotHex) != 32 {
		return vaultID, false
	}
	info.Created = day
	_, err = hex.Decode(vaultID[:], []byte(vaultHex))
	_, err2 := hex.Decode(info.ID[:], []byte(slotHex))
	if err != nil || err2 != nil {
		return vaultID, false
	}
	return vaultID, lines == fmt.Sprintf(slotDetails, vaultID, info.ID, info.Kind, created)
}
