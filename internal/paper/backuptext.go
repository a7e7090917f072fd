package paper

import (
	"fmt"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// Sizes of what stands beside and below the codes.
const (
	blockSize  = 7.5
	blockLead  = 9.6
	blockGap   = 3
	blockInset = 3 // beside codes, more than their quiet zone
	fineSize   = 6
	fineLead   = 6.8
	fineLines  = 4
	finePrint  = fineLines * fineLead
)

// A backupBlock is a part of the page that fills from top to bottom.
type backupBlock struct {
	*backupPage
	x, y, w float64 // y is the top of the next line
	bottom  float64
}

// words says what a person needs who has nothing but this page: how to restore,
// with which keys, and what is missing. It names keys up to a number and reports
// whether there was room for them.
func (s *backupPage) words(keys int) bool {
	if s.beside {
		x, y := s.corner(sheafColumns*(s.rows-1) + besideCodes)
		b := backupBlock{s, x + blockInset, y, s.right() - x - blockInset, y + sheafSide}
		b.steps()
		b.y += blockGap
		b.keys(keys)
		b.y += blockGap
		b.enough()
		b.files()
		b.place()
		return b.y <= b.bottom
	}
	_, y := s.corner(sheafColumns * s.rows)
	half := (sheafWidth - 4*blockInset) / 2
	bottom := s.size.H - backupEdge - finePrint - sheafGutter
	left := backupBlock{s, s.left, y + 2, half, bottom}
	left.steps()
	left.y += blockGap
	left.enough()
	right := backupBlock{s, s.right() - half, y + 2, half, bottom}
	right.keys(keys)
	if left.y+blockLead <= bottom {
		left.files()
	} else {
		right.files()
	}
	right.place()
	return right.y <= bottom
}

// keysThatFit is how many keys can be named on a page: all, as a rule.
func keysThatFit(l backupLayout, b *Backup) int {
	for n := len(b.Keys); n > 0; n-- {
		trial := backupPage{backupLayout: l, b: b, p: page.New(l.size)}
		if trial.words(n) {
			return n
		}
	}
	return 0
}

// A worded is a piece of a line and the face it is set in.
type worded struct {
	face page.Face
	text string
}

// line sets pieces behind each other. One for which there is no room begins the
// next line.
func (b *backupBlock) line(pieces ...worded) {
	x, end := b.x, b.x+b.w
	for _, p := range pieces {
		if x > b.x && x+page.Width(p.face, blockSize, p.text) > end {
			x, p.text = b.x, strings.TrimSpace(p.text)
			b.y += blockLead
		}
		x = b.write(x, b.y+blockSize, p.face, blockSize, fitted(p.face, blockSize, end-x, p.text))
	}
	b.y += blockLead
}

// fitted cuts what is too wide for a line; it then ends in "…".
func fitted(f page.Face, size, width float64, text string) string {
	if page.Width(f, size, text) <= width {
		return text
	}
	width -= page.Width(f, size, "…")
	if width <= size {
		return ""
	}
	return page.WrapExact(f, size, width, text)[0] + "…"
}

// longestProgram is how wide the name of the program may be, so that the steps
// take one line more at most.
const longestProgram = 60

func (b *backupBlock) steps() {
	program := fitted(page.MonoBold, blockSize, longestProgram, b.b.Program)
	for _, l := range []lang.Lang{lang.JA, lang.EN} {
		b.line(worded{page.Bold, lang.T("To restore ", "元に戻すには ").In(l)},
			worded{page.Text, lang.T("1 Photograph or scan all pages.", "① 全部のページを撮影かスキャンする").In(l)})
		b.line(worded{page.Text, lang.T("2 On a computer: ", "② パソコンで ").In(l)},
			worded{page.MonoBold, program + lang.T(" restore PHOTO…", " restore 写真…").In(l)},
			worded{page.Text, lang.T("  3 Give a key.", " ③ 鍵を入れる").In(l)})
	}
}

// keys names the keys up to a number of them.
func (b *backupBlock) keys(most int) {
	b.line(worded{page.Bold, inBoth(lang.T("Any ONE key opens it:", "どれか 1 つの鍵で開きます"))})
	for i, key := range b.b.Keys {
		if i == most {
			b.line(worded{page.Text, inBoth(lang.T("%d keys in all", "鍵は全部で %d 個"), len(b.b.Keys))})
			return
		}
		b.key(key)
	}
}

// key names a key, at the right its sheet and its date, and what else there is
// to say of it below.
func (b *backupBlock) key(key BackupKey) {
	name, right, rest := inBoth(key.Name), key.Created.Format(time.DateOnly), key.Label
	fits := func(more string) bool {
		return page.Width(page.Text, blockSize, name+"  "+more+right) <= b.w
	}
	if sheet := inBoth(lang.T("sheet", "用紙")) + " " + key.Sheet; key.Sheet != "" && fits(sheet+"  ") {
		right = sheet + "  " + right
	} else if key.Sheet != "" {
		rest = sheet + "  " + rest
	}
	if rest != "" && fits(rest+"  ") {
		name, rest = name+"  "+rest, ""
	}
	b.writeLeft(b.x+b.w, b.y+blockSize, page.Text, blockSize, right)
	b.line(worded{page.Text, fitted(page.Text, blockSize, b.w-page.Width(page.Text, blockSize, "  "+right), name)})
	if rest != "" {
		b.line(worded{page.Text, "  " + rest})
	}
}

// enough says how many codes do. Of several groups each has its own number.
func (b *backupBlock) enough() {
	if b.b.Groups == 1 {
		b.line(worded{page.Text, inBoth(lang.T("any %d of %d codes do", "コードはどれか %d/%d 個で十分"), b.b.Need, b.b.Total)})
	}
}

func (b *backupBlock) files() {
	switch {
	case b.b.LeftOut > 0:
		b.line(worded{page.Text, inBoth(lang.T("attached files left out:", "除いた添付ファイル")) + fmt.Sprintf(" %d", b.b.LeftOut)})
	case b.b.Files > 0:
		b.line(worded{page.Text, inBoth(lang.T("attached files:", "添付ファイル")) + fmt.Sprintf(" %d", b.b.Files)})
	}
}

// place says where the pages are kept, or leaves a line to write it on, with
// what room there is above it.
func (b *backupBlock) place() {
	b.y = max(b.y+2, b.bottom-blockLead)
	x := b.write(b.x, b.y+blockSize, page.Bold, blockSize, inBoth(backupKept)) + 6
	if b.b.KeptAt != "" {
		b.write(x, b.y+blockSize, page.Text, blockSize, fitted(page.Text, blockSize, b.x+b.w-x, b.b.KeptAt))
	} else {
		b.p.Line(x, b.y+blockSize+1, b.x+b.w, b.y+blockSize+1, 0.5, 0.3)
	}
	b.y += blockLead
}

var backupKept = lang.T("Kept at", "置き場所")

// format says in words what docs/format.md says in full, so that somebody
// without this program and its pages can write a reader.
func (s *backupPage) format() {
	text := lang.T(
		"memovault 1. QR 20-M: VB1:, base45 (RFC 9285) of 643 bytes (format, id 4, group g of G, N, K, index i, codes/page, length 3, data 625, CRC-32), “.”. i<N: piece i×G+g of an age file (SHA-256: id) of gzip JSON; else Reed–Solomon, GF(256) 11D, Vandermonde; N of a group do.",
		"memovault 形式 1。QR 20-M: VB1:、643 バイトの base45（RFC 9285）、「.」。バイト: 形式、番号 4、組 g、組数 G、N、K、位置 i、頁の個数、長さ 3、データ 625、CRC-32。i<N は age ファイル（SHA-256 が番号、中は gzip の JSON）の i×G+g 番目、ほかは Reed–Solomon、GF(256) 11D、Vandermonde。組に N 個で足ります。")
	var lines []string
	for _, l := range []lang.Lang{lang.JA, lang.EN} {
		lines = append(lines, page.Wrap(page.Text, fineSize, sheafWidth, text.In(l))...)
	}
	y := s.size.H - backupEdge - float64(len(lines))*fineLead
	for _, line := range lines {
		s.p.Text(s.left, y+fineSize-0.6, page.Text, fineSize, black, line)
		y += fineLead
	}
}
