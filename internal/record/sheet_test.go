package record

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
)

// printed is a sheet of records as the program notes one.
func printed(list ...*Record) *Record {
	s := &Record{ID: NewID(), Template: SheetTemplate, Name: "sheet", Created: list[0].Updated.Add(time.Minute), Printed: map[string]string{}}
	var names []string
	for _, r := range list {
		names = append(names, r.Name)
		s.Printed[r.ID.String()] = Fingerprint(r)
	}
	s.Set("contents", TypeMultiline, strings.Join(names, "\n"))
	return s
}

func TestSheetState(t *testing.T) {
	one, two := sample(), sample()
	two.ID, two.Name = ID{9}, "Zwei"
	sheet := printed(one, two)
	for name, c := range map[string]struct {
		do      func(one, two *Record)
		changed []string
		missing []string
	}{
		"as printed":            {func(one, two *Record) { one.Updated = one.Updated.AddDate(1, 0, 0) }, nil, nil},
		"another value":         {func(one, two *Record) { one.Set("hint", TypeHint, "x") }, []string{"google-hanako"}, nil},
		"a code used":           {func(one, two *Record) { two.Field("backup_codes").Codes[0].Used = UsedUnknown }, []string{"Zwei"}, nil},
		"kept elsewhere":        {func(one, two *Record) { one.Kept = map[string]string{"hint": "memory"} }, []string{"google-hanako"}, nil},
		"a way of its own":      {func(one, two *Record) { one.Ways = standing().Ways }, []string{"google-hanako"}, nil},
		"a tag and a drill":     {func(one, two *Record) { one.Tags, one.Proven = nil, map[string]string{"x": "2026-11-22"} }, nil, nil},
		"accepted and retired":  {func(one, two *Record) { one.Accepted, one.Retire = standing().Accepted, &Retirement{} }, nil, nil},
		"what newer ones write": {func(one, two *Record) { one.Extra = map[string]json.RawMessage{"x": []byte("1")} }, nil, nil},
		"both, and in the trash": {func(one, two *Record) { one.Notes, two.Trashed = "x", &two.Updated },
			[]string{"google-hanako"}, []string{"Zwei"}},
		"typed otherwise": {func(one, two *Record) { two.Name = "ｚｗｅｉ" }, []string{"ｚｗｅｉ"}, nil},
	} {
		a, b := one.Clone(), two.Clone()
		c.do(a, b)
		got := SheetState(sheet, []*Record{a, b, sheet})
		if !slices.Equal(got.Changed, c.changed) || !slices.Equal(got.Missing, c.missing) || got.Current() != (len(c.changed)+len(c.missing) == 0) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	sheet.Set("contents", TypeMultiline, "google-hanako") // the rest did not fit
	two.Notes = "x"
	if got := SheetState(sheet, []*Record{one, two}); !slices.Equal(got.Changed, []string{"Zwei"}) {
		t.Errorf("unlisted: got %+v", got)
	}
}

// A sheet that a person noted by hand is as old as the day on it.
func TestSheetStateByHand(t *testing.T) {
	r := sample() // edited on 2026-11-22
	for day, current := range map[string]bool{"2026-11-22": true, "2026-11-21": false, "2026-11": true, "2026-10": false, "2026": true, "2025": false, "": false} {
		s := &Record{Template: SheetTemplate, Created: r.Updated.Add(-time.Second)}
		s.Set("contents", TypeMultiline, " google-hanako \n\n")
		if day != "" {
			s.Set("printed", TypeDate, day)
		}
		if got := SheetState(s, []*Record{r}); got.Current() != current {
			t.Errorf("%q: got %+v", day, got)
		}
	}
	if got := SheetState(&Record{Template: SheetTemplate}, nil); !got.Current() {
		t.Errorf("nothing on it: %+v", got)
	}
}

// What sheets were printed with is in vaults: the digest of a record must stay.
func TestFingerprintStays(t *testing.T) {
	r := sample()
	if got := Fingerprint(r); got != fingerprintOfSample {
		t.Errorf("got %s", got)
	}
	r.Name = "\xff" // what Encode refuses
	if len(Fingerprint(r)) != 32 {
		t.Error("no digest of a broken record")
	}
}

func TestRenaming(t *testing.T) {
	other := ID{5}
	r := standing()
	r.Template = "microsoft"
	r.Set("authenticator", TypeRef, "スマホ")
	r.Set("password_kept", TypeText, "引き出し")
	r.Kept = map[string]string{"hint": "vault, device:スマホ, paper:引き出し", "phone": "person:母", "x": "spoken ,  oddly"}
	r.Ways[1].Needs[0].Any = []string{"record:母", "paper:引き出し", "phone"}
	r.Retire.Done = map[string]string{other.String(): "2026-11-20"}
	n := Renaming{Names: map[string]string{NameKey("スマホ"): "phone-2", NameKey("母"): "a|b", NameKey("引き出し"): "desk"},
		Places: map[string]string{NameKey("引き出し"): "desk"}, IDs: map[string]string{other.String(): "new"}}
	before := r.Clone()
	if !n.Apply(r) {
		t.Error("nothing changed")
	}
	for what, got := range map[string]string{
		"phone-2":                           r.Field("authenticator").Value,
		"desk":                              r.Field("password_kept").Value,
		"vault, device:phone-2, paper:desk": r.Kept["hint"],
		"person:a|b":                        r.Kept["phone"],
		"spoken ,  oddly":                   r.Kept["x"],
		`record:a\|b|paper:desk|phone`:      r.Ways[1].Needs[0].String(),
		"2026-11-20":                        r.Retire.Done["new"],
	} {
		if got != what {
			t.Errorf("got %q, want %q", got, what)
		}
	}
	if b, err := Encode(r); err != nil {
		t.Error(err)
	} else if again, err := Decode(b); err != nil || again.Ways[1].Needs[0].Any[0] != "record:a|b" {
		t.Errorf("reads again as %v, %v", again.Ways, err)
	}
	if (Renaming{}).Apply(before.Clone()) || (Renaming{Names: map[string]string{"nobody": "x"}}).Apply(before) {
		t.Error("something changed")
	}
	sheet := printed(sample())
	if !(Renaming{Names: map[string]string{"google-hanako": "google"}, IDs: map[string]string{sample().ID.String(): "n"}}).Apply(sheet) ||
		sheet.Field("contents").Value != "google" || sheet.Printed["n"] == "" {
		t.Errorf("the sheet says %q, %v", sheet.Field("contents").Value, sheet.Printed)
	}
}

func TestWaysInWords(t *testing.T) {
	tpl, err := ParseTemplate("car", []byte(strings.Replace(wayTemplate, `"type": "phone", "label": {"en": "x", "ja": "x"}`, `"type": "phone", "label": {"en": "phone", "ja": "電話番号"}`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	r := &Record{Fields: []Field{{Key: "own_1", Label: "合鍵"}}}
	for need, want := range map[string]lang.Text{
		"password":                  lang.T("the password", "パスワード"),
		"phone|call:phone":          lang.T("phone or a call at: phone", "電話番号 か 電話番号への電話"),
		"2 of phone|memory|own_1":   lang.T("2 of: phone, what you remember, 合鍵", "電話番号・覚えていること・合鍵 のうち 2 つ"),
		"record:母|paper:仏壇|open:pc": lang.T(`"母" (a record) or a paper at: 仏壇 or still signed in on: x`, "記録「母」 か 紙（仏壇） か x（サインインしたまま）"),
	} {
		n, err := ParseNeed(need)
		if got := n.Say(tpl, r); err != nil || got != want {
			t.Errorf("%s: got %q, %v", need, got, err)
		}
	}
	if got := SayAtom("nfc:card", nil, nil); got.EN != "nfc:card" {
		t.Errorf("got %q", got)
	}
	w := Way{Needs: []Need{{Any: []string{"password"}}, {Any: []string{"phone"}}}}
	if got := w.Say(tpl, r); got != lang.T("the password + phone", "パスワード ＋ 電話番号") {
		t.Errorf("got %q", got)
	}
	if got := tpl.Ways[0].Say(tpl, r); got != lang.T("a", "あ") {
		t.Errorf("got %q", got)
	}
	if got := SayPlaces("memory, paper:引き出し, person:母, device:pc, vault"); got !=
		lang.T(`remembered, paper: 引き出し, with "母", on the device "pc", in this record`, "覚えている、紙: 引き出し、「母」が持っている、機器「pc」の中、この記録の中") {
		t.Errorf("got %q", got)
	}
}

const fingerprintOfSample = "321641f2d0924351aef01ef448050dc3"
