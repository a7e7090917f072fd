package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/recovery"
	"memovault/internal/term"
)

func (a *app) newTemplates() *cobra.Command {
	var asJSON bool
	cmd := a.command(spec{
		name: "templates", args: lang.T("[show TEMPLATE]", "[show ひな形]"), group: "notes",
		short: lang.T("list the templates, or the fields of one", "ひな形の一覧・ひな形の項目を見る"),
		long: lang.T(`Lists the templates that add knows. With show and a name, its fields: the keys for
scripts and what each is for; the ways into such an account; and what the service
says, with source and date.

A template of your own is one JSON file, NAME.json, in the folder of templates
(templates says where that is). One with the name of ours takes its place. To
begin, write one of ours into that folder with show NAME --json and change it.`,
			`add で使えるひな形の一覧です。show と名前を付けると、その項目（スクリプトで使うキーと説明）と、
アカウントに戻る方法、サービスについてわかっていること（出典と、いつの情報か）を表示します。

自分のひな形は、ひな形のフォルダー（場所は templates で表示されます）に、名前.json という
ファイルを 1 つ置くだけで使えます。同じ名前のものがあれば、自分のほうが使われます。
作るときは、show 名前 --json で既存のひな形を書き出し、直すのが簡単です。`),
		examples: []example{
			{"templates", lang.T("what can be noted", "何を記録できるか")},
			{"templates show office", lang.T("the fields of one", "office の項目")},
			{"templates show bank --json > my-bank.json", lang.T("the start of one of your own", "自分のひな形のもとにする")},
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, a.text(lang.T("as JSON; of one template: as the file it would be", "JSON で出す（1 つのひな形なら、ファイルに書く形で）")))
	cmd.Args = a.argsBetween(0, 2)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runTemplates(cmd, args, asJSON) }
	return cmd
}

func (a *app) runTemplates(cmd *cobra.Command, args []string, asJSON bool) error {
	switch {
	case len(args) == 0 && asJSON:
		return a.templatesJSON()
	case len(args) == 0:
		return a.listTemplates()
	case len(args) == 2 && args[0] != "show":
		return a.usage(cmd, lang.T("%q is one argument too many", "%q は余分な引数です"), args[1])
	case len(args) == 1 && args[0] == "show" && record.LookupTemplate("show") == nil:
		return a.usage(cmd, lang.T("something is missing after %q", "%q のあとに足りないものがあります"), a.name+" templates show")
	}
	t, err := a.template(args[len(args)-1])
	if err != nil {
		return err
	}
	if asJSON {
		return a.writeJSON(t)
	}
	return a.paged(func() error { return a.showTemplate(t) })
}

// template finds a template by what a person typed.
func (a *app) template(typed string) (*record.Template, error) {
	if t := record.LookupTemplate(typed); t != nil {
		return t, nil
	}
	f := &failure{status: statusNotFound, code: "no_template",
		what: said(lang.T("there is no template %q", "「%s」というひな形はありません"), typed)}
	var names []string
	for _, t := range record.Heads() {
		names = append(names, t.Name)
	}
	if near := nearest(lang.Fold(typed), names); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("all templates: %s templates", "ひな形の一覧: %s templates"), a.name))
	return nil, f
}

// listTemplates names each template and what it is for.
func (a *app) listTemplates() error {
	rows := [][]string{{a.text(lang.T("NAME", "名前")), a.text(lang.T("FOR", "何を記録するか"))}}
	for _, t := range record.Heads() {
		what := a.text(t.Label) + ": " + a.text(t.Help)
		if t.User {
			what = a.text(lang.T("(your own) ", "（自分の）")) + what
		}
		rows = append(rows, []string{t.Name, term.Sanitize(what)})
	}
	err := a.paged(func() error { return a.writeTable(rows) })
	a.say(lang.T("the fields of one: %s templates show NAME", "項目を見るには: %s templates show 名前"), a.name)
	a.say(lang.T("your own templates belong here: %s", "自分のひな形を置く場所: %s"), a.shortPath(a.templateDir()))
	return err
}

// writeTable writes rows in columns; the last is wrapped where the window is
// narrow, not cut. The first row is the head.
func (a *app) writeTable(rows [][]string) error {
	for i, line := range term.HangTable(rows, a.columns()) {
		if i == 0 {
			line = a.paint(paintHead, line)
		}
		if _, err := fmt.Fprintln(a.out, line); err != nil {
			return err
		}
	}
	return nil
}

// templatesJSON lists all templates with their names.
func (a *app) templatesJSON() error {
	type named struct {
		Name string `json:"name"`
		Own  bool   `json:"own"` // from the person's own folder
		*record.Template
	}
	var list []named
	for _, t := range record.Templates() {
		list = append(list, named{t.Name, t.User, t})
	}
	return a.writeJSON(struct {
		Schema    int     `json:"schema"`
		Templates []named `json:"templates"`
	}{1, list})
}

// typeLabels says what kind of answer a field takes.
var typeLabels = map[record.Type]lang.Text{
	record.TypeText:       lang.T("text", "文字"),
	record.TypeSecret:     lang.T("secret", "秘密"),
	record.TypeMultiline:  lang.T("several lines", "複数行"),
	record.TypeEmail:      lang.T("mail address", "メールアドレス"),
	record.TypePhone:      lang.T("telephone number", "電話番号"),
	record.TypeProductKey: lang.T("key", "キー"),
	record.TypeCodes:      lang.T("one-time codes", "使い切りのコード"),
	record.TypeHint:       lang.T("hint", "ヒント"),
	record.TypeDate:       lang.T("date", "日付"),
	record.TypeURL:        lang.T("web address", "ウェブのアドレス"),
	record.TypePersonName: lang.T("name of a person", "人の名前"),
	record.TypeOTPAuth:    lang.T("authenticator", "認証アプリ"),
	record.TypeRef:        lang.T("another record", "別の記録"),
	record.TypeChoice:     lang.T("choice", "選択"),
}

// showTemplate writes everything that there is to know of a template.
func (a *app) showTemplate(t *record.Template) error {
	var b strings.Builder
	own := ""
	if t.User {
		own = a.text(lang.T("  (your own)", "（自分の）"))
	}
	b.WriteString(a.paint(paintHead, t.Name+"  "+term.Sanitize(a.text(t.Label))+own) + "\n")
	a.writeHanging(&b, 0, a.text(t.Help))
	for i := range t.Fields {
		b.WriteString("\n")
		a.writeSpec(&b, &t.Fields[i])
	}
	a.writeWays(&b, t)
	if len(t.Facts) > 0 {
		b.WriteString("\n" + a.paint(paintHead, a.text(lang.T("What is known of the service", "サービスについてわかっていること"))) + "\n")
	}
	for _, f := range t.Facts {
		a.writeHanging(&b, 0, "- "+a.text(f.Text))
		a.writeSource(&b, &f)
	}
	_, err := io.WriteString(a.out, b.String())
	return err
}

// writeSource names who says so, and as of when.
func (a *app) writeSource(b *strings.Builder, f *record.Fact) {
	a.writeHanging(b, 2, a.text(lang.T("source: %s (%s)", "出どころ: %s（%s）"), f.Source.Text, f.AsOf))
}

// writeWays writes the ways into what the template is about: what each needs,
// when there is such a way, who decides, how long it takes and who says so.
func (a *app) writeWays(b *strings.Builder, t *record.Template) {
	if len(t.Ways) == 0 {
		return
	}
	b.WriteString("\n" + a.paint(paintHead, a.text(lang.T("Ways in: any one will do", "戻る方法（どれか 1 つあれば戻れます）"))) + "\n")
	for i := range t.Ways {
		w := &t.Ways[i]
		a.writeHanging(b, 0, "- "+a.text(w.Say(t, nil)))
		for i, n := range w.Needs {
			said := lang.T("needs: %s", "要るもの: %s")
			if i > 0 {
				said = lang.T("and: %s", "それと: %s")
			}
			a.writeHanging(b, 2, a.text(said, n.Say(t, nil)))
		}
		for _, key := range slices.Sorted(maps.Keys(w.When)) {
			a.writeHanging(b, 2, a.text(lang.T("only if %s: %s", "「%s」が%sのときだけ"), t.Spec(key).Label, answers(t.Spec(key), w.When[key])))
		}
		if decides, ok := wayDecides[w.Certainty]; ok {
			a.writeHanging(b, 2, a.text(decides))
		}
		if wait, _ := record.ParseWait(w.Wait); wait > 0 { // it was checked when it was read
			a.writeHanging(b, 2, a.text(lang.T("allow for %s", "%sほどみておいてください"), recovery.WaitWords(wait)))
		}
		if f := t.Fact(w.Fact); f != nil {
			a.writeSource(b, f)
		}
	}
}

// wayDecides says who decides on a way that having everything does not settle.
var wayDecides = map[record.Certainty]lang.Text{
	record.CertaintyForm:   lang.T("an application: it may be refused", "申し込みです。認められないことがあります"),
	record.CertaintyPerson: lang.T("a person decides", "相手の人の判断になります"),
}

// answers says answers to a choice in words: those of the options that have the
// values.
func answers(s *record.Spec, values []string) lang.Text {
	var en, ja []string
	for _, v := range values {
		o := s.Option(v)
		en, ja = append(en, o.Label.EN), append(ja, "「"+o.Label.JA+"」")
	}
	return lang.Text{EN: strings.Join(en, ", "), JA: strings.Join(ja, "か")}
}

// writeSpec writes one field: its key and kind, its label, and what helps to
// answer it.
func (a *app) writeSpec(b *strings.Builder, s *record.Spec) {
	kind := typeLabels[s.Type]
	if s.Ref != "" {
		kind = formatted(lang.T("another record: %s", "別の記録: %s"), s.Ref)
	}
	b.WriteString(s.Key + a.text(lang.T("  (%s)", "  （%s）"), kind) + "\n")
	a.writeHanging(b, 4, a.text(s.Label))
	a.writeHanging(b, 4, a.text(s.Help))
	if example := a.text(s.Example.Text); example != "" {
		a.writeHanging(b, 4, a.text(lang.T("like: %s", "例: %s"), example))
	}
	for _, o := range s.Options {
		a.writeHanging(b, 4, a.text(lang.T("- %s: %s", "・%s: %s"), o.Value, o.Label))
	}
	if !s.Paper {
		a.writeHanging(b, 4, a.text(lang.T("not printed", "紙には載せません")))
	}
}

// writeHanging writes text in as many rows as it needs, each indented. What
// leads a list item ("- ") stays out of the rows below it.
func (a *app) writeHanging(b *strings.Builder, indent int, text string) {
	blank := strings.Repeat(" ", indent)
	lead := ""
	if rest, ok := strings.CutPrefix(text, "- "); ok {
		lead, text = "- ", rest
	}
	for i, row := range a.wrapped(term.Sanitize(text), indent+len(lead)) {
		if i > 0 {
			lead = strings.Repeat(" ", len(lead))
		}
		b.WriteString(blank + lead + row + "\n")
	}
}

// wrapped breaks results into rows where they go to a terminal; the rows leave
// room for an indent. Help is read more easily in rows that are not too long.
func (a *app) wrapped(text string, indent int) []string {
	cols := a.columns()
	if cols == 0 {
		return strings.Split(text, "\n")
	}
	return term.Wrap(text, max(min(cols, widestProse)-indent-1, narrowest))
}

// widestProse is the most columns that running text takes.
const widestProse = 100
