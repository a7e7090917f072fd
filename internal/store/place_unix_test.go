//go:build unix

package store

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"memovault/internal/record"
)

// withUmask runs f under a umask, which belongs to the whole process.
func withUmask(mask int, f func()) {
	old := unix.Umask(mask)
	defer unix.Umask(old)
	f()
}

// TestModes: nobody else may read, whatever the umask.
func TestModes(t *testing.T) {
	for _, mask := range []int{0, 0o077, 0o027} {
		withUmask(mask, func() {
			dir := t.TempDir()
			v := newTestVault(t)
			v.path, v.cfg.StateDir = filepath.Join(dir, "new", "folder", "x.vault"), filepath.Join(dir, "state")
			if err := createAt(v.path, v.cfg, v.key); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"one", "two"} {
				v.mustCommit(Change{Put: []*record.Record{note(name, "x")}})
			}
			err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				if err != nil || path == dir {
					return err
				}
				st, err := d.Info()
				if err != nil {
					return err
				}
				want := os.FileMode(0o600)
				if d.IsDir() {
					want = 0o700
				}
				if st.Mode().Perm() != want {
					t.Errorf("umask %03o: %s is %v", mask, path, st.Mode())
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWideModesAreRepaired: a vault that others may read is taken from them.
func TestWideModesAreRepaired(t *testing.T) {
	v := newTestVault(t)
	if err := os.Chmod(v.path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := v.open().Warnings(); err != nil {
		t.Error(err)
	}
	if st, err := os.Stat(v.path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
}

// TestLinkToVault: a link is followed, and the lock is beside the file itself,
// so that both names share it.
func TestLinkToVault(t *testing.T) {
	v := newTestVault(t)
	link := filepath.Join(t.TempDir(), "link.vault")
	if err := os.Symlink(v.path, link); err != nil {
		t.Fatal(err)
	}
	other := *v
	other.path = link
	other.mustCommit(Change{Put: []*record.Record{note("by the link", "x")}})
	read(t, v.open(), "by the link")
	if _, err := os.Lstat(link + lockSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a lock beside the link: %v", err)
	}
	if st, err := os.Lstat(link); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", st.Mode(), err)
	}
	dangling := filepath.Join(t.TempDir(), "dangling.vault")
	if err := os.Symlink(filepath.Join(t.TempDir(), "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dangling, v.cfg); !errors.Is(err, ErrNoVault) {
		t.Errorf("a dangling link: %v", err)
	}
	if err := createAt(dangling, v.cfg, v.key); !errors.Is(err, ErrExists) {
		t.Errorf("Create through a dangling link: %v", err)
	}
}

// TestTrapsBesideTheVault: links in the place of our side files harm nothing
// they point to.
func TestTrapsBesideTheVault(t *testing.T) {
	precious := []byte("precious, and not ours\n")
	for what, trap := range map[string]func(target, lock string) error{
		"symbolic link": os.Symlink,
		"hard link":     os.Link,
		"pipe":          func(_, lock string) error { return unix.Mkfifo(lock, 0o600) },
		"folder":        func(_, lock string) error { return os.Mkdir(lock, 0o700) },
	} {
		v := newTestVault(t)
		target := filepath.Join(t.TempDir(), "precious")
		if err := os.WriteFile(target, precious, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(v.path+lockSuffix), trap(target, v.path+lockSuffix)); err != nil {
			t.Fatal(err)
		}
		s, err := v.tryOpen()
		if err == nil {
			err = s.Commit(Change{Put: []*record.Record{note("one", "x")}})
		}
		t.Logf("%s: %v", what, err)
		if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, precious) {
			t.Errorf("%s: it reads %q, %v", what, got, err)
		}
	}
	v := newTestVault(t)
	target := filepath.Join(t.TempDir(), "precious")
	left := filepath.Join(filepath.Dir(v.path), tempVault(v.path)+"x")
	if err := errors.Join(os.WriteFile(target, precious, 0o600), os.Symlink(target, left)); err != nil {
		t.Fatal(err)
	}
	v.mustCommit(Change{Put: []*record.Record{note("one", "x")}})
	if got, err := os.ReadFile(target); err != nil || !bytes.Equal(got, precious) {
		t.Errorf("clearing up followed a link: %q, %v", got, err)
	}
}

func TestPipeIsNoVault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.vault")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Config{}); !errors.Is(err, ErrNotVault) {
		t.Errorf("got %v", err)
	}
	if _, err := Open(os.DevNull, Config{}); !errors.Is(err, ErrNotVault) {
		t.Errorf("a device: %v", err)
	}
}

// TestReadOnly: a vault on a read-only medium can be read, and says why it
// cannot be written. Root may write anywhere, so another user is asked.
func TestReadOnly(t *testing.T) {
	if os.Getenv(readOnlyChild) == "" && os.Geteuid() == 0 {
		runAsNobody(t)
		return
	}
	dir := t.TempDir()
	v := newTestVault(t)
	v.mustCommit(Change{Put: []*record.Record{note("one", "x")}})
	moved := filepath.Join(dir, "x.vault")
	if err := errors.Join(os.Rename(v.path, moved), os.Chmod(moved, 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	v.path = moved
	s := v.open()
	if got := text(read(t, s, "one")); got != "x" {
		t.Errorf("got %q", got)
	}
	if err := s.Commit(Change{Put: []*record.Record{note("two", "x")}}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("read-only folder: %v", err)
	}
	if err := createAt(filepath.Join(dir, "y.vault"), v.cfg, v.key); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Create: %v", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := s.Commit(Change{Put: []*record.Record{note("two", "x")}})
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("read-only file: %v", err)
	}
	v.whole()
}

const readOnlyChild = "MEMOVAULT_STORE_READONLY"

// runAsNobody runs the calling test again as an unprivileged user.
func runAsNobody(t *testing.T) {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skipf("started by root, whom no mode stops: %v", err)
	}
	dir, err := os.MkdirTemp("", "memovault-nobody-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary := filepath.Join(dir, "store.test")
	if err := errors.Join(os.WriteFile(binary, self, 0o755), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), readOnlyChild+"=1", "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, unix.EPERM) {
		t.Skip("root here may not become another user")
	}
	if err != nil || !strings.Contains(string(out), "PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}
