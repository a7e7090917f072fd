package recovery

import (
	"fmt"
	"testing"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// shareSheets are the sheets of shares of a slot, each at a place, as the program
// notes them. A place that begins with - is that of a lost sheet, one with x that
// of a shredded one.
func shareSheets(slot record.ID, places ...string) (list []*record.Record) {
	for i, place := range places {
		s := paperOf(fmt.Sprintf("share-%d", i+1), record.SheetShare, nil, "opens", slot.String()[:8], "secrets", "no")
		switch place[0] {
		case '-':
			record.SetSheet(s, record.RoleFate, record.SheetLost)
		case 'x':
			record.SetSheet(s, record.RoleFate, record.SheetShredded)
		default:
			record.SetSheet(s, record.RoleKeptAt, place)
		}
		list = append(list, s)
	}
	return list
}

func withShares(slot record.ID, need, count int, records ...*record.Record) *Model {
	return Derive(Input{Now: now, Records: records, Vault: Vault{Slots: []Slot{{Passphrase: true}, {ID: slot, Need: need, Count: count, Proven: now}}}})
}

// TestSharesOpenTheVault holds that enough shares are a key, fewer are none, and
// that they come through what takes the passphrase if they are in several houses.
func TestSharesOpenTheVault(t *testing.T) {
	account := x("codes", "codes", "1111-2222")
	home, bank := note("place", "居間", "address", "自宅"), note("place", "貸金庫", "address", "銀行")
	ichiro, ryoko := note("person", "一郎"), note("person", "良子")
	pc, copyOf := note("device", "pc", "kind", "pc"), paperOf("copy", record.SheetBackup, []*record.Record{account}, "place", "貸金庫")
	slot := record.NewID()
	for _, c := range []struct {
		need   int
		places []string
		events []string
		want   lockout.State
	}{
		{2, []string{"居間", "一郎", "良子"}, []string{"fire", "forgot-passwords"}, lockout.Asking},
		{2, []string{"居間", "居間", "良子"}, []string{"fire", "forgot-passwords"}, lockout.Shut},
		{2, []string{"居間", "居間", "良子"}, []string{"forgot-passwords"}, lockout.Open},
		{3, []string{"居間", "一郎", "良子"}, []string{"fire", "forgot-passwords"}, lockout.Shut},
		{2, []string{"居間", "-", "良子"}, []string{"forgot-passwords"}, lockout.Asking},
		{2, []string{"居間", "-", "x"}, []string{"forgot-passwords"}, lockout.Unsure}, // in the place of the shredded one there may be another
		{2, []string{"貸金庫", "一郎", "良子"}, []string{"fire", "forgot-passwords", "lose:良子"}, lockout.Asking},
		{2, []string{"居間", "一郎", "良子"}, []string{"fire", "forgot-passwords", "lose:良子"}, lockout.Shut},
	} {
		list := append(shareSheets(slot, c.places...), account, home, bank, ichiro, ryoko, pc, copyOf)
		if got := stateOf(t, withShares(slot, c.need, 3, list...), "x", c.events...); got != c.want {
			t.Errorf("%d of %v after %v: %s, want %s", c.need, c.places, c.events, got, c.want)
		}
	}
	// Sheets of a slot that is there no more open nothing.
	list := append(shareSheets(record.NewID(), "一郎", "良子", "貸金庫"), account, home, bank, ichiro, ryoko, pc, copyOf)
	if got := stateOf(t, withKeys(record.NewID(), list...), "x", "fire", "forgot-passwords"); got != lockout.Shut {
		t.Errorf("old shares: %s", got)
	}
}

// TestStrangerWithShares holds that enough lost sheets, together with a lost
// backup, open the vault to whoever finds them, and fewer do not.
func TestStrangerWithShares(t *testing.T) {
	account, slot := x("codes", "codes", "1111-2222"), record.NewID()
	backup := paperOf("copy", record.SheetBackup, []*record.Record{account}, "fate", record.SheetLost)
	for _, c := range []struct {
		places []string
		want   int
	}{{[]string{"-", "-", "居間"}, 1}, {[]string{"-", "居間", "居間"}, 0}, {[]string{"-", "x", "居間"}, 0}} {
		m := withShares(slot, 2, 3, append(shareSheets(slot, c.places...), account, backup)...)
		list, err := m.ThiefGraph().Opened(m.Thief(lockout.SureOnly))
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != c.want {
			t.Errorf("%v: opened %v", c.places, list)
		}
	}
}

// TestSharesWithoutSheets holds that shares of which nothing is noted are neither
// there for sure nor gone for sure.
func TestSharesWithoutSheets(t *testing.T) {
	account, pc, slot := x("codes", "codes", "1111-2222"), note("device", "pc", "kind", "pc"), record.NewID()
	m := withShares(slot, 2, 3, account, pc)
	happened, err := m.Find([]string{"forgot-passwords"}, "")
	if err != nil {
		t.Fatal(err)
	}
	for run, want := range map[lockout.Run]bool{lockout.Optimistic: false, lockout.Pessimistic: true} {
		if _, closed, err := m.Graph().Why(VaultID, m.Case(run, happened...)); err != nil || closed != want {
			t.Errorf("run %v: closed %v, %v", run, closed, err)
		}
	}
}
