package cli

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// deletion is the command that gets rid of files. On a disk that writes a file
// over in its place, that is to write over it; flash memory and file systems
// that copy on writing keep what was there, whatever one writes.
func deletion(paths []string) string {
	if _, err := exec.LookPath("shred"); err == nil && !testOnlyPlainDisk && onMagneticDisk(paths[0]) {
		return "shred -u " + shellWords(paths)
	}
	return "rm " + shellWords(paths)
}

// onMagneticDisk reports whether a file lies on a partition of a disk that turns.
func onMagneticDisk(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	device := fmt.Sprintf("/sys/dev/block/%d:%d/", unix.Major(uint64(stat.Dev)), unix.Minor(uint64(stat.Dev)))
	for _, queue := range []string{"queue/rotational", "../queue/rotational"} { // of a whole disk, of a partition
		if b, err := os.ReadFile(device + queue); err == nil {
			return len(b) > 0 && b[0] == '1'
		}
	}
	return false
}
