//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The sheet of a recovery key: where a place can't be written, or a printer not
// be reached, it asks again; a hyphen typed with the input method on is a hyphen,
// and a sheet whose vault was never made does not stay behind.
func TestRecoverySheet(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.env = append(h.env, "CUPS_SERVER=localhost:1", "PATH="+h.dir) // no printer and no lp: nothing is printed here
	begin := func() *session {
		s := h.at("vault", "init")
		s.answer("Number [1]: ", "2\r")
		s.answer("Passphrase: ", goodPass+"\r")
		s.answer("Once more: ", goodPass+"\r")
		s.answer("which opens it too?", "y\r")
		return s
	}
	sheet := filepath.Join(h.dir, "home", "recovery-key.pdf")

	s := begin()
	s.answer("File: ", "\x15/nonexistent/folder/key.txt\r")
	s.see("there is no such folder")
	s.answer("File: ", "\x15印刷\r")
	s.answer("File: ", "\r")
	s.see("written: ~/recovery-key.pdf")
	s.answer("(Enter = later): ", "\x03")
	s.see("was deleted: no vault was made")
	s.want("exit 130")
	if _, err := os.Stat(sheet); !os.IsNotExist(err) {
		t.Error("the sheet of a vault that was not made is still there")
	}

	if err := os.WriteFile(sheet, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = begin()
	s.answer("File: ~/recovery-key-2.pdf", "\x15ー\r")
	s.see("Recovery key of the vault default.vault")
	if rows := strings.Count(s.visible()[strings.Index(s.visible(), "Recovery key of"):], "\n"); rows > 23 {
		t.Errorf("to be copied from the screen, the key takes %d rows", rows)
	}
	s.answer("Enter: ", "\r")
	s.see("To see that it can be read")
	if strings.Contains(s.visible(), "Recovery key of the vault") {
		t.Errorf("the key still stands on the screen:\n%s", s.visible())
	}
	for range tries {
		s.answer("(Enter = later): ", "AAAAAA\r")
		s.see("that is not group")
	}
	s.see("not proven yet")
	s.want("exit 0")
	if b, err := os.ReadFile(sheet); err != nil || string(b) != "another" {
		t.Error("a file that was there before was touched")
	}
	files, err := os.ReadDir(filepath.Join(h.dir, "here"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(f.Name(), "ー") {
			t.Errorf("the key was written to a file called %s", f.Name())
		}
	}
}
