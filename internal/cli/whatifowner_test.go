package cli

import (
	"slices"
	"testing"

	"memovault/internal/record"
)

// TestWhatifSpeaksOfOneOwner: with --owner the accounts of others are spoken of
// only where what happens to that owner locks them, not where a service closes
// that others use too, and not for what a thief could have without the loot.
func TestWhatifSpeaksOfOneOwner(t *testing.T) {
	of := func(owner string, r *record.Record) *record.Record {
		r.Owner = owner
		return r
	}
	records := []*record.Record{
		of("A", named("device", "phone-a", "kind=phone")),
		of("A", named("mailbox", "mail-a", "address=a@mail.example", "class=webmail")),
		of("B", named("mailbox", "mail-b", "address=b@mail.example", "class=webmail")),
		of("B", withWay(t, named("software", "shop-b"), "app", "record:phone-a")),
		of("B", named("isp", "isp-b", "provider=Example Net", "customer_id=C1", "contract_name=B B", "mail_address=b@isp.example.jp")), // a form is open to anybody
	}
	for _, c := range []struct {
		owner, event string
		want         []string
	}{
		{"", "provider-closes:mail.example", []string{"mail-a", "mail-b"}},
		{"A", "provider-closes:mail.example", []string{"mail-a"}},
		{"A", "phone-lost", []string{"shop-b"}},
	} {
		q := forecastOf(t, records, &whatifOptions{owner: c.owner}, c.event)
		var names []string
		for _, acc := range q.sorted().shut {
			names = append(names, acc.Record.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, c.want) {
			t.Errorf("%s of %q locks %v, want %v", c.event, c.owner, names, c.want)
		}
	}
	q := forecastOf(t, records, &whatifOptions{owner: "A"}, "phone-lost")
	theft, err := q.theft()
	if err != nil {
		t.Fatal(err)
	}
	for _, acc := range theft.perhaps {
		if acc.Record.Owner != "A" && acc.Record.Name != "shop-b" {
			t.Errorf("a thief of A's phone perhaps gets into %s of %s", acc.Record.Name, acc.Record.Owner)
		}
	}
}
