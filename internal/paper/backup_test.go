package paper

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// testBackup has as many codes as a backup of two pages.
func testBackup(size page.Size) *Backup {
	n := BackupCodes(size)
	b := &Backup{ID: "3C7A-F18E", Made: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Need: n, Total: 2 * n, Groups: 1,
		Program: "vault", Records: 12, Keys: []BackupKey{
			{Name: lang.T("passphrase", "合言葉"), Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
			{Name: lang.T("recovery key", "回復キー"), Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Sheet: "09B2-44D0"},
		}}
	for number := range 2 {
		var texts []string
		for i := range n {
			texts = append(texts, "VB1:"+fmt.Sprintf("%0965d", number*n+i)+".")
		}
		b.Codes = append(b.Codes, texts)
	}
	return b
}

func mustBackupPages(t testing.TB, b *Backup, size page.Size) *page.Book {
	t.Helper()
	book, err := BackupPages(b, size)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestBackupCodes(t *testing.T) {
	if a, l := BackupCodes(page.A4), BackupCodes(page.Letter); a != 24 || l != 20 {
		t.Errorf("%d codes on A4, %d on Letter", a, l)
	}
}

// overlap reports whether the ink of two marks meets.
func overlap(a, b page.Mark) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

// TestBackupPages: on every page everything is said, nothing overlaps, text
// stays 14 mm off the edges and each code has its quiet zone.
func TestBackupPages(t *testing.T) {
	full := func(b *Backup) {
		b.KeptAt, b.LeftOut = strings.Repeat("銀行の貸金庫", 9), 12345
		b.Groups, b.Records, b.Need, b.Total = 1, 98765, 254, 256
		for i := range 9 {
			b.Keys = append(b.Keys, BackupKey{Name: lang.T("identity file", "鍵ファイル"), Label: strings.Repeat("山田花子", 30),
				Created: b.Made.AddDate(0, 0, i), Sheet: "09B2-44D0"})
		}
	}
	for name, size := range map[string]page.Size{"A4": page.A4, "Letter": page.Letter} {
		for _, change := range []func(*Backup){func(*Backup) {}, full} {
			b := testBackup(size)
			change(b)
			book := mustBackupPages(t, b, size)
			if len(book.Pages) != 2 {
				t.Fatalf("%s: %d pages", name, len(book.Pages))
			}
			for i, p := range book.Pages {
				checkBackupPage(t, fmt.Sprintf("%s page %d", name, i+1), p)
				text := allText(p)
				for _, want := range []string{
					"3C7A-F18E", "2026-01-02", fmt.Sprintf("%d/2", i+1), "Any ONE of the 2 pages may be lost", "2 枚のどの 1 枚を失くしても元に戻せます",
					"vault restore", "PHOTO…", "写真…", "passphrase", "合言葉", "base45", "Reed–Solomon", "age", "RFC 9285",
				} {
					if !strings.Contains(text, strings.ReplaceAll(want, " ", "")) {
						t.Errorf("%s page %d does not say %q", name, i+1, want)
					}
				}
			}
		}
	}
}

// allText is the text of a page without its spaces and line breaks.
func allText(p *page.Page) string {
	var all strings.Builder
	for _, m := range p.Marks() {
		all.WriteString(strings.ReplaceAll(m.Text, " ", ""))
	}
	return all.String()
}

func checkBackupPage(t *testing.T, name string, p *page.Page) {
	t.Helper()
	const margin, tolerance = 14 * page.MM, 0.5
	marks := p.Marks()
	codes := 0
	for i, m := range marks {
		if m.Kind == page.KindModules {
			codes++
			m.X, m.Y, m.W, m.H = m.X-sheafGutter, m.Y-sheafGutter, m.W+2*sheafGutter, m.H+2*sheafGutter
			if m.X < 0 || m.Y < 0 || m.X+m.W > p.Size.W || m.Y+m.H > p.Size.H {
				t.Errorf("%s: a code reaches over the edge", name)
			}
			for _, other := range marks {
				if other.Kind != page.KindModules && overlap(m, other) {
					t.Errorf("%s: %q stands in the quiet zone of a code", name, other.Text)
				}
			}
		} else if m.X < margin-tolerance || m.Y < margin-tolerance || m.X+m.W > p.Size.W-margin+tolerance || m.Y+m.H > p.Size.H-margin+tolerance {
			t.Errorf("%s: %q stands in the margin: %.1f %.1f %.1f %.1f", name, m.Text, m.X, m.Y, m.W, m.H)
		}
		for _, other := range marks[:i] {
			if m.Text != "" && other.Text != "" && overlap(marks[i], other) {
				t.Errorf("%s: %q and %q overlap", name, m.Text, other.Text)
			}
		}
	}
	if codes != BackupCodes(p.Size) {
		t.Errorf("%s: %d codes", name, codes)
	}
}

func TestBackupPagesRefuse(t *testing.T) {
	for _, text := range []string{strings.Repeat("A", 971), "lower case"} {
		b := testBackup(page.A4)
		b.Codes[1][3] = text
		if _, err := BackupPages(b, page.A4); err == nil {
			t.Errorf("%.12q… was taken", text)
		}
	}
}

func BenchmarkBackupPages(b *testing.B) {
	backup := testBackup(page.A4)
	b.ReportAllocs()
	for b.Loop() {
		mustBackupPages(b, backup, page.A4)
	}
}
