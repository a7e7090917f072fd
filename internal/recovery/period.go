package recovery

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A Period is a length of time by the calendar.
type Period struct{ Months, Days int }

// longestPeriod is how many years a period may have: what is noted today is not
// looked at any later.
const longestPeriod = 100

var periodForm = regexp.MustCompile(`^([0-9]{1,6}) ?(d|days?|日|日間|w|weeks?|週|週間|m|months?|か月|ヶ月|ヵ月|カ月|ケ月|箇月|y|years?|年|年間)$`)

// ParsePeriod reads 90d, 12w, 6m or 1y, in full-width letters too, and the same
// in words: 90 days, 6か月. The error is a *record.ValueError.
func ParsePeriod(typed string) (Period, error) {
	p := periodForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(lang.FoldCode(typed))))
	if p == nil {
		return Period{}, &record.ValueError{Key: "period", Text: lang.T("%q is no length of time: write it like 90d, 12w, 6m or 1y (days, weeks, months, years)",
			"「%s」は期間として読めません。90d、12w、6m、1y（日、週、月、年）のように書いてください"), Args: []any{typed}}
	}
	n, _ := strconv.Atoi(p[1])
	var out Period
	switch unit := p[2]; {
	case unit[0] == 'd' || strings.HasPrefix(unit, "日"):
		out.Days = n
	case unit[0] == 'w' || strings.HasPrefix(unit, "週"):
		out.Days = 7 * n
	case unit[0] == 'y' || strings.HasPrefix(unit, "年"):
		out.Months = 12 * n
	default:
		out.Months = n
	}
	if out.Months > 12*longestPeriod || out.Days > 366*longestPeriod {
		return Period{}, &record.ValueError{Key: "period", Text: lang.T("a length of time is at most %d years", "期間は %d 年までです"), Args: []any{longestPeriod}}
	}
	return out, nil
}

// After is the day that comes so long after t: of months it is the same day, or
// the last of a month that has no such day.
func (p Period) After(t time.Time) time.Time {
	return record.MonthsAfter(t, p.Months).AddDate(0, 0, p.Days)
}

// String writes what ParsePeriod reads.
func (p Period) String() string {
	switch {
	case p.Months > 0 && p.Months%12 == 0:
		return strconv.Itoa(p.Months/12) + "y"
	case p.Months > 0:
		return strconv.Itoa(p.Months) + "m"
	}
	return strconv.Itoa(p.Days) + "d"
}

// WaitWords says how long something takes, rounded up: in hours up to two days,
// else in days; nothing for no time.
func WaitWords(d time.Duration) lang.Text {
	const day = 24 * time.Hour
	hours, days := int((d+time.Hour-1)/time.Hour), int((d+day-1)/day)
	switch {
	case d <= 0:
		return lang.Text{}
	case hours == 1:
		return lang.T("1 hour", "1 時間")
	case d <= 2*day:
		return said(lang.T("%d hours", "%d 時間"), hours)
	}
	return said(lang.T("%d days", "%d 日"), days)
}
