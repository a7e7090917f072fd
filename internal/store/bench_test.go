package store

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"filippo.io/age"
	bolt "go.etcd.io/bbolt"
	"golang.org/x/crypto/scrypt"

	"memovault/internal/keyring"
	"memovault/internal/record"
)

// sizes are how many records the benchmarks' vaults hold.
var sizes = []int{100, 1_000, 10_000}

// typical is a note of 700 bytes as people keep it: product key, mail, phone,
// address of the site, hint, ten recovery codes, free text.
func typical(i int) *record.Record {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	r := &record.Record{ID: record.NewID(), Template: "software", Name: fmt.Sprintf("ソフト %d", i), Title: "山田 花子のソフト",
		Owner: "山田 花子", Tags: []string{"自宅"}, Created: at, Updated: at}
	r.Set("product_key", record.TypeProductKey, fmt.Sprintf("BCDFG-HJKMP-QRTVW-XY234-%05d", i%100_000))
	r.Set("email", record.TypeEmail, fmt.Sprintf("hanako%d@example.jp", i))
	r.Set("phone", record.TypePhone, fmt.Sprintf("090-0000-%04d", i%10_000))
	r.Set("url", record.TypeURL, fmt.Sprintf("https://example.jp/account/%d", i))
	r.Set("hint", record.TypeHint, "最初に飼った犬の名前と年")
	var codes []record.Code
	for range 10 {
		var b [5]byte
		rand.Read(b[:])
		codes = append(codes, record.Code{Code: fmt.Sprintf("%x", b)})
	}
	r.SetCodes("codes", codes)
	r.Notes = "購入は駅前の店。領収書は青いファイルの中。電話で聞かれるのは登録した名前と生年月日。" + strconv.Itoa(i)
	return r
}

// benchVault makes a vault of n records, once for each n.
func benchVault(b testing.TB, n int) *testVault {
	v := newTestVault(b)
	v.cfg.NoBackup = true
	put := make([]*record.Record, n)
	for i := range put {
		put[i] = typical(i)
	}
	v.mustCommit(Change{Put: put})
	return v
}

func bench(b *testing.B, f func(b *testing.B, v *testVault)) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			v := benchVault(b, n)
			v.open() // from now on it was verified today
			b.ReportAllocs()
			b.ResetTimer()
			f(b, v)
		})
	}
}

func BenchmarkUnlock(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			v.open()
		}
	})
}

// BenchmarkUnlockVerifying is the first time on a day.
func BenchmarkUnlockVerifying(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		v.cfg.StateDir = ""
		for b.Loop() {
			v.open()
		}
	})
}

func BenchmarkList(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			if _, err := v.open().Cards(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkShow(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			read(b, v.open(), "ソフト 42")
		}
	})
}

func BenchmarkShowFolded(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			read(b, v.open(), "ｿﾌﾄ ４２")
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			found := 0
			err := v.open().EachRaw(false, func(raw Raw) bool {
				if bytes.Contains(raw.JSON, []byte("hanako42@example.jp")) {
					found++
				}
				return true
			})
			if err != nil || found != 1 {
				b.Fatal(found, err)
			}
		}
	})
}

func BenchmarkExport(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			for _, err := range v.open().All() {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkAdd opens the vault and adds one record, again and again: the
// rebuilding of the digest is in the average.
func BenchmarkAdd(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		i := 1_000_000
		for b.Loop() {
			if err := v.open().Commit(Change{Put: []*record.Record{typical(i)}}); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}

func BenchmarkImport(b *testing.B) {
	for _, n := range sizes {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				v := benchVault(b, n)
				st, err := os.Stat(v.path)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(st.Size())/float64(n), "file-B/record")
			}
		})
	}
}

func BenchmarkVerifyAll(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		for b.Loop() {
			v.whole()
		}
	})
}

func BenchmarkBackup(b *testing.B) {
	bench(b, func(b *testing.B, v *testVault) {
		s := v.open()
		dir := b.TempDir()
		for b.Loop() {
			if err := s.view(func(p *pages) error { return s.writeBackup(p, dir, "x.tar") }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The floors below everything: what one step costs that no layout can spare.

func BenchmarkFloorScrypt(b *testing.B) {
	for b.Loop() {
		if _, err := scrypt.Key([]byte("mikan tokei yama"), make([]byte, 16), 1<<18, 8, 1, 32); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPassphraseUnlock(b *testing.B) {
	v := newTestVault(b)
	s := v.open()
	slot, err := s.vault.PassphraseSlot("mikan tokei yama", "", v.cfg.Now)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "x.vault")
	if err := Create(path, v.cfg, s.vault, []NewSlot{{Slot: slot}}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(path, Config{Now: v.cfg.Now})
		if err != nil {
			b.Fatal(err)
		}
		id, err := keyring.PassphraseIdentity("mikan tokei yama")
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Unlock(id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFloorDecrypt(b *testing.B) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		b.Fatal(err)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, id.Recipient())
	if err != nil {
		b.Fatal(err)
	}
	w.Write(make([]byte, 700))
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := age.Decrypt(bytes.NewReader(sealed.Bytes()), id)
		if err != nil {
			b.Fatal(err)
		}
		if n, err := r.Read(make([]byte, 1024)); n != 700 {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkFloorBoltPut(b *testing.B) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "floor.db"), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	value := make([]byte, 1800)
	for b.Loop() {
		err := db.Update(func(tx *bolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("records"))
			if err != nil {
				return err
			}
			return bucket.Put([]byte("0123456789abcdef"), value)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
