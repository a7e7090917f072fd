//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/record"
)

// A guide is a page of the documentation whose sessions are run, one after the
// other, in one home. Comments in it say what is done unseen:
//
//	<!-- run            commands that prepare what follows
//	<!-- answers        "question | keys" a line, for the session that follows;
//	                    "until question | keys" leaves it there, to go on with
//	                    the keys in the next; "skip |" presses Enter at all
//	                    questions before the one in the next line
//	<!-- passphrase P --> is asked for from here on
//	<!-- file NAME -->  the block that follows is that file
//	<!-- days N -->     what follows happens N days later
//
// A passphrase that is asked for and not answered so is typed by itself.
type guide struct {
	t       *testing.T
	h       *home
	env     []string
	pass    string // the vault's passphrase, as far as it is known
	seed    int
	answers []string
	file    string   // where the next block goes
	session *session // the command that goes on in the next block
	ended   chan struct{}
	left    *string  // the answer to the question at which it was left
	rows    []string // what the blocks before have shown of it
}

var guidePart = regexp.MustCompile("(?ms)^<!-- (\\w+) ?(.*?) ?-->\n|^```(\\w+)\n(.*?)^```\n")

var guides = []struct{ path, lang string }{
	{"docs/guide.md", "en"},
	{"docs/guide.ja.md", "ja"},
}

// TestGuides runs the guides. UPDATE=1 writes what the program says into them.
func TestGuides(t *testing.T) {
	if raceEnabled {
		t.Skip("the guides are played without the race detector: each of their commands is a process of its own")
	}
	t.Parallel()
	needCommand(t, "bash")
	needCommand(t, "pdftotext")
	age := stockAgeTool(t)
	for _, page := range guides {
		t.Run(page.lang, func(t *testing.T) {
			t.Parallel()
			doc := readDoc(t, page.path)
			unused := map[string]bool{"rules": true, "templates": true, "fields": true, "environment": true, "status": true}
			g := &guide{t: t, h: newHome(t), pass: goodPass}
			g.env = append(g.h.env, "MEMOVAULT_LANG="+page.lang, "MEMOVAULT_PAGER=cat", "NO_COLOR=1", "CLICOLOR_FORCE=",
				"PATH="+os.Getenv("PATH")+string(os.PathListSeparator)+age)
			made := madeTables(t, page.lang)
			played := madePart.ReplaceAllStringFunc(guidePart.ReplaceAllStringFunc(doc, g.part), func(text string) string {
				name := madePart.FindStringSubmatch(text)[1]
				if made[name] == "" {
					t.Errorf("there is no table %q", name)
				}
				delete(unused, name)
				return "<!-- made " + name + " -->\n" + made[name] + "<!-- end -->\n"
			})
			for name := range unused {
				t.Errorf("the table %q is missing", name)
			}
			if g.session != nil {
				t.Errorf("%s was left asking", g.session.cmd)
			}
			if played == doc {
				return
			}
			if os.Getenv("UPDATE") == "" {
				t.Fatalf("%s is not what the program says; look at it with UPDATE=1:\n%s", page.path, firstDifference(doc, played))
			}
			if err := os.WriteFile(filepath.Join("..", "..", filepath.FromSlash(page.path)), []byte(played), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// madePart is a table that is made from the program's own, so that a guide
// leaves nothing out.
var madePart = regexp.MustCompile(`(?s)<!-- made (\w+) -->\n.*?<!-- end -->\n`)

func madeTables(t *testing.T, language string) map[string]string {
	t.Helper()
	l, ok := lang.Parse(language)
	if !ok {
		t.Fatal(language)
	}
	a, _, _ := helpApp(l)
	row := func(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
	head := func(titles ...lang.Text) string {
		cells, rule := make([]string, len(titles)), make([]string, len(titles))
		for i, title := range titles {
			cells[i], rule[i] = title.In(l), "---"
		}
		return row(cells...) + row(rule...)
	}
	made := map[string]string{
		"rules":       head(lang.T("rule", "番号"), lang.T("weight", "重さ"), lang.T("what is found", "気になる点")),
		"templates":   head(lang.T("name", "名前"), lang.T("what is noted", "何を記録するか")),
		"fields":      head(lang.T("kind", "種類"), lang.T("what it is, and what is checked", "どういうもので、何を確かめるか")),
		"environment": head(lang.T("variable", "環境変数"), lang.T("what it does", "働き")),
		"status":      head(lang.T("status", "番号"), lang.T("meaning", "意味")),
	}
	for _, r := range audit.Rules() {
		made["rules"] += row(r.ID, r.Severity.Label().In(l), r.Title.In(l))
	}
	for _, tmpl := range record.Templates() {
		made["templates"] += row("`"+tmpl.Name+"`", tmpl.Label.In(l)+": "+tmpl.Help.In(l))
	}
	for name, rows := range map[string][]tagged{"fields": kindRows(a), "environment": environmentRows(a), "status": statusRows(a)} {
		for _, r := range rows {
			made[name] += row("`"+strings.TrimSpace(r.tag)+"`", r.text)
		}
	}
	return made
}

// TestGuidesAreEqual holds that both guides have the same chapters, sessions and
// commands, and that every command in them can be typed.
func TestGuidesAreEqual(t *testing.T) {
	var shapes [2][]string
	var docs [2]string
	for i, page := range guides {
		doc := readDoc(t, page.path)
		docs[i] = doc
		for line := range strings.Lines(doc) {
			level := len(line) - len(strings.TrimLeft(line, "#"))
			switch {
			case level > 0 && strings.HasPrefix(line[level:], " "):
				shapes[i] = append(shapes[i], strings.Repeat("#", level))
			case strings.HasPrefix(line, "```") && len(line) > 4, strings.HasPrefix(line, "<!-- made "):
				shapes[i] = append(shapes[i], strings.TrimSpace(line))
			case strings.HasPrefix(line, "$ "):
				shapes[i] = append(shapes[i], "$ "+commandIn(line[2:]))
			}
		}
		for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(doc, -1) {
			for line := range strings.Lines(block[1]) {
				if strings.HasPrefix(line, "vault ") {
					checkExample(t, strings.TrimSpace(line))
				}
			}
		}
		for _, inline := range regexp.MustCompile("`vault ([^`]+)`").FindAllStringSubmatch(doc, -1) {
			if strings.Contains(inline[1], " ") {
				checkExample(t, "vault "+inline[1])
			} else if root := newManual(lang.EN).root; !slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == inline[1] }) {
				t.Errorf("%s: there is no command %s", page.path, inline[1])
			}
		}
	}
	for i := range max(len(shapes[0]), len(shapes[1])) {
		if i >= min(len(shapes[0]), len(shapes[1])) || shapes[0][i] != shapes[1][i] {
			t.Fatalf("%s has %q where %s has %q", guides[0].path, shapes[0][i:min(i+4, len(shapes[0]))], guides[1].path, shapes[1][i:min(i+4, len(shapes[1]))])
		}
	}
	for _, cmd := range newManual(lang.EN).commands()[1:] {
		for i, doc := range docs {
			if !strings.Contains(doc, "`"+cmd.CommandPath()) && !strings.Contains(doc, "$ "+cmd.CommandPath()) {
				t.Errorf("%s does not name %s", guides[i].path, cmd.CommandPath())
			}
		}
	}
}

// commandIn is the program and its command, without what is named in a language.
func commandIn(line string) string {
	words := strings.Fields(line)
	if words[0] != "vault" {
		return words[0]
	}
	return strings.Join(words[:2], " ")
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n  %s\nthe program says\n  %s", i+1, w[i], strings.Join(g[i:min(len(g), i+8)], "\n  "))
		}
	}
	return "one is longer"
}

// stockAgeTool builds the age command and returns its folder.
func stockAgeTool(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "age"), "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("building age: %v\n%s", err, out)
	}
	return dir
}

// backupNumber is the number of a paper backup, which is of its ciphertext: no
// two are alike, whatever the seed.
var backupNumber = regexp.MustCompile(`((?:backup|控え)[ （])[0-9A-F]{4}-[0-9A-F]{4}`)

// part does what a comment says, or plays a block and returns it as it was.
func (g *guide) part(text string) string {
	m := guidePart.FindStringSubmatch(text)
	what, body := m[1]+m[3], m[2]+m[4]
	if file := g.file; file != "" {
		g.file = ""
		g.write(file, body)
		return text
	}
	switch what {
	case "run":
		g.prepare(body)
	case "answers":
		for line := range strings.Lines(body) {
			if line = strings.TrimRight(line, "\n"); line != "" {
				g.answers = append(g.answers, line)
			}
		}
	case "passphrase":
		g.pass = body
	case "file":
		g.file = body
	case "days":
		g.env = append(g.env, "TEST_DAYS_LATER="+body)
	case "console":
		said := g.console(body)
		if backupNumber.ReplaceAllString(said, "$1") == backupNumber.ReplaceAllString(body, "$1") {
			return text
		}
		return "```console\n" + said + "```\n"
	}
	return text
}

func (g *guide) command(line string) *exec.Cmd {
	g.seed++
	cmd := g.h.command("bash", "-c", line)
	cmd.Env = append(slices.Clone(g.env), fmt.Sprintf("TEST_SEED=guide %d", g.seed))
	return cmd
}

func (g *guide) write(path, content string) {
	g.t.Helper()
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join("..", "home", rest)
	}
	path = filepath.Join(g.h.dir, "here", path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

func (g *guide) prepare(script string) {
	g.t.Helper()
	if out, err := g.command("set -e\n" + script).CombinedOutput(); err != nil {
		g.t.Fatalf("%s\n%v\n%s", script, err, out)
	}
}

// console plays the commands of a block, or goes on with the one before.
func (g *guide) console(body string) string {
	var said strings.Builder
	if g.session != nil {
		said.WriteString(g.play())
	}
	for line := range strings.Lines(body) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			if g.session != nil {
				g.t.Fatalf("%s is still asking before %s", g.session.cmd, command)
			}
			said.WriteString(line)
			g.h.env = g.command(command).Env
			g.session = g.h.onScreen(80, 24, "bash", "-c", command)
			said.WriteString(g.play())
		}
	}
	if g.session == nil && len(g.answers) > 0 {
		g.t.Errorf("the answers %q were not asked for; on the screen\n%s", g.answers, said.String())
		g.answers = nil
	}
	text := said.String()
	if strings.Contains(text, g.h.dir) {
		g.t.Errorf("a place of this computer is shown:\n%s", text)
	}
	return text
}

// play answers until the command ends or is to be left, and returns what came
// onto the screen since.
func (g *guide) play() string {
	g.t.Helper()
	s := g.session
	if g.ended == nil {
		ended := make(chan struct{})
		go func() { s.cmd.Wait(); close(ended) }()
		g.ended = ended
	}
	answered := ""
	if g.left != nil {
		answered = s.question()
		s.send(g.keys(*g.left))
		g.left = nil
	}
	for deadline := time.Now().Add(patience); ; {
		select {
		case <-g.ended:
			s.restored()
			text := g.fresh()
			g.session, g.ended, g.rows = nil, nil, nil
			return text
		case <-time.After(2 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			g.t.Fatalf("%s\nstill waits; the answers are %q; screen\n%s", s.cmd, g.answers, s.visible())
		}
		question := s.question()
		if question == "" || question == answered {
			continue
		}
		keys, leave := g.answer(question)
		if keys == "" && !leave && len(g.answers) > 1 && strings.HasPrefix(g.answers[0], "skip |") {
			if time.Sleep(50 * time.Millisecond); question == s.question() && (strings.HasSuffix(question, ":") || strings.HasSuffix(question, "1>")) {
				keys = "\r"
			}
		}
		if leave {
			return g.fresh()
		}
		if keys != "" {
			answered, deadline = question, time.Now().Add(patience)
			s.send(keys)
		}
	}
}

// question is what stands before the cursor, some rows of it; nothing if the
// cursor is at the beginning of a row.
func (s *session) question() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.screen.row
	if at >= len(s.screen.rows) || len(s.screen.rows[at]) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprint(&b, at, ":")
	for _, row := range s.screen.rows[max(0, at-4) : at+1] {
		b.WriteString(string(row))
	}
	return unspaced(b.String())
}

func unspaced(s string) string {
	return strings.NewReplacer(" ", "", "\x00", "").Replace(s)
}

var askedSecret = regexp.MustCompile(`(Passphrase|Passphraseofthevault|合言葉):$`)

// answer says what to type at a question, and whether to leave it there.
func (g *guide) answer(question string) (keys string, leave bool) {
	if len(g.answers) > 1 && strings.HasPrefix(g.answers[0], "skip |") {
		skip := g.answers[0]
		g.answers = g.answers[1:]
		if keys, leave = g.answer(question); keys == "" && !leave {
			g.answers = slices.Insert(g.answers, 0, skip)
		}
		return keys, leave
	}
	if len(g.answers) > 0 {
		prompt, typed, _ := strings.Cut(g.answers[0], "|")
		rest, until := strings.CutPrefix(prompt, "until ")
		typed = strings.TrimSpace(typed)
		if strings.HasSuffix(question, unspaced(rest)) {
			g.answers = g.answers[1:]
			if until {
				g.left = &typed
				return "", true
			}
			return g.keys(typed), false
		}
	}
	if askedSecret.MatchString(question) {
		return g.pass + "\r", false
	}
	return "", false
}

var (
	shownPhrase = regexp.MustCompile(`(?:Passphrase|合言葉):  (\S.*)`)
	askedGroup  = regexp.MustCompile(`group (\d+) from|用紙の (\d+) 番`)
	sheetFile   = regexp.MustCompile(`~/[\w-]+\.pdf`)
)

// keys turns the words of an answer into keys: ^P is Ctrl-P, <phrase> the
// passphrase on the screen, <key FILE [N]> the key of a sheet, <group> the one asked for from the sheet, and what
// stands in <paste ...> is pasted, / for the ends of its lines.
func (g *guide) keys(words string) string {
	screen := g.session.visible()
	if m := shownPhrase.FindStringSubmatch(screen); m != nil {
		g.pass = strings.TrimSpace(m[1])
	}
	switch {
	case words == "^P":
		return "\x10"
	case words == "^C":
		return "\x03"
	case strings.HasPrefix(words, "^U"):
		return "\x15" + words[2:] + "\r"
	case words == "<phrase>":
		return g.pass + "\r"
	case strings.HasPrefix(words, "<key "):
		return g.recoveryKey(strings.Fields(strings.Trim(words, "<>"))[1:]) + "\r"
	case words == "<group>":
		return g.group(screen) + "\r"
	}
	if lines, ok := strings.CutPrefix(words, "<paste "); ok {
		return "\x1b[200~" + strings.ReplaceAll(strings.TrimSuffix(lines, ">"), "/", "\r") + "\x1b[201~\r"
	}
	return words + "\r"
}

// recoveryKey reads a recovery key from its sheet, with a slip in the group that
// a second word names.
func (g *guide) recoveryKey(words []string) string {
	g.t.Helper()
	sheet, err := os.ReadFile(filepath.Join(g.h.dir, words[0]))
	if err != nil {
		g.t.Fatal(err)
	}
	var groups []string
	for _, m := range regexp.MustCompile(`\b(\d+)\) ([0-9A-Z]+-[0-9A-Z])\b`).FindAllStringSubmatch(string(sheet), -1) {
		group := m[2]
		if len(words) > 1 && words[1] == m[1] {
			group = group[1:2] + group[:1] + group[2:]
		}
		groups = append(groups, group)
	}
	return strings.ToLower(strings.Join(groups, " "))
}

// group reads the group of the recovery key that is asked for from its sheet.
func (g *guide) group(screen string) string {
	g.t.Helper()
	asked := askedGroup.FindStringSubmatch(screen)
	file := sheetFile.FindString(screen)
	if asked == nil || file == "" {
		g.t.Fatalf("no group or no sheet on the screen:\n%s", screen)
	}
	sheet, err := exec.Command("pdftotext", "-layout", filepath.Join(g.h.dir, "home", file[2:]), "-").Output()
	if err != nil {
		g.t.Fatal(err)
	}
	found := regexp.MustCompile(`\s` + asked[1] + asked[2] + `\s+([0-9A-Z]+-[0-9A-Z])\s`).FindSubmatch(sheet)
	if found == nil {
		g.t.Fatalf("no group %s%s on the sheet:\n%s", asked[1], asked[2], sheet)
	}
	return string(found[1])
}

// fresh is what stands on the screen now but did not at the end of the block
// before.
func (g *guide) fresh() string {
	if g.ended != nil && g.left == nil {
		g.session.drain()
	}
	rows := strings.Split(g.session.visible(), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	same := 0
	for same < len(rows) && same < len(g.rows) && rows[same] == g.rows[same] {
		same++
	}
	g.rows = rows
	text := strings.TrimRight(strings.Join(rows[same:], "\n"), "\n")
	if text != "" {
		text += "\n"
	}
	return text
}
