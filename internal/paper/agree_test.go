package paper

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/record"
)

// inOrder looks for all that a sheet says, block by block, in a text without
// white space. Between two pieces stand few other characters: the words a
// renderer adds, such as check.
func inOrder(d *Doc, text string) error {
	const most = 40
	at := 0
	for _, block := range d.Blocks {
		for _, want := range blockTexts(block) {
			want = squeezed(want)
			n := strings.Index(text[at:], want)
			if n < 0 || n > most {
				return fmt.Errorf("%T: %.60q is not behind %.60q", block, want, text[max(0, at-60):at])
			}
			at += n + len(want)
		}
	}
	if rest := len(text) - at; rest > most {
		return fmt.Errorf("%d bytes more than the sheet has: %.100q", rest, text[at:])
	}
	return nil
}

// bodyOf is the text of all pieces of a sheet once, as they are drawn.
func bodyOf(d *Doc, f Format) string {
	s := newSetter(d, f)
	for _, block := range d.Blocks {
		s.block(block)
	}
	var b strings.Builder
	for _, one := range s.pieces {
		if !one.void && !one.eject {
			p := page.New(f.Size)
			one.draw(p, 100)
			b.WriteString(strings.Join(textsOn(p), ""))
		}
	}
	return squeezed(b.String())
}

// htmlText returns what a person reads in the body of a file of HTML, without
// head and foot, and fails unless the file is well-formed.
func htmlText(t *testing.T, d *Doc) string {
	t.Helper()
	var file, b strings.Builder
	if err := HTML(&file, d, Format{}); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(strings.NewReader(file.String()))
	var open []string
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the HTML is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 3 && open[3] == "tbody" {
				b.Write(token)
			}
		}
	}
	return squeezed(b.String())
}

// corpus are sheets of all kinds.
func corpus(t testing.TB, l lang.Lang) map[string]*Doc {
	list := []*record.Record{office(), microsoft()}
	return map[string]*Doc{
		"everything": everything(t, l),
		"records":    Records(l, list, Options{Made: day, Vault: idOf(7), Program: "vault"}),
		"secrets":    Records(l, list, Options{Made: day, Vault: idOf(7), Program: "vault", WithSecrets: true}),
		"key":        RecoveryKey(l, vaultKey()),
		"nothing":    {Title: "nothing", Made: day},
	}
}

func TestRenderersAgree(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for name, d := range corpus(t, l) {
			for _, f := range formats {
				if err := inOrder(d, bodyOf(d, f)); err != nil {
					t.Errorf("pages: %s: %v", name, err)
				}
			}
			if err := inOrder(d, htmlText(t, d)); err != nil {
				t.Errorf("HTML: %s: %v", name, err)
			}
		}
	}
}

// TestTextAgrees compares plain text with the sheet. There labels, values and
// the cells of tables are broken within their columns, so that only short ones
// can be followed; those of random sheets are in TestEverythingIsPrinted.
func TestTextAgrees(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		d := everything(t, l)
		for i, block := range d.Blocks {
			one := *d
			one.Blocks = []Block{block}
			pages := withoutTops(&one, pagesOf(t, &one, render(t, &one)))
			text := strings.Join(pages, "")
			if _, ok := block.(PageBreak); !ok && len(pages) != 1 {
				t.Errorf("block %d is on %d pages", i, len(pages))
			}
			foot := strings.Join((&layout{d: &one}).foot(), "\n")
			text = squeezed(strings.TrimSuffix(strings.TrimSuffix(text, "\n"), foot))
			text = strings.Map(func(r rune) rune {
				if strings.ContainsRune("_=|+", r) {
					return -1
				}
				return r
			}, strings.ReplaceAll(text, "----", ""))
			for at, want := 0, blockTexts(block); len(want) > 0; want = want[1:] {
				s := strings.ReplaceAll(squeezed(want[0]), "+", "")
				n := strings.Index(text[at:], s)
				if n < 0 {
					t.Errorf("%s: %T: %q is not in %q", l, block, want[0], text)
					break
				}
				at += n + len(s)
			}
		}
	}
}

func TestRandomSheetsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for i := range rounds() {
		d := Records(lang.Lang(i%2), []*record.Record{randomRecord(r, 1), randomRecord(r, 2)}, Options{Made: day, Program: "vault", WithSecrets: i%3 > 0})
		if err := inOrder(d, bodyOf(d, formats[i%4])); err != nil {
			t.Errorf("pages: %v", err)
		}
		if err := inOrder(d, htmlText(t, d)); err != nil {
			t.Errorf("HTML: %v", err)
		}
	}
}

func TestDisagreementIsFound(t *testing.T) {
	d := everything(t, lang.EN)
	text := bodyOf(d, Format{Size: page.A4})
	for _, bad := range []string{strings.Replace(text, "Hangup", "Hngup", 1), text + strings.Repeat("x", 41), text[:len(text)/2],
		strings.Replace(text, "registeredto", strings.Repeat("y", 41)+"registeredto", 1)} {
		if inOrder(d, bad) == nil {
			t.Errorf("goes unnoticed: %q", bad)
		}
	}
}

// tool returns the path of a program of the system, or skips the test.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// TestPDFSaysWhatIsDrawn compares what another program reads in the PDF with
// what was drawn on the pages.
func TestPDFSaysWhatIsDrawn(t *testing.T) {
	pdftotext := tool(t, "pdftotext")
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for name, d := range corpus(t, l) {
			var file bytes.Buffer
			if err := PDF(&file, d, Format{}); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(pdftotext, "-raw", "-enc", "UTF-8", "-", "-")
			cmd.Stdin = &file
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			pages := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
			book := Set(d, Format{})
			if len(pages) != len(book.Pages) {
				t.Fatalf("%s: %d pages, want %d", name, len(pages), len(book.Pages))
			}
			for i, p := range book.Pages {
				if got, want := squeezed(pages[i]), squeezed(strings.Join(textsOn(p), "")); got != want {
					t.Errorf("%s.%s: page %d says %q, want %q", name, l, i+1, got, want)
				}
			}
		}
	}
}

func TestHTMLNeedsNothingElse(t *testing.T) {
	for _, f := range formats {
		d := everything(t, lang.JA)
		d.Title = `<script>alert("x")</script>`
		var b strings.Builder
		if err := HTML(&b, d, f); err != nil {
			t.Fatal(err)
		}
		file := b.String()
		for _, bad := range []string{"<script", "http:", "https:", "url(", "@import", "<link", "<iframe", "<form", "javascript:"} {
			if strings.Contains(file, bad) {
				t.Errorf("%q is in the file", bad)
			}
		}
		size := "size: A4"
		if f.Size == page.Letter {
			size = "size: Letter"
		}
		for _, want := range []string{`<html lang="ja">`, size, "data:image/jpeg;base64,/9j/", "<svg", "charset=\"utf-8\"", "&lt;script&gt;"} {
			if !strings.Contains(file, want) {
				t.Errorf("%q is missing", want)
			}
		}
	}
}

func rounds() int {
	if racing {
		return 15
	}
	return 60
}
