//go:build unix

package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"memovault/internal/term"
)

// bankHome has an account with three ways of its own making: a mail, a code from
// the paper, and a number.
func bankHome(t *testing.T) *home {
	t.Helper()
	h := newHome(t)
	h.make()
	h.write("codes.txt", "4242-1111\n5353-2222\n")
	h.run("add", "note", "club", "--passphrase-file", "pass.txt", "--no-coach", "--field", "note=the club's page", "--importance", "3",
		"--add-field", "mail:email=hanako@example.jp", "--add-field", "number:phone=090-0000-0000", "--add-field", "codes:codes=@codes.txt")
	h.run("edit", "club", "--passphrase-file", "pass.txt", "--no-coach", "--way", "mail: mail", "--way", "number: number", "--way", "codes: codes")
	return h
}

// tried are the ways of the record with the days on which they were tried, and
// those that do not count.
func (h *home) tried(name string) map[string]string {
	h.t.Helper()
	var listed struct {
		Accounts []struct {
			Ways []struct{ Way, Proven string }
		}
	}
	if err := json.Unmarshal([]byte(h.run("drill", name, "--json", "--passphrase-file", "pass.txt")), &listed); err != nil {
		h.t.Fatal(err)
	}
	ways := map[string]string{}
	for _, w := range listed.Accounts[0].Ways {
		ways[w.Way] = w.Proven
	}
	return ways
}

func (h *home) wantTried(name string, want map[string]string) {
	h.t.Helper()
	got := h.tried(name)
	for way, day := range want {
		if have, ok := got[way]; !ok || have != day {
			h.t.Errorf("%s was tried on %q (%v), want %q; all: %v", way, have, ok, day, got)
		}
	}
	if len(got) != len(want) {
		h.t.Errorf("ways %v, want %v", got, want)
	}
}

// TestDrill tries three ways: one works, one is skipped, one does not work and
// is noted.
func TestDrill(t *testing.T) {
	t.Parallel()
	h := bankHome(t)
	s := h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.see("Trying the ways into club.")
	s.see("1/3 ")
	s.see("Can you read mail at hanako@example.jp?")
	s.answer("Enter = skip: ", "what\r")
	s.see(`"what" is neither yes nor no; type y (yes), n (no)`)
	s.answer("Enter = skip: ", "y\r")
	s.see("noted: this way works (2026-01-02)")
	s.see("2/3 ")
	s.see("Does a text message reach 090-0000-0000?")
	s.answer("Enter = skip: ", "\r")
	s.see("skipped; nothing is noted")
	s.see("3/3 ")
	s.answer("Enter = skip: ", "n\r")
	s.see("this way does not work now")
	s.answer("Number [1]: ", "\r")
	s.see("Mend what is missing: vault edit club")
	s.see("works: 1, does not: 1, skipped: 1")
	s.want("exit 0")
	h.wantTried("club", map[string]string{"mail": "2026-01-02", "number": "", "codes": ""})
	if shown := h.run("show", "club", "--passphrase-file", "pass.txt", "--json"); strings.Count(shown, `"4242`)+strings.Count(shown, "2026-01-02T") > 3 {
		t.Errorf("a code was marked:\n%s", shown)
	}
}

// TestDrillComparesCodes: what is typed from the paper is compared, wrong ones
// are refused without showing the right one, and the code stays unused.
func TestDrillComparesCodes(t *testing.T) {
	t.Parallel()
	h := bankHome(t)
	s := h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.answer("Enter = skip: ", "\r")
	s.answer("Enter = skip: ", "\r")
	s.see("Take the paper with the codes")
	s.answer("Enter = skip: ", "9999\r")
	s.see("does not agree with what is noted")
	s.answer("Enter = skip: ", "424\r")
	s.see("type at least 4 letters or digits")
	s.answer("Enter = skip: ", "４２４２\r")
	s.see("agrees with what is noted")
	s.want("exit 0")
	for _, secret := range []string{"4242", "5353", "1111", "9999"} {
		if strings.Contains(s.shown()+s.printed(), secret) {
			t.Errorf("%s is on the screen:\n%s", secret, s.visible())
		}
	}
	if got := h.run("show", "club", "--field", "codes", "--passphrase-file", "pass.txt"); strings.Contains(got, "2026") || !strings.Contains(got, "4242-1111") {
		t.Errorf("the codes are now %q", got)
	}
	h.wantTried("club", map[string]string{"mail": "", "number": "", "codes": "2026-01-02"})
}

// TestDrillIsGoneOnWith: Ctrl-C keeps what was noted, and what was tried lately
// is not asked for again, unless the person wants to.
func TestDrillIsGoneOnWith(t *testing.T) {
	t.Parallel()
	h := bankHome(t)
	s := h.at("vault", "drill", "club", "--passphrase-file", "pass.txt", "--lang", "ja")
	s.see("club に戻る方法を試します。")
	s.answer("Enter=とばす: ", "はい\r")
	s.see("この方法は使えます（2026-01-02）")
	s.answer("Enter=とばす: ", "\x03")
	s.see("ここでやめます。記録したものはそのままです。続けるには: vault drill club")
	s.want("exit 0")

	s = h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.see("Does a text message reach")
	s.answer("Enter = skip: ", "y\r")
	s.answer("Enter = skip: ", "5353\r")
	s.see("tried on 2026-01-02 already")
	s.want("exit 0")

	s = h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.answer("Try them again? [y/N] ", "\r")
	s.want("exit 0")
	s = h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.answer("Try them again? [y/N] ", "\x03")
	s.want("exit 130")
}

// TestDrillSwitchesAWayOff only when the person says so; leaving everything as
// it is changes nothing.
func TestDrillSwitchesAWayOff(t *testing.T) {
	t.Parallel()
	h := bankHome(t)
	h.run("drill", "club", "--proven", "codes", "--passphrase-file", "pass.txt")
	s := h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.answer("Enter = skip: ", "n\r")
	s.answer("Number [1]: ", "2\r")
	s.see("switched off. To have it back: vault undo club")
	s.answer("Enter = skip: ", "no\r")
	s.answer("Number [1]: ", "3\r")
	s.want("exit 0")
	h.wantTried("club", map[string]string{"number": "", "codes": "2026-01-02"})
	h.run("undo", "club", "--yes", "--passphrase-file", "pass.txt")
	h.wantTried("club", map[string]string{"mail": "", "number": "", "codes": "2026-01-02"})
}

// TestDrillOffersTheFirst: without a name it says what to try first and begins.
func TestDrillOffersTheFirst(t *testing.T) {
	t.Parallel()
	h := bankHome(t)
	s := h.at("vault", "drill", "--passphrase-file", "pass.txt")
	s.answer("Try club now? [Y/n] ", "\r")
	s.see("Trying the ways into club.")
	s.answer("Enter = skip: ", "\x03")
	s.want("exit 130")
	if !strings.Contains(s.printed(), "Most worth trying first:") || !strings.Contains(s.printed(), "vault drill club") {
		t.Errorf("printed %q", s.printed())
	}
	s = h.at("vault", "drill", "--passphrase-file", "pass.txt")
	s.answer("Try club now? [Y/n] ", "n\r")
	s.want("exit 0")
}

// TestDrillFitsNarrowWindows: no row is wider than the window.
func TestDrillFitsNarrowWindows(t *testing.T) {
	t.Parallel()
	for _, l := range []string{"en", "ja"} {
		h := bankHome(t)
		s := h.onScreen(40, 40, "vault", "drill", "club", "--passphrase-file", "pass.txt", "--lang", l)
		for _, keys := range []string{"y\r", "\r", "\r"} {
			s.answer(map[string]string{"en": "Enter = skip:", "ja": "Enter=とばす:"}[l], keys)
		}
		s.want("exit 0")
		for _, row := range strings.Split(s.visible(), "\n") {
			if w := term.Width(row); w > 40 {
				t.Errorf("%s: %d columns: %s", l, w, row)
			}
		}
	}
}

// TestDrillAsksOnce: what two ways need is asked once, also when it was skipped;
// what can't be tried is not counted, as due does not count it.
func TestDrillAsksOnce(t *testing.T) {
	t.Parallel()
	h := bankHome(t)
	h.run("edit", "club", "--passphrase-file", "pass.txt", "--no-coach", "--way", "mail: mail + number", "--way", "number: number + mail",
		"--add-field", "spare:email=なし", "--way", "spare: spare")
	if due := h.run("due", "--passphrase-file", "pass.txt"); !strings.Contains(due, "never tried: 3 of 3") {
		t.Errorf("due says %s", due)
	}
	s := h.at("vault", "drill", "club", "--passphrase-file", "pass.txt")
	s.see("1/3 ")
	s.see("Can you read mail")
	s.answer("Enter = skip: ", "\r")
	s.see("skipped; nothing is noted")
	s.see("2/3 ")
	s.see("Does a text message reach")
	s.answer("Enter = skip: ", "y\r")
	s.see("skipped; nothing is noted")
	s.see("3/3 ")
	s.answer("Enter = skip: ", "\r")
	s.see("skipped: 3")
	s.want("exit 0")
	if shown := s.shown(); strings.Count(shown, "Can you read mail") != 1 || strings.Contains(shown, "/4 ") {
		t.Errorf("asked again, or counted otherwise:\n%s", shown)
	}
}
