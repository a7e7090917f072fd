package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"memovault/internal/record"
)

// TestFullDisk fills a small file system up to some pages and commits then.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("old", "x")}})
	good := v.bytes()
	v.cfg.StateDir = "" // the file goes back in time with each try
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=1m,mode=700"); err != nil {
		t.Skipf("mounting a small file system is not allowed here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(disk, unix.MNT_DETACH) })
	v.path = disk + "/test.vault"
	heard := map[string]int{}
	for free := 0; free <= 64; free++ {
		os.RemoveAll(BackupDir(v.path))
		os.Remove(disk + "/filler")
		v.write(good)
		s := v.open()
		if err := fill(disk, free); err != nil {
			t.Fatal(err)
		}
		said := verdict(s, s.Commit(Change{Put: []*record.Record{note("new", strings.Repeat("x", 60_000))}}))
		heard[strings.SplitN(said, ":", 2)[0]]++
		os.Remove(disk + "/filler")
		v.compare(fmt.Sprintf("%d pages free", free), said)
		if left := leftovers(t, disk); len(left) > 0 {
			t.Errorf("%d pages free: left behind %v", free, left)
		}
	}
	t.Log(heard)
	if heard["saved"] == 0 || heard["not saved"] == 0 {
		t.Error("the disk was never full, or always: the test tests nothing")
	}
}

// fill leaves free pages of 4 KiB on the disk.
func fill(disk string, free int) error {
	f, err := os.Create(disk + "/filler")
	if err != nil {
		return err
	}
	defer f.Close()
	for page := make([]byte, 4096); ; {
		if _, err := f.Write(page); errors.Is(err, unix.ENOSPC) {
			break
		} else if err != nil {
			return err
		}
	}
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return f.Truncate(max(0, st.Size()-int64(free)*4096))
}
