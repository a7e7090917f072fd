package internal_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A goSample is a file made to break a rule, or to come close and keep it.
type goSample struct {
	rule, path, src string
	want            string // part of the complaint; "" when the file is fine
}

const textHead = "package cli\nimport \"memovault/internal/lang\"\n"

var goSamples = []goSample{
	{"layers", "internal/store/a.go", `package store; import "memovault/internal/paper"`, "store may not import paper"},
	{"layers", "internal/store/a.go", `package store; import "memovault/internal/record"`, ""},
	{"layers", "internal/store/a_test.go", `package store_test; import "memovault/internal/store"`, ""},
	{"layers", "internal/lang/a_test.go", `package lang; import "memovault/internal/record"`, "lang may not import record"},
	{"layers", "internal/newcomer/a.go", `package newcomer`, "newcomer is missing"},
	{"layers", "internal/paper/font/a.go", `package font`, "paper/font is missing"},
	{"layers", "cmd/vault/main.go", `package main; import "memovault/internal/store"`, "cmd/vault may not import store"},

	{"owners", "internal/term/a.go", `package term; import "github.com/spf13/cobra"`, "cli alone"},
	{"owners", "internal/term/a.go", `package term; import flag "github.com/spf13/pflag"`, "cli alone"},
	{"owners", "internal/cli/a.go", `package cli; import "go.etcd.io/bbolt/errors"`, "store alone"},
	{"owners", "internal/paper/a_test.go", `package paper; import "filippo.io/age"`, "cli keyring store alone"},
	{"owners", "internal/cli/a.go", `package cli; import "github.com/spf13/cobra/doc"`, "tests alone"},
	{"owners", "internal/cli/a_test.go", `package cli; import "github.com/spf13/cobra/doc"`, ""},
	{"owners", "internal/term/a.go", `package term; import "github.com/creack/pty"`, "tests alone"},
	{"owners", "internal/record/a.go", `package record; import "filippo.io/agenda"`, ""},

	{"age", "internal/store/a.go", `package store; import "filippo.io/age"; var _ = age.Encrypt`, "age.Encrypt belongs into keyring"},
	{"age", "internal/cli/a.go", `package cli; import x "filippo.io/age/armor"; var _ = x.NewReader`, "armor.NewReader belongs into keyring"},
	{"age", "internal/store/a.go", `package store; import "filippo.io/age"; func f(age.Identity) {}`, ""},
	{"age", "internal/store/a_test.go", `package store; import "filippo.io/age"; var _ = age.Encrypt`, ""},
	{"age", "internal/keyring/a.go", `package keyring; import "filippo.io/age"; var _ = age.Encrypt`, ""},

	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("saved %s", "保存しました")`, "verbs differ: [1s] and []"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%s of %d", "%s 件中 %d 件")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%s of %d", "%[2]d 件中の %[1]s")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%s of %s", "%[2]s の %[1]s")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%s of %d", "%d 件中の %s")`, "verbs differ"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("no %q", "「%s」はありません")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("no %q", "「%d」はありません")`, "verbs differ"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%*d", "%d 件")`, "verbs differ: [1* 2d] and [1d]"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("100% sure, %d%%", "%d%% は 100% 確実")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("saved", "")`, "empty"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("", "保存")`, "empty"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("saved", "saved")`, "not Japanese"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("saved", "Saved")`, "not Japanese"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("JSON (BitLocker): %s", "JSON (BitLocker): %s")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%s (%s), ", "%s（%s）、")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("%s kept", "（%s）")`, "not Japanese"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("key.txt", "kagi.txt")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("saved.", "Saved.")`, "not Japanese"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.T("a "+("long "+"one"), "長い"+"もの")`, ""},
	{"texts", "internal/cli/a.go", textHead + `var x = "x"; var _ = lang.T(x, "長い")`, "two literals"},
	{"texts", "internal/cli/a.go", textHead + `var x = "x"; var _ = lang.T(x, x)`, "two literals"},
	{"texts", "internal/cli/a.go", "package cli\nimport l \"memovault/internal/lang\"\n" + `var _ = l.T("saved", "saved")`, "not Japanese"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.Text{EN: "saved %d", JA: "保存"}`, "verbs differ"},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.Text{JA: "保存", EN: "saved"}`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.Text{EN: "saved"}`, "two literals"},
	{"texts", "internal/cli/a.go", textHead + `var x = "x"; var _ = lang.Text{EN: x, JA: "保存"}`, "two literals"},
	{"texts", "internal/cli/a.go", textHead + `var x = "x"; var _ = lang.Text{EN: x, JA: x}`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = lang.Text{}`, ""},
	{"texts", "internal/cli/a.go", textHead + `var _ = []lang.Text{{"saved", "保存"}, {"saved", "saved"}}`, "not Japanese"},
	{"texts", "internal/cli/a.go", textHead + `var _ = map[int]lang.Text{1: {EN: "saved", JA: " "}}`, "empty"},
	{"texts", "internal/lang/a.go", `package lang; var _ = T("saved", "saved")`, "not Japanese"},

	{"outside", "internal/store/a.go", `package store; import "time"; var now = time.Now`, "only cli may use time.Now"},
	{"outside", "internal/store/a.go", `package store; import "os"; var _ = os.Getenv("HOME")`, "os.Getenv"},
	{"outside", "internal/term/a.go", `package term; import "time"; var now = time.Now`, ""},
	{"outside", "internal/term/a.go", `package term; import "time"; var _ = time.Since`, "time.Since"},
	{"outside", "internal/term/a.go", `package term; import xx "os"; var _ = xx.Stdin`, "os.Stdin"},
	{"outside", "internal/record/a.go", `package record; import "fmt"; func f() { fmt.Println() }`, "fmt.Println"},
	{"outside", "internal/record/a.go", `package record; import "log"; func f() { log.Fatal() }`, "log.Fatal"},
	{"outside", "internal/record/a.go", `package record; import "fmt"; var _ = fmt.Sprintf("")`, ""},
	{"outside", "internal/record/a_test.go", `package record; import "time"; var now = time.Now`, ""},
	{"outside", "internal/record/gen.go", "//go:build ignore\n\npackage main; import \"os\"; var _ = os.Args", ""},
	{"outside", "internal/record/a.go", "//go:build !windows\n\npackage record; import \"os\"; var _ = os.Args", "os.Args"},
	{"outside", "internal/cli/a.go", `package cli; import "os"; var _ = os.Args`, ""},
	{"outside", "cmd/vault/main.go", `package main; import "os"; func main() { os.Exit(len(os.Args)) }`, ""},
	{"outside", "cmd/vault/main.go", `package main; import "fmt"; func main() { fmt.Print() }`, "fmt.Print"},

	{"length", "internal/record/a.go", "package record\n" + strings.Repeat("\n", maxLines), "701 lines"},
	{"length", "internal/record/a.go", "package record\n" + strings.Repeat("\n", maxLines-1), ""},
}

func TestGoRulesFail(t *testing.T) {
	untested := slices.Collect(maps.Keys(goRules))
	for _, s := range goSamples {
		f, err := parse(s.path, s.src)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, s.rule, s.src, goRules[s.rule](f), s.want)
		untested = slices.DeleteFunc(untested, func(rule string) bool { return rule == s.rule && s.want != "" })
	}
	if len(untested) > 0 {
		t.Errorf("no bad sample for %v", untested)
	}
}

// compare demands exactly one complaint with want in it, or none.
func compare(t *testing.T, rule, sample string, found []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(found) > 0:
		t.Errorf("%s: %q complains: %q", rule, sample, found)
	case want != "" && (len(found) != 1 || !strings.Contains(found[0], want)):
		t.Errorf("%s: %q found %q, want %q", rule, sample, found, want)
	}
}

// A treeSample is a repository of one or two files.
type treeSample struct {
	rule  string
	files map[string]string
	want  string
}

var treeSamples = []treeSample{
	{"names", map[string]string{"internal/utils/a.go": ""}, `"utils"`},
	{"names", map[string]string{"internal/store/walk_common.go": ""}, `"common"`},
	{"names", map[string]string{"internal/store/helpers_test.go": ""}, `"helpers"`},
	{"names", map[string]string{"internal/paper/base45.go": ""}, ""},
	{"names", map[string]string{"testdata/shared/a.go": ""}, ""},

	{"words", map[string]string{"docs/a.md": "fine\nTO" + "DO: more\n"}, "docs/a.md:2: unfinished work"},
	{"words", map[string]string{"a.go": "// FIX" + "ME"}, "unfinished work"},
	{"words", map[string]string{"a.go": "// X" + "XX: odd"}, "unfinished work"},
	{"words", map[string]string{"docs/a.md": "XXXXX-XXXXX"}, ""},
	{"words", map[string]string{"docs/a.md": "see /ro" + "ot/go"}, "a path of one machine"},
	{"words", map[string]string{".ci/run": "cd /wo" + "rk/x"}, "a path of one machine"},
	{"words", map[string]string{"a_test.go": `open("/t` + `mp/x")`}, "a path of one machine"},
	{"words", map[string]string{"docs/a.md": "a/tmp/b $X/tmp/c https://example.jp/work/d"}, ""},
	{"words", map[string]string{"go.mod": "// proxy." + "golang.org"}, "a registry's host"},
	{"words", map[string]string{"go.sum": "sum." + "golang.org"}, ""},
	{"words", map[string]string{"testdata/a.pdf": "TO" + "DO\x00"}, ""},
	{"words", map[string]string{"testdata/sjis.csv": "TO" + "DO \x8b\xe0"}, ""},
	{"words", map[string]string{"dist/a.txt": "TO" + "DO"}, ""},
	{"words", map[string]string{".git": "gitdir: /ro" + "ot/x"}, ""},

	{"embedded", map[string]string{
		"internal/record/a.go":           "package record\n//go:embed templates/*.json\nvar x int",
		"internal/record/templates/a.js": "",
	}, ""},
	{"embedded", map[string]string{"internal/lang/a.go": "package lang\n//go:embed all:words\nvar x int"}, "no LICENSE beside internal/lang/words"},
	{"embedded", map[string]string{"internal/a/a.go": "package a\n//go:embed theirs.txt\nvar x int"}, "no LICENSE beside internal/a/theirs.txt"},
	{"embedded", map[string]string{
		"internal/a/a.go":          "package a\n//go:embed theirs.txt\nvar x int",
		"internal/a/LICENSE-words": "free",
	}, ""},
	{"embedded", map[string]string{
		"internal/a/a.go":       "package a\n//go:embed fonts/*.ttf\nvar x int",
		"internal/a/fonts/b.tt": "",
		"internal/a/LICENSE":    "of something else",
	}, "no LICENSE beside internal/a/fonts"},
	{"embedded", map[string]string{
		"internal/a/a.go":          "package a\n//go:embed fonts\nvar x int",
		"internal/a/fonts/b.tt":    "",
		"internal/a/fonts/LICENSE": "free",
	}, ""},

	{"fixtures", map[string]string{"internal/a/a_test.go": `package a; var x, _ = filepath.Glob("testdata/*.json")`}, "nothing matches testdata/*.json"},
	{"fixtures", map[string]string{"internal/a/a_test.go": `package a; var x, _ = filepath.Glob(filepath.Join("testdata", "*.json"))`}, "nothing matches"},
	{"fixtures", map[string]string{"internal/a/a_test.go": `package a; var x, _ = fs.Glob(y, "testdata/*.json")`}, "nothing matches"},
	{"fixtures", map[string]string{
		"internal/a/a_test.go":       `package a; var x, _ = filepath.Glob("testdata/*.json")`,
		"internal/a/testdata/b.json": "",
	}, ""},
	{"fixtures", map[string]string{"internal/a/a_test.go": `package a; var x, _ = filepath.Glob(filepath.Join(dir, "*.json"))`}, ""},
	{"fixtures", map[string]string{"internal/a/a_test.go": `package a; var x = Params{Dir: "../../testdata/script"}`}, "nothing matches ../../testdata/script/*.txtar"},
	{"fixtures", map[string]string{
		"internal/a/a_test.go":      `package a; var x = Params{Dir: "../../testdata/script"}`,
		"testdata/script/one.txtar": "",
	}, ""},

	{"seeds", map[string]string{
		"internal/a/a_test.go":                  `package a; func FuzzNew(f *testing.F) {}`,
		"internal/a/testdata/fuzz/FuzzOld/seed": "",
	}, "FuzzOld: no fuzz target"},
	{"seeds", map[string]string{
		"internal/a/a_test.go":                  `package a; func FuzzNew(f *testing.F) {}`,
		"internal/a/testdata/fuzz/FuzzNew/seed": "",
	}, ""},
}

func TestTreeRulesFail(t *testing.T) {
	untested := slices.Collect(maps.Keys(treeRules))
	for _, s := range treeSamples {
		tree := make(fstest.MapFS)
		for name, content := range s.files {
			if content == "" && strings.HasSuffix(name, ".go") {
				content = "package a"
			}
			tree[name] = &fstest.MapFile{Data: []byte(content), Mode: fs.FileMode(0o644)}
		}
		compare(t, s.rule, strings.Join(slices.Sorted(maps.Values(s.files)), "\n"), treeRules[s.rule](tree), s.want)
		untested = slices.DeleteFunc(untested, func(rule string) bool { return rule == s.rule && s.want != "" })
	}
	if len(untested) > 0 {
		t.Errorf("no bad sample for %v", untested)
	}
}
