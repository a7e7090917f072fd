package paper

import (
	"memovault/internal/lang"
	"memovault/internal/term"
)

// paginate cuts the lines into pages, headers not included: at an eject, and
// where a page is full, behind the last line that is not glued to the next.
func (t *layout) paginate() [][]string {
	room := max(1, TextRows-len(t.header(1, 1))-len(t.foot()))
	var pages [][]string
	for rest := skipBlank(t.lines); len(rest) > 0 || len(pages) == 0; {
		page := t.continued(rest)
		n := pageEnd(rest, max(1, room-len(page)))
		for _, l := range trimBlank(rest[:n]) {
			page = append(page, l.text)
		}
		pages = append(pages, page)
		rest = skipBlank(rest[n:])
	}
	return pages
}

// continued repeats the heading at the top of a page that begins within a part.
func (t *layout) continued(rest []line) []string {
	if len(rest) == 0 || rest[0].under == "" {
		return nil
	}
	again := t.say(lang.T("%s (continued)", "%s（続き）"), rest[0].under)
	return append(term.Wrap(again, TextColumns), rule("-"))
}

// pageEnd returns how many lines go on a page with the given room.
func pageEnd(rest []line, room int) int {
	for n, l := range rest[:min(room, len(rest))] {
		if l.eject {
			return n + 1
		}
	}
	if len(rest) <= room {
		return len(rest)
	}
	for n := room; n > 0; n-- {
		if !rest[n-1].glue {
			return n
		}
	}
	return room // one piece longer than a page
}

// skipBlank drops empty lines at the top of a page.
func skipBlank(lines []line) []line {
	for len(lines) > 0 && lines[0].text == "" {
		lines = lines[1:]
	}
	return lines
}

// trimBlank drops empty lines at the bottom of a page.
func trimBlank(lines []line) []line {
	for len(lines) > 0 && lines[len(lines)-1].text == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
