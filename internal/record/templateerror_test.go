package record

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// A refusal names the line, in a file of several, and says why in both
// languages.
func TestTemplateErrorLine(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(ownTemplate, old, new, 1) }
	broken := func(s string) string { return strings.Replace(s, `"type": "codes"`, "\n\"type\": \"codse\"", 1) }
	for name, c := range map[string]struct {
		b      string
		line   int
		en, ja string
	}{
		"missing comma":     {replace(`"order": 1,`, `"order": 1`), 3, "this is no JSON", "JSON の書き方が崩れています"},
		"cut off":           {ownTemplate[:40], 3, "ends in the middle", "途中で終わっています"},
		"empty":             {"", 1, "ends in the middle", "途中で終わっています"},
		"unknown member":    {replace(`"help": {"en": "papers`, `"hlep": {"en": "papers`), 4, `no member "hlep"`, `"hlep" という名前`},
		"wrong kind":        {replace(`"order": 1`, `"order": "1"`), 2, `"order" is of another kind`, `"order" の値の種類`},
		"list":              {"\n[]", 2, "one object, in braces", "波かっこ { }"},
		"half a text":       {replace(`{"en": "car", "ja": "自動車"}`, `{"en": "car"}`), 3, "needs en and ja", "en と ja の両方"},
		"half a field text": {replace(`, "ja": "ナンバー"`, ``), 6, `field 1 ("plate"): a text needs`, "1 番目の項目「plate」: 文には"},
		"unknown type":      {replace(`"type": "text"`, `"type": "txt"`), 6, `field 1 ("plate"): there is no type "txt"`, `"txt" という type`},
		"odd ref":           {replace(`"type": "text"`, `"type": "ref", "ref": "\u001b]0;x"`), 6, `field 1 ("plate"): ref "\x1b]0;x" is no name`, "ひな形の名前ではありません"},
		"in several lines":  {broken(replace(`{"key": "spare"`, "\n{\"key\": \"spare\"")), 8, `field 2 ("spare")`, "2 番目の項目「spare」"},
		"unknown in field":  {replace(`"expect"`, "\n\"expcet\""), 8, `no member "expcet"`, `"expcet"`},
		"key twice":         {replace(`"key": "spare"`, `"key": "plate"`), 7, `field "plate" comes twice`, "2 回出てきます"},
		"more after":        {ownTemplate + "\n\n{}", 9, "after the closing brace", "最後の }"},
		"not UTF-8":         {replace("自動車", "\x8e\xa9"), 0, "not text in UTF-8", "UTF-8 ではありません"},
		"fact": {replace(`"order": 1,`, "\"order\": 1, \"facts\": [\n{\"id\": \"x\", \"text\": {\"en\": \"a\", \"ja\": \"あ\"}, \"source\": \"s\", \"as_of\": \"today\"}],"), 3,
			`fact 1 ("x"): as_of is a date`, "1 番目の事実「x」: as_of"},
	} {
		_, err := ParseTemplate("car", []byte(c.b))
		e, ok := err.(*TemplateError)
		if !ok {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if e.Line != c.line || !strings.Contains(e.Say(lang.EN), c.en) || !strings.Contains(e.Say(lang.JA), c.ja) {
			t.Errorf("%s: got line %d, %q, %q", name, e.Line, e.Say(lang.EN), e.Say(lang.JA))
		}
	}
}

// What a template is written out as reads as the same template, so that one of
// ours can be the start of one's own.
func TestTemplateReadsAgain(t *testing.T) {
	for _, tpl := range Templates() {
		b, err := json.MarshalIndent(tpl, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseTemplate(tpl.Name, b)
		if err != nil {
			t.Errorf("%s: %v", tpl.Name, err)
			continue
		}
		if !reflect.DeepEqual(tpl.Guide(), again.Guide()) {
			t.Errorf("%s: its guide reads as another one", tpl.Name)
		}
		one, two := *tpl, *again
		one.GuideText, two.GuideText = nil, nil // its lines are others now
		if !reflect.DeepEqual(one, two) {
			t.Errorf("%s: reads as another template", tpl.Name)
		}
	}
}
