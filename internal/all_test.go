// Package internal_test holds the house rules as tests of the source: who may
// import whom, that every text is said in both languages, which names and calls
// are not wanted. bad_test.go shows of each rule that it can fail.
package internal_test

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "memovault"

// layers says which of our packages each package may import. A package that is
// missing here fails the test.
var layers = map[string]string{
	"erase":      "",
	"lang":       "",
	"maildomain": "lang",
	"lockout":    "",
	"term":       "",
	"keyring":    "",
	"passphrase": "lang",
	"record":     "lang",
	"audit":      "lang lockout maildomain record recovery",
	"exchange":   "lang record",
	"page":       "",
	"picture":    "",
	"shard":      "",
	"scan":       "",
	"ipp":        "",
	"paper":      "lang lockout page record recovery term",
	"store":      "erase keyring record",
	"recovery":   "lang lockout maildomain record",
	"chart":      "lang",
	"cli":        "audit chart erase exchange ipp keyring lang lockout maildomain page paper passphrase picture record recovery scan shard store term",
	"cmd/vault":  "cli",
	"internal":   "",
}

// owners says which packages may import a module of others, by the beginning
// of the import path. What is not listed is free.
var owners = []struct{ path, by string }{
	{"github.com/spf13/cobra", "cli"},
	{"github.com/spf13/pflag", "cli"},
	{"go.etcd.io/bbolt", "store"},
	{"filippo.io/age", "cli keyring store"},
	{"github.com/cloudflare/circl", "keyring"},
}

// testOnly is what may be imported by tests alone: cobra's writer of manuals
// brings a Markdown parser, the others a second terminal and a shell.
var testOnly = []string{
	"github.com/spf13/cobra/doc",
	"github.com/creack/pty",
	"github.com/rogpeppe/go-internal",
}

// ageNames is all that a package other than keyring may name of age.
var ageNames = []string{"Identity", "Recipient"}

// onlyCLI is what touches the world around the process. "*" is the whole package.
var onlyCLI = map[string]string{
	"fmt":      "Print Printf Println",
	"log":      "*",
	"log/slog": "*",
	"os":       "Args Environ Exit ExpandEnv Getenv LookupEnv Stderr Stdin Stdout UserCacheDir UserConfigDir UserHomeDir",
	"time":     "Now Since Until",
}

// nonetheless is what single packages use of it all the same. term measures how
// long it has waited for a key; it does not ask what time it is.
var nonetheless = map[string]string{
	"cmd/vault": "os.Args os.Exit",
	"term":      "time.Now time.Until",
}

const maxLines = 700

// A file is one parsed Go file.
type file struct {
	path    string // from the root of the repository, with slashes
	src     string
	shipped bool // part of the program: neither a test nor a generator
	fset    *token.FileSet
	tree    *ast.File
}

func parse(name, src string) (*file, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	shipped := !strings.HasSuffix(name, "_test.go") && !isGenerator(tree)
	return &file{name, src, shipped, fset, tree}, nil
}

// isGenerator reports whether the file says //go:build ignore.
func isGenerator(tree *ast.File) bool {
	for _, group := range tree.Comments {
		for _, c := range group.List {
			x, err := constraint.Parse(c.Text)
			if tag, ok := x.(*constraint.TagExpr); err == nil && ok && tag.Tag == "ignore" {
				return true
			}
		}
	}
	return false
}

// home is the package's name in the table of layers.
func (f *file) home() string {
	return strings.TrimPrefix(path.Dir(f.path), "internal/")
}

func (f *file) at(n ast.Node, format string, args ...any) string {
	return fmt.Sprintf("%s: ", f.fset.Position(n.Pos())) + fmt.Sprintf(format, args...)
}

// imports maps the name a package has in the file to its import path.
func (f *file) imports() map[string]string {
	names := make(map[string]string)
	for _, spec := range f.tree.Imports {
		p := importPath(spec)
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

func importPath(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value)
	return p
}

// each calls do for every pkg.Name in the file, with the import path of pkg.
func (f *file) each(do func(n *ast.SelectorExpr, pkg, name string)) {
	names := f.imports()
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && names[id.Name] != "" {
				do(sel, names[id.Name], sel.Sel.Name)
			}
		}
		return true
	})
}

// goRules look at one Go file at a time and return what is wrong with it.
var goRules = map[string]func(*file) []string{
	"layers":  checkLayers,
	"owners":  checkOwners,
	"age":     checkAge,
	"texts":   checkTexts,
	"outside": checkOutside,
	"length":  checkLength,
}

// treeRules look at the whole repository.
var treeRules = map[string]func(fs.FS) []string{
	"names":    checkNames,
	"words":    checkWords,
	"embedded": checkEmbedded,
	"fixtures": checkFixtures,
	"seeds":    checkSeeds,
}

func TestHouseRules(t *testing.T) {
	tree := os.DirFS("..")
	files, err := goFiles(tree)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < len(layers) {
		t.Fatalf("only %d Go files found", len(files))
	}
	for name, check := range goRules {
		t.Run(name, func(t *testing.T) {
			for _, f := range files {
				report(t, check(f))
			}
		})
	}
	for name, check := range treeRules {
		t.Run(name, func(t *testing.T) { report(t, check(tree)) })
	}
}

func report(t *testing.T, found []string) {
	t.Helper()
	for _, what := range found {
		t.Error(what)
	}
}

// notOurs is git's own folder and what .gitignore keeps out of it.
var notOurs = []string{".git", "dist", "completions", "licences", "cover.out"}

// walk calls do with every file of the repository that is kept in git. It does
// not ask git, so that it works in an unpacked archive too.
func walk(tree fs.FS, do func(name string) error) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(notOurs, name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() {
			return do(name)
		}
		return nil
	})
}

func goFiles(tree fs.FS) (files []*file, err error) {
	err = walk(tree, func(name string) error {
		if path.Ext(name) != ".go" || inTestdata(name) {
			return nil
		}
		src, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		f, err := parse(name, string(src))
		if err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

func inTestdata(name string) bool {
	return slices.Contains(strings.Split(name, "/"), "testdata")
}

func under(p, root string) bool {
	return p == root || strings.HasPrefix(p, root+"/")
}

func listed(list, name string) bool {
	return slices.Contains(strings.Fields(list), name)
}

func checkLayers(f *file) (found []string) {
	home := f.home()
	allowed, known := layers[home]
	if !known {
		return []string{f.at(f.tree.Name, "package %s is missing in the table of layers", home)}
	}
	for _, spec := range f.tree.Imports {
		ours, ok := strings.CutPrefix(importPath(spec), module+"/internal/")
		if ok && ours != home && !listed(allowed, ours) {
			found = append(found, f.at(spec, "%s may not import %s", home, ours))
		}
	}
	return found
}

func checkOwners(f *file) (found []string) {
	for _, spec := range f.tree.Imports {
		p := importPath(spec)
		for _, o := range owners {
			if under(p, o.path) && !listed(o.by, f.home()) {
				found = append(found, f.at(spec, "%s may be imported by %s alone", p, o.by))
			}
		}
		for _, root := range testOnly {
			if f.shipped && under(p, root) {
				found = append(found, f.at(spec, "%s may be imported by tests alone", p))
			}
		}
	}
	return found
}

// checkAge holds that sealing and opening happen in keyring: the other packages
// pass identities and recipients through and know nothing more of age.
func checkAge(f *file) (found []string) {
	if !f.shipped || f.home() == "keyring" {
		return nil
	}
	f.each(func(n *ast.SelectorExpr, pkg, name string) {
		if under(pkg, "filippo.io/age") && (pkg != "filippo.io/age" || !slices.Contains(ageNames, name)) {
			found = append(found, f.at(n, "%s.%s belongs into keyring", path.Base(pkg), name))
		}
	})
	return found
}

func checkOutside(f *file) (found []string) {
	if !f.shipped || f.home() == "cli" {
		return nil
	}
	f.each(func(n *ast.SelectorExpr, pkg, name string) {
		if listed(nonetheless[f.home()], pkg+"."+name) {
			return
		}
		if banned := onlyCLI[pkg]; banned == "*" || listed(banned, name) {
			found = append(found, f.at(n, "only cli may use %s.%s", pkg, name))
		}
	})
	return found
}

func checkLength(f *file) []string {
	if lines := strings.Count(f.src, "\n"); lines > maxLines {
		return []string{fmt.Sprintf("%s: %d lines, more than %d", f.path, lines, maxLines)}
	}
	return nil
}
