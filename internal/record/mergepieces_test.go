package record

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// full returns a record with everything in it that a record can have.
func full() *Record {
	r := sample()
	when := r.Created.Add(time.Minute)
	r.Notes, r.Importance = "一行目\n二行目", 2
	r.Fields = append(r.Fields, Field{Key: "own", Type: TypeSecret, Label: "鍵", Value: "x\x00y", Extra: map[string]json.RawMessage{"colour": json.RawMessage(`"red"`)}},
		Field{Key: "own", Type: TypeText, Value: "the same key twice"})
	codes := r.Field("backup_codes").Codes
	codes[5] = Code{Code: codes[4].Code}
	r.Tags = []string{"家族", "b", "a"}
	r.Kept = map[string]string{"hint": "paper:机の引き出し", "password": "memory"}
	r.Ways = []Way{{ID: "z", Needs: []Need{{Of: 1, Any: []string{"password"}}}}, {ID: "a", Off: true}}
	r.Proven = map[string]string{"z": "2026-10-01"}
	r.Accepted = map[string]Acceptance{"A01": {Why: "so", On: "2026-11-01"}}
	r.Retire = &Retirement{Begun: "2026-11-01", Done: map[string]string{ID{7}.String(): "2026-11-02"}}
	r.Attempts = []Attempt{{On: "2026-11-03", Way: "z", Result: AttemptSent}, {On: "2026-11-03", Way: "z", Result: AttemptRefused, Note: "no"}}
	r.Printed = map[string]string{ID{8}.String(): "0123456789abcdef0123456789abcdef 4"}
	r.Attachments = []Attachment{{ID: ID{9}, Name: "領収書.jpg", Size: 12345, SHA256: strings.Repeat("ab", 32)}}
	r.Verified, r.Trashed = &when, &when
	r.Extra = map[string]json.RawMessage{"later": json.RawMessage(`{"a":[1,2]}`)}
	return r
}

func TestPiecesGiveTheRecordBack(t *testing.T) {
	for _, r := range []*Record{full(), sample(), {Schema: Schema, Name: "a", Template: "note"}} {
		got, err := compose(piecesOf(r))
		if err != nil {
			t.Fatal(err)
		}
		got.Vault, got.ID, got.Revision, got.Updated = r.Vault, r.ID, r.Revision, r.Updated
		if got, want := mustEncode(t, got), mustEncode(t, r); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func mustEncode(t testing.TB, r *Record) string {
	t.Helper()
	b, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
