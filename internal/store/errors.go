package store

import (
	"errors"
	"fmt"

	"memovault/internal/record"
)

// Sentinels. What a user reads of them is written by the caller.
var (
	// ErrNoVault: there is no file at the path.
	ErrNoVault = errors.New("store: no vault at this path")
	// ErrExists: Create found something at the path and left it alone.
	ErrExists = errors.New("store: something is at this path already")
	// ErrNotVault: the file is no vault: another format, a folder, a device.
	ErrNotVault = errors.New("store: not a vault file")
	// ErrReplaced: the file at the path was replaced by another one while it was in use.
	ErrReplaced = errors.New("store: the file was replaced while in use")
	// ErrRekeyed: another process has given the vault a new identity since it was
	// unlocked here. Nothing was saved; it opens again with the keys it has now.
	ErrRekeyed = errors.New("store: the vault got another identity while in use")
	// ErrNoSlot: a change names a slot that the vault does not have.
	ErrNoSlot = errors.New("store: no such slot")
	// ErrLastSlot: a change would leave no slot, and so nobody a way in.
	ErrLastSlot = errors.New("store: no slot would be left")
	// ErrTooManySlots: a vault has at most 64 slots.
	ErrTooManySlots = errors.New("store: too many slots")
	// ErrLocked: a method that needs Unlock was called before it.
	ErrLocked = errors.New("store: the vault is not unlocked")
	// ErrNoRecord: no record, revision or attachment of that name.
	ErrNoRecord = errors.New("store: no such record")
	// ErrTooLarge: the vault would grow, or has grown, beyond 4 GiB.
	ErrTooLarge = errors.New("store: the vault is larger than 4 GiB")
)

// A DamagedError says that the file, or a value in it, is not what was written.
// Nothing was changed, unless What is DamagedAfter.
type DamagedError struct {
	What string // where: "pages", "index", "record 6f1c…", "slot …"; never a name or a value
	Err  error
}

func (e *DamagedError) Error() string { return "store: damaged: " + e.What }
func (e *DamagedError) Unwrap() error { return e.Err }

// DamagedAfter is the What of a DamagedError that was found by reading the file
// again after writing: then the old state is not there any more either.
const DamagedAfter = "reading back"

func damaged(what string, err error) error { return &DamagedError{What: what, Err: err} }

// A SlotsDamagedError says that no key opened the vault and that the slots in
// the file are not what was written: the key may well be the right one.
type SlotsDamagedError struct{ Err error }

func (e *SlotsDamagedError) Error() string { return "store: damaged: slots: " + e.Err.Error() }
func (e *SlotsDamagedError) Unwrap() error { return e.Err }

// A NewerError says that the file has a format this program does not know.
type NewerError struct{ Format int }

func (e *NewerError) Error() string { return fmt.Sprintf("store: format %d is newer", e.Format) }

// A BusyError says that another process held the lock for the whole wait.
type BusyError struct{ Holder string } // "pid 1234", empty if unknown

func (e *BusyError) Error() string { return "store: in use by " + e.Holder }

// A RollbackError says that this machine has seen a later state of the vault
// than the file holds: somebody put an older copy in its place.
type RollbackError struct{ Have, Seen uint64 } // generations

func (e *RollbackError) Error() string {
	return fmt.Sprintf("store: generation %d, but %d was seen here", e.Have, e.Seen)
}

// A ForkError says that the file and what this machine saw last went apart:
// the same vault was changed in two places.
type ForkError struct{ Generation uint64 }

func (e *ForkError) Error() string {
	return fmt.Sprintf("store: another generation %d was seen here", e.Generation)
}

// A ConflictError says that somebody else changed the record since it was read.
// Nothing was saved.
type ConflictError struct {
	ID         record.ID
	Base, Have uint64 // the revision the change is based on, and the one in the file
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("store: record %s is at revision %d, not %d", e.ID, e.Have, e.Base)
}

// A NameError says that another record has the name already.
type NameError struct{ Name string }

func (e *NameError) Error() string { return "store: the name is taken" }

// A NotSavedError says that a commit failed and that re-reading the file found
// the state before it.
type NotSavedError struct{ Err error }

func (e *NotSavedError) Error() string { return "store: not saved: " + e.Err.Error() }
func (e *NotSavedError) Unwrap() error { return e.Err }

// A FlushError says that a commit was saved, reads back and compares, but that
// the disk reported an error while doing so. It is a warning (Store.Warnings):
// after a power cut the commit may not be there.
type FlushError struct{ Err error }

func (e *FlushError) Error() string { return "store: saved, but the disk reported: " + e.Err.Error() }
func (e *FlushError) Unwrap() error { return e.Err }

// A BackupError says that the backup which must come before the first write of
// a day could not be made; nothing was saved.
type BackupError struct {
	Dir string
	Err error
}

func (e *BackupError) Error() string { return "store: no backup could be made: " + e.Err.Error() }
func (e *BackupError) Unwrap() error { return e.Err }
