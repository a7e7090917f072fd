package record

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

	"memovault/internal/lang"
)

func TestParseNeed(t *testing.T) {
	for typed, want := range map[string]string{
		"password":                    "password",
		" phone | security_email ":    "phone|security_email",
		"2 of phone|security_email|x": "2 of phone|security_email|x",
		"1 of phone|email":            "phone|email",
		"call:phone":                  "call:phone",
		"open: pc":                    "open:pc",
		"memory":                      "memory",
		"record: 母 ":                  "record:母",
		"paper:仏壇の引き出し":               "paper:仏壇の引き出し",
		"ｐｈｏｎｅ｜ＥＭＡＩＬ":                 "phone|email",
		"記録：母｜紙：棚の上":                  "record:母|paper:棚の上",
		"パスワード":                       "password",
		"記憶":                          "memory",
		"電話:phone":                    "call:phone",
		`record:a\|b|paper:c\d`:       `record:a\|b|paper:c\\d`,
		"record:mother: the second":   "record:mother: the second",
		"a|b|記憶 のうち２つ":                "2 of a|b|memory",
		"  3  of  a|b|c":              "3 of a|b|c",
	} {
		n, err := ParseNeed(typed)
		if err != nil || n.String() != want {
			t.Errorf("%q: got %q, %v, want %q", typed, n, err, want)
			continue
		}
		if again, err := ParseNeed(n.String()); err != nil || !reflect.DeepEqual(again, n) {
			t.Errorf("%q: reads again as %#v, %v", n, again, err)
		}
		if stored, err := readNeed(n.String()); err != nil || !reflect.DeepEqual(stored, n) {
			t.Errorf("%q: is stored as %#v, %v", n, stored, err)
		}
		if len(n.Atoms()) != len(n.Any) {
			t.Errorf("%q: %d atoms of %d", typed, len(n.Atoms()), len(n.Any))
		}
	}
}

func TestParseNeedRefuses(t *testing.T) {
	for typed, want := range map[string]string{
		"":                             "a need is empty",
		"phone|":                       "without something on either side",
		"|":                            "without something",
		"phone|phone":                  "twice",
		"3 of phone|email":             "3 of 2 things",
		"0 of phone":                   "0 of 1 things",
		"2 of":                         `"2 of" is no need`,
		"call:":                        "is no need",
		"call:Nagoya office":           "is no need",
		"record:":                      "at least one character",
		"record:a/b":                   "cannot contain /",
		"paper:":                       "the place is missing",
		"password:x":                   "is no need",
		"sms:phone":                    "is no need",
		"my phone":                     "is no need",
		"record:a\u202eb":              "direction",
		strings.Repeat("x", MaxNeed+1): "at most",
		"record:" + strings.Repeat("x", MaxName+1):                "too long",
		strings.TrimSuffix(strings.Repeat("x|", MaxNeeds+1), "|"): "at most",
	} {
		n, err := ParseNeed(typed)
		var refused *ValueError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %q, %v", typed, n, err)
			continue
		}
		if err := saidWhole(refused.Say(lang.EN), refused.Say(lang.JA)); err != nil {
			t.Errorf("%.40q: %v", typed, err)
		}
	}
}

func FuzzParseNeed(f *testing.F) {
	for _, s := range []string{"記録：：", "2 of a|b|c", `record:a\|b|paper:c\\d`, "記録：母｜紙：棚の上", "1 of 2 of a", "call:phone", "|", "x:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, parse := range map[string]func(string) (Need, error){"typed": ParseNeed, "stored": readNeed} {
			n, err := parse(s)
			if err != nil {
				continue
			}
			if again, err := parse(n.String()); err != nil || !reflect.DeepEqual(again, n) {
				t.Fatalf("%s %q: %q reads again as %#v, %v", name, s, n, again, err)
			}
			if _, err := readNeed(n.String()); err != nil {
				t.Fatalf("%s %q: cannot be stored: %v", name, s, err)
			}
		}
	})
}

func TestParseWait(t *testing.T) {
	for s, want := range map[string]time.Duration{"": 0, "24h": 24 * time.Hour, "30d": 720 * time.Hour, "1h": time.Hour} {
		if got, err := ParseWait(s); err != nil || got != want {
			t.Errorf("%q: got %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"0h", "1", "d", "-1d", "1.5d", "1w", "999999d", "24 h", "1h30m"} {
		if got, err := ParseWait(s); err == nil {
			t.Errorf("%q: got %v", s, got)
		}
	}
}

func TestPlaces(t *testing.T) {
	for kept, want := range map[string][]Place{
		"":                             nil,
		"vault":                        {{Kind: PlaceVault}},
		"memory, paper:引き出し":           {{Kind: PlaceMemory}, {PlacePaper, "引き出し"}},
		"paper:desk, left side, vault": {{PlacePaper, "desk, left side"}, {Kind: PlaceVault}},
		"device:phone,person:母":        {{PlaceDevice, "phone"}, {PlacePerson, "母"}},
		"in the drawer":                {{PlacePaper, "in the drawer"}},
		"memory lane":                  {{PlacePaper, "memory lane"}},
		"vault, paper:":                {{Kind: PlaceVault}, {}},
		"paper:vaulted room, box":      {{PlacePaper, "vaulted room, box"}},
	} {
		got := Places(kept)
		want = slices.DeleteFunc(want, func(p Place) bool { return p == Place{} })
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", kept, got, want)
		}
	}
}

func TestParsePlaces(t *testing.T) {
	for typed, want := range map[string]string{
		"memory,paper:引き出し": "memory, paper:引き出し",
		"記憶、紙：引き出し":         "memory, paper:引き出し",
		"金庫，人：母、金庫":         "vault, person:母",
		"機器:スマホ":            "device:スマホ",
		"":                  "",
	} {
		places, err := ParsePlaces(typed)
		if got := JoinPlaces(places); err != nil || got != want || !slices.Equal(Places(got), places) {
			t.Errorf("%q: got %q, %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"drawer", "paper:", "vault:x", "device", "memory,drawer", "paper:a\tb"} {
		if got, err := ParsePlaces(typed); err == nil {
			t.Errorf("%q: got %q", typed, got)
		}
	}
}

// standing is a record with all that is known of ways back.
func standing() *Record {
	r := sample()
	r.Ways = []Way{
		{ID: "password-code", Off: true},
		{ID: "desk", Label: Wording{lang.T("at the counter", "窓口")}, Needs: []Need{{Any: []string{"record:母", `paper:a|b`}}, {Of: 2, Any: []string{"phone", "password", "memory"}}},
			When: map[string][]string{"two_step": {"on", "unknown"}}, Certainty: CertaintyPerson, Wait: "3d", Resets: true, Fact: "codes",
			Extra: map[string]json.RawMessage{"hours": []byte(`[9,17]`)}},
		{ID: "spare", Label: Wording{lang.Text{EN: "予備", JA: "予備"}}, Needs: []Need{{Any: []string{"codes"}}}},
	}
	r.Proven = map[string]string{"spare": "2026-10-01"}
	r.Accepted = map[string]Acceptance{"no-phone": {Why: "携帯を持っていない", On: "2026-11-22", Extra: map[string]json.RawMessage{"by": []byte(`"x"`)}}}
	r.Retire = &Retirement{Begun: "2026-11-01", By: "2027-03-31", Done: map[string]string{ID{7}.String(): "2026-11-20"}, Extra: map[string]json.RawMessage{"y": []byte(`2`)}}
	r.Attempts = []Attempt{{On: "2026-11-03", Way: "desk", Result: AttemptRefused, Note: "古いパスワード", Extra: map[string]json.RawMessage{"z": []byte(`null`)}}}
	r.Printed = map[string]string{ID{8}.String(): "0123456789abcdef"}
	return r
}

func TestStandingRoundTrip(t *testing.T) {
	r := standing()
	b, err := Encode(r.Clone())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if err != nil || !reflect.DeepEqual(got, r) {
		t.Fatalf("got %+v, %v\nfrom %s", got, err, b)
	}
	for _, want := range []string{`"needs":["record:母|paper:a\\|b","2 of phone|password|memory"]`, `"label":"予備"`, `"hours":[9,17]`, `"off":true`} {
		if !bytes.Contains(b, []byte(want)) {
			t.Errorf("%s is not in %s", want, b)
		}
	}
	var std Record
	if err := json.Unmarshal(b, &std); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Record{&std, got} {
		r.Ways[1].Extra, r.Accepted["no-phone"] = nil, Acceptance{Why: "携帯を持っていない", On: "2026-11-22"}
		r.Retire.Extra, r.Attempts[0].Extra = nil, nil
	}
	if !reflect.DeepEqual(&std, got) {
		t.Errorf("encoding/json reads %+v", std)
	}
}

func TestStandingCloneSharesNothing(t *testing.T) {
	r := standing()
	before, _ := Encode(r)
	c := r.Clone()
	c.Ways[0].Off, c.Ways[1].Needs[0].Any[0], c.Ways[1].When["two_step"][0] = false, "x", "x"
	c.Ways[1].When["more"], c.Ways[1].Extra["hours"][0] = nil, ' '
	c.Printed["x"] = "x"
	c.Proven["spare"], c.Retire.Done["x"], c.Retire.By = "x", "x", "x"
	c.Accepted["no-phone"].Extra["by"][1], c.Retire.Extra["y"][0], c.Attempts[0].Extra["z"][0] = 'y', '3', 'm'
	c.Accepted["more"], c.Attempts[0].Note = Acceptance{}, "x"
	if after, err := Encode(r); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a change of the copy reached the original: %v\n%s\n%s", err, before, after)
	}
}

// Kinds of atoms, certainties and members of a newer program are kept, so that a
// record stays readable.
func TestNewerWaysSurvive(t *testing.T) {
	in := `{"schema":1,"name":"a","fields":[],"ways":[{"id":"x","needs":["2 of nfc:card|pass_key|scan:顔"],"certainty":"robot","cost":{"yen":[1]}}],` +
		`"retire":{"to":"x"},"attempts":[{"result":"dreamt"}]}`
	r, err := Decode([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Encode(r)
	for _, want := range []string{`"2 of nfc:card|pass_key|scan:顔"`, `"robot"`, `"cost":{"yen":[1]}`, `"retire":{"to":"x"}`, `{"result":"dreamt"}`} {
		if err != nil || !bytes.Contains(b, []byte(want)) {
			t.Errorf("%s was lost: %v, %s", want, err, b)
		}
	}
	if atoms := r.Ways[0].Needs[0].Atoms(); !slices.Equal(atoms, []Atom{{Name: "pass_key"}}) {
		t.Errorf("got %v", atoms)
	}
}

func TestDecodeRefusesWays(t *testing.T) {
	many := func(n int, each string) string { return strings.TrimSuffix(strings.Repeat(each+",", n), ",") }
	var done strings.Builder
	for i := range MaxDone + 1 {
		fmt.Fprintf(&done, `"%d":"",`, i)
	}
	for name, in := range map[string]string{
		"no id":              `"ways":[{"label":"x"}]`,
		"an id twice":        `"ways":[{"id":"x"},{"id":"x"}]`,
		"half a label":       `"ways":[{"id":"x","label":{"en":"x"}}]`,
		"a third language":   `"ways":[{"id":"x","label":{"en":"x","ja":"x","fr":"x"}}]`,
		"an empty need":      `"ways":[{"id":"x","needs":[""]}]`,
		"a null need":        `"ways":[{"id":"x","needs":[null]}]`,
		"a need of three":    `"ways":[{"id":"x","needs":["3 of a|b"]}]`,
		"a need twice":       `"ways":[{"id":"x","needs":["a|a"]}]`,
		"a need in words":    `"ways":[{"id":"x","needs":["my phone"]}]`,
		"needs as text":      `"ways":[{"id":"x","needs":"a"}]`,
		"off as text":        `"ways":[{"id":"x","off":"true"}]`,
		"truely":             `"ways":[{"id":"x","off":truely}]`,
		"too many ways":      `"ways":[` + many(MaxWays+1, `{"id":"x"}`) + `]`,
		"too many needs":     `"ways":[{"id":"x","needs":[` + many(MaxNeeds+1, `"a"`) + `]}]`,
		"when twice":         `"ways":[{"id":"x","when":{"a":[],"a":[]}}]`,
		"when as text":       `"ways":[{"id":"x","when":{"a":"on"}}]`,
		"proven as list":     `"proven":[]`,
		"accepted as text":   `"accepted":{"x":"y"}`,
		"a day too long":     `"proven":{"x":"` + strings.Repeat("1", MaxName+1) + `"}`,
		"retire as list":     `"retire":[]`,
		"too much done":      `"retire":{"done":{` + strings.TrimSuffix(done.String(), ",") + `}}`,
		"done twice":         `"retire":{"done":{` + done.String()[:2000*7] + `"0":""}}`,
		"too many attempts":  `"attempts":[` + many(MaxAttempts+1, `{}`) + `]`,
		"an attempt as text": `"attempts":["x"]`,
	} {
		if r, err := Decode([]byte(`{"schema":1,` + in + `}`)); !errors.Is(err, ErrBad) || r != nil {
			t.Errorf("%s: got %v, %v", name, r, err)
		}
	}
}

func TestEncodeRefusesWays(t *testing.T) {
	for name, spoil := range map[string]func(*Record){
		"no id":       func(r *Record) { r.Ways[0].ID = "" },
		"twice":       func(r *Record) { r.Ways[0].ID = "desk" },
		"no need":     func(r *Record) { r.Ways[1].Needs[0].Any = nil },
		"odd need":    func(r *Record) { r.Ways[1].Needs[0].Any[0] = "2 of a" },
		"half label":  func(r *Record) { r.Ways[1].Label.JA = "" },
		"not UTF-8":   func(r *Record) { r.Attempts[0].Note = "\xff" },
		"hidden":      func(r *Record) { r.Ways[1].Extra["off"] = []byte("true") },
		"long reason": func(r *Record) { r.Accepted["x"] = Acceptance{Why: strings.Repeat("s", MaxValue+1)} },
		"long day":    func(r *Record) { r.Retire.By = strings.Repeat("s", MaxName+1) },
	} {
		r := standing()
		spoil(r)
		if b, err := Encode(r); !errors.Is(err, ErrBad) || b != nil {
			t.Errorf("%s: got %s, %v", name, b, err)
		}
	}
}

const wayTemplate = `{
"label": {"en": "car", "ja": "自動車"}, "help": {"en": "x", "ja": "x"},
"fields": [
{"key": "phone", "type": "phone", "label": {"en": "x", "ja": "x"}, "help": {"en": "x", "ja": "x"}},
{"key": "pc", "type": "ref", "label": {"en": "x", "ja": "x"}, "help": {"en": "x", "ja": "x"}},
{"key": "two_step", "type": "choice", "options": [{"value": "on", "label": {"en": "x", "ja": "x"}}], "label": {"en": "x", "ja": "x"}, "help": {"en": "x", "ja": "x"}}],
"ways": [
{"id": "sign-in", "label": {"en": "a", "ja": "あ"}, "needs": ["password", "phone|call:phone"], "wait": "7d"},
{"id": "open", "label": {"en": "b", "ja": "い"}, "needs": ["open:pc"], "when": {"two_step": ["on"]}, "certainty": "form", "fact": "f"}],
"importance": 2,
"facts": [{"id": "f", "text": {"en": "x", "ja": "x"}, "source": "s", "as_of": "2026-11-22"}]
}`

func TestTemplateWays(t *testing.T) {
	tpl, err := ParseTemplate("car", []byte(wayTemplate))
	if err != nil {
		t.Fatal(err)
	}
	if tpl.Importance != 2 || len(tpl.Ways) != 2 || tpl.Way("open").Needs[0].Any[0] != "open:pc" || tpl.Way("x") != nil {
		t.Errorf("got %+v", tpl.Ways)
	}
	b, err := json.Marshal(tpl)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseTemplate("car", b); err != nil || !reflect.DeepEqual(again, tpl) {
		t.Errorf("reads as another: %v", err)
	}
	for _, c := range []struct {
		old, new string
		line     int
		en       string
	}{
		{`"id": "open"`, `"id": "sign-in"`, 9, `way "sign-in" comes twice`},
		{`"id": "open"`, `"id": "Open"`, 9, `way 2 ("Open"): an id has`},
		{`{"en": "a", "ja": "あ"}`, `{"en": "a"}`, 8, `way 1 ("sign-in"): a text needs en and ja`},
		{`"label": {"en": "a", "ja": "あ"}, `, ``, 8, "a label is needed"},
		{`"needs": ["open:pc"], `, ``, 9, "from 1 to 30 needs"},
		{`"password",`, `"passwort",`, 8, `there is no field "passwort"`},
		{`"password", "phone|call:phone"`, "\n\"password\",\n\"phone|\"", 10, "a need is empty"},
		{`call:phone`, `call:pc_2`, 8, `"call:pc_2": there is no field "pc_2"`},
		{`open:pc`, `open:phone`, 9, `a field of type "phone" can't stand`},
		{`open:pc`, `two_step`, 9, `a field of type "choice" can't stand`},
		{`open:pc`, `memory`, 9, "only a way in a record"},
		{`open:pc`, `record:x`, 9, "only a way in a record"},
		{`open:pc`, `open:`, 9, "a need is empty"},
		{`"7d"`, `"7 days"`, 8, "in hours or days"},
		{`"form"`, `"sure"`, 9, "certainty is form or person"},
		{`"fact": "f"`, `"fact": "g"`, 9, `the fact "g" is not there`},
		{`"fact": "f"`, `"off": true`, 9, "only a record switches"},
		{`"fact": "f"`, `"of": true`, 9, `no member "of"`},
		{`["on"]`, `["of"]`, 9, `has no option "of"`},
		{`["on"]`, `["on", "on"]`, 9, `comes twice`},
		{`["on"]`, `[]`, 9, `with values`},
		{`"when": {"two_step"`, `"when": {"phone"`, 9, `"phone" is no field of type choice`},
		{`"importance": 2`, `"importance": 4`, 0, "from 0 to 3"},
	} {
		_, err := ParseTemplate("car", []byte(strings.Replace(wayTemplate, c.old, c.new, 1)))
		e, ok := err.(*TemplateError)
		if !ok || e.Line != c.line || !strings.Contains(e.Say(lang.EN), c.en) {
			t.Errorf("%s: got %v", c.new, err)
			continue
		}
		if err := saidWhole(e.Say(lang.EN), e.Say(lang.JA)); err != nil {
			t.Errorf("%s: %v", c.new, err)
		}
	}
}

func TestEffectiveWays(t *testing.T) {
	tpl, err := ParseTemplate("car", []byte(wayTemplate))
	if err != nil {
		t.Fatal(err)
	}
	r := &Record{Ways: []Way{{ID: "own", Needs: []Need{{Any: []string{"memory"}}}}, {ID: "sign-in", Needs: []Need{{Any: []string{"pc"}}}},
		{ID: "open", Off: true}, {ID: "gone", Off: true}}}
	var got []string
	for _, w := range r.EffectiveWays(tpl) {
		got = append(got, w.ID+" "+w.Needs[0].String())
	}
	if !slices.Equal(got, []string{"sign-in pc", "own memory"}) {
		t.Errorf("got %q", got)
	}
	if n := len(r.EffectiveWays(nil)); n != 2 {
		t.Errorf("%d without a template", n)
	}
}
