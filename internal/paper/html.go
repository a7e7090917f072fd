package paper

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"memovault/internal/lang"
	"memovault/internal/page"
)

// HTML writes the sheet as one file that needs no other: no script, nothing
// that is fetched, pictures and codes within. It is well-formed XML as well, so
// that any tool reads it. A browser prints it on the paper of the format.
func HTML(w io.Writer, d *Doc, f Format) error {
	h := &markup{d: d, w: bufio.NewWriter(w)}
	h.open(f)
	for _, block := range d.Blocks {
		h.block(block)
	}
	h.close()
	return h.w.Flush()
}

// A markup is an HTML file in the making. What bufio.Writer cannot write, Flush
// reports.
type markup struct {
	d     *Doc
	w     *bufio.Writer
	list  string // the element that rows or steps are collected in
	part  bool   // a section is open
	avoid bool   // the next element begins a page
}

func (h *markup) say(pair lang.Text, args ...any) string { return pair.Sprintf(h.d.Lang, args...) }

// raw writes markup.
func (h *markup) raw(s string) { h.w.WriteString(s) }

// text writes what a person reads; line ends stay.
func (h *markup) text(s string) {
	h.w.WriteString(strings.ReplaceAll(html.EscapeString(s), "\n", "<br/>"))
}

// element writes text in an element, of a class if one is given. Without text
// it writes nothing.
func (h *markup) element(name, class, text string) {
	if text == "" {
		return
	}
	h.start(name, class)
	h.text(text)
	h.raw("</" + name + ">")
}

func (h *markup) start(name, class string) {
	h.raw("<" + name)
	if class != "" {
		h.raw(` class="` + class + `"`)
	}
	h.raw(">")
}

func (h *markup) open(f Format) {
	h.raw(`<!DOCTYPE html>` + "\n" + `<html lang="` + h.d.Lang.String() + `"><head><meta charset="utf-8"/>` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"/>` +
		`<meta name="robots" content="noindex"/>` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>` + "\n")
	h.element("title", "", h.d.Title)
	h.raw("\n<style>" + style(f) + "</style></head>\n")
	// A browser repeats the head and the foot of a table on every page it prints.
	h.raw(`<body><table class="sheet" role="presentation"><thead><tr><td>` + "\n")
	h.head()
	h.raw("</td></tr></thead>\n")
	if h.d.Foot != "" {
		h.raw("<tfoot><tr><td>")
		h.element("p", "foot", h.d.Foot)
		h.raw("</td></tr></tfoot>\n")
	}
	h.raw("<tbody><tr><td>\n")
}

func (h *markup) close() {
	h.endList()
	h.endPart()
	h.raw("</td></tr></tbody></table></body></html>\n")
}

// head writes the title, the facts beside it and the warning.
func (h *markup) head() {
	h.raw("<header><div>")
	h.element("h1", "", h.d.Title)
	h.element("p", "subtitle", h.d.Subtitle)
	h.raw(`</div><dl class="facts">`)
	h.fact(h.say(lang.T("printed", "印刷日")), h.d.Made.Format(time.DateOnly))
	if h.d.Sheet != "" {
		h.fact(h.say(lang.T("sheet", "用紙")), h.d.Sheet)
	}
	h.raw("</dl>")
	if h.d.Mark != "" {
		h.code(codeOf(h.d.Mark), h.d.Sheet)
	}
	h.raw("</header>\n")
	if h.d.Warning != "" {
		class := "warning"
		if h.d.Open {
			class = "warning open"
		}
		h.element("p", class, h.d.Warning)
	}
}

func (h *markup) fact(label, value string) {
	h.raw("<div>")
	h.element("dt", "", label)
	h.element("dd", "", value)
	h.raw("</div>")
}

// in opens the element that the next blocks are collected in, unless it is open.
func (h *markup) in(list string) {
	if h.list == list {
		return
	}
	h.endList()
	switch list {
	case "dl":
		h.raw(`<dl class="fields">`)
	case "ol":
		h.raw(`<ol class="steps">`)
	case "ul":
		h.raw(`<ul class="ticks">`)
	}
	h.list = list
}

func (h *markup) endList() {
	if h.list != "" {
		h.raw("</" + h.list + ">\n")
	}
	h.list = ""
}

func (h *markup) endPart() {
	if h.part {
		h.raw("</section>\n")
	}
	h.part = false
}

// code writes a QR code as vector drawing.
func (h *markup) code(code *qr.Code, name string) {
	if code == nil {
		return
	}
	size := strconv.Itoa(code.Size + 8)
	h.raw(`<svg class="code" viewBox="0 0 ` + size + ` ` + size + `" role="img" aria-label="` + html.EscapeString(name) +
		`" shape-rendering="crispEdges"><rect width="` + size + `" height="` + size + `" fill="#fff"/><path d="`)
	for row := range code.Size {
		for col := 0; col < code.Size; col++ {
			from := col
			for col < code.Size && code.Black(col, row) {
				col++
			}
			if n := col - from; n > 0 {
				fmt.Fprintf(h.w, "M%d %dh%dv1h-%dz", from+4, row+4, n, n)
			}
		}
	}
	h.raw(`"/></svg>`)
}

// picture writes a photo as part of the file.
func (h *markup) picture(b Picture) {
	h.row(b.Label, "", func() {
		h.raw(`<img alt="` + html.EscapeString(b.Label) + `" src="data:image/jpeg;base64,` +
			base64.StdEncoding.EncodeToString(b.JPEG) + `"`)
		if b.W > 0 && b.H > 0 {
			fmt.Fprintf(h.w, ` width="%d" height="%d"`, b.W, b.H)
		}
		h.raw("/>")
	})
}

// paperName is the size as CSS says it.
func paperName(s page.Size) string {
	switch s {
	case page.A4, page.Size{}:
		return "A4"
	case page.Letter:
		return "Letter"
	}
	return fmt.Sprintf("%.2fpt %.2fpt", s.W, s.H)
}

// style is the sheet's style: black and white, for screen and paper. Each
// typeface of values is one that sets 0 and O, 1, l and I apart.
func style(f Format) string {
	size := "10.5pt"
	if f.Large {
		size = "15.5pt"
	}
	return "\n@page { size: " + paperName(f.Size) + "; margin: 15mm 16mm; }\n:root { font-size: " + size + "; }\n" + sheetStyle
}

const sheetStyle = `* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 48rem; padding: 1rem; color: #000; background: #fff; line-height: 1.45; font-family: "BIZ UDPGothic", "Hiragino Sans", "Yu Gothic Medium", "Yu Gothic", Meiryo, "Noto Sans CJK JP", "Noto Sans JP", "Segoe UI", Helvetica, Arial, sans-serif; }
:lang(ja) body { line-height: 1.65; }
.sheet { width: 100%; border-collapse: collapse; table-layout: fixed; }
.sheet > * > tr > td { padding: 0; text-align: left; vertical-align: top; font-weight: normal; }
header { display: flex; gap: 1rem; align-items: flex-start; }
header > div { flex: 1; min-width: 0; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
.subtitle { margin: 0; color: #333; }
.facts { margin: 0; font-size: 0.85rem; }
.facts div { display: flex; justify-content: space-between; gap: 1rem; }
.facts dt { color: #555; }
dd { margin: 0; }
.facts dd, .exact, .codes b, .keys b, kbd, .alike b { font-family: "Atkinson Hyperlegible Mono", "Cascadia Mono", Consolas, "SF Mono", Menlo, "JetBrains Mono", "DejaVu Sans Mono", "Source Code Pro", monospace; font-weight: normal; font-variant-ligatures: none; font-feature-settings: "zero"; }
.code { display: block; width: 17mm; height: 17mm; flex: none; }
.fields .code { width: 34mm; height: 34mm; }
.warning { margin: 0.6rem 0 0.4rem; padding: 0.4rem 0.8rem; background: #000; color: #fff; border: 1px solid #000; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.warning.open { background: #fff; color: #000; }
h2 { font-size: 1.4rem; line-height: 1.3; margin: 1.3rem 0 0; padding-bottom: 0.2rem; border-bottom: 2px solid #000; break-after: avoid; overflow-wrap: anywhere; }
h2 small { font-size: 0.95rem; font-weight: normal; color: #555; margin-left: 0.6rem; }
h2 .number { font-size: 1rem; font-weight: normal; color: #555; display: inline-block; min-width: 1.7rem; }
p { margin: 0.6rem 0; orphans: 2; widows: 2; overflow-wrap: anywhere; }
.fields { margin: 0; }
.fields > div { display: grid; grid-template-columns: 23% 1fr; column-gap: 0.8rem; padding: 0.35rem 0; border-bottom: 1px solid #777; break-inside: avoid; }
.fields > .bare { border: none; }
.fields > .long { break-inside: auto; }
dt { font-weight: bold; font-size: 0.92rem; overflow-wrap: anywhere; }
.facts dt { font-weight: normal; }
.fields dd { grid-column: 2; min-width: 0; overflow-wrap: anywhere; }
.option { display: inline-block; margin-right: 1.2em; }
.more { white-space: pre-line; }
.exact { font-size: 1.2rem; line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere; }
.value { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; }
.value > :first-child { min-width: 0; }
.check { flex: none; font-size: 0.75rem; color: #555; }
.check, .check b { white-space: nowrap; overflow-wrap: normal; }
.check b { font-size: 1.1rem; color: #000; margin-left: 0.3rem; font-weight: normal; }
.note { font-size: 0.85rem; color: #333; }
s { text-decoration-thickness: 1.5px; color: #333; }
.line { display: block; height: 1.9rem; border-bottom: 1px solid #777; }
dd > .line:last-of-type { margin-bottom: 0.4rem; }
.room { break-inside: avoid; }
.boxes { display: flex; flex-wrap: wrap; gap: 0.4rem 0.55rem; padding: 0.3rem 0; }
.boxes span { display: flex; }
.boxes i { display: block; width: 1.22rem; height: 1.4rem; border: 1px solid #777; margin-left: -1px; }
.codes { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: 0.3rem 1rem; }
.codes li { break-inside: avoid; overflow-wrap: anywhere; }
.codes b { font-size: 1.15rem; white-space: pre-wrap; }
.box { display: inline-block; width: 0.85rem; height: 0.85rem; border: 1.2px solid #000; margin-right: 0.5rem; vertical-align: -0.1rem; flex: none; text-align: center; line-height: 0.75rem; font-size: 0.9rem; }
.codes small { color: #333; margin-left: 0.3rem; font-size: 0.85rem; }
.codes .wide { grid-column: 1 / -1; }
.keys { list-style: decimal; display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0.5rem 2rem; margin: 0.7rem 0; padding-left: 1.8rem; }
.keys li::marker { color: #555; font-size: 0.8rem; }
.keys b { font-size: 1.45rem; }
.steps, .ticks { list-style: none; margin: 0.3rem 0; padding: 0; }
.steps li, .ticks li { display: flex; margin: 0.4rem 0; break-inside: avoid; }
.steps li > b { min-width: 2rem; text-align: right; padding-right: 0.6rem; }
.ticks .box { margin-top: 0.3rem; }
.ticks .note { display: block; }
pre { margin: 0.3rem 0 0.6rem 2rem; padding-left: 0.7rem; border-left: 2px solid #555; white-space: pre-wrap; overflow-wrap: anywhere; break-before: avoid; }
kbd { font-size: 1rem; }
aside { margin: 0.9rem 0; padding: 0.6rem 1rem; break-inside: avoid; }
.head { font-weight: bold; }
aside p { margin: 0.1rem 0; }
.callout { border: 1.5px solid #000; }
.legend { margin-top: 0.9rem; background: #eee; font-size: 0.85rem; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.alike { display: flex; flex-wrap: wrap; gap: 0.3rem 1.4rem; margin: 0.3rem 0; }
.alike div { display: flex; gap: 0.8rem; }
.alike span { display: inline-block; }
.alike b { display: block; font-size: 1.5rem; line-height: 1.3; }
.blanks { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.5rem 1.5rem; margin: 1rem 0; break-inside: avoid; font-size: 0.92rem; }
.data { width: 100%; border-collapse: collapse; margin: 0.6rem 0; }
.data th, .data td { text-align: left; vertical-align: top; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid #777; overflow-wrap: anywhere; }
.data th { font-size: 0.92rem; border-bottom: 1.5px solid #000; }
.data tr { break-inside: avoid; }
.fields img { display: block; width: auto; height: auto; max-width: 100%; max-height: 95mm; }
.foot { font-size: 0.8rem; color: #555; margin: 0.8rem 0 0; }
.newpage { break-before: page; }
@media screen and (max-width: 34rem) { .fields > div { grid-template-columns: 1fr; } .fields dd { grid-column: 1; } header { flex-wrap: wrap; } }
@media print { body { max-width: none; padding: 0; } }
`
