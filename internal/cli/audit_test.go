package cli

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"memovault/internal/audit"
	"memovault/internal/keyring"
	"memovault/internal/record"
	"memovault/internal/store"
)

// BenchmarkAudit is what the command does once the vault is open: read all
// records from the digest, parse them, and look through them.
func BenchmarkAudit(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := &app{now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
			s := auditVault(b, a, n)
			b.ReportAllocs()
			for b.Loop() {
				in, err := a.auditInput(s)
				if err != nil || len(in.Records) != n {
					b.Fatalf("%d records, %v", len(in.Records), err)
				}
				audit.Audit(in)
			}
		})
	}
}

// auditVault makes a vault of n accounts, mailboxes and licences and opens it.
func auditVault(b *testing.B, a *app, n int) *store.Store {
	vault, err := keyring.New(false)
	if err != nil {
		b.Fatal(err)
	}
	key, err := keyring.NewRecoveryKey()
	if err != nil {
		b.Fatal(err)
	}
	slot, err := vault.RecoverySlot(key, "", a.now)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "t.vault")
	cfg := store.Config{Now: a.now, NoBackup: true}
	if err := store.Create(path, cfg, vault, []store.NewSlot{{Slot: slot}}); err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(path, cfg)
	if err == nil {
		err = s.Unlock(key.Identity())
	}
	if err == nil {
		err = s.Commit(store.Change{Put: accounts(n, a.now)})
	}
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func accounts(n int, now time.Time) []*record.Record {
	list := make([]*record.Record, n)
	for i := range list {
		template := []string{"microsoft", "google", "amazon", "office", "mailbox"}[i%5]
		r := &record.Record{ID: record.NewID(), Template: template, Name: fmt.Sprintf("%s-%d", template, i), Owner: "山田 花子", Created: now, Updated: now}
		mail := fmt.Sprintf("example%d@%s", i%500, []string{"gmail.com", "nifty.com"}[i%2])
		switch template {
		case "mailbox":
			r.Set("address", record.TypeEmail, mail)
			r.Set("contract_ends", record.TypeDate, "2027-01-31")
		case "office":
			r.Set("product_key", record.TypeProductKey, fmt.Sprintf("BCDFG-HJKMP-QRTVW-XN234-%05d", i))
			r.Set("account_email", record.TypeEmail, mail)
		default:
			r.Set("account_email", record.TypeEmail, mail)
			r.Set("two_step", record.TypeChoice, "on")
			r.Set("hint", record.TypeHint, "最初に飼った犬の名前と年")
			r.Set("phone", record.TypePhone, fmt.Sprintf("090-0000-%04d", i%700))
			codes := make([]record.Code, 10)
			for j := range codes {
				codes[j].Code = fmt.Sprintf("%04d %04d", i%10_000, j)
			}
			r.SetCodes("backup_codes", codes)
		}
		r.Notes = "購入は駅前の店。領収書は青いファイルの中。電話で聞かれるのは登録した名前と生年月日。"
		list[i] = r
	}
	return list
}
