package paper

import (
	"fmt"
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
	sheafPitch   = sheafSide + sheafGutter
	sheafColumns = 4
	sheafWidth   = sheafColumns*sheafPitch - sheafGutter
)

// The page from top to bottom: a head, the codes in the middle between the
// sides, small print. What a person needs stands in a block where the last row
// ends, or below the codes where that much is left, as on Letter.
const (
	backupEdge  = 10.1 * page.MM // of all text; the codes have more
	backupHead  = 31
	backupUnder = 60.0 // least height of a block below the codes
	besideCodes = 2    // codes in a row that ends in the block
)

// A backupLayout is where things are on a page of a size.
type backupLayout struct {
	size      page.Size
	rows      int
	left, top float64 // of the codes
	beside    bool    // the block stands beside the last codes
}

func layBackup(size page.Size) backupLayout {
	l := backupLayout{size: size, left: (size.W - sheafWidth) / 2, top: backupEdge + backupHead + sheafGutter}
	room := size.H - backupEdge - finePrint - sheafGutter - l.top
	l.rows = int((room + sheafGutter) / sheafPitch)
	l.beside = room-float64(l.rows)*sheafPitch < backupUnder
	return l
}

func (l backupLayout) codes() int {
	if l.beside {
		return sheafColumns*(l.rows-1) + besideCodes
	}
	return sheafColumns * l.rows
}

// BackupCodes returns how many codes a page of the size has: 22 on A4, 20 on
// Letter.
func BackupCodes(size page.Size) int { return layBackup(size).codes() }

// BackupPages sets a paper backup. It fails only where a text does not fit its
// code.
func BackupPages(b *Backup, size page.Size) (*page.Book, error) {
	plan, err := coding.NewPlan(sheafVersion, coding.M, 0)
	if err != nil {
		return nil, err
	}
	book := &page.Book{Title: inBoth(backupTitle) + " " + b.ID, Lang: lang.EN.String(), Made: b.Made}
	layout := layBackup(size)
	keys := keysThatFit(layout, b)
	for i, texts := range b.Codes {
		s := &backupPage{backupLayout: layout, b: b, p: page.New(size), number: i + 1}
		s.head()
		if err := s.codesOf(plan, texts); err != nil {
			return nil, err
		}
		s.words(keys)
		s.format()
		book.Pages = append(book.Pages, s.p)
	}
	return book, nil
}

var backupTitle = lang.T("Paper backup", "紙の控え")

// inBoth says a text in both languages.
func inBoth(t lang.Text, args ...any) string {
	return t.Sprintf(lang.JA, args...) + " " + t.Sprintf(lang.EN, args...)
}

// A backupPage is one page while it is set.
type backupPage struct {
	backupLayout
	b      *Backup
	p      *page.Page
	number int
}

func (s *backupPage) right() float64 { return s.left + sheafWidth }

// write writes a text and returns where it ends.
func (s *backupPage) write(x, y float64, f page.Face, size float64, text string) float64 {
	s.p.Text(x, y, f, size, black, text)
	return x + page.Width(f, size, text)
}

// writeLeft writes a text that ends at x and returns where it begins.
func (s *backupPage) writeLeft(x, y float64, f page.Face, size float64, text string) float64 {
	x -= page.Width(f, size, text)
	s.p.Text(x, y, f, size, black, text)
	return x
}

// head says what this is, which page of how many, and the one thing to know
// about it.
func (s *backupPage) head() {
	y := backupEdge + 13.5
	x := s.write(s.left, y, page.Bold, 16, backupTitle.In(lang.JA)) + 7
	x = s.write(x, y, page.Bold, 13, backupTitle.In(lang.EN)) + 8
	s.write(x, y, page.Text, 8, inBoth(lang.T("encrypted", "暗号化")))
	x = s.writeLeft(s.right(), y, page.MonoBold, 14, fmt.Sprintf("%d/%d", s.number, len(s.b.Codes))) - 14
	x = s.writeLeft(x, y, page.Mono, 11, s.b.Made.Format(time.DateOnly)) - 14
	s.writeLeft(x, y, page.MonoBold, 11, s.b.ID)
	y += 13
	s.write(s.left, y, page.Bold, 8.5, inBoth(lang.T("Any ONE of the %d pages may be lost.", "%d 枚のどの 1 枚を失くしても元に戻せます。"), len(s.b.Codes)))
	s.writeLeft(s.right(), y, page.Text, 8, inBoth(lang.T("records:", "記録"))+fmt.Sprintf(" %d", s.b.Records))
	s.p.Line(s.left, y+4, s.right(), y+4, 0.6, black)
}

// corner is the upper left corner of a code.
func (l backupLayout) corner(i int) (x, y float64) {
	return l.left + float64(i%sheafColumns)*sheafPitch, l.top + float64(i/sheafColumns)*sheafPitch
}

func (s *backupPage) codesOf(plan *coding.Plan, texts []string) error {
	for i, text := range texts {
		code, err := plan.Encode(coding.Alpha(text))
		if err != nil {
			return err
		}
		x, y := s.corner(i)
		s.p.Modules(x, y, sheafModule, sheafModules, code.Black)
	}
	return nil
}
