package record

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"memovault/internal/lang"
)

// An era of Japan, by the first and the last day of its use.
type era struct {
	name, letter string
	from, to     time.Time // the last era has no end
}

// eras are those in which somebody who has an account today was born or signed
// something. The day after an era's last is the first of the next.
var eras = []era{
	{"明治", "m", day(1868, 1, 25), day(1912, 7, 29)},
	{"大正", "t", day(1912, 7, 30), day(1926, 12, 24)},
	{"昭和", "s", day(1926, 12, 25), day(1989, 1, 7)},
	{"平成", "h", day(1989, 1, 8), day(2019, 4, 30)},
	{"令和", "r", day(2019, 5, 1), time.Time{}},
}

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

var (
	dateParts   = regexp.MustCompile(`^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$`)
	dateKanji   = regexp.MustCompile(`^(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?$`)
	dateCompact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	eraParts    = regexp.MustCompile(`^(明治|大正|昭和|平成|令和|[mtshr])\.?(\d{1,2}|元)(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$`)
	eraKanji    = regexp.MustCompile(`^(明治|大正|昭和|平成|令和|[mtshr])(\d{1,2}|元)年(?:(\d{1,2})月(?:(\d{1,2})日)?)?$`)
	digitGap    = regexp.MustCompile(`([0-9]) +\b`)
	weekday     = regexp.MustCompile(`\([月火水木金土日]\)$`)
)

// cleanDate returns 2026-11-22, or 2026-11 or 2026 if no more was given. It
// takes the ways in which Japan and ISO 8601 write a date, eras included, and
// refuses a day that never was.
func cleanDate(s string) (string, []Note, error) {
	compact := digitGap.ReplaceAllString(s, "$1-") // 2026 11 22
	compact = weekday.ReplaceAllString(strings.ReplaceAll(compact, " ", ""), "")
	y, m, d, err := readDate(strings.ToLower(compact))
	if err != nil {
		return "", nil, err
	}
	value, err := writeDate(y, m, d)
	if err != nil {
		return "", nil, err
	}
	if value == s {
		return value, nil, nil
	}
	return value, []Note{changed("date", lang.T("written as %s", "%s と記録します"), value)}, nil
}

func readDate(s string) (y, m, d int, err error) {
	for _, form := range []*regexp.Regexp{dateParts, dateKanji, dateCompact} {
		if p := form.FindStringSubmatch(s); p != nil {
			return atoi(p[1]), part(p[2]), part(p[3]), nil
		}
	}
	for _, form := range []*regexp.Regexp{eraParts, eraKanji} {
		if p := form.FindStringSubmatch(s); p != nil {
			return readEra(p[1], p[2], part(p[3]), part(p[4]))
		}
	}
	return 0, 0, 0, refuse("date-form", lang.T(
		"not a date: write it like 2026-11-22, 2026-11, 2026 or S60.1.7; what is uncertain belongs into the notes",
		"日付として読めません。2026-11-22、2026年11月22日、昭和60年1月7日、2026 のように入力してください。あいまいなときは備考に書いてください"))
}

// part reads a month or a day; 0 means that none was given, -1 that 0 was.
func part(s string) int {
	if s == "" {
		return 0
	}
	if n := atoi(s); n > 0 {
		return n
	}
	return -1
}

// atoi reads what a pattern let through: a few digits, or none, which is 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func readEra(name, year string, m, d int) (int, int, int, error) {
	var e era
	for _, e = range eras {
		if name == e.name || name == e.letter {
			break
		}
	}
	n := 1
	if year != "元" {
		n = atoi(year)
	}
	y := e.from.Year() + n - 1
	if _, err := writeDate(y, m, d); err != nil {
		return 0, 0, 0, err
	}
	if n < 1 || !e.reaches(y, m, d) {
		return 0, 0, 0, e.outside(n)
	}
	return y, m, d, nil
}

// reaches reports whether any day that y, m, d can mean lies in the era; a
// month or day of 0 was not given.
func (e era) reaches(y, m, d int) bool {
	first, last := day(y, max(m, 1), max(d, 1)), day(y, m, d)
	switch {
	case m == 0:
		last = day(y, 12, 31)
	case d == 0:
		last = day(y, m+1, 0)
	}
	return !last.Before(e.from) && (e.to.IsZero() || !first.After(e.to))
}

func (e era) outside(n int) error {
	if e.to.IsZero() {
		return refuse("date-era", lang.T("%[1]s %[2]d has no such day: the era began on %[3]s", "%[1]s%[2]d年のその日はありません。%[1]sは %[3]s からです"),
			e.name, n, e.from.Format(time.DateOnly))
	}
	return refuse("date-era", lang.T("%[1]s %[2]d has no such day: the era lasted from %[3]s to %[4]s", "%[1]s%[2]d年のその日はありません。%[1]sは %[3]s から %[4]s までです"),
		e.name, n, e.from.Format(time.DateOnly), e.to.Format(time.DateOnly))
}

func writeDate(y, m, d int) (string, error) {
	switch {
	case y < 1800 || y > 2999:
		return "", refuse("date-year", lang.T("the year %d cannot be right: write it with four digits", "%d 年はありえません。西暦 4 桁で入力してください"), y)
	case m == 0:
		return fmt.Sprintf("%04d", y), nil
	case m < 0 || m > 12:
		return "", refuse("date", lang.T("there is no such month: a month is 1 to 12", "その月はありません。月は 1 から 12 です"))
	case d == 0:
		return fmt.Sprintf("%04d-%02d", y, m), nil
	}
	t := day(y, m, d)
	if d < 0 || t.Day() != d {
		last := day(y, m+1, 0).Day()
		return "", refuse("date", lang.T("there is no such day: %d-%02d has %d days", "その日はありません。%d 年 %d 月は %d 日までです"), y, m, last)
	}
	return t.Format(time.DateOnly), nil
}
