package cli

import (
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// TestWhatifLeavesTheUntouchedOut holds that what the event has nothing to do
// with is counted in one line, and listed with --all; and that the others stand
// by weight, then by name.
func TestWhatifLeavesTheUntouchedOut(t *testing.T) {
	weighty := withWay(t, withWay(t, named("software", "zoo"), "app", "record:keitai"), "desk", "paper:机")
	weighty.Importance = 3
	records := []*record.Record{named("device", "keitai", "kind=phone"), named("device", "tablet", "kind=tablet"),
		withWay(t, withWay(t, named("software", "shop"), "app", "record:keitai"), "desk", "paper:机"),
		weighty,
		withWay(t, named("software", "either"), "app", "record:keitai|paper:机"),
		withWay(t, named("software", "apart"), "desk", "paper:机"),
		withWay(t, named("software", "behind"), "shop", "record:shop"),
	}
	q := forecastOf(t, records, &whatifOptions{}, "phone-lost")
	touched, rest, err := q.touched(q.sorted().open)
	if err != nil {
		t.Fatal(err)
	}
	order, _, err := q.inOrder(touched)
	if got := plainNames(order); err != nil || !slices.Equal(got, []string{"zoo", "either", "shop"}) {
		t.Errorf("touched: %v %v", got, err)
	}
	left := plainNames(rest)
	slices.Sort(left)
	if !slices.Equal(left, []string{"apart", "behind"}) {
		t.Errorf("not touched: %v", left)
	}
	for _, c := range []struct {
		lang  lang.Lang
		event string
		all   bool
		want  string
		names bool
	}{
		{lang.EN, "phone-lost", false, "\n2 others are not touched by this\n", false},
		{lang.JA, "phone-lost", false, "\nほかの 2 件には関係ありません\n", false},
		{lang.EN, "phone-lost", true, "\n2 others are not touched by this\n", true},
		{lang.EN, "lose:tablet", false, "\nNone of the 5 accounts that you get into is touched by this\n", false},
		{lang.JA, "lose:tablet", false, "\n今戻れるアカウント（5 件）には関係ありません\n", false},
	} {
		a, out := testApp(c.lang)
		if err := a.showForecast(forecastOf(t, records, &whatifOptions{everything: c.all}, c.event)); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); !strings.Contains(text, c.want) || strings.Contains(text, "apart") != c.names {
			t.Errorf("%s, all=%v:\n%s", c.event, c.all, text)
		}
	}
}

// TestInOrderHeedsNeeds holds that an account stands after those that its way
// needs, however weighty it is.
func TestInOrderHeedsNeeds(t *testing.T) {
	weighty := withWay(t, named("software", "above"), "below", "record:below")
	weighty.Importance = 3
	records := []*record.Record{weighty, withWay(t, named("software", "below"), "desk", "paper:机")}
	q := forecastOf(t, records, &whatifOptions{})
	order, proofs, err := q.inOrder(q.sorted().open)
	if got := plainNames(order); err != nil || len(proofs) != 2 || !slices.Equal(got, []string{"below", "above"}) {
		t.Errorf("in order: %v %v", got, err)
	}
}

// TestExplainNamesWhatIsThere holds that of several things of which a way needs
// one, those are left out that the events take, also where they could be asked
// for again.
func TestExplainNamesWhatIsThere(t *testing.T) {
	records := []*record.Record{
		named("phone-line", "mobile", "number=090-0000-0000", "kind=mobile"),
		named("mailbox", "post", "address=post@mail.example", "class=webmail", "password_kept=paper:机の引き出し"),
		named("microsoft", "ms", "two_step=off", "security_email=post@mail.example", "phone=090-0000-0000"),
	}
	for event, want := range map[string]bool{"phone-lost": false, "forgot-passwords": true} {
		a, out := testApp(lang.EN)
		q := forecastOf(t, records, &whatifOptions{}, event)
		if err := a.explainAccount(q, q.m.Account("ms")); err != nil {
			t.Fatal(err)
		}
		with := slices.DeleteFunc(strings.Split(out.String(), "\n"), func(line string) bool { return !strings.Contains(line, "with: mail at post@mail.example") })
		if len(with) == 0 || strings.Contains(with[0], "text message") != want {
			t.Errorf("%s:\n%s", event, out)
		}
	}
}

// TestLostAccountSaysSoOnce holds that of an account that is lost itself, not
// each way says that it is not there.
func TestLostAccountSaysSoOnce(t *testing.T) {
	records := []*record.Record{withWay(t, withWay(t, named("software", "shop"), "app", "paper:箱"), "desk", "paper:机")}
	for l, want := range map[lang.Lang]string{lang.EN: "that shop is there at all, gone then", lang.JA: "shop そのもの（なくなる）"} {
		a, out := testApp(l)
		q := forecastOf(t, records, &whatifOptions{}, "lose:shop")
		if err := a.showForecast(q); err != nil {
			t.Fatal(err)
		}
		told := strings.Count(out.String(), want)
		out.Reset()
		if err := a.explainAccount(q, q.m.Account("shop")); err != nil {
			t.Fatal(err)
		}
		if explained := strings.Count(out.String(), want); told != 1 || explained != 1 {
			t.Errorf("%q is said %d times, and explained %d times:\n%s", want, told, explained, out)
		}
	}
}

// TestThiefNamesWhatTheLootOpens holds that what is open to anybody by a form is
// not laid to the loot.
func TestThiefNamesWhatTheLootOpens(t *testing.T) {
	form := func(name string, needs ...string) *record.Record {
		r := withWay(t, named("software", name), "counter", needs...)
		r.Ways[0].Certainty = record.CertaintyForm
		return r
	}
	records := []*record.Record{named("phone-line", "mobile", "number=090-0000-0000", "kind=mobile"),
		named("isp", "anybody", "provider=Example Net", "customer_id=C1", "contract_name=B B", "mail_address=b@isp.example.jp"), form("by-phone", "record:mobile")}
	q := forecastOf(t, records, &whatifOptions{thief: true}, "phone-lost")
	theft, err := q.theft()
	if got := plainNames(theft.perhaps); err != nil || !slices.Equal(got, []string{"by-phone"}) {
		t.Errorf("perhaps: %v %v", got, err)
	}
}

// TestEventsOfOneOwner holds that services that only others use are not listed.
func TestEventsOfOneOwner(t *testing.T) {
	of := func(owner string, r *record.Record) *record.Record {
		r.Owner = owner
		return r
	}
	records := []*record.Record{
		of("A", named("mailbox", "mail-a", "address=a@a.example", "class=webmail")),
		of("A", named("microsoft", "ms-a", "security_email=c@shared.example")),
		of("B", named("mailbox", "mail-b", "address=b@b.example", "class=webmail")),
	}
	a, out := testApp(lang.EN)
	if err := a.listEvents(forecastOf(t, records, &whatifOptions{owner: "A", events: true})); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if !strings.Contains(text, "a.example") || !strings.Contains(text, "shared.example") || strings.Contains(text, "b.example") {
		t.Errorf("the events of A:\n%s", text)
	}
}
