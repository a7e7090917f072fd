package cli

import (
	"slices"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
)

func TestSplitNeeds(t *testing.T) {
	for typed, want := range map[string][]string{
		"password":                  {"password"},
		"password+phone":            {"password", "phone"},
		" a + b ＋ c":                {" a ", " b ", " c"},
		"paper:a+b + record:c+d+ e": {"paper:a+b ", " record:c+d", " e"},
		"record：一＋二　＋　paper:三":      {"record：一+二　", "　paper:三"},
		"":                          {""},
		"+":                         {"", ""},
	} {
		if got := splitNeeds(typed); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestReadNumbers(t *testing.T) {
	for typed, want := range map[string][]int{"1": {1}, "2 3": {2, 3}, "３、１，3": {3, 1}, "1/2|3": {1, 2, 3}, "": nil, "  ": nil} {
		if got, ok := readNumbers(typed, 3); !ok || !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"0", "4", "x", "1 x", "-1", "1.5"} {
		if got, ok := readNumbers(typed, 3); ok {
			t.Errorf("%q: got %v", typed, got)
		}
	}
}

func TestParseWay(t *testing.T) {
	a, _, _ := helpApp(lang.EN)
	tmpl := record.LookupTemplate("google")
	r := &record.Record{Template: "google", Name: "g", Ways: []record.Way{{ID: "own", Label: record.Wording{Text: lang.Text{EN: "隣", JA: "隣"}}, Certainty: record.CertaintyForm, Wait: "3d"}}}
	for typed, want := range map[string]struct{ id, label, needs, wait string }{
		"desk: password":              {"desk", "", "password", ""},
		"My Desk: memory":             {"my-desk", "My Desk", "memory", ""},
		"隣: 記憶":                       {"own", "隣", "memory", "3d"}, // known by its label
		"隣の人：紙：棚":                     {"own-2", "隣の人", "paper:棚", ""},
		"recover: codes|memory":       {},
		"recover: memory":             {"recover", "", "memory", ""},
		"Password: memory":            {"password", "", "memory", ""},
		"password: memory":            {"password", "", "memory", ""}, // the template has a way of that name
		"call: memory":                {},
		"desk:":                       {},
		": memory":                    {},
		"desk: recovery phone number": {"desk", "", "recovery_phone", ""},
	} {
		way, err := a.parseWay(r, tmpl, typed)
		if want.id == "" {
			if err == nil {
				t.Errorf("%q: got %+v", typed, way)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		if way.ID != want.id || way.Label.EN != want.label || way.Needs[0].String() != want.needs || way.Wait != want.wait || way.Off || way.Fact != "" {
			t.Errorf("%q: got %+v", typed, way)
		}
	}
}

// What a template says of waiting and certainty stays when a way is changed;
// what is switched off comes back when it is changed.
func TestChangedWayKeepsItsTime(t *testing.T) {
	a, _, _ := helpApp(lang.EN)
	tmpl := record.LookupTemplate("google")
	r := &record.Record{Template: "google", Name: "g", Ways: []record.Way{{ID: "recover", Off: true}}}
	if err := a.applyWays(r, tmpl, &wayChanges{set: []string{"recover: memory"}}); err != nil {
		t.Fatal(err)
	}
	if w := r.Way("recover"); len(r.Ways) != 1 || w.Off || w.Certainty != tmpl.Way("recover").Certainty {
		t.Errorf("got %+v", r.Ways)
	}
}
