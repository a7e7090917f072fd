package cli

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

func (a *app) newCheckPaper() *cobra.Command {
	answers := ""
	cmd := a.command(spec{
		name: "check-paper", args: lang.T("[NUMBER | PHOTO...]", "[番号 | 写真...]"), group: "paper",
		short: lang.T("compare a sheet of paper with what was printed", "紙の用紙を、印刷した内容と照合する"),
		long: lang.T(`Type what stands on a sheet: for each key and code with check letters it asks for
what is printed, and compares it with the record as it was on that day. Where it
differs, the group to look at is named by its number; what is right is never
shown. A sheet on which everything agrees is noted as checked today, and you are
told if it is out of date.

Of a recovery key it asks for all groups and tries whether they open the vault.
With photos or scans (JPEG, PNG, PDF) it reads the codes printed on the sheet: it
says which sheet it is, whether it is the newest, and whether the codes for Wi-Fi,
authenticator and recovery key still agree; of a paper backup it reads all pages.

What somebody who guesses could learn from the answers is kept small: groups are
named only from four characters on, only if half of the value is right, three
times a value; passwords are right or wrong as a whole.`,
			`用紙に書いてあるとおりに打って、照合します。「確かめの文字」の付いたキーやコードを 1 つずつお聞きして、
印刷した日の記録と比べます。違うときは、何番目の組を見直せばよいかを言います。正しい値は決して表示しません。
全部合っていれば、今日照合したと記録します。用紙が古くなっているときは、それもお知らせします。

回復キーは、全部の組を打って、金庫が開くかどうかを試します。写真やスキャン（JPEG、PNG、PDF）を渡すと、用紙に
印刷してある QR コードを読み、どの用紙か、いちばん新しいものか、Wi-Fi・認証アプリ・回復キーのコードが今も合って
いるかを示します。紙の控えなら、全部のページを読みます。

あてずっぽうで打つ人の手がかりにならないように、組の番号を言うのは 4 文字以上のまとまりで、半分以上が合って
いるときだけ、1 つの値につき 3 回までです。パスワードは、全体が合っているかどうかだけを言います。`),
		examples: []example{
			{"check-paper 3C7A-F18E", lang.T("one sheet, by its number", "番号の用紙を照合する")},
			{"check-paper", lang.T("choose the sheet from a list", "一覧から選ぶ")},
			{"check-paper photo.jpg", lang.T("from a photo", "写真から")},
			{"check-paper 3C7A --answers typed.txt", lang.T("answers from a file, one a line", "答えをファイルから（1 行に 1 つ）")},
		},
	})
	cmd.Flags().StringVar(&answers, "answers", "", a.text(lang.T("read the answers from `FILE`, one a line (- for standard input); an empty line skips", "答えを`ファイル`から読む（1 行に 1 つ。- は標準入力、空の行はとばす）")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if photos := slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !isPicture(arg) }); len(photos) > 0 {
			if len(photos) < len(args) || answers != "" {
				return a.usage(cmd, lang.T("photos go without a number and without --answers", "写真と、番号や --answers は一緒に使えません"))
			}
			return a.checkPhotos(photos)
		}
		if len(args) > 1 {
			return a.usage(cmd, lang.T("one sheet at a time, or photos (%s)", "用紙は一度に 1 枚です（写真なら何枚でも。%s）"), strings.Join(pictureEndings, " "))
		}
		return a.runCheckPaper(strings.Join(args, ""), answers)
	}
	return cmd
}

// pictureEndings are those of files that a sheet is read from.
var pictureEndings = []string{".jpg", ".jpeg", ".png", ".pdf", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".heic", ".heif"}

func isPicture(arg string) bool {
	return slices.ContainsFunc(pictureEndings, func(end string) bool { return strings.HasSuffix(strings.ToLower(arg), end) })
}

// errStopped says that somebody stopped in the middle of a sheet.
var errStopped = errors.New("stopped")

func (a *app) runCheckPaper(typed, answers string) error {
	if answers == "" && !a.interactive() {
		return &failure{status: statusUsage, code: "input_needed",
			what: said(lang.T("what is on the sheet has to be typed, and there is no terminal to ask at", "用紙の内容を打ってもらう必要がありますが、端末がないので聞けません")),
			next: []words{said(lang.T("give the answers with --answers FILE, or photos of the sheet", "--answers ファイル で答えを渡すか、用紙の写真を渡してください"))}}
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	r, err := a.sheetToCheck(s, typed)
	if err != nil {
		return err
	}
	records, err := a.liveRecords(s)
	if err != nil {
		return err
	}
	p, err := a.paperState(s, r, records)
	if err != nil {
		return err
	}
	c := &paperCheck{a: a, s: s, p: p}
	if answers != "" {
		b, err := readSmall(answers)
		if err != nil {
			return err
		}
		c.answers, c.given = strings.Split(strings.TrimSuffix(string(b), "\n"), "\n"), true
	} else if c.t, err = a.terminal(); err != nil {
		return err
	}
	return c.run()
}

// sheetToCheck is the sheet that was named, the only one, or the one chosen from
// a list.
func (a *app) sheetToCheck(s *store.Store, typed string) (*record.Record, error) {
	if typed != "" {
		return a.findSheet(s, typed)
	}
	list, err := a.sheets(s)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r *record.Record) bool { return record.ReadSheet(r).Fate == record.SheetShredded })
	slices.SortStableFunc(list, func(x, y *record.Record) int { // what was not looked at for longest comes first
		return cmp.Or(strings.Compare(record.ReadSheet(x).Checked, record.ReadSheet(y).Checked), strings.Compare(record.ReadSheet(x).Printed, record.ReadSheet(y).Printed))
	})
	switch {
	case len(list) == 0:
		return nil, &failure{status: statusNotFound, code: "no_sheet", what: said(lang.T("no sheet is noted that could be checked", "照合できる用紙の記録がありません")),
			next: []words{said(lang.T("each sheet is noted when it is printed: %s print --all -o records.pdf", "用紙は、印刷すると記録されます: %s print --all -o records.pdf"), a.call())}}
	case len(list) == 1:
		return list[0], nil
	case !a.interactive():
		return nil, &failure{status: statusUsage, code: "input_needed", what: said(lang.T("which sheet? give its number", "どの用紙ですか。番号を付けてください")),
			next: []words{said(lang.T("all sheets: %s papers", "用紙の一覧: %s papers"), a.call())}}
	}
	t, err := a.terminal()
	if err != nil {
		return nil, err
	}
	a.tell(t, 0, a.text(lang.T("Which sheet do you want to check?", "どの用紙を照合しますか？")))
	labels := make([]string, len(list))
	for i, r := range list {
		known := record.ReadSheet(r)
		labels[i] = strings.Join(slices.DeleteFunc([]string{sheetHandle(r), a.text(sheetKind(known.Kind)), known.Printed, known.Place}, func(s string) bool { return s == "" }), "  ")
	}
	n, err := a.choose(labels, 1, func(typed string) int {
		digits := sheetDigits(typed)
		return slices.IndexFunc(list, func(r *record.Record) bool {
			return len(digits) > 2 && strings.HasPrefix(sheetDigits(record.ReadSheet(r).Number), digits)
		})
	})
	if err != nil {
		return nil, err
	}
	return list[n], nil
}

// A paperCheck is the comparison of one sheet on its way.
type paperCheck struct {
	a       *app
	s       *store.Store
	p       *paperState
	t       *term.Terminal // nil where the answers are given
	answers []string       // those left
	given   bool

	right, wrong, skipped int
	stale                 int                     // values that are as printed, but not as noted now
	prove                 map[record.ID]time.Time // of the vault's slots: those that the paper opened
}

func (c *paperCheck) run() error {
	var err error
	c.begin()
	switch c.p.Kind {
	case record.SheetBackup:
		return &failure{status: statusUsage, code: "photos_needed", what: said(lang.T("a paper backup cannot be typed; it is checked from photos or a scan of its pages", "紙の控えは打てません。ページの写真かスキャンで照合します")),
			next: []words{said(lang.T("like this: %s check-paper page1.jpg page2.jpg", "例: %s check-paper page1.jpg page2.jpg"), c.a.call())}}
	case record.SheetRecoveryKey:
		err = c.recoveryKey()
	case record.SheetShare:
		err = c.share()
	default:
		err = c.values()
	}
	if errors.Is(err, errStopped) {
		c.a.say(lang.T("stopped; nothing was noted", "中止しました。何も記録していません"))
		return silentStatus(statusCancelled)
	}
	if err != nil {
		return err
	}
	return c.conclude()
}

// begin says what is to be looked at.
func (c *paperCheck) begin() {
	p, a := c.p, c.a
	if p.Fate == record.SheetShredded {
		c.tell(0, a.text(lang.T("This sheet is noted as shredded. If it is there after all: %s papers --found %s", "この用紙は、裁断したと記録されています。やはりあるなら: %s papers --found %s"), a.call(), shellWord(sheetHandle(p.r))))
	}
	where := cmp.Or(p.Place, a.text(lang.T("not noted", "書いてありません")))
	c.tell(0, a.text(lang.T("Sheet %s (%s), printed on %s, place: %s", "用紙 %s（%s）。印刷した日 %s、置き場所 %s"), sheetHandle(p.r), sheetKind(p.Kind), cmp.Or(p.Printed, "?"), where))
}

// tell speaks to whoever types; where the answers are given, nobody does.
func (c *paperCheck) tell(indent int, text string) {
	if c.t != nil {
		c.a.tell(c.t, indent, text)
	}
}

// ask asks for what stands on the paper, without showing it. skip reports that
// there was no answer.
func (c *paperCheck) ask(prompt string) (typed string, skip bool, err error) {
	if c.given {
		if len(c.answers) == 0 {
			return "", true, nil
		}
		typed, c.answers = strings.TrimSuffix(c.answers[0], "\r"), c.answers[1:]
		return typed, strings.TrimSpace(typed) == "", nil
	}
	for {
		typed, err = c.t.ReadSecret(prompt)
		switch {
		case c.a.refusedLine(c.t, err):
			continue
		case errors.Is(err, term.ErrCancelled):
			return "", false, errStopped
		}
		return typed, strings.TrimSpace(typed) == "", err
	}
}

// conclude says what came of it, and notes the day if everything was compared
// and agrees.
func (c *paperCheck) conclude() error {
	a, p := c.a, c.p
	handle := sheetHandle(p.r)
	if c.wrong > 0 {
		f := &failure{status: statusError, code: "paper_differs",
			what: said(lang.T("the sheet %s does not say what was printed: %d of %d values differ", "用紙 %s は、印刷した内容と違います（%d 個。全部で %d 個）"), handle, c.wrong, c.wrong+c.right+c.skipped),
			why:  said(lang.T("a slip of typing, or the paper is damaged or another one; nothing was noted", "打ち間違いか、紙が傷んでいるか、別の紙です。何も記録していません"))}
		if command := a.printAnew(p); len(command) > 0 {
			f.next = append(f.next, said(lang.T("to print it anew: %s", "印刷し直すには: %s"), a.commandLine(command)))
		}
		return f
	}
	if c.skipped == 0 {
		if err := c.note(); err != nil {
			return err
		}
	} else {
		a.say(lang.T("agree: %d, skipped: %d; not noted as checked, since not everything was", "合っていたもの: %d、とばしたもの: %d。全部ではないので、照合した日は記録していません"), c.right, c.skipped)
	}
	if lines := a.whyOld(p); len(lines) > 0 {
		a.say(lang.T("the paper is as it was printed, but it is out of date:", "紙は印刷したとおりですが、内容が古くなっています:"))
		for _, line := range lines {
			a.talk("  ", line)
		}
		if command := a.printAnew(p); len(command) > 0 {
			a.talk("  ", a.text(lang.T("print it anew: %s", "印刷し直すには: %s"), a.commandLine(command)))
		}
	}
	return nil
}

// note enters the day into the ledger, and that a recovery key was proven. What
// was in hand is not lost.
func (c *paperCheck) note() error {
	a, r := c.a, c.p.r.Clone()
	if r.Schema > record.Schema {
		return record.ErrNewer
	}
	record.SetSheet(r, record.RoleChecked, a.now.Format(time.DateOnly))
	found := c.p.Fate != record.SheetThere
	if found {
		record.SetSheet(r, record.RoleFate, "")
	}
	r.Updated = a.now.UTC().Truncate(time.Second)
	if err := a.commit(c.s, store.Change{Put: []*record.Record{r}, Prove: c.prove}); err != nil {
		return err
	}
	if found {
		a.say(lang.T("noted: %s is there, and it agrees", "記録しました: %s はあり、内容も合っています"), calledSheet(r))
		return nil
	}
	a.say(lang.T("noted: %s agrees, checked today", "記録しました: %s は合っています（今日照合）"), calledSheet(r))
	return nil
}

// recoveryKey asks for the whole key from its sheet and tries whether it opens
// the vault. Which group is wrong its own check letters tell, so that nothing
// of the key is needed for it.
func (c *paperCheck) recoveryKey() error {
	a := c.a
	c.tell(0, a.text(lang.T("Type the recovery key from the paper, all %d groups with their check letters. Nothing is shown.", "紙の回復キーを、確かめの文字も含めて %d 組すべて打ってください。画面には出ません。"), keyring.GroupCount))
	for left := tries - 1; ; left-- {
		typed, skip, err := c.ask(a.text(lang.T("Recovery key (Enter = stop): ", "回復キー（Enter=やめる）: ")))
		if err != nil {
			return err
		}
		if skip {
			return errStopped
		}
		slot, err := c.slotOf(typed)
		if err == nil {
			c.right, c.prove = 1, provedNow(a, slot)
			if c.p.Opens != "" && !strings.HasPrefix(slot.String(), c.p.Opens) {
				c.wrong, c.right = 1, 0
				a.say(lang.T("this key opens the vault, but it is not the one that was printed on this sheet", "このキーで金庫は開きますが、この用紙に印刷したキーではありません"))
			}
			return nil
		}
		if left == 0 || c.given && len(c.answers) == 0 {
			a.say(lang.T("%s", "%s"), a.explain(err).what.in(a.lang))
			c.wrong = 1
			return nil
		}
		c.tell(2, a.explain(err).what.in(a.lang))
	}
}

// slotOf returns the slot that a typed recovery key opens.
func (c *paperCheck) slotOf(typed string) (record.ID, error) {
	key, err := keyring.ParseRecoveryKey(typed)
	if err != nil {
		return record.ID{}, err
	}
	var slot record.ID
	err = c.a.slowly(func() error {
		vault, opened, _, err := keyring.OpenAny(c.s.SealedSlots(), key.Identity())
		if err == nil && vault.ID() != c.s.ID() {
			err = keyring.ErrNoMatch
		}
		slot = opened.ID
		return err
	})
	return slot, err
}

// provedNow is the change by which a slot counts as proven.
func provedNow(a *app, slot record.ID) map[record.ID]time.Time {
	return map[record.ID]time.Time{slot: a.now}
}
