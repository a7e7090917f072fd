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
	name     lang.Text
	letter   string
	from, to time.Time // the last era has no end
}

// eras are those in which somebody who has an account today was born or signed
// something. The day after an era's last is the first of the next.
var eras = []era{
	{lang.T("Meiji", "明治"), "m", day(1868, 1, 25), day(1912, 7, 29)},
	{lang.T("Taisho", "大正"), "t", day(1912, 7, 30), day(1926, 12, 24)},
	{lang.T("Showa", "昭和"), "s", day(1926, 12, 25), day(1989, 1, 7)},
	{lang.T("Heisei", "平成"), "h", day(1989, 1, 8), day(2019, 4, 30)},
	{lang.T("Reiwa", "令和"), "r", day(2019, 5, 1), time.Time{}},
}

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

const eraName = `(明治|大正|昭和|平成|令和|meiji|taisho|showa|heisei|reiwa|[mtshr])`

var (
	dateParts   = pattern(`^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$`)
	dateKanji   = pattern(`^(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?$`)
	dateCompact = pattern(`^(\d{4})(\d{2})(\d{2})$`)
	dateTurned  = pattern(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$`)
	dateShort   = pattern(`^\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}$`)
	eraParts    = pattern(`^` + eraName + `\.?(\d{1,2}|元)(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$`)
	eraKanji    = pattern(`^` + eraName + `(\d{1,2}|元)年(?:(\d{1,2})月(?:(\d{1,2})日)?)?$`)
	digitGap    = pattern(`([0-9]) +\b`)
	dateTail    = pattern(`(?:\([月火水木金土日]\)|生まれ|生)$`)
	kanjiNumber = pattern(`[一二三四五六七八九]?十[一二三四五六七八九]?|[〇一二三四五六七八九]+`)
	ordinal     = pattern(`\b(\d{1,2})(?:st|nd|rd|th)\b`)
	weekdayName = pattern(`\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b`)
	monthName   = pattern(`^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$`)
)

const monthLetters = "janfebmaraprmayjunjulaugsepoctnovdec"

// cleanDate returns 2026-11-22, or 2026-11 or 2026 if no more was given. It
// takes the ways in which Japan, ISO 8601 and the English language write a
// date, eras included, and refuses a day that never was and a day that can be
// read in two ways.
func cleanDate(s string) (string, error) {
	s = strings.ToLower(s)
	y, m, d, ok := readEnglish(s)
	if !ok {
		s = digitGap().ReplaceAllString(s, "$1-") // 2026 11 22
		s = dateTail().ReplaceAllString(strings.ReplaceAll(s, " ", ""), "")
		var err error
		if y, m, d, err = readDate(kanjiNumber().ReplaceAllStringFunc(s, readKanji)); err != nil {
			return "", err
		}
	}
	return writeDate(y, m, d)
}

func readDate(s string) (y, m, d int, err error) {
	for _, form := range []func() *regexp.Regexp{dateParts, dateKanji, dateCompact} {
		if p := form().FindStringSubmatch(s); p != nil {
			return atoi(p[1]), part(p[2]), part(p[3]), nil
		}
	}
	for _, form := range []func() *regexp.Regexp{eraParts, eraKanji} {
		if p := form().FindStringSubmatch(s); p != nil {
			return readEra(p[1], p[2], part(p[3]), part(p[4]))
		}
	}
	if p := dateTurned().FindStringSubmatch(s); p != nil {
		return readTurned(atoi(p[3]), part(p[1]), part(p[2]))
	}
	if dateShort().MatchString(s) {
		return 0, 0, 0, refuse("date-year", lang.T("the year needs four digits: write it like 1951-04-01",
			"西暦は 4 桁で入力してください（例: 1951-04-01）。元号なら S26.4.1 や 昭和26年4月1日 のように入力できます"))
	}
	return 0, 0, 0, refuse("date-form", lang.T(
		"not a date: write it like 2026-11-22, April 1, 1951, 2026-11 or 2026; where the day is uncertain, month and year are enough, or the year",
		"日付として読めません。2026-11-22、2026年11月22日、昭和60年1月7日、2026 のように入力してください。はっきりしないときは、年月だけ、年だけでもかまいません"))
}

// readTurned reads 4/1/1951, which is a day in April in one country and a day
// in January in another; it is taken only if one of them never was.
func readTurned(y, a, b int) (int, int, int, error) {
	american, errA := writeDate(y, a, b)
	european, errE := writeDate(y, b, a)
	switch {
	case errA == nil && errE == nil && american != european:
		return 0, 0, 0, refuse("date-two", lang.T("this can be %s or %s: write it in one of these ways",
			"%s とも %s とも読めます。どちらかの書き方で入力してください"), american, european)
	case errA != nil:
		a, b = b, a
	}
	return y, a, b, nil
}

// readEnglish reads a date with the name of a month: April 1, 1951; 1st Apr
// 1951; 1951 Apr 1; Apr 1951.
func readEnglish(s string) (y, m, d int, ok bool) {
	s = weekdayName().ReplaceAllString(ordinal().ReplaceAllString(s, "$1"), " ")
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,.-/", r) }) {
		switch n, err := strconv.Atoi(word); {
		case m == 0 && monthName().MatchString(word):
			m = strings.Index(monthLetters, word[:3])/3 + 1
		case y == 0 && err == nil && len(word) == 4:
			y = n
		case d == 0 && err == nil && len(word) <= 2 && n > 0:
			d = n
		default:
			return 0, 0, 0, false
		}
	}
	return y, m, d, y > 0 && m > 0
}

// readKanji writes a number of kanji, 二十二 or 二〇二六, in digits.
func readKanji(s string) string {
	const digits = "〇一二三四五六七八九"
	tens, ones, split := strings.Cut(s, "十")
	var b strings.Builder
	for _, r := range tens + ones {
		if i := strings.IndexRune(digits, r); i >= 0 {
			b.WriteByte('0' + byte(i/len("〇")))
		}
	}
	written := b.String()
	switch {
	case !split:
		return written
	case tens == "":
		written = "1" + written
	}
	if ones == "" {
		written += "0"
	}
	return written
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
		if name == e.name.JA || name == strings.ToLower(e.name.EN) || name == e.letter {
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
		return 0, 0, 0, e.outside(n, y, m, d)
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

// outside says when the era was, and to what era the day belongs instead:
// papers printed in advance do say 昭和65年.
func (e era) outside(n, y, m, d int) error {
	for _, other := range eras {
		if n > 0 && other.reaches(y, m, d) {
			written, _ := writeDate(y, m, d)
			return refuse("date-era", lang.T("%[3]s was %[4]s %[5]s, not %[1]s %[2]s: write %[3]s if you mean that",
				"%[3]s は%[1]s%[2]s年ではなく、%[4]s%[5]s年です。それでよければ %[3]s と入力してください"),
				e.name, eraYear(n), written, other.name, eraYear(y-other.from.Year()+1))
		}
	}
	return refuse("date-era", lang.T("%s %s has no such day: the era began on %s", "%s%s年のその日はありません。この元号は %s からです"),
		e.name, eraYear(n), e.from.Format(time.DateOnly))
}

// eraYear writes a year of an era; in Japanese the first is 元年.
func eraYear(n int) lang.Text {
	year := lang.Text{EN: strconv.Itoa(n), JA: strconv.Itoa(n)}
	if n == 1 {
		year.JA = "元"
	}
	return year
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
