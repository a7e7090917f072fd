package store

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"memovault/internal/record"
)

// Copies are backups in a second place: a memory stick, a folder that a program
// carries to other computers. Where they lie is remembered twice. The vault
// itself knows of each place when it last got a copy, so that every computer
// can tell how old that is. This machine knows which files there are its own,
// and removes no others; the path means something only here.

// A Copy is what the vault knows of a place that gets copies of it.
type Copy struct {
	Dir     string    `json:"dir"`               // the folder, absolute, as the machine calls it
	Machine string    `json:"machine,omitempty"` // the name of the machine that writes there
	Kind    string    `json:"kind,omitempty"`    // one of the Copy constants; empty if not known
	Made    time.Time `json:"made"`              // when the newest copy was made
	// Generation is that of the newest copy. Current is the last generation in
	// which nothing differed from it but what the vault knows of its copies.
	Generation uint64 `json:"generation"`
	Current    uint64 `json:"current"`
}

// What is known of where a copy lies.
const (
	CopySameDisk = "same-disk" // on the disk of the vault
	CopyDisk     = "disk"      // on another disk of the machine, which may be a stick
	CopyNetwork  = "network"   // on a network file system
	CopySync     = "sync"      // in a folder that a program carries to other machines
)

// same reports whether two copies are of one place.
func (c Copy) same(other Copy) bool { return c.Dir == other.Dir && c.Machine == other.Machine }

// Copies returns the places that got copies of the vault, in the order in which
// they first did; none while locked.
func (s *Store) Copies() []Copy {
	if s.idx == nil {
		return nil
	}
	return slices.Clone(s.idx.head.Copies)
}

// IsCurrent reports whether nothing was changed since the copy was made.
func (s *Store) IsCurrent(c Copy) bool { return s.idx != nil && c.Current == s.idx.head.Generation }

// noteCopies puts what a change says of copies into the header of the next index,
// which still has the generation of the one before. A copy that was current stays
// so where the change is of nothing else.
func (h *indexHeader) noteCopies(c Change) {
	if len(c.Copied)+len(c.Forgotten) == 0 {
		return
	}
	quiet := len(c.Put)+len(c.Attach)+len(c.Prove) == 0
	next := slices.DeleteFunc(slices.Clone(h.Copies), func(old Copy) bool { return slices.ContainsFunc(c.Forgotten, old.same) })
	for _, made := range c.Copied {
		if i := slices.IndexFunc(next, made.same); i >= 0 {
			next[i] = made
		} else {
			next = append(next, made)
		}
	}
	for i := range next {
		next[i].Made = next[i].Made.UTC().Truncate(time.Second)
		if quiet && next[i].Current == h.Generation {
			next[i].Current++
		}
	}
	h.Copies = next
}

// A copyPlace is what this machine remembers of a place, beside the pin.
type copyPlace struct {
	Dir   string   `json:"dir"`
	Files []string `json:"files"` // names of the copies that this machine made there, newest last
}

// copyState is the file of a vault's places on this machine.
type copyState struct {
	Vault  string      `json:"vault"` // path of the vault, absolute
	Places []copyPlace `json:"places"`
}

func (c *Config) copiesPath(vault record.ID) string {
	return filepath.Join(c.StateDir, "copies", vault.String()+".json")
}

// readCopies returns an empty state where there is none, or none that can be
// read: then every place is new.
func (c *Config) readCopies(vault record.ID) (state copyState) {
	if c.StateDir == "" {
		return state
	}
	b, err := os.ReadFile(c.copiesPath(vault))
	if err != nil || json.Unmarshal(b, &state) != nil {
		return copyState{}
	}
	return state
}

func (c *Config) writeCopies(vault record.ID, state copyState) error {
	if c.StateDir == "" {
		return nil
	}
	b, err := json.Marshal(state)
	if err != nil {
		return err
	}
	path := c.copiesPath(vault)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return replaceFile(path, b)
}

// CopyPlaces returns the folders that this machine remembers for the copies of
// the vault; none while locked.
func (s *Store) CopyPlaces() (dirs []string) {
	for _, p := range s.cfg.readCopies(s.ID()).Places {
		dirs = append(dirs, p.Dir)
	}
	return dirs
}

var (
	// ErrNotThere: the folder for copies is not there; a stick that is not plugged in.
	ErrNotThere = errors.New("store: the folder is not there")
	// ErrOtherPlace: the folder is there, but none of the copies that were made in it.
	ErrOtherPlace = errors.New("store: none of the earlier copies is in the folder")
	// ErrOwnBackups: the folder is that of the automatic backups.
	ErrOwnBackups = errors.New("store: the folder of the automatic backups")
)

// A CopyRequest says where a copy goes.
type CopyRequest struct {
	Dir     string
	Machine string
	// New takes the folder as it is: it need not hold any of the earlier copies.
	New bool
}

// Copied is what CopyTo did.
type Copied struct {
	Copy           // to be noted by Change.Copied
	Path    string // the file
	Report  BackupReport
	Written bool     // false: the newest copy there was of this state already, and was verified
	Removed []string // names of earlier copies that need not be kept
}

// CopyTo writes a verified backup of the vault as it is now into a folder that
// must exist, and remembers the folder on this machine. Of the copies that this
// machine made there it removes those beyond what is kept of automatic backups.
// Errors: ErrNotThere, ErrOtherPlace, ErrOwnBackups, *DamagedError, those of the file system.
func (s *Store) CopyTo(to CopyRequest) (Copied, error) {
	if s.vault == nil {
		return Copied{}, ErrLocked
	}
	dir, err := copyDir(to.Dir, s.path)
	if err != nil {
		return Copied{}, err
	}
	if err := s.refresh(); err != nil {
		return Copied{}, err
	}
	state := s.cfg.readCopies(s.ID())
	i := slices.IndexFunc(state.Places, func(p copyPlace) bool { return p.Dir == dir })
	if i < 0 {
		i, state.Places = len(state.Places), append(state.Places, copyPlace{Dir: dir})
	}
	place := &state.Places[i]
	there := place.there()
	if !to.New && len(there) == 0 {
		return Copied{}, fmt.Errorf("%w: %s", ErrOtherPlace, dir)
	}
	place.Files, state.Vault = there, s.place()
	done := Copied{Copy: Copy{Dir: dir, Machine: to.Machine, Kind: kindOfPlace(dir, s.path)}}
	if err := s.fillPlace(place, &done); err != nil {
		return done, err
	}
	return done, s.cfg.writeCopies(s.ID(), state)
}

// copyDir is the folder, absolute and links resolved. That of the automatic
// backups is no second place.
func copyDir(dir, vault string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(dir)
	if notExist(err) {
		return "", fmt.Errorf("%w: %w", ErrNotThere, err)
	}
	if err != nil {
		return "", err
	}
	st, err := os.Stat(real)
	if err == nil && !st.IsDir() {
		err = fmt.Errorf("%w: %s", ErrNotThere, real)
	}
	if own, failed := filepath.EvalSymlinks(BackupDir(vault)); err == nil && failed == nil && samePath(real, own) {
		err = ErrOwnBackups
	}
	return real, err
}

// there returns the names of our copies that are in the folder.
func (p *copyPlace) there() (names []string) {
	for _, name := range p.Files {
		if st, err := os.Lstat(filepath.Join(p.Dir, name)); err == nil && st.Mode().IsRegular() {
			names = append(names, name)
		}
	}
	return names
}

// fillPlace makes sure that the newest copy in the folder is of the vault as it
// is now, whole, and thins the others.
func (s *Store) fillPlace(p *copyPlace, done *Copied) error {
	if s.reuseNewest(p, done) {
		return nil
	}
	removeBeginning(p.Dir, tempBackup+s.backupStem()) // of other states too: their names never come again
	path := filepath.Join(p.Dir, s.backupFile())
	rep, err := s.WriteBackup(path)
	if err != nil {
		return err
	}
	p.Files = append(p.Files, filepath.Base(path))
	done.Path, done.Report, done.Written = path, rep, true
	done.Made, done.Generation, done.Current = s.cfg.Now, rep.Generation, rep.Generation
	s.thinPlace(p, done)
	return nil
}

// reuseNewest verifies the newest copy in the folder, if it is as good as one of
// today: nothing was changed since, or nothing but notes of copies.
func (s *Store) reuseNewest(p *copyPlace, done *Copied) bool {
	if len(p.Files) == 0 {
		return false
	}
	name := p.Files[len(p.Files)-1]
	generation, sum, made, ok := parseBackupName(name)
	if !ok {
		return false
	}
	done.Made, done.Generation, done.Current = made, generation, s.idx.head.Generation
	current := generation == s.idx.head.Generation && sum == hex.EncodeToString(s.idxSum[:4])
	for _, known := range s.idx.head.Copies {
		current = current || known.same(done.Copy) && known.Generation == generation && s.IsCurrent(known)
	}
	if !current {
		return false
	}
	path := filepath.Join(p.Dir, name)
	rep, err := s.VerifyBackup(path)
	done.Path, done.Report = path, rep
	return err == nil && len(rep.Damaged) == 0
}

// thinPlace removes our copies beyond those kept. One that can't be removed is
// no reason to fail.
func (s *Store) thinPlace(p *copyPlace, done *Copied) {
	var list []Backup
	for _, name := range p.Files {
		if generation, sum, made, ok := parseBackupName(name); ok {
			list = append(list, Backup{name, generation, sum, made})
		}
	}
	for _, b := range Superfluous(list, s.cfg.Now.Location()) {
		if err := os.Remove(filepath.Join(p.Dir, b.Path)); err != nil {
			s.notes = append(s.notes, err)
			continue
		}
		done.Removed = append(done.Removed, b.Path)
		p.Files = slices.DeleteFunc(p.Files, func(name string) bool { return name == b.Path })
	}
}

// kindOfPlace says what is known of a folder as a place for copies.
func kindOfPlace(dir, vault string) string {
	where := PlaceOf(filepath.Join(dir, "x"))
	switch {
	case where.Sync != "":
		return CopySync
	case where.Network != "":
		return CopyNetwork
	case sameDisk(dir, filepath.Dir(vault)):
		return CopySameDisk
	}
	return CopyDisk
}

// ForgetPlace makes this machine forget a folder for copies; what lies in it
// stays. It reports whether the folder was known.
func (s *Store) ForgetPlace(dir string) (bool, error) {
	state := s.cfg.readCopies(s.ID())
	n := len(state.Places)
	state.Places = slices.DeleteFunc(state.Places, func(p copyPlace) bool { return samePath(p.Dir, dir) })
	if len(state.Places) == n {
		return false, nil
	}
	return true, s.cfg.writeCopies(s.ID(), state)
}

// samePath compares folders of which one may be given from here, or may be gone.
func samePath(known, given string) bool {
	abs, err := filepath.Abs(given)
	if err == nil && abs == known {
		return true
	}
	real, err := filepath.EvalSymlinks(given)
	if err != nil {
		return false
	}
	abs, err = filepath.Abs(real)
	return err == nil && abs == known
}

// CopiesSeen lists the copies that this machine made of the vault at path, newest
// first, by their names, as far as they are there now, and the folders that are
// not. It needs no key.
func CopiesSeen(path string, cfg Config) (list []Backup, missing []string) {
	states, _ := filepath.Glob(filepath.Join(cfg.StateDir, "copies", "*.json"))
	s := &Store{path: path}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		s.path = real
	}
	for _, file := range states {
		var state copyState
		b, err := os.ReadFile(file)
		if err != nil || json.Unmarshal(b, &state) != nil || state.Vault != s.place() || strings.HasPrefix(filepath.Base(file), ".") {
			continue
		}
		for _, p := range state.Places {
			names := p.there()
			if len(names) == 0 {
				missing = append(missing, p.Dir)
			}
			for _, name := range names {
				if generation, sum, made, ok := parseBackupName(name); ok {
					list = append(list, Backup{filepath.Join(p.Dir, name), generation, sum, made})
				}
			}
		}
	}
	sortBackups(list)
	return list, missing
}
