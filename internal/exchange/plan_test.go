package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"memovault/internal/record"
)

// asVault is the shelf as the vault that records come into.
func (s *shelf) asVault() Vault {
	v := Vault{HasFile: func(id record.ID) bool { return s.files[id] != nil }}
	for _, r := range s.records {
		v.Known = append(v.Known, Known{r.ID, r.Name, r.Template, r.Trashed != nil})
	}
	v.Read = func(wanted map[record.ID]bool) (map[record.ID]*record.Record, error) {
		found := map[record.ID]*record.Record{}
		for _, r := range s.records {
			if wanted[r.ID] {
				found[r.ID] = r
			}
		}
		return found, nil
	}
	return v
}

// content is the shelf as a file that was read.
func (s *shelf) content() *Content {
	s.t.Helper()
	c, err := Import(bytes.NewReader(s.export("tar")))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func plan(t testing.TB, from, to *shelf, policy Policy) []Step {
	t.Helper()
	steps, err := Plan(from.content(), to.asVault(), policy)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// summary writes steps as "name state action name-in-the-vault".
func summary(steps []Step) string {
	var lines []string
	for _, st := range steps {
		line := fmt.Sprintf("%s %s %s", st.From.Name, st.State, st.Action)
		if st.Record != nil {
			line += " " + st.Record.Name
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestPlanIntoEmptyVault(t *testing.T) {
	from := everything(t)
	for i, st := range plan(t, from, newShelf(t), Skip) {
		r := from.records[i]
		if st.State != New || st.Action != Add || st.Record.ID != r.ID || st.Record.Revision != 0 || len(st.Files) != len(r.Attachments) {
			t.Errorf("%s: %+v", r.Name, st)
		}
		want := r.Clone()
		want.Vault, want.Revision = record.ID{}, 0
		same(t, r.Name, st.Record, want)
	}
}

func TestPlanAgainIsSame(t *testing.T) {
	for _, policy := range Policies {
		to := everything(t)
		to.records[0].Updated, to.records[0].Revision = now.Add(time.Hour), 9
		for _, st := range plan(t, everything(t), to, policy) {
			if st.State != Same || st.Action != Leave || st.Record != nil {
				t.Errorf("%s: %s %s %s", policy, st.From.Name, st.State, st.Action)
			}
		}
	}
}

// TestPlanConflicts holds one vault against one file under each policy. In the
// vault: office (1), wifi (2, found by name), bank (3, of another template), gone
// (4, in the trash), old-name (5).
func TestPlanConflicts(t *testing.T) {
	vault := func() *shelf {
		to := newShelf(t)
		to.note(1, "office", "vault")
		to.note(2, "wifi", "vault")
		to.note(3, "bank", "vault").Template = "bank"
		to.note(4, "gone", "vault").Trashed = &now
		to.note(5, "old-name", "vault")
		return to
	}
	from := newShelf(t)
	from.note(1, "office", "file")
	from.note(22, "WIFI", "file")
	from.note(33, "bank", "file")
	from.note(4, "gone", "vault")
	from.note(5, "new-name", "vault")
	from.note(66, "old-name", "file")
	for policy, want := range map[Policy]string{
		Skip: `office conflict skip
WIFI conflict skip
bank name-taken skip
gone conflict skip
new-name conflict skip
old-name name-taken skip`,
		Update: `office conflict update office
WIFI conflict update WIFI
bank name-taken add bank-2
gone conflict update gone
new-name conflict update new-name
old-name new add old-name`,
		KeepBoth: `office conflict add office-2
WIFI conflict add WIFI-2
bank name-taken add bank-2
gone conflict add gone
new-name conflict add new-name
old-name name-taken add old-name-2`,
	} {
		steps := plan(t, from, vault(), policy)
		if got := summary(steps); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", policy, got, want)
		}
		for _, st := range steps {
			switch {
			case st.Action == Replace && (st.Record.ID != st.Meets.ID || st.Record.Revision != 7):
				t.Errorf("%s: %s would replace %s at revision %d", policy, st.From.Name, st.Record.ID, st.Record.Revision)
			case st.Action == Add && (st.Record.Revision != 0 || st.State == Other && st.Record.ID == st.Meets.ID):
				t.Errorf("%s: %s would be added over another", policy, st.From.Name)
			}
		}
	}
}

// TestPlanLeavesWhatItCannotRead: a damaged record of the vault, or one of a
// newer program, is never overwritten.
func TestPlanLeavesWhatItCannotRead(t *testing.T) {
	from, to := newShelf(t), newShelf(t)
	from.note(1, "office", "file")
	to.note(1, "office", "vault").Schema = 2
	if got := summary(plan(t, from, to, Update)); got != "office conflict skip" {
		t.Errorf("newer: %s", got)
	}
	v := to.asVault()
	v.Read = func(map[record.ID]bool) (map[record.ID]*record.Record, error) { return nil, nil }
	steps, err := Plan(from.content(), v, Update)
	if got := summary(steps); err != nil || got != "office conflict skip" {
		t.Errorf("damaged: %s, %v", got, err)
	}
	lost := errors.New("lost")
	v.Read = func(map[record.ID]bool) (map[record.ID]*record.Record, error) { return nil, lost }
	if _, err := Plan(from.content(), v, Update); !errors.Is(err, lost) {
		t.Errorf("unreadable: %v", err)
	}
}

// TestPlanFiles: a file that is there already is not written again, and no id
// comes to belong to two records.
func TestPlanFiles(t *testing.T) {
	from, to := newShelf(t), newShelf(t)
	r := from.note(1, "office", "file")
	from.attach(r, 11, "a", []byte("one"))
	from.attach(r, 12, "b", []byte("two"))
	from.attach(r, 13, "c", []byte("three"))
	mine := to.note(1, "office", "vault")
	to.attach(mine, 21, "a", []byte("one"))
	to.attach(to.note(2, "wifi", "vault"), 12, "b", []byte("another"))

	st := plan(t, from, to, Update)[0]
	got := st.Record.Attachments
	if len(st.Files) != 2 || got[0].ID != id(21) || got[1].ID == id(12) || got[2].ID != id(13) ||
		st.Files[0].ID != got[1].ID || string(st.Files[0].Data) != "two" || string(st.Files[1].Data) != "three" {
		t.Errorf("update: %+v", got)
	}
	st = plan(t, from, to, KeepBoth)[0]
	if len(st.Files) != 3 || st.Record.Attachments[0].ID != id(11) || st.Record.Attachments[1].ID == id(12) {
		t.Errorf("keep both: %+v", st.Record.Attachments)
	}
	c := from.content()
	c.Records[0].ID, c.Records[0].Name = record.ID{}, "x"
	c.Records = append(c.Records, c.Records[0].Clone())
	c.Records[1].Name = "y"
	steps, err := Plan(c, newShelf(t).asVault(), Skip)
	if err != nil || steps[0].Files[0].ID != id(11) || steps[1].Files[0].ID == id(11) || steps[0].Record.ID == steps[1].Record.ID {
		t.Errorf("one file in two records: %v", err)
	}
}

// TestPlanReferencesFollow: what came along under a new name is found by what
// came with it, and by nothing else.
func TestPlanReferencesFollow(t *testing.T) {
	from, to := newShelf(t), newShelf(t)
	from.note(1, "phone", "file")
	r := from.note(2, "google", "file")
	r.Set("via", record.TypeRef, "Phone")
	r.Set("text", record.TypeText, "phone")
	r.Kept = map[string]string{"password": "device:phone", "other": "paper:phone"}
	to.note(9, "phone", "vault").Template = "device"
	steps := plan(t, from, to, KeepBoth)
	got := steps[1].Record
	if steps[0].Record.Name != "phone-2" || got.Field("via").Value != "phone-2" || got.Field("text").Value != "phone" ||
		got.Kept["password"] != "device:phone-2" || got.Kept["other"] != "paper:phone" {
		t.Errorf("%+v", got)
	}
	if from.records[1].Field("via").Value != "Phone" || r.Kept["password"] != "device:phone" {
		t.Error("the file's own record was changed")
	}
}

// Ways, places, sheets and leave-takings follow too: by name, and by id where a
// record gets another.
func TestPlanWaysFollow(t *testing.T) {
	from, to := newShelf(t), newShelf(t)
	from.note(1, "desk", "file").Template = record.PlaceTemplate
	from.note(2, "母", "file")
	from.note(3, "same", "both")
	r := from.note(4, "google", "file")
	r.Ways = []record.Way{{ID: "lent", Needs: []record.Need{{Any: []string{"record:母", "paper:desk", "paper:shelf"}}}}}
	r.Kept = map[string]string{"password": "memory, person:母, paper:Desk"}
	r.Retire = &record.Retirement{Done: map[string]string{id(1).String(): "2026-01-01", id(2).String(): "2026-01-02", id(3).String(): "2026-01-03"}}
	sheet := from.note(5, "sheet", "file")
	sheet.Template = record.SheetTemplate
	sheet.Set("contents", record.TypeMultiline, "母\ngoogle")
	sheet.Set("place", record.TypeText, "desk")
	sheet.Printed = map[string]string{id(2).String(): "y"}
	to.note(1, "desk", "vault").Template = record.PlaceTemplate
	to.note(9, "母", "vault").Template = "person"
	to.note(8, "same", "both")
	steps := plan(t, from, to, KeepBoth)
	got, moved := steps[3].Record, steps[0].Record.ID
	if moved == id(1) || steps[2].State != Same {
		t.Fatalf("%+v", steps)
	}
	for want, got := range map[string]string{
		"record:母-2|paper:desk-2|paper:shelf": got.Ways[0].Needs[0].String(),
		"memory, person:母-2, paper:desk-2":    got.Kept["password"],
		"2026-01-01":                          got.Retire.Done[moved.String()],
		"2026-01-02":                          got.Retire.Done[id(2).String()],
		"2026-01-03":                          got.Retire.Done[id(8).String()],
		"母-2\ngoogle":                         steps[4].Record.Field("contents").Value,
		"desk-2":                              steps[4].Record.Field("place").Value,
		"y":                                   steps[4].Record.Printed[id(2).String()],
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if len(got.Retire.Done) != 3 || r.Ways[0].Needs[0].Any[0] != "record:母" {
		t.Errorf("%+v, %+v", got.Retire, r.Ways)
	}
}

func TestFreeName(t *testing.T) {
	long := strings.Repeat("長", record.MaxName/3)
	p := &planner{names: map[string]bool{"a": true, "a-2": true, record.NameKey(long): true}}
	if got := p.freeName("A"); got != "A-3" {
		t.Errorf("got %q", got)
	}
	got := p.freeName(long)
	if _, err := record.CleanName(got); err != nil || !strings.HasSuffix(got, "長-2") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestStatesHaveWords(t *testing.T) {
	for _, s := range []State{New, Same, Other, Taken} {
		if text := s.Say(); text.EN == "" || text.JA == "" {
			t.Errorf("%s has no words", s)
		}
	}
}
