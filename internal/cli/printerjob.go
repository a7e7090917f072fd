package cli

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"memovault/internal/ipp"
	"memovault/internal/lang"
	"memovault/internal/page"
)

// pollEvery is how often a printer is asked how far it is; testOnlyPoll takes its
// place in tests. A printer that is silent so many times in a row is gone.
const (
	pollEvery   = time.Second
	mostSilence = 8
)

var testOnlyPoll time.Duration

// runJob hands over a document, follows it until it is out, and has it forgotten.
func (a *app) runJob(ctx context.Context, p printerChoice, opts ipp.Options, document []byte, pages int) error {
	sending, sent := handover(ctx)
	id, _, err := p.server.Print(sending, opts, document)
	sent()
	if err != nil {
		return err
	}
	job, err := a.followJob(ctx, p, id, pages)
	// What follows is done even where the person has had enough.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if errors.Is(err, context.Canceled) {
		p.server.Cancel(last, id)
		a.forgetJob(last, p, id)
		return &failure{status: statusCancelled, code: "cancelled", err: err,
			what: said(lang.T("stopped; the print job was cancelled", "中止しました。印刷も取り消しました")),
			next: []words{said(lang.T("shred the pages that came out", "もう出てきたページは、細かく裁って捨ててください"))}}
	}
	if err != nil {
		return a.lostPrinter(p, err)
	}
	if job.State == ipp.JobCompleted {
		n := pages * max(1, opts.Copies)
		a.say(plural(n, lang.T("printed: %d page on %s", "印刷しました: %d ページ（%s）"), lang.T("printed: %d pages on %s", "印刷しました: %d ページ（%s）")), n, p.Name)
	}
	a.forgetJob(last, p, id)
	if job.State != ipp.JobCompleted {
		return a.jobFailed(p, job)
	}
	return nil
}

// answerGrace is how long a printer that is being given a document may still
// answer once the person has had enough.
const answerGrace = 3 * time.Second

// handover is the context of giving a document away. It outlives ctx a little: a
// job whose number is not known yet can't be cancelled, and would be printed.
func handover(ctx context.Context) (context.Context, context.CancelFunc) {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(answerGrace, cancel) })
	return sending, func() { stop(); cancel() }
}

// followJob asks how far the job is until it is over, and says what the printer
// needs, once for each.
func (a *app) followJob(ctx context.Context, p printerChoice, id, pages int) (*ipp.Job, error) {
	every := pollEvery
	if testOnlyPoll > 0 {
		every = testOnlyPoll
	}
	if a.tty != nil {
		release, _ := a.tty.Hush() // what is typed meanwhile would move the line of progress
		defer release()
	}
	var told []string
	takeAway := func() {}
	defer func() { takeAway() }()
	for silent := 0; ; {
		job, err := p.server.Job(ctx, id)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil && job.Over():
			return job, nil
		case err == nil:
			silent = 0
			takeAway()
			told = a.sayTroubles(ctx, p, job, told)
			takeAway = a.showProgress(a.text(lang.T("printing: %d of %d pages (Ctrl-C: cancel)", "印刷中: %d / %d ページ（Ctrl-C で取り消し）"), min(job.Sheets, pages), pages))
		default:
			if silent++; silent >= mostSilence {
				return nil, err
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(every):
		}
	}
}

// sayTroubles says what keeps the printer, unless it has been said.
func (a *app) sayTroubles(ctx context.Context, p printerChoice, job *ipp.Job, told []string) []string {
	reasons := job.Reasons
	if now, err := p.server.Printer(ctx); err == nil {
		reasons = append(reasons, now.Reasons...)
	}
	var all []string
	for _, t := range troublesOf(reasons) {
		all = append(all, t.keyword)
		if !slices.Contains(told, t.keyword) {
			a.warn(lang.T("printer: %s", "プリンター: %s"), a.text(t.text))
		}
	}
	return all
}

// A trouble is what a printer says that it needs (RFC 8011, 5.4.12; PWG 5100.9).
type trouble struct {
	keyword string
	text    lang.Text
}

var troubles = []trouble{
	{"media-empty", lang.T("it is out of paper; put some in, and it goes on", "紙がありません。紙を入れると続きを印刷します")},
	{"media-needed", lang.T("it wants other paper, or a key pressed; look at its display", "紙の種類が違うか、操作を待っています。プリンターの画面を見てください")},
	{"media-jam", lang.T("paper is stuck; take it out, and count the pages afterwards", "紙が詰まりました。取り除き、あとでページの数を確かめてください")},
	{"input-tray-missing", lang.T("a paper tray is missing; push it in", "給紙トレイがありません。差し込んでください")},
	{"output-area-full", lang.T("the output tray is full; empty it", "排紙トレイがいっぱいです。紙を取り出してください")},
	{"toner-empty", lang.T("it is out of toner; put in a new cartridge", "トナーがなくなりました。交換してください")},
	{"marker-supply-empty", lang.T("it is out of ink or toner; put in a new cartridge", "インクかトナーがなくなりました。交換してください")},
	{"marker-waste-full", lang.T("its container for waste ink or toner is full; replace it", "廃インク（廃トナー）の容器がいっぱいです。交換してください")},
	{"toner-low", lang.T("toner is low; see whether the print is dark enough", "トナーが残り少なくなっています。薄くないか確かめてください")},
	{"marker-supply-low", lang.T("ink or toner is low; see whether the print is dark enough", "インクかトナーが残り少なくなっています。薄くないか確かめてください")},
	{"door-open", lang.T("a door is open; close it", "ふたが開いています。閉めてください")},
	{"cover-open", lang.T("a cover is open; close it", "カバーが開いています。閉めてください")},
	{"interlock-open", lang.T("a cover is open; close it", "カバーが開いています。閉めてください")},
	{"offline", lang.T("it is off or not connected; switch it on", "電源が入っていないか、つながっていません。電源を入れてください")},
	{"connecting-to-device", lang.T("it does not answer yet; is it switched on?", "まだ応答がありません。電源は入っていますか")},
	{"timed-out", lang.T("it does not answer; is it switched on?", "応答がありません。電源は入っていますか")},
	{"paused", lang.T("it is paused; let it go on at its display or in the settings", "一時停止しています。プリンターの画面か設定で再開してください")},
	{"shutdown", lang.T("it is switching off", "電源を切ろうとしています")},
	{"spool-area-full", lang.T("its memory is full; wait until other jobs are done", "メモリーがいっぱいです。ほかの印刷が終わるのをお待ちください")},
	{"job-hold-until-specified", lang.T("the job is held; release it at the printer's display", "印刷が保留されています。プリンターの画面で解除してください")},
}

// troublesOf finds what is known among keywords, whatever they end in.
func troublesOf(reasons []string) (found []trouble) {
	for _, t := range troubles {
		if slices.ContainsFunc(reasons, func(r string) bool {
			for _, end := range []string{"-report", "-warning", "-error"} {
				r = strings.TrimSuffix(r, end)
			}
			return r == t.keyword
		}) {
			found = append(found, t)
		}
	}
	return found
}

// printerTroubles says what is known of the reasons, for an error.
func (a *app) printerTroubles(reasons []string) words {
	var all []string
	for _, t := range troublesOf(reasons) {
		all = append(all, a.text(t.text))
	}
	if len(all) == 0 {
		return words{}
	}
	return said(lang.T("%s", "%s"), strings.Join(all, a.text(comma)))
}

// forgetJob has the document taken out of the spool, and says whether it is, if
// that matters to anybody.
func (a *app) forgetJob(ctx context.Context, p printerChoice, id int) {
	switch err := p.server.Purge(ctx, id); {
	case p.open:
	case err == nil && p.nearby():
		a.say(lang.T("the document was removed from this computer's spool", "印刷データは、このパソコンの待ち行列から消しました"))
	case err == nil:
		a.say(lang.T("the document was removed from the spool; the printer itself may still have it in memory until it is switched off", "印刷データは待ち行列から消しました。プリンター本体には、電源を切るまで残っていることがあります"))
	case p.queue:
		a.warn(lang.T("the document could not be removed from the spool, where a copy may lie; this removes it and every other job of that printer: cancel -a -x %s", "印刷データを待ち行列から消せませんでした。写しが残っているかもしれません。消すには（そのプリンターのほかの印刷も消えます）: cancel -a -x %s"), p.Name)
	default:
		a.warn(lang.T("the printer does not say that it forgot the document; a copy may be in its memory or on its disk until you delete it there", "プリンターに印刷データが残っているかもしれません。プリンターの画面か設定で、ジョブの記録を消してください"))
	}
}

func (a *app) lostPrinter(p printerChoice, err error) error {
	f := &failure{status: statusError, code: "printer_lost", err: err,
		what: said(lang.T("the printer %s no longer answers; the sheet may come out or not", "プリンター %s の応答がなくなりました。用紙は出るかもしれませんし、出ないかもしれません"), p.Name),
		next: []words{said(lang.T("look at the printer before you print again: a second sheet would lie there", "もう一度印刷する前に、プリンターを見てください。同じ用紙が 2 枚出ることがあります"))}}
	return f
}

func (a *app) jobFailed(p printerChoice, job *ipp.Job) error {
	f := &failure{status: statusError, code: "print_failed",
		what: said(lang.T("the printer %s gave the job up", "プリンター %s が印刷を取りやめました"), p.Name),
		why:  a.printerTroubles(job.Reasons),
		next: []words{said(lang.T("shred the pages that came out, then try again; or make a file: -o FILE.pdf", "出てきたページは細かく裁って捨て、もう一度お試しください。ファイルにもできます: -o ファイル.pdf"))}}
	if job.State == ipp.JobCanceled {
		f.what = said(lang.T("the job was cancelled at the printer %s", "プリンター %s の側で印刷が取り消されました"), p.Name)
	}
	return f
}

// printWithoutCUPS prints where CUPS does not answer: with lp, which may know
// another way, or with the program that shows PDF.
func (a *app) printWithoutCUPS(ctx context.Context, o *onPaper, book *page.Book) error {
	var b bytes.Buffer
	if err := book.PDF(&b); err != nil {
		return err
	}
	if lp, err := exec.LookPath("lp"); err == nil && !onWindows() {
		return a.printWithLP(ctx, lp, o, b.Bytes())
	}
	if o.printer == ourChoice {
		a.say(lang.T("no printer can be reached from here: print it from the window that opens", "ここからはプリンターにつながらないので、開く画面から印刷してください"))
		return a.openInViewer("application/pdf", b.Bytes())
	}
	return &failure{status: statusError, code: "no_cups",
		what: said(lang.T("the printing system (CUPS) does not answer, so printers have no names here", "印刷のしくみ（CUPS）が動いていないので、プリンターを名前で選べません")),
		next: []words{said(lang.T("give the printer's address: --printer=ipp://..., or make a file: -o FILE.pdf", "プリンターのアドレスを書く（--printer=ipp://...）か、ファイルにしてください: -o ファイル.pdf"))}}
}

// printWithLP hands the document to lp, which reads it from a pipe: there is no
// file of it but that of the spool.
func (a *app) printWithLP(ctx context.Context, lp string, o *onPaper, pdf []byte) error {
	media := "A4"
	if a.layout(o).Size == page.Letter {
		media = "Letter"
	}
	emptying := []string{"cancel", "-a", "-x"}
	args := []string{"-t", printerJob, "-n", strconv.Itoa(max(1, o.copies)), "-o", "media=" + media, "-o", "print-scaling=none", "-o", "sides=" + sidesKeyword(o.sides)}
	if o.printer != ourChoice {
		args, emptying = append(args, "-d", o.printer), append(emptying, shellWord(o.printer))
	}
	cmd := exec.CommandContext(ctx, lp, append(args, "--", "-")...)
	cmd.Stdin = bytes.NewReader(pdf)
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return explainPrinter(ctx.Err())
		}
		return &failure{status: statusError, code: "lp_failed", err: err,
			what: said(lang.T("lp could not print it: no printer can be reached", "lp でも印刷できませんでした。プリンターにつながりません")),
			next: []words{said(lang.T("give the printer's address: --printer=ipp://..., or make a file: -o FILE.pdf", "プリンターのアドレスを書く（--printer=ipp://...）か、ファイルにしてください: -o ファイル.pdf"))}}
	}
	a.say(lang.T("handed to lp; whether it is printed can't be told from here", "lp に渡しました。印刷できたかどうかは、ここからはわかりません"))
	a.warn(lang.T("a copy may lie in the spool; once the sheet is out, this removes it and every other job there: %s", "待ち行列に写しが残るかもしれません。用紙が出たら消してください（ほかの印刷も消えます）: %s"), strings.Join(emptying, " "))
	return nil
}
