package cli

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/term"
)

// A fakePrinter speaks as much IPP as printing takes. What it writes is made here
// from the standard, byte by byte, and not by the package that reads it.
type fakePrinter struct {
	mu      sync.Mutex
	formats []string
	states  []fakeState // of the job, one each time it is asked for; the last stays
	gone    bool        // once it has the document, it answers no more
	keeps   bool        // it does not purge
	refuses bool        // takes no jobs
	device  string      // what hangs behind the queue
	none    bool        // there is no queue

	printed  [][]byte // documents
	request  []byte   // the last Print-Job
	purged   bool
	canceled bool
}

// got returns what was printed and what became of it. A connection that broke
// off may still be served.
func (p *fakePrinter) got() (printed [][]byte, purged, canceled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.printed, p.purged, p.canceled
}

// document is the only document that was printed, nil where that is not one.
func (p *fakePrinter) document() []byte {
	if printed, _, _ := p.got(); len(printed) == 1 {
		return printed[0]
	}
	return nil
}

type fakeState struct {
	state  uint32
	reason string
}

// Tags of RFC 8010 that are needed here.
const (
	fakeOperation, fakeJob, fakeEnd, fakePrinterGroup = 0x01, 0x02, 0x03, 0x04
	fakeInteger, fakeBoolean, fakeEnum                = 0x21, 0x22, 0x23
	fakeName, fakeKeyword, fakeURI, fakeMIME          = 0x42, 0x44, 0x45, 0x49
)

func fakeValue(tag byte, name string, value []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{tag}, uint16(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

func fakeWords(tag byte, name string, words ...string) (b []byte) {
	for _, w := range words {
		b = append(b, fakeValue(tag, name, []byte(w))...)
		name = ""
	}
	return b
}

func fakeNumber(tag byte, name string, n uint32) []byte {
	return fakeValue(tag, name, binary.BigEndian.AppendUint32(nil, n))
}

func (p *fakePrinter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, _ := io.ReadAll(r.Body)
	if len(b) < 8 || p.gone && len(p.printed) > 0 {
		panic(http.ErrAbortHandler)
	}
	answer := func(status uint16, groups ...[]byte) {
		out := binary.BigEndian.AppendUint16([]byte{1, 1}, status)
		out = append(append(out, b[4:8]...), fakeOperation)
		for _, g := range groups {
			out = append(out, g...)
		}
		w.Write(append(out, fakeEnd))
	}
	switch op := binary.BigEndian.Uint16(b[2:]); op {
	case 0x4001, 0x4002:
		if p.none {
			answer(0x0406)
			return
		}
		answer(0, p.attributes())
	case 0x000b:
		answer(0, p.attributes())
	case 0x0004:
		answer(0)
	case 0x0002:
		p.request, p.printed = b, append(p.printed, b)
		answer(0, append([]byte{fakeJob}, fakeNumber(fakeInteger, "job-id", 7)...))
	case 0x0009:
		s := p.states[0]
		p.states = p.states[min(1, len(p.states)-1):]
		g := append([]byte{fakeJob}, fakeNumber(fakeEnum, "job-state", s.state)...)
		answer(0, append(g, fakeWords(fakeKeyword, "job-state-reasons", s.reason)...))
	case 0x0008:
		purge := bytes.Contains(b, []byte("purge-job"))
		p.canceled = p.canceled || !purge
		if purge && p.keeps {
			answer(0x0404)
			return
		}
		p.purged = p.purged || purge
		answer(0)
	default:
		answer(0x0501)
	}
}

func (p *fakePrinter) attributes() []byte {
	g := append([]byte{fakePrinterGroup}, fakeWords(fakeName, "printer-name", "desk")...)
	g = append(g, fakeNumber(fakeEnum, "printer-state", 3)...)
	accepts := byte(1)
	if p.refuses {
		accepts = 0
	}
	g = append(g, fakeValue(fakeBoolean, "printer-is-accepting-jobs", []byte{accepts})...)
	g = append(g, fakeWords(fakeKeyword, "media-ready", "iso_a4_210x297mm")...)
	if p.device != "" {
		g = append(g, fakeWords(fakeURI, "device-uri", p.device)...)
	}
	g = append(g, fakeWords(fakeKeyword, "sides-supported", "one-sided")...)
	return append(g, fakeWords(fakeMIME, "document-format-supported", p.formats...)...)
}

// printAt prints a sheet of one record on a printer and returns what was said.
func printAt(t *testing.T, l lang.Lang, address string) (string, error) {
	t.Helper()
	testOnlyPoll = time.Millisecond
	t.Cleanup(func() { testOnlyPoll = 0 })
	var said bytes.Buffer
	a := &app{name: "vault", lang: l, now: testTime(t), out: io.Discard, err: &said, g: globals{noInput: true}}
	doc := &paper.Doc{Lang: l, Title: "office", Made: a.now, Sheet: "0000-0001"}
	_, err := a.deliver(&onPaper{kinds: []string{kindText, kindPDF}, printer: address, copies: 1}, paperJob{doc: doc})
	return said.String(), err
}

func testTime(t *testing.T) time.Time {
	t.Helper()
	now, err := time.Parse(time.DateOnly, "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return strings.Replace(web.URL, "http", "ipp", 1) + "/ipp/print"
}

func TestPrinterPrints(t *testing.T) {
	p := &fakePrinter{formats: []string{"application/pdf"}, states: []fakeState{{3, "none"}, {6, "media-empty-error"}, {6, "media-empty-error"}, {5, "job-printing"}, {9, "job-completed-successfully"}}}
	said, err := printAt(t, lang.EN, serve(t, p))
	if err != nil {
		t.Fatal(err, said)
	}
	if printed, purged, canceled := p.got(); !bytes.Contains(p.document(), []byte("%PDF-")) || !purged || canceled {
		t.Errorf("%d documents, purged %v, cancelled %v", len(printed), purged, canceled)
	}
	for _, want := range []string{"Untitled", "anonymous", "iso_a4_210x297mm", "one-sided", "print-scaling", "monochrome"} {
		if !bytes.Contains(p.request, []byte(want)) {
			t.Errorf("the request does not say %q", want)
		}
	}
	if strings.Count(said, "out of paper") != 1 || !strings.Contains(said, "printed: 1 page") || !strings.Contains(said, "removed from this computer's spool") {
		t.Error(said)
	}
}

func TestPrinterTakesNoPDF(t *testing.T) {
	done := []fakeState{{9, "none"}}
	raster := &fakePrinter{formats: []string{"image/urf", "image/pwg-raster"}, states: done}
	if said, err := printAt(t, lang.EN, serve(t, raster)); err != nil || !bytes.Contains(raster.document(), []byte("RaS2PwgRaster")) {
		t.Errorf("%v: %s", err, said)
	}
	photo := &fakePrinter{formats: []string{"image/jpeg"}, states: done}
	if said, err := printAt(t, lang.EN, serve(t, photo)); err != nil || !bytes.Contains(photo.document(), []byte("\xff\xd8\xff")) {
		t.Errorf("%v: %s", err, said)
	}
}

// Each of these ends in words that name what happened, in both languages, and no
// document is left where it can be taken away.
func TestPrinterTrouble(t *testing.T) {
	pdf := []string{"application/pdf"}
	for name, c := range map[string]struct {
		h      http.Handler
		code   string
		purged bool
	}{
		"aborts":    {&fakePrinter{formats: pdf, states: []fakeState{{5, "none"}, {8, "media-jam"}}}, "print_failed", true},
		"cancelled": {&fakePrinter{formats: pdf, states: []fakeState{{7, "job-canceled-at-device"}}}, "print_failed", true},
		"vanishes":  {&fakePrinter{formats: pdf, gone: true}, "printer_lost", false},
		"no format": {&fakePrinter{formats: []string{"application/postscript"}}, "printer_format", false},
		"refuses":   {&fakePrinter{formats: pdf, refuses: true}, "printer_refuses", false},
		"garbage":   {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }), "printer_answer", false},
		"not there": {http.NotFoundHandler(), "printer_answer", false},
	} {
		for _, l := range []lang.Lang{lang.EN, lang.JA} {
			if p, ok := c.h.(*fakePrinter); ok {
				p.mu.Lock()
				p.printed, p.purged = nil, false
				p.mu.Unlock()
			}
			_, err := printAt(t, l, serve(t, c.h))
			var f *failure
			if !errors.As(err, &f) || f.code != c.code || len(f.next) == 0 {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if p, ok := c.h.(*fakePrinter); ok {
				if _, purged, _ := p.got(); purged != c.purged {
					t.Errorf("%s: purged is %v", name, purged)
				}
			}
		}
	}
	if _, err := printAt(t, lang.EN, "ipp://127.0.0.1:1/ipp/print"); err == nil || !strings.Contains(err.Error(), "can't be reached") {
		t.Error(err)
	}
	if _, err := printAt(t, lang.EN, "lpd://desk/"); err == nil || !strings.Contains(err.Error(), "address") {
		t.Error(err)
	}
}

func TestPrinterThatKeepsDocuments(t *testing.T) {
	p := &fakePrinter{formats: []string{"application/pdf"}, states: []fakeState{{9, "none"}}, keeps: true}
	address := serve(t, p)
	if said, err := printAt(t, lang.JA, address); err != nil || !strings.Contains(said, "残っているかもしれません") || strings.Contains(said, "cancel") {
		t.Error(err, said)
	}
	t.Setenv("CUPS_SERVER", strings.TrimSuffix(strings.TrimPrefix(address, "ipp://"), "/ipp/print"))
	if said, err := printAt(t, lang.JA, "desk"); err != nil || !strings.Contains(said, "cancel -a -x desk") {
		t.Error(err, said)
	}
}

// Ctrl-C stops the wait and takes the job back.
func TestPrinterInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can interrupt itself on Windows")
	}
	p := &fakePrinter{formats: []string{"application/pdf"}, states: []fakeState{{5, "none"}}}
	address := serve(t, p)
	go func() {
		for range 5000 {
			time.Sleep(2 * time.Millisecond)
			if p.document() != nil {
				break
			}
		}
		self, _ := os.FindProcess(os.Getpid())
		self.Signal(os.Interrupt)
	}()
	_, err := printAt(t, lang.EN, address)
	var f *failure
	if _, purged, canceled := p.got(); !errors.As(err, &f) || f.status != statusCancelled || !canceled || !purged {
		t.Errorf("%v; cancelled %v, purged %v", err, canceled, purged)
	}
}

func TestPrinterNames(t *testing.T) {
	web := httptest.NewServer(&fakePrinter{formats: []string{"application/pdf"}, states: []fakeState{{9, "none"}}})
	t.Cleanup(web.Close)
	t.Setenv("CUPS_SERVER", strings.TrimPrefix(web.URL, "http://"))
	for _, which := range []string{ourChoice, "desk", "DESK"} {
		if said, err := printAt(t, lang.EN, which); err != nil {
			t.Error(which, err, said)
		}
	}
	if _, err := printAt(t, lang.EN, "hall"); err == nil || err.(*failure).status != statusNotFound || !strings.Contains(err.(*failure).next[0].in(lang.EN), "desk") {
		t.Error(err)
	}
	var out bytes.Buffer
	a := &app{name: "vault", lang: lang.JA, out: &out, err: io.Discard}
	if err := a.listPrinters(false); err != nil || !strings.Contains(out.String(), "desk（いつもの）") || !strings.Contains(out.String(), "A4") {
		t.Error(err, out.String())
	}
	out.Reset()
	if err := a.listPrinters(true); err != nil || !strings.Contains(out.String(), `"pdf": true`) {
		t.Error(err, out.String())
	}
}

func TestTroublesKeepTheirOrder(t *testing.T) {
	found := troublesOf([]string{"toner-low-warning", "unheard-of", "media-empty-report"})
	var keywords []string
	for _, f := range found {
		keywords = append(keywords, f.keyword)
	}
	if !slices.Equal(keywords, []string{"media-empty", "toner-low"}) {
		t.Error(keywords)
	}
	if !errors.Is(explainPrinter(term.ErrCancelled), term.ErrCancelled) {
		t.Error("what is no printer's error was changed")
	}
}
