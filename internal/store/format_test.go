//go:build unix

package store

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"memovault/internal/record"
)

// TestFormatPage runs the commands of docs/format.md as they stand there, one
// block after the other, and looks at what they bring to light.
func TestFormatPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "format.md"))
	if err != nil {
		t.Fatal(err)
	}
	page, _, _ = bytes.Cut(page, []byte("\n## Paper backup")) // see TestStockAgeOpensPaper
	blocks := regexp.MustCompile("(?s)\n```sh\n(.*?)```\n").FindAllSubmatch(page, -1)
	if len(blocks) != 4 {
		t.Fatalf("%d blocks of commands, not 4", len(blocks))
	}
	for _, name := range []string{"go", "sh", "grep", "awk", "tar"} {
		needCommand(t, name)
	}
	v := sampleVault(t)
	v.cfg.Now = v.cfg.Now.AddDate(0, 0, 1)
	s := v.open()
	backedUp := map[string]bool{}
	for _, name := range []string{"mail", "オフィス"} {
		backedUp[text(read(t, s, name))] = true
	}
	v.mustCommit(Change{Put: []*record.Record{edited(read(t, s, "mail"), "after the backup")}})

	dir := t.TempDir()
	list, err := Backups(v.path)
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	err = errors.Join(os.WriteFile(filepath.Join(dir, "my.vault"), v.bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "key.txt"), []byte(v.key.String()+"\n"), 0o600),
		os.Mkdir(filepath.Join(dir, "my.backups"), 0o700),
		os.Link(list[0].Path, filepath.Join(dir, "my.backups", filepath.Base(list[0].Path))))
	if err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + stockAge(t) + string(os.PathListSeparator) + os.Getenv("PATH")
	for i, block := range blocks {
		cmd := exec.Command("sh", "-eu")
		cmd.Stdin, cmd.Dir, cmd.Env = bytes.NewReader(block[1]), dir, append(os.Environ(), path)
		out, err := cmd.CombinedOutput()
		if err != nil && i == 0 && unreachable(out) && os.Getenv("CI") != "true" {
			t.Logf("no network to fetch bbolt's command: %s", out)
			continue
		}
		if err != nil {
			t.Fatalf("block %d: %v\n%s\n%s", i+1, err, block[1], out)
		}
	}
	if found := texts(t, dir, "records.txt"); found != nil {
		want := []string{text(read(t, v.open(), "オフィス")), "after the backup"}
		slices.Sort(want)
		if !slices.Equal(found, want) {
			t.Errorf("by bbolt: %q, not %q", found, want)
		}
	}
	carved := texts(t, dir, "carved-records.txt")
	for _, want := range []string{"after the backup", "edit 0", "edit 1", "edit 2", "second", "変更 0", "変更 2", "一つ目"} {
		if !slices.Contains(carved, want) {
			t.Errorf("carving did not find %q: %q", want, carved)
		}
	}
	backup := texts(t, dir, "backup-records.txt")
	for want := range backedUp {
		if !slices.Contains(backup, want) {
			t.Errorf("the backup does not have %q: %q", want, backup)
		}
	}
	if slices.Contains(backup, "after the backup") || len(backup) != 8 {
		t.Errorf("the backup has %q", backup)
	}
	if n := attachmentsIn(t, dir); n != 2 {
		t.Errorf("%d attachments taken out, not 2", n)
	}
}

func unreachable(out []byte) bool {
	return bytes.Contains(out, []byte("dial tcp")) || bytes.Contains(out, []byte("module lookup disabled"))
}

// texts reads the records in a file that the commands wrote, nil if none did.
func texts(t *testing.T, dir, name string) (found []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) && name == "records.txt" {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if line == "" {
			continue
		}
		r, err := record.Decode([]byte(line))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found = append(found, text(r))
	}
	slices.Sort(found)
	return found
}

func attachmentsIn(t *testing.T, dir string) (n int) {
	t.Helper()
	for _, want := range [][]byte{{0xff, 0xd8, 0, '\n'}, []byte("%PDF")} {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".attachment" {
				return err
			}
			if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, want) {
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}
