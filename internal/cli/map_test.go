package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/chart"
	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// moments are those of the story.
var moments = []string{"memo", "moved", "lost", "mended"}

// sketched draws the map of all accounts among the records.
func sketched(t testing.TB, l lang.Lang, mask bool, records []*record.Record) (*recovery.Model, *chart.Map) {
	t.Helper()
	a := &app{lang: l, now: time.Date(2019, 12, 10, 9, 0, 0, 0, time.UTC)}
	model := recovery.Derive(recovery.Input{Now: a.now, Records: records, Vault: recovery.Vault{Slots: []recovery.Slot{{Passphrase: true}}}})
	m, err := a.sketchMap(model, model.Accounts(), records, mask)
	if err != nil {
		t.Fatal(err)
	}
	return model, m
}

func boxNamed(t *testing.T, m *chart.Map, name string) *chart.Box {
	t.Helper()
	for _, b := range m.Boxes {
		if b.Name == name {
			return b
		}
	}
	t.Fatalf("there is no box %q", name)
	return nil
}

// TestMapIsTheGraph holds the picture against the graph: a way does not work
// without what has a thick dot on it, and what no line leads to does not matter.
func TestMapIsTheGraph(t *testing.T) {
	for _, when := range moments {
		model, m := sketched(t, lang.EN, false, moment(t, when, "office"))
		g := model.Graph()
		assets := setOf(g.Known(), g.Unknown())
		checked := 0
		for _, b := range m.Boxes {
			if !assets[b.ID] {
				continue
			}
			c := model.Case(lockout.Optimistic)
			c.Lost = append(c.Lost, b.ID)
			for _, other := range m.Boxes {
				if other.Kind != chart.Account {
					continue
				}
				ways, err := g.Ways(other.ID, c)
				if err != nil {
					t.Fatal(err)
				}
				for i, w := range ways {
					if i >= len(other.Ways) || len(ways) != len(other.Ways) {
						break // rows of the same needs were joined
					}
					needed := slices.Contains(other.Ways[i].Needs, chart.Need{Box: b.ID})
					if needed && w.Works {
						t.Errorf("%s: way %d of %s has a thick dot from %s, and works without", when, i, other.Name, b.Name)
					}
					checked++
				}
			}
			locked, err := g.Locked(c)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range locked {
				if i := slices.IndexFunc(m.Boxes, func(o *chart.Box) bool { return o.ID == id }); m.Boxes[i].State != chart.Locked && !slices.Contains(b.Locks, m.Boxes[i].Name) {
					t.Errorf("%s: without %s %s is locked, and the box does not say so", when, b.Name, m.Boxes[i].Name)
				}
			}
			for _, name := range b.Locks {
				if !slices.Contains(locked, boxNamed(t, m, name).ID) {
					t.Errorf("%s: %s does not lock %s", when, b.Name, name)
				}
			}
		}
		if checked == 0 {
			t.Errorf("%s: nothing was compared", when)
		}
	}
}

// TestMapOfTheStory has what one must see at each moment.
func TestMapOfTheStory(t *testing.T) {
	_, memo := sketched(t, lang.EN, false, moment(t, "memo", "office"))
	if b := boxNamed(t, memo, "microsoft"); !slices.Equal(b.Locks, []string{"office"}) || b.State == chart.Locked {
		t.Errorf("microsoft locks %v and is in state %d", b.Locks, b.State)
	}
	_, lost := sketched(t, lang.EN, false, moment(t, "lost", "office"))
	if b := boxNamed(t, lost, "mailbox"); b.State != chart.Locked || !b.Ways[0].Broken {
		t.Errorf("the mailbox that ended with its contract is in state %d", b.State)
	}
	if b := boxNamed(t, lost, "isp"); b.State != chart.Locked {
		t.Errorf("the contract that has ended is in state %d", b.State)
	}
	_, mended := sketched(t, lang.JA, false, moment(t, "mended", "office"))
	if b := boxNamed(t, mended, "090-0000-0000"); len(b.Ways) == 0 && b.Kind == chart.Number {
		t.Error("the telephone number has no way")
	}
	for _, e := range mended.Events {
		if strings.ContainsAny(e.Name, "%") || e.Name == "" {
			t.Errorf("an event is called %q", e.Name)
		}
	}
}

func TestMapHasNoSecrets(t *testing.T) {
	records := moment(t, "mended", "office")
	var secrets []string
	for _, r := range records {
		for i := range r.Fields {
			f := &r.Fields[i]
			if record.TypeOf(record.LookupTemplate(r.Template), f).Secret() && len(f.Value) > 3 {
				secrets = append(secrets, f.Value)
			}
			for _, c := range f.Codes {
				secrets = append(secrets, c.Code)
			}
		}
	}
	if len(secrets) == 0 {
		t.Fatal("the records have no secrets to be kept")
	}
	_, m := sketched(t, lang.JA, false, records)
	all := fmt.Sprint(everyFile(t, m))
	for _, s := range secrets {
		if strings.Contains(all, s) {
			t.Errorf("%q is in the picture", s)
		}
	}
}

// everyFile returns the picture in all formats.
func everyFile(t *testing.T, m *chart.Map) string {
	t.Helper()
	p, err := chart.Draw(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, f := range mapFormats {
		if err := f.write(p, &b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestMaskedMapNamesNobody(t *testing.T) {
	records := moment(t, "mended", "office")
	_, open := sketched(t, lang.JA, false, records)
	_, masked := sketched(t, lang.JA, true, records)
	words := []string{"hanako.yamada@", "taro@", "090-0000-0000"}
	before, after := everyFile(t, open), everyFile(t, masked)
	for _, w := range words {
		if !strings.Contains(before, w) {
			t.Errorf("%q is not even in the open picture", w)
		}
		if strings.Contains(after, w) {
			t.Errorf("%q is in the masked picture", w)
		}
	}
	for _, w := range []string{"h…@webmail.example.com", "***-****-**00"} {
		if !strings.Contains(after, w) {
			t.Errorf("%q is not in the masked picture", w)
		}
	}
}

func TestMaskMail(t *testing.T) {
	for in, want := range map[string]string{
		"mail at hanako@example.jp.":    "mail at h…@example.jp.",
		"（花子@例え.jp）のメール":                "（花…@例え.jp）のメール",
		"a@example.jp, b.c@example.com": "…@example.jp, b…@example.com",
		"no @ address":                  "no @ address",
	} {
		m := &chart.Map{Boxes: []*chart.Box{{Name: in}}}
		maskMap(m, nil)
		if got := m.Boxes[0].Name; got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

// many is a household of n accounts with two mailboxes and one telephone.
func many(n int) (records []*record.Record) {
	add := func(template, name string, fields ...string) {
		t := record.LookupTemplate(template)
		r := &record.Record{ID: record.NewID(), Template: template, Name: name, Owner: "花子"}
		for i := 0; i < len(fields); i += 2 {
			if t.Spec(fields[i]) != nil {
				r.Set(fields[i], t.Spec(fields[i]).Type, fields[i+1])
			}
		}
		records = append(records, r)
	}
	add("phone-line", "mobile", "number", "090-0000-0000", "kind", "mobile")
	add("mailbox", "webmail", "address", "hanako@webmail.example.com", "class", "webmail", "password_kept", "手帳")
	add("mailbox", "old", "address", "hanako@isp.example.jp", "class", "isp", "contract", "光回線", "recovery_email", "hanako@webmail.example.com")
	kinds := []string{"google", "apple", "amazon", "rakuten", "bank", "line", "facebook", "x", "github", "steam"}
	for i := range n {
		add(kinds[i%len(kinds)], fmt.Sprintf("%s-%d", kinds[i%len(kinds)], i), "account_email", "hanako@webmail.example.com", "phone", "090-0000-0000",
			"recovery_email", "hanako@isp.example.jp", "password_kept", []string{"手帳", "青いファイル"}[i%2])
	}
	return records
}

func TestMapOfManyAccounts(t *testing.T) {
	for _, n := range []int{0, 1, 60, 500} {
		_, m := sketched(t, lang.JA, false, many(n))
		p, err := chart.Draw(m)
		if err != nil {
			t.Fatal(err)
		}
		accounts := 0
		for _, b := range m.Boxes {
			if b.Kind == chart.Account {
				accounts++
			}
		}
		if accounts != n+2 {
			t.Errorf("of %d accounts %d are drawn", n+2, accounts)
		}
		if n <= 1 && p.Pages() != 1 || n == 60 && p.Pages() > 9 || n == 500 && p.Pages() > 75 {
			t.Errorf("%d accounts take %d pages", n, p.Pages())
		}
	}
}

// TestMapTellsWhatEachLossDoes holds what boxes and events lock, which is worked
// out for all of them at once, against one loss after the other.
func TestMapTellsWhatEachLossDoes(t *testing.T) {
	for _, when := range moments {
		model, m := sketched(t, lang.EN, false, moment(t, when, "office"))
		g, before := model.Graph(), model.Case(lockout.Optimistic)
		locksOf := func(locked, already []string) (names []string) {
			for _, b := range m.Boxes {
				if slices.Contains(locked, b.ID) && !slices.Contains(already, b.ID) {
					names = append(names, b.Name)
				}
			}
			return names
		}
		shut, err := g.Locked(before)
		if err != nil {
			t.Fatal(err)
		}
		events := slices.DeleteFunc(slices.Clone(model.Events()), func(e *recovery.Event) bool { return e.Kind == recovery.Lose })
		for i, e := range events {
			locked, err := g.Locked(model.Case(lockout.Optimistic, e))
			if want := locksOf(locked, shut); err != nil || !slices.Equal(m.Events[i].Locks, want) {
				t.Errorf("%s: %s locks %v, and in the picture %v (%v)", when, e.ID, want, m.Events[i].Locks, err)
			}
		}
		assets := setOf(g.Known(), g.Unknown())
		for _, b := range m.Boxes {
			if !assets[b.ID] {
				continue
			}
			hanging, err := g.Hanging(b.ID, before)
			if want := locksOf(hanging.Locks, nil); err != nil || !contains(b.Locks, want) {
				t.Errorf("%s: the loss of %s locks %v, and in the picture %v (%v)", when, b.Name, want, b.Locks, err)
			}
		}
	}
}

func contains(list, part []string) bool {
	return !slices.ContainsFunc(part, func(s string) bool { return !slices.Contains(list, s) })
}

func TestTooManyToDraw(t *testing.T) {
	records := many(mostDrawn) // and two mailboxes
	for l, want := range map[lang.Lang]string{lang.EN: "these are 1002 accounts; one picture takes at most 1000", lang.JA: "アカウントが 1002 件あります。1 つの図に描けるのは 1000 件までです"} {
		a, _ := testApp(l)
		_, err := a.accountsToMap(nil, derived(records...), mapOptions{}, nil)
		var f *failure
		if !errors.As(err, &f) || f.status != statusUsage || f.what.in(l) != want || len(f.next) == 0 {
			t.Errorf("too many accounts to draw: %v", err)
		}
	}
	a, _ := testApp(lang.EN)
	if list, err := a.accountsToMap(nil, derived(records[:mostDrawn+1]...), mapOptions{owner: "花子"}, nil); err != nil || len(list) != mostDrawn {
		t.Errorf("%d accounts are drawn, not %d: %v", len(list), mostDrawn, err)
	}
}

func BenchmarkMap(b *testing.B) {
	for _, n := range []int{60, mostDrawn} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			records := many(n)
			for b.Loop() {
				_, m := sketched(b, lang.JA, false, records)
				if _, err := chart.Draw(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
