package recovery

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"memovault/internal/lockout"
	"memovault/internal/record"
)

// household is n records as people note them: mostly accounts, with the
// mailboxes, lines, devices, places and persons that they hang on, of an owner
// for each thirty or so.
func household(n int) []*record.Record {
	d := rand.New(rand.NewPCG(uint64(n), 7))
	var out []*record.Record
	services := []string{"microsoft", "google", "amazon", "rakuten", "apple", "facebook", "github", "steam", "nintendo", "bank"}
	for i := 0; len(out) < n; i++ {
		owner := fmt.Sprintf("客 %d", i)
		add := func(template, name string, answers ...string) {
			if len(out) < n {
				out = append(out, note(template, fmt.Sprintf("%s-%d", name, i), append([]string{"owner", owner}, answers...)...))
			}
		}
		isp, web := fmt.Sprintf("u%d@nifty.com", i), fmt.Sprintf("u%d@mail.example.jp", i)
		number := fmt.Sprintf("090-%04d-%04d", i/10000, i%10000)
		add("isp", "isp", "mail_address", isp, "letter", "青いファイル")
		add("mailbox", "isp-mail", "address", isp, "class", "isp", "password_kept", "手帳の 3 ページ目")
		add("mailbox", "web-mail", "address", web, "class", "webmail", "hint", "猫", "phone", number)
		add("phone-line", "mobile", "number", number, "kind", "mobile", "handset", fmt.Sprintf("phone-%d", i))
		add("device", "phone", "kind", "phone")
		add("device", "pc", "kind", "pc", "where", "居間")
		add("place", "drawer", "address", "自宅", "spot", "引き出し")
		add("person", "son", "phone", "090-9999-0000")
		for j := range 22 {
			address := isp
			if d.IntN(2) == 0 {
				address = web
			}
			answers := []string{"account_email", address, "email", address, "phone", number, "hint", "猫", "password_kept", "手帳の 4 ページ目", "two_step", "off", "registered_name", "山田 花子", "birth_date", "1951-04-01"}
			if d.IntN(3) == 0 {
				answers = answers[:len(answers)-6]
			}
			add(services[j%len(services)], fmt.Sprintf("%s-%d", services[j%len(services)], j), answers...)
		}
	}
	return out
}

func BenchmarkDerive(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		in := Input{Now: now, Records: household(n), Vault: typed}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				m := Derive(in)
				b.ReportMetric(float64(len(m.rules)), "ways")
			}
		})
	}
}

// BenchmarkTable derives the model and then looks at all pairs of events, of one
// owner where there are many.
func BenchmarkTable(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		in := Input{Now: now, Records: household(n), Vault: typed}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				m := Derive(in)
				var events []string
				for _, e := range m.Events() {
					if e.Owner == "客 0" {
						events = append(events, e.ID)
					}
				}
				_, err := m.Graph().Table(m.Case(lockout.Pessimistic), 3, events...)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(events)), "events")
			}
		})
	}
}
