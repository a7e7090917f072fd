package cli

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"memovault/internal/audit"
	"memovault/internal/lang"
	"memovault/internal/maildomain"
	"memovault/internal/record"
	"memovault/internal/recovery"
)

// latinInJapanese is every word in Latin letters that a Japanese text may have,
// besides the names of commands, flags, templates, fields and their types. A
// Japanese reader meets each of them so, on screens, cards and boxes.
var latinInJapanese = strings.Fields(`
	Acrobat Adobe Amazon Android AOL Apple AT Bitwarden BitLocker BT Business Excel Facebook GitHub Gmail Google Graphviz HiNet
	Home Instagram iCloud iPad iPhone JAPAN Kindle LINE Linux Mac macOS memovault Messaging Company The Messenger Microsoft
	Nintendo Office OneDrive OpenSSH Outlook PayPal Photoshop PlayStation Plus PS Sky SoftBank Steam Switch TalkTalk TPG
	Twitter UQ Valve Verizon Wayland Windows Word Yahoo YouTube au BB My PAY Drive
	Account Emergency Key Kit Password Secret Show Home
	AuthCode DNS eSIM GHz ID IP OS IPoE PIN PPPoE QR SHA SIM SMS SSH SSID USB UTF WEP WPA Wi Fi A4 PDF KB KiB MiB OSC
	KEY PASS AGE SECRET SLOT BACKUP RECORD README
	Caps Lock Ctrl Enter Tab
	ja en JSON age tar bash zsh fish powershell less cat ssh xclip xsel wl base https tty json slots
	on off auto always never skip update keep both true false id owner user admin com eu jp
	LESS TERM DISPLAY CLICOLOR dumb YYYY MM DD schema COMPANY ISO
	alias choice codes default expect form format hint idle key label months options role shown source text type value
	mail fields secret product myrecoverykey
	certainty importance needs person when
	PNG HTML JPEG GIF BMP TIFF WebP HEIC MB ipp CUPS lp cancel one two all
	RFC CRC Reed Solomon GF Vandermonde gzip
	guide through steps then field press menu can cannot Store
	YubiKey TPM PuTTY PuTTYgen RSA PLUGIN rotate PATH ed rsa pub BEGIN OPENSSH PRIVATE
	MEMOVAULT SHARE Shares Python of`)

// kept is what is written alike in both languages: format verbs, flags, paths,
// addresses, variables, keys.
var keptInJapanese = regexp.MustCompile(`(?m)^  vault .*$|%[-+#]?[0-9.]*(?:\[[0-9]+\])?[a-zA-Z]|--?[a-z][a-z-]*|\$?[A-Z]+_[A-Z_]+|` +
	`[\w.~%\\-]*[@/\\][\w./@%\\~-]*|[\w-]+(?:\.[\w-]+)+|[a-z]+_[a-z_]+|XXXXX|[A-Z]*[0-9][A-Z0-9a-z]*|\bage1pq1|` + "`[a-z-]+`")

var ownNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, word := range latinInJapanese {
		names[word] = true
	}
	_, root, _ := helpApp(lang.EN)
	root.InitDefaultHelpCmd()
	for _, cmd := range everyCommand(root) {
		names[cmd.Name()] = true
	}
	names["vault"] = true
	for _, t := range record.Templates() {
		for part := range strings.SplitSeq(t.Name, "-") {
			names[part] = true
		}
		for i := range t.Fields {
			names[t.Fields[i].Key] = true
		}
	}
	for _, k := range fieldKinds {
		for part := range strings.SplitSeq(string(k.kind), "-") {
			names[part] = true
		}
	}
	for _, l := range clockLabels {
		names[string(l.kind)] = true
	}
	for _, m := range keyMakers {
		for part := range strings.SplitSeq(m.kind, "-") {
			names[part] = true
		}
	}
	for _, f := range mapFormats {
		names[f.name] = true
	}
	for _, k := range paperKinds {
		for _, ending := range k.endings {
			names[ending[1:]], names[k.name] = true, true
		}
	}
	names[sizeA4], names[sizeLetter] = true, true
	for _, result := range attemptResults {
		names[result] = true
	}
	for _, k := range recovery.EventKinds {
		for part := range strings.SplitSeq(string(k), "-") {
			names[part] = true
		}
	}
	for _, k := range whatifKeys {
		for part := range strings.FieldsFuncSeq(k.key, func(r rune) bool { return r == ':' || r == ' ' }) {
			names[part] = true
		}
	}
	for _, e := range environment {
		for name := range strings.SplitSeq(e.names, ", ") {
			names[name] = true
		}
	}
	for _, t := range topics {
		for part := range strings.SplitSeq(t.name, "-") {
			names[part] = true
		}
	}
	return names
})

// englishIn returns the words of a Japanese text that are English.
func englishIn(text string) []string {
	var left []string
	for _, word := range latinWord.FindAllString(keptInJapanese.ReplaceAllString(text, " "), -1) {
		if !ownNames()[word] {
			left = append(left, word)
		}
	}
	return left
}

// A pair is a text in both languages, and where it stands.
type pair struct{ at, en, ja string }

// everyText reads the texts of all packages from their source, and those of the
// templates.
func everyText(t *testing.T) []pair {
	t.Helper()
	var pairs []pair
	files, err := filepath.Glob("../*/*.go")
	if err != nil || len(files) < 50 {
		t.Fatal(len(files), err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok && isNamed(kv.Key, "Source") {
				return false // names and titles: TestSourcesInJapanese reads them
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "T" {
				return true
			}
			en, ja := literal(call.Args[0]), literal(call.Args[1])
			if en != "" && ja != "" {
				pairs = append(pairs, pair{fset.Position(n.Pos()).String(), en, ja})
			}
			return true
		})
	}
	templates, err := filepath.Glob("../record/templates/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range templates {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file any
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(path, err)
		}
		pairs = append(pairs, pairsIn(path, file)...)
	}
	return pairs
}

func isNamed(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func literal(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		s, _ := strconv.Unquote(lit.Value)
		return s
	}
	return ""
}

// pairsIn finds the members en and ja, at any depth. Examples are no prose, and
// sources mostly names.
func pairsIn(at string, v any) []pair {
	var pairs []pair
	switch v := v.(type) {
	case map[string]any:
		en, _ := v["en"].(string)
		ja, ok := v["ja"].(string)
		if ok {
			pairs = append(pairs, pair{at, en, ja})
		}
		for name, member := range v {
			if name != "example" && name != "source" {
				pairs = append(pairs, pairsIn(at, member)...)
			}
		}
	case []any:
		for _, member := range v {
			pairs = append(pairs, pairsIn(at, member)...)
		}
	}
	return pairs
}

// TestJapaneseIsJapanese reads every text of the program: errors, questions,
// remarks, templates, titles of groups. What is English in a Japanese one is on
// the list above, and nothing Japanese is in an English one.
func TestJapaneseIsJapanese(t *testing.T) {
	pairs := everyText(t)
	if len(pairs) < 1000 {
		t.Fatalf("only %d texts found", len(pairs))
	}
	for _, p := range pairs {
		for _, word := range englishIn(p.ja) {
			t.Errorf("%s: English %q in %q", p.at, word, p.ja)
		}
		if left := japaneseLetter.FindAllString(japaneseInEnglish.ReplaceAllString(p.en, ""), -1); left != nil {
			t.Errorf("%s: Japanese %q in %q", p.at, left, p.en)
		}
	}
}

// japaneseInEnglish is what English texts quote: names, words on screens, what
// may be typed, look-alikes.
var japaneseInEnglish = regexp.MustCompile(`田中|山田|花子|昭和|平成|令和|年|月|日`)

// TestEnglishIn shows that the check can fail.
func TestEnglishIn(t *testing.T) {
	got := englishIn("この file を `--file` で開く: %s list ~/x/y.vault（Microsoft）please")
	if !slices.Equal(got, []string{"file", "please"}) {
		t.Errorf("found %q", got)
	}
}

// inEnglish is what makes a source a phrase in English rather than an address
// or a name.
var inEnglish = regexp.MustCompile(`(?i)(^|[ (])(a|an|of|on|the|and|by|as|at|what|when|how|quot\w+|cop(y|ies)|notice|mirror|others|article|January|February|May|November)([ ,;)]|$)`)

// Where something was seen is said to a Japanese reader in Japanese; the titles
// of pages stand in 「」.
func TestSourcesInJapanese(t *testing.T) {
	title := regexp.MustCompile(`「.*?」`)
	check := func(where string, source lang.Text) {
		if source.EN == "" || source.JA == "" || inEnglish.MatchString(title.ReplaceAllString(source.JA, "")) || strings.Contains(source.JA, "; ") && source.EN != source.JA {
			t.Errorf("%s: the source in Japanese is %q", where, source.JA)
		}
		if japaneseLetter.MatchString(source.EN) {
			t.Errorf("%s: the source in English is %q", where, source.EN)
		}
	}
	for _, tmpl := range record.Templates() {
		for _, f := range tmpl.Facts {
			check(tmpl.Name+" "+f.ID, f.Source.Text)
		}
	}
	for _, r := range audit.Rules() {
		check(r.ID, r.Source)
	}
	for _, d := range maildomain.Table() {
		check(d.Name, d.Source)
		if d.Ends.EN != "" {
			check(d.Name+" at the end", d.EndsSource)
		}
		if d.IdleMonths > 0 {
			check(d.Name+" when idle", d.IdleSource)
		}
	}
}
