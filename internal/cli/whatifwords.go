package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"memovault/internal/lang"
	"memovault/internal/lockout"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

// comma stands between the members of a list.
var comma = lang.T(", ", "、")

// semicolon stands between members that may have commas in them.
var semicolon = lang.T("; ", "、")

// What stands between things that go together, and between events that do.
var (
	betweenThings = lang.T(" and ", " と ")
	betweenEvents = lang.T(" and ", "、さらに")
)

// mostNamed is how many names stand in one line.
const mostNamed = 8

// someOf joins the first names of a list and says how many more there are.
func (a *app) someOf(names []string, most int) string {
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, term.Sanitize(name))
	}
	list := strings.Join(shown, a.text(comma))
	if more := len(names) - most; more > 0 {
		list = a.text(lang.T("%s and %d more", "%s、ほか %d 件"), list, more)
	}
	return list
}

// marked writes a text behind a mark of two columns; what goes over the line
// stands below the text.
func (a *app) marked(mark, text string, p paint) {
	cols := 0
	if c := a.columns(); c > 0 {
		cols = max(c-len(mark)-2, narrowest)
	}
	for _, line := range term.Wrap(term.Sanitize(text), cols) {
		fmt.Fprintln(a.out, a.paint(p, term.PadRight(mark, 3)+line))
		mark = ""
	}
}

// accountWords names an account, with its owner where there are several.
func (a *app) accountWords(q *forecast, acc *recovery.Account) string {
	if q.owned {
		return a.subjectOf(acc.Record)
	}
	return term.Sanitize(acc.Record.Name)
}

// thingWords names something of the graph.
func (a *app) thingWords(m *recovery.Model, id string) string {
	if t := m.Thing(id); t != nil {
		return term.Sanitize(t.Label.In(a.lang))
	}
	return term.Sanitize(id)
}

func (a *app) thingsWords(m *recovery.Model, ids []string, most int) string {
	var names []string
	for _, id := range ids {
		if words := a.thingWords(m, id); !slices.Contains(names, words) {
			names = append(names, words)
		}
	}
	if more := len(names) - most; more > 0 {
		names = append(names[:most], a.text(lang.T("and %d more", "ほか %d 件"), more))
	}
	return strings.Join(names, a.text(semicolon))
}

// wayLabel is what a way is called; one that the owner added may have an id
// only.
func (a *app) wayLabel(w *recovery.Way) string {
	if label := w.Way.Label.In(a.lang); label != "" {
		return term.Sanitize(label)
	}
	return term.Sanitize(w.Way.ID)
}

// takes says how long a way takes, where that is said of it.
func (a *app) takes(d time.Duration) string {
	if words := a.text(recovery.WaitWords(d)); words != "" && d != lockout.Never {
		return a.text(lang.T("takes about %s", "%sほどかかります"), words)
	}
	return ""
}

// inBrackets puts remarks in brackets behind a text; empty ones are left out.
func (a *app) inBrackets(text string, remarks ...string) string {
	remarks = slices.DeleteFunc(remarks, func(r string) bool { return r == "" })
	if len(remarks) == 0 {
		return text
	}
	return a.text(lang.T("%s (%s)", "%s（%s）"), text, strings.Join(remarks, a.text(lang.T("; ", "。"))))
}

// proofWords says by which way an account opens: what the way is called, what it
// takes from among the things that could be lost, and how long.
func (a *app) proofWords(q *forecast, p lockout.Proof) string {
	last := p.Steps[len(p.Steps)-1]
	way := q.m.WayOf(last.Rule)
	if way == nil {
		return a.thingsWords(q.m, p.Assets, mostNamed)
	}
	var needs []string
	for _, id := range last.Needs {
		needs = a.addNeed(q, p, id, needs)
	}
	words := a.wayLabel(way)
	if len(needs) > 0 {
		words = a.text(lang.T("%s - %s", "%s … %s"), words, strings.Join(needs, a.text(betweenThings)))
	}
	if takes := a.takes(p.Wait); takes != "" {
		words = a.text(lang.T("%s; %s", "%s（%s）"), words, takes)
	}
	return words
}

// addNeed names one need of the last step of a proof. A thing that comes down to
// another by one step, as a password to its paper, is named by that; of several
// that would do, those that were taken. What one simply knows is not named.
func (a *app) addNeed(q *forecast, p lockout.Proof, id string, needs []string) []string {
	i := slices.IndexFunc(p.Steps, func(s lockout.Step) bool { return s.Head == id })
	if i < 0 && !slices.Contains(p.Assets, id) {
		return needs
	}
	if t := q.m.Thing(id); i >= 0 && t != nil && t.Kind == recovery.KindOneOf {
		for _, part := range p.Steps[i].Needs {
			needs = a.addNeed(q, p, part, needs)
		}
		return needs
	}
	if i >= 0 && q.accounts[id] == nil && len(p.Steps[i].Needs) == 1 && slices.Contains(p.Assets, p.Steps[i].Needs[0]) {
		id = p.Steps[i].Needs[0]
	}
	if words := a.thingWords(q.m, id); !slices.Contains(needs, words) {
		needs = append(needs, words)
	}
	return needs
}

// A fate is what is the matter with an asset that is not there.
type fate int

const (
	fateTaken   fate = iota // an event of the scenario takes it
	fateGone                // it was gone before
	fateUnknown             // nothing is noted of it
)

// fateOf tells what the scenario takes from what was gone before.
func (q *forecast) fateOf(id string) fate {
	t := q.m.Thing(id)
	switch {
	case q.taken[id]:
		return fateTaken
	case t != nil && t.Unknown && !q.gone[id]:
		return fateUnknown
	}
	return fateGone
}

// fateWords names an asset and what is the matter with it, which the names of
// what is not noted and of what never was say themselves.
func (a *app) fateWords(q *forecast, id string) string {
	words := a.thingWords(q.m, id)
	switch f := q.fateOf(id); {
	case f == fateTaken:
		return a.text(lang.T("%s, gone then", "%s（なくなる）"), words)
	case f == fateGone && !strings.HasSuffix(words, "）") && !strings.HasSuffix(words, ")"):
		return a.text(lang.T("%s, no longer there", "%s（もうない）"), words)
	}
	return words
}

// A lack is one thing that a way needs, or several of which some will do.
type lack struct {
	any []string
	of  int // so many of them would do
}

// lackLine joins the alternatives into one line.
func (a *app) lackLine(l lack) string {
	switch {
	case len(l.any) == 1:
		return l.any[0]
	case l.of > 1 && l.of == len(l.any):
		return strings.Join(l.any, a.text(betweenThings))
	case l.of > 1:
		return a.text(lang.T("%d of these: %s", "次のうち %d つ: %s"), l.of, strings.Join(l.any, a.text(semicolon)))
	}
	return strings.Join(l.any, a.text(lang.T(", or ", "、または ")))
}

func (a *app) lackLines(lacks []lack) string {
	lines := make([]string, len(lacks))
	for i, l := range lacks {
		lines[i] = a.lackLine(l)
	}
	return strings.Join(lines, a.text(semicolon))
}

// lacks says what a way that does not work is short of; v is the view in which it
// was looked at. doubt asks for what is not noted before what is gone.
func (a *app) lacks(q *forecast, v *lockout.View, w lockout.Way, doubt bool) ([]lack, error) {
	var list []lack
	for _, id := range w.Missing {
		l, err := a.lackOf(q, v, id, doubt)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(have lack) bool { return slices.Equal(have.any, l.any) }) {
			list = append(list, l)
		}
	}
	return list, nil
}

// lackOf takes a thing apart that stands for some of several: what would do, or
// the places of a password.
func (a *app) lackOf(q *forecast, v *lockout.View, id string, doubt bool) (lack, error) {
	if t := q.m.Thing(id); q.assets[id] || t == nil || t.Kind != recovery.KindOneOf && t.Kind != recovery.KindPassword {
		words, err := a.lackWords(q, v, id, doubt)
		return lack{[]string{words}, 1}, err
	}
	ways, err := v.Ways(id)
	if err != nil {
		return lack{}, err
	}
	hopeful, err := q.hope.Ways(id)
	if err != nil {
		return lack{}, err
	}
	l := lack{of: 1}
	for i, w := range ways {
		l.of = max(l.of, w.Lacks)
		for _, part := range w.Missing {
			if doubt && slices.Contains(hopeful[i].Missing, part) {
				continue // nothing that could be noted brings it back
			}
			words, err := a.lackWords(q, v, part, doubt)
			if err != nil {
				return lack{}, err
			}
			if !slices.Contains(l.any, words) {
				l.any = append(l.any, words)
			}
		}
	}
	if len(l.any) == 0 {
		l.any = []string{a.thingWords(q.m, id)}
	}
	return l, nil
}

// mostCauses is how many things are named that one missing thing comes down to.
const mostCauses = 2

// lackWords names a missing thing with what it comes down to: what the scenario
// takes, else what was gone before, else what is not noted.
func (a *app) lackWords(q *forecast, v *lockout.View, id string, doubt bool) (string, error) {
	if q.assets[id] {
		return a.fateWords(q, id), nil
	}
	ways, err := v.Ways(id)
	if err != nil {
		return "", err
	}
	var causes [3][]string
	for _, w := range ways {
		for _, gone := range w.Gone {
			f := q.fateOf(gone)
			if words := a.fateWords(q, gone); !slices.Contains(causes[f], words) {
				causes[f] = append(causes[f], words)
			}
		}
	}
	if doubt {
		slices.Reverse(causes[:])
	}
	for _, list := range causes {
		if len(list) > 0 {
			return a.text(lang.T("%s: %s", "%s: %s"), a.thingWords(q.m, id), a.someOf(list, mostCauses)), nil
		}
	}
	return a.thingWords(q.m, id), nil
}

// haves says with what a way works, as far as it could be lost; sure is how it
// looks without what may be refused.
func (a *app) haves(q *forecast, w, sure lockout.Way) (string, error) {
	var needs []string
	for _, id := range q.g.Rule(w.Rule).Body {
		t := q.m.Thing(id)
		if t == nil || t.Kind == recovery.KindSelf || t.Kind == recovery.KindProvider || slices.Contains(w.Missing, id) {
			continue
		}
		if t.Kind != recovery.KindOneOf && t.Kind != recovery.KindPassword {
			needs = append(needs, a.haveWords(q, id, sure.Missing))
			continue
		}
		v := q.sure
		if slices.Contains(sure.Missing, id) {
			v = q.doubt
		}
		l, err := a.alternatives(q, v, id)
		if err != nil {
			return "", err
		}
		needs = append(needs, a.lackLine(l))
	}
	if len(needs) == 0 {
		return "", nil
	}
	return a.text(lang.T("with: %s", "使うもの: %s"), strings.Join(needs, a.text(betweenThings))), nil
}

// haveWords names something that is there, with a remark if it is among what is
// not there for sure.
func (a *app) haveWords(q *forecast, id string, unsure []string) string {
	words := a.thingWords(q.m, id)
	if slices.Contains(unsure, id) {
		return a.text(lang.T("%s (if a form is granted or somebody helps)", "%s（申し込みなどが認められたとき）"), words)
	}
	return words
}

// alternatives are what of a thing that stands for some of several is there.
func (a *app) alternatives(q *forecast, v *lockout.View, id string) (lack, error) {
	l := lack{of: 1}
	ways, err := v.Ways(id)
	if err != nil {
		return l, err
	}
	sure, err := q.sure.Ways(id)
	for i, w := range ways {
		rule := q.g.Rule(w.Rule)
		if !w.Works {
			continue
		}
		if len(ways) == 1 {
			l.of = rule.K
		}
		for _, part := range rule.Body {
			if words := a.haveWords(q, part, sure[i].Missing); !slices.Contains(w.Missing, part) && !slices.Contains(l.any, words) {
				l.any = append(l.any, words)
			}
		}
	}
	return l, err
}

// refusable says of a way who may refuse it.
func (a *app) refusable(w *recovery.Way) string {
	switch w.Way.Certainty {
	case record.CertaintyForm:
		return a.text(lang.T("a form, which may be refused", "申し込みです。断られることがあります"))
	case record.CertaintyPerson:
		return a.text(lang.T("depends on another person", "ほかの人しだいです"))
	}
	return ""
}
