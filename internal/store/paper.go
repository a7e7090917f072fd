package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// A paper backup is one age file to the vault's own recipient that carries the
// vault's slots in its header (keyring.SealCarrying). Its plaintext is gzip of
// text, one JSON object a line: a header, the records in order of id exactly as
// they stand in the vault, then the attachments if they were asked for. It
// holds no history. docs/format.md describes it; docs/decisions/0019 says why.

// PaperFormat is the number of the format of a paper backup's plaintext.
const PaperFormat = 1

const paperMark = "paper backup"

// maxPaper is the longest plaintext in bytes that is read. What fits on paper
// unpacks to less, unless it was made to fill the memory.
const maxPaper = 256 << 20

var (
	// ErrNotPaper: the bytes are no paper backup of a vault.
	ErrNotPaper = errors.New("store: not a paper backup")
	// ErrPaperDamaged: the key fits, but the rest is not what was written.
	ErrPaperDamaged = errors.New("store: the paper backup is damaged")
)

// A PaperInfo is what a paper backup says of itself, once it is open.
type PaperInfo struct {
	Made        time.Time // when it was made
	Records     int       // those in the trash included
	Trashed     int       // those in the trash
	Attachments int       // attached files in it
	LeftOut     int       // attached files of its records that are not in it
	Slots       []SlotInfo
	Vault       record.ID
	Generation  uint64 // of the vault when it was made
}

// paperHeader is the first line.
type paperHeader struct {
	Mark        string     `json:"memovault"`
	Format      int        `json:"format"`
	Vault       record.ID  `json:"vault"`
	Generation  uint64     `json:"generation"`
	Index       digest     `json:"index"` // indexSum of the index then
	Made        time.Time  `json:"made"`
	Slots       []SlotInfo `json:"slots"`
	Records     int        `json:"records"`
	Attachments int        `json:"attachments"`
	LeftOut     int        `json:"leftout"`

	Hints   map[record.ID][]byte `json:"hints,omitempty"` // of the slots, by slot id
	Retired []retired            `json:"retired,omitempty"`
	Purged  []Tombstone          `json:"purged,omitempty"`
}

// paperFile is the line of an attachment.
type paperFile struct {
	ID   record.ID `json:"attachment"`
	Data []byte    `json:"data"`
}

// Paper returns the bytes of a paper backup of all current records, and with
// attachments if asked, and what it holds. Nothing that is damaged is passed
// over: *DamagedError.
func (s *Store) Paper(attachments bool) ([]byte, PaperInfo, error) {
	if s.vault == nil {
		return nil, PaperInfo{}, ErrLocked
	}
	var lines [][]byte
	info := PaperInfo{Made: s.cfg.Now.UTC().Truncate(time.Second), Vault: s.ID()}
	err := s.EachRaw(true, func(raw Raw) bool {
		lines = append(lines, bytes.Clone(raw.JSON))
		info.Records++
		if raw.Card.Trashed {
			info.Trashed++
		}
		return true
	})
	if err == nil && len(s.damage) > 0 {
		err = damaged(s.damage[0], nil)
	}
	if err != nil {
		return nil, info, err
	}
	info.Slots, info.Generation = slices.Clone(s.idx.head.Slots), s.idx.head.Generation
	files := slices.Clone(s.idx.attached)
	if info.LeftOut = len(files); attachments {
		info.Attachments, info.LeftOut = len(files), 0
		if lines, err = s.paperFiles(lines, files); err != nil {
			return nil, info, err
		}
	}
	plain, err := s.paperText(info, lines)
	if err != nil {
		return nil, info, err
	}
	slots, err := s.carriedSlots()
	if err != nil {
		return nil, info, err
	}
	payload, err := s.vault.SealCarrying(plain, slots)
	return payload, info, err
}

func (s *Store) paperFiles(lines [][]byte, files []attached) ([][]byte, error) {
	for _, f := range files {
		data, err := s.Attachment(f.ID)
		if err != nil {
			return nil, err
		}
		line, err := json.Marshal(paperFile{f.ID, data})
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// paperText packs the lines behind their header.
func (s *Store) paperText(info PaperInfo, lines [][]byte) ([]byte, error) {
	head, err := json.Marshal(paperHeader{Mark: paperMark, Format: PaperFormat, Vault: info.Vault,
		Generation: info.Generation, Index: s.idxSum, Made: info.Made, Slots: info.Slots,
		Records: info.Records, Attachments: info.Attachments, LeftOut: info.LeftOut,
		Hints: s.Hints(), Retired: s.idx.head.Retired, Purged: s.idx.head.Purged})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, line := range append([][]byte{head}, lines...) {
		if _, err := z.Write(append(line, '\n')); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// carriedSlots returns the slots of the file in the order of the index, which
// knows their kinds.
func (s *Store) carriedSlots() ([]keyring.CarriedSlot, error) {
	var list []keyring.CarriedSlot
	for _, info := range s.idx.head.Slots {
		i := slices.IndexFunc(s.slots, func(one sealedSlot) bool { return one.id == info.ID })
		if i < 0 || digestOf(s.slots[i].sealed) != info.SHA256 {
			return nil, damaged("slot "+info.ID.String(), nil)
		}
		list = append(list, keyring.CarriedSlot{Kind: info.Kind, Sealed: s.slots[i].sealed})
	}
	return list, nil
}

// A PaperVault is a paper backup that was opened.
type PaperVault struct {
	vault   *keyring.Vault
	opened  record.ID // the slot that opened it
	head    paperHeader
	slots   []sealedSlot
	records []paperRecord
	files   []paperFile
}

type paperRecord struct {
	r     *record.Record
	plain []byte
}

// OpenPaper opens a paper backup with the first slot that one of ids fits. The
// errors are ErrNotPaper, those of keyring.OpenAny, *NewerError and
// ErrPaperDamaged.
func OpenPaper(payload []byte, ids ...age.Identity) (*PaperVault, error) {
	carried, err := keyring.CarriedSlots(payload)
	if err != nil {
		return nil, ErrNotPaper
	}
	p := &PaperVault{}
	sealed := make([][]byte, len(carried))
	for i, slot := range carried {
		sealed[i] = slot.Sealed
	}
	vault, info, _, err := keyring.OpenAny(sealed, ids...)
	if err != nil {
		return nil, err
	}
	p.vault, p.opened = vault, info.ID
	packed, err := vault.OpenCarrier(payload)
	if err != nil {
		return nil, ErrPaperDamaged
	}
	lines, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	return p, p.parse(lines, sealed)
}

// unpack returns the lines of a plaintext. gzip's own checksum is behind them.
func unpack(packed []byte) ([][]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, ErrPaperDamaged
	}
	plain, err := io.ReadAll(bufio.NewReader(io.LimitReader(z, maxPaper+1)))
	if err != nil || len(plain) > maxPaper || !bytes.HasSuffix(plain, []byte{'\n'}) {
		return nil, ErrPaperDamaged
	}
	return bytes.Split(plain[:len(plain)-1], []byte{'\n'}), nil
}

func (p *PaperVault) parse(lines, sealed [][]byte) error {
	h := &p.head
	if err := json.Unmarshal(lines[0], h); err != nil || h.Mark != paperMark {
		return ErrPaperDamaged
	}
	if h.Format > PaperFormat {
		return &NewerError{Format: h.Format}
	}
	lines = lines[1:]
	if h.Vault != p.vault.ID() || h.Records < 0 || h.Attachments < 0 || h.Records > len(lines) || h.Records+h.Attachments != len(lines) {
		return ErrPaperDamaged
	}
	if !p.matchSlots(sealed) {
		return ErrPaperDamaged
	}
	for _, line := range lines[:h.Records] {
		if err := p.parseRecord(line); err != nil {
			return err
		}
	}
	for _, line := range lines[h.Records:] {
		var f paperFile
		if err := json.Unmarshal(line, &f); err != nil || f.ID.IsZero() || len(f.Data) > record.MaxAttachment {
			return ErrPaperDamaged
		}
		p.files = append(p.files, f)
	}
	return nil
}

// matchSlots pairs the slots in the header of the file with what the sealed
// plaintext says of them.
func (p *PaperVault) matchSlots(sealed [][]byte) bool {
	for i, info := range p.head.Slots {
		if i >= len(sealed) || digestOf(sealed[i]) != info.SHA256 {
			return false
		}
		p.slots = append(p.slots, sealedSlot{id: info.ID, sealed: sealed[i]})
	}
	return len(p.slots) == len(sealed) && len(sealed) > 0
}

// parseRecord takes a record of a newer program as it is, as the vault does.
func (p *PaperVault) parseRecord(line []byte) error {
	r, err := record.Decode(line)
	if err != nil && !errors.Is(err, record.ErrNewer) {
		return ErrPaperDamaged
	}
	n := len(p.records)
	if r.Vault != p.head.Vault || n > 0 && bytes.Compare(p.records[n-1].r.ID[:], r.ID[:]) >= 0 {
		return ErrPaperDamaged
	}
	p.records = append(p.records, paperRecord{r, line})
	return nil
}

// Info says what the backup holds.
func (p *PaperVault) Info() PaperInfo {
	h := p.head
	info := PaperInfo{Made: h.Made, Records: h.Records, Attachments: h.Attachments, LeftOut: h.LeftOut,
		Slots: h.Slots, Vault: h.Vault, Generation: h.Generation}
	for _, one := range p.records {
		if one.r.Trashed != nil {
			info.Trashed++
		}
	}
	return info
}

// OpenedBy returns the slot that opened the backup.
func (p *PaperVault) OpenedBy() SlotInfo {
	for _, slot := range p.head.Slots {
		if slot.ID == p.opened {
			return slot
		}
	}
	return SlotInfo{}
}
