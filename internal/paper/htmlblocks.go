package paper

import (
	"fmt"

	"memovault/internal/lang"
)

func (h *markup) block(block Block) {
	switch block := block.(type) {
	case Field:
		h.field(block)
	case Codes:
		h.codes(block)
	case QR:
		h.qr(block)
	case Picture:
		h.picture(block)
	case Step:
		h.in("ol")
		h.raw("<li>")
		h.element("b", "", fmt.Sprintf("%d.", block.Number))
		h.element("span", "", block.Text)
		h.raw("</li>")
	case Tick:
		h.in("ul")
		h.raw("<li>")
		h.box(false)
		h.raw("<span>")
		h.text(block.Text)
		h.element("span", "note", block.Note)
		h.raw("</span></li>")
	default:
		h.endList()
		h.alone(block)
	}
}

// alone writes a block that is in no list.
func (h *markup) alone(block Block) {
	switch block := block.(type) {
	case Heading:
		h.heading(block)
	case Para:
		h.element("p", h.class(""), block.Text)
	case Command:
		h.command(block)
	case Groups:
		h.raw(`<ol class="keys">`)
		for _, g := range block.List {
			h.raw("<li>")
			h.element("b", "", g)
			h.raw("</li>")
		}
		h.raw("</ol>\n")
	case Legend:
		h.legend(block)
	case Blanks:
		h.endPart()
		h.raw(`<div class="blanks">`)
		for _, label := range block.Labels {
			h.raw("<div>")
			h.text(label)
			h.lines(1)
			h.raw("</div>")
		}
		h.raw("</div>\n")
	case Table:
		h.table(block)
	case Callout:
		h.start("aside", h.class("callout"))
		h.element("p", "head", block.Title)
		h.element("p", "", block.Text)
		h.raw("</aside>\n")
	case Room:
		h.start("div", "room")
		h.element("p", "head", block.Label)
		h.lines(max(1, block.Lines))
		h.raw("</div>\n")
	case PageBreak:
		h.endPart()
		h.avoid = true
	}
}

// class is a class, and that of a new page if one begins here.
func (h *markup) class(name string) string {
	if h.avoid {
		h.avoid = false
		if name != "" {
			name += " "
		}
		name += "newpage"
	}
	return name
}

func (h *markup) heading(b Heading) {
	h.endPart()
	h.start("section", h.class(""))
	h.part = true
	h.raw("<h2>")
	if b.Number > 0 {
		h.element("span", "number", fmt.Sprint(b.Number))
		h.raw(" ")
	}
	h.text(b.Text)
	if b.Note != "" {
		h.raw(" ")
		h.element("small", "", b.Note)
	}
	h.raw("</h2>\n")
}

// row writes a label and what belongs to it.
func (h *markup) row(label, class string, value func()) {
	h.in("dl")
	h.start("div", h.class(class))
	h.raw("<dt>")
	h.text(label)
	h.raw("</dt><dd>")
	value()
	h.raw("</dd></div>\n")
}

// longValue is how many bytes a value has that may be split between two pages.
const longValue = 1500

func (h *markup) field(f Field) {
	class := ""
	if len(f.Value) > longValue {
		class = "long"
	}
	if f.Style == Blank && f.Boxes == 0 && f.Note == "" {
		class = "bare"
	}
	h.row(f.Label, class, func() {
		if f.Style == Blank {
			h.blank(f)
			return
		}
		h.raw(`<div class="value"><span>`)
		name, kind := "span", ""
		if f.Struck {
			name = "s"
		}
		if f.Style == Exact {
			kind = "exact"
		}
		if list := options(f.Value); list != nil {
			for _, one := range list {
				h.element("span", "option", one)
			}
		} else {
			h.element(name, kind, f.Value)
		}
		h.raw("</span>")
		if f.Check != "" {
			h.raw(" ")
			h.start("span", "check")
			h.text(h.say(lang.T("check", "確かめ")) + " ")
			h.element("b", "exact", f.Check)
			h.raw("</span>")
		}
		h.raw("</div>")
		h.element("div", "note", f.Note)
		h.element("div", "more", f.More)
	})
}

func (h *markup) blank(f Field) {
	if f.Boxes > 0 {
		h.boxes(f.Boxes, f.Group)
	} else {
		h.lines(max(1, f.Lines))
	}
	h.element("div", "note", f.Note)
}

// lines leaves ruled lines to write on.
func (h *markup) lines(n int) {
	for range n {
		h.raw(`<span class="line"></span>`)
	}
}

func (h *markup) boxes(n, group int) {
	if group <= 0 {
		group = n
	}
	h.raw(`<div class="boxes">`)
	for ; n > 0; n -= group {
		h.raw("<span>")
		for range min(group, n) {
			h.raw("<i></i>")
		}
		h.raw("</span>")
	}
	h.raw("</div>")
}

// box is a box to tick.
func (h *markup) box(ticked bool) {
	if ticked {
		h.raw(`<span class="box">×</span>`)
		return
	}
	h.raw(`<span class="box"></span>`)
}

// wideCode is how many bytes a code has that takes a line of its own.
const wideCode = 24

func (h *markup) codes(b Codes) {
	class := ""
	if len(b.List) > 30 {
		class = "long"
	}
	h.row(b.Label, class, func() {
		h.raw(`<ul class="codes">`)
		for _, c := range b.List {
			wide := ""
			if len(c.Code) > wideCode {
				wide = "wide"
			}
			h.start("li", wide)
			h.box(c.Used != "")
			if c.Used != "" {
				h.raw("<s>")
				h.element("b", "", c.Code)
				h.raw("</s>")
			} else {
				h.element("b", "", c.Code)
			}
			h.raw(" ")
			h.element("small", "exact", c.Check)
			h.raw(" ")
			h.element("small", "", c.Used)
			h.raw("</li>")
		}
		h.raw("</ul>")
	})
}

func (h *markup) command(b Command) {
	h.raw("<pre>")
	for i, s := range b.Lines {
		if i > 0 {
			h.raw("\n")
		}
		h.element("kbd", "", s)
	}
	h.raw("</pre>\n")
}

func (h *markup) legend(b Legend) {
	h.endPart()
	h.start("aside", h.class("legend"))
	h.element("p", "head", b.Title)
	h.raw(`<div class="alike">`)
	for _, set := range b.Alike {
		h.raw("<div>")
		for _, g := range set {
			h.raw("<span>")
			h.element("b", "", g.Char)
			h.text(g.Name)
			h.raw("</span> ")
		}
		h.raw("</div>")
	}
	h.raw("</div>")
	for _, note := range b.Notes {
		h.element("p", "", note)
	}
	h.raw("</aside>\n")
}

func (h *markup) qr(b QR) {
	code := codeOf(b.Text)
	if code == nil {
		h.field(Field{Label: b.Label, Value: b.Text, Style: Exact, Note: b.Note})
		return
	}
	h.row(b.Label, "", func() {
		h.code(code, b.Label)
		h.element("div", "", b.Note)
	})
}

func (h *markup) table(b Table) {
	rows := squared(b)
	h.start("table", h.class("data"))
	for i, row := range rows {
		name := "td"
		if i == 0 && len(b.Head) > 0 {
			name = "th"
			h.raw("<thead>")
		}
		h.raw("<tr>")
		for _, cell := range row {
			h.start(name, "")
			h.text(cell)
			h.raw("</" + name + ">")
		}
		h.raw("</tr>\n")
		if name == "th" {
			h.raw("</thead>\n")
		}
	}
	h.raw("</table>\n")
}
