package record

import "time"

// A Span is the days that a date of the notes may mean: 2026-11 is thirty, 2026
// a whole year. Both are midnight in UTC.
type Span struct{ First, Last time.Time }

// ReadSpan reads a date as it is stored: 2026-11-22, 2026-11 or 2026. ok is
// false for anything else.
func ReadSpan(s string) (span Span, ok bool) {
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{time.DateOnly, 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(form.layout, s); err == nil {
			return Span{t, t.AddDate(form.years, form.months, form.days).AddDate(0, 0, -1)}, true
		}
	}
	return Span{}, false
}

// Exact reports whether the span is one day.
func (s Span) Exact() bool { return s.First.Equal(s.Last) }

// String writes the span as it was noted: a month or a year stays one.
func (s Span) String() string {
	switch {
	case s.Exact():
		return s.First.Format(time.DateOnly)
	case s.Last.Sub(s.First) < 32*24*time.Hour:
		return s.First.Format("2006-01")
	}
	return s.First.Format("2006")
}

// MonthsAfter is the same day so many months later, or the last of that month if
// it has no such day: six months after 31 August is 28 February, not 3 March.
func MonthsAfter(t time.Time, months int) time.Time {
	last := time.Date(t.Year(), t.Month()+time.Month(months)+1, 0, 0, 0, 0, 0, t.Location())
	return t.AddDate(0, 0, 1-t.Day()).AddDate(0, months, min(t.Day(), last.Day())-1)
}

// DayOf is midnight in UTC of the day that t is on where it was taken, so that
// days can be compared with those of a Span.
func DayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
