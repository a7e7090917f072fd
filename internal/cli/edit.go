package cli

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type editOptions struct {
	changes
	rename string
	remove []string
}

func (a *app) newEdit() *cobra.Command {
	var o editOptions
	cmd := a.command(spec{
		name: "edit", args: lang.T("NAME", "名前"), group: "notes",
		short: lang.T("change a record", "記録を書き直す"),
		long: lang.T(`Asks all questions of a record again with the answers filled in; Enter keeps one.
With flags it changes just that and asks nothing. What was there before is kept:
see history and undo.`,
			`記録の質問に、今の答えが入った状態で順に答え直します（Enter でそのまま）。
オプションを付けると、そこだけを変えて何も聞きません。
前の内容は残ります（history と undo を見てください）。`),
		examples: []example{
			{"edit office", lang.T("go through all answers", "全部の答えを見直す")},
			{"edit office --field phone=090-0000-0000", lang.T("change one field", "1 項目だけ変える")},
			{"edit office --field product_key=-", lang.T("a secret from standard input", "秘密の項目は標準入力から")},
			{"edit office --rename office-home", lang.T("give it another name", "名前を変える")},
		},
	})
	a.changeFlags(cmd, &o.changes)
	cmd.Flags().StringVar(&o.rename, "rename", "", a.text(lang.T("call the record `NAME`; records that refer to it follow", "記録の`名前`を変える（この記録を指している記録も直します）")))
	cmd.Flags().StringArrayVar(&o.remove, "remove", nil, a.text(lang.T("take the field `KEY` away", "`項目`を取り除く")))
	cmd.Args = a.argsBetween(1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runEdit(cmd, &o, args[0]) }
	return cmd
}

func (a *app) runEdit(cmd *cobra.Command, o *editOptions, name string) error {
	byFlags := o.any(cmd) || cmd.Flags().Changed("rename") || len(o.remove) > 0
	if !byFlags && !a.interactive() {
		return a.usage(cmd, lang.T("there is no terminal to ask at; say what to change, e.g. --field KEY=VALUE", "端末がないので聞けません。変えるところを指定してください（例: --field 項目=値）"))
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	c, err := a.findLive(s, name)
	if err != nil {
		return err
	}
	before, err := s.Record(c.ID)
	if err != nil {
		return err
	}
	r := before.Clone()
	files, err := a.editRecord(cmd, s, r, o, byFlags)
	if err != nil {
		return err
	}
	if same(before, r) {
		a.say(lang.T("nothing changed; nothing was saved", "変更はありません。保存していません"))
		return nil
	}
	if r.Name != before.Name {
		return a.saveRenamed(s, before, r, files)
	}
	return a.save(s, r, files)
}

func (a *app) editRecord(cmd *cobra.Command, s *store.Store, r *record.Record, o *editOptions, byFlags bool) ([]store.NewFile, error) {
	if r.Schema > record.Schema {
		return nil, record.ErrNewer
	}
	if !byFlags {
		return nil, a.editByForm(s, r)
	}
	for _, key := range o.remove {
		if !r.Remove(key) {
			return nil, a.noField(r, key)
		}
	}
	if cmd.Flags().Changed("rename") {
		name, err := a.cleanName(o.rename)
		if err != nil {
			return nil, err
		}
		r.Name = name
	}
	return a.apply(cmd, r, &o.changes)
}

// editByForm asks everything again with the answers filled in.
func (a *app) editByForm(s *store.Store, r *record.Record) error {
	t, err := a.terminal()
	if err != nil {
		return err
	}
	cards, err := s.Cards()
	if err != nil {
		return err
	}
	tmpl := formTemplate(r)
	t.Print("\n")
	a.tell(t, 0, a.text(lang.T("Changing %q (%s)", "「%s」を書き直します（%s）"), r.Name, a.kind(r.Template)))
	f := a.newForm(t, r, tmpl, cards)
	f.askOwner()
	yes, err := f.fill()
	if err == nil && !yes {
		err = term.ErrCancelled
	}
	return err
}

// formTemplate is the record's template with the fields it has besides. A
// record whose template this program lacks still has its fields.
func formTemplate(r *record.Record) *record.Template {
	out := &record.Template{Name: r.Template}
	t := record.LookupTemplate(r.Template)
	if t != nil {
		*out = *t
		out.Fields = slices.Clone(t.Fields)
	}
	for i := range r.Fields {
		f := &r.Fields[i]
		if t.Spec(f.Key) == nil {
			out.Fields = append(out.Fields, record.Spec{Key: f.Key, Type: record.TypeOf(t, f), Label: record.Label(t, f),
				Help: lang.T("your own field", "自分で足した項目")})
		}
	}
	return out
}

// same reports whether two records say the same.
func same(x, y *record.Record) bool {
	one, err := record.Encode(x)
	two, err2 := record.Encode(y)
	return err == nil && err2 == nil && bytes.Equal(one, two)
}

// saveRenamed saves a record under its new name together with the records that
// refer to it by the old one.
func (a *app) saveRenamed(s *store.Store, before, r *record.Record, files []store.NewFile) error {
	now := a.now.UTC().Truncate(time.Second)
	put := []*record.Record{r}
	r.Updated = now
	old := record.NameKey(before.Name)
	for other, err := range s.All() {
		if errors.As(err, new(*store.DamagedError)) {
			continue
		}
		if err != nil {
			return err
		}
		if other.ID != r.ID && repoint(other, old, r.Name) {
			other.Updated = now
			put = append(put, other)
		}
	}
	if err := a.commit(s, store.Change{Put: put, Attach: files}); err != nil {
		return err
	}
	a.say(lang.T("saved: %s is now %s", "保存しました: %s は %s になりました"), before.Name, r.Name)
	if n := len(put) - 1; n > 0 {
		a.say(plural(n, lang.T("%d record that refers to it was changed too", "これを指している %d 件の記録も直しました"),
			lang.T("%d records that refer to it were changed too", "これを指している %d 件の記録も直しました")), n)
	}
	return nil
}

// repoint lets the references of a record follow a new name.
func repoint(r *record.Record, old, name string) bool {
	t := record.LookupTemplate(r.Template)
	changed := false
	for i := range r.Fields {
		f := &r.Fields[i]
		if record.TypeOf(t, f) == record.TypeRef && record.NameKey(f.Value) == old {
			f.Value, changed = name, true
		}
	}
	return changed
}
