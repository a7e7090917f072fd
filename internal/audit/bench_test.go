package audit

import (
	"fmt"
	"testing"

	"memovault/internal/record"
)

// household makes n records as people keep them: accounts on a few mailboxes
// and lines, one in three with codes, one in two with a hint.
func household(tb testing.TB, n int) []*record.Record {
	templates := []string{"microsoft", "google", "amazon", "rakuten", "office", "software", "github", "mailbox", "phone-line", "device"}
	list := make([]*record.Record, n)
	for i := range list {
		kind := templates[i%len(templates)]
		name := fmt.Sprintf("%s-%d", kind, i)
		mail, phone := fmt.Sprintf("example%d@%s", i%500, []string{"gmail.com", "nifty.com", "example.jp"}[i%3]), fmt.Sprintf("090-0000-%04d", i%700)
		hint := []string{"最初に飼った犬の名前と年", "the street of the first flat, and a colour", ""}[i%3]
		var r *record.Record
		switch kind {
		case "microsoft":
			r = noted(tb, kind, name, "account_email", mail, "phone", phone, "two_step", "on", "hint", hint, "registered_name", "山田 花子", "birth_date", "1951-04-01")
		case "google":
			r = noted(tb, kind, name, "account_email", mail, "recovery_phone", phone, "two_step", "on", "hint", hint)
			codes := make([]record.Code, 10)
			for j := range codes {
				codes[j].Code = fmt.Sprintf("%04d %04d", i%10_000, j)
			}
			r.SetCodes("backup_codes", codes)
		case "office":
			r = noted(tb, kind, name, "product", "Office 2021", "product_key", fmt.Sprintf("BCDFG-HJKMP-QRTVW-XN234-%05d", i), "account_email", mail)
		case "software":
			r = noted(tb, kind, name, "licence_key", fmt.Sprintf("EXAMPLE-%06d", i), "licence_account", mail, "proof", "blue folder")
		case "github":
			r = noted(tb, kind, name, "user_name", "example", "account_email", mail, "two_step", "off", "hint", hint)
		case "mailbox":
			r = noted(tb, kind, name, "address", mail, "password_kept", "notebook", "contract_ends", "2027-01-31")
		case "phone-line":
			r = noted(tb, kind, name, "number", phone, "carrier", "Example Mobile")
		case "device":
			r = noted(tb, kind, name, "maker", "Example", "hint", hint)
		default:
			r = noted(tb, kind, name, "phone", phone, "hint", hint, "password_kept", "notebook")
		}
		r.Notes = "購入は駅前の店。領収書は青いファイルの中。電話で聞かれるのは登録した名前と生年月日。"
		list[i] = r
	}
	return list
}

// BenchmarkAudit applies all rules, and those that look at single records alone.
func BenchmarkAudit(b *testing.B) {
	var single []string
	for _, r := range rules {
		if r.net == nil {
			single = append(single, r.ID)
		}
	}
	for _, kind := range []struct {
		name  string
		rules []string
	}{{"all", nil}, {"single", single}} {
		for _, n := range []int{100, 1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				in := Input{Now: testNow, Records: household(b, n), Rules: kind.rules}
				b.ReportAllocs()
				for b.Loop() {
					Audit(in)
				}
			})
		}
	}
}

// BenchmarkRemarks is what the coach costs after an answer.
func BenchmarkRemarks(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			in := Input{Now: testNow, Records: household(b, n)}
			r := noted(b, "microsoft", "new", "account_email", "example@nifty.com")
			b.ReportAllocs()
			for b.Loop() {
				Remarks(in, r, "account_email")
			}
		})
	}
}
