package cli

import (
	"bytes"
	"io"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

type printerKey struct{}

// scriptPrinter sets up the only printer of a script, as $PRINTER and as the queue
// "desk" of CUPS. What it is given is how it differs from one that prints all that
// it gets: printer formats=image/jpeg states=6:media-empty,9:none device=URI,
// refuses, keeps, gone, none.
func scriptPrinter(ts *testscript.TestScript, neg bool, args []string) {
	p := &fakePrinter{formats: []string{"application/pdf"}, states: []fakeState{{9, "none"}}}
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		switch key {
		case "formats":
			p.formats = strings.Split(value, ",")
		case "states":
			p.states = statesOf(ts, value)
		case "device":
			p.device = value
		case "refuses":
			p.refuses = true
		case "keeps":
			p.keeps = true
		case "gone":
			p.gone = true
		case "none":
			p.none = true
		default:
			ts.Fatalf("no printer is %q", arg)
		}
	}
	web := httptest.NewServer(p)
	ts.Defer(web.Close)
	host := strings.TrimPrefix(web.URL, "http://")
	ts.Setenv("CUPS_SERVER", host)
	ts.Setenv("PRINTER", "ipp://"+host+"/ipp/print")
	*ts.Value(printerKey{}).(**fakePrinter) = p
}

func statesOf(ts *testscript.TestScript, list string) (states []fakeState) {
	for _, one := range strings.Split(list, ",") {
		state, reason, _ := strings.Cut(one, ":")
		n, err := strconv.ParseUint(state, 10, 32)
		ts.Check(err)
		states = append(states, fakeState{uint32(n), reason})
	}
	return states
}

// received writes the document that the printer got last into a file, or holds
// that it got none: received FILE, ! received.
func received(ts *testscript.TestScript, neg bool, args []string) {
	p := *ts.Value(printerKey{}).(**fakePrinter)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case neg && len(p.printed) > 0:
		ts.Fatalf("the printer got %d documents", len(p.printed))
	case neg:
		return
	case len(args) != 1 || len(p.printed) == 0:
		ts.Fatalf("usage: received FILE; %d documents were received", len(p.printed))
	}
	request := p.printed[len(p.printed)-1]
	for _, start := range []string{"%PDF-", "RaS2", "\xff\xd8\xff"} {
		if at := bytes.Index(request, []byte(start)); at >= 0 {
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), request[at:], 0o600))
			return
		}
	}
	ts.Fatalf("what was received is no document")
}

// keepForLP stands for lp: it keeps its options and what it is given.
func keepForLP() {
	document, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = os.WriteFile("lp.pdf", document, 0o600)
	}
	if err == nil {
		err = os.WriteFile("lp.txt", []byte(strings.Join(os.Args[1:], " ")+"\n"), 0o600)
	}
	if err != nil || os.Getenv("TEST_LP") == "broken" {
		os.Exit(1)
	}
}
