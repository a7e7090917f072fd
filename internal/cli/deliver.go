package cli

import (
	"bytes"
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

// pages lays a job out.
func (j paperJob) pages(f paper.Format) *page.Book {
	if j.book != nil {
		return j.book(f)
	}
	return paper.Set(j.doc, f)
}

// deliver takes a sheet to where it belongs.
func (a *app) deliver(o *onPaper, job paperJob) (delivered, error) {
	if o.kind() == kindText {
		return a.writeText(o, job)
	}
	switch {
	case o.preview && !o.toFile():
		return a.preview(o, job)
	case o.kind() == kindPNG:
		return a.writePictures(o, job)
	}
	return a.writePages(o, job)
}

// writeText writes a sheet as plain text. A screen has no pages.
func (a *app) writeText(o *onPaper, job paperJob) (delivered, error) {
	var b bytes.Buffer
	if err := paper.Text(&b, job.doc); err != nil {
		return delivered{}, err
	}
	text := b.Bytes()
	d := delivered{how: a.whither(o), pages: bytes.Count(text, []byte("\f")) + 1}
	if d.how == howScreen {
		text = bytes.ReplaceAll(text, []byte("\f"), []byte("\n"))
	}
	return d, a.writeBytes(o, job, text)
}

// writePages writes a sheet as PDF or HTML.
func (a *app) writePages(o *onPaper, job paperJob) (delivered, error) {
	book := job.pages(a.layout(o))
	var b bytes.Buffer
	var err error
	if o.kind() == kindHTML {
		err = paper.HTML(&b, job.doc, a.layout(o))
	} else {
		err = book.PDF(&b)
	}
	if err != nil {
		return delivered{}, err
	}
	return delivered{how: a.whither(o), pages: len(book.Pages)}, a.writeBytes(o, job, b.Bytes())
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

// writeBytes writes what is made whole, so that nothing that takes its time comes
// between making a file and filling it.
func (a *app) writeBytes(o *onPaper, job paperJob, content []byte) error {
	err := a.writeResult(o.out, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err == nil && o.toFile() {
		a.remindOf(job, o.out)
	}
	return err
}

// remindOf says what is to become of files that anybody can read.
func (a *app) remindOf(job paperJob, paths ...string) {
	if job.sealed || job.doc != nil && job.doc.Open {
		return
	}
	a.say(lang.T("it is not encrypted: print it, keep the paper locked away, then delete the file: %s", "このファイルは暗号化されていません。印刷し、紙は鍵のかかる所にしまい、ファイルは消してください: %s"), deletion(paths))
}

// shellWords are several words of a command line.
func shellWords(list []string) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = shellWord(word)
	}
	return strings.Join(words, " ")
}
