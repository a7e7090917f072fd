package recovery

import (
	"slices"
	"strings"
	"testing"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// paperOf is a sheet as the program notes it, of the records.
func paperOf(name, kind string, list []*record.Record, answers ...string) *record.Record {
	s := note("sheet", name, append([]string{"number", "3C7A-F18E", "printed", "2026-11-01"}, answers...)...)
	s.Printed = map[string]string{}
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.Name
		s.Printed[r.ID.String()] = record.PrintOf(r).String()
	}
	record.SetSheet(s, record.RoleSheetIs, kind)
	if kind != record.SheetBackup {
		record.SetSheet(s, record.RoleContents, strings.Join(names, "\n"))
	}
	return s
}

// TestFireTakesTheSheetsOfThePlace holds for each kind of sheet that it burns
// with the place where it lies, moves with it, and is gone once it was shredded.
func TestFireTakesTheSheetsOfThePlace(t *testing.T) {
	home, bank := note("place", "居間", "address", "自宅"), note("place", "貸金庫", "address", "銀行")
	pc := note("device", "pc", "kind", "pc")
	for _, kind := range []string{record.SheetRecords, record.SheetHandover, record.SheetEmergency, record.SheetRecover} {
		account := x("codes", "codes", "1111-2222")
		gone := func(place, fate string, event ...string) lockout.State {
			s := paperOf("sheet", kind, []*record.Record{account}, "place", place, "secrets", "yes", "fate", fate)
			return stateOf(t, derive(account, home, bank, pc, s), "x", append(event, "pc-dies")...)
		}
		if got := gone("居間", ""); got != lockout.Open {
			t.Errorf("%s: %s with the sheet at home", kind, got)
		}
		if got := gone("居間", "", "fire"); got != lockout.Shut {
			t.Errorf("%s: %s after a fire where the sheet lay", kind, got)
		}
		if got := gone("貸金庫", "", "fire"); got != lockout.Open {
			t.Errorf("%s: %s after a fire elsewhere", kind, got)
		}
		for _, fate := range []string{record.SheetShredded, record.SheetLost} {
			if got := gone("貸金庫", fate); got != lockout.Shut {
				t.Errorf("%s: %s with a sheet that is %s", kind, got, fate)
			}
		}
	}
}

// withKeys derives from a vault with a passphrase and a recovery key.
func withKeys(slot record.ID, records ...*record.Record) *Model {
	return Derive(Input{Now: now, Records: records, Vault: Vault{Slots: []Slot{{Passphrase: true}, {ID: slot, Recovery: true, Proven: now}}}})
}

// TestBackupAndRecoveryKeyOpenTheVaultFromPaper holds that both sheets together
// bring the vault back, each alone does not, and a fire that reaches both takes
// both.
func TestBackupAndRecoveryKeyOpenTheVaultFromPaper(t *testing.T) {
	slot := record.NewID()
	account := x("codes", "codes", "1111-2222")
	home, bank := note("place", "居間", "address", "自宅"), note("place", "貸金庫", "address", "銀行")
	pc := note("device", "pc", "kind", "pc")
	state := func(keyAt, backupAt, opens string, events ...string) lockout.State {
		key := paperOf("key", record.SheetRecoveryKey, nil, "place", keyAt, "secrets", "yes", "opens", opens)
		backup := paperOf("copy", record.SheetBackup, []*record.Record{account}, "place", backupAt, "secrets", "no")
		return stateOf(t, withKeys(slot, account, home, bank, pc, key, backup), "x", events...)
	}
	ours := slot.String()[:8]
	for _, c := range []struct {
		key, backup, opens string
		want               lockout.State
	}{
		{"貸金庫", "貸金庫", ours, lockout.Open}, {"居間", "貸金庫", ours, lockout.Shut}, {"貸金庫", "居間", ours, lockout.Shut},
		{"貸金庫", "貸金庫", "00000000", lockout.Shut}, // the key of a slot that is there no more
	} {
		if got := state(c.key, c.backup, c.opens, "fire", "forgot-passwords"); got != c.want {
			t.Errorf("key at %s (opens %s), backup at %s: %s, want %s", c.key, c.opens, c.backup, got, c.want)
		}
	}
	if got := state("貸金庫", "居間", ours, "forgot-passwords", "pc-dies"); got != lockout.Open {
		t.Errorf("both sheets are there, and nothing opens: %s", got)
	}
}

// TestLostSheetIsInForeignHands holds that a stranger has what cannot be found,
// and not what was shredded.
func TestLostSheetIsInForeignHands(t *testing.T) {
	account := x("codes", "codes", "1111-2222")
	slot := record.NewID()
	opened := func(sheets ...*record.Record) []string {
		m := withKeys(slot, append(sheets, account)...)
		list, err := m.ThiefGraph().Opened(m.Thief(lockout.SureOnly))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	records := func(fate, secrets string) *record.Record {
		return paperOf("sheet", record.SheetRecords, []*record.Record{account}, "place", "居間", "secrets", secrets, "fate", fate)
	}
	if got := opened(records(record.SheetLost, "yes")); len(got) != 1 {
		t.Errorf("a lost sheet with the password opens %v", got)
	}
	for _, s := range []*record.Record{records(record.SheetShredded, "yes"), records("", "yes"), paperOf("sheet", record.SheetEmergency, []*record.Record{account}, "secrets", "no", "fate", record.SheetLost)} {
		if got := opened(s); len(got) != 0 {
			t.Errorf("%q with secrets %s opens %v", record.ReadSheet(s).Fate, record.ReadSheet(s).Secrets, got)
		}
	}
	key := paperOf("key", record.SheetRecoveryKey, nil, "fate", record.SheetLost, "secrets", "yes", "opens", slot.String()[:8])
	backup := paperOf("copy", record.SheetBackup, []*record.Record{account}, "fate", record.SheetLost)
	if got := opened(key); len(got) != 0 {
		t.Errorf("the recovery key alone opens %v", got)
	}
	if got := opened(key, backup); len(got) != 1 {
		t.Errorf("recovery key and backup together open %v", got)
	}
	m := withKeys(slot, account, key)
	if got := m.Loot(nil); !slices.Equal(got, m.Abroad()) || len(got) != 1 {
		t.Errorf("before anything happened strangers have %v", got)
	}
}

// TestCodesStandOnEveryPrintedSheet holds that a sheet printed without passwords
// has the codes, and that an emergency sheet has not.
func TestCodesStandOnEveryPrintedSheet(t *testing.T) {
	account := x("codes", "codes", "1111-2222")
	for kind, want := range map[string]lockout.State{record.SheetRecords: lockout.Open, record.SheetEmergency: lockout.Shut} {
		s := paperOf("sheet", kind, []*record.Record{account}, "place", "居間", "secrets", "no")
		if got := stateOf(t, derive(account, s, note("device", "pc", "kind", "pc")), "x", "pc-dies"); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}

// TestClocksOfSheets holds for each kind which sheets due speaks of, and when.
func TestClocksOfSheets(t *testing.T) {
	account := x("codes", "codes", "1111-2222")
	slot := record.NewID()
	clocks := func(records ...*record.Record) (kinds []string) {
		u := NewUpkeep(withKeys(slot, records...), records, now)
		list, _ := u.Clocks()
		for _, c := range list {
			if c.Record.Template == record.SheetTemplate {
				kinds = append(kinds, string(c.Kind)+" "+c.Day.Format("2006-01-02")+" "+c.Command[0].EN)
			}
		}
		return kinds
	}
	changed := func() *record.Record {
		c := account.Clone()
		c.Set("codes", record.TypeCodes, "")
		c.SetCodes("codes", record.ParseCodes("3333-4444"))
		c.Revision++
		return c
	}()
	sheet := func(kind string, answers ...string) *record.Record {
		return paperOf("sheet", kind, []*record.Record{account}, answers...)
	}
	for _, c := range []struct {
		what    string
		records []*record.Record
		want    []string
	}{
		{"never compared", []*record.Record{account, sheet(record.SheetRecords)}, []string{"check 2026-12-01 check-paper"}},
		{"compared", []*record.Record{account, sheet(record.SheetRecords, "checked", "2026-11-10")}, []string{"check 2027-11-10 check-paper"}},
		{"nothing to compare", []*record.Record{account, sheet(record.SheetEmergency)}, nil},
		{"old", []*record.Record{changed, sheet(record.SheetRecords, "checked", "2026-11-10")}, []string{"check 2027-11-10 check-paper", "sheet 2026-11-22 print"}},
		{"an old sheet for the family", []*record.Record{changed, sheet(record.SheetEmergency)}, []string{"sheet 2026-11-22 papers"}},
		{"lost", []*record.Record{changed, sheet(record.SheetRecords, "fate", record.SheetLost)}, nil},
		{"shredded", []*record.Record{changed, sheet(record.SheetRecords, "fate", record.SheetShredded)}, nil},
		{"a backup with one edit more", []*record.Record{changed, sheet(record.SheetBackup)}, []string{"check 2026-12-01 check-paper"}},
		{"a recovery key", []*record.Record{paperOf("key", record.SheetRecoveryKey, nil, "opens", slot.String()[:8])}, []string{"check 2026-12-01 check-paper"}},
		{"a key that opens nothing", []*record.Record{paperOf("key", record.SheetRecoveryKey, nil, "opens", "00000000")}, []string{"sheet 2026-11-22 papers"}},
	} {
		if got := clocks(c.records...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	old := sheet(record.SheetBackup, "checked", "2026-11-10")
	old.Created = now.AddDate(0, -7, 0)
	many := []*record.Record{old, account}
	for range 10 {
		r := x("memory")
		r.Name = r.ID.String()
		many = append(many, r)
	}
	fresh := sheet(record.SheetBackup, "checked", "2026-11-10")
	for what, records := range map[string][]*record.Record{"half a year and one edit": {changed, old}, "ten new records": append([]*record.Record{fresh}, many[1:]...)} {
		if got := clocks(records...); len(got) != 2 || got[1] != "sheet 2026-11-22 backup" {
			t.Errorf("a backup, %s: %q", what, got)
		}
	}
}
