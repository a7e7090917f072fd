package scan

import (
	"image"
	"math/rand/v2"
	"testing"
)

func BenchmarkPhoto12MP(b *testing.B) {
	page, texts := drawBackup(b, 1)
	img := phone(page, rand.New(rand.NewPCG(1, 1))).noise(6).jpeg(88).img
	b.ReportAllocs()
	for b.Loop() {
		if res := Backup(img); len(res.Codes) != len(texts) {
			b.Fatalf("%d codes", len(res.Codes))
		}
	}
}

func BenchmarkSmall12MP(b *testing.B) {
	page := whitePage(4960, 7016)
	drawCode(b, page, image.Pt(400, 400), 11, "memovault:sheet:3C7A-F18E:1:2")
	img := phone(page, rand.New(rand.NewPCG(1, 1))).noise(6).jpeg(88).img
	b.ReportAllocs()
	for b.Loop() {
		if len(Small(img)) != 1 {
			b.Fatal("not read")
		}
	}
}
