package cli

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
	"memovault/internal/term"
)

type restoreOptions struct {
	to      string
	out     string
	id      string
	replace bool
	yes     bool

	// of a backup in a file
	records      []string
	as, asOf     string
	until        time.Time // what --as-of means: the end of that day
	dryRun, json bool
}

func (a *app) newRestore() *cobra.Command {
	var o restoreOptions
	cmd := a.command(spec{
		name: "restore", args: lang.T("FILE | PHOTO...", "ファイル | 写真..."), group: "keeping",
		short: lang.T("make the vault again from a backup, or bring records back", "控えから金庫を元に戻す・記録を取り戻す"),
		long: lang.T(`FILE is a backup (see "backup"), or a copy of a vault file. It is read to the end,
and you see what is in it and what would change against the vault that is there:
which records would come back, go back or be gone. Then the vault is written: same
records, with their history. --dry-run only shows. --record brings single records
into the vault that is there, as new revisions, so that "undo" takes them back.

From photographs or scans of a paper backup (JPEG, PNG, PDF and others) the pages
are read in any order: turned, several pages in one photo, one page in several,
whole folders. It says what each photo was good for and which page is missing, and
asks for more photos if they are too few. Of several backups it offers the newest.
-o keeps the encrypted data alone.

It does not touch a vault that is there: give it another place (--to), or let it
be replaced (--replace), which keeps a copy; the keys then stay those of today.`,
			`ファイルは、控え（backup で作ったもの）か、金庫のファイルの写しです。最後まで読んで、中身と、今の金庫から
何が変わるか（戻ってくる記録、前の版に戻る記録、なくなる記録）を見せます。そのあと、記録も前の版もそのままに
金庫を作ります。--dry-run なら見せるだけです。--record を付けると、今の金庫に記録だけを新しい版として
戻すので、undo で取り消せます。

紙の控えの写真やスキャン（JPEG、PNG、PDF など）からも戻せます。順番は自由です。傾いていても、1 枚に何ページ
写っていても、1 ページが何枚に分かれていても、フォルダーごとでもかまいません。写真ごとに何が読めたか、どの
ページが足りないかを知らせ、足りなければ追加の写真を聞きます。何回分かの控えが混ざっていれば、新しいものを
勧めます。-o なら、暗号化したデータだけを残します。

すでにある金庫には触りません。別の場所に作る（--to）か、写しを残して置き換え（--replace）ます。
置き換えても、鍵は今のままです。`),
		examples: []example{
			{"restore backup.tar --dry-run", lang.T("what is in it, and what would change", "中身と、何が変わるかを見るだけ")},
			{"restore backup.tar --replace", lang.T("in place of the vault, of which a copy is kept", "今の金庫と置き換える（今のものは写しを残します）")},
			{"restore backup.tar --record office", lang.T("one record, into the vault that is there", "記録を 1 件だけ、今の金庫に戻す")},
			{"restore photos", lang.T("from a folder of photographs", "フォルダーの中の写真から")},
			{"restore scan.pdf --to found.vault", lang.T("to another place", "別の場所に作る")},
			{"restore photos -o trial.age", lang.T("only see whether the photos are good; needs no key", "写真で足りるか試すだけ（鍵は要りません）")},
		},
	})
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", a.text(lang.T("make the vault at `FILE` (default: --file, else the standard place)", "金庫をこの`ファイル`に作る（省略すると --file、なければ標準の場所）")))
	f.BoolVar(&o.replace, "replace", false, a.text(lang.T("replace what is there, after a copy of it was made", "すでにあるものを、写しを残してから置き換える")))
	f.StringVar(&o.id, "id", "", a.text(lang.T("only the backup with this `NUMBER`, where pages of several are mixed", "何種類かのページが混ざっているとき、この`番号`の控えだけ")))
	f.StringVarP(&o.out, "output", "o", "", a.text(lang.T("write the encrypted data alone to `FILE`, which must not exist yet", "暗号化したデータだけを、新しい`ファイル`に書き出す")))
	f.BoolVarP(&o.yes, "yes", "y", false, a.text(lang.T("don't ask before replacing, nor before a second file of a vault that is here", "置き換える前や、この金庫のファイルがもうあるときに聞かない")))
	f.StringArrayVar(&o.records, "record", nil, a.text(lang.T("from a file: only the record `NAME`, into the vault that is there; may be given again", "ファイルから: この`名前`の記録だけを、今の金庫に戻す（何度でも書けます）")))
	f.StringVar(&o.as, "as", "", a.text(lang.T("with --record: under this `NAME`", "--record のとき: この`名前`で")))
	f.StringVar(&o.asOf, "as-of", "", a.text(lang.T("with --record: as it was at the end of `DAY` (2026-04-01)", "--record のとき: この`日`（2026-04-01）の終わりの内容で")))
	f.BoolVar(&o.dryRun, "dry-run", false, a.text(lang.T("from a file: show what is in it and what would change, and change nothing", "ファイルから: 中身と何が変わるかを見るだけで、何も変えない")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("with --dry-run: as JSON", "--dry-run の結果を JSON で出す")))
	cmd.Args = a.argsBetween(1, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if backupArg(args) {
			if err := a.checkRestoreFile(cmd, &o, args); err != nil {
				return err
			}
			return a.restoreFile(&o, args[0])
		}
		if err := a.checkRestore(cmd, &o); err != nil {
			return err
		}
		return a.runRestore(o, args)
	}
	return cmd
}

// checkRestore finds what is wrong before photos are read, which takes a while.
func (a *app) checkRestore(cmd *cobra.Command, o *restoreOptions) error {
	o.id = foldID(o.id)
	for _, name := range []string{"record", "as", "as-of", "dry-run", "json"} {
		if cmd.Flags().Changed(name) {
			return a.usage(cmd, lang.T("--%s is for a backup in a file; these are taken for photos of paper", "--%s は控えのファイルのためのものです。これは紙の写真として扱われています"), name)
		}
	}
	switch {
	case o.out != "" && (o.to != "" || o.replace):
		return a.usage(cmd, lang.T("-o writes the data alone and no vault: leave out --to and --replace", "-o はデータだけを書き出すので、--to、--replace とは一緒に使えません"))
	case o.id != "" && len(o.id) != len("3C7A-F18E"):
		return a.usage(cmd, lang.T("the number of a backup looks like 3C7A-F18E; it stands at the top of each page", "控えの番号は 3C7A-F18E のような形で、どのページの上にも書いてあります"))
	case o.out == "-" && a.toTerminal():
		return a.usage(cmd, lang.T("an encrypted file can't be shown on a screen; say where it goes: -o FILE", "暗号化したファイルは画面に出せません。書き出す先を指定してください: -o ファイル"))
	case o.out != "":
		return checkNew(&onPaper{out: o.out})
	}
	if o.to == "" {
		o.to = a.path()
	}
	a.g.file = o.to // what is said from here on is about this vault
	if st, err := os.Stat(o.to); err == nil && !st.Mode().IsRegular() {
		return a.noRoom(o.to)
	}
	if _, err := os.Lstat(o.to); err == nil && !o.replace {
		return &failure{status: statusError, code: "exists",
			what: said(lang.T("there is something at this place already; it was left as it is: %s", "その場所にはもうファイルがあります。そのままにしてあります: %s"), a.shortPath(o.to)),
			next: []words{said(lang.T("beside it: --to FILE   in its place, with a copy of it kept: --replace", "別に作るなら: --to ファイル。写しを残して置き換えるなら: --replace"))}}
	}
	return nil
}

// noRoom is the failure of a place that is no file.
func (a *app) noRoom(path string) error {
	return &failure{status: statusError, code: "exists",
		what: said(lang.T("there is no room for a vault, this is a folder or a device: %s", "フォルダーか機器なので、ここに金庫は作れません: %s"), a.shortPath(path)),
		next: []words{said(lang.T("name a file: --to %s", "ファイルの名前まで付けてください: --to %s"), shellWord(filepath.Join(path, "found.vault")))}}
}

// foldID brings the number of a backup to how it is printed.
func foldID(typed string) string {
	id := strings.ToUpper(lang.FoldCode(typed))
	if digits := strings.NewReplacer("-", "", " ", "").Replace(id); len(digits) == 8 {
		return digits[:4] + "-" + digits[4:]
	}
	return id
}

func (a *app) runRestore(o restoreOptions, args []string) error {
	list, err := a.readPaper(o, args)
	if err != nil {
		return err
	}
	if o.out != "" {
		return a.keepData(o, list)
	}
	list, keys, err := a.openPapers(list)
	if err != nil {
		return err
	}
	c, err := a.chooseVault(list)
	if err != nil {
		return err
	}
	a.sayPaper(c.vault, c.id)
	if err := a.confirmSecond(o, c.vault.SeenAt(a.config())); err != nil {
		return err
	}
	if err := a.confirmReplacing(o); err != nil {
		return err
	}
	return a.restoreVault(o, c.vault, keys)
}

// keepData writes the encrypted data alone.
func (a *app) keepData(o restoreOptions, list []candidate) error {
	c, err := a.chooseNumber(list)
	if err != nil {
		return err
	}
	err = a.writeResult(o.out, func(w io.Writer) error {
		_, err := w.Write(c.payload)
		return err
	})
	if err == nil {
		a.say(lang.T("this is an age file; docs/format.md says how to open it. To make the vault of it: %s restore %s", "これは age のファイルです。開け方は docs/format.md にあります。金庫にするには: %s restore %s"), a.name, shellWord(o.out))
	}
	return err
}

// openPapers opens the backups with the keys that were given, or asks. It returns
// those that opened, at least one.
func (a *app) openPapers(list []candidate) ([]candidate, []age.Identity, error) {
	ids, err := a.givenKeys()
	if err != nil {
		return nil, nil, err
	}
	if len(ids) > 0 {
		open, err := a.tryPapers(list, ids)
		return open, ids, err
	}
	t, err := a.terminal()
	if err != nil {
		return nil, nil, &failure{status: statusUsage, code: "input_needed", err: err,
			what: said(lang.T("the passphrase is needed, and there is no terminal to ask at", "合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --passphrase-file FILE, --passphrase-fd N or --identity FILE", "--passphrase-file ファイル、--passphrase-fd 番号、--identity ファイル のどれかを使ってください"))}}
	}
	for left := tries - 1; ; left-- {
		open, ids, err := a.askPaperKey(t, list)
		if err == nil || left == 0 || !retriable(err) {
			return open, ids, err
		}
		a.tell(t, 2, a.explain(err).what.in(a.lang))
		a.tellTries(t, err, left)
	}
}

func (a *app) askPaperKey(t *term.Terminal, list []candidate) ([]candidate, []age.Identity, error) {
	typed, err := t.ReadSecret(a.text(lang.T("Passphrase of the vault, or its recovery key: ", "金庫の合言葉、または回復キー: ")))
	if errors.Is(err, term.ErrTooLong) || errors.Is(err, term.ErrControl) {
		err = explainTyped(err)
	}
	if err != nil {
		return nil, nil, err
	}
	if isShare(typed) {
		return a.openPapersByShares(list, typed)
	}
	id, _, err := keyring.Secret(typed)
	if err != nil {
		return nil, nil, err
	}
	ids := []age.Identity{id}
	open, err := a.tryPapers(list, ids)
	return open, ids, err
}

// openPapersByShares goes on where one share was typed for the passphrase.
func (a *app) openPapersByShares(list []candidate, typed string) (open []candidate, ids []age.Identity, err error) {
	err = a.askShares(typed, nil, func(id age.Identity) (err error) {
		ids = []age.Identity{id}
		open, err = a.tryPapers(list, ids)
		return err
	})
	return open, ids, err
}

// tryPapers returns the backups that open, and says which do not.
func (a *app) tryPapers(list []candidate, ids []age.Identity) (open []candidate, err error) {
	var shut []candidate
	for _, c := range list {
		p, failed := a.tryPaper(c.payload, ids)
		if failed != nil {
			shut = append(shut, c)
			err = cmp.Or(err, failed)
			continue
		}
		c.vault = p
		open = append(open, c)
	}
	if len(open) == 0 {
		return nil, err
	}
	for _, c := range shut {
		a.say(lang.T("backup %s does not open with this passphrase or key", "控え %s は、この合言葉や鍵では開きません"), c.id)
	}
	return open, nil
}

// tryPaper opens the payload and has the words for what can be wrong with it.
func (a *app) tryPaper(payload []byte, ids []age.Identity) (p *store.PaperVault, err error) {
	err = a.slowly(func() error {
		p, err = store.OpenPaper(payload, ids...)
		return err
	})
	var newer *store.NewerError
	switch {
	case errors.As(err, &newer):
		return nil, &failure{status: statusError, code: "newer_format", err: err,
			what: said(lang.T("this backup was made by a newer version of the program (format %d; this one knows %d)", "この控えは、もっと新しい版のプログラムで作られています（形式 %d。この版が読めるのは %d まで）"), newer.Format, store.PaperFormat),
			next: []words{said(lang.T("install the newest version", "新しい版を入れてください"))}}
	case errors.Is(err, store.ErrNotPaper):
		return nil, &failure{status: statusError, code: "not_a_backup", err: err,
			what: said(lang.T("this is an age file, but not the data of a paper backup", "age のファイルですが、紙の控えのデータではありません")),
			next: []words{said(lang.T("what export wrote is read in by: %s import FILE", "export で書き出したものなら: %s import ファイル"), a.call())}}
	case errors.Is(err, store.ErrPaperDamaged):
		return nil, &failure{status: statusDamaged, code: "backup_damaged", err: err,
			what: said(lang.T("the key fits, but the data of the backup is damaged", "鍵は合いましたが、控えのデータが壊れています"))}
	case errors.Is(err, keyring.ErrNoMatch):
		return nil, &failure{status: statusNoKey, code: "wrong_key", err: err,
			what: said(lang.T("the backup did not open: the passphrase or key is another one", "控えが開きませんでした。合言葉か鍵が違います")),
			next: []words{said(lang.T("it opens with what opened the vault on the day it was made; which keys, stands on each page", "控えを作った日に金庫を開けられた鍵で開きます。どの鍵かは、どのページにも書いてあります"))}}
	}
	return p, err
}

// sayPaper is the preview: what is in the backup, and what is not.
func (a *app) sayPaper(p *store.PaperVault, id string) {
	info := p.Info()
	made := a.moment(info.Made)
	if id != "" {
		made = id + ", " + made
	}
	a.say(lang.T("backup %s: %s, %d of them in the trash, attached files: %d", "控え（%s）: %s（うちごみ箱に %d 件）、添付ファイル %d 個"), made, a.records(info.Records), info.Trashed, info.Attachments)
	if info.LeftOut > 0 {
		a.say(lang.T("not in it: %d attached files, earlier versions of records, and all that was changed later", "入っていないもの: 添付ファイル %d 個、記録の前の版、控えを作ったあとの変更"), info.LeftOut)
	} else {
		a.say(lang.T("not in it: earlier versions of records, and all that was changed later", "入っていないもの: 記録の前の版、控えを作ったあとの変更"))
	}
	if slot := p.OpenedBy(); slot.Kind == keyring.KindRecovery {
		a.say(lang.T("opened with the recovery key", "回復キーで開きました"))
	}
}

// records counts them.
func (a *app) records(n int) string {
	return a.text(plural(n, lang.T("%d record", "記録 %d 件"), lang.T("%d records", "記録 %d 件")), n)
}

// moment is a day with its time: of two backups of one day it matters which.
func (a *app) moment(t time.Time) string { return t.In(a.now.Location()).Format("2006-01-02 15:04") }

// confirmSecond asks before a second file of a vault is made that is in use
// here: this computer takes one of the two for an older copy.
func (a *app) confirmSecond(o restoreOptions, seen string) error {
	if seen == "" || o.yes || samePlace(seen, o.to) {
		return nil
	}
	f := &failure{status: statusUsage, code: "same_vault",
		what: said(lang.T("this computer has this vault already: %s", "この金庫は、このパソコンにもうあります: %s"), a.shortPath(seen)),
		why:  said(lang.T("of two files of one vault the computer takes the other for an older copy, once one was opened", "同じ金庫のファイルが 2 つあると、一方を開いたあと、もう一方は古いものとして扱われます")),
		next: []words{
			said(lang.T("in its place, with a copy of it kept: --to %s --replace", "写しを残して置き換えるなら: --to %s --replace"), shellWord(seen)),
			said(lang.T("only to see what is in it: --dry-run (of photos: -o trial.age)", "中身を見るだけなら: --dry-run（写真なら -o tameshi.age）")),
			said(lang.T("a second one all the same: --yes", "それでももう 1 つ作るなら: --yes"))}}
	if !a.interactive() {
		return f
	}
	a.say(f.what.text, f.what.args...)
	a.say(f.why.text)
	yes, err := a.confirm(lang.T("Make a second one at %s all the same?", "それでも、もう 1 つ作りますか？（%s）"), a.shortPath(o.to))
	if err == nil && !yes {
		err = f
	}
	return err
}

// samePlace reports whether two paths lead to one file.
func samePlace(one, other string) bool {
	a, err := os.Stat(one)
	b, err2 := os.Stat(other)
	return err == nil && err2 == nil && os.SameFile(a, b)
}

// confirmReplacing asks before a vault is replaced.
func (a *app) confirmReplacing(o restoreOptions) error {
	if _, err := os.Lstat(o.to); err != nil || o.yes || !a.interactive() {
		return nil
	}
	yes, err := a.confirm(lang.T("Replace %s by this backup? A copy of it is kept.", "%s を、この控えで置き換えますか？ 今のものは写しを残します。"), a.shortPath(o.to))
	if err == nil && !yes {
		err = term.ErrCancelled
	}
	return err
}

// restoreVault writes the vault, opens it and says how it is.
func (a *app) restoreVault(o restoreOptions, p *store.PaperVault, keys []age.Identity) error {
	cfg := a.config()
	var done store.Restored
	err := a.patiently(lang.T("writing the vault ...", "金庫を書いています..."), func() (err error) {
		done, err = store.Restore(o.to, cfg, p, store.RestorePlan{Replace: o.replace})
		return err
	})
	if err != nil {
		return a.elsewhere(err)
	}
	s, err := a.openRestored(o.to, cfg, keys)
	if err != nil {
		return err
	}
	a.sayRestored(s, done, p.Info().Made)
	if p.Info().LeftOut > 0 {
		a.say(lang.T("records still name the attached files that were left out: %d", "入れなかった添付ファイル %d 個は、記録に名前だけ残っています"), p.Info().LeftOut)
	}
	a.sayLook(s)
	return nil
}

// openRestored opens a vault that was just restored. Where that fails, the
// restoring has not.
func (a *app) openRestored(path string, cfg store.Config, keys []age.Identity) (*store.Store, error) {
	s, err := store.Open(path, cfg)
	if err == nil {
		err = a.slowly(func() error { return s.Unlock(keys...) })
	}
	if err != nil {
		a.say(lang.T("the vault is restored; what did not work is to open it: %s", "金庫は元に戻っています。うまくいかなかったのは、開くところだけです: %s"), a.shortPath(path))
	}
	return s, err
}

var diskFails = lang.T("the disk reported an error (%s): it may be failing; copy the vault to another disk", "ディスクがエラーを出しています（%s）。壊れかけているかもしれません。金庫を別のディスクに写してください")

// sayRestored says what became of the vault, and of what was there before.
func (a *app) sayRestored(s *store.Store, done store.Restored, made time.Time) {
	a.afterUnlock(s)
	if done.Copy != "" {
		a.say(lang.T("what was there before is kept at: %s", "前のものの写し: %s"), a.shortPath(done.Copy))
	}
	a.say(lang.T("restored: %s (%s, read back and compared)", "元に戻しました: %s（%s。読み直して確かめました）"), a.shortPath(s.Path()), a.records(s.Len()))
	if done.Flush != nil {
		a.warn(diskFails, systemReason(done.Flush))
	}
	if done.Older {
		a.warn(lang.T("this computer had seen a later state of this vault: changes made after %s are not in it", "このパソコンは、この金庫のもっと新しい状態を見ています。%s よりあとの変更は入っていません"), a.moment(made))
	}
}

// sayLook says how to look at a vault that was restored.
func (a *app) sayLook(s *store.Store) {
	call := a.call()
	if s.Path() == filepath.Join(a.dirs.data, "default.vault") {
		call = a.name // --file is not needed there
	}
	a.say(lang.T("to look: %s list", "見るには: %s list"), call)
}

// elsewhere adds to what kept a vault from being written that another place may
// do.
func (a *app) elsewhere(err error) error {
	f := a.explain(err)
	if f.code == "system" || f.code == "disk_full" || f.code == "permission" || f.code == "read_only" {
		f.next = append(f.next, said(lang.T("or make it at another place: --to FILE", "または、別の場所に作ってください: --to ファイル")))
	}
	return f
}
