package store

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// How programs that synchronise files call the second copy of a file that was
// changed in two places: what they put between the name and its ending. Sources
// are in docs/format.md.
var conflictMarks = []*regexp.Regexp{
	regexp.MustCompile(`^\.sync-conflict-[0-9]{8}-[0-9]{6}(-[0-9A-Z]{7})?$`),          // Syncthing
	regexp.MustCompile(`^ \(.*(?i:conflicted copy|conflict copy|sfconflict)\b.*\)$`),  // Dropbox, Nextcloud, OpenCloud, Seafile
	regexp.MustCompile(`^ \(.*(競合コピー|競合するコピー|の競合).*\)$`),                              // the same in Japanese
	regexp.MustCompile(`^(\.conflicted| \[(?i:conflicted)[^]]*\])$`),                  // pCloud
	regexp.MustCompile(`^_conflict-[0-9]{8}-[0-9]{6}$`),                               // ownCloud and Nextcloud before 2.5
	regexp.MustCompile(`^ ?\([0-9]{1,3}\)$`),                                          // Google Drive
	regexp.MustCompile(`^ [0-9]{1,3}$`),                                               // iCloud Drive
	regexp.MustCompile(`^-[0-9A-Za-z][0-9A-Za-z-]{0,62}( ?\([0-9]{1,3}\)|-[0-9]+)?$`), // OneDrive: the computer's name
}

// What some put behind the ending.
var conflictEndings = []*regexp.Regexp{
	regexp.MustCompile(`^ \(SFConflict .*\)$`), // Seafile, as its manual says
	regexp.MustCompile(`^\.conflicted$`),       // pCloud
}

// isConflictCopy reports whether name is what the second copy of base is called.
func isConflictCopy(name, base string) bool {
	among := func(marks []*regexp.Regexp, mark string) bool {
		return slices.ContainsFunc(marks, func(m *regexp.Regexp) bool { return m.MatchString(mark) })
	}
	if mark, behind := strings.CutPrefix(name, base); behind && among(conflictEndings, mark) {
		return true
	}
	ext := filepath.Ext(base)
	mark, ok := strings.CutPrefix(strings.TrimSuffix(name, ext), strings.TrimSuffix(base, ext))
	return ok && strings.HasSuffix(name, ext) && among(conflictMarks, mark)
}

// ConflictCopies returns the files beside the vault that bear the name which a
// synchronising program gives to the second copy of it, and that begin like a
// vault. That they are of this vault is not said yet.
func ConflictCopies(path string) []string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		one := filepath.Join(filepath.Dir(path), e.Name())
		if e.Type().IsRegular() && isConflictCopy(e.Name(), filepath.Base(path)) && beginsLikeVault(one) {
			found = append(found, one)
		}
	}
	return found
}

func beginsLikeVault(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	magic := make([]byte, pageHeader+8)
	_, err = f.ReadAt(magic, 0)
	return err == nil && plausible(magic)
}

// maxMerged is how many merged copies the index remembers.
const maxMerged = 50

// HasMerged reports whether the other copy, in the state in which it was opened,
// was merged into this vault before.
func (s *Store) HasMerged(other *BackupFile) bool {
	return s.idx != nil && other.s.idx != nil &&
		(other.s.idxSum == s.idxSum || slices.Contains(s.idx.head.Merged, other.s.idxSum))
}
