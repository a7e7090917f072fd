package cli

import (
	"os"
	"strings"

	"rsc.io/qr"

	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/term"
)

// quiet is the margin of a code on the screen, in modules. The standard asks
// for 4; readers need 2, and with 4 the codes of authenticators would not fit
// into a window of 80 by 24.
const quiet = 2

// The colours of a code are said outright: readers want dark on light, and most
// terminals are light on dark.
const (
	qrInk   = "\x1b[30m\x1b[107m"
	qrDark  = "\x1b[40m"
	qrLight = "\x1b[107m"
)

// qrRows draws a code. Two modules share a character, above and below each
// other, so that they come out square. Where such characters take two columns,
// each module is two spaces instead.
func qrRows(text string, wide bool) (rows []string, width int, err error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, 0, err
	}
	size := code.Size + 2*quiet
	if wide {
		for y := range size {
			rows = append(rows, qrWideRow(code, y, size))
		}
		return rows, 2 * size, nil
	}
	for y := 0; y < size; y += 2 {
		var b strings.Builder
		b.WriteString(qrInk)
		for x := range size {
			b.WriteString(qrHalves[dark(code, x, y)][dark(code, x, y+1)])
		}
		rows = append(rows, b.String()+paintEnd)
	}
	return rows, size, nil
}

// qrHalves is a character by its upper and its lower half.
var qrHalves = map[bool]map[bool]string{
	true:  {true: "█", false: "▀"},
	false: {true: "▄", false: " "},
}

func qrWideRow(code *qr.Code, y, size int) string {
	var b strings.Builder
	for x := range size {
		if dark(code, x, y) {
			b.WriteString(qrDark + "  ")
		} else {
			b.WriteString(qrLight + "  ")
		}
	}
	return b.String() + paintEnd
}

// dark reports whether a module is dark; the margin is not.
func dark(code *qr.Code, x, y int) bool { return code.Black(x-quiet, y-quiet) }

// showQR draws a value on the terminal for a camera, and takes it away again.
func (a *app) showQR(v chosenValue, reveal bool) error {
	if !a.toTerminal() {
		return qrNeedsTerminal()
	}
	t, err := a.terminal()
	if err != nil || t.Plain() {
		return qrNeedsTerminal()
	}
	wide := os.Getenv("MEMOVAULT_AMBIGUOUS_WIDE") != ""
	rows, width, err := qrRows(v.text, wide)
	if err != nil {
		return &failure{status: statusUsage, code: "qr_too_long", err: err,
			what: said(lang.T("%s is too long for a QR code", "%s は長すぎて QR コードにできません"), v.label)}
	}
	cols, height := t.Size()
	// One row for the question. What Enter scrolls out above is but the margin.
	fits := func(rows []string, width int) bool { return width <= cols && len(rows)+1 <= height }
	if !fits(rows, width) {
		f := &failure{status: statusUsage, code: "qr_too_large",
			what: said(lang.T("the window is too small for the QR code: %d columns and %d rows are needed", "画面が小さくて QR コードが入りません（横 %d 桁、縦 %d 行が要ります）"), width, len(rows)+1),
			next: []words{said(lang.T("make the window larger or the letters smaller, then try again", "画面を広げるか文字を小さくして、もう一度お試しください"))}}
		a.leaveOut(f, v, func(text string) bool {
			rows, width, err := qrRows(text, wide)
			return err == nil && fits(rows, width)
		})
		return f
	}
	if v.secret && !reveal {
		yes, err := a.confirm(lang.T("The QR code shows the secret to everybody who sees the screen. Show it?", "QR コードにすると、画面が見える人みんなに秘密が見えます。表示しますか？"))
		if err != nil || !yes {
			return cancelledUnless(err)
		}
	}
	t.Printf("%s\n", strings.Join(rows, "\n"))
	prompt := a.text(lang.T("%s  (Enter: take it off the screen) ", "%s（Enter で画面から消します）"), term.Sanitize(v.label))
	_, err = a.readLine(t, term.Line{Prompt: prompt})
	t.Erase(len(rows) + t.CountRows(prompt))
	if isCancelled(err) {
		err = nil // it is off the screen, which is all that was asked
	}
	return err
}

func qrNeedsTerminal() error {
	return &failure{status: statusUsage, code: "no_terminal",
		what: said(lang.T("a QR code is shown on a terminal only, and only on one that has colours", "QR コードを表示できるのは、色の出る端末だけです")),
		next: []words{said(lang.T("the value itself: --field KEY", "値そのものを出すには: --field 項目"))}}
}

// wifiCode returns what a telephone reads to join a network that the record
// notes, the first or the one that the field with the key belongs to. It reports
// false where there is none.
func (a *app) wifiCode(r *record.Record, key string) (v chosenValue, ok bool) {
	n, ok := r.Network(key)
	if !ok {
		return chosenValue{}, false
	}
	return chosenValue{text: n.JoinCode(), secret: n.Key != "", label: a.text(lang.T("the Wi-Fi network %s", "Wi-Fi の「%s」"), n.Name)}, true
}
