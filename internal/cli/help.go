package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/term"
)

// groups are the headings of the command list.
var groups = []struct {
	id    string
	title lang.Text
}{
	{"notes", lang.T("Notes", "記録")},
	{"paper", lang.T("Paper", "紙")},
	{"recovery", lang.T("Recovery", "点検と復旧")},
	{"keeping", lang.T("Keeping", "金庫")},
	{"exchange", lang.T("Exchange", "やりとり")},
	{"more", lang.T("More", "そのほか")},
}

// A spec is what help says of a command.
type spec struct {
	name     string
	args     lang.Text // placeholders in capitals; empty if there are none
	group    string
	short    lang.Text
	long     lang.Text
	examples []example
}

// An example is a command line without the program's name, and what it does.
type example struct {
	line string
	text lang.Text
}

// command builds a cobra command that speaks the language of the run.
func (a *app) command(s spec) *cobra.Command {
	a.commands = append(a.commands, s.name)
	cmd := &cobra.Command{
		Use:                   strings.TrimSpace(s.name + " " + a.text(s.args)),
		GroupID:               s.group,
		Short:                 a.text(s.short),
		Long:                  a.text(s.long),
		Example:               a.examples(s.examples),
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableFlagsInUseLine: true,
	}
	cmd.SetFlagErrorFunc(a.flagError)
	return cmd
}

func (a *app) examples(list []example) string {
	rows := make([]string, len(list))
	for i, e := range list {
		rows[i] = fmt.Sprintf("  # %s\n  %s %s", a.text(e.text), a.name, e.line)
	}
	return strings.Join(rows, "\n")
}

// helpTemplate leads with what the command is for and with examples.
const helpTemplate = `{{with (or .Long .Short)}}{{reflow .}}

{{end}}{{if .HasExample}}{{heading "examples"}}
{{wrapExamples .Example}}

{{end}}{{heading "usage"}}
  {{useLine .}}
{{if .HasAvailableSubCommands}}{{$root := .}}{{range .Groups}}{{$id := .ID}}
{{.Title}}
{{range $root.Commands}}{{if and (eq .GroupID $id) (listed .)}}  {{hang (pad .Name 12) .Short}}
{{end}}{{end}}{{end}}{{if not .Groups}}
{{heading "commands"}}
{{range .Commands}}{{if .IsAvailableCommand}}  {{hang (pad .Name 12) .Short}}
{{end}}{{end}}{{end}}{{end}}{{if not .HasParent}}
{{topicList}}
{{end}}{{if .HasAvailableLocalFlags}}{{if .HasParent}}
{{heading "options"}}
{{flags .LocalNonPersistentFlags}}{{end}}{{end}}{{if not .HasParent}}
{{heading "global"}}
{{flags .PersistentFlags}}{{else}}
{{seeGlobal .}}
{{end}}`

var headings = map[string]lang.Text{
	"examples": lang.T("Examples", "使い方の例"),
	"usage":    lang.T("Usage", "書き方"),
	"commands": lang.T("Commands", "コマンド"),
	"options":  lang.T("Options", "オプション"),
	"global":   lang.T("Options of every command", "どのコマンドにも付けられるオプション"),
}

// dressHelp makes cobra's help and errors ours, in the whole tree.
func (a *app) dressHelp(root *cobra.Command) {
	cobra.AddTemplateFunc("heading", func(key string) string { return a.text(headings[key]) })
	cobra.AddTemplateFunc("pad", term.PadRight)
	cobra.AddTemplateFunc("listed", hasHelp)
	cobra.AddTemplateFunc("wrapExamples", a.wrapExamples)
	cobra.AddTemplateFunc("topicList", a.topicList)
	cobra.AddTemplateFunc("hang", a.hang)
	cobra.AddTemplateFunc("reflow", a.reflow)
	cobra.AddTemplateFunc("flags", a.flagTable)
	cobra.AddTemplateFunc("useLine", a.useLine)
	cobra.AddTemplateFunc("seeGlobal", func(cmd *cobra.Command) string {
		return a.reflow(a.text(lang.T("options of every command (--file, --lang ...): %s help", "どのコマンドにも付けられるもの（--file、--lang など）: %s help"), a.name))
	})
	root.SetHelpTemplate(helpTemplate)
	root.SetUsageTemplate(helpTemplate)
	root.SetOut(a.out)
	root.SetErr(a.err)
	a.pageHelp(root)
	root.CompletionOptions.DisableDefaultCmd = true
	cobra.EnableCommandSorting = false // the order of newRoot: what is needed first comes first
	root.SuggestionsMinimumDistance = 2
}

func (a *app) useLine(cmd *cobra.Command) string {
	line := cmd.UseLine()
	if cmd.HasParent() {
		line = strings.Replace(line, cmd.Root().Name(), a.name, 1)
	}
	if cmd.HasAvailableSubCommands() {
		line += " " + a.text(lang.T("COMMAND", "コマンド"))
	}
	return line + " " + a.text(lang.T("[options]", "[オプション]"))
}

// hasHelp reports whether a command is for people. To cobra its help command is
// not available.
func hasHelp(cmd *cobra.Command) bool { return cmd.IsAvailableCommand() || cmd.Name() == "help" }

// topicList names the pages of help that belong to no command.
func (a *app) topicList() string {
	var rows []tagged
	for _, t := range topics {
		rows = append(rows, tagged{a.name + " help " + t.name, a.text(t.title)})
	}
	return a.text(lang.T("More help", "そのほかの説明")) + "\n" + strings.TrimRight(a.taggedRows(rows), "\n")
}

// testOnlyColumns is the width of help in place of the terminal's.
var testOnlyColumns int

// helpColumns is the width of help: what most windows have, less where the
// window is narrower.
func (a *app) helpColumns() int {
	if cols := cmp.Or(testOnlyColumns, a.columns()); cols > 0 {
		return min(cols, 80)
	}
	return 80
}

// Columns of help: what text behind a head needs at least, and how far it is
// moved in where it goes below the head instead.
const (
	leastBeside = 22
	belowIndent = 8
)

// hang puts text behind a head, in as many lines as it needs, or below it where
// the head leaves too little room. Two columns are left for the indent that help
// gives it.
func (a *app) hang(head, text string) string {
	indent := term.Width(head)
	beside := a.helpColumns() - 2 - indent
	if beside < leastBeside {
		return strings.TrimRight(head, " ") + "\n" + a.indented(text, belowIndent)
	}
	return head + strings.TrimLeft(a.indented(text, a.helpColumns()-beside), " ")
}

// indented wraps text and moves it in.
func (a *app) indented(text string, indent int) string {
	gap := strings.Repeat(" ", indent)
	return gap + strings.Join(a.wrap(text, max(a.helpColumns()-indent, narrowest)), "\n"+gap)
}

// wrapExamples wraps the remarks of examples. Command lines stay whole: they
// are there to be copied.
func (a *app) wrapExamples(examples string) string {
	var lines []string
	for line := range strings.SplitSeq(examples, "\n") {
		remark, ok := strings.CutPrefix(line, "  # ")
		if !ok {
			lines = append(lines, line)
			continue
		}
		for _, part := range term.Wrap(remark, max(a.helpColumns()-4, narrowest)) {
			lines = append(lines, "  # "+part)
		}
	}
	return strings.Join(lines, "\n")
}

// reflow breaks prose anew: where a line of the source ends is of no account,
// an empty line begins a paragraph.
func (a *app) reflow(text string) string {
	var paragraphs []string
	for p := range strings.SplitSeq(text, "\n\n") {
		joined := ""
		for line := range strings.SplitSeq(strings.TrimSpace(p), "\n") {
			joined += joint(joined, line) + line
		}
		paragraphs = append(paragraphs, strings.Join(a.wrap(joined, a.helpColumns()), "\n"))
	}
	return strings.Join(paragraphs, "\n\n")
}

// joint is what goes between two lines that become one: a space, but not beside
// Japanese punctuation nor between two Japanese characters.
func joint(before, after string) string {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	const marks = "、。（）「」"
	if before == "" || strings.ContainsRune(marks, last) || strings.ContainsRune(marks, first) ||
		last >= utf8.RuneSelf && first >= utf8.RuneSelf {
		return ""
	}
	return " "
}

// flagTable lists flags in aligned columns; pflag's own pads by bytes.
func (a *app) flagTable(flags *pflag.FlagSet) string {
	var rows []tagged
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		name := "    --" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", --" + f.Name
		}
		if value != "" && f.Value.Type() != "bool" {
			name += " " + value
		}
		rows = append(rows, tagged{name, text})
	})
	return a.taggedRows(rows)
}

// flagError says in our words what pflag found.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	var (
		missing *pflag.NotExistError
		value   *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return err
	case !cmd.HasParent() && cmd.Flags().NArg() > 0: // the option may well be one of the command that was meant
		return a.unknownCommand(cmd, cmd.Flags().Arg(0))
	case errors.As(err, &missing):
		name := missing.GetSpecifiedName()
		f := a.usage(cmd, lang.T("there is no option %s", "%s というオプションはありません"), dashes(name)+name)
		if near := a.nearFlag(cmd, name); near != "" {
			f.next = append([]words{said(lang.T("did you mean: --%s", "もしかして: --%s"), near)}, f.next...)
		}
		return f
	case errors.As(err, &value):
		return a.usage(cmd, lang.T("the option --%s needs a value", "--%s には値が要ります"), value.GetSpecifiedName())
	case errors.As(err, &invalid):
		f := a.usage(cmd, lang.T("%q is no value for --%s", "%q は --%s の値になりません"), invalid.GetValue(), invalid.GetFlag().Name)
		value, text := pflag.UnquoteUsage(invalid.GetFlag())
		f.next = append([]words{said(lang.T("what it takes: --%s %s, %s", "指定のしかた: --%s %s　%s"), invalid.GetFlag().Name, value, text)}, f.next...)
		return f
	case errors.As(err, &syntax):
		return a.usage(cmd, lang.T("%q is no option", "%q はオプションの形になっていません"), syntax.GetSpecifiedFlag())
	}
	return a.usage(cmd, lang.T("the options can't be read", "オプションが読み取れません"))
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-"
	}
	return "--"
}

func (a *app) nearFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return nearest(name, names)
}

// usage is a mistake in the command line.
func (a *app) usage(cmd *cobra.Command, t lang.Text, args ...any) *failure {
	help := a.name + " help"
	if cmd != nil && cmd.HasParent() {
		help += strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name())
	}
	return &failure{status: statusUsage, code: "usage", what: said(t, args...),
		next: []words{said(lang.T("how it is used: %s", "使い方: %s"), help)}}
}

func (a *app) unknownCommand(root *cobra.Command, name string) error {
	if err := a.fullWidthFlag(name); err != nil {
		return err
	}
	f := &failure{status: statusUsage, code: "usage",
		what: said(lang.T("there is no command %q", "「%s」というコマンドはありません"), name)}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	if near := nearest(lang.Fold(name), names); near != "" {
		f.next = append(f.next, said(lang.T("did you mean: %s %s", "もしかして: %s %s"), a.name, near))
	}
	f.next = append(f.next, said(lang.T("all commands: %s help", "コマンドの一覧: %s help"), a.name))
	return f
}

// nearest returns the candidate within two typing mistakes of s, or one that s
// begins, or "".
func nearest(s string, candidates []string) string {
	best, distance := "", 3
	for _, c := range candidates {
		if d := typos(s, c); d < distance && d < len([]rune(s)) {
			best, distance = c, d
		}
	}
	if best == "" && len(s) > 1 {
		if i := slices.IndexFunc(candidates, func(c string) bool { return strings.HasPrefix(c, s) }); i >= 0 {
			best = candidates[i]
		}
	}
	return best
}

// typos is the number of characters to insert, drop, replace or swap with
// their neighbour to turn s into t (optimal string alignment).
func typos(s, t string) int {
	a, b := []rune(s), []rune(t)
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// newHelp replaces cobra's help command, which speaks English and shows the
// root's help for a name it does not know.
func (a *app) newHelp(root *cobra.Command) *cobra.Command {
	cmd := a.command(spec{
		name: "help", args: lang.T("[COMMAND|TOPIC]", "[コマンドか話題]"), group: "more",
		short: lang.T("help on a command or a topic", "コマンドなどの説明を見る"),
		long: lang.T(`Shows what a command does and how it is called, or a page on one of the topics
that the list of commands ends with.`,
			`コマンドの働きと書き方を表示します。一覧の終わりにある話題についての説明も、ここで見られます。`),
		examples: []example{
			{"help add", lang.T("all about noting something", "記録のしかた")},
			{"help fields", lang.T("kinds of fields, and what is checked", "項目の種類と、確かめること")},
			{"help scripts", lang.T("use from a script", "スクリプトから使う")},
		},
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			if t := findTopic(lang.Fold(args[0])); t != nil {
				return a.showTopic(t)
			}
		}
		at := root
		for i, name := range args {
			next := slices.IndexFunc(at.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
			if next < 0 {
				return a.noHelp(at, args[:i+1])
			}
			at = at.Commands()[next]
		}
		return at.Help()
	}
	cmd.ValidArgsFunction = a.completion(helpNames)
	return cmd
}

// noHelp is unknownCommand for what help is asked about: it may be near a topic.
func (a *app) noHelp(at *cobra.Command, args []string) error {
	var names []string
	for _, t := range topics {
		names = append(names, t.name)
	}
	f := a.unknownCommand(at, strings.Join(args, " "))
	near := nearest(lang.Fold(args[0]), names)
	if near == "" || len(args) > 1 {
		return f
	}
	return &failure{status: statusUsage, code: "usage",
		what: said(lang.T("there is no help on %q", "「%s」についての説明はありません"), args[0]),
		next: []words{said(lang.T("did you mean: %s help %s", "もしかして: %s help %s"), a.name, near),
			said(lang.T("all commands: %s help", "コマンドの一覧: %s help"), a.name)}}
}
