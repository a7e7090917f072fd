package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// hush begins every secret of the records of these tests.
const hush = "hush-"

// filled is a record with an answer to every question of its template.
func filled(t *record.Template) *record.Record {
	r := &record.Record{Schema: record.Schema, ID: record.NewID(), Template: t.Name, Name: t.Name, Owner: "山田 花子"}
	for i := range t.Fields {
		s := &t.Fields[i]
		value := map[record.Type]string{record.TypeEmail: s.Key + "@example.jp", record.TypePhone: "090-0000-0000", record.TypeDate: "2020-01-02",
			record.TypePersonName: "山田 花子", record.TypeRef: "somebody", record.TypeHint: "hint of " + s.Key, record.TypeURL: "https://example.jp/"}[s.Type]
		switch {
		case s.Type == record.TypeCodes:
			r.SetCodes(s.Key, []record.Code{{Code: hush + "1"}, {Code: hush + "2"}})
			continue
		case s.Type == record.TypeChoice:
			value = s.Options[len(s.Options)-1].Value
		case s.Type.Secret():
			value = hush + s.Key
		case value == "":
			value = "noted as " + s.Key
		}
		r.Set(s.Key, s.Type, value)
	}
	return r
}

func blank(t *record.Template) *record.Record {
	return &record.Record{Schema: record.Schema, ID: record.NewID(), Template: t.Name, Name: t.Name}
}

// planned is the way back to the first of the records, at noon of a fixed day.
func planned(t *testing.T, l lang.Lang, reveal bool, after []string, records ...*record.Record) (*app, *wayBack) {
	t.Helper()
	a := &app{name: "vault", lang: l, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), out: new(bytes.Buffer), err: new(bytes.Buffer)}
	m := recovery.Derive(recovery.Input{Now: a.now, Records: records})
	events, err := m.Find(after, records[0].Owner)
	if err != nil {
		t.Fatal(err)
	}
	p := &guidePlanner{a: a, m: m, records: records, reveal: reveal}
	b, err := p.plan(records[0], events)
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

// pageOf is the page as it goes on paper, or onto a screen of any width.
func pageOf(t *testing.T, a *app, b *wayBack, onPaper bool) string {
	t.Helper()
	var out bytes.Buffer
	if onPaper {
		if err := paper.Text(&out, a.backDoc(b)); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	a.out = &out
	a.showDoc(a.backDoc(b))
	return out.String()
}

// guided are the templates with a guide.
func guided(t *testing.T) (list []*record.Template) {
	for _, tpl := range record.Templates() {
		if tpl.Guide() != nil {
			list = append(list, tpl)
		}
	}
	if len(list) < 14 {
		t.Fatalf("only %d guides", len(list))
	}
	return list
}

// Every guide makes a page in both languages, with every answer and with none,
// that fits on paper, shows no secret, and calls nothing safe.
func TestRecoverEveryGuide(t *testing.T) {
	for _, tpl := range guided(t) {
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			for what, r := range map[string]*record.Record{"full": filled(tpl), "blank": blank(tpl)} {
				a, b := planned(t, l, false, nil, r)
				where := tpl.Name + " " + l.String() + " " + what
				sheet, screen := pageOf(t, a, b, true), pageOf(t, a, b, false)
				for line := range strings.Lines(sheet) {
					if w := term.Width(strings.TrimRight(line, "\n\f")); w > paper.TextColumns {
						t.Errorf("%s: %d columns: %s", where, w, line)
					}
				}
				for _, page := range []string{sheet, screen} {
					if strings.Contains(page, hush) {
						t.Errorf("%s shows a secret", where)
					}
					if strings.Contains(page, "安全") || strings.Contains(strings.ToLower(page), " safe") {
						t.Errorf("%s calls something safe", where)
					}
				}
				for _, s := range b.steps {
					if s.source < 1 || s.source > len(b.sources) || !strings.Contains(flat(screen), flat(s.text)) {
						t.Errorf("%s: the step %s is not on the page, or nobody says it", where, s.id)
					}
				}
				for _, d := range b.dont {
					if d.source < 1 || d.fact.AsOf == "" {
						t.Errorf("%s: nobody says %q", where, d.text)
					}
				}
			}
		}
	}
}

// flat leaves spaces and breaks out of a text.
func flat(s string) string { return strings.Join(strings.Fields(s), "") }

// With everything noted the steps show what to type; hidden values only if asked.
func TestRecoverShowsWhatToType(t *testing.T) {
	for _, tpl := range guided(t) {
		r := filled(tpl)
		a, b := planned(t, lang.EN, true, nil, r)
		screen := pageOf(t, a, b, false)
		for _, s := range b.steps {
			if len(s.lacking) > 0 && tpl.Guide().Through == nil {
				t.Errorf("%s: the step %s lacks %s, which is noted", tpl.Name, s.id, s.lacking[0].key)
			}
			for _, one := range s.answers {
				if !strings.Contains(flat(screen), flat(one.value)) {
					t.Errorf("%s: the step %s does not show %q", tpl.Name, s.id, one.value)
				}
				if f := r.Field(one.key); f != nil && strings.HasPrefix(f.Value, hush) && one.value != f.Value {
					t.Errorf("%s: %s is not revealed: %q", tpl.Name, one.key, one.value)
				}
			}
		}
	}
}

// A step that belongs to ways which are all gone is left out, and so is one for
// another answer to a choice.
func TestRecoverLeavesOutWhatCannotBe(t *testing.T) {
	ids := func(steps []stepBack) (list []string) {
		for _, s := range steps {
			list = append(list, s.id)
		}
		return list
	}
	r := blank(record.LookupTemplate("microsoft"))
	r.Set("registered_name", record.TypePersonName, "山田 花子")
	_, b := planned(t, lang.EN, false, nil, r)
	if got := ids(b.steps); !slices.Contains(got, "none") || !slices.Contains(got, "code") || !slices.Contains(got, "recovery-code") {
		t.Errorf("nothing is known to be gone, and the steps are %v", got)
	}
	r.Set("two_step", record.TypeChoice, "on")
	_, b = planned(t, lang.EN, false, nil, r)
	if got := ids(b.steps); slices.Contains(got, "none") || slices.Contains(got, "questions") {
		t.Errorf("with two-step verification on there is no form, and the steps are %v", got)
	}
	r.Set("recovery_code", record.TypeCodes, "")
	r.SetCodes("recovery_code", []record.Code{{Code: "ABCDE", Used: "2026-01-01"}})
	_, b = planned(t, lang.EN, false, nil, r)
	if got := ids(b.steps); slices.Contains(got, "recovery-code") {
		t.Errorf("the code is used up, and the steps are %v", got)
	}
}

// moment reads the records of the story at one of its four moments; the one with
// the name comes first.
func moment(t *testing.T, when, first string) []*record.Record {
	t.Helper()
	b, err := os.ReadFile("../../testdata/article/" + when + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Records []*record.Record `json:"records"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(file.Records, func(r *record.Record) bool { return r.Name == first })
	file.Records[0], file.Records[i] = file.Records[i], file.Records[0]
	return file.Records
}

// The story: while the mailbox lives a code reaches it; afterwards the form is
// what is left that needs nothing unknown; mended, every way is open; and after
// the phone is lost the first way is one that still works.
func TestRecoverTheStory(t *testing.T) {
	find := func(b *wayBack, id string) *route {
		for i := range b.routes {
			if b.routes[i].Way.Way.ID == id {
				return &b.routes[i]
			}
		}
		t.Fatalf("no way %q", id)
		return nil
	}
	for _, tt := range []struct {
		when    string
		after   []string
		first   string
		outlook outlook
		way     string // another one
		there   outlook
	}{
		{"lost", nil, "form", asking, "reset-code", blocked},
		{"moved", nil, "password", ready, "reset-code", blocked},
		{"mended", nil, "password", ready, "reset-code", ready},
		{"mended", []string{"phone-lost"}, "password", ready, "reset-code", ready},
		{"mended", []string{"phone-lost", "forgot-passwords", "lose:webmail"}, "password", ready, "form", asking},
	} {
		_, b := planned(t, lang.EN, false, tt.after, moment(t, tt.when, "office")...)
		if b.account == nil || b.account.Name != "microsoft" {
			t.Fatalf("%s: office does not lead to its account: %v", tt.when, b.account)
		}
		if first := b.first(); first.Way.Way.ID != tt.first || first.outlook != tt.outlook {
			t.Errorf("%s %v: first is %s, %s", tt.when, tt.after, first.Way.Way.ID, first.outlook)
		}
		if got := find(b, tt.way); got.outlook != tt.there {
			t.Errorf("%s %v: %s is %s", tt.when, tt.after, tt.way, got.outlook)
		}
		if !slices.IsSortedFunc(b.routes, func(x, y route) int { return int(x.outlook) - int(y.outlook) }) {
			t.Errorf("%s %v: the ways are not the best first", tt.when, tt.after)
		}
	}
}

// Without a record of its account, Office is led by what it notes itself.
func TestRecoverWithoutTheAccount(t *testing.T) {
	r := blank(record.LookupTemplate("office"))
	r.Set("account_email", record.TypeEmail, "hanako@example.jp")
	a, b := planned(t, lang.EN, false, nil, r)
	page := pageOf(t, a, b, false)
	for _, want := range []string{"Which account office hangs on is not noted", "hanako@example.jp", "within 24 hours", "0120-54-2244", "Possibly outdated", "2020-04-11"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	r.Set("bound_account", record.TypeRef, "nobody")
	a, b = planned(t, lang.JA, false, nil, r)
	if page := pageOf(t, a, b, false); !strings.Contains(page, "アカウント「nobody」に結び付いていますが、その記録がありません") {
		t.Errorf("the page does not say that the record is missing:\n%s", page)
	}
}

// A registered name is shown as it may be written otherwise, where a person's
// record tells.
func TestRecoverOtherScript(t *testing.T) {
	person := blank(record.LookupTemplate("person"))
	person.Set("registered_name", record.TypePersonName, "山田 花子")
	person.Set("reading", record.TypePersonName, "ヤマダ　ハナコ")
	for name, want := range map[string]string{
		"山田 花子":         "ヤマダ　ハナコ, Yamada Hanako",
		"山田花子":          "ヤマダ　ハナコ, Yamada Hanako",
		"Hanako YAMADA": "山田 花子, ヤマダ　ハナコ",
		"田中 太郎":         "",
	} {
		r := blank(record.LookupTemplate("microsoft"))
		r.Set("registered_name", record.TypePersonName, name)
		_, b := planned(t, lang.EN, false, nil, r, person)
		for _, ask := range b.asks {
			if ask.key == "registered_name" && ask.also != want {
				t.Errorf("%s is also %q, want %q", name, ask.also, want)
			}
		}
	}
}

// What was tried is on the page, with the day by which to expect the answer; a
// later attempt by the same way answers the earlier one.
func TestRecoverAttempts(t *testing.T) {
	try := func(on, way, result string) record.Attempt { return record.Attempt{On: on, Way: way, Result: result} }
	for name, tt := range map[string]struct {
		tries     []record.Attempt
		want, not string
	}{
		"sent":             {[]record.Attempt{try("2026-11-22", "form", "sent")}, "it is due by 2026-11-23", "Nobody has to agree"},
		"overdue":          {[]record.Attempt{try("2026-11-01", "form", "sent")}, "answer due by 2026-11-02", "Wait for the answer"},
		"refused":          {[]record.Attempt{try("2026-11-21", "form", "sent"), try("2026-11-22", "form", "refused")}, "recovery form, answered by mail: refused", "due by"},
		"noted out of row": {[]record.Attempt{try("2026-11-22", "form", "refused"), try("2026-11-21", "form", "sent")}, "2026-11-22  recovery form", "due by"},
		"another way":      {[]record.Attempt{try("2026-11-22", "by-post", "other")}, "by-post: other", "due by"},
		"no day":           {[]record.Attempt{try("soon", "form", "sent")}, "soon  recovery form", "due by"},
	} {
		r := blank(record.LookupTemplate("microsoft"))
		r.Attempts = tt.tries
		a, b := planned(t, lang.EN, false, nil, r)
		page := pageOf(t, a, b, false)
		if !strings.Contains(page, tt.want) || strings.Contains(page, tt.not) {
			t.Errorf("%s: want %q and not %q in\n%s", name, tt.want, tt.not, page[:min(len(page), 900)])
		}
	}
}

// A kind of record without a guide gets a page from what is noted; one that is no
// account says so.
func TestRecoverWithoutAGuide(t *testing.T) {
	for name, want := range map[string]string{"bank": "Ways back, the best one first", "person": "No way back into it is noted", "no-such-kind": "No way back into it is noted"} {
		r := &record.Record{Schema: record.Schema, ID: record.NewID(), Template: name, Name: name}
		r.Set("number", record.TypeText, "12-34")
		r.Set("pin", record.TypeSecret, hush+"pin")
		a, b := planned(t, lang.EN, false, nil, r)
		page := pageOf(t, a, b, false)
		if !strings.Contains(page, want) || !strings.Contains(page, "What is noted") || !strings.Contains(page, "12-34") || strings.Contains(page, hush) {
			t.Errorf("%s:\n%s", name, page)
		}
	}
}

// The JSON holds the same and hides the same.
func TestRecoverJSON(t *testing.T) {
	for _, tpl := range guided(t) {
		a, b := planned(t, lang.EN, false, nil, filled(tpl))
		text, err := json.Marshal(a.backJSON(b))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(hush)) {
			t.Errorf("%s shows a secret", tpl.Name)
		}
		var back struct {
			Schema int    `json:"schema"`
			First  string `json:"first"`
			Steps  []struct {
				ID     string `json:"id"`
				Source struct {
					AsOf string `json:"as_of"`
				} `json:"source"`
			} `json:"steps"`
		}
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if back.Schema != 1 || back.First == "" || len(back.Steps) != len(b.steps) || back.Steps[0].Source.AsOf == "" {
			t.Errorf("%s: %+v", tpl.Name, back)
		}
		a, b = planned(t, lang.EN, true, nil, filled(tpl))
		if shown, _ := json.Marshal(a.backJSON(b)); len(shown) < len(text) {
			t.Errorf("%s: revealed it is shorter", tpl.Name)
		}
	}
}
