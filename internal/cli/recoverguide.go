package cli

import (
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// take adds what the guide of the account says. Without a guide there is what is
// noted, and that is all.
func (p *guidePlanner) take(t *record.Template, g *record.Guide) {
	if g == nil {
		p.takeNotes()
		return
	}
	p.b.steps = append(p.b.steps, p.steps(t, g.Steps)...)
	p.takeAdvice(t, g)
}

// takeNotes lists what the record has, for whoever knows no guide.
func (p *guidePlanner) takeNotes() {
	r := p.b.both()[0]
	t := record.LookupTemplate(r.Template)
	for _, f := range r.InOrder(t) {
		p.b.asks = append(p.b.asks, askBack{answer: p.answerIn(r, f)})
	}
}

// steps returns the steps that can be taken.
func (p *guidePlanner) steps(t *record.Template, list []record.Step) []stepBack {
	var steps []stepBack
	for _, s := range list {
		if !p.possible(s.Ways) || !p.meets(s.When) {
			continue
		}
		step := stepBack{saidBy: p.said(t, s.Text, s.Fact), id: s.ID}
		for _, key := range s.Fields {
			switch answer := p.answer(t, key); {
			case answer.none: // there is nothing to type
			case answer.in != nil:
				step.answers = append(step.answers, answer)
			default:
				step.lacking = append(step.lacking, answer)
			}
		}
		steps = append(steps, step)
	}
	return steps
}

// possible reports whether one of the ways may lead in. Where nothing is known
// of the account, any may.
func (p *guidePlanner) possible(ids []string) bool {
	if len(ids) == 0 || len(p.b.routes) == 0 {
		return true
	}
	return slices.ContainsFunc(p.b.routes, func(r route) bool {
		return r.outlook != blocked && slices.Contains(ids, r.Way.Way.ID)
	})
}

// meets reports whether no choice was answered otherwise.
func (p *guidePlanner) meets(when map[string][]string) bool {
	for key, values := range when {
		if f := p.field(key); f != nil && !slices.Contains(values, f.Value) {
			return false
		}
	}
	return true
}

// takeAdvice adds what will be asked, what not to do and whom to call.
func (p *guidePlanner) takeAdvice(t *record.Template, g *record.Guide) {
	for _, ask := range g.Asks {
		one := askBack{saidBy: p.said(t, ask.Text, ask.Fact)}
		if ask.Field != "" {
			one.answer = p.answer(t, ask.Field)
		}
		p.b.asks = append(p.b.asks, one)
	}
	for _, w := range g.Dont {
		p.b.dont = append(p.b.dont, p.said(t, w.Text, w.Fact))
	}
	for i := range g.Calls {
		call := &g.Calls[i]
		p.b.calls = append(p.b.calls, callBack{p.said(t, call.Can, call.Fact), call})
	}
}

// said is a statement with its source.
func (p *guidePlanner) said(t *record.Template, text lang.Text, fact string) saidBy {
	f := t.Fact(fact)
	return saidBy{p.a.text(text), f, p.source(f)}
}

// source returns the number of the fact's source. Facts that one source said on
// one day share it.
func (p *guidePlanner) source(f *record.Fact) int {
	same := func(g *record.Fact) bool { return g.Source == f.Source && g.AsOf == f.AsOf }
	i := slices.IndexFunc(p.b.sources, same)
	if i < 0 {
		i = len(p.b.sources)
		p.b.sources = append(p.b.sources, f)
	}
	return i + 1
}

// field finds an answer in the account, else in what hangs on it; nil if there is
// none.
func (p *guidePlanner) field(key string) *record.Field {
	if _, f := p.findField(key); f != nil {
		return f
	}
	return nil
}

func (p *guidePlanner) findField(key string) (*record.Record, *record.Field) {
	for _, r := range p.b.both() {
		if f := r.Field(key); f != nil && (f.Value != "" || len(f.Codes) > 0) {
			return r, f
		}
	}
	return nil, nil
}

// answer is what the notes have for the field of a guide.
func (p *guidePlanner) answer(t *record.Template, key string) answer {
	if r, f := p.findField(key); f != nil {
		return p.answerIn(r, f)
	}
	s := t.Spec(key)
	return answer{key: key, label: p.a.text(s.Label), kind: s.Type}
}

func (p *guidePlanner) answerIn(r *record.Record, f *record.Field) answer {
	t := record.LookupTemplate(r.Template)
	value, hidden := p.a.shownValue(t, f, p.reveal)
	one := answer{key: f.Key, label: term.Sanitize(p.a.text(record.Label(t, f))), value: term.SanitizeLines(value),
		kind: record.TypeOf(t, f), hidden: hidden, in: r}
	one.none = one.kind != record.TypeChoice && record.SaysNone(f.Value)
	if one.kind == record.TypePersonName {
		one.also = p.otherScript(f.Value)
	}
	return one
}

// otherScript returns how else a registered name may be written: as registered
// in the record of that person, by its reading, and in Roman letters. It is empty
// if no record of a person has it.
func (p *guidePlanner) otherScript(name string) string {
	for _, r := range p.records {
		if r.Template != "person" {
			continue
		}
		var known []string
		for _, key := range []string{"registered_name", "reading"} {
			if f := r.Field(key); f != nil && f.Value != "" {
				known = append(known, f.Value)
			}
		}
		if letters := romajiName(r.Field("reading")); letters != "" {
			known = append(known, letters)
		}
		if i := slices.IndexFunc(known, func(k string) bool { return sameName(k, name) }); i >= 0 {
			known = slices.DeleteFunc(known, func(k string) bool { return sameName(k, name) })
			return term.Sanitize(strings.Join(known, p.a.text(lang.T(", ", "、"))))
		}
	}
	return ""
}

// romajiName is a reading in Roman letters, each word with a capital; empty if
// it is not kana.
func romajiName(reading *record.Field) string {
	if reading == nil {
		return ""
	}
	words := strings.Fields(lang.Fold(reading.Value))
	for i, w := range words {
		letters, kana := lang.Romaji(w)
		if !kana || letters == "" {
			return ""
		}
		words[i] = strings.ToUpper(letters[:1]) + letters[1:]
	}
	return strings.Join(words, " ")
}

// sameName reports whether two names have the same words, in any order, or differ
// in spaces only.
func sameName(x, y string) bool {
	one, two := strings.Fields(lang.Fold(x)), strings.Fields(lang.Fold(y))
	if strings.Join(one, "") == strings.Join(two, "") {
		return len(one) > 0
	}
	slices.Sort(one)
	slices.Sort(two)
	return slices.Equal(one, two)
}
