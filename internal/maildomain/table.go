package maildomain

import (
	_ "embed"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"memovault/internal/lang"
)

// The table as it lies in the program. A row is found by its name and read when
// it is asked for: to read all takes fifteen times as long as to find one.
var (
	//go:embed lists/domains.tsv
	domainsFile string
	//go:embed lists/sources.tsv
	sourcesFile string
)

var (
	lineOf       = sync.OnceValue(indexLines)
	knownSources = sync.OnceValue(readSources)
)

// indexLines maps each domain of the table to its line.
func indexLines() map[string]string {
	found := make(map[string]string, 1<<10)
	for _, line := range lines(domainsFile) {
		name, _, _ := strings.Cut(line, "\t")
		found[name] = line
	}
	return found
}

func readSources() map[string]source { return must(parseSources(sourcesFile)) }

// must is for what is part of the program and read by a test.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// row returns the row of exactly this name.
func row(name string) (d Domain, ok bool) {
	line, ok := lineOf()[name]
	if !ok {
		return Domain{}, false
	}
	return must(parseRow(line, knownSources())), true
}

// A source is a list or a page, and the day it is of or was read on.
type source struct {
	text lang.Text
	asOf string
}

// parseTable reads the rows of lists/domains.tsv with the sources they name.
// It is as strict as a test would be: a slip is an error that names the line.
func parseTable(domains, sources string) ([]Domain, error) {
	known, err := parseSources(sources)
	if err != nil {
		return nil, err
	}
	var rows []Domain
	seen := map[string]bool{}
	for n, line := range lines(domains) {
		d, err := parseRow(line, known)
		if err == nil && seen[d.Name] {
			err = fmt.Errorf("%s comes twice", d.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("domains.tsv:%d: %w", n, err)
		}
		seen[d.Name] = true
		rows = append(rows, d)
	}
	return rows, nil
}

// lines yields what is neither empty nor a remark, with the number of the line.
func lines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(text) {
			n++
			line = strings.TrimSuffix(line, "\n")
			if line != "" && !strings.HasPrefix(line, "#") && !yield(n, line) {
				return
			}
		}
	}
}

func parseSources(text string) (map[string]source, error) {
	found := map[string]source{}
	for n, line := range lines(text) {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || cells[0] == "" || cells[2] == "" || found[cells[0]].asOf != "" || !isDate(cells[1]) {
			return nil, fmt.Errorf("sources.tsv:%d: an id of its own, a date and a text are needed", n)
		}
		found[cells[0]] = source{bothTexts(cells[2]), cells[1]}
	}
	return found, nil
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// parseRow reads suffix, class, country, provider, ending, sources, the day of
// the end and the months of idleness, separated by tabs; "-" is nothing.
func parseRow(line string, sources map[string]source) (Domain, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 8 {
		return Domain{}, fmt.Errorf("%d columns instead of 8", len(cells))
	}
	for i, cell := range cells {
		if cell == "-" {
			cells[i] = ""
		}
	}
	d := Domain{Name: cells[0], Class: Class(cells[1]), Country: cells[2], Provider: bothTexts(cells[3]), Dead: cells[6]}
	switch _, ok := labels[d.Class]; {
	case d.Name == "" || Host(strings.Replace(d.Name, "*", "x", 1)) != strings.Replace(d.Name, "*", "x", 1):
		return Domain{}, fmt.Errorf("%q is not a domain in its plain form", d.Name)
	case !ok || d.Class == Unknown || d.Class == Own || d.Class == Disposable:
		return Domain{}, fmt.Errorf("%q is no class of this table", d.Class)
	case d.Country != "" && (len(d.Country) != 2 || strings.ToUpper(d.Country) != d.Country):
		return Domain{}, fmt.Errorf("%q is no country", d.Country)
	case d.Dead != "" && !isDate(d.Dead), d.Class == Dead && d.Dead == "":
		return Domain{}, fmt.Errorf("%q is not the day of the end", d.Dead)
	}
	if err := d.setSources(cells[5], sources); err != nil {
		return Domain{}, err
	}
	if err := d.setEnding(cells[4], sources); err != nil {
		return Domain{}, err
	}
	return d, d.setIdle(cells[7], sources)
}

// bothTexts reads a text in both languages, "SoftBank|ソフトバンク", or one that
// is the same in both.
func bothTexts(cell string) lang.Text {
	en, ja, two := strings.Cut(cell, "|")
	if !two {
		ja = en
	}
	return lang.Text{EN: en, JA: ja}
}

// setSources joins the sources with the ids; the first is the one whose day
// counts.
func (d *Domain) setSources(ids string, sources map[string]source) error {
	for id := range strings.SplitSeq(ids, ",") {
		s, ok := sources[id]
		if !ok {
			return fmt.Errorf("there is no source %q", id)
		}
		if d.AsOf == "" {
			d.Source, d.AsOf = s.text, s.asOf
			continue
		}
		d.Source = lang.Text{EN: d.Source.EN + "; " + s.text.EN, JA: d.Source.JA + "、" + s.text.JA}
	}
	return nil
}

func (d *Domain) setEnding(id string, sources map[string]source) error {
	if id == "" {
		return nil
	}
	e, ok := endings[id]
	s, sourced := sources[e.source]
	if !ok || !sourced {
		return fmt.Errorf("there is no ending %q with a source", id)
	}
	d.Ends, d.EndsSource, d.EndsAsOf, d.KeepDays = e.text, s.text, s.asOf, keepDays[id]
	return nil
}

// setIdle reads "24@id": months, and the source that says so.
func (d *Domain) setIdle(cell string, sources map[string]source) error {
	if cell == "" {
		return nil
	}
	number, id, _ := strings.Cut(cell, "@")
	months, err := strconv.Atoi(number)
	s, ok := sources[id]
	if err != nil || months < 1 || !ok {
		return fmt.Errorf("%q is not months@source", cell)
	}
	d.IdleMonths, d.IdleSource, d.IdleAsOf = months, s.text, s.asOf
	return nil
}
