package chart

import (
	"strings"

	"memovault/internal/lang"
)

// shortestNote is how much room a note must have to be cut, in sizes of the text.
const shortestNote = 5

// wordGap is between a name and the note behind it, in sizes of the text.
const wordGap = 1

// A headline is what the top of a box says, cut to the width of the box.
type headline struct {
	name, note string   // note stands behind the name
	lines      []string // below
	badge      string   // at the right end
	stars      int
}

// headlineOf decides what fits into the top of a box. The badge comes first,
// then the name, and the note gets what is left.
func (p *page) headlineOf(l lang.Lang, n *node) headline {
	h := headline{stars: min(max(n.Importance, 0), 3)}
	if n.Kind != Account {
		h.stars = 0
	}
	h.badge = n.badge(l)
	room := n.w - 2*p.inset - p.icon - p.text/2 - p.badgeWidth(h) - p.markWidth(n)
	name := clean(n.Name)
	if n.continued {
		name += lang.T(" (continued)", "（続き）").In(l)
	}
	h.name = shorten(name, p.name, true, room)
	if !n.noteBelow() && n.Note != "" {
		room -= textWidth(h.name, p.name, true) + wordGap*p.text
		if h.note = shorten(clean(n.Note), p.text, false, room); h.note != clean(n.Note) && room < shortestNote*p.text {
			h.note = "" // its first letters alone tell nothing
		}
	}
	room = n.w - 2*p.inset
	for _, line := range n.below(l) {
		h.lines = append(h.lines, shorten(line, p.text, false, room))
	}
	return h
}

// below are the lines between the name and the ways.
func (n *node) below(l lang.Lang) (list []string) {
	if n.noteBelow() {
		list = append(list, clean(n.Note))
	}
	if len(n.Locks) > 0 {
		list = append(list, lang.T("locks%s: %s", "失うと戻れない%s: %s").Sprintf(l, count(l, n.Locks), names(l, n.Locks)))
	}
	if len(n.Asks) > 0 {
		list = append(list, lang.T("leaves only a form%s: %s", "申し込みだけ残る%s: %s").Sprintf(l, count(l, n.Asks), names(l, n.Asks)))
	}
	return list
}

// count says how many accounts follow, where that is more than one: the end of a
// long list may be cut.
func count(l lang.Lang, list []string) string {
	if len(list) == 1 {
		return ""
	}
	return lang.T(" (%d)", "（%d）").Sprintf(l, len(list))
}

// names joins names of accounts.
func names(l lang.Lang, list []string) string {
	return clean(strings.Join(list, lang.T(", ", "、").In(l)))
}

// badge is the word for the state of a box; empty if there is nothing to say.
func (n *node) badge(l lang.Lang) string {
	switch {
	case n.Gone:
		return lang.T("lost already", "失った").In(l)
	case n.State == Locked:
		return lang.T("locked", "戻れない").In(l)
	case n.State == Asking:
		return lang.T("form only", "申し込みだけ").In(l)
	case n.State == Unsure:
		return lang.T("not known", "分からない").In(l)
	}
	return ""
}

// crossed reports whether the badge is a black one with a cross.
func (n *node) crossed() bool { return n.Gone || n.State == Locked }

func (p *page) badgeWidth(h headline) int {
	w := h.stars * p.text
	if h.badge != "" {
		w += textWidth(h.badge, p.text, true) + 2*p.text
	}
	return w
}

// perilous reports whether a box is a single point of failure, of the worse kind
// or of the other.
func (n *node) perilous() bool { return len(n.Locks) > 0 || len(n.Asks) > 0 }

// markWidth is the room for the exclamation mark.
func (p *page) markWidth(n *node) int {
	if n.perilous() {
		return p.text * 2
	}
	return 0
}

// wishOf is the width with which a box would cut nothing.
func (p *page) wishOf(l lang.Lang, n *node) int {
	h := headline{stars: 3, badge: n.badge(l)}
	w := textWidth(clean(n.Name), p.name, true) + p.icon + p.text/2 + p.badgeWidth(h) + p.markWidth(n)
	if n.Note != "" && !n.noteBelow() {
		w += textWidth(clean(n.Note), p.text, false) + wordGap*p.text
	}
	for _, line := range n.below(l) {
		w = max(w, textWidth(line, p.text, false))
	}
	for _, way := range n.ways {
		w = max(w, textWidth(clean(n.Ways[way].Label), p.text, false))
	}
	return w + 2*p.inset
}
