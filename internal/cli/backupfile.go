package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"memovault/internal/lang"
	"memovault/internal/store"
)

// backupFlags are those that are not about paper.
func (a *app) backupFlags(f *pflag.FlagSet, o *backupOptions) {
	f.Lookup("output").Usage = a.text(lang.T("write the backup to `FILE`, which must not exist yet; with --paper its ending (.pdf .png) says the kind", "控えを新しい`ファイル`に書き出す（上書きはしません）。--paper のときは末尾（.pdf .png）で種類が決まります"))
	f.StringVar(&o.copyTo, "to", "", a.text(lang.T("put a copy into the folder `DIR` (a memory stick, a synchronised folder) and remember it", "写しをこの`フォルダー`（USB メモリーや同期フォルダー）に置き、場所を覚える")))
	f.StringVar(&o.forget, "forget", "", a.text(lang.T("remember the folder `DIR` no longer; what is in it stays", "この`フォルダー`を覚えておくのをやめる（中のファイルは残ります）")))
	f.BoolVar(&o.list, "list", false, a.text(lang.T("list the backups that there are; needs no key", "今ある控えを一覧にする（鍵は要りません）")))
	f.BoolVar(&o.verify, "verify", false, a.text(lang.T("read the backups (all, or the files named) and decrypt everything in them", "控え（全部か、名前を書いたファイル）を読み、中身がすべて復号できるか確かめる")))
	f.BoolVar(&o.json, "json", false, a.text(lang.T("with --list or --verify: as JSON", "--list か --verify の結果を JSON で出す")))
}

// paperOnly are the flags that mean nothing but for paper.
var paperOnly = []string{"format", "size", "preview", "printer", "sides", "copies", "with-attachments", "kept-at"}

// checkBackup finds mistakes in the command line before a passphrase is asked
// for.
func (a *app) checkBackup(cmd *cobra.Command, o *backupOptions, args []string) error {
	if err := a.checkBackupKind(cmd, o, args); err != nil {
		return err
	}
	switch {
	case o.paper:
		return a.checkPaperBackup(cmd, o)
	case o.out == "-" && a.toTerminal():
		return a.usage(cmd, lang.T("an encrypted file can't be shown on a screen; say where it goes: -o FILE", "暗号化したファイルは画面に出せません。書き出す先を指定してください: -o ファイル"))
	case o.out != "" && slices.Contains(o.kinds, kindOf(o.out)):
		return a.usage(cmd, lang.T("pages to print need --paper; a backup in a file is a tar: -o FILE.tar", "印刷するページには --paper を付けてください。ファイルの控えは tar です: -o ファイル.tar"))
	case o.out != "" && o.out != "-":
		return a.checkBackupFile(o.out)
	case o.job() == "":
		return a.checkPlacesKnown(cmd)
	}
	return nil
}

// job is which of its jobs backup is asked for; empty for the copies in the
// places that it knows.
func (o *backupOptions) job() string {
	for _, job := range []struct {
		name string
		want bool
	}{{"--paper", o.paper}, {"--list", o.list}, {"--verify", o.verify}, {"--to", o.copyTo != ""}, {"--forget", o.forget != ""}, {"-o", o.out != ""}} {
		if job.want {
			return job.name
		}
	}
	return ""
}

func (a *app) checkBackupKind(cmd *cobra.Command, o *backupOptions, args []string) error {
	var jobs []string
	for _, name := range []string{"paper", "list", "verify", "to", "forget"} {
		if cmd.Flags().Changed(name) {
			jobs = append(jobs, "--"+name)
		}
	}
	if o.out != "" && !o.paper {
		jobs = append(jobs, "-o")
	}
	if len(jobs) > 1 {
		return a.usage(cmd, lang.T("%s and %s do not go together", "%s と %s は一緒に使えません"), jobs[0], jobs[1])
	}
	for _, name := range paperOnly {
		if !o.paper && cmd.Flags().Changed(name) {
			return a.usage(cmd, lang.T("--%s goes with --paper", "--%s は --paper と一緒に使います"), name)
		}
	}
	switch {
	case len(args) > 0 && !o.verify:
		return a.usage(cmd, lang.T("%q is one argument too many", "%q は余分な引数です"), args[0])
	case o.json && !o.list && !o.verify:
		return a.usage(cmd, lang.T("--json goes with --list or --verify", "--json は --list か --verify と一緒に使います"))
	case cmd.Flags().Changed("to") && o.copyTo == "", cmd.Flags().Changed("forget") && o.forget == "":
		return a.usage(cmd, lang.T("name a folder after %s", "%s のあとにフォルダーの名前を書いてください"), jobs[0])
	}
	return nil
}

// checkBackupFile finds a file that is there already, and a folder.
func (a *app) checkBackupFile(path string) error {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return &failure{status: statusUsage, code: "usage",
			what: said(lang.T("%s is a folder: a copy in it that is remembered: --to %s, one file: -o %s", "%s はフォルダーです。そこに写しを置いて場所も覚えるなら --to %s、ファイル 1 つなら -o %s"),
				a.shortPath(path), shellWord(path), shellWord(filepath.Join(path, "backup.tar")))}
	}
	return checkNew(&onPaper{out: path})
}

// checkPlacesKnown says what can be asked for where this computer knows of no
// place for copies.
func (a *app) checkPlacesKnown(cmd *cobra.Command) error {
	if list, missing := store.CopiesSeen(a.path(), a.config()); len(list)+len(missing) > 0 {
		return nil
	}
	f := a.usage(cmd, lang.T("say where the backup goes", "控えをどこに作るかを付けてください"))
	f.next = append([]words{
		said(lang.T("a second place, which is remembered: %s backup --to DIR", "別の場所に（場所も覚えます）: %s backup --to フォルダー"), a.call()),
		said(lang.T("one file: %s backup -o backup.tar", "ファイル 1 つに: %s backup -o backup.tar"), a.call()),
		said(lang.T("on paper: %s backup --paper -o backup.pdf", "紙に残すなら: %s backup --paper -o backup.pdf"), a.call()),
		said(lang.T("backups on this disk are made by themselves: %s", "このディスクの控えは自動で作られています: %s"), a.shortPath(store.BackupDir(a.path()))),
	}, f.next...)
	return f
}

func (a *app) runBackup(o *backupOptions, args []string) error {
	switch o.job() {
	case "--paper":
		return a.runPaperBackup(*o)
	case "--list":
		return a.listBackups(o)
	case "--verify":
		return a.verifyBackups(o, args)
	}
	s, err := a.openVault()
	if err != nil {
		return err
	}
	switch o.job() {
	case "--to":
		return a.copyToPlaces(s, o, []string{o.copyTo}, true)
	case "--forget":
		return a.forgetPlace(s, o.forget)
	case "-o":
		return a.backupToFile(s, o.out)
	}
	dirs := s.CopyPlaces()
	if len(dirs) == 0 { // of another vault at this place
		return a.checkPlacesKnown(nil)
	}
	return a.copyToPlaces(s, o, dirs, false)
}

// backupToFile writes a backup to a file, or to a pipe.
func (a *app) backupToFile(s *store.Store, path string) error {
	var rep store.BackupReport
	err := a.patiently(lang.T("writing the backup and reading it back ...", "控えを書き、読み直しています..."), func() (err error) {
		if path == "-" {
			rep, err = s.StreamBackup(a.out, a.dirs.state)
		} else {
			rep, err = s.WriteBackup(path)
		}
		return err
	})
	if errors.Is(err, store.ErrExists) {
		return checkNew(&onPaper{out: path})
	}
	if err != nil {
		return a.backupElsewhere(err)
	}
	if path != "-" {
		a.say(lang.T("backup written: %s (readable by you only)", "控えを書き出しました: %s（ほかの人には読めない設定です）"), a.shortPath(path))
	}
	a.sayContents(rep)
	return nil
}

// sayContents says what a backup holds, which was decrypted just now.
func (a *app) sayContents(rep store.BackupReport) {
	a.say(lang.T("in it: %s, earlier versions: %d, attached files: %d; read back and decrypted", "中身: %s、前の版 %d 件、添付ファイル %d 個。読み直して、すべて復号できました"), a.records(rep.Records), rep.Revisions, rep.Attachments)
}

// backupElsewhere adds to what kept a backup from being written that another
// place may do.
func (a *app) backupElsewhere(err error) error {
	f := a.explain(err)
	if f.code == "system" || f.code == "disk_full" || f.code == "permission" || f.code == "read_only" {
		f.next = append(f.next, said(lang.T("or take another place", "または、別の場所にしてください")))
	}
	return f
}

// copyToPlaces makes copies in folders and notes them. Of several, one that is
// not there does not keep the others from theirs.
func (a *app) copyToPlaces(s *store.Store, o *backupOptions, dirs []string, fresh bool) error {
	machine, _ := os.Hostname() // without a name the folder tells enough
	var made []store.Copied
	var failed error
	for _, dir := range dirs {
		var done store.Copied
		err := a.patiently(lang.T("writing the backup and reading it back ...", "控えを書き、読み直しています..."), func() (err error) {
			done, err = s.CopyTo(store.CopyRequest{Dir: dir, Machine: machine, New: fresh})
			return err
		})
		if err == nil {
			a.sayCopied(done, fresh)
			made = append(made, done)
			continue
		}
		f := a.explainCopy(err, dir)
		if failed == nil && len(dirs) == 1 {
			return f
		}
		a.warn(f.what.text, f.what.args...)
		for _, next := range f.next {
			a.talk("  ", next.in(a.lang))
		}
		failed = f
	}
	a.noteCopies(s, o, made)
	if failed != nil {
		return &failure{status: statusError, code: "place_missing", err: failed,
			what: said(lang.T("copies made: %d, not made: %d", "作った写し: %d、作れなかった写し: %d"), len(made), len(dirs)-len(made))}
	}
	return nil
}

func (a *app) sayCopied(done store.Copied, fresh bool) {
	if !done.Written {
		a.say(lang.T("the newest copy is of now already: %s", "いちばん新しい写しは、今の状態と同じです: %s"), a.shortPath(done.Path))
		a.sayContents(done.Report)
		return
	}
	a.say(lang.T("copy written: %s", "写しを作りました: %s"), a.shortPath(done.Path))
	a.sayContents(done.Report)
	if n := len(done.Removed); n > 0 {
		a.say(lang.T("earlier copies that need not be kept were removed: %d", "古くなった写し %d 個を片付けました"), n)
	}
	if !fresh {
		return
	}
	if done.Kind == store.CopySameDisk {
		a.warn(lang.T("this folder is on the same disk as the vault: if the disk fails, both are gone", "このフォルダーは金庫と同じディスクにあります。ディスクが壊れると、両方なくなります"))
	}
	a.say(lang.T("the place is remembered; to renew the copy there: %s backup", "場所を覚えました。写しを新しくするには: %s backup"), a.call())
}

// noteCopies notes copies in the vault. They are made by then: that they could
// not be noted is said, and is no failure.
func (a *app) noteCopies(s *store.Store, o *backupOptions, made []store.Copied) {
	var c store.Change
	for _, done := range made {
		known := slices.ContainsFunc(s.Copies(), func(k store.Copy) bool {
			return k.Dir == done.Dir && k.Machine == done.Machine && k.Generation == done.Generation && s.IsCurrent(k)
		})
		if !known {
			c.Copied = append(c.Copied, done.Copy)
		}
	}
	if o.noNote || len(c.Copied) == 0 {
		return
	}
	if err := a.commit(s, c); err != nil {
		a.warn(lang.T("the copy is made, but it could not be noted in the vault: %s", "写しはできましたが、金庫に記録できませんでした: %s"), a.explain(err).what.in(a.lang))
	}
}

// explainCopy has the words for what can be wrong with a place for copies.
func (a *app) explainCopy(err error, dir string) *failure {
	short := a.shortPath(dir)
	forget := said(lang.T("if it is gone for good: %s backup --forget %s", "もう使わない場所なら: %s backup --forget %s"), a.call(), shellWord(dir))
	switch {
	case errors.Is(err, store.ErrNotThere):
		f := &failure{status: statusError, code: "place_missing", err: err,
			what: said(lang.T("the folder is not there: %s", "フォルダーがありません: %s"), short),
			next: []words{said(lang.T("plug the stick in, or check the name; a new folder is yours to make", "USB メモリーを差すか、名前を確かめてください。新しいフォルダーは先に作っておいてください"))}}
		if !slices.Contains(a.knownPlaces(), dir) {
			return f
		}
		f.next = append(f.next, forget)
		return f
	case errors.Is(err, store.ErrOtherPlace):
		return &failure{status: statusError, code: "place_strange", err: err,
			what: said(lang.T("none of the copies made before is in %s; nothing was written", "%s に、前に作った写しが 1 つもありません。何も書いていません"), short),
			why:  said(lang.T("the stick may not be plugged in, or it is another one", "USB メモリーが差さっていないか、別のものかもしれません")),
			next: []words{said(lang.T("to take it all the same: %s backup --to %s", "それでもここに作るなら: %s backup --to %s"), a.call(), shellWord(dir)), forget}}
	case errors.Is(err, store.ErrOwnBackups):
		return &failure{status: statusUsage, code: "same_place", err: err,
			what: said(lang.T("the automatic backups lie there already: %s", "そこには自動の控えがもうあります: %s"), short),
			next: []words{said(lang.T("a second place is on another disk: a stick, a synchronised folder", "別のディスク（USB メモリーや同期フォルダー）にしてください"))}}
	}
	return a.explain(a.backupElsewhere(err))
}

// knownPlaces are the folders that this computer remembers for the vault.
func (a *app) knownPlaces() []string {
	if a.opened == nil {
		return nil
	}
	return a.opened.CopyPlaces()
}

// forgetPlace ends the remembering of a folder, here and in the vault.
func (a *app) forgetPlace(s *store.Store, dir string) error {
	machine, _ := os.Hostname()
	known, err := s.ForgetPlace(dir)
	if err != nil {
		return err
	}
	var noted []store.Copy
	for _, c := range s.Copies() {
		if c.Dir == dir || c.Machine == machine && isCopyPlace(c.Dir, dir) {
			noted = append(noted, c)
		}
	}
	if !known && len(noted) == 0 {
		f := &failure{status: statusNotFound, code: "not_found",
			what: said(lang.T("no copies in %s are remembered", "%s は、写しの場所として覚えていません"), a.shortPath(dir))}
		for _, c := range s.Copies() {
			f.next = append(f.next, said(lang.T("remembered: %s", "覚えている場所: %s"), a.placeOfCopy(c)))
		}
		return f
	}
	if len(noted) > 0 {
		if err := a.commit(s, store.Change{Forgotten: noted}); err != nil {
			return err
		}
	}
	a.say(lang.T("forgotten; the files in %s were left as they are", "覚えておくのをやめました。%s の中のファイルはそのままです"), a.shortPath(dir))
	return nil
}

func isCopyPlace(known, typed string) bool {
	abs, err := filepath.Abs(typed)
	return err == nil && (strings.TrimRight(abs, string(filepath.Separator)) == known || samePlace(abs, known))
}

// placeOfCopy names a folder with its computer, if that is another one.
func (a *app) placeOfCopy(c store.Copy) string {
	if machine, _ := os.Hostname(); c.Machine == machine || c.Machine == "" {
		return a.shortPath(c.Dir)
	}
	return a.text(lang.T("%s on %s", "%s（パソコン: %s）"), c.Dir, c.Machine)
}
