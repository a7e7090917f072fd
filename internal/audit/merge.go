package audit

import (
	"slices"

	"memovault/internal/record"
)

// merge finds what is said twice: a finding about a record that another finding
// names too, with the same remedy or the same cause. The other one, which says
// what is lost, is shown; it weighs then as much as both.
func merge(list []entry) {
	naming := make(map[*record.Record][]*entry)
	for i := range list {
		if e := &list[i]; e.same != nil {
			for _, r := range e.Concerns {
				naming[r] = append(naming[r], e)
			}
		}
	}
	for i := range list {
		f := &list[i]
		if f.Record == nil {
			continue
		}
		for _, e := range naming[f.Record] {
			if e != f && f.Within == nil && e.Within == nil && e.covers(&f.Finding) && e.same(&f.Finding) {
				e.take(f)
			}
		}
	}
}

// covers reports whether e names all that f is about.
func (e *entry) covers(f *Finding) bool {
	for _, r := range f.Concerns {
		if !slices.Contains(e.Concerns, r) {
			return false
		}
	}
	return true
}

// take makes f a part of e.
func (e *entry) take(f *entry) {
	f.Within = e.Rule
	if !slices.Contains(e.Also, f.Rule) {
		e.Also = append(e.Also, f.Rule)
	}
	e.Severity = max(e.Severity, f.Severity)
	e.place.severity = min(e.place.severity, f.place.severity)
	if e.Due.IsZero() || !f.Due.IsZero() && f.Due.Before(e.Due) {
		e.Due, e.place.due = f.Due, f.place.due
	}
}

// dropAsked leaves out questions about a field that a finding asks for too.
func (d *docket) dropAsked() {
	type field struct {
		record *record.Record
		key    string
	}
	asked := make(map[field]bool)
	for i := range d.findings {
		f := &d.findings[i]
		for _, key := range f.Fields {
			asked[field{f.Record, key}] = true
		}
	}
	var open []Open
	var places []place
	for i, q := range d.open {
		if q.Field == "" || !asked[field{q.Record, q.Field}] {
			open, places = append(open, q), append(places, d.openPlaces[i])
		}
	}
	d.open, d.openPlaces = open, places
}
