package audit

import (
	"slices"
	"strings"
	"testing"

	"memovault/internal/lang"
	"memovault/internal/record"
)

// TestFaultyWayNamesWayAndField holds that of a way by a field that is not there
// both are named, and that nobody is sent to edit that field.
func TestFaultyWayNamesWayAndField(t *testing.T) {
	r := noted(t, "software", "editor")
	r.Ways = []record.Way{{ID: "odd", Needs: []record.Need{{Any: []string{"no_field"}}}}}
	found := Audit(Input{Now: testNow, Records: []*record.Record{r}, Rules: []string{"G15"}}).Findings
	if len(found) != 1 {
		t.Fatalf("there are %d findings", len(found))
	}
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		if what := found[0].What.Say(l); !strings.Contains(what, "odd") || !strings.Contains(what, "no_field") || strings.Contains(what, "%!") {
			t.Errorf("it says %q", what)
		}
		var command []string
		for _, w := range found[0].Command() {
			command = append(command, w.In(l))
		}
		if !slices.Equal(command, []string{"edit", "editor", "ways"}) {
			t.Errorf("to type: %v", command)
		}
	}
}

// TestKeyInsideCitesItsOwnService holds that of a key nobody is cited but the
// service whose key it is.
func TestKeyInsideCitesItsOwnService(t *testing.T) {
	device := noted(t, "device", "laptop", "kind", "pc")
	apple := noted(t, "apple", "apple", "account_email", "hanako@icloud.com", "trusted_device", "laptop", "recovery_key", "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345")
	apple.Kept = map[string]string{"recovery_key": "device:laptop"}
	github := noted(t, "github", "github", "authenticator", "laptop", "recovery_codes", "abcde-01234\n01234-abcde")
	github.Kept = map[string]string{"recovery_codes": "device:laptop"}
	found := Audit(Input{Now: testNow, Records: []*record.Record{device, apple, github}, Rules: []string{"G06"}}).Findings
	if len(found) != 2 {
		t.Fatalf("there are %d findings", len(found))
	}
	for _, f := range found {
		if cited := f.Service != (Claim{}); cited != (f.Record.Name == "apple") {
			t.Errorf("%s: what the service says is %q", f.Record.Name, f.Service.Text.EN)
		}
		if f.Rule.Source != NotesAlone {
			t.Errorf("the rule cites %q for every account", f.Rule.Source.EN)
		}
	}
}
