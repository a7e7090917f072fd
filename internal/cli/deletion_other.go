//go:build !linux

package cli

import "runtime"

// deletion is the command that gets rid of a file.
func deletion(path string) string {
	if runtime.GOOS == "windows" {
		return `del "` + path + `"`
	}
	return "rm " + shellWord(path)
}
