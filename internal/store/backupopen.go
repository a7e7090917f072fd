package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// ErrNotBackup: the file is neither a backup nor a copy of a vault.
var ErrNotBackup = errors.New("store: neither a backup nor a vault file")

// A BackupFile is a backup that lies in a file: a tar of age files, or a copy of
// a whole vault file. Nothing is ever written to it, nor beside it. Close it.
type BackupFile struct {
	path    string
	file    *os.File
	size    int64
	values  values
	release func()
	made    time.Time
	s       *Store // reads the values; it has no file of its own
}

// A BackupInfo is what an opened backup says of itself.
type BackupInfo struct {
	Path        string
	Size        int64 // of the file, in bytes
	Vault       record.ID
	Generation  uint64    // of the vault when it was made
	Changed     time.Time // when the vault was last changed before it was made
	Made        time.Time // when it was made, as the file says; of a copy of a vault, Changed
	Records     int       // those in the trash included
	Trashed     int
	Attachments int
	Slots       []SlotInfo
}

// A BackupReport is what VerifyBackup and BackupFile.Verify found.
type BackupReport struct {
	BackupInfo
	Revisions int      // earlier revisions of records that were decrypted
	Damaged   []string // what is not what was written, as Store.Damaged names it, or "name"; empty if all is well
}

// OpenBackup opens a backup: a tar as the automatic ones are, or a copy of a
// vault file. It needs no key for that. Errors: ErrNotBackup, *NewerError,
// *BusyError, those of the file system, and *DamagedError with What "archive"
// for a tar, or as Open has it for a vault file.
func OpenBackup(path string) (*BackupFile, error) {
	st, err := os.Stat(path) // to open a pipe would wait for who writes into it
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s", ErrNotBackup, st.Mode().Type())
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &BackupFile{path: path, file: file, release: func() {}, s: &Store{path: path}}
	if err := b.find(); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// LooksLikeBackup reports whether a file begins as a tar or a vault does, so that
// it is worth opening as a backup.
func LooksLikeBackup(path string) bool {
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	beginning, err := fileBeginning(f)
	return err == nil && (looksLikeTar(beginning) || len(beginning) == tarBlock && plausible(beginning))
}

// find finds the values and reads the slots.
func (b *BackupFile) find() error {
	st, err := b.file.Stat()
	if err != nil {
		return err
	}
	b.size = st.Size()
	beginning, err := fileBeginning(b.file)
	if err != nil {
		return err
	}
	if looksLikeTar(beginning) {
		err = b.findTar()
	} else {
		err = b.findPages()
	}
	if err != nil {
		return err
	}
	return b.readSlots()
}

func (b *BackupFile) findTar() error {
	t, err := openTar(b.file, b.size)
	if errors.Is(err, errTar) {
		return damaged("archive", err)
	}
	if err != nil {
		return err
	}
	b.values, b.made = t, t.made
	return t.checkFormat()
}

// findPages opens a copy of a vault. It may be one that is in use, so it is
// locked for as long as it is read, if a lock lies beside it; none is made.
func (b *BackupFile) findPages() error {
	release, err := lockForeign(b.s.path, LockWait)
	if err != nil {
		return err
	}
	b.release = release
	p, err := readFile(b.file)
	if errors.Is(err, ErrNotVault) {
		return fmt.Errorf("%w: %w", ErrNotBackup, err)
	}
	if err != nil {
		return err
	}
	if err := p.readAll(); err != nil {
		return err
	}
	if p.mem != nil { // the file is not needed any more
		b.unlock()
	}
	b.values = p
	return nil
}

func (b *BackupFile) unlock() {
	b.release()
	b.release = func() {}
}

func (b *BackupFile) readSlots() error {
	err := b.values.each(bucketSlots, func(k, v []byte) error {
		if len(k) != len(record.ID{}) || len(b.s.slots) >= maxSlots {
			return errors.New("a slot's name, or more slots than there can be")
		}
		b.s.slots = append(b.s.slots, sealedSlot{id: keyID(k), sealed: slices.Clone(v)})
		return nil
	})
	if err != nil {
		return damaged("slots", err)
	}
	return b.s.readHints(b.values)
}

// Hints returns what the slots of the backup need to be opened, as Store.Hints
// does.
func (b *BackupFile) Hints() map[record.ID][]byte { return b.s.Hints() }

// Path is what OpenBackup was given.
func (b *BackupFile) Path() string { return b.path }

// SlotIDs are the ids of the backup's slots, which need no key.
func (b *BackupFile) SlotIDs() []record.ID { return b.s.SlotIDs() }

// Close ends the reading of the backup.
func (b *BackupFile) Close() error {
	b.unlock()
	return b.file.Close()
}

// Unlock opens the backup with the first of its own slots that one of ids fits:
// with the keys of the day on which it was made. The errors are those of
// keyring.OpenAny, and *DamagedError.
func (b *BackupFile) Unlock(ids ...age.Identity) error {
	vault, info, _, err := keyring.OpenAny(b.s.SealedSlots(), ids...)
	if err != nil {
		return err
	}
	if err := b.unlockAs(vault); err != nil {
		return err
	}
	b.s.slot = info.ID
	return nil
}

// UnlockAs opens the backup with the identity of a vault that is open, or with
// one that it had earlier, and needs no key. Errors: keyring.ErrNoMatch if the
// backup is of another vault, *DamagedError.
func (b *BackupFile) UnlockAs(s *Store) error {
	if s.vault == nil {
		return ErrLocked
	}
	err := b.tryVaults(s.identities())
	if errors.Is(err, keyring.ErrNoMatch) && slices.ContainsFunc(b.s.slots, s.hasSlot) {
		// age cannot tell damage from another vault's, but a slot of ours can
		return damaged("index", err)
	}
	return err
}

func (s *Store) hasSlot(one sealedSlot) bool {
	return slices.ContainsFunc(s.slots, func(ours sealedSlot) bool { return bytes.Equal(ours.sealed, one.sealed) })
}

// UnlockLike opens the backup with the identity that opened another one.
func (b *BackupFile) UnlockLike(other *BackupFile) error {
	if other.s.vault == nil {
		return ErrLocked
	}
	return b.tryVaults([]*keyring.Vault{other.s.vault})
}

// tryVaults opens the index with one of the identities, or is
// keyring.ErrNoMatch.
func (b *BackupFile) tryVaults(known []*keyring.Vault) error {
	for _, vault := range known {
		if err := b.unlockAs(vault); !errors.Is(err, keyring.ErrOpen) {
			return err
		}
	}
	return keyring.ErrNoMatch
}

// identities are those of the vault, that of today first.
func (s *Store) identities() []*keyring.Vault {
	return append([]*keyring.Vault{s.vault}, s.Retired()...)
}

func (b *BackupFile) unlockAs(vault *keyring.Vault) error {
	sealed, err := b.values.get(bucketIndex, keyIndex)
	if err != nil {
		return damaged("index", err)
	}
	plain, err := vault.OpenText(sealed)
	if err != nil {
		return damaged("index", err)
	}
	x, err := parseIndex(plain)
	if err != nil {
		return damaged("index", err)
	}
	if x.head.Vault != record.ID(vault.ID()) {
		return damaged("index", errors.New("it is another vault's"))
	}
	b.s.vault, b.s.idx, b.s.sealed, b.s.idxSum = vault, x, sealed, indexSum(sealed)
	return nil
}

// OpenedBy returns the slot of the backup that Unlock opened; false where it
// was opened by an identity that was known.
func (b *BackupFile) OpenedBy() (SlotInfo, bool) {
	slot := b.s.OpenedBy()
	return slot, !slot.ID.IsZero()
}

// Info says what is in the backup; after Unlock or one of its kin.
func (b *BackupFile) Info() (BackupInfo, error) {
	if b.s.idx == nil {
		return BackupInfo{}, ErrLocked
	}
	h := b.s.idx.head
	info := BackupInfo{Path: b.path, Size: b.size, Vault: h.Vault, Generation: h.Generation, Changed: h.Time, Made: b.made,
		Records: len(b.s.idx.entries), Attachments: len(b.s.idx.attached), Slots: slices.Clone(h.Slots)}
	if info.Made.IsZero() {
		info.Made = info.Changed
	}
	cards, err := b.Cards()
	for _, c := range cards {
		if c.Trashed {
			info.Trashed++
		}
	}
	return info, err
}

// Cards returns the cards of all records in the backup in no particular order.
func (b *BackupFile) Cards() ([]Card, error) {
	if b.s.idx == nil {
		return nil, ErrLocked
	}
	cards := make([]Card, 0, len(b.s.idx.entries))
	for _, e := range b.s.idx.entries {
		rest, err := e.rest()
		if err != nil {
			return nil, damaged("index", err)
		}
		cards = append(cards, rest.Card)
	}
	return cards, nil
}

// Record reads and verifies one record as it was: ErrNoRecord, *DamagedError.
func (b *BackupFile) Record(id record.ID) (*record.Record, error) {
	if b.s.idx == nil {
		return nil, ErrLocked
	}
	return b.s.record(b.values, id)
}

// History returns the earlier revisions of a record in the backup, newest first.
func (b *BackupFile) History(id record.ID) ([]*record.Record, error) {
	if b.s.idx == nil {
		return nil, ErrLocked
	}
	return b.s.history(b.values, id)
}

// Attachment reads and verifies an attached file in the backup.
func (b *BackupFile) Attachment(id record.ID) ([]byte, error) {
	if b.s.idx == nil {
		return nil, ErrLocked
	}
	return b.s.attachment(b.values, id)
}

// HasAttachment reports whether an attached file is in the backup.
func (b *BackupFile) HasAttachment(id record.ID) bool { return b.s.HasAttachment(id) }

// Verify compares every age file in the backup with the index inside, and
// decrypts every one. What is damaged is no error; the report names it.
func (b *BackupFile) Verify() (BackupReport, error) {
	info, err := b.Info()
	if err != nil {
		return BackupReport{}, err
	}
	rep, err := b.verifyValues()
	damage := slices.Clone(b.s.damage)
	if !b.nameFits() {
		damage = append(damage, "name")
	}
	return BackupReport{BackupInfo: info, Revisions: rep.Revisions, Damaged: damage}, err
}

func (b *BackupFile) verifyValues() (rep Report, err error) {
	b.s.damage = nil
	what := "archive"
	if p, ok := b.values.(*pages); ok {
		what = "pages"
		err = b.s.verify(p)
	} else {
		err = b.s.verifyListed(b.values)
	}
	if err == nil {
		err = b.s.decryptAll(b.values, &rep)
	}
	if err != nil && !errors.As(err, new(*DamagedError)) {
		err = damaged(what, err)
	}
	return rep, err
}

// nameFits reports whether what the name of an automatic backup says is true: an
// older one under the name of a newer one would pass for it in a list.
func (b *BackupFile) nameFits() bool {
	m := backupName.FindStringSubmatch(filepath.Base(b.path))
	if m == nil {
		return true
	}
	generation, err := strconv.ParseUint(m[1], 10, 64)
	return err == nil && generation == b.s.idx.head.Generation && m[2] == hex.EncodeToString(b.s.idxSum[:4])
}

// VerifyBackup opens a backup with the identity of the vault, of today or of
// earlier, and verifies every byte that matters in it. The errors are those of
// OpenBackup, UnlockAs and BackupFile.Verify; keyring.ErrNoMatch says that it is
// of another vault.
func (s *Store) VerifyBackup(path string) (BackupReport, error) {
	b, err := OpenBackup(path)
	if err != nil {
		return BackupReport{}, err
	}
	defer b.Close()
	if err := b.UnlockAs(s); err != nil {
		return BackupReport{}, err
	}
	return b.Verify()
}

// verifyListed compares every value that the index lists, and finds those that
// it does not.
func (s *Store) verifyListed(v values) error {
	for _, check := range []func(values) error{s.verifySlots, s.verifyHints, s.verifyRecords, s.verifyHistory, s.verifyAttachments} {
		if err := check(v); err != nil {
			return err
		}
	}
	return nil
}
