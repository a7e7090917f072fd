package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// applyKept says where something is, from --kept FIELD=PLACES; no places mean
// that it is not known.
func (a *app) applyKept(r *record.Record, t *record.Template, typed string) error {
	key, raw, ok := strings.Cut(typed, "=")
	if !ok {
		return &failure{status: statusUsage, code: "usage",
			what: said(lang.T("--kept takes FIELD=PLACES", "--kept は「項目=場所」の形です")),
			next: []words{said(lang.T("for example: --kept password=memory,paper:drawer", "例: --kept パスワード=記憶,紙:引き出し"))}}
	}
	key, err := a.keptKey(r, t, strings.TrimSpace(key))
	if err != nil {
		return err
	}
	places, err := record.ParsePlaces(raw)
	if err != nil {
		return refused("kept", err)
	}
	setKept(r, key, places)
	return nil
}

// keptKey finds the field that was meant. The password of an account may be kept
// somewhere though no field asks for it.
func (a *app) keptKey(r *record.Record, t *record.Template, typed string) (string, error) {
	key := fieldNamed(t, r, typed)
	if t.Spec(key) != nil || r.Field(key) != nil {
		return key, nil
	}
	if folded := lang.Fold(typed); folded == passwordKey || folded == lang.Fold(passwordLabel.JA) || folded == lang.Fold(passwordLabel.EN) {
		if specs := t.With(record.RolePassword); len(specs) == 1 {
			return specs[0].Key, nil
		}
		return passwordKey, nil
	}
	if t == nil {
		return "", a.noField(r, typed)
	}
	return "", a.unknownField(t, typed)
}

var passwordLabel = lang.T("the password", "パスワード")

func setKept(r *record.Record, key string, places []record.Place) {
	if len(places) == 0 {
		delete(r.Kept, key)
		return
	}
	if r.Kept == nil {
		r.Kept = map[string]string{}
	}
	r.Kept[key] = record.JoinPlaces(places)
}

// keptLabel is what the thing is called that is kept somewhere.
func keptLabel(r *record.Record, t *record.Template, key string) lang.Text {
	if key == passwordKey && r.Field(key) == nil && t.Spec(key) == nil {
		return passwordLabel
	}
	if f := r.Field(key); f != nil {
		return record.Label(t, f)
	}
	return record.Label(t, &record.Field{Key: key})
}

// checkPlaces looks up the records that new places name.
func (a *app) checkPlaces(before, r *record.Record, live func(string) (string, error)) error {
	for key, kept := range r.Kept {
		if before.Kept[key] == kept {
			continue
		}
		places := record.Places(kept)
		for i, p := range places {
			if !p.Record() {
				continue
			}
			name, err := live(p.Name)
			if err != nil {
				return err
			}
			places[i].Name = name
		}
		r.Kept[key] = record.JoinPlaces(places)
	}
	return nil
}

// keptArguments completes --kept: keys of the template that the line names, then
// places.
func keptArguments(a *app, _ *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	var list []string
	if key, _, ok := strings.Cut(toComplete, "="); ok {
		for _, p := range placeKinds {
			end := ""
			if p.kind != record.PlaceVault && p.kind != record.PlaceMemory {
				end = ":"
			}
			list = append(list, a.described(key+"="+string(p.kind)+end, p.text))
		}
		return list, noFiles | cobra.ShellCompDirectiveNoSpace
	}
	list = append(list, a.described(passwordKey+"=", passwordLabel))
	if t := templateOf(args); t != nil {
		for i := range t.Fields {
			list = append(list, a.described(t.Fields[i].Key+"=", t.Fields[i].Label))
		}
	}
	return list, noFiles | cobra.ShellCompDirectiveNoSpace
}
