package audit

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// A fixture is one section of testdata/rules/ID.txt: records, one a line, and
// what the rule has to make of them.
//
//	-- en fires NAME FIELD --        a finding about the record and the field
//	-- ja asks NAME FIELD --         an open question about them
//	-- en silent --                  neither
//	TEMPLATE NAME | field=value | codes=one; two used 2026-01-02 | @importance=3 | +own:hint=value
//	TEMPLATE NAME | @kept:field=paper:drawer | @way=desk resets wait=30d form: need + need | @proven:desk=2026-01-02
//	vault slots=passphrase,recovery/PROVEN,shares-2-of-3/PROVEN | backups=DAY/GENERATION | generation=9
type fixture struct {
	rule, lang, verb string
	name, field      string
	in               Input
}

func fixtures(t testing.TB) []fixture {
	t.Helper()
	files, err := filepath.Glob("testdata/rules/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []fixture
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			line := lines.Text()
			if head, ok := strings.CutPrefix(line, "-- "); ok {
				words := append(strings.Fields(strings.TrimSuffix(head, " --")), "", "")
				list = append(list, fixture{rule: strings.TrimSuffix(filepath.Base(path), ".txt"), lang: words[0], verb: words[1],
					name: words[2], field: words[3], in: Input{Now: testNow}})
				continue
			}
			list[len(list)-1].add(t, line)
		}
		file.Close()
	}
	return list
}

func (f *fixture) add(t testing.TB, line string) {
	parts := strings.Split(line, " | ")
	template, first, _ := strings.Cut(parts[0], " ")
	if template == "vault" && strings.Contains(first, "=") {
		f.in.Vault = vaultOf(t, append([]string{first}, parts[1:]...))
		return
	}
	var pairs []string
	for _, p := range parts[1:] {
		if key, value, _ := strings.Cut(p, "="); !strings.ContainsAny(key, "@+") {
			pairs = append(pairs, key, codesOf(value))
		}
	}
	r := noted(t, template, first, pairs...)
	for _, p := range parts[1:] {
		key, value, _ := strings.Cut(p, "=")
		switch {
		case key == "@importance":
			r.Importance, _ = strconv.Atoi(value)
		case key == "@updated":
			r.Updated = dayOf(t, value)
			r.Created = r.Updated
		case key == "@verified":
			day := dayOf(t, value)
			r.Verified = &day
		case strings.HasPrefix(key, "@kept:"):
			if r.Kept == nil {
				r.Kept = map[string]string{}
			}
			r.Kept[strings.TrimPrefix(key, "@kept:")] = value
		case key == "@way":
			r.Ways = append(r.Ways, wayOf(t, value))
		case strings.HasPrefix(key, "@proven:"):
			if r.Proven == nil {
				r.Proven = map[string]string{}
			}
			r.Proven[strings.TrimPrefix(key, "@proven:")] = value
		case strings.HasPrefix(key, "@accepted:"):
			day, why, _ := strings.Cut(value, " ")
			r.Accepted = map[string]record.Acceptance{strings.TrimPrefix(key, "@accepted:"): {Why: why, On: day}}
		case key == "@owner":
			r.Owner = value
		case key == "@tags":
			r.Tags = strings.Split(value, ",")
		case key == "@attach":
			r.Attachments = []record.Attachment{{ID: record.NewID(), Name: value}}
		case key[0] == '+':
			own, kind, _ := strings.Cut(key[1:], ":")
			r.Set(own, record.Type(kind), value)
		}
	}
	f.in.Records = append(f.in.Records, r)
}

// wayOf reads a way: its id, what it is besides, and what it needs.
func wayOf(t testing.TB, s string) record.Way {
	head, needs, _ := strings.Cut(s, ": ")
	words := strings.Fields(head)
	w := record.Way{ID: words[0]}
	for _, word := range words[1:] {
		switch wait, timed := strings.CutPrefix(word, "wait="); {
		case timed:
			w.Wait = wait
		case word == "resets":
			w.Resets = true
		case word == "off":
			w.Off = true
		default:
			w.Certainty = record.Certainty(word)
		}
	}
	for one := range strings.SplitSeq(needs, " + ") {
		need, err := record.ParseNeed(one)
		if err != nil && needs != "" {
			t.Fatal(err)
		}
		if needs != "" {
			w.Needs = append(w.Needs, need)
		}
	}
	return w
}

// codesOf makes a list in one line one that ParseCodes reads.
func codesOf(value string) string { return strings.ReplaceAll(value, "; ", "\n") }

func dayOf(t testing.TB, s string) time.Time {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

func vaultOf(t testing.TB, parts []string) (v VaultState) {
	for _, p := range parts {
		key, value, _ := strings.Cut(p, "=")
		for one := range strings.SplitSeq(value, ",") {
			what, more, _ := strings.Cut(one, "/")
			switch key {
			case "slots":
				s := Slot{Passphrase: what == "passphrase", Recovery: what == "recovery", Created: dayOf(t, "2021-01-01")}
				if split, ok := strings.CutPrefix(what, "shares-"); ok {
					if _, err := fmt.Sscanf(split, "%d-of-%d", &s.Need, &s.Count); err != nil {
						t.Fatal(err)
					}
				}
				if more != "" {
					s.Proven = dayOf(t, more)
				}
				v.Slots = append(v.Slots, s)
			case "backups":
				generation, _ := strconv.ParseUint(more, 10, 64)
				v.Backups = append(v.Backups, Backup{dayOf(t, what), generation})
			case "copies": // PLACE/DAY/old or PLACE/DAY/current or PLACE/DAY/away
				day, state, _ := strings.Cut(more, "/")
				v.Copies = append(v.Copies, Copy{Place: what, Made: dayOf(t, day), Current: state != "old", Elsewhere: state == "away"})
			case "generation":
				v.Generation, _ = strconv.ParseUint(what, 10, 64)
			}
		}
	}
	return v
}

// Each rule has, in both languages, records on which it speaks and records on
// which it is silent.
func TestEveryRuleHasFixtures(t *testing.T) {
	have := map[string]bool{}
	for _, f := range fixtures(t) {
		have[f.rule+" "+f.lang+" "+f.verb] = true
		if !slices.ContainsFunc(rules, func(r *Rule) bool { return r.ID == f.rule }) {
			t.Errorf("there is no rule %s", f.rule)
		}
	}
	for _, r := range rules {
		for _, want := range []string{"en fires", "ja fires", "en silent", "ja silent"} {
			if !have[r.ID+" "+want] {
				t.Errorf("rule %s has no fixture %q", r.ID, want)
			}
		}
	}
}

func TestRules(t *testing.T) {
	for _, f := range fixtures(t) {
		report := Audit(f.in)
		findings, open := report.Findings, report.Open
		fired := slices.ContainsFunc(findings, func(x Finding) bool { return x.Rule.ID == f.rule && f.fits(x.Record, x.Fields) })
		asked := slices.ContainsFunc(open, func(x Open) bool { return x.Rule.ID == f.rule && f.fits(x.Record, []string{x.Field}) })
		switch {
		case f.verb == "fires" && !fired, f.verb == "asks" && !asked, f.verb == "asks" && fired:
			t.Errorf("%s: the %s fixture does not %s: %v %v", f.rule, f.lang, f.verb, said(findings), open)
		case f.verb == "silent" && (speaks(findings, f.rule) || slices.ContainsFunc(open, func(x Open) bool { return x.Rule.ID == f.rule })):
			t.Errorf("%s: the %s fixture is not silent: %v %v", f.rule, f.lang, said(findings), open)
		case f.verb != "fires" && f.verb != "asks" && f.verb != "silent":
			t.Errorf("%s: a fixture cannot %q", f.rule, f.verb)
		}
	}
}

func speaks(list []Finding, rule string) bool {
	return slices.ContainsFunc(list, func(x Finding) bool { return x.Rule.ID == rule })
}

func (f *fixture) fits(r *record.Record, fields []string) bool {
	if f.name == "" {
		return r == nil
	}
	return r != nil && r.Name == f.name && (f.field == "" || len(fields) > 0 && fields[0] == f.field)
}

func said(list []Finding) (lines []string) {
	for _, f := range list {
		lines = append(lines, f.Rule.ID+" "+f.name()+" "+strings.Join(f.Fields, ",")+": "+f.What.Say(lang.EN))
	}
	return lines
}

// Whatever is found, asked or remarked is said whole in both languages, and
// without anything secret.
func TestTexts(t *testing.T) {
	for _, f := range fixtures(t) {
		var texts []Words
		report := Audit(f.in)
		findings, open := report.Findings, report.Open
		for _, x := range findings {
			texts = append(texts, x.What, x.Why, x.Do)
			if x.Service.Source.EN != "" {
				texts = append(texts, words(x.Service.Text), words(x.Service.Source))
			}
			if len(x.Command()) < 1 || x.Rule.Source.EN == "" {
				t.Errorf("%s: no command or no source: %+v", f.rule, x)
			}
			for _, c := range x.Command() {
				texts = append(texts, words(c))
			}
		}
		for _, x := range open {
			texts = append(texts, x.What)
		}
		for _, r := range f.in.Records {
			for _, field := range r.Fields {
				for _, remark := range Remarks(f.in, r, field.Key) {
					texts = append(texts, Words{remark.Text, remark.Args})
					if n := max(columns(remark.Say(lang.EN)), columns(remark.Say(lang.JA))); n > maxRemark {
						t.Errorf("%s: %d columns are more than two lines: %s", remark.Rule.ID, n, remark.Say(lang.JA))
					}
				}
			}
		}
		for _, w := range texts {
			for _, l := range []lang.Lang{lang.EN, lang.JA} {
				checkSaid(t, f, w.Say(l))
			}
		}
	}
}

func checkSaid(t *testing.T, f fixture, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" || strings.Contains(text, "%!") {
		t.Errorf("%s: said %q", f.rule, text)
	}
	for _, secret := range f.secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("%s: %q is in %q", f.rule, secret, text)
		}
	}
}

// secrets are all values that must not show, whole and in groups; hints are,
// because they may be the password.
func (f *fixture) secrets() (list []string) {
	for _, r := range f.in.Records {
		tmpl := record.LookupTemplate(r.Template)
		for i := range r.Fields {
			field := &r.Fields[i]
			kind := record.TypeOf(tmpl, field)
			if !kind.Secret() && (kind != record.TypeHint || isVague(field.Value)) {
				continue
			}
			values := []string{field.Value}
			for _, c := range field.Codes {
				values = append(values, c.Code)
			}
			for _, v := range values {
				if v != "" {
					list = append(list, v)
				}
				for _, group := range strings.FieldsFunc(v, func(r rune) bool { return r == '-' || r == ' ' }) {
					if len(group) > 3 && kind != record.TypeHint {
						list = append(list, group)
					}
				}
			}
		}
	}
	return list
}

// The rules say everything in both languages, in the same order every time.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules {
		for _, text := range []lang.Text{r.Title, r.Why, r.Do} {
			if text.EN == "" || text.JA == "" {
				t.Errorf("%s: half a text: %+v", r.ID, text)
			}
		}
		if _, err := time.Parse(time.DateOnly, r.AsOf); err != nil || r.Source.EN == "" || seen[r.ID] || r.detects() != 1 {
			t.Errorf("%s: source %q as of %q", r.ID, r.Source, r.AsOf)
		}
		seen[r.ID] = true
	}
}

// detects counts the ways in which the rule detects.
func (r *Rule) detects() int {
	n := 0
	for _, there := range []bool{r.record != nil, r.vault != nil, r.net != nil} {
		if there {
			n++
		}
	}
	return n
}
