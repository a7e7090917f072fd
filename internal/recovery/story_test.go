package recovery

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"memovault/internal/record"
)

// story reads the records of testdata/article at one of its four moments.
func story(t testing.TB, moment string) Input {
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
	in := Input{Now: file.Exported, Vault: Vault{Slots: []Slot{{Passphrase: true}, {Recovery: true, Proven: file.Exported}}}}
	for _, raw := range file.Records {
		r, err := record.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		in.Records = append(in.Records, r)
	}
	return in
}
