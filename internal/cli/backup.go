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

	copyTo, forget     string
	list, verify, json bool
}

func (a *app) newBackup() *cobra.Command {
	var o backupOptions
	cmd := a.command(spec{
		name: "backup", args: lang.T("[FILE...]", "[ファイル...]"), group: "keeping",
		short: lang.T("make copies of the vault: in a file, at a second place, on paper", "金庫の控えを作る・確かめる（ファイル、別の場所、紙）"),
		long: lang.T(`A backup beside the vault is made by itself, before the first change of a day. A
fire, a thief or a dead disk takes both, so have one more elsewhere:

--to puts a copy on a memory stick or into a folder that a program carries to other
computers. The place is remembered: "backup" alone renews all such copies, "audit"
and "due" tell when one is old. -o writes a single file. Both are a tar of age
files, read back and decrypted; a README inside says how to open it without this
program. "restore" makes the vault of it again, or brings single records back.

--paper makes pages of square codes, any ONE of which may be lost; "restore" reads
photographs of the others. Attached files take --with-attachments, and many pages.`,
			`金庫のそばの控えは、その日最初の変更の前に自動で作られます。でも、火事や盗難、ディスクの故障では、
金庫と一緒になくなります。もう 1 つ、別の場所にも置いてください。

--to は、USB メモリーや同期フォルダーに写しを置き、場所を覚えます。次からは backup とだけ打てば、覚えた場所の
写しがみな新しくなり、古くなると audit と due が知らせます。-o は、ファイルを 1 つ書き出します。どちらも
age のファイルをまとめた tar で、読み直して復号できることを確かめてあります。プログラムなしで開ける方法は中の
README に書いてあります。restore で、金庫をまるごと、または記録を 1 件ずつ元に戻せます。

--paper は、四角いコードのページを作ります。どれか 1 枚は失くしても、残りのページの写真から restore で
戻せます。添付ファイルは枚数がかさむので、--with-attachments を付けたときだけ入れます。`),
		examples: []example{
			{"backup --to /media/stick", lang.T("a copy on a memory stick, and remember the place", "USB メモリーに写しを置き、場所を覚える")},
			{"backup", lang.T("renew the copies at all places that are remembered", "覚えた場所の写しをみな新しくする")},
			{"backup -o backup.tar", lang.T("one file", "ファイルを 1 つ作る")},
			{"backup --list", lang.T("which backups there are", "今ある控えの一覧")},
			{"backup --verify", lang.T("read all of them, and decrypt everything", "全部を読んで、復号できるか確かめる")},
			{"backup --paper -o backup.pdf --kept-at bank", lang.T("pages to print, and note where they will be", "印刷するページを作り、置き場所も記録する")},
			{"backup --paper --printer", lang.T("straight to the printer", "そのままプリンターへ")},
		},
	})
	f := cmd.Flags()
	o.onPaper = a.paperFlags(f, kindPDF, kindPNG)
	f.BoolVar(&o.paper, "paper", false, a.text(lang.T("make the pages of a paper backup", "紙の控えのページを作る")))
	f.BoolVar(&o.withAttachments, "with-attachments", false, a.text(lang.T("attached files too", "添付ファイルも入れる")))
	f.StringVar(&o.keptAt, "kept-at", "", a.text(lang.T("note the pages in the vault as kept at `PLACE`", "ページを、この`場所`にあるものとして金庫に記録する")))
	f.BoolVar(&o.noNote, "no-note", false, a.text(lang.T("don't note the pages, or the copy, in the vault", "ページや写しのことを金庫に記録しない")))
	a.backupFlags(f, &o)
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.checkBackup(cmd, &o, args); err != nil {
			return err
		}
		return a.runBackup(&o, args)
	}
	return cmd
}

func (a *app) checkPaperBackup(cmd *cobra.Command, o *backupOptions) error {
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

func (a *app) runPaperBackup(o backupOptions) error {
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
	keyring.KindShares:     lang.T("shares", "分け札"),
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
