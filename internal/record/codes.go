package record

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"memovault/internal/lang"
)

var (
	// numbering is what stands before a code in a list: 1. 2) (3) 4: No.5 and
	// bullets. The number is in one of the groups.
	numbering = pattern(`^(?:\(?(\d{1,2})\)|(\d{1,2})[.:]|(?i:no\.?|#) ?(\d{1,2})[.:]?|[*+>]|-+)(?:\s+|$)`)
	tightNo   = pattern(`^\(?(\d{1,2})[.):]`) // 1.abcd
	bareNo    = pattern(`^\d{1,2}$`)
	codeForm  = pattern(`^[0-9A-Za-z]+(?:[- ][0-9A-Za-z]+)*$`)
	codeFirst = pattern(`^([0-9A-Za-z]+(?:[- ][0-9A-Za-z]+)*) *[^\x00-\x7f(]*(?:\(|[^\x00-\x7f])`)
	labelHead = pattern(`^[^0-9:]*[^0-9: ] *(\d{1,2})?:\s*`) // "Code 3: ", "backup codes: "
	dayForm   = pattern(`(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年 ?(\d{1,2})月 ?(\d{1,2})日)`)
	columnGap = pattern(`\t+| {2,}|[,;、|]+`)
	unusedTag = pattern(`(?i)\(?(?:未使用|\bunused\b|\bnot (?:yet )?used\b)\)?`)
	usedWord  = pattern(`(?i)\(?(?:使用済み?|使った|使いました|済み?|\bused\b(?: on)?)\)?|\[x\]|~~|</?(?:s|del|strike)>`)
)

// ParseCodes reads a pasted list of one-time codes in any of the forms in
// which services show them and people copy them: one a line, numbered, with
// bullets, with commas or tabs, in columns, quoted, in groups with spaces or
// hyphens, with labels, remarks and sentences around. A code that is ticked,
// crossed out or marked as used is kept as used; a date beside it is the day.
//
// Codes keep their grouping and their case. They come in the order of their
// numbers if each has one, which puts columns right; a code that comes twice
// is listed once, used if either is. The caller shows how many were found:
// what is a code among other words is a judgement. There may be more than
// MaxCodes. Reading the codes it gave, one a line, gives the same again.
func ParseCodes(raw string) []Code {
	if len(raw) > MaxNotes || !utf8.ValidString(raw) {
		return nil
	}
	codes := readCodes(raw)
	for range mostReadings {
		again := readCodes(oneALine(codes))
		if slices.EqualFunc(codes, again, func(a, b Code) bool { return a.Code == b.Code }) {
			return codes
		}
		codes = again
	}
	return nil
}

// mostReadings is how often a list is read again until it stays the same. What
// is left when a day or a number was taken out can look like another one.
const mostReadings = 4

func oneALine(codes []Code) string {
	var b strings.Builder
	for _, c := range codes {
		b.WriteString(c.Code + "\n")
	}
	return b.String()
}

func readCodes(raw string) []Code {
	var all []foundCode
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(raw)) {
		all = append(all, parseLine(line)...)
	}
	all = inNumberOrder(withoutWords(all))
	at := make(map[string]int, len(all))
	var codes []Code
	for _, c := range all {
		i, twice := at[c.Code.Code]
		switch {
		case !twice:
			at[c.Code.Code] = len(codes)
			codes = append(codes, c.Code)
		case !codes[i].IsUsed():
			codes[i].Used = c.Used
		}
	}
	return codes
}

// A foundCode is a code with what its line tells beyond it.
type foundCode struct {
	Code
	number int  // its number in the list; 0 if it has none
	amidst bool // there are words around it, so it may be no code at all
}

// parseLine returns the codes of one line. Words may be among them. A mark or
// a day belongs to the code in its column; in a column of its own, to the code
// before it, or to the next if there is none.
func parseLine(line string) []foundCode {
	var codes []foundCode
	amidst, waiting, mark := false, 0, ""
	for _, column := range columnGap().Split(strings.TrimSpace(halfWidth(line)), -1) {
		column, used := takeMarks(column, len(codes) > 0)
		found, number, plain := readColumn(column)
		if number == 0 {
			number = waiting
		}
		if waiting = 0; len(found) == 0 && plain {
			waiting = number // it stands in a column of its own
		}
		amidst = amidst || !plain
		switch last := len(codes) - 1; {
		case len(found) > 0 && used == "":
			used, mark = mark, ""
		case len(found) == 0 && used != "" && last >= 0:
			codes[last].Used = used
		case len(found) == 0 && used != "":
			mark = used
		}
		for i, c := range found {
			if i > 0 {
				number = 0
			}
			codes = append(codes, foundCode{Code: Code{Code: c, Used: used}, number: number})
		}
	}
	for i := range codes {
		codes[i].amidst = amidst
	}
	return codes
}

// readColumn returns the codes of a column, and its number in the list. plain
// is false if there are words, be it only a label.
func readColumn(column string) (codes []string, number int, plain bool) {
	column, number = takeNumbering(column)
	if bareNo().MatchString(column) {
		return nil, atoi(column), true
	}
	codes, plain = splitCodes(column)
	if head := labelHead().FindStringSubmatch(column); len(codes) == 0 && head != nil {
		column, number = takeNumbering(column[len(head[0]):])
		codes, _ = splitCodes(column)
		if head[1] != "" {
			number = atoi(head[1])
		}
	}
	return codes, number, plain
}

// halfWidth makes a line half-width, with numbers in circles as numbers with a
// bracket, and without quotes, bullets and what cannot be seen.
func halfWidth(line string) string {
	var b strings.Builder
	for _, r := range line {
		n := circled(r)
		switch {
		case n > 0:
			b.WriteString("  " + strconv.Itoa(n) + ")")
		case strings.ContainsRune("☐□■○●◯・•◦‣▪▫※→\"'`“”‘’「」『』{}", r):
			b.WriteByte(' ')
		case unicode.IsControl(r) && r != '\t', unicode.Is(unicode.Cf, r):
		default:
			b.WriteRune(r)
		}
	}
	columns := strings.Split(b.String(), "\t")
	for i, c := range columns {
		columns[i] = lang.FoldCode(c)
	}
	return strings.Join(columns, "\t")
}

// takeMarks takes out of a column what marks its codes as used, and the day on
// which they were.
func takeMarks(column string, afterCode bool) (rest, used string) {
	rest = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("✓✔✅☑☒✗✘×✕✖❌", r):
			used = UsedUnknown
			return ' '
		case r == 0x335 || r == 0x336 || r == 0x338: // strokes through the character before
			used = UsedUnknown
			return -1
		}
		return r
	}, column)
	rest = unusedTag().ReplaceAllString(rest, " ")
	if usedWord().MatchString(rest) {
		used = UsedUnknown
		rest = usedWord().ReplaceAllString(rest, " ")
	}
	rest, day := takeDay(rest, afterCode)
	if day != "" {
		used = day
	}
	return strings.Join(strings.Fields(strings.NewReplacer("[", " ", "]", " ").Replace(rest)), " "), used
}

// circled returns the number in a circle, 0 for any other character.
func circled(r rune) int {
	for _, run := range []struct{ first, last, number rune }{
		{'①', '⑳', 1}, {'㉑', '㉟', 21}, {'㊱', '㊿', 36}, {'❶', '❿', 1}, {'➀', '➉', 1}, {'➊', '➓', 1}, {'⓵', '⓾', 1},
	} {
		if run.first <= r && r <= run.last {
			return int(r - run.first + run.number)
		}
	}
	return 0
}

// takeDay takes a day out of a column that has a code before it, or comes after
// one.
func takeDay(column string, afterCode bool) (rest, day string) {
	for _, at := range dayForm().FindAllStringIndex(column, -1) {
		before := onlyAlnum(column[:at[0]])
		if len(before) < minCode && !(afterCode && before == "") {
			continue
		}
		if value, _, err := Clean(TypeDate, column[at[0]:at[1]]); err == nil {
			return strings.TrimRight(column[:at[0]], "( ") + " " + strings.TrimLeft(column[at[1]:], ")"), value
		}
	}
	return column, ""
}

// takeNumbering takes numbers and bullets off the front of a column, and
// returns the last of the numbers.
func takeNumbering(column string) (rest string, number int) {
	for rest = strings.TrimSpace(column); ; {
		n := 0
		if at := numbering().FindStringSubmatch(rest); at != nil {
			n = len(at[0])
			number = max(number, atoi(at[1]+at[2]+at[3]))
		} else if at := tightNo().FindStringSubmatch(rest); at != nil {
			n = len(at[0])
			number = atoi(at[1])
		} else if first, _, ok := strings.Cut(rest, " "); ok && bareNo().MatchString(first) {
			n = len(first)
			number = atoi(first)
		}
		if n == 0 {
			return rest, number
		}
		rest = strings.TrimSpace(rest[n:])
	}
}

// minCode and maxCode bound the letters and digits of one code.
const minCode, maxCode = 4, 100

// splitCodes returns the codes of one column, which are separated by single
// spaces, as are the groups of one code. Groups of four digits go in pairs (as
// Google prints them); longer groups of one length are codes of their own; all
// else is one code. plain is false if something else is there, too.
func splitCodes(column string) (codes []string, plain bool) {
	if column == "" {
		return nil, true
	}
	if !codeForm().MatchString(column) {
		if first := codeFirst().FindStringSubmatch(column); first != nil {
			codes, _ = splitCodes(first[1])
		}
		return codes, false
	}
	groups := strings.Split(column, " ")
	same := !slices.ContainsFunc(groups, func(g string) bool { return len(g) != len(groups[0]) })
	switch {
	case !same && slices.ContainsFunc(groups, isWord):
		return nil, false // a sentence with a number in it
	case same && len(groups) > 2 && len(groups)%2 == 0 && len(groups[0]) == 4 && len(onlyDigits(column)) == 4*len(groups):
		for i := 0; i < len(groups); i += 2 {
			codes = append(codes, groups[i]+" "+groups[i+1])
		}
		return codes, true
	case same && len(groups) > 1 && len(groups[0]) >= 6:
		return groups, true
	}
	if n := len(ungroup(column)); n < minCode || n > maxCode {
		return nil, false
	}
	return []string{column}, true
}

// isWord reports whether s has letters only.
func isWord(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !isAlnum(byte(r)) || isDigit(byte(r)) })
}

// withoutWords drops sentences and headings. As soon as anything in the list
// has a digit, what has none and is not grouped by hyphens is no code; and
// what stands among words is one only if it is as long as one that does not.
func withoutWords(all []foundCode) []foundCode {
	digits := false
	lengths := map[int]bool{}
	for _, c := range all {
		digits = digits || strings.ContainsAny(c.Code.Code, "0123456789")
	}
	isCode := func(c foundCode) bool {
		word := !strings.ContainsAny(c.Code.Code, "0123456789-")
		return !word || !digits && !strings.Contains(c.Code.Code, " ")
	}
	for _, c := range all {
		if isCode(c) && !c.amidst {
			lengths[len(ungroup(c.Code.Code))] = true
		}
	}
	kept := all[:0]
	for _, c := range all {
		if isCode(c) && (!c.amidst || len(lengths) == 0 || lengths[len(ungroup(c.Code.Code))]) {
			kept = append(kept, c)
		}
	}
	return kept
}

// inNumberOrder sorts the codes by their numbers if every one has a number of
// its own.
func inNumberOrder(all []foundCode) []foundCode {
	seen := map[int]bool{0: true}
	for _, c := range all {
		if seen[c.number] {
			return all
		}
		seen[c.number] = true
	}
	slices.SortStableFunc(all, func(a, b foundCode) int { return a.number - b.number })
	return all
}

func onlyAlnum(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isAlnum(byte(r)) {
			return r
		}
		return -1
	}, s)
}

// NextCode returns the index of the first code that is not used up, -1 if
// there is none.
func NextCode(codes []Code) int {
	return slices.IndexFunc(codes, func(c Code) bool { return !c.IsUsed() })
}

// FindCode returns the index of the code that was typed, in whatever grouping,
// case and width, or else of the one with the number that was typed, counted
// from 1. It is -1 if there is none, or if the case alone tells two apart and
// neither is meant exactly.
func FindCode(codes []Code, typed string) int {
	typed = ungroup(lang.FoldCode(typed))
	var alike []int
	for i, c := range codes {
		plain := ungroup(c.Code)
		if plain == typed && typed != "" {
			return i
		}
		if strings.EqualFold(plain, typed) {
			alike = append(alike, i)
		}
	}
	n, err := strconv.Atoi(typed)
	switch {
	case len(alike) == 1:
		return alike[0]
	case len(alike) == 0 && err == nil && 1 <= n && n <= len(codes):
		return n - 1
	}
	return -1
}

// MarkUsed returns a copy of the codes in which the one at the index is used
// up since the day (YYYY-MM-DD, or UsedUnknown). A day that is written there
// already stays: it is the one on which the code was used.
func MarkUsed(codes []Code, index int, day string) []Code {
	codes = slices.Clone(codes)
	if !codes[index].IsUsed() {
		codes[index].Used = day
	}
	return codes
}
