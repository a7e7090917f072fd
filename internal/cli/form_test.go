//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// fillIn answers the questions of a form one after the other; those it is not
// told about are left empty.
func (s *session) fillIn(questions int, answers map[int]func()) {
	s.t.Helper()
	for n := 1; n <= questions; n++ {
		s.see(fmt.Sprintf("%d/%d ", n, questions))
		if answer := answers[n]; answer != nil {
			answer()
			continue
		}
		s.see(": ")
		s.send("\r")
	}
}

// TestFormMendsAnswers: what is typed with the input method on is folded, what
// can't be is asked again with the answer still there, a choice is a number.
func TestFormMendsAnswers(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "ja"} {
		h := newHome(t)
		h.make()
		h.env = append(h.env, "MEMOVAULT_LANG="+language)
		s := h.at("vault", "add", "mailbox", "--passphrase-file", "pass.txt")
		refusal := map[string]string{"en": "there is no such day", "ja": "その日はありません"}[language]
		save := map[string]string{"en": "Save this?", "ja": "保存しますか"}[language]
		s.fillIn(13, map[int]func(){
			1: func() {
				s.answer(": ", "ｔａｎａｋａ＠ｅｘａｍｐｌｅ．ｊｐ\r")
				s.see("tanaka@example.jp")
			},
			3: func() { s.answer("]:", "１\r") },
			5: func() {
				s.answer(": ", "2024-02-30\r")
				s.see(refusal)
				s.answer(": 2024-02-30", "\x7f\x7f29\r")
			},
			12: func() { s.answer("1> ", "\r") },
			13: func() { s.answer(": ", "花子\r") },
		})
		s.answer(save, "\r")
		s.want("exit 0")
		got := h.run("show", "mailbox", "--passphrase-file", "pass.txt", "--json")
		for _, part := range []string{`"tanaka@example.jp"`, `"2024-02-29"`, `"花子"`, `"key": "class"`} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %s is not in %s", language, part, got)
			}
		}
	}
}

// TestFormSaysNo: a no at the review, or Enter through all answers of a record,
// leaves the vault as it is to the byte.
func TestFormSaysNo(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	before, err := os.ReadFile(h.vault())
	if err != nil {
		t.Fatal(err)
	}
	s := h.at("vault", "add", "note", "second", "--passphrase-file", "pass.txt")
	s.answer("1> ", "text\r")
	s.answer("2> ", "\r")
	s.answer("owner: ", "\r")
	s.answer("Save this?", "perhaps\r")
	s.answer("please answer y, n, or a number", "ｎ\r")
	s.answer("Throw all answers away? [y/N] ", "\r")
	s.answer("Save this?", "n\r")
	s.answer("Throw all answers away? [y/N] ", "y\r")
	s.see("stopped; nothing was saved")
	s.want("exit 130")

	s = h.at("vault", "edit", "first", "--passphrase-file", "pass.txt")
	s.answer("1> one", "\r")
	s.answer("2> ", "\r")
	s.answer("owner: ", "\r")
	s.answer("Save this?", "\r")
	s.see("nothing changed; nothing was saved")
	s.want("exit 0")

	s = h.at("vault", "rm", "first", "--passphrase-file", "pass.txt")
	s.answer("[y/N] ", "\r")
	s.want("exit 130")
	if after, err := os.ReadFile(h.vault()); err != nil || !bytes.Equal(before, after) {
		t.Error("the vault was changed")
	}
}

// TestFormNames: a name that is taken or can't be one is asked for again, and a
// template is chosen by its number.
func TestFormNames(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("add", "note", "--field", "note=x", "--passphrase-file", "pass.txt")
	s := h.at("vault", "add", "note", "--passphrase-file", "pass.txt")
	s.see(`There is a record "note" already.`)
	s.answer("Name: note-2", "\x15NOTE\r")
	s.see(`there is a record "NOTE" already`)
	s.answer("Name: NOTE", "\x15a/b\r")
	s.see("can't be taken")
	s.answer("Name: a/b", "\x15新しいメモ\r")
	s.answer("1> ", "text\r")
	s.answer("2> ", "\r")
	s.answer("owner: ", "\r")
	s.answer("Save this?", "\r")
	s.want("exit 0")
	h.run("show", "新しいメモ", "--passphrase-file", "pass.txt")

	s = h.at("vault", "add", "router-notes", "--passphrase-file", "pass.txt")
	s.see(`What kind of record is "router-notes"?`)
	s.answer("Number: ", "0\r")
	s.see("please type a number from 1 to")
	s.answer("Number: ", "１\r")
	s.see(`Noting "router-notes"`)
	s.answer("1/15 product: ", "\x03")
	s.want("exit 130")
}
