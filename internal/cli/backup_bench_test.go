package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"memovault/internal/page"
	"memovault/internal/paper"
	"memovault/internal/scan"
	"memovault/internal/shard"
)

// threePages is as much as three pages of A4 hold.
func threePages() []byte {
	var b []byte
	for i := 0; len(b) < 42*shard.ShardSize; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		b = append(b, sum[:]...)
	}
	return b[:42*shard.ShardSize]
}

func mustBackupBook(b *testing.B, payload []byte) *page.Book {
	set, err := shard.Encode(payload, paper.BackupCodes(page.A4))
	if err != nil {
		b.Fatal(err)
	}
	book, err := paper.BackupPages(&paper.Backup{ID: set.ID, Made: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Codes: set.Pages,
		Need: set.Need, Total: set.Total, Groups: set.Groups, Program: "vault"}, page.A4)
	if err != nil {
		b.Fatal(err)
	}
	if len(book.Pages) != 3 {
		b.Fatalf("%d pages", len(book.Pages))
	}
	return book
}

// BenchmarkPaperBackup makes the PDF of three pages.
func BenchmarkPaperBackup(b *testing.B) {
	payload := threePages()
	benchWithPeak(b, func() {
		if err := mustBackupBook(b, payload).PDF(io.Discard); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkPaperRestore reads three pages as a scanner of 150 dpi sees them.
func BenchmarkPaperRestore(b *testing.B) {
	payload := threePages()
	var scans []*image.Gray
	for _, p := range mustBackupBook(b, payload).Pages {
		scans = append(scans, p.Raster(readBackDPI))
	}
	benchWithPeak(b, func() {
		var c shard.Collector
		for _, img := range scans {
			for _, code := range scan.Backup(img).Codes {
				if _, err := c.Add(code.Text); err != nil {
					b.Fatal(err)
				}
			}
		}
		got, err := c.Payload(c.Backups()[0].ID)
		if err != nil || !bytes.Equal(got, payload) {
			b.Fatalf("%d bytes came back: %v", len(got), err)
		}
	})
}

// benchWithPeak measures work and, where the system tells it, the most memory
// that the process had while it was done once: VmHWM of proc(5), which writing 5
// to clear_refs sets back.
func benchWithPeak(b *testing.B, work func()) {
	b.ReportAllocs()
	for b.Loop() {
		work()
	}
	debug.FreeOSMemory()
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil {
		return
	}
	work()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	var kib float64
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(after, &kib); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(kib/1024, "peak-MiB")
}
