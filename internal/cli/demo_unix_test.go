//go:build unix

package cli

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestDemoInterruptedLeavesNothing stops the program at various moments, by
// Ctrl-C and by closing the terminal, and once closes what it writes to.
func TestDemoInterruptedLeavesNothing(t *testing.T) {
	for i := range 16 {
		tmp, home := t.TempDir(), t.TempDir()
		cmd := exec.Command("vault", "demo") // this test binary, by TestMain
		cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "HOME="+home, "XDG_DATA_HOME=", "XDG_STATE_HOME=")
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = write
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		write.Close()
		read.Close()
		time.Sleep(time.Duration(i) * 10 * time.Millisecond)
		cmd.Process.Signal([]os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[i%3])
		cmd.Wait()
		isEmptyFolder(t, tmp)
		isEmptyFolder(t, home)
	}
}
