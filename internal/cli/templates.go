package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

func (a *app) newTemplates() *cobra.Command {
	var asJSON bool
	cmd := a.command(spec{
		name: "templates", args: lang.T("[TEMPLATE]", "[ひな形]"), group: "notes",
		short: lang.T("list the templates, or the fields of one", "ひな形の一覧・ひな形の項目を見る"),
		long: lang.T(`Lists the templates that add knows. With a name, its fields: the keys for scripts,
what each is for, and what the service says, with source and date.`,
			`add で使えるひな形の一覧です。名前を付けると、その項目（スクリプトで使うキーと説明）と、
サービスについてわかっていること（出典と、いつの情報か）を表示します。`),
		examples: []example{
			{"templates", lang.T("what can be noted", "何を記録できるか")},
			{"templates office", lang.T("the fields of one", "office の項目")},
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, a.text(lang.T("as JSON", "JSON で出す")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list := record.Templates()
		if len(args) == 1 {
			t, err := a.template(args[0])
			if err != nil {
				return err
			}
			list = []*record.Template{t}
		}
		switch {
		case asJSON:
			return a.writeJSON(struct {
				Schema    int                `json:"schema"`
				Templates []*record.Template `json:"templates"`
			}{1, list})
		case len(args) == 1:
			return a.showTemplate(list[0])
		}
		rows := [][]string{{a.text(lang.T("NAME", "名前")), a.text(lang.T("FOR", "何を記録するか"))}}
		for _, t := range list {
			rows = append(rows, []string{t.Name, a.text(t.Label) + ": " + a.text(t.Help)})
		}
		_, err := io.WriteString(a.out, term.Table(rows, a.columns()))
		return err
	}
	return cmd
}

// template finds a template by what a person typed.
func (a *app) template(typed string) (*record.Template, error) {
	if t := record.LookupTemplate(typed); t != nil {
		return t, nil
	}
	f := &failure{status: statusNotFound, code: "no_template",
		what: said(lang.T("there is no template %q", "「%s」というひな形はありません"), typed)}
	var names []string
	for _, t := range record.Templates() {
		names = append(names, t.Name)
	}
	if near := nearest(lang.Fold(typed), names); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s", "もしかして: %s"), near))
	}
	f.next = append(f.next, said(lang.T("all templates: %s templates", "ひな形の一覧: %s templates"), a.name))
	return nil, f
}

func (a *app) showTemplate(t *record.Template) error {
	fmt.Fprintf(a.out, "%s  %s\n%s\n\n", t.Name, a.text(t.Label), a.text(t.Help))
	rows := [][]string{{a.text(lang.T("FIELD", "項目")), a.text(lang.T("KIND", "種類")), a.text(lang.T("LABEL", "名前")), a.text(lang.T("WHAT FOR", "説明"))}}
	for _, s := range t.Fields {
		rows = append(rows, []string{s.Key, string(s.Type), a.text(s.Label), a.text(s.Help)})
	}
	io.WriteString(a.out, term.Table(rows, a.columns()))
	for _, fact := range t.Facts {
		fmt.Fprintf(a.out, "\n- %s\n  %s\n", a.text(fact.Text),
			a.text(lang.T("source: %s (as of %s)", "出典: %s（%s 現在）"), fact.Source, fact.AsOf))
	}
	return nil
}
