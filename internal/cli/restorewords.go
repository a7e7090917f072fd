package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/picture"
	"memovault/internal/scan"
	"memovault/internal/shard"
)

// numbers lists page numbers as people read them.
func (a *app) numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, a.text(comma))
}

// foundWords says what a picture was good for. poor says that a page in it has
// more codes that are wanted.
func (a *app) foundWords(f found, result scan.Result, poor bool) string {
	switch unread := max(result.Unread, f.wrong); {
	case f.codes > 0:
		text := a.text(lang.T("page %s, %d codes, %d of them new", "%s ページ。コード %d 個、うち新しいもの %d 個"), a.numbers(slices.Sorted(maps.Keys(f.pages))), f.codes, f.fresh)
		if unread > 0 {
			text += a.text(lang.T("; %d could not be read", "。読めないものが %d 個"), unread)
		}
		if result.Trouble != scan.None && (unread > 0 || poor) {
			text += a.text(lang.T(" (%s)", "（%s）"), a.troubleWords(result.Trouble))
		}
		return text
	case f.newer > 0:
		return a.text(lang.T("a backup of a newer version of this program (format %d)", "もっと新しい版のプログラムで作った控えです（形式 %d）"), f.newer)
	case f.foreign > 0 && f.wrong == 0:
		return a.text(lang.T("no page of a paper backup: its code is of something else", "紙の控えのページではありません。別の用途のコードが写っています"))
	case unread == 0 && result.Trouble != scan.None && result.Trouble != scan.NoCodes && result.Trouble != scan.CutOff:
		return a.text(lang.T("no code found. If it is a page of the backup: %s", "コードが見つかりません。控えのページなら、%s"), a.troubleWords(result.Trouble))
	}
	return a.troubleWords(result.Trouble)
}

// troubleWords says what is wrong with a picture, and what to do.
func (a *app) troubleWords(t scan.Trouble) string {
	words := map[scan.Trouble]lang.Text{
		scan.TooDark:     lang.T("too dark: take it again in more light", "暗すぎます。明るい所で撮り直してください"),
		scan.TooBright:   lang.T("too bright: take it again without the flash", "明るすぎます。フラッシュを使わずに撮り直してください"),
		scan.TooSmall:    lang.T("the codes are too small: go closer, or send the photo in its full size", "コードが小さすぎます。もっと近づいて撮るか、写真を元の大きさのまま送ってください"),
		scan.Blurred:     lang.T("blurred: hold still and let the camera focus", "ぶれているか、ピントが合っていません。動かさずに撮り直してください"),
		scan.LowContrast: lang.T("too pale: ink and paper hardly differ; take it again in other light, without reflections", "濃淡がはっきりしません。光の当たり方を変え、反射を避けて撮り直してください"),
		scan.Damaged:     lang.T("codes are stained or creased: flatten the page and take it again", "コードが汚れているか、折れています。平らにして撮り直してください"),
		scan.CutOff:      lang.T("part of the page is cut off: take all of it", "ページの一部が切れています。全体を写してください"),
	}
	if text, ok := words[t]; ok {
		return a.text(text)
	}
	return a.text(lang.T("no code of a paper backup was found: is it a photo of one of its pages?", "紙の控えのコードが見つかりません。控えのページの写真ですか"))
}

// pictureTrouble says why a file can't be looked at.
func (a *app) pictureTrouble(err error) string {
	var (
		kind  *picture.UnsupportedError
		large *picture.TooLargeError
		bad   *picture.DamagedError
	)
	switch {
	case errors.As(err, &kind) && (kind.Kind == picture.HEIC || kind.Kind == picture.AVIF):
		return a.text(lang.T("%s pictures can't be read; on the telephone choose JPEG (\"most compatible\"), or send the photo by mail, which makes it one", "%s の写真は読めません。スマートフォンの設定で JPEG（「互換性優先」）にして撮り直すか、メールで送ると JPEG になります"), strings.ToUpper(string(kind.Kind)))
	case errors.As(err, &kind) && kind.Kind == picture.Empty:
		return a.text(lang.T("the file is empty", "空のファイルです"))
	case errors.As(err, &kind) && kind.Kind == picture.Unknown:
		return a.text(lang.T("neither a photo nor a PDF file", "写真でも PDF でもありません"))
	case errors.As(err, &kind):
		return a.text(lang.T("files of this kind (%s) can't be read; save it as JPEG, PNG or PDF", "この種類（%s）のファイルは読めません。JPEG、PNG、PDF のどれかにしてください"), string(kind.Kind))
	case errors.As(err, &large):
		return a.text(lang.T("the picture is too large", "画像が大きすぎます"))
	case errors.As(err, &bad):
		return a.text(lang.T("the file is damaged; copy it from the telephone once more", "ファイルが壊れています。もう一度取り込んでください"))
	case errors.As(err, new(*picture.EncryptedError)):
		return a.text(lang.T("the PDF file is locked with a password", "PDF にパスワードがかかっています"))
	}
	return a.explain(err).what.in(a.lang)
}

// progressWords says how far a backup is.
func (a *app) progressWords(p shard.Progress) string {
	if p.Done {
		return a.text(lang.T("backup %s: complete (%d codes of %d were enough)", "控え %s: そろいました（コード %d 個で足ります。全部で %d 個）"), p.ID, p.Need, p.Total)
	}
	text := a.text(lang.T("backup %s: have %d, need %d", "控え %s: 今 %d 個、必要なのは %d 個"), p.ID, p.Have, p.Need)
	if len(p.Missing) > 0 {
		text += a.text(lang.T("; not seen yet: page %s of %d", "。まだのページ: %s（全 %d ページ）"), a.numbers(p.Missing), p.Pages)
	}
	return text
}

// tooFew is the failure where the codes are not enough: which pages are missing,
// and which ought to be taken again.
func (a *app) tooFew(r *paperReader) error {
	list := r.c.Backups()
	if r.id != "" {
		list = slices.DeleteFunc(list, func(p shard.Progress) bool { return p.ID != r.id })
	}
	f := &failure{status: statusError, code: "too_few_codes"}
	switch {
	case r.newer > 0 && len(list) == 0:
		f.code = "newer_format"
		f.what = said(lang.T("this backup was made by a newer version of the program (format %d; this one knows %d)", "この控えは、もっと新しい版のプログラムで作られています（形式 %d。この版が読めるのは %d まで）"), r.newer, shard.Format)
		f.next = []words{said(lang.T("install the newest version", "新しい版を入れてください"))}
		return f
	case len(list) == 0 && r.id != "":
		f.status, f.code = statusNotFound, "no_backup"
		f.what = said(lang.T("none of these pictures is of the backup %s", "控え %s の写真がありません"), r.id)
		f.next = []words{said(lang.T("the number stands at the top of each page", "番号は、どのページの上にも書いてあります"))}
		return f
	case len(list) == 0:
		f.status, f.code = statusNotFound, "no_backup"
		f.what = said(lang.T("none of these pictures is of a paper backup", "紙の控えの写真がありません"))
		f.next = []words{said(lang.T("photograph whole pages from above, in good light: %s restore PHOTO...", "明るい所で、ページ全体を真上から撮ってください: %s restore 写真..."), a.call())}
		return f
	}
	p := list[0]
	f.what = said(lang.T("not enough yet: of backup %s there are %d codes, and %d are needed", "まだ足りません。控え %s のコードは今 %d 個で、%d 個必要です"), p.ID, p.Have, p.Need)
	switch {
	case len(list) > 1:
		f.why = said(lang.T("there are pages of other backups too, of which there is less; pages of one do not help another (the number stands at the top of each)", "ほかの控えのページも混ざっていますが、そちらはもっと足りません。別の控えのページでは補えません（番号は、どのページの上にもあります）"))
	case len(p.Missing) > 0:
		f.why = said(lang.T("missing: page %s of %d; any one page of a backup may be lost", "ないページ: %s（全 %d ページ。どれか 1 枚は失くしてもかまいません）"), a.numbers(p.Missing), p.Pages)
	}
	if hint := r.retake(); !hint.empty() {
		f.next = append(f.next, hint)
	}
	f.next = append(f.next, said(lang.T("then give all photos at once: %s restore PHOTO...", "そのあと、全部の写真をまとめて指定してください: %s restore 写真..."), a.call()))
	return f
}

// retake says which pages are to be photographed again; it is empty where none is.
func (r *paperReader) retake() words {
	if begun := r.begun(); len(begun) > 0 {
		if weak := weakPages(begun[0]); len(weak) > 0 {
			return said(lang.T("photograph again, closer and in better light: page %s", "もっと近くから、明るい所で撮り直してください: %s ページ"), r.a.numbers(weak))
		}
	}
	return words{}
}

// weakPages are the pages that were seen, but not all of them.
func weakPages(p shard.Progress) (list []int) {
	for i, n := range p.Read {
		if n > 0 && n < p.Printed[i] {
			list = append(list, i+1)
		}
	}
	return list
}
