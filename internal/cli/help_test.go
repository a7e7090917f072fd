package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// helpApp is a run in one language that prints into a buffer.
func helpApp(l lang.Lang) (*app, *cobra.Command, *bytes.Buffer) {
	var out bytes.Buffer
	a := &app{name: "vault", lang: l, out: &out, err: &out}
	root := a.newRoot()
	return a, root, &out
}

// eachCommand calls f with every command of the tree, help and the root too.
func eachCommand(t *testing.T, f func(t *testing.T, l lang.Lang, cmd *cobra.Command, help string)) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		_, root, _ := helpApp(l)
		root.InitDefaultHelpCmd()
		names := []string{""}
		for _, cmd := range root.Commands() {
			names = append(names, cmd.Name())
		}
		if len(names) < 10 {
			t.Fatalf("only %d commands", len(names))
		}
		for _, name := range names {
			t.Run(l.String()+" "+name, func(t *testing.T) {
				_, root, out := helpApp(l)
				root.SetArgs(strings.Fields("help " + name))
				if err := root.Execute(); err != nil {
					t.Fatal(err)
				}
				cmd, _, err := root.Find(strings.Fields(name))
				if err != nil {
					t.Fatal(err)
				}
				f(t, l, cmd, out.String())
			})
		}
	}
}

func eachFlag(cmd *cobra.Command, f func(*pflag.Flag)) {
	if cmd.HasParent() {
		cmd.LocalNonPersistentFlags().VisitAll(f)
	} else {
		cmd.PersistentFlags().VisitAll(f)
	}
}

func TestHelpIsWhole(t *testing.T) {
	eachCommand(t, func(t *testing.T, l lang.Lang, cmd *cobra.Command, help string) {
		if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" || cmd.HasParent() && cmd.GroupID == "" {
			t.Errorf("short %q, long %q, example %q, group %q", cmd.Short, cmd.Long, cmd.Example, cmd.GroupID)
		}
		for _, part := range []string{cmd.Example, "vault"} {
			if !strings.Contains(help, part) {
				t.Errorf("help lacks %q:\n%s", part, help)
			}
		}
		eachFlag(cmd, func(f *pflag.Flag) {
			if _, text := pflag.UnquoteUsage(f); text == "" || !strings.Contains(help, "--"+f.Name) {
				t.Errorf("--%s: text %q", f.Name, text)
			}
		})
		for line := range strings.Lines(help) {
			if line = strings.TrimRight(line, "\n"); term.Width(line) > 80 {
				t.Errorf("%d columns: %s", term.Width(line), line)
			}
		}
		if strings.Contains(help, "<no value>") || strings.Contains(help, "%!") || strings.HasSuffix(help, "\n\n") {
			t.Errorf("help is not well made:\n%s", help)
		}
	})
}

var (
	japaneseLetter = regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}、。「」（）：]`)
	// ownName is what is written alike in both languages though it has Japanese
	// letters: an owner in an example of a command line.
	ownName = regexp.MustCompile(`田中|山田|花子`)
	// alike is what stays in Latin letters in Japanese: command lines, flags,
	// keys and file names, names of things.
	alike = regexp.MustCompile(`(?m)^  vault .*$|` + // examples and usage
		`--?[a-z][a-z-]*(?:=[a-z-]+)?|=(?:false|true)|keep-both|\$?[A-Z]+_[A-Z]+|~?/?[\w.-]*[/.][\w./-]+|` +
		`\bage(?:1(?:pq1)?)?(?:\.\.\.)?\b|\bage -d \S+ \| tar x|[a-z]+_[a-z_]+|` +
		`\b(?:JSON|ID|A4|PDF|Microsoft|Office|OpenSSH|Windows|macOS|Linux|Caps|Lock|Enter|base64|bash|zsh|fish|powershell|ja|en|tar|json|exit-status|vault|memovault)\b`)
	latinWord = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// TestHelpIsInOneLanguage holds that nothing of the other language is left in
// a help text: headings, flags, placeholders, completions.
func TestHelpIsInOneLanguage(t *testing.T) {
	var names []string
	_, root, _ := helpApp(lang.EN)
	for _, cmd := range root.Commands() {
		names = append(names, cmd.Name())
	}
	names = append(names, "help", "skip", "update")
	for _, tmpl := range record.Templates() {
		names = append(names, tmpl.Name)
	}
	eachCommand(t, func(t *testing.T, l lang.Lang, cmd *cobra.Command, help string) {
		if l == lang.EN {
			if left := japaneseLetter.FindAllString(ownName.ReplaceAllString(help, ""), -1); left != nil {
				t.Errorf("Japanese %q in\n%s", left, help)
			}
			return
		}
		for _, word := range latinWord.FindAllString(alike.ReplaceAllString(help, ""), -1) {
			if !slices.Contains(names, word) {
				t.Errorf("English %q in\n%s", word, help)
			}
		}
	})
}

// TestCompletionIsInTheLanguage looks at what a shell is told of commands,
// flags and templates.
func TestCompletionIsInTheLanguage(t *testing.T) {
	for _, args := range [][]string{{""}, {"add", ""}, {"help", ""}, {"list", "--"}, {"edit", "--"}, {"completion", ""}} {
		_, root, out := helpApp(lang.JA)
		root.SetArgs(append([]string{"__complete"}, args...))
		if err := root.Execute(); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		offered := 0
		for line := range strings.Lines(out.String()) {
			name, text, described := strings.Cut(strings.TrimSpace(line), "\t")
			if !described {
				continue
			}
			offered++
			if !japaneseLetter.MatchString(text) && record.LookupTemplate(name) == nil {
				t.Errorf("%q: %q is described as %q", args, name, text)
			}
		}
		if offered == 0 && args[0] != "completion" {
			t.Errorf("%q: nothing is offered:\n%s", args, out.String())
		}
	}
}

// TestExamplesParse holds the example lines against the command tree: command,
// flags, number of arguments, templates.
func TestExamplesParse(t *testing.T) {
	eachCommand(t, func(t *testing.T, _ lang.Lang, cmd *cobra.Command, _ string) {
		examples := 0
		for line := range strings.Lines(cmd.Example) {
			line = strings.TrimSpace(line)
			if remark, ok := strings.CutPrefix(line, "# "); ok {
				if strings.TrimSpace(remark) == "" {
					t.Error("an example without a remark")
				}
				continue
			}
			examples++
			checkExample(t, line)
		}
		if examples == 0 {
			t.Error("no example")
		}
	})
}

func checkExample(t *testing.T, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, " | ")
	line, _, _ = strings.Cut(line, " > ")
	line, _, _ = strings.Cut(line, " < ")
	words := strings.Fields(line)
	if words[0] != "vault" {
		t.Errorf("%q does not begin with the program", line)
		return
	}
	_, root, _ := helpApp(lang.EN)
	root.InitDefaultHelpCmd()
	cmd, args, err := root.Find(words[1:])
	if err != nil || cmd == root {
		t.Errorf("%q: no such command (%v)", line, err)
		return
	}
	if err := cmd.ParseFlags(args); err != nil {
		t.Errorf("%q: %v", line, err)
		return
	}
	args = cmd.Flags().Args()
	if err := cmd.ValidateArgs(args); err != nil {
		t.Errorf("%q: %v", line, err)
	}
	if (cmd.Name() == "add" || cmd.Name() == "templates") && len(args) > 0 && record.LookupTemplate(args[0]) == nil {
		t.Errorf("%q: there is no template %q", line, args[0])
	}
}

// TestReflow joins lines as people write: a space between words, none between
// Japanese characters.
func TestReflow(t *testing.T) {
	a := &app{}
	tests := []struct{ text, want string }{
		{"one\ntwo\n\nthree", "one two\n\nthree"},
		{"一行\n二行", "一行二行"},
		{"終わり。\nage で開けます", "終わり。age で開けます"},
		{"全部を\nage で", "全部を age で"},
		{"", ""},
		{strings.Repeat("word ", 20), strings.TrimSpace(strings.Repeat("word ", 16)) + "\n" + strings.TrimSpace(strings.Repeat("word ", 4))},
	}
	for _, tt := range tests {
		if got := a.reflow(tt.text); got != tt.want {
			t.Errorf("reflow(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
