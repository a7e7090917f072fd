package cli

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"memovault/internal/lang"
)

// How a page gets into a window without a file: a browser fetches it once from
// an address of this computer that nobody can guess. Reasons and the risk that
// is left: docs/decisions/0022.

// How long the address waits to be fetched, and how long it stays afterwards to
// tell a second one that it comes too late.
var (
	openerPatience = 2 * time.Minute
	openerLinger   = 2 * time.Second
)

// A onceServer gives its content to the first who asks for it, and to nobody
// else.
type onceServer struct {
	path    string // of 128 random bits
	kind    string // the media type
	content []byte

	stranger func(address string) bool // whether another user asks

	mu     sync.Mutex
	given  bool
	broken bool          // whoever asked for it broke off before the end
	late   int           // how many asked for it once it was given
	others int           // how many of another user were turned away
	done   chan struct{} // closed when the content was given
}

func newOnceServer(kind string, content []byte) *onceServer {
	name := make([]byte, 16)
	rand.Read(name)
	return &onceServer{path: "/" + hex.EncodeToString(name), kind: kind, content: content, stranger: ofAnotherUser, done: make(chan struct{})}
}

// ServeHTTP gives the content once: whoever comes later gets 410, whoever asks
// for anything else 404, and a process of another user 403.
func (o *onceServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if status := o.admit(r); status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	defer close(o.done)
	w.Header().Set("Content-Type", o.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(o.content)))
	if strings.HasPrefix(o.kind, "text/html") { // browsers apply it to their own viewer of PDF, too
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'")
	}
	if _, err := w.Write(o.content); err != nil {
		o.mu.Lock()
		o.broken = true
		o.mu.Unlock()
	}
}

// admit decides on a request, and counts it.
func (o *onceServer) admit(r *http.Request) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case subtle.ConstantTimeCompare([]byte(r.URL.Path), []byte(o.path)) == 0:
		return http.StatusNotFound
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed
	case o.stranger(r.RemoteAddr):
		o.others++
		return http.StatusForbidden
	case o.given:
		o.late++
		return http.StatusGone
	}
	o.given = true
	return http.StatusOK
}

// brokeOff reports whether only a part of the content was taken.
func (o *onceServer) brokeOff() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.broken
}

// counts are how many came too late and how many were turned away.
func (o *onceServer) counts() (late, others int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.late, o.others
}

// openInViewer shows content in the program that the desktop opens an address
// with, a browser, and leaves no file behind. The kind is a media type. It
// returns when the content was fetched, and an error where it was not.
func (a *app) openInViewer(kind string, content []byte) error {
	opener, err := findOpener()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	o := newOnceServer(kind, content)
	server := &http.Server{Handler: o, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go server.Serve(listener)
	defer server.Close()
	stopped, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	a.say(lang.T("opening your browser; no file is written, and the pages can be fetched once (Ctrl-C: stop waiting)", "ブラウザーを開いています。ファイルは作らず、1 度だけ渡します（Ctrl-C で待つのをやめます）"))
	failed := startOpener(opener, "http://"+listener.Addr().String()+o.path)
	return a.awaitFetch(stopped, o, failed)
}

// awaitFetch waits until the content was fetched, and a little longer for
// whoever comes too late.
func (a *app) awaitFetch(stopped context.Context, o *onceServer, failed <-chan error) error {
	timeout := time.After(openerPatience)
	for waiting := true; waiting; {
		select {
		case <-o.done:
			waiting = false
		case err := <-failed:
			if err != nil {
				return noViewer(err)
			}
			failed = nil // it handed the address on and ended
		case <-stopped.Done():
			return errStoppedWaiting
		case <-timeout:
			return notFetched(o)
		}
	}
	select {
	case <-stopped.Done():
	case <-time.After(openerLinger):
	}
	switch late, others := o.counts(); {
	case others > 0:
		a.warn(lang.T("another user of this computer asked for the pages and was turned away", "このパソコンの別の利用者がページを取ろうとしたので、断りました"))
	case late > 0:
		a.warn(lang.T("the pages were asked for twice and given once. If your browser does not show them, another program of this computer has read them: treat what is on them as known", "ページは 2 度求められ、1 度だけ渡しました。ブラウザーに出ていなければ、このパソコンの別のプログラムが読んだということです。載っている秘密は知られたものとして扱ってください"))
	case o.brokeOff():
		return notFetched(o)
	default:
		a.say(lang.T("shown; closing the browser's window is all there is to tidy up", "表示しました。後片付けは、ブラウザーの画面を閉じるだけです"))
	}
	return nil
}

var errStoppedWaiting = &failure{status: statusCancelled, code: "cancelled",
	what: said(lang.T("stopped waiting for the browser; the pages were not shown", "ブラウザーを待つのをやめました。ページは表示していません"))}

func notFetched(o *onceServer) *failure {
	f := &failure{status: statusError, code: "not_fetched",
		what: said(lang.T("the browser did not fetch the pages", "ブラウザーがページを取りに来ませんでした")),
		next: []words{said(lang.T("write them into a file instead: -o FILE.png or -o FILE.pdf", "代わりにファイルに書き出してください: -o ファイル.png か -o ファイル.pdf"))}}
	if o.brokeOff() {
		f.what = said(lang.T("the browser broke off before it had all pages", "ブラウザーがページを途中までしか受け取りませんでした"))
	}
	if _, others := o.counts(); others > 0 {
		f.why = said(lang.T("another user of this computer asked for them and was turned away", "このパソコンの別の利用者が取ろうとしたので、断りました"))
	}
	return f
}

func noViewer(err error) *failure {
	return &failure{status: statusError, code: "no_viewer", err: err,
		what: said(lang.T("no program could be started to show the pages", "ページを表示するプログラムを起動できませんでした")),
		next: []words{said(lang.T("write them into a file instead: -o FILE.png or -o FILE.pdf", "代わりにファイルに書き出してください: -o ファイル.png か -o ファイル.pdf"))}}
}

// findOpener returns the command that opens an address on this desktop.
func findOpener() ([]string, error) {
	if !hasDesktop(runtime.GOOS, os.Getenv) {
		return nil, &failure{status: statusError, code: "no_desktop",
			what: said(lang.T("there is no desktop here to show pages on", "ここにはページを表示できる画面（デスクトップ）がありません")),
			next: []words{said(lang.T("write them into a file instead: -o FILE.png or -o FILE.pdf", "代わりにファイルに書き出してください: -o ファイル.png か -o ファイル.pdf"))}}
	}
	for _, argv := range openers(runtime.GOOS) {
		if path, err := exec.LookPath(argv[0]); err == nil {
			return append([]string{path}, argv[1:]...), nil
		}
	}
	return nil, noViewer(exec.ErrNotFound)
}

// openers are the commands that open an address, the usual one first.
func openers(system string) [][]string {
	switch system {
	case "windows":
		return [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
	case "darwin":
		return [][]string{{"open"}}
	}
	return [][]string{{"xdg-open"}, {"wslview"}}
}

// hasDesktop reports whether a window can open where the person sits: not at
// the other end of a remote session, and not without a display.
func hasDesktop(system string, getenv func(string) string) bool {
	if getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "" {
		return false
	}
	return system == "windows" || system == "darwin" || getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
}

// startOpener runs the command with the address. It is in a session of its own:
// the Ctrl-C that ends the wait is not to end the browser. The channel says how
// it went; some openers stay for as long as the browser does.
func startOpener(argv []string, address string) <-chan error {
	ended := make(chan error, 1)
	cmd := exec.Command(argv[0], append(argv[1:], address)...)
	cmd.SysProcAttr = ownSession()
	if err := cmd.Start(); err != nil {
		ended <- err
		return ended
	}
	go func() { ended <- cmd.Wait() }()
	return ended
}
