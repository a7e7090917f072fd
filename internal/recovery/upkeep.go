package recovery

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// An Upkeep is what there is to be done so that the ways back stay open: ways
// to be tried, days not to be missed, addresses and numbers to be left in time.
type Upkeep struct {
	m       *Model
	now     time.Time
	today   time.Time // midnight in UTC of the day of now
	records []*record.Record

	v        *survey
	byID     map[record.ID]*record.Record
	accounts map[record.ID]*Account
	about    map[string][]*record.Record // records about an address or a number, by its key
	uses     map[string][]Use            // fields that hold an address or a number, by its key, or name a record, by refKey
}

// NewUpkeep prepares the records, of which m is the model. now decides which day
// is today.
func NewUpkeep(m *Model, records []*record.Record, now time.Time) *Upkeep {
	u := &Upkeep{m: m, now: now, today: record.DayOf(now), v: newSurvey(records), byID: map[record.ID]*record.Record{},
		accounts: map[record.ID]*Account{}, about: map[string][]*record.Record{}, uses: map[string][]Use{}}
	for _, s := range u.v.subjects {
		u.records = append(u.records, s.r)
		u.byID[s.r.ID] = s.r
	}
	slices.SortStableFunc(u.records, func(a, b *record.Record) int { return cmp.Compare(record.NameKey(a.Name), record.NameKey(b.Name)) })
	for _, r := range u.records {
		u.enter(r)
	}
	for _, a := range m.Accounts() {
		u.accounts[a.Record.ID] = a
	}
	return u
}

// weight is how bad the loss of what a record is about is, from 0 to
// record.MaxImportance.
func (u *Upkeep) weight(r *record.Record) int {
	if a := u.accounts[r.ID]; a != nil {
		return a.Weight
	}
	return r.Importance
}

// fieldsOf returns the fields with the role that say something.
func fieldsOf(r *record.Record, t *record.Template, role record.Role) []*record.Field {
	var list []*record.Field
	for _, s := range t.With(role) {
		if f := r.Field(s.Key); f != nil && filledIn(f) {
			list = append(list, f)
		}
	}
	return list
}

// filledIn reports whether a field has an answer, and not that there is none.
func filledIn(f *record.Field) bool { return len(f.Codes) > 0 || says(f.Value) }

// label is what a field of a record is called, also one that it does not have.
func label(r *record.Record, t *record.Template, key string) lang.Text {
	return (&subject{r: r, t: t}).fieldLabel(key)
}

// edit is the command that asks for fields of a record again.
func edit(r *record.Record, keys ...string) []lang.Text { return (&subject{r: r}).edit(keys...) }

// oneLine is a value of several lines in one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
