package chart

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"memovault/internal/lang"
)

// style is for the screen and for A4. The pages of the picture bring their own
// margins; those of the list leave them to the printer.
const style = `body{margin:0;background:#fff;color:#000;font-family:%s;line-height:1.6}
.sheet{break-after:page;break-inside:avoid}
.sheet svg{display:block;width:%s;max-width:100%%;height:auto;margin:0 auto}
.list{page:list;padding:1em 1.5em;font-size:10.5pt}
h1{font-size:14pt;margin:0}h2{font-size:12pt;margin:1.2em 0 .3em;break-after:avoid}
ul{margin:0;padding-left:1.2em}li{break-inside:avoid}
table{border-collapse:collapse;font-size:9.5pt;line-height:1.4}tr{break-inside:avoid}
th,td{border-bottom:1px solid #777;padding:.25em .8em .25em 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th,.short{white-space:nowrap}
@page{size:%s;margin:0}
@page list{size:A4 portrait;margin:15mm}
@media print{.list{padding:0}.sheet svg{max-height:100vh}}
@media screen{.sheet{border-bottom:1px solid #777}}
`

// HTML writes the picture as one stand-alone file: a page of paper for each page
// of it, and then in words what they show, for whoever can't see them.
func (p *Picture) HTML(w io.Writer) error {
	out := bufio.NewWriter(w)
	paper, width := "A4 portrait", "210mm"
	if p.pages[0].w > p.pages[0].h {
		paper, width = "A4 landscape", "297mm"
	}
	fmt.Fprintf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n<style>\n",
		p.m.Lang, escape(p.title()))
	fmt.Fprintf(out, style, fonts, width, paper)
	fmt.Fprint(out, "</style>\n</head>\n<body>\n")
	for i := range p.pages {
		fmt.Fprintf(out, "<div class=\"sheet\">\n%s</div>\n", p.pageSVG(i))
	}
	p.writeList(out)
	fmt.Fprint(out, "</body>\n</html>\n")
	return out.Flush()
}

// writeList writes what the pages show, in words.
func (p *Picture) writeList(w io.Writer) {
	l := p.m.Lang
	fmt.Fprintf(w, "<section class=\"list\">\n<h1>%s</h1>\n<p>%s</p>\n", escape(p.title()), escape(p.summary()))
	for _, r := range p.m.Remarks {
		fmt.Fprintf(w, "<p>%s</p>\n", escape(r))
	}
	var points []string
	for _, b := range p.m.Boxes {
		if len(b.Locks)+len(b.Asks) > 0 {
			points = append(points, harm(l, b.Name, b.Note, b.Locks, b.Asks))
		}
	}
	writeItems(w, lang.T("If only this is lost", "これ 1 つを失うと").In(l), points)
	var events []string
	for _, e := range p.m.Events {
		if len(e.Locks)+len(e.Asks) > 0 {
			events = append(events, harm(l, e.Name, "", e.Locks, e.Asks))
		}
	}
	writeItems(w, lang.T("If only this happens", "これ 1 つが起こると").In(l), events)
	p.writeAccounts(w)
	fmt.Fprint(w, "</section>\n")
}

// harm is one entry of the list, as HTML.
func harm(l lang.Lang, name, note string, locks, asks []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b>", escape(name))
	if note != "" {
		fmt.Fprintf(&b, " – %s", escape(note))
	}
	if len(locks) > 0 {
		fmt.Fprintf(&b, "<br>%s%s", lang.T("locks: ", "戻れない: ").In(l), escape(names(l, locks)))
	}
	if len(asks) > 0 {
		fmt.Fprintf(&b, "<br>%s%s", lang.T("only a form or a person is left for: ", "申し込みや人の助けだけになる: ").In(l), escape(names(l, asks)))
	}
	return b.String()
}

// writeItems writes a list whose items are HTML already; nothing if there are
// none.
func writeItems(w io.Writer, heading string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(w, "<h2>%s</h2>\n<ul>\n", escape(heading))
	for _, item := range items {
		fmt.Fprintf(w, "<li>%s</li>\n", item)
	}
	fmt.Fprint(w, "</ul>\n")
}

// inWords says of a way what its row and the lines to it show.
func (w Way) inWords(l lang.Lang, boxes map[string]*Box) string {
	var parts []string
	choices := map[int]int{} // where in parts each choice stands
	for _, n := range w.Needs {
		name := boxes[n.Box].Name
		at, begun := choices[n.Choice]
		switch {
		case n.Choice == 0:
			parts = append(parts, name)
		case begun:
			parts[at] += lang.T(" or ", " か ").In(l) + name
		default:
			choices[n.Choice] = len(parts)
			parts = append(parts, name)
		}
	}
	text := w.Label
	if len(parts) > 0 {
		text += lang.T(": ", ": ").In(l) + strings.Join(parts, " + ")
	}
	switch {
	case w.Broken:
		text += lang.T(" (does not work now)", "（今は使えません）").In(l)
	case w.Asks:
		text += lang.T(" (may be refused)", "（断られることがあります）").In(l)
	}
	return text
}

// writeAccounts writes what stands where, with its ways.
func (p *Picture) writeAccounts(w io.Writer) {
	l := p.m.Lang
	page := map[*Box]int{}
	for i, pg := range p.pages {
		for v, n := range pg.nodes {
			if page[v.Box] == 0 && (!n.leaf() || len(v.Ways) == 0) {
				page[v.Box] = i + 1
			}
		}
	}
	byID := map[string]*Box{}
	for _, b := range p.m.Boxes {
		byID[b.ID] = b
	}
	var rows []string
	for _, b := range p.m.Boxes {
		if b.Kind != Account && len(b.Ways) == 0 {
			continue
		}
		n := node{vertex: &vertex{Box: b}}
		var ways []string
		for _, w := range b.Ways {
			ways = append(ways, "<li>"+escape(w.inWords(l, byID))+"</li>")
		}
		rows = append(rows, fmt.Sprintf("<tr><td><b>%s</b><br>%s</td><td class=\"short\">%s</td><td>%d</td><td><ul>%s</ul></td><td>%d</td></tr>\n",
			escape(b.Name), escape(b.Note), escape(n.badge(l)), min(max(b.Importance, 0), 3), strings.Join(ways, ""), page[b]))
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "<h2>%s</h2>\n<table>\n<tr>", escape(deepHeading.In(l)))
	for _, head := range []lang.Text{lang.T("Account", "アカウント"), lang.T("State", "状態"), lang.T("Importance", "大事さ"), lang.T("Ways, and what each needs", "戻る方法と、要るもの"), lang.T("Page", "ページ")} {
		fmt.Fprintf(w, "<th>%s</th>", head.In(l))
	}
	fmt.Fprint(w, "</tr>\n")
	for _, row := range rows {
		fmt.Fprint(w, row)
	}
	fmt.Fprint(w, "</table>\n")
}
