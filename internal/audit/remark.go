package audit

import (
	"slices"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A Remark is what the coach says right after an answer: what will matter later
// about it. It never holds a secret, and it never forbids anything.
type Remark struct {
	Rule *Rule // what stands behind it
	Text lang.Text
	Args []any
}

// Say returns the remark in l, at most two lines at 76 columns as long as the
// names in it are short.
func (r Remark) Say(l lang.Lang) string { return r.Text.Sprintf(l, r.Args...) }

// maxRemarks is how many remarks one answer gets: a coach who lectures is not
// listened to.
const maxRemarks = 2

// Remarks returns what is to be said about the answer just given to the field
// key of r, which may be unfinished: what is missing elsewhere in r is no
// concern yet. in.Records are the other records; r may be among them in the
// form in which it is stored. A good answer gets nil.
func Remarks(in Input, r *record.Record, key string) []Remark {
	v, s := newSurveyOf(in, r)
	var list []Remark
	heaviest := make(map[int]Severity)
	for _, rule := range rules {
		if rule.record == nil {
			continue
		}
		rule.record(v, s, func(m match) {
			on := m.on
			if on == nil {
				on = m.fields
			}
			if m.coach.Empty() || !slices.Contains(on, key) {
				return
			}
			heaviest[len(list)] = max(m.severity, rule.Severity)
			list = append(list, Remark{rule, m.coach.Text, m.coach.Args})
		})
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(heaviest[b]) - int(heaviest[a]) })
	var said []Remark
	for _, i := range order {
		if len(said) < maxRemarks {
			said = append(said, list[i])
		}
	}
	return said
}

// newSurveyOf surveys the other records and r, which is last.
func newSurveyOf(in Input, r *record.Record) (*survey, *subject) {
	others := make([]*record.Record, 0, len(in.Records)+1)
	for _, o := range in.Records {
		if o != r && (r.ID.IsZero() || o.ID != r.ID) {
			others = append(others, o)
		}
	}
	live := *r
	live.Trashed = nil
	in.Records = append(others, &live)
	v := newSurvey(in)
	return v, &v.subjects[len(v.subjects)-1]
}
