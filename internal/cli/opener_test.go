package cli

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"memovault/internal/lang"
)

func ask(o *onceServer, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	o.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

// TestOnceServer holds that the first who knows the address gets the content,
// and nobody else.
func TestOnceServer(t *testing.T) {
	o := newOnceServer("text/html; charset=utf-8", []byte("the pages"))
	for _, wrong := range []string{"/", "/favicon.ico", o.path + "/", o.path[:len(o.path)-1], "/" + strings.ToUpper(o.path[1:]) + "x"} {
		if w := ask(o, http.MethodGet, wrong); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "pages") {
			t.Errorf("%s: %d %s", wrong, w.Code, w.Body)
		}
	}
	for _, method := range []string{http.MethodHead, http.MethodPost, http.MethodOptions} {
		if w := ask(o, method, o.path); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
	w := ask(o, http.MethodGet, o.path)
	if w.Code != http.StatusOK || w.Body.String() != "the pages" || w.Header().Get("Cache-Control") != "no-store" ||
		!strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || w.Header().Get("Content-Type") != o.kind {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	select {
	case <-o.done:
	default:
		t.Error("it does not say that the content was given")
	}
	for range 2 {
		if w := ask(o, http.MethodGet, o.path); w.Code != http.StatusGone || strings.Contains(w.Body.String(), "pages") {
			t.Errorf("a second time: %d %s", w.Code, w.Body)
		}
	}
	if late, others := o.counts(); late != 2 || others != 0 {
		t.Errorf("%d late, %d others", late, others)
	}
}

// TestOnceServerTurnsStrangersAway holds that another user who knows the address
// does not use it up.
func TestOnceServerTurnsStrangersAway(t *testing.T) {
	o := newOnceServer("text/html", []byte("the pages"))
	o.stranger = func(string) bool { return true }
	if w := ask(o, http.MethodGet, o.path); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "pages") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if text, err := awaiting(t, lang.EN, o, t.Context(), nil); err == nil || !strings.Contains(err.(*failure).why.in(lang.EN), "turned away") {
		t.Errorf("%q %v", text, err)
	}
	o.stranger = func(string) bool { return false }
	if w := ask(o, http.MethodGet, o.path); w.Code != http.StatusOK {
		t.Errorf("its own user gets %d", w.Code)
	}
	if text, err := awaiting(t, lang.EN, o, t.Context(), nil); err != nil || !strings.Contains(text, "turned away") {
		t.Errorf("%q %v", text, err)
	}
}

// A deafWriter is a browser that hangs up.
type deafWriter struct{ *httptest.ResponseRecorder }

func (deafWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestOnceServerBrokenOff holds that pages are not called shown that did not
// arrive.
func TestOnceServerBrokenOff(t *testing.T) {
	o := newOnceServer("text/html", []byte("the pages"))
	o.ServeHTTP(deafWriter{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, o.path, nil))
	for l, want := range map[lang.Lang]string{lang.EN: "broke off", lang.JA: "途中まで"} {
		text, err := awaiting(t, l, o, t.Context(), nil)
		if f := new(failure); !errors.As(err, &f) || !strings.Contains(f.what.in(l), want) || strings.Contains(text, "shown") {
			t.Errorf("%q %v", text, err)
		}
	}
	if w := ask(o, http.MethodGet, o.path); w.Code != http.StatusGone {
		t.Errorf("and again: %d", w.Code)
	}
}

func TestOnceServerIsNotGuessed(t *testing.T) {
	a, b := newOnceServer("", nil), newOnceServer("", nil)
	if len(a.path) != 1+32 || a.path == b.path {
		t.Errorf("%s, %s", a.path, b.path)
	}
}

// awaiting runs awaitFetch with next to no patience and returns what it said.
func awaiting(t *testing.T, l lang.Lang, o *onceServer, ctx context.Context, failed <-chan error) (string, error) {
	t.Helper()
	patience, linger := openerPatience, openerLinger
	openerPatience, openerLinger = 10*time.Millisecond, time.Millisecond
	defer func() { openerPatience, openerLinger = patience, linger }()
	var said bytes.Buffer
	a := &app{name: "vault", lang: l, err: &said}
	err := a.awaitFetch(ctx, o, failed)
	return said.String(), err
}

func TestAwaitFetch(t *testing.T) {
	fetched := func(times int) *onceServer {
		o := newOnceServer("text/html", []byte("x"))
		for range times {
			ask(o, http.MethodGet, o.path)
		}
		return o
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	broken := make(chan error, 1)
	broken <- errors.New("no browser")
	for _, tt := range []struct {
		name   string
		o      *onceServer
		ctx    context.Context
		failed <-chan error
		code   string
		en, ja string
	}{
		{"fetched", fetched(1), t.Context(), nil, "", "shown; closing", "表示しました"},
		{"fetched twice", fetched(2), t.Context(), nil, "", "asked for twice and given once", "2 度求められ"},
		{"never", fetched(0), t.Context(), nil, "not_fetched", "did not fetch", "取りに来ませんでした"},
		{"no browser", fetched(0), t.Context(), broken, "no_viewer", "no program could be started", "起動できませんでした"},
		{"stopped", fetched(0), stopped, nil, "cancelled", "stopped waiting", "待つのをやめました"},
	} {
		for l, want := range map[lang.Lang]string{lang.EN: tt.en, lang.JA: tt.ja} {
			text, err := awaiting(t, l, tt.o, tt.ctx, tt.failed)
			code := ""
			if f := new(failure); errors.As(err, &f) {
				code = f.code
				text += f.what.in(l)
			}
			if tt.failed != nil {
				broken <- errors.New("no browser")
			}
			if code != tt.code || !strings.Contains(text, want) {
				t.Errorf("%s: %q %q", tt.name, code, text)
			}
		}
	}
}

func TestDesktop(t *testing.T) {
	for _, tt := range []struct {
		system string
		env    string
		want   bool
	}{
		{"linux", "", false}, {"linux", "DISPLAY", true}, {"linux", "WAYLAND_DISPLAY", true}, {"linux", "DISPLAY SSH_CONNECTION", false},
		{"freebsd", "DISPLAY", true}, {"windows", "", true}, {"windows", "SSH_CONNECTION", false}, {"darwin", "", true}, {"darwin", "SSH_TTY", false},
	} {
		getenv := func(name string) string {
			if strings.Contains(" "+tt.env+" ", " "+name+" ") {
				return "set"
			}
			return ""
		}
		if hasDesktop(tt.system, getenv) != tt.want {
			t.Errorf("%s with %q: not %t", tt.system, tt.env, tt.want)
		}
	}
	for system, want := range map[string]string{"windows": "rundll32", "darwin": "open", "linux": "xdg-open", "openbsd": "xdg-open"} {
		if got := openers(system)[0][0]; got != want {
			t.Errorf("%s: %s", system, got)
		}
	}
}

func TestUsualSize(t *testing.T) {
	for locale, want := range map[string]paperSize{"en_US.UTF-8": sizeLetter, "en_CA": sizeLetter, "fr-CA": sizeLetter, "es_MX@x": sizeLetter,
		"en_GB.UTF-8": sizeA4, "ja_JP.UTF-8": sizeA4, "C": sizeA4, "C.UTF-8": sizeA4, "POSIX": sizeA4, "en": sizeA4, "zh_Hant_TW": sizeA4, "en_Latn_US": sizeLetter} {
		t.Setenv("LC_ALL", locale)
		if got := usualSize(lang.EN); got != want {
			t.Errorf("%s: %s", locale, got)
		}
		if got := usualSize(lang.JA); got != sizeA4 {
			t.Errorf("%s in Japanese: %s", locale, got)
		}
	}
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_PAPER", "en_US.UTF-8")
	t.Setenv("LANG", "en_GB.UTF-8")
	if got := usualSize(lang.EN); got != sizeLetter {
		t.Errorf("LC_PAPER is not heard: %s", got)
	}
}
