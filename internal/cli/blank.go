package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/record"
)

// formCommas may stand between the names of forms.
const formCommas = ",、，"

// formGroups are templates that are filled in at one sitting, by the name of the
// group in either language.
var formGroups = []struct {
	name, ja  string
	templates []string
}{
	{"setup", "セットアップ", []string{"office", "microsoft", "mailbox", "device", "wifi"}},
	{"network", "ネット", []string{"isp", "router", "wifi", "mailbox"}},
	{"family", "家族", []string{record.VaultTemplate, "person", "phone-line", "bank", record.PlaceTemplate}},
	{"all", "全部", nil},
}

// blankDoc is a form to be filled in by hand for each of the templates or groups
// that were typed, several with commas between. It needs no vault.
func (a *app) blankDoc(l lang.Lang, typed []string) (*paper.Doc, error) {
	f := paper.BlankForms{Made: a.now, Program: a.name}
	for _, name := range typed {
		for one := range strings.FieldsFuncSeq(name, func(c rune) bool { return strings.ContainsRune(formCommas, c) }) {
			templates, err := a.formsOf(strings.TrimSpace(one))
			if err != nil {
				return nil, err
			}
			for _, t := range templates {
				if !slices.Contains(f.Templates, t) {
					f.Templates = append(f.Templates, t)
				}
			}
		}
	}
	return paper.BlankForm(l, f), nil
}

// formsOf are the templates that a word names: one, or those of a group.
func (a *app) formsOf(word string) ([]*record.Template, error) {
	for _, g := range formGroups { // before templates, which have other words in their aliases
		if lang.Fold(word) != g.name && lang.Fold(word) != lang.Fold(g.ja) {
			continue
		}
		var list []*record.Template
		for _, t := range record.Templates() {
			if g.templates == nil && t.Name != record.SheetTemplate || slices.Contains(g.templates, t.Name) {
				list = append(list, t)
			}
		}
		return list, nil
	}
	if t := record.LookupTemplate(word); t != nil {
		return []*record.Template{t}, nil
	}
	return nil, a.noForm(word)
}

// formNames completes what --blank makes: groups of forms, and single ones.
func formNames(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, g := range formGroups {
		names = append(names, a.described(g.name, lang.T("several forms at once", "何種類かをまとめて")))
	}
	list, directive := templateNames(a, cmd, args, toComplete)
	return append(names, list...), directive
}

// noForm says which forms there are.
func (a *app) noForm(word string) error {
	var groups []string
	for _, g := range formGroups {
		groups = append(groups, a.text(lang.Text{EN: g.name, JA: g.ja}))
	}
	_, err := a.template(word)
	if f := new(failure); errors.As(err, &f) {
		f.next = append(f.next, said(lang.T("groups of forms: %s", "まとめて作るときの名前: %s"), strings.Join(groups, a.text(comma))))
		return f
	}
	return err
}
