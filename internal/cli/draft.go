package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	fields     []string // KEY=VALUE, KEY=- or KEY=@FILE
	own        []string // LABEL=VALUE, LABEL=- or LABEL=@FILE
	ownSecret  []string // LABEL=- or LABEL=@FILE
	fromJSON   string
	title      string
	owner      string
	notes      string // TEXT, - or @FILE
	importance int
	tags       []string
	attach     []string
	photos     []string
	noCoach    bool
	wayChanges
}

func (a *app) changeFlags(cmd *cobra.Command, c *changes) {
	f := cmd.Flags()
	f.StringArrayVar(&c.fields, "field", nil, a.text(lang.T("set a field: `KEY=VALUE`; KEY=- reads standard input, KEY=@FILE a file (secrets only so)", "項目を書く: `項目=値`。項目=- は標準入力、項目=@ファイル はファイルから読む（秘密の項目はこの 2 つだけ）")))
	f.StringArrayVar(&c.own, "add-field", nil, a.text(lang.T("add a field of your own: `LABEL=VALUE`, or LABEL:TYPE=VALUE (email, phone, date ...)", "自分で項目を足す: `項目の名前=値`（種類も決めるなら 項目の名前:種類=値。種類は help fields を参照）")))
	f.StringArrayVar(&c.ownSecret, "add-secret", nil, a.text(lang.T("add a secret field of your own: `LABEL=-` or LABEL=@FILE", "秘密の項目を足す: `項目の名前=-` か 名前=@ファイル")))
	f.StringVar(&c.fromJSON, "from-json", "", a.text(lang.T("take fields from the JSON `FILE` (- for standard input)", "JSON の`ファイル`から読む（- は標準入力）")))
	f.StringVar(&c.title, "title", "", a.text(lang.T("a `TITLE` for lists and paper", "一覧や紙に出す`題`")))
	f.StringVar(&c.owner, "owner", "", a.text(lang.T("whose it is: `NAME` of a family member or customer", "持ち主（家族やお客様）の`名前`")))
	f.StringVar(&c.notes, "notes", "", a.text(lang.T("`TEXT` to go with it; - reads standard input, @FILE a file", "一緒に残す`メモ`。- は標準入力、@ファイル はファイルから読む")))
	f.IntVar(&c.importance, "importance", 0, a.text(lang.T("importance `N`, from 0 (no matter) to 3 (must never be lost)", "大切さの`番号`。0（なくても困らない）から 3（絶対になくせない）")))
	f.StringArrayVar(&c.tags, "tag", nil, a.text(lang.T("add the tag `TAG`; -TAG takes it off", "`名札`を付ける（-名札 で外す）")))
	f.StringArrayVar(&c.attach, "attach", nil, a.text(lang.T("keep a copy of `FILE` (photo of the key card, receipt)", "`ファイル`の写しを一緒にしまう（キーカードの写真、領収書など）")))
	f.StringArrayVar(&c.photos, "photo", nil, a.text(lang.T("keep a picture (photo of the key card): `FILE` made smaller and upright, without place and time", "写真をしまう（キーカードなど）: `ファイル`を小さく、正しい向きにし、撮った場所や日時は消す")))
	a.wayFlags(cmd, &c.wayChanges)
	f.BoolVar(&c.noCoach, "no-coach", false, a.text(lang.T("no hints on what will matter later", "あとで困らないための「ひとこと」を出さない")))
}

// any reports whether a flag gave something to change.
func (c *changes) any(cmd *cobra.Command) bool {
	if len(c.fields)+len(c.own)+len(c.ownSecret)+len(c.tags)+len(c.attach)+len(c.photos) > 0 || c.fromJSON != "" || c.wayChanges.any() {
		return true
	}
	return slices.ContainsFunc([]string{"title", "owner", "notes", "importance"}, cmd.Flags().Changed)
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
	for _, one := range c.own {
		if err := a.addOwn(r, t, "add-field", one, record.TypeText); err != nil {
			return nil, err
		}
	}
	for _, one := range c.ownSecret {
		if err := a.addOwn(r, t, "add-secret", one, record.TypeSecret); err != nil {
			return nil, err
		}
	}
	if err := a.applyRest(cmd, r, c); err != nil {
		return nil, err
	}
	if err := applyTags(r, c.tags); err != nil {
		return nil, err
	}
	if err := a.applyWays(r, t, &c.wayChanges); err != nil {
		return nil, err
	}
	files, err := a.attachFiles(r, c.attach)
	if err != nil {
		return nil, err
	}
	photos, err := a.attachPhotos(r, c.photos)
	return append(files, photos...), err
}

// applyRest sets what is no field: title, owner, notes and importance.
func (a *app) applyRest(cmd *cobra.Command, r *record.Record, c *changes) error {
	if cmd.Flags().Changed("notes") && (c.notes == "-" || strings.HasPrefix(c.notes, "@")) {
		var err error
		if c.notes, err = a.valueFrom(a.text(notesLabel), record.TypeMultiline, c.notes); err != nil {
			return err
		}
	}
	for _, line := range []struct {
		flag string
		kind record.Type
		from string
		to   *string
	}{{"title", record.TypeText, c.title, &r.Title}, {"owner", record.TypeText, c.owner, &r.Owner}, {"notes", record.TypeMultiline, c.notes, &r.Notes}} {
		if !cmd.Flags().Changed(line.flag) {
			continue
		}
		value, _, err := record.Clean(line.kind, line.from)
		if err != nil {
			return refused(line.flag, err)
		}
		*line.to = value
	}
	if cmd.Flags().Changed("importance") {
		return setImportance(r, c.importance)
	}
	return nil
}

// notesLabel is what the free text of a record is called.
var notesLabel = lang.T("notes", "メモ")

func setImportance(r *record.Record, n int) error {
	if n < 0 || n > record.MaxImportance {
		return &failure{status: statusUsage, code: "value",
			what: said(lang.T("the importance is a number from 0 to %d", "大切さは 0 から %d までの数です"), record.MaxImportance)}
	}
	r.Importance = n
	return nil
}

func applyTags(r *record.Record, tags []string) error {
	for _, tag := range tags {
		name, remove := strings.CutPrefix(tag, "-")
		value, _, err := record.Clean(record.TypeText, name)
		if err != nil || value == "" {
			return refused("tag", err)
		}
		r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(have string) bool { return lang.Fold(have) == lang.Fold(value) })
		if remove {
			continue
		}
		if len(r.Tags) >= record.MaxTags {
			return refused("tag", &record.ValueError{Key: "many", Text: lang.T("a record can have at most %d tags", "1 つの記録に付けられる名札は %d 枚までです"), Args: []any{record.MaxTags}})
		}
		r.Tags = append(r.Tags, value)
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
	key = fieldNamed(t, r, key)
	if t.Spec(key) == nil && r.Field(key) == nil {
		return a.unknownField(t, key)
	}
	spec := specOf(t, r, key)
	switch {
	case raw == "-" || strings.HasPrefix(raw, "@"):
		from := raw
		var err error
		if raw, err = a.valueFrom(a.text(spec.Label), spec.Type, from); err != nil {
			return err
		}
		if strings.TrimSpace(raw) == "" {
			return &failure{status: statusUsage, code: "value",
				what: said(lang.T("there is nothing in %s for %q", "%s が空です（%q の値になりません）"), from, key),
				next: []words{said(lang.T("to take a field away: %s edit NAME --remove %s", "項目を取り除くには: %s edit 名前 --remove %s"), a.call(), key)}}
		}
	case spec.Type.Secret() && raw != "":
		return secretArgument(key, "--field "+shellWord(key))
	}
	return a.setField(r, t, key, raw)
}

// secretArgument refuses a secret among the arguments. option is the flag with
// the field, to which =- or =@FILE is added.
func secretArgument(key, option string) error {
	return &failure{status: statusUsage, code: "secret_argument",
		what: said(lang.T("%q is a secret and can't be given on the command line", "%q は秘密の項目なので、コマンドの中には書けません"), key),
		why:  said(lang.T("other users and the shell's history could see it", "ほかの利用者や、シェルの履歴から見えてしまうためです")),
		next: []words{said(lang.T("use %s=- (standard input) or %s=@FILE", "%s=- （標準入力）か %s=@ファイル を使ってください"), option, option)}}
}

// specOf is the field's spec in the template; of a field of one's own, one made
// from what the record says of it.
func specOf(t *record.Template, r *record.Record, key string) *record.Spec {
	if spec := t.Spec(key); spec != nil {
		return spec
	}
	f := r.Field(key)
	if f == nil {
		f = &record.Field{Key: key}
	}
	return &record.Spec{Key: key, Type: record.TypeOf(nil, f), Label: record.Label(nil, f), Help: ownFieldHelp}
}

// valueFrom reads the value that "-" or "@FILE" stands for. Where standard
// input is the terminal itself, it asks there, hidden if the field is a secret:
// a bare reader would look hung and echo.
func (a *app) valueFrom(label string, kind record.Type, from string) (string, error) {
	if from != "-" || !isTerminal(os.Stdin) {
		b, err := readSmall(strings.TrimPrefix(from, "@"))
		return strings.TrimRight(string(b), "\r\n"), err
	}
	tty, err := a.terminal()
	if err != nil {
		return "", err
	}
	prompt := label + ": "
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
	spec := specOf(t, r, key)
	if strings.TrimSpace(raw) == "" {
		r.Remove(key)
		return nil
	}
	if spec.Type == record.TypeCodes && !record.SaysNone(raw) {
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
	now := value
	if spec.Type.Secret() {
		now = ""
	}
	a.tellNotes(spec, notes, now)
	r.Set(key, spec.Type, value)
	return nil
}

func (a *app) setCodes(r *record.Record, spec *record.Spec, codes []record.Code) error {
	if err := checkCodes(codes); err != nil {
		return refused(spec.Key, err)
	}
	a.tellNotes(spec, spec.CheckCodes(codes), "")
	r.SetCodes(spec.Key, codes)
	return nil
}

// tellNotes says what there is to say about a value that flags gave; value is
// the one it became, empty for a secret.
func (a *app) tellNotes(spec *record.Spec, notes []record.Note, value string) {
	for _, line := range a.remarksOn(notes, value) {
		a.say(lang.T("%s: %s", "%s: %s"), spec.Label, line)
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
	f.next = append(f.next, said(lang.T("its fields: %s templates %s", "項目の一覧: %s templates %s"), a.name, t.Name),
		said(lang.T("for a field of your own: --add-field 'LABEL=VALUE'", "自分で項目を作るには: --add-field '項目名=値'")))
	return f
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
