package store

import (
	"errors"
	"os"
	"path/filepath"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// RestoreFile writes the vault of a backup file that is open to path: every
// record under its id and its revision, with its history, and the attachments.
// It does not take the place of another file unless the plan says so
// (ErrExists). What it wrote was read back by the walker and decrypted whole
// before it is there.
//
// Where the plan names a vault that is open (As), the restored one has its keys:
// whoever took a key away, or changed the passphrase, does not get the old one
// back with the records. If that vault has another identity since, all values
// are sealed to it anew.
//
// The generation follows that of the backup, or what this machine has seen, as
// Restore says. A backup that is not whole is not restored: *DamagedError.
func RestoreFile(path string, cfg Config, b *BackupFile, plan RestorePlan) (Restored, error) {
	rep, err := b.Verify()
	if err != nil {
		return Restored{}, err
	}
	if len(rep.Damaged) > 0 {
		return Restored{}, damaged(rep.Damaged[0], nil)
	}
	if plan.As != nil && plan.As.ID() != rep.Vault {
		return Restored{}, errOtherVault
	}
	return restoreTo(path, cfg, plan, func(path string) (string, bool, error) { return b.beside(path, cfg, plan.As) })
}

// errOtherVault says that a caller asked for the keys of another vault.
var errOtherVault = errors.New("store: the backup is of another vault")

// beside writes the vault to a temporary file in the folder of path, and reads
// it back. older reports whether this machine has seen a later state.
func (b *BackupFile) beside(path string, cfg Config, as *Store) (temp string, older bool, err error) {
	if as != nil {
		// Under the lock: a key that was taken away since must not come back.
		if err := as.viewLocked(as.keysAsTheyStand); err != nil {
			return "", false, err
		}
	}
	r, older := b.rewriting(cfg, as)
	file, err := os.CreateTemp(filepath.Dir(path), tempVault(path)+"*")
	if err != nil {
		return "", older, err
	}
	temp = file.Name()
	if err = errors.Join(file.Close(), makePrivate(temp, false)); err == nil {
		err = r.writeTo(temp)
	}
	if err == nil {
		_, err = r.readBack(temp)
	}
	if err != nil {
		os.Remove(temp)
	}
	return temp, older, err
}

// keysAsTheyStand reads the index and the slots again.
func (s *Store) keysAsTheyStand(p *pages) error {
	if err := s.current(p); err != nil {
		return err
	}
	return s.readSlots(p)
}

// rewriting is what the restored file is made of.
func (b *BackupFile) rewriting(cfg Config, as *Store) (r *rewriting, older bool) {
	from := *b.s
	from.cfg = cfg
	head := from.idx.head
	if seen := cfg.readPin(head.Vault); seen != nil && seen.Generation >= head.Generation {
		older = seen.Generation > head.Generation
		head.Generation, from.idxSum = seen.Generation, seen.Index
	}
	ways, vault := from.slotSet(), from.vault
	if as != nil {
		ways, vault = as.slotSet(), as.vault
		head.Retired, head.Copies = as.idx.head.Retired, as.idx.head.Copies
	}
	if sameIdentity(vault, from.vault) {
		vault = from.vault // nothing has to be sealed anew
	}
	head.Slots, head.Digest, head.Last = ways.infos, nil, nil
	return &rewriting{s: &from, from: b.values, vault: vault, ways: ways, next: &index{head: head}, past: map[record.ID]digest{}}, older
}

// OpensAs reports whether the backup is sealed to the identity that a vault has
// today, and not to one that it had earlier.
func (b *BackupFile) OpensAs(s *Store) bool {
	return s.vault != nil && b.s.vault != nil && sameIdentity(s.vault, b.s.vault)
}

// sameIdentity reports whether what one seals the other opens.
func sameIdentity(one, other *keyring.Vault) bool {
	sealed, err := one.Seal([]byte("x"))
	if err != nil {
		return false
	}
	_, err = other.Open(sealed)
	return err == nil
}

// A Comparison says how the records of a backup differ from those of a vault.
type Comparison struct {
	Back      []Card // in the backup alone: they would come back
	Older     []Card // of the vault, which has a later revision of them
	Newer     []Card // of the backup, which has a later revision of them
	Different []Card // of the vault; as many revisions in both, but not the same ones
	Gone      []Card // in the vault alone: they would be gone
	Same      int
}

// Compare holds the records of a backup against those of a vault, by id.
func Compare(backup, vault []Card) Comparison {
	var c Comparison
	then := map[record.ID]Card{}
	for _, card := range backup {
		then[card.ID] = card
	}
	for _, now := range vault {
		old, ok := then[now.ID]
		delete(then, now.ID)
		switch {
		case !ok:
			c.Gone = append(c.Gone, now)
		case old.Revision < now.Revision:
			c.Older = append(c.Older, now)
		case old.Revision > now.Revision:
			c.Newer = append(c.Newer, old)
		case old.Name != now.Name || !old.Updated.Equal(now.Updated) || old.Trashed != now.Trashed:
			c.Different = append(c.Different, now)
		default:
			c.Same++
		}
	}
	for _, card := range backup {
		if _, ok := then[card.ID]; ok {
			c.Back = append(c.Back, card)
		}
	}
	return c
}

// Empty reports whether a restore would change no record.
func (c *Comparison) Empty() bool {
	return len(c.Back)+len(c.Older)+len(c.Newer)+len(c.Different)+len(c.Gone) == 0
}
