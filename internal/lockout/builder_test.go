package lockout

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// base is a small graph without faults.
func base() *Builder {
	var b Builder
	b.AddAsset("paper", false)
	b.AddAccount("mail", 1)
	b.AddRule("mail", 1, []string{"paper"}, Sure, 0)
	b.AddEvent("fire", "paper")
	return &b
}

func TestBuilderFaults(t *testing.T) {
	mail := []string{"paper"}
	for _, test := range []struct {
		name string
		do   func(b *Builder)
		want error
	}{
		{"empty id", func(b *Builder) { b.AddAsset("", false) }, ErrNoID},
		{"empty event", func(b *Builder) { b.AddEvent("") }, ErrNoID},
		{"long id", func(b *Builder) { b.AddNode(strings.Repeat("x", MaxIDBytes+1)) }, &LimitError{"bytes in an id", MaxIDBytes}},
		{"asset twice", func(b *Builder) { b.AddAsset("paper", true) }, &DuplicateError{"paper"}},
		{"asset and account", func(b *Builder) { b.AddAccount("paper", 0) }, &DuplicateError{"paper"}},
		{"event twice", func(b *Builder) { b.AddEvent("fire") }, &DuplicateError{"fire"}},
		{"importance below", func(b *Builder) { b.AddAccount("x", -1) }, &RangeError{"importance", "x", -1, MaxImportance}},
		{"importance above", func(b *Builder) { b.AddAccount("x", MaxImportance+1) }, &RangeError{"importance", "x", MaxImportance + 1, MaxImportance}},
		{"no body", func(b *Builder) { b.AddRule("mail", 0, nil, Sure, 0) }, &RuleError{1, "mail", BadBody}},
		{"none of one", func(b *Builder) { b.AddRule("mail", 0, mail, Sure, 0) }, &RuleError{1, "mail", BadThreshold}},
		{"two of one", func(b *Builder) { b.AddRule("mail", 2, mail, Sure, 0) }, &RuleError{1, "mail", BadThreshold}},
		{"twice in body", func(b *Builder) { b.AddRule("mail", 1, []string{"paper", "mail", "paper"}, Sure, 0) }, &RuleError{1, "mail", BadBody}},
		{"certainty", func(b *Builder) { b.AddRule("mail", 1, mail, Person+1, 0) }, &RuleError{1, "mail", BadCertainty}},
		{"negative wait", func(b *Builder) { b.AddRule("mail", 1, mail, Sure, -1) }, &RuleError{1, "mail", BadWait}},
		{"long wait", func(b *Builder) { b.AddRule("mail", 1, mail, Sure, MaxWait+1) }, &RuleError{1, "mail", BadWait}},
		{"long body", func(b *Builder) {
			var body []string
			for x := range MaxBody + 1 {
				body = append(body, fmt.Sprint(x))
			}
			b.AddRule("mail", 1, body, Sure, 0)
		}, &LimitError{"places in a rule", MaxBody}},
		{"no head", func(b *Builder) { b.AddRule("post", 1, mail, Sure, 0) }, &UndeclaredError{"post", "post"}},
		{"deleted record", func(b *Builder) { b.AddRule("mail", 1, []string{"line"}, Sure, 0) }, &UndeclaredError{"line", "mail"}},
		{"asset as head", func(b *Builder) { b.AddRule("paper", 1, []string{"mail"}, Sure, 0) }, &WrongKindError{"paper", "paper", Asset}},
		{"event kills nothing known", func(b *Builder) { b.AddEvent("flood", "cellar") }, &UndeclaredError{"cellar", "flood"}},
		{"event kills account", func(b *Builder) { b.AddEvent("flood", "mail") }, &WrongKindError{"mail", "flood", Account}},
	} {
		b := base()
		test.do(b)
		g, err := b.Build()
		if g != nil || err == nil || err.Error() != test.want.Error() {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
}

func TestBuilderReportsAllFaults(t *testing.T) {
	b := base()
	b.AddRule("mail", 1, []string{"line"}, Sure, 0)
	b.AddAsset("paper", false)
	if n := b.AddRule("mail", 3, []string{"paper"}, Sure, 0); n != -1 {
		t.Errorf("number of a rule that cannot be: %d", n)
	}
	_, err := b.Build()
	var undeclared *UndeclaredError
	var twice *DuplicateError
	var rule *RuleError
	if !errors.As(err, &undeclared) || !errors.As(err, &twice) || !errors.As(err, &rule) {
		t.Fatalf("got %v", err)
	}
	for x := range 100 {
		b.AddRule("mail", 1, []string{fmt.Sprint("missing", x)}, Sure, 0)
	}
	_, err = b.Build()
	if n := strings.Count(err.Error(), "\n") + 1; n != maxFaults {
		t.Errorf("%d faults reported", n)
	}
}

func TestBuilderGoesOn(t *testing.T) {
	b := base()
	before := mustBuild(t, b)
	b.AddAsset("line", false)
	if n := b.AddRule("mail", 1, []string{"line"}, Form, time.Hour); n != 1 {
		t.Errorf("second rule has number %d", n)
	}
	after := mustBuild(t, b)
	lost := Case{Happened: []string{"fire"}}
	equal(t, "before", must(before.Locked(lost))(t), []string{"mail"})
	equal(t, "after", must(after.Locked(lost))(t), []string(nil))
	equal(t, "rule", after.Rule(1), Rule{"mail", 1, []string{"line"}, Form, time.Hour})
}

func TestEmptyGraph(t *testing.T) {
	var b Builder
	g := mustBuild(t, &b)
	equal(t, "locked", len(must(g.Locked(Case{}))(t)), 0)
	equal(t, "table", must(g.Table(Case{}, 3))(t).counts(), [4]int{})
	counts, truncated := must(g.LockoutSets(Case{}, 3))(t).counts()
	equal(t, "sets", fmt.Sprint(counts, truncated), "[0 0 0 0] 0")
	rings, behind, err := g.Rings(Case{})
	equal(t, "rings", fmt.Sprint(len(rings), len(behind), err), "0 0 <nil>")
	equal(t, "plan", *must(g.Plan(Case{}, nil, 3))(t), Plan{Size: 2})

	b.AddAccount("lonely", 1) // without any way
	g = mustBuild(t, &b)
	equal(t, "locked", must(g.Locked(Case{}))(t), []string{"lonely"})
	equal(t, "sets", must(g.All("lonely", Case{}, 0))(t), All{Lockout: [][]string{{}}, Access: [][]string{}})
	rings, behind, err = g.Rings(Case{})
	equal(t, "no ring", fmt.Sprint(len(rings), len(behind), err), "0 0 <nil>")
}

func TestQuestionsAboutNothing(t *testing.T) {
	g := mustBuild(t, base())
	for name, ask := range map[string]func() error{
		"account":    func() error { _, _, err := g.Proof("post", Case{}); return err },
		"asset":      func() error { _, _, err := g.Why("paper", Case{}); return err },
		"empty":      func() error { _, err := g.All("", Case{}, 0); return err },
		"event":      func() error { _, err := g.Locked(Case{Happened: []string{"flood"}}); return err },
		"lost":       func() error { _, err := g.States(Case{Lost: []string{"mail"}}); return err },
		"kept":       func() error { _, err := g.Times(Case{Kept: []string{"line"}}); return err },
		"only":       func() error { _, err := g.Opened(Case{Only: []string{"line"}}); return err },
		"table":      func() error { _, err := g.Table(Case{}, 1, "flood"); return err },
		"table size": func() error { _, err := g.Table(Case{}, 4); return err },
		"set size":   func() error { _, err := g.AccessSets(Case{}, -1); return err },
		"not in it":  func() error { _, err := must(g.Table(Case{}, 1))(t).Locked("flood"); return err },
		"minimal":    func() error { _, err := must(g.Table(Case{}, 1))(t).Minimal("paper"); return err },
		"sets":       func() error { _, _, err := must(g.EventSets(Case{}, 1))(t).Of("post"); return err },
		"theft":      func() error { _, err := g.Theft(Case{}, Case{Only: []string{"post"}}); return err },
		"deciding":   func() error { _, _, err := g.Deciding("paper", Case{}, 0); return err },
		"repair":     func() error { _, err := g.Rank(Case{}, []Repair{{ID: "r", Drop: []int{1}}}); return err },
		"repair twice": func() error {
			_, err := g.Rank(Case{}, []Repair{{ID: "r", Assets: []NewAsset{{ID: "paper"}}}})
			return err
		},
		"repair's event": func() error {
			_, err := g.Plan(Case{}, []Repair{{ID: "r", Assets: []NewAsset{{ID: "copy", KilledBy: []string{"flood"}}}}}, 1)
			return err
		},
		"assets differ": func() error {
			_, err := g.Rank(Case{}, []Repair{{ID: "r", Assets: []NewAsset{{ID: "copy"}}}, {ID: "s", Assets: []NewAsset{{ID: "copy", KilledBy: []string{"fire"}}}}})
			return err
		},
	} {
		var (
			undeclared *UndeclaredError
			kind       *WrongKindError
			size       *RangeError
			twice      *DuplicateError
			rule       *RuleError
		)
		if err := ask(); !errors.Is(err, ErrNoID) && !errors.As(err, &undeclared) && !errors.As(err, &kind) &&
			!errors.As(err, &size) && !errors.As(err, &twice) && !errors.As(err, &rule) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := must(g.Table(Case{}, 0))(t).Locked("fire"); err == nil {
		t.Error("more events than the table holds")
	}
}

func TestKeptIsKept(t *testing.T) {
	g := mustBuild(t, base())
	kept := Case{Kept: []string{"paper"}, Lost: []string{"paper"}, Happened: []string{"fire"}, Only: []string{}}
	equal(t, "opened", must(g.Opened(kept))(t), []string{"mail"})
	equal(t, "table", must(g.Table(kept, 1))(t).counts(), [4]int{})
}

// TestTableIsBounded asks for all triples of more events than a table holds.
func TestTableIsBounded(t *testing.T) {
	b := base()
	for e := range 400 {
		b.AddEvent(fmt.Sprint("event ", e), "paper")
	}
	g := mustBuild(t, b)
	table := must(g.Table(Case{}, 3))(t)
	if !table.Truncated || table.Size != 2 || len(table.sets) != upTo(401, 2) {
		t.Errorf("size %d, truncated %v, %d scenarios", table.Size, table.Truncated, len(table.sets))
	}
	if sets, truncated, err := must(g.EventSets(Case{}, 3))(t).Of("mail"); len(sets) != 401 || truncated || err != nil {
		t.Errorf("%d sets, %v, %v", len(sets), truncated, err)
	}
}

func TestLongWaitsStayBelowNever(t *testing.T) {
	var b Builder
	b.AddAsset("x", false)
	last := "x"
	for i := range 100 {
		id := fmt.Sprint("a", i)
		b.AddAccount(id, 0)
		b.AddRule(id, 1, []string{last}, Sure, MaxWait)
		last = id
	}
	times := must(mustBuild(t, &b).Times(Case{}))(t)
	if got := times[99]; got != Never-1 || !slices.IsSorted(times) {
		t.Errorf("got %d", got)
	}
}
