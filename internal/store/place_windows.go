package store

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

func networkKind(dir string) string {
	volume := filepath.VolumeName(dir)
	if len(volume) > 2 && volume[0] == '\\' {
		return "smb" // \\server\share
	}
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err != nil || windows.GetDriveType(root) != windows.DRIVE_REMOTE {
		return ""
	}
	return "smb"
}
