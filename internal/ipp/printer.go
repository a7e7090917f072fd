package ipp

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// States of a printer (RFC 8011, 5.4.11).
const (
	Idle    = 3
	Working = 4
	Halted  = 5
)

// A Printer is what a printer says of itself.
type Printer struct {
	Name     string   // of the queue, or what the printer calls itself
	URI      string   // where it is spoken with
	Device   string   // behind a queue of CUPS: usb://…, ipp://…, socket://…; "" if it is not told
	Where    string   // "2nd floor"
	Info     string   // a name for people
	Model    string   //
	State    int      // Idle, Working, Halted
	Reasons  []string // why, in keywords: media-empty, toner-low-warning
	Refuses  bool     // takes no new jobs
	Formats  []string // kinds of documents it takes
	Media    string   // what it prints on unless told otherwise: iso_a4_210x297mm
	Ready    []string // paper that is loaded
	Supports []string // media it knows
	Sides    []string // one-sided, two-sided-long-edge, …
	Scalings []string // print-scaling it knows; none if it would ignore it
	Colours  []string // print-color-mode it knows
	Copies   bool     // more than one is possible
	Default  bool     // of the computer
	Raster   Raster
}

// A Raster is what a printer wants of pages that come as pixels.
type Raster struct {
	Resolutions []int    // dots to the inch, the same both ways
	Types       []string // sgray_8, black_1, …
}

// PDF reports whether the printer takes PDF.
func (p *Printer) PDF() bool { return p.Takes("application/pdf") }

// Takes reports whether the printer takes documents of a kind.
func (p *Printer) Takes(format string) bool { return slices.Contains(p.Formats, format) }

var wantedOfPrinter = attribute{"requested-attributes", tagKeyword, []any{
	"printer-name", "printer-uri-supported", "device-uri", "printer-location", "printer-info", "printer-make-and-model",
	"printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "document-format-supported",
	"media-default", "media-ready", "media-supported", "sides-supported", "print-scaling-supported", "print-color-mode-supported",
	"copies-supported", "pwg-raster-document-resolution-supported", "pwg-raster-document-type-supported",
}}

// Printer asks the printer about itself.
func (s *Server) Printer(ctx context.Context) (*Printer, error) {
	answer, err := s.do(ctx, s.request(opGetPrinter, s.userName(), wantedOfPrinter), nil)
	if err != nil {
		return nil, err
	}
	p := printerOf(answer.group(groupPrinter))
	p.URI = s.URI()
	return p, nil
}

// Printers lists the queues of CUPS, the usual one marked.
func (s *Server) Printers(ctx context.Context) ([]*Printer, error) {
	answer, err := s.do(ctx, s.request(opCUPSPrinters, s.userName(), wantedOfPrinter), nil)
	var no *StatusError
	if errors.As(err, &no) && no.Code == NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	usual, err := s.Default(ctx)
	if err != nil {
		return nil, err
	}
	var printers []*Printer
	for _, g := range answer.groups {
		if g.tag == groupPrinter {
			p := printerOf(g)
			p.Default = usual != "" && p.Name == usual
			printers = append(printers, p)
		}
	}
	return printers, nil
}

// Default names the usual printer of CUPS, "" if there is none.
func (s *Server) Default(ctx context.Context) (string, error) {
	answer, err := s.do(ctx, s.request(opCUPSDefault, s.userName(), wantedOfPrinter), nil)
	var no *StatusError
	if errors.As(err, &no) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return answer.group(groupPrinter).text("printer-name"), nil
}

func printerOf(g group) *Printer {
	p := &Printer{
		Name: g.text("printer-name"), URI: g.text("printer-uri-supported"), Device: g.text("device-uri"),
		Where: g.text("printer-location"), Info: g.text("printer-info"), Model: g.text("printer-make-and-model"),
		State: g.number("printer-state"), Refuses: len(g.values("printer-is-accepting-jobs")) > 0 && !g.yes("printer-is-accepting-jobs"),
		Formats: g.texts("document-format-supported"), Media: g.text("media-default"), Ready: g.texts("media-ready"),
		Supports: g.texts("media-supported"), Sides: g.texts("sides-supported"), Scalings: g.texts("print-scaling-supported"),
		Colours: g.texts("print-color-mode-supported"), Copies: len(g.values("copies-supported")) > 0,
	}
	for _, reason := range g.texts("printer-state-reasons") {
		if reason != "none" {
			p.Reasons = append(p.Reasons, reason)
		}
	}
	p.Raster.Types = g.texts("pwg-raster-document-type-supported")
	for _, v := range g.values("pwg-raster-document-resolution-supported") {
		if r, ok := v.(resolution); ok {
			if dpi, ok := r.square(); ok {
				p.Raster.Resolutions = append(p.Raster.Resolutions, dpi)
			}
		}
	}
	return p
}

// Local reports whether the printer hangs on the computer that has its queue:
// from there the page crosses no network.
func (p *Printer) Local() bool {
	for _, scheme := range []string{"usb:", "parallel:", "serial:", "file:", "hp:/usb", "cups-pdf:"} {
		if strings.HasPrefix(p.Device, scheme) {
			return true
		}
	}
	u, err := url.Parse(p.Device)
	return err == nil && (u.Scheme == "ipp" || u.Scheme == "ipps") && isHere(u.Hostname())
}
