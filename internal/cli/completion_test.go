package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// offers asks as a shell does and returns what is offered, without and with its
// description, and the directive.
func offers(t *testing.T, l lang.Lang, args ...string) (values, lines []string, directive string) {
	t.Helper()
	_, root, out := helpApp(l)
	plainUsage(root)
	root.SetArgs(append([]string{cobra.ShellCompRequestCmd}, args...))
	if err := root.Execute(); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if d, ok := strings.CutPrefix(line, ":"); ok {
			return values, lines, d
		}
		value, _, _ := strings.Cut(line, "\t")
		values, lines = append(values, value), append(lines, line)
	}
	t.Fatalf("%q: no directive in %q", args, out.String())
	return nil, nil, ""
}

func TestCompletionOffers(t *testing.T) {
	const noFiles, noSpace, files, extensions, directories = "4", "6", "0", "8", "16"
	tests := []struct {
		line      string // without what is to be completed, which is behind the last space
		want      string // some of what is offered
		directive string
	}{
		{"sh", "show", noFiles},
		{"add ", "office wifi microsoft", noFiles},
		{"templates ", "show office", noFiles},
		{"templates show ", "office", noFiles},
		{"templates office ", "", noFiles},
		{"add office --field ", "product= product_key=- phone=", noSpace},
		{"add office office-tanaka --field ", "product_key=-", noSpace},
		{"add office --field first_install_only=", "first_install_only=yes first_install_only=no", noFiles},
		{"edit office-tanaka --field ", "product_key=-", noSpace},
		{"edit office --remove ", "product_key", noFiles},
		{"show office --field ", "product_key recovery_codes", noFiles},
		{"show office --copy=", "product_key", noFiles},
		{"show office --qr=", "all product_key", noFiles},
		{"print --blank ", "setup all office", noFiles},
		{"list --template ", "office", noFiles},
		{"list --lang ", "ja en", noFiles},
		{"audit --rule ", "M01 V01", noFiles},
		{"whatif ", "phone-lost move-house lose:", noFiles},
		{"whatif fire los", "lose:", "6"},
		{"whatif nonsense:", "", noFiles},
		{"whatif 火", "火事 fire", noFiles},
		{"show office ", "product_key phone", noFiles},
		{"list --color ", "auto always never", noFiles},
		{"print --paper-lang ", "ja en", noFiles},
		{"export --format ", "age json tar", noFiles},
		{"map --format ", "svg html dot", noFiles},
		{"import --on-duplicate ", "skip update keep-both", noFiles},
		{"completion ", "bash zsh fish powershell", noFiles},
		{"completion --names ", "on off", noFiles},
		{"help ", "add fields scripts exit-status", noFiles},
		{"help add ", "", noFiles},
		{"list --", "--owner --json --file", noFiles},
		{"list --file ", "vault", extensions},
		{"list --identity ", "txt key age", extensions},
		{"import ", "age json", extensions},
		{"add office --attach ", "", files},
		{"list --passphrase-file ", "", files},
		{"show office --save ", "", directories},
		{"init ", "", noFiles},
		{"shell --idle ", "1m 5m 30m", noFiles},
		{"list --owner ", "", noFiles},
	}
	for _, tt := range tests {
		args := strings.Split(tt.line, " ")
		values, _, directive := offers(t, lang.EN, args...)
		for want := range strings.FieldsSeq(tt.want) {
			found := false
			for _, v := range values {
				found = found || v == want
			}
			if !found {
				t.Errorf("%q: %q is not offered, but %q", tt.line, want, values)
			}
		}
		if tt.want == "" && len(values) > 0 {
			t.Errorf("%q: offered are %q", tt.line, values)
		}
		if directive != tt.directive {
			t.Errorf("%q: directive %s, not %s", tt.line, directive, tt.directive)
		}
	}
}

// TestCompletionKnowsFlags holds that each flag with a value says what may stand
// there: without that, a shell offers the files of the folder.
func TestCompletionKnowsFlags(t *testing.T) {
	_, root, _ := helpApp(lang.EN)
	unused := map[string]bool{}
	for name := range flagCompleters {
		unused[name] = true
	}
	for _, cmd := range append([]*cobra.Command{root}, everyCommand(root)...) {
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			delete(unused, f.Name)
			if f.Value.Type() != "bool" && flagCompleters[f.Name] == nil {
				t.Errorf("%s --%s: no entry in flagCompleters", cmd.Name(), f.Name)
			}
		})
	}
	for name := range unused {
		t.Errorf("flagCompleters has --%s, which no command has", name)
	}
	for name := range argumentCompleters {
		if cmd, _, err := root.Find([]string{name}); err != nil || cmd == root {
			t.Errorf("argumentCompleters has %s, which is no command", name)
		}
	}
}

// TestNamesAreSealed holds that without a list of names the shell is told why
// there are none.
func TestNamesAreSealed(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for _, line := range []string{"show ", "edit ", "rm office ", "tag moving "} {
			_, lines, _ := offers(t, l, strings.Split(line, " ")...)
			if len(lines) != 1 || !strings.HasPrefix(lines[0], "_activeHelp_ ") || !strings.Contains(lines[0], "vault completion --names on") {
				t.Errorf("%s %q: %q", l, line, lines)
			}
		}
		if _, lines, _ := offers(t, l, "show", "wifi-x-y", "--field", ""); len(lines) == 0 {
			t.Error("the template of wifi-x-y is not seen")
		}
		if _, lines, _ := offers(t, l, "show", "whatever", "--field", ""); len(lines) != 1 || !strings.Contains(lines[0], "vault templates") {
			t.Errorf("%s: of a record whose template nobody knows: %q", l, lines)
		}
	}
	if record.LookupTemplate("wifi") == nil {
		t.Error("there is no template wifi to test with")
	}
}
