package exchange

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"memovault/internal/record"
)

// article reads one moment of the story in testdata/article.
func article(t *testing.T, moment string) []*record.Record {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "testdata", "article", moment+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := importJSON(f)
	if err != nil {
		t.Fatalf("%s: %v", moment, err)
	}
	return c.Records
}

// values are the answers of a record to the questions of a role.
func values(r *record.Record, role record.Role) []string {
	var found []string
	for _, s := range record.LookupTemplate(r.Template).With(role) {
		f := r.Field(s.Key)
		switch {
		case f != nil && record.SaysNone(f.Value):
		case f != nil && f.Value != "":
			found = append(found, f.Value)
		case f != nil && len(f.Codes) > 0:
			found = append(found, f.Codes[0].Code)
		}
	}
	return found
}

// What the story turns on can be read off the records of each moment.
func TestArticleTellsTheStory(t *testing.T) {
	for moment, want := range map[string]struct{ mailEnds, reached, paper bool }{
		"memo":   {false, false, true},
		"moved":  {true, false, true},
		"lost":   {true, false, false},
		"mended": {false, true, true},
	} {
		records := article(t, moment)
		at := func(name string) *record.Record {
			i := slices.IndexFunc(records, func(r *record.Record) bool { return r.Name == name })
			if i < 0 {
				t.Fatalf("%s: there is no record %q", moment, name)
			}
			return records[i]
		}
		office, account := at("office"), at("microsoft")
		if login := values(account, record.RoleLogin); !slices.Equal(values(office, record.RoleLicensee), []string{login[0], "microsoft"}) {
			t.Errorf("%s: Office hangs on %v, the account is %v", moment, values(office, record.RoleLicensee), login)
		}
		mailEnds := false
		for _, r := range records {
			if slices.Equal(values(r, record.RoleAddress), values(account, record.RoleLogin)) {
				mailEnds = mailEnds || len(values(r, record.RoleEnds)) > 0
			}
		}
		if mailEnds != want.mailEnds {
			t.Errorf("%s: the mailbox of the account ends: %v", moment, mailEnds)
		}
		if got := len(values(account, record.RoleRecovery)) == 2 && len(values(account, record.RoleCodes)) == 1; got != want.reached {
			t.Errorf("%s: codes reach somebody: %v", moment, got)
		}
		if got := len(values(account, record.RolePlace)) > 0; got != want.paper {
			t.Errorf("%s: the password is on paper: %v", moment, got)
		}
	}
}

var invented = regexp.MustCompile(`@(?:[a-z]+\.)?example\.(?:jp|com|net)$|^0[0-9]+-0000?-0000$`)

// The records are as if typed: every answer belongs to a question of its
// template, is stored as it would be, and names only what is there; nothing in
// them can be anybody's.
func TestArticleIsWellFormed(t *testing.T) {
	for _, moment := range []string{"memo", "moved", "lost", "mended"} {
		records := article(t, moment)
		for _, r := range records {
			tpl := record.LookupTemplate(r.Template)
			if tpl == nil || r.Owner != "山田 花子" || r.Title == "" {
				t.Errorf("%s: %s: template %q, owner %q", moment, r.Name, r.Template, r.Owner)
				continue
			}
			for _, f := range r.Fields {
				s := tpl.Spec(f.Key)
				if s == nil || s.Type != f.Type {
					t.Errorf("%s: %s has no question for %s of type %s", moment, r.Name, f.Key, f.Type)
					continue
				}
				for _, v := range append([]string{f.Value}, codesOf(f)...) {
					if stored, _, err := s.Clean(v); err != nil || stored != v {
						t.Errorf("%s: %s.%s: %q is stored as %q: %v", moment, r.Name, f.Key, v, stored, err)
					}
				}
				none := record.SaysNone(f.Value)
				if (s.Type == record.TypeEmail || s.Type == record.TypePhone) && !none && !invented.MatchString(f.Value) {
					t.Errorf("%s: %s.%s may be somebody's: %s", moment, r.Name, f.Key, f.Value)
				}
				named := func(other *record.Record) bool { return other.Name == f.Value && other.Template == s.Ref }
				if s.Type == record.TypeRef && !none && !slices.ContainsFunc(records, named) {
					t.Errorf("%s: %s.%s names %q, which is not there", moment, r.Name, f.Key, f.Value)
				}
			}
		}
	}
}

func codesOf(f record.Field) []string {
	var codes []string
	for _, c := range f.Codes {
		codes = append(codes, c.Code)
	}
	return codes
}

// The moments are of one vault: a later one brings an earlier one up to date.
func TestArticleIsOneVault(t *testing.T) {
	first := map[string]record.ID{}
	for _, r := range article(t, "memo") {
		first[r.Name] = r.ID
	}
	for _, moment := range []string{"moved", "lost", "mended"} {
		names := map[string]bool{}
		for _, r := range article(t, moment) {
			names[r.Name] = true
			if id, known := first[r.Name]; known && id != r.ID {
				t.Errorf("%s: %s has another id", moment, r.Name)
			}
		}
		for name := range first {
			if !names[name] {
				t.Errorf("%s: %s is missing", moment, name)
			}
		}
	}
}
