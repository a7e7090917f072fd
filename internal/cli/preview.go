package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// pictureDPI is the resolution of pages that are written as pictures: what a
// screen shows sharply, and what a code on them can be read from.
const pictureDPI = 150

// preview shows the pages in the browser, as they will be printed.
func (a *app) preview(o *onPaper, job paperJob) (delivered, error) {
	book := job.pages(a.layout(o))
	var b bytes.Buffer
	err := a.patiently(lang.T("drawing the pages ...", "ページを描いています..."), func() error { return a.previewPage(&b, book) })
	if err != nil {
		return delivered{}, err
	}
	return delivered{how: howPreview, pages: len(book.Pages)}, a.openInViewer("text/html; charset=utf-8", b.Bytes())
}

// previewStyle sets the pages below one another on a grey ground, as large as
// the window is wide but no larger than they are sharp.
const previewStyle = `body{margin:0;padding:1.5em 1em 4em;background:#777;color:#fff;font-family:sans-serif;text-align:center}
figure{margin:0 auto 2em;max-width:60em}img{width:100%;background:#fff;box-shadow:0 .2em 1em #333}figcaption{padding:.6em}p{max-width:44em;margin:0 auto 1.5em}
@media print{body>p,figcaption{display:none}body,figure{margin:0;padding:0;max-width:none}img{box-shadow:none;break-after:page}}`

// previewPage writes the pages as one page for a browser, with nothing to fetch
// and nothing of the content in its title, which browsers remember.
func (a *app) previewPage(w io.Writer, book *page.Book) error {
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=%q><head><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\"><title>%s</title><style>%s</style></head><body>\n",
		a.lang, html.EscapeString(a.text(lang.T("Preview", "印刷の確認"))), previewStyle)
	fmt.Fprintf(w, "<p>%s</p>\n", html.EscapeString(a.text(lang.T("This is what will be printed. It is nowhere on the disk, and it can't be shown again by reloading: close the window when you have seen enough.",
		"印刷されるとおりの見本です。ディスクには保存していません。再読み込みでは表示できません。見終わったら、この画面を閉じてください。"))))
	for i, p := range book.Pages {
		var picture bytes.Buffer
		if err := drawPNG(&picture, p); err != nil {
			return err
		}
		caption := html.EscapeString(a.text(lang.T("page %d of %d", "%d / %d ページ"), i+1, len(book.Pages)))
		fmt.Fprintf(w, "<figure><img alt=\"%s\" src=\"data:image/png;base64,", caption)
		encoder := base64.NewEncoder(base64.StdEncoding, w)
		encoder.Write(picture.Bytes())
		encoder.Close()
		fmt.Fprintf(w, "\"><figcaption>%s</figcaption></figure>\n", caption)
	}
	_, err := io.WriteString(w, "</body></html>\n")
	return err
}

func drawPNG(w io.Writer, p *page.Page) error { return png.Encode(w, p.Raster(pictureDPI)) }

// writePictures writes each page into a file of its own: all of them, or none.
func (a *app) writePictures(o *onPaper, job paperJob) (delivered, error) {
	book := job.pages(a.layout(o))
	names := pictureNames(o.out, len(book.Pages))
	for _, name := range names {
		if _, err := os.Lstat(name); err == nil {
			return delivered{}, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
		}
	}
	for i, name := range names {
		var b bytes.Buffer
		if err := drawPNG(&b, book.Pages[i]); err != nil {
			return delivered{}, err
		}
		if err := createFile(name, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }); err != nil {
			for _, written := range names[:i] {
				os.Remove(written)
			}
			return delivered{}, err
		}
	}
	a.sayPictures(names)
	a.remindOf(job, names...)
	d := delivered{how: howFile, pages: len(book.Pages)}
	if o.preview {
		d.how = howPreview
	}
	return d, nil
}

func (a *app) sayPictures(names []string) {
	if len(names) == 1 {
		a.say(lang.T("written: %s (readable by you only)", "書き出しました: %s（ほかの人には読めない設定です）"), a.shortPath(names[0]))
		return
	}
	a.say(lang.T("written: %d pages, %s to %s (readable by you only)", "%d ページを書き出しました: %s から %s まで（ほかの人には読めない設定です）"),
		len(names), a.shortPath(names[0]), filepath.Base(names[len(names)-1]))
}

// pictureNames are the files that count pages go to: x.png itself for one, else
// x-1.png, x-2.png, with as many digits as the last one has.
func pictureNames(path string, count int) []string {
	if count == 1 {
		return []string{path}
	}
	ending := filepath.Ext(path)
	if kindOf(path) == "" {
		ending = "" // a dot in a name, not an ending
	}
	stem := strings.TrimSuffix(path, ending)
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%0*d%s", stem, len(fmt.Sprint(count)), i+1, ending)
	}
	return names
}
