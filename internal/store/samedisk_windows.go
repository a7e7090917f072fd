package store

import (
	"path/filepath"
	"strings"
)

// sameDisk reports whether two folders lie on one drive.
func sameDisk(one, other string) bool {
	return strings.EqualFold(filepath.VolumeName(one), filepath.VolumeName(other))
}
