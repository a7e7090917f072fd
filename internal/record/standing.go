package record

import (
	"encoding/json"
	"maps"
	"slices"
)

// Limits on what a record knows of drills, findings and leave-takings.
const (
	MaxDone     = 10_000 // records dealt with in one Retirement
	MaxAttempts = 1000   // attempts of one record
)

// An Acceptance says that a person knows of a finding of the audit and lives
// with it.
type Acceptance struct {
	Why string `json:"why,omitempty"`
	On  string `json:"on,omitempty"` // YYYY-MM-DD

	Extra map[string]json.RawMessage `json:"-"`
}

// A Retirement stands in the record of an address or a line that is going away,
// and says how far its owner has come with what hangs on it. Days are
// YYYY-MM-DD.
type Retirement struct {
	Begun string            `json:"begun,omitempty"`
	By    string            `json:"by,omitempty"`   // the day on which it goes; empty if that is not known
	Done  map[string]string `json:"done,omitempty"` // id of a record -> the day on which it was moved away

	Extra map[string]json.RawMessage `json:"-"`
}

// An Attempt is one try to get back into an account.
type Attempt struct {
	On     string `json:"on,omitempty"`  // YYYY-MM-DD
	Way    string `json:"way,omitempty"` // id of the way that was tried
	Result string `json:"result,omitempty"`
	Note   string `json:"note,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// The results of an attempt.
const (
	AttemptOpen    = "open"    // begun; nothing came of it yet
	AttemptSent    = "sent"    // the form was sent
	AttemptRefused = "refused" // the service said no
	AttemptGranted = "granted" // it let the owner in
	AttemptOther   = "other"   // see the note
)

// standingFits reports whether all that a record knows of ways, drills, findings and
// attempts keeps to the limits.
func (r *Record) standingFits() bool {
	if len(r.Ways) > MaxWays || len(r.Proven) > MaxFields || len(r.Accepted) > MaxFields || len(r.Attempts) > MaxAttempts ||
		len(r.Printed) > MaxPrinted {
		return false
	}
	seen := make(map[string]bool, len(r.Ways))
	for i := range r.Ways {
		if w := &r.Ways[i]; seen[w.ID] || !w.fits() {
			return false
		}
		seen[r.Ways[i].ID] = true
	}
	for _, m := range []map[string]string{r.Proven, r.Printed} {
		for k, v := range m {
			if !fits(MaxName, k, v) {
				return false
			}
		}
	}
	for id, a := range r.Accepted {
		if !fits(MaxName, id, a.On) || !fits(MaxValue, a.Why) || len(a.Extra) > MaxFields {
			return false
		}
	}
	for _, a := range r.Attempts {
		if !fits(MaxName, a.On, a.Way, a.Result) || !fits(MaxValue, a.Note) || len(a.Extra) > MaxFields {
			return false
		}
	}
	return r.Retire == nil || r.Retire.fits()
}

func (t *Retirement) fits() bool {
	if len(t.Done) > MaxDone || len(t.Extra) > MaxFields || !fits(MaxName, t.Begun, t.By) {
		return false
	}
	for id, day := range t.Done {
		if !fits(MaxName, id, day) {
			return false
		}
	}
	return true
}

// cloneStanding gives c copies of what r knows of ways, drills, findings,
// attempts and prints.
func (c *Record) cloneStanding(r *Record) {
	c.Ways = slices.Clone(r.Ways)
	for i := range c.Ways {
		c.Ways[i] = c.Ways[i].clone()
	}
	c.Proven, c.Accepted, c.Printed = maps.Clone(r.Proven), maps.Clone(r.Accepted), maps.Clone(r.Printed)
	for id, a := range c.Accepted {
		a.Extra = cloneExtra(a.Extra)
		c.Accepted[id] = a
	}
	c.Attempts = slices.Clone(r.Attempts)
	for i := range c.Attempts {
		c.Attempts[i].Extra = cloneExtra(c.Attempts[i].Extra)
	}
	if r.Retire != nil {
		retire := *r.Retire
		retire.Done, retire.Extra = maps.Clone(retire.Done), cloneExtra(retire.Extra)
		c.Retire = &retire
	}
}
