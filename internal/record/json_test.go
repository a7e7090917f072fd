package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// sample returns a note of about 700 bytes with ten codes, as most accounts
// look once they are noted in full.
func sample() *Record {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	r := &Record{Schema: Schema, Vault: ID{1, 2}, ID: ID{3, 4}, Revision: 7, Template: "google", Name: "google-hanako",
		Title: "孫の写真", Owner: "山田 花子", Created: at, Updated: at.Add(time.Hour), Tags: []string{"家族"}}
	r.Set("account_email", TypeEmail, "hanako@example.jp")
	r.Set("recovery_phone", TypePhone, "090-0000-0000")
	codes := make([]Code, 10)
	for i := range codes {
		codes[i].Code = "0000 123" + string(rune('0'+i))
	}
	codes[3].Used = "2026-10-01"
	r.SetCodes("backup_codes", codes)
	r.Set("hint", TypeHint, "最初の犬")
	return r
}

func TestRoundTrip(t *testing.T) {
	r := sample()
	r.Notes = "一行目\n\t\"二\"行目 \\ \x7f \u0085 \u2028 <&>"
	r.Kept = map[string]string{"hint": "paper:机の引き出し", "backup_codes": "vault"}
	r.Importance = 3
	r.Attachments = []Attachment{{ID: ID{9}, Name: "領収書.jpg", Size: 12345, SHA256: strings.Repeat("ab", 32)}}
	when := r.Created
	r.Verified, r.Trashed = &when, &when
	b, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(b, "\n\r\x7f") || bytes.Contains(b, []byte("\u0085")) || bytes.Contains(b, []byte("\u2028")) {
		t.Errorf("not one plain line: %q", b)
	}
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, r) {
		t.Errorf("got %+v\nwant %+v", got, r)
	}
	// What encoding/json understands must be the same: it is what every other
	// program will read it with.
	var std Record
	if err := json.Unmarshal(b, &std); err != nil || !reflect.DeepEqual(&std, r) {
		t.Errorf("encoding/json reads %+v, %v", std, err)
	}
}

func TestUnknownMembersSurvive(t *testing.T) {
	in := `{"schema":1,"vault":"00000000000000000000000000000000","id":"00000000000000000000000000000000",` +
		`"revision":1,"template":"note","name":"a","fields":[{"key":"k","value":"v","colour":"red"},` +
		`{"key":"c","codes":[{"code":"1","by":[1, 2,{"x": "a, ]} \" b"}]}],"z":-1.5e3}],` +
		`"attachments":[{"id":"00000000000000000000000000000000","name":"n","size":1,"sha256":"","page":null}],` +
		`"created":"2026-11-22T00:00:00Z","updated":"2026-11-22T00:00:00Z","a":{"Name":[true , false]},"Name":"not ours"}`
	r, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Extra["Name"]) != `"not ours"` || r.Name != "a" {
		t.Errorf("members differing in case only were mixed up: %+v", r)
	}
	out, err := Encode(r.Clone())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"colour":"red"`, `"by":[1,2,{"x":"a, ]} \" b"}]`, `"z":-1.5e3`, `"page":null`,
		`"a":{"Name":[true,false]}`, `"Name":"not ours"`} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s was lost in %s", want, out)
		}
	}
	again, err := Decode(out)
	if err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("the second reading differs: %v", err)
	}
}

func TestDecodeTakesForeignForms(t *testing.T) {
	r, err := Decode([]byte("\t{ \"schema\" : 1 , \"fields\" : null, \"tags\":null, \"kept\":null, \"verified\":null, \"owner\":null,\r\n" +
		`"name":"\u5c71\ud83d\ude00\/", "created":"2026-11-22T09:00:00.987+09:00"}` + "\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Name != "山😀/" || r.Created != time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) || r.Verified != nil || len(r.Fields) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestDecodeRefuses(t *testing.T) {
	long := strings.Repeat("x", MaxValue+1)
	for name, in := range map[string]string{
		"nothing":            "",
		"no object":          "[]",
		"null":               "null",
		"no schema":          "{}",
		"schema 0":           `{"schema":0}`,
		"negative":           `{"schema":-1}`,
		"fraction":           `{"schema":1.0}`,
		"leading zero":       `{"schema":01}`,
		"more after":         `{"schema":1}{}`,
		"NUL after":          "{\"schema\":1}\x00",
		"no end":             `{"schema":1`,
		"no colon":           `{"schema" 1}`,
		"no comma":           `{"schema":1 "name":""}`,
		"trailing comma":     `{"schema":1,}`,
		"null key":           `{"schema":1,null:1}`,
		"twice":              `{"schema":1,"name":"a","name":"b"}`,
		"unknown twice":      `{"schema":1,"x":"a","x":"b"}`,
		"kept twice":         `{"schema":1,"kept":{"a":"1","a":"2"}}`,
		"not UTF-8":          "{\"schema\":1,\"name\":\"\xff\"}",
		"control":            "{\"schema\":1,\"name\":\"\n\"}",
		"half a surrogate":   `{"schema":1,"name":"\ud83d"}`,
		"two high halves":    `{"schema":1,"name":"\ud83d\ud83d"}`,
		"half in unknown":    `{"schema":1,"x":"\ude00"}`,
		"bad escape":         `{"schema":1,"name":"\x41"}`,
		"short escape":       `{"schema":1,"name":"\u00"}`,
		"open string":        `{"schema":1,"name":"abc`,
		"wrong kind":         `{"schema":1,"name":5}`,
		"wrong kind, fields": `{"schema":1,"fields":{}}`,
		"no field key":       `{"schema":1,"fields":[{"value":"x"}]}`,
		"value too long":     `{"schema":1,"fields":[{"key":"k","value":"` + long + `"}]}`,
		"name too long":      `{"schema":1,"name":"` + long[:MaxName+1] + `"}`,
		"too many fields":    `{"schema":1,"fields":[` + strings.Repeat(`{"key":"k"},`, MaxFields) + `{"key":"k"}]}`,
		"importance":         `{"schema":1,"importance":4}`,
		"bad time":           `{"schema":1,"created":"yesterday"}`,
		"time out of range":  `{"schema":1,"created":"9999-12-31T23:59:59-01:00"}`,
		"bad id":             `{"schema":1,"id":"12"}`,
		"bad unknown":        `{"schema":1,"x":tru}`,
		"empty unknown":      `{"schema":1,"x":}`,
		"unbalanced":         `{"schema":1,"x":[1}`,
		"deep":               `{"schema":1,"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
		"too large":          strings.Repeat(" ", MaxRecord) + `{"schema":1}`,
	} {
		r, err := Decode([]byte(in))
		if !errors.Is(err, ErrBad) || r != nil {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
	}
}

func TestDecodeNewer(t *testing.T) {
	r, err := Decode([]byte(`{"schema":2,"name":"a","shape":{"k":1}}`))
	if !errors.Is(err, ErrNewer) || errors.Is(err, ErrBad) || r == nil || r.Name != "a" || r.Extra["shape"] == nil {
		t.Errorf("got %+v, %v", r, err)
	}
	b, err := Encode(r)
	if err != nil || !bytes.Contains(b, []byte(`"schema":2`)) {
		t.Errorf("a newer record lost its number: %s, %v", b, err)
	}
	r, err = Decode([]byte(`{"schema":2,"name":["a","b"]}`))
	if !errors.Is(err, ErrNewer) || !errors.Is(err, ErrBad) || r != nil {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Record){
		"not UTF-8":      func(r *Record) { r.Fields[0].Value = "secret\xff" },
		"long value":     func(r *Record) { r.Fields[0].Value = strings.Repeat("s", MaxValue+1) },
		"long notes":     func(r *Record) { r.Notes = strings.Repeat("s", MaxNotes+1) },
		"no key":         func(r *Record) { r.Fields[0].Key = "" },
		"hidden member":  func(r *Record) { r.Extra = map[string]json.RawMessage{"name": []byte(`"x"`)} },
		"no JSON":        func(r *Record) { r.Extra = map[string]json.RawMessage{"x": []byte(`{`)} },
		"empty JSON":     func(r *Record) { r.Fields[0].Extra = map[string]json.RawMessage{"x": nil} },
		"year 10000":     func(r *Record) { r.Updated = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"negative size":  func(r *Record) { r.Attachments = []Attachment{{Size: -1}} },
		"importance":     func(r *Record) { r.Importance = MaxImportance + 1 },
		"too many codes": func(r *Record) { r.Fields[0].Codes = make([]Code, MaxCodes+1) },
		"all too large": func(r *Record) {
			for range 70 {
				r.Fields = append(r.Fields, Field{Key: "k", Value: strings.Repeat("s", MaxValue)})
			}
		},
	} {
		r := sample()
		spoil(r)
		b, err := Encode(r)
		if !errors.Is(err, ErrBad) || b != nil {
			t.Errorf("%s: got %d bytes, %v", name, len(b), err)
		}
		if err != nil && strings.Contains(err.Error(), "ss") {
			t.Errorf("%s: the error shows a value: %v", name, err)
		}
	}
}

func TestEncodeIsDeterministic(t *testing.T) {
	r := sample()
	r.Kept = map[string]string{}
	r.Extra = map[string]json.RawMessage{}
	for c := 'a'; c < 'z'; c++ {
		r.Kept["k"+string(c)] = "vault"
		r.Extra["x"+string(c)] = []byte(`1`)
	}
	first, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if b, _ := Encode(r.Clone()); !bytes.Equal(b, first) {
			t.Fatal("two encodings of one record differ")
		}
	}
}

func TestCloneSharesNothing(t *testing.T) {
	r := sample()
	when := r.Created
	r.Verified = &when
	r.Kept = map[string]string{"hint": "memory"}
	r.Extra = map[string]json.RawMessage{"x": []byte(`1`)}
	r.Attachments = []Attachment{{Name: "a", Extra: map[string]json.RawMessage{"y": []byte(`2`)}}}
	before, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Clone()
	c.Fields[0].Value, c.Fields[2].Codes[0].Code, c.Tags[0], c.Kept["hint"] = "x", "x", "x", "x"
	c.Extra["x"][0], c.Attachments[0].Extra["y"][0] = '9', '9'
	*c.Verified = when.Add(time.Hour)
	c.Remove("hint")
	if after, _ := Encode(r); !bytes.Equal(before, after) {
		t.Errorf("a change of the copy reached the original:\n%s\n%s", before, after)
	}
}

func TestSetAndRemove(t *testing.T) {
	r := &Record{}
	r.Set("a", TypeText, "1")
	r.SetCodes("b", []Code{{Code: "x"}})
	r.Set("a", TypeEmail, "2")
	if len(r.Fields) != 2 || r.Field("a").Value != "2" || r.Field("a").Type != TypeEmail || r.Field("b").Type != TypeCodes {
		t.Errorf("got %+v", r.Fields)
	}
	r.Set("b", TypeText, "y")
	if f := r.Field("b"); f.Codes != nil || f.Value != "y" {
		t.Errorf("the codes stayed behind: %+v", f)
	}
	r.Kept = map[string]string{"a": "memory"}
	if !r.Remove("a") || r.Remove("a") || r.Field("a") != nil || len(r.Kept) != 0 {
		t.Errorf("got %+v", r)
	}
}

func FuzzDecode(f *testing.F) {
	b, err := Encode(sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	if b, err = Encode(standing()); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"schema":1,"x":[1, {"a":"\u0041"}],"fields":[{"key":"k","y":null}]}`))
	f.Add([]byte(`{"schema":3,"name":"\ud83d\ude00","kept":{"a":"b"},"verified":"2026-11-22T00:00:00+09:00"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Decode(b)
		if r == nil {
			if err == nil {
				t.Fatal("neither record nor error")
			}
			return
		}
		if !json.Valid(b) {
			t.Fatalf("accepted what is no JSON: %q", b)
		}
		one, err := Encode(r)
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := Decode(one)
		if err != nil && !errors.Is(err, ErrNewer) {
			t.Fatalf("written, but not read: %v\n%s", err, one)
		}
		two, err := Encode(again)
		if err != nil || !bytes.Equal(one, two) || !reflect.DeepEqual(r, again) {
			t.Fatalf("the second round differs:\n%s\n%s", one, two)
		}
		if bytes.ContainsAny(one, "\r\n") {
			t.Fatalf("more than one line: %q", one)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	line, err := Encode(sample())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	r := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(r); err != nil {
			b.Fatal(err)
		}
	}
}
