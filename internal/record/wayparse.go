package record

import (
	"errors"
	"maps"
	"slices"

	"memovault/internal/lang"
)

// checkWays checks the ways of a template against its fields and facts. The
// lines are those on which the ways begin.
func (t *Template) checkWays(lines []int) *TemplateError {
	if len(t.Ways) > MaxWays {
		return bad(lang.T("more than %d ways", "方法（ways）は %d 個までです"), MaxWays)
	}
	for i := range t.Ways {
		w := &t.Ways[i]
		if findWay(t.Ways[:i], w.ID) != nil {
			return bad(lang.T("way %q comes twice", "方法 %q が 2 回出てきます"), w.ID).in(PartWhole, 0, "", lines[i])
		}
		err := t.checkWay(w)
		for _, n := range w.Needs {
			if err == nil {
				err = t.checkNeed(n)
			}
		}
		if err != nil {
			return err.in(PartWay, i+1, w.ID, lines[i])
		}
	}
	return nil
}

func (t *Template) checkWay(w *Way) *TemplateError {
	switch _, err := ParseWait(w.Wait); {
	case !IsWayID(w.ID):
		return bad(lang.T("an id has lower-case letters and digits, with single hyphens or underscores between", "id に使えるのは、英小文字・数字と、間の 1 つずつのハイフンか下線だけです"))
	case !paired(w.Label.Text):
		return bad(lang.T("a label is needed, in en and ja", "label が、en と ja の両方で要ります"))
	case len(w.Needs) == 0 || len(w.Needs) > MaxNeeds:
		return bad(lang.T("from 1 to %d needs are needed", "要るもの（needs）は 1 個から %d 個までです"), MaxNeeds)
	case !w.Certainty.Known():
		return bad(lang.T("certainty is form or person, or is left out", "certainty は form か person です（確実なら書きません）"))
	case err != nil:
		return explainValue(err)
	case w.Fact != "" && t.Fact(w.Fact) == nil:
		return bad(lang.T("the fact %q is not there", "事実 %q がありません"), w.Fact)
	case w.Off:
		return bad(lang.T("only a record switches a way off", "off を書けるのは、記録の中だけです"))
	}
	return t.checkWhen(w.When)
}

// checkWhen checks that conditions name fields of type choice, and options of
// theirs.
func (t *Template) checkWhen(when map[string][]string) *TemplateError {
	for _, key := range slices.Sorted(maps.Keys(when)) {
		s, values := t.Spec(key), when[key]
		if s == nil || s.Type != TypeChoice || len(values) == 0 {
			return bad(lang.T("when: %q is no field of type choice with values", "when: %q は、type が choice の項目と、その値の並びではありません"), key)
		}
		for i, v := range values {
			if s.Option(v) == nil || slices.Contains(values[:i], v) {
				return bad(lang.T("when: the field %q has no option %q, or it comes twice", "when: 項目 %q に選択肢 %q がないか、2 回出てきます"), key, v)
			}
		}
	}
	return nil
}

func explainValue(err error) *TemplateError {
	var v *ValueError
	errors.As(err, &v)
	return bad(v.Text, v.Args...)
}

// checkNeed checks that each atom is about a field of the template, of a type
// that can stand for such a thing.
func (t *Template) checkNeed(n Need) *TemplateError {
	for _, atom := range n.Any {
		a, err := ParseAtom(atom)
		if err != nil {
			return explainValue(err)
		}
		s := t.Spec(a.Name)
		switch {
		case a.Kind == AtomPassword:
		case a.Kind == AtomMemory, a.Kind == AtomRecord, a.Kind == AtomPaper:
			return bad(lang.T("%q: only a way in a record needs this", "%q を書けるのは、記録の中の方法だけです"), atom)
		case s == nil:
			return bad(lang.T("%q: there is no field %q", "%q: 項目 %q がありません"), atom, a.Name)
		case !a.Kind.stands(s):
			return bad(lang.T("%q: a field of type %q can't stand for this", "%q: type が %q の項目は、これを表せません"), atom, s.Type)
		}
	}
	return nil
}

// stands reports whether a field can stand for an atom of the kind.
func (k AtomKind) stands(s *Spec) bool {
	switch k {
	case AtomCall:
		return s.Type == TypePhone || s.Type == TypeRef
	case AtomOpen:
		return s.Type == TypeRef || s.Type == TypeText
	}
	return s.Type != TypeChoice && s.Type != TypeURL
}
