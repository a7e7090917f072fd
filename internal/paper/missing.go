package paper

import (
	"slices"
	"strings"

	"memovault/internal/page"
)

// Missing returns the characters of the sheet that no font of ours can draw, in
// order, each once: a page shows a mark in their place, HTML and text do not.
func Missing(d *Doc) []rune {
	return page.Missing(strings.Join(texts(d), "\n"))
}

// texts returns all that a person reads on the sheet, in order: of its head and
// foot first, then of its blocks. What a QR code says is not read.
func texts(d *Doc) []string {
	list := []string{d.Title, d.Subtitle, d.Sheet, d.Warning, d.Foot}
	for _, block := range d.Blocks {
		list = append(list, blockTexts(block)...)
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

func blockTexts(block Block) []string {
	switch block := block.(type) {
	case Heading:
		return []string{block.Text, block.Note}
	case Para:
		return []string{block.Text}
	case Step:
		return []string{block.Text}
	case Command:
		return block.Lines
	case Field:
		return []string{block.Label, block.Value, block.Check, block.Note, block.More}
	case Codes:
		list := []string{block.Label}
		for _, c := range block.List {
			list = append(list, c.Code, c.Check, c.Used)
		}
		return list
	case Groups:
		return block.List
	case Legend:
		return legendTexts(block)
	case Blanks:
		return block.Labels
	case QR:
		return []string{block.Label, block.Note}
	case Picture:
		return []string{block.Label}
	case Table:
		return append(slices.Clone(block.Head), slices.Concat(block.Rows...)...)
	case Tick:
		return []string{block.Text, block.Note}
	case Callout:
		return []string{block.Title, block.Text}
	case Room:
		return []string{block.Label}
	}
	return nil
}

func legendTexts(b Legend) []string {
	list := []string{b.Title}
	for _, set := range b.Alike {
		for _, g := range set {
			list = append(list, g.Char, g.Name)
		}
	}
	return append(list, b.Notes...)
}
