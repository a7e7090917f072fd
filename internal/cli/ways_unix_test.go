//go:build unix

package cli

import (
	"fmt"
	"strings"
	"testing"

	"memovault/internal/record"
	"memovault/internal/term"
)

// wayHome is a vault with an account, a person and a place.
func wayHome(t *testing.T, language string) *home {
	t.Helper()
	h := newHome(t)
	h.make()
	h.run("add", "google", "--field", "account_email=hanako@example.jp", "--field", "recovery_phone=090-0000-0000", "--passphrase-file", "pass.txt")
	h.run("add", "person", "taro", "--field", "registered_name=山田太郎", "--passphrase-file", "pass.txt")
	h.run("add", "place", "drawer", "--field", "spot=desk", "--passphrase-file", "pass.txt")
	h.env = append(h.env, "MEMOVAULT_LANG="+language)
	return h
}

func (h *home) showWays() string {
	return h.run("show", "google", "ways", "kept", "--passphrase-file", "pass.txt")
}

// TestWaysFlow: the ways are shown with what is noted; one is switched off and
// brought back, one is added from several things, one's own is deleted after a
// yes.
func TestWaysFlow(t *testing.T) {
	t.Parallel()
	google := record.LookupTemplate("google")
	things := len((&wayFlow{r: &record.Record{Template: "google"}, tmpl: google}).atoms())
	for _, c := range []struct {
		lang, noted, missing, menu, first, more, record, place, sure, name, off, added, sureToDelete string
	}{
		{"en", "recovery phone number [noted]", "[not noted]", "Enter = done:", "none after all):", "(Enter = that is all):", "Name of the record", "Where is it?",
			"Does that let you in for certain?", "What shall this way be called?", "(switched off", "so far:", "which you added yourself?"},
		{"ja", "再設定用の電話番号〔書いてある〕", "〔まだ書いていない〕", "Enter=終わり:", "Enter=やめる）:", "（Enter=これで全部）:", "その記録の名前", "どこにありますか",
			"それで、必ず入れますか？", "この方法の名前", "（使わない", "ここまで:", "自分で足した"},
	} {
		h := wayHome(t, c.lang)
		word := map[string]string{"en": "ways", "ja": "方法"}[c.lang]
		s := h.at("vault", "edit", "google", word, "--passphrase-file", "pass.txt")
		s.see(c.noted)
		s.see(c.missing)
		s.answer(c.menu, "99\r")
		s.answer(c.menu, "1\r")
		s.see(c.off)
		s.answer(c.menu, "2\r")
		s.answer(c.menu, "2\r") // back again
		s.answer(c.menu, "＋\r")
		s.answer(c.first, "nothing\r")
		s.answer(c.first, fmt.Sprintf("１、%d\r", things+1)) // the password, or a record
		s.answer(c.record, "google\r")
		s.answer(c.record, "nobody\r")
		s.answer(c.record, "ta\t\r")
		s.see(c.added)
		s.answer(c.more, fmt.Sprintf("%d\r", things+2))
		s.answer(c.place, "drawer\r")
		s.answer(c.more, "\r")
		s.see(c.sure)
		s.answer("[1]:", "3\r")
		s.answer(c.name, "Taro's help\r")
		s.see("Taro's help")
		s.answer(c.menu, "\r")
		s.want("exit 0")
		shown := h.showWays()
		if strings.Count(shown, "\n") != 2 || !strings.Contains(shown, "taro-s-help: Taro's help") || !strings.Contains(shown, "taro") || !strings.Contains(shown, "drawer") {
			t.Errorf("%s: %s", c.lang, shown)
		}
		json := h.run("show", "google", "--json", "--passphrase-file", "pass.txt")
		for _, want := range []string{`"password|record:taro"`, `"paper:drawer"`, `"certainty": "person"`, `"off": true`} {
			if !strings.Contains(json, want) {
				t.Errorf("%s: no %s in %s", c.lang, want, json)
			}
		}

		s = h.at("vault", "edit", "google", "ways", "--passphrase-file", "pass.txt")
		s.answer(c.menu, "1\r")                                   // brought back
		s.answer(c.menu, fmt.Sprintf("%d\r", len(google.Ways)+1)) // one's own
		s.answer(c.sureToDelete, "y\r")
		s.answer(c.menu, "\r")
		s.want("exit 0")
		if shown := h.showWays(); shown != "" {
			t.Errorf("%s: left: %s", c.lang, shown)
		}
	}
}

// TestWaysFlowCancelled: whoever stops, at whatever question, changes nothing.
func TestWaysFlowCancelled(t *testing.T) {
	t.Parallel()
	h := wayHome(t, "en")
	steps := [][2]string{{"Enter = done:", "+\r"}, {"none after all):", "2\r"}, {"that is all):", "\r"}, {"[1]:", "\r"}, {"as above):", ""}}
	for at, question := range steps {
		s := h.at("vault", "edit", "google", "ways", "--passphrase-file", "pass.txt")
		s.answer("Enter = done:", "1\r")
		for _, step := range steps[:at] {
			s.answer(step[0], step[1])
		}
		s.answer(question[0], "\x03")
		s.want("exit 130")
		if shown := h.showWays(); shown != "" {
			t.Errorf("stopped at question %d: %s", at, shown)
		}
	}
	s := h.at("vault", "edit", "google", "ways", "--passphrase-file", "pass.txt")
	s.answer("Enter = done:", "+\r")
	s.answer("none after all):", "\r")
	s.answer("Enter = done:", "\r")
	s.see("nothing changed")
	s.want("exit 0")
}

// TestKeptFlow: each secret is asked for; numbers and words are taken, names
// looked up.
func TestKeptFlow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, word, password, codes, paper, person, noPerson, now string }{
		{"en", "kept", "the password (not noted):", "backup codes (not noted):", "Where is the paper?", "Name of the person's record:", "there is no record of that name", "the password (remembered, paper: drawer):"},
		{"ja", "ある所", "パスワード（書いていない）:", "バックアップ コード（書いていない）:", "その紙のある場所:", "その人の記録の名前:", "その名前の記録はありません", "パスワード（覚えている、紙: drawer）:"},
	} {
		h := wayHome(t, c.lang)
		s := h.at("vault", "edit", "google", c.word, "--passphrase-file", "pass.txt")
		s.answer(c.password, "7\r")
		s.answer(c.password, "somewhere\r")
		s.answer(c.password, "2 3\r")
		s.answer(c.paper, "drawer\r")
		s.answer(c.codes, "5\r")
		s.answer(c.person, "nobody\r")
		s.see(c.noPerson)
		s.answer(c.person, "taro\r")
		s.want("exit 0")
		s = h.at("vault", "edit", "google", c.word, "--passphrase-file", "pass.txt")
		s.answer(c.now, "\r")
		s.answer("taro", "人：TARO、金庫\r")
		s.want("exit 0")
		json := h.run("show", "google", "--json", "--passphrase-file", "pass.txt")
		for _, want := range []string{`"password": "memory, paper:drawer"`, `"backup_codes": "person:taro, vault"`} {
			if !strings.Contains(json, want) {
				t.Errorf("%s: no %s in %s", c.lang, want, json)
			}
		}
		s = h.at("vault", "edit", "google", c.word, "--passphrase-file", "pass.txt")
		s.answer(c.now, "-\r")
		s.answer("taro", "\x10") // back
		s.answer(c.password, "\r")
		s.answer("taro", "\x03")
		s.want("exit 130")
		if shown := h.showWays(); strings.Count(shown, "\n") != 2 {
			t.Errorf("%s: stopped, and it is: %s", c.lang, shown)
		}
	}
}

// TestWaysFlowIsNarrow: at 40 columns no row is broken by the terminal.
func TestWaysFlowIsNarrow(t *testing.T) {
	t.Parallel()
	for _, l := range []string{"en", "ja"} {
		h := wayHome(t, l)
		s := h.onScreen(40, 60, "vault", "edit", "google", "ways", "--passphrase-file", "pass.txt")
		s.answer(map[string]string{"en": "done:", "ja": "終わり:"}[l], "+\r")
		s.see(map[string]string{"en": "after all):", "ja": "Enter=やめる）:"}[l])
		for _, row := range strings.Split(s.visible(), "\n") {
			if w := term.Width(row); w > 40 {
				t.Errorf("%s: %d columns: %s", l, w, row)
			}
		}
		s.send("\x03")
		s.want("exit 130")
	}
}

// TestSheetIsNoted: after a file for paper it asks once where the sheet will be;
// Enter and Ctrl-C leave the place open; nobody is asked about a sheet in a pipe or
// where the flags say so. The same sheet printed again is a copy.
func TestSheetIsNoted(t *testing.T) {
	t.Parallel()
	h := wayHome(t, "en")
	question := "Where will you keep this sheet?"
	sheets := func() int {
		return strings.Count(h.run("list", "--json", "--passphrase-file", "pass.txt"), `"template": "sheet"`)
	}
	h.run("print", "google", "-o", "none.txt", "--no-note", "--passphrase-file", "pass.txt")
	if n := sheets(); n != 0 {
		t.Errorf("--no-note notes %d sheets", n)
	}
	for i, keys := range []string{"\r", "\x03"} {
		s := h.at("vault", "print", "google", "-o", []string{"one.txt", "two.txt"}[i], "--passphrase-file", "pass.txt")
		s.answer(question, keys)
		s.want("exit 0")
		if n := sheets(); n != 1 {
			t.Errorf("%q: %d sheets are noted", keys, n)
		}
	}
	for _, args := range [][]string{{"print", "google"}, {"print", "google", "-o", "three.txt", "--quiet"}, {"print", "google", "-o", "four.txt", "--no-input"}} {
		s := h.at("vault", append(args, "--passphrase-file", "pass.txt")...)
		s.want("exit 0")
		if strings.Contains(s.shown(), question) {
			t.Errorf("%v asks", args)
		}
	}
	s := h.at("vault", "print", "google", "-o", "five.txt", "--passphrase-file", "pass.txt")
	s.answer(question, "DR\t\r")
	s.see("noted: sheet, now 6 copies")
	s.want("exit 0")
	if place := h.run("show", "sheet", "--field", "place", "--passphrase-file", "pass.txt"); sheets() != 1 || place != "drawer\n" {
		t.Errorf("%d sheets, kept at %q", sheets(), place)
	}
}
