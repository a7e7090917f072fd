package scan

import (
	"bytes"
	"image/png"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
)

// TestStock reads the same captures with gozxing's own reader and with zbarimg, for the
// table in docs/paper.md: go test ./internal/scan -run TestStock -captures=all -pages=1 -v
func TestStock(t *testing.T) {
	if *allCaptures == "" {
		t.Skip("compares with other readers when -captures says which pictures")
	}
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed (package zbar-tools)")
	}
	list, pages := chosen()
	for i, c := range list {
		stock, other, own := 0, 0, 0
		for page := range pages {
			paper, texts := drawBackup(t, uint64(page))
			img := c.take(paper, rand.New(rand.NewPCG(uint64(page), uint64(i)))).img
			for _, code := range Backup(img).Codes {
				if texts[code.Text] {
					own++
				}
			}
			bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
			if err != nil {
				t.Fatal(err)
			}
			hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
			results, _ := multi.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints)
			for _, r := range results {
				if texts[r.GetText()] {
					stock++
				}
			}
			var file bytes.Buffer
			if err := png.Encode(&file, img); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(zbar, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", "-")
			cmd.Stdin = &file
			out, _ := cmd.Output() // it fails where it reads nothing
			for line := range strings.Lines(string(out)) {
				if texts[strings.TrimSuffix(line, "\n")] {
					other++
				}
			}
		}
		t.Logf("%-9s gozxing %3d, zbarimg %3d, ours %3d", c.name, stock, other, own)
	}
}
