package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/exchange"
	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/record"
	"memovault/internal/store"
	"memovault/internal/term"
)

// formatSealed is the format that is encrypted: the first of exchange.Formats
// inside an age file.
const formatSealed = "age"

type exportOptions struct {
	listOptions    // owner, tag, template, trash
	format         string
	out            string
	to             []string
	passphraseFile string
	plaintext      bool
	force          bool
	yes            bool
}

func (a *app) newExport() *cobra.Command {
	var o exportOptions
	cmd := a.command(spec{
		name: "export", args: lang.T("[NAME...]", "[名前...]"), group: "exchange",
		short: lang.T("write records into an encrypted file", "記録を暗号化したファイルに書き出す"),
		long: lang.T(`Writes records and their attached files into one encrypted file: to take them to
another computer, to hand them to somebody, to keep a copy elsewhere. Without
names, all of them. The file has a passphrase of its own, or is sealed to public
keys of age (--to). import reads it; so does stock age: age -d FILE | tar x

--format json --plaintext writes everything readable by anybody.`,
			`記録と添付ファイルを、暗号化した 1 つのファイルに書き出します。別のパソコンに移す、人に渡す、
別の場所に写しを置く、というときに使います。名前を付けなければ全部です。ファイルには専用の合言葉を付けるか、
age の公開鍵（--to）で封をします。読み込むには import を使います。age だけでも開けます: age -d ファイル | tar x

--format json --plaintext なら暗号化せず、誰でも読める形で書き出します。`),
		examples: []example{
			{"export -o copy.age", lang.T("everything; asks for a passphrase for the file", "全部。ファイル用の合言葉を聞きます")},
			{"export office wifi -o for-hanako.age", lang.T("two records", "2 件だけ")},
			{"export --owner 田中 -o tanaka.age --to age1...", lang.T("all of one owner, sealed to a public key", "ある持ち主の全部を、公開鍵で封をして")},
			{"export --to-passphrase-file pass.txt > copy.age", lang.T("from a script", "スクリプトから")},
			{"export --format json --plaintext -o all.json", lang.T("for another program: not encrypted", "ほかのプログラム向け（暗号化しません）")},
		},
	})
	f := cmd.Flags()
	f.StringVarP(&o.out, "output", "o", "", a.text(lang.T("write to `FILE`, which must not exist yet; - is standard output", "この`ファイル`に書き出す（すでにあるファイルには書きません。- は標準出力）")))
	f.StringArrayVar(&o.to, "to", nil, a.text(lang.T("seal to the public key `RECIPIENT` (age1..., age1pq1...); may be repeated", "`公開鍵`（age1... や age1pq1...）で封をする。何度でも付けられます")))
	f.StringVar(&o.passphraseFile, "to-passphrase-file", "", a.text(lang.T("the new file's passphrase is the first line of `FILE`", "書き出すファイルの合言葉を、この`ファイル`の 1 行目にする")))
	f.StringVar(&o.format, "format", formatSealed, a.text(lang.T("`FORMAT`: %s; only age is encrypted", "`形式`: %s（暗号化するのは age だけ）"), formatNames()))
	f.BoolVar(&o.plaintext, "plaintext", false, a.text(lang.T("yes, without encryption (for a format other than age)", "暗号化しないことを承知のうえで書き出す（age 以外の形式）")))
	f.StringVar(&o.owner, "owner", "", a.text(lang.T("only those of `NAME`", "持ち主が`名前`のものだけ")))
	f.StringVar(&o.tag, "tag", "", a.text(lang.T("only those with the tag `TAG`", "`名札`の付いたものだけ")))
	f.StringVar(&o.template, "template", "", a.text(lang.T("only those made from `TEMPLATE`", "`ひな形`から作ったものだけ")))
	f.BoolVar(&o.trash, "trash", false, a.text(lang.T("those in the trash too", "ごみ箱の中のものも含める")))
	f.BoolVar(&o.force, "force", false, a.text(lang.T("replace the file if it exists", "ファイルがすでにあれば置き換える")))
	f.BoolVarP(&o.yes, "yes", "y", false, a.text(lang.T("show plain text on the screen too", "暗号化しない内容を画面に出してもよい")))
	cmd.Args = a.argsBetween(0, -1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.runExport(cmd, o, args) }
	return cmd
}

// formatNames lists what --format takes.
func formatNames() string {
	list := []string{formatSealed}
	for _, f := range exchange.Formats {
		list = append(list, f.Name)
	}
	return strings.Join(list, ", ")
}

func (a *app) runExport(cmd *cobra.Command, o exportOptions, names []string) error {
	format, err := a.exportFormat(cmd, o)
	if err != nil {
		return err
	}
	if err := a.checkOutput(cmd, o); err != nil {
		return err
	}
	recipients, err := a.exportRecipients(cmd, o)
	if err != nil {
		return err
	}
	a.whose = len(recipients) == 0 && !o.plaintext
	s, err := a.openVault()
	if err != nil {
		return err
	}
	if err := a.notTheVault(s, o); err != nil {
		return err
	}
	chosen, err := a.selectRecords(s, o, names)
	if err != nil {
		return err
	}
	if o.plaintext {
		a.warn(lang.T("not encrypted: whoever gets this file can read all of it, every key, code and password (records: %d, attached files: %d)", "暗号化していません。このファイルを手にした人は、キー、コード、パスワードも含めて全部読めます（記録 %d 件、添付ファイル %d 個）"), chosen.Len(), chosen.Files())
		return a.writeExport(o, func(w io.Writer) error { return format.Export(w, chosen) })
	}
	if len(recipients) == 0 {
		if recipients, err = a.askExportPassphrase(); err != nil {
			return err
		}
	}
	if err := a.writeExport(o, func(w io.Writer) error { return a.seal(w, recipients, format, chosen) }); err != nil {
		return err
	}
	a.say(lang.T("records: %d, attached files: %d. To read it in: %s import FILE", "記録 %d 件、添付ファイル %d 個。読み込むには: %s import ファイル"), chosen.Len(), chosen.Files(), a.name)
	return nil
}

// exportFormat finds the format and holds it against --plaintext.
func (a *app) exportFormat(cmd *cobra.Command, o exportOptions) (*exchange.Format, error) {
	if o.format == formatSealed {
		if o.plaintext {
			return nil, a.usage(cmd, lang.T("--plaintext goes with another --format, e.g. json; age is always encrypted", "--plaintext は --format json などと一緒に使います。age は必ず暗号化します"))
		}
		return exchange.Formats[0], nil
	}
	format := exchange.Find(o.format)
	switch {
	case format == nil:
		return nil, a.usage(cmd, lang.T("there is no format %q; there are: %s", "%q という形式はありません。使えるのは: %s"), o.format, formatNames())
	case !o.plaintext:
		return nil, &failure{status: statusUsage, code: "plaintext",
			what: said(lang.T("the format %s is not encrypted: whoever gets the file reads everything in it", "形式 %s は暗号化しません。ファイルを手にした人は、誰でも中身を全部読めます"), o.format),
			next: []words{said(lang.T("encrypted: leave --format away", "暗号化するなら: --format を付けないでください")),
				said(lang.T("if you mean it: --plaintext", "それでよければ: --plaintext を付けてください"))}}
	case len(o.to) > 0 || o.passphraseFile != "":
		return nil, a.usage(cmd, lang.T("the format %s is not encrypted, so --to and --to-passphrase-file do nothing", "形式 %s は暗号化しないので、--to と --to-passphrase-file は使えません"), o.format)
	}
	return format, nil
}

// checkOutput refuses, before anything is asked, an output that would fail or
// harm: secrets on a screen, bytes on a terminal, a file that exists.
func (a *app) checkOutput(cmd *cobra.Command, o exportOptions) error {
	if o.out == "" || o.out == "-" {
		switch {
		case !a.toTerminal(), o.plaintext && o.yes:
			return nil
		case o.plaintext:
			return a.usage(cmd, lang.T("every secret would be shown on this screen; use -o FILE, or --yes if you mean it", "秘密が全部この画面に出てしまいます。-o ファイル を付けてください（それでよければ --yes）"))
		}
		return a.usage(cmd, lang.T("an encrypted file can't be shown on a screen; say where it goes: -o FILE", "暗号化したファイルは画面に出せません。書き出す先を指定してください: -o ファイル"))
	}
	st, err := os.Stat(o.out)
	switch {
	case err == nil && !st.Mode().IsRegular():
		return &failure{status: statusUsage, code: "not_a_file",
			what: said(lang.T("this is a folder or a device, no file: %s", "これはファイルではなく、フォルダーか装置です: %s"), a.shortPath(o.out)),
			next: []words{said(lang.T("give the name of a file after -o", "-o のあとにファイルの名前を書いてください"))}}
	case err == nil && !o.force:
		return &failure{status: statusError, code: "file_exists",
			what: said(lang.T("there is a file of that name already; it was left as it is: %s", "その名前のファイルはもうあります。そのままにしてあります: %s"), a.shortPath(o.out)),
			next: []words{said(lang.T("take another name, or replace it with --force", "別の名前にするか、置き換えるなら --force を付けてください"))}}
	}
	return nil
}

// notTheVault keeps --force from replacing the vault by its own export.
func (a *app) notTheVault(s *store.Store, o exportOptions) error {
	out, err := os.Stat(o.out)
	if err != nil {
		return nil // it does not exist, or is standard output
	}
	vault, err := os.Stat(s.Path())
	if err == nil && os.SameFile(out, vault) {
		return &failure{status: statusUsage, code: "usage",
			what: said(lang.T("this is the vault itself: %s", "これは金庫そのものです: %s"), a.shortPath(o.out)),
			next: []words{said(lang.T("take another name after -o", "-o のあとに別の名前を書いてください"))}}
	}
	return err
}

// exportRecipients reads the keys that flags name; none where a passphrase is to
// be asked for, which needs a terminal.
func (a *app) exportRecipients(cmd *cobra.Command, o exportOptions) ([]age.Recipient, error) {
	switch {
	case o.plaintext:
		return nil, nil
	case len(o.to) > 0 && o.passphraseFile != "":
		return nil, explainSealing(keyring.ErrMixedPassphrase)
	case o.passphraseFile != "":
		b, err := readSmall(o.passphraseFile)
		if err != nil {
			return nil, err
		}
		return a.passphraseRecipient(firstLine(b))
	case len(o.to) == 0 && !a.interactive():
		return nil, &failure{status: statusUsage, code: "input_needed",
			what: said(lang.T("the file needs a passphrase of its own, and there is no terminal to ask at", "書き出すファイルの合言葉が要りますが、端末がないので聞けません")),
			next: []words{said(lang.T("use --to-passphrase-file FILE or --to RECIPIENT", "--to-passphrase-file ファイル か --to 公開鍵 を使ってください"))}}
	}
	var list []age.Recipient
	hybrid := 0
	for _, text := range o.to {
		r, err := keyring.ParseRecipient(text)
		if err != nil {
			return nil, explainSealing(err)
		}
		if keyring.IsHybrid(r) {
			hybrid++
		}
		list = append(list, r)
	}
	switch {
	case hybrid > 0 && hybrid < len(list):
		return nil, explainSealing(keyring.ErrMixedHybrid)
	case len(list) > keyring.MaxRecipients:
		return nil, explainSealing(keyring.ErrRecipientCount)
	case hybrid > 0:
		a.say(lang.T("note: to open this file one needs age 1.3 or newer, or this program", "このファイルを開くには、age 1.3 以降かこのプログラムが要ります"))
	}
	return list, nil
}

// passphraseRecipient takes a passphrase from a script. It is held to the same
// measure as the vault's own.
func (a *app) passphraseRecipient(pass string) ([]age.Recipient, error) {
	if weak := a.weakness(pass); pass != "" && !weak.empty() {
		return nil, &failure{status: statusUsage, code: "weak_passphrase",
			what: said(lang.T("the passphrase for the file is too weak", "ファイルの合言葉が弱すぎます")), why: weak,
			next: []words{said(lang.T("six unrelated words are strong and can be remembered", "関係のない言葉を 6 つ以上並べると、強くて覚えやすくなります"))}}
	}
	r, err := keyring.PassphraseRecipient(pass)
	if err != nil {
		return nil, err
	}
	return []age.Recipient{r}, nil
}

func (a *app) askExportPassphrase() ([]age.Recipient, error) {
	t, err := a.terminal()
	if err != nil {
		return nil, err
	}
	a.tell(t, 0, a.text(lang.T("The file gets a passphrase of its own. Whoever opens it needs that, not yours.", "このファイル専用の合言葉を決めてください。開く人に要るのはその合言葉で、金庫の合言葉ではありません。")))
	pass, err := a.choosePassphrase(t, lang.T("Passphrase for the file: ", "ファイルの合言葉: "))
	if err != nil {
		return nil, err
	}
	r, err := keyring.PassphraseRecipient(pass)
	return []age.Recipient{r}, err
}

// explainSealing has the words for recipients that can't be used.
func explainSealing(err error) error {
	f := &failure{status: statusUsage, code: "recipient", err: err}
	switch {
	case errors.Is(err, keyring.ErrMixedPassphrase):
		f.what = said(lang.T("a passphrase and --to don't go together in one file", "1 つのファイルに、合言葉と --to の両方は使えません"))
		f.why = said(lang.T("age allows a passphrase only alone", "age では、合言葉で封をするときはそれだけしか使えないためです"))
		f.next = []words{said(lang.T("export twice, into two files", "2 回に分けて、別々のファイルに書き出してください"))}
	case errors.Is(err, keyring.ErrMixedHybrid):
		f.what = said(lang.T("age1pq1... and age1... don't go together in one file", "1 つのファイルに、age1pq1... と age1... の両方は使えません"))
		f.why = said(lang.T("the file would be only as strong as the weaker key", "弱いほうの鍵の強さになってしまうためです"))
		f.next = []words{said(lang.T("export twice, into two files", "2 回に分けて、別々のファイルに書き出してください"))}
	case errors.Is(err, keyring.ErrRecipientSecret):
		f.what = said(lang.T("this is a secret key; --to takes a public one, age1...", "これは秘密鍵です。--to には公開鍵（age1...）を付けます"))
		f.why = said(lang.T("other programs and the shell's history may have seen it by now", "ほかのプログラムやシェルの履歴に残ったかもしれません"))
		f.next = []words{said(lang.T("make a new key, and stop using this one", "新しい鍵を作り、この鍵は使わないでください"))}
	case errors.Is(err, keyring.ErrRecipientCount):
		f.what = said(lang.T("at most %d times --to in one file", "--to は 1 つのファイルに %d 個までです"), keyring.MaxRecipients)
	default:
		f.what = said(lang.T("this is no public key of age", "age の公開鍵ではありません"))
		f.next = []words{said(lang.T("it begins with age1 and is one word; copy it whole", "age1 で始まる、空白のないひと続きの文字です。端から端まで写してください"))}
	}
	return f
}

// selectRecords gathers what names and filters choose.
func (a *app) selectRecords(s *store.Store, o exportOptions, names []string) (*exchange.Selection, error) {
	wanted := map[record.ID]bool{}
	for _, name := range names {
		find := a.findLive
		if o.trash {
			find = a.find
		}
		c, err := find(s, name)
		if err != nil {
			return nil, err
		}
		wanted[c.ID] = true
	}
	chosen := &exchange.Selection{Time: a.now, Open: s.Attachment}
	var failed error
	err := s.EachRaw(o.trash, func(raw store.Raw) bool {
		if len(names) > 0 && !wanted[raw.Card.ID] || !o.selects(raw.Card) {
			return true
		}
		if failed = chosen.Add(a.withFilesThere(s, raw)); failed != nil {
			failed = &failure{status: statusError, code: "record", err: failed,
				what: said(lang.T("the record %q can't be exported by this version of the program", "「%s」は、この版のプログラムでは書き出せません"), term.Sanitize(raw.Card.Name))}
		}
		return failed == nil
	})
	if err := errors.Join(failed, err); err != nil {
		return nil, err
	}
	if left := s.Damaged(); len(left) > 0 {
		a.warn(lang.T("parts of the vault that are damaged and so not in the file: %d", "金庫の壊れている部分 %d か所は、ファイルに入りません"), len(left))
	}
	if chosen.Len() == 0 {
		return nil, &failure{status: statusNotFound, code: "nothing_to_export",
			what: said(lang.T("there is nothing to export; no file was written", "書き出す記録がありません。ファイルは作っていません"))}
	}
	return chosen, nil
}

// selects is listOptions.shows without its view of the trash.
func (o exportOptions) selects(c store.Card) bool {
	filter := o.listOptions
	filter.trash = c.Trashed
	return filter.shows(c)
}

func (a *app) seal(w io.Writer, recipients []age.Recipient, format *exchange.Format, chosen *exchange.Selection) error {
	var sealed io.WriteCloser
	err := a.slowly(func() (err error) {
		sealed, err = keyring.EncryptTo(w, recipients...)
		return err
	})
	if err != nil {
		return err
	}
	if err := format.Export(sealed, chosen); err != nil {
		return err
	}
	return sealed.Close()
}

// writeExport writes the result, over an existing file only with --force and
// then all at once.
func (a *app) writeExport(o exportOptions, export func(io.Writer) error) error {
	write := func(w io.Writer) error {
		return a.patiently(lang.T("writing the file ...", "ファイルを書いています..."), func() error { return export(w) })
	}
	err := a.writeResult(o.out, write)
	if !o.force || !errors.Is(err, fs.ErrExist) {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(o.out), ".export-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	err = write(temp)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), o.out); err != nil {
		return err
	}
	a.say(lang.T("written: %s (readable by you only)", "書き出しました: %s（ほかの人には読めない設定です）"), a.shortPath(o.out))
	return nil
}

// withFilesThere is the record as it is written down, without the attached
// files that are not in the vault; it says which those are.
func (a *app) withFilesThere(s *store.Store, raw store.Raw) []byte {
	r, err := s.Parse(raw)
	if err != nil || !slices.ContainsFunc(r.Attachments, func(at record.Attachment) bool { return !s.HasAttachment(at.ID) }) {
		return raw.JSON
	}
	r = r.Clone()
	r.Attachments = slices.DeleteFunc(r.Attachments, func(at record.Attachment) bool {
		missing := !s.HasAttachment(at.ID)
		if missing {
			a.warnMissingFile(r, at)
		}
		return missing
	})
	kept, err := record.Encode(r)
	if err != nil {
		return raw.JSON
	}
	return kept
}

// warnMissingFile is for a file that a record names and the vault does not
// have.
func (a *app) warnMissingFile(r *record.Record, at record.Attachment) {
	a.warn(lang.T("the attached file %s of %s is not in this vault: it came back from a paper backup without attached files", "%s は「%s」の添付ファイルですが、この金庫にはありません。添付ファイルを除いた紙の控えから戻したためです"), term.Sanitize(at.Name), term.Sanitize(r.Name))
}
