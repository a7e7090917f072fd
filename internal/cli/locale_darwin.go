package cli

import (
	"os/exec"
	"strings"
)

// systemLocale asks macOS, which keeps the language in its preferences and
// often leaves LANG unset.
func systemLocale() string {
	out, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleLocale").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
