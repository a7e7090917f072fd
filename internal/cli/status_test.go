package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestStatusesAreScripted holds that each exit status that this program gives
// is seen in a script.
func TestStatusesAreScripted(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{fmt.Sprint(statusOK): true} // every exec without "!"
	exit := regexp.MustCompile(`(?m)^(?:exits|denied) ([0-9]+) `)
	for _, path := range scripts {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range exit.FindAllSubmatch(b, -1) {
			seen[string(m[1])] = true
		}
	}
	known := map[string]bool{}
	for _, s := range exitStatuses {
		status := fmt.Sprint(s.status)
		known[status] = true
		if !seen[status] {
			t.Errorf("no script ends with status %s", status)
		}
	}
	for status := range seen {
		if !known[status] {
			t.Errorf("a script expects status %s, which is not in the table", status)
		}
	}
}
