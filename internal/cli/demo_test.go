package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/term"
)

func demoApp(t *testing.T, l lang.Lang) (*app, string) {
	t.Helper()
	tmp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, tmp)
	}
	return &app{name: "vault", lang: l, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, tmp
}

func isEmptyFolder(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDemoFitsTheScreenAndLeavesNothing(t *testing.T) {
	for _, l := range []lang.Lang{lang.EN, lang.JA} {
		a, tmp := demoApp(t, l)
		text, err := a.playDemo(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		isEmptyFolder(t, tmp)
		lines := strings.Split(text, "\n")
		if len(lines) > 215 {
			t.Errorf("%v: %d lines", l, len(lines))
		}
		for _, line := range lines {
			if term.Width(line) > 80 {
				t.Errorf("%v: %d columns: %s", l, term.Width(line), line)
			}
		}
		if strings.Contains(text, tmp) {
			t.Errorf("%v: the temporary folder is named", l)
		}
	}
}

func TestDemoCancelledLeavesNothing(t *testing.T) {
	a, tmp := demoApp(t, lang.EN)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if text, err := a.playDemo(ctx); !errors.Is(err, term.ErrCancelled) {
		t.Errorf("%v, %q", err, text)
	}
	isEmptyFolder(t, tmp)
}

// TestDemoFailsCleanly takes the folder away in which it works.
func TestDemoFailsCleanly(t *testing.T) {
	a, tmp := demoApp(t, lang.EN)
	if err := os.Remove(tmp); err != nil {
		t.Fatal(err)
	}
	if text, err := a.playDemo(context.Background()); err == nil {
		t.Errorf("no error, but %q", text)
	}
}
