package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"memovault/internal/record"
)

// A RestorePlan says where a paper backup goes.
type RestorePlan struct {
	// Replace lets the vault take the place of what is at the path, after a
	// copy of that was made and compared.
	Replace bool
	// As is a vault of the same id that is open; RestoreFile alone looks at it.
	// The restored vault then has its identity and its keys, not those of the
	// day of the backup.
	As *Store
}

// Restored says what Restore did.
type Restored struct {
	Copy  string // where the copy of the replaced file is; empty if there was none
	Older bool   // this machine has seen a later state of the vault than the backup's
	Flush error  // a *FlushError: it is there, but a power cut may take it away; nil if all is well
}

// Restore writes the vault of a paper backup to path: a new file with the same
// vault id, identity and slots, and with every record under its id and its
// revision. It does not open in place of another file unless the plan says so
// (ErrExists), and what it wrote was read back and compared before it is there.
//
// A restore is a commit: its generation follows the backup's, and where this
// machine remembers a later one, that. The index names the one before it as its
// predecessor as every commit does. So this machine takes the restored vault for
// the next state and not for an older copy that somebody slipped in, which is
// what it would be refused as (RollbackError) and which the owner has just asked
// for. A machine that has seen states this one has not will still refuse it, and
// is right: what it knows is missing. After that the pin protects the restored
// vault as any other.
func Restore(path string, cfg Config, p *PaperVault, plan RestorePlan) (Restored, error) {
	return restoreTo(path, cfg, plan, func(path string) (string, bool, error) {
		w, older, err := p.write(cfg)
		if err != nil {
			return "", false, err
		}
		temp, err := w.beside(path)
		return temp, older, err
	})
}

// restoreTo puts the file that beside made, in the folder of the path it is
// given, at path. older is what Restored.Older says.
func restoreTo(path string, cfg Config, plan RestorePlan, beside func(path string) (temp string, older bool, err error)) (Restored, error) {
	dir := filepath.Dir(path)
	if err := makeFolder(dir); err != nil {
		return Restored{}, err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	release, err := lock(path, true, cfg.wait())
	if err != nil {
		return Restored{}, err
	}
	defer release()
	dir = filepath.Dir(path)
	removeBeginning(dir, tempVault(path))
	old, err := os.Lstat(path)
	switch {
	case err == nil && !plan.Replace:
		return Restored{}, ErrExists
	case err == nil && !old.Mode().IsRegular():
		return Restored{}, fmt.Errorf("%w: %s", ErrNotVault, old.Mode().Type())
	case err != nil && !notExist(err):
		return Restored{}, err
	}
	exists := err == nil
	temp, older, err := beside(path)
	if err != nil {
		return Restored{}, err
	}
	defer os.Remove(temp)
	done := Restored{Older: older}
	if exists {
		if done.Copy, err = copyAway(path, cfg.Now); err != nil {
			return done, err
		}
		if err := os.Rename(temp, path); err != nil {
			return done, err
		}
		if err := syncDir(dir); err != nil {
			done.Flush = &FlushError{Err: err}
		}
		return done, nil
	}
	err = linkKept(temp, path)
	if errors.As(err, new(*FlushError)) {
		done.Flush, err = err, nil
	}
	return done, err
}

// beside writes the vault to a temporary file in the folder of path, and reads
// it back.
func (w *write) beside(path string) (string, error) {
	temp, err := os.CreateTemp(filepath.Dir(path), tempVault(path)+"*")
	if err != nil {
		return "", err
	}
	err = errors.Join(temp.Close(), makePrivate(temp.Name(), false))
	if err == nil {
		err = w.create(temp.Name())
	}
	if err != nil {
		os.Remove(temp.Name())
		return "", err
	}
	return temp.Name(), nil
}

// linkKept gives a finished file its name, which must be free, and makes the
// name durable. Where that can't be done, the name is taken away again: what was
// not kept must not seem to be there. Where not even that can be done, the error
// is a *FlushError: it is there.
func linkKept(temp, path string) error {
	if err := linkNew(temp, path); err != nil {
		return err
	}
	err := syncDir(filepath.Dir(path))
	if err != nil && os.Remove(path) != nil {
		return &FlushError{Err: err}
	}
	return err
}

// linkNew gives a finished file its name, which must be free.
func linkNew(temp, path string) error {
	// A hard link fails where the name is taken, a rename would replace it.
	if err := os.Link(temp, path); errors.Is(err, os.ErrExist) {
		return ErrExists
	} else if err == nil {
		return nil
	}
	return os.Rename(temp, path)
}

// copyAway copies the file at path to the folder of the backups, compares the
// two, and returns the copy's path. Thinning never removes it.
func copyAway(path string, now time.Time) (string, error) {
	dir := BackupDir(path)
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name := filepath.Join(dir, fmt.Sprintf("%s-replaced-%s", stem, now.UTC().Format(backupTime)))
	if err := errors.Join(makeFolder(dir), makePrivate(dir, true)); err != nil {
		return "", &BackupError{Dir: dir, Err: err}
	}
	for n := 1; ; n++ {
		to := name + filepath.Ext(path)
		if n > 1 {
			to = fmt.Sprintf("%s-%d%s", name, n, filepath.Ext(path))
		}
		err := copyNew(path, to)
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return "", &BackupError{Dir: dir, Err: err}
		}
		return to, nil
	}
}

// copyNew copies a file to one that does not exist yet (ErrExists), or leaves
// none: the copy gets its name when it is whole.
func copyNew(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return ErrExists
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), tempBackup+"*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close(), makePrivate(out.Name(), false)); err != nil {
		return err
	}
	if err := sameContent(from, out.Name()); err != nil {
		return err
	}
	return linkKept(out.Name(), to)
}

func sameContent(one, other string) error {
	a, err := os.Open(one)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := os.Open(other)
	if err != nil {
		return err
	}
	defer b.Close()
	for mine, theirs := make([]byte, 64<<10), make([]byte, 64<<10); ; {
		n, err := io.ReadFull(a, mine)
		m, err2 := io.ReadFull(b, theirs)
		if !bytes.Equal(mine[:n], theirs[:m]) {
			return errors.New("store: the copy reads back differently")
		}
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if ended && (errors.Is(err2, io.EOF) || errors.Is(err2, io.ErrUnexpectedEOF)) {
			return nil
		}
		if err := errors.Join(err, err2); err != nil {
			return err
		}
	}
}

// write works out the whole file. older reports whether this machine has seen a
// later state.
func (p *PaperVault) write(cfg Config) (w *write, older bool, err error) {
	h := indexHeader{Format: Format, Vault: p.head.Vault, Generation: p.head.Generation + 1, Previous: p.head.Index,
		Time: cfg.Now.UTC().Truncate(time.Second), Slots: slices.Clone(p.head.Slots),
		Retired: p.head.Retired, Purged: p.head.Purged}
	if seen := cfg.readPin(p.head.Vault); seen != nil && seen.Generation >= p.head.Generation {
		older = seen.Generation > p.head.Generation
		h.Generation, h.Previous = seen.Generation+1, seen.Index
	}
	w = &write{next: &index{head: h}}
	w.putSlots(slotSet{infos: h.Slots, sealed: p.slots, hints: p.head.Hints})
	if err := p.putRecords(w); err != nil {
		return nil, false, err
	}
	if err := p.putFiles(w); err != nil {
		return nil, false, err
	}
	if err := p.putDigest(w); err != nil {
		return nil, false, err
	}
	plain, err := w.next.encode()
	if err != nil {
		return nil, false, err
	}
	if w.sealed, err = p.vault.Seal(plain); err != nil {
		return nil, false, err
	}
	w.put(bucketMeta, keyFormat, []byte(formatLine))
	w.put(bucketIndex, keyIndex, w.sealed)
	return w, older, nil
}

// putRecords seals the records as they were written down.
func (p *PaperVault) putRecords(w *write) error {
	sealed, err := sealAll(len(p.records), func(i int) ([]byte, error) { return p.vault.Seal(p.records[i].plain) })
	if err != nil {
		return err
	}
	for i, one := range p.records {
		e, err := newEntry(one.r.ID, digestOf(sealed[i]), entryRest{Revision: one.r.Revision, Card: cardOf(one.r)})
		if err != nil {
			return err
		}
		w.next.entries = append(w.next.entries, e)
		w.put(bucketRecords, slices.Clone(one.r.ID[:]), sealed[i])
	}
	return nil
}

func (p *PaperVault) putFiles(w *write) error {
	sealed, err := sealAll(len(p.files), func(i int) ([]byte, error) { return p.vault.SealBytes(p.files[i].Data) })
	if err != nil {
		return err
	}
	for i, f := range p.files {
		w.next.attached = append(w.next.attached, attached{ID: f.ID, SHA256: digestOf(sealed[i])})
		w.put(bucketAttachments, slices.Clone(f.ID[:]), sealed[i])
	}
	return nil
}

// putDigest writes the cache of all records where a commit would.
func (p *PaperVault) putDigest(w *write) error {
	if len(p.records) <= staleLimit(len(p.records)) {
		return nil
	}
	lines := make([][]byte, len(p.records))
	for i, one := range p.records {
		lines[i] = one.plain
	}
	sealed, err := p.vault.Seal(bytes.Join(lines, []byte{'\n'}))
	if err != nil {
		return err
	}
	w.put(bucketDigest, keyDigest, sealed)
	w.next.head.Digest = &digestInfo{SHA256: digestOf(sealed), Generation: w.next.head.Generation}
	return nil
}

func sealAll(n int, seal func(i int) ([]byte, error)) ([][]byte, error) {
	sealed, errs := make([][]byte, n), make([]error, n)
	inParallel(n, func(i int) { sealed[i], errs[i] = seal(i) })
	return sealed, errors.Join(errs...)
}

// SeenAt returns where this machine last saw the vault of the backup, empty if
// it never did or if nothing is there any more. Two files of one vault do not
// get on: whichever is used, the other counts as an older copy from then on.
func (p *PaperVault) SeenAt(cfg Config) string { return cfg.seenAt(p.head.Vault) }

// SeenAt is PaperVault.SeenAt for a backup in a file.
func (b *BackupFile) SeenAt(cfg Config) string { return cfg.seenAt(b.s.ID()) }

func (c *Config) seenAt(vault record.ID) string {
	seen := c.readPin(vault)
	if seen == nil {
		return ""
	}
	if _, err := os.Stat(seen.Path); err != nil {
		return ""
	}
	return seen.Path
}
