package record

import (
	"testing"
	"time"
)

func TestFileAnew(t *testing.T) {
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for number, want := range map[string]string{
		"3C7A-F18E":  "new-3C7A-F18E.pdf",
		"":           "new-2026-11-22.pdf",
		"../3C7A":    "new-2026-11-22.pdf",
		"-3C7A":      "new-2026-11-22.pdf",
		"用紙 1":       "new-2026-11-22.pdf",
		"3C7A\nF18E": "new-2026-11-22.pdf",
	} {
		if got := (Sheet{Number: number}).FileAnew(day); got != want {
			t.Errorf("a sheet %q anew goes into %s, want %s", number, got, want)
		}
	}
}
