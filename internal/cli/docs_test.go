package cli

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// readDoc reads a file by its path from the root of the repository.
func readDoc(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tableRows returns the cells of the table under a heading, without its head.
func tableRows(t *testing.T, doc, heading string) [][]string {
	t.Helper()
	_, section, ok := strings.Cut(doc, heading+"\n")
	if !ok {
		t.Fatalf("no heading %q", heading)
	}
	var rows [][]string
	for _, line := range strings.Split(section, "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			return rows
		case !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| ---"):
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " `")
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestExitStatusPage(t *testing.T) {
	rows := tableRows(t, readDoc(t, "docs/exit-status.md"), "# Exit statuses")[1:]
	var want [][]string
	for _, s := range exitStatuses {
		want = append(want, []string{fmt.Sprint(s.status), s.text.EN, s.text.JA})
	}
	if !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("docs/exit-status.md has\n%q\nthe program has\n%q", rows, want)
	}
}

// licenceWords are words by which the text of a licence is known.
var licenceWords = map[string]string{
	"Apache-2.0":   "Apache License",
	"BSD-3-Clause": "Neither the name",
	"MIT":          "Permission is hereby granted, free of charge",
	"CC-BY-3.0-US": "creativecommons.org/licenses/by/3.0/us",
	"CC0-1.0":      "CC0 1.0 Universal",
	"OFL-1.1":      "SIL OPEN FONT LICENSE Version 1.1",
}

// TestLicencesPage holds that docs/licences.md names every module in the
// program, on every system, and all data from elsewhere, with the licence that
// lies beside it.
func TestLicencesPage(t *testing.T) {
	doc := readDoc(t, "docs/licences.md")
	want := map[string]string{} // by module or file, the text of its licence
	for module, dir := range linkedModules(t) {
		want[module] = licenceText(t, dir)
	}
	compareLicences(t, tableRows(t, doc, "## Modules in the program")[1:], want)
	compareLicences(t, tableRows(t, doc, "## Data in the program")[1:], embeddedLicences(t))
}

func compareLicences(t *testing.T, rows [][]string, want map[string]string) {
	t.Helper()
	for _, row := range rows {
		what, licence := row[0], row[1]
		text, ok := want[what]
		if !ok {
			t.Errorf("docs/licences.md names %s, which is not in the program", what)
		}
		if words := licenceWords[licence]; ok && (words == "" || !strings.Contains(text, words)) {
			t.Errorf("docs/licences.md: the licence of %s is not %s", what, licence)
		}
		delete(want, what)
	}
	for what := range want {
		t.Errorf("docs/licences.md does not name %s", what)
	}
}

// linkedModules returns the modules in the program on any system, with their
// folders.
func linkedModules(t *testing.T) map[string]string {
	t.Helper()
	modules := map[string]string{}
	for _, line := range linked(t, "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}") {
		if module, dir, ok := strings.Cut(line, "\t"); ok {
			modules[module] = dir
		}
	}
	return modules
}

// linked says by a template of go list what is in the program, on any system.
func linked(t *testing.T, format string) []string {
	t.Helper()
	var lines []string
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", format, "memovault/cmd/vault")
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list for %s: %v", system, err)
		}
		lines = append(lines, strings.Split(strings.TrimSpace(string(out)), "\n")...)
	}
	if len(lines) == 0 {
		t.Fatal("go list names nothing")
	}
	return lines
}

// TestNothingConnects holds the promise that the program speaks to printers and
// to the browser of this computer alone: of ours, ipp and the opener have code
// for it. Of others, two have functions on addresses, and the one for SSH, of which
// age takes the forms of keys, has those for connections.
func TestNothingConnects(t *testing.T) {
	allowed := []string{"github.com/spf13/pflag", "golang.org/x/crypto/ssh", "golang.org/x/sys/windows", "memovault/internal/ipp", "memovault/internal/cli"}
	for _, line := range linked(t, "{{.ImportPath}}{{if not .Standard}} {{.Imports}}{{end}}") {
		path, imports, _ := strings.Cut(line, " ")
		for name := range strings.FieldsSeq(strings.Trim(imports, "[]")) {
			if isNetwork(name) && !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", path, name)
			}
		}
	}
	for _, name := range sourcesOf(t) {
		for _, path := range importsOf(t, name) {
			if isNetwork(path) && name != "opener.go" {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

func isNetwork(path string) bool {
	return slices.Contains([]string{"net", "net/http", "net/rpc", "net/smtp", "crypto/tls"}, path)
}

// sourcesOf are the files of this package that are in the program.
func sourcesOf(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 100 {
		t.Fatal(len(names), err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

func importsOf(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, one := range file.Imports {
		paths = append(paths, strings.Trim(one.Path.Value, `"`))
	}
	return paths
}

func licenceText(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "LICENSE*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no licence in %s", dir)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// embeddedLicences returns the licences in our own folders, by the file each
// begins with the name of.
func embeddedLicences(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "LICENSE") {
			return err
		}
		b, err := os.ReadFile(path)
		first, _, _ := strings.Cut(string(b), " ")
		found[first] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestDecisionsIndex holds that the index lists each record of a decision with
// its title, in order.
func TestDecisionsIndex(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "docs", "decisions", "[0-9]*.md"))
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`(?m)^\* \[(\d+)\. (.+)\]\((.+)\)`)
	listed := link.FindAllStringSubmatch(readDoc(t, "docs/decisions/README.md"), -1)
	if len(listed) != len(files) {
		t.Errorf("the index has %d entries for %d records", len(listed), len(files))
	}
	for i, path := range files {
		name := filepath.Base(path)
		title, _, _ := strings.Cut(strings.TrimPrefix(readDoc(t, "docs/decisions/"+name), "# "), "\n")
		if i >= len(listed) || listed[i][3] != name || listed[i][1]+". "+listed[i][2] != title {
			t.Errorf("the index does not list %s as %q", name, title)
		}
		number, _, _ := strings.Cut(title, ".")
		if n, err := strconv.Atoi(number); err != nil || !strings.HasPrefix(name, fmt.Sprintf("%04d-", n)) {
			t.Errorf("%s has the number %s", name, number)
		}
	}
}

func TestChangelogNamesCommands(t *testing.T) {
	doc := readDoc(t, "docs/changelog.md")
	m := newManual(lang.EN)
	for _, cmd := range m.commands()[1:] {
		if !strings.Contains(doc, "`"+cmd.CommandPath()+"`") {
			t.Errorf("docs/changelog.md does not name %s", cmd.CommandPath())
		}
	}
}

// TestThreatModelNamesTests holds that every test the threat model relies on
// exists.
func TestThreatModelNamesTests(t *testing.T) {
	var source strings.Builder
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		source.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	doc := readDoc(t, "docs/threat-model.md")
	names := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(doc, -1)
	if len(names) == 0 {
		t.Error("no test is named")
	}
	for _, name := range names {
		if !strings.Contains(source.String(), "func "+name[1]+"(t *testing.T)") {
			t.Errorf("there is no test %s", name[1])
		}
	}
	for _, name := range regexp.MustCompile("`(\\w+\\.txtar)`").FindAllStringSubmatch(doc, -1) {
		if _, err := os.Stat(filepath.Join("..", "..", "testdata", "script", name[1])); name[1] != "name.txtar" && err != nil {
			t.Error(err)
		}
	}
}

// TestReadmeCountsTemplates holds that the number of templates that README.md
// and the changelog name is that of the program.
func TestReadmeCountsTemplates(t *testing.T) {
	n := len(record.Templates())
	for _, page := range []struct{ path, words string }{
		{"README.md", fmt.Sprintf("%d templates", n)},
		{"README.md", fmt.Sprintf("まで %d あります", n)},
		{"docs/changelog.md", fmt.Sprintf("Added %d templates", n)},
	} {
		if !strings.Contains(readDoc(t, page.path), page.words) {
			t.Errorf("%s does not say %q", page.path, page.words)
		}
	}
}
