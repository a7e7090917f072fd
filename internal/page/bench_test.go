package page

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// written is a page full of what sheets hold: headings, labels, keys, prose.
func written() *Page {
	p := New(A4)
	for i := range 48 {
		y := 40 + 16*float64(i)
		switch i % 4 {
		case 0:
			p.Text(40, y, Bold, 13, 0, fmt.Sprintf("山田 花子のメール %d", i))
			p.Line(40, y+4, 555, y+4, 0.8, 0)
		case 1:
			p.Text(40, y, Text, 10, 0.3, "プロダクトキー Product key")
			p.Text(180, y, Mono, 12, 0, fmt.Sprintf("ABCDE-FGHJK-%05d-PQRTV-WXY34", 7919*i))
		default:
			p.Text(40, y, Text, 10, 0, "この用紙は、パスワードを忘れたときに「元に戻す」ための大切な控えです。鍵のかかる場所に。")
		}
	}
	return p
}

func warm() {
	for _, f := range []Face{Text, Bold, Mono, MonoBold} {
		Width(f, 1, "a山𠮷🍣")
	}
}

// BenchmarkUnpack is what the first use of a font costs.
func BenchmarkUnpack(b *testing.B) {
	for _, e := range []*embedded{textFont, boldFont, rareFont, monoFont, emojiFont} {
		b.Run(e.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				(&embedded{name: e.name}).load()
			}
		})
	}
}

func BenchmarkWidth(b *testing.B) {
	warm()
	for name, s := range map[string]string{
		"latin":    "The quick brown fox jumps over the lazy dog",
		"japanese": "鍵のかかる場所に保管し、写真に撮らないでください。",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Width(Text, 10, s)
			}
		})
	}
}

func BenchmarkPDF(b *testing.B) {
	warm()
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("%d pages", n), func(b *testing.B) {
			book := &Book{Title: "用紙", Lang: "ja", Made: time.Unix(0, 0)}
			for range n {
				book.Pages = append(book.Pages, written())
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := book.PDF(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCodes is a page of a paper backup: 24 codes of 97 by 97 modules.
func BenchmarkCodes(b *testing.B) {
	p := New(A4)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 24 {
		p.Modules(40+120*float64(i%4), 40+120*float64(i/4), 0.42*MM, 97, func(_, _ int) bool { return random.IntN(2) == 0 })
	}
	book := &Book{Pages: []*Page{p}}
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := book.PDF(&out); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len()), "B/page")
	}
}

func BenchmarkRaster(b *testing.B) {
	warm()
	p := written()
	for _, dpi := range []float64{96, 150, 300} {
		b.Run(fmt.Sprintf("%g dpi", dpi), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Raster(dpi)
			}
		})
	}
}

func BenchmarkWrap(b *testing.B) {
	warm()
	s := "この用紙は、パスワードを忘れたときに「元に戻す」ための大切な控えです。Office 2026 is registered to https://example.jp/account. "
	b.ReportAllocs()
	for b.Loop() {
		Wrap(Text, 10, 300, s+s+s+s)
	}
}
