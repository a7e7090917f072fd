package record

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"memovault/internal/lang"
)

var (
	// numbering is what stands before a code in a list: 1. 2) (3) 4: No.5 and
	// bullets. Circled digits are seen before folding makes digits of them.
	numbering = regexp.MustCompile(`^(?:\(?\d{1,2}\)|\d{1,2}[.:]|(?i:no\.?|#) ?\d{1,2}[.:]?|[*+>]|-+)(?:\s+|$)`)
	tightNo   = regexp.MustCompile(`^\(?\d{1,2}[.):]`) // 1.abcd
	bareNo    = regexp.MustCompile(`^\d{1,2}$`)
	codeForm  = regexp.MustCompile(`^[0-9A-Za-z]+(?:[- ][0-9A-Za-z]+)*$`)
	dateForm  = regexp.MustCompile(`^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}$`)
	columnGap = regexp.MustCompile(`\t+| {2,}|[,;、|]+`)
	usedWord  = regexp.MustCompile(`(?i)\(?(?:使用済み?|使った|済み?|\bused\b)\)?|\[x\]|~~`)
)

// ParseCodes reads a pasted list of one-time codes in any of the forms in
// which services show them and people copy them: one a line, numbered, with
// bullets, with commas or tabs, in columns, in groups with spaces or hyphens,
// with sentences around. A code that is ticked, crossed out or marked as used
// is kept as used; a date beside it is the day.
//
// Codes keep their grouping and their case; a code that comes twice is listed
// once. The caller shows what was found: what is a code among other words is
// a judgement. Reading the codes it gave, one a line, gives the same again.
func ParseCodes(raw string) []Code {
	if len(raw) > MaxNotes || !utf8.ValidString(raw) {
		return nil
	}
	var all []Code
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(raw)) {
		all = append(all, parseLine(line)...)
	}
	all = withoutWords(all)
	seen := make(map[string]bool, len(all))
	codes := all[:0]
	for _, c := range all {
		if !seen[c.Code] && len(codes) < MaxCodes {
			codes = append(codes, c)
		}
		seen[c.Code] = true
	}
	return codes
}

// parseLine returns the codes of one line. Words may be among them.
func parseLine(line string) []Code {
	line, used := takeMarks(line)
	line = strings.TrimSpace(line)
	var codes []Code
	for _, column := range columnGap.Split(line, -1) {
		column = takeNumbering(column)
		if dateForm.MatchString(column) && len(codes) > 0 {
			if value, _, err := Clean(TypeDate, column); err == nil {
				used = value
				continue
			}
		}
		for _, c := range splitCodes(column) {
			codes = append(codes, Code{Code: c})
		}
	}
	for i := range codes {
		codes[i].Used = used
	}
	return codes
}

// takeMarks takes out what marks the codes of a line as used, and makes the
// line half-width.
func takeMarks(line string) (rest, used string) {
	line = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("✓✔☑☒✗✘×✕✖", r):
			used = UsedUnknown
			return ' '
		case strings.ContainsRune("☐□■○●◯・•◦‣▪▫※→", r), '①' <= r && r <= '⑳':
			return ' '
		case unicode.IsControl(r) && r != '\t', unicode.Is(unicode.Cf, r):
			return -1
		case r == '\t':
			return r
		}
		return r
	}, line)
	columns := strings.Split(line, "\t")
	for i, c := range columns {
		columns[i] = lang.FoldCode(c)
	}
	line = strings.Join(columns, "\t")
	if loc := usedWord.FindStringIndex(line); loc != nil {
		used = UsedUnknown
		line = usedWord.ReplaceAllString(line, "  ")
	}
	return strings.ReplaceAll(line, "[ ]", " "), used
}

// takeNumbering takes numbers and bullets off the front of a column.
func takeNumbering(column string) string {
	for rest := strings.TrimSpace(column); ; {
		n := 0
		if loc := numbering.FindStringIndex(rest); loc != nil {
			n = loc[1]
		} else if loc := tightNo.FindStringIndex(rest); loc != nil {
			n = loc[1]
		} else if first, _, ok := strings.Cut(rest, " "); ok && bareNo.MatchString(first) {
			n = len(first)
		}
		if n == 0 {
			return rest
		}
		rest = strings.TrimSpace(rest[n:])
	}
}

// splitCodes returns the codes of one column, which are separated by single
// spaces, as are the groups of one code. Groups of four digits go in pairs (as
// Google prints them); longer groups of one length are codes of their own; all
// else is one code.
func splitCodes(column string) []string {
	if !codeForm.MatchString(column) {
		return nil
	}
	groups := strings.Split(column, " ")
	for _, g := range groups {
		if len(g) != len(groups[0]) {
			return oneCode(column)
		}
	}
	switch {
	case len(groups) > 2 && len(groups)%2 == 0 && len(groups[0]) == 4 && onlyDigits(column) == strings.ReplaceAll(column, " ", ""):
		var pairs []string
		for i := 0; i < len(groups); i += 2 {
			pairs = append(pairs, groups[i]+" "+groups[i+1])
		}
		return pairs
	case len(groups) > 1 && len(groups[0]) >= 6:
		return groups
	}
	return oneCode(column)
}

// oneCode returns s as a code unless it is too short or too long to be one.
func oneCode(s string) []string {
	if n := len(ungroup(s)); n < 4 || n > 100 {
		return nil
	}
	return []string{s}
}

// withoutWords drops sentences and headings: as soon as anything in the list
// has a digit, what has none and is not grouped by hyphens is no code.
func withoutWords(all []Code) []Code {
	digits := false
	for _, c := range all {
		digits = digits || strings.ContainsAny(c.Code, "0123456789")
	}
	kept := all[:0]
	for _, c := range all {
		word := !strings.ContainsAny(c.Code, "0123456789") && !strings.Contains(c.Code, "-")
		sentence := word && strings.Contains(c.Code, " ")
		if digits && word || sentence {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}
