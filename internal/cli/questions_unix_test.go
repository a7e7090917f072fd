//go:build unix

package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"memovault/internal/keyring"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// resize gives the session's window another size.
func (s *session) resize(cols, rows uint16) {
	s.t.Helper()
	if err := pty.Setsize(s.master, &pty.Winsize{Rows: rows, Cols: cols}); err != nil {
		s.t.Fatal(err)
	}
}

// TestChoiceIsNumbered: at 40 columns the options of a choice stand in rows of
// their own, the answer there is stands as its number, and nothing that only
// the program knows is said.
func TestChoiceIsNumbered(t *testing.T) {
	t.Parallel()
	refusals := map[string]string{"en": "please type a number from 1 to 7", "ja": "1〜7 の番号で答えてください"}
	for l, refusal := range refusals {
		h := newHome(t)
		h.make()
		h.env = append(h.env, "MEMOVAULT_LANG="+l)
		h.run("add", "mailbox", "--passphrase-file", "pass.txt", "--field", "class=carrier")
		s := h.at("vault", "edit", "mailbox", "class", "--passphrase-file", "pass.txt")
		s.resize(40, 24)
		s.see("1) ")
		s.see("7) ")
		s.answer("[2]: ", "9\r")
		s.see(refusal)
		s.answer("[2]: ", "\r")
		s.want("exit 0")
		for _, row := range strings.Split(s.visible(), "\n") {
			if w := term.Width(row); w > 40 {
				t.Errorf("%s: %d columns: %s", l, w, row)
			}
		}
		for _, word := range []string{"carrier", "webmail"} {
			if strings.Contains(s.shown(), word) {
				t.Errorf("%s: %q is on the screen:\n%s", l, word, s.visible())
			}
		}
		if got := h.run("show", "mailbox", "--field", "class", "--passphrase-file", "pass.txt"); got != "carrier\n" {
			t.Errorf("%s: Enter made it %q", l, got)
		}
		s = h.at("vault", "edit", "mailbox", "class", "--passphrase-file", "pass.txt")
		s.answer("[2]: ", "３\r")
		s.want("exit 0")
		if got := h.run("show", "mailbox", "--field", "class", "--passphrase-file", "pass.txt"); got != "webmail\n" {
			t.Errorf("%s: 3 made it %q", l, got)
		}
	}
}

// TestPromptsKeepWordsWhole: at 40 columns no question breaks a word.
func TestPromptsKeepWordsWhole(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "add", "office", "--passphrase-file", "pass.txt")
	s.resize(40, 24)
	s.fillIn(questionsOf("office"), nil)
	s.see("Save this?")
	for _, row := range strings.Split(s.visible(), "\n") {
		if w := term.Width(row); w > 40 {
			t.Errorf("%d columns: %s", w, row)
		}
	}
	s.send("\x03")
	s.want("exit 130")
}

// TestQuestionsAreExplained: ? says what the service does, with source and
// date, and is no answer.
func TestQuestionsAreExplained(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	fact := record.LookupTemplate("office").Facts[0]
	s := h.at("vault", "edit", "first", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "？\r")
	s.see("a family member or a customer")
	s.answer("owner: ", "\r")
	s.answer("1> one", "\r")
	s.answer("2> ", "?\r")
	s.see("    write freely")
	s.answer("1> one", "\r")
	s.answer("2> ", "\r")
	s.answer("Save this?", "\r")
	s.see("nothing changed")
	s.want("exit 0")

	s = h.at("vault", "add", "office", "--owner", "", "--passphrase-file", "pass.txt")
	s.answer(" product: ", "?\r")
	s.see("What is known about Microsoft Office:")
	s.see(fact.AsOf)
	s.answer(" product: ", "\x03")
	s.want("exit 130")
	if got := h.run("list", "--json", "--passphrase-file", "pass.txt"); strings.Contains(got, "office") {
		t.Error("something was saved")
	}
}

// TestReviewFitsTheWindow: the review of a long form with a list of codes stays
// within 24 rows, and pages where even that is not enough.
func TestReviewFitsTheWindow(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	answers := map[string]func(*session){}
	for _, spec := range record.LookupTemplate("office").Fields {
		if spec.Type == record.TypeText {
			answers[spec.Key] = func(s *session) { s.answer(": ", strings.Repeat("long answer ", 12)+"\r") }
		}
	}
	answers["recovery_codes"] = func(s *session) {
		s.send("\x1b[200~" + codesOf(10) + "\x1b[201~")
		s.answer("11> ", "\r")
	}
	for rows, pages := range map[uint16]bool{24: false, 12: true} {
		s := h.at("vault", "add", "office", fmt.Sprint("office-", rows), "--passphrase-file", "pass.txt")
		s.resize(80, rows)
		fill := map[string]func(){}
		for key, answer := range answers {
			fill[key] = func() { answer(s) }
		}
		s.fillIn(questionsOf("office"), fill)
		s.see("Please check:")
		for pages {
			if s.seeEither("Enter = go on", "Save this?") == "Save this?" {
				break
			}
			s.send("\r")
		}
		if !pages {
			s.see("Save this?")
		}
		review := s.visible()[strings.LastIndex(s.visible(), "Please check:"):]
		if n := strings.Count(review, "\n") + 1; !pages && n > int(rows) {
			t.Errorf("%d rows:\n%s", n, review)
		}
		if !pages && !strings.Contains(review, "left empty: ") {
			t.Errorf("empty answers are not put together:\n%s", review)
		}
		for i := range 10 {
			if code := fmt.Sprintf("%08d", 10000001+i); !strings.Contains(review, code) {
				t.Errorf("%s is not in the review:\n%s", code, review)
			}
		}
		s.send("\r")
		s.nothingElse()
		s.want("exit 0")
	}
}

func codesOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%08d\r\n", 10000001+i)
	}
	return b.String()
}

// seeEither waits for the first of two texts and returns it.
func (s *session) seeEither(one, other string) (found string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%q or %q", one, other), func() bool {
		rest := s.shown()[s.seen:]
		at := len(rest)
		for _, text := range []string{one, other} {
			if i := strings.Index(rest, text); i >= 0 && i < at {
				at, found = i, text
			}
		}
		if found != "" {
			s.seen += at + len(found)
		}
		return found != ""
	})
	return found
}

// TestOwnFieldInTheForm: the review takes a field that the template lacks.
func TestOwnFieldInTheForm(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "add", "note", "own", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "\r")
	s.answer("1> ", "text\r")
	s.answer("2> ", "\r")
	s.answer("Save this?", "＋\r")
	s.answer("called? (empty: none) ", "note\r")
	s.see(`there is a field "note" already`)
	s.answer("called? (empty: none) note", "\x15暗証番号\r")
	s.answer("Number [1]: ", "2\r")
	s.answer("3/3 暗証番号: ", "0000\r")
	s.answer("Save this?", "+\r")
	s.answer("called? (empty: none) ", "\r")
	s.answer("Save this?", "+\r")
	s.answer("called? (empty: none) ", "dropped\r")
	s.answer("Number [1]: ", "\r")
	s.answer("4/4 dropped: ", "\r")
	s.see("3  暗証番号")
	s.answer("Save this?", "\r")
	s.nothingElse()
	s.want("exit 0")
	got := h.run("show", "own", "--json", "--passphrase-file", "pass.txt")
	if !strings.Contains(got, `"key": "own_1"`) || !strings.Contains(got, `"type": "secret"`) || strings.Contains(got, "dropped") {
		t.Errorf("kept %s", got)
	}
	s = h.at("vault", "edit", "own", "暗証番号", "--passphrase-file", "pass.txt")
	s.answer("1/1 暗証番号: 0000", "\x151234\r")
	s.want("exit 0")
	if got := h.run("show", "own", "--field", "own_1", "--passphrase-file", "pass.txt"); got != "1234\n" {
		t.Errorf("kept %q", got)
	}
	if got := h.run("show", "own", "--passphrase-file", "pass.txt"); !strings.Contains(got, "暗証番号") {
		t.Errorf("the label is gone: %s", got)
	}
}

// TestSingleQuestions: edit with fields asks just those, by key or by label, and
// Enter changes nothing.
func TestSingleQuestions(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("add", "office", "--passphrase-file", "pass.txt", "--field", "product=Office 2024", "--notes", "one\n\n . \ntwo")
	s := h.at("vault", "edit", "office", "product", "--passphrase-file", "pass.txt")
	s.answer("1/1 product: Office 2024", "\r")
	s.see("nothing changed")
	s.want("exit 0")
	s = h.at("vault", "edit", "office", "製品名", "owner", "notes", "--passphrase-file", "pass.txt")
	s.answer("1/3 owner: ", "\r")
	s.answer("2/3 product: Office 2024", "\x15\r")
	s.answer("1> one", "\r")
	s.answer("2> .", "\r")
	s.answer("3> ", "\r")
	s.answer("4> two", "\r")
	s.answer("5> ", "\r")
	s.see("saved: office")
	s.want("exit 0")
	if got := h.run("show", "office", "--field", "notes", "--passphrase-file", "pass.txt"); got != "one\n\n . \ntwo\n" {
		t.Errorf("the notes were changed: %q", got)
	}
	s = h.at("vault", "edit", "office", "prodct", "--passphrase-file", "pass.txt")
	s.see("did you mean: product")
	s.want("exit 3")
}

// TestWorstAnswers types what people type. It is kept to the byte, or refused
// with a reason and asked again.
func TestWorstAnswers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	long := strings.Repeat("字", 10000)
	tests := []struct{ key, typed, says, kept string }{
		{"product", long, "", long},
		{"product", "👨‍👩‍👧 が゙ ｶﾞ 髙﨑", "", "👨‍👩‍👧 が゙ ｶﾞ 髙﨑"},
		{"product", "なし", "", "なし"},
		{"product", "a\u202etxt.exe", "invisible mark", ""},
		{"account_email", "なし", "noted that there is none", "なし"},
		{"account_email", "不明", "leave this empty", ""},
		{"phone", "０９０ー００００ー０００１　内線１２", "half", "090-0000-0001 内線12"},
		{"birth_date", "昭和64年1月8日", "", ""},
		{"birth_date", "昭和64年1月7日", "1989-01-07", "1989-01-07"},
		{"birth_date", long, "", ""},
		{"product_key", "ＶＫ７ＪＧ－ＢＣＤＦＧ－ＨＪＫＭＢ－ＰＱＲＴＶ－ＷＸＹ２３", "half", "VK7JG-BCDFG-HJKMB-PQRTV-WXY23"},
		{"product_key", "ｖｋ７ｊｇｂｃｄｆｇｈｊｋｍｂｐｑｒｔｖｗｘｙ２３", "    changed to half-width capitals, written in groups of 5: VK7JG-BCDFG-", "VK7JG-BCDFG-HJKMB-PQRTV-WXY23"},
	}
	for i, tt := range tests {
		name := fmt.Sprint("o", i)
		h.run("add", "office", name, "--passphrase-file", "pass.txt", "--title", "x", "--field", "hint=-h-")
		s := h.at("vault", "edit", name, tt.key, "--passphrase-file", "pass.txt", "--no-coach")
		s.see("1/1 ")
		s.answer(": ", "\x1b[200~"+tt.typed+"\x1b[201~\r")
		if tt.says != "" {
			s.see(tt.says)
		}
		if tt.kept == "" {
			s.see("1/1 ")
			s.send("\x15\r")
			s.see("nothing changed")
		}
		s.want("exit 0")
		if tt.kept == "" {
			continue
		}
		if got := h.run("show", name, "--field", tt.key, "--passphrase-file", "pass.txt"); got != tt.kept+"\n" {
			t.Errorf("%s: %.40q became %.40q", tt.key, tt.typed, got)
		}
	}
}

// TestCodesLeftOut: what is no code in a list is counted, not dropped unsaid.
func TestCodesLeftOut(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("add", "office", "--passphrase-file", "pass.txt", "--field", "product=x")
	s := h.at("vault", "edit", "office", "recovery_codes", "--passphrase-file", "pass.txt")
	s.answer("1> ", "不明\r")
	s.answer("2> ", "\r")
	s.see("leave this empty")
	s.answer("1> ", "予備のコード\r")
	s.answer("2> ", "\r")
	s.see("no code was found in it")
	s.answer("1> 予備のコード", "\r")
	s.answer("2> ", "1111-2222\r")
	s.answer("3> ", "\r")
	s.see("1 code taken")
	s.see("1 line had no code in it and was left out")
	s.want("exit 0")
}

// TestUsedCodes asks at a terminal which code was used, and shows none.
func TestUsedCodes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.write("codes.txt", "1111-2222\n3333-4444\n5555-6666\n7777-8888\n")
	h.run("add", "office", "--passphrase-file", "pass.txt", "--field", "recovery_codes=@codes.txt")
	use := func(says string, keys ...string) *session {
		s := h.at("vault", "edit", "office", "--use-code", "--passphrase-file", "pass.txt")
		for _, k := range keys {
			s.answer("]: ", k+"\r")
		}
		s.see(says)
		s.want("exit 0")
		if strings.Contains(s.shown(), "3333") || strings.Contains(s.shown(), "5555") {
			t.Errorf("a code is on the screen:\n%s", s.visible())
		}
		return s
	}
	use("code 1 of office is used; 3 are left", "")
	use("code 3 of office is used; 2 are left", "9999", "1", "5555 6666")
	use("code 2 of office is used; 1 is left", "２")
	if got := h.run("show", "office", "--field", "recovery_codes", "--passphrase-file", "pass.txt"); got != "7777-8888\n" {
		t.Errorf("left are %q", got)
	}
}

// TestLabelsAreNotObeyed: what a vault of somebody else calls its fields is
// shown, and never tells the terminal what to do.
func TestLabelsAreNotObeyed(t *testing.T) {
	t.Parallel()
	const title = "\x1b]0;mine\a"
	h := newHome(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := &record.Record{ID: record.NewID(), Template: "note", Name: "odd", Created: now, Updated: now}
	for i, key := range []string{"one", "two"} {
		r.SetCodes(key, []record.Code{{Code: fmt.Sprintf("1111-222%d", i)}})
		r.Field(key).Label = "codes " + key + title
	}
	h.makeWith(r, now)
	s := h.at("vault", "edit", "odd", "--file", "odd.vault", "--identity", "key.txt")
	s.answer("owner: ", "\r")
	s.answer("1> ", "\r")
	for range 2 {
		s.answer("1> ", "\r")
		s.answer("2> ", "\r")
	}
	s.answer("Save this?", "\x03")
	s.want("exit 130")
	obeyed := s.shown()
	s = h.at("vault", "edit", "odd", "--use-code", "--file", "odd.vault", "--identity", "key.txt")
	s.answer("Number [1]: ", "\x03")
	s.want("exit 130")
	if obeyed += s.shown(); strings.Contains(obeyed, title) || !strings.Contains(obeyed, "codes two") {
		t.Errorf("sent to the terminal: %q", obeyed)
	}
}

// makeWith makes odd.vault with one record, as any program can, and key.txt that
// opens it.
func (h *home) makeWith(r *record.Record, now time.Time) {
	h.t.Helper()
	vault, err := keyring.New(false)
	if err != nil {
		h.t.Fatal(err)
	}
	key, err := keyring.NewRecoveryKey()
	if err != nil {
		h.t.Fatal(err)
	}
	slot, err := vault.NewSlot(keyring.KindIdentity, "", now, key.Recipient())
	if err != nil {
		h.t.Fatal(err)
	}
	path := filepath.Join(h.dir, "here", "odd.vault")
	cfg := store.Config{Now: now, NoBackup: true}
	if err := store.Create(path, cfg, vault, []store.NewSlot{{Slot: slot}}); err != nil {
		h.t.Fatal(err)
	}
	s, err := store.Open(path, cfg)
	if err == nil {
		err = s.Unlock(key.Identity())
	}
	if err == nil {
		err = s.Commit(store.Change{Put: []*record.Record{r}})
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.write("key.txt", key.Reveal()+"\n")
}
