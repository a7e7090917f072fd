package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/paper"
)

// A paperJob is what is to be delivered: a sheet, or pages that only a drawing
// can show.
type paperJob struct {
	doc  *paper.Doc
	docs []*paper.Doc                  // instead of doc: several, one behind the other, as text or PDF
	book func(paper.Format) *page.Book // instead of doc

	// sealed says that the pages tell a finder nothing, so that there is no need
	// to get rid of the file they are printed from.
	sealed bool
}

// delivered says where a sheet went, and on how many pages.
type delivered struct {
	how   string // howScreen and so on
	pages int
}

// Where a sheet goes.
const (
	howScreen  = "screen"
	howPipe    = "pipe"
	howFile    = "file"
	howPrinter = "printer"
	howPreview = "preview"
	howHand    = "hand" // copied from the screen
)

// layout is how the pages are to look.
func (a *app) layout(o *onPaper) paper.Format {
	size := o.size
	if size == "" {
		size = usualSize(a.lang)
	}
	if size == sizeLetter {
		return paper.Format{Size: page.Letter, Large: o.large}
	}
	return paper.Format{Size: page.A4, Large: o.large}
}

// sheets are the sheets of a job; none if only a drawing can show it.
func (j paperJob) sheets() []*paper.Doc {
	if j.doc != nil {
		return []*paper.Doc{j.doc}
	}
	return j.docs
}

// pages lays a job out.
func (j paperJob) pages(f paper.Format) *page.Book {
	if j.book != nil {
		return j.book(f)
	}
	if len(j.docs) > 0 {
		book := paper.Set(j.docs[0], f)
		for _, d := range j.docs[1:] {
			book.Pages = append(book.Pages, paper.Set(d, f).Pages...)
		}
		return book
	}
	return paper.Set(j.doc, f)
}

// deliver takes a sheet to where it belongs.
func (a *app) deliver(o *onPaper, job paperJob) (delivered, error) {
	if kind := o.kind(); kind == kindPDF || kind == kindPNG {
		a.warnOfMissing(job)
	}
	switch {
	case o.printer != "":
		return a.sendToPrinter(o, job)
	case o.preview && !o.toFile():
		return a.preview(o, job)
	case o.kind() == kindPNG:
		return a.writePictures(o, job)
	}
	return a.writeSheet(o, job)
}

// rendered is a sheet as text, HTML or PDF, and on how many pages it is.
func (a *app) rendered(o *onPaper, job paperJob) (content []byte, pages int, err error) {
	var b bytes.Buffer
	if o.kind() == kindText {
		for i, d := range job.sheets() {
			if i > 0 {
				b.WriteByte('\f')
			}
			if err := paper.Text(&b, d); err != nil {
				return nil, 0, err
			}
		}
		return b.Bytes(), bytes.Count(b.Bytes(), []byte("\f")) + 1, err
	}
	book := job.pages(a.layout(o))
	if o.kind() == kindHTML {
		err = paper.HTML(&b, job.doc, a.layout(o))
	} else {
		err = book.PDF(&b)
	}
	return b.Bytes(), len(book.Pages), err
}

// writeSheet writes a sheet to a file or to standard output. It is made whole
// first, so that nothing that takes its time comes between making a file and
// filling it.
func (a *app) writeSheet(o *onPaper, job paperJob) (delivered, error) {
	content, pages, err := a.rendered(o, job)
	if err != nil {
		return delivered{}, err
	}
	d := delivered{how: a.whither(o), pages: pages}
	if d.how == howScreen {
		content = bytes.ReplaceAll(content, []byte("\f"), []byte("\n")) // a screen has no pages
	}
	if err := a.writeResult(o.out, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
		return delivered{}, err
	}
	if o.toFile() {
		a.remindOf(job, o.out)
	}
	if r, ok := a.out.(*results); ok && r.err != nil {
		return delivered{}, r.err // so that what went nowhere is not noted as a sheet
	}
	return d, nil
}

// whither is where a sheet goes that is neither printed nor looked at.
func (a *app) whither(o *onPaper) string {
	switch {
	case o.toFile():
		return howFile
	case a.toTerminal():
		return howScreen
	}
	return howPipe
}

// testOnlyPlainDisk has files deleted in the same way whatever disk tests run on.
var testOnlyPlainDisk bool

// remindOf says what is to become of files that anybody can read.
func (a *app) remindOf(job paperJob, paths ...string) {
	if job.sealed || job.doc != nil && job.doc.Open {
		return
	}
	a.say(lang.T("it is not encrypted: print it, keep the paper locked away, then delete the file: %s", "このファイルは暗号化されていません。印刷し、紙は鍵のかかる所にしまい、ファイルは消してください: %s"), deletion(paths))
}

// warnOfMissing names the characters that no font of ours can draw, and where
// they stand; of passwords and keys only how many they are. Text and HTML are
// drawn in the fonts of their reader.
func (a *app) warnOfMissing(job paperJob) {
	for _, doc := range job.sheets() {
		for _, part := range parts(doc) {
			names := a.named(paper.Missing(part.open))
			if n := len(paper.Missing(part.exact)); n > 0 {
				names = append(names, a.text(lang.T("%d of a key or password", "キーやパスワードの中の %d 字"), n))
			}
			if len(names) > 0 {
				a.warn(lang.T("no font here has these characters, and 〓 is printed in their place; write them in by hand: %s (in: %s)", "印刷用の書体にない文字があり、代わりに〓を印刷します。手で書き込んでください: %s（%s）"), strings.Join(names, a.text(comma)), part.open.Title)
			}
		}
	}
}

// mostMissing is how many characters a warning names.
const mostMissing = 8

// named are characters as a warning names them.
func (a *app) named(missing []rune) []string {
	var names []string
	for _, c := range missing[:min(len(missing), mostMissing)] {
		names = append(names, fmt.Sprintf("%c (U+%04X)", c, c))
	}
	if more := len(missing) - mostMissing; more > 0 {
		names = append(names, a.text(lang.T("%d more", "ほか %d 字"), more))
	}
	return names
}

// A sheetPart is what stands under one heading of a sheet: what may be said on a
// screen, and keys and passwords.
type sheetPart struct{ open, exact *paper.Doc }

// parts cuts a sheet at its headings. The title of each part is its heading.
func parts(d *paper.Doc) []sheetPart {
	begin := func(title string) sheetPart {
		return sheetPart{&paper.Doc{Lang: d.Lang, Title: title}, &paper.Doc{Lang: d.Lang}}
	}
	list := []sheetPart{begin(d.Title)}
	list[0].open.Subtitle, list[0].open.Warning, list[0].open.Foot = d.Subtitle, d.Warning, d.Foot
	for _, block := range d.Blocks {
		if h, ok := block.(paper.Heading); ok {
			list = append(list, begin(h.Text))
		}
		to := list[len(list)-1].open
		if isExact(block) {
			to = list[len(list)-1].exact
		}
		to.Blocks = append(to.Blocks, block)
	}
	return list
}

// isExact reports whether a block is a key, a password or codes.
func isExact(block paper.Block) bool {
	switch block := block.(type) {
	case paper.Codes, paper.Groups:
		return true
	case paper.Field:
		return block.Style == paper.Exact
	}
	return false
}

// shellWords are several words of a command line.
func shellWords(list []string) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = shellWord(word)
	}
	return strings.Join(words, " ")
}
