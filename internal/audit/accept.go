package audit

import (
	"slices"
	"time"

	"memovault/internal/record"
)

// takenMonths is for how long a risk is taken: what was right then need not be
// right still.
const takenMonths = 12

// TakenUntil is the day from which on a risk taken on a day is a finding again.
func TakenUntil(on time.Time) time.Time { return record.MonthsAfter(on, takenMonths) }

// taken returns what the owner wrote when taking the risk that the rule names,
// of the record or, if s is nil, of the vault; nil if nothing.
func (v *survey) taken(r *Rule, s *subject) *Taken {
	if s == nil {
		s = v.self
	}
	if s == nil {
		return nil
	}
	a, ok := s.r.Accepted[r.ID]
	if !ok {
		return nil
	}
	t := &Taken{Why: a.Why}
	if day, ok := readDay(a.On); ok && !day.first.After(v.today.AddDate(0, 0, 1)) { // a day of tomorrow was written farther east
		t.On = day.first
		t.Until = TakenUntil(day.first)
	}
	return t
}

// over reports whether the risk has to be looked at anew. Of one without a day
// nobody knows when that was.
func (t *Taken) over(today time.Time) bool { return !today.Before(t.Until) }

// OfVault reports whether the rule looks at the vault itself. Such a risk is
// taken in the record about the vault.
func (r *Rule) OfVault() bool { return r.vault != nil || r.self }

// About reports whether the finding is about the record, alone or among others.
func (f *Finding) About(id record.ID) bool {
	if f.Record != nil && f.Record.ID == id {
		return true
	}
	return slices.ContainsFunc(f.Concerns, func(r *record.Record) bool { return r.ID == id })
}
