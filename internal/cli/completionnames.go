package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// A nameList is what completion may know of a vault: the names of its records,
// in clear, because the person asked for that. It lies in the state folder under
// the vault's id; the path is how a run that opens nothing finds it.
type nameList struct {
	Path   string   `json:"path"`
	Names  []string `json:"names"`
	Sheets []string `json:"sheets,omitempty"` // numbers of printed sheets, else the names of their records
	Places []string `json:"places,omitempty"`
}

func (a *app) nameDir() string { return filepath.Join(a.dirs.state, "names") }

func (a *app) nameFile(vault record.ID) string {
	return filepath.Join(a.nameDir(), vault.String()+".json")
}

// vaultPath is path() as it stands in a list of names.
func (a *app) vaultPath() string {
	path, err := filepath.Abs(a.path())
	if err != nil {
		return a.path()
	}
	return path
}

// recordNames completes the names of records, or says why it does not.
func recordNames(a *app, _ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return a.listed(args, func(l *nameList) []string { return l.Names })
}

// sheetNumbers completes the numbers of printed sheets, and behind papers --move
// the place too.
func sheetNumbers(a *app, cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	moves := false
	if f := cmd.Flags().Lookup("move"); f != nil {
		moves = f.Changed && len(args) > 0
	}
	return a.listed(args, func(l *nameList) []string {
		if moves {
			return slices.Concat(l.Sheets, l.Places)
		}
		return l.Sheets
	})
}

// sheetOrPhotos completes the number of a sheet, else files with pictures of one.
func sheetOrPhotos(a *app, cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	numbers, _ := sheetNumbers(a, cmd, args, typed)
	digits := sheetDigits(typed)
	if len(args) == 0 && slices.ContainsFunc(numbers, func(n string) bool { return digits != "" && strings.HasPrefix(sheetDigits(n), digits) }) {
		return numbers, noFiles
	}
	endings := make([]string, len(pictureEndings))
	for i, end := range pictureEndings {
		endings[i] = end[1:]
	}
	return endings, cobra.ShellCompDirectiveFilterFileExt
}

// placesKnown completes the names of places.
func placesKnown(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return a.listed(nil, func(l *nameList) []string { return l.Places })
}

// listed returns what part of the list is not on the command line yet, or says
// why there is no list.
func (a *app) listed(args []string, part func(*nameList) []string) ([]string, cobra.ShellCompDirective) {
	list := a.listedNames()
	if list == nil {
		return cobra.AppendActiveHelp(nil, a.text(lang.T("names are sealed in the vault; to complete them: %s completion --names on",
			"記録の名前は金庫の中なので補完できません。補完するには: %s completion --names on"), a.name)), noFiles
	}
	left := slices.DeleteFunc(slices.Clone(part(list)), func(name string) bool {
		return slices.ContainsFunc(args, func(arg string) bool { return lang.Fold(arg) == lang.Fold(name) })
	})
	return left, noFiles
}

// listedNames reads the list of the vault at path(), nil if there is none. A
// list that can't be read is none: completion has nobody to tell.
func (a *app) listedNames() *nameList {
	if l := a.shell.names(); l != nil {
		return l
	}
	for _, file := range a.nameFiles() {
		b, err := os.ReadFile(file)
		var l nameList
		if err == nil && json.Unmarshal(b, &l) == nil && l.Path == a.vaultPath() {
			return &l
		}
	}
	return nil
}

// nameFiles are the lists that there are. The folder's own path may hold what
// means something in a pattern, as [ does.
func (a *app) nameFiles() []string {
	entries, _ := os.ReadDir(a.nameDir()) // no folder, no lists
	var files []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") {
			files = append(files, filepath.Join(a.nameDir(), e.Name()))
		}
	}
	return files
}

// beginNames writes the list for the first time.
func (a *app) beginNames() error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	n, err := a.writeNames(s)
	if err != nil {
		return err
	}
	file := a.shortPath(a.nameFile(s.ID()))
	a.say(lang.T("the names of the records (%d) stand in %s now, readable by you only, and are completed", "記録の名前（%d 件）を %s に書き出しました（ほかの人には読めない設定です）。これで名前も補完できます"), n, file)
	a.say(lang.T("it is not encrypted; to delete it: %s completion --names off", "このファイルは暗号化されていません。消すには: %s completion --names off"), a.name)
	return nil
}

// endNames deletes the list. The vault need not be opened for that.
func (a *app) endNames() error {
	gone := 0
	for _, file := range a.nameFiles() {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var l nameList
		if json.Unmarshal(b, &l) == nil && l.Path != a.vaultPath() {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
		gone++
	}
	if gone == 0 {
		a.say(lang.T("no names of this vault are kept", "この金庫の名前の一覧はありません"))
		return nil
	}
	a.say(lang.T("the list of names was deleted", "名前の一覧を消しました"))
	return nil
}

// renewNames brings the list up to date at the end of a command that opened the
// vault, where there is one.
func (a *app) renewNames() {
	s := a.opened
	if s == nil {
		return
	}
	for _, file := range a.nameFiles() {
		if file != a.nameFile(s.ID()) {
			a.dropReplaced(file)
		} else if _, err := a.writeNames(s); err != nil {
			a.warn(lang.T("the list of names for completion could not be renewed: %s", "補完に使う名前の一覧を新しくできませんでした: %s"), systemReason(err))
		}
	}
}

// dropReplaced deletes the list of another vault that claims the place of the
// one just opened: that vault is not there any more.
func (a *app) dropReplaced(file string) {
	b, err := os.ReadFile(file)
	var l nameList
	if err == nil && json.Unmarshal(b, &l) == nil && l.Path == a.vaultPath() {
		os.Remove(file)
	}
}

// writeNames writes the list whole, so that a reader sees the old or the new,
// and returns the number of names.
func (a *app) writeNames(s *store.Store) (int, error) {
	cards, err := s.Cards()
	if err != nil {
		return 0, err
	}
	l := listOf(cards)
	l.Path = a.vaultPath()
	b, err := json.Marshal(l)
	if err != nil {
		return 0, err
	}
	return len(l.Names), a.replaceNames(a.nameFile(s.ID()), b)
}

// listOf are the names of records that are not in the trash.
func listOf(cards []store.Card) nameList {
	l := nameList{Names: []string{}}
	sortCards(cards)
	for _, c := range cards {
		if c.Trashed {
			continue
		}
		l.Names = append(l.Names, c.Name)
		switch c.Template {
		case record.SheetTemplate:
			l.Sheets = append(l.Sheets, cmp.Or(c.Title, c.Name)) // the number, where the program printed it
		case record.PlaceTemplate:
			l.Places = append(l.Places, c.Name)
		}
	}
	return l
}

// replaceNames writes a list into its file, if it is not there already.
func (a *app) replaceNames(file string, b []byte) error {
	if have, err := os.ReadFile(file); err == nil && string(have) == string(b) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".new-*") // readable by its owner only
	if err != nil {
		return err
	}
	_, err = temp.Write(b)
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}
