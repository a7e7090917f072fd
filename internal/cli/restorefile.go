package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"memovault/internal/keyring"
	"memovault/internal/lang"
	"memovault/internal/store"
)

// backupArg reports whether the arguments name a backup in a file, or a copy of
// a vault, and not photographs of paper.
func backupArg(args []string) bool {
	for _, path := range args {
		if store.LooksLikeBackup(path) {
			return true
		}
	}
	return false
}

// checkRestoreFile finds mistakes in the command line before the file is opened.
func (a *app) checkRestoreFile(cmd *cobra.Command, o *restoreOptions, args []string) error {
	switch {
	case len(args) > 1:
		return a.usage(cmd, lang.T("one backup file at a time, and no photos with it", "控えのファイルは 1 つずつです。写真とは一緒に指定できません"))
	case o.out != "":
		return a.usage(cmd, lang.T("-o is for photos of paper; this file is the data already", "-o は紙の写真のためのものです。このファイルはもうデータになっています"))
	case o.id != "":
		return a.usage(cmd, lang.T("--id is for photos of paper", "--id は紙の写真のためのものです"))
	case len(o.records) > 0 && (o.to != "" || o.replace):
		return a.usage(cmd, lang.T("--record puts records into the vault that is there: leave out --to and --replace", "--record は今ある金庫に記録を戻します。--to、--replace とは一緒に使えません"))
	case len(o.records) == 0 && (o.as != "" || o.asOf != ""):
		return a.usage(cmd, lang.T("--as and --as-of go with --record", "--as と --as-of は --record と一緒に使います"))
	case o.as != "" && len(o.records) != 1:
		return a.usage(cmd, lang.T("--as names one record", "--as は記録 1 件のときだけ使えます"))
	case o.json && !o.dryRun:
		return a.usage(cmd, lang.T("--json goes with --dry-run", "--json は --dry-run と一緒に使います"))
	}
	if o.asOf != "" {
		day, err := time.ParseInLocation(time.DateOnly, o.asOf, a.now.Location())
		if err != nil {
			return a.usage(cmd, lang.T("--as-of takes a day like 2026-04-01", "--as-of には 2026-04-01 のように日付を書いてください"))
		}
		o.until = day.AddDate(0, 0, 1)
	}
	if o.to == "" {
		o.to = a.path()
	} else {
		a.g.file = o.to // what is said from here on is about this vault
	}
	if st, err := os.Stat(o.to); err == nil && !st.Mode().IsRegular() {
		return a.noRoom(o.to)
	}
	if samePlace(args[0], o.to) {
		return &failure{status: statusUsage, code: "same_file",
			what: said(lang.T("this is the vault itself, not a copy of it: %s", "これは金庫そのものです。控えを指定してください: %s"), a.shortPath(o.to)),
			next: []words{said(lang.T("which backups there are: %s backup --list", "控えの一覧: %s backup --list"), a.call())}}
	}
	return nil
}

// A restoring is one run of restore on a file.
type restoring struct {
	o    *restoreOptions
	b    *store.BackupFile
	rep  store.BackupReport
	keys []age.Identity // that opened the vault at the place or the backup, and will open the restored one

	there *store.Store     // the vault at the place, if it is the same one and was opened
	diff  store.Comparison // with it
	shut  error            // why the vault at the place was not opened
	other bool             // the vault at the place is another one
}

// restoreFile makes the vault again from a file, or brings records back from it.
func (a *app) restoreFile(o *restoreOptions, path string) error {
	b, err := store.OpenBackup(path)
	if err != nil {
		return a.explainBackup(err, path)
	}
	defer b.Close()
	if len(o.records) > 0 {
		return a.restoreRecords(o, b)
	}
	r := &restoring{o: o, b: b}
	if err := a.openForRestore(r); err != nil {
		return err
	}
	if o.json {
		return a.restoreJSON(r)
	}
	a.sayRestoring(r)
	if err := a.refuseDamaged(r); err != nil {
		return err
	}
	if o.dryRun {
		a.say(lang.T("nothing was changed", "何も変えていません"))
		return nil
	}
	if err := a.mayRestore(r); err != nil {
		return err
	}
	return a.finishRestore(r)
}

// openForRestore opens the backup, and the vault at the place to compare with,
// asking as little as can be: one key mostly opens both. Nothing is remembered of
// looking at the vault, which may be the very one that is in doubt.
func (a *app) openForRestore(r *restoring) error {
	var present *store.Store
	if _, err := os.Stat(r.o.to); err == nil {
		cfg := a.config()
		cfg.StateDir = ""
		present, r.shut = store.Open(r.o.to, cfg)
	}
	ids, err := a.givenKeys()
	switch {
	case err != nil:
		return err
	case len(ids) > 0:
		err = a.slowly(func() error { return r.unlock(present, ids) })
	default:
		err = a.askSecretFor(r.b, lang.T("Passphrase of the vault, or its recovery key: ", "金庫の合言葉、または回復キー: "),
			func(id age.Identity) error { return r.unlock(present, []age.Identity{id}) })
	}
	if err != nil {
		return a.explainBackup(err, r.b.Path())
	}
	err = a.patiently(lang.T("reading %s ...", "%s を読んでいます..."), func() (err error) {
		r.rep, err = r.b.Verify()
		return err
	}, filepath.Base(r.b.Path()))
	if err != nil {
		return a.explainBackup(err, r.b.Path())
	}
	return r.compare()
}

// unlock tries the keys on the vault at the place, and on the backup. A vault
// opens its own backups, of before a change of the passphrase too.
func (r *restoring) unlock(present *store.Store, ids []age.Identity) error {
	r.keys, r.other = ids, false
	if present != nil {
		if r.shut = present.Unlock(ids...); r.shut == nil {
			err := r.b.UnlockAs(present)
			if err == nil {
				r.there = present
			}
			if !errors.Is(err, keyring.ErrNoMatch) {
				return err
			}
			r.other = true
		}
	}
	return r.b.Unlock(ids...)
}

func (r *restoring) compare() error {
	if r.there == nil {
		return nil
	}
	then, err := r.b.Cards()
	if err != nil {
		return err
	}
	now, err := r.there.Cards()
	if err == nil {
		r.diff = store.Compare(then, now)
	}
	return err
}

// sayRestoring is the preview: what is in the backup, and what would change.
func (a *app) sayRestoring(r *restoring) {
	rep := r.rep
	a.say(lang.T("backup of %s (state %d): %s, %d of them in the trash; earlier versions: %d, attached files: %d", "%s の控え（状態 %d）: %s（うちごみ箱に %d 件）、前の版 %d 件、添付ファイル %d 個"),
		a.moment(rep.Made), rep.Generation, a.records(rep.Records), rep.Trashed, rep.Revisions, rep.Attachments)
	switch {
	case r.there != nil:
		a.sayDifference(r)
	case r.other:
		a.warn(lang.T("the vault at %s is another one, and not the one of this backup", "%s にある金庫は別のもので、この控えの金庫ではありません"), a.shortPath(r.o.to))
	case r.shut != nil:
		f := a.explain(r.shut)
		a.warn(lang.T("what is at %s could not be opened, so nothing is compared with it", "%s にあるものが開けないので、比べられません"), a.shortPath(r.o.to))
		a.talk("  ", f.what.in(a.lang))
	}
}

// sayDifference says what a restore would change, record by record.
func (a *app) sayDifference(r *restoring) {
	d := r.diff
	if d.Empty() {
		a.say(lang.T("the vault at %s has the same records: a restore would change none", "%s にある金庫と記録は同じです。戻しても何も変わりません"), a.shortPath(r.o.to))
		return
	}
	a.say(lang.T("compared with the vault at %s:", "%s にある金庫と比べると:"), a.shortPath(r.o.to))
	for _, group := range []struct {
		text  lang.Text
		cards []store.Card
	}{
		{lang.T("would come back: %s", "戻ってくる記録: %s"), d.Back},
		{lang.T("would go back to an earlier version: %s", "前の版に戻る記録: %s"), d.Older},
		{lang.T("would get a later version: %s", "新しい版になる記録: %s"), d.Newer},
		{lang.T("differ, changed on both sides: %s", "両方で別々に変わった記録: %s"), d.Different},
		{lang.T("would be GONE, as they came later: %s", "あとからできたので、なくなる記録: %s"), d.Gone},
	} {
		if len(group.cards) > 0 {
			a.talk("  ", a.text(group.text, a.someNames(group.cards)))
		}
	}
	a.say(lang.T("the same: %d", "同じ記録: %d 件"), d.Same)
}

// refuseDamaged ends where the backup is not whole: single records may be.
func (a *app) refuseDamaged(r *restoring) error {
	if len(r.rep.Damaged) == 0 {
		return nil
	}
	path := shellWord(r.b.Path())
	return &failure{status: statusDamaged, code: "backup_damaged",
		what: said(lang.T("the backup is damaged: %s", "控えが壊れています: %s"), a.damagedList(r.rep.Damaged)),
		why:  said(lang.T("a vault with holes is not made of it", "穴のあいた金庫は作りません")),
		next: []words{
			said(lang.T("take another one: %s backup --list", "ほかの控えを使ってください: %s backup --list"), a.call()),
			said(lang.T("single records that are whole: %s restore %s --record NAME", "無事な記録だけ戻すなら: %s restore %s --record 名前"), a.call(), path),
			said(lang.T("all that is whole: %s rescue %s -o DIR", "無事なものを全部取り出すなら: %s rescue %s -o フォルダー"), a.name, path)}}
}

// mayRestore asks what has to be asked before anything is written.
func (a *app) mayRestore(r *restoring) error {
	if _, err := os.Lstat(r.o.to); err == nil && !r.o.replace {
		path := shellWord(r.b.Path())
		return &failure{status: statusError, code: "exists",
			what: said(lang.T("there is a vault at this place; it was left as it is: %s", "その場所にはもう金庫があります。そのままにしてあります: %s"), a.shortPath(r.o.to)),
			next: []words{
				said(lang.T("single records into it: %s restore %s --record NAME", "記録だけ戻すなら: %s restore %s --record 名前"), a.call(), path),
				said(lang.T("in its place, with a copy of it kept: %s restore %s --replace", "写しを残して置き換えるなら: %s restore %s --replace"), a.call(), path),
				said(lang.T("beside it: --to FILE", "別に作るなら: --to ファイル"))}}
	}
	if err := a.confirmSecond(*r.o, r.b.SeenAt(a.config())); err != nil {
		return err
	}
	return a.confirmReplacing(*r.o)
}

// finishRestore writes the vault, opens it and says how it is. The vault that is
// replaced gives it its keys: one that was taken away must not come back with the
// records, and whoever just opened it must be able to open the new one.
func (a *app) finishRestore(r *restoring) error {
	cfg := a.config()
	var done store.Restored
	err := a.patiently(lang.T("writing the vault ...", "金庫を書いています..."), func() (err error) {
		done, err = store.RestoreFile(r.o.to, cfg, r.b, store.RestorePlan{Replace: r.o.replace, As: r.there})
		return err
	})
	if err != nil {
		return a.elsewhere(err)
	}
	s, err := a.openRestored(r.o.to, cfg, r.keys)
	if err != nil {
		return err
	}
	done.Older = done.Older && r.there == nil // else it was said record by record
	a.sayRestored(s, done, r.rep.Made)
	if r.there != nil {
		a.say(lang.T("it opens with the keys of today", "今までどおりの鍵で開きます"))
	} else {
		a.say(lang.T("it opens with the keys of the day on which the backup was made", "控えを作った日の鍵で開きます"))
	}
	a.sayLook(s)
	return nil
}

// The JSON of restore --dry-run: keys are English and stable.
type (
	restoreJSON struct {
		Schema      int            `json:"schema"`
		Path        string         `json:"path"`
		Vault       string         `json:"vault"`
		Generation  uint64         `json:"generation"`
		Made        time.Time      `json:"made"`
		Changed     time.Time      `json:"changed"`
		Records     int            `json:"records"`
		Trashed     int            `json:"trashed"`
		Revisions   int            `json:"revisions"`
		Attachments int            `json:"attachments"`
		Damaged     []string       `json:"damaged"`
		Target      string         `json:"target"`
		Exists      bool           `json:"exists"`
		Compared    bool           `json:"compared"`
		Changes     *restoreChange `json:"changes,omitempty"`
	}
	restoreChange struct {
		Back      []string `json:"back"`
		Older     []string `json:"older"`
		Newer     []string `json:"newer"`
		Different []string `json:"different"`
		Gone      []string `json:"gone"`
		Same      int      `json:"same"`
	}
)

func (a *app) restoreJSON(r *restoring) error {
	rep := r.rep
	out := restoreJSON{Schema: 1, Path: rep.Path, Vault: rep.Vault.String(), Generation: rep.Generation, Made: rep.Made.UTC(), Changed: rep.Changed.UTC(),
		Records: rep.Records, Trashed: rep.Trashed, Revisions: rep.Revisions, Attachments: rep.Attachments, Damaged: append([]string{}, rep.Damaged...),
		Target: r.o.to, Exists: exists(r.o.to), Compared: r.there != nil}
	if r.there != nil {
		d := r.diff
		out.Changes = &restoreChange{cardNames(d.Back), cardNames(d.Older), cardNames(d.Newer), cardNames(d.Different), cardNames(d.Gone), d.Same}
	}
	if err := a.writeJSON(out); err != nil {
		return err
	}
	return a.refuseDamaged(r)
}

func cardNames(cards []store.Card) []string {
	names := make([]string, len(cards))
	for i, c := range cards {
		names[i] = c.Name
	}
	slices.Sort(names)
	return names
}
