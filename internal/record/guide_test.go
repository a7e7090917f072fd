package record

import (
	"strings"
	"testing"

	"memovault/internal/lang"
)

// guided is a template with a guide, each part on lines of its own.
const guided = `{
  "order": 1,
  "label": {"en": "club", "ja": "会"},
  "help": {"en": "membership", "ja": "会員"},
  "account": true,
  "fields": [
    {"key": "member", "type": "text", "role": "login", "label": {"en": "number", "ja": "番号"}, "help": {"en": "h", "ja": "説"}},
    {"key": "email", "type": "email", "role": "recovery", "label": {"en": "mail", "ja": "メール"}, "help": {"en": "h", "ja": "説"}},
    {"key": "parent", "type": "ref", "ref": "google", "label": {"en": "parent", "ja": "親"}, "help": {"en": "h", "ja": "説"}},
    {"key": "pin_on", "type": "choice", "label": {"en": "PIN", "ja": "PIN"}, "help": {"en": "h", "ja": "説"}, "options": [
      {"value": "on", "label": {"en": "on", "ja": "オン"}}, {"value": "off", "label": {"en": "off", "ja": "オフ"}}]}
  ],
  "ways": [
    {"id": "mail", "label": {"en": "by mail", "ja": "メールで"}, "needs": ["email"]}
  ],
  "facts": [
    {"id": "f", "text": {"en": "says", "ja": "とのこと"}, "source": "club.example.jp", "as_of": "2026-11-22"}
  ],
  "guide": {
    "through": {"field": "parent", "template": "google"},
    "steps": [
      {"id": "one", "text": {"en": "open", "ja": "開く"}, "ways": ["mail"], "fields": ["member"], "fact": "f"},
      {"id": "two", "text": {"en": "type", "ja": "打つ"}, "when": {"pin_on": ["on"]}, "fact": "f"}
    ],
    "then": [
      {"id": "three", "text": {"en": "go on", "ja": "続ける"}, "fact": "f"}
    ],
    "asks": [
      {"field": "email", "fact": "f"},
      {"text": {"en": "your name", "ja": "名前"}, "fact": "f"}
    ],
    "dont": [
      {"text": {"en": "hurry", "ja": "急ぐ"}, "fact": "f"}
    ],
    "calls": [
      {"name": {"en": "desk", "ja": "窓口"}, "number": "0120-00-0000", "menu": [{"press": "1", "text": {"en": "yes", "ja": "はい"}}],
        "can": {"en": "talk", "ja": "相談"}, "cannot": {"en": "reset", "ja": "再設定"}, "fact": "f"}
    ]
  }
}`

func TestGuide(t *testing.T) {
	tpl, err := ParseTemplate("club", []byte(guided))
	if err != nil {
		t.Fatal(err)
	}
	g := tpl.Guide()
	if g.Through == nil || g.Through.Field != "parent" || len(g.Steps) != 2 || len(g.Then) != 1 || len(g.Asks) != 2 || len(g.Dont) != 1 || len(g.Calls) != 1 {
		t.Errorf("read as %+v", g)
	}
	if s := g.Steps[0]; s.ID != "one" || s.Text != lang.T("open", "開く") || s.Ways[0] != "mail" || s.Fields[0] != "member" {
		t.Errorf("the first step is %+v", s)
	}
	if c := g.Calls[0]; c.Number != "0120-00-0000" || c.Menu[0] != (MenuKey{"1", lang.T("yes", "はい")}) {
		t.Errorf("the call is %+v", c)
	}
}

// A slip in a guide is a step nobody is shown, so it is refused, with its line.
func TestGuideErrors(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string
		line     int
		en, ja   string
	}{
		"no such fact":      {`打つ"}, "when": {"pin_on": ["on"]}, "fact": "f"`, `打つ"}, "fact": "g"`, 23, `guide, step 2 ("two"): there is no fact "g"`, `2 番目の手順「two」: 事実 "g" がありません`},
		"no fact":           {`, "fact": "f"},` + "\n      {\"text\"", `},` + "\n      {\"text\"", 29, `guide, asks 1 ("email"): there is no fact ""`, "1 番目の質問"},
		"no such field":     {`"fields": ["member"]`, `"fields": ["membre"]`, 22, `there is no field "membre"`, `項目 "membre" がありません`},
		"no such way":       {`"ways": ["mail"]`, `"ways": ["post"]`, 22, `there is no way "post"`, `方法 "post" がありません`},
		"no such option":    {`{"pin_on": ["on"]}`, `{"pin_on": ["maybe"]}`, 23, `no option "maybe"`, `選択肢 "maybe"`},
		"no choice":         {`{"pin_on": ["on"]}`, `{"member": ["on"]}`, 23, `"member" is no field of type choice`, "choice"},
		"twice":             {`"id": "two"`, `"id": "one"`, 23, `step "one" comes twice`, "2 回出てきます"},
		"twice, later":      {`"id": "three"`, `"id": "one"`, 26, `step "one" comes twice`, "2 回出てきます"},
		"half a text":       {`{"en": "hurry", "ja": "急ぐ"}`, `{"en": "hurry"}`, 33, `guide, dont 1 (""): a text needs en and ja`, "en と ja"},
		"unknown member":    {`"id": "two"`, `"di": "two"`, 23, `there is no member "di"`, `"di"`},
		"unknown in guide":  {`"dont": [`, `"dnot": [`, 32, `there is no member "dnot"`, `"dnot"`},
		"through no ref":    {`"field": "parent"`, `"field": "email"`, 20, "through needs a field of type ref", "through には"},
		"through what":      {`"template": "google"`, `"template": "../x"`, 20, "through needs", "through には"},
		"bad number":        {"0120-00-0000", "call me", 36, "number has digits", "数字で書いてください"},
		"bad key":           {`"press": "1"`, `"press": "12"`, 36, "press (0 to 9", "press（0～9"},
		"call says nothing": {`"can": {"en": "talk", "ja": "相談"}, `, "", 36, "name, can and cannot", "can、cannot"},
		"ask nothing":       {`{"text": {"en": "your name", "ja": "名前"}, `, `{`, 30, "a field, or a text", "field か"},
		"guide no object":   {`"through": {"field"`, `"through": ["field"`, 0, "", ""},
	} {
		b := strings.Replace(guided, c.old, c.new, 1)
		if b == guided {
			t.Errorf("%s: nothing was changed", name)
			continue
		}
		_, err := ParseTemplate("club", []byte(b))
		e, ok := err.(*TemplateError)
		if !ok {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.line > 0 && e.Line != c.line || !strings.Contains(e.Say(lang.EN), c.en) || !strings.Contains(e.Say(lang.JA), c.ja) {
			t.Errorf("%s: line %d: %s / %s", name, e.Line, e.Say(lang.EN), e.Say(lang.JA))
		}
	}
}

// A guide with nothing to do says nothing, and what comes after an account needs
// that account.
func TestGuideNeedsSteps(t *testing.T) {
	noThrough := strings.Replace(guided, "    \"through\": {\"field\": \"parent\", \"template\": \"google\"},\n", "", 1)
	empty := guided[:strings.Index(guided, `"guide"`)] + `"guide": {}` + "\n}"
	for name, b := range map[string]string{"then alone": noThrough, "empty": empty, "null": strings.Replace(empty, "{}", "null", 1), "list": strings.Replace(empty, "{}", "[]", 1)} {
		if _, err := ParseTemplate("club", []byte(b)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// guides are the services whose way back is laid out.
var guides = strings.Fields(`office microsoft google apple yahoo-japan line amazon rakuten d-account
	facebook instagram x github steam nintendo playstation adobe 1password bitwarden`)

func TestGuidesAreThere(t *testing.T) {
	for _, name := range guides {
		g := LookupTemplate(name).Guide()
		if g == nil {
			t.Errorf("%s has no guide", name)
			continue
		}
		if len(g.Steps)+len(g.Then) < 2 || len(g.Asks) == 0 || len(g.Dont) == 0 {
			t.Errorf("%s: %d steps, %d asks, %d warnings", name, len(g.Steps), len(g.Asks), len(g.Dont))
		}
		if g.Through != nil && LookupTemplate(g.Through.Template).Guide() == nil {
			t.Errorf("%s leads through %s, which has no guide", name, g.Through.Template)
		}
	}
}

// What a guide says is short enough to be read in distress, dated, and says where
// it is from.
func TestGuidesSayWhereTheyAreFrom(t *testing.T) {
	said := 0
	for _, tpl := range Templates() {
		if tpl.Guide() == nil {
			continue
		}
		check := func(text lang.Text, fact string) {
			said++
			f := tpl.Fact(fact)
			if f == nil || f.Source.EN == "" || f.Source.JA == "" || f.AsOf == "" {
				t.Errorf("%s: %q is said by nobody", tpl.Name, text.EN)
			}
			if columns(text.EN) > 160 || columns(text.JA) > 170 {
				t.Errorf("%s: too long, %d and %d columns: %s", tpl.Name, columns(text.EN), columns(text.JA), text.EN)
			}
			for _, s := range []string{text.EN, text.JA} {
				if strings.Contains(s, "安全") || strings.Contains(strings.ToLower(s), "safe") {
					t.Errorf("%s: nothing is called safe: %s", tpl.Name, s)
				}
			}
		}
		for _, s := range append(tpl.Guide().Steps, tpl.Guide().Then...) {
			check(s.Text, s.Fact)
		}
		for _, a := range tpl.Guide().Asks {
			check(a.Text, a.Fact)
		}
		for _, w := range tpl.Guide().Dont {
			check(w.Text, w.Fact)
		}
		for _, c := range tpl.Guide().Calls {
			check(c.Can, c.Fact)
			check(c.Cannot, c.Fact)
		}
	}
	if said < 150 {
		t.Errorf("only %d statements", said)
	}
}

// Whoever has a way back is led along it: each way that needs no password is
// part of some step.
func TestGuidesCoverTheWaysBack(t *testing.T) {
	for _, tpl := range Templates() {
		if tpl.Guide() == nil {
			continue
		}
		led := map[string]bool{}
		for _, s := range tpl.Guide().Steps {
			for _, id := range s.Ways {
				led[id] = true
			}
		}
		for _, w := range tpl.Ways {
			if w.Resets && !led[w.ID] {
				t.Errorf("%s: no step leads along the way %q", tpl.Name, w.ID)
			}
		}
	}
}
