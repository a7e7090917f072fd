package cli

import (
	"fmt"
	"testing"

	"memovault/internal/keyring"
)

// TestExplainTwice: a failure that was explained once can be asked about again;
// its causes end.
func TestExplainTwice(t *testing.T) {
	a := &app{}
	err := error(&failure{code: "wrong_key", err: keyring.ErrNoMatch})
	for range 2 {
		if f := a.explain(fmt.Errorf("opening: %w", err)); f.code != "wrong_key" || f.err != keyring.ErrNoMatch {
			t.Fatalf("%q because of %v", f.code, f.err)
		}
	}
}
