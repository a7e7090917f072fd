//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/keyring"
	"memovault/internal/shard"
	"memovault/internal/store"
	"memovault/internal/term"
)

// onPages puts the vault on paper, writes the codes of each page to a file as
// another reader of codes would, and returns the backup's number.
func (h *home) onPages(now time.Time, name string) string {
	h.t.Helper()
	s, err := store.Open(h.vault(), store.Config{Now: now})
	if err != nil {
		h.t.Fatal(err)
	}
	id, _, err := keyring.Secret(goodPass)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := s.Unlock(id); err != nil {
		h.t.Fatal(err)
	}
	payload, _, err := s.Paper(false)
	if err != nil {
		h.t.Fatal(err)
	}
	set, err := shard.Encode(payload, 5)
	if err != nil {
		h.t.Fatal(err)
	}
	for i, texts := range set.Pages {
		h.write(fmt.Sprintf(name, i+1), strings.Join(texts, "\n"))
	}
	return set.ID
}

// burn takes the vault and all that the computer knows of it away, and returns
// the recovery key.
func (h *home) burn() string {
	h.t.Helper()
	sheet, err := os.ReadFile(filepath.Join(h.dir, "here", "sheet.txt"))
	if err != nil {
		h.t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(h.dir, "home", ".local")); err != nil {
		h.t.Fatal(err)
	}
	var groups []string
	for _, m := range keyGroup.FindAllStringSubmatch(string(sheet), -1) {
		groups = append(groups, m[1])
	}
	if len(groups) < 10 {
		h.t.Fatalf("%d groups on the sheet", len(groups))
	}
	return strings.Join(groups, " ")
}

var keyGroup = regexp.MustCompile(`\d\) ([0-9A-Z]+-[0-9A-Z])`)

var paperDay = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// nothingWritten reports what is there that a restore would have written.
func (h *home) nothingWritten() {
	h.t.Helper()
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(h.vault()), "*vault*")); len(files) > 0 {
		h.t.Errorf("there is %q", files)
	}
}

// TestRestoreAsksForMore: with too few photos it says what is missing and takes
// what is dropped on the terminal, whichever way that writes paths, then a
// passphrase at the second try.
func TestRestoreAsksForMore(t *testing.T) {
	t.Parallel()
	for _, to := range []struct{ lang, missing, more, none, key, wrong, records string }{
		{"en", "2, 3", "stop):", "nowhere.jpg: there", "recovery key:", "tries left", "1 record,"},
		{"ja", "2、3", "やめる）:", "nowhere.jpg:", "回復キー:", "あと 2 回", "1 件"},
	} {
		for _, cols := range []uint16{80, 40} {
			h := newHome(t)
			h.env = append(h.env, "MEMOVAULT_LANG="+to.lang)
			h.make()
			h.onPages(paperDay, "it's page %d.txt")
			h.burn()
			s := h.at("vault", "restore", "it's page 1.txt")
			s.resize(cols, 50)
			s.see(to.missing)
			s.answer(to.more, "nowhere.jpg\r")
			s.see(to.none)
			s.answer(to.more, `'`+filepath.Join(h.dir, "here")+`/it'\''s page 3.txt' it\'s\ page\ 2.txt`+" \r")
			s.answer(to.key, "wrong wrong wrong\r")
			s.see(to.wrong)
			s.answer(to.key, goodPass+"\r")
			s.see(to.records)
			s.want("exit 0")
			for _, row := range strings.Split(s.visible(), "\n") {
				if w := term.Width(row); w > int(cols) {
					t.Errorf("%s: %d columns: %s", to.lang, w, row)
				}
			}
			if got := h.run("show", "first", "--field", "note", "--passphrase-file", "pass.txt"); got != "one\n" {
				t.Errorf("it came back as %q", got)
			}
		}
	}
}

// TestRestoreAsksWhich: of two backups the newest comes back at Enter, the other by
// its place, and the recovery key opens both. One that is not complete is not
// passed over.
func TestRestoreAsksWhich(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	older := h.onPages(paperDay, "old %d.txt")
	h.run("add", "note", "second", "--passphrase-file", "pass.txt", "--field", "note=two")
	newer := h.onPages(paperDay.AddDate(0, 1, 0), "new %d.txt")
	key := h.burn()
	for answer, want := range map[string]string{"": newer, "1": newer, "２": older, strings.ToLower(older[:4]): older} {
		s := h.at("vault", "restore", "old 1.txt", "old 2.txt", "new 2.txt", "new 3.txt", "--to", answer+".vault", "--yes")
		s.answer("or its recovery key: ", key+"\r")
		s.see("1) " + newer + ", 2026-02-02 03:04: 2 records")
		s.see("2) " + older + ", 2026-01-02 03:04: 1 record (vault ")
		s.answer("(Enter = 1, the newest) ", "7\r")
		s.see("please type a number from 1 to 2")
		s.answer("(Enter = 1, the newest) ", answer+"\r")
		s.see("backup " + want + ", 2026-")
		s.want("exit 0")
	}
	s := h.at("vault", "restore", "old 1.txt", "old 2.txt", "new 2.txt", "--to", "either.vault", "--yes")
	s.see(older + " is complete, but more photos of " + newer + " are needed")
	s.answer("(Enter = go on without): ", "\r")
	s.answer("or its recovery key: ", goodPass+"\r")
	s.see("backup " + older)
	s.want("exit 0")
}

// TestRestoreGivenUp: Ctrl-C at each question leaves everything as it was.
func TestRestoreGivenUp(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.onPages(paperDay, "old %d.txt")
	h.run("add", "note", "second", "--passphrase-file", "pass.txt", "--field", "note=two")
	h.onPages(paperDay.AddDate(0, 1, 0), "new %d.txt")
	before, err := os.ReadFile(h.vault())
	if err != nil {
		t.Fatal(err)
	}
	s := h.at("vault", "restore", "old 1.txt", "old 2.txt", "--replace")
	s.answer("or its recovery key: ", goodPass+"\r")
	s.answer("Replace ", "\x03")
	s.want("exit 130")
	s = h.at("vault", "restore", "old 1.txt", "old 2.txt", "--to", "second.vault")
	s.answer("or its recovery key: ", goodPass+"\r")
	s.answer("Make a second one ", "\x03")
	s.want("exit 130")
	s = h.at("vault", "restore", "old 1.txt", "old 2.txt", "--replace")
	s.answer("or its recovery key: ", goodPass+"\r")
	s.answer("Replace ", "n\r")
	s.want("exit 130")
	if after, err := os.ReadFile(h.vault()); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the vault is another one: %v", err)
	}
	if copies, _ := filepath.Glob(filepath.Join(filepath.Dir(h.vault()), "*", "*replaced*")); len(copies) > 0 {
		t.Errorf("copies were made: %q", copies)
	}
	h.burn()
	s = h.at("vault", "restore", "old 1.txt")
	s.answer("(Enter = stop): ", "\x03")
	s.want("exit 130")
	h.nothingWritten()
	s = h.at("vault", "restore", "old 1.txt", "old 2.txt")
	s.answer("or its recovery key: ", "\x03")
	s.want("exit 130")
	h.nothingWritten()
	s = h.at("vault", "restore", "old 1.txt", "old 2.txt", "new 1.txt", "new 2.txt")
	s.answer("or its recovery key: ", goodPass+"\r")
	s.answer("Which one? ", "\x03")
	s.want("exit 130")
	h.nothingWritten()
	s = h.at("vault", "restore", "old 1.txt")
	s.answer("(Enter = stop): ", "\r")
	s.see("not enough yet")
	s.want("exit 1")
	h.nothingWritten()
}

// TestDroppedPaths: how terminals write the files that are dropped on them.
func TestDroppedPaths(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]string{
		`/a/b.jpg /c.jpg `:              {"/a/b.jpg", "/c.jpg"},
		`/my\ photos/it\'s\ \(1\).jpg`:  {"/my photos/it's (1).jpg"},
		`'/my photos/it'\''s.jpg' '/c'`: {"/my photos/it's.jpg", "/c"},
		`"/my photos/a.jpg"`:            {"/my photos/a.jpg"},
		`file:///my%20photos/a.jpg`:     {"/my photos/a.jpg"},
		"一.jpg　二.jpg":                   {"一.jpg", "二.jpg"},
		`''`:                            {""},
		`a\`:                            {"a"},
		`'open`:                         {"open"},
	} {
		if got := droppedPaths(typed, true); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string][]string{
		`"C:\Users\山田 花子\a.jpg" D:\b.jpg`: {`C:\Users\山田 花子\a.jpg`, `D:\b.jpg`},
		`C:\it's\a.jpg`: {`C:\it's\a.jpg`},
	} {
		if got := droppedPaths(typed, false); !slices.Equal(got, want) {
			t.Errorf("%s on Windows: %q, want %q", typed, got, want)
		}
	}
}
