//go:build unix

package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"memovault/internal/record"
)

// TestSitting notes an Office, what its answers mention, and one more record,
// all for the owner who was named once.
func TestSitting(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "add", "office", "--passphrase-file", "pass.txt", "--no-coach")
	s.fillIn(questionsOf("office"), map[string]func(){
		"owner":         func() { s.answer("owner: ", "田中\r") },
		"account_email": func() { s.answer(": ", "hanako@plala.or.jp\r") },
		"phone":         func() { s.answer(": ", "090-0000-0001\r") },
		"pc":            func() { s.answer(": ", "pc-living\r") },
	})
	s.answer("Save this?", "\r")
	s.see("saved: office-田中")
	s.answer("office-田中 mentions hanako@plala.or.jp. Note this too (mailbox)? [Y/n] ", "\r")
	s.see(" provider: ")
	s.until("a prefilled company", func() bool { return regexp.MustCompile(`provider: \S`).MatchString(s.visible()) })
	s.send("\r")
	s.answer("kind of address [1]: ", "\r")
	few, _ := strconv.Atoi(regexp.MustCompile(`2/(\d+) provider`).FindStringSubmatch(s.visible())[1])
	if all := questionsOf("mailbox").n; few < 5 || few >= all {
		t.Errorf("%d of %d questions in passing", few, all)
	}
	for n := 4; n <= few; n++ {
		s.see(fmt.Sprintf("%d/%d ", n, few))
		s.answer(": ", "\r")
	}
	s.see("hanako@plala.or.jp")
	s.answer("Save this?", "\r")
	s.see("saved: mailbox-田中")
	s.answer("mentions 090-0000-0001. Note this too (phone line)? [Y/n] ", "n\r")
	s.answer("mentions pc-living. Note this too (device)? [Y/n] ", "\r")
	s.see(`Noting "pc-living"`)
	s.see("1/")
	s.answer(": ", "\x03")
	s.see("stopped; what was saved before stays saved")
	s.want("exit 0")

	var kept []string
	for _, m := range regexp.MustCompile(`"name": "([^"]+)"`).FindAllStringSubmatch(h.run("list", "--json", "--passphrase-file", "pass.txt"), -1) {
		kept = append(kept, m[1])
	}
	if got := strings.Join(kept, " "); got != "first mailbox-田中 office-田中" {
		t.Errorf("kept %s", got)
	}
	box := h.run("show", "mailbox-田中", "--json", "--passphrase-file", "pass.txt")
	for _, part := range []string{`"hanako@plala.or.jp"`, `"isp"`, `"owner": "田中"`} {
		if !strings.Contains(box, part) {
			t.Errorf("%s is not in %s", part, box)
		}
	}
}

// TestSomethingElse: at the end of add one may go on, with the owner of the
// record before; what is no template is asked for again.
func TestSomethingElse(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "add", "note", "one", "--passphrase-file", "pass.txt")
	s.answer("owner: ", "田中\r")
	s.answer("1> ", "text\r")
	s.answer("2> ", "\r")
	s.answer("Save this?", "\r")
	s.answer("Enter = done) ", "nto\r")
	s.see("did you mean: note")
	s.answer("Enter = done) ", "note one\r")
	s.see(`there is a record "one" already`)
	s.answer("Enter = done) ", "note two\r")
	s.see(`Noting "two"`)
	s.answer("owner: 田中", "\r")
	s.answer("1> ", "more\r")
	s.answer("2> ", "\r")
	s.answer("Save this?", "\r")
	s.answer("Enter = done) ", "\x04")
	s.want("exit 0")
	if got := h.run("show", "two", "--field", "owner", "--passphrase-file", "pass.txt"); got != "田中\n" {
		t.Errorf("owner %q", got)
	}

	// Given on the command line, it is not asked at all.
	s = h.at("vault", "add", "note", "--owner", "鈴木", "--passphrase-file", "pass.txt")
	s.answer("1/1 note", "text\r")
	s.answer("2> ", "\r")
	s.see("Please check (owner: 鈴木):")
	s.answer("Save this?", "\r")
	s.see("saved: note-鈴木")
	s.nothingElse()
	s.want("exit 0")
	if strings.Contains(s.shown(), "/1 owner: ") || strings.Contains(s.shown(), "/2 owner: ") {
		t.Errorf("the owner was asked:\n%s", s.visible())
	}
}

// TestMeantTemplate: one slip in the name of a template costs one key.
func TestMeantTemplate(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	s := h.at("vault", "add", "ofice", "--passphrase-file", "pass.txt")
	s.answer(`There is no template "ofice". Did you mean office? [Y/n] `, "\r")
	s.see("Noting: Microsoft Office")
	s.answer("owner: ", "\x03")
	s.want("exit 130")
	s = h.at("vault", "add", "ofice", "--passphrase-file", "pass.txt")
	s.answer("[Y/n] ", "n\r")
	s.see(`What kind of record is "ofice"?`)
	s.answer("Number: ", "\x03")
	s.want("exit 130")
}

// TestCoachSpeaks: after an answer, not after one that was kept, and not with
// --no-coach.
func TestCoachSpeaks(t *testing.T) {
	t.Parallel()
	for l, mark := range map[string]string{"en": "hint: ", "ja": "ひとこと: "} {
		h := newHome(t)
		h.make()
		h.env = append(h.env, "MEMOVAULT_LANG="+l)
		h.run("add", "office", "--passphrase-file", "pass.txt", "--field", "product=x")
		s := h.at("vault", "edit", "office", "account_email", "--passphrase-file", "pass.txt")
		s.see("1/1 ")
		s.answer(": ", "hanako@plala.or.jp\r")
		s.see("    " + mark)
		s.answer(" [Y/n] ", "n\r")
		s.want("exit 0")
		for _, quiet := range [][]string{{}, {"--no-coach"}} {
			s = h.at("vault", append([]string{"edit", "office", "account_email", "--passphrase-file", "pass.txt"}, quiet...)...)
			s.see("hanako@plala.or.jp")
			if len(quiet) > 0 {
				s.send("\x15taro@plala.or.jp")
			}
			s.send("\r")
			s.want("exit 0")
			if strings.Contains(s.shown(), mark) {
				t.Errorf("%s %q: the coach spoke:\n%s", l, quiet, s.visible())
			}
		}
	}
}

// TestKeystrokes counts the keys from the command to the last yes with every
// question of an Office answered, and those of the shortest way.
func TestKeystrokes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	typed := map[string]string{
		"owner": "田中", "product": "Office 2024", "product_key": "VK7JG-BCDFG-HJKMB-PQRTV-WXY23", "account_email": "hanako@example.jp",
		"phone": "090-0000-0001", "registered_name": "山田 花子", "birth_date": "1960-01-07", "hint": "the cat", "purchased": "2026-04",
		"receipt": "blue folder", "key_card": "blue folder",
	}
	answers := func(full bool) (keys int) {
		name := fmt.Sprintf("office-%t", full)
		command := "vault add office"
		s := h.at("vault", "add", "office", name, "--passphrase-file", "pass.txt")
		press := func(text string) {
			keys += len([]rune(text))
			s.send(text)
		}
		fill := map[string]func(){}
		for _, spec := range record.LookupTemplate("office").Fields {
			fill[spec.Key] = func() {
				s.seeEither(": ", "> ")
				switch text := typed[spec.Key]; {
				case !full:
					press("\r")
				case spec.Type == record.TypeChoice:
					press("1\r")
				case spec.Type == record.TypeCodes:
					press("1111-2222\r")
					s.see("2> ")
					press("3333-4444\r")
					s.see("3> ")
					press("\r")
				case text != "":
					press(text + "\r")
				default:
					press("x\r")
				}
			}
		}
		fill["owner"] = func() { s.see(": "); press("\r") }
		fill["notes"] = func() { s.see("> "); press("\r") }
		s.fillIn(questionsOf("office"), fill)
		s.see("Save this?")
		if full {
			press("\r")
		} else {
			press("y\r")
		}
		s.nothingElse()
		s.want("exit 0")
		return keys + len(command) + 1
	}
	full, short := answers(true), answers(false)
	t.Logf("keys from the command to the last yes: everything typed %d, nothing known %d; %d questions", full, short, questionsOf("office").n)
	if want := questionsOf("office").n + len("vault add office") + 3; short != want {
		t.Errorf("%d keys to say nothing, want one a question and a yes (%d)", short, want)
	}
}

// TestTemplatesFitTheWindow: all templates can be seen at once at 80 by 24.
func TestTemplatesFitTheWindow(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	for l, prompt := range map[string]string{"en": "Number: ", "ja": "番号: "} {
		h.env = append(h.env, "MEMOVAULT_LANG="+l)
		s := h.at("vault", "add", "--passphrase-file", "pass.txt")
		s.resize(80, 24)
		s.see(prompt)
		rows := strings.Split(strings.TrimRight(s.visible(), "\n"), "\n")
		if len(rows) > 24 {
			t.Errorf("%s: %d rows:\n%s", l, len(rows), s.visible())
		}
		for i, tmpl := range record.Templates() {
			if want := fmt.Sprintf("%2d) %s", i+1, (&app{}).text(tmpl.Label)); l == "en" && !strings.Contains(s.visible(), want) {
				t.Errorf("%q is not in\n%s", want, s.visible())
			}
		}
		s.send("\x03")
		s.want("exit 130")
	}
}

// TestEditOffersWhatIsNew: what an edit mentions for the first time is offered
// to be noted, once, as after add; what was there before is not.
func TestEditOffersWhatIsNew(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("add", "microsoft", "ms", "--passphrase-file", "pass.txt", "--no-coach", "--field", "account_email=hanako@example.jp")
	s := h.at("vault", "edit", "ms", "phone", "--passphrase-file", "pass.txt")
	s.answer("registered phone number: ", "090-0000-0001\r")
	s.see("saved: ms")
	s.answer("ms mentions 090-0000-0001. Note this too (phone line)? [Y/n] ", "n\r")
	s.want("exit 0")
	if strings.Contains(s.shown(), "mentions hanako@example.jp") {
		t.Errorf("what was there before is offered:\n%s", s.visible())
	}

	s = h.at("vault", "edit", "ms", "phone", "--passphrase-file", "pass.txt", "--lang", "ja")
	s.answer("登録した電話番号: 090-0000-0001", "\x15090-0000-0002\r")
	s.answer("「ms」に 090-0000-0002 が出てきます。", "")
	s.answer("これも記録しますか？（電話回線） [Y/n] ", "\r")
	s.see("2/6 回線の種類")
	s.answer(": ", "\x03")
	s.see("ここでやめます。保存したものはそのままです")
	s.want("exit 0")

	s = h.at("vault", "edit", "ms", "phone", "--passphrase-file", "pass.txt", "--no-coach")
	s.answer("registered phone number: 090-0000-0002", "\x15090-0000-0003\r")
	s.see("saved: ms")
	s.want("exit 0")
	if strings.Contains(s.shown(), "mentions") {
		t.Errorf("offered although nobody wants to hear it:\n%s", s.visible())
	}
	if out := h.run("edit", "ms", "--passphrase-file", "pass.txt", "--field", "phone=090-0000-0004"); strings.Contains(out, "Note this too") {
		t.Errorf("offered after flags: %s", out)
	}
}

// TestNoCodesNoDay: where no codes were given, nobody asks when they were made,
// on the way forth or back.
func TestNoCodesNoDay(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	q := questionsOf("x")
	before := func(s *session, key string) {
		for n := 1; n < q.at[key]; n++ {
			s.see(fmt.Sprintf("%d/%d ", n, q.n))
			s.send("\r")
		}
		s.see(fmt.Sprintf("%d/%d ", q.at[key], q.n))
	}
	made, after := fmt.Sprintf("%d/%d ", q.at["codes_made"], q.n), fmt.Sprintf("%d/%d ", q.at["codes_made"]+1, q.n)
	s := h.at("vault", "add", "x", "--passphrase-file", "pass.txt", "--no-coach")
	before(s, "backup_code")
	s.send("\r")
	s.see(after)
	s.send("\x10")
	s.see(fmt.Sprintf("%d/%d ", q.at["backup_code"], q.n))
	if strings.Contains(s.shown(), made) {
		t.Errorf("it asks when no codes were made:\n%s", s.visible())
	}
	s.answer("> ", "4242-1111\r")
	s.answer("2> ", "\r")
	s.see(made)
	s.answer(": ", "\x03")
	s.want("exit 130")
}
