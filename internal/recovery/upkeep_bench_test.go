package recovery_test

import (
	"fmt"
	"testing"

	"memovault/internal/record"
	"memovault/internal/recovery"
)

// household is n records of many people: a mailbox and a line for every ten, and
// accounts that get their codes there; every hundredth mailbox goes away.
func household(n int) []*record.Record {
	templates := []string{"google", "microsoft", "amazon", "rakuten", "line", "github", "apple", "nintendo"}
	var list []*record.Record
	for i := range n {
		mail, phone := fmt.Sprintf("m%d@isp%d.example.jp", i/10, i/1000), fmt.Sprintf("090-%04d-%04d", i/10/10000, i/10%10000)
		var r *record.Record
		switch i % 10 {
		case 0:
			r = noted("mailbox", fmt.Sprintf("box%d", i), "address", mail, "contract_ends", "2027-03-31")
			if i%1000 == 0 {
				r.Retire = &record.Retirement{Begun: "2026-11-01"}
			}
		case 1:
			r = noted("phone-line", fmt.Sprintf("line%d", i), "number", phone)
		default:
			r = noted(templates[i%10-2], fmt.Sprintf("account%d", i), "account_email", mail, "email", mail, "phone", phone, "last_sign_in", "2026-01-01", "codes_made", "2026-01-01")
			r.Notes = "opened in the shop at the station; the receipt is in the blue file"
		}
		r.Owner = fmt.Sprintf("owner %d", i/100)
		list = append(list, r)
	}
	return list
}

// BenchmarkUpkeep is what due, drill and retire add to deriving the model.
func BenchmarkUpkeep(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		records := household(n)
		m := recovery.Derive(recovery.Input{Now: today, Records: records})
		b.Run(fmt.Sprintf("prepare/%d", n), func(b *testing.B) {
			for b.Loop() {
				recovery.NewUpkeep(m, records, today)
			}
		})
		u := recovery.NewUpkeep(m, records, today)
		b.Run(fmt.Sprintf("clocks/%d", n), func(b *testing.B) {
			for b.Loop() {
				u.Clocks()
			}
		})
		b.Run(fmt.Sprintf("drills/%d", n), func(b *testing.B) {
			for b.Loop() {
				u.Drills()
			}
		})
		b.Run(fmt.Sprintf("leaving/%d", n), func(b *testing.B) {
			target, err := u.Target("box0")
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				u.Leaving(target)
			}
		})
	}
}
