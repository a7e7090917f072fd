package cli

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

type editOptions struct {
	changes
	rename  string
	remove  []string
	labels  []string // KEY=NEW LABEL
	detach  []string
	useCode string
}

func (a *app) newEdit() *cobra.Command {
	var o editOptions
	cmd := a.command(spec{
		name: "edit", args: lang.T("NAME [FIELD...]", "名前 [項目...]"), group: "notes",
		short: lang.T("change a record", "記録を書き直す"),
		long: lang.T(`Asks all questions of a record again with the answers filled in; Enter keeps one.
With fields it asks only those; ways asks for the ways back in, kept where each secret
is. With flags it changes just that and asks nothing.
What was there before is kept: see history and undo.`,
			`記録の質問に、今の答えが入った状態で順に答え直します（Enter でそのまま）。
項目を書くと、その項目だけを聞きます。「方法」と書くと戻る方法を、「ある所」と書くと秘密のものが
どこにあるかを聞きます。オプションを付けると、そこだけを変えて何も聞きません。
前の内容は残ります（history と undo を見てください）。`),
		examples: []example{
			{"edit office", lang.T("go through all answers", "全部の答えを見直す")},
			{"edit office product_key", lang.T("only this one", "この項目だけ答え直す")},
			{"edit office --field phone=090-0000-0000", lang.T("change one field, without a question", "質問なしで 1 項目だけ変える")},
			{"edit office --field product_key=-", lang.T("a secret from standard input", "秘密の項目は標準入力から")},
			{`edit office --add-field "ID=12345"`, lang.T("a field that the template does not have", "ひな形にない項目を足す")},
			{"edit google ways", lang.T("ways back in: see, switch off, add", "戻る方法を見る・足す")},
			{"edit google kept", lang.T("where each secret is kept", "秘密のものがどこにあるかを書く")},
			{"edit google --kept password=memory,paper:drawer", lang.T("the same by flags", "質問なしで書く")},
			{"edit office --use-code", lang.T("a recovery code was used up", "回復用コードを 1 つ使ったとき")},
			{"edit office --rename office-home", lang.T("give it another name", "名前を変える")},
		},
	})
	a.changeFlags(cmd, &o.changes)
	f := cmd.Flags()
	f.StringVar(&o.rename, "rename", "", a.text(lang.T("call the record `NAME`; records that refer to it follow", "記録の`名前`を変える（この記録を指している記録も直します）")))
	f.StringArrayVar(&o.remove, "remove", nil, a.text(lang.T("take the field `KEY` away", "`項目`を取り除く")))
	f.StringArrayVar(&o.labels, "label", nil, a.text(lang.T("call a field of your own otherwise: `KEY=LABEL`", "自分で足した項目の名前を変える: `項目=新しい名前`")))
	f.StringArrayVar(&o.restore, "restore-way", nil, a.text(lang.T("let the way `ID` be again what the template says of it", "`方法`を、ひな形のとおりに戻す")))
	f.StringArrayVar(&o.detach, "detach", nil, a.text(lang.T("take the attached `FILE` off; of two with one name, the number that is shown then", "添付した`ファイル`を外す（同じ名前が 2 つあるときは、そのとき表示される番号で）")))
	f.StringVar(&o.useCode, "use-code", "", a.text(lang.T("note that a one-time code was used today; =`KEY` if there are several lists", "使い捨てコードを 1 つ使ったと記録する。一覧がいくつもあるときは =`項目`")))
	f.Lookup("use-code").NoOptDefVal = anyCodes
	cmd.Args = a.argsBetween(1, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runEdit(cmd, &o, args[0], args[1:]) }
	return cmd
}

func (a *app) runEdit(cmd *cobra.Command, o *editOptions, name string, keys []string) error {
	byFlags := o.any(cmd) || cmd.Flags().Changed("rename") || len(o.remove)+len(o.labels)+len(o.detach) > 0
	if err := a.checkEdit(cmd, o, byFlags, keys); err != nil {
		return err
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
	if r.Schema > record.Schema {
		return record.ErrNewer
	}
	var files []store.NewFile
	coach := a.newCoach(s, o.noCoach)
	switch {
	case o.useCode != "":
		return a.runUseCode(s, r, cmp.Or(strings.Join(keys, " "), o.useCode))
	case !byFlags && meansPart(r, keys, waysWords):
		err = a.editWays(s, r)
	case !byFlags && meansPart(r, keys, keptWords):
		err = a.editKept(s, r)
	case !byFlags:
		err = a.editByForm(s, r, keys, coach)
	default:
		if files, err = a.editByFlags(cmd, r, o); err == nil {
			err = a.checkNames(s, before, r, r.Name)
		}
		if err == nil {
			coach.remarkOn(before, r)
		}
	}
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
	if err := a.save(s, r, files); err != nil {
		return err
	}
	coach.sayShift(before, r)
	if byFlags || coach == nil {
		return nil
	}
	return a.offerAfter(s, coach, before, r)
}

// checkEdit refuses what does not go together, and questions that nobody can
// answer.
func (a *app) checkEdit(cmd *cobra.Command, o *editOptions, byFlags bool, keys []string) error {
	switch {
	case o.useCode != "" && (byFlags || len(keys) > 1 || len(keys) == 1 && o.useCode != anyCodes):
		return a.usage(cmd, lang.T("--use-code goes alone, with one field at most", "--use-code は、ほかの変更と一緒には使えません（項目は 1 つまで）"))
	case o.useCode != "":
		return nil
	case byFlags && len(keys) > 0:
		return a.usage(cmd, lang.T("%q is one argument too many: fields to be asked for do not go together with flags that change", "%q は余分です。項目を聞くのと、オプションで変えるのは、別々にしてください"), keys[0])
	case !byFlags && !a.interactive():
		return a.usage(cmd, lang.T("there is no terminal to ask at; say what to change, e.g. --field KEY=VALUE", "端末がないので聞けません。変えるところを指定してください（例: --field 項目=値）"))
	}
	return nil
}

func (a *app) editByFlags(cmd *cobra.Command, r *record.Record, o *editOptions) ([]store.NewFile, error) {
	t := record.LookupTemplate(r.Template)
	for _, key := range o.remove {
		if !r.Remove(fieldNamed(t, r, key)) {
			return nil, a.noField(r, key)
		}
	}
	for _, arg := range o.labels {
		if err := a.relabel(r, t, arg); err != nil {
			return nil, err
		}
	}
	for _, name := range o.detach {
		if err := detach(r, name); err != nil {
			return nil, err
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

// detach takes an attached file off the record, with its copies: by its name, or
// by the first digits of its SHA-256 where two have one name.
func detach(r *record.Record, typed string) error {
	names := func(at record.Attachment) bool {
		return lang.Fold(at.Name) == lang.Fold(typed) || len(typed) >= 8 && strings.HasPrefix(at.SHA256, strings.ToLower(typed))
	}
	n, contents := 0, map[string]bool{}
	for _, at := range r.Attachments {
		if names(at) {
			n++
			contents[at.SHA256] = true
		}
	}
	switch len(contents) {
	case 0:
		f := &failure{status: statusNotFound, code: "no_attachment",
			what: said(lang.T("the record %q has no attached file %q", "「%s」に %q という添付ファイルはありません"), r.Name, typed)}
		for _, at := range r.Attachments {
			f.next = append(f.next, said(lang.T("attached: %s", "添付: %s"), at.Name))
		}
		return f
	case 1:
		r.Attachments = slices.DeleteFunc(r.Attachments, names)
		return nil
	}
	f := &failure{status: statusUsage, code: "ambiguous",
		what: said(lang.T("%d attached files are called %q; say which", "添付ファイルが %d つあります（名前は %q）。どれかを指定してください"), n, typed)}
	for _, at := range r.Attachments {
		if names(at) {
			f.next = append(f.next, said(lang.T("to take it off: --detach %s (%d KB)", "外すには: --detach %s（%d KB）"), at.SHA256[:12], (at.Size+1023)/1024))
		}
	}
	return f
}

// editByForm asks again with the answers filled in: everything, or only what
// was named, which needs no review.
func (a *app) editByForm(s *store.Store, r *record.Record, keys []string, coach *coach) error {
	t, err := a.terminal()
	if err != nil {
		return err
	}
	cards, err := s.Cards()
	if err != nil {
		return err
	}
	tmpl := formTemplate(r)
	f := a.newForm(t, r, tmpl, cards)
	f.coach = coach
	f.askOwner()
	if len(keys) > 0 {
		f.asks = append(f.asks, notesQuestion())
		if err := a.keepNamed(f, keys); err != nil {
			return err
		}
		return f.askAll()
	}
	f.askNotes()
	t.Print("\n")
	a.tell(t, 0, a.text(lang.T("Changing %q (%s)", "「%s」を書き直します（%s）"), r.Name, a.kind(r.Template)))
	yes, err := f.fill()
	if err == nil && !yes {
		err = term.ErrCancelled
	}
	if err == nil {
		a.wentThrough(r)
	}
	return err
}

// keepNamed leaves the questions that were named by key or by label.
func (a *app) keepNamed(f *form, typed []string) error {
	keys := make([]string, len(typed))
	for i, name := range typed {
		n := slices.IndexFunc(f.asks, func(q question) bool {
			wanted, label := lang.Fold(name), q.spec.Label
			return q.spec.Key == name || lang.Fold(label.EN) == wanted || lang.Fold(label.JA) == wanted
		})
		if n < 0 {
			return a.unknownField(f.tmpl, name)
		}
		keys[i] = f.asks[n].spec.Key
	}
	f.keep(keys...)
	return nil
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
				Help: ownFieldHelp})
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
	follow := record.Renaming{Names: map[string]string{old: r.Name}}
	if r.Template == record.PlaceTemplate {
		follow.Places = follow.Names
	}
	for other, err := range s.All() {
		if errors.As(err, new(*store.DamagedError)) {
			continue
		}
		if err != nil {
			return err
		}
		if other.ID != r.ID && follow.Apply(other) {
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
