package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A givenRecord is what --from-json takes: the members of a record that a
// person fills in, as show --json writes them, or simply {"fields": {"key":
// "value"}}.
type givenRecord struct {
	Template *string         `json:"template"`
	Name     *string         `json:"name"`
	Title    *string         `json:"title"`
	Owner    *string         `json:"owner"`
	Notes    *string         `json:"notes"`
	Tags     []string        `json:"tags"`
	Fields   json.RawMessage `json:"fields"`

	Importance *int              `json:"importance"`
	Ways       []record.Way      `json:"ways"`
	Kept       map[string]string `json:"kept"`
}

// givenField is a field in the list form. Hidden and the counts come with a copy
// of show --json.
type givenField struct {
	Key   string      `json:"key"`
	Type  record.Type `json:"type"`
	Label string      `json:"label"` // of a field of one's own
	Value *string     `json:"value"`
	Codes []givenCode `json:"codes"`

	Hidden bool `json:"hidden"`
	Count  int  `json:"count"`
	Unused int  `json:"unused"`
}

// givenCode is a code as a string, or as {"code": …, "used": …}.
type givenCode record.Code

func (c *givenCode) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &c.Code)
	}
	return decodeKnown(b, (*record.Code)(c))
}

// readGiven reads --from-json. It forgets nothing silently: a member it does
// not know is an error.
func readGiven(path string) (*givenRecord, error) {
	b, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	var g givenRecord
	if err := decodeKnown(b, &g); err != nil {
		return nil, badJSON(path, err)
	}
	return &g, nil
}

// decodeKnown reads one JSON value that has no member v lacks.
func decodeKnown(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if _, rest := dec.Token(); err == nil && rest != io.EOF {
		err = fmt.Errorf("more than one value")
	}
	return err
}

func badJSON(path string, err error) error {
	f := &failure{status: statusUsage, code: "json", err: err,
		what: said(lang.T("%s is not the JSON of a record", "%s は記録の JSON になっていません"), path),
		next: []words{said(lang.T(`it looks like {"fields": {"product": "Office 2021"}}`, `書き方の例: {"fields": {"product": "Office 2021"}}`))}}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		f.why = said(lang.T("it has a member %s that means nothing here", "知らない名前があります: %s"), name)
	}
	return f
}

func (a *app) applyJSON(r *record.Record, t *record.Template, path string) error {
	g, err := a.given(path)
	if err != nil {
		return err
	}
	for _, line := range []struct {
		key  string
		kind record.Type
		from *string
		to   *string
	}{
		{"title", record.TypeText, g.Title, &r.Title},
		{"owner", record.TypeText, g.Owner, &r.Owner},
		{"notes", record.TypeMultiline, g.Notes, &r.Notes},
	} {
		if line.from == nil {
			continue
		}
		value, _, err := record.Clean(line.kind, *line.from)
		if err != nil {
			return refused(line.key, err)
		}
		*line.to = value
	}
	if err := applyTags(r, g.Tags); err != nil {
		return err
	}
	if g.Importance != nil {
		if err := setImportance(r, *g.Importance); err != nil {
			return err
		}
	}
	fields, err := g.fields(path)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if err := a.applyGiven(r, t, f); err != nil {
			return err
		}
	}
	return a.applyGivenWays(r, t, g)
}

// applyGivenWays takes ways, each in the place of the one with its ID, and where
// things are kept, each as --kept does.
func (a *app) applyGivenWays(r *record.Record, t *record.Template, g *givenRecord) error {
	seen := map[string]bool{}
	for i := range g.Ways {
		w := &g.Ways[i]
		if err := a.checkGivenWay(r, t, w); err != nil {
			return err
		}
		if seen[w.ID] {
			return refused("ways", &record.ValueError{Key: "twice", Text: lang.T("the way %q comes twice", "方法「%s」が 2 回出てきます"), Args: []any{w.ID}})
		}
		seen[w.ID] = true
		if err := a.setWay(r, *w); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(g.Kept)) {
		if err := a.applyKept(r, t, key+"="+g.Kept[key]); err != nil {
			return err
		}
	}
	return nil
}

// checkGivenWay holds a way from JSON to what --way takes.
func (a *app) checkGivenWay(r *record.Record, t *record.Template, w *record.Way) error {
	_, err := record.ParseWait(w.Wait)
	for _, text := range []string{w.Label.EN, w.Label.JA} {
		if _, _, bad := record.Clean(record.TypeText, text); bad != nil {
			err = bad
		}
	}
	switch {
	case err != nil:
	case !record.IsWayID(w.ID):
		err = &record.ValueError{Key: "id", Text: lang.T("the id %q of a way: lower-case letters and digits with single hyphens between", "方法の id「%s」: 使えるのは、英小文字・数字と、間の 1 つずつのハイフンだけです"), Args: []any{w.ID}}
	case w.Off && t.Way(w.ID) == nil:
		err = &record.ValueError{Key: "off", Text: lang.T("the template has no way %q to switch off", "ひな形に「%s」という方法はないので、使わないことにはできません"), Args: []any{w.ID}}
	case !w.Off && len(w.Needs) == 0:
		err = &record.ValueError{Key: "needs", Text: lang.T("the way %q needs nothing", "方法「%s」に、要るものが書いてありません"), Args: []any{w.ID}}
	case !w.Certainty.Known():
		err = &record.ValueError{Key: "certainty", Text: lang.T("the certainty is form or person, or is left out", "certainty は form か person です（確実なら書きません）")}
	}
	if err != nil {
		return refused("ways", err)
	}
	for i, n := range w.Needs {
		if w.Needs[i], err = a.parseNeed(r, t, n.String()); err != nil {
			return err
		}
	}
	for key, values := range w.When {
		s := t.Spec(key)
		for _, v := range values {
			if s == nil || s.Option(v) == nil {
				return refused("ways", &record.ValueError{Key: "when", Text: lang.T("when: the field %q has no option %q", "when: 項目「%s」に「%s」という選択肢はありません"), Args: []any{key, v}})
			}
		}
	}
	return nil
}

// applyGiven sets one field. One that the template does not have is a field of
// one's own, if it has a label; without one it is a slip of the pen.
func (a *app) applyGiven(r *record.Record, t *record.Template, f givenField) error {
	if t.Spec(f.Key) == nil && r.Field(f.Key) == nil {
		if f.Label == "" || !record.IsKey(f.Key) {
			return a.unknownField(t, f.Key)
		}
		label, err := a.cleanLabel(t, r, f.Label)
		if err != nil {
			return refused(f.Key, err)
		}
		kind, err := f.ownType()
		if err != nil {
			return refused(f.Key, err)
		}
		r.Fields = append(r.Fields, record.Field{Key: f.Key, Type: kind, Label: label})
	}
	switch spec := specOf(t, r, f.Key); {
	case len(f.Codes) == 0 && f.Value != nil:
		return a.setField(r, t, f.Key, *f.Value)
	case len(f.Codes) == 0:
		return refused(f.Key, &record.ValueError{Key: "missing", Text: lang.T(`there is no value: give it with show --json --reveal, or "" to take the field away`,
			`値がありません。show --json --reveal で書き出した値か、項目を取り除くなら "" を書いてください`)})
	case spec.Type != record.TypeCodes:
		return refused(f.Key, &record.ValueError{Key: "codes", Text: lang.T("this field holds no codes", "コードの項目ではありません")})
	default:
		codes := make([]record.Code, len(f.Codes))
		for i, c := range f.Codes {
			codes[i] = record.Code(c)
		}
		return a.setCodes(r, spec, codes)
	}
}

// ownType is the type that a field of one's own gets: one that a person may add.
func (f *givenField) ownType() (record.Type, error) {
	switch {
	case f.Type == "" && len(f.Codes) > 0:
		return record.TypeCodes, nil
	case f.Type == "":
		return record.TypeText, nil
	}
	var known []string
	for _, own := range ownTypes {
		if own.kind == f.Type {
			return f.Type, nil
		}
		known = append(known, string(own.kind))
	}
	return "", &record.ValueError{Key: "type", Text: lang.T("there is no type %q for a field of your own; there are: %s", "自分で足す項目に %q という type はありません。使えるのは: %s"),
		Args: []any{f.Type, strings.Join(known, ", ")}}
}

// given reads --from-json once: standard input can't be read twice.
func (a *app) given(path string) (*givenRecord, error) {
	if a.givenOnce == nil {
		g, err := readGiven(path)
		if err != nil {
			return nil, err
		}
		a.givenOnce = g
	}
	return a.givenOnce, nil
}

// fields reads the fields in either form.
func (g *givenRecord) fields(path string) ([]givenField, error) {
	raw := bytes.TrimSpace(g.Fields)
	if len(raw) == 0 || raw[0] == '[' {
		var list []givenField
		if len(raw) > 0 {
			if err := decodeKnown(raw, &list); err != nil {
				return nil, badJSON(path, err)
			}
		}
		return list, nil
	}
	var byKey map[string]json.RawMessage
	if err := json.Unmarshal(raw, &byKey); err != nil {
		return nil, badJSON(path, err)
	}
	var list []givenField
	for key, value := range byKey {
		f := givenField{Key: key}
		err := json.Unmarshal(value, &f.Value)
		if err != nil {
			f.Value = nil
			err = decodeKnown(value, &f.Codes)
		}
		if err != nil {
			return nil, badJSON(path, err)
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(x, y givenField) int { return strings.Compare(x.Key, y.Key) })
	return list, nil
}
