package internal_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checkTexts holds that each lang.T is two literals that go together, and so is
// each lang.Text literal unless both halves are made from data.
func checkTexts(f *file) (found []string) {
	if !f.shipped {
		return nil
	}
	isText := func(e ast.Expr) bool { return f.isLang(e, "Text") }
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if f.isLang(n.Fun, "T") {
				found = append(found, f.pairOf(n, n.Args, true)...)
			}
		case *ast.CompositeLit:
			if isText(n.Type) {
				found = append(found, f.pairOf(n, n.Elts, false)...)
			}
			for _, e := range elided(n, isText) {
				found = append(found, f.pairOf(e, e.Elts, false)...)
			}
		}
		return true
	})
	return found
}

// isLang reports whether e is the name of package lang.
func (f *file) isLang(e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		id, ok := e.X.(*ast.Ident)
		return ok && e.Sel.Name == name && f.imports()[id.Name] == module+"/internal/lang"
	case *ast.Ident:
		return f.home() == "lang" && e.Name == name
	}
	return false
}

// elided returns the texts without a type in []lang.Text{{…}} and
// map[K]lang.Text{k: {…}}.
func elided(lit *ast.CompositeLit, isText func(ast.Expr) bool) (texts []*ast.CompositeLit) {
	var elem ast.Expr
	switch t := lit.Type.(type) {
	case *ast.ArrayType:
		elem = t.Elt
	case *ast.MapType:
		elem = t.Value
	}
	if elem == nil || !isText(elem) {
		return nil
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		if c, ok := e.(*ast.CompositeLit); ok && c.Type == nil {
			texts = append(texts, c)
		}
	}
	return texts
}

// pairOf checks the two halves in list. A text made from data has no literal
// half and nothing to check; a call of lang.T must have two.
func (f *file) pairOf(n ast.Node, list []ast.Expr, call bool) []string {
	if len(list) == 0 && !call {
		return nil
	}
	var half [2]string
	literals := 0
	for i, e := range list {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "JA" {
				i = 1
			} else {
				i = 0
			}
			e = kv.Value
		}
		if s, ok := literal(e); ok && i < 2 {
			half[i] = s
			literals++
		}
	}
	if literals == 0 && len(list) == 2 && !call {
		return nil
	}
	if literals != 2 || len(list) != 2 {
		return []string{f.at(n, "a text is two literals, English and Japanese")}
	}
	if why := pair(half[0], half[1]); why != "" {
		return []string{f.at(n, "%s", why)}
	}
	return nil
}

// literal returns the value of a string literal or of a sum of them.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return literal(e.X)
	case *ast.BinaryExpr:
		x, okX := literal(e.X)
		y, okY := literal(e.Y)
		return x + y, okX && okY && e.Op == token.ADD
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	}
	return "", false
}

// pair says why the two halves do not go together, or "".
func pair(en, ja string) string {
	switch {
	case strings.TrimSpace(en) == "" || strings.TrimSpace(ja) == "":
		return "one half of the text is empty"
	case !slices.Equal(verbs(en), verbs(ja)):
		return fmt.Sprintf("verbs differ: %v and %v", verbs(en), verbs(ja))
	case !japanese.MatchString(ja) && !needsNone(en, ja):
		return fmt.Sprintf("not Japanese: %q", ja)
	}
	return ""
}

var (
	japanese = regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]`)
	verb     = regexp.MustCompile(`%(?:%|[-+#0]*(\*|\d*)(?:\.(\*|\d*))?(?:\[(\d+)\])?([A-Za-z]))`)
	word     = regexp.MustCompile(`\pL+`)
	fileName = regexp.MustCompile(`^[\w-]+\.[a-z]+$`)
	capital  = regexp.MustCompile(`\p{Lu}`)
)

// needsNone reports whether the pair is right without a Japanese letter: file
// names, mere punctuation, or the same proper names in both (JSON, BitLocker).
func needsNone(en, ja string) bool {
	if fileName.MatchString(en) && fileName.MatchString(ja) {
		return true
	}
	if len(words(en))+len(words(ja)) == 0 {
		return true
	}
	lower := func(w string) bool { return !capital.MatchString(w) }
	return en == ja && !slices.ContainsFunc(words(en), lower)
}

// words returns the words of a format, without its verbs.
func words(format string) []string {
	return word.FindAllString(verb.ReplaceAllString(format, ""), -1)
}

// verbs lists the arguments a format takes, each with its verb, sorted and
// without repeats: "%[2]d of %[1]s" and "%s: %d" are both [1s 2d]. %q counts as
// %s, since Japanese quotes with 「%s」.
func verbs(format string) (list []string) {
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[0] == "%%" {
			continue
		}
		for _, size := range m[1:3] {
			if size == "*" {
				list = append(list, fmt.Sprintf("%d*", next))
				next++
			}
		}
		if m[3] != "" {
			next, _ = strconv.Atoi(m[3])
		}
		list = append(list, fmt.Sprintf("%d%s", next, strings.Replace(m[4], "q", "s", 1)))
		next++
	}
	slices.Sort(list)
	return slices.Compact(list)
}
