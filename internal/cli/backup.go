package cli

import (
	"bytes"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/page"
	"memovault/internal/paper"
	"memovault/internal/record"
	"memovault/internal/scan"
	"memovault/internal/shard"
	"memovault/internal/store"
	"memovault/internal/term"
)

type backupOptions struct {
	*onPaper
	paper           bool
	withAttachments bool
	keptAt          string
	noNote          bool
}

func (a *app) newBackup() *cobra.Command {
	var o backupOptions
	cmd := a.command(spec{
		name: "backup", group: "keeping",
		short: lang.T("put the whole vault on paper, encrypted", "金庫をまるごと、暗号化して紙に残す"),
		long: lang.T(`Makes pages of square codes that hold every record, encrypted: no fire, theft or
dead disk at home takes what lies on paper elsewhere. Any ONE of the pages may be
lost. "restore" makes the vault again from photographs of the others. Nobody can
read them without the passphrase or the recovery key.

Attached files are left out unless you say --with-attachments: they take many
pages. Before anything is written, every page is read back and compared.`,
			`全部の記録を暗号化して、四角いコードのページにします。火事や盗難、ディスクの故障があっても、別の場所に
置いた紙は残ります。ページのうち、どれか 1 枚は失くしてもかまいません。残りのページの写真から、restore で
金庫を元に戻せます。合言葉か回復キーがなければ、誰にも読めません。

添付ファイルは枚数がかさむので、--with-attachments を付けたときだけ入れます。書き出す前に、全部のページを
読み直して照らし合わせます。`),
		examples: []example{
			{"backup --paper -o backup.pdf", lang.T("pages to print", "印刷するページを作る")},
			{"backup --paper --printer", lang.T("straight to the printer", "そのままプリンターへ")},
			{"backup --paper -o backup.pdf --kept-at bank", lang.T("and note where they will be", "置き場所も記録する")},
			{"backup --paper --with-attachments -o all.pdf", lang.T("attached files too", "添付ファイルも入れる")},
		},
	})
	f := cmd.Flags()
	o.onPaper = a.paperFlags(f, kindPDF, kindPNG)
	f.BoolVar(&o.paper, "paper", false, a.text(lang.T("make the pages of a paper backup", "紙の控えのページを作る")))
	f.BoolVar(&o.withAttachments, "with-attachments", false, a.text(lang.T("attached files too", "添付ファイルも入れる")))
	f.StringVar(&o.keptAt, "kept-at", "", a.text(lang.T("note the pages in the vault as kept at `PLACE`", "ページを、この`場所`にあるものとして金庫に記録する")))
	f.BoolVar(&o.noNote, "no-note", false, a.text(lang.T("don't note the pages in the vault", "ページを金庫に記録しない")))
	cmd.Args = a.argsBetween(0, 0)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := a.checkBackup(cmd, o); err != nil {
			return err
		}
		return a.runBackup(o)
	}
	return cmd
}

// checkBackup finds mistakes in the command line before a passphrase is asked
// for.
func (a *app) checkBackup(cmd *cobra.Command, o backupOptions) error {
	if !o.paper {
		f := a.usage(cmd, lang.T("say what kind of backup: --paper makes pages to print", "どんな控えかを付けてください。--paper で、印刷するページを作ります"))
		f.next = append([]words{
			said(lang.T("on paper: %s backup --paper -o backup.pdf", "紙に残すなら: %s backup --paper -o backup.pdf"), a.call()),
			said(lang.T("into an encrypted file: %s export -o copy.age", "暗号化したファイルにするなら: %s export -o copy.age"), a.call()),
			said(lang.T("backups on this disk are made by themselves: %s", "このディスクの控えは自動で作られています: %s"), a.shortPath(store.BackupDir(a.path()))),
		}, f.next...)
		return f
	}
	if cmd.Flags().Changed("kept-at") {
		place, _, err := record.Clean(record.TypeText, o.keptAt)
		if err == nil && place == "" {
			err = &record.ValueError{Key: "empty", Text: lang.T("a place is needed", "場所を書いてください")}
		}
		if err != nil {
			return refused("kept-at", err)
		}
	}
	return a.checkPaper(cmd, o.onPaper)
}

func (a *app) runBackup(o backupOptions) error {
	s, err := a.openVault()
	if err != nil {
		return err
	}
	payload, info, err := s.Paper(o.withAttachments)
	if err != nil {
		return err
	}
	book, set, err := a.backupBook(s, o, payload, info)
	if err != nil {
		return err
	}
	err = a.patiently(lang.T("reading the pages back ...", "ページを読み直しています..."), func() error { return readBack(book, set, payload) })
	if err != nil {
		return err
	}
	d, err := a.deliver(o.onPaper, paperJob{book: func(paper.Format) *page.Book { return book }, sealed: true})
	if err != nil {
		return err
	}
	a.sayBackup(o, d, set, info)
	return a.noteSheet(s, printed{kind: record.SheetBackup, number: set.ID, keptAt: o.keptAt, noNote: o.noNote, how: d.how, pages: d.pages})
}

// backupBook deals the payload to codes and sets the pages.
func (a *app) backupBook(s *store.Store, o backupOptions, payload []byte, info store.PaperInfo) (*page.Book, *shard.Set, error) {
	size := a.layout(o.onPaper).Size
	set, err := shard.Encode(payload, paper.BackupCodes(size))
	var large *shard.TooLargeError
	if errors.As(err, &large) {
		return nil, nil, tooMuchForPaper(large, info)
	}
	if err != nil {
		return nil, nil, err
	}
	keys, err := a.backupKeys(s)
	if err != nil {
		return nil, nil, err
	}
	book, err := paper.BackupPages(&paper.Backup{ID: set.ID, Made: a.now, Codes: set.Pages, Need: set.Need, Total: set.Total,
		Groups: set.Groups, Program: a.name, Keys: keys, Records: info.Records, Files: info.Attachments, LeftOut: info.LeftOut,
		KeptAt: term.Sanitize(o.keptAt)}, size)
	return book, set, err
}

func tooMuchForPaper(large *shard.TooLargeError, info store.PaperInfo) error {
	f := &failure{status: statusError, code: "too_large",
		what: said(lang.T("this is too much for paper: %d KiB, and %d KiB is the most", "紙に残すには大きすぎます。%d KiB あり、%d KiB までです"), (large.Size+1023)>>10, shard.MaxPayload>>10)}
	if info.Attachments > 0 {
		f.next = append(f.next, said(lang.T("leave out the attached files: without --with-attachments", "--with-attachments を外すと、添付ファイルを除けます")))
	}
	f.next = append(f.next, said(lang.T("or keep a file elsewhere: export -o copy.age", "または、ファイルにして別の場所に置いてください: export -o copy.age")))
	return f
}

// slotKinds are how people call the keys that slots are for.
var slotKinds = map[string]lang.Text{
	keyring.KindPassphrase: lang.T("passphrase", "合言葉"),
	keyring.KindRecovery:   lang.T("recovery key", "回復キー"),
	keyring.KindIdentity:   lang.T("age identity file", "age の鍵ファイル"),
	keyring.KindSSH:        lang.T("SSH key", "SSH の鍵"),
	keyring.KindPlugin:     lang.T("key of an age plugin", "age のプラグインの鍵"),
}

// slotKind is a text for any kind; those of newer programs name themselves.
func slotKind(kind string) lang.Text {
	if text, ok := slotKinds[kind]; ok {
		return text
	}
	return lang.Text{EN: kind, JA: kind}
}

// backupKeys says what opens the backup: the slots, and the sheet on which the
// newest recovery key was printed.
func (a *app) backupKeys(s *store.Store) ([]paper.BackupKey, error) {
	sheets, err := a.sheets(s)
	if err != nil {
		return nil, err
	}
	var keys []paper.BackupKey
	for _, slot := range s.Slots() {
		key := paper.BackupKey{Name: slotKind(slot.Kind), Label: term.Sanitize(slot.Label), Created: slot.Created}
		for _, r := range sheets {
			known := record.ReadSheet(r)
			if slot.Kind == keyring.KindRecovery && known.Kind == record.SheetRecoveryKey && known.Fate == record.SheetThere &&
				known.Opens != "" && strings.HasPrefix(slot.ID.String(), known.Opens) {
				key.Sheet = term.Sanitize(known.Number)
			}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// readBackDPI is the coarsest scan that is promised to work (docs/paper.md).
const readBackDPI = 150

// readBack reads the pages as a scanner would see them, and compares. Only our
// own reader will do: others fail on clean pages.
func readBack(book *page.Book, set *shard.Set, payload []byte) error {
	var c shard.Collector
	for i, p := range book.Pages {
		for _, code := range scan.Backup(p.Raster(readBackDPI)).Codes {
			_, _ = c.Add(code.Text) // a text that is none of ours is missing below
		}
		list := c.Backups()
		if len(list) != 1 || list[0].Read[i] != len(set.Pages[i]) {
			return unreadable(i + 1)
		}
	}
	got, err := c.Payload(set.ID)
	if err != nil || !bytes.Equal(got, payload) {
		return unreadable(len(book.Pages))
	}
	return nil
}

// unreadable is the failure of a page that can't be relied on.
func unreadable(number int) error {
	return &failure{status: statusError, code: "unreadable",
		what: said(lang.T("page %d does not read back as what was put on it; nothing was written", "%d ページを読み直すと、入れたものと違っていました。何も書き出していません"), number),
		why:  said(lang.T("the memory of this computer may be faulty", "このパソコンのメモリーが壊れているのかもしれません")),
		next: []words{said(lang.T("try once more; if it happens again, tell the makers of this program", "もう一度お試しください。繰り返すときは、このプログラムの作者に知らせてください"))}}
}

// sayBackup says what was made and what to do with it.
func (a *app) sayBackup(o backupOptions, d delivered, set *shard.Set, info store.PaperInfo) {
	a.say(lang.T("paper backup %s: %d pages, %d records; every page was read back and compared", "紙の控え %s: %d ページ、記録 %d 件。全部のページを読み直して確かめました"), set.ID, d.pages, info.Records)
	if info.LeftOut > 0 {
		a.say(lang.T("not on it: %d attached files (--with-attachments) and earlier versions of records", "入っていないもの: 添付ファイル %d 個（入れるには --with-attachments）と、記録の前の版"), info.LeftOut)
	}
	a.say(lang.T("any ONE page may be lost. Keep them away from this computer, and the recovery key elsewhere again", "どれか 1 枚は失くしても元に戻せます。このパソコンとは別の場所に置き、回復キーはさらに別の場所に置いてください"))
	if d.how == howFile && o.kind() == kindPDF {
		a.say(lang.T("once printed, see whether photographs of it are good: %s restore PHOTO... -o trial.age", "印刷したら、写真に撮って試してください: %s restore 写真... -o tameshi.age"), a.call())
	}
}
