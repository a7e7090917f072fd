package internal_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// vagueNames say nothing about what a package or a file is for.
var vagueNames = strings.Fields(`util utils common shared helper helpers
	manager factory service base misc types models`)

// ours is what is embedded and was made here. All else that is embedded needs a
// LICENSE file in the same folder.
var ours = []string{
	"internal/record/templates",
}

// checkNames looks at the names of folders and Go files, in parts: walk_common.go
// is as vague as common.go.
func checkNames(tree fs.FS) (found []string) {
	err := walk(tree, func(name string) error {
		if path.Ext(name) != ".go" || inTestdata(name) {
			return nil
		}
		parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
			return strings.ContainsRune("/_-.", r)
		})
		for _, part := range parts {
			if slices.Contains(vagueNames, part) {
				found = append(found, fmt.Sprintf("%s: %q says nothing", name, part))
			}
		}
		return nil
	})
	return failed(found, err)
}

func failed(found []string, err error) []string {
	if err != nil {
		return append(found, err.Error())
	}
	return found
}

// unwanted is what no text file may hold. The patterns are written so that they
// do not match themselves.
var unwanted = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`\b(TOD[O]|FIXM[E]|XX[X])\b`), "unfinished work"},
	{regexp.MustCompile(`(?:^|[^\w./~$})-])/(?:work|root|tmp)/`), "a path of one machine"},
	{regexp.MustCompile(`\b(proxy|registry|deb|sum)\.[a-z]+\.(org|com|net|dev)\b`), "a registry's host"},
}

func checkWords(tree fs.FS) (found []string) {
	err := walk(tree, func(name string) error {
		if name == "go.sum" {
			return nil
		}
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) {
			return nil // binary
		}
		n := 0
		for line := range bytes.Lines(b) {
			n++
			for _, u := range unwanted {
				if m := u.pattern.Find(line); m != nil {
					found = append(found, fmt.Sprintf("%s:%d: %s: %q", name, n, u.why, m))
				}
			}
		}
		return nil
	})
	return failed(found, err)
}

// checkEmbedded demands a licence beside embedded data that is not ours.
func checkEmbedded(tree fs.FS) (found []string) {
	files, err := goFiles(tree)
	for _, f := range files {
		for _, target := range f.embeds() {
			folder := target
			if info, err := fs.Stat(tree, target); err != nil || !info.IsDir() {
				folder = path.Dir(target)
			}
			licences, _ := fs.Glob(tree, folder+"/LICENSE*")
			if len(licences) == 0 && !slices.Contains(ours, target) {
				found = append(found, fmt.Sprintf("%s: no LICENSE beside %s", f.path, target))
			}
		}
	}
	return failed(found, err)
}

// embeds returns what the file embeds: the file or folder, or for a pattern the
// folder it is in.
func (f *file) embeds() (targets []string) {
	for _, group := range f.tree.Comments {
		for _, c := range group.List {
			patterns, ok := strings.CutPrefix(c.Text, "//go:embed ")
			if !ok {
				continue
			}
			for _, p := range strings.Fields(patterns) {
				p = path.Join(path.Dir(f.path), strings.TrimPrefix(strings.Trim(p, "\"`"), "all:"))
				if strings.ContainsAny(p, "*?[") {
					p = path.Dir(p)
				}
				targets = append(targets, p)
			}
		}
	}
	return targets
}

// checkFixtures holds that each pattern by which a test finds its fixtures finds
// some: filepath.Glob returns no error when nothing matches, and the test would
// pass without having tested anything.
func checkFixtures(tree fs.FS) (found []string) {
	files, err := goFiles(tree)
	for _, f := range files {
		if !strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for n, pattern := range f.patterns() {
			matches, err := fs.Glob(tree, path.Join(path.Dir(f.path), pattern))
			if err != nil || len(matches) == 0 {
				found = append(found, f.at(n, "nothing matches %s", pattern))
			}
		}
	}
	return failed(found, err)
}

// patterns returns the patterns of fixtures that are written out in the file:
// what is handed to Glob, and the folder of test scripts.
func (f *file) patterns() map[ast.Node]string {
	patterns := make(map[ast.Node]string)
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Glob" || len(n.Args) == 0 {
				return true
			}
			if p, ok := joined(n.Args[len(n.Args)-1]); ok {
				patterns[n] = p
			}
		case *ast.KeyValueExpr:
			key, ok := n.Key.(*ast.Ident)
			if p, lit := joined(n.Value); ok && lit && key.Name == "Dir" && strings.Contains(p, "testdata") {
				patterns[n] = path.Join(p, "*.txtar")
			}
		}
		return true
	})
	return patterns
}

// joined is literal, and filepath.Join of literals too.
func joined(e ast.Expr) (string, bool) {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return literal(e)
	}
	if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Join" {
		return "", false
	}
	var parts []string
	for _, arg := range call.Args {
		s, ok := literal(arg)
		if !ok {
			return "", false
		}
		parts = append(parts, s)
	}
	return path.Join(parts...), true
}

// checkSeeds holds that each folder of committed fuzz seeds belongs to a fuzz
// target of its package; go test does not miss a target that was renamed.
func checkSeeds(tree fs.FS) (found []string) {
	files, err := goFiles(tree)
	targets := make(map[string]bool)
	for _, f := range files {
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Fuzz") {
				targets[path.Join(path.Dir(f.path), "testdata/fuzz", fn.Name.Name)] = true
			}
		}
	}
	folders := make(map[string]bool)
	werr := walk(tree, func(name string) error {
		folders[path.Dir(name)] = true
		return nil
	})
	for folder := range folders {
		if path.Base(path.Dir(folder)) == "fuzz" && inTestdata(folder) && !targets[folder] {
			found = append(found, folder+": no fuzz target of that name")
		}
	}
	return failed(failed(found, err), werr)
}
