//go:build !linux

package cli

import (
	"runtime"
	"strings"
)

// deletion is the command that gets rid of files.
func deletion(paths []string) string {
	if runtime.GOOS == "windows" {
		return `del "` + strings.Join(paths, `" "`) + `"`
	}
	return "rm " + shellWords(paths)
}
