package record

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// soak runs the whole sets of which go test takes a sample.
// go test ./internal/record -args -soak
var soak = flag.Bool("soak", false, "run the long tests whole")

// A laptop has one copy of a vault: the revisions of each record, the oldest
// first, as a file keeps them.
type laptop struct {
	vault   ID
	records map[ID][]*Record
	purged  map[ID]Purged
}

func (l *laptop) clone() *laptop {
	c := &laptop{l.vault, map[ID][]*Record{}, maps.Clone(l.purged)}
	for id, list := range l.records {
		for _, r := range list {
			c.records[id] = append(c.records[id], r.Clone())
		}
	}
	return c
}

func (l *laptop) ids() []ID { return slices.SortedFunc(maps.Keys(l.records), compareIDs) }

func (l *laptop) current(id ID) *Record {
	list := l.records[id]
	return list[len(list)-1]
}

// commit is what store.Commit does with one record.
func (l *laptop) commit(r *Record) {
	r = r.Clone()
	r.From = nil
	r.Conflicts = OpenConflicts(r)
	l.write(r)
}

func (l *laptop) write(r *Record) {
	r.Vault = l.vault
	if list := l.records[r.ID]; len(list) > 0 {
		r.Revision = list[len(list)-1].Revision + 1
	} else if r.Revision == 0 {
		r.Revision = 1
	}
	l.records[r.ID] = append(l.records[r.ID], r)
}

func (l *laptop) versions(id ID) ([]Version, error) { return VersionsOf(l.records[id]) }

func (l *laptop) side() MergeSide {
	s := MergeSide{Purged: l.purged, Versions: l.versions}
	for id := range l.records {
		s.Cards = append(s.Cards, cardOf(l.current(id)))
	}
	return s
}

func (l *laptop) purge(t testing.TB, id ID) {
	v, err := l.versions(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range v {
		l.purged[id] = l.purged[id].With(one.ID)
	}
	delete(l.records, id)
}

// merge is what store.Merge does.
func (l *laptop) merge(t testing.TB, other *laptop) *MergePlan {
	t.Helper()
	all := map[ID]bool{}
	for _, x := range []*laptop{l, other} {
		for id := range x.records {
			all[id] = true
		}
	}
	plan, err := MergeCopies(l.side(), other.side(), slices.Collect(maps.Keys(all)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range plan.Records {
		for i, r := range m.Append {
			r = r.Clone()
			if m.Was == nil && i == 0 {
				r.Revision = m.First
			}
			l.write(r)
		}
	}
	for _, id := range plan.Purge {
		l.purge(t, id)
	}
	for id, p := range other.purged {
		l.purged[id] = l.purged[id].With(p...)
	}
	return plan
}

// says is everything the copy says now, revision numbers apart.
func (l *laptop) says(t testing.TB) string {
	var b strings.Builder
	for _, id := range l.ids() {
		r := l.current(id).Clone()
		r.Vault, r.Revision, r.From = ID{}, 0, nil
		b.WriteString(mustEncode(t, r))
		b.WriteByte('\n')
	}
	return b.String()
}

// A fleet is three copies, and what a random history did with them.
type fleet struct {
	t       testing.TB
	r       *rand.Rand
	now     time.Time
	copies  []*laptop
	written map[ID]map[VersionID]bool // every version that anybody ever wrote
	counts  map[string]int
	apart   bool // names are never the same, never change, nothing refers to them, and nothing is lost or purged
}

func newFleet(t testing.TB, seed uint64, unrelated bool) *fleet {
	f := &fleet{t: t, r: rand.New(rand.NewPCG(seed, 28)), now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		written: map[ID]map[VersionID]bool{}, counts: map[string]int{}}
	for range 3 {
		l := &laptop{NewID(), map[ID][]*Record{}, map[ID]Purged{}}
		if !unrelated && len(f.copies) > 0 {
			l.vault = f.copies[0].vault
		}
		f.copies = append(f.copies, l)
	}
	for range 3 {
		f.add(f.copies[0])
	}
	if !unrelated {
		for i := range f.copies[1:] {
			f.copies[i+1] = f.copies[0].clone()
		}
	}
	return f
}

func (f *fleet) id() (id ID) {
	for i := range id {
		id[i] = byte(f.r.Uint32())
	}
	return id
}

var fleetNames = []string{"office", "オフィス", "mail", "bank", "router", "wifi"}

// name returns one that is free in the copy.
func (f *fleet) name(l *laptop, id ID) string {
	for n := 0; ; n++ {
		name := fleetNames[f.r.IntN(len(fleetNames))]
		if n > 3 || f.apart {
			name += fmt.Sprint(f.r.IntN(1e9))
		}
		taken := false
		for other := range l.records {
			r := l.current(other)
			taken = taken || other != id && r.Trashed == nil && NameKey(r.Name) == NameKey(name)
		}
		if !taken {
			return name
		}
	}
}

func (f *fleet) add(l *laptop) {
	r := &Record{Schema: Schema, ID: f.id(), Template: "note", Created: f.now, Updated: f.now}
	r.Name = f.name(l, r.ID)
	r.Set("note", TypeMultiline, f.text())
	r.SetCodes("codes", []Code{{Code: "0000 0001"}, {Code: "0000 0002"}, {Code: "0000 0003"}})
	f.refer(l, r)
	f.commit(l, r)
}

func (f *fleet) text() string { return fmt.Sprintf("%x", f.r.Uint32()) }

// refer lets a record name another one of its copy.
func (f *fleet) refer(l *laptop, r *Record) {
	if ids := l.ids(); len(ids) > 0 && !f.apart {
		r.Set("other", TypeRef, l.current(ids[f.r.IntN(len(ids))]).Name)
	}
}

func (f *fleet) commit(l *laptop, r *Record) {
	r.Updated = f.now
	l.commit(r)
	v, err := l.versions(r.ID)
	if err != nil {
		f.t.Fatal(err)
	}
	if f.written[r.ID] == nil {
		f.written[r.ID] = map[VersionID]bool{}
	}
	f.written[r.ID][v[len(v)-1].ID] = true
}

func (f *fleet) step() {
	f.now = f.now.Add(time.Duration(f.r.IntN(3)) * time.Second)
	l := f.copies[f.r.IntN(len(f.copies))]
	ids := l.ids()
	if len(ids) == 0 {
		f.add(l)
		return
	}
	r := l.current(ids[f.r.IntN(len(ids))]).Clone()
	what := ""
	switch n := f.r.IntN(100); {
	case n < 12:
		what = "add"
		f.add(l)
	case n < 30:
		what = "change a field"
		r.Set([]string{"note", "password"}[f.r.IntN(2)], TypeMultiline, f.text())
		f.commit(l, r)
	case n < 36:
		what = "take a field away"
		r.Remove("password")
		f.commit(l, r)
	case n < 44:
		what = "use a code"
		if c := r.Field("codes"); c != nil {
			c.Codes[f.r.IntN(len(c.Codes))].Used = f.now.Format(time.DateOnly)
		}
		f.commit(l, r)
	case n < 47:
		what = "new codes"
		r.SetCodes("codes", []Code{{Code: f.text()}, {Code: f.text()}})
		f.commit(l, r)
	case n < 53:
		what = "tag"
		r.Tags = append(r.Tags, f.text())
		f.commit(l, r)
	case n < 59:
		what = "rename"
		f.rename(l, r)
	case n < 65:
		what = "trash"
		when := f.now
		r.Trashed = &when
		f.commit(l, r)
	case n < 69:
		what = "take out of the trash"
		if r.Trashed != nil {
			if r.Trashed = nil; !f.apart {
				r.Name = f.name(l, r.ID)
			}
			f.commit(l, r)
		}
	case n < 71:
		if !f.apart {
			what = "purge"
			l.purge(f.t, r.ID)
		}
	case n < 76:
		what = "refer"
		f.refer(l, r)
		f.commit(l, r)
	case n < 80:
		what = "settle"
		if len(r.Conflicts) > 0 {
			Settle(r, r.Conflicts[0])
			f.commit(l, r)
		}
	case n < 83:
		if !f.apart {
			what = "lose the past"
			f.losePast(l, r.ID)
		}
	default:
		what = "merge"
		l.merge(f.t, f.copies[f.r.IntN(len(f.copies))])
	}
	f.counts[what]++
}

// losePast is what a vault made anew from paper has lost. What nobody else has is
// nobody's fault.
func (f *fleet) losePast(l *laptop, id ID) {
	list := l.records[id]
	l.records[id] = list[len(list)-1:]
	held := map[VersionID]bool{}
	for _, other := range f.copies {
		v, err := other.versions(id)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, one := range v {
			held[one.ID] = true
		}
	}
	maps.DeleteFunc(f.written[id], func(v VersionID, _ bool) bool { return !held[v] })
}

// rename lets what refers to the record follow, as the program does.
func (f *fleet) rename(l *laptop, r *Record) {
	if f.apart {
		return
	}
	was := r.Name
	r.Name = f.name(l, r.ID)
	f.commit(l, r)
	follow := Renaming{Names: map[string]string{NameKey(was): r.Name}}
	for _, id := range l.ids() {
		if other := l.current(id).Clone(); id != r.ID && follow.Apply(other) {
			f.commit(l, other)
		}
	}
}

// converge merges all with all until nothing changes any more.
func (f *fleet) converge() {
	for round := range 6 {
		changed := 0
		for _, l := range f.copies {
			for _, other := range f.copies {
				if l != other {
					p := l.merge(f.t, other)
					changed += len(p.Records) + len(p.Purge)
				}
			}
		}
		if changed == 0 {
			return
		}
		if round == 5 {
			f.t.Errorf("still %d changes after %d rounds", changed, round)
		}
	}
}

// whole checks that the copies say the same and that nothing was lost.
func (f *fleet) whole() {
	want := f.copies[0].says(f.t)
	for _, l := range f.copies[1:] {
		if got := l.says(f.t); got != want {
			f.t.Errorf("the copies differ:\n%s", unlike(want, got))
		}
	}
	for i, l := range f.copies {
		names := map[string]bool{}
		for _, id := range l.ids() {
			r := l.current(id)
			if key := NameKey(r.Name); r.Trashed == nil {
				if names[key] {
					f.t.Errorf("copy %d has two records %q", i, r.Name)
				}
				names[key] = true
			}
		}
		for id, written := range f.written {
			f.nothingLost(l, id, written)
		}
	}
}

// nothingLost checks that a copy still has all that was ever written to a record,
// if not as a version of its own then as one that says the same.
func (f *fleet) nothingLost(l *laptop, id ID, written map[VersionID]bool) {
	v, err := l.versions(id)
	if err != nil {
		f.t.Fatal(err)
	}
	gone := l.purged[id]
	for want := range written {
		if !containsVersion(v, want) && !gone.has(want) {
			f.t.Errorf("a version of %s is lost", id)
		}
	}
}

// TestCopiesConverge: random histories on three copies, with merges in between,
// come to the same wherever and however they are merged in the end.
func TestCopiesConverge(t *testing.T) {
	runs := 25
	if *soak {
		runs = 1000
	}
	counts := map[string]int{}
	for n := range runs {
		seed := rand.Uint64()
		f := newFleet(t, seed, n%5 == 4)
		for range 10 + f.r.IntN(60) {
			f.step()
		}
		f.converge()
		f.whole()
		for k, c := range f.counts {
			counts[k] += c
		}
		if t.Failed() {
			t.Fatalf("run %d, seed %d", n, seed)
		}
	}
	t.Logf("%d histories: %v", runs, counts)
}

// TestMergeCommutes: it does not matter which of two copies is merged into which,
// nor whether it is done once or twice.
func TestMergeCommutes(t *testing.T) {
	runs := 25
	if *soak {
		runs = 1000
	}
	for n := range runs {
		seed := rand.Uint64()
		f := newFleet(t, seed, n%5 == 4)
		for range 10 + f.r.IntN(40) {
			f.step()
		}
		one, other := f.copies[0], f.copies[1]
		x, y := one.clone(), other.clone()
		x.merge(t, other)
		y.merge(t, one)
		if x.says(t) != y.says(t) {
			t.Errorf("merging does not commute:\n%s", unlike(x.says(t), y.says(t)))
		}
		before := x.says(t)
		if p := x.merge(t, other); len(p.Records)+len(p.Purge) > 0 || x.says(t) != before {
			t.Errorf("merging again changes %+v", p)
		}
		if t.Failed() {
			t.Fatalf("run %d, seed %d", n, seed)
		}
	}
}

// TestMergeAssociates: of three copies it does not matter which two come first,
// as long as those two know enough: a name that had to be made up on the way stays,
// and what the first two agree to purge does not come back when the third brings
// only what it wrote there itself.
func TestMergeAssociates(t *testing.T) {
	runs := 25
	if *soak {
		runs = 1000
	}
	for n := range runs {
		seed := rand.Uint64()
		f := newFleet(t, seed, false)
		f.apart = true
		for range 10 + f.r.IntN(40) {
			f.step()
		}
		x, y, z := f.copies[0].clone(), f.copies[1].clone(), f.copies[1].clone()
		x.merge(t, y)
		x.merge(t, f.copies[2])
		z.merge(t, f.copies[2])
		other := f.copies[0].clone()
		other.merge(t, z)
		if x.says(t) != other.says(t) {
			t.Fatalf("run %d, seed %d:\n%s", n, seed, unlike(x.says(t), other.says(t)))
		}
	}
}

// unlike returns the lines that are only in one of two texts.
func unlike(one, other string) string {
	var b strings.Builder
	for i, pair := range [][2]string{{one, other}, {other, one}} {
		for line := range strings.Lines(pair[0]) {
			if !strings.Contains(pair[1], line) {
				fmt.Fprintf(&b, "%d: %s", i+1, line)
			}
		}
	}
	return b.String()
}
