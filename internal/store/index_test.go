package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/record"
)

func cards() []Card {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	later := at.Add(time.Hour)
	return []Card{
		{Name: "office", Template: "office", Created: at, Updated: at},
		{Name: "オフィス", Title: "会社の PC", Template: "office", Owner: "山田 花子", Tags: []string{"自宅", "仕事"}, Created: at, Updated: later},
		{Name: `a "quoted" \ name`, Title: "<b>&", Template: "x\ny", Owner: "\u2028", Tags: []string{`"`}, Created: at, Updated: later, Trashed: true},
		{Name: "", Template: "", Tags: []string{""}, Created: at, Updated: at, Trashed: true},
		{Name: "old", Template: "mailbox", Created: at, Updated: later, Retiring: true},
		{Name: `,"card":{"name":"trap"`, Template: `}}`, Created: at, Updated: later},
	}
}

// TestIndexLines: what is written is read back, by the fast scanner wherever it
// can and by encoding/json where it must.
func TestIndexLines(t *testing.T) {
	fast := 0
	for i, c := range cards() {
		for _, past := range []uint64{0, 3} {
			c.ID, c.Revision = record.NewID(), past+1
			rest := entryRest{Revision: past + 1, Past: past, Card: c}
			if past > 0 {
				rest.PastSHA256 = digestOf([]byte(c.Name))
			}
			sum := digestOf([]byte{byte(i)})
			e, err := newEntry(c.ID, sum, rest)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(e.line, "\n") || !json.Valid([]byte(e.line)) {
				t.Fatalf("not one line of JSON: %q", e.line)
			}
			again, err := parseEntry(e.line)
			if err != nil || again.id != c.ID || again.sum != sum {
				t.Fatalf("%q: %v", e.line, err)
			}
			got, err := again.rest()
			if err != nil || !reflect.DeepEqual(got, rest) {
				t.Errorf("%q reads %+v, %v", e.line, got, err)
			}
			if n, ok := again.revision(); !ok || n != past+1 {
				t.Errorf("revision %d, %v", n, ok)
			}
			if scanned, ok := scanRest(e.line[entryTail:]); ok {
				fast++
				var slow entryRest
				if err := json.Unmarshal([]byte(e.line), &slow); err != nil || !reflect.DeepEqual(scanned, slow) {
					t.Errorf("the scanner reads %+v, encoding/json %+v", scanned, slow)
				}
			}
			if name, ok := rawName(e.line); ok && name != c.Name {
				t.Errorf("rawName of %q: %q", c.Name, name)
			}
		}
	}
	if fast < 6 {
		t.Errorf("only %d lines were scanned", fast)
	}
}

func TestIndexRoundTrip(t *testing.T) {
	x := sampleIndex(t, 30)
	b, err := x.encode()
	if err != nil {
		t.Fatal(err)
	}
	y, err := parseIndex(string(b))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := y.encode(); err != nil || !bytes.Equal(again, b) {
		t.Errorf("not the same: %v", err)
	}
	line := func(i int) []byte { return []byte(y.entries[i].line) }
	for what, bad := range map[string][]byte{
		"empty":          nil,
		"no header":      b[bytes.IndexByte(b, '\n')+1:],
		"cut off":        b[:len(b)-10],
		"one more line":  append(bytes.Clone(b), b[len(b)-100:]...),
		"another format": bytes.Replace(b, []byte(`"format":1`), []byte(`"format":2`), 1),
		"too many":       bytes.Replace(b, []byte(`"records":30`), []byte(`"records":31`), 1),
		"a huge number":  bytes.Replace(b, []byte(`"records":30`), []byte(`"records":999999999999`), 1),
		"less than none": bytes.Replace(b, []byte(`"records":30`), []byte(`"records":-30`), 1),
		"a line twice":   bytes.Replace(b, line(1), line(0), 1),
		"out of order":   slices.Concat(b[:bytes.Index(b, line(0))], line(1), []byte("\n"), line(0), b[bytes.Index(b, line(1))+len(line(1)):]),
		"a short digest": bytes.Replace(b, []byte(`"sha256":"`), []byte(`"sha256":"x`), 1),
	} {
		if _, err := parseIndex(string(bad)); !errors.Is(err, errIndex) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func sampleIndex(t testing.TB, n int) *index {
	t.Helper()
	x := &index{head: indexHeader{Format: Format, Vault: record.NewID(), Generation: 7, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Slots: []SlotInfo{{ID: record.NewID(), Kind: "passphrase"}}, Digest: &digestInfo{Generation: 3, Stale: 2}, Last: []record.ID{record.NewID()}}}
	var entries []entry
	for i := range n {
		c := cards()[i%len(cards())]
		e, err := newEntry(record.NewID(), digestOf([]byte{byte(i)}), entryRest{Revision: 1, Card: c})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	x = x.with(entries)
	x.attached = []attached{{ID: record.NewID()}, {ID: record.NewID()}}
	return x
}

// TestIndexWith: merging replaces, inserts and keeps the order, and leaves the
// former index as it was.
func TestIndexWith(t *testing.T) {
	x := sampleIndex(t, 50)
	before := fmt.Sprint(x.entries)
	var changed []entry
	for i, e := range x.entries {
		if i%7 == 0 {
			e.sum = digestOf([]byte("changed"))
			changed = append(changed, e)
		}
	}
	for range 20 {
		e, err := newEntry(record.NewID(), digest{}, entryRest{Revision: 1})
		if err != nil {
			t.Fatal(err)
		}
		changed = append(changed, e)
	}
	first, last := changed[0], changed[1]
	first.id, last.id = record.ID{}, record.ID(bytes.Repeat([]byte{0xff}, 16))
	changed = append(changed, last, first)
	y := x.with(changed)
	if len(y.entries) != 50+22 || fmt.Sprint(x.entries) != before {
		t.Fatalf("%d entries", len(y.entries))
	}
	for i := 1; i < len(y.entries); i++ {
		if bytes.Compare(y.entries[i-1].id[:], y.entries[i].id[:]) >= 0 {
			t.Fatal("out of order")
		}
	}
	for _, want := range changed {
		if got, ok := y.entry(want.id); !ok || got.sum != want.sum {
			t.Errorf("entry %s: %v", want.id, ok)
		}
	}
}

// TestFindByAnyName: a name is found as it was typed and in every spelling that
// folds to it, also where the line needs escapes.
func TestFindByAnyName(t *testing.T) {
	v := newTestVault(t)
	names := []string{"office", "オフィス（自宅）", `a "quoted" name`, "back\\slash", "葛󠄀城", "ﾊﾝｶｸ", "tab\tname", "<>&"}
	var put []*record.Record
	for i, name := range names {
		put = append(put, note(name, fmt.Sprint(i)))
	}
	s := v.mustCommit(Change{Put: put})
	for i, name := range names {
		if got := text(read(t, s, name)); got != fmt.Sprint(i) {
			t.Errorf("%q: %q", name, got)
		}
	}
	for name, want := range map[string]string{"OFFICE": "0", "ｵﾌｨｽ(自宅)": "1", `A "QUOTED" NAME`: "2", "葛城": "4", "はんかく": "5"} {
		if got := text(read(t, s, name)); got != want {
			t.Errorf("%q: %q, not %q", name, got, want)
		}
	}
	for _, name := range []string{"", "offic", "office2", strings.Repeat("x", 10_000), `"`, `office","title":"`} {
		if _, err := s.Find(name); !errors.Is(err, ErrNoRecord) {
			t.Errorf("%.20q: %v", name, err)
		}
	}
}
