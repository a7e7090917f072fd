package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"memovault/internal/record"
)

// Surroundings are what there is around a vault file. Nothing was opened or
// changed to find them.
type Surroundings struct {
	Size      int64    // of the file in bytes
	TooOpen   []string // files and folders of the vault that others may read or change
	Leftovers []string // unfinished files of a program that was killed
	Copies    []string // what synchronising programs put beside it where it went separate ways
	Place     Place
}

// SurroundingsOf looks at what is around the vault at path. Open makes files
// private whose modes are wider; so this comes before it. The errors are ErrNoVault,
// ErrNotVault for what is no file, and those of the file system.
func SurroundingsOf(path string) (Surroundings, error) {
	real, err := regular(path)
	if err != nil {
		return Surroundings{}, err
	}
	st, err := os.Stat(real)
	if err != nil {
		return Surroundings{}, err
	}
	around := Surroundings{Size: st.Size(), Place: PlaceOf(real), Copies: ConflictCopies(real)}
	around.Leftovers = append(filesBeginning(filepath.Dir(real), tempVault(real)), filesBeginning(BackupDir(real), tempBackup)...)
	for _, one := range []string{real, real + lockSuffix, BackupDir(real)} {
		if isOpenTo(one, 0o077) {
			around.TooOpen = append(around.TooOpen, one)
		}
	}
	if isOpenTo(filepath.Dir(real), 0o022) { // others may replace what lies in it
		around.TooOpen = append(around.TooOpen, filepath.Dir(real))
	}
	for _, one := range filesBeginning(BackupDir(real), "") {
		if isOpenTo(one, 0o077) {
			around.TooOpen = append(around.TooOpen, one)
		}
	}
	return around, nil
}

// isOpenTo reports whether somebody else has one of the permissions. A folder in
// which everybody may only add and remove what is their own, as in /tmp, is not
// open to be changed. On Windows an access list says it, which Open sets.
func isOpenTo(path string, permissions os.FileMode) bool {
	st, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return false
	}
	return st.Mode().Perm()&permissions != 0 && st.Mode()&os.ModeSticky == 0
}

// filesBeginning lists the ordinary files in dir whose names begin so.
func filesBeginning(dir, prefix string) (paths []string) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), prefix) && f.Type().IsRegular() {
			paths = append(paths, filepath.Join(dir, f.Name()))
		}
	}
	return paths
}

// A FileReport is what CheckFiles found of the attached files that records name.
type FileReport struct {
	There    int
	Wrong    []LostFile // another size or content than the record says
	Missing  []LostFile // not in the vault: a paper backup leaves them out
	Unnamed  int        // in the vault, and named by no current record
	Unparsed int        // records that can't be read
}

// CheckFiles holds every attached file against what its record says of it: size
// and SHA-256 of the plain file. Every open file is held in memory only while it
// is looked at.
func (s *Store) CheckFiles() (FileReport, error) {
	var rep FileReport
	named := map[record.ID]bool{}
	var wanted []wantedFile
	err := s.EachRaw(true, func(raw Raw) bool {
		r, err := s.Parse(raw)
		if err != nil {
			rep.Unparsed++
			return true
		}
		for _, at := range r.Attachments {
			if !named[at.ID] {
				named[at.ID] = true
				wanted = append(wanted, wantedFile{r.Name, at})
			}
		}
		return true
	})
	if err != nil {
		return rep, err
	}
	for _, one := range wanted {
		data, err := s.Attachment(one.at.ID)
		sum := sha256.Sum256(data)
		lost := LostFile{one.record, one.at.Name}
		switch {
		case errors.Is(err, ErrNoRecord):
			rep.Missing = append(rep.Missing, lost)
		case errors.As(err, new(*DamagedError)):
			rep.Wrong = append(rep.Wrong, lost)
		case err != nil:
			return rep, err
		case int64(len(data)) != one.at.Size || !strings.EqualFold(hex.EncodeToString(sum[:]), one.at.SHA256):
			rep.Wrong = append(rep.Wrong, lost)
		default:
			rep.There++
		}
	}
	for _, a := range s.idx.attached {
		if !named[a.ID] {
			rep.Unnamed++
		}
	}
	return rep, nil
}

type wantedFile struct {
	record string
	at     record.Attachment
}

// Remembered returns the generation that this machine remembers of the vault; false
// if it remembers none, so that an older copy would not be noticed.
func (s *Store) Remembered() (uint64, bool) {
	seen := s.cfg.readPin(s.ID())
	if seen == nil {
		return 0, false
	}
	return seen.Generation, true
}
