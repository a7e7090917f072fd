package audit

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/record"
)

var update = flag.Bool("update", false, "write the story as the audit tells it now")

// The story, at the four moments of testdata/article: the day the memo was
// written, the day of the move, the day everything was lost, and as it would
// have been if two lines had been added in time.
func TestStory(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		var b strings.Builder
		for _, moment := range []string{"memo", "moved", "lost", "mended"} {
			in := story(t, moment)
			fmt.Fprintf(&b, "== %s, %s\n", moment, in.Now.Format(time.DateOnly))
			report := Audit(in)
			findings, open := report.Findings, report.Open
			for _, f := range findings {
				fmt.Fprintf(&b, "%s %s %s [%s]%s\n  %s\n", f.Rule.ID, f.Severity.Label().In(l), named(namesOf(&f), 9).In(l), strings.Join(f.Fields, " "), foldedOf(&f), f.What.Say(l))
				for _, d := range f.Details {
					fmt.Fprintf(&b, "  - %s\n", d.Say(l))
				}
				if f.Rule.net != nil {
					fmt.Fprintf(&b, "  > %s\n   ", f.Do.Say(l))
					for _, word := range f.Command() {
						fmt.Fprintf(&b, " %s", word.In(l))
					}
					b.WriteByte('\n')
				}
			}
			for _, q := range open {
				fmt.Fprintf(&b, "%s ? %s [%s]\n  %s\n", q.Rule.ID, q.Record.Name, q.Field, q.What.Say(l))
			}
			for _, r := range report.Steady {
				fmt.Fprintf(&b, "= %s\n", r.Name)
			}
		}
		path := "testdata/story." + l.String() + ".txt"
		if *update {
			if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("the story is told otherwise in %s; with -update it is written anew\n%s", l, b.String())
		}
	}
}

func namesOf(f *Finding) []lang.Text {
	var names []lang.Text
	for _, r := range f.Concerns {
		names = append(names, both(r.Name))
	}
	if names == nil && f.Record != nil {
		names = append(names, both(f.Record.Name))
	}
	return names
}

// foldedOf says which finding says the same, and which are said in this one.
func foldedOf(f *Finding) string {
	s := ""
	if f.Within != nil {
		s = " (in " + f.Within.ID + ")"
	}
	for _, r := range f.Also {
		s += " +" + r.ID
	}
	return s
}

func story(t *testing.T, moment string) Input {
	t.Helper()
	b, err := os.ReadFile("../../testdata/article/" + moment + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Exported time.Time         `json:"exported"`
		Records  []json.RawMessage `json:"records"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	in := Input{Now: file.Exported}
	for _, raw := range file.Records {
		r, err := record.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		in.Records = append(in.Records, r)
	}
	return in
}
