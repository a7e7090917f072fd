//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"memovault/internal/record"
)

// questions are those of a form that asks everything: how many, and which is
// the one for a key.
type questions struct {
	n  int
	at map[string]int
}

func questionsOf(template string) questions {
	t := record.LookupTemplate(template)
	q := questions{n: 1, at: map[string]int{"owner": 1}}
	add := func(key string) {
		q.n++
		q.at[key] = q.n
	}
	for _, s := range t.Fields {
		add(s.Key)
	}
	if t.Fields[0].Type != record.TypeMultiline {
		add("notes")
	}
	return q
}

// fillIn answers the questions of a form one after the other; those it is not
// told about are left empty.
func (s *session) fillIn(q questions, answers map[string]func()) {
	s.t.Helper()
	for key := range answers {
		if q.at[key] == 0 {
			s.t.Fatalf("there is no question for %q", key)
		}
	}
	asked := make([]func(), q.n+1)
	for key, n := range q.at {
		asked[n] = answers[key]
	}
	for n := 1; n <= q.n; n++ {
		s.see(fmt.Sprintf("%d/%d ", n, q.n))
		if asked[n] != nil {
			asked[n]()
			continue
		}
		s.until("a prompt", func() bool {
			rest := s.shown()[s.seen:]
			return strings.Contains(rest, ": ") || strings.Contains(rest, "> ")
		})
		s.send("\r")
	}
}

// nothingElse says no to every offer after saving.
func (s *session) nothingElse() {
	s.t.Helper()
	offer := regexp.MustCompile(`Note this too \([^)]*\)\? \[Y/n\] |これも記録しますか？（[^）]*） \[Y/n\] `)
	last := regexp.MustCompile(`Enter = done\) |Enter で終わり） `)
	for done := false; !done; {
		s.until("an offer", func() bool {
			rest := s.shown()[s.seen:]
			return offer.MatchString(rest) || last.MatchString(rest)
		})
		rest := s.shown()[s.seen:]
		if loc := offer.FindStringIndex(rest); loc != nil {
			s.seen += loc[1]
			s.send("n\r")
			continue
		}
		s.seen += last.FindStringIndex(rest)[1]
		s.send("\r")
		done = true
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
		empty := map[string]string{"en": "to leave it empty: Ctrl-U", "ja": "空けておくには: Ctrl-U"}[language]
		s.fillIn(questionsOf("mailbox"), map[string]func(){
			"owner": func() { s.answer(": ", "花子\r") },
			"address": func() {
				s.answer(": ", "ｔａｎａｋａ＠ｅｘａｍｐｌｅ．ｊｐ\r")
				s.see("tanaka@example.jp")
			},
			"class": func() { s.answer("]: ", "１\r") },
			"contract_ends": func() {
				s.answer(": ", "2024-02-30\r")
				s.see(refusal)
				s.answer(": 2024-02-30", "\r")
				s.see(empty)
				s.answer(": 2024-02-30", "\x7f\x7f29\r")
			},
		})
		s.answer(save, "\r")
		s.nothingElse()
		s.want("exit 0")
		got := h.run("show", "mailbox-花子", "--passphrase-file", "pass.txt", "--json")
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
	s.answer("owner: ", "\r")
	s.answer("1> ", "text\r")
	s.answer("2> ", "\r")
	s.answer("Save this?", "perhaps\r")
	s.answer("please answer y, n, +, or a number", "ｎ\r")
	s.answer("Throw all answers away? [y/N] ", "\r")
	s.answer("Save this?", "n\r")
	s.answer("Throw all answers away? [y/N] ", "y\r")
	s.see("stopped; nothing was saved")
	s.want("exit 130")

	s = h.at("vault", "edit", "first", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "\r")
	s.answer("1> one", "\r")
	s.answer("2> ", "\r")
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
	s.answer("owner: ", "\r")
	s.answer("1> ", "text\r")
	s.answer("2> ", "\r")
	s.answer("Save this?", "\r")
	s.see(`There is a record "note" already.`)
	s.answer("Name: note-2", "\x15NOTE\r")
	s.see(`there is a record "NOTE" already`)
	s.answer("Name: NOTE", "\x15a/b\r")
	s.see("can't be taken")
	s.answer("Name: a/b", "\x15新しいメモ\r")
	s.nothingElse()
	s.want("exit 0")
	h.run("show", "新しいメモ", "--passphrase-file", "pass.txt")

	s = h.at("vault", "add", "router-notes", "--passphrase-file", "pass.txt")
	s.see(`What kind of record is "router-notes"?`)
	s.answer("Number: ", "0\r")
	s.see("please type a number from 1 to")
	s.answer("Number: ", "office\r")
	s.see(`Noting "router-notes"`)
	s.answer("owner: ", "\r")
	s.answer("product: ", "\x03")
	s.want("exit 130")
}

// TestNothingWritten: a record without an answer is kept only after a yes.
func TestNothingWritten(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	for _, tt := range []struct {
		answer, exit string
		kept         int
	}{{"\r", "exit 130", 0}, {"y\r", "exit 0", 1}} {
		s := h.at("vault", "add", "isp", "--passphrase-file", "pass.txt")
		s.fillIn(questionsOf("isp"), nil)
		s.see("Nothing is written yet.")
		s.answer("Save this?", tt.answer)
		if tt.kept > 0 {
			s.nothingElse()
		}
		s.want(tt.exit)
		if n := strings.Count(h.run("list", "--json", "--passphrase-file", "pass.txt"), `"template": "isp"`); n != tt.kept {
			t.Errorf("%q: %d records kept, want %d", tt.answer, n, tt.kept)
		}
	}
}
