//go:build unix

package cli

import (
	"strings"
	"testing"
)

// sheetHome has two sheets: one with a key and a code, one for the family.
func sheetHome(t *testing.T) *home {
	t.Helper()
	h := newHome(t)
	h.make()
	h.write("key.txt", "BCDFG-HJKMP-QRTVW-XY234-6789N\n")
	h.write("codes.txt", "f3k9-0o1l\n")
	h.run("add", "office", "office", "--passphrase-file", "pass.txt", "--no-coach", "--field", "product_key=@key.txt")
	h.run("add", "github", "code", "--passphrase-file", "pass.txt", "--no-coach", "--field", "recovery_codes=@codes.txt")
	h.run("print", "office", "code", "--passphrase-file", "pass.txt", "--no-input", "-o", "paper.txt", "--kept-at", "drawer")
	h.run("add", "sheet", "family", "--passphrase-file", "pass.txt", "--no-coach", "--field", "kind=emergency", "--field", "printed=2026-01-01", "--field", "checked=2026-01-01")
	return h
}

// TestCheckPaper goes through a sheet at the terminal: a slip is named by its
// group and may be mended three times, and nothing that is right is shown.
func TestCheckPaper(t *testing.T) {
	t.Parallel()
	h := sheetHome(t)
	s := h.at("vault", "check-paper", "--passphrase-file", "pass.txt")
	s.see("Which sheet do you want to check?")
	s.see("records  2026-01-02  drawer")
	s.answer("Number [1]: ", "\r")
	s.see("printed on 2026-01-02, place: drawer")
	s.see("office (revision 1 on the paper)")
	s.answer("product key: ", "BCDFG HJKMP QRTWV XY234 6789N\r")
	s.see("look again at group 3, counted as printed; tries left: 2")
	s.answer("product key: ", "BCDFG HJKMP ZZZZZ ZZZZZ ZZZZZ\r")
	s.see("that is not what was printed")
	s.answer("product key: ", "ｂｃｄｆｇ ｈｊｋｍｐ ｑｒｔｖｗ ｘｙ２３４ ６７８９ｎ\r")
	s.see("agrees")
	s.see("code (revision 1 on the paper)")
	s.answer("number 1: ", "F3K9 0O1L\r")
	s.see("agrees, checked today")
	s.want("exit 0")
	for _, secret := range []string{"QRTVW", "QRTWV", "XY234", "0O1L", "0o1l"} {
		if strings.Contains(s.shown()+s.printed(), secret) {
			t.Errorf("%s is on the screen:\n%s", secret, s.visible())
		}
	}
	if shown := h.run("papers", "--passphrase-file", "pass.txt"); !strings.Contains(shown, "place: drawer; checked on 2026-01-02") {
		t.Errorf("the day is not noted:\n%s", shown)
	}
}

// TestCheckPaperGivesUp: after three wrong answers the value counts as wrong, and
// stopping notes nothing.
func TestCheckPaperGivesUp(t *testing.T) {
	t.Parallel()
	h := sheetHome(t)
	s := h.at("vault", "check-paper", "sheet", "--passphrase-file", "pass.txt", "--lang", "ja")
	for range 3 {
		s.answer("プロダクトキー: ", "BCDFG-HJKMP-QRTVW-XY234-67891\r")
	}
	s.see("左から 5 番目の組を見直してください")
	s.answer("1 番目: ", "\r")
	s.see("印刷した内容と違います（1 個。全部で 2 個）")
	s.want("exit 1")
	s = h.at("vault", "check-paper", "sheet", "--passphrase-file", "pass.txt")
	s.answer("product key: ", "\x03")
	s.see("stopped; nothing was noted")
	s.want("exit 130")
	s = h.at("vault", "check-paper", "family", "--passphrase-file", "pass.txt")
	s.see("There are no keys or codes")
	s.answer("Enter = skip: ", "y\r")
	s.see("family agrees, checked today")
	s.want("exit 0")
	if shown := h.run("papers", "sheet", "--passphrase-file", "pass.txt"); strings.Contains(shown, "checked") {
		t.Errorf("a wrong sheet counts as checked:\n%s", shown)
	}
}

// TestPrintAsksForThePlace: the place that is answered is noted; Enter notes the
// sheet without one.
func TestPrintAsksForThePlace(t *testing.T) {
	t.Parallel()
	h := sheetHome(t)
	ask := "Where will you keep this sheet? (Enter = not known yet): "
	s := h.at("vault", "print", "code", "--passphrase-file", "pass.txt", "-o", "code.txt")
	s.answer(ask, "\r")
	s.see("Once it has its place: vault papers --move ")
	s.want("exit 0")
	s = h.at("vault", "print", "office", "--passphrase-file", "pass.txt", "-o", "office.txt")
	s.answer(ask, "the safe\r")
	s.see("where this sheet is: the safe")
	s.want("exit 0")
	shown := h.run("papers", "--passphrase-file", "pass.txt")
	if strings.Count(shown, "place: not noted") != 1+1 || strings.Count(shown, "place: the safe") != 1 { // family has none either
		t.Errorf("the places are not as answered:\n%s", shown)
	}
}
