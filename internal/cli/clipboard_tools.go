//go:build !windows

package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"memovault/internal/lang"
)

// toolWait is how long a tool of the clipboard may take.
const toolWait = 5 * time.Second

// A clipboardTool is a program, or a pair of them, that reaches the clipboard.
// The text goes through a pipe, never into the arguments, which everybody on
// the computer can read.
type clipboardTool struct {
	env                string // the variable that says the desktop is there; "" for none
	write, read, clear []string
	sensitive          string // the option that marks a copy as a secret, if the version knows it
}

// clipboardTools in the order in which they are tried.
var clipboardTools = map[string][]clipboardTool{
	"darwin": {
		{write: []string{"pbcopy"}, read: []string{"pbpaste"}, clear: []string{"pbcopy"}},
	},
	"linux": {
		{env: "WAYLAND_DISPLAY", write: []string{"wl-copy", "--type", "text/plain"},
			read: []string{"wl-paste", "--no-newline"}, clear: []string{"wl-copy", "--clear"}, sensitive: "--sensitive"},
		{env: "DISPLAY", write: []string{"xclip", "-selection", "clipboard", "-in"},
			read: []string{"xclip", "-selection", "clipboard", "-out"}, clear: []string{"xclip", "-selection", "clipboard", "-in"}},
		{env: "DISPLAY", write: []string{"xsel", "--clipboard", "--input"},
			read: []string{"xsel", "--clipboard", "--output"}, clear: []string{"xsel", "--clipboard", "--clear"}},
		{env: "WSL_DISTRO_NAME", write: powershell(`[Console]::InputEncoding=[Text.Encoding]::UTF8; $t=[Console]::In.ReadToEnd(); if ($t) { Set-Clipboard -Value $t } else { [void](Set-Clipboard -Value $null) }`),
			read:  powershell(`[Console]::OutputEncoding=[Text.Encoding]::UTF8; [Console]::Out.Write((Get-Clipboard -Raw))`),
			clear: powershell(`Set-Clipboard -Value $null`)},
	},
}

func powershell(command string) []string {
	return []string{"powershell.exe", "-NoProfile", "-NonInteractive", "-Command", command}
}

// openClipboard finds the tool that reaches the clipboard of this desktop.
func openClipboard() (*clipboard, error) {
	tools, known := clipboardTools[runtime.GOOS]
	if !known {
		tools = clipboardTools["linux"] // the other systems have the same desktops
	}
	for _, tool := range tools {
		if tool.env != "" && os.Getenv(tool.env) == "" || !installed(tool.write[0]) || !installed(tool.read[0]) {
			continue
		}
		return tool.open(), nil
	}
	return nil, noClipboard()
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// noClipboard says which package the desktop at hand needs.
func noClipboard() error {
	f := &failure{status: statusError, code: "no_clipboard", err: errNoClipboard,
		what: said(lang.T("no clipboard can be reached from here", "ここからはクリップボードを使えません"))}
	switch {
	case os.Getenv("WAYLAND_DISPLAY") != "":
		f.next = []words{said(lang.T("install the package wl-clipboard", "パッケージ wl-clipboard を入れてください"))}
	case os.Getenv("DISPLAY") != "":
		f.next = []words{said(lang.T("install the package xclip (or xsel)", "パッケージ xclip（または xsel）を入れてください"))}
	default:
		f.why = said(lang.T("there is no desktop here, as on another computer over ssh", "ssh でつないだ先など、デスクトップのない所のようです"))
		f.next = []words{said(lang.T("a terminal that knows OSC 52 can take it: --osc52", "OSC 52 に対応した端末なら: --osc52"))}
	}
	return f
}

func (tool clipboardTool) open() *clipboard {
	write, unmarked := tool.write, lang.T("this desktop has no mark for secrets: a clipboard history keeps it", "秘密の印を付けられない環境です。クリップボードの履歴には残ります")
	if tool.sensitive != "" && knowsOption(tool.write[0], tool.sensitive) {
		write, unmarked = append([]string{write[0], tool.sensitive}, write[1:]...), lang.Text{}
	}
	return &clipboard{
		write:    func(text string) error { return runTool(write, text, nil) },
		read:     func() (string, error) { return readTool(tool.read) },
		clear:    func() error { return runTool(tool.clear, "", nil) },
		unmarked: unmarked,
	}
}

// knowsOption reports whether the help of a program names an option.
func knowsOption(program, option string) bool {
	var out strings.Builder
	err := runTool([]string{program, "--help"}, "", &out)
	return err == nil && strings.Contains(out.String(), option)
}

// readTool returns what is on the clipboard. Where that is no text, or nothing,
// the tools complain; to us it is the empty text.
func readTool(argv []string) (string, error) {
	var out strings.Builder
	err := runTool(argv, "", &out)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return "", nil
	}
	return out.String(), err
}

// runTool runs a tool. Those that serve the clipboard stay behind as processes
// of their own and keep what they inherit open; so standard output is a pipe
// only where it is read. They get a session of their own: Ctrl-C, which ends the
// wait, would end them too and take off what somebody copied meanwhile.
func runTool(argv []string, in string, out *strings.Builder) error {
	ctx, cancel := context.WithTimeout(context.Background(), toolWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin = strings.NewReader(in)
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if out != nil {
		cmd.Stdout = out
	}
	if runtime.GOOS == "darwin" {
		cmd.Env = append(os.Environ(), "LC_CTYPE=UTF-8") // pbcopy and pbpaste take another encoding otherwise
	}
	return cmd.Run()
}
