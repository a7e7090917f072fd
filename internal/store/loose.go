package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// This file reads a folder of loose age files, as rescue writes them or as they
// come out of a backup that was unpacked. What each of them is, is told by what is
// inside, not by its name: a record names the vault, itself and its revision, an
// index and a slot say that they are one, and an attached file is known by the
// digest that its record has of it.

var (
	// ErrNoLoose: there is no age file in the folder.
	ErrNoLoose = errors.New("store: no age files in the folder")
	// ErrNoLooseSlot: none of the age files in the folder can be a slot, so no key
	// can open anything.
	ErrNoLooseSlot = errors.New("store: no slot among the age files")
)

// attachedIntro begins the plaintext of an attached file; docs/format.md has the
// rest.
const attachedIntro = "vault-attachment "

// maxLoose is the most age files of a folder that are read.
const maxLoose = 5_000_000

// A Loose is a folder of loose age files, as far as the keys open them.
type Loose struct {
	Files  int // age files in the folder, each counted once however often it is there
	Shut   int // of them, those that nothing opened: other vaults', other keys', damaged
	Vaults []*LooseVault

	files []looseFile
	hints map[record.ID][]byte
}

// A looseFile is one of the age files.
type looseFile struct {
	path   string
	sum    digest
	kind   string // by its header
	opened bool
}

// A LooseVault is what there is of one vault.
type LooseVault struct {
	ID record.ID

	loose      *Loose
	identities []*keyring.Vault // the one to go on with first
	slots      []looseSlot
	indexes    []*looseValue
	former     map[*keyring.Vault]bool // identities that an index names as earlier ones
	idx        *index                  // the newest, nil if there is none
	idxSum     digest
	idxBy      *keyring.Vault
	versions   map[record.ID][]version
	attached   map[attachedKey]looseRef
	plans      []recordPlan
	ways       slotSet
}

type looseSlot struct {
	info  keyring.SlotInfo
	vault *keyring.Vault
	file  int
}

// A looseRef is where a value is, and which identity opens it.
type looseRef struct {
	file int
	by   *keyring.Vault
}

// A version is one revision of a record that was found.
type version struct {
	looseRef
	line     int // of a digest, from 0; -1 if the file is the record
	revision uint64
	updated  time.Time
	plain    digest // of the plaintext
}

// An attachedKey is what a record says of a file.
type attachedKey struct {
	size   int64
	sha256 string // in lower case
}

// ReadLoose lists the age files in dir and below. The errors are ErrNoLoose and
// those of the file system.
func ReadLoose(dir string) (*Loose, error) {
	l := &Loose{hints: map[record.ID][]byte{}}
	if err := l.list(dir); err != nil {
		return nil, err
	}
	if l.Files = len(l.files); l.Files == 0 {
		return nil, ErrNoLoose
	}
	return l, nil
}

// Unlock opens what ids open, and what that opens in turn. Errors: ErrNoLooseSlot,
// keyring.ErrNoMatch and what else keyring.OpenSlot has, and those of the file
// system; after one of them it may be called again with others. Files that do not
// open are no error.
func (l *Loose) Unlock(ids ...age.Identity) error {
	if err := l.openSlots(ids); err != nil {
		return err
	}
	l.openAll()
	for _, v := range l.Vaults {
		v.plan()
	}
	for _, f := range l.files {
		if !f.opened {
			l.Shut++
		}
	}
	slices.SortStableFunc(l.Vaults, func(a, b *LooseVault) int { return len(b.plans) - len(a.plans) })
	return nil
}

// list finds the age files. Links are not followed.
func (l *Loose) list(dir string) error {
	known := map[digest]bool{}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if hint, ok := hintName(path); ok {
			l.readHint(hint, path)
			return nil
		}
		if !strings.HasSuffix(path, ".age") {
			return nil
		}
		b, err := readLoose(path)
		if err != nil {
			return err
		}
		sum := digestOf(b)
		if !bytes.HasPrefix(b, []byte(armorBegin)) || known[sum] {
			return nil
		}
		if len(l.files) == maxLoose {
			return ErrTooLarge
		}
		known[sum] = true
		l.files = append(l.files, looseFile{path: path, sum: sum, kind: kindOutside(b)})
		return nil
	})
}

// readLoose reads one file; of one that is longer than any value, the beginning.
func readLoose(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxCarved+1))
}

const hintsFolder = "hints"

// hintName reads the id of a slot's hint from where it lies.
func hintName(path string) (record.ID, bool) {
	if filepath.Base(filepath.Dir(path)) != hintsFolder {
		return record.ID{}, false
	}
	id, err := record.ParseID(filepath.Base(path))
	return id, err == nil
}

func (l *Loose) readHint(id record.ID, path string) {
	if b, err := readLoose(path); err == nil && len(b) <= MaxHint {
		l.hints[id] = b
	}
}

func (l *Loose) content(file int) ([]byte, error) { return readLoose(l.files[file].path) }

// openSlots tries the keys on everything that may be a slot, what costs no
// derivation first.
func (l *Loose) openSlots(ids []age.Identity) error {
	errs := []error{keyring.ErrNoMatch}
	candidates := 0
	for _, passphrases := range []bool{false, true} {
		for i := range l.files {
			f := &l.files[i]
			if f.kind == KindValue || f.kind == KindUnknown || passphrases != (f.kind == KindPassphraseSlot) {
				continue
			}
			candidates++
			sealed, err := l.content(i)
			if err != nil {
				return err
			}
			vault, info, err := keyring.OpenSlot(sealed, ids...)
			switch {
			case err == nil:
				f.opened = true
				v := l.vault(record.ID(vault.ID()))
				v.slots = append(v.slots, looseSlot{info, v.identity(vault), i})
			case !errors.Is(err, keyring.ErrNoMatch) && f.kind != KindKeySlot:
				errs = append(errs, err)
			}
		}
	}
	switch {
	case candidates == 0:
		return ErrNoLooseSlot
	case len(l.Vaults) == 0:
		return errors.Join(errs...)
	}
	return nil
}

// vault returns the vault with that id, a new one if it was not met yet.
func (l *Loose) vault(id record.ID) *LooseVault {
	for _, v := range l.Vaults {
		if v.ID == id {
			return v
		}
	}
	v := &LooseVault{ID: id, loose: l, former: map[*keyring.Vault]bool{}, versions: map[record.ID][]version{}, attached: map[attachedKey]looseRef{}}
	l.Vaults = append(l.Vaults, v)
	return v
}

// identity returns the identity as it is known already, or takes it.
func (v *LooseVault) identity(one *keyring.Vault) *keyring.Vault {
	for _, known := range v.identities {
		if known.Same(one) {
			return known
		}
	}
	v.identities = append(v.identities, one)
	return one
}

// openAll opens what the identities open. An index may hold earlier identities,
// which open more.
func (l *Loose) openAll() {
	for tried := map[*keyring.Vault]bool{}; ; {
		var fresh []looseKey
		for _, v := range l.Vaults {
			for _, one := range v.identities {
				if !tried[one] {
					tried[one] = true
					fresh = append(fresh, looseKey{v, one})
				}
			}
		}
		if len(fresh) == 0 {
			return
		}
		l.openWith(fresh)
	}
}

type looseKey struct {
	vault    *LooseVault
	identity *keyring.Vault
}

// looseBatch is how many files are opened before what was found is put together.
const looseBatch = 1024

func (l *Loose) openWith(keys []looseKey) {
	for start := 0; start < len(l.files); start += looseBatch {
		n := min(looseBatch, len(l.files)-start)
		found := make([]*looseValue, n)
		inParallel(n, func(i int) {
			if f := l.files[start+i]; !f.opened && (f.kind == KindValue || f.kind == KindKeySlot) {
				found[i] = l.open(start+i, keys)
			}
		})
		for i, value := range found {
			if value != nil {
				l.files[start+i].opened = true
				value.vault.take(value)
			}
		}
	}
}

// A looseValue is what one file turned out to be; exactly one of its kinds.
type looseValue struct {
	looseRef
	vault    *LooseVault
	idx      *index
	idxSum   digest
	attached *attachedKey
	versions map[record.ID][]version
}

// open opens a file with the first key that fits; nil if none does, or if it is
// nothing of a vault.
func (l *Loose) open(file int, keys []looseKey) *looseValue {
	sealed, err := l.content(file)
	if err != nil {
		return nil
	}
	for _, key := range keys {
		plain, err := key.identity.Open(sealed)
		if err != nil {
			continue
		}
		value := &looseValue{looseRef: looseRef{file, key.identity}, vault: key.vault}
		if !value.read(sealed, plain) {
			return nil
		}
		return value
	}
	return nil
}

// read tells by the plaintext what it is.
func (value *looseValue) read(sealed, plain []byte) bool {
	if bytes.HasPrefix(plain, []byte(attachedIntro)) {
		data, err := value.by.OpenBytes(sealed)
		if err != nil {
			return false
		}
		sum := sha256.Sum256(data)
		value.attached = &attachedKey{int64(len(data)), hex.EncodeToString(sum[:])}
		return true
	}
	if bytes.HasPrefix(plain, []byte(`{"format":`)) {
		x, err := parseIndex(string(plain))
		value.idx, value.idxSum = x, indexSum(sealed)
		return err == nil && x.head.Vault == value.vault.ID
	}
	value.versions = map[record.ID][]version{}
	line := 0
	for one := range bytes.Lines(plain) {
		at := line
		if at == 0 && !bytes.ContainsRune(plain, '\n') {
			at = -1
		}
		value.readRecord(bytes.TrimSuffix(one, []byte("\n")), at)
		line++
	}
	return len(value.versions) > 0
}

// readRecord takes a record of a newer program as it is, as the vault does.
func (value *looseValue) readRecord(plain []byte, line int) {
	r, err := record.Decode(plain)
	if err != nil && !errors.Is(err, record.ErrNewer) || r == nil || r.Vault != value.vault.ID || r.ID.IsZero() {
		return
	}
	value.versions[r.ID] = append(value.versions[r.ID], version{looseRef: value.looseRef, line: line,
		revision: r.Revision, updated: r.Updated, plain: digestOf(plain)})
}

// take adds what a file holds to what there is of the vault.
func (v *LooseVault) take(value *looseValue) {
	switch {
	case value.attached != nil:
		v.attached[*value.attached] = value.looseRef
	case value.idx != nil:
		for _, one := range value.idx.head.Retired {
			if earlier, err := keyring.ParseRetired(v.ID, one.Key); err == nil {
				v.former[v.identity(earlier)] = true
			}
		}
		v.indexes = append(v.indexes, value)
	}
	for id, list := range value.versions {
		v.versions[id] = append(v.versions[id], list...)
	}
}

// plainOf reads a version again.
func (v *LooseVault) plainOf(one version) ([]byte, error) {
	sealed, err := v.loose.content(one.file)
	if err != nil {
		return nil, err
	}
	plain, err := one.by.Open(sealed)
	if err != nil {
		return nil, damaged("a file that was read before", err)
	}
	if one.line >= 0 {
		plain = bytes.Split(plain, []byte("\n"))[one.line]
	}
	if digestOf(plain) != one.plain {
		return nil, damaged("a file that was read before", nil)
	}
	return plain, nil
}
