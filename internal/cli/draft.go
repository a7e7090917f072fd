package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// changes are the flags by which add and edit take values without asking.
type changes struct {
	fields   []string // KEY=VALUE, KEY=- or KEY=@FILE
	fromJSON string
	title    string
	owner    string
	tags     []string
	attach   []string
}

func (a *app) changeFlags(cmd *cobra.Command, c *changes) {
	f := cmd.Flags()
	f.StringArrayVar(&c.fields, "field", nil, a.text(lang.T("set a field: `KEY=VALUE`; KEY=- reads standard input, KEY=@FILE a file (secrets only so)", "項目を書く: `項目=値`。項目=- は標準入力、項目=@ファイル はファイルから読む（秘密の項目はこの 2 つだけ）")))
	f.StringVar(&c.fromJSON, "from-json", "", a.text(lang.T("take fields from the JSON `FILE` (- for standard input)", "JSON の`ファイル`から読む（- は標準入力）")))
	f.StringVar(&c.title, "title", "", a.text(lang.T("a `TITLE` for lists and paper", "一覧や紙に出す`題`")))
	f.StringVar(&c.owner, "owner", "", a.text(lang.T("whose it is: `NAME` of a family member or customer", "持ち主（家族やお客様）の`名前`")))
	f.StringArrayVar(&c.tags, "tag", nil, a.text(lang.T("add the tag `TAG`; -TAG takes it off", "`名札`を付ける（-名札 で外す）")))
	f.StringArrayVar(&c.attach, "attach", nil, a.text(lang.T("keep a copy of `FILE` (photo of the key card, receipt)", "`ファイル`の写しを一緒にしまう（キーカードの写真、領収書など）")))
}

// any reports whether a flag gave something to change.
func (c *changes) any(cmd *cobra.Command) bool {
	return len(c.fields)+len(c.tags)+len(c.attach) > 0 || c.fromJSON != "" ||
		cmd.Flags().Changed("title") || cmd.Flags().Changed("owner")
}

// apply puts what the flags say into the record and returns the files to store.
func (a *app) apply(cmd *cobra.Command, r *record.Record, c *changes) ([]store.NewFile, error) {
	t := record.LookupTemplate(r.Template)
	if c.fromJSON != "" {
		if err := a.applyJSON(r, t, c.fromJSON); err != nil {
			return nil, err
		}
	}
	for _, one := range c.fields {
		if err := a.applyField(cmd, r, t, one); err != nil {
			return nil, err
		}
	}
	for _, line := range []struct {
		flag string
		from string
		to   *string
	}{{"title", c.title, &r.Title}, {"owner", c.owner, &r.Owner}} {
		if cmd.Flags().Changed(line.flag) {
			value, _, err := record.Clean(record.TypeText, line.from)
			if err != nil {
				return nil, refused(line.flag, err)
			}
			*line.to = value
		}
	}
	if err := applyTags(r, c.tags); err != nil {
		return nil, err
	}
	return a.attachFiles(r, c.attach)
}

func applyTags(r *record.Record, tags []string) error {
	for _, tag := range tags {
		name, remove := strings.CutPrefix(tag, "-")
		value, _, err := record.Clean(record.TypeText, name)
		if err != nil || value == "" {
			return refused("tag", err)
		}
		r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(have string) bool { return lang.Fold(have) == lang.Fold(value) })
		if !remove {
			r.Tags = append(r.Tags, value)
		}
	}
	return nil
}

// refused says which field a value was refused for.
func refused(key string, err error) error {
	f := &failure{status: statusUsage, code: "value",
		what: said(lang.T("the value for %q can't be taken", "%q の値は受け取れません"), key), err: err}
	if f2 := explainRecord(err); f2 != nil {
		f.why = f2.what
	}
	return f
}

// applyField sets one field from --field.
func (a *app) applyField(cmd *cobra.Command, r *record.Record, t *record.Template, arg string) error {
	key, raw, ok := strings.Cut(arg, "=")
	if !ok || key == "" {
		return a.usage(cmd, lang.T("--field takes KEY=VALUE, not %q", "--field は「項目=値」の形です: %q"), key)
	}
	spec := t.Spec(key)
	if spec == nil && r.Field(key) == nil {
		return a.unknownField(t, key)
	}
	kind := record.TypeText
	if spec != nil {
		kind = spec.Type
	}
	switch {
	case raw == "-" || strings.HasPrefix(raw, "@"):
		from := raw
		var err error
		if raw, err = a.valueFrom(t, key, from, kind); err != nil {
			return err
		}
		if strings.TrimSpace(raw) == "" {
			return &failure{status: statusUsage, code: "value",
				what: said(lang.T("there is nothing in %s for %q", "%s が空です（%q の値になりません）"), from, key),
				next: []words{said(lang.T("to take a field away: %s edit NAME --remove %s", "項目を取り除くには: %s edit 名前 --remove %s"), a.name, key)}}
		}
	case kind.Secret() && raw != "":
		return &failure{status: statusUsage, code: "secret_argument",
			what: said(lang.T("%q is a secret and can't be given on the command line", "%q は秘密の項目なので、コマンドの中には書けません"), key),
			why:  said(lang.T("other users and the shell's history could see it", "ほかの利用者や、シェルの履歴から見えてしまうためです")),
			next: []words{said(lang.T("use --field %s=- (standard input) or --field %s=@FILE", "--field %s=- （標準入力）か --field %s=@ファイル を使ってください"), key, key)}}
	}
	return a.setField(r, t, key, raw)
}

// valueFrom reads the value that KEY=- or KEY=@FILE stands for. Where standard
// input is the terminal itself, it asks there, hidden if the field is a secret:
// a bare reader would look hung and echo.
func (a *app) valueFrom(t *record.Template, key, from string, kind record.Type) (string, error) {
	if from != "-" || !isTerminal(os.Stdin) {
		b, err := readSmall(strings.TrimPrefix(from, "@"))
		return strings.TrimRight(string(b), "\r\n"), err
	}
	tty, err := a.terminal()
	if err != nil {
		return "", err
	}
	prompt := a.text(record.Label(t, &record.Field{Key: key, Type: kind})) + ": "
	switch {
	case kind.Multi():
		items, err := tty.ReadLines(term.List{Prompt: prompt})
		return strings.Join(items, "\n"), err
	case kind == record.TypeSecret:
		return tty.ReadSecret(prompt)
	}
	return a.readLine(tty, term.Line{Prompt: prompt})
}

// setField cleans and sets a value; an empty one takes the field away.
func (a *app) setField(r *record.Record, t *record.Template, key, raw string) error {
	spec := t.Spec(key)
	if spec == nil {
		spec = &record.Spec{Key: key, Type: record.TypeText}
		if have := r.Field(key); have != nil && have.Type != "" {
			spec.Type = have.Type
		}
	}
	if strings.TrimSpace(raw) == "" {
		r.Remove(key)
		return nil
	}
	if spec.Type == record.TypeCodes {
		codes, err := readCodes(raw, r.Field(key))
		if err != nil {
			return refused(key, err)
		}
		return a.setCodes(r, spec, codes)
	}
	value, notes, err := spec.Clean(raw)
	if err != nil {
		return refused(key, err)
	}
	a.tellNotes(key, notes)
	r.Set(key, spec.Type, value)
	return nil
}

func (a *app) setCodes(r *record.Record, spec *record.Spec, codes []record.Code) error {
	if err := checkCodes(codes); err != nil {
		return refused(spec.Key, err)
	}
	a.tellNotes(spec.Key, spec.CheckCodes(codes))
	r.SetCodes(spec.Key, codes)
	return nil
}

func (a *app) tellNotes(key string, notes []record.Note) {
	for _, n := range notes {
		a.say(lang.T("%s: %s", "%s: %s"), key, n.Say(a.lang))
	}
}

func (a *app) unknownField(t *record.Template, key string) error {
	f := &failure{status: statusNotFound, code: "no_field",
		what: said(lang.T("the template %q has no field %q", "ひな形「%s」に %q という項目はありません"), t.Name, key)}
	var keys []string
	for _, s := range t.Fields {
		keys = append(keys, s.Key)
	}
	if near := nearest(key, keys); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("its fields: %s templates %s", "項目の一覧: %s templates %s"), a.name, t.Name))
	return f
}

// A givenRecord is what --from-json takes: the form that show --json and
// export write, or simply {"fields": {"key": "value"}}.
type givenRecord struct {
	Template *string         `json:"template"`
	Name     *string         `json:"name"`
	Title    *string         `json:"title"`
	Owner    *string         `json:"owner"`
	Notes    *string         `json:"notes"`
	Tags     []string        `json:"tags"`
	Fields   json.RawMessage `json:"fields"`
}

type givenField struct {
	Key   string      `json:"key"`
	Type  record.Type `json:"type"`
	Value string      `json:"value"`
	Codes []givenCode `json:"codes"`
}

// givenCode is a code as a string, or as {"code": …, "used": …}.
type givenCode record.Code

func (c *givenCode) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &c.Code)
	}
	return json.Unmarshal(b, (*record.Code)(c))
}

// readGiven reads --from-json. It forgets nothing silently: a member it does
// not know is an error.
func readGiven(path string) (*givenRecord, error) {
	b, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	var g givenRecord
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err = dec.Decode(&g)
	if _, rest := dec.Token(); err == nil && rest != io.EOF {
		err = fmt.Errorf("more than one value")
	}
	if err != nil {
		return nil, badJSON(path, err)
	}
	return &g, nil
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
	}{{"title", record.TypeText, g.Title, &r.Title}, {"owner", record.TypeText, g.Owner, &r.Owner}, {"notes", record.TypeMultiline, g.Notes, &r.Notes}} {
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
	fields, err := g.fields(path)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if t.Spec(f.Key) == nil && r.Field(f.Key) == nil {
			return a.unknownField(t, f.Key)
		}
		if len(f.Codes) > 0 {
			codes := make([]record.Code, len(f.Codes))
			for i, c := range f.Codes {
				codes[i] = record.Code(c)
			}
			spec := t.Spec(f.Key)
			if spec == nil {
				spec = &record.Spec{Key: f.Key, Type: record.TypeCodes}
			}
			err = a.setCodes(r, spec, codes)
		} else {
			err = a.setField(r, t, f.Key, f.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
			if err := json.Unmarshal(raw, &list); err != nil {
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
			err = json.Unmarshal(value, &f.Codes)
		}
		if err != nil {
			return nil, badJSON(path, err)
		}
		list = append(list, f)
	}
	slices.SortFunc(list, func(x, y givenField) int { return strings.Compare(x.Key, y.Key) })
	return list, nil
}

// attachFiles reads files to keep beside the record.
func (a *app) attachFiles(r *record.Record, paths []string) ([]store.NewFile, error) {
	var files []store.NewFile
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !st.Mode().IsRegular() || st.Size() > record.MaxAttachment {
			return nil, &failure{status: statusUsage, code: "attachment",
				what: said(lang.T("%s can't be attached: only files up to %d MiB", "%s は添付できません。添付できるのは %d MiB までのファイルです"), path, record.MaxAttachment>>20)}
		}
		data, err := readSmall(path)
		if err != nil {
			return nil, err
		}
		if len(data) > record.MaxAttachment {
			return nil, fmt.Errorf("the file grew while it was read")
		}
		name, _, err := record.Clean(record.TypeText, filepath.Base(path))
		if err != nil {
			return nil, refused("attach", err)
		}
		sum := sha256.Sum256(data)
		at := record.Attachment{ID: record.NewID(), Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
		r.Attachments = append(r.Attachments, at)
		files = append(files, store.NewFile{ID: at.ID, Data: data})
	}
	return files, nil
}
