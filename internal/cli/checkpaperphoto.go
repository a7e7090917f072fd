package cli

import (
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/paper"
	"memovault/internal/picture"
	"memovault/internal/record"
	"memovault/internal/scan"
	"memovault/internal/shard"
	"memovault/internal/store"
	"memovault/internal/term"
)

// A photographed is what photos show of sheets.
type photographed struct {
	sheets  map[string]*shownSheet // by their number
	order   []string
	loose   []string         // codes beside which there was no head of a sheet
	backups *shard.Collector // codes of paper backups
	pages   int              // pictures that were looked at
	unread  int              // codes that were seen and could not be read
}

// A shownSheet is one sheet in photos.
type shownSheet struct {
	seen  map[int]bool // pages
	pages int          // how many it has, as its head says; 0 if it does not
	codes []string     // the other codes on it
}

// checkPhotos says of photos which sheets they show, and whether what can be
// read of them still holds.
func (a *app) checkPhotos(paths []string) error {
	photos := &photographed{sheets: map[string]*shownSheet{}, backups: &shard.Collector{}}
	var failed error
	err := a.patiently(lang.T("reading the photos ...", "写真を読んでいます..."), func() error {
		for _, path := range paths {
			if err := photos.read(path); err != nil {
				failed = err
				a.warn(lang.T("%s cannot be read: %s", "%s は読めません: %s"), a.shortPath(path), a.photoTrouble(err))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	backups := photos.backups.Backups()
	if len(photos.order)+len(photos.loose)+len(backups) == 0 {
		f := &failure{status: statusError, code: "no_codes", err: failed, what: said(lang.T("no code of a sheet was found in the photos", "写真の中に、用紙のコードが見つかりません")),
			next: []words{said(lang.T("photograph the whole page from straight above, in even light, sharp", "ページ全体を、真上から、明るさのむらなく、ピントを合わせて撮ってください")),
				said(lang.T("or type what is on it: %s check-paper NUMBER", "または、書いてあることを打ってください: %s check-paper 番号"), a.call())}}
		return f
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	return a.judgePhotos(s, photos, backups)
}

// maxSheetFile bounds a file with pictures of a sheet, in bytes.
const maxSheetFile = 256 << 20

// read reads the codes in one file.
func (ph *photographed) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSheetFile+1))
	if err != nil {
		return err
	}
	if len(data) > maxSheetFile {
		return &picture.TooLargeError{}
	}
	for page, err := range picture.Pages(data) {
		if err != nil {
			return err
		}
		ph.look(page)
	}
	return nil
}

// look sorts the codes of one picture. Codes belong to the sheet whose head is
// in the same picture; where there are several, to each of them.
func (ph *photographed) look(img *image.Gray) {
	ph.pages++
	var heads []*shownSheet
	var others []string
	for _, c := range scan.Small(img) {
		switch number, page, pages, ok := readMark(c.Text); {
		case ok:
			s := ph.sheets[number]
			if s == nil {
				s = &shownSheet{seen: map[int]bool{}}
				ph.sheets[number] = s
				ph.order = append(ph.order, number)
			}
			s.seen[page], s.pages = true, pages
			heads = append(heads, s)
		case !strings.HasPrefix(c.Text, "VB1:"):
			others = append(others, c.Text)
		}
	}
	for _, s := range heads {
		s.codes = append(s.codes, others...)
	}
	if len(heads) == 0 {
		ph.loose = append(ph.loose, others...)
	}
	result := scan.Backup(img)
	ph.unread += result.Unread
	for _, c := range result.Codes {
		if _, err := ph.backups.Add(c.Text); err != nil {
			ph.unread++
		}
	}
}

// readMark reads the code at the head of a page, memovault:sheet:3C7A-F18E:1:2.
// One that a browser printed has no page: only the browser knew it.
func readMark(text string) (number string, page, pages int, ok bool) {
	rest, ok := strings.CutPrefix(strings.ToUpper(text), sheetMark)
	parts := strings.Split(rest, ":")
	if !ok || len(parts) != 1 && len(parts) != 3 || len(parts[0]) != len("3C7A-F18E") || sheetDigits(parts[0]) == "" {
		return "", 0, 0, false
	}
	if len(parts) == 1 {
		return parts[0], 0, 0, true
	}
	page, err := strconv.Atoi(parts[1])
	pages, err2 := strconv.Atoi(parts[2])
	if err != nil || err2 != nil || page < 1 || page > pages || pages > maxSheetPages {
		return "", 0, 0, false
	}
	return parts[0], page, pages, true
}

// maxSheetPages bounds the pages that the head of a sheet may speak of: far more
// than a vault fills.
const maxSheetPages = 9999

// missing are the pages that are in no photo.
func (s *shownSheet) missing() []int {
	var list []int
	for page := 1; page <= s.pages; page++ {
		if !s.seen[page] {
			list = append(list, page)
		}
	}
	return list
}

// photoTrouble says why a file can't be read.
func (a *app) photoTrouble(err error) string {
	var unsupported *picture.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		return a.text(lang.T("this kind of file is not read; save it as JPEG, PNG or PDF", "この種類のファイルは読めません。JPEG、PNG、PDF で保存し直してください"))
	case errors.As(err, new(*picture.TooLargeError)):
		return a.text(lang.T("it is too large", "大きすぎます"))
	case errors.As(err, new(*picture.EncryptedError)):
		return a.text(lang.T("it is protected by a password", "パスワードで保護されています"))
	case errors.As(err, new(*picture.DamagedError)):
		return a.text(lang.T("it is damaged", "壊れています"))
	}
	return systemReason(err)
}

// A photoCheck compares what photos show with the vault.
type photoCheck struct {
	a       *app
	s       *store.Store
	records []*record.Record
	bad     int // what does not agree
}

func (a *app) judgePhotos(s *store.Store, photos *photographed, backups []shard.Progress) error {
	records, err := a.liveRecords(s)
	if err != nil {
		return err
	}
	c := &photoCheck{a: a, s: s, records: records}
	for _, number := range photos.order {
		if slices.ContainsFunc(backups, func(b shard.Progress) bool { return b.ID == number }) {
			continue // its own codes say more than its head
		}
		if err := c.sheet(number, photos.sheets[number]); err != nil {
			return err
		}
	}
	for _, b := range backups {
		if err := c.backup(b, photos.backups); err != nil {
			return err
		}
	}
	if len(photos.order) == 0 && len(photos.loose) > 0 {
		a.marked("", a.text(lang.T("Codes without the head of a sheet:", "用紙の先頭が写っていないコード:")), paintHead)
		if err := c.codes(nil, photos.loose); err != nil {
			return err
		}
	}
	if c.bad > 0 {
		return &failure{status: statusError, code: "paper_differs", what: said(lang.T("not everything on the paper agrees with the vault (%d)", "紙の内容に、金庫と合わないものがあります（%d 個）"), c.bad),
			next: []words{said(lang.T("all sheets, and how to print them anew: %s papers", "用紙の一覧と印刷し直し方: %s papers"), a.call())}}
	}
	return nil
}

// known is the sheet with the number, nil if the vault knows none.
func (c *photoCheck) known(number string) (*paperState, error) {
	for _, r := range c.records {
		if r.Template == record.SheetTemplate && record.ReadSheet(r).Number == number {
			return c.a.paperState(c.s, r, c.records)
		}
	}
	return nil, nil
}

// sheet says which sheet it is, how it stands, and what of its codes agrees.
func (c *photoCheck) sheet(number string, shown *shownSheet) error {
	a := c.a
	p, err := c.known(number)
	if err != nil {
		return err
	}
	seen := a.text(plural(len(shown.seen), lang.T("page %s of %d", "%s ページ目（全 %d ページ）"), lang.T("pages %s of %d", "%s ページ目（全 %d ページ）")), a.numbers(slices.Sorted(maps.Keys(shown.seen))), shown.pages)
	if shown.pages == 0 {
		seen = a.text(lang.T("printed by a browser", "ブラウザーで印刷"))
	}
	if p == nil {
		c.bad++
		a.marked("!", number+"  "+seen, paintCare)
		a.row(3, a.text(lang.T("this vault knows no sheet of that number: it was printed with --no-note, from another vault, or its note was thrown away", "この番号の用紙は、この金庫の記録にありません。--no-note で印刷したか、別の金庫のものか、記録を捨てたものです")))
		return c.codes(nil, shown.codes)
	}
	mark, style := "", paintHead
	if !p.current() || p.Fate != record.SheetThere {
		mark, style = "!", paintCare
	}
	a.marked(mark, strings.Join([]string{number, a.text(sheetKind(p.Kind)), p.Printed, seen}, "  "), style)
	c.standing(p)
	if err := c.codes(p, shown.codes); err != nil {
		return err
	}
	c.unseen(p, shown)
	return nil
}

// unseen says what the photos do not tell: pages that are in none of them, and
// the text, which only a person reads.
func (c *photoCheck) unseen(p *paperState, shown *shownSheet) {
	a := c.a
	if missing := shown.missing(); len(missing) > 0 {
		a.rows(3, a.text(lang.T("pages not in the photos: %s; of their codes nothing is known", "写真にないページ: %s（そこのコードは照合していません）"), a.numbers(missing)), paintCare)
	}
	if p.Kind == record.SheetBackup { // its pages are codes alone
		c.bad++
		a.rows(3, a.text(lang.T("none of its codes could be read: photograph each page whole, from straight above, sharp", "コードが 1 つも読めません。ページごとに全体を、真上から、ピントを合わせて撮ってください")), paintCare)
		return
	}
	a.row(3, a.text(lang.T("what is printed as text was not compared; to do that, type it: %s check-paper %s", "文字で印刷したところは照合していません。照合するには、打ってください: %s check-paper %s"), a.call(), shellWord(sheetHandle(p.r))))
}

// standing says whether the sheet is the newest and still holds.
func (c *photoCheck) standing(p *paperState) {
	a := c.a
	if p.Fate != record.SheetThere {
		c.bad++
		a.row(3, a.text(lang.T("it is noted as %s; if this is the paper itself: %s papers --found %s", "記録では「%s」です。これがその紙なら: %s papers --found %s"), fateWords(p.Fate), a.call(), shellWord(sheetHandle(p.r))))
	}
	if newer := c.newer(p); newer != nil {
		c.bad++
		a.row(3, a.text(lang.T("there is a newer sheet with the same on it: %s, printed on %s", "同じ内容の新しい用紙があります: %s（%s に印刷）"), calledSheet(newer), record.ReadSheet(newer).Printed))
	}
	if lines := a.whyOld(p); len(lines) > 0 {
		c.bad++
		for _, line := range lines {
			a.rows(3, line, paintCare)
		}
		return
	}
	if isKeySheet(p.Kind) {
		return // its code says whether it opens the vault
	}
	a.row(3, a.text(lang.T("the records on it are as they were when it was printed", "載っている記録は、印刷したときから変わっていません")))
}

func fateWords(fate string) lang.Text {
	if fate == record.SheetLost {
		return lang.T("cannot be found", "見つからない")
	}
	return lang.T("shredded", "裁断済み")
}

// newer returns a sheet of the same kind and records that was printed later and
// is there.
func (c *photoCheck) newer(p *paperState) *record.Record {
	for _, r := range c.records {
		if r.Template != record.SheetTemplate || r.ID == p.r.ID {
			continue
		}
		other := record.ReadSheet(r)
		same := other.Kind == p.Kind && maps.EqualFunc(r.Printed, p.r.Printed, func(string, string) bool { return true }) && len(r.Printed) > 0
		if same && other.Fate == record.SheetThere && r.Created.After(p.r.Created) && other.Number != p.Number {
			return r
		}
	}
	return nil
}

// codes compares the codes on a sheet with what the vault would print. Nothing
// of them is shown.
func (c *photoCheck) codes(p *paperState, codes []string) error {
	for _, text := range slices.Compact(slices.Sorted(slices.Values(codes))) {
		if strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-1") {
			if err := c.recoveryKey(p, text); err != nil {
				return err
			}
			continue
		}
		if strings.HasPrefix(strings.ToUpper(text), "MEMOVAULT-SHARE-") {
			c.share(p, text)
			continue
		}
		if err := c.code(p, text); err != nil {
			return err
		}
	}
	return nil
}

// code compares a code for Wi-Fi or an authenticator with those of the records,
// as they are now and as they were printed.
func (c *photoCheck) code(p *paperState, text string) error {
	a := c.a
	for _, r := range c.records {
		if label, ok := codeOn(r, text); ok {
			a.row(3, a.text(lang.T("code \"%s\" of %s: agrees", "%[2]s のコード「%[1]s」: 合っています"), label, term.Sanitize(r.Name)))
			return nil
		}
	}
	c.bad++
	if p != nil {
		for id, was := range p.r.Printed {
			parsed, err := record.ParseID(id)
			if err != nil {
				continue
			}
			one, err := asPrinted(c.s, parsed, record.ParsePrint(was))
			if errors.Is(err, store.ErrNoRecord) {
				continue
			}
			if err != nil {
				return err
			}
			if label, ok := codeOn(one.was, text); ok {
				a.rows(3, a.text(lang.T("code \"%s\" of %s: as it was printed, but it changed since", "%[2]s のコード「%[1]s」: 印刷したとおりですが、そのあとで変わっています"), label, term.Sanitize(one.was.Name)), paintCare)
				return nil
			}
		}
	}
	a.rows(3, a.text(lang.T("a code on it (%s) agrees with no record", "どの記録とも合わないコードがあります（%s）"), codeKind(text)), paintCare)
	return nil
}

// codeKind says what kind of code it is, without anything of what is in it.
func codeKind(text string) lang.Text {
	switch scheme, _, _ := strings.Cut(strings.ToLower(text), ":"); scheme {
	case "wifi":
		return lang.T("Wi-Fi", "Wi-Fi")
	case "otpauth":
		return lang.T("authenticator", "認証アプリ")
	}
	return lang.T("of another kind", "そのほか")
}

// codeOn finds the code among those that a sheet of the record has, and returns
// its label.
func codeOn(r *record.Record, text string) (label string, ok bool) {
	for _, block := range paper.Records(lang.EN, []*record.Record{r}, paper.Options{WithSecrets: true}).Blocks {
		if qr, is := block.(paper.QR); is && qr.Text == text {
			kind, _, _ := strings.Cut(qr.Label, ":")
			return kind, true
		}
	}
	return "", false
}

// recoveryKey tries whether the key on the paper opens the vault, and notes that
// it does.
func (c *photoCheck) recoveryKey(p *paperState, text string) error {
	a := c.a
	check := &paperCheck{a: a, s: c.s, p: p}
	slot, err := check.slotOf(text)
	if err != nil {
		c.bad++
		a.rows(3, a.text(lang.T("the recovery key on it does not open this vault", "この紙の回復キーでは、この金庫は開きません")), paintCare)
		return nil
	}
	a.row(3, a.text(lang.T("the recovery key on it opens the vault", "この紙の回復キーで、金庫が開きます")))
	if p == nil {
		return nil
	}
	check.prove = provedNow(a, slot)
	return check.note()
}

// backup says how complete a paper backup is in the photos, and notes it as
// checked if none of its pages is missing.
func (c *photoCheck) backup(b shard.Progress, collected *shard.Collector) error {
	a := c.a
	p, err := c.known(b.ID)
	if err != nil {
		return err
	}
	complete := b.Done
	if complete {
		_, err := collected.Payload(b.ID)
		complete = err == nil
	}
	mark, style := "", paintHead
	if !complete || p == nil || !p.current() {
		mark, style = "!", paintCare
	}
	a.marked(mark, fmt.Sprintf("%s  %s", b.ID, a.text(sheetKind(record.SheetBackup))), style)
	a.row(3, a.text(lang.T("codes: %d of the %d that are needed (%d were printed, on %d pages)", "コード: 要る %[2]d 個のうち %[1]d 個（印刷は %[3]d 個、%[4]d ページ）"), b.Have, b.Need, b.Total, b.Pages))
	if len(b.Missing) > 0 {
		a.row(3, a.text(lang.T("pages not in the photos: %s", "写真にないページ: %s"), strings.Trim(strings.ReplaceAll(fmt.Sprint(b.Missing), " ", ", "), "[]")))
	}
	switch {
	case complete:
		a.row(3, a.text(lang.T("the backup can be restored from these photos", "この写真から、金庫を元に戻せます")))
	case b.Done:
		c.bad++
		a.rows(3, a.text(lang.T("the codes contradict each other: photograph the pages again", "コードが食い違っています。もう一度撮ってください")), paintCare)
		return nil
	default:
		c.bad++
		a.rows(3, a.text(lang.T("that is not enough to restore it yet", "元に戻すには、まだ足りません")), paintCare)
	}
	if p == nil {
		a.row(3, a.text(lang.T("this vault knows no backup of that number", "この番号の控えは、この金庫の記録にありません")))
		return nil
	}
	if lines := a.whyOld(p); len(lines) > 0 {
		for _, line := range lines {
			a.rows(3, line, paintCare)
		}
	}
	if complete && len(b.Missing) == 0 {
		return (&paperCheck{a: a, s: c.s, p: p}).note()
	}
	return nil
}
