package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"memovault/internal/record"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// id is a fixed id, so that the bytes of an export can be compared.
func id(n byte) record.ID { return record.ID{15: n} }

// A shelf is a vault of the tests: records as they are stored, and their files.
type shelf struct {
	t       testing.TB
	records []*record.Record
	files   map[record.ID][]byte
}

func newShelf(t testing.TB) *shelf { return &shelf{t: t, files: map[record.ID][]byte{}} }

// note adds a record.
func (s *shelf) note(n byte, name, text string) *record.Record {
	r := &record.Record{Schema: 1, Vault: id(99), ID: id(n), Revision: 7, Template: "note", Name: name,
		Created: now.AddDate(-1, 0, 0), Updated: now}
	r.Set("note", record.TypeMultiline, text)
	s.records = append(s.records, r)
	return r
}

// attach adds a file to a record.
func (s *shelf) attach(r *record.Record, n byte, name string, data []byte) {
	sum := sha256.Sum256(data)
	r.Attachments = append(r.Attachments, record.Attachment{ID: id(n), Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])})
	s.files[id(n)] = data
}

func (s *shelf) selection() *Selection {
	s.t.Helper()
	chosen := &Selection{Time: now, Open: func(id record.ID) ([]byte, error) {
		data, ok := s.files[id]
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		return data, nil
	}}
	for _, r := range s.records {
		raw, err := record.Encode(r)
		if err != nil {
			s.t.Fatal(err)
		}
		if err := chosen.Add(raw); err != nil {
			s.t.Fatal(err)
		}
	}
	return chosen
}

func (s *shelf) export(format string) []byte {
	s.t.Helper()
	var out bytes.Buffer
	if err := Find(format).Export(&out, s.selection()); err != nil {
		s.t.Fatal(err)
	}
	return out.Bytes()
}

// everything is a shelf with one of each thing that can get lost.
func everything(t testing.TB) *shelf {
	s := newShelf(t)
	r := s.note(1, "office 田中", "1 行目\n2 行目\t\u2028<>&\"\\")
	r.Title, r.Owner, r.Tags, r.Notes = "Office 2021", "田中", []string{"仕事", "home"}, "髙﨑 葛󠄀 🔑"
	r.Set("product_key", record.TypeProductKey, "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE")
	r.SetCodes("codes", []record.Code{{Code: "1234 5678", Used: "2026-01-01"}, {Code: "2345 6789", Extra: map[string]json.RawMessage{"place": json.RawMessage(`"desk"`)}}})
	r.Field("note").Extra = map[string]json.RawMessage{"color": json.RawMessage(`[1,{"a":null}]`)}
	r.Extra = map[string]json.RawMessage{"vault2": json.RawMessage(`{"x":1}`), "revision2": json.RawMessage(`9007199254740993`)}
	r.Kept, r.Importance = map[string]string{"product_key": "paper:引き出し"}, 3
	r.Ways = []record.Way{{ID: "lent", Needs: []record.Need{{Of: 2, Any: []string{"record:母", "paper:a|b", "memory"}}}, Extra: map[string]json.RawMessage{"x": json.RawMessage(`1`)}}, {ID: "sign-in", Off: true}}
	r.Proven, r.Accepted = map[string]string{"lent": "2026-10-01"}, map[string]record.Acceptance{"no-phone": {Why: "a\nb", On: "2026-11-22"}}
	r.Retire, r.Attempts = &record.Retirement{By: "2027-03-31", Done: map[string]string{"x": "2026-11-22"}}, []record.Attempt{{Way: "lent", Result: record.AttemptRefused, Note: "髙﨑"}}
	r.Printed = map[string]string{"x": "y"}
	verified := now.AddDate(0, -1, 0)
	r.Verified = &verified
	s.attach(r, 11, "領収書 1.pdf", bytes.Repeat([]byte{0, 1, 2, 255}, 1000))
	s.attach(r, 12, "empty", nil)
	old := s.note(2, "old", "thrown away")
	old.Trashed = &now
	s.attach(s.note(3, "wifi", "x"), 13, "photo.jpg", []byte("\xff\xd8\xff"))
	return s
}

func TestRoundTripKeepsEverything(t *testing.T) {
	for _, f := range Formats {
		s := everything(t)
		file := s.export(f.Name)
		if again := everything(t).export(f.Name); !bytes.Equal(file, again) {
			t.Errorf("%s: the same records gave other bytes", f.Name)
		}
		c, err := Import(iotest.HalfReader(bytes.NewReader(file)))
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if !c.Exported.Equal(now) || len(c.Left) != 0 || len(c.Records) != len(s.records) || len(c.Files) != len(s.files) {
			t.Errorf("%s: %v, %d records, %d files, left out %v", f.Name, c.Exported, len(c.Records), len(c.Files), c.Left)
		}
		for i, r := range c.Records {
			want := s.records[i].Clone()
			want.Vault, want.Revision = record.ID{}, 0
			same(t, f.Name, r, want)
		}
		for id, data := range s.files {
			if !bytes.Equal(c.Files[id], data) {
				t.Errorf("%s: file %s differs", f.Name, id)
			}
		}
	}
}

func same(t *testing.T, what string, got, want *record.Record) {
	t.Helper()
	x, errX := record.Encode(got)
	y, errY := record.Encode(want)
	if errX != nil || errY != nil || !bytes.Equal(x, y) {
		t.Errorf("%s: got %s, want %s; %v, %v", what, x, y, errX, errY)
	}
}

// TestDocumentIsAsPromised holds what other programs may rely on.
func TestDocumentIsAsPromised(t *testing.T) {
	s := newShelf(t)
	s.attach(s.note(1, "office", "a"), 11, "r.txt", []byte("hello"))
	s.note(2, "wifi", "b")
	want := `{"memovault":"export","schema":1,"exported":"2026-01-02T03:04:05Z","records":[
{"schema":1,"id":"00000000000000000000000000000001","template":"note","name":"office","fields":[{"key":"note","type":"multiline","value":"a"}],"attachments":[{"id":"0000000000000000000000000000000b","name":"r.txt","size":5,"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}],"created":"2025-01-02T03:04:05Z","updated":"2026-01-02T03:04:05Z"},
{"schema":1,"id":"00000000000000000000000000000002","template":"note","name":"wifi","fields":[{"key":"note","type":"multiline","value":"b"}],"created":"2025-01-02T03:04:05Z","updated":"2026-01-02T03:04:05Z"}
],"files":{
"0000000000000000000000000000000b":"aGVsbG8="
}}
`
	if got := string(s.export("json")); got != want {
		t.Errorf("got %s", got)
	}
	if got := string(newShelf(t).export("json")); got != `{"memovault":"export","schema":1,"exported":"2026-01-02T03:04:05Z","records":[
],"files":{}}
` || !json.Valid([]byte(got)) {
		t.Errorf("of nothing: %s", got)
	}
}

// TestAddFallsBack: a record with its members in another order, as another
// program may have stored it, loses vault and revision all the same.
func TestAddFallsBack(t *testing.T) {
	s := &Selection{Time: now}
	raw := `{"id":"00000000000000000000000000000001","name":"a","template":"note","revision":3,"new":{"vault":1},"vault":"00000000000000000000000000000063","schema":1}`
	if err := s.Add([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	got := string(s.records)
	if strings.Contains(got, "0063") || strings.Contains(got, "revision") || !strings.Contains(got, `"new":{"vault":1}`) {
		t.Errorf("got %s", got)
	}
	if err := s.Add([]byte(`{"schema":1`)); err == nil {
		t.Error("took half a record")
	}
}

// TestExportRefusesAnotherFile: what is attached must be what the record says.
func TestExportRefusesAnotherFile(t *testing.T) {
	for _, f := range Formats {
		s := newShelf(t)
		s.attach(s.note(1, "office", "a"), 11, "r.txt", []byte("hello"))
		s.files[id(11)] = []byte("hullo")
		if err := f.Export(io.Discard, s.selection()); reasonOf(err) != WrongFile {
			t.Errorf("%s: %v", f.Name, err)
		}
		delete(s.files, id(11))
		if err := f.Export(io.Discard, s.selection()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", f.Name, err)
		}
		if err := f.Export(failing{}, s.selection()); err == nil {
			t.Errorf("%s: written to a full disk", f.Name)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// reasonOf is the reason of an *Error, -1 for anything else.
func reasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return -1
}

func BenchmarkExport10000(b *testing.B) {
	s := newShelf(b)
	for i := range 10_000 {
		r := s.note(byte(i), fmt.Sprintf("office-%d", i), strings.Repeat("メモ ", 60))
		r.Set("account_email", record.TypeEmail, "hanako@example.jp")
		r.ID[0], r.ID[1] = byte(i>>8), 1
	}
	raws := make([][]byte, len(s.records))
	for i, r := range s.records {
		raws[i], _ = record.Encode(r)
	}
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				chosen := &Selection{Time: now}
				for _, raw := range raws {
					if err := chosen.Add(raw); err != nil {
						b.Fatal(err)
					}
				}
				if err := f.Export(io.Discard, chosen); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkImport10000(b *testing.B) {
	s := newShelf(b)
	for i := range 10_000 {
		r := s.note(byte(i), fmt.Sprintf("office-%d", i), strings.Repeat("メモ ", 60))
		r.ID[0], r.ID[1] = byte(i>>8), 1
	}
	file := s.export("tar")
	for b.Loop() {
		if _, err := Import(bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}
