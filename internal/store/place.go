package store

import (
	"os"
	"path/filepath"
	"strings"
)

// A Place is what is risky about where a vault lies. The zero value is an
// ordinary local folder.
type Place struct {
	Network string // kind of a network or user-space file system: "nfs", "smb", "fuse"; locks and flushes may not hold there
	Sync    string // name of the program that copies the folder: "Dropbox", "OneDrive"; it may replace the file while it is in use
}

// syncFolders are path elements by which folders of synchronising programs
// are known. They are the programs' own default names.
var syncFolders = []struct{ element, name string }{
	{"dropbox", "Dropbox"},
	{"onedrive", "OneDrive"},
	{"google drive", "Google Drive"},
	{"googledrive", "Google Drive"},
	{"my drive", "Google Drive"},
	{"マイドライブ", "Google Drive"},
	{"icloud drive", "iCloud Drive"},
	{"iclouddrive", "iCloud Drive"},
	{"com~apple~clouddocs", "iCloud Drive"},
	{"mobile documents", "iCloud Drive"},
	{"box sync", "Box"},
	{"nextcloud", "Nextcloud"},
	{"owncloud", "ownCloud"},
	{"syncthing", "Syncthing"},
	{"pcloud drive", "pCloud"},
	{"pclouddrive", "pCloud"},
}

// PlaceOf looks at the folder that holds path, or would hold it.
func PlaceOf(path string) Place {
	dir := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return Place{Network: networkKind(existing(dir)), Sync: syncName(dir)}
}

// existing returns dir or its nearest parent that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func syncName(dir string) string {
	for _, element := range strings.Split(filepath.ToSlash(dir), "/") {
		element = strings.ToLower(element)
		for _, known := range syncFolders {
			// OneDrive and Dropbox add the firm: "OneDrive - Tanaka Shoten".
			if element == known.element || strings.HasPrefix(element, known.element+" ") ||
				strings.HasPrefix(element, known.element+"-") {
				return known.name
			}
		}
	}
	return ""
}
