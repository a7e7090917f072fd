package cli

import (
	"slices"
	"testing"
)

// TestWrapKeepsCommands holds that no command is broken: half of one can't be
// copied.
func TestWrapKeepsCommands(t *testing.T) {
	a := &app{name: "vault", commands: []string{"show", "print", "undo", "list", "add", "init"}}
	tests := []struct {
		text string
		cols int
		want []string
	}{
		{"short: vault show x", 40, []string{"short: vault show x"}},
		{"to see it: vault show office-tanaka   to print it: vault print office-tanaka", 60,
			[]string{"to see it: vault show office-tanaka", "to print it: vault print office-tanaka"}},
		{"to see it: vault show office   to print it: vault print office", 20,
			[]string{"to see it:", "vault show office", "to print it:", "vault print office"}},
		{"見るには: vault show office --revision 番号   その版に戻すには: vault undo office --to 番号", 79,
			[]string{"見るには: vault show office --revision 番号", "その版に戻すには: vault undo office --to 番号"}},
		{"2 件です。そのあと vault list で確かめ、なければもう一度保存してください", 30,
			[]string{"2 件です。そのあと vault list", "で確かめ、なければもう一度保存", "してください"}},
		{"There is no vault yet. It will be made somewhere else", 30,
			[]string{"There is no vault yet. It will", "be made somewhere else"}},
		{"to begin: vault add office   (or: vault init)", 30, []string{"to begin: vault add office", "(or: vault init)"}},
		{"vault show a-name-that-is-much-too-long-for-the-line", 20, nil},
		{"private \ue000 use", 9, []string{"private \ue000", "use"}},
		{"", 10, []string{""}},
	}
	for _, tt := range tests {
		got := a.wrap(tt.text, tt.cols)
		if tt.want != nil && !slices.Equal(got, tt.want) {
			t.Errorf("%q in %d columns:\n%q\nwant\n%q", tt.text, tt.cols, got, tt.want)
		}
		if len(got) == 0 {
			t.Errorf("%q: nothing", tt.text)
		}
	}
}
