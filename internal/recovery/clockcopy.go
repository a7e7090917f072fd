package recovery

import (
	"cmp"
	"slices"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A CopyPlace is a place with a copy of the vault in which something is missing
// that was noted since.
type CopyPlace struct {
	ID    string // tells it from other places
	Place string // as its owner is to read it
	Made  time.Time
}

// copyFor is how many days a copy may be behind the vault.
const copyFor = 31

// CopyClocks returns a clock for each place: its copy is to be renewed a month
// after it was made. They are about no record.
func CopyClocks(places []CopyPlace, now time.Time) []*Clock {
	var list []*Clock
	for _, p := range places {
		made := p.Made.In(now.Location())
		list = append(list, &Clock{Kind: ClockCopy, Day: record.DayOf(made).AddDate(0, 0, copyFor), Dated: true, about: p.ID,
			What: said(lang.T("the copy of the vault at %s is of %s, and something was changed since", "%s にある金庫の写しは %s のもので、そのあとに変更があります"), p.Place, made.Format(time.DateOnly)),
			Do:   lang.T("renew it (a stick has to be plugged in):", "新しくしてください（USB メモリーなら差してから）:"), Command: []lang.Text{both("backup")}})
	}
	return list
}

// SortClocks puts clocks of several sources in the order of Clocks.
func SortClocks(list []*Clock) {
	slices.SortStableFunc(list, func(a, b *Clock) int {
		return cmp.Or(cmp.Compare(a.undated(), b.undated()), a.Day.Compare(b.Day))
	})
}

func (c *Clock) undated() int {
	if c.Dated {
		return 0
	}
	return 1
}
