package recovery_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A sample is a record of a template with an answer to every question, and the
// records that its answers name.
type sample struct {
	t       *record.Template
	main    *record.Record
	records []*record.Record
}

// newSample fills a template in. choices has answers of its own.
func newSample(tpl *record.Template, choices map[string]string) *sample {
	s := &sample{t: tpl}
	s.main = s.add(tpl, "main-"+tpl.Name, choices)
	for _, address := range []string{"hanako@example.jp", "hanako@mail.example.jp", "taro@example.jp"} {
		if f := s.main.Field("address"); f == nil || f.Value != address {
			s.add(record.LookupTemplate("mailbox"), "box-"+address, map[string]string{"address": address, "class": "webmail"})
		}
	}
	for _, number := range []string{"090-0000-0000", "090-0000-0001"} {
		s.add(record.LookupTemplate("phone-line"), "line-"+number, map[string]string{"number": number, "kind": "mobile", "sim_kind": "card"})
	}
	s.add(record.LookupTemplate("person"), "太郎", nil)
	return s
}

// add adds a filled-in record, once for each name.
func (s *sample) add(tpl *record.Template, name string, given map[string]string) *record.Record {
	for _, r := range s.records {
		if r.Name == name {
			return r
		}
	}
	r := &record.Record{ID: record.NewID(), Template: tpl.Name, Name: name, Owner: "山田 花子", Created: today, Updated: today}
	s.records = append(s.records, r)
	for i := range tpl.Fields {
		spec := &tpl.Fields[i]
		f := record.Field{Key: spec.Key, Value: given[spec.Key]}
		switch {
		case spec.Type == record.TypeCodes:
			f.Codes = []record.Code{{Code: "00000000"}}
		case f.Value == "":
			f.Value = s.answer(spec)
		}
		r.Fields = append(r.Fields, f)
	}
	return r
}

// answer is what somebody might write, invented.
func (s *sample) answer(spec *record.Spec) string {
	switch spec.Role {
	case record.RoleEnds, record.RoleExpires:
		return "2031-03-31"
	case record.RoleHelper, record.RoleHeir, record.RoleHolder, record.RoleKeptBy:
		return "太郎"
	}
	switch spec.Type {
	case record.TypeRef:
		name := "the-" + spec.Ref
		s.add(record.LookupTemplate(spec.Ref), name, map[string]string{"kind": "phone"})
		return name
	case record.TypeChoice:
		return spec.Options[0].Value
	case record.TypeDate:
		return "2020-01-07"
	case record.TypeEmail:
		if spec.Role == record.RoleRecovery {
			return "hanako@mail.example.jp"
		}
		return "hanako@example.jp"
	}
	if example := spec.Example.JA; example != "" {
		return example
	}
	return "青いファイル"
}

// derive returns the model of the sample and the account of its main record.
func (s *sample) derive(t *testing.T) (*recovery.Model, *recovery.Account) {
	t.Helper()
	m := recovery.Derive(recovery.Input{Now: today, Records: s.records})
	for _, f := range m.Faults() {
		t.Errorf("%s: %s %s: %s", f.Record.Name, f.Way, f.Field, f.What.EN)
	}
	a := m.Account(s.main.Name)
	if a == nil {
		t.Fatalf("%s is no account", s.main.Name)
	}
	return m, a
}

func opens(t *testing.T, m *recovery.Model, a *recovery.Account, run lockout.Run) bool {
	t.Helper()
	open, err := m.Graph().Opened(m.Case(run))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(open, a.ID)
}

func templatesWithWays(t *testing.T) []*record.Template {
	var with []*record.Template
	for _, tpl := range record.Templates() {
		if len(tpl.Ways) > 0 {
			with = append(with, tpl)
		}
	}
	if len(with) < 27 {
		t.Fatalf("only %d templates have ways", len(with))
	}
	return with
}

// Whoever answers every question gets in, whatever the answers to the choices
// on which ways hang, and without anybody who may refuse.
func TestFilledInAccountsOpen(t *testing.T) {
	for _, tpl := range templatesWithWays(t) {
		for key, values := range choicesOf(tpl) {
			for _, value := range values {
				t.Run(fmt.Sprintf("%s/%s=%s", tpl.Name, key, value), func(t *testing.T) {
					m, a := newSample(tpl, map[string]string{key: value}).derive(t)
					if !opens(t, m, a, lockout.Pessimistic|lockout.SureOnly) {
						t.Errorf("it does not open: %s", missing(t, m, a))
					}
				})
			}
		}
	}
}

// choicesOf are the fields on which ways of the template hang, with all the
// answers that they take but that it is not known.
func choicesOf(tpl *record.Template) map[string][]string {
	choices := map[string][]string{"": {""}}
	for _, w := range tpl.Ways {
		for key := range w.When {
			choices[key] = nil
			for _, o := range tpl.Spec(key).Options {
				if o.Value != "unknown" {
					choices[key] = append(choices[key], o.Value)
				}
			}
		}
	}
	return choices
}

func missing(t *testing.T, m *recovery.Model, a *recovery.Account) string {
	ways, err := m.Graph().Ways(a.ID, m.Case(lockout.Pessimistic|lockout.SureOnly))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v", ways)
}

// Each way by itself lets its owner in, and every single thing that it needs is
// needed.
func TestEachWayByItself(t *testing.T) {
	for _, tpl := range templatesWithWays(t) {
		for _, w := range tpl.Ways {
			t.Run(tpl.Name+"/"+w.ID, func(t *testing.T) {
				s := alone(tpl, &w)
				m, a := s.derive(t)
				run := lockout.Pessimistic
				if w.Certainty == record.CertaintySure {
					run |= lockout.SureOnly
				}
				if ways := m.Ways(a); len(ways) != 1 || ways[0].Way.ID != w.ID {
					t.Fatalf("there are other ways: %v", ways)
				} else if (ways[0].Fact == nil) != (w.Fact == "") {
					t.Errorf("the fact %q became %v", w.Fact, ways[0].Fact)
				}
				if !opens(t, m, a, run) {
					t.Errorf("it does not open: %s", missing(t, m, a))
				}
				if w.Certainty != record.CertaintySure && opens(t, m, a, lockout.SureOnly) {
					t.Error("it opens though somebody may refuse")
				}
				for i, n := range w.Needs {
					less := alone(tpl, &w)
					m, a := less.deny(n).derive(t)
					run := lockout.Optimistic
					if n.String() == string(record.AtomPassword) {
						run = lockout.Pessimistic // its owner may always remember a password
					}
					if opens(t, m, a, run) {
						t.Errorf("it opens without need %d, %s", i+1, n)
					}
				}
			})
		}
	}
}

// alone is a sample in which the way is the only one and exists.
func alone(tpl *record.Template, w *record.Way) *sample {
	choices := map[string]string{}
	for key, values := range w.When {
		choices[key] = values[0]
	}
	s := newSample(tpl, choices)
	for _, other := range tpl.Ways {
		if other.ID != w.ID {
			s.main.Ways = append(s.main.Ways, record.Way{ID: other.ID, Off: true})
		}
	}
	return s
}

// deny answers that what would meet a need is not there.
func (s *sample) deny(n record.Need) *sample {
	denied := map[string]bool{}
	for _, a := range n.Atoms() {
		denied[a.Name] = true
	}
	for i := range s.main.Fields {
		f, spec := &s.main.Fields[i], s.t.Fields[i]
		switch {
		case denied[""] && slices.Contains([]record.Role{record.RolePassword, record.RolePlace, record.RoleHint}, spec.Role):
			f.Value = ""
		case denied[f.Key] && spec.Type == record.TypeCodes:
			f.Codes[0].Used = "2026-11-01"
		case denied[f.Key]:
			f.Value = "なし"
		}
	}
	return s
}

// Of a record without answers nothing is claimed: its account may open or not,
// and the fields that would tell are named.
func TestEmptyRecordsClaimNothing(t *testing.T) {
	for _, tpl := range templatesWithWays(t) {
		t.Run(tpl.Name, func(t *testing.T) {
			r := &record.Record{ID: record.NewID(), Template: tpl.Name, Name: "main", Created: today, Updated: today}
			s := &sample{t: tpl, main: r, records: []*record.Record{r}}
			m, a := s.derive(t)
			if !opens(t, m, a, lockout.Optimistic) || opens(t, m, a, lockout.Pessimistic) {
				t.Error("it is said to be open, or to be locked")
			}
			ids, _, err := m.Graph().Deciding(a.ID, m.Case(lockout.Optimistic), 0)
			if err != nil {
				t.Fatal(err)
			}
			fields := map[string]bool{}
			for _, id := range ids {
				if th := m.Thing(id); th != nil && th.Unknown && th.Record == r {
					fields[th.Field] = true
				}
			}
			for _, w := range tpl.Ways {
				if !slices.ContainsFunc(w.Needs, func(n record.Need) bool { return decides(tpl, n, fields) }) {
					t.Errorf("way %s: of its needs %v none would decide; those are %v", w.ID, w.Needs, slices.Sorted(maps.Keys(fields)))
				}
			}
		})
	}
}

// decides reports whether a field that stands for a part of the need is among
// the fields.
func decides(tpl *record.Template, n record.Need, fields map[string]bool) bool {
	return slices.ContainsFunc(n.Atoms(), func(a record.Atom) bool {
		if a.Kind != record.AtomPassword {
			return fields[a.Name]
		}
		return slices.ContainsFunc(tpl.Fields, func(s record.Spec) bool {
			return fields[s.Key] && (s.Role == record.RolePlace || s.Role == record.RolePassword || s.Role == record.RoleHint)
		})
	})
}

// A helper whose record there is is that person, and one of whom there is none
// is somebody too: with them their help is gone.
func TestHelpersArePeople(t *testing.T) {
	tpl := record.LookupTemplate("google")
	for _, name := range []string{"太郎", "太郎さんに頼む", "隣の佐藤さん"} {
		s := alone(tpl, tpl.Way("contact"))
		s.main.Field("recovery_contact").Value = name
		m, a := s.derive(t)
		var people []string
		for _, id := range proof(t, m, a) {
			if th := m.Thing(id); th.Kind == recovery.KindPerson {
				people = append(people, th.Label.JA)
			}
		}
		if len(people) != 1 || strings.Contains(people[0], "太郎") != strings.Contains(name, "太郎") {
			t.Errorf("%s: the way leads over %v", name, people)
		}
	}
}

// proof returns the assets of one way in.
func proof(t *testing.T, m *recovery.Model, a *recovery.Account) []string {
	t.Helper()
	sets, err := m.Graph().All(a.ID, m.Case(lockout.Optimistic), 0)
	if err != nil || len(sets.Access) == 0 {
		t.Fatalf("%+v: %v", sets, err)
	}
	return sets.Access[0]
}
