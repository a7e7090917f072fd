package paper

import (
	"fmt"
	"math"
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
	if a, l := BackupCodes(page.A4), BackupCodes(page.Letter); a != 22 || l != 20 {
		t.Errorf("%d codes on A4, %d on Letter", a, l)
	}
}

// overlap reports whether the ink of two marks meets.
func overlap(a, b page.Mark) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

// worstBackup has more of everything than there is room for.
func worstBackup(b *Backup) {
	b.KeptAt, b.LeftOut, b.Program = strings.Repeat("銀行の貸金庫", 9), 12345, "memovault-9.9.9-linux-amd64"
	b.Records, b.Need, b.Total = 98765, 254, 256
	for i := range 9 {
		b.Keys = append(b.Keys, BackupKey{Name: lang.T("age identity file", "age の鍵ファイル"), Label: strings.Repeat("山田花子", 30),
			Created: b.Made.AddDate(0, 0, i), Sheet: "09B2-44D0"})
	}
	b.Keys[0].Label = strings.Repeat("わたしと妻だけの", 20)
	for len(b.Codes) < 250 {
		b.Codes = append(b.Codes, b.Codes[0][:1])
	}
	b.Codes[249] = b.Codes[1]
}

// TestBackupPages: on every page everything is said, nothing overlaps, and
// margins and quiet zones are kept.
func TestBackupPages(t *testing.T) {
	if racing {
		t.Skip("setting many pages takes too long")
	}
	for name, size := range map[string]page.Size{"A4": page.A4, "Letter": page.Letter} {
		for kind, change := range map[string]func(*Backup){"": func(*Backup) {}, "worst": worstBackup} {
			b := testBackup(size)
			change(b)
			book := mustBackupPages(t, b, size)
			if len(book.Pages) != len(b.Codes) {
				t.Fatalf("%s: %d pages", name, len(book.Pages))
			}
			for _, n := range []int{1, len(book.Pages)} {
				p := book.Pages[n-1]
				at := fmt.Sprintf("%s %s page %d", name, kind, n)
				checkBackupPage(t, at, p)
				text := allText(p)
				for _, want := range []string{
					"3C7A-F18E", "2026-01-02", fmt.Sprintf("%d/%d", n, len(b.Codes)),
					fmt.Sprintf("Any ONE of the %d pages may be lost", len(b.Codes)), fmt.Sprintf("%d 枚のどの 1 枚を失くしても元に戻せます", len(b.Codes)),
					b.Program[:5], "restore PHOTO…", "restore 写真…", "3 Give a key.", "③ 鍵を入れる", "Any ONE key opens it:", "どれか 1 つの鍵で開きます", "Kept at", "置き場所",
					fmt.Sprintf("any %d of %d codes do", b.Need, b.Total), fmt.Sprintf("records: %d", b.Records),
					"base45", "Reed–Solomon", "age", "RFC 9285", "N of a group do.", "組に N 個で足ります。",
				} {
					if !strings.Contains(text, strings.ReplaceAll(want, " ", "")) {
						t.Errorf("%s does not say %q", at, want)
					}
				}
			}
		}
	}
}

// TestBackupKeys: all keys are named where there is room, with label and sheet;
// long labels are cut, and otherwise their number is given.
func TestBackupKeys(t *testing.T) {
	if racing {
		t.Skip("setting many pages takes too long")
	}
	for _, size := range []page.Size{page.A4, page.Letter} {
		b := testBackup(size)
		b.Keys[0].Label = "わたしと妻だけ"
		b.Keys[1].Label = strings.Repeat("x", 200)
		text := allText(mustBackupPages(t, b, size).Pages[0])
		for _, want := range []string{"わたしと妻だけ", "回復キーrecoverykey", "用紙sheet09B2-44D0", "xxxx…", "2026-01-01"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not said", want)
			}
		}
		if strings.Contains(text, "keysinall") {
			t.Error("two keys were not both named")
		}
		worstBackup(b)
		if text := allText(mustBackupPages(t, b, size).Pages[0]); !strings.Contains(text, "鍵は全部で11個11keysinall") {
			t.Error("eleven keys are not counted")
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

// checkBackupPage: codes stay 14 mm off every edge and everything else 10 mm,
// the grid is in the middle, and each code has a quiet zone of four modules.
func checkBackupPage(t *testing.T, name string, p *page.Page) {
	t.Helper()
	const rounding = 0.01
	marks := p.Marks()
	left, right, codes := p.Size.W, p.Size.W, 0
	for i, m := range marks {
		margin := 10 * page.MM
		if m.Kind == page.KindModules {
			margin = 14 * page.MM
			codes++
			left, right = min(left, m.X), min(right, p.Size.W-m.X-m.W)
		}
		if m.X < margin || m.Y < margin || m.X+m.W > p.Size.W-margin || m.Y+m.H > p.Size.H-margin {
			t.Errorf("%s: %s %q stands in the margin: %.1f %.1f %.1f %.1f", name, m.Kind, m.Text, m.X, m.Y, m.W, m.H)
		}
		for k, other := range marks {
			zone := m
			if m.Kind == page.KindModules {
				const quiet = 4*sheafModule - rounding
				zone.X, zone.Y, zone.W, zone.H = m.X-quiet, m.Y-quiet, m.W+2*quiet, m.H+2*quiet
			}
			if k != i && overlap(zone, other) {
				t.Errorf("%s: %s %q is too near to %s %q", name, m.Kind, m.Text, other.Kind, other.Text)
			}
		}
	}
	if math.Abs(left-right) > rounding || p.Size == page.A4 && math.Abs(left-21*page.MM) > rounding {
		t.Errorf("%s: the codes stand %.1f from the left and %.1f from the right", name, left, right)
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
