package cli

import (
	"errors"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
)

// find returns the card of a record by its name; a wrong name gets a
// suggestion.
func (a *app) find(s *store.Store, name string) (store.Card, error) {
	c, err := s.Find(name)
	if !errors.Is(err, store.ErrNoRecord) {
		return c, err
	}
	f := &failure{status: statusNotFound, code: "not_found",
		what: said(lang.T("there is no record %q", "「%s」という記録はありません"), name)}
	cards, err := s.Cards()
	if err != nil {
		return c, err
	}
	var names []string
	for _, c := range cards {
		if !c.Trashed {
			names = append(names, c.Name)
		}
	}
	if near := nearest(lang.Fold(name), names); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("all records: %s list", "記録の一覧: %s list"), a.call()))
	return c, f
}

// findLive is find for a record that is not in the trash.
func (a *app) findLive(s *store.Store, name string) (store.Card, error) {
	c, err := a.find(s, name)
	if err == nil && c.Trashed {
		err = &failure{status: statusNotFound, code: "in_trash",
			what: said(lang.T("the record %q is in the trash", "「%s」はごみ箱の中です"), c.Name),
			next: []words{said(lang.T("to take it out: %s undo %s", "取り出すには: %s undo %s"), a.call(), shellWord(c.Name))}}
	}
	return c, err
}

// noField says that a record has no such field, or that it is not filled in, and
// what it has.
func (a *app) noField(r *record.Record, key string) error {
	t := record.LookupTemplate(r.Template)
	if s := t.Spec(fieldNamed(t, r, key)); s != nil {
		return &failure{status: statusNotFound, code: "empty_field",
			what: said(lang.T("in the record %q, %s is not filled in", "「%s」の%sは、まだ書いてありません"), r.Name, s.Label),
			next: []words{said(lang.T("to fill it in: %s edit %s %s", "書くには: %s edit %s %s"), a.call(), shellWord(r.Name), s.Key)}}
	}
	var keys []string
	for _, f := range r.InOrder(t) {
		keys = append(keys, f.Key)
	}
	f := &failure{status: statusNotFound, code: "no_field",
		what: said(lang.T("the record %q has no field %q", "「%s」に %q という項目はありません"), r.Name, key)}
	if near := nearest(key, keys); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	} else if len(keys) > 0 {
		f.next = append(f.next, said(lang.T("it has: %s", "ある項目: %s"), strings.Join(keys, ", ")))
	}
	return f
}
