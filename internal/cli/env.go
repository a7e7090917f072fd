package cli

import (
	"os"
	"path/filepath"
	"runtime"
)

// dirs are the places the platform gives a program.
type dirs struct {
	data   string // where the vault lies: memovault/default.vault below it
	state  string // what this computer remembers of vaults
	config string // what the person sets up: their own templates
}

// standardDirs follows the XDG base directories on Unix, Application Support on
// macOS and %LocalAppData% on Windows: the vault is not to roam with a profile
// that synchronises behind its back. What the person sets up may roam.
func standardDirs() dirs {
	home, _ := os.UserHomeDir()
	switch runtime.GOOS {
	case "windows":
		base := os.Getenv("LocalAppData")
		if base == "" {
			base = filepath.Join(home, "AppData", "Local")
		}
		roaming := os.Getenv("AppData")
		if roaming == "" {
			roaming = filepath.Join(home, "AppData", "Roaming")
		}
		return dirs{filepath.Join(base, "memovault"), filepath.Join(base, "memovault", "state"), filepath.Join(roaming, "memovault")}
	case "darwin":
		base := filepath.Join(home, "Library", "Application Support", "memovault")
		return dirs{base, filepath.Join(base, "state"), base}
	}
	return dirs{
		filepath.Join(xdg("XDG_DATA_HOME", home, ".local", "share"), "memovault"),
		filepath.Join(xdg("XDG_STATE_HOME", home, ".local", "state"), "memovault"),
		filepath.Join(xdg("XDG_CONFIG_HOME", home, ".config"), "memovault"),
	}
}

// xdg returns an absolute path from the environment, as the specification
// demands, or the default below home.
func xdg(name, home string, fallback ...string) string {
	if dir := os.Getenv(name); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(append([]string{home}, fallback...)...)
}

// plainInput says that no escape sequence may be written while asking.
func plainInput() bool {
	return os.Getenv("TERM") == "dumb" || os.Getenv("MEMOVAULT_PLAIN_INPUT") != ""
}
