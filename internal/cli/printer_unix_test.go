//go:build unix

package cli

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestPrintingAtTheTerminal asks before a page crosses the network, and takes the
// job back after Ctrl-C, whatever was typed before.
func TestPrintingAtTheTerminal(t *testing.T) {
	t.Parallel()
	p := &fakePrinter{formats: []string{"application/pdf"}, states: []fakeState{{5, "none"}}, device: "socket://192.0.2.7"}
	web := httptest.NewServer(p)
	defer web.Close()
	h := newHome(t)
	h.make()
	h.run("add", "note", "lid", "--field", "note=on the lid", "--passphrase-file", "pass.txt")
	h.env = append(h.env, "CUPS_SERVER="+strings.TrimPrefix(web.URL, "http://"))
	args := []string{"print", "lid", "--printer", "--passphrase-file", "pass.txt"}

	s := h.onScreen(80, 24, "vault", args...)
	s.answer("Print there? [y/N]", "n\r")
	s.want("exit 130")
	if printed, _, _ := p.got(); len(printed) > 0 {
		t.Error("printed after a no")
	}
	s = h.onScreen(80, 24, "vault", args...)
	s.answer("Print there? [y/N]", "y\r")
	s.see("printing: 0 of 1 pages (Ctrl-C: cancel)")
	s.send("typed ahead\r")
	s.send("\x03")
	s.see("stopped; the print job was cancelled")
	s.want("exit 130")
	if strings.Contains(s.visible(), "printing:") {
		t.Errorf("left on the screen:\n%s", s.visible())
	}
	if printed, purged, canceled := p.got(); len(printed) != 1 || !canceled || !purged {
		t.Errorf("%d documents, cancelled %v, purged %v", len(printed), canceled, purged)
	}
}
