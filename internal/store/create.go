package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"memovault/internal/keyring"
)

// Create makes a vault with its slots at path. It never overwrites anything
// (ErrExists) and leaves no file but its lock behind when it fails. Only where
// the disk fails so that the vault can't be taken away again, it is there and
// whole: *FlushError.
func Create(path string, cfg Config, vault *keyring.Vault, slots []NewSlot) error {
	dir := filepath.Dir(path)
	if err := makeFolder(dir); err != nil {
		return err
	}
	release, err := lock(path, true, cfg.wait())
	if err != nil {
		return err
	}
	defer release()
	removeBeginning(dir, tempVault(path))
	if _, err := os.Lstat(path); err == nil {
		return ErrExists
	}
	w, err := firstWrite(cfg, vault, slots)
	if err != nil {
		return err
	}
	temp, err := w.beside(path)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	return linkKept(temp, path)
}

// A NewSlot is a slot to store, and when its key was last proven: typed back,
// not only made. Proven is zero where it was not.
type NewSlot struct {
	keyring.Slot
	Proven time.Time

	// Recipient is what seals to the slot's key, in text; empty for a passphrase.
	// It is kept in the sealed index alone, so that Rotate needs no key.
	Recipient string
	// Hint is what has to be known before the slot can be opened: the line of an
	// SSH public key, the handle of a plugin. At most MaxHint bytes, not sealed.
	Hint []byte

	// Need of Count shares open a slot of shares; zero for any other.
	Need, Count int
}

// MaxHint is the longest hint of a slot in bytes.
const MaxHint = 4 << 10

func (n NewSlot) info() SlotInfo {
	info := SlotInfo{ID: n.ID, SHA256: digestOf(n.Sealed), Kind: n.Kind, Label: n.Label,
		Created: n.Created.UTC().Truncate(time.Second), Recipient: n.Recipient, Need: n.Need, Count: n.Count}
	if len(n.Hint) > 0 {
		info.HintSHA256 = digestOf(n.Hint)
	}
	if !n.Proven.IsZero() {
		proven := n.Proven.UTC().Truncate(time.Second)
		info.Proven = &proven
	}
	return info
}

func firstWrite(cfg Config, vault *keyring.Vault, slots []NewSlot) (*write, error) {
	w := &write{next: &index{head: indexHeader{Format: Format, Vault: vault.ID(), Generation: 1,
		Time: cfg.Now.UTC().Truncate(time.Second)}}}
	ways, err := (&SlotChange{Add: slots}).apply(slotSet{})
	if err != nil {
		return nil, err
	}
	w.next.head.Slots = ways.infos
	w.putSlots(ways)
	plain, err := w.next.encode()
	if err != nil {
		return nil, err
	}
	if w.sealed, err = vault.Seal(plain); err != nil {
		return nil, err
	}
	w.put(bucketMeta, keyFormat, []byte(formatLine))
	w.put(bucketIndex, keyIndex, w.sealed)
	return w, nil
}

// create writes a new database into the empty file at path and reads it back.
func (w *write) create(path string) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: LockWait, PageSize: 4096,
		FreelistType: bolt.FreelistMapType, NoStatistics: true})
	if err != nil {
		return err
	}
	db.AllocSize = growBy
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range bucketNames {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		return putAll(tx, w.puts)
	})
	if err := errors.Join(growth(err), db.Close()); err != nil {
		return err
	}
	return w.readBack(path)
}

func (w *write) readBack(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	p, err := readFile(file)
	if err != nil {
		return err
	}
	if sealed, err := p.get(bucketIndex, keyIndex); err != nil || !bytes.Equal(sealed, w.sealed) {
		return damaged(DamagedAfter, err)
	}
	return w.compare(p)
}
