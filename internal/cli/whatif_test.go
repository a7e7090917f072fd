package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

func TestWaits(t *testing.T) {
	tests := []struct {
		wait             time.Duration
		code, words, say string
	}{
		{0, "0h", "", ""},
		{time.Minute, "1h", "1 hour", "1 時間"},
		{time.Hour, "1h", "1 hour", "1 時間"},
		{24 * time.Hour, "24h", "24 hours", "24 時間"},
		{48 * time.Hour, "2d", "48 hours", "48 時間"},
		{49 * time.Hour, "49h", "3 days", "3 日"},
		{30 * 24 * time.Hour, "30d", "30 days", "30 日"},
	}
	en, ja := &app{lang: lang.EN}, &app{lang: lang.JA}
	for _, tt := range tests {
		if got := waitCode(tt.wait); got != tt.code {
			t.Errorf("%v: code %q, not %q", tt.wait, got, tt.code)
		}
		if got := en.text(recovery.WaitWords(tt.wait)); got != tt.words {
			t.Errorf("%v: %q, not %q", tt.wait, got, tt.words)
		}
		if got := ja.text(recovery.WaitWords(tt.wait)); got != tt.say {
			t.Errorf("%v: %q, not %q", tt.wait, got, tt.say)
		}
		if d, err := record.ParseWait(tt.code); tt.wait%time.Hour == 0 && tt.wait > 0 && (err != nil || d != tt.wait) {
			t.Errorf("%q is read as %v, %v", tt.code, d, err)
		}
	}
	if got := en.takes(lockout.Never); got != "" {
		t.Errorf("what never opens takes %q", got)
	}
}

func TestSomeOf(t *testing.T) {
	a := &app{lang: lang.EN}
	names := []string{"office", "mail\x1b[2Jbox", "google"}
	for most, want := range map[int]string{1: "office and 2 more", 3: "office, mail?[2Jbox, google", 9: "office, mail?[2Jbox, google"} {
		if got := a.someOf(names, most); strings.ContainsRune(got, 0x1b) || most == 1 && got != want || most > 1 && !strings.HasSuffix(got, ", google") {
			t.Errorf("%d of them: %q", most, got)
		}
	}
}

// named makes a record of a template; fields are KEY=VALUE.
func named(template, name string, fields ...string) *record.Record {
	r := &record.Record{ID: record.NewID(), Template: template, Name: name, Owner: "山田 花子"}
	t := record.LookupTemplate(template)
	for _, f := range fields {
		key, value, _ := strings.Cut(f, "=")
		r.Set(key, t.Spec(key).Type, value)
	}
	return r
}

// withWay adds a way of the record's own: ID: need + need.
func withWay(t *testing.T, r *record.Record, id string, needs ...string) *record.Record {
	t.Helper()
	r = r.Clone()
	w := record.Way{ID: id}
	for _, s := range needs {
		need, err := record.ParseNeed(s)
		if err != nil {
			t.Fatal(err)
		}
		w.Needs = append(w.Needs, need)
	}
	r.Ways = append(r.Ways, w)
	return r
}

func derived(records ...*record.Record) *recovery.Model {
	return recovery.Derive(recovery.Input{Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Records: records})
}

// TestShift holds the line after add and edit against what changed.
func TestShift(t *testing.T) {
	phone := named("device", "keitai", "kind=phone")
	bare := named("software", "shop")
	byPhone := withWay(t, bare, "app", "record:keitai")
	both := withWay(t, byPhone, "desk", "paper:机の引き出し")
	tests := []struct {
		name          string
		before, after []*record.Record
		saved         *record.Record
		event         string // of the line; "-" for no line, "" for today
		gains, falls  string
		fresh         bool
	}{
		{"nothing changed", []*record.Record{phone, byPhone}, []*record.Record{phone, byPhone}, byPhone, "-", "", "", false},
		{"a way that does not need the telephone", []*record.Record{phone, byPhone}, []*record.Record{phone, both}, both, "phone-lost:keitai", "shop", "", false},
		{"it is taken away again", []*record.Record{phone, both}, []*record.Record{phone, byPhone}, byPhone, "phone-lost:keitai", "", "shop", false},
		{"a new account that hangs on the telephone", []*record.Record{phone}, []*record.Record{phone, byPhone}, byPhone, "phone-lost:keitai", "", "shop", true},
		{"a new record that is no account", []*record.Record{phone, byPhone}, []*record.Record{phone, byPhone, named("note", "x")}, named("note", "x"), "-", "", "", false},
	}
	for _, tt := range tests {
		s := bestShift(derived(tt.before...), derived(tt.after...), tt.saved)
		if tt.event == "-" {
			if s != nil {
				t.Errorf("%s: says %q", tt.name, (&app{}).shiftWords(s))
			}
			continue
		}
		if s == nil || s.event == nil {
			t.Errorf("%s: nothing is said of an event: %+v", tt.name, s)
			continue
		}
		if !strings.HasPrefix(tt.event, s.event.ID) || strings.Join(plainNames(s.gains), " ") != tt.gains ||
			strings.Join(plainNames(s.falls), " ") != tt.falls || s.fresh != tt.fresh {
			t.Errorf("%s: %s, gains %v, falls %v, fresh %v", tt.name, s.event.ID, plainNames(s.gains), plainNames(s.falls), s.fresh)
		}
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			if words := (&app{lang: l}).shiftWords(s); !strings.Contains(words, "shop") || !strings.Contains(words, s.event.Label.In(l)) {
				t.Errorf("%s: the line %q does not name the account and the event", tt.name, words)
			}
		}
	}
}

// TestWhatifManyAccounts holds that long lists are cut and say so, and that
// --all leaves nothing out.
func TestWhatifManyAccounts(t *testing.T) {
	records := []*record.Record{named("device", "keitai", "kind=phone")}
	for i := range mostDetails + 5 {
		records = append(records, withWay(t, named("software", fmt.Sprintf("shop-%02d", i)), "app", "record:keitai"))
	}
	for _, all := range []bool{false, true} {
		a, out := testApp(lang.EN)
		q := forecastOf(t, records, &whatifOptions{everything: all}, "phone-lost")
		if err := a.showForecast(q); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		if cut := strings.Contains(text, "and 5 more (--all)"); cut == all {
			t.Errorf("with --all=%v the list is cut: %v\n%s", all, cut, text)
		}
		if n := strings.Count(text, "keitai, unlocked - "); n != len(records)-1 && all || n != mostDetails && !all {
			t.Errorf("with --all=%v there are %d accounts with their ways", all, n)
		}
	}
}

// TestWhatifOfOneOwner holds that the table of one person names neither what
// happens to others nor the services of others, that it can be made again, and
// that the model keeps the events of everybody.
func TestWhatifOfOneOwner(t *testing.T) {
	of := func(owner string, r *record.Record) *record.Record {
		r.Owner = owner
		return r
	}
	records := []*record.Record{
		of("A", named("device", "phone-a", "kind=phone")), of("A", withWay(t, named("software", "shop-a"), "app", "record:phone-a")),
		of("B", named("device", "phone-b", "kind=phone")), of("B", withWay(t, named("software", "shop-b"), "app", "record:phone-b")),
		of("B", named("mailbox", "mail-b", "address=b@mail-b.example", "class=webmail")),
	}
	a, out := testApp(lang.EN)
	q := forecastOf(t, records, &whatifOptions{owner: "A"})
	all := len(q.m.Events())
	for range 2 {
		out.Reset()
		if err := a.whatifTable(q); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, "shop-a") || strings.Contains(text, "-b") {
			t.Errorf("the table of A:\n%s", text)
		}
	}
	if n := len(q.m.Events()); n != all || slices.Contains(q.m.Events(), nil) {
		t.Errorf("the model had %d events and has %d: %v", all, n, q.m.Events())
	}
}

func testApp(l lang.Lang) (*app, *bytes.Buffer) {
	var out bytes.Buffer
	return &app{name: "vault", lang: l, out: &out, err: &out}, &out
}

func forecastOf(t *testing.T, records []*record.Record, o *whatifOptions, events ...string) *forecast {
	t.Helper()
	q := &forecast{whatifOptions: o, records: records, m: derived(records...)}
	q.g = q.m.Graph()
	var err error
	if q.events, err = q.m.Find(events, o.owner); err != nil {
		t.Fatal(err)
	}
	if err := q.look(); err != nil {
		t.Fatal(err)
	}
	return q
}

// TestWhatifAgrees holds the table, the pairs and the single scenarios against
// each other.
func TestWhatifAgrees(t *testing.T) {
	phone, house := named("device", "keitai", "kind=phone"), named("place", "desk", "address=Example Street 1")
	records := []*record.Record{phone, house,
		withWay(t, withWay(t, named("software", "two"), "app", "record:keitai"), "desk", "paper:desk"),
		withWay(t, named("software", "one"), "app", "record:keitai"),
		withWay(t, named("software", "held"), "mind", "memory")}
	q := forecastOf(t, records, &whatifOptions{pairs: true})
	tolls, err := q.tolls(q.asked())
	if err != nil {
		t.Fatal(err)
	}
	for _, toll := range tolls {
		one := forecastOf(t, records, &whatifOptions{}, toll.events[0].ID)
		by := one.sorted()
		for _, list := range [][2][]*recovery.Account{{toll.shut, by.shut}, {toll.form, by.form}, {toll.unclear, by.unclear}} {
			told, found := plainNames(list[0]), plainNames(list[1])
			slices.Sort(told)
			slices.Sort(found)
			if !slices.Equal(told, found) && toll.events[0].Kind != recovery.Lose {
				t.Errorf("%s: the table says %v, the scenario %v", toll.events[0].ID, told, found)
			}
		}
	}
	pairs, err := q.pairTolls()
	if err != nil || !pairs.tried {
		t.Fatal(pairs, err)
	}
	if !slices.ContainsFunc(pairs.tolls, func(p *toll) bool {
		return slices.Contains(plainNames(append(p.shut, p.unclear...)), "two")
	}) {
		t.Error("no pair of events locks what has two ways")
	}
	for _, p := range pairs.tolls {
		together := forecastOf(t, records, &whatifOptions{}, p.events[0].ID, p.events[1].ID)
		for _, acc := range p.shut {
			if together.then[acc.ID] != lockout.Shut {
				t.Errorf("%s and %s do not lock %s", p.events[0].ID, p.events[1].ID, acc.Record.Name)
			}
			for _, e := range p.events {
				if alone := forecastOf(t, records, &whatifOptions{}, e.ID); alone.then[acc.ID] == lockout.Shut {
					t.Errorf("%s alone locks %s", e.ID, acc.Record.Name)
				}
			}
		}
	}
}

// household makes n accounts that hang on a mailbox, a telephone and papers.
func household(n int) []*record.Record {
	records := []*record.Record{
		named("device", "keitai", "kind=phone"), named("device", "pc", "kind=pc"),
		named("mailbox", "mailbox", "address=hanako@example.jp", "hint=the cat"),
		named("phone-line", "mobile", "number=090-0000-0000", "kind=mobile"),
	}
	for i := len(records); i < n; i++ {
		records = append(records, named("google", fmt.Sprintf("account-%05d", i), "recovery_email=hanako@example.jp", "recovery_phone=090-0000-0000", "two_step=off"))
	}
	return records
}

// BenchmarkShift is what the line after add and edit costs besides reading the
// records; above mostCompared it is left out.
func BenchmarkShift(b *testing.B) {
	for _, n := range []int{20, 100, mostCompared, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			records := household(n)
			last := records[n-1].Clone()
			last.Remove("recovery_phone")
			after := append(slices.Clone(records[:n-1]), last)
			for b.Loop() {
				bestShift(derived(records...), derived(after...), last)
			}
		})
	}
}

// BenchmarkWhatif is one scenario shown, what a thief opens, the table of all events, and all there is
// to say as JSON, without opening the vault.
func BenchmarkWhatif(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		records := household(n)
		b.Run(fmt.Sprintf("scenario/%d", n), func(b *testing.B) {
			for b.Loop() {
				a, _ := testApp(lang.EN)
				q := &forecast{whatifOptions: &whatifOptions{}, records: records, m: derived(records...)}
				q.g = q.m.Graph()
				q.events, _ = q.m.Find([]string{"phone-lost"}, "")
				if err := q.look(); err != nil {
					b.Fatal(err)
				}
				if err := a.showForecast(q); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("thief/%d", n), func(b *testing.B) {
			for b.Loop() {
				q := &forecast{whatifOptions: &whatifOptions{}, records: records, m: derived(records...)}
				q.g = q.m.Graph()
				q.events, _ = q.m.Find([]string{"phone-lost"}, "")
				if err := q.look(); err != nil {
					b.Fatal(err)
				}
				if _, err := q.theft(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("table/%d", n), func(b *testing.B) {
			for b.Loop() {
				q := &forecast{whatifOptions: &whatifOptions{}, records: records, m: derived(records...)}
				q.g = q.m.Graph()
				if err := q.look(); err != nil {
					b.Fatal(err)
				}
				if _, err := q.tolls(q.asked()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("json/%d", n), func(b *testing.B) {
			for b.Loop() {
				a, _ := testApp(lang.EN)
				q := &forecast{whatifOptions: &whatifOptions{}, records: records, m: derived(records...)}
				q.g = q.m.Graph()
				if err := q.look(); err != nil {
					b.Fatal(err)
				}
				if err := a.showWhatifJSON(q, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
