package cli

import (
	"bytes"
	"strings"
	"testing"

	"memovault/internal/lang"
)

// TestPanicElsewhere: a panic while a key is derived, on a goroutine of its
// own, is reported like any other, by its place and without its message.
func TestPanicElsewhere(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		var out bytes.Buffer
		a := &app{name: "vault", lang: l, err: &out}
		status := -1
		func() {
			defer func() { status = a.crashed(recover()) }()
			a.slowly(func() error { panic("canary") })
		}()
		got := out.String()
		if status != statusError || strings.Contains(got, "canary") || !strings.Contains(got, "cli.TestPanicElsewhere") {
			t.Errorf("status %d, said %q", status, got)
		}
	}
}
