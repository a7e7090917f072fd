package chart

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"memovault/internal/lang"
)

// DOT writes the map in the language of Graphviz, which lays it out by itself. A
// way is a small point between what it needs and what it opens.
func (p *Picture) DOT(w io.Writer) error {
	l := p.m.Lang
	list, err := connect(p.m)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "digraph map {\n\tgraph [rankdir=LR, ranksep=1.2, labelloc=t, fontname=\"sans-serif\", label=%s];\n", quote(p.title()+"\n"+p.m.Made.Format("2006-01-02")+" "+p.m.Owner))
	fmt.Fprint(out, "\tnode [shape=box, fontname=\"sans-serif\", fontsize=10];\n\tedge [fontname=\"sans-serif\", fontsize=8];\n")
	id := map[*vertex]string{}
	for i, v := range list {
		id[v] = fmt.Sprintf("b%d", i)
		fmt.Fprintf(out, "\t%s [label=%s%s];\n", id[v], quote(v.caption(l)), v.shape())
	}
	for _, v := range list {
		for i, way := range v.Ways {
			point := fmt.Sprintf("%sw%d", id[v], i)
			fmt.Fprintf(out, "\t%s [shape=point, label=\"\"];\n\t%[1]s -> %s [label=%s%s];\n", point, id[v], quote(way.Label), endOf(way))
			for _, n := range v.needs[i] {
				fmt.Fprintf(out, "\t%s -> %s [arrowhead=%s%s];\n", id[n.from], point, dotHead(n.choice), dotPen(n.from))
			}
		}
	}
	fmt.Fprint(out, "}\n")
	return out.Flush()
}

// caption is what stands in a box.
func (v *vertex) caption(l lang.Lang) string {
	n := &node{vertex: v, compact: true}
	lines := []string{v.Name}
	if v.Note != "" {
		lines = append(lines, v.Note)
	}
	for _, line := range n.below(l) {
		lines = append(lines, "! "+line)
	}
	if badge := n.badge(l); badge != "" {
		if n.crossed() {
			badge = "× " + badge
		}
		lines = append(lines, badge)
	}
	return strings.Join(lines, "\n")
}

func (v *vertex) shape() string {
	s := ""
	if len(v.Locks)+len(v.Asks) > 0 {
		s += ", shape=octagon"
	}
	if len(v.Locks) > 0 {
		s += ", penwidth=3"
	}
	if v.Unknown {
		s += ", style=dashed"
	}
	return s
}

func endOf(w Way) string {
	switch {
	case w.Broken:
		return ", arrowhead=tee, style=dotted"
	case w.Asks:
		return ", arrowhead=empty"
	}
	return ""
}

func dotHead(choice int) string {
	if choice == 0 {
		return "dot"
	}
	return []string{"odot", "odiamond", "obox"}[(choice-1)%3]
}

func dotPen(from *vertex) string {
	s := ""
	if len(from.Locks) > 0 {
		s += ", penwidth=2"
	}
	if from.Unknown {
		s += ", style=dashed"
	}
	return s
}

// quote makes a quoted string of DOT. Backslashes begin escapes and ampersands
// begin entities there; a line break is \n.
func quote(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `&`, `&amp;`).Replace(clean(line))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}
