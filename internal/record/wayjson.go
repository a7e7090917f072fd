package record

import (
	"maps"
	"slices"
)

var (
	wayKeys        = []string{"id", "label", "needs", "when", "certainty", "wait", "resets", "fact", "off"}
	acceptanceKeys = []string{"why", "on"}
	retirementKeys = []string{"begun", "by", "done"}
	attemptKeys    = []string{"on", "way", "result", "note"}
)

func (p *scanner) way() (w Way) {
	p.object(func(key string) {
		switch key {
		case "id":
			w.ID = p.text()
		case "label":
			w.Label = p.wording()
		case "needs":
			p.array(MaxNeeds, func() { w.Needs = append(w.Needs, p.need()) })
		case "when":
			p.object(func(k string) { put(&w.When, k, p.options()) })
		case "certainty":
			w.Certainty = Certainty(p.text())
		case "wait":
			w.Wait = p.text()
		case "resets":
			w.Resets = p.boolean()
		case "fact":
			w.Fact = p.text()
		case "off":
			w.Off = p.boolean()
		default:
			put(&w.Extra, key, p.raw())
		}
	})
	return w
}

func (p *scanner) need() Need {
	s := p.str()
	if p.err != nil {
		return Need{}
	}
	n, err := readNeed(s)
	if err != nil {
		p.fail("no need")
	}
	return n
}

func (p *scanner) options() (values []string) {
	p.array(MaxNeeds, func() { values = append(values, p.str()) })
	return values
}

// wording reads a string for both languages or an object with one for each.
func (p *scanner) wording() (w Wording) {
	if p.space() != '{' {
		w.EN = p.text()
		w.JA = w.EN
		return w
	}
	p.object(func(key string) {
		switch key {
		case "en":
			w.EN = p.str()
		case "ja":
			w.JA = p.str()
		default:
			p.fail("an unknown language")
		}
	})
	if p.err == nil && (w.EN == "" || w.JA == "") {
		p.fail("half a text")
	}
	return w
}

func (p *scanner) acceptance() (a Acceptance) {
	p.object(func(key string) {
		switch key {
		case "why":
			a.Why = p.text()
		case "on":
			a.On = p.text()
		default:
			put(&a.Extra, key, p.raw())
		}
	})
	return a
}

func (p *scanner) retirement() *Retirement {
	if p.null() {
		return nil
	}
	t := new(Retirement)
	p.object(func(key string) {
		switch key {
		case "begun":
			t.Begun = p.text()
		case "by":
			t.By = p.text()
		case "done":
			p.objectUpTo(MaxDone, func(k string) { put(&t.Done, k, p.text()) })
		default:
			put(&t.Extra, key, p.raw())
		}
	})
	return t
}

func (p *scanner) attempt() (a Attempt) {
	p.object(func(key string) {
		switch key {
		case "on":
			a.On = p.text()
		case "way":
			a.Way = p.text()
		case "result":
			a.Result = p.text()
		case "note":
			a.Note = p.text()
		default:
			put(&a.Extra, key, p.raw())
		}
	})
	return a
}

// standing writes what a record knows of ways, drills, findings and attempts.
func (w *writer) standing(r *Record) {
	if len(r.Ways) > 0 {
		w.key("ways")
		list(w, r.Ways, w.way)
	}
	w.texts("proven", r.Proven)
	if len(r.Accepted) > 0 {
		w.key("accepted")
		w.b = append(w.b, '{')
		for _, k := range slices.Sorted(maps.Keys(r.Accepted)) {
			w.key(k)
			w.acceptance(r.Accepted[k])
		}
		w.b = append(w.b, '}')
	}
	if r.Retire != nil {
		w.key("retire")
		w.retirement(r.Retire)
	}
	if len(r.Attempts) > 0 {
		w.key("attempts")
		list(w, r.Attempts, w.attempt)
	}
	w.texts("printed", r.Printed)
}

func (w *writer) way(v *Way) {
	w.b = append(w.b, '{')
	w.text("id", v.ID)
	w.wording("label", v.Label)
	if len(v.Needs) > 0 {
		w.key("needs")
		list(w, v.Needs, func(n *Need) { w.quote(n.String()) })
	}
	if len(v.When) > 0 {
		w.key("when")
		w.b = append(w.b, '{')
		for _, k := range slices.Sorted(maps.Keys(v.When)) {
			w.key(k)
			list(w, v.When[k], func(s *string) { w.quote(*s) })
		}
		w.b = append(w.b, '}')
	}
	w.optional("certainty", string(v.Certainty))
	w.optional("wait", v.Wait)
	w.flag("resets", v.Resets)
	w.optional("fact", v.Fact)
	w.flag("off", v.Off)
	w.end(v.Extra, wayKeys)
}

func (w *writer) wording(k string, v Wording) {
	switch {
	case v == Wording{}:
	case v.EN == v.JA:
		w.text(k, v.EN)
	default:
		w.key(k)
		w.b = append(w.b, '{')
		w.text("en", v.EN)
		w.text("ja", v.JA)
		w.b = append(w.b, '}')
	}
}

func (w *writer) flag(k string, on bool) {
	if on {
		w.key(k)
		w.b = append(w.b, "true"...)
	}
}

func (w *writer) acceptance(a Acceptance) {
	w.b = append(w.b, '{')
	w.optional("why", a.Why)
	w.optional("on", a.On)
	w.end(a.Extra, acceptanceKeys)
}

func (w *writer) retirement(t *Retirement) {
	w.b = append(w.b, '{')
	w.optional("begun", t.Begun)
	w.optional("by", t.By)
	w.texts("done", t.Done)
	w.end(t.Extra, retirementKeys)
}

func (w *writer) attempt(a *Attempt) {
	w.b = append(w.b, '{')
	w.optional("on", a.On)
	w.optional("way", a.Way)
	w.optional("result", a.Result)
	w.optional("note", a.Note)
	w.end(a.Extra, attemptKeys)
}
