//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"memovault/internal/keyring"
	"memovault/internal/record"
	"memovault/internal/store"
)

// hostile are texts that do something to a terminal, or to the eye: every C0 and
// C1 control, sequences of several kinds, and everything that reorders text. No
// record holds bytes that are not UTF-8.
func hostile() []string {
	list := []string{
		"\x1b[2J\x1b[H", "\x1b]0;title\a", "\x1b]52;c;ZXZpbA==\a", "\x1b]8;;http://example.jp\x1b\\x\x1b]8;;\x1b\\",
		"\x1bP$q\"p\x1b\\", "\x1b_G\x1b\\", "\x1b^x\x1b\\", "\x1b[6n", "\x1b[21t", "\x1b[?1049h", "\x1bc", "\x1b(0", "\x1b#8",
		"\u009b2J", "\u009d0;t\u009c", "\u0090x\u009c", "a\rb", "a\x08b",
	}
	for r := rune(0); r < 0xa0; r++ {
		if r < 0x20 && r != '\n' || r >= 0x7f {
			list = append(list, "x"+string(r)+"y")
		}
	}
	for _, r := range []rune{0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069} {
		list = append(list, "x"+string(r)+"y")
	}
	return list
}

// drives reports the first thing in text that a terminal would obey, or that is
// not to be seen.
func drives(text string) (string, bool) {
	for i, r := range text {
		bad := r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x061c || r == 0x200e || r == 0x200f ||
			r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd")
		if bad {
			return fmt.Sprintf("U+%04X in %q", r, text[max(0, i-30):min(len(text), i+30)]), true
		}
	}
	return "", false
}

// plant puts records with hostile texts everywhere into the vault, past all that
// keeps them from being typed: somebody may have written the file.
func (h *home) plant() {
	h.t.Helper()
	s, err := store.Open(h.vault(), store.Config{StateDir: filepath.Join(h.dir, "home", ".local", "state", "memovault"), Now: time.Now(), NoBackup: true})
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
	all := strings.Join(hostile(), " ")
	r := &record.Record{ID: record.NewID(), Name: "office", Template: "office", Created: time.Now().UTC().Truncate(time.Second)}
	r.Title, r.Owner, r.Notes, r.Tags = all, all, all, []string{all}
	r.Set("product", record.TypeText, all)
	r.Set("phone", record.TypePhone, all)
	r.Set("product_key", record.TypeProductKey, all)
	r.SetCodes("recovery_codes", []record.Code{{Code: all}})
	if err := s.Commit(store.Change{Put: []*record.Record{r}}); err != nil {
		h.t.Fatal(err)
	}
}

// TestValuesDriveNoTerminal prints what is hostile by every command that prints
// values, into a pipe and on a terminal. -args -soak does it in both languages.
func TestValuesDriveNoTerminal(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.plant()
	lines := []string{
		"list", "list --json", "list office", "show office", "show office --reveal", "show office --json --reveal", "show office product phone",
		"show office --field product", "show office --field recovery_codes", "history office", "history office --json", "audit", "audit --json",
		"print office --no-note", "print office --with-secrets --no-note", "print --handover office --no-note", "print --emergency --no-note",
		"due --within 5y", "due --json", "recover office", "recover office --json", "whatif", "whatif phone-lost --json", "tag", "papers", "map --format dot -o -",
		"rm office --dry-run", "show nobody\x1b[2J", "edit office --field birth_date=\x1b[2J", "list --file \x1b[2J.vault", "nothing\x1b[2J",
	}
	commands, texts := 0, len(hostile())
	for i, line := range lines {
		languages := []string{"en", "ja"}
		switch {
		case soaking():
		case raceEnabled && i%4 > 0:
			continue
		default:
			languages = languages[i%2 : i%2+1]
		}
		for _, l := range languages {
			args := append(strings.Split(line, " "), "--lang", l, "--passphrase-file", "pass.txt")
			var out, errs bytes.Buffer
			cmd := h.command("vault", args...)
			cmd.Stdout, cmd.Stderr = &out, &errs
			cmd.Run() // some are wrong: what they say is looked at, too
			commands++
			if strings.Contains(line, "json") && out.Len() > 0 && !json.Valid(out.Bytes()) {
				t.Errorf("%q is no JSON: %.200s", line, out.String())
			}
			if bad, found := drives(errs.String()); found {
				t.Errorf("%q: standard error: %s", line, bad)
			}
			bare := strings.Contains(line, " --field ") && strings.HasPrefix(line, "show") // the bytes as they are, for a script
			said := strings.ReplaceAll(out.String(), "\n\f", "\n")                         // a new page of the program's own
			if strings.HasPrefix(line, "map") {
				said = strings.ReplaceAll(said, "\n\t", "\n")
			}
			if bad, found := drives(said); found && !bare {
				t.Errorf("%q: %s", line, bad)
			}
		}
	}
	for _, line := range []string{"show office --field product", "show office --reveal", "list"} {
		args := append(strings.Split(line, " "), "--passphrase-file", "pass.txt", "--color", "never")
		h.env = append(h.env, "MEMOVAULT_PAGER=cat")
		s := h.onScreen(80, 24, "vault", args...)
		s.want("exit 0")
		commands++
		if bad, found := drives(strings.ReplaceAll(s.shown(), "\r\n", "\n")); found {
			t.Errorf("%q on a terminal: %s", line, bad)
		}
	}
	t.Logf("%d hostile texts in every kind of value, %d commands", texts, commands)
}
