package cli

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// placeKinds are the kinds of places in the order in which they are offered.
var placeKinds = []struct {
	kind record.PlaceKind
	text lang.Text
}{
	{record.PlaceVault, lang.T("here in the record", "この記録の中")},
	{record.PlaceMemory, lang.T("remembered", "覚えている")},
	{record.PlacePaper, lang.T("on paper", "紙に書いてある")},
	{record.PlaceDevice, lang.T("on a device", "機器の中")},
	{record.PlacePerson, lang.T("with a person", "人に預けた")},
}

// editKept asks of each secret where it is kept.
func (a *app) editKept(s *store.Store, r *record.Record) error {
	w, err := a.newWayFlow(s, r)
	if err != nil {
		return err
	}
	keys := w.secretKeys()
	if len(keys) == 0 {
		return &failure{status: statusNotFound, code: "no_field",
			what: said(lang.T("the record %q has no secret that is kept somewhere", "「%s」に、しまっておく秘密はありません"), r.Name),
			next: []words{said(lang.T("for another field: %s edit %s --kept FIELD=PLACES", "ほかの項目なら: %s edit %s --kept 項目=場所"), a.call(), shellWord(r.Name))}}
	}
	w.t.Print("\n")
	w.say(0, lang.T("Where is it kept? Numbers; several where it is at more than one place.", "どこにありますか？ 番号で答えてください（何か所にもあるときは、番号を続けて）。"))
	labels := make([]string, len(placeKinds))
	for i, k := range placeKinds {
		labels[i] = a.text(k.text)
	}
	w.choices(labels)
	w.say(0, lang.T("Enter = as it is   - = not known   Ctrl-P = back   Ctrl-C = stop, save nothing", "Enter=そのまま  - =分からない  Ctrl-P=前に戻る  Ctrl-C=やめる（保存しません）"))
	w.t.Print("\n")
	for i := 0; i < len(keys); {
		err := w.askKept(keys[i], i > 0)
		switch {
		case errors.Is(err, term.ErrBack):
			i = max(i-1, 0)
		case err != nil:
			return err
		default:
			i++
		}
	}
	return nil
}

// secretKeys are the fields that hold a secret or would, the password of an
// account first.
func (w *wayFlow) secretKeys() []string {
	var keys []string
	if w.tmpl != nil && len(w.tmpl.With(record.RolePassword)) == 0 && (w.tmpl.Account || len(w.tmpl.With(record.RolePlace))+len(w.tmpl.With(record.RoleHint)) > 0) {
		keys = append(keys, passwordKey)
	}
	if w.tmpl != nil {
		for _, s := range w.tmpl.Fields {
			if s.Type.Secret() {
				keys = append(keys, s.Key)
			}
		}
	}
	for i := range w.r.Fields {
		if f := &w.r.Fields[i]; w.tmpl.Spec(f.Key) == nil && record.TypeOf(w.tmpl, f).Secret() {
			keys = append(keys, f.Key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.r.Kept)) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// askKept asks where one thing is.
func (w *wayFlow) askKept(key string, back bool) error {
	now := lang.T("not noted", "書いていない")
	if kept := w.r.Kept[key]; kept != "" {
		now = record.SayPlaces(kept)
	}
	prompt := w.a.text(lang.T("%s (%s): ", "%s（%s）: "), keptLabel(w.r, w.tmpl, key), now)
	for {
		typed, err := w.a.readLine(w.t, term.Line{Prompt: term.Sanitize(prompt), Back: back})
		switch answer := strings.TrimSpace(lang.FoldCode(typed)); {
		case err != nil || answer == "":
			return err
		case answer == keepsNothing:
			delete(w.r.Kept, key)
			return nil
		}
		if numbers, ok := readNumbers(typed, len(placeKinds)); ok {
			places, err := w.askPlaces(numbers)
			if err == nil && len(places) > 0 {
				setKept(w.r, key, places)
			}
			return err
		}
		places, err := record.ParsePlaces(typed)
		if err == nil {
			if err = w.namedPlaces(places); err == nil {
				setKept(w.r, key, places)
				return nil
			}
		}
		if strings.Trim(lang.FoldCode(typed), "0123456789 ,、/") != "" {
			w.a.tell(w.t, 2, w.a.explain(err).what.in(w.a.lang))
		}
		w.say(2, lang.T("please type numbers from 1 to %d", "1〜%d の番号で答えてください"), len(placeKinds))
	}
}

// namedPlaces looks up the records that places name.
func (w *wayFlow) namedPlaces(places []record.Place) error {
	for i, p := range places {
		if !p.Record() {
			continue
		}
		n := slices.IndexFunc(w.cards, func(c store.Card) bool { return !c.Trashed && record.NameKey(c.Name) == record.NameKey(p.Name) })
		if n < 0 {
			return &failure{status: statusNotFound, code: "not_found", what: said(lang.T("there is no record %q", "「%s」という記録はありません"), p.Name)}
		}
		places[i].Name = w.cards[n].Name
	}
	return nil
}

// askPlaces asks for the names that the chosen kinds of places need. A kind
// without its name is left out.
func (w *wayFlow) askPlaces(numbers []int) ([]record.Place, error) {
	var places []record.Place
	for _, n := range numbers {
		p := record.Place{Kind: placeKinds[n-1].kind}
		var err error
		switch p.Kind {
		case record.PlacePaper:
			p.Name, err = w.askText(lang.T("Where is the paper?", "その紙のある場所:"))
		case record.PlaceDevice:
			p.Name, err = w.askRecord(lang.T("Name of the device's record:", "その機器の記録の名前:"), "")
		case record.PlacePerson:
			p.Name, err = w.askRecord(lang.T("Name of the person's record:", "その人の記録の名前:"), "")
		}
		if err != nil {
			return nil, err
		}
		if p.Name != "" || p.Kind == record.PlaceVault || p.Kind == record.PlaceMemory {
			places = append(places, p)
		}
	}
	return places, nil
}
