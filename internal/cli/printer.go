package cli

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"memovault/internal/ipp"
	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/term"
)

// What a printer, and everybody who reads its records, learns of a print.
const (
	printerJob  = "Untitled"
	printerUser = "anonymous"
)

// A printerChoice is a printer and how it is spoken with.
type printerChoice struct {
	server *ipp.Server
	queue  bool // of CUPS
	open   bool // what is printed tells a finder nothing
	*ipp.Printer
}

// sendToPrinter prints a job on the printer that the flags name, and returns once
// the sheet is out and forgotten by the spool.
func (a *app) sendToPrinter(o *onPaper, job paperJob) (delivered, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	book := job.pages(a.layout(o))
	d := delivered{how: howPrinter, pages: len(book.Pages)}
	p, err := a.findPrinter(ctx, o.printer)
	if unreachable := new(ipp.UnreachableError); errors.As(err, &unreachable) && !strings.Contains(o.printer, "://") {
		return d, a.printWithoutCUPS(ctx, o, book)
	}
	if err != nil {
		return delivered{}, explainPrinter(err)
	}
	p.open = job.sealed || job.doc != nil && job.doc.Open
	err = a.checkPrinter(p)
	if err == nil {
		err = a.printOn(ctx, p, o, book)
	}
	if err != nil {
		return delivered{}, explainPrinter(err)
	}
	return d, nil
}

// cupsAddress is where CUPS is: as the environment says, else its socket, else
// this computer's port.
func cupsAddress() string {
	switch server := os.Getenv("CUPS_SERVER"); {
	case strings.HasPrefix(server, "/"):
		return "unix://" + server
	case server != "":
		server, _, _ = strings.Cut(server, "/version=")
		return "ipp://" + server + "/"
	}
	for _, socket := range []string{"/run/cups/cups.sock", "/var/run/cups/cups.sock", "/private/var/run/cupsd"} {
		if info, err := os.Stat(socket); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix://" + socket
		}
	}
	return "ipp://localhost/"
}

// findPrinter finds the printer with a name or an address, or the usual one.
func (a *app) findPrinter(ctx context.Context, which string) (printerChoice, error) {
	if strings.Contains(which, "://") {
		server, err := ipp.Dial(which, printerUser)
		if err != nil || strings.HasPrefix(which, "unix:") {
			return printerChoice{}, badAddress()
		}
		p, err := server.Printer(ctx)
		return printerChoice{server: server, Printer: p}, err
	}
	cups, err := ipp.Dial(cupsAddress(), printerUser)
	if err != nil {
		return printerChoice{}, badAddress()
	}
	list, err := cups.Printers(ctx)
	if err != nil {
		return printerChoice{}, err
	}
	i := slices.IndexFunc(list, func(p *ipp.Printer) bool {
		return which == ourChoice && (p.Default || len(list) == 1) || strings.EqualFold(p.Name, which)
	})
	if i < 0 {
		return printerChoice{}, a.noSuchPrinter(which, list)
	}
	queue := cups.At(list[i].URI)
	p, err := queue.Printer(ctx)
	if err != nil {
		return printerChoice{}, err
	}
	if p.Device == "" {
		p.Device = list[i].Device
	}
	return printerChoice{server: queue, queue: true, Printer: p}, nil
}

func badAddress() *failure {
	return &failure{status: statusUsage, code: "printer_address",
		what: said(lang.T("this is not the address of a printer", "プリンターのアドレスの書き方ではありません")),
		next: []words{said(lang.T("it looks like ipp://192.0.2.10/ipp/print", "ipp://192.0.2.10/ipp/print のように書いてください"))}}
}

func (a *app) noSuchPrinter(which string, list []*ipp.Printer) *failure {
	f := &failure{status: statusNotFound, code: "no_printer",
		what: said(lang.T("there is no printer %q", "「%s」というプリンターはありません"), which)}
	switch {
	case len(list) == 0:
		f.what = said(lang.T("no printer is set up on this computer", "このパソコンにはプリンターが設定されていません"))
		f.next = []words{said(lang.T("give its address (--printer=ipp://...), or make a file: -o FILE.pdf", "プリンターのアドレスを書く（--printer=ipp://...）か、ファイルにしてください: -o ファイル.pdf"))}
		return f
	case which == ourChoice:
		f.what = said(lang.T("no printer is the usual one; say which", "いつものプリンターが決まっていません。どれで印刷するか指定してください"))
	}
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	f.next = []words{said(lang.T("there are: %s", "使えるのは: %s"), strings.Join(names, ", ")),
		said(lang.T("more about them: %s print --printers", "くわしくは: %s print --printers"), a.call())}
	return f
}

// checkPrinter stops before anything is sent: at a printer that takes nothing,
// and where a person does not want a page to cross the network.
func (a *app) checkPrinter(p printerChoice) error {
	if p.Refuses {
		return &failure{status: statusError, code: "printer_refuses",
			what: said(lang.T("the printer %s takes no jobs at the moment", "プリンター %s は今、印刷を受け付けていません"), p.Name),
			why:  a.printerTroubles(p.Reasons),
			next: []words{said(lang.T("see to it, or take another: --printer=NAME", "プリンターを確かめるか、別のものを指定してください: --printer=名前"))}}
	}
	if p.open {
		return nil
	}
	if p.toFile() {
		a.warn(lang.T("%s is no printer, but writes a file on this computer, which is not encrypted; print from that file, then delete it", "%s はプリンターではなく、このパソコンにファイルを作ります。そのファイルは暗号化されません。そこから印刷したら消してください"), p.Name)
	}
	if p.nearby() {
		return nil
	}
	if p.server.Encrypted() || strings.HasPrefix(p.Device, "ipps:") {
		a.warn(lang.T("this printer is on the network: the page goes there encrypted, but its memory may keep it", "ネットワークのプリンターです。送るときは暗号化されますが、プリンターの中に内容が残ることがあります"))
	} else {
		a.warn(lang.T("this printer is on the network: whoever listens there can read the page, and the printer's memory may keep it", "ネットワークのプリンターです。途中で内容を読まれるおそれがあり、プリンターの中に残ることもあります"))
	}
	if !a.interactive() {
		return nil
	}
	yes, err := a.confirm(lang.T("Print there?", "そのプリンターで印刷しますか？"))
	if err == nil && !yes {
		err = term.ErrCancelled
	}
	return err
}

// nearby reports whether the page gets to the printer without a network.
func (p printerChoice) nearby() bool {
	return p.server.Here() && (p.Device == "" || p.Local())
}

// toFile reports whether what is printed there becomes a file that stays.
func (p printerChoice) toFile() bool {
	return strings.HasPrefix(p.Device, "file:") && p.Device != "file:///dev/null" || strings.HasPrefix(p.Device, "cups-pdf:")
}

// printOn prints a book in the form that the printer takes.
func (a *app) printOn(ctx context.Context, p printerChoice, o *onPaper, book *page.Book) error {
	opts := ipp.Options{Name: printerJob, Media: ipp.MediaA4, Sides: sidesKeyword(o.sides), Copies: o.copies}
	if a.layout(o).Size == page.Letter {
		opts.Media = ipp.MediaLetter
	}
	a.sayIgnored(ctx, p, &opts)
	switch {
	case p.PDF() || len(p.Formats) == 0:
		var b bytes.Buffer
		if err := book.PDF(&b); err != nil {
			return err
		}
		opts.Format = "application/pdf"
		return a.runJob(ctx, p, opts, b.Bytes(), len(book.Pages))
	case p.Takes(ipp.PWGRaster):
		a.say(lang.T("the printer takes no PDF: the pages are sent as pictures", "このプリンターは PDF を受け取れないので、ページを画像にして送ります"))
		opts.Format = ipp.PWGRaster
		document, err := pwgRaster(p, opts, book)
		if err != nil {
			return err
		}
		return a.runJob(ctx, p, opts, document, len(book.Pages))
	case p.Takes("image/jpeg"):
		a.say(lang.T("the printer takes no PDF: the pages are sent as pictures", "このプリンターは PDF を受け取れないので、ページを画像にして送ります"))
		opts.Format = "image/jpeg"
		return a.printPictures(ctx, p, opts, book)
	}
	return &failure{status: statusError, code: "printer_format",
		what: said(lang.T("the printer %s takes neither PDF nor pictures", "プリンター %s は PDF も画像も受け取れません"), p.Name),
		next: []words{said(lang.T("make a file and print it from another program: -o FILE.pdf", "ファイルにして、ほかのプログラムから印刷してください: -o ファイル.pdf"))}}
}

// rasterDPI is the resolution of pages that are sent as pixels, where the printer
// has it: enough for the modules of a code.
const rasterDPI = 300

func pwgRaster(p printerChoice, opts ipp.Options, book *page.Book) ([]byte, error) {
	dpi := rasterDPI
	if known := p.Raster.Resolutions; len(known) > 0 && !slices.Contains(known, dpi) {
		dpi = slices.Max(known)
	}
	var b bytes.Buffer
	err := ipp.WriteRaster(&b, ipp.RasterFormat{DPI: dpi, Media: opts.Media, Sides: opts.Sides, Pages: len(book.Pages)},
		func(yield func(*image.Gray) bool) {
			for _, one := range book.Pages {
				if !yield(one.Raster(float64(dpi))) {
					return
				}
			}
		})
	return b.Bytes(), err
}

// printPictures prints each page as a job of its own.
func (a *app) printPictures(ctx context.Context, p printerChoice, opts ipp.Options, book *page.Book) error {
	for _, one := range book.Pages {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, one.Raster(rasterDPI), &jpeg.Options{Quality: 92}); err != nil {
			return err
		}
		if err := a.runJob(ctx, p, opts, b.Bytes(), 1); err != nil {
			return err
		}
	}
	return nil
}

// The values of --sides and what printers call them.
var sidesKeywords = map[string]string{"one": "one-sided", "two-long": "two-sided-long-edge", "two-short": "two-sided-short-edge"}

func sidesKeyword(sides string) string {
	if word, ok := sidesKeywords[sides]; ok {
		return word
	}
	return "one-sided"
}

// sayIgnored names what the printer will not do as it is asked, by what it says of
// itself and by what it answers when asked.
func (a *app) sayIgnored(ctx context.Context, p printerChoice, opts *ipp.Options) {
	opts.Format = ""
	for _, f := range []string{"application/pdf", ipp.PWGRaster, "image/jpeg"} {
		if opts.Format == "" && p.Takes(f) {
			opts.Format = f
		}
	}
	var ignored []string
	if opts.Format != "" {
		ignored, _ = p.server.Validate(ctx, *opts) // what is wrong shows at the job itself
	}
	lacks := func(name string, known []string, wanted string) {
		if !slices.Contains(ignored, name) && !slices.Contains(known, wanted) {
			ignored = append(ignored, name)
		}
	}
	lacks("print-scaling", p.Scalings, "none")
	if opts.Sides != "one-sided" {
		lacks("sides", p.Sides, opts.Sides)
	}
	if len(p.Sides) > 0 && !slices.Contains(p.Sides, opts.Sides) {
		opts.Sides = "one-sided" // some would refuse the job
	}
	if len(p.Supports) > 0 {
		lacks("media", p.Supports, opts.Media)
	}
	var labels []string
	for _, name := range ignored {
		if label, ok := ignoredWords[name]; ok && (name != "copies" || opts.Copies > 1) {
			labels = append(labels, a.text(label))
		}
	}
	if len(labels) > 0 {
		a.say(lang.T("the printer may not heed: %s", "プリンターが従わないかもしれない設定: %s"), strings.Join(labels, a.text(comma)))
	}
	if ready := p.Ready; len(ready) > 0 && !slices.Contains(ready, opts.Media) {
		a.warn(lang.T("the printer says that it has other paper loaded: %s", "プリンターに入っている紙が違うようです: %s"), mediaNames(ready))
	}
}

var ignoredWords = map[string]lang.Text{
	"print-scaling":    lang.T("printing at actual size (look for \"100%%\" in its settings)", "原寸での印刷（プリンターの設定で「100%%」にしてください）"),
	"sides":            lang.T("sides", "両面・片面"),
	"media":            lang.T("size of the paper", "用紙の大きさ"),
	"copies":           lang.T("number of copies", "部数"),
	"print-color-mode": lang.T("black and white", "白黒"),
}

// explainPrinter finds words for what a printer, or the way to it, says.
func explainPrinter(err error) error {
	var no *ipp.StatusError
	var answer *ipp.AnswerError
	var unreachable *ipp.UnreachableError
	f := &failure{status: statusError, err: err}
	switch {
	case errors.As(err, new(*failure)): // it has words already
		return err
	case errors.Is(err, context.Canceled):
		return term.ErrCancelled
	case errors.As(err, &no):
		f.code, f.what = "printer_status", refusedWords(no)
		if no.Message != "" {
			f.why = said(lang.T("it says: %s", "プリンターの返事: %s"), no.Message)
		}
	case errors.As(err, &answer):
		f.code, f.what = "printer_answer", said(lang.T("what answers there is not a printer, or not at this path", "その場所で答えたものは、プリンターではないか、アドレスの最後の部分が違います"))
		f.next = []words{said(lang.T("most printers are at ipp://ADDRESS/ipp/print", "たいていのプリンターは ipp://アドレス/ipp/print です"))}
		return f
	case errors.As(err, &unreachable):
		f.code, f.what = "printer_unreachable", said(lang.T("the printer can't be reached", "プリンターにつながりません"))
		f.next = []words{said(lang.T("is it switched on, and on this network? its address is on its display or settings page", "電源と、同じネットワークにあるかを確かめてください。アドレスはプリンターの画面や設定ページに出ています"))}
		return f
	default:
		return err
	}
	f.next = []words{said(lang.T("or make a file and print it from another program: -o FILE.pdf", "または、ファイルにして、ほかのプログラムから印刷してください: -o ファイル.pdf"))}
	return f
}

func refusedWords(no *ipp.StatusError) words {
	switch no.Code {
	case ipp.NotFound:
		return said(lang.T("there is no printer at this address", "そのアドレスにプリンターはありません"))
	case ipp.FormatUnsupported:
		return said(lang.T("the printer does not take this kind of document", "プリンターがこの形式を受け取れません"))
	case ipp.NotAccepting, ipp.Busy:
		return said(lang.T("the printer takes no jobs at the moment; try again later", "プリンターは今、印刷を受け付けていません。しばらくしてからもう一度お試しください"))
	case 0x0401, 0x0402, 0x0403:
		return said(lang.T("the printer wants to know who prints, which is not possible here", "このプリンターには利用者の確認が要り、ここからは印刷できません"))
	}
	return said(lang.T("the printer refuses the job (status 0x%04x)", "プリンターに断られました（状態 0x%04x）"), no.Code)
}

// mediaNames makes the names of paper sizes those that people know.
func mediaNames(names []string) string {
	var known []string
	for _, name := range names {
		short := name
		switch parts := strings.Split(name, "_"); {
		case len(parts) < 2:
		case parts[0] == "iso" || parts[0] == "jis": // A4, B5, DL
			short = strings.ToUpper(parts[1])
		default:
			short = strings.ToUpper(parts[1][:min(1, len(parts[1]))]) + parts[1][min(1, len(parts[1])):]
		}
		if !slices.Contains(known, short) {
			known = append(known, short)
		}
	}
	return strings.Join(known, ", ")
}

// onWindows reports whether there is no CUPS to be expected.
func onWindows() bool { return runtime.GOOS == "windows" }
