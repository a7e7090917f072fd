package recovery

import (
	"slices"

	"memovault/internal/record"
)

// triedInVain reports whether what the owner remembered was typed where nothing
// but the password is asked for, and refused: then it is no longer an open
// question whether the password is remembered. That a way in with the password
// was really used since then takes it back.
func (s *subject) triedInVain() bool {
	var refused, worked string // days, as they are written
	for _, w := range s.r.EffectiveWays(s.t) {
		if !slices.ContainsFunc(w.Needs, asksPassword) {
			continue
		}
		worked = max(worked, s.r.Proven[w.ID])
		for i := range s.r.Attempts {
			if try := &s.r.Attempts[i]; try.Way == w.ID && len(w.Needs) == 1 && try.Result == record.AttemptRefused {
				refused = max(refused, try.On)
			}
		}
	}
	return refused > worked
}

// asksPassword reports whether a need is the password and nothing else will do.
func asksPassword(n record.Need) bool {
	return len(n.Any) == 1 && n.Any[0] == string(record.AtomPassword)
}

// hasHint reports whether something is noted that reminds of the password in
// use. Hints of former ones, for which a form asks, do not.
func (s *subject) hasHint() bool {
	return slices.ContainsFunc(s.t.With(record.RoleHint), func(spec *record.Spec) bool {
		if s.t.Form != nil && slices.Contains(s.t.Form.Fields, spec.Key) {
			return false
		}
		f := s.r.Field(spec.Key)
		return f != nil && isAnswer(spec, f.Value)
	})
}
