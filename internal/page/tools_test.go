package page

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// need returns a tool of the system that looks at a PDF on its own.
func need(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing", tool)
		}
		t.Skipf("%s is missing", tool)
	}
	return path
}

func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(need(t, name), args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

// written to a file, as the tools want it.
func pdfFile(t *testing.T, pages ...*Page) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pages.pdf")
	if err := os.WriteFile(path, pdfBytes(t, pages...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func pdfBytes(t testing.TB, pages ...*Page) []byte {
	t.Helper()
	var b bytes.Buffer
	book := &Book{Title: "お渡し用紙 <1> & \"(2)\"", Lang: "ja", Pages: pages,
		Made: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 9*3600))}
	if err := book.PDF(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// typed are texts that have been lost on the way to paper by one program or
// another.
var typed = []string{
	"山田 花子", "𠮷野家 𩸽 𠀋 槗", "髙橋 﨑子 濵 瀨 彅", "葛󠄀城市 葛󠄁飾区 辻󠄀 邉󠄂", "\u795E \uFA19 (U+FA19)",
	"か゚き゚く゚ セ゚ ト゚", "ｶﾞｷﾞﾊﾟ ﾔﾏﾀﾞ ﾊﾅｺ", "か\u3099 は\u309A ウ\u3099", "é e\u0301 n\u0303 q\u0308\u0303", "Zürich Kraków Čapek Ångström",
	"①②③ ㈱㌔ Ⅳ ㍻ № ℡", "―〜～－‐ 「」『』（）【】", "🍣 ☎️ 👍🏽 👨‍👩‍👧 🇯🇵 1️⃣ ❤️", "0O 1lI 5S 8B 2Z |!", "<>&\"'()\\/%[]{}",
	"Office2021を年2回", "ЖЯ Ωα ← →12 ¥50 €60 £70", "한글 ไทย",
}

func typedPage() *Page {
	p := New(Size{576, 432})
	y := 40.0
	for _, s := range typed {
		for i, f := range []Face{Text, Bold, Mono, MonoBold} {
			p.Text(30+135*float64(i), y, f, 9, 0, s)
		}
		y += 20
	}
	return p
}

func TestTextComesOutAsTyped(t *testing.T) {
	for _, f := range []Face{Text, Bold, Mono, MonoBold} {
		p := New(A4)
		for i, s := range typed {
			p.Text(40, 40+30*float64(i), f, 12, 0, s)
		}
		got := strings.TrimRight(tool(t, "pdftotext", "-layout", "-enc", "UTF-8", pdfFile(t, p), "-"), "\f\n")
		var lines []string
		for line := range strings.Lines(got) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		for i, want := range typed {
			if i >= len(lines) {
				t.Fatalf("face %d: only %d lines:\n%s", f, len(lines), got)
			}
			if lines[i] != want {
				t.Errorf("face %d: %q (%+q) came out as %q (%+q)", f, want, want, lines[i], lines[i])
			}
		}
	}
}

func TestStructure(t *testing.T) {
	path := pdfFile(t, typedPage(), pictures(t))
	if out := tool(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors found") || strings.Contains(out, "WARNING") {
		t.Error(out)
	}
	fonts := strings.Split(strings.TrimSpace(tool(t, "pdffonts", path)), "\n")[2:]
	if len(fonts) != 6 {
		t.Errorf("%d fonts, not the 6 of the program:\n%s", len(fonts), strings.Join(fonts, "\n"))
	}
	for _, line := range fonts {
		if !strings.Contains(line, "Identity-H       yes yes yes") || line[6] != '+' {
			t.Errorf("not an embedded part of a font with its texts: %s", line)
		}
	}
	info := tool(t, "pdfinfo", "-meta", path) + tool(t, "pdfinfo", path)
	for _, want := range []string{
		"<rdf:li xml:lang=\"x-default\">お渡し用紙 &lt;1&gt; &amp; &#34;(2)&#34;</rdf:li>", "<rdf:li>ja</rdf:li>",
		"2026-01-02T03:04:05+09:00", "Title:           お渡し用紙 <1> & \"(2)\"", "Pages:           2",
	} {
		if !strings.Contains(info, want) {
			t.Errorf("nothing says %q:\n%s", want, info)
		}
	}
}

// TestOthersDrawTheSame holds that what we show before printing is what a
// viewer draws. Viewers put glyphs on whole or quarter pixels, so both draw 300
// dots an inch and three by three are taken together. Of the points that either
// has ink on, at most 0.5 % may then differ by more than a third of black, and all
// by no more than 25 of 255 in the mean.
func TestOthersDrawTheSame(t *testing.T) {
	if underRace {
		t.Skip("nothing runs at the same time here, and it is slow under the race detector")
	}
	pages := []*Page{typedPage(), pictures(t)}
	path := pdfFile(t, pages...)
	folder := t.TempDir()
	prefix := filepath.Join(folder, "p")
	for _, viewer := range []struct {
		tool string
		args []string
	}{
		{"pdftoppm", []string{"-r", "300", "-gray", "-png", path, prefix}},
		{"mutool", []string{"draw", "-q", "-r", "300", "-c", "gray", "-o", prefix + "-%d.png", path}},
		{"gs", []string{"-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pnggray", "-r300", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4",
			"-sOutputFile=" + prefix + "-%d.png", path}},
	} {
		t.Run(viewer.tool, func(t *testing.T) {
			tool(t, viewer.tool, viewer.args...)
			for i, p := range pages {
				far, mean := difference(t, p.Raster(300), readPNG(t, filepath.Join(folder, "p-"+string(rune('1'+i))+".png")))
				t.Logf("page %d: %.2f %% of the ink differs by more than a third, %.1f of 255 in the mean", i+1, 100*far, mean)
				if far > 0.005 || mean > 25 {
					t.Errorf("page %d is drawn otherwise", i+1)
				}
			}
		})
	}
}

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// difference compares what has ink on either picture: which part of it differs
// by more than a third of black, and by how much it differs in the mean.
func difference(t *testing.T, a *image.Gray, b image.Image) (far, mean float64) {
	t.Helper()
	if dx, dy := a.Rect.Dx()-b.Bounds().Dx(), a.Rect.Dy()-b.Bounds().Dy(); dx*dx > 1 || dy*dy > 1 {
		t.Fatalf("the pictures are %v and %v", a.Rect, b.Bounds())
	}
	w, h := a.Rect.Dx()/3, a.Rect.Dy()/3
	a, c := shrunk(a, w, h), shrunk(b, w, h)
	ink, off, sum := 0, 0, 0
	for y := range h - 1 {
		for x := range w - 1 {
			p, q := int(a.GrayAt(x, y).Y), int(c.GrayAt(x, y).Y)
			if p == 255 && q == 255 {
				continue
			}
			ink++
			d := max(p-q, q-p)
			sum += d
			if d > 85 {
				off++
			}
		}
	}
	if ink == 0 {
		t.Fatal("both are empty")
	}
	return float64(off) / float64(ink), float64(sum) / float64(ink)
}
