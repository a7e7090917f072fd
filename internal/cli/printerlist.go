package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"

	"memovault/internal/ipp"
	"memovault/internal/lang"
	"memovault/internal/term"
)

// A printerJSON is a printer as --printers --json lists it.
type printerJSON struct {
	Name    string   `json:"name"`
	Address string   `json:"address"`
	Where   string   `json:"where"`
	Model   string   `json:"model"`
	State   string   `json:"state"` // idle, printing, stopped
	Reasons []string `json:"reasons"`
	PDF     bool     `json:"pdf"`
	Paper   []string `json:"paper"` // loaded, or else what it prints on by default
	Network bool     `json:"network"`
	Default bool     `json:"default"`
}

// listPrinters lists the printers of this computer.
func (a *app) listPrinters(asJSON bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cups, err := ipp.Dial(cupsAddress(), printerUser)
	if err != nil {
		return badAddress()
	}
	list, err := cups.Printers(ctx)
	if unreachable := new(ipp.UnreachableError); errors.As(err, &unreachable) {
		return &failure{status: statusError, code: "no_cups", err: err,
			what: said(lang.T("the printing system (CUPS) does not answer, so there are no printers to list", "印刷のしくみ（CUPS）が動いていないので、プリンターを調べられません")),
			next: []words{said(lang.T("a printer on the network can be given by its address: --printer=ipp://ADDRESS/ipp/print", "ネットワークのプリンターは、アドレスで指定できます: --printer=ipp://アドレス/ipp/print"))}}
	}
	if err != nil {
		return explainPrinter(err)
	}
	if asJSON {
		return a.printersJSON(cups, list)
	}
	if len(list) == 0 {
		a.say(lang.T("no printer is set up on this computer; one on the network can be given by its address: --printer=ipp://ADDRESS/ipp/print", "このパソコンにはプリンターが設定されていません。ネットワークのプリンターは、アドレスで指定できます: --printer=ipp://アドレス/ipp/print"))
		return nil
	}
	return a.printersTable(cups, list)
}

func (a *app) printersTable(cups *ipp.Server, list []*ipp.Printer) error {
	rows := [][]string{{a.text(lang.T("NAME", "名前")), a.text(lang.T("WHERE", "場所")), a.text(lang.T("STATE", "状態")),
		"PDF", a.text(lang.T("PAPER", "用紙")), a.text(lang.T("WAY", "つなぎ方"))}}
	for _, p := range list {
		name := p.Name
		if p.Default {
			name += a.text(lang.T(" (usual)", "（いつもの）"))
		}
		pdf, way := a.text(lang.T("no", "いいえ")), a.text(lang.T("network", "ネットワーク"))
		if p.PDF() {
			pdf = a.text(lang.T("yes", "はい"))
		}
		if (printerChoice{server: cups, Printer: p}).nearby() {
			way = a.text(lang.T("this computer", "このパソコン"))
		}
		rows = append(rows, []string{name, p.Where, a.printerState(p), pdf, mediaNames(paperOf(p)), way})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = term.Sanitize(row[i])
		}
	}
	_, err := io.WriteString(a.out, term.Table(rows, a.columns()))
	return err
}

// paperOf is the paper in a printer, or what it takes unless told otherwise.
func paperOf(p *ipp.Printer) []string {
	if len(p.Ready) > 0 || p.Media == "" {
		return p.Ready
	}
	return []string{p.Media}
}

// printerStates are the states by number, for people and for JSON.
var printerStates = map[int]struct {
	key  string
	text lang.Text
}{
	ipp.Idle:    {"idle", lang.T("ready", "使えます")},
	ipp.Working: {"printing", lang.T("printing", "印刷中")},
	ipp.Halted:  {"stopped", lang.T("stopped", "停止中")},
}

func (a *app) printerState(p *ipp.Printer) string {
	state := a.text(printerStates[p.State].text)
	if p.Refuses {
		state = a.text(lang.T("takes no jobs", "受け付けていません"))
	}
	if why := a.printerTroubles(p.Reasons); !why.empty() {
		state += a.text(lang.T(": ", "：")) + why.in(a.lang)
	}
	return state
}

func (a *app) printersJSON(cups *ipp.Server, list []*ipp.Printer) error {
	out := make([]printerJSON, 0, len(list))
	for _, p := range list {
		one := printerJSON{Name: p.Name, Address: cups.At(p.URI).URI(), Where: p.Where, Model: strings.TrimSpace(p.Model),
			State: printerStates[p.State].key, Reasons: append([]string{}, p.Reasons...), PDF: p.PDF(),
			Paper: append([]string{}, paperOf(p)...), Network: !(printerChoice{server: cups, Printer: p}).nearby(), Default: p.Default}
		out = append(out, one)
	}
	return a.writeJSON(struct {
		Schema   int           `json:"schema"`
		Printers []printerJSON `json:"printers"`
	}{1, out})
}
