package recovery

import (
	"errors"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

func TestParsePeriod(t *testing.T) {
	from := time.Date(2027, 11, 30, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ typed, written, until string }{
		{"90d", "90d", "2028-02-28"}, {"91d", "91d", "2028-02-29"}, {"12w", "84d", "2028-02-22"}, {"3m", "3m", "2028-02-29"},
		{"15m", "15m", "2029-02-28"}, {"1y", "1y", "2028-11-30"}, {"24m", "2y", "2029-11-30"}, {"0d", "0d", "2027-11-30"},
		{"９０ｄ", "90d", "2028-02-28"}, {" 2 Weeks ", "14d", "2027-12-14"}, {"1 day", "1d", "2027-12-01"},
		{"90日", "90d", "2028-02-28"}, {"2週間", "14d", "2027-12-14"}, {"６か月", "6m", "2028-05-30"}, {"6ヶ月", "6m", "2028-05-30"}, {"100年", "100y", "2127-11-30"},
	} {
		p, err := ParsePeriod(c.typed)
		if err != nil || p.String() != c.written || p.After(from).Format(time.DateOnly) != c.until {
			t.Errorf("%q: %s until %s, %v; want %s until %s", c.typed, p, p.After(from).Format(time.DateOnly), err, c.written, c.until)
		}
	}
	for _, bad := range []string{"", "90", "d", "-1d", "1.5y", "1h", "101y", "1201m", "99999d", "9999999d", "1d2w", "d90", "1か", "年"} {
		p, err := ParsePeriod(bad)
		if !errors.As(err, new(*record.ValueError)) {
			t.Errorf("%q was read as %v, %v", bad, p, err)
		}
	}
}

func FuzzPeriod(f *testing.F) {
	for _, seed := range []string{"90d", "12w", "6m", "1y", "６か月", "99999y", "%d", "\xff"} {
		f.Add(seed)
	}
	from := time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, typed string) {
		p, err := ParsePeriod(typed)
		if err != nil {
			var refused *record.ValueError
			if !errors.As(err, &refused) {
				t.Fatalf("%q: %v", typed, err)
			}
			if refused.Text.Sprintf(lang.EN, refused.Args...) == "" {
				t.Errorf("%q is refused without a word", typed)
			}
			return
		}
		again, err := ParsePeriod(p.String())
		if err != nil || again != p || p.After(from).Before(from) || p.After(from).Year() > 2129 {
			t.Errorf("%q: %v, written %s, read again %v, %v; until %v", typed, p, p, again, err, p.After(from))
		}
	})
}

func TestWaitWords(t *testing.T) {
	tests := []struct {
		wait   time.Duration
		en, ja string
	}{
		{0, "", ""},
		{-time.Hour, "", ""},
		{time.Minute, "1 hour", "1 時間"},
		{time.Hour, "1 hour", "1 時間"},
		{48 * time.Hour, "48 hours", "48 時間"},
		{49 * time.Hour, "3 days", "3 日"},
		{72 * time.Hour, "3 days", "3 日"},
		{30 * 24 * time.Hour, "30 days", "30 日"},
	}
	for _, tt := range tests {
		if got := WaitWords(tt.wait); got != (lang.Text{EN: tt.en, JA: tt.ja}) {
			t.Errorf("%v is said as %+v", tt.wait, got)
		}
	}
}
