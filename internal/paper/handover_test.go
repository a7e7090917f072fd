package paper

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"memovault/internal/record"
	"memovault/internal/recovery"
)

// storyOf is what the sheets are made from at one moment of testdata/article.
func storyOf(t testing.TB, moment string) (Handing, Contingency) {
	t.Helper()
	b, err := os.ReadFile("../../testdata/article/" + moment + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Exported time.Time         `json:"exported"`
		Records  []json.RawMessage `json:"records"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var list []*record.Record
	for _, raw := range file.Records {
		r, err := record.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return madeFrom(t, list, file.Exported, "山田 花子")
}

// madeFrom is what the sheets about the records are made from, in a vault with a
// passphrase and a recovery key.
func madeFrom(t testing.TB, list []*record.Record, now time.Time, owner string) (Handing, Contingency) {
	t.Helper()
	in := recovery.Input{Now: now, Records: list, Vault: recovery.Vault{Slots: []recovery.Slot{{Passphrase: true}, {Recovery: true, Proven: now}}}}
	m := recovery.Derive(in)
	o := Options{Made: now, Vault: idOf(7), Program: "vault", Named: func(name string) *record.Record {
		for _, r := range list {
			if record.NameKey(r.Name) == record.NameKey(name) {
				return r
			}
		}
		return nil
	}}
	var live []*record.Record
	for _, r := range list {
		if r.Trashed == nil {
			live = append(live, r)
		}
	}
	h := Handing{Options: o, Owner: owner, List: live, Model: m, Upkeep: recovery.NewUpkeep(m, list, now)}
	var err error
	if h.Changes, err = m.Upheavals(owner); err != nil {
		t.Fatal(err)
	}
	left, err := m.Emergency(owner)
	if err != nil {
		t.Fatal(err)
	}
	return h, Contingency{Options: o, Owner: owner, File: "~/vault/default.vault", List: live, Left: left}
}
