package paper

import (
	"fmt"
	"strings"
	"time"

	"rsc.io/qr/coding"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// A Backup is what stands on the pages of a paper backup. They are in both
// languages at once: nobody knows who will hold them one day.
type Backup struct {
	ID      string     // of the backup, 3C7A-F18E
	Made    time.Time  // the day, in its own time zone
	Codes   [][]string // the texts of the codes, page by page, at most BackupCodes a page
	Need    int        // how many codes are enough
	Total   int        // how many there are
	Groups  int        // into how many groups they fall; only of one group any Need do
	Program string     // what the program is called on a command line
	Keys    []BackupKey
	Records int
	Files   int    // attached files in it
	LeftOut int    // attached files that are not
	KeptAt  string // where it will be; empty leaves room to write
}

// A BackupKey is one of the keys that open a backup.
type BackupKey struct {
	Name    lang.Text // what it is
	Label   string    // what its owner calls it; may be empty
	Created time.Time // a day
	Sheet   string    // the number of the sheet it is printed on; empty if unknown
}

// The codes: QR version 20, error correction M, whose modules a scan of 150 dpi
// and a photo of a messenger still resolve (docs/paper.md). All are alike, so
// the mask is too.
const (
	sheafVersion = 20
	sheafModules = sheafVersion*4 + 17
	sheafModule  = 0.42 * page.MM
	sheafGutter  = 4 * sheafModule // also the quiet zone that every reader needs
	sheafSide    = sheafModules * sheafModule
	sheafColumns = 4
)

// The page: a head across it, the codes on the right, and on the left, where a
// hole punch goes, a column of text.
const (
	backupMargin = 14 * page.MM // of everything but the codes on the right
	backupRight  = 7 * page.MM
	backupHead   = 11.6 * page.MM
)

// BackupCodes returns how many codes a page of the size has: 24 on A4, 20 on
// Letter.
func BackupCodes(size page.Size) int {
	room := size.H - 2*backupMargin - backupHead
	return sheafColumns * int((room+sheafGutter)/(sheafSide+sheafGutter))
}

// BackupPages sets a paper backup. It fails only where a text does not fit its
// code.
func BackupPages(b *Backup, size page.Size) (*page.Book, error) {
	plan, err := coding.NewPlan(sheafVersion, coding.M, 0)
	if err != nil {
		return nil, err
	}
	book := &page.Book{Title: inBoth(backupTitle) + " " + b.ID, Lang: lang.EN.String(), Made: b.Made}
	for i, texts := range b.Codes {
		s := &backupPage{b: b, p: page.New(size), number: i + 1}
		s.head()
		if err := s.codes(plan, texts); err != nil {
			return nil, err
		}
		s.column(s.keysThatFit())
		book.Pages = append(book.Pages, s.p)
	}
	return book, nil
}

var backupTitle = lang.T("Paper backup", "紙の控え")

// both says a text in both languages.
func inBoth(t lang.Text, args ...any) string {
	return t.Sprintf(lang.JA, args...) + " " + t.Sprintf(lang.EN, args...)
}

// A backupPage is one page while it is set.
type backupPage struct {
	b      *Backup
	p      *page.Page
	number int
	y      float64 // of the column: where the next line's top is
}

func (s *backupPage) right() float64 { return s.p.Size.W - backupMargin }

// head says what this is and the one thing to know about it.
func (s *backupPage) head() {
	y := backupMargin + 13
	x := s.text(backupMargin, y, page.Bold, 15, backupTitle.In(lang.JA)) + 7
	x = s.text(x, y, page.Bold, 12, backupTitle.In(lang.EN)) + 9
	s.text(x, y, page.Text, 7.5, inBoth(lang.T("encrypted", "暗号化してあります")))
	label := fmt.Sprintf("%s   %s   %d/%d", s.b.ID, s.b.Made.Format(time.DateOnly), s.number, len(s.b.Codes))
	s.text(s.right()-page.Width(page.MonoBold, 11, label), y, page.MonoBold, 11, label)
	s.text(backupMargin, y+12, page.Bold, 8.5, inBoth(lang.T("Any ONE of the %d pages may be lost.", "%d 枚のどの 1 枚を失くしても元に戻せます。"), len(s.b.Codes)))
	s.p.Line(backupMargin, y+17, s.right(), y+17, 0.6, black)
}

// text writes a text and returns where it ends.
func (s *backupPage) text(x, y float64, f page.Face, size float64, text string) float64 {
	s.p.Text(x, y, f, size, black, text)
	return x + page.Width(f, size, text)
}

// left is where the first column of codes begins.
func (s *backupPage) left() float64 {
	return s.p.Size.W - backupRight - sheafColumns*sheafSide - (sheafColumns-1)*sheafGutter
}

func (s *backupPage) codes(plan *coding.Plan, texts []string) error {
	top := backupMargin + backupHead + sheafGutter
	for i, text := range texts {
		code, err := plan.Encode(coding.Alpha(text))
		if err != nil {
			return err
		}
		x := s.left() + float64(i%sheafColumns)*(sheafSide+sheafGutter)
		y := top + float64(i/sheafColumns)*(sheafSide+sheafGutter)
		s.p.Modules(x, y, sheafModule, sheafModules, code.Black)
	}
	return nil
}

// Sizes of the column.
const (
	columnSize = 6.6
	columnLead = 8.1
	columnGap  = 4
	formatSize = 5.8
	formatLead = 6.7
)

// column says how to restore, what that takes, and what is in the codes, so
// that somebody without this program and its pages can write a reader.
func (s *backupPage) column(keys int) {
	s.y = backupMargin + backupHead + sheafGutter - columnGap
	s.part(lang.T("Restore", "復元"))
	for _, l := range []lang.Lang{lang.JA, lang.EN} {
		s.para(page.Text, lang.T("1 Photograph or scan all pages, in any order.", "1 全ページを撮影かスキャン（順不同）").In(l))
		s.para(page.Text, lang.T("2 On a computer:", "2 パソコンで").In(l))
		s.para(page.MonoBold, s.b.Program+" restore")
		s.para(page.MonoBold, lang.T("PHOTO…", "写真…").In(l))
		s.para(page.Text, lang.T("3 Give one of the keys named below.", "3 下の鍵のどれか 1 つを入れる").In(l))
		s.y += columnGap / 2
	}
	s.part(lang.T("Keys", "開ける鍵"))
	s.keys(keys)
	s.part(lang.T("On it", "中身"))
	s.contents()
	s.part(lang.T("Kept at", "場所"))
	s.place()
	s.part(lang.T("Format 1", "形式"))
	s.format()
}

// part begins a part of the column.
func (s *backupPage) part(title lang.Text) {
	s.y += columnGap
	s.p.Line(backupMargin, s.y, backupMargin+s.width(), s.y, 0.4, black)
	s.y += 1.5
	s.para(page.Bold, inBoth(title))
}

// width is how wide the column is.
func (s *backupPage) width() float64 { return s.left() - sheafGutter - 1 - backupMargin }

func (s *backupPage) para(f page.Face, text string) { s.set(f, columnSize, columnLead, text) }

func (s *backupPage) set(f page.Face, size, lead float64, text string) {
	for _, line := range page.Wrap(f, size, s.width(), text) {
		s.p.Text(backupMargin, s.y+size, f, size, black, line)
		s.y += lead
	}
}

// keysThatFit is how many keys can be named on the page: all, as a rule.
func (s *backupPage) keysThatFit() int {
	for n := len(s.b.Keys); n > 0; n-- {
		trial := backupPage{b: s.b, p: page.New(s.p.Size)}
		if trial.column(n); trial.y <= s.p.Size.H-backupMargin {
			return n
		}
	}
	return 0
}

func (s *backupPage) keys(most int) {
	for i, key := range s.b.Keys {
		if i == most {
			s.para(page.Text, inBoth(lang.T("and %d more", "ほか %d"), len(s.b.Keys)-i))
			return
		}
		s.para(page.Text, "• "+inBoth(key.Name))
		s.para(page.Text, short(strings.TrimSpace(key.Label+" "+key.Created.Format(time.DateOnly))))
		if key.Sheet != "" {
			s.para(page.Text, inBoth(lang.T("sheet", "用紙")))
			s.para(page.Mono, key.Sheet)
		}
	}
}

// longest is how many characters of what a person wrote there is room for.
const longest = 30

func short(text string) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

func (s *backupPage) contents() {
	s.para(page.Text, inBoth(lang.T("records: %d", "記録 %d 件"), s.b.Records))
	if s.b.Groups == 1 {
		s.para(page.Text, inBoth(lang.T("any %d of %d codes are enough", "コードはどれか %d/%d 個で十分"), s.b.Need, s.b.Total))
	}
	switch {
	case s.b.LeftOut > 0:
		s.para(page.Text, inBoth(lang.T("attached files left out: %d", "添付ファイルは除く（%d 個）"), s.b.LeftOut))
	case s.b.Files > 0:
		s.para(page.Text, inBoth(lang.T("attached files: %d", "添付ファイル %d 個"), s.b.Files))
	}
}

func (s *backupPage) place() {
	if s.b.KeptAt != "" {
		s.para(page.Text, short(s.b.KeptAt))
		return
	}
	for range 2 {
		s.y += 15
		s.p.Line(backupMargin, s.y, backupMargin+s.width(), s.y, 0.4, 0.4)
	}
	s.y += 2
}

// format says in words what docs/format.md says in full.
func (s *backupPage) format() {
	text := lang.T(
		"Program: memovault. Code: QR 20-M; VB1:, base45 (RFC 9285) of 643 bytes, full stop. Bytes: format, id 4, group g, groups G, N, K, index i, codes a page, length 3, data 625, CRC-32. i<N: piece i×G+g of the file. Others: Reed–Solomon, GF(256) 11D, Vandermonde. Any N of a group do. File: age; id: its SHA-256; inside: gzip of JSON lines.",
		"プログラム: memovault。コード: QR 20-M。VB1:、643 バイトの base45（RFC 9285）、「.」の順。バイト: 形式、番号 4、組 g、組数 G、N、K、位置 i、頁のコード数、長さ 3、データ 625、CRC-32。i<N はファイルの i×G+g 番目、ほかは Reed–Solomon、GF(256) 11D、Vandermonde。組ごとに N 個で足りる。ファイルは age、番号はその SHA-256、中は gzip の JSON。")
	s.set(page.Text, formatSize, formatLead, text.In(lang.JA))
	s.y += columnGap / 2
	s.set(page.Text, formatSize, formatLead, text.In(lang.EN))
}
