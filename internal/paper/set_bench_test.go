package paper

import (
	"fmt"
	"io"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/record"
)

// someRecords are records as people have them: half a page each.
func someRecords(n int) []*record.Record {
	list := make([]*record.Record, n)
	for i := range list {
		r := office()
		r.Name, r.Title = fmt.Sprintf("office-%04d", i), fmt.Sprintf("事務所のパソコン %d", i)
		r.Set("product_key", record.TypeProductKey, fmt.Sprintf("BCDFG-HJKMP-QRTVW-%05d-6789N", (i*7919)%100000))
		list[i] = r
	}
	return list
}

func BenchmarkPDF(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			list := someRecords(n)
			b.ReportAllocs()
			for b.Loop() {
				d := Records(lang.JA, list, Options{Made: day, Program: "vault", WithSecrets: true})
				if err := PDF(io.Discard, d, Format{Size: page.A4}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHTML100(b *testing.B) {
	d := Records(lang.JA, someRecords(100), Options{Made: day, Program: "vault", WithSecrets: true})
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, d, Format{Size: page.A4}); err != nil {
			b.Fatal(err)
		}
	}
}
