package store

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// soak runs the whole sets of which go test takes a sample: some minutes.
// go test ./internal/store -args -soak
var soak = flag.Bool("soak", false, "run the long tests whole")

// childMode names the environment variable by which the test binary, started
// again, is told to be one of children. Its arguments follow in the order in
// which the child takes them.
const childMode = "MEMOVAULT_STORE_CHILD"

// children are the programs that tests run beside themselves, to be killed or
// to have their system calls fail.
var children = map[string]func(args []string) error{}

func TestMain(m *testing.M) {
	if child := children[os.Getenv(childMode)]; child != nil {
		if err := child(os.Args[1:]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// childCommand returns the command that runs a child.
func childCommand(t testing.TB, mode string, args ...string) *exec.Cmd {
	t.Helper()
	if children[mode] == nil {
		t.Fatalf("there is no child %q", mode)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), childMode+"="+mode, "GOTRACEBACK=single")
	cmd.Stderr = os.Stderr
	return cmd
}

// needCommand returns where a program is. Without it the test is skipped, but
// in CI, where everything is to be had, it fails.
func needCommand(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: %v", name, err)
	}
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// sample returns how much of a set to try: full in a soak, otherwise n, and a
// part of that under the race detector, which is some times slower.
func sample(full, n int) int {
	switch {
	case *soak:
		return full
	case raceEnabled:
		return min(full, max(1, n/8))
	}
	return min(full, n)
}
