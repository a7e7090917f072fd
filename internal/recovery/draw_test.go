package recovery

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// A drawer draws records at random: of every template, with answers that refer
// to each other, contradict each other, and refer to nothing.
type drawer struct {
	*rand.Rand
	records []*record.Record
	sober   bool // no ends, nothing in the trash, no contradiction
}

func draw(seed uint64, n int, sober bool) []*record.Record {
	d := &drawer{Rand: rand.New(rand.NewPCG(seed, 1)), sober: sober}
	templates := record.Templates()
	for i := range n {
		t := templates[d.IntN(len(templates))]
		d.records = append(d.records, &record.Record{ID: drawnID(seed, i), Template: t.Name, Name: fmt.Sprintf("%s-%d", t.Name, i), Created: now, Updated: now})
	}
	for _, r := range d.records {
		d.fill(r)
	}
	return d.records
}

func drawnID(seed uint64, i int) (id record.ID) {
	r := rand.New(rand.NewPCG(seed, uint64(i)+2))
	for j := range id {
		id[j] = byte(r.Uint32())
	}
	return id
}

func (d *drawer) of(list ...string) string { return list[d.IntN(len(list))] }

func (d *drawer) fill(r *record.Record) {
	t := record.LookupTemplate(r.Template)
	if d.sober {
		r.Owner = d.of("", "花子")
	} else {
		r.Owner = d.of("", "花子", "太郎", "Hanako")
	}
	for i := range t.Fields {
		spec := &t.Fields[i]
		if d.IntN(3) == 0 || d.sober && (spec.Role == record.RoleEnds || spec.Role == record.RoleExpires) {
			continue
		}
		if spec.Type == record.TypeCodes {
			r.SetCodes(spec.Key, []record.Code{{Code: "1111-2222", Used: d.of("", "2026-01-01")}, {Code: "3333-4444"}})
			continue
		}
		r.Set(spec.Key, "", d.value(r, spec))
	}
	if d.IntN(4) == 0 {
		r.Kept = map[string]string{d.key(t): d.of("vault", "memory", "paper:青いファイル", "device:"+d.name(), "person:"+d.name(), "somewhere, else", "memory, paper:財布")}
	}
	if d.IntN(6) == 0 {
		r.Tags = []string{d.of("控え", "backup", "work")}
	}
	d.own(r, t)
	if d.sober {
		return
	}
	if d.IntN(10) == 0 {
		r.Trashed = &now
	}
	if d.IntN(10) == 0 {
		r.Retire = &record.Retirement{By: d.of("2026-12-31", "", "soon")}
	}
}

func (d *drawer) key(t *record.Template) string {
	if len(t.Fields) == 0 {
		return "password"
	}
	return t.Fields[d.IntN(len(t.Fields))].Key
}

func (d *drawer) name() string {
	if !d.sober && d.IntN(10) == 0 {
		return "nobody"
	}
	return d.records[d.IntN(len(d.records))].Name
}

// value is an answer: within the bounds of the field, or in a few cases one for
// none, for not knowing, or one that makes no sense.
func (d *drawer) value(r *record.Record, spec *record.Spec) string {
	if !d.sober {
		switch d.IntN(12) {
		case 0:
			return d.of("なし", "none", "不明", "?", "-")
		case 1:
			return d.of(" ", "@", "a@", "https://", "\u202e", "\x00", "2026-99", "これは何でしょう")
		}
	}
	n := 9
	if d.sober {
		n = len(d.records) // hardly ever the same twice
	}
	switch spec.Type {
	case record.TypeEmail:
		return fmt.Sprintf("u%d@%s", d.IntN(n), d.of("example.jp", "nifty.com", "gmail.com", "docomo.ne.jp", "u-tokyo.ac.jp", "post.example.jp", "hanako.example"))
	case record.TypePhone:
		return d.of("090", "080", "03", "050") + fmt.Sprintf("-0000-%04d", d.IntN(n))
	case record.TypeRef:
		return d.name()
	case record.TypeDate:
		return d.of("2020", "2026-11-21", "2026-11-22", "2027-03", "2026-12-01")
	case record.TypeChoice:
		return spec.Options[d.IntN(len(spec.Options))].Value
	case record.TypeMultiline:
		return d.name() + "\n" + d.name()
	}
	texts := []string{"青いファイル", "手帳の 3 ページ目", "手帳の 4 ページ目", "財布の中", "実家の金庫", "頭の中", "光回線の契約", "hanako.example"}
	if !d.sober { // a text that names a record stands for it; without the record it is something that is there
		texts = append(texts, d.name())
	}
	return d.of(texts...)
}

// own gives the record ways, some of which contradict themselves.
func (d *drawer) own(r *record.Record, t *record.Template) {
	for range d.IntN(3) {
		w := record.Way{ID: fmt.Sprintf("own-%d", d.IntN(2)), Certainty: record.Certainty(d.of("", "form", "person"))}
		if len(t.Ways) > 0 && d.IntN(2) == 0 {
			w.ID = t.Ways[d.IntN(len(t.Ways))].ID
			w.Off = d.IntN(3) == 0
		}
		for range 1 + d.IntN(3) {
			n := record.Need{Any: []string{d.atom(t)}}
			for range d.IntN(3) {
				if a := d.atom(t); !slices.Contains(n.Any, a) {
					n.Any = append(n.Any, a)
				}
			}
			n.Of = d.IntN(len(n.Any) + 1)
			w.Needs = append(w.Needs, n)
		}
		if !d.sober && d.IntN(6) == 0 {
			w.Needs, w.Wait = nil, "soon"
		}
		r.Ways = append(r.Ways, w)
		if d.IntN(3) == 0 {
			r.Proven = map[string]string{w.ID: d.of("2026-10-01", "2019-01-01", "never")}
		}
	}
}

func (d *drawer) atom(t *record.Template) string {
	switch d.IntN(8) {
	case 0:
		return "password"
	case 1:
		return "memory"
	case 2:
		return "record:" + d.name()
	case 3:
		return "paper:" + d.of("青いファイル", "仏壇", d.name())
	case 4:
		return "call:" + d.key(t)
	case 5:
		return "open:" + d.key(t)
	}
	if !d.sober && d.IntN(10) == 0 {
		return d.of("no_such_field", "Bad Atom", "later:than_us")
	}
	return d.key(t)
}

const drawings = 150

func TestAnyRecordsMakeAWholeModel(t *testing.T) {
	for seed := range uint64(drawings) {
		records := draw(seed, 2+int(seed%40), seed%4 == 0)
		in := Input{Now: now, Records: records}
		if seed%3 > 0 {
			in.Vault = typed
		}
		m := Derive(in)
		checkWhole(t, m)
		for _, r := range records {
			if r.Trashed == nil {
				if found, err := m.Find([]string{"lose:" + r.Name}, ""); err != nil || found[0].Record != r {
					t.Fatalf("seed %d: lose:%s: %v", seed, r.Name, err)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// checkWhole checks that all ids are things with a name in both languages, and
// that every question can be asked.
func checkWhole(t *testing.T, m *Model) {
	t.Helper()
	g := m.Graph()
	named := func(id, in string) {
		thing := m.Thing(id)
		switch {
		case thing == nil:
			t.Errorf("%s: %q is no thing", in, id)
		case thing.ID != id || thing.Kind == "" || thing.Label.EN == "" || thing.Label.JA == "":
			t.Errorf("%s: %q is %+v", in, id, *thing)
		}
	}
	for _, list := range [][]string{g.Accounts(), g.Known(), g.Unknown(), m.kept, m.lost, m.outside} {
		for _, id := range list {
			named(id, "graph")
		}
	}
	for _, id := range g.Unknown() {
		if thing := m.Thing(id); !thing.Unknown || thing.Command() == nil || thing.Record == nil && thing.Kind != KindAddress && thing.Kind != KindLine && thing.Kind != KindPaper {
			t.Errorf("unknown %q: %+v", id, *thing)
		}
	}
	ways := 0
	for _, a := range m.Accounts() {
		named(a.ID, "account")
		if m.Account(a.Record.Name) != a {
			t.Errorf("%s is not found by name", a.Record.Name)
		}
		for _, w := range m.Ways(a) {
			ways++
			if rule := g.Rule(w.Rule); rule.Head != a.ID || m.WayOf(w.Rule) != w || w.Way.Label.EN == "" || w.Way.Label.JA == "" {
				t.Errorf("way %s of %s", w.Way.ID, a.Record.Name)
			}
			for _, id := range g.Rule(w.Rule).Body {
				named(id, "way")
			}
		}
		if a.NoWays == (len(m.Ways(a)) > 0) && a.Template.Name != record.VaultTemplate {
			t.Errorf("%s: NoWays is %v with %d ways", a.Record.Name, a.NoWays, len(m.Ways(a)))
		}
	}
	if ways != len(m.rules) {
		t.Errorf("%d ways, %d rules are ways", ways, len(m.rules))
	}
	seen := map[string]bool{}
	for _, e := range m.Events() {
		if seen[e.ID] || e.ID == "" || e.Label.EN == "" || e.Label.JA == "" {
			t.Errorf("event %+v", *e)
		}
		seen[e.ID] = true
		for _, id := range slices.Concat(e.Kills, e.Loot) {
			named(id, e.ID)
		}
		if found, err := m.Find([]string{e.ID}, ""); err != nil || found[0] != e {
			t.Errorf("%q is not found by its name: %v %q", e.ID, err, e.Kills)
		}
		if _, err := g.States(m.Case(0, e)); err != nil {
			t.Errorf("%s: %v", e.ID, err)
		}
		if _, err := g.Opened(m.Thief(0, e)); err != nil {
			t.Errorf("%s, thief: %v", e.ID, err)
		}
	}
	for _, f := range m.Faults() {
		if f.Record == nil || f.What.EN == "" || f.What.JA == "" {
			t.Errorf("fault %+v", f)
		}
	}
	checkRepairs(t, m)
}

func checkRepairs(t *testing.T, m *Model) {
	t.Helper()
	var list []lockout.Repair
	seen := map[string]bool{}
	for _, r := range m.Repairs() {
		if seen[r.ID] || r.Label.EN == "" || r.Label.JA == "" || len(r.Command) < 2 {
			t.Errorf("repair %+v", *r)
		}
		seen[r.ID] = true
		list = append(list, r.Repair)
	}
	if _, err := m.Graph().Rank(m.Case(lockout.Pessimistic), list); err != nil {
		t.Errorf("repairs: %v", err)
	}
}

func TestTheSameRecordsMakeTheSameModel(t *testing.T) {
	for seed := range uint64(60) {
		records := draw(seed, 30, false)
		a, b := Derive(Input{Now: now, Records: records, Vault: typed}), Derive(Input{Now: now, Records: records, Vault: typed})
		if x, y := told(a), told(b); !slices.Equal(x, y) {
			for i := range x {
				if x[i] != y[i] {
					t.Fatalf("seed %d: %s\n%s", seed, x[i], y[i])
				}
			}
		}
	}
}

// told is all that a model says, line by line.
func told(m *Model) []string {
	var out []string
	for _, a := range m.Accounts() {
		out = append(out, fmt.Sprint("account ", *a))
		for _, w := range m.Ways(a) {
			out = append(out, fmt.Sprint("way ", w.Way, m.Graph().Rule(w.Rule)))
		}
	}
	for _, list := range [][]string{m.Graph().Known(), m.Graph().Unknown(), m.lost, m.kept} {
		for _, id := range list {
			out = append(out, fmt.Sprint(*m.Thing(id)))
		}
	}
	for _, e := range m.Events() {
		out = append(out, fmt.Sprint("event ", e.ID, e.Label, e.Kills, e.Loot, e.Day, e.Likely))
	}
	for _, f := range m.Faults() {
		out = append(out, fmt.Sprint("fault ", f.Record.Name, f.Way, f.Field, f.What))
	}
	for _, r := range m.Repairs() {
		out = append(out, fmt.Sprint("repair ", r.Repair, r.Label))
	}
	return out
}

// Whoever notes less does not get into more: not by what is noted, as long as
// what is left out says of nothing that it is over, or of another kind.
func TestARecordLessOpensNoMore(t *testing.T) {
	checked := 0
	for seed := range uint64(25) {
		records := draw(seed, 25, true)
		before := openedBy(t, records)
		for i, r := range records {
			switch r.Template {
			case record.VaultTemplate, "phone-line", "domain":
				continue // says which keys there are, what kind of line it is, that a domain may lapse
			}
			for name := range openedBy(t, slices.Delete(slices.Clone(records), i, i+1)) {
				checked++
				if !before[name] {
					t.Fatalf("seed %d: without %s, %s opens", seed, r.Name, name)
				}
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d open accounts were looked at", checked)
	}
}

func openedBy(t *testing.T, records []*record.Record) map[string]bool {
	t.Helper()
	m := derive(records...)
	ids, err := m.Graph().Opened(m.Case(noted))
	if err != nil {
		t.Fatal(err)
	}
	opened := map[string]bool{}
	for _, id := range ids {
		opened[m.Thing(id).Record.Name] = true
	}
	return opened
}

func FuzzDerive(f *testing.F) {
	f.Add(uint64(1), uint8(10), "a@example.jp", "090-0000-0000", "手帳の 3 ページ目", "2 of phone|spare")
	f.Add(uint64(2), uint8(40), "@", "+81", "\u202e", "record:x|paper:\\|")
	f.Fuzz(func(t *testing.T, seed uint64, n uint8, address, number, place, need string) {
		records := draw(seed, 1+int(n)%60, false)
		r := note("service", "x", "login", address, "spare", address, "phone", number, "pw_place", place, "proof", place, "friend", place, "kept codes", place)
		r.Ways = []record.Way{{ID: "w", Needs: []record.Need{{Any: []string{need, "password", "proof", "phone", "friend"}}}}, {ID: "v", Needs: []record.Need{{Any: []string{"login"}}}}}
		r.Owner = place
		records = append(records, r, note("mailbox", place+"box", "address", address, "contract", place), note("phone-line", number+"line", "number", number), note("place", place, "address", address), note("person", address, "email", number))
		m := Derive(Input{Now: now, Records: records, Vault: typed})
		checkWhole(t, m)
	})
}
