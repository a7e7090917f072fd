//go:build unix

package term

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// childVariable names the program that the test binary is to be, when a test
// starts it at a terminal of its own.
const childVariable = "TERM_TEST_PROGRAM"

func TestMain(m *testing.M) {
	program := os.Getenv(childVariable)
	switch inner, isShell := strings.CutPrefix(program, "shell:"); {
	case program == "":
		os.Exit(m.Run())
	case isShell:
		runShell(inner)
	default:
		runProgram(program)
	}
}

// runProgram asks what the named program asks and prints the answers.
func runProgram(name string) {
	name, plain := strings.CutPrefix(name, "plain ")
	t, err := Open(Options{Plain: plain})
	if errors.Is(err, ErrNoTerminal) {
		fmt.Println("no terminal")
		return
	}
	if err != nil {
		panic(err)
	}
	defer t.Close()
	line := Line{Prompt: "pass: ", Back: true}
	if strings.HasPrefix(name, "hush") {
		runHushed(t, name)
		return
	}
	switch name {
	case "secret":
		report(t.ReadSecret("pass: "))
	case "line", "stop me":
		report(t.ReadLine(line))
	case "secret, line":
		report(t.ReadSecret("pass: "))
		report(t.ReadLine(Line{Prompt: "then: "}))
	case "lines":
		items, err := t.ReadLines(List{Prompt: "pass: "})
		fmt.Printf("%q %v\n", items, err)
	case "line, stop, line":
		continued := make(chan os.Signal, 1)
		signal.Notify(continued, syscall.SIGCONT)
		report(t.ReadLine(line))
		<-continued // the test types Ctrl-Z
		report(t.ReadLine(line))
	case "three":
		report(t.ReadLine(line))
		waitForTest()
		report(t.ReadLine(line))
		waitForTest()
		report(t.ReadLine(line))
	case "idle":
		line.Idle = 20 * time.Millisecond
		report(t.ReadLine(line))
	case "guard, secret, line", "guard, lines", "guard, line, line":
		t.Guard(100 * time.Millisecond)
		if !strings.Contains(name, "lines") {
			t.Guard(time.Minute)
		}
		runGuarded(t, name)
	case "guard, hush, line":
		t.Guard(time.Minute)
		runHushed(t, "hush, stop, background")
		_, err := t.ReadLine(line)
		reportLock(err)
	case "own screen":
		fmt.Println(t.OwnScreen())
		report(t.ReadLine(line))
	case "panic":
		line.Complete = func(string) []string { panic("in the middle of a line") }
		report(t.ReadLine(line))
	case "handles SIGTERM":
		signal.Notify(make(chan os.Signal, 4), syscall.SIGTERM)
		report(t.ReadLine(line))
	case "ignores SIGHUP":
		signal.Ignore(syscall.SIGHUP)
		report(t.ReadLine(line))
	default:
		panic("no program " + name)
	}
}

// runGuarded asks twice: the second question ends as the first has.
func runGuarded(t *Terminal, name string) {
	line := Line{Prompt: "pass: "}
	var err error
	switch name {
	case "guard, secret, line":
		_, err = t.ReadSecret("pass: ")
	case "guard, lines":
		_, err = t.ReadLines(List{Prompt: "pass: "})
	default:
		_, err = t.ReadLine(line)
	}
	reportLock(err)
	_, err = t.ReadLine(line)
	reportLock(err)
}

func reportLock(err error) {
	var lock *LockError
	if errors.As(err, &lock) {
		fmt.Printf("lock %d\n", lock.Reason)
		return
	}
	fmt.Printf("no lock: %v\n", err)
}

// runHushed is busy until the test says otherwise, or until it was stopped and
// continued.
func runHushed(t *Terminal, name string) {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	release, err := t.Hush()
	fmt.Println("hushed", err)
	switch name {
	case "hush":
		waitForTest()
		release()
		release()
		fmt.Println("released")
		waitForTest()
		report(t.ReadSecret("pass: "))
	case "hush around a question":
		waitForTest()
		report(t.ReadSecret("pass: "))
		inner, err := t.Hush()
		fmt.Println("hushed", err)
		inner()
		fmt.Println("inner released")
		waitForTest()
		release()
	case "hush for ever":
		select {}
	case "hush, stop, secret", "hush, stop, background":
		<-continued // the test types Ctrl-Z
		release()
		fmt.Println("released")
		if name == "hush, stop, secret" {
			report(t.ReadSecret("pass: "))
		}
	case "hush, close":
		waitForTest()
		fmt.Println(t.Close())
		release()
		fmt.Println("closed")
		waitForTest()
	case "hush, panic":
		waitForTest()
		panic("while busy")
	default:
		panic("no program " + name)
	}
}

func report(answer string, err error) { fmt.Printf("%q %v\n", answer, err) }

var fromTest = bufio.NewReader(os.Stdin)

func waitForTest() { _, _ = fromTest.ReadString('\n') }

// runShell does the least of what a shell does: it runs the program in a
// process group in front, sees it stop, takes the terminal back, and on a word
// from the test continues it in front, or behind where its name says so.
func runShell(program string) {
	signal.Ignore(syscall.SIGTTOU)
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+program)
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Foreground: true, Ctty: int(tty.Fd())}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	pid := cmd.Process.Pid
	if program == "stop me" {
		fmt.Println("pid", pid)
		waitForTest()
		_ = syscall.Kill(pid, syscall.SIGTSTP)
	}
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); errors.Is(err, syscall.EINTR) {
			continue
		} else if err != nil {
			panic(err)
		}
		if !status.Stopped() {
			foreground(tty, syscall.Getpgrp())
			return
		}
		foreground(tty, syscall.Getpgrp())
		fmt.Println("stopped")
		waitForTest()
		if !strings.HasSuffix(program, "background") {
			foreground(tty, pid)
		}
		_ = syscall.Kill(-pid, syscall.SIGCONT)
	}
}

func foreground(tty *os.File, group int) {
	if err := unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, group); err != nil {
		panic(err)
	}
}
