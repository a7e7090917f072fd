package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/term"
)

var manualHeads = struct {
	name, synopsis, description, commands, options, examples, status, files, environment, fields, events, scripts, seeAlso lang.Text
}{
	lang.T("NAME", "名前"), lang.T("SYNOPSIS", "書式"), lang.T("DESCRIPTION", "説明"),
	lang.T("COMMANDS", "コマンド"), lang.T("OPTIONS", "オプション"), lang.T("EXAMPLES", "例"),
	lang.T("EXIT STATUS", "終了ステータス"), lang.T("FILES", "ファイル"),
	lang.T("ENVIRONMENT", "環境変数"), lang.T("FIELDS", "項目の種類"), lang.T("EVENTS", "出来事"), lang.T("SCRIPTS", "スクリプト"),
	lang.T("SEE ALSO", "関連項目"),
}

// A manual writes the pages of one language.
type manual struct {
	a    *app
	root *cobra.Command
}

func newManual(l lang.Lang) *manual {
	a := newApp([]string{"vault", "--lang=" + l.String()})
	root := a.newRoot()
	root.InitDefaultHelpCmd()
	// Not the places of whoever makes the pages.
	a.dirs = dirs{data: "~/.local/share/memovault", state: "~/.local/state/memovault", config: "~/.config/memovault"}
	a.g.file = a.dirs.data + "/default.vault"
	return &manual{a, root}
}

// commands returns all commands that have a page, the root first.
func (m *manual) commands() []*cobra.Command {
	list := []*cobra.Command{m.root}
	for i := 0; i < len(list); i++ {
		for _, c := range list[i].Commands() {
			if hasHelp(c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// pageName is the name of a command's page: vault-add.
func pageName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "-")
}

// A roff collects the source of a page.
type roff struct {
	strings.Builder
	headed bool // the last line is the head of a section, which begins a paragraph
}

// roffText escapes what roff would take for its own, or show as another
// character than the one to be typed.
var roffText = strings.NewReplacer(`\`, `\[rs]`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "~", `\(ti`, "^", `\(ha`)

// line writes one line of text. A dot at its beginning would be a request.
func (r *roff) line(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	r.WriteString(s + "\n")
	r.headed = false
}

func (r *roff) request(s string) {
	r.WriteString("." + s + "\n")
	r.headed = strings.HasPrefix(s, "SH ")
}

// prose writes a paragraph that fits into cols columns. Formatters break lines
// at spaces only, and Japanese has none: its lines are broken here.
func (m *manual) prose(r *roff, text string, cols int) {
	lines := term.Wrap(text, cols)
	broken := m.a.lang == lang.JA && len(lines) > 1
	if broken {
		r.request("nf")
	}
	for _, line := range lines {
		r.line("%s", roffText.Replace(line))
	}
	if broken {
		r.request("fi")
	}
}

// paragraph writes prose that stands for itself.
func (m *manual) paragraph(r *roff, text string) {
	if !r.headed {
		r.request("PP")
	}
	m.prose(r, text, proseColumns)
}

// Columns of running text, and of text behind a tag, in a window of 80.
const (
	proseColumns  = 72
	taggedColumns = 64
)

// tagged writes a term and what it means below it.
func (m *manual) tagged(r *roff, tag, text string) {
	r.request("TP")
	r.line("%s", tag)
	m.prose(r, text, taggedColumns)
}

func bold(s string) string   { return `\fB` + roffText.Replace(s) + `\fR` }
func italic(s string) string { return `\fI` + roffText.Replace(s) + `\fR` }

func (m *manual) head(r *roff, t lang.Text) { r.request("SH " + m.a.text(t)) }

// paragraphs undoes the line breaks of help texts.
func (m *manual) paragraphs(text string) []string {
	var list []string
	for _, p := range strings.Split(text, "\n\n") {
		joined := ""
		for _, line := range strings.Split(p, "\n") {
			joined = m.join(joined, strings.TrimSpace(line))
		}
		list = append(list, joined)
	}
	return list
}

var (
	latinEnd   = regexp.MustCompile(`[!-~]$`)
	latinStart = regexp.MustCompile(`^[!-~]`)
	markEnd    = regexp.MustCompile(`[、。（「]$`)
	markStart  = regexp.MustCompile(`^[、。）」]`)
)

// join puts a space between lines, but not inside Japanese.
func (m *manual) join(a, b string) string {
	glued := m.a.lang == lang.JA && (markEnd.MatchString(a) || markStart.MatchString(b) ||
		!latinEnd.MatchString(a) && !latinStart.MatchString(b))
	if a == "" || glued {
		return a + b
	}
	return a + " " + b
}

func (m *manual) page(cmd *cobra.Command) string {
	var r roff
	r.WriteString(".\\\" Made from the help texts: UPDATE=1 go test ./internal/cli -run TestManual\n")
	r.request(`TH ` + roffText.Replace(strings.ToUpper(pageName(cmd))) + ` 1 "" "memovault" "memovault"`)
	r.request("ad l")
	r.request("nh")
	m.head(&r, manualHeads.name)
	r.line(`%s \- %s`, roffText.Replace(pageName(cmd)), roffText.Replace(cmd.Short))
	m.head(&r, manualHeads.synopsis)
	m.synopsis(&r, cmd)
	m.head(&r, manualHeads.description)
	for _, p := range m.paragraphs(cmd.Long) {
		m.paragraph(&r, p)
	}
	if cmd == m.root {
		m.commandList(&r)
	}
	m.options(&r, cmd)
	m.examples(&r, cmd)
	m.status(&r, cmd)
	if cmd == m.root {
		m.surroundings(&r)
	}
	m.seeAlso(&r, cmd)
	return r.String()
}

func (m *manual) synopsis(r *roff, cmd *cobra.Command) {
	words := strings.Fields(m.a.useLine(cmd))
	own := len(strings.Fields(cmd.CommandPath()))
	line := bold(strings.Join(words[:own], " "))
	for _, w := range words[own:] {
		line += " " + italic(w)
	}
	r.line("%s", line)
}

func (m *manual) commandList(r *roff) {
	m.head(r, manualHeads.commands)
	for _, g := range groups {
		r.request("SS " + m.a.text(g.title))
		for _, c := range m.root.Commands() {
			if c.GroupID == g.id && hasHelp(c) {
				m.tagged(r, bold(c.Name()), c.Short)
			}
		}
	}
}

func (m *manual) options(r *roff, cmd *cobra.Command) {
	m.head(r, manualHeads.options)
	flags := cmd.PersistentFlags()
	if cmd != m.root {
		flags = cmd.LocalNonPersistentFlags()
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		tag := bold("--" + f.Name)
		if f.Shorthand != "" {
			tag = bold("-"+f.Shorthand) + ", " + tag
		}
		if value != "" && f.Value.Type() != "bool" {
			tag += " " + italic(value)
		}
		m.tagged(r, tag, text)
	})
	if cmd != m.root {
		m.paragraph(r, m.a.text(lang.T("The options of every command, --file, --lang, --passphrase-file and others, are in vault(1).",
			"--file、--lang、--passphrase-file など、どのコマンドにも付けられるものは vault(1) にあります。")))
	}
}

// examples writes what app.examples joined: a remark, then the command.
func (m *manual) examples(r *roff, cmd *cobra.Command) {
	m.head(r, manualHeads.examples)
	m.exampleLines(r, cmd.Example)
}

func (m *manual) exampleLines(r *roff, examples string) {
	for line := range strings.Lines(examples) {
		line = strings.TrimSpace(line)
		if remark, ok := strings.CutPrefix(line, "# "); ok {
			m.paragraph(r, remark)
			continue
		}
		r.request("RS 4")
		r.request("nf")
		r.line("%s", bold(line))
		r.request("fi")
		r.request("RE")
	}
}

func (m *manual) status(r *roff, cmd *cobra.Command) {
	m.head(r, manualHeads.status)
	if cmd != m.root {
		m.paragraph(r, m.a.text(lang.T("0 where it worked. The others are listed in vault(1).",
			"うまくいけば 0。そのほかは vault(1) にあります。")))
		return
	}
	for _, s := range exitStatuses {
		m.tagged(r, bold(fmt.Sprint(s.status)), m.a.text(s.text))
	}
}

// surroundings writes the topics of help that belong to no command.
func (m *manual) surroundings(r *roff) {
	m.topic(r, manualHeads.fields, "fields", bold)
	m.topic(r, manualHeads.events, "events", bold)
	m.topic(r, manualHeads.scripts, "scripts", bold)
	m.topic(r, manualHeads.files, "files", italic)
	m.topic(r, manualHeads.environment, "environment", bold)
}

func (m *manual) topic(r *roff, head lang.Text, name string, face func(string) string) {
	m.head(r, head)
	t := findTopic(name)
	if name != "files" { // which speaks of this computer
		for _, p := range m.paragraphs(m.a.text(t.text)) {
			m.paragraph(r, p)
		}
	}
	m.exampleLines(r, m.a.examples(t.examples))
	if t.rows == nil {
		return
	}
	for _, row := range t.rows(m.a) {
		m.tagged(r, face(row.tag), row.text)
	}
}

func (m *manual) seeAlso(r *roff, cmd *cobra.Command) {
	m.head(r, manualHeads.seeAlso)
	var list []string
	for _, c := range m.commands() {
		if c != cmd && (cmd == m.root || c == m.root) {
			list = append(list, bold(pageName(c))+"(1)")
		}
	}
	r.line("%s", strings.Join(append(list, bold("age")+"(1)"), ", "))
}

// TestManual compares docs/man with the help texts. UPDATE=1 writes it anew.
func TestManual(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		dir := filepath.Join("..", "..", "docs", "man", l.String())
		m := newManual(l)
		want := map[string]string{}
		for _, cmd := range m.commands() {
			want[pageName(cmd)+".1"] = m.page(cmd)
		}
		if os.Getenv("UPDATE") != "" {
			writeManual(t, dir, want)
		}
		have, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range have {
			if _, ok := want[f.Name()]; !ok {
				t.Errorf("%s/%s: there is no such command", l, f.Name())
			}
		}
		for name, page := range want {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || string(got) != page {
				t.Errorf("%s/%s is not what the help says; make it anew: UPDATE=1 go test ./internal/cli -run TestManual", l, name)
			}
		}
	}
}

func writeManual(t *testing.T, dir string, pages map[string]string) {
	old, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestManualIsWhole holds that each page has all sections in its language, and
// that no line of text became a request.
func TestManualIsWhole(t *testing.T) {
	request := regexp.MustCompile(`(?m)^['.].*$`)
	known := regexp.MustCompile(`^\.(\\"|TH|SH|SS|PP|TP|RS 4|RE|nf|fi|ad l|nh)`)
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		m := newManual(l)
		for _, cmd := range m.commands() {
			page := m.page(cmd)
			h := manualHeads
			heads := []lang.Text{h.name, h.synopsis, h.description, h.options, h.examples, h.status, h.seeAlso}
			if cmd == m.root {
				heads = append(heads, h.commands, h.files, h.environment, h.fields, h.scripts)
			}
			for _, head := range heads {
				if !strings.Contains(page, "\n.SH "+head.In(l)+"\n") {
					t.Errorf("%s %s: no section %s", l, pageName(cmd), head.In(l))
				}
			}
			for _, line := range request.FindAllString(page, -1) {
				if !known.MatchString(line) {
					t.Errorf("%s %s: not a request: %s", l, pageName(cmd), line)
				}
			}
			cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
				if !f.Hidden && !strings.Contains(page, bold("--"+f.Name)) {
					t.Errorf("%s %s: no option --%s", l, pageName(cmd), f.Name)
				}
			})
		}
	}
}

func TestManualEscapes(t *testing.T) {
	m := newManual(lang.EN)
	var r roff
	m.prose(&r, `.TH it's C:\vault --file ~ ^ `+"`", 80)
	if got, want := r.String(), `\&.TH it\(aqs C:\[rs]vault \-\-file \(ti \(ha \(ga`+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	ja := newManual(lang.JA)
	if got, want := ja.paragraphs("金庫を\n開けます。\nage で\n暗号化する file\n1 つ")[0], "金庫を開けます。age で暗号化する file 1 つ"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestManualEnvironment compares the variables the manual names with those the
// program reads.
func TestManualEnvironment(t *testing.T) {
	var said []string
	for _, e := range environment {
		said = append(said, strings.Split(e.names, ", ")...)
	}
	read := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	reading := regexp.MustCompile(`(?:Getenv|LookupEnv|xdg)\("(\w+)"`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range reading.FindAllStringSubmatch(string(src), -1) {
			read[found[1]] = true
		}
	}
	lang.FromEnv(func(name string) string { read[name] = true; return "" }, func() string { return "" })
	for name := range read {
		if !slices.Contains(said, name) {
			t.Errorf("the manual does not name %s", name)
		}
	}
	for _, name := range said {
		if !read[name] {
			t.Errorf("the program does not read %s", name)
		}
	}
}
