//go:build unix

package cli

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"memovault/internal/lang"
)

// desk is a home with a vault of records for what show does at a terminal, and
// with tools that stand in for a desktop's clipboard.
func desk(t *testing.T) *home {
	t.Helper()
	h := newHome(t)
	h.run("init", "--passphrase-file", "pass.txt", "--recovery-key-out", "sheet.txt", "--no-note")
	for i, r := range []string{
		`{"template": "github", "name": "github", "fields": [{"key": "totp", "value": "otpauth://totp/GitHub:hanako?secret=JBSWY3DPEHPK3PXP"},
			{"key": "recovery_codes", "codes": ["aaaaa-11111", "bbbbb-22222", "ccccc-33333", "ddddd-44444"]}]}`,
		`{"template": "phone-line", "name": "line", "fields": {"number": "090-0000-0000", "network_pin": "4711"}}`,
	} {
		name := fmt.Sprintf("record%d.json", i)
		h.write(name, r)
		h.run("add", "--from-json", name, "--passphrase-file", "pass.txt")
	}
	bin := filepath.Join(h.dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{
		"wl-copy":  "case \"$*\" in --clear) : > $CLIP ;; *) cat > $CLIP ;; esac",
		"wl-paste": "cat $CLIP",
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h.env = append(h.env, "WAYLAND_DISPLAY=wayland-0", "CLIP="+h.clip(), "PATH="+bin+":"+os.Getenv("PATH"),
		"NO_COLOR=", "CLICOLOR=", "CLICOLOR_FORCE=", "LC_ALL=C.UTF-8", "MEMOVAULT_AMBIGUOUS_WIDE=")
	return h
}

func (h *home) clip() string { return filepath.Join(h.dir, "clip") }

func (h *home) clipboard() string {
	b, _ := os.ReadFile(h.clip())
	return string(b)
}

// TestCopyIsTakenOff ends the wait in each way there is: the copy is gone
// before the command is.
func TestCopyIsTakenOff(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*session){
		"Ctrl-C":    func(s *session) { s.send("\x03") },
		"Ctrl-\\":   func(s *session) { s.send("\x1c") },
		"SIGTERM":   func(s *session) { s.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":    func(s *session) { s.cmd.Process.Signal(syscall.SIGHUP) },
		"the clock": func(*session) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := desk(t)
			after := "60"
			if name == "the clock" {
				after = "2"
			}
			s := h.at("vault", "show", "line", "--copy", "--clear-after", after, "--passphrase-file", "pass.txt")
			s.see("copied: network PIN of line")
			s.see("taking it off in " + after + " s (Ctrl-C: now)")
			if got := h.clipboard(); got != "4711" {
				t.Errorf("the clipboard has %q", got)
			}
			stop(s)
			s.see("taken off the clipboard")
			s.want("exit 0")
			if got := h.clipboard(); got != "" {
				t.Errorf("the clipboard still has %q", got)
			}
			if strings.Contains(s.shown(), "4711") {
				t.Error("the value was shown")
			}
		})
	}
}

// TestNoStacks: a signal that makes Go print its stacks ends the command
// without a word, whose words could be of a secret.
func TestNoStacks(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.run("init", "--passphrase-file", "pass.txt")
			s := h.at("vault", "list")
			s.see("Passphrase: ")
			s.cmd.Process.Signal(sig)
			s.want(syscall.SIGTERM.String())
			if shown := s.shown(); strings.Contains(shown, "goroutine") || strings.Contains(shown, "rip ") {
				t.Errorf("shown:\n%s", shown)
			}
		})
	}
}

// TestCopyOnX11 goes through a real clipboard, where there is one to start.
func TestCopyOnX11(t *testing.T) {
	t.Parallel()
	needCommand(t, "xclip")
	h := desk(t)
	number, its, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command(needCommand(t, "Xvfb"), "-displayfd", "3", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{its}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Process.Signal(syscall.SIGTERM); x.Wait() })
	its.Close()
	number.SetReadDeadline(time.Now().Add(patience))
	line, err := bufio.NewReader(number).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	display := ":" + strings.TrimSpace(line)
	h.env = append(h.env, "WAYLAND_DISPLAY=", "DISPLAY="+display, "PATH="+os.Getenv("PATH"))
	paste := func() string {
		out, _ := h.command("xclip", "-selection", "clipboard", "-out").Output()
		return string(out)
	}
	s := h.at("vault", "show", "line", "--copy", "--passphrase-file", "pass.txt")
	s.see("taking it off in 30 s")
	if got := paste(); got != "4711" {
		t.Errorf("the clipboard has %q", got)
	}
	s.send("\x03")
	s.see("taken off the clipboard")
	s.want("exit 0")
	if got := paste(); got != "" {
		t.Errorf("the clipboard still has %q", got)
	}
}

func TestCopyOSC52(t *testing.T) {
	t.Parallel()
	h := desk(t)
	s := h.at("vault", "show", "line", "--copy", "--osc52", "--passphrase-file", "pass.txt")
	s.see("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte("4711")) + "\a")
	s.see("sent to the terminal: network PIN of line. Whether it is on the clipboard cannot be seen")
	s.want("exit 0")
	if strings.Contains(s.shown(), "copied") {
		t.Error("it claims to have copied")
	}
}

// TestNextCode shows a code and marks it when it was used; a no, Ctrl-C, and
// the end of input leave it.
func TestNextCode(t *testing.T) {
	t.Parallel()
	h := desk(t)
	show := []string{"show", "github", "--next-code", "--passphrase-file", "pass.txt"}
	for _, answer := range []string{"n\r", "\r", "\x03", "\x04"} {
		s := h.at("vault", show...)
		s.answer("Code 1 of 4. Did you use it? [y/N]", answer)
		s.see("once it is used: vault edit github --use-code=recovery_codes")
		s.want("exit 0")
		if got := s.printed(); got != "aaaaa-11111\n" {
			t.Errorf("after %q: printed %q", answer, got)
		}
	}
	s := h.at("vault", show...)
	s.answer("Code 1 of 4. Did you use it? [y/N]", "はい\r")
	s.see("noted: code 1 of github is used; 3 are left")
	s.want("exit 0")
	if got := h.run("show", "github", "--next-code", "--passphrase-file", "pass.txt"); got != "bbbbb-22222\n" {
		t.Errorf("next comes %q", got)
	}
	if got := h.run("show", "github", "--field", "recovery_codes", "--passphrase-file", "pass.txt"); strings.Contains(got, "aaaaa") {
		t.Errorf("still unused: %q", got)
	}
}

// TestShowQR asks before it shows a secret, and takes it off the screen again.
func TestShowQR(t *testing.T) {
	t.Parallel()
	h := desk(t)
	args := []string{"show", "github", "--qr", "--passphrase-file", "pass.txt"}
	s := h.onScreen(80, 30, "vault", args...)
	s.answer("Show it? [y/N]", "n\r")
	s.want("exit 130")
	if strings.Contains(s.shown(), "█") {
		t.Error("drawn after a no")
	}
	s = h.onScreen(80, 30, "vault", args...)
	s.answer("Show it? [y/N]", "y\r")
	s.see(qrInk)
	s.see("authenticator secret of github  (Enter: take it off the screen)")
	s.send("\r")
	s.want("exit 0")
	if strings.ContainsAny(s.visible(), "█▀▄") {
		t.Errorf("the code is still on the screen\n%s", s.visible())
	}
	if strings.Contains(s.shown(), "JBSWY3DP") {
		t.Error("the secret was shown in letters")
	}
	// --reveal is a yes; what is no secret needs none.
	for _, more := range [][]string{{"--reveal"}, {"--reveal", "--lang", "ja"}} {
		s = h.onScreen(80, 30, "vault", append(args, more...)...)
		s.see(qrInk)
		s.see("Enter")
		s.send("\x03")
		s.want("exit 0")
	}
	s = h.onScreen(80, 30, "vault", "show", "line", "number", "--qr", "--passphrase-file", "pass.txt")
	s.answer("Enter: take it off the screen)", "\r")
	s.want("exit 0")
	// Not into a window that is too small, nor on a terminal without colours.
	s = h.onScreen(30, 30, "vault", append(args, "--reveal")...)
	s.see("the window is too")
	s.want("exit 2")
	h.env = append(h.env, "TERM=dumb")
	s = h.onScreen(80, 30, "vault", append(args, "--reveal")...)
	s.see("only on one that has colours")
	s.want("exit 2")
}

// TestShowQROfRecord draws a whole record; where the window has no room for it,
// it says what to leave out, and that fits.
func TestShowQROfRecord(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.make()
	h.run("add", "mailbox", "mail", "--field", "address=hanako@example.jp", "--notes", strings.Repeat("in the drawer of the desk ", 8), "--passphrase-file", "pass.txt")
	args := []string{"show", "mail", "--qr=all", "--passphrase-file", "pass.txt"}
	s := h.onScreen(100, 40, "vault", args...)
	s.see(qrInk)
	s.answer("the record mail  (Enter: take it off the screen)", "\r")
	s.want("exit 0")
	if strings.ContainsAny(s.visible(), "█▀▄") {
		t.Errorf("the code is still on the screen\n%s", s.visible())
	}
	s = h.onScreen(80, 24, "vault", args...)
	s.see("the window is too small for the QR code")
	s.see("the longest is: notes")
	s.see("leave it out by naming the others: vault show mail address --qr=all")
	s.want("exit 2")
	s = h.onScreen(80, 24, "vault", "show", "mail", "address", "--qr=all", "--passphrase-file", "pass.txt")
	s.see(qrInk)
	s.answer("the record mail  (Enter: take it off the screen)", "\r")
	s.want("exit 0")
	s = h.onScreen(80, 24, "vault", append(args, "--lang", "ja")...)
	s.see("いちばん長い項目: notes")
	s.see("ほかの項目だけにするなら: vault show mail address --qr=all")
	s.want("exit 2")
}

// TestPager sends what is longer than the window through the pager, and loses
// nothing by one that does not work.
func TestPager(t *testing.T) {
	t.Parallel()
	h := desk(t)
	h.write("pager", "#!/bin/sh\nsed 's/^/paged: /'\necho \"$LESSSECURE $LESSHISTFILE $LESS\"\n")
	if err := os.Chmod(filepath.Join(h.dir, "here", "pager"), 0o700); err != nil {
		t.Fatal(err)
	}
	pager := "PAGER=" + filepath.Join(h.dir, "here", "pager") + " -x"
	for name, c := range map[string]struct {
		env   []string
		rows  uint16
		args  []string
		paged bool
	}{
		"templates":        {[]string{pager}, 10, []string{"templates"}, true},
		"one template":     {[]string{pager}, 10, []string{"templates", "show", "wifi"}, true},
		"help":             {[]string{pager}, 10, []string{"help", "show"}, true},
		"own variable":     {[]string{"MEMOVAULT_" + pager, "PAGER=cat"}, 10, []string{"help", "show"}, true},
		"it fits":          {[]string{pager}, 200, []string{"help", "show"}, false},
		"off":              {[]string{"PAGER=cat"}, 10, []string{"help", "show"}, false},
		"off by own":       {[]string{"MEMOVAULT_PAGER=", pager}, 10, []string{"help", "show"}, false},
		"never asked":      {[]string{pager}, 10, []string{"templates", "--no-input"}, false},
		"dumb terminal":    {[]string{pager, "TERM=dumb"}, 10, []string{"help", "show"}, false},
		"no such program":  {[]string{"PAGER=" + filepath.Join(h.dir, "nothing")}, 10, []string{"help", "show"}, false},
		"it fails":         {[]string{"PAGER=false"}, 10, []string{"help", "show"}, false},
		"secrets revealed": {[]string{pager}, 5, []string{"show", "github", "--reveal", "--passphrase-file", "pass.txt"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := &home{t: t, dir: h.dir, env: append(append(h.env[:len(h.env):len(h.env)], "LESS="), c.env...)}
			s := h.onScreen(80, c.rows, "vault", c.args...)
			s.want("exit 0")
			s.until("the output", func() bool { // some of it is in each
				return strings.Contains(s.shown(), "office") || strings.Contains(s.shown(), "JBSWY3DP") || strings.Contains(s.shown(), "SSID")
			})
			if c.paged {
				s.see("1 - ") // less would be in its secure mode
			}
			if got := strings.Contains(s.shown(), "paged: "); got != c.paged {
				t.Errorf("paged: %v\n%s", got, s.visible())
			}
		})
	}
}

// TestPagerKeys: above a page in less stands how to leave it; other programs
// have their own ways.
func TestPagerKeys(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	for name, told := range map[string]bool{"less": true, "other": false} {
		h.write(name, "#!/bin/sh\nsed 's/^/paged: /'\n")
		if err := os.Chmod(filepath.Join(h.dir, "here", name), 0o700); err != nil {
			t.Fatal(err)
		}
		h := &home{t: t, dir: h.dir, env: append(h.env[:len(h.env):len(h.env)], "PAGER="+filepath.Join(h.dir, "here", name))}
		s := h.onScreen(80, 10, "vault", "help", "show")
		s.want("exit 0")
		s.see("paged: ")
		if got := strings.Contains(s.shown(), "q = leave"); got != told {
			t.Errorf("%s: told how to leave: %v", name, got)
		}
	}
}

// TestColors: a terminal gets colours, a pipe does not, and NO_COLOR is heard.
func TestColors(t *testing.T) {
	t.Parallel()
	h := desk(t)
	list := []string{"list", "--passphrase-file", "pass.txt"}
	s := h.onScreen(80, 30, "vault", list...)
	s.see("\x1b[1mNAME")
	s.see("\x1b[0m")
	s.want("exit 0")
	s = h.at("vault", list...)
	s.want("exit 0")
	if strings.Contains(s.printed(), "\x1b") {
		t.Errorf("colours in a pipe: %q", s.printed())
	}
	s = h.at("vault", append(list, "--color", "always")...)
	s.want("exit 0")
	if !strings.HasPrefix(s.printed(), "\x1b[1mNAME") {
		t.Errorf("--color always: %q", s.printed())
	}
	s = h.at("vault", "list", "--file", "nowhere")
	s.see("\x1b[31mvault: \x1b[0mthere is no vault")
	s.want("exit 6")
	h.env = append(h.env, "NO_COLOR=1")
	s = h.onScreen(80, 30, "vault", list...)
	s.see("NAME")
	s.want("exit 0")
	if strings.Contains(s.shown(), "\x1b[1m") {
		t.Error("NO_COLOR was not heard")
	}
}

// TestPatiently says after a second what is going on, and takes that away.
func TestPatiently(t *testing.T) {
	t.Parallel()
	what := lang.T("counting %d sheep ...", "羊を %d 匹数えています...")
	for name, c := range map[string]struct {
		quiet, fast bool
		l           lang.Lang
		want        string
	}{
		"slow": {false, false, lang.EN, "counting 3 sheep ..."}, "in Japanese": {false, false, lang.JA, "羊を 3 匹数えています..."},
		"fast": {false, true, lang.EN, ""}, "quiet": {true, false, lang.EN, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newHome(t).session(60, 10, "true")
			s.cmd.Stdout = s.slave
			s.start()
			a := &app{err: s.slave, lang: c.l, g: globals{quiet: c.quiet}}
			if err := a.patiently(what, func() error {
				switch {
				case c.quiet:
					time.Sleep(1200 * time.Millisecond)
				case !c.fast: // for as long as it takes to say so, on a busy machine too
					for end := time.Now().Add(patience); !strings.Contains(s.shown(), "...") && time.Now().Before(end); {
						time.Sleep(10 * time.Millisecond)
					}
				}
				return os.ErrClosed
			}, 3); err != os.ErrClosed {
				t.Errorf("got %v", err)
			}
			fmt.Fprintln(s.slave, "done")
			s.see("done")
			if got := strings.TrimSpace(s.visible()); got != "done" {
				t.Errorf("on the screen: %q", got)
			}
			if c.want == "" && strings.Contains(s.shown(), "...") || !strings.Contains(s.shown(), c.want) {
				t.Errorf("sent %q", s.shown())
			}
			s.want("exit 0")
		})
	}
}

// TestNarrowWindow: at 40 columns nothing is cut and no row is too wide, in
// both languages.
func TestNarrowWindow(t *testing.T) {
	t.Parallel()
	h := desk(t)
	h.write("office.json", `{"template": "office", "name": "office", "owner": "山田 花子", "title": "居間のパソコンの Office",
		"notes": "箱は押し入れの上の段、左から二番目の黒い箱の中\nカードは金庫", "fields": {"product": "Office Home & Business 2024 for the family",
		"product_key": "VK7JG-BCDFG-HJKMB-PQRTV-WXY23", "account_email": "hanako.yamada@isp.example.jp"}}`)
	h.run("add", "--from-json", "office.json", "--passphrase-file", "pass.txt")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"list", "--lang", "en"}, `github
    GitHub account  today
line
    phone line  today  090-0000-0000
office
    Microsoft Office  山田 花子  today
    居間のパソコンの Office
3 records. To see one: vault show NAME`},
		{[]string{"show", "office", "--lang", "ja"}, `office  (Microsoft Office, 今日)
  題
    居間のパソコンの Office
  持ち主
    山田 花子
  製品名
    Office Home & Business 2024 for the
    family
  プロダクトキー
    VK7JG-*****-*****-*****-WXY23
  登録したメールアドレス
    hanako.yamada@isp.example.jp
  メモ
    箱は押し入れの上の段、左から二番目
    の黒い箱の中
    カードは金庫
全部見るには:
vault show office --reveal`},
	} {
		s := h.onScreen(40, 60, "vault", append(c.args, "--color", "never", "--passphrase-file", "pass.txt")...)
		s.want("exit 0")
		s.until("the output", func() bool { return strings.Contains(s.visible(), "vault show") })
		if got := strings.TrimRight(s.visible(), "\n "); got != c.want {
			t.Errorf("%q shows\n%s\nwant\n%s", c.args, got, c.want)
		}
	}
}
