package exchange

import "memovault/internal/record"

// checkStanding is checkTexts for what a record knows of ways, drills, accepted
// findings and attempts.
func checkStanding(r *record.Record) (part string, err error) {
	for _, l := range []struct {
		part  string
		texts []string
	}{{"ways", wayTexts(r)}, {"proven", pairs(r.Proven)}, {"printed", pairs(r.Printed)}, {"retire", retireTexts(r.Retire)}} {
		for _, text := range l.texts {
			if err := oneLine(text); err != nil {
				return l.part, err
			}
		}
	}
	for rule, a := range r.Accepted {
		if err := firstError(oneLine(rule), oneLine(a.On), manyLines(&a.Why)); err != nil {
			return "accepted", err
		}
		r.Accepted[rule] = a
	}
	for i := range r.Attempts {
		at := &r.Attempts[i]
		if err := firstError(oneLine(at.On), oneLine(at.Way), oneLine(at.Result), manyLines(&at.Note)); err != nil {
			return "attempts", err
		}
	}
	return "", nil
}

func wayTexts(r *record.Record) (texts []string) {
	for i := range r.Ways {
		w := &r.Ways[i]
		texts = append(texts, w.ID, w.Label.EN, w.Label.JA, string(w.Certainty), w.Wait, w.Fact)
		for _, n := range w.Needs {
			texts = append(texts, n.Any...)
		}
		for key, values := range w.When {
			texts = append(append(texts, key), values...)
		}
	}
	return texts
}

func retireTexts(t *record.Retirement) []string {
	if t == nil {
		return nil
	}
	return append(pairs(t.Done), t.Begun, t.By)
}

func pairs(m map[string]string) (texts []string) {
	for k, v := range m {
		texts = append(texts, k, v)
	}
	return texts
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
