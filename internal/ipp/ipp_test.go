package ipp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A desk is a printer that answers as it is told, and notes what it was asked.
type desk struct {
	answers map[uint16][]*message // by operation; the last stays
	asked   []*message
	body    []byte // behind the last request
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	m, err := decode(b)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	d.asked = append(d.asked, m)
	d.body = b[len(m.encode()):]
	queue := d.answers[m.code]
	if len(queue) == 0 {
		w.Write((&message{code: 0x0501, id: m.id}).encode())
		return
	}
	answer := *queue[0]
	if len(queue) > 1 {
		d.answers[m.code] = queue[1:]
	}
	answer.id = m.id
	w.Write(answer.encode())
}

func (d *desk) last(op uint16) *message {
	for _, m := range slices.Backward(d.asked) {
		if m.code == op {
			return m
		}
	}
	return &message{}
}

func open(t *testing.T, h http.Handler) *Server {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	s, err := Dial(strings.Replace(web.URL, "http", "ipp", 1)+"/ipp/print", "anonymous")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keywords(name string, words ...string) attribute {
	a := attribute{name: name, tag: tagKeyword}
	for _, w := range words {
		a.values = append(a.values, w)
	}
	return a
}

func inkjet() *message {
	return &message{groups: []group{{tag: groupOperation}, {groupPrinter, []attribute{
		{"printer-name", tagName, []any{"desk"}},
		{"printer-state", tagEnum, []any{Idle}},
		{"printer-is-accepting-jobs", tagBoolean, []any{true}},
		keywords("printer-state-reasons", "none"),
		keywords("document-format-supported", "application/pdf", PWGRaster),
		keywords("media-default", MediaLetter),
		keywords("media-ready", MediaA4, MediaLetter),
		keywords("sides-supported", "one-sided"),
		{"copies-supported", tagInteger, []any{1}},
	}}}}
}

func job(state int, reasons ...string) *message {
	return &message{groups: []group{{groupJob, []attribute{
		{"job-id", tagInteger, []any{17}}, {"job-state", tagEnum, []any{state}},
		keywords("job-state-reasons", reasons...), {"job-impressions-completed", tagInteger, []any{2}},
	}}}}
}

func TestPrinter(t *testing.T) {
	d := &desk{answers: map[uint16][]*message{opGetPrinter: {inkjet()}}}
	p, err := open(t, d).Printer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "desk" || !p.PDF() || p.State != Idle || p.Refuses || len(p.Reasons) != 0 || p.Media != MediaLetter || len(p.Ready) != 2 || !p.Copies {
		t.Errorf("%+v", p)
	}
	if user := d.last(opGetPrinter).group(groupOperation).text("requesting-user-name"); user != "anonymous" {
		t.Errorf("asked as %q", user)
	}
}

func TestPrint(t *testing.T) {
	d := &desk{answers: map[uint16][]*message{
		opValidateJob: {{code: 1, groups: []group{{groupUnsupported, []attribute{keywords("print-scaling", "none")}}}}},
		opPrintJob:    {job(JobPending, "none")},
		opGetJob:      {job(JobStopped, "printer-stopped", "media-empty"), job(JobCompleted, "job-completed-successfully")},
		opCancelJob:   {{}},
	}}
	s := open(t, d)
	o := Options{Format: "application/pdf", Name: "Untitled", Media: MediaA4, Sides: "one-sided"}
	if ignored, err := s.Validate(t.Context(), o); err != nil || !slices.Equal(ignored, []string{"print-scaling"}) {
		t.Errorf("%v, %v", ignored, err)
	}
	document := bytes.Repeat([]byte("%PDF "), 100_000)
	id, _, err := s.Print(t.Context(), o, document)
	if err != nil || id != 17 || !bytes.Equal(d.body, document) {
		t.Errorf("job %d, %d bytes came, %v", id, len(d.body), err)
	}
	asked := d.last(opPrintJob)
	if g := asked.group(groupJob); g.text("media") != MediaA4 || g.text("print-scaling") != "none" || g.number("copies") != 1 || g.text("print-color-mode") != "monochrome" {
		t.Errorf("%+v", g)
	}
	if name := asked.group(groupOperation).text("job-name"); name != "Untitled" {
		t.Errorf("the job is called %q", name)
	}
	j, err := s.Job(t.Context(), id)
	if err != nil || j.Over() || !slices.Contains(j.Reasons, "media-empty") || j.Sheets != 2 {
		t.Errorf("%+v, %v", j, err)
	}
	if j, err := s.Job(t.Context(), id); err != nil || !j.Over() || j.State != JobCompleted {
		t.Errorf("%+v, %v", j, err)
	}
	if err := s.Purge(t.Context(), id); err != nil || !d.last(opCancelJob).group(groupOperation).yes("purge-job") {
		t.Errorf("not purged: %v", err)
	}
}

func TestPrinters(t *testing.T) {
	two := inkjet()
	second := inkjet().groups[1]
	second.attributes[0] = attribute{"printer-name", tagName, []any{"hall"}}
	two.groups = append(two.groups, second)
	d := &desk{answers: map[uint16][]*message{opCUPSPrinters: {two}, opCUPSDefault: {{groups: []group{second}}}}}
	printers, err := open(t, d).Printers(t.Context())
	if err != nil || len(printers) != 2 || printers[0].Default || !printers[1].Default {
		t.Errorf("%d printers, %v", len(printers), err)
	}
	none := &desk{answers: map[uint16][]*message{opCUPSPrinters: {{code: NotFound}}, opCUPSDefault: {{code: NotFound}}}}
	if printers, err := open(t, none).Printers(t.Context()); err != nil || len(printers) != 0 {
		t.Errorf("%v, %v where there are none", printers, err)
	}
}

func TestBadAnswers(t *testing.T) {
	garbage := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>welcome") })
	closed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	elsewhere := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://example.jp/", http.StatusFound)
	})
	other := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write((&message{id: 4711}).encode()) })
	var answer *AnswerError
	var unreachable *UnreachableError
	var refused *StatusError
	for name, c := range map[string]struct {
		h    http.Handler
		want any
	}{
		"garbage": {garbage, &answer}, "closed": {closed, &unreachable}, "elsewhere": {elsewhere, &answer},
		"another answer": {other, &answer}, "refused": {&desk{}, &refused},
	} {
		if _, err := open(t, c.h).Printer(t.Context()); !errors.As(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := Dial("ipp://127.0.0.1:1/", "anonymous"); err != nil {
		t.Error(err)
	} else if _, err := s.Printer(t.Context()); !errors.As(err, &unreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	s := open(t, slow)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := s.Printer(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestDial(t *testing.T) {
	for address, want := range map[string]string{
		"ipp://printer.example.jp/ipp/print":  "http://printer.example.jp:631/ipp/print",
		"ipps://printer.example.jp/ipp/print": "https://printer.example.jp:631/ipp/print",
		"ipp://[::1]:8631/":                   "http://[::1]:8631/",
		"http://printer.example.jp/ipp":       "http://printer.example.jp/ipp",
	} {
		s, err := Dial(address, "anonymous")
		if err != nil || s.httpURL() != want {
			t.Errorf("%s: posts to %v, %v", address, s, err)
		}
	}
	for _, address := range []string{"", "desk", "ipp://", "file:///etc/passwd", "lpd://desk/", "ipp://%zz"} {
		if _, err := Dial(address, "anonymous"); err == nil {
			t.Errorf("%q passes for the address of a printer", address)
		}
	}
	s, _ := Dial("ipp://user:secret@127.0.0.1/a", "anonymous")
	if !s.Here() || strings.Contains(s.URI(), "secret") || s.At("ipp://evil.example.jp/printers/b").URI() != "ipp://127.0.0.1/printers/b" {
		t.Errorf("%s, %s", s.URI(), s.At("ipp://evil.example.jp/printers/b").URI())
	}
}

// A collection comes with names of its own in it, which are not the printer's.
func TestCollectionsArePassedOver(t *testing.T) {
	m := &message{groups: []group{{groupPrinter, []attribute{
		{"media-col-default", tagCollection, []any{""}},
		{"", tagMember, []any{"printer-name"}}, {"", tagName, []any{"inner"}},
		{"", tagCollection, []any{""}}, {"", tagEndOfColl, []any{""}},
		{"", tagEndOfColl, []any{""}},
		{"printer-name", tagName, []any{"outer"}},
		{"media-col-ready", tagCollection, []any{""}}, // without end
	}}, {groupJob, []attribute{{"job-id", tagInteger, []any{3}}}}}}
	got, err := decode(m.encode())
	if err == nil && got.group(groupJob).number("job-id") != 3 {
		t.Error("a collection without end swallows the next group")
	}
	if err != nil || got.group(groupPrinter).text("printer-name") != "outer" || len(got.group(groupPrinter).texts("media-col-default")) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestResolution(t *testing.T) {
	raw := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 300), 300)
	g := group{groupPrinter, []attribute{{"pwg-raster-document-resolution-supported", tagResolution,
		[]any{resolution{600, 300, 3}, value(tagResolution, append(raw, 3)), value(tagResolution, raw), "300x300@3"}}}}
	if got := printerOf(g).Raster.Resolutions; !slices.Equal(got, []int{300}) {
		t.Errorf("%v dots to the inch", got)
	}
	for _, bad := range []resolution{{300, 600, 3}, {300, 300, 4}, {9, 9, 3}, {2400, 2400, 3}, {}} {
		if _, ok := bad.square(); ok {
			t.Errorf("%v passes", bad)
		}
	}
}

// TestOneRequestAConnection: many a printer closes a connection behind an answer
// and does not say so.
func TestOneRequestAConnection(t *testing.T) {
	d := &desk{answers: map[uint16][]*message{opGetJob: {job(JobPrinting)}}}
	seen := make(map[string]bool)
	s := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen[r.RemoteAddr] {
			panic(http.ErrAbortHandler)
		}
		seen[r.RemoteAddr] = true
		d.ServeHTTP(w, r)
	}))
	for range 3 {
		if _, err := s.Job(t.Context(), 17); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoPasswordInErrors: an address may have one.
func TestNoPasswordInErrors(t *testing.T) {
	for _, address := range []string{"lpd://me:hunter2@desk/", "ipp://me:hunter2@%zz", "ipp://me:hunter2@", "ipp://me:hunter2@127.0.0.1:1/"} {
		s, err := Dial(address, "anonymous")
		if err == nil {
			_, err = s.Printer(t.Context())
		}
		for ; err != nil; err = errors.Unwrap(err) {
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
}

func TestLocal(t *testing.T) {
	for device, want := range map[string]bool{
		"usb://Desk/Jet?serial=1": true, "ipp://localhost:60000/ipp/print": true, "ipps://127.0.0.1/": true, "ipp://[::1]:60000/": true, "cups-pdf:/": true,
		"ipp://localhost.example.jp/": false, "ipp://127.0.0.1.example.jp/": false, "ipp://desk.example.jp/": false,
		"socket://192.0.2.1": false, "dnssd://Desk._ipp._tcp.local/": false, "": false, "ipp://%zz": false,
	} {
		if got := (&Printer{Device: device}).Local(); got != want {
			t.Errorf("%q is on this computer: %v", device, got)
		}
	}
	for address, want := range map[string]bool{"ipp://LocalHost/": true, "ipp://127.9.9.9/": true, "ipp://localhost.example.jp/": false} {
		if s, err := Dial(address, "anonymous"); err != nil || s.Here() != want {
			t.Errorf("%q is this computer: %v, %v", address, !want, err)
		}
	}
}

// TestStatusBeyondSuccess: what redirects has not printed.
func TestStatusBeyondSuccess(t *testing.T) {
	answer := job(JobPending)
	answer.code = 0x0200
	var no *StatusError
	if _, _, err := open(t, &desk{answers: map[uint16][]*message{opPrintJob: {answer}}}).Print(t.Context(), Options{}, nil); !errors.As(err, &no) {
		t.Error(err)
	}
}

// TestEndlessAnswer: what is read of an answer is bounded, and so is the time.
func TestEndlessAnswer(t *testing.T) {
	var sent atomic.Int64
	endless := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for b := make([]byte, 1<<16); ; {
			n, err := w.Write(b)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	})
	var answer *AnswerError
	if _, err := open(t, endless).Printer(t.Context()); !errors.As(err, &answer) || sent.Load() > 10*mostAnswer {
		t.Errorf("%d bytes were sent: %v", sent.Load(), err)
	}
}

// unpackRaster reads what WriteRaster wrote, by the words of the standard.
func unpackRaster(t *testing.T, b []byte) (pages []*image.Gray) {
	t.Helper()
	if string(b[:4]) != "RaS2" {
		t.Fatal("no raster")
	}
	for b = b[4:]; len(b) > 0; {
		head := b[:rasterHead]
		w, h := int(binary.BigEndian.Uint32(head[372:])), int(binary.BigEndian.Uint32(head[376:]))
		page := image.NewGray(image.Rect(0, 0, w, h))
		b = b[rasterHead:]
		for y := 0; y < h; {
			again := int(b[0]) + 1
			b = b[1:]
			var line []byte
			for len(line) < w {
				n := int(b[0])
				if n < 128 {
					line = append(line, bytes.Repeat(b[1:2], n+1)...)
					b = b[2:]
				} else {
					line = append(line, b[1:258-n]...)
					b = b[258-n:]
				}
			}
			for range again {
				copy(page.Pix[y*page.Stride:], line)
				y++
			}
		}
		pages = append(pages, page)
	}
	return pages
}

func TestRaster(t *testing.T) {
	first, second := image.NewGray(image.Rect(0, 0, 600, 700)), image.NewGray(image.Rect(0, 0, 3, 1))
	for i := range first.Pix {
		if i > 100_000 {
			first.Pix[i] = byte(i * i >> 5)
		}
	}
	copy(second.Pix, []byte{1, 2, 2})
	var b bytes.Buffer
	blank := image.NewGray(image.Rect(0, 0, 5, 600)) // more equal lines than one count can say
	f := RasterFormat{DPI: 300, Media: MediaA4, Sides: "two-sided-short-edge", Pages: 3}
	if err := WriteRaster(&b, f, slices.Values([]*image.Gray{first, second, blank})); err != nil {
		t.Fatal(err)
	}
	pages := unpackRaster(t, b.Bytes())
	if len(pages) != 3 || !bytes.Equal(pages[0].Pix, first.Pix) || !bytes.Equal(pages[1].Pix, second.Pix) || !bytes.Equal(pages[2].Pix, blank.Pix) {
		t.Errorf("%d pages came back, or other ones", len(pages))
	}
	part := image.NewGray(image.Rect(0, 0, 8, 8))
	part.SetGray(5, 6, color.Gray{7})
	b.Reset()
	if err := WriteRaster(&b, f, slices.Values([]*image.Gray{part.SubImage(image.Rect(5, 6, 8, 8)).(*image.Gray)})); err != nil {
		t.Fatal(err)
	}
	if page := unpackRaster(t, b.Bytes())[0]; page.Rect.Dx() != 3 || page.Pix[0] != 7 || page.Pix[1] != 0 {
		t.Errorf("a part of a picture is printed as %v", page.Pix)
	}
}

// TestRasterHead holds the numbers of a page's head, each at its place in PWG
// 5102.4, table 2.
func TestRasterHead(t *testing.T) {
	f := RasterFormat{DPI: 300, Media: MediaA4, Sides: "two-sided-short-edge", Pages: 3}
	want := map[int]uint32{
		272: 1, 276: 300, 280: 300, 352: 144, 356: 216, 368: 1, 372: 600, 376: 900, 384: 8, 388: 8, 392: 600,
		400: 18, 420: 1, 452: 3, 456: 1, 460: 1, 472: 600, 476: 900,
	}
	head := f.head(600, 900)
	if len(head) != 1796 || !bytes.HasPrefix(head, []byte("PwgRaster\x00")) || !bytes.HasPrefix(head[1732:], []byte(MediaA4+"\x00")) {
		t.Errorf("%d bytes, %q", len(head), head[1732:])
	}
	for at := 64; at < 1732; at += 4 {
		if got := binary.BigEndian.Uint32(head[at:]); got != want[at] {
			t.Errorf("at %d is %d, want %d", at, got, want[at])
		}
	}
	f.Sides = "two-sided-long-edge"
	if head := f.head(1, 1); head[275] != 1 || head[371] != 0 {
		t.Error("the long edge is turned as the short one")
	}
	f.Sides = "one-sided"
	if head := f.head(1, 1); head[275] != 0 {
		t.Error("one side is printed as two")
	}
}

func TestTooManyAttributes(t *testing.T) {
	m := &message{groups: []group{{groupPrinter, []attribute{{"x", tagBoolean, slices.Repeat([]any{true}, mostAttributes)}}}}}
	if _, err := decode(m.encode()); err == nil {
		t.Errorf("%d values are read", mostAttributes)
	}
	m.groups[0].attributes[0].values = m.groups[0].attributes[0].values[:1000]
	if got, err := decode(m.encode()); err != nil || len(got.groups[0].values("x")) != 1000 {
		t.Errorf("1000 values are not read: %v", err)
	}
}

func TestJobStates(t *testing.T) {
	for state := JobPending; state <= JobCompleted; state++ {
		if j := (&Job{State: state}); j.Over() != (state >= 7) {
			t.Errorf("state %d is over: %v", state, j.Over())
		}
	}
	var answer *AnswerError
	s := open(t, &desk{answers: map[uint16][]*message{opPrintJob: {{}}}})
	if _, _, err := s.Print(t.Context(), Options{}, nil); !errors.As(err, &answer) {
		t.Errorf("a job without a number: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(inkjet().encode())
	f.Add(job(JobStopped, "media-empty").encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b)
		if err != nil {
			return
		}
		p := printerOf(m.group(groupPrinter))
		if p.Name != "" && !bytes.Contains(b, []byte(p.Name)) {
			t.Fatalf("%q comes from nowhere", p.Name)
		}
	})
}
