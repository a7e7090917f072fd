package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// identityVault makes a vault that one identity opens, without a derivation.
func identityVault(t *testing.T) (path string, cfg store.Config, key age.Identity) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	vault, err := keyring.New(false)
	if err != nil {
		t.Fatal(err)
	}
	cfg = store.Config{Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), NoBackup: true}
	slot, err := vault.NewSlot(keyring.KindIdentity, "", cfg.Now, id.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "test.vault")
	if err := store.Create(path, cfg, vault, []store.NewSlot{{Slot: slot}}); err != nil {
		t.Fatal(err)
	}
	return path, cfg, id
}

func openIdentityVault(path string, cfg store.Config, key age.Identity) (*store.Store, error) {
	s, err := store.Open(path, cfg)
	if err != nil {
		return nil, err
	}
	return s, s.Unlock(key)
}

// TestDamagedRevision damages each value of a vault in turn. At least one of
// them is the earlier revision; then the record as it is can still be seen, and
// the damage is said.
func TestDamagedRevision(t *testing.T) {
	path, cfg, key := identityVault(t)
	s, err := openIdentityVault(path, cfg, key)
	if err != nil {
		t.Fatal(err)
	}
	r := &record.Record{ID: record.NewID(), Template: "note", Name: "wifi", Created: cfg.Now, Updated: cfg.Now}
	for _, text := range []string{"upstairs", "downstairs"} {
		r.Set("note", record.TypeMultiline, text)
		if err := s.Commit(store.Change{Put: []*record.Record{r}}); err != nil {
			t.Fatal(err)
		}
		if r, err = s.Record(r.ID); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	partly := 0
	for at := range whole {
		if !bytes.HasPrefix(whole[at:], []byte("-----BEGIN AGE")) {
			continue
		}
		bad := bytes.Clone(whole)
		bad[at+200] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openIdentityVault(path, cfg, key)
		if err != nil {
			continue // a value without which nothing opens
		}
		c, err := s.Find("wifi")
		if err != nil {
			t.Fatal(err)
		}
		list, damage := readRevisions(s, c)
		if len(list) == 1 && damage != nil {
			partly++
			f := lostRevisions(c, list, damage).(*failure)
			if text := f.what.in(lang.EN); f.status != statusDamaged || !strings.Contains(text, `"wifi" are damaged; revision 2 is the oldest`) || !errors.As(f, new(*store.DamagedError)) {
				t.Errorf("status %d, %s", f.status, text)
			}
		}
	}
	if partly == 0 {
		t.Error("no damage hit the earlier revision")
	}
}

// TestCompareNamesEveryPart changes each part of a record and expects the key of
// the change, in words of both languages, without a value.
func TestCompareNamesEveryPart(t *testing.T) {
	base := func() *record.Record {
		r := &record.Record{Template: "note", Name: "wifi"}
		r.Set("note", record.TypeMultiline, "hotaru")
		return r
	}
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for key, edit := range map[string]func(*record.Record){
		"note":        func(r *record.Record) { r.Set("note", record.TypeMultiline, "sakura") },
		"pin":         func(r *record.Record) { r.Set("pin", record.TypeSecret, "sakura") },
		"title":       func(r *record.Record) { r.Title = "sakura" },
		"owner":       func(r *record.Record) { r.Owner = "sakura" },
		"tags":        func(r *record.Record) { r.Tags = []string{"sakura"} },
		"notes":       func(r *record.Record) { r.Notes = "sakura" },
		"attachments": func(r *record.Record) { r.Attachments = []record.Attachment{{Name: "sakura"}} },
		"kept":        func(r *record.Record) { r.Kept = map[string]string{"note": "sakura"} },
		"ways": func(r *record.Record) {
			r.Ways = []record.Way{{ID: "desk", Needs: []record.Need{{Any: []string{"paper:sakura"}}}}}
		},
		"proven":     func(r *record.Record) { r.Proven = map[string]string{"desk": "sakura"} },
		"accepted":   func(r *record.Record) { r.Accepted = map[string]record.Acceptance{"rule": {Why: "sakura"}} },
		"retire":     func(r *record.Record) { r.Retire = &record.Retirement{By: "sakura"} },
		"attempts":   func(r *record.Record) { r.Attempts = []record.Attempt{{Note: "sakura"}} },
		"printed":    func(r *record.Record) { r.Printed = map[string]string{"sakura": "sakura"} },
		"importance": func(r *record.Record) { r.Importance = 2 },
		"verified":   func(r *record.Record) { r.Verified = &day },
		"template":   func(r *record.Record) { r.Template = "sakura" },
		"other":      func(r *record.Record) { r.Extra = map[string]json.RawMessage{"sakura": json.RawMessage("1")} },
		"":           func(r *record.Record) { r.Trashed = &day },
	} {
		before, after := base(), base()
		edit(after)
		for _, pair := range [][2]*record.Record{{before, after}, {after, before}} {
			list := compare(pair[0], pair[1])
			if len(list) != 1 || list[0].key != key {
				t.Errorf("%q: %+v", key, list)
				continue
			}
			for _, l := range []lang.Lang{lang.EN, lang.JA} {
				if text := list[0].say(l); text == "" || strings.Contains(text, "sakura") || strings.Contains(text, "hotaru") {
					t.Errorf("%q: says %q", key, text)
				}
			}
		}
	}
	if list := compare(base(), base()); len(list) != 0 {
		t.Errorf("nothing changed: %+v", list)
	}
	renamed := base()
	renamed.Name = "lan"
	if list := compare(base(), renamed); len(list) != 1 || list[0].say(lang.EN) != "renamed from wifi" || list[0].say(lang.JA) != "名前を変えた（前は wifi）" {
		t.Errorf("renamed: %+v", list)
	}
}

func TestShellWord(t *testing.T) {
	for name, want := range map[string]string{
		"office":    "office",
		"office-田中": "office-田中",
		"two words": `"two words"`,
		"全角　空白":     `"全角　空白"`,
		"a;b":       `"a;b"`,
		`$HOME`:     `'$HOME'`,
		"it's $5":   `'it'\''s $5'`,
		"a\x1bb":    `"a<U+001B>b"`,
	} {
		if got := shellWord(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}
