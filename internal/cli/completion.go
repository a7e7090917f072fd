package cli

import (
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/audit"
	"memovault/internal/exchange"
	"memovault/internal/lang"
	"memovault/internal/record"
)

// Completion answers a shell that asks with each press of the Tab key. It opens
// no vault, asks nothing, derives no key, writes no file and no terminal: what
// it offers is part of the program, or stands in the list of names that
// completion --names on keeps.

func (a *app) newCompletion() *cobra.Command {
	names := onOff("")
	cmd := a.command(spec{
		name: "completion", args: lang.T("SHELL", "シェル"), group: "more",
		short: lang.T("make a completion script for a shell", "シェルの補完スクリプトを作る"),
		long: lang.T(`Prints a script that completes commands, options, templates and fields in bash,
zsh, fish or powershell when you press Tab.

The names of your records are sealed in the vault, and completion never opens it.
With --names on, the names alone (no titles, owners or contents) are kept in a
file that only you can read, so that they can be completed too: whoever gets at
your files then sees what you have records of. It is renewed whenever you open
the vault. --names off deletes it.`,
			`Tab キーで、コマンド、オプション、ひな形、項目を補完するためのスクリプトを出します
（bash、zsh、fish、powershell）。

記録の名前は金庫の中にあり、補完のために金庫を開けることはありません。--names on にすると、
名前だけを（題や持ち主や中身は除いて）、ほかの人には読めないファイルに書いておき、補完できるように
します。その代わり、あなたのファイルを見られる人には、何の記録があるかがわかります。このファイルは、
金庫を開けるたびに新しくなります。--names off で消えます。`),
		examples: []example{
			{"completion bash > ~/.local/share/bash-completion/completions/vault", lang.T("for bash (with its package bash-completion)", "bash のとき（bash-completion が要ります）")},
			{"completion zsh > ~/.zfunc/_vault", lang.T("for zsh", "zsh のとき")},
			{"completion --names on", lang.T("complete the names of records too", "記録の名前も補完する")},
			{"completion --names off", lang.T("no longer; deletes the list of names", "やめる（名前の一覧を消す）")},
		},
	})
	cmd.Flags().Var(&names, "names", a.text(lang.T("complete names of records too: `on` or off", "記録の名前も補完する（`on` か off）")))
	cmd.Args = a.argsBetween(0, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case names != "" && len(args) > 0:
			return a.usage(cmd, lang.T("--names goes without a shell", "--names とシェルの名前は一緒に使えません"))
		case names == "on":
			return a.beginNames()
		case names == "off":
			return a.endNames()
		case len(args) == 0:
			return a.usage(cmd, lang.T("for which shell? bash, zsh, fish or powershell", "どのシェルの補完ですか。bash、zsh、fish、powershell のどれかを付けてください"))
		}
		return a.writeCompletion(cmd, args[0])
	}
	return cmd
}

// shells are those that cobra writes scripts for.
var shells = []struct {
	name  string
	write func(*cobra.Command, io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) }},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) }},
}

func (a *app) writeCompletion(cmd *cobra.Command, shell string) error {
	var names []string
	for _, s := range shells {
		if s.name == shell {
			return s.write(cmd.Root(), a.out)
		}
		names = append(names, s.name)
	}
	f := a.usage(cmd, lang.T("there is no completion for %q, only for bash, zsh, fish and powershell", "「%s」の補完はありません。bash、zsh、fish、powershell のどれかです"), shell)
	if near := nearest(lang.Fold(shell), names); near != "" {
		f.next = append([]words{said(lang.T("did you mean: %s", "もしかして: %s"), near)}, f.next...)
	}
	return f
}

// onOff is a switch that must be said: there is no default that a person could
// take for granted.
type onOff string

func (v *onOff) String() string { return string(*v) }
func (v *onOff) Type() string   { return "string" }

func (v *onOff) Set(typed string) error {
	if typed != "on" && typed != "off" {
		return errors.New("neither on nor off")
	}
	*v = onOff(typed)
	return nil
}

// A completer says what may stand at one place of the command line: in the
// place of toComplete, behind args.
type completer func(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective)

const noFiles = cobra.ShellCompDirectiveNoFileComp

// argumentCompleters say what stands behind a command. Commands that are
// missing here take nothing.
var argumentCompleters = map[string]completer{
	"add":         first(templateNames),
	"templates":   templateArguments,
	"show":        recordThenFields,
	"edit":        editArguments,
	"audit":       recordNames,
	"whatif":      eventNames,
	"recover":     first(recordNames),
	"retire":      first(recordNames),
	"drill":       first(recordNames),
	"map":         recordNames,
	"history":     first(recordNames),
	"undo":        first(recordNames),
	"rm":          recordNames,
	"tag":         tagArguments,
	"print":       recordNames,
	"papers":      sheetNumbers,
	"check-paper": sheetOrPhotos,
	"export":      recordNames,
	"import":      filesEnding("age", "json"),
	"restore":     anyFile,
	"backup":      filesEnding("tar"),
	"merge":       filesEnding("vault", "tar"),
	"conflicts":   first(recordNames),
	"rescue":      anyFile,
	"completion":  first(shellNames),
}

// flagCompleters say what stands behind a flag, which means the same in every
// command. A test holds that no flag with a value is missing.
var flagCompleters = map[string]completer{
	"file":                 filesEnding("vault"),
	"passphrase-file":      anyFile,
	"from-passphrase-file": anyFile,
	"new-passphrase-file":  anyFile,
	"to-passphrase-file":   anyFile,
	"identity":             filesEnding("txt", "key", "age"),
	"share":                anyFile,
	"holder":               nothing,
	"from-identity":        filesEnding("txt", "key", "age"),
	"attach":               anyFile,
	"photo":                anyFile,
	"output":               anyFile,
	"recovery-key-out":     filesEnding("pdf", "html", "txt"),
	"from-json":            filesEnding("json"),
	"save":                 folders,
	"lang":                 languages,
	"paper-lang":           languages,
	"names":                onOrOff,
	"template":             templateNames,
	"field":                fieldKeys,
	"remove":               bareKeys,
	"copy":                 bareKeys,
	"qr":                   keysOrAll,
	"otp":                  bareKeys,
	"next-code":            bareKeys,
	"use-code":             bareKeys,
	"color":                whens,
	"rule":                 ruleIDs,
	"explain":              recordNames,
	"after":                eventNames,
	"tried":                triedWays,
	"result":               attemptNames,
	"note":                 nothing,
	"on":                   nothing,
	"within":               periods,
	"kind":                 clockKinds,
	"ics":                  filesEnding("ics"),
	"proven":               wayIDs,
	"done":                 recordNames,
	"undo-done":            recordNames,
	"by":                   nothing,
	"accept":               ruleIDs,
	"unaccept":             ruleIDs,
	"why":                  nothing,
	"importance":           importances,
	"format":               formats,
	"size":                 paperSizes,
	"blank":                formNames,
	"call":                 recordNames,
	"printer":              nothing,
	"sides":                sidesNames,
	"copies":               nothing,
	"on-duplicate":         policies,
	"passphrase-fd":        nothing,
	"owner":                nothing,
	"tag":                  nothing,
	"title":                nothing,
	"rename":               nothing,
	"as":                   nothing,
	"revision":             nothing,
	"clear-after":          nothing,
	"notes":                nothing,
	"label":                nothing,
	"way":                  nothing,
	"remove-way":           wayIDs,
	"restore-way":          wayIDs,
	"kept":                 keptArguments,
	"kept-at":              placesKnown,
	"answers":              anyFile,
	"add-field":            nothing,
	"add-secret":           nothing,
	"detach":               nothing,
	"id":                   nothing,
	"to":                   nothing,
	"forget":               nothing,
	"record":               nothing,
	"keep":                 bareKeys,
	"take":                 bareKeys,
	"as-of":                nothing,
	"idle":                 idleTimes,
}

// dressCompletion lets the commands of the tree answer a shell.
func (a *app) dressCompletion(root *cobra.Command) {
	for _, cmd := range append([]*cobra.Command{root}, everyCommand(root)...) {
		if cmd.HasParent() && cmd.ValidArgsFunction == nil {
			complete := argumentCompleters[cmd.Name()]
			if complete == nil {
				complete = nothing
			}
			cmd.ValidArgsFunction = a.completion(complete)
		}
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			if complete := flagCompleters[f.Name]; complete != nil {
				cmd.RegisterFlagCompletionFunc(f.Name, a.completion(complete)) // fails only for a second one
			}
		})
	}
}

// everyCommand returns what stands below cmd, at any depth.
func everyCommand(cmd *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, c := range cmd.Commands() {
		list = append(append(list, c), everyCommand(c)...)
	}
	return list
}

func (a *app) completion(complete completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		return complete(a, cmd, args, toComplete)
	}
}

// isCompletion reports whether a shell asks, not a person.
func isCompletion(args []string) bool {
	return len(args) > 1 && (args[1] == cobra.ShellCompRequestCmd || args[1] == cobra.ShellCompNoDescRequestCmd)
}

// plainUsage takes out of the flags' texts the marks of what stands for a value:
// a shell would show them.
func plainUsage(root *cobra.Command) {
	for _, cmd := range append([]*cobra.Command{root}, everyCommand(root)...) {
		cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) })
	}
}

// first completes one argument and no more.
func first(complete completer) completer {
	return func(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, noFiles
		}
		return complete(a, cmd, args, toComplete)
	}
}

func nothing(*app, *cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, noFiles
}

func anyFile(*app, *cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func folders(*app, *cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func filesEnding(extensions ...string) completer {
	return func(*app, *cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

// described is a value with what it means.
func (a *app) described(value string, t lang.Text) string { return value + "\t" + a.text(t) }

func languages(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("ja", lang.T("Japanese", "日本語")), a.described("en", lang.T("English", "英語"))}, noFiles
}

func onOrOff(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("on", lang.T("keep a list of the names", "名前の一覧を書いておく")),
		a.described("off", lang.T("delete the list", "一覧を消す"))}, noFiles
}

func shellNames(*app, *cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, s := range shells {
		names = append(names, s.name)
	}
	return names, noFiles
}

func templateNames(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, t := range record.Heads() {
		names = append(names, a.described(t.Name, t.Label))
	}
	return names, noFiles
}

// templateArguments completes show TEMPLATE, where show may be left out.
func templateArguments(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	list, directive := templateNames(a, cmd, args, toComplete)
	switch {
	case len(args) == 0:
		return append([]string{a.described("show", lang.T("the fields of one", "1 つの項目を見る"))}, list...), directive
	case len(args) == 1 && args[0] == "show":
		return list, directive
	}
	return nil, noFiles
}

// keysOrAll completes what --qr draws.
func keysOrAll(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	list, directive := bareKeys(a, cmd, args, toComplete)
	return append([]string{a.described(wholeRecord, lang.T("the whole record", "記録の全部"))}, list...), directive
}

// recordThenFields completes a record, then keys of its fields.
func recordThenFields(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return recordNames(a, cmd, args, toComplete)
	}
	return bareKeys(a, cmd, args, toComplete)
}

func ruleIDs(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	for _, r := range audit.Rules() {
		list = append(list, a.described(r.ID, r.Title))
	}
	return list, noFiles
}

// wayIDs completes the ways of the template that the line names.
func wayIDs(a *app, _ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	if t := templateOf(args); t != nil {
		for i := range t.Ways {
			list = append(list, a.described(t.Ways[i].ID, t.Ways[i].Label.Text))
		}
	}
	return list, noFiles
}

func periods(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("4w", lang.T("four weeks", "4 週間")), a.described("90d", lang.T("90 days", "90 日")),
		a.described("6m", lang.T("six months", "6 か月")), a.described("1y", lang.T("a year", "1 年"))}, noFiles
}

func idleTimes(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("1m", lang.T("a minute", "1 分")), a.described("5m", lang.T("five minutes (usual)", "5 分（いつもの）")),
		a.described("30m", lang.T("half an hour, the longest", "30 分（いちばん長い）"))}, noFiles
}

func clockKinds(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	for _, l := range clockLabels {
		list = append(list, a.described(string(l.kind), l.text))
	}
	return list, noFiles
}

// tagArguments completes the records behind a tag. Which tags there are only the
// vault knows.
func tagArguments(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, noFiles
	}
	return recordNames(a, cmd, args[1:], toComplete)
}

func whens(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("auto", lang.T("where it goes to a terminal", "端末に出すときだけ")),
		a.described("always", lang.T("into files and pipes too", "ファイルやパイプにも")),
		a.described("never", lang.T("not at all", "付けない"))}, noFiles
}

func importances(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("0", lang.T("no matter", "なくても困らない")), "1", "2",
		a.described("3", lang.T("must never be lost", "絶対になくせない"))}, noFiles
}

// formats are those that a command writes.
func formats(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	var list []string
	switch cmd.Name() {
	case "map":
		for _, f := range mapFormats {
			list = append(list, a.described(f.name, f.label))
		}
		return list, noFiles
	case "export":
		return exportFormats(a, cmd, args, toComplete)
	}
	for _, k := range paperKinds {
		list = append(list, a.described(k.name, k.label))
	}
	return list, noFiles
}

func paperSizes(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described(sizeA4, lang.T("210 by 297 mm", "210 × 297 ミリ（日本やヨーロッパ）")),
		a.described(sizeLetter, lang.T("8.5 by 11 inches", "8.5 × 11 インチ（アメリカなど）"))}, noFiles
}

func sidesNames(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described("one", lang.T("one side (usual)", "片面（いつもの）")),
		a.described("two-long", lang.T("both, turned on the long edge", "両面・長い辺でとじる")),
		a.described("two-short", lang.T("both, turned on the short edge", "両面・短い辺でとじる"))}, noFiles
}

func exportFormats(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	list := []string{a.described(formatSealed, lang.T("encrypted (this is what is meant without --format)", "暗号化したもの（--format を省いたときと同じ）"))}
	for _, f := range exchange.Formats {
		list = append(list, a.described(f.Name, f.Label))
	}
	return list, noFiles
}

func policies(a *app, _ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{a.described(string(exchange.Skip), lang.T("the vault's stays", "金庫のものを残す")),
		a.described(string(exchange.Update), lang.T("the file's takes its place", "ファイルのもので書き換える")),
		a.described(string(exchange.KeepBoth), lang.T("both are kept", "両方とも残す"))}, noFiles
}

func helpNames(a *app, cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	at, _, err := cmd.Root().Find(args)
	if err != nil {
		return nil, noFiles
	}
	var names []string
	for _, c := range at.Commands() {
		if hasHelp(c) {
			names = append(names, c.Name()+"\t"+c.Short)
		}
	}
	if len(args) == 0 {
		for _, t := range topics {
			names = append(names, a.described(t.name, t.title))
		}
	}
	return names, noFiles
}

// fieldKeys completes the keys of the template that the line names: bare ones
// where a field is shown, else with the sign that a value follows.
func fieldKeys(a *app, cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	t := templateOf(args)
	if cmd.Name() == "show" || t == nil {
		return bareKeys(a, cmd, args, toComplete)
	}
	if key, _, ok := strings.Cut(toComplete, "="); ok {
		return a.choices(t.Spec(key)), noFiles
	}
	var list []string
	for i := range t.Fields {
		s := &t.Fields[i]
		end := "="
		if s.Type.Secret() {
			end = "=-" // a secret is never an argument
		}
		list = append(list, a.described(s.Key+end, s.Label))
	}
	return list, noFiles | cobra.ShellCompDirectiveNoSpace
}

func bareKeys(a *app, _ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	t := templateOf(args)
	if t == nil {
		return cobra.AppendActiveHelp(nil, a.text(lang.T("the keys of the fields: %s templates TEMPLATE", "項目のキーの一覧: %s templates ひな形"), a.name)), noFiles
	}
	var list []string
	for i := range t.Fields {
		list = append(list, a.described(t.Fields[i].Key, t.Fields[i].Label))
	}
	return list, noFiles
}

// choices are the values of a choice, as KEY=VALUE. The spec may be nil.
func (a *app) choices(s *record.Spec) []string {
	var list []string
	if s != nil {
		for _, o := range s.Options {
			list = append(list, a.described(s.Key+"="+o.Value, o.Label))
		}
	}
	return list
}

// templateOf is the template that the first argument names. The name of a record
// begins with it unless the person chose another. It returns nil if nothing can
// be said without opening the vault.
func templateOf(args []string) *record.Template {
	if len(args) == 0 {
		return nil
	}
	name := args[0]
	for {
		if t := record.LookupTemplate(name); t != nil {
			return t
		}
		i := strings.LastIndex(name, "-")
		if i < 0 {
			return nil
		}
		name = name[:i]
	}
}
