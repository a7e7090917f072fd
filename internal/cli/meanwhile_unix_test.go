//go:build unix

package cli

import (
	"strings"
	"testing"
)

// TestTwoEditsAtOnce: what was typed into a form is not lost where somebody else
// saves the record first. It goes together with that, or is left.
func TestTwoEditsAtOnce(t *testing.T) {
	t.Parallel()
	texts := map[string][2]string{
		"en": {"record was changed elsewhere", "changed in both places"},
		"ja": {"この記録がほかの所で", "両方で変わったところ"},
	}
	const pass = "--passphrase-file=pass.txt"
	for l, text := range texts {
		h := newHome(t)
		h.make()
		h.env = append(h.env, "MEMOVAULT_LANG="+l)
		h.run("add", "office", "office", pass, "--field", "account_email=first@example.jp")
		s := h.at("vault", "edit", "office", "account_email", "--no-coach", pass)
		s.see("first@example.jp")
		h.run("edit", "office", pass, "--field", "account_email=theirs@example.jp", "--notes", "attic")
		s.send("\x15mine@example.jp\r")
		s.see(text[0])
		s.answer("[Y/n]", "n\r")
		s.want("exit 130")
		if shown := h.run("show", "office", pass); !strings.Contains(shown, "theirs@") {
			t.Errorf("%s: a no saved\n%s", l, shown)
		}

		s = h.at("vault", "edit", "office", "account_email", "--no-coach", pass)
		s.see("theirs@example.jp")
		h.run("edit", "office", pass, "--field", "account_email=third@example.jp", "--notes", "cellar")
		s.send("\x15mine@example.jp\r")
		s.answer("[Y/n]", "\r")
		s.see(text[1])
		s.want("exit 0")
		if shown := h.run("show", "office", pass); !strings.Contains(shown, "mine@") || !strings.Contains(shown, "cellar") {
			t.Errorf("%s: saved\n%s", l, shown)
		}
		if got := h.run("conflicts", "office", pass); !strings.Contains(got, "third@") {
			t.Errorf("%s: what the other had saved is not there:\n%s", l, got)
		}
	}
}
