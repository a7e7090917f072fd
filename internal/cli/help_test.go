package cli

import (
	"bytes"
	"path/filepath"
	"regexp"
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
		for _, cmd := range everyCommand(root) {
			names = append(names, strings.TrimPrefix(cmd.CommandPath(), "vault "))
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
	ownName   = regexp.MustCompile(`田中|山田|花子`)
	latinWord = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// TestHelpIsInOneLanguage holds that nothing of the other language is left in
// any page of help: headings, flags, placeholders, topics.
func TestHelpIsInOneLanguage(t *testing.T) {
	eachCommand(t, func(t *testing.T, l lang.Lang, cmd *cobra.Command, help string) {
		if l == lang.EN {
			if left := japaneseLetter.FindAllString(ownName.ReplaceAllString(help, ""), -1); left != nil {
				t.Errorf("Japanese %q in\n%s", left, help)
			}
			return
		}
		if left := englishIn(help); left != nil {
			t.Errorf("English %q in\n%s", left, help)
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
	if cmd.Name() == "templates" && len(args) == 2 && args[0] == "show" {
		args = args[1:]
	}
	if (cmd.CommandPath() == "vault add" || cmd.Name() == "templates") && len(args) > 0 && record.LookupTemplate(args[0]) == nil {
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

// eachTopic calls f with every topic of help, as it is printed.
func eachTopic(t *testing.T, f func(t *testing.T, l lang.Lang, page string)) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for _, topic := range topics {
			t.Run(l.String()+" "+topic.name, func(t *testing.T) {
				a, root, out := helpApp(l)
				a.dirs = dirs{data: "~/.local/share/memovault", state: "~/.local/state/memovault", config: "~/.config/memovault"}
				a.g.file = "~/.local/share/memovault/default.vault"
				root.SetArgs([]string{"help", topic.name})
				if err := root.Execute(); err != nil {
					t.Fatal(err)
				}
				f(t, l, out.String())
			})
		}
	}
}

func TestTopics(t *testing.T) {
	eachTopic(t, func(t *testing.T, l lang.Lang, page string) {
		if l == lang.JA {
			if left := englishIn(page); left != nil {
				t.Errorf("English %q in\n%s", left, page)
			}
			return
		}
		if left := japaneseLetter.FindAllString(japaneseInEnglish.ReplaceAllString(page, ""), -1); left != nil && !strings.Contains(page, "MEMOVAULT_AMBIGUOUS_WIDE") {
			t.Errorf("Japanese %q in\n%s", left, page)
		}
	})
	for _, topic := range topics {
		for line := range strings.Lines((&app{name: "vault"}).examples(topic.examples)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
				checkExample(t, line)
			}
		}
	}
}

// TestFieldKindsAreWhole holds that help explains each type that a template has.
func TestFieldKindsAreWhole(t *testing.T) {
	explained := map[record.Type]bool{}
	for _, k := range fieldKinds {
		if !k.kind.Known() || explained[k.kind] {
			t.Errorf("%s is no type, or comes twice", k.kind)
		}
		explained[k.kind] = true
	}
	for _, tmpl := range record.Templates() {
		for i := range tmpl.Fields {
			if kind := tmpl.Fields[i].Type; !explained[kind] {
				t.Errorf("%s, in template %s, is not explained", kind, tmpl.Name)
			}
		}
	}
}

// TestHelpLeadsWithExamples holds the order of a page: what it is for, examples,
// then the rest.
func TestHelpLeadsWithExamples(t *testing.T) {
	eachCommand(t, func(t *testing.T, l lang.Lang, cmd *cobra.Command, help string) {
		last := -1
		for _, key := range []string{"examples", "usage", "options"} {
			at := strings.Index(help, headings[key].In(l)+"\n")
			if at < 0 && (key != "options" || cmd.LocalNonPersistentFlags().HasAvailableFlags()) && cmd.HasParent() {
				t.Errorf("no heading %q", headings[key].In(l))
			}
			if at >= 0 && at < last {
				t.Errorf("%q comes too early:\n%s", headings[key].In(l), help)
			}
			last = max(last, at)
		}
		before, _, _ := strings.Cut(help, headings["examples"].In(l)+"\n")
		if n := strings.Count(before, "\n"); n > 16 {
			t.Errorf("%d lines before the examples", n)
		}
	})
}

// TestHelpInNarrowWindows holds that help fits windows from 40 columns on; only
// command lines and paths are left whole.
func TestHelpInNarrowWindows(t *testing.T) {
	defer func() { testOnlyColumns = 0 }()
	for _, testOnlyColumns = range []int{40, 57} {
		fits := func(t *testing.T, page string) {
			for line := range strings.Lines(page) {
				line = strings.TrimRight(line, "\n")
				whole := strings.HasPrefix(line, "  vault ") || len(strings.Fields(line)) == 1
				if term.Width(line) > testOnlyColumns && !whole {
					t.Errorf("%d columns: %s", term.Width(line), line)
				}
			}
		}
		eachCommand(t, func(t *testing.T, _ lang.Lang, _ *cobra.Command, help string) { fits(t, help) })
		eachTopic(t, func(t *testing.T, _ lang.Lang, page string) { fits(t, page) })
	}
}

// TestDidYouMean holds that a slip of the fingers is answered with the right
// word, wherever a name of ours is typed.
func TestDidYouMean(t *testing.T) {
	tests := []struct{ line, want string }{
		{"shwo office", "vault show"},
		{"help shwo", "vault show"},
		{"help fiels", "vault help fields"},
		{"help enviroment", "vault help environment"},
		{"show office --revael", "--reveal"},
		{"list --ownr x", "--owner"},
		{"print --with-secret", "--with-secrets"},
		{"templates ofice", "office"},
		{"add ofice", "office"},
		{"completion bsh", "bash"},
		{"add office --field produkt_key=-", "product_key"},
	}
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		for _, tt := range tests {
			a, root, _ := helpApp(l)
			a.g.noInput = true
			root.SetArgs(append(strings.Fields(tt.line), "--no-input", "--file", filepath.Join(t.TempDir(), "no.vault")))
			err := root.Execute()
			if err == nil {
				t.Errorf("%q: no error", tt.line)
				continue
			}
			f := a.explain(err)
			if len(f.next) == 0 || !strings.HasSuffix(f.next[0].in(l), tt.want) || f.status != statusUsage && f.status != statusNotFound {
				t.Errorf("%s %q: %q, status %d", l, tt.line, f.next, f.status)
			}
		}
	}
}
