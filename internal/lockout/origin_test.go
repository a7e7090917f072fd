package lockout

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// origin is the case this program was written for. A Microsoft account that
// carries Office: its password on one paper, its only address that of a provider
// whose contract ends with the flat, no mobile number, and a form that may
// refuse.
func origin() *Builder {
	b := new(Builder)
	for _, id := range []string{"paper", "isp-contract", "pw@isp", "card", "contact-mail", "old-passwords", "registered-name", "birth-date"} {
		b.AddAsset(id, false)
	}
	b.AddAccount("ms", 2)
	b.AddAccount("office", 2)
	for _, id := range []string{"pw", "mailbox@isp", "code@isp", "key"} {
		b.AddNode(id)
	}
	sure := func(head string, body ...string) { b.AddRule(head, len(body), body, Sure, 0) }
	sure("ms", "pw")
	sure("pw", "paper")
	sure("ms", "code@isp")
	sure("code@isp", "mailbox@isp")
	sure("mailbox@isp", "isp-contract", "pw@isp")
	b.AddRule("ms", 4, []string{"contact-mail", "old-passwords", "registered-name", "birth-date"}, Form, 24*time.Hour)
	sure("office", "ms", "key")
	sure("key", "card")
	b.AddEvent("move-house", "isp-contract")
	b.AddEvent("lose-paper", "paper")
	b.AddEvent("fire", "paper", "card")
	b.AddEvent("forgot-passwords", "pw@isp", "old-passwords")
	return b
}

func mustBuild(t testing.TB, b *Builder) *Graph {
	t.Helper()
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// lockoutSets are all minimal lockout sets, checked to be the same from both
// algorithms.
func lockoutSets(t *testing.T, g *Graph, account string, c Case) []string {
	t.Helper()
	sets, truncated, err := must(g.LockoutSets(c, 3))(t).Of(account)
	if err != nil || truncated {
		t.Fatal(err, truncated)
	}
	equal(t, "any size", texts(must(g.All(account, c, 0))(t).Lockout), texts(sets))
	return texts(sets)
}

func TestOriginCase(t *testing.T) {
	g := mustBuild(t, origin())
	sure := Case{Run: SureOnly}
	equal(t, "ms, on the day of the note", lockoutSets(t, g, "ms", sure), []string{"[isp-contract paper]", "[paper pw@isp]"})
	equal(t, "office", lockoutSets(t, g, "office", sure), []string{"[card]", "[isp-contract paper]", "[paper pw@isp]"})

	moved := Case{Run: SureOnly, Happened: []string{"move-house"}}
	equal(t, "ms, after the cancellation", lockoutSets(t, g, "ms", moved), []string{"[paper]"})
	equal(t, "office", lockoutSets(t, g, "office", moved), []string{"[card]", "[paper]"})

	lost := Case{Run: SureOnly, Happened: []string{"move-house", "lose-paper"}}
	equal(t, "gone", must(g.Locked(lost))(t), []string{"ms", "office"})
	lost.Run = Optimistic
	equal(t, "but for the form", must(g.Locked(lost))(t), []string(nil))
	equal(t, "states", must(g.States(lost))(t), []State{Asking, Asking})
	equal(t, "times", must(g.Times(lost))(t), []time.Duration{24 * time.Hour, 24 * time.Hour})

	table := must(g.Table(sure, 3))(t)
	equal(t, "events", texts(must(table.Minimal("ms"))(t)),
		[]string{"[fire forgot-passwords]", "[fire move-house]", "[forgot-passwords lose-paper]", "[lose-paper move-house]"})
	equal(t, "events that lock office", texts(must(table.Minimal("office"))(t))[0], "[fire]")
}

func TestOriginCaseExplained(t *testing.T) {
	g := mustBuild(t, origin())
	lost := Case{Run: SureOnly, Happened: []string{"move-house", "lose-paper"}}
	why, locked, err := g.Why("ms", lost)
	if err != nil || !locked {
		t.Fatal(locked, err)
	}
	ms := why.Nodes[0]
	equal(t, "ways", ms.Ways, []Way{
		{Rule: 0, Wait: Never, Lacks: 1, Missing: []string{"pw"}, Gone: []string{"paper"}},
		{Rule: 2, Wait: Never, Lacks: 1, Missing: []string{"code@isp"}, Gone: []string{"isp-contract"}},
		{Rule: 5, Wait: Never, LeftOut: true, Missing: []string{}, Gone: []string{}},
	})
	equal(t, "assets", why.Assets, []Gone{
		{ID: "paper", By: []string{"lose-paper"}}, {ID: "isp-contract", By: []string{"move-house"}},
	})

	ways := must(g.Ways("ms", Case{Happened: []string{"move-house"}}))(t)
	equal(t, "ways after the move", ways, []Way{
		{Rule: 0, Works: true, Missing: []string{}, Gone: []string{}},
		{Rule: 2, Wait: Never, Lacks: 1, Missing: []string{"code@isp"}, Gone: []string{"isp-contract"}},
		{Rule: 5, Works: true, Wait: 24 * time.Hour, Missing: []string{}, Gone: []string{}},
	})

	p, ok, err := g.Proof("office", Case{Happened: []string{"lose-paper"}})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	equal(t, "proof", fmt.Sprint(p.State, p.Wait, p.Assets), "open 0s [card isp-contract pw@isp]")
	var heads []string
	for _, s := range p.Steps {
		heads = append(heads, s.Head)
	}
	equal(t, "steps", slices.Index(heads, "mailbox@isp") < slices.Index(heads, "ms"), true)
	equal(t, "last", heads[len(heads)-1], "office")
}

// TestOriginCaseMended holds the story's own remedy: an address or a number in
// daily use, and after it no single event locks the account.
func TestOriginCaseMended(t *testing.T) {
	g := mustBuild(t, origin())
	moved := Case{Run: SureOnly, Happened: []string{"move-house"}}
	mobile := Repair{
		ID: "mobile-number", Assets: []NewAsset{{ID: "line"}},
		Nodes: []string{"sms"},
		Rules: []Rule{{Head: "sms", K: 1, Body: []string{"line"}}, {Head: "ms", K: 1, Body: []string{"sms"}}},
	}
	copyAtHome := Repair{
		ID: "copy-in-same-drawer", Assets: []NewAsset{{ID: "copy", KilledBy: []string{"fire", "lose-paper"}}},
		Rules: []Rule{{Head: "pw", K: 1, Body: []string{"copy"}}},
	}
	photo := Repair{
		ID: "photo-of-card", Assets: []NewAsset{{ID: "photo"}},
		Rules: []Rule{{Head: "key", K: 1, Body: []string{"photo"}}},
	}
	repairs := []Repair{copyAtHome, photo, mobile}
	rank := must(g.Rank(moved, repairs))(t)
	equal(t, "best", rank.Effects[0].Repair, "mobile-number")
	equal(t, "eased", rank.Effects[0].Eased, []string{"ms", "office"})
	equal(t, "a copy that burns with the first", rank.Effects[2].After, rank.Before)
	plan := must(g.Plan(moved, repairs, 10))(t)
	equal(t, "plan", fmt.Sprintln(len(plan.Effects), plan.Effects[0].Repair, plan.Effects[1].Repair), "2 mobile-number photo-of-card\n")
	equal(t, "no single event is left", plan.Effects[1].After, Risk{})
}

// TestOriginCaseStolen: whoever finds the paper and the card has both accounts,
// and by then the owner has neither.
func TestOriginCaseStolen(t *testing.T) {
	g := mustBuild(t, origin())
	theft := must(g.Theft(Case{Run: SureOnly, Lost: []string{"paper"}}, Case{Only: []string{"paper"}}))(t)
	equal(t, "opened", theft.Opened, []string{"ms"})
	equal(t, "locked", theft.Locked, []string{"ms", "office"})
	sets, _, err := must(g.AccessSets(Case{Only: []string{"paper", "card"}}, 3))(t).Of("office")
	equal(t, "needs", fmt.Sprint(sets, err), "[[paper card]] <nil>")
}

// TestOriginCaseGivenUp: what hangs on the contract before it is cancelled.
func TestOriginCaseGivenUp(t *testing.T) {
	g := mustBuild(t, origin())
	equal(t, "contract", must(g.Hanging("isp-contract", Case{Run: SureOnly}))(t), Hanging{Uses: []string{"ms"}})
	equal(t, "without the paper", must(g.Hanging("isp-contract", Case{Run: SureOnly, Lost: []string{"paper"}}))(t),
		Hanging{Uses: []string{"ms"}, Locks: []string{"ms", "office"}})
	equal(t, "mailbox", must(g.Hanging("mailbox@isp", Case{Kept: []string{"card"}}))(t),
		Hanging{Uses: []string{"ms"}, Opens: []string{"ms", "office"}})
	equal(t, "order", must(g.Order(Case{}))(t), []string{"ms", "office"})
}

// TestRingOfMailboxes: two mailboxes that reset each other, each with a password
// on the same paper.
func TestRingOfMailboxes(t *testing.T) {
	var b Builder
	b.AddAsset("paper", false)
	b.AddAsset("laptop", false)
	b.AddAccount("gmail", 3)
	b.AddAccount("outlook", 3)
	b.AddAccount("shop", 1)
	b.AddNode("session:gmail")
	b.AddRule("gmail", 1, []string{"paper"}, Sure, 0)
	b.AddRule("outlook", 1, []string{"paper"}, Sure, 0)
	b.AddRule("gmail", 1, []string{"outlook"}, Sure, 0)
	b.AddRule("outlook", 1, []string{"gmail"}, Sure, 0)
	b.AddRule("shop", 1, []string{"gmail"}, Sure, 0)
	g := mustBuild(t, &b)
	rings, behind, err := g.Rings(Case{Lost: []string{"paper"}})
	equal(t, "ring", fmt.Sprint(rings, behind, err),
		fmt.Sprint([]Ring{{[]string{"gmail", "outlook"}, []string{"gmail", "outlook"}, []string{"gmail", "outlook"}}}, []string{"shop"}, nil))
	ways := must(g.Ways("gmail", Case{Lost: []string{"paper"}}))(t)
	equal(t, "ways of a member", ways, []Way{
		{Rule: 0, Wait: Never, Lacks: 1, Missing: []string{"paper"}, Gone: []string{"paper"}},
		{Rule: 2, Wait: Never, Lacks: 1, Missing: []string{"outlook"}, Gone: []string{"paper"}, Circle: true},
	})
	rings, _, _ = g.Rings(Case{})
	equal(t, "while the paper is there", len(rings), 0)

	// A browser that is still signed in is a thing on the laptop, not of the circle.
	b.AddRule("session:gmail", 1, []string{"laptop"}, Sure, 0)
	b.AddRule("gmail", 1, []string{"session:gmail"}, Sure, 0)
	g = mustBuild(t, &b)
	equal(t, "with the session", must(g.Locked(Case{Lost: []string{"paper"}}))(t), []string(nil))
	equal(t, "without it", must(g.Locked(Case{Lost: []string{"paper", "laptop"}}))(t), []string{"gmail", "outlook", "shop"})
}

// TestWayThroughItself: an account that is its own recovery address. The ring
// lacks nothing but the account itself.
func TestWayThroughItself(t *testing.T) {
	var b Builder
	b.AddAsset("paper", false)
	b.AddAsset("code sheet", true)
	b.AddAccount("mail", 1)
	b.AddNode("mailbox")
	b.AddRule("mail", 1, []string{"paper"}, Sure, 0)
	b.AddRule("mail", 2, []string{"mailbox", "code sheet"}, Sure, 0)
	b.AddRule("mailbox", 1, []string{"mail"}, Sure, 0)
	g := mustBuild(t, &b)
	want := Way{Rule: 1, Wait: Never, Lacks: 1, Missing: []string{"mailbox"}, Gone: []string{}, Circle: true}
	equal(t, "while it opens", must(g.Ways("mail", Case{}))(t)[1], want)
	lost := Case{Lost: []string{"paper"}}
	equal(t, "when it does not", must(g.Ways("mail", lost))(t)[1], want)
	why, _, err := g.Why("mail", lost)
	equal(t, "why", fmt.Sprint(why.Nodes[0].Ways[1], why.Nodes[0].Circular, why.Nodes[1].ID, err), fmt.Sprint(want, true, "mailbox", nil))
	got, _, err := g.Deciding("mail", lost, 0)
	equal(t, "no field would decide", fmt.Sprint(got, err), "[] <nil>")
	rings, _, err := g.Rings(lost)
	equal(t, "ring", fmt.Sprint(rings, err), fmt.Sprint([]Ring{{[]string{"mail"}, []string{"mail", "mailbox"}, []string{"mail", "mailbox"}}}, nil))
}
