package record

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"memovault/internal/lang"
)

// columns is the width of s on a terminal: kana and kanji take two.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

func isJapanese(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) }

func checkPair(t *testing.T, where string, p lang.Text) {
	t.Helper()
	if strings.TrimSpace(p.EN) == "" || strings.ContainsFunc(p.EN, isJapanese) {
		t.Errorf("%s: the English text is %q", where, p.EN)
	}
	if !strings.ContainsFunc(p.JA, isJapanese) {
		t.Errorf("%s: the Japanese text is %q", where, p.JA)
	}
	if strings.HasSuffix(p.EN, ".") || strings.HasSuffix(p.JA, "。") {
		t.Errorf("%s: a line ends without a full stop: %q, %q", where, p.EN, p.JA)
	}
}

func TestTemplates(t *testing.T) {
	all := Templates()
	if len(all) < 9 {
		t.Fatalf("only %d templates", len(all))
	}
	labels := map[string]string{}
	for i, tpl := range all {
		if i > 0 && all[i-1].Order >= tpl.Order {
			t.Errorf("%s and %s have no order", all[i-1].Name, tpl.Name)
		}
		if tpl.Label.EN != tpl.Label.JA { // the name of a product is the same in both
			checkPair(t, tpl.Name+" label", tpl.Label)
		}
		checkPair(t, tpl.Name+" help", tpl.Help)
		for _, l := range append([]string{tpl.Label.EN, tpl.Label.JA, tpl.Name}, tpl.Aliases...) {
			if key := lang.Fold(l); labels[key] != "" && labels[key] != tpl.Name {
				t.Errorf("%q calls both %s and %s", l, labels[key], tpl.Name)
			} else {
				labels[key] = tpl.Name
			}
		}
		for _, s := range tpl.Fields {
			checkSpec(t, tpl.Name+"."+s.Key, s)
		}
		for _, f := range tpl.Facts {
			checkPair(t, tpl.Name+" fact "+f.ID, f.Text)
			if day, err := time.Parse(time.DateOnly, f.AsOf); err != nil || day.Year() < 2020 || f.Source.EN == "" {
				t.Errorf("%s fact %s: source %q, as of %q", tpl.Name, f.ID, f.Source, f.AsOf)
			}
		}
	}
}

func checkSpec(t *testing.T, where string, s Spec) {
	t.Helper()
	if s.Label.EN != s.Label.JA { // the name of an id, such as LINE ID
		checkPair(t, where+" label", s.Label)
	}
	checkPair(t, where+" help", s.Help)
	for _, h := range []string{s.Help.EN, s.Help.JA} {
		if n := columns(h); n > 56 {
			t.Errorf("%s: help of %d columns: %s", where, n, h)
		}
	}
	for _, l := range []string{s.Label.EN, s.Label.JA} {
		if n := columns(l); n > 24 {
			t.Errorf("%s: label of %d columns: %s", where, n, l)
		}
	}
	for _, o := range s.Options {
		checkPair(t, where+" option "+o.Value, o.Label)
	}
	if s.Ref != "" && LookupTemplate(s.Ref) == nil {
		t.Errorf("%s: there is no template %q", where, s.Ref)
	}
	for _, example := range []string{s.Example.EN, s.Example.JA} {
		if value, notes, err := s.Clean(example); err != nil || value != example {
			t.Errorf("%s: the example %q is stored as %q: %v %v", where, example, value, notes, err)
		} else if s.Format != FormatMicrosoftKey && len(notes) > 0 { // a product key without a fault might be somebody's
			t.Errorf("%s: the example looks odd: %s", where, notes[0].Say(lang.EN))
		}
	}
	if s.Example.EN != s.Example.JA {
		checkPair(t, where+" example", s.Example.Text)
	}
	switch s.Type {
	case TypeEmail, TypePhone, TypeDate, TypeURL, TypeProductKey, TypeRef, TypePersonName:
		if s.Example.EN == "" {
			t.Errorf("%s: a field of type %s needs an example", where, s.Type)
		}
	}
}

// The fields of the story: without these lines an account is gone for good.
func TestTemplatesAskForTheStory(t *testing.T) {
	for name, keys := range map[string]string{
		"office":     "product product_key account_email phone recovery_codes hint registered_name birth_date bound_account first_install_only pc purchased receipt",
		"microsoft":  "account_email phone security_email two_step recovery_code registered_name birth_date hint password_kept authenticator last_sign_in",
		"google":     "account_email recovery_email recovery_phone backup_codes two_step hint registered_name birth_date",
		"mailbox":    "address provider class contract contract_ends hint webmail",
		"phone-line": "number carrier contract_name network_pin voicemail contract_ends",
		"device":     "maker model serial purchased bitlocker_key hint where",
		"place":      "address contents key_holder",
		"person":     "registered_name relation phone email keeps",
		"note":       "note",
	} {
		tpl := LookupTemplate(name)
		if tpl == nil {
			t.Errorf("no template %q", name)
			continue
		}
		for key := range strings.FieldsSeq(keys) {
			if tpl.Spec(key) == nil {
				t.Errorf("%s does not ask for %s", name, key)
			}
		}
	}
	if s := LookupTemplate("google").Spec("backup_codes"); s.Expect != 10 {
		t.Errorf("Google gives 10 backup codes, not %d", s.Expect)
	}
	if s := LookupTemplate("microsoft").Spec("recovery_code"); s.Expect != 1 {
		t.Errorf("Microsoft gives one recovery code, not %d", s.Expect)
	}
}

func TestLookupTemplate(t *testing.T) {
	for typed, want := range map[string]string{
		"office": "office", " OFFICE ": "office", "ｏｆｆｉｃｅ": "office", "オフィス": "office", "ｵﾌｨｽ": "office", "おふぃす": "office",
		"Microsoft Office": "office", "ワード": "office", "Microsoft アカウント": "microsoft", "microsoft account": "microsoft", "電話回線": "phone-line",
	} {
		if got := LookupTemplate(typed); got == nil || got.Name != want {
			t.Errorf("%q: got %v, want %s", typed, got, want)
		}
	}
	for _, typed := range []string{"", " ", "offic", "\xff"} {
		if got := LookupTemplate(typed); got != nil {
			t.Errorf("%q: got %s", typed, got.Name)
		}
	}
}

const ownTemplate = `{
  "order": 1,
  "label": {"en": "car", "ja": "自動車"},
  "help": {"en": "papers of the car", "ja": "車の書類"},
  "fields": [
    {"key": "plate", "type": "text", "label": {"en": "plate", "ja": "ナンバー"}, "help": {"en": "as on the car", "ja": "車のとおり"}},
    {"key": "spare", "type": "codes", "expect": 2, "paper": false, "label": {"en": "codes", "ja": "コード"}, "help": {"en": "two", "ja": "2 つ"}}
  ]
}`

// A new template is one file: nothing else has to know of it.
func TestTemplateFromOneFile(t *testing.T) {
	tpl, err := ParseTemplate("car", []byte(ownTemplate))
	if err != nil {
		t.Fatal(err)
	}
	all := append(Templates(), tpl)
	sortTemplates(all)
	if all[0] != tpl || findTemplate(all, "自動車") != tpl || findTemplate(all, "car") != tpl {
		t.Error("the template is not found")
	}
	if !tpl.Spec("plate").Paper || tpl.Spec("spare").Paper || tpl.Spec("wheel") != nil {
		t.Error("paper is yes unless the file says no")
	}
	r := &Record{Template: "car", Name: "car"}
	r.Fields = []Field{{Key: "plate", Value: "さ 00-00"}, {Key: "spare", Codes: []Code{{Code: "1234"}}}, {Key: "own", Label: "保険"}, {Key: "other"}}
	for i, want := range []lang.Text{lang.T("plate", "ナンバー"), lang.T("codes", "コード"), lang.T("保険", "保険"), lang.T("other", "other")} {
		if got := Label(tpl, &r.Fields[i]); got != want {
			t.Errorf("label %d: got %v, want %v", i, got, want)
		}
	}
	for i, want := range []Type{TypeText, TypeCodes, TypeText, TypeText} {
		if got := TypeOf(tpl, &r.Fields[i]); got != want {
			t.Errorf("type %d: got %v, want %v", i, got, want)
		}
	}
	if TypeOf(nil, &Field{Key: "spare"}) != TypeText || TypeOf(tpl, &Field{Key: "spare", Type: TypeSecret}) != TypeSecret {
		t.Error("the type of a field goes before that of the template, and text comes last")
	}
	if !Matches(r, tpl, "自動車 さ") {
		t.Error("a record of the template is not found by its label")
	}
	if notes := tpl.Spec("spare").CheckCodes(r.Fields[1].Codes); len(notes) != 1 || notes[0].Key != "count" {
		t.Errorf("one code of two: got %v", notes)
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(ownTemplate, old, new, 1) }
	for name, c := range map[string]struct{ file, b, want string }{
		"bad name":         {"Car", ownTemplate, "lower-case"},
		"path as a name":   {"../car", ownTemplate, "lower-case"},
		"no JSON":          {"car", "{", "line 1"},
		"unknown member":   {"car", replace(`"order": 1`, `"ordre": 1`), "ordre"},
		"unknown in field": {"car", replace(`"expect"`, `"expected"`), "expected"},
		"wrong kind":       {"car", replace(`"order": 1`, `"order": "1"`), "line 2"},
		"no Japanese":      {"car", replace(`, "ja": "ナンバー"`, ``), `field 1 ("plate")`},
		"empty Japanese":   {"car", replace(`"自動車"`, `""`), "en and ja"},
		"third language":   {"car", replace(`"ja": "自動車"`, `"ja": "自動車", "fr": "voiture"`), "en and ja"},
		"empty alias":      {"car", replace(`"order": 1,`, `"order": 1, "aliases": ["auto", " "],`), "alias"},
		"no help":          {"car", replace(`"help": {"en": "papers of the car", "ja": "車の書類"},`, ""), "help"},
		"unknown type":     {"car", replace(`"type": "text"`, `"type": "txt"`), `"txt"`},
		"key twice":        {"car", replace(`"key": "spare"`, `"key": "plate"`), `"plate" comes twice`},
		"key not snake":    {"car", replace(`"plate"`, `"Plate No"`), "snake_case"},
		"expect on text":   {"car", replace(`"type": "codes"`, `"type": "text"`), "expect"},
		"choice, none":     {"car", replace(`"type": "text"`, `"type": "choice"`), "options"},
		"options on text": {"car", replace(`"type": "text"`, `"type": "text", "options": [{"value": "a", "label": {"en": "a", "ja": "あ"}}]`),
			"options"},
		"bad default": {"car", replace(`"type": "text"`, `"type": "choice", "default": "b", "options": [{"value": "a", "label": {"en": "a", "ja": "あ"}}]`),
			`"b"`},
		"format of another": {"car", replace(`"type": "text"`, `"type": "text", "format": "bitlocker"`), "bitlocker"},
		"ref on text":       {"car", replace(`"type": "text"`, `"type": "text", "ref": "device"`), "ref"},
		"no fields":         {"car", `{"label":{"en":"a","ja":"あ"},"help":{"en":"a","ja":"あ"},"fields":[]}`, "fields"},
		"more after":        {"car", ownTemplate + "{}", "more"},
		"fact, no source": {"car", replace(`"order": 1,`, `"order": 1, "facts": [{"id": "x", "text": {"en": "a", "ja": "あ"}, "source": "", "as_of": "2026-11-22"}],`),
			"source"},
		"mail, no domain": {"car", replace(`"order": 1,`, `"order": 1, "mail": ["Example"],`), "mail"},
		"fact, no day": {"car", replace(`"order": 1,`, `"order": 1, "facts": [{"id": "x", "text": {"en": "a", "ja": "あ"}, "source": "s", "as_of": "today"}],`),
			"as_of"},
		"too large": {"car", ownTemplate + strings.Repeat(" ", MaxTemplate), "larger"},
	} {
		tpl, err := ParseTemplate(c.file, []byte(c.b))
		if err == nil || tpl != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add([]byte(ownTemplate))
	f.Add([]byte(`{"order":1,"label":{"en":"a","ja":"b"},"help":null,"fields":[null]}`))
	f.Add([]byte(`{"fields":[{"key":"a","type":"choice","options":[{}]}],"facts":[7]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		tpl, err := ParseTemplate("fuzzed", b)
		if (tpl == nil) == (err == nil) {
			t.Fatalf("got %v and %v", tpl, err)
		}
		if err != nil {
			return
		}
		for _, s := range tpl.Fields {
			if !paired(s.Label) || !paired(s.Help) || !s.Type.Known() || tpl.Spec(s.Key) == nil {
				t.Fatalf("accepted a half field: %+v", s)
			}
			s.Clean("x")
		}
	})
}

// TestIsKey tries all short strings of the signs that matter against the form
// that options of a choice are held to.
func TestIsKey(t *testing.T) {
	const signs = "az09_A- é"
	keys := 0
	var try func(s string, more int)
	try = func(s string, more int) {
		want := fieldKey.MatchString(s)
		if IsKey(s) != want {
			t.Fatalf("%q: %v", s, IsKey(s))
		}
		if want {
			keys++
		}
		for i := 0; i < len(signs) && more > 0; i++ {
			try(s+signs[i:i+1], more-1)
		}
	}
	try("", 5)
	if keys == 0 {
		t.Error("none of them is a key")
	}
	if long := strings.Repeat("a", MaxName); !IsKey(long) || IsKey(long+"a") {
		t.Error("the limit of the length does not hold")
	}
}
