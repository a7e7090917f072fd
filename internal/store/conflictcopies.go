package store

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// How programs that synchronise files call the second copy of a file that was
// changed in two places, as of November 2026: what they put between the name and
// its ending. docs/format.md lists them.
var conflictMarks = []*regexp.Regexp{
	regexp.MustCompile(`^\.sync-conflict-[0-9]{8}-[0-9]{6}(-[0-9A-Z]{7})?$`),          // Syncthing
	regexp.MustCompile(`^ \(.*(?i:conflicted copy|conflict copy|sfconflict)\b.*\)$`),  // Dropbox, Nextcloud, pCloud, Seafile
	regexp.MustCompile(`^ \(.*(競合コピー|競合するコピー|の競合).*\)$`),                              // the same in Japanese
	regexp.MustCompile(`^ \[(?i:conflicted)[^]]*\]$`),                                 // pCloud
	regexp.MustCompile(`^_conflict-[0-9]{8}-[0-9]{6}$`),                               // ownCloud and Nextcloud before 2.5
	regexp.MustCompile(`^ ?\([0-9]{1,3}\)$`),                                          // Google Drive
	regexp.MustCompile(`^ [0-9]{1,3}$`),                                               // iCloud Drive
	regexp.MustCompile(`^-[0-9A-Za-z][0-9A-Za-z-]{0,62}( ?\([0-9]{1,3}\)|-[0-9]+)?$`), // OneDrive: the computer's name
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
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(filepath.Base(path), ext)
	var found []string
	for _, e := range entries {
		mark, ok := strings.CutPrefix(strings.TrimSuffix(e.Name(), ext), stem)
		if !ok || !strings.HasSuffix(e.Name(), ext) || !e.Type().IsRegular() {
			continue
		}
		one := filepath.Join(filepath.Dir(path), e.Name())
		if slices.ContainsFunc(conflictMarks, func(m *regexp.Regexp) bool { return m.MatchString(mark) }) && beginsLikeVault(one) {
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
