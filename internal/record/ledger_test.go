package record

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSheetReadsWhatWasWritten(t *testing.T) {
	r := &Record{ID: NewID(), Template: SheetTemplate, Name: "sheet"}
	if got, want := ReadSheet(r), (Sheet{Kind: SheetRecords, Fate: SheetThere, Secrets: "unknown", Copies: 1}); got != want {
		t.Errorf("a sheet noted before there were kinds reads as %+v", got)
	}
	want := Sheet{Number: "3C7A-F18E", Kind: SheetBackup, Printed: "2026-11-22", Place: "仏壇", Fate: SheetLost, Secrets: "yes",
		Checked: "2026-11-23", Opens: "6f1c229a", Copies: 12}
	for role, value := range map[Role]string{RoleSheet: want.Number, RoleSheetIs: want.Kind, RolePrinted: want.Printed, RoleKeptAt: want.Place,
		RoleFate: want.Fate, RoleSecrets: want.Secrets, RoleChecked: want.Checked, RoleOpens: want.Opens, RoleCopies: "12 部"} {
		SetSheet(r, role, value)
	}
	if got := ReadSheet(r); got != want {
		t.Errorf("read %+v, want %+v", got, want)
	}
	SetSheet(r, RoleKeptAt, "")
	if got := ReadSheet(r).Place; got != "" || len(r.Fields) != 8 {
		t.Errorf("an answer that was taken out reads as %q, with %d fields", got, len(r.Fields))
	}
	for _, text := range []string{"0", "-3", "many", "99999999999999999999", ""} {
		SetSheet(r, RoleCopies, text)
		if got := ReadSheet(r).Copies; got != 1 {
			t.Errorf("%q copies read as %d", text, got)
		}
	}
}

func TestPrintRoundTrip(t *testing.T) {
	for _, p := range []Print{{strings.Repeat("0f", 16), 7}, {strings.Repeat("a", 32), 0}, {"", 0}} {
		if got := ParsePrint(p.String()); got != p {
			t.Errorf("%+v came back as %+v", p, got)
		}
	}
	for _, text := range []string{"abc x", "abc -1", "abc 18446744073709551616"} {
		if got := ParsePrint(text); got != (Print{"abc", 0}) {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
}

// A sheet from before revisions were noted, and one with them, say the same.
func TestSheetStateReadsOldAndNewPrints(t *testing.T) {
	r := &Record{ID: NewID(), Revision: 4, Template: "note", Name: "office", Updated: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	for _, text := range []string{Fingerprint(r), PrintOf(r).String()} {
		s := &Record{Template: SheetTemplate, Printed: map[string]string{r.ID.String(): text}}
		SetSheet(s, RoleContents, "office")
		if got := SheetState(s, []*Record{r}); !got.Current() {
			t.Errorf("%q counts as old: %+v", text, got)
		}
		changed := r.Clone()
		changed.Notes = "new"
		if got := SheetState(s, []*Record{changed}); !slices.Equal(got.Changed, []string{"office"}) {
			t.Errorf("%q after an edit: %+v", text, got)
		}
	}
}

func TestBackupStateCountsEveryEdit(t *testing.T) {
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	office := &Record{ID: NewID(), Revision: 2, Template: "office", Name: "office", Updated: made}
	gone := &Record{ID: NewID(), Revision: 1, Template: "note", Name: "gone", Updated: made}
	s := &Record{ID: NewID(), Template: SheetTemplate, Name: "sheet", Created: made, Printed: map[string]string{
		office.ID.String(): PrintOf(office).String(), gone.ID.String(): Fingerprint(gone)}}
	SetSheet(s, RoleSheetIs, SheetBackup)
	if got := SheetState(s, []*Record{office, s}); !got.Current() {
		t.Errorf("its own note, or a record thrown away, makes a backup old: %+v", got)
	}
	tagged, late := office.Clone(), &Record{ID: NewID(), Revision: 1, Template: "note", Name: "late", Updated: made.AddDate(-1, 0, 0)}
	tagged.Revision, tagged.Tags = 3, []string{"pc"}
	other := gone.Clone()
	other.Notes = "changed"
	got := SheetState(s, []*Record{tagged, late, other, s})
	if !slices.Equal(got.Changed, []string{"gone", "office"}) || !slices.Equal(got.Newer, []string{"late"}) || len(got.Missing) > 0 {
		t.Errorf("an edit of the tags, an import of an old record and an edit: %+v", got)
	}
}

func FuzzParsePrint(f *testing.F) {
	f.Add("0f0f 3")
	f.Add("")
	f.Add(" 1")
	f.Fuzz(func(t *testing.T, text string) {
		p := ParsePrint(text)
		if p.Revision > 0 && ParsePrint(p.String()) != p {
			t.Errorf("%q came back as %+v", text, p)
		}
	})
}
