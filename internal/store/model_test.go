package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"memovault/internal/record"
)

// A model is what a vault should be: the texts of each record, oldest first,
// and the attached files.
type model struct {
	*testVault
	r       *rand.Rand
	stores  []*Store // handles of several processes
	records map[record.ID]*modelRecord
	files   map[record.ID]string
	counts  map[string]int
}

type modelRecord struct {
	name    string
	trashed bool
	texts   []string
	files   int
}

// TestModel does random things to a vault and to a map, and compares.
func TestModel(t *testing.T) {
	steps := 800
	if raceEnabled {
		steps = 300
	}
	if *soak {
		steps = 4_000 // each looks at all that was done before
	}
	floor := staleFloor
	staleFloor = 12 // so that the digest is built, goes stale and is built again
	t.Cleanup(func() { staleFloor = floor })
	seed := rand.Uint64()
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	m := &model{testVault: newTestVault(t), r: rand.New(rand.NewPCG(seed, 4)),
		records: map[record.ID]*modelRecord{}, files: map[record.ID]string{}, counts: map[string]int{}}
	m.stores = []*Store{m.open(), m.open()}
	for step := range steps {
		m.cfg.Now = m.cfg.Now.Add(17 * time.Minute)
		for _, s := range m.stores {
			s.cfg.Now = m.cfg.Now
		}
		m.step()
		if step%150 == 149 || t.Failed() {
			m.agree(m.stores[m.r.IntN(2)])
		}
		if t.Failed() {
			t.Fatalf("after step %d", step)
		}
	}
	m.agree(m.open())
	rep := m.whole()
	revisions := 0
	for _, want := range m.records {
		revisions += len(want.texts) - 1
	}
	if rep.Records != len(m.records) || rep.Revisions != revisions || rep.Attachments != len(m.files) {
		t.Errorf("%+v", rep)
	}
	t.Logf("%d steps: %v; %d records, %d revisions, %d files", steps, m.counts, rep.Records, rep.Revisions, rep.Attachments)
}

func (m *model) step() {
	s := m.stores[m.r.IntN(2)]
	var what string
	var do func(*Store) error
	switch n := m.r.IntN(100); {
	case n < 22 || len(m.records) == 0:
		what, do = "add", m.add
	case n < 60:
		what, do = "edit", m.edit
	case n < 66:
		what, do = "rename", m.rename
	case n < 72:
		what, do = "trash or restore", m.trashOrRestore
	case n < 78:
		what, do = "attach", m.attach
	case n < 84:
		what, do = "several", m.several
	case n < 90:
		what, do = "stale edit", m.staleEdit
	case n < 93:
		what, do = "lose the digest", m.loseDigest
	default:
		what, do = "reopen", func(*Store) error { m.stores[m.r.IntN(2)] = m.open(); return nil }
	}
	m.counts[what]++
	if err := do(s); err != nil {
		m.t.Errorf("%s: %v", what, err)
	}
}

func (m *model) pick() record.ID {
	ids := slices.SortedFunc(maps.Keys(m.records), func(a, b record.ID) int { return slices.Compare(a[:], b[:]) })
	return ids[m.r.IntN(len(ids))]
}

var modelNames = []string{"office", "オフィス", "mail 山田", "銀行", "ルーター", "phone", "wifi \"home\"", "メモ"}

// name is free or not: clashes are wanted.
func (m *model) name() string {
	name := modelNames[m.r.IntN(len(modelNames))]
	if m.r.IntN(10) > 0 {
		name += fmt.Sprint(" ", m.r.IntN(1000))
	}
	return name
}

// holder returns who has the name outside the trash.
func (m *model) holder(name string) (record.ID, bool) {
	for id, r := range m.records {
		if !r.trashed && record.NameKey(r.name) == record.NameKey(name) {
			return id, true
		}
	}
	return record.ID{}, false
}

// commit commits and expects a name error exactly if taken says so.
func (m *model) commit(s *Store, c Change, taken bool) (saved bool, err error) {
	err = s.Commit(c)
	if taken {
		if !errors.As(err, new(*NameError)) {
			return false, fmt.Errorf("the name is taken, but %v", err)
		}
		return false, nil
	}
	return err == nil, err
}

func (m *model) text() string { return fmt.Sprintf("%x %s", m.r.Uint64(), m.name()) }

func (m *model) add(s *Store) error {
	r := note(m.name(), m.text())
	_, taken := m.holder(r.Name)
	saved, err := m.commit(s, Change{Put: []*record.Record{r}}, taken)
	if saved {
		m.records[r.ID] = &modelRecord{name: r.Name, texts: []string{text(r)}}
	}
	return err
}

func (m *model) edit(s *Store) error {
	id := m.pick()
	r, err := s.Record(id)
	if err != nil {
		return err
	}
	r.Set("note", record.TypeMultiline, m.text())
	if err := s.Commit(Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	m.records[id].texts = append(m.records[id].texts, text(r))
	return nil
}

func (m *model) rename(s *Store) error {
	id := m.pick()
	r, err := s.Record(id)
	if err != nil {
		return err
	}
	r.Name = m.name()
	holder, found := m.holder(r.Name)
	saved, err := m.commit(s, Change{Put: []*record.Record{r}}, found && holder != id && r.Trashed == nil)
	if saved {
		want := m.records[id]
		want.name, want.texts = r.Name, append(want.texts, text(r))
	}
	return err
}

func (m *model) trashOrRestore(s *Store) error {
	id := m.pick()
	r, err := s.Record(id)
	if err != nil {
		return err
	}
	taken := false
	if r.Trashed == nil {
		r = trashed(r)
	} else {
		r.Trashed = nil
		_, taken = m.holder(r.Name)
	}
	saved, err := m.commit(s, Change{Put: []*record.Record{r}}, taken)
	if saved {
		want := m.records[id]
		want.trashed, want.texts = r.Trashed != nil, append(want.texts, text(r))
	}
	return err
}

func (m *model) attach(s *Store) error {
	id := m.pick()
	r, err := s.Record(id)
	if err != nil {
		return err
	}
	content := m.text()
	f := attach(r, "photo", []byte(content))
	if err := s.Commit(Change{Put: []*record.Record{r}, Attach: []NewFile{f}}); err != nil {
		return err
	}
	want := m.records[id]
	want.texts, want.files = append(want.texts, text(r)), want.files+1
	m.files[f.ID] = content
	return nil
}

// several edits one record and adds two, all or nothing.
func (m *model) several(s *Store) error {
	id := m.pick()
	r, err := s.Record(id)
	if err != nil {
		return err
	}
	r.Set("note", record.TypeMultiline, m.text())
	a, b := note(m.name(), m.text()), note(m.name(), m.text())
	_, first := m.holder(a.Name)
	_, second := m.holder(b.Name)
	taken := first || second || record.NameKey(a.Name) == record.NameKey(b.Name)
	saved, err := m.commit(s, Change{Put: []*record.Record{a, r, b}}, taken)
	if saved {
		m.records[id].texts = append(m.records[id].texts, text(r))
		for _, r := range []*record.Record{a, b} {
			m.records[r.ID] = &modelRecord{name: r.Name, texts: []string{text(r)}}
		}
	}
	return err
}

// staleEdit edits what another process has edited meanwhile.
func (m *model) staleEdit(s *Store) error {
	id := m.pick()
	stale, err := s.Record(id)
	if err != nil {
		return err
	}
	other := m.stores[m.r.IntN(2)]
	r, err := other.Record(id)
	if err != nil {
		return err
	}
	r.Set("note", record.TypeMultiline, m.text())
	if err := other.Commit(Change{Put: []*record.Record{r}}); err != nil {
		return err
	}
	m.records[id].texts = append(m.records[id].texts, text(r))
	if err := s.Commit(Change{Put: []*record.Record{stale}}); !errors.As(err, new(*ConflictError)) {
		return fmt.Errorf("a lost update: %w", err)
	}
	return nil
}

// loseDigest deletes or damages the cache behind everybody's back.
func (m *model) loseDigest(*Store) error {
	db, err := bolt.Open(m.path, 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(bucketDigest))
		if m.r.IntN(2) == 0 || b.Get(keyDigest) == nil {
			return b.Delete(keyDigest)
		}
		return b.Put(keyDigest, []byte("not an age file"))
	})
	return errors.Join(err, db.Close())
}

// agree compares everything that the vault gives out with the model.
func (m *model) agree(s *Store) {
	m.t.Helper()
	cards, err := s.Cards()
	if err != nil || len(cards) != len(m.records) {
		m.t.Errorf("%d cards, not %d; %v", len(cards), len(m.records), err)
		return
	}
	for _, c := range cards {
		m.agreeRecord(s, c)
	}
	for id, want := range m.files {
		if got, err := s.Attachment(id); err != nil || string(got) != want {
			m.t.Errorf("attachment %s: %q, %v", id, got, err)
		}
	}
	seen := map[record.ID]string{}
	err = s.EachRaw(true, func(raw Raw) bool {
		r, err := s.Parse(raw)
		if err != nil {
			m.t.Error(err)
			return false
		}
		seen[r.ID] = text(r)
		return true
	})
	if err != nil || len(seen) != len(m.records) {
		m.t.Errorf("%d records read at once, %v", len(seen), err)
	}
	for id, got := range seen {
		if texts := m.records[id].texts; got != texts[len(texts)-1] {
			m.t.Errorf("record %s reads %q at once, not %q", id, got, texts[len(texts)-1])
		}
	}
}

func (m *model) agreeRecord(s *Store, c Card) {
	want := m.records[c.ID]
	if want == nil || c.Name != want.name || c.Trashed != want.trashed || c.Revision != uint64(len(want.texts)) {
		m.t.Errorf("card %+v, not %+v", c, want)
		return
	}
	r, err := s.Record(c.ID)
	if err != nil || text(r) != want.texts[len(want.texts)-1] || len(r.Attachments) != want.files {
		m.t.Errorf("record %s: %v", c.ID, err)
	}
	past, err := s.History(c.ID)
	if err != nil || len(past) != len(want.texts)-1 {
		m.t.Errorf("history of %s: %d, %v", c.ID, len(past), err)
		return
	}
	for i, r := range past {
		if want := want.texts[len(want.texts)-2-i]; text(r) != want {
			m.t.Errorf("history of %s: %q, not %q", c.ID, text(r), want)
		}
	}
	if found, err := s.Find(c.Name); err != nil || !c.Trashed && found.ID != c.ID {
		m.t.Errorf("Find(%q): %v, %v", c.Name, found.ID, err)
	}
}

// TestDigestKeepsUp: what EachRaw gives out comes from the digest as far as it
// can, singly where a record is newer, and is right in both cases.
func TestDigestKeepsUp(t *testing.T) {
	v := newTestVault(t)
	v.cfg.NoBackup = true
	var put []*record.Record
	for i := range 100 {
		put = append(put, note(fmt.Sprint("note ", i), "first"))
	}
	s := v.mustCommit(Change{Put: put})
	if d := s.idx.head.Digest; d == nil || d.Stale != 0 || d.Generation != s.Generation() {
		t.Fatalf("after 100 records the digest is %+v", d)
	}
	for i := range 66 {
		r := read(t, s, fmt.Sprint("note ", i))
		if err := s.Commit(Change{Put: []*record.Record{edited(r, "second")}}); err != nil {
			t.Fatal(err)
		}
		want := i + 1
		if want > 64 {
			want -= 65 // it was written anew
		}
		if got := s.idx.head.Digest.Stale; got != want {
			t.Fatalf("after %d edits %d are stale, not %d", i+1, got, want)
		}
	}
	n := map[string]int{}
	for r, err := range v.open().All() {
		if err != nil {
			t.Fatal(err)
		}
		n[text(r)]++
	}
	if n["first"] != 34 || n["second"] != 66 {
		t.Errorf("got %v", n)
	}
	if runtime.GOOS == "windows" {
		return // whose rights are no mode
	}
	if st, err := os.Stat(v.path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}
