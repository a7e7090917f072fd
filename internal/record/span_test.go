package record

import (
	"testing"
	"time"
)

func TestReadSpan(t *testing.T) {
	for noted, want := range map[string][2]string{
		"2026-11-22": {"2026-11-22", "2026-11-22"},
		"2028-02":    {"2028-02-01", "2028-02-29"},
		"2026-02":    {"2026-02-01", "2026-02-28"},
		"2026-12":    {"2026-12-01", "2026-12-31"},
		"2028":       {"2028-01-01", "2028-12-31"},
	} {
		span, ok := ReadSpan(noted)
		if got := [2]string{span.First.Format(time.DateOnly), span.Last.Format(time.DateOnly)}; !ok || got != want || span.String() != noted {
			t.Errorf("%s: %v, %v, written %s; want %v", noted, got, ok, span, want)
		}
		if span.Exact() != (len(noted) == 10) {
			t.Errorf("%s: exact %v", noted, span.Exact())
		}
	}
	for _, bad := range []string{"", "2026-02-29", "2026-13", "26", "2026-1-2", "unknown", "2026-11-22T00:00:00Z", "令和8年"} {
		if span, ok := ReadSpan(bad); ok {
			t.Errorf("%q was read as %v", bad, span)
		}
	}
}

// Dates typed with an era are stored by the common calendar, and read as that.
func TestSpanOfAnEra(t *testing.T) {
	for typed, want := range map[string]string{"令和8年2月28日": "2026-02-28", "平成31年4月": "2019-04", "昭和64年1月7日": "1989-01-07", "令和元年": "2019", "S64.1.7": "1989-01-07"} {
		value, _, err := Clean(TypeDate, typed)
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		if span, ok := ReadSpan(value); !ok || span.String() != want {
			t.Errorf("%s became %q, %v, %v; want %s", typed, value, span, ok, want)
		}
	}
}

func TestMonthsAfter(t *testing.T) {
	for _, c := range []struct {
		day    string
		months int
		want   string
	}{
		{"2026-08-31", 6, "2027-02-28"}, {"2027-08-31", 6, "2028-02-29"}, {"2028-02-29", 12, "2029-02-28"},
		{"2028-02-29", 48, "2032-02-29"}, {"2024-02-29", 24, "2026-02-28"}, {"2026-01-31", 1, "2026-02-28"},
		{"2026-12-31", 1, "2027-01-31"}, {"2026-11-30", 24, "2028-11-30"}, {"2026-05-31", 0, "2026-05-31"},
		{"2026-03-31", -1, "2026-02-28"}, {"1999-12-31", 2, "2000-02-29"}, {"2099-12-31", 2, "2100-02-28"},
	} {
		day, _ := ReadSpan(c.day)
		if got := MonthsAfter(day.First, c.months).Format(time.DateOnly); got != c.want {
			t.Errorf("%d months after %s: %s, want %s", c.months, c.day, got, c.want)
		}
	}
}

func TestDayOfIsTheDayOnTheWall(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	if got := DayOf(time.Date(2026, 11, 23, 1, 0, 0, 0, tokyo)); got != time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) {
		t.Errorf("one in the morning of the 23rd is %s", got)
	}
}
